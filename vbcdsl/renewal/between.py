"""The texts between old and new, compiled: each once, and told apart by their rules."""

from __future__ import annotations

from collections.abc import Iterable

from vbcdsl.compiler import Compiled, compile_sources
from vbcdsl.renewal.compose import Composer
from vbcdsl.renewal.kinds import fingerprint
from vbcdsl.rules.program import Program
from vbcdsl.source import SourceText


class Between:
    """Old text, new text and all that lies between them. A text is named by the hunks that are made in it;
    with all of them it is the new text in the old one's names and numbers, or, should that be no contract or
    pay otherwise (`keep_new`), the new text itself."""

    def __init__(self, composer: Composer, new_text: str, name: str) -> None:
        self.composer = composer
        self.everything = frozenset(h.index for h in composer.hunks)
        self._new_text, self._name = new_text, name
        self._compiled: dict[frozenset[int], Compiled] = {}
        self._prints: dict[frozenset[int], str] = {}
        self.new = self._compile(new_text)
        if self.everything and self.compiled(self.everything).errors:
            self.keep_new()

    def keep_new(self) -> None:
        """Take the new text itself where all hunks are made."""
        self._compiled[self.everything] = self.new
        self._prints.pop(self.everything, None)

    def text(self, made: Iterable[int]) -> str:
        """The text with these hunks."""
        chosen = frozenset(made)
        if chosen == self.everything and self._compiled.get(chosen) is self.new:
            return self._new_text
        return self.composer.text(chosen)

    def compiled(self, made: Iterable[int]) -> Compiled:
        """The text after all stages; it may have errors."""
        chosen = frozenset(made)
        found = self._compiled.get(chosen)
        if found is None:
            found = self._compiled[chosen] = self._compile(self.composer.text(chosen))
        return found

    def _compile(self, text: str) -> Compiled:
        return compile_sources(SourceText.from_text(text, self._name), [])

    def works(self, made: frozenset[int]) -> bool:
        """Whether the text is a contract without errors."""
        if made == self.everything or not made:
            return True
        return not self.compiled(made).errors

    def program(self, made: Iterable[int]) -> Program:
        """The rules of a text that works."""
        return self.compiled(made).program

    def print_of(self, made: Iterable[int]) -> str:
        """The fingerprint of its rules."""
        chosen = frozenset(made)
        found = self._prints.get(chosen)
        if found is None:
            found = self._prints[chosen] = fingerprint(self.program(chosen))
        return found
