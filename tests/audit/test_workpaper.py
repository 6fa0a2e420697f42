"""The workpaper: recalculated, it gives the cents of the settlement, and no text in it is ever a formula."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

import vbcdsl
from tests.audit.conftest import Workpaper, workpaper
from tests.audit.sheet import Sheet
from tests.conformance.worked_cases import Case, all_cases, compiled
from vbcdsl.audit.workpaper import FIRST
from vbcdsl.compiler import compile_text


def recalculated(path: Path) -> tuple[int, list[str]]:
    """The number of formulas, and the cells whose recalculated value is not the one in the file."""
    sheet = Sheet(path)
    cached = openpyxl.load_workbook(path, data_only=True)
    count, wrong = 0, []
    for name in ("Terms", "Payments"):
        for row in sheet.book[name].iter_rows(min_row=FIRST + 1):
            for cell in row:
                if cell.data_type != "f":
                    continue
                count += 1
                again, shown = sheet.value(name, cell.coordinate), cached[name][cell.coordinate].value
                shown = (
                    (shown.date() - dt.date(1899, 12, 30)).days if isinstance(shown, dt.datetime) else shown
                )
                close = again == shown
                if isinstance(again, int | float) and isinstance(shown, int | float):
                    close = abs(again - shown) <= 1e-9 * max(1.0, abs(shown))
                if name == "Payments":
                    close = round(again * 100) == round(shown * 100)
                if not close:
                    wrong.append(f"{name}!{cell.coordinate}: {again!r}, in the file {shown!r}: {cell.value}")
    return count, wrong


def test_recalculated_it_gives_all_net_payments_of_the_482_acos_to_the_cent(
    mssp_workpaper: Workpaper,
) -> None:
    path, settled, made = mssp_workpaper
    assert made.values == 0 and made.terms_as_values == ()
    count, wrong = recalculated(path)
    assert wrong == []
    assert count > made.formulas
    sheet = Sheet(path)
    for place, row in enumerate(settled.rows):
        assert isinstance(row.net, Fraction)
        assert round(sheet.value("Payments", f"E{FIRST + 1 + place}") * 100) == row.net * 100, row.party


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_recalculated_a_worked_case_gives_the_same_values(case: Case, tmp_path: Path) -> None:
    workpaper(compiled(case), case.data, tmp_path / "w.xlsx")
    assert recalculated(tmp_path / "w.xlsx")[1] == []


def test_nine_of_ten_terms_of_the_worked_cases_are_formulas(tmp_path: Path) -> None:
    made = [workpaper(compiled(c), c.data, tmp_path / f"{c.id}.xlsx")[1] for c in all_cases()]
    formulas, values = sum(m.formulas for m in made), sum(m.values for m in made)
    assert formulas > 9 * values


CONTRACT = """contract "Texts".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Facts" are records, one for each Clinic in each Performance Year:
    | Column | Kind  | If missing |
    | Amount | money | required   |
    | Remark | text  | required   |
2.1 "Remark Again" means Remark.
3.1 The Payer must pay the Provider the "Fee": Amount divided by 3.
"""
EVIL = ("=cmd|'/C calc'!A0", "@SUM(1+1)", "+1+1", "-2+3", "<b>bold</b>", "x" * 10_000, "עברית שלום", "=1+1")


def test_a_text_in_the_data_is_never_a_formula_whatever_it_begins_with(tmp_path: Path) -> None:
    import pyarrow as pa

    table = pa.table({
        "clinic": [f"{text}" for text in EVIL], "performance_year": ["2024"] * len(EVIL),
        "amount": ["100.00"] * len(EVIL), "remark": list(EVIL),
    })  # fmt: skip
    path = tmp_path / "w.xlsx"
    workpaper(compile_text(CONTRACT), {"facts": table}, path)
    book = openpyxl.load_workbook(path)
    allowed = ("=Facts!$", "=ROUND(ROUND((Facts!$", "=Terms!$", "=ROUND(", "=IF(ROUND(", "=SUM(")
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or str(cell.value).startswith(allowed), cell.value
    texts = {cell.value for cell in book["Facts"]["A"]}
    assert set(EVIL) <= texts
    assert recalculated(path)[1] == []
    assert vbcdsl.__version__


def test_each_column_has_its_section_as_a_note_and_a_name(tmp_path: Path) -> None:
    case = next(c for c in all_cases() if c.id == "MSSP-01")
    workpaper(compiled(case), case.data, tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    heads = [cell for cell in book["Terms"][1][2:] if cell.value]
    assert heads
    for cell in heads:
        assert cell.comment is not None and cell.comment.text.startswith("Section ")
        assert cell.value.replace(" ", "_") in book.defined_names
