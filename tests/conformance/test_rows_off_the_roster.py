"""A row whose key is not on the roster stops the amounts of its own performance year, and no other (Q8, Q14)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named
from tests.engines_here import ONE_MACHINE
from vbcdsl.diagnostics import RunError

CONTRACT = """
1.1 "Member Months" are records, one for each Member in each Month:
    | Column | Kind | If missing |
    | ACO    | text | required   |
1.2 "Claims" are entries, any number for each Member, placed by Service Date:
    | Column       | Kind  | If missing |
    | Service Date | date  | required   |
    | Paid         | money | required   |
2.1 "Cost" means, for each Member in each Performance Year, the total of Paid.
2.2 "Largest" means, for each Member in each Performance Year, the largest of $100 over the Claims.
"""
MONTHS = "member,month,aco\nM1,2025-07,A\nM2,2024-07,A\n"
CLAIMS = "member,service_date,paid\nM1,2024-07-01,5\nM1,2025-07-02,7\n"  # M1 has no month in 2024


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize("years", [[], [1], [2]], ids=["both years", "2024", "2025"])
def test_a_claim_of_a_member_off_the_roster_stops_its_year(
    years: list[int], engine: str, tmp_path: Path
) -> None:
    case = Case("", CONTRACT, data={"member_months": MONTHS, "claims": CLAIMS}, years=years)
    found = named(running.run(engine, Question(0, "", [case]), case, tmp_path))
    if years != [2]:
        for term in ("Cost", "Largest"):
            stopped = found[f"{term} at A, 2024, M2"]
            assert isinstance(stopped, RunError) and stopped.code == "VBC6102"
    if years != [1]:
        assert (found["Cost at A, 2025, M1"], found["Largest at A, 2025, M1"]) == (7, 100)
