"""Tables, bands and values in force, in floating point with bounds (see `near_nodes`).

Where the row that applies differs by scenario, every row is tried and its hits are counted.
"""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np

from vbcdsl.engines.arrow import near as f
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.ints import Array, Bools
from vbcdsl.engines.arrow.near import Marks, Near, Slow, Truth, either, marked
from vbcdsl.engines.arrow.near_nodes import Lane, Value, choice, handles, near, number
from vbcdsl.rules import nodes as n


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
