"""Programs built by hand, and data for them: a small language over `nodes` for the tests of this folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from vbcdsl.data.store import Batch, BatchColumn, CodedColumn, DayColumn, FlagColumn, ScaledColumn
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.kinds import COUNT, MONEY, MONTH, NUMBER, RATE, TEXT, YES_NO, Kind
from vbcdsl.model.periods import Calendar, Period
from vbcdsl.model.values import NOT_SCORED, NotScored, Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Column, Program, Record, Roster, Term

YEAR = "Performance Year"
F = Fraction
EPOCH = dt.date(1970, 1, 1)


def calendar(first: int = 2024, count: int = 3) -> Calendar:
    """Calendar years as performance years."""
    years = tuple(
        Period(YEAR, i + 1, i + 1, dt.date(first + i, 1, 1), dt.date(first + i, 12, 31)) for i in range(count)
    )
    return Calendar(years[0].start, years[-1].end, years)


def lit(value: object, kind: Kind = NUMBER) -> n.Lit:
    """A literal; numbers may be ints or texts ("3.9")."""
    if isinstance(value, (bool, NotScored, dt.date)):
        return n.Lit(value, kind)
    if isinstance(value, str) and kind is TEXT:
        return n.Lit(value, TEXT)
    return n.Lit(Fraction(value), kind)  # type: ignore[arg-type]


def text(value: str) -> n.Lit:
    """A text."""
    return n.Lit(value, TEXT)


def ref(name: str, **more: Any) -> n.Ref:
    """A term."""
    return n.Ref(name, **more)


def interval(
    low: object = None, high: object = None, low_in: bool = True, high_in: bool = False
) -> n.Interval:
    """From low up to but not including high, unless said otherwise."""
    return n.Interval(
        None if low is None else low if isinstance(low, n.Node) else lit(low),
        low_in,
        None if high is None else high if isinstance(high, n.Node) else lit(high),
        high_in,
    )


def row(test: n.RowTest, value: n.Node) -> n.LookupRow:
    """A row of a table with one subject."""
    return n.LookupRow((test,), value, "")


def term(name: str, grain: tuple[str, ...], expr: n.Node, kind: Kind = MONEY, **more: Any) -> Term:
    """A term."""
    return Term(name, more.pop("section", "1"), kind, grain, expr, **more)


def column(name: str, kind: Kind, missing: Value | None = None) -> Column:
    """A column; required unless something stands for missing values."""
    return Column(name, kind, missing)


def program(
    terms: list[Term],
    records: list[Record],
    rosters: dict[str, tuple[str, tuple[str, ...]]],
    when: Calendar | None = None,
    party: str = "ACO",
    **more: Any,
) -> Program:
    """A program whose parties are ACOs."""
    return Program(
        "Test",
        when or calendar(),
        "Payer",
        "Provider",
        party,
        {"Payer": "Plan", "Provider": ""},
        ("half up", 2),
        {r.name: r for r in records},
        {d: Roster(d, name, within) for d, (name, within) in rosters.items()},
        {t.name: t for t in terms},
        **more,
    )


def bundle(one: Program) -> Bundle:
    """The same text in all years."""
    return Bundle({y.number: one for y in one.calendar.years})


@attrs.define(eq=False)
class ListSource:
    """Rows as Python dictionaries, served in batches."""

    record: Record
    rows: list[dict[str, Any]]
    batch: int
    texts: dict[str, list[str]] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        """The record."""
        return self.record.name

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows in order."""
        for start in range(0, len(self.rows), self.batch):
            part = self.rows[start : start + self.batch]
            yield Batch(len(part), start, {c: self._column(self.record.column(c), part) for c in columns})

    def _column(self, column: Column, rows: list[dict[str, Any]]) -> BatchColumn:
        values = [r.get(column.name) for r in rows]
        values = [column.missing if x is None else x for x in values]
        if any(x is None for x in values):
            raise VbcError([Diagnostic("VBC5111", f"{column.name} is missing")])
        missing = np.array([isinstance(x, NotScored) for x in values])
        mask = missing if missing.any() else None
        base = column.kind.base
        if base == "text":
            pool = self.texts.setdefault(column.name, [])
            codes = []
            for x in values:
                if x is NOT_SCORED:
                    x = pool[0] if pool else ""
                if x not in pool:
                    pool.append(x)
                codes.append(pool.index(x))
            return CodedColumn(np.array(codes, dtype=np.int32), pool, mask)
        if base == "yes or no":
            return FlagColumn(np.array([x is True for x in values]), mask)
        if base in ("date", "month") or column.name == YEAR:
            days = [(_day(x) - EPOCH).days for x in values]
            return DayColumn(np.array(days, dtype=np.int32), mask)
        numbers = [Fraction(0) if x is NOT_SCORED else Fraction(x) for x in values]
        scale = 0
        while any((x * 10**scale).denominator != 1 for x in numbers):
            scale += 1
        whole = [int(x * 10**scale) for x in numbers]
        big = any(abs(x) >= 2**63 for x in whole)
        return ScaledColumn(np.array(whole, dtype=object if big else np.int64), scale, mask)


def _day(x: Any) -> dt.date:
    if isinstance(x, dt.date):
        return x
    if x is NOT_SCORED:
        return EPOCH
    return dt.date(int(x), 1, 1)


@attrs.define(eq=False)
class ListStore:
    """A store over lists of rows."""

    sources: dict[str, ListSource]

    def source(self, record: str) -> ListSource:
        """The rows of a record."""
        if record not in self.sources:
            raise VbcError([Diagnostic("VBC5001", f"no data was given for {record}")])
        return self.sources[record]


def store(one: Program, rows: dict[str, list[dict[str, Any]]], batch: int = 1000) -> ListStore:
    """A store with these rows."""
    literal = {r.name: list(r.rows) for r in one.records.values() if r.rows is not None}
    given = {**literal, **rows}
    return ListStore({name: ListSource(one.records[name], found, batch) for name, found in given.items()})


# ---------------------------------------------------------------- the Lakeside contract

PY = ("ACO", YEAR)


def lakeside() -> Program:
    """The contract of language.md §2 in the core language."""
    months = Record(
        "Member Months",
        "1.1",
        ("Member",),
        "Month",
        (
            column("ACO", TEXT),
            column("Member", TEXT),
            column("Month", MONTH),
            column("Enrolled", YES_NO, False),
            column("Inpatient Paid", MONEY, F(0)),
            column("Outpatient Paid", MONEY, F(0)),
            column("Risk Score", NUMBER),
        ),
        ("ACO", "Member"),
    )
    quality = Record(
        "Quality Results",
        "1.2",
        ("ACO", "Measure"),
        YEAR,
        (
            column("ACO", TEXT),
            column("Measure", TEXT),
            column(YEAR, NUMBER),
            column("Numerator", COUNT),
            column("Denominator", COUNT),
        ),
        ("ACO", "Measure"),
    )
    finance = Record(
        "Financial Schedule",
        "1.3",
        ("ACO",),
        YEAR,
        (
            column("ACO", TEXT),
            column(YEAR, NUMBER),
            column("Benchmark Rate", MONEY),
            column("Capitation", MONEY),
        ),
        ("ACO",),
    )
    measures = Record(
        "Contract Measures",
        "1.4",
        ("Measure",),
        None,
        (column("Measure", TEXT), column("Target", RATE), column("Weight", NUMBER)),
        ("Measure",),
        rows=(
            {"Measure": "Breast Cancer Screening", "Target": F(7, 10), "Weight": F(1)},
            {"Measure": "Diabetes A1c Control", "Target": F(625, 1000), "Weight": F(2)},
            {"Measure": "Follow-up After Hospital", "Target": F(55, 100), "Weight": F(1)},
        ),
    )

    def mm(name: str) -> n.Col:
        return n.Col("Member Months", name)

    visits = n.Rows("Member Months", ("Member", "Month"), PY)
    each = n.Rows("Member Months", ("Month",), ("ACO", YEAR, "Member"))
    by_measure = n.Rows(None, ("Measure",), PY)
    reached = n.Compare(">=", ref("Measure Rate"), n.Col("Contract Measures", "Target"))
    zero, cent = lit(0, MONEY), F(1, 100)

    def cents(x: n.Node) -> n.Node:
        return n.Round(x, "half up", cent)

    def pct(x: str, base: str) -> n.Node:
        return n.Multiply((lit(x), ref(base)))

    phase = n.Case(
        (
            (n.Compare("=", n.PeriodFact("year"), lit(1)), lit(0)),
            (n.Compare("=", n.PeriodFact("year"), lit(2)), lit("0.5")),
        ),
        lit(1),
    )
    months_term = ref("Enrolled Months")
    gates = n.All(
        (
            n.Compare(">=", ref("Savings Rate"), ref("Minimum Savings Rate")),
            ref("Quality Gate"),
            ref("Size Gate"),
        )
    )
    limit = n.Round(n.Multiply((lit("1.05"), n.Col("Financial Schedule", "Capitation"))), "down", cent)
    over = n.Greater(
        (zero, n.Subtract(n.Add((ref("Shared Savings Payment before 4.9"), ref("Care before 4.9"))), limit))
    )
    terms = [
        term("Enrolled Months", PY, n.Aggregate("number", visits, None, mm("Enrolled")), COUNT),
        term(
            "Annual Cost",
            ("ACO", YEAR, "Member"),
            n.Clamp(
                n.Aggregate(
                    "total", each, n.Add((mm("Inpatient Paid"), mm("Outpatient Paid"))), mm("Enrolled")
                ),
                cap=lit(250_000),
            ),
        ),
        term(
            "Total Cost of Care", PY, n.Aggregate("total", n.Rows(None, ("Member",), PY), ref("Annual Cost"))
        ),
        term(
            "Average Risk Score", PY, n.Aggregate("average", visits, mm("Risk Score"), mm("Enrolled")), NUMBER
        ),
        term(
            "Benchmark",
            PY,
            cents(
                n.Multiply(
                    (n.Col("Financial Schedule", "Benchmark Rate"), months_term, ref("Average Risk Score"))
                )
            ),
        ),
        term("Savings", PY, n.Subtract(ref("Benchmark"), ref("Total Cost of Care"))),
        term("Savings Rate", PY, n.Divide(ref("Savings"), ref("Benchmark"), lit(0)), RATE),
        term("Losses", PY, n.Clamp(n.Subtract(zero, ref("Savings")), floor=zero)),
        term("Loss Rate", PY, n.Divide(ref("Losses"), ref("Benchmark"), lit(0)), RATE),
        term(
            "Measure Rate",
            ("ACO", YEAR, "Measure"),
            n.NotScoredIf(
                n.Divide(n.Col("Quality Results", "Numerator"), n.Col("Quality Results", "Denominator")),
                n.Compare("<", n.Col("Quality Results", "Denominator"), lit(30)),
            ),
            RATE,
        ),
        term(
            "Quality Score",
            PY,
            n.Aggregate(
                "average",
                by_measure,
                n.Case(((reached, lit(1)),), lit(0)),
                weight=n.Col("Contract Measures", "Weight"),
                scored_only=True,
            ),
            RATE,
        ),
        term(
            "Quality Gate",
            PY,
            n.Quantified(by_measure, reached, ">=", 2, scored_only=True),
            YES_NO,
            role="gate",
        ),
        term("Size Gate", PY, n.Compare(">=", months_term, lit(60_000)), YES_NO, role="gate"),
        term(
            "Minimum Savings Rate",
            PY,
            n.Lookup(
                (months_term,),
                (
                    row(interval(None, 60_000), lit("0.039")),
                    row(
                        interval(60_000, 120_000),
                        n.Line(months_term, lit(60_000), lit("0.039"), lit(120_000), lit("0.03")),
                    ),
                    row(
                        interval(120_000, 720_000),
                        n.Line(months_term, lit(120_000), lit("0.03"), lit(720_000), lit("0.02")),
                    ),
                    row(interval(720_000, None), lit("0.02")),
                ),
                "exactly one",
            ),
            RATE,
        ),
        term(
            "Sharing Rate",
            PY,
            n.Lookup(
                (ref("Quality Score"),),
                (
                    row(n.IsNotScored(), lit(0)),
                    row(interval(None, "0.6"), lit(0)),
                    row(interval("0.6", "0.75"), lit("0.3")),
                    row(interval("0.75", "0.9"), lit("0.4")),
                    row(interval("0.9", None), lit("0.5")),
                ),
                "exactly one",
            ),
            RATE,
        ),
        term("Downside Phase-in", (YEAR,), phase, RATE),
        term(
            "Corridor Loss",
            PY,
            n.Bands(
                ref("Losses"),
                (
                    n.Band(zero, pct("0.02", "Benchmark"), lit(0), ""),
                    n.Band(pct("0.02", "Benchmark"), pct("0.05", "Benchmark"), lit("0.5"), ""),
                    n.Band(pct("0.05", "Benchmark"), None, lit("0.8"), ""),
                ),
                "error",
            ),
        ),
        term(
            "Shared Savings Payment before 4.9",
            PY,
            cents(
                n.Case(
                    (
                        (
                            gates,
                            n.Clamp(
                                n.Multiply((ref("Sharing Rate"), ref("Savings"))), cap=pct("0.1", "Benchmark")
                            ),
                        ),
                    ),
                    zero,
                )
            ),
            hidden=True,
        ),
        term("Care before 4.9", PY, cents(n.Multiply((lit("3.5"), months_term))), hidden=True),
        term(
            "Shared Savings Payment",
            PY,
            n.Greater((zero, n.Subtract(ref("Shared Savings Payment before 4.9"), over))),
            role="payment",
        ),
        term(
            "Shared Loss Payment",
            PY,
            cents(
                n.Case(
                    ((n.Compare("<", months_term, lit(24_000)), zero),),
                    n.Clamp(
                        n.Multiply((ref("Downside Phase-in"), ref("Corridor Loss"))),
                        cap=pct("0.05", "Benchmark"),
                    ),
                )
            ),
            role="payment",
        ),
        term(
            "Care Coordination Fee",
            PY,
            n.Greater(
                (
                    zero,
                    n.Subtract(
                        ref("Care before 4.9"),
                        n.Greater((zero, n.Subtract(over, ref("Shared Savings Payment before 4.9")))),
                    ),
                )
            ),
            role="payment",
        ),
    ]
    return program(
        terms,
        [months, quality, finance, measures],
        {
            "ACO": ("Financial Schedule", (YEAR,)),
            "Member": ("Member Months", ("ACO", YEAR)),
            "Measure": ("Contract Measures", ()),
        },
    )
