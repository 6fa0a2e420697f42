"""Runs a contract's SQL in DuckDB on the rows of a store, and compares with the columnar engine."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import duckdb
import numpy as np
import pyarrow as pa

from vbcdsl.compiler import Compiled
from vbcdsl.data.store import CodedColumn, DayColumn, FlagColumn, ScaledColumn, Store
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.engines.arrow import evaluate as arrow
from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.engines.duckdb.rows import decimals
from vbcdsl.engines.interface import Request
from vbcdsl.model.periods import Period
from vbcdsl.model.values import NotScored
from vbcdsl.results.settle import all_records
from vbcdsl.rules.program import Record
from vbcdsl.sql.settlement import Written

Cell = tuple[str, int, str, str, str]  # term, year, party, period, other keys


@attrs.define
class Loaded:
    """A DuckDB with the tables of a contract; `places`: the decimal places of each column of
    data; `unreadable`: the records whose files have errors or were not given, whose tables are empty."""

    connection: Any
    places: dict[tuple[str, str], int]
    unreadable: list[str]

    def of(self, record: Record, column: str) -> int:
        """The decimal places of a column."""
        return self.places.get((record.name, column), 0)


def loaded(compiled: Compiled, store: Store) -> Loaded:
    """The rows of every record as a table, typed as the SQL expects them."""
    found = Loaded(duckdb.connect(), {}, [])
    for record in all_records(compiled.bundle).values():
        if not record.is_data:
            continue
        names = tuple(c.name for c in record.columns)
        try:
            batches = list(store.source(record.name).batches(names))
        except VbcError:
            found.unreadable.append(record.name)
            batches = []
        arrays: dict[str, list[Any]] = {name: [] for name in names}
        for name in names:
            column = record.column(name)
            scale = max(
                (b.columns[name].scale for b in batches if isinstance(b.columns[name], ScaledColumn)),
                default=0,
            )
            for batch in batches:
                arrays[name].append(cells(batch.columns[name], scale, name == record.clock, record, compiled))
            if any(isinstance(b.columns[name], ScaledColumn) for b in batches):
                less = min(scale, 2) if column.written == "percent" else 0
                found.places[record.name, name] = scale - less
                if column.written == "percent":
                    kind = pa.decimal128(18, scale - less)
                    arrays[name] = [as_percent(a, scale, kind) for a in arrays[name]]
        if not batches:
            kinds = {"yes or no": "BOOLEAN", "text": "VARCHAR", "date": "DATE", "month": "DATE"}
            kinds |= {"year": "INTEGER"}
            columns = ", ".join(
                f'"{c.id}" {kinds.get("year" if c.name in WHOLE_YEAR else c.kind.base, "BIGINT")}'
                for c in record.columns
            )
            found.connection.execute(f'CREATE TABLE "{record.id}" ({columns})')
            continue
        table = pa.table({record.column(n).id: pa.chunked_array(arrays[n]) for n in names})
        found.connection.register("rows_of_it", table)
        found.connection.execute(f'CREATE TABLE "{record.id}" AS SELECT * FROM rows_of_it')
        found.connection.unregister("rows_of_it")
    return found


def as_percent(array: Any, scale: int, kind: Any) -> Any:
    from decimal import Decimal

    values = [None if x is None else Decimal(x) * 100 for x in array.to_pylist()]
    return pa.array(values, pa.decimal128(38, max(scale, kind.scale))).cast(kind)


def cells(column: Any, scale: int, clock: bool, record: Record, compiled: Compiled) -> Any:
    match column:
        case ScaledColumn(values=values):
            whole = np.array([int(x) * 10 ** (scale - column.scale) for x in values.tolist()], dtype=np.int64)
            return decimals(whole, scale, column.missing)
        case CodedColumn():
            texts = [column.texts[c] if c >= 0 else None for c in column.codes.tolist()]
            return pa.array(texts, pa.string(), mask=column.missing)
        case FlagColumn(values=flags):
            return pa.array(flags, mask=column.missing)
        case DayColumn(values=days):
            dates = pa.array(days.astype(np.int32), mask=column.missing).view(pa.date32())
            if clock and record.clock in WHOLE_YEAR:
                return pa.array([label_of(day, compiled) for day in dates.to_pylist()], pa.int32())
            return dates
    raise AssertionError(column)


def label_of(day: Any, compiled: Compiled) -> int:
    year = compiled.bundle.calendar.year_of(day)
    return int(year.label) if year is not None else 1


def in_sql(connection: Any, written: Written) -> dict[Cell, object]:
    """What the query gives, by cell; the checks must find nothing."""
    if written.checks:
        wrong = connection.execute(written.checks).fetchall()
        if wrong:
            raise AssertionError(wrong)
    found: dict[Cell, object] = {}
    for _, term, year, party, _, period, keys, numerator, denominator, said in connection.execute(
        written.query
    ).fetchall():
        value = said if said is not None else Fraction(int(numerator), int(denominator))
        cell = (term, year, party or "", str(period or ""), keys or "")
        assert cell not in found, cell
        found[cell] = value
    return found


def expected(
    compiled: Compiled, store: Store, years: tuple[int, ...], terms: tuple[str, ...]
) -> dict[Cell, object]:
    """What the columnar engine gives for these terms, by cell."""
    found: dict[Cell, object] = {}
    for year in years:
        label = compiled.bundle.calendar.year(year)
        assert label is not None
        results = arrow(compiled.bundle, store, Request((year,), terms=terms))
        for name in (t for t in terms if t in results.terms):
            for key, value in results.terms[name].items():
                where = dict(zip(results.terms[name].grain, key, strict=True))
                period = next((p for p in key if isinstance(p, Period) and p.clock not in WHOLE_YEAR), None)
                party = str(where.pop(compiled.program.party, ""))
                others = ", ".join(str(k) for k in where.values() if not isinstance(k, Period))
                number = "" if period is None else str(period.number)
                found[name, int(label.label), party, number, others] = shown(value)
    return found


def shown(value: object) -> object:
    match value:
        case RunError():
            return value
        case NotScored():
            return "not scored"
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return value
    return str(value)
