"""Where the tables of the grammar are kept between runs: one file in the user's cache folder.

The file is JSON behind a line that names its format, the grammar it was made from and a checksum: reading it runs
no code. It is only read from a folder and file that nobody but the user (or root) can write, because tables of
somebody else could read a contract in another way. A file that is missing, damaged or of another grammar is
made again; a folder that cannot be written costs time and nothing else. Writing goes to a new file that then
takes the place.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
import tempfile
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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


def folders() -> list[Path]:
    """Where the file may be: the user's cache folder, else a private folder among the temporary files."""
    found = []
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or ""
    if os.path.isabs(base):
        found.append(Path(base) / "vbcdsl")
    else:
        with contextlib.suppress(RuntimeError):  # a user without a home
            found.append(Path.home() / ".cache" / "vbcdsl")
    user = os.getuid() if hasattr(os, "getuid") else "user"
    found.append(Path(tempfile.gettempdir()) / f"vbcdsl-{user}")
    return found


def store(folder: Path, key: str, data: dict[str, Any]) -> bool:
    """Write the tables, all or nothing; whether they could be written."""
    body = json.dumps(data, separators=(",", ":")).encode()
    head = f"{FORMAT} {key} {hashlib.sha256(body).hexdigest()}\n".encode()
    written: str | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _private(folder.lstat(), folder=True):
            return False
        handle, written = tempfile.mkstemp(prefix=".grammar-", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(head + body)
        os.replace(written, folder / _name(key))
    except OSError:
        if written is not None:
            with contextlib.suppress(OSError):
                os.unlink(written)
        return False
    _tidy(folder, _name(key))
    return True


def _name(key: str) -> str:
    return f"grammar-{key}.json"


def _stored(path: Path, key: str) -> dict[str, Any] | None:
    """The tables in a file, or None if they are missing, damaged, of another grammar, or not the user's own."""
    try:
        if not _private(path.parent.lstat(), folder=True):
            return None
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            if not _private(os.fstat(file.fileno()), folder=False):
                return None
            head, _, body = file.read().partition(b"\n")
    except OSError:
        return None
    if head.decode("ascii", "replace") != f"{FORMAT} {key} {hashlib.sha256(body).hexdigest()}":
        return None
    found: dict[str, Any] = json.loads(body)  # as it was written: the checksum says so
    return found


def _private(found: os.stat_result, *, folder: bool) -> bool:
    """Whether nobody else can have written it. (Where users have no numbers, the folder's place must do.)"""
    if not (stat.S_ISDIR if folder else stat.S_ISREG)(found.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid in (os.getuid(), 0) and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _tidy(folder: Path, newest: str) -> None:
    """Remove what older versions of the program left."""
    with contextlib.suppress(OSError):
        others = [p for p in folder.glob("grammar-*") if p.name != newest and p.suffix in (".json", ".lark")]
        others.sort(key=lambda p: p.stat().st_mtime, reverse=True)
        for old in others[_KEPT:]:
            old.unlink()
