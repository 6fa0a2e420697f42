"""The rows of one record from a prepared store, as `vbcdsl.data.store` gives them: views of the mapped files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, overload

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.data.needed import Needed
from vbcdsl.data.options import Options
from vbcdsl.data.readers.part import data_error
from vbcdsl.data.store import (
    Batch,
    BatchColumn,
    CodedColumn,
    DayColumn,
    FlagColumn,
    KeyRuns,
    OutOfOrder,
    Piece,
    ScaledColumn,
    Step,
    made,
)
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.prepared.files import Mapped, torn
from vbcdsl.prepared.layout import StoredRecord, StoredSegment, StoredTexts
from vbcdsl.rules.program import Record
from vbcdsl.watch import watcher


@attrs.define(eq=False)
class StoredSource:
    """The rows of one record. `unique_keys`: columns of which the store knows that no two rows in the term of the
    contract agree in all of them (none: not known)."""

    record: Record
    stored: StoredRecord
    folder: Path
    mapped: Mapped
    options: Options
    warnings: tuple[Diagnostic, ...] = ()
    unique_keys: tuple[str, ...] = ()
    needed: Needed | None = (
        None  # blocks without a row that is needed are counted and not read; None: none are
    )
    _texts: dict[str, Sequence[str]] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        """The record's name in the contract."""
        return self.record.name

    def within(self, needed: Needed) -> StoredSource:
        """This source without the blocks in which no row is needed, as far as their bounds tell it."""
        return attrs.evolve(self, needed=needed)

    def rows(self) -> int | None:
        """The number of rows that a pass reads."""
        return sum(
            rows
            for segment in self.stored.segments
            for number, rows in enumerate(segment.blocks)
            if self._outside(segment, number) is None
        )

    def check(self, columns: tuple[str, ...] | None = None) -> None:
        """That the store has these columns (all of the contract's by default). `VbcError`."""
        names = columns if columns is not None else tuple(column.name for column in self.record.columns)
        missing = [name for name in names if self.stored.column(name) is None]
        if missing:
            listed = ", ".join(f'"{name}"' for name in missing)
            raise data_error(
                "VBC5305",
                f"{self.record.name}: the prepared store {self.folder} has no column {listed}.",
                help="Prepare it again with this contract: `vbc prepare CONTRACT --data … --out STORE`.",
            )

    def days(self) -> tuple[int, ...] | None:
        """The different days of the clock column; None if there are too many."""
        return self.stored.days

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows in the order of the store, with these columns."""
        self.check(columns)
        first = 0
        looking = watcher()
        if looking is not None:
            looking.begin(f"reading {self.name}", self.stored.rows or None, "rows")
        try:
            for segment in self.stored.segments:
                for number, rows in enumerate(segment.blocks):
                    outside = self._outside(segment, number)
                    if outside is None:
                        yield from self._sliced(self._block(segment, number, columns, first))
                    else:
                        yield Batch(0, first, {}, passed=rows, outside=outside)
                    first += rows
                    if looking is not None:
                        looking.advance(rows, None)
        finally:
            if looking is not None:
                looking.end()

    def pieces(self, columns: tuple[str, ...]) -> list[Piece]:
        """The blocks, each to be read by itself, by several threads at the same time."""
        self.check(columns)
        found: list[Piece] = []
        counted: list[Batch] = []
        first = 0
        for segment in self.stored.segments:
            self.mapped.buffer(segment.file)
            if segment.runs is not None:
                self.mapped.buffer(segment.runs.file)
            for name in columns:
                if segment.columns[name].storage == "code":
                    self._list(name)
            for number, rows in enumerate(segment.blocks):
                outside = self._outside(segment, number)
                if outside is None:
                    found.append(partial(self._piece, segment, number, columns, first))
                else:
                    counted.append(Batch(0, first, {}, passed=rows, outside=outside))
                first += rows
        return [*found, partial(made, counted)] if found and counted else found

    def _outside(self, segment: StoredSegment, number: int) -> int | None:
        """How many rows of a block in which none is needed lie outside the term; None: the block is read."""
        days = None if self.needed is None else segment.columns.get(self.needed.column)
        if self.needed is None or days is None or days.storage != "day" or days.valid[number] >= 0:
            return None
        away = self.needed.passed(days.low[number], days.high[number])
        return None if away is None else segment.blocks[number] * away

    def _piece(
        self, segment: StoredSegment, number: int, columns: tuple[str, ...], first: int
    ) -> Iterator[Step]:
        try:
            block = self._block(segment, number, columns, first)
        except VbcError:
            raise OutOfOrder from None  # said by `batches`, for the first block that is damaged
        yield from made(self._sliced(block))

    def _sliced(self, batch: Batch) -> Iterator[Batch]:
        most = self.options.batch_rows
        if batch.rows <= most:
            yield batch
            return
        for start in range(0, batch.rows, most):
            rows = slice(start, min(start + most, batch.rows))
            found = {name: _slice(column, rows) for name, column in batch.columns.items()}
            yield Batch(rows.stop - start, batch.first_row + start, found)

    def _block(self, segment: StoredSegment, number: int, columns: tuple[str, ...], first: int) -> Batch:
        rows = segment.blocks[number]
        starts = self.mapped.starts(segment, number)
        dims = tuple(name for name in self.stored.order if name in segment.columns)
        dims = tuple(name for name in dims if segment.columns[name].storage == "code")
        runs = KeyRuns(dims, starts) if starts is not None else None
        found = {name: self._column(segment, number, name) for name in columns}
        return Batch(rows, first, found, runs)

    def _column(self, segment: StoredSegment, number: int, name: str) -> BatchColumn:
        blocks = segment.columns[name]
        low, high = blocks.low[number], blocks.high[number]
        cells = self.mapped.cells(segment, number, name)
        values: npt.NDArray[Any] = cells.values
        if low == high and blocks.storage in ("code", "day"):
            values = np.broadcast_to(values[:1], values.shape)  # one number, repeated
        match blocks.storage:
            case "code":
                return CodedColumn(self._codes(segment, name, values), self._list(name), cells.missing)
            case "flag":
                return FlagColumn(values.view(np.bool_), cells.missing)
            case "day":
                return DayColumn(values, cells.missing, (low, high))
            case "int64":
                return ScaledColumn(values, cells.scale, cells.missing, max(abs(low), abs(high)))
        return ScaledColumn(values, cells.scale, cells.missing)

    def _codes(
        self, segment: StoredSegment, name: str, codes: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.int32]:
        """Codes that all have a text: what a damaged file holds must not be taken for another text."""
        if int((codes if codes.strides != (0,) else codes[:1]).view(np.uint32).max()) >= len(
            self._list(name)
        ):
            raise torn(self.folder, segment.file.name, "has codes without a text")
        return codes

    def _list(self, name: str) -> Sequence[str]:
        if name not in self._texts:
            self._texts[name] = TextList(self.mapped, self.stored.texts.get(name, ()))
        return self._texts[name]


class TextList(Sequence[str]):
    """The texts of a column, read from the file when somebody looks at one: most runs need no member's name."""

    def __init__(self, mapped: Mapped, pieces: tuple[StoredTexts, ...]) -> None:
        self._mapped, self._pieces = mapped, pieces
        self._size = sum(piece.rows for piece in pieces)
        self._found: list[str] | None = None

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        return self.all()[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def all(self) -> list[str]:
        """All texts in the order of their codes."""
        if self._found is None:
            self._found = [text for piece in self._pieces for text in self._mapped.texts(piece)]
        return self._found


def _slice(column: BatchColumn, rows: slice) -> BatchColumn:
    missing = None if column.missing is None else column.missing[rows]
    if isinstance(column, CodedColumn):
        return attrs.evolve(column, codes=column.codes[rows], missing=missing)
    values: Any = column.values[rows]
    return attrs.evolve(column, values=values, missing=missing)
