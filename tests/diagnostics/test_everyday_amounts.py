"""Everyday wordings of amounts, signs, growth and bounds are answered with words that are accepted."""

from __future__ import annotations

import pytest

from tests.diagnostics.test_everyday_wordings import FRAME, TO_P
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics.render import to_text

ROSTER = """1.6 "Provider Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
    | End Date   | date | none       |
1.7 The list of ACOs is Provider Roster.
"""
# what people write · what the message says to write · a sentence with it
WORDINGS = [
    (
        '"X" is 2% if Savings is more than $0, otherwise 0%.',
        '"X" means 2% if',
        '"X" means 2% if Savings is more than $0, otherwise 0%.',
    ),
    ('"X" is 2% of Benchmark.', '"X" means 2% of', '"X" means 2% of Benchmark.'),
    ('"X" is Savings minus Cost.', '"X" means Savings minus', '"X" means Savings minus Cost.'),
    (
        '"X" is the lesser of Savings and Cost.',
        '"X" means the lesser',
        '"X" means the lesser of Savings and Cost.',
    ),
    (
        'The "X" is not met if Savings is less than $5.',
        '"X" is met if not (Savings is less than $5)',
        'The "X" is met if not (Savings is less than $5).',
    ),
    (
        'The "X" is not met unless Savings is at least $5.',
        '"X" is met if Savings is at least $5',
        'The "X" is met if Savings is at least $5.',
    ),
    (
        'The "X" is met if the number of whole months in force is at least 6.',
        "(the number of months in the Performance Year), prorated by whole months in force",
        '"X" means (the number of months in the Performance Year), prorated by whole months in force.\n'
        '2.2 The "Y" is met if X is at least 6 months.',
    ),
    (
        '"X" means the number of days in force.',
        "(the number of days in the Performance Year), prorated by days in force",
        '"X" means (the number of days in the Performance Year), prorated by days in force.',
    ),
    (
        f"{TO_P}: 50% of the portion of Savings above 2% of Benchmark.",
        "(the amount by which Savings exceeds (2% of Benchmark))",
        f"{TO_P}: 50% of (the amount by which Savings exceeds (2% of Benchmark)).",
    ),
    (
        f"{TO_P}: Savings, or zero if negative.",
        ", but not less than $0",
        f"{TO_P}: Savings, but not less than $0.",
    ),
    (f"{TO_P}: Savings, if positive.", ", but not less than $0", f"{TO_P}: Savings, but not less than $0."),
    (
        '"X" means the lesser of Savings and 10% of Benchmark.',
        "the lesser of (Savings) and (10% of Benchmark)",
        '"X" means the lesser of (Savings) and (10% of Benchmark).',
    ),
    (
        '"X" means the greater of 10% of Benchmark and Savings.',
        "the greater of (10% of Benchmark) and Savings",
        '"X" means the greater of (10% of Benchmark) and Savings.',
    ),
    (
        '"X" means the average of Savings for the current and prior performance year.',
        "the average of Savings over the 2 performance years ending with it",
        '"X" means the average of Savings over the 2 performance years ending with it.',
    ),
    (
        '"X" means the percentage by which Cost exceeds Benchmark.',
        "(the amount by which Cost exceeds Benchmark) divided by Benchmark, or 0% if the divisor is zero",
        '"X" means (the amount by which Cost exceeds Benchmark) divided by Benchmark, or 0% if the divisor '
        "is zero.",
    ),
    (
        '"X" means the percentage change in Cost from the prior performance year.',
        '"Prior Value" means Cost in the prior performance year, or not scored in the first performance year',
        '"Prior Value" means Cost in the prior performance year, or not scored in the first performance year.\n'
        '2.2 "X" means (Cost minus Prior Value) divided by Prior Value, or 0% if the divisor is zero.',
    ),
    (
        '"X" means Benchmark trended forward at 3% per year for two years.',
        "Benchmark, increased by (3% compounded for 2 years)",
        '"X" means Benchmark, increased by (3% compounded for 2 years).',
    ),
    (
        'The "X" is met if Savings is positive.',
        "Savings is more than $0",
        'The "X" is met if Savings is more than $0.',
    ),
    (
        'The "X" is met if Savings is negative.',
        "Savings is less than $0",
        'The "X" is met if Savings is less than $0.',
    ),
    (
        'The "X" is met if Savings is zero.',
        "Savings is exactly $0",
        'The "X" is met if Savings is exactly $0.',
    ),
    (
        f"{TO_P}: $1 per visit for each Claim.",
        "$1 per visit times (the number of Claims)",
        f"{TO_P}: $1 times (the number of Claims).",
    ),
    (
        '"X" means Savings carried forward from the prior performance year.',
        "(Savings in the prior performance year, or $0 in the first performance year)",
        '"X" means (Savings in the prior performance year, or $0 in the first performance year).',
    ),
    (
        f"{TO_P}: $5 for the first 100 members and $4 for each additional member.",
        "is the sum, over the rows, of Fee times the part of … that falls in the row",
        '"X" is the sum, over the rows, of Fee times the part of Panel that falls in the row:\n'
        "    | Part of Panel | Fee |\n    | up to and including 100 members | $5 per member |\n"
        "    | above 100 members | $4 per member |",
    ),
]
TABLE = """1.8 "Factors" are records, one for each ACO:
    | Column | Kind | If missing |
    | Factor | {} | required |
"""
BOUNDS = [
    ("number, more than 0", "number, at least …", "number, at least 0.01"),
    ("number, non-negative", "number, at least 0", "number, at least 0"),
    ("money, not negative", "money, at least $0", "money, at least $0"),
]


@pytest.mark.parametrize(("written", "write", "right"), WORDINGS, ids=[w[0] for w in WORDINGS])
def test_the_message_prints_words_that_are_accepted(written: str, write: str, right: str) -> None:
    done = compile_text(f"{FRAME}{ROSTER}2.1 {written}\n")
    assert [d.code for d in done.errors] == ["VBC1031"], to_text(done.diagnostics)
    assert write in (done.errors[0].help or ""), done.errors[0].help
    good = compile_text(f"{FRAME}{ROSTER}2.1 {right}\n")
    assert not good.errors, to_text(good.diagnostics)


@pytest.mark.parametrize(("written", "write", "right"), BOUNDS, ids=[w[0] for w in BOUNDS])
def test_a_bound_of_a_column_is_answered(written: str, write: str, right: str) -> None:
    done = compile_text(FRAME + TABLE.format(written))
    assert [d.code for d in done.errors] == ["VBC1031"], to_text(done.diagnostics)
    assert write in (done.errors[0].help or ""), done.errors[0].help
    assert not compile_text(FRAME + TABLE.format(right)).errors
