"""The redline as a Word document with tracked changes (`w:ins`, `w:del`), and the table of changes before it.

Accepting all changes gives the new text, rejecting all the old one. The same comparison gives the same
bytes: author and date of the tracked changes are given, not taken from the machine.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable
from fractions import Fraction
from xml.sax.saxutils import escape

from vbcdsl.renewal.redline import Op, Row, Run, Shown, Table
from vbcdsl.renewal.show.report import Report, in_words, name, needs, sections, signed
from vbcdsl.renewal.show.word_parts import (
    W,
    content_types,
    document_relations,
    footer,
    package_relations,
    settings,
    styles,
)
from vbcdsl.results.text import cents_words

AUTHOR, DATE = "vbc diff", dt.datetime(2000, 1, 1)
_STAMP = (1980, 1, 1, 0, 0, 0)
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
_LONGEST = 20_000


def to_docx(report: Report, author: str = AUTHOR, date: dt.datetime = DATE) -> bytes:
    """The document. `author` and `date` are what Word shows beside each tracked change."""
    body = _Body(author, date)
    body.report(report)
    files = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": package_relations(),
        "docProps/core.xml": _core(report, author, date),
        "word/document.xml": body.document(),
        "word/styles.xml": styles(),
        "word/settings.xml": settings(),
        "word/footer1.xml": footer(),
        "word/_rels/document.xml.rels": document_relations(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8", "replace"))
    return out.getvalue()


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("", text[:_LONGEST]))


class _Body:
    """Writes paragraphs and tables."""

    def __init__(self, author: str, date: dt.datetime) -> None:
        self._parts: list[str] = []
        self._count = 0
        quoted = escape(_ILLEGAL.sub("", author)[:200], {'"': "&quot;"})
        self._who = f'w:author="{quoted}" w:date="{date:%Y-%m-%dT%H:%M:%SZ}"'

    def report(self, report: Report) -> None:
        """Everything."""
        comparison, priced = report.comparison, report.priced
        self._plain(name(report.title, 300), "Title")
        self._plain(f"Old: {name(comparison.old.label, 300)}", "Small")
        self._plain(f"New: {name(comparison.new.label, 300)}", "Small")
        for note in report.year_notes:
            self._plain(f"Note: {note}", "Small")
        if priced is not None:
            gain, lose, same = report.counts
            old = cents_words(sum(priced.old.values(), Fraction(0)))
            new = cents_words(sum(priced.new.values(), Fraction(0)))
            parties = f"{len(priced.parties):,} parties, by {name(priced.party)}"
            self._plain(
                f"On the data of performance year {priced.year} ({parties}) all changes together are worth "
                f"{_kept(signed(priced.total))}: net payments of {old} under the old text and {new} under "
                f"the new one. {gain:,} gain, {lose:,} lose, {same:,} do not change."
            )
        self._plain("Changes", "Heading1")
        self._changes(report)
        if priced is not None:
            self._plain(
                _METHOD[priced.method]
                + (f" Interaction: {signed(report.interaction)}." if report.interaction is not None else ""),
                "Small",
            )
        self._plain("Redline", "Heading1")
        self._plain("Deletions and insertions are tracked changes: accept all for the new text, reject all "
                    "for the old one. Sections that are the same are left out.", "Small")  # fmt: skip
        for piece in comparison.redline:
            if piece.state != "same":
                self._piece(piece)

    def _changes(self, report: Report) -> None:
        priced = report.priced
        header = ["No", "Section", "Kind", "What changed"]
        widths = [500, 1000, 1900, 6240]
        if priced is not None:
            header += [report.method, "Alone"]
            widths = [460, 940, 1350, 3130, 1880, 1880]
        rows = []
        for change in report.comparison.changes:
            places = [in_words(words, 90) for words in change.words[:3]]
            more = len(change.words) - 3
            lines = [name(change.title, 90), *(p for p in places if p)]
            lines += [f"and {more} more places"] if more > 0 else []
            lines += [text for text in (change.joined, needs(change)) if text]
            row = [[str(change.number)], [sections(change)], [change.kind_title], lines]
            if priced is not None:
                found = report.amounts(change) if not change.wording else None
                row += (
                    [[_kept(signed(found[0]))], [_kept(signed(found[1]))]]
                    if found is not None
                    else [[""], [""]]
                )
            rows.append(row)
        if priced is not None:
            rows.append([[""], [""], [""], ["All together"], [_kept(signed(priced.total))], [""]])
        self._parts.append(_table_start(widths))
        heads = [
            self._cell([_line(text, "Head", right=place > 3)], width)
            for place, (text, width) in enumerate(zip(header, widths, strict=True))
        ]
        self._parts.append(f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(heads)}</w:tr>")
        for row in rows:
            cells = []
            for place, (lines, width) in enumerate(zip(row, widths, strict=True)):
                bold = place == 3
                paragraphs = [
                    _line(line, "Cell", right=place > 3, bold=bold and at == 0)
                    for at, line in enumerate(lines)
                ]
                cells.append(self._cell(paragraphs, width))
            self._parts.append("<w:tr><w:trPr><w:cantSplit/></w:trPr>" + "".join(cells) + "</w:tr>")
        self._parts.append('</w:tbl><w:p><w:pPr><w:pStyle w:val="Small"/></w:pPr></w:p>')

    def _piece(self, piece: Shown) -> None:
        lead: list[Run] = []
        if piece.old != piece.new:
            lead += [Run("del", piece.old)] if piece.old else []
            lead += [Run("ins", piece.new)] if piece.new else []
        elif piece.new:
            lead = [Run("same", piece.new)]
        whole: Op = {"added": "ins", "removed": "del"}.get(piece.state, "same")  # type: ignore[assignment]
        style = {"recital": "Recital", "article": "Heading2"}.get(piece.kind, "Section")
        for index, block in enumerate(piece.blocks):
            if isinstance(block, Table):
                if index == 0 and lead:
                    self._paragraph(lead, style, whole)
                self._table(block)
                continue
            runs = list(block)
            if index == 0 and lead:
                runs = [*lead, Run(whole, "  "), *runs]
            self._paragraph(runs, style, whole)

    # ------------------------------------------------------------ paragraphs, runs, tables

    def _plain(self, text: str, style: str = "Normal") -> None:
        self._parts.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{_run(text)}</w:p>')

    def _paragraph(self, runs: Iterable[Run], style: str, whole: Op = "same") -> None:
        mark = self._mark(whole)
        inside = "".join(self._run(run) for run in runs)
        self._parts.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{mark}</w:pPr>{inside}</w:p>')

    def _mark(self, op: Op) -> str:
        """The mark of a paragraph that came or went as a whole."""
        return f"<w:rPr>{self._change(op)}</w:rPr>" if op != "same" else ""

    def _change(self, op: Op, inside: str | None = None) -> str:
        self._count += 1
        head = f'w:{"ins" if op == "ins" else "del"} w:id="{self._count}" {self._who}'
        return f"<{head}/>" if inside is None else f"<{head}>{inside}</{head.split(' ')[0]}>"

    def _run(self, run: Run) -> str:
        if not run.text:
            return ""
        return (
            _run(run.text)
            if run.op == "same"
            else self._change(run.op, _run(run.text, deleted=run.op == "del"))
        )

    def _cell(self, paragraphs: list[str], width: int) -> str:
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{"".join(paragraphs)}</w:tc>'

    def _table(self, table: Table) -> None:
        count = max((len(row.cells) for row in table.rows), default=1) or 1
        widths = _widths(table, count)
        self._parts.append(_table_start(widths, indent=300))
        for place, row in enumerate(table.rows):
            self._row(row, widths, head=place == 0)
        self._parts.append('</w:tbl><w:p><w:pPr><w:pStyle w:val="Small"/></w:pPr></w:p>')

    def _row(self, row: Row, widths: list[int], head: bool) -> None:
        mark = self._change(row.op) if row.op != "same" else ""
        cells = []
        for place, width in enumerate(widths):
            runs = row.cells[place] if place < len(row.cells) else ()
            inside = "".join(self._run(run) for run in runs)
            style = "Head" if head else "Cell"
            paragraph = f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{self._mark(row.op)}</w:pPr>{inside}</w:p>'
            cells.append(self._cell([paragraph], width))
        self._parts.append(f"<w:tr><w:trPr><w:cantSplit/>{mark}</w:trPr>{''.join(cells)}</w:tr>")

    def document(self) -> str:
        """The part `word/document.xml`."""
        return (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {W} '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>'
            + "".join(self._parts)
            + '<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:pgSz w:w="12240" w:h="15840"/>'
            '<w:pgMar w:top="1200" w:right="1300" w:bottom="1200" w:left="1300" w:header="700" w:footer="600" '
            'w:gutter="0"/></w:sectPr></w:body></w:document>'
        )


def _widths(table: Table, count: int) -> list[int]:
    """Columns as wide as their longest cell asks for, on a page of 9,300 twentieths of a point."""
    longest = [
        max(
            (sum(len(run.text) for run in row.cells[i]) for row in table.rows if i < len(row.cells)),
            default=1,
        )
        for i in range(count)
    ]
    sizes = [min(max(size, 8), 48) * 115 + 260 for size in longest]
    total = sum(sizes)
    return [size * 9300 // total for size in sizes] if total > 9300 else sizes


def _table_start(widths: list[int], indent: int = 0) -> str:
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="BFC5CE"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="{indent}" w:type="dxa"/>'
        f'<w:tblBorders>{border}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="90" '
        f'w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )


def _kept(amount: str) -> str:
    """An amount that is not broken behind its sign."""
    return amount.replace("-", "\u2011").replace("+", "+\u2060")


def _line(text: str, style: str, right: bool = False, bold: bool = False) -> str:
    """A paragraph in a cell."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{_right(right)}</w:pPr>{_run(text, bold)}</w:p>'


def _right(yes: bool) -> str:
    return '<w:jc w:val="right"/>' if yes else ""


def _run(text: str, bold: bool = False, deleted: bool = False) -> str:
    style = "<w:rPr><w:b/></w:rPr>" if bold else ""
    tag = "w:delText" if deleted else "w:t"
    parts = "<w:br/>".join(f'<{tag} xml:space="preserve">{_text(line)}</{tag}>' for line in text.split("\n"))
    return f"<w:r>{style}{parts}</w:r>"


_ALONE = "“Alone” is the old text with that change and what it needs."
_METHOD = {
    "order": "“In order” is what a change adds when the changes are made one after another in the order of the "
    f"text; it adds up to the total for each party. {_ALONE}",
    "shapley": "“Average of all orders” is what a change adds on average over all orders in which the changes can "
    f"be made; it adds up to the total for each party. {_ALONE}",
}


def _core(report: Report, author: str, date: dt.datetime) -> str:
    stamp = f"{date:%Y-%m-%dT%H:%M:%SZ}"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_text(name(report.title, 200))}</dc:title><dc:creator>{_text(author)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created></cp:coreProperties>'
    )
