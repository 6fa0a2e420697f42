"""Payments per member, per day, per visit and per event; episodes; medical loss ratios."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
contract "Health Homes".
language version 1.
the State is "State of Example".
the Health Home is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Enrollment" are records, one for each Member in each Month:
    | Column  | Kind                                             | If missing |
    | Clinic  | text                                             | required   |
    | Tier    | one of "low", "moderate", "high" or "severe"     | required   |
    | Touched | yes or no                                        | no         |
1.2 "Clinic Reports" are records, one for each Clinic in each Performance Year:
    | Column    | Kind             | If missing |
    | Score     | points from 0 to 100 | required |
    | Care Managers | count, at least 1 | required |
2.1 "Tier Rate" is set by Tier, with one row for each Tier:
    | Tier       | Tier Rate                    |
    | "low"      | $9.25 per member per month   |
    | "moderate" | $31.10 per member per month  |
    | "high"     | $87.75 per member per month  |
    | "severe"   | $250.00 per member per month |
2.2 "Tier Months" means, for each Tier, the number of Enrollment where Touched.
2.3 "Tier Amount" means, for each Tier, Tier Rate times Tier Months.
2.4 The State must pay the Health Home the "Core Payment": the total of Tier Amount.
2.5 "Served Members" means the number of Members.
2.6 "Caseload" means Served Members divided by Care Managers.
2.7 "Mean Score" means the average of Score across all Clinics.
2.8 If Score is above Mean Score and Caseload is at most 2, the State must pay the Health Home the "Quality Incentive": $3.00 per member times Served Members, rounded up to the dollar.
""",
    enrollment="member,month,clinic,tier,touched\nm1,2024-01-01,C1,low,yes\nm1,2024-02-01,C1,high,yes\nm2,2024-01-01,C1,severe,no\nm2,2024-03-01,C1,severe,yes\nm3,2024-01-01,C2,moderate,yes\nm3,2024-02-01,C2,moderate,yes\nm4,2024-02-01,C2,moderate,\nm5,2024-02-01,C2,low,yes\n",
    clinic_reports="clinic,performance_year,score,care_managers\nC1,2024,80,1\nC2,2024,79.9,2\n",
)
def health_homes_by_tier() -> Amounts:
    return {
        "Core Payment at C1, 2024": F("9.25") + F("87.75") + 250,
        "Core Payment at C2, 2024": F("31.10") * 2 + F("9.25"),
        "Quality Incentive at C1, 2024": 6,
        "Quality Incentive at C2, 2024": 0,
    }


@contract(
    """
1.1 "Stays" are entries, any number for each ACO, placed by Discharge Date:
    | Column         | Kind          | If missing |
    | Discharge Date | date          | required   |
    | Admission Date | date          | required   |
    | Days           | count of days | required   |
    | Referred       | yes or no     | no         |
    | Returned       | date          | none       |
1.2 "Sites" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Rural  | yes or no | no    |
2.1 "Day Rate" is $212.50 per day before July 1, 2024 and $219.05 per day from July 1, 2024.
2.2 "Stay Days" means, for each Month, the total of Days.
2.3 The Payer must pay the Provider the "Per Diem", for each Month: Day Rate times Stay Days.
2.4 "Lasting Diversions" means the number of Stays where Referred and (Returned is not given or (the number of days from Discharge Date to Returned) is at least 90).
2.5 The Payer must pay the Provider the "Diversion Payment": $1,500.00 times Lasting Diversions if Rural, otherwise $1,200.00 times Lasting Diversions.
2.6 "Year Per Diem" means the total of Per Diem.
""",
    stays="aco,admission_date,discharge_date,days,referred,returned\nA,2024-06-01,2024-06-30,29,yes,\nA,2024-06-20,2024-07-01,11,yes,2024-09-29\nA,2024-06-20,2024-07-01,11,yes,2024-09-28\nB,2024-12-01,2024-12-31,30,no,\nB,2024-12-01,2024-12-31,-2,yes,\n".replace(
        "B,2024-12-01,2024-12-31,-2,yes,\n", "B,2024-12-01,2024-12-31,2,yes,2025-06-01\n"
    ),
    sites="aco,performance_year,rural\nA,2024,yes\nB,2024,no\n",
)
def per_diems_with_a_rate_that_changes_and_lasting_events() -> Amounts:
    return {
        "Per Diem at A, 2024-06": 29 * F("212.5"),
        "Per Diem at A, 2024-07": 22 * F("219.05"),
        "Year Per Diem at A, 2024": 29 * F("212.5") + 22 * F("219.05"),
        "Lasting Diversions at A, 2024": 2,  # 90 days from July 1 is September 29
        "Diversion Payment at A, 2024": 3000,
        "Diversion Payment at B, 2024": 1200,
    }


@contract(
    """
1.1 "Milestones" are records, one for each ACO and Deliverable in each Performance Year:
    | Column   | Kind      | If missing |
    | Accepted | yes or no | no         |
    | Accepted On | date   | none       |
1.2 "Deliverable List" are:
    | Deliverable     | Value   | Deadline      |
    | "EHR Interface" | $40,000 | June 30, 2024 |
    | "Data Reports"  | $25,000 | September 30, 2024 |
    | "Training"      | $10,000.99 | December 31, 2024 |
2.1 "Milestone Amount" means, for each Deliverable: (a) Value, if Accepted and Accepted On is given and Accepted On is on or before Deadline; (b) 50% of Value, if Accepted; (c) otherwise $0.
2.2 The Payer must pay the Provider the "Milestone Payment": the total of Milestone Amount.
2.3 The "All Delivered" is met if all of the Deliverables have Accepted met.
""",
    milestones="aco,deliverable,performance_year,accepted,accepted_on\nA,EHR Interface,2024,yes,2024-06-30\nA,Data Reports,2024,yes,2024-10-01\nA,Training,2024,no,\nB,Training,2024,yes,\n",
)
def milestones_late_at_half() -> Amounts:
    return {"Milestone Payment at A, 2024": 52500, "Milestone Payment at B, 2024": F("5000.50")}


@contract(
    """
1.1 "Episodes" are records, one for each ACO and Episode Type in each Performance Year:
    | Column       | Kind              | If missing |
    | Cases        | count of episodes | required   |
    | Average Cost | money per episode | required   |
    | Quality Passed | yes or no       | no         |
1.2 "Episode Terms" are:
    | Episode Type | Commendable            | Acceptable             | Gain Limit            |
    | "CHF"        | $6,200.00 per episode  | $7,900.00 per episode  | $4,000.00 per episode |
    | "Perinatal"  | $3,500.00 per episode  | $4,250.00 per episode  | $2,900.00 per episode |
1.3 "Provider Revenue" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | Episode Revenue | money | required |
2.1 "Counted Cost" means, for each Episode Type, Average Cost, but not less than Gain Limit.
2.2 "Episode Gain" means, for each Episode Type, 50% of ((Commendable minus Counted Cost) times Cases) if Counted Cost is less than Commendable and Quality Passed and Cases is at least 5 episodes, otherwise $0.
2.3 "Episode Loss" means, for each Episode Type, 50% of ((Average Cost minus Acceptable) times Cases) if Average Cost is more than Acceptable and Cases is at least 5 episodes, otherwise $0.
2.4 The Payer must pay the Provider the "Gain Sharing": the total of Episode Gain.
2.5 The Provider must pay the Payer the "Risk Sharing": the total of Episode Loss, but not more than 10% of Episode Revenue.
""",
    episodes="aco,episode_type,performance_year,cases,average_cost,quality_passed\nA,CHF,2024,7,3999.99,yes\nA,Perinatal,2024,5,4250.01,no\nB,CHF,2024,4,100,yes\nB,Perinatal,2024,100,9000,yes\nC,CHF,2024,5,6199.99,no\nC,Perinatal,2024,9,3333.33,yes\n",
    provider_revenue="aco,performance_year,episode_revenue\nA,2024,1\nB,2024,1000000\nC,2024,5\n",
)
def episodes_with_limits_on_gains_and_losses() -> Amounts:
    return {
        "Gain Sharing at A, 2024": 7700,
        "Risk Sharing at A, 2024": F("0.03"),  # 2.5 cents of 10% of $1.00
        "Gain Sharing at B, 2024": 0,
        "Risk Sharing at B, 2024": 100000,
        "Gain Sharing at C, 2024": cents(F("166.67") * 9 / 2),
        "Risk Sharing at C, 2024": 0,
    }


@contract(
    """
1.1 "MLR Reports" are records, one for each ACO in each Performance Year:
    | Column      | Kind                   | If missing |
    | Claims Paid | money                  | required   |
    | Quality Spend | money                | $0         |
    | Premium     | money                  | required   |
    | Taxes       | money                  | $0         |
    | Life Years  | count of life years    | required   |
    | Deductible  | money                  | required   |
    | Carryover   | yes or no              | no         |
2.1 "Base Credibility" is set by Life Years, where exactly one row applies:
    | Life Years                                  | Base Credibility                              |
    | less than 1,000                             | 0%                                            |
    | from 1,000 up to but not including 2,500    | a straight line from 8.3% at 1,000 to 5.2% at 2,500 |
    | from 2,500 up to but not including 75,000   | a straight line from 5.2% at 2,500 to 1.2% at 75,000 |
    | 75,000 or more                              | 0%                                            |
2.2 "Deductible Factor" is set by Deductible, where exactly one row applies:
    | Deductible                                  | Deductible Factor                               |
    | less than $2,500                            | a straight line from 1 at $0 to 1.164 at $2,500 |
    | from $2,500 up to but not including $5,000  | a straight line from 1.164 at $2,500 to 1.402 at $5,000 |
    | $5,000 or more                              | 1.402                                           |
2.3 "Ratio" means ((Claims Paid plus Quality Spend) divided by (Premium minus Taxes)) plus ((Base Credibility times Deductible Factor) counted in percentage points), rounded half up to the tenth of a percentage point.
2.4 The Provider must pay the Payer the "Rebate": (the amount by which 85% exceeds Ratio) times (Premium minus Taxes), only if Life Years is at least 1,000.
""".replace(
        "((Base Credibility times Deductible Factor) counted in percentage points)", "Credibility Points"
    ).replace(
        '2.3 "Ratio"',
        '2.3 "Credibility Points" means (Base Credibility times Deductible Factor) minus 0%.\n2.5 "Ratio"',
    ),
    mlr_reports="aco,performance_year,claims_paid,quality_spend,premium,taxes,life_years,deductible,carryover\nA,2024,800000,10000,1100000,50000,1750,1250,no\nB,2024,1,,1100000,50000,999,1250,no\nC,2024,850000,,1000000,,80000,9000,no\nD,2024,849499,,1000000,,80000,9000,no\n",
)
def a_loss_ratio_with_two_interpolated_tables() -> Amounts:
    credibility = (F("0.083") + F("0.052")) / 2 * (1 + F("0.164") / 2)
    ratio = F(((F(810000, 1050000) + credibility) * 2000 + 1).__floor__() // 2, 1000)
    return {
        "Ratio at A, 2024": ratio,
        "Rebate at A, 2024": cents(max(F("0.85") - ratio, F(0)) * 1050000),
        "Rebate at B, 2024": 0,
        "Rebate at C, 2024": 0,
        "Rebate at D, 2024": 1000,  # 84.9499% is 84.9%
    }


@contract(
    """
1.1 "Practice Months" are records, one for each ACO in each Quarter:
    | Column          | Kind                      | If missing |
    | Attributed Months | count of member months  | required   |
    | Office Visits   | count of visits           | required   |
    | Average Risk    | number from 0 to 10       | required   |
    | Leakage         | rate written as a percent | required   |
2.1 "Practice Fee" is set, for each Quarter, by Average Risk, where exactly one row applies:
    | Average Risk                       | Practice Fee                 |
    | less than 1.2                      | $28.00 per member per month  |
    | from 1.2 up to but not including 1.5 | $45.00 per member per month |
    | 1.5 or more                        | $100.00 per member per month |
2.2 "Base Amount" means, for each Quarter, (Practice Fee times Attributed Months) plus ($40.82 per visit times Office Visits).
2.3 "Leakage Factor" means, for each Quarter, 100% minus Leakage.
2.4 "Adjustment" means, for each Quarter: (a) 34%, if Leakage is at most 10%; (b) 20%, if Leakage is above 10% and Leakage is at most 20%; (c) otherwise -10%.
2.5 The Payer must pay the Provider the "Primary Care Payment", for each Quarter: (Base Amount times Leakage Factor) plus (Adjustment times Base Amount), but not less than $0, due within 30 days after the end of the Quarter.
""",
    practice_months="aco,quarter,attributed_months,office_visits,average_risk,leakage\nA,2024-Q1,301,57,1.2,10\nA,2024-Q2,301,57,1.1999,10.01\nA,2024-Q3,0,0,3,50\nA,2024-Q4,1,1,1.5,20.5\n",
)
def primary_care_by_quarter() -> Amounts:
    q1 = 45 * 301 + F("40.82") * 57
    q2 = 28 * 301 + F("40.82") * 57
    q4 = 100 + F("40.82")
    return {
        "Primary Care Payment at A, 2024-Q1": cents(q1 * F("0.9") + F("0.34") * q1),
        "Primary Care Payment at A, 2024-Q2": cents(q2 * F("0.8999") + F("0.2") * q2),
        "Primary Care Payment at A, 2024-Q3": 0,
        "Primary Care Payment at A, 2024-Q4": cents(q4 * F("0.795") - F("0.1") * q4),
    }
