"""Whether rows that are added have the key of a row that a store has already (Q9)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vbcdsl.prepared.chunk import I64, Order
from vbcdsl.prepared.files import Mapped
from vbcdsl.prepared.layout import StoredSegment


def keys_that_meet(
    mapped: Mapped, before: Iterable[StoredSegment], added: Iterable[StoredSegment], order: Order
) -> int:
    """The number of stored rows in the term whose key one of the added rows has. Blocks of other periods are not
    read."""
    count = 0
    old = list(before)
    for segment in added:
        mine = [
            (s, n) for s in old if s.year == segment.year for n in _meeting_blocks(s, segment, order.time)
        ]
        if not mine or (not segment.year and order.time is not None):
            continue
        keys: I64 = np.concatenate([order.key(chunk) for chunk in mapped.chunks(segment)])
        for stored, number in mine:
            names = (*order.dims, *((order.time,) if order.time else ()))
            block = mapped.block(stored, number, names)
            at = np.searchsorted(keys, found := order.key(block))
            count += int(np.count_nonzero(keys[np.minimum(at, len(keys) - 1)] == found))
    return count


def _meeting_blocks(stored: StoredSegment, added: StoredSegment, time: str | None) -> list[int]:
    """The blocks of a segment in which days of the other one lie."""
    if time is None:
        return list(range(len(stored.blocks)))
    days = added.columns[time]
    low, high = min(days.low), max(days.high)
    mine = stored.columns[time]
    spread = 366  # two days of one period lie at most so far apart
    return [
        n for n in range(len(stored.blocks)) if mine.high[n] >= low - spread and mine.low[n] <= high + spread
    ]
