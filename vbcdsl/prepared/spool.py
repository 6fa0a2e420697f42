"""Rows of a record on their way into a store: sorted within a memory limit, spilled to disk where there are more.

Rows of each performance year are collected; when all that is collected reaches the limit, the largest of them
is sorted and written. Sorted input gives one file for each year, which is the segment. Otherwise there are
several sorted runs, which are merged at the end.
"""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np

from vbcdsl.prepared.chunk import Chunk, Order, joined, narrowed
from vbcdsl.prepared.files import Mapped
from vbcdsl.prepared.layout import StoredSegment
from vbcdsl.prepared.merge import merge
from vbcdsl.prepared.segment import SegmentWriter


@attrs.define(eq=False)
class Partition:
    """The rows of one performance year."""

    waiting: list[Chunk] = attrs.field(factory=list)
    bytes: int = 0
    writer: SegmentWriter | None = None
    runs: list[StoredSegment] = attrs.field(factory=list)


class Spool:
    """The rows of one record. `memory`: bytes that rows may take before they are written."""

    def __init__(
        self, folder: Path, record: str, order: Order, ids: dict[str, str], memory: int, generation: int,
        number: int = 1,
    ) -> None:  # fmt: skip
        self.folder, self.record, self.order, self.ids = folder, record, order, ids
        self.memory, self.generation = memory, generation
        self.twice = 0
        self._parts: dict[int, Partition] = {}
        self._number = number

    def add(self, chunk: Chunk) -> None:
        """Add rows in any order."""
        years = self.order.years(chunk)
        low, high = int(years.min()), int(years.max())
        if low == high:
            self._collect(low, chunk)
        else:
            for year in np.flatnonzero(np.bincount(years)).tolist():
                rows = np.flatnonzero(years == year)
                self._collect(year, chunk.take(rows, len(rows)))
        while sum(part.bytes for part in self._parts.values()) > self.memory:
            largest = max(self._parts, key=lambda year: self._parts[year].bytes)
            self._flush(largest)

    def finish(self) -> list[StoredSegment]:
        """The segments, one for each performance year."""
        found = []
        for year in sorted(self._parts):
            self._flush(year)
            part = self._parts[year]
            self._close(part)
            if len(part.runs) == 1:
                found.append(part.runs[0])
                continue
            found.append(self._merged(year, part.runs))
        return found

    def _merged(self, year: int, runs: list[StoredSegment]) -> StoredSegment:
        with Mapped(self.folder) as mapped:
            segment, twice = merge(
                mapped,
                runs,
                self.order,
                self.ids,
                self.folder,
                self._name(),
                year,
                self.generation,
                self.memory,
            )
        self.twice += twice
        for run in runs:
            (self.folder / run.file.name).unlink()
            if run.runs is not None:
                (self.folder / run.runs.file.name).unlink()
        return segment

    def _collect(self, year: int, chunk: Chunk) -> None:
        part = self._parts.setdefault(year, Partition())
        part.waiting.append(chunk)
        part.bytes += chunk.bytes

    def _flush(self, year: int) -> None:
        part = self._parts[year]
        if not part.waiting:
            return
        chunk = narrowed(joined(part.waiting))
        part.waiting, part.bytes = [], 0
        key = self.order.key(chunk)
        if not bool((key[1:] >= key[:-1]).all()):
            rows = np.argsort(key, kind="stable")
            chunk, key = chunk.take(rows, chunk.rows), key[rows]
        if part.writer is not None and not part.writer.follows(chunk):
            self._close(part)
        if part.writer is None:
            part.writer = SegmentWriter(
                self.folder, self._name(), chunk, self.order, self.ids, year, self.generation
            )
        part.writer.add(chunk, key)

    def _close(self, part: Partition) -> None:
        if part.writer is not None:
            part.runs.append(part.writer.finish())
            if len(part.runs) == 1:
                self.twice += part.writer.twice
            part.writer = None

    def _name(self) -> str:
        name = f"{self.record}/rows-{self.generation:04d}-{self._number}.arrow"
        self._number += 1
        return name
