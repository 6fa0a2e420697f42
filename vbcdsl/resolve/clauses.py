"""Reusable clauses: `Apply clause "X" with A as …, giving the "R"` becomes the clause's own sentences.

Parameters are replaced by the arguments; terms that the clause defines and that are not results get the section's
number behind their name, so that two uses of a clause never share a term.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.resources import library_dir
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t


def expand_clauses(document: t.Document) -> tuple[t.Document, list[Diagnostic]]:
    """The document with each `Apply clause` replaced by sentences."""
    clauses = {item.name: item for item in document.items if isinstance(item, t.ClauseDef)}
    items: list[t.Item] = []
    problems: list[Diagnostic] = []
    for item in document.items:
        if isinstance(item, t.Section) and isinstance(item.core, t.Apply):
            clause = clauses.get(item.core.clause) or library_clauses().get(item.core.clause)
            sections, found = _expand(item, item.core, clause, sorted({*clauses, *library_clauses()}))
            problems.extend(found)
            items.extend(sections)
        else:
            items.append(item)
    return attrs.evolve(document, items=tuple(items)), problems


@lru_cache(maxsize=1)
def library_clauses() -> dict[str, t.ClauseDef]:
    """The clauses that ship with the product (`contract_library/clauses/*.vbc`), by name."""
    from vbcdsl.source import SourceText
    from vbcdsl.syntax.parser import UnitParser

    found: dict[str, t.ClauseDef] = {}
    folder = library_dir() / "clauses"
    for path in sorted(folder.glob("*.vbc")) if folder.is_dir() else ():
        units = UnitParser(SourceText.from_file(path))
        for unit in units.units:
            if unit.kind == "clause" and isinstance(node := units.parse(unit), t.ClauseDef):
                found[node.name] = node
    return found


def _expand(
    section: t.Section, core: t.Apply, clause: t.ClauseDef | None, known: list[str]
) -> tuple[list[t.Section], list[Diagnostic]]:
    if clause is None:
        near = nearest(core.clause, known)
        return [], [
            Diagnostic("VBC2024", f"there is no clause “{core.clause}”", core.span, section=section.number,
                       help=f"did you mean “{near[0]}”?" if near else "define it: “clause \"…\" with …:”")
        ]  # fmt: skip
    arguments = {name.text: value for name, value in core.arguments}
    missing = [p for p in clause.parameters if p not in arguments]
    extra = [p for p in arguments if p not in clause.parameters]
    if missing or extra:
        words = [f"no value for {p}" for p in missing] + [f"no parameter {p}" for p in extra]
        return [], [
            Diagnostic("VBC2028", f"the clause “{clause.name}” has " + " and ".join(words), core.span,
                       section=section.number, help="its parameters are " + ", ".join(clause.parameters))
        ]  # fmt: skip
    from vbcdsl.resolve.symbols import defined_names

    defined = [name.text for inner in clause.sections for name in defined_names(inner.core)]
    renamed = _renamed(defined, [r.text for r in core.results], clause, section.number)
    if isinstance(renamed, str):
        return [], [Diagnostic("VBC2028", renamed, core.span, section=section.number)]
    replace = _replacer(arguments, renamed, core)
    sections = []
    for inner in clause.sections:
        number = f"{section.number}({inner.number})"
        new = rewrite(attrs.evolve(inner, number=number), replace)
        sections.append(relocate(new, core.span))
    return sections, []


def _renamed(
    defined: list[str], results: list[str], clause: t.ClauseDef, number: str
) -> dict[str, str] | str:
    """Term of the clause → term of the contract."""
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


def _replacer(arguments: dict[str, Any], renamed: dict[str, str], core: t.Apply) -> Callable[[Any], Any]:
    def replace(node: Any) -> Any:
        if isinstance(node, ast.Name):
            if node.text in renamed:
                return attrs.evolve(node, text=renamed[node.text], span=core.span)
            if node.text in arguments:
                value = arguments[node.text]
                if isinstance(value, str):
                    from vbcdsl.model.kinds import TEXT

                    return ast.Literal_(value, TEXT, span=core.span)
                return value if isinstance(value, ast.Name) else ast.Paren(value, span=core.span)
        return node

    return replace


def relocate(node: Any, span: Any) -> Any:
    """The same tree with every span at the place where the clause is applied."""

    def move(inner: Any) -> Any:
        return attrs.evolve(inner, span=span) if isinstance(inner, ast.Syntax) else inner

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
