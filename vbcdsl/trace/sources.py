"""Where values come from: columns of data, lines of schedules, literals, facts of the period, keys."""

from __future__ import annotations

from typing import Any

from vbcdsl.results.text import cell
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program
from vbcdsl.rules.uses import walk


def source_of(node: n.Node, program: Program, section: str) -> dict[str, Any] | None:
    """The source that a leaf of an expression is, with its section."""
    at = node.section or section
    match node:
        case n.Lit(value=value, kind=kind):
            return {"source": "literal", "value": str(cell(value, kind)), "section": at}
        case n.Col(record=record, column=column):
            return column_source(program, record, column, at)
        case n.KeyOf(dim=dim):
            return {"source": "key", "key": dim, "section": at}
        case n.PeriodFact(fact=fact, clock=clock):
            return {"source": "calendar", "fact": fact, "clock": clock, "section": at}
    return None


def column_source(program: Program, record: str, column: str, section: str) -> dict[str, Any]:
    """A column of data, or of a schedule in the text. Entered values have the section of their sentence."""
    found = program.records[record]
    what = "data" if found.is_data else "schedule"
    return {"source": what, "record": record, "column": column, "section": found.section or section}


def sources_below(node: n.Node, program: Program, section: str) -> tuple[list[dict[str, Any]], list[str]]:
    """All sources of an expression and the terms that it names, without evaluating it. Rows that are only counted
    are a source too."""
    sources: list[dict[str, Any]] = []
    terms: list[str] = []

    def keep_rows(name: str) -> None:
        record = program.records[name]
        what = "data" if record.is_data else "schedule"
        at = record.section or section
        keep(sources, {"source": what, "record": record.name, "rows": True, "section": at})

    for one in walk(node):
        rows = getattr(one, "rows", None)
        if isinstance(rows, n.Rows) and rows.source is not None:
            keep_rows(rows.source)
        elif isinstance(rows, n.Rows):
            for dim in rows.binds:
                if dim in program.rosters:
                    keep_rows(program.rosters[dim].record)
        if isinstance(one, n.Ref):
            if one.term not in terms:
                terms.append(one.term)
            continue
        found = source_of(one, program, section)
        if found is not None:
            keep(sources, found)
    return sources, terms


def keep(sources: list[dict[str, Any]], source: dict[str, Any]) -> None:
    """Add a source that is not there yet."""
    if source not in sources:
        sources.append(source)
