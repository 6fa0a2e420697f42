"""Every format gives the same rows; what cannot be read is said in one message."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcdsl.data import Options, make_bindings, open_store
from vbcdsl.data.fingerprint import fingerprint
from vbcdsl.diagnostics import VbcError
from vbcdsl.diagnostics.codes import ALL

TABLE = pa.table(
    {
        "member": ["m1", "m1", "m2"],
        "month": pa.array([dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 1, 1)]),
        "aco": ["A", "A", "B"],
        "enrolled": [True, False, None],
        "inpatient_paid": pa.array([Decimal("1250.50"), None, Decimal("-3.25")], pa.decimal128(12, 2)),
        "risk_score": pa.array([Decimal("1.125"), Decimal("0.900"), Decimal("20.000")], pa.decimal128(5, 3)),
        "note": ["x", "y", "z"],
    }
)
CSV = (
    "Member,MONTH,Aco,enrolled,Inpatient Paid,Risk_Score,note\n"
    'm1,2024-01,A,yes,"$1,250.50",1.125,x\nm1,2024-02,A,no,,.9,y\nm2,2024-01,B,,(3.25),20,z\n'
)
EXPECTED = [
    ("m1", dt.date(2024, 1, 1), "A", True, Fraction("1250.5"), Fraction("1.125")),
    ("m1", dt.date(2024, 2, 1), "A", False, Fraction(0), Fraction("0.9")),
    ("m2", dt.date(2024, 1, 1), "B", False, Fraction("-3.25"), Fraction(20)),
]


def values(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows]


def write(folder: Path, name: str) -> Path:
    path = folder / name
    match name.partition(".")[2]:
        case "csv":
            path.write_text(CSV)
        case "csv.gz":
            path.write_bytes(gzip.compress(CSV.encode()))
        case "csv.bz2":
            path.write_bytes(bz2.compress(CSV.encode()))
        case "tsv":
            path.write_text(CSV.replace('"$1,250.50"', "1250.50").replace(",", "\t"))
        case "parquet" | "data":
            pq.write_table(TABLE, path, row_group_size=2)
        case "feather":
            pa.feather.write_feather(TABLE, path)
        case "arrows":
            with pa.ipc.new_stream(path, TABLE.schema) as sink:
                sink.write_table(TABLE)
    return path


@pytest.mark.parametrize(
    "name", ["a.csv", "a.csv.gz", "a.csv.bz2", "a.tsv", "a.parquet", "a.feather", "a.arrows", "a.data"]
)
@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_every_format_gives_the_same_rows(
    read: Any, months: Any, tmp_path: Path, name: str, batch_rows: int
) -> None:
    path = write(tmp_path, name)
    assert values(read.rows(months, path, batch_rows=batch_rows)) == EXPECTED
    assert values(read.rows(months, str(path), ahead=False, threads=False)) == EXPECTED


def test_every_object_in_memory_gives_the_same_rows(read: Any, months: Any, tmp_path: Path) -> None:
    class Stream:
        def __arrow_c_stream__(self, schema: object = None) -> object:
            return TABLE.__arrow_c_stream__(schema)

    dataset = pa.dataset.dataset(str(write(tmp_path, "a.parquet")))
    for content in (TABLE, TABLE.to_reader(), TABLE.combine_chunks().to_batches()[0], Stream(), dataset):
        assert values(read.rows(months, content)) == EXPECTED


def test_a_reader_can_be_read_twice(read: Any, months: Any) -> None:
    source = read.store(months, TABLE.to_reader()).source("Member Months")
    assert [sum(b.rows for b in source.batches(("Member",))) for _ in range(2)] == [3, 3]


def test_rows_are_counted_without_a_column(read: Any, months: Any, tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet", "a.feather"):
        source = read.store(months, write(tmp_path, name)).source("Member Months")
        assert sum(batch.rows for batch in source.batches(())) == 3


def test_files_of_a_folder_glob_or_list_are_read_in_the_order_of_their_names(
    read: Any, months: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, "b.parquet")
    write(folder, "a.csv")
    (folder / "_SUCCESS").write_text("")
    for content in (folder, folder / "*.*[vt]", [folder / "a.csv", folder / "b.parquet"]):
        source = read.store(months, content).source("Member Months")
        assert [batch.first_row for batch in source.batches(("Member",))] in ([0, 3], [0, 3, 5])
        assert values(read.rows(months, content)) == EXPECTED * 2


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + CSV,
        CSV.replace("\n", "\r\n"),
        "\n\n" + CSV,
        CSV.rstrip("\n"),
        CSV.replace("Inpatient Paid", '"Inpatient\u00a0Paid "'),
        CSV.replace(",x\n", ',"a\nb"\n'),
        ("\ufeff" + CSV).encode("utf-16-le"),
    ],
)
def test_csv_files_as_spreadsheets_write_them(read: Any, months: Any, content: Any) -> None:
    assert values(read.rows(months, content)) == EXPECTED


def test_encoding_and_separator_are_said_in_the_bindings(read: Any, months: Any) -> None:
    content = CSV.replace(",", ";").replace('"$1;250.50"', "1250.50").replace("x", "Ä").encode("cp1252")
    assert values(read.rows(months, content, {"separator": ";", "encoding": "cp1252"})) == EXPECTED
    assert [e.code for e in read.errors(months, CSV.replace("A", "Ä").encode("cp1252"))] == ["VBC5009"]


def test_a_header_without_rows_is_no_rows(read: Any, months: Any) -> None:
    assert read.rows(months, CSV.splitlines()[0]) == []
    assert read.rows(months, TABLE.slice(0, 0)) == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "VBC5006"),
        ("a.csv", b"\n \n", "VBC5006"),
        ("a.csv.gz", b"\x1f\x8bbroken", "VBC5005"),
        ("a.csv.gz", gzip.compress(CSV.encode() * 1000)[:-200], "VBC5005"),
        ("a.parquet", b"PAR1 broken", "VBC5005"),
        ("a.feather", b"ARROW1 broken", "VBC5005"),
        ("a.csv", b"\x00\x01\x02binary", "VBC5005"),
        ("a.xlsx", b"PK\x03\x04", "VBC5004"),
        ("a.csv", b"Member,MONTH\nm1,2024-01\nm2\n", "VBC5101"),
        ("a.csv", (CSV + "m3,2024-01\n").encode(), "VBC5008"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_message(
    read: Any, months: Any, name: str, content: bytes, code: str
) -> None:
    errors = read.errors(months, read.file(name, content))
    assert code in [error.code for error in errors]
    assert all("m3" not in str(error) for error in errors)


def test_a_file_that_is_cut_in_the_middle_is_not_settled(read: Any, months: Any, tmp_path: Path) -> None:
    whole = write(tmp_path, "a.parquet").read_bytes()
    for end in range(10, len(whole), 97):
        assert read.errors(months, read.file("cut.parquet", whole[:end]))


@given(st.binary(max_size=200), st.sampled_from(["csv", "csv.gz", "tsv", "parquet", "feather", "arrow"]))
@settings(max_examples=150, deadline=None)
def test_no_content_makes_a_traceback(tmp_path_factory: Any, content: bytes, extension: str) -> None:
    from tests.data.conftest import MONTHS, Reader

    folder = tmp_path_factory.mktemp("any")
    path = folder / f"a.{extension}"
    path.write_bytes(content)
    try:
        Reader(folder).rows(MONTHS, path)
    except VbcError as error:
        assert all(diagnostic.code in ALL for diagnostic in error.diagnostics)


def test_a_file_that_unpacks_beyond_the_limit_is_refused(read: Any, months: Any) -> None:
    path = read.file("a.csv.gz", gzip.compress((CSV + "\n" * 50_000_000).encode()))
    assert [e.code for e in read.errors(months, path, max_unpacked_bytes=20_000_000)] == ["VBC5007"]


def test_a_file_or_folder_that_is_not_there(read: Any, months: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for content in (tmp_path / "none.csv", tmp_path / "empty", tmp_path / "*.parquet", []):
        assert [error.code for error in read.errors(months, content)] == ["VBC5003"]


def test_all_records_without_data_are_named_at_once(months: Any, quality: Any, years_from: Any) -> None:
    records = {record.name: record for record in (months, quality)}
    with pytest.raises(VbcError) as caught:
        open_store(records, years_from(), {"member_month": TABLE}, make_bindings({}), Options())
    found = caught.value.diagnostics
    assert [error.code for error in found] == ["VBC5002", "VBC5001", "VBC5001"]
    assert "member_months" in found[0].help and "--data quality_results=FILE" in found[2].help


def test_a_column_that_is_not_there_is_named_with_its_nearest(read: Any, months: Any) -> None:
    (error,) = read.errors(months, CSV.replace("Risk_Score", "risk_scr"))
    assert error.code == "VBC5101"
    assert '"Risk Score" = "risk_scr"' in error.help


def test_all_columns_that_are_not_there_are_in_one_error(read: Any, months: Any) -> None:
    assert [e.code for e in read.errors(months, "a,b\n1,2\n")] == ["VBC5101"] * 6


def test_two_columns_of_one_name_are_an_error_only_if_the_name_is_used(read: Any, months: Any) -> None:
    doubled = "".join(line + "," + line.rpartition(",")[2] + "\n" for line in CSV.splitlines())
    assert values(read.rows(months, doubled)) == EXPECTED
    assert [e.code for e in read.errors(months, CSV.replace("note", "Aco "))] == ["VBC5102"]
    doubled = TABLE.rename_columns([*TABLE.column_names[:-1], "aco"])
    assert [e.code for e in read.errors(months, doubled)] == ["VBC5102"]


def test_an_exact_name_wins_over_one_in_another_spelling(read: Any, months: Any) -> None:
    table = TABLE.rename_columns([*TABLE.column_names[:-1], "ACO_"])
    assert values(read.rows(months, table)) == EXPECTED


def test_floats_are_refused_with_what_to_write(read: Any, months: Any) -> None:
    table = TABLE.set_column(4, "inpatient_paid", pa.array([1250.5, None, -3.25]))
    (error,) = read.errors(months, table)
    assert error.code == "VBC5104" and 'floats = "decimal places 2"' in error.help
    bindings = {"columns": {"Inpatient Paid": {"floats": "decimal places 2"}}}
    assert values(read.rows(months, table, bindings)) == EXPECTED
    computed = TABLE.set_column(4, "inpatient_paid", pa.array([0.1 + 0.2 + 1e-9, None, 1.0]))
    assert [e.code for e in read.errors(months, computed, bindings)] == ["VBC5119"]


def test_a_column_of_another_kind_is_refused(read: Any, months: Any) -> None:
    table = TABLE.set_column(4, "inpatient_paid", TABLE["month"])
    assert [e.code for e in read.errors(months, table)] == ["VBC5105"]


def test_files_with_different_kinds_name_file_and_column(read: Any, months: Any, tmp_path: Path) -> None:
    first = write(tmp_path, "a.parquet")
    texts = TABLE.set_column(4, "inpatient_paid", pa.array(["1", "2", "3"]))
    pq.write_table(texts, tmp_path / "b.parquet")
    (error,) = read.errors(months, [first, tmp_path / "b.parquet"])
    assert error.code == "VBC5103" and "b.parquet" in error.message and "Inpatient Paid" in error.message


def test_integers_in_one_file_and_decimals_in_another_are_alike(
    read: Any, months: Any, tmp_path: Path
) -> None:
    first = write(tmp_path, "a.parquet")
    pq.write_table(TABLE.set_column(4, "inpatient_paid", pa.array([1, 2, 3])), tmp_path / "b.parquet")
    assert [row["Inpatient Paid"] for row in read.rows(months, [first, tmp_path / "b.parquet"])][3:] == [
        1,
        2,
        3,
    ]


def test_all_mistakes_of_a_record_are_in_one_error_without_members(read: Any, months: Any) -> None:
    text = CSV + "SECRET,2024-33,A,perhaps,N/A,21,x\nSECRET,2024-01,A,no,5,,x\n"
    errors = read.errors(months, text)
    assert {e.code for e in errors} == {"VBC5117", "VBC5120", "VBC5110", "VBC5113", "VBC5111"}
    assert "SECRET" not in str(errors)
    assert "perhaps" not in str(errors)
    assert "row 4" in str(errors)
    shown = str(read.errors(months, text, show_members=True))
    assert "SECRET" in shown and "perhaps" in shown


def test_rows_without_members_are_named_by_their_keys(read: Any, quality: Any) -> None:
    text = "aco,measure,performance_year,numerator,published_rate\nA1,Diabetes Control,2024,n/a,\n"
    (error,) = read.errors(quality, text)
    assert error.details[0] == "first: row 1 (ACO A1, Measure Diabetes Control, Performance Year 2024)"
    assert '"n/a"' in error.details[1]


def test_rows_of_many_files_are_counted_in_their_file(read: Any, quality: Any, tmp_path: Path) -> None:
    head = "aco,measure,performance_year,numerator,published_rate\n"
    good = read.file("a.csv", head + "A1,Diabetes Control,2024,1,\n" * 3)
    bad = read.file("b.csv", head + "A1,Diabetes Control,2024,1,\nA2,Diabetes Control,2024,-1,\n")
    (error,) = read.errors(quality, [good, bad])
    assert f"row 2 of {bad} (ACO A2" in error.details[0]


def test_a_fingerprint_is_of_the_bytes_and_counts_rows(read: Any, tmp_path: Path) -> None:
    csv, parquet = write(tmp_path, "a.csv"), write(tmp_path, "b.parquet")
    assert fingerprint(csv).rows == fingerprint(parquet).rows == 3
    assert fingerprint(tmp_path).rows == 6
    before = fingerprint(csv).sha256
    csv.write_text(CSV.replace("1.125", "1.126"))
    assert fingerprint(csv).sha256 != before
