"""The files of a store, mapped into memory: numbers at places that were checked, nothing parsed or unpacked."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vbcdsl.data.readers.part import data_error, reading
from vbcdsl.diagnostics import VbcError
from vbcdsl.prepared.chunk import Cells, Chunk
from vbcdsl.prepared.layout import Manifest, StoredFile, StoredSegment, StoredTexts, files_of_record

_TYPES: dict[str, Any] = {"int64": np.int64, "code": np.int32, "flag": np.uint8, "day": np.int32}


def torn(folder: Path, name: str, why: str) -> VbcError:
    """The error of a store whose files are not those that its manifest names."""
    return data_error(
        "VBC5302",
        f"The prepared store {folder} is damaged: {name} {why}.",
        help="Prepare it again from the original files; `vbc prepare --verify STORE` checks every byte.",
    )


def check_files(folder: Path, manifest: Manifest, records: list[str]) -> None:
    """That the files of these records are regular files inside the store, of the sizes and ends that the manifest
    says. `VbcError` for the first that is not."""
    from vbcdsl.prepared.segment import tail_hash

    for id in records:
        for file in files_of_record(manifest.records[id]):
            path = _inside(folder, file.name)
            with reading(str(path), "a file of a prepared store"):
                if path.stat().st_size != file.bytes:
                    raise torn(folder, file.name, f"has {path.stat().st_size:,} bytes, not {file.bytes:,}")
                if tail_hash(path, file.bytes) != file.tail:
                    raise torn(folder, file.name, "has another end than when it was written")


def _inside(folder: Path, name: str) -> Path:
    """The path of a file; no part of it below the store may be a link."""
    path = folder / name
    for part in (path.parent, path):
        try:
            mode = os.lstat(part).st_mode
        except OSError:
            raise torn(folder, name, "is missing") from None
        if not (stat.S_ISREG(mode) if part == path else stat.S_ISDIR(mode)):
            raise torn(folder, name, "is no plain file of the store")
    return path


class Mapped:
    """Files of a folder in memory maps that stay open as long as arrays look into them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._buffers: dict[str, Any] = {}

    def __enter__(self) -> Mapped:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._buffers.clear()

    def buffer(self, file: StoredFile) -> Any:
        """The bytes of a file, without reading them."""
        found = self._buffers.get(file.name)
        if found is None:
            path = _inside(self.folder, file.name)
            with reading(str(path), "a file of a prepared store"), pa.memory_map(str(path)) as mapped:
                if mapped.size() != file.bytes:
                    raise torn(self.folder, file.name, "has another size than when it was written")
                found = mapped.read_buffer(file.bytes)
            self._buffers[file.name] = found
        return found

    def numbers(self, file: StoredFile, at: int, count: int, dtype: Any) -> npt.NDArray[Any]:
        """Numbers at a place of a file; the manifest was checked to name places inside it."""
        if not count:
            return np.zeros(0, dtype)
        return np.frombuffer(self.buffer(file), dtype, count, at)

    def cells(self, segment: StoredSegment, number: int, name: str) -> Cells:
        """A column of a block."""
        column, rows = segment.columns[name], segment.blocks[number]
        if column.storage == "decimal":
            words = self.numbers(segment.file, column.at[number], 4 * rows, np.int64).reshape(rows, 4)
            from vbcdsl.data.convert.exact import wide_ints

            values: npt.NDArray[Any] = wide_ints(words)
        else:
            values = self.numbers(segment.file, column.at[number], rows, _TYPES[column.storage])
        missing = None
        if column.valid[number] >= 0:
            valid = self.numbers(segment.file, column.valid[number], (rows + 7) // 8, np.uint8)
            missing = np.unpackbits(valid, count=rows, bitorder="little") == 0
        return Cells(column.storage, values, column.scale, missing)

    def chunks(self, segment: StoredSegment) -> Iterator[Chunk]:
        """The rows of a segment, block by block."""
        for number in range(len(segment.blocks)):
            yield self.block(segment, number, tuple(segment.columns))

    def block(self, segment: StoredSegment, number: int, names: tuple[str, ...]) -> Chunk:
        """The rows of a block, with these columns."""
        return Chunk(segment.blocks[number], {name: self.cells(segment, number, name) for name in names})

    def starts(self, segment: StoredSegment, number: int) -> npt.NDArray[np.int32] | None:
        """The first rows of the runs of a block, None if they are not stored."""
        runs = segment.runs
        if runs is None:
            return None
        return self.numbers(runs.file, runs.at[number], runs.count[number], np.int32)

    def texts(self, piece: StoredTexts) -> list[str]:
        """Texts of a column. `VbcError` for bytes that are no texts."""
        if not piece.rows:
            return []
        whole = self.buffer(piece.file)
        offsets = whole.slice(piece.offsets_at, 4 * (piece.rows + 1))
        data = whole.slice(piece.data_at, piece.data_bytes)
        array = pa.StringArray.from_buffers(piece.rows, offsets, data)
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            raise torn(self.folder, piece.file.name, "does not hold texts") from None
        found: list[str] = array.to_pylist()
        return found
