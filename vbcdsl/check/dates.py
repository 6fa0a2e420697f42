"""Values in force from date to date: days of the term without a value, and days with two."""

from __future__ import annotations

import datetime as dt

from vbcdsl.check.view import View, found, shown
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules import nodes as n

_DAY = dt.timedelta(days=1)


def check_dates_in_force(view: View) -> list[Diagnostic]:
    """Every value in force from date to date."""
    diagnostics: list[Diagnostic] = []
    for _, node in view.each(n.InForce):
        assert isinstance(node, n.InForce)
        diagnostics.extend(_in_force(view, node))
    return diagnostics


def _in_force(view: View, node: n.InForce) -> list[Diagnostic]:
    calendar = view.program.calendar
    years = [year for number in view.years if (year := calendar.year(number)) is not None]
    if not years:
        return []
    first, last = years[0].start, years[-1].end
    parts: list[tuple[dt.date, dt.date, n.Node]] = []
    for start, end, value in node.parts:
        begin = start if isinstance(start, dt.date) else calendar.effective
        parts.append((begin, end if isinstance(end, dt.date) else calendar.through, value))
    result: list[Diagnostic] = []
    for begin, end, value in parts:
        if end < begin:
            result.append(
                found(
                    "VBC4013",
                    f"this value ends before it begins ({shown(begin, None)})",
                    value.span,
                    node.section,
                    "exchange the two dates",
                )
            )
    parts = sorted((p for p in parts if p[0] <= p[1]), key=lambda p: (p[0], p[1]))
    covered = first - _DAY
    for begin, end, value in parts:
        if begin > covered + _DAY and begin <= last + _DAY and node.otherwise is None and covered < last:
            result.append(_missing(view, node, max(covered + _DAY, first), min(begin - _DAY, last), value))
        if begin <= covered and begin >= first and begin <= last:
            result.append(
                found(
                    "VBC4004",
                    f"two values are in force on {shown(begin, None)}",
                    value.span,
                    node.section,
                    f"let the value before end on {shown(begin - _DAY, None)}",
                )
            )
        covered = max(covered, end)
    if covered < last and node.otherwise is None:
        result.append(_missing(view, node, max(covered + _DAY, first), last, None))
    return result


def _missing(view: View, node: n.InForce, start: dt.date, end: dt.date, before: n.Node | None) -> Diagnostic:
    span = before.span if before is not None else node.span
    return found(
        "VBC4003",
        f"no value is in force from {shown(start, None)} through {shown(end, None)}",
        span,
        node.section,
        "state the value for those days, or add “, otherwise …”",
    )
