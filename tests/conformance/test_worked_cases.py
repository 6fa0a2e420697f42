"""Each worked case gives its published or computed values, to the cent, on every engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.worked_cases import (
    ENGINES,
    Case,
    all_cases,
    compiled,
    differences,
    run,
    run_examples,
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_a_worked_case_gives_its_expected_values(
    case: Case, engine: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("worked case", engine)
    contract = compiled(case)
    assert differences(case, run(case, contract, engine)) == []
    assert run_examples(contract, engine) == []


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_both_engines_give_the_same_values_in_a_worked_case(case: Case) -> None:
    contract = compiled(case)
    first, second = (run(case, contract, engine) for engine in ENGINES)
    assert set(first.terms) == set(second.terms)
    for name, values in first.terms.items():
        assert dict(values.items()) == dict(second.terms[name].items()), name
