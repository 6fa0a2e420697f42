"""Terms, columns of records, keys, periods and dates: what an environment can refer to."""

from __future__ import annotations

import datetime as dt

import numpy as np

from vbcdsl.engines import messages as m
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import blank, ev, handles
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.frames import clock_of
from vbcdsl.engines.arrow.ints import Array, Ints
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.times import WHOLE_YEAR, has_clock, is_clock
from vbcdsl.engines.arrow.vec import EPOCH, Blank, Day, Num, Text, Vec, any_unscored, first_fault, marked
from vbcdsl.model.periods import OWN, Calendar, Period, add_months
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Given


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
    part = engine.rows_of(program, record, scope.year)
    if part.frame is None:
        raise KeyError(record)
    places: Array | None = np.full(1, -1)
    if all(scope.has(d) for d in part.frame.names()):  # else its rows are of shorter periods: none is meant
        places = scope.positions(part.frame)
    values = part.scope.column(column)
    if places is None:
        return values
    missing = places < 0
    if not missing.any():
        return v.take(values, places)
    found = v.full(places, scope.rows)
    rest, rows = np.flatnonzero(found >= 0), np.flatnonzero(found < 0)
    declared = program.records[record]
    instead: Vec
    if (missing_value := declared.column(column).missing) is not None:
        instead = v.constant(missing_value)
    else:
        at = node or n.Col(record, column)
        new = engine.new_faults(scope, found < 0, m.no_record_row(declared, column), at)
        instead = Blank(fault=new[rows])
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
        program = scope.engine.bundle.by_year.get(scope.year)
        term = program.terms.get(node.term) if program is not None else None
        if term is not None and OWN in term.grain and scope.clock != OWN:
            return _shifted_parts(node, scope, n.Shift(back=0, clock=OWN))  # it may end in a later year
        return _at(node, scope, scope.year, None)
    if shift.clock == OWN:
        return _shifted_parts(node, scope, shift)
    if shift.year is not None or shift.clock in WHOLE_YEAR:
        year = shift.year if shift.year is not None else scope.year - (shift.back or 0)
        settled = [f for f in scope.engine.recorded.get(node.term, ()) if f.year == year]
        return _settled(node, scope, year, settled) if settled else _at(node, scope, year, None)
    return _shifted_parts(node, scope, shift)


def _settled(node: n.Ref, scope: Scope, year: int, settled: list[Given]) -> Vec:
    """The values of a recorded final settlement, and computed ones for the keys that it does not hold (Q40)."""
    rest = np.ones(scope.rows, dtype=bool)
    parts: list[tuple[Array | None, Vec]] = []
    for fact in settled:
        hit = rest.copy()
        for dim, text in fact.pick:
            hit &= v.full(scope.key(dim), scope.rows) == scope.engine.dimension(dim).code(text)
        if hit.any():
            parts.append((np.flatnonzero(hit), v.constant(fact.value)))
            rest &= ~hit
    if rest.any():
        rows = np.flatnonzero(rest)
        parts.append((rows, _at(node, scope.narrow(rows), year, None)))
    return v.scatter(scope.rows, parts)


def _shifted_parts(node: n.Ref, scope: Scope, shift: n.Shift) -> Vec:
    """A reference to an earlier month, quarter, half year or own period: it may lie in an earlier performance
    year."""
    times = scope.engine.times
    if shift.own is not None:
        codes = np.full(scope.rows, shift.own - 1)
    else:
        codes = v.full(scope.key(shift.clock), scope.rows).astype(np.int64) - (shift.back or 0)
    years = np.full(scope.rows, scope.year)
    if shift.clock == OWN:
        years = np.array([p.year for p in times.calendar.own] or [0])[np.maximum(codes, 0)]
    while shift.clock != OWN:
        early = (codes < 0) & (years > 1)
        if not early.any():
            break
        for year in np.unique(years[early]).tolist():
            here = early & (years == year)
            codes[here] += len(times.parts(int(year) - 1, shift.clock))
            years[here] -= 1
    years[codes < 0] = 0
    codes[codes < 0] = 0
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
        return _first(node, scope, year)
    term = program.terms[node.term]
    if node.shift is not None and program.party in term.grain and engine.request.parties is None:
        on = (
            engine.frame(year, (program.party,)).find(
                [v.full(scope.key(program.party), scope.rows)], scope.rows
            )
            >= 0
        )
        if not on.all():
            rows, rest = np.flatnonzero(on), np.flatnonzero(~on)
            parts: list[tuple[Array | None, Vec]] = [(rest, _first(node, scope.narrow(rest), year))]
            if len(rows):
                kept = None if period is None else {c: v.pick(x, rows) for c, x in period.items()}
                parts.append((rows, _at(node, scope.narrow(rows), year, kept)))
            return v.scatter(scope.rows, parts)
    facts = engine.facts(year, node.term)
    if facts and not facts[0].pick:
        return v.constant(facts[0].value)
    target = scope
    if node.shift is not None:
        target = in_year(scope, year, period, term.grain)
    try:
        frame = engine.frame(year, term.grain)
    except Unavailable:
        return engine.beyond(target, node.term)
    if engine.recurrent(program, node.term) and has_clock(term.grain):
        return _recurrent(node, target, year, term.grain)
    places = target.positions(frame)
    if places is None:
        return engine.column(year, node.term)
    if not (places < 0).any():
        return v.take(engine.column(year, node.term), places)
    found = v.full(places, scope.rows)
    rest, rows = np.flatnonzero(found >= 0), np.flatnonzero(found < 0)
    parts = [(rows, engine.beyond(target.narrow(rows), node.term))]
    if len(rest):
        parts.append((rest, v.take(engine.column(year, node.term), found[rest])))
    return v.scatter(scope.rows, parts)


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


def _first(node: n.Ref, scope: Scope, year: int) -> Vec:
    """Before the first period: what an example gives for it, else what the sentence says."""
    facts = [f for f in scope.engine.given.get(node.term, ()) if f.year == year and not f.pick]
    if facts:
        return v.constant(facts[0].value)
    if node.first is not None:
        return ev(node.first, scope)
    everything = np.ones(scope.rows, dtype=bool)
    return Blank(fault=scope.engine.new_faults(scope, everything, m.BEFORE_FIRST, node))


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
        parts.append((rows, engine.beyond(scope.narrow(rows), node.term)))
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
    if node.whole:
        first, last = np.minimum(start.values, end.values), np.maximum(start.values, end.values)
        months = np.where(end.values < start.values, -1, 1) * _whole_months(first, last)
    else:
        months = _months(end.values) - _months(start.values)
    return marked(Num(Ints(months)), any_unscored(start, end), first_fault(start, end))


def _whole_months(first: Array, last: Array) -> Array:
    """The months that have passed: one less, if the day of the month is not reached and is not its last."""
    begun, ended = _months(first), _months(last)
    day = np.minimum(first - _first_day(begun), _first_day(ended + 1) - _first_day(ended) - 1)
    return ended - begun - (last - _first_day(ended) < day)  # type: ignore[no-any-return]


def _first_day(months: Array) -> Array:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _months(days: Array) -> Array:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


@handles(n.DateShift)
def _date_shift(node: n.DateShift, scope: Scope) -> Vec:
    day = ev(node.day, scope)
    if not isinstance(day, Day):
        return blank(day)
    moved = [
        (add_months(EPOCH + dt.timedelta(days=int(x)), node.months) - EPOCH).days + node.days
        for x in day.values.tolist()
    ]
    return marked(Day(np.array(moved, dtype=np.int64)), day.unscored, day.fault)


@handles(n.YearOf)
def _year_of(node: n.YearOf, scope: Scope) -> Vec:
    day = ev(node.day, scope)
    if not isinstance(day, Day):
        return blank(day)
    calendar = scope.engine.times.calendar
    years = [year_number(calendar, EPOCH + dt.timedelta(days=int(x))) for x in day.values.tolist()]
    return marked(Num(Ints(np.array(years, dtype=np.int64))), day.unscored, day.fault)


def year_number(calendar: Calendar, day: dt.date) -> int:
    """The performance year that contains a day; outside the term counted on in steps of 12 months."""
    year = calendar.year_of(day)
    if year is not None:
        return year.number
    if day < calendar.effective:
        number, start = 1, calendar.effective
        while day < start:
            number -= 1
            start = add_months(start, -12)
        return number
    number, start = len(calendar.years) + 1, calendar.through + dt.timedelta(days=1)
    while day >= add_months(start, 12):
        number += 1
        start = add_months(start, 12)
    return number
