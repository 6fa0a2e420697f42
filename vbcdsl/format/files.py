"""Formats files: reads, lays out, proves that only white space has changed, and writes.

The encoding, a byte-order mark and the kind of line end stay as they are. In a Markdown file only the blocks of
contract text are laid out.
"""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterable
from pathlib import Path

import attrs

from vbcdsl.data.write import safe_file
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.format.layout import lay_out
from vbcdsl.source import SourceText
from vbcdsl.source.read import decode, read_bytes

_BLOCK = re.compile(
    r"(?P<open>^ {0,3}(?P<marks>`{3,}|~{3,})[ \t]*vbc\b[^\n]*\n)(?P<text>.*?)"
    r"(?P<close>^ {0,3}(?P=marks)[ \t]*$)",
    re.M | re.S,
)


@attrs.frozen
class Formatted:
    """A file before and after."""

    name: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether formatting changes anything."""
        return self.before != self.after

    def diff(self) -> str:
        """The change as a unified diff."""
        return "".join(
            difflib.unified_diff(
                self.before.splitlines(True),
                self.after.splitlines(True),
                self.name,
                f"{self.name} (formatted)",
            )
        )


def format_text(text: str, names: Iterable[str] = (), name: str = "<text>") -> str:
    """The text of a contract, laid out. `VbcError` (VBC8029) instead of changing anything but white space."""
    after = lay_out(text, names)
    if _words(text) != _words(after):
        raise VbcError([
            Diagnostic("VBC8029", f"formatting would have changed a word of {name}; it was left as it is",
                       help="please report this text; it is a mistake of the formatter")
        ])  # fmt: skip
    return after


def format_file(path: Path, write: bool = True) -> Formatted:
    """Format a file in place. `VbcError` if it cannot be read as a contract or cannot be written."""
    raw = read_bytes(path, path.as_posix())
    SourceText.from_file(path)  # refuses what is no contract text, with its place
    decoded = decode(raw, path.as_posix())
    crlf = decoded.count("\r\n") * 2 > decoded.count("\n")
    before = re.sub(r"\r\n?", "\n", decoded)
    names = _base_names(path)
    if path.suffix.lower() == ".md":
        after = _BLOCK.sub(
            lambda m: m["open"] + format_text(m["text"], names, path.as_posix()) + m["close"], before
        )
    else:
        after = format_text(before, names, path.as_posix())
    if write and after != before:
        _write(path, after.replace("\n", "\r\n") if crlf else after, raw)
    return Formatted(path.as_posix(), before, after)


def write_same_encoding(path: Path, text: str) -> None:
    """Replace the text of a contract file; its encoding, byte-order mark, line ends and permissions stay."""
    raw = read_bytes(path, path.as_posix())
    decoded = decode(raw, path.as_posix())
    crlf = decoded.count("\r\n") * 2 > decoded.count("\n")
    _write(path, text.replace("\n", "\r\n") if crlf else text, raw)


def _write(path: Path, text: str, raw: bytes) -> None:
    from vbcdsl.results.write import cannot_write

    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoded = text.encode("utf-16")
    else:
        mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
        encoded = mark + text.encode("utf-8")
    try:
        mode = path.stat().st_mode
        with safe_file(path.resolve()) as file:
            file.write(encoded)
        path.chmod(mode)
    except OSError as error:
        raise cannot_write(path, error) from None


def _base_names(path: Path) -> frozenset[str]:
    """The names of the contract that a file amends; none if it is a contract or its base is not there."""
    from vbcdsl.source.find import find_contract
    from vbcdsl.syntax.names import declared_names

    try:
        base = find_contract(path).base
    except VbcError:
        return frozenset()
    if base.resolve() == path.resolve():
        return frozenset()
    return declared_names(SourceText.from_file(base).text)


def _words(text: str) -> list[str]:
    """Everything but white space, in order; a pipe is a word of its own."""
    return text.replace("|", " | ").split()
