"""Random contracts: whatever a contract says, the two engines compute the same from it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.compare import disagreement
from tests.property.families import of_family_seed
from tests.property.generate import Case, cases, of_seed
from tests.property.shrink import shown

SLOW = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
    HealthCheck.filter_too_much,
]


@pytest.mark.parametrize("first", range(0, 120, 10))
def test_the_same_values_errors_and_counts(first: int) -> None:
    """Each seed is a contract and its data; `python -m tests.property.run` tries thousands."""
    for seed in range(first, first + 10):
        case = of_seed(seed)
        assert not disagreement(case), shown(case)


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_families_with_records_of_their_own(first: int) -> None:
    """Interest, proration, run-out, elections, percentiles, attribution, clauses, balances, in combination."""
    for seed in range(first, first + 10):
        case = of_family_seed(seed)
        assert not disagreement(case), shown(case)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(cases)
def test_contracts_that_hypothesis_looks_for(case: Case) -> None:
    assert not disagreement(case), shown(case)
