"""The footer of a Parquet file as pyarrow should read it: decimals as they are stored, not as 128 bits each.

A footer is a Thrift message in the compact protocol. Its second field lists the columns; there the words that
make decimals of whole numbers, or of bytes of one length, are left out. Nothing else is changed, and no page of
the file looks different. Where the message is not as expected, the footer is used as it is.

https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from vbcdsl.data.convert.stored import WIDEST

MAGIC: Final = b"PAR1"
LARGEST: Final = 1 << 28  # bytes of a footer
DEEPEST: Final = 32  # structures in one another

# Fields of a column (SchemaElement), and values of them
TYPE, LENGTH, CONVERTED, SCALE, PRECISION, LOGICAL = 1, 2, 6, 7, 8, 10
DECIMAL: Final = 5
INT32, INT64, BYTES = 1, 2, 7
COLUMNS: Final = 2  # the field of the footer that lists the columns

# Types of the compact protocol
BOOLEANS, BYTE, INTEGERS, DOUBLE, BINARY, LISTS, STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 12


def with_stored_decimals(path: Path, footer: Any) -> Any:
    """The footer (`pyarrow.parquet.FileMetaData`) of a file, changed so that decimals of at most 128 bits come as
    they are stored; the same if there are none or the file cannot be read so."""
    columns = [footer.schema.column(place) for place in range(footer.num_columns)]
    if not any(_is_stored(column) for column in columns):
        return footer
    try:
        message = _message(path)
        changed = None if message is None else _changed(message)
        if changed is None:
            return footer
        whole = MAGIC + changed + len(changed).to_bytes(4, "little") + MAGIC
        found = pq.read_metadata(pa.BufferReader(whole))
    except (IndexError, ValueError, OverflowError, RecursionError, OSError, pa.ArrowException):
        return footer
    alike = (found.num_rows, found.num_row_groups, found.num_columns) == (
        footer.num_rows, footer.num_row_groups, footer.num_columns
    )  # fmt: skip
    return found if alike and [found.schema.column(p).path for p in range(len(columns))] == [
        column.path for column in columns
    ] else footer  # fmt: skip


def _is_stored(column: Any) -> bool:
    return column.logical_type.type == "DECIMAL" and (
        column.physical_type in ("INT32", "INT64")
        or (column.physical_type == "FIXED_LEN_BYTE_ARRAY" and column.length <= WIDEST)
    )


def _message(path: Path) -> bytes | None:
    """The bytes of the footer; None: it is encrypted, or too long."""
    with path.open("rb") as file:
        end = file.seek(-8, 2)
        tail = file.read(8)
        size = int.from_bytes(tail[:4], "little")
        if tail[4:] != MAGIC or size > min(end, LARGEST):
            return None
        file.seek(end - size)
        return file.read(size)


def _changed(message: bytes) -> bytes | None:
    """The message with other words on its columns; None: it lists none."""
    for number, kind, start, _ in _fields(message, 0, 0):
        if number == COLUMNS and kind in LISTS:
            count, inner, at = _list(message, start)
            if inner != STRUCT:
                return None
            parts = [message[:at]]
            for _ in range(count):
                end = _end(message, at, STRUCT, 0)
                parts.append(_column(message, at, end))
                at = end
            return b"".join([*parts, message[at:]])
    return None


def _column(message: bytes, start: int, end: int) -> bytes:
    """A column, without the words that make it decimal if it is stored as numbers or bytes."""
    fields = {number: (kind, message[at:to]) for number, kind, at, to in _fields(message, start, 0)}
    if CONVERTED not in fields or _whole(fields[CONVERTED][1]) != DECIMAL or TYPE not in fields:
        return message[start:end]
    stored = _whole(fields[TYPE][1])
    if stored not in (INT32, INT64) and not (
        stored == BYTES and LENGTH in fields and 1 <= _whole(fields[LENGTH][1]) <= WIDEST
    ):
        return message[start:end]
    found, last = bytearray(), 0
    for number, (kind, value) in fields.items():
        if number in (CONVERTED, SCALE, PRECISION, LOGICAL):
            continue
        if not 0 < number - last < 16:
            raise ValueError("fields out of order")
        found.append((number - last) << 4 | kind)
        found += value
        last = number
    return bytes(found) + b"\0"


# ------------------------------------------------------------ the compact protocol


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number without a sign, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number with more than 64 bits")


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _whole(value: bytes) -> int:
    """The number that the bytes of a field are."""
    return _signed(_varint(value, 0)[0])


def _list(message: bytes, at: int) -> tuple[int, int, int]:
    """Of a list: how many, of which type, where the first begins."""
    count, inner = message[at] >> 4, message[at] & 15
    at += 1
    if count == 15:
        count, at = _varint(message, at)
    if count > len(message):
        raise ValueError("a list longer than the message")
    return count, inner, at


def _fields(message: bytes, at: int, depth: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields of a structure: number, type, where the value begins and ends."""
    number = 0
    while message[at]:
        head = message[at]
        at += 1
        if head >> 4:
            number += head >> 4
        else:
            given, at = _varint(message, at)
            number = _signed(given)
        end = _end(message, at, head & 15, depth)
        yield number, head & 15, at, end
        at = end


def _end(message: bytes, at: int, kind: int, depth: int) -> int:
    """Where a value ends. The numbers of a structure take no more than a look at its bytes."""
    if depth > DEEPEST:
        raise ValueError("structures too deep in one another")
    if kind in BOOLEANS:
        return at
    if kind == BYTE:
        return at + 1
    if kind in INTEGERS:
        return _varint(message, at)[1]
    if kind == DOUBLE:
        return at + 8
    if kind == BINARY:
        size, at = _varint(message, at)
        return at + size
    if kind in LISTS:
        count, inner, at = _list(message, at)
        for _ in range(count):
            at = at + 1 if inner in BOOLEANS else _end(message, at, inner, depth + 1)
        return at
    if kind == STRUCT:
        while message[at]:
            head = message[at]
            at += 1
            if not head >> 4:
                _, at = _varint(message, at)
            at = _end(message, at, head & 15, depth + 1)
        return at + 1
    raise ValueError("an unknown type")
