"""What one file gave in a reading, and its form on disk: the hash of the rest, then Arrow with one row of
lists."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any, Final

import attrs
import numpy as np
import pyarrow as pa

from vbcdsl.engines.arrow.ints import Array, Ints
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.vec import Num

MAGIC: Final = b"vbc.partials/1 "
_HASH: Final = 64
_MOST: Final = 1 << 34  # bytes of an entry


class NotKept(Exception):
    """It cannot be kept: an error stands in it, or it is damaged."""


@attrs.define(eq=False)
class Group:
    """The groups of one collector: its key columns (numbers, or codes with texts), a partial for each
    aggregate, and the periods of each group."""

    size: int
    numbers: dict[str, Array]
    texts: dict[str, tuple[Array, list[str]]]
    parts: list[Partial]
    bits: Partial | None


@attrs.define(eq=False)
class Entry:
    """All of it. `unlisted`: rows with keys that are not on the roster, by dimension and year; `left_out`: rows
    paid later; `seen`: of columns written as percents the number of values and the largest; `identifiers` of
    entries."""

    rows: int
    outside: int
    groups: list[Group]
    unlisted: dict[str, dict[int, int]] = attrs.field(factory=dict)
    left_out: int = 0
    seen: dict[str, tuple[int, str]] = attrs.field(factory=dict)
    identifiers: list[str] | None = None


# ---------------------------------------------------------------- writing


def to_bytes(entry: Entry) -> bytes:
    """The entry as it is kept. `NotKept` if it holds an error of a value: errors are found again each time."""
    lists: dict[str, Any] = {}
    facts: dict[str, Any] = {
        "rows": entry.rows, "outside": entry.outside, "left_out": entry.left_out, "groups": [],
        "unlisted": {dim: {str(y): n for y, n in years.items()} for dim, years in entry.unlisted.items()},
        "seen": {name: list(found) for name, found in entry.seen.items()},
        "identifiers": entry.identifiers is not None,
    }  # fmt: skip
    if entry.identifiers is not None:
        lists["identifiers"] = pa.array(entry.identifiers, pa.large_string())
    for number, group in enumerate(entry.groups):
        facts["groups"].append(_group(f"g{number}", group, lists))
    arrays = [_one(array) for array in lists.values()]
    schema = pa.schema([pa.field(n, a.type) for n, a in zip(lists, arrays, strict=True)])
    schema = schema.with_metadata({"vbc": json.dumps(facts)})
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    body = stream.getvalue()
    return MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _one(array: Any) -> Any:
    """A list as the only cell of a column."""
    return pa.LargeListArray.from_arrays(pa.array([0, len(array)], pa.int64()), array)


def _group(name: str, group: Group, lists: dict[str, Any]) -> dict[str, Any]:
    for key, column in group.numbers.items():
        lists[f"{name}.n.{key}"] = pa.array(column.astype(np.int64))
    for key, (codes, texts) in group.texts.items():
        lists[f"{name}.c.{key}"] = pa.array(codes.astype(np.int64))
        lists[f"{name}.t.{key}"] = pa.array(texts, pa.large_string())
    parts = [_partial(f"{name}.p{i}", part, lists) for i, part in enumerate(group.parts)]
    bits = None if group.bits is None else _partial(f"{name}.bits", group.bits, lists)
    return {"size": group.size, "numbers": list(group.numbers), "texts": list(group.texts), "parts": parts,
            "bits": bits}  # fmt: skip


_COUNTS: Final = ("rows", "missing", "negative")
_NUMBERS: Final = ("total", "weights", "extreme")


def _partial(name: str, part: Partial, lists: dict[str, Any]) -> dict[str, Any]:
    if part.fault is not None and part.fault.any():
        raise NotKept("an error of a value")
    has = []
    for field in _COUNTS:
        column = getattr(part, field)
        if column is not None:
            lists[f"{name}.{field}"] = pa.array(np.ascontiguousarray(column, np.int64))
            has.append(field)
    for field in _NUMBERS:
        number: Num | None = getattr(part, field)
        if number is not None:
            if number.unscored is not None or number.fault is not None:
                raise NotKept("a number with marks")
            for side, ints in (("num", number.num), ("den", number.den)):
                lists[f"{name}.{field}.{side}"] = (
                    pa.array([str(x) for x in ints.a.tolist()], pa.large_string())
                    if ints.a.dtype == object
                    else pa.array(np.ascontiguousarray(ints.a, np.int64))
                )
            has.append(field)
    return {"has": has, "days": part.days}


# ---------------------------------------------------------------- reading


def from_bytes(content: bytes) -> Entry:
    """An entry that was kept. `NotKept` for anything that `to_bytes` did not write."""
    end = len(MAGIC) + _HASH
    body = content[end + 1 :]
    if (
        len(content) > _MOST
        or not content.startswith(MAGIC)
        or content[end : end + 1] != b"\n"
        or hashlib.sha256(body).hexdigest().encode() != content[len(MAGIC) : end]
    ):
        raise NotKept("it is damaged")
    try:
        with pa.ipc.open_stream(pa.BufferReader(body)) as reader:
            facts = json.loads(reader.schema.metadata[b"vbc"])
            batch = reader.read_next_batch()
        batch.validate(full=True)
        cells = {name: batch.column(i).flatten() for i, name in enumerate(batch.schema.names)}
        return _entry(facts, lambda name: cells[name])
    except (pa.ArrowException, ValueError, KeyError, TypeError, AttributeError, StopIteration, OverflowError):
        raise NotKept("it is damaged") from None


def _entry(facts: dict[str, Any], cell: Callable[[str], Any]) -> Entry:
    groups = [_read_group(f"g{number}", group, cell) for number, group in enumerate(facts["groups"])]
    return Entry(
        int(facts["rows"]),
        int(facts["outside"]),
        groups,
        {str(d): {int(y): int(n) for y, n in years.items()} for d, years in facts["unlisted"].items()},
        int(facts["left_out"]),
        {str(name): (int(rows), str(most)) for name, (rows, most) in facts["seen"].items()},
        cell("identifiers").to_pylist() if facts["identifiers"] else None,
    )


def _ints(array: Any, size: int | None = None) -> Array:
    if pa.types.is_large_string(array.type):
        found: Array = np.array([int(text) for text in array.to_pylist()], dtype=object)
    else:
        found = array.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    if size is not None and len(found) != size:
        raise NotKept("it is damaged")
    return found


def _read_group(name: str, facts: dict[str, Any], cell: Callable[[str], Any]) -> Group:
    size = int(facts["size"])
    numbers = {key: _ints(cell(f"{name}.n.{key}"), size) for key in facts["numbers"]}
    texts = {}
    for key in facts["texts"]:
        codes, known = _ints(cell(f"{name}.c.{key}"), size), cell(f"{name}.t.{key}").to_pylist()
        if size and (int(codes.min()) < 0 or int(codes.max()) >= len(known)):
            raise NotKept("it is damaged")
        texts[key] = (codes, known)
    parts = [_read_partial(f"{name}.p{i}", p, size, cell) for i, p in enumerate(facts["parts"])]
    bits = None if facts["bits"] is None else _read_partial(f"{name}.bits", facts["bits"], size, cell)
    return Group(size, numbers, texts, parts, bits)


def _read_partial(name: str, facts: dict[str, Any], size: int, cell: Callable[[str], Any]) -> Partial:
    part = Partial(np.zeros(size, np.int64), days=bool(facts["days"]))
    for field in facts["has"]:
        if field in _COUNTS:
            setattr(part, field, _ints(cell(f"{name}.{field}"), size))
        elif field in _NUMBERS:
            top, bottom = (_ints(cell(f"{name}.{field}.{side}")) for side in ("num", "den"))
            if len(top) not in (1, size) or len(bottom) not in (1, size) or not bottom.all():
                raise NotKept("it is damaged")
            setattr(part, field, Num(Ints(top), Ints(bottom)))
    return part
