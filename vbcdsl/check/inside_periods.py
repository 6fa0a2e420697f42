"""A value that changes inside the period whose amount reads it (Q34).

Each value is computed under what is in force on the first day of its own period. Where a yearly amount takes a
fee that rises in July, the fee of January counts for the whole year, and a table that applies from July through
December of one year never counts. That may be meant; often the amount should be one of shorter periods. A
warning shows the place. Runs on each text in force, beside the checks of a program.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from vbcdsl.check.view import View, found, shown
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.periods import CLOCKS, YEAR, Clock
from vbcdsl.model.span import Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Term
from vbcdsl.rules.scope import clock_of
from vbcdsl.rules.uses import children, natural_dims

_DAY = dt.timedelta(days=1)
FINER = CLOCKS[: CLOCKS.index(YEAR)]


def check_changes_inside_periods(view: View) -> list[Diagnostic]:
    """Every reading of a value that changes on another day than the first one of the reader's period."""
    return list(_Reading(view).run())


class _Reading:
    def __init__(self, view: View) -> None:
        self.view, self.calendar = view, view.program.calendar
        self.terms = view.program.terms
        self.dated = _dated(view)

    def run(self) -> Iterator[Diagnostic]:
        """The findings, one for each sentence that reads and section that changes."""
        seen: set[tuple[str, str]] = set()
        for term in self.terms.values():
            if term.name in self.dated or term.role == "input":
                continue
            for node, clock, place, section in self._changes(term.expr, self._clock(term), term):
                day = self._inside(node, clock)
                if day is not None and (section, node.section) not in seen:
                    seen.add((section, node.section))
                    yield self._finding(node, day, clock, place, section)

    def _clock(self, term: Term) -> str:
        return clock_of(term.grain) or YEAR

    def _changes(
        self, node: n.Node, clock: str, term: Term, place: Span | None = None, section: str = ""
    ) -> Iterator[tuple[n.InForce, str, Span, str]]:
        """The values in force that an expression reads, with the clock by which it reads them and where."""
        if isinstance(node, n.InForce):
            yield node, clock, place or term.span, section or term.section
        if isinstance(node, n.Ref) and node.shift is None and node.term in self.dated:
            below = self.terms[node.term].expr
            yield from self._changes(below, clock, term, place or node.span, section or node.section)
        rows = getattr(node, "rows", None)
        if isinstance(rows, n.Rows):
            record = self.view.program.records.get(rows.source or "")
            bound = (*rows.binds, *((record.clock,) if record is not None and record.clock else ()))
            clock = clock_of(frozenset((clock, *(d for d in bound if d in CLOCKS)))) or clock
        for child in children(node):
            yield from self._changes(child, clock, term, place, section)

    def _inside(self, node: n.InForce, clock: str) -> dt.date | None:
        """The first change on another day than the first one of a period."""
        days = {day for start, end, _ in node.parts for day in (start, end + _DAY if end else None) if day}
        for day in sorted(days):
            period = self.calendar.part_of(day, _clock(clock))
            if period is not None and period.start != day and period.year in self.view.years:
                return day
        return None

    def _finding(self, node: n.InForce, day: dt.date, clock: str, place: Span, section: str) -> Diagnostic:
        period = self.calendar.part_of(day, _clock(clock))
        assert period is not None
        one = self.calendar.shown(clock)
        monthly = self.calendar.part_of(day, "Month")
        finer = "say it “, for each Month,”, or " if monthly and monthly.start == day else ""
        return found(
            "VBC4110",
            f"what section {node.section} states changes on {shown(day, None)}, and here one value is taken for "
            f"each {one}: that of {shown(period.start, None)}",
            place,
            section,
            f"{finer}let the value change on the first day of a {one}",
            "warning",
        )


def _clock(name: str) -> Clock:
    return next((clock for clock in FINER if clock == name), YEAR)


def _dated(view: View) -> frozenset[str]:
    """Terms that take nothing from a year but the day on which they are read: their readers are looked at."""
    dated: set[str] = set()
    terms, records = view.program.terms, view.program.records

    def grain(name: str) -> tuple[str, ...]:
        own = terms[name].grain if name in terms else ()
        return tuple(dim for dim in own if dim != YEAR) if name in dated else own

    def dims(name: str) -> tuple[str, ...]:
        record = records[name]
        return (*record.dims, *((record.clock,) if record.clock else ()))

    for term in terms.values():
        if term.payment is not None or term.role == "input" or clock_of(term.grain) != YEAR:
            continue
        if not natural_dims(term.expr, grain, dims, frozenset()) & set(CLOCKS):
            dated.add(term.name)
    return frozenset(dated)
