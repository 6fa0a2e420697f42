"""What the worked cases say in words that the sample contract does not have, with numbers on both sides."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.engines_here import ONE_MACHINE, engine_named
from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.data import open_store
from vbcdsl.engines.interface import Request

HEAD = """contract "Words".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
"""

ROSTER = """
1.1 "Annual Reports" are records, one for each ACO in each Performance Year:
    | Column   | Kind             | If missing |
    | Caseload | count of members | required   |
"""

EVENTS = """
1.2 "Stays" are entries, any number for each ACO, placed by Admission Date:
    | Column         | Kind | If missing |
    | Admission Date | date | required   |
    | Return Date    | date | none       |
"""

YEARS = "ACO,Performance Year,Caseload\n"


def compiled(text: str) -> Compiled:
    """A contract with these sections."""
    return compile_text(HEAD + text)


def codes(text: str) -> list[str]:
    """The codes of all that is said about a contract with these sections."""
    return [found.code for found in compiled(text).diagnostics]


def values(
    text: str, term: str, engine: str, tmp_path: Path, **data: str
) -> list[tuple[tuple[str, ...], Any]]:
    """The values of a term in the order of its keys, from CSV texts by record."""
    contract = compiled(text)
    assert not contract.errors, contract.errors
    inputs: dict[str, object] = {}
    for record, rows in data.items():
        path = tmp_path / f"{record}.csv"
        path.write_text(rows, encoding="utf-8")
        inputs[record] = path
    bundle = contract.bundle
    store = open_store(contract.program.records, bundle.calendar, inputs)
    results = engine_named(engine)(bundle, store, Request(tuple(bundle.by_year), terms=(term,)))
    return [
        (tuple(part if isinstance(part, str) else part.label for part in key), value)
        for key, value in results.terms[term].items()
    ]


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_stay_without_a_return_is_kept_and_one_that_ends_on_day_90_is_not(
    engine: str, tmp_path: Path
) -> None:
    text = ROSTER + EVENTS + """
2.1 "Lasting Stays" means the number of Stays
    where Return Date is not given or (the number of days from Admission Date to Return Date) is more than 90.
"""  # fmt: skip
    stays = (
        "ACO,Admission Date,Return Date\nA1,2024-01-01,\nA1,2024-01-01,2024-03-31\nA1,2024-01-01,2024-04-01\n"
    )
    found = values(text, "Lasting Stays", engine, tmp_path, annual_reports=YEARS + "A1,2024,5\n", stays=stays)
    assert found == [(("A1", "2024"), 2)]


def test_a_date_that_may_be_missing_is_tested_before_it_is_compared() -> None:
    unguarded = '\n2.1 "Short Stays" means the number of Stays where Return Date is before July 1, 2024.\n'
    guarded = unguarded.replace("where", "where Return Date is given and")
    assert "VBC3021" in codes(ROSTER + EVENTS + unguarded)
    assert "VBC3021" not in codes(ROSTER + EVENTS + guarded)


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_pool_divided_equally_adds_up_to_the_cent_among_those_who_qualify(
    engine: str, tmp_path: Path
) -> None:
    text = ROSTER + """
2.1 "Pool" means $100.
2.2 The Pool is divided equally among the ACOs for whom Caseload is at most 15; each part is its "Pool Part";
    if no ACO qualifies, the Pool stays with the Payer; parts are to the cent by largest remainder,
    ties to the first in order of ACO.
2.3 The Payer must pay the Provider the "Small Caseload Payment": Pool Part.
"""  # fmt: skip
    rows = YEARS + "A1,2024,15\nA2,2024,16\nA3,2024,1\nA4,2024,2\n"
    found = values(text, "Small Caseload Payment", engine, tmp_path, annual_reports=rows)
    parts = {key[0]: value for key, value in found}
    assert parts == {"A1": Fraction("33.34"), "A2": 0, "A3": Fraction("33.33"), "A4": Fraction("33.33")}


ATTRIBUTED = """
1.2 "Enrollment" are records, one for each Member in each Performance Year:
    | Column       | Kind | If missing |
    | Aid Category | text | required   |
1.3 "Visits" are entries, any number for each Member, placed by Visit Date:
    | Column     | Kind | If missing |
    | ACO        | text | required   |
    | Visit Date | date | required   |
1.4 The list of Members is Enrollment.
2.1 "Home" means, for each Member in each Performance Year, the ACO with the largest number of Visits;
    if tied, the one that comes first by ACO, or "nobody" if there is none.
2.2 "Panel" means the number of Members where Home is that ACO.
2.3 "Others" means the number of Members where Home is not that ACO.
"""


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(("term", "counts"), [("Panel", [2, 0]), ("Others", [1, 3])])
def test_members_are_counted_by_the_aco_they_are_attributed_to(
    engine: str, term: str, counts: list[int], tmp_path: Path
) -> None:
    data = {
        "annual_reports": YEARS + "A1,2024,5\nA2,2024,5\n",
        "enrollment": "Member,Performance Year,Aid Category\nm1,2024,x\nm2,2024,x\nm3,2024,x\n",
        "visits": "Member,ACO,Visit Date\nm1,A1,2024-02-01\nm2,A2,2024-02-01\nm2,A1,2024-03-01\n",
    }
    found = values(ROSTER + ATTRIBUTED, term, engine, tmp_path, **data)
    assert [value for _, value in found] == counts


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_keys_are_sorted_by_party_and_then_by_year(engine: str, tmp_path: Path) -> None:
    text = ROSTER + '\n2.1 "Double" means 2 times Caseload.\n'
    rows = YEARS + "A2,2025,4\nA1,2024,1\nA2,2024,3\nA1,2025,2\n"
    found = values(text, "Double", engine, tmp_path, annual_reports=rows)
    assert [key for key, _ in found] == [("A1", "2024"), ("A1", "2025"), ("A2", "2024"), ("A2", "2025")]


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_columns_of_a_table_and_of_data_that_share_a_key_are_multiplied_key_by_key(
    engine: str, tmp_path: Path
) -> None:
    text = ROSTER + """
1.2 "Tier Months" are records, one for each ACO and Tier in each Performance Year:
    | Column        | Kind                   | If missing |
    | Served Months | count of member months | 0          |
1.3 "Tier Fees" are:
    | Tier | Fee                        |
    | "a"  | $2.00 per member per month |
    | "b"  | $5.00 per member per month |
2.1 The Payer must pay the Provider the "Tier Fee Total": the total of (Fee times Served Months).
"""  # fmt: skip
    months = "ACO,Performance Year,Tier,Served Months\nA1,2024,a,10\nA1,2024,b,100\nA2,2024,b,1\n"
    data = {"annual_reports": YEARS + "A1,2024,5\nA2,2024,5\n", "tier_months": months}
    found = values(text, "Tier Fee Total", engine, tmp_path, **data)
    assert [value for _, value in found] == [520, 5]


def test_the_rows_of_a_table_are_never_none_but_those_that_a_condition_selects_may_be() -> None:
    text = ROSTER + """
1.2 "Reports" are:
    | Report    | Points |
    | "staff"   | 10     |
    | "quality" | 20     |
2.1 "Part of Listed" means 1 divided by (the number of Reports).
2.2 The Payer must pay the Provider the "Listed Payment": $100 times Part of Listed.
"""  # fmt: skip
    assert "VBC4016" not in codes(text)
    assert "VBC4016" in codes(
        text.replace("the number of Reports", "the number of Reports where Points is at least 15")
    )
