"""What would have been paid: settled again with one value changed, it is what a run on changed data gives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.conformance.worked_cases import Case, all_cases, compiled
from vbcdsl.compiler import compile_text
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.rules.program import Program
from vbcdsl.statement.more import levers, what_more
from vbcdsl.trace import find_facts
from vbcdsl.trace.facts import Facts
from vbcdsl.whatif import NotAlone, Variation, payout_curve

HEAD = """contract "Tiers".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Facts" are records, one for each Clinic in each Performance Year:
    | Column        | Kind                            | If missing |
    | Savings       | money                           | required   |
    | Quality Score | rate written as a fraction      | required   |
"""
TIERS = (
    HEAD
    + """2.1 "Sharing Rate" is set by the first row that applies:
    | Case                         | Sharing Rate  |
    | Quality Score is below 60%   | 0%            |
    | Quality Score is above 80%   | Quality Score |
    | otherwise                    | 30%           |
3.1 The Payer must pay the Provider the "Share": Sharing Rate times Savings, but not more than $950.
"""
)
POOL = (
    HEAD
    + """2.1 "Pool" means $1,000.
2.2 The Pool is divided among the Clinics, in proportion to Quality Score; each part is its "Part".
3.1 The Payer must pay the Provider the "Share": Part.
"""
)


def tiers(score: str, savings: str = "1000.01") -> tuple[Facts, Any, Program]:
    import pyarrow as pa

    table = pa.table({"clinic": ["A", "B"], "performance_year": ["2024"] * 2, "savings": [savings, "77.00"],
                      "quality_score": [score, "0.9"]})  # fmt: skip
    contract = compile_text(TIERS)
    settled = settle(contract, {"facts": table}, None, RunOptions(inner=True))
    return find_facts(settled, {"facts": table}), settled.rows[0], settled.program


@pytest.mark.parametrize("score", ["0", "0.5999", "0.6", "0.7", "0.8", "0.800001", "0.9", "0.95", "1"])
def test_another_value_pays_what_a_run_on_changed_data_pays(score: str) -> None:
    facts, row, program = tiers("0.5")
    (outcome,) = Variation(facts, row, program.terms["Quality Score"]).outcomes([Fraction(score)])
    assert outcome.net == tiers(score)[1].net


def test_a_curve_has_the_value_and_the_limits_of_each_edge() -> None:
    facts, row, program = tiers("0.5")
    curve = payout_curve(Variation(facts, row, program.terms["Quality Score"]), Fraction(0), Fraction(1))
    found = {corner.at: corner for corner in curve.corners}
    cents = Fraction(1, 100)
    at_60, at_80 = found[Fraction(3, 5)], found[Fraction(4, 5)]
    assert (at_60.before, at_60.here, at_60.after) == (0, 30000 * cents, 30000 * cents)
    assert at_60.jumps and at_60.exact and at_60.section == "2.1"
    # up to and including 80%: the dot at 80% is closed below and open above
    assert (at_80.before, at_80.here, at_80.after) == (30000 * cents, 30000 * cents, 80001 * cents)
    limit = Fraction(950) / Fraction("1000.01")
    assert found[limit].exact and not found[limit].jumps
    assert curve.now == (Fraction(1, 2), 0)


def test_the_next_tier_and_one_more_point_are_told() -> None:
    facts, row, _ = tiers("0.79")
    lines = what_more(facts, row, frozenset()).lines
    tier, point = lines
    assert (tier.how, tier.then, tier.net) == ("next tier", "more than 80%", Fraction("800.01"))
    assert (point.how, point.then, point.change) == ("one more point", "80%", 0)
    assert tier.change == tier.net - row.net


def test_a_share_of_a_pool_is_not_settled_for_one_party_alone() -> None:
    import pyarrow as pa

    table = pa.table({"clinic": ["A", "B"], "performance_year": ["2024"] * 2, "savings": ["1", "2"],
                      "quality_score": ["0.5", "0.9"]})  # fmt: skip
    contract = compile_text(POOL)
    assert not contract.errors, contract.errors
    settled = settle(contract, {"facts": table}, None, RunOptions(inner=True))
    facts = find_facts(settled, {"facts": table})
    with pytest.raises(NotAlone, match="other parties"):
        Variation(facts, settled.rows[0], settled.program.terms["Quality Score"])
    assert what_more(facts, settled.rows[0], frozenset()).left_out


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_with_the_value_that_it_had_a_worked_case_pays_what_it_paid(case: Case) -> None:
    contract = compiled(case)
    settled = settle(contract, case.data, None, RunOptions(inner=True))
    facts = find_facts(settled, case.data)
    for row in settled.rows[:2]:
        program = settled.bundle.by_year[row.year.number]
        for term, pick in list(levers(facts, row, program))[:4]:
            try:
                variation = Variation(facts, row, term, pick)
            except NotAlone:
                continue
            value = variation.value
            if not isinstance(value, Fraction) or not isinstance(row.net, Fraction):
                continue
            assert variation.outcomes([value])[0].net == row.net, (term.name, pick)
