"""Verifies a whole store: every byte against its hash, and every fact of the manifest against the rows.

A run checks sizes and ends of files only; this reads everything, and needs no contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import attrs
import numpy as np

from vbcdsl.data.readers.part import data_error
from vbcdsl.data.write import exact_text
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.day_text import FIRST_DAY, LAST_DAY
from vbcdsl.model.periods import CLOCKS, Calendar, Period
from vbcdsl.prepared.chunk import Chunk, Order, Periods
from vbcdsl.prepared.files import Mapped, check_files
from vbcdsl.prepared.layout import Manifest, StoredRecord, StoredSegment, read_manifest
from vbcdsl.prepared.reading import total_of
from vbcdsl.prepared.segment import sha256_of, starts_of

_FIRST = 20  # differences that are listed


@attrs.frozen
class Verified:
    """What was found whole: the manifest, and the bytes that were read."""

    folder: Path
    manifest: Manifest
    bytes: int


def verify(folder: Path, *, sources: bool = False) -> Verified:
    """Read and compare everything; with `sources` also the original files, which must be there and unchanged.
    `VbcError` with what differs."""
    folder = Path(folder).expanduser()
    manifest = read_manifest(folder)
    check_files(folder, manifest, list(manifest.records))
    files = manifest.files().values()
    wrong = [
        f"{file.name}: its sha-256 is another"
        for file in files
        if sha256_of(folder / file.name) != file.sha256
    ]
    if not wrong:
        with Mapped(folder) as mapped:
            for record in manifest.records.values():
                wrong += [f"{record.name}: {said}" for said in _record(mapped, record, manifest)]
    if wrong:
        raise data_error(
            "VBC5302",
            f"The prepared store {folder} is damaged.",
            help="Prepare it again from the original files.",
            details=tuple(wrong[:_FIRST]),
        )
    if sources:
        _check_sources(folder, manifest)
    return Verified(folder, manifest, sum(file.bytes for file in files))


def _check_sources(folder: Path, manifest: Manifest) -> None:
    found = []
    for record in manifest.records.values():
        for source in record.sources:
            path = Path(source.path)
            if not path.is_file():
                found.append(f"{source.path}: it is not there")
            elif path.stat().st_size != source.bytes or sha256_of(path) != source.sha256:
                found.append(f"{source.path}: it changed")
    if found:
        raise VbcError([
            Diagnostic(
                "VBC5303", f"The prepared store {folder} is out of date: its original files are not what they"
                " were.",
                help="Prepare it again: `vbc prepare CONTRACT --data … --replace --out STORE`.",
                details=tuple(found[:_FIRST]),
            )
        ])  # fmt: skip


def calendar_of(manifest: Manifest) -> Calendar:
    """The performance years that the store was prepared with."""
    days = [(dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for a, b in manifest.years]
    years = tuple(Period("Performance Year", i, i, a, b) for i, (a, b) in enumerate(days, 1))
    first, last = (days[0][0], days[-1][1]) if days else (dt.date.min, dt.date.min)
    return Calendar(first, last, years)


def _record(mapped: Mapped, record: StoredRecord, manifest: Manifest) -> Iterator[str]:
    """What the manifest says of a record and the rows do not."""
    texts = {
        name: [t for piece in pieces for t in mapped.texts(piece)] for name, pieces in record.texts.items()
    }
    for name, found in texts.items():
        if len(set(found)) < len(found):
            yield f'two texts of "{name}" are the same'
    clock = next((c for c in CLOCKS if c == record.clock), None)
    timed = bool(record.order) and record.order[-1] not in record.texts
    dims = record.order[:-1] if timed else record.order
    order = Order(
        dims, record.order[-1] if timed else None, Periods(calendar_of(manifest), clock), record.unique
    )
    order.set_texts(texts)
    totals: dict[str, Fraction] = {}
    for segment in record.segments:
        last: int | None = None
        for number in range(len(segment.blocks)):
            chunk = mapped.block(segment, number, tuple(segment.columns))
            said = list(_block(mapped, segment, number, chunk, order, texts))
            if said:
                yield from said
                return
            key = order.key(chunk)
            ascending = bool((key[1:] >= key[:-1]).all()) and (last is None or int(key[0]) >= last)
            if not ascending:
                yield f"{segment.file.name} is not sorted"
            repeated = np.count_nonzero(key[1:] == key[:-1]) or (last is not None and int(key[0]) == last)
            if repeated and record.unique and segment.year:
                yield f"{segment.file.name} has a key twice"
            last = int(key[-1])
            for name, cells in chunk.columns.items():
                if cells.storage in ("int64", "decimal", "flag"):
                    totals[name] = totals.get(name, Fraction(0)) + total_of(cells)
    for column in record.columns:
        if column.total is not None and exact_text(totals.get(column.name, Fraction(0))) != column.total:
            yield f'the control total of "{column.name}" is another'


def _block(
    mapped: Mapped,
    segment: StoredSegment,
    number: int,
    chunk: Chunk,
    order: Order,
    texts: dict[str, list[str]],
) -> Iterator[str]:
    where = f"{segment.file.name}, block {number + 1}"
    for name, cells in chunk.columns.items():
        low, high = int(cells.values.min()), int(cells.values.max())
        blocks = segment.columns[name]
        if (low, high) != (blocks.low[number], blocks.high[number]):
            yield f'{where}: the bounds of "{name}" are others'
        elif cells.storage == "code" and (low < 0 or high >= max(1, len(texts.get(name, ())))):
            yield f'{where}: "{name}" has codes without a text'
        elif cells.storage == "flag" and high > 1:
            yield f'{where}: "{name}" is neither yes nor no'
        elif cells.storage == "day" and (low < FIRST_DAY or high > LAST_DAY):
            yield f'{where}: "{name}" has days that no calendar has'
    starts = mapped.starts(segment, number)
    if starts is not None:
        mine = starts_of([chunk.columns[d].values for d in order.dims], chunk.rows)
        if not np.array_equal(mine, starts):
            yield f"{where}: its runs begin in other rows"
    years = order.years(chunk)
    if order.time is not None and bool((years != segment.year).any()):
        yield f"{where}: rows of another performance year"
