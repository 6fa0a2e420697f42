"""Reads the original files of one record into the segments of a store, with all checks of the data layer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import attrs
import numpy as np

from vbcdsl.data.keys import ENTRY_ID, check_unique
from vbcdsl.data.source import FileSource
from vbcdsl.data.store import CodedColumn
from vbcdsl.data.write import exact_text
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.prepared.chunk import Cells, Chunk, Order, chunk_of, order_of
from vbcdsl.prepared.layout import StoredSegment, StoredTexts
from vbcdsl.prepared.spool import Spool
from vbcdsl.prepared.texts import write_texts
from vbcdsl.rules.program import Record

MANY_DAYS: Final = 4_096  # different days of a clock column that a manifest lists
_SHARE: Final = 4  # rows wait in a quarter of the memory; sorting takes the rest


@attrs.define(eq=False)
class Read:
    """What came of the files of a record."""

    rows: int
    order: Order
    segments: list[StoredSegment]
    texts: dict[str, tuple[StoredTexts, ...]]
    totals: dict[str, Fraction]
    filled: dict[str, int]
    warnings: tuple[Diagnostic, ...]
    days: set[int] | None


def folder_of(id: str) -> str:
    """The folder of a record in the store."""
    return (re.sub(r"[^a-z0-9_]", "", id) or "record")[:80]


def read_record(
    source: FileSource, party: str, folder: Path, place: str, memory: int, generation: int,
    known: Mapping[str, list[str]],
) -> Read:  # fmt: skip
    """Read, check, sort and write. `known`: the texts that the store has already, by column. `VbcError` if the
    data is wrong or a key occurs twice."""
    record = source.record
    columns = tuple(column.name for column in record.columns)
    order = order_of(record, party, source.calendar)
    source.know(known)
    (folder / place).mkdir(exist_ok=True)
    spool = Spool(folder, place, order, column_ids(record), memory // _SHARE, generation)
    texts: dict[str, Sequence[str]] = {name: list(found) for name, found in known.items()}
    totals: dict[str, Fraction] = {}
    rows = 0
    for batch in source.batches(columns):
        if not batch.rows:
            continue
        for name, column in batch.columns.items():
            if isinstance(column, CodedColumn):
                texts[name] = column.texts
        order.set_texts(texts)
        chunk = chunk_of(batch, record)
        _add_totals(totals, chunk)
        spool.add(chunk)
        rows += batch.rows
    segments = spool.finish()
    if spool.twice:
        raise twice(source, party, spool.twice)
    if record.entries and ENTRY_ID in texts and rows > len(texts[ENTRY_ID]) - len(known.get(ENTRY_ID, ())):
        raise twice(source, party, rows - len(texts[ENTRY_ID]))
    pieces = {
        name: write_texts(folder, f"{place}/texts_{_plain(record, name)}-{generation:04d}.arrow", found,
                          len(known.get(name, ())))
        for name, found in texts.items()
    }  # fmt: skip
    days = order.periods.seen if record.clock is not None else None
    return Read(rows, order, segments, pieces, totals, dict(source.empty_cells), source.warnings,
                days if days is not None and len(days) <= MANY_DAYS else None)  # fmt: skip


def twice(source: FileSource, party: str, count: int) -> VbcError:
    """The error of rows with one key, in the words and with the row numbers of `vbcdsl.data.keys`."""
    from vbcdsl.data.keys import key_columns

    record = source.record
    batches = source.batches(key_columns(record, party))
    try:
        check_unique(record, party, batches, source.calendar, attrs.evolve(source.options))
    except VbcError as error:
        return error
    code = "VBC5202" if record.entries else "VBC5201"
    return VbcError([
        Diagnostic(code, f"{record.name}: {count:,} rows have the key of a row that the store has already.",
                   section=record.section, help="Each key may have one row. Leave out what was prepared before.")
    ])  # fmt: skip


def column_ids(record: Record) -> dict[str, str]:
    """The names of the columns in the files: in snake_case, where these differ."""
    ids = [column.id for column in record.columns]
    return {c.name: c.id if ids.count(c.id) == 1 else c.name for c in record.columns}


def _plain(record: Record, name: str) -> str:
    """A column's name as part of a file's name, with its number, so that no two are the same."""
    number = next(i for i, column in enumerate(record.columns) if column.name == name)
    return f"{number}_" + re.sub(r"[^a-z0-9_]", "", record.columns[number].id)[:80]


def _add_totals(totals: dict[str, Fraction], chunk: Chunk) -> None:
    for name, cells in chunk.columns.items():
        if cells.storage in ("int64", "decimal", "flag"):
            totals[name] = totals.get(name, Fraction(0)) + total_of(cells)


def total_of(cells: Cells) -> Fraction:
    """The exact sum of a column, cells without a value left out."""
    values = cells.values if cells.missing is None else cells.values[~cells.missing]
    if cells.storage == "decimal":
        whole = sum(int(value) for value in values)
    elif cells.storage == "flag":
        whole = int(np.count_nonzero(values))
    else:  # halves of 32 bits: no sum of them can leave 64 bits
        whole = (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())
    return Fraction(whole, 10**cells.scale)


def totals_text(totals: Mapping[str, Fraction]) -> dict[str, str]:
    """Control totals as digits."""
    return {name: exact_text(total) for name, total in totals.items()}
