"""Tables in memory, streams read into memory, Arrow IPC files and datasets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pyarrow as pa

from vbcdsl.data.options import Options
from vbcdsl.data.readers.part import Field, RawBatch, reading, sliced

_SMALL_CHUNK: Final = 10_000
FILE_MAGIC: Final = b"ARROW1"


@attrs.define(eq=False)
class TablePart:
    """A `pyarrow.Table`."""

    table: Any
    label: str
    typed: bool = True

    def fields(self) -> list[Field]:
        """Its columns."""
        return [Field(field.name, field.type) for field in self.table.schema]

    def rows(self) -> int | None:
        """The number of rows."""
        return int(self.table.num_rows)

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """Batches without a copy; very small chunks are joined first."""
        if not places:
            yield from sliced(self.table.num_rows, [], options.batch_rows)
            return
        table = self.table.select(places)
        chunks = max(column.num_chunks for column in table.columns)
        if chunks > 1 and table.num_rows / chunks < _SMALL_CHUNK:
            table = table.combine_chunks()
        for batch in table.to_batches(max_chunksize=options.batch_rows):
            yield batch.num_rows, list(batch.columns)


@attrs.define(eq=False)
class IpcPart:
    """An Arrow IPC file or stream (also Feather version 2), read through a memory map."""

    path: Path
    label: str
    typed: bool = True
    _fields: list[Field] | None = None

    def fields(self) -> list[Field]:
        """Its columns."""
        if self._fields is None:
            with reading(self.label, "Arrow IPC"), pa.memory_map(str(self.path)) as source:
                reader, _ = _open(source)
                self._fields = [Field(field.name, field.type) for field in reader.schema]
        return self._fields

    def rows(self) -> int | None:
        """Unknown until read."""
        return None

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """The batches of the file, cut to `options.batch_rows`."""
        wanted = sorted(set(places)) or [0]
        at = {place: i for i, place in enumerate(wanted)}
        with reading(self.label, "Arrow IPC"), pa.memory_map(str(self.path)) as source:
            reader, is_file = _open(source, pa.ipc.IpcReadOptions(included_fields=wanted))
            found = (reader.get_batch(i) for i in range(reader.num_record_batches)) if is_file else reader
            for batch in found:
                batch.validate()
                yield from sliced(batch.num_rows, [batch.column(at[p]) for p in places], options.batch_rows)


def _open(source: Any, options: Any = None) -> tuple[Any, bool]:
    """The reader, and whether it is of the file format (else of a stream)."""
    is_file = source.read(len(FILE_MAGIC)) == FILE_MAGIC
    source.seek(0)
    opened = (
        pa.ipc.open_file(source, options=options) if is_file else pa.ipc.open_stream(source, options=options)
    )
    return opened, is_file


@attrs.define(eq=False)
class DatasetPart:
    """A `pyarrow.dataset.Dataset`, in its own order."""

    dataset: Any
    label: str
    typed: bool = True

    def fields(self) -> list[Field]:
        """Its columns."""
        return [Field(field.name, field.type) for field in self.dataset.schema]

    def rows(self) -> int | None:
        """Unknown until read."""
        return None

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """Batches of the columns."""
        names = [self.dataset.schema.names[place] for place in places]
        unique = list(dict.fromkeys(names))
        with reading(self.label, "a dataset"):
            found = self.dataset.to_batches(
                columns=unique, batch_size=options.batch_rows, use_threads=options.threads
            )
            for batch in found:
                if batch.num_rows:
                    yield batch.num_rows, [batch.column(unique.index(name)) for name in names]
