"""The contract as a document: no word is lost, numbers are addresses, and nothing in a text can run."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from lxml import html

from vbcdsl.bring_in.word_numbers import paragraphs_of
from vbcdsl.compiler import Version, compile_path, compile_text
from vbcdsl.definition import definitions_used
from vbcdsl.export.exhibit import exhibit_of
from vbcdsl.export.html_page import html_page
from vbcdsl.export.typeset import pdf_bytes, typst_source
from vbcdsl.export.word import word_bytes
from vbcdsl.syntax.units import blank_comments

LIBRARY = Path(__file__).parents[2] / "contract_library"
PROGRAMS = sorted(path.parent for path in LIBRARY.glob("*/contract.vbc"))

NASTY = """contract "A <b>bold</b> & \u202bשלום\u202c #set page(width: 1cm) $x$ Agreement".
language version 1.
the Payer is "<script>alert(1)</script>".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

> <img src=x onerror=alert(1)> #import "x" \\ "quoted" *bold* _it_ `code`

Article 3. Only <i>this</i>.

3.2 "Facts" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | Amount | money | required   |
3.7 The Payer must pay the Provider the "Fee": 2% of Amount, but not less than $0.
3.9 Notwithstanding section 3.7, if Amount is less than $10, the Fee is $0.
"""


def version_of(text: str) -> Version:
    return compile_text(text.replace("\u202b", "").replace("\u202c", "")).versions[0]


def plain_words(version: Version) -> list[str]:
    """The words of the contract as they stand, without comment lines, table rules and the marks of recitals."""
    text = blank_comments(version.text, recitals=False)
    lines = [re.sub(r"^[ \t]*>", "", line) for line in text.splitlines()]
    lines = [line for line in lines if not re.fullmatch(r"[ \t]*\|[|:\-\s]+", line)]
    return " ".join(lines).replace("|", " ").split()


@pytest.mark.parametrize("folder", PROGRAMS, ids=lambda path: path.name)
def test_no_word_of_a_contract_is_lost_in_its_document(folder: Path) -> None:
    for version in compile_path(folder).versions:
        assert exhibit_of(version).words() == plain_words(version)


@pytest.mark.parametrize("name", ["lakeside", "mssp", "tenncare-quiltss"])
def test_word_shows_the_numbers_of_the_contract(name: str, tmp_path: Path) -> None:
    version = compile_path(LIBRARY / name).versions[-1]
    exhibit = exhibit_of(version)
    file = tmp_path / "exhibit.docx"
    file.write_bytes(word_bytes(exhibit))
    shown = [line.number for line in paragraphs_of(file) if re.fullmatch(r"\d+\.\d+", line.number)]
    assert shown == [item.number for item in exhibit.items if item.kind == "section"]


def test_word_refers_to_sections_by_fields() -> None:
    exhibit = exhibit_of(version_of(NASTY))
    with zipfile.ZipFile(io.BytesIO(word_bytes(exhibit))) as archive:
        text = archive.read("word/document.xml").decode()
    assert "REF _section_3_7 \\r \\h" in text and 'w:name="_section_3_7"' in text


def test_each_form_of_a_document_has_the_same_bytes_each_time() -> None:
    version = compile_path(LIBRARY / "lakeside").versions[-1]
    assert version.program is not None
    exhibit = exhibit_of(version, tuple(definitions_used(version.program)), "0" * 64)
    for form in (word_bytes, pdf_bytes, html_page):
        assert form(exhibit) == form(exhibit)
    assert pdf_bytes(exhibit).startswith(b"%PDF")


def test_a_text_cannot_be_markup_in_html() -> None:
    page = html_page(exhibit_of(version_of(NASTY)))
    tree = html.fromstring(page)
    assert not tree.xpath("//script | //img | //i | //b")
    assert "<script>alert(1)</script>" in tree.text_content()
    assert [a.get("href") for a in tree.xpath("//p//a")] == ["#s3.7"]


def test_a_text_cannot_be_a_command_in_pdf() -> None:
    exhibit = exhibit_of(version_of(NASTY))
    source = typst_source(exhibit)
    assert '#import \\"x\\"' in source  # inside a string literal
    assert pdf_bytes(exhibit).startswith(b"%PDF")


def test_a_text_is_only_text_in_word() -> None:
    document = docx.Document(io.BytesIO(word_bytes(exhibit_of(version_of(NASTY)))))
    assert any("<script>alert(1)</script>" in paragraph.text for paragraph in document.paragraphs)


@pytest.mark.parametrize("kind", ["html", "docx", "pdf", "md"])
def test_the_command_writes_each_form(kind: str, tmp_path: Path) -> None:
    out = tmp_path / f"exhibit.{kind}"
    command = [
        sys.executable,
        "-m",
        "vbcdsl",
        "export",
        str(LIBRARY / "lakeside"),
        "--to",
        kind,
        "--out",
        str(out),
    ]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert out.stat().st_size > 5_000
