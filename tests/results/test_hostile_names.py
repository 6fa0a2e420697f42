"""Names that a spreadsheet, a terminal or a browser would act on are only names in every file of a settlement."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import vbcdsl
from tests.audit.test_workpaper import CONTRACT, EVIL
from vbcdsl.cli import cli

STARTS = ("=", "+", "-", "@", "\t", "\r")
NAMES = (*EVIL, "\tx", "\rx", "\u202egnp.exe", "<img src=x onerror=alert(1)>", "a\x1b[31mred")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "contract.vbc").write_text(CONTRACT, encoding="utf-8")
    with (tmp_path / "facts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["clinic", "performance_year", "amount", "remark"])
        writer.writerows([name, "2024", "100.00", name] for name in NAMES)
    return tmp_path / "contract.vbc", tmp_path / "facts.csv"


def test_no_cell_of_a_csv_file_is_a_formula(files: tuple[Path, Path], tmp_path: Path) -> None:
    contract, facts = files
    out = tmp_path / "out"
    done = CliRunner().invoke(cli, ["run", str(contract), "--data", f"facts={facts}", "--out", str(out)])
    assert done.exit_code == 0, done.output
    audit = tmp_path / "audit"
    made = CliRunner().invoke(cli, ["audit", str(contract), "--data", f"facts={facts}", "--out", str(audit)])
    assert made.exit_code == 0, made.output
    tables = [*out.glob("*.csv"), *audit.glob("*.csv")]
    assert len(tables) == 4
    for path in tables:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if cell.startswith(STARTS)], path
        assert "x" * 10_000 in cells
    printed = CliRunner().invoke(cli, ["run", str(contract), "--data", f"facts={facts}", "--format", "csv"])
    for row in csv.reader(io.StringIO(printed.stdout, newline="")):
        assert not [cell for cell in row if cell.startswith(STARTS)]


def test_no_name_reaches_the_terminal_as_a_command(files: tuple[Path, Path]) -> None:
    contract, facts = files
    done = CliRunner().invoke(cli, ["run", str(contract), "--data", f"facts={facts}"])
    assert "\x1b" not in done.output and "\u202e" not in done.output


def test_html_in_a_name_is_text(files: tuple[Path, Path]) -> None:
    contract, facts = files
    page = vbcdsl.load(contract).run({"facts": facts})._repr_html_()
    assert "<img" not in page and "&lt;img" in page and "<b>bold" not in page


def test_json_holds_the_name_as_it_is(files: tuple[Path, Path]) -> None:
    contract, facts = files
    done = CliRunner().invoke(cli, ["run", str(contract), "--data", f"facts={facts}", "--format", "json"])
    names = {row["clinic"] for row in json.loads(done.stdout)["settlement"]}
    assert {"<b>bold</b>", "x" * 10_000} <= {name.removeprefix("'") for name in names}
