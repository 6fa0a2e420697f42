"""A place in the text of a contract.

Offsets count characters of the *text in force* (the consolidated text of one `SourceText`, see
`vbcdsl.source`), which maps them back to the file, line and column that a person wrote.
"""

from __future__ import annotations

import attrs

from vbcdsl.model.frozen import frozen


@frozen
class Span:
    """A half-open range of characters, `start` included and `end` not. `said`: the words that stand for it where
    they are not those of the text, as in a clause that is applied there."""

    start: int
    end: int
    said: str = attrs.field(default="", eq=False, repr=False)

    def to(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)
