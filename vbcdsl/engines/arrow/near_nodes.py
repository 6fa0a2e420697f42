"""Expressions in floating point with bounds: what differs by scenario, for some scenarios at once.

`near(node, lane)` is to `Near` numbers what `expr.ev` is to exact columns. Whatever no scenario changes is taken
from the exact engine and stays a single row of values for all scenarios. The nodes themselves are computed in
`near_values`, `near_tables`, `near_names` and `near_rows`. A node that is in none of them raises `Slow`; its
term is then computed by the exact engine alone.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

import attrs
import numpy as np

from vbcdsl.engines.arrow import near as f
from vbcdsl.engines.arrow.expr import ev
from vbcdsl.engines.arrow.ints import Array
from vbcdsl.engines.arrow.near import LIMIT, SLACK, UNIT, Near, Slow, Truth
from vbcdsl.engines.arrow.scenario_keys import Facts
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.times import has_clock
from vbcdsl.engines.arrow.vec import Blank, Flag, Num, Vec
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import walk

Value: TypeAlias = Near | Truth

NEAR: dict[type, Callable[[Any, Any], Value]] = {}


class Table:
    """What all scenarios share: the facts, the values of the scenarios, and what was computed once."""

    def __init__(self, facts: Facts, record: str, columns: dict[str, Near]) -> None:
        self.facts, self.record, self.columns = facts, record, columns
        self.fixed: dict[tuple[int, int], Value] = {}
        self.exact: dict[tuple[int, str], Near] = {}  # terms that the exact engine computed, all scenarios
        self.scopes: dict[tuple[int, tuple[str, ...]], Scope] = {}
        self.visits: dict[tuple[int, int], Any] = {}
        self.widest = 1
        self.repeated = _repeated(facts)
        self._depends: dict[int, bool] = {}
        self._indexed: dict[int, n.Lookup] = {}

    def depends(self, node: n.Node) -> bool:
        """Whether an expression differs by scenario."""
        found = self._depends.get(id(node))
        if found is None:
            cone = self.facts.cone
            found = any(
                (isinstance(item, n.Ref) and item.term in cone)
                or (isinstance(item, n.Col) and item.record == self.record)
                for item in walk(node)
            )
            self._depends[id(node)] = found
        return found

    def base(self, grain: tuple[str, ...]) -> tuple[str, ...]:
        """A grain without the scenario."""
        return tuple(d for d in grain if d != self.facts.dim)

    def scope(self, year: int, grain: tuple[str, ...]) -> Scope:
        """The keys of a grain without the scenario, one scope for all that have it."""
        key = (year, tuple(sorted(self.base(grain))))
        found = self.scopes.get(key)
        if found is None:
            found = self.scopes[key] = self.facts.scope(year, self.base(grain))
        return found

    def numbered(self, node: n.Lookup) -> n.Lookup:
        """The table with the number of each row in the place of its value."""
        found = self._indexed.get(id(node))
        if found is None:
            from vbcdsl.model.kinds import NUMBER

            rows = tuple(
                attrs.evolve(row, value=n.Lit(Fraction(i), NUMBER)) for i, row in enumerate(node.rows)
            )
            found = self._indexed[id(node)] = attrs.evolve(node, rows=rows)
        return found


def _repeated(facts: Facts) -> dict[int, int]:
    """The expressions that occur more than once in the terms of the cone: id → a number that equal ones share."""
    known: dict[n.Node, list[n.Node]] = {}
    for program in {id(p): p for p in facts.bundle.by_year.values()}.values():
        for name in facts.cone & set(program.terms):
            for node in walk(program.terms[name].expr):
                if not isinstance(node, (n.Lit, n.Ref, n.Col, n.KeyOf, n.PeriodFact)):
                    known.setdefault(node, []).append(node)
    return {id(node): at for at, nodes in enumerate(known.values()) if len(nodes) > 1 for node in nodes}


class Chunk:
    """Some scenarios, `low` up to but not including `high`, and the terms computed for them."""

    def __init__(self, table: Table, low: int, high: int) -> None:
        self.table, self.low, self.high = table, low, high
        self.repeated: dict[tuple[int, int], Value] = {}
        self._terms: dict[tuple[int, str], Value] = {}

    def term(self, year: int, name: str) -> Value:
        """A term of the cone at the keys of its grain without the scenario."""
        found = self._terms.get((year, name))
        if found is None:
            exact = self.table.exact.get((year, name))
            found = self.rows(exact) if exact is not None else self._compute(year, name)
            self._terms[year, name] = found
        return found

    def _compute(self, year: int, name: str) -> Value:
        facts = self.table.facts
        program = facts.program(year)
        term = program.terms[name]
        if facts.recurrent(program, name) and has_clock(term.grain):
            raise Slow
        return near(term.expr, Lane(self, self.table.scope(year, term.grain)))

    def rows(self, value: Near) -> Near:
        """The lines of these scenarios of a value for all scenarios."""
        at = slice(self.low, self.high)

        def cut(x: Array) -> Array:
            return x if x.shape[0] == 1 else x[at]

        unscored = None if value.unscored is None else cut(value.unscored)
        bad = None if value.bad is None else cut(value.bad)
        return Near(
            cut(value.x), value.den, value.hi, value.err,
            unscored=unscored if unscored is not None and unscored.any() else None,
            bad=bad if bad is not None and bad.any() else None,
        )  # fmt: skip


class Lane:
    """Rows (a scope without the scenario) and scenarios on which an expression is computed."""

    def __init__(self, chunk: Chunk, scope: Scope) -> None:
        self.chunk, self.scope = chunk, scope
        self.table = chunk.table
        self.table.widest = max(self.table.widest, scope.rows)


def near(node: n.Node, lane: Lane) -> Value:
    """The value of an expression on the rows and scenarios of a lane."""
    if not lane.table.depends(node):
        return fixed(node, lane)
    handler = NEAR.get(type(node))
    if handler is None:
        raise Slow
    number = lane.table.repeated.get(id(node))
    if number is None:
        return handler(node, lane)
    key = (number, id(lane.scope))
    found = lane.chunk.repeated.get(key)
    if found is None:
        found = lane.chunk.repeated[key] = handler(node, lane)
    return found


def number(node: n.Node, lane: Lane) -> Near:
    """The same, of a number."""
    found = near(node, lane)
    if not isinstance(found, Near):
        raise Slow
    return found


def truth(node: n.Node, lane: Lane) -> Truth:
    """The same, of a condition."""
    found = near(node, lane)
    if not isinstance(found, Truth):
        raise Slow
    return found


def fixed(node: n.Node, lane: Lane) -> Value:
    """What no scenario changes, from the exact engine."""
    key = (id(node), id(lane.scope))
    found = lane.table.fixed.get(key)
    if found is None:
        found = lane.table.fixed[key] = converted(ev(node, lane.scope))
    return found


def converted(vec: Vec) -> Value:
    """An exact column as one line of values."""
    unscored = None if vec.unscored is None else vec.unscored[None, :]
    bad = None if vec.fault is None else (vec.fault != 0)[None, :]
    match vec:
        case Flag(values=yes):
            return Truth(yes[None, :], unscored=unscored, bad=bad)
        case Num(num=top, den=bottom):
            found = _line(top.a, bottom.scalar, bottom.a)
            found.unscored, found.bad = unscored, bad
            return found
        case Blank():
            zero = np.zeros((1, 1))
            return Near(zero, 1, zero, None, unscored=unscored, bad=bad)
        case _:
            raise Slow


def _line(top: Array, scalar: int | None, bottom: Array) -> Near:
    x = top.astype(np.float64)[None, :]
    size = np.abs(x)
    if scalar is not None:
        if bool(size.max(initial=0.0) <= LIMIT):
            return Near(x, scalar, size, None)
        return Near(x, scalar, size * SLACK, size * (UNIT * SLACK))
    x = x / bottom.astype(np.float64)[None, :]
    size = np.abs(x) * SLACK
    return Near(x, 1, size, size * (4 * UNIT))


def handles(kind: type) -> Callable[[Callable[[Any, Lane], Value]], Callable[[Any, Lane], Value]]:
    """Registers the function that computes a kind of node."""

    def register(function: Callable[[Any, Lane], Value]) -> Callable[[Any, Lane], Value]:
        NEAR[kind] = function
        return function

    return register


def choice(cond: Truth, a: Value, b: Value) -> Value:
    """a where the condition holds, else b."""
    if isinstance(a, Near) and isinstance(b, Near):
        return f.choose(cond, a, b)
    if isinstance(a, Truth) and isinstance(b, Truth):
        return f.choose_truth(cond, a, b)
    raise Slow
