"""Random programs on random data: the same values for any batches and order of rows, and as the reference."""

from __future__ import annotations

import random
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from tests.engines.arrow.programs import bundle, store
from tests.engines.arrow.random_programs import data, programs
from vbcdsl.diagnostics import RunError
from vbcdsl.engines import reference
from vbcdsl.engines.arrow import evaluate, plan
from vbcdsl.engines.interface import Request, Results
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Given, Program
from vbcdsl.rules.uses import walk

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
            key: (
                (value.code, value.message, value.term, value.key, value.section, value.help)
                if errors
                else "error"
            )
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


def agreed(one: Program) -> bool:
    """Whether a contract text can say it: a monthly term in the prior performance year cannot be said."""
    for found in one.terms.values():
        for node in walk(found.expr):
            if isinstance(node, n.Ref) and node.shift is not None and "Month" in one.terms[node.term].grain:
                return False
    return True


def told(results: Results) -> object:
    """Values, and errors by their code: where an error in one row stops a value of several parties, the engines
    may name another of them."""
    return {
        name: {key: value.code if isinstance(value, RunError) else value for key, value in values.items()}
        for name, values in results.terms.items()
    }


def expected(one: Program, rows: dict[str, list[dict[str, Any]]], request: Request) -> Results:
    try:
        return reference.evaluate(bundle(one), store(one, rows), request)
    except TypeError:  # an edge of a row that is not scored
        reject()


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(programs(), data())
def test_values_are_those_of_the_reference(one: Program, rows: dict[str, list[dict[str, Any]]]) -> None:
    assume(agreed(one))
    for years in ((1,), (1, 2)):
        request = Request(years)
        found = evaluate(bundle(one), store(one, rows), request)
        assert told(found) == told(expected(one, rows, request))


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(programs(), st.sampled_from([F(0), F(7), F(1, 3)]), st.sampled_from([(), (("Measure", "a"),)]))
def test_examples_are_those_of_the_reference(
    one: Program, value: F, pick: tuple[tuple[str, str], ...]
) -> None:
    assume(agreed(one) and one.terms["T0"].kind.base != "yes or no")
    request = Request((2,), given=(Given("T0", value, pick),), parties=("E", "F"))
    found = evaluate(bundle(one), store(one, {}), request)
    assert told(found) == told(expected(one, {}, request))
