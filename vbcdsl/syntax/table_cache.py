"""Where the tables of the grammar are kept between runs: one file in the user's cache folder.

The file is JSON behind a line that names its format, the grammar it was made from and a checksum: reading it runs
no code. Who may have written it, and how it is written, is in `kept_files`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vbcdsl.kept_files import folders, read, write
from vbcdsl.resources import grammar_dir
from vbcdsl.syntax.phrases import FILES
from vbcdsl.syntax.tables import Tables

FORMAT = "vbcdsl grammar tables 1"
_KEPT = 4  # files of other grammars (other versions of the program) that stay beside the newest
_MADE_BY = ("phrases.py", "tables.py")


@lru_cache(maxsize=1)
def shared_tables() -> Tables:
    """The tables of the grammar: as stored, or made now and stored."""
    key = fingerprint()
    for folder in folders():
        found = _stored(folder / _name(key), key)
        if found is not None:
            return Tables(found)
    from vbcdsl.syntax.lark_grammar import build_lark
    from vbcdsl.syntax.tables import described

    data = described(build_lark())
    for folder in folders():
        if store(folder, key, data):
            break
    return Tables(data)


def fingerprint() -> str:
    """What the tables depend on: the grammar, the code that makes them, Lark and Python."""
    found = hashlib.sha256(f"{FORMAT}\n{sys.version_info[:2]}\n".encode())
    for name in FILES:
        found.update((grammar_dir() / f"{name}.lark").read_bytes())
    here = Path(__file__).parent
    lark = find_spec("lark")
    made_by = [here / name for name in _MADE_BY] + ([Path(lark.origin)] if lark and lark.origin else [])
    for path in made_by:
        with contextlib.suppress(OSError):  # installed without sources: the version of the program must do
            found.update(path.read_bytes())
    from vbcdsl import __version__

    found.update(__version__.encode())
    return found.hexdigest()[:24]


def store(folder: Path, key: str, data: dict[str, Any]) -> bool:
    """Write the tables, all or nothing; whether they could be written."""
    body = json.dumps(data, separators=(",", ":")).encode()
    if not write(folder, _name(key), f"{FORMAT} {key}", body):
        return False
    _tidy(folder, _name(key))
    return True


def _name(key: str) -> str:
    return f"grammar-{key}.json"


def _stored(path: Path, key: str) -> dict[str, Any] | None:
    """The tables in a file, or None if they are missing, damaged, of another grammar, or not the user's own."""
    body = read(path, f"{FORMAT} {key}")
    if body is None:
        return None
    found: dict[str, Any] = json.loads(body)  # as it was written: the checksum says so
    return found


def _tidy(folder: Path, newest: str) -> None:
    """Remove what older versions of the program left."""
    with contextlib.suppress(OSError):
        others = [p for p in folder.glob("grammar-*") if p.name != newest and p.suffix in (".json", ".lark")]
        others.sort(key=lambda p: p.stat().st_mtime, reverse=True)
        for old in others[_KEPT:]:
            old.unlink()
