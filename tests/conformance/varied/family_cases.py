"""Cases and visits: rates by the kind of a row, outliers, windows of days."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Cases" are entries, any number for each ACO, placed by Discharge Date:
    | Column         | Kind                                      | If missing |
    | Discharge Date | date                                      | required   |
    | Case Type      | one of "hip", "knee" or "spine"           | required   |
    | Charges        | money, at least $0                        | required   |
    | Transferred    | yes or no                                 | no         |
    | Days           | count of days                             | required   |
2.1 "Case Rate" is set by Case Type, with one row for each Case Type:
    | Case Type | Case Rate |
    | "hip"     | $14,000   |
    | "knee"    | $12,500   |
    | "spine"   | $31,000   |
2.2 "Outlier Threshold" is set by Case Type, with one row for each Case Type:
    | Case Type | Outlier Threshold |
    | "hip"     | $40,000           |
    | "knee"    | $35,000           |
    | "spine"   | $90,000           |
2.3 "Cost-to-charge Ratio" is 45% in performance year 1 and 42.5% from performance year 2.
2.4 "Ordinary Cases" means, for each Case Type, the number of Cases where not Transferred.
2.5 "Ordinary Payment" means, for each Case Type, Case Rate times Ordinary Cases.
2.6 "Outlier Costs" means, for each Case Type, the total of (the amount by which (Cost-to-charge Ratio times Charges) exceeds Outlier Threshold) where not Transferred.
2.7 "Transfer Payment" means, for each Case Type, the total of (the lesser of Case Rate and ($1,400 per day times Days)) where Transferred.
2.8 The Payer must pay the Provider the "Case Payment": (the total of Ordinary Payment) plus (80% of (the total of Outlier Costs)) plus (the total of Transfer Payment), but not more than $1,000,000.
""",
    years=(1, 2),
    cases="aco,discharge_date,case_type,charges,transferred,days\nA,2024-03-01,hip,100000,,4\nA,2024-03-02,hip,80000,no,3\nA,2024-03-02,knee,90000.55,,9\nA,2024-05-02,spine,500000,yes,7\nA,2024-05-03,hip,1,yes,99\nA,2025-01-01,spine,211764.71,no,3\n",
)
def case_rates_with_outliers_and_transfers() -> Amounts:
    o = F("45000") - 40000 + F(".45") * F("90000.55") - 35000
    return {
        "Case Payment at A, 2024": cents(28000 + 12500 + F(".8") * o + 9800 + 14000),
        "Case Payment at A, 2025": cents(
            31000
            + F(".8") * (F(".425") * F("211764.71") - 90000 if F(".425") * F("211764.71") > 90000 else 0)
        ),
    }


@contract(
    """
1.1 "Episodes" are entries, any number for each ACO, placed by Anchor Discharge:
    | Column           | Kind               | If missing |
    | Anchor Admission | date               | required   |
    | Anchor Discharge | date               | required   |
    | Last Service     | date               | none       |
    | Dual Eligible    | yes or no          | no         |
    | Spending         | money, at least $0 | required   |
1.2 "Targets" are records, one for each ACO in each Performance Year:
    | Column       | Kind              | If missing |
    | Target Price | money per episode | required   |
    | Quality Class | one of "below", "acceptable", "good" or "excellent" | "below" |
2.1 "Counted Episodes" means the number of Episodes where not Dual Eligible and (the number of days from Anchor Admission through Anchor Discharge) is at most 45 and (Last Service is not given or (the number of days from Anchor Discharge to Last Service) is at most 30).
2.2 "Spending Limit" means the 90th percentile, by nearest rank, of Spending over the Episodes where not Dual Eligible.
2.3 "Counted Spending" means the total of (the lesser of Spending and Spending Limit) where not Dual Eligible and (the number of days from Anchor Admission through Anchor Discharge) is at most 45 and (Last Service is not given or (the number of days from Anchor Discharge to Last Service) is at most 30).
2.4 "Discount" is set by Quality Class, with one row for each Quality Class:
    | Quality Class            | Discount |
    | "below" or "acceptable"  | 3%       |
    | "good"                   | 2%       |
    | "excellent"              | 1.5%     |
2.5 "Discounted Target" means Target Price times Counted Episodes, reduced by Discount.
2.6 "Net Result" means Discounted Target minus Counted Spending, but not more than 20% of Discounted Target in either direction.
2.7 The "Gain Gate" is met if Quality Class is not "below".
2.8 The Payer must pay the Provider the "Reconciliation Payment": Net Result, but not less than $0, only if the Gain Gate is met.
2.9 The Provider must repay the Payer the "Repayment": $0 minus Net Result, but not less than $0, unless Counted Episodes is less than 3.
""",
    episodes="aco,anchor_admission,anchor_discharge,last_service,dual_eligible,spending\nA,2024-01-01,2024-02-14,2024-03-15,,20000\nA,2024-01-01,2024-02-15,,no,99999\nA,2024-05-01,2024-05-04,2024-06-03,,21000.50\nA,2024-05-01,2024-05-04,2024-06-04,,1\nA,2024-07-01,2024-07-05,,,30000\nA,2024-07-01,2024-07-05,,yes,5\nB,2024-07-01,2024-07-05,,,30000\nB,2024-07-01,2024-07-05,,,5000\n",
    targets="aco,performance_year,target_price,quality_class\nA,2024,24000,good\nB,2024,10000,excellent\n",
)
def bundles_by_a_window_of_days() -> Amounts:
    # A non-dual spending sorted: 1,20000,21000.5,30000,99999 -> 90th nearest rank: ceil(.9*5)=5 -> 99999
    t = F(72000) * F(".98")
    s = F("71000.50")
    return {
        "Counted Episodes at A, 2024": 3,
        "Spending Limit at A, 2024": 99999,
        "Reconciliation Payment at A, 2024": max(F(0), cents(min(t - s, t / 5)) if t > s else F(0)),
        "Repayment at A, 2024": cents(max(s - t, 0)),
        "Repayment at B, 2024": 0,
        "Reconciliation Payment at B, 2024": 0,
    }


@contract(
    """
1.1 "Moves" are entries, any number for each ACO and Member, placed by Move Date:
    | Column        | Kind                              | If missing |
    | Move Date     | date                              | required   |
    | From Setting  | one of "group home", "nursing" or "hospital" | required |
    | Involved      | yes or no                         | no         |
    | Back On       | date                              | none       |
    | Acuity        | number from 1 to 4                | required   |
1.2 "Setting Awards" are:
    | From Setting | Award  |
    | "group home" | $4,000 |
    | "nursing"    | $6,500 |
    | "hospital"   | $1,250 |
2.1 "Lasting Moves" means, for each From Setting, the number of Moves where Involved and (Back On is not given or Back On is after 90 days after the end of the performance year or (the number of days from Move Date to Back On) is at least 180).
2.2 "Setting Amount" means, for each From Setting, Award times Lasting Moves.
2.3 "High Acuity Moves" means the number of Moves where Involved and Acuity is more than 3.
2.4 The Payer must pay the Provider the "Transition Payment": (the total of Setting Amount) plus ($500 times High Acuity Moves), but not more than $20,000.
2.5 The Provider must file the "Transition Report" if High Acuity Moves is at least 1.
2.6 The Payer would pay the Provider the "Shadow Payment": $5,000 times (the number of Moves where Involved).
""",
    moves="aco,member,move_date,from_setting,involved,back_on,acuity\nA,m1,2024-01-10,nursing,yes,,3.5\nA,m2,2024-02-10,nursing,yes,2024-08-08,3\nA,m3,2024-02-10,nursing,yes,2024-08-09,3\nA,m4,2024-12-31,group home,yes,2025-03-31,1\nA,m5,2024-12-31,group home,yes,2025-04-01,1\nA,m6,2024-05-05,hospital,no,,4\nA,m6,2024-05-05,hospital,yes,,4\n",
)
def moves_that_last() -> Amounts:
    # m2: feb10->aug8 = 180 days? 2024-02-10 + 180 = 2024-08-08 -> yes
    return {
        "Lasting Moves at A, 2024, nursing": 3,
        "Lasting Moves at A, 2024, group home": 1,
        "Transition Payment at A, 2024": 20000,
        "Transition Report at A, 2024": True,
        "Shadow Payment at A, 2024": 30000,
    }


@contract(
    """
contract "Enhanced Services".
language version 1.
the Payer is "Medicare Contractor".
the Practice is each Oncology Practice.
effective July 1, 2024 through June 30, 2025.
a performance year is each 12 months from July 1, 2024.
amounts are in US dollars and each payment is rounded half up to the cent.
a "person year" is 12 member months.

1.1 "Episodes" are entries, any number for each Oncology Practice, placed by Start Day:
    | Column     | Kind                | If missing |
    | Start Day  | date                | required   |
    | Ended      | date                | none       |
    | Paid Date  | date                | required   |
    | Actual     | money, at least $0  | required   |
    | Target     | money, at least $0  | required   |
1.2 "Beneficiaries" are records, one for each Oncology Practice in each Month:
    | Column | Kind                   | If missing |
    | Active | count of member months | 0 member months |
2.1 The Payer must pay the Practice the "Enhanced Payment", for each Month: $160.00 per member per month times Active.
2.2 "Enhanced in the Year" means the total of Enhanced Payment.
2.3 "Spending" means (the total of Actual) plus Enhanced in the Year.
2.4 "Discounted Target" means (the total of Target), reduced by 4%.
2.5 "Result" means Discounted Target minus Spending, but not more than 20% of Discounted Target.
2.6 The Payer must pay the Practice the "First Reconciliation": 60% of Result, but not less than $0, using claims paid through September 30 after the performance year.
2.7 The Payer must pay the Practice the "Final Reconciliation": 75% of Result, reduced by 2%, less amounts already paid under section 2.6, using claims paid through 9 months after the end of the performance year; if it is negative, the Practice must pay that amount to the Payer.
2.8 "Person Years" means (the total of Active) counted in person years.
""".replace(
        '2.8 "Person Years" means (the total of Active) counted in person years.',
        '2.8 "Active Months" means the total of Active.\n2.9 "Cost per Person Year" means Spending divided by (Active Months counted in person years), rounded half up to the cent, using claims paid through 9 months after the end of the performance year.',
    ),
    episodes="oncology_practice,start_day,ended,paid_date,actual,target\nP,2024-07-01,,2025-09-30,5000,9000\nP,2025-06-30,,2025-10-01,1500.55,2000\nP,2025-06-30,,2026-03-31,0.45,0\nP,2024-08-01,,2026-04-01,99999,0\n",
    beneficiaries="oncology_practice,month,active\nP,2024-07,3\nP,2025-06,2\n",
)
def services_of_a_fiscal_year_with_two_run_outs() -> Amounts:
    d1 = F(9000) * F(".96")
    r1 = min(d1 - 5000 - 800, d1 / 5)
    p1 = cents(F(".6") * r1)
    d2 = F(11000) * F(".96")
    r2 = min(d2 - 6501 - 800, d2 / 5)
    p2 = F(".75") * r2 * F(".98") - p1
    return {
        "First Reconciliation at P, 2024": p1,
        "Final Reconciliation at P, 2024": cents(p2) if p2 >= 0 else -cents(-p2),
        "Cost per Person Year at P, 2024": cents((6501 + 800) * F(12, 5)),
    }
