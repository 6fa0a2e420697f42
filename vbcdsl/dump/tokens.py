"""The tokens of each sentence as the contextual lexer cuts them: what is a word depends on the place."""

from __future__ import annotations

from collections.abc import Iterator

from lark.exceptions import UnexpectedInput

from vbcdsl.source import SourceText
from vbcdsl.syntax.lexer import NamedText, name_pattern
from vbcdsl.syntax.parser import _START_OF, shared_lark
from vbcdsl.syntax.units import Unit, split


def tokens_of(source: SourceText, names: frozenset[str]) -> Iterator[tuple[Unit, list[tuple[str, str]]]]:
    """Each unit that is parsed, with its tokens (kind, text) up to the first that cannot stand there."""
    pattern = name_pattern(names)
    for unit in split(source.text):
        start = _START_OF.get(unit.kind)
        if start is None:
            continue
        text = NamedText(source.text, pattern, unit.start, unit.end)
        found: list[tuple[str, str]] = []
        try:
            for token in shared_lark().parse_interactive(text, start=start).iter_parse():
                found.append((str(token.type), " ".join(str(token).split())))
        except UnexpectedInput as error:
            wrong = getattr(error, "token", None)
            found.append(("(cannot be read)", " ".join(str(wrong).split()) if wrong is not None else ""))
        yield unit, found
