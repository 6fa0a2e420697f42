"""What `program.toml` says of a contract of the library: which rows of the source papers it covers, its clause
families, its setting. Read by the index (`vbc library list`) and by the reference page of the library."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import attrs

from vbcdsl.diagnostics import Diagnostic, VbcError

FILE: Final = "program.toml"
_TEXTS: Final = ("name", "setting", "lan", "numbers")
_LISTS: Final = ("rows", "family", "sources", "cases")


@attrs.frozen
class Facts:
    """`rows`: ids of source rows ("S3-05"); `family`: clause families ("shared savings"); `lan`: the HCP-LAN
    category; `numbers`: where the numbers come from; `cases`: worked cases that its examples state."""

    name: str
    setting: str
    lan: str
    numbers: str
    rows: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


def facts_of(folder: Path) -> Facts | None:
    """The description of a program; None if it has none. `VbcError` if it cannot be read."""
    path = folder / FILE
    if not path.is_file():
        return None
    tables = read_toml(path)
    for key in _TEXTS:
        if not isinstance(tables.get(key), str) or not tables[key]:
            raise wrong(path, f"{key} is a text and must be there")
    lists: dict[str, tuple[str, ...]] = {}
    for key in _LISTS:
        found = tables.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise wrong(path, f"{key} is a list of texts")
        lists[key] = tuple(found)
    return Facts(**{key: str(tables[key]) for key in _TEXTS}, **lists)  # type: ignore[arg-type]


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file. `VbcError` (VBC8035) with its line if it is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise wrong(path, str(error)) from None


def wrong(path: Path, why: str) -> VbcError:
    """A description that cannot be used (VBC8035)."""
    place = f"{path.parent.name}/{path.name}"
    return VbcError([
        Diagnostic("VBC8035", f"{place}: {why}", help="see the program.toml of another contract of the library")
    ])  # fmt: skip
