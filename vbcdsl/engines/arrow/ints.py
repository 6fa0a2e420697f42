"""Whole-number arrays that never wrap: 64-bit where a bound proves it safe, Python ints where not.

The floor of the columnar engine: every amount is whole numbers over a denominator (`exact.py`), and every
operation on them passes through here, which knows a bound of the size of its operands before it computes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vbcdsl.kernels import active

I64: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Array: TypeAlias = npt.NDArray[Any]

MAX = 2**63 - 1
MANY = 1 << 12  # from so many rows on a sum is not added up before somebody wants to see it


class Ints:
    """An array of int64, or of Python ints (dtype object), with an upper bound `hi` of the absolute values.

    Arrays have the length of the rows they belong to, or length 1 for one value that holds for all rows.
    """

    __slots__ = ("_a", "_exact", "_hi", "parts")

    def __init__(self, a: Array, hi: int | None = None) -> None:
        self._a: Array | None = a
        self.parts: tuple[Array, ...] = (a,)
        self._hi = hi
        self._exact = hi is None

    @classmethod
    def sum_of(cls, parts: tuple[Array, ...], hi: int) -> Ints:
        """Arrays of int64 of one length, which need not be added up where somebody sums the rows anyway; no sum is
        above `hi`."""
        found = cls(parts[0], hi)
        found._a, found.parts = None, parts
        return found

    @property
    def a(self) -> Array:
        """The values."""
        if self._a is None:
            parts = self.parts  # another thread may do the same
            total = parts[0]
            for part in parts[1:]:
                total = total + part
            self._a, self.parts = total, (total,)
            return total
        return self._a

    @property
    def hi(self) -> int:
        """A bound: no absolute value is above it."""
        if self._hi is None:
            self._hi = _largest(self.a)
        return self._hi

    def exact_hi(self) -> int:
        """The largest absolute value itself."""
        if not self._exact:
            self._hi, self._exact = _largest(self.a), True
        return self.hi

    @property
    def small(self) -> bool:
        """Whether the values are 64-bit."""
        return self.parts[0].dtype != object

    @property
    def scalar(self) -> int | None:
        """The one value if there is just one for all rows (not kept: `Runs` fills promised arrays later)."""
        return int(self.a[0]) if self.parts[0].shape == (1,) else None

    def objects(self) -> Array:
        """The values as Python ints."""
        return self.a.astype(object) if self.small else self.a

    def __len__(self) -> int:
        return len(self.parts[0])

    def take(self, rows: Array) -> Ints:
        """The values at these rows (one value for all rows stays so)."""
        if len(self) == 1:
            return self
        return Ints(self.a[rows], self._hi)


def _largest(a: Array) -> int:
    if not len(a):
        return 0
    low, high = active().extent(a.ravel()) if a.dtype == np.int64 else (int(a.min()), int(a.max()))
    return max(high, -low)


@lru_cache(maxsize=1024)
def one(value: int) -> Ints:
    """One value for all rows."""
    size = abs(value)
    return Ints(np.array([value], dtype=np.int64 if size <= MAX else object), size)


ZERO, UNIT = one(0), one(1)


def tidy(a: Array) -> Ints:
    """Python ints back to 64 bits if they all fit."""
    found = Ints(a)
    if a.dtype == object and found.hi <= MAX:
        return Ints(a.astype(np.int64), found.hi)
    return found


def add(x: Ints, y: Ints) -> Ints:
    """x + y."""
    if x.small and y.small:
        if x.hi + y.hi <= MAX:
            if len(x) == len(y) >= MANY:
                return Ints.sum_of(x.parts + y.parts, x.hi + y.hi)
            return Ints(x.a + y.a, x.hi + y.hi)
        if x.exact_hi() + y.exact_hi() <= MAX:
            return Ints(x.a + y.a, x.hi + y.hi)
    return tidy(x.objects() + y.objects())


def sub(x: Ints, y: Ints) -> Ints:
    """x - y."""
    if x.small and y.small:
        if x.hi + y.hi <= MAX:
            return Ints(x.a - y.a, x.hi + y.hi)
        if x.exact_hi() + y.exact_hi() <= MAX:
            return Ints(x.a - y.a, x.hi + y.hi)
    return tidy(x.objects() - y.objects())


def mul(x: Ints, y: Ints) -> Ints:
    """x * y."""
    if y.hi == 1 and y.scalar == 1:
        return x
    if x.hi == 1 and x.scalar == 1:
        return y
    if x.small and y.small:
        if x.hi * y.hi <= MAX:
            return Ints(x.a * y.a, x.hi * y.hi)
        if x.exact_hi() * y.exact_hi() <= MAX:
            return Ints(x.a * y.a, x.hi * y.hi)
    return tidy(x.objects() * y.objects())


def neg(x: Ints) -> Ints:
    """-x."""
    return Ints(-x.a, x.hi) if x.hi <= MAX else tidy(-x.objects())


def absolute(x: Ints) -> Ints:
    """|x|."""
    return Ints(np.abs(x.a), x.hi) if x.hi <= MAX else tidy(np.abs(x.objects()))


def floordiv(x: Ints, y: Ints) -> Ints:
    """x // y for positive y, toward minus infinity."""
    if x.small and y.small:
        return Ints(x.a // y.a, x.hi)
    return tidy(x.objects() // y.objects())


def where(mask: Bools, x: Ints, y: Ints) -> Ints:
    """x where the mask holds, else y."""
    if x.small and y.small:
        return Ints(np.where(mask, x.a, y.a), max(x.hi, y.hi))
    return tidy(np.where(mask, x.objects(), y.objects()))


def gcd(x: Ints, y: Ints) -> Ints:
    """The greatest common divisor, by row."""
    if x.small and y.small:
        return Ints(np.gcd(x.a, y.a), max(x.hi, y.hi))
    return tidy(np.gcd(x.objects(), y.objects()))


def as_bools(a: Array) -> Bools:
    """A comparison of Python ints gives an array of objects; this is the array of bools."""
    return np.asarray(a).astype(np.bool_, copy=False)


def less(x: Ints, y: Ints) -> Bools:
    """x < y."""
    return as_bools(x.a < y.a)


def equal(x: Ints, y: Ints) -> Bools:
    """x == y."""
    return as_bools(x.a == y.a)


def concat(parts: list[Ints]) -> Ints:
    """The parts one after another (each of its full length)."""
    if all(p.small for p in parts):
        return Ints(np.concatenate([p.a for p in parts]), max(p.hi for p in parts))
    return tidy(np.concatenate([p.objects() for p in parts]))
