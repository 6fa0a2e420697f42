"""The language definition: each answer stands on the reference page, and a contract prints those that it uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question
from vbcdsl.definition import boundary_words, definitions, definitions_used, fingerprint, page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "language-definition.md"
RUN = [(q, case) for q in running.questions() for case in q.case if case.expect or case.examples]


def test_the_definition_has_the_forty_seven_answers() -> None:
    assert [each.number for each in definitions()] == list(range(1, 48))


def test_each_answer_has_sentences_and_the_reading_that_is_refused() -> None:
    for each in definitions():
        assert each.text.endswith((".", ".”")), each.label
        assert each.refused.endswith("."), each.label


def test_the_reference_page_is_the_definition() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m vbcdsl.definition_page writes it"


def test_the_fingerprint_stands_on_the_page() -> None:
    assert fingerprint() in page()


def test_each_boundary_word_stands_on_the_page() -> None:
    assert len(boundary_words()) == 8
    assert all(each.phrase in page() for each in boundary_words())


@pytest.mark.parametrize(("question", "case"), RUN, ids=[f"Q{q.number:02}-{c.says}" for q, c in RUN])
def test_a_contract_of_a_question_uses_its_answer(question: Question, case: Case) -> None:
    used = {each.number for each in definitions_used(running.compiled(question, case).program)}
    unseen = case.amendments or case.says.startswith(
        "without a Paid Date"
    )  # a contract that shows nothing of it
    assert unseen or question.number in used


def test_a_plain_contract_uses_few_answers() -> None:
    text = running.HEADER + '2.1 The Payer must pay the Provider the "Fee": $100.\n'
    from vbcdsl.compiler import compile_text

    used = [each.label for each in definitions_used(compile_text(text).program)]
    assert "Q24" in used and "Q29" in used
    assert "Q25" not in used and "Q17" not in used
