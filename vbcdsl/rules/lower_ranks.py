"""Ranks, attribution (`the Clinician with the largest number of …`) and percentiles in printed tables."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.diagnostics import Problem
from vbcdsl.model.kinds import NUMBER, Kind
from vbcdsl.model.span import Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_aggregates import AggregateLowerer
from vbcdsl.rules.program import Record
from vbcdsl.rules.scope import Scope
from vbcdsl.syntax import ast


class RankLowerer(AggregateLowerer):
    """Adds ranks, attribution and percentile lookups to the aggregates."""

    def aggregate(self, node: Any, scope: Scope) -> n.Node:
        """The core node of an aggregate, a rank, an attribution or a percentile lookup."""
        match node:
            case ast.AggregateOf():
                return self._aggregate(node, scope)
            case ast.RankOf():
                return self._rank(node, scope)
            case ast.WithMost():
                return self._with_most(node, scope)
            case ast.PercentileIn():
                return self._percentile_in(node, scope)
        raise AssertionError(node)

    def _rank(self, node: ast.RankOf, scope: Scope) -> n.Node:
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        around = node.across if node.across is not None else node.over
        if around is not None and around.within is not None:
            dim = self.dim(around.within, scope)
            mine = self.determined(dim, scope, around.within.span) if dim not in scope.dims else None
            if mine is not None:  # the places in each Cohort, and of them the one in the party's own
                inner = attrs.evolve(scope, dims=scope.dims | {dim}, record=None)
                places = self.hidden_term(
                    f"{scope.term}, for each {dim}", inner, lambda s: self._rank(node, s), node.span
                )
                return n.Ref(places, None, None, ((dim, mine),), **at)
        visit = self.visit([node.operand], node.over, node.across, node.span, scope)
        value = self.value(node.operand, visit.scope)
        return n.Rank(visit.rows, value, node.highest_first, node.ties, **at)

    def _with_most(self, node: ast.WithMost, scope: Scope) -> n.Node:
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        choose = self.dim(node.choose, scope)
        found = self.symbols.find(node.operand.text)
        freed = attrs.evolve(scope, dims=scope.dims - {choose})
        conditions = [node.where] if node.where is not None else []
        value: n.Node | None = None
        if node.word == "number" and found is not None and found[0] == "record":
            over = ast.Over(plural=node.operand, span=node.operand.span)
            visit = self.visit(conditions, over, None, node.span, freed)
        else:
            visit = self.visit([node.operand, *conditions], None, None, node.span, freed)
            value = self.name(node.operand, visit.scope)
        if visit.rows.source is not None and choose not in self.symbols.records[visit.rows.source].dims:
            raise self.stop(
                "VBC3031", f"{visit.rows.source} have no column {choose}", node.choose.span, scope
            )
        where = self.cond(node.where, visit.scope) if node.where is not None else None
        ties: list[n.TieStep] = []
        for tie in node.ties:
            by: n.Node | None = None
            if tie.word != "first":
                by = self.name(tie.name, visit.scope)
            ties.append(n.TieStep(tie.word, by))
        if not ties or ties[-1].by != "first":
            from vbcdsl.diagnostics import Diagnostic

            self.diagnostics.append(
                Diagnostic(
                    "VBC4030",
                    "two can have the same largest number, and the sentence does not say who it is then",
                    node.span,
                    section=scope.section,
                    help=f"end it with “; if still tied, the one that comes first by {choose}”",
                )
            )
        return n.WithLargest(choose, visit.rows, node.word, value, where, node.smallest, tuple(ties), **at)

    def _numbers(self, record: Record, names: tuple[str, ...], span: Span, scope: Scope) -> None:
        """Percentiles and years of publication are compared with numbers, and are keys all the same."""
        for column in record.columns:
            if column.name in names and column.kind.base == "text":
                raise self.stop(
                    "VBC3032",
                    f"the {column.name} of {record.name} is a text, as no line of its table says what it is",
                    span,
                    scope,
                    f"add a line to the table of {record.name}: “| {column.name} | number | required |”",
                )

    def _percentile_in(self, node: ast.PercentileIn, scope: Scope) -> n.Node:
        """The largest printed percentile whose value the rate reaches (Q20)."""
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        record = self.symbols.records.get(node.table)
        if record is None:
            raise Problem(self.symbols.undefined(ast.Name(node.table, span=node.span), scope.section))
        names = [c.name for c in record.columns]
        rank = next((name for name in names if name == "Percentile"), None)
        cut = next(
            (c.name for c in record.columns if c.kind.base in ("rate", "ratio") and c.name != rank), None
        )
        if rank is None or cut is None:
            raise self.stop(
                "VBC3032",
                f"{node.table} is not a table of percentiles",
                node.span,
                scope,
                "it needs a column “Percentile” and a column with the rate printed for it",
            )
        value = self.value(node.operand, scope)
        over = ast.Over(plural=ast.Name(node.table, span=node.span), span=node.span)
        visit = self.visit([], over, None, node.span, attrs.evolve(scope, dims=scope.dims - {"Percentile"}))
        tests: list[n.Node] = []
        vintage = next((c.name for c in record.columns if c.name in ("Published Year", "Vintage")), None)
        if node.year is not None or node.prior:
            if vintage is None:
                raise self.stop(
                    "VBC3032",
                    f"{node.table} has no column “Published Year”",
                    node.span,
                    scope,
                    f'list the years as a column of the table: “"{node.table}" are: | Measure | Published Year | '
                    "Percentile | Rate |” (2023 in the column), not as a period of the contract",
                )
            year: n.Node
            if node.year is not None:
                year = n.Lit(Fraction(node.year), NUMBER, **at)
            else:
                one = n.Lit(Fraction(1), NUMBER, **at)
                year = n.Subtract(n.PeriodFact("calendar year", **at), one, **at)
            tests.append(n.Compare("=", n.Col(record.name, vintage, **at), year, **at))
        self._numbers(record, ("Percentile", "Published Year", "Vintage"), node.span, scope)
        printed = n.Aggregate("number", visit.rows, None, tests[0] if tests else None, **at)
        none_printed = n.Compare("=", printed, n.Lit(Fraction(0), Kind("count"), **at), **at)
        absent = self.kinds.declare(
            n.Stop("VBC6007", f"{node.table} have no row for this key and published year", **at), NUMBER
        )
        row_cut = n.Col(record.name, cut, **at)
        lower = self.direction(scope, node.span)
        reached: n.Node = n.Compare(">=", value, row_cut, **at)
        if lower is not None:
            down = n.Compare("<=", value, row_cut, **at)
            reached = n.AnyOf((n.All((lower, down), **at), n.All((n.Not(lower, **at), reached), **at)), **at)
        tests.append(reached)
        kind = self.kinds.of(value)
        unscored = kind is not None and kind.maybe_not_scored
        if unscored:
            tests.insert(0, n.IsScored(value, **at))
        where = tests[0] if len(tests) == 1 else n.All(tuple(tests), **at)
        best = n.Aggregate("largest", visit.rows, n.Col(record.name, rank, **at), where, **at)
        zero = n.Lit(Fraction(0), NUMBER, **at)
        result = n.Case(((none_printed, absent),), n.ScoredOr(best, zero, **at), **at)
        if not unscored:
            return result
        return n.NotScoredIf(result, n.Not(n.IsScored(value, **at), **at), **at)
