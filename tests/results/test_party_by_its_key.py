"""“The Payer must pay the Practice” pays the Provider, where the Provider is each Practice."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from vbcdsl.compiler import compile_text
from vbcdsl.results.settle import settle

TEXT = """contract "Practices".
language version 1.
the Payer is "Plan".
the Provider is each Practice.
effective January 1, 2025 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the numbers are illustrative.

1.1 "Costs" are records, one for each Practice in each Performance Year:
    | Column | Kind  | If missing |
    | Paid   | money | required   |

3.1 {sentence}
"""


@pytest.mark.parametrize(
    ("sentence", "net"),
    [
        ('The Payer must pay the Provider the "Bonus": 10% of Paid.', 10),
        ('The Payer must pay the Practice the "Bonus": 10% of Paid.', 10),
        ('The Practice must pay the Payer the "Penalty": 10% of Paid.', -10),
        (
            'The Payer must pay the Practice the "Bonus": Paid minus $110; if it is negative, the Practice must '
            "pay that amount to the Payer.",
            -10,
        ),
    ],
)
def test_the_net_payment_counts_it(sentence: str, net: int) -> None:
    compiled = compile_text(TEXT.format(sentence=sentence))
    assert not compiled.errors, compiled.errors
    table = pa.table({"practice": ["Bay"], "performance_year": ["2025"], "paid": [Decimal("100.00")]})
    (row,) = settle(compiled, {"costs": table}).rows
    assert row.net == net, row
    assert {row.payments[0].payer, row.payments[0].payee} == {"Payer", "Provider"}
