"""Sentences that are clear to the machine and are often disputed: notes that cost nothing and show the place.

The rate of a row applied to the whole of what sets it; a printed rate in a comparison with an unrounded one; an
amount that a party determines.
"""

from __future__ import annotations

from vbcdsl.check.edges import plain, share
from vbcdsl.check.jumps import steps_of_the_whole
from vbcdsl.check.view import View, found
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Term
from vbcdsl.rules.uses import children


def check_whole_amounts(view: View) -> list[Diagnostic]:
    """A rate set by an amount and multiplied by the same amount: the rate of one row applies to the whole."""
    result: list[Diagnostic] = []
    for _, node in view.each(n.Multiply):
        assert isinstance(node, n.Multiply)
        names = {item.term for item in node.items if isinstance(item, n.Ref) and item.shift is None}
        for item in node.items:
            table = view.program.terms.get(item.term) if isinstance(item, n.Ref) else None
            if table is None or not isinstance(table.expr, n.Lookup):
                continue
            subjects = {name: base for s in table.expr.subjects for name, base in _amounts(view, s)}
            said = "applies to the whole of" in view.written(table.expr.span)
            if subjects.keys() & (names - {table.name}) and len(table.expr.rows) > 1 and not said:
                subject = sorted(subjects.keys() & names)[0]
                result.append(
                    found(
                        "VBC4105",
                        f"the rate of one row of section {table.section} applies to the whole of {subject}",
                        node.span,
                        node.section,
                        f"if each rate is to apply only to its part, write “is the sum, over the rows, of … times "
                        f"the part of {subject} that falls in the row”",
                        "note",
                        details=steps_of_the_whole(view, table.expr, subjects[subject])
                        if len(node.items) == 2
                        else (),
                    )
                )
    return result


def _amounts(view: View, subject: n.Node) -> list[tuple[str, str]]:
    """What a table is set by: a term; where it is an amount in percent of another, that amount, and the other."""
    found = []
    if isinstance(subject, n.Ref) and subject.shift is None:
        found.append((subject.term, ""))
        term = view.program.terms.get(subject.term)
        subject = term.expr if term is not None else subject
    while isinstance(subject, n.Require | n.ScoredOr | n.Round):
        subject = subject.value
    if isinstance(subject, n.Divide):
        top = plain(subject.left)
        if isinstance(top, n.Ref) and top.shift is None and view.kind(top).base == "money":
            found.append((top.term, view.name(subject.right)))
    return found


def check_rounded_comparisons(view: View) -> list[Diagnostic]:
    """A rounded rate compared with one that is not rounded."""
    result: list[Diagnostic] = []
    for _, node in view.each(n.Compare):
        assert isinstance(node, n.Compare)
        left, right = (_rounding(view, side) for side in (node.left, node.right))
        if (left is None) == (right is None) or view.kind(node.left).base not in ("rate", "ratio"):
            continue
        plain = node.right if left is not None else node.left
        if _has_quotient(view, plain):
            result.append(
                found(
                    "VBC4106",
                    f"a rounded rate is compared with {view.name(plain)}, which is not rounded",
                    node.span,
                    node.section,
                    f"round {view.name(plain)} where it is defined, or neither",
                    "note",
                )
            )
    return result


def _has_quotient(view: View, node: n.Node) -> bool:
    """Whether digits of a division that nothing rounds are in a value, or in the sentence that defines it."""
    if isinstance(node, n.Ref) and node.shift is None:
        term = view.program.terms.get(node.term)
        return term is not None and not isinstance(term.expr, n.Ref) and _has_quotient(view, term.expr)
    if isinstance(node, n.Round | n.Ref | n.Aggregate):
        return False
    return isinstance(node, n.Divide) or any(
        _has_quotient(view, c) for c in children(node) if not isinstance(c, n.Ref)
    )


def _rounding(view: View, node: n.Node) -> n.Round | None:
    if isinstance(node, n.Ref) and node.shift is None:
        term = view.program.terms.get(node.term)
        return term.expr if term is not None and isinstance(term.expr, n.Round) else None
    return node if isinstance(node, n.Round) else None


def check_two_bases(view: View) -> list[Diagnostic]:
    """An amount with a marginal table in percent of one base and a test in percent of another."""
    result: list[Diagnostic] = []
    tested = _tested_bases(view)
    for _, node in view.each(n.Bands):
        assert isinstance(node, n.Bands)
        edges = [edge for band in node.bands for edge in (band.low, band.high) if edge is not None]
        base = next((found_share[1] for edge in edges if (found_share := share(edge)) is not None), None)
        if base is None or not isinstance(node.subject, n.Ref):
            continue
        for other, rate in tested.get(node.subject.term, ()):
            if other != base:
                result.append(
                    found(
                        "VBC4107",
                        f"the edges are percentages of {view.name(base)}, and section {rate.section} measures "
                        f"{node.subject.term} in percent of {view.name(other)}",
                        node.span,
                        node.section,
                        "check that two different bases are meant",
                        "note",
                    )
                )
    return result


def _tested_bases(view: View) -> dict[str, list[tuple[n.Node, Term]]]:
    """For each amount the bases that it is divided by in a rate which a test or a table uses."""
    used: set[str] = set()
    for _, node in view.each(n.Compare, n.Lookup):
        assert isinstance(node, n.Compare | n.Lookup)
        sides = node.subjects if isinstance(node, n.Lookup) else (node.left, node.right)
        used |= {side.term for side in sides if isinstance(side, n.Ref)}
    result: dict[str, list[tuple[n.Node, Term]]] = {}
    for name in sorted(used):
        term = view.program.terms.get(name)
        if term is not None and isinstance(term.expr, n.Divide) and isinstance(term.expr.left, n.Ref):
            result.setdefault(term.expr.left.term, []).append((plain(term.expr.right), term))
    return result


def check_discretion(view: View) -> list[Diagnostic]:
    """Amounts that a party determines: the place stays visible."""
    return [
        found(
            "VBC4103",
            f"“{term.name}” is determined by a party: nothing in the contract computes it",
            term.span,
            term.section,
            "",
            "note",
        )
        for term in view.program.terms.values()
        if _entered(term)
    ]


def _entered(term: Term) -> bool:
    return term.role == "entered" and isinstance(term.expr, n.Col)


def check_rounded_inputs(view: View) -> list[Diagnostic]:
    """A rate that is rounded where it is defined and used in a later computation: the printed digits decide
    money."""
    result: list[Diagnostic] = []
    for term, node in view.each(n.Multiply, n.Divide, n.Add, n.Subtract, n.Line):
        for item in children(node):
            if not isinstance(item, n.Ref) or item.shift is not None:
                continue
            used = view.program.terms.get(item.term)
            if used is None or not isinstance(used.expr, n.Round) or used.role != "definition":
                continue
            if used.kind.base not in ("rate", "ratio", "percentage points") or used.hidden:
                continue
            if term is not None and term.name == used.name:
                continue
            result.append(
                found(
                    "VBC4108",
                    f"“{used.name}” is rounded in section {used.section}, and what is computed here stands on the "
                    "rounded value",
                    item.span,
                    item.section,
                    "if the rate is only printed rounded, take “, rounded …” out of its sentence, or give "
                    "the printed "
                    "rate a name of its own",
                    "note",
                )
            )
    return result
