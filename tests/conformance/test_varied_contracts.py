"""Contracts that vary the clause families: each compiles and gives the amounts by hand on every engine."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named
from tests.conformance.varied.contracts import ALL, Varied
from tests.engines_here import ONE_MACHINE, engine_named
from vbcdsl.data import open_store
from vbcdsl.diagnostics import RunError
from vbcdsl.diagnostics.render import to_text
from vbcdsl.engines.interface import Request
from vbcdsl.sample import make_sample, write_sample

for _path in sorted((Path(__file__).parent / "varied").glob("family_*.py")):
    import_module(f"tests.conformance.varied.{_path.stem}")


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize("varied", ALL, ids=lambda varied: varied.name)
def test_a_contract_gives_the_amounts_by_hand(varied: Varied, engine: str, tmp_path: Path) -> None:
    case = Case(
        "", varied.text, data=varied.data, years=list(varied.years), amendments=list(varied.amendments)
    )
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    got = named(running.run(engine, question, case, tmp_path))
    wanted = varied.by_hand()
    assert wanted
    assert {at: got.get(at, f"none of {sorted(got)}") for at in wanted} == {
        at: Fraction(value) if type(value) is int else value for at, value in wanted.items()
    }


@pytest.mark.parametrize("varied", ALL, ids=lambda varied: varied.name)
def test_the_engines_agree_on_a_sample(varied: Varied, tmp_path: Path) -> None:
    """Every value at every key, also those that no person has computed, and every error."""
    case = Case("", varied.text, amendments=list(varied.amendments))
    done = running.compiled(Question(0, "", [case]), case)
    write_sample(make_sample(done.bundle, 25, 3, seed=3), tmp_path, "csv")
    records = {
        record.name: record
        for version in done.versions
        if version.program
        for record in version.program.records.values()
    }
    calendar = done.bundle.calendar
    request = Request(tuple(year.number for year in calendar.years)[:2])
    found = []
    for engine in ONE_MACHINE:
        store = open_store(records, calendar, {file.stem: file for file in tmp_path.glob("*.csv")})
        values = named(engine_named(engine)(done.bundle, store, request))
        found.append({at: x.code if isinstance(x, RunError) else x for at, x in values.items()})
    assert found[0]
    assert all(each == found[0] for each in found)


def test_there_are_many_contracts() -> None:
    assert len(ALL) >= 90
    assert len({varied.name for varied in ALL}) == len(ALL)
