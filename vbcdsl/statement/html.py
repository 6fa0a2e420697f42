"""A statement as one HTML page: no script, nothing from elsewhere, made to be printed."""

from __future__ import annotations

from fractions import Fraction
from html import escape

from vbcdsl.results.text import cents_words
from vbcdsl.statement.content import Statement
from vbcdsl.statement.measures import MeasureTable
from vbcdsl.statement.more import More
from vbcdsl.statement.sections import Section

_CSS = """
@page { size: letter; margin: 18mm 16mm; }
* { box-sizing: border-box; }
body { font: 14px/1.45 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; color: #1d2530; margin:
0 auto;
  max-width: 860px; padding: 28px; background: #fff; }
h1 { font-size: 23px; line-height: 1.25; margin: 0 0 2px; }
h2 { font-size: 16px; margin: 30px 0 8px; padding-bottom: 4px; border-bottom: 2px solid #1f5a7a; }
.sub, .small { color: #5d6672; } .small { font-size: 12px; }
.net { display: flex; gap: 24px; align-items: center; border: 1.5px solid #1f5a7a; border-left-width: 8px;
padding: 14px 18px;
  margin: 18px 0; }
.net b { font-size: 28px; white-space: nowrap; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; margin: 6px 0; }
th { text-align: left; font-weight: 600; border-bottom: 1.5px solid #1d2530; padding: 4px 8px 4px 0;
vertical-align: bottom; } td { border-bottom: 1px solid #d9dde3; padding: 4px 8px 4px 0; vertical-align: top;
overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 0; padding-left:
10px; } tr.total td { font-weight: 600; border-top: 1.5px solid #1d2530; border-bottom: 0; }
.sec { display: grid; grid-template-columns: 46px minmax(0, 1fr) 250px; gap: 4px 16px; padding: 9px 0;
  border-bottom: 1px solid #d9dde3; break-inside: avoid; }
.sec .no { font-weight: 600; } .sec .val { text-align: right; } .sec .val b { font-variant-numeric: tabular-nums; }
.sec .val div + div { margin-top: 6px; }
.sec.pay { background: #f1f5f8; margin: 0 -8px; padding: 9px 8px; }
.sec .wide { grid-column: 2 / 4; }
.facts { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 32px; margin-top: 5px; }
.facts div { display: flex; justify-content: space-between; gap: 10px; border-bottom: 1px dotted #c3c9d0; }
.facts b { font-variant-numeric: tabular-nums; }
.rows { font-size: 12px; margin-top: 5px; } .rows td, .rows th { padding: 2px 8px 2px 0; }
.rows tr.hit td { font-weight: 700; background: #e6eef3; } .rows tr.hit td:first-child::before { content: "▸ "; }
svg { display: block; width: 100%; height: auto; margin: 6px 0; }
figure { margin: 0; break-inside: avoid; } tr { break-inside: avoid; }
code { font-size: 10.5px; word-break: break-all; }
@media print { body { padding: 0; max-width: none; font-size: 12px; } }
@media (max-width: 640px) { .sec { grid-template-columns: 40px minmax(0, 1fr); } .sec .val { grid-column: 2;
text-align: left; } }
"""


def to_html(s: Statement) -> str:
    """The page."""
    parts = [
        f"<h1>Settlement statement: {_t(s.key)} <bdi>{_t(s.party)}</bdi></h1>",
        f'<div class="sub"><bdi>{_t(s.title)}</bdi> · performance year {_t(s.year)} ({_t(s.period)})'
        + f" · under {_t(s.text)}"
        + (f" · {_t(s.payer)}: <bdi>{_t(s.payer_name)}</bdi>" if s.payer_name else "")
        + "</div>",
        f'<div class="net"><b>{_t(s.net)}</b><div><div>Net payment. {_t(s.net_words)}</div>'
        f'<div class="sub">{_t(s.due)}</div></div></div>',
    ]
    if s.errors:
        parts.append("<h2>What could not be computed</h2>" + _list(s.errors))
    parts.append(_payments(s))
    if s.waterfall:
        parts.append(f"<figure>{s.waterfall}</figure>")
    parts += [_measures(table) for table in s.measures]
    if s.more.lines:
        parts.append(_more(s))
    if s.curve:
        parts.append(
            f"<h2>What is paid as {_t(s.curve_term)} rises</h2><figure>{s.curve}</figure>"
            f'<p class="small">{_t(CURVE_WORDS)}</p>'
        )
    parts.append("<h2>How it was computed, section by section</h2>" + "".join(map(_section, s.sections)))
    parts.append("<h2>Notes</h2>" + _list(s.notes))
    parts.append(
        '<h2>Where it comes from</h2><table class="small">'
        + "".join(f"<tr><td>{_t(name)}</td><td><code>{_t(value)}</code></td></tr>" for name, value in s.proof)
        + "</table>"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Settlement statement, {_t(s.party)}, {_t(s.year)}</title><style>{_CSS}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def change_words(change: Fraction) -> str:
    """`+$1,234.00`, `no change`."""
    return "no change" if change == 0 else ("+" if change > 0 else "") + cents_words(change)


def more_cells(line: More) -> tuple[str, ...]:
    """The cells of a line of the table of what more would have paid."""
    name = f"{line.term}, {line.key}" if line.key else line.term
    how = line.how + (f" (section {line.edge})" if line.edge else "")
    return (
        name,
        how,
        line.now.removeprefix("about "),
        line.then.replace("about ", ""),
        cents_words(line.net),
        change_words(line.change),
    )


MORE_HEADER = ("With", "Change", "Now", "Then", "Net payment", "Difference")
MORE_WORDS = (
    "What the net payment would have been with one value changed and everything else as settled. The contract was "
    "settled again with each value; positive to the "
)
CURVE_WORDS = (
    "Everything else as settled. A closed dot is what is paid at an edge, an open dot what is paid beside it."
)


def _t(text: str) -> str:
    return escape(text, quote=True)


def _list(lines: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{_t(line)}</li>" for line in lines) + "</ul>"


def _payments(s: Statement) -> str:
    dated = any(p.due for p in s.payments)
    body = "".join(
        f"<tr><td>{_t(p.section)}</td><td>{_t(p.name)}</td><td>{_t(p.payer)} to {_t(p.payee)}</td>"
        + (f"<td>{_t(p.due)}</td>" if dated else "")
        + f'<td class="n">{_t(p.amount)}</td></tr>'
        for p in s.payments
    )
    due = "<th>Due</th>" if dated else ""
    head = f'<tr><th>Section</th><th>Payment</th><th>From, to</th>{due}<th class="n">Amount</th></tr>'
    total = (
        f'<tr class="total"><td></td><td colspan="{3 if dated else 2}">Net. {_t(s.net_words)}</td>'
        f'<td class="n">{_t(s.net)}</td></tr>'
    )
    return f"<h2>Payments</h2><table>{head}{body}{total}</table>"


def _measures(table: MeasureTable) -> str:
    wide = len(table.name.split(" and "))
    head = "".join(f"<th{'' if i < wide else ' class=n style=white-space:normal'}>{_t(h)}</th>"
                   for i, h in enumerate(table.header))  # fmt: skip
    body = "".join(
        "<tr>"
        + "".join(f"<td{'' if i < wide else ' class=n'}>{_t(c)}</td>" for i, c in enumerate(row))
        + "</tr>"
        for row in table.rows
    )
    more = f'<p class="small">… and {table.more:,} more.</p>' if table.more else ""
    sections = f'<p class="small">Sections {_t(", ".join(table.sections))}</p>'
    return f"<h2>Results by {_t(table.name)}</h2><table><tr>{head}</tr>{body}</table>{more}{sections}"


def _more(s: Statement) -> str:
    head = "".join(f"<th{'' if i < 2 else ' class=n'}>{_t(h)}</th>" for i, h in enumerate(MORE_HEADER))
    body = "".join(
        "<tr>"
        + "".join(f"<td{'' if i < 2 else ' class=n'}>{_t(c)}</td>" for i, c in enumerate(more_cells(line)))
        + "</tr>"
        for line in s.more.lines
    )
    words = f'<p class="small">{_t(MORE_WORDS + s.provider)}.</p>'
    return f"<h2>What more would have paid</h2>{words}<table><tr>{head}</tr>{body}</table>"


def _section(section: Section) -> str:
    if len(section.values) > 3 and not section.table:
        rows = "".join(f"<div><span>{_t(v.term)}</span><b>{_t(v.value)}</b></div>" for v in section.values)
        amended = f'<div class="small">({_t(section.amended)})</div>' if section.amended else ""
        words = f'<div class="wide">{_t(section.words)}{amended}<div class="facts">{rows}</div></div>'
        return f'<div class="sec"><div class="no">{_t(section.number)}</div>{words}</div>'
    values = "".join(
        f"<div>{_t(v.term)}<br><b>{_t(v.value)}</b>"
        + "".join(f'<div class="small">{_t(note)}</div>' for note in v.notes)
        + "</div>"
        for v in section.values
    )
    table = ""
    if section.table:
        head = "".join(f"<th>{_t(cell)}</th>" for cell in section.table[0])
        rows = "".join(
            f"<tr{' class=hit' if number in section.applied else ''}>"
            + "".join(f"<td>{_t(cell)}</td>" for cell in row)
            + "</tr>"
            for number, row in enumerate(section.table[1:], 1)
        )
        table = f'<table class="rows"><tr>{head}</tr>{rows}</table>'
    amended = f'<div class="small">({_t(section.amended)})</div>' if section.amended else ""
    pay = " pay" if any(v.payment for v in section.values) else ""
    return (
        f'<div class="sec{pay}"><div class="no">{_t(section.number)}</div>'
        f'<div>{_t(section.words)}{amended}{table}</div><div class="val">{values}</div></div>'
    )
