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

from vbcdsl.data.store import Batch, CodedColumn, Piece, Step, known_rows
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow import frames, partials, rows
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.evaluate import Evaluation
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.foldable import Foldable
from vbcdsl.engines.arrow.groups import grouped, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Bools
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.passes import Job
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.room import SHELF, Room
from vbcdsl.engines.arrow.scope import Frame, Scope
from vbcdsl.engines.arrow.tables import RecordTable
from vbcdsl.engines.arrow.times import is_clock
from vbcdsl.engines.arrow.vec import Text
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.collect import Collector
    from vbcdsl.engines.arrow.scan import Reading

AT_ONCE, FEW_AT_ONCE = 1 << 18, 1 << 15  # members settled at a time, at the end; while rows are read
WAVE_ROWS = 5 << 19  # rows between two partings, where the data are sorted


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
    room: Room | None = None  # a limit of memory
    parted: bool = False  # some members are settled
    _gone: Bools = attrs.field(init=False)  # by year and code: settled, so that they may not come again
    _base: int = 0  # the first code of the tables
    _back: bool = False  # smaller codes came: those of another year
    _last: int = -1  # the member of the last row read
    _known: int = 0  # one more than the largest code met
    _settler: threading.Thread | None = None
    _failed: BaseException | None = None
    _due: list[Job] = attrs.field(factory=list)
    _sums: dict[tuple[int, int], list[tuple[dict[str, I64], Partial]]] = attrs.field(factory=dict)
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        years = len(self.reading.engine.times.calendar.years) + 1
        self._gone = np.zeros((years, 0), dtype=bool)

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

    def waves(self, pieces: Sequence[Piece]) -> list[list[Piece]]:
        """The pieces in waves; of the last of each it is noted with which member it ends."""
        rows = known_rows(self.reading.engine.store.source(self.reading.record.name)) or 0
        size = max(2, round(self.wave_rows * len(pieces) / max(rows, 1)))
        waves = [list(pieces[start : start + size]) for start in range(0, len(pieces), size)]
        for wave in waves[:-1]:
            wave[-1] = functools.partial(self._watched, wave[-1])
        return waves

    def _watched(self, piece: Piece) -> Iterator[Step]:
        return (functools.partial(self._noted, step) for step in piece())

    def _noted(self, step: Step) -> Batch | None:
        batch = step()
        if batch is not None and batch.rows:
            self.note_last(batch)
        return batch

    def between(self) -> list[Job]:
        """Between two waves."""
        self.part()
        return self.due()

    def see(self, codes: Array, year: Array, in_runs: bool) -> None:
        """Looks at the members of a batch and their years (one of each for a run, where it falls into runs).
        `Unfold` if one of them is settled already in this year."""
        if not in_runs:
            self.sorted = False
            if not self.parted:
                return
        if not len(codes):
            return
        low, top = int(codes.min()), int(codes.max()) + 1
        if low < 0:
            return  # said where keys are checked
        with self._lock:
            self._known = max(self._known, top)
            self._back = self._back or low < self._base
            if low < self._gone.shape[1]:
                inside = codes < self._gone.shape[1]
                if bool(self._gone[v.full(year, len(codes))[inside], codes[inside]].any()):
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
        """Between two waves of sorted data: all members but the last are to be settled and forgotten. The settling
        is `due`, and done while the next wave is read."""
        self._wait()
        if not self.sorted or (self.room is not None and self.room.spilled):
            return
        count = self._known
        last = self._last if 0 <= self._last < count else -1
        old = [collector.detach() for collector in self.collectors()]
        spans = [collector.span(self.dim) for collector in old]
        low, high = min(a for a, _ in spans), max(b for _, b in spans)
        base = self._base = 0 if self._back else count if last < 0 else last
        for collector, before in zip(self.collectors(), old, strict=True):
            collector.begin_at(self.dim, base)
            for year in sorted(self.reading.years):
                stays = before.of_year(self.dim, year, last, last + 1) if last >= 0 else None
                if stays is not None:
                    collector.add(stays[0], len(stays[0][self.dim]), stays[1])
        self._goes(old, last)
        self._due = [
            functools.partial(self._settle, old, start, min(start + FEW_AT_ONCE, high), last)
            for start in range(low, high, FEW_AT_ONCE)
        ]

    def _goes(self, old: list[Collector], last: int) -> None:
        """The members of these collectors may not come again, but for the last one."""
        if self._known > self._gone.shape[1]:
            wide = np.zeros((len(self._gone), max(self._known, self._gone.shape[1] * 5 // 4)), dtype=bool)
            wide[:, : self._gone.shape[1]] = self._gone
            self._gone = wide
        for collector in old:
            for year in sorted(self.reading.years):
                self._gone[year, collector.codes_of_year(self.dim, year)] = True
        if last >= 0:
            self._gone[:, last] = False
        self.parted = True

    def due(self) -> list[Job]:
        """What is to be done to settle the members that were parted, for somebody who does it."""
        due, self._due = self._due, []
        return due

    def settle_aside(self) -> None:
        """Does what is due in a thread of its own."""
        self._settler = threading.Thread(target=self._settle_later, args=(self.due(),), daemon=True)
        self._settler.start()

    def _settle_later(self, due: list[Job]) -> None:
        try:
            while due:
                due.pop(0)()
        except BaseException as error:  # raised by the thread that waits
            self._failed = error

    def _wait(self) -> None:
        """The end of what is being settled."""
        if self._settler is not None:
            self._settler.join()
            self._settler = None
        if self._failed is not None:
            raise self._failed
        for each in self.due():
            each()

    def clear(self) -> None:
        """Forgets everything; nothing is left on the disk."""
        self._due = []
        if self._settler is not None:
            self._settler.join()
        for collector in self.collectors():
            collector.room = None
        if self.room is not None:
            self.room.clear()

    # ------------------------------------------------------------ the end

    def finish(self) -> None:
        """Settles the members that are left, and puts the sums of all into the evaluation."""
        collectors = self.collectors()
        if self.room is not None and self.room.spilled:
            for collector in collectors:
                collector.send_away(self.dim, self.room.below)
        self._settle_all(collectors)
        self._wait()
        if self.room is not None:
            for shelf in self.room.shelves():
                for collector in collectors:
                    collector.read_back(self.dim, shelf)
                self._settle_all(collectors)
        for collector in collectors:
            collector.clear()
        self._put()

    def _settle_all(self, collectors: list[Collector]) -> None:
        """Settles the members that the collectors hold."""
        spans = [span for c in collectors if (span := c.span(self.dim)) != (0, 0)]
        low, high = min((a for a, _ in spans), default=0), max((b for _, b in spans), default=0)
        threads = self.reading.engine.request.threads
        step = min(AT_ONCE, max((high - low) // threads + 1, FEW_AT_ONCE))
        if self.room is not None:
            step = min(step, SHELF)
        starts = range(low, high, step)
        if threads > 1 and len(starts) > 1 and self.room is None:
            with ThreadPoolExecutor(threads, thread_name_prefix="vbcdsl-fold") as pool:
                for _ in pool.map(lambda start: self._settle(collectors, start, start + step), starts):
                    pass
        else:
            for start in starts:
                self._settle(collectors, start, start + step)

    def _put(self) -> None:
        engine = self.reading.engine
        wanted = [(key, _fixed(node), node) for key, node in self.plan.sums.items()]
        wanted += [(key, tuple(sorted(stream.dims)), stream.node) for key, stream in self.plan.counts.items()]
        for (number, year), dims, node in wanted:
            if year not in self.reading.years or (self.reading.record.name, year) in engine.broken_in:
                continue
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

    def _settle(self, collectors: list[Collector], low: int, high: int, without: int = -1) -> None:
        """The sums over the members with these codes (but one)."""
        part = PartEvaluation(self.reading.engine, self.reading.record.name)
        years = sorted(self.reading.years)
        some = [
            self._give(part, collector, year, low, high, without)
            for collector in collectors
            for year in years
        ]
        if not any(some):
            return
        try:
            sums = [
                (number, year, self._sum(part, node, year))
                for (number, year), node in self.plan.sums.items()
                if year in self.reading.years
            ]
            sums += [
                (number, year, self._count(part, stream, year))
                for (number, year), stream in self.plan.counts.items()
                if year in self.reading.years
            ]
        except (Unavailable, VbcError) as error:
            raise Unfold from error
        with self._lock:
            for number, year, one in sums:
                if one is not None:
                    self._sums.setdefault((number, year), []).append(one)

    def _give(
        self, part: PartEvaluation, collector: Collector, year: int, low: int, high: int, without: int
    ) -> bool:
        """The groups of a collector in a year, as a key table and streamed aggregates. False: there are none."""
        tasks = [task for task in collector.tasks if task.node is not None]
        dims = tuple(d for d in collector.names() if d != "year")
        groups = collector.of_year(self.dim, year, low, high, without)
        keys: dict[str, Array] = dict.fromkeys(dims, np.zeros(0, dtype=np.int64))
        found: list[Partial] = []
        if groups is not None:
            keys, found = groups
            if collector.bits is not None and self.reading.repeated(found.pop()):
                raise Unfold
            if any(p.fault is not None and bool(np.any(p.fault)) for p in found):
                raise Unfold
        frame = Frame(year, dims, {d: keys[d] for d in dims}, len(keys[self.dim]))
        part.keysets[part.record, collector.dims, collector.clock, year] = frame
        part.mine.setdefault(year, []).append(frame)
        for number, task in enumerate(tasks):
            if task.stream is not None and task.node is not None and year in task.stream.years:
                partial = found[number] if groups is not None else partials.empty(task.node, 0)
                part.prepared[task.stream.number, year] = (frame, partial)
        return groups is not None

    def _count(
        self, part: PartEvaluation, stream: Streamed, year: int
    ) -> tuple[dict[str, I64], Partial] | None:
        """The numbers of different keys among these members."""
        found = part.prepared[stream.number, year]
        assert not isinstance(found, Unavailable)
        if not found[0].rows:
            return None
        frame, partial = self.reading.distinct(stream, *found)
        if partial.fault is not None and bool(np.any(partial.fault)):
            raise Unfold
        return {d: column.astype(np.int64, copy=False) for d, column in frame.codes.items()}, partial

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
    fold = Folding(reading, found)
    if engine.request.memory is not None:
        fold.room = Room(engine.request.memory, found.dim)
        for number, collector in enumerate(fold.collectors()):
            collector.room, collector.shelf = fold.room, str(number)
    return fold
