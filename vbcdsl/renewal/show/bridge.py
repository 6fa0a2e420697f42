"""A bridge between two settlements as text, JSON (`vbc.bridge/1`), CSV and HTML."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

from vbcdsl import __version__
from vbcdsl.charts.steps import bridge as chart
from vbcdsl.data.write import cell_text, csv_writer, money_text
from vbcdsl.diagnostics.snippet import clean
from vbcdsl.model.names import snake_case
from vbcdsl.renewal.bridge import Bridge, Parts
from vbcdsl.renewal.show.html import environment, whole_dollars
from vbcdsl.renewal.show.report import MOVERS, name, signed
from vbcdsl.renewal.sides import Side
from vbcdsl.results.show import columns
from vbcdsl.results.text import cents_words

SCHEMA = "vbc.bridge/1"
COLUMNS = ("Old", "Terms", "Data", "Both", "New")


def movers(found: Bridge) -> list[tuple[str, Parts]]:
    """The parties that differ most, the largest difference first."""
    order = sorted(found.parties.items(), key=lambda item: (-abs(item[1].change), item[0]))
    return [item for item in order if item[1].change][:MOVERS]


def _cells(parts: Parts) -> list[str]:
    return [
        cents_words(parts.old),
        signed(parts.terms),
        signed(parts.data),
        signed(parts.both),
        cents_words(parts.new),
    ]


def ends(found: Bridge) -> tuple[str, str]:
    """The two settlements in words."""
    return (
        f"{name(found.old.label, 200)}, data of {found.years[0]}",
        f"{name(found.new.label, 200)}, data of {found.years[1]}",
    )


def to_text(found: Bridge) -> str:
    """For a terminal: by payment, and the parties that differ most."""
    old, new = ends(found)
    lines = [clean(name(found.new.title, 200)), f"  old: {clean(old)}", f"  new: {clean(new)}"]
    lines += [f"  note: {clean(note)}" for note in found.moved]
    rows = [[section, name(payment, 34), *_cells(parts)] for (section, payment), parts in _by_section(found)]
    rows.append(["", "Net payment", *_cells(found.total)])
    lines += ["", columns(["Section", "Payment", *COLUMNS], rows, rule_before_last=True, left=2)]
    most = [[name(party, 30), *_cells(parts)] for party, parts in movers(found)]
    if most:
        lines += ["", "Largest differences", "", columns([name(found.party), *COLUMNS], most)]
    come, gone = f"{len(found.come):,} only in the new data", f"{len(found.gone):,} only in the old data"
    lines += ["", f"{len(found.parties):,} parties: {come}, {gone}"]
    for party, why in list(found.left_out.items())[:5]:
        lines.append(f"not in these amounts: {clean(name(party))}, {clean(name(why, 300))}")
    if len(found.left_out) > 5:
        lines.append(f"not in these amounts: {len(found.left_out) - 5:,} more")
    return "\n".join(lines) + "\n"


def _by_section(found: Bridge) -> list[tuple[tuple[str, str], Parts]]:
    from vbcdsl.resolve.amend import section_key

    return sorted(found.payments.items(), key=lambda item: (section_key(item[0][0]), item[0][1]))


def to_json(found: Bridge) -> dict[str, Any]:
    """Everything, amounts as the text of their exact digits."""
    return {
        "schema": SCHEMA,
        "old": _side(found.old, found.years[0]),
        "new": _side(found.new, found.years[1]),
        "notes": list(found.moved),
        "party": found.party,
        "total": _record(found.total),
        "payments": [
            {"section": section, "payment": payment, **_record(parts)}
            for (section, payment), parts in _by_section(found)
        ],
        "parties": _parties(found),
        "only_new": list(found.come),
        "only_old": list(found.gone),
        "left_out": [{"party": party, "why": why} for party, why in found.left_out.items()],
    }  # fmt: skip


def _side(side: Side, year: int) -> dict[str, str]:
    return {"text": side.label, "sha256": side.source.sha256, "performance_year": str(year)}


def _parties(found: Bridge) -> list[dict[str, Any]]:
    of_party: dict[str, list[dict[str, Any]]] = {}
    for (party, section, payment), parts in found.by_payment.items():
        of_party.setdefault(party, []).append({"section": section, "payment": payment, **_record(parts)})
    return [
        {"party": party, **_record(parts), "payments": of_party.get(party, [])}
        for party, parts in found.parties.items()
    ]


def _record(parts: Parts) -> dict[str, str]:
    return {
        "old": money_text(parts.old), "terms": money_text(parts.terms), "data": money_text(parts.data),
        "both": money_text(parts.both), "new": money_text(parts.new),
    }  # fmt: skip


def to_csv(found: Bridge) -> str:
    """One row for each party and payment, and one for the net payment of the party."""
    out = io.StringIO()
    writer = csv_writer(out)
    key = cell_text(snake_case(found.party) or "party")
    writer.writerow([key, "section", "payment", "old", "terms", "data", "both", "new"])
    of_party: dict[str, list[tuple[str, str, Parts]]] = {}
    for (party, section, payment), parts in found.by_payment.items():
        of_party.setdefault(party, []).append((section, payment, parts))
    for party, parts in found.parties.items():
        for section, payment, each in (*of_party.get(party, []), ("", "Net payment", parts)):
            amounts = [money_text(a) for a in (each.old, each.terms, each.data, each.both, each.new)]
            writer.writerow([cell_text(party), section, cell_text(payment), *amounts])
    return out.getvalue()


def to_html(found: Bridge) -> str:
    """The report as one HTML file."""
    from markupsafe import Markup

    total = found.total
    parts: list[tuple[str, Fraction]] = [
        ("Terms changed", total.terms), ("Data changed", total.data), ("Both", total.both),
    ]  # fmt: skip
    start = (f"{found.years[0]}, old terms", total.old)
    end = (f"{found.years[1]}, new terms", total.new)
    text: str = environment().get_template("bridge.html.j2").render(
        found=found, total=total, chart=Markup(chart(start, parts, end)), ends=ends(found), movers=movers(found),
        payments=_by_section(found), signed=signed, cents=cents_words, whole=whole_dollars, name=name,
        version=__version__,
    )  # fmt: skip
    return text
