"""Rows: the data of a record, which rows belong to a place, and which keys exist (Q4, Q8, Q9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vbcdsl.data.keys import check_unique, key_columns
from vbcdsl.data.literal import LiteralSource
from vbcdsl.data.rows import rows_in
from vbcdsl.data.store import Batch, Store
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.engines import messages as m
from vbcdsl.engines.interface import Request
from vbcdsl.engines.needs import foresee, needed_rows
from vbcdsl.engines.reference.env import Env, Failure, Row, holds, is_clock, overlaps
from vbcdsl.model.periods import Period
from vbcdsl.model.values import Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program, Record
from vbcdsl.rules.uses import walk

if TYPE_CHECKING:
    from vbcdsl.engines.reference.evaluate import Evaluator


class RowSets:
    """The rows of each record, read once, and the keys that exist."""

    def __init__(self, bundle: Bundle, store: Store, request: Request, evaluator: Evaluator) -> None:
        self._bundle = bundle
        self._store = store
        self._request = request
        self._evaluator = evaluator
        self._rows: dict[str, list[Row] | VbcError] = {}
        self._by_place: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[Row]]] = {}
        self._index: dict[str, dict[tuple[str, ...], list[Row]]] = {}
        self._places: dict[tuple[str, str], dict[str, list[Period | None]]] = {}  # a roster's keys and when
        self._lists: dict[tuple[str, int, tuple[str, ...]], set[tuple[object, ...]]] = {}
        self.read: dict[str, int] = {}
        self.left_out: dict[tuple[str, str], int] = {}
        self._strange: dict[str, list[tuple[list[Row], str, Record]]] = {}
        self._broken: list[VbcError] = []
        self._needed = _columns_needed(bundle)

    # ------------------------------------------------------------ reading

    def program(self, year: int) -> Program:
        """The text in force."""
        return self._bundle.by_year[year]

    def rows(self, name: str, year: int) -> list[Row]:
        """All rows of a record that lie in the term of the contract."""
        mark = self._mark(name, year)
        if mark not in self._rows:
            record = self.program(year).records[name]
            try:
                self._rows[mark] = self._load(record)
            except VbcError as error:
                self._rows[mark] = error
        found = self._rows[mark]
        if isinstance(found, VbcError):
            if self._request.parties is None:
                raise found
            first = found.diagnostics[0]
            if first.section:  # a cell that the facts or rows of the example leave open
                raise Failure(RunError(first.code, first.message, first.section, help=first.help))
            code, message, help_ = m.NO_DATA
            record = self.program(year).records[name]
            raise Failure(RunError(code, message.format(name), record.section, help=help_.format(name)))
        return found

    def _mark(self, name: str, year: int) -> str:
        """What rows are remembered by: a record of data by its name, a table of the contract with the text that
        states it (an amendment may change its lines)."""
        program = self.program(year)
        if program.records[name].is_data:
            return name
        first = next(number for number, text in self._bundle.by_year.items() if text is program)
        return f"{name}, as of performance year {first}"

    def problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the records that were read."""
        if self._request.parties is not None:
            return ()
        broken = [found for found in self._rows.values() if isinstance(found, VbcError)] + self._broken
        return tuple(dict.fromkeys(d for error in broken for d in error.diagnostics))

    def _load(self, record: Record) -> list[Row]:
        columns = tuple(
            c.name for c in record.columns
            if c.name in self._needed.get(record.name, ()) or c.name in record.dims or c.name in record.keys
            or c.name in (record.clock, record.date_column)
        )  # fmt: skip
        calendar = self._bundle.calendar
        party = next(iter(self._bundle.by_year.values())).party
        if record.is_data:
            columns = tuple(dict.fromkeys((*columns, *key_columns(record, party))))
            check_unique(record, party, self._batches(record, columns), calendar)
        loaded: list[Row] = []
        outside = read = 0
        for batch in self._batches(record, columns):
            read += batch.rows + batch.passed
            outside += batch.outside
            for number, values in zip(batch.numbers().tolist(), rows_in(batch, columns), strict=True):
                place = self._place(record, values)
                if place is None and (record.clock or record.date_column):
                    outside += 1
                else:
                    loaded.append(Row(values, place, number + 1))
        if record.is_data:
            self.read[record.name] = read
        if outside:
            self.left_out[(record.name, "outside the term of the contract")] = outside
        return self._listed(record, loaded)

    def _batches(self, record: Record, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows of data that are needed; the lines of a schedule as this text states them."""
        if not record.is_data:
            return LiteralSource(record, self._bundle.calendar).batches(columns)
        return needed_rows(self._store, record, columns)

    def _place(self, record: Record, values: dict[str, Value]) -> Period | None:
        calendar = self._bundle.calendar
        if record.clock is not None:
            day = values[record.clock]
            if not isinstance(day, dt.date):  # a schedule table names a year by its number
                year = calendar.year_named(int(day))  # type: ignore[arg-type]
                return year
            return calendar.part_of(day, record.clock)
        if record.date_column is not None:
            day = values[record.date_column]
            assert isinstance(day, dt.date)
            return calendar.part_of(day, "Month")
        return None

    def _listed(self, record: Record, loaded: list[Row]) -> list[Row]:
        """Rows whose party is on the roster; others are an error or left out (Q8)."""
        program = next(iter(self._bundle.by_year.values()))
        kept = loaded
        for dim in record.dims:
            roster = program.rosters.get(dim)
            if (
                roster is None or roster.record == record.name or dim not in {c.name for c in record.columns}
                or dim in program.attributes or not record.is_data or self._request.parties is not None
                or dim in record.unchecked
            ):  # fmt: skip
                continue
            owner = program.records[roster.record]
            timed = record.clock is not None or record.date_column is not None
            years = {r.place.year for r in kept if r.place is not None} if timed else self._numbers(None)
            foresee(self._store, owner, years)
            try:
                good = [r for r in kept if self._is_listed(r, dim, roster.record)]
            except VbcError:
                continue
            if len(good) < len(kept):
                kept_rows = {id(r) for r in good}
                if record.unlisted == "error":  # told where a sentence takes rows of their period
                    strange = [r for r in kept if id(r) not in kept_rows]
                    if any(r.place is None for r in strange):
                        raise VbcError([_not_listed(len(strange), record, dim, owner)])
                    self._strange.setdefault(record.name, []).append((strange, dim, owner))
                    kept = good
                    continue
                asked = sum(
                    r.place is None or r.place.year in self._request.years
                    for r in kept if id(r) not in kept_rows
                )  # fmt: skip
                if asked:
                    self.left_out[(record.name, f"the {dim} is not on the roster")] = asked
            kept = good
        return kept

    def _is_listed(self, row: Row, dim: str, roster: str) -> bool:
        """Whether the key of a row is on the roster, in the text in force in the year of the row."""
        year = row.place.year if row.place is not None else next(iter(self._bundle.by_year))
        mark = (self._mark(roster, year), dim)
        if mark not in self._places:
            places: dict[str, list[Period | None]] = {}
            for line in self.rows(roster, year):
                places.setdefault(str(line.values[dim]), []).append(line.place)
            self._places[mark] = places
        return any(
            p is None or row.place is None or overlaps(p, row.place) or p.year == row.place.year
            for p in self._places[mark].get(str(row.values[dim]), ())
        )

    # ------------------------------------------------------------ rows of a place

    def matching(self, rows: n.Rows, env: Env, node: n.Node) -> Iterator[Env]:
        """The environment of each row (or key) that an aggregate visits."""
        if rows.source is None:
            yield from self._keys(rows, env)
            return
        record = self.program(env.period.year).records[rows.source]
        party = self.program(env.period.year).party
        span = self._window(rows, env)
        fixed = [d for d in rows.fixed if not is_clock(d)]
        wanted = {dim: self.key(dim, env) for dim in fixed}
        timed = any(is_clock(d) for d in rows.fixed) or rows.window is not None
        foresee(self._store, record, self._numbers(span if timed else None))
        self._stop_at_strange(record, span if timed else None, env.period.year)
        for row in self._candidates(record, fixed, wanted, env.period.year):
            if timed and row.place is not None and not overlaps(span, row.place):
                continue
            keys = {
                d: str(row.values[d])
                for d in record.dims
                if d in row.values and isinstance(row.values[d], str)
            }
            if rows.others and keys.get(party) == env.keys.get(party):
                continue
            place = row.place if row.place is not None and holds(env.period, row.place) else None
            if row.place is not None and not timed:
                place = row.place
            if row.place is not None and rows.window is not None:
                place = row.place
            yield env.with_row(record.name, row, keys, place or env.period)

    def _stop_at_strange(self, record: Record, span: Period | None, year: int) -> None:
        """The error of rows whose key is not on the roster, in the performance years that rows are taken from."""
        self.rows(record.name, year)
        for rows, dim, owner in self._strange.get(record.name, ()):
            first, last = (0, len(self._bundle.calendar.years)) if span is None else self._years_of(span)
            here = [r for r in rows if r.place is None or first <= r.place.year <= last]
            if here:
                self._broken.append(VbcError([_not_listed(len(here), record, dim, owner)]))
                raise self._broken[-1]

    def _numbers(self, span: Period | None) -> range:
        """The performance years that hold days of a span (None: all)."""
        first, last = (1, len(self._bundle.calendar.years)) if span is None else self._years_of(span)
        return range(first, last + 1)

    def _years_of(self, span: Period) -> tuple[int, int]:
        numbers = [
            y.number for y in self._bundle.calendar.years if y.start <= span.end and y.end >= span.start
        ]
        return (numbers[0], numbers[-1]) if numbers else (span.year, span.year)

    def _candidates(self, record: Record, fixed: list[str], wanted: dict[str, str], year: int) -> list[Row]:
        rows = self.rows(record.name, year)
        if not fixed:
            return rows
        names = tuple(fixed)
        memo = (self._mark(record.name, year), names)
        if memo not in self._by_place:
            groups: dict[tuple[str, ...], list[Row]] = {}
            for row in rows:
                groups.setdefault(tuple(self._dim(record, row, d, year) for d in names), []).append(row)
            self._by_place[memo] = groups
        return self._by_place[memo].get(tuple(wanted[d] for d in names), [])

    def _dim(self, record: Record, row: Row, dim: str, year: int) -> str:
        """The key of a dimension in a row: its column, or the attribute of one of its keys."""
        if dim in row.values:
            return str(row.values[dim])
        keys = {d: str(row.values[d]) for d in record.dims if d in row.values}
        return self.key(dim, Env(keys, row.place or self._year(year)))

    def _year(self, number: int) -> Period:
        year = self._bundle.calendar.year(number)
        assert year is not None
        return year

    def _window(self, rows: n.Rows, env: Env) -> Period:
        """The days that rows are taken from."""
        import attrs

        clocks = [d for d in rows.fixed if is_clock(d)]
        period = env.period
        if clocks:
            period = self._evaluator.coarsen(env.period, clocks[0])
        if rows.window is None:
            return period
        year = self._year(period.year)
        if rows.window.to_date:
            return attrs.evolve(period, start=year.start)
        assert rows.window.years is not None
        first = self._year(max(1, period.year - rows.window.years + 1))
        return attrs.evolve(year, start=first.start)

    def key(self, dim: str, env: Env) -> str:
        """A key of the environment; an attribute follows from the other keys."""
        if dim in env.keys:
            return env.keys[dim]
        program = self.program(env.period.year)
        owner_name, column = program.attributes[dim]
        owner = program.records[owner_name]
        row = self.row_at(owner, env)
        if row is None:
            code, message, help_ = m.no_record_row(owner, column)
            raise Failure(RunError(code, message, owner.section, env.term, env.shown(), help_))
        return str(row.values[column])

    # ------------------------------------------------------------ the row at a key

    def row_at(self, record: Record, env: Env) -> Row | None:
        """The row that the keys of the environment name, or None."""
        program = self.program(env.period.year)
        names = list(record.keys)
        if program.party in record.dims and program.party not in names:
            names.append(program.party)
        mark = self._mark(record.name, env.period.year)
        if mark not in self._index:
            index: dict[tuple[str, ...], list[Row]] = {}
            for row in self.rows(record.name, env.period.year):
                index.setdefault(tuple(str(row.values[d]) for d in names), []).append(row)
            self._index[mark] = index
        years = self._numbers(env.period)
        if len(years) == 1:  # else no row of the record holds the whole period
            foresee(self._store, record, years)
        self._stop_at_strange(record, env.period, env.period.year)
        wanted = tuple(self.key(d, env) for d in names)
        for row in self._index[mark].get(wanted, []):
            if row.place is None or holds(row.place, env.period):
                return row
        return None

    # ------------------------------------------------------------ which keys exist

    def _keys(self, rows: n.Rows, env: Env) -> Iterator[Env]:
        party = self.program(env.period.year).party
        outer = {d: self.key(d, env) for d in rows.fixed if not is_clock(d)}
        clocks = [d for d in rows.fixed if is_clock(d)]
        period = self._evaluator.coarsen(env.period, clocks[0]) if clocks else env.period
        periods = [period]
        if rows.window is not None:
            span = self._window(rows, env)
            found: list[Period] = []
            for number in range(1, period.year + 1):
                found.extend(self._bundle.calendar.parts(self._year(number), period.clock))
            periods = [p for p in found if span.start <= p.start and p.end <= span.end]
        for each in periods:
            home = Env(outer, each, {}, env.term)
            if rows.window is not None and not self.on_roster(home, each):
                continue  # a party that was not on the roster then has no value there
            binds = tuple(d for d in rows.binds if d != each.clock or rows.window is None)
            for inner in self.environments(binds, home, tuple(outer)) if binds else [home]:
                if rows.others and inner.keys.get(party) == env.keys.get(party):
                    continue
                if not self._in_cohort(outer, inner, binds):
                    continue
                # keys of the place around that are not free (the party left out of `fixed` is)
                kept = {k: v for k, v in env.keys.items() if k in rows.fixed}
                yield Env({**kept, **inner.keys}, inner.period, {}, env.term)

    def _in_cohort(self, outer: dict[str, str], inner: Env, binds: tuple[str, ...]) -> bool:
        """Whether the keys found have the attributes that are fixed (the Cohort of the party)."""
        program = self.program(inner.period.year)
        for dim, wanted in outer.items():
            if dim not in program.attributes or dim in binds:
                continue
            owner = program.records[program.attributes[dim][0]]
            if set(owner.keys) <= set(binds):
                keys = {d: k for d, k in inner.keys.items() if d != dim}
                if self.key(dim, Env(keys, inner.period, {}, inner.term)) != wanted:
                    return False
        return True

    def environments(self, dims: tuple[str, ...], home: Env, fixed: tuple[str, ...]) -> list[Env]:
        """Each combination of keys of these dimensions that exists at a place."""
        program = self.program(home.period.year)
        result = [home]
        todo = list(dims)
        if program.party in todo:
            joint = [d for d in todo if d != program.party and not is_clock(d)]
            if not any(self._carries_party(program, d) for d in joint):
                result = [e.with_keys({program.party: p}) for e in result for p in self.parties(e.period)]
                todo.remove(program.party)
        while todo:
            dim = next((d for d in todo if not is_clock(d) and d != program.party), todo[0])
            if is_clock(dim):
                result = [
                    e.with_keys({}, part) for e in result for part in self._evaluator.parts_in(e.period, dim)
                ]  # fmt: skip
                todo.remove(dim)
                continue
            taken, result = self._from_roster(program, dim, todo, result)
            todo = [d for d in todo if d not in taken]
        if any(is_clock(d) for d in dims):
            result = [e for e in result if self._listed_then(program, home, e)]
        return sorted(result, key=lambda e: self._order(program, dims, e))

    def _listed_then(self, program: Program, home: Env, env: Env) -> bool:
        """Whether the keys around are on their rosters in a shorter period: a member in its months."""
        if self._request.parties is not None:
            return True
        for dim in home.keys:
            roster = program.rosters.get(dim)
            if roster is None or dim in program.attributes or dim == program.party:
                continue
            record = program.records[roster.record]
            if record.clock != env.period.clock:
                continue
            dims = tuple(d for d in record.dims if d in env.keys)
            mark = (record.name, env.period.year, dims)
            if mark not in self._lists:
                foresee(self._store, record, self._numbers(env.period))
                self._lists[mark] = {
                    (row.place.start, *(str(row.values[d]) for d in dims))
                    for row in self.rows(record.name, env.period.year)
                    if row.place is not None
                }
            if (env.period.start, *(env.keys[d] for d in dims)) not in self._lists[mark]:
                return False
        return True

    def _carries_party(self, program: Program, dim: str) -> bool:
        roster = program.rosters.get(dim)
        return (
            roster is not None
            and program.party in program.records[roster.record].dims
            and (dim not in program.attributes)
        )

    def _from_roster(
        self, program: Program, dim: str, todo: list[str], envs: list[Env]
    ) -> tuple[list[str], list[Env]]:
        """The keys of a dimension, with those of other wanted dimensions that the same rows carry."""
        roster = program.rosters[dim]
        record = program.records[roster.record]
        column = program.attributes.get(dim, (record.name, dim))[1]
        attribute = dim in program.attributes
        also = [] if attribute else [d for d in todo if d != dim and d in record.dims and not is_clock(d)]
        clock = record.clock if not attribute and record.clock in todo else None
        taken = [dim, *also, *([clock] if clock else [])]
        result: list[Env] = []
        for env in envs:
            foresee(self._store, record, self._numbers(env.period))
            found: dict[tuple[object, ...], Env] = {}
            example = self._request.parties is not None and record.is_data
            for row in self._stated_rows(record, env) if example else self.rows(record.name, env.period.year):
                if row.place is not None and not overlaps(env.period, row.place):
                    continue
                if any(
                    d in row.values and str(row.values[d]) != k for d, k in env.keys.items()
                    if d in record.dims and d != dim
                ):  # fmt: skip
                    continue
                keys = {dim: str(row.values[column]), **{d: str(row.values[d]) for d in also}}
                period = row.place if clock and row.place is not None else env.period
                found.setdefault((*keys.values(), period.start), env.with_keys(keys, period))
            named = self._named_keys([dim, *also], program.party) if example else []
            if example and not found and not named:
                self.rows(record.name, env.period.year)  # neither rows nor keys: told, if none are stated
            for name, keys in named:
                if env.keys.get(program.party, name) != name:
                    continue
                for part in self._evaluator.parts_in(env.period, clock) if clock else [env.period]:
                    found.setdefault((*keys.values(), part.start), env.with_keys(keys, part))
            result.extend(found.values())
        return taken, result

    def _stated_rows(self, record: Record, env: Env) -> list[Row]:
        """The rows of a record that an example states, or that its facts make."""
        try:
            return self.rows(record.name, env.period.year)
        except Failure:
            return []

    def _named_keys(self, wanted: list[str], party: str) -> list[tuple[str, dict[str, str]]]:
        """The keys that the facts and expectations of an example name, each with its party."""
        found: dict[tuple[str, ...], None] = {}
        for picked in (*(fact.pick for fact in self._request.given), *self._request.named):
            for name in self._request.parties or ():
                picks = {party: name, **dict(picked)}
                if all(d in picks for d in wanted):
                    found[picks[party], *(picks[d] for d in wanted)] = None
        return [(name, dict(zip(wanted, keys, strict=True))) for name, *keys in found]

    def parties(self, period: Period) -> list[str]:
        """The parties on the roster in a period."""
        if self._request.parties is not None:
            return list(self._request.parties)
        program = self.program(period.year)
        roster = program.rosters[program.party]
        foresee(self._store, program.records[roster.record], self._numbers(period))
        found: dict[str, None] = {}
        for row in self.rows(roster.record, period.year):
            if row.place is None or overlaps(period, row.place):
                found[str(row.values[program.party])] = None
        return sorted(found)

    def on_roster(self, env: Env, period: Period) -> bool:
        """Whether the party of a place is on the roster in another period."""
        program = self.program(period.year)
        party = env.keys.get(program.party)
        if party is None:
            return True
        if self._request.parties is not None:
            return True
        return party in self.parties(self._year(period.year))

    def _order(self, program: Program, dims: tuple[str, ...], env: Env) -> tuple[object, ...]:
        return self.place(program, dims, tuple(env.period if is_clock(d) else env.keys[d] for d in dims))

    def place(
        self, program: Program, dims: tuple[str, ...], keys: tuple[str | Period, ...]
    ) -> tuple[object, ...]:
        """What keys are sorted by: texts in code point order, keys of a table of the contract in the order of
        its lines, periods by their first day."""
        order: list[object] = []
        for dim, key in zip(dims, keys, strict=True):
            if isinstance(key, Period):
                order.append(key.start.isoformat())
                continue
            roster = program.rosters.get(dim)
            record = program.records[roster.record] if roster else None
            if record is not None and record.rows is not None:
                column = program.attributes.get(dim, (record.name, dim))[1]
                lines = [str(row[column]) for row in record.rows]
                order.append((lines.index(key) if key in lines else len(lines), key))
            else:
                order.append((0, key))
        return tuple(order)


def _columns_needed(bundle: Bundle) -> dict[str, set[str]]:
    needed: dict[str, set[str]] = {}
    for program in bundle.by_year.values():
        expressions = [t.expr for t in program.terms.values()] + [a.cond for a in program.agreements]
        for expr in expressions:
            for node in walk(expr):
                if isinstance(node, n.Col):
                    needed.setdefault(node.record, set()).add(node.column)
        for record, column in program.attributes.values():
            needed.setdefault(record, set()).add(column)
    return needed


def _not_listed(count: int, record: Record, dim: str, owner: Record) -> Diagnostic:
    code, message, help_ = m.not_on_roster(count, record, dim, owner)
    return Diagnostic(code, message, section=record.section, help=help_)
