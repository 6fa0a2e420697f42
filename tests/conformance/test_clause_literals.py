"""A clause whose parameters stand for literals settles as the same sentences with the literals written in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named, read_value
from tests.engines_here import ONE_MACHINE
from vbcdsl.diagnostics.render import to_text

RECORDS = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind                   | If missing |
    | Cost   | money                  | required   |
    | Tier   | one of "low" or "high" | required   |
    | Score  | number, at least 0     | required   |
    | Signed | date                   | required   |
1.2 "Contract Measures" are:
    | Measure | Weight |
    | "M1"    | 1      |
    | "M2"    | 1      |
1.3 "Rates" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind                       | If missing |
    | Rate   | rate written as a fraction | not scored |
"""
DATA = {
    "results": "aco,performance_year,cost,tier,score,signed\n"
    "A,2024,100,high,3,2024-07-01\nB,2024,50,low,2,2024-06-30\n",
    "rates": "aco,measure,performance_year,rate\nA,M1,2024,0.5\nB,M1,2024,0.49\n",
}
SENTENCES = """
{0}.1 The "Gate" is met if at least Least of the Contract Measures that are scored have Rate at least 50%.
{0}.2 "Part" means Share of Cost, but not more than Most.
{0}.3 "Points" is set by Score, where exactly one row applies:
    | Score          | Points |
    | less than Edge | Share  |
    | Edge or more   | 2%     |
{0}.4 "Product" means (Edge divided by 7) times Score, rounded half up to Places decimal places.
{0}.5 The "Tier Gate" is met if Tier is Level and Signed is from Day through December 31, 2024.
{0}.6 "Grid" is set by Score down and Cost across, where exactly one row and one column apply:
    | Score          | less than Most | Most or more |
    | less than Edge | 1              | 2            |
    | Edge or more   | 4              | Edge         |
{0}.7 "Middle" means the Rank Place percentile, by nearest rank, of Cost across all ACOs.
{0}.8 "Weights" are:
    | Group | Factor |
    | "a"   | Edge   |
    | "b"   | 2      |
{0}.9 "Factors" means the total of Factor over the Weights.
{0}.10 "Line" is set by Score, where exactly one row applies:
    | Score             | Line                              |
    | from 0 up to but not including Edge | a straight line from Share to 40% |
    | Edge or more      | 40%                               |
{0}.11 "Bands" is the sum over the parts of Cost, where each row applies to the part within it, and a negative amount has no share:
    | Cost                           | Bands |
    | from $0 up to but not including Most | Share |
    | Most or more                   | 50%   |
{0}.12 The Payer must pay the Provider the "Fee": Fee Rate times Score, only if the Gate is met, due within Late after the settlement notice.
"""  # noqa: E501
VALUES = {
    "Least": "1", "Share": "10%", "Most": "$60", "Edge": "3", "Places": "2", "Level": '"high"',
    "Day": "July 1, 2024", "Rank Place": "50th", "Fee Rate": "$1.255", "Late": "90 days",
}  # fmt: skip
EXPECTED = {
    "Gate at A, 2024": "yes", "Gate at B, 2024": "no", "Part at A, 2024": "$10", "Points at A, 2024": "2%",
    "Points at B, 2024": "10%", "Product at A, 2024": "1.29", "Tier Gate at A, 2024": "yes",
    "Tier Gate at B, 2024": "no", "Grid at A, 2024": "3", "Grid at B, 2024": "1", "Middle at 2024": "$50",
    "Factors": "5",
    "Line at A, 2024": "40%", "Line at B, 2024": "30%", "Bands at A, 2024": "$26", "Fee at A, 2024": "$3.77",
    "Fee at B, 2024": "$0",
}  # fmt: skip
NAMES = (
    "Gate",
    "Part",
    "Points",
    "Product",
    "Tier Gate",
    "Grid",
    "Middle",
    "Factors",
    "Line",
    "Bands",
    "Fee",
)


def written_in(text: str) -> str:
    for name in sorted(VALUES, key=len, reverse=True):
        text = text.replace(name, VALUES[name])
    return text


def settled(engine: str, text: str, folder: Path) -> dict[str, object]:
    case = Case("", RECORDS + text, data=DATA, years=[1])
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    return {name: value for name, value in named(running.run(engine, question, case, folder)).items()}


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_clause_with_literals_in_place_of_its_parameters(engine: str, tmp_path: Path) -> None:
    clause = (
        '2.1 Apply clause "C" with '
        + ", ".join(f"{name} as {value}" for name, value in list(VALUES.items())[:-1])
        + f" and Late as {VALUES['Late']}, giving "
        + ", ".join(f'the "{name}"' for name in NAMES[:-1])
        + f' and the "{NAMES[-1]}".\nclause "C" with '
        + ", ".join(f'"{name}"' for name in list(VALUES)[:-1])
        + f' and "Late":\n{SENTENCES.format(1)}end of clause.\n'
    )
    found = settled(engine, clause, tmp_path)
    direct = settled(engine, written_in(SENTENCES.format(2)), tmp_path)
    shown = {name: value for name, value in direct.items() if name in found}
    assert {name: found[name] for name in shown} == shown
    for name, value in EXPECTED.items():
        assert found[name] == read_value(value), name
