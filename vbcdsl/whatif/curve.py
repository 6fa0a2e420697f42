"""The payment of a party as a function of one term: pieces between edges, and at each edge its value and its
limits."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import attrs

from vbcdsl.model.values import round_to
from vbcdsl.results.settlement import direction
from vbcdsl.rules import nodes as n
from vbcdsl.whatif.edges import UNROUNDED, Edge, edges, watch
from vbcdsl.whatif.vary import Outcome, Variation

GRID = 48
_BETWEEN = 6  # points drawn between two edges


@attrs.frozen
class Corner:
    """An edge with the net payment just below it, at it and just above it (None: outside, or not computed)."""

    at: Fraction
    section: str
    exact: bool
    before: Fraction | None
    here: Fraction | None
    after: Fraction | None

    @property
    def jumps(self) -> bool:
        """Whether the payment jumps there."""
        sides = [side for side in (self.before, self.after) if side is not None]
        return self.here is not None and any(side != self.here for side in sides)


@attrs.frozen
class Curve:
    """`pieces`: points of the line between edges, (value of the term, net payment). `now`: where the party is."""

    term: str
    section: str
    low: Fraction
    high: Fraction
    pieces: tuple[tuple[tuple[Fraction, Fraction], ...], ...]
    corners: tuple[Corner, ...]
    now: tuple[Fraction, Fraction] | None


def payout_curve(variation: Variation, low: Fraction, high: Fraction) -> Curve:
    """The curve from `low` to `high`. Exact where payments are straight or square between edges."""
    if high <= low:
        raise ValueError("the range is empty")
    watch(variation)
    value = variation.value
    grid = {low + (high - low) * Fraction(i, GRID) for i in range(GRID + 1)}
    if isinstance(value, Fraction) and low <= value <= high:
        grid.add(value)
    found = edges(variation, sorted(grid))
    marks = sorted({low, high, *(edge.value for edge in found)})
    gap = min(b - a for a, b in pairwise(marks))
    small = gap / 1000
    corners = tuple(_corner(variation, edge, small, low, high) for edge in found)
    pieces = []
    by_value = {corner.at: corner for corner in corners}
    for start, end in pairwise(marks):
        pieces.append(_piece(variation, start, end, small, by_value))
    now = None
    if isinstance(value, Fraction) and low <= value <= high and isinstance(variation.row.net, Fraction):
        now = (value, variation.row.net)
    return Curve(variation.term.name, variation.term.section, low, high, tuple(p for p in pieces if len(p) > 1),
                 corners, now)  # fmt: skip


def _corner(variation: Variation, edge: Edge, small: Fraction, low: Fraction, high: Fraction) -> Corner:
    here = variation.outcomes([edge.value])[0].net
    before = limit(variation, edge.value, -small) if edge.value > low else None
    after = limit(variation, edge.value, small) if edge.value < high else None
    return Corner(edge.value, edge.section, edge.exact, before, here, after)


def _piece(
    variation: Variation, start: Fraction, end: Fraction, small: Fraction, corners: dict[Fraction, Corner]
) -> tuple[tuple[Fraction, Fraction], ...]:
    inner = [start + (end - start) * Fraction(i, _BETWEEN) for i in range(1, _BETWEEN)]
    values = [start, *inner, end]
    outcomes = variation.outcomes(values)
    nets = [outcome.net for outcome in outcomes]
    if start in corners and corners[start].after is not None:
        nets[0] = corners[start].after
    if end in corners and corners[end].before is not None:
        nets[-1] = corners[end].before
    return tuple((x, y) for x, y in zip(values, nets, strict=True) if y is not None)


def limit(variation: Variation, at: Fraction, step: Fraction) -> Fraction | None:
    """The net payment as the term comes near a value from one side; `step`: small, below zero from below. The
    three points next to it give straight lines and squares exactly; then each payment is rounded as the contract
    says."""
    near = variation.measured([at + step, at + 2 * step, at + 3 * step])
    total = Fraction(0)
    for name, one in near[0][0].payments.items():
        whole = [watched.get(name + UNROUNDED) for _, watched in near]
        term = variation.program.terms[name]
        if all(w is not None for w in whole) and isinstance(term.expr, n.Round) and term.payment is not None:
            a, b, c = (w or Fraction(0) for w in whole)
            amount = round_to(3 * a - 3 * b + c, term.expr.mode, term.expr.unit)
            payer, payee = direction(term.payment, variation.program)
            provider = variation.program.provider
            total += amount * ((payee == provider) - (payer == provider))
        elif one is not None:
            total += one
        else:
            return None
    return total


def better(outcomes: list[Outcome], net: Fraction) -> Outcome | None:
    """The first outcome that pays the party more."""
    return next((o for o in outcomes if o.net is not None and o.net > net), None)
