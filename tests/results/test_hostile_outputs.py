"""Whatever a name holds, every file that is written holds it as a name: nothing in it runs, hides or turns the
text around. One test over all writers."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from lxml import etree, html

from vbcdsl.cli import cli

NAMES = (
    "=cmd|'/C calc'!A0", "@SUM(1+1)", "+1+1", "-2+3", "\t=1+1", "\r=1+1", "=HYPERLINK(\"http://x\")", "＝1+1",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]><b>x</b>", "&amp;{{7*7}}",
    "#import \"x\" $x$",
    "x" * 10_000, "\u202egnp.exe", "a\u200bb\u2060c\ufeffd", "a\x1b[31mred\x07", "שלום",
    "a\u2028b\u0085c", "'; DROP--",
)  # fmt: skip
KEYS = ("=HYPERLINK(1)", "@SUM(1+1)", "-2+3", "+1", "<script>x</script>", "plain")
HEAD = """contract "=cmd! <script>alert(1)</script> & Co".
language version 1.
the Payer is "@Plan <img src=x onerror=alert(1)>".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the HCP-LAN category is 3A.

> <iframe src=x> =1+1 @x

1.1 "Facts" are records, one for each Clinic in each Performance Year:
    | Column | Kind  | If missing |
    | Amount | money | required   |
    | Rate   | rate written as a fraction | required   |
    | Remark | text  | required   |
1.2 "Results" are records, one for each Clinic and Measure in each Performance Year:
    | Column | Kind | If missing |
    | Result | rate written as a fraction | required   |
1.3 "Targets" are:
    | Measure | Target | Weight |
"""
TAIL = """2.1 "Again" means Remark.
2.2 "Score" means the average, weighted by Weight, over the Targets that are scored, of
    (100% if Result is at least Target, otherwise 0%).
2.3 "Sharing Rate" is set by Rate, where exactly one row applies:
    | Rate                      | Sharing Rate |
    | less than 50%             | 10%          |
    | 50% or more               | 20%          |
3.1 The Payer must pay the Provider the "Fee": Sharing Rate times Amount.
3.2 The Payer must pay the Provider the "Bonus": $100 times Score, or $0 if it is not scored.

example "=1+1 <b>name</b> @x":
  given Sharing Rate is 10% and Amount is $100, expect Fee is $10.
"""
_TURNS = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NUMBER = re.compile(r"[-+]?\d[\d.]*")
_RUNS = {"script", "img", "iframe", "object", "embed", "form", "link", "base", "foreignobject", "meta"}


def contract_text(target: str = "50%") -> str:
    rows = "".join(f'    | "{key}" | {target} | 1 |\n' for key in KEYS)
    return HEAD + rows + TAIL


# ---------------------------------------------------------------- what is neutral, by the kind of file


def csv_is_neutral(content: bytes) -> None:
    rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    cells = [cell for row in rows for cell in row]
    assert cells
    assert not [
        c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) and not _NUMBER.fullmatch(c)
    ]


def text_is_neutral(content: bytes) -> None:
    said = content.decode("utf-8")
    assert said and not _TURNS.search(said) and not _CONTROL.search(said)


def html_is_neutral(content: bytes) -> None:
    page = content.decode("utf-8")
    text_is_neutral(content)
    assert len(page) < 400_000
    for element in html.fromstring(page).iter():
        if isinstance(element.tag, str):
            tag = element.tag.rpartition("}")[2].lower()
            own_meta = tag == "meta" and element.get("http-equiv") in (None, "Content-Security-Policy")
            assert tag not in _RUNS or own_meta, tag
            for name, value in element.attrib.items():
                assert not name.lower().startswith("on") and "javascript:" not in value.lower()
                assert name not in ("src", "href") or value.startswith("#"), (name, value)


def svg_is_neutral(content: bytes) -> None:
    text_is_neutral(content)
    for element in etree.fromstring(content).iter():
        assert etree.QName(element).localname.lower() not in {*_RUNS, "a", "use", "animate", "set"}
        assert not [name for name in element.attrib if name.lower().startswith("on") or "href" in name]


def xml_is_neutral(content: bytes) -> None:
    assert b"<!DOCTYPE" not in content and b"<!ENTITY" not in content
    tags = {str(e.tag).rpartition("}")[2] for e in etree.fromstring(content).iter()}
    assert not tags & {"script", "img", "b"}


def json_is_neutral(content: bytes) -> None:
    json.loads(content)
    raw = content.decode("utf-8")
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", raw), "control characters are escaped"


def jsonl_is_neutral(content: bytes) -> None:
    for line in content.decode("utf-8").split("\n"):
        if line:
            json_is_neutral(line.encode())


def docx_is_neutral(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert not [name for name in book.namelist() if "vba" in name.lower() or "embeddings" in name]
        for part in book.namelist():
            if not part.endswith((".xml", ".rels")):
                continue
            tree = etree.fromstring(book.read(part))
            assert not tree.xpath("//*[@TargetMode='External']")
            for field in tree.xpath("//*[local-name()='instrText'] | //*[local-name()='fldSimple']"):
                said = (field.text or "") + "".join(field.attrib.values())
                assert re.match(r"\s*(REF|PAGE|NUMPAGES|TOC)\b", said), said
            for shown in tree.xpath("//*[local-name()='t'] | //*[local-name()='delText']"):
                assert not _TURNS.search((shown.text or "").replace("\u2060$", "$")), shown.text


def xlsx_is_neutral(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = book.namelist()
        assert not [n for n in names if "vba" in n.lower() or "externalLink" in n or "connections" in n]
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.hyperlink is None
                if cell.data_type == "f":
                    assert not re.search(
                        r"cmd|HYPERLINK|SUM\(1\+1|^=\+?1\+1|^=-2\+3|WEBSERVICE|DDE", str(cell.value)
                    )


def pdf_is_neutral(content: bytes) -> None:
    assert content.startswith(b"%PDF-")
    assert not re.search(rb"/JavaScript|/JS\b|/Launch|/OpenAction|/EmbeddedFile|/URI", content)


NEUTRAL: dict[str, Callable[[bytes], None]] = {
    "csv": csv_is_neutral, "txt": text_is_neutral, "html": html_is_neutral, "svg": svg_is_neutral,
    "xml": xml_is_neutral, "dmn": xml_is_neutral, "json": json_is_neutral, "jsonl": jsonl_is_neutral,
    "docx": docx_is_neutral, "xlsx": xlsx_is_neutral, "pdf": pdf_is_neutral, "md": text_is_neutral,
    "sql": text_is_neutral,
}  # fmt: skip


# ---------------------------------------------------------------- every writer

_DATA = ("--data", "facts={room}/facts.csv", "--data", "results={room}/results.csv")
_OLD = ("--old-data", "facts={room}/facts.csv", "--old-data", "results={room}/results.csv")
_NEW = ("--new-data", "facts={room}/later.csv", "--new-data", "results={room}/results.csv")
_BOTH = ("diff", "{room}/contract.vbc", "{room}/new.vbc", *_DATA, "--year", "2024")
_BRIDGE = (
    "bridge",
    "--old",
    "{room}/contract.vbc",
    "--new",
    "{room}/new.vbc",
    *_OLD,
    *_NEW,
    "--year",
    "2024",
)
_ONE = ("{room}/contract.vbc", *_DATA, "--for")
PRINTED = "printed"
WRITERS: dict[str, tuple[str, ...]] = {
    "run.txt": ("run", "{room}/contract.vbc", *_DATA),
    "run.csv": ("run", "{room}/contract.vbc", *_DATA, "--format", "csv"),
    "run.json": ("run", "{room}/contract.vbc", *_DATA, "--format", "json"),
    "run": ("run", "{room}/contract.vbc", *_DATA, "--out", "{out}"),
    "audit": ("audit", "{room}/contract.vbc", *_DATA, "--out", "{out}"),
    "trace.jsonl": ("trace", "{room}/contract.vbc", *_DATA, "--out", "{out}"),
    "portfolio.txt": ("portfolio", "{room}/book.toml", "--parties"),
    "portfolio.json": ("portfolio", "{room}/book.toml", "--parties", "--format", "json"),
    "portfolio": ("portfolio", "{room}/book.toml", "--out", "{out}"),
    "simulate.txt": ("simulate", "{room}/contract.vbc", *_DATA, "--vary", "2.3 row 1=5%, 10%"),
    "simulate": ("simulate", "{room}/contract.vbc", *_DATA, "--vary", 'Target for "=HYPERLINK(1)"=40%, 60%',
                 "--out", "{out}", "--chart", "{room}/fan.svg"),
    "diff.txt": _BOTH,
    "diff.html": (*_BOTH, "--format", "html", "--out", "{out}"),
    "diff.docx": (*_BOTH, "--format", "docx", "--out", "{out}"),
    "diff.json": (*_BOTH, "--format", "json", "--out", "{out}"),
    "diff.csv": (*_BOTH, "--out", "{room}/diff_again.txt", "--parties", "{out}"),
    "bridge.txt": _BRIDGE,
    "bridge.html": (*_BRIDGE, "--format", "html", "--out", "{out}"),
    "bridge.json": (*_BRIDGE, "--format", "json", "--out", "{out}"),
    "bridge.csv": (*_BRIDGE, "--format", "csv", "--out", "{out}"),
    **{f"statement {n}.{kind}": ("statement", *_ONE, f"clinic={{name{n}}}", "--out", "{out}")
       for n in (0, 8, 9, 13, 14, 15, 16, 18) for kind in ("html", "docx", "pdf")},
    **{f"explain {n}.txt": ("explain", *_ONE, f"clinic={{name{n}}}", "--rows") for n in (0, 8, 14, 16)},
    **{f"explain {n}.json": ("explain", *_ONE, f"clinic={{name{n}}}", "--format", "json") for n in (0, 8, 14, 16)},
    **{f"waterfall {n}.svg": ("chart", "waterfall", *_ONE, f"clinic={{name{n}}}", "--out", "{out}")
       for n in (8, 13, 14, 15)},
    **{f"payout {n}.svg": ("chart", "payout", *_ONE, f"clinic={{name{n}}}", "--term", "rate", "--out", "{out}")
       for n in (8, 13, 14, 15)},
    "check.txt": ("check", "{room}/wrong.vbc"),
    "check.json": ("check", "{room}/wrong.vbc", "--format", "json"),
    "check sarif.json": ("check", "{room}/wrong.vbc", "--format", "sarif"),
    "test.xml": ("test", "{room}/failing.vbc", "--format", "junit"),
    "test.json": ("test", "{room}/failing.vbc", "--format", "json"),
    "test.txt": ("test", "{room}/failing.vbc"),
    "table.csv": ("table", "export", "{room}/contract.vbc", "1.3", "--out", "{out}"),
    "table.xlsx": ("table", "export", "{room}/contract.vbc", "1.3", "--out", "{out}"),
    "fhir.json": ("exchange", "fhir", "{room}/contract.vbc", *_DATA, "--date", "2026-01-01", "--out", "{out}"),
    "lineage.json": ("exchange", "lineage", "{room}/contract.vbc", "--out", "{out}"),
    "schema.json": ("exchange", "schema", "{room}/contract.vbc", "--out", "{out}"),
    "tables.dmn": ("exchange", "dmn", "{room}/contract.vbc", "--out", "{out}"),
    **{f"export.{kind}": ("export", "{room}/contract.vbc", "--to", kind, "--out", "{out}")
       for kind in ("html", "docx", "pdf", "md")},
}  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two contracts and the data of clinics with these names."""
    room = tmp_path_factory.mktemp("hostile")
    text = contract_text()
    (room / "contract.vbc").write_text(text, encoding="utf-8")
    (room / "new.vbc").write_text(contract_text("70%").replace("| 20%  ", "| 25%  "), encoding="utf-8")
    (room / "failing.vbc").write_text(
        text.replace("expect Fee is $10", "expect Fee is $11"), encoding="utf-8"
    )
    (room / "wrong.vbc").write_text(
        text.replace("means Remark", "means <script>=1+1 Remarc"), encoding="utf-8"
    )
    for name, more in (("facts", 0), ("later", 5)):
        with (room / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(["clinic", "performance_year", "amount", "rate", "remark"])
            writer.writerows([n, "2024", f"{1000 + more}.00", "0.6", n] for n in NAMES)
    with (room / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["clinic", "performance_year", "measure", "result"])
        writer.writerows([n, "2024", key, "0.6"] for n in NAMES for key in KEYS)
    (room / "book.toml").write_text(
        '[data]\nfacts = "facts.csv"\nresults = "results.csv"\n'
        '[[contract]]\nname = "=cmd"\npath = "contract.vbc"\n'
        f"parties = {json.dumps(NAMES)}\n",
        encoding="utf-8",
    )
    return room


def written(room: Path, name: str) -> dict[str, bytes]:
    """The files of a writer, by name."""
    out = room / "made" / name
    out.parent.mkdir(exist_ok=True)
    names = {f"name{number}": one for number, one in enumerate(NAMES)}
    words = [word.format(room=room, out=out, **names) for word in WRITERS[name]]
    done = CliRunner().invoke(cli, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    assert done.exit_code == (1 if "wrong.vbc" in str(words) or "failing" in str(words) else 0), done.output
    if out.is_dir():
        return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    return {
        name: out.read_bytes()
        if out.is_file()
        else (done.output if name == "check.txt" else done.stdout).encode()
    }


@pytest.mark.parametrize("name", WRITERS)
def test_a_hostile_name_is_only_a_name(name: str, room: Path) -> None:
    found = written(room, name)
    assert found
    for file, content in found.items():
        suffix = file.rpartition(".")[2]
        if suffix in ("vbc", "toml"):
            continue  # the contract itself, as it was given
        NEUTRAL[suffix](content)
    if name == "simulate":
        svg_is_neutral((room / "fan.svg").read_bytes())
