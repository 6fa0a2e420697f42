"""The contract text beside the same contract written by hand for other tools: the same cents, time and memory."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.data import Shape, make
from tests.benchmarks.jobs import COLUMNS, TEXT_COLUMNS
from tests.benchmarks.measure import Report, in_processes, same_cents, table

pytestmark = pytest.mark.bench

NAMES = ("decode in batches", "vbcdsl", "vbcdsl numpy", "polars", "duckdb", "datafusion", "pandas")
CALLED = {
    "decode in batches": "decoding the columns only (pyarrow, in batches)",
    "vbcdsl": "**vbcdsl**, the contract text, with the extra `fast`",
    "vbcdsl numpy": "**vbcdsl**, without it (NumPy)",
    "polars": "Polars, streaming, by hand",
    "duckdb": "DuckDB SQL, by hand",
    "datafusion": "DataFusion SQL, by hand",
    "pandas": "pandas, by hand",
}
MILLIONS = tuple(int(n) for n in os.environ.get("BENCH_MILLIONS", "1,10").split(","))


def test_the_peers_pay_the_same_cents(data_folder: Path, report: Report) -> None:
    """`BENCH_MILLIONS=1,10,50 make bench` measures fifty million rows as well (without the slowest peers)."""
    text = (
        "Each round of each job is a process of its own, with two threads at most; starting it, loading "
        "libraries and compiling the contract are not in the seconds. By hand means: three sums by ACO and year "
        "in the tool's own language, the rest in Python.\n\n"
    )
    for millions in MILLIONS:
        for shape in _shapes(millions):
            home = make(shape, data_folder)
            names = NAMES if millions <= 10 else NAMES[:5]
            measured = in_processes(names, home, rounds=5)
            payments = same_cents(measured)
            text += f"{shape.label()} ({len(payments)} pairs of ACO and year):\n\n"
            text += table(measured, "polars", CALLED) + "\n"
    report.add("The same contract written by hand", text)


def _shapes(millions: int) -> list[Shape]:
    """Sorted and shuffled; from ten million rows also identifiers and money as integers."""
    rows = millions * 1_000_000
    kinds = (
        [("text", "decimal")]
        if millions < 10
        else [("text", "decimal"), ("text", "integer"), ("integer", "integer")]
    )
    return [Shape(rows, shuffled, ids, money) for ids, money in kinds for shuffled in (False, True)]


def test_a_row_by_row_rules_engine(data_folder: Path, report: Report) -> None:
    """zen-engine evaluates one decision for each row: only the cost of a row, without the sums by member."""
    import pyarrow.parquet as pq
    import zen

    home = make(Shape(), data_folder)
    table_ = pq.read_table(home / "member_months.parquet", columns=list(COLUMNS)).slice(0, 20_000)
    rows: list[dict[str, Any]] = [
        {name: (value if isinstance(value, (bool, str)) or name in TEXT_COLUMNS else float(value or 0))
         for name, value in row.items() if name not in ("month",)}
        for row in table_.to_pylist()
    ]  # fmt: skip
    decision = zen.ZenEngine().create_decision(json.dumps(_decision()))
    start = time.perf_counter()
    total = 0.0
    for row in rows:
        total += decision.evaluate(row)["result"]["cost"]
    rate = len(rows) / (time.perf_counter() - start)
    assert total > 0
    report.add(
        "A row-by-row rules engine",
        f"zen-engine, which evaluates a decision for each row, computed the cost of {rate:,.0f} member-months a "
        f"second ({1e6 / rate:,.0f} s for a million), without the sums by member, the settlement, or exact "
        "amounts.\n",
    )


def _decision() -> dict[str, Any]:
    """The cost of a member-month as a decision graph."""
    position = {"x": 0, "y": 0}
    cost = {"id": "cost", "key": "cost", "value": "enrolled ? inpatient_paid + outpatient_paid : 0"}
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": position},
            {
                "id": "cost", "type": "expressionNode", "name": "cost", "position": position,
                "content": {"expressions": [cost]},
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": position},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "cost"},
            {"id": "2", "type": "edge", "sourceId": "cost", "targetId": "out"},
        ],
    }  # fmt: skip
