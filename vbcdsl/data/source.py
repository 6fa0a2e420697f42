"""The rows of a record from files or tables: reads, converts, and stops with everything that is wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vbcdsl.data.bindings import Constant, RecordBinding
from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.cells import is_text
from vbcdsl.data.convert.context import BatchContext
from vbcdsl.data.convert.day_column import DayReader
from vbcdsl.data.convert.flag_column import FlagReader
from vbcdsl.data.convert.number_column import NumberReader, PercentSeen
from vbcdsl.data.convert.stored import StoredDecimal, plain
from vbcdsl.data.convert.text_column import TextReader
from vbcdsl.data.matching import Match, Need, check_alike, match_part
from vbcdsl.data.needed import Needed
from vbcdsl.data.options import Options
from vbcdsl.data.passed_over import Stretch, stretches
from vbcdsl.data.problems import Problems, is_member_level
from vbcdsl.data.readers.part import Part, RawBatch, RawPiece, ahead, data_error
from vbcdsl.data.sifted import sift
from vbcdsl.data.store import Batch, BatchColumn, DayColumn, OutOfOrder, Piece, Step, made
from vbcdsl.data.watched import Pass, begin
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.day_text import clock_of
from vbcdsl.model.kinds import NUMERIC
from vbcdsl.model.periods import Calendar
from vbcdsl.rules.program import Column, Record


class ColumnReader(Protocol):
    """Reads one column of a record."""

    column: Column
    wants_texts: bool

    def start(self) -> None: ...
    def convert(self, arrays: list[Any], context: BatchContext) -> BatchColumn: ...
    def warnings(self) -> list[Diagnostic]: ...


def reader_of(record: Record, column: Column, binding: RecordBinding, calendar: Calendar) -> ColumnReader:
    """The reader of a column by its kind; the clock column is read as days."""
    rules = binding.column(column.name).rules
    if binding.column(column.name).constant is not None and rules.written is None:
        rules = attrs.evolve(rules, written="fraction")  # a value of the bindings, as it stands
    clock = clock_of(column.name) if column.name == record.clock else None
    base = column.kind.base
    if clock is not None or base in ("date", "month"):
        return DayReader(record, column, rules, calendar, clock)
    if base == "yes or no":
        return FlagReader(record, column, rules)
    return NumberReader(record, column, rules) if base in NUMERIC else TextReader(record, column, rules)


def _reader_name(reader: ColumnReader) -> str:
    names = {NumberReader: "number", FlagReader: "yes or no", TextReader: "text", DayReader: "day"}
    return names[type(reader)]


def for_piece(reader: ColumnReader) -> ColumnReader:
    """A reader for one piece of the data: what it learns of texts is shared, what it counts is its own."""
    if isinstance(reader, NumberReader):
        return attrs.evolve(reader, seen=PercentSeen())
    return attrs.evolve(reader, last=None) if isinstance(reader, TextReader) else reader


@attrs.define(eq=False)
class Whole:
    """A pass in pieces: what the readers of the pieces saw comes together in `readers`."""

    readers: list[ColumnReader]
    open: int = 0
    seen: Pass = attrs.field(factory=lambda: Pass(None, None))
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        for reader in self.readers:
            reader.start()

    def read(self, readers: list[ColumnReader]) -> bool:
        """Notes a piece that was read to its end; whether it was the last."""
        with self._lock:
            for mine, other in zip(self.readers, readers, strict=True):
                if isinstance(mine, NumberReader) and isinstance(other, NumberReader):
                    mine.seen.rows += other.seen.rows
                    mine.seen.most = max(mine.seen.most, other.seen.most)
            self.open -= 1
            if not self.open:
                self.seen.end()
            return not self.open


@attrs.define(eq=False)
class FileSource:
    """The rows of one record. `warnings` holds what looked odd in the last full pass of each column."""

    record: Record
    binding: RecordBinding
    parts: list[Part]
    calendar: Calendar
    options: Options
    found: dict[tuple[str, str], Diagnostic] = attrs.field(factory=dict)
    empty_cells: dict[str, int] = attrs.field(factory=dict)  # of the last full pass, by column
    needed: Needed | None = None  # the rows that a pass gives; None: all
    _readers: dict[str, ColumnReader] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        """The record's name in the contract."""
        return self.record.name

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What looked odd in the passes so far."""
        return tuple(self.found.values())

    def within(self, needed: Needed) -> FileSource:
        """This source as it gives the rows that are needed: of the others only the period is read."""
        return attrs.evolve(self, needed=needed)

    def rows(self) -> int | None:
        """The number of rows that a pass reads, if the files say it (Parquet, tables), else None."""
        counts = [part.rows() for part in self.parts]
        if self.needed is not None and None not in counts:
            matches = self._match((self.needed.column,), Problems(self.record, self.options))
            read = [stretch for match in matches for stretch in self._stretches(match) if stretch.match]
            counts = [stretch.match.part.rows() for stretch in read if stretch.match]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    def check(self, columns: tuple[str, ...] | None = None) -> None:
        """Check headers and types of these columns (all by default), without reading rows. `VbcError`."""
        names = columns if columns is not None else tuple(column.name for column in self.record.columns)
        problems = Problems(self.record, self.options)
        self._match(names, problems)
        problems.stop(self._row_numbers)

    def matched(self, columns: tuple[str, ...]) -> list[tuple[Match, dict[str, ColumnReader]]]:
        """For each part, where its columns are and how each is read: for an engine that reads them itself.
        `VbcError` as `batches` would raise it before the first row."""
        problems = Problems(self.record, self.options)
        matches = self._match(columns, problems)
        problems.stop(self._row_numbers)
        return [(match, {name: self._reader(name) for name in columns}) for match in matches]

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows in input order, with these columns; see `vbcdsl.data.store`. After the first row that is
        wrong no batch is given, but all rows are still checked, and one `VbcError` tells what was found."""
        problems = Problems(self.record, self.options)
        matches = self._match(self._read(columns), problems)
        problems.stop(self._row_numbers)
        readers = [self._reader(name) for name in columns]
        for reader in readers:
            reader.start()
        first_row = 0
        seen = begin(self.name, self.parts)
        try:
            for match, stretch in self._in_order(matches):
                if stretch.match is None:
                    seen.take(match.part, stretch.rows)
                    if not problems:
                        yield stretch.counted(first_row)
                    first_row += stretch.rows
                    continue
                for rows, arrays in self._raw(stretch.match):
                    batch = self._batch(readers, match, arrays, BatchContext(problems, rows, first_row))
                    seen.take(match.part, rows)
                    if not problems:
                        yield batch
                    first_row += rows
        finally:
            seen.end()
        problems.stop(self._row_names)
        self.empty_cells = problems.empty
        for reader in readers:
            for warning in reader.warnings():
                self.found[warning.code, reader.column.name] = warning

    def pieces(self, columns: tuple[str, ...]) -> list[Piece]:
        """The rows in pieces that threads may read at the same time; see `vbcdsl.data.store`."""
        problems = Problems(self.record, self.options)
        matches = self._match(self._read(columns), problems)
        found: list[Piece] = []
        if problems:
            return found
        whole = Whole([self._reader(name) for name in columns])
        passed: list[tuple[Match, Stretch]] = []
        for match, stretch in self._in_order(matches):
            if stretch.match is None:
                passed.append((match, stretch))
                continue
            chosen = stretch.match
            raw = getattr(chosen.part, "pieces", None)
            pieces = raw(chosen.places, chosen.as_codes, self.options) if raw is not None else []
            if not pieces:
                return []
            found += [partial(self._piece, match, piece, whole) for piece in pieces]
        whole.open = len(found)
        if found:
            whole.seen = begin(self.name, self.parts)
            for match, stretch in passed:
                whole.seen.take(match.part, stretch.rows)
        counted = [stretch.counted(0) for _, stretch in passed]
        return [*found, partial(made, counted)] if found and counted else found

    def _piece(self, match: Match, piece: RawPiece, whole: Whole) -> Iterator[Step]:
        readers = [for_piece(reader) for reader in whole.readers]
        for rows, arrays in piece():
            yield partial(self._step, match, whole, readers, rows, arrays)
        yield partial(self._end_of_piece, whole, readers)

    def _step(
        self, match: Match, whole: Whole, readers: list[ColumnReader], rows: int, arrays: list[Any]
    ) -> Batch:
        problems = Problems(self.record, self.options)
        batch = self._batch(readers, match, arrays, BatchContext(problems, rows, 0))
        if problems:
            raise OutOfOrder
        whole.seen.take(match.part, rows)
        return batch

    def _end_of_piece(self, whole: Whole, readers: list[ColumnReader]) -> None:
        if whole.read(readers):
            for reader in whole.readers:
                for warning in reader.warnings():
                    self.found[warning.code, reader.column.name] = warning

    def _read(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """The columns that are read for these: also the period of a row, where only some rows are needed."""
        return columns if self.needed is None else tuple(dict.fromkeys((*columns, self.needed.column)))

    def _stretches(self, match: Match) -> list[Stretch]:
        """The rows of a part, those that are passed over as a whole apart from those that are read."""
        clock = None if self.needed is None else self._reader(self.needed.column)
        return stretches(match, self.needed, clock)

    def _in_order(self, matches: list[Match]) -> Iterator[tuple[Match, Stretch]]:
        """All rows of all parts."""
        return ((match, stretch) for match in matches for stretch in self._stretches(match))

    def _batch(
        self, readers: list[ColumnReader], match: Match, arrays: list[Any], context: BatchContext
    ) -> Batch:
        """The rows of a batch that are needed."""
        arrays = [_normal(array) for array in arrays]
        if self.needed is None:
            return Batch(context.rows, context.first_row, self._converted(readers, match, arrays, context))
        clock = self._reader(self.needed.column)
        watching = attrs.evolve(context, wrong=[])
        days = self._converted([clock], match, arrays, watching)[self.needed.column]
        assert isinstance(days, DayColumn)
        others = [reader for reader in readers if reader is not clock]
        sifted = sift(self.needed, days, watching.wrong or [])
        if sifted is not None:
            used = {place for reader in others for place in match.of.get(reader.column.name, ())}
            arrays = [sifted.of(array) if place in used else array for place, array in enumerate(arrays)]
            context = sifted.context(context)
            days = sifted.days
        converted = self._converted(others, match, arrays, context) if context.rows else {}
        if context.rows and len(others) < len(readers):
            if days.missing is None and (sifted is not None or days.bounds is None):
                # an engine need not look for the year of each row
                days.bounds = int(days.values.min()), int(days.values.max())
            converted[self.needed.column] = days
        found = Batch(context.rows, context.first_row, converted, places=context.places)
        if sifted is not None:
            found.passed, found.outside = sifted.passed, sifted.outside
        return found

    def _converted(
        self, readers: list[ColumnReader], match: Match, arrays: list[Any], context: BatchContext
    ) -> dict[str, BatchColumn]:
        """The contract's columns of a batch. `VbcError` for texts that are not in UTF-8."""
        found: dict[str, BatchColumn] = {}
        for reader in readers:
            name = reader.column.name
            try:
                found[name] = reader.convert(self._cells(reader, match, arrays, context.rows), context)
            except (pa.ArrowInvalid, UnicodeDecodeError):
                raise data_error(
                    "VBC5005",
                    f'{self.record.name}: "{name}" in {match.part.label} holds bytes that are no text in UTF-8.',
                    help="Write the file again with its texts in UTF-8.",
                ) from None
        return found

    def _raw(self, match: Match) -> Iterator[RawBatch]:
        batches = match.part.batches(match.places, match.as_codes, self.options)
        return ahead(batches) if self.options.ahead else batches

    def _cells(self, reader: ColumnReader, match: Match, arrays: list[Any], rows: int) -> list[Any]:
        """The arrays of a contract column; a constant is one text for all rows."""
        name = reader.column.name
        constant = self.binding.column(name).constant
        if constant is None:
            found = [arrays[place] for place in match.of[name]]
            return found if isinstance(reader, NumberReader) else [plain(array) for array in found]
        codes = as_arrow.whole_numbers(np.zeros(1, np.int32))
        codes = codes.take(pa.nulls(rows, pa.int32()).fill_null(as_arrow.number(0, pa.int32())))
        return [pa.DictionaryArray.from_arrays(codes, as_arrow.texts([_constant_text(constant)]))]

    def reader(self, name: str) -> ColumnReader:
        """What reads a column; it keeps what it learned of the texts from pass to pass."""
        return self._reader(name)

    def _reader(self, name: str) -> ColumnReader:
        if name not in self._readers:
            column = self.record.column(name)
            self._readers[name] = reader_of(self.record, column, self.binding, self.calendar)
        return self._readers[name]

    def _match(self, columns: tuple[str, ...], problems: Problems) -> list[Match]:
        needs = [
            Need(reader.column, self.binding.column(name), _reader_name(reader))
            for name in columns
            for reader in [self._reader(name)]
        ]
        matches = [match_part(part, needs, problems) for part in self.parts]
        check_alike(matches, problems)
        return matches

    def know(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Give the texts of columns their codes before the first pass: those of a store that grows."""
        for name, known in texts.items():
            reader = self._reader(name)
            if isinstance(reader, TextReader):
                reader.book.all(known)

    # How rows are called in messages

    def _row_numbers(self, rows: Sequence[int]) -> list[str]:
        """Rows by file and number, counted from 1 below the header."""
        starts = self._starts(rows)
        return [_numbered(row, starts, [part.label for part in self.parts]) for row in rows]

    def _row_names(self, rows: Sequence[int]) -> list[str]:
        """Rows by file and number and, where they may be shown, by their keys."""
        numbers = self._row_numbers(rows)
        if is_member_level(self.record) and not self.options.show_members:
            return numbers
        keys = self._keys(rows)
        return [f"{number} ({key})" if key else number for number, key in zip(numbers, keys, strict=True)]

    def _starts(self, rows: Sequence[int]) -> list[int]:
        """The number of the first row of each part, as far as these rows need it."""
        starts, total = [], 0
        for part in self.parts:
            starts.append(total)
            if total > max(rows, default=0):
                break
            if len(self.parts) > 1:
                known = part.rows()
                total += (
                    known if known is not None else sum(n for n, _ in part.batches([], set(), self.options))
                )
        return starts

    def _keys(self, rows: Sequence[int]) -> list[str]:
        """The keys of rows as the files write them, read again."""
        names = [name for name in (*self.record.keys, self.record.clock or "") if self._has(name)]
        found = dict.fromkeys(rows, "")
        first = 0
        for match in self._match(tuple(names), Problems(self.record, self.options)):
            for count, arrays in match.part.batches(match.places, match.as_codes, self.options):
                for row in rows:
                    if first <= row < first + count:
                        cells = {
                            n: [arrays[p][row - first].as_py() for p in match.of.get(n, [])] for n in names
                        }
                        found[row] = ", ".join(f"{n} {' '.join(map(str, c))}" for n, c in cells.items() if c)
                first += count
        return [found[row] for row in rows]

    def _has(self, name: str) -> bool:
        return any(column.name == name for column in self.record.columns)


def _numbered(row: int, starts: list[int], labels: list[str]) -> str:
    part = max(i for i, start in enumerate(starts) if start <= row)
    return f"row {row - starts[part] + 1:,}" + (f" of {labels[part]}" if len(labels) > 1 else "")


def _constant_text(constant: Constant) -> str:
    if isinstance(constant, bool):
        return "yes" if constant else "no"
    return format(constant, "f") if isinstance(constant, Decimal) else str(constant)


def _normal(array: Any) -> Any:
    """An array in one of the layouts that the readers know."""
    kind = array.type
    if isinstance(kind, StoredDecimal):
        return array
    if isinstance(array, pa.ExtensionArray):
        return _normal(array.storage)
    if pa.types.is_run_end_encoded(kind):
        return _normal(pc.run_end_decode(array))
    if pa.types.is_dictionary(kind):
        return array if is_text(kind.value_type) else array.cast(kind.value_type)
    return array.cast(pa.string()) if is_text(kind) and not pa.types.is_string(kind) else array
