"""Rows that many executors share: pieces of files, folders that Spark reads, DataFrames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import vbcdsl
from tests.tools_here import needs
from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.data import open_store
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow.results import collect
from vbcdsl.engines.interface import Request, Results
from vbcdsl.engines.spark.evaluate import SparkEvaluation
from vbcdsl.engines.spark.session import session
from vbcdsl.results.settle import RunOptions, all_records, settle

pytestmark = [pytest.mark.xdist_group("spark"), needs("java", "default-jre-headless")]
WRONG = [("risk_score", None, "VBC5111"), ("risk_score", 21, "VBC5113")]
LAKESIDE = Path(__file__).parents[3] / "contract_library" / "lakeside"


@pytest.fixture(autouse=True)
def however_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of a few rows go to the executors too."""
    monkeypatch.setenv("VBCDSL_SPARK_LEAST_BYTES", "0")


@pytest.fixture(scope="module")
def lakeside() -> Compiled:
    return compile_path(LAKESIDE)


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    sample = vbcdsl.load(LAKESIDE).sample(400, seed=5)
    return {name: plain(table) for name, table in sample.items()}


def plain(table: pa.Table) -> pa.Table:
    """Texts as texts, as a warehouse has them."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    return table


def on_spark(contract: Compiled, inputs: dict[str, object]) -> tuple[SparkEvaluation, Results]:
    bundle = contract.bundle
    store = open_store(all_records(bundle), bundle.calendar, inputs)
    evaluation = SparkEvaluation(bundle, store, Request(tuple(bundle.by_year)), least_bytes=0)
    evaluation.read()
    return evaluation, collect(evaluation)


def values(results: Results) -> dict[str, dict[object, object]]:
    return {name: dict(found.items()) for name, found in results.terms.items()}


@pytest.fixture(scope="module")
def expected(lakeside: Compiled, tables: dict[str, pa.Table]) -> dict[str, dict[object, object]]:
    bundle = lakeside.bundle
    store = open_store(all_records(bundle), bundle.calendar, dict(tables))
    from vbcdsl.engines.arrow import evaluate

    return values(evaluate(bundle, store, Request(tuple(bundle.by_year))))


def given(way: str, months: pa.Table, folder: Path) -> Any:
    """Member months in one of the ways in which they may be given."""
    third = months.num_rows // 3
    parts = [months.slice(0, third), months.slice(third, third), months.slice(2 * third)]
    if way in ("files", "cluster folder"):
        for number, part in enumerate(reversed(parts)):  # a member's months lie in several files
            pq.write_table(part, folder / f"{number}.parquet")
        return folder if way == "files" else f"spark:{folder}"
    if way == "csv":
        pa.csv.write_csv(months, folder / "months.csv")
        return f"spark:{folder / 'months.csv'}"
    frame = session().createDataFrame(months).repartition(3)
    if way == "catalog":
        frame.createOrReplaceTempView("member_months_of_a_test")
        return "spark:#member_months_of_a_test"
    return frame


@pytest.mark.parametrize("way", ["files", "cluster folder", "csv", "catalog", "data frame"])
def test_the_same_values_however_the_rows_reach_the_executors(
    way: str,
    lakeside: Compiled,
    tables: dict[str, pa.Table],
    expected: dict[str, dict[object, object]],
    tmp_path: Path,
) -> None:
    inputs = {**tables, "member_months": given(way, tables["member_months"], tmp_path)}
    evaluation, results = on_spark(lakeside, inputs)
    assert values(results) == expected
    assert ("Member Months", tables["member_months"].num_rows) in evaluation.on_spark


@pytest.mark.parametrize(
    ("column", "value", "code"), [("risk_score", None, "VBC5111"), ("risk_score", 21, "VBC5113")]
)
def test_a_wrong_cell_is_found_in_files_with_its_row_and_in_a_frame_by_what_it_is(
    column: str, value: object, code: str, lakeside: Compiled, tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    months = tables["member_months"]
    cells = months.column(column).to_pylist()
    cells[7] = value
    at = months.schema.get_field_index(column)
    wrong = months.set_column(at, column, pa.array(cells, months.schema.field(column).type))
    told = []
    for way, engine in (("files", "arrow"), ("files", "spark"), ("data frame", "spark")):
        folder = tmp_path / f"{way} {engine}"
        folder.mkdir()
        inputs = {**tables, "member_months": given(way, wrong, folder)}
        with pytest.raises(VbcError) as raised:
            settle(lakeside, inputs, None, RunOptions(engine=engine))
        told.append([(d.code, d.message) for d in raised.value.diagnostics])
    assert [each[0] for each in told[0]] == [code]
    assert [each[0] for each in told[2]] == [code]
    assert told[0] == told[1]


def test_a_month_that_two_executors_have_is_a_duplicate(
    lakeside: Compiled, tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    months = tables["member_months"]
    pq.write_table(months, tmp_path / "a.parquet")
    pq.write_table(months.slice(3, 1), tmp_path / "b.parquet")
    with pytest.raises(VbcError) as raised:
        on_spark(lakeside, {**tables, "member_months": tmp_path})[0].keyset(
            1, "Member Months", ("Member",), None
        )
        settle(lakeside, {**tables, "member_months": tmp_path}, None, RunOptions(engine="spark"))
    assert [d.code for d in raised.value.diagnostics] == ["VBC5201"]


def test_what_spark_cannot_read_is_said(lakeside: Compiled, tables: dict[str, pa.Table]) -> None:
    with pytest.raises(VbcError) as raised:
        settle(
            lakeside, {**tables, "member_months": "spark:#no.such.table"}, None, RunOptions(engine="spark")
        )
    assert [d.code for d in raised.value.diagnostics] == ["VBC5012"]
