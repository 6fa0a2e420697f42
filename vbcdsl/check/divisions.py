"""Divisions: a divisor that can be zero (Q12), and a division for each Member without a rounding (Q31)."""

from __future__ import annotations

import re
from fractions import Fraction

from vbcdsl.check.ranges import Facts, Ranges
from vbcdsl.check.view import View, found
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Term
from vbcdsl.rules.uses import children, natural_dims

_WRITTEN = re.compile(r"\b(?:divided\s+by|prorated\s+by)\b")


def check_divisors(view: View) -> list[Diagnostic]:
    """Divisions whose divisor is not shown to be different from zero and that do not say what then applies."""
    search = _Search(view)
    for term in view.program.terms.values():
        if term.role != "input":
            search.visit(term.expr, ())
    for agreement in view.program.agreements:
        search.visit(agreement.cond, ())
    return search.diagnostics


class _Search:
    """Walks an expression with what is known where a branch is reached."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.ranges: Ranges = view.ranges
        self.diagnostics: list[Diagnostic] = []
        self._seen: set[int] = set()

    def visit(self, node: n.Node, facts: Facts) -> None:
        match node:
            case n.Divide():
                self._divide(node, facts)
            case n.Case(branches=branches, otherwise=otherwise):
                rest = facts
                for cond, value in branches:
                    self.visit(cond, rest)
                    self.visit(value, self.ranges.when(cond, True, rest))
                    rest = self.ranges.when(cond, False, rest)
                if otherwise is not None:
                    self.visit(otherwise, rest)
                return
            case n.NotScoredIf(value=value, cond=cond):
                self.visit(cond, facts)
                self.visit(value, self.ranges.when(cond, False, facts))
                return
            case n.Lookup(subjects=subjects, rows=rows):
                for subject in subjects:
                    self.visit(subject, facts)
                for row in rows:
                    self.visit(row.value, self.ranges.in_row(node, row, facts))
                return
            case n.All(items=items):
                for item in items:
                    self.visit(item, facts)
                    facts = self.ranges.when(item, True, facts)
                return
            case n.Aggregate(value=value, where=where, weight=weight):
                inside = self.ranges.when(where, True, ()) if where is not None else ()
                for part in (value, weight):
                    if part is not None:
                        self.visit(part, inside)
                if where is not None:
                    self.visit(where, ())
                return
            case n.Quantified() | n.PoolShare() | n.Rank() | n.WithLargest():
                facts = ()
        for child in children(node):
            self.visit(child, facts)

    def _divide(self, node: n.Divide, facts: Facts) -> None:
        if node.if_zero is not None or node.span.start in self._seen:
            return
        if not _WRITTEN.search(self.view.text.text[node.span.start : node.span.end]):
            return  # a division that a phrase made; the phrase says what an empty set gives
        if not self.ranges.of(node.right, facts).holds(Fraction(0)):
            return
        self._seen.add(node.span.start)
        name = self.view.name(node.right)
        zero = "$0" if self.view.kind(node).base == "money" else "0%"
        self.diagnostics.append(
            found(
                "VBC4016",
                f"{name} can be zero, and the sentence does not say what then applies",
                node.right.span,
                node.section,
                f"add “, or {zero} if the divisor is zero” (or “, or not scored if the divisor is zero”)",
                "warning",
            )
        )


def check_fine_divisions(view: View) -> list[Diagnostic]:
    """A division by a data value for each Member or claim must be rounded, so that totals stay exact."""
    result: list[Diagnostic] = []
    for term in view.program.terms.values():
        if term.role != "input":
            _fine(view, term, term.expr, False, frozenset(term.grain), result)
    return result


def _fine(
    view: View, term: Term, node: n.Node, rounded: bool, dims: frozenset[str], result: list[Diagnostic]
) -> None:
    match node:
        case n.Round():
            rounded = True
        case n.Aggregate(rows=rows) | n.Quantified(rows=rows):
            rounded = False
            dims = dims | frozenset(rows.binds)
        case n.Divide(right=right) if not rounded and not isinstance(right, n.Lit | n.PeriodFact):
            found_dims = natural_dims(
                right,
                lambda t: view.program.terms[t].grain if t in view.program.terms else (),
                lambda r: view.program.records[r].dims,
            )
            record = next((x.record for x in _columns(right) if view.program.records[x.record].entries), None)
            fine = view.fine_keys(found_dims & dims) or ((f"row of {record}",) if record else ())
            if fine:
                result.append(
                    found(
                        "VBC4038",
                        f"a division for each {fine[0]} must be rounded, so that the total of all stays exact",
                        node.span,
                        node.section or term.section,
                        f"add a step after it: “, rounded half up to {_place(view, node)}” (Q31)",
                    )
                )
                return
    for child in children(node):
        _fine(view, term, child, rounded, dims, result)


def _place(view: View, node: n.Node) -> str:
    """A place to which such a quotient can be rounded."""
    base = view.kind(node).base
    if base == "money":
        return "the cent"
    return "the thousandth of a percentage point" if base in ("rate", "ratio") else "6 decimal places"


def _columns(node: n.Node) -> list[n.Col]:
    from vbcdsl.rules.uses import walk

    return [x for x in walk(node) if isinstance(x, n.Col) and x.record]
