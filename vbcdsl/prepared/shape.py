"""What a contract says of a record that matters to a store, and whether another contract says the same.

A store holds values to which the rules of a contract have been applied: kinds, what stands for a missing value,
bounds, how rates are written, what a year's label means. A contract that uses the store must have the same rules
as far as they made a difference; each difference is one line of the error.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction

import attrs

from vbcdsl.data.bindings import RecordBinding
from vbcdsl.model.day_text import EPOCH
from vbcdsl.model.kinds import NUMERIC
from vbcdsl.model.periods import Calendar
from vbcdsl.model.values import NOT_SCORED, Value
from vbcdsl.prepared.layout import StoredColumn, StoredRecord
from vbcdsl.rules.program import Column, Record


def text_of(value: Value | None) -> str | None:
    """A value as one text, by its type."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case dt.date():
            return value.isoformat()
        case str():
            return f"text {value}"
    return "not scored" if value == NOT_SCORED else str(value)


def missing_of(column: Column) -> str:
    """The rule for empty cells as one text."""
    return text_of(column.missing) or "required"


def stored(column: Column, filled: int, total: str | None) -> StoredColumn:
    """What is recorded of a column."""
    return StoredColumn(
        column.name, column.kind.base, missing_of(column), text_of(column.low), text_of(column.high),
        column.written, column.texts, filled, total,
    )  # fmt: skip


def shape(record: Record) -> str:
    """The fingerprint of what a contract says of a record."""
    columns = sorted(
        (c.name, c.kind.base, missing_of(c), text_of(c.low), text_of(c.high), c.written, c.texts)
        for c in record.columns
    )
    said = [record.name, sorted(record.keys), record.clock, sorted(record.dims), record.date_column,
            record.entries, columns]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def binding_of(binding: RecordBinding | None) -> str | None:
    """The fingerprint of how the columns of a record were bound; None: nothing was said."""
    if binding is None:
        return None
    columns = [
        [name, *_plain(attrs.asdict(bound, recurse=True))] for name, bound in sorted(binding.columns.items())
    ]
    rules = _plain(attrs.asdict(binding.rules, recurse=True))
    plain = _plain(attrs.asdict(RecordBinding(binding.name).rules, recurse=True))
    about_files = [binding.separator, binding.encoding, binding.standard]
    if not columns and rules == plain and about_files == [None, None, None]:
        return None
    said = [columns, rules, *about_files]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _plain(value: object) -> list[object]:
    """A tree of Python values as JSON, in an order of its own."""
    if isinstance(value, dict):
        return [[str(key), _plain(item)] for key, item in sorted(value.items(), key=lambda kv: str(kv[0]))]
    if isinstance(value, (set, frozenset)):
        return [_plain(item) for item in sorted(value, key=str)]
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return [f"{type(value).__name__} {value}"]


def years_of(calendar: Calendar) -> tuple[tuple[str, str], ...]:
    """The performance years as days."""
    return tuple((year.start.isoformat(), year.end.isoformat()) for year in calendar.years)


def differences(
    record: Record, found: StoredRecord, calendar: Calendar, years: Iterable[tuple[str, str]], bounds: Bounds
) -> list[str]:
    """Why the stored rows are not what this contract would read; empty: they are."""
    said = []
    if record.clock != found.clock:
        said.append(
            f"its rows are for each {record.clock or 'key'}, and were for each {found.clock or 'key'}"
        )
    for column in record.columns:
        before = found.column(column.name)
        if before is not None:
            said += _column(column, before, bounds)
    if record.clock not in (None, "Month") and years_of(calendar) != tuple(years):
        said += _periods(found, calendar, tuple(years))
    return said


Bounds = dict[str, tuple[Fraction, Fraction]]  # column → smallest and largest value


def _column(column: Column, before: StoredColumn, bounds: Bounds) -> list[str]:
    name, base = column.name, column.kind.base
    said = []
    if base != before.kind:
        said.append(f'"{name}" is {base}, and was {before.kind}')
    if missing_of(column) != before.missing and before.filled:
        said.append(f'what stands for a missing "{name}" is another ({before.filled:,} cells were empty)')
    if column.written != before.written and base in ("rate", "percentage points", "ratio"):
        said.append(
            f'"{name}" is written as a {column.written or "rate"}, and was {before.written or "a rate"}'
        )
    if column.texts is not None and (before.texts is None or not set(before.texts) <= set(column.texts)):
        said.append(f'the texts that "{name}" may have are others')
    if base in NUMERIC and base == before.kind and name in bounds:
        least, most = bounds[name]
        if isinstance(column.low, Fraction) and least < column.low:
            said.append(f'"{name}" has values below its lower bound')
        if isinstance(column.high, Fraction) and most > column.high:
            said.append(f'"{name}" has values above its upper bound')
    return said


def _periods(found: StoredRecord, calendar: Calendar, years: tuple[tuple[str, str], ...]) -> list[str]:
    """Labels of years became days by the calendar: each stored day must mean the same year in both."""
    if found.days is None:
        return ["the performance years are others"]
    before = [(dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for a, b in years]
    for number in found.days:
        day = dt.date.fromordinal(number + EPOCH)
        old = next(((a, b) for a, b in before if a <= day <= b), None)
        new = calendar.year_of(day)
        if old != (None if new is None else (new.start, new.end)):
            return ["the performance years are others"]
    return []
