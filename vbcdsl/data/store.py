"""What the engines read: the rows of each record, checked and exact.

It stands between files (`vbcdsl.data.readers`) and engines. The interface is small on purpose: an engine asks
for batches of a record's columns, and gets Arrow arrays whose types it can rely on.

Physical types of the columns of a batch, by kind:

* money, rate, percentage points, number, count, ratio: `ScaledColumn`: int64 `values` and a decimal `scale`
  (value = values / 10**scale; money of $1.25 at scale 2 is 125; 2.5% is 25 at scale 3); values that do not
  fit into int64 at their scale come as Python ints in an object array.
* yes or no: bool. text and key columns: int32 codes with a list of texts (dictionary), the texts global to the
  store for that record and column. date, month: int32 days since 1970-01-01 (a month is its first day).
* the clock column of a record ("in each Month", "in each Performance Year"): `DayColumn` with a day inside the
  period: the first of the month; for a year the first day of the performance year that the data names (2024, or
  1 for the first); a label that names no year of the contract comes as a day of that year outside the term
  (January 1; December 31 where January 1 lies in a performance year of another label) and the engine leaves
  the row out and counts it, like any row outside the term (Q4).
* what a prepared store knows about a batch comes with it, for engines that can use it: `Batch.runs`,
  `ScaledColumn.most`, `DayColumn.bounds`; a column of one value may be an array that repeats it (stride 0).
* `missing` is a bool mask or None. The column's own rule for missing values has *already been applied* (a
  value put in, or an error raised), so only columns whose rule is "not scored" come with a mask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from vbcdsl.data.needed import Needed


@attrs.define(eq=False)
class ScaledColumn:
    """Exact decimals: `values / 10**scale`. `missing` marks rows that are not scored. `most`: no absolute value of
    `values` is larger (None: not known)."""

    values: npt.NDArray[np.int64] | npt.NDArray[np.object_]
    scale: int
    missing: npt.NDArray[np.bool_] | None = None
    most: int | None = None


@attrs.define(eq=False)
class CodedColumn:
    """Texts as codes into `texts`; the same code means the same text in every batch of the column. `texts`
    grows from batch to batch."""

    codes: npt.NDArray[np.int32]
    texts: Sequence[str]
    missing: npt.NDArray[np.bool_] | None = None


class MappedColumn(CodedColumn):
    """Texts by `marks`, which are equal where texts are, and a `lookup` from marks to codes: where neighbouring
    rows have equal marks, only one of them needs to be looked up."""

    def __init__(
        self,
        marks: npt.NDArray[Any],
        lookup: Callable[[npt.NDArray[Any]], npt.NDArray[np.int32]],
        texts: Sequence[str],
    ) -> None:
        self.marks, self.lookup, self.texts = marks, lookup, texts
        self.missing: npt.NDArray[np.bool_] | None = None
        self._codes: npt.NDArray[np.int32] | None = None

    @property
    def codes(self) -> npt.NDArray[np.int32]:  # type: ignore[override]
        """The codes of all rows."""
        if self._codes is None:
            self._codes = self.lookup(self.marks)
        return self._codes

    def at(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The codes of some rows."""
        return self.lookup(self.marks[rows])

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels to another process looked up: its lookup belongs to this one."""
        return CodedColumn, (self.codes, list(self.texts), self.missing)


@attrs.define(eq=False)
class FlagColumn:
    """Yes or no."""

    values: npt.NDArray[np.bool_]
    missing: npt.NDArray[np.bool_] | None = None


@attrs.define(eq=False)
class DayColumn:
    """Days since 1970-01-01. `bounds`: no day lies outside them (None: not known)."""

    values: npt.NDArray[np.int32]
    missing: npt.NDArray[np.bool_] | None = None
    bounds: tuple[int, int] | None = None


BatchColumn = ScaledColumn | CodedColumn | FlagColumn | DayColumn


def rows_of(column: BatchColumn, rows: npt.NDArray[Any]) -> BatchColumn:
    """Some rows of a column: their numbers, or a mark for each row."""
    missing = None if column.missing is None else column.missing[rows]
    if isinstance(column, CodedColumn):
        return CodedColumn(column.codes[rows], column.texts, missing)
    return attrs.evolve(column, missing=missing, values=column.values[rows])


@attrs.define(eq=False)
class KeyRuns:
    """Neighbouring rows that agree in all columns of `dims`: `starts` are the first rows of the runs."""

    dims: tuple[str, ...]
    starts: npt.NDArray[np.int32]


@attrs.define(eq=False)
class Batch:
    """Some rows of a record: its columns by their name in the contract. `first_row` is the number of the
    first row in the input, counted from 0. `runs`: rows that stand together (None: not known).

    Where a source was told which rows are needed (`within`): `passed` rows were passed over with these, `outside`
    of which lie outside the term; `places`: where the rows stand, counted from `first_row` (None: one after
    another). A batch without rows may have no columns."""

    rows: int
    first_row: int
    columns: dict[str, BatchColumn]
    runs: KeyRuns | None = None
    passed: int = 0
    outside: int = 0
    places: npt.NDArray[np.int64] | None = None

    def numbers(self) -> npt.NDArray[np.int64]:
        """The numbers of the rows in the input."""
        return self.first_row + (np.arange(self.rows) if self.places is None else self.places)


class RecordSource(Protocol):
    """The rows of one record. It can be read more than once and by several threads one after another."""

    @property
    def name(self) -> str:
        """The record's name in the contract."""
        ...

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows in input order, with these columns (key columns are asked for by name like others).

        Raises `VbcError` for a missing column, a wrong kind, an empty value of a required column, a value
        out of bounds: with the column, the count of rows and the first rows' keys.
        """
        ...


# A batch that is read, but maybe not converted (None: nothing was left to do).
Step = Callable[[], "Batch | None"]
# What gives the steps of a piece, read one after another. They are to be called in this order, by any thread.
Piece = Callable[[], Iterator[Step]]


def made(batches: Iterable[Batch]) -> Iterator[Step]:
    """Batches with which nothing is left to do, as the steps of a piece."""
    return (partial(_itself, batch) for batch in batches)


def _itself(batch: Batch) -> Batch:
    return batch


class OutOfOrder(Exception):
    """What was found can only be told by reading the rows in their order: read them again by `batches`."""


def pieces_of(source: RecordSource, columns: tuple[str, ...]) -> Sequence[Piece]:
    """The rows of a source in pieces that threads may read at the same time, each piece once; none if it cannot be
    read so. A piece, or a step of it, raises `OutOfOrder` instead of the errors that `batches` has."""
    pieces: Callable[[tuple[str, ...]], Sequence[Piece]] | None = getattr(source, "pieces", None)
    return pieces(columns) if pieces is not None else ()


def within(source: RecordSource, needed: Needed) -> RecordSource:
    """The source as it gives the rows that are needed; itself if it always gives all rows."""
    narrowed: Callable[[Needed], RecordSource] | None = getattr(source, "within", None)
    return narrowed(needed) if narrowed is not None else source


def known_rows(source: RecordSource) -> int | None:
    """The number of rows if a source can say it without reading them."""
    rows = getattr(source, "rows", None)
    found = rows() if callable(rows) else None
    return found if isinstance(found, int) else None


def known_unique(source: RecordSource) -> tuple[str, ...]:
    """The columns of which a source knows that no two rows in the term agree in all of them (none: not known)."""
    found: tuple[str, ...] = getattr(source, "unique_keys", ())
    return found


class Store(Protocol):
    """All the data of a run."""

    def source(self, record: str) -> RecordSource:
        """The rows of a record by its name in the contract; `VbcError` if no data was given for it."""
        ...
