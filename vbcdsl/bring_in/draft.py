"""The draft of a contract from the clauses of a document: each clause a recital, its section still to be written.

Nothing is guessed: the words of the document are kept as recitals under their numbers, and a comment says which
section is to be written there. The draft can be read by `vbc check`, which says what is still open.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata

from vbcdsl.bring_in.clauses import Clause, DocumentText

_WIDTH = 118


def draft_contract(document: DocumentText, source: str) -> str:
    """The text of the draft."""
    lines = [
        f'contract "{_clean(document.title).replace(chr(34), chr(39))}".',
        "language version 1.",
        'the Payer is "…".',
        "the Provider is each ….",
        "effective January 1, 2027 through December 31, 2027.",
        "a performance year is a calendar year.",
        "amounts are in US dollars and each payment is rounded half up to the cent.",
        "",
        f"-- Brought in from {_clean(source)}. The words of the document stand behind “>” and compute nothing.",
        "-- Write each section under its number; when it says all that a recital says, the recital may go.",
    ]
    last = ""
    for clause in document.clauses:
        if clause.article:
            lines += ["", f"Article {clause.number}. {_clean(clause.text) or '…'}."]
            continue
        lines += _clause(clause, last)
        last = clause.number or last
    return "\n".join(lines) + "\n"


def _clause(clause: Clause, last: str) -> list[str]:
    head = f"{clause.number} " if clause.number else ""
    lines = [""] if clause.number else []
    if clause.text or head:
        words = textwrap.wrap(
            f"{head}{_clean(clause.text)}", _WIDTH, break_long_words=False, break_on_hyphens=False
        )
        lines += [f"> {line}" for line in words]
    if clause.rows:
        lines += [
            f"> | {' | '.join(_clean(cell).replace('|', '/') for cell in row)} |" for row in clause.rows
        ]
    if clause.number:
        number = clause.number if "." in clause.number else f"{clause.number}.1"
        lines.append(f"-- {number} is to be written here.")
    return lines


def _clean(text: str) -> str:
    """One line, without control and direction characters."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text)
    return re.sub(r"\s+", " ", kept).replace("--", "—").strip()
