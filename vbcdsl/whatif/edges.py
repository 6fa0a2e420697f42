"""Where a payment can jump or turn as one term rises: at the edges of tables, limits and conditions that stand
on it.

Each comparison of the frozen text becomes a hidden term, the difference of its two sides. Where that changes its
sign between two values of a grid lies an edge; it is found exactly where the difference is a straight line
between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import attrs

from vbcdsl.model.kinds import NUMBER, NUMERIC
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Term
from vbcdsl.rules.uses import children
from vbcdsl.trace.lift import ROWS, kinds_of
from vbcdsl.whatif.vary import Variation, stands_on

_ROUNDS = 4  # of looking between two values again, for differences that are no straight line
UNROUNDED = ", before it is rounded"


@attrs.frozen
class Edge:
    """A value at which a comparison of a section turns. `exact`: the two sides are equal there to the last
    digit."""

    value: Fraction
    section: str
    exact: bool


def watch(variation: Variation) -> None:
    """Have the differences of all comparisons, and the payments before they are rounded, computed as well."""
    program = variation.frozen.program
    grain = (program.party, "Performance Year", *(dim for dim, _ in variation.pick))
    found: dict[str, Term] = {}
    for term in program.terms.values():
        if term.name not in variation.frozen.cone:
            continue
        for left, right, section in _compared(variation, term):
            name = f"edge {len(found)} of section {section}"
            found[name] = Term(name, section, NUMBER, grain, n.Subtract(left, right), "step", hidden=True)
    for name in variation.frozen.payments:
        term = program.terms[name]
        if isinstance(term.expr, n.Round) and set(term.grain) <= {program.party, "Performance Year"}:
            title = name + UNROUNDED
            found[title] = attrs.evolve(term, name=title, expr=term.expr.value, payment=None, hidden=True)
    variation.watch(found)


def edges(variation: Variation, grid: Sequence[Fraction]) -> list[Edge]:
    """The edges from the first to the last value of a grid, in order."""
    found: dict[Fraction, Edge] = {}
    measured = dict(zip(grid, (w for _, w in variation.measured(list(grid))), strict=True))
    names = [name for name in variation.extra if not name.endswith(UNROUNDED)]
    open_: list[tuple[str, Fraction, Fraction]] = []
    for low, high in pairwise(grid):
        for name in names:
            a, b = measured[low].get(name), measured[high].get(name)
            if a is None or b is None:
                continue
            section = variation.extra[name].section
            for at, value in ((low, a), (high, b)):
                if value == 0 and (a != 0 or b != 0):
                    found[at] = Edge(at, section, True)
            if a * b < 0:
                open_.append((name, low, high))
    for round_ in range(_ROUNDS):
        if not open_:
            break
        places = []
        for name, low, high in open_:
            a, b = measured[low][name], measured[high][name]
            places.append(low + (high - low) * a / (a - b) if round_ % 2 == 0 else (low + high) / 2)
        measured.update(zip(places, (w for _, w in variation.measured(places)), strict=True))
        again = []
        for (name, low, high), at in zip(open_, places, strict=True):
            middle = measured[at].get(name)
            if middle is None:
                continue
            if middle == 0:
                found[at] = Edge(at, variation.extra[name].section, True)
            elif round_ == _ROUNDS - 1:
                found.setdefault(at, Edge(at, variation.extra[name].section, False))
            else:
                again.append((name, low, at) if measured[low][name] * middle < 0 else (name, at, high))
        open_ = again
    exact = [edge.value for edge in found.values() if edge.exact]
    kept = [
        edge
        for edge in found.values()
        if edge.exact
        or not any(
            low < value <= high for low, high in pairwise(grid) if low < edge.value <= high for value in exact
        )
    ]  # a jump at an exact edge moves other differences through zero in the same cell
    return sorted(kept, key=lambda edge: edge.value)


def _compared(variation: Variation, term: Term) -> Iterator[tuple[n.Node, n.Node, str]]:
    """The two sides of each comparison of a term's sentence that stands on the varied term, evaluated at its
    keys."""
    program = variation.frozen.program
    kinds = kinds_of(program)
    wanted = {dim for dim, _ in variation.pick}
    clocks = {"Performance Year", "Contract Year"}

    def look(node: n.Node, dims: frozenset[str]) -> Iterator[tuple[n.Node, n.Node, str]]:
        if isinstance(node, ROWS):
            dims = dims | set(node.rows.binds)
        if dims - clocks <= {program.party} | wanted:
            for left, right in _sides(node):
                kind = kinds.of(left)
                number = kind is None or kind.base in NUMERIC
                if number and stands_on(n.Subtract(left, right), variation.term.name, variation.frozen.cone):
                    yield left, right, right.section or node.section or term.section
        for child in children(node):
            yield from look(child, dims)

    yield from look(term.expr, frozenset(term.grain))


def _sides(node: n.Node) -> Iterator[tuple[n.Node, n.Node]]:
    match node:
        case n.Compare(left=left, right=right):
            yield left, right
        case n.Clamp(value=value, cap=cap, floor=floor):
            yield from ((value, limit) for limit in (cap, floor) if limit is not None)
        case n.Lesser(items=items) | n.Greater(items=items):
            yield from pairwise(items)
        case n.Lookup(subjects=subjects, rows=rows):
            for row in rows:
                for subject, test in zip(subjects, row.tests, strict=True):
                    if isinstance(test, n.Interval):
                        yield from ((subject, edge) for edge in (test.low, test.high) if edge is not None)
        case n.Bands(subject=subject, bands=bands):
            for band in bands:
                yield from ((subject, edge) for edge in (band.low, band.high) if edge is not None)
