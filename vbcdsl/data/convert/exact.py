"""Exact decimals in bulk: `values / 10**scale` with int64 values, or Python ints where 64 bits are too few.

Nothing here rounds or wraps: an operation that would leave the 64-bit range goes on in Python ints.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vbcdsl.data.convert.as_numpy import nulls_of, numpy_of
from vbcdsl.data.convert.stored import StoredDecimal, numbers_of, plain
from vbcdsl.kernels import active

Ints: TypeAlias = npt.NDArray[np.int64] | npt.NDArray[np.object_]
Mask: TypeAlias = npt.NDArray[np.bool_]

INT64_MAX: Final = (1 << 63) - 1
MAX_DIGITS: Final = 38
_NARROW_SCALES: Final = (0, 2, 4, 6, 9, 12, 15)


@attrs.define(eq=False)
class Exact:
    """Decimals with the rows that have none. Values of empty rows are 0. `extent`: the smallest and the largest of
    `values`, where they are known."""

    values: Ints
    scale: int
    empty: Mask | None = None
    extent: tuple[int, int] | None = None

    def least(self) -> int:
        """The smallest of `values`, of which there is at least one."""
        return int(self.values.min()) if self.extent is None else self.extent[0]

    def most(self) -> int:
        """The largest of `values`, of which there is at least one."""
        return int(self.values.max()) if self.extent is None else self.extent[1]

    def size(self) -> int | None:
        """The largest absolute value, if it is known."""
        return None if self.extent is None else max(self.extent[1], -self.extent[0])

    @property
    def present(self) -> Mask:
        """The rows that have a value."""
        return ~self.empty if self.empty is not None else np.ones(len(self.values), np.bool_)


def null_mask(array: Any) -> Mask | None:
    """The null rows of an Arrow array, None if it has none."""
    return nulls_of(array)


def either(first: Mask | None, second: Mask | None) -> Mask | None:
    """Rows in one or the other."""
    if first is None:
        return second
    return first if second is None else first | second


def largest(values: Ints) -> int:
    """The largest size, 0 for no rows."""
    return max(abs(int(values.max())), abs(int(values.min()))) if len(values) else 0


def fitting(values: Ints) -> Ints:
    """Python ints as int64 if all fit."""
    if values.dtype != object:
        return values
    return values.astype(np.int64) if largest(values) <= INT64_MAX else values


def times(values: Ints, factor: int) -> Ints:
    """Each value times a positive whole number."""
    if factor == 1 or not len(values):
        return values
    if values.dtype == object:
        return values * factor
    most = largest(values)
    if most == 0:
        return values
    return values * factor if most <= INT64_MAX // factor else values.astype(object) * factor


def at_scale(exact: Exact, scale: int) -> Exact:
    """The same decimals at a larger scale."""
    if scale == exact.scale:
        return exact
    return Exact(times(exact.values, 10 ** (scale - exact.scale)), scale, exact.empty)


def times_ten(exact: Exact, power: int) -> Exact:
    """The decimals times `10**power` (power may be negative)."""
    scale = exact.scale - power
    if scale >= 0:
        return Exact(exact.values, scale, exact.empty, exact.extent)
    return Exact(times(exact.values, 10**-scale), 0, exact.empty)


def total(parts: Sequence[Exact]) -> Exact:
    """The exact sum, row by row; a row is empty if any part is."""
    scale = max(part.scale for part in parts)
    result = at_scale(parts[0], scale)
    for part in parts[1:]:
        other = at_scale(part, scale)
        wide = largest(result.values) + largest(other.values) > INT64_MAX
        left = result.values.astype(object) if wide else result.values
        result = Exact(left + other.values, scale, either(result.empty, other.empty))
    return result


def decimal_of(value: Fraction) -> tuple[int, int]:
    """A fraction with a finite decimal expansion as (whole number, scale); ValueError for a third."""
    scale, scaled = 0, value
    while scaled.denominator != 1:
        scaled, scale = scaled * 10, scale + 1
        if scale > 10 * MAX_DIGITS:
            raise ValueError(f"{value} is no finite decimal")
    return scaled.numerator, scale


def filled(exact: Exact, value: Fraction) -> Exact:
    """The empty rows filled with a value."""
    if exact.empty is None:
        return exact
    whole, scale = decimal_of(value)
    if not whole:  # empty rows are 0 already
        return Exact(exact.values, exact.scale, None, exact.extent)
    result = at_scale(exact, max(scale, exact.scale))
    whole *= 10 ** (result.scale - scale)
    values = result.values.astype(object) if abs(whole) > INT64_MAX else result.values.copy()
    values[exact.empty] = whole
    return Exact(values, result.scale, None)


def from_integers(array: Any) -> Exact:
    """An Arrow array of integers."""
    empty = null_mask(array)
    values = numpy_of(array)
    if values.dtype in (np.int64, np.int32) and len(values):
        found, low, high = active().present(values, empty)
        return Exact(found, 0, empty, (low, high))
    if empty is not None:
        values = np.where(empty, values.dtype.type(0), values)
    if values.dtype == np.uint64 and len(values) and int(values.max()) > INT64_MAX:
        return Exact(values.astype(object), 0, empty)
    return Exact(values if values.dtype == np.int64 else values.astype(np.int64), 0, empty)


def _words(array: Any, words: int) -> npt.NDArray[np.int64]:
    """The 64-bit words of a decimal128/256 array, lowest first, without a copy."""
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros((len(array), words), np.int64)
    flat = np.frombuffer(buffer, np.int64)
    return flat[words * array.offset : words * (array.offset + len(array))].reshape(-1, words)


def wide_ints(words: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Words to Python ints: the top word is signed, the others are not."""
    result: npt.NDArray[np.object_] = words[:, -1].astype(object)
    for i in range(words.shape[1] - 2, -1, -1):
        result = result * (1 << 64) + np.ascontiguousarray(words[:, i]).view(np.uint64).astype(object)
    return result


def from_decimals(array: Any) -> Exact:
    """An Arrow array of decimals, by the low word of each: no value is converted one by one unless it needs
    more than 64 bits."""
    if isinstance(array.type, StoredDecimal):
        found = numbers_of(array) if len(array) and array.type.decimal.scale >= 0 else None
        if found is not None:
            values, empty, *bounds = found
            return Exact(values, array.type.decimal.scale, empty, (bounds[0], bounds[1]))
        array = plain(array)
    scale = array.type.scale
    if scale < 0:
        array = array.cast(pa.decimal256(76, 0))
        scale = 0
    if array.type.bit_width < 128:
        array = array.cast(pa.decimal128(max(array.type.precision, 1), scale))
    wide = pa.types.is_decimal256(array.type)
    words = _words(array, 4 if wide else 2)
    empty = null_mask(array)
    if not len(words):
        return Exact(np.zeros(0, np.int64), scale, empty)
    low, *extent = active().low_words(words, empty)
    if array.type.precision <= 18 or _fits(words, low, empty):
        return Exact(low, scale, empty, (extent[0], extent[1]))
    return _wide(array, words, scale, empty)


def _fits(words: npt.NDArray[np.int64], low: npt.NDArray[np.int64], empty: Mask | None) -> bool:
    """Whether every value is its low word: the others repeat its sign."""
    sign = low >> 63
    same = (words[:, 1:] == sign[:, None]).all(axis=1)
    return bool((same if empty is None else same | empty).all())


def _wide(array: Any, words: npt.NDArray[np.int64], scale: int, empty: Mask | None) -> Exact:
    """Decimals that do not fit at their scale: often only because of trailing zeros (decimal(38,18))."""
    for smaller in (s for s in _NARROW_SCALES if s < scale):
        try:
            narrow = array.cast(type_like(array.type, smaller))
        except pa.ArrowInvalid:
            continue
        narrow_words = _words(narrow, words.shape[1])
        low = narrow_words[:, 0].copy()
        if empty is not None:
            low[empty] = 0
        if _fits(narrow_words, low, empty):
            return Exact(low, smaller, empty)
    values = wide_ints(words)
    if empty is not None:
        values[empty] = 0
    return Exact(values, scale, empty)


def type_like(decimal: Any, scale: int) -> Any:
    """A decimal type of the same width with full precision and another scale."""
    return pa.decimal256(76, scale) if pa.types.is_decimal256(decimal) else pa.decimal128(38, scale)
