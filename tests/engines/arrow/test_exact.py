"""Exact columns against Python fractions, with values around the limits of 64 bits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcdsl import kernels
from vbcdsl.engines.arrow import exact, groups, ints
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.groups import Dense, Runs
from vbcdsl.engines.arrow.ints import Ints
from vbcdsl.engines.arrow.vec import Num
from vbcdsl.kernels import fused, plain
from vbcdsl.model.values import round_to

whole = st.one_of(
    st.integers(-1000, 1000),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(2**62 - 3, 2**62 + 3),
    st.integers(-(2**70), 2**70),
)
dens = st.one_of(
    st.just(1), st.sampled_from([10, 100, 1000, 10**9]), st.integers(1, 50), st.integers(1, 2**63)
)


@st.composite
def columns(draw: st.DrawFn, size: int) -> tuple[Num, list[F]]:
    tops = draw(st.lists(whole, min_size=size, max_size=size))
    if draw(st.booleans()):
        bottoms = [draw(dens)] * size
        den = ints.one(bottoms[0])
    else:
        bottoms = draw(st.lists(dens, min_size=size, max_size=size))
        den = ints.tidy(np.array(bottoms, dtype=object))
    num = ints.tidy(np.array(tops, dtype=object))
    return Num(num, den), [F(t, b) for t, b in zip(tops, bottoms, strict=True)]


pairs = st.integers(1, 5).flatmap(lambda n: st.tuples(columns(n), columns(n)))


@settings(max_examples=300, deadline=None)
@given(pairs)
def test_arithmetic_is_exact_and_never_wraps(pair: tuple[tuple[Num, list[F]], tuple[Num, list[F]]]) -> None:
    (x, a), (y, b) = pair
    size = len(a)
    operations: list[tuple[Callable[[Num, Num], Num], Callable[[F, F], F]]] = [
        (exact.add, lambda p, q: p + q),
        (exact.subtract, lambda p, q: p - q),
        (exact.multiply, lambda p, q: p * q),
        (exact.lesser, min),
        (exact.greater, max),
    ]
    for ours, theirs in operations:
        assert v.fractions(ours(x, y), size) == [theirs(p, q) for p, q in zip(a, b, strict=True)]
    quotient = v.fractions(exact.divide(x, y), size)
    for got, p, q in zip(quotient, a, b, strict=True):
        assert q == 0 or got == p / q
    for op, test in ((">=", F.__ge__), (">", F.__gt__), ("<", F.__lt__), ("<=", F.__le__), ("=", F.__eq__)):
        assert exact.compare(op, x, y).tolist() == [test(p, q) for p, q in zip(a, b, strict=True)]


modes = st.sampled_from(["half up", "half to even", "up", "down", "toward zero"])
units = st.sampled_from([F(1), F(1, 100), F(1, 1000), F(5), F(1, 3), F(7, 20)])


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 5).flatmap(columns), modes, units)
def test_rounding_is_that_of_the_language(column: tuple[Num, list[F]], mode: str, unit: F) -> None:
    x, values = column
    assert v.fractions(exact.rounded(x, mode, unit), len(values)) == [round_to(a, mode, unit) for a in values]


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            columns(n),
            st.lists(st.integers(0, 3), min_size=n, max_size=n),
            st.lists(st.booleans(), min_size=n, max_size=n),
        )
    )
)
def test_sums_and_extremes_of_groups(drawn: tuple[tuple[Num, list[F]], list[int], list[bool]]) -> None:
    (x, values), group, mask = drawn
    dense, chosen = Dense(np.array(group), 4), np.array(mask)
    sums = v.fractions(groups.sum_numbers(dense, x, chosen), 4)
    largest = v.fractions(groups.extreme_numbers(dense, x, chosen, True), 4)
    smallest = v.fractions(groups.extreme_numbers(dense, x, chosen, False), 4)
    for g in range(4):
        mine = [a for a, h, m in zip(values, group, mask, strict=True) if h == g and m]
        assert sums[g] == sum(mine, F(0))
        assert not mine or (largest[g], smallest[g]) == (max(mine), min(mine))
    runs = Runs(np.array([0]), len(values))
    assert v.fractions(groups.sum_numbers(runs, x, None), 1) == [sum(values, F(0))]


@given(st.fractions(0, 10**9, max_denominator=10**6), st.integers(1, 5), st.integers(0, 4))
def test_roots_are_rounded_half_up(value: F, degree: int, places: int) -> None:
    found = exact.root(value, degree, places)
    step = F(1, 2 * 10**places)
    assert (found - step if found >= step else F(0)) ** degree <= value < (found + step) ** degree


def test_a_sum_that_needs_more_than_64_bits() -> None:
    most = Num(Ints(np.full(3, 2**63 - 1)))
    assert v.fractions(groups.sum_numbers(Dense(np.zeros(3, dtype=int), 1), most, None), 1) == [
        F(3 * (2**63 - 1))
    ]


@pytest.mark.parametrize("form", [plain, fused], ids=["numpy", "numba"])
def test_one_row_of_several_columns_is_not_one_value(form: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The amounts of one scenario are an array of one row."""
    monkeypatch.setattr(kernels, "_active", form)
    ones, amounts = ints.Ints(np.array([[1, 1]])), ints.Ints(np.array([[7, 11]]))
    assert ones.scalar is amounts.scalar is None
    assert ints.mul(amounts, ints.one(3)).a.tolist() == [[21, 33]]
    assert ints.mul(ones, ints.one(3)).a.tolist() == [[3, 3]]
