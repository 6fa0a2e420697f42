"""The worked cases: contracts of real programs with their data and what each must give.

A case is a folder in `cases/`:

    contract.vbc     the contract
    <record>.csv     the rows of a record, by the record's id ("Financial Schedule": financial_schedule.csv)
    expected.json    {"case": "MSSP-01", "source": …, "expected": {name: {"value", "term", "keys", "as"}}}

`keys` names the dimensions of the term as far as there is more than one value: {"ACO": "A1001",
"Performance Year": "2024", "Quarter": "2024-Q1"}. `as` says how the value is compared with the text:

    money      rounded half up to the decimals shown (to the cent for "1350000.00")
    decimals   the same for a number or a rate as a fraction ("0.4500")
    percent    a rate in percent ("3.2999" is 3.2999%)
    yes-no     true or false
    text       the same text; "not scored" for a value that is not scored
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from tests.engines_here import engine_named
from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.data import open_store
from vbcdsl.diagnostics import RunError
from vbcdsl.diagnostics.render import to_text
from vbcdsl.engines.interface import Engine, Request, Results
from vbcdsl.model.periods import Period
from vbcdsl.model.values import NotScored, Value, round_to
from vbcdsl.testing.examples import run_examples

CASES = Path(__file__).parent / "cases"


@attrs.frozen
class Expected:
    """One number of the case and where the contract computes it."""

    name: str
    value: str | bool
    term: str
    keys: dict[str, str]
    how: str


@attrs.frozen
class Case:
    """A worked case."""

    id: str
    folder: Path
    expected: tuple[Expected, ...]

    @property
    def contract(self) -> Path:
        """The contract's file."""
        return self.folder / "contract.vbc"

    @property
    def data(self) -> dict[str, Path]:
        """The files by record."""
        return {path.stem: path for path in sorted(self.folder.glob("*.csv"))}


def read_case(folder: Path) -> Case:
    """Read the folder of a case."""
    content = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    expected = tuple(
        Expected(name, item["value"], item["term"], item.get("keys", {}), item["as"])
        for name, item in content["expected"].items()
    )
    return Case(folder.name, folder, expected)


def all_cases() -> list[Case]:
    """The cases in the order of their names."""
    return [read_case(path.parent) for path in sorted(CASES.glob("*/expected.json"))]


def compiled(case: Case) -> Compiled:
    """The contract of a case; AssertionError with the messages if it has errors."""
    found = compile_path(case.folder)
    assert not found.errors, to_text(found.errors)
    return found


def run(case: Case, contract: Compiled, engine: str | Engine, *, batch_rows: int | None = None) -> Results:
    """All terms of all performance years."""
    bundle = contract.bundle
    records = {name: r for p in bundle.by_year.values() for name, r in p.records.items()}
    store = open_store(records, bundle.calendar, case.data)
    evaluate = engine_named(engine) if isinstance(engine, str) else engine
    return evaluate(bundle, store, Request(tuple(bundle.by_year), batch_rows=batch_rows))


def broken_examples(contract: Compiled, engine: str) -> list[str]:
    """What the examples of the contract expect and do not get."""
    return [
        f"{case.example}: {outcome.term} is {outcome.got}, not {outcome.expected}"
        for case in run_examples(contract, (engine,)).cases
        for outcome in case.outcomes
        if not outcome.met
    ]


def differences(case: Case, results: Results) -> list[str]:
    """Each expected value that the results do not have."""
    found = []
    for expected in case.expected:
        if expected.term not in results.terms:
            found.append(f"{expected.name}: the contract has no {expected.term}")
            continue
        got = _single(results, expected.term, expected.keys)
        shown = shown_as(got, expected)
        if shown != expected.value:
            found.append(f"{expected.name}: {expected.term} is {shown}, not {expected.value}")
    return found


def shown_as(got: Value | RunError | str, expected: Expected) -> str | bool:
    """A value in the form in which the case writes it."""
    if isinstance(got, RunError):
        return f"error {got.code}: {got.message}"
    if isinstance(got, bool) and expected.how == "yes-no":
        return got
    if isinstance(got, NotScored):
        return "not scored"
    if isinstance(got, Fraction) and expected.how in ("money", "decimals", "percent"):
        text = str(expected.value)
        places = len(text.partition(".")[2])
        amount = got * 100 if expected.how == "percent" else got
        scaled = round_to(amount * 10**places, "half up", Fraction(1))
        digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
        sign = "-" if scaled < 0 else ""
        return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    return got if isinstance(got, str) else f"{got!r}, which is not {expected.how}"


def _single(results: Results, term: str, keys: dict[str, str]) -> Any:
    """The one value of a term at the keys."""
    values = results.terms[term]
    found = [
        (key, value)
        for key, value in values.items()
        if all(_named(part) == keys[dim] for dim, part in zip(values.grain, key, strict=True) if dim in keys)
    ]
    if len(found) != 1 or not set(keys) <= set(values.grain):
        shown = [tuple(_named(part) for part in key) for key, _ in values.items()]
        return f"one of {len(found)} values (grain {values.grain}, keys {shown})"
    return found[0][1]


def _named(part: str | Period) -> str:
    return part.label if isinstance(part, Period) else part
