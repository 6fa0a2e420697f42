"""A parameter of a clause may stand wherever a literal of its kind may: tried on each literal of each documented
sentence.

A sentence with a literal becomes a clause with a parameter in its place, applied with that literal: it must be the
sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.docs.blocks import blocks
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.resolve.applied import Clause, read_with
from vbcdsl.source import SourceText
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.lalr import read
from vbcdsl.syntax.lexer import Names
from vbcdsl.syntax.parse_tree import Token
from vbcdsl.syntax.parser import UnitParser
from vbcdsl.syntax.table_cache import shared_tables
from vbcdsl.syntax.units import Unit

ROOT = Path(__file__).parents[2]
SENTENCES = ROOT / "tests" / "conformance" / "wordings" / "every_sentence.vbc"
NAME = "Given Value"
KINDS = {
    "NUMBER", "PERCENT", "MONEY", "MINUS_PERCENT", "MINUS_MONEY", "DATE", "FRACTION", "FRACTION_WORD", "MONTH_DAY",
    "ORDINAL", "ROUND_UNIT", "QUOTED",
}  # fmt: skip


def texts() -> Iterator[tuple[str, str]]:
    yield "below", '1.1 The "X" is met if Growth is at least minus 5%.'
    yield SENTENCES.name, SENTENCES.read_text(encoding="utf-8")
    for block in blocks("vbc"):
        if block.text.lstrip().startswith("contract ") and block.info == "vbc":
            yield block.name, block.text


def literals(parser: UnitParser, unit: Unit) -> Iterator[tuple[int, int, str]]:
    """Each literal of a section: where it begins and ends, and its terminal."""
    tokens: list[Token] = []
    read(shared_tables(), parser.source.text, Names(parser.names), "section", unit.start, unit.end, tokens)
    for at, token in enumerate(tokens):
        if token.type not in KINDS or (token.type == "ROUND_UNIT" and token.startswith("nearest")):
            continue
        end = token.end_pos
        if (
            at + 1 < len(tokens)
            and tokens[at + 1].type in ("PER_UNIT", "COUNT_NOUN")
            and token.type != "QUOTED"
        ):
            yield token.start_pos, tokens[at + 1].end_pos, token.type
        yield token.start_pos, end, token.type


def applied(
    text: str, unit: Unit, start: int, end: int, names: frozenset[str], value: str = ""
) -> t.Section | Diagnostic:
    """The section with a parameter for what stands from `start` to `end`, applied with that (or another value)."""
    body = text[unit.start : start] + NAME + text[end : unit.end]
    whole = (
        f'contract "X".\n9.9 Apply clause "C" with {NAME} as {value or text[start:end]}.\n'
        f'clause "C" with "{NAME}":\n{body}\nend of clause.\n'
    )
    parser = UnitParser(SourceText.from_text(whole), names)
    apply, clause = (parser.parse(u) for u in parser.units if u.kind in ("section", "clause"))
    assert apply is not None and clause is not None, f"{body}: {[d.message for d in parser.diagnostics]}"
    found = read_with(Clause(clause, parser.source, parser.names), apply.core, parser.source)
    return found if isinstance(found, Diagnostic) else found.sections[0]


def plain(section: t.Section) -> t.Section:
    """A section as the parser gives it: the heads of its two-way table are read where it is lowered."""
    core = section.core
    if isinstance(core, t.SetBy) and core.table.columns:
        core = attrs.evolve(core, table=attrs.evolve(core.table, columns=()))
    return attrs.evolve(section, core=core)


def test_a_parameter_stands_wherever_a_literal_of_a_documented_sentence_does() -> None:
    tried: Counter[str] = Counter()
    for name, text in texts():
        parser = UnitParser(SourceText.from_text(text))
        for unit in parser.units:
            direct = parser.parse(unit) if unit.kind == "section" else None
            for start, end, kind in literals(parser, unit) if direct is not None else ():
                got = applied(text, unit, start, end, parser.names)
                assert not isinstance(got, Diagnostic), (name, text[unit.start : unit.end], got.message)
                assert plain(got) == direct, (name, text[unit.start : unit.end])
                tried[kind] += 1
    assert tried.total() > 1000 and KINDS - set(tried) == set(), tried


def test_a_term_in_place_of_a_literal_is_a_term_or_is_told_what_belongs_there() -> None:
    outcomes: Counter[str] = Counter()
    for name, text in texts():
        parser = UnitParser(SourceText.from_text(text))
        for unit in parser.units:
            direct = parser.parse(unit) if unit.kind == "section" else None
            for start, end, _ in literals(parser, unit) if direct is not None else ():
                got = applied(text, unit, start, end, parser.names, "Some Term")
                if isinstance(got, Diagnostic):
                    assert got.code == "VBC2043" and "the term Some Term is given" in got.message, (name, got)
                    assert "something else" not in got.message and f"write “{NAME} as" in got.help, (
                        name,
                        got,
                    )
                outcomes[type(got).__name__] += 1
    assert min(outcomes["Section"], outcomes["Diagnostic"]) > 200, outcomes


@pytest.mark.parametrize(
    ("sentence", "value", "says"),
    [
        ('"X" means Cost, rounded half up to Given Value decimal places.', "2.5", "VBC1020 decimal places"),
        ('"X" means Cost, rounded half up to Given Value decimal places.', "$2", "VBC2043 a number"),
        ('"X" means Cost, rounded half up to the Given Value.', "2", "VBC2043 a rounding place"),
        ('The "X" is met if Signed is from Given Value through December 31, 2024.', "5%", "VBC2043 a date"),
        ('The "X" is met if Tier is Given Value.', "5", "VBC2043 a text in quotation marks"),
        ('The "X" is met if at least Given Value of the Measures have Rate at least 5%.', "yes",
         "VBC2043 a number or a percentage"),
        ('"X" means Given Value of Cost.', "2", "VBC2043 a percentage"),
        ('"X" means the Given Value percentile, by nearest rank, of Cost across all ACOs.', "50%",
         "VBC2043 an ordinal"),
        ('"X" means Cost plus Given Value.', "cent", "VBC2043 a term, a number"),
        ('The Payer must pay the Provider the "X": Cost, due within Given Value after the settlement notice.', "5",
         "VBC2043 a number with its unit"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_with_what_belongs_there(
    sentence: str, value: str, says: str
) -> None:
    names = frozenset({"Cost", "Signed", "Tier", "Rate", "Measures", "ACOs"})
    text = f"1.1 {sentence}"
    start = text.index(NAME)
    unit = UnitParser(SourceText.from_text(text)).units[0]
    got = applied(text, unit, start, start + len(NAME), names, value)
    code, _, words = says.partition(" ")
    assert isinstance(got, Diagnostic) and got.code == code and words in got.message, got
