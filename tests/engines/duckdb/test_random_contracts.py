"""Random contracts on DuckDB, which reads their rows by itself: from Parquet, and from tables of a DuckDB file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.property.compare import Shown, compiled, differences, shown
from tests.property.generate import Case, of_seed
from vbcdsl.compiler import Compiled
from vbcdsl.data import open_store
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow import evaluate as arrow
from vbcdsl.engines.duckdb import evaluate as in_sql
from vbcdsl.engines.interface import Engine, Request


def as_parquet(tables: dict[str, pa.Table], folder: Path) -> dict[str, object]:
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in tables}


def as_database(tables: dict[str, pa.Table], folder: Path) -> dict[str, object]:
    path = folder / f"all_{len(list(folder.glob('*.db')))}.db"
    with duckdb.connect(str(path)) as connection:
        for name, table in tables.items():
            connection.register("rows_of_it", table)
            connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows_of_it')
    return {name: f"duckdb:{path}#{name}" for name in tables}


def settled(case: Case, contract: Compiled, engine: Engine, inputs: dict[str, object]) -> Shown:
    bundle = contract.bundle
    terms = tuple(dict.fromkeys(name for program in bundle.by_year.values() for name in program.terms))
    try:
        store = open_store(contract.program.records, bundle.calendar, inputs)
        return shown(engine(bundle, store, Request(case.years, terms=terms)))
    except VbcError as error:
        return {"stopped": sorted({d.code for d in error.diagnostics})}


@pytest.mark.parametrize("first", range(1000, 1024, 8))
def test_the_same_values_errors_and_counts_as_the_columnar_engine(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 8):
        case = of_seed(seed)
        contract = compiled(case)
        tables = {name: table.arrow(None) for name, table in case.tables.items()}
        expected = settled(case, contract, arrow, dict(tables))
        for written in (as_parquet, as_database):
            found = settled(case, contract, in_sql, written(tables, tmp_path))
            assert not differences(expected, found), (seed, written.__name__)
