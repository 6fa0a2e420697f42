"""Questions about expressions as trees: which nodes they contain, which keys they need."""

from __future__ import annotations

from collections.abc import Iterator

from vbcdsl.engines.arrow.times import WHOLE_YEAR, is_clock
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program
from vbcdsl.rules.uses import children, walk

_VISITORS = (n.Aggregate, n.Quantified, n.Rank, n.PoolShare, n.WithLargest)


def everything(node: n.Node) -> Iterator[n.Node]:
    """The node and all below it."""
    return walk(node)


def visits(node: n.Node) -> bool:
    """Whether the node visits rows."""
    return isinstance(node, _VISITORS)


def inner(node: n.Node) -> tuple[n.Node, ...]:
    """The expressions that a node evaluates on the rows that it visits."""
    match node:
        case n.Aggregate(value=value, where=where, weight=weight):
            found = (value, where, weight)
        case n.Quantified(cond=cond, where=where):
            found = (cond, where, None)
        case n.Rank(value=value):
            found = (value, None, None)
        case n.PoolShare(weight=weight, among=among, each_cap=cap):
            found = (weight, among, cap)
        case n.WithLargest(value=value, where=where, ties=ties):
            return tuple(x for x in (value, where, *(t.value for t in ties)) if x is not None)
        case _:
            return ()
    return tuple(x for x in found if x is not None)


def rows_of(node: n.Node) -> n.Rows:
    """The rows that a node visits."""
    assert isinstance(node, _VISITORS)
    return node.rows


def needed(node: n.Node, program: Program, visited: str | None = None) -> frozenset[str]:
    """The dimensions whose keys the environment must hold for this expression (clocks finer than a year
    included); `visited`: the record whose rows are being visited."""
    found: set[str] = set()
    match node:
        case n.KeyOf(dim=dim):
            found.add(dim)
        case n.Ref(term=name, pick=pick):
            term = program.terms.get(name)
            if term is not None:
                found |= {d for d in term.grain if d not in {dim for dim, _ in pick}}
        case n.Col(record=record) if record != visited:
            rows = program.records[record]
            found |= set(rows.keys)
            if program.party in rows.dims:
                found.add(program.party)
            if rows.clock is not None:
                found.add(rows.clock)
        case n.PeriodFact(clock=clock):
            found.add(clock)
        case _:
            pass
    if visits(node):
        rows_here = rows_of(node)
        found |= set(rows_here.fixed)
        if rows_here.others:
            found.add(program.party)
        bound = set(rows_here.binds)
        if rows_here.source is not None:
            bound |= set(program.records[rows_here.source].dims)
        for item in inner(node):
            found |= needed(item, program, rows_here.source) - bound
        if isinstance(node, n.PoolShare):
            found |= needed(node.pool, program, visited)
        if isinstance(node, (n.Rank, n.PoolShare)):
            found |= set(rows_here.binds)
    else:
        for child in children(node):
            found |= needed(child, program, visited)
    return frozenset(d for d in found if d not in WHOLE_YEAR)


def same_every_year(node: n.Node, record: str) -> bool:
    """Whether the expression on rows of the record stands on nothing but the row."""
    return not any(
        isinstance(item, (n.Ref, n.InForce, n.PeriodFact))
        or visits(item)
        or (isinstance(item, n.Col) and item.record != record)
        for item in everything(node)
    )


def timed_dims(dims: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Dimensions that are no clocks, and clocks finer than a year."""
    plain = tuple(d for d in dims if not is_clock(d))
    return plain, tuple(d for d in dims if is_clock(d) and d not in WHOLE_YEAR)
