"""Settles the contracts of a book together: one pass over the data, one evaluation for each family of contracts.

What a contract gets is what it gets alone, or it is not settled here: a contract whose parties do not stand alone
(a pool, a peer mean, a warranty), one with an error in any value, and all of them where something is wrong with
the data, are left to be settled one by one (`book.py`), so that every message is theirs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from vbcdsl.collector import no_garbage
from vbcdsl.compiler import Compiled
from vbcdsl.data.store import Store
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.evaluate import OUTSIDE
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.ints import Array
from vbcdsl.engines.arrow.results import key_texts
from vbcdsl.engines.arrow.scenario_keys import Part
from vbcdsl.engines.arrow.scope import Frame
from vbcdsl.engines.arrow.times import is_clock
from vbcdsl.engines.arrow.together import FamilyFacts, listed, party_codes, read_together
from vbcdsl.engines.arrow.vec import Vec
from vbcdsl.engines.interface import Key, LeftOut, Request, Results
from vbcdsl.model.periods import Period
from vbcdsl.model.values import Value
from vbcdsl.portfolio.families import Family, families, parties_stand_alone
from vbcdsl.results.recorded import read_recorded
from vbcdsl.results.settle import (
    RunOptions,
    all_records,
    chosen_years,
    term_named,
    wanted_terms,
    years_with_rows,
)
from vbcdsl.results.settlement import Settled, arrange
from vbcdsl.rules.program import Bundle
from vbcdsl.scenarios.rewrite import DIM

ENGINE: Final = "arrow"


@attrs.define(eq=False)
class Together:
    """Contracts that were settled together, by number. `nobody`: rows of parties that no contract has, by
    record. `alike`: of contracts that are equal but for the sizes of numbers, not their signs, the same."""

    settled: dict[int, Settled] = attrs.field(factory=dict)
    nobody: dict[str, int] = attrs.field(factory=dict)
    alike: dict[int, Hashable] = attrs.field(factory=dict)


# of each contract: its keys in their order, and where their values are among those of all contracts
Picks: TypeAlias = list[tuple[list[Key], list[int]]]
_Entry: TypeAlias = tuple[tuple[int, ...], Key, int, int, int, int, int]


@attrs.define(eq=False)
class PickedValues:
    """`TermValues` of a contract, in the order of keys."""

    term: str
    grain: tuple[str, ...]
    _keys: list[Key]
    _values: list[Value | RunError]
    _found: dict[Key, Value | RunError] | None = None

    def __len__(self) -> int:
        return len(self._keys)

    def items(self) -> Iterator[tuple[Key, Value | RunError]]:
        """Each key with its value."""
        return zip(self._keys, self._values, strict=True)

    def keys(self) -> list[Key]:
        """The keys in their order: one list for all terms with the same keys."""
        return self._keys

    def values(self) -> list[Value | RunError]:
        """The values in the order of keys."""
        return self._values

    def get(self, key: Key) -> Value | RunError | None:
        """The value at a key; None if the term has no such key."""
        if self._found is None:
            self._found = dict(self.items())
        return self._found.get(key)


def settle_together(
    contracts: Sequence[Compiled], parties: Sequence[Sequence[str]], store: Store, warnings: Any,
    options: RunOptions,
) -> Together:  # fmt: skip
    """The contracts that can be settled together; `parties` of each of them. `VbcError` never: what is wrong is
    left to be found again where it can be told."""
    done = Together()
    if options.engine != ENGINE or options.inner or options.all_grains or options.recorded:
        return done
    if options.as_of is not None or options.cache is not None:
        return done
    alike = families(dict(enumerate(contracts)))
    found = [f for f in alike if parties_stand_alone(contracts[f.members[0]].bundle)]
    if not found:
        return done
    try:
        _Book(contracts, parties, store, options, warnings, found).settle(done)
    except (VbcError, Unavailable, OverflowError):
        return Together()
    for family in found:
        for number, signs in zip(family.members, family.signs, strict=True):
            done.alike[number] = family.members[0], signs
    return done


class _Book:
    """One evaluation of families."""

    def __init__(
        self, contracts: Sequence[Compiled], parties: Sequence[Sequence[str]], store: Store,
        options: RunOptions, warnings: Any, found: list[Family],
    ) -> None:  # fmt: skip
        self.contracts, self.parties, self.store = contracts, parties, store
        self.options, self.warnings, self.families = options, warnings, found

    def settle(self, done: Together) -> None:
        """All contracts that have no error."""
        first = self.contracts[self.families[0].members[0]].bundle
        years = chosen_years(first.calendar, self.options.years) or years_with_rows(first, self.store)
        facts: list[FamilyFacts] = []
        for family in self.families:
            bundle = self.contracts[family.members[0]].bundle
            for name in self.options.extra_terms:
                term_named(bundle, name)
            request = Request(
                tuple(y.number for y in years), wanted_terms(bundle, years, self.options),
                threads=self.options.threads,
            )  # fmt: skip
            facts.append(
                FamilyFacts(family.bundle, self.store, request, DIM, family.cone, facts[0] if facts else None)
            )
        for other in self.families[1:]:
            _check_alike(self.families[0].bundle, other.bundle)
        read_together(facts)
        with no_garbage():
            for family, found in zip(self.families, facts, strict=True):
                _Evaluated(self, family, found, years).settle(done)
        if any(f.broken or f.unlisted_rows for f in facts):
            raise Unavailable(RunError("VBC6003", "some data cannot be used"))
        everybody = {name for mine in self.parties for name in mine}
        codes = party_codes(facts[0], everybody)
        for record in facts[0].tally.counts:
            rows = facts[0].tally.all(record) - facts[0].tally.of(record, codes)[0]
            if rows:
                done.nobody[record] = rows


def _check_alike(a: Bundle, b: Bundle) -> None:
    """That the same records list the keys of two families."""
    for year, program in a.by_year.items():
        other = b.by_year.get(year)
        if other is None:
            continue
        for dim in (program.rosters.keys() | other.rosters.keys()) - {DIM}:
            mine, theirs = program.rosters.get(dim), other.rosters.get(dim)
            if mine is not None and theirs is not None and mine.record != theirs.record:
                raise Unavailable(RunError("VBC6007", f"several records list every {dim}"))


class _Evaluated:
    """A family on its facts."""

    def __init__(self, book: _Book, family: Family, facts: FamilyFacts, years: tuple[Period, ...]) -> None:
        self.book, self.family, self.facts = book, family, facts
        self.party = next(iter(family.bundle.by_year.values())).party
        self.codes = [party_codes(facts, book.parties[number]) for number in family.members]
        self.owners: dict[int, list[int]] = {}
        for place, codes in enumerate(self.codes):
            for code in dict.fromkeys(codes):
                self.owners.setdefault(code, []).append(place)
        self.years = self._years(years)
        self.trouble: set[int] = {i for i, mine in enumerate(self.years) if not mine}
        self.part = self._part()
        self.terms: dict[str, tuple[Picks, list[Value | RunError]]] = {}
        self.picks: dict[tuple[tuple[int, tuple[str, ...], int], ...], tuple[Picks, list[Array]]] = {}

    def _years(self, years: tuple[Period, ...]) -> list[tuple[Period, ...]]:
        """The years of each contract: those for which the list of parties has one of its own."""
        if self.book.options.years:
            return [years] * len(self.codes)
        there = {}
        for year in years:
            if year.number in self.family.bundle.by_year:
                there[year.number] = set(listed(self.facts, year.number).tolist())
        return [
            tuple(year for year in years if there.get(year.number, set()) & set(codes))
            for codes in self.codes
        ]

    def _part(self) -> Part | None:
        if not self.family.cone:
            return None
        pairs = [(place, code) for place, codes in enumerate(self.codes) for code in dict.fromkeys(codes)]
        numbers = self.facts.scenario_codes(len(self.codes))
        places = np.array([place for place, _ in pairs], dtype=np.int64)
        return Part.of(self.facts, numbers[places], np.array([code for _, code in pairs], dtype=np.int64))

    def settle(self, done: Together) -> None:
        """The settlements of contracts without errors."""
        grouped: dict[tuple[Period, ...], list[int]] = {}
        for place, years in enumerate(self.years):
            if place not in self.trouble:
                grouped.setdefault(years, []).append(place)
        bundle = self.book.contracts[self.family.members[0]].bundle
        wanted = {years: wanted_terms(bundle, years, self.book.options) for years in grouped}
        found: list[dict[str, PickedValues]] = [{} for _ in self.codes]
        for years, places in grouped.items():
            programs = [bundle.by_year[y.number] for y in years if y.number in bundle.by_year]
            for name in wanted[years]:
                grain = next(p.terms[name].grain for p in reversed(programs) if name in p.terms)
                picks, values = self._term(name)
                for place in places:
                    keys, chosen = picks[place]
                    mine = [values[at] for at in chosen]
                    found[place][name] = PickedValues(name, grain, keys, mine)
                    if any(isinstance(value, RunError) for value in mine):
                        self.trouble.add(place)
        for place, number in enumerate(self.family.members):
            if place not in self.trouble:
                done.settled[number] = self._settled(number, place, found[place])

    def _term(self, name: str) -> tuple[Picks, list[Value | RunError]]:
        """The values of a term in all years, and which of them each contract gets."""
        if name not in self.terms:
            frames: list[tuple[int, tuple[str, ...], Frame]] = []
            columns: list[Vec] = []
            for year in self._all_years():
                program = self.facts.program(year)
                if name not in program.terms:
                    continue
                engine = self.part if self.part is not None and name in self.facts.cone else self.facts
                grain = program.terms[name].grain
                frames.append((year, tuple(dim for dim in grain if dim != DIM), engine.frame(year, grain)))
                columns.append(engine.column(year, name))
            same = tuple((year, grain, id(frame)) for year, grain, frame in frames)
            if same not in self.picks:
                self.picks[same] = self._picks(frames)
            picks, rows = self.picks[same]
            values: list[Value | RunError] = []
            for column, those in zip(columns, rows, strict=True):
                values += v.values_at(column, those, self.facts.faults)
            self.terms[name] = picks, values
        return self.terms[name]

    def _picks(self, frames: Sequence[tuple[int, tuple[str, ...], Frame]]) -> tuple[Picks, list[Array]]:
        """What each contract gets of terms with these key tables, and the rows of each table that any of them
        gets."""
        entries: list[_Entry] = []
        rows: list[Array] = []
        for year, grain, frame in frames:
            here = list(self._entries(year, grain, frame, len(entries)))
            rows.append(np.array([row for *_, row in here], dtype=np.int64))
            entries += here
        entries.sort(key=lambda entry: entry[0])
        years = [frozenset(y.number for y in mine) for mine in self.years]
        found: list[dict[Key, int]] = [{} for _ in self.codes]
        for _, key, year, party, place, at, _ in entries:
            for owner in self._owners(place, party):
                if year in years[owner]:
                    found[owner][key] = at
        return [(list(mine), list(mine.values())) for mine in found], rows

    def _owners(self, place: int, party: int) -> Sequence[int]:
        """The contracts that a row is of: one, those that have the party, or all."""
        if place >= 0:
            return (place,)
        return self.owners.get(party, ()) if party >= 0 else range(len(self.codes))

    def _all_years(self) -> list[int]:
        return sorted({y.number for mine in self.years for y in mine} & self.family.bundle.by_year.keys())

    def _entries(self, year: int, grain: tuple[str, ...], frame: Frame, count: int) -> Iterator[_Entry]:
        """Each row of a key table, after `count` entries of others: how it sorts, its key, the year, the code of
        its party (-1: none), the contract (-1: all that have the party), the number of the entry, the row."""
        facts = self.facts
        keys = key_texts(facts, year, grain, frame)
        clock = next((i for i, dim in enumerate(grain) if is_clock(dim)), len(grain))
        before = [places.tolist() for places in keys.places[:clock]]
        parties = v.full(frame.codes[self.party], frame.rows).tolist() if self.party in frame.codes else None
        numbers = v.full(frame.codes[DIM], frame.rows).tolist() if DIM in frame.codes else None
        first = int(facts.scenario_codes(1)[0]) if numbers is not None else 0
        for place, row in enumerate(keys.order.tolist()):
            party = -1 if parties is None else parties[row]
            number = -1 if numbers is None else numbers[row] - first
            if party >= 0 and number < 0 and party not in self.owners:
                continue
            sorting = (*[places[row] for places in before], year, place)
            yield sorting, keys.key(row), year, party, number, count, row
            count += 1

    def _settled(self, number: int, place: int, terms: dict[str, PickedValues]) -> Settled:
        book, compiled = self.book, self.book.contracts[number]
        bundle = compiled.bundle
        rows: dict[str, int] = {}
        left: list[LeftOut] = []
        records = all_records(bundle)
        for record in self.facts.rows_read:
            if self.party in records[record].dims:
                rows[record], outside = self.facts.tally.of(record, self.codes[place])
            else:
                rows[record] = max(self.facts.rows_read[record], self.facts.first.rows_read.get(record, 0))
                outside = self.facts.first.left_out.get((record, OUTSIDE), 0)
            if outside:
                left.append(LeftOut(record, OUTSIDE, outside))
        results = Results(dict(terms), (), (), tuple(left), rows)
        settled = arrange(compiled, bundle, self.years[place], results, book.warnings, ENGINE)
        return attrs.evolve(settled, recorded=read_recorded((), bundle))
