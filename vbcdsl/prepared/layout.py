"""The manifest of a prepared store: `manifest.json`, which names every file, block and fact.

A manifest is data from outside until it is checked: `read_manifest` accepts exactly the fields below, of their
types, and names of files that stay inside the store.
"""

from __future__ import annotations

import hashlib
import json
import re
import types
import typing
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import attrs

from vbcdsl.data.open import MANIFEST
from vbcdsl.data.readers.part import data_error, reading
from vbcdsl.data.write import safe_file
from vbcdsl.diagnostics import VbcError

SCHEMA: Final = "vbc.store/1"
TAIL: Final = 65_536  # bytes at the end of each file that are hashed when a store is opened
_LARGEST: Final = 1 << 28  # bytes of a manifest
_NAME: Final = re.compile(r"[a-z0-9_]{1,80}/[a-z0-9_]{1,120}-[0-9]{4,9}(-[0-9]{1,9})?\.arrow")

Storage = Literal["int64", "decimal", "code", "flag", "day"]
_T = TypeVar("_T")


@attrs.frozen
class StoredFile:
    """A file of the store. `tail`: the sha-256 of its last `TAIL` bytes."""

    name: str
    bytes: int
    sha256: str
    tail: str


@attrs.frozen
class StoredBlocks:
    """A column in the blocks of a segment: `at` are the places of its numbers in the file, `valid` those of its
    bits "has a value" (-1: every row has one), `low` and `high` the bounds of its numbers."""

    storage: Storage
    scale: int
    at: tuple[int, ...]
    valid: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]


@attrs.frozen
class StoredRuns:
    """Where runs of rows with equal keys begin in each block: int32 row numbers in the file `file`."""

    file: StoredFile
    at: tuple[int, ...]
    count: tuple[int, ...]


@attrs.frozen
class StoredSegment:
    """A file of rows in the order of the record, of one performance year (0: outside the term, or no period)."""

    file: StoredFile
    generation: int
    year: int
    blocks: tuple[int, ...]
    columns: dict[str, StoredBlocks]
    runs: StoredRuns | None

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(self.blocks)


@attrs.frozen
class StoredTexts:
    """Texts of a column, in the order of their codes: an offsets buffer and a buffer of UTF-8 in a file."""

    file: StoredFile
    rows: int
    offsets_at: int
    data_at: int
    data_bytes: int


@attrs.frozen
class StoredColumn:
    """What was prepared of a column. `filled`: cells that were empty; `total`: the control total (numbers and
    flags) as exact digits."""

    name: str
    kind: str
    missing: str
    low: str | None
    high: str | None
    written: str | None
    texts: tuple[str, ...] | None
    filled: int
    total: str | None


@attrs.frozen
class StoredSource:
    """A file that was read. `modified`: nanoseconds, as the file system said."""

    path: str
    bytes: int
    modified: int
    sha256: str
    generation: int


@attrs.frozen
class StoredWarning:
    """What looked odd in the data when it was prepared."""

    code: str
    message: str
    section: str
    help: str


@attrs.frozen
class StoredRecord:
    """A record. `shape`: the fingerprint of what the contract says of it; `binding`: of how its columns were
    bound; `order`: the columns by which rows are sorted in each segment; `unique`: the columns whose values
    name one row in the term (empty: not known); `days`: the different days of the clock column (None: too
    many)."""

    name: str
    shape: str
    binding: str | None
    rows: int
    clock: str | None
    order: tuple[str, ...]
    unique: tuple[str, ...]
    columns: tuple[StoredColumn, ...]
    texts: dict[str, tuple[StoredTexts, ...]]
    segments: tuple[StoredSegment, ...]
    sources: tuple[StoredSource, ...]
    warnings: tuple[StoredWarning, ...]
    days: tuple[int, ...] | None

    def column(self, name: str) -> StoredColumn | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)


@attrs.frozen
class Manifest:
    """A whole store. `years`: first and last day of each performance year of the contract it was prepared with."""

    schema: str
    written_by: str
    contract: str
    generation: int
    years: tuple[tuple[str, str], ...]
    records: dict[str, StoredRecord]

    def files(self) -> dict[str, StoredFile]:
        """Every file by name."""
        found = [file for record in self.records.values() for file in files_of_record(record)]
        return {file.name: file for file in found}


def files_of_record(record: StoredRecord) -> list[StoredFile]:
    """The files of a record."""
    found = [segment.file for segment in record.segments]
    found += [segment.runs.file for segment in record.segments if segment.runs is not None]
    return found + [piece.file for pieces in record.texts.values() for piece in pieces]


# ---------------------------------------------------------------- writing and reading


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of a folder, at once."""
    with safe_file(folder / MANIFEST, "w", encoding="utf-8") as file:
        json.dump(attrs.asdict(manifest), file, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        file.write("\n")


def manifest_hash(folder: Path) -> str:
    """The sha-256 of the manifest, which stands for the whole store."""
    with reading(str(folder / MANIFEST), "a manifest"):
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def foreign(folder: Path, why: str) -> VbcError:
    """The error of a folder that is no store that this version can read."""
    return data_error(
        "VBC5301",
        f"{folder} is no prepared store that can be read: {why}.",
        help="Prepare it again: `vbc prepare CONTRACT --data … --out STORE`.",
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a store; `VbcError` if it is damaged, of another version, or names files outside."""
    path = folder / MANIFEST
    with reading(str(path), "a manifest"):
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            raise foreign(folder, f"{MANIFEST} is a link, or larger than {_LARGEST:,} bytes")
        content = path.read_bytes()
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise foreign(folder, f"{MANIFEST} is damaged") from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise foreign(folder, f"{MANIFEST} is not of the form {SCHEMA}")
    try:
        manifest: Manifest = structure(Manifest, value)
        check(manifest)
    except (_Wrong, RecursionError) as error:
        raise foreign(folder, f"{MANIFEST} is damaged ({error})") from None
    return manifest


class _Wrong(ValueError):
    """A field that is not as it should be."""


@cache
def _fields(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def structure(kind: Any, value: Any, where: str = "manifest") -> Any:
    """A value of JSON as the type that a field declares; nothing is converted."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType or origin is typing.Union:
        inner = [a for a in arguments if a is not type(None)]
        if value is None and len(inner) < len(arguments):
            return None
        return structure(inner[0], value, where)
    if origin is Literal:
        if value in arguments and isinstance(value, str):
            return value
        raise _Wrong(where)
    if origin is tuple:
        if not isinstance(value, list):
            raise _Wrong(where)
        if arguments[-1] is not Ellipsis:
            if len(value) != len(arguments):
                raise _Wrong(where)
            return tuple(structure(a, v, where) for a, v in zip(arguments, value, strict=True))
        if arguments[0] is int:  # most of a manifest
            if not all(type(item) is int for item in value):
                raise _Wrong(where)
            return tuple(value)
        return tuple(structure(arguments[0], item, where) for item in value)
    if origin is dict:
        if not isinstance(value, dict):
            raise _Wrong(where)
        return {str(key): structure(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if attrs.has(kind):
        hints = _fields(kind)
        if not isinstance(value, dict) or set(value) != set(hints):
            raise _Wrong(where)
        return kind(**{name: structure(hint, value[name], f"{where}.{name}") for name, hint in hints.items()})
    if type(value) is not kind:
        raise _Wrong(where)
    return value


def check(manifest: Manifest) -> None:
    """What the parts of a manifest must be to one another. `ValueError` with the place."""
    for id, record in manifest.records.items():
        names = {column.name for column in record.columns}
        if not names.issuperset({*record.order, *record.unique, *record.texts}):
            raise _Wrong(f"{id}: unknown columns")
        if record.rows != sum(segment.rows for segment in record.segments):
            raise _Wrong(f"{id}: rows")
        for file in files_of_record(record):
            if not _NAME.fullmatch(file.name) or file.bytes < 0:
                raise _Wrong(f"{id}: the name of a file")
        for segment in record.segments:
            _check_segment(id, segment, names)
        for pieces in record.texts.values():
            for piece in pieces:
                _inside(id, piece.file, piece.offsets_at, 4 * (piece.rows + 1) if piece.rows else 0)
                _inside(id, piece.file, piece.data_at, piece.data_bytes)


WIDTH: Final[dict[str, int]] = {"int64": 8, "decimal": 32, "code": 4, "flag": 1, "day": 4}


def _check_segment(id: str, segment: StoredSegment, names: set[str]) -> None:
    blocks = segment.blocks
    if any(rows < 1 or rows > 1 << 26 for rows in blocks) or set(segment.columns) != names:
        raise _Wrong(f"{id}: blocks")
    for column in segment.columns.values():
        lists = (column.at, column.valid, column.low, column.high)
        if any(len(found) != len(blocks) for found in lists) or not 0 <= column.scale <= 400:
            raise _Wrong(f"{id}: blocks of a column")
        for rows, at, valid in zip(blocks, column.at, column.valid, strict=True):
            _inside(id, segment.file, at, rows * WIDTH[column.storage])
            if valid >= 0:
                _inside(id, segment.file, valid, (rows + 7) // 8)
    if segment.runs is not None:
        if len(segment.runs.at) != len(blocks) or len(segment.runs.count) != len(blocks):
            raise _Wrong(f"{id}: runs")
        for rows, at, count in zip(blocks, segment.runs.at, segment.runs.count, strict=True):
            if not 1 <= count <= rows:
                raise _Wrong(f"{id}: runs")
            _inside(id, segment.runs.file, at, 4 * count)


def _inside(id: str, file: StoredFile, at: int, size: int) -> None:
    if at < 0 or size < 0 or at + size > file.bytes:
        raise _Wrong(f"{id}: a place outside {file.name}")
