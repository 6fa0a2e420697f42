"""A plan from a program: alternating readings of data and computations, one computation for each set of keys.

A term's level says how many readings must be done before it can be computed: an aggregate over data stands one
level above all that its rows stand on. All aggregates of one record and level share one reading.
"""

from __future__ import annotations

from typing import Literal

from vbcdsl.model.frozen import frozen
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import same_period_terms, terms_used, walk

_ROWS = (n.Aggregate, n.Quantified, n.Rank, n.PoolShare, n.WithLargest)


@frozen
class Stage:
    """One step. `scan`: read `record` once, its `columns`, for the aggregates of `terms`. `look up`: take
    `columns` of `record` at the keys of `grain`. `compute`: the values of `terms`, which all have the keys
    `grain`. `sections`: whose sentences it serves."""

    what: Literal["scan", "look up", "compute"]
    level: int
    terms: tuple[str, ...]
    sections: tuple[str, ...]
    record: str = ""
    columns: tuple[str, ...] = ()
    grain: tuple[str, ...] = ()


@frozen
class Plan:
    """The stages of a text in force, in order."""

    title: str
    stages: tuple[Stage, ...]


def make_plan(program: Program) -> Plan:
    """The plan of a program, for any data."""
    levels = _levels(program)
    stages: list[Stage] = []
    for level in range(max(levels.values(), default=0) + 1):
        here = [term for term in program.terms.values() if levels[term.name] == level]
        stages += _scans(program, here, level)
        stages += _look_ups(here, level)
        computed = [term for term in here if term.role != "input"]
        for grain in dict.fromkeys(term.grain for term in computed):
            group = [term for term in computed if term.grain == grain]
            stages.append(
                Stage("compute", level, tuple(t.name for t in group), _sections(group), grain=grain)
            )
    return Plan(program.title, tuple(stages))


def _levels(program: Program) -> dict[str, int]:
    """The level of each term; `Program.terms` has each term after those it uses."""
    levels: dict[str, int] = {}
    for term in program.terms.values():
        level = max((levels.get(name, 0) for name in same_period_terms(term.expr)), default=0)
        for node in _scanned(program, term):
            level = max(level, 1 + max((levels.get(name, 0) for name in terms_used(node)), default=0))
        levels[term.name] = level
    return levels


def _scanned(program: Program, term: Term) -> list[n.Node]:
    """The nodes that visit rows of data."""
    return [
        node
        for node in walk(term.expr)
        if isinstance(node, _ROWS)
        and node.rows.source is not None
        and program.records[node.rows.source].is_data
    ]


def _scans(program: Program, terms: list[Term], level: int) -> list[Stage]:
    by_record: dict[str, list[Term]] = {}
    columns: dict[str, dict[str, None]] = {}
    for term in terms:
        for node in _scanned(program, term):
            record = program.records[node.rows.source]  # type: ignore[attr-defined]
            by_record.setdefault(record.name, []).append(term)
            used = columns.setdefault(record.name, {})
            used.update(dict.fromkeys(c.column for c in walk(node) if isinstance(c, n.Col)))
            used.update(dict.fromkeys(d for d in (*record.dims, record.clock) if d))
    return [
        Stage("scan", level, tuple(dict.fromkeys(t.name for t in found)), _sections(found), record,
              tuple(columns[record]))
        for record, found in by_record.items()
    ]  # fmt: skip


def _look_ups(terms: list[Term], level: int) -> list[Stage]:
    inputs: dict[str, list[Term]] = {}
    for term in terms:
        if term.role == "input" and isinstance(term.expr, n.Col):
            inputs.setdefault(term.expr.record, []).append(term)
    return [
        Stage("look up", level, tuple(t.name for t in found), _sections(found), record,
              tuple(t.expr.column for t in found if isinstance(t.expr, n.Col)), found[0].grain)
        for record, found in inputs.items()
    ]  # fmt: skip


def _sections(terms: list[Term]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.section for term in terms if term.section))
