"""The rows of data behind an amount: how many and their totals by month, and on request by member.

Each aggregate that the amount stands on is computed once more with the month (or the member) as a key of its own,
by the same engine and the same condition; so the months add up to the aggregate before any limit on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.data import Bindings
from vbcdsl.engines.interface import Request, Results
from vbcdsl.model.kinds import COUNT, MONEY, Kind
from vbcdsl.model.periods import Clock, Period
from vbcdsl.results.aggregates import PERSONAL
from vbcdsl.results.engines import engine_named
from vbcdsl.results.settle import supplied_again
from vbcdsl.results.settlement import Settled, payment_terms
from vbcdsl.results.small_cells import HIDDEN, WITHHELD, of_people, parts_of, protected, small
from vbcdsl.results.text import cell, key_text
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program, Record, Term
from vbcdsl.rules.uses import terms_used, walk
from vbcdsl.trace.lift import kinds_of
from vbcdsl.trace.rules import Words

_NAMES = ("total", "number", "average")


@attrs.frozen
class Line:
    """The rows of one month, or of one member: their number, and their total if they are added up."""

    key: str
    rows: Fraction
    total: Fraction | None
    hidden: str = ""  # what stands instead of the numbers


@attrs.frozen
class RowsBehind:
    """The rows behind one aggregate of a term. `clock`: what the lines of `periods` are ("Month"). `of_people`:
    the rows are people or belong to them. `hidden`: what stands instead of the number and total of all rows."""

    term: str
    section: str
    record: str
    words: str
    kind: Kind
    clock: str
    periods: tuple[Line, ...]
    members: tuple[Line, ...] = ()
    of_people: bool = False
    hidden: str = ""

    @property
    def rows(self) -> Fraction:
        """All rows."""
        return sum((line.rows for line in self.periods), Fraction(0))

    @property
    def total(self) -> Fraction | None:
        """The total of all rows; None if they are only counted."""
        if any(line.total is None for line in self.periods):
            return None
        return sum((line.total or Fraction(0) for line in self.periods), Fraction(0))

    def to_json(self) -> dict[str, Any]:
        """For `vbc explain --rows --format json`."""
        found: dict[str, Any] = {
            "term": self.term, "section": self.section, "record": self.record, "words": self.words,
            **_numbers(self.rows, self.total, self.kind, self.hidden),
            "by": self.clock, "periods": [self._line(self.clock, line) for line in self.periods],
        }  # fmt: skip
        if self.members:
            found["members"] = [self._line("Member", line) for line in self.members]
        return found

    def _line(self, name: str, line: Line) -> dict[str, str]:
        return {name: line.key, **_numbers(line.rows, line.total, self.kind, line.hidden)}


def rows_behind(
    settled: Settled, party: str, year: Period, inputs: Mapping[str, object],
    bindings: Bindings | None = None, *, term: str | None = None, members: bool = False, threads: int = 2,
) -> tuple[RowsBehind, ...]:  # fmt: skip
    """The rows behind the payments of a party in a performance year, or behind one term."""
    program = settled.bundle.by_year[year.number]
    found = list(_aggregates(program, term))
    if not found:
        return ()
    added, parts = _added(program, found, members)
    bundle = Bundle({**settled.bundle.by_year, year.number: added})
    store = supplied_again(settled, inputs, bindings, threads)
    recorded = settled.recorded.facts if settled.recorded is not None else ()
    request = Request((year.number,), tuple(parts), recorded=recorded, threads=threads)
    results = engine_named(settled.engine)(bundle, store, request)
    words = Words(settled.compiled.version_of(year.number).consolidated.source, kinds_of(program))
    made = []
    for number, (owner, node, clock) in enumerate(found):
        periods = _lines(results, f"{number} by period", added, party)
        by_member = _lines(results, f"{number} by member", added, party)
        kind = kinds_of(program).of(node.value) if node.value is not None else COUNT
        made.append(RowsBehind(owner.name, owner.section, str(node.rows.source), words.written(node),
                               kind or MONEY, clock, periods, by_member,
                               of_people(added.records[str(node.rows.source)])))  # fmt: skip
    return tuple(made)


def without_small_cells(found: tuple[RowsBehind, ...]) -> tuple[RowsBehind, ...]:
    """The rows as they may be passed on: no number of 1 through 10 rows of people, nor what would give it away."""
    if all(not one.of_people for one in found):
        return found
    hidden: list[set[str]] = [set() for _ in found]
    cells = [{line.key: line.rows for line in one.periods} for one in found]
    for place, one in enumerate(found):
        for later in range(place + 1, len(found)):
            if one.of_people and one.record == found[later].record and one.clock == found[later].clock:
                mine, theirs = parts_of(cells[place], cells[later])
                hidden[place] |= mine
                hidden[later] |= theirs
    made = []
    for one, keys, rows in zip(found, hidden, cells, strict=True):
        if not one.of_people:
            made.append(one)
            continue
        keys = protected(rows, keys, total_known=True)
        lines = tuple(
            attrs.evolve(line, hidden=HIDDEN if small(line.rows) else WITHHELD) if line.key in keys else line
            for line in one.periods
        )
        made.append(attrs.evolve(one, periods=lines, members=(), hidden=HIDDEN if small(one.rows) else ""))
    return tuple(made)


def to_text(found: tuple[RowsBehind, ...]) -> str:
    """The rows for people, as tables."""
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.results.show import columns
    from vbcdsl.results.text import words

    if not found:
        return "\nNo total, count or average of rows of data stands behind it.\n"
    parts = []
    for one in found:
        head = clean(f"Section {one.section}. {one.term}, rows of {one.record}: “{one.words}”")
        tables = [(one.clock, one.periods), ("Member", one.members)]
        for name, lines in tables:
            if not lines:
                continue
            body = [
                [
                    clean(line.key),
                    line.hidden or f"{int(line.rows):,}",
                    words(line.total, one.kind) if line.total is not None and not line.hidden else "",
                ]
                for line in lines
            ]
            total = words(one.total, one.kind) if one.total is not None and not one.hidden else ""
            body.append(["Total", one.hidden or f"{int(one.rows):,}", total])
            counted = one.total is None
            width = 2 if counted else 3
            heads = [name, "Rows", "Total"][:width]
            head += "\n" + columns(heads, [row[:width] for row in body], rule_before_last=True, left=1)
        parts.append(head)
    if any(one.hidden or any(line.hidden for line in one.periods) for one in found):
        parts.append("Numbers of 1 through 10 people are not shown, nor what would give them away; --members "
                     "shows them.")  # fmt: skip
    return "\n" + "\n\n".join(parts) + "\n"


# ---------------------------------------------------------------- which aggregates


def _aggregates(program: Program, term: str | None) -> Iterator[tuple[Term, n.Aggregate, Clock]]:
    """The aggregates over the party's own rows of data, placed in months or quarters, behind a term or behind the
    payments, in the order of the text."""
    wanted: dict[str, None] = {}
    waiting = [term] if term is not None else [t.name for t in payment_terms(program)]
    while waiting:
        name = waiting.pop()
        if name in wanted or name not in program.terms:
            continue
        wanted[name] = None
        waiting += terms_used(program.terms[name].expr)
    for found in program.terms.values():
        if found.name not in wanted:
            continue
        for node in walk(found.expr):
            if not isinstance(node, n.Aggregate) or node.name not in _NAMES or node.rows.source is None:
                continue
            record = program.records[node.rows.source]
            clock = _clock(record)
            own = program.party in node.rows.fixed and not node.rows.others and node.rows.window is None
            if record.is_data and clock is not None and own and node.distinct is None:
                yield found, node, clock


def _clock(record: Record) -> Clock | None:
    if record.clock in ("Month", "Quarter"):
        return record.clock
    return "Month" if record.date_column is not None else None


def _added(
    program: Program, found: list[tuple[Term, n.Aggregate, Clock]], members: bool
) -> tuple[Program, list[str]]:
    """The program with a hidden term for each number that is shown."""
    terms = dict(program.terms)
    names = []
    for number, (owner, node, clock) in enumerate(found):
        grains: dict[str, tuple[str, ...]] = {"by period": (program.party, clock)}
        person = next((dim for dim in (*node.rows.binds, *node.rows.fixed) if dim in PERSONAL), None)
        if members and person is not None:
            grains["by member"] = (program.party, "Performance Year", person)
        for how, grain in grains.items():
            free = (*node.rows.binds, *(dim for dim in node.rows.fixed if dim != "Performance Year"))
            binds = tuple(dict.fromkeys(dim for dim in free if dim not in grain))
            if clock not in grain and clock not in binds:
                binds = (*binds, clock)
            rows = attrs.evolve(node.rows, binds=binds, fixed=grain)
            counted = n.Aggregate("number", rows, None, node.where, section=node.section, span=node.span)
            name = f"{number} {how}, rows"
            terms[name] = Term(name, owner.section, COUNT, grain, counted, "step", hidden=True)
            names.append(name)
            if node.name == "total":
                kind = kinds_of(program).of(node) or MONEY
                name = f"{number} {how}, total"
                added = attrs.evolve(node, rows=rows)
                terms[name] = Term(name, owner.section, kind, grain, added, "step", hidden=True)
                names.append(name)
    return attrs.evolve(program, terms=terms), names


def _lines(results: Results, name: str, program: Program, party: str) -> tuple[Line, ...]:
    counts = results.terms.get(f"{name}, rows")
    if counts is None:
        return ()
    totals = results.terms.get(f"{name}, total")
    at = counts.grain.index(program.party)
    lines = []
    for key, rows in counts.items():
        if key[at] != party or not isinstance(rows, Fraction) or (rows == 0 and "member" in name):
            continue
        total = totals.get(key) if totals is not None else None
        lines.append(Line(key_text(key[-1]), rows, total if isinstance(total, Fraction) else None))
    return tuple(lines)


def _numbers(rows: Fraction, total: Fraction | None, kind: Kind, hidden: str) -> dict[str, str]:
    if hidden:
        return {"hidden": hidden}
    found = {"rows": str(rows)}
    if total is not None:
        found["total"] = str(cell(total, kind))
    return found
