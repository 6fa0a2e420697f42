"""Own periods beside the other clocks: a value taken where its period does not lie in the other one (C42).

A Budget Period may cut a performance year. A value for each performance year is then not one value in the Budget
Period, and rows of a month that lies in two Budget Periods belong to neither. Both are refused with the period
that shows it. Runs after the program is made, before it is run; see `resolve/own_periods.py` for the list itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from vbcdsl.check.view import View, found
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.periods import CLOCKS, OWN, YEAR, Calendar, Period
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Term
from vbcdsl.rules.scope import clock_of
from vbcdsl.rules.uses import children

FINER = CLOCKS[: CLOCKS.index(OWN)]


def check_own_clock(view: View) -> list[Diagnostic]:
    """Values and rows of periods that do not fit into the contract's own periods, or the other way."""
    calendar = view.program.calendar
    if not calendar.own:
        return []
    result: list[Diagnostic] = []
    for term in view.program.terms.values():
        if term.role == "input":
            continue
        clock = clock_of(term.grain) or YEAR
        seen: set[str] = set()
        for here, node in _placed(view, clock, term.expr):
            problem = _problem(view, here, node)
            if problem is not None and problem.message not in seen:
                seen.add(problem.message)
                result.append(problem)
        result.extend(_roster(view, term, clock))
    return result


def _placed(view: View, clock: str, node: n.Node) -> Iterator[tuple[str, n.Node]]:
    """Each expression with the clock of the place where it is evaluated: inside an aggregate that of its rows."""
    yield clock, node
    inside = clock
    if isinstance(node, n.Aggregate | n.Quantified | n.WithLargest | n.Rank | n.PoolShare):
        inside = _bound(view, node.rows) or clock
    for child in children(node):
        yield from _placed(view, inside, child)


def _bound(view: View, rows: n.Rows) -> str | None:
    """The clock of the rows that an aggregate visits, None if they have none."""
    if rows.source is None:
        return clock_of(rows.binds)
    record = view.program.records[rows.source]
    return record.clock or ("Month" if record.date_column is not None else None)


def _problem(view: View, clock: str, node: n.Node) -> Diagnostic | None:
    program, calendar = view.program, view.program.calendar
    match node:
        case n.Ref(term=name, shift=shift) if name in program.terms:
            there = clock_of(program.terms[name].grain)
            if there is None or (shift is not None and (shift.year is not None or shift.own is not None)):
                return None
            return _apart(view, node, name, clock, there)
        case n.PeriodFact(clock=there):
            return _apart(view, node, f"the {calendar.shown(there)}", clock, there)
        case n.Aggregate() | n.Quantified() | n.WithLargest() | n.Rank() | n.PoolShare():
            rows = node.rows
            fixed = clock_of(rows.fixed)
            if fixed is None or (rows.window is not None and rows.window.years is not None):
                return None
            bound = _bound(view, rows)
            if bound is None:
                return None
            what = rows.source or f"the values of each {calendar.shown(bound)}"
            return _apart(view, node, what, fixed, bound)
    return None


def _apart(view: View, node: n.Node, what: str, here: str, there: str) -> Diagnostic | None:
    """The problem of taking something of a period `there` in a period `here`, if the two do not fit."""
    if OWN not in (here, there) or here == there:
        return None
    calendar = view.program.calendar
    if there == OWN and here in FINER:
        wrong = _not_in_one(calendar, here)
    elif here == OWN and there in FINER:
        wrong = _not_in_one(calendar, there)
    else:
        cut = calendar.cut()
        wrong = None if cut is None else (_named(cut), "two performance years")
    if wrong is None:
        return None
    period, two = wrong
    own = calendar.own_title
    return found(
        "VBC3050",
        f"{what} cannot be taken here: {period} lies in {two}",
        node.span,
        node.section,
        f"take rows or values of months into each {own}, or state the value “, for each {own},”",
    )


def _not_in_one(calendar: Calendar, clock: str) -> tuple[str, str] | None:
    """The first period of a clock that does not lie in one own period."""
    for year in calendar.years:
        for part in calendar.parts(year, clock):  # type: ignore[arg-type]
            if not any(own.start <= part.start and part.end <= own.end for own in calendar.own):
                return f"{part.clock} {part.label}", f"two {calendar.own_title}s"
    return None


def _named(period: Period) -> str:
    return f"{period.clock_name} {period.label}"


def _roster(view: View, term: Term, clock: str) -> list[Diagnostic]:
    """Keys that months or years list, for each own period that cuts a performance year."""
    calendar = view.program.calendar
    if clock != OWN or calendar.cut() is None:
        return []
    for dim in term.grain:
        roster = view.program.rosters.get(dim)
        if roster is None or dim == view.program.party or dim in CLOCKS:
            continue
        record = view.program.records[roster.record]
        if record.is_data and record.clock not in (None, OWN):
            return [
                found(
                    "VBC3050",
                    f"which {dim}s there are is listed for each {record.clock}, and a "
                    f"{_named(calendar.cut() or calendar.own[0])} lies in two performance years",
                    term.span,
                    term.section,
                    f"list them in records “one for each {dim} in each {calendar.own_title}”",
                )
            ]
    return []
