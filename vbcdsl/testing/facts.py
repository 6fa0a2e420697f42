"""The data of an example: the rows that it states, and the rows that its facts make.

`given Rate for "A1c" is 70%` says that there is a row of A1c with that rate: so `the average of Rate`, `over all
Measures` and a table `with one row for each Measure` have rows to visit. A column that the facts leave open takes
its value for what is missing; if it is required and something that is expected stands on it, that is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from vbcdsl.data import DataStore
from vbcdsl.data.literal import LiteralSource
from vbcdsl.data.store import RecordSource
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.engines import messages as m
from vbcdsl.model.periods import OWN, YEAR
from vbcdsl.model.values import Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Column, ExampleCase, Given, Program, Record
from vbcdsl.rules.uses import walk


@attrs.define(eq=False)
class FactSource(LiteralSource):
    """Rows that facts make. `needed`: the columns that something expected stands on."""

    needed: frozenset[str] = frozenset()

    def _cell(self, cell: Value | None, column: Column) -> Value | None:
        if cell is not None or column.missing is not None:
            return super()._cell(cell, column)
        if column.name not in self.needed:
            return None
        record = self.record
        message = f"{column.name} of {record.name} is needed, and the example does not give it"
        help_ = f"add “{column.name} is …” to the facts, or state the rows: “with these {record.name}: | … |”"
        raise VbcError([Diagnostic("VBC6101", message, section=record.section, help=help_)])


@attrs.define(eq=False)
class ExampleStore(DataStore):
    """The data of an example, with the words of an example for what is not there."""

    records: dict[str, Record] = attrs.field(factory=dict)

    def source(self, record: str) -> RecordSource:
        """The rows of a record; `VbcError` if the example has none."""
        if record not in self.sources:
            code, message, help_ = m.NO_DATA
            section = self.records[record].section if record in self.records else ""
            found = Diagnostic(code, message.format(record), section=section, help=help_.format(record))
            raise VbcError([found])
        return self.sources[record]


def text_store(program: Program, case: ExampleCase | None = None, year: int = 1) -> DataStore:
    """The data of an example in a performance year: the tables in the contract's own text, the rows that the
    example states, and for other records the rows that its facts make."""
    stated = case.rows if case is not None else {}
    calendar = program.calendar
    sources: dict[str, LiteralSource] = {
        name: LiteralSource(attrs.evolve(record, rows=stated[name]) if name in stated else record, calendar)
        for name, record in program.records.items()
        if record.rows is not None or record.may_be_absent or name in stated
    }
    if case is not None:
        needed = _needed(program, case)
        for name, rows in _made(program, case, year).items():
            record = attrs.evolve(program.records[name], rows=rows)
            sources[name] = FactSource(record, calendar, needed=needed.get(name, frozenset()))
    return ExampleStore(dict(sources), program.records)


def parties_of(program: Program, case: ExampleCase) -> tuple[str, ...] | None:
    """The parties that the facts name; one if they name none; None if the example states the roster's rows."""
    party = program.party
    roster = program.rosters.get(party)
    if roster is not None and roster.record in case.rows:
        return None
    named = [key for fact in (*case.given, *case.expect) for dim, key in fact.pick if dim == party]
    named += [str(row[party]) for rows in case.rows.values() for row in rows if party in row]
    if named:
        return tuple(dict.fromkeys(named))
    rows = program.records[roster.record].rows if roster is not None else None
    if rows:
        return tuple(str(row[party]) for row in rows)
    return _listed_by_tables(program, case) or (ONE_PARTY,)


ONE_PARTY = "example"


def named_keys(case: ExampleCase) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The keys that the expectations of an example name."""
    return tuple(dict.fromkeys(fact.pick for fact in case.expect if fact.pick))


# ---------------------------------------------------------------- rows of facts


def _made(program: Program, case: ExampleCase, year: int) -> dict[str, tuple[dict[str, Value], ...]]:
    """Record → the rows that the facts make, one for each key that they name."""
    found: dict[str, dict[tuple[object, ...], dict[str, Value]]] = {}
    for fact in case.given:
        term = program.terms.get(fact.term)
        if term is None or not isinstance(term.expr, n.Col):
            continue
        record = program.records[term.expr.record]
        if record.rows is not None or record.entries or record.name in case.rows:
            continue
        for keys in _row_keys(program, case, record, fact, year):
            rows = found.setdefault(record.name, {})
            rows.setdefault(tuple(keys.items()), dict(keys))[term.expr.column] = fact.value
    return {name: tuple(rows.values()) for name, rows in found.items()}


def _row_keys(
    program: Program, case: ExampleCase, record: Record, fact: Given, year: int
) -> Iterator[dict[str, Value]]:
    """The cells that name the rows of a fact; nothing if it does not name a row."""
    picks = dict(fact.pick)
    party = program.party
    keys: dict[str, Value] = {dim: picks[dim] for dim in record.keys if dim in picks}
    if record.clock == YEAR:
        number = year if fact.year is None else fact.year
        if program.calendar.year(number) is None:
            return
        keys[YEAR] = Fraction(number)
    elif record.clock == OWN and OWN in picks:
        keys[OWN] = picks[OWN]
    elif record.clock is not None:
        return  # a fact names no month or quarter
    if any(dim not in keys for dim in record.keys if dim != party):
        return
    if party not in record.dims:
        yield keys
        return
    everybody = parties_of(program, case) or _stated_parties(program, case)
    for name in [picks[party]] if party in picks else everybody:
        yield {party: name, **keys}


def _stated_parties(program: Program, case: ExampleCase) -> tuple[str, ...]:
    """The parties of the roster's rows, which the example states."""
    rows = case.rows[program.rosters[program.party].record]
    return tuple(dict.fromkeys(str(row[program.party]) for row in rows if program.party in row))


# ---------------------------------------------------------------- what the expectations stand on


def _reached(program: Program, case: ExampleCase) -> Iterator[n.Node]:
    """Every expression that an expectation stands on, up to what the facts give."""
    given = {fact.term for fact in case.given if not fact.pick and fact.year is None}
    waiting = [fact.term for fact in case.expect]
    seen = set(given)
    while waiting:
        name = waiting.pop()
        if name in seen or name not in program.terms:
            continue
        seen.add(name)
        for node in walk(program.terms[name].expr):
            yield node
            if isinstance(node, n.Ref):
                waiting.append(node.term)


def _needed(program: Program, case: ExampleCase) -> dict[str, frozenset[str]]:
    """Record → the columns that an expectation stands on."""
    found: dict[str, set[str]] = {}
    for node in _reached(program, case):
        if isinstance(node, n.Col):
            found.setdefault(node.record, set()).add(node.column)
    return {record: frozenset(columns) for record, columns in found.items()}


def _listed_by_tables(program: Program, case: ExampleCase) -> tuple[str, ...]:
    """The parties that a table of the contract has a row for, if an expectation stands on one (`with one row for
    each ACO`) and no row takes any other."""
    found: dict[str, None] = {}
    for node in _reached(program, case):
        if isinstance(node, n.Lookup) and n.KeyOf(program.party) in node.subjects:
            at = node.subjects.index(n.KeyOf(program.party))
            tests = [row.tests[at] for row in node.rows]
            if any(isinstance(test, n.AnyOther) for test in tests):
                return ()
            found.update(dict.fromkeys(test.text for test in tests if isinstance(test, n.IsText)))
    return tuple(found)
