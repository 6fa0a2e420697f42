"""The printed contract: the text in force without comments, and the rules of the language that it uses.

It stands behind `vbc export`. Comment lines (`--`) are no part of the agreement and are left out; recitals stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vbcdsl.compiler import Version
from vbcdsl.definition import Definition
from vbcdsl.syntax.units import blank_comments


def document(version: Version, used: Sequence[Definition], sha256: str, kind: str) -> str:
    """The text in force as plain text or Markdown, with an appendix if definitions are given."""
    body = _without_comments(version.text)
    if kind == "md":
        title = version.program.title if version.program is not None else "Contract"
        body = f"# {title}\n\n```vbc\n{body}```\n"
    if not used:
        return body
    return body + "\n" + _appendix(used, sha256, kind)


def _without_comments(text: str) -> str:
    lines = [line.rstrip() for line in blank_comments(text, recitals=False).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _appendix(used: Sequence[Definition], sha256: str, kind: str) -> str:
    head = "Appendix. Language definition, version 1, as far as this contract uses it"
    lines = [f"## {head}" if kind == "md" else head, "", f"(sha-256 of the whole definition: {sha256})", ""]
    for definition in used:
        name = f"Q{definition.number}. {definition.title}"
        lines += [f"**{name}**" if kind == "md" else name, *definition.text.splitlines(), ""]
    return "\n".join(lines)
