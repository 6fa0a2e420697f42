"""The right side of a comparison may be a value of another performance year or at a named key, as it may on the left.

The sentences of contracts are not broken into short lines here.
"""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named, read_value
from tests.engines_here import ONE_MACHINE
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics.render import to_text
from vbcdsl.testing.examples import run_examples

RECORDS = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind                      | If missing |
    | Cost   | money                     | required   |
    | Score  | rate written as a percent | required   |
1.2 "Quality Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind                      | If missing |
    | Rate   | rate written as a percent | required   |
1.3 "Contract Measures" are:
    | Measure | Floor |
    | "A1c"   | 50%   |
    | "BP"    | 60%   |
1.4 "Visits" are records, one for each ACO in each Quarter:
    | Column | Kind  | If missing |
    | Paid   | money | required   |
1.5 "Limits" are:
    | Item | Limit |
    | "a"  | $10   |
    | "b"  | $30   |
"""
DATA = {
    "results": "aco,performance_year,cost,score\nA,2024,100,50\nA,2025,98,60\nB,2024,100,50\nB,2025,99,50\n",
    "quality_results": "aco,measure,performance_year,rate\n"
    "A,A1c,2024,50\nA,BP,2024,70\nA,A1c,2025,55\nA,BP,2025,60\nB,A1c,2024,50\nB,BP,2024,50\nB,A1c,2025,40\nB,BP,2025,70\n",
    "visits": "aco,quarter,paid\n"
    + "".join(
        f"{a},{y}-Q{q},{10 * q if a == 'A' else 30}\n"
        for a in "AB"
        for y in (2024, 2025)
        for q in range(1, 5)
    ),
}
YES, NO = "yes", "no"
SENTENCES = [  # what is met, counted or added up in 2025, for A and for B
    ('The "X" is met if Score is at least Score in the prior performance year.', YES, YES),
    ('The "X" is met if Score is more than Score in the prior performance year.', YES, NO),
    ('The "X" is met if Score is above the Score in the prior performance year.', YES, NO),
    ('The "X" is met if Score is more than Score in performance year 2024 and Cost is less than Cost in performance year 1.', YES, NO),
    ('The "X" is met if Score is exactly Score in performance year 2024.', NO, YES),
    ('The "X" is met if Score is not exactly Score in the prior performance year.', YES, NO),
    ('The "X" is met if Cost is at most 98% of Cost in the prior performance year.', YES, NO),
    ('The "X" is met if the performance year is 1 or Cost is below 99% of Cost in the prior performance year.', YES, NO),
    ('The "X" is met if Rate for "A1c" is at least Rate for "BP".', NO, NO),
    ('The "X" is met if Rate for "BP" is more than 105% of Rate for "A1c".', YES, YES),
    ('The "X" is met if Rate for "A1c" is at least Floor for "A1c".', YES, NO),
    ('The "X" is met if Rate for "A1c" is more than Rate for "A1c" in the prior performance year.', YES, NO),
    ('The "X" is met if Rate for "BP" is more than Rate for "A1c" in performance year 2024.', YES, YES),
    ('The "X" is met if Rate for "BP" is at least (Rate for "BP" in the prior performance year, or 0% in the first performance year).', NO, YES),
    ('The "X" is met if all of the Measures have Rate at least Floor for "A1c".', YES, NO),
    ('The "X" is met if at least 1 of the Measures have Rate less than Rate in the prior performance year.', YES, YES),
    ('"X" means the number of Measures where Rate is more than Rate in the prior performance year.', "1", "1"),
    ('"X" means the number of Measures where Rate is more than Rate for "A1c".', "1", "1"),
    ('"X" means the total of Paid where Paid is at least Limit for "b".', "70", "120"),
    ('"X" means the number of Visits where Paid is more than Limit for "a" and Paid is less than Limit for "b".', "1", "0"),
    ('"X" means $5 if Score is more than Score in the prior performance year, otherwise $1.', "5", "1"),
    ('"X" means: (a) $5, if Cost is less than 99% of Cost in the prior performance year; (b) $2, if Rate for "BP" is at least Floor for "BP"; (c) otherwise $1.', "5", "2"),
    ('The Payer must pay the Provider the "X": $5, only if Rate for "A1c" is at least Floor for "A1c".', "5", "0"),
    ('The Payer must pay the Provider the "X": $5, unless Score is at most Score in the prior performance year.', "5", "0"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(("sentence", "for_a", "for_b"), SENTENCES, ids=[s[0] for s in SENTENCES])
def test_a_value_of_another_year_or_at_a_key_stands_on_the_right(
    sentence: str, for_a: str, for_b: str, engine: str, tmp_path: Path
) -> None:
    case = Case("", f"{RECORDS}2.1 {sentence}\n", data=DATA, years=[2])
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    found = named(running.run(engine, question, case, tmp_path))
    assert [found["X at A, 2025"], found["X at B, 2025"]] == [read_value(for_a), read_value(for_b)]


def test_a_quarter_is_compared_with_the_one_before() -> None:
    text = """
2.1 "Bigger" means, for each Quarter, 1 if Paid is more than Paid in the prior quarter, otherwise 0.
example "quarters":
  given the performance year is 1, Paid for "2024-Q1" is $5 and Paid for "2024-Q2" is $6, expect Bigger for "2024-Q2" is 1.
"""
    done = compile_text(running.HEADER + RECORDS + text)
    assert not done.errors, to_text(done.diagnostics)


def test_an_example_states_the_values_of_both_sides() -> None:
    text = """
2.1 The "G" is met if Rate for "A1c" is more than Rate for "A1c" in the prior performance year.
2.2 The "H" is met if Rate for "A1c" is at least Floor for "A1c".
example "better":
  given the performance year is 2, Rate for "A1c" in performance year 2 is 60% and Rate for "A1c" in performance year 1 is 55%,
  expect the G is met and the H is met.
example "worse":
  given the performance year is 2, Rate for "A1c" in performance year 2 is 40% and Rate for "A1c" in performance year 1 is 55%,
  expect the G is not met and the H is not met.
"""
    done = compile_text(running.HEADER + RECORDS + text)
    assert not done.errors, to_text(done.diagnostics)
    report = run_examples(done, ("reference", "arrow"))
    assert report.met, report.cases
