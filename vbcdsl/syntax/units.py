"""Where sentences begin: a document split into units that are parsed, and fail, alone.

A unit is a header sentence, a recital, an article heading, a section, an example, a reusable clause, or one
change of an amendment. The split looks only at line starts, so that a broken sentence cannot hide the next.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen

UnitKind: TypeAlias = Literal[
    "header", "recital", "article", "section", "example", "clause", "amendment", "change"
]


@frozen
class Unit:
    """A stretch of text: `start` to `end`, white space at both ends left out. `number` is the section's."""

    kind: UnitKind
    start: int
    end: int
    number: str = ""


_BLANK = re.compile(r"--[^\n]*|^[ \t]*>[^\n]*", re.M)
_START = re.compile(
    r"""^[ \t]*(?:
        (?P<recital>>)
      | (?P<article>Article[ \t]+\d+\.)
      | (?P<example>example\s+["“])
      | (?P<clause>clause\s+["“])
      | (?P<amendment>amendment\s+\d+\s)
      | (?P<change>Section\s+\d[\d.]*(?:\([a-z0-9]+\))*\s+is\b | A\s+new\s+section\s+\d)
      | (?P<section>\d+(?:\.\d+)+)(?=\s+\S)
    )""",
    re.M | re.X,
)


def blank_comments(text: str, recitals: bool = True) -> str:
    """The text with comments (and recitals) turned into spaces: offsets stay."""
    pattern = _BLANK if recitals else re.compile(r"--[^\n]*")
    return pattern.sub(lambda found: " " * len(found.group(0)), text)


def split(text: str) -> tuple[Unit, ...]:
    """The units of a contract or an amendment, in order."""
    plain = blank_comments(text, recitals=False)
    starts = _starts(plain)
    first = starts[0][1] if starts else len(text)
    units = list(_header_units(plain, first))
    for index, (kind, start, number) in enumerate(starts):
        end = starts[index + 1][1] if index + 1 < len(starts) else len(text)
        if kind == "recital":
            units.extend(_recital_and_rest(plain, start, end, units))
            continue
        units.append(Unit(kind, start, _trim(plain, start, end), number))
    return tuple(units)


def _starts(plain: str) -> list[tuple[UnitKind, int, str]]:
    found: list[tuple[UnitKind, int, str]] = []
    clause_end = -1
    for match in _START.finditer(plain):
        kind = match.lastgroup
        assert kind is not None
        start = match.start(kind)
        if start < clause_end:
            continue
        if kind == "section" and not _begins_section(plain, start, match.end()):
            continue
        if kind == "change" and not _after_sentence(plain, start):
            continue
        if kind == "clause":
            end = re.compile(r"end\s+of\s+clause\s*\.").search(plain, start)
            clause_end = end.end() if end else len(plain)
        found.append((kind, start, match.group("section") or ""))  # type: ignore[arg-type]
    return found


def _after_sentence(plain: str, start: int) -> bool:
    before = plain[:start].rstrip()
    return not before or before[-1] in ".|:"


def _begins_section(plain: str, start: int, end: int) -> bool:
    """Whether a number at a line start begins a section and is not the end of a wrapped `section 4.5`."""
    if re.search(r"\b[Ss]ections?\s*$", plain[max(0, start - 20) : start]):
        return False
    follows = plain[end : end + 200].lstrip()
    return _after_sentence(plain, start) or follows[:1].isupper() or follows[:1] in '"“'


def _trim(plain: str, start: int, end: int) -> int:
    return start + len(plain[start:end].rstrip())


def _recital_and_rest(plain: str, start: int, end: int, before: list[Unit]) -> list[Unit]:
    """A recital line, and what stands behind it up to the next unit (the rest of a header)."""
    line_end = plain.find("\n", start)
    line_end = end if line_end < 0 else min(line_end, end)
    units = [Unit("recital", start, line_end)]
    if not any(unit.kind not in ("header", "recital", "amendment") for unit in before):
        units += [
            attrs.evolve(unit, start=unit.start + line_end, end=unit.end + line_end)
            for unit in _header_units(plain[line_end:end], end - line_end)
        ]
    elif plain[line_end:end].strip():
        rest = line_end + len(plain[line_end:end]) - len(plain[line_end:end].lstrip())
        units.append(Unit("section", rest, _trim(plain, rest, end)))
    return units


_SENTENCE = re.compile(r"(?>\"[^\"\n]*\"|“[^”\n]*”|\d\.\d|[^.])*?\.(?!\d)|.+", re.S)


def _header_units(plain: str, end: int) -> list[Unit]:
    units: list[Unit] = []
    position = 0
    while position < end:
        found = _SENTENCE.match(plain, position, end)
        if found is None or found.end() == position:
            break
        text = found.group(0)
        start = position + len(text) - len(text.lstrip())
        stop = _trim(plain, start, found.end())
        if stop > start:
            units.append(Unit("header", start, stop))
        position = found.end()
    return units
