"""Does a reading piece by piece: what the cache has is taken from it, the rest is read and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from vbcdsl.data.as_of import CutSource
from vbcdsl.data.keys import ENTRY_ID
from vbcdsl.data.store import Batch, CodedColumn, DayColumn, RecordSource, Store
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.scan import Collector, Listed, Reading, Task
from vbcdsl.incremental.cache import PartialCache
from vbcdsl.incremental.depends import reading_text
from vbcdsl.incremental.entry import Entry, Group, NotKept
from vbcdsl.incremental.pieces import Piece, percents_seen, pieces_of, warn

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation

_PROBLEMS = (VbcError, Unavailable, NotKept)


@attrs.define(eq=False)
class OneSource:
    """A store in which one record has the rows of a piece."""

    store: Store
    record: str
    piece: RecordSource

    def source(self, record: str) -> RecordSource:
        """The rows of a record."""
        return self.piece if record == self.record else self.store.source(record)


class PieceReading(Reading):
    """The same reading of some of the rows: it ends with the groups and leaves them to the whole reading."""

    def __init__(self, whole: Reading) -> None:
        super().__init__(whole.engine, whole.record, [], set(), whole.years)
        self.collectors = {key: _empty(collector) for key, collector in whole.collectors.items()}
        self.entry = Entry(0, 0, [])
        self.texts: list[str] = []

    def close(self, rows: int, outside: int, listed: list[Listed]) -> None:
        """Note what was found besides the groups."""
        self.entry.rows, self.entry.outside = rows, outside
        self.entry.unlisted = {each.dim: dict(each.rows) for each in listed if each.rows}

    def _batch(self, batch: Batch, names: tuple[str, ...], listed: list[Listed]) -> int:
        identifier = batch.columns.get(ENTRY_ID)
        if self.record.entries and isinstance(identifier, CodedColumn):
            self.texts += [identifier.texts[code] for code in identifier.codes.tolist()]
        return super()._batch(batch, names, listed)


def _empty(collector: Collector) -> Collector:
    tasks = [Task(task.stream, task.node, task.year, task.program) for task in collector.tasks]
    return attrs.evolve(collector, tasks=tasks, keys=[], bits=None if collector.bits is None else [], size=0)


def read_in_pieces(whole: Reading, cache: PartialCache) -> bool:
    """Fill the collectors of a reading and close it; False if it must be done as a whole: its rows have no
    names, its aggregates stand on other rows, or something is wrong in the rows, which the whole reading
    says."""
    engine, record = whole.engine, whole.record
    if engine.request.parties is not None or engine.request.given:
        return False
    source = engine.store.source(record.name)
    listed = engine.listed(record, whole.program, whole.years)
    pieces = pieces_of(source, cache.hashes)
    text = (
        reading_text(whole, listed, lambda name: _content(engine, name, cache))
        if pieces is not None
        else None
    )
    if pieces is None or text is None:
        cache.use(record.name).whole = True
        return False
    try:
        entries = [_entry(whole, piece, f"{text}\n{piece.name}", cache) for piece in pieces]
    except _PROBLEMS:
        cache.use(record.name).whole = True
        return False
    if _twice(entries):
        return False
    for entry in entries:
        for collector, group in zip(in_order(whole), entry.groups, strict=True):
            _add(engine, collector, group)
        for each in listed:
            for year, rows in entry.unlisted.get(each.dim, {}).items():
                each.rows[year] = each.rows.get(year, 0) + rows
    if isinstance(source, CutSource):
        source.left_out = sum(entry.left_out for entry in entries)
    warn(source, whole.columns(), _seen(entries))
    whole.close(sum(e.rows for e in entries), sum(e.outside for e in entries), listed)
    return True


def _content(engine: Evaluation, record: str, cache: PartialCache) -> str | None:
    pieces = pieces_of(engine.store.source(record), cache.hashes)
    return None if pieces is None else " ".join(piece.name for piece in pieces)


def _entry(whole: Reading, piece: Piece, name: str, cache: PartialCache) -> Entry:
    use = cache.use(whole.record.name)
    found = cache.find(whole.record.name, name)
    if found is not None and len(found.groups) == len(whole.collectors) and _fits(whole, found):
        use.taken.add(piece.name)
        return found
    use.read.add(piece.name)
    found = _read(whole, piece)
    cache.keep(name, found)
    return found


def _fits(whole: Reading, entry: Entry) -> bool:
    """Whether an entry has what the collectors ask for."""
    return all(
        set(collector.names()) == {*group.numbers, *group.texts}
        and len(group.parts) == sum(task.node is not None for task in collector.tasks)
        and (group.bits is None) == (collector.bits is None)
        for collector, group in zip(in_order(whole), entry.groups, strict=True)
    )


def _read(whole: Reading, piece: Piece) -> Entry:
    """Read a piece and reduce it. `NotKept` if an error of a value stands in it."""
    engine = whole.engine
    with _reading_of(engine, whole.record.name, piece.source):
        reading = PieceReading(whole)
        reading.run()
    entry = reading.entry
    for collector in in_order(reading):
        if collector.keys or getattr(collector, "slots", None) is not None:
            reading._compact(collector)
        entry.groups.append(_group(engine, collector))
    if isinstance(piece.source, CutSource):
        entry.left_out = piece.source.left_out
    for name, reader in percents_seen(piece.source, reading.columns()).items():
        entry.seen[name] = (reader.seen.rows, str(reader.seen.most))
    if whole.record.entries:
        entry.identifiers = reading.texts
    return entry


@contextmanager
def _reading_of(engine: Evaluation, record: str, source: RecordSource) -> Iterator[None]:
    store, cache = engine.store, engine.cache
    engine.store, engine.cache = OneSource(store, record, source), None
    try:
        yield
    finally:
        engine.store, engine.cache = store, cache


def in_order(reading: Reading) -> list[Collector]:
    """The collectors in an order that is the same in every run."""
    return [reading.collectors[key] for key in sorted(reading.collectors, key=str)]


def _group(engine: Evaluation, collector: Collector) -> Group:
    """The groups of a collector with texts for keys: codes are of one run only."""
    size = len(collector.keys[0]["year"]) if collector.keys else 0
    numbers: dict[str, Any] = {}
    texts: dict[str, tuple[Any, list[str]]] = {}
    for name in collector.names():
        column = v.full(collector.keys[0][name], size) if collector.keys else np.zeros(0, np.int64)
        if name in ("year", collector.clock):
            numbers[name] = column
            continue
        if int(column.min(initial=0)) < 0:
            raise NotKept("a key is missing")
        used, codes = np.unique(column, return_inverse=True)
        known = engine.dimension(name).pool.texts
        texts[name] = (codes.reshape(-1), [known[code] for code in used.tolist()])
    parts = [task.parts[0] for task in collector.tasks if task.node is not None] if size else []
    if any(part.fault is not None and part.fault.any() for part in parts):
        raise NotKept("an error of a value")
    bits = collector.bits[0] if collector.bits else None
    if not size:
        parts = [_nothing() for task in collector.tasks if task.node is not None]
        bits = None if collector.bits is None else _nothing()
    return Group(size, numbers, texts, parts, bits)


def _nothing() -> Any:
    from vbcdsl.engines.arrow.partials import Partial

    return Partial(np.zeros(0, np.int64))


def _add(engine: Evaluation, collector: Collector, group: Group) -> None:
    """The groups of a piece as groups of the whole reading."""
    if not group.size:
        return
    keys: dict[str, Any] = dict(group.numbers)
    for name, (codes, texts) in group.texts.items():
        dimension = engine.dimension(name)
        keys[name] = np.array([dimension.add(text) for text in texts], dtype=np.int64)[codes]
    collector.keys.append({name: keys[name] for name in collector.names()})
    for task, part in zip((t for t in collector.tasks if t.node is not None), group.parts, strict=True):
        task.parts.append(part)
    if collector.bits is not None and group.bits is not None:
        collector.bits.append(group.bits)
    collector.size += group.size


def days_of(source: RecordSource, column: str, cache: PartialCache) -> set[int] | None:
    """The different days of a column; None if the pieces of the record have no names. `VbcError` as in a
    reading."""
    pieces = pieces_of(source, cache.hashes)
    if pieces is None:
        return None
    days: set[int] = set()
    for piece in pieces:
        name = f"days of {column}\n{piece.name}"
        found = cache.find(source.name, name)
        if found is None or len(found.groups) != 1 or set(found.groups[0].numbers) != {"day"}:
            cache.use(source.name).read.add(piece.name)
            mine: set[int] = set()
            for batch in piece.source.batches((column,)):
                cells = batch.columns[column]
                if isinstance(cells, DayColumn):
                    mine.update(np.unique(cells.values).tolist())
            numbers = {"day": np.array(sorted(mine), np.int64)}
            found = Entry(0, 0, [Group(len(mine), numbers, {}, [], None)])
            cache.keep(name, found)
        else:
            cache.use(source.name).taken.add(piece.name)
        days.update(found.groups[0].numbers["day"].tolist())
    return days


def _twice(entries: list[Entry]) -> bool:
    """Whether an identifier of entries stands in two files."""
    seen: set[str] = set()
    for entry in entries:
        for text in entry.identifiers or ():
            if text in seen:
                return True
            seen.add(text)
    return False


def _seen(entries: list[Entry]) -> dict[str, tuple[int, str]]:
    """What the readers of numbers saw in all pieces."""
    found: dict[str, tuple[int, str]] = {}
    for entry in entries:
        for name, (rows, most) in entry.seen.items():
            before = found.get(name, (0, "0"))
            found[name] = (before[0] + rows, str(max(Fraction(before[1]), Fraction(most))))
    return found
