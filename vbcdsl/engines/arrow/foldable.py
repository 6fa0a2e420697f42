"""What can be folded: sums over members that need no table of all members.

A contract that limits the cost of each member and then adds it up by provider needs, of each member, two numbers
for a moment only. Where every use of a term of a member lies inside such a sum, the members can be settled a part
at a time, as soon as all their rows were read, and forgotten (`folds.py`). This module decides whether that is so,
from the plan alone. It says no wherever it is not sure: then all members are kept, with the same cents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from vbcdsl.engines.arrow import frames, walk
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.plan import Plan, Streamed, wanted
from vbcdsl.engines.arrow.times import WHOLE_YEAR, is_clock
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record
from vbcdsl.rules.uses import children

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation


@attrs.frozen
class Foldable:
    """The sums over the keys of `dim` that take the place of the terms of these keys, and the numbers of different
    keys, by number of the aggregate and performance year."""

    dim: str
    sums: dict[tuple[int, int], n.Aggregate]
    counts: dict[tuple[int, int], Streamed]


class _No(Exception):
    """Something needs the keys one by one."""


def foldable(engine: Evaluation, record: Record) -> Foldable | None:
    """What of a request can be folded while the rows of a record stream by."""
    for dim in record.dims:
        if is_clock(dim) or not _listed_here(engine, record, dim):
            continue
        found = _Search(engine, record.name, dim)
        try:
            found.all()
        except _No:
            continue
        if found.sums or found.counts:
            return Foldable(dim, found.sums, found.counts)
    return None


def _listed_here(engine: Evaluation, record: Record, dim: str) -> bool:
    """Whether the record itself lists the keys in every text in force, and no other data are by them."""
    for year in engine.request.years:
        program = engine.bundle.by_year.get(year)
        if program is None:
            continue
        if dim == program.party or dim in program.attributes or record.name not in program.records:
            return False
        try:
            if frames.source_of(program, dim) != (record.name, dim):
                return False
        except Unavailable:
            return False
        others = (r for name, r in program.records.items() if name != record.name)
        if any(dim in other.dims for other in others):
            return False
    return True


def _fine(dims: tuple[str, ...]) -> bool:
    """Whether there is a clock finer than a year among them."""
    return any(is_clock(d) and d not in WHOLE_YEAR for d in dims)


class _Search:
    """One look at all that a request needs. Methods raise `_No`."""

    def __init__(self, engine: Evaluation, record: str, dim: str) -> None:
        self.engine, self.record, self.dim = engine, record, dim
        self.plan: Plan = engine.plan
        self.sums: dict[tuple[int, int], n.Aggregate] = {}
        self.counts: dict[tuple[int, int], Streamed] = {}
        self._seen: set[tuple[str, int, str]] = set()

    def all(self) -> None:
        """Every term that is asked for, and every warranty."""
        for year in self.engine.request.years:
            program = self.engine.bundle.by_year.get(year)
            if program is None:
                continue
            for name in wanted(program, self.engine.request):
                self._term(name, year)
            for agreement in program.agreements:
                if self.dim in agreement.grain:
                    raise _No
                grain = agreement.grain
                self._outside(agreement.cond, year, program, frozenset(grain), _fine(grain), None)

    def _term(self, name: str, year: int) -> None:
        """A term without the key."""
        program = self.engine.bundle.by_year.get(year)
        if program is None or name not in program.terms or not self._first("outside", year, name):
            return
        term = program.terms[name]
        if self.dim in term.grain:
            raise _No
        self._outside(term.expr, year, program, frozenset(term.grain), _fine(term.grain), None)

    def _first(self, where: str, year: int, name: str) -> bool:
        key = (where, year, name)
        new = key not in self._seen
        self._seen.add(key)
        return new

    def _outside(
        self,
        node: n.Node,
        year: int,
        program: Program,
        around: frozenset[str],
        fine: bool,
        visited: str | None,
    ) -> None:
        """An expression where the keys are not known; `around`: those that are. It may hold sums over them."""
        match node:
            case n.Ref(term=name, shift=shift):
                for target in self.plan._targets(year, shift):
                    self._term(name, target)
            case n.KeyOf(dim=dim) if dim == self.dim:
                raise _No
            case n.Col(record=name) if name == self.record and visited != name:
                raise _No
            case _:
                pass
        if not walk.visits(node):
            for child in children(node):
                self._outside(child, year, program, around, fine, visited)
            return
        rows = walk.rows_of(node)
        if isinstance(node, n.Aggregate) and rows.source is None and self.dim in rows.binds:
            self._sum(node, year, program, around, fine)
            return
        if rows.source == self.record:
            self._streamed(node, year, apart=True)
        elif self.dim in rows.binds or self.dim in rows.fixed:
            raise _No
        inner = frozenset((*around, *rows.binds, *rows.fixed))
        if rows.source is not None:
            inner |= set(program.records[rows.source].dims)
        for item in walk.inner(node):
            for other in self.plan.visited_years(rows, year, program):
                clocked = fine or _fine((*rows.binds, *rows.fixed))
                if (text := self.engine.bundle.by_year.get(other)) is not None:
                    self._outside(item, other, text, inner, clocked, rows.source)
        for more in _beside(node):
            self._outside(more, year, program, around, fine, visited)

    def _streamed(self, node: n.Node, year: int, *, apart: bool) -> None:
        """An aggregate over rows of the record must be computed as they stream by: `apart` from the keys, or by
        them."""
        if not isinstance(node, n.Aggregate):
            raise _No
        number = self.plan.numbers.get(id(node), -1)
        stream = self.plan.streams.get((number, 0)) or self.plan.streams.get((number, year))
        if stream is None or (self.dim in stream.dims) == apart:
            raise _No
        if apart and node.distinct == self.dim:
            if stream.clock is not None or not stream.joint or stream.level > 1:
                raise _No
            self.counts[number, year] = stream
        if not apart and (not stream.joint or stream.level > 1 or stream.clock is not None or node.distinct):
            raise _No

    def _sum(
        self, node: n.Aggregate, year: int, program: Program, around: frozenset[str], fine: bool
    ) -> None:
        """A sum (a count, an average, an extreme) over the keys."""
        rows = node.rows
        if fine or node.distinct or node.name in ("median", "percentile") or rows.window or rows.others:
            raise _No
        if _fine((*rows.fixed, *rows.binds)) or self.plan.visited_years(rows, year, program) != (year,):
            raise _No
        fixed = {d for d in rows.fixed if not is_clock(d)}
        if not fixed <= around or self.dim in fixed:
            raise _No
        for item in walk.inner(node):
            if walk.needed(item, program) - fixed - set(rows.binds):
                raise _No
            self._inside(item, year, program)
        self.sums[self.plan.numbers[id(node)], year] = node

    def _inside(self, node: n.Node, year: int, program: Program) -> None:
        """An expression on one of the keys: it stands on the rows of this key alone, and on what does not come
        from the record at all."""
        match node:
            case n.Ref(term=name, shift=shift):
                term = program.terms.get(name)
                if term is None or shift is not None or _fine(term.grain):
                    raise _No
                if self.engine.recurrent(program, name):
                    raise _No
                if self.dim not in term.grain:
                    self._apart(node, year, program)
                elif self._first("inside", year, name):
                    self._inside(term.expr, year, program)
            case n.KeyOf() | n.PeriodFact():
                raise _No
            case n.Col(record=name) if name == self.record:
                raise _No
            case _:
                pass
        if not walk.visits(node):
            for child in children(node):
                self._inside(child, year, program)
            return
        rows = walk.rows_of(node)
        if rows.source == self.record:
            self._streamed(node, year, apart=False)
        elif self.dim in rows.binds or self.dim in rows.fixed or rows.others:
            raise _No
        else:
            self._apart(node, year, program)

    def _apart(self, node: n.Node, year: int, program: Program) -> None:
        """An expression that may not stand on the record, nor on the key."""
        match node:
            case n.Ref(term=name, shift=shift):
                for target in self.plan._targets(year, shift):
                    other = self.engine.bundle.by_year.get(target)
                    term = other.terms.get(name) if other is not None else None
                    if other is None or term is None or not self._first("apart", target, name):
                        continue
                    if self.dim in term.grain:
                        raise _No
                    self._apart(term.expr, target, other)
            case n.KeyOf(dim=dim) if dim == self.dim:
                raise _No
            case n.Col(record=name) if name == self.record:
                raise _No
            case _:
                pass
        if not walk.visits(node):
            for child in children(node):
                self._apart(child, year, program)
            return
        rows = walk.rows_of(node)
        if rows.source == self.record or self.dim in rows.binds or self.dim in rows.fixed:
            raise _No
        for item in (*walk.inner(node), *_beside(node)):
            for visited in self.plan.visited_years(rows, year, program):
                if (text := self.engine.bundle.by_year.get(visited)) is not None:
                    self._apart(item, visited, text)


def _beside(node: n.Node) -> tuple[n.Node, ...]:
    """What a node that visits rows computes where it stands."""
    match node:
        case n.PoolShare(pool=pool):
            return (pool,)
        case n.Rank(value=value):
            return (value,)
        case _:
            return ()
