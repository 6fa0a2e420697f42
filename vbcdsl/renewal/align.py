"""Which piece of the old text is which piece of the new one.

A section is known by the terms that it defines, wherever it stands and whatever its number is; a sentence
that defines nothing, and one whose term has another name, by its words.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

import attrs

from vbcdsl.renewal.pieces import Piece, pieces_of
from vbcdsl.renewal.sides import Side
from vbcdsl.renewal.words import Reading

ALIKE, RENAMED, SAME_PLACE, SAME_EXAMPLE = 0.6, 0.72, 0.5, 0.9


@attrs.frozen
class Pair:
    """An old piece and the new one that it became; None: it was added, or deleted."""

    old: Piece | None
    new: Piece | None

    @property
    def piece(self) -> Piece:
        """The new piece, or the old one if it was deleted."""
        found = self.new or self.old
        assert found is not None
        return found


@attrs.frozen
class Alignment:
    """`pairs` in the order of the new text, deleted pieces behind the piece that they stood behind. `names` and
    `sections`: from the new text's to the old one's, where they differ. `moved`: new numbers of sections
    that stand in another order."""

    pairs: tuple[Pair, ...]
    names: dict[str, str]
    sections: dict[str, str]
    moved: frozenset[str]


def align(old: Side, new: Side) -> Alignment:
    """Match the pieces of two texts."""
    ours, theirs = pieces_of(old), pieces_of(new)
    matched: dict[int, int] = {}  # old index → new index
    _by_names(ours, theirs, matched)
    _by_words(ours, theirs, matched, "section")
    for kind in ("header", "clause"):
        _by_words(ours, theirs, matched, kind)
    _in_order(ours, theirs, matched, ("recital", "article", "example"))
    pairs = _in_new_order(ours, theirs, matched)
    sections = {
        pair.new.number: pair.old.number
        for pair in pairs
        if pair.old is not None and pair.new is not None and pair.new.kind == "section"
    }
    return Alignment(
        tuple(pairs),
        _renamed(pairs, old, new),
        _old_numbers(pairs, sections),
        _moved(pairs),
    )


def read_again(alignment: Alignment, old: Side, new: Side, years: tuple[int, int]) -> tuple[Pair, ...]:
    """The pairs with their words in one form: the new text's in the old one's names, numbers and years."""
    ours = pieces_of(old, Reading(years=years[0]))
    theirs = pieces_of(new, Reading(alignment.sections, alignment.names, years[1]))
    return tuple(
        Pair(
            ours[pair.old.index] if pair.old is not None else None,
            theirs[pair.new.index] if pair.new is not None else None,
        )
        for pair in alignment.pairs
    )


def alike(old: Piece, new: Piece) -> float:
    """How much of two pieces is the same, 0 to 1: twice the words that they share over all words."""
    return SequenceMatcher(None, old.same, new.same, autojunk=False).ratio()


def _by_names(ours: tuple[Piece, ...], theirs: tuple[Piece, ...], matched: dict[int, int]) -> None:
    taken: set[int] = set()
    for piece in ours:
        if not piece.defines:
            continue
        shared = [
            (len(set(piece.defines) & set(other.defines)), piece.number == other.number, -other.index)
            for other in theirs
            if other.index not in taken
            and other.kind == piece.kind
            and set(piece.defines) & set(other.defines)
        ]
        if shared:
            best = -max(shared)[2]
            matched[piece.index] = best
            taken.add(best)


def _by_words(ours: tuple[Piece, ...], theirs: tuple[Piece, ...], matched: dict[int, int], kind: str) -> None:
    """The most alike first; of equals the one with the same number, then the first in order."""
    left = [p for p in ours if p.kind == kind and p.index not in matched]
    right = [p for p in theirs if p.kind == kind and p.index not in matched.values()]
    scores: list[tuple[float, bool, int, int]] = []
    for piece in left:
        for other in right:
            if not _may_be(piece, other):
                continue
            score = alike(piece, other)
            same_number = piece.number == other.number
            least = RENAMED if piece.defines and other.defines else ALIKE
            if score >= (SAME_PLACE if same_number and kind != "clause" else least):
                scores.append((score, same_number, -piece.index, -other.index))
    taken: set[int] = set()
    for _, _, old, new in sorted(scores, reverse=True):
        if -old not in matched and -new not in taken:
            matched[-old] = -new
            taken.add(-new)


def _may_be(piece: Piece, other: Piece) -> bool:
    """Whether one may have become the other: both define something, or neither does; the same sort of
    sentence."""
    if bool(piece.defines) != bool(other.defines):
        return False
    return not piece.defines or piece.core is None or type(piece.core) is type(other.core)


def _in_order(
    ours: tuple[Piece, ...], theirs: tuple[Piece, ...], matched: dict[int, int], kinds: Iterable[str]
) -> None:
    for kind in kinds:
        left = [p for p in ours if p.kind == kind]
        right = [p for p in theirs if p.kind == kind]
        found = SequenceMatcher(None, [p.same for p in left], [p.same for p in right], autojunk=False)
        for what, i1, i2, j1, j2 in found.get_opcodes():
            if what == "equal":
                matched.update(
                    (left[i].index, right[j].index) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
                )
            elif what == "replace":
                for i, j in zip(range(i1, i2), range(j1, j2), strict=False):
                    if alike(left[i], right[j]) >= (SAME_EXAMPLE if kind == "example" else SAME_PLACE):
                        matched[left[i].index] = right[j].index


def _in_new_order(ours: tuple[Piece, ...], theirs: tuple[Piece, ...], matched: dict[int, int]) -> list[Pair]:
    back = {new: old for old, new in matched.items()}
    deleted: dict[int, list[Piece]] = {}  # old index of the piece before → deleted pieces
    before = -1
    for piece in ours:
        if piece.index in matched:
            before = piece.index
        else:
            deleted.setdefault(before, []).append(piece)
    pairs = [Pair(piece, None) for piece in deleted.get(-1, [])]
    for piece in theirs:
        old = back.get(piece.index)
        pairs.append(Pair(ours[old] if old is not None else None, piece))
        if old is not None:
            pairs.extend(Pair(gone, None) for gone in deleted.get(old, []))
    return pairs


def _renamed(pairs: Iterable[Pair], old: Side, new: Side) -> dict[str, str]:
    """New names of terms that had another one: of matched sections that define as many terms."""
    ours = {term.name for term in old.program.terms.values()} | set(old.program.records)
    theirs = {term.name for term in new.program.terms.values()} | set(new.program.records)
    found: dict[str, str] = {}
    for pair in pairs:
        if pair.old is None or pair.new is None or len(pair.old.defines) != len(pair.new.defines):
            continue
        if isinstance(pair.old.core, tuple(_data_sentences())):
            continue
        gone = [name for name in pair.old.defines if name not in theirs]
        come = [name for name in pair.new.defines if name not in ours]
        if len(gone) == len(come):
            found.update(zip(come, gone, strict=True))
    return found


def _data_sentences() -> tuple[type, ...]:
    from vbcdsl.syntax import tree as t

    return (t.Records, t.Schedule)  # their names and columns are those of the data that is given


def _old_numbers(pairs: Iterable[Pair], sections: dict[str, str]) -> dict[str, str]:
    """New numbers → old ones; a section that was added keeps its number if that is free, else takes the next one
    of its article that neither text uses."""
    pairs = list(pairs)
    used = {p.old.number for p in pairs if p.old is not None} | {
        p.new.number for p in pairs if p.new is not None
    }
    ours = {p.old.number for p in pairs if p.old is not None}
    found = dict(sections)
    for pair in pairs:
        if pair.old is not None or pair.new is None or pair.new.kind != "section":
            continue
        number = pair.new.number
        if number in ours:
            article = number.split(".")[0]
            last = max(int(u.split(".")[1]) for u in used if u.split(".")[0] == article and "." in u)
            number = f"{article}.{last + 1}"
            used.add(number)
        found[pair.new.number] = number
    return found


def _moved(pairs: Iterable[Pair]) -> frozenset[str]:
    """Sections outside of the longest run that stands in the same order in both texts."""
    both = [
        (p.old.index, p.new.number)
        for p in pairs
        if p.old is not None and p.new is not None and p.new.kind == "section"
    ]
    best: list[tuple[int, int]] = []  # length of the run that ends here, and the place before
    for i, (at, _) in enumerate(both):
        options = [(best[j][0] + 1, j) for j in range(i) if both[j][0] < at]
        best.append(max(options, default=(1, -1), key=lambda o: (o[0], o[1])))
    kept: set[int] = set()
    place = max(range(len(both)), key=lambda i: best[i][0], default=-1)
    while place >= 0:
        kept.add(place)
        place = best[place][1]
    return frozenset(number for i, (_, number) in enumerate(both) if i not in kept)
