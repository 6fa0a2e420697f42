"""Members: truncation, attribution, risk, completion; interim and final; advances; carry-forward."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Eligibility" are records, one for each Member in each Month:
    | Column     | Kind                | If missing |
    | ACO        | text                | required   |
    | Enrolled   | yes or no           | no         |
    | Risk Score | number from 0 to 20 | 1          |
1.2 "Claims" are entries, any number for each Member, placed by Service Date:
    | Column       | Kind                                              | If missing |
    | Service Date | date                                              | required   |
    | Paid Date    | date                                              | required   |
    | Paid         | money                                             | required   |
    | Category     | one of "inpatient", "pharmacy" or "transplant"    | required   |
1.3 "Rates" are records, one for each ACO in each Performance Year:
    | Column      | Kind                       | If missing |
    | Budget Rate | money per member per month | required   |
2.1 "Enrolled Months" means the number of Eligibility where Enrolled.
2.2 "Member Months Enrolled" means, for each Member in each Performance Year, the number of Eligibility where Enrolled.
2.3 "Paid Claims" means, for each Member in each Performance Year, the total of Paid where Category is not "transplant", using claims paid through March 31 after the performance year.
2.4 "Limit" means, for each Member in each Performance Year, ($1,200 times Member Months Enrolled) divided by 12, rounded half up to the cent.
2.5 "Counted Cost" means, for each Member in each Performance Year, the lesser of Paid Claims and Limit.
2.6 "Completed Cost" means (the total of Counted Cost) divided by 0.985, rounded half up to the cent.
2.7 "Average Risk" means the average of Risk Score over the Eligibility where Enrolled, rounded half up to 3 decimal places.
2.8 "Budget" means Budget Rate times Enrolled Months times Average Risk.
2.9 The Payer must pay the Provider the "Surplus": 60% of (Budget minus Completed Cost); if it is negative, the Provider must pay that amount to the Payer.
""",
    eligibility="member,month,aco,enrolled,risk_score\n"
    + "".join(f"m1,2024-{m:02},A,yes,1.5\n" for m in range(1, 13))
    + "".join(f"m2,2024-{m:02},A,yes,0.8\n" for m in range(7, 13))
    + "m2,2024-06,A,no,9\nm3,2024-01,B,yes,\n",
    claims="member,service_date,paid_date,paid,category\nm1,2024-02-01,2024-03-01,1500.10,inpatient\nm1,2024-02-01,2024-03-01,-400,inpatient\nm1,2024-02-01,2024-03-01,90000,transplant\n"
    "m2,2024-08-01,2025-03-31,550.55,pharmacy\nm2,2024-08-01,2025-04-01,100,pharmacy\nm2,2024-09-01,2024-10-01,77.77,pharmacy\nm3,2024-01-02,2024-01-03,5000,inpatient\n",
    rates="aco,performance_year,budget_rate\nA,2024,125\nB,2024,100\n",
)
def member_years_limited_by_months_with_run_out() -> Amounts:
    counted_a = min(F("1100.10"), F(1200)) + min(F("628.32"), F(600))
    completed_a = cents(counted_a / F("0.985"))
    risk_a = F(((F("1.5") * 12 + F("0.8") * 6) / 18 * 2000 + 1).__floor__() // 2, 1000)
    completed_b = cents(F(100) / F("0.985"))
    return {
        "Limit at A, 2024, m2": 600,
        "Completed Cost at A, 2024": completed_a,
        "Average Risk at A, 2024": risk_a,
        "Surplus at A, 2024": cents(F("0.6") * (125 * 18 * risk_a - completed_a)),
        "Surplus at B, 2024": -cents(F("0.6") * (completed_b - 100)),
    }


@contract(
    """
contract "Panels".
language version 1.
the Plan is "Valley Plan".
the Practice is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Clinics" are records, one for each Clinic in each Performance Year:
    | Column | Kind                  | If missing |
    | Fee    | money per member      | required   |
1.2 "Members List" are records, one for each Member in each Performance Year:
    | Column   | Kind      | If missing |
    | Eligible | yes or no | yes        |
1.3 "Visits" are entries, any number for each Member, placed by Visit Date:
    | Column     | Kind      | If missing |
    | Visit Date | date      | required   |
    | Clinic     | text      | required   |
    | Allowed    | money     | required   |
    | Primary    | yes or no | no         |
2.1 "Home Clinic" means, for each Member in each Performance Year, the Clinic with the largest total of Allowed where Primary; if tied, the one with the latest Visit Date; if still tied, the one that comes first by Clinic.
2.2 "Panel" means the number of Members where Home Clinic is given and Home Clinic is that Clinic and Eligible.
2.3 The Plan must pay the Practice the "Panel Fee": Fee times Panel.
""",
    clinics="clinic,performance_year,fee\nC1,2024,10.01\nC2,2024,20\nC10,2024,30\n",
    members_list="member,performance_year,eligible\nm1,2024,yes\nm2,2024,yes\nm3,2024,\nm4,2024,no\nm5,2024,yes\nm6,2024,yes\n",
    visits="member,visit_date,clinic,allowed,primary\nm1,2024-01-01,C1,100,yes\nm1,2024-02-01,C2,60,yes\nm1,2024-03-01,C2,39.99,yes\nm1,2024-03-01,C2,500,no\n"
    "m2,2024-01-01,C1,50,yes\nm2,2024-05-01,C2,50,yes\nm3,2024-01-01,C2,50,yes\nm3,2024-01-01,C10,50,yes\nm4,2024-01-01,C2,50,yes\nm6,2024-01-01,C1,50,no\n",
)
def attribution_by_dollars_with_ties() -> Amounts:
    return {
        "Panel Fee at C1, 2024": F("10.01"),  # m1
        "Panel Fee at C2, 2024": 20,  # m2 by the later visit; m4 is not eligible
        "Panel Fee at C10, 2024": 30,  # m3: "C10" comes before "C2"
    }


@contract(
    """
1.1 "Reports" are records, one for each ACO in each Performance Year:
    | Column          | Kind  | If missing |
    | Interim Savings | money | required   |
    | Final Savings   | money | required   |
    | Paid On         | date  | none       |
2.1 The Payer must pay the Provider the "Interim Payment": 30% of Interim Savings, but not less than $0, due by June 30 after the performance year.
2.2 The Payer must pay the Provider the "Final Payment": 50% of Final Savings, but not less than $0, less amounts already paid under section 2.1, due within 60 days after the date of the final report, and if the result is less than $0, the Provider must pay the difference to the Payer.
2.3 "Total Paid" means Interim Payment plus Final Payment.
""",
    years=(1, 2),
    reports="aco,performance_year,interim_savings,final_savings,paid_on\nA,2024,100000.05,90000.01,\nA,2025,100000.05,10000,\nB,2024,-5,-7,\nB,2025,1,1000000,\n",
)
def an_interim_payment_and_a_true_up() -> Amounts:
    interim = cents(F("0.3") * F("100000.05"))
    return {
        "Interim Payment at A, 2024": interim,
        "Final Payment at A, 2024": cents(F("90000.01") / 2 - interim),
        "Final Payment at A, 2025": 5000 - interim,
        "Total Paid at A, 2025": 5000,
        "Final Payment at B, 2024": 0,
        "Final Payment at B, 2025": cents(F(500000) - F("0.30")),
    }


@contract(
    """
1.1 "Clinic Reports" are records, one for each ACO in each Performance Year:
    | Column         | Kind            | If missing |
    | Advance        | money           | required   |
    | Visits         | count of visits | required   |
    | Encounter Rate | money per visit | required   |
    | Claims Value   | money           | required   |
    | Quality Shown  | yes or no       | no         |
2.1 "Statutory Amount" means Encounter Rate times Visits.
2.2 "Excess" means the amount by which Advance exceeds Claims Value.
2.3 The Payer must pay the Provider the "Advance Payment": Advance.
2.4 If not Quality Shown, the Provider must repay the Payer the "Returned Advance": Excess, but not more than (the greater of $0 and (Advance minus Statutory Amount)).
2.5 The Payer must pay the Provider the "Shortfall Payment": the amount by which Claims Value exceeds Advance.
2.6 The Payer must pay the Provider the "Wrap Payment": the amount by which Statutory Amount exceeds (the greater of Advance and Claims Value).
""",
    clinic_reports="aco,performance_year,advance,visits,encounter_rate,claims_value,quality_shown\nA,2024,500000,2000,180.55,300000,no\nB,2024,500000,2000,180.55,300000,yes\nC,2024,500000,3000,180.55,510000.10,no\nD,2024,500000,1000,180.55,300000,no\nE,2024,300000,2000,180.55,250000,no\n",
)
def an_advance_with_a_statutory_floor() -> Amounts:
    return {
        "Returned Advance at A, 2024": 500000 - 361100,
        "Returned Advance at B, 2024": 0,
        "Shortfall Payment at C, 2024": F("10000.10"),
        "Wrap Payment at C, 2024": F("541650") - F("510000.10"),
        "Returned Advance at D, 2024": 200000,
        "Returned Advance at E, 2024": 0,
        "Wrap Payment at E, 2024": 61100,
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | Gain   | money | $0         |
    | Loss   | money | $0         |
1.2 "Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
2.1 "Deficit" means (Deficit in the prior performance year) plus Loss minus Gain, but not less than $0, starting from $0 before performance year 1.
2.2 An amount of Deficit that is not used within 1 performance year after the one in which it arose lapses; the oldest amount is used first.
2.3 "Net Gain" means the amount by which Gain exceeds (Deficit in the prior performance year), or Gain in the first performance year.
2.4 "Rate" is 10% in the Provider's first performance year and 25% from the Provider's second performance year.
2.5 The Payer must pay the Provider the "Gain Payment": Rate times Net Gain.
""",
    years=(1, 2, 3),
    results="aco,performance_year,gain,loss\nA,2024,0,1000\nA,2025,300,0\nA,2026,1000,0\nB,2025,500.55,0\nB,2026,100,0\n",
    roster="aco,start_date\nA,2024-01-01\nB,2025-05-01\n",
)
def a_deficit_that_lapses_after_a_year() -> Amounts:
    return {
        "Deficit at A, 2024": 1000,
        "Deficit at A, 2025": 0,  # 700 of 2024 lapse at the end of 2025
        "Gain Payment at A, 2025": 0,
        "Gain Payment at A, 2026": 250,
        "Gain Payment at B, 2025": F("50.06"),
        "Gain Payment at B, 2026": 25,
    }
