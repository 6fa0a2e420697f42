"""Many rows to one value: totals, averages, percentiles, ranks, gates over rows, pools, attribution."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from vbcdsl.engines import messages as m
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.values import NOT_SCORED, NotScored, Value, round_to
from vbcdsl.rules import nodes as n

if TYPE_CHECKING:
    from vbcdsl.engines.reference.expr import Expressions

CENT = Fraction(1, 100)


def value(e: Expressions, node: n.Node, env: Env) -> Value:
    """The value of a node that visits rows."""
    match node:
        case n.Aggregate():
            return _aggregate(e, node, env)
        case n.Quantified():
            return _quantified(e, node, env)
        case n.Rank():
            return _rank(e, node, env)
        case n.PoolShare():
            return _pool(e, node, env)
        case n.WithLargest():
            return _with_largest(e, node, env)
    raise AssertionError(node)


def _selected(e: Expressions, rows: n.Rows, where: n.Node | None, env: Env, node: n.Node) -> list[Env]:
    """The visited rows that the `where` selects."""
    found = []
    for inner in e.rows.matching(rows, env, node):
        if where is not None:
            holds = e.cond(where, inner)
            if isinstance(holds, NotScored):
                e.fail(m.WHERE_UNSCORED, where, inner)
            if not holds:
                continue
        found.append(inner)
    return found


def _aggregate(e: Expressions, node: n.Aggregate, env: Env) -> Value:
    visited = _selected(e, node.rows, node.where, env, node)
    if node.name == "number":
        if node.value is not None:
            held = [e.cond(node.value, inner) for inner in visited]
            if any(isinstance(h, NotScored) for h in held) and not node.scored_only:
                return NOT_SCORED
            visited = [inner for inner, h in zip(visited, held, strict=True) if h is True]
        if node.distinct is not None:
            return Fraction(len({e.rows.key(node.distinct, inner) for inner in visited}))
        return Fraction(len(visited))
    assert node.value is not None
    values: list[Value] = []
    weights: list[Fraction] = []
    unscored = False  # an error in a later row still stops the whole
    for inner in visited:
        found = e.value(node.value, inner)
        weight = e.number(node.weight, inner) if node.weight is not None else Fraction(1)
        if isinstance(found, NotScored) or isinstance(weight, NotScored):
            unscored = unscored or not node.scored_only
            continue
        values.append(found)
        weights.append(weight)
    if unscored:
        return NOT_SCORED
    return _summary(e, node, values, weights, env)


def _summary(
    e: Expressions, node: n.Aggregate, values: list[Value], weights: list[Fraction], env: Env
) -> Value:
    if node.name in ("largest", "smallest"):
        if not values:
            return NOT_SCORED
        return max(values) if node.name == "largest" else min(values)
    numbers = [v for v in values if isinstance(v, Fraction)]
    if node.name == "total":
        return sum(numbers, Fraction(0))
    if not numbers:
        return NOT_SCORED
    if node.name == "average":
        total = sum(weights, Fraction(0))
        if any(w < 0 for w in weights) or total == 0:
            e.fail(m.WEIGHTS, node, env)
        return sum((v * w for v, w in zip(numbers, weights, strict=True)), Fraction(0)) / total
    numbers.sort()
    if node.name == "median":
        middle = len(numbers) // 2
        return numbers[middle] if len(numbers) % 2 else (numbers[middle - 1] + numbers[middle]) / 2
    assert node.name == "percentile" and node.percent is not None
    if node.method == "nearest rank":
        return numbers[max(math.ceil(node.percent / 100 * len(numbers)), 1) - 1]
    place = node.percent / 100 * (len(numbers) - 1)
    low = math.floor(place)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (place - low) * (numbers[high] - numbers[low])


def _quantified(e: Expressions, node: n.Quantified, env: Env) -> Value:
    held: list[bool] = []
    unscored = False
    for inner in _selected(e, node.rows, node.where, env, node):
        holds = e.cond(node.cond, inner)
        if isinstance(holds, NotScored):
            if node.scored_only:
                continue
            unscored = unscored or not node.unscored_as_not_met
            holds = False
        held.append(holds)
    if unscored:
        return NOT_SCORED
    met = sum(held)
    if node.count is not None and held and not node.every:
        return _compare(node.op, Fraction(met), Fraction(node.count))
    if not held:
        if node.scored_only and node.count is not None:
            return _compare(node.op, Fraction(0), Fraction(node.count))
        e.fail(m.EMPTY_GATE, node, env)
    if node.every:
        return met == len(held)
    assert node.percent is not None
    return _compare(node.op, Fraction(met, len(held)), node.percent)


def _compare(op: str, left: Fraction, right: Fraction) -> bool:
    from vbcdsl.engines.reference.expr import COMPARE

    return COMPARE[op](left, right)


def _rank(e: Expressions, node: n.Rank, env: Env) -> Value:
    own = e.number(node.value, env)
    if isinstance(own, NotScored):
        return own
    others = [e.number(node.value, inner) for inner in e.rows.matching(node.rows, env, node)]
    scored = [v for v in others if isinstance(v, Fraction)]
    better = sum(v > own if node.highest_first else v < own for v in scored)
    equal = sum(v == own for v in scored)
    match node.ties:
        case "better":
            return Fraction(better + 1)
        case "worse":
            return Fraction(better + equal)
    return Fraction(2 * better + equal + 1, 2)


def _pool(e: Expressions, node: n.PoolShare, env: Env) -> Value:
    (dim,) = node.rows.binds
    pool = e.number(node.pool, env)
    if isinstance(pool, NotScored):
        return pool
    pool = round_to(pool, "half up", CENT)
    parts: dict[str, tuple[Fraction, Fraction | None]] = {}
    for inner in _selected(e, node.rows, node.among, env, node):
        weight = e.number(node.weight, inner)
        cap = e.number(node.each_cap, inner) if node.each_cap is not None else None
        if isinstance(weight, NotScored):
            continue
        parts[inner.keys[dim]] = (weight, None if isinstance(cap, NotScored) else cap)
    if pool < 0 or any(weight < 0 for weight, _ in parts.values()):
        e.fail(m.NEGATIVE_POOL, node, env)
    shares = divide_pool(pool, parts, again=node.again, cents=node.cents)
    return shares.get(e.rows.key(dim, env), Fraction(0))


def divide_pool(
    pool: Fraction, parts: dict[str, tuple[Fraction, Fraction | None]], *, again: bool, cents: bool
) -> dict[str, Fraction]:
    """The parts of a pool by key, in the order of the keys (Q25).

    `parts`: key → (weight, limit or None). Without `again` what is above a limit stays undivided.
    """
    shares = {key: Fraction(0) for key in parts}
    open_ = {key: weight for key, (weight, _) in parts.items() if weight > 0}
    left = pool
    capped: set[str] = set()
    while open_ and left > 0:
        total = sum(open_.values())
        ideal = {key: left * weight / total for key, weight in open_.items()}
        over = {
            k for k, amount in ideal.items() if (cap := parts[k][1]) is not None and shares[k] + amount > cap
        }
        if not over or not again:
            for key, amount in ideal.items():
                cap = parts[key][1]
                shares[key] = amount if cap is None else min(amount, cap)
            capped |= over
            break
        for key in over:
            cap = parts[key][1]
            assert cap is not None
            shares[key] = cap
            left -= cap
            capped.add(key)
            del open_[key]
    if not cents:
        return shares
    return _to_cents(shares, capped, parts)


def _to_cents(
    shares: dict[str, Fraction], capped: set[str], parts: dict[str, tuple[Fraction, Fraction | None]]
) -> dict[str, Fraction]:
    """Cut each share down to the cent and give the cents left over to the largest cut-off fractions."""
    cut = {key: round_to(share, "down", CENT) for key, share in shares.items()}
    exact = sum((share for key, share in shares.items()), Fraction(0))
    spare = int((round_to(exact, "down", CENT) - sum(cut.values(), Fraction(0))) / CENT)
    order = {key: index for index, key in enumerate(shares)}
    ranked = sorted((k for k in shares if shares[k] > cut[k]), key=lambda k: (cut[k] - shares[k], order[k]))
    for key in ranked:
        if spare <= 0:
            break
        cap = parts[key][1]
        if cap is not None and cut[key] + CENT > cap:
            continue
        cut[key] += CENT
        spare -= 1
    return cut


def _with_largest(e: Expressions, node: n.WithLargest, env: Env) -> Value:
    groups: dict[str, list[Env]] = {}
    for inner in _selected(e, node.rows, node.where, env, node):
        groups.setdefault(e.rows.key(node.choose, inner), []).append(inner)
    if not groups:
        return NOT_SCORED
    sizes: dict[str, Fraction] = {}
    for key, visited in groups.items():
        if node.value is None:
            sizes[key] = Fraction(len(visited))
            continue
        values = [e.number(node.value, inner) for inner in visited]
        sizes[key] = sum((v for v in values if isinstance(v, Fraction)), Fraction(0))
    best = min(sizes.values()) if node.smallest else max(sizes.values())
    tied = sorted(key for key, size in sizes.items() if size == best)
    for step in node.ties:
        if len(tied) == 1:
            break
        if step.by == "first":
            tied = tied[:1]
            break
        assert step.value is not None
        highest = step.by in ("latest", "largest")
        marks: dict[str, Value] = {}
        for key in tied:
            found = [v for inner in groups[key] if not isinstance(v := e.value(step.value, inner), NotScored)]
            if found:
                marks[key] = max(found) if highest else min(found)
        if marks:
            top = max(marks.values()) if highest else min(marks.values())
            tied = [key for key in tied if marks.get(key) == top]
    if len(tied) > 1:
        e.fail(m.TIE, node, env)
    return tied[0]
