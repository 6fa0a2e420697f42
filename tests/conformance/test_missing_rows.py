"""A party, or a Measure, on the roster that has no row in another record or table: nothing passes it over (Q8).

Where a sentence names the keys (`across all ACOs`, `all of the Measures`), their list is visited: a key without a
row takes the column's value for what is missing, or stops what stands on it with section, term, keys and what to
write. A warranty that cannot be checked is an error, and is not taken as one that holds.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named, read_value
from tests.engines_here import ONE_MACHINE
from vbcdsl.diagnostics import RunError
from vbcdsl.diagnostics.render import to_text
from vbcdsl.engines.interface import Results

RECORDS = """
1.1 "Provider Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
1.2 The list of ACOs is Provider Roster.
1.3 "Costs" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Cost    | money | required   |
    | Fee     | money | $0         |
1.4 "ACO Terms" are:
    | ACO | Share |
    | "A" | 10%   |
1.5 "Contract Measures" are:
    | Measure | Weight |
    | "M1"    | 1      |
    | "M2"    | 1      |
1.6 "Quality Results" are records, one for each ACO and Measure in each Performance Year:
    | Column | Kind                       | If missing |
    | Rate   | rate written as a fraction | required   |
    | Points | number                     | 0          |
"""
DATA = {
    "provider_roster": "aco,start_date\nA,2024-01-01\nB,2024-01-01\n",
    "costs": "aco,performance_year,cost,fee\nA,2024,100,40\n",  # none of B
    "quality_results": "aco,measure,performance_year,rate,points\n"  # no M2 of A
    "A,M1,2024,0.9,4\nB,M1,2024,0.9,4\nB,M2,2024,0.8,2\n",
}
OF_THE_TABLE = (  # code, section, term, keys, what to write
    "VBC6007", "1.4", "Share", (("ACO", "B"), ("Performance Year", "2024")),
    "add a row for it to the table in section 1.4",
)  # fmt: skip
OF_THE_DATA = (
    "VBC6007", "1.3", "Cost", (("ACO", "B"), ("Performance Year", "2024")),
    "supply the row, or write “$0” or “not scored” for “required” in section 1.3",
)  # fmt: skip
OF_A_MEASURE = (
    "VBC6007", "1.6", "Rate", (("ACO", "A"), ("Measure", "M2"), ("Performance Year", "2024")),
    "supply the row, or write “0%” or “not scored” for “required” in section 1.6",
)  # fmt: skip
STOPS = [
    ('The "X" is required if Share is more than 5%.', "X at B", OF_THE_TABLE),
    ('The "X" is required if Cost is more than $5.', "X at B, 2024", OF_THE_DATA),
    ('The Provider must file the "X" if Share is less than 50%.', "X at B", OF_THE_TABLE),
    ('The "X" is met if all of the ACOs have Share at least 5%.', "X at 2024", OF_THE_TABLE),
    ('The "X" is met if at least 1 of the ACOs have Cost more than $500.', "X at 2024", OF_THE_DATA),
    ('"X" means the total of Share across all ACOs.', "X at 2024", OF_THE_TABLE),
    ('"X" means the average of Cost across all ACOs.', "X at 2024", OF_THE_DATA),
    ('"X" means the number of ACOs where Cost is more than $500.', "X at 2024", OF_THE_DATA),
    ('"X" means the rank of Cost across all ACOs, highest first.', "X at A, 2024", OF_THE_DATA),
    ('"X" means the 50th percentile, by nearest rank, of Cost across all ACOs.', "X at 2024", OF_THE_DATA),
    ('The "X" is met if all of the Measures have Rate at least 50%.', "X at A, 2024", OF_A_MEASURE),
    ('The "X" is required if none of the Measures have Rate less than 50%.', "X at A, 2024", OF_A_MEASURE),
    ('"X" means the average of Rate over all Measures.', "X at A, 2024", OF_A_MEASURE),
    ('The Provider must file the "X" for each Measure in which Rate is less than 50%.', "X at A, 2024, M2",
     OF_A_MEASURE),
    ('The Payer must pay the Provider the "X": Share times $100, but not less than $0.', "X at B, 2024",
     OF_THE_TABLE),
]  # fmt: skip


def run(engine: str, sentence: str, folder: Path) -> Results:
    case = Case("", f"{RECORDS}2.1 {sentence}\n", data=DATA, years=[1])
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    return running.run(engine, question, case, folder)


def told(error: object) -> tuple[object, ...]:
    assert isinstance(error, RunError), error
    return error.code, error.section, error.term, error.key, error.help


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(("sentence", "at", "expected"), STOPS, ids=[s[0] for s in STOPS])
def test_a_required_value_without_a_row_stops_what_stands_on_it(
    sentence: str, at: str, expected: tuple[object, ...], engine: str, tmp_path: Path
) -> None:
    found = named(run(engine, sentence, tmp_path))
    assert told(found[at]) == expected


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(
    ("sentence", "key", "expected"),
    [
        ("It is agreed that Share is at most 50%.", ("B",), OF_THE_TABLE),
        ("It is agreed that Cost is at most $500.", ("B", "2024"), OF_THE_DATA),
        ("The parties confirm, for every settlement, that (the total of Cost across all ACOs) is at most $500.",
         ("2024",), OF_THE_DATA),
    ],
)  # fmt: skip
def test_a_warranty_that_cannot_be_checked_is_an_error(
    sentence: str, key: tuple[str, ...], expected: tuple[object, ...], engine: str, tmp_path: Path
) -> None:
    results = run(engine, sentence, tmp_path)
    [(section, where)] = results.unchecked_agreements
    assert (section, running.shown_key(where)) == ("2.1", ", ".join(key))
    assert not results.broken_agreements
    assert expected in [told(error) for error in results.errors]


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize(
    ("sentence", "at", "value", "refused"),
    [
        ('"X" means the total of Fee across all ACOs.', "X at 2024", "$40", ""),
        ('"X" means the average of Fee across all ACOs.', "X at 2024", "$20", "$40"),
        ('"X" means the average of Fee across all other ACOs.', "X at B, 2024", "$40", ""),
        ('"X" means the number of ACOs where Fee is exactly $0.', "X at 2024", "1", "0"),
        ('"X" means the rank of Fee across all ACOs, lowest first.', "X at A, 2024", "2", "1"),
        ('The "X" is met if all of the Measures have Points at least 1.', "X at A, 2024", "no", "yes"),
        ('"X" means the average of Points over all Measures.', "X at A, 2024", "2", "4"),
        ('"X" means the smallest of Points over all Measures.', "X at A, 2024", "0", "4"),
        ('"X" means the average of Points.', "X at A, 2024", "4", "2"),  # no key is named: the rows count (Q6)
        ('"X" means the average of Points over the Quality Results.', "X at A, 2024", "4", "2"),
    ],
)  # fmt: skip
def test_a_key_without_a_row_takes_the_value_for_what_is_missing_and_counts(
    sentence: str, at: str, value: str, refused: str, engine: str, tmp_path: Path
) -> None:
    found = named(run(engine, sentence, tmp_path))
    assert found[at] == read_value(value)
    if refused:
        assert found[at] != read_value(refused)


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_entries_that_a_party_does_not_make_say_how_to_do_without(engine: str, tmp_path: Path) -> None:
    entered = {
        '"X" is determined by the Payer and entered with a note, as money.':
            ("VBC6007", "2.1", "X", "enter it there, or end the sentence with “, or … if none is entered”"),
        'The Provider elects the "X", "Global" or "Half", in its first performance year and for the whole term.':
            ("VBC6021", "2.1", "X, as elected",
             'enter it in Entered Values, or end the sentence with “; without an election it is "…"”'),
    }  # fmt: skip
    for sentence, expected in entered.items():
        value = "3" if "money" in sentence else "Half"
        case = Case("", f"{RECORDS}2.1 {sentence}\n", years=[1],
                    data={**DATA, "entered_values": f"aco,performance_year,x\nA,2024,{value}\n"})  # fmt: skip
        error = named(running.run(engine, Question(0, "", [case]), case, tmp_path))["X at B, 2024"]
        code, section, term, key, help_ = told(error)
        assert (code, section, term, help_) == expected
        assert key == (("ACO", "B"), ("Performance Year", "2024"))


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_row_off_the_roster_names_what_it_stops(engine: str, tmp_path: Path) -> None:
    data = {**DATA, "costs": DATA["costs"] + "B,2024,5,5\nC,2024,1,1\n"}
    case = Case("", f'{RECORDS}2.1 "X" means the total of Cost across all ACOs.\n', data=data, years=[1])
    error = named(running.run(engine, Question(0, "", [case]), case, tmp_path))["X at 2024"]
    assert told(error)[:2] == ("VBC6102", "1.3")
    assert (
        isinstance(error, RunError)
        and error.message == "1 row of Costs names an ACO that Provider Roster do not list"
    )
    assert error.term == "Cost" and error.key[0] == ("ACO", "A")
