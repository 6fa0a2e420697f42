"""Expressions: one function for each node of the core language, in the words of `rules/nodes.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from vbcdsl.diagnostics import VbcError
from vbcdsl.engines import messages as m
from vbcdsl.engines.reference import aggregates, tables
from vbcdsl.engines.reference.env import Env, Failure
from vbcdsl.model.periods import add_months, whole_months
from vbcdsl.model.values import NOT_SCORED, NotScored, Value, round_to
from vbcdsl.rules import nodes as n

if TYPE_CHECKING:
    from vbcdsl.engines.reference.evaluate import Evaluator

COMPARE: dict[str, Callable[[object, object], bool]] = {
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


class Expressions:
    """Evaluates core expressions in an environment."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.rows = evaluator.rows

    def fail(self, what: tuple[str, str, str], node: n.Node, env: Env, *words: object) -> NoReturn:
        """Stop this value with a message."""
        code, message, help_ = what
        raise Failure(m.error(code, message.format(*words), node, env.term, env.shown(), help_))

    def number(self, node: n.Node, env: Env) -> Fraction | NotScored:
        """The value of a numeric expression."""
        value = self.value(node, env)
        assert isinstance(value, Fraction | NotScored), (node, value)
        return value

    def numbers(self, nodes: tuple[n.Node, ...], env: Env) -> list[Fraction] | None:
        """The values of several numeric expressions; None if one is not scored."""
        values = [self.number(node, env) for node in nodes]
        scored = [value for value in values if isinstance(value, Fraction)]
        return scored if len(scored) == len(values) else None

    def date(self, node: n.Node, env: Env) -> dt.date | NotScored:
        """The value of a date expression."""
        value = self.value(node, env)
        assert isinstance(value, dt.date | NotScored)
        return value

    def cond(self, node: n.Node, env: Env) -> bool | NotScored:
        """The value of a condition."""
        value = self.value(node, env)
        assert isinstance(value, bool | NotScored), (node, value)
        return value

    def value(self, node: n.Node, env: Env) -> Value:
        """The value of an expression."""
        match node:
            case n.Lit(value=value):
                return value
            case n.Col():
                return self._column(node, env)
            case n.Ref():
                return self.evaluator.ref(node, env)
            case n.KeyOf(dim=dim):
                try:
                    return self.rows.key(dim, env)
                except VbcError as error:
                    from vbcdsl.engines.reference.evaluate import as_error

                    raise Failure(as_error(error, node.section, env.term, env.shown())) from None
            case n.PeriodFact():
                return self._period_fact(node, env)
            case n.Add(items=items):
                values = self.numbers(items, env)
                return NOT_SCORED if values is None else sum(values, Fraction(0))
            case n.Subtract(left=left, right=right):
                values = self.numbers((left, right), env)
                return NOT_SCORED if values is None else values[0] - values[1]
            case n.Multiply(items=items):
                values = self.numbers(items, env)
                if values is None:
                    return NOT_SCORED
                product = Fraction(1)
                for value in values:
                    product *= value
                return product
            case n.Divide():
                return self._divide(node, env)
            case n.Power(base=base, exponent=exponent):
                value = self.number(base, env)
                return value if isinstance(value, NotScored) else value**exponent
            case n.Root():
                return self._root(node, env)
            case n.Lesser(items=items):
                return self._extreme(items, env, min)
            case n.Greater(items=items):
                return self._extreme(items, env, max)
            case n.Clamp():
                return self._clamp(node, env)
            case n.Round(value=inner, mode=mode, unit=unit):
                value = self.number(inner, env)
                return value if isinstance(value, NotScored) else round_to(value, mode, unit)
            case n.Require():
                return self._require(node, env)
            case n.NotScoredIf(value=inner, cond=cond):
                holds = self.cond(cond, env)
                return NOT_SCORED if holds is not False else self.value(inner, env)
            case n.ScoredOr(value=inner, other=other):
                found = self.value(inner, env)
                return self.value(other, env) if isinstance(found, NotScored) else found
            case n.IsScored(value=inner):
                return not isinstance(self.value(inner, env), NotScored)
            case n.Compare(op=op, left=left, right=right):
                a, b = self.value(left, env), self.value(right, env)
                if isinstance(a, NotScored) or isinstance(b, NotScored):
                    return NOT_SCORED
                return COMPARE[op](a, b)
            case n.OneOf(value=inner, texts=texts):
                found = self.value(inner, env)
                return NOT_SCORED if isinstance(found, NotScored) else found in texts
            case n.Not(item=item):
                holds = self.cond(item, env)
                return holds if isinstance(holds, NotScored) else not holds
            case n.All(items=items):
                return self._settle(items, env, settling=False)
            case n.AnyOf(items=items):
                return self._settle(items, env, settling=True)
            case n.CountOf(op=op, count=count, items=items):
                found_items = [self.cond(item, env) for item in items]
                if any(isinstance(item, NotScored) for item in found_items):
                    return NOT_SCORED
                return COMPARE[op](sum(item is True for item in found_items), count)
            case n.Case(branches=branches, otherwise=otherwise):
                for cond, inner in branches:
                    holds = self.cond(cond, env)
                    if isinstance(holds, NotScored):
                        return NOT_SCORED
                    if holds:
                        return self.value(inner, env)
                if otherwise is None:
                    self.fail(m.NO_BRANCH, node, env)
                return self.value(otherwise, env)
            case n.Stop(code=code, what=what):
                self.fail((code, what, ""), node, env)
            case n.Line() | n.Lookup() | n.Bands() | n.InForce():
                return tables.value(self, node, env)
            case n.DaysBetween(start=start, end=end):
                first, last = self.date(start, env), self.date(end, env)
                if isinstance(first, NotScored) or isinstance(last, NotScored):
                    return NOT_SCORED
                return Fraction((last - first).days)
            case n.MonthsBetween(start=start, end=end, whole=whole):
                first, last = self.date(start, env), self.date(end, env)
                if isinstance(first, NotScored) or isinstance(last, NotScored):
                    return NOT_SCORED
                if whole:
                    return Fraction(whole_months(first, last))
                return Fraction((last.year - first.year) * 12 + last.month - first.month)
            case n.DateShift(day=day, days=days, months=months):
                first = self.date(day, env)
                if isinstance(first, NotScored):
                    return NOT_SCORED
                return add_months(first, months) + dt.timedelta(days=days)
            case n.YearOf(day=day):
                first = self.date(day, env)
                return first if isinstance(first, NotScored) else Fraction(self._year_of(first))
            case n.Aggregate() | n.Quantified() | n.Rank() | n.PoolShare() | n.WithLargest():
                try:
                    return aggregates.value(self, node, env)
                except VbcError as error:
                    from vbcdsl.engines.reference.evaluate import as_error

                    raise Failure(as_error(error, node.section, env.term, env.shown())) from None
        raise AssertionError(node)

    # ------------------------------------------------------------ leaves

    def _column(self, node: n.Col, env: Env) -> Value:
        if node.record in env.rows:
            return env.rows[node.record].values[node.column]
        record = self.evaluator.program(env.period.year).records[node.record]
        try:
            row = self.rows.row_at(record, env)
        except VbcError as error:
            from vbcdsl.engines.reference.evaluate import as_error

            raise Failure(as_error(error, node.section, env.term, env.shown())) from None
        if row is not None:
            return row.values[node.column]
        missing = record.column(node.column).missing
        if missing is None:
            self.fail(m.no_record_row(record, node.column), node, env)
        return missing

    def _period_fact(self, node: n.PeriodFact, env: Env) -> Value:
        period = self.evaluator.coarsen(env.period, node.clock)
        match node.fact:
            case "year":
                return Fraction(period.year)
            case "number":
                return Fraction(period.number)
            case "days":
                return Fraction(period.days)
            case "months":
                months = (
                    (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
                )
                return Fraction(months)
            case "start":
                return period.start
            case "end":
                return period.end
        return Fraction(period.start.year)

    def _year_of(self, day: dt.date) -> int:
        calendar = self.evaluator.calendar
        year = calendar.year_of(day)
        if year is not None:
            return year.number
        if day < calendar.effective:
            number, start = 1, calendar.effective
            while day < start:
                number -= 1
                start = add_months(start, -12)
            return number
        number, start = len(calendar.years) + 1, calendar.through + dt.timedelta(days=1)
        while day >= add_months(start, 12):
            number += 1
            start = add_months(start, 12)
        return number

    # ------------------------------------------------------------ arithmetic

    def _divide(self, node: n.Divide, env: Env) -> Value:
        values = self.numbers((node.left, node.right), env)
        if values is None:
            return NOT_SCORED
        if values[1] != 0:
            return values[0] / values[1]
        if node.if_zero is None:
            self.fail(m.DIVISION, node, env)
        return self.value(node.if_zero, env)

    def _root(self, node: n.Root, env: Env) -> Value:
        value = self.number(node.base, env)
        if isinstance(value, NotScored):
            return value
        if value < 0:
            self.fail(m.ROOT, node, env)
        return tables.nth_root(value, node.degree, node.places)

    def _extreme(self, items: tuple[n.Node, ...], env: Env, pick: Callable[..., Value]) -> Value:
        values = [self.value(item, env) for item in items]
        if any(isinstance(value, NotScored) for value in values):
            return NOT_SCORED
        return pick(values)

    def _clamp(self, node: n.Clamp, env: Env) -> Value:
        limits = [self.number(x, env) if x is not None else None for x in (node.floor, node.cap)]
        value = self.number(node.value, env)
        if isinstance(value, NotScored) or any(isinstance(limit, NotScored) for limit in limits):
            return NOT_SCORED
        floor, cap = limits
        assert not isinstance(floor, NotScored) and not isinstance(cap, NotScored)
        if floor is not None and cap is not None and floor > cap:
            self.fail(m.FLOOR_ABOVE_CAP, node, env, m.shown(floor), m.shown(cap))
        if cap is not None:
            value = min(value, cap)
        return value if floor is None else max(value, floor)

    def _require(self, node: n.Require, env: Env) -> Value:
        value = self.value(node.value, env)
        if node.test == "scored":
            if isinstance(value, NotScored):
                self.fail(m.unscored(node.code, node.what), node, env)
            return value
        if isinstance(value, NotScored):
            return value
        assert isinstance(value, Fraction)
        good = {"at least zero": value >= 0, "above zero": value > 0, "whole": value.denominator == 1}[
            node.test
        ]
        if not good:
            words = {
                "at least zero": "is negative",
                "above zero": "is not above zero",
                "whole": "is not whole",
            }
            self.fail((node.code, f"{node.what} {words[node.test]}", m.advice(node.code)), node, env)
        return value

    # ------------------------------------------------------------ conditions

    def _settle(self, items: tuple[n.Node, ...], env: Env, *, settling: bool) -> Value:
        """All (settled by a no) or any (settled by a yes): an item that has no value matters only if no other
        item settles it (Q13)."""
        failure: Failure | None = None
        unscored = False
        for item in items:
            try:
                holds = self.cond(item, env)
            except Failure as found:
                failure = failure or found
                continue
            if holds is settling:
                return settling
            unscored = unscored or isinstance(holds, NotScored)
        if failure is not None:
            raise failure
        return NOT_SCORED if unscored else not settling
