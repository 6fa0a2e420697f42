"""The Language Definition, version 1: the sentences that say what a contract means where it decides an amount.

Each answer has a number (Q1 to Q47), a title and its sentences, as a lawyer reads them. The reference page
`docs/reference/language-definition.md` is `page()`; `definitions_used` gives the ones that a contract uses, for an
appendix to the contract. The conformance tests of the answers stand in `tests/conformance/answers/`.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

import attrs

from vbcdsl.definition_uses import numbers_used
from vbcdsl.rules.program import Program

VERSION = 1


@attrs.frozen
class Definition:
    """One answer: `text` is what the contract means, `refused` the reading that it does not have."""

    number: int
    part: str
    title: str
    text: str
    refused: str

    @property
    def label(self) -> str:
        """How a message or an appendix names it: Q12."""
        return f"Q{self.number}"


@attrs.frozen
class Boundary:
    """A phrase that says which end is included."""

    phrase: str
    meaning: str
    example: str


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    text = files("vbcdsl").joinpath("definition.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def definitions() -> tuple[Definition, ...]:
    """All answers, by number."""
    found = [
        Definition(
            int(str(each["number"])), str(each["part"]), str(each["title"]), _folded(each["text"]),
            _folded(each["refused"]),
        )
        for each in _read()["definition"]
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: each.number))


@lru_cache(maxsize=1)
def boundary_words() -> tuple[Boundary, ...]:
    """The phrases of ranges, with the end that each includes."""
    return tuple(
        Boundary(str(each["phrase"]), str(each["meaning"]), str(each["example"]))
        for each in _read()["boundary"]
    )


def _folded(text: object) -> str:
    return " ".join(str(text).split())


def definitions_used(program: Program) -> list[Definition]:
    """The answers that a contract uses, by number."""
    used = numbers_used(program)
    return [each for each in definitions() if each.number in used]


def fingerprint() -> str:
    """The SHA-256 of the definition's sentences: a contract can name the definition that it incorporates."""
    lines = [f"{each.label} {each.title}. {each.text}" for each in definitions()]
    lines += [f"{each.phrase}: {each.meaning}" for each in boundary_words()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def page() -> str:
    """The reference page, as Markdown."""
    lines = [
        f"# Language definition, version {VERSION}",
        "",
        "<!-- Written by vbcdsl.definition.page(); change vbcdsl/definition.toml. -->",
        "",
        _folded(_read()["introduction"]),
        "",
        f"Fingerprint of the sentences below (SHA-256): `{fingerprint()}`.",
        "",
        "## Boundary words",
        "",
        "| Phrase | Meaning | Example |",
        "|---|---|---|",
    ]
    lines += [f"| {each.phrase} | {each.meaning} | {each.example} |" for each in boundary_words()]
    part = ""
    for each in sorted(definitions(), key=lambda d: (_parts().index(d.part), d.number)):
        if each.part != part:
            part = each.part
            lines += ["", f"## {part}"]
        lines += ["", f"### {each.label}. {each.title}", "", each.text, "", f"*Not:* {each.refused}"]
    return "\n".join(lines) + "\n"


def _parts() -> list[str]:
    return list(dict.fromkeys(str(each["part"]) for each in _read()["definition"]))
