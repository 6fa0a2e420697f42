"""Puts the segments of a performance year together when additions have made them many."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

from vbcdsl.model.periods import Calendar
from vbcdsl.prepared.chunk import order_of
from vbcdsl.prepared.files import Mapped
from vbcdsl.prepared.layout import Manifest, StoredRecord, StoredSegment
from vbcdsl.prepared.merge import merge
from vbcdsl.prepared.reading import column_ids, folder_of
from vbcdsl.rules.program import Record

MANY: Final = 6  # files of a year: rows of one member stand in each of them


def compacted(
    manifest: Manifest, folder: Path, records: Mapping[str, Record], party: str, calendar: Calendar, memory: int,
    always: bool,
) -> Manifest:  # fmt: skip
    """The manifest with segments put together: where a year has `MANY`, or with `always` more than one."""
    by_id = {record.id: record for record in records.values()}
    found = dict(manifest.records)
    for id, stored in manifest.records.items():
        if id in by_id:
            segments = _compacted(
                stored, by_id[id], folder, party, calendar, memory, manifest.generation, 2 if always else MANY
            )
            found[id] = attrs.evolve(stored, segments=segments)
    return attrs.evolve(manifest, records=found)


def _compacted(
    stored: StoredRecord, record: Record, folder: Path, party: str, calendar: Calendar, memory: int,
    generation: int, many: int,
) -> tuple[StoredSegment, ...]:  # fmt: skip
    by_year: dict[int, list[StoredSegment]] = {}
    for segment in stored.segments:
        by_year.setdefault(segment.year, []).append(segment)
    if all(len(segments) < many for segments in by_year.values()):
        return stored.segments
    order = order_of(record, party, calendar)
    order.set_counts({name: sum(p.rows for p in pieces) for name, pieces in stored.texts.items()})
    kept: list[StoredSegment] = []
    with Mapped(folder) as mapped:
        for year, segments in sorted(by_year.items()):
            if len(segments) < many:
                kept += segments
                continue
            name = f"{folder_of(record.id)}/packed-{generation:04d}-{year}.arrow"
            ids = column_ids(record)
            packed, _ = merge(mapped, segments, order, ids, folder, name, year, generation, memory)
            kept.append(packed)
    return tuple(kept)
