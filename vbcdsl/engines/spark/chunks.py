"""Partial results on their way from executors to the driver: packed, cut by key, and put together again.

A reading has a number of collectors, each with groups, and in each group a partial result for each of its
aggregates. A `Chunk` holds some groups of one collector with texts for keys (codes are of one process only),
whole numbers, and errors by value. Chunks whose keys fall into one bucket meet in one task after Spark's
shuffle; there equal groups become one. Whole numbers are added, so that it does not matter which rows were
where.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import partials
from vbcdsl.engines.arrow.faults import Faults
from vbcdsl.engines.arrow.groups import grouped, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array
from vbcdsl.engines.arrow.partials import Partial


@attrs.define
class Chunk:
    """Groups of collector number `collector`. `names` of its key columns; `plain`: numbers (year, clock);
    `texts`: for the others (codes, texts); `first`: where each group was seen first; `parts`: a partial for each
    aggregate; `bits`: the periods in each group, for the check of unique keys; `twice`: rows whose key another
    row has, once that is known; `faults`: the errors that `parts` number, from 1."""

    collector: int
    names: tuple[str, ...]
    plain: dict[str, Array]
    texts: dict[str, tuple[Array, Sequence[str]]]
    first: I64
    parts: list[Partial]
    bits: Partial | None = None
    twice: int = 0
    faults: list[RunError] = attrs.field(factory=list)
    alone: bool = False  # it is there for the check of unique keys and nothing else

    @property
    def rows(self) -> int:
        """The number of groups."""
        return len(self.first)

    def take(self, rows: I64) -> Chunk:
        """Some of the groups."""
        return attrs.evolve(
            self,
            plain={name: column[rows] for name, column in self.plain.items()},
            texts={name: _used(codes[rows], texts) for name, (codes, texts) in self.texts.items()},
            first=self.first[rows],
            parts=[part.take(rows) for part in self.parts],
            bits=None if self.bits is None else self.bits.take(rows),
        )


def _used(codes: Array, texts: Sequence[str]) -> tuple[Array, Sequence[str]]:
    """Codes with only those texts that they use."""
    used, again = np.unique(codes, return_inverse=True)
    return again.reshape(-1), [texts[code] if code >= 0 else "" for code in used.tolist()]


def buckets(chunk: Chunk, count: int) -> Iterable[tuple[int, Chunk]]:
    """The chunk cut by key: equal keys of all executors are in one bucket."""
    if count == 1 or not chunk.rows:
        yield 0, chunk
        return
    key = np.zeros(chunk.rows, dtype=np.uint64)
    for name in chunk.names:
        if name in chunk.plain:
            values = chunk.plain[name].astype(np.uint64)
        else:
            codes, texts = chunk.texts[name]
            hashes = np.array([zlib.crc32(text.encode()) for text in texts], dtype=np.uint64)
            values = hashes[codes]
        key = (key * np.uint64(1_000_003)) ^ values
    place = (key ^ (key >> np.uint64(17))) % np.uint64(count)
    for bucket in np.unique(place).tolist():
        yield int(bucket), chunk.take(np.flatnonzero(place == bucket))


def merged(chunks: list[Chunk], largest: list[bool], clocked: bool) -> Chunk:
    """Chunks of one collector as one, equal groups put together, in the order in which they were seen first; the
    check of unique keys is done. `largest`: of each aggregate, whether its extreme is the largest."""
    chunks = sorted(chunks, key=lambda c: int(c.first.min(initial=np.iinfo(np.int64).max)))
    numbered = Faults()
    parts = [[_renumbered(part, chunk.faults, numbered) for part in chunk.parts] for chunk in chunks]
    names = chunks[0].names
    plain = {n: np.concatenate([c.plain[n] for c in chunks]) for n in names if n in chunks[0].plain}
    texts = {n: _joined([c.texts[n] for c in chunks]) for n in names if n in chunks[0].texts}
    first = np.concatenate([c.first for c in chunks])
    columns = [plain[n] if n in plain else texts[n][0] for n in names]
    heads, number = unique_keys(columns, len(first))
    seen = np.full(len(heads), np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(seen, number, first)
    grouping = grouped(number, len(heads))
    done = [
        partials.concat(list(column)).regroup(grouping, big)
        for column, big in zip(zip(*parts, strict=True), largest, strict=True)
    ]
    twice = sum(chunk.twice for chunk in chunks)
    if chunks[0].bits is not None:
        bits = partials.concat([c.bits for c in chunks if c.bits is not None]).regroup(grouping, False)
        twice += _twice(bits, clocked)
    found = Chunk(
        chunks[0].collector,
        names,
        {n: column[heads] for n, column in plain.items()},
        {n: (codes[heads], known) for n, (codes, known) in texts.items()},
        seen,
        done,
        None,
        twice,
        numbered.all(),
    )
    return found.take(np.argsort(seen, kind="stable"))


def _twice(bits: Partial, clocked: bool) -> int:
    if not clocked:
        return int((bits.rows - 1).sum())
    assert bits.total is not None
    tops = bits.total.num.a
    if tops.dtype == object:
        return sum(
            int(n) - int(x).bit_count() for n, x in zip(bits.rows.tolist(), tops.tolist(), strict=True)
        )
    return int((bits.rows - np.bitwise_count(tops.astype(np.int64)).astype(np.int64)).sum())


def _joined(columns: list[tuple[Array, Sequence[str]]]) -> tuple[Array, Sequence[str]]:
    """Columns of texts as one."""
    known: dict[str, int] = {}
    codes = []
    for own, texts in columns:
        table = np.array([known.setdefault(text, len(known)) for text in texts], dtype=np.int64)
        codes.append(table[own])
    return np.concatenate(codes), list(known)


def _renumbered(part: Partial, faults: list[RunError], numbered: Faults) -> Partial:
    """A partial whose errors have the numbers of this process."""
    if part.fault is None:
        return part
    table = np.array([0, *(numbered.number(error) for error in faults)], dtype=np.int64)
    return attrs.evolve(part, fault=table[part.fault])


def packed(part: Partial, faults: Faults, own: Faults) -> Partial:
    """A partial as it travels: its errors numbered among `own`."""
    if part.fault is None or not part.fault.any():
        return attrs.evolve(part, fault=None)
    different = np.unique(part.fault)
    table = np.zeros(int(different.max()) + 1, dtype=np.int64)
    for number in different.tolist():
        if number:
            table[number] = own.number(faults[number])
    return attrs.evolve(part, fault=table[part.fault])


def unpacked(part: Partial, errors: list[RunError], faults: Faults) -> Partial:
    """A partial whose errors are numbered by the evaluation on the driver."""
    return _renumbered(part, errors, faults)
