"""Reading a clause whose parameters stand where the grammar wants a literal: `at least Count of the Measures`.

A parameter is a name, and reads as a term. Where no term can stand, some literal may: a number, a percentage, a
date. So a clause is read again and again, each time with one parameter read as something else, until it is read.
In the definition the name is tried first, then a stand-in of each kind, which has no meaning; where the clause is
applied, the words of the argument are tried first (`resolve/applied`). Only the words just before the place where
reading stopped are tried again: what a parameter is read as decides about the next few words and no more.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from vbcdsl.syntax.lalr import Unread, read
from vbcdsl.syntax.lexer import Names
from vbcdsl.syntax.names import parameters_of
from vbcdsl.syntax.parse_tree import Token, Tree
from vbcdsl.syntax.tables import Tables, lead_of
from vbcdsl.syntax.units import blank_comments

Literal: TypeAlias = tuple[tuple[str, str], ...]  # the terminals of a literal with their text
Way: TypeAlias = Literal | None  # what a parameter is read as; None: its name
Parameters: TypeAlias = Mapping[
    str, tuple[Way, ...]
]  # a parameter → the ways to read it, the first preferred

_MOST = 300  # readings of one clause
_BEFORE = 4  # words before the place where reading stopped that are looked at

KINDS: Final[
    dict[str, tuple[Literal, str]]
] = {  # what a literal is called → one of its kind, and how it is written
    "a number": ((("NUMBER", "1"),), "2"),
    "a percentage": ((("PERCENT", "1%"),), "10%"),
    "an amount": ((("MONEY", "$1"),), "$500"),
    "a date": ((("DATE", "January 1, 2000"),), "July 1, 2025"),
    "a text in quotation marks": ((("QUOTED", '"A"'),), '"rural"'),
    "a number with its unit": ((("NUMBER", "1"), ("COUNT_NOUN", "days")), "90 days"),
    "a fraction": ((("FRACTION", "1/2"),), "2/3"),
    "a day of the year": ((("MONTH_DAY", "January 1"),), "March 31"),
    "an ordinal": ((("ORDINAL", "50th"),), "75th"),
    "a rounding place": ((("ROUND_UNIT", "cent"),), "whole number"),
    "yes or no": ((("K_YES", "yes"),), "yes"),
    "not scored": ((("K_NOT_SCORED", "not scored"),), "not scored"),
}
STAND_INS: Final = (None, *(literal for literal, _ in KINDS.values()))


class NoWay(Exception):
    """A clause that cannot be read in any way: where, and the parameter at that place (None: there is none)."""

    def __init__(self, error: Unread, parameter: str | None, place: int) -> None:
        self.error, self.parameter, self.place = error, parameter, place
        super().__init__(error.position)


def read_clause(
    tables: Tables, text: str, names: Names, start: int, end: int,
    parameters: Parameters | None = None, forced: Mapping[int, Way] | None = None,
    tokens: list[Token] | None = None, kind: str = "clause_def",
) -> Tree:  # fmt: skip
    """The tree of a clause (or of a piece of it). `NoWay` if it cannot be read, with the furthest place reached.

    `parameters`: how to read each; without them, as in a definition. `forced`: how to read one at a place.
    `tokens` collects what was cut.
    """
    if parameters is None:
        parameters = dict.fromkeys(parameters_of(text[start:end]), STAND_INS)
    places = _places(text, names, start, end, parameters)
    ways = {
        at: (forced[at],) if forced and at in forced else parameters[name] for at, (_, name) in places.items()
    }
    chosen = dict.fromkeys(places, 0)
    furthest: NoWay | None = None
    for _ in range(_MOST):
        stand_ins = {
            at: (after, way) for at, (after, _) in places.items() if (way := ways[at][chosen[at]]) is not None
        }
        cut: list[Token] = []
        try:
            tree = read(tables, text, names, kind, start, end, cut, stand_ins, places)
        except Unread as error:
            near = [error.position, *(token.start_pos for token in reversed(cut[-_BEFORE:]))]
            known = [at for at in dict.fromkeys(near) if at in places]
            if furthest is None or error.position > furthest.error.position:
                furthest = NoWay(error, places[known[0]][1] if known else None, known[0] if known else -1)
            _keep(tokens, cut)
            again = next((at for at in known if chosen[at] + 1 < len(ways[at])), None)
            if again is None:
                break
            chosen = {at: way if at < again else 0 for at, way in chosen.items()} | {again: chosen[again] + 1}
        else:
            _keep(tokens, cut)
            return tree
    assert furthest is not None
    raise furthest


def fitting(
    tables: Tables, text: str, names: Names, start: int, end: int, place: int
) -> list[tuple[str, str]]:
    """What could stand where a parameter stands: a term, kinds of literals; each with how one is written."""
    found = []
    kinds: dict[str, tuple[Way, str]] = {"a term": (None, "")}
    for called, (way, written) in {**kinds, **KINDS}.items():
        with contextlib.suppress(NoWay):
            read_clause(tables, text, names, start, end, forced={place: way})
            found.append((called, written))
    return found


def _keep(tokens: list[Token] | None, cut: list[Token]) -> None:
    """The longest of the readings so far."""
    if tokens is not None and len(cut) > len(tokens):
        tokens[:] = cut


def _places(
    text: str, names: Names, start: int, end: int, parameters: Parameters
) -> dict[int, tuple[int, str]]:
    """Where a parameter may stand: place → its end and the parameter. A longer name beats it."""
    found = {}
    for capital in re.finditer(r"(?<![\w-])[A-Z]", blank_comments(text)[start:end]):
        at = start + capital.start()
        after = names.match(text, lead_of(text[at:end]), at, end, at)
        if after > at and (name := " ".join(text[at:after].split())) in parameters:
            found[at] = (after, name)
    return found
