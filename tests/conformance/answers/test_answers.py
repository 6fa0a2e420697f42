"""The 47 answers of the language definition, each with numbers on both sides of the question, on every engine.

The questions stand in Qnn.toml, the way they are run in `running.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, read_value
from tests.engines_here import ONE_MACHINE
from vbcdsl.diagnostics import RunError
from vbcdsl.diagnostics.render import to_text

QUESTIONS = running.questions()
CASES = [(question, case) for question in QUESTIONS for case in question.case]
IDS = [f"Q{question.number:02}-{case.says}" for question, case in CASES]


def test_every_question_has_an_answer_with_both_sides() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, 48))
    for question in QUESTIONS:
        both = [case for case in question.case if case.refused or case.stops or case.refuses or case.examples]
        assert both, f"Q{question.number} shows one side only"


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(("question", "case"), CASES, ids=IDS)
def test_answer(engine: str, question: Question, case: Case, tmp_path: Path) -> None:
    done = running.compiled(question, case)
    codes = [d.code for d in done.errors]
    assert codes == case.refuses, to_text(done.diagnostics)
    if case.refuses:
        return
    if case.examples:
        assert list(running.run_examples(engine, done)) == case.examples
    if not (case.expect or case.stops):
        return
    results = running.run(engine, question, case, tmp_path)
    found = running.named(results)
    stopped = {name: value.code for name, value in found.items() if isinstance(value, RunError)}
    for name, value in case.expect.items():
        assert name in found, f"{name}: there is no such value among {sorted(found)}"
        got = found[name]
        assert not isinstance(got, RunError), f"{name}: {got}"
        assert got == read_value(value), f"{name} is {got}"
    for name, value in case.refused.items():
        assert found[name] != read_value(value), f"{name} follows the reading that is refused"
    assert stopped == case.stops
    left_out: dict[str, int] = {}
    for rows in results.left_out:
        left_out[rows.record] = left_out.get(rows.record, 0) + rows.rows
    assert left_out == case.left_out
    assert sorted({section for section, _ in results.broken_agreements}) == case.broken


@pytest.mark.parametrize(("question", "case"), CASES, ids=IDS)
def test_every_value_is_the_same_on_all_engines_and_for_rows_in_any_order(
    question: Question, case: Case, tmp_path: Path
) -> None:
    if case.refuses or not (case.expect or case.stops):
        return
    found = [
        {
            name: value.code if isinstance(value, RunError) else value
            for name, value in running.named(results).items()
        }
        for engine in ONE_MACHINE
        for backward in (False, True)
        if (results := running.run(engine, question, case, tmp_path, backward=backward))
    ]
    assert all(each == found[0] for each in found)
