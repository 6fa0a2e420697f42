"""What an aggregate keeps of some rows, so that parts can be put together in any order.

A `Partial` holds, for each group, the number of rows chosen, sums, extremes, and the first error. Partials of
several batches are concatenated and regrouped: integer sums are associative, so the size and order of
batches cannot change a cent.
"""

from __future__ import annotations

import math

import attrs
import numpy as np

from vbcdsl.engines import messages as m
from vbcdsl.engines.arrow import exact, groups, ints
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import ev, fail, flags, only
from vbcdsl.engines.arrow.groups import Dense, Grouping
from vbcdsl.engines.arrow.ints import I64, Bools, Ints
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.vec import Blank, Day, Flag, Num, Vec
from vbcdsl.rules import nodes as n

SPARSE = 4  # if fewer than one row in so many is chosen, the value is computed for these alone


@attrs.define(eq=False)
class Partial:
    """Of each group: `rows` that count (chosen and scored), `missing` rows not scored, the first `fault`, and
    as the aggregate needs them the sum of values, of weights, rows with a weight below zero, the extreme."""

    rows: I64
    missing: I64 | None = None
    fault: I64 | None = None
    total: Num | None = None
    weights: Num | None = None
    negative: I64 | None = None
    extreme: Num | None = None
    days: bool = False

    def regroup(self, grouping: Grouping, largest: bool) -> Partial:
        """The groups as rows of coarser groups."""
        present = self.rows > 0
        return Partial(
            rows=grouping.sum(Ints(self.rows)).a,
            missing=None if self.missing is None else grouping.sum(Ints(self.missing)).a,
            fault=None if self.fault is None else groups.first_faults(grouping, self.fault, None),
            total=None if self.total is None else groups.sum_numbers(grouping, self.total, None),
            weights=None if self.weights is None else groups.sum_numbers(grouping, self.weights, None),
            negative=None if self.negative is None else grouping.sum(Ints(self.negative)).a,
            extreme=None
            if self.extreme is None
            else groups.extreme_numbers(grouping, self.extreme, present, largest),
            days=self.days,
        )

    def take(self, rows: I64) -> Partial:
        """Some of the groups."""

        def pick(x: I64 | None) -> I64 | None:
            return None if x is None else x[rows]

        def number(x: Num | None) -> Num | None:
            return None if x is None else Num(x.num.take(rows), x.den.take(rows))

        return Partial(
            self.rows[rows],
            pick(self.missing),
            pick(self.fault),
            number(self.total),
            number(self.weights),
            pick(self.negative),
            number(self.extreme),
            self.days,
        )


def concat(parts: list[Partial]) -> Partial:
    """Partials one after another."""
    if len(parts) == 1:
        return parts[0]
    sizes = [len(p.rows) for p in parts]
    return Partial(
        rows=np.concatenate([p.rows for p in parts]),
        missing=_concat_ints([p.missing for p in parts], sizes),
        fault=_concat_ints([p.fault for p in parts], sizes),
        total=_concat_numbers([p.total for p in parts], sizes),
        weights=_concat_numbers([p.weights for p in parts], sizes),
        negative=_concat_ints([p.negative for p in parts], sizes),
        extreme=_concat_numbers([p.extreme for p in parts], sizes),
        days=any(p.days for p in parts),
    )


def _concat_ints(parts: list[I64 | None], sizes: list[int]) -> I64 | None:
    if all(p is None for p in parts):
        return None
    return np.concatenate(
        [np.zeros(s, dtype=np.int64) if p is None else p for p, s in zip(parts, sizes, strict=True)]
    )


def _concat_numbers(parts: list[Num | None], sizes: list[int]) -> Num | None:
    if all(p is None for p in parts):
        return None
    full = [v.num(0) if p is None else p for p in parts]
    scalars = [p.den.scalar for p in full]
    if all(s is not None for s in scalars):
        common = math.lcm(*(s or 1 for s in scalars))
        scaled = [ints.mul(p.num, ints.one(common // (s or 1))) for p, s in zip(full, scalars, strict=True)]
        tops = [Ints(v.full(x.a, size), x.hi) for x, size in zip(scaled, sizes, strict=True)]
        return Num(ints.concat(tops), ints.one(common))
    tops = [Ints(v.full(p.num.a, size), p.num.hi) for p, size in zip(full, sizes, strict=True)]
    bottoms = [Ints(v.full(p.den.a, size), p.den.hi) for p, size in zip(full, sizes, strict=True)]
    return Num(ints.concat(tops), ints.concat(bottoms))


def empty(node: n.Aggregate, size: int) -> Partial:
    """The partial of groups without rows."""
    zeros = np.zeros(size, dtype=np.int64)
    return Partial(zeros, total=v.num(0) if node.name in ("total", "average") else None)


def reduce_rows(node: n.Aggregate, scope: Scope, grouping: Grouping) -> Partial:
    """The partial of the rows of a scope."""
    chosen, fault = choose(node.where, scope)
    if chosen is not None and SPARSE * int(np.count_nonzero(chosen)) < scope.rows:
        rows = np.flatnonzero(chosen)
        inner = Dense(grouping.members()[rows], grouping.groups)
        found = _reduce(node, scope.narrow(rows), inner, None) if len(rows) else empty(node, grouping.groups)
    else:
        found = _reduce(node, scope, grouping, chosen)
    if fault is not None:
        early = groups.first_faults(grouping, fault, None)
        if early is not None:
            found.fault = early if found.fault is None else np.where(early != 0, early, found.fault)
    return found


def choose(where: n.Node | None, scope: Scope) -> tuple[Bools | None, I64 | None]:
    """The rows that a `where` chooses (None: all), and its errors: one that is not scored is an error too."""
    if where is None:
        return None, None
    condition = ev(where, scope)
    if condition.clean and isinstance(condition, Flag) and len(condition.values) == scope.rows:
        return condition.values, None
    yes, unscored, _, fault = flags(condition, scope.rows)
    if unscored is not None and unscored.any():
        new = scope.engine.new_faults(scope, unscored, m.WHERE_UNSCORED, where)
        fault = new if fault is None else np.where(fault != 0, fault, new)
    return yes, fault


def _reduce(node: n.Aggregate, scope: Scope, grouping: Grouping, chosen: Bools | None) -> Partial:
    if node.value is None:
        return Partial(grouping.count(chosen))
    value = ev(node.value, scope)
    weight = None if node.weight is None else ev(node.weight, scope)
    vecs = [value] if weight is None else [value, weight]
    unscored, fault = v.any_unscored(*vecs), v.first_fault(*vecs)
    counted = chosen
    result = Partial(np.zeros(0, dtype=np.int64))
    if fault is not None:
        wide = v.full(fault, scope.rows)
        result.fault = groups.first_faults(grouping, wide, chosen)
        counted = _both(counted, wide == 0)
    if unscored is not None:
        wide_unscored = v.full(unscored, scope.rows)
        if not node.scored_only:
            result.missing = grouping.count(_both(wide_unscored, counted))
        counted = _both(counted, ~wide_unscored)
    if node.name == "number":
        counted = _both(counted, v.full(value.values, scope.rows) if isinstance(value, Flag) else None)
    result.rows = grouping.count(counted)
    if isinstance(value, Day):
        result.days = True
        value = Num(Ints(value.values), unscored=value.unscored, fault=value.fault)
    if not isinstance(value, Num):
        if node.name in ("total", "average"):
            result.total = Num(Ints(np.zeros(grouping.groups, dtype=np.int64), 0))
        return result
    _sums(node, grouping, result, value, weight, counted)
    return result


def _sums(
    node: n.Aggregate,
    grouping: Grouping,
    result: Partial,
    value: Num,
    weight: Vec | None,
    counted: Bools | None,
) -> None:
    if node.name in ("total", "average"):
        weighted = value
        if isinstance(weight, Num):
            weighted = exact.multiply(value, weight)
            result.weights = groups.sum_numbers(grouping, weight, counted)
            below = _both(v.full(exact.below_zero(weight), grouping.rows), counted)
            if below is not None and below.any():
                result.negative = grouping.count(below)
        elif isinstance(weight, Blank):
            weighted = v.num(0)
        result.total = groups.sum_numbers(grouping, weighted, counted)
    elif node.name in ("largest", "smallest"):
        result.extreme = groups.extreme_numbers(grouping, value, counted, node.name == "largest")


def _both(x: Bools | None, y: Bools | None) -> Bools | None:
    if x is None:
        return y
    return x if y is None else x & y


def finish(node: n.Aggregate, found: Partial, scope: Scope) -> Vec:
    """The values of the groups; `scope` has a row for each group (for the keys in errors)."""
    size = len(found.rows)
    nothing = found.rows == 0
    result: Vec
    unscored: Bools | None = None
    wrong: Bools | None = None
    match node.name:
        case "number":
            result = Num(Ints(found.rows))
        case "total":
            assert found.total is not None
            result = found.total
        case "average":
            assert found.total is not None
            unscored = nothing
            divisor = Num(Ints(found.rows)) if node.weight is None else (found.weights or v.num(0))
            if node.weight is not None:
                wrong = v.full(exact.zero(divisor), size) & ~nothing
                if found.negative is not None:
                    wrong = wrong | (found.negative > 0)
            result = exact.divide(found.total, divisor)
        case _:
            unscored = nothing
            result = Blank()
            if found.extreme is not None:
                result = found.extreme
                if found.days:
                    result = Day(v.full(found.extreme.num.a, size).astype(np.int64))
    if found.missing is not None:
        more = found.missing > 0
        unscored = more if unscored is None else unscored | more
    done: Vec = scope.engine.placed(scope, v.marked(result, unscored, found.fault))
    if wrong is not None:
        done = fail(scope, done, only(wrong, done), m.WEIGHTS, node)
    return done
