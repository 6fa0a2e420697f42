"""Measures with target and result: a table for each list of the contract that the party has values for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import attrs

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.periods import Period
from vbcdsl.results.aggregates import PERSONAL
from vbcdsl.results.settlement import YEARLY, SettlementRow
from vbcdsl.results.small_cells import counts_people, hidden_terms, protected, totalled
from vbcdsl.results.text import words
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import walk
from vbcdsl.trace.facts import Facts
from vbcdsl.trace.lift import ROWS, kinds_of
from vbcdsl.trace.rules import Words

_KEYS = 200
_CLOCKS = {"Month", "Quarter"}


@attrs.frozen
class MeasureTable:
    """`name`: of the keys ("Measure"). `numeric`: which columns are set to the right."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sections: tuple[str, ...]
    more: int = 0


def measure_tables(
    facts: Facts, row: SettlementRow, program: Program
) -> tuple[tuple[MeasureTable, ...], frozenset[tuple[str, str]]]:
    """The tables, and the (term, key) of the values that are not shown."""
    tables = []
    hidden: set[tuple[str, str]] = set()
    dims: dict[frozenset[str], list[Term]] = {}
    for term in program.terms.values():
        finer = frozenset(term.grain) - {program.party, *YEARLY}
        if finer and not term.hidden and not finer & (PERSONAL | _CLOCKS) and term.payment is None:
            dims.setdefault(finer, []).append(term)
    for finer, terms in dims.items():
        if not any(program.party in term.grain for term in terms):
            continue
        made, small = _table(facts, row, program, tuple(sorted(finer)), terms)
        hidden |= small
        if made is not None:
            tables.append(made)
    return tuple(tables), frozenset(hidden)


def _table(
    facts: Facts, row: SettlementRow, program: Program, dims: tuple[str, ...], terms: list[Term]
) -> tuple[MeasureTable | None, set[tuple[str, str]]]:
    values: dict[str, dict[tuple[str, ...], object]] = {}
    keys: dict[tuple[str, ...], None] = {}
    for term in terms:
        for key, value in _items(facts, row, program, term, dims):
            values.setdefault(term.name, {})[key] = value
            keys[key] = None
    columns = [term for term in terms if term.name in values]
    if not keys or not columns:
        return None, set()
    instead = _not_shown(columns, values, keys, program)
    out = {(name, ", ".join(key)) for name, key in instead}
    tests = _tests(facts, program, dims)
    stated = [one for one in _stated(program, dims) if one[0] not in values]
    lines = []
    for key in list(keys)[:_KEYS]:
        cells = [instead.get((t.name, key)) or _words(values[t.name].get(key), t) for t in columns]
        spoiled = any((t.name, key) in instead for t in columns)
        env = Env({program.party: row.party, **dict(zip(dims, key, strict=True))}, row.year)
        for _, cond in tests:
            found = facts.recorder.quietly(cond, env)
            cells.append(
                "not shown" if spoiled else words(found) if isinstance(found, bool) else "not scored"
            )
        lines.append((*key, *(texts.get(key, "") for _, texts in stated), *cells))
    header = (
        *dims,
        *(name for name, _ in stated),
        *(term.name for term in columns),
        *(said for said, _ in tests),
    )
    sections = tuple(dict.fromkeys(term.section for term in columns))
    return MeasureTable(" and ".join(dims), header, tuple(lines), sections, max(0, len(keys) - _KEYS)), out


def _not_shown(
    columns: list[Term],
    values: Mapping[str, Mapping[tuple[str, ...], object]],
    keys: Iterable[tuple[str, ...]],
    program: Program,
) -> dict[tuple[str, tuple[str, ...]], str]:
    """The cells that are not shown, with what stands instead: those of each key, then those that a total of the
    contract would reveal."""
    instead: dict[tuple[str, tuple[str, ...]], str] = {}
    also: dict[tuple[str, ...], set[str]] = {key: set() for key in keys}
    for _ in range(2):
        for key, names in also.items():
            at = {term.name: values[term.name].get(key) for term in columns}
            for name, text in hidden_terms(columns, at, program, names).items():
                instead.setdefault((name, key), text)
        for term in columns:
            if counts_people(term, program) and totalled(term.name, program):
                hidden = {key for name, key in instead if name == term.name}
                for key in protected(values[term.name], hidden, total_known=True) - hidden:
                    also[key].add(term.name)
    return instead


def _items(
    facts: Facts, row: SettlementRow, program: Program, term: Term, dims: tuple[str, ...]
) -> list[tuple[tuple[str, ...], object]]:
    found: list[tuple[tuple[str, ...], object]] = []
    values = facts.results.terms.get(term.name)
    for key, value in values.items() if values is not None else ():
        at = dict(zip(term.grain, key, strict=True))
        period = next((k for k in key if isinstance(k, Period)), row.year)
        if at.get(program.party, row.party) == row.party and period.number == row.year.number:
            found.append((tuple(str(at[dim]) for dim in dims), value))
    return found


def _tests(facts: Facts, program: Program, dims: tuple[str, ...]) -> list[tuple[str, n.Node]]:
    """The comparisons that the contract makes at each key, with its words: whether a target was met."""
    year = next(number for number, p in facts.settled.bundle.by_year.items() if p is program)
    said = Words(facts.settled.compiled.version_of(year).consolidated.source, kinds_of(program))
    found: dict[str, n.Node] = {}
    for term in program.terms.values():
        for node in walk(term.expr):
            if not isinstance(node, ROWS) or not set(dims) <= set(node.rows.binds):
                continue
            for inner in walk(node):
                if isinstance(inner, n.Compare) and inner not in found.values():
                    found.setdefault(said.written(inner), inner)
    return list(found.items())[:3]


def _stated(program: Program, dims: tuple[str, ...]) -> list[tuple[str, dict[tuple[str, ...], str]]]:
    """The columns of the contract's own tables at these keys: targets, weights, benchmarks."""
    found = []
    for record in program.records.values():
        if record.is_data or record.clock is not None or set(record.keys) != set(dims):
            continue
        for column in record.columns:
            if column.name not in record.dims:
                cells = {
                    tuple(str(line[dim]) for dim in dims): words(line.get(column.name), column.kind)
                    for line in record.rows or ()
                }
                found.append((column.name, cells))
    return found


def _words(value: object, term: Term) -> str:
    if isinstance(value, RunError):
        return "could not be computed"
    text = words(value, term.kind)  # type: ignore[arg-type]
    if isinstance(value, Fraction) and text.startswith("about "):
        return text.removeprefix("about ")
    return text
