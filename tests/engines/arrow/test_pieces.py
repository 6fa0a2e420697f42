"""Threads read row groups of their own, in any order: the same values as in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.benchmarks.data import Shape, make
from tests.benchmarks.jobs import LAKESIDE, python_sums
from vbcdsl.compiler import compile_path
from vbcdsl.data import load_bindings
from vbcdsl.data.readers import parquet_file
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow import collect, slots
from vbcdsl.results.settle import RunOptions, settle

SHAPES = [
    Shape(20_000, shuffled, ids, money)
    for shuffled in (False, True)
    for ids, money in (("text", "decimal"), ("integer", "integer"))
]


def amounts(home: Path, threads: int) -> list[Any]:
    settled = settle(
        compile_path(LAKESIDE), {}, load_bindings(home / "bindings.toml"), RunOptions(threads=threads)
    )
    return [(row.party, row.year.label, row.payments) for row in settled.rows]


def in_row_groups(home: Path, rows: int) -> None:
    path = home / "member_months.parquet"
    pq.write_table(pq.read_table(path), path, row_group_size=rows)


@pytest.mark.parametrize("shape", SHAPES, ids=Shape.name)
def test_threads_and_row_groups_change_no_cent(
    shape: Shape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_file, "PIECE_ROWS", 1)
    home = make(shape, tmp_path)
    alone = amounts(home, 1)
    assert alone
    for rows in (3_000, 501):
        in_row_groups(home, rows)
        assert amounts(home, 3) == alone
    monkeypatch.setattr(slots, "FEW", 0)  # no table by place: parts are kept and put together
    monkeypatch.setattr(slots, "PLACES", 0)
    monkeypatch.setattr(collect, "COMPACT", 2_000)
    assert amounts(home, 3) == alone


@pytest.mark.parametrize("shape", SHAPES, ids=Shape.name)
def test_the_sums_are_those_of_plain_python(shape: Shape, tmp_path: Path) -> None:
    home = make(shape, tmp_path)
    settled = settle(
        compile_path(LAKESIDE),
        {},
        load_bindings(home / "bindings.toml"),
        RunOptions(extra_terms=("Enrolled Months",)),
    )
    sums = python_sums(home)
    fees = {
        (row.party, int(row.year.label)): payment.amount
        for row in settled.rows
        for payment in row.payments
        if payment.name == "Care Coordination Fee"
    }
    assert fees == {key: months * 350 / 100 for key, (months, _, _) in sums.items()}


def test_a_duplicate_month_is_found_across_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_file, "PIECE_ROWS", 1)
    home = make(SHAPES[0], tmp_path)
    path = home / "member_months.parquet"
    rows = pq.read_table(path)
    pq.write_table(pa.concat_tables([rows, rows.slice(7, 1)]), path, row_group_size=2_000)
    with pytest.raises(VbcError) as error:
        amounts(home, 2)
    assert [d.code for d in error.value.diagnostics] == ["VBC5201"]


def test_wrong_cells_are_told_with_the_first_rows_whatever_thread_met_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_file, "PIECE_ROWS", 1)
    home = make(SHAPES[0], tmp_path)
    path = home / "member_months.parquet"
    table = pq.read_table(path)
    at = table.schema.get_field_index("risk_score")
    scores = table.column(at).to_pylist()
    for row in (4_200, 17_000, 17_001):
        scores[row] = None
    table = table.set_column(at, "risk_score", pa.array(scores, pa.decimal128(5, 3)))
    pq.write_table(table, path, row_group_size=1_000)
    with pytest.raises(VbcError) as error:
        amounts(home, 2)
    (found,) = error.value.diagnostics
    assert found.code == "VBC5111"
    assert "3 rows" in found.message
    assert found.details[0] == "first: row 4,201; row 17,001; row 17,002"
