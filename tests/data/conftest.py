"""A small contract's records, and a way to read files for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest

from vbcdsl.data import DataStore, Options, make_bindings, open_store
from vbcdsl.data.rows import rows
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model import kinds
from vbcdsl.model.periods import Calendar, Period
from vbcdsl.model.values import NOT_SCORED, Value
from vbcdsl.rules.program import Column, Record


def calendar(first: dt.date = dt.date(2024, 1, 1), years: int = 3) -> Calendar:
    """Performance years of twelve months from a day on."""
    periods = []
    for i in range(years):
        start = first.replace(year=first.year + i)
        end = first.replace(year=first.year + i + 1) - dt.timedelta(days=1)
        periods.append(Period("Performance Year", i + 1, i + 1, start, end))
    return Calendar(periods[0].start, periods[-1].end, tuple(periods))


MONTHS = Record(
    "Member Months",
    "1.1",
    ("Member",),
    "Month",
    (
        Column("Member", kinds.TEXT, None),
        Column("Month", kinds.MONTH, None),
        Column("ACO", kinds.TEXT, None),
        Column("Enrolled", kinds.YES_NO, False),
        Column("Inpatient Paid", kinds.MONEY, Fraction(0)),
        Column("Risk Score", kinds.NUMBER, None, low=Fraction(0), high=Fraction(20)),
    ),
    ("Member", "ACO"),
)

QUALITY = Record(
    "Quality Results",
    "1.2",
    ("ACO", "Measure"),
    "Performance Year",
    (
        Column("ACO", kinds.TEXT, None),
        Column("Measure", kinds.TEXT, None, texts=("Breast Cancer Screening", "Diabetes Control")),
        Column("Performance Year", kinds.NUMBER, None),
        Column("Numerator", kinds.COUNT, None),
        Column("Published Rate", kinds.RATE, NOT_SCORED),
    ),
    ("ACO", "Measure"),
)


@attrs.define
class Reader:
    """Reads rows of one record from whatever is given."""

    folder: Path
    calendar: Calendar = attrs.field(factory=calendar)

    def store(
        self, record: Record, given: object, bindings: dict[str, Any] | None = None, **options: Any
    ) -> DataStore:
        bound = make_bindings({record.id: bindings}, self.folder) if bindings else None
        return open_store({record.name: record}, self.calendar, {record.id: given}, bound, Options(**options))

    def rows(
        self, record: Record, given: object, bindings: dict[str, Any] | None = None, **options: Any
    ) -> list[dict[str, Value]]:
        """All rows with all columns. A text is the content of a CSV file."""
        if isinstance(given, (str, bytes)) and not Path(str(given)[:200]).exists():
            given = self.file("data.csv", given)
        source = self.store(record, given, bindings, **options).source(record.name)
        return list(rows(source, tuple(column.name for column in record.columns)))

    def errors(
        self, record: Record, given: object, bindings: dict[str, Any] | None = None, **options: Any
    ) -> list[Diagnostic]:
        """What is wrong with the data."""
        with pytest.raises(VbcError) as caught:
            self.rows(record, given, bindings, **options)
        return list(caught.value.diagnostics)

    def column(self, column: Column, cells: list[str], rules: dict[str, Any] | None = None) -> list[Value]:
        """The values of one column whose cells are written so in a CSV file."""
        record = one_column(column)
        return [
            row[column.name] for row in self.rows(record, csv_of(column, cells), with_rules(column, rules))
        ]

    def column_errors(
        self, column: Column, cells: list[str], rules: dict[str, Any] | None = None
    ) -> list[str]:
        """The codes of what is wrong with cells."""
        record = one_column(column)
        return [e.code for e in self.errors(record, csv_of(column, cells), with_rules(column, rules))]

    def one(self, column: Column) -> Record:
        """A record with a key and this column."""
        return one_column(column)

    def csv(self, column: Column, cells: list[str]) -> Path:
        """A file with these cells."""
        return self.file("cells.csv", csv_of(column, cells))

    def file(self, name: str, content: str | bytes) -> Path:
        """A file in the test's folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


def one_column(column: Column) -> Record:
    return Record("Facts", "1.1", ("Row",), None, (Column("Row", kinds.TEXT, None), column), ("Row",))


def csv_of(column: Column, cells: list[str]) -> str:
    quoted = (cell.replace('"', '""') for cell in cells)
    return f"row,{column.id}\n" + "".join(f'r{i},"{cell}"\n' for i, cell in enumerate(quoted))


def with_rules(column: Column, rules: dict[str, Any] | None) -> dict[str, Any] | None:
    return {"columns": {column.name: rules}} if rules else None


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Reads data for the records of this folder."""
    return Reader(tmp_path)


@pytest.fixture
def months() -> Record:
    return MONTHS


@pytest.fixture
def quality() -> Record:
    return QUALITY


@pytest.fixture
def years_from() -> Callable[..., Calendar]:
    return calendar
