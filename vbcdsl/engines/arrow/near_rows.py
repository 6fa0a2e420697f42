"""Totals, counts and averages of what differs by scenario, in floating point with bounds.

The rows that a node visits are the same in all scenarios: they are found once by the exact engine (`rows.visit`),
and each scenario adds up its values over them, group by group.
"""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np

from vbcdsl.engines.arrow import near as f
from vbcdsl.engines.arrow.ints import I64, Array, Bools
from vbcdsl.engines.arrow.near import F64, LIMIT, SLACK, UNIT, Near, Slow, either
from vbcdsl.engines.arrow.near_nodes import Lane, Value, handles, number, truth
from vbcdsl.engines.arrow.rows import visit
from vbcdsl.rules import nodes as n


class Groups:
    """The rows that a node visits from a lane, in order of their groups."""

    def __init__(self, node: n.Aggregate | n.Quantified, lane: Lane) -> None:
        dim = lane.table.facts.dim
        rows = attrs.evolve(node.rows, fixed=tuple(d for d in node.rows.fixed if d != dim))
        found = visit(attrs.evolve(node, rows=rows), lane.scope)
        chunks = [c for c in found.chunks if c.rows]
        if len(chunks) > 1:
            raise Slow
        self.scope = chunks[0] if chunks else found.chunks[0]
        group = found.group
        self.order: I64 | None = None
        if len(group) and not bool((group[1:] >= group[:-1]).all()):
            self.order = np.argsort(group, kind="stable")
            group = group[self.order]
        self.groups, self.of = found.groups, found.of
        self.counts = np.bincount(group, minlength=found.groups).astype(np.int64)
        self.present = np.flatnonzero(self.counts)
        self.starts = np.concatenate(([0], np.cumsum(self.counts[self.present])[:-1])).astype(np.int64)

    def sum(self, x: Array) -> Array:
        """The sum of each group, on the axis of rows."""
        if x.shape[1] == 1:
            wide = x * self.counts
            return np.asarray(wide)
        if self.order is not None:
            x = x[:, self.order]
        if not len(self.present):
            return np.zeros((x.shape[0], self.groups), dtype=x.dtype)
        total = np.add.reduceat(x, self.starts, axis=1)
        if len(self.present) == self.groups:
            return np.asarray(total)
        out = np.zeros((x.shape[0], self.groups), dtype=total.dtype)
        out[:, self.present] = total
        return out

    def any(self, mask: Bools | None) -> Bools | None:
        """Whether a row of each group is in the mask."""
        if mask is None or not mask.any():
            return None
        return np.asarray(self.sum(mask.astype(np.int32)) > 0)

    def spread(self, value: Value) -> Value:
        """Values of groups as values of the rows of the lane."""
        return value if self.of is None else f.at(value, self.of)


def groups_of(node: n.Aggregate | n.Quantified, lane: Lane) -> Groups:
    """The visited rows, found once."""
    key = (id(node), id(lane.scope))
    found = lane.table.visits.get(key)
    if found is None:
        found = lane.table.visits[key] = Groups(node, lane)
    assert isinstance(found, Groups)
    return found


@handles(n.Aggregate)
def _aggregate(node: n.Aggregate, lane: Lane) -> Value:
    if node.name not in ("total", "number", "average") or node.distinct is not None:
        raise Slow
    facts = lane.table.facts
    streamed = facts.plan.numbers.get(id(node))
    if streamed is not None and (streamed, lane.scope.year) in facts.prepared:
        raise Slow
    groups = groups_of(node, lane)
    inner = Lane(lane.chunk, groups.scope)
    if not groups.scope.rows:
        raise Slow
    chosen = None if node.where is None else truth(node.where, inner)
    bad: Bools | None = None
    counted: Bools | None = None
    if chosen is not None:
        bad, counted = either(chosen.bad, chosen.unscored), chosen.yes
    if node.name == "number":
        return _count(node, groups, inner, counted, bad)
    assert node.value is not None
    value = number(node.value, inner)
    weight = None if node.weight is None else number(node.weight, inner)
    missing = either(value.unscored, None if weight is None else weight.unscored)
    lost = _both(missing, counted)
    if missing is not None:
        counted = _both(counted, ~missing) if counted is not None else ~missing
    bad = either(bad, _both(either(value.bad, None if weight is None else weight.bad), counted))
    weighted = value if weight is None else f.multiply(value, weight)
    total = _total(groups, weighted, counted)
    unscored = None if node.scored_only else groups.any(lost)
    if node.name == "average":
        rows = _rows(groups, counted)
        divisor = rows if weight is None else _total(groups, weight, counted)
        empty = f.zero(rows)
        nothing = f.zero(divisor)
        wrong = nothing.yes & ~empty.yes
        if weight is not None:
            negative = f.compare("<", weight, f.constant(Fraction(0)))
            wrong_rows = either(_both(either(negative.yes, negative.bad), counted))
            below = groups.any(wrong_rows)
            wrong = wrong if below is None else wrong | below
        total = f.divide(total, divisor, nothing.yes if bool(nothing.yes.any()) else None)
        unscored = either(unscored, empty.yes if bool(empty.yes.any()) else None)
        total.bad = either(total.bad, wrong if bool(wrong.any()) else None)
        if total.bad is not None and unscored is not None:
            total.bad = total.bad & ~unscored
    total.bad = either(total.bad, groups.any(bad))
    total.unscored = unscored
    return groups.spread(total)


def _both(x: Bools | None, y: Bools | None) -> Bools | None:
    if x is None:
        return None
    return x if y is None else x & y


def _total(groups: Groups, value: Near, counted: Bools | None) -> Near:
    x = value.x if counted is None else np.where(counted, value.x, 0.0)
    hi = np.asarray(groups.sum(_wide(value.hi, groups)))
    if value.whole and bool(hi.max(initial=0.0) <= LIMIT):
        return Near(groups.sum(x), value.den, hi, None)
    # each of the additions of a group is off by at most half a unit of the sum of sizes
    many = groups.counts[None, :].astype(np.float64)
    hi = hi * SLACK
    err = hi * UNIT * (many + 1)
    if value.err is not None:
        err = err + groups.sum(_wide(value.err, groups))
    return Near(groups.sum(x), value.den, hi, err * SLACK)


def _wide(x: F64, groups: Groups) -> F64:
    return np.broadcast_to(x, (x.shape[0], groups.scope.rows)) if x.shape[1] != groups.scope.rows else x


def _rows(groups: Groups, counted: Bools | None) -> Near:
    many = groups.counts[None, :].astype(np.float64)
    if counted is None:
        return Near(many, 1, many, None)
    return Near(groups.sum(counted.astype(np.float64)), 1, many, None)


def _count(node: n.Aggregate, groups: Groups, inner: Lane, counted: Bools | None, bad: Bools | None) -> Value:
    unscored: Bools | None = None
    if node.value is not None:
        held = truth(node.value, inner)
        bad = either(bad, _both(held.bad, counted))
        if held.unscored is not None:
            if not node.scored_only:
                unscored = groups.any(_both(held.unscored, counted))
            counted = ~held.unscored if counted is None else counted & ~held.unscored
        counted = held.yes if counted is None else counted & held.yes
    result = _rows(groups, counted)
    result.bad, result.unscored = groups.any(bad), unscored
    return groups.spread(result)


@handles(n.Quantified)
def _quantified(node: n.Quantified, lane: Lane) -> Value:
    groups = groups_of(node, lane)
    inner = Lane(lane.chunk, groups.scope)
    if not groups.scope.rows:
        raise Slow
    counted: Bools | None = None
    bad: Bools | None = None
    if node.where is not None:
        chosen = truth(node.where, inner)
        bad, counted = either(chosen.bad, chosen.unscored), chosen.yes
    cond = truth(node.cond, inner)
    bad = either(bad, _both(cond.bad, counted))
    every = _rows(groups, counted)
    yes = cond.yes if cond.unscored is None else cond.yes & ~cond.unscored
    met = _rows(groups, yes if counted is None else yes & counted)
    unscored: Bools | None = None
    if cond.unscored is not None:
        lost = _both(cond.unscored, counted)
        if node.scored_only:
            every = f.subtract(every, _rows(groups, lost))
        elif not node.unscored_as_not_met:
            unscored = groups.any(lost)
    if node.every:
        result = f.compare("=", met, every)
    elif node.percent is not None:
        result = f.compare(node.op, met, f.multiply(every, f.constant(node.percent)))
    else:
        result = f.compare(node.op, met, f.constant(Fraction(node.count or 0)))
    none = f.zero(every)
    if bool(none.yes.any()):
        result.bad = either(result.bad, none.yes)
    result.bad = either(result.bad, groups.any(bad))
    result.unscored = unscored
    return groups.spread(result)
