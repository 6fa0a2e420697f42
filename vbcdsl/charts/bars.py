"""Bars of amounts that rise and fall, and names and amounts in short for a chart.

Rising and falling differ by pattern as well as by colour, so that a grey print says the same. Names come from
contracts and data: they are cut to a length, and nothing in them is hidden or turns the text around.
"""

from __future__ import annotations

import unicodedata
from fractions import Fraction

from vbcdsl.charts.svg import Drawing

UP, DOWN, WHOLE = "#1f5a7a", "#b4561f", "#8a8f98"
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}


def short_name(text: str, limit: int = 28) -> str:
    """A name on one line, without characters that cannot be seen or that turn the text around."""
    head = text[: limit * 4]
    seen = "".join(
        " " if c in "\n\r\t" else c for c in head if c in "\n\r\t" or unicodedata.category(c) not in _UNSEEN
    )
    seen = " ".join(seen.split())
    return seen if len(seen) <= limit and len(text) <= limit * 4 else seen[: limit - 1] + "…"


def short_money(value: Fraction) -> str:
    """`$1.2M`, `-$340K`, `$950`: an amount in three digits."""
    size = abs(value)
    sign = "-" if value < 0 else ""
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if size >= unit:
            return f"{sign}${_digits(size / unit)}{letter}"
    return f"{sign}${_digits(size)}"


def signed_money(value: Fraction) -> str:
    """The same with a plus sign for a gain."""
    return ("+" if value > 0 else "") + short_money(value)


def _digits(value: Fraction) -> str:
    places = 0 if value >= 100 else 1 if value >= 10 else 2
    power = 10**places
    whole = (value * power + Fraction(1, 2)) // 1
    text = f"{whole // power}.{whole % power:0{places}d}" if places else str(whole)
    return text.rstrip("0").rstrip(".") if "." in text else text


class Bars:
    """Draws bars: `up` solid, `down` hatched, `whole` grey."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._hatched = drawing.hatch("vbc-down", DOWN, "#f6e3d6")

    def bar(self, x: float, y: float, width: float, height: float, how: str, tip: str = "") -> None:
        """A bar from its upper left corner; one of less than five points has no room for a pattern."""
        edge = {"up": UP, "down": DOWN, "whole": WHOLE}[how]
        fill = self._hatched if how == "down" and width > 5 else edge
        self._drawing.box((x, y), max(width, 0.2), max(height, 0.5), fill, edge if width > 3 else "none", tip)
