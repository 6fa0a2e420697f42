"""A contract's own periods: `"Budget Periods" are, in this order: | Budget Period | First day | Last day |` (C42).

They become a clock of the calendar, beside months, quarters and performance years. An own period may be shorter
than a performance year, lie across two, or hold several; it is settled with the performance year in which it
ends, and each of its values is computed under the text in force on its first day (Q34).
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.periods import OWN, Calendar, Period
from vbcdsl.model.span import Span
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t

FIRST, LAST = "first day", "last day"
MOST = 60


def is_own_periods(core: t.Core) -> bool:
    """Whether a schedule table lists periods by their first and last days."""
    if not isinstance(core, t.Schedule) or len(core.table.header) < 3:
        return False
    return tuple(title.lower() for title in core.table.header[1:3]) == (FIRST, LAST)


def with_own_periods(document: t.Document, calendar: Calendar) -> tuple[Calendar, list[Diagnostic]]:
    """The calendar with the periods that the document lists, and what is wrong with the list."""
    tables = [
        section
        for section in document.sections
        if isinstance(section.core, t.Schedule) and is_own_periods(section.core)
    ]
    if not tables:
        return calendar, []
    first, *more = tables
    problems = [
        Diagnostic(
            "VBC2040",
            "a contract has one list of own periods, and this is the second",
            section.core.span,
            section=section.number,
            help=f"give every period in section {first.number}, or use months, quarters and performance years",
        )
        for section in more
    ]
    core = first.core
    assert isinstance(core, t.Schedule)
    periods, found = _periods(first.number, core, calendar)
    return attrs.evolve(calendar, own=periods), [*problems, *found]


def _periods(
    section: str, core: t.Schedule, calendar: Calendar
) -> tuple[tuple[Period, ...], list[Diagnostic]]:
    title = core.table.header[0]
    problems: list[Diagnostic] = []

    def wrong(message: str, span: Span, help: str) -> None:
        problems.append(Diagnostic("VBC2040", message, span, section=section, help=help))

    periods: list[Period] = []
    names: set[str] = set()
    expected = calendar.effective
    for row in core.table.rows:
        if len(row.cells) != len(core.table.header):
            continue  # reported with the table
        name = _name(row.cells[0])
        start, end = _day(row.cells[1]), _day(row.cells[2])
        if name is None:
            wrong(
                f"this is no name of a {title}", row.cells[0].span, 'write a text such as "BP1", or a number'
            )
            continue
        if start is None or end is None:
            wrong(f"{title} {name} has no first or last day", row.span, "write dates: January 1, 2025")
            continue
        if name in names:
            wrong(f"there are two {title}s {name}", row.span, "give each its own name")
        names.add(name)
        if end < start:
            wrong(f"{title} {name} ends before it begins", row.span, "exchange the two dates")
            return tuple(periods), problems
        if start != expected:
            what = "begins" if not periods else "does not follow the one before it: it begins"
            wrong(
                f"{title} {name} {what} on {_shown(start)}, and {_shown(expected)} is the next day",
                row.span,
                "each day of the contract lies in exactly one period",
            )
            return tuple(periods), problems
        year = calendar.year_of(end)
        if year is None:
            wrong(
                f"{title} {name} ends after the contract", row.span, f"it ends on {_shown(calendar.through)}"
            )
            return tuple(periods), problems
        number = len(periods) + 1
        periods.append(Period(OWN, number, year.number, start, end, name, title))
        expected = end + dt.timedelta(days=1)
    if len(periods) > MOST:
        wrong(f"there are more than {MOST} {title}s", core.span, "use months or quarters")
    if periods and expected <= calendar.through:
        wrong(
            f"no {title} holds {_shown(expected)}, and the contract runs through {_shown(calendar.through)}",
            core.span,
            "add the last period",
        )
    return tuple(periods), problems


def _name(cell: t.Cell) -> str | None:
    match cell:
        case t.TextCell(texts=(text,)):
            return text
        case ast.Literal_(value=Fraction() as value) if value.denominator == 1:
            return str(value)
    return None


def _day(cell: t.Cell) -> dt.date | None:
    return cell.value if isinstance(cell, ast.Literal_) and isinstance(cell.value, dt.date) else None


def _shown(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
