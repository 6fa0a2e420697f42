"""Reads dates, months and the clock column of a record as days since 1970-01-01."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.data.convert.cells import encode, family, meant_texts
from vbcdsl.data.convert.context import BatchContext
from vbcdsl.data.convert.exact import Mask, either, null_mask
from vbcdsl.data.convert.floats import whole_floats
from vbcdsl.data.convert.missing import check_required, not_scored
from vbcdsl.data.convert.number_column import NumberReader
from vbcdsl.data.rules import CellRules
from vbcdsl.data.store import DayColumn
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.kernels import active
from vbcdsl.model.day_text import FIRST_DAY, LAST_DAY, days, parser_of
from vbcdsl.model.kinds import COUNT
from vbcdsl.model.periods import Calendar, Clock
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules.program import Column, Record

EMPTY: Final = LAST_DAY + 1
BAD: Final = LAST_DAY + 2
_UNITS_A_DAY: Final = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_MONTH_TABLE: Final = 1 << 17
_MONTH_INDEX_1970: Final = 1970 * 12


def first_of_month(values: npt.NDArray[np.int32], low: int, high: int) -> npt.NDArray[np.int32]:
    """Days to the first day of their month, by a table where the days lie close together: none lies outside these
    bounds."""
    if high - low >= min(_MONTH_TABLE, 2 * len(values)):
        return _to_month(values)
    table = _to_month(np.arange(low, high + 1, dtype=np.int32))
    found: npt.NDArray[np.int32] = active().looked_up(table, values, low)
    return found


def _to_month(values: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    months = values.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64).astype(np.int32)


@attrs.define(eq=False)
class DayReader:
    """Reads one column of days. `clock`: it is the clock column of its record."""

    record: Record
    column: Column
    rules: CellRules
    calendar: Calendar
    clock: Clock | None
    wants_texts: bool = True

    @property
    def months(self) -> bool:
        """Whether a day stands for its month."""
        return self.clock == "Month" or (self.clock is None and self.column.kind.base == "month")

    @property
    def _what(self) -> str:
        return "a month" if self.months else f"a {self.clock.lower()}" if self.clock else "a date"

    def start(self) -> None:
        """A new pass over the data."""

    def warnings(self) -> list[Diagnostic]:
        """Nothing is learned over a pass."""
        return []

    def convert(self, arrays: list[Any], context: BatchContext) -> DayColumn:
        """The rows of a batch. Two arrays are a year and the number of a month in it."""
        bounds: tuple[int, int] | None = None
        if len(arrays) == 2:
            values, empty, bad = self._year_and_month(arrays, context)
        elif family(arrays[0].type) == "date":
            values, empty, bad, bounds = self._dates(arrays[0], context)
        else:
            values, empty, bad = self._labels(arrays[0], context)
        if bad is not None and bad.any():
            values = np.where(bad, 0, values).astype(np.int32)
        check_required(empty, self.column, context)
        if empty is not None and isinstance(self.column.missing, dt.date):
            values = np.where(empty, days(self.column.missing), values).astype(np.int32)
        elif empty is not None and self.column.missing == NOT_SCORED:
            values = np.where(empty, 0, values).astype(np.int32)
        changed = empty is not None or bad is not None
        return DayColumn(values, not_scored(empty, self.column), None if changed else bounds)

    def _report(self, bad: Mask, context: BatchContext, samples: Sequence[str] = ()) -> None:
        context.report(
            "VBC5117",
            self.column,
            f"is not {self._what}",
            bad,
            samples=samples,
            help='Dates are read as 2024-03-31; for another form say in the bindings `format = "%m/%d/%Y"`.',
        )

    def _dates(
        self, array: Any, context: BatchContext
    ) -> tuple[npt.NDArray[np.int32], Mask | None, Mask | None, tuple[int, int] | None]:
        """Arrow dates, and timestamps at midnight; the last: bounds of the days."""
        empty = null_mask(array)
        bad: Mask | None = None
        if pa.types.is_date32(array.type):
            found = numpy_of(array)
            if empty is not None:
                found = np.where(empty, np.int32(0), found)
        else:
            found, bad = self._instants(array)
            bad = bad & ~empty if empty is not None else bad
        if not len(found):
            return found.astype(np.int32, copy=False), empty, bad, None
        low, high = int(found.min()), int(found.max())
        if low < FIRST_DAY or high > LAST_DAY:
            bad = either(bad, (found < FIRST_DAY) | (found > LAST_DAY))
            found = np.clip(found, FIRST_DAY, LAST_DAY)
            low, high = max(low, FIRST_DAY), min(high, LAST_DAY)
        if bad is not None and bad.any():
            self._report(bad, context)
        found = found.astype(np.int32, copy=False)
        if self.months:
            found = first_of_month(found, low, high)
            low, high = (int(day) for day in _to_month(np.array([low, high], dtype=np.int32)))
        return found, empty, bad, (low, high)

    def _instants(self, array: Any) -> tuple[npt.NDArray[np.int64], Mask]:
        kind = array.type
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            array = pc.local_timestamp(array)
        per_day = _UNITS_A_DAY["ms" if pa.types.is_date64(kind) else kind.unit]
        ticks = numpy_of(array.view(pa.int64()).fill_null(as_arrow.number(0)))
        return ticks // per_day, ticks % per_day != 0

    def _labels(
        self, array: Any, context: BatchContext
    ) -> tuple[npt.NDArray[np.int32], Mask | None, Mask | None]:
        """Texts and whole numbers: each different one is read once."""
        if family(array.type) == "float":
            array, bad = whole_floats(array)
            self._report(bad, context)
        encoded = encode(array)
        assert encoded is not None, "refused when the columns were matched"
        parse = parser_of(self.column.kind, self.clock, self.calendar, self.rules.format, self.column.title)
        table = np.full(len(encoded.texts) + 1, EMPTY, np.int32)
        unread = []
        for place, text in enumerate(meant_texts(encoded.texts, self.rules, trim=True)):
            if text is None:
                continue
            day = parse(text)
            table[place] = BAD if day is None else days(day)
            if day is None:
                unread.append(text)
        values = table[encoded.codes]
        empty, bad = values == EMPTY, values == BAD
        self._report(bad, context, unread)
        return values, empty if empty.any() else None, bad

    def _year_and_month(
        self, arrays: list[Any], context: BatchContext
    ) -> tuple[npt.NDArray[np.int32], Mask | None, Mask | None]:
        """Two columns: a year and the number of a month (1 to 12)."""
        part = attrs.evolve(self.column, kind=COUNT, missing=NOT_SCORED, low=None, high=None)
        reader = NumberReader(self.record, part, self.rules)
        year, month = (reader.convert([array], context) for array in arrays)
        empty = either(year.missing, month.missing)
        years, months = (np.clip(p.values, 0, 10_000).astype(np.int64) for p in (year, month))
        if empty is not None:
            years, months = np.where(empty, 1970, years), np.where(empty, 1, months)
        bad = (years < 1) | (years > 9999) | (months < 1) | (months > 12)
        index = np.where(bad, 0, years * 12 + months - 1 - _MONTH_INDEX_1970)
        self._report(bad, context)
        values = index.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64).astype(np.int32)
        return values, empty, bad
