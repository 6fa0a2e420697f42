"""Three parties with a few members, claims and rates, and how one expression is run on them."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction as F
from typing import Any

from tests.engines.arrow.programs import PY, YEAR, bundle, calendar, column, program, store, term
from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import evaluate
from vbcdsl.engines.interface import Request, Results
from vbcdsl.model.kinds import DATE, MONEY, MONTH, NUMBER, TEXT, YES_NO
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Record

ROSTER = Record(
    "Roster",
    "1",
    ("ACO",),
    None,
    (
        column("ACO", TEXT),
        column("A", NUMBER),
        column("B", NUMBER, NOT_SCORED),
        column("Cohort", TEXT),
        column("Start", DATE),
    ),
    ("ACO", "Cohort"),
)
MONTHS = Record(
    "Member Months",
    "2",
    ("Member",),
    "Month",
    (
        column("ACO", TEXT),
        column("Member", TEXT),
        column("Month", MONTH),
        column("Paid", MONEY, F(0)),
        column("Score", NUMBER, NOT_SCORED),
        column("On", YES_NO, True),
    ),
    ("ACO", "Member"),
)
CLAIMS = Record(
    "Claims",
    "3",
    (),
    None,
    (
        column("ACO", TEXT),
        column("Member", TEXT),
        column("Clinician", TEXT),
        column("Service Date", DATE),
        column("Paid", MONEY),
    ),
    ("ACO", "Member", "Clinician"),
    date_column="Service Date",
    entries=True,
)
MEASURES = Record(
    "Measures",
    "4",
    ("Measure",),
    None,
    (column("Measure", TEXT), column("Domain", TEXT), column("Weight", NUMBER)),
    ("Measure", "Domain"),
    rows=(
        {"Measure": "z", "Domain": "D2", "Weight": F(1)},
        {"Measure": "a", "Domain": "D1", "Weight": F(2)},
        {"Measure": "m", "Domain": "D1", "Weight": F(3)},
    ),
)
RESULTS = Record(
    "Rates",
    "5",
    ("ACO", "Measure"),
    YEAR,
    (column("ACO", TEXT), column("Measure", TEXT), column(YEAR, NUMBER), column("Rate", NUMBER, NOT_SCORED)),
    ("ACO", "Measure"),
)
ROSTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ACO": ("Roster", ()),
    "Member": ("Member Months", ("ACO", YEAR)),
    "Measure": ("Measures", ()),
    "Domain": ("Measures", ()),
    "Cohort": ("Roster", ()),
    "Clinician": ("Claims", ("ACO", YEAR)),
}
PARTIES = [
    {"ACO": "P1", "A": 10, "B": 3, "Cohort": "x", "Start": dt.date(2024, 5, 1)},
    {"ACO": "P2", "A": -4, "B": None, "Cohort": "x", "Start": dt.date(2023, 1, 31)},
    {"ACO": "P10", "A": 0, "B": 0, "Cohort": "y", "Start": dt.date(2024, 12, 31)},
]


def a(name: str) -> n.Col:
    return n.Col("Roster", name)


def run(
    expr: n.Node | list[Any],
    data: dict[str, list[dict[str, Any]]] | None = None,
    years: tuple[int, ...] = (1,),
    grain: tuple[str, ...] = PY,
    **more: Any,
) -> Results:
    terms = expr if isinstance(expr, list) else [term("T", grain, expr)]
    one = program(
        terms,
        [ROSTER, MONTHS, CLAIMS, MEASURES, RESULTS],
        ROSTERS,
        attributes={"Domain": ("Measures", "Domain"), "Cohort": ("Roster", "Cohort")},
        when=calendar(),
        **more,
    )
    rows = {"Roster": PARTIES, **(data or {})}
    return evaluate(bundle(one), store(one, rows, 3), Request(years))


def values(results: Results, name: str = "T") -> dict[Any, Any]:
    """By party (and the rest of the key without a year): the value, or the code of the error."""
    found = {}
    for key, value in results.terms[name].items():
        short = tuple(p if isinstance(p, str) else p.label for p in key)
        found[short[0] if len(key) <= 2 and len(results.terms[name].years) == 1 else short] = (
            value.code if isinstance(value, RunError) else value
        )
    return found


def each(expr: n.Node, **more: Any) -> list[Any]:
    """The values at P1, P2, P10."""
    found = values(run(expr, **more))
    return [found["P1"], found["P2"], found["P10"]]


def month(
    aco: str, member: str, number: int, paid: Any, score: Any = None, on: bool = True, year: int = 2024
) -> dict[str, Any]:
    return {
        "ACO": aco,
        "Member": member,
        "Month": dt.date(year, number, 1),
        "Paid": paid,
        "Score": score,
        "On": on,
    }


LIVES = {
    "Member Months": [
        month("P1", "m1", 1, 5, 1),
        month("P1", "m1", 2, 7, 2),
        month("P1", "m2", 1, 9, None),
        month("P2", "m1", 3, 4, 4),
        month("P1", "m2", 12, -2, 8, on=False),
        month("P1", "m3", 1, 100, 3, year=2025),
        month("P2", "m9", 1, 1, 1, year=2030),
    ]
}


def months(binds: tuple[str, ...] = ("Member", "Month"), fixed: tuple[str, ...] = PY, **more: Any) -> n.Rows:
    return n.Rows("Member Months", binds, fixed, **more)


def mm(name: str) -> n.Col:
    return n.Col("Member Months", name)


RATES = {
    "Rates": [
        {"ACO": "P1", "Measure": "a", YEAR: 2024, "Rate": F(1, 2)},
        {"ACO": "P1", "Measure": "m", YEAR: 2024, "Rate": F(1, 4)},
        {"ACO": "P1", "Measure": "z", YEAR: 2024, "Rate": F(3, 4)},
        {"ACO": "P2", "Measure": "a", YEAR: 2024, "Rate": None},
        {"ACO": "P2", "Measure": "z", YEAR: 2024, "Rate": F(1)},
    ]
}


def claim(aco: str, member: str, clinician: str, day: int, paid: int) -> dict[str, Any]:
    return {
        "ACO": aco,
        "Member": member,
        "Clinician": clinician,
        "Service Date": dt.date(2024, 1, day),
        "Paid": paid,
    }
