"""The contextual lexer with defined terms: at each place the longest declared name beats the words.

So "Total Cost of Care" is one token although "of" is a word of the language. The names of one document ride on
the text (`NamedText`); one built parser serves all documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from lark.lexer import BasicLexer, ContextualLexer, Scanner
from lark.utils import TextSlice

from vbcdsl.syntax.phrases import load_grammar


class NamedText(TextSlice[str]):
    """A stretch of text with the names that are declared in its document."""

    def __init__(
        self, text: str, names: re.Pattern[str] | None, start: int = 0, end: int | None = None
    ) -> None:
        super().__init__(text, start, len(text) if end is None else end)
        self.names = names


def name_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern for any of the names, longest first, words joined by any white space."""
    ordered = sorted({" ".join(name.split()) for name in names}, key=lambda n: (-len(n), n))
    if not ordered:
        return None
    body = "|".join(r"\s+".join(map(re.escape, name.split())) for name in ordered)
    return re.compile(rf"(?:{body})(?!\w|-\w)")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A terminal's own pattern: compiled once for all states, and only if a text comes near it."""
    return re.compile(pattern)


_LEAD = re.compile(r"[A-Za-z]+|.", re.S)


class _IndexedScanner(Scanner):
    """Finds the first terminal that matches, in Lark's own order, without one large pattern for each state.

    A phrase can only match where its first word (or mark) stands; so the phrases are indexed by it. Compiling the
    large patterns took longer than reading a whole contract.
    """

    def __init__(self, terminals: Iterable[Any], lead_of: Callable[[str], str | None]) -> None:
        self.allowed_types = {terminal.name for terminal in terminals}
        self._terminals = [(t.name, t.pattern.to_regexp(), lead_of(t.name)) for t in terminals]
        self._near: dict[str, list[tuple[str, str]]] = {}

    def match(self, text: Any, pos: int) -> tuple[str, str] | None:
        """The text and the name of the terminal at a place, or None."""
        lead = _LEAD.match(text.text, pos, text.end)
        word = lead.group(0).lower() if lead is not None else ""
        near = self._near.get(word)
        if near is None:
            near = [(name, pattern) for name, pattern, first in self._terminals if first in (None, word)]
            self._near[word] = near
        for name, pattern in near:
            found = _compiled(pattern).match(text.text, pos, text.end)
            if found is not None:
                return found.group(0), name
        return None


@cache
def _lead_of(terminal: str) -> str | None:
    """The first word or mark of a phrase's terminal, in lower case; None for a terminal that is no phrase."""
    phrase = load_grammar().phrases.get(terminal)
    if phrase is None:
        return None
    found = _LEAD.match(phrase)
    return found.group(0).lower() if found is not None else None


class _NamesFirst(BasicLexer):
    def __init__(self, conf: Any, comparator: Any = None) -> None:
        super().__init__(conf, comparator)
        self._takes_terms = any(terminal.name == "TERM" for terminal in self.terminals)

    def _build_scanner(self) -> Scanner:
        self.callback = dict(self.user_callbacks)
        return _IndexedScanner(self.terminals, _lead_of)

    def match(self, text: Any, pos: int) -> Any:
        _ = self.scanner  # Lark builds it lazily; `next_token` needs what it sets
        found: Any = super().match(text, pos)  # type: ignore[no-untyped-call]
        if self._takes_terms:
            names = getattr(text, "names", None)
            name = names.match(text.text, pos, text.end) if names is not None else None
            if name and (not found or len(name.group(0)) >= len(found[0])):
                return name.group(0), "TERM"
        return found


class NamesContextual(ContextualLexer):
    """Lark's contextual lexer with `_NamesFirst` in every state."""

    BasicLexer = _NamesFirst
