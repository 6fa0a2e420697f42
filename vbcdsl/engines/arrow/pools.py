"""Ranks, shares of a pool, and the key with the largest total."""

from __future__ import annotations

import math
from fractions import Fraction

import attrs
import numpy as np

from vbcdsl.engines.arrow import groups, ints, partials
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import ev, fail, handles, numbers
from vbcdsl.engines.arrow.groups import Dense, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Ints
from vbcdsl.engines.arrow.rows import Visit, chosen, visit
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.vec import Blank, Day, Num, Text, Vec, first_fault, marked
from vbcdsl.model.values import round_to
from vbcdsl.rules import nodes as n

CENT = Fraction(1, 100)


@handles(n.Rank)
def _rank(node: n.Rank, scope: Scope) -> Vec:
    own = ev(node.value, scope)
    found = visit(node, scope)
    values = found.ev(node.value) if found.rows else Blank()
    fault = None if values.fault is None else groups.first_faults(found.dense(), values.fault, None)
    group_fault = found.spread(Blank(fault=fault)).fault if fault is not None else None
    marks = marked(Blank(), own.unscored, first_fault(own, Blank(fault=group_fault)))
    if not isinstance(own, Num) or not isinstance(values, Num):
        return marks if marks.bad() is not None else marked(Blank(), np.ones(1, dtype=bool), None)
    bad = values.bad()
    good = np.arange(found.rows) if bad is None else np.flatnonzero(~v.full(bad, found.rows))
    kept = v.take(values, good)
    assert isinstance(kept, Num)
    both = v.scatter(
        len(good) + scope.rows,
        [(np.arange(len(good)), kept), (np.arange(len(good), len(good) + scope.rows), Num(own.num, own.den))],
    )
    assert isinstance(both, Num)
    place, _ = groups.ranked(both, len(good) + scope.rows)
    if node.highest_first:
        place = -place
    group = found.group[good]
    order = np.lexsort((place[: len(good)], group))
    top = int(np.abs(place).max(initial=0)) * 2 + 2
    shifted = place + int(np.abs(place).max(initial=0))
    ascending = group[order] * top + shifted[: len(good)][order]
    of = np.arange(scope.rows) if found.of is None else found.of
    mine = of * top + shifted[len(good) :]
    start = np.searchsorted(ascending, of * top)
    better = np.searchsorted(ascending, mine, side="left") - start
    through = np.searchsorted(ascending, mine, side="right") - start
    equal = through - better
    match node.ties:
        case "better":
            result = Num(Ints(better + 1))
        case "worse":
            result = Num(Ints(better + np.maximum(equal, 1)))
        case _:
            result = Num(Ints(2 * better + np.maximum(equal, 1) + 1), ints.one(2))
    return marked(result, marks.unscored, marks.fault)


# ---------------------------------------------------------------- pools


@handles(n.PoolShare)
def _pool_share(node: n.PoolShare, scope: Scope) -> Vec:
    pool = ev(node.pool, scope)
    if not isinstance(pool, Num):
        return pool
    found = visit(node, scope)
    kept = chosen(found, node.among)
    here = kept.visit
    wanted = [node.weight] if node.each_cap is None else [node.weight, node.each_cap]
    parts = [here.ev(item) if here.rows else Blank() for item in wanted]
    fault, unscored = kept.fault, kept.unscored
    if here.rows:
        more = first_fault(*parts)
        found_faults = (
            None if more is None else groups.first_faults(here.dense(), v.full(more, here.rows), None)
        )
        if found_faults is not None:
            fault = found_faults if fault is None else np.where(fault != 0, fault, found_faults)
        lost = v.any_unscored(*parts)
        if lost is not None:
            gone = here.dense().count(v.full(lost, here.rows)) > 0
            unscored = gone if unscored is None else unscored | gone
    marks = found.spread(marked(Blank(), unscored, fault))
    result_fault = first_fault(pool, marks)
    result_unscored = v.any_unscored(pool, marks)
    clean = np.ones(scope.rows, dtype=bool)
    whole = marked(Blank(), result_unscored, result_fault).bad()
    if whole is not None:
        clean = ~v.full(whole, scope.rows)
    shares, wrong = _shares(node, scope, pool, here, parts, clean)
    result: Vec = marked(v.from_fractions(shares), result_unscored, result_fault)
    if wrong.any():
        result = fail(scope, result, wrong, "VBC6012", "a pool or a weight is negative", node)
    return result


def _shares(
    node: n.PoolShare, scope: Scope, pool: Num, here: Visit, parts: list[Vec], clean: Array
) -> tuple[list[Fraction], Array]:
    """The part of each row of the scope, and where pool or weights are below zero."""
    amounts = v.fractions(pool, scope.rows)
    of = np.arange(scope.rows) if here.of is None else here.of
    keys = list(node.rows.binds) or [scope.program.party]
    theirs = list(zip(*(here.key(d).tolist() for d in keys), strict=True)) if here.rows else []
    ours = list(zip(*(v.full(scope.key(d), scope.rows).tolist() for d in keys), strict=True))
    values = [_column(part, here.rows) for part in parts]
    members: dict[int, list[int]] = {}
    for row, group in enumerate(here.group.tolist()):
        members.setdefault(group, []).append(row)
    ranks = [_order(scope, d) for d in keys]
    divided: dict[tuple[int, Fraction], dict[tuple[int, ...], Fraction] | None] = {}
    shares, wrong = [], np.zeros(scope.rows, dtype=bool)
    for row in range(scope.rows):
        shares.append(Fraction(0))
        if not clean[row]:
            continue
        group = int(of[row])
        slot = (group, amounts[row])
        if slot not in divided:
            rows = members.get(group, [])
            rows = sorted(
                rows, key=lambda r: tuple(rank[code] for rank, code in zip(ranks, theirs[r], strict=True))
            )
            weights = [values[0][r] for r in rows]
            caps = [values[1][r] for r in rows] if len(values) > 1 else None
            if amounts[row] < 0 or any(w < 0 for w in weights):
                divided[slot] = None
            else:
                found = divide(amounts[row], weights, caps, node.again, node.cents)
                divided[slot] = {theirs[r]: share for r, share in zip(rows, found, strict=True)}
        table = divided[slot]
        if table is None:
            wrong[row] = True
        else:
            shares[row] = table.get(ours[row], Fraction(0))
    return shares, wrong


def _column(part: Vec, rows: int) -> list[Fraction]:
    return v.fractions(part, rows) if isinstance(part, Num) else [Fraction(0)] * rows


def _order(scope: Scope, dim: str) -> list[int]:
    from vbcdsl.engines.arrow.results import lines_of

    order: list[int] = scope.engine.dimension(dim).order(lines_of(scope.program, dim)).tolist()
    return order


def divide(
    pool: Fraction, weights: list[Fraction], caps: list[Fraction] | None, again: bool, cents: bool
) -> list[Fraction]:
    """A pool divided in proportion to weights, limited by caps, in order of the keys (Q25)."""
    amount = round_to(pool, "half up", CENT)
    parts = [Fraction(0)] * len(weights)
    open_rows = [i for i, w in enumerate(weights) if w > 0]
    left = amount
    while open_rows:
        total = sum(weights[i] for i in open_rows)
        fair = {i: left * weights[i] / total for i in open_rows}
        over = [i for i in open_rows if caps is not None and fair[i] > caps[i]]
        if not over or not again:
            for i in open_rows:
                parts[i] = fair[i] if caps is None else min(fair[i], caps[i])
            break
        assert caps is not None
        for i in over:
            parts[i] = caps[i]
            left -= caps[i]
        open_rows = [i for i in open_rows if i not in over]
    if not cents:
        return parts
    floors = [round_to(p, "down", CENT) for p in parts]
    rest = math.floor(sum(parts) / CENT) - int(sum(floors, Fraction(0)) / CENT)
    fractions = sorted(range(len(parts)), key=lambda i: (-(parts[i] - floors[i]), i))
    for i in fractions[:rest]:
        floors[i] += CENT
    return floors


# ---------------------------------------------------------------- the key with the largest total


@handles(n.WithLargest)
def _with_largest(node: n.WithLargest, scope: Scope) -> Vec:
    found = visit(node, scope)
    kept = chosen(found, node.where)
    here = kept.visit
    size = found.groups
    pool = scope.engine.dimension(node.choose).pool
    if not here.rows:
        return found.spread(marked(Blank(), np.ones(size, dtype=bool), kept.fault))
    codes = here.key(node.choose)
    first, number = unique_keys([here.group, codes], here.rows)
    candidates = attrs.evolve(here, group=number, groups=len(first), of=None)
    aggregate = n.Aggregate(node.name, node.rows, node.value, section=node.section, span=node.span)
    partial = _reduce(aggregate, candidates)
    group, key = here.group[first], codes[first]
    amounts = Num(Ints(partial.rows)) if node.name == "number" else partial.total
    assert amounts is not None
    marks = _marks(partial, group, size, kept.fault, kept.unscored)
    still = _best(amounts, np.arange(len(first)), group, size, largest=not node.smallest)
    unclear = np.zeros(size, dtype=bool)
    for step in node.ties:
        if len(still) == len(np.unique(group[still])):
            break
        if step.by == "first":
            order = np.array(_order(scope, node.choose), dtype=np.int64)
            place = Num(Ints(order[key[still]]))
            still = _best(place, still, group, size, largest=False)
        else:
            still = _tie(step, candidates, still, group, size)
    several = np.bincount(group[still], minlength=size)
    unclear = several > 1
    winner = np.zeros(size, dtype=np.int64)
    winner[group[still]] = key[still]
    unscored = several == 0
    if marks.unscored is not None:
        unscored = unscored | marks.unscored
    done: Vec = marked(Text(winner, pool), unscored, marks.fault)
    if unclear.any():
        done = fail(found.at_heads(), done, unclear, "VBC6013", "a tie that no step breaks", node)
    return found.spread(done)


def _reduce(node: n.Aggregate, found: Visit) -> partials.Partial:
    parts = []
    start = 0
    for chunk in found.chunks:
        if chunk.rows:
            numbers_here = found.group[start : start + chunk.rows]
            parts.append(partials.reduce_rows(node, chunk, Dense(numbers_here, found.groups)))
        start += chunk.rows
    if len(parts) == 1:
        return parts[0]
    again = np.tile(np.arange(found.groups), len(parts))
    return partials.concat(parts).regroup(Dense(again, found.groups), node.name == "largest")


def _marks(
    partial: partials.Partial, group: I64, size: int, fault: I64 | None, unscored: Array | None
) -> Blank:
    """The marks of the candidates on their groups."""
    dense = Dense(group, size)
    if partial.fault is not None:
        more = groups.first_faults(dense, partial.fault, None)
        if more is not None:
            fault = more if fault is None else np.where(fault != 0, fault, more)
    if partial.missing is not None:
        lost = dense.sum(Ints(partial.missing)).a > 0
        unscored = lost if unscored is None else unscored | lost
    return marked(Blank(), unscored, fault)


def _best(amounts: Num, still: I64, group: I64, size: int, largest: bool) -> I64:
    """Of the candidates still in, those with the best amount of their group (amounts: of each of them, or of
    all candidates)."""
    values = amounts if max(len(amounts.num), len(amounts.den)) == len(still) else v.take(amounts, still)
    assert isinstance(values, Num)
    place, _ = groups.ranked(values, len(still))
    best = Dense(group[still], size).extreme(Ints(place), largest).a
    return np.asarray(still[place == best[group[still]]])


def _tie(step: n.TieStep, found: Visit, still: I64, group: I64, size: int) -> I64:
    """The candidates with the best value of a tie step over their rows."""
    assert step.value is not None
    in_play = np.zeros(found.groups, dtype=bool)
    in_play[still] = True
    here = found.only(np.flatnonzero(in_play[found.group]))
    value = here.ev(step.value)
    if isinstance(value, Day):
        value = Num(Ints(value.values.astype(np.int64)), unscored=value.unscored, fault=value.fault)
    got = numbers(value)
    if got is None:
        return still
    largest = step.by in ("latest", "largest")
    bad = value.bad()
    good = None if bad is None else ~v.full(bad, here.rows)
    each = groups.extreme_numbers(here.dense(), got[0], good, largest)
    there = here.dense().count(good)[still] > 0
    if not there.any():
        return still
    still = still[there] if not there.all() else still
    return _best(Num(each.num.take(still), each.den.take(still)), still, group, size, largest)
