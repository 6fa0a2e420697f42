"""A text in force as the parts of a document: title, articles, numbered sections, paragraphs, tables.

Made from the text itself, so that no word can be lost: `words` of the exhibit are the words of the contract
without its comment lines. The writers (`html_page`, `word`, `typeset`) give it a form.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

import attrs

from vbcdsl.compiler import Version
from vbcdsl.definition import Definition
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.units import blank_comments, split

ItemKind: TypeAlias = Literal["header", "recital", "article", "section", "example", "clause"]
_LETTER = re.compile(r"\(([a-z]{1,3})\)\s+(?=\S)")
_RULER = re.compile(r"[|:\-\s]+")
# a reference to a section, and a defined term where it is introduced
MARKS = re.compile(
    r"(?P<ref>\b[Ss]ections?\s+(?P<number>\d+(?:\.\d+)+)(?:\([a-z0-9]+\))*)|(?P<term>[\"“][A-Z][^\"”]*[\"”])"
)


@attrs.frozen
class Paragraph:
    """A paragraph; `letter` of a lettered one, else empty."""

    text: str
    letter: str = ""


@attrs.frozen
class Grid:
    """A table: the cells as they are written."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Paragraph | Grid


@attrs.frozen
class Item:
    """One numbered or unnumbered part. `number`: of a section (4.2) or an article (4)."""

    kind: ItemKind
    number: str
    heading: str
    blocks: tuple[Block, ...]


@attrs.frozen
class Exhibit:
    """The whole document. `sha256` is of the text in force, `first_day` the day on which the contract begins."""

    title: str
    items: tuple[Item, ...]
    numbers: frozenset[str]
    sha256: str
    first_day: str
    definitions: tuple[Definition, ...] = ()
    definition_sha256: str = ""

    def words(self) -> list[str]:
        """Every word in order, as a reader meets it; a test compares them with the contract's."""
        found: list[str] = []
        for item in self.items:
            number = {"article": f"Article {item.number}.", "section": item.number}.get(item.kind, "")
            found += f"{number} {item.heading}".split()
            for block in item.blocks:
                if isinstance(block, Grid):
                    for row in (block.header, *block.rows):
                        found += " ".join(row).split()
                else:
                    found += (f"({block.letter}) " if block.letter else "").split() + block.text.split()
        return found


def exhibit_of(
    version: Version, definitions: tuple[Definition, ...] = (), definition_sha256: str = ""
) -> Exhibit:
    """The exhibit of a text in force."""
    program = version.program
    assert program is not None
    text = blank_comments(version.text, recitals=False)
    headings = {
        item.number: item.heading for item in version.parsed.document.items if isinstance(item, t.Section)
    }
    items: list[Item] = []
    for unit in split(text):
        body = text[unit.start : unit.end]
        match unit.kind:
            case "recital":
                items.append(Item("recital", "", "", (Paragraph(_joined(body.lstrip().lstrip(">"))),)))
            case "article":
                number, _, heading = body.removeprefix("Article").strip().partition(".")
                items.append(Item("article", number.strip(), _joined(heading), ()))
            case "section":
                items.append(_section(unit.number, body, headings.get(unit.number, "")))
            case "header":
                items.append(Item("header", "", "", _blocks(body)))
            case _:
                items.append(Item("clause" if unit.kind == "clause" else "example", "", "", _blocks(body)))
    numbers = frozenset(item.number for item in items if item.kind == "section")
    return Exhibit(program.title, _recitals_joined(items), numbers, version.consolidated.source.sha256,
                   program.calendar.years[0].start.isoformat(), definitions, definition_sha256)  # fmt: skip


def _section(number: str, body: str, heading: str) -> Item:
    rest = body.lstrip()[len(number) :].lstrip() if number else body
    if heading and rest.startswith(heading):
        rest = rest[len(heading) :]
        dot = "." if rest.startswith(".") else ""
        heading, rest = heading + dot, rest.removeprefix(".").lstrip()
    else:
        heading = ""
    return Item("section", number, heading, _blocks(rest))


def _recitals_joined(items: list[Item]) -> tuple[Item, ...]:
    """Recital lines that follow each other are one paragraph."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if item.kind == "recital" and last is not None and last.kind == "recital":
            before, now = last.blocks[0], item.blocks[0]
            assert isinstance(before, Paragraph) and isinstance(now, Paragraph)
            found[-1] = attrs.evolve(last, blocks=(Paragraph(f"{before.text} {now.text}"),))
        else:
            found.append(item)
    return tuple(found)


def _blocks(body: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    lines: list[str] = []
    rows: list[str] = []

    def end_of_text() -> None:
        text = _joined("\n".join(lines))
        lines.clear()
        if text:
            found = _LETTER.match(text)
            blocks.append(Paragraph(text[found.end() :], found[1]) if found else Paragraph(text))

    def end_of_table() -> None:
        if rows:
            blocks.append(_grid(rows))
            rows.clear()

    for line in body.splitlines():
        if line.lstrip().startswith("|"):
            end_of_text()
            rows.append(line.strip())
            continue
        end_of_table()
        if _LETTER.match(line.lstrip()):
            end_of_text()
        lines.append(line)
    end_of_text()
    end_of_table()
    return tuple(blocks)


def _grid(lines: list[str]) -> Grid:
    cells = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in lines
        if not _RULER.fullmatch(line)
    ]
    return Grid(cells[0], tuple(cells[1:]))


def _joined(text: str) -> str:
    return " ".join(text.split())
