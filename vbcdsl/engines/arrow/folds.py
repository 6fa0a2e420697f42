"""Members settled a part at a time and forgotten: see `foldable.py` for when that can be.

While a record streams by, the collectors that group by member fill as usual. When all rows of some members are in
(those of a wave of pieces, where the data are sorted; all of them at the end) their groups are taken out, become
the key tables of a small evaluation of their own (`PartEvaluation`), and the sums over them are kept: groups of
providers. At the end the sums are put together and stand in the main evaluation as if they had been streamed.

Anything unusual (an error in a value, a member whose rows come again) raises `Unfold`: the record is read
once more, with all members kept. So there is one place that words errors, and it does not know of folding.
"""

from __future__ import annotations

import copy
import functools
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import attrs
import numpy as np

from vbcdsl.data.store import Batch, CodedColumn, Piece, known_rows
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow import frames, partials, rows
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.evaluate import Evaluation
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.foldable import Foldable
from vbcdsl.engines.arrow.groups import grouped, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Bools
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.scope import Frame, Scope
from vbcdsl.engines.arrow.tables import RecordTable
from vbcdsl.engines.arrow.times import is_clock
from vbcdsl.engines.arrow.vec import Text
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.collect import Collector
    from vbcdsl.engines.arrow.scan import Reading

AT_ONCE = 1 << 18  # members settled at a time, at the end
WAVE_ROWS = 1 << 22  # rows between two partings, where the data are sorted

Groups = tuple[dict[str, Array], list[Partial]]


class Unfold(Exception):
    """The members must be kept after all."""


class PartEvaluation(Evaluation):
    """The evaluation of some members. It shares what does not depend on them with the whole one."""

    def __init__(self, whole: Evaluation, record: str) -> None:
        self.__dict__.update(whole.__dict__)
        self.whole, self.record = whole, record
        self.prepared = dict(whole.prepared)
        self.keysets = {key: found for key, found in whole.keysets.items() if key[0] != record}
        self.mine: dict[int, list[Frame]] = {}  # by year, the key tables of the groups of these members
        self._frames, self._columns, self._parts, self._tables = {}, {}, {}, {}

    def keyset(self, year: int, name: str, dims: tuple[str, ...], clock: str | None) -> Frame:
        """The keys of a record; of the one that streams by, those of these members."""
        if name != self.record:
            return self.whole.keyset(year, name, dims, clock)
        dims = tuple(sorted(dims))
        found = self.keysets.get((name, dims, clock, year))
        if found is None:
            wide = next((f for f in self.mine.get(year, ()) if set(dims) <= set(f.dims)), None)
            if wide is None or clock is not None:
                raise Unfold
            first, _ = unique_keys([wide.codes[d] for d in dims], wide.rows)
            found = Frame(year, dims, {d: wide.codes[d][first] for d in dims}, len(first))
            self.keysets[name, dims, clock, year] = found
        return found

    def table(self, program: Program, name: str) -> RecordTable:
        """A record in memory, with this evaluation as its own."""
        if name == self.record:
            raise Unfold
        known = self.whole.table(program, name)
        found = self._tables.get((name, id(known)))
        if found is None:
            found = copy.copy(known)
            found.engine, found._parts = self, {}
            self._tables[name, id(known)] = found
        return found


@attrs.define(eq=False)
class Folding:
    """The folding of one reading."""

    reading: Reading
    plan: Foldable
    sorted: bool = True  # no batch so far said otherwise
    parted: bool = False  # some members are settled
    _gone: Bools = attrs.field(
        factory=lambda: np.zeros(0, dtype=bool)
    )  # by code: settled, may not come again
    _last: int = -1  # the member of the last row read
    _sums: dict[tuple[int, int], list[tuple[dict[str, I64], Partial]]] = attrs.field(factory=dict)
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    @property
    def dim(self) -> str:
        """The dimension whose keys are forgotten."""
        return self.plan.dim

    def collectors(self) -> list[Collector]:
        """Those that group by it."""
        return [c for c in self.reading.collectors.values() if self.dim in c.dims]

    # ------------------------------------------------------------ while the rows stream by

    @property
    def wave_rows(self) -> int:
        """Rows between two partings."""
        return WAVE_ROWS

    def waves(self, pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
        """The pieces in waves; of the last of each it is noted with which member it ends."""
        rows = known_rows(self.reading.engine.store.source(self.reading.record.name)) or 0
        size = max(2, round(self.wave_rows * len(pieces) / max(rows, 1)))
        for start in range(0, len(pieces), size):
            wave = list(pieces[start : start + size])
            if start + size < len(pieces):
                wave[-1] = functools.partial(self._watched, wave[-1])
            yield wave

    def _watched(self, piece: Piece) -> Iterator[Batch]:
        for batch in piece():
            yield batch
            if batch.rows:
                self.note_last(batch)

    def see(self, codes: Array, in_runs: bool) -> None:
        """Looks at the members of a batch (one for each run, where it falls into runs). `Unfold` if one of them is
        settled already."""
        if not in_runs:
            self.sorted = False
        if self.parted and len(self._gone):
            known = codes[(codes >= 0) & (codes < len(self._gone))]
            if len(known) and bool(self._gone[known].any()):
                raise Unfold

    def note_last(self, batch: Batch) -> None:
        """Remembers the member of the last row of a batch: its rows may go on."""
        column = batch.columns[self.dim]
        assert isinstance(column, CodedColumn)
        engine, record = self.reading.engine, self.reading.record
        at = v.pick(np.asarray(column.codes), np.array([batch.rows - 1]))
        text = Text(at, engine.pool(record.name, self.dim, column.texts))
        self._last = int(engine.as_keys(self.dim, text)[-1])

    def part(self) -> None:
        """Between two waves of sorted data: settles all members but the last, and forgets them."""
        if not self.sorted:
            return
        count = len(self.reading.engine.dimension(self.dim).pool.texts)
        gone = np.ones(count, dtype=bool)
        if 0 <= self._last < count:
            gone[self._last] = False
        base = min(self._last, count) if self._last >= 0 else count
        chunk: list[tuple[Collector, Groups]] = []
        for collector in self.collectors():
            found = collector.take_out()
            if found is None:
                collector.begin_at(self.dim, base)
                continue
            keys, parts = found
            stays = np.flatnonzero(~gone[keys[self.dim]])
            goes = np.flatnonzero(gone[keys[self.dim]])
            chunk.append((collector, _some(found, goes)))
            collector.begin_at(self.dim, base)
            if len(stays):
                keys, parts = _some(found, stays)
                collector.add(keys, len(stays), parts)
        self._settle(chunk)
        self._gone, self.parted = gone, True

    # ------------------------------------------------------------ the end

    def finish(self) -> None:
        """Settles the members that are left, and puts the sums of all into the evaluation."""
        collectors = self.collectors()
        spans = [span for c in collectors if (span := c.span(self.dim)) != (0, 0)]
        low, high = min((a for a, _ in spans), default=0), max((b for _, b in spans), default=0)
        ranges = [(start, start + AT_ONCE) for start in range(low, high, AT_ONCE)]

        def work(where: tuple[int, int]) -> None:
            found = [(c, c.between(self.dim, *where)) for c in collectors]
            self._settle([(c, groups) for c, groups in found if groups is not None])

        threads = min(self.reading.engine.request.threads, len(ranges))
        if threads > 1:
            with ThreadPoolExecutor(threads, thread_name_prefix="vbcdsl-fold") as pool:
                for _ in pool.map(work, ranges):
                    pass
        else:
            for where in ranges:
                work(where)
        for collector in collectors:
            collector.clear()
        self._put()

    def _put(self) -> None:
        engine = self.reading.engine
        for (number, year), node in self.plan.sums.items():
            if year not in self.reading.years or (self.reading.record.name, year) in engine.broken_in:
                continue
            dims = _fixed(node)
            parts = self._sums.get((number, year), [])
            if not parts:
                nothing = np.zeros(0, dtype=np.int64)
                frame = Frame(year, dims, dict.fromkeys(dims, nothing), 0)
                engine.prepared[number, year] = (frame, partials.empty(node, 0))
                continue
            codes = {d: np.concatenate([keys[d] for keys, _ in parts]) for d in dims}
            joined = partials.concat([part for _, part in parts])
            size = len(joined.rows)
            if dims:
                first, place = unique_keys([codes[d] for d in dims], size)
            else:
                first, place = np.zeros(1, dtype=np.int64), np.zeros(size, dtype=np.int64)
            regrouped = joined.regroup(grouped(place, len(first)), node.name == "largest")
            frame = Frame(year, dims, {d: codes[d][first] for d in dims}, len(first))
            engine.prepared[number, year] = (frame, regrouped)

    # ------------------------------------------------------------ some members

    def _settle(self, chunk: list[tuple[Collector, Groups]]) -> None:
        """The sums over the members whose groups these are."""
        if not chunk:
            return
        part = PartEvaluation(self.reading.engine, self.reading.record.name)
        for collector, (keys, found) in chunk:
            if collector.bits is not None:
                if self.reading.repeated(found[-1]):
                    raise Unfold
                found = found[:-1]
            if any(p.fault is not None and bool(np.any(p.fault)) for p in found):
                raise Unfold
            self._give(part, collector, keys, found)
        try:
            sums = [
                (number, year, self._sum(part, node, year))
                for (number, year), node in self.plan.sums.items()
                if year in self.reading.years
            ]
        except (Unavailable, VbcError) as error:
            raise Unfold from error
        with self._lock:
            for number, year, one in sums:
                if one is not None:
                    self._sums.setdefault((number, year), []).append(one)

    def _give(
        self, part: PartEvaluation, collector: Collector, keys: dict[str, Array], found: list[Partial]
    ) -> None:
        """The groups of a collector as key tables and streamed aggregates of each year."""
        tasks = [task for task in collector.tasks if task.node is not None]
        dims = tuple(d for d in collector.names() if d != "year")
        for year in sorted(self.reading.years):
            here = keys["year"] == year
            at = None if bool(here.all()) else np.flatnonzero(here)
            size = len(here) if at is None else len(at)
            codes = {d: keys[d] if at is None else keys[d][at] for d in dims}
            frame = Frame(year, dims, codes, size)
            part.keysets[part.record, collector.dims, collector.clock, year] = frame
            part.mine.setdefault(year, []).append(frame)
            for task, partial in zip(tasks, found, strict=True):
                stream = task.stream
                if stream is not None and year in stream.years:
                    part.prepared[stream.number, year] = (frame, partial if at is None else partial.take(at))

    def _sum(
        self, part: PartEvaluation, node: n.Aggregate, year: int
    ) -> tuple[dict[str, I64], Partial] | None:
        """One sum over these members: (the keys of its groups, its partial); None: there are none."""
        grain = tuple(dict.fromkeys((*node.rows.fixed, *node.rows.binds)))
        source = part.scope(year, grain)
        if not source.rows:
            return None
        dims = _fixed(node)
        wide = [v.full(source.key(d), source.rows) for d in dims]
        first = unique_keys(wide, source.rows)[0] if wide else np.zeros(1, dtype=np.int64)
        codes = {d: column[first] for d, column in zip(dims, wide, strict=True)}
        clock = frames.clock_of(node.rows.fixed)
        around = Scope(part, part.program(year), year, len(first), dict(codes), clock)
        around.named = dims
        partial = rows.reduced(node, rows.visit(node, around))
        if partial.fault is not None and bool(np.any(partial.fault)):
            raise Unfold
        return {d: column.astype(np.int64, copy=False) for d, column in codes.items()}, partial


def _fixed(node: n.Aggregate) -> tuple[str, ...]:
    return tuple(d for d in node.rows.fixed if not is_clock(d))


def _some(found: Groups, at: I64) -> Groups:
    keys, parts = found
    return {name: column[at] for name, column in keys.items()}, [partial.take(at) for partial in parts]


def folding(reading: Reading, record: Record) -> Folding | None:
    """The folding of a reading, where there is one."""
    from vbcdsl.engines.arrow.foldable import foldable

    engine = reading.engine
    if type(engine) is not Evaluation or engine.cache is not None or engine.tally is not None:
        return None
    if engine.given or engine.recorded or engine.request.parties is not None:
        return None
    found = foldable(engine, record)
    if found is None or not any(found.dim in c.dims for c in reading.collectors.values()):
        return None
    return Folding(reading, found)
