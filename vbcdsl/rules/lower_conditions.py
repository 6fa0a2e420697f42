"""Conditions: from syntax to core."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.model.kinds import Kind
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_values import ValueLowerer
from vbcdsl.rules.scope import Scope
from vbcdsl.syntax import ast

# phrase → the two readings that it leaves open
_READINGS = {
    "between": ("from {0} up to but not including {1}", "above {0} up to and including {1}"),
    "up to": ("less than {0}", "at most {0}"),
    "from … up to": ("from {0} up to but not including {1}", "above {0} up to and including {1}"),
    "from … to": ("from {0} up to but not including {1}", "above {0} up to and including {1}"),
    "above … up to": ("above {0} up to and including {1}", "from {0} up to but not including {1}"),
    "above … through": ("above {0} up to and including {1}", "from {0} through {1}"),
    "no more than": ("at most {0}", "less than {0}"),
    "no less than": ("at least {0}", "more than {0}"),
    "over": ("more than {0}", "at least {0}"),
    "under": ("less than {0}", "at most {0}"),
    "within": ("at most {0}", "less than {0}"),
    "approximately": ("exactly {0}", "at least {0}"),
}


class ConditionLowerer(ValueLowerer):
    """Adds conditions to the values."""

    def cond(self, node: Any, scope: Scope) -> n.Node:
        """The core node of a condition."""
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        match node:
            case ast.Truth(name=name, negated=negated):
                value = self.truth(name, scope)
                return n.Not(value, **at) if negated else value
            case ast.IsMet(value=value, negated=negated):
                met = self.truth(value, scope) if isinstance(value, ast.Name) else self.value(value, scope)
                return n.Not(met, **at) if negated else met
            case ast.InRange(value=value, range=range_):
                return self.in_range(self.compared(value, scope), range_, scope, at)
            case ast.OnDate(value=value, low=low, low_in=low_in, high=high, high_in=high_in):
                day = self.compared(value, scope)
                tests = []
                if low is not None:
                    tests.append(n.Compare(">=" if low_in else ">", day, self.day(low, scope), **at))
                if high is not None:
                    tests.append(n.Compare("<=" if high_in else "<", day, self.day(high, scope), **at))
                return tests[0] if len(tests) == 1 else n.All(tuple(tests), **at)
            case ast.TextIs(value=value, texts=texts, negated=negated):
                subject = self.compared(value, scope)
                self._check_texts(subject, texts, node, scope)
                test = n.OneOf(subject, texts, **at)
                return n.Not(test, **at) if negated else test
            case ast.Scored(value=value, negated=negated):
                test_scored = n.IsScored(self.compared(value, scope), **at)
                return n.Not(test_scored, **at) if negated else test_scored
            case ast.IsThat(value=value, key=key, negated=negated):
                same = n.Compare("=", self.compared(value, scope), self.name(key, scope), **at)
                return n.Not(same, **at) if negated else same
            case ast.Better():
                return self._better(node, scope, at)
            case ast.Enough():
                return self.enough(node, scope)
            case ast.Negated(item=item):
                return n.Not(self.cond(item, scope), **at)
            case ast.And(items=items):
                return n.All(tuple(self.cond(item, scope) for item in items), **at)
            case ast.Or(items=items):
                return n.AnyOf(tuple(self.cond(item, scope) for item in items), **at)
            case ast.Listed(quant=quant, items=items):
                return self._listed(quant, [self.cond(item, scope) for _, item in items], scope, at)
        raise AssertionError(node)

    def enough(self, node: ast.Enough, scope: Scope) -> n.Node:
        """`at least 2 of the Measures …` (see `lower_quantified`)."""
        raise AssertionError

    def compared(self, node: ast.Expr, scope: Scope) -> n.Node:
        """The left side of a comparison."""
        return self.value(node, scope)

    def truth(self, name: ast.Name, scope: Scope) -> n.Node:
        """A yes/no name."""
        value = self.name(name, scope)
        kind = self.kinds.of(value)
        if kind is not None and kind.base != "yes or no":
            raise self.stop(
                "VBC3008",
                f"“{name.text}” is {_article(kind)}, not a yes or no",
                name.span,
                scope,
                f"compare it: “{name.text} is at least …”",
            )
        return value

    def in_range(
        self, value: n.Node, range_: ast.Range | ast.VagueRange, scope: Scope, at: dict[str, Any]
    ) -> n.Node:
        """A comparison with a range."""
        if isinstance(range_, ast.VagueRange):
            raise self.vague(range_, scope)
        low = self.year_end(value, range_.low, scope)
        high = self.year_end(value, range_.high, scope)
        if range_.outside:
            assert low is not None
            return n.Compare("!=", value, low, **at)
        if low is not None and low == high and range_.low_in and range_.high_in:
            return n.Compare("=", value, low, **at)
        tests: list[n.Node] = []
        if low is not None:
            tests.append(n.Compare(">=" if range_.low_in else ">", value, low, **at))
        if high is not None:
            tests.append(n.Compare("<=" if range_.high_in else "<", value, high, **at))
        return tests[0] if len(tests) == 1 else n.All(tuple(tests), **at)

    def year_end(self, value: n.Node, end: ast.Expr | None, scope: Scope) -> n.Node | None:
        """An end of a range; beside the number of a performance year a calendar year is turned into it."""
        if end is None:
            return None
        lowered = self.value(end, scope)
        if (
            isinstance(value, n.PeriodFact)
            and value.fact == "year"
            and isinstance(lowered, n.Lit)
            and isinstance(lowered.value, Fraction)
            and lowered.value >= 1000
        ):
            number = self.year_number(int(lowered.value), end.span, scope)
            return attrs.evolve(lowered, value=Fraction(number))
        return lowered

    def vague(self, range_: ast.VagueRange, scope: Scope) -> Any:
        """The problem of a phrase that does not say which end is included, with the two rewrites."""
        words = [self.written(item) for item in range_.items]
        first, second = (reading.format(*words) for reading in _READINGS[range_.phrase])
        if range_.phrase in ("no more than", "no less than", "over", "under"):
            code, message = "VBC1102", f"“{range_.phrase}” is read both with and without the value itself"
        elif range_.phrase in ("within", "approximately"):
            code, message = "VBC1101", f"“{range_.phrase}” does not say which values are meant"
        else:
            code, message = "VBC1101", f"“{range_.phrase}” does not say which end is included"
        return self.stop(code, message, range_.span, scope, f"write “{first}” or “{second}”")

    def written(self, node: Any) -> str:
        """A value as it is written (the driver of the stage knows the text)."""
        raise AssertionError

    def _check_texts(self, subject: n.Node, texts: tuple[str, ...], node: ast.TextIs, scope: Scope) -> None:
        known: list[str] | None = None
        match subject:
            case n.KeyOf(dim=dim):
                known = self.literal_keys(dim)
            case n.Col(record=record, column=column):
                known = self._column_texts(record, column)
            case n.Ref(term=term):
                source = self.column_of(term)
                known = self._column_texts(*source) if source else None
        if known is None:
            return
        for text in texts:
            if text not in known:
                from vbcdsl.diagnostics.suggest import nearest

                near = nearest(text, known)
                raise self.stop(
                    "VBC2018",
                    f"no row or list of the contract names “{text}”",
                    node.span,
                    scope,
                    f"did you mean “{near[0]}”?" if near else "",
                )

    def column_of(self, term: str) -> tuple[str, str] | None:
        """The record and column behind an input term (see `lower`)."""
        raise AssertionError

    def _column_texts(self, record: str, column: str) -> list[str] | None:
        owner = self.symbols.records[record]
        if owner.rows is not None:
            return [str(row[column]) for row in owner.rows if isinstance(row.get(column), str)]
        texts = owner.column(column).texts
        return list(texts) if texts else None

    def _better(self, node: ast.Better, scope: Scope, at: dict[str, Any]) -> n.Node:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        up: Any = {"as good as or better": ">=", "better": ">", "worse": "<"}[node.how]
        down: Any = {"as good as or better": "<=", "better": "<", "worse": ">"}[node.how]
        lower = self.direction(scope, node.span)
        if lower is None:
            raise self.stop(
                "VBC3026",
                "the contract does not say whether higher or lower is better",
                node.span,
                scope,
                "add a column to the measure table with “higher is better” or “lower is better” in each row, "
                "or write “is at least”",
            )
        rising = n.Compare(up, left, right, **at)
        falling = n.Compare(down, left, right, **at)
        not_lower = n.Not(lower, **at)
        return n.AnyOf((n.All((lower, falling), **at), n.All((not_lower, rising), **at)), **at)

    def _listed(self, quant: ast.Quant, items: list[n.Node], scope: Scope, at: dict[str, Any]) -> n.Node:
        match quant.word:
            case "all":
                return n.All(tuple(items), **at)
            case "any":
                return n.AnyOf(tuple(items), **at)
            case "none":
                return n.Not(n.AnyOf(tuple(items), **at), **at)
        assert quant.count is not None
        if quant.count > len(items):
            raise self.stop(
                "VBC4012", f"{quant.count} of {len(items)} conditions can never be met", quant.span, scope
            )
        op: Any = "=" if quant.word == "exactly" else ">="
        return n.CountOf(op, quant.count, tuple(items), **at)


def _article(kind: Kind) -> str:
    text = str(kind.scored())
    return text if kind.base in ("money", "text", "percentage points") else "a " + text
