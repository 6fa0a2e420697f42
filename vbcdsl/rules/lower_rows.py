"""Aggregates: which rows a sentence means, and the core node that visits them.

The rows are those of one record (a column of it, or its name, stands in the sentence), or the keys of a finer
term. Where two readings are possible the sentence must say `over the …` (Q6).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.diagnostics import Problem
from vbcdsl.model.frozen import compared, frozen
from vbcdsl.model.kinds import NUMBER, RATE, Kind, plural
from vbcdsl.model.periods import CLOCKS, YEAR
from vbcdsl.model.span import Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_conditions import ConditionLowerer
from vbcdsl.rules.scope import Scope, clock_of
from vbcdsl.syntax import ast
from vbcdsl.types.infer import a_kind


@frozen
class Visit:
    """The rows that an aggregate visits, and the scope inside a row."""

    rows: n.Rows
    scope: Scope


class RowLowerer(ConditionLowerer):
    """Adds aggregates, ranks, attribution and quantified conditions."""

    # ------------------------------------------------------------ which rows

    def visit(
        self,
        parts: list[Any],
        over: ast.Over | None,
        across: ast.Across | None,
        span: Span,
        scope: Scope,
        extra: tuple[str, ...] = (),
    ) -> Visit:
        """The rows that the names in `parts` and the words `over …`, `across …` mean."""
        free: set[str] = set()
        within: list[str] = []
        others = False
        record: str | None = None
        binds: list[str] = list(extra)
        if across is not None:
            dim, record = self._plural(across.plural, scope, every=True)
            if dim is not None:
                binds.append(dim)
                free.add(dim)
                others = across.others
            if across.within is not None:
                within.append(self.dim(across.within, scope))
        if over is not None and over.plural is not None:
            dim, record = self._plural(over.plural, scope, every=over.every)
            if dim is not None:
                binds.append(dim)
                if over.every or dim == self.symbols.party:
                    free.add(dim)
                elif dim in scope.dims:
                    raise self._only_one(dim, over.plural, scope, f"write “over all {over.plural.text}”, or ")
            if over.within is not None and self.dim(over.within, scope) not in scope.dims:
                raise self._several(over.within, scope)
        outer = self._without(scope, free)
        records, dims = self._mentioned(parts, outer)
        if record is None and not (across is not None and self.symbols.party in binds and not records):
            record = self._row_record(records, dims, set(binds), outer, span)
            if (
                record is None and not binds
            ):  # rows of several records that share their keys: the keys are visited
                timed = any(d in CLOCKS for r in records for d in outer.missing(self.key_dims(r)))
                if len(records) > 1 and timed:
                    raise self._two_records(records, scope, span)
                dims = dims | {d for r in records for d in outer.missing(self.key_dims(r)) if d not in CLOCKS}
            elif record is not None and self._listed_elsewhere(record, binds, outer):
                record = None
        return self._make(record, binds, dims, within, others, over, outer, scope, span)

    def _without(self, scope: Scope, free: set[str]) -> Scope:
        """The scope around rows of all these keys: of a row around them that has one only the other keys are left,
        and months are those of the performance year."""
        dims = scope.dims - free
        if free & scope.dims & set(CLOCKS):
            dims |= {YEAR}
        record = scope.record
        if record is not None and free & set(self.symbols.record_dims(self.symbols.records[record])):
            record = None
        return attrs.evolve(scope, dims=dims, record=record)

    def _only_one(self, dim: str, name: ast.Name, scope: Scope, advice: str = "") -> Problem:
        """“over the Measures” in a sentence that is for each Measure."""
        return self.stop(
            "VBC3028",
            f"there is one {dim} here, and {name.text} are several",
            name.span,
            scope,
            f"{advice}define a term without “for each {dim}” for it",
        )

    def _several(self, name: ast.Name, scope: Scope) -> Problem:
        return self.stop("VBC3013", f"“{name.text}” has more than one value here", name.span, scope)

    def _plural(self, name: ast.Name, scope: Scope, every: bool = False) -> tuple[str | None, str | None]:
        """`over the Contract Measures` names a record, `over all Members` a key (also of a record's name)."""
        if every and name.text in self.symbols.plurals:
            return self.symbols.plurals[name.text], None
        found = self.symbols.find(name.text)
        match found:
            case ("record", record, _):
                return None, record
            case ("dims" | "dim", dim, _):
                return dim, None
            case ("column", column, _) if column in self.symbols.attributes:
                return column, None
            case ("clocks" | "clock", clock, _):
                return clock, None
        raise Problem(self.symbols.undefined(name, scope.section))

    def _mentioned(self, parts: list[Any], scope: Scope) -> tuple[list[str], set[str]]:
        """The records whose columns need a row of their own, and the keys that finer terms need."""
        records: list[str] = []
        dims: set[str] = set()
        for part in parts:
            named: set[int] = set()  # values at a key that the sentence names need no row of their own
            for node in outside_aggregates(part):
                if isinstance(node, ast.AtKey) and self._only_the_key_misses(node.name, scope):
                    named.add(id(node.name))
                if not isinstance(node, ast.Name) or node.text in scope.arguments or id(node) in named:
                    continue
                found = self.symbols.find(node.text, record=scope.record)
                if found is None:
                    raise Problem(self.symbols.undefined(node, scope.section))
                if found[0] == "term":
                    dims |= {d for d in scope.missing(self.grain_of(found[1])) if not self._follows(d, scope)}
                elif found[0] == "column":
                    owner = self._owner(found[1], records, scope)
                    if owner is not None and owner not in records:
                        records.append(owner)
                elif found[0] == "dim" and found[1] not in scope.dims and not self._follows(found[1], scope):
                    dims.add(found[1])
                elif found[0] == "record" and found[1] not in records:
                    records.append(found[1])
        return records, dims

    def _only_the_key_misses(self, name: ast.Name, scope: Scope) -> bool:
        """Whether a name has one value here but for the key that stands behind `for`."""
        found = self.symbols.find(name.text, record=None)
        if found is None or found[0] not in ("term", "column"):
            return False
        grain = self.grain_of(found[1]) if found[0] == "term" else self.key_dims(found[2])
        missing = [dim for dim in scope.missing(grain) if not self._follows(dim, scope)]
        return len(missing) == 1 and missing[0] not in CLOCKS

    def _follows(self, dim: str, scope: Scope) -> bool:
        return self.determined(dim, scope, Span(0, 0)) is not None

    def _owner(self, column: str, records: list[str], scope: Scope) -> str | None:
        """The record of a column that has more than one value here; None if it has one."""
        owners = self.symbols.columns.get(column, [])
        for owner in owners:
            record = self.symbols.records[owner]
            if owner == scope.record or (not record.entries and scope.has(self.key_dims(owner))):
                return None
        return next((o for o in owners if o in records), owners[0] if owners else None)

    def _row_record(
        self, records: list[str], dims: set[str], binds: set[str], scope: Scope, span: Span
    ) -> str | None:
        """The one record whose rows are visited, or None when keys are."""
        if not records:
            return None
        needed = set(dims) | binds
        for name in records:
            needed |= set(scope.missing(self.key_dims(name)))
        entries = [name for name in records if self.symbols.records[name].entries]
        if len(entries) > 1:
            raise self._two_records(entries, scope, span)
        holders = [
            name
            for name in (entries or records)
            if needed <= (set(self.symbols.record_dims(self.symbols.records[name])) | scope.dims)
        ]
        if len(records) == 1 and not entries and holders and not binds - set(self.key_dims(records[0])):
            return records[0]
        if entries:
            if not holders:
                raise self._two_records(records, scope, span)
            return entries[0]
        data = [name for name in holders if set(self.key_dims(name)) - set(scope.dims)]
        if len(data) == 1:
            return data[0]
        return None

    def _listed_elsewhere(self, record: str, named: list[str], scope: Scope) -> bool:
        """Whether the keys that a sentence names (`across all ACOs`) have at most one row of a record each, and
        another one is their list: then the list is visited, so that a key without a row takes the column's value
        for what is missing, or stops (Q8)."""
        rosters = [self.symbols.rosters.get(dim) for dim in named if dim not in CLOCKS]
        return (
            not self.symbols.records[record].entries
            and set(scope.missing(self.key_dims(record))) <= set(named)
            and any(roster is not None and roster.record != record for roster in rosters)
        )

    def _two_records(self, records: list[str], scope: Scope, span: Span) -> Problem:
        return self.stop(
            "VBC3027",
            "the rows can be those of " + " or of ".join(records),
            span,
            scope,
            f"add “over the {records[0]}”, and define a term for what comes from the other",
        )

    def _make(
        self,
        record: str | None,
        binds: list[str],
        dims: set[str],
        within: list[str],
        others: bool,
        over: ast.Over | None,
        outer: Scope,
        scope: Scope,
        span: Span,
    ) -> Visit:
        window = None
        if over is not None and over.years is not None:
            window = n.Window(years=over.years)
        elif over is not None and over.to_date is not None:
            window = n.Window(to_date=True)
        if record is not None:
            owner = self.symbols.records[record]
            carried = self.symbols.record_dims(owner)
            inside_clock = (owner.clock,) if owner.clock else ()
            bound = tuple(dict.fromkeys((*(d for d in carried if d not in outer.dims), *binds)))
            # a key outside the record that the row's value needs (the party of a table of the contract)
            fixed = self._fixed(outer, set(carried), owner.clock, owner.date_column, owner.entries)
            inner_dims = (scope.dims - (set(scope.dims) - set(outer.dims))) | set(bound) | set(inside_clock)
            inner = attrs.evolve(scope, dims=frozenset(inner_dims), record=record)
            rows = n.Rows(
                record, tuple(d for d in bound if d not in fixed), (*fixed, *within), others, window
            )
            return Visit(rows, inner)
        bound = tuple(dict.fromkeys((*binds, *(d for d in sorted(dims) if d not in binds))))
        if not bound and window is not None:
            bound = (clock_of(outer.dims) or "Performance Year",)
        if not bound:
            raise self.stop(
                "VBC3028",
                "there is only one value here, and an aggregate needs several",
                span,
                scope,
                "take the value as it is, or say “over all …” or “across all …”",
            )
        related: set[str] = set()
        for dim in bound:
            roster = self.symbols.rosters.get(dim)
            if roster is None and dim not in CLOCKS:
                raise self.stop(
                    "VBC2021", f"no records list the {dim}", span, scope, f"add records “one for each {dim}”"
                )
            if roster is not None:
                related |= set(self.symbols.record_dims(self.symbols.records[roster.record]))
        only_periods = all(dim in CLOCKS for dim in bound)
        fixed = tuple(
            d
            for d in _ordered(outer.dims, self.symbols.party)
            if d in (self.symbols.party, *CLOCKS)
            or d in related
            or only_periods
            or d not in self.symbols.attributes
        )
        inner = attrs.evolve(outer, dims=outer.dims | frozenset(bound), record=None)
        rows = n.Rows(None, bound, (*fixed, *within), others, window)
        return Visit(rows, inner)

    def _fixed(
        self, outer: Scope, carried: set[str], clock: str | None, date_column: str | None, entries: bool
    ) -> tuple[str, ...]:
        """The keys of the environment that rows of a record must agree with."""
        fixed: list[str] = []
        timed = clock is not None or date_column is not None
        for dim in _ordered(outer.dims, self.symbols.party):
            if dim in CLOCKS:
                if timed:
                    fixed.append(dim)
            elif dim in carried:
                fixed.append(dim)
        return tuple(fixed)

    # ------------------------------------------------------------ aggregates

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
        scored = (node.over or node.across or ast.Over()).scored
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        kind = self.kinds.of(value)
        if kind is not None and kind.maybe_not_scored and scored == "no":
            zero = n.Lit(Fraction(0), kind.scored(), **at)
            if where is not None and not self.kinds.lacking.case(n.Case(((where, value),), zero, **at)):
                scored = "only"  # `where Rate is scored and …`
            else:
                self._say_unscored(node.operand, scope)
        percent = node.percent
        result = n.Aggregate(
            node.word, visit.rows, value, where, weight, scored != "no", None, percent, node.method, **at
        )
        if scored == "equally":
            return self._shared_equally(result, value, where, weight, visit, at)
        return result

    def _say_one(self, rows: n.Rows, span: Span, scope: Scope) -> None:
        """Rows of which the keys of the sentence name one are not several."""
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
                f"take the value as it is, or say {advice}",
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


def outside_aggregates(part: Any) -> list[Any]:
    """The syntax nodes of a part that are not inside an aggregate of its own."""
    found: list[Any] = []
    stack = [part]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(reversed(current))
            continue
        if not isinstance(current, ast.Syntax):
            continue
        found.append(current)
        if isinstance(
            current, ast.AggregateOf | ast.RankOf | ast.WithMost | ast.Enough | ast.Over | ast.Across
        ):
            continue
        stack.extend(getattr(current, name) for name in reversed(compared(type(current))))
    return found


def _ordered(dims: frozenset[str], party: str) -> tuple[str, ...]:
    """The party first, then clocks, then the others by name."""
    return tuple(sorted(dims, key=lambda d: (d != party, d not in CLOCKS, d)))
