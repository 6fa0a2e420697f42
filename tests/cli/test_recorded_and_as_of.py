"""Settlements that stand on earlier ones (`--recorded`) and on what was paid through a day (`--as-of`)."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import vbcdsl

Vbc = Callable[..., Result]
ENGINES = ("reference", "arrow")
CONTRACT = """contract "Two Years".
language version 1.
the Payer is "Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Roster" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Savings | money | required   |
1.2 "Claims" are entries, any number for each ACO, placed by Service Date:
    | Column       | Kind  | If missing |
    | Service Date | date  | required   |
    | Paid Date    | date  | required   |
    | Paid         | money | required   |
2.1 "Share" means one third of Savings.
2.2 "Cost" means the total of Paid, using amounts paid through March 31 after the performance year.
2.3 The Payer must pay the Provider the "Payment":
    Share plus (Share in the prior performance year, or $0 in the first performance year).
2.4 The Payer must pay the Provider the "Refund": Cost.
"""
CLAIMS = """aco,service_date,paid_date,paid
A1,2024-03-01,2024-04-01,100
A1,2024-12-20,2025-02-28,10
A1,2024-12-21,2025-03-31,1
A1,2025-03-01,2025-04-01,1000
"""


@pytest.fixture
def two_years(tmp_path: Path) -> Path:
    (tmp_path / "contract.vbc").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    write_savings(tmp_path, 100, 200)
    return tmp_path


def write_savings(folder: Path, first: int, second: int) -> None:
    text = f"aco,performance_year,savings\nA1,2024,{first}\nA1,2025,{second}\nA2,2024,60\nA2,2025,60\n"
    (folder / "roster.csv").write_text(text, encoding="utf-8")


def run(vbc: Vbc, folder: Path, *more: object) -> Result:
    data = ("--data", f"roster={folder / 'roster.csv'}", "--data", f"claims={folder / 'claims.csv'}")
    return vbc("run", folder / "contract.vbc", *data, *more)


def settled(folder: Path, name: str) -> dict[tuple[str, str], str]:
    with (folder / "settlement.csv").open(encoding="utf-8", newline="") as file:
        return {(row["aco"], row["performance_year"]): row[name] for row in csv.DictReader(file)}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_prior_year_is_taken_as_settled_and_a_difference_is_shown(
    vbc: Vbc, two_years: Path, engine: str
) -> None:
    first, second = two_years / "first", two_years / "second"
    assert run(vbc, two_years, "--year", 2024, "--out", first, "--engine", engine).exit_code == 0
    write_savings(two_years, 160, 200)  # a correction after the final settlement of 2024
    later = ("--year", 2025, "--engine", engine)
    done = run(vbc, two_years, *later, "--recorded", first, "--out", second)
    assert done.exit_code == 0, done.output
    assert settled(second, "payment")["A1", "2025"] == "100.00", "a third of $100 as settled and of $200"
    assert run(vbc, two_years, *later, "--out", two_years / "anew").exit_code == 0
    assert settled(two_years / "anew", "payment")["A1", "2025"] == "120.00", "a third of $160 and of $200"
    assert "Share of A1 in 2024: recorded about $33.333333, computed about $53.333333" in done.stderr
    assert "A2" not in done.stderr
    record = json.loads((second / "run.json").read_text())["recorded"]
    assert len(record["files"]) == 1 and len(record["files"][0]["sha256"]) == 64
    assert record["differences"] == [
        {"term": "Share", "key": ["A1", "2024"], "recorded": "33.333333333333", "computed": "53.333333333333"}
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_recorded_value_that_agrees_loses_no_digit(vbc: Vbc, two_years: Path, engine: str) -> None:
    text = CONTRACT.replace(
        "Share plus (Share in the prior performance year, or $0 in the first performance year).",
        "30,000,000,000 times (Share in the prior performance year, or $0 in the first performance year).",
    )
    (two_years / "contract.vbc").write_text(text, encoding="utf-8")
    first, second = two_years / "first", two_years / "second"
    run(vbc, two_years, "--year", 2024, "--out", first, "--engine", engine)
    done = run(vbc, two_years, "--year", 2025, "--recorded", first, "--out", second, "--engine", engine)
    assert settled(second, "payment")["A1", "2025"] == "1000000000000.00"
    assert "the recorded value counts" not in done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_without_data_of_the_prior_year_the_recorded_value_stands(
    vbc: Vbc, two_years: Path, engine: str
) -> None:
    first, second = two_years / "first", two_years / "second"
    run(vbc, two_years, "--year", 2024, "--out", first)
    (two_years / "roster.csv").write_text("aco,performance_year,savings\nA1,2025,200\n", encoding="utf-8")
    (two_years / "claims.csv").write_text("aco,service_date,paid_date,paid\n", encoding="utf-8")
    done = run(vbc, two_years, "--recorded", first, "--out", second, "--engine", engine)
    assert done.exit_code == 0, done.output
    assert settled(second, "payment") == {("A1", "2025"): "100.00"}
    run(vbc, two_years, "--out", second, "--engine", engine)
    assert settled(second, "payment") == {("A1", "2025"): "66.67"}, "without it 2025 is the first year"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("other.csv", "", "there is no settlement"),
        ("settlement.csv", "aco,performance_year,share\nA1,2031,5\n", "no performance year “2031”"),
        ("settlement.csv", "plan,performance_year,share\nA1,2024,5\n", "no column aco"),
        ("settlement.csv", "aco,performance_year,share\nA1,2024,five\n", "“five” is no value of Share"),
        ("settlement.csv", "aco,performance_year,share\nA1,2024,5\nA1,2024,6\n", "recorded twice"),
    ],
)
def test_a_file_that_is_no_settlement_is_refused(
    vbc: Vbc, two_years: Path, name: str, text: str, why: str
) -> None:
    (two_years / "earlier").mkdir()
    (two_years / "earlier" / name).write_text(text, encoding="utf-8")
    done = run(vbc, two_years, "--recorded", two_years / "earlier")
    assert done.exit_code == 1
    assert "VBC8032" in done.output
    assert why in " ".join(done.output.split())


def test_a_recorded_column_that_the_contract_does_not_have_is_named(vbc: Vbc, two_years: Path) -> None:
    (two_years / "settlement.csv").write_text("aco,performance_year,old_share\nA1,2024,5\n", encoding="utf-8")
    done = run(vbc, two_years, "--recorded", two_years)
    assert done.exit_code == 0, done.output
    assert "recorded and no term of this contract: old_share" in done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_paid_after_the_day_are_left_out_and_counted(vbc: Vbc, two_years: Path, engine: str) -> None:
    out = two_years / "out"
    done = run(vbc, two_years, "--year", 2024, "--as-of", "2025-02-28", "--out", out, "--engine", engine)
    assert done.exit_code == 0, done.output
    assert settled(out, "refund")["A1", "2024"] == "110.00", "what was paid on the day itself counts"
    assert "2 rows of Claims left out: paid after 2025-02-28" in done.stderr
    record = json.loads((out / "run.json").read_text())
    assert record["as_of"] == "2025-02-28"
    assert {"record": "Claims", "reason": "paid after 2025-02-28", "rows": 2} in record["left_out"]
    done = run(vbc, two_years, "--year", 2024, "--out", out, "--engine", engine)
    assert settled(out, "refund")["A1", "2024"] == "111.00"
    assert json.loads((out / "run.json").read_text())["as_of"] is None


def test_a_day_for_data_without_a_paid_date_is_recorded_and_said(
    vbc: Vbc, lakeside: Path, data: Path
) -> None:
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--as-of", "2025-03-31")
    assert done.exit_code == 0, done.output
    assert "no record has a Paid Date" in done.stderr


def test_the_python_interface_takes_both(vbc: Vbc, two_years: Path) -> None:
    import datetime as dt

    run(vbc, two_years, "--year", 2024, "--out", two_years / "first")
    write_savings(two_years, 160, 200)
    inputs = {"roster": two_years / "roster.csv", "claims": two_years / "claims.csv"}
    contract = vbcdsl.load(two_years / "contract.vbc")
    done = contract.run(inputs, years=2025, recorded=[two_years / "first"], as_of=dt.date(2025, 12, 31))
    assert str(done.settlement["payment"][0].as_py()) == "100.00"
    assert done.settled.as_of == dt.date(2025, 12, 31)
