"""Reading gives the trees, and stops at the places, that Lark's own lexer and parser give and stop at."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.syntax.lark_reading import read_by_lark
from vbcdsl.source import SourceText
from vbcdsl.syntax.lalr import Unread, read
from vbcdsl.syntax.lexer import Names
from vbcdsl.syntax.names import declared_names
from vbcdsl.syntax.parse_tree import Token
from vbcdsl.syntax.parser import START_OF
from vbcdsl.syntax.table_cache import shared_tables
from vbcdsl.syntax.tables import first_characters
from vbcdsl.syntax.units import split

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted((ROOT / "contract_library").rglob("*.vbc"))
WRONG = sorted((ROOT / "tests" / "diagnostics").rglob("*.vbc"))
EACH = 1 if "ALL_READINGS" in os.environ else 3  # each third file is enough for every run


def _units(path: Path) -> Iterator[tuple[str, frozenset[str], str, int, int]]:
    text = SourceText.from_file(path).text
    units = split(text)
    names = declared_names(text, units)
    for unit in units:
        if unit.kind in START_OF:
            yield text, names, START_OF[unit.kind], unit.start, unit.end


def _ours(text: str, names: frozenset[str], kind: str, start: int, end: int) -> Any:
    try:
        return _plain(read(shared_tables(), text, Names(names), kind, start, end))
    except Unread as error:
        return [error.position, error.width, error.expected]


def _plain(item: Any) -> Any:
    if isinstance(item, Token):
        return (item.type, item.start_pos, item.end_pos)
    return (item.data, item.start_pos, item.end_pos, [_plain(child) for child in item.children])


def test_every_sentence_of_the_library_gives_the_tree_that_lark_gives() -> None:
    count = 0
    for path in CONTRACTS[::EACH]:
        for unit in _units(path):
            assert _ours(*unit) == read_by_lark(*unit), (path.name, unit[0][unit[3] : unit[4]])
            count += 1
    assert count > 300


def test_a_wrong_sentence_stops_where_lark_stops_and_says_what_could_stand_there() -> None:
    stopped = 0
    for path in WRONG[::EACH]:
        try:
            units = list(_units(path))
        except Exception:  # a file that is no text at all has no sentences
            continue
        for unit in units:
            ours = _ours(*unit)
            assert ours == read_by_lark(*unit), (path.name, unit[0][unit[3] : unit[4]])
            stopped += isinstance(ours, list)
    assert stopped > 20


def test_a_sentence_with_a_word_lost_doubled_or_moved_is_read_as_lark_reads_it() -> None:
    random_ = random.Random(7)
    units = [unit for path in random_.sample(CONTRACTS, 12) for unit in _units(path)]
    assert len(units) > 150
    for text, names, kind, start, end in random_.sample(units, min(250, len(units))):
        words = text[start:end].split(" ")
        at, to = random_.randrange(len(words)), random_.randrange(len(words))
        match random_.randrange(4):
            case 0:
                del words[at]
            case 1:
                words.insert(to, words[at])
            case 2:
                words[at] = words[at][: random_.randrange(len(words[at]) + 1)] + random_.choice("\n é-.§,x")
            case _:
                words[at] = "\n\t".join((words[at], words[to]))
        changed = " ".join(words)
        case_ = (changed, names, kind, 0, len(changed))
        assert _ours(*case_) == read_by_lark(*case_), changed


def test_a_phrase_may_be_broken_over_lines_and_a_name_too() -> None:
    text = '1.1 "X" means Total\n   Cost of  Care minus\t$5, but  not\nmore than $7.'
    tree = read(shared_tables(), text, Names({"Total Cost of Care", "Total Cost", "X"}), "section")
    cut = [token.type for token in tree.tokens()]
    assert "TERM" in cut and "K_C_BUT_NOT_MORE_THAN" in cut
    names = [str(token) for token in tree.tokens() if token.type == "TERM"]
    assert names == ["Total\n   Cost of  Care"]


@pytest.mark.parametrize(
    "expression,firsts",
    [
        (r"-?\$\d+", "$-"),
        (r"(?:one|two)\s+x", "ot"),
        (r"(?!The)[A-C]x", "ABC"),
        (r"(?:ab)?c", "ac"),
        (r"[^x]?y|.", None),
        (r"a*", None),
        (r"’s|'s", "'’"),
    ],
)
def test_the_first_characters_of_an_expression_are_known(expression: str, firsts: str | None) -> None:
    assert first_characters(expression) == firsts


def test_a_comma_may_stand_before_the_last_or_of_an_election() -> None:
    from vbcdsl.compiler import compile_text

    text = """contract "Elections".
language version 1.
the Payer is "Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Savings | money | required   |
2.1 The Provider elects the "Track", "upside", "shared", or "full", in its first performance year and for the
    whole term.
2.2 "Part" means Savings if Track is one of "shared", or "full", otherwise 50% of Savings.
"""
    assert not compile_text(text).errors
