"""A small spreadsheet: recalculates the formulas of a workbook in binary fractions, as a spreadsheet program does.

It knows what the workpaper uses and nothing else, reads the file with openpyxl, and takes no cached value: it
stands in for a recalculation in LibreOffice where that is not installed.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"]|\"\")*\")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Z]+(?=\())"
    r"|(?P<cell>(?:[A-Za-z]+!)?\$?[A-Z]+\$?\d+)|(?P<word>TRUE|FALSE)|(?P<op><>|<=|>=|[-+*/^(),:=<>]))"
)


class Sheet:
    """A workbook whose formulas are computed when they are asked for."""

    def __init__(self, path: Path) -> None:
        self.book = openpyxl.load_workbook(path)
        self.known: dict[tuple[str, str], Any] = {}

    def value(self, sheet: str, cell: str) -> Any:
        """The recalculated value of a cell."""
        key = (sheet, cell)
        if key not in self.known:
            raw = self.book[sheet][cell].value
            formula = isinstance(raw, str) and self.book[sheet][cell].data_type == "f"
            found = _compiled(raw[1:])(self, sheet) if formula else raw
            self.known[key] = _serial(found) if isinstance(found, dt.date) else found
        return self.known[key]


@cache
def _compiled(text: str) -> Callable[[Sheet, str], Any]:
    tokens = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match and match.end() > at, text[at : at + 40]
        tokens.append((match.lastgroup, match[match.lastgroup or 0]))
        at = match.end()
    parser = _Parser(tokens)
    found = parser.comparison()
    assert parser.at == len(tokens), text
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str | None, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str | None, str]:
        self.at += 1
        return self.tokens[self.at - 1]

    def _left(self, ops: dict[str, Callable[[Any, Any], Any]], below: Callable[[], Any]) -> Any:
        left = below()
        while self.peek() in ops:
            op, a, b = ops[self.take()[1]], left, below()
            left = lambda s, h, op=op, a=a, b=b: op(a(s, h), b(s, h))  # noqa: E731
        return left

    def comparison(self) -> Any:
        return self._left({
            "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b,
            ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
        }, self.sum)  # fmt: skip

    def sum(self) -> Any:
        return self._left({"+": lambda a, b: a + b, "-": lambda a, b: a - b}, self.product)

    def product(self) -> Any:
        return self._left({"*": lambda a, b: a * b, "/": lambda a, b: a / b}, self.power)

    def power(self) -> Any:
        return self._left({"^": lambda a, b: a**b}, self.unary)

    def unary(self) -> Any:
        if self.peek() == "-":
            self.take()
            inner = self.unary()
            return lambda s, h: -inner(s, h)
        return self.atom()

    def atom(self) -> Any:
        what, text = self.take()
        if what == "number":
            return lambda s, h: float(text)
        if what == "text":
            return lambda s, h: text[1:-1].replace('""', '"')
        if what == "word":
            return lambda s, h: text == "TRUE"
        if what == "cell":
            sheet, _, cell = text.replace("$", "").rpartition("!")
            if self.peek() == ":":
                self.take()
                end = self.take()[1].replace("$", "")
                return lambda s, h: [
                    s.value(sheet or h, c.coordinate)
                    for row in s.book[sheet or h][f"{cell}:{end}"]
                    for c in row
                ]
            return lambda s, h: s.value(sheet or h, cell)
        if text == "(":
            inner = self.comparison()
            assert self.take()[1] == ")"
            return inner
        assert what == "name", (what, text)
        assert self.take()[1] == "("
        arguments = []
        while self.peek() != ")":
            arguments.append(self.comparison())
            if self.peek() == ",":
                self.take()
        self.take()
        if text == "IF":
            cond, yes, no = arguments
            return lambda s, h: yes(s, h) if cond(s, h) else no(s, h)
        function = _FUNCTIONS[text]
        return lambda s, h: function(*(a(s, h) for a in arguments))


def _round(value: float, places: float) -> float:
    """Half away from zero, at 15 significant digits as spreadsheets do."""
    scaled = float(f"{abs(value) * 10 ** int(places):.15g}")
    return math.copysign(math.floor(scaled + 0.5) / 10 ** int(places), value)


def _exact(a: Any, b: Any) -> bool:
    return isinstance(a, str) and isinstance(b, str) and a == b


def _date(year: float, month: float, day: float) -> int:
    return _serial(dt.date(int(year), int(month), int(day)))


def _serial(day: dt.date) -> int:
    return (dt.date(day.year, day.month, day.day) - dt.date(1899, 12, 30)).days


def _na() -> Any:
    raise AssertionError("#N/A")


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "MIN": min, "MAX": max, "ABS": abs, "AND": lambda *a: all(a), "OR": lambda *a: any(a),
    "NOT": lambda a: not a, "EXACT": _exact, "ROUND": _round, "NA": _na, "INT": math.floor,
    "SUM": lambda a: sum(v for v in a if isinstance(v, int | float)), "DATE": _date,
    "ROUNDDOWN": lambda v, p: math.trunc(v * 10 ** int(p)) / 10 ** int(p),
    "SIGN": lambda v: (v > 0) - (v < 0),
}  # fmt: skip
