"""An exhibit as a Word document: real multilevel numbering, tables, cross-references as fields.

The numbers are Word's own (Article 1, 1.1, (a)), so that a lawyer can go on working in the file. Where the
contract leaves a number out, the list is told to go on with the contract's: what Word shows is always the address.
The same exhibit gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import Any, Final

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.export.exhibit import MARKS, Exhibit, Grid, Item, Paragraph
from vbcdsl.export.fixed_zip import same_bytes

_ABSTRACT: Final = 77
_LEVELS: Final = (
    ("decimal", "Article %1.", 0, 0),
    ("decimal", "%1.%2", 0, 720),
    ("lowerLetter", "(%3)", 720, 1224),
)


def word_bytes(exhibit: Exhibit) -> bytes:
    """The .docx file. `VbcError` (VBC8060) without python-docx."""
    try:
        import docx
    except ImportError:
        raise VbcError([
            Diagnostic("VBC8060", "Word documents need the package python-docx",
                       help="pip install 'vbcdsl[docs-out]'")
        ]) from None  # fmt: skip
    writer = _Writer(docx.Document(), exhibit)
    writer.write()
    room = io.BytesIO()
    writer.document.save(room)
    return same_bytes(room.getvalue())


class _Writer:
    """Fills a document."""

    def __init__(self, document: Any, exhibit: Exhibit) -> None:
        self.document, self.exhibit = document, exhibit
        self.numbers = _Numbers(document)
        self.marks: dict[str, str] = {}
        self.place = (0, 0)  # article and section that the list shows last

    def write(self) -> None:
        """All parts in order."""
        from docx.shared import Inches, Pt

        document, exhibit = self.document, self.exhibit
        facts = document.core_properties
        facts.title, facts.author, facts.comments = _plain(exhibit.title)[:250], "", ""
        facts.created = facts.modified = dt.datetime.fromisoformat(exhibit.first_day)
        facts.revision = 1
        section = document.sections[0]
        section.page_width, section.page_height = Inches(8.5), Inches(11)
        section.left_margin = section.right_margin = Inches(1)
        document.styles["Normal"].font.name = "Georgia"
        document.styles["Normal"].font.size = Pt(10.5)
        self._styles()
        document.add_paragraph(_plain(exhibit.title), style="Title")
        for item in exhibit.items:
            self._item(item)
        if exhibit.definitions:
            document.add_heading(
                "Appendix. Language definition, version 1, as far as this contract uses it", 1
            )
            document.add_paragraph(f"sha-256 of the whole definition: {exhibit.definition_sha256}")
            for each in exhibit.definitions:
                paragraph = document.add_paragraph()
                paragraph.add_run(f"{each.label}. {each.title}. ").bold = True
                paragraph.add_run(_plain(each.text))
        self._footer(section)

    def _styles(self) -> None:
        """Black text in one typeface; sentences of the header close together."""
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        for name, size in (("Title", 18), ("Heading 1", 12.5), ("Quote", 10.5)):
            font = self.document.styles[name].font
            font.name, font.size, font.color.rgb = "Georgia", Pt(size), RGBColor(0x1B, 0x1B, 0x1B)
            fonts = self.document.styles[name].element.rPr.find(qn("w:rFonts"))
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
        self.document.styles["Normal"].paragraph_format.space_after = Pt(5)
        self.document.styles["Heading 1"].paragraph_format.space_after = Pt(6)

    def _footer(self, section: Any) -> None:
        from docx.shared import Pt

        paragraph = section.footer.paragraphs[0]
        for text in (f"Text in force, sha-256 {self.exhibit.sha256}. Page ", None):
            if text is None:
                _field(paragraph, "PAGE", "1")
            else:
                paragraph.add_run(text)
        for run in paragraph.runs:
            run.font.size = Pt(7.5)

    def _item(self, item: Item) -> None:
        document = self.document
        match item.kind:
            case "article":
                paragraph = document.add_paragraph(style="Heading 1")
                self._number(paragraph, int(item.number), None)
                paragraph.add_run(_plain(item.heading))
            case "recital":
                for block in item.blocks:
                    assert isinstance(block, Paragraph)
                    document.add_paragraph(style="Quote").add_run(_plain(block.text))
            case "section":
                self._section(item)
            case _:
                self._blocks(item, None)

    def _section(self, item: Item) -> None:
        paragraph = self.document.add_paragraph()
        parts = item.number.split(".")
        if len(parts) == 2:
            self._number(paragraph, int(parts[0]), int(parts[1]))
        else:  # an address that is deeper than the list
            paragraph.add_run(f"{item.number}\t")
        _bookmark(paragraph, _anchor(item.number), len(self.marks) + 1)
        self.marks[item.number] = _anchor(item.number)
        if item.heading:
            paragraph.add_run(f"{_plain(item.heading)} ").bold = True
        self._blocks(item, paragraph)

    def _blocks(self, item: Item, first: Any) -> None:
        from docx.shared import Inches

        paragraph = first
        last = None
        for block in item.blocks:
            if isinstance(block, Grid):
                if last is not None:
                    last.paragraph_format.keep_with_next = True
                self._table(block)
                paragraph = None
                continue
            if block.letter or paragraph is None:
                paragraph = self.document.add_paragraph()
                if block.letter:
                    self._letter(paragraph, block.letter)
                elif item.kind in ("section", "example", "clause"):
                    paragraph.paragraph_format.left_indent = Inches(0.5)
            self._words(paragraph, block.text)
            paragraph, last = None, paragraph

    def _words(self, paragraph: Any, text: str) -> None:
        """Text with terms in bold and references as fields that show the section's number."""
        done = 0
        for found in MARKS.finditer(text):
            paragraph.add_run(_plain(text[done : found.start()]))
            done = found.end()
            if found["ref"] is not None and found["number"] in self.exhibit.numbers:
                at = found.start("number") - found.start()
                paragraph.add_run(_plain(found[0][:at]))
                _field(paragraph, f"REF {_anchor(found['number'])} \\r \\h", found["number"])
                paragraph.add_run(_plain(found[0][at + len(found["number"]) :]))
            else:
                paragraph.add_run(_plain(found[0])).bold = found["term"] is not None
        paragraph.add_run(_plain(text[done:]))

    def _table(self, block: Grid) -> None:
        table = self.document.add_table(rows=1, cols=len(block.header), style="Table Grid")
        for cell, text in zip(table.rows[0].cells, block.header, strict=True):
            cell.paragraphs[0].add_run(_plain(text)).bold = True
        _repeat(table.rows[0])
        for row in block.rows:
            cells = table.add_row().cells
            for cell, text in zip(cells, (*row, *("",) * len(cells)), strict=False):
                cell.paragraphs[0].add_run(_plain(text))
        self.document.add_paragraph()

    def _number(self, paragraph: Any, article: int, section: int | None) -> None:
        """The next number of the list if it is the contract's; else the list goes on with the contract's."""
        before = self.place
        self.place = (article, section or 0)
        if section is None:
            fresh = article != before[0] + 1
            paragraph_level = 0
        else:
            fresh = article != before[0] or section != before[1] + 1
            paragraph_level = 1
        if fresh:
            self.numbers.restart(article, section)
        self.numbers.apply(paragraph, paragraph_level)

    def _letter(self, paragraph: Any, letter: str) -> None:
        if len(letter) == 1 and self.place != (0, 0):
            if letter == "a":
                self.numbers.letters()
            self.numbers.apply(paragraph, 2, letters=True)
        else:
            paragraph.add_run(f"({letter})\t")


class _Numbers:
    """Word's numbering part: one multilevel list, and a list instance for each place where it is told a number."""

    def __init__(self, document: Any) -> None:
        from docx.oxml import parse_xml
        from docx.oxml.ns import nsdecls

        self._root = document.part.numbering_part.element
        levels = "".join(_level(place, *level) for place, level in enumerate(_LEVELS))
        abstract = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_ABSTRACT}">'
            f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        )
        first = self._root.find(_w("num"))
        if first is not None:
            first.addprevious(abstract)
        else:
            self._root.append(abstract)
        self._next = 1 + max((int(n.get(_w("numId"))) for n in self._root.findall(_w("num"))), default=0)
        self.current = self._instance({})
        self.lettered = self.current

    def restart(self, article: int, section: int | None) -> None:
        """The list goes on with this article or section."""
        starts = {0: article} if section is None else {0: article, 1: section}
        self.current = self._instance(starts)
        self.lettered = self.current

    def letters(self) -> None:
        """Lettered paragraphs begin again with (a)."""
        self.lettered = self._instance({2: 1})

    def _instance(self, starts: dict[int, int]) -> int:
        from docx.oxml import parse_xml
        from docx.oxml.ns import nsdecls

        number = self._next
        self._next += 1
        changes = "".join(
            f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            for level, start in starts.items()
        )
        self._root.append(parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{_ABSTRACT}"/>{changes}</w:num>'
        ))  # fmt: skip
        return number

    def apply(self, paragraph: Any, level: int, letters: bool = False) -> None:
        """Number a paragraph."""
        properties = paragraph._p.get_or_add_pPr()
        numbering = properties.get_or_add_numPr()
        numbering.get_or_add_ilvl().val = level
        numbering.get_or_add_numId().val = self.lettered if letters else self.current


def _level(place: int, kind: str, text: str, start: int, left: int) -> str:
    """One level of the list. `start`, `left`: where the number and the words begin, in twentieths of a point."""
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:suff w:val="{"space" if place == 0 else "tab"}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{left}" w:hanging="{left - start}"/></w:pPr></w:lvl>'
    )


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    found: str = qn(f"w:{name}")
    return found


def _plain(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(c for c in text if _in_xml(c))


def _in_xml(c: str) -> bool:
    return c in "\t\n" or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff")


def _anchor(number: str) -> str:
    return "_section_" + number.replace(".", "_")


def _bookmark(paragraph: Any, name: str, number: int) -> None:
    from docx.oxml import OxmlElement

    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(_w("id"), str(number))
    start.set(_w("name"), name)
    paragraph._p.append(start)
    paragraph._p.append(end)


def _field(paragraph: Any, code: str, shown: str) -> None:
    """A field, with the text that it shows until Word computes it again."""
    from docx.oxml import OxmlElement

    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run(shown if kind == "shown" else "")
        if kind == "code":
            element = OxmlElement("w:instrText")
            element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            element.text = f" {code} "
            run._r.append(element)
        elif kind != "shown":
            element = OxmlElement("w:fldChar")
            element.set(_w("fldCharType"), kind)
            run._r.append(element)


def _repeat(row: Any) -> None:
    """The head of a table stands on each page."""
    from docx.oxml import OxmlElement

    head = OxmlElement("w:tblHeader")
    head.set(_w("val"), "true")
    row._tr.get_or_add_trPr().append(head)
