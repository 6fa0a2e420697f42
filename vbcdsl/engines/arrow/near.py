"""Numbers in floating point with a proven bound of their error: a filter before exact arithmetic.

Nothing that is paid comes from here unless it is proven: a number is either `whole` (its numerator is an exact
integer below 2**53, and the denominator is one for all rows), or it carries a bound of its error, and where a
comparison or a rounding could go the other way within that bound the row is marked `bad`. Marked rows, and
rows with an error of their own, are computed again by the exact engine (`scenario_values.py`).

Arrays have two axes, scenarios and rows; an axis of length 1 holds for all. Bounds have one entry for each row.
The rule of each bound is the standard one: a floating-point operation is off by at most half a unit in the last
place, 2**-53 of its result; `SLACK` covers the rounding of the bounds themselves.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.engines.arrow.ints import Array, Bools
from vbcdsl.model.values import RoundMode

F64 = npt.NDArray[np.float64]

LIMIT = 2.0**53
UNIT = 2.0**-53
SLACK = 1 + 2.0**-20
WIDE = 2**62  # a denominator above it is divided out of a number that is not whole


class Slow(Exception):
    """Something that is not computed here: the exact engine does it."""


@attrs.define(eq=False)
class Marks:
    """Rows that are not scored, and rows that must be computed exactly (None: none)."""

    unscored: Bools | None = attrs.field(default=None, kw_only=True)
    bad: Bools | None = attrs.field(default=None, kw_only=True)


@attrs.define(eq=False)
class Near(Marks):
    """x / den. `hi` bounds |x|; `err` bounds the error of x, None: x is whole and exact."""

    x: F64
    den: int
    hi: F64
    err: F64 | None

    @property
    def whole(self) -> bool:
        """Whether the numerators are exact integers."""
        return self.err is None

    def error(self) -> F64 | float:
        """The bound of the error of x."""
        return 0.0 if self.err is None else self.err


@attrs.define(eq=False)
class Truth(Marks):
    """A condition."""

    yes: Bools


M = TypeVar("M", bound=Marks)


def either(*masks: Bools | None) -> Bools | None:
    """The rows in any of the masks."""
    found: Bools | None = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else found | mask
    return found


def marked(result: M, *parts: Marks) -> M:
    """The result with the marks of everything that it stands on."""
    result.unscored = either(result.unscored, *(p.unscored for p in parts))
    result.bad = either(result.bad, *(p.bad for p in parts))
    return result


def constant(value: Fraction) -> Near:
    """One number for all."""
    top = np.full((1, 1), float(value.numerator))
    if abs(value.numerator) <= LIMIT:
        return Near(top, value.denominator, np.abs(top), None)
    return Near(top, value.denominator, np.abs(top) * SLACK, np.abs(top) * UNIT * SLACK)


def _fits(hi: F64) -> bool:
    return bool(hi.max(initial=0.0) <= LIMIT)


def _scaled(a: Near, factor: int) -> tuple[F64, F64, F64 | None]:
    if factor == 1:
        return a.x, a.hi, a.err
    f = float(factor)
    x, hi = a.x * f, a.hi * f
    if a.err is None and factor <= 2**53 and _fits(hi):
        return x, hi, None
    hi = hi * SLACK
    return x, hi, (a.error() * f + hi * (3 * UNIT)) * SLACK


def aligned(a: Near, b: Near) -> tuple[Near, Near]:
    """Both over one denominator."""
    if a.den == b.den:
        return a, b
    common = math.lcm(a.den, b.den)
    ax, ah, ae = _scaled(a, common // a.den)
    bx, bh, be = _scaled(b, common // b.den)
    return Near(ax, common, ah, ae), Near(bx, common, bh, be)


def _sum(a: Near, b: Near, x: F64, den: int) -> Near:
    hi = a.hi + b.hi
    if a.whole and b.whole and _fits(hi):
        return Near(x, den, hi, None)
    hi = hi * SLACK
    return Near(x, den, hi, (a.error() + b.error() + hi * UNIT) * SLACK)


def add(a: Near, b: Near) -> Near:
    """a + b."""
    p, q = aligned(a, b)
    return marked(_sum(p, q, p.x + q.x, p.den), a, b)


def subtract(a: Near, b: Near) -> Near:
    """a - b."""
    p, q = aligned(a, b)
    return marked(_sum(p, q, p.x - q.x, p.den), a, b)


def negate(a: Near) -> Near:
    """-a."""
    return marked(Near(-a.x, a.den, a.hi, a.err), a)


def multiply(a: Near, b: Near) -> Near:
    """a · b."""
    x, hi, den = a.x * b.x, a.hi * b.hi, a.den * b.den
    if a.whole and b.whole and _fits(hi):
        return marked(Near(x, den, hi, None), a, b)
    hi = hi * SLACK
    ea, eb = a.error(), b.error()
    err = (ea * b.hi + eb * a.hi + ea * eb + hi * UNIT) * SLACK
    return marked(_narrow(Near(x, den, hi, err)), a, b)


def _narrow(a: Near) -> Near:
    if a.den <= WIDE or a.err is None:
        return a
    d = float(a.den)
    hi = a.hi / d * SLACK
    return Near(a.x / d, 1, hi, (a.err / d + hi * (3 * UNIT)) * SLACK)


def divide(a: Near, b: Near, zero: Bools | None) -> Near:
    """a ÷ b; `zero`: where b is zero, which means nothing. Rows where b may be zero within its bound are bad."""
    x = b.x if zero is None else np.where(zero, 1.0, b.x)
    size = np.abs(x).min(axis=0, keepdims=True, initial=np.inf)
    low = size - b.error()
    doubtful = low <= 0
    low = np.where(doubtful, 1.0, low) / SLACK
    top, bottom = float(b.den), float(a.den)
    factor = top / bottom
    common = math.gcd(a.den, b.den)
    exact = a.den // common == 1 and b.den // common == 1
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        quotient = a.x / x
        if not exact:
            quotient *= factor
        hi = a.hi / low * factor * SLACK
        err = ((a.error() + a.hi / low * b.error()) / low * factor + hi * (5 * UNIT)) * SLACK
    bad: Bools | None = doubtful if bool(doubtful.any()) else None
    if bad is not None:
        quotient = np.where(bad, 0.0, quotient)
        hi, err = np.where(bad, 0.0, hi), np.where(bad, 0.0, err)
    return marked(Near(quotient, 1, hi, err, bad=bad), a, b)


def lesser(a: Near, b: Near) -> Near:
    """The smaller of both."""
    return _extreme(a, b, np.minimum)


def greater(a: Near, b: Near) -> Near:
    """The larger of both."""
    return _extreme(a, b, np.maximum)


def _extreme(a: Near, b: Near, of: np.ufunc) -> Near:
    p, q = aligned(a, b)
    err = None if p.whole and q.whole else np.maximum(p.error(), q.error())
    return marked(Near(of(p.x, q.x), p.den, np.maximum(p.hi, q.hi), err), a, b)


_COMPARE = {
    ">=": np.greater_equal, ">": np.greater, "<": np.less, "<=": np.less_equal, "=": np.equal, "!=": np.not_equal,
}  # fmt: skip


def compare(op: str, a: Near, b: Near) -> Truth:
    """a op b; rows where both are equal within their bounds are bad."""
    p, q = aligned(a, b)
    result = Truth(_COMPARE[op](p.x, q.x))
    if not (p.whole and q.whole):
        apart = p.x - q.x
        np.abs(apart, out=apart)
        doubtful = apart <= ((p.error() + q.error()) + (p.hi + q.hi) * UNIT) * SLACK
        result.bad = doubtful if bool(doubtful.any()) else None
    return marked(result, a, b)


def zero(a: Near) -> Truth:
    """Whether a is 0."""
    return compare("=", a, constant(Fraction(0)))


def choose(cond: Truth, a: Near, b: Near) -> Near:
    """a where the condition holds, else b."""
    p, q = aligned(a, b)
    yes = cond.yes
    x = np.where(yes, p.x, q.x)
    by_row = yes.shape[0] == 1
    hi = np.where(yes, p.hi, q.hi) if by_row else np.maximum(p.hi, q.hi)
    err: F64 | None = None
    if not (p.whole and q.whole):
        err = (
            np.where(yes, p.error(), q.error())
            if by_row
            else np.maximum(p.error(), q.error()) * np.ones((1, 1))
        )
    result = Near(x, p.den, hi, err)
    result.unscored = _chosen(yes, a.unscored, b.unscored)
    result.bad = _chosen(yes, a.bad, b.bad)
    return marked(result, Marks(unscored=cond.unscored, bad=cond.bad))


def choose_truth(cond: Truth, a: Truth, b: Truth) -> Truth:
    """a where the condition holds, else b, of conditions."""
    yes = cond.yes
    result = Truth(np.where(yes, a.yes, b.yes))
    result.unscored = _chosen(yes, a.unscored, b.unscored)
    result.bad = _chosen(yes, a.bad, b.bad)
    return marked(result, Marks(unscored=cond.unscored, bad=cond.bad))


def _chosen(yes: Bools, a: Bools | None, b: Bools | None) -> Bools | None:
    if a is None and b is None:
        return None
    none = np.zeros((1, 1), dtype=bool)
    found: Bools = np.where(yes, none if a is None else a, none if b is None else b)
    return found if bool(found.any()) else None


def rounded(a: Near, mode: RoundMode, unit: Fraction) -> Near:
    """a rounded to a whole multiple of the unit: whole, but for the rows that are bad."""
    top, bottom = unit.denominator, a.den * unit.numerator
    common = math.gcd(top, bottom)
    p, q = top // common, bottom // common
    bad: Bools | None = None
    if a.whole and q == 1 and p <= LIMIT and _fits(a.hi * p):
        whole, high = (a.x if p == 1 else a.x * float(p)), a.hi * p
    elif a.whole and float(q) <= LIMIT and _fits((a.hi * (2.0 * p) + q) * SLACK):
        whole = _exactly(a.x, float(p), float(q), mode)
        high = a.hi * p / q + 1
    else:
        factor = float(p) / float(q) if p <= LIMIT and q <= LIMIT else float(Fraction(p, q))
        t = a.x * factor
        high = a.hi * factor * SLACK
        err = (a.error() * factor + high * (4 * UNIT)) * SLACK
        whole = _nearly(t, mode)
        if not bool((high < 2.0**51).all()):
            raise Slow
        halves = mode in ("half up", "half to even")
        apart = np.subtract(t, whole if halves else np.rint(t), out=t)
        np.abs(apart, out=apart)
        if halves:
            np.subtract(0.5, apart, out=apart)
        doubtful = apart <= err
        bad = doubtful if bool(doubtful.any()) else None
        high = high + 1
    if unit.numerator != 1:
        whole, high = whole * float(unit.numerator), high * float(unit.numerator)
    if not _fits(high):
        raise Slow
    return marked(Near(whole, unit.denominator, high, None, bad=bad), a)


def _exactly(x: F64, p: float, q: float, mode: RoundMode) -> F64:
    """The rounded x · p / q of whole x: every number here is an exact integer below 2**53, so that a quotient
    below the next integer stays below it when it is rounded to a double."""
    y = x if p == 1 else x * p
    if mode == "down":
        return np.asarray(np.floor(y / q))
    if mode == "up":
        return np.asarray(np.ceil(y / q))
    if mode == "toward zero":
        return np.asarray(np.trunc(y / q))
    if mode == "away from zero":
        return np.asarray(np.copysign(np.ceil(np.abs(y) / q), y))
    size = np.abs(y)
    if mode == "half up":
        size *= 2.0
        size += q
        size /= 2.0 * q
        np.floor(size, out=size)
        return np.copysign(size, y, out=size)
    half = np.floor((size * 2.0 + q) / (2.0 * q))
    tie = (half * (2.0 * q) == size * 2.0 + q) & (np.fmod(half, 2.0) == 1.0)
    return np.asarray(np.copysign(half - tie, y))


def _nearly(t: F64, mode: RoundMode) -> F64:
    match mode:
        case "down":
            return np.asarray(np.floor(t))
        case "up":
            return np.asarray(np.ceil(t))
        case "toward zero":
            return np.asarray(np.trunc(t))
        case "away from zero":
            return np.asarray(np.copysign(np.ceil(np.abs(t)), t))
        case _:
            return np.asarray(np.rint(t))


def at(a: M, places: Array) -> M:
    """The value at these rows."""

    def pick(x: Array) -> Array:
        return x if x.shape[1] == 1 else x[:, places]

    unscored = None if a.unscored is None else pick(a.unscored)
    bad = None if a.bad is None else pick(a.bad)
    if isinstance(a, Near):
        err = None if a.err is None else pick(a.err)
        return attrs.evolve(a, x=pick(a.x), hi=pick(a.hi), err=err, unscored=unscored, bad=bad)
    assert isinstance(a, Truth)
    return attrs.evolve(a, yes=pick(a.yes), unscored=unscored, bad=bad)
