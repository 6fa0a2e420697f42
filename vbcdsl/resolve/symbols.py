"""What a document declares, and what a name in it stands for.

A name is a term (some sentence defines it), a column of records or of a schedule table, a set of rows, a key
(a dimension: the party, Member, Measure …) in the singular or the plural, a clock, or a role of a party.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeAlias

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import plural
from vbcdsl.model.periods import CALENDAR_QUARTER, CLOCKS, OWN, Calendar, Clock, Period
from vbcdsl.rules.program import Record, Roster
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t

CLOCK_ALIASES = {"Contract Year": "Performance Year", "Fiscal Year": "Performance Year"}


@frozen
class Definition:
    """A sentence that defines a term."""

    name: ast.Name
    section: t.Section


Symbol: TypeAlias = tuple[
    Literal["term", "column", "record", "dim", "dims", "clock", "clocks", "role"], str, str
]  # (what, name, record of a column)


@attrs.define
class Symbols:
    """The symbol table of one text in force."""

    calendar: Calendar
    party: str
    roles: dict[str, str]
    records: dict[str, Record] = attrs.field(factory=dict)
    columns: dict[str, list[str]] = attrs.field(factory=dict)  # column → records that have it
    terms: dict[str, list[Definition]] = attrs.field(factory=dict)
    dims: dict[str, str] = attrs.field(factory=dict)  # dimension and its other names → dimension
    plurals: dict[str, str] = attrs.field(factory=dict)
    attributes: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    rosters: dict[str, Roster] = attrs.field(factory=dict)
    sections: dict[str, t.Section] = attrs.field(factory=dict)
    clauses: dict[str, t.ClauseDef] = attrs.field(factory=dict)
    units: dict[str, tuple[int, str]] = attrs.field(factory=dict)
    diagnostics: list[Diagnostic] = attrs.field(factory=list)
    unreadable: frozenset[str] = frozenset()  # numbers and names of unreadable sentences: reported there

    def role(self, party: str) -> str:
        """A party by its role: “the Practice” is the Provider where the Provider is each Practice."""
        if party in self.roles or self.dims.get(party) != self.party:
            return party
        return next((role for role, name in self.roles.items() if not name), party)

    def add_dim(self, name: str, dim: str) -> None:
        """A dimension by one of its names, in the singular and the plural."""
        self.dims[name] = dim
        self.plurals[plural(name)] = dim

    def clock(self, name: str) -> Clock | None:
        """The clock of that name ("Contract Year" is the performance year), or None."""
        name = CLOCK_ALIASES.get(name, name)
        if (own := self.calendar.own_title) is not None and own.lower() == name.lower():
            return OWN
        if name == "Calendar Year" and all(
            (y.start.month, y.start.day) == (1, 1) for y in self.calendar.years
        ):
            return "Performance Year"
        if name == CALENDAR_QUARTER and all(_of_calendar_quarters(y) for y in self.calendar.years):
            return "Quarter"
        return name if name in CLOCKS and name != OWN else None

    def clock_of_plural(self, name: str) -> Clock | None:
        """The clock whose periods are meant by a plural ("Months"), or None."""
        if (own := self.calendar.own_title) is not None and plural(own).lower() == name.lower():
            return OWN
        found = next((clock for clock in CLOCKS if plural(clock) == name and clock != OWN), None)
        return None if found is None else self.clock(found) or found

    def find(self, name: str, *, record: str | None = None) -> Symbol | None:
        """What a name stands for; `record` is preferred where columns of several records share it."""
        if name in self.terms:
            return "term", name, ""
        if name in self.columns:
            owners = self.columns[name]
            if record in owners:
                return "column", name, record or ""
            clock = self.clock(name)
            if clock is not None and all(self.records[owner].clock == name for owner in owners):
                return "clock", clock, ""  # a period here; its column only while rows are visited
            if name not in self.dims or (self.dims[name] == name and name in self.attributes):
                return "column", name, owners[0]
        if self.clock_of_plural(name) == OWN:
            return "clocks", OWN, ""
        if name in self.records:
            return "record", name, ""
        if name in self.dims:
            return "dim", self.dims[name], ""
        if name in self.plurals:
            return "dims", self.plurals[name], ""
        if name in self.columns:
            return "column", name, self.columns[name][0]
        if (clock := self.clock(name)) is not None:
            return "clock", clock, ""
        if (clock := self.clock_of_plural(name)) is not None:
            return "clocks", clock, ""
        if name in self.roles:
            return "role", name, ""
        return None

    def all_names(self) -> list[str]:
        """Every name that can be written, for suggestions."""
        return sorted(
            {*self.terms, *self.columns, *self.records, *self.dims, *self.plurals, *self.roles, *CLOCKS}
            - {OWN}
        )

    def undefined(self, name: ast.Name, section: str = "") -> Diagnostic:
        """The diagnostic for a name that stands for nothing."""
        if name.text in self.unreadable:
            return Diagnostic("", "", name.span)  # the sentence that defines it is reported
        near = nearest(name.text, self.all_names())
        help_ = "did you mean " + " or ".join(f"“{n}”" for n in near) + "?" if near else ""
        help_ = help_ or f'define it: “"{name.text}" means ….”'
        return Diagnostic(
            "VBC2010",
            f"“{name.text}” is not defined in this contract",
            name.span,
            section=section,
            help=help_,
            fix=near[0] if len(near) == 1 else None,
        )

    def record_dims(self, record: Record) -> tuple[str, ...]:
        """The dimensions a record carries, with its clock."""
        return (*record.dims, *((record.clock,) if record.clock else ()))


def _of_calendar_quarters(year: Period) -> bool:
    """Whether a performance year is made of whole quarters of the calendar (Q16)."""
    after = year.end + dt.timedelta(days=1)
    return all(day.day == 1 and day.month in (1, 4, 7, 10) for day in (year.start, after))
