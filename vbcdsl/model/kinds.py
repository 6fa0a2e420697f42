"""Kinds and units: what a value is, so that unlike things are never added or compared.

A kind is a base (`money`, `rate`, …) with, where it applies, a unit: money *per member per month*, a count
*of member months*. `scored=False` marks a value that can be the outcome "not scored".
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen

Base: TypeAlias = Literal[
    "money",  # dollars; with `per`, dollars for each unit
    "rate",  # 2.5% is 1/40
    "percentage points",  # a difference of two rates
    "number",
    "count",  # a whole number of something; `unit` says of what
    "ratio",  # a quotient of two like things: may stand as a rate or as a number
    "yes or no",
    "text",
    "date",
    "month",
    "not scored",  # the literal alone
]


@frozen
class Kind:
    """What a value is. `unit` is a plural noun ("member months"): of a count, what is counted;
    of money, per what (None: plain money). `maybe_not_scored`: the value can be "not scored"."""

    base: Base
    unit: str | None = None
    maybe_not_scored: bool = False

    def __str__(self) -> str:
        text: str = self.base
        if self.base == "money" and self.unit:
            text = f"money per {singular_unit(self.unit)}"
        elif self.base == "count" and self.unit:
            text = f"count of {self.unit}"
        elif self.base == "number" and self.unit:
            text = self.unit
        return text + (" or not scored" if self.maybe_not_scored and self.base != "not scored" else "")

    def scored(self) -> Kind:
        """The same kind without the outcome "not scored"."""
        return attrs.evolve(self, maybe_not_scored=False)


MONEY: Final = Kind("money")
RATE: Final = Kind("rate")
POINTS_OF_PERCENT: Final = Kind("percentage points")
NUMBER: Final = Kind("number")
COUNT: Final = Kind("count")
RATIO: Final = Kind("ratio")
YES_NO: Final = Kind("yes or no")
TEXT: Final = Kind("text")
DATE: Final = Kind("date")
MONTH: Final = Kind("month")
UNSCORED: Final = Kind("not scored", maybe_not_scored=True)

NUMERIC: Final[frozenset[str]] = frozenset({"money", "rate", "percentage points", "number", "count", "ratio"})

_IRREGULAR = {"person years": "person year"}
PERSONS: Final[frozenset[str]] = frozenset({"member", "beneficiary", "enrollee", "patient", "person"})
_TIMES: Final[tuple[str, ...]] = ("months", "quarters", "years", "days")


def plural(noun: str) -> str:
    """The plural of a noun: Facility → Facilities, Class → Classes, Member → Members."""
    if noun.endswith("y") and noun[-2:-1].lower() not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    return noun + "s"


def singular_unit(unit: str) -> str:
    """The way a unit is written after "per": member months → member per month, visits → visit."""
    if found := re.fullmatch(r"(.+) (month|quarter)s", unit):
        return f"{found[1]} per {found[2]}"
    if unit in _IRREGULAR:
        return _IRREGULAR[unit]
    if unit.endswith("ies"):
        return unit[:-3] + "y"
    if unit.endswith(("sses", "xes", "ches", "shes")):
        return unit[:-2]
    return unit[:-1] if unit.endswith("s") else unit


def in_time(noun: str, times: str) -> str:
    """The unit of things over time: of a Bed in each Month "bed months"; of a Patient, as of any person, "member
    months"."""
    return f"{'member' if noun in PERSONS and times != 'days' else noun} {times}"


def compound(first: str, second: str) -> str | None:
    """What a count of things times a count of months counts: members times months are member months."""
    for things, times in ((first, second), (second, first)):
        if times in _TIMES and things.split()[-1] not in (*_TIMES, "points"):
            return in_time(singular_unit(things), times)
    return None
