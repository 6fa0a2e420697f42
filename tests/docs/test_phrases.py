"""Every phrase of the grammar occurs in a text that is run: the docs, the library, the worked cases, the answers.

A phrase that nobody ever writes in a contract that runs is a promise without proof. The exceptions say why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import pytest

from tests.docs.blocks import ROOT, blocks
from vbcdsl.dump.tokens import tokens_of
from vbcdsl.source import SourceText
from vbcdsl.syntax.names import declared_names
from vbcdsl.syntax.phrases import load_grammar

EXCEPTIONS = {
    "between": "an error production: VBC1101",
    "up to": "an error production: VBC1101",
    "to": "an error production and a part of longer phrases",
    "no more than": "an error production: VBC1102",
    "no less than": "an error production: VBC1102",
    "over": "an error production: VBC1102",
    "under": "an error production: VBC1102",
    "within": "an error production: VBC1101",
    "approximately": "an error production: VBC1101",
    "(sha-256": "the fingerprint changes with the definition: tests/conformance/test_wordings.py",
}


@lru_cache(1)
def _used() -> frozenset[str]:
    found: set[str] = set()
    for text in _texts():
        source = SourceText.from_text(text, "text")
        for _, tokens in tokens_of(source, declared_names(source.text)):
            found.update(kind for kind, _ in tokens)
    return frozenset(found)


def _texts() -> Iterator[str]:
    for block in blocks("vbc"):
        yield block.text
    for pattern in ("contract_library/**/*.vbc", "tests/conformance/**/*.vbc"):
        for path in ROOT.glob(pattern):
            yield path.read_text(encoding="utf-8")
    for path in ROOT.glob("tests/conformance/answers/*.toml"):
        for found in re.finditer(
            r"(?:contract|header) = (?:'''|\"\"\")(.*?)(?:'''|\"\"\")", path.read_text(), re.S
        ):
            yield found[1]


@pytest.mark.parametrize("terminal,phrase", sorted(load_grammar().phrases.items()), ids=lambda item: item)
def test_a_phrase_is_used_in_a_contract_that_runs(terminal: str, phrase: str) -> None:
    if phrase in EXCEPTIONS:
        pytest.skip(EXCEPTIONS[phrase])
    assert terminal in _used(), f"no contract that runs says “{phrase}”"
