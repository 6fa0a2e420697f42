"""A text in pieces that can be compared: header sentences, sections, clauses, examples, recitals, headings.

The inside of a piece is prose and tables; a table is lines of cells with their places.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import Literal, TypeAlias

import attrs

from vbcdsl.renewal.sides import Side
from vbcdsl.renewal.words import Reading, Word, words_of
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.units import Unit, blank_comments, split

PieceKind: TypeAlias = Literal["header", "section", "clause", "example", "recital", "article"]
_NUMBER = re.compile(r"\d+(?:\.\d+)+")
_TABLE = re.compile(r"(?:^[ \t]*\|[^\n]*(?:\n|\Z))+", re.M)


@attrs.frozen
class Cell:
    """A cell of a table: its place without the white space around it, and its words."""

    start: int
    end: int
    words: tuple[Word, ...]

    @property
    def same(self) -> tuple[str, ...]:
        """Its words in the form that is compared."""
        return tuple(word.same for word in self.words)


@attrs.frozen
class Line:
    """A line of a table, `start` to `end` without the line break. `ruler`: it only draws (`|---|---|`)."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    ruler: bool = False

    @property
    def same(self) -> tuple[tuple[str, ...], ...]:
        """Its cells in the form that is compared."""
        return tuple(cell.same for cell in self.cells)


@attrs.frozen
class Block:
    """A stretch of prose (`words`) or a table (`lines`)."""

    start: int
    end: int
    words: tuple[Word, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether it is a table."""
        return bool(self.lines)


@attrs.frozen(eq=False)
class Piece:
    """One piece. `start` to `end` in the text, the number of a section included; `body` begins behind the
    number. `defines`: the terms and records that it introduces. `core`: what sort of sentence it is.
    `index`: its place."""

    kind: PieceKind
    number: str
    start: int
    body: int
    end: int
    index: int
    blocks: tuple[Block, ...]
    defines: tuple[str, ...] = ()
    core: t.Core | None = None

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """All its words in order, those of table cells too."""
        found: list[Word] = []
        for block in self.blocks:
            found.extend(block.words)
            for line in block.lines:
                for cell in line.cells:
                    found.extend(cell.words)
        return tuple(found)

    @cached_property
    def same(self) -> tuple[str, ...]:
        """Its words in the form that is compared."""
        return tuple(word.same for word in self.words)

    @property
    def computes(self) -> bool:
        """Whether it can change an amount. A recital, a heading and an example cannot."""
        return self.kind in ("header", "section", "clause")


def pieces_of(side: Side, reading: Reading | None = None) -> tuple[Piece, ...]:
    """The pieces of a text, in order, their words read as `reading` says."""
    text = side.source.text
    plain = blank_comments(text, recitals=False)
    defines, cores = _defined(side)
    found: list[Piece] = []
    for unit in split(text):
        if unit.kind in ("amendment", "change"):
            continue
        if unit.kind == "example" and text[unit.start : unit.end] not in side.kept:
            continue
        number = _NUMBER.match(plain, unit.start) if unit.kind == "section" else None
        body = number.end() if number else unit.start
        end = unit.start + len(plain[unit.start : unit.end].rstrip())
        blocks = _blocks(plain, body, end, side.parsed.names, reading or Reading())
        named = defines.get(unit.start, ())
        if unit.kind == "clause":
            named = (f"clause {' '.join(plain[unit.start : end].split(chr(34))[1:2])}",)
        found.append(
            Piece(_kind(unit), unit.number, unit.start, body, end, len(found), blocks, named,
                  cores.get(unit.start))
        )  # fmt: skip
    return tuple(found)


def _kind(unit: Unit) -> PieceKind:
    kinds: dict[str, PieceKind] = {
        "header": "header", "section": "section", "clause": "clause", "example": "example",
        "recital": "recital", "article": "article",
    }  # fmt: skip
    return kinds[unit.kind]


def _defined(side: Side) -> tuple[dict[int, tuple[str, ...]], dict[int, t.Core]]:
    """By the place where a section begins: what it defines, and its sentence."""
    starts = {
        unit.start: (unit.start, unit.end) for unit in split(side.source.text) if unit.kind == "section"
    }

    def begin(at: int) -> int | None:
        return next((start for start, end in starts.values() if start <= at < end), None)

    cores: dict[int, t.Core] = {}
    places: dict[int, list[str]] = {}
    numbers: dict[str, int] = {}
    for section in side.parsed.document.sections:
        start = begin(section.span.start)
        if start is None:
            continue
        cores[start] = section.core
        numbers.setdefault(section.number, start)
        if isinstance(section.core, t.Records | t.Schedule):
            places.setdefault(start, []).append(section.core.name.text)
    for term in side.program.terms.values():
        if term.hidden or term.role == "input":
            continue
        start = numbers.get(term.section.split("(")[0])
        if start is not None and term.name not in places.setdefault(start, []):
            places[start].append(term.name)
    return {start: tuple(names) for start, names in places.items()}, cores


def _blocks(plain: str, start: int, end: int, names: frozenset[str], reading: Reading) -> tuple[Block, ...]:
    found: list[Block] = []
    position = start
    for table in _TABLE.finditer(plain, start, end):
        if plain[position : table.start()].strip():
            words = words_of(plain, position, table.start(), names, reading)
            found.append(Block(position, table.start(), words))
        found.append(_table(plain, table.start(), table.end(), names, reading))
        position = table.end()
    if plain[position:end].strip():
        found.append(Block(position, end, words_of(plain, position, end, names, reading)))
    return tuple(found)


def _table(plain: str, start: int, end: int, names: frozenset[str], reading: Reading) -> Block:
    lines: list[Line] = []
    years: tuple[bool, ...] = ()
    at = start
    for raw in plain[start:end].splitlines(keepends=True):
        content = raw.rstrip("\n").rstrip()
        lead = len(content) - len(content.lstrip())
        places = _cells(content, at)
        cells = tuple(
            Cell(a, b, words_of(plain, a, b, names, reading, column < len(years) and years[column]))
            for column, (a, b) in enumerate(places)
        )
        ruler = bool(cells) and not set(content) - set("|-: \t")
        if not lines:
            years = tuple("year" in plain[a:b].lower() for a, b in places)
        lines.append(Line(at + lead, at + len(content), cells, ruler))
        at += len(raw)
    return Block(start, end, (), tuple(lines))


def _cells(content: str, at: int) -> list[tuple[int, int]]:
    bars = [i for i, char in enumerate(content) if char == "|"]
    if bars and content.rstrip()[-1:] != "|":
        bars.append(len(content))
    found = []
    for left, right in pairwise(bars):
        inside = content[left + 1 : right]
        stripped = inside.strip()
        lead = len(inside) - len(inside.lstrip()) if stripped else min(1, len(inside))
        found.append((at + left + 1 + lead, at + left + 1 + lead + len(stripped)))
    return found
