"""The edges of a table's rows as numbers that can be compared.

Edges that are literals are compared as they are; edges in percent of one named base by the percentage; anything
else (a row from Target on) only where two rows name the same edge.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, TypeAlias

from vbcdsl.model.frozen import frozen
from vbcdsl.rules import nodes as n

Mode: TypeAlias = Literal["numbers", "shares", "order"]


@frozen
class Scale:
    """How the edges of one subject are compared. `base`: what shares are taken of."""

    mode: Mode
    places: tuple[tuple[n.Node, Fraction], ...]
    base: n.Node | None = None
    dates: bool = False

    def place(self, edge: n.Node) -> Fraction:
        """The place of an edge on the scale."""
        return next(at for node, at in self.places if node == edge)


def plain(node: n.Node) -> n.Node:
    """Without the tests that lowering put around a base."""
    return plain(node.value) if isinstance(node, n.Require) else node


def literal(node: n.Node) -> Fraction | None:
    """The number of a literal edge; a date as its day number."""
    if isinstance(node, n.Lit):
        if isinstance(node.value, Fraction):
            return node.value
        if isinstance(node.value, dt.date):
            return Fraction(node.value.toordinal())
    return None


def share(node: n.Node) -> tuple[Fraction, n.Node] | None:
    """`2% of Benchmark` as the share and the base."""
    match node:
        case n.Multiply(items=(n.Lit(value=Fraction() as part), base)):
            return part, plain(base)
    return None


def scale_of(edges: Sequence[tuple[n.Node | None, n.Node | None]]) -> Scale:
    """The scale for the edges (low, high) of the rows, in the order of the rows."""
    flat = [end for pair in edges for end in pair if end is not None]
    numbers = [literal(end) for end in flat]
    if all(number is not None for number in numbers):
        dates = any(isinstance(end, n.Lit) and isinstance(end.value, dt.date) for end in flat)
        places = [(e, x) for e, x in zip(flat, numbers, strict=True) if x is not None]
        return Scale("numbers", tuple(places), dates=dates)
    shares = [share(end) for end in flat]
    bases = {found[1] for found in shares if found is not None}
    if len(bases) == 1 and all(s is not None or x == 0 for s, x in zip(shares, numbers, strict=True)):
        places = [(e, s[0] if s is not None else Fraction(0)) for e, s in zip(flat, shares, strict=True)]
        return Scale("shares", tuple(places), bases.pop())
    ordered: dict[n.Node, Fraction] = {}
    for end in flat:
        ordered.setdefault(end, Fraction(len(ordered)))
    return Scale("order", tuple(ordered.items()))
