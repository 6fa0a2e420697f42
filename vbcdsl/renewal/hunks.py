"""The changes inside matched pieces, each as small as it can be told apart: words, cells, rows, columns,
sections.

A hunk knows its old and new words and the edits of the old text that make it. The same walk gives the redline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

import attrs

from vbcdsl.renewal.align import Pair, alike
from vbcdsl.renewal.pieces import Block, Cell, Line, Piece
from vbcdsl.renewal.redline import Row, Run, Shown, Table
from vbcdsl.renewal.words import Word, written_again

What: TypeAlias = Literal[
    "words", "row added", "row removed", "column", "section added", "section removed", "rewritten"
]
_WEAK = frozenset(["the", "a", "an", "of", "to", "and", "or", "in", "for", "is", ",", ";", ":", "(", ")"])
_APART = frozenset({"phrase", "number", "date", "quoted", "name"})
REWRITTEN = 0.4


@attrs.frozen
class Edit:
    """Replace the characters `start` to `end` of the old text."""

    start: int
    end: int
    text: str


@attrs.frozen(eq=False)
class Hunk:
    """One change. `old` and `new` are its words; `old_at` and `new_at` their places (None: not there)."""

    index: int
    pair: Pair
    what: What
    edits: tuple[Edit, ...]
    old: str
    new: str
    before: str
    old_at: int | None
    new_at: int | None

    @property
    def section(self) -> str:
        """The number of its section: the new one, of a deleted section the old one."""
        return self.pair.piece.number


class Differ:
    """Walks the pairs of two texts and collects hunks and the redline. `old` and `new` are the texts without
    comments."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new
        self.hunks: list[Hunk] = []
        self.shown: list[Shown] = []
        self._pair = Pair(None, None)
        self._computes = False
        self._last_old_end = 0

    def run(self, pairs: Iterable[Pair]) -> None:
        """Compare all pairs."""
        pairs = list(pairs)
        first = next((p.old.start for p in pairs if p.old is not None), len(self.old))
        self._last_old_end = first
        for pair in pairs:
            self._pair, self._computes = pair, pair.piece.computes
            if pair.old is None:
                self._added(pair.piece)
            elif pair.new is None:
                self._removed(pair.piece)
            else:
                self._both(pair.old, pair.new)
            if pair.old is not None:
                self._last_old_end = pair.old.end

    def _hunk(
        self, what: What, edits: Iterable[Edit], old: str, new: str, before: str = "",
        old_at: int | None = None, new_at: int | None = None,
    ) -> int | None:  # fmt: skip
        if not self._computes:
            return None
        index = len(self.hunks)
        self.hunks.append(
            Hunk(index, self._pair, what, tuple(edits), flat(old), flat(new), flat(before), old_at, new_at)
        )
        return index

    # ------------------------------------------------------------ whole pieces

    def _added(self, piece: Piece) -> None:
        text = written_again(self.new, piece.words, piece.body, piece.end)
        number = self._pair_number(piece)
        edit = Edit(self._last_old_end, self._last_old_end, f"\n{number}{text}\n")
        hunk = self._hunk("section added", (edit,), "", self.new[piece.start : piece.end], new_at=piece.start)
        self.shown.append(self._whole(piece, self.new, "ins", hunk))

    def _removed(self, piece: Piece) -> None:
        edit = Edit(piece.start, piece.end, "")
        words = self.old[piece.start : piece.end]
        hunk = self._hunk("section removed", (edit,), words, "", old_at=piece.start)
        self.shown.append(self._whole(piece, self.old, "del", hunk))

    numbers: dict[str, str] = {}  # noqa: RUF012  # new numbers → numbers in the old text, set by the caller

    def _pair_number(self, piece: Piece) -> str:
        return self.numbers.get(piece.number, piece.number)

    def _whole(self, piece: Piece, text: str, op: Literal["ins", "del"], hunk: int | None) -> Shown:
        blocks: list[tuple[Run, ...] | Table] = []
        for block in piece.blocks:
            if not block.is_table:
                blocks.append((Run(op, prose(text[block.start : block.end]).strip(), hunk),))
                continue
            rows = tuple(
                Row(tuple((Run(op, text[c.start : c.end], hunk),) for c in line.cells), op, hunk)
                for line in block.lines
                if not line.ruler
            )
            blocks.append(Table(rows))
        old, new = (piece.number, "") if op == "del" else ("", piece.number)
        return Shown(piece.kind, old, new, "added" if op == "ins" else "removed", tuple(blocks))

    def _both(self, old: Piece, new: Piece) -> None:
        begun = len(self.hunks)
        blocks: list[tuple[Run, ...] | Table]
        if old.same == new.same and _shape(old) == _shape(new):
            blocks = [self._block(a, b) for a, b in zip(old.blocks, new.blocks, strict=True)]
        elif _shape(old) != _shape(new) or alike(old, new) < REWRITTEN:
            blocks = self._rewritten(old, new)
        else:
            blocks = [self._block(a, b) for a, b in zip(old.blocks, new.blocks, strict=True)]
        changed = len(self.hunks) > begun or any(_differs(block) for block in blocks)
        renumbered = old.number != new.number
        state: Literal["same", "changed"] = "changed" if changed or renumbered else "same"
        self.shown.append(Shown(new.kind, old.number, new.number, state, tuple(blocks)))

    def _rewritten(self, old: Piece, new: Piece) -> list[tuple[Run, ...] | Table]:
        text = written_again(self.new, new.words, new.body, new.end)
        hunk = self._hunk(
            "rewritten", (Edit(old.body, old.end, text),), self.old[old.body : old.end],
            self.new[new.body : new.end], old_at=old.body, new_at=new.body,
        )  # fmt: skip
        gone, come = self._whole(old, self.old, "del", hunk), self._whole(new, self.new, "ins", hunk)
        return [*gone.blocks, *come.blocks]

    # ------------------------------------------------------------ prose

    def _block(self, old: Block, new: Block) -> tuple[Run, ...] | Table:
        if old.is_table:
            return self._table(old, new)
        return tuple(self._prose(old.words, new.words, old.start, new.start))

    def _prose(
        self, old: tuple[Word, ...], new: tuple[Word, ...], old_start: int, new_start: int, cell: bool = False
    ) -> Iterator[Run]:
        parts = segments(old, new)
        if cell and sum(not part[0] for part in parts) > 1 and any(w.kind == "quoted" for w in (*old, *new)):
            parts = [(False, 0, len(old), 0, len(new))]  # a list of texts is one value
        for equal, i1, i2, j1, j2 in parts:
            a = old[i1 - 1].end if i1 else old_start
            b = new[j1 - 1].end if j1 else new_start
            gone = self.old[a : old[i2 - 1].end] if i2 > i1 else ""
            come = self.new[b : new[j2 - 1].end] if j2 > j1 else ""
            if equal:
                yield from self._same_words(old[i1:i2], new[j1:j2], b)
                continue
            text = written_again(self.new, new[j1:j2], b, new[j2 - 1].end) if j2 > j1 else ""
            if cell and not i1:
                text = text.lstrip()
            edit = Edit(a, old[i2 - 1].end if i2 > i1 else a, text)
            before = self.old[old[max(i1 - 4, 0)].start : a] if i1 else ""
            hunk = self._hunk(
                "words", (edit,), gone, come, before,
                old[i1].start if i2 > i1 else a, new[j1].start if j2 > j1 else b,
            )  # fmt: skip
            yield from changed(prose(gone), prose(come), hunk)

    def _same_words(self, old: tuple[Word, ...], new: tuple[Word, ...], start: int) -> Iterator[Run]:
        """Words that are the same for the comparison; another name or number is shown as changed."""
        kept: list[str] = []
        position = start
        for a, b in zip(old, new, strict=True):
            lead = self.new[position : b.start]
            position = b.end
            if plainly(a) == plainly(b):
                kept += [lead, b.text]
                continue
            if kept:
                yield Run("same", prose("".join(kept)))
                kept = []
            yield Run("same", prose(lead))
            yield from changed(" ".join(a.text.split()), " ".join(b.text.split()), None)
        if kept:
            yield Run("same", prose("".join(kept)))

    # ------------------------------------------------------------ tables

    def _table(self, old: Block, new: Block) -> Table:
        ours = [line for line in old.lines if not line.ruler]
        theirs = [line for line in new.lines if not line.ruler]
        columns = _columns(ours[0], theirs[0])
        if columns is None:
            return self._whole_table(old, new, ours, theirs)
        rows: list[Row] = []
        added: dict[int, list[Edit]] = {}
        pairs = [(ours[0], theirs[0]), *_rows(ours[1:], theirs[1:], columns)]
        anchor = old.lines[1].end if len(old.lines) > 1 and old.lines[1].ruler else ours[0].end
        if _mostly_others(pairs[1:]):
            return self._whole_table(old, new, ours, theirs)
        gone = {i for i, b in columns if i is not None and b is not None}
        removed: dict[int, list[Edit]] = {i: [] for i in range(len(ours[0].cells)) if i not in gone}
        for ours_line, theirs_line in pairs:
            if ours_line is None:
                assert theirs_line is not None
                text = written_again(self.new, _words(theirs_line), theirs_line.start, theirs_line.end)
                words = self.new[theirs_line.start : theirs_line.end]
                hunk = self._hunk("row added", (Edit(anchor, anchor, "\n    " + text),), "", words,
                                  new_at=theirs_line.start)  # fmt: skip
                rows.append(self._row(theirs_line, self.new, "ins", hunk))
            elif theirs_line is None:
                begin = self._line_before(ours_line)
                hunk = self._hunk(
                    "row removed",
                    (Edit(begin, ours_line.end, ""),),
                    self.old[ours_line.start : ours_line.end],
                    "",
                    old_at=ours_line.start,
                )
                rows.append(self._row(ours_line, self.old, "del", hunk))
                anchor = ours_line.end
            else:
                rows.append(self._cells(ours_line, theirs_line, columns, added, removed))
                if anchor < ours_line.end:
                    anchor = ours_line.end
        for column, edits in (*added.items(), *removed.items()):
            if edits:
                name = theirs[0] if column in added else ours[0]
                text = self.new if column in added else self.old
                words = text[name.cells[column].start : name.cells[column].end]
                come, left = (words, "") if column in added else ("", words)
                self._hunk("column", edits, left, come, old_at=None if come else ours[0].start,
                           new_at=theirs[0].start if come else None)  # fmt: skip
        return Table(tuple(rows))

    def _line_before(self, line: Line) -> int:
        """The end of the line before: with it a row goes with its line break."""
        return self.old.rfind("\n", 0, line.start) if "\n" in self.old[: line.start] else line.start

    def _whole_table(self, old: Block, new: Block, ours: list[Line], theirs: list[Line]) -> Table:
        words = [word for line in theirs for word in _words(line)]
        text = written_again(self.new, words, new.start, new.end)
        hunk = self._hunk("rewritten", (Edit(old.start, old.end, text),), self.old[old.start : old.end],
                          self.new[new.start : new.end], old_at=old.start, new_at=new.start)  # fmt: skip
        gone = tuple(self._row(line, self.old, "del", hunk) for line in ours)
        return Table((*gone, *(self._row(line, self.new, "ins", hunk) for line in theirs)))

    def _row(self, line: Line, text: str, op: Literal["ins", "del"], hunk: int | None) -> Row:
        return Row(tuple((Run(op, text[c.start : c.end], hunk),) for c in line.cells), op, hunk)

    def _cells(
        self, ours: Line, theirs: Line, columns: list[tuple[int | None, int | None]],
        added: dict[int, list[Edit]], removed: dict[int, list[Edit]],
    ) -> Row:  # fmt: skip
        cells: list[tuple[Run, ...]] = []
        last: int | None = None
        for a, b in columns:
            if a is None:
                assert b is not None
                cell = theirs.cells[b] if b < len(theirs.cells) else None
                text = written_again(self.new, cell.words, cell.start, cell.end) if cell else ""
                if last is None:
                    at = ours.cells[0].start
                    added.setdefault(b, []).append(Edit(at, at, f"{text} | "))
                else:
                    at = ours.cells[last].end
                    added.setdefault(b, []).append(Edit(at, at, f" | {text}"))
                cells.append((Run("ins", self.new[cell.start : cell.end] if cell else ""),))
            elif b is None:
                cell = ours.cells[a]
                begin, end = (ours.cells[a - 1].end, cell.end) if a else (cell.start, ours.cells[1].start)
                removed[a].append(Edit(begin, end, ""))
                cells.append((Run("del", self.old[cell.start : cell.end]),))
                last = a
            else:
                left = ours.cells[a] if a < len(ours.cells) else Cell(ours.end, ours.end, ())
                right = theirs.cells[b] if b < len(theirs.cells) else Cell(theirs.end, theirs.end, ())
                cells.append(tuple(self._prose(left.words, right.words, left.start, right.start, cell=True)))
                last = a
        return Row(tuple(cells))


def segments(old: tuple[Word, ...], new: tuple[Word, ...]) -> list[tuple[bool, int, int, int, int]]:
    """What is equal and what is not: (equal, old from, old to, new from, new to). Changes with only small words
    between them are one; a row of values that each became another value of its kind are as many."""
    found = SequenceMatcher(None, [w.same for w in old], [w.same for w in new], autojunk=False).get_opcodes()
    parts = [[what == "equal", i1, i2, j1, j2] for what, i1, i2, j1, j2 in found]
    merged: list[list[int | bool]] = []
    for index, part in enumerate(parts):
        if merged and index + 1 < len(parts) and part[0] and not merged[-1][0]:
            weak = all(w.same.lower() in _WEAK for w in old[part[1] : part[2]])
            after = parts[index + 1]
            size = max(merged[-1][2] - merged[-1][1], merged[-1][4] - merged[-1][3])
            size += max(after[2] - after[1], after[4] - after[3])
            if weak and part[2] - part[1] <= 2 and size >= 6:
                part = [False, *part[1:]]
        if merged and not part[0] and not merged[-1][0]:
            merged[-1][2], merged[-1][4] = part[2], part[4]
        else:
            merged.append(list(part))
    result: list[tuple[bool, int, int, int, int]] = []
    for equal, i1, i2, j1, j2 in merged:
        kinds = [(a.kind, b.kind) for a, b in zip(old[i1:i2], new[j1:j2], strict=False)]
        if not equal and i2 - i1 == j2 - j1 > 1 and all(a == b and a in _APART for a, b in kinds):
            result += [(False, i1 + k, i1 + k + 1, j1 + k, j1 + k + 1) for k in range(i2 - i1)]
        else:
            result.append((bool(equal), int(i1), int(i2), int(j1), int(j2)))
    return result


def changed(old: str, new: str, hunk: int | None) -> Iterator[Run]:
    """The runs of words that became others; the white space that both begin with stays."""
    if old[:1] == " " and new[:1] == " ":
        yield Run("same", " ")
        old, new = old[1:], new[1:]
    if old:
        yield Run("del", old, hunk)
    if new:
        yield Run("ins", new, hunk)


def plainly(word: Word) -> str:
    """A word as it is written, typography folded."""
    return " ".join(word.text.split()).replace("“", '"').replace("”", '"').replace("’", "'")


def prose(text: str) -> str:
    """Text on one line; an item of a list (`(a)`) keeps its line."""
    lines = [line.strip() for line in text.split("\n")]
    joined = lines[0]
    for line in lines[1:]:
        joined += ("\n" if line[:1] == "(" and line[2:3] == ")" else " ") + line
    lead = " " if text[:1].isspace() and joined[:1] not in (" ", "\n") else ""
    return lead + joined


def flat(text: str) -> str:
    """Words with single spaces between them."""
    return " ".join(text.split())


def _shape(piece: Piece) -> tuple[bool, ...]:
    return tuple(block.is_table for block in piece.blocks)


def _differs(block: tuple[Run, ...] | Table) -> bool:
    if isinstance(block, Table):
        return any(
            row.op != "same" or any(r.op != "same" for c in row.cells for r in c) for row in block.rows
        )
    return any(run.op != "same" for run in block)


def _words(line: Line) -> list[Word]:
    return [word for cell in line.cells for word in cell.words]


def _columns(old: Line, new: Line) -> list[tuple[int | None, int | None]] | None:
    """Old and new columns side by side; None if they cannot be told apart."""
    if len(old.cells) == len(new.cells):
        return [(i, i) for i in range(len(old.cells))]
    found = SequenceMatcher(None, old.same, new.same, autojunk=False).get_opcodes()
    columns: list[tuple[int | None, int | None]] = []
    for what, i1, i2, j1, j2 in found:
        if what == "replace":
            return None
        if what == "equal":
            columns += list(zip(range(i1, i2), range(j1, j2), strict=True))
        columns += [(i, None) for i in range(i1, i2) if what == "delete"]
        columns += [(None, j) for j in range(j1, j2) if what == "insert"]
    return columns


def _rows(
    old: list[Line], new: list[Line], columns: list[tuple[int | None, int | None]]
) -> list[tuple[Line | None, Line | None]]:
    both = [(a, b) for a, b in columns if a is not None and b is not None]
    ours = [tuple(line.cells[a].same for a, _ in both if a < len(line.cells)) for line in old]
    theirs = [tuple(line.cells[b].same for _, b in both if b < len(line.cells)) for line in new]
    pairs: list[tuple[Line | None, Line | None]] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what == "equal":
            pairs += list(zip(old[i1:i2], new[j1:j2], strict=True))
        else:
            pairs += [
                (old[i] if i is not None else None, new[j] if j is not None else None)
                for i, j in _replaced(ours, theirs, (i1, i2), (j1, j2))
            ]
    return pairs


def _mostly_others(pairs: list[tuple[Line | None, Line | None]]) -> bool:
    """Whether a table is another one: rows came and rows went, and fewer of them stayed."""
    came = sum(a is None for a, _ in pairs)
    went = sum(b is None for _, b in pairs)
    return bool(came and went) and came + went > len(pairs) - came - went


def _replaced(
    ours: list[tuple[tuple[str, ...], ...]], theirs: list[tuple[tuple[str, ...], ...]],
    old: tuple[int, int], new: tuple[int, int],
) -> list[tuple[int | None, int | None]]:  # fmt: skip
    """Rows of a stretch that differs, side by side: with the same first cell, else the most alike in order."""
    matched: dict[int, int] = {}
    lowest = new[0]
    for i in range(*old):
        same = [j for j in range(lowest, new[1]) if theirs[j][:1] == ours[i][:1]]
        close = same or (
            [j for j in range(lowest, new[1]) if _near(ours[i], theirs[j]) >= 0.5][:1]
            if old[1] - old[0] == new[1] - new[0]
            else [j for j in range(lowest, new[1]) if _near(ours[i], theirs[j]) >= 0.75][:1]
        )
        if close:
            matched[i] = close[0]
            lowest = close[0] + 1
    if not matched and old[1] - old[0] == new[1] - new[0]:
        matched = dict(zip(range(*old), range(*new), strict=True))
    pairs: list[tuple[int | None, int | None]] = []
    at = new[0]
    for i in range(*old):
        j = matched.get(i)
        if j is None:
            pairs.append((i, None))
            continue
        pairs += [(None, k) for k in range(at, j)]
        pairs.append((i, j))
        at = j + 1
    return [*pairs, *((None, k) for k in range(at, new[1]))]


def _near(old: tuple[tuple[str, ...], ...], new: tuple[tuple[str, ...], ...]) -> float:
    left, right = [w for cell in old for w in cell], [w for cell in new for w in cell]
    return SequenceMatcher(None, left, right, autojunk=False).ratio()
