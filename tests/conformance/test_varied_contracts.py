"""Contracts that vary the clause families: each compiles and gives the amounts by hand on every engine."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named
from tests.conformance.varied.contracts import ALL, Varied
from tests.engines_here import ONE_MACHINE
from vbcdsl.diagnostics.render import to_text

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


def test_there_are_many_contracts() -> None:
    assert len(ALL) >= 40
    assert len({varied.name for varied in ALL}) == len(ALL)
