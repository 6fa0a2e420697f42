"""Each node of the core language on small data, with values computed by hand."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction as F
from typing import Any

from tests.engines.arrow.programs import (
    PY,
    YEAR,
    bundle,
    calendar,
    column,
    interval,
    lit,
    program,
    ref,
    row,
    store,
    term,
    text,
)
from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import evaluate
from vbcdsl.engines.interface import Request, Results
from vbcdsl.model.kinds import DATE, MONEY, MONTH, NUMBER, TEXT, YES_NO
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Agreement, Given, Record

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


def test_arithmetic() -> None:
    assert each(n.Add((a("A"), lit(1), lit("0.5")))) == [F(23, 2), F(-5, 2), F(3, 2)]
    assert each(n.Subtract(a("A"), a("B"))) == [7, NOT_SCORED, 0]
    assert each(n.Multiply((a("A"), a("A"), lit("0.1")))) == [10, F(16, 10), 0]
    assert each(n.Divide(lit(1), a("A"))) == [F(1, 10), F(-1, 4), "VBC6001"]
    assert each(n.Divide(lit(1), a("A"), lit(7))) == [F(1, 10), F(-1, 4), 7]
    assert each(n.Divide(lit(1), a("B"))) == [F(1, 3), NOT_SCORED, "VBC6001"]
    assert each(n.Power(a("A"), 3)) == [1000, -64, 0]
    assert each(n.Power(a("A"), 0)) == [1, 1, 1]
    assert each(n.Root(a("A"), 2, 2)) == [F("3.16"), "VBC6015", 0]
    assert each(n.Lesser((a("A"), lit(3)))) == [3, -4, 0]
    assert each(n.Greater((a("A"), n.Divide(a("A"), lit(3)), lit(-1)))) == [10, -1, 0]
    assert each(n.Clamp(a("A"), lit(5), lit(-2))) == [5, -2, 0]
    assert each(n.Clamp(lit(1), cap=a("A"), floor=lit(-3))) == [1, "VBC6005", 0]
    assert each(n.Round(n.Divide(a("A"), lit(8)), "half up", F(1, 2))) == [F(3, 2), F(-1, 2), 0]
    assert each(n.Require(a("A"), "at least zero", "VBC6042", "A")) == [10, "VBC6042", 0]
    assert each(n.Require(a("A"), "above zero", "VBC6042", "A")) == [10, "VBC6042", "VBC6042"]
    assert each(n.Require(n.Divide(a("A"), lit(4)), "whole", "VBC6042", "A")) == ["VBC6042", -1, 0]
    assert each(n.Require(a("B"), "scored", "VBC6042", "B")) == [3, "VBC6042", 0]


def test_not_scored() -> None:
    assert each(n.ScoredOr(a("B"), a("A"))) == [3, -4, 0]
    assert each(n.IsScored(a("B"))) == [True, False, True]
    assert each(n.NotScoredIf(a("A"), n.Compare("<", a("B"), lit(1)))) == [10, NOT_SCORED, NOT_SCORED]
    assert each(n.Add((a("A"), lit(NOT_SCORED)))) == [NOT_SCORED] * 3


def test_conditions_are_settled_by_one_item() -> None:
    broken = n.Compare(">", n.Divide(lit(1), lit(0)), lit(0))
    positive = n.Compare(">", a("A"), lit(0))
    scored = n.Compare(">", a("B"), lit(1))
    assert each(n.All((broken, positive))) == ["VBC6001", False, False]
    assert each(n.All((scored, positive))) == [True, False, False]
    assert each(n.All((positive, n.Not(scored)))) == [False, False, False]
    assert each(n.All((n.Not(positive), scored))) == [False, NOT_SCORED, False]
    assert each(n.AnyOf((broken, positive))) == [True, "VBC6001", "VBC6001"]
    assert each(n.AnyOf((scored, n.Compare("=", a("A"), lit(0))))) == [True, NOT_SCORED, True]
    assert each(n.CountOf(">=", 2, (positive, n.Compare("<=", a("A"), lit(10)), lit(False, YES_NO)))) == [
        True,
        False,
        False,
    ]
    assert each(n.OneOf(a("Cohort"), ("y", "q"))) == [False, False, True]
    assert each(n.Compare("=", n.KeyOf("ACO"), text("P2"))) == [False, True, False]
    assert each(n.Compare("<", n.KeyOf("ACO"), text("P2"))) == [True, False, True]
    assert each(n.Compare("=", a("Cohort"), n.KeyOf("ACO"))) == [False] * 3


def test_only_the_branch_taken_is_evaluated() -> None:
    broken = n.Divide(lit(1), lit(0))
    positive = n.Compare(">", a("A"), lit(0))
    assert each(n.Case(((positive, lit(1)),), broken)) == [1, "VBC6001", "VBC6001"]
    assert each(n.Case(((positive, broken),), lit(2))) == ["VBC6001", 2, 2]
    assert each(n.Case(((positive, lit(1)),), None)) == [1, "VBC6014", "VBC6014"]
    assert each(n.Case(((n.Compare(">", a("B"), lit(1)), lit(1)),), lit(2))) == [1, NOT_SCORED, 2]


def test_tables() -> None:
    one = n.Lookup((a("A"),), (row(interval(None, 0), lit(1)), row(interval(0, 10), lit(2))), "exactly one")
    assert each(one) == ["VBC6002", 1, 2]
    two = n.Lookup(
        (a("A"),),
        (row(interval(None, 0, high_in=True), lit(1)), row(interval(0, None), lit(2))),
        "exactly one",
    )
    assert each(two) == [2, 1, "VBC6003"]
    first = n.Lookup(
        (a("A"),), (row(interval(None, 0, high_in=True), lit(1)), row(interval(0, None), lit(2))), "first"
    )
    assert each(first) == [2, 1, 1]
    gap = n.Lookup(
        (a("B"),),
        (row(n.IsNotScored(), lit(5)), row(interval(1), lit(6)), row(n.AnyOther(), lit(7))),
        "first",
    )
    assert each(gap) == [6, 5, 7]
    words = n.Lookup(
        (a("Cohort"), a("A")),
        (
            n.LookupRow((n.IsText("x"), interval(0)), lit(1), ""),
            n.LookupRow((n.IsText("x"), n.AnyOther()), lit(2), ""),
            n.LookupRow((n.AnyOther(), n.AnyOther()), n.Divide(lit(1), a("A")), ""),
        ),
        "first",
    )
    assert each(words) == [1, 2, "VBC6001"]
    assert each(n.Line(a("A"), lit(0), lit("0.039"), lit(30), lit("0.03"))) == [
        F("0.036"),
        F("0.0402"),
        F("0.039"),
    ]
    bands = (n.Band(lit(1), lit(4), lit("0.5"), ""), n.Band(lit(4), None, lit("0.8"), ""))
    assert each(n.Bands(a("A"), bands, "error")) == [F("6.3"), "VBC6011", 0]
    assert each(n.Bands(a("A"), bands, "mirror")) == [F("6.3"), F("-1.5"), 0]
    assert each(n.Bands(a("A"), bands, "none")) == [F("6.3"), 0, 0]
    assert each(n.Bands(a("B"), bands, "none")) == [1, NOT_SCORED, 0]


def test_values_in_force_and_periods() -> None:
    forced = n.InForce(
        ((dt.date(2024, 1, 1), dt.date(2024, 12, 31), lit(1)), (dt.date(2026, 1, 1), None, lit(3)))
    )
    found = values(run(forced, years=(1, 2, 3)))
    assert found["P1", "2024"] == 1 and found["P1", "2025"] == "VBC6004" and found["P1", "2026"] == 3
    facts = {
        "year": 2,
        "number": 2,
        "days": 365,
        "months": 12,
        "start": dt.date(2025, 1, 1),
        "end": dt.date(2025, 12, 31),
        "calendar year": 2025,
    }
    for fact, expected in facts.items():
        assert set(values(run(n.PeriodFact(fact), years=(2,))).values()) == {expected}
    quarters = values(run(n.PeriodFact("number", "Quarter"), grain=("ACO", "Quarter")))
    assert len(quarters) == 3


def test_dates() -> None:
    end = n.PeriodFact("end")
    assert each(n.DaysBetween(a("Start"), end)) == [244, 700, 0]
    assert each(n.MonthsBetween(a("Start"), end)) == [7, 23, 0]
    assert each(n.DateShift(a("Start"), months=1)) == [
        dt.date(2024, 6, 1),
        dt.date(2023, 2, 28),
        dt.date(2025, 1, 31),
    ]
    assert each(n.DateShift(a("Start"), days=30)) == [
        dt.date(2024, 5, 31),
        dt.date(2023, 3, 2),
        dt.date(2025, 1, 30),
    ]
    assert each(n.Greater((a("Start"), lit(dt.date(2024, 6, 1), DATE)))) == [
        dt.date(2024, 6, 1),
        dt.date(2024, 6, 1),
        dt.date(2024, 12, 31),
    ]


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


def test_aggregates_over_data() -> None:
    def of(name: str, value: n.Node | None = None, rows: n.Rows | None = None, **more: Any) -> list[Any]:
        return each(n.Aggregate(name, rows or months(), value, **more), data=LIVES)

    assert of("number") == [4, 1, 0]
    assert of("number", None, where=mm("On")) == [3, 1, 0]
    assert of("number", n.Compare(">", mm("Paid"), lit(4))) == [3, 0, 0]
    assert of("number", None, distinct="Member") == [2, 1, 0]
    assert of("number", None, distinct="Member", where=n.Compare("<", mm("Paid"), lit(8))) == [2, 1, 0]
    assert of("number", None, distinct="Member", where=n.Compare(">", mm("Paid"), lit(8))) == [1, 0, 0]
    assert of("total", mm("Paid")) == [19, 4, 0]
    assert of("total", mm("Score")) == [NOT_SCORED, 4, 0]
    assert of("total", mm("Score"), scored_only=True) == [11, 4, 0]
    assert of("average", mm("Score"), scored_only=True) == [F(11, 3), 4, NOT_SCORED]
    assert of("average", mm("Score"), weight=mm("Paid"), where=mm("On"), scored_only=True) == [
        F(19, 12),
        4,
        NOT_SCORED,
    ]
    assert of("average", mm("Score"), weight=mm("Paid"), scored_only=True) == ["VBC6009", 4, NOT_SCORED]
    assert of("average", lit(1), weight=n.Subtract(mm("Paid"), mm("Paid"))) == [
        "VBC6009",
        "VBC6009",
        NOT_SCORED,
    ]
    assert of("largest", mm("Paid")) == [9, 4, NOT_SCORED]
    assert of("smallest", mm("Paid"), where=mm("On")) == [5, 4, NOT_SCORED]
    assert of("median", mm("Paid")) == [6, 4, NOT_SCORED]
    assert of("percentile", mm("Paid"), percent=F(50)) == [5, 4, NOT_SCORED]
    assert of("percentile", mm("Paid"), percent=F(51)) == [7, 4, NOT_SCORED]
    assert of("percentile", mm("Paid"), percent=F(50), method="linear interpolation") == [6, 4, NOT_SCORED]
    assert of("total", n.Divide(lit(1), n.Subtract(mm("Paid"), lit(4)))) == [
        F(1) + F(1, 3) + F(1, 5) - F(1, 6),
        "VBC6001",
        0,
    ]
    assert of("total", mm("Paid"), rows=months(fixed=(YEAR,), binds=("ACO", "Member", "Month"))) == [23] * 3
    others = months(fixed=(YEAR,), binds=("ACO", "Member", "Month"), others=True)
    assert of("total", mm("Paid"), rows=others) == [4, 19, 23]
    cohort = months(fixed=(YEAR, "Cohort"), binds=("ACO", "Member", "Month"))
    assert of("total", mm("Paid"), rows=cohort) == [23, 23, 0]
    assert of("total", mm("Paid"), where=n.Compare(">", mm("Paid"), a("A"))) == [0, 4, 0]
    latest = run(n.Aggregate("largest", months(), mm("Month")), data=LIVES)
    assert values(latest)["P1"] == dt.date(2024, 12, 1)


def test_what_was_read_and_left_out() -> None:
    found = run(n.Aggregate("number", months(), None), data=LIVES)
    assert found.rows["Member Months"] == 7
    assert [(x.record, x.rows) for x in found.left_out] == [("Member Months", 1)]
    found = run(n.Aggregate("median", months(), mm("Paid")), data=LIVES)
    assert [(x.record, x.rows) for x in found.left_out] == [("Member Months", 1)]


def test_duplicates_and_unlisted_parties() -> None:
    extra = {"Member Months": [*LIVES["Member Months"], month("P1", "m1", 2, 0)]}
    for node in (n.Aggregate("number", months(), None), n.Aggregate("median", months(), mm("Paid"))):
        assert each(node, data=extra) == ["VBC5201"] * 3
    stranger = {"Member Months": [*LIVES["Member Months"], month("Q", "m7", 2, 0)]}
    assert each(n.Aggregate("number", months(), None), data=stranger) == ["VBC6102"] * 3
    assert each(n.Aggregate("median", months(), mm("Paid")), data=stranger) == ["VBC6102"] * 3


def test_windows() -> None:
    two = n.Aggregate("total", months(window=n.Window(years=2)), mm("Paid"))
    found = values(run(two, data=LIVES, years=(1, 2)))
    assert found["P1", "2024"] == 19 and found["P1", "2025"] == 119 and found["P2", "2025"] == 4
    to_date = n.Aggregate(
        "total", months(fixed=("ACO", "Quarter"), window=n.Window(to_date=True)), mm("Paid")
    )
    found = values(
        run(
            [
                term("T", ("ACO", "Quarter"), to_date),
                term("S", PY, n.Aggregate("largest", n.Rows(None, ("Quarter",), PY), ref("T"))),
            ],
            data=LIVES,
        )
    )
    one = run([term("T", ("ACO", "Quarter"), to_date)], data=LIVES).terms["T"]
    assert [v for k, v in one.items() if k[0] == "P1"] == [21, 21, 21, 19]


def test_monthly_terms_and_carrying_forward() -> None:
    spent = term(
        "Spent", ("ACO", "Month"), n.Aggregate("total", months(("Member",), ("ACO", "Month")), mm("Paid"))
    )
    running = term(
        "Running",
        ("ACO", "Month"),
        n.Add((ref("Spent"), ref("Running", shift=n.Shift(back=1, clock="Month"), first=lit(1000)))),
    )
    year = term("Year", PY, n.Aggregate("largest", n.Rows(None, ("Month",), PY), ref("Running")))
    kept = term("Kept", PY, n.Add((ref("Kept", shift=n.Shift(back=1), first=lit(1)), a("A"))))
    found = run([spent, running, year, kept], data=LIVES, years=(2,))
    by_month = [v for k, v in found.terms["Running"].items() if k[0] == "P1"]
    assert by_month == [1119] * 12
    assert values(found, "Year")["P1"] == 1119
    assert values(found, "Kept") == {"P1": 21, "P10": 1, "P2": -7}
    first = run([term("T", PY, ref("T", shift=n.Shift(back=1)))])
    assert set(values(first).values()) == {"VBC6008"}


RATES = {
    "Rates": [
        {"ACO": "P1", "Measure": "a", YEAR: 2024, "Rate": F(1, 2)},
        {"ACO": "P1", "Measure": "m", YEAR: 2024, "Rate": F(1, 4)},
        {"ACO": "P1", "Measure": "z", YEAR: 2024, "Rate": F(3, 4)},
        {"ACO": "P2", "Measure": "a", YEAR: 2024, "Rate": None},
        {"ACO": "P2", "Measure": "z", YEAR: 2024, "Rate": F(1)},
    ]
}


def test_rows_that_are_keys() -> None:
    rate = n.Col("Rates", "Rate")
    by = n.Rows(None, ("Measure",), PY)
    assert each(n.Aggregate("number", by, None), data=RATES) == [3, 3, 3]
    assert each(
        n.Aggregate("average", by, rate, weight=n.Col("Measures", "Weight"), scored_only=True), data=RATES
    ) == [F(1, 6) * (1 + F(3, 4) + F(3, 4)), 1, NOT_SCORED]
    domain = term(
        "D",
        ("ACO", YEAR, "Domain"),
        n.Aggregate("total", n.Rows(None, ("Measure",), ("ACO", YEAR, "Domain")), rate, scored_only=True),
    )
    found = run([domain, term("M", ("ACO", YEAR, "Measure"), ref("D"))], data=RATES)
    assert [(k[2], v) for k, v in found.terms["D"].items() if k[0] == "P1"] == [
        ("D2", F(3, 4)),
        ("D1", F(3, 4)),
    ]
    assert [(k[2], v) for k, v in found.terms["M"].items() if k[0] == "P2"] == [("z", 1), ("a", 0), ("m", 0)]
    picked = n.Add((n.ScoredOr(n.Ref("R", pick=(("Measure", text("a")),)), lit(0)), lit(1)))
    found = run([term("R", ("ACO", YEAR, "Measure"), rate), term("T", PY, picked)], data=RATES)
    assert values(found) == {"P1": F(3, 2), "P2": 1, "P10": 1}


def test_gates_over_rows() -> None:
    by = n.Rows(None, ("Measure",), PY)
    good = n.Compare(">=", n.Col("Rates", "Rate"), lit("0.5"))
    assert each(n.Quantified(by, good, ">=", 2, scored_only=True), data=RATES) == [True, False, False]
    assert each(n.Quantified(by, good, ">=", 2), data=RATES) == [True, NOT_SCORED, NOT_SCORED]
    assert each(n.Quantified(by, good, ">=", 1, unscored_as_not_met=True), data=RATES) == [True, True, False]
    assert each(n.Quantified(by, good, ">=", percent=F(2, 3), unscored_as_not_met=True), data=RATES) == [
        True,
        False,
        False,
    ]
    assert each(n.Quantified(by, good, ">=", every=True, unscored_as_not_met=True), data=RATES) == [
        False,
        False,
        False,
    ]
    none = n.Compare("=", n.KeyOf("Measure"), text("nothing"))
    assert each(n.Quantified(by, good, ">=", 1, where=none), data=RATES) == ["VBC6010"] * 3


def test_peers_ranks_and_pools() -> None:
    peers = n.Rows(None, ("ACO",), (YEAR,))
    others = n.Rows(None, ("ACO",), (YEAR,), others=True)
    assert each(n.Aggregate("average", peers, a("A"))) == [2, 2, 2]
    assert each(n.Aggregate("total", others, a("A"))) == [-4, 10, 6]
    assert each(n.Aggregate("average", n.Rows(None, ("ACO",), (YEAR, "Cohort")), a("A"))) == [3, 3, 0]
    assert each(n.Aggregate("total", peers, n.Divide(lit(1), a("A")))) == ["VBC6001"] * 3
    assert each(n.Rank(peers, a("A"), True, "better")) == [1, 3, 2]
    assert each(n.Rank(peers, a("B"), False, "better")) == [2, NOT_SCORED, 1]
    even = n.Multiply((a("A"), lit(0)))
    assert each(n.Rank(peers, even, True, "better")) == [1, 1, 1]
    assert each(n.Rank(peers, even, True, "worse")) == [3, 3, 3]
    assert each(n.Rank(peers, even, True, "average")) == [2, 2, 2]
    assert each(n.PoolShare(peers, lit(100, MONEY), lit(1), cents=True)) == [
        F("33.34"),
        F("33.33"),
        F("33.33"),
    ]
    assert each(n.PoolShare(peers, lit(100, MONEY), lit(1))) == [F(100, 3)] * 3
    among = n.Compare(">=", a("A"), lit(0))
    assert each(n.PoolShare(peers, lit(90, MONEY), n.Add((a("A"), lit(5))), among=among)) == [
        F("67.5"),
        0,
        F("22.5"),
    ]
    cap = n.Add((a("A"), lit(20)))
    assert each(n.PoolShare(peers, lit(75, MONEY), lit(1), each_cap=cap)) == [25, 16, 20]
    assert each(n.PoolShare(peers, lit(62, MONEY), lit(1), each_cap=cap, again=True)) == [26, 16, 20]
    assert each(n.PoolShare(peers, lit(100, MONEY), a("A"))) == ["VBC6012"] * 3
    assert each(n.PoolShare(peers, lit(-1, MONEY), lit(1))) == ["VBC6012"] * 3
    assert each(n.PoolShare(peers, lit(5, MONEY), lit(1), among=n.Compare(">", a("A"), lit(99)))) == [0, 0, 0]


def claim(aco: str, member: str, clinician: str, day: int, paid: int) -> dict[str, Any]:
    return {
        "ACO": aco,
        "Member": member,
        "Clinician": clinician,
        "Service Date": dt.date(2024, 1, day),
        "Paid": paid,
    }


def test_attribution() -> None:
    data = {
        **LIVES,
        "Claims": [
            claim("P1", "m1", "c1", 1, 5),
            claim("P1", "m1", "c2", 2, 3),
            claim("P1", "m1", "c2", 3, 2),
            claim("P1", "m1", "c2", 3, 0),
            claim("P1", "m2", "c9", 4, 1),
            claim("P1", "m2", "c10", 4, 1),
        ],
    }
    rows = n.Rows("Claims", ("Clinician",), ("ACO", YEAR, "Member"))
    paid, day = n.Col("Claims", "Paid"), n.Col("Claims", "Service Date")
    grain = ("ACO", YEAR, "Member")

    def of(**more: Any) -> list[Any]:
        node = n.WithLargest("Clinician", rows, "total", paid, None, **more)
        found = run([term("T", grain, node)], data=data).terms["T"]
        return [value.code if isinstance(value, RunError) else value for _, value in found.items()]

    assert of() == ["VBC6013", "VBC6013", NOT_SCORED]
    assert of(ties=(n.TieStep("first"),)) == ["c1", "c10", NOT_SCORED]
    assert of(ties=(n.TieStep("latest", day), n.TieStep("first"))) == ["c2", "c10", NOT_SCORED]
    assert of(ties=(n.TieStep("largest", paid),)) == ["c1", "VBC6013", NOT_SCORED]
    attributed = term(
        "T", grain, n.WithLargest("Clinician", rows, "total", paid, None, ties=(n.TieStep("first"),))
    )
    panel = term(
        "Panel",
        ("ACO", YEAR, "Clinician"),
        n.Aggregate(
            "number",
            n.Rows(None, ("Member",), PY),
            n.ScoredOr(n.Compare("=", ref("T"), n.KeyOf("Clinician")), lit(False, YES_NO)),
        ),
    )
    found = run([attributed, panel], data=data)
    assert [(k[2], v) for k, v in found.terms["Panel"].items()] == [
        ("c1", 1),
        ("c10", 1),
        ("c2", 0),
        ("c9", 0),
    ]


def test_rows_may_stand_on_terms_of_a_coarser_grain() -> None:
    threshold = term("Threshold", PY, n.Aggregate("average", months(), mm("Paid")))
    above = term(
        "Above",
        PY,
        n.Aggregate("total", months(), mm("Paid"), where=n.Compare(">", mm("Paid"), ref("Threshold"))),
    )
    found = run([threshold, above], data=LIVES, years=(1, 2))
    assert values(found, "Above")["P1", "2024"] == 21
    assert values(found, "Above")["P1", "2025"] == 0


def test_examples_need_no_data_for_what_stands_on_given_values() -> None:
    one = program(
        [
            term("Savings", PY, n.Aggregate("total", months(), mm("Paid"))),
            term("Share", PY, n.Multiply((lit("0.5"), ref("Savings")))),
            term("Lives", PY, n.Aggregate("number", months(), None)),
            term("Ratio", PY, n.Case(((n.Compare(">", ref("Savings"), lit(0)), lit(1)),), ref("Lives"))),
            term("R", ("ACO", YEAR, "Measure"), n.Col("Rates", "Rate")),
            term("Q", PY, n.Aggregate("total", n.Rows(None, ("Measure",), PY), ref("R"))),
        ],
        [ROSTER, MONTHS, MEASURES, RESULTS],
        ROSTERS,
    )
    given = (
        Given("Savings", F(10)),
        Given("R", F(1), (("Measure", "a"),)),
        Given("R", F(2), (("Measure", "m"),)),
        Given("R", F(3), (("Measure", "z"),)),
    )
    found = evaluate(bundle(one), store(one, {}), Request((1,), given=given, parties=("E",)))
    assert (
        values(found, "Share") == {"E": 5}
        and values(found, "Ratio") == {"E": 1}
        and values(found, "Q") == {"E": 6}
    )
    assert values(found, "Lives") == {"E": "VBC6101"}


def test_agreements_that_do_not_hold_are_reported() -> None:
    agreed = Agreement("9", n.Compare(">=", a("A"), lit(0)), PY, "A is not negative")
    found = run(lit(1), agreements=(agreed,))
    assert [(s, k[0]) for s, k in found.broken_agreements] == [("9", "P2")]


def test_errors_travel_and_name_where_they_arose() -> None:
    terms = [term("X", PY, n.Divide(lit(1), a("A"), section="7")), term("Y", PY, n.Add((ref("X"), lit(1))))]
    found = run(terms)
    [error] = found.errors
    assert (error.term, error.section, error.key) == ("X", "7", (("ACO", "P10"), (YEAR, "2024")))
    assert found.terms["Y"].get(next(k for k, _ in found.terms["Y"].items() if k[0] == "P10")) == error


def test_terms_of_the_contract_as_a_whole() -> None:
    total = term("All", (YEAR,), n.Aggregate("total", n.Rows(None, ("ACO",), (YEAR,)), a("A")))
    flat = term("Flat", (), lit(3))
    found = run([total, flat, term("T", PY, n.Add((ref("All"), ref("Flat"))))], years=(1, 2))
    assert [v for _, v in found.terms["All"].items()] == [6, 6]
    assert list(found.terms["Flat"].items()) == [((), F(3))]
    assert set(values(found).values()) == {F(9)}


def test_an_error_names_the_key_of_its_own_group() -> None:
    quarterly = n.Rows(
        "Member Months", ("Member", "Month"), ("ACO", "Quarter"), window=n.Window(to_date=True)
    )
    some = n.Aggregate("average", quarterly, mm("Paid"), weight=n.Subtract(mm("Paid"), mm("Paid")))
    found = run([term("T", ("ACO", "Quarter"), some)], data=LIVES).terms["T"]
    for key, value in found.items():
        if isinstance(value, RunError):
            assert dict(value.key) == {"ACO": key[0], "Quarter": key[1].label}
    assert sum(isinstance(value, RunError) for _, value in found.items()) == 8
