"""Kinds of sums, products and quotients, and what all of the inference stands on: what is known, and its reports.

`infer` beside this adds the other operations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.kinds import (
    MONEY,
    NUMBER,
    NUMERIC,
    POINTS_OF_PERCENT,
    RATE,
    RATIO,
    Kind,
    compound,
    singular_unit,
)
from vbcdsl.rules import nodes as n
from vbcdsl.types.alike import a_kind, advice, in_common, is_whole, is_zero
from vbcdsl.types.scored import Lacking


class ArithmeticKinds:
    """Infers the kinds of sums, products and quotients; `Kinds` says what it is given."""

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
        stated = False
        for item in items:
            kind = self.of(item)
            if kind is None:
                continue
            unscored = unscored or kind.maybe_not_scored
            if kind.base == "not scored":
                continue
            was, stated = stated, is_whole(item) and kind == NUMBER
            if result is None:
                result = kind
                continue
            if result.base == "count" and stated:  # the amount by which Cases exceeds 100
                continue
            joined = kind if kind.base == "count" and was else in_common(result, kind, is_zero(item))
            if joined is None:
                self._report(
                    "VBC3002",
                    f"{what} must be of one kind, and here are {a_kind(result.scored())} "
                    f"and {a_kind(kind.scored())}",
                    node,
                    advice(result, kind),
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
                "VBC3006", f"arithmetic needs a number, an amount or a rate, and this is {a_kind(kind)}", node
            )
            return None
        return kind

    def _infer(self, node: n.Node) -> Kind | None:
        """The kind of a node that is looked at for the first time (see `infer`)."""
        raise AssertionError

    # ------------------------------------------------------------ arithmetic

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
            return Kind("money", self._unit_left(node, money[0].unit, items, known), unscored)
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
            unit = units[0] if len(units) == 1 else compound(*units) if len(units) == 2 else None
            return Kind("number", unit, unscored)
        return attrs.evolve(RATE if "rate" in bases else RATIO, maybe_not_scored=unscored)

    def _unit_left(
        self, node: n.Node, unit: str | None, items: Sequence[n.Node], kinds: Sequence[Kind]
    ) -> str | None:
        """What is left of `per member per month` after the counts that it is multiplied by."""
        counts = [
            (item, kind)
            for item, kind in zip(items, kinds, strict=True)
            if kind.base == "count" or (kind.base == "number" and kind.unit)
        ]
        if unit is None or not counts:
            return unit
        named = [kind.unit for _, kind in counts if kind.unit is not None]
        if len(named) == 2 and compound(*named) == unit:
            return None
        for item, kind in counts:
            if unit is not None and kind.unit not in (None, unit):
                self._report(
                    "VBC3010",
                    f"money per {singular_unit(unit)} is multiplied by a count of {kind.unit}",
                    node,
                    f"multiply it by a count of {unit}, or state the rate per {singular_unit(kind.unit or '')}",
                    item,
                )
            unit = None
        return None

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
            self._report("VBC3002", f"{a_kind(top)} is divided by {a_kind(bottom)}", node)
            return RATIO
        if bottom.base == "money":
            self._report("VBC3009", f"{a_kind(top)} is divided by money", node)
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
