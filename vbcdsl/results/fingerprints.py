"""What the data of a run was, for `run.json`: the sha-256 and the rows of each file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vbcdsl.data import Bindings
from vbcdsl.data.fingerprint import fingerprint


def fingerprints(inputs: Mapping[str, object], bindings: Bindings | None) -> dict[str, object]:
    """For each record its files with fingerprints; a table in memory is only named as such."""
    given: dict[str, object] = {}
    for name, bound in (bindings.records if bindings else {}).items():
        if bound.file is not None:
            given[name] = bound.file
    given.update(inputs)
    return {name: [_one(item, name, bindings) for item in _each(value)] for name, value in given.items()}


def _each(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _one(item: object, name: str, bindings: Bindings | None) -> dict[str, object]:
    if not isinstance(item, (str, Path)):
        return {"table": type(item).__name__}
    bound = bindings.records.get(name) if bindings else None
    found = fingerprint(
        item, separator=bound.separator if bound else None, encoding=bound.encoding if bound else None
    )
    return {"path": Path(item).as_posix(), "sha256": found.sha256, "rows": found.rows}
