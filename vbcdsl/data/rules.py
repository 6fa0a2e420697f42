"""What the bindings say about the cells of one column: a value object that the readers take."""

from __future__ import annotations

from typing import Literal

import attrs

Unit = Literal["dollars", "cents", "thousands"]
Written = Literal["percent", "fraction"]


@attrs.frozen
class CellRules:
    """How a column's cells are read.

    `missing`: texts that mean an empty cell. `thousands`: `1,234` is a number. `unit`: of money. `written`:
    of a rate (None: as the contract says, see `vbcdsl.data.convert.number_column`). `format`: of a date, as in
    `strptime`. `float_places`: decimal places that floats must have, None: floats are refused. `values`: text
    in the file → text meant. `trim`: spaces around a text are dropped.
    """

    missing: frozenset[str] = frozenset({""})
    thousands: bool = True
    unit: Unit = "dollars"
    written: Written | None = None
    format: str | None = None
    float_places: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    trim: bool = False
