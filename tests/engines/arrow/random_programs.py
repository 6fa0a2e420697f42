"""Random programs over the records of `small_data`, and random data for them (hypothesis strategies)."""

from __future__ import annotations

import datetime as dt
import itertools
from fractions import Fraction as F
from typing import Any

from hypothesis import strategies as st

from tests.engines.arrow.programs import PY, YEAR, calendar, lit, program, term, text
from tests.engines.arrow.small_data import CLAIMS, MEASURES, MONTHS, RESULTS, ROSTER, ROSTERS
from vbcdsl.model.kinds import MONEY, NUMBER, YES_NO
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program

NUMBERS = st.sampled_from(["0", "1", "-1", "2", "0.5", "3", "10", "-0.25", "100", "7", "12345.67"]).map(lit)
COMPARE = st.sampled_from([">=", ">", "<", "<=", "=", "!="])
MODES = st.sampled_from(["half up", "half to even", "up", "down", "toward zero"])
UNITS = st.sampled_from([F(1), F(1, 100), F(1, 2), F(5)])

# What the environment holds: "year" party and year; "month" a visited member month; "measure" also a measure;
# "claim" a visited claim; "member" also a member
Context = str


def leaf(context: Context, terms: dict[str, tuple[str, ...]]) -> st.SearchStrategy[n.Node]:
    """A number without parts."""
    found: list[st.SearchStrategy[n.Node]] = [
        NUMBERS,
        st.just(n.Col("Roster", "A")),
        st.just(n.Col("Roster", "B")),
        st.sampled_from(["year", "number", "days", "months", "calendar year"]).map(n.PeriodFact),
    ]
    if context == "month":
        found += [st.just(n.Col("Member Months", "Paid")), st.just(n.Col("Member Months", "Score"))] * 2
    if context == "measure":
        found += [st.just(n.Col("Rates", "Rate")), st.just(n.Col("Measures", "Weight"))] * 2
    if context == "claim":
        found += [st.just(n.Col("Claims", "Paid"))] * 2
    reachable = [name for name, grain in terms.items() if _holds(context, grain)]
    if reachable:
        names = st.sampled_from(reachable)
        found += [names.map(n.Ref)] * 2
        found.append(st.builds(lambda t: n.Ref(t, n.Shift(back=1), lit(5)), names))
        found.append(st.builds(lambda t: n.Ref(t, n.Shift(back=1)), names))
    picked = [name for name, grain in terms.items() if grain == ("ACO", YEAR, "Measure")]
    if picked:
        found.append(
            st.builds(
                lambda t, m: n.Ref(t, pick=(("Measure", text(m)),)),
                st.sampled_from(picked),
                st.sampled_from(["a", "z"]),
            )
        )
    return st.one_of(found)


def _holds(context: Context, grain: tuple[str, ...]) -> bool:
    extra = set(grain) - {"ACO", YEAR}
    return (
        extra
        <= {
            "year": set(),
            "month": {"Month", "Member"},
            "measure": {"Measure"},
            "claim": {"Member"},
            "member": {"Member"},
            "monthly": {"Month"},
        }[context]
    )


def condition(context: Context, terms: dict[str, tuple[str, ...]], depth: int) -> st.SearchStrategy[n.Node]:
    """A condition."""
    number = expression(context, terms, depth - 1)
    found: list[st.SearchStrategy[n.Node]] = [
        st.builds(n.Compare, COMPARE, number, number),
        st.builds(n.IsScored, number),
        st.just(n.OneOf(n.Col("Roster", "Cohort"), ("x", "q"))),
        st.builds(
            lambda op, p: n.Compare(op, n.KeyOf("ACO"), text(p)), COMPARE, st.sampled_from(["P1", "P2", "P3"])
        ),
    ]
    if context == "month":
        found += [st.just(n.Col("Member Months", "On"))]
    if depth > 1:
        inner = st.deferred(lambda: condition(context, terms, depth - 1))
        items = st.lists(inner, min_size=1, max_size=3).map(tuple)
        found += [
            st.builds(n.Not, inner),
            st.builds(n.All, items),
            st.builds(n.AnyOf, items),
            st.builds(n.CountOf, COMPARE, st.integers(0, 3), items),
        ]
        if context == "year":
            rows = n.Rows(None, ("Measure",), PY)
            found.append(
                st.builds(
                    lambda c, op, k, how, w: n.Quantified(
                        rows,
                        c,
                        op,
                        where=w,
                        scored_only=how == 1,
                        unscored_as_not_met=how == 2,
                        **({"every": True} if k < 0 else {"count": k} if k < 4 else {"percent": F(1, 2)}),
                    ),
                    condition("measure", terms, depth - 1),
                    COMPARE,
                    st.integers(-1, 5),
                    st.integers(0, 2),
                    st.none() | condition("measure", terms, 1),
                )
            )
    return st.one_of(found)


def expression(context: Context, terms: dict[str, tuple[str, ...]], depth: int) -> st.SearchStrategy[n.Node]:
    """A number."""
    if depth <= 0:
        return leaf(context, terms)
    inner = st.deferred(lambda: expression(context, terms, depth - 1))
    test = st.deferred(lambda: condition(context, terms, depth))
    items = st.lists(inner, min_size=2, max_size=3).map(tuple)
    interval = st.builds(n.Interval, st.none() | inner, st.booleans(), st.none() | inner, st.booleans())
    row = st.builds(
        lambda t, x: n.LookupRow((t,), x, ""),
        st.one_of(interval, interval, st.just(n.IsNotScored()), st.just(n.AnyOther())),
        inner,
    )
    bands = st.lists(st.integers(0, 20), min_size=2, max_size=4, unique=True).map(sorted)
    found: list[st.SearchStrategy[n.Node]] = [
        leaf(context, terms),
        st.builds(n.Add, items),
        st.builds(n.Subtract, inner, inner),
        st.builds(n.Multiply, items),
        st.builds(n.Divide, inner, inner, st.none() | inner),
        st.builds(n.Power, leaf(context, terms), st.integers(0, 3)),
        st.builds(n.Root, leaf(context, terms), st.integers(2, 3), st.integers(0, 3)),
        st.builds(n.Lesser, items),
        st.builds(n.Greater, items),
        st.builds(n.Clamp, inner, st.none() | inner, st.none() | inner),
        st.builds(n.Round, inner, MODES, UNITS),
        st.builds(
            lambda x, t: n.Require(x, t, "VBC6042", "it"),
            inner,
            st.sampled_from(["at least zero", "above zero", "whole", "scored"]),
        ),
        st.builds(n.NotScoredIf, inner, test),
        st.builds(n.ScoredOr, inner, inner),
        st.builds(
            n.Case, st.lists(st.tuples(test, inner), min_size=1, max_size=2).map(tuple), st.none() | inner
        ),
        st.builds(n.Line, inner, NUMBERS, inner, NUMBERS, inner),
        st.builds(
            lambda s, r, m: n.Lookup((s,), tuple(r), m),
            inner,
            st.lists(row, min_size=1, max_size=3),
            st.sampled_from(["exactly one", "first"]),
        ),
        st.builds(
            lambda s, edges, share, how: n.Bands(
                s,
                tuple(
                    n.Band(lit(a), None if i + 2 == len(edges) and how == "none" else lit(b), share, "")
                    for i, (a, b) in enumerate(itertools.pairwise(edges))
                ),
                how,
            ),
            inner,
            bands,
            inner,
            st.sampled_from(["error", "mirror", "none"]),
        ),
        st.builds(
            lambda x, y: n.InForce(((dt.date(2024, 1, 1), dt.date(2024, 12, 31), x),), y),
            inner,
            st.none() | inner,
        ),
    ]
    if context in ("year", "monthly", "member"):
        found += [aggregate(context, terms, depth)] * 4
    if context == "year":
        peers = st.sampled_from([n.Rows(None, ("ACO",), (YEAR,)), n.Rows(None, ("ACO",), (YEAR, "Cohort"))])
        found.append(
            st.builds(n.Rank, peers, inner, st.booleans(), st.sampled_from(["better", "worse", "average"]))
        )
        found.append(
            st.builds(
                n.PoolShare,
                peers,
                NUMBERS,
                inner,
                st.none() | test,
                st.none() | inner,
                st.booleans(),
                st.booleans(),
            )
        )
    return st.one_of(found)


def aggregate(context: Context, terms: dict[str, tuple[str, ...]], depth: int) -> st.SearchStrategy[n.Node]:
    """An aggregate: over member months, claims, measures or parties."""
    names = st.sampled_from(["total", "number", "average", "largest", "smallest", "median", "percentile"])

    def build(kind: str) -> st.SearchStrategy[n.Node]:
        grain = {"year": PY, "monthly": ("ACO", "Month"), "member": ("ACO", YEAR, "Member")}[context]
        window = None
        if kind == "months":
            rows, there = (
                n.Rows("Member Months", tuple(d for d in ("Member", "Month") if d not in grain), grain),
                "month",
            )
        elif kind == "window":
            rows, there = (
                n.Rows("Member Months", ("Member", "Month"), grain, window=n.Window(years=2)),
                "month",
            )
        elif kind == "date":
            rows, there = n.Rows("Member Months", ("Member",), grain, window=n.Window(to_date=True)), "month"
        elif kind == "all months":
            rows, there = n.Rows("Member Months", ("ACO", "Member", "Month"), (YEAR,)), "month"
        elif kind == "other months":
            rows, there = n.Rows("Member Months", ("ACO", "Member", "Month"), (YEAR,), others=True), "month"
        elif kind == "claims":
            rows, there = n.Rows("Claims", ("Member", "Clinician"), grain), "claim"
        elif kind == "measures":
            rows, there = n.Rows(None, ("Measure",), PY), "measure"
        elif kind == "members":
            rows, there = n.Rows(None, ("Member",), PY), "member"
        elif kind == "cohort":
            rows, there = n.Rows(None, ("ACO",), (YEAR, "Cohort")), "year"
        elif kind == "others":
            rows, there = n.Rows(None, ("ACO",), (YEAR,), others=True), "year"
        else:
            rows, there = n.Rows(None, ("ACO",), (YEAR,)), "year"
        _ = window
        value = expression(there, terms, min(depth - 1, 1))

        def make(
            name: str, x: n.Node, where: n.Node | None, weight: n.Node | None, scored: bool, distinct: bool
        ) -> n.Node:
            more: dict[str, Any] = {"scored_only": scored, "where": where}
            if name == "average":
                more["weight"] = weight
            if name == "percentile":
                more["percent"] = F(30)
                more["method"] = "linear interpolation" if distinct else "nearest rank"
            if name == "number":
                if distinct and there in ("month", "claim") and "Member" not in grain:
                    more["distinct"] = "Member"
                return n.Aggregate(name, rows, where and n.Compare(">", x, lit(1)), **more)
            return n.Aggregate(name, rows, x, **more)

        return st.builds(
            make,
            names,
            value,
            st.none() | condition(there, terms, 1),
            st.none() | value,
            st.booleans(),
            st.booleans(),
        )

    kinds = {
        "year": [
            "months",
            "months",
            "window",
            "all months",
            "other months",
            "claims",
            "measures",
            "members",
            "parties",
            "cohort",
            "others",
        ],
        "monthly": ["months", "date", "claims"],
        "member": ["months", "claims"],
    }[context]
    return st.sampled_from(kinds).flatmap(build)


GRAINS = {
    "year": PY,
    "measure": ("ACO", YEAR, "Measure"),
    "monthly": ("ACO", "Month"),
    "member": ("ACO", YEAR, "Member"),
}


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A program of a few terms, each of which may stand on those before it."""
    grains: dict[str, tuple[str, ...]] = {}
    terms = []
    for i in range(draw(st.integers(1, 4))):
        context = draw(st.sampled_from(["year", "year", "measure", "monthly", "member"]))
        depth = draw(st.integers(1, 3))
        is_gate = draw(st.integers(0, 4)) == 0
        body = draw((condition if is_gate else expression)(context, grains, depth))
        terms.append(term(f"T{i}", GRAINS[context], body, YES_NO if is_gate else MONEY, section=str(i + 1)))
        if not is_gate:
            grains[f"T{i}"] = GRAINS[context]
    return program(
        terms,
        [ROSTER, MONTHS, CLAIMS, MEASURES, RESULTS],
        ROSTERS,
        when=calendar(),
        attributes={"Domain": ("Measures", "Domain"), "Cohort": ("Roster", "Cohort")},
    )


amounts = st.sampled_from([F(0), F(1), F(-3), F(5, 2), F(100), F(10**17), F(1, 100), F(12345, 100)])
scores = st.none() | st.sampled_from([F(0), F(1), F(2), F(1, 2)])


@st.composite
def data(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Rows for all records: few parties and members, two of three years."""
    acos = ["P1", "P2", "P10"]
    roster = [
        {
            "ACO": p,
            "A": draw(amounts),
            "B": draw(scores),
            "Cohort": draw(st.sampled_from(["x", "y"])),
            "Start": dt.date(2024, 2, 3),
        }
        for p in acos
    ]
    places = st.tuples(
        st.sampled_from(acos),
        st.sampled_from(["m1", "m2", "m3"]),
        st.sampled_from([2023, 2024, 2024, 2025]),
        st.integers(1, 12),
    )
    months = [
        {
            "ACO": a,
            "Member": m,
            "Month": dt.date(y, k, 1),
            "Paid": draw(amounts),
            "Score": draw(scores),
            "On": draw(st.booleans()),
        }
        for a, m, y, k in draw(st.lists(places, max_size=12, unique=True))
    ]
    claims = [
        {
            "ACO": r["ACO"],
            "Member": r["Member"],
            "Clinician": draw(st.sampled_from(["c1", "c2"])),
            "Service Date": r["Month"] + dt.timedelta(days=draw(st.integers(0, 27))),
            "Paid": draw(amounts),
        }
        for r in (draw(st.lists(st.sampled_from(months), max_size=6)) if months else [])
    ]
    rates = [
        {"ACO": a, "Measure": m, YEAR: y, "Rate": draw(scores)}
        for a, m, y in draw(
            st.lists(
                st.tuples(
                    st.sampled_from(acos), st.sampled_from(["a", "m", "z"]), st.sampled_from([2024, 2025])
                ),
                max_size=8,
                unique=True,
            )
        )
    ]
    return {"Roster": roster, "Member Months": months, "Claims": claims, "Rates": rates}


__all__ = ["NOT_SCORED", "NUMBER", "data", "programs"]
