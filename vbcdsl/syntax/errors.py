"""What a reader is told when a sentence cannot be read.

From the parser come the place and what could have stood there (`stop`); from the words at that place the
likeliest intention (`reasons`): a misspelt phrase, a usual wording that the language says otherwise (`wording`), a
sign, a name that is not defined, a missing full stop.
"""

from __future__ import annotations

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.source import SourceText
from vbcdsl.syntax.lalr import Unread
from vbcdsl.syntax.reasons import REASONS
from vbcdsl.syntax.stop import Stop, advice, shown_words
from vbcdsl.syntax.table_cache import shared_tables
from vbcdsl.syntax.units import Unit


def explain(error: Unread, source: SourceText, unit: Unit, names: frozenset[str]) -> Diagnostic:
    """The diagnostic for a unit that could not be read."""
    known = shared_tables().phrases
    phrases = tuple(known[name] for name in error.expected if name in known)
    stop = Stop(source.text, unit, error.position, error.width, tuple(error.expected), phrases, names)
    for reason in REASONS:
        if found := reason(stop):
            return found
    return stop.here(
        "VBC1001", f"the sentence cannot be read from “{shown_words(stop.rest)}” on", advice(stop)
    )
