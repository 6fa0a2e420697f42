"""Values of so many quarters, months or half years earlier, what holds in the first of them, and whole months."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named
from tests.engines_here import ONE_MACHINE
from vbcdsl.diagnostics.render import to_text
from vbcdsl.model.values import NOT_SCORED

HEADER = """contract "First Periods".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
effective {first} through December 31, 2026.
a performance year is a calendar year.
{year}amounts are in US dollars and each payment is rounded half up to the cent.
1.1 "Ledger" are records, one for each ACO in each Quarter:
    | Column | Kind  | If missing |
    | Cost   | money | required   |
"""
CALENDAR = HEADER.format(first="January 1, 2024", year="")
LONG = HEADER.format(
    first="July 1, 2023", year="the first performance year is July 1, 2023 through December 31, 2024.\n"
)


def amounts(text: str, data: str, years: list[int], engine: str, tmp_path: Path) -> dict[str, object]:
    case = Case("", text, data={"ledger": data}, years=years)
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    return dict(named(running.run(engine, question, case, tmp_path)))


def ledger(*years: tuple[int, int]) -> str:
    rows = [f"A,{year}-Q{q},{1000 * (year - 2023) + q}" for year, many in years for q in range(1, many + 1)]
    return "aco,quarter,cost\n" + "".join(row + "\n" for row in rows)


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_what_holds_in_the_first_quarter_stands_for_the_whole_value_before_it(
    engine: str, tmp_path: Path
) -> None:
    text = CALENDAR + (
        '2.1 "Rise" means, for each Quarter, Cost minus (Cost in the prior Quarter), or $100 in the first Quarter.\n'
        '2.2 "Cut" means, for each Quarter, (Cost in the prior Quarter), reduced by 10%, or $100 in the first Quarter.\n'
        '2.3 "Same" means, for each Quarter, Cost minus (Cost in the prior Quarter, or $100 in the first Quarter).\n'
        '2.4 "Old" means, for each Quarter, Cost minus (Cost in the prior Quarter), or $100 in the first performance year.\n'
    )
    got = amounts(text, ledger((2024, 4), (2025, 4)), [1, 2], engine, tmp_path)
    assert {at: got[at] for at in got if "Q1" in at and "Cost" not in at} == {
        "Rise at A, 2024-Q1": 100,
        "Cut at A, 2024-Q1": 100,
        "Same at A, 2024-Q1": 901,
        "Old at A, 2024-Q1": 100,
        "Rise at A, 2025-Q1": 997,
        "Cut at A, 2025-Q1": F("903.6"),
        "Same at A, 2025-Q1": 997,
        "Old at A, 2025-Q1": 997,
    }
    assert got["Rise at A, 2024-Q2"] == got["Same at A, 2024-Q2"] == got["Old at A, 2024-Q2"] == 1
    assert got["Cut at A, 2024-Q2"] == F("900.9")


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_the_same_quarter_of_the_year_before_is_four_quarters_earlier(engine: str, tmp_path: Path) -> None:
    text = CALENDAR + (
        '2.1 "Change" means, for each Quarter, Cost minus (Cost 4 quarters earlier), or $0 in the first 4 Quarters.\n'
        '2.2 "Long Ago" means, for each Quarter, Cost 6 Quarters earlier, or not scored in the first 6 Quarters.\n'
        '2.3 "Last" means, for each Quarter, Cost 1 quarter earlier, or $7 in the first Quarter.\n'
    )
    got = amounts(text, ledger((2024, 4), (2025, 4), (2026, 4)), [1, 2, 3], engine, tmp_path)
    for q in (1, 2, 3, 4):
        assert got[f"Change at A, 2024-Q{q}"] == 0
        assert got[f"Change at A, 2025-Q{q}"] == got[f"Change at A, 2026-Q{q}"] == 1000
    assert got["Long Ago at A, 2025-Q2"] is NOT_SCORED
    assert got["Long Ago at A, 2025-Q3"] == 1001
    assert got["Long Ago at A, 2026-Q4"] == 2002
    assert (got["Last at A, 2024-Q1"], got["Last at A, 2025-Q1"]) == (7, 1004)


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_quarters_are_counted_through_a_first_year_of_eighteen_months(engine: str, tmp_path: Path) -> None:
    text = LONG + (
        '2.1 "Change" means, for each Quarter, Cost minus (Cost 7 quarters earlier), or $5 in the first 7 Quarters.\n'
    )
    data = "aco,quarter,cost\n" + "".join(
        f"A,{label},{100 * i * i}\n"
        for i, label in enumerate([f"2023-Q{q}" for q in range(1, 7)] + [f"2025-Q{q}" for q in range(1, 5)])
    )
    got = amounts(text, data, [1, 2], engine, tmp_path)
    assert {got[f"Change at A, 2023-Q{q}"] for q in range(1, 7)} == {5}
    assert got["Change at A, 2025-Q1"] == 5
    assert [got[f"Change at A, 2025-Q{q}"] for q in (2, 3, 4)] == [
        100 * (i * i - (i - 7) ** 2) for i in (7, 8, 9)
    ]


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("above 95% up to but not including 105%", (0, 1, 0)),
        ("from 95% up to and including 105%", (1, 1, 1)),
        ("from 95% up to but not including 105%", (1, 1, 0)),
        ("above 95% up to and including 105%", (0, 1, 1)),
    ],
)
def test_a_range_may_have_both_ends_or_none(
    row: str, wanted: tuple[int, int, int], engine: str, tmp_path: Path
) -> None:
    text = CALENDAR + (
        '2.1 "Ratio" means, for each Quarter, Cost divided by $100.\n'
        '2.2 "Tier" is set, for each Quarter, by Ratio, where the first row that fits applies:\n'
        f"    | Ratio | Tier |\n    | {row} | 1 |\n    | any other value | 0 |\n"
        f'2.3 The "Gate" is met, for each Quarter, if Ratio is {row}.\n'
    )
    data = "aco,quarter,cost\nA,2024-Q1,95\nA,2024-Q2,100\nA,2024-Q3,105\nA,2024-Q4,94.99\n"
    got = amounts(text, data, [1], engine, tmp_path)
    assert tuple(got[f"Tier at A, 2024-Q{q}"] for q in (1, 2, 3)) == wanted
    assert tuple(int(bool(got[f"Gate at A, 2024-Q{q}"])) for q in (1, 2, 3)) == wanted
    assert got["Tier at A, 2024-Q4"] == 0


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_text_may_hold_where_there_is_no_earlier_one(engine: str, tmp_path: Path) -> None:
    text = CALENDAR.replace(
        "    | Cost   | money | required   |\n",
        '    | Cost   | money | required   |\n    | Level  | one of "none", "1" or "2" | "none" |\n',
    ) + (
        '2.1 "Rises" means, for each Quarter, 1 if Level is "2" and (Level in the prior Quarter, or "none" in the first Quarter) is not "2", otherwise 0.\n'
        '2.2 "Stays" means, for each Quarter, 1 if Level is "2" and (Level 2 quarters earlier, or "2" in the first 2 Quarters) is "2", otherwise 0.\n'
    )
    data = "aco,quarter,cost,level\nA,2024-Q1,1,2\nA,2024-Q2,1,2\nA,2024-Q3,1,1\nA,2024-Q4,1,2\n"
    got = amounts(text, data, [1], engine, tmp_path)
    assert [got[f"Rises at A, 2024-Q{q}"] for q in (1, 2, 3, 4)] == [1, 0, 0, 1]
    assert [got[f"Stays at A, 2024-Q{q}"] for q in (1, 2, 3, 4)] == [1, 1, 0, 1]


MONTHS = [  # from, to, by the calendar, passed
    ("2024-01-31", "2024-02-01", 1, 0),
    ("2024-01-31", "2024-02-28", 1, 0),
    ("2024-01-31", "2024-02-29", 1, 1),
    ("2023-01-31", "2023-02-28", 1, 1),
    ("2024-01-15", "2024-02-14", 1, 0),
    ("2024-01-15", "2024-02-15", 1, 1),
    ("2024-01-01", "2024-01-31", 0, 0),
    ("2000-06-30", "2018-06-01", 216, 215),
    ("2024-02-29", "2025-02-28", 12, 12),
    ("2024-05-10", "2024-05-10", 0, 0),
    ("2024-03-01", "2024-02-29", -1, 0),
    ("2024-03-31", "2024-02-29", -1, -1),
    ("1969-12-31", "1970-01-30", 1, 0),
    ("1960-02-29", "1959-01-29", -13, -13),
]


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_whole_months_have_passed_and_months_go_by_the_calendar(engine: str, tmp_path: Path) -> None:
    text = CALENDAR.replace(
        "    | Cost   | money | required   |\n",
        "    | Cost   | money | required   |\n    | Begun | date | required |\n    | Ended | date | required |\n",
    ) + (
        '2.1 "By Calendar" means, for each Quarter, the number of months from Begun to Ended.\n'
        '2.2 "Passed" means, for each Quarter, the number of whole months from Begun to Ended.\n'
    )
    rows = "".join(f"A{i},2024-Q1,1,{a},{b}\n" for i, (a, b, _, _) in enumerate(MONTHS, 10))
    got = amounts(text, "aco,quarter,cost,begun,ended\n" + rows, [1], engine, tmp_path)
    assert [
        (got[f"By Calendar at A{i}, 2024-Q1"], got[f"Passed at A{i}, 2024-Q1"])
        for i in range(10, 10 + len(MONTHS))
    ] == [(months, passed) for _, _, months, passed in MONTHS]
