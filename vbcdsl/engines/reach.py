"""From which performance years an expression takes values and rows. Every plan of what to read stands on it."""

from __future__ import annotations

from vbcdsl.model.periods import CLOCKS, OWN, YEAR, Calendar
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record

_YEARS = (YEAR, "Contract Year", "Calendar Year", "Fiscal Year")


def targets(calendar: Calendar, year: int, shift: n.Shift | None) -> tuple[int, ...]:
    """The performance years in which a reference from a year takes a term.."""
    if shift is None:
        return (year,)
    if shift.year is not None:
        return (shift.year,)
    if shift.clock == OWN:
        own = {p.year for p in calendar.own}
        return tuple(y for y in sorted(own) if y <= year or shift.own is not None)
    back = shift.back or 0
    if shift.clock in _YEARS:
        return (year - back,) if year - back >= 1 else ()
    return tuple(y for y in range(year - back, year + 1) if y >= 1)


def visited_years(calendar: Calendar, rows: n.Rows, year: int, program: Program) -> tuple[int, ...]:
    """The performance years from which an aggregate in a year takes rows."""
    if rows.window is not None and rows.window.years is not None:
        return tuple(y for y in range(year - rows.window.years + 1, year + 1) if y >= 1)
    if OWN in rows.fixed:
        return _years_of_own(calendar, year)
    if _has_clock(rows.fixed):
        return (year,)
    every = tuple(y.number for y in calendar.years)
    if rows.source is None:
        return every if _has_clock(rows.binds) else (year,)
    return every if _has_time(program.records[rows.source]) else (year,)


def _years_of_own(calendar: Calendar, year: int) -> tuple[int, ...]:
    """The performance years that hold days of the own periods which end in a year."""
    starts = [calendar.year_of(p.start) for p in calendar.own if p.year == year]
    first = min([year, *(y.number for y in starts if y is not None)])
    return tuple(range(first, year + 1))


def _has_clock(dims: tuple[str, ...]) -> bool:
    return any(dim in CLOCKS for dim in dims)


def _has_time(record: Record) -> bool:
    return record.clock is not None or record.date_column is not None
