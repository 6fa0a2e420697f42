"""Examples in the text: what agrees, what differs, what no example reaches."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

from click.testing import CliRunner

from vbcdsl.cli import cli
from vbcdsl.compiler import compile_text
from vbcdsl.testing.examples import run_examples
from vbcdsl.testing.render import to_text

CONTRACT = """contract "Small".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Facts" are records, one for each Clinic in each Performance Year:
    | Column | Kind  | If missing |
    | Amount | money | required   |
2.1 "Third" means Amount divided by 3.
2.2 "Share" is 10% in performance year 1 and 20% from performance year 2.
2.3 The Payer must pay the Provider the "Fee": Share times Third.

example "a third":
"""


def test_money_agrees_to_the_cent_and_the_year_chooses_the_value() -> None:
    found = run_examples(
        compile_text(
            CONTRACT
            + "  given the performance year is 1 and Amount is $100,\n"
            + "  expect Third is $33.33 and the Fee is $3.33.\n"
            + "  given the performance year is 2 and Amount is $100, expect the Fee is $6.67.\n"
        ),
        ("arrow", "reference"),
    )
    assert found.met
    assert len(found.cases) == 4
    assert found.unreached == ()


def test_a_difference_shows_given_expected_and_got() -> None:
    found = run_examples(
        compile_text(
            CONTRACT + "  given the performance year is 1 and Third is $10, expect the Fee is $2.\n"
        ),
        ("reference",),
    )
    assert not found.met
    text = to_text(found)
    assert "FAIL “a third” [reference]" in text
    assert "given Third is $10.00" in text
    assert "expected Fee: $2.00" in text
    assert "got      $1.00 (section 2.3)" in text
    assert found.unreached == ("2.1",), "what stands behind a given term is not reached"


def test_a_value_without_data_is_said_to_be_missing() -> None:
    found = run_examples(
        compile_text(CONTRACT + "  given the performance year is 1, expect the Fee is $2.\n"), ("reference",)
    )
    assert not found.met
    assert "no value" in to_text(found)


def test_reports_for_machines(tmp_path: Path) -> None:
    path = tmp_path / "contract.vbc"
    path.write_text(
        CONTRACT + "  given the performance year is 1 and Third is $10, expect the Fee is $2.\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli, ["test", str(path), "--format", "json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)[0]["cases"][0]["expect"][0]["got"] == "$1.00"
    junit = CliRunner().invoke(cli, ["test", str(path), "--format", "junit"])
    assert Xml.fromstring(junit.stdout.encode()).find(".//failure") is not None


QUARTERS = """1.2 "Visits" are records, one for each Clinic in each Quarter:
    | Column | Kind  | If missing |
    | Paid   | money | required   |
2.4 "Visit Cost" means, for each Clinic in each Quarter, Paid.

example "quarters":
  with these Facts:
    | Clinic | Performance Year | Amount |
    | "A"    | 2024             | $100   |
  with these Visits:
    | Clinic | Quarter   | Paid |
    | "A"    | "2024-Q1" | $10  |
    | "A"    | "2024-Q2" | $10  |
    | "A"    | "2024-Q3" | {third} |
    | "A"    | "2024-Q4" | $10  |
  given the performance year is 1, expect {expected}.
"""


def quarters(third: str, expected: str) -> str:
    text = CONTRACT.replace('example "a third":\n', "") + QUARTERS.format(third=third, expected=expected)
    done = compile_text(text)
    assert not done.errors, done.errors
    return to_text(run_examples(done, ("reference", "arrow")))


def test_an_expectation_of_several_values_that_differ_asks_which_one() -> None:
    for expected in ("Visit Cost is $10", "Visit Cost is $30", 'Visit Cost for "A" is $10'):
        said = quarters("$30", expected)
        assert "0 of 2 examples agree" in said
        assert (
            "Visit Cost has 4 values here (2024-Q1, 2024-Q2, 2024-Q3, 2024-Q4), and not all are that" in said
        )
        assert 'say which one is expected: Visit Cost for "2024-Q1"' in said


def test_an_expectation_of_several_values_holds_if_it_is_true_of_each() -> None:
    assert "2 of 2 examples agree" in quarters("$10", "Visit Cost is $10")


def test_an_expectation_that_names_the_quarter_is_of_that_one() -> None:
    assert "2 of 2 examples agree" in quarters("$30", 'Visit Cost for "A" and "2024-Q3" is $30')
    said = quarters("$30", 'Visit Cost for "A" and "2024-Q3" is $10')
    assert "0 of 2 examples agree" in said and "4 values" not in said
