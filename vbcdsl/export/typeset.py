"""An exhibit as PDF, set by typst (a library without system parts). The same exhibit gives the same bytes.

All texts of the contract go to typst as string literals, never as markup: nothing in a contract can be a command.
"""

from __future__ import annotations

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.export.exhibit import MARKS, Block, Exhibit, Grid, Item

_HEAD = """#set document(title: {title}, date: none)
#set page(paper: "us-letter", margin: (x: 1in, y: 1in), footer: context [
  #set text(size: 7.5pt, fill: luma(90))
  #{stamp} #h(1fr) #counter(page).display("1 / 1", both: true)
])
#set text(font: "Libertinus Serif", size: 10.5pt, lang: "en")
#set par(justify: false, leading: 0.62em)
#set table(stroke: 0.5pt + luma(130), inset: 5pt)
#show table.cell.where(y: 0): strong
#align(center, text(size: 17pt, weight: "bold", {title}))
#v(1em)
"""


_TOGETHER = 16  # a section of at most so many lines and rows is not broken over pages


def pdf_bytes(exhibit: Exhibit) -> bytes:
    """The .pdf file. `VbcError` (VBC8060) without typst."""
    try:
        import typst
    except ImportError:
        raise VbcError([
            Diagnostic("VBC8060", "PDF files need the package typst", help="pip install 'vbcdsl[docs-out]'")
        ]) from None  # fmt: skip
    found: bytes = typst.compile(typst_source(exhibit).encode())
    return found


def typst_source(exhibit: Exhibit) -> str:
    """What typst sets."""
    stamp = _text(f"Text in force, sha-256 {exhibit.sha256}")
    parts = [_HEAD.replace("{title}", _text(exhibit.title)).replace("{stamp}", f"text({stamp})")]
    parts += [_item(exhibit, item) for item in exhibit.items]
    if exhibit.definitions:
        parts.append(_heading("Appendix. Language definition, version 1, as far as this contract uses it"))
        parts.append(f"#par({_text('sha-256 of the whole definition: ' + exhibit.definition_sha256)})")
        for each in exhibit.definitions:
            parts.append(_beside(each.label, [f"strong({_text(each.title)})", f"par({_text(each.text)})"]))
    return "\n".join(parts) + "\n"


def _text(text: str) -> str:
    """A string literal."""
    safe = "".join(c if c.isprintable() or c == " " else " " for c in text)
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _heading(text: str) -> str:
    return f'#v(0.8em)\n#block(sticky: true, text(size: 12.5pt, weight: "bold", {_text(text)}))'


def _item(exhibit: Exhibit, item: Item) -> str:
    blocks = [_block(exhibit, block) for block in item.blocks]
    match item.kind:
        case "article":
            return _heading(f"Article {item.number}. {item.heading}")
        case "recital":
            words = " ".join(block.text for block in item.blocks if not isinstance(block, Grid))
            return f"#pad(left: 3.2em, emph({_text(words)}))"
        case "section":
            heading = [f"strong({_text(item.heading)})"] if item.heading else []
            rows = sum(len(block.rows) if isinstance(block, Grid) else 2 for block in item.blocks)
            return _beside(item.number, heading + blocks, whole=rows <= _TOGETHER)
        case "header":
            return "\n".join(f"#{block}" for block in blocks)
        case _:
            ruled = "block(stroke: (left: 2pt + luma(180)), inset: (left: 8pt), "
            return f"#pad(left: 3.2em, {ruled}{_stack(blocks)}))"


def _beside(number: str, blocks: list[str], whole: bool = False) -> str:
    """A number and what stands beside it; `whole`: on one page."""
    grid = f"grid(columns: (3.2em, 1fr), strong({_text(number)}), {_stack(blocks)})"
    return f"#block(breakable: {str(not whole).lower()}, {grid})"


def _stack(blocks: list[str]) -> str:
    return "stack(dir: ttb, spacing: 0.75em, " + ", ".join(blocks) + ")"


def _block(exhibit: Exhibit, block: Block) -> str:
    if isinstance(block, Grid):
        width = len(block.header)
        rows = [row + ("",) * (width - len(row)) for row in block.rows]
        cells = [_text(cell) for row in rows for cell in row[:width]]
        head = ", ".join(_text(cell) for cell in block.header)
        body = "".join(f", {cell}" for cell in cells)
        return f"table(columns: {width}, table.header({head}){body})"
    words = _marked(block.text)
    if block.letter:
        return f"grid(columns: (2.2em, 1fr), {_text(f'({block.letter})')}, {words})"
    return f"par({words})"


def _marked(text: str) -> str:
    """The text with the terms that it introduces in bold."""
    parts, done = [], 0
    for found in MARKS.finditer(text):
        if found["term"] is None:
            continue
        parts += [_text(text[done : found.start()]), f"strong({_text(found[0])})"]
        done = found.end()
    parts.append(_text(text[done:]))
    return " + ".join(f"text({part})" if part.startswith('"') else part for part in parts)
