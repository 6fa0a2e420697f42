"""Bytes to characters: encodings, line ends, refused characters, the fenced blocks of a Markdown file.

Nothing is repaired: typographic quotes and non-breaking spaces are left for the lexer, which accepts them.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from vbcdsl.diagnostics import Diagnostic, Problem, VbcError
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.model.frozen import frozen
from vbcdsl.model.span import Span

if TYPE_CHECKING:
    from vbcdsl.source.text import SourceText

SIZE_LIMIT = 5_000_000
"""Bytes. A contract of 500 pages is under 2 MB; more is not a contract, and would only exhaust memory."""

_SHOWN = 10  # diagnostics of one kind for one file

_LINE_END = re.compile(r"\r\n?")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Characters that show nothing, or reorder what is shown: a reader would sign other words than the program reads.
_HIDDEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>[^\n]*)")


@frozen
class Origin:
    """One file as read: its characters with each line end as one `\\n`, and the fingerprint of its bytes."""

    name: str
    text: str = attrs.field(repr=False)
    sha256: str
    two_character_breaks: tuple[int, ...] = attrs.field(default=(), repr=False)
    """Offsets (of `text`) of the line ends that are two characters (CR LF) in the file."""

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset of the first character of each line."""
        return (0, *(m.end() for m in re.finditer("\n", self.text)))

    def line(self, number: int) -> str:
        """Line `number` (from 1) without its line end; empty when there is none such."""
        starts = self.line_starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end]


@frozen
class Prose:
    """Markdown around the contract text, for printing: it stood at `start` of the text in force."""

    start: int
    text: str


def read_bytes(path: Path, name: str) -> bytes:
    """The bytes of a file within the size limit, or a VbcError that says why not."""
    try:
        check_size(path.stat().st_size, name)
        return path.read_bytes()
    except FileNotFoundError:
        raise missing(path, name) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Problem(Diagnostic("VBC8012", f"{name} cannot be read: {reason}")) from None


def missing(path: Path, name: str) -> Problem:
    """There is no such file: with the names beside it that come near."""
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, beside)
    advice = f"did you mean {(path.parent / near[0]).as_posix()}?" if near else ""
    return Problem(Diagnostic("VBC8001", f"there is no file or folder {name}", help=advice))


def check_size(size: int, name: str) -> None:
    """Refuse what is too large to be a contract."""
    if size > SIZE_LIMIT:
        message = f"{name} has {size:,} bytes; a contract file may have at most {SIZE_LIMIT:,}"
        advice = "is this a data file? Data are given with --data NAME=FILE"
        raise Problem(Diagnostic("VBC8008", message, help=advice))


def decode(raw: bytes, name: str) -> str:
    """The characters of a file: UTF-8, with or without byte-order mark, or UTF-16 with one."""
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if utf16 else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-16" if utf16 else "utf-8-sig", "replace")
        line = _LINE_END.sub("\n", before).count("\n") + 1
        found = " ".join(f"{byte:02X}" for byte in raw[error.start : error.start + 4])
        message = f"{name} is not {'UTF-16' if utf16 else 'UTF-8'} text: line {line} has the bytes {found}"
        advice = "save the file as plain text with the encoding UTF-8"
        raise Problem(Diagnostic("VBC8005", message, help=advice)) from None


def origin(decoded: str, name: str, raw: bytes) -> Origin:
    """The file with each line end (CR LF, CR, LF) as one `\\n`; positions can still be traced back."""
    breaks = tuple(m.start() - i for i, m in enumerate(re.finditer("\r\n", decoded)))
    return Origin(name, _LINE_END.sub("\n", decoded), hashlib.sha256(raw).hexdigest(), breaks)


def refuse_control_characters(text: str, source: SourceText) -> None:
    """No NUL, no control character but tab and line end, no half of a surrogate pair."""
    _refuse(_CONTROL, "VBC8006", "a control character cannot stand in a contract", text, source)


def refuse_hidden_characters(text: str, source: SourceText) -> None:
    """Nothing invisible: what the parties see must be what is computed."""
    _refuse(_HIDDEN, "VBC8007", "a hidden character cannot stand in a contract", text, source)


def _refuse(pattern: re.Pattern[str], code: str, message: str, text: str, source: SourceText) -> None:
    found = [
        Diagnostic(
            code,
            f"{message}: {_describe(match.group())}",
            Span(match.start(), match.end()),
            help=_advice(match.group()),
            fix="\n" if match.group() == "\x0b" else "",
            source=source,
        )
        for match, _ in zip(pattern.finditer(text), range(_SHOWN), strict=False)
    ]
    if found:
        raise VbcError(found)


def _describe(char: str) -> str:
    known = {"\x0b": "soft line break", "\x0c": "page break", "\x00": "NUL"}
    name = known.get(char) or unicodedata.name(char, "").lower()
    return f"U+{ord(char):04X}" + (f" ({name})" if name else "")


def _advice(char: str) -> str:
    if char == "\x0b":
        return "a word processor writes it for a line break inside a paragraph: press Enter here instead"
    if char == "\x00":
        return "is this a text file? Save it as plain text with the encoding UTF-8"
    return "delete it"


def contract_blocks(text: str, source: SourceText) -> tuple[str, tuple[Prose, ...]]:
    """The text with all but the content of its ```` ```vbc ```` blocks blanked (line ends kept, so that offsets
    stay), and the prose between the blocks."""
    blocks = _vbc_blocks(text, source)
    if not blocks:
        message = f"{source.name} has no contract text: it has no block that begins with ```vbc"
        raise Problem(
            Diagnostic("VBC8010", message, help="put the contract's sentences between ```vbc and ```")
        )
    parts: list[str] = []
    prose: list[Prose] = []
    done = 0
    for opening, start, end, after in blocks:
        parts += [_blank(text[done:start]), text[start:end], _blank(text[end:after])]
        if text[done:opening].strip():
            prose.append(Prose(done, text[done:opening]))
        done = after
    if text[done:].strip():
        prose.append(Prose(done, text[done:]))
    return "".join(parts) + _blank(text[done:]), tuple(prose)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _vbc_blocks(text: str, source: SourceText) -> list[tuple[int, int, int, int]]:
    """Of each block: the offsets of its opening fence, of its content, of its closing fence and after it."""
    blocks: list[tuple[int, int, int, int]] = []
    inside: tuple[str, bool, int, int] | None = None  # marks, is it vbc, offset of the fence, of the content
    at = 0
    for line in text.split("\n"):
        after = min(at + len(line) + 1, len(text))
        fence = _FENCE.fullmatch(line)
        if inside is None and fence and not (fence["marks"][0] == "`" and "`" in fence["info"]):
            words = fence["info"].split()
            inside = (fence["marks"], bool(words) and words[0].lower() == "vbc", at, after)
        elif inside and fence and not fence["info"].strip() and fence["marks"].startswith(inside[0]):
            if inside[1]:
                blocks.append((inside[2], inside[3], at, after))
            inside = None
        at += len(line) + 1
    if inside and inside[1]:
        span = Span(inside[2], inside[3])
        advice = "end the contract text with a line ``` of its own"
        raise Problem(
            Diagnostic("VBC8011", "this ```vbc block is not closed", span, help=advice, source=source)
        )
    return blocks
