"""Floating point is only a filter: what it does not mark is exact, whatever the numbers are."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbcdsl.engines.arrow import near as f
from vbcdsl.engines.arrow.near import Near
from vbcdsl.model.values import RoundMode, round_to

MODES: tuple[RoundMode, ...] = ("half up", "half to even", "up", "down", "toward zero")
CENT = Fraction(1, 100)
numbers = st.builds(
    Fraction, st.integers(-(10**14), 10**14), st.sampled_from([1, 2, 3, 7, 8, 100, 400, 999, 10**6])
)
columns = st.lists(numbers, min_size=1, max_size=6)


def column(values: list[Fraction]) -> Near:
    """Exact fractions as a line of numbers, over the common denominator if that is exact."""
    common = int(np.lcm.reduce([v.denominator for v in values]))
    tops = [v * common for v in values]
    if all(abs(t) < 2**53 for t in tops):
        x = np.array([[float(t) for t in tops]])
        return Near(x, common, np.abs(x), None)
    x = np.array([[float(v) for v in values]])
    return Near(x, 1, np.abs(x) * f.SLACK, np.abs(x) * f.UNIT * f.SLACK)


def sure(found: Near, place: int) -> bool:
    """Whether a number is not marked."""
    return found.bad is None or not bool(np.broadcast_to(found.bad, found.x.shape)[0, place])


@given(columns, st.data(), st.sampled_from(MODES), st.sampled_from(["+", "-", "*", "/"]))
def test_a_rounded_result_that_is_not_marked_is_the_exact_one(
    left: list[Fraction], data: st.DataObject, mode: RoundMode, operation: str
) -> None:
    right = data.draw(st.lists(numbers, min_size=len(left), max_size=len(left)))
    a, b = column(left), column(right)
    zero = np.array([[r == 0 for r in right]])
    exact: list[Fraction | None]
    match operation:
        case "+":
            found, exact = f.add(a, b), [x + y for x, y in zip(left, right, strict=True)]
        case "-":
            found, exact = f.subtract(a, b), [x - y for x, y in zip(left, right, strict=True)]
        case "*":
            found, exact = f.multiply(a, b), [x * y for x, y in zip(left, right, strict=True)]
        case _:
            found = f.divide(a, b, zero if zero.any() else None)
            exact = [x / y if y else None for x, y in zip(left, right, strict=True)]
    try:
        rounded = f.rounded(found, mode, CENT)
    except f.Slow:
        return
    for place, value in enumerate(exact):
        if value is not None and sure(rounded, place):
            assert Fraction(int(rounded.x[0, place]), rounded.den) == round_to(value, mode, CENT)


@given(columns, st.data(), st.sampled_from([">=", ">", "<", "<=", "=", "!="]))
def test_a_comparison_that_is_not_marked_is_the_exact_one(
    left: list[Fraction], data: st.DataObject, op: str
) -> None:
    right = data.draw(
        st.lists(st.one_of(numbers, st.sampled_from(left)), min_size=len(left), max_size=len(left))
    )
    third = f.constant(Fraction(1, 3))
    found = f.compare(op, f.multiply(column(left), third), f.multiply(column(right), third))
    for place, (x, y) in enumerate(zip(left, right, strict=True)):
        if found.bad is None or not bool(np.broadcast_to(found.bad, found.yes.shape)[0, place]):
            exact = {">=": x >= y, ">": x > y, "<": x < y, "<=": x <= y, "=": x == y, "!=": x != y}[op]
            assert bool(found.yes[0, place]) is exact


@pytest.mark.parametrize("mode", MODES)
def test_ties_of_whole_numbers_are_rounded_and_not_marked(mode: RoundMode) -> None:
    values = [Fraction(n, 8) / 100 for n in range(-40, 41)]
    found = f.rounded(column(values), mode, CENT)
    assert found.bad is None
    assert [Fraction(int(x), found.den) for x in found.x[0]] == [round_to(v, mode, CENT) for v in values]
