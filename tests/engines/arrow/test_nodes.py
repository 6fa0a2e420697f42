"""Each node of the core language on small data, with values computed by hand.

Those that visit rows are in `test_row_nodes`.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction as F

from tests.engines.arrow.programs import PY, YEAR, bundle, interval, lit, program, ref, row, store, term, text
from tests.engines.arrow.small_data import (
    MEASURES,
    MONTHS,
    RESULTS,
    ROSTER,
    ROSTERS,
    a,
    each,
    mm,
    months,
    run,
    values,
)
from vbcdsl.engines.arrow import evaluate
from vbcdsl.engines.interface import Request
from vbcdsl.model.kinds import DATE, YES_NO
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Agreement, Given


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
