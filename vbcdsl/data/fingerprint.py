"""What a settlement stood on: the sha-256 of each input file and its number of rows, for the audit package."""

from __future__ import annotations

import hashlib
from pathlib import Path

import attrs

from vbcdsl.data.addresses import Address, address_of
from vbcdsl.data.inputs import FileRules, files_of, parts_of
from vbcdsl.data.options import Options
from vbcdsl.data.readers.part import reading

_BLOCK = 1 << 20


@attrs.frozen
class Fingerprint:
    """The sha-256 (hex) of the bytes, and the number of data rows."""

    sha256: str
    rows: int


def fingerprint(
    path: str | Path,
    options: Options | None = None,
    *,
    separator: str | None = None,
    encoding: str | None = None,
) -> Fingerprint:
    """The fingerprint of a file, or of all files of a folder or glob in the order in which they are read (the
    sha-256 of their hashes, one on each line). Raises `VbcError` for a file that cannot be read."""
    options = options or Options()
    if (address := address_of(path)) is not None:
        return _of_table(address, options)
    files = files_of(path)
    hashes = [_sha256(file) for file in files]
    if len(files) == 1 and Path(path).is_file():
        sha256 = hashes[0]
    else:
        sha256 = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    count = 0
    for part in parts_of(list(files), str(path), FileRules(separator, encoding, options)):
        known = part.rows()
        count += known if known is not None else sum(rows for rows, _ in part.batches([], set(), options))
    return Fingerprint(sha256, count)


def _of_table(address: Address, options: Options) -> Fingerprint:
    """Of a table in a database: the sha-256 of the DuckDB file ("" for a server, which has no bytes to sign), and
    the table's rows."""
    (part,) = parts_of(address.below(Path()), address.table, FileRules(None, None, options))
    sha256 = _sha256(Path(address.place).expanduser()) if address.scheme == "duckdb" else ""
    return Fingerprint(sha256, part.rows() or 0)


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with reading(str(file), "a file"), file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
