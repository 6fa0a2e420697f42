"""Numbers come from cells to values without losing a digit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcdsl.data.convert.exact import Exact, from_decimals, from_integers, times, total
from vbcdsl.data.convert.floats import from_floats
from vbcdsl.data.convert.number_text import NumberStyle, parse_numbers
from vbcdsl.model import kinds
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules.program import Column

MONEY = Column("Paid", kinds.MONEY, Fraction(0))
RATE = Column("Rate", kinds.RATE, None)
FRACTION = Column("Rate", kinds.RATE, None, written="fraction")
COUNT = Column("Cases", kinds.COUNT, None)
NUMBER = Column("Score", kinds.NUMBER, None)
STYLE = NumberStyle(dollar=True, percent=True)


def fractions(exact: Exact) -> list[Fraction | None]:
    empty = exact.empty if exact.empty is not None else [False] * len(exact.values)
    power = 10**exact.scale
    return [None if e else Fraction(int(v), power) for v, e in zip(exact.values, empty, strict=True)]


decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda d: abs(d.adjusted()) < 18 and len(d.as_tuple().digits) <= 20 and -18 <= d.as_tuple().exponent <= 18
)


@given(st.lists(st.one_of(st.none(), decimals), min_size=1))
def test_any_decimal_is_read_exactly_from_its_digits(cells: list[Decimal | None]) -> None:
    text = pa.array([None if cell is None else format(cell, "f") for cell in cells], pa.string())
    parsed = parse_numbers(text, STYLE)
    assert fractions(parsed.exact) == [None if cell is None else Fraction(cell) for cell in cells]
    assert parsed.bad is None and parsed.giant is None


@given(st.lists(decimals, min_size=1))
def test_any_decimal_is_read_exactly_as_people_write_it(cells: list[Decimal]) -> None:
    written = [f"$({abs(cell):,f})" if cell < 0 else f" {cell:,f} " for cell in cells]
    parsed = parse_numbers(pa.array(written), STYLE)
    assert fractions(parsed.exact) == [Fraction(cell) for cell in cells]


@given(st.lists(decimals, min_size=1))
def test_a_scientific_notation_is_exact(cells: list[Decimal]) -> None:
    parsed = parse_numbers(pa.array([f"{cell:e}" for cell in cells]), STYLE)
    assert fractions(parsed.exact) == [Fraction(cell) for cell in cells]


@given(st.lists(st.text(alphabet="0123456789.,-+$()% eE", max_size=12), min_size=1))
@settings(max_examples=400)
def test_a_cell_is_read_as_python_reads_it_or_reported(cells: list[str]) -> None:
    parsed = parse_numbers(pa.array(cells, pa.string()), NumberStyle(thousands=False))
    bad = parsed.bad if parsed.bad is not None else [False] * len(cells)
    giant = parsed.giant if parsed.giant is not None else [False] * len(cells)
    for cell, value, wrong, big in zip(cells, fractions(parsed.exact), bad, giant, strict=True):
        if not wrong and not big:
            bare = cell.strip()
            negative = bare.startswith("(")
            expected = Fraction(Decimal(bare.strip("()")))
            assert value == (-expected if negative else expected)


@given(st.lists(st.one_of(st.none(), decimals), min_size=1), st.integers(0, 5))
def test_arrow_decimals_are_their_integers(cells: list[Decimal | None], offset: int) -> None:
    array = pa.array([None] * offset + cells, pa.decimal256(60, 20)).slice(offset)
    assert fractions(from_decimals(array)) == [None if c is None else Fraction(c) for c in cells]
    narrow = array.cast(pa.decimal128(38, 20)) if all(abs(c or 0) < 10**17 for c in cells) else array
    assert fractions(from_decimals(narrow)) == [None if c is None else Fraction(c) for c in cells]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int32(), pa.int64(), pa.uint64()])
def test_integers_of_every_width_are_read(kind: Any) -> None:
    assert fractions(from_integers(pa.array([1, None, 100], kind))) == [1, None, 100]


def test_integers_beyond_64_bits_stay_exact() -> None:
    assert fractions(from_integers(pa.array([2**64 - 1], pa.uint64()))) == [2**64 - 1]


def test_an_operation_that_would_wrap_goes_on_in_python_integers() -> None:
    near = np.array([2**62, 1], np.int64)
    assert times(near, 100).tolist() == [2**62 * 100, 100]
    assert total([Exact(near, 0), Exact(near, 0)]).values.tolist() == [2**63, 2]


def test_cents_in_an_int64_column_are_not_copied() -> None:
    array = pa.array([1, 2, 3], pa.int64())
    exact = from_integers(array)
    assert exact.values.__array_interface__["data"][0] == array.buffers()[1].address


def test_a_wide_warehouse_decimal_comes_as_64_bit_integers() -> None:
    array = pa.array([Decimal("1234567.89"), Decimal("-0.01")], pa.decimal128(38, 18))
    exact = from_decimals(array)
    assert exact.values.dtype == np.int64 and exact.scale == 2


@given(st.lists(st.integers(-(10**13), 10**13), min_size=1))
def test_floats_made_from_cents_give_the_cents_back(cents: list[int]) -> None:
    exact, bad = from_floats(pa.array([float(Decimal(c) / 100) for c in cents]), 2)
    assert not bad.any() and fractions(exact) == [Fraction(c, 100) for c in cents]


def test_floats_that_were_computed_with_are_reported() -> None:
    cells = pa.array([0.1 + 0.2, 0.3, 0.125, 1e17, float("inf"), float("nan"), None])
    _, bad = from_floats(cells, 2)
    assert bad.tolist() == [True, False, True, True, True, False, False]


def test_a_small_float_too_coarse_for_cents_is_reported() -> None:
    _, bad = from_floats(pa.array([1234567.89, 12.34], pa.float32()), 2)
    assert bad.tolist() == [True, False]


def test_money_as_people_write_it(read: Any) -> None:
    cells = ["1234.5", "$1,234.50", "($5.00)", "-$5", "$-5", " 7 ", "\u22123", "", "1e3", ".5", "+2"]
    expected = ["1234.5", "1234.5", "-5", "-5", "-5", "7", "-3", "0", "1000", "0.5", "2"]
    assert read.column(MONEY, cells) == [Fraction(text) for text in expected]


@pytest.mark.parametrize(
    "cell", ["12,34", "1.2.3", "5%", "abc", "(5", "0x10", "NaN", "Infinity", "1 000", "--1", "$"]
)
def test_money_that_is_no_number_is_refused(read: Any, cell: str) -> None:
    assert read.column_errors(MONEY, ["1", cell]) == ["VBC5110"]


def test_thousands_can_be_forbidden(read: Any) -> None:
    assert read.column_errors(MONEY, ["1,234"], {"thousands": False}) == ["VBC5110"]


@pytest.mark.parametrize(
    ("unit", "dollars"), [("cents", "1.25"), ("dollars", "125"), ("thousands", "125000")]
)
def test_money_has_the_unit_that_the_bindings_say(read: Any, unit: str, dollars: str) -> None:
    assert read.column(MONEY, ["125"], {"unit": unit}) == [Fraction(dollars)]


def test_thousands_with_decimals_are_exact(read: Any) -> None:
    assert read.column(MONEY, ["1.2345"], {"unit": "thousands"}) == [Fraction("1234.5")]


def test_a_number_of_more_than_38_digits_is_refused(read: Any) -> None:
    assert read.column_errors(NUMBER, ["1", "9" * 39]) == ["VBC5118"]
    assert read.column_errors(NUMBER, ["1", "1e60"]) == ["VBC5118"]
    assert read.column(NUMBER, ["9" * 38, "0.01"]) == [10**38 - 1, Fraction(1, 100)]


def test_a_number_of_38_digits_beside_decimals_does_not_wrap(read: Any) -> None:
    assert read.column(NUMBER, ["1" * 38, "0.5", "1e37"]) == [int("1" * 38), Fraction(1, 2), 10**37]


def test_a_count_is_whole_and_not_negative(read: Any) -> None:
    assert read.column(COUNT, ["12", "12.0", "1,200"]) == [12, 12, 1200]
    assert read.column_errors(COUNT, ["1.5"]) == ["VBC5112"]
    assert read.column_errors(COUNT, ["-1"]) == ["VBC5112"]


def test_bounds_hold_at_both_ends(read: Any) -> None:
    bounded = Column("Score", kinds.NUMBER, None, low=Fraction(0), high=Fraction(20))
    assert read.column(bounded, ["0", "20.000"]) == [0, 20]
    assert read.column_errors(bounded, ["20.001"]) == ["VBC5113"]
    assert read.column_errors(bounded, ["-0.001"]) == ["VBC5113"]


def test_an_empty_cell_takes_what_the_contract_puts_in(read: Any) -> None:
    some = Column("Score", kinds.NUMBER, Fraction("0.125"))
    assert read.column(some, ["", "2"]) == [Fraction("0.125"), 2]
    assert read.column(Column("Score", kinds.NUMBER, NOT_SCORED), ["", "2"]) == [NOT_SCORED, 2]
    assert read.column_errors(NUMBER, ["", "2"]) == ["VBC5111"]


def test_texts_that_mean_empty_are_listed_in_the_bindings(read: Any) -> None:
    assert read.column(MONEY, ["-", "*", " - ", "1"], {"missing": ["-", "*"]}) == [0, 0, 0, 1]


# Rates (Q32)


def test_a_percent_sign_is_always_a_percent(read: Any) -> None:
    assert read.column(RATE, ["2.5%", "250%", "(1%)"]) == [Fraction(1, 40), Fraction(5, 2), Fraction(-1, 100)]
    assert read.column(RATE, ["2.5%"], {"written": "fraction"}) == [Fraction(1, 40)]


def test_a_percent_sign_beside_a_fraction_does_not_change_the_fraction(read: Any) -> None:
    assert read.column(FRACTION, ["2.5%", "0.025"]) == [Fraction(1, 40), Fraction(1, 40)]


def test_a_rate_has_no_default(read: Any) -> None:
    assert read.column(RATE, ["2.5%", "0"]) == [Fraction(1, 40), Fraction(0)]
    assert read.column_errors(RATE, ["0.9"]) == ["VBC5121"]
    assert read.column_errors(RATE, ["2.5%", "0.9"]) == ["VBC5121"]


def test_a_rate_is_written_as_the_contract_or_the_bindings_say(read: Any) -> None:
    percent = Column("Rate", kinds.RATE, None, written="percent")
    assert read.column(percent, ["2.5"]) == [Fraction(1, 40)]
    assert read.column(RATE, ["2.5"], {"written": "percent"}) == [Fraction(1, 40)]
    assert read.column(RATE, ["0.025"], {"written": "fraction"}) == [Fraction(1, 40)]


def test_a_fraction_that_looks_like_a_percent_stops(read: Any) -> None:
    assert read.column(FRACTION, ["1.5", "-0.2"]) == [Fraction(3, 2), Fraction(-1, 5)]
    assert read.column_errors(RATE, ["1.51"]) == ["VBC5115"]
    assert read.column_errors(RATE, ["62.5"], {"written": "fraction"}) == ["VBC5115"]


def test_a_declared_fraction_may_be_large_within_its_bounds(read: Any) -> None:
    bounded = Column("Rate", kinds.RATE, None, written="fraction", high=Fraction(3))
    assert read.column(bounded, ["2.5"]) == [Fraction(5, 2)]


def test_percents_that_look_like_fractions_are_a_warning(read: Any) -> None:
    column = Column("Rate", kinds.RATE, None, written="percent")
    store = read.store(read.one(column), read.csv(column, ["0.025"] * 20))
    list(store.source("Facts").batches(("Rate",)))
    assert [warning.code for warning in store.warnings] == ["VBC5116"]


def test_a_constant_is_one_value_for_all_rows(read: Any, quality: Any) -> None:
    table = pa.table({"aco": ["A", "B"], "measure": ["Diabetes Control"] * 2, "numerator": [1, 2]})
    bindings = {"constants": {"performance_year": 2025, "Published Rate": Decimal("0.5")}}
    found = read.rows(quality, table, bindings)
    assert [row["Published Rate"] for row in found] == [Fraction(1, 2)] * 2
    assert found[0]["Performance Year"] == dt.date(2025, 1, 1)


def test_columns_are_summed_exactly(read: Any) -> None:
    text = "row,a,b\n1,0.10,0.2\n2,,5\n3,92233720368547758.07,0.01\n"
    bindings = {"columns": {"Paid": {"sum": ["a", "b"]}}}
    found = [row["Paid"] for row in read.rows(read.one(MONEY), text, bindings)]
    assert found == [Fraction(3, 10), 5, Fraction("92233720368547758.08")]
