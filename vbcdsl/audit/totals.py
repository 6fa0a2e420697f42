"""Control totals of the data: for each column of each record, by period, so that two files can be compared.

A total is exact. Texts are counted by their different values, days by the first and the last.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

from vbcdsl.data.store import Batch, CodedColumn, DayColumn, FlagColumn, RecordSource, ScaledColumn
from vbcdsl.data.write import exact_text
from vbcdsl.model.periods import Calendar
from vbcdsl.rules.program import Record

_EPOCH = dt.date(1970, 1, 1)
ALL = "all periods"


def control_totals(record: Record, source: RecordSource, calendar: Calendar) -> dict[str, Any]:
    """Rows and totals of a record: `rows`, by period `rows` and for each column its total."""
    from fractions import Fraction

    names = tuple(column.name for column in record.columns)
    placed = record.clock or record.date_column
    sums: dict[tuple[str, str], Fraction] = {}
    counts: dict[str, int] = {}
    texts: dict[str, set[str]] = {}
    days: dict[str, tuple[int, int]] = {}
    empty: dict[str, int] = {}
    for batch in source.batches(names):
        groups = _groups(batch, placed, record, calendar)
        for label, chosen in groups.items():
            counts[label] = counts.get(label, 0) + int(chosen.sum())
        for name in names:
            column = batch.columns[name]
            missing = column.missing
            if missing is not None:
                empty[name] = empty.get(name, 0) + int(missing.sum())
            if isinstance(column, CodedColumn):
                texts.setdefault(name, set()).update(
                    column.texts[i] for i in np.unique(column.codes) if i >= 0
                )
            elif isinstance(column, DayColumn):
                if len(column.values):
                    low, high = int(column.values.min()), int(column.values.max())
                    before = days.get(name, (low, high))
                    days[name] = (min(low, before[0]), max(high, before[1]))
            else:
                for label, chosen in groups.items():
                    kept = chosen if missing is None else chosen & ~missing
                    key = (label, name)
                    sums[key] = sums.get(key, Fraction(0)) + _sum(column, kept)
    periods = {
        label: {
            "rows": counts[label],
            "totals": {name: exact_text(sums[label, name]) for name in names if (label, name) in sums},
        }
        for label in sorted(counts)
    }
    return {
        "rows": sum(counts.values()),
        "periods": periods,
        "different_values": {name: len(found) for name, found in texts.items()},
        "first_and_last_day": {
            name: [(_EPOCH + dt.timedelta(days=d)).isoformat() for d in found] for name, found in days.items()
        },
        "empty": empty,
    }


def _groups(
    batch: Batch, placed: str | None, record: Record, calendar: Calendar
) -> dict[str, npt.NDArray[np.bool_]]:
    """The rows of each period: months for months and dates, else performance years."""
    column = batch.columns.get(placed) if placed is not None else None
    if not isinstance(column, DayColumn):
        return {ALL: np.ones(batch.rows, dtype=np.bool_)}
    found: dict[str, npt.NDArray[np.bool_]] = {}
    by_month = record.clock == "Month" or record.clock is None
    for day in np.unique(column.values).tolist():
        date = _EPOCH + dt.timedelta(days=day)
        year = calendar.year_of(date)
        label = (
            f"{date:%Y-%m}" if by_month else (year.label if year is not None else f"{date.year} (outside)")
        )
        rows = column.values == day
        found[label] = found[label] | rows if label in found else rows
    return found


def _sum(column: ScaledColumn | FlagColumn, kept: npt.NDArray[np.bool_]) -> Any:
    """The exact sum of the kept rows."""
    from fractions import Fraction

    values = column.values[kept]
    if isinstance(column, FlagColumn):
        return Fraction(int(values.sum()))
    if values.dtype == object:
        return Fraction(sum(int(v) for v in values), 10**column.scale)
    high, low = values >> 32, values & 0xFFFFFFFF
    return Fraction((int(high.sum()) << 32) + int(low.sum()), 10**column.scale)
