"""The records of a contract as a Frictionless data package: what a file of each record must look like.

A tool that knows Table Schema can check a file, make a form or a database table from it, without this product.
Specification: Data Package and Table Schema, version 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from vbcdsl.compiler import Compiled
from vbcdsl.data.write import exact_text
from vbcdsl.model.names import snake_case
from vbcdsl.model.values import NotScored
from vbcdsl.results.settle import all_records
from vbcdsl.rules.program import Column, Record

_TYPES = {"yes or no": "boolean", "text": "string", "date": "date", "month": "yearmonth", "count": "integer"}
_YES, _NO = ["yes", "true", "1", "Y"], ["no", "false", "0", "N"]


def data_package(compiled: Compiled) -> dict[str, Any]:
    """The data package: a resource for each record that needs data."""
    title = compiled.program.title
    records = [record for record in all_records(compiled.bundle).values() if record.is_data]
    return {
        "profile": "data-package",
        "name": snake_case(title).replace("_", "-") or "contract",
        "title": title,
        "resources": [_resource(record) for record in records],
    }


def _resource(record: Record) -> dict[str, Any]:
    keys = [name for name in (*record.keys, record.clock) if name is not None]
    order = [*record.dims, record.clock]
    columns = sorted(record.columns, key=lambda c: order.index(c.name) if c.name in order else len(order))
    fields = [_field(record, column, column.name in keys) for column in columns]
    schema: dict[str, Any] = {"fields": fields}
    if not record.entries:
        schema["primaryKey"] = [record.column(name).id for name in keys if _has(record, name)]
    schema["missingValues"] = [""]
    return {
        "name": record.id.replace("_", "-"),
        "title": f"{record.name} (section {record.section})",
        "path": f"{record.id}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": schema,
    }


def _has(record: Record, name: str) -> bool:
    return any(column.name == name for column in record.columns)


def _field(record: Record, column: Column, is_key: bool) -> dict[str, Any]:
    clock = column.name == record.clock
    kind = _clock_type(column.name) if clock else _TYPES.get(column.kind.base, "number")
    field: dict[str, Any] = {"name": column.id, "title": column.name, "type": kind}
    if kind == "boolean":
        field |= {"trueValues": _YES, "falseValues": _NO}
    limits: dict[str, Any] = {}
    if is_key or column.missing is None:
        limits["required"] = True
    if column.texts is not None:
        limits["enum"] = list(column.texts)
    if kind in ("number", "integer") and not clock:
        low = column.low if column.low is not None else (Fraction(0) if kind == "integer" else None)
        for name, bound in (("minimum", low), ("maximum", column.high)):
            if isinstance(bound, Fraction):
                limits[name] = exact_text(_as_written(bound, column))
    if limits:
        field["constraints"] = limits
    about = _about(column)
    return field | ({"description": about} if about else {})


def _clock_type(name: str) -> str:
    return "yearmonth" if name == "Month" else "string" if name in ("Quarter", "Half Year") else "integer"


def _as_written(bound: Fraction, column: Column) -> Fraction:
    return bound * 100 if column.written == "percent" else bound


def _about(column: Column) -> str:
    """Units, how a rate is written, and what stands for an empty cell."""
    words = [str(column.kind)] if column.kind.base in ("money", "rate", "percentage points", "count") else []
    if column.kind.base == "money":
        words.append("in US dollars")
    if column.written is not None:
        words.append(f"written as a {column.written}")
    if column.missing is not None:
        value = column.missing
        shown = (
            "not scored"
            if isinstance(value, NotScored)
            else exact_text(value)
            if isinstance(value, Fraction)
            else value
        )
        words.append(f"if missing: {'yes' if shown is True else 'no' if shown is False else shown}")
    return ", ".join(words)
