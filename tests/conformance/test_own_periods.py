"""Own periods of a contract as a clock (C42): Budget Periods with first and last days, one of which cuts a year.

A period is settled with the performance year in which it ends; the data of its own days count, also those of the
year before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named, read_value
from tests.engines_here import ONE_MACHINE
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics.render import to_text

PERIODS = """
1.1 "Budget Periods" are, in this order:
    | Budget Period | First day       | Last day          | Holdback |
    | "BP1"         | January 1, 2024 | June 30, 2024     | 10%      |
    | "BP2"         | July 1, 2024    | December 31, 2025 | 20%      |
    | "BP3"         | January 1, 2026 | December 31, 2026 | 30%      |
1.2 "Budgets" are records, one for each ACO in each Budget Period:
    | Column | Kind  | If missing |
    | Budget | money | required   |
1.3 "Monthly Costs" are records, one for each ACO in each Month:
    | Column | Kind  | If missing |
    | Cost   | money | required   |
"""
BUDGETS = "aco,budget_period,budget\nA1,BP1,1000\nA1,2,3000\nA1,2026-03-01,2000\n"
COSTS = "aco,month,cost\n" + "".join(
    f"A1,{year}-{month:02},{100 + month}\n" for year in (2024, 2025, 2026) for month in range(1, 13)
)


def run(engine: str, text: str, folder: Path, years: list[int] | None = None) -> dict[str, object]:
    case = Case("", PERIODS + text, data={"budgets": BUDGETS, "monthly_costs": COSTS}, years=years or [])
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    return dict(named(running.run(engine, question, case, folder)))


def codes(text: str, periods: str = PERIODS) -> list[str]:
    return [d.code for d in compile_text(running.HEADER + periods + text).errors]


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_period_that_cuts_a_year_has_the_rows_of_all_its_days(engine: str, tmp_path: Path) -> None:
    found = run(engine, '2.1 "Period Cost" means, for each Budget Period, the total of Cost.\n', tmp_path)
    costs = [found[f"Period Cost at A1, {period}"] for period in ("BP1", "BP2", "BP3")]
    # January to June; July 2024 to December 2025; 2026
    assert costs == [621, 657 + 1278, 1278]
    # with the months of the performance year in which it ends it would be $1,278
    assert costs[1] != 1278


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_it_is_settled_with_the_year_in_which_it_ends(engine: str, tmp_path: Path) -> None:
    text = '2.1 The Payer must pay the Provider the "Share", for each Budget Period: 10% of Budget.\n'
    shares = [
        {k: v for k, v in run(engine, text, tmp_path, [year]).items() if "Share" in k} for year in (1, 2)
    ]
    assert shares == [{"Share at A1, BP1": 100}, {"Share at A1, BP2": 300}]


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_the_prior_budget_period_is_the_one_before_however_long(engine: str, tmp_path: Path) -> None:
    text = """
2.1 "Growth" means, for each Budget Period, Budget minus (Budget in the prior budget period),
    or $0 in the first Budget Period.
2.2 "First Budget" means, for each Budget Period, Budget in Budget Period "BP1".
2.3 "Sum" means, for each Budget Period, (Sum in the prior Budget Period) plus Budget,
    starting from $7 before Budget Period 1.
"""
    found = run(engine, text, tmp_path)
    assert [found[f"Growth at A1, {p}"] for p in ("BP1", "BP2", "BP3")] == [0, 2000, -1000]
    assert [found[f"First Budget at A1, {p}"] for p in ("BP1", "BP2", "BP3")] == [1000] * 3
    assert [found[f"Sum at A1, {p}"] for p in ("BP1", "BP2", "BP3")] == [1007, 4007, 6007]


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_values_are_stated_for_budget_periods_by_name_or_number(engine: str, tmp_path: Path) -> None:
    text = """
2.1 "At-risk Share" is 0% in Budget Period 1, 5% in budget period "BP2" and 10% from Budget Period 3.
2.2 "Rung" is set by Budget Period:
    | Budget Period  | Rung |
    | "BP1" or "BP2" | 50%  |
    | 3              | 80%  |
2.3 "Paid" means, for each Budget Period, (Budget times At-risk Share) times Rung.
2.4 "Held" means, for each Budget Period, Budget times Holdback.
2.5 "Late" means, for each Budget Period, Budget if Budget Period is at least 2, otherwise $0.
2.6 "Year Days" means, in each Budget Period, the number of days in the Budget Period.
"""
    found = run(engine, text, tmp_path)
    assert [found[f"Paid at A1, {p}"] for p in ("BP1", "BP2", "BP3")] == [0, 75, 160]
    assert [found[f"Held at A1, {p}"] for p in ("BP1", "BP2", "BP3")] == [100, 600, 600]
    assert [found[f"Late at A1, {p}"] for p in ("BP1", "BP2", "BP3")] == [0, 3000, 2000]
    days = [v for k, v in found.items() if k.startswith("Year Days")]
    assert days == [182, 549, 365]


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_an_amount_lapses_after_so_many_budget_periods(engine: str, tmp_path: Path) -> None:
    text = """
2.1 "Left" means, for each Budget Period, Budget minus (the total of Cost), but not less than $0.
2.2 "Carried" means, for each Budget Period, (Carried in the prior Budget Period) plus Left,
    starting from $0 before Budget Period 1.
2.3 An amount of Carried that is not used within 1 Budget Period after the one in which
    it arose lapses; the oldest amount is used first.
"""
    found = run(engine, text, tmp_path)
    assert [found[f"Carried at A1, {p}"] for p in ("BP1", "BP2", "BP3")] == [379, 1065, 722]
    assert found["Carried, lapsed at A1, BP3"] == 1065


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_month_takes_the_value_of_its_budget_period(engine: str, tmp_path: Path) -> None:
    text = """
2.1 "At-risk Share" is 0% in Budget Period 1 and 10% from Budget Period 2.
2.2 "Monthly Share" means, for each Month, Cost times At-risk Share.
"""
    found = run(engine, text, tmp_path)
    assert found["Monthly Share at A1, 2024-06"] == 0
    assert found["Monthly Share at A1, 2024-07"] == read_value("$10.70")
    assert found["Monthly Share at A1, 2025-01"] == read_value("$10.10")


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_budget_periods_inside_a_year_add_up_to_it(engine: str, tmp_path: Path) -> None:
    halves = PERIODS.replace("December 31, 2025", "December 31, 2024").replace(
        '    | "BP3"         | January 1, 2026 | December 31, 2026 | 30%      |',
        '    | "BP3"         | January 1, 2025 | December 31, 2025 | 30%      |\n'
        '    | "BP4"         | January 1, 2026 | December 31, 2026 | 30%      |',
    )
    text = """
2.1 "Yearly Budget" means the total of Budget.
2.2 "Part" means, for each Budget Period, Budget divided by Yearly Budget, or 0% if the divisor is zero.
"""
    data = {
        "budgets": "aco,budget_period,budget\nA1,BP1,1000\nA1,BP2,3000\nA1,BP3,2000\n",
        "monthly_costs": COSTS,
    }
    case = Case("", halves + text, data=data, years=[1, 2])
    question = Question(0, "", [case])
    found = dict(named(running.run(engine, question, case, tmp_path)))
    assert found["Yearly Budget at A1, 2024"] == 4000
    assert found["Part at A1, BP1"] == read_value("25%")
    assert found["Part at A1, BP2"] == read_value("75%")


def test_a_list_with_a_gap_is_refused() -> None:
    assert codes("", PERIODS.replace("July 1, 2024", "July 2, 2024")) == ["VBC2040"]
    assert codes("", PERIODS.replace("December 31, 2026", "November 30, 2026")) == ["VBC2040"]
    assert codes(
        "", PERIODS.replace('| "BP3"         | January 1, 2026 |', '| "BP2"         | January 1, 2026 |')
    ) == ["VBC2040"]


def test_a_yearly_value_in_a_period_that_cuts_the_year_is_refused() -> None:
    text = """
2.1 "Yearly" means the total of Cost.
2.2 "Half" means, for each Budget Period, 50% of Yearly.
"""
    assert codes(text) == ["VBC3050"]


def test_the_sum_of_periods_that_cut_the_year_is_refused() -> None:
    assert "VBC3050" in codes('2.1 "Yearly" means the total of Budget.\n')


def test_months_that_lie_in_two_budget_periods_are_refused() -> None:
    periods = PERIODS.replace("June 30, 2024", "June 14, 2024").replace("July 1, 2024", "June 15, 2024")
    assert codes('2.1 "X" means, for each Budget Period, the total of Cost.\n', periods) == ["VBC3050"]


def test_a_budget_period_that_the_list_does_not_have_is_refused() -> None:
    assert codes('2.1 "X" is 0% in Budget Period 1 and 5% from Budget Period "BP9".\n') == ["VBC2017"]


def test_an_example_names_the_budget_period() -> None:
    from vbcdsl.testing.examples import run_examples

    text = """
2.1 "Growth" means, for each Budget Period, Budget minus (Budget in the prior budget period),
    or $0 in the first Budget Period.
example "growth":
  given Budget in Budget Period 2 is $300 and Budget in Budget Period "BP1" is $100,
  expect Growth in Budget Period "BP2" is $200.
"""
    done = compile_text(running.HEADER + PERIODS + text)
    assert not done.errors, to_text(done.diagnostics)
    report = run_examples(done, ("reference", "arrow"))
    assert report.met, report
