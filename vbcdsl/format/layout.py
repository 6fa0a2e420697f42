"""Where each line of a contract stands: sentences at the margin, what belongs to them four spaces in.

A sentence that cannot be read is left exactly as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from vbcdsl.format.table import align
from vbcdsl.source import SourceText
from vbcdsl.syntax.parser import UnitParser

CONTINUED = "    "
_EXAMPLE_PARTS = re.compile(r"(?:with these|given|expect)\b")
_EXAMPLE = "  "

# What a line is: the first of a sentence, one that goes on, one of an example, one that must not be touched.
Role: TypeAlias = Literal["first", "goes on", "example", "clause", "untouched", "between"]


def lay_out(text: str, names: Iterable[str] = ()) -> str:
    """The text of a contract or an amendment, laid out. `names`: of the contract that is amended."""
    roles = _roles(text, names)
    lines = text.split("\n")
    result: list[str] = []
    position = 0
    while position < len(lines):
        if roles[position] in ("goes on", "clause", "between", "example") and lines[
            position
        ].lstrip().startswith("|"):
            end = position
            while end < len(lines) and lines[end].lstrip().startswith("|") and roles[end] == roles[position]:
                end += 1
            result.extend(align(lines[position:end]))
            position = end
            continue
        result.append(_line(lines[position], roles[position]))
        position += 1
    return _without_empty_runs(result, roles, lines)


def _line(line: str, role: Role) -> str:
    if role == "untouched":
        return line
    text = line.strip()
    if not text or text.startswith(">"):
        return text
    match role:
        case "goes on":
            return CONTINUED + text
        case "example":
            return (_EXAMPLE if _EXAMPLE_PARTS.match(text) else CONTINUED) + text
        case "clause":
            return line.rstrip()
        case _:
            return text


def _roles(text: str, names: Iterable[str]) -> list[Role]:
    """The role of each line."""
    source = SourceText.from_text(text)
    parser = UnitParser(source, names)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    roles: list[Role] = ["between"] * (len(starts) - 1)

    def number(offset: int) -> int:
        import bisect

        return bisect.bisect_right(starts, offset) - 1

    for unit in parser.units:
        first, last = number(unit.start), number(max(unit.end - 1, unit.start))
        if unit.kind in ("recital", "article"):
            continue
        readable = parser.parse(unit) is not None
        for at in range(first, last + 1):
            if roles[at] in ("untouched", "first"):
                continue
            if not readable:
                roles[at] = "untouched"
            elif at == first and not text[starts[at] : unit.start].strip():
                roles[at] = "first"
            elif unit.kind in ("example", "clause"):
                roles[at] = "example" if unit.kind == "example" else "clause"
            else:
                roles[at] = "goes on"
    return roles


def _without_empty_runs(laid: list[str], roles: list[Role], lines: list[str]) -> str:
    """At most one empty line in a row, none at either end, except inside what is not touched."""
    kept: list[str] = []
    for number, line in enumerate(laid):
        untouched = roles[number] == "untouched"
        if not line and not untouched and (not kept or not kept[-1]):
            continue
        kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join(kept) + "\n" if kept else ""
