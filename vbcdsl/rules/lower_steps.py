"""Steps after a comma, from left to right, each acting on everything before it (Q27)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.kinds import MONEY, NUMBER, RATE, Kind
from vbcdsl.model.periods import OWN, PARTS_OF_YEAR, YEAR, Clock
from vbcdsl.model.span import Span
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_names import UNSCORED_KIND, _walk
from vbcdsl.rules.lower_time import TimeLowerer
from vbcdsl.rules.scope import Scope, clock_of
from vbcdsl.rules.uses import children
from vbcdsl.syntax import ast
from vbcdsl.syntax.walk import walk as syntax_nodes
from vbcdsl.types.alike import a_kind


class StepLowerer(TimeLowerer):
    """Adds steps."""

    def stepped(self, node: ast.Stepped, scope: Scope) -> n.Node:
        """A base and its steps, from left to right."""
        inner = scope
        for step in node.steps:
            if isinstance(step, ast.StartingFrom):
                inner = attrs.evolve(inner, first=self.value(step.value, scope))
                if step.of is not None:
                    if self.own_number(step.of, step.label, step.span, scope) != 1:
                        raise self.stop(
                            "VBC1020",
                            f"a carried value starts before the first {step.of.text}",
                            step.span,
                            scope,
                            f"write “before {step.of.text} 1”",
                        )
                elif (
                    step.year != 1
                    and self.symbols.calendar.year_named(step.year) != self.symbols.calendar.years[0]
                ):
                    raise self.stop(
                        "VBC1020",
                        "a carried value starts before the first performance year",
                        step.span,
                        scope,
                        "write “before performance year 1”",
                    )
            elif isinstance(step, ast.FirstYear) and not step.of_party:
                if step.of is not None:
                    self._first_own(node, step, step.of, scope)
                inner = attrs.evolve(inner, first=self.value(step.value, scope))
        per = next((s for s in node.steps if isinstance(s, ast.Bound) and self._finer(s, scope)), None)
        if per is not None:
            return self._bound_per_key(node, per, inner)
        value = self.value(node.base, inner)
        for step in node.steps:
            value = self.step(value, step, inner, node)
        return value

    def _first_own(self, node: ast.Stepped, step: ast.FirstYear, period: ast.Name, scope: Scope) -> None:
        """`in the first Budget Period`, `in the first Quarter`: the periods before which there is none."""
        clock = self._first_clock(step)
        if clock in (None, OWN):
            return self.own_clock(period, scope)
        if not any(isinstance(x, ast.Shifted) for x in syntax_nodes(node)):
            raise self.stop(
                "VBC3023", "nothing before these words refers to a prior period", step.span, scope
            )
        if clock == YEAR:
            said = "not scored" if isinstance(step.value, ast.NotScoredValue) else "…"
            raise self.stop(
                "VBC2013",
                f"the first {period.text} is said in one form",
                period.span,
                scope,
                f"write “, or {said} in the first performance year”",
            )

    def _first_clock(self, step: ast.FirstYear) -> Clock | None:
        """The clock of the first periods that a step speaks of; None: the contract has no such periods."""
        if step.of is None:
            return YEAR
        return self.symbols.clock(step.of.text) or self.symbols.clock(step.of.text.removesuffix("s"))

    def _finer(self, step: ast.Bound, scope: Scope) -> tuple[str, ...]:
        dims = tuple(self.dim(name, scope) for name in step.per)
        return scope.missing(dims)

    def _bound_per_key(self, node: ast.Stepped, bound: ast.Bound, scope: Scope) -> n.Node:
        """`the total of X, but not more than $250,000 for each Member`: each Member's total is limited, then
        the total of these is taken."""
        if not isinstance(node.base, ast.AggregateOf) or node.base.word != "total":
            raise self.stop(
                "VBC3019",
                "a limit for each of several keys needs “the total of” before it",
                bound.span,
                scope,
                "define the value for each key first, with its limit",
            )
        extra = self._finer(bound, scope)
        inner = attrs.evolve(scope, dims=scope.dims | frozenset(extra))
        index = node.steps.index(bound)
        value: n.Node = self.value(node.base, inner)
        for step in node.steps[: index + 1]:
            value = self.step(value, step, inner, node)
        total = self.total_over(value, extra, inner, scope, node.span)
        for step in node.steps[index + 1 :]:
            total = self.step(total, step, scope, node)
        return total

    def total_over(
        self, value: n.Node, extra: tuple[str, ...], inner: Scope, scope: Scope, span: Span
    ) -> n.Node:
        """The total of a finer value over its extra keys (see `lower_aggregates`)."""
        raise AssertionError

    def whole_amount(self, name: ast.Name, scope: Scope) -> n.Node:
        """An amount as a whole, of one for each Month the total (see `lower_aggregates`)."""
        raise AssertionError

    def step(self, value: n.Node, step: ast.Step, scope: Scope, node: ast.Stepped) -> n.Node:
        """One step acting on all before it."""
        at: dict[str, Any] = {"span": step.span, "section": scope.section}
        match step:
            case ast.Bound(side=side, limit=limit):
                return self._bound(value, side, self.limit(limit, scope), at)
            case ast.Rounding(mode=mode, unit=unit):
                self._check_rounding(value, step, scope)
                return n.Round(value, mode, unit, **at)
            case ast.Changed(by=by, sign=sign):
                one = n.Lit(Fraction(1), RATE, **at)
                change = self.value(by, scope)
                factor = n.Add((one, change), **at) if sign > 0 else n.Subtract(one, change, **at)
                changed = n.Multiply((value, self.kinds.declare(factor, RATE)), **at)
                kind = self.kinds.of(value)
                return changed if kind is None else self.kinds.declare(changed, kind)
            case ast.LessPaid(section=section):
                return n.Subtract(value, self.paid_under(section, step.span, scope), **at)
            case ast.LessTerm(name=name, period=period):
                if period is not None:
                    clock = self.symbols.clock(period.text)
                    if clock is None or clock != (clock_of(scope.dims) or YEAR):
                        raise self.stop(
                            "VBC2013",
                            f"“{period.text}” is not the period of this sentence",
                            period.span,
                            scope,
                            "write “for the same performance year”, or the period that stands after “for each”",
                        )
                return n.Subtract(value, self.whole_amount(name, scope), **at)
            case ast.UnscoredIf(cond=cond):
                return n.NotScoredIf(value, self.cond(cond, scope), **at)
            case ast.IfZero(value=zero):
                other = n.Lit(NOT_SCORED, UNSCORED_KIND, **at) if zero is None else self.value(zero, scope)
                return self._if_zero(value, other, step, scope)
            case ast.IfUnscored(value=other):
                return n.ScoredOr(value, self.value(other, scope), **at)
            case ast.FirstYear(value=first, of_party=True, party=party):
                one = n.Lit(Fraction(1), NUMBER, **at)
                is_first = n.Compare("<=", self.party_year(party, step.span, scope), one, **at)
                return n.Case(((is_first, self.value(first, scope)),), value, **at)
            case ast.FirstYear() | ast.StartingFrom():
                if not any(isinstance(x, n.Ref) and x.shift is not None for x in _walk(value)):
                    raise self.stop(
                        "VBC3023", "nothing before these words refers to a prior period", step.span, scope
                    )
                if not isinstance(step, ast.FirstYear):
                    return value
                clock = self._first_periods(step, value, scope)
                if isinstance(value, n.Ref):
                    return value
                # a step stands for everything before it (Q27), not only for the prior value in it
                early = self._is_first(clock, step.years, at)
                if before := self._before_first(value, scope, at):
                    early = n.AnyOf((early, *before), **at)
                return n.Case(((early, self.value(step.value, scope)),), value, **at)
            case ast.Prorated(by="ratio", part=part, whole=whole):
                assert part is not None and whole is not None
                share = n.Divide(self.value(part, scope), self.value(whole, scope), **at)
                return self.kinds.declare(n.Multiply((value, share), **at), self.kinds.of(value) or MONEY)
            case ast.Prorated(by=by):
                kind = self.kinds.of(value) or MONEY
                return self.kinds.declare(n.Multiply((value, self._in_force(by, scope, at)), **at), kind)
        raise AssertionError(step)

    def _first_periods(self, step: ast.FirstYear, value: n.Node, scope: Scope) -> Clock:
        """The clock of the periods that have no earlier value. A value of N periods earlier has none in the first
        N of them, and the sentence says so; of quarters and months it should not speak of the year."""
        shifts = [x.shift for x in _walk(value) if isinstance(x, n.Ref) and x.shift is not None]
        clock = self._first_clock(step) or OWN
        shorter = {s.clock for s in shifts if s.back is not None}
        by_year = step.of is None and len(shorter) == 1 and shorter <= {*PARTS_OF_YEAR, OWN}
        if by_year:
            (clock,) = shorter
        back = max((s.back for s in shifts if s.back is not None and s.clock == clock), default=1)
        shown = {YEAR: "performance year"}.get(clock, self.symbols.calendar.shown(clock))
        few = f"the first {shown}" if back == 1 else f"the first {back} {shown}s"
        if not by_year and (back != step.years or clock not in shorter | {YEAR}):
            raise self.stop(
                "VBC3023",
                f"a value of {back} {shown}{'s' * (back > 1)} earlier is missing in {few}, and the "
                "sentence speaks of others"
                if clock in shorter
                else f"nothing before these words refers to a prior {shown}",
                step.span,
                scope,
                f"write “, or … in {few}”" if clock in shorter else "",
            )
        if by_year:
            self.diagnostics.append(
                Diagnostic(
                    "VBC4114",
                    f"these words hold in {few} only, {'which has' if back == 1 else 'which have'} none before",
                    step.span,
                    section=scope.section,
                    severity="warning",
                    help=f"write “, or … in {few}”; if the whole year is meant, write “(… if the "
                    "performance year is 1, otherwise …)”",
                )
            )
        return clock

    def _is_first(self, clock: Clock, many: int, at: dict[str, Any]) -> n.Node:
        """Whether the period is one of the contract's first so many of its clock."""
        if clock in (YEAR, OWN):
            here = n.PeriodFact("number", OWN, **at) if clock == OWN else n.PeriodFact("year", **at)
            return n.Compare("<=", here, n.Lit(Fraction(many), NUMBER, **at), **at)
        tests: list[n.Node] = []
        calendar = self.symbols.calendar
        for year in calendar.years:
            if many <= 0:
                break
            tests.append(
                n.All(
                    (
                        n.Compare(
                            "=", n.PeriodFact("year", **at), n.Lit(Fraction(year.number), NUMBER, **at), **at
                        ),
                        n.Compare(
                            "<=",
                            n.PeriodFact("number", clock, **at),
                            n.Lit(Fraction(many), NUMBER, **at),
                            **at,
                        ),
                    ),
                    **at,
                )
            )
            many -= len(calendar.parts(year, clock))
        return tests[0] if len(tests) == 1 else n.AnyOf(tuple(tests), **at)

    def _before_first(self, value: n.Node, scope: Scope, at: dict[str, Any]) -> tuple[n.Node, ...]:
        """That there is no earlier value, one condition for each earlier value in it: also a period in which the
        party was not on the roster is one before its first. A value that can be not scored says nothing of it."""
        found: list[n.Node] = []
        unscored = n.Lit(NOT_SCORED, UNSCORED_KIND, **at)
        stack = [value]
        while stack:
            node = stack.pop()
            if isinstance(node, n.Aggregate | n.Quantified | n.WithLargest | n.Rank | n.PoolShare):
                continue
            if isinstance(node, n.Ref) and node.shift is not None:
                kind = self.kinds.of(attrs.evolve(node, first=None))
                if (
                    node.first is not None
                    and node.first == scope.first
                    and kind
                    and not kind.maybe_not_scored
                ):
                    found.append(n.Not(n.IsScored(attrs.evolve(node, first=unscored), **at), **at))
                continue
            stack.extend(reversed(list(children(node))))
        return tuple(dict.fromkeys(found))

    def limit(self, limit: ast.Expr, scope: Scope) -> n.Node:
        """The limit of a value. A share of a base that is negative is an error (Q28)."""
        if isinstance(limit, ast.ShareOf):
            base = self.value(limit.base, scope)
            what = limit.base.text if isinstance(limit.base, ast.Name) else "the base of the limit"
            checked = n.Require(
                base, "at least zero", "VBC6005", what, span=limit.base.span, section=scope.section
            )
            share = self.value(limit.share, scope)
            return n.Multiply((share, checked), span=limit.span, section=scope.section)
        return self.value(limit, scope)

    def _bound(self, value: n.Node, side: str, limit: n.Node, at: dict[str, Any]) -> n.Node:
        if side == "both":
            kind = self.kinds.of(limit) or MONEY
            zero = n.Lit(Fraction(0), kind, **at)
            opposite = self.kinds.declare(n.Subtract(zero, limit, **at), kind)
            return n.Clamp(value, limit, opposite, **at)
        if side == "cap":
            if isinstance(value, n.Clamp) and value.cap is None:
                return n.Clamp(value.value, limit, value.floor, **at)
            return n.Clamp(value, limit, None, **at)
        if isinstance(value, n.Clamp) and value.floor is None:
            return n.Clamp(value.value, value.cap, limit, **at)
        return n.Clamp(value, None, limit, **at)

    def _check_rounding(self, value: n.Node, step: ast.Rounding, scope: Scope) -> None:
        kind = self.kinds.of(value)
        if kind is None:
            return
        wrong = (
            (step.of == "money" and kind.base != "money")
            or (step.of == "rate" and kind.base not in ("rate", "ratio", "percentage points"))
            or (step.of == "number" and kind.base in ("money", "rate", "percentage points"))
        )
        if wrong:
            help_ = {
                "money": "write “to the cent” or “to the dollar”",
                "rate": "write “to the tenth (hundredth) of a percentage point”",
                "ratio": "write “to the tenth (hundredth) of a percentage point”, or “to 4 decimal places”",
                "percentage points": "write “to the tenth (hundredth) of a percentage point”",
            }.get(kind.base, "write “to the whole number” or “to 2 decimal places”")
            self.diagnostics.append(
                Diagnostic(
                    "VBC3024",
                    f"this rounding does not fit {a_kind(kind.scored())}",
                    step.span,
                    section=scope.section,
                    help=help_,
                )
            )

    def _if_zero(self, value: n.Node, other: n.Node, step: ast.IfZero, scope: Scope) -> n.Node:
        """Put the value for a zero divisor on the division before the step, under any steps in between."""
        if isinstance(value, n.Divide) and value.if_zero is None:
            return attrs.evolve(value, if_zero=other)
        if isinstance(value, n.Clamp | n.Round | n.NotScoredIf):
            return attrs.evolve(value, value=self._if_zero(value.value, other, step, scope))
        divisions = [x for x in _walk(value) if isinstance(x, n.Divide)]
        if not divisions:
            raise self.stop("VBC3025", "nothing before these words is divided", step.span, scope)
        zeros = [
            n.Compare(
                "=",
                d.right,
                n.Lit(Fraction(0), self.kinds.of(d.right) or NUMBER, span=step.span, section=scope.section),
                span=step.span,
                section=scope.section,
            )
            for d in divisions
        ]
        test = zeros[0] if len(zeros) == 1 else n.AnyOf(tuple(zeros), span=step.span, section=scope.section)
        return n.Case(((test, other),), value, span=step.span, section=scope.section)

    def paid_under(self, section: str, span: Span, scope: Scope) -> n.Node:
        """The payable amount of the payment in a section (Q38)."""
        from vbcdsl.syntax import tree as t

        found = self.symbols.sections.get(section)
        if found is None or not isinstance(found.core, t.Pay):
            raise self.stop("VBC2019", f"section {section} is not a payment", span, scope)
        return self.whole_amount(attrs.evolve(found.core.name, span=span), scope)

    def _in_force(self, by: str, scope: Scope, at: dict[str, Any]) -> n.Node:
        """The share of the period in which the agreement is in force with the party (Q33). Without a start or end
        date (`none`) it is in force from the first or through the last day."""
        start_owner, end_owner = self._roster_column("Start Date"), self._roster_column("End Date")
        if start_owner is None and end_owner is None:
            raise self.stop(
                "VBC2020",
                "proration needs the party's Start Date or End Date",
                at["span"],
                scope,
                "add records with one row for each party and columns “Start Date” and “End Date” of kind date",
            )
        clock = clock_of(scope.dims) or "Performance Year"
        first: n.Node = n.PeriodFact("start", clock, **at)  # type: ignore[arg-type]
        last: n.Node = n.PeriodFact("end", clock, **at)  # type: ignore[arg-type]
        if start_owner is not None:
            started = n.ScoredOr(n.Ref(self.input_term(start_owner, "Start Date"), **at), first, **at)
            first = n.Greater((first, started), **at)
        if end_owner is not None:
            ended = n.ScoredOr(n.Ref(self.input_term(end_owner, "End Date"), **at), last, **at)
            last = n.Lesser((last, ended), **at)
        before = n.DateShift(first, -1, 0, **at)
        unit = "days" if by == "days" else "months"
        inside: n.Node = (n.DaysBetween if by == "days" else n.MonthsBetween)(before, last, **at)
        inside = n.Greater((inside, n.Lit(Fraction(0), Kind("count", unit), **at)), **at)
        return n.Divide(inside, n.PeriodFact(unit, clock, **at), **at)  # type: ignore[arg-type]
