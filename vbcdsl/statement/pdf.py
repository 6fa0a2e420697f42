"""A statement as PDF, set by Typst. Nothing of it is ever markup: the template reads texts from a data file."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import attrs

from vbcdsl.statement.content import Statement
from vbcdsl.statement.html import MORE_HEADER, MORE_WORDS, more_cells

TEMPLATE = Path(__file__).with_name("statement.typ")


def to_pdf(statement: Statement) -> bytes:
    """The document. `ImportError` if Typst is not installed."""
    import typst

    with tempfile.TemporaryDirectory(prefix="vbc-statement-") as room:
        folder = Path(room)
        (folder / "main.typ").write_bytes(TEMPLATE.read_bytes())
        for name, svg in (("waterfall", statement.waterfall), ("curve", statement.curve)):
            if svg:
                (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        (folder / "data.json").write_text(
            json.dumps(as_data(statement), ensure_ascii=False), encoding="utf-8"
        )
        made = typst.compile(folder / "main.typ", root=folder, ignore_system_fonts=False)
    return bytes(made)


def pictures(statement: Statement, points_wide: int = 720) -> dict[str, bytes]:
    """The charts as PNG, for documents that cannot hold SVG."""
    import typst

    found = {}
    with tempfile.TemporaryDirectory(prefix="vbc-statement-") as room:
        folder = Path(room)
        for name, svg in (("waterfall", statement.waterfall), ("curve", statement.curve)):
            if not svg:
                continue
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
            (folder / f"{name}.typ").write_text(
                f"#set page(width: {points_wide}pt, height: auto, margin: 0pt)\n"
                f'#image("{name}.svg", width: 100%)\n',
                encoding="utf-8",
            )
            found[name] = bytes(typst.compile(folder / f"{name}.typ", root=folder, format="png", ppi=144))
    return found


def as_data(s: Statement) -> dict[str, Any]:
    """What the template reads: texts only."""
    return {
        "title": s.title, "key": s.key, "party": s.party, "year": s.year, "period": s.period, "text": s.text,
        "payer": s.payer, "payer_name": s.payer_name, "net": s.net, "net_words": s.net_words, "due": s.due,
        "payments": [attrs.asdict(p) for p in s.payments],
        "waterfall": bool(s.waterfall), "curve": bool(s.curve), "curve_term": s.curve_term,
        "measures": [
            {"name": m.name, "header": list(m.header), "rows": [list(r) for r in m.rows],
             "keys": len(m.name.split(" and ")), "sections": ", ".join(m.sections)}
            for m in s.measures
        ],
        "more_header": list(MORE_HEADER), "more_words": MORE_WORDS + s.provider + ".",
        "more": [list(more_cells(line)) for line in s.more.lines],
        "sections": [
            {"number": x.number, "words": x.words, "amended": x.amended,
             "values": [attrs.asdict(v) for v in x.values],
             "table": [list(r) for r in x.table], "applied": sorted(x.applied),
             "columns": max((len(r) for r in x.table), default=0)}
            for x in s.sections
        ],
        "errors": list(s.errors), "notes": list(s.notes), "proof": [list(p) for p in s.proof],
    }  # fmt: skip
