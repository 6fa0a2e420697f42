"""A waterfall of payments: each adds to or takes from what a party gets, and the last bar is the net payment."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vbcdsl.charts.axis import Frame, money
from vbcdsl.charts.bars import Bars, short_money, short_name, signed_money
from vbcdsl.charts.svg import INK, SOFT, Drawing

WIDTH, PLOT = 720, 250


def waterfall(parts: Sequence[tuple[str, Fraction]], net: tuple[str, Fraction], title: str) -> str:
    """The chart as SVG. `parts`: names with amounts, positive to the party; `net`: the last bar."""
    told = "; ".join(f"{short_name(name)}: {short_money(value)}" for name, value in (*parts, net))
    frame = Frame(66, 34, WIDTH - 10, PLOT)
    step = (frame.right - frame.left) / (len(parts) + 1)
    labels = [_lines(name, max(int(step / 7), 8)) for name, _ in (*parts, net)]
    drawing = Drawing(WIDTH, PLOT + 12 + 14 * max(map(len, labels)), short_name(title, 200), told)
    levels = [Fraction(0)]
    for _, value in parts:
        levels.append(levels[-1] + value)
    scale = frame.upward(drawing, min(*levels, net[1]), max(*levels, net[1]), money, "")
    bars = [
        (name, before, before + value, "up" if value >= 0 else "down")
        for (name, value), before in zip(parts, levels, strict=False)
    ]
    bars.append((net[0], Fraction(0), net[1], "whole"))
    drawn = Bars(drawing)
    width = min(step * 0.6, 110.0)
    for place, (name, before, after, how) in enumerate(bars):
        x = frame.left + step * place + (step - width) / 2
        y1, y2 = scale(before), scale(after)
        change = after - before
        drawn.bar(x, min(y1, y2), width, abs(y2 - y1), how, f"{short_name(name)}: {short_money(change)}")
        text = short_money(change) if how == "whole" else signed_money(change)
        drawing.text((x + width / 2, min(y1, y2) - 6), text, "middle", 12, INK, bold=True)
        for row, line in enumerate(labels[place]):
            drawing.text((x + width / 2, PLOT + 18 + 14 * row), line, "middle", 11)
        if place + 1 < len(bars):
            drawing.line((x + width, y2), (x + step, y2), SOFT, 1, "3 2")
    drawing.line((frame.left, scale(Fraction(0))), (frame.right, scale(Fraction(0))), INK, 1.2)
    return str(drawing)


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
