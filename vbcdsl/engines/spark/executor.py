"""What runs in an executor: a part of the rows reduced to chunks of partial results.

`Work` is what an executor is sent: the contract, the values that were computed before, and which aggregates of
which record are wanted. It runs the columnar engine's own `Reading` on its rows. Whatever goes wrong becomes a
`Note` to the driver, which then reads the record itself and says it in the usual words.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from vbcdsl.data.bindings import RecordBinding
from vbcdsl.data.convert.number_column import NumberReader, PercentSeen
from vbcdsl.data.keys import ENTRY_ID
from vbcdsl.data.literal import LiteralSource
from vbcdsl.data.needed import Needed
from vbcdsl.data.options import Options
from vbcdsl.data.readers.part import Field, Part
from vbcdsl.data.source import FileSource
from vbcdsl.data.store import Batch, CodedColumn, RecordSource
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.evaluate import Evaluation
from vbcdsl.engines.arrow.faults import Faults, Unavailable
from vbcdsl.engines.arrow.scan import Collector, Grouped, Reading
from vbcdsl.engines.arrow.scope import Frame
from vbcdsl.engines.interface import Request
from vbcdsl.engines.spark.chunks import Chunk, buckets, merged, packed
from vbcdsl.model.periods import Calendar
from vbcdsl.rules.program import Bundle, Record

NOTE, ENTRIES = -1, -2  # instead of the number of a collector


class NotShipped(Exception):
    """An executor needs rows that it was not sent."""


@attrs.define
class Work:
    """One reading for executors. `slots`: the aggregates, by their place in the plan; `texts`: keys by dimension;
    `batches`: the rows of other records."""

    bundle: Bundle
    request: Request
    record: Record
    rows: Record
    binding: RecordBinding
    calendar: Calendar
    options: Options
    slots: list[tuple[int, int]]
    keysets: list[Grouped]
    years: set[int]
    unique: bool
    buckets: int
    texts: dict[str, list[str]]
    known: dict[Any, Frame]
    prepared: dict[tuple[int, int], Any]
    batches: dict[str, list[Batch]]
    fields: list[Field] = attrs.field(factory=list)
    typed: bool = True
    needed: Needed | None = None


@attrs.define
class Note:
    """What a part of the rows gives besides groups: `unlisted` rows by dimension and year; `seen` percents by
    column; `failed`: why the driver must read the record itself; `problem`: what is wrong with the data."""

    rows: int = 0
    outside: int = 0
    unlisted: dict[str, dict[int, int]] = attrs.field(factory=dict)
    seen: dict[str, PercentSeen] = attrs.field(factory=dict)
    failed: str = ""
    problem: tuple[Diagnostic, ...] = ()  # an exception does not travel with all that it holds


@attrs.define(eq=False)
class ShippedStore:
    """The data in an executor: its part of one record, and what was sent of others."""

    work: Work
    source_: FileSource

    def source(self, record: str) -> RecordSource:
        """The rows of a record. `NotShipped` for one that was not sent."""
        if record == self.work.record.name:
            return self.source_
        if record in self.work.batches:
            return ShippedSource(record, self.work.batches[record])
        for program in self.work.bundle.by_year.values():
            found = program.records.get(record)
            if found is not None and found.rows is not None:
                return LiteralSource(found, self.work.calendar)
        raise NotShipped(record)


@attrs.define(eq=False)
class ShippedSource:
    """Rows that were sent."""

    name: str
    sent: list[Batch]

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows with these columns. `NotShipped` if one was not sent."""
        for batch in self.sent:
            if not set(columns) <= set(batch.columns):
                raise NotShipped(self.name)
            yield attrs.evolve(batch, columns={name: batch.columns[name] for name in columns})


class PartReading(Reading):
    """A reading of a part of the rows, which ends with chunks instead of values."""

    def __init__(self, engine: Evaluation, work: Work) -> None:
        if not work.unique:
            engine.checked_unique |= {(work.record.name, year) for year in work.years}
        streams = [engine.plan.streams[slot] for slot in work.slots]
        super().__init__(engine, work.record, streams, set(work.keysets), work.years)
        self.work, self.note = work, Note()
        self.entries: list[str] = []

    def close(self, rows: int, outside: int, listed: list[Any]) -> None:
        """Notes the rows; the groups stay where they are."""
        self.note.rows, self.note.outside = rows, outside
        self.note.unlisted = {each.dim: dict(each.rows) for each in listed if each.rows}

    def _batch(self, batch: Batch, names: tuple[str, ...], listed: list[Any]) -> int:
        identifier = batch.columns.get(ENTRY_ID)
        if self.record.entries and isinstance(identifier, CodedColumn):
            self.entries += [identifier.texts[code] for code in identifier.codes.tolist()]
        return super()._batch(batch, names, listed)

    def chunks(self, part: int) -> Iterator[Chunk]:
        """The groups of each collector. `part`: the place of these rows among all."""
        for number, (_, collector) in enumerate(in_order(self)):
            self._compact(collector)
            if collector.keys:
                yield self._chunk(number, collector, part)

    def _chunk(self, number: int, collector: Collector, part: int) -> Chunk:
        own = Faults()
        keys = collector.keys[0]
        size = collector.size
        plain, texts = {}, {}
        for name in collector.names():
            column = v.full(keys[name], size)
            if name in ("year", collector.clock):
                plain[name] = column.astype(np.int64)
            else:
                if int(column.min(initial=0)) < 0:
                    raise NotShipped("a key is missing")
                texts[name] = (column, self.engine.dimension(name).pool.texts)
        parts = [packed(task.parts[0], self.engine.faults, own) for task in collector.tasks]
        first = np.arange(size, dtype=np.int64) + (part << 36)
        bits = collector.bits[0] if collector.bits else None
        asked = {(tuple(sorted(dims)), clock) for dims, clock in self.work.keysets}
        alone = not collector.tasks and (collector.dims, collector.clock) not in asked
        chunk = Chunk(number, collector.names(), plain, texts, first, parts, bits, 0, own.all(), alone)
        return chunk.take(np.arange(size))


def in_order(reading: Reading) -> list[tuple[Any, Collector]]:
    """The collectors of a reading in an order that is the same in every process."""
    return sorted(reading.collectors.items(), key=lambda item: str(item[0]))


def reduced(work: Work, pieces: list[Part], part: int) -> Iterator[tuple[int, int, bytes]]:
    """The chunks of some pieces: (bucket, collector, packed chunk or note)."""
    note = Note()
    try:
        source = FileSource(work.rows, work.binding, pieces, work.calendar, work.options, needed=work.needed)
        engine = Evaluation(work.bundle, ShippedStore(work, source), work.request)
        for dim, texts in work.texts.items():
            for text in texts:
                engine.dimension(dim).add(text)
        engine.keysets.update(work.known)
        engine.prepared.update(work.prepared)
        reading = PartReading(engine, work)
        reading.run()
        note = reading.note
        for name in reading.columns():
            reader = source._reader(name)
            if isinstance(reader, NumberReader):
                note.seen[name] = reader.seen
        for chunk in reading.chunks(part):
            for bucket, cut in buckets(chunk, work.buckets):
                yield bucket, chunk.collector, pickle.dumps(cut, 5)
        if reading.entries:
            yield 0, ENTRIES, pickle.dumps(reading.entries, 5)
    except VbcError as error:
        note = Note(failed="the data have errors", problem=tuple(error.diagnostics))
    except (Unavailable, NotShipped) as error:
        note = Note(failed=str(error))
    yield 0, NOTE, pickle.dumps(note, 5)


def together(chunks: list[Chunk], largest: list[bool], clocked: bool) -> Chunk:
    """Chunks as one; of a collector that is there for the check of unique keys alone, only what it finds."""
    found = merged(chunks, largest, clocked)
    if chunks[0].alone:
        found = found.take(np.arange(0))
    return found
