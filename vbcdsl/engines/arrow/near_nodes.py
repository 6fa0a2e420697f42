"""Expressions in floating point with bounds: what differs by scenario, for some scenarios at once.

`near(node, lane)` is to `Near` numbers what `expr.ev` is to exact columns. Whatever no scenario changes is taken
from the exact engine and stays a single row of values for all scenarios. A node that is not here raises `Slow`;
its term is then computed by the exact engine alone.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

import attrs
import numpy as np

from vbcdsl.engines.arrow import near as f
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import ev
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.ints import Array, Bools
from vbcdsl.engines.arrow.near import LIMIT, SLACK, UNIT, Marks, Near, Slow, Truth, either, marked
from vbcdsl.engines.arrow.scenario_keys import Facts
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.terms import in_year
from vbcdsl.engines.arrow.times import WHOLE_YEAR, has_clock
from vbcdsl.engines.arrow.vec import Blank, Flag, Num, Vec
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import walk

Value: TypeAlias = Near | Truth

NEAR: dict[type, Callable[[Any, Any], Value]] = {}


class Table:
    """What all scenarios share: the facts, the values of the scenarios, and what was computed once."""

    def __init__(self, facts: Facts, record: str, columns: dict[str, Near]) -> None:
        self.facts, self.record, self.columns = facts, record, columns
        self.fixed: dict[tuple[int, int], Value] = {}
        self.exact: dict[tuple[int, str], Near] = {}  # terms that the exact engine computed, all scenarios
        self.scopes: dict[tuple[int, tuple[str, ...]], Scope] = {}
        self.visits: dict[tuple[int, int], Any] = {}
        self.widest = 1
        self.repeated = _repeated(facts)
        self._depends: dict[int, bool] = {}
        self._indexed: dict[int, n.Lookup] = {}

    def depends(self, node: n.Node) -> bool:
        """Whether an expression differs by scenario."""
        found = self._depends.get(id(node))
        if found is None:
            cone = self.facts.cone
            found = any(
                (isinstance(item, n.Ref) and item.term in cone)
                or (isinstance(item, n.Col) and item.record == self.record)
                for item in walk(node)
            )
            self._depends[id(node)] = found
        return found

    def base(self, grain: tuple[str, ...]) -> tuple[str, ...]:
        """A grain without the scenario."""
        return tuple(d for d in grain if d != self.facts.dim)

    def scope(self, year: int, grain: tuple[str, ...]) -> Scope:
        """The keys of a grain without the scenario, one scope for all that have it."""
        key = (year, tuple(sorted(self.base(grain))))
        found = self.scopes.get(key)
        if found is None:
            found = self.scopes[key] = self.facts.scope(year, self.base(grain))
        return found

    def numbered(self, node: n.Lookup) -> n.Lookup:
        """The table with the number of each row in the place of its value."""
        found = self._indexed.get(id(node))
        if found is None:
            from vbcdsl.model.kinds import NUMBER

            rows = tuple(
                attrs.evolve(row, value=n.Lit(Fraction(i), NUMBER)) for i, row in enumerate(node.rows)
            )
            found = self._indexed[id(node)] = attrs.evolve(node, rows=rows)
        return found


def _repeated(facts: Facts) -> dict[int, int]:
    """The expressions that occur more than once in the terms of the cone: id → a number that equal ones share."""
    known: dict[n.Node, list[n.Node]] = {}
    for program in {id(p): p for p in facts.bundle.by_year.values()}.values():
        for name in facts.cone & set(program.terms):
            for node in walk(program.terms[name].expr):
                if not isinstance(node, (n.Lit, n.Ref, n.Col, n.KeyOf, n.PeriodFact)):
                    known.setdefault(node, []).append(node)
    return {id(node): at for at, nodes in enumerate(known.values()) if len(nodes) > 1 for node in nodes}


class Chunk:
    """Some scenarios, `low` up to but not including `high`, and the terms computed for them."""

    def __init__(self, table: Table, low: int, high: int) -> None:
        self.table, self.low, self.high = table, low, high
        self.repeated: dict[tuple[int, int], Value] = {}
        self._terms: dict[tuple[int, str], Value] = {}

    def term(self, year: int, name: str) -> Value:
        """A term of the cone at the keys of its grain without the scenario."""
        found = self._terms.get((year, name))
        if found is None:
            exact = self.table.exact.get((year, name))
            found = self.rows(exact) if exact is not None else self._compute(year, name)
            self._terms[year, name] = found
        return found

    def _compute(self, year: int, name: str) -> Value:
        facts = self.table.facts
        program = facts.program(year)
        term = program.terms[name]
        if facts.recurrent(program, name) and has_clock(term.grain):
            raise Slow
        return near(term.expr, Lane(self, self.table.scope(year, term.grain)))

    def rows(self, value: Near) -> Near:
        """The lines of these scenarios of a value for all scenarios."""
        at = slice(self.low, self.high)

        def cut(x: Array) -> Array:
            return x if x.shape[0] == 1 else x[at]

        unscored = None if value.unscored is None else cut(value.unscored)
        bad = None if value.bad is None else cut(value.bad)
        return Near(
            cut(value.x), value.den, value.hi, value.err,
            unscored=unscored if unscored is not None and unscored.any() else None,
            bad=bad if bad is not None and bad.any() else None,
        )  # fmt: skip


class Lane:
    """Rows (a scope without the scenario) and scenarios on which an expression is computed."""

    def __init__(self, chunk: Chunk, scope: Scope) -> None:
        self.chunk, self.scope = chunk, scope
        self.table = chunk.table
        self.table.widest = max(self.table.widest, scope.rows)


def near(node: n.Node, lane: Lane) -> Value:
    """The value of an expression on the rows and scenarios of a lane."""
    if not lane.table.depends(node):
        return fixed(node, lane)
    handler = NEAR.get(type(node))
    if handler is None:
        raise Slow
    number = lane.table.repeated.get(id(node))
    if number is None:
        return handler(node, lane)
    key = (number, id(lane.scope))
    found = lane.chunk.repeated.get(key)
    if found is None:
        found = lane.chunk.repeated[key] = handler(node, lane)
    return found


def number(node: n.Node, lane: Lane) -> Near:
    """The same, of a number."""
    found = near(node, lane)
    if not isinstance(found, Near):
        raise Slow
    return found


def truth(node: n.Node, lane: Lane) -> Truth:
    """The same, of a condition."""
    found = near(node, lane)
    if not isinstance(found, Truth):
        raise Slow
    return found


def fixed(node: n.Node, lane: Lane) -> Value:
    """What no scenario changes, from the exact engine."""
    key = (id(node), id(lane.scope))
    found = lane.table.fixed.get(key)
    if found is None:
        found = lane.table.fixed[key] = converted(ev(node, lane.scope))
    return found


def converted(vec: Vec) -> Value:
    """An exact column as one line of values."""
    unscored = None if vec.unscored is None else vec.unscored[None, :]
    bad = None if vec.fault is None else (vec.fault != 0)[None, :]
    match vec:
        case Flag(values=yes):
            return Truth(yes[None, :], unscored=unscored, bad=bad)
        case Num(num=top, den=bottom):
            found = _line(top.a, bottom.scalar, bottom.a)
            found.unscored, found.bad = unscored, bad
            return found
        case Blank():
            zero = np.zeros((1, 1))
            return Near(zero, 1, zero, None, unscored=unscored, bad=bad)
        case _:
            raise Slow


def _line(top: Array, scalar: int | None, bottom: Array) -> Near:
    x = top.astype(np.float64)[None, :]
    size = np.abs(x)
    if scalar is not None:
        if bool(size.max(initial=0.0) <= LIMIT):
            return Near(x, scalar, size, None)
        return Near(x, scalar, size * SLACK, size * (UNIT * SLACK))
    x = x / bottom.astype(np.float64)[None, :]
    size = np.abs(x) * SLACK
    return Near(x, 1, size, size * (4 * UNIT))


def handles(kind: type) -> Callable[[Callable[[Any, Lane], Value]], Callable[[Any, Lane], Value]]:
    """Registers the function that computes a kind of node."""

    def register(function: Callable[[Any, Lane], Value]) -> Callable[[Any, Lane], Value]:
        NEAR[kind] = function
        return function

    return register


# ---------------------------------------------------------------- arithmetic


def _fold(operation: Callable[[Near, Near], Near]) -> Callable[[Any, Lane], Value]:
    def run(node: Any, lane: Lane) -> Value:
        # what no scenario changes first: those are single lines
        items = sorted(node.items, key=lane.table.depends)
        result = number(items[0], lane)
        for item in items[1:]:
            result = operation(result, number(item, lane))
        return result

    return run


NEAR[n.Add] = _fold(f.add)
NEAR[n.Multiply] = _fold(f.multiply)
NEAR[n.Lesser] = _fold(f.lesser)
NEAR[n.Greater] = _fold(f.greater)


@handles(n.Subtract)
def _subtract(node: n.Subtract, lane: Lane) -> Value:
    return f.subtract(number(node.left, lane), number(node.right, lane))


@handles(n.Divide)
def _divide(node: n.Divide, lane: Lane) -> Value:
    left, right = number(node.left, lane), number(node.right, lane)
    nothing = f.zero(right)
    if not bool(nothing.yes.any()):
        return f.divide(left, right, None)
    result = f.divide(left, right, nothing.yes)
    if node.if_zero is None:
        return marked(result, Marks(bad=nothing.yes))
    return f.choose(nothing, number(node.if_zero, lane), result)


@handles(n.Power)
def _power(node: n.Power, lane: Lane) -> Value:
    base = number(node.base, lane)
    result = f.constant(Fraction(1))
    for _ in range(node.exponent):
        result = f.multiply(result, base)
    return marked(result, base)


@handles(n.Clamp)
def _clamp(node: n.Clamp, lane: Lane) -> Value:
    result = number(node.value, lane)
    cap = None if node.cap is None else number(node.cap, lane)
    floor = None if node.floor is None else number(node.floor, lane)
    if cap is not None:
        result = f.lesser(result, cap)
    if floor is not None:
        result = f.greater(result, floor)
    if cap is not None and floor is not None:
        crossed = f.compare(">", floor, cap)
        wrong = either(crossed.yes if bool(crossed.yes.any()) else None, crossed.bad)
        result = marked(result, Marks(bad=wrong))
    return result


@handles(n.Round)
def _round(node: n.Round, lane: Lane) -> Value:
    return f.rounded(number(node.value, lane), node.mode, node.unit)


@handles(n.Require)
def _require(node: n.Require, lane: Lane) -> Value:
    value = near(node.value, lane)
    if node.test == "scored":
        return (
            value
            if value.unscored is None
            else attrs.evolve(value, unscored=None, bad=either(value.bad, value.unscored))
        )
    if not isinstance(value, Near) or node.test == "whole":
        raise Slow
    op = "<" if node.test == "at least zero" else "<="
    failed = f.compare(op, value, f.constant(Fraction(0)))
    wrong = failed.yes
    if failed.bad is not None:
        wrong = wrong | failed.bad
    if not bool(wrong.any()):
        return value
    return attrs.evolve(value, bad=either(value.bad, wrong))


@handles(n.Line)
def _straight(node: n.Line, lane: Lane) -> Value:
    x, x0, y0, x1, y1 = (number(item, lane) for item in (node.x, node.x0, node.y0, node.x1, node.y1))
    width = f.subtract(x1, x0)
    none = f.zero(width)
    rise = f.multiply(f.subtract(x, x0), f.subtract(y1, y0))
    result = f.add(y0, f.divide(rise, width, none.yes if bool(none.yes.any()) else None))
    return marked(result, Marks(bad=none.yes)) if bool(none.yes.any()) else result


# ---------------------------------------------------------------- not scored, conditions, branches


@handles(n.NotScoredIf)
def _not_scored_if(node: n.NotScoredIf, lane: Lane) -> Value:
    cond = truth(node.cond, lane)
    value = near(node.value, lane)
    bad = _settled_by(cond, value.bad)
    return attrs.evolve(
        value, unscored=either(value.unscored, cond.yes, cond.unscored), bad=either(bad, cond.bad)
    )


def _settled_by(cond: Truth, bad: Bools | None) -> Bools | None:
    return None if bad is None else bad & ~cond.yes


@handles(n.ScoredOr)
def _scored_or(node: n.ScoredOr, lane: Lane) -> Value:
    value = near(node.value, lane)
    if value.unscored is None:
        return value
    missing = Truth(value.unscored)
    scored = attrs.evolve(value, unscored=None)
    other = near(node.other, lane)
    if isinstance(scored, Near) and isinstance(other, Near):
        return f.choose(missing, other, scored)
    if isinstance(scored, Truth) and isinstance(other, Truth):
        return f.choose_truth(missing, other, scored)
    raise Slow


@handles(n.IsScored)
def _is_scored(node: n.IsScored, lane: Lane) -> Value:
    value = near(node.value, lane)
    yes = np.ones((1, 1), dtype=bool) if value.unscored is None else ~value.unscored
    return Truth(yes, bad=value.bad)


@handles(n.Compare)
def _compare(node: n.Compare, lane: Lane) -> Value:
    return f.compare(node.op, number(node.left, lane), number(node.right, lane))


@handles(n.Not)
def _not(node: n.Not, lane: Lane) -> Value:
    item = truth(node.item, lane)
    return attrs.evolve(item, yes=~item.yes)


@handles(n.All)
def _all(node: n.All, lane: Lane) -> Value:
    return _settle(node.items, lane, settles=False)


@handles(n.AnyOf)
def _any_of(node: n.AnyOf, lane: Lane) -> Value:
    return _settle(node.items, lane, settles=True)


def _settle(items: tuple[n.Node, ...], lane: Lane, settles: bool) -> Truth:
    settled: Bools | None = None
    bad: Bools | None = None
    unscored: Bools | None = None
    for item in sorted(items, key=lane.table.depends):
        found = truth(item, lane)
        hit = found.yes if settles else ~found.yes
        sure = hit
        for mask in (found.bad, found.unscored):
            if mask is not None:
                sure = sure & ~mask
        settled = sure if settled is None else settled | sure
        bad, unscored = either(bad, found.bad), either(unscored, found.unscored)
    assert settled is not None
    if bad is not None:
        bad = bad & ~settled
    if unscored is not None:
        unscored = unscored & ~settled
    return Truth(settled if settles else ~settled, unscored=unscored, bad=bad)


@handles(n.CountOf)
def _count_of(node: n.CountOf, lane: Lane) -> Value:
    items = [truth(item, lane) for item in node.items]
    count = items[0].yes.astype(np.int64)
    for item in items[1:]:
        count = count + item.yes
    return marked(Truth(f._COMPARE[node.op](count, node.count)), *items)


@handles(n.Case)
def _case(node: n.Case, lane: Lane) -> Value:
    result: Value | None = None if node.otherwise is None else near(node.otherwise, lane)
    for condition, value in reversed(node.branches):
        cond = truth(condition, lane)
        if result is None:
            no = ~cond.yes
            found = attrs.evolve(near(value, lane))
            result = marked(
                found, Marks(unscored=cond.unscored, bad=either(cond.bad, no if bool(no.any()) else None))
            )
            continue
        if not bool(cond.yes.any()) and cond.bad is None and cond.unscored is None:
            continue
        if isinstance(value, n.Stop):
            result = _without_value(result, cond)
            continue
        result = choice(cond, near(value, lane), result)
    assert result is not None
    return result


def _without_value(result: Value, cond: Truth) -> Value:
    """Rows that stop are computed exactly, for their message."""
    return marked(attrs.evolve(result), Marks(unscored=cond.unscored, bad=either(cond.yes, cond.bad)))


def choice(cond: Truth, a: Value, b: Value) -> Value:
    """a where the condition holds, else b."""
    if isinstance(a, Near) and isinstance(b, Near):
        return f.choose(cond, a, b)
    if isinstance(a, Truth) and isinstance(b, Truth):
        return f.choose_truth(cond, a, b)
    raise Slow


# ---------------------------------------------------------------- tables


@handles(n.Lookup)
def _lookup(node: n.Lookup, lane: Lane) -> Value:
    table = lane.table
    tests = [
        edge
        for row in node.rows
        for test in row.tests
        if isinstance(test, n.Interval)
        for edge in (test.low, test.high)
        if edge is not None
    ]
    if not any(table.depends(item) for item in (*node.subjects, *tests)):
        return _known_rows(node, lane)
    return _open_rows(node, lane)


def _known_rows(node: n.Lookup, lane: Lane) -> Value:
    """The row that applies is the same in all scenarios: only values differ."""
    place = number(lane.table.numbered(node), lane)
    marks = Marks(unscored=place.unscored, bad=place.bad)
    used = np.unique(place.x).astype(int).tolist()
    result: Value | None = None
    for row in used:
        value = near(node.rows[row].value, lane)
        result = value if result is None else choice(Truth(place.x == row), value, result)
    if result is None:
        raise Slow
    return marked(attrs.evolve(result), marks)


def _open_rows(node: n.Lookup, lane: Lane) -> Value:
    """The row that applies differs by scenario: the hits of each row are counted; not exactly one (of those
    that name a value): computed exactly, for its message."""
    subjects = [near(subject, lane) for subject in node.subjects]
    hits: list[Truth] = []
    for row in node.rows:
        parts = [_meets(test, subject, lane) for test, subject in zip(row.tests, subjects, strict=True)]
        yes = parts[0].yes
        for part in parts[1:]:
            yes = yes & part.yes
        hits.append(marked(Truth(yes), *parts))
    others = [any(isinstance(test, n.AnyOther) for test in row.tests) for row in node.rows]
    taken: Bools | None = None
    twice: Bools | None = None
    order = [i for i, other in enumerate(others) if not other] + [
        i for i, other in enumerate(others) if other
    ]
    if node.mode == "first":
        order = list(range(len(node.rows)))
    result: Value | None = None
    bad = either(*(hit.bad for hit in hits), *(s.bad for s in subjects))
    for i in order:
        yes = hits[i].yes
        if taken is not None:
            again = yes & taken
            if node.mode == "exactly one" and not others[i] and bool(again.any()):
                twice = either(twice, again)
            yes = yes & ~taken
        taken = hits[i].yes if taken is None else taken | hits[i].yes
        if not bool(yes.any()):
            continue
        value = near(node.rows[i].value, lane)
        result = value if result is None else choice(Truth(yes), value, result)
    if result is None or taken is None:
        raise Slow
    none = ~taken
    return marked(attrs.evolve(result), Marks(bad=either(bad, twice, none if bool(none.any()) else None)))


def _meets(test: n.RowTest, subject: Value, lane: Lane) -> Truth:
    missing = subject.unscored
    match test:
        case n.AnyOther():
            return Truth(np.ones((1, 1), dtype=bool))
        case n.IsNotScored():
            return Truth(np.zeros((1, 1), dtype=bool) if missing is None else missing)
        case n.Interval(low=low, high=high):
            if not isinstance(subject, Near):
                raise Slow
            plain = attrs.evolve(subject, unscored=None)
            yes: Bools = np.ones((1, 1), dtype=bool)
            bad: Bools | None = None
            for edge, op in ((low, ">=" if test.low_in else ">"), (high, "<=" if test.high_in else "<")):
                if edge is not None:
                    limit = number(edge, lane)
                    if limit.unscored is not None:
                        raise Slow
                    met = f.compare(op, plain, limit)
                    yes, bad = yes & met.yes, either(bad, met.bad)
            return Truth(yes if missing is None else yes & ~missing, bad=bad)
        case _:
            raise Slow


@handles(n.Bands)
def _bands(node: n.Bands, lane: Lane) -> Value:
    subject = number(node.subject, lane)
    nothing = f.constant(Fraction(0))
    below = f.compare("<", subject, nothing)
    amount = subject
    if bool(below.yes.any()) or below.bad is not None:
        match node.negative:
            case "error":
                amount = attrs.evolve(subject, bad=either(subject.bad, below.yes, below.bad))
            case "none":
                amount = f.greater(subject, nothing)
            case _:
                amount = f.greater(subject, f.negate(subject))
    parts: list[Near] = []
    marks: list[Near] = []
    for band in node.bands:
        low = number(band.low, lane)
        top = amount if band.high is None else f.lesser(amount, number(band.high, lane))
        if _stated(band.share) == 0:  # adds nothing, whatever falls in it
            marks += [low, top]
            continue
        start = _stated(band.low)
        above = top if start is not None and start <= 0 else f.subtract(top, f.greater(low, nothing))
        parts.append(f.multiply(number(band.share, lane), f.greater(above, nothing)))
    total = parts[0] if parts else nothing
    for part in parts[1:]:
        total = f.add(total, part)
    total = marked(attrs.evolve(total), *marks)
    if node.negative == "mirror" and bool(below.yes.any()):
        total = f.choose(Truth(below.yes), f.negate(total), total)
    return marked(total, subject)


@handles(n.InForce)
def _in_force(node: n.InForce, lane: Lane) -> Value:
    days = lane.scope.engine.first_days(lane.scope)[None, :]
    if node.otherwise is None:
        held = np.zeros(days.shape, dtype=bool)
        for start, end, _ in node.parts:
            held |= _within(days, start, end)
        if not bool(held.all()):
            raise Slow
    result: Value | None = None if node.otherwise is None else near(node.otherwise, lane)
    for start, end, value in reversed(node.parts):
        here = _within(days, start, end)
        if bool(here.any()):
            found = near(value, lane)
            result = found if result is None or bool(here.all()) else choice(Truth(here), found, result)
    if result is None:
        raise Slow
    return result


def _stated(node: n.Node) -> Fraction | None:
    """The number that a literal states."""
    return node.value if isinstance(node, n.Lit) and type(node.value) is Fraction else None


def _within(days: Array, start: object, end: object) -> Bools:
    hit = np.ones(days.shape, dtype=bool)
    if start is not None:
        hit &= days >= v.day_number(start)
    if end is not None:
        hit &= days <= v.day_number(end)
    return hit


# ---------------------------------------------------------------- what an environment refers to


@handles(n.Col)
def _column(node: n.Col, lane: Lane) -> Value:
    if node.record != lane.table.record:
        raise Slow
    found = lane.table.columns.get(node.column)
    if found is None:
        raise Slow
    return lane.chunk.rows(found)


@handles(n.Ref)
def _ref(node: n.Ref, lane: Lane) -> Value:
    if node.pick:
        raise Slow
    scope, table = lane.scope, lane.table
    facts = table.facts
    if node.shift is None:
        return _term(node.term, scope.year, scope, lane)
    shift = node.shift
    if (shift.year is None and shift.clock not in WHOLE_YEAR) or facts.recorded.get(node.term):
        raise Slow
    year = shift.year if shift.year is not None else scope.year - (shift.back or 0)
    program = facts.bundle.by_year.get(year)
    if program is None or node.term not in program.terms:
        return _first(node, lane)
    on: Bools = np.ones(1, dtype=bool)
    grain = table.base(program.terms[node.term].grain)
    if program.party in grain:
        listed = facts.frame(year, (program.party,))
        on = listed.find([v.full(scope.key(program.party), scope.rows)], scope.rows) >= 0
    if not on.any():
        return _first(node, lane)
    target = in_year(scope, year, None, grain)
    earlier = _term(node.term, year, target, lane, on)
    return earlier if on.all() else choice(Truth(on[None, :]), earlier, _first(node, lane))


def _first(node: n.Ref, lane: Lane) -> Value:
    if node.first is None:
        zero = np.zeros((1, 1))
        return Near(zero, 1, zero, None, bad=np.ones((1, 1), dtype=bool))
    return near(node.first, lane)


def _term(name: str, year: int, scope: Scope, lane: Lane, on: Bools | None = None) -> Value:
    """A term at the keys of a scope (where `on`, else it means nothing)."""
    table = lane.table
    facts = table.facts
    grain = table.base(facts.program(year).terms[name].grain)
    try:
        frame = facts.frame(year, grain)
    except Unavailable:
        raise Slow from None
    places = scope.positions(frame)
    if name in facts.cone:
        found = lane.chunk.term(year, name)
    else:
        found = converted(facts.column(year, name))
    if places is None:
        return found
    outside = places < 0
    if on is not None:
        outside = outside & on
        places = np.where(places < 0, 0, places)
    if outside.any() or not frame.rows:
        raise Slow
    return f.at(found, v.full(places, scope.rows))
