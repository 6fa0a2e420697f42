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


# ---------------------------------------------------------------- the same for what proves, compares and explains


def data_of(folder: Path, option: str = "--data") -> tuple[object, ...]:
    return (option, f"roster={folder / 'roster.csv'}", option, f"claims={folder / 'claims.csv'}")


@pytest.fixture
def corrected(vbc: Vbc, two_years: Path) -> Path:
    """2024 was settled; then its data were corrected."""
    assert run(vbc, two_years, "--year", 2024, "--out", two_years / "first").exit_code == 0
    write_savings(two_years, 160, 200)
    return two_years


def test_an_audit_package_has_the_recorded_settlement_and_the_day_and_verify_computes_with_them(
    vbc: Vbc, corrected: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    package = corrected / "package"
    made = vbc("audit", corrected / "contract.vbc", *data_of(corrected), "--year", 2025, "--recorded",
               corrected / "first", "--as-of", "2025-03-15", "--out", package)  # fmt: skip
    assert made.exit_code == 0, made.output
    assert settled(package, "payment")["A1", "2025"] == "100.00"
    record = json.loads((package / "run.json").read_text())
    assert record["as_of"] == "2025-03-15"
    assert record["recorded"]["files"][0]["path"] == "recorded/1/settlement.csv"
    assert record["recorded"]["differences"][0]["computed"] == "53.333333333333"
    there = tmp_path_factory.mktemp("there") / "moved"
    package.rename(there)
    (corrected / "first" / "settlement.csv").rename(corrected / "own.csv")
    done = vbc("audit", "verify", there, *data_of(corrected))
    assert done.exit_code == 0 and "everything agrees" in done.output, done.output
    done = vbc("audit", "verify", there, *data_of(corrected), "--recorded", corrected / "own.csv")
    assert done.exit_code == 0, done.output
    forged = corrected / "own.csv"
    forged.write_text(forged.read_text(encoding="utf-8").replace("33.33", "34.33", 1), encoding="utf-8")
    done = vbc("audit", "verify", there, *data_of(corrected), "--recorded", forged)
    assert done.exit_code == 1
    assert "recorded/1/settlement.csv, row 2 (A1, 2024), share" in done.output
    assert "settlement.csv, row 2 (A1, 2025), payment: '100.00', computed '101.00'" in done.output


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("run.json", "2025-03-15", "2025-04-15"), ("recorded/1/settlement.csv", "33.33", "35.33")],
)
def test_a_changed_day_or_recorded_value_is_found(
    vbc: Vbc, corrected: Path, name: str, before: str, after: str
) -> None:
    package = corrected / "package"
    vbc("audit", corrected / "contract.vbc", *data_of(corrected), "--year", 2025, "--recorded",
        corrected / "first", "--as-of", "2025-03-15", "--out", package)  # fmt: skip
    text = (package / name).read_text(encoding="utf-8")
    assert before in text
    (package / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    done = vbc("audit", "verify", package, *data_of(corrected))
    assert done.exit_code == 1
    assert f"{name}: its hash is not the one in MANIFEST.json" in done.output
    assert "computed" in done.output, "and what it does to the results"


def test_a_trace_stands_on_the_recorded_value_and_on_what_was_paid_through_the_day(
    vbc: Vbc, corrected: Path
) -> None:
    out = corrected / "trace.jsonl"
    done = vbc("trace", corrected / "contract.vbc", *data_of(corrected), "--year", 2025, "--recorded",
               corrected / "first", "--as-of", "2025-03-15", "--for", "aco=A1", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    payment = next(r for r in records if r["term"] == "Payment" and r["performance_year"] == "2025")
    assert {"source": "recorded", "term": "Share", "section": "2.3"} in payment["sources"]
    assert payment["evaluated_again"] == "the same"
    values = {record["term"]: record["value"] for record in records if record["performance_year"] == "2025"}
    assert values["Payment"] == "100.00"
    assert values["Refund"] == "0.00", "the claim of 2025 was paid after the day"


def test_an_explanation_says_what_was_recorded(vbc: Vbc, corrected: Path) -> None:
    done = vbc("explain", corrected / "contract.vbc", *data_of(corrected), "--year", 2025, "--recorded",
               corrected / "first", "--for", "aco=A1")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "in the prior performance year as recorded (about $33.333333)" in " ".join(done.stdout.split())


def test_a_redline_is_priced_with_the_recorded_value_and_as_of_the_day(vbc: Vbc, corrected: Path) -> None:
    new = corrected / "new.vbc"
    text = (
        CONTRACT.replace("Share plus (", "Share plus (2 times (")
        .replace("first performance year).", "first performance year)).")
        .replace(": Cost.", ": 3 times Cost.")
    )
    new.write_text(text, encoding="utf-8")
    found = {}
    for name, more in {
        "as it is": (),
        "taken": ("--recorded", corrected / "first", "--as-of", "2025-03-15"),
    }.items():
        done = vbc("diff", corrected / "contract.vbc", new, *data_of(corrected), "--year", 2025, *more,
                   "--format", "json")  # fmt: skip
        assert done.exit_code == 0, done.output
        price = json.loads(done.stdout)["price"]
        found[name] = {party["party"]: party["change"] for party in price["parties"]}
    assert found["as it is"]["A1"] == "2053.33", "a third of $160 more, and two claims of $1,000"
    assert found["taken"]["A1"] == "33.33", "a third of $100 more, no claim was paid by then"
    assert price["notes"][0] == "rows paid after 2025-03-15 are left out"


def test_a_bridge_says_what_later_payments_of_claims_make(vbc: Vbc, two_years: Path) -> None:
    done = vbc("bridge", "--old", two_years / "contract.vbc", *data_of(two_years, "--old-data"), "--year", 2024,
               "--old-as-of", "2025-02-28", "--format", "json")  # fmt: skip
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["total"]["data"] == "1.00" and found["total"]["terms"] == "0.00"
    assert any("old data: rows paid after 2025-02-28 are left out" in note for note in found["notes"])
