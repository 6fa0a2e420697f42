"""Which files make up a contract: what PATH of the command line means.

A contract file, an amendment (with its base and the amendments before it), or a folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from vbcdsl.diagnostics import Diagnostic, Problem
from vbcdsl.model.frozen import frozen
from vbcdsl.source.read import missing
from vbcdsl.source.text import SourceText

SUFFIXES = (".vbc", ".md")

# each character is read in one way only: a page of blank lines takes no longer than it is long
_AMENDMENT = re.compile(r"(?:\s|--[^\n]*\n|>[^\n]*\n)*amendment\b", re.IGNORECASE)
_NUMBERED = re.compile(_AMENDMENT.pattern + r"\s+\d+\s+to\b", re.IGNORECASE)


@frozen
class ContractFiles:
    """A base contract, the amendments to splice into it in this order, and the bindings beside it.

    `folder` is None when PATH is a contract file on its own.
    """

    base: Path
    amendments: tuple[Path, ...] = ()
    folder: Path | None = None
    bindings: Path | None = None


def find_contract(path: Path | str) -> ContractFiles:
    """The files that PATH stands for.

    A folder: `contract.vbc` (or `contract.md`) and all of `amendments/`, in the order of their names, in which
    numbers count as numbers. An amendment: its base (`contract.vbc` in the folder above `amendments/`, or
    beside it) with the amendments up to and including it. Another file: that file alone.
    Raises VbcError (VBC8001 to VBC8004, VBC8009, VBC8012, VBC8013).
    """
    path = Path(path)
    if path.is_dir():
        return _in_folder(path)
    if not path.exists():
        raise missing(path, path.as_posix())
    if path.suffix.lower() not in SUFFIXES:
        message = f"{path.as_posix()} is not a contract: a contract file ends in .vbc or .md"
        raise Problem(Diagnostic("VBC8003", message))
    if is_amendment(path):
        return _up_to(path)
    beside = path.parent if path.stem == "contract" else None
    return ContractFiles(path, bindings=_bindings(beside))


def is_amendment(path: Path) -> bool:
    """Does the file begin with the words of an amendment (after comments and recitals)?"""
    return _AMENDMENT.match(SourceText.from_file(path).text) is not None


def _in_folder(folder: Path) -> ContractFiles:
    base = _base_in(folder)
    if base is None:
        message = f"the folder {folder.as_posix()} holds no contract"
        others = in_order(p for p in folder.iterdir() if p.suffix.lower() == ".vbc")
        advice = "a contract's folder has a file contract.vbc (or contract.md)"
        if others:
            advice += f"; or name the file: {others[0].as_posix()}"
        raise Problem(Diagnostic("VBC8002", message, help=advice))
    _none_beside(base, folder)
    amendments = folder / "amendments"
    found = _contract_files(amendments) if amendments.is_dir() else ()
    return ContractFiles(base, found, folder, _bindings(folder))


def _none_beside(base: Path, folder: Path) -> None:
    """An amendment beside the contract would be left out without a word: a folder's amendments are in
    `amendments/`."""
    beside = [path for path in _contract_files(folder) if path != base and _NUMBERED.match(_start(path))]
    if beside:
        message = f"{beside[0].as_posix()} is an amendment, and lies beside the contract"
        advice = (
            f"of a folder, the amendments in {(folder / 'amendments').as_posix()} are read: put it there, or "
            f"name the last amendment that is meant: {beside[-1].as_posix()}"
        )
        raise Problem(Diagnostic("VBC8013", message, help=advice))


def _start(path: Path) -> str:
    try:
        return SourceText.from_file(path).text
    except Problem:  # a note or a file that is no text: not a contract's
        return ""


def _up_to(amendment: Path) -> ContractFiles:
    """The base of an amendment and the amendments that come before it, with it."""
    beside = amendment.parent
    above = beside.parent if beside.name == "amendments" else beside / ".."
    apart = beside.resolve().name == "amendments"
    folder = next((f for f in ((above, beside) if apart else (beside,)) if _base_in(f)), None)
    base = _base_in(folder) if folder else None
    if folder is None or base is None:
        message = f"{amendment.as_posix()} is an amendment, and the contract that it amends is not there"
        advice = (
            "put the contract beside it as contract.vbc, or one folder up if the amendment is in amendments/"
        )
        raise Problem(Diagnostic("VBC8004", message, help=advice))
    siblings = _contract_files(beside)
    if folder == beside:
        siblings = tuple(p for p in siblings if p != base and _AMENDMENT.match(_start(p)))
    before = siblings[: [p.name for p in siblings].index(amendment.name) + 1]
    return ContractFiles(base, before, folder, _bindings(folder))


def _base_in(folder: Path) -> Path | None:
    found = [p for p in (folder / f"contract{suffix}" for suffix in SUFFIXES) if p.is_file()]
    if len(found) > 1:
        message = f"the folder {folder.as_posix()} holds two contracts: contract.vbc and contract.md"
        advice = "only one text can govern: name the file that is meant, or remove one"
        raise Problem(Diagnostic("VBC8009", message, help=advice))
    return found[0] if found else None


def _contract_files(folder: Path) -> tuple[Path, ...]:
    """Contract files of a folder; a README is not one."""
    return in_order(
        p
        for p in folder.iterdir()
        if p.is_file() and p.suffix.lower() in SUFFIXES and p.stem.lower() != "readme"
    )


def in_order(paths: Iterable[Path]) -> tuple[Path, ...]:
    """By name, with numbers as numbers: `amendment-2` before `amendment-10`."""

    def key(path: Path) -> list[tuple[int, int, str]]:
        parts = re.findall(r"\d+|\D+", path.name.lower())
        return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]

    return tuple(sorted(paths, key=key))


def _bindings(folder: Path | None) -> Path | None:
    path = folder / "bindings.toml" if folder else None
    return path if path and path.is_file() else None
