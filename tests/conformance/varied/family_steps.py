"""Steps in a chain: limits on several payments, pools with ceilings, elections, gates that are counted."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Results" are records, one for each ACO in each Quarter:
    | Column     | Kind  | If missing |
    | Capitation | money, at least $0 | required |
    | Score      | rate written as a percent | required |
1.2 "Statutory" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Minimum | money, at least $0 | $0 |
2.1 The Payer must pay the Provider the "Incentive", for each Quarter: 4% of Capitation, only if Score is at least 80%.
2.2 The Payer must pay the Provider the "Annual Bonus": one third of (the total of Capitation), but not more than $50.
2.3 The Payer must pay the Provider the "Report Bonus": $10.
2.4 The total of the Incentive, the Annual Bonus and the Report Bonus must not exceed 5% of (the total of Capitation); the Annual Bonus is reduced first; the Report Bonus is reduced next.
2.5 Notwithstanding section 2.4, the total of the Annual Bonus and the Report Bonus must not be less than Minimum; the Annual Bonus is increased.
""",
    results="aco,quarter,capitation,score\n"
    + "".join(
        f"A,2024-Q{q},{c},{s}\n"
        for q, c, s in ((1, "100.13", 80), (2, "200.30", "79.99"), (3, "100.10", 95), (4, "333.33", 90))
    )
    + "".join(f"B,2024-Q{q},1000.01,0\n" for q in (1, 2, 3, 4)),
    statutory="aco,performance_year,minimum\nA,2024,16.001\n",
)
def a_limit_on_quarterly_and_yearly_payments_with_a_statutory_floor() -> Amounts:
    # $21.34 for the quarters; $36.69 leave $5.35 and $10, and the floor of $16.001 lifts the bonus to $6.01
    return {
        "Incentive at A, 2024-Q1": F("4.01"),
        "Report Bonus at A, 2024": 10,
        "Annual Bonus at A, 2024": F("6.01"),
        "Annual Bonus at B, 2024": 50,
        "Report Bonus at B, 2024": 10,
    }


@contract(
    """
1.1 "Shares" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Weight | number, at least 0 | required |
    | Ceiling | money, at least $0 | required |
    | Eligible | yes or no | no |
2.1 "Pot" is $100.01 in performance year 1 and $0.05 from performance year 2.
2.2 The Pot is divided among the ACOs that are Eligible, in proportion to Weight, but not more than Ceiling each; an amount above a limit is divided again among those below it; each part is its "Portion"; if no ACO qualifies, the Pot stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO; what is left over stays with the Payer.
2.3 The Payer must pay the Provider the "Portion Payment": Portion.
""",
    years=(1, 2),
    shares="aco,performance_year,weight,ceiling,eligible\nP1,2024,10,5.555,yes\nP10,2024,10,1000,yes\nP2,2024,10,1000,yes\nP3,2024,30,40.00,yes\nP4,2024,99,100,no\nP1,2025,1,1,yes\nP10,2025,1,1,yes\nP2,2025,1,0.01,yes\nP3,2025,0,1,yes\n",
)
def a_pool_divided_again_with_ceilings_in_fractions_of_a_cent() -> Amounts:
    # 60 weight: P3 50.005 > 40 ; P1 16.668 > 5.555 ; rest 100.01-40-5.555(cut 5.55?) among P10,P2
    return {
        "Portion Payment at P1, 2024": F("5.55"),
        "Portion Payment at P3, 2024": 40,
        "Portion Payment at P10, 2024": F("27.23"),
        "Portion Payment at P2, 2024": F("27.23"),
        "Portion Payment at P1, 2025": F("0.02"),
        "Portion Payment at P10, 2025": F("0.02"),
        "Portion Payment at P2, 2025": F("0.01"),
        "Portion Payment at P3, 2025": 0,
    }


@contract(
    """
1.1 "Enrollment" are records, one for each Member in each Month:
    | Column | Kind | If missing |
    | ACO | text | required |
    | Enrolled | yes or no | no |
    | Risk | number | 1 |
1.2 "Screenings" are entries, any number for each ACO and Member, placed by Screen Date:
    | Column | Kind | If missing |
    | Screen Date | date | required |
2.1 "Months Enrolled" means, for each Member in each Performance Year, the number of Enrollment where Enrolled.
2.2 The "Continuous" is met, for each Member in each Performance Year, if Months Enrolled is at least 11.
2.3 "Screens" means, for each Member in each Performance Year, the number of Screenings.
2.4 "Denominator" means the number of Members where the Continuous is met.
2.5 "Numerator" means the number of Members where the Continuous is met and Screens is at least 1.
2.6 "Screening Rate" means Numerator divided by Denominator, or not scored if Denominator is less than 2.
2.7 "Average Risk" means the average of Risk over the Enrollment where Enrolled.
2.8 "Member Risk" means, for each Member in each Performance Year, the average of Risk over the Enrollment where Enrolled.
2.9 "Person Risk" means the average of Member Risk over all Members that are scored.
2.10 The Payer must pay the Provider the "Screening Bonus": $10 per member times Numerator, only if Screening Rate is scored and Screening Rate is at least 50%.
""",
    enrollment="aco,member,month,enrolled,risk\n"
    + "".join(
        f"A,{m},2024-{i:02},{'no' if i in gap else 'yes'},{r}\n"
        for m, gap, r in (
            ("m1", (), "1.5"),
            ("m2", (7,), "2"),
            ("m3", (1, 2), "9"),
            ("m4", tuple(range(1, 13)), "100"),
        )
        for i in range(1, 13)
    )
    + "B,m1,2024-01,yes,\n",
    screenings="aco,member,screen_date\nA,m1,2024-01-01\nA,m1,2024-12-31\nA,m3,2024-05-05\nA,m2,2025-01-01\n",
)
def continuous_enrollment_decides_the_denominator() -> Amounts:
    return {
        "Denominator at A, 2024": 2,
        "Numerator at A, 2024": 1,
        "Screening Bonus at A, 2024": 10,
        "Screening Bonus at B, 2024": 0,
        "Average Risk at A, 2024": (F(18) + 22 + 90) / 33,
        "Person Risk at A, 2024": (F("1.5") + 2 + 9) / 3,
        "Person Risk at B, 2024": 1,
    }


@contract(
    """
1.1 "Rates" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Cost | money | not scored |
    | Region | one of "east" or "west" | required |
2.1 "Others" means the median of Cost across all other ACOs that are scored.
2.2 "Quartile" means the 25th percentile, by nearest rank, of Cost across all ACOs that are scored.
2.3 "Smooth Quartile" means the 25th percentile, by linear interpolation, of Cost across all ACOs that are scored.
2.4 "Region Mean" means the average of Cost across all ACOs in that Region that are scored.
2.5 The Payer must pay the Provider the "Peer Bonus": 10% of (the amount by which Cost is less than Others), or $0 if it is not scored.
2.6 The Payer must pay the Provider the "Region Bonus": $5 if Cost is scored and Region Mean is scored and Cost is less than Region Mean, otherwise $0.
""",
    rates="aco,performance_year,cost,region\nA,2024,100,east\nB,2024,200.02,east\nC,2024,300.01,west\nD,2024,,west\nE,2024,400,east\nA,2025,7,east\n",
    years=(1, 2),
)
def peers_without_the_own_one_and_two_kinds_of_quartile() -> Amounts:
    return {
        "Others at A, 2024": F("300.01"),
        "Others at D, 2024": (F("200.02") + F("300.01")) / 2,
        "Quartile at 2024": 100,
        "Smooth Quartile at 2024": 100 + F(3, 4) * F("100.02"),
        "Peer Bonus at A, 2024": F("20.00"),
        "Peer Bonus at B, 2024": F("10.00"),
        "Peer Bonus at C, 2024": 0,
        "Peer Bonus at D, 2024": 0,
        "Peer Bonus at A, 2025": 0,
        "Region Bonus at A, 2024": 5,
        "Region Bonus at B, 2024": 5,
        "Region Bonus at C, 2024": 0,
        "Region Bonus at A, 2025": 0,
    }


@contract(
    """
1.1 "Contract Measures" are:
    | Measure | Domain | Goal |
    | "M1" | "care" | 50% |
    | "M2" | "care" | 60% |
    | "M3" | "access" | 70% |
    | "M4" | "access" | 80% |
    | "M5" | "access" | 90% |
1.2 "Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind | If missing |
    | Hits | count | 0 |
    | Cases | count | 0 |
2.1 "Rate" means, for each Measure, Hits divided by Cases, or not scored if Cases is less than 10.
2.2 The "Core Gate" is met if at least 3 of the Contract Measures that are scored have Rate at least Goal, or all of them if fewer than 3 are scored.
2.3 The "Share Gate" is met if at least 60% of the Contract Measures that are scored have Rate at least Goal.
2.4 The "Care Gate" is met, for each Domain, if at least 1 of the Contract Measures in that Domain have Rate at least Goal, counting one that is not scored as not met.
2.5 "Gates Met" means (1 if the Core Gate is met, otherwise 0) plus (1 if the Share Gate is met, otherwise 0) plus (the number of Domains where the Care Gate is met).
2.6 "Ladder" is set by Gates Met, where the first row that fits applies:
    | Gates Met | Ladder |
    | 4 or more | 100% |
    | 3 | 75% |
    | at least 1 | 25% |
    | any other value | 0% |
2.7 The Payer must pay the Provider the "Gate Award": Ladder times $1,000.02.
""",
    results="aco,measure,performance_year,hits,cases\nA,M1,2024,5,10\nA,M2,2024,6,10\nA,M3,2024,7,10\nA,M4,2024,1,10\nA,M5,2024,1,10\n"
    "B,M1,2024,5,10\nB,M3,2024,9,9\nB,M5,2024,9,10\nC,M1,2024,10,10\nC,M2,2024,0,10\nC,M5,2024,89,100\nD,M1,2024,9,9\nD,M2,2024,0,10\n",
)
def gates_counted_on_a_ladder() -> Amounts:
    b = F("1000.02")
    return {
        "Gates Met at A, 2024": 4,
        "Gate Award at A, 2024": b,
        "Gates Met at B, 2024": 4,
        "Gates Met at C, 2024": 1,
        "Gate Award at C, 2024": cents(b / 4),
        "Gates Met at D, 2024": 0,
        "Gate Award at D, 2024": 0,
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Base Cost | money | required |
    | Trend | rate written as a percent | required |
    | Risk Ratio | number, at least 0 | required |
    | Actual | money | required |
2.1 "Capped Ratio" means Risk Ratio, rounded half up to 4 decimal places, but not more than 1.03 and not less than 0.97.
2.2 "Target" means Base Cost, increased by (Trend compounded for 2 years), reduced by 1.5%, rounded half up to the cent.
2.3 "Adjusted Target" means Target times Capped Ratio.
2.4 "Result" means Adjusted Target minus Actual.
2.5 "Entered Relief" is determined by the Payer and entered with a note, as money from $0 through $50, or $0 if none is entered.
2.6 The Provider must pay the Payer the "Loss": (50% of ($0 minus Result)) minus Entered Relief, but not less than $0.
2.7 The Payer must pay the Provider the "Gain": 50% of Result, but not less than $0, increased by 10%, but not more than $100.
""",
    results="aco,performance_year,base_cost,trend,risk_ratio,actual\nA,2024,1000,3,1.030049,1000\nB,2024,1000,-3,1.03005,1000.005\nC,2024,99.99,10,0.96994999,300\nD,2024,5000,0,1,4000\n",
    entered_values="aco,performance_year,entered_relief,note\nC,2024,50,because\nB,2024,0.01,x\n",
)
def steps_in_a_chain_with_an_entered_relief() -> Amounts:
    ta = cents(1000 * F("1.03") ** 2 * F(".985"))
    tb = cents(1000 * F(".97") ** 2 * F(".985"))
    tc = cents(F("99.99") * F("1.21") * F(".985"))
    ra = ta * F("1.03") - 1000
    return {
        "Target at A, 2024": ta,
        "Gain at A, 2024": cents(min(F(100), ra / 2 * F("1.1"))),
        "Loss at B, 2024": cents((F("1000.005") - tb * F("1.03")) / 2 - F("0.01")),
        "Loss at C, 2024": cents((300 - tc * F("0.97")) / 2 - 50),
        "Gain at D, 2024": 100,
    }


@contract(
    """
1.1 "Roster" are records, one for each ACO:
    | Column | Kind | If missing |
    | Start Date | date | required |
1.2 "Panel" are records, one for each ACO and Member in each Month:
    | Column | Kind | If missing |
    | Tier | one of "low", "high" or "complex" | required |
    | Dual | yes or no | no |
1.3 The list of ACOs is Roster.
2.1 "Tier Rate" is set by Tier, with one row for each Tier:
    | Tier | Tier Rate |
    | "low" | $3.335 per member per month |
    | "high" | $20.10 per member per month |
    | "complex" | $155.555 per member per month |
2.2 "Dual Add-on" is $1.00 per member per month before July 1, 2024 and $1.50 per member per month from July 1, 2024.
2.3 "Monthly Care Fee" means, for each Member in each Month, Tier Rate plus (Dual Add-on if Dual, otherwise $0.00 per member per month).
2.4 The Payer must pay the Provider the "Care Fee", for each Month: the total of (Monthly Care Fee times 1 member month) over all Members.
2.5 The Payer must pay the Provider the "Yearly Supplement": 1% of (the total of Care Fee over all Months) if the performance year is the Provider's first performance year, otherwise 2% of (the total of Care Fee over all Months).
""",
    roster="aco,start_date\nA,2024-01-01\nB,2024-06-15\n",
    panel="aco,member,month,tier,dual\nA,m1,2024-06,low,yes\nA,m1,2024-07,low,yes\nA,m2,2024-07,complex,\nA,m3,2024-07,low,no\nB,m4,2024-06,high,yes\nB,m4,2024-12,complex,yes\n",
)
def fees_of_members_by_tier_with_an_add_on_from_july() -> Amounts:
    return {
        "Care Fee at A, 2024-06": F("4.34"),
        "Care Fee at A, 2024-07": cents(F("4.835") + F("155.555") + F("3.335")),
        "Care Fee at B, 2024-12": F("157.06"),
    }


@contract(
    """
1.1 "Settlement Results" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Benchmark | money, at least $0 | required |
    | Spending | money | required |
    | Quality Class | one of "gold", "silver" or "none" | "none" |
2.1 The Provider elects the "Track", "Upside", "Two-sided" or "Full", in its first performance year and for the whole term; without an election it is "Upside".
2.2 "Gain Rate" and "Loss Rate" are set by Track and Quality Class, where exactly one row applies:
    | Track | Quality Class | Gain Rate | Loss Rate |
    | "Upside" | any | 30% | 0% |
    | "Two-sided" | "gold" | 60% | 30% |
    | "Two-sided" | "silver" or "none" | 50% | 40% |
    | "Full" | "gold" or "silver" | 100% | 90% |
    | "Full" | "none" | 80% | 100% |
2.3 "Savings" means Benchmark minus Spending.
2.4 "Threshold" is 2% in performance year 1, 1% in performance year 2 and 0% from performance year 3.
2.5 If Savings is more than Threshold times Benchmark, the Payer must pay the Provider the "Gain": Gain Rate times (Savings minus (Threshold times Benchmark)).
2.6 If ($0 minus Savings) is at least Threshold times Benchmark, the Provider must pay the Payer the "Loss": Loss Rate times ($0 minus Savings), but not less than $0.
""",
    years=(1, 2, 3),
    settlement_results="aco,performance_year,benchmark,spending,quality_class\nA,2024,1000.50,980.49,gold\nA,2025,1000,990,gold\nA,2026,1000,999.99,none\nB,2024,1000,1020,none\nB,2025,1000,1009.99,gold\nB,2026,1000,1000,silver\nC,2024,100,90,\nC,2025,100,200,\nC,2026,0,1,gold\n",
    entered_values="aco,performance_year,track\nA,2024,Full\nB,2024,Two-sided\n",
)
def tracks_with_a_threshold_that_falls_to_zero() -> Amounts:
    return {
        "Gain at A, 2024": 0,
        "Gain at A, 2025": 0,
        "Gain at A, 2026": F("0.01"),
        "Loss at B, 2024": 8,
        "Loss at B, 2025": 0,
        "Gain at C, 2024": cents(F("2.4")),
        "Loss at C, 2025": 0,
        "Gain at B, 2026": 0,
        "Loss at B, 2026": 0,
    }
