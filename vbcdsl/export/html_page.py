"""An exhibit as one HTML file: readable on a screen, with print rules, without scripts or files from elsewhere."""

from __future__ import annotations

from html import escape

from vbcdsl.export.exhibit import MARKS, Block, Exhibit, Grid, Item, Paragraph

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 Georgia, "Times New Roman", serif; color: #1b1b1b; max-width: 46rem; margin: 3rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.25; text-align: center; margin: 0 0 2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .8rem; border-bottom: 1px solid #999; padding-bottom: .2rem; break-after: avoid; }
.facts p { margin: .2rem 0; }
.recital { font-style: italic; color: #444; margin: 1rem 0 1rem 3.4rem; }
section { display: grid; grid-template-columns: 3.4rem minmax(0, 1fr); margin: .9rem 0; }
section > .number { font-weight: bold; }
section > .number a { color: inherit; text-decoration: none; }
section p, .example p { margin: 0 0 .5rem; overflow-wrap: anywhere; }
.heading { font-weight: bold; }
.letter { display: grid; grid-template-columns: 2.2rem minmax(0, 1fr); }
table { border-collapse: collapse; margin: .4rem 0 .8rem; font-size: .93em; width: 100%; }
th, td { border: 1px solid #888; padding: .25rem .55rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #eee; }
tr { break-inside: avoid; }
.example { margin: .8rem 0 .8rem 3.4rem; padding-left: .9rem; border-left: 3px solid #bbb; }
a { color: #1a4d80; }
footer { margin-top: 3rem; border-top: 1px solid #999; font-size: .8rem; color: #555; overflow-wrap: anywhere; }
@page { size: letter; margin: 2.2cm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 11pt; } a { color: inherit; text-decoration: none; } }
"""  # noqa: E501


def html_page(exhibit: Exhibit) -> str:
    """The file. Every text of the contract is escaped and isolated from its surroundings' direction."""
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(exhibit.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        f"<h1><bdi>{escape(exhibit.title)}</bdi></h1>",
    ]
    facts = [item for item in exhibit.items if item.kind == "header"]
    parts.append(
        '<div class="facts">' + "".join(_block(exhibit, b) for item in facts for b in item.blocks) + "</div>"
    )
    parts += [_item(exhibit, item) for item in exhibit.items if item.kind != "header"]
    if exhibit.definitions:
        parts.append("<h2>Appendix. Language definition, version 1, as far as this contract uses it</h2>")
        parts.append(f"<p>sha-256 of the whole definition: {escape(exhibit.definition_sha256)}</p>")
        for each in exhibit.definitions:
            parts.append(f'<section><span class="number">{each.label}</span><div><p class="heading">'
                         f"{escape(each.title)}</p><p>{escape(each.text)}</p></div></section>")  # fmt: skip
    parts.append(f"<footer>Text in force, sha-256 {escape(exhibit.sha256)}</footer>\n</body>\n</html>\n")
    return "\n".join(parts)


def _item(exhibit: Exhibit, item: Item) -> str:
    blocks = "".join(_block(exhibit, block) for block in item.blocks)
    match item.kind:
        case "recital":
            return f'<div class="recital">{blocks}</div>'
        case "article":
            return f"<h2>Article {escape(item.number)}. <bdi>{escape(item.heading)}</bdi></h2>"
        case "section":
            heading = f'<p class="heading"><bdi>{escape(item.heading)}</bdi></p>' if item.heading else ""
            place = escape(item.number)
            return (f'<section id="s{place}"><span class="number"><a href="#s{place}">{place}</a></span>'
                    f"<div>{heading}{blocks}</div></section>")  # fmt: skip
        case _:
            return f'<div class="example">{blocks}</div>'


def _block(exhibit: Exhibit, block: Block) -> str:
    if isinstance(block, Grid):
        head = "".join(f'<th scope="col"><bdi>{escape(cell)}</bdi></th>' for cell in block.header)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_marked(exhibit, cell, bold=False)}</td>" for cell in row) + "</tr>"
            for row in block.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return _paragraph(exhibit, block)


def _paragraph(exhibit: Exhibit, block: Paragraph) -> str:
    if block.letter:
        return f'<div class="letter"><span>({block.letter})</span><p>{_marked(exhibit, block.text)}</p></div>'
    return f"<p>{_marked(exhibit, block.text)}</p>"


def _marked(exhibit: Exhibit, text: str, bold: bool = True) -> str:
    """The text with links to sections and with the terms that it introduces in bold."""
    parts, done = [], 0
    for found in MARKS.finditer(text):
        parts.append(escape(text[done : found.start()]))
        whole = escape(found[0])
        if found["ref"] is not None:
            known = found["number"] in exhibit.numbers
            parts.append(f'<a href="#s{found["number"]}">{whole}</a>' if known else whole)
        else:
            parts.append(f"<strong>{whole}</strong>" if bold else whole)
        done = found.end()
    parts.append(escape(text[done:]))
    return f"<bdi>{''.join(parts)}</bdi>"
