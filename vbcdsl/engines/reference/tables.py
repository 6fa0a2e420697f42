"""Tables, straight lines, marginal bands, values in force, roots."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from vbcdsl.engines import messages as m
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.values import NOT_SCORED, NotScored, Value, round_to
from vbcdsl.rules import nodes as n

if TYPE_CHECKING:
    from vbcdsl.engines.reference.expr import Expressions


def value(e: Expressions, node: n.Node, env: Env) -> Value:
    """The value of a table node."""
    match node:
        case n.Lookup():
            return _lookup(e, node, env)
        case n.Line():
            return _line(e, node, env)
        case n.Bands():
            return _bands(e, node, env)
        case n.InForce(parts=parts, otherwise=otherwise):
            day = env.period.start
            for start, end, inner in parts:
                if (start is None or start <= day) and (end is None or day <= end):
                    return e.value(inner, env)
            if otherwise is None:
                e.fail(m.NOT_IN_FORCE, node, env, f"{day:%B} {day.day}, {day.year}")
            return e.value(otherwise, env)
    raise AssertionError(node)


def _lookup(e: Expressions, node: n.Lookup, env: Env) -> Value:
    subjects = [e.value(subject, env) for subject in node.subjects]
    fitting = []
    for row in node.rows:
        if all(_meets(e, test, subject, env) for test, subject in zip(row.tests, subjects, strict=True)):
            fitting.append(row)
            if node.mode == "first":
                break
    shown = " and ".join(m.shown(s) for s in subjects)
    if node.mode == "exactly one" and len(fitting) > 1:
        specific = [row for row in fitting if not any(isinstance(test, n.AnyOther) for test in row.tests)]
        if len(specific) == 1:
            fitting = specific
        else:
            e.fail(m.TWO_ROWS, node, env, shown)
    if not fitting:
        e.fail(m.NO_ROW, node, env, shown)
    return e.value(fitting[0].value, env)


def _meets(e: Expressions, test: n.RowTest, subject: Value, env: Env) -> bool:
    match test:
        case n.AnyOther():
            return True
        case n.IsNotScored():
            return isinstance(subject, NotScored)
        case _ if isinstance(subject, NotScored):
            return False
        case n.IsText(text=text):
            if isinstance(subject, bool):
                return text == ("yes" if subject else "no")
            return subject == text
        case n.Interval(low=low, low_in=low_in, high=high, high_in=high_in):
            if low is not None:
                edge = e.value(low, env)
                if isinstance(edge, NotScored):
                    return False
                if subject < edge or (subject == edge and not low_in):  # type: ignore[operator]
                    return False
            if high is not None:
                edge = e.value(high, env)
                if isinstance(edge, NotScored):
                    return False
                if subject > edge or (subject == edge and not high_in):  # type: ignore[operator]
                    return False
            return True
    raise AssertionError(test)


def _line(e: Expressions, node: n.Line, env: Env) -> Value:
    values = e.numbers((node.x, node.x0, node.y0, node.x1, node.y1), env)
    if values is None:
        return NOT_SCORED
    x, x0, y0, x1, y1 = values
    if x1 == x0:
        e.fail(m.DIVISION, node, env)
    return y0 + (x - x0) * (y1 - y0) / (x1 - x0)


def _bands(e: Expressions, node: n.Bands, env: Env) -> Value:
    subject = e.number(node.subject, env)
    if isinstance(subject, NotScored):
        return subject
    sign = 1
    if subject < 0:
        if node.negative == "error":
            e.fail(m.NEGATIVE_BANDS, node, env)
        if node.negative == "none":
            return Fraction(0)
        sign, subject = -1, -subject
    total = Fraction(0)
    for band in node.bands:
        low = e.number(band.low, env)
        high = e.number(band.high, env) if band.high is not None else None
        if isinstance(low, NotScored) or isinstance(high, NotScored):
            return NOT_SCORED
        top = subject if high is None else min(subject, high)
        part = max(top - max(low, Fraction(0)), Fraction(0))
        if part == 0:
            continue
        share = e.number(band.share, env)
        if isinstance(share, NotScored):
            return share
        total += part * share
    return sign * total


def nth_root(value: Fraction, degree: int, places: int) -> Fraction:
    """The root of a value that is zero or more, rounded half up to decimal places, by whole numbers only."""
    scale = 10**places
    # the largest whole k with (k / scale) ** degree <= value
    target = value.numerator * scale**degree // value.denominator
    low, high = 0, 1
    while high**degree <= target:
        high *= 2
    while low < high - 1:
        middle = (low + high) // 2
        if middle**degree <= target:
            low = middle
        else:
            high = middle
    half = Fraction(2 * low + 1, 2 * scale)
    found = Fraction(low + 1 if half**degree <= value else low, scale)
    return round_to(found, "half up", Fraction(1, scale))
