"""Contracts and settlements for notebooks. Every text is escaped: names come from contracts and data."""

from __future__ import annotations

from html import escape

from vbcdsl.compiler import Compiled
from vbcdsl.diagnostics import RunError
from vbcdsl.results.settlement import Settled
from vbcdsl.results.text import cents_words

_ROWS = 50
_RIGHT = ' style="text-align:right"'


def settlement_html(settled: Settled) -> str:
    """A table of payments by party and year."""
    names = list(dict.fromkeys(p.name for row in settled.rows for p in row.payments))
    head = "".join(f"<th>{escape(h)}</th>" for h in (settled.party, "Year", *names, "Net payment"))
    body = []
    for row in settled.rows[:_ROWS]:
        paid = {p.name: p for p in row.payments}
        cells = [f"<td>{escape(row.party)}</td><td>{escape(row.year.label)}</td>"]
        for name in names:
            found = paid.get(name)
            amount = (
                None
                if found is None or isinstance(found.amount, RunError)
                else (found.sign or 1) * found.amount
            )
            text = "" if found is None else "error" if amount is None else cents_words(amount)
            cells.append(f"<td{_RIGHT}>{escape(text)}</td>")
        net = "error" if isinstance(row.net, RunError) else cents_words(row.net)
        cells.append(f"<td{_RIGHT}>{escape(net)}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    more = len(settled.rows) - _ROWS
    rest = f"<p>… and {more:,} more rows</p>" if more > 0 else ""
    title = f"<caption>{escape(settled.program.title)}</caption>"
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{rest}"


def contract_html(title: str, compiled: Compiled) -> str:
    """The title, the state, and what is wrong."""
    from vbcdsl.diagnostics.render import to_text

    text = (
        to_text(compiled.diagnostics, source=compiled.base) if compiled.diagnostics else "no problems found"
    )
    return f"<h4>{escape(title)}</h4><pre>{escape(text)}</pre>"
