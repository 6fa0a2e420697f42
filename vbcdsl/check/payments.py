"""Payments: an amount that can be negative (Q24), and the order in which an aggregate limit reduces them."""

from __future__ import annotations

from vbcdsl.check.ranges import Facts
from vbcdsl.check.view import View, found
from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.periods import YEAR
from vbcdsl.rules import nodes as n
from vbcdsl.rules.scope import clock_of, finer_or_same
from vbcdsl.rules.uses import walk
from vbcdsl.syntax import tree as t


def check_negative_payments(view: View) -> list[Diagnostic]:
    """Payments that the contract's own arithmetic can make negative and that do not say what is then due."""
    result: list[Diagnostic] = []
    for _, node in view.each(n.Require):
        assert isinstance(node, n.Require)
        if (
            node.code != "VBC6018"
            or view.kind(node.value).base != "money"
            or view.ranges.of(node.value).not_negative
            or view.likely.of(node.value).not_negative
        ):
            continue
        because = _reason(view, node.value, ())
        labels = (Label(because.span, "this can be negative"),) if because is not None else ()
        result.append(
            found(
                "VBC4017",
                f"the {node.what} can be negative, and the sentence does not say who then pays",
                node.value.span,
                node.section,
                "add “, but not less than $0”, or “; if it is negative, the … must pay that amount to the …”",
                "warning",
                labels,
            )
        )
    return result


def _reason(view: View, node: n.Node, facts: Facts) -> n.Node | None:
    """The name in the sentence that can be negative."""
    for below in walk(node):
        if isinstance(below, n.Ref) and below.shift is None and not view.likely.of(below, facts).not_negative:
            return below
    return None


def check_reduction_order(view: View) -> list[Diagnostic]:
    """A limit on a total that does not say of each payment when it is reduced."""
    result: list[Diagnostic] = []
    for section in view.document.sections:
        core = section.core
        if not isinstance(core, t.AggregateCap):
            continue
        named = {name.text for name, _ in core.order}
        for name in core.names:
            if name.text not in named and not _is_part_of_a_year(view, core, name.text):
                result.append(
                    found(
                        "VBC4035",
                        f"the sentence does not say when the {name.text} is reduced",
                        name.span,
                        section.number,
                        f"add “; the {name.text} is reduced next”: a total still above the limit stops the run",
                        "warning",
                    )
                )
        for index, (name, _) in enumerate(core.order):
            if name.text in {before.text for before, _ in core.order[:index]}:
                result.append(
                    found(
                        "VBC4035",
                        f"the {name.text} is reduced twice",
                        name.span,
                        section.number,
                        "name each payment once",
                        "warning",
                    )
                )
    return result


def _is_part_of_a_year(view: View, core: t.AggregateCap, name: str) -> bool:
    """Whether a payment is for each Quarter in a limit for the year, which cannot reduce it (VBC3052)."""
    clocks = {
        each.text: clock_of(view.program.terms[each.text].grain) or YEAR
        for each in core.names
        if each.text in view.program.terms
    }
    mine = clocks.get(name, YEAR)
    return any(clock != mine and finer_or_same(mine, clock) for clock in clocks.values())
