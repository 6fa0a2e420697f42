"""Sorted files put together into one, in a single pass over each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vbcdsl.prepared.chunk import I64, Chunk, Order, joined
from vbcdsl.prepared.files import Mapped
from vbcdsl.prepared.layout import StoredSegment
from vbcdsl.prepared.segment import BLOCK, SegmentWriter

_LEAST = 4_096  # rows of a file that are looked at together, at least


class _Cursor:
    """A place in a sorted file: the rows that come next, and their keys."""

    def __init__(self, blocks: Iterator[Chunk], order: Order, window: int) -> None:
        self._blocks, self._order, self._window = blocks, order, window
        self._block: Chunk | None = None
        self._at = 0
        self.rows = Chunk(0, {})
        self.key: I64 = np.zeros(0, np.int64)

    def fill(self) -> bool:
        """Look at the next rows if there are none; whether there are any."""
        if self.rows.rows:
            return True
        if self._block is None or self._at >= self._block.rows:
            self._block, self._at = next(self._blocks, None), 0
            if self._block is None:
                return False
        end = min(self._at + self._window, self._block.rows)
        self.rows = self._block.take(slice(self._at, end), end - self._at)
        self.key = self._order.key(self.rows)
        self._at = end
        return True

    def take(self, last: int) -> tuple[Chunk, I64] | None:
        """The rows up to a key, taken away."""
        count = int(np.searchsorted(self.key, last, "right"))
        if not count:
            return None
        found = self.rows.take(slice(0, count), count), self.key[:count]
        left = self.rows.rows - count
        self.rows = self.rows.take(slice(count, None), left)
        self.key = self.key[count:]
        return found


def merge(
    mapped: Mapped, runs: list[StoredSegment], order: Order, ids: dict[str, str], folder: Path, name: str,
    year: int, generation: int, memory: int,
) -> tuple[StoredSegment, int]:  # fmt: skip
    """One sorted file from several; with the number of rows that have the key of another one. Rows of equal keys
    keep the order of the files."""
    formats = joined([next(mapped.chunks(run)).take(slice(0, 0), 0) for run in runs])
    formats = _widest(formats, runs)
    writer = SegmentWriter(folder, name, formats, order, ids, year, generation)
    width = max(1, sum(_WIDTHS[c.storage] for c in runs[0].columns.values()))
    window = min(BLOCK, max(_LEAST, memory // (4 * width * len(runs))))
    cursors = [_Cursor(mapped.chunks(run), order, window) for run in runs]
    while cursors := [cursor for cursor in cursors if cursor.fill()]:
        last = min(int(cursor.key[-1]) for cursor in cursors)
        found = [part for cursor in cursors if (part := cursor.take(last)) is not None]
        chunk = joined([formats, *(part for part, _ in found)])
        key = np.concatenate([key for _, key in found])
        if len(found) > 1:
            rows = np.argsort(key, kind="stable")
            chunk, key = chunk.take(rows, chunk.rows), key[rows]
        writer.add(chunk, key)
    return writer.finish(), writer.twice


_WIDTHS = {"int64": 8, "decimal": 100, "code": 4, "flag": 1, "day": 4}


def _widest(formats: Chunk, runs: list[StoredSegment]) -> Chunk:
    """An empty chunk at the largest scale, with Python ints where one of the files has them."""
    for name, cells in formats.columns.items():
        cells.scale = max(run.columns[name].scale for run in runs)
        if any(run.columns[name].storage == "decimal" for run in runs):
            cells.storage, cells.values = "decimal", np.zeros(0, object)
    return formats
