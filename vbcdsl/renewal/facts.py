"""The data that several texts are settled on: opened once for each way of reading them, kept if they are small.

A text between old and new reads the same data by its own records. What a text does not list (a track that
came with the new text) it may read as something that it lists, if the user says so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.data import Bindings, Options, open_store
from vbcdsl.data.as_of import AsOf
from vbcdsl.data.bindings import ColumnBinding, RecordBinding
from vbcdsl.data.store import Batch, RecordSource, Store
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.engines.interface import Request
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import Period
from vbcdsl.renewal.kinds import record_facts
from vbcdsl.results.engines import engine_named
from vbcdsl.results.recorded import compared, read_recorded
from vbcdsl.results.settlement import PaymentRow, Settled, arrange, payment_terms
from vbcdsl.rules.program import Column, Program, Record

KEPT_ROWS = 200_000  # batches of records with at most so many rows stay in memory for the next text
_READ_AS = re.compile(r"\s*(?P<column>[^:]+?)\s*:\s*(?P<pairs>.+)$", re.S)
_PAIR = re.compile(r"\s*\"?(?P<old>[^\",]+?)\"?\s+as\s+\"?(?P<new>[^\",]+?)\"?\s*$")


@attrs.frozen
class ReadAs:
    """Texts of a column that a contract does not list, and the listed ones that they are read as."""

    column: str
    texts: tuple[tuple[str, str], ...]


def read_as(written: Iterable[str]) -> tuple[ReadAs, ...]:
    """`Track: A as 1, EN as 3`. `VbcError` (VBC8092) for anything else."""
    found = []
    for each in written:
        match = _READ_AS.match(each)
        pairs = [_PAIR.match(pair) for pair in match["pairs"].split(",")] if match else [None]
        if match is None or not all(pairs):
            raise VbcError([
                Diagnostic("VBC8092", f"“{each[:200]}” does not say what is read as what",
                           help="write COLUMN: TEXT as TEXT, …, for example --read-as 'Track: A as 1, EN as 3'")
            ])  # fmt: skip
        found.append(ReadAs(match["column"], tuple((p["old"], p["new"]) for p in pairs if p)))
    return tuple(found)


@attrs.frozen
class Amounts:
    """What each party gets (positive) or pays in one performance year under one text: the net amount, or why it
    could not be computed, and the payments."""

    net: dict[str, Fraction | RunError] = attrs.field(eq=False)
    payments: dict[str, tuple[PaymentRow, ...]] = attrs.field(eq=False)
    party: str = ""
    settled: Settled | None = attrs.field(default=None, eq=False)


@attrs.define(eq=False)
class _Remembered:
    """The rows of a record, kept after the first pass if they are few."""

    source: RecordSource
    _kept: dict[tuple[str, ...], list[Batch]] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        return self.source.name

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        known = self._kept.get(columns)
        if known is not None:
            yield from known
            return
        seen: list[Batch] | None = []
        rows = 0
        for batch in self.source.batches(columns):
            rows += batch.rows
            if seen is not None:
                seen.append(batch)
                if rows > KEPT_ROWS:
                    seen = None
            yield batch
        if seen is not None:
            self._kept[columns] = seen


@attrs.define(eq=False)
class _RememberedStore:
    store: Store
    _sources: dict[str, _Remembered] = attrs.field(factory=dict)

    def source(self, record: str) -> RecordSource:
        if record not in self._sources:
            self._sources[record] = _Remembered(self.store.source(record))
        return self._sources[record]


class Facts:
    """Data by record, with bindings; `records`: all records of all texts that will read them, for messages about
    names that none of them has. `recorded`: earlier settlements that are final, each text takes from them what
    it has by the same name; `as_of`: rows with a Paid Date after this day are left out."""

    def __init__(
        self, inputs: Mapping[str, object], bindings: Bindings | None, programs: Iterable[Program],
        reading: tuple[ReadAs, ...] = (), engine: str = "arrow", threads: int = 2, show_members: bool = False,
        recorded: Iterable[Path | str] = (), as_of: dt.date | None = None,
    ) -> None:  # fmt: skip
        self.inputs, self.bindings, self.reading = dict(inputs), bindings, reading
        self.threads, self.show_members = threads, show_members
        self.recorded, self.as_of = tuple(recorded), as_of
        self._engine = engine_named(engine)
        self.engine = engine
        self.programs = tuple(programs)
        self._stores: dict[str, _RememberedStore] = {}
        self._check_names()
        self._check_reading()

    def store(self, program: Program) -> Store:
        """The data as this text reads them. `VbcError` if they do not fit."""
        key = repr(([record_facts(r) for _, r in sorted(program.records.items())], program.calendar))
        found = self._stores.get(key)
        if found is None:
            inputs = {
                name: value for name, value in self.inputs.items() if _record(program, name) is not None
            }
            options = Options(threads=self.threads > 1, show_members=self.show_members)
            store = open_store(program.records, program.calendar, inputs, self._bindings(program), options)
            store.check()
            cut = AsOf(store, program.records, self.as_of) if self.as_of is not None else store
            found = self._stores[key] = _RememberedStore(cut)
        return found

    def settle(self, compiled: Compiled, year: int) -> Amounts:
        """Settle one performance year, by its label. `VbcError` if the data do not fit the text."""
        bundle = compiled.bundle
        period = bundle.calendar.year_named(year)
        assert period is not None
        program = bundle.by_year[period.number]
        store = self.store(program)
        terms = tuple(term.name for term in payment_terms(program))
        earlier = read_recorded(self.recorded, bundle, other_years=True)
        if earlier.facts:
            known = [
                year for year in map(bundle.calendar.year_named, self.years(program)) if year is not None
            ]
            numbers = [year.number for year in known]
            earlier = compared(earlier, bundle, store, numbers, self._engine, self.threads)
        request = Request((period.number,), terms, recorded=earlier.facts, threads=self.threads)
        results = self._engine(bundle, store, request)
        if results.data_problems:
            raise VbcError(results.data_problems)
        settled = arrange(compiled, bundle, (period,), results, (), self.engine)
        return Amounts(
            {row.party: row.net for row in settled.rows},
            {row.party: row.payments for row in settled.rows},
            program.party,
            settled,
        )

    @property
    def notes(self) -> list[str]:
        """Which data are left out, and what was taken from earlier settlements, in words."""
        notes = [f"rows paid after {self.as_of.isoformat()} are left out"] if self.as_of is not None else []
        if self.recorded:
            notes.append("values of other performance years are those of the recorded settlements, where a text "
                         "has them by the same name")  # fmt: skip
        return notes

    def years(self, program: Program) -> tuple[int, ...]:
        """The labels of the performance years for which the parties' record has rows, whatever the text's
        term."""
        record = _dated(program)
        if record is None or record.clock is None:
            return ()
        first = program.calendar.years[0].start
        found: set[int] = set()
        for batch in self.store(program).source(record.name).batches((record.clock,)):
            for number in set(batch.columns[record.clock].values.tolist()):  # type: ignore[union-attr]
                day = dt.date(1970, 1, 1) + dt.timedelta(days=int(number))
                found.add(day.year - ((day.month, day.day) < (first.month, first.day)))
        return tuple(sorted(found))

    # ------------------------------------------------------------ names and bindings

    def _check_names(self) -> None:
        known = {r.id for p in self.programs for r in p.records.values() if r.is_data}
        for name in self.inputs:
            if not any(_record(program, name) for program in self.programs):
                raise VbcError([
                    Diagnostic("VBC5002", f'Data was given for "{name}", which is no record of either text.',
                               help=f"They read: {', '.join(sorted(known)) or 'no data'}.")
                ])  # fmt: skip

    def _check_reading(self) -> None:
        for each in self.reading:
            columns = [
                column
                for program in self.programs
                for record in program.records.values()
                for column in record.columns
                if snake_case(column.name) == snake_case(each.column) and column.texts is not None
            ]
            if not columns:
                raise VbcError([
                    Diagnostic("VBC8092", f"no column “{each.column}” lists its texts (“one of …”)",
                               help="only what a text does not list can be read as something else")
                ])  # fmt: skip
            for _, new in each.texts:
                if not any(new in (column.texts or ()) for column in columns):
                    listed = ", ".join(f'"{text}"' for text in (columns[0].texts or ())[:12])
                    raise VbcError([
                        Diagnostic("VBC8092", f"“{new}” is no text that {each.column} may have",
                                   help=f"it may be {listed}")
                    ])  # fmt: skip

    def _bindings(self, program: Program) -> Bindings | None:
        bound: dict[str, RecordBinding] = {}
        if self.bindings is not None:
            for name, binding in self.bindings.records.items():
                record = _record(program, name)
                if record is None:
                    if not any(_record(other, name) for other in self.programs):
                        bound[name] = binding  # an error that names it
                    continue
                bound[name] = attrs.evolve(binding, columns=self._columns(record, binding))
        for record in program.records.values():
            exchanged = self._exchanged(record)
            if exchanged:
                name = next((n for n in bound if _record(program, n) is record), record.id)
                binding = bound.get(name, RecordBinding(record.id))
                bound[name] = _with_texts(binding, record, exchanged)
        return Bindings(bound, self.bindings.path if self.bindings else None) if bound else None

    def _columns(self, record: Record, binding: RecordBinding) -> dict[str, ColumnBinding]:
        """Columns that another text has are no mistake of the bindings."""
        others = {
            key
            for program in self.programs
            for other in program.records.values()
            if other.name == record.name
            for column in other.columns
            for key in (column.name, column.id)
        }
        mine = {key for column in record.columns for key in (column.name, column.id)}
        return {
            name: value
            for name, value in binding.columns.items()
            if name in mine or snake_case(name) in mine or not (name in others or snake_case(name) in others)
        }

    def _exchanged(self, record: Record) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for each in self.reading:
            for column in record.columns:
                if column.texts is not None and snake_case(column.name) == snake_case(each.column):
                    unlisted = {
                        old: new for old, new in each.texts if old not in column.texts and new in column.texts
                    }
                    if unlisted:
                        found[column.name] = unlisted
        return found


def _with_texts(
    binding: RecordBinding, record: Record, exchanged: dict[str, dict[str, str]]
) -> RecordBinding:
    columns = dict(binding.columns)
    for name, texts in exchanged.items():
        column: Column = record.column(name)
        key = next((k for k in columns if k == name or snake_case(k) == column.id), name)
        before = columns.get(key) or ColumnBinding(rules=binding.rules)
        values = {old: texts.get(new, new) for old, new in before.rules.values}
        values |= {old: new for old, new in texts.items() if old not in values}
        columns[key] = attrs.evolve(before, rules=attrs.evolve(before.rules, values=tuple(values.items())))
    return attrs.evolve(binding, columns=columns)


def _record(program: Program, name: str) -> Record | None:
    for record in program.records.values():
        if record.is_data and (name == record.name or snake_case(name) == record.id):
            return record
    return None


def _dated(program: Program) -> Record | None:
    roster = program.rosters.get(program.party)
    if roster is not None:
        record = program.records[roster.record]
        if record.is_data and record.clock is not None:
            return record
    return next((r for r in program.records.values() if r.is_data and r.clock is not None), None)


def nearest_year(years: tuple[Period, ...], label: int) -> int:
    """The label of the performance year that is nearest to a year."""
    labels = [int(year.label) for year in years]
    return min(labels, key=lambda own: (abs(own - label), own))
