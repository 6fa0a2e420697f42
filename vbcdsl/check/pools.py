"""Pools: nobody qualifies, ties, and a limit on parts that should add up to the pool (Q25)."""

from __future__ import annotations

from vbcdsl.check.view import View, found
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import terms_used, walk
from vbcdsl.syntax import tree as t


def check_pools(view: View) -> list[Diagnostic]:
    """Sentences that divide a pool."""
    result: list[Diagnostic] = []
    for section in view.document.sections:
        core = section.core
        if not isinstance(core, t.PoolSentence):
            continue
        key = core.plural.text if core.plural is not None else view.program.party
        if (
            core.among is not None
            and core.nobody is None
            and core.leftover is None
            and core.over_cap != "again"
        ):
            result.append(
                found(
                    "VBC4036",
                    f"the sentence does not say who keeps the {core.pool.text} if nobody qualifies",
                    core.span,
                    section.number,
                    f"add “; if no {view.program.party} qualifies, the {core.pool.text} stays with the Payer”",
                )
            )
        if core.cents and core.ties is None:
            result.append(
                found(
                    "VBC4037",
                    "a tie for the last cents goes to the first in order of " + view.program.party,
                    core.span,
                    section.number,
                    f"to say so, add “, ties to the first in order of {key}”",
                    "note",
                )
            )
        if (
            core.each_cap is not None
            and core.over_cap == "not again"
            and core.leftover is None
            and not _keeps_the_rest(view, core.pool.text, core.name.text)
        ):
            result.append(
                found(
                    "VBC4039",
                    "the parts can add up to less than the pool, and nobody is named who keeps the rest"
                    + (
                        "; “if no … qualifies” is for the case that there are no parts" if core.nobody else ""
                    ),
                    core.each_cap.span,
                    section.number,
                    f"add “; what is left over stays with the {core.nobody.text if core.nobody else 'Payer'}”",
                    "warning",
                )
            )
    return result


def _keeps_the_rest(view: View, pool: str, part: str) -> bool:
    """Whether a sentence computes what is left: the pool minus the parts, or minus what is paid of them."""
    return any(
        isinstance(node, n.Subtract)
        and isinstance(node.left, n.Ref)
        and node.left.term == pool
        and _stands_on(view, node.right, part)
        for _, node in view.each(n.Subtract)
    )


def _stands_on(view: View, node: n.Node, part: str) -> bool:
    waiting, seen = [node], set[str]()
    while waiting:
        for name in terms_used(waiting.pop()):
            if name == part:
                return True
            if name not in seen and name in view.program.terms:
                waiting.append(view.program.terms[name].expr)
            seen.add(name)
    return False


def check_zero_sum(view: View) -> list[Diagnostic]:
    """A share above or below the mean of all that is cut off on one side: gains are paid, losses are not."""
    result: list[Diagnostic] = []
    for _, node in view.each(n.Clamp):
        assert isinstance(node, n.Clamp)
        one_sided = (node.cap is None) != (node.floor is None)
        if one_sided and any(_from_mean(view, below) for below in walk(node.value)):
            result.append(
                found(
                    "VBC4104",
                    "this limit cuts off one side of an amount measured from the mean of all, so gains and "
                    "losses no longer balance",
                    node.span,
                    node.section,
                    "if the program is to be budget-neutral, limit both sides: “… in either direction”",
                    "note",
                )
            )
    return result


def _from_mean(view: View, node: n.Node) -> bool:
    if not isinstance(node, n.Subtract):
        return False
    right = node.right
    if isinstance(right, n.Ref) and right.shift is None:
        term = view.program.terms.get(right.term)
        right = term.expr if term is not None else right
    return (
        isinstance(right, n.Aggregate)
        and right.name in ("average", "median")
        and view.program.party in right.rows.binds
    )
