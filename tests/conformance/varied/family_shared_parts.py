"""Equal parts of an amount, starting values from data, gates of measures with a direction, means that one is scored for."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Withhold Measures" are:
    | Measure | Direction          | Goal |
    | "PPC"   | "higher is better" | 80%  |
    | "W30"   | "higher is better" | 60%  |
    | "PCR"   | "lower is better"  | 10%  |
1.2 "Rates" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind                      | If missing |
    | Rate   | rate written as a percent | not scored |
1.3 "Capitation Payments" are records, one for each ACO in each Performance Year:
    | Column     | Kind               | If missing |
    | Capitation | money, at least $0 | required   |
2.1 The Payer must withhold from the Provider the "Withhold": 2% of Capitation.
2.2 "Measure Count" means the number of Withhold Measures.
2.3 "Measure Part" means Withhold divided by Measure Count.
2.4 "Earned Part" means, for each Measure, Measure Part if Rate is scored and Rate is as good as or better than Goal, otherwise $0 per measure.
2.5 The Payer must return to the Provider, out of the Withhold, the "Return": the total of Earned Part over all Measures.
2.6 "Pool" means the total of (Withhold minus Return) across all ACOs.
2.7 The "Gate" is met if at least 2 of the Withhold Measures that are scored have Rate as good as or better than Goal.
2.8 The "No Failure" is met if none of the Withhold Measures have Rate worse than Goal, counting one that is not scored as not met.
2.9 The Pool is divided equally among the ACOs that meet the Gate; each part is its "Part"; if no ACO qualifies, the Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.10 The Payer must pay the Provider the "Bonus": Part.
2.11 The total of the Return and the Bonus must not exceed 105% of Withhold; the Bonus is reduced first.
2.12 The Payer must pay the Provider the "Clean Fee": $10, only if the No Failure is met.
""",
    rates="aco,measure,performance_year,rate\nA,PPC,2024,80\nA,W30,2024,61\nA,PCR,2024,9.9\nB,PPC,2024,79.9\nB,W30,2024,90\nB,PCR,2024,10\nC,PPC,2024,10\nC,PCR,2024,11\n",
    capitation_payments="aco,performance_year,capitation\nA,2024,10000.55\nB,2024,50000\nC,2024,20000\n",
)
def a_bonus_cut_by_a_limit_stands_on_the_return_that_counts_in_it() -> Amounts:
    held = {"A": F("200.01"), "B": F(1000), "C": F(400)}
    back = {"A": F("200.01"), "B": cents(F(2000, 3)), "C": F(0)}
    pool = sum(held.values()) - sum(back.values())
    part = {"A": cents(pool / 2), "B": pool - cents(pool / 2)}
    room = {key: F(int(held[key] * 105), 100) - back[key] for key in "AB"}
    return {
        "Return at A, 2024": back["A"],
        "Return at B, 2024": back["B"],
        "Bonus at A, 2024": min(part["A"], room["A"]),
        "Bonus at B, 2024": min(part["B"], room["B"]),
        "Bonus at C, 2024": 0,
        "Clean Fee at A, 2024": 10,
        "Clean Fee at B, 2024": 0,
    }


@contract(
    """
1.1 "Budget Base" are records, one for each ACO:
    | Column       | Kind               | If missing |
    | Base Revenue | money, at least $0 | required   |
1.2 "Trend" are records, one for each ACO in each Performance Year:
    | Column  | Kind                      | If missing |
    | Growth  | rate written as a percent | required   |
    | Cases   | count                     | required   |
    | Experience | rate written as a percent | not scored |
2.1 "Approved Revenue" means (Approved Revenue in the prior performance year), increased by Growth, starting from Base Revenue before performance year 1.
2.2 The Payer must pay the Provider the "Budget": Approved Revenue.
2.3 The Payer must pay the Provider the "Volume Fee": $150 per case times (the amount by which Cases exceeds 100).
2.4 The "Experience Gate" is met if Experience is scored and Experience is at least (the average of Experience across all ACOs that are scored).
2.5 The Payer must pay the Provider the "Experience Bonus": $100, only if the Experience Gate is met.
""",
    years=(1, 2),
    budget_base="aco,base_revenue\nA,1000.01\nB,500\n",
    trend="aco,performance_year,growth,cases,experience\nA,2024,3,101,80\nA,2025,2.5,99,\nB,2024,0,100,79\nB,2025,-1,300,\n",
)
def a_carried_amount_starts_from_data() -> Amounts:
    first = F("1000.01") * F("1.03")
    return {
        "Budget at A, 2024": cents(first),
        "Budget at A, 2025": cents(first * F("1.025")),
        "Budget at B, 2024": 500,
        "Budget at B, 2025": 495,
        "Volume Fee at A, 2024": 150,
        "Volume Fee at A, 2025": 0,
        "Volume Fee at B, 2025": 30000,
        "Experience Bonus at A, 2024": 100,
        "Experience Bonus at B, 2024": 0,
        "Experience Bonus at A, 2025": 0,
    }


@contract(
    """
contract "Quarters of the calendar".
language version 1.
the Manufacturer is "Helix Therapeutics".
the Plan is each Plan.
effective July 1, 2024 through June 30, 2026.
a performance year is each 12 months from July 1.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Sales" are records, one for each Plan and Product in each Calendar Quarter:
    | Column | Kind                      | If missing |
    | Paid   | money, at least $0        | required   |
    | Share  | rate written as a percent | required   |
1.2 "Index" are:
    | Calendar Quarter | Consumer Index |
    | "2024-Q3"        | 100            |
    | "2024-Q4"        | 110            |
    | "2025-Q1"        | 120            |
    | "2025-Q2"        | 130            |
    | "2025-Q3"        | 140            |
    | "2025-Q4"        | 150            |
    | "2026-Q1"        | 160            |
    | "2026-Q2"        | 170            |
2.1 "Level" is set, for each Product in each Calendar Quarter, by Share, where exactly one row applies:
    | Share        | Level  |
    | less than 40% | "low"  |
    | 40% or more   | "high" |
2.2 "Rebate Rate" is set, for each Product in each Calendar Quarter, by Level, with one row for each Level:
    | Level  | Rebate Rate |
    | "low"  | 5%          |
    | "high" | 10%         |
2.3 "Product Rebate" means, for each Product in each Calendar Quarter, Rebate Rate times Paid times Consumer Index divided by 100.
2.4 The Manufacturer must pay the Plan the "Rebate", for each Calendar Quarter: the total of Product Rebate over all Products.
""",
    years=(1, 2),
    sales="plan,product,calendar_quarter,paid,share\nA,X,2024-Q3,100,39.9\nA,Y,2024-Q3,100,40\nA,X,2025-Q2,1000,50\nA,Y,2025-Q2,0,0\nA,X,2025-Q3,10,50\nA,Y,2025-07-15,10,50\n"
    + "".join(
        f"A,{p},{q},0,0\n" for p in "XY" for q in ("2024-Q4", "2025-Q1", "2025-Q4", "2026-Q1", "2026-Q2")
    ),
)
def a_calendar_quarter_is_labelled_by_the_calendar_also_in_a_year_from_july() -> Amounts:
    return {
        "Rebate at A, 2024-Q1": 15,
        "Rebate at A, 2024-Q4": 130,
        "Rebate at A, 2025-Q1": F("2.8"),
        "Rebate at A, 2025-Q2": 0,
    }
