"""What DuckDB computes by itself, what it leaves to the columnar engine, and that errors are the same."""

from __future__ import annotations

import decimal
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import vbcdsl
from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.data import open_store
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow.results import collect
from vbcdsl.engines.duckdb.evaluate import DuckEvaluation
from vbcdsl.engines.interface import Request, Results
from vbcdsl.results.settle import RunOptions, all_records, settle

ROOT = Path(__file__).parents[3]
LAKESIDE = ROOT / "contract_library" / "lakeside"


@pytest.fixture(scope="module")
def lakeside() -> Compiled:
    return compile_path(LAKESIDE)


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    found = vbcdsl.load(LAKESIDE).sample(60, seed=4)
    return {name: table for name, table in found.items()}


def written(tables: dict[str, pa.Table], folder: Path) -> dict[str, object]:
    """The tables in a DuckDB file."""
    path = folder / "warehouse.db"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for name, table in tables.items():
            connection.register("rows_of_it", table)
            connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows_of_it')
    return {name: f"duckdb:{path}#{name}" for name in tables}


def evaluated(contract: Compiled, inputs: dict[str, object]) -> tuple[DuckEvaluation, Results]:
    bundle = contract.bundle
    store = open_store(all_records(bundle), bundle.calendar, inputs)
    evaluation = DuckEvaluation(bundle, store, Request(tuple(bundle.by_year)))
    evaluation.read()
    return evaluation, collect(evaluation)


def test_every_record_of_lakeside_is_read_in_sql(
    lakeside: Compiled, tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    for name, table in tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    in_files: dict[str, object] = {name: tmp_path / f"{name}.parquet" for name in tables}
    for inputs in (in_files, written(tables, tmp_path), dict(tables)):
        evaluation, _ = evaluated(lakeside, inputs)
        assert evaluation.not_in_sql == []
        assert ("Member Months", 3) in evaluation.done_in_sql


def test_a_table_of_a_duckdb_file_settles_like_the_rows_themselves(
    lakeside: Compiled, tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    nets = [
        [
            (row.party, row.year.label, row.net)
            for row in settle(lakeside, inputs, None, RunOptions(engine=engine)).rows
        ]
        for engine in ("arrow", "duckdb")
        for inputs in (dict(tables), written(tables, tmp_path))
    ]
    assert nets[0] and all(each == nets[0] for each in nets)


def damaged(table: pa.Table, column: str, value: object) -> pa.Table:
    """The table with another value in its third row."""
    cells = table.column(column).to_pylist()
    cells[2] = value
    at = table.schema.get_field_index(column)
    return table.set_column(at, column, pa.array(cells, table.schema.field(column).type))


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("risk_score", None, "VBC5111"),
        ("aco", " ", "VBC5111"),
        ("risk_score", 21, "VBC5113"),
        ("aco", "A9999", ""),
    ],
)
def test_a_wrong_cell_has_the_message_that_it_has_elsewhere(
    column: str, value: object, code: str, lakeside: Compiled, tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    wrong = {**tables, "member_months": damaged(tables["member_months"], column, value)}
    told = []
    for engine in ("arrow", "duckdb"):
        try:
            settle(lakeside, written(wrong, tmp_path), None, RunOptions(engine=engine))
            told.append([])
        except VbcError as error:
            told.append([(d.code, d.message, d.details) for d in error.diagnostics])
    assert told[0] == told[1]
    assert [each[0] for each in told[0]] == ([code] if code else []) or told[0]


def test_a_key_that_occurs_twice_is_found(
    lakeside: Compiled, tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    months = tables["member_months"]
    wrong = {**tables, "member_months": pa.concat_tables([months, months.slice(5, 1)])}
    with pytest.raises(VbcError) as raised:
        settle(lakeside, written(wrong, tmp_path), None, RunOptions(engine="duckdb"))
    assert [d.code for d in raised.value.diagnostics] == ["VBC5201"]


def test_a_sum_beyond_64_bits_is_exact(tmp_path: Path) -> None:
    folder = tmp_path / "unlimited"
    shutil.copytree(LAKESIDE, folder)
    text = (folder / "contract.vbc").read_text(encoding="utf-8")
    text = text.replace(", but not more than $250,000 for each Member in each Performance Year", "")
    (folder / "contract.vbc").write_text(text, encoding="utf-8")
    contract = vbcdsl.load(folder)
    tables = contract.sample(300, parties=1, years=1, seed=2)
    months = tables["member_months"]
    large = pa.array([decimal.Decimal("9999999999999999.99")] * months.num_rows, pa.decimal128(18, 2))
    months = months.set_column(months.schema.get_field_index("inpatient_paid"), "inpatient_paid", large)
    inputs = written({**tables, "member_months": months}, tmp_path)
    costs = []
    for engine in ("arrow", "duckdb"):
        terms = settle(contract.compiled, inputs, None, RunOptions((1,), engine)).results.terms
        costs.append(dict(terms["Total Cost of Care"].items()))
    assert costs[0] == costs[1]
    assert min(costs[0].values()) * 100 > 2**63


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("duckdb:{folder}/warehouse.db", "VBC5012"),
        ("duckdb:{folder}/warehouse.db#nothing", "VBC5012"),
        ("duckdb:{folder}/no.db#member_months", "VBC5003"),
        ("duckdb:{folder}/text.db#member_months", "VBC5005"),
        ("postgres:dbname=claims password=secret#member_months", "VBC5013"),
        ("duckdb:{folder}/warehouse.db#spy", "VBC5005"),
    ],
)
def test_an_address_that_leads_nowhere_is_said(
    address: str, code: str, lakeside: Compiled, tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    inputs = written(tables, tmp_path)
    (tmp_path / "text.db").write_text("this is no database\n" * 100)
    secret = tmp_path / "secret.csv"
    secret.write_text("aco\nA1\n")
    with duckdb.connect(str(tmp_path / "warehouse.db")) as connection:
        connection.execute(f"CREATE VIEW spy AS SELECT * FROM read_csv('{secret}')")
    inputs["member_months"] = address.format(folder=tmp_path)
    with pytest.raises(VbcError) as raised:
        settle(lakeside, inputs, None, RunOptions(engine="duckdb"))
    assert [d.code for d in raised.value.diagnostics] == [code]
    assert "secret" not in str([d.message for d in raised.value.diagnostics])


def test_names_of_tables_and_columns_are_no_sql(
    tmp_path: Path, tables: dict[str, pa.Table], lakeside: Compiled
) -> None:
    odd = 'months"; DROP TABLE x; --'
    months = tables["member_months"].rename_columns(
        ['aco"; --' if name == "aco" else name for name in tables["member_months"].column_names]
    )
    path = tmp_path / "o'dd.db"
    with duckdb.connect(str(path)) as connection:
        connection.register("rows_of_it", months)
        name = odd.replace('"', '""')
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows_of_it')
    inputs: dict[str, object] = {**tables, "member_months": f"duckdb:{path}#{odd}"}
    bindings = vbcdsl.load(LAKESIDE)._bindings({"member_months": {"columns": {"ACO": 'aco"; --'}}})
    found = settle(lakeside, inputs, bindings, RunOptions(engine="duckdb"))
    expected = settle(lakeside, dict(tables))
    assert [row.net for row in found.rows] == [row.net for row in expected.rows]
