"""Exact arithmetic on columns of numbers: whole numbers over a denominator.

Where the denominator is the same for all rows (cents: 100) an operation is one or two on 64-bit integers; after
a division by data it differs by row, and numerator and denominator are kept in lowest terms. No function
here looks at the marks of a column (not scored, error): what stands on such rows means nothing, and is only
kept from doing harm (a zero denominator).
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from vbcdsl.engines.arrow import ints
from vbcdsl.engines.arrow.ints import UNIT, Bools, Ints, one
from vbcdsl.engines.arrow.vec import Num
from vbcdsl.model.values import RoundMode


def reduced(top: Ints, bottom: Ints) -> Num:
    """top/bottom, in lowest terms where that is worth its price: if the denominator differs by row."""
    if bottom.scalar is not None:
        if top.scalar is not None:
            common = math.gcd(top.scalar, bottom.scalar) or 1
            return Num(one(top.scalar // common), one(bottom.scalar // common))
        return Num(top, bottom)
    divisor = ints.gcd(top, bottom)
    if divisor.exact_hi() <= 1:
        return Num(top, bottom)
    return Num(ints.floordiv(top, divisor), ints.floordiv(bottom, divisor))


def align(x: Num, y: Num) -> tuple[Ints, Ints, Ints]:
    """The numerators of both over one denominator, and that."""
    if x.den is y.den:
        return x.num, y.num, x.den
    a, b = x.den.scalar, y.den.scalar
    if a is not None and b is not None:
        if a == b:
            return x.num, y.num, x.den
        common = math.lcm(a, b)
        return ints.mul(x.num, one(common // a)), ints.mul(y.num, one(common // b)), one(common)
    return ints.mul(x.num, y.den), ints.mul(y.num, x.den), ints.mul(x.den, y.den)


def add(x: Num, y: Num) -> Num:
    """x + y."""
    a, b, den = align(x, y)
    return reduced(ints.add(a, b), den)


def subtract(x: Num, y: Num) -> Num:
    """x - y."""
    a, b, den = align(x, y)
    return reduced(ints.sub(a, b), den)


def multiply(x: Num, y: Num) -> Num:
    """x · y."""
    return reduced(ints.mul(x.num, y.num), ints.mul(x.den, y.den))


def divide(x: Num, y: Num) -> Num:
    """x ÷ y; rows with y = 0 mean nothing."""
    top, bottom = ints.mul(x.num, y.den), ints.mul(x.den, y.num)
    if bottom.a.min(initial=1) <= 0:
        negative = ints.as_bools(bottom.a < 0)
        top = ints.where(negative, ints.neg(top), top)
        bottom = ints.absolute(bottom)
        bottom = ints.where(ints.as_bools(bottom.a == 0), UNIT, bottom)
    return reduced(top, bottom)


def negate(x: Num) -> Num:
    """-x."""
    return Num(ints.neg(x.num), x.den)


def zero(x: Num) -> Bools:
    """Where x is 0."""
    return ints.as_bools(x.num.a == 0)


def below_zero(x: Num) -> Bools:
    """Where x is below 0."""
    return ints.as_bools(x.num.a < 0)


def compare(op: str, x: Num, y: Num) -> Bools:
    """x op y, for one of >= > < <= = !=."""
    a, b, _ = align(x, y)
    return compare_arrays(op, a.a, b.a)


def compare_arrays(op: str, a: ints.Array, b: ints.Array) -> Bools:
    """a op b by entry."""
    match op:
        case ">=":
            found = a >= b
        case ">":
            found = a > b
        case "<":
            found = a < b
        case "<=":
            found = a <= b
        case "=":
            found = a == b
        case _:
            found = a != b
    return ints.as_bools(found)


def lesser(x: Num, y: Num) -> Num:
    """The smaller of both."""
    a, b, den = align(x, y)
    return _chosen(ints.less(b, a), x, y, b, a, den)


def greater(x: Num, y: Num) -> Num:
    """The larger of both."""
    a, b, den = align(x, y)
    return _chosen(ints.less(a, b), x, y, b, a, den)


def _chosen(second: Bools, x: Num, y: Num, b: Ints, a: Ints, den: Ints) -> Num:
    """y where `second`, else x; by aligned numerators if the denominator is one for all rows."""
    if den.scalar is not None:
        return Num(ints.where(second, b, a), den)
    return choose(second, y, x)


def choose(mask: Bools, x: Num, y: Num) -> Num:
    """x where the mask holds, else y."""
    if x.den.scalar is not None and y.den.scalar is not None:
        a, b, den = align(x, y)
        return Num(ints.where(mask, a, b), den)
    return Num(ints.where(mask, x.num, y.num), ints.where(mask, x.den, y.den))


def rounded(x: Num, mode: RoundMode, unit: Fraction) -> Num:
    """x rounded to a whole multiple of the unit (the modes: see `model.values.round_to`)."""
    top = ints.mul(x.num, one(unit.denominator))
    bottom = ints.mul(x.den, one(unit.numerator))
    scalar = bottom.scalar
    if scalar is not None:
        common = math.gcd(unit.denominator, scalar)
        if common > 1:
            top = ints.mul(x.num, one(unit.denominator // common))
            bottom = one(scalar // common)
        if bottom.scalar == 1:
            return _times_unit(top, unit)
    whole = ints.floordiv(top, bottom)
    rest = ints.sub(top, ints.mul(whole, bottom))
    match mode:
        case "down":
            more = None
        case "up":
            more = rest.a > 0
        case "toward zero":
            more = (rest.a > 0) & (top.a < 0)
        case "away from zero":
            more = (rest.a > 0) & (top.a > 0)
        case "half up":
            twice = ints.add(rest, rest)
            more = (twice.a > bottom.a) | ((twice.a == bottom.a) & (top.a >= 0))
        case _:
            twice = ints.add(rest, rest)
            more = (twice.a > bottom.a) | ((twice.a == bottom.a) & (whole.a % 2 == 1))
    if more is not None:
        step = Ints(np.asarray(more).astype(np.int64), 1)
        whole = ints.add(whole, step)
    return _times_unit(whole, unit)


def _times_unit(whole: Ints, unit: Fraction) -> Num:
    return Num(ints.mul(whole, one(unit.numerator)), one(unit.denominator))


def power(x: Num, exponent: int) -> Num:
    """x to a whole power."""
    result = Num(one(1), one(1))
    for _ in range(exponent):
        result = multiply(result, x)
    return result


def root(value: Fraction, degree: int, places: int) -> Fraction:
    """The root of a value not below zero, rounded half up to decimal places, by whole numbers alone."""
    scale = 10**places
    # the largest m with (m / scale) ** degree <= value
    target = value.numerator * scale**degree
    low, high = 0, 1
    while high**degree * value.denominator <= target:
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if middle**degree * value.denominator <= target:
            low = middle
        else:
            high = middle
    if (2 * low + 1) ** degree * value.denominator <= 2**degree * target:
        low += 1
    return Fraction(low, scale)
