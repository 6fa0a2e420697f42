"""A bridge from one amount to another: the parts between, each beginning where the one before ends."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vbcdsl.charts.axis import Scale, ticks
from vbcdsl.charts.bars import Bars, short_money, short_name, signed_money
from vbcdsl.charts.svg import GRID, INK, SOFT, Drawing

WIDTH, HEIGHT = 920, 330


def bridge(
    start: tuple[str, Fraction], parts: Sequence[tuple[str, Fraction]], end: tuple[str, Fraction]
) -> str:
    """The chart as SVG: a bar for the first amount, one for each part, one for the last amount."""
    told = "; ".join(f"{short_name(name)}: {short_money(value)}" for name, value in (start, *parts, end))
    drawing = Drawing(WIDTH, HEIGHT, f"From {short_name(start[0])} to {short_name(end[0])}", told)
    draw = Bars(drawing)
    levels = [start[1]]
    for _, value in parts:
        levels.append(levels[-1] + value)
    marks, cut = _marks(levels)
    top, bottom, left, right = 30, HEIGHT - 62, 70, WIDTH - 14
    scale = Scale(marks[0], marks[-1], bottom, top)
    for mark in marks:
        drawing.line((left, scale(mark)), (right, scale(mark)), GRID)
        drawing.text((left - 8, scale(mark) + 4), short_money(mark), "end", 11, SOFT)
    ground = marks[0] if cut else Fraction(0)
    bars = [(start[0], ground, start[1], "whole")]
    bars += [
        (name, before, before + value, "up" if value >= 0 else "down")
        for (name, value), before in zip(parts, levels, strict=False)
    ]
    bars.append((end[0], ground, end[1], "whole"))
    step = (right - left) / len(bars)
    width = min(step * 0.6, 96.0)
    for place, (name, before, after, how) in enumerate(bars):
        x = left + step * place + (step - width) / 2
        y1, y2 = scale(before), scale(after)
        text = short_money(after) if how == "whole" else signed_money(after - before)
        draw.bar(x, min(y1, y2), width, abs(y2 - y1), how, f"{short_name(name)}: {text}")
        drawing.text((x + width / 2, min(y1, y2) - 6), text, "middle", bold=True)
        for row, part in enumerate(_lines(name, max(int(step / 7), 8))):
            drawing.text((x + width / 2, bottom + 18 + 14 * row), part, "middle", 11)
        if place + 1 < len(bars):
            drawing.line((x + width, y2), (x + step, y2), SOFT, 1, "3 2")
    if marks[0] <= 0 <= marks[-1]:
        drawing.line((left, scale(Fraction(0))), (right, scale(Fraction(0))), INK, 1.2)
    elif cut:
        drawing.text((left, 16), "The axis does not begin at $0.", size=11, colour=SOFT)
    return str(drawing)


def _marks(levels: list[Fraction]) -> tuple[tuple[Fraction, ...], bool]:
    """The ticks, and whether the axis is cut: where the parts are small beside the amounts."""
    low, high = min(levels), max(levels)
    span = high - low
    if span and low > 0 and span * 5 < low:
        return ticks(low - span / 3, high), True
    return ticks(min(low, Fraction(0)), max(high, Fraction(0))), False


def _lines(name: str, width: int) -> list[str]:
    """A name on at most three lines."""
    lines = [""]
    for word in short_name(name, width * 3).split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return [short_name(line, width + 4) for line in lines[:3]]
