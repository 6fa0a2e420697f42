"""Shared savings and losses."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract

SCHEDULE = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column            | Kind                                      | If missing |
    | Benchmark         | money                                     | required   |
    | Expenditures      | money                                     | required   |
    | Assigned          | count of beneficiaries                    | required   |
    | Quality Score     | rate written as a percent from 0% to 100% | not scored |
    | Provider Revenue  | money                                     | required   |
"""
HEAD = "aco,performance_year,benchmark,expenditures,assigned,quality_score,provider_revenue\n"


@contract(
    SCHEDULE
    + """
2.1 "Savings" means the amount by which Benchmark exceeds Expenditures.
2.2 "Savings Rate" means Savings divided by Benchmark, or 0% if the divisor is zero.
2.3 "Minimum Savings Rate" is set by Assigned, where exactly one row applies:
    | Assigned                 | Minimum Savings Rate                                   |
    | less than 5,000          | 4.0%                                                   |
    | from 5,000 through 7,499 | a straight line from 3.9% to 3.3%                      |
    | from 7,500 through 9,999 | a straight line from 3.3% at 7,500 to 3.0% at 9,999    |
    | 10,000 or more           | 2.5%                                                   |
2.4 "Final Sharing Rate" means 45% times Quality Score, or 0% if it is not scored.
2.5 If Savings Rate is at least Minimum Savings Rate, the Payer must pay the Provider the "Earned Savings":
    Final Sharing Rate times Savings, but not more than 8% of Benchmark, reduced by 2%, due within 90 days after the settlement notice.
""",
    results=HEAD
    + "A,2024,50000000,48200000,6250,88.5,9000000\nB,2024,50000000,40000000,12000,100,9000000\n"
    + "C,2024,50000000,48500000,5000,88.5,9000000\nD,2024,50000000,44000000,8750,,9000000\n",
)
def savings_by_size_with_sequestration() -> Amounts:
    rate_a = F("0.039") + (F("0.033") - F("0.039")) * F(6250 - 5000, 7499 - 5000)
    rate_d = F("0.033") + (F("0.030") - F("0.033")) * F(8750 - 7500, 9999 - 7500)
    assert F(1800000, 50000000) > rate_a
    return {
        "Minimum Savings Rate at A, 2024": rate_a,
        "Minimum Savings Rate at D, 2024": rate_d,
        "Earned Savings at A, 2024": cents(F("0.45") * F("0.885") * 1800000 * F("0.98")),
        "Earned Savings at B, 2024": cents(F("0.08") * 50000000 * F("0.98")),  # 4.5 million before the cap
        "Earned Savings at C, 2024": 0,  # 3% is below 3.9%
        "Earned Savings at D, 2024": 0,  # not scored counts as 0%
    }


@contract(
    SCHEDULE
    + """
2.1 "Gross Savings" means (Benchmark minus Expenditures), but not more than 5% of Benchmark in either direction.
2.2 "Sharing Rate" means Quality Score times 75%, but not less than 40% and not more than 75%.
2.3 "Loss Rate" means 100% minus Sharing Rate, but not less than 40%, but not more than 60%.
2.4 "Losses" means the amount by which Expenditures exceeds Benchmark.
2.5 The "Scored Gate" is met if Quality Score is scored.
2.6 The Payer must pay the Provider the "Shared Savings": 40% times Gross Savings, but not less than $0, only if the Scored Gate is met.
2.7 The Provider must pay the Payer the "Shared Losses": 40% times Losses,
    but not more than (the lesser of (8% of Provider Revenue) and (4% of Benchmark)), unless Assigned is less than 1,000.
2.8 Notwithstanding section 2.7, if the Scored Gate is met, the Shared Losses is (Loss Rate, or 60% if it is not scored) times Losses, but not more than 15% of Benchmark.
""",
    results=HEAD
    + "A,2024,10000000,9200000,6250,88,900000\nB,2024,10000000,12500000,1000,,900000\n"
    + "C,2024,10000000,12500000,999,,900000\nD,2024,10000000,14000000,3000,70,900000\n",
)
def losses_by_the_complement_of_the_sharing_rate() -> Amounts:
    loss_rate_d = min(max(1 - F("0.70") * F("0.75"), F("0.4")), F("0.6"))
    return {
        "Shared Savings at A, 2024": cents(F("0.4") * 500000),
        "Loss Rate at A, 2024": F("0.4"),  # 1 - 0.66 is under the floor
        "Shared Losses at B, 2024": cents(min(F("0.08") * 900000, F("0.04") * 10000000)),
        "Shared Losses at C, 2024": 0,
        "Loss Rate at D, 2024": loss_rate_d,
        "Shared Losses at D, 2024": cents(min(loss_rate_d * 4000000, F("0.15") * 10000000)),
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column       | Kind      | If missing |
    | Benchmark    | money     | required   |
    | Expenditures | money     | required   |
    | Low Revenue  | yes or no | no         |
2.1 The Provider elects the "Symmetric Rate", "0.5%", "1%", "1.5%" or "2%", in its first performance year and for the whole term; without an election it is "2%".
2.2 "Threshold" is set by Symmetric Rate, with one row for each Symmetric Rate:
    | Symmetric Rate | Threshold |
    | "0.5%"         | 0.5%      |
    | "1%"           | 1.0%      |
    | "1.5%"         | 1.5%      |
    | "2%"           | 2.0%      |
2.3 "Net Result" means Benchmark minus Expenditures.
2.4 "Net Rate" means Net Result divided by Benchmark, or 0% if the divisor is zero.
2.5 "Result Share" means: (a) 50% of Net Result, if Net Rate is at least Threshold; (b) 25% of Net Result, if Net Rate is more than 0% and Low Revenue is yes;
    (c) 30% of Net Result, if Net Rate is at most (0% minus Threshold); (d) otherwise $0.
2.6 The Payer must pay the Provider the "Settlement Amount": Result Share; if it is negative, the Provider must pay that amount to the Payer.
""",
    results="aco,performance_year,benchmark,expenditures,low_revenue\n"
    "A,2024,1000000,980000,no\nB,2024,1000000,980000.01,yes\nC,2024,1000000,1020000,yes\nD,2024,1000000,1019999.99,no\nE,2024,1000000,980000.01,no\n",
)
def a_symmetric_rate_by_election() -> Amounts:
    return {
        "Settlement Amount at A, 2024": 10000,
        "Settlement Amount at B, 2024": cents(F("19999.99") / 4),
        "Settlement Amount at C, 2024": -6000,
        "Settlement Amount at D, 2024": 0,
        "Settlement Amount at E, 2024": 0,
    }


@contract(
    """
contract "Two Tracks".
language version 1.
the State is "State of Example".
the Accountable Entity is each Entity.
in force from July 1, 2023 through June 30, 2026, both included.
a performance year is each 12 months from July 1, 2023.
amounts are in US dollars, rounded half up to the cent.

Article 1. Data.
1.1 "Settlement Data" are records, one for each Entity in each Performance Year:
    | Column | Kind               | If missing |
    | Track  | one of "1" or "2"  | required   |
    | Target | money              | required   |
    | Actual | money              | required   |
    | Points Earned | points from 0 to 100 | required |

Article 2. Sharing.
2.1 "Multiplier" is set by Points Earned, where the first row that fits applies:
    | Points Earned   | Multiplier |
    | at least 90     | 1          |
    | at least 75     | 0.9        |
    | at least 60     | 3/4        |
    | any other value | 0.5        |
2.2 "Maximum Share" is set by Track and Multiplier, where the first row that fits applies:
    | Track | Multiplier   | Maximum Share |
    | "1"   | any          | 50%           |
    | "2"   | at least 0.9 | 60%           |
    | any   | any          | 55%           |
2.3 "Phase-in" is 0% in performance year 1, 10% in performance year 2 and one third from performance year 3.
2.4 The State must pay the Accountable Entity the "Share of Savings": Maximum Share times Multiplier times (Target minus Actual), but not less than $0.
2.5 The Accountable Entity must pay the State the "Share of Losses": Phase-in times (the amount by which Actual exceeds Target), but not more than 3% of Target.
""",
    years=(1, 2, 3),
    settlement_data="entity,performance_year,track,target,actual,points_earned\n"
    "E1,2023-07-01,1,3000000,2900000,74.99\nE1,2024-07-01,2,3000000,2900000,75\nE1,2025-07-01,2,3000000,3500000,10\n"
    "E2,2023-07-01,2,3000000,3100000,90\nE2,2024-07-01,2,3000000,3100001,90\nE2,2025-07-01,2,3000000,3100001,89.9\n",
)
def two_tracks_over_three_fiscal_years() -> Amounts:
    return {
        "Share of Savings at E1, 2023": cents(F(1, 2) * F(3, 4) * 100000),
        "Share of Savings at E1, 2024": cents(F("0.6") * F("0.9") * 100000),
        "Share of Losses at E1, 2025": cents(min(F(500000, 3), F("0.03") * 3000000)),
        "Share of Losses at E2, 2023": 0,
        "Share of Losses at E2, 2024": cents(F(100001, 10)),
        "Share of Losses at E2, 2025": cents(F(100001, 3)),
    }


@contract(
    SCHEDULE
    + """
1.2 "Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
    | End Date   | date | none       |
2.1 "Savings" means Benchmark minus Expenditures.
2.2 The Payer must pay the Provider the "Shared Savings": one half of Savings, but not less than $0, prorated by whole months in force.
2.3 The Provider must pay the Payer the "Shared Loss": 30% of (the amount by which Expenditures exceeds Benchmark), but not more than $250,000, prorated by days in force.
2.4 Notwithstanding section 2.2, if End Date is given and End Date is before the end of the performance year, no Shared Savings is due.
""",
    years=(1, 2),
    results=HEAD
    + "A,2024,5000000,4000000,100,50,1\nB,2024,5000000,6000000,100,50,1\nC,2025,5000000,4000000.03,100,50,1\nA,2025,5000000,4000000,100,50,1\n",
    roster="aco,start_date,end_date\nA,2023-01-01,2025-12-30\nB,2023-01-01,2024-09-15\nC,2025-02-01,\n",
)
def termination_keeps_the_losses_and_drops_the_savings() -> Amounts:
    return {
        "Shared Savings at A, 2024": 500000,
        "Shared Savings at A, 2025": 0,  # ends a day early
        "Shared Loss at B, 2024": cents(F(250000) * F(31 + 29 + 31 + 30 + 31 + 30 + 31 + 31 + 15, 366)),
        "Shared Savings at C, 2025": cents(F("999999.97") / 2 * F(11, 12)),
    }


@contract(
    """
1.1 "Results" are records, one for each ACO and Category in each Performance Year:
    | Column         | Kind                            | If missing |
    | Person Years   | number                          | required   |
    | Benchmark Rate | money per person year           | required   |
    | Paid           | money                           | required   |
    | Risk Ratio     | number from 0 to 5              | required   |
2.1 "Capped Risk Ratio" means, for each Category, Risk Ratio, but not more than 1.03.
2.2 "Category Benchmark" means, for each Category, Benchmark Rate times (Person Years counted in person years) times Capped Risk Ratio, rounded half up to the cent.
2.3 "Benchmark" means the total of Category Benchmark.
2.4 "Actual" means the total of Paid.
2.5 "Savings" means Benchmark minus Actual.
2.6 The Payer must pay the Provider the "Shared Savings": the greater of $0 and (the lesser of (80% of Savings) and (5% of Benchmark)).
""",
    results="aco,category,performance_year,person_years,benchmark_rate,paid,risk_ratio\n"
    "A,ESRD,2024,10,80000,790000,1.10\nA,Disabled,2024,100.5,12000.33,1190000,0.98\nA,Aged,2024,1000,10000,9900000,1.0301\n"
    "B,Aged,2024,1000,10000,9900000,1.0301\n",
)
def a_benchmark_of_categories_with_capped_risk() -> Amounts:
    parts = [F(80000) * 10 * F("1.03"), F("12000.33") * F("100.5") * F("0.98"), F(10000) * 1000 * F("1.03")]
    benchmark = sum((cents(p) for p in parts), F(0))
    return {
        "Benchmark at A, 2024": benchmark,
        "Shared Savings at A, 2024": cents(
            min(F("0.8") * (benchmark - 790000 - 1190000 - 9900000), F("0.05") * benchmark)
        ),
        "Shared Savings at B, 2024": cents(min(F("0.8") * 400000, F("0.05") * 10300000)),
    }
