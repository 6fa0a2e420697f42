"""A book of contracts: which parties belong to which contract, and one reading of the data for all of them.

A book file is TOML: `[data]` (record → file), `[[contract]]` with `path` (a file, a folder, a pattern) and its
`parties`, or `roster` (a CSV with the columns contract and party) for all. Contracts whose records are the same
share one reading; each is settled as if the data held its own parties alone.
"""

from __future__ import annotations

import csv
import gc
import glob
import tomllib
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from vbcdsl.collector import no_garbage
from vbcdsl.compile_many import compile_all
from vbcdsl.compiler import Compiled
from vbcdsl.data import Bindings, Options, load_bindings, open_store
from vbcdsl.data.divided import DividedStore
from vbcdsl.data.store import Store
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.portfolio.joint import Together, settle_together
from vbcdsl.portfolio.read import Settlement, summed
from vbcdsl.results.settle import RunOptions, all_records, different, settle_store
from vbcdsl.results.settlement import Settled
from vbcdsl.rules.program import Record
from vbcdsl.watch import numbered

ROSTER_COLUMNS = ("contract", "party")


@attrs.frozen
class Entry:
    """A contract of a book with its parties."""

    name: str
    path: Path
    parties: tuple[str, ...]


@attrs.frozen
class Book:
    """The contracts, the data of all of them, and the bindings (None: none)."""

    entries: tuple[Entry, ...]
    data: dict[str, object]
    bindings: Path | None = None


@attrs.define(eq=False)
class BookResult:
    """What became of a book: `settled` by name; `failed`: why a contract could not be settled; `without_data`:
    parties that the data does not have; `left_out`: rows of parties that no contract names, by record; `readings`:
    how often the data was read (once for all contracts with the same records); `alike`: for contracts that are
    equal but for the sizes of numbers, the same."""

    settled: dict[str, Settled] = attrs.field(factory=dict)
    failed: dict[str, tuple[Diagnostic, ...]] = attrs.field(factory=dict)
    without_data: list[Diagnostic] = attrs.field(factory=list)
    left_out: dict[str, int] = attrs.field(factory=dict)
    readings: int = 0
    alike: dict[str, Hashable] = attrs.field(factory=dict)

    def settlements(self) -> tuple[Settlement, ...]:
        """What a portfolio shows of them. The category that clauses suggest is found once for contracts alike."""
        found: dict[Hashable, Settlement] = {}
        shown = []
        for name, settled in self.settled.items():
            key = (self.alike.get(name, name), tuple(year.number for year in settled.years))
            shown.append(summed(name, settled, found.get(key)))
            found.setdefault(key, shown[-1])
        return tuple(shown)


def read_book(path: Path) -> Book:
    """A book file. `VbcError` (VBC8043) with what is wrong in it. Paths are relative to the file."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(path, f"it cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, f"it is no TOML: {error}") from None
    unknown = set(document) - {"data", "contract", "roster", "bindings"}
    if unknown:
        raise _wrong(path, f"it has no table “{min(unknown)}”")
    home = path.parent
    listed = _roster(path, home / document["roster"]) if "roster" in document else {}
    entries: dict[str, Entry] = {}
    for table in _tables(path, document):
        for entry in _entries(path, home, table, listed):
            if entry.name in entries:
                raise _wrong(path, f"it names the contract {entry.name} twice")
            entries[entry.name] = entry
    if not entries:
        raise _wrong(path, "it names no contract")
    missing = sorted(set(listed) - set(entries))
    if missing:
        raise _wrong(path, f"the roster names {missing[0]}, which is no contract of the book")
    data = document.get("data", {})
    if not isinstance(data, dict) or not all(isinstance(v, (str, list)) for v in data.values()):
        raise _wrong(path, "[data] names a file, or a list of files, for each record")
    files = {k: str(home / v) if isinstance(v, str) else [str(home / x) for x in v] for k, v in data.items()}
    bindings = home / document["bindings"] if "bindings" in document else None
    return Book(tuple(entries.values()), dict(files), bindings)


def _tables(path: Path, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    tables = document.get("contract", [])
    if not isinstance(tables, list) or not all(
        isinstance(t, dict) and isinstance(t.get("path"), str) for t in tables
    ):
        raise _wrong(path, "each [[contract]] has a path")
    return tables


def _entries(path: Path, home: Path, table: dict[str, Any], listed: Mapping[str, list[str]]) -> list[Entry]:
    unknown = set(table) - {"path", "name", "parties"}
    if unknown:
        raise _wrong(path, f"a [[contract]] has no “{min(unknown)}”")
    found = sorted(glob.glob(str(home / table["path"])))
    if not found:
        raise _wrong(path, f"there is no contract {table['path']}")
    parties = table.get("parties")
    if parties is not None and not (isinstance(parties, list) and all(isinstance(p, str) for p in parties)):
        raise _wrong(path, "parties is a list of texts")
    if len(found) > 1 and ("name" in table or parties is not None):
        raise _wrong(path, f"{table['path']} is {len(found)} contracts: name and parties are of one",
                     "give their parties in a roster file")  # fmt: skip
    entries = []
    for each in found:
        place = Path(each)
        name = str(table.get("name") or (place.parent.name if place.stem == "contract" else place.stem))
        if name in (".", "..") or "/" in name or "\\" in name:
            raise _wrong(
                path, f"{name} cannot be the name of a contract: it is the name of its folder of results"
            )
        own = parties if parties is not None else listed.get(name)
        if not own:
            raise _wrong(path, f"the contract {name} has no parties",
                         "give parties = [ … ], or lines in the roster file")  # fmt: skip
        entries.append(Entry(name, place, tuple(own)))
    return entries


def _roster(path: Path, file: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            if not set(ROSTER_COLUMNS) <= set(reader.fieldnames or ()):
                raise _wrong(path, f"the roster {file.as_posix()} needs the columns contract and party")
            for row in reader:
                if row["contract"] and row["party"]:
                    found.setdefault(row["contract"].strip(), []).append(row["party"].strip())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _wrong(path, f"the roster {file.as_posix()} cannot be read: {error}") from None
    return found


def _wrong(path: Path, what: str, help_: str = "") -> VbcError:
    return VbcError([Diagnostic("VBC8043", f"{path.as_posix()}: {what}", help=help_)])


# ---------------------------------------------------------------- settling


def settle_book(
    book: Book, options: RunOptions | None = None, done: Callable[[str, Settled], None] | None = None
) -> BookResult:
    """Settle every contract of a book, on one reading of the data for all contracts with the same records.
    `done` is called with each settlement; without it they are kept. One contract's error does not stop the
    others."""
    options = options or RunOptions()
    result = BookResult()
    bindings = load_bindings(book.bindings) if book.bindings is not None else None
    with no_garbage():
        groups: list[tuple[Compiled, list[tuple[Entry, Compiled]]]] = []
        for entry, compiled in _compiled(book, result, options):
            for first, members in groups:
                if _same_records(first, compiled):
                    members.append((entry, compiled))
                    break
            else:
                groups.append((compiled, [(entry, compiled)]))
    try:
        for _, members in groups:
            _settle_group(book, members, bindings, options, result, done)
    finally:
        gc.unfreeze()
    return result


def _compiled(book: Book, result: BookResult, options: RunOptions) -> Iterator[tuple[Entry, Compiled]]:
    """The contracts without errors."""
    found = compile_all([entry.path for entry in book.entries], options.threads)
    for entry, compiled in zip(book.entries, found, strict=True):
        if isinstance(compiled, VbcError):
            result.failed[entry.name] = tuple(compiled.diagnostics)
        else:
            yield entry, compiled


def _same_records(a: Compiled, b: Compiled) -> bool:
    """Whether the data of two contracts are read alike: the same records, years and parties' key."""
    x, y = all_records(a.bundle), all_records(b.bundle)
    return (
        a.bundle.calendar == b.bundle.calendar
        and a.program.party == b.program.party
        and {n: r for n, r in x.items() if r.is_data} == {n: r for n, r in y.items() if r.is_data}
    )


def _settle_group(
    book: Book, members: list[tuple[Entry, Compiled]], bindings: Bindings | None, options: RunOptions,
    result: BookResult, done: Callable[[str, Settled], None] | None,
) -> None:  # fmt: skip
    first = members[0][1]
    records = all_records(first.bundle)
    names = {record.id for record in records.values() if record.is_data}
    inputs = {name: value for name, value in book.data.items() if name in names}
    try:
        reading = Options(threads=options.threads > 1, show_members=options.show_members)
        store = open_store(records, first.bundle.calendar, inputs, bindings, reading)
        store.check()
    except VbcError as error:
        for entry, _ in members:
            result.failed[entry.name] = tuple(error.diagnostics)
        return
    parties = [entry.parties for entry, _ in members]
    together = settle_together([c for _, c in members], parties, store, store.warnings, options)
    divided = _divided(members, together, store, records)
    result.readings += 1
    for number, (entry, compiled) in enumerate(numbered(members, "contract", len(members))):
        try:
            settled = together.settled.pop(number, None)
            if settled is None:
                settled = settle_store(compiled, divided.share(number), store.warnings, options)
        except VbcError as error:
            result.failed[entry.name] = tuple(error.diagnostics)
            continue
        without = set(entry.parties) - {row.party for row in settled.rows}
        if without:
            result.without_data.append(
                Diagnostic("VBC8044", f"{entry.name}: the data has no {compiled.program.party} {min(without)}",
                           severity="warning", help="the book names it; nothing was settled for it")
            )  # fmt: skip
        if done is not None:
            done(entry.name, settled)
        result.settled[entry.name] = settled
        if number in together.alike:
            result.alike[entry.name] = result.readings, together.alike[number]
    for name, rows in {**divided.nobody, **together.nobody}.items():
        result.left_out[name] = result.left_out.get(name, 0) + rows


def _divided(
    members: list[tuple[Entry, Compiled]], together: Together, store: Store, records: Mapping[str, Record]
) -> DividedStore:
    """The data of the contracts that are settled one by one."""
    owners: dict[str, list[int]] = {}
    for number, (entry, _) in enumerate(members):
        for party in entry.parties if number not in together.settled else ():
            owners.setdefault(party, []).append(number)
    others = frozenset(p for number in together.settled for p in members[number][0].parties)
    alone = [c for number, (_, c) in enumerate(members) if number not in together.settled] or [members[0][1]]
    return DividedStore(
        store,
        records,
        _needed(alone),
        members[0][1].program.party,
        owners,
        len(members),
        others - owners.keys(),
    )


def _needed(contracts: list[Compiled]) -> dict[str, tuple[str, ...]]:
    """The columns of each record that any of the contracts may ask for."""
    from vbcdsl.data.keys import ENTRY_ID, key_columns
    from vbcdsl.engines.arrow.plan import _facts

    used: dict[str, set[str]] = {}
    for compiled in contracts:
        for program in different(compiled.bundle):
            for name, columns in _facts(program).columns.items():
                used.setdefault(name, set()).update(columns)
    party = contracts[0].program.party
    found: dict[str, tuple[str, ...]] = {}
    for name, record in all_records(contracts[0].bundle).items():
        wanted = {*used.get(name, ()), *record.dims, *record.keys, *key_columns(record, party)}
        wanted |= {ENTRY_ID, *(c for c in (record.clock, record.date_column) if c)}
        found[name] = tuple(c.name for c in record.columns if c.name in wanted)
    return found
