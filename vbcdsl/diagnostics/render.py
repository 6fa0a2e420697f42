"""The one door for messages: diagnostics as text, JSON or SARIF. No stage and no command writes its own.

error[VBC4001]: no row takes 75%
  --> contract.vbc:61:5, section 4.2
   |
61 |     | from 60% up to but not including 75% | 30% |
   |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: …
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from vbcdsl.diagnostics.diagnostic import Diagnostic
from vbcdsl.diagnostics.exchange import SCHEMA, to_json, to_sarif
from vbcdsl.diagnostics.places import labels_of, place_of
from vbcdsl.diagnostics.snippet import Mark, Paint, clean, snippet
from vbcdsl.source.text import SourceText

__all__ = ["SCHEMA", "echo", "summary", "to_json", "to_sarif", "to_text"]

WIDTH = 120
"""Cells of a line when the output is not a terminal."""

_ANSI = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "message": "1",
    "gutter": "34",
    "label": "34",
    "help": "32",
}


def to_text(
    diagnostics: Iterable[Diagnostic],
    *,
    source: SourceText | None = None,
    colour: bool = False,
    width: int = WIDTH,
) -> str:
    """The diagnostics for a person to read, with an empty line between them.

    `source` is the text of those that carry none; `width` the cells to which a line of a contract is cut.
    """
    paint = _coloured if colour else _plain
    return "\n".join("\n".join(_rows(d, source, paint, width)) + "\n" for d in diagnostics)


def echo(
    diagnostics: Sequence[Diagnostic], *, source: SourceText | None = None, file: TextIO | None = None
) -> None:
    """Write them to `file` (standard error), in colour and to its width when it is a terminal."""
    if not diagnostics:
        return
    import click  # here: a library user who never prints does not pay for it

    stream = file if file is not None else sys.stderr
    terminal = stream.isatty()
    colour = terminal and not os.environ.get("NO_COLOR")
    width = _terminal_width() if terminal else WIDTH
    text = to_text(diagnostics, source=source, colour=colour, width=width)
    click.echo(f"{text}\n{summary(diagnostics)}", file=stream)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """ "2 errors, 1 warning"; notes are not counted; empty when there is nothing to count."""
    counts = Counter[str](d.severity for d in diagnostics)
    names = (("error", "errors"), ("warning", "warnings"))
    return ", ".join(
        f"{counts[one]} {one if counts[one] == 1 else many}" for one, many in names if counts[one]
    )


def _terminal_width() -> int:
    import shutil

    return max(shutil.get_terminal_size((WIDTH, 24)).columns, 40)


def _rows(diagnostic: Diagnostic, source: SourceText | None, paint: Paint, width: int) -> list[str]:
    """All lines of one diagnostic."""
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    rows = [f"{head}: {paint(clean(diagnostic.message), 'message')}"]
    place = place_of(diagnostic, source)
    section = f"section {clean(diagnostic.section)}" if diagnostic.section else ""
    indent = "  "
    if place is not None:
        marks = [Mark(place, role=diagnostic.severity)]
        marks += [Mark(where, text, "-", "label") for where, text in labels_of(diagnostic, source)]
        indent = " " * (len(str(max(mark.range.start_line for mark in marks))) + 1)
        where = f"{clean(place.file)}:{place.start_line}:{place.start_column}"
        rows.append(f"{indent[1:]}{paint('-->', 'gutter')} {where}{', ' if section else ''}{section}")
        rows += snippet(marks, width, paint)
    elif section:
        rows.append(f"{indent[1:]}{paint('-->', 'gutter')} {section}")
    for detail in diagnostic.details:
        rows.append(_remark("note", detail, indent, paint, "note"))
    advice = diagnostic.help
    if not advice and diagnostic.fix is not None:
        advice = f"write {diagnostic.fix}" if diagnostic.fix.strip() else "delete it"
    if advice:
        rows.append(_remark("help", advice, indent, paint, "help"))
    return rows


def _remark(kind: str, text: str, indent: str, paint: Paint, role: str) -> str:
    """`= help: …`, with further lines under the first."""
    lead = f"{indent}= "
    below = "\n" + " " * (len(lead) + len(kind) + 2)
    return f"{paint(lead, 'gutter')}{paint(f'{kind}:', role)} {clean(text).replace(chr(10), below)}"


def _plain(text: str, role: str) -> str:
    return text


def _coloured(text: str, role: str) -> str:
    return f"\x1b[{_ANSI[role]}m{text}\x1b[0m"
