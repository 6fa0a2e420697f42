"""Scenarios of contracts with own periods, and of texts that change inside a year, are refused where they would
vary only a part of what the text says."""

from __future__ import annotations

import pytest

from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics import VbcError
from vbcdsl.scenarios.places import find_place

CONTRACT = """contract "Own".
language version 1.
the Payer is "Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
1.1 "Budget Periods" are, in this order:
    | Budget Period | First day       | Last day          | Holdback |
    | "BP1"         | January 1, 2024 | June 30, 2024     | 10%      |
    | "BP2"         | July 1, 2024    | December 31, 2025 | 20%      |
    | "BP3"         | January 1, 2026 | December 31, 2026 | 20%      |
1.2 "Monthly Costs" are records, one for each ACO in each Month:
    | Column | Kind  | If missing |
    | Cost   | money | required   |
2.1 "Monthly Rate" means 10%.
2.2 The Payer must pay the Provider the "Month Payment", for each Month: Monthly Rate times Cost.
2.3 "Period Cost" means, for each Budget Period, the total of Cost.
2.4 The Payer must pay the Provider the "Period Payment", for each Budget Period: Holdback times Period Cost.
"""
AMENDMENT = """amendment 1 to "Own", signed June 12, 2025, effective for months beginning on or after July 1, 2025.
Section 2.1 is amended by replacing "10%" with "15%".
"""
AMENDED = compile_text(CONTRACT, "own", (AMENDMENT,))


@pytest.mark.parametrize("address", ['2.1 "15%"', "Monthly Rate", '2.1 "15%" in 2025'])
def test_a_number_of_a_text_that_changes_inside_a_year_is_refused(address: str) -> None:
    with pytest.raises(VbcError, match="the text changes inside performance year 2025") as refused:
        find_place(AMENDED, address)
    assert refused.value.diagnostics[0].code == "VBC8040"


def test_in_a_year_of_one_text_it_can_be_varied() -> None:
    assert find_place(AMENDED, '2.1 "15%" in 2026').holds_in(3)


def test_one_own_period_is_not_varied_by_itself() -> None:
    with pytest.raises(VbcError, match="one value for each Budget Period"):
        find_place(compile_text(CONTRACT), 'Holdback for "BP2"')
