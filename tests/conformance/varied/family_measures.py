"""Measures and peers: attainment and improvement, blended targets, withholds, scales, places."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Rates" are records, one for each ACO in each Performance Year:
    | Column        | Kind                       | If missing |
    | Numerator     | count                      | required   |
    | Denominator   | count                      | required   |
    | Statewide Rate | rate written as a percent | required   |
    | Payment Base  | money, at least $0         | required   |
2.1 "PPR Rate" means Numerator divided by Denominator, or not scored if Denominator is less than 40.
2.2 "Attainment Share" means: (a) 0%, if PPR Rate is not scored; (b) 50%, if PPR Rate is at most Statewide Rate; or (c) otherwise 0%.
2.3 "Prior Rate" means PPR Rate in the prior performance year, or not scored in the first performance year.
2.4 "Improvement Share" means 50% if Prior Rate is scored and PPR Rate is scored and PPR Rate is at most 95% of Prior Rate, otherwise 0%.
2.5 The Payer must pay the Provider the "Readmission Award": (Attainment Share plus Improvement Share) times Payment Base.
""",
    years=(1, 2, 3),
    rates="aco,performance_year,numerator,denominator,statewide_rate,payment_base\nA,2024,4,40,10,100.01\nA,2025,95,1000,9.4,100.01\nA,2026,9026,100000,9.0,100.01\nB,2024,1,39,10,50\nB,2025,1,40,2.5,50\nB,2026,0,39,3,50\n",
)
def attainment_and_improvement_with_small_denominators() -> Amounts:
    return {
        "Readmission Award at A, 2024": cents(F("50.005")),
        "Readmission Award at A, 2025": cents(F("50.005")),
        "Readmission Award at A, 2026": 0,
        "Readmission Award at B, 2024": 0,
        "Readmission Award at B, 2025": 25,
        "Readmission Award at B, 2026": 0,
    }


@contract(
    """
1.1 "Roster" are records, one for each ACO:
    | Column | Kind | If missing |
    | Region | one of "north", "south" or "west" | required |
1.2 "Spending" are records, one for each ACO in each Performance Year:
    | Column      | Kind  | If missing |
    | Own Average | money | required |
    | Actual      | money | required |
    | Cases       | count of cases | required |
    | Quality Class | one of "below", "good" or "excellent" | "below" |
1.3 The list of ACOs is Roster.
2.1 "Regional Average" means the average of Own Average across all ACOs in that Region, weighted by Cases.
2.2 "Regional Weight" is 1/3 in performance year 1, 2/3 in performance year 2 and 100% from performance year 3.
2.3 "Discount" is set by Quality Class, with one row for each Quality Class:
    | Quality Class | Discount |
    | "below"       | 3%       |
    | "good"        | 2%       |
    | "excellent"   | 1.5%     |
2.4 "Target" means (Regional Weight times Regional Average) plus ((100% minus Regional Weight) times Own Average), reduced by Discount, rounded half up to the cent.
2.5 "Stop Limit" is 5% in performance year 1, 10% in performance year 2 and 20% from performance year 3.
2.6 "Net" means (Target minus Actual) times (Cases counted as a number), but not more than (Stop Limit times Target times (Cases counted as a number)) in either direction.
2.7 The Payer must pay the Provider the "Reconciliation": Net, but not less than $0, only if Quality Class is not "below".
2.8 The Provider must repay the Payer the "Repayment": $0 minus Net, but not less than $0, unless the performance year is 1.
""",
    years=(1, 2, 3),
    roster="aco,region\nA,north\nB,north\nC,west\n",
    spending="aco,performance_year,own_average,actual,cases,quality_class\n"
    + "".join(
        f"A,{y},20000,{a},30,{q}\nB,{y},26000,{b},10,{p}\nC,{y},1000,1000,0,good\n"
        for y, a, q, b, p in (
            (2024, "19000", "excellent", "30000", "below"),
            (2025, "21000.01", "good", "21000", ""),
            (2026, "15000", "good", "21000", "excellent"),
        )
    ),
)
def a_blended_target_with_stop_limits() -> Amounts:
    reg = F(20000 * 30 + 26000 * 10, 40)

    def target(w, own, d):
        return cents((w * reg + (1 - w) * own) * (1 - F(d)))

    ta = target(F(1, 3), 20000, "0.015")
    ta2 = target(F(2, 3), 20000, "0.02")
    ta3 = target(F(1), 20000, "0.02")
    tb3 = target(F(1), 26000, "0.015")
    return {
        "Regional Average at A, 2024": reg,
        "Reconciliation at A, 2024": cents(min(ta - 19000, ta / 20) * 30),
        "Repayment at B, 2024": 0,
        "Repayment at A, 2025": max(F(0), cents((F("21000.01") - ta2) * 30)),
        "Reconciliation at B, 2025": 0,
        "Reconciliation at A, 2026": cents(min(ta3 - 15000, ta3 / 5) * 30),
        "Reconciliation at B, 2026": cents(max(tb3 - 21000, 0) * 10),
    }


@contract(
    """
1.1 "Capitation" are records, one for each ACO in each Month:
    | Column | Kind | If missing |
    | Paid Capitation | money, at least $0 | $0 |
1.2 "Contract Measures" are:
    | Measure | Weight | Benchmark Rate |
    | "W30"   | 12.5%  | 60% |
    | "CBP"   | 12.5%  | 65.5% |
    | "FUH"   | 25%    | 50% |
    | "AMR"   | 50%    | 70% |
1.3 "Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind | If missing |
    | Rate | rate written as a percent | not scored |
2.1 The Payer must withhold from the Provider the "Withhold", for each Month: 2% of Paid Capitation.
2.2 "Baseline" means, for each Measure, Rate in the prior performance year, or not scored in the first performance year.
2.3 A Measure is "Earned" if Rate is scored and (Rate is at least Benchmark Rate or (Baseline is scored and (Rate minus Baseline) is at least 3 percentage points)).
2.4 "Earned Share" means the total of Weight over the Contract Measures that are Earned.
2.5 "Withheld Total" means the total of Withhold over all Months.
2.6 The Payer must return to the Provider, out of the Withhold, the "Earned Withhold": Earned Share times Withheld Total, and what is not returned stays with the Payer.
2.7 "Unearned" means Withheld Total minus Earned Withhold.
2.8 "Unearned Pool" means, in each Performance Year, the total of Unearned across all ACOs.
2.9 The Unearned Pool is divided equally among the ACOs for which Earned Share is exactly 100%; each part is its "Bonus Part"; if no ACO qualifies, the Unearned Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.10 The Payer must pay the Provider the "Pool Bonus": Bonus Part.
""",
    years=(1, 2),
    capitation="aco,month,paid_capitation\nA,2024-01,1000.25\nA,2024-02,1000.25\nB,2024-01,333.33\nC,2024-03,50.05\nA,2025-01,0.24\nB,2025-05,10000\nC,2025-12,49.99\n",
    results="aco,measure,performance_year,rate\nA,W30,2024,60\nA,CBP,2024,65.49\nA,FUH,2024,\nA,AMR,2024,70.1\n"
    "B,W30,2024,10\nB,CBP,2024,70\nB,FUH,2024,47\nC,AMR,2024,60\n"
    + "".join(
        f"{a},{m},2025,{r}\n"
        for a, rs in (("A", (60, 65.5, 50, 70)), ("B", (13, 70, 50, "")), ("C", (99, 99, 99, 63)))
        for m, r in zip(("W30", "CBP", "FUH", "AMR"), rs, strict=True)
    ),
)
def a_withhold_of_months_earned_by_measures_with_a_pool_of_the_rest() -> Amounts:
    wa, wb, wc = F("40.02"), F("6.67"), F("1.00")
    # A 2024 earned: W30, AMR = 62.5% ; B: CBP 12.5 ; C none
    ea, eb = cents(wa * F(".625")), cents(wb * F(".125"))
    # 2025: A: .00 (0.0048) ; B 200 : W30 13-10=3 ok, CBP ok, FUH ok => .5 => 100; C: 1.00 all
    return {
        "Withhold at A, 2024-01": F("20.01"),
        "Earned Withhold at A, 2024": ea,
        "Earned Withhold at B, 2024": eb,
        "Pool Bonus at A, 2024": 0,
        "Unearned Pool at A, 2024": wa + wb + wc - ea - eb,
        "Earned Withhold at A, 2025": 0,
        "Earned Withhold at C, 2025": 1,
        "Pool Bonus at A, 2025": 50,
        "Pool Bonus at C, 2025": 50,
        "Pool Bonus at B, 2025": 0,
    }


@contract(
    """
1.1 "Roster" are records, one for each ACO:
    | Column | Kind | If missing |
    | Start Date | date | required |
    | End Date | date | none |
1.2 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Savings | money | required |
    | Members | count of members | required |
1.3 The list of ACOs is Roster.
2.1 "Losses" means $0 minus Savings, but not less than $0.
2.2 The Payer must pay the Provider the "Shared Savings": 50% of Savings, but not less than $0, prorated by whole months in force.
2.3 The Provider must pay the Payer the "Shared Losses": 30% of Losses, prorated by days in force.
2.4 Notwithstanding section 2.2, if End Date is before the end of the performance year, no Shared Savings is due.
2.6 "Months in Force" means 12 months, prorated by whole months in force.
2.5 Notwithstanding section 2.3, if Months in Force is less than 6 months, no Shared Losses is due.
""",
    years=(1,),
    roster="aco,start_date,end_date\nA,2024-01-01,2024-12-31\nB,2024-01-01,2024-12-30\nC,2024-01-01,2024-06-30\nD,2024-01-01,2024-05-31\nE,2024-07-01,\n",
    results="aco,performance_year,savings,members\nA,2024,100.01,1\nB,2024,100,1\nC,2024,-1000,1\nD,2024,-1000,1\nE,2024,-1000,1\n",
)
def termination_with_months_in_force_as_a_condition() -> Amounts:
    return {
        "Shared Savings at A, 2024": F("50.01"),
        "Shared Savings at B, 2024": 0,
        "Shared Losses at C, 2024": cents(F(300) * 182 / 366),
        "Shared Losses at D, 2024": 0,
        "Shared Losses at E, 2024": cents(F(300) * 184 / 366),
    }


@contract(
    """
1.1 "Model Share" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Spending per Member | money per member per month | required |
    | Attributed Share | rate written as a percent | required |
    | Readmissions | number | required |
2.1 "Growth" means (Spending per Member divided by (Spending per Member in performance year 1)) minus 100%, or 0% in the first performance year.
2.2 "Allowed Growth" means 3.5% compounded for 1 year if the performance year is 2, otherwise 3.5% compounded for 2 years.
2.3 The "Growth Test" is met if Growth is at most Allowed Growth.
2.4 The "Scale Test" is met if Attributed Share is at least 70%.
2.5 The "Readmission Test" is met if Readmissions is less than Readmissions in performance year 1.
2.6 The "Scorecard" is met if at least 2 of the following are true: (a) the Growth Test is met; (b) the Scale Test is met; (c) the Readmission Test is met.
2.7 The Payer must pay the Provider the "Reward": $1,000.00, only if the Scorecard is met.
""",
    years=(2, 3),
    model_share="aco,performance_year,spending_per_member,attributed_share,readmissions\nA,2024,100,0,1\nA,2025,103.5,70,1\nA,2026,107.1225,69.9,1.01\nB,2024,200,0,10\nB,2025,207.01,70,9.99\nB,2026,214.2451,99,10\n",
)
def a_scorecard_of_growth_from_the_first_year() -> Amounts:
    return {
        "Reward at A, 2025": 1000,
        "Reward at A, 2026": 0,
        "Growth Test at A, 2026": True,
        "Reward at B, 2025": 1000,
        "Growth Test at B, 2025": False,
        "Growth Test at B, 2026": False,
        "Reward at B, 2026": 0,
    }


@contract(
    """
1.1 "Members" are records, one for each Member in each Performance Year:
    | Column | Kind | If missing |
    | ACO | text | required |
    | Cost | money | required |
    | Expected | money, at least $0 | required |
    | Months | count of member months | required |
2.1 "Attachment" means, for each Member in each Performance Year, $100,000, prorated by Months over 12, rounded half up to the dollar.
2.2 "Specific Reimbursement" means, for each Member in each Performance Year, 90% of (the amount by which Cost exceeds Attachment), but not more than $250,000.
2.3 "Retained" means, for each Member in each Performance Year, Cost minus Specific Reimbursement.
2.4 "Aggregate Attachment" means 125% of (the total of Expected over all Members).
2.5 The Payer must pay the Provider the "Stop-loss Payment": (the total of Specific Reimbursement over all Members) plus (the amount by which (the total of Retained over all Members) exceeds Aggregate Attachment), but not more than $1,000,000.
""",
    members="aco,member,performance_year,cost,expected,months\nA,m1,2024,100000,80000,12\nA,m2,2024,100000.10,80000,12\nA,m3,2024,999999,80000,7\nA,m4,2024,-500,0.04,1\nB,m3,2024,41666.6,100,5\nB,m5,2024,8334.55,100,1\n",
)
def specific_and_aggregate_stop_loss() -> Amounts:
    s2 = F(".09")
    s3 = F(250000)
    ret = F(100000) + F("100000.10") - s2 + 749999 - 500
    att = F(5, 4) * F("240000.04")
    b = F("0.9") * F("1.55")
    retb = F("41666.6") + F("8334.55") - b
    return {
        "Attachment at A, 2024, m3": 58333,
        "Attachment at B, 2024, m3": 41667,
        "Attachment at B, 2024, m5": 8333,
        "Stop-loss Payment at A, 2024": cents(min(F(1000000), s2 + s3 + max(0, ret - att))),
        "Stop-loss Payment at B, 2024": cents(b + retb - 250),
    }


@contract(
    """
1.1 "Scores" are records, one for each ACO in each Performance Year:
    | Column  | Kind                  | If missing |
    | Score   | number from 0 to 100  | required   |
    | Revenue | money, at least $0    | required   |
2.1 "Scale" is set by Score, where exactly one row applies:
    | Score                                 | Scale                                   |
    | less than 41                          | a straight line from -2% at 0 to 0% at 41 |
    | from 41 up to but not including 80    | a straight line from 0% at 41 to 2% at 80 |
    | 80 or more                            | 2%                                      |
2.2 "Raw Adjustment" means Scale times Revenue.
2.3 "Total Raw" means, in each Performance Year, the total of Raw Adjustment across all ACOs.
2.4 "Total Positive" means, in each Performance Year, the total of (the greater of Raw Adjustment and $0) across all ACOs.
2.5 "Neutral Factor" means 100% minus (Total Raw divided by Total Positive, or 0% if the divisor is zero), but not more than 100%.
2.6 "Adjustment" means Raw Adjustment if Raw Adjustment is at most $0, otherwise Raw Adjustment times Neutral Factor.
2.7 The Payer must pay the Provider the "QBR Adjustment": Adjustment; if it is negative, the Provider must pay that amount to the Payer.
""",
    scores="aco,performance_year,score,revenue\nA,2024,0,1000.03\nB,2024,20.5,100\nC,2024,41,100\nD,2024,60.5,3000\nE,2024,80,2000\n",
)
def a_scale_through_zero_made_neutral() -> Amounts:
    raw = {
        "A": F("-0.02") * F("1000.03"),
        "B": F("-0.01") * 100,
        "C": F(0),
        "D": F("0.01") * 3000,
        "E": F(40),
    }
    nf = 1 - sum(raw.values()) / 70
    return {
        "QBR Adjustment at A, 2024": -cents(-raw["A"]),
        "QBR Adjustment at B, 2024": -1,
        "QBR Adjustment at C, 2024": 0,
        "QBR Adjustment at D, 2024": cents(30 * nf),
        "QBR Adjustment at E, 2024": cents(40 * nf),
    }


@contract(
    """
1.1 "Groups" are:
    | Group |
    | "reference" |
    | "priority" |
1.2 "Group Results" are records, one for each ACO and Group in each Half Year:
    | Column | Kind | If missing |
    | Met | count | 0 |
    | Eligible | count | 0 |
2.1 "Group Rate" means, for each ACO and Group in each Half Year, Met divided by Eligible, or not scored if Eligible is less than 11.
2.2 "Gap" means, for each ACO in each Half Year, (Group Rate for "reference") minus (Group Rate for "priority").
2.3 "Equity Payment Rate" is set, for each ACO in each Half Year, by Gap, where exactly one row applies:
    | Gap | Equity Payment Rate |
    | not scored | 0.25% |
    | less than 2 percentage points | 1% |
    | from 2 percentage points up to but not including 5 percentage points | 0.5% |
    | 5 percentage points or more | 0% |
2.4 "Base" means $10,000.50.
2.5 The Payer must pay the Provider the "Equity Payment", for each Half Year: Equity Payment Rate times Base.
""",
    group_results="aco,group,half_year,met,eligible\nA,reference,2024-H1,70,100\nA,priority,2024-H1,34,50\nA,reference,2024-H2,70,100\nA,priority,2024-H2,10,10\nB,reference,2024-H1,10,20\nB,priority,2024-H1,19,20\nB,reference,2024-H2,14,20\nB,priority,2024-H2,13,20\n",
)
def an_equity_gap_with_a_suppressed_group() -> Amounts:
    b = F("10000.50")
    return {
        "Equity Payment at A, 2024-H1": cents(b * F("0.005")),
        "Equity Payment at A, 2024-H2": cents(b * F("0.0025")),
        "Equity Payment at B, 2024-H1": cents(b * F("0.01")),
        "Equity Payment at B, 2024-H2": 0,
    }


@contract(
    """
1.1 "Plan Rates" are records, one for each ACO and Measure in each Half Year:
    | Column | Kind | If missing |
    | Rate | rate written as a percent | not scored |
1.2 "Contract Measures" are:
    | Measure | Direction |
    | "ED"    | "lower is better" |
    | "Well"  | "higher is better" |
    | "Dental" | "higher is better" |
1.3 "Plans" are records, one for each ACO:
    | Column | Kind | If missing |
    | Capacity | count of members | required |
1.4 The list of ACOs is Plans.
2.1 "Measure Place" means, for each ACO and Measure in each Half Year, the rank of Rate across all ACOs, highest first, ties sharing the average rank if Direction is "higher is better", otherwise the rank of Rate across all ACOs, lowest first, ties sharing the average rank.
2.2 "Mean Place" means, for each ACO in each Half Year, the average of Measure Place over the Contract Measures that are scored.
2.3 "Final Place" means, for each ACO in each Half Year, the rank of Mean Place across all ACOs, lowest first, ties sharing the better rank.
2.4 The Payer must pay the Provider the "Assignment Bonus", for each Half Year: $500 if Final Place is scored and Final Place is at most 1, otherwise $0.
""",
    plans="aco,capacity\nA,1\nB,2\nC,3\n",
    plan_rates="aco,measure,half_year,rate\nA,ED,2024-H1,10\nB,ED,2024-H1,10\nC,ED,2024-H1,30\nA,Well,2024-H1,50\nB,Well,2024-H1,60\nC,Well,2024-H1,70\nA,Dental,2024-H1,20\nB,Dental,2024-H1,10\nC,Dental,2024-H1,\nA,ED,2024-H2,1\n",
)
def places_averaged_over_measures_in_each_half_year() -> Amounts:
    # H1: ED A1.5 B1.5 C3; Well C1 B2 A3; Dental A1 B2 ; mean A 5.5/3, B 5.5/3, C 2 -> A,B tie at 1
    return {
        "Mean Place at A, 2024-H1": F(11, 6),
        "Mean Place at C, 2024-H1": 2,
        "Final Place at A, 2024-H1": 1,
        "Final Place at B, 2024-H1": 1,
        "Assignment Bonus at B, 2024-H1": 500,
        "Assignment Bonus at C, 2024-H1": 0,
        "Assignment Bonus at A, 2024-H2": 500,
        "Assignment Bonus at B, 2024-H2": 0,
    }
