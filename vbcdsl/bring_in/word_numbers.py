"""The paragraphs of a Word file with the numbers that Word shows, computed from its list definitions.

What is read: w:numPr of a paragraph or of its style, w:num with w:startOverride, w:abstractNum with w:lvlText. The
file is hostile until checked: its parts are counted and measured before anything is unpacked.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any, Final

from vbcdsl.bring_in.clauses import Line
from vbcdsl.diagnostics import Diagnostic, VbcError

_MAX_UNPACKED: Final = 200_000_000
_MAX_PARTS: Final = 5_000
_LEVELS: Final = 9


def paragraphs_of(path: Path) -> list[Line]:
    """Paragraphs and tables in the order of the document. `VbcError` if it is no sound Word file."""
    try:
        import docx
    except ImportError:
        raise VbcError([
            Diagnostic("VBC8060", "Word documents need the package python-docx",
                       help="pip install 'vbcdsl[docs-out]'")
        ]) from None  # fmt: skip
    _check_archive(path)
    try:
        document = docx.Document(str(path))
        numbers = _Numbers(document)
        return [line for block in document.iter_inner_content() for line in _line(block, numbers)]
    except VbcError:
        raise
    except Exception:  # whatever a damaged file makes the library raise
        raise _damaged(path) from None


def _damaged(path: Path, why: str = "it is no sound Word file (.docx)") -> VbcError:
    return VbcError(
        [Diagnostic("VBC8061", f"{path} cannot be brought in: {why}", help="open and save it in Word")]
    )


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        raise _damaged(path) from None
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        raise _damaged(path, "unpacked it would be larger than a contract can be")


def _line(block: Any, numbers: _Numbers) -> list[Line]:
    if hasattr(block, "rows"):
        rows = tuple(tuple(" ".join(cell.text.split()) for cell in row.cells) for row in block.rows)
        return [Line("", rows=rows)] if rows else []
    text = block.text.strip()
    style = (block.style.name or "") if block.style is not None else ""
    number = numbers.next(block)
    return [Line(text, number, title=style == "Title")] if text or number else []


class _Numbers:
    """The counters of all lists of a document."""

    def __init__(self, document: Any) -> None:
        from docx.oxml.ns import qn

        self._qn = qn
        self._lists: dict[str, tuple[str, dict[int, int]]] = {}
        self._levels: dict[str, dict[int, tuple[int, str, str]]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        for abstract in root.findall(qn("w:abstractNum")):
            levels = {
                int(level.get(qn("w:ilvl"), "0")): self._level(level)
                for level in abstract.findall(qn("w:lvl"))
            }
            self._levels[abstract.get(qn("w:abstractNumId"))] = levels
        for each in root.findall(qn("w:num")):
            starts = {}
            for change in each.findall(qn("w:lvlOverride")):
                start = change.find(qn("w:startOverride"))
                if start is not None:
                    starts[int(change.get(qn("w:ilvl"), "0"))] = int(start.get(qn("w:val"), "1"))
            abstract = each.find(qn("w:abstractNumId"))
            if abstract is not None:
                self._lists[each.get(qn("w:numId"))] = (abstract.get(qn("w:val")), starts)

    def _level(self, level: Any) -> tuple[int, str, str]:
        def value(name: str, default: str) -> str:
            found = level.find(self._qn(f"w:{name}"))
            return default if found is None else str(found.get(self._qn("w:val"), default))

        return int(value("start", "1")), value("numFmt", "decimal"), value("lvlText", "")

    def next(self, paragraph: Any) -> str:
        """The number that Word shows before a paragraph; empty if it has none."""
        place = self._place(paragraph)
        if place is None or place[0] not in self._lists:
            return ""
        number, level = place
        abstract, starts = self._lists[number]
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        for each in range(level + 1):
            if each in starts and (number, each) not in self._started:
                self._started.add((number, each))
                counts[each] = starts[each] - (1 if each == level else 0)
                counts[each + 1 :] = [None] * (_LEVELS - each - 1)
        before = counts[level]
        counts[level] = levels[level][0] if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        _, kind, text = levels[level]
        if kind in ("bullet", "none"):
            return ""

        def shown(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            count = counts[at]
            if count is None:
                count = counts[at] = levels.get(at, (1, "decimal", ""))[0]
            return _form(count, levels.get(at, (1, "decimal", ""))[1])

        return re.sub(r"%([1-9])", shown, text)

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """The list and the level of a paragraph: its own, else its style's."""
        properties = paragraph._p.pPr
        found = None if properties is None else properties.find(self._qn("w:numPr"))
        style = paragraph.style
        while found is None and style is not None:
            inner = style.element.find(self._qn("w:pPr"))
            found = None if inner is None else inner.find(self._qn("w:numPr"))
            style = style.base_style
        if found is None:
            return None
        number, level = found.find(self._qn("w:numId")), found.find(self._qn("w:ilvl"))
        if number is None:
            return None
        return number.get(self._qn("w:val")), 0 if level is None else min(
            int(level.get(self._qn("w:val"))), _LEVELS - 1
        )


def _form(count: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        text = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return text if kind == "lowerLetter" else text.upper()
    if kind in ("lowerRoman", "upperRoman"):
        text, rest = "", count
        for value, letters in (
            (100, "c"),
            (90, "xc"),
            (50, "l"),
            (40, "xl"),
            (10, "x"),
            (9, "ix"),
            (5, "v"),
            (4, "iv"),
            (1, "i"),
        ):
            text, rest = text + letters * (rest // value), rest % value
        return text if kind == "lowerRoman" else text.upper()
    return f"{count:02d}" if kind == "decimalZero" else str(count)
