"""Ranks, shares of a pool, and the key with the largest total."""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np

from vbcdsl.engines import messages as m
from vbcdsl.engines.arrow import groups, ints, partials
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import ev, fail, handles
from vbcdsl.engines.arrow.groups import Dense, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Ints
from vbcdsl.engines.arrow.rows import Visit, chosen, earlier, visit
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
    if group_fault is not None and own.unscored is not None:
        group_fault = np.where(own.unscored, 0, group_fault)
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
            result = Num(Ints(better + equal))
        case _:
            result = Num(Ints(2 * better + equal + 1), ints.one(2))
    return marked(result, marks.unscored, marks.fault)


# ---------------------------------------------------------------- pools


@handles(n.PoolShare)
def _pool_share(node: n.PoolShare, scope: Scope) -> Vec:
    pool = ev(node.pool, scope)
    if not isinstance(pool, Num):
        return pool
    found = visit(node, scope)
    here, fault = chosen(found, node.among)
    wanted = [node.weight] if node.each_cap is None else [node.weight, node.each_cap]
    parts = [here.ev(item) if here.rows else Blank() for item in wanted]
    if here.rows and (more := first_fault(*parts)) is not None:
        fault = earlier(fault, groups.first_faults(here.dense(), v.full(more, here.rows), None))
    marks = found.spread(Blank(fault=fault))
    result_fault = first_fault(pool, marks)
    result_unscored = pool.unscored
    if result_fault is not None and result_unscored is not None:  # no pool: nothing is divided
        result_fault = np.where(result_unscored, 0, result_fault)
    clean = np.ones(scope.rows, dtype=bool)
    whole = marked(Blank(), result_unscored, result_fault).bad()
    if whole is not None:
        clean = ~v.full(whole, scope.rows)
    shares, wrong = _shares(node, scope, pool, here, parts, clean)
    result: Vec = marked(v.from_fractions(shares), result_unscored, result_fault)
    if wrong.any():
        result = fail(scope, result, wrong, m.NEGATIVE_POOL, node)
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
            claims = {
                theirs[r]: (w, values[1][r] if len(values) > 1 else None)
                for r in rows
                if (w := values[0][r]) is not None
            }
            if amounts[row] < 0 or any(w < 0 for w, _ in claims.values()):
                divided[slot] = None
            else:
                divided[slot] = divide(amounts[row], claims, node.again, node.cents)
        table = divided[slot]
        if table is None:
            wrong[row] = True
        else:
            shares[row] = table.get(ours[row], Fraction(0))
    return shares, wrong


def _column(part: Vec, rows: int) -> list[Fraction | None]:
    """The values by row, None where not scored."""
    if not isinstance(part, Num):
        return [None] * rows
    found: list[Fraction | None] = list(v.fractions(part, rows))
    if part.unscored is not None:
        for row in np.flatnonzero(v.full(part.unscored, rows)).tolist():
            found[row] = None
    return found


def _order(scope: Scope, dim: str) -> list[int]:
    from vbcdsl.engines.arrow.results import lines_of

    order: list[int] = scope.engine.dimension(dim).order(lines_of(scope.program, dim)).tolist()
    return order


Claims = dict[tuple[int, ...], tuple[Fraction, Fraction | None]]  # key → weight, limit


def divide(pool: Fraction, claims: Claims, again: bool, cents: bool) -> dict[tuple[int, ...], Fraction]:
    """A pool divided in proportion to weights, up to the limits, in the order of the keys (Q25)."""
    left = round_to(pool, "half up", CENT)
    shares = dict.fromkeys(claims, Fraction(0))
    still = {key: weight for key, (weight, _) in claims.items() if weight > 0}
    while still and left > 0:
        total = sum(still.values())
        fair = {key: left * weight / total for key, weight in still.items()}
        limits = {key: cap for key in fair if (cap := claims[key][1]) is not None and fair[key] > cap}
        if not limits or not again:
            shares |= {key: limits.get(key, amount) for key, amount in fair.items()}
            break
        shares |= limits
        left -= sum(limits.values())
        still = {key: weight for key, weight in still.items() if key not in limits}
    return _to_cents(shares, claims) if cents else shares


def _to_cents(shares: dict[tuple[int, ...], Fraction], claims: Claims) -> dict[tuple[int, ...], Fraction]:
    """Each share cut down to the cent, and the cents left over given to the largest cut-off fractions."""
    cut = {key: round_to(share, "down", CENT) for key, share in shares.items()}
    spare = (
        round_to(sum(shares.values(), Fraction(0)), "down", CENT) - sum(cut.values(), Fraction(0))
    ) / CENT
    for key in sorted((k for k in shares if shares[k] > cut[k]), key=lambda k: cut[k] - shares[k]):
        cap = claims[key][1]
        if spare > 0 and (cap is None or cut[key] + CENT <= cap):
            cut[key] += CENT
            spare -= 1
    return cut


# ---------------------------------------------------------------- the key with the largest total


@handles(n.WithLargest)
def _with_largest(node: n.WithLargest, scope: Scope) -> Vec:
    found = visit(node, scope)
    here, fault = chosen(found, node.where)
    size = found.groups
    pool = scope.engine.dimension(node.choose).pool
    if not here.rows:
        return found.spread(marked(Blank(), np.ones(size, dtype=bool), fault))
    codes = here.key(node.choose)
    first, number = unique_keys([here.group, codes], here.rows)
    candidates = attrs.evolve(here, group=number, groups=len(first), of=None)
    aggregate = n.Aggregate(node.name, node.rows, node.value, scored_only=True)
    partial = _reduce(aggregate, candidates)
    group, key = here.group[first], codes[first]
    amounts = Num(Ints(partial.rows)) if node.name == "number" else partial.total
    assert amounts is not None
    if partial.fault is not None:
        fault = earlier(fault, groups.first_faults(Dense(group, size), partial.fault, None))
    still = _best(amounts, np.arange(len(first)), group, size, largest=not node.smallest)
    unclear = np.zeros(size, dtype=bool)
    for step in node.ties:
        if len(still) == len(np.unique(group[still])):
            break
        if step.by == "first":
            place = Num(Ints(scope.engine.dimension(node.choose).order(None)[key[still]]))
            still = _best(place, still, group, size, largest=False)
        else:
            still, fault = _tie(step, candidates, still, group, size, fault)
    several = np.bincount(group[still], minlength=size)
    unclear = several > 1
    winner = np.zeros(size, dtype=np.int64)
    winner[group[still]] = key[still]
    done: Vec = marked(Text(winner, pool), several == 0, fault)
    if unclear.any():
        done = fail(found.at_heads(), done, unclear, m.TIE, node)
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


def _best(amounts: Num, still: I64, group: I64, size: int, largest: bool) -> I64:
    """Of the candidates still in, those with the best amount of their group (amounts: of each of them, or of
    all candidates)."""
    values = amounts if max(len(amounts.num), len(amounts.den)) == len(still) else v.take(amounts, still)
    assert isinstance(values, Num)
    place, _ = groups.ranked(values, len(still))
    best = Dense(group[still], size).extreme(Ints(place), largest).a
    return np.asarray(still[place == best[group[still]]])


def _tie(
    step: n.TieStep, found: Visit, still: I64, group: I64, size: int, fault: I64 | None
) -> tuple[I64, I64 | None]:
    """The candidates with the best value of a tie step over their rows."""
    assert step.value is not None
    tied = np.bincount(group[still], minlength=size) > 1
    in_play = np.zeros(found.groups, dtype=bool)
    in_play[still[tied[group[still]]]] = True
    here = found.only(np.flatnonzero(in_play[found.group]))
    value = here.ev(step.value)
    if value.fault is not None:
        more = groups.first_faults(Dense(group[here.group], size), v.full(value.fault, here.rows), None)
        fault = earlier(fault, more)
    if isinstance(value, Day):
        value = Num(Ints(value.values.astype(np.int64)), unscored=value.unscored, fault=value.fault)
    if not isinstance(value, Num):
        return still, fault
    largest = step.by in ("latest", "largest")
    bad = value.bad()
    good = None if bad is None else ~v.full(bad, here.rows)
    each = groups.extreme_numbers(here.dense(), value, good, largest)
    there = here.dense().count(good) > 0
    marked_groups = np.bincount(group[there], minlength=size) > 0
    contest = still[there[still]]
    rest = still[~marked_groups[group[still]]]  # nobody has a value: the tie stays
    if len(contest):
        contest = _best(Num(each.num.take(contest), each.den.take(contest)), contest, group, size, largest)
    return np.sort(np.concatenate((rest, contest))), fault
