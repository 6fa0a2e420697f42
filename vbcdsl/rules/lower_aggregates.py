"""Aggregates: totals, averages and counts of the rows that a sentence means (`lower_rows` finds those)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.diagnostics import Problem
from vbcdsl.model.kinds import NUMBER, RATE, Kind, plural
from vbcdsl.model.periods import CLOCKS
from vbcdsl.model.span import Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_rows import RowLowerer, Visit
from vbcdsl.rules.scope import Scope
from vbcdsl.syntax import ast
from vbcdsl.types.alike import a_kind
from vbcdsl.types.nothing import Nothing


class AggregateLowerer(RowLowerer):
    """Adds totals, averages and the other aggregates, and counts of rows and keys."""

    nothing: Nothing

    def _aggregate(self, node: ast.AggregateOf, scope: Scope) -> n.Node:
        around = node.across if node.across is not None else node.over
        if around is not None and around.within is not None:
            others = isinstance(around, ast.Across) and around.others
            if not others and self.dim(around.within, scope) not in scope.dims:
                return self._by_cohort(node, around, scope)
        if node.word == "number":
            return self._number(node, scope)
        parts = [node.operand, node.where, node.weight]
        visit = self.visit([p for p in parts if p is not None], node.over, node.across, node.span, scope)
        self._say_one(visit.rows, node.span, scope)
        value = self.value(node.operand, visit.scope)
        where = self.cond(node.where, visit.scope) if node.where is not None else None
        weight = self.value(node.weight, visit.scope) if node.weight is not None else None
        words = node.over or node.across or ast.Over()
        scored = words.scored
        if scored != "no" and words.plural is not None:
            taken = [value] if weight is None else [value, weight]
            self.say_all_scored(taken, words.plural, scope)
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        kind = self.kinds.of(value)
        if kind is not None and kind.maybe_not_scored and scored == "no":
            zero = n.Lit(Fraction(0), kind.scored(), **at)
            if where is not None and not self.kinds.lacking.case(n.Case(((where, value),), zero, **at)):
                scored = "only"  # `where Rate is scored and …`
            else:
                self._say_unscored(node.operand, scope)
        percent = node.percent
        if percent is not None and not 1 <= percent <= 100:
            raise self.stop(
                "VBC3053",
                f"there is no percentile {percent} of values",
                node.span,
                scope,
                "write one from the 1st to the 99th, “the smallest of …” or “the largest of …”",
            )
        result = n.Aggregate(
            node.word, visit.rows, value, where, weight, scored != "no", None, percent, node.method, **at
        )
        if scored == "equally":
            return self._shared_equally(result, value, where, weight, visit, at)
        return result

    def _say_one(self, rows: n.Rows, span: Span, scope: Scope, counted: bool = False) -> None:
        """Rows of which the keys of the sentence name one are not several: nothing to add, and a number of 1."""
        if rows.source is None or rows.window is not None or self.symbols.records[rows.source].entries:
            return
        if set(self.key_dims(rows.source)) <= set(rows.fixed):
            keys = [d for d in self.symbols.records[rows.source].keys if d != self.symbols.party]
            advice = f"“over all {plural(keys[0])}”" if keys else f"“across all {plural(self.symbols.party)}”"
            raise self.stop(
                "VBC3028",
                f"the keys of this sentence name one row of {rows.source}, and an aggregate needs several",
                span,
                scope,
                (
                    f"define a term without “for each {keys[0]}” for it"
                    if keys
                    else f"count the parties: “the number of {plural(self.symbols.party)} …”"
                )
                if counted
                else f"take the value as it is, or say {advice}",
            )

    def _say_unscored(self, operand: Any, scope: Scope) -> None:
        from vbcdsl.diagnostics import Diagnostic

        self.diagnostics.append(
            Diagnostic(
                "VBC3029",
                "a value here can be not scored, and the sentence does not say what then happens",
                operand.span,
                section=scope.section,
                help="write “over the … that are scored”, or “, or 0% if it is not scored” inside the parentheses",
            )
        )

    def say_all_scored(self, values: list[n.Node], plural: ast.Name, scope: Scope) -> None:
        """`over the Measures that are scored` where each of them always is."""
        for value in values:
            kind = self.kinds.of(value)
            if kind is None or kind.maybe_not_scored or self.nothing.possible(value):
                return
        from vbcdsl.diagnostics import Diagnostic

        self.diagnostics.append(
            Diagnostic(
                "VBC4112",
                "“that are scored” changes nothing here: what is taken from each row is always scored",
                plural.span,
                "note",
                scope.section,
                help="leave the words out; if a row without a value is to be left out, let its column hold “not "
                "scored” then, and take away “or … if it is not scored”",
            )
        )

    def _shared_equally(
        self,
        average: n.Aggregate,
        value: n.Node,
        where: n.Node | None,
        weight: n.Node | None,
        visit: Visit,
        at: dict[str, Any],
    ) -> n.Node:
        """The weight of what is not scored goes in equal parts to what is (Q44)."""
        one = n.Lit(Fraction(1), NUMBER, **at)
        own = weight if weight is not None else one
        scored = n.IsScored(value, **at)
        selected = scored if where is None else n.All((where, scored), **at)
        missing = n.Not(scored, **at) if where is None else n.All((where, n.Not(scored, **at)), **at)
        lost = n.Aggregate("total", visit.rows, own, missing, **at)
        count = n.Aggregate("number", visit.rows, None, selected, **at)
        all_weight = n.Aggregate("total", visit.rows, own, where, **at)
        sum_own = n.Aggregate("total", visit.rows, n.Multiply((value, own), **at), selected, **at)
        sum_plain = n.Aggregate("total", visit.rows, value, selected, **at)
        extra = n.Multiply((sum_plain, n.Divide(lost, count, **at)), **at)
        kind = self.kinds.of(average) or RATE
        total = self.kinds.declare(n.Add((sum_own, extra), **at), kind)
        result = self.kinds.declare(n.Divide(total, all_weight, **at), kind)
        zero = n.Lit(Fraction(0), Kind("count"), **at)
        return n.NotScoredIf(result, n.Compare("=", count, zero, **at), **at)

    def _by_cohort(self, node: ast.AggregateOf, around: ast.Across | ast.Over, scope: Scope) -> n.Node:
        """`across all Agencies in that Cohort` in a sentence about one Agency, `over the Measures in that Domain`
        in one for each Measure: a step for each Cohort, each Domain."""
        assert around.within is not None
        dim = self.dim(around.within, scope)
        looked_up = self.determined(dim, scope, around.within.span)
        if looked_up is None:
            raise self._several(around.within, scope)
        assert around.plural is not None
        several, record = self._plural(around.plural, scope)
        own = {several} if several is not None else set(self.symbols.records[record or ""].keys)
        if own != {self.symbols.party}:  # the Measures of this party
            own -= {self.symbols.party}
        inner = attrs.evolve(scope, dims=(scope.dims - own) | {dim}, record=None)
        if isinstance(around, ast.Across):
            clean = attrs.evolve(node, across=attrs.evolve(around, within=None))
        else:
            clean = attrs.evolve(node, over=attrs.evolve(around, within=None))
        term = self.hidden_term(
            f"{scope.term}, for each {dim}", inner, lambda s: self._aggregate(clean, s), node.span
        )
        return n.Ref(term, None, None, ((dim, looked_up),), span=node.span, section=scope.section)

    def hidden_term(self, name: str, scope: Scope, make: Any, span: Span) -> str:
        """A term of its own for a step inside a sentence (see `lower`)."""
        raise AssertionError

    def total_over(
        self, value: n.Node, extra: tuple[str, ...], inner: Scope, scope: Scope, span: Span
    ) -> n.Node:
        """The total of a finer value over its extra keys."""
        term = self.hidden_term(f"{scope.term}, for each {' and '.join(extra)}", inner, lambda _: value, span)
        at: dict[str, Any] = {"span": span, "section": scope.section}
        visit = self._make(None, list(extra), set(extra), [], False, None, scope, scope, span)
        return n.Aggregate("total", visit.rows, n.Ref(term, **at), **at)

    def whole_amount(self, name: ast.Name, scope: Scope) -> n.Node:
        """An amount of money that a sentence settles as a whole (`out of the Withhold`, `less the Advance`): of
        one that is withheld or paid for each Month or Quarter the total."""
        found = self.symbols.find(name.text)
        extra = scope.missing(self.grain_of(found[1])) if found is not None and found[0] == "term" else ()
        if not extra or not any(dim in CLOCKS for dim in extra):
            return self.name(name, scope)
        visit = self._make(None, list(extra), set(extra), [], False, None, scope, scope, name.span)
        at: dict[str, Any] = {"span": name.span, "section": scope.section}
        return n.Aggregate("total", visit.rows, self.name(name, visit.scope), **at)

    def _number(self, node: ast.AggregateOf, scope: Scope) -> n.Node:
        """`the number of Member Months where …`, `the number of Members …`, `the number of Measures that …`."""
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        operand = node.operand
        if not isinstance(operand, ast.Name):
            raise self.stop(
                "VBC3030",
                "a number counts rows or keys, and this is a value",
                operand.span,
                scope,
                "write “the total of …”, or name the rows that are counted",
            )
        found = self.symbols.find(operand.text)
        if found is None:
            raise Problem(self.symbols.undefined(operand, scope.section))
        conditions = [node.where] if node.where is not None else []
        match found:
            case ("record", _, _):
                over = ast.Over(plural=operand, span=operand.span)
                if node.over is not None:
                    over = attrs.evolve(over, years=node.over.years, to_date=node.over.to_date)
                visit = self.visit(conditions, over, None, node.span, self._freed(node, scope))
                self._say_one(visit.rows, node.span, scope, counted=True)
                where = self.cond(node.where, visit.scope) if node.where is not None else None
                return n.Aggregate("number", visit.rows, None, where, **at)
            case ("dims" | "dim" | "clocks", dim, _):
                return self._number_of_keys(dim, node, conditions, scope, at)
            case ("term" | "column", name, _):
                return self._number_true(operand, name, node, scope, at)
        raise self.stop("VBC3030", f"“{operand.text}” cannot be counted", operand.span, scope)

    def _freed(self, node: ast.AggregateOf, scope: Scope) -> Scope:
        """Without the party, if the sentence counts across all of them."""
        if node.across is None:
            return scope
        dim, _ = self._plural(node.across.plural, scope)
        return self._without(scope, {dim or ""})

    def _number_of_keys(
        self, dim: str, node: ast.AggregateOf, conditions: list[Any], scope: Scope, at: dict[str, Any]
    ) -> n.Node:
        freed = self._freed(node, scope)
        if dim == self.symbols.party:
            freed = self._without(freed, {dim})
        elif dim in freed.dims:
            assert isinstance(node.operand, ast.Name)
            raise self._only_one(dim, node.operand, scope)
        records, dims = self._mentioned(conditions, freed)
        records = [r for r in records if not self._listed_elsewhere(r, [dim], freed)]
        holders = [r for r in records if dim in self.symbols.records[r].dims]
        if holders:
            over = ast.Over(plural=ast.Name(holders[0], span=node.span), span=node.span)
            visit = self.visit(conditions, over, None, node.span, freed)
            where = self.cond(node.where, visit.scope) if node.where is not None else None
            return n.Aggregate("number", visit.rows, None, where, distinct=dim, **at)
        if records:
            raise self._two_records(records, scope, node.span)
        visit = self._make(None, [dim], dims - {dim}, [], False, node.over, freed, freed, node.span)
        where = self.cond(node.where, visit.scope) if node.where is not None else None
        distinct = dim if len(visit.rows.binds) > 1 else None
        return n.Aggregate("number", visit.rows, None, where, distinct=distinct, **at)

    def _number_true(
        self, operand: ast.Name, name: str, node: ast.AggregateOf, scope: Scope, at: dict[str, Any]
    ) -> n.Node:
        """`the number of X` where X is a yes/no for each key: how often it is yes."""
        if name in self.symbols.terms:
            self.grain_of(name)
            known = self.kinds.of(n.Ref(name))
            if known is not None and known.base != "yes or no":
                raise self.stop(
                    "VBC3030",
                    f"“{name}” is {a_kind(known.scored())}, not rows that can be counted",
                    operand.span,
                    scope,
                    f"write “the total of {name}”, or name the rows that are counted",
                )
        parts = [operand, *([node.where] if node.where is not None else [])]
        visit = self.visit(parts, node.over, node.across, node.span, scope)
        value = self.name(operand, visit.scope)
        kind = self.kinds.of(value)
        if kind is not None and kind.base != "yes or no":
            raise self.stop(
                "VBC3030",
                f"“{name}” is {a_kind(kind.scored())}, not rows that can be counted",
                operand.span,
                scope,
                f"write “the total of {name}”, or name the rows that are counted",
            )
        where = self.cond(node.where, visit.scope) if node.where is not None else None
        return n.Aggregate("number", visit.rows, value, where, **at)
