"""Published settlements, reproduced by the contracts of the library: `vbc library reproduce NAME`.

`program.toml` says in `[[reproduce]]` tables which term of the contract stands against which published column:

    [[reproduce]]
    title = "Payments of 2016, within the rounding of the quality score"
    year = 2016                                            # performance year, by its label
    data = { aco_results = "data/mssp_PY2016.csv" }        # beside what the bindings name
    bindings = "bindings.toml"                             # default
    term = "net payment"                                   # or the name of a term
    file = "data/mssp_PY2016.csv"                          # the published values
    column = "earn_save_loss_published"
    keys = { "ACO" = "aco_id" }                            # key of the term = column of the file
    where = { fiscal_year = "2020" }                       # only these rows of the file
    without = "data/read_off.csv"                          # not the rows whose first key is in this file
    not_scored = ["", "Not Available"]                     # texts that mean: not scored (default)
    values = { "No Reduction" = "0%" }                     # texts that mean a number
    places = 12                                            # the value is rounded half up to these first
    tolerance = "1"                                        # largest difference that agrees (default 0)
    within = { column = "qual_score", by = "0.00005" }     # between the values at the score - by and + by
    agree = 432                                            # rows that must agree; fewer is a failure

The contract is given its own records only, and a published column is in none of them. Every comparison is exact.
"""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from vbcdsl.diagnostics import Diagnostic, RunError, VbcError

NET: Final = "net payment"
Value: TypeAlias = Fraction | None  # None: not scored
Key: TypeAlias = tuple[str, ...]
_TABLE_KEYS: Final = (
    "title", "year", "data", "bindings", "term", "file", "column", "keys", "where", "without", "not_scored",
    "values", "places", "tolerance", "within", "agree",
)  # fmt: skip


@attrs.frozen
class Within:
    """A column of the data that is published rounded: the true value is up to `by` above or below."""

    column: str
    by: Decimal


@attrs.frozen
class Check:
    """One `[[reproduce]]` table. Paths are resolved against the program's folder."""

    title: str
    year: int
    term: str
    file: Path
    column: str
    bindings: Path | None
    data: dict[str, Path] = attrs.field(factory=dict)
    keys: dict[str, str] = attrs.field(factory=dict)
    where: dict[str, str] = attrs.field(factory=dict)
    without: Path | None = None
    not_scored: tuple[str, ...] = ("", "Not Available")
    values: dict[str, str] = attrs.field(factory=dict)
    places: int | None = None
    tolerance: Fraction = Fraction(0)
    within: Within | None = None
    agree: int | None = None


@attrs.frozen
class Difference:
    """A row that does not agree: its key, what was published and what the contract gives, as text."""

    key: str
    published: str
    computed: str


@attrs.frozen
class Outcome:
    """A check that was made. `largest`: the largest difference of all rows that have both values."""

    check: Check
    rows: int
    agreeing: int
    largest: Fraction
    differing: tuple[Difference, ...]

    @property
    def met(self) -> bool:
        """Whether as many rows agree as program.toml says; all of them if it does not say."""
        return self.agreeing >= (self.rows if self.check.agree is None else self.check.agree)


def checks_of(folder: Path) -> tuple[Check, ...]:
    """The checks of a program. `VbcError` if it has none or one cannot be read."""
    path = folder / "program.toml"
    tables = _tables(path)
    if not tables:
        raise VbcError([
            Diagnostic("VBC8033", f"{folder.name} has no published settlement to reproduce",
                       help="`vbc library search reproduce` shows contracts that have one")
        ])  # fmt: skip
    return tuple(_check(folder, table) for table in tables)


def reproduces(folder: Path) -> bool:
    """Whether the program has published settlements to reproduce."""
    path = folder / "program.toml"
    return path.is_file() and bool(_tables(path))


def reproduce(folder: Path, engine: str = "arrow") -> tuple[Outcome, ...]:
    """Settle the shipped data and compare."""
    run = _Runs(folder, engine)
    return tuple(run.outcome(check) for check in checks_of(folder))


def number(text: str) -> Fraction:
    """A published number, exactly: “-1,234.5”, “$5”, “0.50%”."""
    plain = text.strip().replace(",", "").replace("$", "")
    share = plain.endswith("%")
    value = Fraction(Decimal(plain.removesuffix("%")))
    return value / 100 if share else value


def half_up(value: Fraction, places: int) -> Fraction:
    """Rounded half up, ties away from zero."""
    scaled = math.floor(abs(value) * 10**places + Fraction(1, 2))
    return Fraction(scaled if value >= 0 else -scaled, 10**places)


@attrs.define(eq=False)
class _Runs:
    """Settlements of one program, each made once however many checks look at it."""

    folder: Path
    engine: str
    made: dict[Any, Any] = attrs.field(factory=dict)

    def outcome(self, check: Check) -> Outcome:
        published = _published(check)
        if check.within is None:
            low = high = self._computed(check, None)
        else:
            low = self._computed(check, -check.within.by)
            high = self._computed(check, check.within.by)
        agreeing, largest, differing = 0, Fraction(0), []
        for key, text in published.items():
            wanted = _value(check, text)
            ends = [_rounded(check, side.get(key, "no value")) for side in (low, high)]
            apart = _apart(wanted, *ends)
            if apart is not None:
                largest = max(largest, apart)
            if apart is not None and apart <= check.tolerance:
                agreeing += 1
            else:
                shown = " to ".join(dict.fromkeys(_text(end) for end in ends))
                differing.append(Difference(", ".join(key), text or "not scored", shown))
        return Outcome(check, len(published), agreeing, largest, tuple(differing))

    def _computed(self, check: Check, moved: Decimal | None) -> dict[Key, Value | str]:
        """The contract's values by the keys of the check; a text for a value that could not be computed."""
        settled = self._settled(check, moved)
        names = tuple(check.keys)
        found: dict[Key, Value | str] = {}
        if check.term == NET:
            return {
                (row.party,): _plain(row.net) for row in settled.rows if row.year.label == str(check.year)
            }
        values = settled.results.terms.get(check.term)
        if values is None:
            raise _bad(check.title, f"the contract has no term “{check.term}”")
        for key, value in values.items():
            parts = dict(zip(values.grain, key, strict=True))
            years = [part for part in parts.values() if not isinstance(part, str)]
            if any(year.label != str(check.year) for year in years):
                continue
            missing = [name for name in names if name not in parts]
            if missing:
                raise _bad(check.title, f"“{check.term}” has no key “{missing[0]}”")
            short = tuple(str(parts[name]) for name in names)
            if short in found:
                raise _bad(check.title, f"“{check.term}” has more than one value for {', '.join(short)}")
            found[short] = _plain(value)
        return found

    def _settled(self, check: Check, moved: Decimal | None) -> Any:
        from vbcdsl.compiler import compile_path
        from vbcdsl.data import load_bindings
        from vbcdsl.results.settle import RunOptions, settle

        made = (check.year, check.bindings, tuple(sorted(check.data.items())), moved)
        if made not in self.made:
            if "contract" not in self.made:
                self.made["contract"] = compile_path(self.folder)
            bindings = load_bindings(check.bindings) if check.bindings else None
            inputs: dict[str, object] = dict(check.data)
            if moved is not None and check.within is not None:
                inputs = {name: _moved(path, check.within.column, moved) for name, path in check.data.items()}
            options = RunOptions(years=(check.year,), engine=self.engine, all_grains=True)
            self.made[made] = settle(self.made["contract"], inputs, bindings, options)
        return self.made[made]


def _moved(path: Path, column: str, by: Decimal) -> object:
    """A CSV file as a table of texts, a column of it moved by an exact amount."""
    import pyarrow as pa

    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, names = list(reader), list(reader.fieldnames or ())
    if column in names:
        for row in rows:
            if row[column].strip():
                row[column] = format(Decimal(row[column]) + by, "f")
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def _published(check: Check) -> dict[Key, str]:
    """The published texts by key. A key with two different texts is an error."""
    left_out = _first_column(check.without) if check.without else frozenset()
    found: dict[Key, str] = {}
    for row in _rows(check, check.file):
        if any(row.get(name) != value for name, value in check.where.items()):
            continue
        for name in (*check.keys.values(), check.column):
            if name not in row:
                raise _bad(check.title, f"{check.file.name} has no column “{name}”")
        key = tuple(row[name] for name in check.keys.values())
        if key and key[0] in left_out:
            continue
        if found.setdefault(key, row[check.column]) != row[check.column]:
            raise _bad(
                check.title, f"{check.file.name} has two values of {check.column} for {', '.join(key)}"
            )
    return found


def _rows(check: Check, path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise _bad(check.title, f"{path.name} cannot be read: {error.strerror}") from None


def _first_column(path: Path) -> frozenset[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return frozenset(row[0] for row in csv.reader(file) if row)


def _value(check: Check, text: str) -> Value:
    said = check.values.get(text.strip(), text.strip())
    if said in check.not_scored:
        return None
    try:
        return number(said)
    except ArithmeticError:
        raise _bad(check.title, f"“{text}” in {check.file.name} is no number") from None


def _plain(value: object) -> Value | str:
    from vbcdsl.model.values import NotScored

    if isinstance(value, RunError):
        return value.message
    if isinstance(value, NotScored):
        return None
    return Fraction(value) if isinstance(value, (Fraction, int)) else str(value)


def _rounded(check: Check, value: Value | str) -> Value | str:
    return half_up(value, check.places) if isinstance(value, Fraction) and check.places is not None else value


def _apart(wanted: Value, low: Value | str, high: Value | str) -> Fraction | None:
    """How far the published value lies outside what the contract gives; None if they cannot be compared."""
    if wanted is None or not isinstance(low, Fraction) or not isinstance(high, Fraction):
        return Fraction(0) if wanted is None and low is None and high is None else None
    return max(Fraction(0), min(low, high) - wanted, wanted - max(low, high))


def _text(value: Value | str) -> str:
    from vbcdsl.results.text import short_number

    if isinstance(value, Fraction):
        return short_number(value, 12)[0]
    return "not scored" if value is None else value


def shown(value: Fraction) -> str:
    """A difference in digits."""
    return _text(value)


def _tables(path: Path) -> list[Any]:
    if not path.is_file():
        return []
    tables = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal).get("reproduce", [])
    return tables if isinstance(tables, list) else [tables]


def _check(folder: Path, table: Any) -> Check:
    title = str(table.get("title", folder.name)) if isinstance(table, Mapping) else folder.name
    if not isinstance(table, Mapping):
        raise _bad(title, "[[reproduce]] is no table")
    wrong = [key for key in table if key not in _TABLE_KEYS]
    if wrong:
        raise _bad(title, f"“{wrong[0]}” is no key of [[reproduce]]")
    lacking = [key for key in ("title", "year", "term", "file", "column") if key not in table]
    if lacking:
        raise _bad(title, f"“{lacking[0]}” is missing")
    bindings = folder / str(table.get("bindings", "bindings.toml"))
    try:
        within = table.get("within")
        return Check(
            title=title,
            year=int(table["year"]),
            term=str(table["term"]),
            file=folder / str(table["file"]),
            column=str(table["column"]),
            bindings=bindings if "bindings" in table or bindings.is_file() else None,
            data={str(name): folder / str(path) for name, path in table.get("data", {}).items()},
            keys={str(name): str(column) for name, column in table.get("keys", {}).items()},
            where={str(name): str(value) for name, value in table.get("where", {}).items()},
            without=folder / str(table["without"]) if "without" in table else None,
            not_scored=tuple(str(text) for text in table.get("not_scored", ("", "Not Available"))),
            values={str(name): str(value) for name, value in table.get("values", {}).items()},
            places=int(table["places"]) if "places" in table else None,
            tolerance=number(str(table.get("tolerance", "0"))),
            within=Within(str(within["column"]), Decimal(str(within["by"]))) if within else None,
            agree=int(table["agree"]) if "agree" in table else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise _bad(title, f"a value cannot be read: {error}") from None


def _bad(title: str, why: str) -> VbcError:
    return VbcError([
        Diagnostic("VBC8034", f"“{title}” cannot be reproduced: {why}",
                   help="see [[reproduce]] in the program.toml of a contract of the library that has it")
    ])  # fmt: skip
