"""Agreements written by an outside reader of the documentation: what their sentences needed, by hand."""

from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, by_largest_remainder, cents, contract

FROM_JULY = """contract "{title}".
language version 1.
the Payer is "Health Plan".
the Provider is each Facility.
effective July 1, 2024 through June 30, 2027.
a performance year is each 12 months from July 1.
amounts are in US dollars and each payment is rounded half up to the cent.

"""


@contract(
    FROM_JULY.format(title="Reductions by the score of two years before")
    + """
1.1 "Scores" are records, one for each Facility in each Performance Year:
    | Column | Kind  | If missing |
    | Score  | count | not scored |
1.2 "Treatments" are records, one for each Facility in each Month:
    | Column  | Kind                                      | If missing |
    | Price   | money                                     | $0         |
    | Setting | one of "home", "center", or "hospital"    | "center"   |
1.3 The list of Facilities is Treatments.
2.1 "Reduction" is set by Score, where exactly one row applies:
    | Score         | Reduction |
    | not scored    | 0%        |
    | less than 47  | 1.5%      |
    | 47 or more    | 0%        |
2.2 "Phase" is 50% in performance year 1, 75% in performance year 2, and 100% from performance year 3.
2.3 "Applied" means Reduction 2 performance years earlier, or 0% in the first 2 performance years.
2.4 "Growth" means (Year Price minus (Year Price 2 performance years earlier)), but not less than $0,
    or $0 in the first 2 performance years.
2.5 "Year Price" means the total of Price.
3.1 The Payer must pay the Provider the "Payment", in each Month: Price, reduced by Applied.
3.2 The Payer must pay the Provider the "Phased": Phase times (the lesser of Year Price, $100,000, and $700).
3.3 Notwithstanding section 3.2, no Phased is due if Year Price is more than $5,000.
""",
    years=(1, 2, 3),
    scores="facility,performance_year,score\nF1,2024,46\nF1,2025,47\nF2,2024,47\n",
    treatments="facility,month,price,setting\nF1,2024-07,100.10,home\nF1,2025-08,200,\nF1,2026-07,333.33,center\n"
    "F2,2024-07,6000,\nF2,2025-07,500,\nF2,2027-06,800.01,\n",
)
def a_score_of_two_years_before() -> Amounts:
    return {
        "Applied at F1, 2024": 0,
        "Applied at F1, 2025": 0,
        "Applied at F1, 2026": F(15, 1000),
        "Applied at F2, 2026": 0,
        "Payment at F1, 2026-07": cents(F("333.33") * F(985, 1000)),
        "Growth at F1, 2025": 0,
        "Growth at F1, 2026": F("333.33") - F("100.10"),
        "Growth at F2, 2026": 0,
        "Phased at F1, 2024": F("50.05"),
        "Phased at F1, 2025": 150,
        "Phased at F2, 2024": 0,
        "Phased at F2, 2026": 700,
    }


@contract(
    """
1.1 "Month Facts" are records, one for each ACO in each Month:
    | Column     | Kind  | If missing |
    | Capitation | money | $0         |
1.2 "Year Facts" are records, one for each ACO in each Performance Year:
    | Column | Kind                                                    | If missing |
    | Share  | rate written as a percent, at least 0% and at most 100% | required   |
    | Bonus  | money                                                   | $0         |
1.3 The list of ACOs is Year Facts.
2.1 The Payer must withhold from the Provider the "Withhold", in each Month: 2% of Capitation.
2.2 The Payer must return to the Provider, out of the Withhold, the "Returned": Share times (the total of
    Withhold).
2.3 The Payer must pay the Provider the "Advance", in each Quarter: 10% of (the total of Capitation).
2.4 The Payer must pay the Provider the "Settlement": 50% of (the total of Capitation), less the Advance for the
    same performance year.
2.5 The Payer must pay the Provider the "Same Settlement": 50% of (the total of Capitation), less amounts
    already paid under section 2.3.
2.6 The Payer must withhold from the Provider the "Retention": $500, only if the performance year is 1.
2.7 The Payer must return to the Provider, out of the Retention in the prior performance year, the "Released":
    Retention in the prior performance year, or $0 in the first performance year.
2.8 The Payer must pay the Provider the "Extra": Bonus.
2.9 The total of the Advance and the Extra must not exceed $60; the Extra is reduced first.
""",
    years=(1, 2),
    year_facts="aco,performance_year,share,bonus\nA,2024,75,55\nA,2025,10,55\n",
    month_facts="aco,month,capitation\nA,2024-01,100.10\nA,2024-02,100.10\nA,2024-07,200\nA,2025-03,50\n",
)
def withheld_each_month_returned_once() -> Amounts:
    withheld = 2 * cents(F("2.002")) + 4
    advances = [cents(F("20.02")), F(20)]
    half = F("400.20") / 2
    return {
        "Withhold at A, 2024-01": F(2),
        "Returned at A, 2024": cents(withheld * F(3, 4)),
        "Settlement at A, 2024": half - sum(advances),
        "Same Settlement at A, 2024": half - sum(advances),
        "Retention at A, 2024": 500,
        "Released at A, 2024": 0,
        "Retention at A, 2025": 0,
        "Released at A, 2025": 500,
        "Extra at A, 2024": F("19.98"),  # $40.02 was advanced in two quarters
        "Extra at A, 2025": 55,
    }


@contract(
    FROM_JULY.format(title="An exchange among facilities")
    + """
1.1 "Facilities" are records, one for each Facility in each Performance Year:
    | Column     | Kind                                | If missing |
    | Days       | count of days                       | required   |
    | Rate       | rate written as a percent           | not scored |
    | Hours      | number from 0 to 24                 | required   |
    | Deficient  | yes or no                           | no         |
2.1 "Rate Points" means (90 points times (20% minus Rate)) divided by 8 percentage points, but not less than 0
    points, or 0 points if it is not scored.
2.2 "Score" means (60% of Rate Points) plus (40% of (Hours times 25 points)), rounded half up to 3 decimal places.
2.3 "Place" means the rank of Rate across all Facilities that are scored, lowest first.
2.4 "Best" means the average of Rate across all Facilities where Rate is scored and Rate is at most 15%.
2.5 The "Eligible" is met if Score is at least 20 points and not Deficient.
3.1 "Withheld" means $10 times Days.
3.2 "Pool" means 60% of (the total of Withheld across all Facilities).
3.3 The Pool is divided among the Facilities that are Eligible, in proportion to Days; each part is its "Part";
    if no Facility qualifies, the Pool stays with the Payer; parts are to the cent by largest remainder, ties to
    the first in order of Facility.
3.4 The Payer must pay the Provider the "Earned": Part.
3.5 The Payer must pay the Provider the "First Prize": $50, only if Place is scored and Place is exactly 1.
""",
    facilities="facility,performance_year,days,rate,hours,deficient\nF1,2024,100,12,3,no\nF2,2024,70,16,4,\nF3,2024,31,,4.1,no\n"
    "F4,2024,9,15,4,yes\nF5,2024,5,30,0.5,no\n",
)
def an_exchange_among_facilities() -> Amounts:
    parts = by_largest_remainder(F(60 * 10 * 215, 100), {"F1": 100, "F2": 70, "F3": 31})
    return {
        "Score at F1, 2024": F(60 * 90, 100) + 30,
        "Score at F2, 2024": 27 + 40,
        "Score at F3, 2024": 41,
        "Score at F5, 2024": 5,
        "Best at 2024": F(135, 1000),
        **{f"Earned at {name}, 2024": part for name, part in parts.items()},
        "Earned at F4, 2024": 0,
        "Earned at F5, 2024": 0,
        "First Prize at F1, 2024": 50,
        "First Prize at F3, 2024": 0,
    }


@contract(
    """
1.1 "Stays" are records, one for each ACO and Stay:
    | Column        | Kind                                | If missing |
    | Admitted      | date                                | required   |
    | Discharged    | date                                | required   |
    | Readmitted On | date                                | none       |
    | Acuity        | one of "low", "middle", or "high"   | "low"      |
1.2 "Places" are records, one for each Stay in each Half Year:
    | Column | Kind                   | If missing |
    | ACO    | text                   | required   |
    | Level  | one of "I" or "II"     | "I"        |
1.3 The list of Stays is Stays.
2.1 "Price" is set, for each Stay in each Half Year, by Acuity down and Level across, where exactly one row and
    one column apply:
    | Acuity            | "I"  | "II" |
    | "low" or "middle" | $100 | $150 |
    | "high"            | $200 | $275 |
2.2 The "Early" is met, for each Stay, if Readmitted On is given and Readmitted On is on or before 30 days after
    Discharged.
2.3 The Payer must pay the Provider the "Stay Payment", in each Half Year: the total of Price over all Stays
    where Discharged is in that Half Year.
2.4 "Year Stays" means the number of Stays where Discharged is in the performance year.
2.5 "Early Rate" means (the number of Stays where Discharged is in the performance year and the Early is met)
    divided by Year Stays,
    or 0% if the divisor is zero.
2.6 The Provider must repay the Payer the "Clawback": Early Rate times (the total of Stay Payment).
""",
    stays="aco,stay,admitted,discharged,readmitted_on,acuity\nA,S1,2024-01-01,2024-01-10,2024-02-09,high\n"
    "A,S2,2024-06-20,2024-06-30,2024-07-31,\nA,S3,2024-12-30,2024-12-31,,middle\nA,S4,2024-12-30,2025-01-01,2025-01-05,high\n",
    places="stay,half_year,aco,level\nS1,2024-H1,A,II\nS3,2024-H2,A,II\n",
)
def stays_at_home() -> Amounts:
    return {
        "Year Stays at A, 2024": 3,
        "Early Rate at A, 2024": F(
            1, 3
        ),  # 30 days after January 10 is February 9; after June 30 it is July 30
        "Stay Payment at A, 2024-H1": 275 + 100,
        "Stay Payment at A, 2024-H2": 150,
        "Clawback at A, 2024": 175,
    }


@contract(
    """
1.1 "Physicians" are records, one for each ACO and Physician in each Performance Year:
    | Column    | Kind                             | If missing |
    | Specialty | one of "cardiac" or "orthopedic" | required   |
    | Fees      | money                            | required   |
    | Citizen   | yes or no                        | no         |
1.2 "Device Costs" are records, one for each ACO and Specialty in each Quarter:
    | Column   | Kind  | If missing |
    | Baseline | money | required   |
    | Actual   | money | required   |
2.1 "Saved" means, for each Specialty, the total of (Baseline minus Actual), but not less than $0.
2.2 "Gain Pool" means 50% of (the total of Saved over all Specialties).
2.3 A Physician is "Qualified" if Citizen and Fees is at least $100.
2.4 The Gain Pool is divided among the Physicians who are Qualified, in proportion to Fees, but not more than
    25% of Fees each;
    each part is its "Part"; an amount above a limit is divided again among those below it; if no Physician
    qualifies, the Gain Pool stays with the Payer;
    parts are to the cent by largest remainder, ties to the first in order of Physician.
2.5 The Payer must pay the Provider the "Gain": the total of Part over all Physicians.
""",
    physicians="aco,physician,performance_year,specialty,fees,citizen\nA,D1,2024,cardiac,100,yes\nA,D2,2024,orthopedic,900.03,yes\n"
    "A,D3,2024,cardiac,5000,no\nA,D4,2024,cardiac,99.99,yes\n",
    device_costs="aco,specialty,quarter,baseline,actual\nA,cardiac,2024-Q1,300,100\nA,cardiac,2024-Q2,300,333.33\nA,orthopedic,2024-Q1,10,20\n",
)
def two_lists_that_name_each_other() -> Amounts:
    pool = cents(F("166.67") / 2)
    parts = by_largest_remainder(pool, {"D1": 100, "D2": F("900.03")})
    return {
        "Saved at A, 2024, cardiac": F("166.67"),
        "Saved at A, 2024, orthopedic": 0,
        "Gain at A, 2024": pool,
        "Part at A, 2024, D1": parts["D1"],
        "Part at A, 2024, D2": parts["D2"],
        "Part at A, 2024, D3": 0,
    }
