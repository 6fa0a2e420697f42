"""Intervals of exact numbers: the values that an expression can have.

`ranges` finds the interval of a core expression; the checks ask whether a table covers it, whether a divisor can
be zero, whether a payment can be negative. An interval may be too wide, never too narrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.values import RoundMode, round_to

ZERO = Fraction(0)


def compare(a: Fraction, b: Fraction) -> int:
    """Negative, zero or positive as `a` is below, at or above `b`. (Fraction's own operators take any number.)"""
    return a.numerator * b.denominator - b.numerator * a.denominator


@frozen
class Domain:
    """The numbers from `low` to `high` (None: no end); each end belongs or not. `whole`: whole numbers only;
    `nonzero`: not zero, although zero lies between the ends."""

    low: Fraction | None = None
    low_in: bool = True
    high: Fraction | None = None
    high_in: bool = True
    whole: bool = False
    nonzero: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether the value can occur."""
        if self.whole and value.denominator != 1:
            return False
        if self.nonzero and value.numerator == 0:
            return False
        if self.low is not None:
            side = compare(value, self.low)
            if side < 0 or (side == 0 and not self.low_in):
                return False
        if self.high is None:
            return True
        side = compare(value, self.high)
        return side < 0 or (side == 0 and self.high_in)

    @property
    def not_negative(self) -> bool:
        """Whether no value is below zero."""
        return self.low is not None and self.low.numerator >= 0

    @property
    def not_positive(self) -> bool:
        """Whether no value is above zero."""
        return self.high is not None and self.high.numerator <= 0

    @property
    def above_zero(self) -> bool:
        """Whether every value is above zero."""
        return self.not_negative and not self.holds(ZERO)

    @property
    def zero(self) -> bool:
        """Whether both ends are zero."""
        low, high = self.low, self.high
        return low is not None and high is not None and low.numerator == 0 == high.numerator

    @property
    def empty(self) -> bool:
        """Whether no number lies in it."""
        if self.low is None or self.high is None:
            return False
        side = compare(self.low, self.high)
        return side > 0 or (side == 0 and not (self.low_in and self.high_in))

    @property
    def point(self) -> Fraction | None:
        """The one value, if there is only one."""
        if self.low is None or self.high is None or compare(self.low, self.high):
            return None
        return self.low


ALL = Domain()
FROM_ZERO = Domain(ZERO)
ABOVE_ZERO = Domain(ZERO, False)


def at(value: Fraction) -> Domain:
    """One value."""
    return Domain(value, True, value, True, value.denominator == 1)


AT_ZERO = at(ZERO)
AT_ONE = at(Fraction(1))


def hull(domains: Iterable[Domain | None]) -> Domain | None:
    """The smallest interval that holds all; None stands for no value at all."""
    found: Domain | None = None
    for one in domains:
        if one is None or one.empty:
            continue
        if found is None or found is one:
            found = one
            continue
        low, low_in = _outer(found.low, found.low_in, one.low, one.low_in, -1)
        high, high_in = _outer(found.high, found.high_in, one.high, one.high_in, 1)
        found = Domain(
            low,
            low_in,
            high,
            high_in,
            found.whole and one.whole,
            not found.holds(ZERO) and not one.holds(ZERO),
        )
    return found


def _outer(
    a: Fraction | None, a_in: bool, b: Fraction | None, b_in: bool, sign: int
) -> tuple[Fraction | None, bool]:
    if a is None or b is None:
        return None, True
    side = compare(a, b)
    if side == 0:
        return a, a_in or b_in
    return (a, a_in) if side * sign > 0 else (b, b_in)


def meet(one: Domain, other: Domain) -> Domain:
    """The values in both."""
    low, low_in = _inner(one.low, one.low_in, other.low, other.low_in, 1)
    high, high_in = _inner(one.high, one.high_in, other.high, other.high_in, -1)
    return Domain(low, low_in, high, high_in, one.whole or other.whole, one.nonzero or other.nonzero)


def _inner(
    a: Fraction | None, a_in: bool, b: Fraction | None, b_in: bool, sign: int
) -> tuple[Fraction | None, bool]:
    if a is None:
        return b, b_in
    if b is None:
        return a, a_in
    side = compare(a, b)
    if side == 0:
        return a, a_in and b_in
    return (a, a_in) if side * sign > 0 else (b, b_in)


def negate(one: Domain) -> Domain:
    """The opposite values."""
    low = None if one.high is None else -one.high
    high = None if one.low is None else -one.low
    return Domain(low, one.high_in, high, one.low_in, one.whole, one.nonzero)


def add(one: Domain, other: Domain) -> Domain:
    """The sums."""
    if one is AT_ZERO:  # where a chain begins
        return attrs.evolve(other, nonzero=False) if other.nonzero else other
    low = None if one.low is None or other.low is None else one.low + other.low
    high = None if one.high is None or other.high is None else one.high + other.high
    return Domain(
        low, one.low_in and other.low_in, high, one.high_in and other.high_in, one.whole and other.whole
    )


def multiply(one: Domain, other: Domain) -> Domain:
    """The products."""
    if one.zero or other.zero:  # zero times anything
        return Domain(ZERO, True, ZERO, True, one.whole and other.whole)
    if one.not_negative and other.not_negative:
        assert one.low is not None and other.low is not None
        if one is AT_ONE:  # where a chain begins
            return attrs.evolve(other, nonzero=False) if other.nonzero else other
        low_in = (
            (one.low_in and other.low_in)
            or (one.low.numerator == 0 and one.low_in)
            or (other.low.numerator == 0 and other.low_in)
        )
        high = None if one.high is None or other.high is None else one.high * other.high
        return Domain(
            one.low * other.low, low_in, high, one.high_in and other.high_in, one.whole and other.whole
        )
    if one.not_negative and other.not_positive:
        return negate(multiply(one, negate(other)))
    if one.not_positive:
        return negate(multiply(negate(one), other))
    if other.not_negative or other.not_positive:
        return multiply(other, one) if one.not_negative or one.not_positive else _mixed(one, other)
    return _mixed(one, other)


def _mixed(one: Domain, other: Domain) -> Domain:
    ends = (one.low, one.high, other.low, other.high)
    whole = one.whole and other.whole
    if any(end is None for end in ends):
        return Domain(whole=whole)
    products = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]  # type: ignore[operator]
    return Domain(min(products), True, max(products), True, whole)


def divide(one: Domain, other: Domain) -> Domain:
    """The quotients (a divisor of zero left out)."""
    if one.not_negative and other.not_negative:
        assert one.low is not None and other.low is not None
        if other.high is not None and other.high > 0:
            low, low_in = (
                one.low / other.high,
                (one.low_in and other.high_in) or (one.low == 0 and one.low_in),
            )
        else:
            low, low_in = Fraction(0), one.low == 0 and one.low_in
        high = one.high / other.low if one.high is not None and other.low > 0 else None
        return Domain(low, low_in, high, one.high_in and other.low_in)
    if one.not_negative and other.not_positive:
        return negate(divide(one, negate(other)))
    if one.not_positive and (other.not_negative or other.not_positive):
        return negate(divide(negate(one), other))
    if other.above_zero and other.low is not None and other.low > 0:
        low_end = None if one.low is None else one.low / other.low
        high_end = None if one.high is None else one.high / other.low
        if one.low is not None and one.low > 0:
            low_end = Fraction(0)
        if one.high is not None and one.high < 0:
            high_end = Fraction(0)
        return Domain(low_end, True, high_end, True)
    return ALL


def least(domains: list[Domain]) -> Domain:
    """The smallest of several values."""
    return negate(most([negate(one) for one in domains]))


def most(domains: list[Domain]) -> Domain:
    """The largest of several values."""
    lows = [(one.low, one.low_in) for one in domains if one.low is not None]
    low: Fraction | None = None
    low_in = True
    if lows:
        low, low_in = max(lows, key=lambda end: (end[0], not end[1]))
    high: Fraction | None = None
    high_in = True
    if all(one.high is not None for one in domains):
        high, high_in = max(
            ((one.high, one.high_in) for one in domains), key=lambda end: (end[0] or 0, end[1])
        )
    return Domain(low, low_in, high, high_in, all(one.whole for one in domains))


def rounded(one: Domain, mode: RoundMode, unit: Fraction) -> Domain:
    """The values after a rounding, which never turns two values around."""
    low = None if one.low is None else round_to(one.low, mode, unit)
    high = None if one.high is None else round_to(one.high, mode, unit)
    return Domain(low, True, high, True, unit.denominator == 1)


def power(base: Domain, exponent: int) -> Domain:
    """A whole power."""
    if base.not_negative and base.low is not None:
        high = None if base.high is None else base.high**exponent
        return Domain(base.low**exponent, base.low_in, high, base.high_in, base.whole)
    return FROM_ZERO if exponent % 2 == 0 else Domain(whole=base.whole)
