"""Binary floats: refused unless the bindings say how many decimal places they stand for.

A float is taken as the decimal with so many places that it is nearest to, if it *is* the float nearest to that
decimal and no neighbour with as many places shares that float. 0.1 + 0.2 is therefore not 0.3 and is reported.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.data.convert.exact import Exact, Mask, null_mask

MAX_FLOAT_PLACES: Final = 15


def from_floats(array: Any, places: int) -> tuple[Exact, Mask]:
    """A float array as decimals with `places` places, and the rows that are none. NaN is an empty cell."""
    nulls = null_mask(array)
    if not pa.types.is_float64(array.type) and not pa.types.is_float32(array.type):
        array = array.cast(pa.float32())
    floats = numpy_of(array)
    if nulls is not None:
        floats = np.where(nulls, floats.dtype.type("nan"), floats)
    empty = np.isnan(floats)
    finite = np.isfinite(floats)
    clean = np.where(finite, floats, floats.dtype.type(0))
    factor = 10.0**places
    fine = np.spacing(np.abs(clean)).astype(np.float64) < 1 / factor
    scaled = np.rint(clean.astype(np.float64) * factor)
    fine &= np.abs(scaled) < 2.0**62
    whole = np.where(fine, scaled, 0).astype(np.int64)
    same = (whole / factor).astype(floats.dtype) == clean
    good = finite & fine & same
    _retry(clean, whole, good, np.flatnonzero(finite & fine & ~same), places)
    bad = ~(good | empty)
    whole[bad | empty] = 0
    return Exact(whole, places, empty if empty.any() else None), bad


def whole_floats(array: Any) -> tuple[Any, Mask]:
    """Floats that stand for whole numbers, as an Arrow array of integers, and the rows that are none."""
    exact, bad = from_floats(array, 0)
    return pa.array(exact.values, pa.int64(), mask=exact.empty), bad


def _retry(
    floats: npt.NDArray[Any],
    whole: npt.NDArray[np.int64],
    good: Mask,
    rows: npt.NDArray[np.intp],
    places: int,
) -> None:
    """The shortest text of the float decides where scaling it was off by one in the last bit."""
    for row in rows:
        sign, digits, exponent = Decimal(str(floats[row])).as_tuple()
        assert isinstance(exponent, int)
        if exponent + places >= 0:
            size = int("".join(map(str, digits))) * 10 ** (exponent + places)
            whole[row] = -size if sign else size
            good[row] = True
