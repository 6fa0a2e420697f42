"""Values: from syntax to core. Names are bound here; a name of a finer grain needs an aggregate word."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.kinds import MONEY, NUMBER, RATE, RATIO, Kind, plural
from vbcdsl.model.span import Span
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_names import UNSCORED_KIND
from vbcdsl.rules.lower_steps import StepLowerer
from vbcdsl.rules.scope import Scope
from vbcdsl.syntax import ast


class ValueLowerer(StepLowerer):
    """Lowers values. Subclasses add rows, conditions, tables and sentences."""

    def value(self, node: ast.Expr, scope: Scope) -> n.Node:
        """The core node of a value."""
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        match node:
            case ast.Literal_(value=value, kind=kind):
                return n.Lit(value, kind, **at)
            case ast.Name():
                return self.name(node, scope)
            case ast.Paren(inner=inner):
                return self.value(inner, scope)
            case ast.Sum(items=items, signs=signs):
                return self._sum([self.value(item, scope) for item in items], signs, at)
            case ast.Product(items=items, divisor=divisor):
                factors = tuple(self.value(item, scope) for item in items)
                top = factors[0] if len(factors) == 1 else n.Multiply(factors, **at)
                return top if divisor is None else n.Divide(top, self.value(divisor, scope), **at)
            case ast.ShareOf(share=share, base=base):
                lowered = self.value(base, scope)
                return n.Multiply((self.value(share, scope), lowered), **at)
            case ast.YearFact(fact=fact, party=party):
                return (
                    self.party_year(party, node.span, scope)
                    if fact == "own year"
                    else n.PeriodFact(fact, **at)
                )
            case ast.Converted(value=value, to=to):
                return self._converted(self.value(value, scope), to, at, scope)
            case ast.Shifted():
                return self.shifted(node, scope)
            case ast.AtKey():
                return self.at_key(node, scope)
            case ast.Peer(name=name, across=across):
                word = "other " if across.others else ""
                raise self.stop(
                    "VBC3013",
                    f"“{name.text}” has a value for each of the {word}{across.plural.text}, and one is needed",
                    node.span,
                    scope,
                    f"write “the average of {name.text} across all {across.plural.text}”",
                )
            case ast.Extreme(which=which, items=items):
                lowered_items = tuple(self.value(item, scope) for item in items)
                return (n.Lesser if which == "lesser" else n.Greater)(lowered_items, **at)
            case ast.Excess(left=left, right=right):
                first, second = self.value(left, scope), self.value(right, scope)
                difference = n.Subtract(first, second, excess=True, **at)
                kind = self.kinds.of(difference) or MONEY
                return n.Greater((difference, n.Lit(Fraction(0), kind.scored(), **at)), **at)
            case ast.MovedToward():
                return self._moved(node, scope, at)
            case ast.Powered(base=base, degree=degree, places=places):
                if not 1 <= degree <= 60:
                    raise self.stop(
                        "VBC1020", "a power is a whole number from 1 through 60", node.span, scope
                    )
                lowered = self.value(base, scope)
                if places is None:
                    return n.Power(lowered, degree, **at)
                return n.Root(lowered, degree, places, **at)
            case ast.Compounded():
                return self._compounded(node, scope, at)
            case ast.Interest():
                return self._interest(node, scope, at)
            case ast.Between(unit=unit, start=start, end=end, through=through):
                first, last = self.day(start, scope), self.day(end, scope)
                if unit == "whole months":
                    return n.MonthsBetween(first, last, whole=True, **at)
                if unit == "months":
                    if not all(self._first_of_month(day) for day in (first, last)):
                        self._say_calendar_months(node.span, scope)
                    return n.MonthsBetween(first, last, **at)
                days = n.DaysBetween(first, last, **at)
                one = n.Lit(Fraction(1), Kind("count", "days"), **at)
                return n.Add((days, one), **at) if through else days
            case ast.LengthOf(unit=unit, period=period):
                clock = self.symbols.clock(period.text)
                if clock is None or not scope.has((clock,)):
                    raise self.stop("VBC2013", f"“{period.text}” is not one period here", period.span, scope)
                return n.PeriodFact(unit, clock, **at)
            case ast.AggregateOf() | ast.RankOf() | ast.WithMost() | ast.PercentileIn():
                return self.aggregate(node, scope)
            case ast.NotScoredValue():
                return n.Lit(NOT_SCORED, UNSCORED_KIND, **at)
            case ast.Stepped():
                return self.stepped(node, scope)
            case ast.Choice(branches=branches, otherwise=otherwise):
                cases = tuple((self.cond(cond, scope), self.value(value, scope)) for value, cond in branches)
                return n.Case(cases, self.value(otherwise, scope), **at)
            case ast.Guarded(value=value, cond=cond, unless=unless):
                lowered = self.value(value, scope)
                kind = self.kinds.of(lowered) or MONEY
                zero = n.Lit(Fraction(0), kind.scored(), **at)
                test = self.cond(cond, scope)
                return n.Case(((test, zero if unless else lowered),), lowered if unless else zero, **at)
        raise AssertionError(node)

    def _first_of_month(self, day: n.Node) -> bool:
        """Whether a day is always the first of a month."""
        kind = self.kinds.of(day)
        return (isinstance(day, n.PeriodFact) and day.fact == "start") or (
            kind is not None and kind.base == "month"
        )

    def _say_calendar_months(self, span: Span, scope: Scope) -> None:
        self.diagnostics.append(
            Diagnostic(
                "VBC4115",
                "months are counted by the calendar here: from January 31 to February 1 is 1 month",
                span,
                section=scope.section,
                severity="note",
                help="for months that have passed, write “the number of whole months from … to …”",
            )
        )

    def _sum(self, items: list[n.Node], signs: tuple[int, ...], at: dict[str, Any]) -> n.Node:
        """A chain of plus and minus, folded from the left; neighbours that are all added stay one sum."""
        total = items[0]
        for item, sign in zip(items[1:], signs[1:], strict=True):
            if sign < 0:
                total = n.Subtract(total, item, **at)
            elif isinstance(total, n.Add) and total is not items[0]:
                total = n.Add((*total.items, item), **at)
            else:
                total = n.Add((total, item), **at)
        return total

    def _converted(self, value: n.Node, to: str, at: dict[str, Any], scope: Scope) -> n.Node:
        if to not in ("number", "percentage"):
            return self._in_unit(value, to, at, scope)
        if to == "number":
            return self.kinds.declare(n.Multiply((value, n.Lit(Fraction(1), RATIO, **at)), **at), NUMBER)
        hundredth = n.Lit(Fraction(1, 100), RATIO, **at)
        return self.kinds.declare(n.Multiply((value, hundredth), **at), RATE)

    def _in_unit(self, value: n.Node, to: str, at: dict[str, Any], scope: Scope) -> n.Node:
        """A count, or money per unit, in another unit (Q7): 12 member months are a person year."""
        kind = self.kinds.of(value)
        if kind is not None and kind.unit == to:
            return value
        if kind is not None and kind.unit is None and kind.base in ("number", "count"):
            named = attrs.evolve(kind, unit=to)
            return self.kinds.declare(n.Multiply((value, n.Lit(Fraction(1), RATIO, **at)), **at), named)
        if kind is None or kind.unit is None:
            raise self.stop("VBC3010", f"this has no unit that could be counted in {to}", at["span"], scope)
        units = {"person years": (12, "member months"), "member years": (12, "member months")}
        units.update({plural(noun): size for noun, size in self.symbols.units.items()})
        smaller = to in units and units[to][1] == kind.unit
        if not smaller and not (kind.unit in units and units[kind.unit][1] == to):
            raise self.stop(
                "VBC3010",
                f"the contract does not say how many {kind.unit} are counted as one of the {to}",
                at["span"],
                scope,
                f'say it in the header: a "{to.removesuffix("s")}" is … {kind.unit}',
            )
        size = Fraction(units[to if smaller else kind.unit][0])
        if kind.base == "money":
            factor, result = size if smaller else 1 / size, Kind("money", to)
        else:
            factor, result = 1 / size if smaller else size, Kind("number" if smaller else "count", to)
        result = attrs.evolve(result, maybe_not_scored=kind.maybe_not_scored)
        return self.kinds.declare(n.Multiply((value, n.Lit(factor, RATIO, **at)), **at), result)
