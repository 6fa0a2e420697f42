"""A good contract gives no warning: a check that cries wolf is switched off."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbcdsl.compiler import compile_path, compile_text

ROOT = Path(__file__).parents[2]
HEAD = """contract "Checks".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Schedule" are records, one for each ACO in each Performance Year:
    | Column        | Kind                                    | If missing |
    | Benchmark     | money                                   | required   |
    | Cost          | money                                   | required   |
    | Beneficiaries | count                                   | required   |
    | Quality Score | rate                                    | required   |
    | Bounded Score | rate from 0% to 100%                    | required   |
    | Days Late     | number                                  | required   |
    | Track         | one of "BASIC", "LEVEL E" or "ENHANCED" | required   |
    | Rural         | yes or no                               | no         |
2.1 "Savings" means Benchmark minus Cost.
2.2 "Losses" means $0 minus Savings, but not less than $0.
"""

GOOD = {
    "each edge in one row": """
3.1 "Share" is set by Quality Score, where exactly one row applies:
    | Quality Score                        | Share |
    | less than 60%                        | 0%    |
    | from 60% up to but not including 75% | 30%   |
    | 75% or more                          | 50%   |""",
    "two terms of one table, one of which does not change at an edge": """
3.1 "Class" and "Discount" are set by Quality Score, where exactly one row applies:
    | Quality Score                        | Class        | Discount |
    | less than 60%                        | "low"        | 3%       |
    | from 60% up to but not including 75% | "acceptable" | 3%       |
    | 75% or more                          | "good"       | 2%       |""",
    "edges included above": """
3.1 "Share" is set by Quality Score, where exactly one row applies:
    | Quality Score                     | Share |
    | at most 60%                       | 0%    |
    | above 60% up to and including 75% | 30%   |
    | more than 75%                     | 50%   |""",
    "a count has no negative and no broken values": """
3.1 "Share" is set by Beneficiaries, where exactly one row applies:
    | Beneficiaries           | Share |
    | from 0 through 4,999    | 0%    |
    | from 5,000 through 5,999 | 30%  |
    | 6,000 or more           | 50%   |""",
    "a bounded column ends at its bounds": """
3.1 "Share" is set by Bounded Score, where exactly one row applies:
    | Bounded Score                       | Share |
    | from 0% up to but not including 75% | 30%   |
    | 75% or more                         | 50%   |""",
    "a limited value ends at its limit": """
3.1 "Lateness" means Days Late, but not more than 30 and not less than 0.
3.2 "Share" is set by Lateness, where exactly one row applies:
    | Lateness                          | Share |
    | from 0 up to but not including 10 | 50%   |
    | from 10 up to but not including 30 | 30%  |
    | exactly 30                        | 0%    |""",
    "an amount that cannot be negative": """
3.1 "Share" is set by Losses, where exactly one row applies:
    | Losses                                  | Share |
    | exactly $0                              | 0%    |
    | above $0 up to and including $1,000,000 | 30%   |
    | above $1,000,000                        | 50%   |""",
    "edges in percent of one base": """
3.1 "Share" is set by Losses, where exactly one row applies:
    | Losses                                                       | Share |
    | less than 2% of Benchmark                                    | 0%    |
    | from 2% of Benchmark up to but not including 5% of Benchmark | 30%   |
    | 5% of Benchmark or more                                      | 50%   |""",
    "edges that only rows beside each other share": """
3.1 "Share" is set by Cost, where exactly one row applies:
    | Cost                                            | Share |
    | less than Savings                               | 0%    |
    | from Savings up to but not including Benchmark  | 30%   |
    | Benchmark or more                               | 50%   |""",
    "every text of a list": """
3.1 "Share" is set by Track, where exactly one row applies:
    | Track                  | Share |
    | "BASIC"                | 0%    |
    | "LEVEL E" or "ENHANCED" | 30%  |""",
    "yes and no": """
3.1 "Share" is set by Rural, where exactly one row applies:
    | Rural | Share |
    | yes   | 0%    |
    | no    | 30%   |""",
    "two ways": """
3.1 "Share" is set by Quality Score down and Beneficiaries across, where exactly one row and one column apply:
    | Quality Score | less than 5,000 | 5,000 or more |
    | less than 60% | 0%              | 20%           |
    | 60% or more   | 10%             | 50%           |""",
    "the first row, with the rest": """
3.1 "Share" is set by Quality Score, where the first row that fits applies:
    | Quality Score   | Share |
    | at least 75%    | 50%   |
    | at least 50%    | 30%   |
    | any other value | 0%    |""",
    "every year": """
3.1 "Share" is 0% in performance year 1, 50% in performance year 2 and 100% from performance year 3.""",
    "every day": """
3.1 "Factor" is $50 from January 1, 2024 through June 30, 2025
    and $52 from July 1, 2025 through December 31, 2026.""",
    "marginal bands": """
3.1 "Corridor" is the sum, over the rows, of Part Share times the part of Losses that falls in the row:
    | Part                                                      | Part Share |
    | above $0 up to and including 2% of Benchmark              | 0%         |
    | above 2% of Benchmark up to and including 5% of Benchmark | 50%        |
    | above 5% of Benchmark                                     | 80%        |
3.2 The Provider must pay the Payer the "Loss Payment": Corridor.""",
    "what is left of what limits a share": """
3.1 "Held" means 10% of Benchmark.
3.2 "Deficit Part" means 50% of Losses, but not more than Held.
3.3 The Payer must pay the Provider the "Returned": Held minus Deficit Part.
3.4 "Lost" means the lesser of Held and Losses.
3.5 The Payer must pay the Provider the "Left": Held minus Lost.""",
    "a line that meets its neighbours": """
3.1 "Rate" is set by Beneficiaries, where exactly one row applies:
    | Beneficiaries                              | Rate                            |
    | less than 5,000                            | 3.9%                            |
    | from 5,000 up to but not including 10,000  | a straight line from 3.9% to 3% |
    | 10,000 or more                             | 3%                              |""",
    "a divisor that a condition keeps from zero": """
3.1 "Savings Rate" means (Savings divided by Benchmark) if Benchmark is more than $0, otherwise 0%.
3.2 "Months" means 12 divided by Beneficiaries, or not scored if Beneficiaries is less than 30.""",
    "a payment that a gate keeps from being negative": """
3.1 "Savings Rate" means Savings divided by Benchmark, or 0% if the divisor is zero.
3.2 The "Savings Gate" is met if Savings Rate is at least 2%.
3.3 The Payer must pay the Provider the "Bonus": 50% of Savings if the Savings Gate is met, otherwise $0.""",
    "a limit of a month, and what is left of a limit of the year": """
3.1 "Member Months" are records, one for each Member in each Month:
    | Column | Kind  | If missing |
    | ACO    | text  | required   |
    | Paid   | money | $0         |
3.2 "Limits" are records, one for each ACO in each Performance Year:
    | Column     | Kind  | If missing |
    | Annual Cap | money | required   |
3.3 "Monthly Fee" means, for each Month, 5% of (the total of Paid).
3.4 "Fees to Date" means, for each Month, the total of Monthly Fee from the start of the
    Performance Year through that Month.
3.5 "Limited to Date" means, for each Month, the total of Monthly Fee from the start of the
    Performance Year through that Month, but not more than Annual Cap.
3.6 "Left" means, for each Month, Annual Cap minus (Fees to Date minus Monthly Fee), but not less than $0.
3.7 The Payer must pay the Provider the "Fee", for each Month: the lesser of Monthly Fee and Left.
3.8 The Payer must pay the Provider the "Other Fee", for each Month:
    Monthly Fee, but not more than Annual Cap for each Month.
3.9 The Payer must pay the Provider the "Third Fee", for each Month:
    Monthly Fee, but not more than (Annual Cap divided by 12).
3.10 "Monthly Cap" means $900.
3.11 The Payer must pay the Provider the "Fourth Fee", for each Month: Monthly Fee, but not more than Monthly Cap.
3.12 The Payer must pay the Provider the "Fifth Fee":
    the total of Monthly Fee over all Months, but not more than Annual Cap.""",
    "an amount of the month in a total over the months": """
3.1 "Member Months" are records, one for each Member in each Month:
    | Column | Kind  | If missing |
    | ACO    | text  | required   |
    | Paid   | money | $0         |
3.2 "Limits" are records, one for each ACO in each Performance Year:
    | Column     | Kind  | If missing |
    | Annual Cap | money | required   |
3.3 "Monthly Fee" means, for each Month, 5% of (the total of Paid).
3.4 "Retainer" means, for each Month, Annual Cap divided by 12.
3.5 "Access Fee" means $40.
3.6 The Payer must pay the Provider the "Fee":
    the total of (Monthly Fee plus Retainer plus Access Fee plus $5) over all Months.
3.7 The Payer must pay the Provider the "Other Fee": (the total of Monthly Fee over all Months) plus Annual Cap.
3.8 The Payer must pay the Provider the "Third Fee":
    the total of (Monthly Fee minus $5, but not less than $0) over all Months.""",
    "a payment in two directions": """
3.1 The Payer must pay the Provider the "Settlement": 50% of Savings;
    if it is negative, the Provider must pay that amount to the Payer.""",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_sentence_gives_no_warning(name: str) -> None:
    found = [d for d in compile_text(HEAD + GOOD[name] + "\n").diagnostics if d.severity != "note"]
    assert found == []


def test_the_contract_of_the_language_page_gives_no_warning() -> None:
    page = ROOT / "contract_library" / "lakeside"
    assert [d for d in compile_path(page).diagnostics if d.severity != "note"] == []


def test_the_library_gives_no_warning() -> None:
    for contract in sorted((ROOT / "contract_library").glob("*/contract.vbc")):
        found = [d for d in compile_path(contract.parent).diagnostics if d.severity != "note"]
        assert found == [], contract


def test_each_finding_has_a_place_and_a_section() -> None:
    text = HEAD + GOOD["each edge in one row"].replace("75% or more", "80% or more")
    (found,) = [d for d in compile_text(text).diagnostics if d.severity == "error"]
    assert found.span is not None
    assert found.section == "3.1"
    assert "75%" in found.message
