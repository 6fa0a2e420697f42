"""What is rounded where either party may pay, and what persons, beds and months are counted in."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, contract

HEAD = """
contract "{title}".
language version 1.
the Agency is "Department of Health".
the Contractor is each Plan.
effective July 1, 2024 through June 30, 2026.
a performance year is each 12 months from July 1.
amounts are in US dollars and each payment is rounded {mode} to the {unit}.

1.1 "Results" are records, one for each Plan in each Performance Year:
    | Column | Kind  | If missing |
    | Target | money | required   |
    | Actual | money | required   |
2.1 The Agency must pay the Contractor the "Corridor Payment": 50% of (Actual minus Target); if it is negative, the Contractor must pay that amount to the Agency.
2.2 The Agency must pay the Contractor the "Excess": the amount by which Actual exceeds Target.
"""
RESULTS = "plan,performance_year,target,actual\nA,2024,1000,1200.99\nB,2024,1000,900.13\nC,2024,1000,996\nD,2024,100,100\n"


@contract(HEAD.format(title="Signed and rounded down", mode="down", unit="dollar"), results=RESULTS)
def what_is_paid_is_rounded_down_whichever_party_pays_it() -> Amounts:
    return {
        "Corridor Payment at A, 2024": 100,
        "Corridor Payment at B, 2024": -49,
        "Corridor Payment at C, 2024": -2,
        "Corridor Payment at D, 2024": 0,
        "Excess at A, 2024": 200,
    }


@contract(HEAD.format(title="Signed and rounded up", mode="up", unit="cent"), results=RESULTS)
def what_is_paid_is_rounded_up_whichever_party_pays_it() -> Amounts:
    return {
        "Corridor Payment at A, 2024": F("100.50"),
        "Corridor Payment at B, 2024": F("-49.94"),
        "Corridor Payment at C, 2024": -2,
        "Corridor Payment at D, 2024": 0,
        "Excess at B, 2024": 0,
    }


@contract(
    """
1.1 "Beneficiary Months" are records, one for each ACO and Beneficiary in each Month:
    | Column | Kind  | If missing |
    | Cost   | money | required   |
1.2 "Dialysis Months" are records, one for each Patient in each Month:
    | Column | Kind | If missing |
    | ACO    | text | required   |
1.3 "Panels" are records, one for each ACO in each Quarter:
    | Column             | Kind             | If missing |
    | Attributed Members | count of members | required   |
1.4 "Bed Census" are records, one for each Bed in each Month:
    | Column | Kind | If missing |
    | ACO    | text | required   |
2.1 The Payer must pay the Provider the "Enrolment Fee": $30 per beneficiary times (the number of Beneficiaries).
2.2 The Payer must pay the Provider the "Monthly Fee": $4.25 per beneficiary per month times (the number of Beneficiary Months).
2.3 The Payer must pay the Provider the "Kidney Fee": $12.10 per patient per month times (the number of Dialysis Months).
2.4 The Payer must pay the Provider the "Population Fee", in each Quarter: $28 per member per month times Attributed Members times 3 months.
2.5 The Payer must pay the Provider the "Bed Fee": $100 per bed per month times (the number of Bed Census).
""",
    beneficiary_months="aco,beneficiary,month,cost\nA,B1,2024-01,1\nA,B1,2024-02,1\nA,B2,2024-02,1\n",
    dialysis_months="patient,month,aco\nP1,2024-01,A\nP1,2024-02,A\n",
    panels="aco,quarter,attributed_members\nA,2024-Q1,10\nA,2024-Q2,11\nA,2024-Q3,0\nA,2024-Q4,12\n",
    bed_census="bed,month,aco\n1,2024-01,A\n2,2024-01,A\n1,2024-02,A\n",
)
def persons_and_beds_are_counted_in_months_where_their_records_are() -> Amounts:
    return {
        "Enrolment Fee at A, 2024": 60,
        "Monthly Fee at A, 2024": F("12.75"),
        "Kidney Fee at A, 2024": F("24.20"),
        "Population Fee at A, 2024-Q2": 924,
        "Bed Fee at A, 2024": 300,
    }
