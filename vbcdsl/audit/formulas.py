"""Core expressions as spreadsheet formulas, over the cells of one party and year.

A spreadsheet counts in binary fractions. So that an amount that is exactly at an edge or at half a cent falls on
the side on which the contract puts it, differences are compared after rounding to ten places (money: six), and
amounts are rounded to six places before they are rounded to the cent. What has no formula raises `NoFormula`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction

import attrs

from vbcdsl.data.write import exact_text
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.values import NotScored, Value
from vbcdsl.rules import nodes as n
from vbcdsl.types.infer import Kinds

LONGEST = 8000  # a formula may have 8,192 characters
DEEPEST = 60  # and 64 levels
NOT_SCORED = '"not scored"'


class NoFormula(Exception):
    """The expression cannot be written as a formula."""


def literal(value: Value) -> str:
    """A value as a constant of a formula."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Fraction):
        text = exact_text(value)
        if Fraction(text) != value:
            text = f"({value.numerator}/{value.denominator})"
        return f"({text})" if text.startswith("-") else text
    if isinstance(value, dt.date):
        return f"DATE({value.year},{value.month},{value.day})"
    if isinstance(value, NotScored):
        return NOT_SCORED
    text = str(value)
    if len(text) > 255:
        raise NoFormula
    return '"' + text.replace('"', '""') + '"'


@attrs.frozen
class Formulas:
    """Formulas for one row. `cell`: the cell of a term; `part`: the cell of a part of a sentence that is a fact,
    or None; `constant`: the value of what is fixed for the row (a fact of the period, a key)."""

    env: Env
    kinds: Kinds
    cell: Callable[[str], str]
    part: Callable[[n.Node], str | None]
    constant: Callable[[n.Node], Value | None]

    def formula(self, node: n.Node) -> str:
        """The formula of a term's expression, with its equals sign."""
        text = "=" + self.of(node)
        if len(text) > LONGEST:
            raise NoFormula
        return text

    def of(self, node: n.Node) -> str:
        """An expression as a formula."""
        known = self.part(node)
        if known is not None:
            return known
        match node:
            case n.Lit(value=value):
                return literal(value)
            case n.Ref(term=term, shift=None, pick=()):
                return self.cell(term)
            case n.PeriodFact() | n.KeyOf():
                found = self.constant(node)
                if found is None:
                    raise NoFormula
                return literal(found)
            case n.Require(value=value):
                return self.of(value)
            case n.ScoredOr(value=value, other=other):
                inner = self.of(value)
                return f"IF(EXACT({inner},{NOT_SCORED}),{self.of(other)},{inner})"
            case n.IsScored(value=value):
                return f"NOT(EXACT({self.of(value)},{NOT_SCORED}))"
            case n.NotScoredIf(value=value, cond=cond):
                return f"IF({self.cond(cond)},{NOT_SCORED},{self.of(value)})"
            case n.InForce():
                return self._in_force(node)
            case n.Case(branches=branches, otherwise=otherwise):
                return self._nested(
                    [(self.cond(cond), self.of(value)) for cond, value in branches],
                    self.of(otherwise) if otherwise is not None else "NA()",
                )
            case n.Stop():
                return "NA()"
            case n.Lookup():
                return self._lookup(node)
            case n.Not() | n.All() | n.AnyOf() | n.OneOf() | n.CountOf():
                return self._logic(node)
            case _:
                return self._scored(node, self._arithmetic(node))

    def cond(self, node: n.Node) -> str:
        """A condition that is yes or no."""
        kind = self.kinds.of(node)
        if kind is not None and kind.maybe_not_scored:
            raise NoFormula
        return self.of(node)

    # ------------------------------------------------------------ arithmetic

    def _arithmetic(self, node: n.Node) -> str:
        match node:
            case n.Add(items=items):
                return "(" + "+".join(self.of(item) for item in items) + ")"
            case n.Subtract(left=left, right=right):
                return f"({self.of(left)}-{self.of(right)})"
            case n.Multiply(items=items):
                return "(" + "*".join(self.of(item) for item in items) + ")"
            case n.Divide(left=left, right=right, if_zero=if_zero):
                top, bottom = self.of(left), self.of(right)
                if if_zero is None:
                    return f"({top}/{bottom})"
                return f"IF({bottom}=0,{self.of(if_zero)},{top}/{bottom})"
            case n.Power(base=base, exponent=exponent):
                return f"({self.of(base)}^{exponent})"
            case n.Root(base=base, degree=degree, places=places):
                return f"ROUND({self.of(base)}^(1/{degree}),{places})"
            case n.Lesser(items=items):
                return "MIN(" + ",".join(self.of(item) for item in items) + ")"
            case n.Greater(items=items):
                return "MAX(" + ",".join(self.of(item) for item in items) + ")"
            case n.Clamp(value=value, cap=cap, floor=floor):
                text = self.of(value)
                text = f"MIN({text},{self.of(cap)})" if cap is not None else text
                return f"MAX({text},{self.of(floor)})" if floor is not None else text
            case n.Round():
                return self._round(node)
            case n.Compare():
                return self._compare(node)
            case n.Line(x=x, x0=x0, y0=y0, x1=x1, y1=y1):
                a, b, c, d, e = (self.of(part) for part in (x, x0, y0, x1, y1))
                return f"({c}+({a}-{b})*({e}-{c})/({d}-{b}))"
            case n.Bands():
                return self._bands(node)
            case n.DaysBetween(start=start, end=end):
                return f"({self.of(end)}-{self.of(start)})"
            case _:
                raise NoFormula

    def _scored(self, node: n.Node, text: str) -> str:
        """Arithmetic with what is not scored is not scored."""
        from vbcdsl.rules.uses import children

        unscored = []
        # what stands for a divisor of zero is not reached otherwise, and is itself the answer
        reached = (node.left, node.right) if isinstance(node, n.Divide) else tuple(children(node))
        for child in reached:
            kind = self.kinds.of(child)
            if kind is not None and kind.maybe_not_scored:
                unscored.append(f"EXACT({self.of(child)},{NOT_SCORED})")
        if not unscored:
            return text
        test = f"OR({','.join(unscored)})" if len(unscored) > 1 else unscored[0]
        return f"IF({test},{NOT_SCORED},{text})"

    def _round(self, node: n.Round) -> str:
        value, unit = self.of(node.value), node.unit
        kind = self.kinds.of(node.value)
        guard = 6 if kind is None or kind.base == "money" else 10
        places = len(str(unit.denominator)) - 1
        if node.mode == "half up" and unit.numerator == 1 and str(unit.denominator).strip("0") == "1":
            return f"ROUND(ROUND({value},{max(guard, places + 2)}),{places})"
        size = literal(unit)
        whole = f"ROUND({value}/{size},{guard})"
        parts = {
            "half up": f"ROUND({whole},0)", "down": f"INT({whole})", "up": f"-INT(-{whole})",
            "toward zero": f"ROUNDDOWN({whole},0)", "away from zero": f"ROUNDUP({whole},0)",
        }  # fmt: skip
        if node.mode not in parts:
            raise NoFormula
        return f"ROUND(({parts[node.mode]})*{size},{max(guard, 6)})"

    def _bands(self, node: n.Bands) -> str:
        subject = self.of(node.subject)
        size = f"ABS({subject})" if node.negative == "mirror" else subject
        parts = []
        for band in node.bands:
            top = f"MIN({size},{self.of(band.high)})" if band.high is not None else size
            parts.append(f"MAX({top}-MAX({self.of(band.low)},0),0)*{self.of(band.share)}")
        total = "(" + "+".join(parts) + ")"
        if node.negative == "mirror":
            return f"(SIGN({subject})*{total})"
        return f"IF({subject}<0,{'0' if node.negative == 'none' else 'NA()'},{total})"

    # ------------------------------------------------------------ conditions

    def _base(self, node: n.Node) -> str:
        kind = self.kinds.of(node)
        return kind.base if kind is not None else ""

    def _compare(self, node: n.Compare) -> str:
        left, right = self.of(node.left), self.of(node.right)
        return self._compared(left, node.op, right, self._base(node.left))

    def _compared(self, left: str, op: str, right: str, base: str) -> str:
        if base in ("text", "yes or no", "date", "month", ""):
            if base in ("text", "") and op in ("=", "!="):
                return f"EXACT({left},{right})" if op == "=" else f"NOT(EXACT({left},{right}))"
            if base == "":
                raise NoFormula
            return f"({left}{'<>' if op == '!=' else op}{right})"
        places = 6 if base == "money" else 10
        return f"(ROUND({left}-{right},{places}){'<>' if op == '!=' else op}0)"

    def _logic(self, node: n.Node) -> str:
        match node:
            case n.Not(item=item):
                return f"NOT({self.cond(item)})"
            case n.All(items=items) | n.AnyOf(items=items):
                # IF and not AND: what is not reached must not spoil the answer
                conds = [self.cond(item) for item in items]
                if len(conds) > DEEPEST:
                    raise NoFormula
                text = conds[-1]
                for cond in reversed(conds[:-1]):
                    text = (
                        f"IF({cond},{text},FALSE)" if isinstance(node, n.All) else f"IF({cond},TRUE,{text})"
                    )
                return text
            case n.OneOf(value=value, texts=texts):
                inner = self.of(value)
                return "OR(" + ",".join(f"EXACT({inner},{literal(text)})" for text in texts) + ")"
            case n.CountOf(op=op, count=count, items=items):
                total = "+".join(f"IF({self.cond(item)},1,0)" for item in items)
                return f"(({total}){'<>' if op == '!=' else op}{count})"
            case _:
                raise NoFormula

    # ------------------------------------------------------------ tables

    def _nested(self, branches: list[tuple[str, str]], otherwise: str) -> str:
        if len(branches) > DEEPEST:
            raise NoFormula
        text = otherwise
        for cond, value in reversed(branches):
            text = value if cond == "TRUE" else f"IF({cond},{value},{text})"
        return text

    def _lookup(self, node: n.Lookup) -> str:
        rows = list(node.rows)
        if node.mode == "exactly one":
            rows.sort(key=lambda row: any(isinstance(test, n.AnyOther) for test in row.tests))
        branches = []
        for row in rows:
            tests = [self._test(s, t) for s, t in zip(node.subjects, row.tests, strict=True)]
            tests = [test for test in tests if test != "TRUE"]
            cond = tests[-1] if tests else "TRUE"
            for test in reversed(tests[:-1]):
                cond = f"IF({test},{cond},FALSE)"
            branches.append((cond, self.of(row.value)))
        return self._nested(branches, "NA()")

    def _test(self, subject: n.Node, test: n.RowTest) -> str:
        text = self.of(subject)
        match test:
            case n.AnyOther():
                return "TRUE"
            case n.IsNotScored():
                return f"EXACT({text},{NOT_SCORED})"
            case n.IsText(text=wanted):
                if self._base(subject) == "yes or no":
                    return text if wanted == "yes" else f"NOT({text})"
                return f"EXACT({text},{literal(wanted)})"
            case n.Interval(low=low, low_in=low_in, high=high, high_in=high_in):
                base = self._base(subject) or "number"
                edges = []
                if low is not None:
                    edges.append(self._compared(text, ">=" if low_in else ">", self.of(low), base))
                if high is not None:
                    edges.append(self._compared(text, "<=" if high_in else "<", self.of(high), base))
                cond = f"AND({','.join(edges)})" if len(edges) > 1 else (edges or ["TRUE"])[0]
                kind = self.kinds.of(subject)
                unscored = kind is not None and kind.maybe_not_scored
                return f"IF(EXACT({text},{NOT_SCORED}),FALSE,{cond})" if unscored else cond
        raise NoFormula

    def _in_force(self, node: n.InForce) -> str:
        day = self.env.period.start
        for start, end, value in node.parts:
            if (start is None or start <= day) and (end is None or day <= end):
                return self.of(value)
        return self.of(node.otherwise) if node.otherwise is not None else "NA()"
