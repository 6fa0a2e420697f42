"""What the data of a run was, for `run.json`: the sha-256 and the rows of each file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from vbcdsl.data import Bindings
from vbcdsl.data.addresses import address_of
from vbcdsl.data.fingerprint import fingerprint
from vbcdsl.data.open import WHOLE_STORE, is_store
from vbcdsl.model.names import snake_case


def fingerprints(inputs: Mapping[str, object], bindings: Bindings | None) -> dict[str, object]:
    """For each record its files with fingerprints; a table in memory is only named as such."""
    given: dict[str, object] = {}
    for name, bound in (bindings.records if bindings else {}).items():
        if bound.file is not None:
            given[name] = bound.file
    for store in _each(inputs.get(WHOLE_STORE, [])):
        given |= dict.fromkeys(_records(store), store)
    given.update({name: value for name, value in inputs.items() if name != WHOLE_STORE})
    return {name: [_one(item, name, bindings) for item in _each(value)] for name, value in given.items()}


def _each(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _one(item: object, name: str, bindings: Bindings | None) -> dict[str, object]:
    if not isinstance(item, (str, Path)):
        return {"table": type(item).__name__}
    if is_store(item):
        return _store(Path(item), name)
    bound = bindings.records.get(name) if bindings else None
    found = fingerprint(
        item, separator=bound.separator if bound else None, encoding=bound.encoding if bound else None
    )
    address = address_of(item)
    where = Path(item).as_posix() if address is None else address.label
    return {"path": where, "sha256": found.sha256, "rows": found.rows}


def _records(store: object) -> list[str]:
    """The records of a prepared store."""
    from vbcdsl.prepared.layout import read_manifest

    return list(read_manifest(Path(str(store)).expanduser()).records)


def _store(folder: Path, name: str) -> dict[str, object]:
    """A record of a prepared store: one hash for its files, and those of the files that it was prepared from."""
    from vbcdsl.prepared.layout import files_of_record, read_manifest

    records = read_manifest(folder.expanduser()).records
    record = records[snake_case(name)]
    lines = sorted(f"{file.sha256} {file.name}" for file in files_of_record(record))
    return {
        "path": folder.as_posix(),
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "rows": record.rows,
        "prepared_from": [
            {"path": Path(source.path).name, "sha256": source.sha256} for source in record.sources
        ],
    }
