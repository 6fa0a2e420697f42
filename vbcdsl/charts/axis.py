"""Axes: round ticks, their labels, and the place of a value on the canvas."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

import attrs

from vbcdsl.charts.svg import GRID, INK, SOFT, Drawing

Label: TypeAlias = Callable[[Fraction], str]


def ticks(low: Fraction, high: Fraction, about: int = 5) -> tuple[Fraction, ...]:
    """Round values from at most `low` to at least `high`, steps of 1, 2, 2.5 or 5 times a power of ten."""
    if high <= low:
        high = low + 1
    rough = (high - low) / max(1, about)
    power = Fraction(10) ** math.floor(math.log10(rough))
    step = next(power * Fraction(m) for m in ("1", "2", "5/2", "5", "10") if power * Fraction(m) >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return tuple(number * step for number in range(first, last + 1))


def money(value: Fraction) -> str:
    """An amount in short: $1.25M, -$300K, $0."""
    size = abs(value)
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if size >= unit:
            return f"{'-' if value < 0 else ''}${plain(size / unit)}{letter}"
    return f"{'-' if value < 0 else ''}${plain(size)}"


def percent(value: Fraction) -> str:
    """A rate: 12.5%."""
    return f"{plain(value * 100)}%"


def plain(value: Fraction) -> str:
    """A number with at most three places."""
    whole = round(value * 1000)
    sign, digits = ("-" if whole < 0 else ""), str(abs(whole)).rjust(4, "0")
    tail = digits[-3:].rstrip("0")
    return f"{sign}{int(digits[:-3]):,}" + (f".{tail}" if tail else "")


@attrs.frozen
class Scale:
    """From values to places: `low` at `start`, `high` at `end`."""

    low: Fraction
    high: Fraction
    start: float
    end: float

    def __call__(self, value: Fraction) -> float:
        """The place of a value."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + float((value - self.low) / (self.high - self.low)) * (self.end - self.start)


@attrs.frozen
class Frame:
    """The area that a chart is drawn in."""

    left: float
    top: float
    right: float
    bottom: float

    def upward(self, drawing: Drawing, low: Fraction, high: Fraction, label: Label, title: str) -> Scale:
        """The axis of values: lines across, labels at the left, its title above."""
        marks = ticks(low, high)
        scale = Scale(marks[0], marks[-1], self.bottom, self.top)
        for mark in marks:
            y = scale(mark)
            drawing.line((self.left, y), (self.right, y), SOFT if mark == 0 else GRID, 1)
            drawing.text((self.left - 6, y + 4), label(mark), "end", 11)
        drawing.text((self.left, self.top - 10), title, "start", 12, INK, bold=True)
        return scale

    def across(self, drawing: Drawing, low: Fraction, high: Fraction, label: Label, title: str) -> Scale:
        """The axis below: ticks within the range, labels, its title."""
        scale = Scale(low, high, self.left, self.right)
        drawing.line((self.left, self.bottom), (self.right, self.bottom))
        for mark in ticks(low, high):
            if low <= mark <= high:
                drawing.line((scale(mark), self.bottom), (scale(mark), self.bottom + 4))
                drawing.text((scale(mark), self.bottom + 17), label(mark), "middle", 11)
        drawing.text(((self.left + self.right) / 2, self.bottom + 36), title, "middle")
        return scale
