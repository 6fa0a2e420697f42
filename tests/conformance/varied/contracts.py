"""A contract of a clause family, its data, and a function that computes the amounts by hand in fractions.

The functions know nothing of the language: they take the numbers as a person with a calculator would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import attrs

Amounts = Mapping[str, Fraction | int | bool | str]
HEADER = """contract "{title}".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

"""
ALL: list[Varied] = []


@attrs.frozen
class Varied:
    """One contract with its data and its amounts by hand."""

    name: str
    text: str
    data: dict[str, str]
    years: tuple[int, ...]
    amendments: tuple[str, ...]
    by_hand: Callable[[], Amounts]


def contract(
    text: str, *, years: tuple[int, ...] = (1,), amendments: tuple[str, ...] = (), **data: str
) -> Callable[[Callable[[], Amounts]], None]:
    """Register a contract under the name of the function that computes its amounts."""

    def add(by_hand: Callable[[], Amounts]) -> None:
        name = by_hand.__name__
        whole = text.strip() + "\n"
        if not whole.startswith("contract "):
            whole = HEADER.format(title=name.replace("_", " ").capitalize()) + whole
        ALL.append(Varied(name, whole, data, years, amendments, by_hand))

    return add


def cents(amount: Fraction | int) -> Fraction:
    """An amount that is not negative, rounded half up to the cent."""
    return Fraction((Fraction(amount) * 200 + 1).__floor__() // 2, 100)


def part(amount: Fraction | int, low: Fraction | int, high: Fraction | int | None) -> Fraction:
    """The part of an amount between two edges."""
    top = Fraction(amount) if high is None else min(Fraction(amount), Fraction(high))
    return max(top - low, Fraction(0))


def by_largest_remainder(pool: Fraction, weights: Mapping[str, Fraction | int]) -> dict[str, Fraction]:
    """A pool divided in cents: down, then a cent to the largest remainders, ties to the first name."""
    total = sum(weights.values(), Fraction(0))
    exact = {name: cents(pool) * 100 * weight / total for name, weight in weights.items()}
    down = {name: amount.__floor__() for name, amount in exact.items()}
    left = int(cents(pool) * 100) - sum(down.values())
    for name in sorted(exact, key=lambda n: (down[n] - exact[n], n))[:left]:
        down[name] += 1
    return {name: Fraction(amount, 100) for name, amount in down.items()}
