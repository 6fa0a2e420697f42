"""The numbered clauses of a document (.docx, .md, .txt), with the numbers that a reader sees.

A Word file keeps most numbers in list definitions and not in its text: `word_numbers` computes what Word shows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import attrs

from vbcdsl.diagnostics import Diagnostic, VbcError

MAX_BYTES: Final = 20_000_000
_NUMBERED = re.compile(
    r"\s*(?:§+\s*|Section\s+|Sec\.\s*)?(\d{1,3}(?:\.\d{1,3})+[.)]?|\d{1,3}[.)])\s+(?=\S)", re.I
)
_ARTICLE = re.compile(r"\s*(?:ARTICLE|Article)\s+(\d{1,3}|[IVXLC]{1,7})[.:]?\s*(.*)")
_LETTERED = re.compile(r"\s*\(([a-z]{1,3}|[ivx]{1,5}|\d{1,2})\)\s+")
_ROMAN: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


@attrs.frozen
class Clause:
    """One clause. `number`: as the document shows it ("4.2"; an article: "4"; none: ""). `rows`: of a table that
    stands behind the words."""

    number: str
    text: str
    article: bool = False
    rows: tuple[tuple[str, ...], ...] = ()


@attrs.frozen
class DocumentText:
    """A document: its title and its clauses in order."""

    title: str
    clauses: tuple[Clause, ...]


def read_document(path: Path) -> DocumentText:
    """Read a document. `VbcError` (VBC8061) if it is too large, damaged, or of another kind."""
    kind = path.suffix.lower()
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _cannot(path, error.strerror or "it cannot be opened") from None
    if size > MAX_BYTES:
        raise _cannot(path, f"it has {size:,} bytes, more than {MAX_BYTES:,}")
    if kind == ".docx":
        from vbcdsl.bring_in.word_numbers import paragraphs_of

        return _document(path, paragraphs_of(path))
    if kind in (".md", ".markdown", ".txt"):
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise _cannot(path, "it is no UTF-8 text") from None
        return _document(path, _lines(text))
    raise _cannot(path, "only .docx, .md and .txt can be brought in", "save it as .docx (Word) or as text")


def _cannot(path: Path, why: str, help: str = "") -> VbcError:
    return VbcError([Diagnostic("VBC8061", f"{path} cannot be brought in: {why}", help=help)])


@attrs.frozen
class Line:
    """A paragraph (`number`: what its list shows, or "") or a table (`rows`)."""

    text: str
    number: str = ""
    title: bool = False
    rows: tuple[tuple[str, ...], ...] = ()


def _lines(text: str) -> list[Line]:
    """Markdown or plain text: paragraphs are separated by empty lines; pipe tables are tables."""
    found: list[Line] = []
    words: list[str] = []
    rows: list[tuple[str, ...]] = []

    def end() -> None:
        if words:
            found.append(Line(" ".join(words)))
            words.clear()
        if rows:
            found.append(Line("", rows=tuple(rows)))
            rows.clear()

    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("|"):
            if words:
                end()
            if not re.fullmatch(r"[|:\-\s]+", line):
                rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
            continue
        if not line or line.startswith("#") or _NUMBERED.match(line) or _ARTICLE.match(line) or rows:
            end()
        heading = re.match(r"(#+)\s+(.*)", line)
        if heading:
            found.append(Line(_unmarked(heading[2]), title=len(heading[1]) == 1 and not found))
        elif line:
            words.append(_unmarked(line))
    end()
    return found


def _unmarked(line: str) -> str:
    """Without Markdown's marks of emphasis and escapes."""
    line = re.sub(r"\*\*(.+?)\*\*|__(.+?)__", lambda m: m[1] or m[2], line)
    return re.sub(r"\\([.#()*_\-])", r"\1", line)


def _document(path: Path, lines: list[Line]) -> DocumentText:
    title = next((line.text for line in lines if line.title and line.text), "")
    clauses: list[Clause] = []
    for line in lines:
        if line.title and line.text == title:
            continue
        if line.rows:
            last = (
                clauses.pop()
                if clauses and not clauses[-1].rows and not clauses[-1].article
                else Clause("", "")
            )
            clauses.append(attrs.evolve(last, rows=line.rows))
            continue
        clause = _clause(line)
        if clause.text or clause.number:
            clauses.append(clause)
    if not any(clause.number for clause in clauses):
        raise _cannot(
            path, "it has no numbered clauses", "number them (1.1, 1.2 …), so that each has an address"
        )
    return DocumentText(title or path.stem, tuple(clauses))


def _clause(line: Line) -> Clause:
    text = " ".join(line.text.split())
    shown = line.number.strip()
    article = _ARTICLE.fullmatch(f"{shown} {text}".strip()) if not _NUMBERED.fullmatch(f"{shown} x") else None
    if article:
        return Clause(_arabic(article[1]), article[2].strip(" .:"), article=True)
    number = re.fullmatch(r"(?:§\s*|Section\s+)?(\d+(?:\.\d+)*)[.)]?", shown)
    if number:
        return _numbered(number[1], text)
    if shown:  # (a), iv., a bullet: part of the clause before
        return Clause("", f"{shown} {text}")
    typed = _NUMBERED.match(text)
    if typed and not _LETTERED.match(text):
        return _numbered(typed[1].rstrip(".)"), text[typed.end() :])
    return Clause("", text)


def _numbered(number: str, text: str) -> Clause:
    """A number without a point (4) is an article if its words are a heading."""
    heading = "." not in number and len(text) <= 80 and not text.rstrip().endswith((".", ";", ":"))
    return Clause(number, text, article=heading)


def _arabic(number: str) -> str:
    if number.isdigit():
        return number
    values = [_ROMAN[letter] for letter in number]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return str(sum(-value if value < after else value for value, after in pairs))
