"""Everyday wordings of amounts and numbers are answered with words that are accepted."""

# ruff: noqa: E501
from __future__ import annotations

import pytest

from tests.diagnostics.test_everyday_wordings import FRAME
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics.render import to_text

PAY = 'The Payer must pay the Provider the "P"'
# what people write · what the message says to write · a sentence with it
WORDINGS = [
    (f"{PAY}: fifty percent (50%) of Cost.", "50%", f"{PAY}: 50% of Cost, but not less than $0."),
    (f"{PAY}: 5% of Panel Cost, within thirty (30) days after notice.", "30 days", None),
    (
        '"X" means the quotient of Cost and Benchmark.',
        "Cost divided by Benchmark, or … if the divisor is zero",
        '"X" means Cost divided by Benchmark, or 0% if the divisor is zero.',
    ),
    (
        '"X" means the excess of Cost over 125% of Benchmark, but not more than $5.',
        "the amount by which Cost exceeds 125% of Benchmark",
        '"X" means the amount by which Cost exceeds 125% of Benchmark, but not more than $5.',
    ),
    (
        '"X" means the absolute value of Savings.',
        "the greater of Savings and ($0 minus Savings)",
        '"X" means the greater of Savings and ($0 minus Savings).',
    ),
    (
        '"X" means the average of Benchmark, Cost and Savings.',
        "(Benchmark plus Cost plus Savings) divided by 3",
        '"X" means (Benchmark plus Cost plus Savings) divided by 3.',
    ),
    (
        '"X" means the lesser of: (a) 2.5% of Benchmark; (b) 50% of Savings; and (c) $500.',
        "the lesser of (2.5% of Benchmark), (50% of Savings) and ($500)",
        '"X" means the lesser of (2.5% of Benchmark), (50% of Savings) and ($500).',
    ),
    (
        '"X" means the higher of (a) Benchmark, or (b) Cost.',
        "the greater of (Benchmark) and (Cost)",
        '"X" means the greater of (Benchmark) and (Cost).',
    ),
    (
        '"X" means the average of Rate weighted by Weight over the Contract Measures that are scored.',
        "the average of Rate over the Contract Measures that are scored, weighted by Weight",
        '"X" means the average of Rate over the Contract Measures that are scored, weighted by Weight.',
    ),
    (
        '"X" means the product of Cost and the greater of Score and 50%.',
        "Cost times (the greater of Score and 50%)",
        '"X" means Cost times (the greater of Share Rate and 50%).',
    ),
    (
        '"X" means Benchmark, increased by one half of Share Rate.',
        ", increased by (one half of Share Rate)",
        '"X" means Benchmark, increased by (one half of Share Rate).',
    ),
    (
        '"X" means the percentage by which Cost is below Benchmark.',
        "(the amount by which Cost is less than Benchmark) divided by Benchmark",
        '"X" means (the amount by which Cost is less than Benchmark) divided by Benchmark, or 0% if the divisor is '
        "zero.",
    ),
    (
        '"X" means the number of full years from Signed to the end of the performance year.',
        "divided by 12, rounded down to the whole number",
        '"X" means (the number of whole months from Signed to the end of the performance year) divided by 12, rounded down '
        "to the whole number.",
    ),
    (
        f"{PAY}: $2,000 for each percentage point by which Share Rate exceeds 80%.",
        "$200,000 times (the amount by which Share Rate exceeds 80%)",
        f"{PAY}: $200,000 times (the amount by which Share Rate exceeds 80%).",
    ),
    (
        f"{PAY}: $12.50 for each full percentage point by which Share Rate exceeds 80%.",
        "$1,250 times (the amount by which Share Rate exceeds 80%, rounded down to the percentage point)",
        f"{PAY}: $1,250 times (the amount by which Share Rate exceeds 80%, rounded down to the percentage point).",
    ),
    (
        f"{PAY}: $150 for each member in excess of 100.",
        "$150 per member times (the amount by which … exceeds 100)",
        f"{PAY}: $150 per member times (the amount by which Panel exceeds 100).",
    ),
    (
        '"X" means Benchmark trended at 3.5% per year for two years.',
        ", increased by (3.5% compounded for 2 years)",
        '"X" means Benchmark, increased by (3.5% compounded for 2 years).',
    ),
    (
        '"X" means Benchmark, increased by 3.5% for each performance year after the first.',
        '"…" means (… in the prior performance year), increased by 3.5%, or … in the first performance year',
        '"X" means (X in the prior performance year), increased by 3.5%, or Benchmark in the first performance year.',
    ),
    ('"X" means Benchmark, net of Cost.', "(…) minus Cost", '"X" means (Benchmark) minus Cost.'),
    (
        '"X" means 2% of Benchmark, less Cost, but not less than $0.',
        "(…) minus Cost",
        '"X" means (2% of Benchmark) minus Cost, but not less than $0.',
    ),
    (
        '"X" means Cost, less a discount of 3%.',
        ", reduced by 3%",
        '"X" means Cost, reduced by 3%.',
    ),
    (
        '"X" means Savings, but in any event not more than 10% of Benchmark.',
        ", but not more than",
        '"X" means Savings, but not more than 10% of Benchmark.',
    ),
    (
        '"X" means 50% if the G is met and 25% if the G is not met.\n2.2 The "G" is met if Reported.',
        "50% if the G is met, otherwise 25%",
        '"X" means 50% if the G is met, otherwise 25%.\n2.2 The "G" is met if Reported.',
    ),
    (
        '"X" means 50% if the G is met, or 25% if it is not.\n2.2 The "G" is met if Reported.',
        "50% if the G is met, otherwise 25%",
        None,
    ),
    (
        '"X" means yes if Share Rate is at least 80%, otherwise no.',
        'The "X" is met if Share Rate is at least 80%.',
        'The "X" is met if Share Rate is at least 80%.',
    ),
    (
        f"{PAY}: the sum, over the rows, of Share times the part of Losses that falls in the row:\n"
        "    | Part of Losses | Share |\n    | above $0 | 50% |",
        '"…" is the sum, over the rows, of … times the part of … that falls in the row:',
        None,
    ),
    (
        '"X" is the sum, for each Measure in each Performance Year, over the rows, of Share times the part of Paid:',
        '"X" is, for each Measure in each Performance Year, the sum, over the rows',
        None,
    ),
    (
        f"{PAY}: 2.5% of Benchmark, but in performance year 1, 1.5% of Benchmark.",
        '"…" is 1.5% of Benchmark in performance year 1 and … from performance year …',
        None,
    ),
    (
        'The Payer must withhold from the Provider the "W": 2% of Benchmark.\n2.2 The Payer must return to the '
        'Provider, out of the W, the "R": 50% of W, and what is not returned goes into the Bonus Pool.',
        ", and what is not returned stays with the …",
        None,
    ),
    (
        f"{PAY}: 5% of Benchmark, due no later than 120 days following the end of the performance year.",
        ", due within 120 days after the end of the performance year",
        f"{PAY}: 5% of Benchmark, due within 120 days after the end of the performance year.",
    ),
    (
        f"{PAY}: 5% of Benchmark, due on the first day of the performance year.",
        ", due within 0 days after the start of the Performance Year",
        f"{PAY}: 5% of Benchmark, due within 0 days after the start of the Performance Year.",
    ),
    (
        'If Reported, then the Payer must pay the Provider the "P": 5% of Benchmark.',
        "If Reported, the …",
        'If Reported, the Payer must pay the Provider the "P": 5% of Benchmark.',
    ),
    (
        '"X" means Points, rounded half up to the nearest half point.',
        '"Parts" means 2 times (…), rounded half up to the whole number.',
        '"X" means Parts divided by 2.\n2.2 "Parts" means 2 times (Points), rounded half up to the whole number.',
    ),
    (
        '"X" is 1 through June 30, 2025 and 1.025 from July 1, 2025.',
        "is 1 from … through June 30, 2025",
        '"X" is 1 from January 1, 2024 through June 30, 2025 and 1.025 from July 1, 2025.',
    ),
    (
        '"Prices" are records, one for each ACO in each Performance Year:\n    | Column | Kind | If missing |\n'
        "    | Index | number, more than 0 | required |",
        "number, at least …",
        None,
    ),
    (
        '"Prices" are records, one for each ACO in each Performance Year:\n    | Column | Kind | If missing |\n'
        "    | Visits | number of visits | required |",
        "count of visits",
        None,
    ),
    (
        '"X" means (Cost in the prior performance year) moved toward Benchmark by $5, but not past it.',
        '"…" means Cost in the prior performance year.” and, here, “… moved toward',
        None,
    ),
]


@pytest.mark.parametrize(("written", "write", "right"), WORDINGS, ids=[w[0][:90] for w in WORDINGS])
def test_the_message_prints_words_that_are_accepted(written: str, write: str, right: str | None) -> None:
    done = compile_text(f"{FRAME}2.1 {written}\n")
    found = [d for d in done.errors if d.code == "VBC1031"]
    assert found, to_text(done.diagnostics)
    assert write in f"write “{found[0].help}”", found[0].help
    if right is not None:
        good = compile_text(f"{FRAME}2.1 {right}\n")
        assert not good.errors, to_text(good.diagnostics)


OTHER = [
    (f"{PAY}: Share Rate of Total Cost.\n2.2 \"Total Cost\" means Cost plus Benchmark.", "write “Share Rate times Total Cost”"),
    ('The "G" is met if Share Rate is at least the average of Share Rate across all ACOs.',
     "write “at least (the average of …)”"),
    ('"X" means Savings, plus Cost.', "put the value before the comma into parentheses: “(…) plus X”"),
    ('"X" means 2% of Benchmark minus Cost.', "write “(…% of B) minus C” or “…% of (B minus C)”, whichever the parties mean"),
    ('"X" means one-half of Savings.', "write “one half of”"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "help_"), OTHER, ids=[w[0][:90] for w in OTHER])
def test_the_message_says_what_to_write(written: str, help_: str) -> None:
    done = compile_text(f"{FRAME}2.1 {written}\n")
    assert done.errors[0].help == help_
