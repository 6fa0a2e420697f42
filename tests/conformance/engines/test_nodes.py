"""Each construct with numbers computed by hand, on every engine. The cases are data: see README.md."""

from __future__ import annotations

import io
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

from tests.engines_here import ONE_MACHINE, engine_named
from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.data import open_store
from vbcdsl.diagnostics import RunError
from vbcdsl.diagnostics.render import to_text
from vbcdsl.engines.interface import Engine, Request, Results
from vbcdsl.model.values import NOT_SCORED, Value

HERE = Path(__file__).parent
COMMON: dict[str, Any] = tomllib.loads((HERE / "common.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = [
    case
    for path in sorted((HERE / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


def compiled(case: dict[str, Any]) -> Compiled:
    return compile_text(COMMON["header"] + COMMON["contract"] + case["contract"], "case")


def settled(contract: Compiled, engine: Engine) -> Results:
    tables = {
        name: pa.csv.read_csv(io.BytesIO(rows.strip().encode()), convert_options=_as_written(rows))
        for name, rows in COMMON["data"].items()
    }
    program = contract.program
    store = open_store(program.records, program.calendar, tables)
    return engine(contract.bundle, store, Request((1, 2)))


def _as_written(rows: str) -> pa.csv.ConvertOptions:
    names = rows.strip().splitlines()[0].split(",")
    return pa.csv.ConvertOptions(column_types={n: pa.string() for n in names}, strings_can_be_null=True)


def value_of(text: str) -> Value:
    """`$1,000`, `2.5%`, `1/3`, `yes`, `not scored`."""
    if text in ("yes", "no"):
        return text == "yes"
    if text == "not scored":
        return NOT_SCORED
    plain = text.replace("$", "").replace(",", "")
    return Fraction(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)


def at(results: Results, what: str) -> Value | RunError:
    """The value of `Savings at A1, 2024`."""
    term, key = what.split(" at ")
    wanted = tuple(key.split(", "))
    for found, value in results.terms[term].items():
        if tuple(k if isinstance(k, str) else k.label for k in found) == wanted:
            return value
    raise AssertionError(
        f"{term} has no value at {key}; it has {[k for k, _ in results.terms[term].items()]}"
    )


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_what_the_case_says(case: dict[str, Any], engine: str) -> None:
    contract = compiled(case)
    if "refused" in case:
        assert case["refused"] in {d.code for d in contract.errors}
        return
    assert not contract.errors, to_text(contract.errors)
    results = settled(contract, engine_named(engine))
    for what, text in case.get("expect", {}).items():
        assert at(results, what) == value_of(text), what
    for what, code in case.get("stops", {}).items():
        found = at(results, what)
        assert isinstance(found, RunError) and found.code == code, (what, found)
    for record, rows in case.get("left_out", {}).items():
        assert sum(x.rows for x in results.left_out if x.record == record) == rows


def test_there_are_cases_for_each_construct() -> None:
    assert len(CASES) >= 60
