"""Each worked case gives its published or computed values, to the cent, on every engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from tests.conformance.worked_cases import (
    Case,
    all_cases,
    broken_examples,
    compiled,
    differences,
    run,
)
from tests.engines_here import ONE_MACHINE
from vbcdsl.compiler import compile_text


def test_all_75_worked_cases_are_here() -> None:
    assert len(all_cases()) == 75


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_a_worked_case_gives_its_expected_values(
    case: Case, engine: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("worked case", engine)
    contract = compiled(case)
    assert differences(case, run(case, contract, engine)) == []
    assert broken_examples(contract, engine) == []


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_all_engines_give_the_same_values_in_a_worked_case(case: Case) -> None:
    contract = compiled(case)
    first, *others = (run(case, contract, engine) for engine in ONE_MACHINE)
    for other in others:
        assert set(first.terms) == set(other.terms)
        for name, values in first.terms.items():
            assert dict(values.items()) == dict(other.terms[name].items()), name


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_the_order_of_rows_and_the_size_of_batches_change_nothing(
    case: Case, engine: str, tmp_path: Path
) -> None:
    contract = compiled(case)
    turned = attrs.evolve(case, folder=tmp_path)
    for name, path in case.data.items():
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    assert differences(case, run(turned, contract, engine, batch_rows=1)) == []


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_number_that_is_off_by_a_cent_is_found(engine: str) -> None:
    case = next(case for case in all_cases() if case.id == "MSSP-01")
    payment = next(expected for expected in case.expected if expected.name == "payment")
    wrong = attrs.evolve(case, expected=(attrs.evolve(payment, value="1323000.01"),))
    assert differences(wrong, run(case, compiled(case), engine)) == [
        "payment: Performance Payment is 1323000.00, not 1323000.01"
    ]


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_an_example_that_does_not_hold_is_found(engine: str) -> None:
    case = next(case for case in all_cases() if case.id == "MSSP-02")
    text = case.contract.read_text(encoding="utf-8").replace("Savings Rate is 2%,", "Savings Rate is 3%,")
    found = broken_examples(compile_text(text), engine)
    assert found == ["savings at exactly the minimum savings rate qualify: Savings Rate is 2%, not 3%"]
