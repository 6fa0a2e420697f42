"""Drawing: lines, areas and texts as the text of an SVG. The same calls give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]

INK: Final = "#111111"
SOFT: Final = "#666666"
GRID: Final = "#d9d9d9"
SHADES: Final = ("#e4e4e4", "#c4c4c4", "#9e9e9e")  # from the widest band to the narrowest: told apart in grey
FONT: Final = "Helvetica, Arial, sans-serif"

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Drawing:
    """A canvas of so many units; the first unit is at the top left."""

    def __init__(self, width: int, height: int, title: str, description: str = "") -> None:
        """`title` and `description` are what a screen reader says."""
        self.width, self.height = width, height
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" font-family="{FONT}" font-size="12" fill="{INK}">',
            f"<title>{escaped(title)}</title>",
        ]
        if description:
            self._parts.append(f"<desc>{escaped(description)}</desc>")
        self._parts.append(f'<rect width="{width}" height="{height}" fill="#ffffff"/>')

    def line(self, start: Point, end: Point, colour: str = INK, width: float = 1, dash: str = "") -> None:
        """A straight line; `dash` as SVG writes it ("4 3")."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}" '
            f'stroke="{colour}" stroke-width="{_n(width)}"{dashed}/>'
        )

    def path(self, points: Iterable[Point], colour: str = INK, width: float = 1.5, dash: str = "") -> None:
        """A line through points."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" '
            f'stroke-linejoin="round"{dashed}/>'
        )

    def area(self, points: Iterable[Point], colour: str) -> None:
        """A filled area."""
        self._parts.append(f'<polygon points="{_points(points)}" fill="{colour}"/>')

    def box(
        self, corner: Point, width: float, height: float, colour: str, edge: str = "none", tip: str = ""
    ) -> None:
        """A rectangle from its upper left corner; `tip` shows under a mouse."""
        inside = f"><title>{escaped(tip)}</title></rect>" if tip else "/>"
        self._parts.append(
            f'<rect x="{_n(corner[0])}" y="{_n(corner[1])}" width="{_n(width)}" height="{_n(height)}" '
            f'fill="{colour}" stroke="{edge}"{inside}'
        )

    def hatch(self, name: str, colour: str, ground: str) -> str:
        """A pattern of slanted lines, and what to give as the colour of an area to fill it with it."""
        self._parts.append(
            f'<defs><pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{ground}"/><line x1="0" y1="0" '
            f'x2="0" y2="6" stroke="{colour}" stroke-width="3.4"/></pattern></defs>'
        )
        return f"url(#{name})"

    def dot(self, place: Point, radius: float = 2.5, colour: str = INK) -> None:
        """A point."""
        self._parts.append(
            f'<circle cx="{_n(place[0])}" cy="{_n(place[1])}" r="{_n(radius)}" fill="{colour}"/>'
        )

    def text(
        self, place: Point, words: str, anchor: str = "start", size: float = 12, colour: str = INK,
        bold: bool = False, turned: bool = False,
    ) -> None:  # fmt: skip
        """A line of text; `anchor` start, middle or end; `turned` reads upward."""
        weight = ' font-weight="bold"' if bold else ""
        turn = f' transform="rotate(-90 {_n(place[0])} {_n(place[1])})"' if turned else ""
        self._parts.append(
            f'<text x="{_n(place[0])}" y="{_n(place[1])}" text-anchor="{anchor}" font-size="{_n(size)}" '
            f'fill="{colour}"{weight}{turn}>{escaped(words)}</text>'
        )

    def __str__(self) -> str:
        return "\n".join([*self._parts, "</svg>"]) + "\n"


def escaped(words: str) -> str:
    """Text that may stand in XML; characters that may not are left out."""
    clean = _NOT_XML.sub("", words)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _n(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
