"""Conditions that are always met or never, and cases that are never reached."""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.check.domain import Domain, meet
from vbcdsl.check.view import View, found, shown
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules import nodes as n

_CUT = {
    ">=": lambda x: Domain(x),
    ">": lambda x: Domain(x, False),
    "<": lambda x: Domain(None, True, x, False),
    "<=": lambda x: Domain(None, True, x),
    "=": lambda x: Domain(x, True, x),
}


def check_conditions(view: View) -> list[Diagnostic]:
    """Comparisons with a literal that every value meets, or none."""
    result: list[Diagnostic] = []
    for _, node in view.each(n.Compare):
        assert isinstance(node, n.Compare)
        if (
            not (isinstance(node.right, n.Lit) and isinstance(node.right.value, Fraction))
            or node.op not in _CUT
        ):
            continue
        if isinstance(node.left, n.Lit | n.PeriodFact) or "divisor" in view.written(node.span):
            continue
        if not view.written(node.span):
            continue
        limit = node.right.value
        domain = view.ranges.of(node.left)
        inside = meet(domain, _CUT[node.op](limit))
        always = domain.low is not None and domain.high is not None and inside == domain
        always = always or (
            node.op in (">=", ">")
            and domain.low is not None
            and inside.low == domain.low
            and inside.low_in == domain.low_in
        )
        always = always or (
            node.op in ("<=", "<")
            and domain.high is not None
            and inside.high == domain.high
            and inside.high_in == domain.high_in
        )
        if inside.empty or always:
            how = "always" if always else "never"
            why = f"{view.name(node.left)} is {_extent(view, node, domain)}"
            result.append(
                found(
                    "VBC4019",
                    f"this condition is {how} met: {why}",
                    node.span,
                    node.section,
                    "correct the number, or leave the condition out",
                    "warning",
                )
            )
    return [*result, *_cases(view)]


def _extent(view: View, node: n.Compare, domain: Domain) -> str:
    kind = view.kind(node.left)
    if kind.base == "ratio":
        kind = view.kind(node.right)
    if domain.low is not None and domain.high is not None:
        return f"from {shown(domain.low, kind)} through {shown(domain.high, kind)}"
    if domain.low is not None:
        return f"at least {shown(domain.low, kind)}"
    return f"at most {shown(domain.high, kind)}" if domain.high is not None else "any number"


def _cases(view: View) -> list[Diagnostic]:
    """A case whose condition stands before it already."""
    result: list[Diagnostic] = []
    for _, node in view.each(n.Case):
        assert isinstance(node, n.Case)
        for index, (cond, value) in enumerate(node.branches):
            if isinstance(cond, n.Lit) or not view.written(value.span):
                continue
            if any(cond == before for before, _ in node.branches[:index]):
                result.append(
                    found(
                        "VBC4010",
                        "this case is never reached: a case before it has the same condition",
                        cond.span,
                        node.section,
                        "correct the condition, or delete the case",
                        "warning",
                    )
                )
            elif any(
                _implies(view, cond, before)
                for before, _ in node.branches[:index]
                if before.section == cond.section
            ):
                result.append(
                    found(
                        "VBC4010",
                        "this case is never reached: a case before it takes all of it",
                        cond.span,
                        node.section,
                        "move it up, or delete it",
                        "warning",
                    )
                )
    return result


def _implies(view: View, cond: n.Node, other: n.Node) -> bool:
    """Whether a condition cannot hold without the other: each part of the other is among its own parts, or wider
    than one of them. It may miss some."""
    mine = cond.items if isinstance(cond, n.All) else (cond,)
    theirs = other.items if isinstance(other, n.All) else (other,)
    return all(
        any(own == part or _within(view, own, part) for own in mine)
        or (isinstance(part, n.AnyOf) and any(_implies(view, cond, one) for one in part.items))
        for part in theirs
    )


def _within(view: View, one: n.Node, other: n.Node) -> bool:
    """Whether every value that meets one comparison with a number meets another one of the same value."""
    if not (isinstance(one, n.Compare) and isinstance(other, n.Compare) and one.left == other.left):
        return False
    inner, outer = (_cut(compared) for compared in (one, other))
    if inner is None or outer is None:
        return False
    inside = meet(view.ranges.of(one.left), inner)
    return not inside.empty and meet(inside, outer) == inside


def _cut(node: n.Compare) -> Domain | None:
    if isinstance(node.right, n.Lit) and isinstance(node.right.value, Fraction) and node.op in _CUT:
        return _CUT[node.op](node.right.value)
    return None
