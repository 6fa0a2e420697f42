"""Layers of savings, own baselines, credits of earlier months, funds by budget period, shares to date."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Cost | money | required |
    | Budget | money | required |
    | Region | one of "north" or "south" | required |
    | Panel | count of members | required |
2.4 "Regional Pool" means (the total of (Budget minus Cost) across all ACOs in that Region), but not less than $0.
2.5 The Regional Pool is divided among the ACOs in that Region for which Cost is at most Budget, in proportion to Panel; each part is its "Regional Part"; if no ACO qualifies, the Regional Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.6 The Payer must pay the Provider the "Regional Bonus": Regional Part.
""",
    results="aco,performance_year,cost,budget,region,panel\nA,2024,90,100,north,1\nB,2024,100,100,north,2\nC,2024,100.01,100,north,97\nD,2024,200,100,south,1\nE,2024,10,50,south,1\n",
)
def a_pool_of_a_region_that_can_be_negative() -> Amounts:
    return {
        "Regional Bonus at A, 2024": F("3.33"),
        "Regional Bonus at B, 2024": F("6.66"),
        "Regional Bonus at C, 2024": 0,
        "Regional Bonus at E, 2024": 0,
    }


@contract(
    """
1.1 "Premiums" are records, one for each ACO and Member in each Month:
    | Column | Kind | If missing |
    | Premium | money | $0 |
    | Retroactive | money | $0 |
    | Product | one of "adult" or "child" | required |
2.1 "Net Premium" means, for each Member in each Month, Premium plus Retroactive.
2.2 "Product Premium" means, for each Product, the total of Net Premium.
2.3 "Product Fee" is set by Product, with one row for each Product:
    | Product | Product Fee |
    | "adult" | 2.5% |
    | "child" | 1.25% |
2.4 The Payer must pay the Provider the "Fee": the total of (Product Fee times Net Premium), but not less than $0.
2.5 The Payer must pay the Provider the "Member Fee", for each Member in each Month: Product Fee times Net Premium, but not less than $0.
""",
    premiums="aco,member,month,premium,retroactive,product\nA,m1,2024-01,100.20,,adult\nA,m1,2024-02,100.20,-200.40,adult\nA,m2,2024-01,40.4,0,child\nA,m2,2024-02,40.4,0,adult\nA,m3,2024-02,0.2,0,adult\n",
)
def fees_on_premiums_with_retroactive_credits() -> Amounts:
    m = F(".025")
    tot = m * (F("100.20") - F("100.20") + F("40.4") + F("0.2")) + F(".0125") * F("40.4")
    return {
        "Fee at A, 2024": cents(tot),
        "Member Fee at A, 2024-01, m1": F("2.51"),
        "Member Fee at A, 2024-02, m1": 0,
        "Member Fee at A, 2024-01, m2": F("0.51"),
        "Member Fee at A, 2024-02, m2": F("1.01"),
        "Member Fee at A, 2024-02, m3": F("0.01"),
        "Product Premium at A, 2024, adult": F("40.6"),
    }


@contract(
    """
1.1 "Roster" are records, one for each ACO:
    | Column | Kind | If missing |
    | Start Date | date | required |
1.2 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Rate | rate written as a percent | required |
    | Cost | money, at least $0 | required |
1.3 The list of ACOs is Roster.
2.1 "Baseline" means Baseline in the prior performance year, or Rate in the Provider's first performance year.
2.2 "Gap" means 90% minus Baseline.
2.3 "Goal" means Baseline moved toward 90% by Step, but not past it.
2.4 "Step" means the greater of (10% of Gap) and 2 percentage points.
2.5 The "Reporting Year" is met if the performance year is the Provider's first performance year.
2.6 The "Goal Gate" is met if the Reporting Year is met or Rate is at least Goal.
2.7 The Payer must pay the Provider the "Quality Payment": 1% of Cost, only if the Goal Gate is met.
2.8 The Payer must pay the Provider the "Improvement Payment": (the amount by which Rate exceeds Baseline) times Cost, but not more than 2% of Cost, unless the performance year is the Provider's first performance year.
""",
    years=(1, 2, 3),
    roster="aco,start_date\nA,2024-01-01\nB,2025-06-30\n",
    results="aco,performance_year,rate,cost\nA,2024,60,1000.50\nA,2025,62.99,1000.50\nA,2026,63,1000.50\nB,2024,0,0\nB,2025,89,100\nB,2026,90,100\n",
)
def a_baseline_of_the_own_first_year() -> Amounts:
    return {
        "Quality Payment at A, 2024": F("10.01"),
        "Quality Payment at A, 2025": 0,
        "Improvement Payment at A, 2025": cents(F("20.01")),
        "Quality Payment at A, 2026": F("10.01"),
        "Quality Payment at B, 2025": 1,
        "Improvement Payment at B, 2025": 0,
        "Quality Payment at B, 2026": 1,
        "Improvement Payment at B, 2026": 1,
        "Goal at B, 2026": F("0.9"),
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Savings | money | required |
    | Fees | money, at least $0 | required |
    | Quality | rate written as a percent | required |
2.1 "Net Savings" means Savings minus Fees.
2.2 "First Layer" means the lesser of (the greater of Net Savings and $0) and $100.
2.3 "Second Layer" means the lesser of (the amount by which Net Savings exceeds $100) and $400.
2.4 "Third Layer" means the amount by which Net Savings exceeds $500.
2.5 The Payer must pay the Provider the "Shared Amount": (First Layer plus (50% of Second Layer) plus (Quality times Third Layer)), but not more than $1,000.00.
2.6 The Provider must repay the Payer the "Fee Guarantee": the lesser of Fees and ($0 minus Net Savings), but not less than $0.
2.7 Notwithstanding section 2.5, if Quality is less than 50%, the Shared Amount is 50% of First Layer.
2.8 Notwithstanding sections 2.5 and 2.7, if Quality is less than 10%, no Shared Amount is due.
""",
    results="aco,performance_year,savings,fees,quality\nA,2024,150,50,50\nB,2024,150.03,50,100\nC,2024,700,100,49.99\nD,2024,20,50.01,99\nE,2024,-20,50,99\nF,2024,9999,0,9\nG,2024,800.05,0,75\n",
)
def layers_with_a_guarantee_of_fees() -> Amounts:
    return {
        "Shared Amount at A, 2024": 100,
        "Shared Amount at B, 2024": F("100.02"),
        "Shared Amount at C, 2024": 50,
        "Fee Guarantee at D, 2024": F("30.01"),
        "Fee Guarantee at E, 2024": 50,
        "Shared Amount at F, 2024": 0,
        "Shared Amount at G, 2024": cents(300 + F(".75") * F("300.05")),
    }


@contract(
    """
contract "A pool of budget periods".
language version 1.
the State is "State".
the Provider is each Entity.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Budget Periods" are, in this order:
    | Budget Period | First day       | Last day          | Funds |
    | "BP1"         | January 1, 2024 | September 30, 2024 | $100.00 |
    | "BP2"         | October 1, 2024 | March 31, 2026 | $200.01 |
    | "BP3"         | April 1, 2026   | December 31, 2026 | $300.00 |
1.2 "Reports" are records, one for each Entity in each Budget Period:
    | Column | Kind | If missing |
    | Metrics Met | count | 0 |
    | Metrics Due | count | 0 |
2.1 "At-risk Share" is 5% in Budget Period 1, 10% in Budget Period 2 and 15% from Budget Period 3.
2.2 "Score" means, for each Budget Period, Metrics Met divided by Metrics Due, or 0% if the divisor is zero.
2.3 "Earned" means, for each Budget Period, (Funds times (100% minus At-risk Share)) plus (Funds times At-risk Share times Score).
2.4 The State must pay the Provider the "Earned Payment", for each Budget Period: Earned.
2.5 "Unearned to Date" means, for each Budget Period, (Unearned to Date in the prior Budget Period) plus Funds minus Earned, starting from $0 before Budget Period 1.
2.6 The State must pay the Provider the "Second Chance", for each Budget Period: 50% of Unearned to Date, only if Score is exactly 100% and Budget Period is at least 2.
""",
    years=(1, 2, 3),
    reports="entity,budget_period,metrics_met,metrics_due\nE1,BP1,1,3\nE1,2,3,3\nE1,BP3,0,0\nE2,BP2,2,3\n",
)
def funds_at_risk_by_budget_period() -> Amounts:
    u1 = F(100) * F(".05") * F(2, 3)
    return {
        "Earned Payment at E1, BP1": cents(100 - u1),
        "Second Chance at E1, BP2": cents(u1 / 2),
        "Earned Payment at E1, BP2": F("200.01"),
        "Earned Payment at E1, BP3": 255,
        "Second Chance at E1, BP3": 0,
        "Earned Payment at E2, BP2": cents(F("200.01") * (1 - F(".1") / 3)),
    }


@contract(
    """
1.1 "Claims" are entries, any number for each ACO and Member, placed by Service Date:
    | Column | Kind | If missing |
    | Service Date | date | required |
    | Paid Date | date | required |
    | Category | one of "inpatient", "drugs" or "other" | required |
    | Paid | money | required |
1.2 "Budgets" are records, one for each ACO in each Quarter:
    | Column | Kind | If missing |
    | Budget | money | required |
2.1 "Counted" means, for each Member in each Quarter, the total of Paid where Category is not "drugs", but not more than $1,000 for each Member in each Quarter.
2.2 "Cost to Date" means, for each ACO in each Quarter, the total of (the total of Counted over all Members) from the start of the Performance Year through that Quarter.
2.3 "Budget to Date" means, for each ACO in each Quarter, the total of Budget from the start of the Performance Year through that Quarter.
2.4 "Due to Date" means, for each ACO in each Quarter, 50% of (the amount by which Budget to Date exceeds Cost to Date).
2.5 "Due before" means, for each ACO in each Quarter, Due to Date in the prior Quarter, or $0 in the first performance year.
2.6 The Payer must pay the Provider the "Quarterly Share", for each Quarter: Due to Date minus Due before; if it is negative, the Provider must pay that amount to the Payer, using amounts paid through 90 days after the end of the performance year.
""",
    claims="aco,member,service_date,paid_date,category,paid\nA,m1,2024-03-31,2024-04-01,inpatient,5000\nA,m1,2024-04-01,2024-05-01,other,100\nA,m2,2024-01-01,2024-01-01,drugs,77777\nA,m2,2024-09-30,2025-03-31,other,200.01\nA,m2,2024-10-01,2025-04-01,other,900\n",
    budgets="aco,quarter,budget\nA,2024-Q1,1200.01\nA,2024-Q2,50\nA,2024-Q3,50\nA,2024-Q4,50\n",
)
def a_share_to_date_by_quarter() -> Amounts:
    return {
        "Quarterly Share at A, 2024-Q1": cents(F("200.01") / 2),
        "Quarterly Share at A, 2024-Q2": -25,
        "Quarterly Share at A, 2024-Q3": -cents(F("150.01") / 2),
        "Quarterly Share at A, 2024-Q4": 25,
    }


@contract(
    """
contract "A floor that one of three parties fills".
language version 1.
the State is "Department of Health".
the Plan is "Northern Health Plan".
the Clinic is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each Clinic in each Quarter:
    | Column | Kind               | If missing |
    | Panel  | money, at least $0 | required   |
    | Passed | yes or no          | no         |
2.1 The Plan must pay the Clinic the "Quarterly Fee", for each Quarter: one third of Panel.
2.2 The Plan must pay the Clinic the "Bonus": 5% of (the total of Panel), only if (the number of Results where Passed) is at least 3.
2.3 The total of the Quarterly Fee and the Bonus must not be less than $100.005; the State must pay the difference.
2.4 The Plan must pay the Clinic the "Result": (the total of Panel) minus $300; if it is negative, the Clinic must pay that amount to the Plan.
2.5 Notwithstanding section 2.4, if (the total of Panel) is $0 or less, no Result is due.
""",
    results="clinic,quarter,panel,passed\nK,2024-Q1,100,yes\nK,2024-Q2,50.05,yes\nK,2024-Q3,0.05,yes\nK,2024-Q4,0,\nL,2024-Q1,0,\nL,2024-Q2,0,\nL,2024-Q3,0,\nL,2024-Q4,0,\n",
)
def a_floor_that_one_of_three_parties_fills() -> Amounts:
    # $33.33 + $16.68 + $0.02, and 5% of $150.10 is $7.505; the floor is raised to $100.01
    paid = F("33.33") + F("16.68") + F("0.02") + F("7.51")
    return {
        "Quarterly Fee at K, 2024-Q3": F("0.02"),
        "Bonus at K, 2024": F("7.51"),
        "Difference under Section 2.3 at K, 2024": F("100.01") - paid,
        "Result at K, 2024": F("-149.90"),
        "Difference under Section 2.3 at L, 2024": F("100.01"),
        "Result at L, 2024": 0,
    }
