"""Kinds of core expressions, from the leaves up; unlike things that are added or compared are reported.

An unknown kind (something undefined, reported elsewhere) is None and never reported again.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from vbcdsl.model.kinds import DATE, MONEY, NUMBER, RATIO, TEXT, YES_NO, Kind
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import walk
from vbcdsl.types.alike import a_kind, advice, comparable
from vbcdsl.types.arithmetic import ArithmeticKinds


class Kinds(ArithmeticKinds):
    """Infers kinds. `term_kind` and `column_kind` answer for names; `count_unit` says what rows are counted in,
    `term_expr` what a term says (where it is known)."""

    def _infer(self, node: n.Node) -> Kind | None:
        match node:
            case n.Lit(kind=stated):
                return stated
            case n.Col(record=record, column=column):
                return self._column_kind(record, column)
            case n.Ref(term=term, first=first):
                kind = self._term_kind(term)
                other = self.of(first) if first is not None else None
                if kind is None or other is None or not other.maybe_not_scored:
                    return kind if kind is not None else other
                return attrs.evolve(kind, maybe_not_scored=True)  # before the first period it is not scored
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
                    self._report("VBC3004", f"a text is compared with {a_kind(kind)}", node)
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
            self._report("VBC3007", f"here stands {a_kind(kind)} where a date is needed", node)
        return kind

    def _condition(self, node: n.Node) -> Kind | None:
        kind = self.of(node)
        if kind is not None and kind.base != "yes or no":
            self._report(
                "VBC3008",
                f"a condition is met or not met, and this is {a_kind(kind)}",
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

    def _compare(self, node: n.Compare) -> Kind:
        left, right = self.of(node.left), self.of(node.right)
        kind = attrs.evolve(YES_NO, maybe_not_scored=self._unscored([left, right]))
        if left is None or right is None or "not scored" in (left.base, right.base):
            return kind
        if left.base == "yes or no" or right.base == "yes or no":
            self._report("VBC3004", "a yes or no is not compared; it is met or not met", node)
        elif not comparable(left, right, node.left, node.right):
            self._report(
                "VBC3004",
                f"{a_kind(left.scored())} is compared with {a_kind(right.scored())}",
                node,
                advice(left, right),
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
                    if other is not None and not comparable(kind, other, subject, end):
                        self._report(
                            "VBC3004",
                            f"{a_kind(kind.scored())} is compared with {a_kind(other)}",
                            end,
                            advice(kind, other),
                        )
                if (
                    isinstance(test, n.IsText)
                    and kind.base not in ("text", "not scored")
                    and not (kind.base == "yes or no" and test.text in ("yes", "no"))
                ):
                    self._report("VBC3004", f"{a_kind(kind.scored())} is compared with a text", node)
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
                self._report("VBC3011", f"a share is a rate, and this is {a_kind(share)}", band.share)
            for end in (band.low, band.high):
                other = self.of(end) if end is not None else None
                if end is not None and kind and other and not comparable(kind, other, node.subject, end):
                    self._report(
                        "VBC3004",
                        f"a band of {a_kind(kind.scored())} has {a_kind(other)} as an edge",
                        end,
                        advice(kind, other),
                    )
        shares = [self.of(band.share) for band in node.bands]
        ends = [self.of(end) for band in node.bands for end in (band.low, band.high) if end is not None]
        unscored = self._unscored([kind, *shares, *ends])
        if kind and shares and shares[0] and shares[0].base == "money":
            return attrs.evolve(MONEY, maybe_not_scored=unscored)
        return attrs.evolve(kind, maybe_not_scored=unscored) if kind else None

    def _own(self, node: n.Node) -> Kind | None:
        """The kind of what a name stands for, whatever holds before its first period."""
        return self._term_kind(node.term) if isinstance(node, n.Ref) else self.of(node)

    def _say_scored(self, cond: n.Node) -> str:
        """What to write for a condition that can be not scored."""
        asked = [node.value for node in walk(cond) if isinstance(node, n.IsScored)]
        for node in walk(cond):
            if node in asked:
                continue
            name = node.term if isinstance(node, n.Ref) else node.column if isinstance(node, n.Col) else ""
            kind = self._own(node) if name else None
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
                kind = self._own(each) if isinstance(each, n.Ref | n.Col) else None
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
        if node.name == "total":
            if kind.base == "money" and kind.unit is not None and self._per_each(node, kind.unit):
                kind = Kind("money", None, kind.maybe_not_scored)
            return kind.scored() if node.scored_only else kind
        return kind

    def _per_each(self, node: n.Aggregate, unit: str) -> bool:
        """Whether a total has one summand for each of the things that its money is per: an amount per measure,
        over all Measures, is an amount."""
        each = attrs.evolve(node, name="number", value=None)
        return self._count_unit(each) == unit

    def _pool(self, node: n.PoolShare) -> Kind:
        pool = self.of(node.pool)
        if pool is not None and (pool.base != "money" or pool.unit):
            self._report("VBC3012", f"a pool is money, and this is {a_kind(pool)}", node.pool)
        self._numeric(node.weight)
        if node.each_cap is not None:
            cap = self.of(node.each_cap)
            if cap is not None and (cap.base != "money" or cap.unit):
                self._report(
                    "VBC3002", f"the limit of a part is money, and this is {a_kind(cap)}", node.each_cap
                )
        if node.among is not None:
            self._condition(node.among)
        return MONEY


def _yes_no(kind: Kind | None) -> Kind:
    return attrs.evolve(YES_NO, maybe_not_scored=bool(kind and kind.maybe_not_scored))
