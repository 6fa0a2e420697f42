"""A reading of a record in SQL: the groups and their partial results from DuckDB, in the columnar engine's form.

It stands where `arrow/scan.py` does. The rows come from `rows.py`; a day is placed in its performance year and
period by a join with the calendar, a key is looked up on its roster by a join with the roster. One query for
each set of keys. When anything is odd (a key twice, a row that is not scored in a `where`, a number too large)
the whole reading is done again by the columnar engine, which says what is wrong in the usual words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vbcdsl.data.convert.exact import from_decimals, from_integers
from vbcdsl.data.keys import ENTRY_ID
from vbcdsl.data.readers.database import quoted
from vbcdsl.engines.arrow.ints import I64, Array, Ints, one
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.scan import Collector, Grouped, Listed, Reading, Task
from vbcdsl.engines.arrow.tables import row_clock, time_column
from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.engines.arrow.vec import Num
from vbcdsl.engines.duckdb.rows import FIRST, ROWS, Rows, Unsuited, rows_in_sql
from vbcdsl.rules.program import Record
from vbcdsl.sql.aggregate import Kept, kept
from vbcdsl.sql.expression import NotExact, Writer

if TYPE_CHECKING:
    from vbcdsl.engines.duckdb.evaluate import DuckEvaluation

BASE, DAYS = "vbc_base", "vbc_days"
YEAR = "vbc_year"


class SqlReading(Reading):
    """One pass over the rows of a record, in DuckDB where that is exact."""

    engine: DuckEvaluation

    def __init__(
        self,
        engine: DuckEvaluation,
        record: Record,
        streams: list[Streamed],
        keysets: set[Grouped],
        years: set[int],
    ) -> None:
        super().__init__(engine, record, streams, keysets, years)
        self.asked = {(tuple(sorted(dims)), clock) for dims, clock in keysets}
        tasks = [task for collector in self.collectors.values() for task in collector.tasks]
        self.number = {id(task): number for number, task in enumerate(tasks)}

    def run(self) -> None:
        """Reads the rows and stores what they give in the evaluation."""
        rest: list[Streamed] = []
        try:
            rest = self._in_sql()
        except Unsuited as reason:
            self.engine.not_in_sql.append((self.record.name, str(reason)))
            super().run()
        if rest:
            Reading(self.engine, self.record, rest, set(), self.years).run()

    def _in_sql(self) -> list[Streamed]:
        """The streams that SQL could not do. `Unsuited` before anything is stored."""
        import duckdb

        listed = self.engine.listed(self.record, self.program, self.years)
        with rows_in_sql(self.engine, self.record, self.columns()) as rows:
            writer = Writer(self.record.name, rows.columns)
            lowered, rest = self._lowered(writer)
            try:
                count, outside = self._place(rows, listed)
                found = {
                    key: self._grouped(rows.connection, collector, lowered)
                    for key, collector in self.collectors.items()
                    if collector.year == 0
                }
            except duckdb.Error as error:  # a number too large, most often
                raise Unsuited(f"DuckDB says {type(error).__name__}") from None
        ordered = sorted(self.collectors.items(), key=lambda item: item[0][:2] not in self.asked)
        for key, collector in ordered:
            if key not in found or (collector.bits is not None and not self._wanted(collector)):
                del self.collectors[key]
                continue
            collector.bits = None  # what it would find is known to be none
            collector.tasks = [task for task in collector.tasks if id(task) in lowered]
            self._fill(collector, found[key], lowered)
        self.identifiers = []
        self.close(count, outside, listed)
        self.engine.done_in_sql.append((self.record.name, len(lowered)))
        return rest

    def _wanted(self, collector: Collector) -> bool:
        return bool(collector.tasks) or (collector.dims, collector.clock) in self.asked

    def _lowered(self, writer: Writer) -> tuple[dict[int, Kept], list[Streamed]]:
        """What SQL keeps for each task (by id), and the streams that it cannot do."""
        found: dict[int, Kept] = {}
        rest: list[Streamed] = []
        for collector in self.collectors.values():
            for task in collector.tasks:
                assert task.stream is not None and task.node is not None
                try:
                    if not task.stream.joint:
                        raise NotExact("it is not the same in every year")
                    found[id(task)] = kept(task.node, writer)
                except NotExact as reason:
                    self.engine.not_in_sql.append((self.record.name, str(reason)))
                    if task.stream not in rest:
                        rest.append(task.stream)
        if rest and not found and not self.asked:
            raise Unsuited("nothing in this reading is in the exact core")
        return found, rest

    # ------------------------------------------------------------ rows in their place

    def _place(self, rows: Rows, listed: list[Listed]) -> tuple[int, int]:
        """Makes the table of rows in their years and periods, those off the roster left out: (rows, outside)."""
        run = rows.connection.execute
        joins, year, kept_days = "", "0", ""
        if self.timed:
            self._days(rows.connection)
            joins = f" LEFT JOIN {DAYS} ON {ROWS}.{quoted(time_column(self.record))} = {DAYS}.day"
            year = f"COALESCE({DAYS}.year, 0)"
            kept_days = ", " + ", ".join(
                f"{DAYS}.{quoted(c)} AS {quoted('clock ' + c)}" for c in self._clocks()
            )
        total, outside, nameless = run(
            f"SELECT COUNT(*), COUNT(CASE WHEN {year} = 0 THEN 1 END), "
            f"COUNT(CASE WHEN {self._nameless()} THEN 1 END) FROM {ROWS}{joins}"
        ).fetchall()[0]
        if nameless:
            raise Unsuited("a key is missing")
        if self.record.entries and ENTRY_ID in rows.columns:
            entry = quoted(ENTRY_ID)
            if run(f"SELECT COUNT(*) - COUNT(DISTINCT {entry}) FROM {ROWS}").fetchall()[0][0]:
                raise Unsuited("an entry occurs twice")
        inside = f" WHERE {year} IN ({', '.join(map(str, sorted(self.years)))})" if self.timed else ""
        base = f"SELECT {ROWS}.*, {year} AS {YEAR}{kept_days} FROM {ROWS}{joins}{inside}"
        for number, each in enumerate(listed):
            base = self._sifted(rows.connection, number, each, base)
        run(f"CREATE TEMP VIEW {BASE} AS {base}")
        return int(total) + rows.passed, int(outside) + rows.outside if self.timed else 0

    def _nameless(self) -> str:
        names = [d for c in self.collectors.values() for d in c.dims]
        return " OR ".join(f"{quoted(d)} IS NULL" for d in dict.fromkeys(names)) or "FALSE"

    def _clocks(self) -> list[str]:
        """The clocks finer than a year by which rows are grouped, and that of the key."""
        clocks = {c.clock for c in self.collectors.values() if c.clock is not None}
        if row_clock(self.record) not in WHOLE_YEAR:
            clocks.add(row_clock(self.record))
        return sorted(clocks) or [row_clock(self.record)]

    def _days(self, connection: Any) -> None:
        """The days of the term with their performance year, and their period on each clock."""
        times = self.engine.times
        start, end = times.day_number(times.first), times.day_number(times.last)
        days = np.arange(start, end + 1, dtype=np.int64)
        offsets = times.offsets(days)
        years = times.years_at(offsets, self.record.clock)
        columns = {"day": pa.array(days.astype(np.int32)).view(pa.date32()), "year": years}
        columns |= {clock: times.codes_at(offsets, clock) for clock in self._clocks()}
        load(connection, DAYS, pa.table(columns))

    def _sifted(self, connection: Any, number: int, listed: Listed, base: str) -> str:
        """The rows whose key is on the roster of their year; the others are counted."""
        texts = self.engine.dimension(listed.dim).pool.texts
        years: list[int] = []
        keys: list[str] = []
        for year, codes in listed.keys.items():
            different = np.unique(codes[codes >= 0]).tolist()
            years += [year] * len(different)
            keys += [texts[code] for code in different]
        name = f"vbc_listed_{number}"
        table = {"year": pa.array(years, pa.int64()), "key": pa.array(keys, pa.string())}
        load(connection, name, pa.table(table))
        dim = quoted(listed.dim)
        same = f"{name}.key = r.{dim}" + (f" AND {name}.year = r.{YEAR}" if self.timed else "")
        off = f"SELECT r.{YEAR}, COUNT(*) FROM ({base}) AS r WHERE NOT EXISTS (SELECT 1 FROM {name} WHERE {same})"
        listed.rows = {int(y): int(n) for y, n in connection.execute(f"{off} GROUP BY 1").fetchall()}
        return f"SELECT * FROM ({base}) AS r WHERE EXISTS (SELECT 1 FROM {name} WHERE {same})"

    # ------------------------------------------------------------ groups

    def _grouped(self, connection: Any, collector: Collector, lowered: dict[int, Kept]) -> Any:
        """The groups of a collector with their columns, as an Arrow table."""
        keys = [YEAR, *(quoted(d) for d in collector.dims)]
        if collector.clock is not None:
            keys.append(quoted(f"clock {collector.clock}"))
        columns = [f"{key} AS {quoted(f'key {i}')}" for i, key in enumerate(keys)]
        checks: list[str] = []
        for task in collector.tasks:
            if id(task) in lowered:
                number = self.number[id(task)]
                for name, text in lowered[id(task)].columns().items():
                    columns.append(f"{text} AS {quoted(f'{name} {number}')}")
                    if name == "unsure":
                        checks.append(f"{name} {number}")
        if collector.bits is not None:
            columns.append(f"{self._twice()} AS twice")
            checks.append("twice")
        order = ""
        if (collector.dims, collector.clock) in self.asked:  # keys are listed in the order of the rows
            columns.append(f"MIN({FIRST}) AS {FIRST}")
            order = f" ORDER BY {FIRST}"
        query = f"SELECT {', '.join(columns)} FROM {BASE} GROUP BY {', '.join(keys)}{order}"
        if collector.bits is not None and not self._wanted(collector):
            query = f"SELECT SUM(twice) AS twice FROM ({query})"
        found = arrow(connection, query)
        for check in checks:
            if pc.sum(found.column(check)).as_py():
                raise Unsuited("a key occurs twice" if check == "twice" else "a condition is not scored")
        return found

    def _twice(self) -> str:
        """The rows of a group too many: of each key there may be one in a period (Q9)."""
        clock = self.record.clock
        if clock is None or clock in WHOLE_YEAR:
            return "COUNT(*) - 1"
        period = quoted(f"clock {clock}")
        return f"COUNT(*) - BIT_COUNT(SUM(CAST(1 AS BIGINT) << CAST({period} AS INTEGER)))"

    def _fill(self, collector: Collector, found: Any, lowered: dict[int, Kept]) -> None:
        """Groups of SQL as groups of the columnar engine."""
        size = found.num_rows
        if not size:
            return
        names = collector.names()
        keys: dict[str, Array] = {}
        for i, name in enumerate(names):
            column = found.column(f"key {i}").combine_chunks()
            plain = name == "year" or name == collector.clock
            keys[name] = whole(column) if plain else self._codes(name, column)
        parts = [
            partial_of(task, lowered[id(task)], found, self.number[id(task)], size)
            for task in collector.tasks
        ]
        collector.add(keys, size, parts)

    def _codes(self, dim: str, column: Any) -> Array:
        """Texts as codes of a dimension."""
        coded = column.dictionary_encode() if not pa.types.is_dictionary(column.type) else column
        dimension = self.engine.dimension(dim)
        codes = np.array([dimension.add(text) for text in coded.dictionary.to_pylist()], dtype=np.int64)
        found: Array = codes[coded.indices.to_numpy(zero_copy_only=False)]
        return found


def partial_of(task: Task, kept_: Kept, found: Any, number: int, size: int) -> Partial:
    """The columns of an aggregate as a partial."""

    def column(name: str) -> Any:
        return found.column(f"{name} {number}").combine_chunks()

    partial = Partial(whole(column("rows")), days=kept_.days)
    if kept_.missing is not None:
        missing = whole(column("missing"))
        partial.missing = missing if missing.any() else None
    if kept_.total is not None:
        partial.total = exact(column("total"))
    elif task.node is not None and task.node.name in ("total", "average"):
        partial.total = Num(Ints(np.zeros(size, dtype=np.int64), 0))
    if kept_.extreme is not None:
        partial.extreme = exact(column("extreme"))
    return partial


def whole(column: Any) -> I64:
    """A column of counts as int64; no group of SQL has an empty one."""
    found: I64 = column.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return found.astype(np.int64, copy=False)


def exact(column: Any) -> Num:
    """Sums and extremes as exact numbers; an extreme of no row is 0, and means nothing."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.date32()).view(pa.int32())
    if pa.types.is_null(column.type):
        return Num(Ints(np.zeros(len(column), dtype=np.int64), 0))
    found = from_decimals(column) if pa.types.is_decimal(column.type) else from_integers(column)
    return Num(Ints(found.values), one(10**found.scale))


def load(connection: Any, name: str, table: Any) -> None:
    """An Arrow table as a table of the connection."""
    connection.register("vbc_arrow", table)
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM vbc_arrow")
    connection.unregister("vbc_arrow")


def arrow(connection: Any, query: str) -> Any:
    """The result of a query as an Arrow table."""
    relation = connection.sql(query)
    return relation.to_arrow_table() if hasattr(relation, "to_arrow_table") else relation.arrow()
