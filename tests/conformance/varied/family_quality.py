"""Attainment, improvement, scales, ladders, percentiles, gates."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract

MEASURES = """
1.1 "Scored Measures" are:
    | Measure | Domain      | Threshold | Benchmark | Weight | Direction          |
    | "M1"    | "Clinical"  | 40%       | 80%       | 1      | "higher is better" |
    | "M2"    | "Clinical"  | 50%       | 90%       | 3      | "higher is better" |
    | "M3"    | "Safety"    | 20%       | 5%        | 2      | "lower is better"  |
1.2 "Rates" are records, one for each ACO and Measure in each Performance Year:
    | Column    | Kind                     | If missing |
    | Rate      | rate written as a percent | not scored |
1.3 "Money" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Premium | money | required   |
"""
MONEY = "aco,performance_year,premium\n"


def half_up(x: F) -> int:
    return (x * 2 + 1).__floor__() // 2


@contract(
    MEASURES
    + """
2.1 "Prior Rate" means, for each Measure, Rate in the prior performance year, or not scored in the first performance year.
2.2 "Attainment Points" means, for each Measure, (9 times ((Rate minus Threshold) divided by (Benchmark minus Threshold))) plus 0.5, rounded half up to the whole number, but not less than 0, but not more than 10.
2.3 "Improvement Points" means, for each Measure, (10 times ((Rate minus Prior Rate) divided by (Benchmark minus Prior Rate), or 0 if the divisor is zero)) minus 0.5, rounded half up to the whole number, but not less than 0, but not more than 9.
2.4 "Measure Points" means, for each Measure, the greater of Attainment Points and (Improvement Points, or 0 if it is not scored).
2.5 "Domain Score" means, for each Domain, the average of Measure Points, weighted by Weight, over the Measures that are scored.
2.6 "Total Score" means (the average of Domain Score over all Domains that are scored) times 10.
2.7 "Payout Share" is set by Total Score, where exactly one row applies:
    | Total Score                      | Payout Share                              |
    | not scored                       | 0%                                        |
    | less than 30                     | 0%                                        |
    | from 30 up to but not including 70 | a straight line from 0% at 30 to 100% at 70 |
    | 70 or more                       | 100%                                      |
2.8 The Payer must pay the Provider the "Quality Bonus": Payout Share times (2% of Premium).
""",
    years=(1, 2),
    rates="aco,measure,performance_year,rate\nA,M1,2024,60\nA,M2,2024,45\nA,M3,2024,12\nA,M1,2025,70\nA,M2,2025,66\nA,M3,2025,\nB,M3,2024,6\n",
    money=MONEY + "A,2024,1000000\nA,2025,1000001\nB,2024,100\n",
)
def the_greater_of_attainment_and_improvement_points() -> Amounts:
    def attain(rate: str, low: str, high: str) -> int:
        return min(max(half_up(9 * (F(rate) - F(low)) / (F(high) - F(low)) + F(1, 2)), 0), 10)

    def improve(rate: str, prior: str, high: str) -> int:
        return min(max(half_up(10 * (F(rate) - F(prior)) / (F(high) - F(prior)) - F(1, 2)), 0), 9)

    first = (F(attain("60", "40", "80") + 3 * attain("45", "50", "90"), 4) + attain("12", "20", "5")) / 2 * 10
    m1 = max(attain("70", "40", "80"), improve("70", "60", "80"))
    m2 = max(attain("66", "50", "90"), improve("66", "45", "90"))
    second = F(m1 + 3 * m2, 4) * 10

    def pay(score: F, premium: int) -> F:
        return cents(min(max((score - 30) / 40, F(0)), F(1)) * F("0.02") * premium)

    return {
        "Total Score at A, 2024": first,
        "Total Score at A, 2025": second,
        "Quality Bonus at A, 2024": pay(first, 1000000),
        "Quality Bonus at A, 2025": pay(second, 1000001),
        "Quality Bonus at B, 2024": pay(F(attain("6", "20", "5") * 10), 100),
    }


@contract(
    MEASURES
    + """
2.1 "Prior Rate" means, for each Measure, Rate in the prior performance year, or not scored in the first performance year.
2.2 "Gap" means, for each Measure, (the amount by which Benchmark exceeds Prior Rate) plus (the amount by which Prior Rate exceeds Benchmark).
2.3 "Step" means, for each Measure, the greater of (one tenth of Gap) and (2 percentage points).
2.4 "Improvement Target" means, for each Measure, Prior Rate moved toward Benchmark by Step, but not past it.
2.5 A Measure is "Passed" if Rate is scored and (Rate is as good as or better than Benchmark or (Improvement Target is scored and Rate is as good as or better than Improvement Target)).
2.6 "Passed Measures" means the number of Measures that are Passed.
2.7 The Payer must pay the Provider the "Measure Award": $25,000.50 times Passed Measures.
""",
    years=(2,),
    rates="aco,measure,performance_year,rate\nA,M1,2024,60\nA,M2,2024,89\nA,M3,2024,12\nA,M1,2025,62\nA,M2,2025,90\nA,M3,2025,10.01\n",
    money=MONEY + "A,2024,1\nA,2025,1\n",
)
def improvement_toward_a_benchmark_and_not_past_it() -> Amounts:
    return {
        "Improvement Target at A, 2025, M1": F("0.62"),
        "Improvement Target at A, 2025, M2": F("0.9"),
        "Improvement Target at A, 2025, M3": F("0.10"),
        "Passed Measures at A, 2025": 2,
        "Measure Award at A, 2025": 2 * F("25000.5"),
    }


@contract(
    """
1.1 "Plan Measures" are:
    | Measure | Direction          |
    | "CBP"   | "higher is better" |
    | "PCR"   | "lower is better"  |
1.2 "National Percentiles" are:
    | Measure | Published Year | Percentile | Value  |
    | "CBP"   | 2023           | 25         | 55%    |
    | "CBP"   | 2023           | 50         | 61.5%  |
    | "CBP"   | 2023           | 75         | 68%    |
    | "CBP"   | 2023           | 90         | 74.25% |
    | "PCR"   | 2023           | 25         | 12%    |
    | "PCR"   | 2023           | 50         | 10%    |
    | "PCR"   | 2023           | 75         | 8.5%   |
    | "PCR"   | 2023           | 90         | 7%     |
    | "CBP"   | 2024           | 25         | 56%    |
    | "CBP"   | 2024           | 50         | 62%    |
    | "CBP"   | 2024           | 75         | 69%    |
    | "CBP"   | 2024           | 90         | 75%    |
    | "PCR"   | 2024           | 25         | 11%    |
    | "PCR"   | 2024           | 50         | 9%     |
    | "PCR"   | 2024           | 75         | 8%     |
    | "PCR"   | 2024           | 90         | 6%     |
1.3 "Rates" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind                     | If missing |
    | Rate   | rate written as a percent | required |
1.4 "Revenue Reports" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Revenue | money | required   |
2.1 "Standing" means, for each Measure, the percentile of Rate in "National Percentiles" published for the prior calendar year.
2.2 "Rung" is set, for each Measure, by Standing, where the first row that fits applies:
    | Standing        | Rung   |
    | at least 90     | 0.125% |
    | at least 75     | 0.1%   |
    | at least 50     | 0.05%  |
    | any other value | -0.1%  |
2.3 "Ladder" means the total of Rung over all Measures, but not more than 0.2%.
2.4 The Payer must pay the Provider the "Ladder Amount": Ladder times Revenue; if it is negative, the Provider must pay that amount to the Payer.
""",
    years=(1, 2),
    rates="aco,measure,performance_year,rate\nA,CBP,2024,68\nA,PCR,2024,10.01\nB,CBP,2024,74.25\nB,PCR,2024,7\nA,CBP,2025,68.99\nA,PCR,2025,9.5\nB,CBP,2025,10\nB,PCR,2025,12\n",
    revenue_reports="aco,performance_year,revenue\nA,2024,5000000\nB,2024,5000000\nA,2025,5000001\nB,2025,5000000\n",
)
def a_ladder_of_national_percentiles_with_a_penalty() -> Amounts:
    return {
        "Ladder Amount at A, 2024": 0,  # 75th: 0.1%, below the median: -0.1%
        "Ladder Amount at B, 2024": cents(F("0.002") * 5000000),
        "Ladder Amount at A, 2025": -cents(F("0.0005") * 5000001),
        "Ladder Amount at B, 2025": -cents(F("0.002") * 5000000),
    }


@contract(
    MEASURES
    + """
2.1 The "Domain Test" is met, for each Domain, if more than 50% of the Measures in that Domain that are scored have Rate at least Threshold.
2.2 The "Gate" is met if at least 2 of the following are true:
    (a) Rate for "M1" is scored and Rate for "M1" is at least 55%;
    (b) Premium is more than $500,000;
    (c) the Domain Test for "Clinical" is met.
2.3 "Outcome" is set by the first row that applies:
    | If                                                  | Outcome |
    | the Gate is met and Premium is at least $1,000,000  | 3%      |
    | the Gate is met                                     | 2%      |
    | Rate for "M1" is scored                             | 1%      |
    | any other case                                      | 0%      |
2.4 If the Gate is not met, the Provider must pay the Payer the "Late Charge": $500.25.
2.5 The Payer must pay the Provider the "Award": Outcome times Premium, rounded half to even to the dollar.
2.6 The Provider must file a corrective action plan for each Domain in which the Domain Test is not met.
""",
    rates="aco,measure,performance_year,rate\nA,M1,2024,55\nA,M2,2024,49\nA,M3,2024,1\nB,M1,2024,54.9\nB,M2,2024,\nB,M3,2024,30\nC,M2,2024,51\nC,M3,2024,30\nC,M1,2024,\n",
    money=MONEY + "A,2024,1000025\nB,2024,500000\nC,2024,500001\n",
)
def a_gate_of_two_of_three_with_a_domain_test() -> Amounts:
    return {
        "Domain Test at A, 2024, Clinical": False,
        "Award at A, 2024": 30001,
        "Award at B, 2024": 5000,
        "Gate at B, 2024": False,
        "Award at C, 2024": 10000,
        "Late Charge at B, 2024": F("500.25"),
        "Late Charge at C, 2024": 0,
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column     | Kind                      | If missing |
    | Rate       | rate written as a percent | required   |
    | Panel      | count of members          | required   |
    | Revenue    | money                     | required   |
2.1 "Peer Rate" means the average of Rate across all ACOs, weighted by Panel.
2.2 "Top Rate" means the 80th percentile, by nearest rank, of Rate across all ACOs.
2.3 "Half Rate" means the median of Rate across all ACOs.
2.4 "Place" means the rank of Rate across all ACOs, highest first.
2.5 "Tier" means: (a) 4%, if Rate is at least Top Rate; (b) 2.5%, if Rate is above Peer Rate; (c) 1%, if Rate is at least Half Rate; (d) otherwise 0%.
2.6 The Payer must pay the Provider the "Relative Bonus": Tier times Revenue.
2.7 The Payer must pay the Provider the "Podium Award": $9,000 divided by Place, only if Place is at most 3.
""",
    results="aco,performance_year,rate,panel,revenue\nA,2024,80,10,1000\nB,2024,70,1000,1000\nC,2024,70,10,1000.33\nD,2024,60,10,1000\nE,2024,90,1,1000\n",
)
def tiers_by_peers_and_ranks() -> Amounts:
    peer = F(80 * 10 + 70 * 1000 + 70 * 10 + 60 * 10 + 90, 1031)
    return {
        "Peer Rate at 2024": peer / 100,
        "Top Rate at 2024": F("0.8"),
        "Half Rate at 2024": F("0.7"),
        "Relative Bonus at A, 2024": 40,
        "Relative Bonus at C, 2024": F("10.00"),  # 70% is below the mean of 70.02%
        "Relative Bonus at D, 2024": 0,
        "Podium Award at E, 2024": 9000,
        "Podium Award at B, 2024": 3000,
        "Podium Award at C, 2024": 3000,
        "Podium Award at D, 2024": 0,
    }


@contract(
    """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column      | Kind                      | If missing |
    | Rate        | rate written as a fraction | required  |
    | Baseline    | rate written as a fraction | required  |
    | Goal        | rate written as a fraction | required  |
    | At-risk Pool | money                    | required   |
2.1 "Gap Closed" means (Rate minus Baseline) divided by (Goal minus Baseline), but not less than 0%, but not more than 100%, or not scored if Goal is at most Baseline.
2.2 "Earned Part" is set by Gap Closed, where exactly one row applies:
    | Gap Closed                             | Earned Part                                    |
    | not scored                             | 100%                                           |
    | less than 25%                          | 0%                                             |
    | from 25% up to but not including 100%  | a straight line from 40% at 25% to 100% at 100% |
    | 100% or more                           | 100%                                           |
2.3 The Payer must pay the Provider the "Gap Payment": Earned Part times At-risk Pool, rounded down to the dollar.
""",
    results="aco,performance_year,rate,baseline,goal,at-risk_pool\nA,2024,0.61,0.5,0.8,100003\nB,2024,0.5749999,0.5,0.8,100003\nC,2024,0.1,0.8,0.8,99.99\nD,2024,0.9,0.5,0.8,100003\nE,2024,0.575,0.5,0.8,100003\n",
)
def a_gap_closed_with_a_jump_at_a_quarter() -> Amounts:
    share = F("0.4") + F("0.6") * (F(11, 30) - F(1, 4)) / F(3, 4)
    return {
        "Earned Part at A, 2024": share,
        "Gap Payment at A, 2024": int(share * 100003),
        "Gap Payment at B, 2024": 0,
        "Gap Payment at C, 2024": 99,
        "Gap Payment at D, 2024": 100003,
        "Gap Payment at E, 2024": int(F("0.4") * 100003),
    }
