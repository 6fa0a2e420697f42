"""The contextual lexer with defined terms: at each place the longest declared name beats the words.

So "Total Cost of Care" is one token although "of" is a word of the language. The names of one document ride on
the text (`NamedText`); one built parser serves all documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lark.lexer import BasicLexer, ContextualLexer
from lark.utils import TextSlice


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


class _NamesFirst(BasicLexer):
    def __init__(self, conf: Any, comparator: Any = None) -> None:
        super().__init__(conf, comparator)
        self._takes_terms = any(terminal.name == "TERM" for terminal in self.terminals)

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
