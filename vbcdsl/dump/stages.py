"""The stages by name, each with what it gives for a contract file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from vbcdsl.compiler import Compiled, Version, compile_path
from vbcdsl.diagnostics.render import to_json
from vbcdsl.dump.printer import brief, plain, tree
from vbcdsl.model.span import Span
from vbcdsl.plan import make_plan
from vbcdsl.resolve.symbols import Symbols
from vbcdsl.rules.program import Program
from vbcdsl.source import SourceText
from vbcdsl.syntax.units import split


def dump(stage: str, path: Path) -> tuple[str, Any]:
    """What a stage gives for each different text in force of a contract: as text, and as data for JSON."""
    compiled = compile_path(path)
    texts: list[str] = []
    data: list[Any] = []
    for version in compiled.versions:
        found, lines = STAGES[stage](compiled, version)
        years = ", ".join(
            [*(f"{year} (shorter periods)" for year in version.parts), *(str(year) for year in version.years)]
        )
        part = {"parts_of_performance_years": list(version.parts)} if version.parts else {}
        data.append({"performance_years": list(version.years), **part, stage: found})
        if len(compiled.versions) > 1:
            texts.append(f"-- text in force in performance year {years}")
        texts += lines
    return "\n".join(texts), data if len(data) > 1 else data[0]


def _place(source: SourceText) -> Callable[[Span], str]:
    def place(span: Span) -> str:
        start = source.locate(span.start)
        return f"{start.line}:{start.column}"

    return place


def _source(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    source = version.consolidated.source
    origins = [{"name": o.name, "sha256": o.sha256} for o in source.origins]
    lines = [f"-- {o.name} sha256 {o.sha256}" for o in source.origins]
    return {"sha256": source.sha256, "origins": origins, "text": source.text}, [
        *lines,
        source.text.rstrip("\n"),
    ]


def _units(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    source = version.consolidated.source
    found, lines = [], []
    for unit in split(source.text):
        at = source.locate(unit.start)
        words = " ".join(source.text[unit.start : unit.end].split())
        found.append({"kind": unit.kind, "number": unit.number, "line": at.line, "text": words})
        lines.append(f"{at.line:5} {unit.kind:9} {unit.number:8} {words[:90]}")
    return found, lines


def _tokens(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    from vbcdsl.dump.tokens import tokens_of

    source = version.consolidated.source
    found, lines = [], []
    for unit, tokens in tokens_of(source, version.parsed.names):
        at = source.locate(unit.start)
        lines.append(f"-- line {at.line}: {unit.kind} {unit.number}".rstrip())
        for kind, text in tokens:
            lines.append(f"  {kind:24} {text}")
            found.append({"line": at.line, "kind": kind, "text": text})
    return found, lines


def _ast(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    found = plain(version.parsed.document, _place(version.consolidated.source))
    return found, list(tree(found))


def _names(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    if version.symbols is None:
        return None, ["-- the header has errors"]
    symbols: Symbols = version.symbols
    place = _place(version.consolidated.source)
    found = {
        "terms": {name: [d.section.number for d in many] for name, many in symbols.terms.items()},
        "columns": plain(symbols.columns, place),
        "records": plain(symbols.records, place),
        "keys": plain(symbols.dims, place),
        "rosters": plain(symbols.rosters, place),
        "roles": plain(symbols.roles, place),
    }
    lines = []
    for group, items in found.items():
        lines.append(f"{group}:")
        lines += [line for name, item in items.items() for line in _named(name, item)]
    return found, lines


def _named(name: str, item: Any) -> Iterator[str]:
    text = brief(item)
    if len(name) + len(text) < 110:
        yield f"  {name}: {text}"
    else:
        yield f"  {name}:"
        yield from tree(item, 2)


def _program(version: Version) -> Program | None:
    return version.program


def _rules(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    if version.program is None:
        return None, ["-- the contract has errors"]
    place = _place(version.consolidated.source)
    found, lines = [], []
    for term in version.program.terms.values():
        rule = plain(term.expr, place)
        found.append({"section": term.section, "term": term.name, "role": term.role, "rule": rule})
        lines.append(f"{term.section} {term.name} ({term.role}{', hidden' if term.hidden else ''})")
        lines += tree(_without_places(rule), 1)
    return found, lines


def _without_places(value: Any) -> Any:
    """A rule without spans and sections, to be read."""
    if isinstance(value, dict):
        return {k: _without_places(v) for k, v in value.items() if k not in ("span", "section")}
    return [_without_places(item) for item in value] if isinstance(value, list) else value


def _types(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    if version.program is None:
        return None, ["-- the contract has errors"]
    found = [
        {"section": t.section, "term": t.name, "kind": str(t.kind), "grain": list(t.grain), "role": t.role}
        for t in version.program.terms.values()
    ]
    width = max((len(t.name) for t in version.program.terms.values()), default=0)
    lines = [
        f"{t.section:8} {t.name:{width}}  {t.kind!s:32} for each {', '.join(t.grain) or 'contract'}"
        for t in version.program.terms.values()
    ]
    return found, lines


def _check(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    found = to_json(compiled.diagnostics, source=compiled.base)
    lines = [f"{d['file']}:{d['line']}: {d['severity']}[{d['code']}]: {d['message']}" for d in found]
    return found, lines or ["no problems"]


def _plan(compiled: Compiled, version: Version) -> tuple[Any, list[str]]:
    if version.program is None:
        return None, ["-- the contract has errors"]
    plan = make_plan(version.program)
    lines = []
    for number, stage in enumerate(plan.stages, 1):
        of = f" {stage.record} ({', '.join(stage.columns)})" if stage.record else ""
        each = f" for each {', '.join(stage.grain)}" if stage.grain and stage.what != "scan" else ""
        lines.append(f"{number}. level {stage.level}: {stage.what}{of}{each}")
        lines.append(f"     {', '.join(stage.terms)}")
        lines.append(f"     sections {', '.join(stage.sections)}")
    return [attrs.asdict(stage) for stage in plan.stages], lines


STAGES: Final[dict[str, Callable[[Compiled, Version], tuple[Any, list[str]]]]] = {
    "source": _source,
    "units": _units,
    "tokens": _tokens,
    "ast": _ast,
    "names": _names,
    "rules": _rules,
    "types": _types,
    "check": _check,
    "plan": _plan,
}
