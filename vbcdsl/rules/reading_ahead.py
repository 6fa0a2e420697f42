"""Which terms a term needs in the same period, by the names in its sentences.

Terms are lowered on demand. A sentence that takes a term of a prior period must not wait for that term where it
leads back to the sentence: `"Opening" means Closing in the prior performance year` and `"Closing" means Opening
plus Gain` are no circle. `leads_back` says so before anything is lowered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vbcdsl.model.frozen import compared
from vbcdsl.resolve.symbols import Symbols
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t


class ReadingAhead:
    """The names that sentences need in the same period."""

    def __init__(self, document: t.Document, symbols: Symbols) -> None:
        self._symbols = symbols
        self._changes: dict[str, list[t.Section]] = {}  # sections that change what another one says
        for section in document.sections:
            match section.core:
                case t.Restate(name=name) | t.Deemed(name=name) | t.Lapse(name=name):
                    self._changes.setdefault(name.text, []).append(section)
                case t.AggregateCap(names=names) | t.AggregateFloor(names=names):
                    for name in names:
                        self._changes.setdefault(name.text, []).append(section)
                case t.Instead(section=target):
                    for term, definitions in symbols.terms.items():
                        if definitions[0].section.number == target:
                            self._changes.setdefault(term, []).append(section)
        self._needs: dict[str, frozenset[str]] = {}

    def leads_back(self, term: str, open_: dict[str, Any]) -> bool:
        """Whether a term needs, in the same period, one that is being lowered."""
        seen: set[str] = set()
        waiting = [term]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in open_:
                return True
            waiting.extend(self._needed(name))
        return False

    def _needed(self, term: str) -> frozenset[str]:
        found = self._needs.get(term)
        if found is None:
            sections = [d.section for d in self._symbols.terms.get(term, ())] + self._changes.get(term, [])
            names = {name for section in sections for name in _names(section.core)}
            found = frozenset(name for name in names if name in self._symbols.terms and name != term)
            self._needs[term] = found
        return found


def _names(node: object) -> Iterator[str]:
    """The names in a sentence, but not those that it takes in a prior period."""
    stack: list[object] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(current)
        elif isinstance(current, ast.Name):
            yield current.text
        elif isinstance(current, ast.Syntax) and not _of_another_year(current):
            stack.extend(getattr(current, name) for name in compared(type(current)))


def _of_another_year(node: ast.Syntax) -> bool:
    return isinstance(node, ast.Shifted) or (isinstance(node, ast.AtKey) and node.when is not None)
