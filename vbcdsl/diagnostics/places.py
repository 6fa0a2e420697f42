"""From the span of a diagnostic to the places in a file: what all renderings need first."""

from __future__ import annotations

import attrs

from vbcdsl.diagnostics.diagnostic import Diagnostic
from vbcdsl.model.frozen import frozen
from vbcdsl.model.span import Span
from vbcdsl.source.text import SourceText


@frozen
class Range:
    """Characters of one file: lines and columns from 1, the end not included. `text` is the first line.

    `start_column == end_column` on one line is a place between two characters.
    """

    file: str
    start_line: int
    start_column: int
    end_line: int
    end_column: int
    text: str = attrs.field(repr=False, default="")


def range_of(span: Span, source: SourceText) -> Range:
    """Where a span was written. A span over the joint of two files ends with the first line in the first."""
    start, line = source.locate(span.start), source.line_at(span.start)
    if span.end <= span.start:
        return Range(start.file, start.line, start.column, start.line, start.column, line)
    last = source.locate(span.end - 1)
    if last.file != start.file or (last.line, last.column) < (start.line, start.column):
        end_line, end_column = start.line, max(len(line), start.column) + 1
    else:
        end_line, end_column = last.line, last.column + 1
    return Range(start.file, start.line, start.column, end_line, end_column, line)


def place_of(diagnostic: Diagnostic, source: SourceText | None = None) -> Range | None:
    """Where the diagnostic points; None when it is not about a text. `source` serves those that carry none."""
    text = source_of(diagnostic, source)
    return range_of(diagnostic.span, text) if diagnostic.span is not None and text is not None else None


def source_of(diagnostic: Diagnostic, source: SourceText | None = None) -> SourceText | None:
    """The text that the diagnostic's spans count in."""
    return diagnostic.source if isinstance(diagnostic.source, SourceText) else source


def labels_of(diagnostic: Diagnostic, source: SourceText | None = None) -> list[tuple[Range, str]]:
    """The places of the labels, with their words."""
    text = source_of(diagnostic, source)
    return [(range_of(label.span, text), label.text) for label in diagnostic.labels] if text else []
