"""Reads a bindings file into `Bindings` and says what in it is wrong; it knows the keys, not the contract."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import attrs

from vbcdsl.data.addresses import address_of
from vbcdsl.data.bindings import Bindings, ColumnBinding, RecordBinding
from vbcdsl.data.convert.floats import MAX_FLOAT_PLACES
from vbcdsl.data.problems import nearest
from vbcdsl.data.rules import CellRules
from vbcdsl.data.standards import Standard, StandardName, standard_names, standard_path
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.names import snake_case

_RULE_KEYS: Final = ("missing", "thousands", "unit", "written", "format", "floats", "values", "trim")
_RECORD_KEYS: Final = ("file", "columns", "constants", "separator", "encoding", "standard", *_RULE_KEYS)
_NAME_KEYS: Final = ("contract", "column", "sum", "constant", "with", "first", *_RULE_KEYS)
_COLUMN_KEYS: Final = ("column", "sum", "year", "month", *_RULE_KEYS)
_FLOATS = re.compile(r"(?:decimal places (\d+)|(\d+) decimal places?)")


def read_bindings(path: Path) -> Bindings:
    """The bindings file at `path`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        tables = tomllib.loads(text, parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise VbcError(
            [
                Diagnostic(
                    "VBC5020",
                    f"The bindings file {path} cannot be read: {reason}.",
                    help="A bindings file is TOML: [record], then column names in [record.columns]; "
                    f"or name a data model: {', '.join(standard_names())}.",
                )
            ]
        ) from None
    return from_tables(tables, path.parent, path)


def from_tables(tables: dict[str, Any], base: Path, path: Path | None) -> Bindings:
    """Bindings from the tables of a TOML file."""
    reader = _Reader(base, f"the bindings file {path}" if path else "the bindings")
    standard = reader.standard(tables) if isinstance(tables.get("names"), list) else None
    if standard is not None:
        tables = {name: table for name, table in tables.items() if name not in ("title", "names")}
    records = {name: reader.record(name, table) for name, table in tables.items()}
    if reader.found:
        raise VbcError(reader.found)
    return Bindings(records, path, standard)


@attrs.define(eq=False)
class _Reader:
    """Reads tables and collects what is wrong in them."""

    base: Path
    called: str
    found: list[Diagnostic] = attrs.field(factory=list)

    def record(self, name: str, table: Any) -> RecordBinding:
        if not isinstance(table, dict):
            self._bad(name, "is no table", f"Write [{name}] on a line of its own and the keys below it.")
            return RecordBinding(name)
        self._check_keys(name, table, _RECORD_KEYS)
        rules = self._rules(name, table, CellRules())
        columns: dict[str, ColumnBinding] = {}
        for column, value in self._table(name, table, "columns").items():
            columns[column] = self._column(f"{name}.columns.{column}", value, rules)
        for column, value in self._table(name, table, "constants").items():
            columns[column] = self._constant(f"{name}.constants.{column}", value, rules)
        file = self._text(name, table, "file")
        separator = self._text(name, table, "separator")
        if separator is not None and (len(separator) != 1 or not separator.isascii()):
            self._bad(f"{name}.separator", "is not one character", 'Write `separator = ";"`.')
            separator = None
        return RecordBinding(
            name,
            self._file(file) if file else None,
            rules,
            columns,
            separator,
            self._text(name, table, "encoding"),
            self._standard_named(name, table),
        )

    def _file(self, written: str) -> Path | str:
        """A path, or the address of a table, relative to the bindings file."""
        address = address_of(written)
        return self.base / written if address is None else address.below(self.base)

    def standard(self, tables: dict[str, Any]) -> Standard:
        """The names of a data model: the list `[[names]]` of its file."""
        names = []
        for number, table in enumerate(tables["names"], 1):
            where = f"names {number}"
            if not isinstance(table, dict) or "contract" not in table:
                self._bad(
                    where, "does not say which columns of contracts it is for", 'Write `contract = ["…"]`.'
                )
                continue
            self._check_keys(where, table, _NAME_KEYS)
            rules = self._rules(where, table, CellRules())
            choices = [ColumnBinding((name,), rules=rules) for name in self._listed(where, table, "column")]
            if sums := self._listed(where, table, "sum"):
                choices.append(ColumnBinding(sums, "sum", rules=rules))
            if "constant" in table:
                choices.append(self._constant(where, table["constant"], rules))
            contract = frozenset(map(snake_case, self._texts(where, table, "contract")))
            first = "first" in table and self._flag(where, table, "first")
            names.append(StandardName(contract, tuple(choices), self._listed(where, table, "with"), first))
        return Standard(self._text("title", tables, "title") or self.called, tuple(names))

    def _listed(self, where: str, table: dict[str, Any], key: str) -> tuple[str, ...]:
        return self._texts(where, table, key) if key in table else ()

    def _standard_named(self, where: str, table: dict[str, Any]) -> Standard | None:
        """The data model that `standard` names."""
        name = self._text(where, table, "standard")
        path = standard_path(name) if name is not None else None
        if name is not None and path is None:
            known = " or ".join(f'"{each}"' for each in standard_names())
            self._bad(
                f"{where}.standard", "names no data model that is known", f"Write `standard = ` {known}."
            )
        return read_bindings(path).standard if path is not None else None

    def _column(self, where: str, value: Any, rules: CellRules) -> ColumnBinding:
        if isinstance(value, str):
            return ColumnBinding((value,), rules=rules)
        if not isinstance(value, dict):
            self._bad(
                where, "is neither the name of a column nor a table", 'Write "Term" = "column in the file".'
            )
            return ColumnBinding(rules=rules)
        self._check_keys(where, value, _COLUMN_KEYS)
        rules = self._rules(where, value, rules)
        given = [key for key in ("column", "sum", "year", "month") if key in value]
        if given == ["sum"]:
            return ColumnBinding(self._texts(where, value, "sum"), "sum", rules=rules)
        if given == ["year", "month"]:
            names = (self._text(where, value, "year") or "", self._text(where, value, "month") or "")
            return ColumnBinding(names, "year and month", rules=rules)
        if given not in ([], ["column"]):
            self._bad(
                where,
                f"has {' and '.join(given)} together",
                "Give `column`, or `sum`, or `year` and `month`.",
            )
        name = self._text(where, value, "column")
        return ColumnBinding((name,) if name else (), rules=rules)

    def _constant(self, where: str, value: Any, rules: CellRules) -> ColumnBinding:
        if isinstance(value, dt.datetime) or not isinstance(value, (str, int, bool, Decimal, dt.date)):
            self._bad(where, "is no single value", "Write a text, a number, true, false or a date.")
            return ColumnBinding(rules=rules)
        return ColumnBinding(constant=value, rules=rules)

    def _rules(self, where: str, table: dict[str, Any], rules: CellRules) -> CellRules:
        changes: dict[str, Any] = {}
        if "missing" in table:
            changes["missing"] = frozenset(self._texts(where, table, "missing", empty=True)) | {""}
        for key in ("thousands", "trim"):
            if key in table:
                changes[key] = self._flag(where, table, key)
        for key, words in (("unit", ("dollars", "cents", "thousands")), ("written", ("percent", "fraction"))):
            if key in table:
                changes[key] = self._one_of(where, table, key, words)
        if "format" in table:
            changes["format"] = self._text(where, table, "format")
        if "floats" in table:
            changes["float_places"] = self._places(where, table)
        if "values" in table:
            changes["values"] = self._values(where, table)
        return attrs.evolve(rules, **changes)

    def _places(self, where: str, table: dict[str, Any]) -> int | None:
        match = _FLOATS.fullmatch(self._text(where, table, "floats") or "")
        places = int(match[1] or match[2]) if match else MAX_FLOAT_PLACES + 1
        if places > MAX_FLOAT_PLACES:
            self._bad(
                f"{where}.floats",
                f"is not a number of places up to {MAX_FLOAT_PLACES}",
                'Write `floats = "decimal places 2"`.',
            )
            return None
        return places

    def _values(self, where: str, table: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        given = self._table(where, table, "values")
        for old, new in given.items():
            if not isinstance(new, (str, bool)):
                self._bad(f"{where}.values.{old}", "is no text", 'Write `values = { "R" = "Renewal" }`.')
        return tuple((old, _text_of(new)) for old, new in given.items())

    # Typed values

    def _check_keys(self, where: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                near = nearest(key, known, 1)
                self.found.append(
                    Diagnostic(
                        "VBC5023",
                        f'"{key}" is no key of {where} in {self.called}.',
                        help=f'Did you mean "{near[0]}"?'
                        if near
                        else "The keys are: " + ", ".join(known) + ".",
                    )
                )

    def _table(self, where: str, table: dict[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        self._bad(f"{where}.{key}", "is no table", f"Write `{key} = {{ … }}`.")
        return {}

    def _text(self, where: str, table: dict[str, Any], key: str) -> str | None:
        value = table.get(key)
        if value is None or isinstance(value, str):
            return value
        self._bad(f"{where}.{key}", "is no text", f'Write `{key} = "…"`.')
        return None

    def _texts(self, where: str, table: dict[str, Any], key: str, *, empty: bool = False) -> tuple[str, ...]:
        value = table[key]
        good = isinstance(value, list) and all(isinstance(text, str) for text in value)
        if good and (value or empty):
            return tuple(value)
        self._bad(f"{where}.{key}", "is no list of texts", f'Write `{key} = ["…", "…"]`.')
        return ("",)

    def _flag(self, where: str, table: dict[str, Any], key: str) -> bool:
        value = table[key]
        if not isinstance(value, bool):
            self._bad(f"{where}.{key}", "is neither true nor false", f"Write `{key} = true`.")
        return bool(value)

    def _one_of(self, where: str, table: dict[str, Any], key: str, words: tuple[str, ...]) -> str:
        value = table[key]
        if value not in words:
            self._bad(f"{where}.{key}", "is none of " + ", ".join(words), f'Write `{key} = "{words[0]}"`.')
            return words[0]
        return str(value)

    def _bad(self, where: str, saying: str, help: str) -> None:
        self.found.append(Diagnostic("VBC5024", f"{where} in {self.called} {saying}.", help=help))


def _text_of(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
