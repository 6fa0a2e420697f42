# ruff: noqa: E501
"""A run that no --year asks for says which years it settled, where the list of parties has none."""

from __future__ import annotations

from pathlib import Path

import vbcdsl
from vbcdsl.results.show import notes

TEXT = """contract "Years said".
language version 1.
the Payer is "Health Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
1.1 "Clinics" are records, one for each Clinic:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
1.2 "Rosters" are records, one for each Member in each Month:
    | Column | Kind | If missing |
    | Clinic | text | required   |
1.3 "Visits" are records, one for each Clinic in each Performance Year:
    | Column | Kind  | If missing |
    | Number | count | required   |
2.1 The Payer must pay the Provider the "Fee", for each Month: $5 per member per month times (the number of Rosters).
2.2 The Payer must pay the Provider the "Bonus": $1 times Number.
"""


def said(tmp_path: Path, years: int | None = None) -> list[str]:
    files = {
        "clinics": "clinic,start_date\nEast,2024-01-01\n",
        "rosters": "member,month,clinic\nM1,2024-01,East\nM1,2025-01,East\n",
        "visits": "clinic,performance_year,number\nEast,2024,7\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    data = {name: tmp_path / f"{name}.csv" for name in files}
    settled = vbcdsl.load(TEXT).run(data) if years is None else vbcdsl.load(TEXT).run(data, years=years)
    return notes(settled.settled)


def test_rows_of_months_in_other_years_are_not_passed_over_without_a_word(tmp_path: Path) -> None:
    note = "settled are the performance years for which Visits has rows (2024); --year settles another"
    assert note in said(tmp_path)
    assert not any("settled are" in each for each in said(tmp_path, 2024))
