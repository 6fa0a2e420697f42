"""Days of residents, milestones by their dates, places in printed percentiles, members who choose a clinic."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
contract "Per diems of a fiscal year".
language version 1.
the State is "Department of Health".
the Facility is each Facility, identified by License.
in force from July 1, 2024 through June 30, 2026, both included.
a performance year is each 12 months from July 1.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Census" are records, one for each Facility and Payer Class in each Month:
    | Column | Kind | If missing |
    | Resident Days | count of days | 0 days |
1.2 "Classes" are:
    | Payer Class | Share |
    | "managed" | 100% |
    | "fee for service" | 62.5% |
1.3 "Scores" are records, one for each Facility in each Half Year:
    | Column | Kind | If missing |
    | Points | points from 0 to 100 | not scored |
2.1 "Base Rate" is $201.335 per day from July 1, 2024 through December 31, 2024, $205.50 per day from January 1, 2025 through June 30, 2025 and $210 per day from July 1, 2025.
2.2 "Counted Days" means, for each Facility in each Month, the total of (Share times Resident Days) over all Payer Classes.
2.3 "Add-on" is set, for each Facility in each Half Year, by Points, where exactly one row applies:
    | Points | Add-on |
    | not scored | $0.00 per day |
    | less than 60 points | $0.00 per day |
    | from 60 points up to but not including 90 points | a straight line from $1.00 per day at 60 to $4.00 per day at 90 |
    | 90 points or more | $4.50 per day |
2.4 The State must pay the Facility the "Monthly Payment", for each Month: Base Rate times Counted Days.
2.5 The State must pay the Facility the "Quality Payment", for each Half Year: Add-on times (the total of Counted Days over all Months).
2.6 The "Occupancy Gate" is met, for each Facility in each Quarter, if (the total of Counted Days over all Months) is at least 50% of (the number of days in the Quarter).
2.7 The State must pay the Facility the "Occupancy Bonus", for each Quarter: $100, only if the Occupancy Gate is met.
""",
    years=(1, 2),
    census="license,payer_class,month,resident_days\nF1,managed,2024-07,31\nF1,fee for service,2024-07,31\nF1,managed,2024-12,30\nF1,managed,2025-01,31\nF1,fee for service,2025-06,8\nF1,managed,2025-07,1\n",
    scores="license,half_year,points\nF1,2024-H1,75\nF1,2024-H2,90\nF1,2025-H1,59.999\n",
)
def per_diems_of_a_fiscal_year() -> Amounts:
    d7 = 31 + F("0.625") * 31
    return {
        "Monthly Payment at F1, 2024-07": cents(F("201.335") * d7),
        "Monthly Payment at F1, 2025-01": cents(F("205.5") * 31),
        "Monthly Payment at F1, 2025-06": cents(F("205.5") * 5),
        "Quality Payment at F1, 2024-H1": cents(F("2.5") * (d7 + 30)),
        "Quality Payment at F1, 2024-H2": cents(F("4.5") * 36),
        "Quality Payment at F1, 2025-H1": 0,
        "Occupancy Bonus at F1, 2024-Q1": 100,
        "Occupancy Bonus at F1, 2024-Q2": 0,
        "Monthly Payment at F1, 2025-07": 210,
    }


@contract(
    """
1.1 "Visits" are entries, any number for each ACO and Member, placed by Visit Date:
    | Column | Kind | If missing |
    | Visit Date | date | required |
    | Clinic | text | required |
    | Charge | money | required |
    | Primary Care | yes or no | no |
1.2 "Clinics" are records, one for each Clinic in each Performance Year:
    | Column | Kind | If missing |
    | ACO | text | required |
    | Rate | money per member | required |
2.1 "Home Clinic" means, for each Member in each Performance Year, the Clinic with the largest number of Visits where Primary Care; if tied, the one with the largest Charge; if still tied, the one with the latest Visit Date; if still tied, the one that comes first by Clinic, or "none" if there is none.
2.2 "Attributed" means, for each Clinic in each Performance Year, the number of Members where Home Clinic is that Clinic.
2.3 The Payer must pay the Provider the "Clinic Fee", for each Clinic in each Performance Year: Rate times Attributed.
2.4 "Spend of the Attributed" means, for each Clinic in each Performance Year, the total of Member Charge over the Members where Home Clinic is that Clinic.
2.5 "Member Charge" means, for each Member in each Performance Year, the total of Charge.
2.6 The Provider must repay the Payer the "Leakage": 1% of (the total of Spend of the Attributed over all Clinics).
""",
    visits="aco,member,visit_date,clinic,charge,primary_care\nA,m1,2024-01-01,east,10,yes\nA,m1,2024-02-01,west,10,yes\nA,m1,2024-03-01,north,500,no\nA,m2,2024-01-01,east,10,yes\nA,m2,2024-01-02,west,10.01,yes\nA,m3,2024-01-01,west,1,\nA,m4,2024-05-05,P10,3,yes\nA,m4,2024-05-05,P2,3,yes\n",
    clinics="clinic,performance_year,aco,rate\neast,2024,A,12.345\nwest,2024,A,100.005\nnorth,2024,A,1\nP10,2024,A,7\nP2,2024,A,8\n",
)
def clinics_paid_for_attributed_members() -> Amounts:
    return {
        "Home Clinic at A, 2024, m1": "west",
        "Home Clinic at A, 2024, m2": "west",
        "Attributed at A, 2024, west": 2,
        "Clinic Fee at A, 2024, west": F("200.01"),
        "Clinic Fee at A, 2024, P10": 7,
        "Clinic Fee at A, 2024, P2": 0,
        "Clinic Fee at A, 2024, east": 0,
        "Leakage at A, 2024": cents(F("546.01") / 100),
    }


@contract(
    """
1.1 "Measures" are:
    | Measure | Direction |
    | "ED visits" | "lower is better" |
    | "Controlled" | "higher is better" |
1.2 "National" are records, one for each Measure, Published Year and Percentile:
    | Column | Kind | If missing |
    | Published Year | number | required |
    | Percentile | number | required |
    | Printed Rate | rate written as a percent | required |
1.3 "Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind | If missing |
    | Rate | rate written as a percent | not scored |
2.1 "Standing" means, for each Measure, the percentile of Rate in "National" published for the prior calendar year.
2.2 "Rung" is set, for each Measure, by Standing, where exactly one row applies:
    | Standing | Rung |
    | not scored | $0 |
    | less than 50 | minus $5 |
    | from 50 up to but not including 75 | $0 |
    | from 75 up to but not including 90 | $10 |
    | 90 or more | $15 |
2.3 The Payer must pay the Provider the "Ladder Payment": the total of Rung over the Measures, but not less than $0 and not more than $25.
""",
    years=(1, 2),
    national="measure,published_year,percentile,printed_rate\n"
    + "".join(
        f"{m},{y},{p},{r}\n"
        for y, d in ((2023, 0), (2024, 1))
        for m, rs in (("ED visits", (60, 50, 40)), ("Controlled", (55, 65.5, 75)))
        for p, r in zip((50, 75, 90), [x - d if m == "ED visits" else x + d for x in rs], strict=True)
    ),
    results="aco,measure,performance_year,rate\nA,ED visits,2024,40\nA,Controlled,2024,75\nA,ED visits,2025,40\nA,Controlled,2025,66.49\nB,ED visits,2024,60.01\nB,Controlled,2024,65.5\nB,Controlled,2025,1\n",
)
def a_ladder_of_percentiles_of_the_prior_vintage() -> Amounts:
    return {
        "Standing at A, 2024, ED visits": 90,
        "Ladder Payment at A, 2024": 25,
        "Standing at A, 2025, ED visits": 75,
        "Ladder Payment at A, 2025": 10,
        "Ladder Payment at B, 2024": 5,
        "Ladder Payment at B, 2025": 0,
    }


@contract(
    """
1.1 "Grants" are entries, any number for each ACO, placed by Milestone Date:
    | Column | Kind | If missing |
    | Milestone Date | date | required |
    | Due | date | required |
    | Kind | one of "plan", "hire" or "report" | required |
    | Complete | rate written as a percent | 0% |
1.2 "Awards" are:
    | Kind | Amount |
    | "plan" | $1,000 |
    | "hire" | $333.33 |
    | "report" | $50.05 |
2.1 A Kind is an "Achieved Kind" if (the number of Grants where Complete is at least 80%) is at least 1.
2.2 "On Time" means, for each Kind, the number of Grants where Complete is at least 80% and Milestone Date is on or before Due.
2.3 "Late" means, for each Kind, the number of Grants where Complete is at least 80% and Milestone Date is after Due and Milestone Date is on or before 30 days after Due.
2.4 "Kind Amount" means, for each Kind, (Amount times (On Time counted as a number)) plus ((50% of Amount) times (Late counted as a number)).
2.5 The Payer must pay the Provider the "Milestone Payment": the total of Kind Amount.
2.6 "Kinds Achieved" means the number of Kinds that are Achieved Kind.
""",
    grants="aco,milestone_date,due,kind,complete\nA,2024-03-31,2024-03-31,plan,80\nA,2024-04-30,2024-03-31,hire,100\nA,2024-05-01,2024-03-31,hire,100\nA,2024-03-01,2024-03-31,report,79.99\nA,2024-12-31,2024-12-01,report,80\n",
)
def milestones_on_time_late_and_too_late() -> Amounts:
    return {
        "Milestone Payment at A, 2024": 1000 + cents(F("333.33") / 2 + F("50.05") / 2),
        "Kinds Achieved at A, 2024": 3,
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Cost | money | required |
    | Members | count of members | required |
    | Months | count of member months | required |
2.1 "Three-year Cost" means the total of Cost over the 3 performance years ending with it.
2.2 "Three-year Months" means the total of Months over the 3 performance years ending with it.
2.3 "Cost PMPM" means Three-year Cost divided by Three-year Months, or $0.00 per member per month if the divisor is zero, rounded half up to the cent.
2.4 "Person Years" means Months counted in person years.
2.6 The Payer must pay the Provider the "Access Fee": $12 per person year times Person Years.
2.7 The Payer must pay the Provider the "Trend Bonus": (5% of (the amount by which Cost PMPM is less than $100.00 per member per month)) times Months.
""",
    years=(1, 2, 3),
    results="aco,performance_year,cost,members,months\nA,2024,1000,3,11\nA,2025,0,3,0\nA,2026,99.95,9,1\n",
)
def person_years_and_a_window_of_three_years() -> Amounts:
    return {
        "Access Fee at A, 2024": 11,
        "Cost PMPM at A, 2024": F("90.91"),
        "Trend Bonus at A, 2024": cents(F("9.09") * 11 / 20),
        "Trend Bonus at A, 2026": cents((100 - F("91.66")) / 20),
    }
