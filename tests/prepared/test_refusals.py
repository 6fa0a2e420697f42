"""A store that is foreign, damaged, out of date or made by other rules is refused, with what to do."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vbcdsl
from tests.prepared.conftest import paid, refused
from vbcdsl.prepared.layout import TAIL
from vbcdsl.prepared.verify import verify

LAKESIDE = Path("contract_library/lakeside/contract.vbc")


@pytest.fixture
def copy(store: Path, tmp_path: Path) -> Path:
    """A copy of the store that may be changed."""
    return Path(shutil.copytree(store, tmp_path / "store"))


def rows_file(store: Path) -> Path:
    """A file of member months."""
    return sorted((store / "member_months").glob("rows-*.arrow"))[0]


def first(manifest: dict[str, Any]) -> dict[str, Any]:
    """The first segment of the member months."""
    found: dict[str, Any] = manifest["records"]["member_months"]["segments"][0]
    return found


def edited(store: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest."""
    path = store / "manifest.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def test_a_missing_a_short_and_an_altered_file_are_seen_when_a_store_is_opened(
    lakeside: vbcdsl.Contract, copy: Path
) -> None:
    path = rows_file(copy)
    content = path.read_bytes()
    for wrong in (content[:-1], content + b"x", content[:-9] + b"x" + content[-8:]):
        path.write_bytes(wrong)
        assert path.name in refused("VBC5302", lambda: lakeside.run(copy)).message
    path.unlink()
    assert "missing" in refused("VBC5302", lambda: lakeside.run(copy)).message
    path.write_bytes(content)
    assert lakeside.run(copy).settlement.num_rows


def test_one_bit_anywhere_is_found_by_verify(lakeside: vbcdsl.Contract, copy: Path) -> None:
    path = rows_file(copy)
    content = bytearray(path.read_bytes())
    assert len(content) > TAIL, "the bit lies before the end that a run checks"
    content[2_000] ^= 1
    path.write_bytes(content)
    found = refused("VBC5302", lambda: verify(copy))
    assert path.name in found.details[0]


def test_facts_that_the_rows_do_not_bear_out_are_found_by_verify(copy: Path) -> None:
    edited(copy, lambda m: m["records"]["member_months"]["columns"][0].update(total="17"))
    refused("VBC5302", lambda: verify(copy))
    edited(copy, lambda m: m["records"]["member_months"]["columns"][0].update(total=None))
    verify(copy)
    edited(
        copy,
        lambda m: first(m)["columns"]["Inpatient Paid"]["high"].__setitem__(0, 1),
    )
    assert "bounds" in refused("VBC5302", lambda: verify(copy)).details[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(schema="vbc.store/9"),
        lambda m: m.pop("years"),
        lambda m: m.update(more=1),
        lambda m: m.update(generation="1"),
        lambda m: m["records"]["member_months"].update(rows=5),
        lambda m: first(m)["file"].update(name="../../etc/passwd"),
        lambda m: first(m)["file"].update(name="/etc/rows-0001-1.arrow"),
        lambda m: first(m)["file"].update(name="x/../rows-0001-1.arrow"),
        lambda m: first(m).update(blocks=[10**15]),
        lambda m: first(m).update(blocks=[-1]),
        lambda m: first(m)["columns"]["Member"].update(at=[10**12]),
        lambda m: first(m)["columns"]["Member"].update(at=[-8]),
        lambda m: first(m)["columns"]["Member"].update(storage="object"),
        lambda m: first(m)["columns"]["Member"].update(scale=10**9),
        lambda m: first(m)["runs"].update(count=[10**10]),
        lambda m: m["records"]["member_months"]["texts"]["Member"][0].update(rows=10**14),
        lambda m: m["records"]["member_months"]["texts"]["Member"][0].update(data_at=2**63),
        lambda m: m["records"]["member_months"].update(order=["Nothing"]),
        lambda m: first(m).update(columns={}),
    ],
)  # fmt: skip
def test_a_manifest_that_no_store_has_is_refused_before_anything_is_read(
    lakeside: vbcdsl.Contract, copy: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    edited(copy, change)
    refused("VBC5301", lambda: lakeside.run(copy))
    refused("VBC5301", lambda: verify(copy))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"schema": "vbc.store/1"}', "[" * 100_000, "\xff\x00"]
)
def test_a_manifest_that_is_no_manifest_is_refused(lakeside: vbcdsl.Contract, copy: Path, text: str) -> None:
    (copy / "manifest.json").write_bytes(text.encode("latin-1"))
    refused("VBC5301", lambda: lakeside.run(copy))


def test_a_large_manifest_is_not_read(lakeside: vbcdsl.Contract, copy: Path) -> None:
    os.truncate(copy / "manifest.json", 1 << 30)
    assert "larger" in refused("VBC5301", lambda: lakeside.run(copy)).message


def test_links_lead_nowhere(lakeside: vbcdsl.Contract, copy: Path, tmp_path: Path) -> None:
    path = rows_file(copy)
    shutil.move(path, tmp_path / "elsewhere.arrow")
    path.symlink_to(tmp_path / "elsewhere.arrow")
    assert "plain" in refused("VBC5302", lambda: lakeside.run(copy)).message
    path.unlink()
    shutil.move(tmp_path / "elsewhere.arrow", path)
    shutil.move(copy / "member_months", tmp_path / "moved")
    (copy / "member_months").symlink_to(tmp_path / "moved", target_is_directory=True)
    refused("VBC5302", lambda: lakeside.run(copy))


def test_codes_and_texts_of_a_damaged_store_raise_no_traceback(lakeside: vbcdsl.Contract, copy: Path) -> None:
    value = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    record = value["records"]["member_months"]
    path = rows_file(copy)
    at = record["segments"][0]["columns"]["Member"]["at"][0]
    content = bytearray(path.read_bytes())
    content[at : at + 4] = b"\xff\xff\xff\x7f"
    path.write_bytes(content)
    refused("VBC5302", lambda: lakeside.run(copy))
    piece = record["texts"]["Member"][0]
    texts = copy / piece["file"]["name"]
    content = bytearray(texts.read_bytes())
    content[piece["offsets_at"] + 4 : piece["offsets_at"] + 8] = b"\xff\xff\xff\x7f"
    texts.write_bytes(content)
    edited(copy, lambda m: None)
    refused("VBC5302", lambda: lakeside.run(copy))


def test_rules_that_changed_where_they_matter_are_refused(store: Path, files: dict[str, str]) -> None:
    text = LAKESIDE.read_text(encoding="utf-8")

    def changed(old: str, new: str) -> vbcdsl.Contract:
        assert old in text
        return vbcdsl.load(text.replace(old, new).partition("Article 5.")[0])

    same = changed("Quality Score", "Quality Score")
    expected = paid(same.run(files))
    assert paid(same.run(store)) == expected
    bound = changed("number from 0 to 20", "number from 0 to 1")
    assert "upper bound" in refused("VBC5304", lambda: bound.run(store)).details[0]
    assert paid(changed("number from 0 to 20", "number from 0 to 30").run(store)) == expected
    more = changed("    | Risk Score      |", "    | Age | count | 0 |\n    | Risk Score      |")
    assert '"Age"' in refused("VBC5305", lambda: more.run(store)).message
    longer = changed("December 31, 2026", "December 31, 2028")
    assert [row[:2] for row in paid(longer.run(store, years=(2024, 2025)))] == [row[:2] for row in expected]


def test_a_contract_may_use_fewer_columns_than_were_prepared(store: Path, files: dict[str, str]) -> None:
    text = LAKESIDE.read_text(encoding="utf-8").partition("Article 5.")[0]
    line = next(line for line in text.splitlines() if line.startswith("    | Risk Score"))
    fewer = vbcdsl.load(
        text.replace(line + "\n", "").replace(" times Average Risk Score", "").replace(
            next(line for line in text.splitlines() if line.startswith("2.4 ")) + "\n", ""
        )
    )  # fmt: skip
    assert not [d for d in fewer.diagnostics if d.severity == "error"]
    assert paid(fewer.run(store)) == paid(fewer.run(files))


def test_what_stands_for_a_missing_value_may_change_if_none_was_missing(tmp_path: Path) -> None:
    from tests.prepared.test_prepare import CONTRACT, LEDGER, VISITS

    (tmp_path / "v.csv").write_text(VISITS, encoding="utf-8")
    (tmp_path / "l.csv").write_text(LEDGER, encoding="utf-8")
    out = vbcdsl.load(CONTRACT).prepare(
        {"visits": str(tmp_path / "v.csv"), "ledger": str(tmp_path / "l.csv")}, tmp_path / "store"
    )
    cell = "| money                           | $0 "
    other = vbcdsl.load(CONTRACT.replace(cell, cell.replace("$0", "$5")))
    assert "missing" in refused("VBC5304", lambda: other.run(out)).details[0]
    budget = vbcdsl.load(CONTRACT.replace("| Budget | money | required   |", "| Budget | money | $7 |"))
    assert paid(budget.run(out))
    calendar = CONTRACT.replace(
        "July 1, 2024 through June 30, 2026", "January 1, 2024 through December 31, 2025"
    )
    moved = vbcdsl.load(calendar.replace("is each 12 months from July 1, 2024", "is a calendar year"))
    assert "performance years" in refused("VBC5304", lambda: moved.run(out)).details[0]


def test_an_original_file_that_changed_is_a_warning_and_an_error_where_it_is_asked_for(
    lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path: Path
) -> None:
    mine = tmp_path / "quality.parquet"
    shutil.copy(files["quality_results"], mine)
    out = lakeside.prepare({**files, "quality_results": str(mine)}, tmp_path / "store")
    os.utime(mine, ns=(1, 1))
    assert not lakeside.run(out).warnings, "the same bytes at another time are the same file"
    verify(out, sources=True)
    mine.write_bytes(mine.read_bytes() + b" ")
    assert [w.code for w in lakeside.run(out).warnings] == ["VBC5307"]
    refused("VBC5303", lambda: verify(out, sources=True))
    verify(out)
    mine.unlink()
    assert not lakeside.run(out).warnings, "a store stands without its original files"
    refused("VBC5303", lambda: verify(out, sources=True))


def test_an_addition_that_stopped_halfway_leaves_the_store_as_it_was(
    lakeside: vbcdsl.Contract,
    files: dict[str, str],
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    import vbcdsl.prepared.prepare as module

    before = paid(lakeside.run(copy))
    later = lakeside.sample(50, parties=1, years=2026, seed=5)
    import pyarrow.parquet as pq

    pq.write_table(later["member_months"], tmp_path / "later.parquet")

    def fails(folder: Path, manifest: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_manifest", fails)
    add = {"member_months": str(tmp_path / "later.parquet")}
    refused("VBC8020", lambda: lakeside.prepare(add, copy, append=True))
    monkeypatch.undo()
    assert paid(lakeside.run(copy)) == before
    left = {p.name for p in (copy / "member_months").iterdir()}
    lakeside.prepare(add, copy, append=True)
    verify(copy)
    assert left <= {p.name for p in (copy / "member_months").iterdir()}, (
        "what was left behind was written anew"
    )


def test_two_additions_at_a_time_are_refused(
    lakeside: vbcdsl.Contract, files: dict[str, str], copy: Path
) -> None:
    from vbcdsl.prepared.prepare import _locked

    with _locked(copy):
        found = refused(
            "VBC5306", lambda: lakeside.prepare({"member_months": files["member_months"]}, copy, append=True)
        )
    assert "Another program" in found.message


def test_a_folder_that_is_no_store_is_never_replaced(
    lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    refused("VBC5306", lambda: lakeside.prepare(files, tmp_path / "mine", replace=True))
    refused("VBC5301", lambda: lakeside.prepare(files, tmp_path / "mine", append=True))
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep"
