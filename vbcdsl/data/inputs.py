"""What the user gave for a record, as parts to read: files in a fixed order, or tables in memory."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import attrs
import pyarrow as pa

from vbcdsl.data.addresses import Address, address_of
from vbcdsl.data.options import Options
from vbcdsl.data.readers.csv_file import COMPRESSIONS, CsvPart
from vbcdsl.data.readers.memory import FILE_MAGIC, DatasetPart, IpcPart, TablePart
from vbcdsl.data.readers.parquet_file import ParquetPart
from vbcdsl.data.readers.part import Part, data_error, reading

CSV: Final = (".csv", ".tsv", ".tab", ".txt")
PARQUET: Final = (".parquet", ".pq", ".parq")
IPC: Final = (".arrow", ".feather", ".ipc", ".arrows")
KNOWN: Final = ".csv, .tsv (also .gz, .zst, .bz2), .parquet, .arrow, .feather"


@attrs.frozen
class FileRules:
    """What the bindings say about CSV files, and the limits of reading."""

    separator: str | None
    encoding: str | None
    options: Options


def parts_of(given: object, record: str, rules: FileRules) -> list[Part]:
    """The parts of an input: a path, a folder, a glob, a list of these, a table, a stream or a dataset.

    `VbcError` for a file that is not there, a folder or glob without files and an unknown extension.
    """
    if isinstance(given, (str, Path)):
        address = address_of(given)
        return (
            [_file_part(path, rules) for path in files_of(given)] if address is None else [_part_at(address)]
        )
    if isinstance(given, (list, tuple)):
        parts = [part for one in given for part in parts_of(one, record, rules)]
        if not parts:
            raise data_error("VBC5003", f"The list of files for {record} is empty.")
        return parts
    return [_memory_part(given, record)]


def _part_at(address: Address) -> Part:
    """A table of a database."""
    if address.scheme == "spark":
        from vbcdsl.engines.spark.inputs import SparkPart

        return SparkPart(address, address.label)
    from vbcdsl.data.readers.database import DatabasePart

    return DatabasePart(address, address.label)


def files_of(given: str | Path) -> list[Path]:
    """The files that a path, folder or glob means, sorted by name."""
    path = Path(given).expanduser()
    if path.is_file():
        return [path]
    if path.is_dir():
        return _visible(path.rglob("*"), f"The folder {given} has no data files.")
    if glob.has_magic(str(path)):
        found = (Path(name) for name in glob.glob(str(path), recursive=True))
        return _visible(found, f"No file matches {given}.")
    raise data_error(
        "VBC5003",
        f"There is no file {given}.",
        help="Check the path; it is relative to the place "
        "where the command runs (in a bindings file: to that file).",
    )


def _visible(found: Iterable[Path], none: str) -> list[Path]:
    files = sorted(path for path in found if path.is_file() and path.name[0] not in "._")
    if not files:
        raise data_error("VBC5003", none, help=f"Files that can be read: {KNOWN}.")
    return files


def _file_part(path: Path, rules: FileRules) -> Part:
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower() if suffix in COMPRESSIONS else suffix
    label = str(path)
    with reading(label, "a file"):
        empty = path.stat().st_size == 0
    if empty:
        raise data_error("VBC5006", f"{label} is empty.", help="Its first row must name the columns.")
    if inner in CSV:
        return CsvPart(path, label, rules.separator, rules.encoding, rules.options.max_unpacked_bytes)
    if suffix in PARQUET:
        return ParquetPart(path, label)
    if suffix in IPC:
        return IpcPart(path, label)
    return _by_magic(path, label)


def _by_magic(path: Path, label: str) -> Part:
    """A file without a known extension: by its first bytes."""
    with reading(label, "a file"), path.open("rb") as file:
        start = file.read(8)
    if start[:4] == b"PAR1":
        return ParquetPart(path, label)
    if start.startswith(FILE_MAGIC):
        return IpcPart(path, label)
    raise data_error(
        "VBC5004",
        f"{label} is of a kind that cannot be read.",
        help=f"Files that can be read: {KNOWN}. Save a spreadsheet as CSV.",
    )


def _memory_part(given: Any, record: str) -> Part:
    label = f"the table given for {record}"
    if type(given).__module__.startswith("pyspark.sql"):
        from vbcdsl.engines.spark.inputs import SparkPart

        return SparkPart(given, label)
    if isinstance(given, pa.Table):
        return TablePart(given, label)
    if isinstance(given, pa.RecordBatch):
        return TablePart(pa.Table.from_batches([given]), label)
    if isinstance(given, pa.RecordBatchReader):
        with reading(label, "a stream"):
            return TablePart(given.read_all(), label)
    if type(given).__module__.startswith("polars.lazyframe"):
        with reading(label, "a Polars query"):
            given = given.collect()
    if _is_dataset(given):
        return DatasetPart(given, label)
    if hasattr(given, "__arrow_c_stream__") or hasattr(given, "__arrow_c_array__"):
        with reading(label, "a stream"):
            return TablePart(pa.table(given), label)
    raise data_error(
        "VBC5004",
        f"What was given for {record} is neither a file nor a table ({type(given).__name__}).",
        help="Give a path, a pyarrow table, or an object with __arrow_c_stream__ (Polars, pandas, DuckDB).",
    )


def _is_dataset(given: object) -> bool:
    """Whether it is a pyarrow dataset, without importing that module for the others."""
    return any(base.__module__.startswith("pyarrow._dataset") for base in type(given).__mro__)
