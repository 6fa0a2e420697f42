"""What the examples of a contract can say: missing values in stated rows, and the quarter of what is expected."""

from __future__ import annotations

import pytest

from vbcdsl.compiler import compile_text
from vbcdsl.testing.examples import Report, run_examples

CONTRACT = """contract "Readiness".
language version 1.
the Health Plan is "Plan".
the Provider is each Agency.
effective January 1, 2025 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the numbers are illustrative.

Article 1. All.

1.1 "Agency Reports" are records, one for each Agency in each Quarter:
    | Column      | Kind  | If missing |
    | Reports Due | count | 0          |
    | Last Report | date  | none       |

1.2 "Reported Quarters" means, in each Quarter, (Reported Quarters in the prior quarter)
    plus (1 if Last Report is given, otherwise 0), starting from 0 before performance year 1.
1.3 The Health Plan must pay the Provider the "Reporting Payment", for each Agency in each Quarter:
    $100, only if Last Report is given.
1.4 "Yearly Index" means (Yearly Index in the prior performance year) times 2,
    starting from 1 before performance year 1.

example "two quarters":
  with these Agency Reports:
    | Agency | Quarter   | Last Report    |
    | "A"    | "2025-Q1" | none           |
    | "A"    | "2025-Q2" | April 30, 2025 |
  given the performance year is 1,
  expect EXPECTED.
"""


def report_of(expected: str) -> Report:
    compiled = compile_text(CONTRACT.replace("EXPECTED", expected), "readiness.vbc")
    assert not compiled.errors, [d.message for d in compiled.errors]
    return run_examples(compiled, ("reference", "arrow"))


def test_each_quarter_has_its_own_expectation() -> None:
    assert report_of(
        'the Reporting Payment for "A" and "2025-Q1" is $0, the Reporting Payment for "A" and "2025-Q2" is $100 '
        'and Reported Quarters for "A" and "2025-Q4" is 1'
    ).met


@pytest.mark.parametrize("quarter, amount", [("2025-Q1", "$100"), ("2025-Q2", "$0")])
def test_the_wrong_quarter_is_seen(quarter: str, amount: str) -> None:
    assert not report_of(f'the Reporting Payment for "A" and "{quarter}" is {amount}').met


def test_a_quarter_cannot_be_named_in_what_is_given() -> None:
    text = CONTRACT.replace(
        "given the performance year is 1",
        'given the performance year is 1 and Reports Due for "A" and "2025-Q1" is 3',
    )
    compiled = compile_text(
        text.replace("EXPECTED", 'Reports Due for "A" and "2025-Q1" is 3'), "readiness.vbc"
    )
    assert [d.code for d in compiled.errors] == ["VBC3017"]


def test_what_a_term_takes_from_its_own_earlier_year_gives_it_no_further_key() -> None:
    compiled = compile_text(CONTRACT.replace("EXPECTED", "Yearly Index is 2"), "readiness.vbc")
    assert compiled.program.terms["Yearly Index"].grain == ("Performance Year",)
    assert run_examples(compiled, ("reference", "arrow")).met
