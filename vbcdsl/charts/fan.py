"""The chart of a simulation: the total of the payments by scenario, and the quantiles over parties as a fan."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs

from vbcdsl.charts.axis import Frame, Label, money, plain
from vbcdsl.charts.bars import short_name
from vbcdsl.charts.svg import INK, SHADES, SOFT, Drawing, Point

WIDTH, HEIGHT = 720, 560


@attrs.frozen
class Step:
    """A scenario on the chart: where it stands, the total of the payments, and seven quantiles over parties
    (least, 10%, 25%, median, 75%, 90%, most)."""

    at: Fraction
    total: Fraction
    quantiles: tuple[Fraction, ...]


def fan_chart(
    title: str, steps: Sequence[Step], written: Step, across: str, label: Label = plain, unit: str = "party",
    about: str = "",
) -> str:  # fmt: skip
    """The chart. `steps` in any order; `written`: the text as it stands, a dashed line; `across`: what the axis
    below shows, `label` its numbers; `unit`: what the quantiles are over; `about`: a line below the title."""
    ordered = sorted(steps, key=lambda step: step.at)
    described = f"{len(ordered)} scenarios; as written the total is {money(written.total)}"
    drawing = Drawing(WIDTH, HEIGHT, f"{title}: {about}" if about else title, described)
    drawing.text((24, 22), short_name(title, 72), "start", 15, INK, bold=True)
    drawing.text((24, 40), short_name(about, 110), "start", 12, SOFT)
    low, high = ordered[0].at, ordered[-1].at
    upper, lower = Frame(84, 72, WIDTH - 24, 232), Frame(84, 304, WIDTH - 24, 464)
    _total(drawing, upper, ordered, written, low, high)
    _fan(drawing, lower, ordered, written, f"Net payment by {unit}")
    scale = lower.across(drawing, low, high, label, across)
    if low <= written.at <= high and low < high:
        for frame in (upper, lower):
            drawing.line((scale(written.at), frame.top), (scale(written.at), frame.bottom), SOFT, 1, "2 3")
    _legend(drawing)
    return str(drawing)


def _places(frame: Frame, low: Fraction, high: Fraction, at: Fraction) -> float:
    if high == low:
        return (frame.left + frame.right) / 2
    return frame.left + float((at - low) / (high - low)) * (frame.right - frame.left)


def _total(
    drawing: Drawing, frame: Frame, steps: Sequence[Step], written: Step, low: Fraction, high: Fraction
) -> None:
    totals = [step.total for step in (*steps, written)]
    scale = frame.upward(drawing, min(totals), max(totals), money, "Total net payment")
    points: list[Point] = [(_places(frame, low, high, s.at), scale(s.total)) for s in steps]
    drawing.line((frame.left, scale(written.total)), (frame.right, scale(written.total)), INK, 1, "6 4")
    if len(points) <= 60:
        for point in points:
            drawing.dot(point)
    drawing.path(points)
    drawing.line((frame.left, frame.bottom), (frame.right, frame.bottom))


def _fan(drawing: Drawing, frame: Frame, steps: Sequence[Step], written: Step, title: str) -> None:
    every = [q for step in (*steps, written) for q in (step.quantiles[0], step.quantiles[-1])]
    scale = frame.upward(drawing, min(every), max(every), money, title)
    low, high = steps[0].at, steps[-1].at
    wide = steps if len(steps) > 1 else (steps[0], steps[0])
    xs = [_places(frame, low, high, step.at) for step in wide]
    if len(steps) == 1:
        xs = [xs[0] - 20, xs[0] + 20]
    for shade, (least, most) in zip(SHADES, ((0, 6), (1, 5), (2, 4)), strict=True):
        up = [(x, scale(step.quantiles[most])) for x, step in zip(xs, wide, strict=True)]
        down = [(x, scale(step.quantiles[least])) for x, step in zip(xs, wide, strict=True)]
        drawing.area([*up, *reversed(down)], shade)
    drawing.path([(x, scale(step.quantiles[3])) for x, step in zip(xs, wide, strict=True)], INK, 2)


def _legend(drawing: Drawing) -> None:
    x, y = 84.0, float(HEIGHT - 26)
    for shade, words in zip(SHADES, ("least to most", "10% to 90%", "25% to 75%"), strict=True):
        drawing.box((x, y - 9), 22, 11, shade)
        drawing.text((x + 28, y), words, "start", 11)
        x += 126
    drawing.line((x, y - 4), (x + 22, y - 4), INK, 2)
    drawing.text((x + 28, y), "median", "start", 11)
    x += 100
    drawing.line((x, y - 4), (x + 22, y - 4), INK, 1, "6 4")
    drawing.text((x + 28, y), "as written", "start", 11)
