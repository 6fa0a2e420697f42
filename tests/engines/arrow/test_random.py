"""Random programs on random data: the same values for any batches and order of rows, and as the reference."""

from __future__ import annotations

import importlib
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.arrow.programs import bundle, store
from tests.engines.arrow.random_programs import data, programs
from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import evaluate, plan
from vbcdsl.engines.interface import Request, Results
from vbcdsl.rules.program import Program

SLOW = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
    HealthCheck.filter_too_much,
]


def shown(results: Results, errors: bool = True) -> dict[str, dict[Any, Any]]:
    """The values; of an error what engines must agree on."""
    return {
        name: {
            key: ((value.code, value.term, value.key, value.section) if errors else "error")
            if isinstance(value, RunError)
            else value
            for key, value in values.items()
        }
        for name, values in results.terms.items()
    }


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(programs(), data(), st.randoms(use_true_random=False))
def test_batches_and_the_order_of_rows_change_nothing(
    one: Program, rows: dict[str, list[dict[str, Any]]], rng: random.Random
) -> None:
    request = Request((1, 2))
    whole = shown(evaluate(bundle(one), store(one, rows), request))
    assert shown(evaluate(bundle(one), store(one, rows, 2), request)) == whole
    mixed = {name: rng.sample(found, len(found)) for name, found in rows.items()}
    plain = shown(evaluate(bundle(one), store(one, rows), request), errors=False)
    assert shown(evaluate(bundle(one), store(one, mixed, 3), request), errors=False) == plain


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(programs(), data())
def test_streaming_gives_what_rows_in_memory_give(
    one: Program, rows: dict[str, list[dict[str, Any]]]
) -> None:
    request = Request((1, 2))
    streamed = evaluate(bundle(one), store(one, rows, 5), request)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "streamable", lambda node, program: None)
        held = evaluate(bundle(one), store(one, rows, 5), request)
    assert shown(streamed) == shown(held)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(programs(), data())
def test_values_are_those_of_the_reference(one: Program, rows: dict[str, list[dict[str, Any]]]) -> None:
    reference = importlib.import_module("vbcdsl.engines.reference")
    if not hasattr(reference, "evaluate"):
        pytest.skip("the reference engine is not there yet")
    for years in ((1,), (1, 2)):
        request = Request(years)
        expected = shown(reference.evaluate(bundle(one), store(one, rows), request))
        assert shown(evaluate(bundle(one), store(one, rows), request)) == expected
