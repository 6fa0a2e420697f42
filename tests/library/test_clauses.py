"""The clauses of the library, applied in small contracts: what they give, on both engines, and what they refuse.

The sentences of contracts are not broken into short lines here."""

# ruff: noqa: E501

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.data import open_store
from vbcdsl.engines.arrow import evaluate as arrow
from vbcdsl.engines.interface import Request
from vbcdsl.engines.reference import evaluate as reference
from vbcdsl.resolve.clauses import library_clauses
from vbcdsl.source import SourceText
from vbcdsl.syntax.parser import UnitParser
from vbcdsl.testing.examples import run_examples

LIBRARY = Path(__file__).parents[2] / "contract_library"
CLAUSES = sorted((LIBRARY / "clauses").glob("*.vbc"))
ENGINES = {"reference": reference, "arrow": arrow}

HEAD = """contract "Clauses".
language version 1.
the State is "State Medicaid Agency".
the Contractor is each Plan.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Plan Results" are records, one for each Plan in each Performance Year:
    | Column     | Kind                      | If missing |
    | Capitation | money                     | $0         |
    | Cost       | money                     | $0         |
    | Earned     | rate written as a percent | 0%         |
    | Enrolled   | count of member months    | 0          |
"""
METRICS = """
1.2 "Metric Results" are records, one for each Plan and Metric in each Performance Year:
    | Column       | Kind                      | If missing |
    | Prior Rate   | rate written as a percent | 0%         |
    | Current Rate | rate written as a percent | not scored |
1.3 "Metric List" are:
    | Metric | Goal Rate | Direction          |
    | "A"    | 60%       | "higher is better" |
    | "B"    | 60%       | "higher is better" |
    | "C"    | 40%       | "lower is better"  |
"""


def compiled(text: str) -> Compiled:
    contract = compile_text(HEAD + text)
    assert not contract.errors, contract.errors
    return contract


def holds(text: str, *cases: str) -> None:
    """The text, applied in a contract, gives what the cases say, on both engines."""
    examples = (
        '\nexample "numbers":\n' + "\n".join(f"  given {case}." for case in cases) + "\n" if cases else ""
    )
    report = run_examples(compiled(text + examples), tuple(ENGINES))
    outcomes = [(o.term, o.expected, o.got) for case in report.cases for o in case.outcomes if not o.met]
    assert report.cases and len(report.cases) >= len(cases) * len(ENGINES)
    assert not outcomes


def codes(text: str) -> list[str]:
    return [found.code for found in compile_text(HEAD + text).diagnostics if found.severity == "error"]


GATE = METRICS + """
2.1 Apply clause "Quality Gate" with Measure as Metric, Measure Rate as Current Rate, Target as Goal Rate and Number Required as 2,
    giving the "Metric Gate".
"""  # fmt: skip


@pytest.mark.parametrize(
    ("rates", "met"),
    [
        (("60%", "60%", "0%"), "met"),
        (("60%", "59.99%", "0%"), "not met"),
        (("60%", "not scored", "not scored"), "met"),  # one scored: it is enough that it reaches its target
        (("not scored", "not scored", "not scored"), "not met"),
    ],
)
def test_quality_gate(rates: tuple[str, ...], met: str) -> None:
    rows = "".join(f'    | "P" | "{m}" | 2024 | {r} |\n' for m, r in zip("ABC", rates, strict=True))
    text = (
        GATE
        + f"""
example "rates":
  with these Plan Results:
    | Plan | Performance Year |
    | "P"  | 2024             |
  with these Metric Results:
    | Plan | Metric | Performance Year | Current Rate |
{rows}
  given the performance year is 1, expect the Metric Gate for "P" is {met}.
"""
    )
    holds(text)


IMPROVEMENT = METRICS + """
2.1 Apply clause "Attainment or Improvement" with Measure as Metric, Performance Rate as Current Rate, Baseline Rate as Prior Rate,
    Benchmark Rate as Goal Rate, Gap Share as 10% and Smallest Step as 3 percentage points, giving the "Own Target" and the "Goal".
"""  # fmt: skip


def test_attainment_or_improvement_closes_a_tenth_of_the_gap_but_at_least_the_smallest_step() -> None:
    holds(
        IMPROVEMENT,
        'Prior Rate for "A" is 45% and Current Rate for "A" is 48%, expect Own Target for "A" is 48% and the Goal for "A" is met',
        'Prior Rate for "A" is 45% and Current Rate for "A" is 47.99%, expect the Goal for "A" is not met',
        'Prior Rate for "A" is 20% and Current Rate for "A" is 24%, expect Own Target for "A" is 24% and the Goal for "A" is met',
        'Prior Rate for "A" is 58% and Current Rate for "A" is 60%, expect Own Target for "A" is 60% and the Goal for "A" is met',
        'Prior Rate for "C" is 52% and Current Rate for "C" is 49%, expect Own Target for "C" is 49% and the Goal for "C" is met',
    )  # fmt: skip


def test_minimum_savings_rate_counts_from_the_first_dollar_or_not_at_all() -> None:
    holds(
        """
2.1 Apply clause "Minimum Savings Rate" with Benchmark as Capitation, Expenditures as Cost and Minimum Rate as 2%,
    giving the "Rate Saved", the "Test" and the "Savings Counted".
""",
        "Capitation is $1,000,000 and Cost is $980,000, expect Rate Saved is 2%, the Test is met and Savings Counted is $20,000",
        "Capitation is $1,000,000 and Cost is $980,000.01, expect the Test is not met and Savings Counted is $0",
        "Capitation is $0 and Cost is $5, expect Rate Saved is 0% and the Test is not met",
    )  # fmt: skip


def test_risk_corridor_shares_each_part_in_both_directions() -> None:
    holds(
        """
2.1 Apply clause "Risk Corridor" with Target as Capitation, Actual Cost as Cost, Inner Edge as 2%, Outer Edge as 5%,
    Inner Share as 50% and Outer Share as 80%, giving the "Corridor".
""",
        "Capitation is $1,000,000 and Cost is $980,000, expect Corridor is $0",
        "Capitation is $1,000,000 and Cost is $950,000, expect Corridor is $15,000",
        "Capitation is $1,000,000 and Cost is $940,000, expect Corridor is $23,000",
        "Capitation is $1,000,000 and Cost is $1,060,000, expect Corridor is -$23,000",
    )


def test_stop_loss_limits_a_result_in_either_direction() -> None:
    holds(
        """
2.1 Apply clause "Stop-Loss" with Result as (Capitation minus Cost), Base as Capitation and Limit Rate as 3%, giving the "Limited".
""",
        "Capitation is $1,000 and Cost is $970, expect Limited is $30",
        "Capitation is $1,000 and Cost is $900, expect Limited is $30",
        "Capitation is $1,000 and Cost is $2,000, expect Limited is -$30",
    )  # fmt: skip


def test_member_stop_loss_keeps_a_share_above_the_attachment_point() -> None:
    holds(
        """
1.4 "Member Costs" are records, one for each Plan and Member in each Performance Year:
    | Column | Kind  | If missing |
    | Paid   | money | required   |
2.1 Apply clause "Member Stop-Loss" with Member as Member, Member Cost as Paid, Attachment Point as $200,000 and Retained Share as 10%,
    giving the "Counted for Member" and the "Counted".

example "three members":
  with these Plan Results:
    | Plan | Performance Year |
    | "P"  | 2024             |
  with these Member Costs:
    | Plan | Member | Performance Year | Paid     |
    | "P"  | "M1"   | 2024             | $200,000 |
    | "P"  | "M2"   | 2024             | $250,000 |
    | "P"  | "M3"   | 2024             | $1       |
  given the performance year is 1, expect Counted for Member for "M2" is $205,000 and Counted for "P" is $405,001.
"""
    )  # fmt: skip


def test_withhold_earn_back_returns_and_forfeits_the_whole_withhold() -> None:
    holds(
        """
2.1 Apply clause "Withhold Earn-Back" with Payer as State, Provider as Contractor, Base as Capitation, Withhold Rate as 5% and
    Earned Share as Earned, giving the "Plan Withhold", the "Returned" and the "Lost".
""",
        "Capitation is $1,000 and Earned is 75%, expect the Plan Withhold is $50, the Returned is $37.50 and the Lost is $12.50",
        "Capitation is $1,000 and Earned is 100%, expect the Returned is $50 and the Lost is $0",
    )  # fmt: skip


def test_tiered_fee_takes_the_highest_level_reached() -> None:
    holds(
        """
2.1 Apply clause "Tiered Fee" with Payer as State, Provider as Contractor, Member Months as Enrolled, Score as Earned,
    Middle Score as 50%, Top Score as 75%, Base Fee as $2.00 per member per month, Middle Fee as $3.00 per member per month
    and Top Fee as $5.00 per member per month, giving the "Coordination Fee".
""",
        "Enrolled is 100 and Earned is 49.9%, expect the Coordination Fee is $200",
        "Enrolled is 100 and Earned is 50%, expect the Coordination Fee is $300",
        "Enrolled is 100 and Earned is 75%, expect the Coordination Fee is $500",
    )


def test_phase_in_reaches_the_whole_in_the_third_year() -> None:
    holds(
        """
2.1 Apply clause "Phase-In" with Amount as Cost, First Share as 0% and Second Share as 50%, giving the "Phased".
""",
        "the performance year is 1 and Cost is $100, expect Phased is $0",
        "the performance year is 2 and Cost is $100, expect Phased is $50",
        "the performance year is 3 and Cost is $100, expect Phased is $100",
    )


POOL = """
2.1 "Shared Pool" means $100.
2.2 The "Earning Gate" is met if Earned is at least 50%.
2.3 Apply clause "Pool" with Payer as State, Pool as Shared Pool, Recipient as Plan, Gate as Earning Gate, Weight as Enrolled
    and Largest Part as (10% of Capitation), giving the "Part".
2.4 The State must pay the Contractor the "Bonus": Part.
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_pool_adds_up_to_the_cent_and_a_limit_is_not_divided_again(engine: str, tmp_path: Path) -> None:
    contract = compiled(POOL)
    file = tmp_path / "plan_results.csv"
    file.write_text(
        "Plan,Performance Year,Capitation,Earned,Enrolled\n"
        "P1,2024,10000,50,1\nP2,2024,10000,50,1\nP3,2024,10000,50,1\nP4,2024,10000,49,9\n"
        "P1,2025,100,50,1\nP2,2025,10000,50,3\nP3,2025,10000,0,1\n",
        encoding="utf-8",
    )
    store = open_store(contract.program.records, contract.bundle.calendar, {"plan_results": file})
    found = ENGINES[engine](contract.bundle, store, Request((1, 2), terms=("Bonus",))).terms["Bonus"]
    bonus = {(str(key[0]), key[1].label): value for key, value in found.items()}  # type: ignore[union-attr]
    assert [bonus["P1", "2024"], bonus["P2", "2024"], bonus["P3", "2024"], bonus["P4", "2024"]] == [
        Fraction("33.34"), Fraction("33.33"), Fraction("33.33"), 0,
    ]  # fmt: skip
    assert [bonus["P1", "2025"], bonus["P2", "2025"], bonus["P3", "2025"]] == [10, 75, 0]


def test_carry_forward_sets_a_deficit_against_later_gains() -> None:
    text = """
2.1 Apply clause "Carry-Forward" with Result as (Capitation minus Cost), giving the "Open Deficit" and the "Gain".

example "three years":
  with these Plan Results:
    | Plan | Performance Year | Capitation | Cost |
    | "P"  | 2024             | $0         | $100 |
    | "P"  | 2025             | $60        | $0   |
    | "P"  | 2026             | $90        | $0   |
  given the performance year is 1, expect Open Deficit for "P" is $100 and Gain for "P" is $0.
  given the performance year is 2, expect Open Deficit for "P" is $40 and Gain for "P" is $0.
  given the performance year is 3, expect Open Deficit for "P" is $0 and Gain for "P" is $50.
"""
    holds(text)


def test_reconciliation_is_paid_in_the_direction_it_has() -> None:
    holds(
        """
2.1 Apply clause "Reconciliation" with Payer as State, Provider as Contractor, Amount Earned as Cost and
    Amount Advanced as Capitation, giving the "True-Up".
""",
        "Cost is $120 and Capitation is $100, expect the True-Up is $20",
        "Cost is $80 and Capitation is $100, expect the True-Up is -$20",
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_the_medicaid_warranty_is_kept_at_105_percent_and_broken_a_cent_above(
    engine: str, tmp_path: Path
) -> None:
    text = """
2.1 The State must pay the Contractor the "Incentive": Cost.
2.2 Apply clause "Medicaid Incentive Warranty" with Incentives as Incentive and Capitation as Capitation.
"""
    contract = compiled(text)
    for cost, broken in (("50.00", 0), ("50.01", 1)):
        file = tmp_path / f"{cost}.csv"
        file.write_text(f"Plan,Performance Year,Capitation,Cost\nP,2024,1000,{cost}\n", encoding="utf-8")
        store = open_store(contract.program.records, contract.bundle.calendar, {"plan_results": file})
        results = ENGINES[engine](contract.bundle, store, Request((1,), terms=("Incentive",)))
        assert len(results.broken_agreements) == broken


# ---------------------------------------------------------------- how clauses are applied


def test_two_uses_of_a_clause_share_no_term_and_their_sections_have_addresses_of_their_own() -> None:
    text = """
2.1 Apply clause "Stop-Loss" with Result as Cost, Base as Capitation and Limit Rate as 3%, giving the "Narrow".
2.2 Apply clause "Stop-Loss" with Result as Cost, Base as Capitation and Limit Rate as 10%, giving the "Wide".
"""
    holds(text, "Cost is $50 and Capitation is $1,000, expect Narrow is $30 and Wide is $50")
    terms = compiled(text).program.terms
    assert terms["Narrow"].section == "2.1(1.2)"
    assert terms["Limit under section 2.2"].section == "2.2(1.1)"


def test_the_words_of_a_row_are_those_of_the_clause_with_the_arguments_in_place() -> None:
    contract = compiled(
        '\n2.1 Apply clause "Risk Corridor" with Target as Capitation, Actual Cost as Cost, Inner Edge as 2%, '
        'Outer Edge as 5%, Inner Share as 50% and Outer Share as 80%, giving the "Corridor".\n'
    )
    labels = [band.label for band in contract.program.terms["Corridor"].expr.bands]  # type: ignore[attr-defined]
    assert labels[0].startswith("| above $0 up to and including (2% times Capitation)")


def test_a_clause_may_apply_another_and_none_applies_itself() -> None:
    outer = """
2.1 Apply clause "Halved" with Result as Cost and Base as Capitation, giving the "Half".

clause "Halved" with "Result" and "Base":
1.1 Apply clause "Stop-Loss" with Result as Result, Base as Base and Limit Rate as 10%, giving the "Limited".
1.2 "Halved Result" means 50% of Limited.
end of clause.
"""
    holds(outer, "Cost is $500 and Capitation is $1,000, expect Half is $50")
    again = outer.replace('"Stop-Loss" with', '"Halved" with').replace(" and Limit Rate as 10%", "").replace(
        "Result as Result, Base", "Result as Result and Base"
    )  # fmt: skip
    assert "VBC2028" in codes(again)


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ('Apply clause "Stop-Los" with Result as Cost.', "VBC2024"),
        ('Apply clause "Stop-Loss" with Result as Cost and Base as Capitation.', "VBC2028"),
        ('Apply clause "Stop-Loss" with Result as Cost, Base as Cost, Limit Rate as 1% and Rate as 2%.', "VBC2028"),
        ('Apply clause "Stop-Loss" with Result as Cost, Result as Cost, Base as Cost and Limit Rate as 1%.', "VBC2028"),
    ],
)  # fmt: skip
def test_a_clause_that_is_applied_wrongly_is_refused(sentence: str, code: str) -> None:
    assert code in codes(f"\n2.1 {sentence}\n")


# ---------------------------------------------------------------- the library as a whole


@pytest.mark.parametrize("path", CLAUSES, ids=lambda path: path.stem)
def test_each_clause_can_be_read_and_names_only_its_parameters_and_terms(path: Path) -> None:
    units = UnitParser(SourceText.from_file(path))
    clauses = [units.parse(unit) for unit in units.units if unit.kind == "clause"]
    assert clauses and not units.diagnostics


def test_each_clause_is_used_by_a_contract_of_the_library_and_described_in_the_readme() -> None:
    readme = (LIBRARY / "clauses" / "README.md").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in LIBRARY.glob("*/**/*.vbc") if path not in CLAUSES]
    used = {name for text in texts for name in re.findall(r'Apply clause "([^"]+)"', text)}
    for name, clause in library_clauses().items():
        assert name in used, name
        assert f"### {name}" in readme, name
        for parameter in clause.definition.parameters:
            assert parameter in readme.split(f"### {name}")[1].split("### ")[0], (name, parameter)
