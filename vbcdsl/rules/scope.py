"""Where an expression stands: the keys that have one value there, and the row that is visited."""

from __future__ import annotations

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.periods import CLOCKS
from vbcdsl.rules.nodes import Node

_RANK: dict[str, int] = {clock: rank for rank, clock in enumerate(CLOCKS)}


def clock_of(dims: tuple[str, ...] | frozenset[str]) -> str | None:
    """The finest clock among the dimensions."""
    found = [dim for dim in dims if dim in _RANK]
    return min(found, key=lambda c: _RANK[c]) if found else None


def finer_or_same(clock: str, than: str) -> bool:
    """Whether a period of `clock` lies in one period of `than`."""
    return _RANK[clock] <= _RANK[than]


@frozen
class Scope:
    """`dims`: the keys that have one value here (clocks among them). `record`: the record whose row is visited,
    if one is. `term`, `section`: what is being lowered, for messages. `first`: the value that stands for a
    reference before the first period. `as_of`: a fixed period's marker for elections."""

    dims: frozenset[str]
    term: str
    section: str
    record: str | None = None
    first: Node | None = None
    arguments: dict[str, object] = attrs.field(factory=dict, eq=False)

    def has(self, dims: tuple[str, ...] | frozenset[str]) -> bool:
        """Whether each of the dimensions has one value here (a coarser clock has, too)."""
        return not self.missing(dims)

    def missing(self, dims: tuple[str, ...] | frozenset[str]) -> tuple[str, ...]:
        """The dimensions that have more than one value here."""
        clock = clock_of(self.dims)
        lacking: list[str] = []
        for dim in dims:
            if dim in _RANK:
                if clock is None or not finer_or_same(clock, dim):
                    lacking.append(dim)
            elif dim not in self.dims:
                lacking.append(dim)
        return tuple(lacking)

    def inside(self, dims: tuple[str, ...], record: str | None) -> Scope:
        """The scope of a visited row."""
        return attrs.evolve(self, dims=self.dims | frozenset(dims), record=record or self.record)
