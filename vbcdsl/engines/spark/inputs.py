"""The rows of a record in parts that executors can take: pieces of files, or what Spark itself reads.

Files whose paths every executor sees are opened by the executors with vbcdsl's own readers: a piece is a file,
or some row groups of a Parquet file. A folder or table that only Spark can reach (`spark:…`), and a DataFrame
given through the Python interface, come from Spark as Arrow batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pyarrow.parquet as pq

from vbcdsl.data.addresses import Address
from vbcdsl.data.options import Options
from vbcdsl.data.readers.csv_file import CsvPart
from vbcdsl.data.readers.memory import IpcPart, TablePart
from vbcdsl.data.readers.parquet_file import ParquetPart
from vbcdsl.data.readers.part import Field, Part, RawBatch, data_error, reading, sliced
from vbcdsl.engines.spark.session import session

PIECE_ROWS = 4_000_000  # rows of a Parquet piece, about


@attrs.define(eq=False)
class SparkPart:
    """A DataFrame, or a folder or table of the cluster. On the driver it is read as one Arrow table, which is for
    small records only; a reading of a large one happens in the executors."""

    source: Any  # an Address, or a DataFrame
    label: str
    typed: bool = True
    _frame: Any = None
    _fields: list[Field] | None = None

    def frame(self) -> Any:
        """The DataFrame. `VbcError` if Spark cannot read it."""
        if self._frame is None:
            self._frame = self._opened() if isinstance(self.source, Address) else self.source
        return self._frame

    def _opened(self) -> Any:
        spark = session()
        place, table = self.source.place, self.source.table
        try:
            if table:
                return spark.table(table)
            if place.lower().split("?")[0].endswith((".csv", ".csv.gz", ".tsv")):
                separator = "\t" if ".tsv" in place.lower() else ","
                self.typed = False
                options = {
                    "header": True,
                    "sep": separator,
                    "multiLine": True,
                    "escape": '"',
                    "nullValue": "\0",
                }
                return spark.read.options(**options).csv(place)
            return spark.read.parquet(place)
        except Exception as error:
            raise data_error(
                "VBC5012",
                f"Spark cannot read {self.label}.",
                help="Write `spark:FOLDER` (Parquet), `spark:FILE.csv`, or `spark:#catalog.table`.",
                details=(type(error).__name__,),
            ) from None

    def fields(self) -> list[Field]:
        """Its columns."""
        if self._fields is None:
            from pyspark.sql.pandas.types import to_arrow_schema

            schema = to_arrow_schema(self.frame().schema)
            self._fields = [Field(field.name, field.type) for field in schema]
        return self._fields

    def rows(self) -> int | None:
        """Unknown until read."""
        return None

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """Batches of the columns, all on the driver."""
        names = [self.fields()[place].name for place in places]
        with reading(self.label, "a Spark table"):
            table = self.chosen(names).toArrow() if names else None
        if table is None:
            yield from sliced(self.frame().count(), [], options.batch_rows)
            return
        for batch in table.combine_chunks().to_batches(options.batch_rows):
            yield batch.num_rows, list(batch.columns)

    def chosen(self, names: list[str]) -> Any:
        """The DataFrame with some of its columns."""
        return self.frame().select(*["`" + name.replace("`", "``") + "`" for name in names])


@attrs.define(eq=False)
class StreamPart:
    """In an executor: the Arrow batches that Spark hands over."""

    found: list[Field]
    stream: Iterator[Any]
    label: str
    typed: bool = True

    def fields(self) -> list[Field]:
        """Its columns."""
        return self.found

    def rows(self) -> int | None:
        """Unknown until read."""
        return None

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """The batches, once."""
        for batch in self.stream:
            columns = [batch.column(place) for place in places]
            yield from sliced(batch.num_rows, columns, options.batch_rows)


def pieces_of(parts: list[Part]) -> list[Part] | None:
    """Parts that can be sent to executors, in the order of the rows; None if one of them cannot."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, ParquetPart):
            found += _row_groups(part)
        elif isinstance(part, (CsvPart, IpcPart, TablePart)):
            found.append(part)
        else:
            return None
    return [_absolute(part) for part in found]


def _absolute(part: Part) -> Part:
    if isinstance(part, CsvPart):
        return attrs.evolve(part, path=part.path.absolute(), file=None)  # an open file does not travel
    if isinstance(part, (ParquetPart, IpcPart)):
        return attrs.evolve(part, path=part.path.absolute())
    return part


def _row_groups(part: ParquetPart) -> list[Part]:
    with reading(part.label, "Parquet"), pq.ParquetFile(part.path) as file:
        sizes = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
    found: list[Part] = []
    groups: list[int] = []
    rows = 0
    for number, size in enumerate(sizes):
        if groups and rows + size > PIECE_ROWS:
            found.append(part.only(groups))
            groups, rows = [], 0
        groups.append(number)
        rows += size
    return [*found, part.only(groups)] if groups else [part]


def bytes_of(parts: list[Part]) -> int | None:
    """The size of all files; None if something is no file."""
    total = 0
    for part in parts:
        path = getattr(part, "path", None)
        if isinstance(part, TablePart):
            total += int(part.table.nbytes)
        elif path is None:
            return None
        else:
            total += path.stat().st_size
    return total
