"""The words of a section as a reader is shown them: one line, without its number, its table and its comments.

Explanations quote them, and the SQL of a contract has them as comments.
"""

from __future__ import annotations

import re

from vbcdsl.compiler import Version


def words_of_section(version: Version, section: str) -> str:
    """The words of a section in a text in force, up to its table; "" if there is no such section."""
    found = version.symbols.sections.get(section) if version.symbols is not None else None
    if found is None:
        return ""
    span = found.span
    text = span.said or version.consolidated.source.text[span.start : span.end]
    text = re.split(r"\n[ \t]*\||: \|", text)[0]
    plain = " ".join(" ".join(line.partition("--")[0] for line in text.splitlines()).split())
    return re.sub(r"^\d+(?:\.\d+)+\s+", "", plain)
