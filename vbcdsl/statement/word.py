"""A statement as a Word document. The charts are pictures; texts are texts, whatever they look like."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

from vbcdsl.statement.content import Statement
from vbcdsl.statement.html import CURVE_WORDS, MORE_HEADER, MORE_WORDS, more_cells
from vbcdsl.statement.pdf import pictures

_MADE = dt.datetime(2000, 1, 1)
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_BLUE, _SOFT = "1F5A7A", "5D6672"
_FAINT, _HIT = "F1F5F8", "DFE9EF"


def to_docx(statement: Statement) -> bytes:
    """The document. `ImportError` if python-docx or Typst is not installed."""
    import docx

    made = docx.Document()
    _Writer(made, pictures(statement)).write(statement)
    out = io.BytesIO()
    made.save(out)
    return _undated(out.getvalue())


def _undated(content: bytes) -> bytes:
    """The same archive with one date for all parts, so that the same statement gives the same bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again,
    ):
        for info in sorted(made.infolist(), key=lambda i: (i.filename != "[Content_Types].xml", i.filename)):
            part = zipfile.ZipInfo(info.filename, _EARLIEST)
            part.compress_type = zipfile.ZIP_DEFLATED
            again.writestr(part, made.read(info))
    return out.getvalue()


class _Writer:
    def __init__(self, document: Any, images: dict[str, bytes]) -> None:
        from docx.shared import Pt

        self.document, self.images, self.pt = document, images, Pt
        style = document.styles["Normal"]
        style.font.name, style.font.size = "Arial", Pt(9.5)
        style.paragraph_format.space_after = Pt(3)
        core = document.core_properties
        core.created = core.modified = _MADE
        core.author, core.title, core.comments = "", "Settlement statement", ""
        for part in document.sections:
            part.left_margin = part.right_margin = Pt(54)
            part.top_margin = part.bottom_margin = Pt(54)

    def write(self, s: Statement) -> None:
        """All of it."""
        self.words(f"Settlement statement: {s.key} {s.party}", 17, bold=True)
        named = f" · {s.payer}: {s.payer_name}" if s.payer_name else ""
        self.words(
            f"{s.title} · performance year {s.year} ({s.period}) · under {s.text}{named}", 9, color=_SOFT
        )
        box = self.table([["", ""]], (0.32, 0.68))
        self.cell(box.cell(0, 0), s.net, 18, bold=True, fill=_FAINT)
        self.cell(box.cell(0, 1), f"Net payment. {s.net_words}\n{s.due}", fill=_FAINT)
        if s.errors:
            self.heading("What could not be computed")
            self.bullets(s.errors)
        self.heading("Payments")
        dated = any(p.due for p in s.payments)
        head = ["Section", "Payment", "From, to", *(["Due"] if dated else []), "Amount"]
        rows = [
            [p.section, p.name, f"{p.payer} to {p.payee}", *([p.due] if dated else []), p.amount]
            for p in s.payments
        ]
        rows.append(["", f"Net. {s.net_words}", "", *([""] if dated else []), s.net])
        widths = (0.1, 0.3, 0.22, 0.2, 0.18) if dated else (0.1, 0.4, 0.3, 0.2)
        table = self.table([head, *rows], widths, right=(len(head) - 1,), bold_rows=(0, len(rows)))
        table.cell(len(rows), 1).merge(table.cell(len(rows), len(head) - 2))
        self.picture("waterfall")
        for m in s.measures:
            self.heading(f"Results by {m.name}")
            keys = len(m.name.split(" and "))
            self.table([list(m.header), *map(list, m.rows)], right=tuple(range(keys, len(m.header))))
            self.words(f"Sections {', '.join(m.sections)}", 8, color=_SOFT)
        if s.more.lines:
            self.heading("What more would have paid")
            self.words(f"{MORE_WORDS}{s.provider}.", 8, color=_SOFT)
            lines = [list(more_cells(line)) for line in s.more.lines]
            self.table([list(MORE_HEADER), *lines], (0.25, 0.17, 0.13, 0.13, 0.16, 0.16), right=(2, 3, 4, 5))
        if s.curve:
            self.heading(f"What is paid as {s.curve_term} rises")
            self.picture("curve")
            self.words(CURVE_WORDS, 8, color=_SOFT)
        self.heading("How it was computed, section by section")
        self.sections(s)
        self.heading("Notes")
        self.bullets(s.notes)
        self.heading("Where it comes from")
        self.table([list(line) for line in s.proof], (0.28, 0.72), size=7.5, head=False)

    def sections(self, s: Statement) -> None:
        """One row for each section: number, words and table, values."""
        table = self.table([["", "", ""] for _ in s.sections], (0.09, 0.58, 0.33), head=False)
        for number, section in enumerate(s.sections):
            fill = _FAINT if any(v.payment for v in section.values) else ""
            self.cell(table.cell(number, 0), section.number, bold=True, fill=fill)
            middle = table.cell(number, 1)
            amended = f"\n({section.amended})" if section.amended else ""
            self.cell(middle, section.words + amended, fill=fill)
            if section.table:
                wide = max(len(row) for row in section.table)
                rows = [[*row, *[""] * (wide - len(row))] for row in section.table]
                self.fill_table(middle.add_table(len(rows), wide), rows, size=7.5, bold_rows=(0, *section.applied),
                                filled=tuple(section.applied))  # fmt: skip
                after = middle.paragraphs[-1]  # Word wants a paragraph behind a table
                after.paragraph_format.space_after = self.pt(0)
                self.run(after, " ", 3)
            right = table.cell(number, 2)
            self.cell(right, "", fill=fill)
            for place, value in enumerate(section.values):
                paragraph = right.paragraphs[0] if place == 0 else right.add_paragraph()
                paragraph.alignment = 2
                self.run(paragraph, value.term + "\n")
                self.run(paragraph, value.value, bold=True)
                for note in value.notes:
                    self.run(paragraph, "\n" + note, 7.5, color=_SOFT)

    # ------------------------------------------------------------ pieces

    def heading(self, text: str) -> None:
        """A heading."""
        found = self.document.add_heading("", 2)
        self.run(found, text, 12, bold=True, color=_BLUE)

    def words(self, text: str, size: float = 9.5, bold: bool = False, color: str = "") -> None:
        """A paragraph."""
        self.run(self.document.add_paragraph(), text, size, bold, color)

    def bullets(self, lines: tuple[str, ...]) -> None:
        """Lines with bullets."""
        for line in lines:
            self.run(self.document.add_paragraph(style="List Bullet"), line)

    def run(self, paragraph: Any, text: str, size: float = 9.5, bold: bool = False, color: str = "") -> None:
        """Words of a paragraph."""
        from docx.shared import RGBColor

        run = paragraph.add_run(text)
        run.font.size, run.bold = self.pt(size), bold
        if color:
            run.font.color.rgb = RGBColor.from_string(color)

    def picture(self, name: str) -> None:
        """A chart."""
        if name in self.images:
            self.document.add_picture(io.BytesIO(self.images[name]), width=self.pt(500))

    def table(
        self, rows: list[list[str]], widths: tuple[float, ...] = (), right: tuple[int, ...] = (),
        bold_rows: tuple[int, ...] = (0,), size: float = 9, head: bool = True,
    ) -> Any:  # fmt: skip
        """A table of the width of the page."""
        wide = max((len(row) for row in rows), default=1)
        table = self.document.add_table(len(rows), wide)
        table.autofit = not widths
        for place, share in enumerate(widths):
            table.columns[place].width = self.pt(504 * share)
            for cell in table.columns[place].cells:
                cell.width = self.pt(504 * share)
        self.fill_table(table, rows, size, bold_rows if head else (), right=right)
        return table

    def fill_table(
        self, table: Any, rows: list[list[str]], size: float, bold_rows: tuple[int, ...] = (),
        right: tuple[int, ...] = (), filled: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        """The texts of a table, with a line below each row."""
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                cell = table.cell(number, place)
                fill = _HIT if number in filled else ""
                self.cell(cell, text, size, number in bold_rows, fill)
                if place in right:
                    cell.paragraphs[0].alignment = 2

    def cell(self, cell: Any, text: str, size: float = 9.5, bold: bool = False, fill: str = "") -> None:
        """A cell."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = self.pt(1)
        for run in list(paragraph.runs):
            run._element.getparent().remove(run._element)
        if text:
            self.run(paragraph, text, size, bold)
        properties = cell._element.get_or_add_tcPr()
        for old in properties.findall(qn("w:tcBorders")) + properties.findall(qn("w:shd")):
            properties.remove(old)
        borders = OxmlElement("w:tcBorders")
        line = OxmlElement("w:bottom")
        for name, value in (("val", "single"), ("sz", "4"), ("color", "D9DDE3")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
        properties.append(borders)
        if fill:
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
                shade.set(qn(f"w:{name}"), value)
            properties.append(shade)
