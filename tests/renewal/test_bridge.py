"""Why two settlements differ: parts for the terms, the data and both, exact for each party and payment."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from tests.renewal.texts import BASE, ROWS, changed, data, side
from vbcdsl.cli import cli
from vbcdsl.compiler import compile_path, compile_text
from vbcdsl.data import load_bindings
from vbcdsl.diagnostics import VbcError
from vbcdsl.renewal import sides as sides_module
from vbcdsl.renewal.bridge import Bridge, bridge
from vbcdsl.renewal.facts import Facts, read_as
from vbcdsl.renewal.show.bridge import to_csv, to_html, to_json, to_text
from vbcdsl.renewal.sides import sides_at
from vbcdsl.resources import library_dir
from vbcdsl.results.settle import RunOptions, settle

MSSP = library_dir() / "mssp"
NEW = changed(("10% of Benchmark", "2% of Benchmark"), ("$3.00", "$3.50"))
NEW_ROWS = ROWS.replace("A1,2024,Basic,10000000,400000", "A1,2024,Basic,10000000,700000").replace(
    "A5,2024,Full,30000000,0", "A6,2024,Full,30000000,600000"
)


def small(tmp_path: Path, new: str = NEW, rows: str = NEW_ROWS) -> Bridge:
    texts = side(BASE, "old.vbc"), side(new, "new.vbc")
    folders = tmp_path / "old", tmp_path / "new"
    for folder in folders:
        folder.mkdir()
    programs = (texts[0].program, texts[1].program)
    facts = [Facts(data(f, r), None, programs) for f, r in zip(folders, (ROWS, rows), strict=True)]
    return bridge(*texts, facts[0], facts[1], (2024, 2024))


def net(text: str, tmp_path: Path, rows: str) -> dict[str, Fraction]:
    settled = settle(compile_text(text), data(tmp_path, rows), None, RunOptions((2024,)))
    return {row.party: row.net for row in settled.rows if isinstance(row.net, Fraction)}


def test_the_parts_are_those_of_four_settlements_and_add_up(tmp_path: Path) -> None:
    found = small(tmp_path)
    oo, no = net(BASE, tmp_path, ROWS), net(NEW, tmp_path, ROWS)
    on, nn = net(BASE, tmp_path, NEW_ROWS), net(NEW, tmp_path, NEW_ROWS)
    assert set(found.parties) == {"A1", "A2", "A3", "A4", "A5", "A6"}
    for party, parts in found.parties.items():
        start = oo.get(party, Fraction(0))
        assert parts.old == start and parts.new == nn.get(party, Fraction(0))
        assert parts.terms == no.get(party, Fraction(0)) - start
        assert parts.data == on.get(party, Fraction(0)) - start
        assert parts.old + parts.terms + parts.data + parts.both == parts.new
    assert found.parties["A1"].both != 0, "the lower cap meets the higher savings"
    assert (found.come, found.gone) == (("A6",), ("A5",))


def test_the_payments_of_a_party_add_up_to_its_net_payment(tmp_path: Path) -> None:
    found = small(tmp_path)
    for party, parts in found.parties.items():
        mine = [each for (who, _, _), each in found.by_payment.items() if who == party]
        for part in ("old", "terms", "data", "both", "new"):
            assert sum(getattr(each, part) for each in mine) == getattr(parts, part)
    assert set(found.payments) == {("2.4", "Shared Savings Payment"), ("2.5", "Care Fee")}


def test_the_same_terms_make_no_part_and_the_same_data_make_none(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    same_terms = small(tmp_path / "a", new=BASE)
    assert all(p.terms == p.both == 0 for p in same_terms.parties.values()) and same_terms.total.data
    (tmp_path / "b").mkdir()
    same_data = small(tmp_path / "b", rows=ROWS)
    assert all(p.data == p.both == 0 for p in same_data.parties.values()) and same_data.total.terms


def test_a_renamed_payment_is_the_same_payment(tmp_path: Path) -> None:
    found = small(tmp_path, new=BASE.replace("Care Fee", "Coordination Fee"), rows=ROWS)
    assert set(found.payments) == {("2.4", "Shared Savings Payment"), ("2.5", "Coordination Fee")}
    assert found.total.change == 0


def test_data_that_do_not_fit_a_text_are_said_with_the_corner(tmp_path: Path) -> None:
    wider = changed(('one of "Basic" or "Full"', 'one of "Basic", "Full" or "Extra"'),
                    ("$3.00 times Members.", '$3.00 times Members, only if Track is "Extra".'))  # fmt: skip
    older = changed(("$3.00 times Members.", '$3.00 times Members, only if Track is "Full".'))
    texts = side(older, "old.vbc"), side(wider, "new.vbc")
    (tmp_path / "n").mkdir()
    rows = ROWS.replace("A1,2024,Basic", "A1,2024,Extra")
    programs = (texts[0].program, texts[1].program)
    facts = Facts(data(tmp_path), None, programs), Facts(data(tmp_path / "n", rows), None, programs)
    with pytest.raises(VbcError) as caught:
        bridge(*texts, *facts, (2024, 2024))
    assert "the old terms on the new data" in caught.value.diagnostics[0].message


# ---------------------------------------------------------------- forms


def test_the_text_of_a_bridge(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    golden("renewal/bridge.txt", to_text(small(tmp_path)))


def test_the_json_and_csv_of_a_bridge_add_up(tmp_path: Path) -> None:
    found = small(tmp_path)
    document = json.loads(json.dumps(to_json(found)))
    assert document["schema"] == "vbc.bridge/1"
    for record in (document["total"], *document["payments"], *document["parties"]):
        parts = [Fraction(record[key]) for key in ("old", "terms", "data", "both")]
        assert sum(parts) == Fraction(record["new"])
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert {row["payment"] for row in rows} == {"Shared Savings Payment", "Care Fee", "Net payment"}
    assert len(rows) == 3 * 6


def test_html_of_a_bridge_is_one_file_in_which_names_run_nothing(tmp_path: Path) -> None:
    evil = '"<script>alert(1)</script>",2024,Basic,10000000,400000,0.85,9000\n=cmd,2024,Basic,1,0,0.85,9\n'
    found = small(tmp_path, rows=NEW_ROWS + evil)
    page = to_html(found)
    assert "<script" not in page and "&lt;script&gt;" in page
    ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    assert page == to_html(found)
    assert "'=cmd," in to_csv(found)


# ---------------------------------------------------------------- the command


def vbc(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def call(tmp_path: Path) -> tuple[object, ...]:
    for name, text in (("old.vbc", BASE), ("new.vbc", NEW), ("old.csv", ROWS), ("new.csv", NEW_ROWS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return ("bridge", "--old", tmp_path / "old.vbc", "--new", tmp_path / "new.vbc", "--old-data",
            f"results={tmp_path / 'old.csv'}", "--new-data", f"results={tmp_path / 'new.csv'}")  # fmt: skip


@pytest.mark.parametrize("kind", ["text", "html", "json", "csv"])
def test_every_format_is_written(call: tuple[object, ...], tmp_path: Path, kind: str) -> None:
    found = vbc(*call, "--format", kind, "--out", tmp_path / "out")
    assert found.exit_code == 0, found.output
    assert (tmp_path / "out").stat().st_size > 300


def test_recorded_settlements_must_be_the_ends_of_the_bridge(
    call: tuple[object, ...], tmp_path: Path
) -> None:
    for name in ("old", "new"):
        done = vbc(
            "run",
            tmp_path / f"{name}.vbc",
            "--data",
            f"results={tmp_path / name}.csv",
            "--out",
            tmp_path / name,
        )
        assert done.exit_code == 0, done.output
    right = vbc(*call, "--old-settlement", tmp_path / "old", "--new-settlement", tmp_path / "new")
    assert right.exit_code == 0, right.output
    wrong = vbc(*call, "--old-settlement", tmp_path / "new")
    assert wrong.exit_code == 1 and "VBC8094" in wrong.output and "A1" in wrong.output
    absent = vbc(*call, "--old-settlement", tmp_path / "nothing")
    assert absent.exit_code == 1 and "VBC8094" in absent.output


def test_what_is_not_enough_for_a_bridge_is_said(call: tuple[object, ...]) -> None:
    assert "give the old data" in vbc(*call[:5]).output
    assert "nothing changed" in vbc(*call[:3], *call[5:7]).output


# ---------------------------------------------------------------- the Medicare Shared Savings Program


@pytest.fixture(autouse=True, scope="module")
def read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sides_module, "_read", cache(sides_module._read))
        yield


def test_mssp_from_2017_to_2021_adds_up_for_every_aco() -> None:
    old, new = sides_at(f"{MSSP}@2017", f"{MSSP}@2021")
    bound = load_bindings(MSSP / "bindings.toml")
    programs = (old.program, new.program)

    reading = read_as(["Track: A as 1, B as 1, C as 1, D as 1, E as 1, EN as 3, 1+ as 1"])
    facts = [
        Facts({"aco_results": MSSP / "data" / f"mssp_PY{year}.csv"}, bound, programs, reading)
        for year in (2017, 2021)
    ]
    found = bridge(old, new, facts[0], facts[1], (2017, 2021))
    compiled = compile_path(MSSP)
    for year, end in ((2017, "old"), (2021, "new")):
        inputs: dict[str, object] = {"aco_results": MSSP / "data" / f"mssp_PY{year}.csv"}
        settled = settle(compiled, inputs, bound, RunOptions((year,)))
        for row in settled.rows:
            assert getattr(found.parties[row.party], end) == row.net
    assert len(found.parties) - len(found.come) == 472 and len(found.parties) - len(found.gone) == 475
    assert found.total.terms and found.total.data and found.total.both
