"""Parts that add up: what each change of several is worth in the difference that they make together.

`order`: changes are made one after another in the order of the text, and each is worth what it adds.
`shapley`: the average of that over all orders in which each comes after what it needs (the Shapley value;
with such conditions, Faigle and Kern 1992), in exact fractions, cut down to the cent, cents left over to the
largest fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import combinations
from typing import TypeAlias

Value: TypeAlias = Callable[[frozenset[int]], Fraction]
MOST = 8  # at most so many changes have all their orders averaged
CENT = Fraction(1, 100)


def orders(
    count: int, needs: list[frozenset[int]], works: Callable[[frozenset[int]], bool]
) -> dict[frozenset[int], dict[int, Fraction]]:
    """For each set of changes and each change that can come next: the share of all orders that pass there.
    `needs`: what must have come before; `works`: whether a set is a contract."""
    everything = frozenset(range(count))
    sets = [
        made
        for size in range(count + 1)
        for made in map(frozenset, combinations(range(count), size))
        if all(needs[i] <= made for i in made) and (size in (0, count) or works(made))
    ]
    known = set(sets)

    @cache
    def to_end(made: frozenset[int]) -> int:
        if made == everything:
            return 1
        return sum(to_end(made | {i}) for i in everything - made if made | {i} in known)

    from_start: dict[frozenset[int], int] = {frozenset(): 1} | {made: 0 for made in sets if made}
    for made in sets:
        for i in everything - made:
            if made | {i} in known:
                from_start[made | {i}] += from_start[made]
    whole = to_end(frozenset())
    if not whole:
        return {}
    return {
        made: {
            i: Fraction(from_start[made] * to_end(made | {i}), whole)
            for i in sorted(everything - made)
            if made | {i} in known
        }
        for made in sets
    }


def averaged(count: int, shares: dict[frozenset[int], dict[int, Fraction]], value: Value) -> list[Fraction]:
    """What each change adds on average over all orders, to the cent; the sum is that of all together."""
    exact = [Fraction(0)] * count
    for made, following in shares.items():
        for i, share in following.items():
            if share:
                exact[i] += share * (value(made | {i}) - value(made))
    return to_cents(exact)


def to_cents(exact: list[Fraction]) -> list[Fraction]:
    """Amounts whose sum is a whole number of cents, each cut down to the cent; the cents left over go to the
    largest fractions, of equals to the first."""
    cents = [amount // CENT for amount in exact]
    left = int(sum(exact) / CENT) - sum(cents)
    largest = sorted(range(len(exact)), key=lambda i: (-(exact[i] / CENT - cents[i]), i))
    for i in largest[:left]:
        cents[i] += 1
    return [Fraction(c, 100) for c in cents]
