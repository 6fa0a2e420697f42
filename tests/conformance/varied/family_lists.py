"""Lists of members, tiers and measures, in their periods and under amendments."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Member Months" are records, one for each Member in each Month:
    | Column | Kind                 | If missing |
    | ACO    | text                 | required   |
    | Score  | number               | required   |
    | Tier   | one of "x" or "y"    | "x"        |
2.1 "Month Cost" means, for each Member in each Month, Score times $1.
2.2 "Usual Month" means, for each Member, the average of Month Cost, rounded half up to the cent.
2.3 "Year Cost" means, for each Member, the total of Month Cost.
2.4 "Lightest Month" means, for each Member, the smallest of Month Cost.
2.5 "Tier Score" means, for each Tier in each Month, the total of Score.
2.6 "Tier Average" means, for each Tier, the average of Tier Score, rounded half up to 4 decimal places.
2.7 "All Tiers" means the average of Tier Score.
2.8 "Quarter Cost" means, for each Member in each Quarter, (the total of Month Cost) plus $1.
2.9 "Usual Quarter" means, for each Member, the average of Quarter Cost, rounded half up to the cent.
2.10 The Payer must pay the Provider the "Month Payment": the total of Usual Month.
""",
    member_months="aco,member,month,score,tier\nA,m1,2024-01,1,x\nA,m1,2024-03,1,y\nA,m2,2024-02,5,x\nB,m3,2024-02,5,x\n",
)
def members_in_their_months_and_tiers_in_every_month() -> Amounts:
    # a member has the months in which it is listed; a tier has every month of a year in which it occurs
    return {
        "Usual Month at A, 2024, m1": 1,
        "Usual Month at A, 2024, m2": 5,
        "Year Cost at A, 2024, m1": 2,
        "Lightest Month at A, 2024, m2": 5,
        "Tier Score at A, 2024-01, x": 1,
        "Tier Score at A, 2024-01, y": 0,
        "Tier Average at A, 2024, x": F("0.5"),
        "Tier Average at A, 2024, y": F("0.0833"),
        "All Tiers at A, 2024": F(7, 24),
        "Usual Quarter at A, 2024, m1": F("1.5"),
        "Month Payment at A, 2024": 6,
        "Month Payment at B, 2024": 5,
    }


@contract(
    """
1.1 "Contract Measures" are:
    | Measure | Target | Award  |
    | "M1"    | 70%    | $10.00 |
    | "M2"    | 80%    | $20.00 |
1.2 "Rates" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind                      | If missing |
    | Rate   | rate written as a percent | required   |
2.1 "Earned" means, for each Measure, Award if Rate is at least Target, otherwise $0.
2.2 The Payer must pay the Provider the "Award Payment": the total of Earned.
2.3 "Number of Measures" means the number of Contract Measures.
""",
    years=(1, 2, 3),
    amendments=(
        'amendment 1 to "Measures that amendments change", signed May 1, 2024, effective for performance years that begin on or after January 1, 2025.\nSection 1.1 is amended by replacing "70%" with "75%".\n',
        'amendment 2 to "Measures that amendments change", signed May 1, 2025, effective for performance years that begin on or after January 1, 2026.\nSection 1.1 is replaced: "Contract Measures" are:\n    | Measure | Target | Award  |\n    | "M2"    | 80%    | $25.00 |\n    | "M3"    | 10%    | $5.00  |\n    | "M4"    | 10%    | $1.00  |\n',
    ),
    rates="aco,measure,performance_year,rate\nA,M1,2024,72\nA,M2,2024,80\nA,M1,2025,72\nA,M2,2025,79.99\nA,M2,2026,80\nA,M3,2026,10\nA,M4,2026,9\n",
)
def measures_that_amendments_change() -> Amounts:
    return {
        "Award Payment at A, 2024": 30,
        "Award Payment at A, 2025": 0,
        "Award Payment at A, 2026": 30,
        "Award at M2": 25,  # a value without a period is that of the last year asked for
        "Earned at A, 2026, M4": 0,
    }


@contract(
    """
contract "Outcome Rebates".
language version 1.
the State is "State Medicaid Agency".
the Manufacturer is each Maker.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Utilization" are records, one for each Maker and Drug in each Quarter:
    | Column    | Kind                   | If missing |
    | Units     | count of units         | 0 units    |
    | Net Price | money per unit         | required   |
1.2 "Outcomes" are records, one for each Maker and Drug in each Performance Year:
    | Column           | Kind                      | If missing |
    | Adherence        | rate written as a percent | not scored |
    | Hospitalizations | count                     | required   |
    | Patients         | count                     | required   |
2.1 "Drug Spend" means, for each Drug in each Quarter, Net Price times Units.
2.2 "Yearly Spend" means, for each Drug, the total of Drug Spend.
2.3 "Hospital Rate" means, for each Drug, Hospitalizations divided by Patients, rounded half up to the thousandth of a percentage point, or not scored if Patients is less than 20.
2.4 "Rebate Rate" is set, for each Drug, by Adherence and Hospital Rate, where the first row that fits applies:
    | Adherence                            | Hospital Rate | Rebate Rate |
    | not scored                           | any           | 5%          |
    | any                                  | not scored    | 5%          |
    | 80% or more                          | 10% or less   | 0%          |
    | from 60% up to but not including 80% | 10% or less   | 4%          |
    | less than 60%                        | 10% or less   | 8%          |
    | any                                  | any           | 12.5%       |
2.5 "Drug Rebate" means, for each Drug, Rebate Rate times Yearly Spend, rounded half to even to the cent.
2.6 The Manufacturer must pay the State the "Outcome Rebate": the total of Drug Rebate, but not less than $100 and not more than 10% of Total Spend, within 60 days after notice.
2.7 "Total Spend" means the total of Yearly Spend.
""",
    years=(1,),
    utilization="maker,drug,quarter,units,net_price\nM,d1,2024-Q1,100,10.05\nM,d1,2024-Q2,50,10.15\nM,d1,2024-Q3,,10\nM,d1,2024-Q4,1,10\nM,d2,2024-Q1,10,333.33\nM,d2,2024-Q2,0,1\nM,d2,2024-Q3,0,1\nM,d2,2024-Q4,0,1\nM,d3,2024-Q1,1,5000\nM,d3,2024-Q2,0,1\nM,d3,2024-Q3,0,1\nM,d3,2024-Q4,0,1\n",
    outcomes="maker,drug,performance_year,adherence,hospitalizations,patients\nM,d1,2024,79.99,2,20\nM,d2,2024,,0,100\nM,d3,2024,90,3,20\n",
)
def rebates_by_drug_and_quarter() -> Amounts:
    d1 = F("1005") + F("507.5") + 10
    return {
        "Yearly Spend at M, 2024, d1": d1,
        "Drug Rebate at M, 2024, d1": F("60.9"),
        "Outcome Rebate at M, 2024": cents(F("60.9") + F("166.66") + 625),
    }


@contract(
    """
1.1 "Sites" are records, one for each ACO and Site in each Performance Year:
    | Column  | Kind                          | If missing |
    | Visits  | count of visits               | 0 visits   |
    | Rating  | one of "gold", "silver" or "plain" | "plain" |
    | New     | yes or no                     | no         |
    | Access  | rate written as a percent     | not scored |
1.2 "Totals" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Grant  | money, at least $0 | required |
2.1 "Site Weight" is set, for each Site, by the first row that applies:
    | If                                               | Site Weight |
    | New and Visits is less than 100 visits           | 0.5         |
    | Rating is "gold" and Access is scored and Access is at least 90% | 2 |
    | Rating is one of "gold" or "silver"              | 1.25        |
    | Access is not scored                             | 0           |
    | otherwise                                        | 1           |
2.2 "Site Volume" means, for each Site, Site Weight times Visits.
2.3 The Grant is divided among the Sites for whom Site Volume is more than 0 visits, in proportion to Site Volume, but not more than 60% of Grant each; each part is its "Site Part"; an amount above a limit is divided again among those below it, until nothing is left over; if no Site qualifies, the Grant stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of Site; what is left over stays with the Payer.
2.4 The Payer must pay the Provider the "Grant Payment": the total of Site Part over all Sites.
""",
    sites="aco,site,performance_year,visits,rating,new,access\nA,s1,2024,99,gold,yes,95\nA,s2,2024,100,gold,no,90\nA,s3,2024,40,silver,,\nA,s4,2024,500,plain,,\nB,t1,2024,10,plain,no,50\nC,u1,2024,10,plain,,\n",
    totals="aco,performance_year,grant\nA,2024,1000.01\nB,2024,100\nC,2024,77\n",
)
def grants_to_sites_by_conditions() -> Amounts:
    # weights: s1 49.5, s2 200, s3 50, s4 0 -> total 299.5; s2 share .6678 > .6 cap 600.006
    return {
        "Site Weight at A, 2024, s2": 2,
        "Grant Payment at A, 2024": F("1000.01"),
        "Grant Payment at B, 2024": 60,
        "Grant Payment at C, 2024": 0,
    }


@contract(
    """
1.1 "Incentive Measures" are:
    | Measure            | Direction          | Benchmark Rate | Floor                   | Challenge |
    | "Depression Screen"| "higher is better" | 65%            | 3 percentage points     | yes       |
    | "ED Visits"        | "lower is better"  | 40%            | 2 percentage points     | no        |
    | "Dental"           | "higher is better" | 50%            | 3 percentage points     | yes       |
1.2 "Measure Results" are records, one for each ACO and Measure in each Performance Year:
    | Column        | Kind                       | If missing |
    | Rate          | rate written as a percent  | not scored |
    | Baseline Rate | rate written as a percent  | required   |
1.3 "Enrollment" are records, one for each ACO in each Performance Year:
    | Column  | Kind             | If missing |
    | Members | count of members | required   |
    | Revenue | money, at least $0 | required |
2.1 "Distance" means, for each Measure, the greater of (Benchmark Rate minus Baseline Rate) and (Baseline Rate minus Benchmark Rate).
2.2 "Step" means, for each Measure, the greater of (10% of Distance) and Floor.
2.3 "Target" means, for each Measure, Baseline Rate moved toward Benchmark Rate by Step, but not past it, rounded half up to a tenth of a percentage point.
2.4 A Measure is "Earned" if Rate is scored and (Rate is as good as or better than Benchmark Rate or Rate is as good as or better than Target).
2.5 "Measures Earned" means the number of Incentive Measures that are Earned.
2.6 "Own Pool" means 4.25% of Revenue.
2.7 "Pool Share" is set by Measures Earned, where exactly one row applies:
    | Measures Earned | Pool Share |
    | exactly 0       | 0%         |
    | exactly 1       | 40%        |
    | exactly 2       | 70%        |
    | 3 or more       | 100%       |
2.8 "First Stage" means Pool Share times Own Pool, rounded half up to the cent.
2.9 "Leftover" means (the total of Own Pool across all ACOs) minus (the total of First Stage across all ACOs), but not less than $0.
2.10 "Challenge Count" means the number of Incentive Measures that are Earned where Challenge.
2.11 The Leftover is divided among the ACOs for whom Challenge Count is at least 1, in proportion to (Members times Challenge Count); each part is its "Challenge Award"; if no ACO qualifies, the Leftover stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.12 The Payer must pay the Provider the "Incentive Payment": First Stage plus Challenge Award.
""",
    measure_results="aco,measure,performance_year,rate,baseline_rate\nA,Depression Screen,2024,52.0,50\nA,ED Visits,2024,45,50\nA,Dental,2024,,20\nB,Depression Screen,2024,66,70\nB,ED Visits,2024,41.9,41\nB,Dental,2024,23,20\nC,Depression Screen,2024,10,10\nC,ED Visits,2024,90,90\nC,Dental,2024,10,10\n",
    enrollment="aco,performance_year,members,revenue\nA,2024,1000,100000\nB,2024,500,200000.10\nC,2024,7,1000\n",
)
def two_stages_of_a_quality_pool() -> Amounts:
    # A: depression target 53 -> 52 no; ED dist 10 step 2 -> target 48: 45 earned; dental none ->1
    # B: dep baseline past benchmark -> target 65: 66 earned (challenge); ED bench 40 base 41 step 2 -> 40: 41.9 no; dental step 3 -> 23 earned -> 2
    # C: none (dep target 10+5.5=15.5; )
    a = F(4250)
    b = F(".0425") * F("200000.10")
    c = F("42.5")
    fa = cents(a * F(".4"))
    fb = cents(b * F(".7"))
    fc = F(0)
    left = cents(a + b + c - fa - fb - fc)
    return {
        "Target at A, 2024, ED Visits": F(".48"),
        "Measures Earned at B, 2024": 2,
        "Challenge Count at B, 2024": 2,
        "Challenge Count at A, 2024": 0,
        "Incentive Payment at A, 2024": fa,
        "Incentive Payment at B, 2024": fb + left,
        "Incentive Payment at C, 2024": 0,
    }


@contract(
    """
1.1 "APM Report" are records, one for each ACO and Category in each Performance Year:
    | Column | Kind               | If missing |
    | Paid   | money, at least $0 | $0         |
    | Filed  | date               | required   |
1.2 "Category List" are:
    | Category | Two-sided | Counts |
    | "1"      | no        | no     |
    | "2A"     | no        | no     |
    | "3A"     | no        | yes    |
    | "3B"     | yes       | yes    |
    | "4A"     | yes       | yes    |
2.1 "All Paid" means the total of Paid.
2.2 "Counted Paid" means the total of Paid where Counts.
2.3 "Two-sided Paid" means the total of Paid over the Category List where Two-sided.
2.4 "APM Share" means Counted Paid divided by All Paid, or 0% if the divisor is zero.
2.5 "Two-sided Share" means Two-sided Paid divided by All Paid, or 0% if the divisor is zero.
2.6 "Overall Target" and "Risk Target" are set by the performance year:
    | Performance year | Overall Target | Risk Target |
    | 1                | 25%            | 5%          |
    | 2                | 50%            | 10%         |
    | from 3           | 50%            | 25%         |
2.7 "Shortfall" means the greater of (the amount by which APM Share is less than Overall Target) and (the amount by which Two-sided Share is less than Risk Target).
2.8 "Last Filed" means the largest of Filed.
""".replace('2.8 "Last Filed" means the largest of Filed.\n', "")
    + """2.9 The "On Time" is met if all of the Category List have Filed is on or before March 31 after the performance year.
2.10 The Provider must pay the Payer the "Shortfall Charge": (Shortfall times (0.5% of All Paid)), but not more than $10,000, rounded up to the dollar.
2.11 If the On Time is not met, the Provider must pay the Payer the "Late Charge": $1,000.
""",
    years=(1, 2, 3),
    apm_report="aco,category,performance_year,paid,filed\n"
    + "".join(
        f"P,{c},{y},{p},{y + 1}-03-{d}\n"
        for y, rows in (
            (2024, (("1", 700, 31), ("2A", 50, 1), ("3A", 200, 1), ("3B", 49.99, 1), ("4A", 0.01, 31))),
            (2025, (("1", 100, 1), ("2A", 0, 1), ("3A", 100, 1), ("3B", 0, 1), ("4A", 0, 1))),
            (2026, (("1", 0, 1), ("2A", 0, 1), ("3A", 0, 1), ("3B", 0, 1), ("4A", 0, 1))),
        )
        for c, p, d in rows
    )
    .replace("2026-03-1\n", "2026-03-01\n")
    .replace("2025-03-1\n", "2025-03-01\n")
    .replace("2027-03-1\n", "2027-04-01\n"),
)
def shares_of_models_with_late_reports() -> Amounts:
    return {
        "APM Share at P, 2024": F(".25"),
        "Shortfall Charge at P, 2024": 0,
        "Late Charge at P, 2024": 0,
        "Shortfall Charge at P, 2025": F(1),
        "Shortfall Charge at P, 2026": 0,
        "Late Charge at P, 2026": 1000,
    }
