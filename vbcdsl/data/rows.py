"""Rows as Python values, for the reference engine and for small tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from fractions import Fraction

from vbcdsl.data.store import (
    Batch,
    BatchColumn,
    CodedColumn,
    DayColumn,
    FlagColumn,
    RecordSource,
    ScaledColumn,
)
from vbcdsl.model.day_text import EPOCH
from vbcdsl.model.values import NOT_SCORED, Value


def rows(source: RecordSource, columns: tuple[str, ...]) -> Iterator[dict[str, Value]]:
    """Each row of a record as column name → exact value. Money is in dollars, 2.5% is 1/40; the column of a
    clock is a day inside the period. Raises `VbcError` like `RecordSource.batches`."""
    for batch in source.batches(columns):
        yield from rows_in(batch, columns)


def rows_in(batch: Batch, columns: tuple[str, ...]) -> Iterator[dict[str, Value]]:
    """The rows of a batch."""
    if not columns or not batch.rows:
        yield from ({} for _ in range(batch.rows))
        return
    values = [column_values(batch.columns[name]) for name in columns]
    for row in zip(*values, strict=True):
        yield dict(zip(columns, row, strict=True))


def column_values(column: BatchColumn) -> list[Value]:
    """The values of a column of a batch."""
    found = list(_values(column))
    if column.missing is not None:
        for row in column.missing.nonzero()[0]:
            found[row] = NOT_SCORED
    return found


def _values(column: BatchColumn) -> Iterable[Value]:
    match column:
        case ScaledColumn():
            power = 10**column.scale
            return (Fraction(value, power) for value in column.values.tolist())
        case CodedColumn():
            texts = column.texts
            return (texts[code] if texts else "" for code in column.codes.tolist())
        case FlagColumn():
            return (bool(value) for value in column.values.tolist())
        case DayColumn():
            return (dt.date.fromordinal(day + EPOCH) for day in column.values.tolist())
