"""Withholds, earn-back, incentives and penalties."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, by_largest_remainder, cents, contract


@contract(
    """
contract "Managed Care Withhold".
language version 1.
the State is "State of Example".
the Health Plan is each Plan.
the Network Provider is "Community Clinics".
effective January 1, 2025 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Capitation Reports" are records, one for each Plan in each Performance Year:
    | Column             | Kind  | If missing |
    | Monthly Capitation | money | required   |
1.2 "Measures" are:
    | Measure     | Target | Weight | Direction          |
    | "Well Child" | 58.2% | 3      | "higher is better" |
    | "Prenatal"   | 81%   | 2      | "higher is better" |
    | "ED Visits"  | 44%   | 1      | "lower is better"  |
1.3 "Measure Rates" are records, one for each Plan and Measure in each Performance Year:
    | Column | Kind                                      | If missing |
    | Rate   | rate written as a percent from 0% to 100% | not scored |
2.1 A Measure is "Achieved" if Rate is as good as or better than Target.
2.2 "Earned Share" means the average, weighted by Weight, over the Measures that are scored, of (100% if Rate is as good as or better than Target, otherwise 0%).
2.3 The State must withhold from the Health Plan the "Quality Withhold": 1.75% of Monthly Capitation.
2.4 The State must return to the Health Plan, out of the Quality Withhold, the "Earned Withhold": Quality Withhold times Earned Share, or $0 if it is not scored, and what is not returned is forfeited to the State.
2.5 The Health Plan must pay the Network Provider the "Pass-through": 40% of Earned Withhold.
2.6 The "Excellence Test" is met if at least 2 of the Measures that are scored are Achieved, or all of them if fewer than 2 are scored.
2.7 The State must pay the Health Plan the "Excellence Incentive": 0.25% of Monthly Capitation, only if the Excellence Test is met.
""",
    capitation_reports="plan,performance_year,monthly_capitation\nP1,2025,12345678.91\nP2,2025,1000000\nP3,2025,999.99\n",
    measure_rates="plan,measure,performance_year,rate\nP1,Well Child,2025,58.2\nP1,Prenatal,2025,80.99\nP1,ED Visits,2025,44\n"
    "P2,Well Child,2025,\nP2,Prenatal,2025,81\nP2,ED Visits,2025,44.01\nP3,Well Child,2025,70\n",
)
def a_withhold_passed_through_to_clinics() -> Amounts:
    held = {
        "P1": cents(F("0.0175") * F("12345678.91")),
        "P2": F(17500),
        "P3": cents(F("0.0175") * F("999.99")),
    }
    back = {"P1": cents(held["P1"] * F(4, 6)), "P2": cents(held["P2"] * F(2, 3)), "P3": held["P3"]}
    return {
        **{f"Quality Withhold at {p}, 2025": x for p, x in held.items()},
        **{f"Earned Withhold at {p}, 2025": x for p, x in back.items()},
        **{f"Pass-through at {p}, 2025": cents(F("0.4") * x) for p, x in back.items()},
        "Excellence Incentive at P1, 2025": cents(F("0.0025") * F("12345678.91")),
        "Excellence Incentive at P2, 2025": 0,
        "Excellence Incentive at P3, 2025": F("2.50"),
    }


@contract(
    """
1.1 "Quarterly Results" are records, one for each ACO in each Quarter:
    | Column           | Kind   | If missing |
    | Quarterly Premium | money | required   |
    | Visits Kept      | count  | required   |
    | Visits Due       | count  | required   |
2.1 "Cumulative Kept" means, for each Quarter, the total of Visits Kept from the start of the Performance Year through that Quarter.
2.2 "Cumulative Due" means, for each Quarter, the total of Visits Due from the start of the Performance Year through that Quarter.
2.3 "Cumulative Rate" means, for each Quarter, Cumulative Kept divided by Cumulative Due, or 0% if the divisor is zero.
2.4 The "Quarter Test" is met, for each Quarter, if Cumulative Rate is at least 72.5%.
2.5 The Quarter Test is deemed met from January 1, 2024 through June 30, 2024.
2.6 The Payer must withhold from the Provider the "Quarter Withhold", for each Quarter: 0.5% of Quarterly Premium.
2.7 The Payer must return to the Provider, out of the Quarter Withhold, the "Quarter Return", for each Quarter: Quarter Withhold, only if the Quarter Test is met.
2.8 "Year Return" means the total of Quarter Return.
""",
    years=(1, 2),
    quarterly_results="aco,quarter,quarterly_premium,visits_kept,visits_due\n"
    "A,2024-Q1,100001,10,100\nA,2024-Q2,100003,10,100\nA,2024-Q3,100005,90,100\nA,2024-Q4,100007,180,100\n"
    "A,2025-Q1,200000.99,725,1000\nA,2025-Q2,200000.99,724,1000\nA,2025-Q3,200000.99,1,1\nA,2025-Q4,200000.99,0,0\n",
)
def a_quarterly_withhold_on_cumulative_results() -> Amounts:
    returned = [cents(F(100001) / 200), cents(F(100003) / 200), F(0), cents(F(100007) / 200)]
    return {
        "Quarter Return at A, 2024-Q1": returned[0],
        "Quarter Return at A, 2024-Q3": 0,  # 110 of 300
        "Quarter Return at A, 2024-Q4": returned[3],  # 290 of 400 is exactly 72.5%
        "Year Return at A, 2024": sum(returned, F(0)),
        "Quarter Return at A, 2025-Q1": cents(F("200000.99") / 200),
        "Quarter Return at A, 2025-Q2": 0,
        "Quarter Return at A, 2025-Q3": 0,  # 1450 of 2001
        "Year Return at A, 2025": cents(F("200000.99") / 200),
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column      | Kind                 | If missing |
    | Capitation  | money                | required   |
    | Attributable Capitation | money    | required   |
    | Reports Filed | count of reports   | 0 reports  |
    | Readmissions | rate written as a fraction | required |
2.1 "At-risk Share" is 3% in performance years 1 and 2 and 5% from performance year 3.
2.2 The Provider must repay the Payer the "Performance Recoupment": At-risk Share times Capitation, unless Readmissions is below 14.2%.
2.3 The Payer must pay the Provider the "Reporting Incentive": $1,250.00 per report times Reports Filed, but not more than $10,000.
2.4 The Payer must pay the Provider the "Outcome Incentive": 8% of Capitation, only if Readmissions is at most 10%.
2.5 The total of the Outcome Incentive and the Reporting Incentive must not exceed 5% of Attributable Capitation; the Outcome Incentive is reduced in proportion; the Reporting Incentive is reduced in proportion.
""",
    years=(1, 3),
    results="aco,performance_year,capitation,attributable_capitation,reports_filed,readmissions\n"
    "A,2024,777777.77,700000,9,0.1\nB,2024,100000,90000,,0.142\nA,2026,777777.77,700000,1,0.1419\nB,2026,100000,90000,2,0.1420001\n",
)
def incentives_under_a_limit_in_proportion() -> Amounts:
    outcome, report, limit = cents(F("0.08") * F("777777.77")), F(10000), F(35000)
    cut = by_largest_remainder(outcome + report - limit, {"outcome": outcome, "report": report})
    return {
        "Performance Recoupment at A, 2024": 0,
        "Performance Recoupment at B, 2024": 3000,
        "Performance Recoupment at B, 2026": 5000,
        "Performance Recoupment at A, 2026": 0,
        "Reporting Incentive at B, 2024": 0,
        "Reporting Incentive at A, 2024": report - cut["report"],
        "Outcome Incentive at A, 2024": outcome - cut["outcome"],
        "Reporting Incentive at B, 2026": 2500,
    }
