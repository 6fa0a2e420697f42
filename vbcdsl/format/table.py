"""A pipe table with its columns aligned. Cells keep their words; a comment behind a row stays behind it."""

from __future__ import annotations

import re

import attrs

from vbcdsl.diagnostics.snippet import cell_width

INDENT = "    "
_RULER = re.compile(r"[|:\-\s]+")


@attrs.frozen
class _Row:
    cells: tuple[str, ...]
    comment: str


def align(lines: list[str]) -> list[str]:
    """The lines of one table, indented and aligned; only indented where a row is not like the first."""
    rows = [_row(line) for line in lines]
    known = [row for row in rows if row is not None]
    if not known or any(len(row.cells) != len(known[0].cells) for row in known):
        return [INDENT + line.strip() for line in lines]
    widths = [max(cell_width(row.cells[i]) for row in known) for i in range(len(known[0].cells))]
    return [_line(row, widths, line) for row, line in zip(rows, lines, strict=True)]


def _line(row: _Row | None, widths: list[int], line: str) -> str:
    if row is None:
        return INDENT + line.strip()
    cells = [cell + " " * (width - cell_width(cell)) for cell, width in zip(row.cells, widths, strict=True)]
    behind = f"  {row.comment}" if row.comment else ""
    return f"{INDENT}| {' | '.join(cells)} |{behind}"


def _row(line: str) -> _Row | None:
    """The cells of a row; None for a ruler under the head and for a row that does not end with a pipe."""
    text = line.strip()
    if _RULER.fullmatch(text) and "--" in text:
        return None
    body, comment = text, ""
    at = text.find("--")
    if at >= 0:
        body, comment = text[:at].rstrip(), text[at:]
    if not body.endswith("|") or len(body) < 2:
        return None
    return _Row(tuple(cell.strip() for cell in body[1:-1].split("|")), comment)
