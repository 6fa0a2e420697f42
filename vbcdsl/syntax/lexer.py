"""The lexer: at each place the longest declared name beats the words, and the state of the parser says which words
can stand there.

So "Total Cost of Care" is one token although "of" is a word of the language. Terminals are tried in Lark's
order of preference (longer phrases first). A phrase is compared word by word: compiling a pattern for each of
some four hundred took longer than reading a whole contract.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import TypeAlias

from vbcdsl.syntax.tables import LEAD, Candidates, State, Tables, lead_of

_SECOND = re.compile(r" [A-Za-z]+")
_UNUSUAL = re.compile(r"\s\s|[^\S ]")  # white space that is not one blank


Name: TypeAlias = tuple[
    str, tuple[str, ...], str
]  # a name, its words, and its second word as `_SECOND` finds it


class Names:
    """The names declared in a document, by their first two words, the longest first."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_lead: dict[str, list[Name]] = {}
        self._by_two: dict[tuple[str, str], list[Name]] = {}
        folded = {" ".join(name.split()) for name in names} - {""}
        for name in sorted(folded, key=lambda n: (-len(n), n)):
            lead = lead_of(name)
            second = _SECOND.match(name, len(lead))
            words = tuple(name.split())
            self._by_lead.setdefault(lead, []).append((name, words, second.group(0) if second else ""))

    def match(self, text: str, lead: str, start: int, end: int, usual_until: int) -> int:
        """The end of the longest name at a place, or -1. Up to `usual_until` white space is a blank."""
        near = self._by_lead.get(lead)
        if near is None:
            return -1
        if len(near) > 4:
            near = self._near(near, lead, text, start, end, usual_until)
        for name, words, _ in near:
            after = start + len(name)
            if not text.startswith(name, start, end):
                usual = usual_until - start
                if len(name) <= usual or not text.startswith(name[:usual], start, end):
                    continue
                after = spelled(text, words, start, end)
                if after < 0:
                    continue
            if not _goes_on(text, after, end):
                return after
        return -1

    def _near(
        self, near: list[Name], lead: str, text: str, start: int, end: int, usual_until: int
    ) -> list[Name]:
        """Of many names with the same first word, those that the second word does not rule out."""
        second = _SECOND.match(text, start + len(lead), end)
        if second is None or second.end() > usual_until:
            return near
        two = (lead, second.group(0))
        found = self._by_two.get(two)
        if found is None:
            found = self._by_two[two] = [name for name in near if name[2] in ("", two[1])]
        return found


class Lexer:
    """Cuts a stretch of a text into tokens, each with the state that the parser is in."""

    def __init__(
        self, tables: Tables, text: str, names: Names, start: int, end: int, parameters: Container[int] = ()
    ) -> None:
        """`parameters`: places at which a parameter of a clause begins, where a name before it ends."""
        self.tables, self.text, self.names, self.end = tables, text, names, end
        self.parameters = parameters
        self.at = start  # where the next token begins, after `skip`
        self._usual_until = -1  # up to here white space is one blank

    def skip(self) -> bool:
        """Go past white space and comments; whether anything is left."""
        text, at, end = self.text, self.at, self.end
        while at < end:
            here = text[at]
            if here.isspace() or here == "\ufeff":
                at += 1
            elif here == "-" and text.startswith("--", at, end):
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
            after = self.names.match(text, lead, at, end, self._usual_until)
            if after > at and (found is None or after >= found[1] or self._before_parameter(after)):
                return self.tables.term, after
        return found

    def _before_parameter(self, at: int) -> bool:
        """Whether a parameter follows: “Budget Period Last Period” is a declared name and one."""
        if self.parameters == ():
            return False
        while at < self.end and self.text[at].isspace():
            at += 1
        return at in self.parameters

    def match_any(self) -> tuple[int, int] | None:
        """As `match`, of all terminals of the language."""
        word = LEAD.match(self.text, self.at, self.end)
        lead = word.group(0) if word is not None else self.text[self.at]
        found = self._first(self.tables.candidates(range(len(self.tables.terminals)), lead))
        after = self.names.match(self.text, lead, self.at, self.end, self._usual_until)
        if after > self.at and (found is None or after >= found[1]):
            return self.tables.term, after
        return found

    def _first(self, near: Candidates) -> tuple[int, int] | None:
        text, at, end = self.text, self.at, self.end
        if at >= self._usual_until:
            unusual = _UNUSUAL.search(text, at, end)
            self._usual_until = end if unusual is None else unusual.start()
        usual = self._usual_until - at
        for spelling, each in near:
            if not spelling:
                found = each.compiled.match(text, at, end)  # type: ignore[union-attr]
                if found is not None:
                    return each.terminal, found.end()
                continue
            if text.startswith(spelling, at, end):
                after = at + len(spelling)
            elif len(spelling) > usual and text.startswith(spelling[:usual], at, end):
                after = spelled(text, each.words, at, end)  # type: ignore[union-attr]
                if after < 0:
                    continue
            else:
                continue
            if each.closed and _goes_on(text, after, end):  # type: ignore[union-attr]
                continue
            not_before = each.not_before  # type: ignore[union-attr]
            if not_before is None or not not_before.match(text, after, end):
                return each.terminal, after
        return None


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
