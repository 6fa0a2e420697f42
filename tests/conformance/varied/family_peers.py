"""Peers without the own one, and with it: what is scored where the own value is."""

# ruff: noqa: E501
from __future__ import annotations

from fractions import Fraction as F

from tests.conformance.varied.contracts import Amounts, cents, contract


@contract(
    """
1.1 "Rates" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Cost | money | not scored |
    | Region | one of "east" or "west" | required |
2.1 "Others" means the median of Cost across all other ACOs that are scored.
2.2 "Neighbors" means the average of Cost across all other ACOs in that Region that are scored.
2.3 "Larger" means the number of ACOs where Cost is scored.
2.4 The Payer must pay the Provider the "Peer Bonus": 10% of (the amount by which Cost is less than Others), or $0 if it is not scored.
2.5 The Payer must pay the Provider the "Near Bonus": 10% of (the amount by which Cost is less than Neighbors), or $0 if it is not scored.
2.6 "Both" means the average of Others across all ACOs in that Region that are scored.
2.7 The Payer must pay the Provider the "Mix": 1% of Both, or $0 if it is not scored, only if Cost is scored.
""",
    rates="aco,performance_year,cost,region\nA,2024,100,east\nB,2024,200.02,east\nC,2024,300.01,west\nD,2024,,west\nE,2024,400,east\nA,2025,7,east\n",
    years=(1, 2),
)
def peers_without_the_own_one() -> Amounts:
    e = (F("300.01") + F("300.01") + F("200.02")) / 3
    return {
        "Others at A, 2024": F("300.01"),
        "Others at D, 2024": (F("200.02") + F("300.01")) / 2,
        "Neighbors at A, 2024": (F("200.02") + 400) / 2,
        "Near Bonus at A, 2024": F("20.00"),
        "Near Bonus at C, 2024": 0,
        "Near Bonus at E, 2024": 0,
        "Near Bonus at B, 2024": cents((250 - F("200.02")) / 10),
        "Mix at A, 2024": cents(e / 100),
        "Mix at C, 2024": cents((F("200.02") + (F("200.02") + F("300.01")) / 2) / 200),
    }


@contract(
    """
1.1 "Scores" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Score  | points | not scored |
    | Region | one of "east" or "west" | required |
    | Withheld | money, at least $0 | required |
2.1 "Place" means the rank of Score across all ACOs, highest first, ties sharing the better rank.
2.2 "Ranked" means, in each Performance Year, the number of ACOs where Score is scored.
2.3 An ACO is "Low" if Score is scored and Place is more than 75% of Ranked.
2.4 The "Mean Gate" is met if Score is scored and Score is at least (the average of Score across all ACOs that are scored).
2.5 "State Median" means the median of Score across all ACOs where Score is scored.
2.6 "Regional Mean" means the average of Score across all ACOs in that Region that are scored.
2.61 The "Region Gate" is met if Score is scored and Score is at least Regional Mean.
2.7 "Forfeited" means Withheld, only if the Low is met.
2.8 "Pool" means, in each Performance Year, the total of Forfeited across all ACOs.
2.9 The Payer must pay the Provider the "Mean Bonus": $100, only if the Mean Gate is met.
2.10 The Payer must pay the Provider the "Median Bonus": $10 if Score is scored and Score is more than State Median, otherwise $0.
2.11 The Payer must pay the Provider the "Region Bonus": $1, only if the Region Gate is met.
2.12 The Provider must pay the Payer the "Penalty": Forfeited.
""",
    scores="aco,performance_year,score,region,withheld\nA,2024,4,east,1\nB,2024,3,east,2\nC,2024,2,west,3\nD,2024,1,west,4.01\nE,2024,,west,5\nA,2025,,east,1\n",
    years=(1, 2),
)
def the_own_score_is_among_the_peers() -> Amounts:
    return {
        "Place at D, 2024": 4,
        "Penalty at D, 2024": F("4.01"),
        "Penalty at E, 2024": 0,
        "Pool at A, 2024": F("4.01"),
        "Penalty at A, 2025": 0,
        "Mean Bonus at B, 2024": 100,
        "Mean Bonus at C, 2024": 0,
        "Mean Bonus at E, 2024": 0,
        "Median Bonus at B, 2024": 10,
        "Median Bonus at C, 2024": 0,
        "Median Bonus at A, 2025": 0,
        "Region Bonus at A, 2024": 1,
        "Region Bonus at C, 2024": 1,
        "Region Bonus at E, 2024": 0,
        "Region Bonus at A, 2025": 0,
    }
