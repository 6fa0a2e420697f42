"""Tables out to a spreadsheet and back: the same text, and nothing that a spreadsheet could run."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from vbcdsl.cli import cli
from vbcdsl.exchange.tables import read_table, replaced, table_of, tables_in, write_table

LIBRARY = Path(__file__).parents[2] / "contract_library"
CONTRACTS = sorted(LIBRARY.glob("*/contract.vbc"))
TEXT = (LIBRARY / "lakeside" / "contract.vbc").read_text(encoding="utf-8")


def vbc(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    file = tmp_path / "contract.vbc"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_every_table_of_the_library_comes_back_as_it_went(suffix: str, tmp_path: Path) -> None:
    for number, path in enumerate(CONTRACTS[:: 1 if suffix == "csv" else 6]):
        text = path.read_text(encoding="utf-8")
        for place, table in enumerate(tables_in(text)):
            out = tmp_path / f"{number}-{place}.{suffix}"
            write_table(table, out)
            assert read_table(out) == table.rows
            assert replaced(text, table, table.rows).split() == text.split() or "--" in text


def test_a_changed_rate_is_shown_and_written(contract: Path, tmp_path: Path) -> None:
    out = tmp_path / "rates.csv"
    assert vbc("table", "export", contract, "4.2", "--out", out).exit_code == 0
    out.write_text(out.read_text().replace("40%", "42%"))
    shown = vbc("table", "import", contract, "4.2", out, "--diff")
    assert shown.exit_code == 0 and "| 42%          |" in shown.output
    assert contract.read_text(encoding="utf-8") == TEXT
    assert vbc("table", "import", contract, "4.2", out).exit_code == 0
    assert contract.read_text(encoding="utf-8") == TEXT.replace("90% | 40%", "90% | 42%")


def test_rows_with_a_gap_leave_the_contract_as_it_is(contract: Path, tmp_path: Path) -> None:
    out = tmp_path / "rates.csv"
    vbc("table", "export", contract, "4.2", "--out", out)
    out.write_text(out.read_text().replace("from 60% up to but not including 75%,30%\n", ""))
    result = vbc("table", "import", contract, "4.2", out)
    assert result.exit_code == 1 and "was left as it is" in result.output
    assert contract.read_text(encoding="utf-8") == TEXT


def test_numbers_that_a_person_typed_into_the_sheet_come_as_their_format_shows_them(tmp_path: Path) -> None:
    out = tmp_path / "rates.xlsx"
    write_table(table_of(TEXT, "4.2"), out)
    book = openpyxl.load_workbook(out)
    sheet = book.active
    assert sheet is not None
    sheet["B4"] = 0.425
    sheet["B4"].number_format = "0.0%"
    book.save(out)
    assert read_table(out)[3][1] == "42.5%"


def test_a_cell_that_a_spreadsheet_would_run_is_text(contract: Path, tmp_path: Path) -> None:
    contract.write_text(TEXT.replace('"Breast Cancer Screening"', '=cmd|"x"!A1').replace("| 70% ", "| -70%"))
    table = next(t for t in tables_in(contract.read_text()) if t.section == "1.4")
    for suffix in ("csv", "xlsx"):
        out = tmp_path / f"t.{suffix}"
        write_table(table, out)
        if suffix == "csv":
            assert "\n'=cmd" in out.read_text()
        else:
            cell = openpyxl.load_workbook(out).worksheets[0]["A2"]
            assert (cell.data_type, str(cell.value)[:4]) == ("s", "=cmd")


@pytest.mark.parametrize(("section", "words"), [("4.7", "has no table"), ("9.9", "has no table")])
def test_a_section_without_a_table_is_named_with_those_that_have_one(
    contract: Path, section: str, words: str
) -> None:
    result = vbc("table", "export", contract, section, "--out", "x.csv")
    assert result.exit_code == 1 and "VBC8062" in result.output and words in result.output


@pytest.mark.parametrize(
    "content", ["only a head\n", "a,b\n1\n", 'a,b\n"x\ny",1\n', "a,b\nx--y,1\n", 'a,b\n"x,1\n']
)
def test_a_file_that_is_no_table_says_why(contract: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "t.csv"
    file.write_text(content)
    result = vbc("table", "import", contract, "4.2", file)
    assert result.exit_code == 1 and "VBC8063" in result.output


def test_the_tables_of_a_contract_are_listed(contract: Path) -> None:
    assert "4.2  5 rows  Quality Score, Sharing Rate" in vbc("table", "list", contract).output
