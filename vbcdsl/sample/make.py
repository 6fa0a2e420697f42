"""The rows of each record of a contract: keys from the invented people, then a value for each column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.periods import CALENDAR_QUARTER, CLOCKS, Period
from vbcdsl.rules.program import Bundle, Program, Record
from vbcdsl.sample.people import Ints, People, generator, invent_people
from vbcdsl.sample.texts import texts_asked_for
from vbcdsl.sample.values import Filled, Rows, fill

ENTRIES_PER_MEMBER_MONTH = 0.7
INVENTED_KEYS = 6


@attrs.frozen(eq=False)
class Sample:
    """The made columns of each data record, by record id and column name in the contract; `lengths`: the rows."""

    program: Program
    records: dict[str, Record]
    columns: dict[str, dict[str, Filled]]
    lengths: dict[str, int]
    years: tuple[Period, ...]


def make_sample(
    bundle: Bundle, members: int, parties: int | None = None, years: tuple[Period, ...] = (), seed: int = 1
) -> Sample:
    """Data for all records of a contract. Default: the first performance year, a party for each 5,000 members."""
    from vbcdsl.results.settle import all_records

    chosen = years or bundle.calendar.years[:1]
    program = bundle.by_year[chosen[-1].number]
    count = min(parties or max(1, members // 5000), max(members, 1))
    people = invent_people(
        bundle.calendar, chosen, program.party, members, count, seed, _named_parties(program)
    )
    records = {name: record for name, record in all_records(bundle).items() if record.is_data}
    maker = _Maker(program, people, seed, texts_asked_for(bundle))
    columns: dict[str, dict[str, Filled]] = {}
    lengths: dict[str, int] = {}
    for record in records.values():
        rows = maker.rows(record)
        lengths[record.id] = rows.count
        columns[record.id] = {
            column.name: maker.column(record, column.name, rows) for column in record.columns
        }
    return Sample(program, {r.id: r for r in records.values()}, columns, lengths, chosen)


def _named_parties(program: Program) -> tuple[str, ...]:
    roster = program.rosters.get(program.party)
    rows = program.records[roster.record].rows if roster is not None else None
    return tuple(str(row[program.party]) for row in rows or ())


class _Maker:
    """Makes rows and columns of records."""

    def __init__(
        self, program: Program, people: People, seed: int, asked: dict[str, tuple[str, ...]]
    ) -> None:
        self.program, self.people, self.seed, self.asked = program, people, seed, asked

    def rows(self, record: Record) -> Rows:
        """The keys of all rows of a record: member, party, period and other keys by number."""
        clock = record.clock
        if record.entries:
            rows = self._entries(record)
        elif "Member" in record.keys:
            rows = self._member_rows(clock)
        else:
            rows = self._other_rows(record, clock)
        for dim in record.keys:
            if dim not in ("Member", self.program.party):
                rows = rows.times(dim, self.keys_of(dim))
        return rows

    def keys_of(self, dim: str) -> tuple[str, ...]:
        """The keys of a dimension: those of the contract's table, of its column, or invented ones."""
        roster = self.program.rosters.get(dim)
        if roster is not None:
            record = self.program.records[roster.record]
            if record.rows is not None:
                return tuple(dict.fromkeys(str(row[dim]) for row in record.rows))
        for record in self.program.records.values():
            for column in record.columns:
                if column.name == dim and column.texts:
                    return column.texts
        return (
            self.asked.get(dim)
            or self._numbered(dim)
            or tuple(f"{dim} {i + 1}" for i in range(INVENTED_KEYS))
        )

    def _numbered(self, dim: str) -> tuple[str, ...]:
        """The keys of a dimension whose column holds numbers: percentiles, years of publication; else none."""
        columns = [
            c for r in self.program.records.values() if dim in r.keys for c in r.columns if c.name == dim
        ]
        if not any(column.kind.base in ("number", "count") for column in columns):
            return ()
        if dim == "Percentile":
            return ("25", "50", "75", "90")
        if dim in ("Published Year", "Vintage"):
            first = min(year.start.year for year in self.people.years)
            return tuple(str(first - 1 + i) for i in range(len(self.people.years) + 1))
        return tuple(str(i + 1) for i in range(INVENTED_KEYS))

    def _member_rows(self, clock: str | None) -> Rows:
        people = self.people
        if clock is None:
            member = np.arange(people.members)
            return Rows(people, member, people.home.astype(np.int64), None, ())
        if clock == "Month":
            member, month = np.nonzero(people.party >= 0)
            party = people.party[member, month].astype(np.int64)
            return Rows(people, member, party, month, people.months)
        return self._coarser(clock)

    def _coarser(self, clock: str) -> Rows:
        """Members in each quarter or year in which they have a month, with the party of their first one."""
        people = self.people
        periods = self.periods(clock)
        members, numbers, parties = [], [], []
        for number, period in enumerate(periods):
            inside = [i for i, m in enumerate(people.months) if period.start <= m.start <= period.end]
            block = people.party[:, inside]
            here = np.nonzero((block >= 0).any(axis=1))[0]
            members.append(here)
            numbers.append(np.full(len(here), number))
            parties.append(block[here, (block[here] >= 0).argmax(axis=1)])
        member = np.concatenate(members)
        return Rows(
            people, member, np.concatenate(parties).astype(np.int64), np.concatenate(numbers), periods
        )

    def periods(self, clock: str) -> tuple[Period, ...]:
        """The periods of a clock in the years of the sample."""
        if clock not in CLOCKS or clock == "Calendar Year":
            raise VbcError([Diagnostic("VBC8030", f"data by {clock} cannot be made")])
        name = "Performance Year" if clock == "Fiscal Year" else clock
        calendar = self.program.calendar
        return tuple(p for year in self.people.years for p in calendar.parts(year, name))

    def _other_rows(self, record: Record, clock: str | None) -> Rows:
        people = self.people
        with_party = self.program.party in record.dims
        parties = np.arange(len(people.parties)) if with_party else np.zeros(1, np.int64)
        party = parties if with_party else None
        if clock is None:
            return Rows(people, None, party, None, (), count=len(parties))
        periods = self.periods(clock)
        number = np.tile(np.arange(len(periods)), len(parties))
        party = np.repeat(parties, len(periods)) if with_party else None
        return Rows(people, None, party, number, periods, count=len(number))

    def _entries(self, record: Record) -> Rows:
        """Any number of entries for each member month."""
        random = generator(self.seed, record.name, "entries")
        member, month = np.nonzero(self.people.party >= 0)
        times = random.poisson(ENTRIES_PER_MEMBER_MONTH, len(member))
        member, month = np.repeat(member, times), np.repeat(month, times)
        party = self.people.party[member, month].astype(np.int64)
        return Rows(self.people, member, party, month, self.people.months)

    def column(self, record: Record, name: str, rows: Rows) -> Filled:
        """The values of a column."""
        if name == "Member" and rows.member is not None:
            return Filled.coded(rows.member, [f"M{i + 1:07d}" for i in range(self.people.members)])
        if name == self.program.party and rows.party is not None:
            return Filled.coded(rows.party, list(self.people.parties))
        if name in rows.extra:
            numbers, keys = rows.extra[name]
            return Filled.coded(numbers, list(keys))
        if record.clock == name and rows.period is not None:
            by_calendar = record.column(name).title == CALENDAR_QUARTER
            return Filled.coded(
                rows.period, [p.calendar_label if by_calendar else p.label for p in rows.periods]
            )
        if name == record.date_column:
            return self._days(record, rows)
        column = record.column(name)
        known = column.texts or self.asked.get(name) or self._listed(name)
        return fill(record, column, rows, self.seed, known, name in self.program.attributes)

    def _listed(self, name: str) -> tuple[str, ...]:
        """The keys that a text column holds when it is a key elsewhere (the Clinician of a claim)."""
        return self.keys_of(name) if name in self.program.rosters and name != "Member" else ()

    def _days(self, record: Record, rows: Rows) -> Filled:
        """A day in the row's period, else in the first year."""
        random = generator(self.seed, record.name, "day")
        periods: Sequence[Period] = rows.periods or self.people.years[:1]
        number: Ints = rows.period if rows.period is not None else np.zeros(rows.count, np.int64)
        first = np.array([(p.start - dt.date(1970, 1, 1)).days for p in periods])
        length = np.array([p.days for p in periods])
        return Filled.days(first[number] + (random.random(rows.count) * length[number]).astype(np.int64))
