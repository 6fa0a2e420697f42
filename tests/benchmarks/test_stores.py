"""The contract on a prepared store beside Polars and DuckDB on the same store, and Polars on the Parquet files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.benchmarks.data import Shape, make
from tests.benchmarks.measure import Report, in_processes, same_cents, table
from tests.benchmarks.stores import make_store

pytestmark = pytest.mark.bench

CALLED = {
    "vbcdsl store": "**vbcdsl** on the store, with `fast`",
    "vbcdsl store numpy": "**vbcdsl** on the store, without",
    "polars store": "Polars, streaming, on the same store",
    "duckdb store": "DuckDB SQL on the same store",
    "polars": "Polars, streaming, on Parquet",
}
MILLIONS = tuple(int(n) for n in os.environ.get("BENCH_MILLIONS", "1,10").split(","))


def test_a_prepared_store_is_read_faster_than_by_anybody_else(data_folder: Path, report: Report) -> None:
    """The peers group by the codes of the store, in whole cents."""
    text = ""
    for millions in MILLIONS:
        shape = Shape(millions * 1_000_000)
        home = make(shape, data_folder)
        make_store(home)
        measured = in_processes(tuple(CALLED), home, rounds=5)
        same_cents(measured)
        text += f"{shape.label()}:\n\n{table(measured, 'polars', CALLED)}\n"
    report.add("A prepared store", text + "Preparing the store, once for many runs, is not included.\n")
