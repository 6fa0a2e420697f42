"""Texts between old and new: the old one with some of the changes made.

They are what an amendment would make of it. Examples are left out (they are about one text), recitals stay
as they were; section numbers and names are the old text's.
"""

from __future__ import annotations

from collections.abc import Iterable

from vbcdsl.renewal.hunks import Edit, Hunk
from vbcdsl.renewal.pieces import Piece
from vbcdsl.renewal.words import Word
from vbcdsl.syntax.units import split


class Composer:
    """Makes texts from the old one. `plain`: the old text without comments."""

    def __init__(self, plain: str, pieces: Iterable[Piece], hunks: Iterable[Hunk] = ()) -> None:
        self.plain = plain
        self.hunks = tuple(hunks)
        self._always: list[Edit] = []
        self._dates: list[Edit] = []
        for start, end in examples(plain):
            self._always.append(Edit(start, end, ""))
        for piece in pieces:
            if piece.computes:
                self._dates += [Edit(w.start, w.end, w.same) for w in piece.words if _moved(w)]

    def text(self, chosen: Iterable[int]) -> str:
        """The old text with these changes."""
        made = [edit for index in sorted(chosen) for edit in self.hunks[index].edits]
        covered = [(edit.start, edit.end) for edit in (*made, *self._always) if edit.end > edit.start]
        dates = [d for d in self._dates if not any(a <= d.start and d.end <= b for a, b in covered)]
        order = {id(edit): place for place, edit in enumerate(made)}
        pieces: list[str] = []
        position = 0
        for edit in sorted(
            (*made, *dates, *self._always), key=lambda e: (e.start, e.end, order.get(id(e), -1))
        ):
            if edit.start < position:
                if edit.end <= position:  # inside of what went already
                    continue
                raise ValueError("two changes overlap")
            pieces += [self.plain[position : edit.start], edit.text]
            position = edit.end
        pieces.append(self.plain[position:])
        return "".join(pieces)


def examples(plain: str) -> list[tuple[int, int]]:
    """Where the examples of a text stand."""
    return [(unit.start, unit.end) for unit in split(plain) if unit.kind == "example"]


def _moved(word: Word) -> bool:
    return word.kind in ("date", "number") and word.same != " ".join(word.text.split())
