"""A prepared store settles as the files that it was made from."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

import vbcdsl
from tests.prepared.conftest import paid, refused, same_rows
from vbcdsl.data import open_store
from vbcdsl.data.store import CodedColumn, DayColumn, FlagColumn, ScaledColumn
from vbcdsl.prepared import segment
from vbcdsl.prepared.layout import read_manifest
from vbcdsl.prepared.verify import verify
from vbcdsl.results.settle import all_records


@pytest.mark.parametrize("engine", ["arrow", "reference"])
def test_both_engines_pay_from_a_store_what_they_pay_from_the_files(
    lakeside: vbcdsl.Contract, files: dict[str, str], store: Path, engine: str
) -> None:
    expected = paid(lakeside.run(files, engine=engine))
    assert paid(lakeside.run(store, engine=engine)) == expected
    assert paid(lakeside.run({name: store for name in files}, engine=engine)) == expected
    assert expected


def test_a_store_holds_the_rows_of_the_files(
    lakeside: vbcdsl.Contract, files: dict[str, str], store: Path
) -> None:
    for record, path in files.items():
        same_rows(lakeside, path, store, record)
    assert verify(store, sources=True).bytes > 0


def test_shuffled_rows_and_little_memory_give_the_same_store(
    lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path: Path
) -> None:
    table = pq.read_table(files["member_months"])
    order = np.random.default_rng(7).permutation(table.num_rows)
    pq.write_table(table.take(pa.array(order)), tmp_path / "shuffled.parquet", row_group_size=500)
    shuffled = {**files, "member_months": str(tmp_path / "shuffled.parquet")}
    out = lakeside.prepare(shuffled, tmp_path / "store", memory=200_000)
    verify(out)
    same_rows(lakeside, files["member_months"], out, "member_months")
    assert paid(lakeside.run(out)) == paid(lakeside.run(files))


def test_threads_that_read_blocks_of_their_own_change_no_cent(
    lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "BLOCK", 300)
    out = lakeside.prepare(files, tmp_path / "store")
    record = read_manifest(out).records["member_months"]
    assert min(len(each.blocks) for each in record.segments) > 5
    alone = paid(lakeside.run(out, threads=1))
    assert alone == paid(lakeside.run(out, threads=3)) == paid(lakeside.run(files))
    damaged = bytearray((out / record.segments[1].file.name).read_bytes())
    for number in (4, 2):  # what is said is of the first block, whatever thread meets which
        at = record.segments[1].columns["Member"].at[number]
        damaged[at : at + 4] = b"\xff\xff\xff\x7f"
        (out / record.segments[1].file.name).write_bytes(damaged)
        said = [str(refused("VBC5302", lambda: lakeside.run(out, threads=n))) for n in (1, 3)]  # noqa: B023
        assert said[0] == said[1]


def test_the_order_and_the_uniqueness_of_rows_are_facts_of_the_store(store: Path) -> None:
    record = read_manifest(store).records["member_months"]
    assert record.order == ("ACO", "Member", "Month")
    assert set(record.unique) == {"Member", "ACO", "Month"}
    assert [segment.year for segment in record.segments] == [1, 2]
    assert all(segment.runs is not None for segment in record.segments)


def test_batches_are_views_of_the_mapped_file(lakeside: vbcdsl.Contract, store: Path) -> None:
    bundle = lakeside.compiled.bundle
    record = all_records(bundle)["Member Months"]
    source = open_store({record.name: record}, bundle.calendar, {record.id: store}).source(record.name)
    for batch in source.batches(tuple(c.name for c in record.columns)):
        for column in batch.columns.values():
            values = column.codes if isinstance(column, CodedColumn) else column.values
            assert not values.flags.owndata
        cost, month = batch.columns["Inpatient Paid"], batch.columns["Month"]
        assert isinstance(cost, ScaledColumn) and cost.values.dtype == np.int64 and cost.scale == 2
        assert cost.most is not None and int(abs(cost.values).max()) == cost.most
        assert isinstance(month, DayColumn) and month.bounds == (month.values.min(), month.values.max())
        assert isinstance(batch.columns["Enrolled"], FlagColumn)
        assert batch.runs is not None and batch.runs.dims == ("ACO", "Member") and batch.runs.starts[0] == 0


def test_control_totals_are_those_of_the_files(files: dict[str, str], store: Path) -> None:
    table = pq.read_table(files["member_months"])
    record = read_manifest(store).records["member_months"]
    total = record.column("Inpatient Paid")
    assert total is not None and total.total is not None
    assert (
        pa.scalar(total.total).cast(pa.decimal128(38, 2)).as_py() == pc.sum(table["inpatient_paid"]).as_py()
    )
    assert record.rows == table.num_rows


def test_other_tools_read_the_files_of_a_store(store: Path, files: dict[str, str]) -> None:
    paths = sorted((store / "member_months").glob("rows-*.arrow"))
    tables = [pa.ipc.open_file(pa.memory_map(str(path))).read_all() for path in paths]
    rows = pa.concat_tables(tables)
    assert rows.num_rows == pq.read_metadata(files["member_months"]).num_rows
    assert rows.schema.field("inpatient_paid").type == pa.int64()
    assert rows.schema.field("inpatient_paid").metadata[b"vbc.scale"] == b"2"


CONTRACT = """contract "Odd Cells".
language version 1.
the Payer is "P".
the Provider is each Clinic.
effective July 1, 2024 through June 30, 2026.
a performance year is each 12 months from July 1, 2024.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Visits" are records, one for each Clinic and Patient in each Month:
    | Column | Kind                            | If missing |
    | Paid   | money                           | $0         |
    | Share  | rate written as a percent       | not scored |
    | Weight | number                          | 1          |
    | Seen   | yes or no                       | not scored |
    | Born   | date                            | not scored |
    | Note   | text                            | "none"     |
1.2 "Ledger" are records, one for each Clinic in each Performance Year:
    | Column | Kind  | If missing |
    | Budget | money | required   |
2.1 "Cost" means the total of Paid over the Visits.
2.2 The Payer must pay the Provider the "Bonus": 10% of (Budget minus Cost), but not less than $0.
"""

VISITS = """clinic,patient,month,paid,share,weight,seen,born,note
"C, 1",p1,2024-07,12.5,2.5,0.125,yes,1950-02-28,"ein Satz, mit Komma"
"C, 1",p1,2024-08,-3.25,,,,,
"C, 1",p2,2025-07,0.001,100,99999999999999999999.5,no,2024-01-01,Ü
"C, 1",p0,2024-01,7,1,1,yes,1999-12-31,outside
C2,p1,2026-06,,0,2,no,,x
"""
LEDGER = """clinic,performance_year,budget
"C, 1",2024,1000
"C, 1",2025,500.25
C2,2024,10
C2,2025,10
C2,2031,10
"""


@pytest.fixture
def odd(tmp_path: Path) -> tuple[vbcdsl.Contract, dict[str, str]]:
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    contract = vbcdsl.load(CONTRACT)
    assert not contract.diagnostics or all(d.severity != "error" for d in contract.diagnostics)
    return contract, {"visits": str(tmp_path / "visits.csv"), "ledger": str(tmp_path / "ledger.csv")}


def test_every_kind_of_cell_comes_back_as_it_was(
    odd: tuple[vbcdsl.Contract, dict[str, str]], tmp_path: Path
) -> None:
    contract, data = odd
    out = contract.prepare(data, tmp_path / "store")
    for record, path in data.items():
        same_rows(contract, path, out, record)
    verify(out)
    stored = {c.name: c for c in read_manifest(out).records["visits"].columns}
    assert (stored["Paid"].filled, stored["Share"].filled, stored["Weight"].filled) == (1, 1, 1)
    kinds = {s.columns["Weight"].storage for s in read_manifest(out).records["visits"].segments}
    assert kinds == {"int64", "decimal"}, "numbers that do not fit into 64 bits stay decimals"
    for engine in ("arrow", "reference"):
        assert paid(contract.run(out, engine=engine)) == paid(contract.run(data, engine=engine))


def test_bindings_and_units_are_applied_once(
    lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path: Path
) -> None:
    table = pq.read_table(files["member_months"])
    cents = pc.multiply(table["inpatient_paid"].cast(pa.decimal128(14, 2)), pa.scalar(100)).cast(pa.int64())
    place = table.schema.get_field_index("inpatient_paid")
    table = table.set_column(place, "ip", cents)
    pq.write_table(table, tmp_path / "cents.parquet")
    bindings = {"member_months": {"columns": {"Inpatient Paid": {"column": "ip", "unit": "cents"}}}}
    data = {**files, "member_months": str(tmp_path / "cents.parquet")}
    out = lakeside.prepare(data, tmp_path / "store", bindings=bindings)
    assert paid(lakeside.run(out)) == paid(lakeside.run(files))
    assert paid(lakeside.run(out, bindings=bindings)) == paid(lakeside.run(files)), "not applied twice"
    other = {"member_months": {"columns": {"Inpatient Paid": {"column": "ip", "unit": "dollars"}}}}
    assert "bindings" in refused("VBC5304", lambda: lakeside.run(out, bindings=other)).details[0]


def test_wrong_data_writes_no_store(odd: tuple[vbcdsl.Contract, dict[str, str]], tmp_path: Path) -> None:
    contract, data = odd
    Path(data["visits"]).write_text(VISITS.replace("12.5,2.5", "twelve,2.5"), encoding="utf-8")
    refused("VBC5110", lambda: contract.prepare(data, tmp_path / "store"))
    Path(data["visits"]).write_text(VISITS + VISITS.splitlines()[1] + "\n", encoding="utf-8")
    found = refused("VBC5201", lambda: contract.prepare(data, tmp_path / "store"))
    assert "once" in found.message
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ledger.csv", "visits.csv"], (
        "nothing is left behind"
    )


def test_rows_twice_outside_the_term_are_no_mistake_of_a_store_either(
    odd: tuple[vbcdsl.Contract, dict[str, str]], tmp_path: Path
) -> None:
    contract, data = odd
    Path(data["visits"]).write_text(VISITS + VISITS.splitlines()[4] + "\n", encoding="utf-8")
    out = contract.prepare(data, tmp_path / "store")
    assert paid(contract.run(out)) == paid(contract.run(data))


def test_a_warning_of_the_data_is_told_by_every_run_on_the_store(tmp_path: Path) -> None:
    contract = vbcdsl.load(CONTRACT)
    rows = "".join(f"C2,p{i},2024-07,1,0.25,1,yes,,x\n" for i in range(30))
    (tmp_path / "v.csv").write_text(VISITS.splitlines()[0] + "\n" + rows, encoding="utf-8")
    (tmp_path / "l.csv").write_text(LEDGER, encoding="utf-8")
    data = {"visits": str(tmp_path / "v.csv"), "ledger": str(tmp_path / "l.csv")}
    out = contract.prepare(data, tmp_path / "store")
    assert "VBC5116" in [w.code for w in contract.run(out).warnings]


def test_records_may_be_prepared_one_by_one(
    odd: tuple[vbcdsl.Contract, dict[str, str]], tmp_path: Path
) -> None:
    contract, data = odd
    out = contract.prepare({"visits": data["visits"]}, tmp_path / "store")
    refused("VBC5001", lambda: contract.run(out))
    assert paid(contract.run({"": out, "ledger": data["ledger"]})) == paid(contract.run(data))
    contract.prepare({"ledger": data["ledger"]}, out, append=True)
    assert paid(contract.run(out)) == paid(contract.run(data))


def test_months_are_added_as_they_come(
    lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path: Path
) -> None:
    table = pq.read_table(files["member_months"])
    months = sorted(set(table["month"].to_pylist()))
    out = tmp_path / "store"
    for number, month in enumerate(months):
        part = tmp_path / f"{number}.parquet"
        pq.write_table(table.filter(pc.equal(table["month"], pa.scalar(month, table["month"].type))), part)
        if number == 0:
            lakeside.prepare({**files, "member_months": str(part)}, out)
        else:
            lakeside.prepare({"member_months": str(part)}, out, append=True)
    manifest = read_manifest(out)
    assert manifest.generation == len(months)
    segments = manifest.records["member_months"].segments
    assert len(segments) < 12 < len(months), "the files of a year are put together when they are many"
    verify(out, sources=True)
    same_rows(lakeside, files["member_months"], out, "member_months")
    assert paid(lakeside.run(out)) == paid(lakeside.run(files))


def test_what_is_there_is_not_added_again(
    lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path: Path
) -> None:
    out = lakeside.prepare(files, tmp_path / "store")
    before = (out / "manifest.json").read_bytes()
    refused("VBC5306", lambda: lakeside.prepare({"member_months": files["member_months"]}, out, append=True))
    table = pq.read_table(files["member_months"]).slice(5, 3)
    pq.write_table(table, tmp_path / "again.parquet")
    again = {"member_months": str(tmp_path / "again.parquet")}
    found = refused("VBC5201", lambda: lakeside.prepare(again, out, append=True))
    assert "3 rows" in found.message
    refused("VBC5306", lambda: lakeside.prepare(files, out))
    assert (out / "manifest.json").read_bytes() == before, "a store that could not be added to is as it was"
    verify(out)
    lakeside.prepare(files, out, replace=True)
    assert paid(lakeside.run(out)) == paid(lakeside.run(files))


ENTRIES = CONTRACT.replace(
    '1.1 "Visits" are records, one for each Clinic and Patient in each Month:\n',
    '1.1 "Visits" are entries, any number for each Clinic, placed by Visit Date:\n',
).replace(
    "    | Column | Kind                            | If missing |\n",
    "    | Column | Kind | If missing |\n    | Entry Identifier | text | required |\n"
    "    | Visit Date | date | required |\n",
    1,
)


def test_an_entry_stands_once_in_a_store(tmp_path: Path) -> None:
    contract = vbcdsl.load(ENTRIES)
    header = "clinic,entry_identifier,visit_date,paid,share,weight,seen,born,note\n"
    (tmp_path / "a.csv").write_text(
        header + "C2,e1,2024-07-09,5,,,,,\nC2,e2,2024-07-09,5,,,,,\n", encoding="utf-8"
    )
    (tmp_path / "b.csv").write_text(header + "C2,e3,2024-07-09,5,,,,,\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text(header + "C2,e2,2024-09-09,6,,,,,\n", encoding="utf-8")
    (tmp_path / "l.csv").write_text(LEDGER, encoding="utf-8")
    names = {name: str(tmp_path / f"{name}.csv") for name in "abcl"}
    out = contract.prepare({"visits": names["a"], "ledger": names["l"]}, tmp_path / "store")
    refused("VBC5202", lambda: contract.prepare({"visits": names["c"]}, out, append=True))
    contract.prepare({"visits": names["b"]}, out, append=True)
    verify(out)
    both = {"visits": [names["a"], names["b"]], "ledger": names["l"]}
    assert paid(contract.run(out)) == paid(contract.run(both))
    refused("VBC5202", lambda: contract.prepare({"visits": [names["a"], names["c"]]}, tmp_path / "other"))


def test_a_record_without_rows_stays_without_rows(tmp_path: Path) -> None:
    contract = vbcdsl.load(CONTRACT)
    (tmp_path / "v.csv").write_text(VISITS.splitlines()[0] + "\n", encoding="utf-8")
    (tmp_path / "l.csv").write_text(LEDGER, encoding="utf-8")
    data = {"visits": str(tmp_path / "v.csv"), "ledger": str(tmp_path / "l.csv")}
    out = contract.prepare(data, tmp_path / "store")
    verify(out)
    assert paid(contract.run(out)) == paid(contract.run(data))


def test_a_settlement_names_the_store_and_its_original_files(
    lakeside: vbcdsl.Contract, store: Path, tmp_path: Path
) -> None:
    import json

    from vbcdsl.results.fingerprints import fingerprints

    found = json.loads(json.dumps(fingerprints({"": store}, None)))
    assert set(found) == {"member_months", "quality_results", "financial_schedule"}
    (one,) = found["member_months"]
    assert one["prepared_from"][0]["path"] == "member_months.parquet" and len(one["sha256"]) == 64
    lakeside.run(store).write(tmp_path / "out")
    with (tmp_path / "out" / "settlement.csv").open() as file:
        assert list(csv.DictReader(file))
