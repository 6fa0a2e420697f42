"""A contract's SQL, run in DuckDB, gives the cents of the columnar engine, or says which section it cannot say."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from click.testing import CliRunner

from tests.conformance import worked_cases
from tests.library import test_library as library
from tests.library import test_mssp as mssp
from tests.sql.running import expected, in_sql, loaded
from vbcdsl.cli import cli
from vbcdsl.compiler import Compiled, compile_path, compile_text
from vbcdsl.data import load_bindings, open_store
from vbcdsl.data.store import Store
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.results.settle import all_records, years_with_rows
from vbcdsl.sql.settlement import facts_sql, settlement_sql


def sayable(
    compiled: Compiled, years: tuple[int, ...], db: object
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The terms that SQL says exactly in all these years, and those that it refuses."""
    names = {
        t.name
        for year in years
        for t in compiled.bundle.by_year[year].terms.values()
        if not t.hidden and t.role != "input" and "Member" not in t.grain
    }
    try:
        settlement_sql(compiled, years, (), db.of)  # type: ignore[attr-defined]
        refused: set[str] = set()
    except VbcError as error:
        assert {d.code for d in error.diagnostics} == {"VBC8100"}
        assert all(d.section for d in error.diagnostics)
        refused = {d.message.partition("”")[0].removeprefix("“") for d in error.diagnostics}
    good = {n for n in names - refused if all(n in compiled.bundle.by_year[y].terms for y in years)}
    return tuple(sorted(good)), tuple(sorted(refused))


def compared(compiled: Compiled, store: Store, years: tuple[int, ...]) -> Counter[str]:
    """Runs what SQL can say and compares each value; how many terms and values there were."""
    db = loaded(compiled, store)
    good, refused = sayable(compiled, years, db)
    count = Counter(accepted=len(good), refused=len(refused))
    if not good:
        return count
    written = settlement_sql(compiled, years, good, db.of)
    wanted = expected(compiled, store, years, good)
    try:
        found = in_sql(db.connection, written)
    except (
        duckdb.InvalidInputException
    ) as stopped:  # one value without a meaning ends the query, with its section
        assert "section " in str(stopped)
        assert any(isinstance(value, RunError) for value in wanted.values()), stopped
        return count + Counter(stopped=1)
    assert found == wanted
    return count + Counter(values=len(found))


def test_the_library_gives_the_same_cents_in_sql(capsys: pytest.CaptureFixture[str]) -> None:
    total: Counter[str] = Counter()
    for folder in library.PROGRAMS:
        data = library.shipped_data(folder)
        if not data:
            continue
        compiled = library.compiled(folder)
        bundle, files = compiled.bundle, compiled.files
        bindings = load_bindings(files.bindings) if files and files.bindings else None
        store = open_store(all_records(bundle), bundle.calendar, data, bindings)
        total += compared(compiled, store, tuple(y.number for y in years_with_rows(bundle, store)))
    with capsys.disabled():
        print(f"\nlibrary in SQL: {dict(total)}")
    assert total["accepted"] > 10 * total["refused"] and total["values"] > 2000 and not total["stopped"]


def test_the_worked_cases_give_the_same_cents_in_sql(capsys: pytest.CaptureFixture[str]) -> None:
    total: Counter[str] = Counter()
    for case in worked_cases.all_cases():
        compiled = worked_cases.compiled(case)
        bundle = compiled.bundle
        store = open_store(all_records(bundle), bundle.calendar, case.data)
        total += compared(compiled, store, tuple(y.number for y in years_with_rows(bundle, store)))
    with capsys.disabled():
        print(f"\nworked cases in SQL: {dict(total)}")
    assert total["accepted"] > 10 * total["refused"] and total["values"] > 900 and total["stopped"] <= 1


@pytest.mark.parametrize("year", [2014, 2022])
def test_the_published_years_of_mssp_are_paid_in_sql(year: int) -> None:
    rows = mssp.published(year)
    compiled = mssp.contract()
    bundle = compiled.bundle
    data = {"aco_results": pa.table({name: [row[name] for row in rows] for name in mssp.READ})}
    store = open_store(
        all_records(bundle), bundle.calendar, data, load_bindings(mssp.FOLDER / "bindings.toml")
    )
    number = next(y.number for y in bundle.calendar.years if y.label == str(year))
    found = compared(compiled, store, (number,))
    assert found["refused"] == 0 and found["values"] > 10 * len(rows)


def test_lakeside_on_made_data_is_settled_in_sql(tmp_path: Path) -> None:
    folder = library.LIBRARY / "lakeside"
    made = tmp_path / "data"
    run = CliRunner().invoke(cli, ["sample", str(folder), "--members", "300", "--out", str(made)])
    assert run.exit_code == 0, run.output
    compiled = compile_path(folder)
    bundle = compiled.bundle
    data = {path.stem: path for path in sorted(made.iterdir()) if path.suffix in (".csv", ".parquet")}
    store = open_store(all_records(bundle), bundle.calendar, data)
    found = compared(compiled, store, tuple(y.number for y in years_with_rows(bundle, store)))
    assert found["refused"] == 0 and found["values"] > 20


HEADER = """contract "Small".
language version 1.
the Payer is "Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column  | Kind  | If missing |
    | Cost    | money | required   |
    | Members | count | required   |
"""


def test_a_rank_is_refused_with_its_section_and_the_engines_that_compute_it() -> None:
    compiled = compile_text(
        HEADER
        + '2.1 "Standing" means the rank of Cost across all ACOs, lowest first, ties sharing the better rank.\n'
        '2.2 The Payer must pay the Provider the "Fee": $100 if Standing is at most 3, otherwise $0.\n'
    )
    assert not compiled.errors, [d.message for d in compiled.errors]
    with pytest.raises(VbcError) as stopped:
        settlement_sql(compiled, (1,))
    assert [(d.section, "a rank" in d.message) for d in stopped.value.diagnostics] == [
        ("2.1", True),
        ("2.2", True),
    ]
    assert all("--engine duckdb" in d.help for d in stopped.value.diagnostics)


def test_a_divisor_of_zero_ends_the_query_with_its_section() -> None:
    compiled = compile_text(
        HEADER + '2.1 The Payer must pay the Provider the "Fee": Cost divided by Members.\n'
    )
    written = settlement_sql(compiled, (1,))
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE results (performance_year INTEGER, aco VARCHAR, cost DECIMAL(18, 2), members BIGINT)"
    )
    connection.execute("INSERT INTO results VALUES (2024, 'A', 10.01, 2)")
    assert [row[7] for row in connection.execute(written.query).fetchall()] == [501]
    connection.execute("INSERT INTO results VALUES (2024, 'B', 10.01, 0)")
    with pytest.raises(duckdb.InvalidInputException, match=r"section 2\.1: the divisor is zero"):
        connection.execute(written.query).fetchall()


def test_the_checks_find_what_the_contract_refuses() -> None:
    compiled = compile_text(HEADER + '2.1 The Payer must pay the Provider the "Fee": Cost.\n')
    written = settlement_sql(compiled, (1,))
    connection = duckdb.connect()
    connection.execute("CREATE TABLE results (performance_year INTEGER, aco VARCHAR, cost DOUBLE)")
    connection.execute(
        "INSERT INTO results VALUES (2024, 'A', 1.5), (2024, 'A', 1.5), (2024, 'B', NULL), (2024, 'C', 0.125)"
    )
    assert [what for _, what, _ in connection.execute(written.checks).fetchall()] == [
        "Results: Cost is empty", "Results: Cost has more than 2 decimal places", "Results: two rows with one key",
    ]  # fmt: skip


def test_facts_are_sums_and_counts_without_a_quotient() -> None:
    text = HEADER + (
        '2.1 "Doubled" means Cost plus Cost.\n'
        '2.2 "Rate" means Cost divided by Members, or $0 if the divisor is zero.\n'
        '2.3 The Payer must pay the Provider the "Fee": Doubled.\n'
    )
    written = facts_sql(compile_text(text), (1,))
    assert "Doubled" in written.terms and "Rate" not in written.terms
    assert [(r.term, r.reason) for r in written.refused if r.term == "Rate"] == [("Rate", "a quotient")]


def test_the_facts_of_every_contract_are_those_of_the_columnar_engine(
    capsys: pytest.CaptureFixture[str],
) -> None:
    total: Counter[str] = Counter()
    for folder in library.PROGRAMS:
        compiled, data = library.compiled(folder), library.shipped_data(folder)
        bundle, files = compiled.bundle, compiled.files
        if not data:
            assert facts_sql(compiled, tuple(bundle.by_year)).text.startswith("-- The facts of")
            continue
        bindings = load_bindings(files.bindings) if files and files.bindings else None
        store = open_store(all_records(bundle), bundle.calendar, data, bindings)
        years = tuple(y.number for y in years_with_rows(bundle, store))
        db = loaded(compiled, store)
        written = facts_sql(compiled, years, db.of)
        if not written.body:
            continue
        found = in_sql(db.connection, written)
        named = {term for term, *_ in found} & {t for p in bundle.by_year.values() for t in p.terms}
        wanted = expected(compiled, store, years, tuple(sorted(named)))
        known = {cell: value for cell, value in found.items() if cell[0] in named}
        assert known == {cell: wanted[cell] for cell in known}, folder.name
        total += Counter(contracts=1, facts=len(written.terms), values=len(found), compared=len(known))
    with capsys.disabled():
        print(f"\nfacts of the library in SQL: {dict(total)}")
    assert total["contracts"] > 60 and total["compared"] > 500


@pytest.mark.parametrize("dialect", ["postgres", "spark", "databricks", "snowflake", "bigquery"])
def test_the_words_of_other_systems_keep_the_sentences_and_have_no_float(dialect: str) -> None:
    text = settlement_sql(library.compiled(library.LIBRARY / "lakeside"), (1,)).in_dialect(dialect)
    assert '-- 2.1 "Enrolled Months" means the number of Member Months where Enrolled.' in text
    assert "HUGEINT" not in text.upper() and "INT128" not in text.upper() and "//" not in text
    assert not re.search(r"\bAS (DOUBLE|FLOAT|REAL)", text)
    assert "error_" not in text.lower()
