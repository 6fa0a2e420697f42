"""Test files of contracts, `NAME.vbctest.toml`: settlements that must not change, and properties.

    contract = "../contract.vbc"             # a file or a folder, relative to this file
    bindings = "bindings.toml"               # optional
    properties = ["the Shared Savings Payment never falls as Quality Score rises"]
    [data]                                   # optional, beside the bindings
    aco_results = "results.csv"
    [[settlement]]
    name = "performance year 2022"
    years = [2022]
    golden = "golden/2022"                   # a folder: settlement.csv and payments.csv

Run by `vbc test FILE`, by `pytest --vbc`, or by `vbcdsl.testing`. What a settlement gives now is written into its
folder when a person asks for it (`--update`), never by itself.
"""

from __future__ import annotations

import csv
import io
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import attrs

from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.data import Bindings, load_bindings
from vbcdsl.data.write import write_csv
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.testing.properties import check_property, read_property

SUFFIX: Final = ".vbctest.toml"
_KEYS: Final = ("contract", "bindings", "data", "settlement", "properties", "members_seed", "years")
_SHOWN: Final = 20


@attrs.frozen
class Check:
    """One thing that a test file asks for: whether it holds, and lines that say what differs."""

    kind: str  # "settlement" or "property"
    name: str
    met: bool
    lines: tuple[str, ...] = ()


@attrs.frozen
class Golden:
    """A settlement that must come out as it stands in a folder."""

    name: str
    years: tuple[int, ...]
    folder: Path


@attrs.define(slots=False)
class TestFile:
    """A test file, read; its contract is compiled when the first check runs."""

    __test__ = False  # no test class of pytest

    path: Path
    contract: Path
    bindings_path: Path | None
    data: dict[str, object]
    goldens: tuple[Golden, ...]
    properties: tuple[str, ...]
    years: tuple[int, ...] = ()

    @cached_property
    def compiled(self) -> Compiled:
        """The contract. `VbcError` if it has errors."""
        compiled = compile_path(self.contract)
        if compiled.errors:
            raise VbcError(compiled.errors)
        return compiled

    @cached_property
    def bindings(self) -> Bindings | None:
        """The bindings that the file names, else those beside the contract."""
        files = self.compiled.files
        path = self.bindings_path or (files.bindings if files else None)
        return load_bindings(path) if path is not None else None

    def settlement(self, golden: Golden, update: bool = False) -> Check:
        """Settle and compare with the folder, or write it."""
        from vbcdsl.results.settle import RunOptions, settle
        from vbcdsl.results.write import payment_cells, settlement_cells

        settled = settle(self.compiled, self.data, self.bindings, RunOptions(golden.years))
        now = {"settlement.csv": settlement_cells(settled), "payments.csv": payment_cells(settled)}
        if update:
            golden.folder.mkdir(parents=True, exist_ok=True)
            for name, (header, rows) in now.items():
                write_csv(golden.folder / name, header, rows)
            return Check("settlement", golden.name, True, (f"written to {golden.folder}",))
        lines: list[str] = []
        for name, (header, rows) in now.items():
            lines += _differences(golden.folder / name, header, rows)
        return Check("settlement", golden.name, not lines, tuple(lines))

    def property(self, text: str) -> Check:
        """Try a property."""
        wanted = read_property(text)
        numbers = tuple(self._number(year) for year in self.years)
        bindings = self.bindings if self.data or (self.bindings and _has_files(self.bindings)) else None
        result = check_property(self.compiled, wanted, self.data, bindings, numbers)
        lines = [line for c in result.broken for line in (c.where + ":", f"  {c.first}", f"  {c.second}")]
        if not result.tried:
            lines = ["it could not be tried: no example and no made-up data gives both values",
                     "add an example of the payment to the contract, or data to the test file"]  # fmt: skip
        return Check("property", result.text, result.met, tuple(lines))

    def _number(self, label: int) -> int:
        from vbcdsl.results.settle import chosen_years

        return chosen_years(self.compiled.bundle.calendar, (label,))[0].number

    def run(self, update: bool = False) -> list[Check]:
        """All checks, in the order of the file."""
        checks = [self.settlement(golden, update) for golden in self.goldens]
        return checks + [self.property(text) for text in self.properties]


def _has_files(bindings: Bindings) -> bool:
    return any(record.file is not None for record in bindings.records.values())


def read_test_file(path: Path) -> TestFile:
    """Read a test file. `VbcError` if it is no TOML, or has unknown keys or bad values."""
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _bad(path, f"cannot be read: {reason}") from None
    unknown = [key for key in table if key not in _KEYS]
    if unknown:
        raise _bad(path, f'has the key "{unknown[0]}"', f"the keys are {', '.join(_KEYS)}")
    if not isinstance(table.get("contract"), str):
        raise _bad(path, "does not name its contract", 'write `contract = "contract.vbc"`')
    base = path.parent
    data = table.get("data", {})
    if not isinstance(data, dict) or not all(isinstance(file, str) for file in data.values()):
        raise _bad(path, "has data that are no files", 'write `[data]` and below it `record_name = "FILE"`')
    properties = table.get("properties", [])
    if not isinstance(properties, list) or not all(isinstance(text, str) for text in properties):
        raise _bad(path, "has properties that are no list of sentences", 'write `properties = ["…"]`')
    bindings = table.get("bindings")
    if bindings is not None and not isinstance(bindings, str):
        raise _bad(path, "has bindings that are no file name", 'write `bindings = "bindings.toml"`')
    return TestFile(
        path, base / table["contract"], base / bindings if bindings else None,
        {name: base / file for name, file in data.items()},
        tuple(_golden(path, each, number) for number, each in enumerate(_tables(path, table), 1)),
        tuple(properties), _years(path, table.get("years", [])),
    )  # fmt: skip


def _tables(path: Path, table: dict[str, Any]) -> list[dict[str, Any]]:
    found = table.get("settlement", [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise _bad(path, "has a settlement that is no table", "write `[[settlement]]` with two brackets")
    return found


def _golden(path: Path, table: dict[str, Any], number: int) -> Golden:
    folder = table.get("golden")
    if not isinstance(folder, str):
        raise _bad(path, f"names no folder for settlement {number}", 'write `golden = "golden/2024"`')
    years = _years(path, table.get("years", []))
    named = table.get("name")
    name = named if isinstance(named, str) else f"settlement {', '.join(map(str, years)) or number}"
    return Golden(name, years, path.parent / folder)


def _years(path: Path, given: Any) -> tuple[int, ...]:
    if isinstance(given, list) and all(
        isinstance(year, int) and not isinstance(year, bool) for year in given
    ):
        return tuple(given)
    raise _bad(path, "has years that are no list of years", "write `years = [2024]`")


def _bad(path: Path, what: str, help: str = "") -> VbcError:
    return VbcError([Diagnostic("VBC8052", f"the test file {path} {what}", help=help)])


def _differences(path: Path, header: list[str], rows: list[list[object]]) -> list[str]:
    """What differs between a file and the rows computed now, by key and column."""
    if not path.is_file():
        return [f"{path} is not there; `vbc test FILE --update` (or `pytest --vbc --vbc-update`) writes it"]
    text = io.StringIO()
    _write(text, header, rows)
    new = list(csv.reader(io.StringIO(text.getvalue())))
    old = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    if new == old:
        return []
    return _cells(path.name, old, new)


def _write(file: Any, header: list[str], rows: list[list[object]]) -> None:
    from vbcdsl.data.write import cell_text, csv_writer

    writer = csv_writer(file)
    writer.writerow([cell_text(cell) for cell in header])
    writer.writerows([[cell_text(cell) for cell in row] for row in rows])


def _cells(name: str, old: list[list[str]], new: list[list[str]]) -> list[str]:
    keys = 4 if name.startswith("payments") else 2
    heads = old[0] if old else []
    lines = [f"{name}: the column {column} is gone" for column in heads if column not in new[0]]
    lines += [f"{name}: the column {column} is new" for column in new[0] if column not in heads]
    before = {tuple(row[:keys]): dict(zip(heads, row, strict=False)) for row in old[1:]}
    after = {tuple(row[:keys]): dict(zip(new[0], row, strict=False)) for row in new[1:]}
    for key in dict.fromkeys((*before, *after)):
        where = f"{name}: {' '.join(key)}"
        if key not in after or key not in before:
            lines.append(f"{where}: the row is {'gone' if key in before else 'new'}")
            continue
        for column, value in after[key].items():
            was = before[key].get(column, value)
            if was != value:
                lines.append(f"{where}: {column} is {value}, was {was}")
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], f"… and {len(lines) - _SHOWN} more"]
    return lines or [f"{name}: the rows stand in another order"]
