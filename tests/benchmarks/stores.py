"""The same jobs on a prepared store, which `vbc prepare` writes beside the files.

A store is Arrow IPC: the peers read the same files, with whole cents and codes for texts, as an analyst would who
found them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.by_hand import Payments, settle_by_hand

RECORDS = ("member_months", "quality_results", "financial_schedule")
ENROLLED, LIMIT, THREADS = 1, 25_000_000, 2


def make_store(home: Path) -> Path:
    """The store of the files in a folder, made if it is not there."""
    from tests.benchmarks.jobs import LAKESIDE
    from vbcdsl.compiler import compile_path
    from vbcdsl.data import load_bindings
    from vbcdsl.prepared.prepare import job_of, prepare

    place = home / "store"
    if not place.exists():
        compiled = compile_path(LAKESIDE)
        prepare(job_of(compiled, {}, load_bindings(home / "bindings.toml")), place)
    return place


def row_files(home: Path) -> list[Path]:
    """The files with the rows of member-months."""
    return sorted((home / "store" / "member_months").glob("rows-*.arrow"))


def texts_of(home: Path, column: str) -> list[str]:
    """The texts of a column of member-months, by code."""
    import pyarrow as pa

    (path,) = (home / "store" / "member_months").glob(f"texts_*_{column}-*.arrow")
    with pa.memory_map(str(path)) as mapped:
        found: list[str] = pa.ipc.open_file(mapped).read_all().column(0).to_pylist()
    return found


def _paid(home: Path, rows: Any) -> Payments:
    names = texts_of(home, "aco")
    sums = {(names[aco], int(year)): (int(n), int(cost), int(risk)) for aco, year, n, cost, risk in rows}
    return settle_by_hand(sums, home)


def polars_on_store(home: Path) -> Payments:
    """Polars, lazy, on its streaming engine."""
    import polars as pl

    rows = (
        pl.scan_ipc(row_files(home))
        .filter(pl.col("enrolled") == ENROLLED)
        .with_columns(pl.col("month").dt.year().alias("year"))
        .group_by("aco", "member", "year")
        .agg(
            pl.len().alias("months"),
            (pl.col("inpatient_paid") + pl.col("outpatient_paid")).sum().alias("paid"),
            pl.col("risk_score").sum(),
        )
        .with_columns(pl.min_horizontal(pl.col("paid"), pl.lit(LIMIT)))
        .group_by("aco", "year")
        .agg(pl.col("months").sum(), pl.col("paid").sum(), pl.col("risk_score").sum())
        .collect(engine="streaming")
        .rows()
    )
    return _paid(home, rows)


SQL = f"""
select aco, year, sum(months), sum(least(paid, {LIMIT})), sum(risk)
from (select aco, member, date_part('year', month) as year, count(*) as months,
             sum(inpatient_paid + outpatient_paid) as paid, sum(risk_score) as risk
      from rows where enrolled = {ENROLLED} group by aco, member, date_part('year', month)) as by_member
group by aco, year
"""


def duckdb_on_store(home: Path) -> Payments:
    """DuckDB SQL on the Arrow files."""
    import duckdb
    import pyarrow.dataset as ds

    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.register("rows", ds.dataset([str(p) for p in row_files(home)], format="arrow"))
        found = connection.execute(SQL).fetchall()
    return _paid(home, found)


def store_job(name: str) -> Callable[[Path], Payments] | None:
    """A peer's job on a store by name, with what it needs once; None: there is no such job."""
    jobs = {"polars store": ("polars", polars_on_store), "duckdb store": ("duckdb", duckdb_on_store)}
    if name not in jobs:
        return None
    module, found = jobs[name]
    __import__(module)
    return found
