"""Documents brought in: the numbers that a reader sees, every word, and files that mean harm."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner

from vbcdsl.bring_in import draft_contract, read_document
from vbcdsl.cli import cli
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics import VbcError

MARKDOWN = """# Exhibit B. Shared Savings

## Article IV. Savings

4.1 **Benchmark.** The benchmark is set by the Payer
each year.

4.2 Sharing Rate. The rate depends on quality:

| Quality | Rate |
|---|---|
| below 60% | 0% |
| 60% and above | 40% |

(a) Quality is measured yearly.

Section 4.10 Notice. Within 30 days -- or sooner.
"""


def clauses(path: Path) -> list[tuple[str, str]]:
    return [(clause.number, clause.text) for clause in read_document(path).clauses]


def test_the_clauses_of_a_markdown_file_keep_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "exhibit.md"
    file.write_text(MARKDOWN, encoding="utf-8")
    document = read_document(file)
    assert document.title == "Exhibit B. Shared Savings"
    assert [(c.number, c.article) for c in document.clauses] == [
        ("4", True), ("4.1", False), ("4.2", False), ("", False), ("4.10", False),
    ]  # fmt: skip
    assert document.clauses[1].text == "Benchmark. The benchmark is set by the Payer each year."
    assert document.clauses[2].rows[2] == ("60% and above", "40%")


def test_a_draft_keeps_every_word_as_recitals_and_computes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "exhibit.md"
    file.write_text(MARKDOWN, encoding="utf-8")
    text = draft_contract(read_document(file), file.name)
    assert (
        "> 4.1 Benchmark. The benchmark is set by the Payer each year.\n-- 4.1 is to be written here." in text
    )
    assert "> | 60% and above | 40% |" in text
    compiled = compile_text(text)
    assert not compiled.versions[0].parsed.document.sections
    assert {d.code for d in compiled.errors} <= {
        "VBC1003",
        "VBC1006",
        "VBC2004",
        "VBC2005",
        "VBC1001",
        "VBC1002",
    }


def test_numbers_that_word_makes_itself_are_computed(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Agreement", style="Title")
    for text in ("first", "second"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("3.1 typed by hand")
    document.add_table(rows=1, cols=2).rows[0].cells[0].text = "head"
    file = tmp_path / "a.docx"
    document.save(str(file))
    assert clauses(file) == [("1", "first"), ("2", "second"), ("3.1", "typed by hand")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", b"%PDF-1.4"),
        ("damaged.docx", b"PK\x03\x04 nothing"),
        ("latin.md", "4.1 caf\xe9".encode("latin-1")),
        ("prose.txt", b"There are no numbers here."),
    ],
)
def test_a_document_that_cannot_be_brought_in_says_why(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(VbcError) as caught:
        read_document(file)
    assert caught.value.diagnostics[0].code == "VBC8061"


def test_a_word_file_that_would_unpack_to_gigabytes_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "bomb.docx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 250_000_000)
    assert file.stat().st_size < 1_000_000
    with pytest.raises(VbcError) as caught:
        read_document(file)
    assert "larger than a contract" in caught.value.diagnostics[0].message


def test_an_entity_of_xml_reads_no_file(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("1.1 harmless words")
    file = tmp_path / "entity.docx"
    document.save(str(file))
    evil = tmp_path / "evil.docx"
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(evil, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "word/document.xml":
                head, _, body = data.partition(b"?>")
                kind = b'<!DOCTYPE w [<!ENTITY x SYSTEM "' + secret.as_uri().encode() + b'">]>'
                data = head + b"?>" + kind + body.replace(b"harmless", b"&x;")
            new.writestr(part, data)
    try:
        found = str(clauses(evil))
    except VbcError as error:
        found = str(error)
    assert "the secret" not in found


def test_the_command_never_replaces_a_file(tmp_path: Path) -> None:
    file, out = tmp_path / "exhibit.md", tmp_path / "contract.vbc"
    file.write_text(MARKDOWN, encoding="utf-8")
    first = CliRunner().invoke(cli, ["import", str(file), "--out", str(out)])
    assert first.exit_code == 0 and "3 numbered clauses in 1 articles" in first.output
    again = CliRunner().invoke(cli, ["import", str(file), "--out", str(out)])
    assert again.exit_code == 1 and "VBC8021" in again.output
