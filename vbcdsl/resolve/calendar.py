"""The performance years of a contract, from its header (Q16)."""

from __future__ import annotations

import datetime as dt

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.periods import Calendar, Period, add_months
from vbcdsl.model.span import Span
from vbcdsl.syntax.tree import Header

MAX_YEARS = 100


def build_calendar(header: Header) -> tuple[Calendar | None, list[Diagnostic]]:
    """The calendar, or None with the reason."""
    spans = dict(header.spans)
    if header.term is None:
        return None, [
            Diagnostic(
                "VBC2001",
                "the contract does not say from when to when it is in force",
                Span(0, 1),
                help="add “effective January 1, 2024 through December 31, 2026.” to the header",
            )
        ]
    start, end = header.term
    span = spans.get("term")
    if end < start:
        return None, [
            Diagnostic("VBC2002", "the contract ends before it begins", span, help="exchange the two dates")
        ]
    years: list[Period] = []
    first = start
    if header.first_year is not None:
        if header.first_year[0] != start:
            return None, [
                Diagnostic(
                    "VBC2003",
                    "the first performance year does not begin on the effective date",
                    spans.get("first_year"),
                    help=f"begin it on {start:%B} {start.day}, {start.year}",
                )
            ]
        years.append(Period("Performance Year", 1, 1, *header.first_year))
        first = header.first_year[1] + dt.timedelta(days=1)
    anchor = header.year_from or dt.date(first.year, 1, 1)
    if first <= end and (first.month, first.day) != (anchor.month, anchor.day):
        return None, [
            Diagnostic(
                "VBC2003",
                f"a performance year begins on {anchor:%B} {anchor.day}, and the contract on "
                f"{first:%B} {first.day}, {first.year}: the first year would be short",
                span,
                help="add “the first performance year is … through ….” to the header, or change a date (Q16)",
            )
        ]
    while first <= end:
        last = add_months(first, 12) - dt.timedelta(days=1)
        if last > end:
            return None, [
                Diagnostic(
                    "VBC2003",
                    f"the last performance year, which begins on {first:%B} {first.day}, {first.year}, "
                    "would be short",
                    span,
                    help=f"let the contract end on {last:%B} {last.day}, {last.year}, or a year earlier (Q16)",
                )
            ]
        if len(years) >= MAX_YEARS:
            return None, [Diagnostic("VBC2004", f"the contract runs for more than {MAX_YEARS} years", span)]
        years.append(Period("Performance Year", len(years) + 1, len(years) + 1, first, last))
        first = last + dt.timedelta(days=1)
    return Calendar(start, end, tuple(years)), []
