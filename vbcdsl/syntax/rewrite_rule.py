"""One rule of a wording that people write and the language says in another way (see `rewrites`, `everyday`)."""

from __future__ import annotations

import re

import attrs

QUOTED = r"[\"“][^\"”]*[\"”]"


@attrs.frozen
class Rewrite:
    """`pattern` finds the words in a sentence; `says` what is wrong with them; `write` the sentence that the
    language has, with groups of the pattern in braces."""

    pattern: re.Pattern[str]
    says: str
    write: str


def rule(pattern: str, says: str, write: str) -> Rewrite:
    """A rule; a space in the pattern is any white space, and capitals count only inside `(?-i:…)`."""
    return Rewrite(re.compile(re.sub(r" ", r"\\s+", pattern), re.I | re.S), says, write)
