"""Bindings say what stands for what; keys are unique; files are written whole and exactly."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbcdsl.data import Options, load_bindings, make_bindings, open_store
from vbcdsl.data.keys import check_unique, key_columns
from vbcdsl.data.rows import rows
from vbcdsl.data.write import (
    Digits,
    cell_text,
    exact_text,
    money_cell,
    money_text,
    safe_file,
    write_csv,
    write_json,
    write_parquet,
)
from vbcdsl.diagnostics import VbcError
from vbcdsl.diagnostics.codes import ALL
from vbcdsl.diagnostics.codes.data import CODES
from vbcdsl.model import kinds
from vbcdsl.resources import library_dir
from vbcdsl.rules.program import Column

FILES = Path(__file__).parent / "files"


def binding_errors(tables: dict[str, Any]) -> list[str]:
    with pytest.raises(VbcError) as caught:
        make_bindings(tables)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


# Bindings


def test_a_bindings_file_gives_files_constants_and_columns(
    months: Any, years_from: Any, tmp_path: Path
) -> None:
    (tmp_path / "months.csv").write_text("id,yr,mo,in,ip,op,risk\n7,2024,2,1,10.10,0.05,1\n")
    (tmp_path / "bindings.toml").write_text(
        """
        [member_months]
        file = "months.csv"
        constants = { aco = "A1" }
        [member_months.columns]
        Member = "id"
        Month = { year = "yr", month = "mo" }
        enrolled = "in"
        "Inpatient Paid" = { sum = ["ip", "op"], unit = "cents" }
        "Risk Score" = { column = "risk", missing = ["*"] }
        """
    )
    bindings = load_bindings(tmp_path / "bindings.toml")
    source = open_store({months.name: months}, years_from(), {}, bindings).source("Member Months")
    (row,) = rows(source, tuple(column.name for column in months.columns))
    assert list(row.values()) == ["7", dt.date(2024, 2, 1), "A1", True, Fraction("0.1015"), 1]


def test_a_unit_of_money_is_of_money_only(months: Any, years_from: Any) -> None:
    table = pa.table({"inpatient_paid": [125], "risk_score": [2]})

    def read(binding: Any) -> list[Any]:
        bindings = make_bindings({"member_months": binding})
        store = open_store({months.name: months}, years_from(), {months.name: table}, bindings)
        (row,) = rows(store.source(months.name), ("Inpatient Paid", "Risk Score"))
        return list(row.values())

    assert read({"unit": "cents"}) == [Fraction("1.25"), 2]
    assert read({"unit": "cents", "columns": {"Risk Score": {"column": "risk_score"}}}) == [
        Fraction("1.25"),
        2,
    ]
    with pytest.raises(VbcError, match="VBC5024"):
        read({"columns": {"Risk Score": {"column": "risk_score", "unit": "cents"}}})


def test_a_file_given_wins_over_the_one_in_the_bindings(months: Any, years_from: Any) -> None:
    table = pa.table({"member": ["m"]})
    bindings = make_bindings({"member_months": {"file": "not-there.csv"}})
    store = open_store({months.name: months}, years_from(), {"Member Months": table}, bindings)
    assert [batch.rows for batch in store.source("Member Months").batches(("Member",))] == [1]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"colums": {}}, "VBC5023"),
        ({"columns": {"A": {"writen": "percent"}}}, "VBC5023"),
        ({"columns": {"A": {"written": "per cent"}}}, "VBC5024"),
        ({"columns": {"A": {"unit": "pennies"}}}, "VBC5024"),
        ({"columns": {"A": {"floats": "yes"}}}, "VBC5024"),
        ({"columns": {"A": {"sum": "b"}}}, "VBC5024"),
        ({"columns": {"A": {"sum": ["b"], "column": "c"}}}, "VBC5024"),
        ({"columns": {"A": {"year": "b"}}}, "VBC5024"),
        ({"columns": {"A": 5}}, "VBC5024"),
        ({"columns": []}, "VBC5024"),
        ({"missing": "-"}, "VBC5024"),
        ({"thousands": "yes"}, "VBC5024"),
        ({"separator": ";;"}, "VBC5024"),
        ({"constants": {"A": [1]}}, "VBC5024"),
        ({"file": 3}, "VBC5024"),
        (3, "VBC5024"),
    ],
)
def test_a_mistake_in_the_bindings_is_refused(table: Any, code: str) -> None:
    assert binding_errors({"member_months": table}) == [code]


def test_a_bindings_file_that_is_no_toml(tmp_path: Path) -> None:
    for content in (b"[a\n", b"\xff\xfe"):
        (tmp_path / "b.toml").write_bytes(content)
        with pytest.raises(VbcError, match="VBC5020"):
            load_bindings(tmp_path / "b.toml")
    with pytest.raises(VbcError, match="VBC5020"):
        load_bindings(tmp_path / "none.toml")


def test_bindings_of_unknown_records_and_columns_name_the_nearest(months: Any, years_from: Any) -> None:
    bindings = make_bindings({"member_month": {}, "Member Months": {"columns": {"Risk Scor": "r"}}})
    with pytest.raises(VbcError) as caught:
        open_store({months.name: months}, years_from(), {"member_months": pa.table({})}, bindings)
    found = caught.value.diagnostics
    assert [error.code for error in found] == ["VBC5021", "VBC5022"]
    assert "[member_months]" in found[0].help and '"Risk Score"' in found[1].help


def test_a_sum_of_texts_makes_no_sense(months: Any, read: Any) -> None:
    errors = read.errors(months, pa.table({}), {"columns": {"Member": {"sum": ["a", "b"]}}})
    assert [error.code for error in errors] == ["VBC5024"]


# Keys (Q9)


def unique(record: Any, calendar: Any, text: str, tmp_path: Path, **options: Any) -> None:
    path = tmp_path / "keys.csv"
    path.write_text(text)
    source = open_store({record.name: record}, calendar, {record.id: path}).source(record.name)
    batches = source.batches(key_columns(record, "ACO"))
    check_unique(record, "ACO", batches, calendar, Options(**options))


def test_one_row_for_each_key_is_right(months: Any, years_from: Any, tmp_path: Path) -> None:
    unique(months, years_from(), "member,month,aco\nm,2024-01,A\nm,2024-02,A\nm,2024-01,B\n", tmp_path)


def test_two_rows_of_one_key_are_an_error_that_hides_members(
    months: Any, years_from: Any, tmp_path: Path
) -> None:
    text = "member,month,aco\nm1,2024-01,A\nm1,2024-01-20,A\nm2,2024-01,A\n"
    with pytest.raises(VbcError) as caught:
        unique(months, years_from(), text, tmp_path)
    (error,) = caught.value.diagnostics
    assert error.code == "VBC5201" and error.details == ("rows 1, 2",)
    with pytest.raises(VbcError) as caught:
        unique(months, years_from(), text, tmp_path, show_members=True)
    assert "Member m1" in caught.value.diagnostics[0].details[0]


def test_rows_outside_the_term_are_no_duplicates(months: Any, years_from: Any, tmp_path: Path) -> None:
    unique(months, years_from(), "member,month,aco\nm,2019-01,A\nm,2019-01,A\n", tmp_path)


def test_a_year_by_its_number_and_by_its_label_is_one_key(
    quality: Any, years_from: Any, tmp_path: Path
) -> None:
    text = "aco,measure,performance_year\nA,Diabetes Control,1\nA,Diabetes Control,2024\n"
    with pytest.raises(VbcError, match="VBC5201"):
        unique(quality, years_from(), text, tmp_path)


def test_equal_entries_are_two_entries(months: Any, years_from: Any, tmp_path: Path) -> None:
    entries = attrs.evolve(months, entries=True)
    unique(entries, years_from(), "member,month,aco\nm,2024-01,A\nm,2024-01,A\n", tmp_path)
    named = attrs.evolve(entries, columns=(*months.columns, Column("Entry Identifier", kinds.TEXT, None)))
    with pytest.raises(VbcError, match="VBC5202"):
        unique(named, years_from(), "entry_identifier\n1\n1\n", tmp_path)


# Writing


@given(st.decimals(allow_nan=False, allow_infinity=False).filter(lambda d: abs(d.adjusted()) < 40))
def test_a_decimal_is_written_in_full(value: Any) -> None:
    assert Fraction(exact_text(Fraction(value))) == Fraction(value)
    assert Fraction(money_text(Fraction(value))) == Fraction(value)


def test_amounts_as_text() -> None:
    cases = {"1234.5": "1234.50", "-0.01": "-0.01", "0": "0.00", "0.125": "0.125", "-1/3": "-0.333333333333"}
    assert {text: money_text(Fraction(text)) for text in cases} == cases
    assert exact_text(Fraction(2, 3)) == "0.666666666667"
    assert exact_text(Fraction(3)) == "3"


def test_text_that_a_spreadsheet_would_run_is_quoted_but_no_number_is(tmp_path: Path) -> None:
    assert [cell_text(c) for c in ("=1+1", "+1", "-x", "@a", "\ta", "a")] == [
        "'=1+1",
        "'+1",
        "'-x",
        "'@a",
        "'\ta",
        "a",
    ]
    write_csv(
        tmp_path / "a.csv", ["name", "paid"], [["=cmd", money_cell(Fraction(-5))], ["b", Fraction(-1, 8)]]
    )
    with (tmp_path / "a.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["name", "paid"], ["'=cmd", "-5.00"], ["b", "-0.125"]]
    assert isinstance(money_cell(Fraction(1)), Digits)


def test_a_float_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        cell_text(0.1)
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"a": [0.1]})
    assert os.listdir(tmp_path) == []


def test_json_and_parquet_are_written_whole(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"paid": Fraction(5, 2), "rows": [1, None, True]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"paid": "2.5", "rows": [1, None, True]}
    write_parquet(tmp_path / "a.parquet", pa.table({"a": [1]}))
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 1
    assert sorted(os.listdir(tmp_path)) == ["a.json", "a.parquet"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(RuntimeError), safe_file(tmp_path / "a.txt", "w") as file:
        file.write("new")
        raise RuntimeError
    assert (tmp_path / "a.txt").read_text() == "old" and os.listdir(tmp_path) == ["a.txt"]


# Codes


def test_every_code_of_data_has_a_title_and_a_reason() -> None:
    assert len({code.id for code in CODES}) == len(CODES)
    assert all(code.id.startswith("VBC5") and code.title and code.why for code in CODES)
    used = set()
    for path in (Path(__file__).parents[2] / "vbcdsl" / "data").rglob("*.py"):
        used |= {
            word.strip('"')
            for word in path.read_text().split('"')
            if word.startswith("VBC5") and len(word) == 7
        }
    assert used == {code.id for code in CODES} and used <= set(ALL)


# Published files


def test_member_months_of_synpuf_add_up(read: Any, months: Any) -> None:
    bindings = {
        "columns": {
            "Member": "member_id",
            "Month": {"year": "year", "month": "month"},
            "Enrolled": "part_a",
            "Inpatient Paid": {"sum": ["paid_inpatient", "paid_outpatient", "paid_professional"]},
        },
        "constants": {"aco": "A", "risk_score": 1},
    }
    path = FILES / "synpuf_member_months_extract.csv"
    with path.open(newline="") as file:
        raw = list(csv.DictReader(file))
    found = read.rows(months, path, bindings)
    assert [str(row["Month"]) for row in found] == [row["month_start"] for row in raw]
    parts = ("paid_inpatient", "paid_outpatient", "paid_professional")
    assert [row["Inpatient Paid"] for row in found] == [sum(Fraction(r[p] or 0) for p in parts) for r in raw]


def test_a_raw_file_of_the_shared_savings_program_is_read_as_published(read: Any) -> None:
    column = Column("Savings Rate", kinds.RATE, None)
    score = Column("Quality Score", kinds.RATE, Fraction(0))
    record = attrs.evolve(read.one(column), columns=(*read.one(column).columns, score))
    bindings = {
        "missing": ["-", "*"],
        "columns": {"Row": "ACO_ID", "Savings Rate": "Sav_rate", "Quality Score": "QualScore"},
    }
    path = library_dir() / "mssp" / "data" / "raw_PY2022.csv"
    with path.open(newline="", encoding="utf-8-sig") as file:
        raw = list(csv.DictReader(file))
    found = read.rows(record, path, bindings)
    assert [row["Savings Rate"] for row in found] == [Fraction(r["Sav_rate"].strip("%")) / 100 for r in raw]
    assert len(found) == 482
