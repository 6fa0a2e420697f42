"""Kinds of core expressions, from the leaves up; unlike things that are added or compared are reported.

An unknown kind (something undefined, reported elsewhere) is None and never reported again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import attrs

from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.kinds import (
    COUNT,
    DATE,
    MONEY,
    NUMBER,
    NUMERIC,
    POINTS_OF_PERCENT,
    RATE,
    RATIO,
    TEXT,
    YES_NO,
    Kind,
    singular_unit,
)
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import walk
from vbcdsl.types.scored import Lacking

PLAIN = ("number", "count", "ratio")


class Kinds:
    """Infers kinds. `term_kind` and `column_kind` answer for names; `count_unit` says what rows are counted in,
    `term_expr` what a term says (where it is known)."""

    def __init__(
        self,
        term_kind: Callable[[str], Kind | None],
        column_kind: Callable[[str, str], Kind | None],
        count_unit: Callable[[n.Aggregate], str | None],
        term_expr: Callable[[str], n.Node | None] = lambda _: None,
    ) -> None:
        self._term_kind = term_kind
        self._column_kind = column_kind
        self._count_unit = count_unit
        self.term_expr = term_expr
        self.lacking = Lacking(self.of, term_expr)
        self._known: dict[int, tuple[n.Node, Kind | None]] = {}
        self.diagnostics: list[Diagnostic] = []

    def declare(self, node: n.Node, kind: Kind) -> n.Node:
        """Say the kind of a node where the operation alone does not tell (a score as a percentage)."""
        self._known[id(node)] = (node, kind)
        return node

    def of(self, node: n.Node) -> Kind | None:
        """The kind of a node, or None where it is unknown."""
        known = self._known.get(id(node))
        if known is not None:
            return known[1]
        kind = self._infer(node)
        self._known[id(node)] = (node, kind)
        return kind

    # ------------------------------------------------------------ helpers

    def _report(self, code: str, message: str, node: n.Node, help: str = "", *others: n.Node) -> None:
        labels = tuple(Label(o.span, str(self.of(o))) for o in others if o.span.end > o.span.start)
        found = Diagnostic(code, message, node.span, section=node.section, labels=labels, help=help)
        if found not in self.diagnostics:
            self.diagnostics.append(found)

    def _unscored(self, kinds: Sequence[Kind | None]) -> bool:
        return any(kind is not None and kind.maybe_not_scored for kind in kinds)

    def same(self, node: n.Node, items: Sequence[n.Node], what: str) -> Kind | None:
        """The common kind of several values, or a report that they are unlike."""
        result: Kind | None = None
        unscored = False
        for item in items:
            kind = self.of(item)
            if kind is None:
                continue
            unscored = unscored or kind.maybe_not_scored
            if kind.base == "not scored":
                continue
            if result is None:
                result = kind
                continue
            joined = _join(result, kind, _is_zero(item))
            if joined is None:
                self._report(
                    "VBC3002",
                    f"{what} must be of one kind, and here are {_a(result.scored())} and {_a(kind.scored())}",
                    node,
                    _advice(result, kind),
                    *items,
                )
                return result
            result = joined
        if result is None:
            return Kind("not scored", maybe_not_scored=True) if unscored else None
        return attrs.evolve(result, maybe_not_scored=unscored)

    def _numeric(self, node: n.Node) -> Kind | None:
        kind = self.of(node)
        if kind is not None and kind.base not in NUMERIC and kind.base != "not scored":
            self._report(
                "VBC3006", f"arithmetic needs a number, an amount or a rate, and this is {_a(kind)}", node
            )
            return None
        return kind

    # ------------------------------------------------------------ inference

    def _infer(self, node: n.Node) -> Kind | None:
        match node:
            case n.Lit(kind=stated):
                return stated
            case n.Col(record=record, column=column):
                return self._column_kind(record, column)
            case n.Ref(term=term, first=first):
                kind = self._term_kind(term)
                if first is not None:
                    other = self.of(first)
                    return kind if kind is not None else other
                return kind
            case n.KeyOf():
                return TEXT
            case n.PeriodFact(fact=fact):
                return {
                    "days": Kind("count", "days"),
                    "months": Kind("count", "months"),
                    "start": DATE,
                    "end": DATE,
                }.get(fact, NUMBER)
            case n.Add(items=items):
                return self._add(node, items)
            case n.Subtract(left=left, right=right, excess=excess):
                return self._subtract(node, left, right, excess)
            case n.Multiply(items=items):
                return self._multiply(node, items)
            case n.Divide():
                return self._divide(node)
            case n.Power(base=base):
                kind = self._numeric(base)
                if kind is None or kind.base not in ("rate", "ratio"):
                    return kind
                return attrs.evolve(RATIO, maybe_not_scored=kind.maybe_not_scored)
            case n.Root(base=base):
                return attrs.evolve(RATIO, maybe_not_scored=self._unscored([self._numeric(base)]))
            case n.Lesser(items=items) | n.Greater(items=items):
                return self.same(node, items, "values that are compared")
            case n.Clamp(value=value, cap=cap, floor=floor):
                limits = [limit for limit in (cap, floor) if limit is not None]
                return self.same(node, [value, *limits], "a value and its limit")
            case n.Round(value=value) | n.Require(value=value):
                kind = self.of(value)
                if isinstance(node, n.Require) and node.test == "scored" and kind is not None:
                    return kind.scored()
                return kind
            case n.NotScoredIf(value=value, cond=cond):
                self.of(cond)
                kind = self.of(value)
                return attrs.evolve(kind, maybe_not_scored=True) if kind else None
            case n.ScoredOr(value=value, other=other):
                kind = self.same(node, [value, other], "the value and what stands for it")
                return kind.scored() if kind else None
            case n.IsScored(value=value):
                self.of(value)
                return YES_NO
            case n.Compare():
                return self._compare(node)
            case n.OneOf(value=value):
                kind = self.of(value)
                if kind is not None and kind.base != "text":
                    self._report("VBC3004", f"a text is compared with {_a(kind)}", node)
                return _yes_no(kind)
            case n.Not(item=item):
                return self._conditions(node, (item,))
            case n.All() | n.AnyOf():
                return self._joined(node)
            case n.CountOf(items=items):
                return self._conditions(node, items)
            case n.Case():
                return self._case(node)
            case n.Lookup():
                return self._lookup(node)
            case n.Line(y0=y0, y1=y1):
                return self.same(node, [y0, y1], "the two ends of a straight line")
            case n.Bands():
                return self._bands(node)
            case n.InForce(parts=parts, otherwise=otherwise):
                values = [value for _, _, value in parts] + ([otherwise] if otherwise is not None else [])
                return self.same(node, values, "the values in force one after another")
            case n.Aggregate():
                return self._aggregate(node)
            case n.Quantified(cond=cond, where=where):
                kind = self._conditions(node, [cond])
                if where is not None:
                    self._condition(where)
                unscored = kind.maybe_not_scored and not (node.scored_only or node.unscored_as_not_met)
                return attrs.evolve(YES_NO, maybe_not_scored=unscored)
            case n.Rank(value=value):
                kind = self._numeric(value)
                return attrs.evolve(NUMBER, maybe_not_scored=bool(kind and kind.maybe_not_scored))
            case n.PoolShare():
                return self._pool(node)
            case n.WithLargest(value=value, where=where):
                if value is not None:
                    self._numeric(value)
                if where is not None:
                    self._condition(where)
                return attrs.evolve(TEXT, maybe_not_scored=True)
            case n.DaysBetween(start=start, end=end) | n.MonthsBetween(start=start, end=end):
                days = [self._day(day) for day in (start, end)]
                unit = "days" if isinstance(node, n.DaysBetween) else "months"
                return Kind("count", unit, self._unscored(days))
            case n.YearOf(day=day):
                return attrs.evolve(NUMBER, maybe_not_scored=self._unscored([self._day(day)]))
            case n.DateShift(day=day):
                return attrs.evolve(DATE, maybe_not_scored=self._unscored([self._day(day)]))
        return None

    def _day(self, node: n.Node) -> Kind | None:
        kind = self.of(node)
        if kind is not None and kind.base not in ("date", "month"):
            self._report("VBC3007", f"here stands {_a(kind)} where a date is needed", node)
        return kind

    def _condition(self, node: n.Node) -> Kind | None:
        kind = self.of(node)
        if kind is not None and kind.base != "yes or no":
            self._report(
                "VBC3008",
                f"a condition is met or not met, and this is {_a(kind)}",
                node,
                "compare it: “is at least …”",
            )
        return kind

    def _conditions(self, node: n.Node, items: Sequence[n.Node]) -> Kind:
        kinds = [self._condition(item) for item in items]
        return attrs.evolve(YES_NO, maybe_not_scored=self._unscored(kinds))

    def _joined(self, node: n.All | n.AnyOf) -> Kind:
        """The kind of an `and` or an `or`: one item may settle the case in which another has no value."""
        kind = self._conditions(node, node.items)
        if not kind.maybe_not_scored:
            return kind
        self._known[id(node)] = (node, kind)  # of this node, while it is looked at
        return attrs.evolve(kind, maybe_not_scored=self.lacking.value(node))

    def _case(self, node: n.Case) -> Kind | None:
        """The kind of a choice. A side is looked at with what its condition, and those before it that did not
        hold, say to be scored."""
        self._conditions(node, [cond for cond, _ in node.branches])
        sides = [value for _, value in node.branches]
        if node.otherwise is not None:
            sides.append(node.otherwise)
        kind = self.same(node, sides, "the values of the cases")
        return attrs.evolve(kind, maybe_not_scored=self.lacking.case(node)) if kind is not None else None

    def _add(self, node: n.Node, items: Sequence[n.Node]) -> Kind | None:
        kinds = [self._numeric(item) for item in items]
        rates = [item for item, kind in zip(items, kinds, strict=True) if kind and kind.base == "rate"]
        if len(rates) > 1 and any(isinstance(item, n.Lit) and item.value not in (1, 0) for item in rates):
            self._report(
                "VBC3003",
                "a percentage is added to a rate: percentage points, or percent of it?",
                node,
                "write “plus 2 percentage points”, or “plus (2% of …)”",
            )
        if any(kind is not None and kind.base == "percentage points" for kind in kinds) and rates:
            return attrs.evolve(RATE, maybe_not_scored=self._unscored(kinds))
        return self.same(node, items, "values that are added")

    def _subtract(self, node: n.Node, left: n.Node, right: n.Node, excess: bool = False) -> Kind | None:
        first, second = self._numeric(left), self._numeric(right)
        if first is None or second is None:
            return first or second
        unscored = self._unscored([first, second])
        bases = (first.base, second.base)
        if bases == ("rate", "percentage points"):
            return attrs.evolve(RATE, maybe_not_scored=unscored)
        if bases[0] in ("rate", "ratio") and bases[1] in ("rate", "ratio"):
            if isinstance(left, n.Lit) and left.value == 1:
                return attrs.evolve(RATE, maybe_not_scored=unscored)
            if isinstance(right, n.Lit) and right.value not in (0, 1) and not excess:
                self._report(
                    "VBC3003",
                    "a percentage is taken from a rate: percentage points, or percent of it?",
                    node,
                    "write “minus 2 percentage points”, or “, reduced by 2%”",
                )
            if "rate" in bases:
                return attrs.evolve(POINTS_OF_PERCENT, maybe_not_scored=unscored)
            return attrs.evolve(RATIO, maybe_not_scored=unscored)
        return self.same(node, [left, right], "values that are subtracted")

    def _multiply(self, node: n.Node, items: Sequence[n.Node]) -> Kind | None:
        kinds = [self._numeric(item) for item in items]
        if any(kind is None for kind in kinds):
            return None
        known = [kind for kind in kinds if kind is not None]
        unscored = self._unscored(known)
        money = [kind for kind in known if kind.base == "money"]
        if len(money) > 1:
            self._report(
                "VBC3009", "money times money is not an amount", node, "one of the two is a rate or a count"
            )
            return MONEY
        if money:
            unit = money[0].unit
            for item, kind in zip(items, known, strict=True):
                if unit is None or not (kind.base == "count" or (kind.base == "number" and kind.unit)):
                    continue
                if kind.unit in (None, unit):
                    unit = None
                else:
                    self._report(
                        "VBC3010",
                        f"money per {singular_unit(unit)} is multiplied by a count of {kind.unit}",
                        node,
                        f"multiply it by a count of {unit}, or state the rate "
                        f"per {singular_unit(kind.unit or '')}",
                        item,
                    )
                    unit = None
            return Kind("money", unit, unscored)
        bases = [kind.base for kind in known]
        if "percentage points" in bases:
            return attrs.evolve(POINTS_OF_PERCENT, maybe_not_scored=unscored)
        if "count" in bases or "number" in bases:
            things = [kind for kind in known if kind.unit not in (None, "points")]
            points = [kind for kind in known if kind.unit == "points"]
            if "rate" in bases and "count" not in bases and not things and not points:
                return attrs.evolve(RATE, maybe_not_scored=unscored)
            if (
                "ratio" in bases
                and "rate" not in bases
                and "count" not in bases
                and not things
                and not points
            ):
                return attrs.evolve(RATIO, maybe_not_scored=unscored)  # 1.05 times a quotient of money
            units = [kind.unit for kind in known if kind.base in ("count", "number") and kind.unit]
            return Kind("number", units[0] if len(units) == 1 else None, unscored)
        return attrs.evolve(RATE if "rate" in bases else RATIO, maybe_not_scored=unscored)

    def _divide(self, node: n.Divide) -> Kind | None:
        top, bottom = self._numeric(node.left), self._numeric(node.right)
        if top is None or bottom is None:
            return None
        unscored = self._unscored([top, bottom])
        if node.if_zero is not None:
            zero = self.of(node.if_zero)
            unscored = unscored or bool(zero and zero.maybe_not_scored)
        result = self._share_of_points(node, top, bottom) or self._quotient(node, top, bottom)
        if node.if_zero is not None and zero is not None and zero.base == "rate" and result == RATIO:
            result = RATE  # “…, or 0% if the divisor is zero” is a rate
        return attrs.evolve(result, maybe_not_scored=unscored) if result else None

    def _share_of_points(self, node: n.Divide, top: Kind, bottom: Kind) -> Kind | None:
        """`90 points times (20% minus Rate) divided by 8 percentage points`: points, of which this is a share."""
        if not (top.base == bottom.base == "percentage points" and isinstance(node.left, n.Multiply)):
            return None
        units = [kind.unit for item in node.left.items if (kind := self.of(item)) and kind.unit]
        return Kind("number", units[0]) if len(units) == 1 else None

    def _quotient(self, node: n.Divide, top: Kind, bottom: Kind) -> Kind | None:
        if top.base == "money" and bottom.base == "money":
            if top.unit == bottom.unit:
                return RATIO
            if bottom.unit is not None and top.unit is None:
                return Kind("count", bottom.unit)
            self._report("VBC3002", f"{_a(top)} is divided by {_a(bottom)}", node)
            return RATIO
        if bottom.base == "money":
            self._report("VBC3009", f"{_a(top)} is divided by money", node)
            return NUMBER
        if top.base == "money":
            if bottom.base == "count" and bottom.unit and top.unit is None:
                return Kind("money", bottom.unit)
            return top.scored()
        if bottom.base in ("number", "ratio") and top.base in ("rate", "percentage points"):
            return top.scored()
        if top.base == "number" and bottom.base in ("number", "count") and top.unit == bottom.unit:
            return RATIO
        if bottom.base in ("ratio", "rate") and top.base in ("number", "count"):
            return Kind("number", top.unit)
        if top.base == "count" and top.unit and isinstance(node.right, n.Lit) and not bottom.unit:
            return Kind("number", top.unit)  # a third of the member months
        if top.base == "number" and top.unit and bottom.base in ("number", "count"):
            return top.scored()
        return RATIO

    def _compare(self, node: n.Compare) -> Kind:
        left, right = self.of(node.left), self.of(node.right)
        kind = attrs.evolve(YES_NO, maybe_not_scored=self._unscored([left, right]))
        if left is None or right is None or "not scored" in (left.base, right.base):
            return kind
        if left.base == "yes or no" or right.base == "yes or no":
            self._report("VBC3004", "a yes or no is not compared; it is met or not met", node)
        elif not _comparable(left, right, node.left, node.right):
            self._report(
                "VBC3004",
                f"{_a(left.scored())} is compared with {_a(right.scored())}",
                node,
                _advice(left, right),
                node.left,
                node.right,
            )
        return kind

    def _lookup(self, node: n.Lookup) -> Kind | None:
        for index, subject in enumerate(node.subjects):
            kind = self.of(subject)
            tests = [row.tests[index] for row in node.rows]
            if kind is None:
                continue
            for test in tests:
                ends = (
                    [e for e in (test.low, test.high) if e is not None]
                    if isinstance(test, n.Interval)
                    else []
                )
                for end in ends:
                    other = self.of(end)
                    if other is not None and not _comparable(kind, other, subject, end):
                        self._report(
                            "VBC3004",
                            f"{_a(kind.scored())} is compared with {_a(other)}",
                            end,
                            _advice(kind, other),
                        )
                if (
                    isinstance(test, n.IsText)
                    and kind.base not in ("text", "not scored")
                    and not (kind.base == "yes or no" and test.text in ("yes", "no"))
                ):
                    self._report("VBC3004", f"{_a(kind.scored())} is compared with a text", node)
            if kind.maybe_not_scored and not any(isinstance(x, n.IsNotScored | n.AnyOther) for x in tests):
                self._report(
                    "VBC3022",
                    "the value can be not scored, and no row of the table says what then applies",
                    subject,
                    "add a row “| not scored | … |”",
                )
        result = self.same(node, [row.value for row in node.rows], "the values of the rows")
        self._edges_scored(node)
        return attrs.evolve(result, maybe_not_scored=self.lacking.lookup(node)) if result else None

    def _edges_scored(self, node: n.Lookup) -> None:
        """An edge that is not scored makes a row that neither takes a value nor leaves it (Q22)."""
        for at, row in enumerate(node.rows):
            known = self.lacking.taken(node, at)
            for test in row.tests:
                for end in (test.low, test.high) if isinstance(test, n.Interval) else ():
                    if end is not None and self.lacking.value(end, known):
                        self._report(
                            "VBC3021",
                            "a row takes a value or does not, and this edge can be not scored",
                            end,
                            "write what then holds: “(…, or 0% if it is not scored)”",
                        )

    def _bands(self, node: n.Bands) -> Kind | None:
        kind = self._numeric(node.subject)
        for band in node.bands:
            share = self.of(band.share)
            if (
                share is not None
                and share.base not in ("rate", "ratio", "number")
                and not (share.base == "money" and share.unit is not None)
            ):
                self._report("VBC3011", f"a share is a rate, and this is {_a(share)}", band.share)
            for end in (band.low, band.high):
                other = self.of(end) if end is not None else None
                if end is not None and kind and other and not _comparable(kind, other, node.subject, end):
                    self._report(
                        "VBC3004",
                        f"a band of {_a(kind.scored())} has {_a(other)} as an edge",
                        end,
                        _advice(kind, other),
                    )
        shares = [self.of(band.share) for band in node.bands]
        ends = [self.of(end) for band in node.bands for end in (band.low, band.high) if end is not None]
        unscored = self._unscored([kind, *shares, *ends])
        if kind and shares and shares[0] and shares[0].base == "money":
            return attrs.evolve(MONEY, maybe_not_scored=unscored)
        return attrs.evolve(kind, maybe_not_scored=unscored) if kind else None

    def _say_scored(self, cond: n.Node) -> str:
        """What to write for a condition that can be not scored."""
        asked = [node.value for node in walk(cond) if isinstance(node, n.IsScored)]
        for node in walk(cond):
            if node in asked:
                continue
            name = node.term if isinstance(node, n.Ref) else node.column if isinstance(node, n.Col) else ""
            kind = self.of(node) if name else None
            if kind is None or not kind.maybe_not_scored:
                continue
            if kind.base == "yes or no":
                return (
                    f"write “X is scored and …” in the sentence of {name}, for each X that can be not scored"
                )
            return f"write “where {name} is scored and …”"
        return "write “where X is scored and …”"

    def cause(self, value: n.Node) -> str:
        """The name of what makes a value one that can be not scored: the deepest term or column."""
        found = ""
        stack: list[n.Node] = [value]
        seen: set[str] = set()
        while stack:
            node = stack.pop()
            asked = [each.value for each in walk(node) if isinstance(each, n.IsScored)]
            for each in walk(node):
                kind = self.of(each) if isinstance(each, n.Ref | n.Col) else None
                if kind is None or not kind.maybe_not_scored or each in asked:
                    continue
                if isinstance(each, n.Col):
                    return each.column
                if isinstance(each, n.Ref) and each.term not in seen:
                    seen.add(each.term)
                    found = each.term
                    behind = self.term_expr(each.term)
                    stack = [behind] if behind is not None else []
                    break
            else:
                break
        return found

    def _aggregate(self, node: n.Aggregate) -> Kind | None:
        if node.where is not None:
            where = self._condition(node.where)
            if where is not None and where.maybe_not_scored:
                self._report(
                    "VBC3021",
                    "a row is selected or not, and this condition can be not scored",
                    node.where,
                    self._say_scored(node.where),
                )
        if node.weight is not None:
            self._numeric(node.weight)
        if node.name == "number":
            if node.value is not None:
                self._condition(node.value)
            return Kind("count", self._count_unit(node))
        if node.value is None:
            return None
        if node.name in ("largest", "smallest") and (kind := self.of(node.value)) and kind.base == "date":
            return kind
        kind = self._numeric(node.value)
        if kind is None:
            return None
        if node.name != "total" and kind.base == "count":
            kind = Kind("number", None, kind.maybe_not_scored)
        if node.name == "total" and node.scored_only:
            return kind.scored()
        return kind

    def _pool(self, node: n.PoolShare) -> Kind:
        pool = self.of(node.pool)
        if pool is not None and (pool.base != "money" or pool.unit):
            self._report("VBC3012", f"a pool is money, and this is {_a(pool)}", node.pool)
        self._numeric(node.weight)
        if node.each_cap is not None:
            cap = self.of(node.each_cap)
            if cap is not None and (cap.base != "money" or cap.unit):
                self._report("VBC3002", f"the limit of a part is money, and this is {_a(cap)}", node.each_cap)
        if node.among is not None:
            self._condition(node.among)
        return MONEY


# nodes that are not scored only if one of their parts is


def _yes_no(kind: Kind | None) -> Kind:
    return attrs.evolve(YES_NO, maybe_not_scored=bool(kind and kind.maybe_not_scored))


def a_kind(kind: Kind) -> str:
    """A kind with its article, for messages: `a rate`, `money`, `a yes or no`."""
    return _a(kind)


def _a(kind: Kind) -> str:
    text = str(kind)
    if text in ("money", "percentage points", "text", "points") or text.startswith("money"):
        return text
    if kind.base == "yes or no":
        return "a yes or no"
    return ("an " if text[0] in "aeiou" else "a ") + text


def _is_zero(node: n.Node) -> bool:
    return isinstance(node, n.Lit) and node.value == 0 and isinstance(node.value, Fraction)


def _join(first: Kind, second: Kind, zero: bool) -> Kind | None:
    """The common kind of two, or None."""
    a, b = first.base, second.base
    if a == b:
        if a == "money" and first.unit != second.unit:
            return None
        if a == "count" and first.unit != second.unit:
            return COUNT if None in (first.unit, second.unit) else None
        return first
    pair = {a, b}
    if pair == {"rate", "ratio"} or pair == {"percentage points", "ratio"}:
        return first if a != "ratio" else second
    if pair == {"rate", "percentage points"}:
        return RATE
    if pair <= {"number", "count"}:
        return Kind("number", first.unit) if first.unit == second.unit else NUMBER
    if pair <= {"number", "count", "ratio"}:
        return NUMBER
    if pair == {"date", "month"}:
        return DATE
    return None


def _comparable(left: Kind, right: Kind, left_node: n.Node, right_node: n.Node) -> bool:
    a, b = left.base, right.base
    if a in PLAIN and b in PLAIN:
        return not (a == b == "count" and left.unit and right.unit and left.unit != right.unit)
    if {a, b} <= {"rate", "ratio", "percentage points"}:
        return True
    if {a, b} <= {"date", "month"}:
        return True
    return a == b and (a != "money" or left.unit == right.unit)


def _advice(first: Kind, second: Kind) -> str:
    bases = {first.base, second.base}
    if "money" in bases and first.base == second.base:
        units = [singular_unit(k.unit) for k in (first, second) if k.unit]
        return f"multiply the amount per {units[0]} by a count of that unit" if units else ""
    if "rate" in bases and bases & {"number", "count"}:
        return "write the number with a percent sign, or “… counted as a number”"
    if "text" in bases:
        return 'compare a text with a text: “is "…"”, “is one of …”'
    if "money" in bases and bases & {"number", "count"}:
        return "write the number with a dollar sign, or multiply it by an amount"
    if "rate" in bases and "money" in bases:
        return "name what the percentage is of: “2% of Benchmark”"
    return ""
