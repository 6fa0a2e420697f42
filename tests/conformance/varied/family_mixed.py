"""Constructs put together that seldom meet."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, by_largest_remainder, cents, contract

MEASURES = """
1.1 "Program Measures" are:
    | Measure | Domain    | Target | Weight | Direction          |
    | "A"     | "Access"  | 70%    | 2      | "higher is better" |
    | "B"     | "Access"  | 60%    | 1      | "higher is better" |
    | "C"     | "Safety"  | 10%    | 3      | "lower is better"  |
    | "D"     | "Equity"  | 50%    | 4      | "higher is better" |
1.2 "Measure Results" are records, one for each ACO and Measure in each Performance Year:
    | Column      | Kind  | If missing |
    | Numerator   | count | required   |
    | Denominator | count | required   |
1.3 "Premiums" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Premium | money | required   |
2.1 "Rate" means, for each Measure, Numerator divided by Denominator, or not scored if Denominator is less than 30.
2.2 "Points" means, for each Measure, 100% if Rate is as good as or better than Target, otherwise 0%.
"""
RESULTS = "aco,measure,performance_year,numerator,denominator\n"
PREMIUMS = "aco,performance_year,premium\n"


@contract(
    MEASURES
    + """
2.3 "Equal Score" means the average of Points, weighted by Weight, over the Program Measures that are scored, sharing the weight of the others equally.
2.4 "Ratio Score" means the average of Points, weighted by Weight, over the Program Measures leaving out those not scored.
2.5 "Domain Share" means, for each Domain, the average of Points, weighted by Weight, over the Measures that are scored.
2.6 "Plain Domain Score" means the average of Domain Share over the Domains that are scored.
2.7 The Payer must pay the Provider the "Award": (1% of Premium) times (the greater of Equal Score, Ratio Score and Plain Domain Score), or $0 if it is not scored.
2.8 A Measure is "Reached" if Rate is as good as or better than Target.
2.9 The "Breadth" is met if in at least 2 of the Domains at least 1 Measure is Reached, counting one that is not scored as not met.
2.10 The Payer must pay the Provider the "Breadth Award": $1,000, only if the Breadth is met.
""",
    measure_results=RESULTS
    + "X,A,2024,70,100\nX,B,2024,29,29\nX,C,2024,4,30\nX,D,2024,50,100\nY,A,2024,0,10\nY,B,2024,0,10\nY,C,2024,0,10\nY,D,2024,0,10\n",
    premiums=PREMIUMS + "X,2024,123456.78\nY,2024,5\n",
)
def both_ways_to_reweight() -> Amounts:
    equal = (F(2) + F(1, 3) + 4 + F(1, 3)) / 10
    ratio = F(6, 9)
    domains = F(1 + 0 + 1, 3)
    return {
        "Equal Score at X, 2024": equal,
        "Ratio Score at X, 2024": ratio,
        "Plain Domain Score at X, 2024": domains,
        "Award at X, 2024": cents(F("1234.5678") * max(equal, ratio, domains)),
        "Award at Y, 2024": 0,
        "Breadth Award at X, 2024": 1000,
        "Breadth Award at Y, 2024": 0,
    }


@contract(
    """
1.1 "Scores" are records, one for each ACO in each Performance Year:
    | Column  | Kind                                  | If missing |
    | Quality | rate written as a percent             | required   |
    | Growth  | rate written as a percent             | required   |
    | Revenue | money                                 | required   |
    | Tier    | one of "gold", "silver" or "bronze"   | required   |
    | Rural   | yes or no                             | no         |
2.1 "Base Rate" is set by Quality down and Growth across, where exactly one row and one column apply:
    | Quality                              | less than 2% | from 2% up to but not including 4% | 4% or more |
    | less than 50%                        | 0%           | 0%                                 | -1%        |
    | from 50% up to but not including 80% | 2%           | 1%                                 | 0%         |
    | 80% or more                          | 4%           | 2.5%                               | 1%         |
2.2 "Tier Factor" is set by Tier, with one row for each Tier:
    | Tier     | Tier Factor |
    | "gold"   | 1.2         |
    | "silver" | 1           |
    | "bronze" | 4/5         |
2.3 "Place Factor" is set by Rural and Tier, where the first row that fits applies:
    | Rural | Tier               | Place Factor |
    | yes   | "gold" or "silver" | 1.1          |
    | yes   | any                | 1.05         |
    | no    | any                | 1            |
2.4 The Payer must pay the Provider the "Matrix Payment": Base Rate times Tier Factor times Place Factor times Revenue, rounded half to even to the cent; if it is negative, the Provider must pay that amount to the Payer.
""",
    scores="aco,performance_year,quality,growth,revenue,tier,rural\nA,2024,80,1.99,1000.25,gold,yes\nB,2024,79.999,2,50001,bronze,yes\nC,2024,49,4,100,silver,\nD,2024,50,4,1,gold,no\n",
)
def a_matrix_times_two_factors() -> Amounts:
    return {
        "Matrix Payment at A, 2024": F("52.81"),  # 52.8132
        "Matrix Payment at B, 2024": F("420.01"),  # 420.0084
        "Matrix Payment at C, 2024": -1,
        "Matrix Payment at D, 2024": 0,
    }


@contract(
    """
contract "Regional Budgets".
language version 1.
the State is "State of Example".
the Hub is each Region.
effective July 1, 2023 through June 30, 2026.
a performance year is each 12 months from July 1, 2023.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Monthly Reports" are records, one for each Region in each Month:
    | Column  | Kind             | If missing |
    | Persons | count of persons | required   |
    | Spent   | money            | required   |
2.1 "Price" is $10.00 per person from July 1, 2023 through December 31, 2024 and $10.50 per person from January 1, 2025.
2.2 The State must pay the Hub the "Monthly Budget", for each Month: Price times Persons.
2.3 "Year Budget" means the total of Monthly Budget.
2.4 "Half-year Spending" means, for each Half Year, the total of Spent.
2.5 "Rolling Spending" means the average of Year Spending over the 2 performance years ending with it.
2.6 "Year Spending" means the total of Spent.
2.7 "Largest Month" means the largest of Spent.
2.8 The Hub must pay the State the "Return": 50% of (the amount by which Spent Below is more than $0).
""".replace(
        '2.8 The Hub must pay the State the "Return": 50% of (the amount by which Spent Below is more than $0).',
        '2.8 The Hub must repay the State the "Return": 50% of (the amount by which Year Spending is less than Year Budget), but not more than (10% of Rolling Spending).',
    ),
    years=(1, 2, 3),
    monthly_reports="region,month,persons,spent\n"
    + "".join(
        f"R,{y}-{m:02},{10 + i},{90 + i}.50\n"
        for i, (y, m) in enumerate([(2023 + (6 + k) // 12, (6 + k) % 12 + 1) for k in range(36)])
    ),
)
def months_in_years_that_begin_in_july() -> Amounts:
    price = [F(10)] * 18 + [F("10.5")] * 18
    budget = [price[i] * (10 + i) for i in range(36)]
    spent = [F(90 + i) + F("0.5") for i in range(36)]
    years = [sum(budget[0:12]), sum(budget[12:24]), sum(budget[24:36])]
    costs = [sum(spent[0:12]), sum(spent[12:24]), sum(spent[24:36])]
    rolling = [costs[0], (costs[0] + costs[1]) / 2, (costs[1] + costs[2]) / 2]
    back = [cents(min(max(b - c, F(0)) / 2, r / 10)) for b, c, r in zip(years, costs, rolling, strict=True)]
    return {
        "Monthly Budget at R, 2024-12": price[17] * 27,
        "Monthly Budget at R, 2025-01": price[18] * 28,
        "Year Budget at R, 2024": years[1],
        "Rolling Spending at R, 2025": rolling[2],
        "Largest Month at R, 2023": spent[11],
        "Return at R, 2023": back[0],
        "Return at R, 2024": back[1],
        "Return at R, 2025": back[2],
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind                      | If missing |
    | Rate   | rate written as a percent | not scored |
    | Lives  | count of members          | required   |
2.1 "Others Mean" means the average of Rate across all other ACOs that are scored.
2.2 "Below Others" means the amount by which Others Mean exceeds Rate.
2.3 "Cost Place" means the rank of Lives across all ACOs, lowest first, ties sharing the worse rank.
2.4 "Fine" means $1,000 times (Below Others counted as a number), rounded half up to the cent, or $0 if it is not scored.
2.5 The Provider must pay the Payer the "Comparison Charge": Fine plus ($1.00 times Cost Place).
""",
    results="aco,performance_year,rate,lives\nA,2024,50,10\nB,2024,80,10\nC,2024,,30\nD,2024,71,5\n",
)
def compared_with_all_others() -> Amounts:
    return {
        "Others Mean at A, 2024": F("0.755"),
        "Comparison Charge at A, 2024": 255 + 3,
        "Comparison Charge at B, 2024": 3,
        "Comparison Charge at C, 2024": 4,
        "Comparison Charge at D, 2024": 1,
    }


@contract(
    """
1.1 "Budget Periods" are, in this order:
    | Budget Period | First day       | Last day          | At Risk |
    | "BP1"         | January 1, 2024 | September 30, 2024 | 0%     |
    | "BP2"         | October 1, 2024 | December 31, 2025 | 12.5%   |
    | "BP3"         | January 1, 2026 | December 31, 2026 | 20%     |
1.2 "Grants" are records, one for each ACO in each Budget Period:
    | Column      | Kind   | If missing |
    | Grant       | money  | required   |
    | Metrics Met | count, at most 4 | required   |
2.1 "Earned Rate" is set, for each Budget Period, by Metrics Met, where the first row that fits applies:
    | Metrics Met | Earned Rate |
    | 4 or more   | 100%        |
    | at least 2  | 55%         |
    | any other value | 0%      |
2.2 "Held" means, for each Budget Period, At Risk times Grant, rounded half up to the cent.
2.3 The Payer must pay the Provider the "Grant Payment", for each Budget Period: (Grant minus Held) plus (Earned Rate times Held).
2.4 "Lost" means, for each Budget Period, (Lost in the prior Budget Period) plus Held minus (Earned Rate times Held), starting from $0 before Budget Period 1.
""",
    years=(1, 2, 3),
    grants="aco,budget_period,grant,metrics_met\nA,BP1,100000.55,0\nA,BP2,200000.10,2\nA,BP3,50000,1\n",
)
def grants_by_budget_period() -> Amounts:
    held = [F(0), cents(F("0.125") * F("200000.10")), F(10000)]
    return {
        "Grant Payment at A, BP1": F("100000.55"),
        "Grant Payment at A, BP2": cents(F("200000.10") - held[1] + F("0.55") * held[1]),
        "Grant Payment at A, BP3": 40000,
        "Lost at A, BP3": F("0.45") * held[1] + 10000,
    }


@contract(
    """
1.1 "Members List" are records, one for each Member in each Month:
    | Column   | Kind                            | If missing |
    | ACO      | text                            | required   |
    | Age      | count                           | required   |
    | Product  | one of "HMO", "PPO" or "Medicaid" | required |
    | Carve-out | yes or no                      | no         |
1.2 "Costs" are records, one for each Member in each Month:
    | Column | Kind  | If missing |
    | Paid   | money | $0         |
2.1 "Age Rate" is set, for each Member in each Month, by Age, where exactly one row applies:
    | Age             | Age Rate                    |
    | from 0 through 1 | $40.00 per member per month |
    | from 2 through 18 | $12.50 per member per month |
    | 19 or more      | $20.00 per member per month |
2.2 "Capitation" means, for each Member in each Month, Age Rate times (1 member month) if Product is not "PPO" and not Carve-out, otherwise $0.
2.3 The Payer must pay the Provider the "Monthly Capitation", for each Month: the total of Capitation.
2.4 "HMO Cost" means the total of Paid over the Costs where Product is "HMO".
2.5 "HMO Share" means HMO Cost divided by (the total of Paid), or 0% if the divisor is zero.
2.6 "High Cost Members" means the number of Members where Member Cost is more than $500.
2.7 "Member Cost" means, for each Member in each Performance Year, the total of Paid.
2.8 The Provider must pay the Payer the "High Cost Charge": $10.00 per member times High Cost Members.
""",
    members_list="member,month,aco,age,product,carve-out\nm1,2024-01,A,0,HMO,\nm1,2024-02,A,2,HMO,\nm2,2024-01,A,18,PPO,\nm3,2024-01,A,19,Medicaid,yes\nm3,2024-02,A,19,Medicaid,no\nm4,2024-02,B,80,HMO,no\n",
    costs="member,month,paid\nm1,2024-01,300\nm1,2024-02,200.01\nm2,2024-01,500\nm3,2024-02,\n",
)
def capitation_by_age_and_product() -> Amounts:
    return {
        "Monthly Capitation at A, 2024-01": 40,
        "Monthly Capitation at A, 2024-02": F("32.5"),
        "Monthly Capitation at B, 2024-02": 20,
        "HMO Share at A, 2024": F("500.01") / F("1000.01"),
        "High Cost Charge at A, 2024": 10,
    }


@contract(
    """
1.1 "Hospitals" are records, one for each ACO in each Performance Year:
    | Column          | Kind                      | If missing |
    | Base Payments   | money                     | required   |
    | Excess Ratio    | number from 0 to 3        | not scored |
    | Prior Ratio     | number from 0 to 3        | not scored |
    | Peer Group      | one of "1", "2" or "3"    | required   |
2.1 "Group Median" means the median of (Excess Ratio, or 1 if it is not scored) across all ACOs in that Peer Group.
2.2 "Over" means (the amount by which (Excess Ratio, or 0 if it is not scored) exceeds Group Median), rounded half up to 4 decimal places.
2.3 "Penalty Rate" means (Over as a percentage) times 100, but not more than 3%.
2.4 "Penalty" means Penalty Rate times Base Payments.
2.5 "Group Penalty" means the total of Penalty across all ACOs in that Peer Group.
2.6 The Provider must pay the Payer the "Readmission Penalty": Penalty, unless Group Penalty is less than $100.
2.7 "Penalty Pool" means the total of Readmission Penalty across all ACOs.
2.8 The Penalty Pool is divided equally among the ACOs for whom Penalty is exactly $0; each part is its "Reward"; if no ACO qualifies, the Penalty Pool stays with the Payer; parts are to the cent by largest remainder, ties to the first in order of ACO.
2.9 The Payer must pay the Provider the "Reward Payment": Reward.
""",
    hospitals="aco,performance_year,base_payments,excess_ratio,prior_ratio,peer_group\nA,2024,100000,1.02345,,1\nB,2024,100000,0.99,,1\nC,2024,100000,,,1\nD,2024,5000,1.01,,2\nE,2024,5000,1.00,,2\nF,2024,700,1,1,3\n",
)
def penalties_over_the_median_of_a_peer_group() -> Amounts:
    over = F("0.0235")  # 1.02345 is 0.02345 over 1, and 0.0235 with four places
    penalty = over * 100000
    reward = by_largest_remainder(cents(penalty), {"B": F(1), "C": F(1), "E": F(1), "F": F(1)})
    return {
        "Readmission Penalty at A, 2024": cents(penalty),
        "Readmission Penalty at D, 2024": 0,  # the group's penalty of $25 is less than $100
        **{f"Reward Payment at {name}, 2024": amount for name, amount in reward.items()},
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Cost    | money | required   |
    | Target  | money | required   |
1.2 "Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
2.1 "Trend" means (Cost minus (Cost in the prior performance year)) divided by (Cost in the prior performance year), or 0% in the first performance year.
2.2 "Change" means Cost minus (Cost in the prior performance year), or $0 in the first performance year.
2.3 "Own Year Rate" is 10% in the Provider's first performance year, 30% in the Provider's second performance year and 50% from the Provider's third performance year.
2.4 The Payer must pay the Provider the "Trend Bonus": Own Year Rate times (the amount by which Target exceeds Cost), only if Trend is at most 5%.
2.5 The Payer must pay the Provider the "Change Share": 1% of Change, but not less than $0.
""",
    years=(1, 2, 3),
    results="aco,performance_year,cost,target\nA,2024,1000,1100\nA,2025,1050,1100\nA,2026,1102.51,1200\nB,2025,500,600.07\nB,2026,400,500\n",
    roster="aco,start_date\nA,2024-01-01\nB,2025-07-01\n",
)
def a_party_that_joins_in_the_second_year() -> Amounts:
    return {
        "Trend Bonus at A, 2024": 10,
        "Trend Bonus at A, 2025": 15,
        "Trend Bonus at A, 2026": 0,
        "Trend Bonus at B, 2025": cents(F("10.007")),
        "Trend Bonus at B, 2026": 30,
        "Change at B, 2025": 0,
        "Change Share at A, 2026": cents(F("0.5251")),
        "Change Share at B, 2026": 0,
    }


@contract(
    """
1.1 "Ledger" are records, one for each ACO in each Quarter:
    | Column   | Kind  | If missing |
    | Revenue  | money | required   |
    | Medical  | money | required   |
2.1 "Quarter Ratio" means, for each Quarter, Medical to Date divided by Revenue to Date, rounded half up to a tenth of a percentage point.
2.2 "Revenue to Date" means, for each Quarter, the total of Revenue from the start of the Performance Year through that Quarter.
2.3 "Medical to Date" means, for each Quarter, the total of Medical from the start of the Performance Year through that Quarter.
2.4 The "Floor Test" is met, for each Quarter, if Quarter Ratio is less than 82%.
2.5 "Due to Date" means, for each Quarter, (82% of Revenue to Date) minus Medical to Date if the Floor Test is met, otherwise $0.
2.6 The Provider must pay the Payer the "Quarter Recovery", for each Quarter: Due to Date minus (Due to Date in the prior Quarter), or Due to Date in the first performance year; if it is negative, the Payer must pay that amount to the Provider.
""".replace(", or Due to Date in the first performance year;", ";")
    .replace("(Due to Date in the prior Quarter)", "Due Before")
    .replace(
        '2.5 "Due',
        '2.7 "Due Before" means, for each Quarter, Due to Date in the prior Quarter, or $0 in the first performance year.\n2.5 "Due',
    ),
    ledger="aco,quarter,revenue,medical\nA,2024-Q1,1000,700\nA,2024-Q2,1000,900\nA,2024-Q3,1000,850\nA,2024-Q4,1000.50,830\n",
)
def a_floor_on_a_ratio_trued_up_each_quarter() -> Amounts:
    # due to date: $120, $40, $10 at 81.7%, and nothing at 82.0%
    return {
        "Quarter Recovery at A, 2024-Q1": 120,
        "Quarter Recovery at A, 2024-Q2": -80,
        "Quarter Recovery at A, 2024-Q3": -30,
        "Quarter Recovery at A, 2024-Q4": -10,  # 3280 of 4000.50 is 82.0%: nothing is due
    }
