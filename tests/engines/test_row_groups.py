"""Row groups whose months nobody needs are counted and not decoded, and nothing else can be told from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engines.test_needed_years import ALONE, CARRIED, ENGINES, changed, contract, tables, told
from vbcdsl.data.readers import parquet_file
from vbcdsl.data.readers.parquet_statistics import row_groups
from vbcdsl.data.readers.part import Field
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.spark.evaluate import VARIABLE
from vbcdsl.results.settle import RunOptions, settle

MONTH = 6  # rows of a month: a row group
GROUPS = 48  # four years of months, the first outside the term


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The row groups of member months that are decoded, as often as they are."""
    found: list[int] = []

    class Watched(pq.ParquetFile):
        def iter_batches(self, *given: Any, row_groups: Any = None, **named: Any) -> Any:
            if "member" in self.schema_arrow.names:
                found.extend(range(self.metadata.num_row_groups) if row_groups is None else row_groups)
            return super().iter_batches(*given, row_groups=row_groups, **named)

    monkeypatch.setattr(parquet_file.pq, "ParquetFile", Watched)
    monkeypatch.setattr(parquet_file, "PIECE_ROWS", 1)
    yield found


def with_months(shape: Callable[[dt.date], Any], months: pa.Table | None = None) -> pa.Table:
    """Member months with their months written in another way."""
    rows = (tables()["member_months"] if months is None else months).to_pylist()
    return pa.Table.from_pylist([{**row, "month": shape(row["month"])} for row in rows])


def given(folder: Path, months: pa.Table, rows: int = MONTH, **options: Any) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    pq.write_table(months, folder / "months.parquet", row_group_size=rows, **options)
    return {"member_months": str(folder / "months.parquet"), "agreements": tables()["agreements"]}


@pytest.mark.parametrize("engine", ["reference", "arrow"])
@pytest.mark.parametrize("threads", [1, 2])
def test_one_year_decodes_the_row_groups_of_its_months(
    engine: str, threads: int, tmp_path: Path, decoded: list[int]
) -> None:
    data = given(tmp_path, tables()["member_months"])
    settle(contract(), data, None, RunOptions(years=(2024,), engine=engine, threads=threads))
    assert set(decoded) == set(range(24, 36))
    decoded.clear()
    settle(contract(CARRIED), data, None, RunOptions(years=(2024,), engine=engine, threads=threads))
    assert set(decoded) == set(range(12, 36))
    decoded.clear()
    settle(contract(), data, None, RunOptions(engine=engine, threads=threads))
    assert set(decoded) == set(range(12, 48))  # the months before the term are not decoded in any run


@pytest.mark.parametrize("bonus", [ALONE, CARRIED])
@pytest.mark.parametrize("rows", [MONTH, 5, 17, 100, 1000])
def test_the_settlement_and_its_notes_are_those_of_a_table(rows: int, bonus: str, tmp_path: Path) -> None:
    data = given(tmp_path, tables()["member_months"], rows)
    for years in ((), (2023,), (2024,), (2025,), (2023, 2025)):
        expected = told("reference", tables(), *years, bonus=bonus)
        assert ("Member Months", "outside the term of the contract", 72) in expected[1]
        for engine in ENGINES:
            assert told(engine, data, *years, bonus=bonus) == expected, (engine, years)


def test_executors_of_spark_decode_fewer_row_groups_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "0")
    data = given(tmp_path, tables()["member_months"])
    assert told("spark", data, 2024) == told("reference", tables(), 2024)


WRITTEN: dict[
    str, tuple[Callable[[dt.date], Any], bool]
] = {  # how months are written; whether groups are left out
    "texts": (lambda day: f"{day:%Y-%m}", True),
    "texts with spaces": (lambda day: f" {day:%Y-%m} ", True),
    "texts of days": (lambda day: day.isoformat(), True),
    "whole numbers": (lambda day: day.year * 100 + day.month, True),
    "days of the month": (lambda day: day.replace(day=17), True),
    "midnights": (lambda day: dt.datetime(day.year, day.month, day.day), False),
    "long texts": (lambda day: f"{day.isoformat()} 00:00:00.000000", False),
}


@pytest.mark.parametrize("shape", WRITTEN)
def test_months_may_be_written_in_many_ways(shape: str, tmp_path: Path, decoded: list[int]) -> None:
    write, fewer = WRITTEN[shape]
    data = given(tmp_path, with_months(write))
    for engine in ENGINES:
        decoded.clear()
        assert told(engine, data, 2024) == told("reference", tables(), 2024), engine
        if engine != "duckdb":
            assert set(decoded) == set(range(24, 36) if fewer else range(GROUPS))


@pytest.mark.parametrize("options", [
    {"write_statistics": False}, {"write_statistics": ["paid"]}, {"use_dictionary": False}, {"version": "1.0"},
    {"data_page_version": "2.0"}, {"store_schema": False}, {"compression": "zstd", "data_page_size": 1},
], ids=str)  # fmt: skip
def test_files_may_be_written_in_many_ways(
    options: dict[str, Any], tmp_path: Path, decoded: list[int]
) -> None:
    data = given(tmp_path, tables()["member_months"], **options)
    assert told("arrow", data, 2024) == told("reference", tables(), 2024)
    silent = "write_statistics" in options
    assert set(decoded) == set(range(GROUPS) if silent else range(24, 36))


@pytest.mark.parametrize(("shape", "rows", "wrong", "code"), [
    ("texts", MONTH, None, "VBC5111"),
    ("texts", MONTH, "n/a", "VBC5117"),
    ("texts", 12, "2023-1x", "VBC5117"),
    ("whole numbers", MONTH, None, "VBC5111"),
    ("whole numbers", 200, 202313, "VBC5117"),
    ("whole numbers", 200, 202300, "VBC5117"),
    ("days of the month", MONTH, None, "VBC5111"),
])  # fmt: skip
def test_a_month_that_cannot_be_read_is_found_in_any_row_group(
    shape: str, rows: int, wrong: Any, code: str, tmp_path: Path
) -> None:
    months = with_months(WRITTEN[shape][0]).to_pylist()
    months[100] = {**months[100], "month": wrong}
    data = given(tmp_path, pa.Table.from_pylist(months), rows)
    for engine in ENGINES:
        assert told(engine, data, 2025) == [code], engine


def test_row_groups_with_months_of_two_years_are_decoded_and_their_rows_chosen(
    tmp_path: Path, decoded: list[int]
) -> None:
    data = given(tmp_path, tables()["member_months"], 100)  # 288 rows in three groups
    assert told("arrow", data, 2024) == told("reference", tables(), 2024)
    assert set(decoded) == {0, 1, 2}
    decoded.clear()
    assert told("arrow", data, 2025) == told("reference", tables(), 2025)
    assert set(decoded) == {0, 2}  # of the first it is not known how many rows lie before the term


def test_a_row_is_named_by_its_number_though_row_groups_before_it_are_passed_over(tmp_path: Path) -> None:
    data = given(tmp_path, changed(2025, "paid", None))
    for engine in ENGINES:
        with pytest.raises(VbcError) as raised:
            settle(contract(), data, None, RunOptions(years=(2025,), engine=engine))
        assert raised.value.diagnostics[0].details[0] == "first: row 288"


def test_several_files_are_passed_over_as_a_whole(tmp_path: Path, decoded: list[int]) -> None:
    months = tables()["member_months"]
    paths = []
    for number in range(4):
        paths.append(str(tmp_path / f"{number}.parquet"))
        pq.write_table(months.slice(72 * number, 72), paths[-1])
    data = {"member_months": paths, "agreements": tables()["agreements"]}
    for engine in ("reference", "arrow"):
        decoded.clear()
        assert told(engine, data, 2024) == told("reference", tables(), 2024)
        assert len(decoded) == (1 if engine == "arrow" else 2)  # the reference looks for double keys first


def test_a_struct_whose_field_has_the_name_of_the_column_tells_nothing(
    tmp_path: Path, decoded: list[int]
) -> None:
    """The path of a field in a struct and the name of a column with a dot in it look the same in a footer."""
    rows = tables()["member_months"].to_pylist()
    odd = [{**row, "when": {"month": dt.date(2020, 1, 1)}, "when.month": row["month"]} for row in rows]
    for row in odd:
        del row["month"]
    data = given(tmp_path, pa.Table.from_pylist(odd))
    (tmp_path / "bindings.toml").write_text('[member_months.columns]\nMonth = "when.month"\n')
    from vbcdsl.data import load_bindings

    bound = load_bindings(tmp_path / "bindings.toml")
    found = settle(contract(), data, bound, RunOptions(years=(2024,)))
    paid = [(row.party, [p.amount for p in row.payments]) for row in found.rows]
    assert paid == [(party, amounts) for party, _, amounts in told("reference", tables(), 2024)[0]]
    assert set(decoded) == set(range(GROUPS))


# ---------------------------------------------------------------- statistics that cannot be relied on


class Odd:
    """Statistics of a hostile footer: what is asked for may be anything, or raise."""

    def __init__(self, **facts: Any) -> None:
        self.facts = {
            "has_min_max": True, "has_null_count": True, "null_count": 0, "num_values": 10, "min": 1, "max": 2,
            "min_raw": 1, "max_raw": 2, "physical_type": "INT32", "converted_type": "NONE",
            "logical_type": SimpleNamespace(type="DATE"), **facts,
        }  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        found = self.facts[name]
        if isinstance(found, Exception):
            raise found
        return found


def bounds(field: Field, statistics: Any) -> tuple[Any, Any]:
    """What is known of a row group of ten rows."""
    column = SimpleNamespace(path="month", max_repetition_level=0, max_definition_level=1)
    group = SimpleNamespace(num_rows=10, column=lambda place: SimpleNamespace(statistics=statistics))
    footer = SimpleNamespace(
        num_columns=1, schema=SimpleNamespace(column=lambda place: column), row_group=lambda number: group
    )
    (found,) = row_groups(footer, field, [0])
    assert found.rows == 10
    return found.low, found.high


DAYS, WHOLE, TEXTS = Field("month", pa.date32()), Field("month", pa.int64()), Field("month", pa.string())
TEXT = {"min": "2024-01", "max": "2024-01", "physical_type": "BYTE_ARRAY",
        "logical_type": SimpleNamespace(type="STRING")}  # fmt: skip


def test_sound_statistics_are_taken() -> None:
    assert bounds(DAYS, Odd()) == (1, 2)
    assert bounds(WHOLE, Odd(min=202401, max=202412)) == (202401, 202412)
    assert bounds(TEXTS, Odd(**TEXT)) == ("2024-01", "2024-01")


@pytest.mark.parametrize(("field", "facts"), [
    (DAYS, {"has_min_max": False}), (DAYS, {"has_null_count": False}), (DAYS, {"null_count": 1}),
    (DAYS, {"null_count": None}), (DAYS, {"null_count": -1}), (DAYS, {"num_values": 9}),
    (DAYS, {"min_raw": 3}), (DAYS, {"min_raw": None}), (DAYS, {"min_raw": "1"}), (DAYS, {"max_raw": 2.0}),
    (DAYS, {"max_raw": True}), (DAYS, {"logical_type": SimpleNamespace(type="NONE")}),
    (DAYS, {"logical_type": None}),
    (DAYS, {"physical_type": "INT64"}), (DAYS, {"min_raw": OverflowError("date value out of range")}),
    (WHOLE, {"min": Decimal(1)}), (WHOLE, {"min": b"1", "max": b"2"}), (WHOLE, {"converted_type": "UINT_32"}),
    (WHOLE, {"physical_type": "BYTE_ARRAY"}), (WHOLE, {"max": NotImplementedError("statistics")}),
    (TEXTS, {**TEXT, "max": "2024-02"}), (TEXTS, {**TEXT, "min": b"2024-01", "max": b"2024-01"}),
    (TEXTS, {**TEXT, "min": "2024-01-01 00:00", "max": "2024-01-01 00:00"}),
    (TEXTS, {**TEXT, "min": UnicodeDecodeError("utf-8", b"", 0, 1, "")}),
    (TEXTS, {**TEXT, "logical_type": SimpleNamespace(type="JSON")}),
    (Field("month", pa.timestamp("us")), {}), (Field("month", pa.date64()), {}), (Field("month", pa.uint32()), {}),
    (Field("month", pa.float64()), {"min": 1.0, "max": 2.0}), (Field("month", pa.decimal128(9)), {}),
    (Field("month", pa.dictionary(pa.int8(), pa.date32())), {}), (Field("other", pa.date32()), {}),
])  # fmt: skip
def test_of_odd_statistics_nothing_is_taken(field: Field, facts: dict[str, Any]) -> None:
    assert bounds(field, Odd(**facts)) == (None, None)


def test_without_statistics_nothing_is_known() -> None:
    assert bounds(DAYS, None) == (None, None)
