"""Writes one file of sorted rows, in blocks, and the facts of each block: places, bounds, runs of equal keys."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vbcdsl.prepared.chunk import I64, Cells, Chunk, Order, joined
from vbcdsl.prepared.layout import TAIL, StoredBlocks, StoredFile, StoredRuns, StoredSegment

BLOCK: Final = 262_144  # rows of a block
_SPARSE: Final = 2  # runs are kept if they have at least so many rows on average


def file_facts(folder: Path, name: str) -> StoredFile:
    """What the manifest says of a file."""
    path = folder / name
    size = path.stat().st_size
    return StoredFile(name, size, sha256_of(path), tail_hash(path, size))


def sha256_of(path: Path) -> str:
    """The sha-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tail_hash(path: Path, size: int) -> str:
    """The sha-256 of the end of a file."""
    with path.open("rb") as stream:
        stream.seek(max(0, size - TAIL))
        return hashlib.sha256(stream.read(TAIL)).hexdigest()


def bits(mask: npt.NDArray[np.bool_]) -> Any:
    """The validity bits of rows: set where a row has a value."""
    return pa.py_buffer(np.packbits(~mask, bitorder="little"))


def arrow_array(cells: Cells) -> Any:
    """The cells as an Arrow array, without a copy where they are 64-bit."""
    valid = None if cells.missing is None else bits(cells.missing)
    kind = arrow_type(cells)
    if cells.storage == "decimal":
        data = b"".join(int(value).to_bytes(32, "little", signed=True) for value in cells.values)
        return pa.Array.from_buffers(kind, len(cells.values), [valid, pa.py_buffer(data)])
    values = np.ascontiguousarray(cells.values)
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(values)])


def arrow_type(cells: Cells) -> Any:
    """The Arrow type of a column of a segment."""
    match cells.storage:
        case "int64":
            return pa.int64()
        case "decimal":
            return pa.decimal256(76, min(cells.scale, 76))
        case "code":
            return pa.int32()
        case "flag":
            return pa.uint8()
    return pa.date32()


class SegmentWriter:
    """One segment in the making. `ids`: the names of the columns in the file."""

    def __init__(
        self,
        folder: Path,
        name: str,
        first: Chunk,
        order: Order,
        ids: dict[str, str],
        year: int,
        generation: int,
    ) -> None:
        self.folder, self.name, self.order, self.year = folder, name, order, year
        self.generation = generation
        self.formats = first.formats
        self.blocks: list[int] = []
        self.twice = 0  # rows with the key of the row before
        self.last: Chunk | None = None
        self._low: dict[str, list[int]] = {n: [] for n in first.columns}
        self._high: dict[str, list[int]] = {n: [] for n in first.columns}
        self._starts: list[npt.NDArray[np.int32]] = []
        self._waiting: list[Chunk] = []
        self._rows = 0
        fields = [
            pa.field(
                ids[name], arrow_type(cells), metadata={"vbc.column": name, "vbc.scale": str(cells.scale)}
            )
            for name, cells in first.columns.items()
        ]
        self._schema = pa.schema(fields)
        self._file = pa.OSFile(str(folder / name), "wb")
        self._writer = pa.ipc.new_file(self._file, self._schema)

    def follows(self, chunk: Chunk) -> bool:
        """Whether sorted rows can be added: same formats, and none sorts before what is there."""
        if chunk.formats != self.formats:
            return False
        if self.last is None:
            return True
        head = chunk.take(slice(0, 1), 1)
        return int(self.order.key(head)[0]) >= int(self.order.key(self.last)[0])

    def add(self, chunk: Chunk, key: I64) -> None:
        """Add sorted rows; `key` is their sort key."""
        if not chunk.rows:
            return
        if self.order.unique and self.year:
            self.twice += int(np.count_nonzero(key[1:] == key[:-1]))
            if self.last is not None:
                self.twice += int(self.order.key(self.last)[0] == key[0])
        self.last = chunk.take(slice(chunk.rows - 1, chunk.rows), 1)
        self._waiting.append(chunk)
        self._rows += chunk.rows
        while self._rows >= BLOCK:
            self._block(BLOCK)

    def finish(self) -> StoredSegment:
        """Write what is left, and the facts."""
        if self._rows:
            self._block(self._rows)
        self._writer.close()
        self._file.close()
        at, valid = self._places()
        columns = {
            name: StoredBlocks(
                storage, scale, at[i], valid[i], tuple(self._low[name]), tuple(self._high[name])
            )
            for i, (name, storage, scale) in enumerate(self.formats)
        }
        return StoredSegment(
            file_facts(self.folder, self.name), self.generation, self.year, tuple(self.blocks), columns,
            self._runs(),
        )  # fmt: skip

    def _block(self, rows: int) -> None:
        parts, wanted = [], rows
        while wanted:
            first = self._waiting[0]
            if first.rows <= wanted:
                parts.append(self._waiting.pop(0))
                wanted -= first.rows
            else:
                parts.append(first.take(slice(0, wanted), wanted))
                self._waiting[0] = first.take(slice(wanted, first.rows), first.rows - wanted)
                wanted = 0
        block = joined(parts)
        self._rows -= rows
        self.blocks.append(rows)
        arrays = []
        for name, cells in block.columns.items():
            self._low[name].append(int(cells.values.min()))
            self._high[name].append(int(cells.values.max()))
            arrays.append(arrow_array(cells))
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        if self.order.dims:
            self._starts.append(starts_of([block.columns[d].values for d in self.order.dims], rows))

    def _places(self) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        at: list[list[int]] = [[] for _ in self.formats]
        valid: list[list[int]] = [[] for _ in self.formats]
        with pa.memory_map(str(self.folder / self.name)) as mapped:
            base = mapped.read_buffer(mapped.size()).address
            reader = pa.ipc.open_file(mapped)
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                for i in range(len(self.formats)):
                    bitmap, data = batch.column(i).buffers()
                    at[i].append(data.address - base)
                    valid[i].append(-1 if bitmap is None else bitmap.address - base)
        return [tuple(x) for x in at], [tuple(x) for x in valid]

    def _runs(self) -> StoredRuns | None:
        counts = [len(starts) for starts in self._starts]
        if not counts or sum(counts) * _SPARSE > sum(self.blocks):
            return None
        place, _, file = self.name.partition("/")
        name = f"{place}/runs_{file}"
        at = write_arrays(self.folder, name, "start", self._starts)
        return StoredRuns(file_facts(self.folder, name), at, tuple(counts))


def starts_of(columns: list[npt.NDArray[np.int32]], rows: int) -> npt.NDArray[np.int32]:
    """The first row of each run of rows whose keys are equal."""
    change = np.zeros(rows, np.bool_)
    change[0] = True
    for column in columns:
        change[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(change).astype(np.int32)


def write_arrays(
    folder: Path, name: str, column: str, arrays: list[npt.NDArray[np.int32]]
) -> tuple[int, ...]:
    """An Arrow IPC file with one column, a batch for each array; the place of each."""
    schema = pa.schema([pa.field(column, pa.int32())])
    with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for array in arrays:
            writer.write_batch(pa.record_batch([pa.array(array)], schema=schema))
    with pa.memory_map(str(folder / name)) as mapped:
        base = mapped.read_buffer(mapped.size()).address
        reader = pa.ipc.open_file(mapped)
        return tuple(
            reader.get_batch(i).column(0).buffers()[1].address - base
            for i in range(reader.num_record_batches)
        )
