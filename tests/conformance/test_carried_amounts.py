"""Carried amounts that lapse (C14): each is used within so many performance years, the oldest first.

The expected numbers come from a ledger with an entry for each year in which an amount arose.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.conformance.answers import running
from tests.conformance.answers.running import Case, Question, named, read_value
from tests.engines_here import ONE_MACHINE
from vbcdsl.diagnostics import RunError
from vbcdsl.diagnostics.render import to_text

HEADER = running.HEADER.replace("January 1, 2024", "January 1, 2020").replace("2026", "2027")
RECORDS = """
1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | Result | money | required   |
"""
CARRIED = """2.1 "Deficit" means (Deficit in the prior performance year) minus Result, but not less than $0,
    starting from $0 before performance year 1.
"""
YEARS = range(2020, 2028)


def lapse(years: int) -> str:
    noun = "performance year" if years == 1 else "performance years"
    return (
        f"2.2 An amount of Deficit that is not used within {years} {noun} after the one in which it arose "
        "lapses; the oldest amount is used first.\n"
    )


def run(engine: str, text: str, results: dict[str, list[int]], folder: Path) -> dict[str, object]:
    rows = [f"{aco},{y},{r}" for aco, each in results.items() for y, r in zip(YEARS, each, strict=False)]
    data = {"results": "\n".join(["aco,performance_year,result", *rows])}
    case = Case("", RECORDS + text, HEADER, data=data)
    question = Question(0, "", [case])
    done = running.compiled(question, case)
    assert not done.errors, to_text(done.diagnostics)
    return dict(named(running.run(engine, question, case, folder)))


def ledger(results: list[int], years: int) -> list[int]:
    """The deficit at the end of each year."""
    entries: list[list[int]] = []  # year in which it arose, what is left
    found = []
    for year, result in enumerate(results):
        use = max(result, 0)
        for entry in entries:
            taken = min(entry[1], use)
            entry[1], use = entry[1] - taken, use - taken
        if result < 0:
            entries.append([year, -result])
        entries = [entry for entry in entries if entry[0] > year - years]
        found.append(sum(left for _, left in entries))
    return found


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_the_oldest_amount_is_used_first_and_the_rest_of_it_lapses(engine: str, tmp_path: Path) -> None:
    found = run(engine, CARRIED + lapse(2), {"A1": [-100, -50, 30, 10, 0]}, tmp_path)
    deficits = [found[f"Deficit at A1, {year}"] for year in range(2020, 2025)]
    # $100 of 2020: $30 used in 2022, $70 lapse; $50 of 2021: $10 used in 2023, $40 lapse
    assert deficits == [read_value(v) for v in ("$100", "$150", "$50", "$0", "$0")]
    assert found["Deficit, lapsed at A1, 2022"] == 70
    assert found["Deficit, lapsed at A1, 2023"] == 40
    assert found["Deficit, arisen 1 year before at A1, 2022"] == 50
    # the newest first would leave $20 at the end of 2022; without a lapse it would be $120
    assert deficits[2] not in (20, 120)


@pytest.mark.parametrize("engine", ONE_MACHINE)
@pytest.mark.parametrize("years", [1, 2, 3, 5, 20])
def test_it_is_what_a_ledger_of_the_years_gives(engine: str, years: int, tmp_path: Path) -> None:
    chance = random.Random(years)
    results = {f"A{i}": [chance.randint(-90, 60) for _ in YEARS] for i in range(12)}
    found = run(engine, CARRIED + lapse(years), results, tmp_path)
    for aco, each in results.items():
        assert [found[f"Deficit at {aco}, {y}"] for y in YEARS] == ledger(each, years), (aco, each)


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_what_other_sentences_take_from_the_prior_year_has_lapsed(engine: str, tmp_path: Path) -> None:
    gain = (
        '2.3 The Payer must pay the Provider the "Shared Gain": Result minus (Deficit in the prior performance '
        "year, or $0 in the first performance year), but not less than $0.\n"
    )
    results = {"A1": [-100, 0, 100]}
    assert run(engine, CARRIED + lapse(1) + gain, results, tmp_path)["Shared Gain at A1, 2022"] == 100
    assert run(engine, CARRIED + lapse(2) + gain, results, tmp_path)["Shared Gain at A1, 2022"] == 0
    assert run(engine, CARRIED + gain, results, tmp_path)["Shared Gain at A1, 2022"] == 0


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_balance_from_before_the_contract_arose_in_the_year_before(engine: str, tmp_path: Path) -> None:
    text = CARRIED.replace("starting from $0", "starting from $20")
    found = run(engine, text + lapse(1), {"A1": [5, 0]}, tmp_path)
    assert found["Deficit at A1, 2020"] == 0, "$5 used and $15 lapsed at the end of the first year"
    assert run(engine, text + lapse(2), {"A1": [5, 0]}, tmp_path)["Deficit at A1, 2020"] == 15


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_a_carried_amount_below_zero_stops(engine: str, tmp_path: Path) -> None:
    text = CARRIED.replace(" minus Result, but not less than $0", " minus Result")
    found = run(engine, text + lapse(2), {"A1": [5], "A2": [-5]}, tmp_path)
    stopped = found["Deficit at A1, 2020"]
    assert isinstance(stopped, RunError) and stopped.code == "VBC6025"
    assert found["Deficit at A2, 2020"] == 5


def test_an_example_states_the_years_in_which_it_arose() -> None:
    text = HEADER + RECORDS + CARRIED + lapse(2) + '''
example "the years are stated":
  with these Results:
    | ACO | Performance Year | Result |
    | "A" | 2020             | -$100  |
    | "A" | 2021             | $0     |
    | "A" | 2022             | $30    |
  given the performance year is 2, expect Deficit is $100.
  given the performance year is 3, expect Deficit is $0.

example "the years are not stated":
  given the performance year is 2, Deficit in the prior performance year is $100 and Result is $0,
  expect Deficit is $100.
'''  # fmt: skip
    from vbcdsl.compiler import compile_text
    from vbcdsl.testing.examples import run_examples

    done = compile_text(text)
    assert not done.errors, to_text(done.diagnostics)
    report = run_examples(done, ("reference", "arrow"))
    assert [case.met for case in report.cases] == [True] * 4 + [False] * 2, "two engines each"


@pytest.mark.parametrize(
    ("sentences", "code"),
    [
        ('2.1 "Deficit" means $3 minus Result.\n' + lapse(1), "VBC3042"),
        ('2.1 The Payer must pay the Provider the "Deficit": $3.\n' + lapse(1), "VBC3042"),
        (CARRIED + lapse(1) + lapse(2).replace("2.2", "2.3"), "VBC2014"),
        (CARRIED + lapse(1).replace("Deficit", "Deficits"), "VBC2010"),
        (CARRIED + lapse(2).replace("within 2", "within 2.5"), "VBC1020"),
    ],
)
def test_a_lapse_that_means_nothing_is_refused(sentences: str, code: str) -> None:
    from vbcdsl.compiler import compile_text

    assert [d.code for d in compile_text(HEADER + RECORDS + sentences).errors] == [code]
