"""Reading data once for many aggregates: batches stream by, each is reduced to partial sums by group.

A batch that is sorted by its group keys (members with their months) falls into runs of neighbouring rows: keys are
looked at once for each run, and values are added run by run. Rows of any other batch are added one by one to a
table by place, or grouped by sorting their keys. What is kept is a `Partial` for each group (`collect.py`). Where
the source comes in pieces, threads decode and reduce pieces of their own (`passes.py`).
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import numpy as np

from vbcdsl import kernels
from vbcdsl.collector import without_collector
from vbcdsl.data.keys import ENTRY_ID, key_columns
from vbcdsl.data.store import (
    Batch,
    CodedColumn,
    OutOfOrder,
    RecordSource,
    known_rows,
    known_unique,
    pieces_of,
)
from vbcdsl.engines.arrow import partials, walk
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.collect import Collector, Task
from vbcdsl.engines.arrow.groups import Dense, Each, Grouping, Runs, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Ints
from vbcdsl.engines.arrow.lines import Lines, in_runs, run_starts
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.passes import ahead, in_waves
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.rosters import Listed
from vbcdsl.engines.arrow.scope import Frame, Scope
from vbcdsl.engines.arrow.tables import duplicates, has_time, key_dims, row_clock, time_column
from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.engines.arrow.vec import Num
from vbcdsl.model.periods import CLOCKS
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation
    from vbcdsl.engines.arrow.folds import Folding

__all__ = ["Collector", "Grouped", "Listed", "Reading", "Task"]

BITS = 62  # periods of a year that a mask of bits can tell apart
FEW_ROWS = 1_000  # a batch so small is cut into runs however short
FEWEST_ROWS = 64  # a batch so small does not tell whether data are sorted
FOLD_FROM = 2_000_000  # rows from which members are not all kept, where they need not be (`folds.py`)

Grouped = tuple[tuple[str, ...], str | None]  # dimensions, and the clock if finer than a year


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
        self._rows = self._outside = 0
        self._parallel = False
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._dims: tuple[str, ...] | None = None
        self._tally = engine.tally if self._counts_parties() else None
        self.fold: Folding | None = None
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

    def _counts_parties(self) -> bool:
        """Whether rows are counted by party: where several contracts share them, in the first pass."""
        tally = self.engine.tally
        return (
            tally is not None
            and self.program.party in self.record.dims
            and self.record.name not in tally.counts
        )

    def _collector(self, dims: tuple[str, ...], clock: str | None, year: int) -> Collector:
        names = tuple(sorted(dims))
        caps = {"year": len(self.engine.times.calendar.years) + 1}
        if clock is not None:
            caps[clock] = max(len(self.engine.times.parts(y, clock)) for y in self.years)
        return self.collectors.setdefault((names, clock, year), Collector(names, clock, year, caps=caps))

    def _unique_check(self) -> Collector | None:
        """The groups in which each period may occur once (Q9); None: entries, or checked before."""
        record, engine = self.record, self.engine
        new = {(record.name, year) for year in self.years} - engine.checked_unique
        if record.entries or not new:
            return None
        engine.checked_unique |= new
        known = set(known_unique(engine.store.source(record.name)))
        if known and known == set(key_columns(record, self.program.party)):
            return None
        dims = tuple(d for d in key_dims(record, self.program) if d not in CLOCKS)
        found = self._collector(dims, None, 0)
        found.bits = []
        return found

    def columns(self) -> tuple[str, ...]:
        """The columns that the tasks read, and those that a sentence may ask for later, row by row: a wrong cell
        in them stops the run whether or not the case that asks for it comes true."""
        names = {d for c in self.collectors.values() for d in c.dims}
        names |= self.engine.plan.columns.get(self.record.name, set())
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
        with without_collector():
            self._run()

    def _run(self) -> None:
        cache = self.engine.cache
        if cache is not None:
            from vbcdsl.incremental.reading import read_in_pieces

            if read_in_pieces(self, cache):
                return
        source = self.engine.store.source(self.record.name)
        rows = known_rows(source)
        kernels.choose(rows)
        if type(self) is Reading and self._worth_folding(source, rows or 0):
            from vbcdsl.engines.arrow.folds import Unfold, folding

            fold = self.fold = folding(self, self.record)
            try:
                self._pass()
                return
            except Unfold:
                self._forget()
            finally:
                if fold is not None:
                    fold.clear()
        self._pass()

    def _worth_folding(self, source: RecordSource, rows: int) -> bool:
        """Whether to settle members in parts: a prepared store is read faster than that."""
        if self.engine.request.memory is not None:
            return True
        return rows >= FOLD_FROM and not known_unique(source)

    def _pass(self) -> None:
        """All rows, once."""
        names = self.columns()
        listed = self.engine.listed(self.record, self.program, self.years)
        if not self._in_parallel(names, listed):
            listed = self.engine.listed(self.record, self.program, self.years)
            since = 0
            for batch in ahead(self.engine.batches(self.record.name, names)):
                self._take(batch, names, listed)
                since += batch.rows
                if self.fold is not None and since >= self.fold.wave_rows and batch.rows:
                    self.fold.note_last(batch)
                    self.fold.part()
                    self.fold.settle_aside()
                    since = 0
        self.close(self._rows, self._outside, listed)

    def _forget(self) -> None:
        """As before the first row; nothing is folded any more."""
        if self.fold is not None:
            self.fold.clear()
        self.fold = None
        for collector in self.collectors.values():
            collector.clear()
        self.identifiers.clear()
        self._rows = self._outside = 0
        if self._tally is not None:
            self._tally.counts.pop(self.record.name, None)

    def _take(self, batch: Batch, names: tuple[str, ...], listed: list[Listed]) -> None:
        outside = self._batch(batch, names, listed)
        with self._lock:
            self._rows += batch.rows + batch.passed
            self._outside += outside + batch.outside

    def _in_parallel(self, names: tuple[str, ...], listed: list[Listed]) -> bool:
        """Reads the pieces of the source by several threads. False: it has none, or the order of rows matters
        for what must be said (an error in them): nothing is kept then."""
        threads = self.engine.request.threads
        pieces = pieces_of(self.engine.store.source(self.record.name), names) if threads > 1 else ()
        if len(pieces) < 2:
            return False
        alone = contextlib.nullcontext() if self._by_rows_alone() else self._turn
        self._parallel = True

        def work(batch: Batch) -> None:
            with alone:
                self._take(batch, names, listed)

        try:
            if self.fold is None:
                in_waves([pieces], work, min(threads, len(pieces)))
            else:
                in_waves(self.fold.waves(pieces), work, min(threads, len(pieces)), self.fold.between)
        except OutOfOrder:
            self._forget()
            return False
        finally:
            self._parallel = False
        return True

    def _by_rows_alone(self) -> bool:
        """Whether what the tasks compute on a row stands on this row alone, so that threads need no turns."""
        own = {*self.record.dims}
        for collector in self.collectors.values():
            if collector.year:
                return False
            for task in collector.tasks:
                for item in walk.inner(task.node) if task.node is not None else ():
                    needed = walk.needed(item, task.program, self.record.name)
                    if not walk.same_every_year(item, self.record.name) or any(
                        d not in own and d not in CLOCKS for d in needed
                    ):
                        return False
        return True

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
        if self.fold is not None:
            self.fold.finish()
        for collector in self.collectors.values():
            if self.fold is None or self.fold.dim not in collector.dims:
                self._finish(collector)

    def _batch(self, batch: Batch, names: tuple[str, ...], listed: list[Listed]) -> int:
        """Reduces a batch; the number of its rows outside the term."""
        engine, record = self.engine, self.record
        if not batch.rows:
            return 0
        if record.entries and isinstance(identifier := batch.columns.get(ENTRY_ID), CodedColumn):
            self.identifiers.append(identifier.codes)
        lines = Lines.of(engine, record, batch, names, self._line_dims(listed))
        if self._tally is not None:
            self._tally.add(record.name, lines, self.program.party)
        if self.fold is not None:
            self.fold.see(
                lines.keys[self.fold.dim], lines.year, lines.starts is not None or batch.rows < FEWEST_ROWS
            )
        keep: Array | None = None
        outside = 0
        if self.timed:
            year = lines.year
            low, high = int(year.min()), int(year.max())
            if low == 0:
                outside = lines.count(year == 0)
            if low == high:
                if low not in self.years:
                    return outside
            elif any(y not in self.years for y in range(low, high + 1)):
                keep = np.isin(year, np.array(sorted(self.years)))
        for each in listed:
            keep = each.sift(lines.keys[each.dim], lines.year, keep, lines.lengths)
        if keep is not None and not keep.all():
            lines = lines.only(keep)
            if not lines.rows:
                return outside
        self._reduce(lines)
        return outside

    def _line_dims(self, listed: list[Listed]) -> tuple[str, ...]:
        """The dimensions whose keys are looked at in each batch."""
        if self._dims is None:
            wanted = {d for c in self.collectors.values() for d in c.dims} | {each.dim for each in listed}
            if self._tally is not None:
                wanted.add(self.program.party)
            self._dims = tuple(d for d in self.record.dims if d in wanted)
        return self._dims

    def _reduce(self, lines: Lines) -> None:
        whole: Scope | None = None
        for collector in self.collectors.values():
            if collector.year == 0 or not self.timed:
                if whole is None:
                    whole = self._scope(0, lines)
                scope = whole
                if collector.year:
                    scope = self._scope(collector.year, lines)
                if lines.starts is not None and collector.clock is None:
                    self._by_runs(collector, scope, lines)
                    continue
                at_rows = None
            else:
                year = lines.years()
                if len(year) == 1:
                    if int(year[0]) != collector.year:
                        continue
                    at_rows, scope = None, self._scope(collector.year, lines)
                else:
                    at_rows = np.flatnonzero(year == collector.year)
                    if not len(at_rows):
                        continue
                    scope = self._scope(collector.year, lines).narrow(at_rows)
            year = lines.years()
            key = {"year": year if at_rows is None else v.pick(year, at_rows)}
            for dim in collector.dims:
                key[dim] = scope.key(dim)
            if collector.clock is not None:
                found = lines.period(collector.clock)
                key[collector.clock] = found if at_rows is None else v.pick(found, at_rows)
            self._group(collector, scope, key, lines if at_rows is None else None)

    def _scope(self, year: int, lines: Lines) -> Scope:
        """The lines as the rows of a scope; `year` 0: of all years."""
        record, program = self.record, self.program
        if year:
            program = self.engine.bundle.by_year[year]
        clock = row_clock(record) if self.timed and row_clock(record) not in WHOLE_YEAR else None
        scope = Scope(self.engine, program, year or min(self.years), lines.rows, {}, clock)
        scope.record, scope.columns = record.name, lines.columns
        scope.later = {d: lines.later(d) for d in record.dims if d in lines.columns and d not in CLOCKS}
        scope.named = tuple(d for d in record.dims if d in scope.later or d == clock)
        if clock is not None:
            scope.later[clock] = lambda: lines.period(clock)
        if not year and self.timed:
            scope.late_years = lines.years
        return scope

    def _by_runs(self, collector: Collector, scope: Scope, lines: Lines) -> None:
        """Groups that are runs of lines."""
        grouping, heads = lines.runs(collector.dims)
        keys = {"year": v.pick(lines.year, heads).astype(np.int64, copy=False)}
        for dim in collector.dims:
            keys[dim] = v.pick(lines.keys[dim], heads)
        self._add(collector, keys, len(heads), self._partials(collector, scope, grouping, lines))

    def _group(self, collector: Collector, scope: Scope, key: dict[str, Array], lines: Lines | None) -> None:
        """Groups that need not be runs."""
        rows = scope.rows
        columns = list(key.values())
        starts = run_starts(columns, rows) if rows < FEW_ROWS or in_runs(columns, rows) else None
        grouping: Grouping
        first: I64 | None
        if starts is not None and (2 * len(starts) <= rows or rows < FEW_ROWS):
            grouping, first = Runs(starts, rows), starts
        elif collector.by_place:
            grouping, first = Each(rows), None
        else:
            first, number = unique_keys([v.full(c, rows) for c in key.values()], rows)
            grouping = Dense(number, len(first))
        found = self._partials(collector, scope, grouping, lines)
        keys = key if first is None else {name: v.pick(column, first) for name, column in key.items()}
        self._add(collector, keys, grouping.groups, found)

    def _partials(
        self, collector: Collector, scope: Scope, grouping: Grouping, lines: Lines | None
    ) -> list[Partial]:
        if isinstance(grouping, Runs):
            grouping.begin()
        found = [partials.reduce_rows(t.node, scope, grouping) for t in collector.tasks if t.node is not None]
        if isinstance(grouping, Runs):
            grouping.complete()
        if collector.bits is not None:
            assert lines is not None, "keys are checked in all years at once"
            found.append(self._bits(grouping, lines))
        return found

    def _add(self, collector: Collector, keys: dict[str, Array], groups: int, found: list[Partial]) -> None:
        if self._parallel and any(partial.fault is not None for partial in found):
            raise OutOfOrder  # of several errors the first row's counts
        collector.add(keys, groups, found)

    def _bits(self, grouping: Grouping, lines: Lines) -> Partial:
        """Rows, and the sum of 2**period: it has as many bits as rows exactly if no period occurs twice."""
        clock = self.record.clock
        count = grouping.count(None)
        if clock is None or clock in WHOLE_YEAR:
            return Partial(count, total=Num(Ints(count)))
        marks, most = lines.marks(clock, grouping)
        if most > BITS:
            raise OverflowError("a performance year with more than 62 periods")
        return Partial(count, total=Num(marks))

    # ------------------------------------------------------------ the end

    def _compact(self, collector: Collector) -> None:
        """Equal groups put together."""
        collector.compact()

    def _finish(self, collector: Collector) -> None:
        names = collector.names()
        self._compact(collector)
        if collector.keys:
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
            frame, partial = self.distinct(stream, frame, partial)
        self.engine.prepared[stream.number, year] = (frame, partial)

    def distinct(self, stream: Streamed, frame: Frame, partial: Partial) -> tuple[Frame, Partial]:
        """From groups with the counted key to groups without it: the number of keys that have rows."""
        names = tuple(sorted(stream.dims)) + (() if stream.clock is None else (stream.clock,))
        counted = Partial((partial.rows > 0).astype(np.int64), partial.missing, partial.fault)
        first, number = unique_keys([frame.codes[d] for d in names], frame.rows)
        codes = {d: frame.codes[d][first] for d in names}
        grouping = Dense(number, len(first))
        return Frame(frame.year, names, codes, len(first)), counted.regroup(grouping, False)

    def _check_unique(self, bits: Partial) -> None:
        extra = self.repeated(bits)
        if extra:
            raise duplicates(self.engine, self.record, self.program, extra)

    def repeated(self, bits: Partial) -> int:
        """How many rows have a key and period that an earlier row has."""
        assert bits.total is not None
        count = bits.rows
        if self.record.clock is None or self.record.clock in WHOLE_YEAR:
            return int((count - 1).sum())
        seen = np.bitwise_count(bits.total.num.a.astype(np.int64)).astype(np.int64)
        return int((count - seen).sum())
