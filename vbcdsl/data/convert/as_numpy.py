"""Arrow arrays as NumPy arrays, by their buffers.

`Array.to_numpy` loads pandas where it is installed, which takes a third of a second and 40 MB; these do not.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_KINDS: Final[dict[Any, Any]] = {
    pa.int8(): np.int8,
    pa.int16(): np.int16,
    pa.int32(): np.int32,
    pa.int64(): np.int64,
    pa.uint8(): np.uint8,
    pa.uint16(): np.uint16,
    pa.uint32(): np.uint32,
    pa.uint64(): np.uint64,
    pa.float32(): np.float32,
    pa.float64(): np.float64,
    pa.date32(): np.int32,
}


def numpy_of(array: Any) -> npt.NDArray[Any]:
    """The values of an array of numbers, days or booleans without nulls (what nulls hold means nothing). Numbers
    are Arrow's own memory, which may not be written to."""
    if pa.types.is_boolean(array.type):
        return _bits(array.buffers()[1], array.offset, len(array))
    kind = _KINDS.get(array.type)
    if kind is None:
        return array.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]
    buffer = array.buffers()[1]
    if buffer is None or not len(array):
        return np.zeros(len(array), kind)
    width = np.dtype(kind).itemsize
    return np.frombuffer(buffer, kind, len(array), array.offset * width)


def nulls_of(array: Any) -> npt.NDArray[np.bool_] | None:
    """The null rows of an array, None if it has none."""
    if not array.null_count:
        return None
    valid = array.buffers()[0] if array.type.num_fields == 0 else None
    if valid is None:
        import pyarrow.compute as pc

        return numpy_of(pc.is_null(array))
    return ~_bits(valid, array.offset, len(array))


def _bits(buffer: Any, offset: int, rows: int) -> npt.NDArray[np.bool_]:
    """Bits as booleans."""
    if buffer is None or not rows:
        return np.zeros(rows, np.bool_)
    first = offset // 8
    packed = np.frombuffer(buffer, np.uint8, (offset + rows + 7) // 8 - first, first)
    inside = offset - first * 8
    return np.unpackbits(packed, count=inside + rows, bitorder="little")[inside:].view(np.bool_)
