"""Values and tables in force from date to date, due dates, interest, deemed gates."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract, part


@contract(
    """
contract "Visit and Coordination Fees".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each Clinic.
effective January 1, 2025 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Visits" are entries, any number for each Clinic, placed by Visit Date:
    | Column     | Kind                                        | If missing |
    | Visit Date | date                                        | required   |
    | Visit Kind | one of "office", "home" or "telehealth"     | required   |
    | Units      | count of visits                             | required   |
1.2 "Panels" are records, one for each Clinic in each Month:
    | Column | Kind                   | If missing |
    | Panel  | count of member months | 0 member months |
1.3 "Clinic Roster" are records, one for each Clinic:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
1.4 The list of Clinics is Clinic Roster.
2.1 "Visit Price" is set by Visit Kind, with one row for each Visit Kind:
    | Visit Kind   | Visit Price        |
    | "office"     | $85.00 per visit   |
    | "home"       | $140.50 per visit  |
    | "telehealth" | $40.00 per visit   |
2.2 From October 1, 2025 through March 31, 2026, the following table applies instead of the table in section 2.1:
    | Visit Kind   | Visit Price        |
    | "office"     | $87.25 per visit   |
    | "home"       | $150.00 per visit  |
    | "telehealth" | $40.00 per visit   |
2.3 "Visits of the Kind" means, for each Visit Kind in each Month, the total of Units.
2.4 "Price of the Kind" means, for each Visit Kind in each Month, Visit Price times Visits of the Kind.
2.5 The Payer must pay the Provider the "Visit Payment", for each Month: the total of Price of the Kind.
2.6 "Coordination Rate" is $3.10 per member per month before July 1, 2025, $3.25 per member per month from July 1, 2025 through June 30, 2026 and $3.40 per member per month from July 1, 2026.
2.7 "Monthly Coordination" means, for each Month, Coordination Rate times Panel.
2.8 The Payer must pay the Provider the "Coordination Fee", for each Quarter: the total of Monthly Coordination, but not more than $1,000, rounded half up to the dollar, due within 30 days after the end of the Quarter.
""",
    years=(1, 2),
    visits="clinic,visit_date,visit_kind,units\nK,2025-09-30,office,2\nK,2025-10-01,office,1\nK,2025-10-31,home,3\nK,2026-03-31,home,1\nK,2026-04-01,home,1\nL,2025-10-05,telehealth,1\nL,2025-10-05,telehealth,1\n",
    clinic_roster="clinic,start_date\nK,2025-01-01\nL,2025-01-01\n",
    panels="clinic,month,panel\nK,2025-05,100\nK,2025-06,90\nK,2025-07,110\nL,2025-07,9999\nL,2026-06,1\nL,2026-07,1\n",
)
def prices_and_fees_that_change_inside_a_year() -> Amounts:
    return {
        "Visit Payment at K, 2025-09": 170,
        "Visit Payment at K, 2025-10": F("87.25") + 450,
        "Visit Payment at K, 2026-03": 150,
        "Visit Payment at K, 2026-04": F("140.5"),
        "Visit Payment at L, 2025-10": 80,
        "Coordination Fee at K, 2025-Q2": 589,
        "Coordination Fee at K, 2025-Q3": 358,
        "Coordination Fee at L, 2025-Q3": 1000,
        "Coordination Fee at L, 2026-Q2": 3,
        "Coordination Fee at L, 2026-Q3": 3,
    }


@contract(
    """
contract "Managed Care Withhold".
language version 1.
the State is "Executive Office".
the Health Plan is each Plan.
the Accountable Entities are "participating entities".
effective July 1, 2024 through June 30, 2026.
a performance year is each 12 months from July 1, 2024.
amounts are in US dollars and each payment is rounded half up to the cent.
""".replace(
        'the Accountable Entities are "participating entities".', 'the Network is "participating entities".'
    )
    + """
1.1 "Quarterly Filings" are records, one for each Plan in each Quarter:
    | Column     | Kind               | If missing    |
    | Capitation | money, at least $0 | required      |
    | Entity Payments | money         | treated as $0 |
    | All Payments | money            | treated as $0 |
    | On Time    | yes or no          | treated as no |
2.1 "Entity Share" means, for each Quarter, (the total of Entity Payments from the start of the Performance Year through that Quarter) divided by (the total of All Payments from the start of the Performance Year through that Quarter), or 0% if the divisor is zero.
2.2 The "Entity Test" is met, for each Quarter, if Entity Share is at least 10% and On Time.
2.3 The Entity Test is deemed met from July 1, 2024 through December 31, 2024.
2.4 The State must withhold from the Health Plan the "Quarter Withhold", for each Quarter: 0.5% of Capitation.
2.5 The State must return to the Health Plan, out of the Quarter Withhold, the "Quarter Return", for each Quarter: Quarter Withhold if the Entity Test is met, otherwise $0, and what is not returned is forfeited to the State.
2.6 "Returned in the Year" means the total of Quarter Return.
2.7 The Health Plan must pay the Network the "Pass-through": 50% of Returned in the Year.
""",
    years=(1, 2),
    quarterly_filings="plan,quarter,capitation,entity_payments,all_payments,on_time\nP,2024-Q1,1000001,0,100,no\nP,2024-Q2,1000,0,100,no\nP,2024-Q3,2000,30,100,yes\nP,2024-Q4,3000,9,100,yes\nP,2025-Q1,1,0,0,yes\nP,2025-Q2,100,1,10,yes\nP,2025-Q3,1000,0,0,yes\nP,2025-Q4,1000,5,10,no\n",
)
def quarters_deemed_earned() -> Amounts:
    r = [cents(F("5000.005")), F(5), F(10), F(0)]
    return {
        "Quarter Return at P, 2024-Q1": r[0],
        "Quarter Return at P, 2024-Q2": 5,
        "Quarter Return at P, 2024-Q3": 10,
        "Quarter Return at P, 2024-Q4": 0,
        "Pass-through at P, 2024": cents(sum(r) / 2),
        "Quarter Return at P, 2025-Q1": 0,
        "Quarter Return at P, 2025-Q2": F(".5"),
        "Quarter Return at P, 2025-Q3": 5,
        "Quarter Return at P, 2025-Q4": 0,
        "Pass-through at P, 2025": F("2.75"),
    }


@contract(
    """
contract "Drug Plan Risk Corridor".
language version 1.
the Department is "State Medicaid Agency".
the Plan Sponsor is each Plan.
in force from January 1, 2024 through December 31, 2026, both included.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

Article 1. Data.
1.1 "Cost Reports" are records, one for each Plan in each Performance Year:
    | Column            | Kind                   | If missing     |
    | Bid per Month     | money per member per month | required   |
    | Member Months     | count of member months | required       |
    | Allowable Costs   | money, at least $0     | required       |
    | Reinsurance       | money, at least $0     | treated as $0  |
    | Filed On          | date                   | required       |

Article 2. Target and adjusted costs.
2.1 "Target Amount" means Bid per Month times Member Months.
2.2 "Adjusted Costs" means Allowable Costs minus Reinsurance, but not less than $0.
2.3 "Overrun" means Adjusted Costs minus Target Amount.

Article 3. Corridor.
3.1 "Corridor Amount" is the sum, over the rows, of Payer Share times the part of Overrun that falls in the row, and the same rows apply to a negative Overrun with the sign reversed:
    | Part of Overrun                                                     | Payer Share |
    | above $0 up to and including 5% of Target Amount                    | 0%          |
    | above 5% of Target Amount up to and including 10% of Target Amount  | 50%         |
    | above 10% of Target Amount                                          | 80%         |
3.2 From January 1, 2025 through December 31, 2025, the following table applies instead of the table in section 3.1:
    | Part of Overrun                                                      | Payer Share |
    | above $0 up to and including 2.5% of Target Amount                   | 0%          |
    | above 2.5% of Target Amount up to and including 5% of Target Amount  | 75%         |
    | above 5% of Target Amount                                            | 80%         |
3.3 The "Filing Gate" is met if Filed On is on or before 6 months after the end of the performance year.
3.4 The Department must pay the Plan Sponsor the "Corridor Payment": Corridor Amount, within 90 days after notice; if it is negative, the Plan Sponsor must pay that amount to the Department.
3.5 Notwithstanding section 3.4, if the Filing Gate is not met, no Corridor Payment is due.

example "two parts above the dead band":
  given the performance year is 1, Target Amount is $1,000,000, Adjusted Costs is $1,130,000.05 and the Filing Gate is met,
  expect Corridor Amount is $49,000.04 and the Corridor Payment is $49,000.04.
""",
    years=(1, 2, 3),
    cost_reports="plan,performance_year,bid_per_month,member_months,allowable_costs,reinsurance,filed_on\n"
    "P,2024,100.25,10000,1200000,73500.10,2025-06-30\nP,2025,100,10000,1060000,,2026-06-30\nP,2026,100,10000,600000,,2027-06-30\nQ,2024,100,100,20000,,2025-07-01\nQ,2025,100,100,9000,0,2026-01-01\nQ,2026,100,100,10500,0,2027-01-01\n",
)
def a_corridor_with_a_table_for_one_year() -> Amounts:
    t = F("1002500")
    o = F("1126499.90") - t
    return {
        "Corridor Payment at P, 2024": cents(
            F(".5") * part(o, t / 20, t / 10) + F(".8") * part(o, t / 10, None)
        ),
        "Corridor Payment at P, 2025": cents(F(".75") * 25000 + F(".8") * 10000),
        "Corridor Payment at P, 2026": -cents(F(".5") * 50000 + F(".8") * 300000),
        "Corridor Payment at Q, 2024": 0,
        "Corridor Payment at Q, 2025": -cents(F(".75") * 250 + F(".8") * 500),
        "Corridor Payment at Q, 2026": 0,
    }


@contract(
    """
1.1 "Loss Reports" are records, one for each ACO in each Performance Year:
    | Column    | Kind               | If missing |
    | Losses    | money, at least $0 | required   |
    | Revenue   | money, at least $0 | required   |
    | Benchmark | money, at least $0 | required   |
1.2 "Federal Rate" is 4.5% from January 1, 2024 through December 31, 2024 and 5.25% from January 1, 2025.
2.1 The Provider elects the "Loss Basis", "Revenue" or "Benchmark", in its first performance year and for the whole term; without an election it is "Benchmark".
2.2 "Loss Ceiling" means: (a) 8% of Revenue, if Loss Basis is "Revenue"; or (b) otherwise 4% of Benchmark.
2.3 The Provider must pay the Payer the "Shared Loss": 30% of Losses, but not more than the lesser of Loss Ceiling and $50,000, due within 90 days after the settlement notice.
2.4 The Provider must pay the Payer the "Late Interest": simple interest on Shared Loss at the rate of Federal Rate in force on the due date per year, counting actual days over 365, from but not including the due date under section 2.3 through the date of payment under section 2.3, but not more than 5% of Shared Loss.
2.5 It is agreed that Shared Loss is at most $50,000.

example "under the ceiling of revenue":
  given the performance year is 1, Losses is $100,000, Revenue is $300,000, Benchmark is $1,000,000 and Loss Basis is "Revenue",
  expect Loss Ceiling is $24,000 and the Shared Loss is $24,000.
""",
    loss_reports="aco,performance_year,losses,revenue,benchmark\nA,2024,100000,300000,1000000\nB,2024,1000,300000,1000000\nC,2024,900000,0,9000000\n",
    entered_values="aco,performance_year,loss_basis\nA,2024,Revenue\n",
    settlement_dates="aco,performance_year,date_of_notice,date_of_payment_under_section_2_3\nA,2024,2025-06-01,2025-09-29\nB,2024,2025-06-01,2025-08-30\nC,2024,2024-09-01,2026-01-01\n",
)
def interest_from_a_due_date_after_notice() -> Amounts:
    import datetime as d

    def days(n, p):
        return max((d.date.fromisoformat(p) - (d.date.fromisoformat(n) + d.timedelta(90))).days, 0)

    return {
        "Shared Loss at A, 2024": 24000,
        "Late Interest at A, 2024": cents(24000 * F(".0525") * days("2025-06-01", "2025-09-29") / 365),
        "Shared Loss at B, 2024": 300,
        "Late Interest at B, 2024": 0,
        "Shared Loss at C, 2024": 50000,
        "Late Interest at C, 2024": cents(
            min(50000 * F(".045") * days("2024-09-01", "2026-01-01") / 365, F(2500))
        ),
    }


@contract(
    """
1.1 "Panels" are records, one for each ACO in each Month:
    | Column | Kind                   | If missing |
    | Panel  | count of member months | 0 member months |
    | Tier   | one of "one" or "two"  | "one"      |
2.1 "Tier Fee" is set by Tier, with one row for each Tier:
    | Tier  | Tier Fee                  |
    | "one" | $2.00 per member per month |
    | "two" | $3.00 per member per month |
2.2 "Own Fee" means, for each Month, Tier Fee times Panel.
2.3 The Payer must pay the Provider the "Panel Payment", for each Quarter: the total of Own Fee.
2.4 "Yearly Panel" means the total of Panel.
2.5 The Payer must pay the Provider the "Size Bonus": $100 if Yearly Panel is at least 100 member months, otherwise $0.
""",
    years=(1, 2),
    amendments=(
        'amendment 1 to "Panels amended inside a year", signed May 1, 2024, effective for months beginning on or after August 1, 2024.\nSection 2.1 is amended by replacing "$3.00" with "$3.30".\n',
        'amendment 2 to "Panels amended inside a year", signed May 1, 2024, effective for performance years that begin on or after January 1, 2025.\nSection 2.5 is amended by replacing "$100" with "$250".\nA new section 2.6 is added: The Payer must pay the Provider the "New Fee", for each Half Year: $10.\n',
    ),
    panels="aco,month,panel,tier\nA,2024-07,10,two\nA,2024-08,10,two\nA,2024-09,10,one\nA,2024-12,70,two\nA,2025-01,100,two\n",
)
def panels_amended_inside_a_year() -> Amounts:
    return {
        "Panel Payment at A, 2024-Q3": 30 + 33 + 20,
        "Panel Payment at A, 2024-Q4": 231,
        "Size Bonus at A, 2024": 100,
        "Panel Payment at A, 2025-Q1": 330,
        "Size Bonus at A, 2025": 250,
        "New Fee at A, 2025-H2": 10,
    }


@contract(
    """
1.1 "Panels" are records, one for each ACO in each Month:
    | Column | Kind                   | If missing |
    | Panel  | count of member months | 0 member months |
2.1 "Fee" is $5 per member per month before July 1, 2024 and $6 per member per month from July 1, 2024.
2.2 "Adjusted Fee" means 110% of Fee.
2.3 The Payer must pay the Provider the "Payment", for each Month: Adjusted Fee times Panel.
""",
    panels="aco,month,panel\nA,2024-06,1\nA,2024-07,1\n",
)
def a_fee_read_through_another_term() -> Amounts:
    return {"Payment at A, 2024-06": F("5.5"), "Payment at A, 2024-07": F("6.6")}
