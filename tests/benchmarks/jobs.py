"""What is measured: each job turns the files of a folder into the payments of every ACO and year.

`vbcdsl` runs the contract text. The others are the same contract written by hand for one tool: the heavy part
(three sums by ACO and year over all member-months, with the limit for each member) in the tool, the rest in
`by_hand`. `decode` only reads the columns, as `pyarrow.parquet.read_table` does; `decode in batches` reads them
with texts as dictionaries and keeps nothing, which is the floor of any way of computing on them.

    python -m tests.benchmarks.jobs NAME FOLDER    one job in a process of its own; prints seconds and peak memory
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks.by_hand import Payments, settle_by_hand
from tests.benchmarks.stores import store_job

COLUMNS = ("aco", "member", "month", "enrolled", "inpatient_paid", "outpatient_paid", "risk_score")
TEXT_COLUMNS = ("aco", "member")
PAID = ("Shared Savings Payment", "Shared Loss Payment", "Care Coordination Fee", "Reporting Bonus")
LIMIT = 25_000_000  # cents a member and year (section 2.2)
LAKESIDE = Path(__file__).parents[2] / "contract_library" / "lakeside"
THREADS = 2
LIBRARIES = (
    "pyarrow.parquet",
    "vbcdsl.engines.arrow",
    "vbcdsl.data.binding_file",
)
Job = Callable[[Path], Payments]


def decode(home: Path) -> Payments:
    """Only reads the columns."""
    import pyarrow.parquet as pq

    pq.read_table(home / "member_months.parquet", columns=list(COLUMNS))
    return {}


def decode_in_batches(home: Path) -> Payments:
    """Only reads the columns, batch after batch, texts as dictionaries."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(home / "member_months.parquet", read_dictionary=["aco", "member"]) as file:
        for _ in file.iter_batches(1 << 18, columns=list(COLUMNS)):
            pass
    return {}


def vbcdsl_job(engine: str = "arrow", *, on_store: bool = False) -> Job:
    """The contract text on an engine, on the files or their prepared store; the text is compiled beforehand."""
    from vbcdsl import kernels
    from vbcdsl.compiler import compile_path
    from vbcdsl.data import load_bindings
    from vbcdsl.data.open import WHOLE_STORE
    from vbcdsl.results.settle import RunOptions, settle

    compiled = compile_path(LAKESIDE)
    assert not compiled.errors
    for library in LIBRARIES:
        import_module(library)
    kernels.choose(kernels.MANY_ROWS)

    def run(home: Path) -> Payments:
        inputs: dict[str, object] = {WHOLE_STORE: str(home / "store")} if on_store else {}
        bindings = None if on_store else load_bindings(home / "bindings.toml")
        settled = settle(compiled, inputs, bindings, RunOptions(engine=engine))
        assert not settled.errors
        found: Payments = {}
        for row in settled.rows:
            amounts = dict.fromkeys(PAID, 0)
            for payment in row.payments:
                whole = payment.amount * 100  # type: ignore[operator]
                assert whole.denominator == 1
                amounts[payment.name] = int(whole)
            shared, loss, fee, bonus = (amounts[name] for name in PAID)
            found[row.party, int(row.year.label)] = (shared, loss, fee, bonus)
        return found

    return run


def _by_key(rows: Iterable[tuple[Any, ...]], in_cents: bool) -> dict[tuple[str, int], tuple[int, int, int]]:
    scale = 1 if in_cents else 100
    return {
        (str(aco), int(year)): (int(months), int(cost * scale), int(risk * 1000))
        for aco, year, months, cost, risk in rows
    }


def _in_cents(home: Path) -> bool:
    return "cents" in (home / "bindings.toml").read_text(encoding="utf-8")


def python_sums(home: Path) -> dict[tuple[str, int], tuple[int, int, int]]:
    """The three sums in plain Python: for few rows."""
    import pyarrow.parquet as pq

    by_member: dict[tuple[str, str, int], list[int]] = {}
    scale = 1 if _in_cents(home) else 100
    for row in pq.read_table(home / "member_months.parquet", columns=list(COLUMNS)).to_pylist():
        if row["enrolled"]:
            found = by_member.setdefault((str(row["aco"]), str(row["member"]), row["month"].year), [0, 0, 0])
            found[0] += 1
            found[1] += int(((row["inpatient_paid"] or 0) + (row["outpatient_paid"] or 0)) * scale)
            found[2] += int(row["risk_score"] * 1000)
    sums: dict[tuple[str, int], tuple[int, int, int]] = {}
    for (aco, _, year), (months, cost, risk) in by_member.items():
        before = sums.get((aco, year), (0, 0, 0))
        sums[aco, year] = (before[0] + months, before[1] + min(cost, LIMIT), before[2] + risk)
    return sums


SQL = """
select aco, year, sum(months) as months, sum(least(paid, {limit})) as cost, sum(risk) as risk
from (select aco, member, date_part('year', month) as year, count(*) as months,
             sum(coalesce(inpatient_paid, 0) + coalesce(outpatient_paid, 0)) as paid, sum(risk_score) as risk
      from {table} where enrolled group by aco, member, date_part('year', month)) as by_member
group by aco, year
"""


def duckdb_job(home: Path) -> Payments:
    """DuckDB SQL."""
    import duckdb

    with duckdb.connect(config={"threads": THREADS}) as connection:
        table = f"read_parquet('{home / 'member_months.parquet'}')"
        limit = LIMIT if _in_cents(home) else f"{LIMIT // 100}.00::decimal(12, 2)"
        rows = connection.execute(SQL.format(table=table, limit=limit)).fetchall()
    return settle_by_hand(_by_key(rows, _in_cents(home)), home)


def datafusion_job(home: Path) -> Payments:
    """DataFusion SQL."""
    from datafusion import SessionConfig, SessionContext

    context = SessionContext(SessionConfig().with_target_partitions(THREADS))
    context.register_parquet("member_months", str(home / "member_months.parquet"))
    limit = LIMIT if _in_cents(home) else f"cast({LIMIT // 100} as decimal(12, 2))"
    table = context.sql(SQL.format(table="member_months", limit=limit)).to_pandas()
    return settle_by_hand(_by_key(table.itertuples(index=False), _in_cents(home)), home)


def polars_job(home: Path) -> Payments:
    """Polars, lazy, on its streaming engine."""
    import polars as pl

    whole = _in_cents(home)
    money = pl.Int64 if whole else pl.Decimal(38, 2)
    limit = LIMIT if whole else LIMIT // 100
    paid = pl.col("inpatient_paid").fill_null(0) + pl.col("outpatient_paid").fill_null(0)
    rows = (
        pl.scan_parquet(home / "member_months.parquet")
        .filter(pl.col("enrolled"))
        .with_columns(pl.col("month").dt.year().alias("year"))
        .group_by("aco", "member", "year")
        .agg(pl.len().alias("months"), paid.sum().alias("paid"), pl.col("risk_score").sum())
        .with_columns(pl.min_horizontal(pl.col("paid").cast(money), pl.lit(limit).cast(money)))
        .group_by("aco", "year")
        .agg(pl.col("months").sum(), pl.col("paid").sum(), pl.col("risk_score").sum())
        .collect(engine="streaming")
        .rows()
    )
    return settle_by_hand(_by_key(rows, whole), home)


def pandas_job(home: Path) -> Payments:
    """pandas, with whole cents: its decimals are Python objects."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(home / "member_months.parquet", columns=list(COLUMNS))
    table = table.filter(pc.field("enrolled"))

    def whole(name: str, factor: int) -> Any:
        column = table.column(name)
        if pa.types.is_decimal(column.type):
            column = pc.multiply(column.cast(pa.decimal128(18, 3)), pa.scalar(factor)).cast(pa.int64())
        return column.fill_null(0).to_numpy()

    frame = pd.DataFrame(
        {
            "aco": table.column("aco").to_pandas(),
            "member": table.column("member").to_pandas(),
            "year": pc.year(table.column("month")).to_numpy(),
            "paid": whole("inpatient_paid", 100) + whole("outpatient_paid", 100),
            "risk": whole("risk_score", 1000),
        }
    )
    grouped = frame.groupby(["aco", "member", "year"], sort=False)
    by_member = grouped.agg(months=("paid", "size"), paid=("paid", "sum"), risk=("risk", "sum"))
    by_member["paid"] = by_member["paid"].clip(upper=LIMIT)
    by_aco = by_member.groupby(["aco", "year"]).sum().reset_index()
    rows = {
        (str(r.aco), int(r.year)): (int(r.months), int(r.paid), int(r.risk))
        for r in by_aco.itertuples(index=False)
    }
    return settle_by_hand(rows, home)


def job(name: str) -> Job:
    """A job by name; what it needs once (libraries, the compiled contract) is ready when it is given."""
    if name in ("vbcdsl", "vbcdsl numpy", "vbcdsl reference"):
        os.environ["VBC_KERNELS"] = "numpy" if name == "vbcdsl numpy" else "numba"
        return vbcdsl_job("reference" if name.endswith("reference") else "arrow")
    if name in ("vbcdsl store", "vbcdsl store numpy"):
        os.environ["VBC_KERNELS"] = "numpy" if name.endswith("numpy") else "numba"
        return vbcdsl_job(on_store=True)
    if (on_store := store_job(name)) is not None:
        return on_store
    jobs: dict[str, tuple[str, Job]] = {
        "decode": ("pyarrow.parquet", decode),
        "decode in batches": ("pyarrow.parquet", decode_in_batches),
        "polars": ("polars", polars_job),
        "duckdb": ("duckdb", duckdb_job),
        "datafusion": ("datafusion", datafusion_job),
        "pandas": ("pandas", pandas_job),
    }
    module, found = jobs[name]
    __import__(module)
    return found


def _peak() -> float:
    """The most memory that this process held, in MB. (`ru_maxrss` would count what its parent held.)"""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _processor() -> float:
    """Seconds of processor time of this process so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(name: str, home: Path) -> None:
    """Runs a job once and prints what it took."""
    ready = job(name)
    start, before = time.perf_counter(), _processor()
    payments = ready(home)
    seconds, processor = time.perf_counter() - start, _processor() - before
    peak = _peak()
    found = [[aco, year, *amounts] for (aco, year), amounts in sorted(payments.items())]
    print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak, "payments": found}))


if __name__ == "__main__":
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    main(sys.argv[1], Path(sys.argv[2]))
