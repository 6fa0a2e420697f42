"""Limits that no value can meet: a floor that is above the cap whatever the data are (Q28)."""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.check.view import View, found, shown
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules import nodes as n


def check_limits(view: View) -> list[Diagnostic]:
    """Limits whose floor is always above their cap: each run that computes them would stop (VBC6005)."""
    result: list[Diagnostic] = []
    for term, node in view.each(n.Clamp):
        assert isinstance(node, n.Clamp)
        if node.cap is None or node.floor is None:
            continue
        least, most = view.ranges.of(node.floor).low, view.ranges.of(node.cap).high
        if least is not None and most is not None and least > most:
            result.append(
                found(
                    "VBC4041",
                    f"the floor, {_said(view, node.floor, least, 'at least')}, is above the cap, "
                    f"{_said(view, node.cap, most, 'at most')}",
                    node.span,
                    node.section or (term.section if term is not None else ""),
                    "no value can meet both: state one of them, or the condition under which each applies",
                    "warning",
                )
            )
    return result


def _said(view: View, node: n.Node, value: Fraction, how: str) -> str:
    """A limit by its amount, and by its name where it has one."""
    amount = shown(value, view.kind(node))
    if view.ranges.of(node).point is not None:
        return amount
    return f"{view.name(node)} ({how} {amount})"
