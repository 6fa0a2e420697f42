"""The Lakeside contract with gates that small providers pass, and data that reach every branch of it."""

from __future__ import annotations

import random
from decimal import Decimal

import pyarrow as pa

from vbcdsl.compiler import Compiled, compile_path, compile_text
from vbcdsl.resources import library_dir

LIBRARY = library_dir()


def lakeside(parties: int = 24, members: int = 240) -> tuple[Compiled, dict[str, object]]:
    """The Lakeside text of the first years with gates that small providers pass, and data with savings, losses,
    measures that are not scored and members above their limit."""
    text = compile_path(LIBRARY / "lakeside").versions[0].text
    text = text[: text.index("Article 5. Examples")]
    for old, new in (("120,000", "130"), ("720,000", "400"), ("60,000", "100"), ("24,000", "110")):
        text = text.replace(old, new)
    draw = random.Random(3)
    names = [f"A{i:02d}" for i in range(parties)]
    months: dict[str, list[object]] = {
        k: []
        for k in ("aco", "member", "month", "enrolled", "inpatient_paid", "outpatient_paid", "risk_score")
    }
    years = (2024, 2025)
    for member in range(members):
        for year in years:
            for month in range(1, 13):
                cost = draw.randrange(0, 60_000) if draw.random() < 0.99 else draw.randrange(0, 40_000_000)
                row = (names[member % parties], f"M{member}", f"{year}-{month:02d}", draw.random() < 0.95,
                       cents(cost), cents(draw.randrange(0, 40_000)), draw.randrange(1, 3))  # fmt: skip
                for name, value in zip(months, row, strict=True):
                    months[name].append(value)
    quality: dict[str, list[object]] = {
        k: [] for k in ("aco", "measure", "performance_year", "numerator", "denominator")
    }
    money: dict[str, list[object]] = {
        k: [] for k in ("aco", "performance_year", "benchmark_rate", "capitation")
    }
    for name in names:
        for year in years:
            for measure in ("Breast Cancer Screening", "Diabetes A1c Control", "Follow-up After Hospital"):
                many = draw.randrange(20, 120)
                for key, value in zip(
                    quality, (name, measure, year, draw.randrange(many * 2 // 5, many + 1), many), strict=True
                ):
                    quality[key].append(value)
            for key, value in zip(
                money, (name, year, cents(draw.randrange(30_000, 60_000)),
                        cents(draw.randrange(300_000, 6_000_000))),
                strict=True,
            ):  # fmt: skip
                money[key].append(value)
    return compile_text(text), {
        "member_months": pa.table(months), "quality_results": pa.table(quality),
        "financial_schedule": pa.table(money),
    }  # fmt: skip


def cents(amount: int) -> object:
    """So many cents as a decimal."""
    return Decimal(amount).scaleb(-2)
