"""One million member-months through the Lakeside contract take at most twice the time of decoding its columns."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks.data import Shape, make
from tests.benchmarks.jobs import job
from tests.benchmarks.measure import Report, in_turn, table

pytestmark = pytest.mark.bench

SHAPES = (
    Shape(),
    Shape(ids="integer", money="integer"),
    Shape(shuffled=True),
    Shape(shuffled=True, ids="integer", money="integer"),
)
NAMES = ("decode", "decode in batches", "vbcdsl")
CALLED = {
    "decode": "decoding the columns, `pyarrow.parquet.read_table`",
    "decode in batches": "decoding them in batches, texts as dictionaries, nothing kept",
    "vbcdsl": "**vbcdsl**, from the files to the payments",
}


def test_a_million_member_months_take_at_most_twice_the_decoding(data_folder: Path, report: Report) -> None:
    """Sorted rows, text identifiers, decimal money are the usual extract; the other shapes stand beside it."""
    text, first = "", None
    for shape in SHAPES:
        home = make(shape, data_folder)
        measured = in_turn({name: partial(job(name), home) for name in NAMES}, rounds=7)
        text += f"{shape.label()}:\n\n{table(measured, 'decode', CALLED)}\n"
        first = first or measured
    report.add(
        "One million member-months", text + "Compiling the contract, once for a run, is not included.\n"
    )
    assert first is not None
    assert first["vbcdsl"].median <= 2 * first["decode"].median


def test_both_engines_pay_the_same_cents_on_a_million_member_months(
    data_folder: Path, report: Report
) -> None:
    """The reference engine evaluates row by row in fractions, on the same rows, once."""
    home = make(SHAPES[0], data_folder)
    start = time.process_time()
    reference = job("vbcdsl reference")(home)
    took = time.process_time() - start
    payments = job("vbcdsl")(home)
    assert payments == reference == job("duckdb")(home)
    paid = [sum(amounts[i] for amounts in payments.values()) for i in range(4)]
    assert all(paid), "each of the four payments is made to somebody"
    report.add(
        "The same cents",
        f"On the million rows the reference engine, which evaluates row by row in fractions ({took:.0f} s of "
        f"processor time), the default engine and a settlement written by hand pay the same cents to all "
        f"{len(payments)} pairs of ACO and year.\n",
    )
