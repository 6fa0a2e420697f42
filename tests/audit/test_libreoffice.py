"""LibreOffice, given the formulas and no values, computes the cents of the settlement."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl

from tests.audit.conftest import Workpaper, workpaper
from tests.audit.libreoffice import recalculated
from tests.conformance.worked_cases import all_cases, compiled
from tests.tools_here import needs
from vbcdsl.audit.workpaper import FIRST

EACH = 5  # worked cases; with 1 all of them agree too, which takes half a minute

pytestmark = needs("soffice", "libreoffice-calc")


def test_libreoffice_computes_all_net_payments_of_the_482_acos_to_the_cent(
    mssp_workpaper: Workpaper, tmp_path: Path
) -> None:
    path, settled, made = mssp_workpaper
    assert made.values == 0
    sheet = openpyxl.load_workbook(recalculated([path], tmp_path / "room")[path], data_only=True)["Payments"]
    place = [cell.value for cell in sheet[1]].index("Net payment")
    found = {row[0]: row[place] for row in sheet.iter_rows(min_row=FIRST + 1, values_only=True)}
    assert len(settled.rows) == 482
    for row in settled.rows:
        # the nearest double to the exact cents: not one bit beside it
        assert Fraction(repr(float(found[row.party]))) == row.net, row.party
    last = [cell.value for cell in sheet[FIRST + 1 + 482]]
    assert last[place + 2] == 0 and last[place] == last[place + 1]


def test_libreoffice_computes_every_formula_of_worked_cases(tmp_path: Path) -> None:
    books = {}
    for case in all_cases()[::EACH]:
        books[tmp_path / f"{case.id}.xlsx"] = case.id
        workpaper(compiled(case), case.data, tmp_path / f"{case.id}.xlsx")
    made = recalculated(books, tmp_path / "room")
    assert [line for book, again in made.items() for line in _differences(book, again)] == []


def _differences(book: Path, again: Path) -> list[str]:
    formulas = openpyxl.load_workbook(book)
    ours = openpyxl.load_workbook(book, data_only=True)
    theirs = openpyxl.load_workbook(again, data_only=True)
    wrong = []
    for name in ("Terms", "Payments"):
        for row in formulas[name].iter_rows(min_row=FIRST + 1):
            for cell in row:
                if cell.data_type != "f":
                    continue
                one, two = (_plain(b[name][cell.coordinate].value) for b in (ours, theirs))
                if name == "Payments":
                    same = isinstance(two, int | float) and round(one * 100) == round(two * 100)
                elif isinstance(one, int | float) and isinstance(two, int | float):
                    same = abs(one - two) <= 1e-9 * max(1.0, abs(one))
                else:
                    same = one == two
                if not same:
                    wrong.append(
                        f"{book.stem} {name}!{cell.coordinate}: {one!r}, LibreOffice {two!r}: {cell.value}"
                    )
    return wrong


def _plain(value: Any) -> Any:
    return (value.date() - dt.date(1899, 12, 30)).days if isinstance(value, dt.datetime) else value
