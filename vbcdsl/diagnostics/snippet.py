"""The lines of a contract with marks under them, as a terminal shows them.

Only what a text rendering of one diagnostic needs: cells (tabs, wide and invisible characters), the cut of a
long line around what is marked, the gutter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from itertools import groupby

from vbcdsl.diagnostics.places import Range
from vbcdsl.model.frozen import frozen

Paint = Callable[[str, str], str]
"""`paint(text, role)`: the text in the colours of "error", "warning", "note", "gutter", "label", "help"."""

_TAB = 4
_CUT = "…"


@frozen
class Mark:
    """Characters to underline: with `^` for what is wrong, with `-` for what else to look at."""

    range: Range
    text: str = ""
    sign: str = "^"
    role: str = "error"


def snippet(marks: Sequence[Mark], width: int, paint: Paint) -> list[str]:
    """Gutter, lines and marks. The first mark is what the diagnostic is about; its file comes first."""
    digits = len(str(max(mark.range.start_line for mark in marks)))
    bar = paint(" " * digits + " |", "gutter")
    rows: list[str] = []
    files = list(dict.fromkeys(mark.range.file for mark in marks))
    for file in files:
        if file != files[0]:
            first = next(m.range for m in marks if m.range.file == file)
            place = f"{file}:{first.start_line}:{first.start_column}"
            rows.append(paint(" " * digits + ":::", "gutter") + f" {clean(place)}")
        rows.append(bar)
        of_file = sorted((m for m in marks if m.range.file == file), key=lambda m: m.range.start_line)
        before = None
        for line, group in groupby(of_file, key=lambda m: m.range.start_line):
            if before is not None and line > before + 1:
                rows.append(paint(" " * digits + _CUT, "gutter"))
            rows += _marked_line(line, list(group), digits, max(width - digits - 3, 20), paint)
            before = line
    return rows


def _marked_line(number: int, marks: list[Mark], digits: int, width: int, paint: Paint) -> list[str]:
    """One line and, under it, one row for each mark."""
    cells = _cells(marks[0].range.text)
    edges = [0]
    for cell in cells:
        edges.append(edges[-1] + cell_width(cell))
    first, last = _window(edges, [_columns(m, len(cells)) for m in marks], width)
    shown = "".join(cells[first:last])
    lead = _CUT if first else ""
    tail = _CUT if last < len(cells) else ""
    bar = paint(" " * digits + " |", "gutter")
    rows = [f"{paint(f'{number:>{digits}} |', 'gutter')} {lead}{shown}{tail}".rstrip()]
    ordered = sorted(marks, key=lambda m: (m.sign != "^", m.range.start_column))
    for mark in ordered:
        start, end = _columns(mark, len(cells))
        start, end = min(max(start, first), last), min(max(end, first), last)
        indent = len(lead) + edges[start] - edges[first]
        sign = mark.sign * max(edges[end] - edges[start], 1)
        words = f" {clean(mark.text)}" if mark.text else ""
        rows.append(f"{bar} {' ' * indent}{paint(sign + words, mark.role)}")
    if any(mark.range.end_line > number for mark in marks):
        rows.append(paint(" " * digits + " |", "gutter") + f" {_CUT}")
    return rows


def _columns(mark: Mark, length: int) -> tuple[int, int]:
    """The characters of the first line that a mark covers, from 0; to the end when it goes on below."""
    start = min(mark.range.start_column - 1, length)
    end = length if mark.range.end_line > mark.range.start_line else min(mark.range.end_column - 1, length)
    return start, max(end, start)


def _window(edges: list[int], marked: list[tuple[int, int]], width: int) -> tuple[int, int]:
    """The characters of a line to show: all if they fit, else those around the marks, or the first mark."""
    length = len(edges) - 1
    if edges[length] <= width:
        return 0, length
    room = width - 2 * len(_CUT)
    start, end = min(s for s, _ in marked), max(e for _, e in marked)
    if edges[end] - edges[start] > room:
        start, end = marked[0]
    spare = max(room - (edges[end] - edges[start]), 0)
    from_cell = max(edges[start] - spare // 2, 0)
    from_cell = min(from_cell, max(edges[length] - room, 0))
    first = next(i for i in range(length + 1) if edges[i] >= from_cell)
    last = max((i for i in range(first, length + 1) if edges[i] - edges[first] <= room), default=first)
    return first, last


def _cells(line: str) -> list[str]:
    """What a terminal is given for each character of a line."""
    cells: list[str] = []
    column = 0
    for char in line:
        shown = " " * (_TAB - column % _TAB) if char == "\t" else _visible(char)
        cells.append(shown)
        column += cell_width(shown)
    return cells


def cell_width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return len(text) if text.isascii() else sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _visible(char: str) -> str:
    """Nothing that comes from a file may steer a terminal or hide: pictures of control characters instead."""
    number = ord(char)
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "\u2421"
    category = unicodedata.category(char)
    if category in {"Zs", "Zl", "Zp"}:
        return "\u3000" if char == "\u3000" else " "
    return "\ufffd" if category in {"Cc", "Cs", "Cf"} else char


def clean(text: str) -> str:
    """A text for a terminal: names of files and terms come from people, and may hold anything."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char == "\n" else " " if char == "\t" else _visible(char) for char in text)
