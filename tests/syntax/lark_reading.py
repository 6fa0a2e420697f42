"""Lark's own reading of a sentence: its contextual lexer, with defined terms first, and its parser.

The program reads with `vbcdsl.syntax.lalr`, on tables that Lark made. This is the other way, in Lark's own
code, that `test_reading` compares it with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import BasicLexer, ContextualLexer, Scanner
from lark.utils import TextSlice

from vbcdsl.syntax.phrases import STARTS, load_grammar


class NamedText(TextSlice[str]):
    """A stretch of text with the names that are declared in its document."""

    def __init__(self, text: str, names: Iterable[str], start: int, end: int) -> None:
        super().__init__(text, start, end)
        ordered = sorted({" ".join(name.split()) for name in names}, key=lambda n: (-len(n), n))
        body = "|".join(r"\s+".join(map(re.escape, name.split())) for name in ordered)
        self.names = re.compile(rf"(?:{body})(?!\w|-\w)") if ordered else None


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


class _OneByOne(Scanner):
    """Tries the terminals in Lark's order. One large pattern for each state would take ten seconds to compile."""

    def __init__(self, terminals: Iterable[Any]) -> None:
        self.allowed_types = {terminal.name for terminal in terminals}
        self._terminals = [(terminal.name, terminal.pattern.to_regexp()) for terminal in terminals]

    def match(self, text: Any, pos: int) -> tuple[str, str] | None:
        for name, expression in self._terminals:
            if found := _compiled(expression).match(text.text, pos, text.end):
                return found.group(0), name
        return None


class _NamesFirst(BasicLexer):
    def __init__(self, conf: Any, comparator: Any = None) -> None:
        super().__init__(conf, comparator)
        self._takes_terms = any(terminal.name == "TERM" for terminal in self.terminals)

    def _build_scanner(self) -> Scanner:
        self.callback = dict(self.user_callbacks)
        return _OneByOne(self.terminals)

    def match(self, text: Any, pos: int) -> Any:
        _ = self.scanner
        found: Any = super().match(text, pos)
        if self._takes_terms and text.names is not None:
            name = text.names.match(text.text, pos, text.end)
            if name and (not found or len(name.group(0)) >= len(found[0])):
                return name.group(0), "TERM"
        return found


class _NamesContextual(ContextualLexer):
    BasicLexer = _NamesFirst


@lru_cache(maxsize=1)
def lark() -> Lark:
    """Lark with the lexer above."""
    return Lark(
        load_grammar().text,
        parser="lalr",
        propagate_positions=True,
        maybe_placeholders=False,
        start=list(STARTS),
        _plugins={"ContextualLexer": _NamesContextual},
    )


def read_by_lark(text: str, names: Iterable[str], kind: str, start: int, end: int) -> Any:
    """Tuples (rule, start, end, children) and (terminal, start, end); or a list: place, width, terminals."""
    try:
        return _plain(lark().parse(NamedText(text, names, start, end), start=kind))  # type: ignore[arg-type]
    except UnexpectedInput as error:
        if isinstance(error, UnexpectedToken):
            token = error.token
            expected = sorted(error.accepts or error.expected)
            if token.type == "$END":
                return [end, 1, expected]
            return [token.start_pos, max(len(token), 1), expected]
        assert isinstance(error, UnexpectedCharacters)
        return [error.pos_in_stream, 1, sorted(error.allowed)]


def _plain(item: Any) -> Any:
    if not hasattr(item, "children"):
        return (item.type, item.start_pos, item.end_pos)
    place = (0, 0) if item.meta.empty else (item.meta.start_pos, item.meta.end_pos)
    return (str(item.data), *place, [_plain(child) for child in item.children])
