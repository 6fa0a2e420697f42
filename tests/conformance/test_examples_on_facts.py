"""Examples that state facts and no rows: the keys that the facts name are the rows, also behind a table `with one
row for each …`, and what is left open is told (Q43)."""

from __future__ import annotations

import pytest

from tests.conformance.answers.running import HEADER
from tests.engines_here import ONE_MACHINE
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics.render import to_text
from vbcdsl.testing.examples import CaseResult, run_examples

CONTRACT = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind                      | If missing |
    | Cost   | money                     | required   |
    | Region | one of "North" or "South" | required   |
1.2 "Quality Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind                       | If missing |
    | Rate   | rate written as a fraction | required   |
    | Weight | number                     | required   |
1.3 "Case Results" are records, one for each ACO and Case Type in each Performance Year:
    | Column | Kind           | If missing |
    | Cases  | count of cases | 0          |
1.4 "Member Months" are records, one for each Member in each Month:
    | Column | Kind  | If missing |
    | ACO    | text  | required   |
    | Paid   | money | $0         |
1.5 The list of ACOs is Results.
2.1 "Share" is set by Measure, with one row for each Measure:
    | Measure | Share |
    | "M1"    | 10%   |
    | "M2"    | 20%   |
2.2 "Score" means the total of (Share times Rate) over all Measures.
2.3 "Regional Fee" is set by Region, with one row for each Region:
    | Region  | Regional Fee |
    | "North" | $10          |
    | "South" | $20          |
2.4 "Own Fee" is set by ACO, with one row for each ACO:
    | ACO | Own Fee |
    | "A" | $1      |
    | "B" | $2      |
2.5 The Payer must pay the Provider the "Fee": Regional Fee plus Own Fee.
2.6 "Price" is set by Case Type, with one row for each Case Type:
    | Case Type | Price |
    | "hip"     | $100  |
    | "knee"    | $80   |
2.7 The Payer must pay the Provider the "Case Fee": the total of (Price times (Cases counted as a number)) over all Case Types.
2.8 "Mean Rate" means the average of Rate.
2.9 "Weighted Rate" means the average of Rate, weighted by Weight.
2.10 "Measures Met" means the number of Measures where Rate is at least 50%.
2.11 The "Gate" is met if all of the Measures have Rate at least 50%.
2.12 "Points" means, for each Measure, 10 times (Rate counted as a number).
2.13 "Total Points" means the total of Points.
2.14 "Pool Cost" means the total of Cost across all ACOs.
2.15 "Regional Cost" means the average of Cost across all ACOs in that Region.
2.16 "Member Cost" means, for each Member in each Performance Year, the total of Paid.
2.17 "Mean Cost" means the average of Member Cost over all Members.
"""  # noqa: E501
YEAR = "given the performance year is 1"
M1_M2 = f'{YEAR}, Rate for "M1" is 50% and Rate for "M2" is 100%,'
MET = [
    f"{M1_M2} expect Score is 25%.",
    f"{M1_M2} expect Mean Rate is 75%, Measures Met is 2, the Gate is met and Total Points is 15.",
    f'{YEAR}, Rate for "M1" is 50% and Rate for "M2" is 49%, expect Measures Met is 1 and the Gate is not met.',
    f'{YEAR} and Region is "South", expect Regional Fee is $20 and Regional Fee for "South" is $20.',
    f'{YEAR}, expect Regional Fee for "North" is $10 and Price for "knee" is $80.',
    f'{YEAR} and Region for "B" is "North", expect the Fee for "B" is $12.',
    f'{YEAR} and Cases for "hip" is 2 cases, expect the Case Fee is $200.',
    f'{YEAR}, Cases for "hip" is 2 cases and Cases for "knee" is 3 cases, expect the Case Fee is $440.',
    f'{YEAR}, Cost for "A" is $10 and Cost for "B" is $20, expect Pool Cost is $30.',
    f'{YEAR}, Cost for "A" is $10, Cost for "B" is $20, Region for "A" is "North" and Region for "B" is "South", '
    'expect Regional Cost for "A" is $10.',
]
STOPPED = [
    (f'{YEAR} and Rate for "M3" is 50%, expect Score is 5%.', "VBC6002", "a row for it"),
    (f"{M1_M2} expect Weighted Rate is 75%.", "VBC6101", "add “Weight is …” to the facts"),
    (f"{YEAR}, expect Mean Rate is 75%.", "VBC6101", "add the rows: “with these Quality Results: | … |”"),
    (
        f'{YEAR} and Region is "North", expect the Fee is $11.',
        "VBC6026",
        'say which one is expected: Fee for "A"',
    ),
    (f'{YEAR} and Region for "C" is "North", expect the Fee for "C" is $11.', "VBC6002", "a row for it"),
    (f"{YEAR}, expect Mean Cost is $1.", "VBC6101", "with these Member Months"),
]


def run(example: str, engine: str) -> CaseResult:
    compiled = compile_text(f'{HEADER}{CONTRACT}\nexample "numbers":\n  {example}\n')
    assert not compiled.errors, to_text(compiled.diagnostics)
    [case] = run_examples(compiled, (engine,)).cases
    return case


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize("example", MET)
def test_facts_make_the_rows_that_an_example_does_not_state(example: str, engine: str) -> None:
    case = run(example, engine)
    assert case.met, [(o.term, o.got) for o in case.outcomes if not o.met]


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(("example", "code", "write"), STOPPED)
def test_what_the_facts_leave_open_is_told(example: str, code: str, write: str, engine: str) -> None:
    error = run(example, engine).outcomes[0].error
    assert error is not None and (error.code, write in error.help) == (code, True), error


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_the_rows_of_one_record_have_keys_also_where_the_parties_roster_is_not_stated(engine: str) -> None:
    rows = """with these Quality Results:
    | ACO | Measure | Performance Year | Rate | Weight |
    | "A" | "M1"    | 2024             | 50%  | 1      |
    | "A" | "M2"    | 2024             | 100% | 3      |
    | "B" | "M1"    | 2024             | 10%  | 1      |
  with these Member Months:
    | ACO | Member | Month           | Paid |
    | "A" | "P"    | January 1, 2024 | $10  |
    | "A" | "Q"    | January 1, 2024 | $20  |
  """
    expected = (
        'Total Points for "A" is 15, Total Points for "B" is 1, Measures Met for "B" is 0, '
        'Mean Cost for "A" is $15 and Weighted Rate for "A" is 87.5%'
    )
    case = run(f"{rows}{YEAR}, expect {expected}.", engine)
    assert case.met, [(o.term, o.at, o.got) for o in case.outcomes if not o.met]
