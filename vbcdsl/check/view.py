"""What a check is given: one text in force, and questions that several checks ask about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property

import attrs

from vbcdsl.check.ranges import Ranges
from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.diagnostics.diagnostic import Severity
from vbcdsl.model.kinds import NUMBER, Kind, singular_unit
from vbcdsl.model.periods import CLOCKS
from vbcdsl.model.span import NOWHERE, Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import walk
from vbcdsl.source import SourceText
from vbcdsl.syntax.tree import Document
from vbcdsl.types.infer import Kinds


@attrs.frozen(slots=False)
class View:
    """`years`: the performance years that this text governs. `complete`: every sentence could be read, so that
    a check may say that something is missing."""

    program: Program
    document: Document
    text: SourceText
    years: tuple[int, ...]
    complete: bool = True

    @cached_property
    def ranges(self) -> Ranges:
        """Strict intervals: data may be negative."""
        return Ranges(self.program)

    @cached_property
    def likely(self) -> Ranges:
        """Intervals for lints: amounts and rates of data are taken as not negative."""
        return Ranges(self.program, generous=True)

    @cached_property
    def _kinds(self) -> Kinds:
        return Kinds(self._term_kind, self._column_kind, lambda node: None)

    def _term_kind(self, name: str) -> Kind | None:
        term = self.program.terms.get(name)
        return term.kind if term is not None else None

    def _column_kind(self, record: str, column: str) -> Kind | None:
        try:
            return self.program.records[record].column(column).kind
        except KeyError:
            return None

    def kind(self, node: n.Node) -> Kind:
        """The kind of an expression."""
        return self._kinds.of(node) or NUMBER

    @cached_property
    def nodes(self) -> tuple[tuple[Term | None, n.Node], ...]:
        """Every expression with the term it stands in (None: a sentence “it is agreed that”)."""
        found: list[tuple[Term | None, n.Node]] = []
        for term in self.program.terms.values():
            if term.role != "input":
                found.extend((term, node) for node in walk(term.expr))
        for agreement in self.program.agreements:
            found.extend((None, node) for node in walk(agreement.cond))
        return tuple(found)

    @cached_property
    def _by_kind(self) -> dict[type[n.Node], list[int]]:
        """The places of the expressions of each class in `nodes`."""
        found: dict[type[n.Node], list[int]] = {}
        for place, (_, node) in enumerate(self.nodes):
            found.setdefault(type(node), []).append(place)
        return found

    def each(self, *kinds: type[n.Node]) -> Iterator[tuple[Term | None, n.Node]]:
        """The expressions of some kinds; those that several terms share come once."""
        places = [
            place for kind, found in self._by_kind.items() if issubclass(kind, kinds) for place in found
        ]
        seen: dict[tuple[Span, type[n.Node]], list[n.Node]] = {}
        for place in sorted(places):
            term, node = self.nodes[place]
            before = seen.setdefault((node.span, type(node)), [])
            if any(other is node or other == node for other in before):
                continue
            before.append(node)
            yield term, node

    def written(self, span: Span) -> str:
        """The words at a place, white space folded."""
        return " ".join(self.text.text[span.start : span.end].split())

    def name(self, node: n.Node) -> str:
        """How a sentence calls an expression."""
        if isinstance(node, n.PeriodFact) and node.fact == "year":
            return "the performance year"
        found = self.written(node.span) if node.span != NOWHERE else ""
        return found if 0 < len(found) <= 60 else "the value"

    def year_name(self, number: int) -> str:
        """`performance year 3 (2026)`."""
        year = self.program.calendar.year(number)
        return f"performance year {number}" + (f" ({year.label})" if year is not None else "")

    def listed_keys(self, dim: str) -> tuple[str, ...] | None:
        """The keys of a dimension that the contract itself lists, or None."""
        roster = self.program.rosters.get(dim)
        if roster is None:
            return None
        record = self.program.records[roster.record]
        column = self.program.attributes.get(dim, (record.name, dim))[1]
        return self.column_texts(record.name, column)

    def column_texts(self, record: str, column: str) -> tuple[str, ...] | None:
        """The only texts that a column can hold, or None."""
        owner = self.program.records.get(record)
        if owner is None:
            return None
        if owner.rows is not None:
            texts = [row[column] for row in owner.rows if column in row]
            return tuple(dict.fromkeys(x for x in texts if isinstance(x, str)))
        found = next((c for c in owner.columns if c.name == column), None)
        return found.texts if found is not None else None

    def texts_of(self, node: n.Node, depth: int = 0) -> tuple[str, ...] | None:
        """The only texts that an expression can have, or None if data decide."""
        if depth > 12:
            return None
        match node:
            case n.KeyOf(dim=dim):
                return self.listed_keys(dim)
            case n.Col(record=record, column=column):
                return self.column_texts(record, column)
            case n.Lit(value=str() as text):
                return (text,)
            case n.Lit() | n.Stop():
                return ()
            case n.Ref(term=term, shift=None):
                found = self.program.terms.get(term)
                return self.texts_of(found.expr, depth + 1) if found is not None else None
            case n.Require(value=value) | n.NotScoredIf(value=value):
                return self.texts_of(value, depth + 1)
            case n.ScoredOr(value=value, other=other):
                return self._all_texts([value, other], depth)
            case n.Case(branches=branches, otherwise=otherwise):
                return self._all_texts([v for _, v in branches] + ([otherwise] if otherwise else []), depth)
            case n.Lookup(rows=rows):
                return self._all_texts([row.value for row in rows], depth)
        return None

    def _all_texts(self, nodes: list[n.Node], depth: int) -> tuple[str, ...] | None:
        found: dict[str, None] = {}
        for node in nodes:
            if isinstance(node, n.Ref) and node.shift is not None:
                continue  # the same term a period earlier has no other texts
            texts = self.texts_of(node, depth + 1)
            if texts is None:
                return None
            found.update(dict.fromkeys(texts))
        return tuple(found)

    def fine_keys(self, grain: tuple[str, ...] | frozenset[str]) -> tuple[str, ...]:
        """The keys beyond the party and the clock that only data list (Members, claims)."""
        return tuple(
            dim
            for dim in grain
            if dim != self.program.party and dim not in CLOCKS and self.listed_keys(dim) is None
        )


def found(
    code: str,
    message: str,
    span: Span,
    section: str,
    help: str = "",
    severity: Severity = "error",
    labels: tuple[Label, ...] = (),
    details: tuple[str, ...] = (),
) -> Diagnostic:
    """A finding of a check."""
    return Diagnostic(
        code, message, span if span != NOWHERE else None, severity, section, labels, help, None, details
    )


def shown(value: object, kind: Kind | None) -> str:
    """A value as a contract writes it: 62.5%, $1,250.00, 5,999, July 1, 2025."""
    if isinstance(value, dt.date):
        return f"{value:%B} {value.day}, {value.year}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"“{value}”"
    assert isinstance(value, Fraction)
    base = kind.base if kind is not None else "number"
    if base == "money":
        unit = f" per {singular_unit(kind.unit)}" if kind is not None and kind.unit else ""
        return ("-" if value < 0 else "") + "$" + _decimal(abs(value), 2) + unit
    if base == "rate":
        return _decimal(value * 100) + "%"
    if base == "percentage points":
        return _decimal(value * 100) + " percentage points"
    if base == "count" and kind is not None and kind.unit:
        return f"{_decimal(value)} {kind.unit}"
    return _decimal(value)


def _decimal(value: Fraction, cents: int = 0) -> str:
    """The exact decimal if there is a short one, else a fraction."""
    for places in range(0, 13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = f"{abs(scaled.numerator):0{places + 1}d}"
            whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
            if cents and 0 < len(rest) < cents:
                rest = rest.ljust(cents, "0")
            return ("-" if value < 0 else "") + f"{int(whole):,}" + (f".{rest}" if rest else "")
    return f"{value.numerator:,}/{value.denominator:,}"
