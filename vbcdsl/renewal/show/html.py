"""The report as one HTML file: no script, nothing from outside, every text escaped, made to be printed too."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from vbcdsl import __version__
from vbcdsl.charts.winners import winners_and_losers
from vbcdsl.model.values import round_to
from vbcdsl.renewal.redline import Row, Run, Shown, Table
from vbcdsl.renewal.show.report import Report, in_words, name, needs, sections, signed
from vbcdsl.results.text import cents_words

LONGEST = 4000  # characters of a run of words; a longer one is cut for the eye


@attrs.frozen
class Group:
    """A changed piece with the numbers of its changes, or a line about pieces that are the same."""

    piece: Shown | None = None
    changes: tuple[int, ...] = ()
    same: str = ""


@cache
def environment() -> Any:
    """Jinja2 with everything escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def to_html(report: Report) -> str:
    """The whole report."""
    from markupsafe import Markup

    priced = report.priced
    chart = ""
    if priced is not None:
        changes = {party: priced.change(party) for party in priced.parties}
        chart = Markup(winners_and_losers(changes, name(priced.party)))  # its own words are escaped there
    text: str = environment().get_template("diff.html.j2").render(
        report=report, priced=priced, chart=chart, pieces=list(grouped(report)), version=__version__,
        signed=signed, name=name, needs=needs, sections=sections, in_words=in_words, cents=cents_words,
        whole=whole_dollars, sum=lambda amounts: sum(amounts.values(), Fraction(0)),
    )  # fmt: skip
    return text


def whole_dollars(value: Fraction) -> str:
    """An amount in whole dollars, for a table beside exact ones."""
    return cents_words(round_to(value, "half up", Fraction(1))).removesuffix(".00")


def grouped(report: Report) -> Iterator[Group]:
    """The redline: changed pieces in full, sections between them that are the same in one line."""
    of_hunk = {i: change.number for change in report.comparison.changes for i in change.hunks}
    same: list[str] = []
    for piece in report.comparison.redline:
        if piece.state == "same":
            if piece.kind == "section":
                same.append(piece.new)
            continue
        if same:
            yield Group(same=unchanged(same))
            same = []
        numbers = tuple(dict.fromkeys(of_hunk[i] for i in piece.hunks if i in of_hunk))
        yield Group(cut(piece), numbers)
    if same and any(piece.state != "same" for piece in report.comparison.redline):
        yield Group(same=unchanged(same))


def unchanged(numbers: list[str]) -> str:
    """`Sections 1.2 to 1.7 are the same.`"""
    if len(numbers) == 1:
        return f"Section {numbers[0]} is the same."
    return f"Sections {numbers[0]} to {numbers[-1]} ({len(numbers)}) are the same."


def cut(piece: Shown) -> Shown:
    """A piece whose longest runs are cut: a name of a million characters must not fill a report."""

    def short(runs: tuple[Run, ...]) -> tuple[Run, ...]:
        return tuple(
            run if len(run.text) <= LONGEST else attrs.evolve(run, text=run.text[:LONGEST] + "…")
            for run in runs
        )

    blocks = tuple(
        Table(tuple(Row(tuple(short(c) for c in row.cells), row.op, row.hunk) for row in block.rows))
        if isinstance(block, Table)
        else short(block)
        for block in piece.blocks
    )
    return attrs.evolve(piece, blocks=blocks)
