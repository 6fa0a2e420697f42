"""Many contracts at once: payments, shares against dated targets, categories that the clauses bear out."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vbcdsl.cli import cli
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics import VbcError
from vbcdsl.portfolio import Derived, Plan, derive, read_plan, settle_portfolio
from vbcdsl.portfolio.show import money, percent
from vbcdsl.portfolio.targets import outcomes, paid_by_category
from vbcdsl.resources import library_dir

Vbc = Callable[..., Result]
HEAD = """contract "{title}".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
{category}
Article 1. Data.
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column         | Kind                                       | If missing |
    | Covered Months | count of member months                     | required   |
    | Cost           | money, at least $0                         | required   |
    | Benchmark      | money, at least $0                         | required   |
    | Quality Score  | rate written as a fraction from 0% to 100% | required   |
Article 2. Payment.
"""
FEE = '2.1 The Payer must pay the Provider the "Fee": $2.00 per member per month times Covered Months.'
BONUS = (
    '2.2 The Payer must pay the Provider the "Bonus": '
    "$1,000 if Quality Score is at least 80%, otherwise $0{category}."
)
SAVINGS = (
    '2.3 The Payer must pay the Provider the "Shared Savings": Quality Score times '
    "(the amount by which Benchmark exceeds Cost)."
)
LOSSES = (
    '2.4 The Provider must repay the Payer the "Shared Loss": (100% minus Quality Score) times '
    "(the amount by which Cost exceeds Benchmark)."
)
DATA = (
    "ACO,Performance Year,Covered Months,Cost,Benchmark,Quality Score\n"
    "A,2024,1000,90000.00,100000.00,0.8\nB,2024,500,120000.00,100000.00,0.5\n"
)


def text(*clauses: str, title: str = "Agreement", category: str = "") -> str:
    header = f"the HCP-LAN category is {category}.\n" if category else ""
    return (
        HEAD.format(title=title, category=header) + "\n".join(c.format(category="") for c in clauses) + "\n"
    )


def derived(*clauses: str) -> Derived:
    return derive(compile_text(text(*clauses), "contract.vbc").program)


@pytest.fixture
def vbc() -> Vbc:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(cli, [str(each) for each in arguments])

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two contracts with their data: a bonus declared 2C, and shared savings and losses declared 3A."""
    for name, clauses, category in (("bonus", (BONUS,), "2C"), ("shared", (SAVINGS, LOSSES), "3A")):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "contract.vbc").write_text(
            text(*clauses, title=name, category=category), encoding="utf-8"
        )
        (tmp_path / name / "data" / "results.csv").write_text(DATA, encoding="utf-8")
    return tmp_path


@pytest.fixture
def targets(tmp_path: Path) -> Path:
    path = tmp_path / "targets.toml"
    path.write_text(
        '[[target]]\nname = "Linked"\nat_least = "2C"\nshares = { 2023 = "5%", 2024 = "90%" }\n'
        '[[target]]\nname = "Two-sided"\ncategories = ["3B", "4B"]\nshares = { 2024 = "50%" }\n'
        '[[target]]\nname = "Later"\nat_least = "3A"\nshares = { 2025 = "15%" }\n'
        '[[other]]\nname = "Fees"\ncategory = "1"\nyear = 2024\namount = "1000.00"\n',
        encoding="utf-8",
    )
    return path


def test_a_fee_for_each_member_without_quality_is_no_performance_payment() -> None:
    assert not derived(FEE).agrees("2C")
    assert not derived(FEE).agrees("3A")


def test_a_bonus_for_quality_is_2c() -> None:
    assert derived(BONUS).suggested == "2C"


def test_savings_alone_are_3a_and_with_losses_3b() -> None:
    assert derived(SAVINGS).suggested == "3A"
    assert derived(SAVINGS, LOSSES).suggested == "3B"
    assert not derived(SAVINGS).agrees("3B")


ADVANCE = (
    '2.5 The Payer must pay the Provider the "Interim Payment": '
    "25% of (the amount by which Benchmark exceeds Cost).\n"
    '2.6 "Savings" means Benchmark minus Cost.\n'
    '2.7 "Share" means Quality Score times Savings{floor}.\n'
    '2.8 The Payer must pay the Provider the "Final Payment": Share minus Interim Payment; if it is negative, the '
    "Provider must pay that amount to the Payer."
)


def test_an_advance_that_comes_back_is_no_loss_that_is_shared() -> None:
    assert derived(ADVANCE.replace("{floor}", ", but not less than $0")).suggested == "3A"
    assert (
        derived(ADVANCE.replace("{floor}", " if Savings is more than $500, otherwise $0")).suggested == "3A"
    )
    assert derived(ADVANCE.replace("{floor}", "")).suggested == "3B"


def test_a_provider_that_pays_back_what_care_cost_beyond_its_fee_bears_risk() -> None:
    charge = '2.9 The Provider must repay the Payer the "Charge": the lesser of Cost and $1,000.'
    assert derived(FEE, BONUS, charge).agrees("3B")
    assert not derived(charge).agrees("3B")


def test_a_penalty_for_each_point_below_a_target_depends_on_performance() -> None:
    penalty = (
        '2.9 "Shortfall" means the amount by which 80% exceeds Quality Score.\n'
        '2.10 The Provider must pay the Payer the "Penalty": Shortfall times Benchmark.'
    )
    assert derived(penalty).suggested == "2C"


def test_a_payment_with_a_category_of_its_own_is_judged_by_its_own_sentence(tmp_path: Path) -> None:
    contract = tmp_path / "contract.vbc"
    stated = BONUS.format(category=", in category 3A")
    contract.write_text(text(FEE, stated, category="4N"), encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "results.csv").write_text(DATA, encoding="utf-8")
    (warning,) = settle_portfolio([tmp_path], data_folders=True).warnings
    assert "the Bonus is in HCP-LAN category 3A, and its clauses suggest 2C" in warning.message


def test_a_suggestion_names_its_sections() -> None:
    assert "a loss against a benchmark is shared: section 2.4" in derived(SAVINGS, LOSSES).because


def test_a_category_that_the_clauses_do_not_bear_out_is_a_warning(tmp_path: Path) -> None:
    contract = tmp_path / "contract.vbc"
    contract.write_text(text(BONUS, category="3B"), encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "results.csv").write_text(DATA, encoding="utf-8")
    (warning,) = settle_portfolio([tmp_path], data_folders=True).warnings
    assert warning.code == "VBC8037"
    assert "declares HCP-LAN category 3B, and its clauses suggest 2C" in warning.message


def test_payments_are_added_by_program_party_and_year(folder: Path) -> None:
    flows = settle_portfolio([folder], data_folders=True).flows
    assert {(f.program, f.party, f.payment): f.amount for f in flows if f.amount} == {
        ("bonus", "A", "Bonus"): 1000,
        ("shared", "A", "Shared Savings"): 8000,
        ("shared", "B", "Shared Loss"): -10000,
    }


def test_a_payment_may_have_a_category_of_its_own(tmp_path: Path) -> None:
    bonus = BONUS.format(category=", in category 2B")
    (tmp_path / "contract.vbc").write_text(text(bonus, SAVINGS, category="3A"), encoding="utf-8")
    (tmp_path / "results.csv").write_text(DATA, encoding="utf-8")
    found = settle_portfolio([tmp_path], [("results", str(tmp_path / "results.csv"))])
    assert paid_by_category(found.flows, Plan()) == {"2024": {"2B": Fraction(1000), "3A": Fraction(8000)}}


def test_shares_stand_against_the_target_of_the_year(folder: Path, targets: Path) -> None:
    flows = settle_portfolio([folder], data_folders=True).flows
    linked, two_sided = outcomes(flows, read_plan(targets))
    assert (linked.wanted, linked.share, linked.met) == (Fraction(9, 10), Fraction(9, 10), True)
    assert (two_sided.share, two_sided.met, two_sided.short) == (0, False, 5000)


def test_a_share_just_below_its_target_never_looks_met() -> None:
    assert percent(Fraction(899999, 1000000)) == "89.99%"


@pytest.mark.parametrize(("value", "digits"), [("1000", "1000.00"), ("-0.05", "-0.05"), ("12.3", "12.30")])
def test_amounts_in_json_are_digits(value: str, digits: str) -> None:
    assert money(Fraction(value)) == digits


def test_the_command_prints_payments_shares_targets_and_warnings(
    vbc: Vbc, folder: Path, targets: Path
) -> None:
    done = vbc("portfolio", folder, "--data-folders", "--targets", targets, "--parties")
    assert done.exit_code == 0, done.output
    assert "short by $5,000.00" in done.output
    assert "$10,000.00" in done.output
    assert "shared declares HCP-LAN category 3A" in done.output


def test_the_command_gives_json_with_exact_shares(vbc: Vbc, folder: Path, targets: Path) -> None:
    found = json.loads(
        vbc("portfolio", folder, "--data-folders", "--targets", targets, "--format", "json").stdout
    )
    assert found["schema"] == "vbc.portfolio/1"
    assert {"year": "2024", "category": "2C", "paid": "1000.00", "share": "1/10"} in found["categories"]
    assert [each["met"] for each in found["targets"]] == [True, False]


def test_a_contract_without_data_does_not_stop_the_others(vbc: Vbc, folder: Path) -> None:
    (folder / "bonus" / "data" / "results.csv").unlink()
    done = vbc("portfolio", folder, "--data-folders")
    assert done.exit_code == 1
    assert "bonus could not be settled" in done.output
    assert "$8,000.00" in done.output


def test_data_may_be_meant_for_one_contract(folder: Path) -> None:
    other = folder / "other.csv"
    other.write_text(DATA.replace("0.8", "0.7"), encoding="utf-8")
    flows = settle_portfolio([folder], [("bonus:results", str(other))], data_folders=True).flows
    assert not [f for f in flows if f.payment == "Bonus" and f.amount]


def test_data_for_an_unknown_contract_is_refused(folder: Path) -> None:
    with pytest.raises(VbcError, match="no contract bonos"):
        settle_portfolio([folder], [("bonos:results", "x.csv")])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('[[target]]\nname = "X"\nat_least = "3A"\nshares = { 2024 = 50 }', "percent sign"),
        ('[[target]]\nname = "X"\nat_least = "5"\nshares = { 2024 = "5%" }', "no HCP-LAN category"),
        ('[[target]]\nname = "X"\nshares = { 2024 = "5%" }', "at_least or categories"),
        ('[[target]]\nat_least = "3A"\n', "is missing"),
        ("[[goal]]\n", "no \\[\\[goal\\]\\]"),
    ],
)
def test_targets_that_cannot_be_read_say_why(tmp_path: Path, wrong: str, why: str) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(VbcError, match=why):
        read_plan(path)


def test_the_library_is_a_portfolio() -> None:
    names = [
        "shared-savings",
        "bpci-advanced",
        "louisiana-vbp-withhold",
        "vermont-all-payer-aco",
        "cost-growth-target",
    ]
    found = settle_portfolio([library_dir() / name for name in names], data_folders=True)
    assert not found.failed
    assert not found.warnings
