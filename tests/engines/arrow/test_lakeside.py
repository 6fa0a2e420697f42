"""The Lakeside contract of the language page, against the same contract computed by hand in Python."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction as F

import pytest

from tests.engines.arrow.programs import bundle, lakeside, store
from vbcdsl.engines import reference
from vbcdsl.engines.arrow import evaluate
from vbcdsl.engines.interface import Request
from vbcdsl.model.values import round_to


def rows(seed: int, acos: int = 3, members: int = 60) -> dict[str, list[dict[str, object]]]:
    rng = random.Random(seed)
    months = []
    for m in range(members):
        aco = f"ACO{rng.randrange(acos)}"
        for year in (2024, 2025):
            for month in range(1, 13):
                if rng.random() < 0.02:
                    aco = f"ACO{rng.randrange(acos)}"
                if rng.random() < 0.9:
                    months.append(
                        {
                            "ACO": aco,
                            "Member": f"M{m:04}",
                            "Month": dt.date(year, month, 1),
                            "Enrolled": rng.random() < 0.95,
                            "Inpatient Paid": F(rng.randrange(-100, 3_000_000), 100),
                            "Outpatient Paid": F(rng.randrange(0, 200_000), 100),
                            "Risk Score": F(rng.randrange(100, 3000), 1000),
                        }
                    )
    finance, quality = [], []
    for a in range(acos):
        for year in (2024, 2025):
            finance.append(
                {
                    "ACO": f"ACO{a}",
                    "Performance Year": year,
                    "Benchmark Rate": F(rng.randrange(900_000, 1_100_000), 100),
                    "Capitation": F(rng.randrange(10**6)),
                }
            )
            for measure in ("Breast Cancer Screening", "Diabetes A1c Control", "Follow-up After Hospital"):
                top = rng.randrange(20, 60)
                quality.append(
                    {
                        "ACO": f"ACO{a}",
                        "Performance Year": year,
                        "Measure": measure,
                        "Denominator": top,
                        "Numerator": rng.randrange(top),
                    }
                )
    return {"Member Months": months, "Financial Schedule": finance, "Quality Results": quality}


def by_hand(data: dict[str, list[dict[str, object]]], aco: str, year: int) -> dict[str, object]:
    months = [
        r for r in data["Member Months"] if r["ACO"] == aco and r["Month"].year == year and r["Enrolled"]
    ]
    cost: dict[str, F] = {}
    for r in months:
        cost[r["Member"]] = cost.get(r["Member"], F(0)) + r["Inpatient Paid"] + r["Outpatient Paid"]
    total = sum((min(c, F(250_000)) for c in cost.values()), F(0))
    risk = sum(r["Risk Score"] for r in months) / len(months)
    [finance] = [r for r in data["Financial Schedule"] if r["ACO"] == aco and r["Performance Year"] == year]
    benchmark = round_to(finance["Benchmark Rate"] * len(months) * risk, "half up", F(1, 100))
    return {
        "Enrolled Months": F(len(months)),
        "Total Cost of Care": total,
        "Average Risk Score": risk,
        "Benchmark": benchmark,
        "Savings": benchmark - total,
        "Savings Rate": (benchmark - total) / benchmark,
    }


@pytest.mark.parametrize("batch", [7, 100, 100_000])
@pytest.mark.parametrize("shuffled", [False, True])
def test_lakeside_equals_the_same_contract_by_hand(batch: int, shuffled: bool) -> None:
    program = lakeside()
    data = rows(1)
    if shuffled:
        random.Random(5).shuffle(data["Member Months"])
    results = evaluate(bundle(program), store(program, data, batch), Request((1, 2)))
    assert not results.errors
    for aco in ("ACO0", "ACO1", "ACO2"):
        for year in program.calendar.years[:2]:
            for name, expected in by_hand(data, aco, year.start.year).items():
                assert results.terms[name].get((aco, year)) == expected, name
    assert results.rows["Member Months"] == len(data["Member Months"])


def test_the_keys_of_results_are_sorted() -> None:
    program = lakeside()
    results = evaluate(bundle(program), store(program, rows(2)), Request((2, 1)))
    for values in results.terms.values():
        keys = [key for key, _ in values.items()]
        assert keys == sorted(keys, key=lambda k: tuple(p if isinstance(p, str) else p.label for p in k))
        assert len(values) == len(keys)


def test_lakeside_equals_the_reference_to_the_cent() -> None:
    program, data, request = lakeside(), rows(3), Request((1, 2))
    found = evaluate(bundle(program), store(program, data), request)
    expected = reference.evaluate(bundle(program), store(program, data), request)
    for name, values in expected.terms.items():
        assert dict(found.terms[name].items()) == dict(values.items()), name
    assert (found.rows, found.left_out) == (expected.rows, expected.left_out)
