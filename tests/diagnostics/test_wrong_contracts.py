"""Each wrong contract in `contracts/` is told what is wrong, on the line where it is wrong, and nothing else.

The expectation stands on the line: `-- E: VBC3002` for an error, `W` for a warning, `N` for a note (other notes
are not counted), with words that the message or its help must have: `-- E: VBC2010 "did you mean “Savings”"`.
Files `NAME.amendment1.vbc` amend `NAME.vbc`.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from vbcdsl.compiler import Compiled, compile_sources
from vbcdsl.source import SourceText
from vbcdsl.syntax.units import split

FOLDER = Path(__file__).parent / "contracts"
BASES = sorted(path for path in FOLDER.glob("*.vbc") if ".amendment" not in path.name)
EXPECTED = re.compile(r'--\s*([EWN]):\s*(VBC\d{4})(?:\s+"([^"]*)")?')
SEVERITY = {"E": "error", "W": "warning", "N": "note"}


def compiled(base: Path) -> Compiled:
    amendments = sorted(FOLDER.glob(f"{base.stem}.amendment*.vbc"))
    return compile_sources(SourceText.from_file(base), [SourceText.from_file(path) for path in amendments])


def expectations(base: Path) -> list[tuple[str, int, str, str, str]]:
    """File, line, severity, code, words."""
    found = []
    for path in (base, *sorted(FOLDER.glob(f"{base.stem}.amendment*.vbc"))):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for letter, code, words in EXPECTED.findall(line):
                found.append((path.name, number, SEVERITY[letter], code, words))
    return found


@pytest.mark.parametrize("base", BASES, ids=lambda path: path.stem)
def test_a_wrong_contract_is_told_what_and_where(base: Path) -> None:
    wanted = expectations(base)
    assert wanted, "say what is wrong: -- E: VBC…"
    notes = {code for _, _, severity, code, _ in wanted if severity == "note"}
    result = compiled(base)
    said: Counter[tuple[str, int, str, str]] = Counter()
    texts: dict[tuple[str, int, str, str], str] = {}
    for diagnostic in result.diagnostics:
        if diagnostic.severity == "note" and diagnostic.code not in notes:
            continue
        assert isinstance(diagnostic.source, SourceText)
        assert diagnostic.span is not None
        place = diagnostic.source.locate(diagnostic.span.start)
        key = (Path(place.file).name, place.line, diagnostic.severity, diagnostic.code)
        said[key] += 1
        texts[key] = f"{texts.get(key, '')}\n{diagnostic.message}\n{diagnostic.help}"
    assert dict(said) == dict(Counter(item[:4] for item in wanted))
    for *key, words in wanted:
        assert words in texts[tuple(key)], texts[tuple(key)]  # type: ignore[index]


@pytest.mark.parametrize("base", BASES, ids=lambda path: path.stem)
def test_a_wrong_sentence_hides_no_other(base: Path) -> None:
    """Every section without a mistake of wording of its own is read."""
    source = SourceText.from_file(base)
    result = compiled(base)
    read = {section.number for section in result.versions[0].parsed.document.sections}
    for unit in split(source.text):
        line_end = source.text.find("\n", unit.end)
        text = source.text[unit.start : line_end if line_end >= 0 else None]
        if unit.kind == "section" and not re.search(r"-- E: VBC(?:1[01]|2023)", text) and unit.number:
            assert unit.number in read, unit.number


def test_there_are_many() -> None:
    assert len(BASES) >= 150
