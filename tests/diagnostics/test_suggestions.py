"""What a message says to write can be written: a fix removes its mistake, and each of two rewrites is read."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from vbcdsl.compiler import compile_sources
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.source import SourceText

BASES = sorted(
    path for path in (Path(__file__).parent / "contracts").glob("*.vbc") if ".amendment" not in path.name
)
REWRITES = {"VBC1022", "VBC1101", "VBC1102"}


def errors(text: str) -> list[Diagnostic]:
    return list(compile_sources(SourceText.from_text(text, "contract.vbc"), []).diagnostics)


def counted(found: list[Diagnostic]) -> Counter[str]:
    return Counter(d.code for d in found if d.severity == "error")


@pytest.mark.parametrize("base", BASES, ids=lambda path: path.stem)
def test_a_fix_removes_its_mistake(base: Path) -> None:
    source = SourceText.from_file(base)
    before = errors(source.text)
    for diagnostic in before:
        if diagnostic.fix is None or diagnostic.span is None:
            continue
        span = diagnostic.span
        text = source.text[: span.start] + diagnostic.fix + source.text[span.end :]
        assert counted(errors(text))[diagnostic.code] < counted(before)[diagnostic.code], diagnostic


@pytest.mark.parametrize("base", BASES, ids=lambda path: path.stem)
def test_each_of_two_rewrites_can_be_read(base: Path) -> None:
    source = SourceText.from_file(base)
    before = errors(source.text)
    for diagnostic in before:
        if diagnostic.code not in REWRITES or diagnostic.span is None:
            continue
        rewrites = re.findall(r"“([^”]+)”", diagnostic.help)
        assert len(rewrites) == 2
        for rewrite in rewrites:
            span = diagnostic.span
            text = source.text[: span.start] + rewrite + source.text[span.end :]
            after = [d for d in errors(text) if d.code.startswith("VBC1")]
            assert len(after) < len([d for d in before if d.code.startswith("VBC1")]), (rewrite, after)
