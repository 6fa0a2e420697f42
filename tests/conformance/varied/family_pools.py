"""Pools, waterfalls and distribution."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, by_largest_remainder, cents, contract


@contract(
    """
1.1 "Plan Results" are records, one for each ACO in each Performance Year:
    | Column  | Kind                        | If missing |
    | Cohort  | one of "urban" or "rural"   | required   |
    | Premium | money                       | required   |
    | Score   | points from 0 to 100        | required   |
2.1 "Contribution" means 1.5% of Premium.
2.2 "Cohort Pool" means the total of Contribution across all ACOs in that Cohort.
2.3 The "Performance Test" is met if Score is at least 60.
2.4 The Cohort Pool is divided among the ACOs in that Cohort that meet the Performance Test, in proportion to (Score times Premium), but not more than 2% of Premium each; each part is its "Cohort Award"; an amount above a limit is divided again among those below it, until nothing is left over; if no ACO qualifies, the Cohort Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.5 The Payer must pay the Provider the "Award Payment": Cohort Award.
""",
    plan_results="aco,performance_year,cohort,premium,score\nA,2024,urban,100000,80\nB,2024,urban,100000,90\nC,2024,urban,100000,59\nD,2024,rural,33333.33,60\nE,2024,rural,10000,61\nF,2024,rural,70000,0\n",
)
def a_pool_of_each_cohort() -> Amounts:
    # urban: $4,500 by 8 to 9 is over both limits of $2,000, so $500 stays; rural: $1,699.99995 is $1,700.00
    rural = cents(F("0.015") * F("113333.33"))
    fair = {"D": rural * 60 * F("33333.33") / (60 * F("33333.33") + 61 * 10000)}
    fair["E"] = rural - fair["D"]
    assert rural == 1700 and fair["D"] > F("0.02") * F("33333.33") and fair["E"] > 200
    return {
        "Award Payment at A, 2024": 2000,
        "Award Payment at B, 2024": 2000,
        "Award Payment at C, 2024": 0,
        "Award Payment at D, 2024": F("666.66"),
        "Award Payment at E, 2024": 200,
        "Award Payment at F, 2024": 0,
    }


@contract(
    """
1.1 "Group Results" are records, one for each ACO in each Performance Year:
    | Column | Kind                             | If missing |
    | Region | one of "north", "south" or "islands" | required |
    | Lives  | count of members                 | required   |
    | Score  | points from 0 to 100             | required   |
2.1 "Region Pool" means (the total of ($1.01 per member times Lives) across all ACOs in that Region) plus $0.02.
2.2 "Region Part" is the share of the Region Pool, in proportion to Score, among those ACOs in that Region for whom Score is at least 50, rounded down to the cent with the leftover cents by largest remainder, ties to the first in order of ACO, and what is left over stays with the Payer.
2.3 The Payer must pay the Provider the "Region Payment": Region Part.
""",
    group_results="aco,performance_year,region,lives,score\nA,2024,north,99,50\nB,2024,north,1,50\nC,2024,north,1,50\nD,2024,south,777,49.99\nE,2024,south,1,90\nF,2024,islands,1,100\n",
)
def regions_by_a_share_with_a_gate() -> Amounts:
    north = by_largest_remainder(F("1.01") * 101 + F("0.02"), {"A": F(1), "B": F(1), "C": F(1)})
    return {
        **{f"Region Payment at {name}, 2024": amount for name, amount in north.items()},
        "Region Payment at D, 2024": 0,
        "Region Payment at E, 2024": cents(F("1.01") * 778 + F("0.02")),
        "Region Payment at F, 2024": F("1.03"),
    }


@contract(
    """
1.1 "Facilities Reports" are records, one for each ACO in each Performance Year:
    | Column        | Kind                   | If missing |
    | Medicaid Days | count of days          | required   |
    | Points        | points from 0 to 100   | required   |
    | Survey Passed | yes or no              | no         |
    | Staffing Met  | yes or no              | no         |
2.1 "State Appropriation" means $1,000,000.01.
2.2 The "Threshold Gate" is met if all of the following are true: (a) Survey Passed; (b) Staffing Met; (c) Points is at least 40.
2.3 "Facility Share" is the share of the State Appropriation, in proportion to (Points times Medicaid Days), among those ACOs that meet the Threshold Gate, rounded down to the cent with the leftover cents by largest remainder, ties to the first in order of ACO, and what is left over stays with the Payer.
2.4 "Per Diem Add-on" means Facility Share divided by Medicaid Days, or $0 if the divisor is zero, rounded down to the cent.
2.5 The Payer must pay the Provider the "Facility Payment": Facility Share.
""",
    facilities_reports="aco,performance_year,medicaid_days,points,survey_passed,staffing_met\n"
    "F1,2024,10001,77,yes,yes\nF2,2024,20003,39.99,yes,yes\nF3,2024,29989,40,yes,yes\nF4,2024,5000,100,no,yes\nF5,2024,0,90,yes,yes\nF6,2024,333,66,yes,\n",
)
def a_nursing_facility_pool_by_points_and_days() -> Amounts:
    parts = by_largest_remainder(F("1000000.01"), {"F1": F(77 * 10001), "F3": F(40 * 29989), "F5": F(0)})
    return {
        "Facility Payment at F1, 2024": parts["F1"],
        "Facility Payment at F2, 2024": 0,
        "Facility Payment at F3, 2024": parts["F3"],
        "Facility Payment at F4, 2024": 0,
        "Facility Payment at F5, 2024": parts["F5"],
        "Per Diem Add-on at F5, 2024": 0,
        "Per Diem Add-on at F1, 2024": F(int(parts["F1"] / 10001 * 100), 100),
    }


@contract(
    """
contract "Inside the ACO".
language version 1.
the ACO is "Coastal Care ACO".
the Participant is each Practice.
the Hospital is "Coastal Hospital".
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Annual Receipts" are records, one in each Performance Year:
    | Column         | Kind  | If missing |
    | Shared Savings | money | required   |
    | Operating Costs | money | required  |
1.2 "Practice Results" are records, one for each Practice in each Performance Year:
    | Column       | Kind             | If missing |
    | Panel        | count of members | required   |
    | Quality      | points from 0 to 10 | required |
    | New Practice | yes or no        | no         |
2.1 "Net Savings" means the amount by which Shared Savings exceeds Operating Costs.
2.2 "Infrastructure Part" means 12.5% of Net Savings, rounded half up to the cent.
2.3 "Hospital Part" means 20% of Net Savings, rounded half up to the cent.
2.4 "Practice Pool" means Net Savings minus Infrastructure Part minus Hospital Part.
2.5 The Practice Pool is divided among the Practices for whom Quality is at least 5, in proportion to (Panel times Quality); each part is its "Distribution"; if no Practice qualifies, the Practice Pool stays with the ACO; parts are to the cent by largest remainder, ties to the first in order of Practice.
2.6 The ACO must pay the Participant the "Distribution Payment": Distribution.
2.7 It is agreed that (the total of Distribution across all Practices) is exactly Practice Pool.
""",
    annual_receipts="performance_year,shared_savings,operating_costs\n2024,1234567.89,345678.90\n",
    practice_results="practice,performance_year,panel,quality,new_practice\nP1,2024,100,7,no\nP2,2024,100,7,no\nP3,2024,100,7,yes\nP4,2024,5000,4.9,no\n",
)
def a_waterfall_inside_an_aco() -> Amounts:
    net = F("1234567.89") - F("345678.90")
    pool = net - cents(F("0.125") * net) - cents(F("0.2") * net)
    parts = by_largest_remainder(pool, {"P1": F(1), "P2": F(1), "P3": F(1)})
    return {
        "Practice Pool at 2024": pool,
        **{f"Distribution Payment at {p}, 2024": x for p, x in parts.items()},
        "Distribution Payment at P4, 2024": 0,
    }


@contract(
    """
1.1 "Hospital Results" are records, one for each ACO in each Performance Year:
    | Column          | Kind                 | If missing |
    | Base Payments   | money                | required   |
    | Total Score     | points from 0 to 100 | not scored |
2.1 "Reduction" means 2% of Base Payments.
2.2 "Weighted Score" means (Total Score as a percentage) times Reduction, or $0 if it is not scored.
2.3 "Exchange Slope" means (the total of Reduction across all ACOs) divided by (the total of Weighted Score across all ACOs), or 1 if the divisor is zero.
2.4 "Net Change" means (Weighted Score times Exchange Slope) minus Reduction.
2.5 The Payer must pay the Provider the "Adjustment": Net Change; if it is negative, the Provider must pay that amount to the Payer.
""",
    hospital_results="aco,performance_year,base_payments,total_score\nA,2024,1000000,75\nB,2024,2000000,25.5\nC,2024,500000,\n",
)
def a_budget_neutral_slope_with_one_that_is_not_scored() -> Amounts:
    slope = F(70000) / (F("0.75") * 20000 + F("0.255") * 40000)
    return {
        "Exchange Slope at 2024": slope,
        "Adjustment at A, 2024": cents(F("0.75") * 20000 * slope - 20000),
        "Adjustment at B, 2024": -cents(-(F("0.255") * 40000 * slope - 40000)),
        "Adjustment at C, 2024": -10000,
    }


@contract(
    """
1.1 "Clinics" are records, one for each ACO in each Performance Year:
    | Column  | Kind                 | If missing |
    | Visits  | count of visits      | required   |
    | Score   | points from 0 to 100 | required   |
2.1 "Main Pool" means $100,000.
2.2 The Main Pool is divided among the ACOs, in proportion to Visits, but not more than $40,000 each; each part is its "Main Part"; an amount above a limit is not divided again; if no ACO qualifies, the Main Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.3 "Earned Part" means Main Part times (Score as a percentage), rounded half up to the cent.
2.4 "Challenge Pool" means Main Pool minus (the total of Earned Part across all ACOs).
2.5 The Challenge Pool is divided equally among the ACOs for whom Score is at least 90; each part is its "Challenge Part"; if no ACO qualifies, the Challenge Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.6 The Payer must pay the Provider the "Year-end Payment": Earned Part plus Challenge Part.
""",
    years=(1, 2),
    clinics="aco,performance_year,visits,score\nA,2024,7,90\nB,2024,1,95.5\nC,2024,2,100\nD,2024,0,10\nA,2025,1,10\nB,2025,1,89.99\nC,2025,1,0\n",
)
def a_challenge_pool_from_leftovers() -> Amounts:
    main = {"A": F(40000), "B": F(10000), "C": F(20000), "D": F(0)}
    earned = {"A": F(36000), "B": F(9550), "C": F(20000), "D": F(0)}
    assert main["A"] == 40000
    extra = by_largest_remainder(F(100000) - sum(earned.values()), {"A": F(1), "B": F(1), "C": F(1)})
    return {
        **{f"Year-end Payment at {a}, 2024": earned[a] + extra.get(a, 0) for a in earned},
        "Year-end Payment at A, 2025": cents(F("33333.34") / 10),
        "Challenge Part at B, 2025": 0,
    }
