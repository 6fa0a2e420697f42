"""Tables of the contract: rows that apply, marginal bands, straight lines, values in force by date."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vbcdsl.engines.arrow import exact
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import blank, compared, ev, fail, flags, handles, numbers, only, split
from vbcdsl.engines.arrow.ints import UNIT, ZERO, Array, Bools
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.vec import Blank, Num, Text, Vec, any_unscored, first_fault, marked
from vbcdsl.rules import nodes as n


@handles(n.Lookup)
def _lookup(node: n.Lookup, scope: Scope) -> Vec:
    subjects = [ev(subject, scope) for subject in node.subjects]
    fault = first_fault(*subjects)
    if fault is None:
        return _rows(node, scope, subjects)
    failed = v.full(fault, scope.rows) != 0
    sound, broken = split(~failed), split(failed)
    inner = scope.narrow(sound)
    parts: list[tuple[Array | None, Vec]] = [(broken, v.take(Blank(fault=v.full(fault, scope.rows)), broken))]
    if len(sound):
        kept = [v.take(s, sound) for s in subjects]
        parts.append((sound, _rows(node, inner, [marked(s, s.unscored, None) for s in kept])))
    return v.scatter(scope.rows, parts)


def _rows(node: n.Lookup, scope: Scope, subjects: list[Vec]) -> Vec:
    """The value of the row that applies, on rows where every subject is without error."""
    size = scope.rows
    chosen = np.full(size, -1, dtype=np.int64)
    fault = np.zeros(size, dtype=np.int64)
    twice = np.zeros(size, dtype=bool)
    for number, row in enumerate(node.rows):
        open_rows = (fault == 0) if node.mode == "exactly one" else (fault == 0) & (chosen < 0)
        rows = split(open_rows)
        if not len(rows):
            break
        inner = scope.narrow(rows)
        at = [v.take(s, rows) for s in subjects] if len(rows) < size else subjects
        hit, errors = _applies(row, inner, at)
        if errors is not None:
            fault[rows] = errors
        taken = rows[hit]
        twice[taken] |= chosen[taken] >= 0
        chosen[taken] = np.where(chosen[taken] >= 0, chosen[taken], number)
    parts: list[tuple[Array | None, Vec]] = []
    for number, row in enumerate(node.rows):
        rows = split((chosen == number) & ~twice & (fault == 0))
        if len(rows):
            parts.append((rows, ev(row.value, scope.narrow(rows))))
    bad = split((fault != 0) & ~twice)
    if len(bad):
        parts.append((bad, Blank(fault=fault[bad])))
    for mask, code in (((chosen < 0) & (fault == 0), "VBC6002"), (twice, "VBC6003")):
        rows = split(mask)
        if len(rows):
            say = _describe(node, scope, subjects, code)
            new = scope.engine.new_faults(scope, mask, code, say, node)
            parts.append((rows, Blank(fault=new[rows])))
    return v.scatter(size, parts)


def _describe(node: n.Lookup, scope: Scope, subjects: list[Vec], code: str) -> Callable[[int], str]:
    def say(row: int) -> str:
        shown = " and ".join(str(v.value_at(s, row, scope.engine.faults)) for s in subjects)
        return f"no row applies to {shown}" if code == "VBC6002" else f"more than one row applies to {shown}"

    return say


def _applies(row: n.LookupRow, scope: Scope, subjects: list[Vec]) -> tuple[Bools, Array | None]:
    """Where the row applies, and errors of its edges."""
    hit = np.ones(scope.rows, dtype=bool)
    fault: Array | None = None
    for test, subject in zip(row.tests, subjects, strict=True):
        rows = split(hit)
        if not len(rows):
            break
        inner = scope.narrow(rows)
        one = subject if len(rows) == scope.rows else v.take(subject, rows)
        met, errors = _meets(test, inner, one)
        hit[rows] = met
        if errors is not None:
            fault = np.zeros(scope.rows, dtype=np.int64) if fault is None else fault
            fault[rows] = errors
            hit &= fault == 0
    return hit, fault


def _meets(test: n.RowTest, scope: Scope, subject: Vec) -> tuple[Bools, Array | None]:
    size = scope.rows
    missing = np.zeros(size, dtype=bool) if subject.unscored is None else v.full(subject.unscored, size)
    match test:
        case n.AnyOther():
            return np.ones(size, dtype=bool), None
        case n.IsNotScored():
            return missing, None
        case n.IsText(text=text):
            if not isinstance(subject, Text):
                return np.zeros(size, dtype=bool), None
            return v.full(subject.codes == subject.pool.find(text), size) & ~missing, None
        case n.Interval():
            return _within(test, scope, subject, missing)


def _within(test: n.Interval, scope: Scope, subject: Vec, missing: Array) -> tuple[Bools, Array | None]:
    size = scope.rows
    hit = ~missing
    fault: Array | None = None
    edges = ((test.low, ">=" if test.low_in else ">"), (test.high, "<=" if test.high_in else "<"))
    for edge, op in edges:
        rows = split(hit)
        if edge is None or not len(rows):
            continue
        inner = scope.narrow(rows)
        one = subject if len(rows) == size else v.take(subject, rows)
        yes, _, _, errors = flags(compared(op, one, ev(edge, inner)), len(rows))
        hit[rows] = yes
        if errors is not None and errors.any():
            fault = np.zeros(size, dtype=np.int64) if fault is None else fault
            fault[rows] = errors
    return hit, fault


@handles(n.Line)
def _line(node: n.Line, scope: Scope) -> Vec:
    parts = [ev(item, scope) for item in (node.x, node.x0, node.y0, node.x1, node.y1)]
    values = numbers(*parts)
    if values is None:
        return blank(*parts)
    x, x0, y0, x1, y1 = values
    width = exact.subtract(x1, x0)
    slope = exact.divide(exact.multiply(exact.subtract(x, x0), exact.subtract(y1, y0)), width)
    result: Vec = marked(exact.add(y0, slope), any_unscored(*parts), first_fault(*parts))
    return fail(scope, result, exact.zero(width), "VBC6001", "a straight line between equal ends", node)


@handles(n.Bands)
def _bands(node: n.Bands, scope: Scope) -> Vec:
    subject = ev(node.subject, scope)
    if not isinstance(subject, Num):
        return blank(subject)
    negative = only(exact.below_zero(subject), subject)
    size = subject
    if negative.any():
        if node.negative == "error":
            broken = fail(scope, subject, negative, "VBC6011", "a negative amount in a marginal table", node)
            assert isinstance(broken, Num)
            subject = size = broken
        elif node.negative == "mirror":
            size = exact.choose(negative, exact.negate(subject), subject)
        else:
            size = exact.choose(negative, v.num(0), subject)
    total: Vec = v.num(0)
    bad = subject.bad()
    rows = np.arange(scope.rows) if bad is None else split(~v.full(bad, scope.rows))
    parts: list[tuple[Array | None, Vec]] = []
    if len(rows) < scope.rows:
        rest = np.setdiff1d(np.arange(scope.rows), rows)
        parts.append((rest, v.take(Blank(unscored=subject.unscored, fault=subject.fault), rest)))
    if len(rows):
        inner = scope.narrow(rows)
        amount = v.take(size, rows)
        assert isinstance(amount, Num)
        total = _in_bands(node, inner, Num(amount.num, amount.den))
        if node.negative == "mirror" and negative.any() and isinstance(total, Num):
            turned = exact.choose(v.full(negative, scope.rows)[rows], exact.negate(total), total)
            total = marked(turned, total.unscored, total.fault)
        parts.append((rows, total))
    return v.scatter(scope.rows, parts)


def _in_bands(node: n.Bands, scope: Scope, amount: Num) -> Vec:
    """The sum of share times part, for amounts not below zero."""
    total: Vec = v.num(0)
    for band in node.bands:
        low = ev(band.low, scope)
        high = None if band.high is None else ev(band.high, scope)
        edges = [low] if high is None else [low, high]
        if not all(isinstance(e, Num) for e in edges):
            total = blank(total, *edges)
            continue
        assert isinstance(low, Num)
        top = amount if high is None else exact.lesser(amount, high)  # type: ignore[arg-type]
        part = marked(exact.subtract(top, low), any_unscored(*edges), first_fault(*edges))
        reached = only(~(exact.below_zero(part) | exact.zero(part)), part)
        rows = split(v.full(reached, scope.rows))
        added: list[tuple[Array | None, Vec]] = []
        if len(rows):
            share = ev(band.share, scope.narrow(rows))
            piece = v.take(part, rows)
            assert isinstance(piece, Num)
            value = exact.multiply(share, piece) if isinstance(share, Num) else Blank()
            added.append((rows, marked(value, share.unscored, share.fault)))
        rest = split(~v.full(reached, scope.rows))
        if len(rest):
            none = Num(ZERO, UNIT, unscored=part.unscored, fault=part.fault)
            added.append((rest, v.take(none, rest)))
        both = v.scatter(scope.rows, added)
        result = exact.add(total, both) if isinstance(total, Num) and isinstance(both, Num) else Blank()
        total = marked(result, any_unscored(total, both), first_fault(total, both))
    return total


@handles(n.InForce)
def _in_force(node: n.InForce, scope: Scope) -> Vec:
    days = scope.engine.first_days(scope)
    open_rows = np.ones(scope.rows, dtype=bool)
    wide = v.full(days, scope.rows)
    parts: list[tuple[Array | None, Vec]] = []
    for start, end, value in node.parts:
        hit = open_rows & (wide >= scope.engine.times.day_number(start))  # type: ignore[arg-type]
        if end is not None:
            hit &= wide <= scope.engine.times.day_number(end)  # type: ignore[arg-type]
        rows = split(hit)
        if len(rows):
            parts.append((rows, ev(value, scope.narrow(rows))))
            open_rows &= ~hit
    rows = split(open_rows)
    if len(rows):
        if node.otherwise is not None:
            parts.append((rows, ev(node.otherwise, scope.narrow(rows))))
        else:
            new = scope.engine.new_faults(scope, open_rows, "VBC6004", "no value is in force", node)
            parts.append((rows, Blank(fault=new[rows])))
    return v.scatter(scope.rows, parts)
