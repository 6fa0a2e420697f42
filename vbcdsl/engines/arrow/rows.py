"""Aggregates: many rows to one value.

An aggregate over data was usually computed while the data streamed by (`scan.py`): here its groups are only
gathered. Otherwise its rows are visited in memory: rows of a table, or combinations of keys (a frame). A
`Visit` pairs each row with the environments it counts for, which are numbered by what tells them apart.
"""

from __future__ import annotations

import math
from fractions import Fraction

import attrs
import numpy as np

from vbcdsl.engines import messages as m
from vbcdsl.engines.arrow import exact, groups, partials, walk
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import ev, fail, flags, handles
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.groups import Dense, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Bools, Ints
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.scope import Frame, Scope
from vbcdsl.engines.arrow.tables import has_time
from vbcdsl.engines.arrow.times import WHOLE_YEAR, finest, has_clock, is_clock
from vbcdsl.engines.arrow.vec import Blank, Day, Flag, Num, Vec, marked
from vbcdsl.model.periods import CLOCKS
from vbcdsl.rules import nodes as n


@attrs.define(eq=False)
class Visit:
    """Rows paired with groups of environments. `chunks`: one scope for each year that rows come from;
    `group`: of each row (all chunks) the number of its group; `of`: of each row of the environment its group
    (None: the groups are the rows); `heads`: a row of the environment for each group."""

    environment: Scope
    chunks: list[Scope]
    group: I64
    groups: int
    of: I64 | None
    heads: I64

    @property
    def rows(self) -> int:
        """The number of pairs."""
        return len(self.group)

    def ev(self, node: n.Node) -> Vec:
        """The expression on each pair."""
        chunks = [c for c in self.chunks if c.rows]
        if len(chunks) == 1:
            return ev(node, chunks[0])
        parts: list[tuple[Array | None, Vec]] = []
        start = 0
        for chunk in chunks:
            parts.append((np.arange(start, start + chunk.rows), ev(node, chunk)))
            start += chunk.rows
        return v.scatter(start, parts)

    def key(self, dim: str) -> Array:
        """The codes of a dimension on each pair."""
        chunks = [c for c in self.chunks if c.rows]
        if not chunks:
            return np.zeros(0, dtype=np.int64)
        return np.concatenate([v.full(c.key(dim), c.rows) for c in chunks])

    def only(self, rows: Array) -> Visit:
        """Some of the pairs (ascending)."""
        if len(rows) == self.rows:
            return self
        chunks: list[Scope] = []
        start = 0
        for chunk in self.chunks:
            low, high = np.searchsorted(rows, [start, start + chunk.rows])
            chunks.append(chunk.narrow(rows[low:high] - start))
            start += chunk.rows
        return attrs.evolve(self, chunks=chunks, group=self.group[rows])

    def dense(self) -> Dense:
        """The grouping of the pairs."""
        return Dense(self.group, self.groups)

    def at_heads(self) -> Scope:
        """The environment with one row for each group."""
        if self.of is None:
            return self.environment
        return self.environment.at(self.heads)

    def spread(self, found: Vec) -> Vec:
        """Values of the groups as values of the rows of the environment."""
        return found if self.of is None else v.take(found, self.of)


def visit(node: n.Node, scope: Scope) -> Visit:
    """The rows that a node visits from each environment of a scope."""
    rows = walk.rows_of(node)
    engine, program = scope.engine, scope.program
    years = engine.plan.visited_years(rows, scope.year, program)
    roots = [root(rows, year, scope) for year in years if year in engine.bundle.by_year]
    if not roots:
        roots = [root(rows, scope.year, scope).narrow(np.zeros(0, dtype=np.int64))]
    sample = roots[0]
    window = rows.window
    fixed = []
    for dim in rows.fixed:
        if dim in WHOLE_YEAR or not provides(sample, dim, rows) or not scope.has(dim):
            continue
        if window is not None and is_clock(dim):
            continue
        fixed.append(dim)
    outer = [d for d in _outer(node, rows, scope, sample) if d not in fixed]
    own_time = has_clock(rows.fixed) if rows.source is None else has_time(program.records[rows.source])
    coarse = CLOCKS.index(scope.clock) < CLOCKS.index(sample.clock)
    finer = window is None and coarse and not (rows.source is None and own_time)
    if finer and scope.clock not in fixed:
        outer = [*outer, scope.clock]  # the visited rows lie in the environment's own period
    until = finest(tuple(d for d in (*rows.fixed, scope.clock) if is_clock(d)))
    to_date = (
        window is not None and window.to_date and until not in WHOLE_YEAR and provides(sample, until, rows)
    )
    party = program.party if rows.others and scope.has(program.party) else None
    telling = list(
        dict.fromkeys((*fixed, *outer, *((party,) if party else ()), *((until,) if to_date else ())))
    )
    columns = [scope.key(d) for d in telling]
    if all(len(c) == 1 for c in columns):
        heads = np.zeros(min(scope.rows, 1), dtype=np.int64)
        of = np.zeros(scope.rows, dtype=np.int64)
    else:
        heads, of = unique_keys([v.full(c, scope.rows) for c in columns], scope.rows)
    keys = {d: v.pick(c, heads) for d, c in zip(telling, columns, strict=True)}
    size = len(heads)
    if rows.source is None:
        kept = tuple(d for d in scope.named if d in rows.fixed)
        named = tuple(dict.fromkeys(d for d in (*kept, *rows.fixed, *rows.binds) if not is_clock(d)))
    else:
        named = tuple(dict.fromkeys((*scope.named, *sample.named)))
    chunks, group = [], []
    for source in roots:
        chosen, numbers = _pairs(source, fixed, keys, size)
        for key, keep in ((party, "!="), (until if to_date else None, "<=")):
            if key is not None:
                at = np.arange(len(numbers)) if chosen is None else chosen
                own = v.full(source.key(key), source.rows)[at]
                theirs = v.full(keys[key], size)[numbers]
                met = np.flatnonzero(exact.compare_arrays(keep, own, theirs))
                chosen, numbers = at[met], numbers[met]
        chunks.append(source.visiting(scope, heads[numbers], chosen, named, finer))
        group.append(numbers)
    same = size == scope.rows and bool((of == np.arange(size)).all())
    return Visit(scope, chunks, np.concatenate(group), size, None if same else of, heads)


def root(rows: n.Rows, year: int, scope: Scope) -> Scope:
    """The rows of a source in one year."""
    engine = scope.engine
    program = engine.program(year)
    if rows.source is not None:
        return engine.rows_of(program, rows.source, year).scope
    grain = tuple(dict.fromkeys((*rows.fixed, *rows.binds)))
    found = engine.scope(year, grain, scope.term)
    return found


def provides(sample: Scope, dim: str, rows: n.Rows) -> bool:
    """Whether a visited row has a key of this dimension of its own."""
    if rows.source is not None and is_clock(dim):
        record = sample.program.records[rows.source]
        return has_time(record) and sample.has(dim)
    return sample.has(dim)


def _outer(node: n.Node, rows: n.Rows, scope: Scope, sample: Scope) -> list[str]:
    """The keys of the environment that the visited expressions stand on and no visited row has."""
    found: set[str] = set()
    for item in walk.inner(node):
        for dim in walk.needed(item, scope.program, rows.source):
            if dim not in rows.binds and not provides(sample, dim, rows) and scope.has(dim):
                found.add(dim)
    return sorted(found)


def _pairs(source: Scope, fixed: list[str], keys: dict[str, Array], size: int) -> tuple[Array | None, I64]:
    """The rows and groups that agree in the fixed keys: (rows, None: all in order; their groups)."""
    if not fixed:
        if size == 1:
            return None, np.zeros(source.rows, dtype=np.int64)
        return (
            np.tile(np.arange(source.rows), size),
            np.repeat(np.arange(size), source.rows),
        )
    wide = [v.full(keys[d], size) for d in fixed]
    first, number = unique_keys(wide, size)
    heads = Frame(
        source.year, tuple(fixed), {d: c[first] for d, c in zip(fixed, wide, strict=True)}, len(first)
    )
    place = heads.find([source.key(d) for d in fixed], source.rows)
    found = place >= 0
    rows = None if found.all() else np.flatnonzero(found)
    place = place if rows is None else place[rows]
    if len(first) == size:
        return rows, first[place] if size > 1 else np.zeros(len(place), dtype=np.int64)
    order = np.argsort(number, kind="stable")
    counts = np.bincount(number, minlength=len(first))
    starts = np.cumsum(counts) - counts
    many = counts[place]
    at = np.repeat(np.arange(len(place)), many)
    within = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    group = order[starts[place][at] + within]
    return (at if rows is None else rows[at]), group


# ---------------------------------------------------------------- aggregates


@handles(n.Aggregate)
def _aggregate(node: n.Aggregate, scope: Scope) -> Vec:
    engine = scope.engine
    number = engine.plan.numbers.get(id(node))
    slot = None if number is None else engine.prepared.get((number, scope.year))
    if isinstance(slot, Unavailable):
        raise slot
    if slot is not None and number is not None:
        return _gathered(node, scope, *slot)
    found = visit(node, scope)
    if node.name in ("median", "percentile"):
        return found.spread(_ordered(node, found))
    partial = reduced(node, found)
    return found.spread(partials.finish(node, partial, found.at_heads()))


def _gathered(node: n.Aggregate, scope: Scope, frame: Frame, partial: Partial) -> Vec:
    """The groups of a streamed aggregate at the keys of a scope."""
    places = scope.positions(frame)
    if places is None:
        return partials.finish(node, partial, scope)
    if not frame.rows:
        return partials.finish(node, partials.empty(node, scope.rows), scope)
    wide = v.full(places, scope.rows)
    absent = wide < 0
    if not absent.any():
        return partials.finish(node, partial.take(wide), scope)
    rest, rows = np.flatnonzero(~absent), np.flatnonzero(absent)
    here = partials.finish(node, partial.take(wide[rest]), scope.narrow(rest)) if len(rest) else Blank()
    none = partials.finish(node, partials.empty(node, len(rows)), scope.narrow(rows))
    return v.scatter(scope.rows, [(rest, here), (rows, none)])


def reduced(node: n.Aggregate, found: Visit) -> Partial:
    """The partial of each group of a visit."""
    size = found.groups
    if not found.rows:
        return partials.empty(node, size)
    if node.distinct is not None:
        return _distinct(node, found)
    if len([c for c in found.chunks if c.rows]) == 1:
        chunk = next(c for c in found.chunks if c.rows)
        return partials.reduce_rows(node, chunk, found.dense())
    parts, group = [], []
    start = 0
    for chunk in found.chunks:
        if chunk.rows:
            numbers = found.group[start : start + chunk.rows]
            parts.append(partials.reduce_rows(node, chunk, Dense(numbers, size)))
            group.append(np.arange(size))
        start += chunk.rows
    return partials.concat(parts).regroup(Dense(np.concatenate(group), size), node.name == "largest")


def _distinct(node: n.Aggregate, found: Visit) -> Partial:
    """The number of different keys among the rows that count."""
    assert node.distinct is not None
    first, number = unique_keys([found.group, found.key(node.distinct)], found.rows)
    fine = attrs.evolve(found, group=number, groups=len(first))
    plain = attrs.evolve(node, distinct=None)
    each = reduced(plain, fine)
    counted = Partial((each.rows > 0).astype(np.int64), each.missing, each.fault)
    return counted.regroup(Dense(found.group[first], found.groups), False)


def chosen(found: Visit, where: n.Node | None) -> tuple[Visit, I64 | None]:
    """The pairs that `where` chooses, and the first error that it has in each group."""
    if where is None or not found.rows:
        return found, None
    masks, errors = [], []
    for chunk in found.chunks:
        if chunk.rows:
            yes, fault = partials.choose(where, chunk)
            masks.append(np.ones(chunk.rows, dtype=bool) if yes is None else yes)
            errors.append(np.zeros(chunk.rows, dtype=np.int64) if fault is None else fault)
    faults = groups.first_faults(found.dense(), np.concatenate(errors), None)
    return found.only(np.flatnonzero(np.concatenate(masks))), faults


def earlier(first: I64 | None, second: I64 | None) -> I64 | None:
    """The errors of groups: the first one's where it has one."""
    if first is None or second is None:
        return second if first is None else first
    return np.where(first != 0, first, second)


def _ordered(node: n.Aggregate, found: Visit) -> Vec:
    """Median and percentile."""
    assert node.value is not None
    here, fault = chosen(found, node.where)
    unscored: Bools | None = None
    size = found.groups
    value: Vec = here.ev(node.value) if here.rows else Blank()
    bad = value.bad()
    group = here.group
    if here.rows and value.fault is not None:
        fault = earlier(fault, groups.first_faults(here.dense(), value.fault, None))
    if here.rows and value.unscored is not None and not node.scored_only:
        unscored = here.dense().count(v.full(value.unscored, here.rows)) > 0
    good = np.arange(here.rows) if bad is None else np.flatnonzero(~v.full(bad, here.rows))
    days = isinstance(value, Day)
    if isinstance(value, Day):
        value = Num(Ints(value.values))
    if not isinstance(value, Num) or not len(good):
        return marked(Blank(), np.ones(size, dtype=bool), fault)
    place, different = groups.ranked(v.take(value, good), len(good))  # type: ignore[arg-type]
    order = np.lexsort((place, group[good]))
    ordered, place = group[good][order], place[order]
    counts = np.bincount(ordered, minlength=size)
    starts = np.cumsum(counts) - counts
    none = counts == 0
    low, high, share = _places(node, counts)
    first = place[np.minimum(starts + low, len(place) - 1)]
    second = place[np.minimum(starts + high, len(place) - 1)]
    a = Num(different.num.take(first), different.den.take(first))
    b = Num(different.num.take(second), different.den.take(second))
    result: Vec = exact.add(a, exact.multiply(v.from_fractions(share), exact.subtract(b, a)))
    if days and isinstance(result, Num):
        result = Day((result.num.a // result.den.a).astype(np.int64))
    return marked(result, none if unscored is None else none | unscored, fault)


def _places(node: n.Aggregate, counts: I64) -> tuple[I64, I64, list[Fraction]]:
    """For groups of so many values in ascending order: the two places that the result lies between, and
    how far from the first it lies."""
    low, high, share = [], [], []
    for count in counts.tolist():
        if count == 0:
            at, count = Fraction(0), 1
        elif node.name == "median":
            at = Fraction(count - 1, 2)
        elif node.method == "nearest rank":
            at = Fraction(max(math.ceil((node.percent or Fraction(0)) * count / 100), 1) - 1)
        else:
            at = (node.percent or Fraction(0)) * (count - 1) / 100
        whole = math.floor(at)
        low.append(whole)
        high.append(min(whole + 1, count - 1))
        share.append(at - whole)
    return np.array(low, dtype=np.int64), np.array(high, dtype=np.int64), share


# ---------------------------------------------------------------- gates over rows


@handles(n.Quantified)
def _quantified(node: n.Quantified, scope: Scope) -> Vec:
    found = visit(node, scope)
    size = found.groups
    here, fault = chosen(found, node.where)
    dense = here.dense()
    count = dense.count(None)
    met = np.zeros(size, dtype=np.int64)
    unscored: Bools | None = None
    if here.rows:
        condition = here.ev(node.cond)
        yes, missing, _, errors = flags(condition, here.rows)
        met = dense.count(yes)
        if missing is not None:
            lost = dense.count(missing)
            if node.scored_only:
                count = count - lost
            elif not node.unscored_as_not_met:
                unscored = lost > 0
        if errors is not None:
            fault = earlier(fault, groups.first_faults(dense, errors, None))
    if node.every:
        result = met == count
    elif node.percent is not None:
        share = exact.multiply(Num(Ints(count)), v.num(node.percent))
        result = exact.compare(node.op, Num(Ints(met)), share)
    else:
        result = exact.compare_arrays(node.op, met, np.array([node.count or 0]))
    done: Vec = marked(Flag(result), unscored, fault)
    none = count == 0
    if node.scored_only and node.count is not None:
        nothing = exact.compare_arrays(node.op, np.zeros(1, dtype=np.int64), np.array([node.count]))
        done = marked(Flag(np.where(none, nothing, result)), unscored, fault)
    elif none.any():
        done = fail(found.at_heads(), done, none, m.EMPTY_GATE, node)
    return found.spread(done)
