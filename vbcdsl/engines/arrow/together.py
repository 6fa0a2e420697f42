"""Several contracts on one reading of the data: equal aggregates are computed once.

Each family of contracts (one program, other numbers) has facts of its own (`scenario_keys.py`). They share the
keys, the texts, the tables in memory and one pass over each record, in which an aggregate that several of them
need is computed once. Rows are counted by party on the way, so that each contract can say how many were its own.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from vbcdsl.data.store import Store
from vbcdsl.engines.arrow import frames
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.ints import I64
from vbcdsl.engines.arrow.lines import Lines
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.scan import Grouped
from vbcdsl.engines.arrow.scenario_keys import Facts
from vbcdsl.engines.arrow.scope import Frame
from vbcdsl.engines.arrow.tables import RecordTable
from vbcdsl.engines.interface import Request
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program


@attrs.define(eq=False)
class Tally:
    """The rows of each record by party and performance year (0: outside the term)."""

    years: int
    counts: dict[str, I64] = attrs.field(factory=dict)  # record → party, year
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    def add(self, record: str, lines: Lines, party: str) -> None:
        """Notes the rows of a batch."""
        self.note(record, lines.keys[party], lines.year, lines.lengths, lines.rows)

    def note(self, record: str, codes: I64, year: I64, lengths: I64 | None, rows: int) -> None:
        """Notes rows, or runs of so many rows, of these parties and years."""
        if lengths is None and len(codes) == len(year) == 1:
            lengths = np.array([rows])
        entries = rows if lengths is None else len(lengths)
        place = np.broadcast_to(codes * self.years + year, (entries,))
        found = np.bincount(place, minlength=self.years)
        if lengths is not None:
            found = np.zeros(len(found), dtype=np.int64)
            np.add.at(found, place, lengths)
        found = np.pad(found, (0, -len(found) % self.years)).reshape(-1, self.years)
        with self._lock:
            before = self.counts.get(record)
            if before is None or len(before) < len(found):
                new = np.zeros((len(found), self.years), dtype=np.int64)
                if before is not None:
                    new[: len(before)] = before
                before = self.counts[record] = new
            before[: len(found)] += found

    def of(self, record: str, parties: Sequence[int]) -> tuple[int, int]:
        """The rows of these parties, and how many of them lie outside the term."""
        counts = self.counts.get(record)
        if counts is None:
            return 0, 0
        mine = counts[[code for code in parties if 0 <= code < len(counts)]]
        return int(mine.sum()), int(mine[:, 0].sum())

    def all(self, record: str) -> int:
        """The rows of all parties."""
        return int(self.counts[record].sum()) if record in self.counts else 0


class FamilyFacts(Facts):
    """The facts of a family of contracts; the first family holds what all share."""

    tally: Tally

    def __init__(
        self, bundle: Bundle, store: Store, request: Request, dim: str, cone: frozenset[str],
        first: FamilyFacts | None,
    ) -> None:  # fmt: skip
        super().__init__(bundle, store, request, dim, cone)
        self.first = first or self
        if first is None:
            self.tally = Tally(len(bundle.calendar.years) + 1)
        else:
            self.tally = first.tally
            self.dims, self.faults, self._pools = first.dims, first.faults, first._pools
            self._keys_lock, self.keysets = first._keys_lock, first.keysets
            self.checked_unique, self.broken = first.checked_unique, first.broken
            self.unlisted_rows = first.unlisted_rows

    def keyset(self, year: int, name: str, dims: tuple[str, ...], clock: str | None) -> Frame:
        """The different keys of a record in a year, which another family may have read."""
        found = super().keyset(year, name, dims, clock)
        self.rows_read.setdefault(name, 0)
        return found

    def table(self, program: Program, name: str) -> RecordTable:
        """A record in memory: read once for all families."""
        record = program.records[name]
        key = (name, id(record) if not record.is_data else 0)
        found = self._tables.get(key)
        if found is not None:
            return found
        if self.first is self or not record.is_data:
            found = super().table(program, name)
        else:
            found = copy.copy(self.first.table(program, name))
            found.engine, found._parts = self, {}
            self._tables[key] = found
            self.rows_read.setdefault(name, found.rows)
        if record.is_data and program.party in found.columns and name not in self.tally.counts:
            codes = self.as_keys(program.party, found.columns[program.party])
            years = found._years if found._years is not None else np.ones(1, dtype=np.int64)
            self.tally.note(name, codes.astype(np.int64), years.astype(np.int64), None, found.rows)
        return found


def read_together(families: Sequence[FamilyFacts]) -> None:
    """Reads the data for all families: what stands on the rows alone in one pass over each record, then what is
    left of each family."""
    for facts in families:  # a table in memory has the columns that any of them needs
        for record, columns in facts.plan.columns.items():
            families[0].plan.columns.setdefault(record, set()).update(columns)
    for record in dict.fromkeys(s.record for facts in families for s in _alone(facts)):
        _read_record(families, record)
    for facts in families:
        facts.read()


def _alone(facts: FamilyFacts) -> Iterable[Streamed]:
    """The aggregates that need nothing but the rows."""
    return (s for s in facts.plan.streams.values() if s.joint and s.level == 1)


def _read_record(families: Sequence[FamilyFacts], name: str) -> None:
    merged: dict[tuple[n.Aggregate, tuple[str, ...], str | None], Streamed] = {}
    users: list[tuple[FamilyFacts, Streamed, Streamed]] = []
    keysets: set[Grouped] = set()
    first = families[0]
    for facts in families:
        mine = [s for s in _alone(facts) if s.record == name]
        for stream in mine:
            key = (stream.node, stream.dims, stream.clock)
            found = merged.get(key)
            if found is None:  # its number is no number of a family
                found = attrs.evolve(stream, number=-1 - len(merged), years=set())
                merged[key] = found
            found.years |= stream.years
            users.append((facts, stream, found))
        if mine:
            keysets |= frames.wanted_keysets(facts, name, {y for s in mine for y in s.years})
    years = {y for stream in merged.values() for y in stream.years}
    record = first.bundle.by_year[min(years)].records[name]
    first._read_all(record, list(merged.values()), keysets, years)
    for facts, stream, found in users:
        if name not in facts.rows_read:
            facts.rows_read[name] = first.rows_read.get(name, 0)
            facts.listed(record, facts.bundle.by_year[min(years)], years)  # the records that it stands on
        for year in stream.years:
            facts.prepared[stream.number, year] = first.prepared[found.number, year]


def party_codes(facts: FamilyFacts, names: Iterable[str]) -> list[int]:
    """The codes of parties that the data have."""
    dimension = facts.dimension(next(iter(facts.bundle.by_year.values())).party)
    return [code for code in (dimension.code(name) for name in names) if code >= 0]


def listed(facts: FamilyFacts, year: int) -> I64:
    """The parties of a year."""
    found = frames.parties(facts, year)
    return v.full(found, len(found)).astype(np.int64)
