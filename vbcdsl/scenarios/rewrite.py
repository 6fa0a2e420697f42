"""A contract whose varied values differ by scenario: the scenarios become one more key.

Between the rules and an engine. The values of all scenarios stand in a table of their own, one line for each
scenario, and every literal, term or column that is varied is replaced by a column of that table. The terms that
stand on it get the scenario as a key, as if the text said `for each Scenario`; all others keep their keys and
are computed once. So an engine needs to know nothing about scenarios, and settles each as it would settle the
text changed by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, Final

import attrs

from vbcdsl.model.kinds import NUMBER, TEXT
from vbcdsl.model.values import NOT_SCORED, Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Column, Program, Record, Roster, Term
from vbcdsl.rules.uses import walk
from vbcdsl.scenarios.places import ColumnPlace, LiteralPlace, Place, TermPlace

SCENARIO: Final = "Scenario"
DIM: Final = "(scenario)"  # no name of a contract can be written so
TABLE: Final = "(scenarios)"


@attrs.frozen
class Varied:
    """One varied thing: its place, and its value in each scenario (None: as written). `relative`: the values
    multiply what is written."""

    place: Place
    values: tuple[Value | None, ...]
    relative: bool = False


@attrs.frozen
class Rewritten:
    """The contract with scenarios as a key. `cone`: the terms that stand on a varied value."""

    bundle: Bundle
    cone: frozenset[str]
    scenarios: int


def code_of(scenario: int) -> str:
    """The text by which the table of scenarios names a scenario (from 0)."""
    return str(scenario)


def with_scenarios(bundle: Bundle, varied: tuple[Varied, ...], scenarios: int) -> Rewritten:
    """The programs of a contract in which each varied value is a column of the table of scenarios."""
    table = _table(varied, scenarios)
    done: dict[tuple[int, tuple[int, ...]], Program] = {}
    by_year: dict[int, Program] = {}
    for year, program in bundle.by_year.items():
        here = tuple(i for i, each in enumerate(varied) if each.place.holds_in(year))
        key = (id(program), here)
        if key not in done:
            done[key] = _replaced(program, [(i, varied[i]) for i in here], table)
        by_year[year] = done[key]
    return keyed_by_scenario(by_year, scenarios)


def keyed_by_scenario(by_year: dict[int, Program], scenarios: int) -> Rewritten:
    """Programs that use columns of the table of scenarios: what stands on them gets the scenario as a key."""
    different = {id(program): program for program in by_year.values()}
    cone = _cone(tuple(different.values()))
    keyed = {place: _keyed(program, cone) for place, program in different.items()}
    return Rewritten(Bundle({year: keyed[id(program)] for year, program in by_year.items()}), cone, scenarios)


def with_table(program: Program, table: Record) -> Program:
    """The program with the table of scenarios."""
    return attrs.evolve(
        program,
        records={**program.records, TABLE: table},
        rosters={**program.rosters, DIM: Roster(DIM, TABLE, ())},
        agreements=(),
        examples=(),
    )


def table_of(columns: list[tuple[Value, ...]], scenarios: int) -> Record:
    """A table of scenarios with a value for each of them in each column."""
    kinds = (Column(DIM, TEXT, None), *(Column(str(i), NUMBER, NOT_SCORED) for i in range(len(columns))))
    rows: list[dict[str, Value]] = [
        {DIM: code_of(k), **{str(i): values[k] for i, values in enumerate(columns)}} for k in range(scenarios)
    ]
    return Record(TABLE, "", (DIM,), None, kinds, (DIM,), rows=tuple(rows))


def _table(varied: tuple[Varied, ...], scenarios: int) -> Record:
    columns = [Column(DIM, TEXT, None)]
    for number, _ in enumerate(varied):
        columns.append(Column(str(number), NUMBER, NOT_SCORED))
    rows: list[dict[str, Value]] = []
    for scenario in range(scenarios):
        row: dict[str, Value] = {DIM: code_of(scenario)}
        for number, each in enumerate(varied):
            value = each.values[scenario]
            if value is None and each.relative:
                value = Fraction(1)
            if value is None and isinstance(each.place, LiteralPlace):
                value = each.place.value
            if value is not None:
                row[str(number)] = value
        rows.append(row)
    return Record(TABLE, "", (DIM,), None, tuple(columns), (DIM,), rows=tuple(rows))


def _replaced(program: Program, varied: list[tuple[int, Varied]], table: Record) -> Program:
    """The program with the varied places replaced by columns of the table."""
    literals: dict[tuple[int, int], tuple[int, Varied]] = {}
    columns: dict[tuple[str, str], list[tuple[int, Varied]]] = {}
    terms: dict[str, list[tuple[int, Varied]]] = {}
    for number, each in varied:
        match each.place:
            case LiteralPlace(spans=spans):
                for span in spans.get(id(program), ()):
                    literals[span] = (number, each)
            case ColumnPlace(record=record, column=column):
                columns.setdefault((record, column), []).append((number, each))
            case TermPlace(term=whole):
                terms.setdefault(whole, []).append((number, each))

    def swap(node: n.Node) -> n.Node:
        match node:
            case n.Lit(span=span) if (span.start, span.end) in literals:
                number, each = literals[span.start, span.end]
                return _instead(node, number, each, always=True)
            case n.Col(record=record, column=column) if (record, column) in columns:
                found: n.Node = node
                for number, each in columns[record, column]:
                    found = _for_keys(found, number, each, program)
                return found
            case _:
                return node

    changed: dict[str, Term] = {}
    for name, term in program.terms.items():
        expr = rebuilt(term.expr, swap)
        for number, each in terms.get(name, ()):
            expr = _for_keys(expr, number, each, program)
        changed[name] = term if expr is term.expr else attrs.evolve(term, expr=expr)
    return with_table(attrs.evolve(program, terms=changed), table)


def _instead(old: n.Node, number: int, varied: Varied, always: bool = False) -> n.Node:
    """What stands in the place of an expression: the scenario's value, or the expression where it has none."""
    here = n.Col(TABLE, str(number), span=old.span, section=old.section)
    if varied.relative:
        return n.Multiply((old, here), span=old.span, section=old.section)
    if always or all(value is not None for value in varied.values):
        return here
    return n.ScoredOr(here, old, span=old.span, section=old.section)


def _for_keys(old: n.Node, number: int, varied: Varied, program: Program) -> n.Node:
    """The same, for the keys alone that the place names."""
    new = _instead(old, number, varied)
    place = varied.place
    assert isinstance(place, (ColumnPlace, TermPlace))
    if not place.keys:
        return new
    tests = tuple(n.Compare("=", n.KeyOf(dim), n.Lit(text, TEXT)) for dim, text in place.keys)
    return n.Case(((tests[0] if len(tests) == 1 else n.All(tests), new),), old)


# ---------------------------------------------------------------- which terms stand on it


def _cone(programs: tuple[Program, ...]) -> frozenset[str]:
    """The terms that stand on the table of scenarios in any of the texts, directly or through others."""
    uses: dict[str, set[str]] = {}
    found: set[str] = set()
    for program in programs:
        for term in program.terms.values():
            for node in walk(term.expr):
                if isinstance(node, n.Ref):
                    uses.setdefault(node.term, set()).add(term.name)
                elif isinstance(node, n.Col) and node.record == TABLE:
                    found.add(term.name)
    todo = list(found)
    while todo:
        for user in uses.get(todo.pop(), ()):
            if user not in found:
                found.add(user)
                todo.append(user)
    return frozenset(found)


def depends(node: n.Node, cone: frozenset[str]) -> bool:
    """Whether an expression stands on a varied value."""
    return any(
        (isinstance(item, n.Ref) and item.term in cone) or (isinstance(item, n.Col) and item.record == TABLE)
        for item in walk(node)
    )


def _keyed(program: Program, cone: frozenset[str]) -> Program:
    """The program in which the terms of the cone, and what visits them, have the scenario as a key."""

    def key(node: n.Node) -> n.Node:
        if isinstance(node, VISITORS) and any(depends(item, cone) for item in visited(node)):
            rows = attrs.evolve(node.rows, fixed=(*node.rows.fixed, DIM))
            return attrs.evolve(node, rows=rows)
        return node

    changed = {}
    for name, term in program.terms.items():
        if name in cone:
            changed[name] = attrs.evolve(term, grain=(*term.grain, DIM), expr=rebuilt(term.expr, key))
        else:
            changed[name] = term
    return attrs.evolve(program, terms=changed)


VISITORS: Final = (n.Aggregate, n.Quantified, n.Rank, n.PoolShare, n.WithLargest)


def visited(node: n.Node) -> tuple[n.Node, ...]:
    """The expressions that a node evaluates on the rows that it visits (not the pool that it divides)."""
    from vbcdsl.engines.arrow.walk import inner

    return inner(node)


# ---------------------------------------------------------------- rebuilding expressions


@cache
def _holders(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(kind) if field.name not in ("span", "section"))


def rebuilt(node: n.Node, change: Callable[[n.Node], n.Node]) -> n.Node:
    """An expression with `change` applied to each node, from below; what does not change stays the same
    object."""
    made: n.Node = _rebuilt(node, change)
    return made


def _rebuilt(value: Any, change: Callable[[n.Node], n.Node]) -> Any:
    if isinstance(value, tuple):
        items = tuple(_rebuilt(item, change) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    inside = isinstance(value, (n.LookupRow, n.Band, n.Interval, n.TieStep))
    if not inside and not isinstance(value, n.Node):
        return value
    different = {}
    for name in _holders(type(value)):  # type: ignore[arg-type]
        old = getattr(value, name)
        new = _rebuilt(old, change)
        if new is not old:
            different[name] = new
    made = attrs.evolve(value, **different) if different else value
    return made if inside else change(made)
