"""The rows of a record in pieces that have a name of their own: the files, or the segments of a prepared store."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

import attrs

from vbcdsl.data.as_of import CutSource
from vbcdsl.data.convert.number_column import NumberReader
from vbcdsl.data.readers.csv_file import CsvPart
from vbcdsl.data.readers.memory import IpcPart
from vbcdsl.data.readers.parquet_file import ParquetPart
from vbcdsl.data.readers.part import Part, reading
from vbcdsl.data.source import FileSource
from vbcdsl.data.store import RecordSource
from vbcdsl.prepared.layout import StoredSegment
from vbcdsl.prepared.segment import sha256_of
from vbcdsl.prepared.shape import binding_of, shape, years_of
from vbcdsl.prepared.source import StoredSource

_FILES: Final = (CsvPart, ParquetPart, IpcPart)


@attrs.define(eq=False)
class Piece:
    """Some rows of a record. `name` stands for what they are: the bytes, and how they are read."""

    name: str
    source: RecordSource


Hashes = dict[tuple[str, int, int], str]  # path, size and time → sha-256, for one run


def pieces_of(source: RecordSource, hashes: Hashes) -> list[Piece] | None:
    """The pieces in the order of rows; None if they have no names (a table in memory, a database). `hashes`: of
    the files that were looked at before in this run."""
    if isinstance(source, CutSource):
        inner = pieces_of(source.source, hashes)
        if inner is None:
            return None
        return [Piece(f"{p.name} paid through {source.day}", CutSource(p.source, source.day)) for p in inner]
    if isinstance(source, StoredSource):
        return [_segment(source, segment) for segment in source.stored.segments]
    if isinstance(source, FileSource) and all(isinstance(part, _FILES) for part in source.parts):
        rules = [shape(source.record), binding_of(source.binding), str(years_of(source.calendar))]
        rules += [] if source.needed is None else [str(source.needed)]
        return [_file(source, part, rules, hashes) for part in source.parts]
    return None


def _file(source: FileSource, part: Part, rules: list[str | None], hashes: Hashes) -> Piece:
    path: Path = part.path  # type: ignore[attr-defined]
    with reading(part.label, "a file"):
        facts = path.stat()
        at = (str(path), facts.st_size, facts.st_mtime_ns)
        held = hashes[at] = hashes.get(at) or sha256_of(path)
    how = [
        type(part).__name__,
        path.suffix.lower(),
        getattr(part, "separator", None),
        getattr(part, "encoding", None),
    ]
    return Piece(_hash(held, *rules, *how), attrs.evolve(source, parts=[part], found={}, empty_cells={}))


def _segment(source: StoredSource, segment: StoredSegment) -> Piece:
    """A segment with the texts that its codes mean: those that the store had when it was written."""
    texts = [
        piece.file.sha256
        for name in sorted(source.stored.texts)
        for piece in source.stored.texts[name]
        if int(piece.file.name.rpartition("-")[2].partition(".")[0]) <= segment.generation
    ]
    stored = attrs.evolve(source.stored, segments=(segment,), rows=segment.rows)
    how = [source.stored.shape, source.stored.binding, shape(source.record)]
    return Piece(_hash(segment.file.sha256, *texts, *how), attrs.evolve(source, stored=stored))


def _hash(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def percents_seen(source: RecordSource, columns: tuple[str, ...]) -> dict[str, NumberReader]:
    """The readers that count values written as percents, after a pass."""
    while isinstance(source, CutSource):
        source = source.source
    if not isinstance(source, FileSource):
        return {}
    readers = {name: source.reader(name) for name in columns}
    return {name: reader for name, reader in readers.items() if isinstance(reader, NumberReader)}


def warn(source: RecordSource, columns: tuple[str, ...], seen: dict[str, tuple[int, str]]) -> None:
    """What looked odd over all pieces together."""
    from fractions import Fraction

    while isinstance(source, CutSource):
        source = source.source
    if not isinstance(source, FileSource):
        return
    for name, reader in percents_seen(source, columns).items():
        reader.start()
        reader.seen.rows, most = seen.get(name, (0, "0"))
        reader.seen.most = Fraction(most)
        for warning in reader.warnings():
            source.found[warning.code, name] = warning
