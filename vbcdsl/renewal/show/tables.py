"""The comparison as JSON (`vbc.diff/1`) and its parties as CSV. Amounts are the text of their exact digits."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

from vbcdsl.data.write import Digits, cell_text, csv_writer, money_text
from vbcdsl.model.names import snake_case
from vbcdsl.renewal.compare import Change, Words
from vbcdsl.renewal.redline import Run, Shown, Table
from vbcdsl.renewal.show.report import Report
from vbcdsl.renewal.sides import Side

SCHEMA = "vbc.diff/1"


def to_json(report: Report) -> dict[str, Any]:
    """The whole report."""
    comparison, priced = report.comparison, report.priced
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "old": _side(comparison.old, comparison.years[0]),
        "new": _side(comparison.new, comparison.years[1]),
        "same_rules": comparison.same_rules,
        "changes": [_change(change, report) for change in comparison.changes],
        "price": None,
        "redline": [_shown(piece) for piece in comparison.redline],
    }
    if priced is not None:
        document["price"] = {
            "performance_year": str(priced.year),
            "party": priced.party,
            "method": priced.method,
            "old": _money(sum(priced.old.values(), Fraction(0))),
            "new": _money(sum(priced.new.values(), Fraction(0))),
            "change": _money(priced.total),
            "interaction": _money(report.interaction),
            "parties": [
                {
                    "party": party,
                    "old": _money(priced.old[party]),
                    "new": _money(priced.new[party]),
                    "change": _money(priced.change(party)),
                    "parts": {str(w.number): _money(w.part[party]) for w in priced.worth if w.part[party]},
                }
                for party in priced.parties
            ],
            "notes": list(report.data_notes),
            "left_out": [{"party": party, "why": why} for party, why in priced.left_out.items()],
        }
    return document


def _side(side: Side, years: int) -> dict[str, Any]:
    return {
        "contract": side.title,
        "text": side.label,
        "sha256": side.source.sha256,
        "from": side.calendar.effective.isoformat(),
        "through": side.calendar.through.isoformat(),
        "dates_moved_by_years": years,
    }


def _change(change: Change, report: Report) -> dict[str, Any]:
    amounts = report.amounts(change)
    return {
        "number": change.number,
        "kind": change.kind,
        "kinds": list(change.kinds),
        "sections": list(change.sections),
        "title": change.title,
        "wording_only": change.wording,
        "needs": list(change.needs),
        "joined": change.joined or None,
        "places": [_words(words) for words in change.words],
        "part": _money(amounts[0]) if amounts else None,
        "alone": _money(amounts[1]) if amounts else None,
        "last": _money(amounts[2]) if amounts else None,
    }


def _words(words: Words) -> dict[str, Any]:
    return {
        "section": words.section or None, "what": words.what, "after": words.before or None,
        "old": words.old or None, "new": words.new or None,
        "old_at": words.old_at or None, "new_at": words.new_at or None,
    }  # fmt: skip


def _shown(piece: Shown) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    for block in piece.blocks:
        if isinstance(block, Table):
            rows = [{"op": row.op, "cells": [_runs(cell) for cell in row.cells]} for row in block.rows]
            blocks.append({"table": rows})
        else:
            blocks.append({"runs": _runs(block)})
    return {"kind": piece.kind, "old": piece.old or None, "new": piece.new or None, "state": piece.state,
            "blocks": blocks}  # fmt: skip


def _runs(runs: tuple[Run, ...]) -> list[list[str]]:
    return [[run.op, run.text] for run in runs]


def _money(value: Fraction | None) -> str | None:
    return money_text(value) if value is not None else None


def parties_csv(report: Report) -> str:
    """One row for each party: old, new, change, and the part of each change that computes something."""
    priced = report.priced
    assert priced is not None
    wording = {change.number for change in report.comparison.changes if change.wording}
    worth = [w for w in priced.worth if w.number not in wording or any(w.part.values())]
    out = io.StringIO()
    writer = csv_writer(out)
    writer.writerow([
        cell_text(snake_case(priced.party) or "party"), "performance_year", "old_net_payment", "new_net_payment",
        "change",
        *(f"change_{w.number}" for w in worth),
    ])  # fmt: skip
    for party in priced.parties:
        amounts = [
            priced.old[party],
            priced.new[party],
            priced.change(party),
            *(w.part[party] for w in worth),
        ]
        writer.writerow([cell_text(party), priced.year, *(Digits(money_text(a)) for a in amounts)])
    return out.getvalue()
