"""Reading data once for many aggregates: batches stream by, each is reduced to partial sums by group.

A batch that is sorted by its group keys (members with their months) falls into runs of neighbouring rows and is
reduced run by run; any other batch is grouped by sorting its keys. What is kept is a `Partial` for each
group, put together at the end. Decoding of the next batch overlaps with the reduction of this one.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.data.keys import ENTRY_ID, key_columns
from vbcdsl.data.store import Batch, BatchColumn, CodedColumn, DayColumn, KeyRuns, known_unique
from vbcdsl.engines.arrow import partials, walk
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.groups import Dense, Grouping, Runs, combine, grouped, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Ints
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.scope import Frame, Scope
from vbcdsl.engines.arrow.tables import as_vec, duplicates, has_time, key_dims, row_clock, time_column
from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.engines.arrow.vec import Day, Num
from vbcdsl.model.periods import CLOCKS
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation

AHEAD = 3  # batches decoded ahead
COMPACT = 1 << 22  # groups kept before equal ones are put together
BITS = 62  # periods of a year that a mask of bits can tell apart

Grouped = tuple[tuple[str, ...], str | None]  # dimensions, and the clock if finer than a year


def ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, read by a thread a few ahead of their use."""
    line: queue.Queue[Batch | BaseException | None] = queue.Queue(maxsize=AHEAD)
    stop = threading.Event()

    def put(item: Batch | BaseException | None) -> None:
        while not stop.is_set():
            try:
                line.put(item, timeout=0.1)
                return
            except queue.Full:
                continue

    def read() -> None:
        try:
            for batch in batches:
                put(batch)
                if stop.is_set():
                    return
            put(None)
        except BaseException as error:  # handed to the thread that uses the batches
            put(error)

    thread = threading.Thread(target=read, name="vbcdsl-read", daemon=True)
    thread.start()
    try:
        while (item := line.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


@attrs.define(eq=False)
class Task:
    """One aggregate in a reading; `year` 0: for all years at once. `node` None: only the keys are wanted."""

    stream: Streamed | None
    node: n.Aggregate | None
    year: int
    program: Program
    parts: list[Partial] = attrs.field(factory=list)


@attrs.define(eq=False)
class Collector:
    """The tasks that group alike, with the keys of the groups found so far."""

    dims: tuple[str, ...]
    clock: str | None
    year: int  # 0: rows of all years
    tasks: list[Task] = attrs.field(factory=list)
    keys: list[dict[str, Array]] = attrs.field(factory=list)
    bits: list[Partial] | None = None  # periods by group, for a check of unique keys
    size: int = 0

    def names(self) -> tuple[str, ...]:
        """The columns of a group's key."""
        return ("year", *self.dims) if self.clock is None else ("year", *self.dims, self.clock)


class Reading:
    """One pass over the rows of a record."""

    def __init__(
        self,
        engine: Evaluation,
        record: Record,
        streams: list[Streamed],
        keysets: set[Grouped],
        years: set[int],
    ) -> None:
        self.engine, self.record, self.years = engine, record, years
        self.program = engine.bundle.by_year[min(years)]
        self.timed = has_time(record)
        self.collectors: dict[tuple[tuple[str, ...], str | None, int], Collector] = {}
        self.identifiers: list[Array] = []
        self._unique = self._unique_check()
        for dims, clock in keysets:
            self._collector(dims, clock, 0)
        for stream in streams:
            node = stream.node
            dims = stream.dims
            if node.distinct is not None and node.distinct not in dims:
                dims = (*dims, node.distinct)
            for year in (0,) if stream.joint else sorted(stream.years):
                program = engine.bundle.by_year[year] if year else self.program
                self._collector(dims, stream.clock, year).tasks.append(Task(stream, node, year, program))

    def _collector(self, dims: tuple[str, ...], clock: str | None, year: int) -> Collector:
        names = tuple(sorted(dims))
        return self.collectors.setdefault((names, clock, year), Collector(names, clock, year))

    def _unique_check(self) -> Collector | None:
        """The groups in which each period may occur once (Q9); None: entries, or checked before."""
        record, engine = self.record, self.engine
        if record.entries or record.name in engine.checked_unique:
            return None
        engine.checked_unique.add(record.name)
        known = set(known_unique(engine.store.source(record.name)))
        if known and known == set(key_columns(record, self.program.party)):
            return None
        dims = tuple(d for d in key_dims(record, self.program) if d not in CLOCKS)
        found = self._collector(dims, None, 0)
        found.bits = []
        return found

    def columns(self) -> tuple[str, ...]:
        """The columns that the tasks read."""
        names = {d for c in self.collectors.values() for d in c.dims}
        names |= {d for d in self.record.dims if d in self.program.rosters or d == self.program.party}
        if self.record.entries:
            names.add(ENTRY_ID)
        if self.timed:
            names.add(time_column(self.record))
        for collector in self.collectors.values():
            for task in collector.tasks:
                for item in walk.inner(task.node) if task.node is not None else ():
                    for node in walk.everything(item):
                        if isinstance(node, n.Col) and node.record == self.record.name:
                            names.add(node.column)
                    names |= {
                        d for d in walk.needed(item, task.program, self.record.name) if d in self.record.dims
                    }
        return tuple(c.name for c in self.record.columns if c.name in names)

    # ------------------------------------------------------------ the pass

    def run(self) -> None:
        """Reads the rows and stores what they give in the evaluation."""
        cache = self.engine.cache
        if cache is not None:
            from vbcdsl.incremental.reading import read_in_pieces

            if read_in_pieces(self, cache):
                return
        names = self.columns()
        rows = outside = 0
        listed = self.engine.listed(self.record, self.program, self.years)
        for batch in ahead(self.engine.batches(self.record.name, names)):
            rows += batch.rows
            outside += self._batch(batch, names, listed)
            self.engine.progress(batch.rows)
        self.close(rows, outside, listed)

    def close(self, rows: int, outside: int, listed: list[Listed]) -> None:
        """The end of a pass: `rows` were read, `outside` of them lie outside the term, and the collectors hold
        the parts. An engine that has others do the pass fills the collectors and calls this."""
        first = self.record.name not in self.engine.rows_read
        self.engine.rows_read.setdefault(self.record.name, rows)
        if first:
            self.engine.outside(self.record.name, outside)
        for each in listed:
            each.report()
        if self.identifiers:
            every = np.concatenate(self.identifiers)
            if len(np.unique(every)) < len(every):
                raise duplicates(self.engine, self.record, self.program, len(every) - len(np.unique(every)))
        for collector in self.collectors.values():
            self._finish(collector)

    def _batch(self, batch: Batch, names: tuple[str, ...], listed: list[Listed]) -> int:
        engine, record = self.engine, self.record
        rows = batch.rows
        if not rows:
            return 0
        columns = {name: as_vec(engine, record.name, name, batch.columns[name]) for name in names}
        if record.entries and isinstance(identifier := batch.columns.get(ENTRY_ID), CodedColumn):
            self.identifiers.append(identifier.codes)
        year: Array = np.zeros(1, dtype=np.int64)
        keep: Array | None = None
        outside = 0
        runs = batch.runs
        if self.timed:
            days = columns[time_column(record)]
            assert isinstance(days, Day)
            year = self._years(days, batch.columns[time_column(record)])
            low, high = int(year.min()), int(year.max())
            if low == high:
                year = year[:1]
                outside = rows if low == 0 else 0
                if low not in self.years:
                    return outside
            else:
                outside = int((year == 0).sum()) if low == 0 else 0
                if any(y not in self.years for y in range(low, high + 1)):
                    keep = np.isin(year, np.array(sorted(self.years)))
        for each in listed:
            keep = each.sift(engine.as_keys(each.dim, columns[each.dim]), year, keep)
        if keep is not None and not keep.all():
            chosen = np.flatnonzero(keep)
            rows = len(chosen)
            if not rows:
                return outside
            columns = {name: v.take(column, chosen) for name, column in columns.items()}
            year = v.pick(year, chosen)
            runs = None
        self._reduce(columns, rows, year, runs)
        return outside

    def _years(self, days: Day, column: BatchColumn) -> Array:
        """The performance year of each row (one for all of them where it is known to be one); 0: outside."""
        times = self.engine.times
        if isinstance(column, DayColumn) and column.bounds is not None:
            one = times.year_between(*column.bounds)
            if one is not None:
                return np.array([one], dtype=np.int64)
        return times.years_at(times.offsets(days.values))

    def _reduce(self, columns: dict[str, v.Vec], rows: int, year: Array, runs: KeyRuns | None) -> None:
        engine, record = self.engine, self.record
        codes: dict[str, Array] = {
            d: engine.as_keys(d, columns[d]) for d in record.dims if d in columns and d not in CLOCKS
        }

        def period(clock: str) -> Array:
            if clock not in periods:
                days = columns[time_column(record)]
                assert isinstance(days, Day)
                if not offsets:
                    offsets.append(engine.times.offsets(days.values))
                periods[clock] = engine.times.codes_at(offsets[0], clock)
            return periods[clock]

        offsets: list[Array] = []
        periods: dict[str, Array] = {}
        whole: Scope | None = None
        for collector in self.collectors.values():
            scope: Scope
            one = len(year) == 1 and int(year[0]) == collector.year
            if collector.year == 0 or not self.timed:
                if whole is None:
                    whole = self._scope(
                        self.program, 0, rows, columns, codes, year if self.timed else None, period
                    )
                scope, at_rows = whole, None
                if collector.year:
                    scope = self._scope(
                        engine.bundle.by_year[collector.year],
                        collector.year,
                        rows,
                        columns,
                        codes,
                        None,
                        period,
                    )
            elif one or len(year) == 1:
                if not one:
                    continue
                at_rows, program = None, engine.bundle.by_year[collector.year]
                scope = self._scope(program, collector.year, rows, columns, codes, None, period)
            else:
                at_rows = np.flatnonzero(v.full(year == collector.year, rows))
                if not len(at_rows):
                    continue
                program = engine.bundle.by_year[collector.year]
                scope = self._scope(program, collector.year, rows, columns, codes, None, period).narrow(
                    at_rows
                )
            key = {"year": year if at_rows is None else v.pick(year, at_rows)}
            for dim in collector.dims:
                key[dim] = scope.key(dim)
            if collector.clock is not None:
                found = period(collector.clock)
                key[collector.clock] = found if at_rows is None else found[at_rows]
            self._group(collector, scope, key, period, runs if at_rows is None else None)

    def _scope(
        self,
        program: Program,
        year: int,
        rows: int,
        columns: dict[str, v.Vec],
        codes: dict[str, Array],
        years: Array | None,
        period: Callable[[str], Array],
    ) -> Scope:
        clock = row_clock(self.record) if self.timed and row_clock(self.record) not in WHOLE_YEAR else None
        scope = Scope(self.engine, program, year or min(self.years), rows, dict(codes), clock)
        scope.record, scope.columns = self.record.name, dict(columns)
        scope.named = tuple(d for d in self.record.dims if d in codes or d == clock)
        scope.years = years
        if clock is not None:
            scope.later[clock] = lambda: period(clock)
        return scope

    def _group(
        self,
        collector: Collector,
        scope: Scope,
        key: dict[str, Array],
        period: Callable[[str], Array],
        runs: KeyRuns | None,
    ) -> None:
        rows = scope.rows
        starts = known_starts(key, runs) if runs is not None else None
        if starts is None:
            starts = run_starts(list(key.values()), rows)
        grouping: Grouping
        if 2 * len(starts) <= rows or rows < 1000:
            grouping, first = Runs(starts, rows), starts
        else:
            first, number = unique_keys([v.full(c, rows) for c in key.values()], rows)
            grouping = Dense(number, len(first))
        found = [partials.reduce_rows(t.node, scope, grouping) for t in collector.tasks if t.node is not None]
        if collector.bits is not None:
            found.append(self._bits(scope, grouping, period))
        keys = {name: v.pick(column, first) for name, column in key.items()}
        coarse = coarser(keys, len(first))
        if coarse is not None:
            first, again = coarse
            keys = {name: v.pick(column, first) for name, column in keys.items()}
            nodes = [t.node for t in collector.tasks if t.node is not None]
            largest = [node.name == "largest" for node in nodes] + [False]
            found = [p.regroup(again, big) for p, big in zip(found, largest, strict=False)]
        size = len(first)
        collector.keys.append({name: v.full(column, size) for name, column in keys.items()})
        for task, partial in zip((t for t in collector.tasks if t.node is not None), found, strict=False):
            task.parts.append(partial)
        if collector.bits is not None:
            collector.bits.append(found[-1])
        collector.size += size
        if collector.size > COMPACT:
            self._compact(collector)

    def _bits(self, scope: Scope, grouping: Grouping, period: Callable[[str], Array]) -> Partial:
        """Rows, and the sum of 2**period: it has as many bits as rows exactly if no period occurs twice."""
        clock = self.record.clock
        count = grouping.count(None)
        if clock is None or clock in WHOLE_YEAR:
            return Partial(count, total=Num(Ints(count)))
        codes = v.full(period(clock), scope.rows)
        most = int(codes.max())
        if most > BITS:
            raise OverflowError("a performance year with more than 62 periods")
        marks = Ints(np.left_shift(np.int64(1), codes), 1 << most)
        return Partial(count, total=Num(grouping.sum(marks)))

    # ------------------------------------------------------------ the end

    def _compact(self, collector: Collector) -> None:
        """Equal groups put together."""
        names = collector.names()
        columns = [np.concatenate([k[name] for k in collector.keys]) for name in names]
        first, number = unique_keys(columns, len(columns[0]))
        if len(first) == len(columns[0]) and bool((number == np.arange(len(first))).all()):
            self._join(collector, None, 0)
            collector.keys = [dict(zip(names, columns, strict=True))]
        else:
            self._join(collector, number, len(first))
            collector.keys = [{name: c[first] for name, c in zip(names, columns, strict=True)}]
        collector.size = len(first)

    def _join(self, collector: Collector, number: I64 | None, size: int) -> None:
        for task in collector.tasks:
            if task.node is not None and task.parts:
                joined = partials.concat(task.parts)
                if number is not None:
                    joined = joined.regroup(grouped(number, size), task.node.name == "largest")
                task.parts = [joined]
        if collector.bits:
            joined = partials.concat(collector.bits)
            collector.bits = [joined if number is None else joined.regroup(grouped(number, size), False)]

    def _finish(self, collector: Collector) -> None:
        names = collector.names()
        if collector.keys:
            self._compact(collector)
            keys = collector.keys[0]
        else:
            keys = {name: np.zeros(0, dtype=np.int64) for name in names}
        if collector.bits is not None and collector.bits:
            self._check_unique(collector.bits[0])
        years = sorted(self.years) if collector.year == 0 else [collector.year]
        for year in years:
            rows: I64 | None = None
            if self.timed and len(keys["year"]):
                here = keys["year"] == year
                rows = None if here.all() else np.flatnonzero(here)
            size = len(keys["year"]) if rows is None else len(rows)
            codes = {d: keys[d] if rows is None else keys[d][rows] for d in names if d != "year"}
            dims = tuple(d for d in names if d != "year")
            frame = Frame(year, dims, codes, size)
            if collector.year == 0:
                self.engine.keysets[self.record.name, collector.dims, collector.clock, year] = frame
            for task in collector.tasks:
                self._store(task, frame, rows, year)

    def _store(self, task: Task, frame: Frame, rows: I64 | None, year: int) -> None:
        stream, node = task.stream, task.node
        assert stream is not None and node is not None
        if year not in stream.years:
            return
        partial = task.parts[0] if task.parts else partials.empty(node, frame.rows)
        if rows is not None:
            partial = partial.take(rows)
        if node.distinct is not None:
            frame, partial = self._distinct(stream, frame, partial)
        self.engine.prepared[stream.number, year] = (frame, partial)

    def _distinct(self, stream: Streamed, frame: Frame, partial: Partial) -> tuple[Frame, Partial]:
        """From groups with the counted key to groups without it: the number of keys that have rows."""
        names = tuple(sorted(stream.dims)) + (() if stream.clock is None else (stream.clock,))
        counted = Partial((partial.rows > 0).astype(np.int64), partial.missing, partial.fault)
        first, number = unique_keys([frame.codes[d] for d in names], frame.rows)
        codes = {d: frame.codes[d][first] for d in names}
        grouping = Dense(number, len(first))
        return Frame(frame.year, names, codes, len(first)), counted.regroup(grouping, False)

    def _check_unique(self, bits: Partial) -> None:
        assert bits.total is not None
        count = bits.rows
        if self.record.clock is None or self.record.clock in WHOLE_YEAR:
            extra = int((count - 1).sum())
        else:
            seen = np.bitwise_count(bits.total.num.a.astype(np.int64)).astype(np.int64)
            extra = int((count - seen).sum())
        if extra:
            raise duplicates(self.engine, self.record, self.program, extra)


def run_starts(columns: list[Array], rows: int) -> I64:
    """The first row of each run of rows with equal keys."""
    change: Array | None = None
    for column in columns:
        if len(column) == rows and rows > 1:
            step = column[1:] != column[:-1]
            change = step if change is None else np.logical_or(change, step, out=change)
    if change is None:
        return np.zeros(1, dtype=np.int64)
    return np.concatenate(([0], np.flatnonzero(change) + 1))


def known_starts(key: dict[str, Array], runs: KeyRuns) -> I64 | None:
    """What `run_starts` gives, from runs that the data are known to have; None if these do not tell."""
    if any(len(column) > 1 and name not in runs.dims for name, column in key.items()):
        return None
    heads = [v.pick(column, runs.starts) for column in key.values()]
    return runs.starts[run_starts(heads, len(runs.starts))].astype(np.int64)


def coarser(keys: dict[str, Array], rows: int) -> tuple[I64, Grouping] | None:
    """Runs that share few keys put together: (a row of each key, the grouping); None: not worth it."""
    if rows < 64:
        return None
    columns = list(keys.values())
    sizes = [int(c.max()) + 1 for c in columns]
    key = combine(columns, sizes)
    product = 1
    for size in sizes:
        product *= size
    if key is None or product * 4 > rows:
        return None
    wide = v.full(key, rows)
    here = np.full(product, -1, dtype=np.int64)
    here[wide[::-1]] = np.arange(rows)[::-1]
    used = np.flatnonzero(here >= 0)
    number = np.zeros(product, dtype=np.int64)
    number[used] = np.arange(len(used))
    return here[used], Dense(number[wide], len(used))


@attrs.define(eq=False)
class Listed:
    """The keys of a dimension on its roster in each year, and the rows of a record with other keys (Q8)."""

    engine: Evaluation
    record: Record
    dim: str
    owner: Record
    keys: dict[int, Array]  # year (0: any) → codes
    rows: dict[int, int] = attrs.field(factory=dict)  # rows with other keys, by year
    _table: npt.NDArray[np.bool_] | None = None

    def sift(self, codes: Array, year: Array, keep: Array | None) -> Array | None:
        """The rows in `keep` (None: all) whose key is on the roster of their year; None: all rows."""
        most = int(codes.max(initial=0)) + 1
        table = self._known(most)
        if len(year) == 1 and bool(table[int(year[0]), :most].all()):
            return keep
        allowed = table[year, codes]
        if allowed.all():
            return keep
        refused = ~allowed if keep is None else ~allowed & keep
        at, count = np.unique(np.broadcast_to(year, refused.shape)[refused], return_counts=True)
        for where, rows in zip(at.tolist(), count.tolist(), strict=True):
            self.rows[where] = self.rows.get(where, 0) + rows
        return allowed if keep is None else allowed & keep

    def _known(self, size: int) -> npt.NDArray[np.bool_]:
        """For each year and code whether the key is listed."""
        if self._table is None or self._table.shape[1] < size:
            years = len(self.engine.times.calendar.years) + 1
            most = max([size, *(int(c.max(initial=0)) + 1 for c in self.keys.values())])
            self._table = np.zeros((years, most), dtype=bool)
            for year, codes in self.keys.items():
                self._table[year, codes] = True
        return self._table

    def report(self) -> None:
        """The error, or the note, of rows whose key is not listed."""
        if self.rows:
            self.engine.unlisted(self)
