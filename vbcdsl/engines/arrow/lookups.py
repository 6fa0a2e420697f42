"""Tables of the contract: rows that apply, marginal bands, straight lines, values in force by date."""

from __future__ import annotations

import datetime as dt

import numpy as np

from vbcdsl.diagnostics import RunError
from vbcdsl.engines import messages as m
from vbcdsl.engines.arrow import exact
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import blank, compared, ev, fail, flags, handles, numbers, only, split
from vbcdsl.engines.arrow.ints import UNIT, ZERO, Array, Bools
from vbcdsl.engines.arrow.scope import Scope
from vbcdsl.engines.arrow.vec import Blank, Flag, Num, Text, Vec, any_unscored, first_fault, marked
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
    fault = np.zeros(size, dtype=np.int64)
    # how many rows apply and the first of them: all rows, and those that name a value ("any other" does not)
    count, chosen = np.zeros(size, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    named, special = np.zeros(size, dtype=np.int64), np.full(size, -1, dtype=np.int64)
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
        count[taken] += 1
        chosen[taken] = np.where(chosen[taken] >= 0, chosen[taken], number)
        if not any(isinstance(test, n.AnyOther) for test in row.tests):
            named[taken] += 1
            special[taken] = number
    one = (count > 1) & (named == 1)
    chosen = np.where(one, special, chosen)
    twice = (count > 1) & ~one & (fault == 0)
    parts: list[tuple[Array | None, Vec]] = []
    for number, row in enumerate(node.rows):
        rows = split((chosen == number) & ~twice & (fault == 0))
        if len(rows):
            parts.append((rows, ev(row.value, scope.narrow(rows))))
    bad = split(fault != 0)
    if len(bad):
        parts.append((bad, Blank(fault=fault[bad])))

    def words(row: int) -> tuple[str, ...]:
        values = [v.value_at(s, row, scope.engine.faults) for s in subjects]
        return (" and ".join(m.shown(x) for x in values if not isinstance(x, RunError)),)

    for mask, what in (((chosen < 0) & (fault == 0), m.NO_ROW), (twice, m.TWO_ROWS)):
        rows = split(mask)
        if len(rows):
            new = scope.engine.new_faults(scope, mask, what, node, words)
            parts.append((rows, Blank(fault=new[rows])))
    return v.scatter(size, parts)


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
            if isinstance(subject, Flag):
                return v.full(subject.values == (text == "yes"), size) & ~missing & (
                    text in ("yes", "no")
                ), None
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
    return fail(scope, result, exact.zero(width), m.DIVISION, node)


@handles(n.Bands)
def _bands(node: n.Bands, scope: Scope) -> Vec:
    subject = ev(node.subject, scope)
    if not isinstance(subject, Num):
        return blank(subject)
    negative = v.full(only(exact.below_zero(subject), subject), scope.rows)
    if negative.any() and node.negative == "error":
        broken = fail(scope, subject, negative, m.NEGATIVE_BANDS, node)
        assert isinstance(broken, Num)
        subject = broken
    bad = subject.bad()
    sound = np.ones(scope.rows, dtype=bool) if bad is None else ~v.full(bad, scope.rows)
    parts: list[tuple[Array | None, Vec]] = []
    marks = Blank(unscored=subject.unscored, fault=subject.fault)
    if not sound.all():
        parts.append((split(~sound), v.take(marks, split(~sound))))
    if node.negative == "none":
        parts.append((split(sound & negative), v.num(0)))
        sound = sound & ~negative
    rows = split(sound)
    if len(rows):
        amount = v.take(subject, rows)
        assert isinstance(amount, Num)
        turned = exact.below_zero(amount)
        total = _in_bands(node, scope.narrow(rows), exact.choose(turned, exact.negate(amount), amount))
        if isinstance(total, Num) and turned.any():
            mirrored = exact.choose(turned, exact.negate(total), total)
            total = marked(mirrored, total.unscored, total.fault)
        parts.append((rows, total))
    return v.scatter(scope.rows, parts)


def _in_bands(node: n.Bands, scope: Scope, amount: Num) -> Vec:
    """The sum of share times part, for amounts not below zero. A row is done with its first mark."""
    parts: list[tuple[Array | None, Vec]] = []
    rows = np.arange(scope.rows)
    total = v.num(0)
    for band in node.bands:
        if not len(rows):
            break
        inner = scope.narrow(rows)
        found = _part(band, inner, v.take(amount, rows))
        bad = found.bad()
        if bad is not None:
            wide = v.full(bad, len(rows))
            stop = split(wide)
            parts.append((rows[stop], v.take(Blank(unscored=found.unscored, fault=found.fault), stop)))
            stay = split(~wide)
            rows, found = rows[stay], v.take(found, stay)
            kept = v.take(total, stay)
            assert isinstance(kept, Num)
            total = kept
        if len(rows):
            assert isinstance(found, Num)
            total = exact.add(total, Num(found.num, found.den))
    parts.append((rows, total))
    return v.scatter(scope.rows, parts)


def _part(band: n.Band, scope: Scope, amount: Vec) -> Vec:
    """Share times the part of the amount within a band; the share counts only where there is a part."""
    low = ev(band.low, scope)
    edges = [low] if band.high is None else [low, ev(band.high, scope)]
    values = numbers(amount, *edges)
    if values is None:
        return blank(*edges)
    top = values[0] if len(values) == 2 else exact.lesser(values[0], values[2])
    part = exact.greater(exact.subtract(top, exact.greater(values[1], v.num(0))), v.num(0))
    part = marked(part, any_unscored(*edges), first_fault(*edges))
    reached = v.full(only(~exact.zero(part), part), scope.rows)
    rows, rest = split(reached), split(~reached)
    added: list[tuple[Array | None, Vec]] = []
    if len(rows):
        share = ev(band.share, scope.narrow(rows))
        piece = v.take(part, rows)
        assert isinstance(piece, Num)
        value = exact.multiply(share, piece) if isinstance(share, Num) else Blank()
        added.append((rows, marked(value, share.unscored, share.fault)))
    if len(rest):
        added.append((rest, v.take(Num(ZERO, UNIT, unscored=part.unscored, fault=part.fault), rest)))
    return v.scatter(scope.rows, added)


@handles(n.InForce)
def _in_force(node: n.InForce, scope: Scope) -> Vec:
    days = scope.engine.first_days(scope)
    open_rows = np.ones(scope.rows, dtype=bool)
    wide = v.full(days, scope.rows)
    parts: list[tuple[Array | None, Vec]] = []
    for start, end, value in node.parts:
        hit = open_rows.copy()
        if start is not None:
            hit &= wide >= v.day_number(start)
        if end is not None:
            hit &= wide <= v.day_number(end)
        rows = split(hit)
        if len(rows):
            parts.append((rows, ev(value, scope.narrow(rows))))
            open_rows &= ~hit
    rows = split(open_rows)
    if len(rows):
        if node.otherwise is not None:
            parts.append((rows, ev(node.otherwise, scope.narrow(rows))))
        else:

            def words(row: int) -> tuple[str, ...]:
                day = v.EPOCH + dt.timedelta(days=int(wide[row]))
                return (f"{day:%B} {day.day}, {day.year}",)

            new = scope.engine.new_faults(scope, open_rows, m.NOT_IN_FORCE, node, words)
            parts.append((rows, Blank(fault=new[rows])))
    return v.scatter(scope.rows, parts)
