"""Time, precedence, judgement and results that are no money."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract

RESULTS = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Revenue | money | required   |
    | Savings | money | required   |
    | Score   | points from 0 to 100 | required |
"""
HEAD = "aco,performance_year,revenue,savings,score\n"


@contract(
    RESULTS
    + """
2.1 "Share" is 20% in performance year 1, 35% in performance year 2 and 45% from performance year 3.
2.2 The Payer must pay the Provider the "Shared Savings": Share times Savings, but not less than $0.
2.3 The Payer must pay the Provider the "Care Fee": 2% of Revenue.
2.4 Notwithstanding section 2.2, if Score is less than 30, no Shared Savings is due.
2.5 Notwithstanding sections 2.3, if Score is less than 10, the Care Fee is $100.
2.6 The total of the Shared Savings and the Care Fee must not exceed 6% of Revenue; the Care Fee is reduced first; the Shared Savings is reduced next.
""".replace("Notwithstanding sections 2.3", "Notwithstanding section 2.3"),
    years=(1, 2, 3),
    amendments=(
        'amendment 1 to "Precedence and an amendment of the third year", signed June 1, 2025, effective for performance years that begin on or after January 1, 2026.\n'
        'Section 2.1 is amended by replacing "45%" with "62.5%".\n'
        'Section 2.6 is amended by replacing "6%" with "7.5%".\n'
        "Section 2.5 is deleted and its number is reserved.\n",
    ),
    results=HEAD
    + "A,2024,1000000,200000,30\nA,2025,1000000,140000,29.99\nA,2026,1000000,100000.02,9\nB,2024,1000,0,9\nB,2025,100000,20000,90\nB,2026,100000,9000,90\n",
)
def precedence_and_an_amendment_of_the_third_year() -> Amounts:
    return {
        "Shared Savings at A, 2024": 40000,
        "Care Fee at A, 2024": 20000,
        "Shared Savings at A, 2025": 0,
        "Care Fee at A, 2025": 20000,
        "Shared Savings at A, 2026": 0,
        "Care Fee at A, 2026": 20000,
        "Care Fee at B, 2024": 60,  # $100 under the limit of 6% of $1,000
        "Shared Savings at B, 2025": 6000,
        "Care Fee at B, 2025": 0,
        "Shared Savings at B, 2026": F("5625"),
        "Care Fee at B, 2026": 7500 - 5625,
    }


@contract(
    RESULTS
    + """
2.1 "Hardship Relief" is determined by the Payer and entered with a note, as money from $0 through $5,000, or $0 if none is entered.
2.2 "Conversion Factor" is $1.05 from January 1, 2024 through June 30, 2025 and $1.10 from July 1, 2025 through December 31, 2026.
2.3 "Half-year Units" are set by the performance year:
    | Performance year | Half-year Units |
    | 1 and 2          | 100             |
    | from 3           | 150             |
2.4 The Payer must pay the Provider the "Unit Payment", for each Half Year: Conversion Factor times Half-year Units.
2.5 The Provider must pay the Payer the "Penalty": (1% of Revenue, but not more than $10,000) minus Hardship Relief, but not less than $0, only if Score is below 50.
2.6 The Provider must file the "Improvement Report" if Score is below 70.
2.7 The Payer would pay the Provider the "Shadow Bonus": one fifth of Savings, but not less than $0.
""".replace('"Half-year Units" are set', '"Half-year Units" is set'),
    years=(1, 2),
    results=HEAD + "A,2024,2000000,5.55,49.9\nA,2025,123456.78,-5,69.99\n",
)
def a_factor_that_changes_in_the_middle_of_a_year() -> Amounts:
    return {
        "Unit Payment at A, 2024-H1": 105,
        "Unit Payment at A, 2025-H1": 105,
        "Unit Payment at A, 2025-H2": 110,
        "Penalty at A, 2024": 10000,
        "Penalty at A, 2025": 0,
        "Improvement Report at A, 2025": True,
        "Shadow Bonus at A, 2024": F("1.11"),
    }


@contract(
    """
1.1 "APM Reports" are records, one for each ACO in each Performance Year:
    | Column        | Kind  | If missing |
    | Total Paid    | money | required   |
    | In Models     | money | required   |
    | Two-sided     | money | required   |
    | Cost          | money per person year | required |
2.1 "APM Ratio" means In Models divided by Total Paid, or 0% if the divisor is zero.
2.2 "APM Target" is 50% in performance year 1, 60% in performance year 2 and 70% from performance year 3.
2.3 The "APM Test" is met if APM Ratio is at least APM Target and Two-sided is at least (40% of In Models).
2.4 "Growth" means the 2nd root of ((Cost divided by (Cost in performance year 1))) to 6 decimal places.
2.5 The "Growth Test" is met if Cost is at most ((Cost in performance year 1) times (100% plus (3.5% compounded for 2 years))).
2.6 "Tests Met" means (1 if the APM Test is met, otherwise 0) plus (1 if the Growth Test is met, otherwise 0).
2.7 The "Scorecard" is met if at least 2 of the following are true: (a) the APM Test is met; (b) the Growth Test is met; (c) APM Ratio is at least 90%.
2.8 If the Scorecard is not met, the Provider must pay the Payer the "Assessment": 0.1% of Total Paid, but not more than $25,000.
""",
    years=(1, 3),
    apm_reports="aco,performance_year,total_paid,in_models,two-sided,cost\nA,2024,1000000,500000,200000,5000\nA,2025,1000000,1,0,5000\nA,2026,1000001,700001,280000.4,5356.13\nB,2024,0,0,0,5000\nB,2025,1,1,1,5000\nB,2026,99999999,90000000,0,5356.12\n",
)
def a_scorecard_with_growth_and_model_shares() -> Amounts:
    assert F(5000) * F("1.035") ** 2 == F("5356.125")
    return {
        "APM Test at A, 2024": True,
        "APM Test at A, 2026": True,
        "Growth Test at A, 2026": False,
        "Scorecard at A, 2026": False,
        "Assessment at A, 2026": cents(F("1000.001")),
        "Growth Test at B, 2026": True,
        "Scorecard at B, 2026": True,  # the share of 90% and the growth
        "APM Test at B, 2024": False,
    }


@contract(
    RESULTS
    + """
1.2 "Terms" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
    | End Date   | date | none       |
2.1 The Payer must pay the Provider the "Annual Fee": $36,500.00, prorated by days in force, due on March 1, 2025.
2.2 "Late Rate" means 7.3%.
2.3 The Payer must pay the Provider the "Late Interest": simple interest on Annual Fee at Late Rate per year, counting actual days over 365, from but not including March 1, 2025 through June 9, 2025.
2.4 The Provider must pay the Payer the "Exit Charge": the greater of $1,000 and (1% of Revenue), only if End Date is given and End Date is before the end of the performance year.
""",
    results=HEAD + "A,2024,50000,1,1\nB,2024,999999.99,1,1\n",
    terms="aco,start_date,end_date\nA,2024-12-31,\nB,2020-01-01,2024-06-30\n",
)
def interest_on_a_prorated_fee() -> Amounts:
    fee_a, fee_b = cents(F(36500, 366)), cents(F(36500) * 182 / 366)
    return {
        "Annual Fee at A, 2024": fee_a,
        "Annual Fee at B, 2024": fee_b,
        "Late Interest at A, 2024": cents(fee_a * F("0.073") * 100 / 365),
        "Late Interest at B, 2024": cents(fee_b * F("0.073") * 100 / 365),
        "Exit Charge at A, 2024": 0,
        "Exit Charge at B, 2024": F("10000.00"),
    }


@contract(
    """
contract "Clauses".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Revenue | money | required   |
    | Score   | rate written as a percent | required |
    | Access  | rate written as a percent | required |
2.1 Apply clause "Ladder" with Measured as Score, Low as 60%, High as 80% and Stake as (2% of Revenue), giving the "Quality Award".
2.2 Apply clause "Ladder" with Measured as Access, Low as 50%, High as 75.5% and Stake as $10,000, giving the "Access Award".
2.3 The total of the Quality Award and the Access Award must not be less than $500; the Payer must pay the difference.

clause "Ladder" with "Measured", "Low", "High" and "Stake":
  1.1 "Rung" is set by Measured, where exactly one row applies:
    | Measured                             | Rung |
    | less than Low                        | 0%   |
    | from Low up to but not including High | a straight line from 20% at Low to 90% at High |
    | High or more                         | 100% |
  1.2 The Payer must pay the Provider the "Award": Rung times Stake.
end of clause.
""".replace('giving the "Quality Award"', 'giving the "Quality Award"'),
    results="aco,performance_year,revenue,score,access\nA,2024,100000,70,75.5\nB,2024,100000,59.9,49\nC,2024,1000,60,50\n",
)
def a_clause_applied_twice_with_a_floor() -> Amounts:
    rung = F("0.2") + F("0.7") * F(10, 20)
    return {
        "Quality Award at A, 2024": cents(rung * 2000),
        "Access Award at A, 2024": 10000,
        "Access Award at B, 2024": 0,
        "Quality Award at B, 2024": 0,
        "Quality Award at C, 2024": 4,
        "Access Award at C, 2024": 2000,
    }


@contract(
    """
contract "Fiscal Quarters".
language version 1.
the State is "State of Example".
the Health Plan is each Plan.
effective July 1, 2024 through June 30, 2026.
a performance year is each 12 months from July 1, 2024.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Quarter Results" are records, one for each Plan in each Quarter:
    | Column  | Kind  | If missing |
    | Premium | money | $0         |
    | Met     | count | 0          |
2.1 The State must pay the Health Plan the "Quarter Bonus", for each Quarter: 1% of Premium if Met is at least 3, otherwise 0.25% of Premium.
2.2 "Half-year Bonus" means, for each Half Year, the total of Quarter Bonus.
""",
    years=(1, 2),
    quarter_results="plan,quarter,premium,met\nP,2024-Q1,1000,3\nP,2024-Q3,2000.50,2\nP,2024-Q4,100,4\nP,2025-Q3,5000,3\n",
)
def quarters_of_a_fiscal_year() -> Amounts:
    return {
        "Quarter Bonus at P, 2024-Q1": 10,
        "Quarter Bonus at P, 2024-Q2": 0,
        "Quarter Bonus at P, 2024-Q3": F("5.00"),
        "Half-year Bonus at P, 2024-H2": 6,
        "Quarter Bonus at P, 2025-Q3": 50,
    }
