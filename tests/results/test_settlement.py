"""A settlement's signs, sums and texts."""

from __future__ import annotations

from fractions import Fraction

import pyarrow as pa
import pytest

import vbcdsl
from vbcdsl.model.kinds import MONEY, RATE, Kind
from vbcdsl.results.tables import numbers
from vbcdsl.results.text import cell, money_words, words

HEADER = """contract "Signs".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Facts" are records, one for each Clinic in each Performance Year:
    | Column | Kind  | If missing |
    | Amount | money | required   |

"""


def run(sentences: str, amounts: dict[str, str]) -> vbcdsl.Settlement:
    table = pa.table({
        "clinic": list(amounts), "performance_year": ["2024"] * len(amounts), "amount": list(amounts.values()),
    })  # fmt: skip
    return vbcdsl.run(HEADER + sentences, {"facts": table})


def payments(settlement: vbcdsl.Settlement) -> list[tuple[str, str, str]]:
    rows = settlement.payments.to_pylist()
    return [(row["payer"], row["payee"], str(row["amount"])) for row in rows]


def test_a_payment_to_the_provider_is_positive_and_one_from_it_negative() -> None:
    found = run(
        '2.1 The Payer must pay the Provider the "Fee": Amount times 2.\n'
        '2.2 The Provider must pay the Payer the "Loss": Amount times 3.\n',
        {"A": "100.00"},
    )
    assert payments(found) == [("Payer", "Provider", "200.00"), ("Provider", "Payer", "300.00")]
    assert str(found.settlement["net_payment"][0].as_py()) == "-100.00"


def test_a_negative_amount_of_a_payment_in_both_directions_turns_it_around() -> None:
    found = run(
        '2.1 The Payer must pay the Provider the "Difference": Amount; '
        "if it is negative, the Provider must pay that amount to the Payer.\n",
        {"A": "-12.50", "B": "12.50"},
    )
    assert payments(found) == [("Provider", "Payer", "12.50"), ("Payer", "Provider", "12.50")]
    assert [str(v) for v in found.settlement["net_payment"].to_pylist()] == ["-12.50", "12.50"]


def test_money_withheld_counts_against_the_provider_until_it_is_returned() -> None:
    found = run(
        '2.1 The Payer must withhold from the Provider the "Withhold": 10% of Amount.\n'
        '2.2 The Payer must return to the Provider, out of the Withhold, the "Return": 50% of the Withhold.\n',
        {"A": "1000.00"},
    )
    assert str(found.settlement["net_payment"][0].as_py()) == "-50.00"


def test_a_payment_for_each_month_is_added_up() -> None:
    found = run(
        '2.1 The Payer must pay the Provider the "Fee", for each Month: Amount divided by 3.\n', {"A": "1.00"}
    )
    assert payments(found) == [("Payer", "Provider", "3.96")], "twelve payments of 33 cents"
    assert found.terms["clinic_month"].num_rows == 12


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Fraction("1234.5"), MONEY, "$1,234.50"),
        (Fraction(-5), MONEY, "-$5.00"),
        (Fraction(1, 40), RATE, "2.5%"),
        (Fraction(1, 3), RATE, "about 33.333333%"),
        (Fraction(18), Kind("money", "member months"), "$18.00 per member per month"),
        (Fraction(1200), Kind("count", "member months"), "1,200 member months"),
        (True, Kind("yes or no"), "yes"),
    ],
)
def test_values_read_as_in_a_contract(value: Fraction | bool, kind: Kind, text: str) -> None:
    assert words(value, kind) == text


def test_cells_have_exact_digits() -> None:
    assert cell(Fraction("1234.5"), MONEY) == "1234.50"
    assert cell(Fraction(1, 40), RATE) == "0.025"
    assert cell(Fraction(1, 3), RATE) == "0.333333333333"
    assert cell(-Fraction(1, 2), MONEY) == "-0.50"


def test_a_text_that_a_spreadsheet_would_run_is_quoted() -> None:
    assert cell("=1+1", Kind("text")) == "'=1+1"


def test_an_amount_with_more_digits_than_cents_keeps_them() -> None:
    assert money_words(Fraction("0.125")) == "$0.125"


def test_columns_are_exact_decimals_and_say_when_they_are_rounded() -> None:
    exact, rounded = numbers([Fraction("1.25"), None], 2)
    assert str(exact.type) == "decimal128(38, 2)"
    assert not rounded
    thirds, rounded = numbers([Fraction(2, 3)], 2)
    assert str(thirds[0].as_py()) == "0.666666666667"
    assert rounded
    large, _ = numbers([Fraction(10**50)], 2)
    assert large[0].as_py() == 10**50


def test_notebooks_show_names_as_text_not_as_html() -> None:
    found = run('2.1 The Payer must pay the Provider the "Fee": Amount.\n', {"<script>x</script>": "1.00"})
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


def test_a_terminal_is_not_steered_by_the_names_in_data() -> None:
    found = run('2.1 The Payer must pay the Provider the "Fee": Amount.\n', {"\x1b[31mA": "1.00"})
    assert "\x1b" not in str(found)
    assert "\x1b" not in str(found.explain("\x1b[31mA"))
