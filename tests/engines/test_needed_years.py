"""A run of some years reads the rows of these years and of those that they go back to: no other row has a say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from tests.property.compare import compiled, shown
from tests.property.generate import of_seed
from vbcdsl.compiler import compile_text
from vbcdsl.data import open_store
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines import needs
from vbcdsl.engines.interface import Request, Results
from vbcdsl.engines.needs import years_read
from vbcdsl.engines.spark.evaluate import VARIABLE
from vbcdsl.results.engines import engine_named
from vbcdsl.results.settle import RunOptions, settle, settle_store

ENGINES = ("reference", "arrow", "duckdb")
ACOS = ("Alpha", "Beta")
YEARS = (2022, 2023, 2024, 2025)  # the first lies outside the term

TEXT = """contract "Costs".
language version 1.
the Payer is "Plan".
the Provider is each ACO.
effective January 1, 2023 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

Article 1. Data.
1.1 "Agreements" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Share | rate written as a fraction | required |
1.2 "Member Months" are records, one for each Member in each Month:
    | Column | Kind | If missing |
    | ACO | text | required |
    | Paid | money, at least $0 | required |

Article 2. Amounts.
2.1 "Cost" means the total of Paid.
2.2 The Payer must pay the Provider the "Bonus": {bonus}.
"""
ALONE = "Share times Cost"
CARRIED = "Share times (Cost plus (Cost in the prior performance year, or $0 in the first performance year))"


def contract(bonus: str = ALONE) -> Any:
    found = compile_text(TEXT.format(bonus=bonus), "costs")
    assert not found.errors, [d.message for d in found.errors]
    return found


def tables(**instead: Any) -> dict[str, pa.Table]:
    """Two parties of three members each, four years of months, in the order of months."""
    rows = [
        {"member": f"{aco[0]}{m}", "month": dt.date(year, month, 1), "aco": aco,
         "paid": Decimal(10_000 * (year - 2021) + 100 * month + m) / 100}
        for year in YEARS for month in range(1, 13) for aco in ACOS for m in range(3)
    ]  # fmt: skip
    listed = [{"aco": a, "performance_year": y, "share": Decimal("0.25")} for y in YEARS for a in ACOS]
    return {
        "member_months": pa.Table.from_pylist(rows),
        "agreements": pa.Table.from_pylist(listed),
        **instead,
    }


def changed(year: int, column: str, value: Any) -> pa.Table:
    """Member months of which the last row of a year has another value in a column."""
    rows = tables()["member_months"].to_pylist()
    last = max(i for i, row in enumerate(rows) if row["month"].year == year)
    rows[last] = {**rows[last], column: value}
    return pa.Table.from_pylist(rows)


def written(months: pa.Table, folder: Path, suffix: str, rows: int = 7) -> dict[str, Any]:
    """The data with member months in a file of a format."""
    folder.mkdir(exist_ok=True)
    path = folder / f"member_months.{suffix}"
    match suffix:
        case "parquet":
            pq.write_table(months, path, row_group_size=rows)
        case "csv":
            pa.csv.write_csv(months, path)
        case "feather":
            pa.feather.write_feather(months, path, chunksize=rows)
    return {"member_months": str(path), "agreements": tables()["agreements"]}


def told(engine: str, data: dict[str, Any], *years: int, bonus: str = ALONE) -> Any:
    """The payments and the notes of a run; the codes of the errors that stop it."""
    try:
        found = settle(contract(bonus), data, None, RunOptions(years=years, engine=engine))
    except VbcError as error:
        return sorted({d.code for d in error.diagnostics})
    paid = [(row.party, row.year.label, [p.amount for p in row.payments]) for row in found.rows]
    left = sorted((x.record, x.reason, x.rows) for x in found.results.left_out)
    return paid, left, dict(found.results.rows)


def test_the_years_that_each_record_is_read_in() -> None:
    def read(bonus: str, *years: int) -> dict[str, frozenset[int]]:
        return years_read(contract(bonus).bundle, Request(years))

    assert read(ALONE, 2) == {"Agreements": {2}, "Member Months": {2}}
    assert read(CARRIED, 2) == {"Agreements": {1, 2}, "Member Months": {1, 2}}
    assert read(CARRIED, 1) == {"Agreements": {1}, "Member Months": {1}}
    assert read("Share times (Cost in performance year 1)", 3)["Member Months"] == {1, 3}


@pytest.mark.parametrize("bonus", [ALONE, CARRIED])
@pytest.mark.parametrize("suffix", ["parquet", "csv", "feather", "table"])
def test_a_run_of_one_year_pays_and_notes_what_it_always_did(suffix: str, bonus: str, tmp_path: Path) -> None:
    months = tables()["member_months"]
    data = tables() if suffix == "table" else written(months, tmp_path, suffix)
    whole, left, rows = told("reference", data, bonus=bonus)
    assert left == [("Agreements", "outside the term of the contract", 2),
                    ("Member Months", "outside the term of the contract", 72)]  # fmt: skip
    for engine in ENGINES:
        for year in (2023, 2024, 2025):
            expected = [row for row in whole if row[1] == str(year)]
            assert told(engine, data, year, bonus=bonus) == (expected, left, rows), (engine, year)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_executors_of_spark_pass_over_the_same_rows(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "0")
    sound = told("arrow", tables(), 2024)
    for year, expected in ((2023, sound), (2024, ["VBC5111"])):
        data = written(changed(year, "paid", None), tmp_path / str(year), suffix)
        assert told("spark", data, 2024) == expected


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("suffix", ["parquet", "csv", "table"])
def test_a_wrong_cell_stops_the_runs_that_need_its_year(engine: str, suffix: str, tmp_path: Path) -> None:
    for number, year in enumerate((2022, 2024)):
        months = changed(year, "paid", None)
        data = tables(member_months=months) if suffix == "table" else written(
            months, tmp_path / str(number), suffix
        )  # fmt: skip
        for asked in (2023, 2024, 2025):
            for bonus in (ALONE, CARRIED):
                wrong = year == asked or (bonus == CARRIED and year == asked - 1 >= 2023)
                found = told(engine, data, asked, bonus=bonus)
                assert (found == ["VBC5111"]) is wrong, (year, asked, bonus, found)
                if not wrong:
                    assert found == told(engine, tables(), asked, bonus=bonus)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_that_occurs_twice_stops_the_runs_that_need_its_year(engine: str, tmp_path: Path) -> None:
    twice = changed(2024, "member", "B1")
    data = written(twice, tmp_path, "parquet")
    assert told(engine, data, 2023) == told(engine, tables(), 2023)
    assert told(engine, data, 2024) == ["VBC5201"]
    assert told(engine, data, 2025, bonus=CARRIED) == ["VBC5201"]
    assert told(engine, data) == ["VBC5201"]


@pytest.mark.parametrize("engine", ENGINES)
def test_keys_are_checked_in_each_year_though_years_are_read_one_after_another(engine: str) -> None:
    """Which months count in a year stands on the year before, so that the data are read once for each year."""
    floor = "0.0001% of (Cost in the prior performance year, or $0 in the first performance year)"
    text = TEXT.format(bonus=ALONE).replace(
        "the total of Paid.", f"the total of Paid over the Member Months where Paid is at least ({floor})."
    )
    found = compile_text(text, "costs")
    for year in (2023, 2024, 2025):
        data = tables(member_months=changed(year, "member", "B1"))
        with pytest.raises(VbcError) as raised:
            settle(found, data, None, RunOptions(engine=engine))
        assert [d.code for d in raised.value.diagnostics] == ["VBC5201"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_period_that_cannot_be_read_stops_every_run(engine: str, tmp_path: Path) -> None:
    for cell, code in ((None, "VBC5111"), ("2024-13", "VBC5117")):
        rows = tables()["member_months"].to_pylist()
        texts = [{**row, "month": f"{row['month']:%Y-%m}"} for row in rows]
        texts[-1]["month"] = cell
        data = written(pa.Table.from_pylist(texts), tmp_path, "parquet")
        assert told(engine, data, 2023) == [code]


def test_a_row_is_named_by_its_number_among_all_rows(tmp_path: Path) -> None:
    months = changed(2024, "paid", None)
    months = months.take([i // 2 if i % 2 else len(months) - 1 - i // 2 for i in range(len(months))])
    at = months["paid"].to_pylist().index(None)
    for suffix in ("parquet", "csv"):
        data = written(months, tmp_path, suffix)
        for engine in ENGINES:
            with pytest.raises(VbcError) as raised:
                settle(contract(), data, None, RunOptions(years=(2024,), engine=engine))
            assert f"row {at + 1}" in raised.value.diagnostics[0].details[0]


def test_a_day_that_is_not_given_counts_as_it_always_did(tmp_path: Path) -> None:
    """A row whose period is missing may be needed: its other cells are checked too."""
    rows = tables()["member_months"].to_pylist()
    rows[-1] = {**rows[-1], "month": None, "paid": None}
    data = written(pa.Table.from_pylist(rows), tmp_path, "parquet")
    with pytest.raises(VbcError) as raised:
        settle(contract(), data, None, RunOptions(years=(2023,), engine="arrow"))
    assert len(raised.value.diagnostics) == 2


def test_what_looked_odd_is_told_of_the_rows_that_are_needed() -> None:
    """Rates of 2024 look like fractions whatever the rates of other years look like."""
    text = TEXT.replace("rate written as a fraction", "rate written as a percent")
    found = compile_text(text.format(bonus=ALONE), "costs")
    acos = [f"A{i}" for i in range(80)]
    listed = [
        {"aco": a, "performance_year": y, "share": Decimal("0.5") if y == 2024 else Decimal(50)}
        for y in YEARS for a in acos
    ]  # fmt: skip
    months = [{"member": a, "month": dt.date(2024, 1, 1), "aco": a, "paid": Decimal(1)} for a in acos]
    data = {"agreements": pa.Table.from_pylist(listed), "member_months": pa.Table.from_pylist(months)}
    for years, odd in (((2024,), 1), ((2023,), 0)):
        store = open_store(found.program.records, found.bundle.calendar, data)
        settle_store(found, store, (), RunOptions(years=years))
        assert len(store.warnings) == odd


@pytest.mark.parametrize("first", range(2000, 2040, 8))
def test_no_engine_reads_a_year_that_was_not_foreseen(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it did, everything would be read again: the amounts would be right, and the time lost."""

    def again(engine: Any, bundle: Any, store: Any, request: Request) -> Results:
        return engine(bundle, needs.NeededStore(store, bundle, years_read(bundle, request)), request)  # type: ignore[no-any-return]

    for name in ENGINES:
        engine = engine_named(name)
        monkeypatch.setitem(engine.__globals__, "on_needed", again)
        for seed in range(first, first + 8):
            case = of_seed(seed)
            made = compiled(case)
            data = {name: table.arrow(None) for name, table in case.tables.items()}
            terms = tuple(dict.fromkeys(t for p in made.bundle.by_year.values() for t in p.terms))
            try:
                store = open_store(made.program.records, made.bundle.calendar, data)
                shown(engine(made.bundle, store, Request(case.years[-1:], terms=terms)))
            except VbcError:
                continue
