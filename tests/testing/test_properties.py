"""Properties of payments, tried where contracts break: on thresholds and beside them."""

from __future__ import annotations

import pytest

from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.diagnostics import VbcError
from vbcdsl.testing.properties import PropertyResult, check_property, read_property

HEAD = """contract "Ladder".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each Clinic in each Performance Year:
    | Column        | Kind                       | If missing |
    | Quality Score | rate written as a fraction | required   |
    | Benchmark     | money                      | required   |
    | Savings       | money                      | required   |
"""
GOOD = (
    HEAD
    + """2.1 "Sharing Rate" is set by Quality Score, where exactly one row applies:
    | Quality Score                        | Sharing Rate |
    | less than 60%                        | 0%           |
    | from 60% up to but not including 90% | 30%          |
    | 90% or more                          | 50%          |
2.2 The Payer must pay the Provider the "Share": Sharing Rate times Savings,
    but not more than 10% of Benchmark, but not less than $0.

example "one":
  given the performance year is 1, Quality Score is 80%, Savings is $1,000 and Benchmark is $10,000,
  expect the Share is $300.
"""
)
# the misprint that a person overlooks: the best clinics are paid less than the good ones
MISPRINT = GOOD.replace("| 50%          |", "| 5%           |")


def tried(text: str, sentence: str) -> PropertyResult:
    compiled: Compiled = compile_text(text)
    assert not compiled.errors
    return check_property(compiled, read_property(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "the Share never falls as Quality Score rises",
        "the Share never rises as the Quality Score falls",
        "Share never falls as Savings rises",
        "the Share never exceeds 10% of Benchmark",
        "the Share is never less than $0",
        "the Share is never more than Benchmark.",
    ],
)
def test_a_property_that_holds_is_tried_and_holds(sentence: str) -> None:
    result = tried(GOOD, sentence)
    assert result.tried > 5 and result.met


def test_a_payment_that_falls_as_quality_rises_is_found_at_the_threshold() -> None:
    result = tried(MISPRINT, "the Share never falls as Quality Score rises")
    assert not result.met
    assert "Quality Score 89.99%" in result.broken[0].first
    assert result.broken[0].second.startswith("Quality Score 90%")


def test_a_payment_above_a_bound_is_found_with_the_amount_and_the_bound() -> None:
    result = tried(GOOD, "the Share never exceeds $299")
    assert not result.met
    assert result.broken[0].first == "Share $300.00" and result.broken[0].second == "the bound $299.00"


def test_what_rises_is_found_by_a_property_that_it_never_rises() -> None:
    assert not tried(GOOD, "the Share never rises as Quality Score rises").met


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("the Share is fair", "VBC8050"),
        ("the Share never exceeds a tenth of the pie", "VBC8051"),
        ("the Fee never exceeds $1", "VBC8025"),
        ("the Share never falls as Kindness rises", "VBC8025"),
    ],
)
def test_a_property_that_cannot_be_read_says_so(sentence: str, code: str) -> None:
    with pytest.raises(VbcError) as caught:
        tried(GOOD, sentence)
    assert caught.value.diagnostics[0].code == code
