"""Which performance years of which records a request reads, found before anything is read.

A request for some years needs the rows of these years, and those of other years that its sentences go back to. It
stands between the data of a run and every engine: `on_needed` gives the engine a store whose sources pass over all
other rows (`vbcdsl.data.needed`). An engine says what it is about to read (`foresee`); should that be a year that
was not foreseen, the request is computed again on all rows, so that no row can be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from vbcdsl.data.needed import Needed, time_column
from vbcdsl.data.sifted import only_needed
from vbcdsl.data.store import Batch, RecordSource, Store, within
from vbcdsl.engines.interface import Engine, Request, Results
from vbcdsl.engines.reach import targets, visited_years
from vbcdsl.model.periods import OWN, Calendar
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program, Record
from vbcdsl.rules.uses import children


class NotForeseen(Exception):
    """An engine needs rows of a performance year that nobody foresaw."""


def on_needed(engine: Engine, bundle: Bundle, store: Store, request: Request) -> Results:
    """What an engine gives on the rows that a request needs."""
    if request.parties is not None:  # an example: its rows are few
        return engine(bundle, store, request)
    years = years_read(bundle, request)
    try:
        return engine(bundle, NeededStore(store, bundle, years), request)
    except NotForeseen:
        return engine(bundle, store, request)


def foresee(store: Store, record: Record, years: Iterable[int]) -> None:
    """Says that rows of these performance years will be read. `NotForeseen` if the store passes over them."""
    if isinstance(store, NeededStore) and record.is_data and not store.has(record, years):
        raise NotForeseen(record.name)


def needed_rows(store: Store, record: Record, columns: tuple[str, ...]) -> Iterator[Batch]:
    """The rows of a record that are needed, whatever its source gives; its period is one of these columns."""
    needed = store.needed(record) if isinstance(store, NeededStore) else None
    for batch in store.source(record.name).batches(columns):
        yield batch if needed is None else only_needed(batch, needed)


@attrs.define(eq=False)
class NeededStore:
    """The data of a request without the rows that it does not need. `years`: the performance years, by record."""

    store: Store
    bundle: Bundle
    years: dict[str, frozenset[int]]
    _known: dict[str, RecordSource] = attrs.field(factory=dict)

    def source(self, record: str) -> RecordSource:
        """The rows of a record that are needed."""
        if record not in self._known:
            found = self.store.source(record)
            programs = self.bundle.by_year.values()
            declared = next((p.records[record] for p in programs if record in p.records), None)
            needed = None if declared is None else self.needed(declared)
            self._known[record] = found if needed is None else within(found, needed)
        return self._known[record]

    def needed(self, record: Record) -> Needed | None:
        """Which rows of a record are needed; None: all."""
        if not record.is_data:
            return None
        return Needed.of(record, self.bundle.calendar, self.years.get(record.name, frozenset()))

    def has(self, record: Record, years: Iterable[int]) -> bool:
        """Whether it has the rows of these performance years."""
        return self.years.get(record.name, frozenset()).issuperset(years)


def years_read(bundle: Bundle, request: Request) -> dict[str, frozenset[int]]:
    """Of each data record the performance years whose rows a request reads: the years asked for; the years that
    aggregates over its rows go back to; where its rows are looked up by key, or list keys, all years in which
    anything is computed; and where they list keys of a record without periods, all years (Q8)."""
    walked = _Walk(bundle)
    for year in request.years:
        program = bundle.by_year.get(year)
        if program is None:
            continue
        walked.years.add(year)
        for term in program.terms.values():
            if not term.hidden if request.terms is None else term.name in request.terms:
                walked.term(year, term.name)
        for agreement in program.agreements:
            walked.node(agreement.cond, year, program, frozenset())
    found: dict[str, frozenset[int]] = {}
    for program in bundle.by_year.values():
        rosters = {dim: roster.record for dim, roster in program.rosters.items()}
        lists = {*rosters.values(), *(record for record, _ in program.attributes.values())}
        whole = {r.name for r in program.records.values() if time_column(r) is None}
        for record in program.records.values():
            if record.is_data and record.clock is None and record.date_column is None:
                whole.update(rosters[dim] for dim in record.dims if dim in rosters)
        for record in program.records.values():
            wide = record.name in lists or record.name in walked.looked_up
            years = {*request.years, *walked.visited.get(record.name, ()), *(walked.years if wide else ())}
            if record.name in whole:
                years.update(bundle.by_year)
            found[record.name] = found.get(record.name, frozenset()) | years
    return found


class _Walk:
    """Everything that a request may compute, and the years of it."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.years: set[int] = set()  # in which anything is computed
        self.visited: dict[str, set[int]] = {}  # of the rows of a record that aggregates visit
        self.looked_up: set[str] = set()  # records whose rows are found by key
        self._terms: set[tuple[int, str]] = set()
        self._nodes: set[tuple[int, int, frozenset[str]]] = set()

    @property
    def calendar(self) -> Calendar:
        """The performance years."""
        return self.bundle.calendar

    def term(self, year: int, name: str) -> None:
        """A term in a performance year."""
        self.years.add(year)
        program = self.bundle.by_year.get(year)
        if program is None or name not in program.terms or (year, name) in self._terms:
            return
        self._terms.add((year, name))
        self.node(program.terms[name].expr, year, program, frozenset())

    def node(self, node: n.Node, year: int, program: Program, on: frozenset[str]) -> None:
        """An expression in a performance year, on visited rows of the records `on`."""
        mark = (id(node), year, on)
        if mark in self._nodes:
            return
        self._nodes.add(mark)
        match node:
            case n.Ref(term=name, shift=shift):
                grain = program.terms[name].grain if name in program.terms else ()
                if shift is None and OWN in grain:  # an own period may end in a later year
                    shift = n.Shift(own=1, clock=OWN)
                for target in targets(self.calendar, year, shift):
                    self.term(target, name)
            case n.Col(record=record) if record not in on:
                self.looked_up.add(record)
            case _:
                pass
        rows = getattr(node, "rows", None)
        if not isinstance(rows, n.Rows):
            for child in children(node):
                self.node(child, year, program, on)
            return
        self._visit(node, rows, year, program, on)
        here = (node.pool,) if isinstance(node, n.PoolShare) else ()
        here = (node.value,) if isinstance(node, n.Rank) else here
        for child in here:  # computed where the node stands
            self.node(child, year, program, on)

    def _visit(self, node: n.Node, rows: n.Rows, year: int, program: Program, on: frozenset[str]) -> None:
        visited = visited_years(self.calendar, rows, year, program)
        self.years.update(visited)
        if rows.source is not None:
            self.visited.setdefault(rows.source, set()).update(visited)
            on = on | {rows.source}
        for other in visited:
            for child in children(node):
                self.node(child, other, program, on)
