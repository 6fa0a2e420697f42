"""The checked rows of a record as a table that DuckDB sees: `vbc_rows`, a column for each column asked for.

Two ways in. Parquet files and tables of a DuckDB file, whose columns have exact types, are read by DuckDB
itself (`direct.py` says what each column must hold; a row that does not sends the reading to the columnar
engine, which names it). Whatever else the data layer reads is checked there and loaded, batch by batch. In both
a text is VARCHAR, money and numbers are DECIMAL of at most 18 digits, a day is DATE, and what is not scored is
NULL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
import pyarrow as pa

from vbcdsl.data.needed import Needed
from vbcdsl.data.readers.database import DatabasePart, connected, quoted, text
from vbcdsl.data.readers.parquet_file import ParquetPart
from vbcdsl.data.source import FileSource
from vbcdsl.data.store import Batch, BatchColumn, CodedColumn, DayColumn, FlagColumn, ScaledColumn
from vbcdsl.engines.duckdb.direct import Direct, direct_column
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules.program import Record
from vbcdsl.sql.expression import Base, Sql

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation

ROWS: Final = "vbc_rows"
FIRST: Final = "vbc_first"  # the place of a row in the input, as far as it is known
LARGEST: Final = 10**18 - 1
BASES: Final[dict[str, Base]] = {"yes or no": "flag", "text": "text", "date": "day", "month": "day"}


class Unsuited(Exception):
    """SQL cannot read the record; the columnar engine does. The message says why."""


@attrs.frozen
class Rows:
    """`vbc_rows` in a connection. `columns`: the record's columns as SQL. `passed`: the number of rows that are
    not needed and not in it, `outside` of which lie outside the term."""

    connection: Any
    columns: dict[str, Sql]
    passed: int = 0
    outside: int = 0


@contextmanager
def rows_in_sql(engine: Evaluation, record: Record, names: tuple[str, ...]) -> Iterator[Rows]:
    """The rows of a record. `Unsuited` if SQL cannot have them; `VbcError` as the data layer raises it."""
    source = engine.store.source(record.name)
    threads = engine.request.threads
    matched = source.matched(names) if isinstance(source, FileSource) else []
    needed = source.needed if isinstance(source, FileSource) else None
    parts = [match.part for match, _ in matched]
    if len(parts) == 1 and isinstance(parts[0], DatabasePart) and parts[0].address.scheme == "duckdb":
        with parts[0].open(threads) as connection:
            place = "rowid" if _has_rowid(connection, parts[0].table) else "0"
            yield _views(connection, f"FROM {parts[0].table}", matched, place, needed)
        return
    files = [part.path for part in parts if isinstance(part, ParquetPart) and part.groups is None]
    if files and len(files) == len(parts) and _alike(matched):
        with connected(threads, files) as connection:
            listed = ", ".join(text(str(path.absolute())) for path in files)
            place = "file_index * 1099511627776 + file_row_number"
            yield _views(connection, f"FROM read_parquet([{listed}])", matched, place, needed)
        return
    with tempfile.TemporaryDirectory(prefix="vbcdsl-") as folder, connected(threads) as connection:
        connection.execute(f"SET temp_directory = {text(folder)}")
        connection.execute("SET enable_external_access = false")
        passed, outside = _load(connection, record, names, engine.batches(record.name, names))
        yield Rows(connection, {name: _sql(record, name, names) for name in names}, passed, outside)


def _has_rowid(connection: Any, table: str) -> bool:
    """Whether it is a table, whose rows are numbered, and not a view."""
    import duckdb

    try:
        connection.execute(f"SELECT rowid FROM {table} LIMIT 0").fetchall()
    except duckdb.Error:
        return False
    return True


def _alike(matched: list[Any]) -> bool:
    """Whether all files have the same columns of the same types, so that they are one table."""
    schemas = {tuple((f.name, str(f.kind)) for f in match.part.fields()) for match, _ in matched}
    return len(schemas) == 1


# ---------------------------------------------------------------- read by DuckDB


def _views(connection: Any, origin: str, matched: list[Any], place: str, needed: Needed | None) -> Rows:
    """Makes `vbc_rows` a view of the needed rows of files or of a table, once nothing in them is wrong."""
    match, readers = matched[0]
    fields = match.part.fields()
    columns: dict[str, Direct] = {}
    passed = outside = 0
    for name in sorted(readers, key=lambda name: needed is None or name != needed.column):
        places = match.of.get(name, [])
        if len(places) != 1:
            raise Unsuited("a column is put together from several, or from none")
        field = fields[match.places[places[0]]]
        found = direct_column(connection, readers[name], quoted(field.name), field.kind, origin)
        if isinstance(found, str):
            raise Unsuited(found)
        columns[name] = found
        if needed is not None and name == needed.column:
            _stop_at_wrong(connection, origin, found.wrong)
            origin, passed, outside = _sifted(connection, origin, found, needed)
    columns = {name: columns[name] for name in readers}
    _stop_at_wrong(connection, origin, tuple(check for column in columns.values() for check in column.wrong))
    for check in (column.odd for column in columns.values() if column.odd):
        if connection.execute(f"SELECT {check} {origin}").fetchall()[0][0]:
            raise Unsuited("a column looks odd")
    selects = ", ".join(f"{column.select} AS {quoted(name)}" for name, column in columns.items())
    connection.execute(
        f"CREATE TEMP VIEW {ROWS} AS SELECT {place} AS {FIRST}{', ' if selects else ''}{selects} {origin}"
    )
    found_columns = {name: Sql(quoted(name), c.base, c.nullable) for name, c in columns.items()}
    return Rows(connection, found_columns, passed, outside)


def _stop_at_wrong(connection: Any, origin: str, wrong: tuple[str, ...]) -> None:
    """`Unsuited` if one of these conditions holds on a row."""
    if wrong:
        counted = ", ".join(f"COUNT(CASE WHEN {check} THEN 1 END)" for check in wrong)
        if any(connection.execute(f"SELECT {counted} {origin}").fetchall()[0]):
            raise Unsuited("a cell is wrong")


def _sifted(connection: Any, origin: str, day: Direct, needed: Needed) -> tuple[str, int, int]:
    """Where the rows come from that are needed; how many others there are, and how many of these lie outside the
    term."""
    kept = f"({day.within(needed.spans)} OR {day.select} IS NULL)"
    away = f"NOT ({kept} OR {day.within(needed.term)})"
    counts = ", ".join(f"COUNT(CASE WHEN {check} THEN 1 END)" for check in (f"NOT {kept}", away))
    passed, outside = connection.execute(f"SELECT {counts} {origin}").fetchall()[0]
    return (f"{origin} WHERE {kept}" if passed else origin), int(passed), int(outside)


# ---------------------------------------------------------------- loaded


def _sql(record: Record, name: str, names: tuple[str, ...]) -> Sql:
    column = record.column(name)
    base = BASES.get(column.kind.base, "number")
    if name == record.clock:
        base = "day"
    return Sql(quoted(name), base, column.missing == NOT_SCORED)


def _load(
    connection: Any, record: Record, names: tuple[str, ...], batches: Iterator[Batch]
) -> tuple[int, int]:
    """Fills `vbc_rows` with checked batches. How many rows were passed over, and of these outside the term."""
    scales = dict.fromkeys(names, -1)
    passed = outside = 0
    for batch in batches:
        passed, outside = passed + batch.passed, outside + batch.outside
        if not batch.rows:
            continue
        arrays = [pa.array(batch.numbers())]
        for name in names:
            column = batch.columns[name]
            if isinstance(column, ScaledColumn) and column.scale > scales[name]:
                if scales[name] >= 0:
                    kind = f"DECIMAL(18, {column.scale})"
                    connection.execute(f"ALTER TABLE {ROWS} ALTER {quoted(name)} TYPE {kind}")
                scales[name] = column.scale
            arrays.append(_array(column, scales[name]))
        table = pa.table(arrays, names=[FIRST, *names])
        connection.register("vbc_batch", table)
        verb = f"INSERT INTO {ROWS}" if _exists(connection) else f"CREATE TEMP TABLE {ROWS} AS"
        connection.execute(f"{verb} SELECT * FROM vbc_batch")
        connection.unregister("vbc_batch")
    if not _exists(connection):
        kinds = {"flag": "BOOLEAN", "text": "VARCHAR", "day": "DATE", "number": "BIGINT"}
        columns = ", ".join(f"{quoted(n)} {kinds[_sql(record, n, names).base]}" for n in names)
        connection.execute(f"CREATE TEMP TABLE {ROWS} ({FIRST} BIGINT{', ' if columns else ''}{columns})")
    return passed, outside


def _exists(connection: Any) -> bool:
    query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = ?"
    return bool(connection.execute(query, [ROWS]).fetchall()[0][0])


def _array(column: BatchColumn, scale: int) -> Any:
    """A checked column as an Arrow array, what is not scored as null."""
    missing = column.missing
    match column:
        case ScaledColumn(values=values):
            if values.dtype == object:
                raise Unsuited("a number has more than 18 digits")
            whole = values.astype(np.int64) * 10 ** (scale - column.scale) if scale > column.scale else values
            largest = max(int(values.max(initial=0)), -int(values.min(initial=0)))
            if scale > 18 or largest * 10 ** (scale - column.scale) > LARGEST:
                raise Unsuited("a number has more than 18 digits")
            return decimals(whole.astype(np.int64, copy=False), scale, missing)
        case CodedColumn(codes=codes, texts=texts):
            known = missing if missing is not None else codes < 0
            indices = pa.array(np.where(known, 0, codes), mask=known)
            return pa.DictionaryArray.from_arrays(indices, pa.array(texts or [""], pa.string())).cast(
                pa.string()
            )
        case FlagColumn(values=flags):
            return pa.array(flags, mask=missing)
        case DayColumn(values=days):
            return pa.array(days, pa.int32(), mask=missing).view(pa.date32())


def decimals(values: Any, scale: int, missing: Any = None) -> Any:
    """Whole numbers of at most 18 digits at a scale as DECIMAL(18, scale), without a computation on any."""
    if scale == 0:
        return pa.array(values, mask=missing)
    wide = np.empty((len(values), 2), dtype=np.int64)
    wide[:, 0], wide[:, 1] = values, values >> 63
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(18, scale), len(values), [valid, pa.py_buffer(wide)])
