"""What examples can reach in a text in force: sections, table rows, thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import attrs

from vbcdsl.model.span import Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import walk

Side: TypeAlias = Literal["below", "at", "above"]


@attrs.frozen
class RowGoal:
    """A row of a table, a band, or a branch of an `if`: reached when its value is computed."""

    section: str
    term: str
    label: str
    span: Span
    node: n.Node = attrs.field(eq=False, repr=False)


@attrs.frozen
class EdgeGoal:
    """A threshold: the place where a condition turns. Both sides must be seen; the value at the edge itself
    belongs to the upper side (`at least`, `less than`) or to the lower one (`more than`, `at most`)."""

    section: str
    term: str
    label: str
    span: Span
    subject: n.Node = attrs.field(eq=False, repr=False)
    edge: n.Node = attrs.field(eq=False, repr=False)
    owner: n.Node = attrs.field(eq=False, repr=False)
    edge_is_upper: bool = True

    def missing(self, seen: set[str]) -> tuple[Side, ...]:
        """The sides that were not seen; a side is named by the value nearest to the edge on it."""
        lower: tuple[Side, ...] = ("below",) if self.edge_is_upper else ("below", "at")
        upper: tuple[Side, ...] = ("at", "above") if self.edge_is_upper else ("above",)
        found: list[Side] = []
        if not seen & set(lower):
            found.append(lower[-1])
        if not seen & set(upper):
            found.append(upper[0])
        return tuple(found)


def goals_of(program: Program) -> tuple[list[RowGoal], list[EdgeGoal]]:
    """Every row and threshold of the terms that a contract's own sentences define."""
    rows: list[RowGoal] = []
    edges: list[EdgeGoal] = []
    for term in program.terms.values():
        if term.role == "input":
            continue
        for node in walk(term.expr):
            rows.extend(_rows(term, node))
            edges.extend(_edges(term, node))
    return rows, _different(edges)


def _section(term: Term, node: n.Node) -> str:
    return node.section or term.section


def _rows(term: Term, node: n.Node) -> Iterator[RowGoal]:
    match node:
        case n.Lookup(rows=rows):
            for row in rows:
                yield RowGoal(_section(term, node), term.name, row.label, row.span, row.value)
        case n.Bands(bands=bands):
            for band in bands:
                yield RowGoal(_section(term, node), term.name, band.label, band.span, band.share)
        case n.Case(branches=branches, otherwise=otherwise):
            for cond, value in branches:
                if not isinstance(value, n.Stop):
                    yield RowGoal(_section(term, cond), term.name, "if", cond.span, value)
            if otherwise is not None:
                yield RowGoal(_section(term, node), term.name, "otherwise", otherwise.span, otherwise)


def _edges(term: Term, node: n.Node) -> Iterator[EdgeGoal]:
    match node:
        case n.Compare(left=left, right=right, op=op) if op not in ("=", "!="):
            yield EdgeGoal(
                _section(term, node), term.name, "threshold", node.span, left, right, node, op in (">=", "<")
            )
        case n.Lookup(subjects=subjects, rows=rows):
            for row in rows:
                for subject, test in zip(subjects, row.tests, strict=True):
                    if isinstance(test, n.Interval) and not isinstance(subject, n.PeriodFact):
                        for edge, upper in ((test.low, test.low_in), (test.high, not test.high_in)):
                            if edge is not None:
                                yield EdgeGoal(
                                    _section(term, node),
                                    term.name,
                                    "edge",
                                    edge.span,
                                    subject,
                                    edge,
                                    node,
                                    upper,
                                )


def _different(edges: list[EdgeGoal]) -> list[EdgeGoal]:
    """Two rows that share an edge are one threshold."""
    seen: dict[tuple[str, str, n.Node, n.Node], EdgeGoal] = {}
    for goal in edges:
        seen.setdefault((goal.section, goal.term, goal.subject, goal.edge), goal)
    return list(seen.values())
