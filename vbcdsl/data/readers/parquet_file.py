"""Parquet files: only the columns asked for, text columns as dictionaries."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

from vbcdsl.data.convert.cells import is_text
from vbcdsl.data.convert.stored import as_stored
from vbcdsl.data.options import Options
from vbcdsl.data.readers.parquet_footer import with_stored_decimals
from vbcdsl.data.readers.parquet_statistics import RowGroup, row_groups
from vbcdsl.data.readers.part import Field, RawBatch, RawPiece, reading

PIECE_ROWS: Final = 1 << 16
BATCH_ROWS: Final = 1 << 18  # of a large file: a row group as most writers make them
LARGE: Final = 1 << 22
DICTIONARY_BYTES: Final = (
    4  # a row: of text columns that take more, most texts differ, and no dictionary pays off
)


@attrs.define(eq=False)
class ParquetPart:
    """One Parquet file. `groups`: the row groups that are read (None: all)."""

    path: Path
    label: str
    typed: bool = True
    groups: list[int] | None = None
    _fields: list[Field] | None = None
    _rows: int = 0
    _known: dict[int, list[RowGroup]] = attrs.field(factory=dict, init=False)

    def fields(self) -> list[Field]:
        """Its top-level columns."""
        if self._fields is None:
            with reading(self.label, "Parquet"), pq.ParquetFile(self.path) as file:
                self._fields = [Field(field.name, field.type) for field in file.schema_arrow]
                footer = file.metadata
                self._rows = footer.num_rows
                if self.groups is not None:
                    self._rows = sum(footer.row_group(number).num_rows for number in self.groups)
        return self._fields

    def rows(self) -> int | None:
        """The number of rows, from the footer."""
        self.fields()
        return self._rows

    def row_groups(self, place: int) -> list[RowGroup]:
        """The row groups with what is known of the column at a place."""
        if place not in self._known:
            field = self.fields()[place]
            with reading(self.label, "Parquet"), pq.ParquetFile(self.path) as file:
                numbers = list(range(file.metadata.num_row_groups)) if self.groups is None else self.groups
                self._known[place] = row_groups(file.metadata, field, numbers)
        return self._known[place]

    def only(self, groups: list[int]) -> ParquetPart:
        """Some row groups of the file."""
        return attrs.evolve(self, groups=groups, fields=None, rows=0)

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """Batches of at most `options.batch_rows` rows."""
        fields = self.fields()
        texts = [fields[place].name for place in as_codes if is_text(fields[place].kind)]
        names = [fields[place].name for place in places]
        decimals = self._decimals(names)
        with (
            reading(self.label, "Parquet"),
            pq.ParquetFile(self.path, read_dictionary=texts, metadata=self._footer()) as file,
        ):
            for batch in file.iter_batches(
                options.batch_rows, row_groups=self.groups, columns=names, use_threads=options.threads
            ):
                yield batch.num_rows, _in_order(batch, names, decimals)

    def _footer(self) -> Any:
        """The footer, as it is to be read (see `parquet_footer`)."""
        with pq.ParquetFile(self.path) as file:
            return with_stored_decimals(self.path, file.metadata)

    def _decimals(self, names: list[str]) -> dict[str, Any]:
        """The columns of decimals with their types."""
        return {f.name: f.kind for f in self.fields() if f.name in names and pa.types.is_decimal(f.kind)}

    def pieces(self, places: list[int], as_codes: set[int], options: Options) -> list[RawPiece]:
        """The row groups, each to be read by itself (small ones together)."""
        fields = self.fields()
        names = [fields[place].name for place in places]
        with reading(self.label, "Parquet"):
            footer = self._footer()
        texts = [fields[place].name for place in as_codes if is_text(fields[place].kind)]
        sizes = _bytes_a_row(footer, texts)
        texts = [name for name in texts if sizes.get(name, 0) <= DICTIONARY_BYTES]
        found: list[RawPiece] = []
        group: list[int] = []
        rows = 0
        numbers = list(range(footer.num_row_groups)) if self.groups is None else self.groups
        for number in numbers:
            group.append(number)
            rows += footer.row_group(number).num_rows
            if rows >= PIECE_ROWS or number == numbers[-1]:
                found.append(partial(self._piece, footer, group, names, texts, options))
                group, rows = [], 0
        return found

    def _piece(
        self, footer: Any, groups: list[int], names: list[str], texts: list[str], options: Options
    ) -> Iterator[RawBatch]:
        with (
            reading(self.label, "Parquet"),
            pq.ParquetFile(self.path, read_dictionary=texts, metadata=footer) as file,
        ):
            decimals = self._decimals(names)
            rows = min(options.batch_rows, BATCH_ROWS) if footer.num_rows >= LARGE else options.batch_rows
            for batch in file.iter_batches(rows, row_groups=groups, columns=names, use_threads=False):
                yield batch.num_rows, _in_order(batch, names, decimals)


def _bytes_a_row(footer: Any, names: list[str]) -> dict[str, float]:
    """How many bytes a row these top-level columns take before compression."""
    places = [p for p in range(footer.num_columns) if footer.schema.column(p).path in names]
    found = dict.fromkeys(names, 0)
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        for place in places:
            chunk = group.column(place)
            found[chunk.path_in_schema] += chunk.total_uncompressed_size
    return {name: size / max(footer.num_rows, 1) for name, size in found.items()}


def _in_order(batch: Any, names: list[str], decimals: dict[str, Any]) -> list[Any]:
    """pyarrow gives columns in the file's order, whatever order was asked for; decimals may come as they are
    stored."""
    places = {name: i for i, name in enumerate(batch.schema.names)}
    found = [batch.column(places[name]) for name in names]
    return [
        as_stored(array, decimals[name])
        if name in decimals and not pa.types.is_decimal(array.type)
        else array
        for name, array in zip(names, found, strict=True)
    ]
