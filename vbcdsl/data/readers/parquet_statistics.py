"""What the footer of a Parquet file says of a column in each row group, as far as it can be relied on.

Statistics come from whoever wrote the file. They may be missing, of another type than the column, cut short, or
silent about empty cells: then nothing is known of the row group, and it is read.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
import pyarrow as pa

from vbcdsl.data.convert.cells import is_text
from vbcdsl.data.readers.part import Field

SHORT: Final = 16  # bytes of a text from which on a writer may have cut it
_SIGNED: Final = frozenset({"NONE", "INT_8", "INT_16", "INT_32", "INT_64"})
_ODD: Final = (pa.ArrowException, ValueError, OverflowError, TypeError, AttributeError, NotImplementedError)

Cell = int | str  # a date is days since 1970-01-01


@attrs.frozen
class RowGroup:
    """Some rows of a file. `low`, `high`: the least and the largest cell of the column; None: not known, or a cell
    may be empty."""

    number: int
    rows: int
    low: Cell | None = None
    high: Cell | None = None


def row_groups(footer: Any, field: Field, numbers: list[int]) -> list[RowGroup]:
    """These row groups with the bounds of a top-level column."""
    found = []
    place = _place(footer, field)
    for number in numbers:
        group = footer.row_group(number)
        bounds = None if place is None else _bounds(group, place, field)
        low, high = bounds or (None, None)
        found.append(RowGroup(number, int(group.num_rows), low, high))
    return found


def _place(footer: Any, field: Field) -> int | None:
    """The place of the column among the columns that are written, if it is one of them and no list."""
    columns = [footer.schema.column(p) for p in range(footer.num_columns)]
    places = [p for p, column in enumerate(columns) if column.path == field.name]
    if (
        len(places) != 1
        or columns[places[0]].max_repetition_level
        or columns[places[0]].max_definition_level > 1
    ):
        return None
    return places[0]


def _bounds(group: Any, place: int, field: Field) -> tuple[Cell, Cell] | None:
    try:
        known = group.column(place).statistics
        if known is None or not known.has_min_max or not known.has_null_count:
            return None
        if known.null_count != 0 or known.num_values != group.num_rows or group.num_rows < 1:
            return None
        low, high = _cells(known, field.kind)
        return (low, high) if low <= high else None  # type: ignore[operator]
    except _ODD:
        return None


def _cells(known: Any, kind: Any) -> tuple[Cell, Cell]:
    """The least and the largest cell. `TypeError` for what is not understood."""
    if pa.types.is_dictionary(kind) and is_text(kind.value_type):
        kind = kind.value_type
    wanted: type = int
    low: Any = known.min
    high: Any = known.max
    if pa.types.is_date32(kind):
        if known.physical_type != "INT32" or known.logical_type.type != "DATE":
            raise TypeError
        low, high = known.min_raw, known.max_raw
    elif pa.types.is_signed_integer(kind):
        if known.physical_type not in ("INT32", "INT64") or known.converted_type not in _SIGNED:
            raise TypeError
    elif is_text(kind):
        wanted = str
        if known.physical_type != "BYTE_ARRAY" or known.logical_type.type != "STRING" or low != high:
            raise TypeError  # between two texts may stand one that is no day
        if len(low.encode()) >= SHORT:
            raise TypeError
    else:
        raise TypeError
    if any(type(cell) is not wanted for cell in (low, high)):
        raise TypeError
    return low, high
