"""The reports: text, HTML, Word, JSON, CSV; the same comparison, the same bytes; no name steers one."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner, Result

from tests.renewal.texts import BASE, changed, data, side
from vbcdsl.cli import cli
from vbcdsl.renewal.compare import compare
from vbcdsl.renewal.facts import Facts
from vbcdsl.renewal.price import price, year_and_shifts
from vbcdsl.renewal.show.html import to_html
from vbcdsl.renewal.show.report import Report
from vbcdsl.renewal.show.tables import parties_csv, to_json
from vbcdsl.renewal.show.text import to_text
from vbcdsl.renewal.show.word import to_docx
from vbcdsl.resources import library_dir

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LONG = "L" * 10_000
TURNED = "Rev\u202eersed \u05d0\u05d1\u05d2"
EVIL = ("=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1", "-2+3", "<script>alert(1)</script>", '"><img src=x onerror=1>',
        TURNED, LONG, "\x1b[31mred")  # fmt: skip
EXCHANGES = (
    ("10% of Benchmark", "12% of Benchmark"),
    ("is at least 2%", "is more than 3%"),
    ("$3.00", "$3.50"),
)


def report(tmp_path: Path, *exchanges: tuple[str, str], rows: str | None = None) -> Report:
    old, new = side(BASE, "old.vbc"), side(changed(*(exchanges or EXCHANGES)), "new.vbc")
    facts = Facts(data(tmp_path, rows) if rows else data(tmp_path), None, (old.program, new.program))
    label, years = year_and_shifts(old, new, facts, None)
    priced = price(old, new, facts, label, years)
    return Report(priced.comparison, priced)


def evil(tmp_path: Path) -> Report:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["aco", "performance_year", "track", "benchmark", "savings", "quality_score", "members"])
    for name in EVIL:
        writer.writerow([name, 2024, "Basic", 10_000_000, 400_000, "0.85", 9000])
    return report(tmp_path, *EXCHANGES, rows=out.getvalue())


# ---------------------------------------------------------------- what the reports say


def test_the_text_report(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    golden("renewal/small.txt", click.unstyle(to_text(report(tmp_path))))


def test_the_html_report(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    page = to_html(report(tmp_path))
    assert page == to_html(report(tmp_path))
    body = page[page.index("<main>") :]
    golden("renewal/small.html", re.sub(r"vbcdsl \d[^ ]*", "vbcdsl VERSION.", body))


def test_the_json_report(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    document = to_json(report(tmp_path))
    assert document["schema"] == "vbc.diff/1"
    golden("renewal/small.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def test_the_parts_of_each_party_in_csv_add_up(tmp_path: Path) -> None:
    found = report(tmp_path)
    rows = list(csv.DictReader(io.StringIO(parties_csv(found))))
    assert [row["aco"] for row in rows] == ["A1", "A2", "A3", "A4", "A5"]
    for row in rows:
        parts = [Fraction(value) for key, value in row.items() if key.startswith("change_")]
        assert sum(parts) == Fraction(row["change"])
        assert Fraction(row["new_net_payment"]) - Fraction(row["old_net_payment"]) == Fraction(row["change"])


# ---------------------------------------------------------------- Word


def _words(document: bytes, op: str) -> str:
    """The text with all tracked changes accepted (`ins`) or rejected (`del`)."""
    root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(document)).read("word/document.xml"))
    other = "del" if op == "ins" else "ins"
    gone = {id(run) for change in root.iter(f"{W}{other}") for run in change.iter(f"{W}r")}
    parts = []
    for run in root.iter(f"{W}r"):
        if id(run) not in gone:
            parts += [part.text or "" for part in run if part.tag in (f"{W}t", f"{W}delText")]
    return " ".join("".join(parts).split())


def test_accepting_the_tracked_changes_gives_the_new_words_and_rejecting_the_old_ones() -> None:
    document = to_docx(Report(compare(side(BASE, "old.vbc"), side(changed(*EXCHANGES), "new.vbc"))))
    old, new = _words(document, "del"), _words(document, "ins")
    assert "but not more than 10% of Benchmark, if Savings Rate is at least 2% and" in old
    assert "but not more than 12% of Benchmark, if Savings Rate is more than 3% and" in new
    assert '"Care Fee": $3.00 times Members.' in old and '"Care Fee": $3.50 times Members.' in new


def test_the_word_document_is_the_same_each_time_and_has_the_author_that_was_given(tmp_path: Path) -> None:
    found = report(tmp_path)
    first = to_docx(found, 'A & "B" <C>')
    assert first == to_docx(report(tmp_path), 'A & "B" <C>')
    root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(first)).read("word/document.xml"))
    authors = {node.get(f"{W}author") for tag in ("ins", "del") for node in root.iter(f"{W}{tag}")}
    assert authors == {'A & "B" <C>'}
    numbers = [node.get(f"{W}id") for tag in ("ins", "del") for node in root.iter(f"{W}{tag}")]
    assert len(numbers) == len(set(numbers)) > 3


def test_the_word_document_opens_elsewhere(tmp_path: Path) -> None:
    import docx

    document = docx.Document(io.BytesIO(to_docx(report(tmp_path))))
    assert document.paragraphs[0].text == "Small Savings Agreement"
    assert [cell.text for cell in document.tables[0].rows[0].cells][:3] == ["No", "Section", "Kind"]


# ---------------------------------------------------------------- names that would steer


def test_html_shows_names_and_runs_nothing(tmp_path: Path) -> None:
    page = to_html(evil(tmp_path))
    assert "<script" not in page and "<img" not in page and "onerror=1>" not in page.replace("&gt;", "")
    assert "&lt;script&gt;alert(1)" in page
    assert LONG not in page and "\u202e" not in page and "\x1b" not in page
    assert re.findall(r"(?:src|href)=\"?http", page) == []
    ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])


def test_csv_quotes_what_a_spreadsheet_would_run(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(parties_csv(evil(tmp_path)))))
    assert len(rows) == len(EVIL) + 1
    for row in rows[1:]:
        assert not row[0].startswith(("=", "+", "-", "@"))
        assert all(re.fullmatch(r"-?\d+(\.\d+)?", cell) for cell in row[1:])


def test_word_and_text_and_json_keep_names_neutral(tmp_path: Path) -> None:
    found = evil(tmp_path)
    xml = zipfile.ZipFile(io.BytesIO(to_docx(found))).read("word/document.xml").decode()
    ElementTree.fromstring(xml)
    assert "\u202e" not in xml and "\x1b" not in xml
    text = click.unstyle(to_text(found))
    assert "\x1b" not in text and "\u202e" not in text and LONG not in text
    parties = {row["party"] for row in json.loads(json.dumps(to_json(found)))["price"]["parties"]}
    assert parties == set(EVIL)


def test_a_contract_whose_words_would_steer_is_neutral_in_every_form() -> None:
    title = 'contract "Small Savings Agreement".'
    script = 'contract "<script>alert(1)</script>".'
    texts = ('one of "Basic" or "Full"', f'one of "Basic", "{LONG}", "<b>" or "Full"')
    new = changed((title, script), texts)
    found = Report(compare(side(BASE, "old.vbc"), side(new, "<new>.vbc")))
    page = to_html(found)
    assert "<script" not in page and "<b>&lt;" not in page and "<new>" not in page
    ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(to_docx(found))).read("word/document.xml"))
    assert LONG not in click.unstyle(to_text(found)).split("Redline")[0]


# ---------------------------------------------------------------- the command


def vbc(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    old, new = tmp_path / "old.vbc", tmp_path / "new.vbc"
    old.write_text(BASE, encoding="utf-8")
    new.write_text(changed(*EXCHANGES), encoding="utf-8")
    data(tmp_path)
    return old, new, tmp_path / "results.csv"


def test_every_format_is_written(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    old, new, rows = files
    for kind, begins in (("text", b"Small"), ("html", b"<!doctype html>"), ("docx", b"PK"), ("json", b"{")):
        out = tmp_path / f"report.{kind}"
        found = vbc("diff", old, new, "--data", f"results={rows}", "--format", kind, "--out", out)
        assert found.exit_code == 0, found.output
        assert out.read_bytes().startswith(begins)
    found = vbc("diff", old, new, "--data", f"results={rows}", "--parties", tmp_path / "p.csv")
    assert found.exit_code == 0 and (tmp_path / "p.csv").read_text().startswith("aco,performance_year,")


def test_a_contract_and_its_amendment_are_compared_before_and_after() -> None:
    folder = library_dir() / "lakeside"
    by_number = vbc("diff", folder, "--amendment", 1)
    by_file = vbc("diff", folder, folder / "amendments" / "1-quality-and-bonus.vbc")
    assert by_number.exit_code == by_file.exit_code == 0
    assert by_number.output.split("\n\n")[1] == by_file.output.split("\n\n")[1]
    assert "payment added" in by_number.output


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("OLD",), 2, "give OLD and NEW"),
        (("OLD", "NEW", "--amendment", "1"), 2, "give OLD and NEW"),
        (("OLD", "NEW", "--format", "docx"), 2, "--out FILE.docx"),
        (("OLD", "NEW", "--parties", "p.csv"), 2, "needs --data"),
        (("OLD", "--amendment", "3"), 1, "VBC8090"),
        (("OLD@1999", "NEW"), 1, "VBC8024"),
        (("OLD", "NEW", "--data", "other=x.csv"), 1, "VBC5002"),
        (("OLD", "nothing.vbc"), 1, "VBC8001"),
    ],
)
def test_what_cannot_be_compared_is_said(
    files: tuple[Path, Path, Path], arguments: tuple[str, ...], code: int, says: str
) -> None:
    places = {"OLD": str(files[0]), "NEW": str(files[1])}
    given = [places.get(a.split("@")[0], a.split("@")[0]) + a[len(a.split("@")[0]) :] for a in arguments]
    found = vbc("diff", *given)
    assert found.exit_code == code, found.output
    assert says in found.output


def test_a_text_with_errors_is_not_compared(files: tuple[Path, Path, Path]) -> None:
    files[1].write_text(BASE.replace("at least 5,000", "at least Nothing"), encoding="utf-8")
    found = vbc("diff", files[0], files[1])
    assert found.exit_code == 1 and "VBC2010" in found.output and "new.vbc" in found.output
