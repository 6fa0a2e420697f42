"""Measures that are not scored, percentiles by year, peers and gaps."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | Rate   | rate written as a percent | not scored |
    | Prior  | rate written as a percent | not scored |
    | Left   | date | none |
2.1 "Letter" means: (a) $5, if Rate is not scored; (b) $100 times (Rate counted as a number), if Rate is at least 50%; or (c) otherwise $1.
2.2 The Payer must pay the Provider the "By Letter": Letter.
2.3 "Grid" is set by the first row that applies:
    | If                           | Grid |
    | Rate is not scored or Prior is not scored | $0   |
    | Rate is better than Prior    | $10  |
    | otherwise                    | $3   |
""".replace("Rate is better than Prior", "Rate is more than Prior")
    + """
2.4 The Payer must pay the Provider the "By Grid": Grid.
2.5 The Payer must pay the Provider the "By Days": $1 per day times (the number of days from January 1, 2024 to Left) if Left is given and Left is after January 1, 2024, otherwise $0.
2.6 The Payer must pay the Provider the "By Choice": $7 if Rate is not scored, otherwise $70 if Rate is at least 50%, otherwise $700.
""",
    years=(1,),
    results="aco,performance_year,rate,prior,left\nA,2024,,50,\nB,2024,60,50,2024-01-31\nC,2024,40,40,2023-01-01\n",
)
def conditions_that_settle_what_is_scored() -> Amounts:
    return {
        "By Letter at A, 2024": 5,
        "By Letter at B, 2024": 60,
        "By Letter at C, 2024": 1,
        "By Grid at A, 2024": 0,
        "By Grid at B, 2024": 10,
        "By Grid at C, 2024": 3,
        "By Days at A, 2024": 0,
        "By Days at B, 2024": 30,
        "By Days at C, 2024": 0,
        "By Choice at A, 2024": 7,
        "By Choice at B, 2024": 70,
        "By Choice at C, 2024": 700,
    }


@contract(
    """
1.1 "Measure List" are:
    | Measure                 | Direction          | Weight |
    | "Postpartum Visit"      | "higher is better" | 1      |
    | "Emergency Visits"      | "lower is better"  | 2      |
1.2 "Measure Results" are records, one for each ACO and Measure in each Performance Year:
    | Column      | Kind  | If missing |
    | Numerator   | count | required   |
    | Denominator | count | required   |
1.3 "National Table" are records, one for each Measure, Published Year and Percentile:
    | Column         | Kind                       | If missing |
    | Percentile     | number                     | required   |
    | Published Year | number                     | required   |
    | Printed Rate   | rate written as a percent  | required   |
1.4 "Premiums" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Premium | money, at least $0 | required   |
2.1 "Measure Rate" means, for each Measure, Numerator divided by Denominator, or not scored if Denominator is less than 30.
2.2 "Reached Percentile" means, for each Measure, the percentile of Measure Rate in "National Table" published for the prior calendar year.
2.3 "Rung" is set, for each Measure, by Reached Percentile, where exactly one row applies:
    | Reached Percentile                 | Rung  |
    | not scored                         | 0%    |
    | less than 50                       | -0.2% |
    | from 50 up to but not including 75 | 0%    |
    | from 75 up to but not including 90 | 0.5%  |
    | 90 or more                         | 0.75% |
2.4 "Total Rung" means the total of (Rung times Weight).
2.5 The Payer must pay the Provider the "Incentive": Total Rung times Premium, but not more than 1.5% of Premium; if it is negative, the Provider must pay that amount to the Payer.
""",
    years=(1, 2, 3),
    measure_results="aco,measure,performance_year,numerator,denominator\nA,Postpartum Visit,2024,75,100\nA,Emergency Visits,2024,20,100\nA,Postpartum Visit,2025,75,100\nA,Emergency Visits,2025,20,100\nB,Postpartum Visit,2024,1,29\nB,Emergency Visits,2024,61,100\nB,Postpartum Visit,2025,900,1000\nB,Emergency Visits,2025,0,30\nA,Postpartum Visit,2026,1,29\nA,Emergency Visits,2026,1,29\nB,Postpartum Visit,2026,50,100\nB,Emergency Visits,2026,1,29\n",
    national_table="measure,percentile,published_year,printed_rate\n"
    + "".join(f"Postpartum Visit,{p},2023,{r}\n" for p, r in ((50, 60), (75, 75), (90, 85)))
    + "".join(f"Emergency Visits,{p},2023,{r}\n" for p, r in ((50, 60), (75, 30), (90, 20)))
    + "".join(f"Postpartum Visit,{p},2024,{r}\n" for p, r in ((50, 75.01), (75, 80), (90, 90)))
    + "".join(f"Emergency Visits,{p},2024,{r}\n" for p, r in ((50, 40), (75, 20), (90, 19.9))),
    premiums="aco,performance_year,premium\nA,2024,1000000\nA,2025,1000000.33\nB,2024,500\nB,2025,1000\nA,2026,5\nB,2026,5\n",
)
def percentile_tables_by_year() -> Amounts:
    return {
        "Reached Percentile at A, 2024, Postpartum Visit": 75,
        "Incentive at A, 2024": 15000,
        "Incentive at A, 2025": cents(F(".008") * F("1000000.33")),
        "Incentive at B, 2024": -2,
        "Incentive at B, 2025": 15,
        "Incentive at A, 2026": 0,
    }


@contract(
    """
1.1 "Hospital Measures" are:
    | Measure          | Domain       | Threshold | Benchmark | Weight |
    | "Mortality AMI"  | "Outcomes"   | 86%       | 88%       | 1      |
    | "Mortality HF"   | "Outcomes"   | 88%       | 91%       | 1      |
    | "Communication"  | "Experience" | 70%       | 85%       | 2      |
    | "Discharge"      | "Experience" | 80%       | 90%       | 1      |
    | "Sepsis Bundle"  | "Safety"     | 50%       | 80%       | 1      |
1.2 "Domain Weights" are:
    | Domain       | Domain Weight |
    | "Outcomes"   | 30%           |
    | "Experience" | 45%           |
    | "Safety"     | 25%           |
1.3 "Measure Data" are records, one for each ACO and Measure in each Performance Year:
    | Column   | Kind                       | If missing |
    | Rate     | rate written as a percent  | not scored |
    | Baseline | rate written as a percent  | not scored |
1.4 "Base Operating Payments" are records, one for each ACO in each Performance Year:
    | Column      | Kind               | If missing |
    | Base Amount | money, at least $0 | required   |
2.1 "Way to Benchmark" means, for each Measure, (Rate minus Threshold) divided by (Benchmark minus Threshold).
2.2 "Attainment Points" are set, for each Measure, by Rate, where exactly one row applies:
    | Rate                                              | Attainment Points                                                                        |
    | not scored                                        | not scored                                                                               |
    | less than Threshold                               | 0 points                                                                                 |
    | from Threshold up to but not including Benchmark  | a straight line from 1 points at Threshold to 10 points at Benchmark                    |
    | Benchmark or more                                 | 10 points                                                                                |
2.3 "Improvement Points" means, for each Measure, 10 points times ((Rate minus Baseline) divided by (Benchmark minus Baseline)), but not less than 0 points and not more than 9 points, or not scored if Baseline is at least Benchmark, rounded half up to 0 decimal places.
2.4 "Measure Points" means, for each Measure, (the greater of (Attainment Points, rounded half up to 0 decimal places) and (Improvement Points, or 0 points if it is not scored)).
2.5 "Domain Points" means, for each Domain, the average of Measure Points, weighted by Weight, over the Measures that are scored.
2.6 "Total by Ratio" means the average of Domain Points, weighted by Domain Weight, over the Domain Weights leaving out those not scored.
2.7 "Total in Equal Parts" means the average of Domain Points, weighted by Domain Weight, over the Domain Weights that are scored, sharing the weight of the others equally.
2.11 A Measure is "Solid" if Measure Points is at least 3 points.
2.8 The "Domain Floor" is met if in every Domain at least 1 Measure is Solid, counting one that is not scored as not met.
2.9 The Payer must pay the Provider the "Value Payment": (2% of Base Amount) times ((the lesser of Total by Ratio and Total in Equal Parts) divided by 10 points), or $0 if it is not scored.
2.10 The Payer must pay the Provider the "Breadth Payment": 0.1% of Base Amount, only if the Domain Floor is met.
""",
    measure_data="aco,measure,performance_year,rate,baseline\nA,Mortality AMI,2024,87,86\nA,Mortality HF,2024,90,\nA,Communication,2024,84.99,80\nA,Sepsis Bundle,2024,20,10\nB,Discharge,2024,95,90\nB,Sepsis Bundle,2024,79,80\n",
    base_operating_payments="aco,performance_year,base_amount\nA,2024,1000000\nB,2024,100\nC,2024,5000\n",
)
def domains_reweighted_in_both_ways() -> Amounts:
    def h(x):
        return F((x * 2 + 1).__floor__() // 2)

    ami = max(h(1 + 9 * F(1, 2)), h(F(10) / 2))  # 6
    hf = h(1 + 9 * F(2, 3))
    com = max(h(1 + 9 * (F("84.99") - 70) / 15), h(min(10 * (F("84.99") - 80) / 5, F(9))))
    sep = max(F(0), h(F(10) * 10 / 70))
    d = {"O": (ami + hf) / 2, "E": com, "S": sep}
    t = F(".3") * d["O"] + F(".45") * d["E"] + F(".25") * d["S"]
    return {
        "Domain Points at A, 2024, Outcomes": d["O"],
        "Domain Points at A, 2024, Experience": d["E"],
        "Value Payment at A, 2024": cents(20000 * t / 10),
        "Total by Ratio at B, 2024": (F(".45") * 10 + F(".25") * h(1 + 9 * F(29, 30))) / F(".7"),
        "Total in Equal Parts at B, 2024": (F(".60") * 10 + F(".40") * h(1 + 9 * F(29, 30))),
        "Value Payment at C, 2024": 0,
        "Breadth Payment at A, 2024": 0,
    }


@contract(
    """
1.1 "Programs" are:
    | Program | Domain | Share |
    | "P1"    | "X"    | 40%   |
    | "P2"    | "X"    | 30%   |
    | "P3"    | "Y"    | 30%   |
1.2 "Program Results" are records, one for each ACO and Program in each Performance Year:
    | Column      | Kind  | If missing |
    | Numerator   | count | 0          |
    | Denominator | count | 0          |
1.3 "Budgets" are records, one for each ACO in each Performance Year:
    | Column | Kind               | If missing |
    | Budget | money, at least $0 | required   |
2.1 "Program Rate" means, for each Program, Numerator divided by Denominator, or not scored if the divisor is zero.
2.2 "Change" means, for each Program, Program Rate minus (Program Rate in the prior performance year), or not scored in the first performance year.
2.3 "Domain Rate" means, for each Domain, the average of Program Rate, weighted by Share, over the Programs that are scored.
2.4 "Composite" means the average of Domain Rate over the Domains that are scored.
2.5 "Band" is set by Composite, where the first row that fits applies:
    | Composite     | Band |
    | not scored    | 25%  |
    | at least 75%  | 100% |
    | at least 50%  | 60%  |
    | any other value | 0% |
2.6 "Improved" means the number of Programs where Change is scored and Change is more than 0 percentage points.
2.7 The Payer must pay the Provider the "Composite Payment": Band times Budget.
2.8 The Payer must pay the Provider the "Improvement Payment": (1% of Budget) times Improved.
""",
    years=(1, 2),
    program_results="aco,program,performance_year,numerator,denominator\nA,P1,2024,1,2\nA,P3,2024,3,3\nA,P1,2025,2,3\nA,P2,2025,0,5\nA,P3,2025,3,4\nB,P2,2025,9,10\n",
    budgets="aco,performance_year,budget\nA,2024,1000\nB,2024,1000\nA,2025,1000.05\nB,2025,1\n",
)
def a_chain_of_values_not_scored() -> Amounts:
    return {
        "Composite at A, 2024": F(3, 4),
        "Composite Payment at A, 2024": 1000,
        "Composite Payment at B, 2024": 250,
        "Improvement Payment at A, 2024": 0,
        "Composite at A, 2025": (F(2, 3) * F(4, 7) + F(3, 4)) / 2,
        "Composite Payment at A, 2025": cents(F("600.03")),
        "Improvement Payment at A, 2025": F("10.00"),
        "Composite Payment at B, 2025": 1,
        "Improvement Payment at B, 2025": 0,
    }


@contract(
    """
contract "Quarterly State Comparison".
language version 1.
the Plan is "Long Term Care Plan".
the Agency is each Licensed Agency.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Agency Roster" are records, one for each Licensed Agency:
    | Column | Kind                           | If missing |
    | Region | one of "city" or "county"      | required   |
1.2 "Quarter Measures" are records, one for each Licensed Agency and Measure in each Quarter:
    | Column      | Kind  | If missing |
    | Numerator   | count | 0          |
    | Denominator | count | 0          |
1.3 "Measures in Use" are:
    | Measure     | Direction          |
    | "Flu Shot"  | "higher is better" |
    | "Falls"     | "lower is better"  |
    | "Pain"      | "higher is better" |
1.4 The list of Licensed Agencies is Agency Roster.
2.1 "Measure Rate" means, for each Measure in each Quarter, Numerator divided by Denominator, or not scored if Denominator is less than 10.
2.2 "Region Mean" means, for each Measure in each Quarter, the average of Measure Rate across all Licensed Agencies in that Region that are scored.
2.3 The "Won" is met, for each Measure in each Quarter, if Measure Rate is scored and Region Mean is scored and Measure Rate is better than Region Mean.
2.4 "Wins" means, for each Quarter, the number of Measures that meet the Won.
2.5 "Quarter Reward" is set, for each Quarter, by Wins, where exactly one row applies:
    | Wins                | Quarter Reward |
    | at most 1           | $0             |
    | exactly 2           | $750           |
    | at least 3          | $1,500         |
2.6 The Plan must pay the Agency the "Reward Payment", for each Quarter: Quarter Reward.
""",
    agency_roster="licensed_agency,region\nA,city\nB,city\nC,county\nD,city\n",
    quarter_measures="licensed_agency,measure,quarter,numerator,denominator\nA,Flu Shot,2024-Q1,9,10\nB,Flu Shot,2024-Q1,8,10\nD,Flu Shot,2024-Q1,9,9\nA,Falls,2024-Q1,0,10\nB,Falls,2024-Q1,1,20\nC,Falls,2024-Q1,0,100\nA,Pain,2024-Q1,51,100\nB,Pain,2024-Q1,50,100\nD,Pain,2024-Q1,52,100\nB,Flu Shot,2024-Q2,10,10\nA,Flu Shot,2024-Q2,9,10\nB,Pain,2024-Q2,5,10\nA,Pain,2024-Q2,4,10\n",
)
def quarters_against_the_mean_of_a_region() -> Amounts:
    return {
        "Region Mean at A, 2024-Q1, Flu Shot": F(".85"),
        "Wins at A, 2024-Q1": 2,
        "Reward Payment at A, 2024-Q1": 750,
        "Reward Payment at B, 2024-Q1": 0,
        "Reward Payment at C, 2024-Q1": 0,
        "Reward Payment at D, 2024-Q1": 0,
        "Reward Payment at B, 2024-Q2": 750,
        "Reward Payment at B, 2024-Q3": 0,
    }


@contract(
    """
1.1 "Facility Scores" are records, one for each ACO in each Performance Year:
    | Column        | Kind                 | If missing |
    | Clinical      | points from 0 to 100 | not scored |
    | Reporting     | points from 0 to 100 | not scored |
    | Safety        | points from 0 to 100 | not scored |
    | Cases         | count                | 0          |
    | Payments      | money, at least $0   | required   |
2.1 "Clinical Score" means Clinical, or not scored if Cases is less than 11.
2.2 "Raw Score" means ((Clinical Score times 0.6) plus (Reporting times 0.25) plus (Safety times 0.15)), rounded half up to 0 decimal places.
2.3 "Reduction" is set by Raw Score, where exactly one row applies:
    | Raw Score          | Reduction |
    | not scored         | 0%        |
    | 60 or more         | 0%        |
    | from 50 through 59 | 0.5%      |
    | from 40 through 49 | 1%        |
    | from 30 through 39 | 1.5%      |
    | less than 30       | 2%        |
2.4 The Provider must repay the Payer the "Payment Reduction": Reduction times Payments, in category 2C.
2.5 "Share of Facilities Reduced" means (the number of ACOs where Reduction is more than 0%) divided by (the number of ACOs), or 0% if the divisor is zero.
""",
    facility_scores="aco,performance_year,clinical,reporting,safety,cases,payments\nA,2024,59.5,59,59.4,11,1000.10\nB,2024,49.9,49,49,20,1000\nC,2024,10,10,10,10,1000\nD,2024,29.5,29.4,29.4,11,99.99\nE,2024,29.3,29.4,29.4,11,99.99\n",
)
def reductions_by_a_rounded_score() -> Amounts:
    # A .6*59.5+.25*59+.15*59.4=35.7+14.75+8.91=59.36 -> 59; B 29.94+12.25+7.35=49.54->50; D 17.7+7.35+4.41=29.46->29
    return {
        "Payment Reduction at A, 2024": cents(F("5.0005")),
        "Payment Reduction at B, 2024": 5,
        "Payment Reduction at C, 2024": 0,
        "Payment Reduction at D, 2024": cents(F("1.9998")),
        "Payment Reduction at E, 2024": cents(F("1.9998")),
        "Share of Facilities Reduced at 2024": F(4, 5),
    }


@contract(
    """
1.1 "Persons" are records, one for each ACO and Member in each Performance Year:
    | Column    | Kind                                        | If missing |
    | Group     | one of "first", "second" or "third"         | required   |
    | Screened  | yes or no                                   | no         |
    | Months    | count of member months                      | 0 member months |
1.2 "Funds" are records, one for each ACO in each Performance Year:
    | Column | Kind               | If missing |
    | Fund   | money, at least $0 | required   |
2.1 "Group Size" means, for each Group, the number of Members where Months is at least 6 member months.
2.2 "Group Screened" means, for each Group, the number of Members where Screened and Months is at least 6 member months.
2.3 "Group Rate" means, for each Group, Group Screened divided by Group Size, or not scored if Group Size is less than 2.
2.4 "Best Rate" means the largest of Group Rate over the Groups that are scored.
2.5 "Worst Rate" means the smallest of Group Rate over the Groups that are scored.
2.6 "Gap" means Best Rate minus Worst Rate.
2.7 "Gap Share" is set by Gap, where exactly one row applies:
    | Gap                                                                  | Gap Share |
    | not scored                                                           | 0%        |
    | 5 percentage points or less                                          | 100%      |
    | above 5 percentage points up to and including 50 percentage points   | a straight line from 80% to 0% |
    | above 50 percentage points                                           | 0%        |
2.8 The Payer must pay the Provider the "Equity Payment": Gap Share times Fund, rounded down to the cent.
""",
    persons="aco,member,performance_year,group,screened,months\n"
    + "".join(
        f"A,a{i},2024,{g},{s},{m}\n"
        for i, (g, s, m) in enumerate(
            [
                ("first", "yes", 12),
                ("first", "no", 6),
                ("first", "yes", 5),
                ("second", "yes", 12),
                ("second", "yes", 7),
                ("second", "no", 12),
                ("third", "no", 12),
                ("third", "no", 1),
            ]
        )
    )
    + "B,b1,2024,first,yes,12\nC,c1,2024,first,yes,9\nC,c2,2024,first,yes,9\nC,c3,2024,second,yes,9\nC,c4,2024,second,yes,9\n",
    funds="aco,performance_year,fund\nA,2024,1000\nB,2024,1000\nC,2024,77.777\n",
)
def a_gap_between_groups() -> Amounts:
    g = F(2, 3) - F(1, 2)
    s = F(".8") * (1 - (g - F(".05")) / F(".45"))
    return {
        "Gap at A, 2024": g,
        "Equity Payment at A, 2024": F(int(s * 100000), 100),
        "Equity Payment at B, 2024": 0,
        "Equity Payment at C, 2024": F("77.77"),
    }
