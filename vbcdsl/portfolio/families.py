"""Contracts that are one program with other numbers.

Two contracts are of one family if their programs are equal but for numbers that stand in the text. The numbers
become parameters: a column with a value for each contract of the family. Everything is compared: records, tables,
rosters, sections, kinds, every node of every expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.model.periods import CLOCKS
from vbcdsl.rules import nodes as n
from vbcdsl.rules.outline import fields_of
from vbcdsl.rules.program import Bundle, Program, Term
from vbcdsl.rules.uses import walk
from vbcdsl.scenarios.rewrite import TABLE, VISITORS, keyed_by_scenario, rebuilt, table_of, with_table


@attrs.frozen(eq=False)
class Family:
    """Contracts (by number) of one program. `bundle`: of the first of them, with parameters as columns that have
    the contract as a key; `cone`: the terms that stand on a parameter; `signs`: for each contract which of its
    parameters are above, at or below zero."""

    members: tuple[int, ...]
    bundle: Bundle
    cone: frozenset[str]
    signs: tuple[tuple[int, ...], ...]


def families(contracts: Mapping[int, Compiled]) -> list[Family]:
    """The families of contracts, in the order of their first members."""
    groups: dict[str, list[list[_Read]]] = {}
    for number, compiled in contracts.items():
        read = _Read(number, compiled)
        alike = groups.setdefault(read.form, [])
        for group in alike:
            if group[0].same_tables(read):
                group.append(read)
                break
        else:
            alike.append([read])
    found: list[Family] = []
    for alike in groups.values():
        for group in alike:
            found += _split(group)
    return sorted(found, key=lambda family: family.members[0])


class _Read:
    """A contract as its form and its numbers."""

    def __init__(self, number: int, compiled: Compiled) -> None:
        self.number, self.bundle = number, compiled.bundle
        self.programs = tuple({id(p): p for p in self.bundle.by_year.values()}.values())
        self.form, self.numbers = compiled.outline.form, compiled.outline.numbers
        self.pairs = [number.as_integer_ratio() for number in self.numbers]  # are compared faster

    def same_tables(self, other: _Read) -> bool:
        """Whether records, rosters, roles and tables of the contracts are the same."""
        return all(
            a.records == b.records
            and a.rosters == b.rosters
            and a.attributes == b.attributes
            and a.roles == b.roles
            and list(a.records) == list(b.records)
            for a, b in zip(self.programs, other.programs, strict=True)
        )


# ---------------------------------------------------------------- numbers that become parameters


def _split(group: list[_Read]) -> list[Family]:
    """The family, or several where a number differs that must not: one on which rows of data stand, which would be
    computed again for each contract."""
    first = group[0]
    heavy = [mark for program in first.programs for mark in _heavy(program)]
    parts: dict[tuple[tuple[int, int], ...], list[_Read]] = {}
    for read in group:
        key = tuple(value for value, mark in zip(read.pairs, heavy, strict=True) if mark)
        parts.setdefault(key, []).append(read)
    return [_family(part) for part in parts.values()]


def _family(group: list[_Read]) -> Family:
    first = group[0]
    members = tuple(read.number for read in group)
    places = [
        i for i, values in enumerate(zip(*(r.pairs for r in group), strict=True)) if len(set(values)) > 1
    ]
    if not places:
        return Family(members, first.bundle, frozenset(), ((),) * len(members))
    column = {place: number for number, place in enumerate(places)}
    table = table_of([tuple(read.numbers[place] for read in group) for place in places], len(group))
    count = iter(range(len(first.numbers)))

    def swap(node: n.Node) -> n.Node:
        if type(node) is not n.Lit or type(node.value) is not Fraction:
            return node
        number = column.get(next(count))
        return node if number is None else n.Col(TABLE, str(number), span=node.span, section=node.section)

    done: dict[int, Program] = {}
    for program in first.programs:
        terms = {
            name: attrs.evolve(term, expr=rebuilt(term.expr, swap)) for name, term in program.terms.items()
        }
        done[id(program)] = with_table(attrs.evolve(program, terms=terms), table)
    by_year = {year: done[id(program)] for year, program in first.bundle.by_year.items()}
    rewritten = keyed_by_scenario(by_year, len(group))
    signs = tuple(tuple((x > 0) - (x < 0) for x in (r.numbers[i] for i in places)) for r in group)
    return Family(members, rewritten.bundle, rewritten.cone, signs)


def _heavy(program: Program) -> list[bool]:
    """For each number of a program, in the order of its terms, whether rows or keys that only data list stand on
    it."""
    users: dict[str, set[str]] = {}
    marked = {term.name for term in program.terms.values() if not _few(program, term.grain)}
    for term in program.terms.values():
        for node in walk(term.expr):
            if isinstance(node, n.Ref):
                users.setdefault(node.term, set()).add(term.name)
        for node in _visited_data(program, term):
            marked |= {below.term for below in walk(node) if isinstance(below, n.Ref)}
    heavy = set(marked)
    for term in reversed(program.terms.values()):
        if users.get(term.name, set()) & heavy:
            heavy.add(term.name)
    found: list[bool] = []
    for term in program.terms.values():
        found += _marks(program, term.expr, term.name in heavy)
    return found


def _marks(program: Program, value: Any, heavy: bool) -> Iterator[bool]:
    """The numbers of an expression in the order of its outline."""
    if type(value) is n.Lit:
        if type(value.value) is Fraction:
            yield heavy
        return
    if type(value) is tuple:
        for item in value:
            yield from _marks(program, item, heavy)
        return
    heavy = heavy or (isinstance(value, VISITORS) and not _visits_few(program, value))
    for name in fields_of(type(value)) or ():
        yield from _marks(program, getattr(value, name), heavy)


def _visited_data(program: Program, term: Term) -> Iterator[n.Node]:
    return (x for x in walk(term.expr) if isinstance(x, VISITORS) and not _visits_few(program, x))


def _visits_few(program: Program, node: Any) -> bool:
    """Whether a node visits lines of a table of the contract, not rows of data."""
    if node.rows.source is not None:
        return not program.records[node.rows.source].is_data
    return _few(program, node.rows.binds)


def _few(program: Program, dims: Sequence[str]) -> bool:
    """Whether keys are parties, periods, and what tables of the contract list."""
    for dim in dims:
        if dim == program.party or dim in CLOCKS:
            continue
        roster = program.rosters.get(dim)
        name = roster.record if roster is not None else program.attributes.get(dim, ("",))[0]
        if name not in program.records or program.records[name].is_data:
            return False
    return True


# ---------------------------------------------------------------- parties that stand alone


def parties_stand_alone(bundle: Bundle) -> bool:
    """Whether what a party gets stands on its own rows and keys alone: then it is the same whoever else is in the
    data."""
    programs = {id(p): p for p in bundle.by_year.values()}.values()
    return all(
        not program.agreements
        and all(not term.lives and _alone(program, term.expr) for term in program.terms.values())
        for program in programs
    )


def _alone(program: Program, expr: n.Node) -> bool:
    for node in walk(expr):
        if isinstance(node, n.Ref) and any(dim == program.party for dim, _ in node.pick):
            return False
        if not isinstance(node, VISITORS):
            continue
        if node.rows.others:
            return False
        if program.party in node.rows.fixed:
            continue
        if node.rows.source is not None:
            if program.party in program.records[node.rows.source].dims:
                return False
        elif program.party in node.rows.binds or not _few(program, node.rows.binds):
            return False
    return True
