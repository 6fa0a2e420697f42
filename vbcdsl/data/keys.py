"""Checks that no two rows of a record have the same key (Q9 of the language definition)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import attrs

from vbcdsl.data.options import Options
from vbcdsl.data.problems import is_member_level
from vbcdsl.data.store import Batch, BatchColumn, CodedColumn, DayColumn, FlagColumn, ScaledColumn
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.day_text import EPOCH, clock_of
from vbcdsl.model.periods import Calendar
from vbcdsl.rules.program import Record

ENTRY_ID: Final = "Entry Identifier"


def key_columns(record: Record, party_dim: str) -> tuple[str, ...]:
    """The columns whose values name a row: the record's keys, the party if the rows carry it, the clock. For
    entries, their identifier if they have one, else none (equal entries are two entries)."""
    names = {column.name for column in record.columns}
    if record.entries:
        return (ENTRY_ID,) if ENTRY_ID in names else ()
    keys = list(record.keys)
    if party_dim in record.dims and party_dim not in keys:
        keys.append(party_dim)
    if record.clock is not None:
        keys.append(record.clock)
    return tuple(key for key in keys if key in names)


def check_unique(
    record: Record,
    party_dim: str,
    batches: Iterable[Batch],
    calendar: Calendar,
    options: Options | None = None,
) -> None:
    """Raise `VbcError` if a key occurs twice in `batches`, which hold at least `key_columns(record, party_dim)`.

    Rows outside the term of the contract are passed over, as the engines leave them out (Q4). It keeps every
    key in memory: the columnar engine has its own check.
    """
    options = options or Options()
    columns = key_columns(record, party_dim)
    if not columns:
        return
    finder = _Finder(record, columns, calendar)
    for batch in batches:
        finder.add(batch)
    if finder.twice:
        raise VbcError([finder.diagnostic(options)])


@attrs.define(eq=False)
class _Finder:
    record: Record
    columns: tuple[str, ...]
    calendar: Calendar
    first: dict[tuple[str, ...], int] = attrs.field(factory=dict)
    twice: dict[tuple[str, ...], list[int]] = attrs.field(factory=dict)
    periods: dict[int, str | None] = attrs.field(factory=dict)

    def add(self, batch: Batch) -> None:
        if not batch.rows:
            return
        texts = [self._texts(name, batch.columns[name]) for name in self.columns]
        for row, *key in zip(batch.numbers().tolist(), *texts, strict=True):
            if None in key:
                continue
            whole = tuple(str(part) for part in key)
            before = self.first.setdefault(whole, row)
            if before != row:
                self.twice.setdefault(whole, [before]).append(row)

    def _texts(self, name: str, column: BatchColumn) -> list[str | None]:
        """The parts of the keys; None for a period outside the term."""
        match column:
            case CodedColumn():
                return [column.texts[code] for code in column.codes]
            case DayColumn():
                return [self._period(name, int(day)) for day in column.values]
            case FlagColumn() | ScaledColumn():
                return [str(value) for value in column.values.tolist()]

    def _period(self, name: str, day: int) -> str | None:
        if day not in self.periods:
            date, clock = dt.date.fromordinal(day + EPOCH), clock_of(name)
            if clock is None:
                self.periods[day] = date.isoformat()
            elif clock in ("Calendar Year", "Fiscal Year"):
                self.periods[day] = str(date.year)
            else:
                period = self.calendar.part_of(date, clock)
                self.periods[day] = period.label if period else None
        return self.periods[day]

    def diagnostic(self, options: Options) -> Diagnostic:
        hidden = is_member_level(self.record) and not options.show_members
        details = []
        for key, rows in list(self.twice.items())[: options.first_rows]:
            numbers = "rows " + ", ".join(f"{row + 1:,}" for row in rows[: options.first_rows])
            named = ", ".join(f"{name} {part}" for name, part in zip(self.columns, key, strict=True))
            details.append(numbers if hidden else f"{numbers}: {named}")
        count = len(self.twice)
        keys = "1 key occurs" if count == 1 else f"{count:,} keys occur"
        return Diagnostic(
            "VBC5202" if self.record.entries else "VBC5201",
            f"{self.record.name}: {keys} more than once ({', '.join(self.columns)}).",
            section=self.record.section,
            help="Each key may have one row. Remove the copies, or add the column that tells the rows apart.",
            details=tuple(details),
        )


def nobody(record: Record | None, name: str, party: str, when: str, notes: tuple[str, ...]) -> Diagnostic:
    """The error of data in which nobody is to be settled."""
    return Diagnostic(
        "VBC5203",
        f"There is nobody to settle: {name} has no row of {party} in {when}.",
        section=record.section if record is not None else "",
        details=notes,
        help="Check --year, and the years and the rows of the file.",
    )


def outside_the_term(record: str, rows: int, first: str, last: str) -> Diagnostic:
    """The error of a record all of whose rows lie outside the term: it is the file of another year."""
    years = f"year {first}" if first == last else f"years {first} to {last}"
    return Diagnostic(
        "VBC5203",
        f"There is nothing to settle in {record}: all of its {rows:,} rows lie outside the term of the contract.",
        help=f"Give the file of the performance {years}.",
    )
