"""The rows of a table in the contract's own text, served like data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import attrs
import numpy as np

from vbcdsl.data.convert.code_book import CodeBook
from vbcdsl.data.convert.exact import Mask
from vbcdsl.data.convert.number_column import literal_column
from vbcdsl.data.store import Batch, BatchColumn, CodedColumn, DayColumn, FlagColumn, ScaledColumn
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.day_text import clock_of, days, parser_of
from vbcdsl.model.kinds import NUMERIC
from vbcdsl.model.periods import Calendar
from vbcdsl.model.values import NOT_SCORED, Value
from vbcdsl.rules.program import Column, Record


@attrs.define(eq=False)
class LiteralSource:
    """The lines of a schedule table."""

    record: Record
    calendar: Calendar
    _books: dict[str, CodeBook] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        """The record's name in the contract."""
        return self.record.name

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Nothing: the checker has read the text."""
        return ()

    def rows(self) -> int | None:
        """The number of lines."""
        return len(self.record.rows or ())

    def check(self, columns: tuple[str, ...] | None = None) -> None:
        """Nothing to check."""

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """All lines in one batch. `VbcError` for an empty cell of a required column."""
        rows = self.record.rows or ()
        if rows:
            yield Batch(len(rows), 0, {name: self._column(self.record.column(name)) for name in columns})

    def _column(self, column: Column) -> BatchColumn:
        cells = [self._cell(row.get(column.name), column) for row in self.record.rows or ()]
        empty = np.array([cell is None for cell in cells], np.bool_)
        missing: Mask | None = empty if empty.any() else None
        base, clock = column.kind.base, clock_of(column.name) if column.name == self.record.clock else None
        if clock is not None or base in ("date", "month"):
            return DayColumn(np.array([self._day(cell, column) for cell in cells], np.int32), missing)
        if base == "yes or no":
            return FlagColumn(np.array([bool(cell) for cell in cells], np.bool_), missing)
        if base in NUMERIC:
            numbers = [cell if isinstance(cell, Fraction) else None for cell in cells]
            exact = literal_column(numbers)
            return ScaledColumn(exact.values, exact.scale, missing)
        book = self._books.setdefault(column.name, CodeBook())
        codes = book.all([None if cell is None else str(cell) for cell in cells])
        codes[codes < 0] = 0
        return CodedColumn(codes, book.texts, missing)

    def _cell(self, cell: Value | None, column: Column) -> Value | None:
        """The value with the column's rule for missing ones applied; None is not scored."""
        if cell is None and column.missing is None:
            raise VbcError(
                [
                    Diagnostic(
                        "VBC5111",
                        f'{self.record.name}: "{column.name}" is required and empty in a row.',
                        section=self.record.section,
                        span=self.record.span,
                    )
                ]
            )
        value = column.missing if cell is None else cell
        return None if value == NOT_SCORED else value

    def _day(self, cell: Value | None, column: Column) -> int:
        if cell is None:
            return 0
        if isinstance(cell, dt.date):
            return days(cell)
        clock = clock_of(column.name) if column.name == self.record.clock else None
        text = str(cell.numerator) if isinstance(cell, Fraction) else str(cell)
        day = parser_of(column.kind, clock, self.calendar, None, column.title)(text)
        if day is None:
            raise VbcError(
                [
                    Diagnostic(
                        "VBC5117",
                        f'{self.record.name}: "{text}" in column "{column.name}" is no period or date.',
                        section=self.record.section,
                        span=self.record.span,
                    )
                ]
            )
        return days(day)
