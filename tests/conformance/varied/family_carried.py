"""Amounts carried from year to year, elections, terminations."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | In     | money | $0         |
    | Out    | money | $0         |
2.1 "Opening" means Closing in the prior performance year, or $0 in the first performance year.
2.2 "Closing" means Opening plus In minus Out.
2.3 The Payer must pay the Provider the "Closing Payment": Closing, but not less than $0.
""",
    years=(1, 2, 3),
    results="aco,performance_year,in,out\nA,2024,10,4\nA,2025,5,1\nA,2026,1,1\n",
)
def opening_and_closing_balances() -> Amounts:
    return {"Closing Payment at A, 2024": 6, "Closing Payment at A, 2025": 10, "Opening at A, 2026": 10}


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | In     | money | $0         |
    | Out    | money | $0         |
2.1 "First" means (First in the prior performance year) plus In minus (Second in the prior performance year), starting from $0 before performance year 1.
2.2 "Second" means (Second in the prior performance year) plus First, starting from $0 before performance year 1.
2.3 The Payer must pay the Provider the "Closing Payment": Second, but not less than $0.
""",
    years=(1, 2, 3),
    results="aco,performance_year,in,out\nA,2024,10,4\nA,2025,5,1\nA,2026,1,1\n",
)
def two_terms_that_carry_each_other() -> Amounts:
    return {
        "First at A, 2024": 10,
        "Second at A, 2024": 10,
        "First at A, 2025": 5,
        "Second at A, 2025": 15,
        "First at A, 2026": -9,
        "Second at A, 2026": 6,
    }


@contract(
    """
contract "Deficit Carried Forward".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
effective January 1, 2021 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column    | Kind  | If missing |
    | Benchmark | money, at least $1 | required   |
    | Cost      | money | required   |
2.1 "Savings" means the amount by which Benchmark exceeds Cost.
2.2 "Deficit" means the amount by which Cost exceeds Benchmark, but not more than 10% of Benchmark.
2.3 "Prior Deficits" means Unused Deficit in the prior performance year, or $0 in the first performance year.
2.4 "Offset" means the lesser of Prior Deficits and (60% of Savings).
2.5 "Unused Deficit" means (Unused Deficit in the prior performance year) plus Deficit minus Offset, starting from $0 before performance year 1.
2.6 An amount of Unused Deficit that is not used within 3 performance years after the one in which it arose lapses; the oldest amount is used first.
2.7 The Payer must pay the Provider the "Shared Savings": 50% of (Savings minus Offset), but not more than 8% of Benchmark.
""",
    years=(1, 2, 3, 4, 5, 6),
    results="aco,performance_year,benchmark,cost\nA,2021,1000,1080\nA,2022,1000,1030\nA,2023,1000,980\nA,2024,1000,990\nA,2025,1000,995\nA,2026,1000,700\nB,2021,1000,1500\nB,2022,1000,900\nB,2023,1000,1000\nB,2024,1000,1000\nB,2025,1000,800\nB,2026,1000,999.99\n",
)
def a_deficit_used_in_part_that_lapses_after_three_years() -> Amounts:
    return {
        "Unused Deficit at A, 2021": 80,
        "Unused Deficit at A, 2022": 110,
        "Unused Deficit at A, 2023": 98,
        # 2021's remainder 80-12=68, -6 in 2024 => 62, which lapses after 2024
        "Offset at A, 2024": 6,
        "Unused Deficit at A, 2024": 30,  # 62 of 2021 lapses at end of 2024
        "Offset at A, 2025": 3,
        "Unused Deficit at A, 2025": 0,
        "Shared Savings at A, 2026": 80,
        "Shared Savings at A, 2025": 1,
        "Shared Savings at B, 2022": 20,
        "Unused Deficit at B, 2023": 40,
        "Shared Savings at B, 2025": 80,
        "Shared Savings at B, 2026": cents(F(".005")),
    }


@contract(
    """
1.1 "Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
1.2 "Results" are records, one for each ACO in each Performance Year:
    | Column    | Kind               | If missing |
    | Benchmark | money, at least $1 | required   |
    | Cost      | money, at least $0 | required   |
    | Revenue   | money, at least $0 | required   |
    | Low Revenue | yes or no        | no         |
1.3 The list of ACOs is Roster.
2.1 The Provider elects the "Minimum Rate Option", "none", "half", "one" or "two", in its first performance year and for the whole term; without an election it is "two".
2.2 The Provider elects the "Risk Level", "C", "D" or "E", in its first performance year and for the whole term.
2.3 "Minimum Rate" is set by Minimum Rate Option, with one row for each Minimum Rate Option:
    | Minimum Rate Option | Minimum Rate |
    | "none"              | 0%           |
    | "half"              | 0.5%         |
    | "one"               | 1%           |
    | "two"               | 2%           |
2.4 "Revenue Limit" and "Benchmark Limit" are set by Risk Level, where exactly one row applies:
    | Risk Level | Revenue Limit | Benchmark Limit |
    | "C"        | 2%            | 1%              |
    | "D"        | 4%            | 2%              |
    | "E"        | 8%            | 4%              |
2.5 "Savings Rate" means (Benchmark minus Cost) divided by Benchmark.
2.6 "First-year Relief" is 50% in the Provider's first performance year and 100% from the Provider's second performance year.
2.7 The Payer must pay the Provider the "Shared Savings": 50% of (Benchmark minus Cost) if Savings Rate is at least Minimum Rate, otherwise 25% of (Benchmark minus Cost) if Low Revenue and Savings Rate is more than 0%, otherwise $0.
2.8 The Provider must pay the Payer the "Shared Losses": First-year Relief times (30% of (Cost minus Benchmark)), but not more than (the lesser of (Revenue Limit times Revenue) and (Benchmark Limit times Benchmark)), but not less than $0, only if (0% minus Savings Rate) is at least Minimum Rate.
""".replace(
        "only if (0% minus Savings Rate) is at least Minimum Rate",
        "only if Loss Rate is at least Minimum Rate",
    )
    + """2.9 "Loss Rate" means (Cost minus Benchmark) divided by Benchmark.
""",
    years=(1, 2),
    roster="aco,start_date\nA,2024-01-01\nB,2025-01-01\n",
    results="aco,performance_year,benchmark,cost,revenue,low_revenue\nA,2024,1000000,980000.01,100000,yes\nA,2025,1000000,1005000,100000,no\nB,2024,1,1,1,no\nB,2025,1000000,1400000,1000000,no\n",
    entered_values="aco,performance_year,minimum_rate_option,risk_level\nA,2024,,C\nA,2025,,\nB,2025,none,E\n",
)
def two_elections_and_a_party_that_joins_later() -> Amounts:
    return {
        "Shared Savings at A, 2024": cents(F("19999.99") / 4),
        "Shared Losses at A, 2025": 0,
        "Shared Losses at B, 2025": 40000,
        "Shared Savings at B, 2025": -0,
    }


@contract(
    """
1.1 "Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
    | End Date   | date | none       |
1.2 "Results" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Savings | money | required   |
    | Months  | count of member months | required |
1.3 The list of ACOs is Roster.
2.1 The Payer must pay the Provider the "Shared Savings": 40% of Savings, but not less than $0.
2.2 The Provider must pay the Payer the "Shared Loss": 40% of ($0 minus Savings), but not less than $0, but not more than $1,000, prorated by whole months in force.
2.3 The Payer must pay the Provider the "Care Fee": $2.10 per member per month times Months.
2.4 The Payer must pay the Provider the "Infrastructure Grant": $12,000, prorated by days in force.
2.5 Notwithstanding section 2.1, if End Date is given and End Date is before the end of the performance year, no Shared Savings is due.
2.6 Notwithstanding section 2.4, if End Date is given and End Date is before the end of the performance year, no Infrastructure Grant is due.
""",
    years=(1, 2),
    roster="aco,start_date,end_date\nA,2024-01-01,\nB,2024-03-02,2025-05-31\nC,2024-01-01,2024-12-31\n",
    results="aco,performance_year,savings,months\nA,2024,1000.01,10\nB,2024,-9000,7\nC,2024,50,1\nA,2025,-500,1\nB,2025,700,3\n",
)
def termination_and_proration() -> Amounts:
    return {
        "Shared Savings at A, 2024": cents(F("400.004")),
        "Shared Loss at B, 2024": cents(F(1000) * 9 / 12),
        "Shared Savings at C, 2024": 20,
        "Infrastructure Grant at B, 2024": cents(F(12000) * 305 / 366),
        "Shared Savings at B, 2025": 0,
        "Infrastructure Grant at B, 2025": 0,
        "Care Fee at B, 2025": F("6.3"),
        "Shared Loss at A, 2025": 200,
    }


@contract(
    """
contract "Waiver Funds".
language version 1.
the State is "State of Example".
the Network is each IDN.
effective July 1, 2023 through December 31, 2026.
the first performance year is July 1, 2023 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Waiver Periods" are, in this order:
    | Waiver Period | First day         | Last day          | Capacity Share | At-risk Share |
    | "W1"          | July 1, 2023      | December 31, 2023 | 65%            | 0%            |
    | "W2"          | January 1, 2024   | December 31, 2024 | 40%            | 20%           |
    | "W3"          | January 1, 2025   | June 30, 2026     | 10%            | 60%           |
    | "W4"          | July 1, 2026      | December 31, 2026 | 0%             | 100%          |
1.2 "Network Funds" are records, one for each IDN in each Waiver Period:
    | Column   | Kind                       | If missing |
    | Fund     | money, at least $0         | required   |
    | Rate     | rate written as a fraction | not scored |
    | Baseline | rate written as a fraction | not scored |
    | Goal     | rate written as a fraction | required   |
2.1 "Gap Closed" means, for each Waiver Period, (Rate minus Baseline) divided by (Goal minus Baseline), or not scored if the divisor is zero.
2.2 "Earned Rate" is set, for each Waiver Period, by Gap Closed, where exactly one row applies:
    | Gap Closed                            | Earned Rate                    |
    | not scored                            | 0%                             |
    | less than 50%                         | 0%                             |
    | from 50% up to but not including 100% | a straight line from 0% to 100% |
    | 100% or more                          | 100%                           |
2.3 The State must pay the Network the "Capacity Payment", for each Waiver Period: Capacity Share times Fund, due within 30 days after the end of the Waiver Period.
2.4 The State must pay the Network the "Performance Payment", for each Waiver Period: (At-risk Share times Fund) times Earned Rate.
2.5 "Unearned" means, for each Waiver Period, (Unearned in the prior Waiver Period) plus (At-risk Share times Fund) minus Performance Payment, starting from $0 before Waiver Period 1.
2.6 An amount of Unearned that is not used within 1 Waiver Period after the one in which it arose lapses; the oldest amount is used first.
""",
    years=(1, 2, 3),
    network_funds="idn,waiver_period,fund,rate,baseline,goal\nN,W1,1000,,,0.5\nN,W2,2000,0.45,0.40,0.5\nN,W3,3000,0.475,0.40,0.5\nN,W4,100.01,0.60,0.40,0.5\n",
)
def funds_unearned_in_waiver_periods() -> Amounts:
    return {
        "Capacity Payment at N, W1": 650,
        "Capacity Payment at N, W3": 300,
        "Performance Payment at N, W2": 0,
        "Performance Payment at N, W3": 900,
        "Performance Payment at N, W4": F("100.01"),
        "Unearned at N, W2": 400,
        "Unearned at N, W3": 900,
        "Unearned at N, W4": 0,
    }
