"""Rounding, as its modes are defined."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbcdsl.model.values import RoundMode, round_to

MODES: tuple[RoundMode, ...] = ("half up", "half to even", "up", "down", "toward zero")


@pytest.mark.parametrize("mode", MODES)
@given(
    value=st.fractions(-1000, 1000, max_denominator=400)
    | st.integers(-50, 50).map(lambda n: Fraction(n, 200)),
    unit=st.sampled_from([Fraction(1, 100), Fraction(1), Fraction(5), Fraction(2, 7)]),
)
def test_a_rounded_value_is_the_multiple_that_its_mode_says(
    mode: RoundMode, value: Fraction, unit: Fraction
) -> None:
    below, above = math.floor(value / unit) * unit, math.ceil(value / unit) * unit
    middle = (below + above) / 2
    even = below if math.floor(value / unit) % 2 == 0 else above
    expected = {
        "up": above,
        "down": below,
        "toward zero": below if value >= 0 else above,
        "half up": above if value > middle or (value == middle and value >= 0) else below,
        "half to even": even if value == middle else above if value > middle else below,
    }[mode]
    assert round_to(value, mode, unit) == expected
