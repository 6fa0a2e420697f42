"""The payout curve: the net payment as one term rises.

A jump has a closed dot where its value is, and an open dot where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from vbcdsl.charts.axis import Frame, Scale, money, ticks
from vbcdsl.charts.bars import DOWN, UP, short_money, short_name
from vbcdsl.charts.svg import INK, SOFT, Drawing, Point
from vbcdsl.whatif.curve import Curve

WIDTH, HEIGHT = 720, 340
_APART = 42  # units between two labels of the axis


def payout(curve: Curve, title: str, label: Callable[[Fraction], str], party: str) -> str:
    """The chart as SVG. `label`: a value of the term in words ("75%"); `party`: whose payment it is."""
    heights = [y for piece in curve.pieces for _, y in piece]
    heights += [y for c in curve.corners for y in (c.before, c.here, c.after) if y is not None]
    jumps = [corner for corner in curve.corners if corner.jumps]
    told = "; ".join(_told(c.at, c.before, c.here, label) for c in jumps) or "no jumps"
    drawing = Drawing(WIDTH, HEIGHT, short_name(title, 200), told)
    frame = Frame(72, 40, WIDTH - 18, HEIGHT - 54)
    least, most = min(heights, default=Fraction(0)), max(heights, default=Fraction(0))
    up = frame.upward(drawing, least, most, money, f"Net payment, positive to the {short_name(party)}")
    across = Scale(curve.low, curve.high, frame.left, frame.right)
    _axis(drawing, curve, across, label, frame)
    for corner in jumps:
        sides = [y for y in (corner.before, corner.here, corner.after) if y is not None]
        x = across(corner.at)
        drawing.line((x, up(min(sides))), (x, up(max(sides))), SOFT, 1, "2 3")
    for piece in curve.pieces:
        drawing.path([(across(x), up(y)) for x, y in piece], UP, 2.2)
    for corner in jumps:
        x = across(corner.at)
        for side in dict.fromkeys((corner.before, corner.after)):
            if side is not None and side != corner.here:
                _open(drawing, (x, up(side)))
        if corner.here is not None:
            drawing.dot((x, up(corner.here)), 4.6, UP)
    if curve.now is not None:
        _now(drawing, curve.now, across, up, frame, label)
    return str(drawing)


def _open(drawing: Drawing, place: Point) -> None:
    drawing.dot(place, 4.6, UP)
    drawing.dot(place, 2.8, "#ffffff")


def _now(
    drawing: Drawing, now: tuple[Fraction, Fraction], across: Scale, up: Scale, frame: Frame,
    label: Callable[[Fraction], str],
) -> None:  # fmt: skip
    """Where the party is: a dashed line with words, and a cross on the curve."""
    x, y = across(now[0]), up(now[1])
    drawing.line((x, frame.top), (x, frame.bottom), DOWN, 1.2, "5 3")
    right = x > (frame.left + frame.right) / 2
    words = f"this settlement: {label(now[0])}, {short_money(now[1])}"
    place = (x - 6 if right else x + 6, frame.top + 12)
    drawing.text(place, words, "end" if right else "start", 12, DOWN, bold=True)
    drawing.line((x - 5, y), (x + 5, y), DOWN, 2.4)
    drawing.line((x, y - 5), (x, y + 5), DOWN, 2.4)


def _told(
    at: Fraction, before: Fraction | None, here: Fraction | None, label: Callable[[Fraction], str]
) -> str:
    """A jump in words."""
    parts = [f"at {label(at)}: {short_money(here)}" if here is not None else f"at {label(at)}"]
    if before is not None:
        parts.append(f"just below: {short_money(before)}")
    return ", ".join(parts)


def _axis(
    drawing: Drawing, curve: Curve, across: Scale, label: Callable[[Fraction], str], frame: Frame
) -> None:
    """The line below, with the jumps as its marks, and round values between them."""
    drawing.line((frame.left, frame.bottom), (frame.right, frame.bottom), INK, 1.2)
    places: list[float] = []
    jumps = [corner.at for corner in curve.corners if corner.jumps]
    for mark in (*jumps, *ticks(curve.low, curve.high, 8)):
        x = across(mark)
        if not curve.low <= mark <= curve.high or any(abs(x - other) < _APART for other in places):
            continue
        places.append(x)
        drawing.line((x, frame.bottom), (x, frame.bottom + 5))
        drawing.text((x, frame.bottom + 19), label(mark), "middle", 11, INK, bold=mark in jumps)
    middle = (frame.left + frame.right) / 2
    drawing.text((middle, frame.bottom + 40), short_name(curve.term, 80), "middle", 12, INK, bold=True)
