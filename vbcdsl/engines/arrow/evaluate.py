"""The columnar engine: `evaluate(bundle, store, request) -> Results`.

The plan says which terms of which years are needed and how often the data must be read. Then: for each level,
one reading of each record for all its aggregates (`scan.py`); then the terms, whole columns at a time, year
after year, under the text in force in that year (`expr.py` and its families); then the results.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from vbcdsl.data.store import Batch, Store
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.engines import messages as m
from vbcdsl.engines.arrow import families as families  # every kind of node is registered by it
from vbcdsl.engines.arrow import frames, terms
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.dims import Dimension
from vbcdsl.engines.arrow.expr import What, Words, ev
from vbcdsl.engines.arrow.faults import Faults, Unavailable
from vbcdsl.engines.arrow.groups import unique_keys
from vbcdsl.engines.arrow.ints import I64, Array, Bools
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.plan import Plan, Streamed
from vbcdsl.engines.arrow.results import collect
from vbcdsl.engines.arrow.rosters import Listed
from vbcdsl.engines.arrow.scan import Grouped, Reading
from vbcdsl.engines.arrow.scope import Frame, Scope
from vbcdsl.engines.arrow.tables import Part, RecordTable, has_time
from vbcdsl.engines.arrow.times import Times, has_clock, is_clock
from vbcdsl.engines.arrow.vec import Blank, Num, Text, TextPool, Vec
from vbcdsl.engines.interface import LeftOut, Request, Results
from vbcdsl.engines.needs import foresee, on_needed
from vbcdsl.model.periods import OWN
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Column, Given, Program, Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.together import Tally

OUTSIDE = "outside the term of the contract"
MEMBER, HIDDEN = "Member", "(one of them)"  # a member is never named in a message


def evaluate(bundle: Bundle, store: Store, request: Request) -> Results:
    """The values of the terms asked for, by the columnar engine."""
    return on_needed(_evaluated, bundle, store, request)


def _evaluated(bundle: Bundle, store: Store, request: Request) -> Results:
    evaluation = Evaluation(bundle, store, request)
    evaluation.read()
    return collect(evaluation)


class Evaluation:
    """Everything known while one request is computed."""

    def __init__(self, bundle: Bundle, store: Store, request: Request) -> None:
        self.bundle, self.store, self.request = bundle, store, request
        self.cache = request.cache
        self.times = Times(bundle.calendar)
        self.faults = Faults()
        self.dims: dict[str, Dimension] = {}
        self.given = _given_by_term(request.given)
        self.recorded = _given_by_term(request.recorded)
        always = frozenset(
            (year, name)
            for year in bundle.by_year
            for name, facts in self.given.items()
            if any(not f.pick and (f.year or request.years[0]) == year for f in facts)
        )
        self.plan = Plan(bundle, request, always)
        self.prepared: dict[tuple[int, int], tuple[Frame, Partial] | Unavailable] = {}
        self.finished: dict[tuple[int, int], Vec] = {}
        self.keysets: dict[tuple[str, tuple[str, ...], str | None, int], Frame] = {}
        self.checked_unique: set[tuple[str, int]] = set()  # record and performance year
        self.broken: dict[str, Unavailable] = {}  # records that cannot be used
        self.broken_in: dict[tuple[str, int], Unavailable] = {}  # or not in a performance year
        self.rows_read: dict[str, int] = {}
        self.left_out: dict[tuple[str, str], int] = {}
        self.unlisted_rows: dict[tuple[str, str], dict[int, int]] = {}  # by year (0: rows without a period)
        self._literals: dict[int, tuple[n.Node, Vec]] = {}
        self._pools: dict[tuple[str, str], TextPool] = {}
        self._keys_lock = threading.RLock()  # threads that scan share dimensions and texts
        self._tables: dict[tuple[str, int], RecordTable] = {}
        self._frames: dict[tuple[int, tuple[str, ...]], Frame] = {}
        self._columns: dict[tuple[int, str], Vec] = {}
        self._parts: dict[tuple[int, str, int], Vec] = {}
        self.tally: Tally | None = None  # counts rows by party where several contracts are settled together

    # ------------------------------------------------------------ reading

    def read(self) -> None:
        """Reads the data for all aggregates that can be computed as it streams by."""
        levels = sorted({s.level for s in self.plan.streams.values()})
        for level in levels:
            now = [
                s
                for s in self.plan.streams.values()
                if s.level == level and any((s.number, y) not in self.prepared for y in s.years)
            ]
            for record in dict.fromkeys(s.record for s in now):
                self._reading(record, [s for s in now if s.record == record])

    def _reading(self, name: str, streams: list[Streamed]) -> None:
        years = {y for s in streams for y in s.years}
        record = self.bundle.by_year[min(years)].records[name]
        wanted = frames.wanted_keysets(self, name, years)
        self._read_all(record, streams, wanted, years)

    def _read_all(
        self, record: Record, streams: list[Streamed], wanted: set[Grouped], years: set[int]
    ) -> None:
        """One pass over a record; what is wrong with it stops these aggregates."""
        name = record.name
        try:
            if name in self.broken:
                raise self.broken[name]
            foresee(self.store, record, years)
            done = {
                (dims, clock) for rec, dims, clock, year in self.keysets if rec == name and years <= {year}
            }
            self.reading(record, streams, wanted - done, years).run()
            for stream in streams:
                for year in stream.years:
                    if (name, year) in self.broken_in:
                        self.prepared[stream.number, year] = self.broken_in[name, year]
        except (VbcError, Unavailable) as error:
            missing = self._convert(error, record)
            for stream in streams:
                for year in stream.years:
                    self.prepared[stream.number, year] = missing

    def reading(
        self, record: Record, streams: list[Streamed], keysets: set[Grouped], years: set[int]
    ) -> Reading:
        """One pass over the rows of a record; an engine that has others do the pass gives its own."""
        return Reading(self, record, streams, keysets, years)

    def keyset(self, year: int, name: str, dims: tuple[str, ...], clock: str | None) -> Frame:
        """The different keys that the rows of a data record have in a year."""
        dims = tuple(sorted(dims))
        found = self.keysets.get((name, dims, clock, year))
        if found is None:
            record = self.program(year).records[name]
            if name in self.broken:
                raise self.broken[name]
            years = {y for y, _ in self.plan.grains} | {year}
            years = {y for y in years if y in self.bundle.by_year}
            wanted: set[Grouped] = {(dims, clock)} | frames.wanted_keysets(self, name, years)
            missing = {g for g in wanted if any((name, *g, y) not in self.keysets for y in years)}
            foresee(self.store, record, years)
            try:
                self.reading(record, [], missing, years).run()
            except VbcError as error:
                raise self._convert(error, record) from error
            found = self.keysets[name, dims, clock, year]
        if (name, year) in self.broken_in:
            raise self.broken_in[name, year]
        return found

    def _convert(self, error: VbcError | Unavailable, record: Record) -> Unavailable:
        """What is wrong with a record stops what stands on it: each value has the error."""
        found = self.broken[record.name] = self._unavailable(error, record)
        return found

    def _unavailable(self, error: VbcError | Unavailable, record: Record) -> Unavailable:
        if isinstance(error, Unavailable):
            found = error
        elif self.request.parties is None:
            first = error.diagnostics[0]
            found = Unavailable(RunError(first.code, first.message, help=first.help), error)
        elif (
            first := error.diagnostics[0]
        ).section:  # a cell that the facts or rows of an example leave open
            found = Unavailable(RunError(first.code, first.message, first.section, help=first.help))
        else:
            code, message, help_ = m.NO_DATA
            help_ = help_.format(record.name)
            found = Unavailable(RunError(code, message.format(record.name), record.section, help=help_))
        return found

    def data_problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the records that were read; in an example nothing is: it has no data."""
        if self.request.parties is not None:
            return ()
        broken = (*self.broken.values(), *self.broken_in.values())
        problems = [found.problem for found in broken if isinstance(found.problem, VbcError)]
        return tuple(dict.fromkeys(d for problem in problems for d in problem.diagnostics))

    def batches(self, record: str, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows of a record."""
        return self.store.source(record).batches(columns)

    def table(self, program: Program, name: str) -> RecordTable:
        """A record in memory."""
        record = program.records[name]
        key = (name, id(record) if not record.is_data else 0)
        found = self._tables.get(key)
        if name in self.broken:
            raise self.broken[name]
        if found is None:
            try:
                found = self._tables[key] = RecordTable(self, program, record)
            except VbcError as error:
                raise self._convert(error, record) from error
        return found

    def rows_of(self, program: Program, name: str, year: int) -> Part:
        """The rows of a record of one performance year."""
        foresee(self.store, program.records[name], (year,))
        try:
            part = self.table(program, name).part(year, program)
        except VbcError as error:
            raise self._convert(error, program.records[name]) from error
        if (name, year) in self.broken_in:
            raise self.broken_in[name, year]
        return part

    def loaded(self, program: Program, name: str) -> bool:
        """Whether the record is in memory already (or is a table of the contract)."""
        record = program.records[name]
        return not record.is_data or (name, 0) in self._tables

    # ------------------------------------------------------------ notes on rows

    def outside(self, record: str, rows: int) -> None:
        """Notes rows outside the term of the contract (once for each record)."""
        if rows:
            self.left_out[record, OUTSIDE] = rows

    def listed(self, record: Record, program: Program, years: set[int]) -> list[Listed]:
        """For each dimension of a record that another record lists: the keys that rows may have (Q8)."""
        found: list[Listed] = []
        names = {c.name for c in record.columns}
        if not record.is_data or self.request.parties is not None:
            return found
        for dim in record.dims:
            roster = program.rosters.get(dim)
            if (
                roster is None
                or roster.record == record.name
                or dim not in names
                or dim in program.attributes
                or dim in record.unchecked
            ):
                continue
            keys: dict[int, Array] = {}
            try:
                for year in years if has_time(record) else self.bundle.by_year:
                    codes = frames.keys_of(self, year, dim, (), None).codes[dim]
                    at = year if has_time(record) else 0
                    keys[at] = codes if at not in keys else np.concatenate((keys[at], codes))
            except Unavailable:
                continue
            found.append(Listed(self, record, dim, program.records[roster.record], keys))
        return found

    def check_listed(self, record: Record, program: Program, year: int, scope: Scope) -> Array | None:
        """The rows whose keys are on the rosters of a year; None: all of them."""
        keep: Array | None = None
        number = np.array([year if has_time(record) else 0])
        for listed in self.listed(record, program, {year}):
            keep = listed.sift(v.full(scope.key(listed.dim), scope.rows), number, keep)
            listed.report()
        return keep

    def unlisted(self, listed: Listed) -> None:
        """Rows with a key that is not on the roster: an error of their year, or left out and counted."""
        record, dim, owner = listed.record, listed.dim, listed.owner
        if record.unlisted == "left out":
            reason = (record.name, f"the {dim} is not on the roster")
            self.unlisted_rows.setdefault(reason, {}).update(listed.rows)
            return
        for year, rows in listed.rows.items():
            code, text, help_ = m.not_on_roster(rows, record, dim, owner)
            error = VbcError([Diagnostic(code, text, section=record.section, help=help_)])
            if not year:  # rows without a period
                raise error
            self.broken_in.setdefault((record.name, year), self._unavailable(error, record))

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

    def pool(self, record: str, column: str, texts: Sequence[str]) -> TextPool:
        """The texts of a data column."""
        with self._keys_lock:
            return self._pool(record, column, texts)

    def _pool(self, record: str, column: str, texts: Sequence[str]) -> TextPool:
        found = self._pools.get((record, column))
        if found is None:
            found = self._pools[record, column] = TextPool(texts)
        elif len(texts) >= len(found.texts):
            found.texts = texts
        return found

    def as_keys(self, dim: str, column: Vec) -> Array:
        """A column of texts as codes of a dimension; -1 where it has no value."""
        with self._keys_lock:
            return self._as_keys(dim, column)

    def _as_keys(self, dim: str, column: Vec) -> Array:
        if isinstance(column, Num):  # a key that is a number: a Percentile
            size = max(len(column.num), len(column.den))
            pool = self.dimension(dim).pool
            return np.array([pool.add(str(x)) for x in v.fractions(column, size)], dtype=np.int64)
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
        scope = Scope(self, self.program(year), year, frame.rows, dict(frame.codes), clock, term, frame)
        scope.named = tuple(d for d in grain if not is_clock(d))
        return scope

    def facts(self, year: int, term: str) -> list[Given]:
        """What an example gives for a term in a year."""
        found = self.given.get(term, ())
        return [f for f in found if (self.request.years[0] if f.year is None else f.year) == year]

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

    def beyond(self, scope: Scope, name: str) -> Vec:
        """A term at keys that are not in its key table, for each row of a scope (in the term's year)."""
        term = scope.program.terms[name]
        codes = {d: scope.key(d) for d in term.grain}
        wide = [v.full(c, scope.rows) for c in codes.values()]
        first, number = unique_keys([c + 1 for c in wide], scope.rows)
        codes = {d: c[first] for d, c in zip(codes, wide, strict=True)}
        clock = frames.clock_of(term.grain)
        home = Scope(self, scope.program, scope.year, len(first), codes, clock, name)
        home.named = tuple(d for d in term.grain if not is_clock(d))
        return v.take(self._valued(home, term.expr, self.facts(scope.year, name)), number)

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
            if dim == OWN and scope.clock == OWN:
                period = self.bundle.calendar.own_named(text)
                hit &= scope.key(OWN) == (period.number - 1 if period is not None else -1)
                continue
            if dim not in scope.named:
                return np.zeros(scope.rows, dtype=bool)
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
        for code in self.times.codes(year, clock).tolist():
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
        code, message, help_ = m.no_record_row(record, column.name)
        return RunError(code, message, record.section, help=help_)

    def new_faults(
        self, scope: Scope, mask: Array, what: What, node: n.Node, words: Words | None = None
    ) -> I64:
        """Numbers of new errors on the rows of the mask, 0 elsewhere."""
        code, message, help_ = what
        out = np.zeros(scope.rows, dtype=np.int64)
        rows = np.flatnonzero(mask)
        columns = self._shown(scope, rows)
        if words is not None:
            columns.append(np.arange(len(rows)))
        first, number = unique_keys([c + 1 for c in columns], len(rows))
        numbers = []
        for at in first.tolist():
            text = message if words is None else message.format(*words(int(rows[at])))
            key = self._key(scope, [int(c[at]) for c in columns])
            error = RunError(code, text, node.section, scope.term, key, help_, node.span)
            numbers.append(self.faults.number(error))
        out[rows] = np.array(numbers, dtype=np.int64)[number]
        return out

    def _shown(self, scope: Scope, rows: Array) -> list[Array]:
        """The codes that a message shows of rows: year, period, keys (but for members)."""
        year = scope.years if scope.years is not None else np.array([scope.year])
        dims = [d for d in scope.named if d != MEMBER]
        columns = [year, scope.key(scope.clock), *(scope.key(d) for d in dims)]
        return [v.full(c, scope.rows)[rows] for c in columns]

    def _key(self, scope: Scope, codes: list[int]) -> tuple[tuple[str, str], ...]:
        period = self.times.parts(codes[0], scope.clock)[codes[1]]
        key: list[tuple[str, str]] = []
        rest = iter(codes[2:])
        for dim in scope.named:
            if dim == MEMBER:
                key.append((dim, HIDDEN))
            else:
                code = next(rest)
                key.append((dim, self.dimension(dim).pool.texts[code] if code >= 0 else ""))
        return (*key, (period.clock_name, period.label))

    def placed(self, scope: Scope, found: Vec) -> Vec:
        """Errors of rows that streamed by get the term, and the keys, from which the rows are visited."""
        if found.fault is None:
            return found
        fault = v.full(found.fault, scope.rows)
        rows = np.flatnonzero(fault)
        columns = self._shown(scope, rows)
        first, number = unique_keys([fault[rows], *(c + 1 for c in columns)], len(rows))
        numbers = []
        for at in first.tolist():
            error = self.faults[int(fault[rows[at]])]
            if not error.term:
                *outer, period = self._key(scope, [int(c[at]) for c in columns])
                *own, period = error.key or (period,)
                key = (*{**dict(outer), **dict(own)}.items(), period)
                error = attrs.evolve(error, term=scope.term, key=key)
            numbers.append(self.faults.number(error))
        out = np.zeros(scope.rows, dtype=np.int64)
        out[rows] = np.array(numbers, dtype=np.int64)[number]
        return v.marked(found, found.unscored, out)

    def notes(self) -> tuple[LeftOut, ...]:
        """The rows left out."""
        for (name, _), table in list(self._tables.items()):
            for year in self.request.years:
                program = self.bundle.by_year.get(year)
                record = program.records.get(name) if program is not None else None
                if program is not None and record is not None and record.unlisted == "left out":
                    with contextlib.suppress(VbcError, Unavailable):  # rows that nobody needed
                        table.part(year, program)
            if self.cache is not None and table.record.is_data and name not in self.cache.used:
                self.cache.use(name).whole = True
        found = dict(self.left_out)
        for reason, by_year in self.unlisted_rows.items():
            found[reason] = sum(rows for year, rows in by_year.items() if year in (0, *self.request.years))
        return tuple(LeftOut(record, reason, rows) for (record, reason), rows in found.items() if rows)


def _given_by_term(given: tuple[Given, ...]) -> dict[str, list[Given]]:
    found: dict[str, list[Given]] = {}
    for fact in given:
        found.setdefault(fact.term, []).append(fact)
    return found
