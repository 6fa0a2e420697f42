"""Bindings: how the columns of the user's files stand for the columns of the contract's records.

A TOML file that lies beside the data, read here and checked against the contract by `vbcdsl.data.open`:

    [member_months]                                # a record, as in the contract or in snake_case
    file = "mm_2024.parquet"                       # optional; relative to this file
    missing = ["", "-", "*"]                       # texts that mean an empty cell
    constants = { performance_year = 2024 }        # a column that is not in the file
    [member_months.columns]
    "Inpatient Paid" = "paid_ip"                   # column of the contract = column of the file
    "Benchmark" = { column = "BNCHMK", unit = "cents" }
    Month = { year = "yr", month = "mo" }
    "Total Paid" = { sum = ["paid_ip", "paid_op"] }

`standard = "tuva"` below a record takes the names of a data model for the rest (`vbcdsl.data.standards`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

from vbcdsl.data.rules import CellRules
from vbcdsl.data.standards import Standard, standard_path

Constant: TypeAlias = str | int | bool | Decimal | dt.date
How: TypeAlias = Literal["one", "sum", "year and month"]


@attrs.frozen
class ColumnBinding:
    """Where a column comes from: the file's `columns` (none: found by name), or one `constant` value."""

    columns: tuple[str, ...] = ()
    how: How = "one"
    constant: Constant | None = None
    rules: CellRules = attrs.field(factory=CellRules)


@attrs.frozen
class RecordBinding:
    """What is said of a record. `rules` hold for every column that has no binding of its own. `separator` and
    `encoding` are of CSV files (None: by the extension, and UTF-8). `standard`: the data model whose names hold
    for columns that are found neither here nor by name."""

    name: str
    file: Path | str | None = None
    rules: CellRules = attrs.field(factory=CellRules)
    columns: dict[str, ColumnBinding] = attrs.field(factory=dict)
    separator: str | None = None
    encoding: str | None = None
    standard: Standard | None = None

    def column(self, name: str) -> ColumnBinding:
        """What is said of a column."""
        return self.columns.get(name) or ColumnBinding(rules=self.rules)


@attrs.frozen
class Bindings:
    """The bindings of all records, by the names that were written. `standard` holds for records that name none."""

    records: dict[str, RecordBinding]
    path: Path | None = None
    standard: Standard | None = None


def with_reading(
    bindings: Bindings | None, records: Mapping[str, str], missing: tuple[str, ...], separator: str | None,
    encoding: str | None,
) -> Bindings:  # fmt: skip
    """The bindings with what holds for the files of all records (name → name in snake_case): cells that mean "no
    value", and for CSV files a separator and an encoding. What the bindings themselves say comes first."""
    found = bindings or Bindings({})
    changed = dict(found.records)
    for name, id in records.items():
        key = next((k for k in changed if k in (name, id)), id)
        record = changed.get(key, RecordBinding(id))

        def more(rules: CellRules) -> CellRules:
            return attrs.evolve(rules, missing=rules.missing | frozenset(missing))

        changed[key] = attrs.evolve(
            record,
            rules=more(record.rules),
            columns={n: attrs.evolve(c, rules=more(c.rules)) for n, c in record.columns.items()},
            separator=record.separator or separator,
            encoding=record.encoding or encoding,
        )
    return attrs.evolve(found, records=changed)


def load_bindings(path: str | Path) -> Bindings:
    """Read a bindings file, or the one of a data model that ships with the product ("tuva", "synpuf"); a file of
    that name wins. `VbcError` if it is no TOML or has unknown keys or bad values."""
    from vbcdsl.data.binding_file import read_bindings

    return read_bindings(bindings_path(path))


def bindings_path(given: str | Path) -> Path:
    """The file that is meant by a path or by the name of a data model."""
    path = Path(given)
    return path if path.exists() else standard_path(str(given)) or path


def make_bindings(tables: dict[str, Any], base: str | Path = ".") -> Bindings:
    """Bindings from tables as in the TOML file; paths in them are relative to `base`."""
    from vbcdsl.data.binding_file import from_tables

    return from_tables(tables, Path(base), None)
