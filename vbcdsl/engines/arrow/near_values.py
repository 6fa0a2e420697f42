"""Arithmetic, conditions and choices in floating point with bounds (see `near_nodes`)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from vbcdsl.engines.arrow import near as f
from vbcdsl.engines.arrow.ints import Bools
from vbcdsl.engines.arrow.near import Marks, Near, Slow, Truth, either, marked
from vbcdsl.engines.arrow.near_nodes import NEAR, Lane, Value, choice, handles, near, number, truth
from vbcdsl.rules import nodes as n

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
