"""Files that the program keeps between runs in the user's cache folder: the tables of the grammar, compiled texts.

A file begins with a line that names what it is and a checksum of the rest. It is only read from a folder and file
that nobody but the user (or root) can write, because what somebody else wrote could read a contract in another
way. A file that is missing or damaged is made again; a folder that cannot be written costs time and nothing else.
Writing goes to a new file, which only the user can read and which then takes the place.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path


def folders() -> list[Path]:
    """Where files may be kept: the user's cache folder, else a private folder among the temporary files."""
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


def write(folder: Path, name: str, title: str, body: bytes) -> bool:
    """Write a file, all or nothing; whether it could be written."""
    written: str | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _private(folder.lstat(), folder=True):
            return False
        handle, written = tempfile.mkstemp(prefix=".new-", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(_head(title, body) + b"\n" + body)
        os.replace(written, folder / name)
    except OSError:
        if written is not None:
            with contextlib.suppress(OSError):
                os.unlink(written)
        return False
    return True


def read(path: Path, title: str) -> bytes | None:
    """What a file holds, or None if it is missing, damaged, something else, or not the user's own."""
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
    return body if head == _head(title, body) else None


def _head(title: str, body: bytes) -> bytes:
    return f"{title} {hashlib.sha256(body).hexdigest()}".encode()


def _private(found: os.stat_result, *, folder: bool) -> bool:
    """Whether nobody else can have written it. (Where users have no numbers, the folder's place must do.)"""
    if not (stat.S_ISDIR if folder else stat.S_ISREG)(found.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid in (os.getuid(), 0) and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
