"""Programs over several years: withholds, rebates, rates and growth."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract, part


@contract(
    """
contract "Alternative Payment Withhold".
language version 1.
the State is "State Medicaid Agency".
the Health Plan is each MCO, identified by Plan Number.
effective October 1, 2024 through September 30, 2027.
a performance year is each 12 months from October 1, 2024.
amounts are in US dollars and each payment is rounded half up to the cent.
the HCP-LAN category is 2C.
the numbers are illustrative.

1.1 "Plan Months" are records, one for each MCO in each Month:
    | Column      | Kind                       | If missing         |
    | Members     | count of member months     | required           |
    | Rate        | money per member per month | required           |
    | Paid        | money                      | treated as $0      |
    | In Models   | money                      | treated as $0      |
1.2 "Plan Quality" are records, one for each MCO and Measure in each Performance Year:
    | Column | Kind                      | If missing |
    | Score  | rate written as a percent | not scored |
1.3 "Measure Set" are:
    | Measure       | Minimum | Target |
    | "Well Visits" | 40%     | 60%    |
    | "Diabetes"    | 50%     | 70%    |
    | "Follow-up"   | 30%     | 45.5%  |
2.1 "Capitation" means the total of (Rate times Members).
2.2 "Model Share" means (the total of In Models) divided by (the total of Paid), or 0% if the divisor is zero.
2.3 "Model Target" is 35% in performance year 1 and 50% from performance year 2 through 3.
2.4 The "Model Gate" is met if Model Share is at least Model Target.
2.5 The "Floor Gate" is met if none of the Measure Set have Score less than Minimum, counting one that is not scored as not met.
""".replace(", counting one that is not scored as not met.", ".").replace(
        "if none of the Measure Set have Score less than Minimum", "if Measures below Minimum is exactly 0"
    )
    + """2.6 "Measures below Minimum" means the number of Measure Set where Score is scored and Score is less than Minimum.
2.7 "Measures at Target" means the number of Measure Set where Score is scored and Score is at least Target.
2.8 The State must withhold from the Health Plan the "Quality Withhold": 1% of Capitation, unless the performance year is 1.
2.9 "Earned Part" is set by the first row that applies:
    | If                                                    | Earned Part |
    | the Model Gate is not met and the Floor Gate is not met | 0%        |
    | the Model Gate is not met or the Floor Gate is not met  | 50%       |
    | Measures at Target is exactly 3                       | 100%        |
    | otherwise                                             | 75%         |
2.10 The State must return to the Health Plan, out of the Quality Withhold, the "Withhold Return": Earned Part times Quality Withhold, and what is not returned stays with the State.
2.11 If Measures at Target is at least 2 and the Model Gate is met, the State must pay the Health Plan the "Quality Incentive": 0.5% of Capitation, but not more than $5,000, within 90 days after notice.
2.12 The total of the Withhold Return and the Quality Incentive must not exceed 1.25% of Capitation; the Quality Incentive is reduced first; the Withhold Return is reduced last.
""",
    years=(1, 2, 3),
    plan_months="plan_number,month,members,rate,paid,in_models\n7,2024-10,100,400.10,30000,10500\n7,2025-10,100,400,100,50\n7,2026-09,50,500,0,0\n7,2026-10,10,100,100,49.99\n8,2024-10,1,1,1,0\n8,2025-10,1000,100,5,5\n8,2026-10,100,1000,1,1\n",
    plan_quality="plan_number,measure,performance_year,score\n7,Well Visits,2024,60\n7,Diabetes,2024,70\n7,Follow-up,2024,45.5\n7,Well Visits,2025,60\n7,Diabetes,2025,70\n7,Well Visits,2026,10\n8,Well Visits,2025,60\n8,Diabetes,2025,70\n8,Follow-up,2025,45.5\n8,Follow-up,2026,29.99\n",
)
def a_withhold_with_two_gates_and_an_incentive() -> Amounts:
    c25 = F(100 * 400 + 50 * 500)
    w = cents(c25 / 100)

    return {
        "Quality Withhold at 7, 2024": 0,
        "Withhold Return at 7, 2024": 0,
        "Quality Incentive at 7, 2024": cents(F("40010") * F(".005")),
        "Quality Withhold at 7, 2025": w,
        "Withhold Return at 7, 2025": cents(w * F(".75")),
        "Quality Incentive at 7, 2025": cents(min(c25 * F(".005"), c25 * F(".0125") - w * F(".75"))),
        "Withhold Return at 7, 2026": 0,
        "Quality Incentive at 7, 2026": 0,
        "Withhold Return at 8, 2025": 1000,
        "Quality Incentive at 8, 2025": 250,
        "Withhold Return at 8, 2026": 500,
    }


@contract(
    """
contract "Consolidated Rebate".
language version 1.
the Commission is "Health Commission".
the MCO is each Plan.
effective September 1, 2020 through August 31, 2024.
a performance year is each 12 months from September 1, 2020.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Program Reports" are records, one for each Plan and Program in each Performance Year:
    | Column    | Kind  | If missing |
    | Revenue   | money, at least $0 | required   |
    | Expenses  | money, at least $0 | required   |
    | Admin     | money, at least $0 | $0 |
1.2 "Admin Limits" are:
    | Program | Admin Limit |
    | "STAR"  | 6%          |
    | "CHIP"  | 8.5%        |
2.1 "Allowed Admin" means, for each Program, the lesser of Admin and (Admin Limit times Revenue).
""".replace("(Admin Limit times Revenue)", "Program Limit")
    + """2.2 "Program Limit" means, for each Program, Admin Limit times Revenue.
2.3 "Program Income" means, for each Program, Revenue minus Expenses minus Allowed Admin.
2.4 "Pre-tax Income" means the total of Program Income.
2.5 "All Revenue" means the total of Revenue.
2.6 "Loss of the Year" means $0 minus Pre-tax Income, but not less than $0.
2.7 "Losses Available" means Losses Left in the prior performance year, or $0 in the first performance year.
2.8 "Losses Used" means the lesser of Losses Available and (the greater of Pre-tax Income and $0).
2.9 "Losses Left" means (Losses Left in the prior performance year) plus Loss of the Year minus Losses Used, starting from $0 before performance year 1.
2.10 An amount of Losses Left that is not used within 2 performance years after the one in which it arose lapses; the oldest amount is used first.
2.11 "Shared Income" means Pre-tax Income minus Losses Used, but not less than $0.
2.12 "Tiered Rebate" is set by Shared Income, in which each share applies only to the part of Shared Income within its row:
    | Shared Income                                                   | Tiered Rebate |
    | above $0 up to and including 3% of All Revenue                  | 0%            |
    | above 3% of All Revenue up to and including 5% of All Revenue   | 20%           |
    | above 5% of All Revenue up to and including 7% of All Revenue   | 40%           |
    | above 7% of All Revenue up to and including 9% of All Revenue   | 60%           |
    | above 9% of All Revenue up to and including 12% of All Revenue  | 80%           |
    | above 12% of All Revenue                                        | 100%          |
2.13 From September 1, 2021 through August 31, 2023, the following table applies instead of the table in section 2.12:
    | Shared Income                                    | Tiered Rebate |
    | above $0 up to and including 5% of All Revenue   | 0%            |
    | above 5% of All Revenue                          | 100%          |
2.14 The MCO must pay the Commission the "First Settlement": 90% of Tiered Rebate, due within 30 days after notice.
2.15 The MCO must pay the Commission the "Final Settlement": Tiered Rebate, less the First Settlement for the same performance year, and if the result is less than $0, the Commission must pay the difference to the MCO.
""",
    years=(1, 2, 3, 4),
    program_reports="plan,program,performance_year,revenue,expenses,admin\nP,STAR,2020-09-01,1000,990,70\nP,CHIP,2020-09-01,200,190,5\nP,STAR,2021-09-01,1000,900,60\nP,CHIP,2021-09-01,200,190,17\nP,STAR,2022-09-01,1000,800,60\nP,CHIP,2022-09-01,200,100,17\nP,STAR,2023-09-01,1000.55,700,60\nP,CHIP,2023-09-01,200,100,17\n",
)
def a_rebate_over_programs_with_losses_and_two_settlements() -> Amounts:
    assert F(1000 - 990 - 60) + F(200 - 190 - 5) == -45  # 2020 is carried
    assert F(40) + F(200 - 190 - 17) == 33  # 2021 is less than what is carried
    i22 = F(140) + 83  # 223, losses left 12
    i23 = F("1000.55") - 700 - 60 + 83  # 323.55 - losses 0 (12 used in 22)
    r22 = i22 - 12 - 60
    rev = F("1200.55")
    t = sum(
        s * part(i23, rev * a, None if b is None else rev * b)
        for a, b, s in (
            (F(".03"), F(".05"), F(".2")),
            (F(".05"), F(".07"), F(".4")),
            (F(".07"), F(".09"), F(".6")),
            (F(".09"), F(".12"), F(".8")),
            (F(".12"), None, F(1)),
        )
    )
    f = cents(t * F(".9"))
    return {
        "Losses Left at P, 2020": 45,
        "First Settlement at P, 2021": 0,
        "Losses Left at P, 2021": 12,
        "First Settlement at P, 2022": cents(r22 * F(".9")),
        "Final Settlement at P, 2022": r22 - cents(r22 * F(".9")),
        "First Settlement at P, 2023": f,
        "Final Settlement at P, 2023": cents(t - f),
    }


@contract(
    """
contract "Nursing Facility Rates".
language version 1.
the Department is "Department of Aging".
the Facility is each Nursing Facility.
effective July 1, 2024 through June 30, 2026.
a performance year is each 12 months from July 1, 2024.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Census" are records, one for each Nursing Facility in each Month:
    | Column | Kind              | If missing |
    | Days   | count of bed days | 0 bed days |
1.2 "Scores" are records, one for each Nursing Facility in each Quarter:
    | Column   | Kind                 | If missing |
    | Points   | points from 0 to 100 | not scored |
    | Survey   | yes or no            | no         |
2.1 "Base Rate" is $250.10 per bed day from July 1, 2024 through September 30, 2025 and $257.60 per bed day from October 1, 2025.
2.2 "Base Amount" means, for each Month, Base Rate times Days.
2.3 "Quarter Base" means, for each Quarter, the total of Base Amount.
2.4 "Add-on Rate" is set, for each Quarter, by Points and Survey, where the first row that fits applies:
    | Points        | Survey | Add-on Rate |
    | not scored    | any    | 0%          |
    | any           | no     | -0.5%       |
    | 90 or more    | yes    | 2%          |
    | from 75 up to but not including 90 | yes | a straight line from 0.5% at 75 to 1.7% at 90 |
    | any           | yes    | 0%          |
2.5 The Department must pay the Facility the "Base Payment", for each Month: Base Amount.
2.6 The Department must pay the Facility the "Add-on Payment", for each Quarter: Add-on Rate times Quarter Base, rounded half to even to the cent; if it is negative, the Facility must pay that amount to the Department.
2.7 "Year Add-on" means the total of Add-on Payment.
2.8 The Facility must file a corrective action plan if Year Add-on is less than $0.
""",
    years=(1, 2),
    census="nursing_facility,month,days\nN,2024-07,100\nN,2024-08,31\nN,2025-09,10\nN,2025-10,10\nN,2026-06,3\n",
    scores="nursing_facility,quarter,points,survey\nN,2024-Q1,80,yes\nN,2024-Q2,,yes\nN,2024-Q3,99,\nN,2024-Q4,1,yes\nN,2025-Q1,99,no\nN,2025-Q2,90,yes\nN,2025-Q3,,\nN,2025-Q4,89.99,yes\n",
)
def daily_rates_and_quarterly_add_ons() -> Amounts:
    q1 = F("250.10") * 131
    r = F(".005") + F(".012") * F(5, 15)

    def even(x):
        n = abs(x) * 100
        f = int(n)
        d = n - f
        c = f + (1 if d > F(1, 2) or (d == F(1, 2) and f % 2) else 0)
        return F(c, 100) if x >= 0 else -F(c, 100)

    q4 = F("257.60") * 3
    r4 = F(".005") + F(".012") * F(1499, 1500)
    return {
        "Base Payment at N, 2024-07": 25010,
        "Base Payment at N, 2025-09": 2501,
        "Base Payment at N, 2025-10": 2576,
        "Add-on Payment at N, 2024-Q1": even(q1 * r),
        "Add-on Payment at N, 2024-Q3": 0,
        "Add-on Payment at N, 2025-Q1": -even(F("12.505")),
        "Add-on Payment at N, 2025-Q2": F("51.52"),
        "Add-on Payment at N, 2025-Q4": even(q4 * r4),
    }


@contract(
    """
1.1 "Roster" are records, one for each ACO in each Performance Year:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
    | Trend      | rate written as a percent, at least -50% and at most 50% | required |
    | Spend      | money, at least $0 | required |
    | Score      | points from 0 to 100 | required |
2.1 "Base Spend" means Spend in performance year 1.
2.2 "Allowed" means Base Spend, increased by Trend, increased by Trend, but not more than 110% of Base Spend.
2.3 "Usual Spend" means the average of Spend over the 3 performance years ending with it.
2.4 "Growth" means the third root of ((Spend divided by Base Spend)) to 4 decimal places.
""".replace("((Spend divided by Base Spend))", "(Spend divided by Base Spend)")
    + """2.5 "Weight of Year" is 25% in performance years 1 through 2, 60% in performance year 3 and 100% from performance year 4.
2.6 "Score Gain" means Score minus (Score in the prior performance year), or 0 points in the first performance year.
2.7 The "Improved" is met if Score Gain is more than 2 points or Score is at least 95.
2.8 "Best Score" means the largest of Score over the 2 performance years ending with it.
2.9 The Payer must pay the Provider the "Yearly Award": Weight of Year times (the amount by which Allowed exceeds Usual Spend), if the Improved is met, otherwise $1.
""".replace("exceeds Usual Spend), if the", "exceeds Usual Spend) if the"),
    years=(2, 3),
    roster="aco,performance_year,start_date,trend,spend,score\nA,2024,2024-01-01,0,1000,90\nA,2025,2024-01-01,4,1020.10,92\nA,2026,2024-01-01,6,1000,94.01\n",
)
def growth_over_years() -> Amounts:
    return {
        "Allowed at A, 2025": F("1081.6"),
        "Yearly Award at A, 2025": 1,
        "Allowed at A, 2026": 1100,
        "Usual Spend at A, 2026": F("3020.10") / 3,
        "Best Score at A, 2026": F("94.01"),
        "Growth at A, 2025": F("1.0067"),
        "Yearly Award at A, 2026": cents(F(".6") * (1100 - F("3020.10") / 3)),
    }
