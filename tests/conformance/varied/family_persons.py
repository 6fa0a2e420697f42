"""Persons and parties: caps for part years, adjusted months, clauses, shares of a pool."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, by_largest_remainder, cents, contract


@contract(
    """
1.1 "Assigned Months" are records, one for each Member in each Month:
    | Column     | Kind                            | If missing |
    | ACO        | text                            | required   |
    | Category   | one of "aged" or "disabled"     | required   |
    | Risk       | number from 0 to 20             | 1          |
    | Paid       | money                           | $0         |
2.1 "Months of Member" means, for each Member in each Performance Year, the number of Assigned Months.
2.2 "Member Cap" means, for each Member in each Performance Year, $1,200, prorated by Months of Member over 12.
2.3 "Capped Cost" means, for each Member in each Performance Year, the total of Paid, but not more than Member Cap.
2.4 "Truncated Cost" means the total of Capped Cost.
2.5 "Category Months" means, for each Category, the number of Assigned Months.
2.6 "Category Risk" means, for each Category, the average of Risk, rounded half up to 4 decimal places.
2.7 "Category Rate" is set by Category, with one row for each Category:
    | Category   | Category Rate              |
    | "aged"     | $80 per member per month   |
    | "disabled" | $110 per member per month  |
2.8 "Category Benchmark" means, for each Category, Category Rate times Category Months times Category Risk.
2.9 "Benchmark" means the total of Category Benchmark, rounded half up to the cent.
2.10 "Highest Member" means the largest of Capped Cost.
2.11 "Share of Highest" means Highest Member divided by Truncated Cost, or 0% if the divisor is zero.
2.12 The Payer must pay the Provider the "Savings Payment": 60% of (Benchmark minus Truncated Cost), but not less than $0, only if Share of Highest is less than 60%.
""",
    assigned_months="member,month,aco,category,risk,paid\n"
    + "".join(f"m1,2024-{m:02},A,aged,1.2,150\n" for m in range(1, 7))
    + "m2,2024-01,A,disabled,2.0005,50\nm2,2024-02,A,disabled,,60.25\nm2,2024-03,A,aged,0.5,-10\nm3,2024-12,A,aged,0.9,9000\nx,2024-01,B,aged,1,10\n",
)
def caps_of_members_for_part_years() -> Amounts:
    aged = (F("1.2") * 6 + F(".5") + F(".9")) / 8
    dis = (F("2.0005") + 1) / 2

    def r4(x):
        return F(int(x * 20000 + 1) // 2, 10000)

    b = 80 * 8 * r4(aged) + 110 * 2 * r4(dis)
    b = cents(b)
    t = 600 + F("100.25") + 100
    return {
        "Member Cap at A, 2024, m1": 600,
        "Truncated Cost at A, 2024": t,
        "Benchmark at A, 2024": b,
        "Share of Highest at A, 2024": 600 / t,
        "Savings Payment at A, 2024": 0,
        "Savings Payment at B, 2024": 0,
    }


@contract(
    """
1.1 "Persons" are records, one for each ACO and Member in each Performance Year:
    | Column    | Kind  | If missing |
    | Enrolled  | month | required   |
    | Left      | date  | December 31, 2024 |
    | Level     | one of "low", "medium" or "high" | required |
    | Spend     | money | $0 |
2.1 "Level Rate" is set by Level, with one row for each Level:
    | Level    | Level Rate                 |
    | "low"    | $50 per month   |
    | "medium" | $120 per month  |
    | "high"   | $310.75 per month |
2.2 "Months In" means, for each Member, (the number of months from Enrolled to Left) plus 1, but not less than 0.
""".replace(", but not less than 0.", " months, but not less than 0 months.")
    + """2.3 "Long Enough" means, for each Member: (a) 1, if Months In is at least 3 months; or (b) otherwise 0.
2.4 "Expected Spend" means, for each Member, Level Rate times Months In times Long Enough.
"""
    + """2.6 "Expected" means the total of Expected Spend.
2.7 "Actual" means the total of (Spend times Long Enough).
""".replace("the total of (Spend times Long Enough)", "the total of Spend where Long Enough is exactly 1")
    + """2.8 The Payer must pay the Provider the "Gain": 35% of (Expected minus Actual), but not less than $0.
""",
    persons="aco,member,performance_year,enrolled,left,level,spend\nA,m1,2024,2024-01,,high,100\nA,m2,2024,2024-10,2024-12-01,low,200.50\nA,m3,2024,2024-11,2024-12-31,high,9999\nA,m4,2024,2024-06,2024-05-31,low,10\n",
)
def months_between_two_dates() -> Amounts:
    return {
        "Expected at A, 2024": F("310.75") * 12 + 150,
        "Actual at A, 2024": F("300.5"),
        "Gain at A, 2024": cents(F(".35") * (F("310.75") * 12 + 150 - F("300.5"))),
    }


@contract(
    """
1.1 "Facilities" are records, one for each ACO in each Performance Year:
    | Column      | Kind                 | If missing |
    | Payments    | money, at least $0   | required   |
    | Readmission | rate written as a percent, at most 100% | not scored |
2.1 "Held Back" means 2% of Payments, rounded half up to the cent.
2.2 "Payback Pool" means 60% of (the total of Held Back across all ACOs), rounded down to the cent.
2.3 "Place" means the rank of Readmission across all ACOs that are scored, lowest first, ties sharing the average rank.
2.4 "Scored Facilities" means the number of ACOs where Readmission is scored.
2.5 "Weight" means (Scored Facilities plus 1 minus Place) times (Payments divided by $1), or 0 if it is not scored.
""".replace("(Payments divided by $1)", "Size")
    + """2.6 "Size" means (Payments divided by $1,000) counted as a number.
""".replace(
        '2.6 "Size" means (Payments divided by $1,000) counted as a number.',
        '2.6 "Size" means Payments divided by $1,000.',
    )
    + """2.7 The Payback Pool is divided among the ACOs for whom Readmission is scored, in proportion to Weight; each part is its "Payback"; if no ACO qualifies, the Payback Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.8 The Payer must pay the Provider the "Net Adjustment": Payback minus Held Back; if it is negative, the Provider must pay that amount to the Payer.
2.9 It is agreed that (the total of Payback across all ACOs) is at most Payback Pool.
""",
    years=(1, 2),
    facilities="aco,performance_year,payments,readmission\nA,2024,100000.50,10\nB,2024,100000,10\nC,2024,50000,12.5\nD,2024,7777,\nA,2025,10,\nB,2025,20,\n",
)
def a_payback_pool_by_rank() -> Amounts:
    h = {"A": cents(F("2000.01")), "B": F(2000), "C": F(1000), "D": F("155.54")}
    pool = F(int(sum(h.values()) * 60), 100)
    w = {"A": F("2.5") * F("100.0005"), "B": F("2.5") * 100, "C": F(50)}
    p = by_largest_remainder(pool, w)
    return {
        "Payback Pool at 2024": pool,
        **{f"Net Adjustment at {k}, 2024": p.get(k, F(0)) - h[k] for k in h},
        "Net Adjustment at A, 2025": -F(".2"),
    }


@contract(
    """
contract "Clauses with a Third Party".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
the Community Fund is "Neighbors Fund".
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Figures" are records, one for each ACO in each Performance Year:
    | Column  | Kind               | If missing |
    | Revenue | money, at least $0 | required   |
    | Cost    | money, at least $0 | required   |
    | Target  | money, at least $1 | required   |
2.1 Apply clause "Two-sided Share" with Measured as Cost, Goal as Target, Upside as 50%, Downside as 30% and Ceiling as (4% of Revenue), giving the "Gain Share" and the "Loss Share".
2.2 The Provider must pay the Community Fund the "Community Share": 10% of Gain Share.
2.3 The Payer would pay the Provider the "Shadow Share": 75% of (the amount by which Cost is less than Target).

clause "Two-sided Share" with "Measured", "Goal", "Upside", "Downside" and "Ceiling":
  1.1 "Distance" means Goal minus Measured.
  1.2 The Payer must pay the Provider the "Upper Share": Upside times Distance, but not less than $0, but not more than Ceiling.
  1.3 The Provider must pay the Payer the "Lower Share": Downside times ($0 minus Distance), but not less than $0, but not more than Ceiling.
end of clause.
""",
    years=(1, 2),
    figures="aco,performance_year,revenue,cost,target\nA,2024,10000,9000,10000.01\nA,2025,1000,1100,1000\n",
)
def a_clause_with_two_results_and_a_third_party() -> Amounts:
    return {
        "Gain Share at A, 2024": 400,
        "Loss Share at A, 2024": 0,
        "Community Share at A, 2024": 40,
        "Shadow Share at A, 2024": cents(F("750.0075")),
        "Gain Share at A, 2025": 0,
        "Loss Share at A, 2025": 30,
        "Community Share at A, 2025": 0,
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind                      | If missing |
    | Months | count of member months    | required   |
    | Risk   | number from 0 to 5        | required   |
    | Share  | rate written as a percent | required   |
2.1 "Adjusted Months" means Months times Risk.
2.2 The Payer must pay the Provider the "Risk Payment": $5 per member per month times Adjusted Months.
2.3 "Both Months" means Adjusted Months plus Months.
2.4 "Part Months" means Share times Both Months.
2.5 The Payer must pay the Provider the "Part Payment": $6.01 per member per month times Part Months, but not more than ($6.01 per member per month times (one third of Months)).
""",
    results="aco,performance_year,months,risk,share\nA,2024,10,1.5,50\nB,2024,7,1.0011,10\n",
)
def adjusted_months() -> Amounts:
    return {
        "Risk Payment at A, 2024": 75,
        "Part Payment at A, 2024": cents(F("6.01") * 10 / 3),
        "Risk Payment at B, 2024": cents(F("35.0385")),
        "Part Payment at B, 2024": cents(F("6.01") * F("14.0077") / 10),
    }
