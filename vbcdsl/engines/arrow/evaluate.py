"""The columnar engine: `evaluate(bundle, store, request) -> Results`.

The plan says which terms of which years are needed and how often the data must be read. Then: for each level,
one reading of each record for all its aggregates (`scan.py`); then the terms, whole columns at a time, year
after year, under the text in force in that year (`expr.py` and its families); then the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from vbcdsl.data.store import Batch, Store
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.engines.arrow import families as families  # every kind of node is registered by it
from vbcdsl.engines.arrow import frames, terms
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.dims import Dimension
from vbcdsl.engines.arrow.expr import ev
from vbcdsl.engines.arrow.faults import Faults, Unavailable
from vbcdsl.engines.arrow.groups import unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Bools
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.plan import Plan, Streamed
from vbcdsl.engines.arrow.results import collect
from vbcdsl.engines.arrow.scan import Grouped, Listed, Reading
from vbcdsl.engines.arrow.scope import Frame, Scope
from vbcdsl.engines.arrow.tables import RecordTable, has_time
from vbcdsl.engines.arrow.times import Times, has_clock
from vbcdsl.engines.arrow.vec import Blank, Text, TextPool, Vec
from vbcdsl.engines.interface import LeftOut, Request, Results
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Column, Given, Program, Record

OUTSIDE = "outside the term of the contract"
UNLISTED = "not on the roster"


def evaluate(bundle: Bundle, store: Store, request: Request) -> Results:
    """The values of the terms asked for, by the columnar engine."""
    evaluation = Evaluation(bundle, store, request)
    evaluation.read()
    return collect(evaluation)


class Evaluation:
    """Everything known while one request is computed."""

    def __init__(self, bundle: Bundle, store: Store, request: Request) -> None:
        self.bundle, self.store, self.request = bundle, store, request
        self.times = Times(bundle.calendar)
        self.faults = Faults()
        self.dims: dict[str, Dimension] = {}
        self.given = _given_by_term(request.given)
        always = frozenset(
            (year, name)
            for year in bundle.by_year
            for name, facts in self.given.items()
            if any(not f.pick and f.year in (None, year) for f in facts)
        )
        self.plan = Plan(bundle, request, always)
        self.prepared: dict[tuple[int, int], tuple[Frame, Partial] | Unavailable] = {}
        self.finished: dict[tuple[int, int], Vec] = {}
        self.keysets: dict[tuple[str, tuple[str, ...], str | None, int], Frame] = {}
        self.checked_unique: set[str] = set()
        self.rows_read: dict[str, int] = {}
        self.left_out: dict[tuple[str, str], int] = {}
        self._literals: dict[int, tuple[n.Node, Vec]] = {}
        self._pools: dict[tuple[str, str], TextPool] = {}
        self._tables: dict[tuple[str, int], RecordTable | Unavailable] = {}
        self._frames: dict[tuple[int, tuple[str, ...]], Frame] = {}
        self._columns: dict[tuple[int, str], Vec] = {}
        self._parts: dict[tuple[int, str, int], Vec] = {}
        self._read_rows = 0

    # ------------------------------------------------------------ reading

    def read(self) -> None:
        """Reads the data for all aggregates that can be computed as it streams by."""
        levels = sorted({s.level for s in self.plan.streams.values()})
        for level in levels:
            now = [s for s in self.plan.streams.values() if s.level == level]
            for record in dict.fromkeys(s.record for s in now):
                self._reading(record, [s for s in now if s.record == record])

    def _reading(self, name: str, streams: list[Streamed]) -> None:
        years = {y for s in streams for y in s.years}
        record = self.bundle.by_year[min(years)].records[name]
        try:
            wanted = {g for g in frames.wanted_keysets(self, name, years)}
            done = {
                (dims, clock) for rec, dims, clock, year in self.keysets if rec == name and years <= {year}
            }
            Reading(self, record, streams, wanted - done, years).run()
        except VbcError as error:
            missing = self._convert(error)
            for stream in streams:
                for year in stream.years:
                    self.prepared[stream.number, year] = missing
        except Unavailable as missing:
            for stream in streams:
                for year in stream.years:
                    self.prepared[stream.number, year] = missing

    def keyset(self, year: int, name: str, dims: tuple[str, ...], clock: str | None) -> Frame:
        """The different keys that the rows of a data record have in a year."""
        dims = tuple(sorted(dims))
        found = self.keysets.get((name, dims, clock, year))
        if found is None:
            record = self.program(year).records[name]
            years = {y for y, _ in self.plan.grains} | {year}
            years = {y for y in years if y in self.bundle.by_year}
            wanted: set[Grouped] = {(dims, clock)} | frames.wanted_keysets(self, name, years)
            missing = {g for g in wanted if any((name, *g, y) not in self.keysets for y in years)}
            try:
                Reading(self, record, [], missing, years).run()
            except VbcError as error:
                raise self._convert(error) from error
            found = self.keysets[name, dims, clock, year]
        return found

    def _convert(self, error: VbcError) -> Unavailable:
        """In an example a record without data stops only what stands on it; in a run it stops the run."""
        if self.request.parties is None:
            raise error
        first = error.diagnostics[0]
        return Unavailable(RunError("VBC6101", first.message, section=first.section, help=first.help))

    def batches(self, record: str, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows of a record."""
        return self.store.source(record).batches(columns)

    def progress(self, rows: int) -> None:
        """Notes rows read. The number of all rows is not known here: the share creeps toward 1."""
        self._read_rows += rows
        if self.request.progress is not None:
            self.request.progress(self._read_rows / (self._read_rows + 1_000_000))

    def table(self, program: Program, name: str) -> RecordTable:
        """A record in memory."""
        record = program.records[name]
        key = (name, id(record) if not record.is_data else 0)
        found = self._tables.get(key)
        if found is None:
            try:
                found = RecordTable(self, program, record)
            except VbcError as error:
                found = self._convert(error)
            self._tables[key] = found
        if isinstance(found, Unavailable):
            raise found
        return found

    def loaded(self, program: Program, name: str) -> bool:
        """Whether the record is in memory already (or is a table of the contract)."""
        record = program.records[name]
        return not record.is_data or isinstance(self._tables.get((name, 0)), RecordTable)

    # ------------------------------------------------------------ notes on rows

    def outside(self, record: str, rows: int) -> None:
        """Notes rows outside the term of the contract (once for each record)."""
        if rows:
            self.left_out[record, OUTSIDE] = rows

    def listed_years(self, record: Record, program: Program, years: set[int]) -> Listed | None:
        """The parties that rows may have, None: the record is the roster itself, or names no party."""
        party = program.party
        roster = program.rosters.get(party)
        if party not in record.dims or roster is None or roster.record == record.name:
            return None
        if self.request.parties is not None:
            return None
        timed = has_time(record)
        found: dict[int, set[int]] = {}
        for year in years:
            codes = set(frames.parties(self, year).tolist())
            found.setdefault(year if timed else 0, set()).update(codes)
        return Listed(self, record, program, found)

    def check_listed(
        self, record: Record, program: Program, year: int, codes: Array, rows: int
    ) -> Array | None:
        """The rows whose party is on the roster of a year; None: all of them."""
        listed = self.listed_years(record, program, {year})
        if listed is None:
            return None
        number = year if has_time(record) else 0
        allowed = listed.allows(v.full(codes, rows), np.array([number]), None)
        listed.report()
        return allowed

    def unlisted(self, record: Record, program: Program, rows: int, codes: set[int]) -> None:
        """Rows whose party is not on the roster: an error, or left out and counted."""
        if record.unlisted == "left out":
            self.left_out[record.name, UNLISTED] = max(rows, self.left_out.get((record.name, UNLISTED), 0))
            return
        texts = self.dimension(program.party).pool.texts
        names = sorted(texts[c] for c in codes)
        shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
        message = f"{rows:,} rows of {record.name} have a {program.party} that is not on the roster: {shown}"
        raise VbcError([Diagnostic("VBC6017", message, span=record.span, section=record.section)])

    # ------------------------------------------------------------ keys

    def program(self, year: int) -> Program:
        """The text in force in a performance year."""
        return self.bundle.by_year[year]

    def dimension(self, dim: str) -> Dimension:
        """The keys of a dimension."""
        found = self.dims.get(dim)
        if found is None:
            found = self.dims[dim] = Dimension(dim)
        return found

    def pool(self, record: str, column: str, texts: list[str]) -> TextPool:
        """The texts of a data column."""
        found = self._pools.get((record, column))
        if found is None:
            found = self._pools[record, column] = TextPool(texts)
        elif len(texts) >= len(found.texts):
            found.texts = texts
        return found

    def as_keys(self, dim: str, column: Vec) -> Array:
        """A column of texts as codes of a dimension; -1 where it has no value."""
        if not isinstance(column, Text):
            return np.full(1, -1, dtype=np.int64)
        codes = self.dimension(dim).translate(column.pool, column.codes)
        bad = column.bad()
        return codes if bad is None else np.where(bad, -1, codes)

    def reaches(self, scope: Scope, name: str) -> bool:
        """Whether the keys of a scope name a row of the record."""
        record = scope.program.records.get(name)
        if record is None or record.entries:
            return False
        return all(key not in scope.program.attributes and scope.has(key) for key in record.keys)

    def column_of(self, scope: Scope, record: str, column: str) -> Vec:
        """A column of the row that the environment names."""
        return terms.column_of(scope, record, column)

    def first_days(self, scope: Scope) -> Array:
        """The first day of the period of each row."""
        parts = self.times.parts(scope.year, scope.clock)
        days = np.array([self.times.day_number(p.start) for p in parts], dtype=np.int64)
        return days[scope.key(scope.clock)]

    # ------------------------------------------------------------ values

    def literal(self, node: n.Lit) -> Vec:
        """The column of a literal."""
        found = self._literals.get(id(node))
        if found is None:
            found = self._literals[id(node)] = (node, v.constant(node.value))
        return found[1]

    def frame(self, year: int, grain: tuple[str, ...]) -> Frame:
        """The key table of a grain in a performance year."""
        key = (year, tuple(sorted(grain)))
        found = self._frames.get(key)
        if found is None:
            found = self._frames[key] = frames.build(self, year, grain)
        return found

    def scope(self, year: int, grain: tuple[str, ...], term: str = "") -> Scope:
        """A scope with a row for each key of a grain."""
        frame = self.frame(year, grain)
        clock = frames.clock_of(grain)
        return Scope(self, self.program(year), year, frame.rows, dict(frame.codes), clock, term, frame)

    def facts(self, year: int, term: str) -> list[Given]:
        """What an example gives for a term in a year."""
        return [f for f in self.given.get(term, ()) if f.year in (None, year)]

    def column(self, year: int, name: str) -> Vec:
        """The values of a term at the keys of its grain in a year."""
        found = self._columns.get((year, name))
        if found is None:
            program = self.program(year)
            term = program.terms[name]
            facts = self.facts(year, name)
            constant = next((f for f in facts if not f.pick), None)
            if constant is not None and len(facts) == 1:
                found = v.constant(constant.value)
            elif self.recurrent(program, name) and has_clock(term.grain):
                found = self._by_parts(year, name)
            else:
                scope = self.scope(year, term.grain, name)
                found = self._valued(scope, term.expr, facts)
            self._columns[year, name] = found
        return found

    def _valued(self, scope: Scope, expr: n.Node, facts: list[Given]) -> Vec:
        """An expression, except where an example gives the value."""
        if not facts:
            return ev(expr, scope) if scope.rows else Blank()
        rest = np.ones(scope.rows, dtype=bool)
        parts: list[tuple[Array | None, Vec]] = []
        for fact in facts:
            hit = rest & self.picked(scope, fact)
            chosen = np.flatnonzero(hit)
            parts.append((chosen, v.constant(fact.value)))
            rest &= ~hit
        chosen = np.flatnonzero(rest)
        if len(chosen):
            parts.append((chosen, ev(expr, scope.narrow(chosen))))
        return v.scatter(scope.rows, parts)

    def picked(self, scope: Scope, fact: Given) -> Bools:
        """The rows that a fact of an example is about."""
        hit = np.ones(scope.rows, dtype=bool)
        for dim, text in fact.pick:
            hit &= scope.key(dim) == self.dimension(dim).code(text)
        return hit

    def recurrent(self, program: Program, name: str) -> bool:
        """Whether a term stands on itself in an earlier period of the same year."""
        return name in self.plan.cycles[id(program)]

    def _by_parts(self, year: int, name: str) -> Vec:
        term = self.program(year).terms[name]
        frame = self.frame(year, term.grain)
        clock = frames.clock_of(term.grain)
        parts: list[tuple[Array | None, Vec]] = []
        codes = v.full(frame.codes[clock], frame.rows) if clock in frame.codes else np.zeros(frame.rows)
        for code in range(len(self.times.parts(year, clock))):
            rows = np.flatnonzero(codes == code)
            if len(rows):
                parts.append((rows, v.take(self.part(year, name, code), rows)))
        return v.scatter(frame.rows, parts)

    def part(self, year: int, name: str, code: int) -> Vec:
        """The column of a recurrent term, valid for the keys of one period."""
        found = self._parts.get((year, name, code))
        if found is None:
            term = self.program(year).terms[name]
            scope = self.scope(year, term.grain, name)
            clock = frames.clock_of(term.grain)
            rows = np.flatnonzero(v.full(scope.key(clock), scope.rows) == code)
            facts = self.facts(year, name)
            value = self._valued(scope.narrow(rows), term.expr, facts) if len(rows) else Blank()
            found = self._parts[year, name, code] = v.scatter(scope.rows, [(rows, value)])
        return found

    # ------------------------------------------------------------ errors

    def missing_value(self, record: Record, column: Column) -> RunError:
        """An empty cell of a required column of a schedule table."""
        return RunError("VBC6007", f"{column.name} of {record.name} is missing", section=record.section)

    def new_faults(
        self, scope: Scope, mask: Array, code: str, message: str | Callable[[int], str], node: n.Node
    ) -> I64:
        """Numbers of new errors on the rows of the mask, 0 elsewhere."""
        out = np.zeros(scope.rows, dtype=np.int64)
        rows = np.flatnonzero(mask)
        named = [d for d in (scope.program.party,) if scope.has(d)]
        columns = [v.full(scope.key(d), scope.rows)[rows] for d in (*named, scope.clock)]
        if callable(message):
            columns.append(np.arange(len(rows)))
        first, number = unique_keys([c + 1 for c in columns], len(rows))
        section = node.section or self._section(scope)
        periods = self.times.parts(scope.year, scope.clock)
        numbers = []
        for at in first.tolist():
            key: list[tuple[str, str]] = []
            for dim, column in zip(named, columns, strict=False):
                key.append((dim, self.dimension(dim).pool.texts[int(column[at])] if column[at] >= 0 else ""))
            key.append((scope.clock, periods[int(columns[len(named)][at])].label))
            text = message(int(rows[at])) if callable(message) else message
            error = RunError(code, text, section, scope.term, tuple(key), span=node.span)
            numbers.append(self.faults.number(error))
        out[rows] = np.array(numbers, dtype=np.int64)[number]
        return out

    def _section(self, scope: Scope) -> str:
        term = scope.program.terms.get(scope.term)
        return term.section if term is not None else ""

    def notes(self) -> tuple[LeftOut, ...]:
        """The rows left out."""
        return tuple(LeftOut(record, reason, rows) for (record, reason), rows in self.left_out.items())


def _given_by_term(given: tuple[Given, ...]) -> dict[str, list[Given]]:
    found: dict[str, list[Given]] = {}
    for fact in given:
        found.setdefault(fact.term, []).append(fact)
    return found
