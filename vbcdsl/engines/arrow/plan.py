"""What has to be computed before anything is: terms by year, and which aggregates share a reading of the data.

An aggregate over a data record can be computed while its rows stream by, once everything its rows stand on is
there. Its level says how many readings must come before; all aggregates of one record and level share one
reading, over all years.
"""

from __future__ import annotations

import weakref

import attrs

from vbcdsl.engines import reach
from vbcdsl.engines.arrow import walk
from vbcdsl.engines.arrow.tables import has_time, key_dims
from vbcdsl.engines.arrow.times import WHOLE_YEAR, has_clock, is_clock
from vbcdsl.engines.interface import Request
from vbcdsl.model.periods import CLOCKS, OWN
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program
from vbcdsl.rules.uses import children


@attrs.define(eq=False)
class Streamed:
    """An aggregate that is computed while data streams by: grouped by `dims` (and `distinct`) and `clock`."""

    number: int
    node: n.Aggregate
    record: str
    dims: tuple[str, ...]
    clock: str | None
    level: int
    years: set[int]
    joint: bool  # the same for all years: one evaluation for the rows of all of them


class Plan:
    """The order of work of one request."""

    def __init__(self, bundle: Bundle, request: Request, given: frozenset[tuple[int, str]]) -> None:
        self.bundle, self.given = bundle, given
        self.streams: dict[tuple[int, int], Streamed] = {}  # (number of the node, year; 0: joint)
        self.numbers: dict[int, int] = {}  # id of an aggregate node → its number; equal nodes have one
        self._known: dict[n.Node, int] = {}
        self.columns: dict[str, set[str]] = {}
        self.grains: set[tuple[int, tuple[str, ...]]] = set()
        self._levels: dict[tuple[int, str], int] = {}
        self._open: set[tuple[int, str]] = set()
        self.cycles: dict[int, frozenset[str]] = {}
        for program in _different(bundle):
            facts = _facts(program)
            for record, columns in facts.columns.items():
                self.columns.setdefault(record, set()).update(columns)
            self.cycles[id(program)] = facts.recurrent
        for year in request.years:
            program_of_year = bundle.by_year.get(year)
            if program_of_year is None:
                continue
            for term in wanted(program_of_year, request):
                self.level(year, term)
            for agreement in program_of_year.agreements:
                self.grains.add((year, agreement.grain))
                self._level_of(agreement.cond, year, program_of_year)

    def level(self, year: int, name: str) -> int:
        """How many readings of data must be done before the term can be computed."""
        key = (year, name)
        found = self._levels.get(key)
        if found is not None:
            return found
        program = self.bundle.by_year.get(year)
        if key in self._open or key in self.given or program is None or name not in program.terms:
            return 0
        self._open.add(key)
        term = program.terms[name]
        self.grains.add((year, term.grain))
        found = self._levels[key] = self._level_of(term.expr, year, program)
        self._open.discard(key)
        return found

    def _level_of(self, node: n.Node, year: int, program: Program) -> int:
        level = 0
        match node:
            case n.Ref(term=name, shift=shift):
                grain = program.terms[name].grain if name in program.terms else ()
                if shift is None and OWN in grain:
                    shift = n.Shift(own=1, clock=OWN)
                for target in self._targets(year, shift):
                    level = max(level, self.level(target, name))
            case n.Aggregate():
                return self._aggregate(node, year, program)
            case _:
                pass
        if walk.visits(node):
            rows = walk.rows_of(node)
            if rows.source is None:
                for other in self.visited_years(rows, year, program):
                    self.grains.add((other, tuple(dict.fromkeys((*rows.fixed, *rows.binds)))))
            for item in walk.inner(node):
                for other in self.visited_years(rows, year, program):
                    level = max(level, self._level_of(item, other, program))
            if isinstance(node, n.PoolShare):
                level = max(level, self._level_of(node.pool, year, program))
            if isinstance(node, n.Rank):
                level = max(level, self._level_of(node.value, year, program))
            return level
        for child in children(node):
            level = max(level, self._level_of(child, year, program))
        return level

    def _targets(self, year: int, shift: n.Shift | None) -> tuple[int, ...]:
        return reach.targets(self.bundle.calendar, year, shift)

    def visited_years(self, rows: n.Rows, year: int, program: Program) -> tuple[int, ...]:
        """The performance years from which an aggregate in `year` takes rows."""
        return reach.visited_years(self.bundle.calendar, rows, year, program)

    def _aggregate(self, node: n.Aggregate, year: int, program: Program) -> int:
        number = self._known.setdefault(node, len(self._known))
        self.numbers[id(node)] = number
        inner_level = 0
        for item in walk.inner(node):
            for other in self.visited_years(node.rows, year, program):
                inner_level = max(inner_level, self._level_of(item, other, program))
        if node.rows.source is None:
            for other in self.visited_years(node.rows, year, program):
                self.grains.add((other, tuple(dict.fromkeys((*node.rows.fixed, *node.rows.binds)))))
            return inner_level
        grouping = streamable(node, program)
        if grouping is None:
            return inner_level
        joint = all(walk.same_every_year(item, node.rows.source) for item in walk.inner(node))
        slot = (number, 0 if joint else year)
        found = self.streams.get(slot)
        if found is None:
            dims, clock = grouping
            found = Streamed(number, node, node.rows.source, dims, clock, inner_level + 1, set(), joint)
            self.streams[slot] = found
        found.years.add(year)
        found.level = max(found.level, inner_level + 1)
        return found.level


@attrs.frozen
class _Facts:
    """What a plan needs to know of a text in force, whatever is asked: found once for each text."""

    columns: dict[str, frozenset[str]]
    recurrent: frozenset[str]


_KNOWN: dict[int, tuple[weakref.ref[Program], _Facts]] = {}


def _facts(program: Program) -> _Facts:
    """The facts of a text, remembered as long as the text is there."""
    known = _KNOWN.get(id(program))
    if known is not None and known[0]() is program:
        return known[1]
    facts = _Facts(_columns(program), _recurrent(program))
    key = id(program)
    _KNOWN[key] = (weakref.ref(program, lambda _: _KNOWN.pop(key, None)), facts)
    return facts


def _columns(program: Program) -> dict[str, frozenset[str]]:
    """The columns that a text uses, by record."""
    found: dict[str, set[str]] = {}
    tops = [t.expr for t in program.terms.values()] + [a.cond for a in program.agreements]
    for top in tops:
        for node in walk.everything(top):
            if isinstance(node, n.Col):
                found.setdefault(node.record, set()).add(node.column)
    for record, column in program.attributes.values():
        found.setdefault(record, set()).add(column)
    for roster in program.rosters.values():
        found.setdefault(roster.record, set()).add(roster.dim)
    return {record: frozenset(columns) for record, columns in found.items()}


def wanted(program: Program, request: Request) -> list[str]:
    """The names of the terms asked for that a text in force has."""
    if request.terms is None:
        return [t.name for t in program.terms.values() if not t.hidden]
    return [name for name in request.terms if name in program.terms]


def _different(bundle: Bundle) -> list[Program]:
    found: dict[int, Program] = {id(p): p for p in bundle.by_year.values()}
    return list(found.values())


def streamable(node: n.Aggregate, program: Program) -> tuple[tuple[str, ...], str | None] | None:
    """By what an aggregate over data is grouped as it streams by; None: its rows must be held in memory."""
    rows = node.rows
    assert rows.source is not None
    record = program.records[rows.source]
    if not record.is_data or rows.others or rows.window is not None or node.name in ("median", "percentile"):
        return None
    if has_time(record) and not has_clock(rows.fixed):
        return None
    if OWN in rows.fixed and program.calendar.cut() is not None:
        return None
    clock: str | None = None
    for dim in rows.fixed:
        if is_clock(dim) and dim not in WHOLE_YEAR and has_time(record):
            if record.clock is not None and CLOCKS.index(dim) < CLOCKS.index(record.clock):
                return None
            if clock is not None:
                return None
            clock = dim
    dims = tuple(d for d in rows.fixed if not is_clock(d) and d in record.dims)
    if any(not is_clock(d) and d not in record.dims and d in program.attributes for d in rows.fixed):
        return None
    if node.distinct is not None and node.distinct not in record.dims:
        return None
    own = set(record.dims)
    for item in walk.inner(node):
        for dim in walk.needed(item, program, record.name):
            if dim in own:
                continue
            attribute = program.attributes.get(dim)
            if attribute is not None and (attribute[0] == record.name or _from(program, attribute[0], own)):
                continue
            if is_clock(dim) and record.clock is not None and clock in (dim, None) and dim == record.clock:
                continue
            return None
    return dims, clock


def _from(program: Program, record: str, dims: set[str]) -> bool:
    """Whether a row of the record is named by keys among these dimensions."""
    found = program.records[record]
    return found.clock in (None, *WHOLE_YEAR) and set(key_dims(found, program)) - WHOLE_YEAR <= dims


def _recurrent(program: Program) -> frozenset[str]:
    """The terms that refer to themselves in an earlier period of the same year, directly or through others."""
    edges: dict[str, set[str]] = {}
    for term in program.terms.values():
        edges[term.name] = {
            node.term
            for node in walk.everything(term.expr)
            if isinstance(node, n.Ref)
            and (node.shift is None or node.shift.clock not in WHOLE_YEAR)
            and node.term in program.terms
        }

    def reaches(start: str) -> bool:
        seen: set[str] = set()
        todo = list(edges[start])
        while todo:
            name = todo.pop()
            if name == start:
                return True
            if name not in seen:
                seen.add(name)
                todo.extend(edges[name])
        return False

    shifted = any(
        isinstance(node, n.Ref) and node.shift is not None and node.shift.clock not in WHOLE_YEAR
        for term in program.terms.values()
        for node in walk.everything(term.expr)
    )
    return frozenset(name for name in edges if reaches(name)) if shifted else frozenset()
