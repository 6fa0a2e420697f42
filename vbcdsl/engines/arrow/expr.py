"""Evaluating expressions on a scope: literals, arithmetic, conditions, branches.

`ev(node, scope)` gives the column of a node. The nodes of other families are in `lookups.py` (tables),
`terms.py` (terms, columns of records, periods), `rows.py` (aggregates), `pools.py` (ranks, pools,
attribution); each registers its nodes in `EVALUATE`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from vbcdsl.engines import messages as m
from vbcdsl.engines.arrow import exact
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.ints import Array, Bools
from vbcdsl.engines.arrow.vec import Blank, Day, Flag, Num, Text, Vec, any_unscored, first_fault, marked
from vbcdsl.model.kinds import UNSCORED
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.scope import Scope

What: TypeAlias = tuple[str, str, str]  # code, message and help, as in `engines/messages.py`
Words: TypeAlias = Callable[[int], tuple[str, ...]]

EVALUATE: dict[type, Callable[[Any, Scope], Vec]] = {}


def ev(node: n.Node, scope: Scope) -> Vec:
    """The column of an expression on the rows of a scope."""
    try:
        return EVALUATE[type(node)](node, scope)
    except Unavailable as missing:
        return unavailable(missing, node, scope)


def unavailable(missing: Unavailable, node: n.Node, scope: Scope) -> Vec:
    """The error of everything that stands on data that cannot be had."""
    error = missing.error
    if missing.problem is None:
        return v.failed(scope.engine.faults.number(error))
    everything = np.ones(scope.rows, dtype=bool)
    return Blank(
        fault=scope.engine.new_faults(scope, everything, (error.code, error.message, error.help), node)
    )


def handles(kind: type) -> Callable[[Callable[[Any, Scope], Vec]], Callable[[Any, Scope], Vec]]:
    """Registers the function that evaluates a kind of node."""

    def register(function: Callable[[Any, Scope], Vec]) -> Callable[[Any, Scope], Vec]:
        EVALUATE[kind] = function
        return function

    return register


# ---------------------------------------------------------------- helpers


def numbers(*vecs: Vec) -> list[Num] | None:
    """The columns as numbers; None if one of them has no value on any row."""
    found: list[Num] = []
    for vec in vecs:
        if isinstance(vec, Blank):
            return None
        assert isinstance(vec, Num), vec
        found.append(vec)
    return found


def blank(*vecs: Vec) -> Blank:
    """The column without values that stands on these columns."""
    return marked(Blank(), any_unscored(*vecs), first_fault(*vecs))


def only(mask: Bools, vec: Vec) -> Bools:
    """The rows of the mask on which the column has a value."""
    bad = vec.bad()
    return mask if bad is None else mask & ~bad


def fail(scope: Scope, vec: Vec, mask: Bools, what: What, node: n.Node, words: Words | None = None) -> Vec:
    """The column with an error where the mask holds (and it has a value); `words` fill the message by row."""
    mask = only(mask, vec)
    if not mask.any():
        return vec
    new = scope.engine.new_faults(scope, v.full(mask, scope.rows), what, node, words)
    old = vec.fault
    return marked(vec, vec.unscored, new if old is None else np.where(old != 0, old, new))


def flags(vec: Vec, rows: int) -> tuple[Array, Array | None, Array, Array | None]:
    """A condition as masks: where it holds, where it is not scored, where it does not hold, and its errors."""
    bad = vec.bad()
    values = v.full(vec.values, rows) if isinstance(vec, Flag) else np.zeros(rows, dtype=bool)
    unscored = None if vec.unscored is None else v.full(vec.unscored, rows)
    fault = None if vec.fault is None else v.full(vec.fault, rows)
    if bad is None:
        if isinstance(vec, Blank) and rows:
            raise AssertionError("a condition without a value")
        return values, unscored, ~values, fault
    return values & ~bad, unscored, ~values & ~bad, fault


def split(mask: Array) -> Array:
    """The rows of a mask."""
    return np.flatnonzero(mask)


# ---------------------------------------------------------------- literals and arithmetic


@handles(n.Lit)
def _lit(node: n.Lit, scope: Scope) -> Vec:
    return scope.engine.literal(node)


def _fold(operation: Callable[[Num, Num], Num]) -> Callable[[Any, Scope], Vec]:
    def run(node: Any, scope: Scope) -> Vec:
        vecs = [ev(item, scope) for item in node.items]
        values = numbers(*vecs)
        if values is None:
            return blank(*vecs)
        result = values[0]
        for value in values[1:]:
            result = operation(result, value)
        if all(vec.clean for vec in vecs):
            return result
        return marked(result, any_unscored(*vecs), first_fault(*vecs))

    return run


EVALUATE[n.Add] = _fold(exact.add)
EVALUATE[n.Multiply] = _fold(exact.multiply)


def _extreme(operation: Callable[[Num, Num], Num], largest: bool) -> Callable[[Any, Scope], Vec]:
    numeric = _fold(operation)

    def run(node: Any, scope: Scope) -> Vec:
        vecs = [ev(item, scope) for item in node.items]
        if not any(isinstance(vec, Day) for vec in vecs):
            return numeric(node, scope)
        values = [vec.values for vec in vecs if isinstance(vec, Day)]
        if len(values) < len(vecs):
            return blank(*vecs)
        result = values[0]
        for value in values[1:]:
            result = np.maximum(result, value) if largest else np.minimum(result, value)
        return marked(Day(result), any_unscored(*vecs), first_fault(*vecs))

    return run


EVALUATE[n.Lesser] = _extreme(exact.lesser, largest=False)
EVALUATE[n.Greater] = _extreme(exact.greater, largest=True)


@handles(n.Subtract)
def _subtract(node: n.Subtract, scope: Scope) -> Vec:
    left, right = ev(node.left, scope), ev(node.right, scope)
    values = numbers(left, right)
    if values is None:
        return blank(left, right)
    return marked(exact.subtract(*values), any_unscored(left, right), first_fault(left, right))


@handles(n.Divide)
def _divide(node: n.Divide, scope: Scope) -> Vec:
    left, right = ev(node.left, scope), ev(node.right, scope)
    values = numbers(left, right)
    if values is None:
        return blank(left, right)
    result: Vec = marked(exact.divide(*values), any_unscored(left, right), first_fault(left, right))
    zero = only(exact.zero(values[1]), result)
    if not zero.any():
        return result
    if node.if_zero is None:
        return fail(scope, result, zero, m.DIVISION, node)
    zero = v.full(zero, scope.rows)
    rows, rest = split(zero), split(~zero)
    return v.scatter(scope.rows, [(rest, v.take(result, rest)), (rows, ev(node.if_zero, scope.narrow(rows)))])


@handles(n.Power)
def _power(node: n.Power, scope: Scope) -> Vec:
    base = ev(node.base, scope)
    values = numbers(base)
    if values is None:
        return blank(base)
    return marked(exact.power(values[0], node.exponent), base.unscored, base.fault)


@handles(n.Root)
def _root(node: n.Root, scope: Scope) -> Vec:
    base = ev(node.base, scope)
    values = numbers(base)
    if values is None:
        return blank(base)
    base = fail(scope, base, exact.below_zero(values[0]), m.ROOT, node)
    length = max(len(values[0].num), len(values[0].den))
    roots = [
        exact.root(max(x, Fraction(0)), node.degree, node.places) for x in v.fractions(values[0], length)
    ]
    return marked(v.from_fractions(roots), base.unscored, base.fault)


@handles(n.Clamp)
def _clamp(node: n.Clamp, scope: Scope) -> Vec:
    parts = [ev(item, scope) for item in (node.floor, node.cap, node.value) if item is not None]
    values = numbers(*parts)
    if values is None:
        return blank(*parts)
    result, limits = values[-1], values[:-1]
    wrong: Bools | None = None
    if node.cap is not None and node.floor is not None:
        wrong = exact.compare(">", limits[0], limits[1])
    if node.cap is not None:
        result = exact.lesser(result, limits[-1])
    if node.floor is not None:
        result = exact.greater(result, limits[0])
    done: Vec = marked(result, any_unscored(*parts), first_fault(*parts))
    if wrong is not None:
        floor, cap = limits

        def words(row: int) -> tuple[str, ...]:
            return tuple(m.shown(v.number_at(limit, row)) for limit in (floor, cap))

        done = fail(scope, done, wrong, m.FLOOR_ABOVE_CAP, node, words)
    return done


@handles(n.Round)
def _round(node: n.Round, scope: Scope) -> Vec:
    value = ev(node.value, scope)
    values = numbers(value)
    if values is None:
        return blank(value)
    return marked(exact.rounded(values[0], node.mode, node.unit), value.unscored, value.fault)


@handles(n.Require)
def _require(node: n.Require, scope: Scope) -> Vec:
    value = ev(node.value, scope)
    if node.test == "scored":
        if value.unscored is None:
            return value
        missing = v.full(value.unscored, scope.rows)
        new = scope.engine.new_faults(scope, missing, m.unscored(node.code, node.what), node)
        old = value.fault
        return marked(value, None, new if old is None else np.where(old != 0, old, new))
    values = numbers(value)
    if values is None:
        return value
    x = values[0]
    match node.test:
        case "at least zero":
            wrong = exact.below_zero(x)
        case "above zero":
            wrong = exact.below_zero(x) | exact.zero(x)
        case _:
            wrong = (x.num.a % x.den.a != 0).astype(bool)
    words = {"at least zero": "is negative", "above zero": "is not above zero", "whole": "is not whole"}
    return fail(
        scope, value, wrong, (node.code, f"{node.what} {words[node.test]}", m.advice(node.code)), node
    )


@handles(n.Stop)
def _stop(node: n.Stop, scope: Scope) -> Vec:
    everything = np.ones(scope.rows, dtype=bool)
    return Blank(fault=scope.engine.new_faults(scope, everything, (node.code, node.what, ""), node))


# ---------------------------------------------------------------- not scored


@handles(n.NotScoredIf)
def _not_scored_if(node: n.NotScoredIf, scope: Scope) -> Vec:
    return branches(scope, [(node.cond, n.Lit(NOT_SCORED, UNSCORED))], node.value, node)


@handles(n.ScoredOr)
def _scored_or(node: n.ScoredOr, scope: Scope) -> Vec:
    value = ev(node.value, scope)
    if value.unscored is None:
        return value
    missing = v.full(value.unscored, scope.rows)
    rows, rest = split(missing), split(~missing)
    return v.scatter(scope.rows, [(rest, v.take(value, rest)), (rows, ev(node.other, scope.narrow(rows)))])


@handles(n.IsScored)
def _is_scored(node: n.IsScored, scope: Scope) -> Vec:
    value = ev(node.value, scope)
    if value.unscored is None:
        return Flag(np.ones(1, dtype=bool), fault=value.fault)
    return Flag(~value.unscored, fault=value.fault)


# ---------------------------------------------------------------- conditions


@handles(n.Compare)
def _compare(node: n.Compare, scope: Scope) -> Vec:
    return compared(node.op, ev(node.left, scope), ev(node.right, scope))


def compared(op: str, left: Vec, right: Vec) -> Vec:
    """left op right, of two columns of one kind."""
    unscored, fault = any_unscored(left, right), first_fault(left, right)
    match left, right:
        case Num(), Num():
            found = exact.compare(op, left, right)
        case Day(), Day():
            found = exact.compare_arrays(op, left.values, right.values)
        case Flag(), Flag():
            found = exact.compare_arrays(op, left.values, right.values)
        case Text(), Text():
            found = _compare_texts(op, left, right)
        case _:
            return marked(Blank(), unscored, fault)
    return marked(Flag(found), unscored, fault)


def _compare_texts(op: str, left: Text, right: Text) -> Bools:
    if op in ("=", "!="):
        if left.pool is right.pool:
            return exact.compare_arrays(op, left.codes, right.codes)
        if len(left.codes) == 1 and len(right.codes) > 1:
            left, right = right, left
        return exact.compare_arrays(op, left.codes, right.pool.into(left.pool)[right.codes])
    a = np.array(left.pool.texts, dtype=object)[left.codes]
    b = np.array(right.pool.texts, dtype=object)[right.codes]
    return exact.compare_arrays(op, a, b)


@handles(n.OneOf)
def _one_of(node: n.OneOf, scope: Scope) -> Vec:
    value = ev(node.value, scope)
    if not isinstance(value, Text):
        return blank(value)
    wanted = np.array([value.pool.find(text) for text in node.texts], dtype=np.int64)
    return marked(Flag(np.isin(value.codes, wanted[wanted >= 0])), value.unscored, value.fault)


@handles(n.Not)
def _not(node: n.Not, scope: Scope) -> Vec:
    item = ev(node.item, scope)
    return marked(Flag(~item.values), item.unscored, item.fault) if isinstance(item, Flag) else blank(item)


@handles(n.All)
def _all(node: n.All, scope: Scope) -> Vec:
    return _settle(node.items, scope, settles=False)


@handles(n.AnyOf)
def _any_of(node: n.AnyOf, scope: Scope) -> Vec:
    return _settle(node.items, scope, settles=True)


def _settle(items: tuple[n.Node, ...], scope: Scope, settles: bool) -> Vec:
    """`All` (settled by one no) and `AnyOf` (by one yes): items are evaluated on the rows still open."""
    size = scope.rows
    settled = np.zeros(size, dtype=bool)
    unscored = np.zeros(size, dtype=bool)
    fault = np.zeros(size, dtype=np.int64)
    still: Array | None = None  # None: all rows
    for item in items:
        inner = scope if still is None else scope.narrow(still)
        if not inner.rows:
            break
        yes, missing, no, errors = flags(ev(item, inner), inner.rows)
        at = slice(None) if still is None else still
        hit = yes if settles else no
        settled[at] = hit
        if missing is not None:
            unscored[at] |= missing
        if errors is not None:
            fault[at] = np.where(fault[at] != 0, fault[at], errors)
        if hit.any():
            still = split(~settled)
    fault[settled] = 0
    unscored[settled] = False
    return marked(Flag(settled if settles else ~settled), unscored, fault)


@handles(n.CountOf)
def _count_of(node: n.CountOf, scope: Scope) -> Vec:
    vecs = [ev(item, scope) for item in node.items]
    count = np.zeros(1, dtype=np.int64)
    for vec in vecs:
        if isinstance(vec, Flag):
            count = count + vec.values
    found = Flag(exact.compare_arrays(node.op, count, np.array([node.count])))
    return marked(found, any_unscored(*vecs), first_fault(*vecs))


@handles(n.Case)
def _case(node: n.Case, scope: Scope) -> Vec:
    return branches(scope, list(node.branches), node.otherwise, node)


def branches(scope: Scope, pairs: list[tuple[n.Node, n.Node]], otherwise: n.Node | None, node: n.Node) -> Vec:
    """The value of the first branch whose condition holds: each is evaluated on its own rows only."""
    parts: list[tuple[Array | None, Vec]] = []
    rows: Array | None = None  # rows that no branch has taken; None: all
    rest = scope
    for condition, value in pairs:
        if not rest.rows:
            break
        yes, missing, no, errors = flags(ev(condition, rest), rest.rows)
        if yes.all():
            parts.append((rows, ev(value, rest)))
            return v.scatter(scope.rows, parts)
        whole = np.arange(rest.rows) if rows is None else rows
        if yes.any():
            taken = split(yes)
            parts.append((whole[taken], ev(value, rest.narrow(taken))))
        bad = ~(yes | no)
        if bad.any():
            left = split(bad)
            parts.append((whole[left], v.take(Blank(unscored=missing, fault=errors), left)))
        if not no.all():
            stay = split(no)
            rows, rest = whole[stay], rest.narrow(stay)
    if rest.rows:
        if otherwise is not None:
            parts.append((rows, ev(otherwise, rest)))
        else:
            everything = np.ones(rest.rows, dtype=bool)
            new = rest.engine.new_faults(rest, everything, m.NO_BRANCH, node)
            parts.append((rows, Blank(fault=new)))
    return v.scatter(scope.rows, parts)
