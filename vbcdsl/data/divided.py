"""One reading of the data for many contracts: each row goes to the contracts that its party belongs to.

It stands between the files and the engine when a book of contracts is settled (`vbcdsl/portfolio/book.py`). A
record is decoded and checked once, with all columns that any of the contracts needs; its rows are kept in memory,
by contract. To a contract it looks as if the data held its own parties alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.data.store import (
    Batch,
    BatchColumn,
    CodedColumn,
    DayColumn,
    FlagColumn,
    RecordSource,
    ScaledColumn,
    Store,
    rows_of,
)
from vbcdsl.diagnostics import VbcError
from vbcdsl.rules.program import Record

Rows = npt.NDArray[np.int64]
_OTHERS = -2  # the owner of rows that nobody here needs


@attrs.define(eq=False)
class KeptSource:
    """The rows of a record that belong to a contract, in memory."""

    name: str
    kept: list[Batch]

    def rows(self) -> int | None:
        """The number of rows."""
        return sum(batch.rows for batch in self.kept)

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows in input order."""
        for batch in self.kept:
            yield Batch(batch.rows, batch.first_row, {name: batch.columns[name] for name in columns})


@attrs.define(eq=False)
class Share:
    """The data of one contract of a book."""

    store: DividedStore
    number: int

    def source(self, record: str) -> RecordSource:
        """The rows of a record that belong to the contract; `VbcError` as of the whole data."""
        return self.store.source_of(record, self.number)


@attrs.define(eq=False)
class DividedStore:
    """The data of several contracts with the same records. `columns`: of each record those that any contract
    needs; `party`: the name of the parties' key; `owners`: party → the numbers of its contracts; `others`: parties
    of contracts that are settled otherwise. `nobody`: rows of parties that no contract has, by record."""

    store: Store
    records: Mapping[str, Record]
    columns: Mapping[str, tuple[str, ...]]
    party: str
    owners: Mapping[str, Sequence[int]]
    contracts: int
    others: frozenset[str] = frozenset()
    nobody: dict[str, int] = attrs.field(factory=dict)
    _read: dict[str, dict[int, list[Batch]] | VbcError] = attrs.field(factory=dict)

    def share(self, number: int) -> Share:
        """The data of a contract."""
        return Share(self, number)

    def source_of(self, record: str, number: int) -> RecordSource:
        """The rows of a record that belong to a contract."""
        declared = self.records[record]
        if not declared.is_data:
            return self.store.source(record)
        found = self._read.get(record)
        if found is None:
            try:
                found = self._divide(declared)
            except VbcError as error:
                found = error
            self._read[record] = found
        if isinstance(found, VbcError):
            raise found
        return KeptSource(record, found.get(number if self.party in declared.dims else -1, []))

    def _divide(self, record: Record) -> dict[int, list[Batch]]:
        names = self.columns[record.name]
        source = self.store.source(record.name)
        if self.party not in record.dims:
            return {-1: list(source.batches(names))}
        names = tuple(dict.fromkeys((self.party, *names)))
        pieces: dict[int, list[Batch]] = {}
        first: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        several: dict[int, set[int]] = {}  # contracts that are not the first of all their parties → codes
        for batch in source.batches(names):
            codes = batch.columns[self.party]
            assert isinstance(codes, CodedColumn)
            first = self._owners(codes.texts, first, several)
            owner = first[codes.codes]
            for number, rows in _runs(owner):
                if number == _OTHERS:
                    continue
                if number < 0:
                    self.nobody[record.name] = self.nobody.get(record.name, 0) + len(rows)
                else:
                    pieces.setdefault(number, []).append(_some(batch, rows))
            for number, theirs in several.items():
                rows = np.flatnonzero(np.isin(codes.codes, list(theirs)))
                if len(rows):
                    pieces.setdefault(number, []).append(_some(batch, rows))
        return {number: [_joined(parts)] for number, parts in pieces.items()}

    def _owners(
        self, texts: Sequence[str], known: npt.NDArray[np.int32], several: dict[int, set[int]]
    ) -> npt.NDArray[np.int32]:
        """For each code of the party its first contract (-1: none); further ones go into `several`."""
        if len(known) == len(texts):
            return known
        more = []
        for code in range(len(known), len(texts)):
            owners = self.owners.get(texts[code], ())
            more.append(owners[0] if owners else _OTHERS if texts[code] in self.others else -1)
            for other in owners[1:]:
                several.setdefault(other, set()).add(code)
        return np.concatenate((known, np.array(more, dtype=np.int32)))


def _runs(owner: npt.NDArray[np.int32]) -> Iterator[tuple[int, Rows]]:
    """The rows of each contract, in order."""
    if not len(owner):
        return
    low, high = int(owner.min()), int(owner.max())
    if low == high:
        yield low, np.arange(len(owner))
        return
    narrow = owner.astype(np.int16) if high < 2**15 else owner  # sorted by digits, not by comparisons
    order = np.argsort(narrow, kind="stable")
    ordered = owner[order]
    starts = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(ordered)]))
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        yield int(ordered[start]), order[start:end]


def _some(batch: Batch, rows: Rows) -> Batch:
    """Some rows of a batch."""
    if len(rows) == batch.rows:
        return batch
    columns = {name: rows_of(column, rows) for name, column in batch.columns.items()}
    return Batch(len(rows), batch.first_row + int(rows[0]), columns)


def _joined(parts: list[Batch]) -> Batch:
    """Batches one after another; texts that none of the rows has are left out."""
    rows = sum(part.rows for part in parts)
    columns = {name: _column([part.columns[name] for part in parts], parts) for name in parts[0].columns}
    return Batch(rows, parts[0].first_row, columns)


def _column(columns: Sequence[BatchColumn], parts: list[Batch]) -> BatchColumn:
    first = columns[0]
    missing: npt.NDArray[np.bool_] | None = None
    if any(column.missing is not None for column in columns):
        missing = np.concatenate([
            np.zeros(part.rows, dtype=bool) if column.missing is None else column.missing
            for column, part in zip(columns, parts, strict=True)
        ])  # fmt: skip
    if isinstance(first, CodedColumn):
        codes = np.concatenate([column.codes for column in columns])  # type: ignore[union-attr]
        used, place = np.unique(codes, return_inverse=True)
        texts = columns[-1].texts  # type: ignore[union-attr]
        return CodedColumn(place.astype(np.int32), [texts[code] for code in used.tolist()], missing)
    if isinstance(first, ScaledColumn):
        return _scaled([column for column in columns if isinstance(column, ScaledColumn)], missing)
    joined = np.concatenate([column.values for column in columns])  # type: ignore[union-attr]
    if isinstance(first, DayColumn):
        return DayColumn(joined, missing)
    return FlagColumn(joined, missing)


def _scaled(columns: list[ScaledColumn], missing: npt.NDArray[np.bool_] | None) -> ScaledColumn:
    """Decimals over one scale."""
    scale = max(column.scale for column in columns)
    values = [
        column.values
        if column.scale == scale
        else column.values.astype(object) * 10 ** (scale - column.scale)
        for column in columns
    ]
    whole = np.concatenate(values)
    if whole.dtype == object and len(whole) and abs(whole).max() < 2**63:
        whole = whole.astype(np.int64)
    return ScaledColumn(whole, scale, missing)
