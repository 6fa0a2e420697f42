"""Contracts that were compiled before and are not compiled again.

Compiling takes about a thousand times as long as reading the file, and a book of contracts is settled again and
again with the same texts. `compile_kept` gives what `compile_path` gives; what came out is kept in the user's
cache folder (`kept_files`) under a hash of the bytes and names of all files of the contract, of the code that
compiles, and of Python. A contract with errors is never kept: each command finds them itself. `VBCDSL_CACHE=off`
keeps nothing and reads nothing.

The file is a pickle of the classes of this program, numbers and dates, and of nothing else: a name of anything
else in it is refused. Syntax trees and the names in them, more than half of it, are a pickle inside, which is read
when somebody asks for them: to settle a contract nobody does.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import sys
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import attrs

from vbcdsl import __version__
from vbcdsl.compiler import SYNTAX, Compiled, Version, compile_files, compile_sources
from vbcdsl.kept_files import folders, read, write
from vbcdsl.model.values import NOT_SCORED, NotScored
from vbcdsl.resources import grammar_dir, library_dir
from vbcdsl.source import ContractFiles, find_contract
from vbcdsl.source.read import read_bytes

SWITCH: Final = "VBCDSL_CACHE"
FORMAT: Final = "vbcdsl compiled contract 3"
ROOM: Final = 128 * 1024 * 1024
"""Bytes that all kept contracts may take; then the oldest are removed."""

_MADE_BY: Final = (
    "check",
    "diagnostics",
    "diagnostics/codes",
    "model",
    "resolve",
    "rules",
    "source",
    "syntax",
    "types",
)


def compile_kept(path: str | Path, before: Callable[[], None] = lambda: None) -> Compiled:
    """Compile a contract file, an amendment, or a folder, as `compile_path` does. `before`: called if it must be
    compiled, not read."""
    files = find_contract(path)
    if not keeps():
        return compile_files(files)
    found = _kept(_key_of(files), files)
    if found is None:
        before()
        found = compile_files(files)
        if not found.errors and len(found.amendments) == len(files.amendments):
            _keep(found)
    return found


def keeps() -> bool:
    """Whether contracts are kept."""
    return os.environ.get(SWITCH, "").lower() != "off"


def is_kept(path: str | Path) -> bool:
    """Whether a contract was compiled before and seems to be there. VbcError if a file cannot be read."""
    key = _key_of(find_contract(path))
    return any((place / key).is_file() for place in _places())


# ---------------------------------------------------------------- under which name


@lru_cache(maxsize=1)
def _made_by() -> str:
    """What compiling depends on beside the texts: this program, as Python tells its own compiled files apart (by
    size and time), the grammar, the clauses of the library, and Python."""
    here = Path(__file__).parent
    found = hashlib.sha256(f"{FORMAT}\n{__version__}\n{sys.version}\n{attrs.__version__}\n".encode())
    inside = [here / name for name in _MADE_BY]
    for folder in (here, *inside, grammar_dir(), library_dir() / "clauses"):
        if not folder.is_dir():  # installed without sources: the version of the program must do
            continue
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.is_file():
                    at = entry.stat()
                    found.update(f"{entry.path} {at.st_size} {at.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _key_of(files: ContractFiles) -> str:
    names = [each.as_posix() for each in (files.base, *files.amendments)]
    return _key(names, [hashlib.sha256(read_bytes(Path(name), name)).hexdigest() for name in names])


def _key(names: list[str], shas: list[str]) -> str:
    """The base first; amendments in any order, since their numbers order them."""
    base, *amendments = zip(names, shas, strict=True)
    return hashlib.sha256(f"{_made_by()}\n{base}\n{sorted(amendments)}".encode()).hexdigest()


# ---------------------------------------------------------------- what was kept


def _places() -> list[Path]:
    return [folder / "contracts" for folder in folders()]


def _kept(key: str, files: ContractFiles) -> Compiled | None:
    """The contract as it was compiled, with the files as they are now (the bindings may be new)."""
    for place in _places():
        body = read(place / key, f"{FORMAT} {key}")
        if body is not None:
            with contextlib.suppress(Exception):  # whatever is wrong with it: it is compiled again
                found, outline, syntax = _Reader(io.BytesIO(body)).load()
                if type(found) is Compiled:
                    later = _Syntax(found, syntax)
                    for version in found.versions:
                        version.__dict__["_read_syntax"] = later
                    found = attrs.evolve(found, files=files)
                    found.__dict__["_outline"] = outline
                    return found
    return None


def _keep(compiled: Compiled) -> None:
    """Keeps a contract: under the bytes that were compiled."""
    texts = [compiled.base, *(text for _, text in compiled.amendments)]
    try:
        syntax = _bytes([[getattr(version, name) for name in SYNTAX] for version in compiled.versions])
        versions = tuple(_without_syntax(version) for version in compiled.versions)
        body = _bytes((attrs.evolve(compiled, files=None, versions=versions), compiled.outline, syntax))
    except (pickle.PicklingError, RecursionError):  # nested deeper than can be written
        return
    key = _key([text.name for text in texts], [text.origins[0].sha256 for text in texts])
    for place in _places():
        if write(place, key, f"{FORMAT} {key}", body):
            _make_room(place)
            break


def _without_syntax(version: Version) -> Version:
    found = object.__new__(Version)
    found.__dict__.update({name: each for name, each in vars(version).items() if name not in SYNTAX})
    return found


@attrs.frozen
class _Syntax:
    """What the versions of a kept contract get when somebody asks for their syntax."""

    compiled: Compiled
    body: bytes

    def __call__(self) -> None:
        """Reads it for all versions."""
        try:
            found = _Reader(io.BytesIO(self.body)).load()
        except Exception:  # whatever is wrong with it: it is compiled again
            amendments = [source for _, source in self.compiled.amendments]
            again = compile_sources(self.compiled.base, amendments).versions
            found = [[getattr(version, name) for name in SYNTAX] for version in again]
        for version, parts in zip(self.compiled.versions, found, strict=True):
            version.__dict__.update(zip(SYNTAX, parts, strict=True))


@lru_cache
def _make_room(place: Path) -> None:
    """Once in a process: removes the oldest contracts beyond the room for all."""
    with contextlib.suppress(OSError):
        found = [(at.stat().st_mtime_ns, at.stat().st_size, at) for at in place.iterdir()]
        room = ROOM
        for _, size, at in sorted(found, reverse=True):
            room -= size
            if room < 0:
                at.unlink()


# ---------------------------------------------------------------- as bytes


@lru_cache(maxsize=4096)  # most numbers stand in many contracts
def _fraction(numerator: int, denominator: int) -> Fraction:
    return Fraction(numerator, denominator)


def _bytes(value: object) -> bytes:
    body = io.BytesIO()
    _Writer(body, protocol=5).dump(value)
    return body.getvalue()


class _Writer(pickle.Pickler):
    """Numbers as two whole numbers, and “not scored” as the one that it is."""

    dispatch_table = {  # noqa: RUF012
        Fraction: lambda value: (_fraction, (value.numerator, value.denominator)),
        NotScored: lambda _: "NOT_SCORED",
    }


class _Reader(pickle.Unpickler):
    """Makes the classes of compiled contracts, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of that name."""
        found = _named(module, name)
        if found is None:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a contract")
        return found


@lru_cache(maxsize=1024)
def _named(module: str, name: str) -> Any:
    if (module, name) == ("datetime", "date"):
        return date
    if not module.startswith("vbcdsl.") or "." in name:
        return None
    __import__(module)
    found = getattr(sys.modules[module], name, None)
    if found is NOT_SCORED or found is _fraction:
        return found
    return found if isinstance(found, type) and attrs.has(found) else None
