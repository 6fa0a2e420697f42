"""The parser: a source text in, a document and its diagnostics out.

Each unit is parsed with its own start symbol (`lalr`), on tables that Lark made from the grammar (`table_cache`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.frozen import frozen
from vbcdsl.model.span import Span
from vbcdsl.source import SourceText
from vbcdsl.syntax import shared
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.build_sentences import SentenceBuilder
from vbcdsl.syntax.build_values import BadLiteral
from vbcdsl.syntax.lalr import Unread, read
from vbcdsl.syntax.lexer import Names
from vbcdsl.syntax.names import declared_names, unit_names
from vbcdsl.syntax.parameters import NoWay, read_clause
from vbcdsl.syntax.parse_tree import Tree
from vbcdsl.syntax.table_cache import shared_tables
from vbcdsl.syntax.units import Unit, split

START_OF = {
    "header": "header_line",
    "section": "section",
    "example": "example",
    "clause": "clause_def",
    "amendment": "amendment_head",
    "change": "change",
}


@frozen
class Parsed:
    """A document (the sentences that could be read), its units, names and diagnostics."""

    source: SourceText
    document: t.Document
    diagnostics: tuple[Diagnostic, ...]
    names: frozenset[str]
    amendment: t.Amendment | None = None
    unreadable: frozenset[str] = frozenset()  # numbers and names of sentences that could not be read


class UnitParser:
    """Parses the units of one text with the names declared in it (and in the contract it amends)."""

    def __init__(self, source: SourceText, names: Iterable[str] = ()) -> None:
        self.source = source
        self.units = split(source.text)
        self.names = declared_names(source.text, self.units) | frozenset(names)
        self._named = Names(self.names)
        self._tables = shared_tables()
        self._builder = SentenceBuilder()
        self.diagnostics: list[Diagnostic] = []
        self.unreadable: set[str] = set()

    def parse(self, unit: Unit) -> Any:
        """The node of a unit, or None with a diagnostic."""
        key = (unit.kind, self.source.text[unit.start : unit.end], self.names)
        node = shared.known(key, unit.start)
        if node is None:
            node = self._parse(unit)
            shared.remember(key, unit.start, node)
        if node is None:
            self.unreadable |= unit_names(self.source.text, unit) | {unit.number}
        return node

    def _parse(self, unit: Unit) -> Any:
        kind = START_OF[unit.kind]
        try:
            if unit.kind == "clause":
                found = read_clause(self._tables, self.source.text, self._named, unit.start, unit.end)
            else:
                found = read(self._tables, self.source.text, self._named, kind, unit.start, unit.end)
        except (Unread, NoWay) as stopped:
            from vbcdsl.syntax.errors import explain  # the wordings are only needed where reading stops

            error = stopped.error if isinstance(stopped, NoWay) else stopped
            self.diagnostics.append(
                attrs.evolve(explain(error, self.source, unit, self.names), source=self.source)
            )
            return None
        return self.built(unit, found)

    def built(self, unit: Unit, tree: Tree) -> Any:
        """The node for a tree, or None with a diagnostic about a literal or a table."""
        try:
            builder = self._builder if unit.kind != "clause" else SentenceBuilder(open_numbers=True)
            return builder.build(tree)
        except BadLiteral as error:
            self.diagnostics.append(
                Diagnostic(
                    error.code,
                    error.message,
                    error.span,
                    section=unit.number,
                    help=error.help,
                    source=self.source,
                )
            )
        except RecursionError:
            self._too_deep(unit)
        return None

    def _too_deep(self, unit: Unit) -> None:
        self.diagnostics.append(
            Diagnostic(
                "VBC1021",
                "this sentence has parentheses too deep to read",
                Span(unit.start, min(unit.end, unit.start + 1)),
                section=unit.number,
                help="define a term for the inner part",
                source=self.source,
            )
        )


def parse_contract(source: SourceText, names: Iterable[str] = ()) -> Parsed:
    """Read a contract. Sentences that cannot be read are left out of the document and reported."""
    units = UnitParser(source, names)
    header: dict[str, Any] = {}
    spans: list[tuple[str, Span]] = []
    items: list[t.Item] = []
    for unit in units.units:
        span = Span(unit.start, unit.end)
        text = source.text[unit.start : unit.end]
        if unit.kind in ("recital", "article"):
            items.append(t.Prose(text.lstrip("> ").strip(), unit.kind == "article", span=span))
            continue
        if unit.kind in ("amendment", "change"):
            units.diagnostics.append(
                Diagnostic(
                    "VBC1011",
                    "this sentence belongs in an amendment, and this file is a contract",
                    span,
                    help="put it into a file of its own that begins with “amendment 1 to …”",
                    source=source,
                )
            )
            continue
        node = units.parse(unit)
        if node is None:
            continue
        if unit.kind == "header":
            _add_header(header, spans, node, span, units.diagnostics, source)
        else:
            items.append(node)
    header.pop("has_year", None)
    document = t.Document(
        t.Header(**header, spans=tuple(spans)), tuple(items), span=Span(0, len(source.text))
    )
    return Parsed(source, document, tuple(units.diagnostics), units.names, None, frozenset(units.unreadable))


_MANY = ("parties", "each", "numbers", "units")


def _add_header(
    header: dict[str, Any],
    spans: list[tuple[str, Span]],
    facts: dict[str, Any],
    span: Span,
    diagnostics: list[Diagnostic],
    source: SourceText,
) -> None:
    for key, value in facts.items():
        if key in _MANY:
            header[key] = (*header.get(key, ()), *value)
        elif key in header:
            diagnostics.append(
                Diagnostic(
                    "VBC1012", "the header says this twice", span, help="keep one of the two", source=source
                )
            )
        else:
            header[key] = value
        spans.append((key, span))


def parse_amendment(source: SourceText, names: Iterable[str]) -> Parsed:
    """Read an amendment; `names` are those of its base contract."""
    units = UnitParser(source, names)
    head: t.Amendment | None = None
    changes: list[t.Change] = []
    for unit in units.units:
        if unit.kind == "recital":
            continue
        node = units.parse(unit) if unit.kind in ("amendment", "change") else None
        if isinstance(node, t.Amendment) and head is None:
            head = node
        elif isinstance(node, t.Change):
            changes += (node, *node.also)
        elif unit.kind not in ("amendment", "change"):
            units.diagnostics.append(
                Diagnostic(
                    "VBC7001",
                    "this is not a sentence of an amendment",
                    Span(unit.start, unit.end),
                    help='write “Section 4.2 is amended by replacing "…" with "…".”, “Section 4.2 is '
                    "replaced: …”, “A new section 4.9 is added: …” or “Section 4.2 is deleted and its "
                    "number is reserved.”",
                    source=source,
                )
            )
    if head is None and not units.diagnostics:
        units.diagnostics.append(
            Diagnostic(
                "VBC7002",
                "the amendment does not say what it amends and when",
                Span(0, min(1, len(source.text))),
                source=source,
                help='begin with “amendment 1 to "Title", signed May 12, 2025, effective for performance '
                "years that begin on or after January 1, 2026.”",
            )
        )
    if head is not None and not changes and not units.diagnostics:
        units.diagnostics.append(
            Diagnostic(
                "VBC7010",
                "the amendment changes nothing",
                head.span,
                "warning",
                source=source,
                help='add “Section 4.2 is amended by replacing "…" with "…".” or another change',
            )
        )
    amendment = attrs.evolve(head, changes=tuple(changes)) if head else None
    return Parsed(source, t.Document(t.Header(), ()), tuple(units.diagnostics), units.names, amendment)


def parse_one_cell(source: SourceText, names: frozenset[str], span: Span) -> t.Cell:
    """A cell of the head of a two-way table; Problem (VBC1017) if it states no range."""
    from vbcdsl.diagnostics import Problem

    try:
        found = read(shared_tables(), source.text, Names(names), "cell", span.start, span.end)
        return cast(t.Cell, SentenceBuilder().build(found))
    except (Unread, BadLiteral):
        raise Problem(
            Diagnostic(
                "VBC1017",
                "this head does not say which values its column takes",
                span,
                help="write “less than 2%”, “from 2% up to but not including 5%”, “5% or more” …",
            )
        ) from None
