"""The tokens of each sentence as the contextual lexer cuts them: what is a word depends on the place."""

from __future__ import annotations

from collections.abc import Iterator

from vbcdsl.source import SourceText
from vbcdsl.syntax.lalr import Unread, read
from vbcdsl.syntax.lexer import Names
from vbcdsl.syntax.parameters import NoWay, read_clause
from vbcdsl.syntax.parse_tree import Token
from vbcdsl.syntax.parser import START_OF
from vbcdsl.syntax.table_cache import shared_tables
from vbcdsl.syntax.units import Unit, split


def tokens_of(source: SourceText, names: frozenset[str]) -> Iterator[tuple[Unit, list[tuple[str, str]]]]:
    """Each unit that is parsed, with its tokens (kind, text) up to the first that cannot stand there."""
    named = Names(names)
    for unit in split(source.text):
        start = START_OF.get(unit.kind)
        if start is None:
            continue
        tokens: list[Token] = []
        wrong: list[tuple[str, str]] = []
        try:
            if unit.kind == "clause":
                read_clause(shared_tables(), source.text, named, unit.start, unit.end, tokens=tokens)
            else:
                read(shared_tables(), source.text, named, start, unit.start, unit.end, tokens)
        except (Unread, NoWay) as stopped:
            error = stopped.error if isinstance(stopped, NoWay) else stopped
            wrong.append(("(cannot be read)", " ".join(error.word.split())))
        yield unit, [(token.type, " ".join(token.split())) for token in tokens] + wrong
