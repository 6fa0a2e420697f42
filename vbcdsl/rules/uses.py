"""What a core expression depends on: terms, columns and keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import attrs

from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import CLOCKS, OWN, YEAR
from vbcdsl.rules import nodes as n


@cache
def _holders(kind: Any) -> tuple[str, ...]:
    """The attributes of a class of nodes that can hold expressions."""
    return tuple(field.name for field in attrs.fields(kind) if field.name not in ("span", "section"))


IN_FORCE = frozenset({YEAR})
_LEAVES = frozenset({str, int, bool, Fraction, type(None), Kind, dt.date})


def children(node: n.Node) -> list[n.Node]:
    """The expressions directly below a node, in order."""
    found: list[n.Node] = []
    for name in _holders(type(node)):  # type: ignore[arg-type]
        value = getattr(node, name)
        if type(value) not in _LEAVES:
            _add_below(value, found)
    return found


def _add_below(value: object, found: list[n.Node]) -> None:
    if isinstance(value, n.Node):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            if type(item) not in _LEAVES:
                _add_below(item, found)
    elif isinstance(value, n.LookupRow | n.Band | n.Interval | n.TieStep):
        for name in _holders(type(value)):  # type: ignore[arg-type]
            _add_below(getattr(value, name), found)


def walk(node: n.Node) -> Iterator[n.Node]:
    """The node and every expression below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        below = children(current)
        below.reverse()
        stack += below


def terms_used(node: n.Node) -> tuple[str, ...]:
    """The terms that an expression refers to, each once, in order."""
    return tuple(dict.fromkeys(x.term for x in walk(node) if isinstance(x, n.Ref)))


def same_period_terms(node: n.Node) -> tuple[str, ...]:
    """The terms that must be known in the same period (a reference to a prior period is not among them)."""
    return tuple(dict.fromkeys(x.term for x in walk(node) if isinstance(x, n.Ref) and x.shift is None))


def natural_dims(
    node: n.Node,
    term_grain: Callable[[str], tuple[str, ...]],
    record_dims: Callable[[str], tuple[str, ...]],
    in_force: frozenset[str] = IN_FORCE,
) -> frozenset[str]:
    """The keys that the value of an expression really depends on. `in_force`: those of values that a sentence
    states from date to date (none: the keys without the dates)."""
    match node:
        case n.Ref(term=term, pick=pick, shift=shift):
            picked = {dim for dim, _ in pick}
            dims = frozenset(term_grain(term)) - picked
            if shift is not None and shift.year is not None:
                dims -= {"Performance Year"}
            elif shift is not None and shift.own is not None:
                dims -= {OWN}
            elif shift is not None:
                dims |= {shift.clock}
            for _, value in pick:
                dims |= natural_dims(value, term_grain, record_dims, in_force)
            first = natural_dims(node.first, term_grain, record_dims, in_force) if node.first else frozenset()
            return dims | first
        case n.KeyOf(dim=dim):
            return frozenset({dim})
        case n.PeriodFact(clock=clock):
            return frozenset({clock})
        case n.Col(record=record):
            return frozenset(record_dims(record))
        case n.InForce():
            dims = in_force
        case n.Aggregate(rows=rows) | n.Quantified(rows=rows) | n.WithLargest(rows=rows):
            inner: frozenset[str] = frozenset()
            for child in children(node):
                inner |= natural_dims(child, term_grain, record_dims, in_force)
            bound = set(rows.binds)
            if rows.source is not None:
                bound |= set(record_dims(rows.source)) - set(rows.fixed)
            for place, clock in enumerate(CLOCKS):
                if clock in bound:  # a month that is bound says which quarter it lies in
                    bound |= set(CLOCKS[place:])
                    break
            own = (
                frozenset(rows.binds) if rows.others else frozenset()
            )  # “all others” depends on whose others
            return (inner - bound) | frozenset(rows.fixed) | own
        case n.Rank(rows=rows) | n.PoolShare(rows=rows):
            inner = frozenset()
            for child in children(node):
                inner |= natural_dims(child, term_grain, record_dims, in_force)
            return inner | frozenset(rows.fixed) | frozenset(rows.binds)
        case _:
            dims = frozenset()
    for child in children(node):
        dims |= natural_dims(child, term_grain, record_dims, in_force)
    return dims
