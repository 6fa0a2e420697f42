"""The values of terms as an engine gives them: sorted keys, values turned into Python only when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.expr import ev
from vbcdsl.engines.arrow.faults import Faults, Unavailable
from vbcdsl.engines.arrow.ints import Array
from vbcdsl.engines.arrow.plan import wanted
from vbcdsl.engines.arrow.scope import Frame
from vbcdsl.engines.arrow.times import WHOLE_YEAR, has_clock, is_clock
from vbcdsl.engines.arrow.vec import Flag, Vec
from vbcdsl.engines.interface import Key, Results
from vbcdsl.model.periods import Period
from vbcdsl.model.values import NOT_SCORED, Value
from vbcdsl.rules.program import Program, Term

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation

AT_ONCE = 1 << 12  # rows of which keys and values are made at a time


@attrs.define(eq=False)
class YearValues:
    """The values of a term in one performance year, by the rows of its key table. Keys become texts, and
    their order is found, only when somebody asks."""

    engine: Evaluation
    year: int
    grain: tuple[str, ...]
    frame: Frame
    column: Vec
    _keys: KeyTexts | None = None

    @property
    def keys(self) -> KeyTexts:
        """The keys as texts and periods."""
        if self._keys is None:
            self._keys = key_texts(self.engine, self.year, self.grain, self.frame)
        return self._keys


@attrs.define(eq=False)
class KeyTexts:
    """The keys of a frame: for each dimension the codes of the rows, what they stand for (texts or periods), and
    their places in the order of the dimension; and the rows in the order of results."""

    codes: list[Array]
    meaning: list[Sequence[str] | Sequence[Period]]
    places: list[Array]
    order: Array
    _names: list[list[str] | list[Period]] | None = None

    @property
    def names(self) -> list[list[str] | list[Period]]:
        """For each dimension the texts or periods of the rows, or one for all."""
        if self._names is None:
            self._names = []
            for codes, meaning in zip(self.codes, self.meaning, strict=True):
                known: list[Any] = list(meaning)
                self._names.append([known[c] for c in codes.tolist()] or known[:1])
        return self._names

    def key(self, row: int) -> Key:
        """The key of a row."""
        return tuple(names[row] if len(names) > 1 else names[0] for names in self.names)


@attrs.define(eq=False)
class Order:
    """The keys of some key tables in the order of results, each with the number of its table and its row there.
    `years`: a term that has them."""

    years: list[YearValues]
    numbers: Array
    rows: Array
    _keys: list[Key] | None = None
    _places: dict[Key, int] | None = None

    @property
    def keys(self) -> list[Key]:
        """The keys, made when somebody asks: members may be many."""
        if self._keys is None:
            pairs = zip(self.numbers.tolist(), self.rows.tolist(), strict=True)
            self._keys = [self.years[number].keys.key(row) for number, row in pairs]
        return self._keys

    def place(self, key: Key) -> int | None:
        """Where a key stands; None: there is no such key."""
        if self._places is None:
            self._places = {each: place for place, each in enumerate(self.keys)}
        return self._places.get(key)


Orders: TypeAlias = dict[tuple[tuple[str, ...], tuple[int, ...]], Order]


@attrs.define(eq=False)
class ColumnValues:
    """`TermValues` over columns."""

    term: str
    grain: tuple[str, ...]
    years: list[YearValues]
    faults: Faults
    orders: Orders
    _order: Order | None = None

    def __len__(self) -> int:
        if len(self.years) > 1 and not has_clock(self.grain):  # a key may be listed in several years
            return len(self.keys())
        return sum(y.frame.rows for y in self.years)

    def items(self) -> Iterator[tuple[Key, Value | RunError]]:
        """Each key with its value or error, in the order of keys."""
        if len(self.years) == 1:
            # members may be many: neither keys nor values are made before they are wanted
            year = self.years[0]
            for start in range(0, len(year.keys.order), AT_ONCE):
                rows = year.keys.order[start : start + AT_ONCE]
                keys = [year.keys.key(row) for row in rows.tolist()]
                yield from zip(keys, v.values_at(year.column, rows, self.faults), strict=True)
            return
        yield from zip(self.keys(), self.values(), strict=True)

    def keys(self) -> list[Key]:
        """The keys in their order."""
        return self._indexed().keys

    def values(self) -> list[Value | RunError]:
        """The values or errors in the order of keys."""
        order = self._indexed()
        if len(self.years) == 1:
            return v.values_at(self.years[0].column, order.rows, self.faults)
        found: list[Value | RunError] = [NOT_SCORED] * len(order.keys)
        for number, year in enumerate(self.years):
            places = np.flatnonzero(order.numbers == number)
            here = v.values_at(year.column, order.rows[places], self.faults)
            for place, value in zip(places.tolist(), here, strict=True):
                found[place] = value
        return found

    def get(self, key: Key) -> Value | RunError | None:
        """The value at a key; None if the term has no such key."""
        order = self._indexed()
        place = order.place(key)
        if place is None:
            return None
        return v.value_at(self.years[order.numbers[place]].column, order.rows[place], self.faults)

    def errors(self) -> list[int]:
        """The numbers of the errors among the values."""
        found: list[int] = []
        for year in self.years:
            if year.column.fault is not None and year.frame.rows:
                found.extend(np.unique(year.column.fault).tolist())
        return [number for number in dict.fromkeys(found) if number]

    def order(self) -> Order:
        """The keys in their order, as places in the key tables of the years."""
        return self._indexed()

    def _indexed(self) -> Order:
        """The keys in their order: found once for all terms with the same key tables."""
        if self._order is None:
            tables = tuple(id(year.frame) for year in self.years)
            known = self.orders.get((self.grain, tables))
            if known is None:
                known = self.orders[self.grain, tables] = self._ordered()
            self._order = known
        return self._order

    def _ordered(self) -> Order:
        """Sorted by the dimensions before the clock, then by year, then as within the year."""
        years = self.years
        few = np.arange(len(years), dtype=np.int16)
        numbers: Array = np.repeat(few, [len(year.keys.order) for year in years])
        rows = np.concatenate([year.keys.order for year in years]) if years else numbers
        before = next((i for i, dim in enumerate(self.grain) if is_clock(dim)), len(self.grain))
        if len(years) > 1 and before:
            sorting = [
                np.concatenate([year.keys.places[i][year.keys.order] for year in years])
                for i in range(before)
            ]
            order = np.lexsort(sorting[::-1])
            numbers, rows = numbers[order], rows[order]
        found = Order(years, numbers, rows)
        if len(years) > 1 and not has_clock(self.grain):
            # a key of several years has the value of the last one
            last: dict[Key, tuple[int, int]] = {}
            for key, pair in zip(found.keys, zip(numbers.tolist(), rows.tolist(), strict=True), strict=True):
                last[key] = max(pair, last.get(key, pair))
            numbers, rows = np.array(list(last.values()), dtype=np.int64).reshape(-1, 2).T
            return Order(years, numbers, rows, list(last))
        return found


def lines_of(program: Program, dim: str) -> dict[str, int] | None:
    """The order of a dimension that a table of the contract lists; None: by text."""
    roster = program.rosters.get(dim)
    if roster is not None:
        name, column = roster.record, dim
    elif dim in program.attributes:
        name, column = program.attributes[dim]
    else:
        return None
    rows = program.records[name].rows
    if rows is None:
        return None
    found: dict[str, int] = {}
    for row in rows:
        text = row.get(column)
        if isinstance(text, str):
            found.setdefault(text, len(found))
    return found


def collect(engine: Evaluation) -> Results:
    """The terms asked for in the years asked for, the errors, the agreements that do not hold."""
    request, bundle = engine.request, engine.bundle
    years = [y for y in sorted(set(request.years)) if y in bundle.by_year]
    names = dict.fromkeys(name for year in years for name in wanted(bundle.by_year[year], request))
    terms: dict[str, ColumnValues] = {}
    errors: dict[RunError, None] = {}
    orders: Orders = {}
    for name in names:
        here = [y for y in years if name in bundle.by_year[y].terms]
        grain = bundle.by_year[here[-1]].terms[name].grain
        found: list[YearValues] = []
        for year in here:
            try:
                found.append(_year_values(engine, year, name))
            except Unavailable as missing:
                if missing.problem is not None:
                    raise missing.problem from missing
        terms[name] = ColumnValues(name, grain, found, engine.faults, orders)
        for number in terms[name].errors():
            errors[engine.faults[number]] = None
    broken: list[tuple[str, Key]] = []
    unchecked: list[tuple[str, Key]] = []
    for section, key, number in _not_held(engine, years) if request.parties is None else ():
        (unchecked if number else broken).append((section, key))
        if number:
            errors[engine.faults[number]] = None
    return Results(
        dict(terms), tuple(errors), tuple(broken), engine.notes(), dict(engine.rows_read),
        engine.data_problems(), tuple(unchecked),
    )  # fmt: skip


def _year_values(engine: Evaluation, year: int, name: str) -> YearValues:
    program = engine.program(year)
    grain = program.terms[name].grain
    frame = engine.frame(year, grain)
    column = engine.column(year, name)
    if program.terms[name].lives:
        frame, column = _alive(engine, year, program.terms[name], frame, column)
    return YearValues(engine, year, grain, frame, column)


def _alive(engine: Evaluation, year: int, term: Term, frame: Frame, column: Vec) -> tuple[Frame, Vec]:
    """The keys of periods whose text in force has the term at all (Q34)."""
    clock = next(dim for dim in term.grain if is_clock(dim))
    parts = engine.times.parts(year, clock)
    there = np.array([term.at(period) is not None for period in parts], dtype=bool)
    rows = np.flatnonzero(there[v.full(frame.codes[clock], frame.rows)])
    if len(rows) == frame.rows:
        return frame, column
    codes = {dim: v.full(found, frame.rows)[rows] for dim, found in frame.codes.items()}
    return Frame(year, frame.dims, codes, len(rows)), v.take(column, rows)


def key_texts(engine: Evaluation, year: int, grain: tuple[str, ...], frame: Frame) -> KeyTexts:
    """The keys of a frame as texts and periods, and its rows in the order of results."""
    program = engine.program(year)
    found: list[Array] = []
    meaning: list[Sequence[str] | Sequence[Period]] = []
    places: list[Array] = []
    for dim in grain:
        codes = frame.codes.get(dim)
        if codes is None:
            assert dim in WHOLE_YEAR
            codes = np.zeros(1, dtype=np.int64)
        codes = v.full(codes, frame.rows)
        found.append(codes)
        if is_clock(dim):
            meaning.append(engine.times.parts(year, dim))
            places.append(codes)
        else:
            dimension = engine.dimension(dim)
            texts = dimension.pool.texts
            meaning.append(texts)
            if len(texts):
                ranks = dimension.order(lines_of(program, dim))
                codes = (ranks.astype(np.int32) if len(ranks) < 1 << 31 else ranks)[codes]
            places.append(codes)
    order = np.lexsort(places[::-1]) if places else np.arange(frame.rows)
    if len(order) < 1 << 31:
        order = order.astype(np.int32)
    return KeyTexts(found, meaning, places, order)


def _not_held(engine: Evaluation, years: list[int]) -> Iterator[tuple[str, Key, int]]:
    """The warranties that do not hold, by key, and those of which that is not known: with the number of the error
    (else 0)."""
    for year in years:
        program = engine.program(year)
        for agreement in program.agreements:
            scope = engine.scope(year, agreement.grain)
            if not scope.rows:
                continue
            value = ev(agreement.cond, scope)
            wrong = np.ones(scope.rows, dtype=bool)
            if isinstance(value, Flag):
                wrong = ~v.full(value.values, scope.rows)
            if value.unscored is not None:
                wrong = wrong | value.unscored
            faults = np.zeros(scope.rows, dtype=np.int64)
            if value.fault is not None:
                faults = v.full(value.fault, scope.rows)
                wrong = wrong | (faults > 0)
            if not wrong.any():
                continue
            assert scope.frame is not None
            keys = key_texts(engine, year, agreement.grain, scope.frame)
            for row in keys.order.tolist():
                if wrong[row]:
                    yield agreement.section, keys.key(row), int(faults[row])
