"""Intervals hold every value that the operation can give: a check may be too careful, never blind."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from vbcdsl.check import domain as d
from vbcdsl.check.domain import Domain
from vbcdsl.model.values import RoundMode, round_to

NUMBERS = st.fractions(min_value=-20, max_value=20, max_denominator=6)
MODES = st.sampled_from(["half up", "half to even", "up", "down", "toward zero"])


@st.composite
def held(draw: st.DrawFn) -> tuple[Domain, Fraction]:
    """An interval and a value in it."""
    value = draw(NUMBERS)
    low = draw(st.none() | NUMBERS.filter(lambda x: x <= value))
    high = draw(st.none() | NUMBERS.filter(lambda x: x >= value))
    low_in = draw(st.booleans()) or low == value
    high_in = draw(st.booleans()) or high == value
    whole = value.denominator == 1 and draw(st.booleans())
    return Domain(low, low_in, high, high_in, whole, value != 0 and draw(st.booleans())), value


@given(held(), held())
def test_sums_products_and_quotients_are_held(
    one: tuple[Domain, Fraction], other: tuple[Domain, Fraction]
) -> None:
    (a, x), (b, y) = one, other
    assert a.holds(x)
    assert b.holds(y)
    assert d.add(a, b).holds(x + y)
    assert d.add(a, d.negate(b)).holds(x - y)
    assert d.multiply(a, b).holds(x * y)
    if y != 0:
        assert d.divide(a, b).holds(x / y)
    assert d.least([a, b]).holds(min(x, y))
    assert d.most([a, b]).holds(max(x, y))
    both = d.hull([a, b])
    assert both is not None
    assert both.holds(x)
    assert both.holds(y)


@given(held(), MODES, st.sampled_from([Fraction(1), Fraction(1, 100), Fraction(1, 8), Fraction(1000)]))
def test_rounded_values_are_held(one: tuple[Domain, Fraction], mode: RoundMode, unit: Fraction) -> None:
    domain, value = one
    assert d.rounded(domain, mode, unit).holds(round_to(value, mode, unit))


@given(held(), st.integers(min_value=1, max_value=5))
def test_powers_are_held(one: tuple[Domain, Fraction], exponent: int) -> None:
    domain, value = one
    assert d.power(domain, exponent).holds(value**exponent)


@given(held(), held())
def test_what_lies_in_both_is_held_by_the_meeting(
    one: tuple[Domain, Fraction], other: tuple[Domain, Fraction]
) -> None:
    (a, x), (b, _) = one, other
    assume(b.holds(x))
    assert d.meet(a, b).holds(x)
    assert not d.meet(a, b).empty
