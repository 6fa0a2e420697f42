"""Terms, columns of records, keys, periods and dates: what an environment can refer to."""

from __future__ import annotations

import datetime as dt

import numpy as np

from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import blank, ev, handles
from vbcdsl.engines.arrow.frames import clock_of
from vbcdsl.engines.arrow.ints import Array, Ints
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.times import WHOLE_YEAR, has_clock, is_clock
from vbcdsl.engines.arrow.vec import EPOCH, Blank, Day, Num, Text, Vec, any_unscored, first_fault, marked
from vbcdsl.model.periods import Period, add_months
from vbcdsl.rules import nodes as n


@handles(n.KeyOf)
def _key_of(node: n.KeyOf, scope: Scope) -> Vec:
    if is_clock(node.dim):
        parts = scope.engine.times.parts(scope.year, node.dim)
        pool = v.TextPool([p.label for p in parts])
        return Text(scope.key(node.dim), pool)
    return Text(scope.key(node.dim), scope.engine.dimension(node.dim).pool)


@handles(n.PeriodFact)
def _period_fact(node: n.PeriodFact, scope: Scope) -> Vec:
    if node.fact == "year":
        return v.num(scope.year)
    parts = scope.engine.times.parts(scope.year, node.clock)
    codes = scope.key(node.clock)
    if node.fact in ("start", "end"):
        days = [scope.engine.times.day_number(p.start if node.fact == "start" else p.end) for p in parts]
        return Day(np.array(days, dtype=np.int64)[codes])
    return Num(Ints(np.array([_count(node.fact, p) for p in parts], dtype=np.int64)[codes]))


def _count(fact: str, period: Period) -> int:
    match fact:
        case "number":
            return period.year if period.clock in WHOLE_YEAR else period.number
        case "days":
            return period.days
        case "months":
            start, end = period.start, period.end
            return (end.year - start.year) * 12 + end.month - start.month + 1
        case _:
            return period.start.year


# ---------------------------------------------------------------- columns of records


@handles(n.Col)
def _col(node: n.Col, scope: Scope) -> Vec:
    return column_of(scope, node.record, node.column, node)


def column_of(scope: Scope, record: str, column: str, node: n.Node | None = None) -> Vec:
    """A column of the visited row, or of the row that the keys of the environment name."""
    if scope.visited(record, column):
        return scope.column(column)
    engine, program = scope.engine, scope.program
    part = engine.table(program, record).part(scope.year, program)
    if part.frame is None:
        raise KeyError(record)
    places = scope.positions(part.frame)
    values = part.scope.column(column)
    if places is None:
        return values
    missing = places < 0
    if not missing.any():
        return v.take(values, places)
    found = v.full(places, scope.rows)
    rest, rows = np.flatnonzero(found >= 0), np.flatnonzero(found < 0)
    declared = program.records[record].column(column)
    instead: Vec
    if declared.missing is not None:
        instead = v.constant(declared.missing)
    else:
        message = f"{record} has no row for this key, and {column} is required"
        instead = Blank(
            fault=engine.new_faults(scope, found < 0, "VBC6007", message, node or n.Col(record, column))[rows]
        )
    present = v.take(values, found[rest])
    return v.scatter(scope.rows, [(rest, present), (rows, instead)])


# ---------------------------------------------------------------- terms


@handles(n.Ref)
def _ref(node: n.Ref, scope: Scope) -> Vec:
    if node.pick:
        codes = {}
        keys = []
        for dim, expr in node.pick:
            value = ev(expr, scope)
            keys.append(value)
            codes[dim] = scope.engine.as_keys(dim, value)
        picked = scope.with_keys(codes)
        found = _shifted(node, picked)
        return marked(found, any_unscored(found, *keys), first_fault(*keys, found))
    return _shifted(node, scope)


def _shifted(node: n.Ref, scope: Scope) -> Vec:
    shift = node.shift
    if shift is None:
        return _at(node, scope, scope.year, None)
    if shift.year is not None or shift.clock in WHOLE_YEAR:
        year = shift.year if shift.year is not None else scope.year - (shift.back or 0)
        return _at(node, scope, year, None)
    return _shifted_parts(node, scope, shift)


def _shifted_parts(node: n.Ref, scope: Scope, shift: n.Shift) -> Vec:
    """A reference to an earlier month, quarter or half year: it may lie in an earlier performance year."""
    times = scope.engine.times
    codes = v.full(scope.key(shift.clock), scope.rows).astype(np.int64) - (shift.back or 0)
    years = np.full(scope.rows, scope.year)
    while True:
        early = (codes < 0) & (years > 1)
        if not early.any():
            break
        for year in np.unique(years[early]).tolist():
            here = early & (years == year)
            codes[here] += len(times.parts(int(year) - 1, shift.clock))
            years[here] -= 1
    years[codes < 0] = 0
    parts: list[tuple[Array | None, Vec]] = []
    for year in np.unique(years).tolist():
        rows = np.flatnonzero(years == year)
        parts.append((rows, _at(node, scope.narrow(rows), int(year), {shift.clock: codes[rows]})))
    return v.scatter(scope.rows, parts)


def _at(node: n.Ref, scope: Scope, year: int, period: dict[str, Array] | None) -> Vec:
    """The term in a performance year, for the keys of the scope (with the period replaced)."""
    engine = scope.engine
    program = engine.bundle.by_year.get(year)
    if program is None or node.term not in program.terms:
        return _first(node, scope)
    term = program.terms[node.term]
    facts = engine.facts(year, node.term)
    if len(facts) == 1 and not facts[0].pick:
        return v.constant(facts[0].value)
    target = scope
    if period is not None or year != scope.year:
        target = in_year(scope, year, period, term.grain)
    frame = engine.frame(year, term.grain)
    if engine.recurrent(program, node.term) and has_clock(term.grain):
        return _recurrent(node, target, year, term.grain)
    column = engine.column(year, node.term)
    places = target.positions(frame)
    if places is None:
        return column
    if not (places < 0).any():
        return v.take(column, places)
    found = v.full(places, scope.rows)
    rest, rows = np.flatnonzero(found >= 0), np.flatnonzero(found < 0)
    present = v.take(column, found[rest])
    return v.scatter(scope.rows, [(rest, present), (rows, _absent(node, scope.narrow(rows), year))])


def in_year(scope: Scope, year: int, period: dict[str, Array] | None, grain: tuple[str, ...]) -> Scope:
    """The scope in another performance year: the same keys, the period of the same number."""
    engine = scope.engine
    clock = next(iter(period)) if period else scope.clock
    codes: dict[str, Array] = dict(period) if period else {clock: scope.key(clock)}
    target = Scope(engine, engine.program(year), year, scope.rows, codes, clock, scope.term)  # type: ignore[arg-type]
    target.outer = (scope, None)
    for dim in grain:
        if not is_clock(dim) and scope.has(dim):
            codes[dim] = scope.key(dim)
    return target


def _first(node: n.Ref, scope: Scope) -> Vec:
    if node.first is not None:
        return ev(node.first, scope)
    everything = np.ones(scope.rows, dtype=bool)
    message = f"{node.term} is referred to before its first period"
    return Blank(fault=scope.engine.new_faults(scope, everything, "VBC6008", message, node))


def _absent(node: n.Ref, scope: Scope, year: int) -> Vec:
    """A key that the term does not have: in an earlier year, as before the first period."""
    if year != scope.year and node.first is not None:
        return ev(node.first, scope)
    everything = np.ones(scope.rows, dtype=bool)
    code = "VBC6007" if year == scope.year else "VBC6008"
    message = f"{node.term} has no value for this key"
    return Blank(fault=scope.engine.new_faults(scope, everything, code, message, node))


def _recurrent(node: n.Ref, scope: Scope, year: int, grain: tuple[str, ...]) -> Vec:
    """A term that stands on itself in an earlier period: period by period."""
    engine = scope.engine
    frame = engine.frame(year, grain)
    codes = v.full(scope.key(clock_of(grain)), scope.rows)
    places = scope.positions(frame)
    found = np.arange(scope.rows) if places is None else v.full(places, scope.rows)
    parts: list[tuple[Array | None, Vec]] = []
    for code in np.unique(codes).tolist():
        rows = np.flatnonzero((codes == code) & (found >= 0))
        if len(rows):
            column = engine.part(year, node.term, int(code))
            parts.append((rows, v.take(column, found[rows])))
    rows = np.flatnonzero(found < 0)
    if len(rows):
        parts.append((rows, _absent(node, scope.narrow(rows), year)))
    return v.scatter(scope.rows, parts)


# ---------------------------------------------------------------- dates


@handles(n.DaysBetween)
def _days_between(node: n.DaysBetween, scope: Scope) -> Vec:
    start, end = ev(node.start, scope), ev(node.end, scope)
    if not isinstance(start, Day) or not isinstance(end, Day):
        return blank(start, end)
    days = end.values.astype(np.int64) - start.values
    return marked(Num(Ints(days)), any_unscored(start, end), first_fault(start, end))


@handles(n.MonthsBetween)
def _months_between(node: n.MonthsBetween, scope: Scope) -> Vec:
    start, end = ev(node.start, scope), ev(node.end, scope)
    if not isinstance(start, Day) or not isinstance(end, Day):
        return blank(start, end)
    months = _months(end.values) - _months(start.values)
    return marked(Num(Ints(months)), any_unscored(start, end), first_fault(start, end))


def _months(days: Array) -> Array:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


@handles(n.DateShift)
def _date_shift(node: n.DateShift, scope: Scope) -> Vec:
    day = ev(node.day, scope)
    if not isinstance(day, Day):
        return blank(day)
    moved = [
        (add_months(EPOCH + dt.timedelta(days=int(x) + node.days), node.months) - EPOCH).days
        for x in day.values.tolist()
    ]
    return marked(Day(np.array(moved, dtype=np.int64)), day.unscored, day.fault)
