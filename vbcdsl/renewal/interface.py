"""Comparing from Python: `vbcdsl.diff(old, new, data)`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from vbcdsl.data import Bindings
from vbcdsl.renewal.compare import Change, compare
from vbcdsl.renewal.facts import Facts, read_as
from vbcdsl.renewal.price import Method, price, year_and_shifts
from vbcdsl.renewal.show.report import Report
from vbcdsl.renewal.sides import Side, contract_and_amendment, side_of, sides_at

if TYPE_CHECKING:
    import pyarrow as pa

    from vbcdsl.compiler import Compiled


@attrs.frozen(eq=False, repr=False)
class Diff:
    """Two texts compared. `str()` is the report of the command line, in a notebook the HTML report."""

    report: Report

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes: number, kind, sections, title, words, needs."""
        return self.report.comparison.changes

    @property
    def same_rules(self) -> bool:
        """Whether both texts pay the same on any data."""
        return self.report.comparison.same_rules

    @property
    def total(self) -> Fraction | None:
        """What the new text pays more, for all parties together; None without data."""
        return self.report.priced.total if self.report.priced is not None else None

    @cached_property
    def parties(self) -> pa.Table:
        """One row for each party: old and new net payment, change, the part of each change. ValueError without
        data."""
        import pyarrow as pa

        from vbcdsl.results.tables import numbers

        priced = self.report.priced
        if priced is None:
            raise ValueError("the texts were compared without data")
        columns: dict[str, list[Fraction | None]] = {
            "old_net_payment": [priced.old[p] for p in priced.parties],
            "new_net_payment": [priced.new[p] for p in priced.parties],
            "change": [priced.change(p) for p in priced.parties],
        }
        for worth in priced.worth:
            columns[f"change_{worth.number}"] = [worth.part[p] for p in priced.parties]
        arrays = {name: numbers(values, 2)[0] for name, values in columns.items()}
        return pa.table({"party": pa.array(priced.parties, pa.string()), **arrays})

    def to_html(self) -> str:
        """The report as one HTML file."""
        from vbcdsl.renewal.show.html import to_html

        return to_html(self.report)

    def to_docx(self, author: str = "vbc diff") -> bytes:
        """The redline as a Word document with tracked changes."""
        from vbcdsl.renewal.show.word import to_docx

        return to_docx(self.report, author)

    def to_json(self) -> dict[str, Any]:
        """The report as a JSON document (`vbc.diff/1`)."""
        from vbcdsl.renewal.show.tables import to_json

        return to_json(self.report)

    def __str__(self) -> str:
        import click

        from vbcdsl.renewal.show.text import to_text

        return click.unstyle(to_text(self.report))

    def __repr__(self) -> str:
        return f"<Diff of {self.report.title!r}: {len(self.changes)} changes>"

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


def diff(
    old: Compiled | str, new: Compiled | str, data: Mapping[str, object] | None = None, *,
    bindings: Bindings | None = None, year: int | None = None, old_as_year: int | None = None,
    new_as_year: int | None = None, reading: Iterable[str] = (), attribution: Method = "order",
    engine: str = "arrow", threads: int = 2, recorded: Iterable[Path | str] = (), as_of: dt.date | None = None,
) -> Diff:  # fmt: skip
    """Compare two texts, each a path (`PATH@YEAR`) or a compiled contract, and price the changes on `data`."""
    ours, theirs = _sides(old, new)
    if data is None and bindings is None:
        return Diff(Report(compare(ours, theirs)))
    if bindings is None:
        from vbcdsl.data import load_bindings

        beside = theirs.bindings or ours.bindings
        bindings = load_bindings(beside) if beside is not None else None
    programs = (ours.program, theirs.program)
    facts = Facts(
        data or {}, bindings, programs, read_as(reading), engine, threads, recorded=recorded, as_of=as_of
    )
    label, years = year_and_shifts(ours, theirs, facts, year, old_as_year, new_as_year)
    priced = price(ours, theirs, facts, label, years, attribution)
    return Diff(Report(priced.comparison, priced, tuple(facts.notes)))


def _sides(old: Compiled | str, new: Compiled | str) -> tuple[Side, Side]:
    if isinstance(old, str) and isinstance(new, str):
        return contract_and_amendment(old, Path(new)) or sides_at(old, new)
    return _side(old, "old"), _side(new, "new")


def _side(given: Compiled | str, name: str) -> Side:
    from vbcdsl.renewal.sides import side_at

    return side_at(given) if isinstance(given, str) else side_of(given, name)
