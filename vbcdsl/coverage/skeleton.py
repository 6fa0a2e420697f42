"""Examples that only rows can make: sections that stand on data and that no example reaches yet.

What stands in the rows is for the parties to say; the heads of the tables are known.
"""

from __future__ import annotations

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record
from vbcdsl.rules.uses import terms_used, walk
from vbcdsl.testing.examples import cases_of
from vbcdsl.testing.reached import sections_of, unreached_sections


@attrs.frozen
class Skeleton:
    """An example to be filled in, and the sections that it would reach."""

    sections: tuple[str, ...]
    text: str


def suggest_rows(compiled: Compiled) -> tuple[Skeleton, ...]:
    """One example for what stands on the same rows; none where nothing is missing or no data is behind it."""
    missing = set(unreached_sections(compiled, cases_of(compiled)))
    found: dict[tuple[str, ...], Skeleton] = {}
    for version in compiled.versions:
        program = version.program
        if program is None or not version.years or not missing:
            continue
        terms = [
            t for t in program.terms.values() if t.role != "input" and sections_of(program, t.name) & missing
        ]
        records = {t.name: _records_behind(program, t.name) for t in terms}
        year = compiled.bundle.calendar.years[version.years[0] - 1].label
        for term in terms:
            names = records[term.name]
            larger = any(set(names) < set(other) for other in records.values())
            if not names or larger or names in found:
                continue
            together = [t for t in terms if records[t.name] and set(records[t.name]) <= set(names)]
            sections = dict.fromkeys(
                s for t in together for s in sorted(sections_of(program, t.name) & missing)
            )
            tables = [_table(program.records[name]) for name in names]
            shown = [t.name for t in together if not t.hidden]
            text = (
                f'example "{_title(names)}":\n'
                + "".join(tables)
                + f"  given the performance year is {year},\n  expect "
                + " and ".join(f"{name} is …" for name in dict.fromkeys(shown[:1] + shown[-1:]))
                + "."
            )
            found[names] = Skeleton(tuple(sections), text)
    return tuple(found.values())


def _records_behind(program: Program, name: str) -> tuple[str, ...]:
    """The records of data that a term stands on, in the order of the contract."""
    seen: set[str] = set()
    waiting = [name]
    records: set[str] = set()
    while waiting:
        term = waiting.pop()
        if term in seen or term not in program.terms:
            continue
        seen.add(term)
        expr = program.terms[term].expr
        waiting += terms_used(expr)
        for node in walk(expr):
            if isinstance(node, n.Col):
                records.add(node.record)
            elif isinstance(node, n.Aggregate) and node.rows.source is not None:
                records.add(node.rows.source)
    return tuple(r for r in program.records if r in records and program.records[r].is_data)


def _table(record: Record) -> str:
    """The head of a table with one row to fill in."""
    first = [*record.dims, *([record.clock] if record.clock else [])]
    names = [*first, *(c.name for c in record.columns if c.name not in first)]
    cells = " | ".join("…".ljust(len(name)) for name in names)
    return f"  with these {record.name}:\n    | {' | '.join(names)} |\n    | {cells} |\n"


def _title(names: tuple[str, ...]) -> str:
    return f"from the rows of {' and '.join(names)}"
