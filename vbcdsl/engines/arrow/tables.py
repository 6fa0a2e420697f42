"""Records held in memory: schedule tables of the contract, and data that is looked up by key.

A table is read once; for each performance year it gives a part: the rows of that year as a scope (for
aggregates that visit them one by one) and an index by key (for `Col` outside a visit).
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from vbcdsl.data.keys import check_unique, key_columns
from vbcdsl.data.store import Batch, BatchColumn, CodedColumn, DayColumn, FlagColumn, ScaledColumn
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.engines.arrow import ints
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.groups import unique_keys
from vbcdsl.engines.arrow.ints import Array, Ints
from vbcdsl.engines.arrow.scope import Frame, Scope
from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.engines.arrow.vec import EPOCH, Blank, Day, Flag, Num, Text, TextPool, Vec
from vbcdsl.model.day_text import ClockLabels
from vbcdsl.model.kinds import NUMERIC
from vbcdsl.model.periods import CALENDAR_QUARTER, CLOCKS, Clock
from vbcdsl.model.values import NOT_SCORED, NotScored, Value
from vbcdsl.rules.program import Column, Program, Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation


@attrs.define(eq=False)
class Part:
    """The rows of one performance year (of all years, for a record without a period)."""

    scope: Scope
    frame: Frame | None  # by key; None: entries, which have no key


class RecordTable:
    """A record in memory."""

    def __init__(self, engine: Evaluation, program: Program, record: Record) -> None:
        self.engine, self.program, self.record = engine, program, record
        self.timed = has_time(record)
        self._outside = 0  # rows outside the term that the source passed over
        if record.rows is not None:
            self.rows = len(record.rows)
            self.columns = _literal(self.engine, record)
        else:
            self.rows, self.columns, self._outside = _read(engine, record)
        self._parts: dict[tuple[int, int], Part] = {}
        self._offsets: Array | None = None
        self._years: Array | None = None
        if self.timed:
            self._place()

    def _place(self) -> None:
        days = self.columns[time_column(self.record)]
        values = (
            v.full(days.values, self.rows) if isinstance(days, Day) else np.zeros(self.rows, dtype=np.int64)
        )
        times = self.engine.times
        self._offsets = times.offsets(values)
        self._years = times.years_at(self._offsets, self.record.clock)
        outside = int((self._years == 0).sum()) + self._outside
        self.engine.outside(self.record.name, outside)

    def part(self, year: int, program: Program) -> Part:
        """The rows of a performance year."""
        key = (year, id(program))
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = self._build(year, program)
        return found

    def _build(self, year: int, program: Program) -> Part:
        engine, record = self.engine, self.record
        rows: Array | None = None
        if self._years is not None:
            here = self._years == year
            if not here.all():
                rows = np.flatnonzero(here)
        scope = self._scope(year, program, rows)
        kept = engine.check_listed(record, program, year, scope)
        if kept is not None:
            chosen = np.flatnonzero(kept)
            rows = chosen if rows is None else rows[chosen]
            scope = self._scope(year, program, rows)
        if record.entries:
            return Part(scope, None)
        dims = key_dims(record, program)
        codes = {d: scope.key(d) for d in dims}
        frame = Frame(year, dims, codes, scope.rows)
        first, _ = unique_keys([v.full(codes[d], scope.rows) for d in frame.names()], scope.rows)
        if len(first) < scope.rows and record.is_data:
            raise duplicates(engine, record, program, scope.rows - len(first))
        return Part(scope, frame)

    def _scope(self, year: int, program: Program, rows: Array | None) -> Scope:
        record, times = self.record, self.engine.times
        count = self.rows if rows is None else len(rows)
        columns = self.columns if rows is None else {c: v.take(x, rows) for c, x in self.columns.items()}
        codes: dict[str, Array] = {}
        for dim in record.dims:
            if dim in columns and dim not in CLOCKS:
                codes[dim] = self.engine.as_keys(dim, columns[dim])
        clock: Clock | None = None
        if self._offsets is not None:
            clock = row_clock(record)
            offsets = self._offsets if rows is None else self._offsets[rows]
            codes[clock] = (
                np.zeros(1, dtype=np.int64) if clock in WHOLE_YEAR else times.codes_at(offsets, clock)
            )
        scope = Scope(self.engine, program, year, count, codes, clock)
        scope.record, scope.columns = record.name, dict(columns)
        scope.named = tuple(d for d in record.dims if d in codes)
        return scope


def has_time(record: Record) -> bool:
    """Whether the rows of a record belong to periods."""
    return record.clock is not None or record.date_column is not None


def time_column(record: Record) -> str:
    """The column that says in which period a row is."""
    name = record.clock or record.date_column
    assert name is not None
    return name


def row_clock(record: Record) -> Clock:
    """The clock of the period in which a row lies: a row placed by a date lies in its month."""
    return record.clock or "Month"


def key_dims(record: Record, program: Program) -> tuple[str, ...]:
    """The dimensions that name a row: the keys, the party if the rows carry it, and the period."""
    dims = tuple(
        dict.fromkeys((program.party, *record.keys) if program.party in record.dims else record.keys)
    )
    return (*dims, row_clock(record)) if has_time(record) else dims


def duplicates(engine: Evaluation, record: Record, program: Program, count: int) -> VbcError:
    """The error of a record with several rows of one key (Q9), in the words of `vbcdsl.data.keys`."""
    columns = key_columns(record, program.party)
    try:
        check_unique(record, program.party, engine.batches(record.name, columns), engine.times.calendar)
    except VbcError as error:
        return error
    message = f"{record.name}: {count:,} rows have the key of another row."
    return VbcError([Diagnostic("VBC5201", message, section=record.section)])


def as_vec(engine: Evaluation, record: str, name: str, column: BatchColumn) -> Vec:
    """A column of a batch as a column of values."""
    missing = column.missing
    match column:
        case ScaledColumn(values=values, scale=scale, most=most):
            return Num(Ints(values, most), ints.one(10**scale), unscored=missing)
        case FlagColumn(values=flags):
            return Flag(flags, unscored=missing)
        case DayColumn(values=days):
            return Day(once(days), unscored=missing)
        case CodedColumn(codes=codes, texts=texts):
            return Text(once(codes), engine.pool(record, name, texts), unscored=missing)


def once(values: Array) -> Array:
    """An array that repeats one number as this number alone: it holds for all rows."""
    return values[:1] if values.strides == (0,) else values


def table_columns(engine: Evaluation, record: Record) -> tuple[str, ...]:
    """The columns that somebody may ask a table for, with its keys."""
    names = {*engine.plan.columns.get(record.name, ()), *(d for d in record.dims if d not in CLOCKS)}
    if has_time(record):
        names.add(time_column(record))
    return tuple(c.name for c in record.columns if c.name in names)


def _read(engine: Evaluation, record: Record) -> tuple[int, dict[str, Vec], int]:
    """The rows in memory: their number, their columns, and how many rows outside the term were passed over."""
    names = table_columns(engine, record)
    found: list[Batch] = list(engine.batches(record.name, names))
    batches = [batch for batch in found if batch.rows]
    rows = sum(b.rows for b in batches)
    engine.rows_read.setdefault(record.name, rows + sum(b.passed for b in found))
    columns: dict[str, Vec] = {}
    for name in names:
        parts: list[tuple[Array | None, Vec]] = []
        start = 0
        for batch in batches:
            at = np.arange(start, start + batch.rows)
            parts.append(
                (at if len(batches) > 1 else None, as_vec(engine, record.name, name, batch.columns[name]))
            )
            start += batch.rows
        columns[name] = v.scatter(rows, parts) if parts else _empty(record.column(name))
    return rows, columns, sum(b.outside for b in found)


def _empty(column: Column) -> Vec:
    if column.kind.base in NUMERIC:
        return Num(Ints(np.zeros(0, dtype=np.int64), 0))
    if column.kind.base == "yes or no":
        return Flag(np.zeros(0, dtype=bool))
    if column.kind.base in ("date", "month"):
        return Day(np.zeros(0, dtype=np.int64))
    return Text(np.zeros(0, dtype=np.int64), TextPool([]))


def _literal(engine: Evaluation, record: Record) -> dict[str, Vec]:
    assert record.rows is not None
    found: dict[str, Vec] = {}
    time = time_column(record) if has_time(record) else None
    for column in record.columns:
        values = [row.get(column.name, column.missing) for row in record.rows]
        if column.name == time:
            days = [_day(engine, value, record.clock, column.title) for value in values]
            found[column.name] = Day(np.array(days, dtype=np.int64))
        else:
            found[column.name] = literal_vec(engine, record, column, values)
    return found


def _day(engine: Evaluation, label: Value | None, clock: Clock | None, title: str | None) -> int:
    """A day in the period that a line of a schedule names, in a column that the contract calls `title`."""
    if isinstance(label, dt.date):
        return (label - EPOCH).days
    if label is not None and clock is not None:
        text = str(label.numerator) if isinstance(label, Fraction) else str(label)
        day = ClockLabels(engine.times.calendar, clock, title == CALENDAR_QUARTER).parse(text)
        if day is not None:
            return (day - EPOCH).days
    return (dt.date(1, 1, 1) - EPOCH).days


def literal_vec(engine: Evaluation, record: Record, column: Column, values: list[Value | None]) -> Vec:
    """A column of a schedule table; an empty required cell is an error value."""
    size = len(values)
    unscored = np.array([isinstance(x, NotScored) for x in values], dtype=bool)
    fault: Array | None = None
    if any(x is None for x in values):
        number = engine.faults.number(engine.missing_value(record, column))
        fault = np.array([number if x is None else 0 for x in values], dtype=np.int64)
    kind = next((x for x in values if x is not None and x is not NOT_SCORED), None)
    body: Vec
    match kind:
        case bool():
            body = Flag(np.array([x is True for x in values], dtype=bool))
        case Fraction() | int():
            body = v.from_fractions(
                [Fraction(x) if isinstance(x, (Fraction, int)) else Fraction(0) for x in values]
            )
        case dt.date():
            body = Day(
                np.array([(x - EPOCH).days if isinstance(x, dt.date) else 0 for x in values], dtype=np.int64)
            )
        case str():
            pool = TextPool([])
            codes = np.array([pool.add(x) if isinstance(x, str) else 0 for x in values], dtype=np.int64)
            body = Text(codes, pool)
        case _:
            body = Blank() if size else _empty(column)
    return v.marked(body, unscored if unscored.any() else None, fault)
