"""The values of terms in every scenario: floating point where it is proven, exact arithmetic where it is not.

`scenario_values` takes facts (`scenario_keys.py`) and gives each wanted term as whole numbers over one
denominator, a line for each scenario. Most terms are computed by `near_nodes.py`, some scenarios at a time so that
their columns stay in the processor's cache, on threads; terms that it does not know, and single rows that it
marks, are computed by the exact engine. The values are those of the exact engine in any case.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np

from vbcdsl.engines.arrow import ints
from vbcdsl.engines.arrow import near_names as near_names  # registers its nodes, as the next three do
from vbcdsl.engines.arrow import near_rows as near_rows
from vbcdsl.engines.arrow import near_tables as near_tables
from vbcdsl.engines.arrow import near_values as near_values
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.ints import I64, Array, Bools, Ints
from vbcdsl.engines.arrow.near import LIMIT, SLACK, UNIT, Near, Slow
from vbcdsl.engines.arrow.near_nodes import Chunk, Table
from vbcdsl.engines.arrow.scenario_keys import Facts, Part
from vbcdsl.engines.arrow.scope import Frame
from vbcdsl.engines.arrow.vec import Num, Vec
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import walk

CACHED = 1 << 17  # numbers in a column of some scenarios: a megabyte
EXACT_ROWS = 1 << 20  # rows of the exact engine at once


@attrs.define(eq=False)
class Amounts:
    """A term in every scenario: `values` / `den`, a line for each scenario (one line: the same in all) and an
    entry for each row of `frame`; rows that are not scored, and numbers of errors."""

    frame: Frame
    values: Array
    den: int
    unscored: Bools | None = None
    fault: I64 | None = None


@attrs.frozen
class Effort:
    """How the values came about: numbers of (scenario, row) computed, and of those by the exact engine."""

    cells: int
    exact: int


def scenario_values(
    facts: Facts, record: str, scenarios: int, wanted: Iterable[tuple[int, str]], threads: int = 2
) -> tuple[dict[tuple[int, str], Amounts], Effort]:
    """The wanted terms (year, name), which are numbers."""
    work = _Work(facts, record, scenarios, threads)
    names = [w for w in wanted if w[1] in facts.cone]
    found = work.compute(names)
    for year, name in wanted:
        if (year, name) not in found:
            grain = facts.program(year).terms[name].grain
            frame = facts.frame(year, grain)
            found[year, name] = _amounts(frame, facts.column(year, name), 1)
    return found, Effort(work.cells, work.exact_cells)


class _Work:
    """One computation."""

    def __init__(self, facts: Facts, record: str, scenarios: int, threads: int) -> None:
        self.facts, self.scenarios, self.threads = facts, scenarios, max(1, min(threads, os.cpu_count() or 1))
        self.codes = facts.scenario_codes(scenarios)
        self.record = record
        self.table = Table(facts, record, self._columns(record))
        self.first = Chunk(self.table, 0, 1)  # the first scenario: what is known of terms is known of all
        self.by_engine: dict[tuple[int, str], tuple[Frame, Vec]] = {}
        self.cells = self.exact_cells = 0

    def _columns(self, record: str) -> dict[str, Near]:
        """The values of the scenarios, as columns; one that cannot be a number stays with the exact engine."""
        program = next(iter(self.facts.bundle.by_year.values()))
        table = self.facts.table(program, record)
        found = {}
        for name, column in table.columns.items():
            if isinstance(column, Num):
                top = v.full(column.num.a, self.scenarios).astype(np.float64)[:, None]
                bottom = column.den
                near = _near(top, bottom)
                if column.unscored is not None:
                    near.unscored = v.full(column.unscored, self.scenarios)[:, None]
                found[name] = near
        return found

    # ------------------------------------------------------------ the order of work

    def compute(self, names: list[tuple[int, str]]) -> dict[tuple[int, str], Amounts]:
        """The wanted terms of the cone."""
        found: dict[tuple[int, str], Amounts] = {}
        fast: list[tuple[int, str]] = []
        for year, name in names:
            try:
                self._probe(year, name)
                fast.append((year, name))
            except Slow:
                frame, column = self._by_engine(year, name)
                found[year, name] = _amounts(frame, column, self.scenarios)
        for key, (frame, _) in self.by_engine.items():
            if key not in found:
                self.exact_cells += frame.rows * self.scenarios
        if fast:
            found |= self._fast(fast)
        self.cells += sum(a.frame.rows * self.scenarios for key, a in found.items() if key not in fast)
        self.exact_cells += sum(a.frame.rows * self.scenarios for key, a in found.items() if key not in fast)
        return found

    def _probe(self, year: int, name: str) -> None:
        """Computes a term for one scenario, and finds the terms below it that only the exact engine knows."""
        for other in _below(self.facts, year, name):
            try:
                value = self.first.term(*other)
            except (Slow, Unavailable):
                if other == (year, name):
                    raise Slow from None
                self._give_exact(*other)
                continue
            if other == (year, name) and (not isinstance(value, Near) or not value.whole):
                raise Slow

    def _give_exact(self, year: int, name: str) -> None:
        """A term that only the exact engine knows, in all scenarios, for the terms that stand on it."""
        frame, column = self._by_engine(year, name)
        if not isinstance(column, Num):
            raise Slow
        shape = (self.scenarios, frame.rows)
        top = v.full(column.num.a, self.scenarios * frame.rows).astype(np.float64).reshape(shape)
        bottom = column.den
        if bottom.scalar is None:
            wide = v.full(bottom.a, self.scenarios * frame.rows).reshape(shape)
            near = _near(top, Ints(wide))
        else:
            near = _near(top, bottom)
        near.hi = near.hi.max(axis=0, keepdims=True) if near.hi.shape[0] > 1 else near.hi
        if near.err is not None:
            near.err = near.err.max(axis=0, keepdims=True)
        if column.unscored is not None:
            near.unscored = v.full(column.unscored, self.scenarios * frame.rows).reshape(shape)
        if column.fault is not None:
            near.bad = (v.full(column.fault, self.scenarios * frame.rows) != 0).reshape(shape)
        self.table.exact[year, name] = near

    def _by_engine(self, year: int, name: str) -> tuple[Frame, Vec]:
        """A term in all scenarios by the exact engine, scenario after scenario."""
        key = (year, name)
        if key not in self.by_engine:
            grain = self.table.base(self.facts.program(year).terms[name].grain)
            frame = self.facts.frame(year, grain)
            step = max(1, EXACT_ROWS // max(1, frame.rows, self._widest()))
            parts: list[tuple[Array | None, Vec]] = []
            for low in range(0, self.scenarios, step):
                codes = self.codes[low : low + step]
                part = self._part(codes, low)
                at = np.arange(low * frame.rows, (low + len(codes)) * frame.rows)
                parts.append((at, part.column(year, name)))
            self.by_engine[key] = (frame, v.scatter(self.scenarios * frame.rows, parts))
        return self.by_engine[key]

    def _widest(self) -> int:
        """The most rows that a node visits in one scenario, as far as known."""
        tables = [table.rows for table in self.facts._tables.values()]
        frames = [frame.rows for frame in self.facts._frames.values()]
        return max([1, *tables, *frames])

    def _part(self, codes: I64, low: int) -> Part:
        part = Part.of(self.facts, codes)
        for (year, name), (frame, column) in self.by_engine.items():
            rows = np.arange(low * frame.rows, (low + len(codes)) * frame.rows)
            part.known(year, name, v.take(column, rows))
        return part

    # ------------------------------------------------------------ in floating point

    def _fast(self, names: list[tuple[int, str]]) -> dict[tuple[int, str], Amounts]:
        found: dict[tuple[int, str], Amounts] = {}
        marks: dict[tuple[int, str], Bools] = {}
        for year, name in names:
            frame = self.facts.frame(year, self.table.base(self.facts.program(year).terms[name].grain))
            value = self.first.term(year, name)
            assert isinstance(value, Near)
            values = np.empty((self.scenarios, frame.rows), dtype=np.int64)
            found[year, name] = Amounts(frame, values, value.den)
        step = max(1, CACHED // self.table.widest)
        starts = list(range(0, self.scenarios, step))
        unsure: list[tuple[tuple[int, str], int, str, Bools]] = []

        def run(low: int) -> None:
            high = min(low + step, self.scenarios)
            chunk = Chunk(self.table, low, high)
            for key in names:
                value = chunk.term(*key)
                assert isinstance(value, Near)
                target = found[key]
                if value.den != target.den or not value.whole:
                    unsure.append((key, low, "bad", np.ones((high - low, target.frame.rows), dtype=bool)))
                    continue
                target.values[low:high] = value.x
                for what, mask in (("unscored", value.unscored), ("bad", value.bad)):
                    if mask is not None and mask.any():
                        unsure.append(
                            (key, low, what, np.broadcast_to(mask, (high - low, target.frame.rows)))
                        )

        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if self.threads > 1 and len(starts) > 1:
                with ThreadPoolExecutor(self.threads) as pool:
                    list(pool.map(run, starts))
            else:
                for low in starts:
                    run(low)
        for key, low, what, mask in unsure:
            amounts = found[key]
            shape = (self.scenarios, amounts.frame.rows)
            if what == "unscored":
                if amounts.unscored is None:
                    amounts.unscored = np.zeros(shape, dtype=bool)
                amounts.unscored[low : low + len(mask)] |= mask
            else:
                marks.setdefault(key, np.zeros(shape, dtype=bool))[low : low + len(mask)] |= mask
        for key, mask in marks.items():
            self._recompute(key, found[key], mask)
        self.cells += sum(a.values.size for a in found.values())
        return found

    # ------------------------------------------------------------ exactly, row by row

    def _recompute(self, key: tuple[int, str], amounts: Amounts, mask: Bools) -> None:
        """The marked rows, by the exact engine."""
        year, _ = key
        facts, frame = self.facts, amounts.frame
        program = facts.program(year)
        scenario, row = np.nonzero(mask)
        self.exact_cells += len(scenario)
        if program.party in frame.codes and self._by_party():
            step = EXACT_ROWS
            party = v.full(frame.codes[program.party], frame.rows)
            for low in range(0, len(scenario), step):
                s, r = scenario[low : low + step], row[low : low + step]
                pairs = np.unique(np.stack((party[r], s)), axis=1)
                part = Part.of(facts, self.codes[pairs[1]], pairs[0])
                self._seed(part)
                self._write(part, key, amounts, mask)
            return
        lines = np.unique(scenario)
        step = max(1, EXACT_ROWS // max(1, self._widest()))
        for low in range(0, len(lines), step):
            part = Part.of(facts, self.codes[lines[low : low + step]])
            self._seed(part)
            self._write(part, key, amounts, mask)

    def _by_party(self) -> bool:
        """Whether each party can be computed without the others."""
        if not hasattr(self, "_alone"):
            self._alone = all(
                _alone(program.terms[name].expr, program.party, self.table)
                for program in self.facts.bundle.by_year.values()
                for name in self.facts.cone
                if name in program.terms
            )
        return self._alone

    def _seed(self, part: Part) -> None:
        """Terms that the exact engine computed for all keys are not computed again for some."""
        for (year, name), (frame, column) in self.by_engine.items():
            here = part.frame(year, self.facts.program(year).terms[name].grain)
            rows, lines = self._places(here, frame)
            part.known(year, name, v.take(column, lines * frame.rows + rows))

    def _places(self, here: Frame, frame: Frame) -> tuple[Array, Array]:
        """The row of a key table without scenarios, and the scenario, of each row of one with them."""
        rows = frame.find([v.full(here.codes[d], here.rows) for d in frame.names()], here.rows)
        number = np.empty(int(self.codes.max()) + 1, dtype=np.int64)
        number[self.codes] = np.arange(self.scenarios)
        return rows, number[v.full(here.codes[self.facts.dim], here.rows)]

    def _write(self, part: Part, key: tuple[int, str], amounts: Amounts, mask: Bools) -> None:
        year, name = key
        here = part.frame(year, self.facts.program(year).terms[name].grain)
        rows, lines = self._places(here, amounts.frame)
        kept = np.flatnonzero(mask[lines, rows])
        exact = _amounts(here, v.take(part.column(year, name), np.arange(here.rows)), 1)
        common = math.lcm(exact.den, amounts.den)
        if common != amounts.den:
            amounts.values = ints.mul(Ints(amounts.values), ints.one(common // amounts.den)).a
            amounts.den = common
        new = ints.mul(Ints(exact.values[0]), ints.one(common // exact.den)).a
        if new.dtype == object and amounts.values.dtype != object:
            amounts.values = amounts.values.astype(object)
        s, r = lines[kept], rows[kept]
        amounts.values[s, r] = new[kept]
        if exact.fault is not None:
            if amounts.fault is None:
                amounts.fault = np.zeros(amounts.values.shape, dtype=np.int64)
            amounts.fault[s, r] = exact.fault[0][kept]
        if exact.unscored is not None or amounts.unscored is not None:
            if amounts.unscored is None:
                amounts.unscored = np.zeros(amounts.values.shape, dtype=bool)
            amounts.unscored[s, r] = False if exact.unscored is None else exact.unscored[0][kept]


def _near(top: Array, bottom: Ints) -> Near:
    """Numerators and denominators as numbers with a bound for each row."""
    size = np.abs(top)
    scalar = bottom.scalar
    if scalar is not None:
        high = (
            np.array([[float(size.max(initial=0.0))]])
            if top.shape[1] == 1
            else size.max(axis=0, keepdims=True)
        )
        if bool(high.max(initial=0.0) <= LIMIT):
            return Near(top, scalar, high, None)
        return Near(top, scalar, high * SLACK, high * (UNIT * SLACK))
    low = bottom.a.astype(np.float64)
    x = top / (low[:, None] if low.ndim == 1 else low)
    high = np.abs(x).max(axis=0, keepdims=True) * SLACK
    return Near(x, 1, high, high * (4 * UNIT))


def _amounts(frame: Frame, column: Vec, lines: int) -> Amounts:
    """An exact column as whole numbers over one denominator."""
    shape = (lines, frame.rows)
    count = lines * frame.rows
    fault = None if column.fault is None else v.full(column.fault, count).reshape(shape)
    unscored = None if column.unscored is None else v.full(column.unscored, count).reshape(shape)
    if not isinstance(column, Num):
        return Amounts(frame, np.zeros(shape, dtype=np.int64), 1, unscored, fault)
    den = column.den.scalar
    top = column.num
    if den is None:
        den = math.lcm(*(int(x) for x in np.unique(column.den.a).tolist()))
        top = ints.mul(top, ints.floordiv(ints.one(den), column.den))
    return Amounts(frame, v.full(top.a, count).reshape(shape), den, unscored, fault)


def _below(facts: Facts, year: int, name: str) -> list[tuple[int, str]]:
    """The terms of the cone that a term stands on, each after those that it stands on itself."""
    order: list[tuple[int, str]] = []
    seen: set[tuple[int, str]] = set()

    def visit(at: int, term: str) -> None:
        if (at, term) in seen or at not in facts.bundle.by_year:
            return
        program = facts.program(at)
        if term not in program.terms or term not in facts.cone:
            return
        seen.add((at, term))
        for node in walk(program.terms[term].expr):
            if isinstance(node, n.Ref):
                for target in facts.plan._targets(at, node.shift):
                    visit(target, node.term)
        order.append((at, term))

    visit(year, name)
    return order


def _alone(node: n.Node, party: str, table: Table) -> bool:
    """Whether what an expression visits of the varied terms belongs to its own party."""
    for item in walk(node):
        if isinstance(item, (n.Aggregate, n.Quantified, n.Rank, n.PoolShare, n.WithLargest)):
            if table.depends(item) and party not in item.rows.fixed:
                return False
        elif isinstance(item, n.Ref) and item.pick and item.term in table.facts.cone:
            return False
    return True
