"""What a core expression depends on: terms, columns and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from vbcdsl.model.periods import CLOCKS, OWN, YEAR
from vbcdsl.rules import nodes as n

_EXPRESSIONS = (
    "Node",
    "LookupRow",
    "Band",
    "Interval",
    "RowTest",
    "TieStep",
)  # what holds expressions, as declared
_PARTS = (n.LookupRow, n.Band, n.Interval, n.TieStep)
IN_FORCE = frozenset({YEAR})
_HOLDERS: dict[Any, tuple[tuple[str, bool], ...]] = {}


def _holders(kind: Any) -> tuple[tuple[str, bool], ...]:
    """The attributes of a class of nodes that can hold expressions, in order; whether each holds just one."""
    found = _HOLDERS.get(kind)
    if found is None:
        declared: dict[str, str] = {}
        for each in reversed(kind.__mro__):
            declared.update(getattr(each, "__annotations__", {}))
        names = [(field.name, declared[field.name]) for field in attrs.fields(kind)]
        found = _HOLDERS[kind] = tuple(
            (name, said in ("Node", "Node | None"))
            for name, said in names
            if any(word in said for word in _EXPRESSIONS)
        )
    return found


def children(node: n.Node) -> list[n.Node]:
    """The expressions directly below a node, in order."""
    found: list[n.Node] = []
    for name, single in _HOLDERS.get(type(node)) or _holders(type(node)):
        value = getattr(node, name)
        if value is None:
            continue
        if single:
            found.append(value)
        else:
            _add_below(value, found)
    return found


def _add_below(value: object, found: list[n.Node]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _add_below(item, found)
    elif isinstance(value, n.Node):
        found.append(value)
    elif isinstance(value, _PARTS):
        for name, _ in _HOLDERS.get(type(value)) or _holders(type(value)):
            _add_below(getattr(value, name), found)


def walk(node: n.Node) -> Iterator[n.Node]:
    """The node and every expression below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        if _HOLDERS.get(type(current)) != ():
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
