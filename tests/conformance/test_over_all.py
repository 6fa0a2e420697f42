"""`over all Measures` is over all of them, also in a sentence that is for each Measure; `over the Measures` there is
refused, because one of them is meant and several are named.

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

RECORDS = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind               | If missing |
    | Cost   | money              | required   |
    | Region | one of "N" or "S"  | required   |
1.2 "Quality Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind   | If missing |
    | Rate   | number | required   |
1.3 "Monthly Costs" are records, one for each ACO in each Month:
    | Column | Kind   | If missing |
    | Paid   | number | required   |
1.4 The list of ACOs is Results.
1.5 "Item List" are:
    | Item | Domain | Weight |
    | "a"  | "x"    | 1      |
    | "b"  | "x"    | 3      |
    | "c"  | "y"    | 5      |
"""
DATA = {
    "results": "aco,performance_year,cost,region\nA,2024,100,N\nB,2024,50,N\nC,2024,70,S\n",
    "quality_results": "aco,measure,performance_year,rate\n"
    "A,M1,2024,4\nA,M2,2024,8\nB,M1,2024,2\nB,M2,2024,5\nC,M1,2024,1\nC,M2,2024,1\n",
    "monthly_costs": "aco,month,paid\n"
    + "".join(f"A,2024-{m:02},{m}\nB,2024-{m:02},1\nC,2024-{m:02},2\n" for m in range(1, 13)),
}
CASES = [  # the sentence, what it gives, what the reading that is refused would give
    ('"X" means, for each Measure, Rate minus (the average of Rate over all Measures).', {"A, 2024, M1": "-2", "B, 2024, M2": "1.5"}, "0"),
    ('"X" means, for each Measure, Rate minus (the average of Rate across all ACOs).', {"A, 2024, M1": "5/3", "C, 2024, M2": "-11/3"}, "0"),
    ('"X" means, for each Measure, Rate divided by (the largest of Rate over all Measures), or 0 if the divisor is zero.', {"A, 2024, M1": "1/2"}, "1"),
    ('"X" means, for each Measure, the rank of Rate over all Measures, highest first.', {"A, 2024, M1": "2", "A, 2024, M2": "1"}, ""),
    ('"X" means the total of (Rate minus (the average of Rate over all Measures)) over all Measures.', {"A, 2024": "0"}, ""),
    ('"X" means the total of (the amount by which Rate exceeds (the average of Rate over all Measures)) over all Measures.', {"A, 2024": "2"}, "0"),
    ('"X" means the number of Measures where Rate is at least (the average of Rate over all Measures).', {"A, 2024": "1", "C, 2024": "2"}, ""),
    ('"X" means, for each Measure, Rate divided by (the total of (the total of Rate over all Measures) across all ACOs), or 0 if the divisor is zero, rounded half up to 4 decimal places.',
     {"A, 2024, M1": "0.1905"}, "1"),
    ('"X" means, for each Month, Paid divided by (the total of Paid over all Months), or 0 if the divisor is zero.', {"A, 2024-03": "3/78"}, "1"),
    ('"X" means, for each Quarter, the total of Paid over all Months.', {"A, 2024-Q1": "6"}, "78"),
    ('"X" means, for each Item, Weight divided by (the total of Weight over all Items), or 0 if the divisor is zero.', {"A, 2024, a": "1/9"}, "1"),
    ('"X" means, for each Item, Weight divided by (the total of Weight over the Items in that Domain), or 0 if the divisor is zero.', {"A, 2024, a": "1/4", "A, 2024, c": "1"}, ""),
    ('"X" means, for each Item, Weight divided by (the total of Weight over all Items in that Domain), or 0 if the divisor is zero.', {"A, 2024, b": "3/4"}, "1/3"),
    ('"X" means, for each Item, Weight divided by (the total of Weight over the Item List in that Domain), or 0 if the divisor is zero.', {"A, 2024, b": "3/4"}, "1/3"),
    ('"X" means the number of Items where Weight is at least (the average of Weight over all Items).', {"": "2"}, "3"),
    ('"X" means the number of ACOs across all ACOs in that Region.', {"A, 2024": "2", "C, 2024": "1"}, "3"),
    ('"X" means the number of ACOs across all ACOs in that Region where Cost is more than $60.', {"A, 2024": "1", "C, 2024": "1"}, "2"),
]  # fmt: skip
REFUSED = [
    ('"X" means, for each Measure, Rate minus (the average of Rate over the Measures).', "VBC3028", "over all Measures"),
    ('"X" means, for each Measure, Rate minus (the average of Rate over the Quality Results).', "VBC3028", "over all Measures"),
    ('"X" means, for each Item, Weight divided by (the total of Weight over the Item List), or 0 if the divisor is zero.', "VBC3028", "over all Items"),
    ('"X" means, for each Item, the number of Items.', "VBC3028", "without “for each Item”"),
    ('"X" means, for each Item, 1 if at least 2 of the Items have Weight at least 3, otherwise 0.', "VBC3028", "without “for each Item”"),
    ('"X" means the average of Cost over the Results.', "VBC3028", "across all ACOs"),
    ('"X" means the total of Weight over the Items in that Domain.', "VBC3013", ""),
]  # fmt: skip


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(("sentence", "values", "refused"), CASES, ids=[c[0] for c in CASES])
def test_over_all_is_over_all(
    sentence: str, values: dict[str, str], refused: str, engine: str, tmp_path: Path
) -> None:
    case = Case("", f"{RECORDS}2.1 {sentence}\n", data=DATA, years=[1])
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    found = named(running.run(engine, question, case, tmp_path))
    for key, value in values.items():
        got = found[f"X at {key}" if key else "X"]
        assert got == read_value(value), (key, got)
        assert got != read_value(refused) if refused else True


@pytest.mark.parametrize(("sentence", "code", "write"), REFUSED, ids=[c[0] for c in REFUSED])
def test_one_that_is_named_as_several_is_refused(sentence: str, code: str, write: str) -> None:
    errors = compile_text(f"{running.HEADER}{RECORDS}2.1 {sentence}\n").errors
    assert [d.code for d in errors] == [code], errors
    assert write in errors[0].help
