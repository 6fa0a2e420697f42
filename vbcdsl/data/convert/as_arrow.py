"""Python and NumPy values as Arrow arrays, by their buffers: the counterpart of `as_numpy`.

`pyarrow.array` loads pandas where it is installed, which takes a third of a second and 40 MB; these do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Mask = npt.NDArray[np.bool_]

_NARROW: Final = 38  # digits of a decimal of 128 bits
_WIDEST: Final = 76
_KINDS: Final = {np.dtype(np.int32): pa.int32(), np.dtype(np.int64): pa.int64()}


def texts(cells: Sequence[str | None]) -> Any:
    """Texts; None for a null."""
    encoded = [b"" if cell is None else cell.encode() for cell in cells]
    whole = b"".join(encoded)
    if len(whole) >= 1 << 31:
        return pa.array(cells, pa.string())  # says itself that this is too much
    offsets = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum([len(cell) for cell in encoded], out=offsets[1:])
    buffers = [_valid([cell is not None for cell in cells]), pa.py_buffer(offsets), pa.py_buffer(whole)]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def texts_of_lengths(lengths: npt.NDArray[Any], data: npt.NDArray[np.uint8]) -> Any:
    """Texts without nulls by how many bytes each has, and the bytes of all. `ArrowCapacityError`, a kind of
    ArrowException, for more than 2 GB."""
    if len(data) >= 1 << 31:
        raise pa.ArrowCapacityError(
            f"{len(data):,} bytes of texts are more than an Arrow array of texts can hold"
        )
    ends = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=ends[1:])
    return pa.Array.from_buffers(pa.string(), len(lengths), [None, pa.py_buffer(ends), pa.py_buffer(data)])


def flags(values: npt.ArrayLike, valid: npt.ArrayLike | None = None) -> Any:
    """Yes or no, by row; `valid`: the rows that are no nulls."""
    wide = np.asarray(values, np.bool_)
    return pa.Array.from_buffers(pa.bool_(), len(wide), [_valid(valid), _bits(wide)])


def whole_numbers(values: npt.NDArray[Any], valid: npt.ArrayLike | None = None) -> Any:
    """Numbers of 32 or 64 bits."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(_KINDS[values.dtype], len(values), [_valid(valid), pa.py_buffer(values)])


def number(value: int, kind: Any = None) -> Any:
    """One whole number as a scalar of a kind of 32 or 64 bits (64 by default)."""
    width = np.int32 if kind == pa.int32() else np.int64
    return whole_numbers(np.array([value], width))[0]


def dates(days: Sequence[int | None]) -> Any:
    """Days since 1970-01-01; None for a null."""
    found = whole_numbers(np.array([day or 0 for day in days], np.int32), [day is not None for day in days])
    return found.view(pa.date32())


def decimals(numbers: Sequence[int | None], places: int) -> Any:
    """Decimals: each number over 10**places; None for a null. `OverflowError` for more than 76 digits."""
    digits = max((len(str(abs(number))) for number in numbers if number), default=1)
    if digits > _WIDEST:
        raise OverflowError("a decimal with more than 76 digits")
    narrow = digits <= _NARROW
    width = 16 if narrow else 32
    data = b"".join((number or 0).to_bytes(width, "little", signed=True) for number in numbers)
    kind = pa.decimal128(_NARROW, places) if narrow else pa.decimal256(_WIDEST, places)
    buffers = [_valid([number is not None for number in numbers]), pa.py_buffer(data)]
    return pa.Array.from_buffers(kind, len(numbers), buffers)


def _valid(rows: npt.ArrayLike | None) -> Any:
    """The bits of the rows that are no nulls; None if there are no nulls."""
    if rows is None:
        return None
    wide = np.asarray(rows, np.bool_)
    return None if bool(wide.all()) else _bits(wide)


def _bits(rows: Mask) -> Any:
    return pa.py_buffer(np.packbits(rows, bitorder="little"))


NO_TEXT: Final = pa.nulls(1, pa.string())[0]
NO: Final = flags([False])[0]
