"""With a cache a settlement reads new files only, and pays the same cents as one from scratch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vbcdsl
from tests.prepared.conftest import paid, refused
from vbcdsl.incremental.cache import MARK, PartialCache
from vbcdsl.incremental.entry import Entry, NotKept, from_bytes, to_bytes
from vbcdsl.incremental.reading import Group

LAKESIDE = vbcdsl.load("contract_library/lakeside")


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    """Member months of 60 members, many with months in several files, and the other records."""
    return LAKESIDE.sample(60, parties=2, years=(2024, 2025))


def in_files(
    tables: dict[str, Any], folder: Path, place: np.ndarray, suffix: str = "parquet"
) -> dict[str, Any]:
    """Member months cut into files by a number for each row; the others in one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    months = tables["member_months"]
    paths = []
    for number in sorted(set(place.tolist())):
        path = folder / f"mm_{number}.{suffix}"
        part = months.filter(pa.array(place == number))
        if suffix == "csv":
            import pyarrow.csv

            pyarrow.csv.write_csv(part, path)
        else:
            pq.write_table(part, path)
        paths.append(str(path))
    found: dict[str, Any] = {"member_months": paths}
    for name in ("quality_results", "financial_schedule"):
        pq.write_table(tables[name], folder / f"{name}.parquet")
        found[name] = str(folder / f"{name}.parquet")
    return found


def by_month(tables: dict[str, Any]) -> np.ndarray:
    """Two months in each file."""
    months = tables["member_months"]["month"].to_pylist()
    order = {month: i // 2 for i, month in enumerate(sorted(set(months)))}
    return np.array([order[month] for month in months])


def read_and_taken(settlement: vbcdsl.Settlement) -> tuple[int, int]:
    """How many files of member months were read, and how many came from the cache."""
    (note,) = [note for note in settlement.notes if note.startswith("Member Months: ")]
    words = note.split()
    return int(words[2]), int(words[7])


def test_a_month_more_reads_one_file(tables: dict[str, Any], tmp_path: Path) -> None:
    data = in_files(tables, tmp_path / "files", by_month(tables))
    files = data["member_months"]
    for count in (3, 4, len(files)):
        some = {**data, "member_months": files[:count]}
        done = LAKESIDE.run(some, cache=tmp_path / "cache")
        assert paid(done) == paid(LAKESIDE.run(some))
    again = LAKESIDE.run(data, cache=tmp_path / "cache")
    assert read_and_taken(again) == (0, len(files))
    assert paid(again) == paid(LAKESIDE.run(data, engine="reference"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choice=st.data())
def test_files_in_any_order_pay_what_one_file_pays(
    tables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, choice: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("any")
    count = choice.draw(st.integers(2, 5))
    seed = choice.draw(st.integers(0, 2**16))
    place = np.random.default_rng(seed).integers(0, count, tables["member_months"].num_rows)
    suffix = choice.draw(st.sampled_from(["parquet", "csv"]))
    data = in_files(tables, folder / "files", place, suffix)
    arrived = choice.draw(st.permutations(data["member_months"]))
    known = 0
    for number in range(1, len(arrived) + 1):
        if number < len(arrived) and choice.draw(st.booleans()):
            continue
        some = {**data, "member_months": arrived[:number]}
        done = LAKESIDE.run(some, cache=folder / "cache")
        assert read_and_taken(done) == (number - known, known)
        assert paid(done) == paid(LAKESIDE.run(some))
        known = number
    whole = {name: tables[name] for name in data}
    assert paid(LAKESIDE.run(data, cache=folder / "cache")) == paid(LAKESIDE.run(whole))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**16), every=st.booleans())
def test_a_store_that_grows_in_any_order_pays_what_one_file_pays(
    tables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, seed: int, every: bool
) -> None:
    folder = tmp_path_factory.mktemp("grows")
    place = np.random.default_rng(seed).integers(0, 4, tables["member_months"].num_rows)
    data = in_files(tables, folder / "files", place)
    out = folder / "store"
    for number, path in enumerate(data["member_months"]):
        if number == 0:
            LAKESIDE.prepare({**data, "member_months": path}, out)
        else:
            LAKESIDE.prepare({"member_months": path}, out, append=True)
        some = {**data, "member_months": data["member_months"][: number + 1]}
        if every or number == 3:
            assert paid(LAKESIDE.run(out, cache=folder / "cache")) == paid(LAKESIDE.run(some))
    assert read_and_taken(LAKESIDE.run(out, cache=folder / "cache"))[0] == 0


def test_a_file_that_changed_is_read_again(tables: dict[str, Any], tmp_path: Path) -> None:
    data = in_files(tables, tmp_path / "files", by_month(tables))
    LAKESIDE.run(data, cache=tmp_path / "cache")
    path = data["member_months"][1]
    table = pq.read_table(path)
    place = table.schema.get_field_index("inpatient_paid")
    pq.write_table(table.set_column(place, "inpatient_paid", table["outpatient_paid"]), path)
    done = LAKESIDE.run(data, cache=tmp_path / "cache")
    assert read_and_taken(done) == (1, len(data["member_months"]) - 1)
    assert paid(done) == paid(LAKESIDE.run(data))


def test_a_sentence_that_changed_uses_nothing_of_before(tables: dict[str, Any], tmp_path: Path) -> None:
    data = in_files(tables, tmp_path / "files", by_month(tables))
    text = (
        Path("contract_library/lakeside/contract.vbc").read_text(encoding="utf-8").partition("Article 5.")[0]
    )
    first = vbcdsl.load(text)
    first.run(data, cache=tmp_path / "cache")
    other = vbcdsl.load(
        text.replace("(Inpatient Paid plus Outpatient Paid)", "(Inpatient Paid plus Inpatient Paid)")
    )
    done = other.run(data, cache=tmp_path / "cache")
    assert paid(done) == paid(other.run(data)) != paid(first.run(data))
    assert read_and_taken(done)[0] == len(data["member_months"])
    settled_only = vbcdsl.load(text.replace("10% of Benchmark", "9% of Benchmark"))
    done = settled_only.run(data, cache=tmp_path / "cache")
    assert read_and_taken(done) == (0, len(data["member_months"])), "the sums by member are the same"
    assert paid(done) == paid(settled_only.run(data))


def test_a_key_in_two_files_is_found_though_one_comes_from_the_cache(
    tables: dict[str, Any], tmp_path: Path
) -> None:
    data = in_files(tables, tmp_path / "files", by_month(tables))
    LAKESIDE.run(data, cache=tmp_path / "cache")
    again = tmp_path / "again.parquet"
    pq.write_table(tables["member_months"].slice(3, 2), again)
    twice = {**data, "member_months": [*data["member_months"], str(again)]}
    found = refused("VBC5201", lambda: LAKESIDE.run(twice, cache=tmp_path / "cache"))
    assert found == refused("VBC5201", lambda: LAKESIDE.run(twice)), "in the same words"


def test_a_roster_that_changed_is_seen(tables: dict[str, Any], tmp_path: Path) -> None:
    data = in_files(tables, tmp_path / "files", by_month(tables))
    LAKESIDE.run(data, cache=tmp_path / "cache")
    schedule = tables["financial_schedule"]
    short = schedule.filter(pc.not_equal(schedule["aco"], schedule["aco"][0]))
    pq.write_table(short, data["financial_schedule"])
    code = "VBC6102"
    found = refused(code, lambda: LAKESIDE.run(data, cache=tmp_path / "cache"))
    assert found == refused(code, lambda: LAKESIDE.run(data))


@pytest.mark.parametrize("harm", ["cut", "bit", "empty", "text", "other"])
def test_a_damaged_entry_is_computed_again_with_a_note(
    tables: dict[str, Any], tmp_path: Path, harm: str
) -> None:
    data = in_files(tables, tmp_path / "files", by_month(tables))
    expected = paid(LAKESIDE.run(data, cache=tmp_path / "cache"))
    entries = sorted((tmp_path / "cache").glob("*/*.partials"))
    contents = [path.read_bytes() for path in entries]
    for number, (path, content) in enumerate(zip(entries, contents, strict=True)):
        changed = bytearray(content)
        changed[len(content) // 2] ^= 4
        path.write_bytes({
            "cut": content[: len(content) // 2], "bit": bytes(changed), "empty": b"", "text": b"vbc.partials/1 ",
            "other": contents[number - 1] if number == 0 else content[:-1],
        }[harm])  # fmt: skip
    done = LAKESIDE.run(data, cache=tmp_path / "cache")
    assert paid(done) == expected
    if harm != "other":
        assert any("damaged" in note for note in done.notes)
    assert paid(LAKESIDE.run(data, cache=tmp_path / "cache")) == expected


def test_tables_in_memory_are_read_as_a_whole(tables: dict[str, Any], tmp_path: Path) -> None:
    done = LAKESIDE.run(dict(tables), cache=tmp_path / "cache")
    assert any("read as a whole" in note for note in done.notes)
    assert paid(done) == paid(LAKESIDE.run(dict(tables)))


def test_a_folder_with_other_files_is_no_cache(tables: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep")
    refused("VBC5308", lambda: LAKESIDE.run(dict(tables), cache=tmp_path))
    cache = PartialCache(tmp_path / "mine")
    assert (cache.folder / MARK).read_text().startswith("Partial results")
    PartialCache(tmp_path / "mine")
    refused("VBC8020", lambda: PartialCache(tmp_path / "letter.txt" / "below"))


def test_an_entry_comes_back_as_it_was_with_numbers_of_any_size() -> None:
    from vbcdsl.engines.arrow import ints
    from vbcdsl.engines.arrow.ints import Ints
    from vbcdsl.engines.arrow.partials import Partial
    from vbcdsl.engines.arrow.vec import Num

    large = Num(Ints(np.array([10**30, -(10**25)], dtype=object)), ints.one(1000))
    part = Partial(np.array([1, 2]), missing=np.array([0, 1]), total=large, days=True)
    group = Group(2, {"year": np.array([1, 2])}, {"Member": (np.array([1, 0]), ["Ü", "a,b"])}, [part], part)
    entry = Entry(3, 1, [group], {"ACO": {1: 4}}, 7, {"Rate": (20, "1/3")}, ["x", "y"])
    found = from_bytes(to_bytes(entry))
    assert (found.rows, found.outside, found.left_out) == (3, 1, 7)
    assert found.unlisted == entry.unlisted and found.seen == entry.seen and found.identifiers == ["x", "y"]
    (one,) = found.groups
    assert one.texts["Member"][1] == ["Ü", "a,b"] and one.texts["Member"][0].tolist() == [1, 0]
    total = one.parts[0].total
    assert total is not None and total.num.a.tolist() == [10**30, -(10**25)] and total.den.scalar == 1000
    assert one.parts[0].days and one.bits is not None
    part.fault = np.array([0, 5])
    with pytest.raises(NotKept):
        to_bytes(entry)
