"""The settlement of Lakeside written by hand, in fractions, from three sums by ACO and year.

What an analyst writes after the SQL. The peers of a measurement share it, so that all of them come to
payments; it is also a second reading of the contract, which the engines must agree with to the cent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq

# (ACO, calendar year) → enrolled months, cost of care in cents, risk scores in thousandths
Sums = Mapping[tuple[str, int], tuple[int, int, int]]
# (ACO, calendar year) → cents: shared savings, shared loss, care coordination, reporting bonus
Payments = dict[tuple[str, int], tuple[int, int, int, int]]

TARGETS = {
    "Breast Cancer Screening": (Fraction(70, 100), 1),
    "Diabetes A1c Control": (Fraction(625, 1000), 2),
    "Follow-up After Hospital": (Fraction(55, 100), 1),
}


def cents(dollars: Fraction) -> int:
    """Rounded half up to the cent (half away from zero)."""
    size = math.floor(abs(dollars) * 100 + Fraction(1, 2))
    return size if dollars >= 0 else -size


def settle_by_hand(sums: Sums, home: Path) -> Payments:
    """The payments of each ACO and year."""
    quality: dict[tuple[str, int], list[tuple[str, int, int]]] = {}
    for row in pq.read_table(home / "quality_results.parquet").to_pylist():
        key = (str(row["aco"]), row["performance_year"])
        quality.setdefault(key, []).append((row["measure"], row["numerator"], row["denominator"]))
    schedule = {
        (str(row["aco"]), row["performance_year"]): (
            Fraction(row["benchmark_rate"]),
            Fraction(row["capitation"]),
        )
        for row in pq.read_table(home / "financial_schedule.parquet").to_pylist()
    }
    return {key: _payments(key[1], sums[key], quality[key], *schedule[key]) for key in sorted(sums)}


def _payments(
    year: int,
    sums: tuple[int, int, int],
    quality: list[tuple[str, int, int]],
    rate: Fraction,
    capitation: Fraction,
) -> tuple[int, int, int, int]:
    months, cost, risk = sums[0], Fraction(sums[1], 100), Fraction(sums[2], 1000)
    benchmark = Fraction(cents(rate * months * (risk / months)), 100)
    savings = benchmark - cost
    losses = max(-savings, Fraction(0))
    met = weights = best = 0
    for measure, numerator, denominator in quality:
        if denominator >= 30:
            target, weight = TARGETS[measure]
            weights += weight
            if Fraction(numerator, denominator) >= target:
                met, best = met + 1, best + weight
    gate = met >= 2
    sharing = _sharing(Fraction(best, weights) if weights else None, year)
    phase = {2024: Fraction(0), 2025: Fraction(1, 2)}.get(year, Fraction(1))
    two, five = benchmark * 2 / 100, benchmark * 5 / 100
    corridor = max(min(losses, five) - two, Fraction(0)) / 2 + max(losses - five, Fraction(0)) * 8 / 10
    earned = benchmark != 0 and savings / benchmark >= _minimum(months) and gate and months >= 60_000
    share = Fraction(cents(min(sharing * savings, benchmark / 10)) if earned else 0, 100)
    loss = Fraction(cents(min(phase * corridor, five)), 100)
    if months < 24_000 and year < 2026:
        loss = Fraction(0)
    fee = Fraction(cents(Fraction(7, 2) * months), 100)
    limit = capitation * 105 / 100
    over = max(share + fee - limit, Fraction(0))
    cut = min(over, share)
    share, fee = share - cut, fee - min(over - cut, fee)
    bonus = Fraction(2 * months) if gate and year >= 2026 else Fraction(0)
    return cents(share), cents(loss), cents(fee), cents(bonus)


def _sharing(score: Fraction | None, year: int) -> Fraction:
    if score is None or score < Fraction(60, 100):
        return Fraction(0)
    if score < Fraction(75, 100):
        return Fraction(30, 100)
    if score < Fraction(90, 100):
        return Fraction(45 if year >= 2026 else 40, 100)
    return Fraction(50, 100)


def _minimum(months: int) -> Fraction:
    if months < 60_000:
        return Fraction(39, 1000)
    if months < 120_000:
        return Fraction(39, 1000) - Fraction(9, 1000) * Fraction(months - 60_000, 60_000)
    if months < 720_000:
        return Fraction(30, 1000) - Fraction(10, 1000) * Fraction(months - 120_000, 600_000)
    return Fraction(20, 1000)
