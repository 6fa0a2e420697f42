"""Which answers of the language definition a contract uses: read off its core expressions.

An answer counts as used where another reading of it could change an amount of this contract; what every contract
stands on (the Provider in every key, one Provider's error) is always among them.
"""

from __future__ import annotations

from collections.abc import Iterator

from vbcdsl.model.periods import CLOCKS, YEAR
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record, Term
from vbcdsl.rules.uses import walk

ALWAYS = frozenset({1, 2, 14, 26, 31})


def numbers_used(program: Program) -> set[int]:
    """The numbers of the answers that a contract uses."""
    used = set(ALWAYS)
    for record in program.records.values():
        used.update(_of_record(record))
    if len(program.records) > 1 or program.attributes:
        used.add(8)
    if len({(year.start.month, year.start.day) for year in program.calendar.years}) > 1:
        used.add(16)
    for term in program.terms.values():
        used.update(_of_term(program, term))
        for node in walk(term.expr):
            used.update(_of_node(program, node))
    for agreement in program.agreements:
        for node in walk(agreement.cond):
            used.update(_of_node(program, node))
    if program.examples:
        used.add(43)
    return used


def _of_record(record: Record) -> Iterator[int]:
    if record.is_data:
        yield 9
        if record.clock or record.date_column:
            yield 4
    for column in record.columns:
        if column.kind.base == "rate" and record.is_data:
            yield from (30, 32)
        if column.kind.base == "money" and column.kind.unit:
            yield 47
        if column.missing is NOT_SCORED:
            yield 21
        if column.name == "Paid Date":
            yield 41
        if column.name == "Start Date":
            yield 15


def _of_term(program: Program, term: Term) -> Iterator[int]:
    clocks = [dim for dim in term.grain if dim in CLOCKS]
    if any(clock != YEAR for clock in clocks):
        yield 16
    if any(dim not in CLOCKS and dim != program.party for dim in term.grain):
        yield 3
    if term.payment is not None:
        yield from (24, 29)
    if ", before section " in term.name:  # a payment before a limit on several payments
        yield from (28, 37)
    if term.kind.base == "percentage points":
        yield 30
    if term.role != "input" and any(
        isinstance(node, n.Ref) and (named := program.terms.get(node.term)) is not None and named.payment
        for node in walk(term.expr)
    ):
        yield 38
    if term.payment is not None and any(node.section not in ("", term.section) for node in walk(term.expr)):
        yield 37


def _of_node(program: Program, node: n.Node) -> Iterator[int]:
    """The answers behind one expression."""
    match node:
        case n.Aggregate() | n.Quantified() | n.Rank() | n.PoolShare() | n.WithLargest():
            yield from _of_rows(program, node)
        case n.Divide(left=left, right=right):
            yield 12
            if isinstance(left, n.DaysBetween) and isinstance(right, n.Lit):
                yield 36
            if isinstance(right, n.PeriodFact) and right.fact in ("days", "months"):
                yield 33
        case n.Case() | n.All() | n.AnyOf() | n.CountOf():
            yield 13
        case n.Lookup():
            yield 13
            for row in node.rows:
                for test in row.tests:
                    yield from _of_test(test)
        case n.Line():
            yield 17
        case n.Bands():
            yield from (18, 19)
        case n.Clamp():
            yield from (27, 28)
        case n.Round():
            yield from (27, 29)
        case n.OneOf():
            yield 46
        case n.InForce():
            yield 34
        case n.YearOf():
            yield 15
        case n.PeriodFact(clock=clock) if clock != YEAR:
            yield 16
        case n.Ref(shift=shift) if shift is not None:
            yield from (34, 35, 40)
        case n.Stop(code="VBC6020"):
            yield 42
        case n.NotScoredIf() | n.ScoredOr() | n.IsScored():
            yield 21
        case n.Lit(value=value, kind=kind):
            if value is NOT_SCORED:
                yield 21
            if kind.base == "money" and kind.unit:
                yield from (7, 47)
            if kind.base in ("rate", "percentage points"):
                yield 30


def _of_test(test: n.RowTest) -> Iterator[int]:
    match test:
        case n.Interval():
            yield 45
        case n.IsText():
            yield 46
        case n.IsNotScored():
            yield 21


def _of_rows(program: Program, node: n.Node) -> Iterator[int]:
    yield 11
    match node:
        case n.Aggregate(name=name, where=where, weight=weight, scored_only=scored_only):
            if where is not None:
                yield 5
            if name == "average":
                yield 6
            if name == "number":
                yield 7
            if weight is not None:
                yield 10
            if scored_only:
                yield from (21, 44) if weight is not None else (21,)
            if name in ("percentile", "median"):
                yield 20
            if name == "largest" and node.rows.source in _percentile_tables(program):
                yield 20
            if name == "average" and program.party in node.rows.binds:
                yield 39
        case n.Quantified(scored_only=scored_only, unscored_as_not_met=as_not_met):
            if scored_only or as_not_met:
                yield 22
        case n.Rank():
            yield 39
        case n.PoolShare():
            yield from (23, 25)
        case n.WithLargest():
            yield 23


def _percentile_tables(program: Program) -> set[str]:
    return {r.name for r in program.records.values() if any(c.name == "Percentile" for c in r.columns)}
