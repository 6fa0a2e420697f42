"""Winners and losers: each party's change, from the largest gain to the largest loss.

Few parties have a bar with a name each; many are one bar beside the other, and only the ends have names.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from vbcdsl.charts.axis import Scale, ticks
from vbcdsl.charts.bars import Bars, short_money, short_name, signed_money
from vbcdsl.charts.svg import GRID, INK, SOFT, Drawing

NAMED = 24  # at most so many parties have a bar with a name
WIDTH = 920


def ranked(changes: Mapping[str, Fraction]) -> list[tuple[str, Fraction]]:
    """Parties by change, the largest gain first; of equals the first in order of the name."""
    return sorted(changes.items(), key=lambda item: (-item[1], item[0]))


def winners_and_losers(changes: Mapping[str, Fraction], noun: str = "party") -> str:
    """The chart as SVG. `noun`: what a party is called ("ACO")."""
    order = ranked(changes)
    gain = sum(1 for _, change in order if change > 0)
    lose = sum(1 for _, change in order if change < 0)
    same = len(order) - gain - lose
    told = f"{len(order)} parties ({short_name(noun)}): {gain} gain, {lose} lose, {same} do not change."
    if len(order) <= NAMED:
        return _named(order, told)
    return _many(order, noun, told, gain, lose)


def _bounds(order: list[tuple[str, Fraction]]) -> tuple[Fraction, ...]:
    values = [change for _, change in order] or [Fraction(0)]
    return ticks(min(*values, Fraction(0), Fraction(0)), max(*values, Fraction(0), Fraction(0)))


def _named(order: list[tuple[str, Fraction]], told: str) -> str:
    height = 46 + 22 * len(order)
    drawing = Drawing(WIDTH, height, "Winners and losers", told)
    bars = Bars(drawing)
    marks = _bounds(order)
    scale = Scale(marks[0], marks[-1], 190, WIDTH - 90)
    for mark in marks:
        drawing.line((scale(mark), 8), (scale(mark), height - 30), GRID)
        drawing.text((scale(mark), height - 12), short_money(mark), "middle", 11, SOFT)
    zero = scale(Fraction(0))
    for place, (party, change) in enumerate(order):
        y, end = 12 + 22 * place, scale(change)
        drawing.text((180, y + 12), short_name(party, 26), "end")
        if change:
            tip = f"{short_name(party)}: {signed_money(change)}"
            bars.bar(min(zero, end), y, abs(end - zero), 15, "up" if change > 0 else "down", tip)
        side, anchor = (end + 6, "start") if change >= 0 else (end - 6, "end")
        drawing.text((side, y + 12), short_money(change), anchor, 11)
    drawing.line((zero, 8), (zero, height - 30), INK, 1.2)
    return str(drawing)


def _many(order: list[tuple[str, Fraction]], noun: str, told: str, gain: int, lose: int) -> str:
    left, right, top, bottom = 70, WIDTH - 14, 34, 300
    drawing = Drawing(WIDTH, 340, "Winners and losers", told)
    bars = Bars(drawing)
    marks = _bounds(order)
    scale = Scale(marks[0], marks[-1], bottom, top)
    for mark in marks:
        drawing.line((left, scale(mark)), (right, scale(mark)), GRID)
        drawing.text((left - 8, scale(mark) + 4), short_money(mark), "end", 11, SOFT)
    zero = scale(Fraction(0))
    step = (right - left) / len(order)
    for place, (party, change) in enumerate(order):
        if change:
            y = scale(change)
            tip = f"{short_name(party)}: {signed_money(change)}"
            bars.bar(
                left + step * place,
                min(zero, y),
                step * 0.8,
                abs(y - zero),
                "up" if change > 0 else "down",
                tip,
            )
    drawing.line((left, zero), (right, zero), INK, 1.2)
    party, change = order[0]
    if change > 0:
        words = f"{short_name(party)}: {signed_money(change)}"
        drawing.text((left + step + 6, scale(change) + 10), words, bold=True)
    party, change = order[-1]
    if change < 0:
        words = f"{short_name(party)}: {signed_money(change)}"
        drawing.text((right - step - 6, max(scale(change) - 3, zero + 14)), words, "end", bold=True)
    same = len(order) - gain - lose
    drawing.text((left, 332), f"{gain:,} gain", size=13, bold=True)
    if same:
        drawing.text(((left + right) / 2, 332), f"{same:,} do not change", "middle", 13, SOFT)
    drawing.text((right, 332), f"{lose:,} lose", "end", 13, bold=True)
    drawing.text((left, 16), f"Change in net payment, one bar for each {short_name(noun)}", colour=SOFT)
    return str(drawing)
