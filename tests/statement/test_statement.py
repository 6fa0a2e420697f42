"""A statement says what is paid, under which words, and shows nobody's cell."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from tests.conformance.worked_cases import Case, all_cases, compiled
from vbcdsl.api import load
from vbcdsl.cli import cli
from vbcdsl.compiler import compile_path, compile_text
from vbcdsl.data import load_bindings
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.small_cells import protected
from vbcdsl.statement.content import Statement, make_statement
from vbcdsl.statement.html import to_html
from vbcdsl.statement.write import KINDS, document
from vbcdsl.trace import find_facts

ROOT = Path(__file__).parents[2]
MSSP, LAKESIDE = ROOT / "contract_library" / "mssp", ROOT / "contract_library" / "lakeside"
DATA = {"aco_results": MSSP / "data" / "mssp_PY2022.csv"}


def statement(
    contract: Any, data: Any, place: int = 0, years: tuple[int, ...] = (), bindings: Any = None
) -> Statement:
    settled = settle(contract, data, bindings, RunOptions(years, inner=True))
    return make_statement(find_facts(settled, data, bindings), settled.rows[place], data, bindings)


@pytest.fixture(scope="module")
def mssp() -> Statement:
    return statement(compile_path(MSSP), DATA, 0, (2022,), load_bindings(MSSP / "bindings.toml"))


@pytest.fixture(scope="module")
def lakeside() -> Statement:
    contract = load(LAKESIDE)
    return statement(contract.compiled, dict(contract.sample(60, parties=2)))


def words(content: bytes, kind: str) -> str:
    if kind == "html":
        return " ".join(html.fromstring(content.decode()).text_content().split())
    import docx2python

    return " ".join(docx2python.docx2python(io.BytesIO(content)).text.split())


@pytest.mark.parametrize("kind", ["html", "docx"])
def test_it_says_who_pays_what_under_which_words(mssp: Statement, kind: str) -> None:
    said = words(document(mssp, kind), kind)
    for part in ("$45,867,445.68", "Centers for Medicare and Medicaid Services) pays the Provider (A1001).",
                 "within 90 days after notice", '"Savings Rate" means Savings divided by Benchmark.', "6.459332%",
                 "a straight line from 12.2% to 8.7%", "replaced by amendment 3", "one more point"):  # fmt: skip
        assert part in said, part


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_inputs_give_the_same_bytes(mssp: Statement, kind: str) -> None:
    one = document(mssp, kind)
    assert hashlib.sha256(one).hexdigest() == hashlib.sha256(document(mssp, kind)).hexdigest()
    start = {"html": b"<!doctype html>", "docx": b"PK", "pdf": b"%PDF-"}[kind]
    assert one.startswith(start)


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(mssp: Statement) -> None:
    page = to_html(mssp)
    assert not re.search(r"<script|src=|https?://(?!www\.w3\.org/2000/svg)|@import|url\((?!#)", page)
    tree = html.fromstring(page)
    assert len(tree.xpath("//*[local-name()='svg']")) >= 1
    # without colour: a falling bar is hatched
    assert "url(#vbc-down)" in page


def test_the_row_of_a_table_that_applied_is_marked(mssp: Statement) -> None:
    section = next(s for s in mssp.sections if s.number == "2.1")
    (row,) = section.applied
    assert section.table[row][0] == '"EN"'


def test_measures_have_target_and_result_and_what_better_ones_pay(lakeside: Statement) -> None:
    (table,) = lakeside.measures
    assert table.header[:3] == ("Measure", "Target", "Weight") and "Measure Rate" in table.header
    assert len(table.rows) == 3


@pytest.mark.parametrize("case", all_cases()[::3], ids=lambda case: case.id)
def test_each_party_of_a_worked_case_gets_a_statement_without_members(case: Case) -> None:
    settled = settle(compiled(case), case.data, None, RunOptions(inner=True, all_grains=True))
    facts = find_facts(settled, case.data)
    members = {
        str(part)
        for values in settled.results.terms.values()
        if "Member" in values.grain
        for key, _ in values.items()
        for dim, part in zip(values.grain, key, strict=True)
        if dim == "Member"
    }
    for row in settled.rows[:2]:
        page = to_html(make_statement(facts, row, case.data))
        for payment in row.payments:
            assert f"<td>{payment.section}</td>" in page
        text = html.fromstring(page).text_content()
        assert not [m for m in members if re.search(rf"(?<![\w-]){re.escape(m)}(?![\w-])", text)]


MEASURES = """contract "Small".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each Clinic and Measure in each Performance Year:
    | Column      | Kind  | If missing |
    | Numerator   | count | required   |
    | Denominator | count | required   |
1.2 "Roster" are records, one for each Clinic in each Performance Year:
    | Column | Kind             | If missing |
    | Panel  | count of members | required   |
1.3 "Targets" are:
    | Measure | Target | Weight |
    | "A"     | 50%    | 1      |
    | "B"     | 50%    | 1      |
    | "C"     | 50%    | 1      |
2.1 "Rate" means, for each Measure, Numerator divided by Denominator, or not scored if the divisor is zero.
2.2 "Everybody" means the total of Denominator over all Measures.
2.3 "Score" means the average, weighted by Weight, over the Targets that are scored, of
    (100% if Rate is at least Target, otherwise 0%).
2.4 "Panel Share" means Panel divided by 100.
3.1 The Payer must pay the Provider the "Bonus": $1,000 times Score, or $0 if it is not scored.
"""


def small(rows: list[tuple[str, int, int]], panel: int = 200, clinic: str = "K1") -> Statement:
    import pyarrow as pa

    results = pa.table({"clinic": [clinic] * len(rows), "measure": [r[0] for r in rows],
                        "performance_year": ["2024"] * len(rows), "numerator": [r[1] for r in rows],
                        "denominator": [r[2] for r in rows]})  # fmt: skip
    roster = pa.table({"clinic": [clinic], "performance_year": ["2024"], "panel": [panel]})
    contract = compile_text(MEASURES)
    assert not contract.errors, contract.errors
    return statement(contract, {"results": results, "roster": roster})


def test_a_count_below_eleven_is_hidden_with_what_gives_it_away() -> None:
    found = small([("A", 9, 40), ("B", 30, 50), ("C", 60, 90)])
    (table,) = found.measures
    a, b, c = table.rows
    assert a[3:] == ("fewer than 11", "40", "not shown", "not shown")
    assert b[3:6] == ("30", "50", "60%") and c[3:5] == ("60", "90")
    assert "9" not in re.findall(r"(?<![\d.,#])\d+(?![\d.,])", " ".join(a[3:]))
    assert not [line for line in found.more.lines if line.key == "A"]


def test_where_a_total_would_reveal_the_hidden_count_the_next_smallest_is_hidden_too() -> None:
    (table,) = small([("A", 4, 8), ("B", 30, 50), ("C", 60, 90)]).measures
    a, b, c = table.rows
    assert a[4] == "fewer than 11" and b[4] == "not shown" and c[4] == "90"


def test_zero_and_eleven_are_shown() -> None:
    (table,) = small([("A", 0, 11), ("B", 30, 50), ("C", 60, 90)]).measures
    assert table.rows[0][3:6] == ("0", "11", "0%")


def test_a_small_panel_hides_what_is_computed_from_it_but_not_what_is_paid() -> None:
    found = small([("A", 20, 40), ("B", 30, 50), ("C", 60, 90)], panel=7)
    values = {v.term: v.value for s in found.sections for v in s.values}
    assert values["Panel"] == "fewer than 11" and values["Panel Share"] == "not shown"
    assert values["Bonus"] == "$1,000.00"
    assert any("1 through 10" in note for note in found.notes)


EVIL = (
    "=cmd|'/C calc'!A0", "@SUM(1+1)", "+1+1", "-2+3", "\tx", "\rx", "<script>alert(1)</script>", "x" * 10_000,
    "\u202egnp.exe", "שלום עברית", "#import \"x\" $x$ *b* [y]", "&amp;{{7*7}}", "]]>", "a\x00\x08b",
)  # fmt: skip


@pytest.mark.parametrize("name", EVIL, ids=lambda name: ascii(name)[:14])
def test_a_hostile_name_is_only_a_name_in_every_document(name: str) -> None:
    found = small([("A", 20, 40), ("B", 30, 50), ("C", 60, 90)], clinic=name)
    page = to_html(found)
    assert "<script" not in page and "\u202e" not in page and "\x00" not in page
    assert len(page) < 60_000
    tags = {element.tag for element in html.fromstring(page).iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "iframe", "img", "object", "a", "form", "link"}
    made = document(found, "docx")
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        for part in book.namelist():
            if part.endswith((".xml", ".rels")):
                etree.fromstring(book.read(part))
        body = book.read("word/document.xml").decode()
        assert "<w:fldSimple" not in body and "w:hyperlink" not in body and "\u202e" not in body
    assert document(found, "pdf").startswith(b"%PDF-")
    shown = found.party
    assert len(shown) <= 120 and not re.search(r"[\x00-\x1f\u202a-\u202e\u2066-\u2069]", shown)


def test_the_command_takes_the_kind_from_the_name_of_the_file(tmp_path: Path) -> None:
    assert (
        CliRunner()
        .invoke(cli, ["sample", str(LAKESIDE), "--members", "60", "--out", str(tmp_path / "d")])
        .exit_code
        == 0
    )
    ask = [
        "statement",
        str(LAKESIDE),
        "--bindings",
        str(tmp_path / "d" / "bindings.toml"),
        "--for",
        "aco=A1001",
    ]
    for kind in KINDS:
        done = CliRunner().invoke(cli, [*ask, "--out", str(tmp_path / f"a1001.{kind}")])
        assert done.exit_code == 0, done.output
        assert (tmp_path / f"a1001.{kind}").stat().st_size > 5_000
    wrong = CliRunner().invoke(cli, [*ask, "--out", str(tmp_path / "x.txt")])
    assert wrong.exit_code == 2 and "--to html" in wrong.output


def test_the_charts_are_drawn_by_the_command(tmp_path: Path) -> None:
    CliRunner().invoke(cli, ["sample", str(LAKESIDE), "--members", "6000", "--out", str(tmp_path / "d")])
    ask = ["--bindings", str(tmp_path / "d" / "bindings.toml"), "--for", "aco=A1001"]
    curve = CliRunner().invoke(cli, ["chart", "payout", str(LAKESIDE), *ask, "--term", "quality_score"])
    assert curve.exit_code == 0, curve.output
    etree.fromstring(curve.stdout.encode())
    data = CliRunner().invoke(
        cli, ["chart", "payout", str(LAKESIDE), *ask, "--term", "quality_score", "--format", "json"]
    )
    assert {e["value"] for e in json.loads(data.stdout)["edges"]} >= {"0.6", "0.75", "0.9"}
    bars = CliRunner().invoke(cli, ["chart", "waterfall", str(LAKESIDE), *ask])
    assert bars.exit_code == 0 and "Net payment" in bars.stdout
    for term, code in (
        ("measure_rate", "VBC8080"),
        ("average_risk_scor", "VBC8025"),
        ("minimum_savings_rat", "VBC8025"),
    ):
        refused = CliRunner().invoke(cli, ["chart", "payout", str(LAKESIDE), *ask, "--term", term])
        assert refused.exit_code == 1 and code in refused.output


# ---------------------------------------------------------------- the complement of a small cell


def test_where_nearly_everybody_met_it_the_few_who_did_not_are_not_revealed() -> None:
    found = small([("A", 95, 100), ("B", 30, 50), ("C", 60, 90)])
    a, b, _ = found.measures[0].rows
    assert a[3:6] == ("not shown", "100", "not shown"), "95 of 100, or 95%, would say 5"
    assert b[3:6] == ("30", "50", "60%")
    assert not [line for line in found.more.lines if line.key == "A"]


def test_all_of_them_and_eleven_less_are_shown() -> None:
    a, b, _ = small([("A", 100, 100), ("B", 39, 50), ("C", 60, 90)]).measures[0].rows
    assert a[3:6] == ("100", "100", "100%") and b[3:6] == ("39", "50", "78%")


def test_hidden_cells_of_a_known_total_are_together_at_least_eleven() -> None:
    a, b, c = small([("A", 2, 4), ("B", 1, 3), ("C", 60, 90)]).measures[0].rows
    assert (a[4], b[4], c[4]) == ("fewer than 11", "fewer than 11", "not shown"), "97 less 90 would say 7"


DIFFERENCE = MEASURES.replace(
    '2.4 "Panel Share"', '2.5 "Left Out" means Panel minus Seen.\n2.4 "Panel Share"'
).replace("    | Panel  | count of members | required   |\n",
          "    | Panel  | count of members | required   |\n"
          "    | Seen   | count of members | required   |\n")  # fmt: skip


@pytest.mark.parametrize(
    ("panel", "seen", "shown"),
    [
        (200, 150, {"Panel": "200", "Seen": "150", "Left Out": "50"}),
        (200, 195, {"Panel": "200", "Seen": "not shown", "Left Out": "fewer than 11"}),
        (200, 200, {"Panel": "200", "Seen": "200", "Left Out": "0"}),
        (200, 5, {"Panel": "200", "Seen": "fewer than 11", "Left Out": "not shown"}),
    ],
)
def test_of_two_counts_and_their_difference_no_small_one_can_be_computed(
    panel: int, seen: int, shown: dict[str, str]
) -> None:
    import pyarrow as pa

    results = pa.table({"clinic": ["K1"] * 3, "measure": ["A", "B", "C"], "performance_year": ["2024"] * 3,
                        "numerator": [30, 30, 30], "denominator": [50, 50, 50]})  # fmt: skip
    roster = pa.table({"clinic": ["K1"], "performance_year": ["2024"], "panel": [panel], "seen": [seen]})
    contract = compile_text(DIFFERENCE)
    assert not contract.errors, contract.errors
    found = statement(contract, {"results": results, "roster": roster})
    values = {v.term: v.value.removesuffix(" members") for s in found.sections for v in s.values}
    assert {name: values[name] for name in shown} == shown


COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40).map(Fraction), min_size=1)


@given(COUNTS)
def test_no_small_count_follows_from_a_column_and_its_total(cells: dict[str, Fraction]) -> None:
    hidden = protected(cells, total_known=True)
    shown = [value for key, value in cells.items() if key not in hidden]
    assert not [value for value in shown if 0 < value < 11]
    concealed = sum(cells.values()) - sum(shown)
    assert not hidden or len([k for k in hidden if cells[k]]) > 1 or not any(shown)
    assert not hidden or concealed >= 11 or not any(shown)
    assert all(cells[key] for key in hidden), "a zero says nothing about anybody"
