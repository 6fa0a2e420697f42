"""Columns and terms that differ by scenario, at the keys of a lane (see `near_nodes`).

A term of another year is taken where the party is listed in that year; elsewhere its first value stands.
"""

from __future__ import annotations

import numpy as np

from vbcdsl.engines.arrow import near as f
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.ints import Bools
from vbcdsl.engines.arrow.near import Near, Slow, Truth
from vbcdsl.engines.arrow.near_nodes import Lane, Value, choice, converted, handles, near
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.terms import in_year
from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.rules import nodes as n


@handles(n.Col)
def _column(node: n.Col, lane: Lane) -> Value:
    if node.record != lane.table.record:
        raise Slow
    found = lane.table.columns.get(node.column)
    if found is None:
        raise Slow
    return lane.chunk.rows(found)


@handles(n.Ref)
def _ref(node: n.Ref, lane: Lane) -> Value:
    if node.pick:
        raise Slow
    scope, table = lane.scope, lane.table
    facts = table.facts
    if node.shift is None:
        return _term(node.term, scope.year, scope, lane)
    shift = node.shift
    if (shift.year is None and shift.clock not in WHOLE_YEAR) or facts.recorded.get(node.term):
        raise Slow
    year = shift.year if shift.year is not None else scope.year - (shift.back or 0)
    program = facts.bundle.by_year.get(year)
    if program is None or node.term not in program.terms:
        return _first(node, lane)
    on: Bools = np.ones(1, dtype=bool)
    grain = table.base(program.terms[node.term].grain)
    if program.party in grain:
        listed = facts.frame(year, (program.party,))
        on = listed.find([v.full(scope.key(program.party), scope.rows)], scope.rows) >= 0
    if not on.any():
        return _first(node, lane)
    target = in_year(scope, year, None, grain)
    earlier = _term(node.term, year, target, lane, on)
    return earlier if on.all() else choice(Truth(on[None, :]), earlier, _first(node, lane))


def _first(node: n.Ref, lane: Lane) -> Value:
    if node.first is None:
        zero = np.zeros((1, 1))
        return Near(zero, 1, zero, None, bad=np.ones((1, 1), dtype=bool))
    return near(node.first, lane)


def _term(name: str, year: int, scope: Scope, lane: Lane, on: Bools | None = None) -> Value:
    """A term at the keys of a scope (where `on`, else it means nothing)."""
    table = lane.table
    facts = table.facts
    grain = table.base(facts.program(year).terms[name].grain)
    try:
        frame = facts.frame(year, grain)
    except Unavailable:
        raise Slow from None
    places = scope.positions(frame)
    if name in facts.cone:
        found = lane.chunk.term(year, name)
    else:
        found = converted(facts.column(year, name))
    if places is None:
        return found
    outside = places < 0
    if on is not None:
        outside = outside & on
        places = np.where(places < 0, 0, places)
    if outside.any() or not frame.rows:
        raise Slow
    return f.at(found, v.full(places, scope.rows))
