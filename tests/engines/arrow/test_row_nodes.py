"""Nodes that visit rows, aggregates to attribution, on small data with values computed by hand."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction as F
from typing import Any

from tests.engines.arrow.programs import PY, YEAR, lit, ref, term, text
from tests.engines.arrow.small_data import LIVES, RATES, a, claim, each, mm, month, months, run, values
from vbcdsl.diagnostics import RunError
from vbcdsl.model.kinds import MONEY, YES_NO
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n


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
