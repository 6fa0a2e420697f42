"""Decimals of Parquet files are read as they are stored, and are the decimals that pyarrow would give."""

from __future__ import annotations

import random
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.conftest import MONTHS, Reader
from vbcdsl.data.convert.exact import from_decimals
from vbcdsl.data.convert.stored import StoredDecimal, as_stored, plain
from vbcdsl.data.readers import parquet_footer
from vbcdsl.data.readers.parquet_footer import with_stored_decimals
from vbcdsl.model import kinds
from vbcdsl.rules.program import Column

ID = Column("Member", kinds.TEXT, None)


@st.composite
def columns(draw: st.DrawFn) -> tuple[int, int, list[Decimal | None]]:
    """Digits, places and cells of a column."""
    digits = draw(st.integers(1, 38))
    places = draw(st.integers(0, digits))
    most = 10**digits - 1
    number = st.one_of(st.integers(-most, most), st.sampled_from([0, 1, -1, most, -most]))
    cells = draw(st.lists(st.one_of(st.none(), number), min_size=1, max_size=30))
    return digits, places, [None if n is None else Decimal(f"{n}E-{places}") for n in cells]


def fractions(exact: Any) -> list[Fraction | None]:
    empty = exact.empty if exact.empty is not None else [False] * len(exact.values)
    return [
        None if none else Fraction(int(n), 10**exact.scale)
        for n, none in zip(exact.values.tolist(), empty, strict=True)
    ]


@given(columns(), st.booleans(), st.booleans(), st.integers(0, 3))
def test_stored_decimals_are_the_decimals(
    column: tuple[int, int, list[Decimal | None]], as_integers: bool, as_dictionary: bool, offset: int
) -> None:
    digits, places, cells = column
    array = pa.array(cells, pa.decimal128(digits, places))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        pq.write_table(
            pa.table({"x": array}), path, store_decimal_as_integer=as_integers, use_dictionary=as_dictionary
        )
        footer = with_stored_decimals(path, pq.read_metadata(path))
        stored = pq.ParquetFile(path, metadata=footer).read().column(0).combine_chunks()
    assert not pa.types.is_decimal(stored.type)
    wrapped = as_stored(stored, array.type).slice(min(offset, len(cells) - 1))
    expected = array.slice(min(offset, len(cells) - 1))
    assert plain(wrapped).equals(expected)
    assert fractions(from_decimals(wrapped)) == fractions(from_decimals(expected))
    exact = from_decimals(wrapped)
    if exact.extent is not None:
        assert exact.extent == (exact.values.min(), exact.values.max())


def test_a_type_goes_through_a_message() -> None:
    kind = StoredDecimal(pa.decimal128(12, 2), pa.binary(6))
    again = StoredDecimal.__arrow_ext_deserialize__(pa.binary(6), kind.__arrow_ext_serialize__())
    assert again.decimal == pa.decimal128(12, 2)


@pytest.mark.parametrize("as_integers", [True, False])
def test_every_reader_takes_stored_decimals(read: Reader, tmp_path: Path, as_integers: bool) -> None:
    """As money, as identifiers, as months, and empty."""
    table = pa.table(
        {
            "member": pa.array([Decimal(7), Decimal(12)], pa.decimal128(10, 0)),
            "month": pa.array([Decimal(202401), Decimal(202402)], pa.decimal128(6, 0)),
            "aco": ["A", "B"],
            "enrolled": [True, True],
            "inpatient_paid": pa.array([Decimal("-12.34"), None], pa.decimal128(12, 2)),
            "risk_score": pa.array([Decimal("1.250"), Decimal("0.5")], pa.decimal128(5, 3)),
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, store_decimal_as_integer=as_integers)
    memory = read.rows(MONTHS, table)
    assert read.rows(MONTHS, path) == memory
    assert [row["Member"] for row in memory] == ["7", "12"]
    assert [row["Inpatient Paid"] for row in memory] == [Fraction(-1234, 100), 0]


def test_what_is_wrong_in_stored_decimals_is_named_by_row(read: Reader, tmp_path: Path) -> None:
    table = pa.table(
        {
            "member": ["M1", "M2"],
            "month": ["2024-01", "2024-02"],
            "aco": ["A", "B"],
            "enrolled": [True, True],
            "inpatient_paid": pa.array([Decimal(1), Decimal(2)], pa.decimal128(9, 2)),
            "risk_score": pa.array([Decimal("21.5"), None], pa.decimal128(5, 3)),
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    found = {error.code: str(error.details) for error in read.errors(MONTHS, path)}
    assert set(found) == {"VBC5111", "VBC5113"}
    assert found == {error.code: str(error.details) for error in read.errors(MONTHS, table)}


def test_several_columns_are_added_up(read: Reader, tmp_path: Path) -> None:
    table = pa.table(
        {
            "member": ["M1"],
            "month": ["2024-01"],
            "aco": ["A"],
            "enrolled": [True],
            "facility": pa.array([Decimal("1.5")], pa.decimal128(4, 1)),
            "physician": pa.array([Decimal("0.25")], pa.decimal128(20, 2)),
            "risk_score": [1],
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    bindings = {"columns": {"Inpatient Paid": {"sum": ["facility", "physician"]}}}
    (row,) = read.rows(MONTHS, path, bindings)
    assert row["Inpatient Paid"] == Fraction(175, 100)


# ---------------------------------------------------------------- the footer


def nested(path: Path) -> Any:
    """A file whose decimals lie in structures and lists too, and with decimals of 256 bits."""
    pq.write_table(
        pa.table(
            {
                "a": pa.array([{"x": Decimal("1.5"), "y": [Decimal("2.25")]}]),
                "wide": pa.array([Decimal(10**50)], pa.decimal256(60, 2)),
                "b": pa.array([Decimal("3.5")], pa.decimal128(9, 1)),
                "c": pa.array(["text"]),
            }
        ),
        path,
        row_group_size=1,
    )
    return pq.read_metadata(path)


def test_only_decimals_of_at_most_128_bits_change(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    footer = nested(path)
    changed = with_stored_decimals(path, footer)
    kinds_of = {
        changed.schema.column(p).path: changed.schema.column(p).logical_type.type
        for p in range(changed.num_columns)
    }
    assert kinds_of["wide"] == "DECIMAL" and kinds_of["c"] == "STRING" and kinds_of["b"] == "NONE"
    table = pq.ParquetFile(path, metadata=changed).read(columns=["wide", "b", "c"])
    assert table.column("b").to_pylist() == [(35).to_bytes(4, "big")]
    assert table.column("wide").to_pylist() == [Decimal(10**50)]
    assert changed.row_group(0).column(0).total_compressed_size == (
        footer.row_group(0).column(0).total_compressed_size
    )


def test_a_footer_without_decimals_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": [1]}), path)
    footer = pq.read_metadata(path)
    assert with_stored_decimals(path, footer) is footer


def test_any_other_bytes_are_no_footer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A footer that is cut, mixed up or replaced leaves the one that pyarrow read."""
    path = tmp_path / "a.parquet"
    footer = nested(path)
    message = parquet_footer._message(path)
    assert message is not None
    draw = random.Random(11)
    for _ in range(400):
        wrong = bytearray(message)
        for _ in range(draw.randint(1, 6)):
            wrong[draw.randrange(min(len(wrong), 400))] = draw.randrange(256)
        cut = bytes(wrong[: draw.randint(0, len(wrong))] if draw.random() < 0.3 else wrong)
        monkeypatch.setattr(parquet_footer, "_message", lambda _, cut=cut: cut)
        found = with_stored_decimals(path, footer)
        assert (found.num_rows, found.num_columns) == (footer.num_rows, footer.num_columns)
    deep = b"\x29" + b"\x19" * 100_000
    monkeypatch.setattr(parquet_footer, "_message", lambda _: deep)
    assert with_stored_decimals(path, footer) is footer


def test_a_file_that_ends_otherwise_has_no_message(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1")
    assert parquet_footer._message(path) is None
    path.write_bytes(b"PAR1" + b"\0\0\0\0" + b"PARE")
    assert parquet_footer._message(path) is None


def test_identifiers_may_not_have_places(read: Reader, tmp_path: Path) -> None:
    """The types that are checked are those of the file, not those that are stored."""
    path = tmp_path / "a.parquet"
    record = attrs.evolve(MONTHS, columns=(ID, *MONTHS.columns[1:]))
    table = pa.table(
        {
            "member": pa.array([Decimal("1.5")], pa.decimal128(5, 1)),
            "month": ["2024-01"],
            "aco": ["A"],
            "enrolled": [True],
            "inpatient_paid": [1],
            "risk_score": [1],
        }
    )
    pq.write_table(table, path, store_decimal_as_integer=True)
    (error,) = read.errors(record, path)
    assert error.code == "VBC5105" and "decimal128(5, 1)" in error.message
