"""Every wording that the language's design names works, or is refused with the wording that does.

`wordings/every_sentence.vbc` is the first design's page of sentences with the data that they speak of;
`wordings/wordings.toml` has the proposed wordings of single constructs and those that a lawyer would prefer.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from vbcdsl.compiler import compile_path, compile_text
from vbcdsl.coverage import measure_coverage, suggest_examples
from vbcdsl.definition import definitions_used, fingerprint
from vbcdsl.diagnostics.render import to_text
from vbcdsl.export.document import document
from vbcdsl.format import format_text
from vbcdsl.testing.examples import run_examples

HERE = Path(__file__).parent / "wordings"
SENTENCES = HERE / "every_sentence.vbc"
FRAME = (HERE / "frame.vbc").read_text(encoding="utf-8")
WORDINGS: list[dict[str, Any]] = tomllib.loads((HERE / "wordings.toml").read_text(encoding="utf-8"))[
    "wording"
]


def test_every_sentence_of_the_first_design_is_accepted() -> None:
    done = compile_path(SENTENCES)
    assert not done.errors, to_text(done.diagnostics)
    report = run_examples(done, ("reference", "arrow"))
    assert report.met, report.cases


def test_the_tools_take_every_sentence() -> None:
    text = SENTENCES.read_text(encoding="utf-8")
    assert format_text(text) == text
    done = compile_path(SENTENCES)
    assert measure_coverage(done).of("section")[1] > 40
    assert suggest_examples(done)
    program = done.program
    printed = document(done.versions[0], definitions_used(program), fingerprint(), "text")
    assert "Q25. Pools" in printed


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording["is"])
def test_a_wording_works_or_the_message_prints_the_one_that_does(wording: dict[str, Any]) -> None:
    done = compile_text(f"{FRAME}\n{wording['text']}\n")
    if "code" not in wording:
        assert not done.errors, to_text(done.diagnostics)
        return
    found = [d for d in done.errors if d.code == wording["code"]]
    assert found, to_text(done.diagnostics)
    assert any(wording["write"] in f"{d.message}\n{d.help}" for d in found), found


def test_a_contract_may_incorporate_the_definition_by_its_fingerprint() -> None:
    sentence = f"9.1 The Language Definition, version 1 (sha-256 {fingerprint()}), is part of this Agreement."
    assert not compile_text(f"{FRAME}\n{sentence}\n").errors


def test_there_are_many() -> None:
    assert len(WORDINGS) > 140
    assert sum("code" not in wording for wording in WORDINGS) > 80
