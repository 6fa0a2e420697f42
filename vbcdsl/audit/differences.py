"""What differs between two files of an audit package, cell by cell, record by record, clause by clause."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LARGEST = 1_000_000_000  # bytes of one part of a workbook
_SHOWN = 60


def differences(name: str, found: bytes, again: bytes) -> Iterator[str]:
    """Each difference in words: what the package has, and what was computed."""
    if found == again:
        return
    if len(found) > _LARGEST:
        yield f"{name}: it is too large to compare"
        return
    by_suffix: dict[str, Callable[[bytes], dict[str, str]]] = {
        "csv": _csv, "jsonl": _jsonl, "json": _json, "xlsx": _workbook, "vbc": _clauses, "md": _clauses,
        "txt": _lines, "toml": _lines,
    }  # fmt: skip
    read = by_suffix.get(name.rpartition(".")[2], _lines)
    try:
        one = read(found)
    except Exception as error:  # whatever a tampered file does to its reader
        yield f"{name}: it cannot be read ({type(error).__name__})"
        return
    two = read(again)
    said = False
    for place in [*one, *(place for place in two if place not in one)]:
        if one.get(place) != two.get(place):
            said = True
            yield f"{name}, {place}: {_shown(one.get(place))}, computed {_shown(two.get(place))}"
    if not said:
        yield f"{name}: the same content, written in other bytes"


def _shown(text: str | None) -> str:
    if text is None:
        return "nothing"
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _csv(data: bytes) -> dict[str, str]:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    header = rows[0] if rows else []
    found = {f"heading {i + 1}": name for i, name in enumerate(header)}
    for number, row in enumerate(rows[1:], 2):
        for i, text in enumerate(row):
            column = header[i] if i < len(header) else f"column {i + 1}"
            found[f"row {number} ({', '.join(row[:2])}), {column}"] = text
    return found


def _jsonl(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(data.decode("utf-8").splitlines(), 1):
        record = json.loads(line)
        name = record.get("id", f"line {number}")
        for field, value in record.items():
            found[f"{name}, {field}"] = json.dumps(value, ensure_ascii=False)
    return found


def _json(data: bytes) -> dict[str, str]:
    return dict(_paths(json.loads(data.decode("utf-8")), ""))


def _paths(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _paths(item, f"{at} / {key}" if at else str(key))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value, 1):
            yield from _paths(item, f"{at} [{number}]")
    else:
        yield at or "content", json.dumps(value, ensure_ascii=False)


def _clauses(data: bytes) -> dict[str, str]:
    """Sections by their number; what stands before the first is the heading."""
    found: dict[str, str] = {}
    name = "heading"
    for line in data.decode("utf-8").splitlines():
        start = re.match(r"(?:A new )?(?:S|s)?(?:ection )?(\d+(?:\.\d+)+)\s", line)
        example = re.match(r"(example \".*\"|Article \d+)", line)
        if start is not None:
            name = f"section {start[1]}"
        elif example is not None:
            name = example[1]
        found[name] = found.get(name, "") + line + "\n"
    return found


def _lines(data: bytes) -> dict[str, str]:
    text = data.decode("utf-8", "replace")
    return {f"line {number}": line for number, line in enumerate(text.splitlines(), 1)}


def _workbook(data: bytes) -> dict[str, str]:
    """Cells by sheet and address with formula and value; other parts by their bytes."""
    found: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {}
        for info in book.infolist():
            if info.file_size > _LARGEST:
                raise ValueError("too large")
            parts[info.filename] = book.read(info)
    shared = [
        "".join(t.text or "" for t in item.iter(f"{_MAIN}t"))
        for item in ElementTree.fromstring(parts.get("xl/sharedStrings.xml", b"<sst/>"))
    ]
    names = [
        sheet.get("name", "")
        for sheet in ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet")
    ]
    for part, content in parts.items():
        sheet = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
        if sheet is None:
            if part != "xl/sharedStrings.xml":
                found[f"part {part}"] = content.decode("utf-8", "replace")
            continue
        name = names[int(sheet[1]) - 1]
        for cell in ElementTree.fromstring(content).iter(f"{_MAIN}c"):
            formula, value = cell.find(f"{_MAIN}f"), cell.find(f"{_MAIN}v")
            text = (value.text or "") if value is not None else ""
            if cell.get("t") == "s":
                text = shared[int(text)]
            place = f"{name}!{cell.get('r')}"
            found[place] = text
            if formula is not None:
                found[f"{place}, formula"] = "=" + (formula.text or "")
    return found
