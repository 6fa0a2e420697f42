"""What a reader is told when a sentence cannot be read.

From Lark's error come the place and what could have stood there (`stop`); from the words at that place the
likeliest intention (`reasons`): a misspelt phrase, a usual wording that the language says otherwise (`wording`), a
sign, a name that is not defined, a missing full stop.
"""

from __future__ import annotations

from typing import Any

from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.source import SourceText
from vbcdsl.syntax.phrases import load_grammar
from vbcdsl.syntax.reasons import REASONS
from vbcdsl.syntax.stop import Stop, advice, shown_words
from vbcdsl.syntax.units import Unit


def explain(error: UnexpectedInput, source: SourceText, unit: Unit, names: frozenset[str]) -> Diagnostic:
    """The diagnostic for a unit that Lark could not read."""
    position, width = _position(error, unit)
    expected = tuple(_expected(error))
    known = load_grammar().phrases
    phrases = tuple(known[name] for name in expected if name in known)
    stop = Stop(source.text, unit, position, width, expected, phrases, names)
    for reason in REASONS:
        if found := reason(stop):
            return found
    return stop.here(
        "VBC1001", f"the sentence cannot be read from “{shown_words(stop.rest)}” on", advice(stop)
    )


def _position(error: UnexpectedInput, unit: Unit) -> tuple[int, int]:
    if isinstance(error, UnexpectedEOF):
        return unit.end, 1
    if isinstance(error, UnexpectedToken):
        token = error.token
        if token.type == "$END":
            return unit.end, 1
        return int(token.start_pos or 0), max(len(token), 1)
    return int(getattr(error, "pos_in_stream", 0) or 0), 1


def _expected(error: Any) -> list[str]:
    if isinstance(error, UnexpectedToken):
        try:
            return sorted(error.accepts or error.expected or ())
        except Exception:  # a state that Lark cannot simulate: what it expected is enough
            return sorted(error.expected or ())
    if isinstance(error, UnexpectedCharacters):
        return sorted(error.allowed or ())
    return sorted(getattr(error, "expected", ()) or ())
