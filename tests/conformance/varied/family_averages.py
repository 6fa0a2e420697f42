"""Averages of several grains, days on the edge of a year, credits of other years, splits among parties."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract

EP = {
    "A": [
        ("no", "900.10", "1"),
        ("", "1800.20", "2"),
        ("", "450.05", "0.5"),
        ("", "900.10", ""),
        ("", "900.10", "1"),
        ("yes", "99999", "1"),
    ],
    "B": [("", "100", "1")] * 5,
    "C": [("", "1200", "1")] * 5,
    "D": [("", "100", "1")] * 4 + [("yes", "1", "1")],
    "E": [("", "1500", "1")] * 5,
}


@contract(
    """
1.1 "Visits" are entries, any number for each ACO, placed by Visit Date:
    | Column     | Kind                                   | If missing |
    | Visit Date | date                                   | required   |
    | Site       | one of "clinic", "home" or "telehealth" | required  |
    | Cost       | money                                  | required   |
2.1 "Visit Count" means, for each Site, the number of Visits.
2.2 "Unit Cost" means, for each Site, (the total of Cost) divided by Visit Count, or not scored if the divisor is zero.
2.3 "Mean of Sites" means the average of Unit Cost over the Sites that are scored.
2.4 "Mean of Visits" means (the total of Cost) divided by (the number of Visits), or $0 per visit if the divisor is zero.
2.5 "Weighted Mean" means the average of Unit Cost over the Sites that are scored, weighted by Visit Count.
2.6 "Spread" means (the largest of Unit Cost over the Sites that are scored) minus (the smallest of Unit Cost over the Sites that are scored), or $0 per visit if it is not scored.
2.7 The Payer must pay the Provider the "Visit Bonus": (Mean of Sites minus Mean of Visits, or $0 per visit if it is not scored, but not less than $0 per visit) times (the number of Visits).
""",
    visits="aco,visit_date,site,cost\nA,2024-02-29,clinic,100\nA,2024-03-01,clinic,100.01\nA,2024-12-31,home,301\nA,2025-01-01,home,9999\nB,2024-01-01,telehealth,-20\nB,2024-01-01,telehealth,-20\nC,2025-01-01,home,7\n",
)
def averages_of_sites_and_of_visits() -> Amounts:
    c = F("200.01") / 2
    return {
        "Unit Cost at A, 2024, clinic": c,
        "Mean of Sites at A, 2024": (c + 301) / 2,
        "Mean of Visits at A, 2024": F("501.01") / 3,
        "Weighted Mean at A, 2024": F("501.01") / 3,
        "Spread at A, 2024": 301 - c,
        "Visit Bonus at A, 2024": cents(((c + 301) / 2 - F("501.01") / 3) * 3),
        "Visit Bonus at B, 2024": 0,
        "Mean of Visits at B, 2024": -20,
    }


@contract(
    """
contract "A fiscal year with claims on its first and last days".
language version 1.
the Plan is "County Plan".
the Clinic is each Clinic.
in force from July 1, 2023 through June 30, 2025, both included.
a performance year is each 12 months from July 1.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Stays" are entries, any number for each Clinic and Member, placed by Discharge Date:
    | Column         | Kind  | If missing |
    | Admission Date | date  | required   |
    | Discharge Date | date  | required   |
    | Follow-up Date | date  | none       |
    | Paid Date      | date  | required   |
    | Paid           | money | required   |
2.1 "Timely Stays" means the number of Stays where Follow-up Date is given and (the number of days from Discharge Date to Follow-up Date) is at most 30.
2.2 "All Stays" means the number of Stays.
2.3 "Timely Rate" means Timely Stays divided by All Stays, or 0% if the divisor is zero.
2.4 "Stay Days" means the total of (the number of days from Admission Date to Discharge Date, but not less than 1 day).
2.5 "Cost per Day" means (the total of Paid) divided by Stay Days, or $0 per day if the divisor is zero, rounded half up to the cent.
2.6 The Plan must pay the Clinic the "Follow-up Bonus": $100 per stay times Timely Stays if Timely Rate is at least 2/3, otherwise $0, using amounts paid through September 30 after the performance year.
2.7 "Run-out Cost" means the total of Paid, using amounts paid through September 30 after the performance year.
""",
    years=(1, 2),
    stays="clinic,member,admission_date,discharge_date,follow_up_date,paid_date,paid\n"
    "K,m1,2024-02-28,2024-02-29,2024-03-30,2024-03-01,10\nK,m1,2024-06-30,2024-06-30,2024-07-30,2024-09-30,20\nK,m2,2024-06-01,2024-06-30,2024-07-31,2024-09-30,30.01\nK,m3,2024-06-01,2024-06-30,,2024-10-01,40\nK,m4,2024-06-30,2024-07-01,2024-07-31,2024-07-01,50\n"
    "L,m5,2023-06-30,2023-06-30,2023-07-01,2023-07-01,1\n",
)
def a_fiscal_year_with_claims_on_its_first_and_last_days() -> Amounts:
    return {
        "Run-out Cost at K, 2023": F("60.01"),
        "Follow-up Bonus at K, 2023": 200,
        "Follow-up Bonus at K, 2024": 100,
        "Stay Days at K, 2023": 1 + 1 + 29 + 29,
        "Cost per Day at K, 2023": F("1.67"),
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column        | Kind                      | If missing |
    | Savings Rate  | rate written as a percent | required   |
    | Quality       | number from 0 to 100      | required   |
    | Benchmark     | money, at least $0        | required   |
2.1 "Adjustment" is set by Savings Rate down and Quality across, where exactly one row and one column apply:
    | Savings Rate                                       | less than 40 | from 40 up to but not including 80 | 80 or more |
    | less than minus 5%                                 | -4%          | -3%                                | -2%        |
    | from minus 5% up to but not including minus 2%     | -2%          | -1%                                | 0%         |
    | from minus 2% up to but not including 2%           | 0%           | 0%                                 | 0.5%       |
    | 2% or more                                         | 0%           | 1%                                 | 2%         |
2.2 The Payer must pay the Provider the "Quality Adjustment": Adjustment times Benchmark, rounded half to even to the dollar; if it is negative, the Provider must pay that amount to the Payer.
""",
    results="aco,performance_year,savings_rate,quality,benchmark\nA,2024,-5,39.99,125\nB,2024,-5.0001,80,125\nC,2024,-2,80,100\nD,2024,-2.0001,79.9,50\nE,2024,2,40,150\nF,2024,1.9999,100,300\nG,2024,-6,40,50\nH,2024,-6,0,12.5\n",
)
def a_two_way_table_with_negative_rates_rounded_half_to_even() -> Amounts:
    return {
        "Quality Adjustment at A, 2024": -2,
        "Quality Adjustment at B, 2024": -2,
        "Quality Adjustment at C, 2024": F(0),
        "Quality Adjustment at D, 2024": 0,
        "Quality Adjustment at E, 2024": 2,
        "Quality Adjustment at F, 2024": 2,
        "Quality Adjustment at G, 2024": -2,
        "Quality Adjustment at H, 2024": 0,
    }


@contract(
    """
1.1 "Advances" are records, one for each ACO in each Month:
    | Column | Kind               | If missing |
    | Months | count of member months | 0 member months |
1.2 "Results" are records, one for each ACO in each Performance Year:
    | Column       | Kind  | If missing |
    | Savings      | money | required   |
    | Paid On      | date  | required   |
2.1 The Payer must pay the Provider the "Advance", for each Month: $5.555 per member per month times Months.
2.2 "Opening Credit" means Closing Credit in the prior performance year, or $0 in the first performance year.
2.3 "Amount Earned" means 50% of Savings, but not less than $0, rounded half up to the cent.
2.4 "Due before Credit" means Amount Earned minus (the total of Advance over all Months).
2.5 "Net Position" means Due before Credit minus Opening Credit.
2.6 "Closing Credit" means $0 minus Net Position, but not less than $0 and not more than $100.
2.7 The Payer must pay the Provider the "Final Payment": Net Position, but not less than $0, due within 60 days after the end of the performance year.
2.8 The Provider must repay the Payer the "Excess Advance": ($0 minus Net Position) minus Closing Credit, but not less than $0.
2.9 The Payer must pay the Provider the "Late Interest": simple interest on Final Payment at 10% per year, counting actual days over 365, from but not including the due date under section 2.7 through Paid On.
""",
    years=(1, 2, 3),
    advances="aco,month,months\nA,2024-01,10\nA,2024-02,11\nA,2025-01,1\nB,2024-12,40\nB,2025-12,20\nA,2026-01,0\nB,2026-01,1\n",
    results="aco,performance_year,savings,paid_on\nA,2024,100,2025-03-01\nA,2025,1000.01,2026-03-31\nA,2026,1,2027-03-31\nB,2024,-1,2025-03-01\nB,2025,50,2026-03-01\nB,2026,500,2027-03-01\n",
)
def advances_of_months_credited_to_the_next_year() -> Amounts:
    # A 2024: adv 55.55 + 61.105->61.11 = 116.66; earned 50; net -66.66 -> credit 66.66
    a25 = F("500.01") - F("5.56") - F("66.66")
    return {
        "Closing Credit at A, 2024": F("66.66"),
        "Final Payment at A, 2025": a25,
        "Late Interest at A, 2025": cents(a25 / 10 * 30 / 365),
        "Excess Advance at B, 2024": F("222.20") - 100,
        "Closing Credit at B, 2024": 100,
        "Excess Advance at B, 2025": F("86.10"),
        "Final Payment at B, 2026": F("250") - F("5.56") - 100,
        "Late Interest at B, 2026": 0,
        "Final Payment at A, 2026": F("0.5"),
    }


@contract(
    """
contract "Savings split among four parties".
language version 1.
the State is "Medicaid Agency".
the Plan is each Plan.
the Network is "participating practices".
the Fund is "Community Reinvestment Fund".
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each Plan in each Performance Year:
    | Column   | Kind  | If missing |
    | Premium  | money, at least $0 | required |
    | Costs    | money | required   |
    | Admin    | money, at least $0 | required |
2.1 "Margin" means Premium minus Costs minus Admin.
2.2 "Shared Margin" means the amount by which Margin exceeds 3% of Premium, rounded down to the cent.
2.3 The Plan must pay the State the "State Share": 50% of Shared Margin, rounded down to the cent.
2.4 The Plan must pay the Network the "Network Share": one third of (Shared Margin minus State Share), rounded down to the cent.
2.5 The Plan must pay the Fund the "Fund Share": one third of (Shared Margin minus State Share minus Network Share).
2.6 "Kept by the Plan" means Shared Margin minus State Share minus Network Share minus Fund Share.
2.7 It is agreed that (State Share plus Network Share plus Fund Share plus Kept by the Plan) is exactly Shared Margin.
""",
    results="plan,performance_year,premium,costs,admin\nP,2024,1000.10,700.07,100\nQ,2024,1000,970,0\nR,2024,1000,969.94,0\nS,2024,100,200,1\n",
)
def savings_split_among_four_parties() -> Amounts:
    # $200.03 less $30.003 is $170.027, cut down to $170.02
    return {
        "Shared Margin at P, 2024": F("170.02"),
        "State Share at P, 2024": F("85.01"),
        "Network Share at P, 2024": F("28.33"),
        "Fund Share at P, 2024": F("18.89"),
        "Kept by the Plan at P, 2024": F("37.79"),
        "State Share at Q, 2024": 0,
        "State Share at R, 2024": F("0.03"),
        "Network Share at R, 2024": F("0.01"),
        "Fund Share at R, 2024": F("0.01"),
        "Kept by the Plan at R, 2024": F("0.01"),
        "State Share at S, 2024": 0,
    }


@contract(
    """
1.1 "MLR Reports" are records, one for each ACO in each Performance Year:
    | Column     | Kind               | If missing |
    | Claims     | money              | required   |
    | Quality Spending | money, at least $0 | $0   |
    | Premium    | money, at least $0 | required   |
    | Taxes      | money, at least $0 | $0         |
    | Life Years | count of person years | required |
2.1 "Numerator" means the total of (Claims plus Quality Spending) over the 3 performance years ending with it.
2.2 "Denominator" means the total of (Premium minus Taxes) over the 3 performance years ending with it.
2.3 "Total Life Years" means the total of Life Years over the 3 performance years ending with it.
2.4 "Credibility" is set by Total Life Years, where exactly one row applies:
    | Total Life Years                           | Credibility                                            |
    | less than 1,000                            | 0 percentage points                                    |
    | from 1,000 up to but not including 2,500   | a straight line from 8.3 percentage points at 1,000 to 5.2 percentage points at 2,500 |
    | from 2,500 up to but not including 75,000  | a straight line from 5.2 percentage points at 2,500 to 1.2 percentage points at 75,000 |
    | 75,000 or more                             | 0 percentage points                                    |
2.5 "Loss Ratio" means (Numerator divided by Denominator) plus Credibility, rounded half up to a tenth of a percentage point.
2.6 "Rebate Rate" means the amount by which Loss Ratio is less than 85%.
2.7 The Provider must pay the Payer the "Rebate": Rebate Rate times (Premium minus Taxes), only if Total Life Years is at least 1,000, due by September 30 after the performance year.
""",
    years=(1, 2, 3),
    mlr_reports="aco,performance_year,claims,quality_spending,premium,taxes,life_years\n"
    "A,2024,840,0,1000,0,999\nA,2025,840,1,1100,100,1\nA,2026,800,,1000,,1500\n"
    "B,2024,849.50,0,1000,0,75000\nB,2025,848.49,0,1000,0,1\nB,2026,0,0,0.01,0,1\n",
)
def a_loss_ratio_of_three_years_rounded_before_the_comparison() -> Amounts:
    # A 2025: 1681/2000 = .8405 + 8.3pp = .9235 -> no rebate ; 2026: 2481/3000 = .827 + 5.2 = .879
    # B 2024: .8495 -> 85.0 -> 0 ; 2025: 1697.99/2000=.848995 -> 84.9 -> .1% of 1000 = 1
    return {
        "Rebate at A, 2024": 0,
        "Loss Ratio at A, 2025": F(".924"),
        "Loss Ratio at A, 2026": F(".879"),
        "Rebate at B, 2024": 0,
        "Rebate at B, 2025": 1,
        "Rebate at B, 2026": 0,
    }


@contract(
    """
1.1 "Episodes" are entries, any number for each ACO, placed by Trigger Date:
    | Column       | Kind  | If missing |
    | Trigger Date | date  | required   |
    | Excluded     | yes or no | no     |
    | Spend        | money, at least $0 | required |
    | Risk Factor  | number, at least 0.01 | 1 |
1.2 "Thresholds" are records, one in each Performance Year:
    | Column | Kind | If missing |
    | Commendable | money | required |
    | Acceptable  | money | required |
    | Gain Limit  | money | required |
1.3 "Quality" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Passed | yes or no | no |
2.1 "Valid Episodes" means the number of Episodes where not Excluded.
2.2 "Average Spend" means the average of (Spend divided by Risk Factor, rounded half up to the cent) over the Episodes where not Excluded, rounded half up to the cent.
2.3 "Gain per Episode" means the amount by which Commendable exceeds (the greater of Average Spend and Gain Limit).
2.4 "Loss per Episode" means the amount by which Average Spend exceeds Acceptable.
2.5 The Payer must pay the Provider the "Gain Share": 50% of (Gain per Episode times Valid Episodes), only if Passed and Valid Episodes is at least 5.
2.6 The Provider must pay the Payer the "Risk Share": 50% of (Loss per Episode times Valid Episodes), but not more than 10% of (the total of Spend where not Excluded), only if Valid Episodes is at least 5.
""",
    episodes="aco,trigger_date,excluded,spend,risk_factor\n"
    + "".join(
        f"{a},2024-0{i + 1}-01,{x},{v},{r}\n" for a, rows in EP.items() for i, (x, v, r) in enumerate(rows)
    ),
    thresholds="performance_year,commendable,acceptable,gain_limit\n2024,1000,1200,800\n2025,1,1,1\n2026,1,1,1\n",
    quality="aco,performance_year,passed\nA,2024,yes\nB,2024,yes\nC,2024,no\nD,2024,yes\nE,2024,yes\n",
)
def episodes_with_thresholds() -> Amounts:
    # A average 1: exactly 900.1; B below the gain limit; C no gain but owes; D four valid; E not passed: limit 10%
    return {
        "Average Spend at A, 2024": F("900.10"),
        "Gain Share at A, 2024": cents(F("99.90") * 5 / 2),
        "Gain Share at B, 2024": cents(F(200) * 5 / 2),
        "Gain Share at C, 2024": 0,
        "Risk Share at C, 2024": 0,
        "Risk Share at E, 2024": cents(F(300) * 5 / 2),
        "Gain Share at D, 2024": 0,
    }


@contract(
    """
1.1 "Claims" are entries, any number for each ACO in each Month:
    | Column    | Kind   | If missing |
    | Paid      | money  | required   |
2.1 "Lag in Months" means, for each Month, the number of months from Month to the end of the performance year, but not less than 0 months.
2.2 "Factor" is set, for each Month, by Lag in Months, where exactly one row applies:
    | Lag in Months | Factor |
    | 0 | 0.55 |
    | 1 | 0.815 |
    | 2 | 0.93 |
    | 3 or more | 1 |
2.3 "Completed" means, for each ACO in each Month, (the total of Paid) divided by Factor, rounded half up to the cent.
2.4 "Completed Cost" means the total of Completed over all Months.
2.5 The Payer must pay the Provider the "Settlement": 10% of (the amount by which Completed Cost is less than $10,000).
""",
    claims="aco,month,paid\nA,2024-12,550.01\nA,2024-12,-0.02\nA,2024-11,815.815\nA,2024-10,930\nA,2024-09,99.995\nA,2024-01,1\n",
)
def completion_factors_by_month() -> Amounts:
    t = cents(F("549.99") / F(".55")) + F(1001) + 1000 + F("100") + 1
    return {"Completed Cost at A, 2024": t, "Settlement at A, 2024": cents((10000 - t) / 10)}
