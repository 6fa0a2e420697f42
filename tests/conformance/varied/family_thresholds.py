"""Thresholds, bands and limits: values exactly on them, and the order of the steps around them."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Roster" are records, one for each ACO:
    | Column      | Kind      | If missing |
    | Low Revenue | yes or no | no         |
1.2 "Financials" are records, one for each ACO in each Performance Year:
    | Column    | Kind  | If missing |
    | Assigned  | count of beneficiaries | required |
    | Benchmark | money | required   |
    | Spending  | money | required   |
    | Advance   | money, at least $0 | $0 |
1.3 The list of ACOs is Roster.
2.1 "Savings" means Benchmark minus Spending.
2.2 "Savings Rate" means Savings divided by Benchmark.
2.3 "Minimum Savings Rate" is set by Assigned, where exactly one row applies:
    | Assigned                 | Minimum Savings Rate              |
    | less than 5,000          | 4%                                |
    | from 5,000 through 5,999 | a straight line from 3.9% to 3.6% |
    | 6,000 or more            | 3.6%                              |
2.4 "Share" means: (a) 50%, if Savings Rate is at least Minimum Savings Rate; (b) 25%, if Low Revenue and Savings is more than $0; or (c) otherwise 0%.
2.5 "Earned" means Share times Savings, but not more than 10% of Benchmark, reduced by 2%.
2.6 "Balance before Recoupment" means (Balance after Recoupment in the prior performance year, or $0 in the first performance year) plus Advance.
2.7 "Recouped" means the lesser of (Earned, rounded half up to the cent) and Balance before Recoupment.
2.8 "Balance after Recoupment" means Balance before Recoupment minus Recouped.
2.9 The Payer must pay the Provider the "Net Shared Savings": Earned minus Recouped, but not less than $0.
""",
    years=(1, 2),
    roster="aco,low_revenue\nA,no\nB,yes\nC,\n",
    financials="aco,performance_year,assigned,benchmark,spending,advance\n"
    "A,2024,5333,10000000,9620000,100000\nA,2025,5332,10000000,9620000,7\n"
    "B,2024,5332,10000000,9620000.01,1000000.10\nB,2025,4999,3000000,2880000,0\n"
    "C,2024,6000,1000.05,100.05,0\nC,2025,6000,1000,999.99,\n",
)
def recoupment_of_an_advance_out_of_savings_at_the_threshold() -> Amounts:
    ea = F(380000) / 2 * F(".98")
    rb = cents(F("379999.99") / 4 * F(".98"))
    eb2 = F(120000) / 2 * F(".98")
    return {
        "Minimum Savings Rate at A, 2024": F("0.038"),
        "Minimum Savings Rate at A, 2025": F("0.039") - F("0.003") * F(332, 999),
        "Net Shared Savings at A, 2024": ea - 100000,
        "Net Shared Savings at A, 2025": 0,
        "Balance after Recoupment at A, 2025": 7,
        "Share at A, 2025": 0,
        "Net Shared Savings at B, 2024": 0,
        "Balance after Recoupment at B, 2024": F("1000000.10") - rb,
        "Share at B, 2025": F(1, 2),
        "Balance after Recoupment at B, 2025": F("1000000.10") - rb - eb2,
        "Net Shared Savings at C, 2024": cents(F("100.005") * F(".98")),
    }


@contract(
    """
1.1 "Panels" are records, one for each ACO in each Performance Year:
    | Column        | Kind                      | If missing |
    | Member Months | count of member months    | required   |
    | Quality       | rate written as a percent | required   |
2.1 "Base Fee" is the sum, over the rows, of Fee times the part of Member Months that falls in the row:
    | Part of Member Months                                      | Fee                         |
    | up to and including 12,000 member months                   | $4.25 per member per month  |
    | above 12,000 member months up to and including 60,000 member months | $3.10 per member per month |
    | above 60,000 member months                                 | $2.005 per member per month |
2.2 "Quality Add-on" is set by Quality, where exactly one row applies, and the rate of one row applies to the whole of Member Months:
    | Quality                                  | Quality Add-on             |
    | less than 70%                            | $0.00 per member per month |
    | from 70% up to but not including 85%     | $0.75 per member per month |
    | 85% or more                              | $1.25 per member per month |
2.3 The Payer must pay the Provider the "Management Fee": Base Fee plus (Quality Add-on times Member Months).
""",
    panels="aco,performance_year,member_months,quality\nA,2024,12000,85\nB,2024,12001,84.9999\nC,2024,60003,70\nD,2024,1,69.9\n",
)
def a_fee_by_parts_of_the_months_and_an_add_on_for_all_of_them() -> Amounts:
    return {
        "Management Fee at A, 2024": 51000 + 15000,
        "Management Fee at B, 2024": cents(F("51003.10") + F(".75") * 12001),
        "Management Fee at C, 2024": cents(51000 + F("3.1") * 48000 + F("6.015") + F(".75") * 60003),
        "Management Fee at D, 2024": F("4.25"),
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column        | Kind  | If missing |
    | Benchmark     | money, at least $0 | required   |
    | Spending      | money | required   |
    | Revenue       | money, at least $0 | required |
    | Cap Election  | rate written as a percent | required |
2.1 "Gross Result" means Benchmark minus Spending, but not more than (Cap Election times Benchmark) in either direction.
2.2 "Shared Result" means 80% of Gross Result.
2.3 "Sequestration" means 2% if Shared Result is more than $0, otherwise 0%.
2.4 "Loss Floor" means $0 minus (the lesser of (8% of Revenue) and (4% of Benchmark)).
2.5 The Payer must pay the Provider the "Settlement": Shared Result, reduced by Sequestration, but not less than Loss Floor; if it is negative, the Provider must pay that amount to the Payer.
""",
    results="aco,performance_year,benchmark,spending,revenue,cap_election\nA,2024,10000000,4000000,1,5\nB,2024,10000000,10400000.07,2000000,15\nC,2024,10000000,12000000,99999999,5\nD,2024,10000000,10000000,0,5\nE,2024,100,99.99,0,15\nF,2024,100,100.03,0,15\n",
)
def the_cap_on_the_gross_result_and_a_loss_limit_on_two_bases() -> Amounts:
    return {
        "Settlement at A, 2024": F(392000),
        "Settlement at B, 2024": -F(160000),
        "Settlement at C, 2024": -F(400000),
        "Settlement at D, 2024": 0,
        "Settlement at E, 2024": F("0.01"),
        "Settlement at F, 2024": 0,
    }


@contract(
    """
1.1 "Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
    | End Date   | date | none       |
1.2 "Results" are records, one for each ACO in each Performance Year:
    | Column    | Kind  | If missing |
    | Benchmark | money | required   |
    | Spending  | money | required   |
    | Revenue   | money | required   |
1.3 The list of ACOs is Roster.
2.1 "Loss Limit Rate" is 5% in the Provider's first performance year, 7.5% in the Provider's second performance year and 10% from the Provider's third performance year.
2.2 "Losses" means the amount by which Spending exceeds Benchmark.
2.3 "Loss Limit" means the lesser of (Loss Limit Rate times Benchmark) and (8% of Revenue).
2.4 The Provider must pay the Payer the "Shared Losses": 60% of Losses, but not more than Loss Limit, prorated by whole months in force.
2.5 The Payer must pay the Provider the "Support": $12,000, prorated by days in force.
""",
    years=(1, 2, 3),
    roster="aco,start_date,end_date\nA,2024-07-01,\nB,2024-01-01,2026-02-15\nC,2024-01-02,2024-12-31\n",
    results="aco,performance_year,benchmark,spending,revenue\n"
    + "".join(
        f"{a},{y},1000000,1200000,{r}\n"
        for a, y, r in (
            ("A", 2024, 9e6),
            ("A", 2025, 9e6),
            ("A", 2026, 9e6),
            ("B", 2024, 9e6),
            ("B", 2025, 5e5),
            ("B", 2026, 9e6),
            ("C", 2024, 9e6),
            ("C", 2025, 9e6),
            ("C", 2026, 9e6),
        )
    )
    .replace("000000.0", "000000")
    .replace("500000.0", "500000"),
)
def loss_limits_by_the_partys_own_year_prorated() -> Amounts:
    return {
        "Shared Losses at A, 2024": F(50000) / 2,
        "Shared Losses at A, 2025": 75000,
        "Shared Losses at A, 2026": 100000,
        "Shared Losses at B, 2024": 50000,
        "Shared Losses at B, 2025": 40000,
        "Shared Losses at B, 2026": cents(F(100000) * 2 / 12),
        "Shared Losses at C, 2024": cents(F(50000) * 11 / 12),
        "Shared Losses at C, 2025": 0,
        "Support at A, 2024": cents(F(12000) * 184 / 366),
        "Support at B, 2026": cents(F(12000) * 46 / 365),
        "Support at C, 2024": cents(F(12000) * 365 / 366),
    }


@contract(
    """
1.1 "Quarterly Results" are records, one for each ACO in each Quarter:
    | Column  | Kind                   | If missing |
    | Months  | count of member months | required   |
    | Target  | money per member per month | required |
    | Cost    | money                  | required   |
2.1 "Quarter Savings" means, for each ACO in each Quarter, (Target times Months) minus Cost.
2.5 The Payer must pay the Provider the "Interim", for each Quarter: 25% of Quarter Savings, but not less than $0.
2.6 The Payer must pay the Provider the "Final": (40% of (the total of Quarter Savings)), less amounts already paid under section 2.5; if it is negative, the Provider must pay that amount to the Payer.
""",
    years=(1, 2),
    amendments=(
        'amendment 1 to "Quarters amended and a year opened again", signed May 2, 2025, effective for quarters that begin on or after July 1, 2025.\nSection 2.5 is amended by replacing "25%" with "30%".\n',
        'amendment 2 to "Quarters amended and a year opened again", signed June 1, 2025, effective January 1, 2026, also for performance year 2025.\nSection 2.6 is amended by replacing "40%" with "45%".\n',
    ),
    quarterly_results="aco,quarter,months,target,cost\nA,2024-Q1,100,10,500\nA,2024-Q2,100,10,1500.50\nA,2024-Q3,100,10,999.99\nA,2024-Q4,100,10,1000\n"
    "A,2025-Q1,100,10,500.02\nA,2025-Q2,100,10,1500\nA,2025-Q3,100,10,900.03\nA,2025-Q4,100,10,2000\n",
)
def quarters_amended_and_a_year_opened_again() -> Amounts:
    # 2024: savings 500, -500.5, .01, 0 ; interim 125, 0, 0 (0.0025), 0
    # 2025: 499.98, -500, 99.97, -1000 ; interim 125.00 (124.995), 0, 29.99 (29.991), 0
    return {
        "Interim at A, 2024-Q1": 125,
        "Final at A, 2024": -(125 + cents(F(".4") * F(".49"))),
        "Interim at A, 2025-Q1": 125,
        "Interim at A, 2025-Q3": F("29.99"),
        "Final at A, 2025": -(cents(F(".45") * F("900.05") + F("154.99"))),
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | Profit | money | required   |
    | Revenue | money, at least $0 | required |
2.1 "Deficit Arising" means the amount by which Profit is less than $0.
2.2 "Deficit Used" means the lesser of (the greater of Profit and $0) and (Carried Deficit in the prior performance year, or $0 in the first performance year).
2.3 "Carried Deficit" means (Carried Deficit in the prior performance year) plus Deficit Arising minus Deficit Used, starting from $0 before performance year 1.
2.4 An amount of Carried Deficit that is not used within 1 performance year after the one in which it arose lapses; the oldest amount is used first.
2.5 "Taxable" means (the greater of Profit and $0) minus Deficit Used.
2.6 "Rebate" is the sum, over the rows, of Share times the part of Taxable that falls in the row, and a negative amount has no share:
    | Part of Taxable                                         | Share |
    | up to and including 3% of Revenue                       | 0%    |
    | above 3% of Revenue up to and including 5% of Revenue   | 20%   |
    | above 5% of Revenue                                     | 50%   |
2.7 The Provider must pay the Payer the "Experience Rebate": Rebate.
""",
    years=(1, 2, 3),
    results="aco,performance_year,profit,revenue\nA,2024,-50000,1000000\nA,2025,20000,1000000\nA,2026,90000,1000000\nB,2024,-10000,1000000\nB,2025,-20000.01,1000000\nB,2026,70000,1000000\nC,2024,30000,1000000\nC,2025,50000,1000000\nC,2026,50000.03,1000000\n",
)
def a_deficit_that_lapses_after_one_year_before_a_marginal_rebate() -> Amounts:
    return {
        "Deficit Used at A, 2025": 20000,
        "Experience Rebate at A, 2026": 4000 + 20000,
        "Deficit Used at B, 2026": F("20000.01"),
        "Experience Rebate at B, 2026": cents(F(".2") * F("19999.99")),
        "Experience Rebate at C, 2024": 0,
        "Experience Rebate at C, 2025": 4000,
        "Experience Rebate at C, 2026": cents(F("4000.015")),
    }


@contract(
    """
1.1 "Contract Measures" are:
    | Measure | Domain | Direction | Target | Weight |
    | "A1c poor control" | "Chronic" | "lower is better" | 20% | 3 |
    | "Blood pressure" | "Chronic" | "higher is better" | 65% | 1 |
    | "Screening" | "Prevention" | "higher is better" | 70% | 2 |
    | "Immunization" | "Prevention" | "higher is better" | 45% | 2 |
1.2 "Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind | If missing |
    | Numerator | count | 0 |
    | Denominator | count | 0 |
2.1 "Rate" means, for each Measure, Numerator divided by Denominator, or not scored if Denominator is less than 20, rounded half up to a tenth of a percentage point.
2.2 "Points" means, for each Measure: (a) 0 points, if Rate is not scored; (b) 2 points, if Rate is as good as or better than Target; or (c) otherwise 1 point.
2.3 "Domain Score" means, for each Domain, the average of Points over the Contract Measures in that Domain where Rate is scored, weighted by Weight.
2.4 "Quality Score" means the average of Domain Score over the Domains that are scored.
2.5 "Scored Measures" means the number of Contract Measures where Rate is scored.
2.6 "Quality Bonus" is set by Quality Score, where exactly one row applies:
    | Quality Score | Quality Bonus |
    | not scored | $0 |
    | less than 1.5 points | $10,000 |
    | 1.5 points or more | $10,000 times (Quality Score counted as a number) |
2.7 The Payer must pay the Provider the "Bonus": Quality Bonus, only if Scored Measures is at least 2.
""",
    results="aco,measure,performance_year,numerator,denominator\n"
    "A,A1c poor control,2024,2004,9999\nA,Blood pressure,2024,6,9\nA,Screening,2024,1399,1999\nA,Immunization,2024,9,20\n"
    "B,A1c poor control,2024,20,100\nB,Blood pressure,2024,64,100\nB,Screening,2024,19,19\n"
    "C,Screening,2024,19,19\nC,Immunization,2024,10,20\n"
    "D,A1c poor control,2024,1,3\n",
)
def measures_rounded_before_the_target_and_reweighted_in_domains() -> Amounts:
    # A: a1c 2004/9999 = .20042 -> 20.0% -> 2; bp not scored; chronic 2; screening 1399/1999=.69985->70.0 ->2; imm 45% -> 2 ; prevention 2
    return {
        "Rate at A, 2024, A1c poor control": F(".2"),
        "Quality Score at A, 2024": 2,
        "Bonus at A, 2024": 20000,
        "Domain Score at B, 2024, Chronic": F(7, 4),
        "Quality Score at B, 2024": F(7, 4),
        "Bonus at B, 2024": 17500,
        "Bonus at C, 2024": 0,
        "Bonus at D, 2024": 0,
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column    | Kind  | If missing |
    | Target    | money, at least $1 | required   |
    | Actual    | money | required   |
2.1 "Gain" means the amount by which Target exceeds Actual.
2.2 "Loss" means the amount by which Actual exceeds Target.
2.3 "Gain Share" is the sum, over the rows, of Share times the part of Gain that falls in the row:
    | Part of Gain | Share |
    | up to and including 2% of Target | 0% |
    | above 2% of Target up to and including 8% of Target | 50% |
    | above 8% of Target | 25% |
2.4 "Loss Share" is the sum, over the rows, of Share times the part of Loss that falls in the row:
    | Part of Loss | Share |
    | up to and including 3% of Target | 0% |
    | above 3% of Target up to and including 6% of Target | 30% |
    | above 6% of Target up to and including 10% of Target | 60% |
    | above 10% of Target | 0% |
2.5 The Payer must pay the Provider the "Corridor Payment": Gain Share minus Loss Share; if it is negative, the Provider must pay that amount to the Payer.
""",
    results="aco,performance_year,target,actual\nA,2024,1000.10,900\nB,2024,1000,980\nC,2024,1000,979.99\nD,2024,1000,1030\nE,2024,1000,1030.02\nF,2024,1000,2000\nG,2024,1000,1000\nH,2024,1,-5\n",
)
def a_corridor_with_other_bands_for_losses_than_for_gains() -> Amounts:
    t = F("1000.10")
    g = t - 900
    return {
        "Corridor Payment at A, 2024": cents(F(".5") * F(".06") * t + F(".25") * (g - F(".08") * t)),
        "Corridor Payment at B, 2024": 0,
        "Corridor Payment at C, 2024": F("0.01"),
        "Corridor Payment at D, 2024": 0,
        "Corridor Payment at E, 2024": -F("0.01"),
        "Corridor Payment at F, 2024": -F(9 + 24),
        "Corridor Payment at H, 2024": cents(F(".03") + F(".25") * F("5.92")),
    }


@contract(
    """
1.1 "Members Enrolled" are records, one for each Member in each Month:
    | Column   | Kind                    | If missing |
    | ACO      | text                    | required   |
    | Enrolled | yes or no               | no         |
    | Medical  | money                   | $0         |
    | Drugs    | money                   | $0         |
2.1 "Member Month Cost" means, for each Member in each Month, (Medical, but not more than $5,000) plus Drugs, but not more than $6,000, only if Enrolled.
2.2 "Months Enrolled" means, for each Member in each Performance Year, the number of Members Enrolled where Enrolled.
2.3 "Yearly Limit" means, for each Member in each Performance Year, $12,000, prorated by Months Enrolled over 12, rounded half up to the cent.
2.4 "Member Cost" means, for each Member in each Performance Year, the total of Member Month Cost, but not more than Yearly Limit.
2.5 "Total Cost" means the total of Member Cost over all Members.
2.6 "Excess" means the total of (the amount by which (the total of Member Month Cost) exceeds Yearly Limit) over all Members.
2.7 The Provider must pay the Payer the "Cost Share": 10% of Total Cost, but not less than $0.
""",
    members_enrolled="aco,member,month,enrolled,medical,drugs\nA,m1,2024-01,yes,7000,900.5\nA,m1,2024-02,yes,100,9999\nA,m1,2024-03,no,7777,1\nA,m2,2024-01,yes,-300,0\nA,m2,2024-12,yes,250.25,\nA,m3,2024-05,yes,5000,1000\nB,m3,2024-06,yes,700,\nB,m3,2024-07,yes,700,\n",
)
def limits_of_a_month_below_a_limit_of_the_year() -> Amounts:
    return {
        "Member Cost at A, 2024, m1": 2000,
        "Member Cost at A, 2024, m2": F("-49.75"),
        "Member Cost at A, 2024, m3": 1000,
        "Member Cost at B, 2024, m3": 1400,
        "Total Cost at A, 2024": F("2950.25"),
        "Cost Share at A, 2024": F("295.03"),
        "Cost Share at B, 2024": 140,
    }


@contract(
    """
1.1 "Scores" are records, one for each ACO in each Performance Year:
    | Column   | Kind               | If missing |
    | Score    | points             | not scored |
    | Days     | count of days      | required   |
    | Withheld | money, at least $0 | required   |
2.1 "Place" means the rank of Score across all ACOs, highest first, ties sharing the better rank.
2.2 "Ranked" means, in each Performance Year, the number of ACOs where Score is scored.
2.3 An ACO is a "Top Performer" if Score is scored and Place is at most 25% of Ranked.
2.4 An ACO is a "Low Performer" if Score is scored and Place is more than 75% of Ranked.
2.5 "Forfeited" means Withheld, only if the Low Performer is met.
2.6 "Pool" means, in each Performance Year, the total of Forfeited across all ACOs.
2.7 The Pool is divided among the ACOs that are Top Performer, in proportion to Days, but not more than 150% of Withheld each; an amount above a limit is divided again among those below it; what is left over stays with the Payer; each part is its "Reward"; if no ACO qualifies, the Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.8 The Payer must pay the Provider the "Bonus Payment": Reward.
""",
    years=(1, 2),
    scores="aco,performance_year,score,days,withheld\nA,2024,90,10,100\nB,2024,90,10,100\nC,2024,80,1,1000\nD,2024,70,1,1000\nE,2024,60,1,100.01\nF,2024,50,1,99.99\nG,2024,50,1,50.01\nH,2024,50,1,0.02\nI,2024,,1,5000\n"
    "A,2025,90,10,100\nB,2025,90,20,33.33\nC,2025,80,1,1000\nD,2025,70,1,1000\nE,2025,60,1,100.01\nF,2025,50.1,1,99.99\nG,2025,50,1,150.01\nH,2025,50,1,0.02\nI,2025,,1,5000\n",
)
def the_top_quarter_shares_what_the_lowest_quarter_forfeits() -> Amounts:
    # 2024: three tie at rank 6 of 8, which is not more than 75%; 2025: two tie at 7, and B reaches 150% of $33.33
    return {
        "Place at F, 2024": 6,
        "Pool at A, 2024": 0,
        "Bonus Payment at A, 2024": 0,
        "Place at H, 2025": 7,
        "Pool at A, 2025": F("150.03"),
        "Bonus Payment at B, 2025": F("49.99"),
        "Bonus Payment at A, 2025": F("100.04"),
        "Bonus Payment at C, 2025": 0,
    }
