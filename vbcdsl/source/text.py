"""The text in force, and where each of its characters was written.

`SourceText.text` is what the parser sees: line ends are one `\\n`, prose of a Markdown file is blanked, and
amendments are spliced in. `locate` leads from an offset of that text to the file, line and column of a person.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.source import read
from vbcdsl.source.read import Origin, Prose


@frozen
class Place:
    """Where a person finds a character: line and column count from 1, the column in characters of the line as
    it stands in the file. `offset` counts the characters of the file (after a byte-order mark) from 0."""

    file: str
    line: int
    column: int
    offset: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen
class Segment:
    """From `start` of the text on, characters come from `origin`, beginning at `offset` of its text.

    `written` is False for joints (a line break between spliced texts): all of them map to one place.
    """

    start: int
    origin: Origin
    offset: int
    written: bool = True


@frozen
class Edit:
    """Replace the characters `start` to `end` of a text by `text`, which stands at `offset` of `origin.text`.

    White space around `text` that is not in `origin` is fine. An insertion has `start == end`; a deletion has
    an empty `text`.
    """

    start: int
    end: int
    text: str
    origin: SourceText
    offset: int


@frozen
class SourceText:
    """A text in force. `name` is how messages call it; `sha256` is of `text` in UTF-8, so that the same words
    have the same fingerprint whatever the line ends; the files' own fingerprints are in `origins`."""

    text: str = attrs.field(repr=False)
    name: str
    segments: tuple[Segment, ...] = attrs.field(repr=False)
    prose: tuple[Prose, ...] = attrs.field(default=(), repr=False)

    @classmethod
    def from_file(cls, path: Path | str, name: str | None = None) -> SourceText:
        """Read a `.vbc` or `.md` file; `name` (else the path as given) is what messages print.

        Raises VbcError (VBC8001 to VBC8012): no such file, too large, not text, a character that cannot stand
        in a contract, or a Markdown file without contract text.
        """
        shown = name or Path(path).as_posix()
        raw = read.read_bytes(Path(path), shown)
        return cls._from_decoded(read.decode(raw, shown), shown, raw, Path(path).suffix.lower() == ".md")

    @classmethod
    def from_text(cls, text: str, name: str = "<text>", *, markdown: bool = False) -> SourceText:
        """The same for text at hand (an editor, a test, a notebook)."""
        raw = text.encode("utf-8", "surrogatepass")
        read.check_size(len(raw), name)
        return cls._from_decoded(text.removeprefix("\ufeff"), name, raw, markdown)

    @classmethod
    def _from_decoded(cls, decoded: str, name: str, raw: bytes, markdown: bool) -> SourceText:
        origin = read.origin(decoded, name, raw)
        whole = cls(origin.text, name, (Segment(0, origin, 0),))
        read.refuse_control_characters(origin.text, whole)
        if markdown:
            text, prose = read.contract_blocks(origin.text, whole)
            whole = cls(text, name, whole.segments, prose)
        read.refuse_hidden_characters(whole.text, whole)
        return whole

    @cached_property
    def sha256(self) -> str:
        """Fingerprint of the text in force."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        """The files that this text comes from, in the order in which they appear."""
        return tuple(dict.fromkeys(segment.origin for segment in self.segments))

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(segment.start for segment in self.segments)

    def _segment_at(self, offset: int) -> Segment:
        return self.segments[max(bisect_right(self._starts, offset) - 1, 0)]

    def _written(self, offset: int) -> tuple[Origin, int]:
        """The origin of a character and its offset there. The end of the text is one past its last character."""
        offset = min(max(offset, 0), len(self.text))
        if offset == len(self.text) and offset > 0:
            segment = self._segment_at(offset - 1)
        else:
            segment = self._segment_at(offset)
        moved = offset - segment.start if segment.written else 0
        return segment.origin, min(segment.offset + moved, len(segment.origin.text))

    def locate(self, offset: int) -> Place:
        """The file, line and column of the character at `offset` (clamped to the text)."""
        origin, at = self._written(offset)
        line = bisect_right(origin.line_starts, at)
        column = at - origin.line_starts[line - 1] + 1
        return Place(origin.name, line, column, at + bisect_left(origin.two_character_breaks, at))

    def line_at(self, offset: int) -> str:
        """The whole line of the file in which the character at `offset` stands, without its line end."""
        origin, at = self._written(offset)
        return origin.line(bisect_right(origin.line_starts, at))

    def file_line(self, file: str, line: int) -> str:
        """Line `line` (from 1) of one of the files of this text; empty when there is none such."""
        for origin in self.origins:
            if origin.name == file:
                return origin.line(line)
        return ""

    def offset_of(self, file: str, line: int, column: int) -> int | None:
        """The reverse of `locate`: where a place of a file stands in this text, None when it does not."""
        ends = (*self._starts[1:], len(self.text))
        for segment, end in zip(self.segments, ends, strict=True):
            origin = segment.origin
            if origin.name != file or not segment.written or not 1 <= line <= len(origin.line_starts):
                continue
            at = origin.line_starts[line - 1] + column - 1
            if segment.offset <= at <= segment.offset + end - segment.start:
                return segment.start + at - segment.offset
        return None

    def splice(self, edits: Iterable[Edit], name: str | None = None) -> SourceText:
        """A new text with the edits made. Edits give offsets of this text, in any order; insertions at one
        place keep theirs. Raises ValueError when two edits overlap or one is outside the text."""
        pieces: list[str] = []
        segments: list[Segment] = []
        prose: list[Prose] = []
        done, length = 0, 0

        def keep(until: int) -> None:
            nonlocal done, length
            segments.extend(self._cut(done, until, length))
            prose.extend(attrs.evolve(p, start=p.start - done + length) for p in self._prose_in(done, until))
            pieces.append(self.text[done:until])
            length += until - done
            done = until

        for edit in sorted(edits, key=lambda e: e.start):
            if not done <= edit.start <= edit.end <= len(self.text):
                raise ValueError(f"an edit of characters {edit.start} to {edit.end} overlaps or is outside")
            keep(edit.start)
            segments.extend(_inserted(edit, length))
            pieces.append(edit.text)
            length += len(edit.text)
            done = edit.end
        keep(len(self.text) + 1)
        text = "".join(pieces)
        return SourceText(
            text, name or self.name, _tidy(segments or [*self.segments[:1]], len(text)), tuple(prose)
        )

    def _cut(self, start: int, end: int, to: int) -> Iterable[Segment]:
        """The segments of the characters `start` to `end`, moved to begin at `to`."""
        if start >= min(end, len(self.text)):
            return
        first = max(bisect_right(self._starts, start) - 1, 0)
        for segment in self.segments[first:]:
            if segment.start >= end:
                return
            skipped = max(start - segment.start, 0)
            yield Segment(
                max(segment.start, start) - start + to,
                segment.origin,
                segment.offset + (skipped if segment.written else 0),
                segment.written,
            )

    def _prose_in(self, start: int, end: int) -> Iterable[Prose]:
        return (p for p in self.prose if start <= p.start < end)


def _inserted(edit: Edit, to: int) -> Iterable[Segment]:
    """The segments of an edit's text: joint, written text, joint."""
    core = edit.text.strip()
    lead = edit.text.index(core) if core else 0
    origin, at = edit.origin._written(edit.offset)
    if not core or not edit.origin.text.startswith(core, edit.offset):
        if edit.origin.text.startswith(edit.text, edit.offset):
            yield from edit.origin._cut(edit.offset, edit.offset + len(edit.text), to)
        elif edit.text:
            yield Segment(to, origin, at, written=False)
        return
    if lead:
        yield Segment(to, origin, at, written=False)
    yield from edit.origin._cut(edit.offset, edit.offset + len(core), to + lead)
    if lead + len(core) < len(edit.text):
        last, after = edit.origin._written(edit.offset + len(core) - 1)
        yield Segment(to + lead + len(core), last, after + 1, written=False)


def _tidy(segments: list[Segment], length: int) -> tuple[Segment, ...]:
    """Without segments that hold no character; an empty text keeps its last one, to have a place."""
    ends = [s.start for s in segments[1:]] + [length]
    kept = [s for s, end in zip(segments, ends, strict=True) if end > s.start]
    return tuple(kept or segments[-1:])
