"""A reading of a record on Spark: the executors reduce their rows, the shuffle brings equal groups together.

It stands where `arrow/scan.py` does. A record of few bytes is read on the driver, as a Spark job costs more
than it saves. When an executor finds something wrong, the driver reads the record itself, row by row in order,
and says what is wrong in the usual words; where only Spark can reach the rows, the errors are those that the
executors found.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from vbcdsl.data.convert.number_column import NumberReader
from vbcdsl.data.source import FileSource
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.scan import Collector, Grouped, Reading
from vbcdsl.engines.arrow.tables import table_columns
from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.engines.spark.chunks import Chunk, unpacked
from vbcdsl.engines.spark.executor import ENTRIES, NOTE, Note, Work, in_order
from vbcdsl.engines.spark.inputs import SparkPart, bytes_of, pieces_of
from vbcdsl.engines.spark.jobs import Found, Job
from vbcdsl.engines.spark.session import session
from vbcdsl.rules.program import Record

if TYPE_CHECKING:
    from vbcdsl.engines.spark.evaluate import SparkEvaluation

SHIPPED_BYTES = 256 << 20  # of the rows of other records that are sent to executors


class OnDriver(Exception):
    """The driver must read the record itself; the message says why."""


class SparkReading(Reading):
    """One pass over the rows of a record, by executors."""

    engine: SparkEvaluation

    def __init__(
        self,
        engine: SparkEvaluation,
        record: Record,
        streams: list[Streamed],
        keysets: set[Grouped],
        years: set[int],
    ) -> None:
        checked = engine.checked_unique.issuperset((record.name, year) for year in years)
        self.unique = not record.entries and not checked
        super().__init__(engine, record, streams, keysets, years)
        self.streams, self.keysets = streams, keysets
        self.asked = {(tuple(sorted(dims)), clock) for dims, clock in keysets}

    def run(self) -> None:
        """Reads the rows and stores what they give in the evaluation."""
        try:
            self._on_spark()
        except OnDriver as reason:
            self.engine.on_driver.append((self.record.name, str(reason)))
            super().run()

    def _on_spark(self) -> None:
        source = self.engine.store.source(self.record.name)
        if not isinstance(source, FileSource):
            raise OnDriver("its rows are in the contract, or cut at a day")
        size = bytes_of(source.parts)
        if size is not None and size < self.engine.least_bytes:
            raise OnDriver("it is small")
        listed = self.engine.listed(self.record, self.program, self.years)
        self._load_lookups()
        rows = self._found(source)
        notes: list[Note] = []
        chunks: dict[int, list[Chunk]] = {}
        entries: list[str] = []
        for collector, blob in rows:
            self.engine.moved_bytes += len(blob)
            if collector == NOTE:
                notes.append(pickle.loads(blob))
            elif collector == ENTRIES:
                entries += pickle.loads(blob)
            else:
                chunks.setdefault(collector, []).append(pickle.loads(blob))
        self._stop(source, notes)
        if len(set(entries)) < len(entries) or any(c.twice for many in chunks.values() for c in many):
            raise OnDriver("a key occurs twice")
        for note in notes:
            for each in listed:
                for year, count in note.unlisted.get(each.dim, {}).items():
                    each.rows[year] = each.rows.get(year, 0) + count
        ordered = sorted(enumerate(in_order(self)), key=lambda x: x[1][0][:2] not in self.asked)
        for place, (key, group) in ordered:
            if group.bits is not None and not self._wanted(group):
                del self.collectors[key]
                continue
            group.bits = None
            self._fill(group, chunks.get(place, []))
        count = sum(note.rows for note in notes)
        self.close(count, sum(note.outside for note in notes), listed)
        self.engine.on_spark.append((self.record.name, count))

    def _wanted(self, collector: Collector) -> bool:
        return bool(collector.tasks) or (collector.dims, collector.clock) in self.asked

    # ------------------------------------------------------------ the job

    def _found(self, source: FileSource) -> Found:
        """The merged chunks of all executors, and their notes."""
        spark = session(self.engine.request.threads)
        matched = source.matched(self.columns())
        largest = {
            number: [task.node is not None and task.node.name == "largest" for task in collector.tasks]
            for number, (_, collector) in enumerate(in_order(self))
        }
        clocked = self.record.clock is not None and self.record.clock not in WHOLE_YEAR
        if len(source.parts) == 1 and isinstance(source.parts[0], SparkPart):
            part = source.parts[0]
            fields = part.fields()
            places = matched[0][0].places
            frame = part.chosen([fields[place].name for place in places]) if places else part.frame()
            parts = frame.rdd.getNumPartitions() if hasattr(frame, "rdd") else 2
            kept = [fields[place] for place in places] or fields
            work = attrs.evolve(
                self._work(source, self._buckets(spark, parts)), fields=kept, typed=part.typed
            )
            return self.engine.run_job(Job(work, largest, clocked, frame=frame, parts=parts))
        pieces = pieces_of(source.parts)
        if pieces is None:
            raise OnDriver("its files cannot be cut into pieces")
        work = self._work(source, self._buckets(spark, len(pieces)))
        return self.engine.run_job(Job(work, largest, clocked, pieces))

    def _buckets(self, spark: Any, parts: int) -> int:
        return 1 if parts == 1 else min(parts, int(spark.conf.get("spark.sql.shuffle.partitions")))

    def _load_lookups(self) -> None:
        """For aggregates that stand on more than their row: the keys that grains need are found beforehand."""
        if all(stream.joint for stream in self.streams):
            return
        for year, grain in list(self.engine.plan.grains):
            try:
                self.engine.frame(year, grain)
            except (VbcError, Unavailable):
                continue

    def _work(self, source: FileSource, count: int) -> Work:
        engine = self.engine
        request = attrs.evolve(engine.request, cache=None, threads=1)
        plain = all(stream.joint for stream in self.streams)
        prepared = (
            {} if plain else {k: x for k, x in engine.prepared.items() if not isinstance(x, Unavailable)}
        )
        slots = [slot for slot, stream in engine.plan.streams.items() if stream in self.streams]
        options = attrs.evolve(source.options, threads=False, ahead=False)
        return Work(
            engine.bundle, request, self.record, source.record, source.binding, source.calendar, options,
            slots, sorted(self.keysets, key=str), self.years, self.unique, count,
            {dim: list(engine.dimension(dim).pool.texts) for dim in engine.dims}, dict(engine.keysets), prepared,
            {} if plain else self._others(), needed=source.needed,
        )  # fmt: skip

    def _others(self) -> dict[str, Any]:
        """The rows of the other records, as far as they are small enough to be sent."""
        found: dict[str, Any] = {}
        for program in self.engine.bundle.by_year.values():
            for record in program.records.values():
                if not record.is_data or record.name == self.record.name or record.name in found:
                    continue
                source = self.engine.store.source(record.name)
                parts = source.parts if isinstance(source, FileSource) else []
                size = bytes_of(parts)
                if size is None or size > SHIPPED_BYTES:
                    continue
                try:
                    batches = source.batches(table_columns(self.engine, record))
                    found[record.name] = [batch for batch in batches if batch.rows]
                except VbcError:
                    continue
        return found

    # ------------------------------------------------------------ what comes back

    def _stop(self, source: FileSource, notes: list[Note]) -> None:
        """Looks at what the executors say. `OnDriver`, or `VbcError` if only Spark can reach the rows."""
        failed = [note for note in notes if note.failed]
        if failed:
            problems = [diagnostic for note in failed for diagnostic in note.problem]
            if problems and any(isinstance(part, SparkPart) for part in source.parts):
                raise VbcError(list(dict.fromkeys(problems)))
            raise OnDriver(failed[0].failed)
        for name in self.columns():
            reader = source._reader(name)
            if isinstance(reader, NumberReader):
                seen = [note.seen[name] for note in notes if name in note.seen]
                reader.start()
                reader.seen.rows = sum(one.rows for one in seen)
                reader.seen.most = max((one.most for one in seen), default=reader.seen.most)
                for warning in reader.warnings():
                    source.found[warning.code, name] = warning

    def _fill(self, collector: Collector, chunks: list[Chunk]) -> None:
        """Groups of the executors as groups of this process, in the order in which they were seen first."""
        groups = [(int(c.first.min(initial=0)), c) for c in chunks if c.rows]
        for _, chunk in sorted(groups, key=lambda pair: pair[0]):
            keys: dict[str, Any] = dict(chunk.plain)
            for name, (codes, texts) in chunk.texts.items():
                dimension = self.engine.dimension(name)
                used = np.argsort(_first_uses(codes, len(texts)), kind="stable")
                table = np.zeros(len(texts), dtype=np.int64)
                for code in used.tolist():
                    table[code] = dimension.add(texts[code])
                keys[name] = table[codes]
            found = [unpacked(part, chunk.faults, self.engine.faults) for part in chunk.parts]
            collector.add({name: keys[name] for name in collector.names()}, chunk.rows, found)


def _first_uses(codes: Any, count: int) -> Any:
    """For each code the first row that uses it."""
    found = np.full(count, len(codes), dtype=np.int64)
    np.minimum.at(found, codes, np.arange(len(codes)))
    return found
