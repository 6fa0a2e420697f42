"""Decimals as a Parquet file stores them: whole numbers of 32 or 64 bits, or bytes, the most significant first.

pyarrow would make 128 bits of each, of which a run wants 64: that was a quarter of the time of decoding. A
`StoredDecimal` says what the numbers mean; `readers/parquet_footer.py` asks for them.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vbcdsl.data.convert.as_numpy import nulls_of, numpy_of
from vbcdsl.kernels import active

WIDEST: Final = 16  # bytes of a decimal of 128 bits


class StoredDecimal(pa.ExtensionType):  # type: ignore[misc]
    """`decimal` as `storage`: an Arrow type of whole numbers, or of bytes of one length."""

    def __init__(self, decimal: Any, storage: Any) -> None:
        self.decimal = decimal
        super().__init__(storage, "vbcdsl.stored_decimal")

    def __arrow_ext_serialize__(self) -> bytes:
        return f"{self.decimal.precision},{self.decimal.scale}".encode()

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: Any, serialized: bytes) -> StoredDecimal:
        digits, places = serialized.decode().split(",")
        return cls(pa.decimal128(int(digits), int(places)), storage)


def as_stored(array: Any, decimal: Any) -> Any:
    """The stored form of decimals of a type, as it was read."""
    return pa.ExtensionArray.from_storage(StoredDecimal(decimal, array.type), array)


def numbers_of(array: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_] | None, int, int] | None:
    """Of at least one decimal in its stored form: the whole numbers (0 where empty), the empty rows, the smallest
    and the largest number. None: some need more than 64 bits."""
    stored = array.storage
    empty = nulls_of(stored)
    if pa.types.is_integer(stored.type):
        found = active().present(numpy_of(stored), empty)
    else:
        found = active().from_bytes(*_bytes(stored), empty)
    if found is None:
        return None
    values, low, high = found
    return values, empty, low, high


def _bytes(stored: Any) -> tuple[npt.NDArray[np.uint8], int]:
    """The bytes of all rows, and how many each has."""
    width = stored.type.byte_width
    return np.frombuffer(stored.buffers()[1], np.uint8, len(stored) * width, stored.offset * width), width


def plain(array: Any) -> Any:
    """Decimals in their stored form as Arrow decimals of 128 bits; any other array as it is."""
    if not isinstance(array.type, StoredDecimal):
        return array
    stored, rows = array.storage, len(array)
    words = np.zeros((rows, 2), np.int64)
    if rows and pa.types.is_integer(stored.type):
        words[:, 0] = numpy_of(stored)
        words[:, 1] = words[:, 0] >> 63
    elif rows:
        data, width = _bytes(stored)
        table = data.reshape(rows, width)
        wide = np.empty((rows, WIDEST), np.uint8)
        wide[:, WIDEST - width :] = table
        wide[:, : WIDEST - width] = np.where(table[:, :1] > 127, 255, 0)
        words[:] = np.ascontiguousarray(wide[:, ::-1]).view(np.int64)
    empty = nulls_of(stored)
    valid = None if empty is None else pa.py_buffer(np.packbits(~empty, bitorder="little"))
    return pa.Array.from_buffers(array.type.decimal, rows, [valid, pa.py_buffer(words)])
