"""The Python interface: few names, any kind of table, errors as one exception."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import vbcdsl

LAKESIDE = Path(__file__).parents[2] / "contract_library" / "lakeside"


class Stream:
    """A table of some other library."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def test_the_names_of_the_package_are_those_promised() -> None:
    assert set(vbcdsl.__all__) == {
        "Contract", "Settlement", "VbcError", "__version__", "check", "consolidate", "diff", "explain", "fmt",
        "load", "run", "sample", "simulate", "test",
    }  # fmt: skip
    assert all(getattr(vbcdsl, name) is not None for name in vbcdsl.__all__)


def test_importing_the_package_imports_nothing_else() -> None:
    heavy = "('pyarrow', 'lark', 'click', 'attrs')"
    code = f"import sys, vbcdsl; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_check_is_a_function_even_after_the_folder_of_that_name_is_imported() -> None:
    import vbcdsl.check.registry
    import vbcdsl.sample.make

    assert callable(vbcdsl.check)
    assert callable(vbcdsl.sample)


def test_a_contract_runs_on_tables_of_any_library() -> None:
    contract = vbcdsl.load(LAKESIDE)
    assert contract.years == ("2024", "2025", "2026")
    assert "member_months" in contract.records
    tables = contract.sample(60, seed=3)
    plain = contract.run(tables)
    streamed = contract.run({name: Stream(table) for name, table in tables.items()})
    assert plain.settlement.equals(streamed.settlement)
    assert plain.payments.equals(streamed.payments)
    assert set(plain.terms) == {"aco_performance_year_member", "aco_performance_year_measure"}


def as_polars(table: pa.Table) -> object:
    import polars

    return polars.from_arrow(table)


def as_lazy_polars(table: pa.Table) -> object:
    import polars

    return polars.from_arrow(table).lazy()  # type: ignore[union-attr]


def as_pandas(table: pa.Table) -> object:
    return table.to_pandas()  # exact decimals come as objects of Decimal


def as_duckdb(table: pa.Table) -> object:
    import duckdb

    return duckdb.connect().from_arrow(table)


def as_duckdb_query(table: pa.Table) -> object:
    import duckdb

    return duckdb.connect().from_arrow(table).filter("true").select("*")


KINDS = (as_polars, as_lazy_polars, as_pandas, as_duckdb, as_duckdb_query, pa.Table.to_reader)


@pytest.mark.parametrize("engine", ["arrow", "reference"])
@pytest.mark.parametrize(
    "kind", [as_polars, as_lazy_polars, as_pandas, as_duckdb, as_duckdb_query, pa.Table.to_reader]
)
def test_tables_of_other_libraries_give_the_same_cents(
    kind: Callable[[pa.Table], object], engine: str
) -> None:
    contract = vbcdsl.load(LAKESIDE)
    tables = contract.sample(40, seed=5)
    plain = contract.run(tables, engine=engine)
    other = vbcdsl.run(LAKESIDE, data={name: kind(table) for name, table in tables.items()}, engine=engine)
    assert other.settlement.equals(plain.settlement)
    assert other.payments.equals(plain.payments)
    assert {name: table.num_rows for name, table in other.terms.items()} == {
        name: table.num_rows for name, table in plain.terms.items()
    }


@pytest.mark.parametrize("kind", [as_polars, as_pandas, as_duckdb])
def test_a_mistake_in_a_table_of_another_library_is_told_as_in_a_file(
    kind: Callable[[pa.Table], object],
) -> None:
    contract = vbcdsl.load(LAKESIDE)
    tables = contract.sample(20, seed=5)
    wrong = dict(tables)
    wrong["member_months"] = tables["member_months"].drop_columns(["risk_score"])
    with pytest.raises(vbcdsl.VbcError) as raised:
        contract.run({name: kind(table) for name, table in wrong.items()})
    assert [d.code for d in raised.value.diagnostics] == ["VBC5101"]
    twice = dict(tables)
    twice["quality_results"] = pa.concat_tables(
        [tables["quality_results"], tables["quality_results"].slice(0, 1)]
    )
    with pytest.raises(vbcdsl.VbcError) as raised:
        contract.run({name: kind(table) for name, table in twice.items()})
    assert [d.code for d in raised.value.diagnostics] == ["VBC5201"]


def test_an_explanation_is_data_and_text() -> None:
    contract = vbcdsl.load(LAKESIDE)
    explained = contract.run(contract.sample(60)).explain("A1001", 2024)
    assert explained.to_json()["schema"] == "vbc.trace/1"
    assert "Section 4.7. Care Coordination Fee" in str(explained)
    assert explained._repr_html_().startswith("<pre>")


def test_what_is_wrong_is_one_exception_with_diagnostics() -> None:
    with pytest.raises(vbcdsl.VbcError) as wrong:
        vbcdsl.run(LAKESIDE, {})
    assert {d.code for d in wrong.value.diagnostics} == {"VBC5001"}
    broken = vbcdsl.load('contract "X".\n1.1 "A" means B.\n')
    assert broken.diagnostics
    assert "error" in repr(broken)


def test_examples_formatting_and_consolidation() -> None:
    assert vbcdsl.test(LAKESIDE).met
    text = (LAKESIDE / "contract.vbc").read_text(encoding="utf-8")
    assert vbcdsl.fmt(text) == text
    assert "Reporting Bonus" in vbcdsl.consolidate(LAKESIDE, dt.date(2026, 1, 1))
    assert not any(d.severity == "error" for d in vbcdsl.check(LAKESIDE))
