"""How the kernels are compiled, and the kinds of columns that they take; below `fused` and `fused_keys`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numba import njit, types

from vbcdsl.kernels.plain import Array

ONE: Final = np.uint64(1)  # numbers without a sign need no look whether they count from the end


def read(kind: Any, dims: int = 1) -> Any:
    """An array that is only read: it may be Arrow's memory."""
    return types.Array(kind, dims, "C", readonly=True)


def same(kind: Any, count: int) -> Any:
    """So many things of one kind."""
    return types.UniTuple(kind, count)  # type: ignore[no-untyped-call]


I8, I4, I2 = types.int64, types.int32, types.int16
U8, U1, B1 = types.uint64, types.uint8, types.boolean
WORDS, TABLE, SUMS = read(U8, 2), U8[:, ::1], I8[:, ::1]


def compiled(*signatures: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compiled for these kinds of columns, or loaded from the disk if that was done before; without them, for
    what it is called with by other kernels."""

    def done(function: Callable[..., Any]) -> Callable[..., Any]:
        given = list(signatures) or None
        found: Callable[..., Any]
        try:
            found = njit(given, nogil=True, cache=True)(function)
        except RuntimeError:  # nowhere to keep it: a system whose disks are read-only
            found = njit(given, nogil=True)(function)
        return found

    return done


def integers(column: Array) -> Array:
    """A column as one of the kinds that the kernels are compiled for."""
    if column.dtype not in (np.int64, np.int32):
        return column.astype(np.int64)
    return np.ascontiguousarray(column)
