"""Writes a trace: one JSON record on each line. `schema.json` beside this file is the JSON schema of a record."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vbcdsl.data.write import safe_file


def write_trace(path: Path, records: Iterable[dict[str, Any]]) -> int:
    """Write the records; their number. The file appears when it is complete."""
    count = 0
    with safe_file(path, "w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def schema_text() -> str:
    """The JSON schema (draft 2020-12) of a record and of an explanation."""
    return Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
