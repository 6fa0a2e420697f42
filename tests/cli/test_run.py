"""`vbc run` and `vbc explain`: what is printed, what is written, and what is not."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result

from vbcdsl.cli.options import Memory

Vbc = Callable[..., Result]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_prints_a_line_for_each_party_and_a_total(vbc: Vbc, lakeside: Path, data: Path) -> None:
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split()[:2] == ["ACO", "Year"]
    assert [line.split()[0] for line in lines[2:4]] == ["A1001", "A1002"]
    assert lines[-1].startswith("Total")
    assert "amendments: 1-quality-and-bonus.vbc" in done.stderr


def test_both_engines_write_the_same_files(vbc: Vbc, lakeside: Path, data: Path, tmp_path: Path) -> None:
    for engine in ("arrow", "reference"):
        out = tmp_path / engine
        done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--engine", engine, "--out", out)
        assert done.exit_code == 0, done.output
    for name in ("settlement.csv", "payments.csv"):
        assert (tmp_path / "arrow" / name).read_bytes() == (tmp_path / "reference" / name).read_bytes()
    tables = [pq.read_table(tmp_path / e / "terms" / "aco_performance_year_member.parquet")
              for e in ("arrow", "reference")]  # fmt: skip
    assert tables[0].equals(tables[1])


def test_the_files_of_a_run(vbc: Vbc, lakeside: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--out", out)
    assert done.exit_code == 0, done.output
    rows = read(out / "settlement.csv")
    assert list(rows[0])[:3] == ["aco", "performance_year", "enrolled_months"]
    assert list(rows[0])[-1] == "net_payment"
    assert rows[0]["performance_year"] == "2024"
    assert re.fullmatch(r"-?\d+\.\d\d", rows[0]["net_payment"])
    assert rows[0]["quality_gate"] in ("yes", "no")
    payments = read(out / "payments.csv")
    assert list(payments[0]) == ["aco", "performance_year", "section", "payment", "payer", "payee", "amount"]
    assert {p["section"] for p in payments} == {"4.5", "4.6", "4.7"}
    assert json.loads((out / "errors.json").read_text()) == []
    run = json.loads((out / "run.json").read_text())
    assert run["inputs"]["member_months"][0]["rows"] == len(read(data / "member_months.csv"))
    assert not list(tmp_path.glob(".*")), "nothing is left beside the results"


def test_the_net_payment_is_the_sum_of_the_payments(
    vbc: Vbc, lakeside: Path, data: Path, tmp_path: Path
) -> None:
    from decimal import Decimal

    out = tmp_path / "out"
    assert vbc("run", lakeside, "--bindings", data / "bindings.toml", "--out", out).exit_code == 0
    for row in read(out / "settlement.csv"):
        mine = [p for p in read(out / "payments.csv") if p["aco"] == row["aco"]]
        net = sum(Decimal(p["amount"]) * (1 if p["payee"] == "Provider" else -1) for p in mine)
        assert net == Decimal(row["net_payment"])


def test_wrong_data_writes_nothing(vbc: Vbc, lakeside: Path, data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "quality.csv"
    text = (data / "quality_results.csv").read_text(encoding="utf-8")
    broken.write_text(text.replace("denominator", "denom"), encoding="utf-8")
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--data", f"quality_results={broken}",
               "--out", tmp_path / "out")  # fmt: skip
    assert done.exit_code == 1
    assert "VBC5101" in done.output
    assert not (tmp_path / "out").exists()


def test_an_error_of_one_party_leaves_the_others(
    vbc: Vbc, lakeside: Path, data: Path, tmp_path: Path
) -> None:
    lines = (data / "financial_schedule.csv").read_text(encoding="utf-8").splitlines()
    zero = tmp_path / "schedule.csv"
    capitation = lines[0].replace('"', "").split(",").index("capitation")
    cells = lines[1].split(",")
    cells[capitation] = "-1000.00"  # section 4.9 cannot reduce the payments below zero
    zero.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    done = vbc(
        "run",
        lakeside,
        "--bindings",
        data / "bindings.toml",
        "--data",
        f"financial_schedule={zero}",
        "--out",
        out,
    )
    assert done.exit_code == 1
    assert "A1001" in done.stderr
    first, second = read(out / "settlement.csv")
    assert first["net_payment"] == ""
    assert second["net_payment"] != ""
    errors = json.loads((out / "errors.json").read_text())
    assert errors
    assert {e["keys"].get("ACO") for e in errors} == {"A1001"}


@pytest.mark.parametrize(("kind", "first"), [("csv", "aco,performance_year"), ("json", "{")])
def test_other_formats_are_printed(vbc: Vbc, lakeside: Path, data: Path, kind: str, first: str) -> None:
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--format", kind)
    assert done.exit_code == 0
    assert done.stdout.startswith(first)
    if kind == "json":
        assert json.loads(done.stdout)["settlement"][0]["aco"] == "A1001"


def test_a_second_run_replaces_the_first(vbc: Vbc, lakeside: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    assert vbc("run", lakeside, "--bindings", data / "bindings.toml", "--out", out).exit_code == 0
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--out", out, "--format", "parquet")
    assert done.exit_code == 0
    names = {path.name for path in out.iterdir()}
    assert "settlement.parquet" in names
    assert "settlement.csv" not in names, "a file of an earlier run must not be taken for one of this"
    assert (out / "notes.txt").read_text() == "mine"
    assert (
        str(pq.read_table(out / "settlement.parquet").schema.field("net_payment").type) == "decimal128(38, 2)"
    )


def test_usage_is_exit_code_two(vbc: Vbc, lakeside: Path) -> None:
    assert vbc("run", lakeside, "--data", "no_equals_sign").exit_code == 2
    assert vbc("run", lakeside, "--format", "parquet").exit_code == 2
    assert vbc("run", lakeside, "--engine", "abacus").exit_code == 2
    assert vbc("explain", lakeside).exit_code == 2


def test_years_and_parties_that_do_not_exist_are_said(vbc: Vbc, lakeside: Path, data: Path) -> None:
    bindings = data / "bindings.toml"
    assert "VBC8024" in vbc("run", lakeside, "--bindings", bindings, "--year", 2031).output
    wrong = vbc("run", lakeside, "--bindings", bindings, "--for", "aco=A1003")
    assert wrong.exit_code == 1
    assert "VBC8027" in wrong.output
    assert "VBC8026" in vbc("run", lakeside, "--bindings", bindings, "--for", "member=M0000001").output
    one = vbc("run", lakeside, "--bindings", bindings, "--for", "aco=A1002", "--terms", "savings_rate")
    assert "A1001" not in one.stdout
    assert "Savings Rate" in one.stdout


def test_an_explanation_names_sections_rows_and_roundings(vbc: Vbc, lakeside: Path, data: Path) -> None:
    done = vbc("explain", lakeside, "--bindings", data / "bindings.toml", "--for", "aco=A1001")
    assert done.exit_code == 0, done.output
    text = " ".join(done.stdout.split())
    assert "Net payment: $" in text
    assert "Section 4.5. Shared Savings Payment" in text
    assert "is less than 24,000: so this applies (section 4.8)" in text
    assert "the limit of section 4.9" in text
    assert text.count('“"Enrolled Months" means') == 1, "each term is explained once"


def test_an_explanation_names_no_member(vbc: Vbc, lakeside: Path, data: Path) -> None:
    bindings = data / "bindings.toml"
    for kind in ("text", "json"):
        done = vbc("explain", lakeside, "--bindings", bindings, "--for", "aco=A1001", "--format", kind)
        assert not re.search(r"M\d{7}", done.output)
    single = vbc("explain", lakeside, "--bindings", bindings, "--for", "aco=A1001", "--term", "savings")
    assert single.exit_code == 0
    assert "Section 2.6. Savings" in single.stdout
    assert "Section 4.5" not in single.stdout
    row = vbc(
        "explain", lakeside, "--bindings", bindings, "--for", "aco=A1001", "--term", "Minimum Savings Rate"
    )
    assert "falls in the row “less than 60,000 | 3.9%” = 3.9%" in row.stdout


def without_rows(folder: Path, new: Path, change: Callable[[str], str]) -> Path:
    """The sample with another text of its member months; the bindings beside it."""
    new.mkdir()
    for file in folder.glob("*.*"):
        text = file.read_text(encoding="utf-8")
        (new / file.name).write_text(change(text) if file.stem == "member_months" else text, encoding="utf-8")
    return new / "bindings.toml"


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lambda text: text.replace("2024-", "2019-"), "VBC5203", "rows lie outside the term of the contract"),
        (lambda text: text.replace(",", ";"), "VBC5010", "has one column, and its name has semicolons in it"),
        (lambda text: text.replace(",", "\t"), "VBC5010", 'separator = "\\t"'),
    ],
    ids=["another year", "semicolons", "tabs"],
)
def test_a_file_of_another_year_or_form_stops_the_run_and_nothing_is_written(
    vbc: Vbc, lakeside: Path, data: Path, tmp_path: Path, change: Callable[[str], str], code: str, says: str
) -> None:
    bindings = without_rows(data, tmp_path / "data", change)
    done = vbc("run", lakeside, "--bindings", bindings, "--year", 2024, "--out", tmp_path / "out")
    assert (done.exit_code, done.output.count("error[")) == (1, 1), done.output
    assert code in done.output and says in " ".join(done.output.split())
    assert not (tmp_path / "out").exists()


def test_data_without_a_party_in_the_year_stop_the_run(vbc: Vbc, lakeside: Path, data: Path) -> None:
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--year", 2026)
    assert done.exit_code == 1
    assert "There is nobody to settle" in done.output and "performance year 2026" in done.output


def test_messy_files_are_read_by_options_as_by_bindings(vbc: Vbc, tmp_path: Path) -> None:
    (tmp_path / "contract.vbc").write_text(
        'contract "Messy".\nlanguage version 1.\nthe Payer is "P".\nthe Provider is each ACO.\n'
        "effective January 1, 2024 through December 31, 2024.\na performance year is a calendar year.\n"
        "amounts are in US dollars and each payment is rounded half up to the cent.\n"
        '1.1 "Results" are records, one for each ACO in each Performance Year:\n'
        "    | Column | Kind  | If missing |\n    | Cost   | money | $0         |\n"
        "    | Score  | rate  | not scored |\n"
        '2.1 The Payer must pay the Provider the "Share": 1% of Cost, '
        "if Score is scored and Score is at least 50%, otherwise $0.\n"
    )
    data = tmp_path / "results.csv"
    text = '\ufeffACO;Performance Year;Cost;Score\nÄ1;2024;"$1,234,567.89"; 85%\nB2;2024;-;*\nC3;2024;;n/a\n'
    data.write_bytes(text.replace("\ufeff", "").encode("cp1252"))
    given = ("--data", f"results={data}", "--format", "csv")
    said = (
        "--missing",
        "-",
        "--missing",
        "*",
        "--missing",
        "n/a",
        "--separator",
        ";",
        "--encoding",
        "cp1252",
    )
    done = vbc("run", tmp_path / "contract.vbc", *given, *said)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[1:] == [
        "B2,2024,0.00,0.00", "C3,2024,0.00,0.00", "Ä1,2024,12345.68,12345.68"
    ]  # fmt: skip
    bindings = tmp_path / "b.toml"
    bindings.write_text('[results]\nmissing = ["-", "*", "n/a"]\nseparator = ";"\nencoding = "cp1252"\n')
    bound = vbc("run", tmp_path / "contract.vbc", *given, "--bindings", bindings)
    assert bound.stdout == done.stdout
    assert vbc("run", tmp_path / "contract.vbc", *given, *said[:2], *said[6:]).exit_code == 1


def test_a_limit_of_memory_changes_no_cent(vbc: Vbc, lakeside: Path, data: Path) -> None:
    plain = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--format", "csv")
    limited = vbc(
        "run", lakeside, "--bindings", data / "bindings.toml", "--format", "csv", "--memory", "1000GB"
    )
    assert limited.exit_code == 0, limited.output
    assert limited.stdout == plain.stdout
    assert "--memory" not in limited.stderr


@pytest.mark.parametrize(
    ("size", "means"), [("800MB", 800_000_000), ("1.5 gb", 1_500_000_000), ("2GiB", 2 << 30)]
)
def test_amounts_of_memory(size: str, means: int) -> None:
    assert Memory().convert(size, None, None) == means


def test_what_is_no_amount_of_memory_is_a_wrong_call(vbc: Vbc, lakeside: Path, data: Path) -> None:
    for size in ("much", "12", "-1GB", "1e9GB"):
        done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--memory", size)
        assert done.exit_code == 2
        assert "1.5GB" in done.stderr
    done = vbc(
        "run", lakeside, "--bindings", data / "bindings.toml", "--memory", "1GB", "--engine", "reference"
    )
    assert done.exit_code == 2


def test_too_little_memory_is_said_before_the_data_are_read(
    vbc: Vbc, lakeside: Path, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--memory", "10MB", "--out", out)
    assert done.exit_code == 1
    assert "VBC8095" in done.stderr
    assert not out.exists()


def test_a_limit_that_could_not_be_kept_is_told(
    vbc: Vbc, lakeside: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vbcdsl.engines.arrow.room.most_resident", lambda: 5 * 10**12)
    done = vbc("run", lakeside, "--bindings", data / "bindings.toml", "--memory", "4000GB")
    assert done.exit_code == 0
    assert "5,000,000 MB of memory were used" in done.stderr
