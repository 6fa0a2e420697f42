"""Reads an answer's cases (Qnn.toml) and runs one of them on one engine.

A file holds one question of the language definition and its cases. A case is a contract (`contract`, put below a
common header unless it has its own), its `data` (CSV text for each record), and what comes out:

* `expect`: "Term at key, key" → the value under the answer that the language gives;
* `refused`: the same keys → the value under the other reading, which must be another one;
* `stops`: keys → the code of the run error; every other value of the run must be there;
* `refuses`: the codes of the errors for which the contract is not accepted;
* `left_out`: record → number of rows that are left out and counted;
* `broken`: the sections of warranties that do not hold;
* `recorded`: the recorded final settlements of earlier years: "party, year, term, value" on each line;
* `examples`: whether each `given … expect …` of the contract holds, in the order of the text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import attrs
import cattrs

from tests.engines_here import engine_named
from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.data import open_store
from vbcdsl.data.store import RecordSource
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.engines.interface import Engine, Key, Request, Results
from vbcdsl.model.values import NOT_SCORED, Value, round_to
from vbcdsl.rules.program import ExampleCase, Given, Program

HERE = Path(__file__).parent
HEADER = """contract "Conformance".
language version 1.
the Payer is "Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

"""


@attrs.frozen
class Case:
    """One contract with its data and what comes out of it."""

    says: str
    contract: str = ""
    header: str = ""
    amendments: list[str] = attrs.field(factory=list)
    data: dict[str, str] = attrs.field(factory=dict)
    recorded: str = ""
    years: list[int] = attrs.field(factory=list)
    expect: dict[str, str] = attrs.field(factory=dict)
    refused: dict[str, str] = attrs.field(factory=dict)
    stops: dict[str, str] = attrs.field(factory=dict)
    refuses: list[str] = attrs.field(factory=list)
    left_out: dict[str, int] = attrs.field(factory=dict)
    broken: list[str] = attrs.field(factory=list)
    examples: list[bool] = attrs.field(factory=list)


@attrs.frozen
class Question:
    """A question, and the cases that settle it."""

    number: int
    asks: str
    case: list[Case]
    contract: str = ""
    header: str = ""
    data: dict[str, str] = attrs.field(factory=dict)


def questions() -> list[Question]:
    """All questions, by number."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    found = []
    for path in sorted(HERE.glob("Q*.toml")):
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(converter.structure({"number": int(path.stem[1:]), **read}, Question))
    return found


def compiled(question: Question, case: Case) -> Compiled:
    """The contract of a case."""
    text = case.contract or question.contract
    if not text.lstrip().startswith("contract "):
        text = (case.header or question.header or HEADER) + text
    return compile_text(text, f"Q{question.number:02}", tuple(case.amendments))


def run(
    engine: str | Engine, question: Question, case: Case, folder: Path, *, backward: bool = False
) -> Results:
    """A case's results on an engine; `backward`: with the rows of each file in the opposite order."""
    done = compiled(question, case)
    records = {
        r.name: r for version in done.versions if version.program for r in version.program.records.values()
    }
    given = {**question.data, **case.data}
    inputs = {}
    for name, text in given.items():
        if name not in {r.id for r in records.values() if r.is_data}:
            continue
        lines = text.strip().splitlines()
        path = folder / f"{name}.csv"
        path.write_text("\n".join([lines[0], *(reversed(lines[1:]) if backward else lines[1:])]) + "\n")
        inputs[name] = path
    store = open_store(records, done.bundle.calendar, inputs)
    years = case.years or [year.number for year in done.bundle.calendar.years]
    recorded = tuple(_recorded(case, done.program))
    evaluate = engine_named(engine) if isinstance(engine, str) else engine
    return evaluate(done.bundle, store, Request(tuple(years), recorded=recorded))


def _recorded(case: Case, program: Program) -> Iterator[Given]:
    """The recorded final settlement: "party, year, term, value" on each line."""
    for line in case.recorded.strip().splitlines():
        party, year, term, value = (part.strip() for part in line.split(","))
        number = program.calendar.year_named(int(year))
        assert number is not None
        yield Given(term, read_value(value), ((program.party, party),), number.number)


def named(results: Results) -> dict[str, Value | RunError]:
    """Every value by "Term at key, key"."""
    return {
        f"{name} at {place}" if (place := shown_key(key)) else name: value
        for name, values in results.terms.items()
        for key, value in values.items()
    }


def shown_key(key: Key) -> str:
    """A key as the cases write it."""
    return ", ".join(part if isinstance(part, str) else part.label for part in key)


def read_value(text: str, like: object = None) -> Value:
    """A value as a case writes it: $1,250.50, 2.5%, 1/3, yes, not scored, or a text."""
    plain = text.replace(",", "").replace("$", "")
    if text == "not scored":
        return NOT_SCORED
    if text in ("yes", "no"):
        return text == "yes"
    try:
        return Fraction(plain[:-1]) / 100 if plain.endswith("%") else Fraction(plain)
    except ValueError:
        return text


def holds(results: Results, program: Program, case: ExampleCase) -> bool:
    """Whether what an example expects comes out (Q43)."""
    return all(_holds(results, program, fact) for fact in case.expect)


def _holds(results: Results, program: Program, fact: Given) -> bool:
    found = [value for key, value in results.terms[fact.term].items() if all(k in key for _, k in fact.pick)]
    if len(found) != 1 or isinstance(found[0], RunError):
        return False
    value = found[0]
    if fact.rounding is not None and isinstance(value, Fraction):
        mode, unit = fact.rounding
        assert isinstance(unit, Fraction)
        value = round_to(value, mode, unit)
    return value == fact.value


class NoData:
    """A store for examples: only the tables of the contract."""

    def __init__(self, done: Compiled) -> None:
        records = {r.name: r for r in done.program.records.values() if not r.is_data}
        self._store = open_store(records, done.bundle.calendar, {})

    def source(self, record: str) -> RecordSource:
        """The rows of a table of the contract."""
        return self._store.source(record)


def run_examples(engine: str, done: Compiled) -> Iterator[bool]:
    """Whether each example holds."""
    for example in done.program.examples:
        year = example.year or 1
        wanted = tuple(dict.fromkeys(fact.term for fact in example.expect))
        request = Request((year,), wanted, example.given, ("example",))
        program = done.bundle.by_year[year]
        try:
            results = engine_named(engine)(done.bundle, NoData(done), request)
        except VbcError:
            yield False
            continue
        yield holds(results, program, example)
