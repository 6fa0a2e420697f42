"""Some rows of a record as columns of numbers, and the order in which a store keeps them.

Rows are sorted by party, the other keys and the period, texts by their codes (the order in which they first came):
rows of one member stand together, and input that is grouped already needs no sorting. Each performance year is
a segment of its own, so that a block of rows has one year and mostly one party.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.data.convert.exact import Mask, fitting, times
from vbcdsl.data.keys import key_columns
from vbcdsl.data.store import Batch, BatchColumn, CodedColumn, DayColumn, FlagColumn, ScaledColumn
from vbcdsl.model.day_text import EPOCH, FIRST_DAY, LAST_DAY
from vbcdsl.model.kinds import NUMERIC
from vbcdsl.model.periods import CLOCKS, Calendar, Clock
from vbcdsl.prepared.layout import Storage
from vbcdsl.rules.program import Column, Record

I64 = npt.NDArray[np.int64]
CENTS: Final = 2
_DAYS: Final = LAST_DAY - FIRST_DAY + 1
_WHOLE: Final = 1 << 62


@attrs.define(eq=False)
class Cells:
    """A column of some rows: int64 or Python ints at a scale, int32 codes or days, uint8 flags."""

    storage: Storage
    values: Any
    scale: int = 0
    missing: Mask | None = None

    def take(self, rows: Any) -> Cells:
        """The cells at these rows (numbers of rows or a slice)."""
        missing = None if self.missing is None else self.missing[rows]
        return Cells(self.storage, self.values[rows], self.scale, missing)

    @property
    def bytes(self) -> int:
        """About how much memory the cells take."""
        width = 100 if self.values.dtype == object else self.values.dtype.itemsize
        return len(self.values) * (width + (0 if self.missing is None else 1))


@attrs.define(eq=False)
class Chunk:
    """Some rows."""

    rows: int
    columns: dict[str, Cells]

    def take(self, rows: Any, count: int) -> Chunk:
        """The rows chosen, `count` of them."""
        return Chunk(count, {name: cells.take(rows) for name, cells in self.columns.items()})

    @property
    def bytes(self) -> int:
        """About how much memory the rows take."""
        return sum(cells.bytes for cells in self.columns.values())

    @property
    def formats(self) -> tuple[tuple[str, Storage, int], ...]:
        """How each column is stored: one file has one format."""
        return tuple((name, cells.storage, cells.scale) for name, cells in self.columns.items())


def chunk_of(batch: Batch, record: Record) -> Chunk:
    """The rows of a batch."""
    return Chunk(batch.rows, {n: _cells(c, record.column(n)) for n, c in batch.columns.items()})


def _cells(found: BatchColumn, column: Column) -> Cells:
    match found:
        case ScaledColumn(values=values, scale=scale, missing=missing):
            least = CENTS if column.kind.base == "money" else 0
            return scaled(Cells("int64", values, scale, missing), max(scale, least))
        case CodedColumn(codes=codes, missing=missing):
            return Cells("code", codes.astype(np.int32, copy=False), 0, missing)
        case FlagColumn(values=flags, missing=missing):
            return Cells("flag", flags.view(np.uint8), 0, missing)
        case DayColumn(values=days, missing=missing):
            return Cells("day", days.astype(np.int32, copy=False), 0, missing)


def scaled(cells: Cells, scale: int) -> Cells:
    """Numbers at a larger scale; Python ints where 64 bits are too few."""
    values = fitting(times(cells.values, 10 ** (scale - cells.scale)))
    return Cells("decimal" if values.dtype == object else "int64", values, scale, cells.missing)


def joined(parts: Sequence[Chunk]) -> Chunk:
    """Rows one after another."""
    if len(parts) == 1:
        return parts[0]
    return Chunk(
        sum(part.rows for part in parts),
        {name: _joined([part.columns[name] for part in parts]) for name in parts[0].columns},
    )


def narrowed(chunk: Chunk) -> Chunk:
    """The same rows, Python ints as 64-bit numbers where they fit."""
    for cells in chunk.columns.values():
        if cells.storage == "decimal":
            cells.values = fitting(cells.values)
            cells.storage = "decimal" if cells.values.dtype == object else "int64"
    return chunk


def _joined(parts: list[Cells]) -> Cells:
    if parts[0].storage in ("int64", "decimal"):
        scale = max(part.scale for part in parts)
        parts = [part if part.scale == scale else scaled(part, scale) for part in parts]
    values = np.concatenate([part.values for part in parts])
    missing = None
    if any(part.missing is not None for part in parts):
        missing = np.concatenate(
            [np.zeros(len(p.values), np.bool_) if p.missing is None else p.missing for p in parts]
        )
    storage: Storage = parts[0].storage
    if storage in ("int64", "decimal"):
        storage = "decimal" if values.dtype == object else "int64"
    return Cells(storage, values, parts[0].scale, missing)


# ---------------------------------------------------------------- the order of rows


class Periods:
    """For days of a record's time column: the performance year (0: outside), and the first day of the period."""

    def __init__(self, calendar: Calendar, clock: Clock | None) -> None:
        self.calendar, self.clock = calendar, clock
        self._known: dict[int, tuple[int, int]] = {}

    def at(self, days: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """(years, first days of the periods) of the rows."""
        if not len(days):
            return days, days
        low, high = int(days.min()), int(days.max())
        if high - low > 1 << 22:
            different, at = np.unique(days, return_inverse=True)
            found = np.array([self._of(int(day)) for day in different], np.int32).reshape(-1, 2)
            return found[at, 0], found[at, 1]
        here = np.zeros(high - low + 1, np.bool_)
        here[days - low] = True
        table = np.zeros((2, high - low + 1), np.int32)
        for place in np.flatnonzero(here).tolist():
            table[:, place] = self._of(low + place)
        return table[0][days - low], table[1][days - low]

    @property
    def seen(self) -> set[int]:
        """The different days so far."""
        return set(self._known)

    def _of(self, day: int) -> tuple[int, int]:
        found = self._known.get(day)
        if found is None:
            date = dt.date.fromordinal(day + EPOCH)
            year = self.calendar.year_of(date)
            first = day
            if year is not None and self.clock in ("Calendar Year", "Fiscal Year"):
                first = dt.date(date.year, 1, 1).toordinal() - EPOCH
            elif year is not None and self.clock is not None:
                period = self.calendar.part_of(date, self.clock)
                first = period.start.toordinal() - EPOCH if period is not None else day
            found = self._known[day] = (0 if year is None else year.number, first)
        return found


@attrs.define(eq=False)
class Order:
    """The sort order of a record's rows. `dims`: the key columns of texts, the party first; `time`: the column of
    days; `unique`: the columns that name a row (none: entries)."""

    dims: tuple[str, ...]
    time: str | None
    periods: Periods
    unique: tuple[str, ...]
    sizes: dict[str, int] = attrs.field(factory=dict)  # column → how many texts it has

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the order."""
        return (*self.dims, self.time) if self.time else self.dims

    def set_texts(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Note how many texts the columns have by now."""
        self.set_counts({name: len(found) for name, found in texts.items()})

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """The same, by the numbers of texts."""
        self.sizes = {name: counts.get(name, 0) for name in self.dims}
        product = _DAYS
        kept = []
        for name in self.dims:  # an order by so many columns as one number of 62 bits can hold
            product *= max(self.sizes[name], 1)
            if product > _WHOLE:
                self.unique = ()
                break
            kept.append(name)
        self.dims = tuple(kept)

    def key(self, chunk: Chunk) -> I64:
        """A number for each row that sorts as the row does."""
        key = np.zeros(chunk.rows, np.int64)
        for name in self.dims:
            key *= max(self.sizes[name], 1)
            key += chunk.columns[name].values
        key *= _DAYS
        if self.time is not None:
            key += self.periods.at(chunk.columns[self.time].values)[1]
            key -= FIRST_DAY
        return key

    def years(self, chunk: Chunk) -> npt.NDArray[np.int32]:
        """The performance year of each row (0: outside the term, or the record has no period)."""
        if self.time is None:
            return np.zeros(chunk.rows, np.int32)
        cells = chunk.columns[self.time]
        years = self.periods.at(cells.values)[0]
        return years if cells.missing is None else np.where(cells.missing, 0, years)


def order_of(record: Record, party: str, calendar: Calendar) -> Order:
    """The order of a record's rows."""
    named = {column.name: column for column in record.columns}
    unique = key_columns(record, party)
    first = (party, *unique) if not record.entries else (party, *record.dims)
    dims = tuple(
        dict.fromkeys(
            name for name in first if name in record.dims and name in named and name not in CLOCKS
            and named[name].kind.base not in (*NUMERIC, "yes or no", "date", "month")
        )
    )  # fmt: skip
    time = record.clock or record.date_column
    time = time if time in named else None
    if record.entries or not {*dims, time}.issuperset(unique):
        unique = ()
    return Order(dims, time, Periods(calendar, record.clock), unique)
