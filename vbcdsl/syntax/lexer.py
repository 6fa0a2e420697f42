"""The lexer: at each place the longest declared name beats the words, and the state of the parser says which words
can stand there.

So "Total Cost of Care" is one token although "of" is a word of the language. Terminals are tried in Lark's
order of preference (longer phrases first). A phrase is compared word by word: compiling a pattern for each of
some four hundred took longer than reading a whole contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from vbcdsl.syntax.tables import LEAD, Pattern, Phrase, State, Tables, lead_of

_SPACE = re.compile(r"[\s\ufeff]+")
_UNUSUAL = re.compile(r"\s\s|[^\S ]")  # white space that is not one blank


class Names:
    """The names declared in a document, by their first word, the longest first."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_lead: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        folded = {" ".join(name.split()) for name in names} - {""}
        for name in sorted(folded, key=lambda n: (-len(n), n)):
            self._by_lead.setdefault(lead_of(name), []).append((name, tuple(name.split())))

    def match(self, text: str, lead: str, start: int, end: int) -> int:
        """The end of the longest name that stands at a place, or -1."""
        for name, words in self._by_lead.get(lead, ()):
            if text.startswith(name, start, end):
                after = start + len(name)
            elif len(words) > 1:
                after = spelled(text, words, start, end)
            else:
                continue
            if after >= 0 and not _goes_on(text, after, end):
                return after
        return -1


class Lexer:
    """Cuts a stretch of a text into tokens, each with the state that the parser is in."""

    def __init__(self, tables: Tables, text: str, names: Names, start: int, end: int) -> None:
        self.tables, self.text, self.names, self.end = tables, text, names, end
        self.at = start  # where the next token begins, after `skip`
        self._usual_until = -1  # up to here white space is one blank

    def skip(self) -> bool:
        """Go past white space and comments; whether anything is left."""
        text, at, end = self.text, self.at, self.end
        while at < end:
            space = _SPACE.match(text, at, end)
            if space is not None:
                at = space.end()
            elif text.startswith("--", at, end):
                line = text.find("\n", at, end)
                at = end if line < 0 else line
            else:
                break
        self.at = at
        return at < end

    def match(self, state: State) -> tuple[int, int] | None:
        """The terminal at the present place and where it ends, or None if none of the state's stands there."""
        text, at, end = self.text, self.at, self.end
        word = LEAD.match(text, at, end)
        lead = word.group(0) if word is not None else text[at]
        near = state.near.get(lead)
        if near is None:
            near = state.near[lead] = self.tables.candidates(state.actions, lead)
        found = self._first(near)
        if state.takes_names:
            after = self.names.match(text, lead, at, end)
            if after > at and (found is None or after >= found[1]):
                return self.tables.term, after
        return found

    def match_any(self) -> tuple[int, int] | None:
        """As `match`, of all terminals of the language."""
        word = LEAD.match(self.text, self.at, self.end)
        lead = word.group(0) if word is not None else self.text[self.at]
        found = self._first(self.tables.candidates(range(len(self.tables.terminals)), lead))
        after = self.names.match(self.text, lead, self.at, self.end)
        if after > self.at and (found is None or after >= found[1]):
            return self.tables.term, after
        return found

    def _first(self, near: list[Phrase | Pattern]) -> tuple[int, int] | None:
        text, at, end = self.text, self.at, self.end
        if at >= self._usual_until:
            unusual = _UNUSUAL.search(text, at, end)
            self._usual_until = end if unusual is None else unusual.start()
        for each in near:
            if isinstance(each, Phrase):
                after = self._phrase(each)
                if after >= 0:
                    return each.terminal, after
            else:
                found = each.compiled.match(text, at, end)
                if found is not None:
                    return each.terminal, found.end()
        return None

    def _phrase(self, phrase: Phrase) -> int:
        """Where a phrase that stands here ends, or -1."""
        text, at, end = self.text, self.at, self.end
        after = -1
        for number, spelling in enumerate(phrase.spellings):
            if text.startswith(spelling, at, end):
                after = at + len(spelling)
                break
            if at + len(spelling) > self._usual_until and len(phrase.words[number]) > 1:
                after = spelled(text, phrase.words[number], at, end)
                if after >= 0:
                    break
        if after < 0 or (phrase.closed and _goes_on(text, after, end)):
            return -1
        if phrase.not_before is not None and phrase.not_before.match(text, after, end):
            return -1
        return after


def spelled(text: str, words: tuple[str, ...], start: int, end: int) -> int:
    """The end of words that stand at a place with any white space between them, or -1."""
    after = start
    for number, word in enumerate(words):
        if number:
            space = after
            while space < end and text[space].isspace():
                space += 1
            if space == after:
                return -1
            after = space
        if not text.startswith(word, after, end):
            return -1
        after += len(word)
    return after


def _goes_on(text: str, at: int, end: int) -> bool:
    """Whether the word before a place goes on: with a letter or digit, or with a hyphen and one."""
    if at >= end:
        return False
    following = text[at]
    if following == "-":
        at += 1
        following = text[at] if at < end else ""
    return following.isalnum() or following == "_"
