"""Reusable clauses: `Apply clause "X" with A as …, giving the "R"` becomes the clause's own sentences.

Parameters (and their plurals) are replaced by the arguments. Terms that the clause defines and that are not
results get the section's number behind their name, so that two uses of a clause never share a term. The
sentences of section 6.7 are 6.7(1.1), 6.7(1.2) …; their words, with the arguments in place, are kept in the
spans, for traces and for the labels of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.model.kinds import plural
from vbcdsl.model.span import Span
from vbcdsl.resolve.applied import Clause, read_with
from vbcdsl.resources import library_dir
from vbcdsl.source import SourceText
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t


def expand_clauses(
    document: t.Document, source: SourceText, names: frozenset[str]
) -> tuple[t.Document, list[Diagnostic], frozenset[str]]:
    """The document with each `Apply clause` replaced by sentences; what is wrong; and the results of clauses that
    could not be applied. `source` is the text of the document, in which `names` are declared."""
    if not any(isinstance(section.core, t.Apply) for section in document.sections):
        return document, [], frozenset()
    clauses = dict(library_clauses())
    clauses.update({i.name: Clause(i, source, names) for i in document.items if isinstance(i, t.ClauseDef)})
    items: list[t.Item] = []
    problems: list[Diagnostic] = []
    lost: set[str] = set()
    for item in document.items:
        if isinstance(item, t.Section) and isinstance(item.core, t.Apply):
            sections, found = _expand(item, item.core, clauses, source, ())
            problems.extend(p for p in found if p.code)
            items.extend(sections)
            if found:
                lost |= {result.text for result in item.core.results}
        else:
            items.append(item)
    return attrs.evolve(document, items=tuple(items)), problems, frozenset(lost)


@lru_cache(maxsize=1)
def library_clauses() -> dict[str, Clause]:
    """The clauses that ship with the product (`contract_library/clauses/*.vbc`), by name."""
    from vbcdsl.syntax.parser import UnitParser

    found: dict[str, Clause] = {}
    folder = library_dir() / "clauses"
    for path in sorted(folder.glob("*.vbc")) if folder.is_dir() else ():
        source = SourceText.from_file(path)
        units = UnitParser(source)
        for unit in units.units:
            if unit.kind == "clause" and isinstance(node := units.parse(unit), t.ClauseDef):
                found[node.name] = Clause(node, source, units.names)
    return found


def _expand(
    section: t.Section, core: t.Apply, clauses: dict[str, Clause], source: SourceText, outer: tuple[str, ...]
) -> tuple[list[t.Section], list[Diagnostic]]:
    def wrong(code: str, message: str, help_: str = "") -> tuple[list[t.Section], list[Diagnostic]]:
        return [], [Diagnostic(code, message, core.span, section=section.number, help=help_)]

    found = clauses.get(core.clause)
    if found is None and re.search(rf"^[ \t]*clause\s+[\"“]{re.escape(core.clause)}[\"”]", source.text, re.M):
        return wrong("", "")  # it stands there and cannot be read, which is reported
    if found is None:
        near = nearest(core.clause, sorted(clauses))
        help_ = f"did you mean “{near[0]}”?" if near else 'define it: “clause "…" with …:”'
        return wrong("VBC2024", f"there is no clause “{core.clause}”", help_)
    if core.clause in outer:
        return wrong("VBC2028", f"the clause “{core.clause}” applies itself", "write out its sentences once")
    clause = found.definition
    given = [argument.name.text for argument in core.arguments]
    arguments = {argument.name.text: argument.value for argument in core.arguments}
    words = [f"no value for {p}" for p in clause.parameters if p not in arguments]
    words += [f"no parameter {p}" for p in arguments if p not in clause.parameters]
    words += [f"two values for {p}" for p in arguments if given.count(p) > 1]
    if words:
        message = f"the clause “{clause.name}” has " + " and ".join(words)
        return wrong("VBC2028", message, "its parameters are " + ", ".join(clause.parameters))
    from vbcdsl.resolve.collect import defined_names

    read = read_with(found, core, source)
    if isinstance(read, Diagnostic):
        return [], [attrs.evolve(read, section=section.number)]
    clause = read
    defined = [name.text for inner in clause.sections for name in defined_names(inner.core)]
    results = [r.text for r in core.results]
    if double := next((r for r in results if results.count(r) > 1), None):
        return wrong("VBC2028", f"the clause “{clause.name}” gives “{double}” twice", "name each result once")
    renamed = _renamed(defined, results, clause, section.number)
    if isinstance(renamed, str):
        return wrong("VBC2028", renamed)
    for argument in core.arguments:  # a plural follows its singular, as in “for each Measure … the Measures”
        if isinstance(value := argument.value, ast.Name):
            arguments.setdefault(plural(argument.name.text), attrs.evolve(value, text=plural(value.text)))
    numbers = {inner.number: f"{section.number}({inner.number})" for inner in clause.sections}
    said = _words(arguments, renamed, numbers, source)
    replace = _replacer(arguments, renamed, numbers, core, said)
    sections: list[t.Section] = []
    problems: list[Diagnostic] = []
    for inner in clause.sections:
        inner = attrs.evolve(
            inner, heading=inner.heading or section.heading, prefixes=(*section.prefixes, *inner.prefixes)
        )
        placed = relocate(inner, core.span, lambda span: said(found.source.text[span.start : span.end]))
        new = attrs.evolve(rewrite(placed, replace), number=numbers[inner.number])
        if isinstance(new.core, t.Apply) and isinstance(
            inner.core, t.Apply
        ):  # its parameters keep their names
            pairs = zip(inner.core.arguments, new.core.arguments, strict=True)
            kept = tuple(attrs.evolve(changed, name=old.name) for old, changed in pairs)
            new = attrs.evolve(new, core=attrs.evolve(new.core, arguments=kept))
        if isinstance(new.core, t.Apply):
            more, errors = _expand(new, new.core, clauses, source, (*outer, clause.name))
            sections.extend(more)
            problems.extend(errors)
        else:
            sections.append(new)
    return sections, problems


def _renamed(
    defined: list[str], results: list[str], clause: t.ClauseDef, number: str
) -> dict[str, str] | str:
    """Term of the clause → term of the contract. A result with the name of one of its terms is that term; the
    others are the last of the remaining terms, in order."""
    named = [r for r in results if r in defined]
    rest = [r for r in results if r not in defined]
    free = [d for d in defined if d not in named]
    if len(rest) > len(free):
        return f"the clause “{clause.name}” gives {len(defined)} terms, not {len(results)}"
    mapping = {name: name for name in named}
    targets = free[len(free) - len(rest) :] if rest else []
    mapping.update(dict(zip(targets, rest, strict=True)))
    for name in defined:
        mapping.setdefault(name, f"{name} under section {number}")
    return mapping


def _replacer(
    arguments: dict[str, Any], renamed: dict[str, str], numbers: dict[str, str], core: t.Apply,
    said: Callable[[str], str],
) -> Callable[[Any], Any]:  # fmt: skip
    from vbcdsl.model.kinds import TEXT

    def replace(node: Any) -> Any:
        match node:
            case ast.Name(text=text) if text in renamed:
                return attrs.evolve(node, text=renamed[text])
            case ast.Name(text=text) if text in arguments:
                value = arguments[text]
                if isinstance(value, str):
                    return ast.Literal_(value, TEXT, span=core.span)
                return value if isinstance(value, ast.Name) else ast.Paren(value, span=core.span)
            case t.Table(header=header, columns=columns):
                heads = (_head(cell, arguments, renamed) for cell in header)
                return attrs.evolve(node, header=tuple(map(said, heads) if columns else heads))
            case t.BandsOf(share_column=str() as column):
                return attrs.evolve(node, share_column=_head(column, arguments, renamed))
            case t.Prefix(section=number) | t.Reading(section=number) | t.Instead(section=number) if (
                number in numbers
            ):
                return attrs.evolve(node, section=numbers[number])
        return node

    return replace


def _head(cell: str, arguments: dict[str, Any], renamed: dict[str, str]) -> str:
    """A cell of the head of a table, which names a term or a parameter."""
    if cell in renamed:
        return renamed[cell]
    value = arguments.get(cell)
    return value.text if isinstance(value, ast.Name) else cell


def _words(
    arguments: dict[str, Any], renamed: dict[str, str], numbers: dict[str, str], source: SourceText
) -> Callable[[str], str]:
    """What a piece of the clause says once the arguments stand in it."""
    new = dict(renamed)
    for name, value in arguments.items():
        if isinstance(value, str):
            new[name] = f'"{value}"'
        elif isinstance(value, t.Words | ast.Name):
            new[name] = value.text
        else:
            span = value.span
            new[name] = span.said or " ".join(source.text[span.start : span.end].split())
    names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(new, key=len, reverse=True))
    pattern = re.compile(rf"(?P<the>[Tt]he\s+)?\b(?P<name>{names})\b|\bsection\s+(?P<ref>[\d.]+\d)")

    def change(found: re.Match[str]) -> str:
        if number := found.group("ref"):
            return f"section {numbers.get(number, number)}"
        text = new[" ".join(found.group("name").split())]
        return (found.group("the") or "") + text if text[:1].isalpha() else text

    return lambda text: " ".join(pattern.sub(change, text).split())


def relocate(node: Any, span: Span, said: Callable[[Span], str]) -> Any:
    """The same tree with every span at the place where the clause is applied, and the clause's words in it."""

    def move(inner: Any) -> Any:
        if isinstance(inner, t.Table):
            inner = attrs.evolve(inner, header_spans=(span,) * len(inner.header))
        if isinstance(inner, ast.Syntax):
            return attrs.evolve(inner, span=Span(span.start, span.end, said(inner.span)))
        return inner

    return rewrite(node, move)


def rewrite(node: Any, change: Callable[[Any], Any]) -> Any:
    """Rebuild a tree from the leaves up, each node passed through `change`."""
    if isinstance(node, tuple):
        return tuple(rewrite(item, change) for item in node)
    if not isinstance(node, ast.Syntax):
        return node
    values = {}
    for field in attrs.fields(type(node)):
        if field.name in ("span", "header_spans", "spans"):
            continue
        old = getattr(node, field.name)
        new = rewrite(old, change)
        if new is not old:
            values[field.name] = new
    return change(attrs.evolve(node, **values) if values else node)
