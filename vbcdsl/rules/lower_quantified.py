"""Quantified conditions: `at least 2 of the Measures that are scored have …` (Q22)."""

from __future__ import annotations

from typing import Any

from vbcdsl.model.kinds import YES_NO
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_ranks import RankLowerer
from vbcdsl.rules.scope import Scope
from vbcdsl.syntax import ast


class QuantifiedLowerer(RankLowerer):
    """Adds conditions on how many rows meet a condition."""

    def enough(self, node: ast.Enough, scope: Scope) -> n.Node:
        """`at least 2 of the Measures that are scored have …`, `in every Domain …`."""
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        over = ast.Over(node.plural, node.within, "only" if node.scored else "no", span=node.plural.span)
        across = None
        found = self.symbols.find(node.plural.text)
        if found is not None and found[0] in ("dims", "dim") and found[1] == self.symbols.party:
            across, over = ast.Across(node.plural, False, node.within, span=node.plural.span), None  # type: ignore[assignment]
        parts: list[Any] = [node.cond]
        visit = self.visit(parts, over, across, node.span, scope)
        cond = self.cond(node.cond, visit.scope)
        quant = node.quant
        kind = self.kinds.of(cond) or YES_NO
        if node.scored:
            self.say_all_scored([cond], node.plural, scope)
        if kind.maybe_not_scored and not node.scored and not node.unscored_as_not_met:
            from vbcdsl.diagnostics import Diagnostic

            self.diagnostics.append(
                Diagnostic(
                    "VBC3033",
                    f"a {node.plural.text.rstrip('s')} can be not scored, and the gate does not say "
                    "what then counts",
                    node.span,
                    section=scope.section,
                    help="write “that are scored”, or “, counting one that is not scored as not met”",
                )
            )
            unscored_as_not_met = True  # reported: not once more by what stands on it
        else:
            unscored_as_not_met = node.unscored_as_not_met
        if node.fewer is not None and (quant.word != "at least" or quant.count != node.fewer):
            raise self.stop(
                "VBC3039",
                "these words are for “at least” as many as they name",
                node.span,
                scope,
                f"write “at least {node.fewer} of the …”, or leave them out",
            )
        options: dict[str, Any] = {
            "scored_only": node.scored or node.fewer is not None,
            "unscored_as_not_met": unscored_as_not_met,
            **at,
        }
        if node.fewer_all:
            scored_one = n.IsScored(cond, **at)
            fewer = n.Quantified(visit.rows, scored_one, "<", count=node.fewer, **at)
            all_of_them = n.Quantified(visit.rows, cond, ">=", every=True, **options)
            enough = n.Quantified(visit.rows, cond, ">=", count=quant.count, **options)
            return n.AnyOf((enough, n.All((fewer, all_of_them), **at)), **at)
        match quant.word:
            case "all":
                return n.Quantified(visit.rows, cond, ">=", every=True, **options)
            case "any":
                return n.Quantified(visit.rows, cond, ">=", count=1, **options)
            case "none":
                return n.Quantified(visit.rows, cond, "=", count=0, **options)
            case "exactly":
                return n.Quantified(visit.rows, cond, "=", count=quant.count, **options)
            case "at most":
                return n.Quantified(visit.rows, cond, "<=", count=quant.count, **options)
            case "more than":
                return n.Quantified(visit.rows, cond, ">", percent=quant.percent, **options)
        if quant.percent is not None:
            return n.Quantified(visit.rows, cond, ">=", percent=quant.percent, **options)
        return n.Quantified(visit.rows, cond, ">=", count=quant.count, **options)
