"""The rows of records as tables: typed, whole numbers, in their performance year and period.

The query reads a table for each record, with a column for each column of the contract (`Column.id`). Money and
other numbers are DECIMAL there; here they are whole numbers (cents). What must hold of the data, so that the
query says what the contract says, is a list of checks: each counts rows that must not be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from vbcdsl.data.keys import ENTRY_ID
from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.model.periods import OWN, Period
from vbcdsl.model.values import NotScored
from vbcdsl.results.settle import all_records
from vbcdsl.rules.program import Column, Program, Record
from vbcdsl.sql.expression import NotExact, named, quoted
from vbcdsl.sql.settlement import values as v
from vbcdsl.sql.settlement.values import Base, Val

if TYPE_CHECKING:
    from vbcdsl.sql.settlement.compiler import Compiler, Table

BASES: Final[dict[str, Base]] = {"yes or no": "flag", "text": "text", "date": "day", "month": "day"}
PLACES: Final = {"money": 2, "count": 0}
OTHER_PLACES: Final = 6
LONGEST: Final = 24  # digits of a divisor


def usual_places(record: Record, column: str) -> int:
    """How many decimal places a column has in its table, if nobody says: 2 of money, none of a count, 6 of others
    (a rate written as a percent: 4)."""
    found = record.column(column)
    if found.kind.base == "money" and found.kind.unit:
        return 4
    if found.written == "percent":
        return 4
    return PLACES.get(found.kind.base, OTHER_PLACES)


class Columns(Mapping[str, Val]):
    """The columns of a record as they stand in its table; remembers which were asked for."""

    def __init__(self, found: dict[str, Val | NotExact]) -> None:
        self._found, self.used = found, set[str]()

    def __getitem__(self, name: str) -> Val:
        value = self._found[name]
        if isinstance(value, NotExact):
            raise value
        self.used.add(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


@attrs.frozen
class Check:
    """Rows that must not be: what they are, the section, and a query that counts them in one column."""

    section: str
    says: str
    query: str


@attrs.frozen
class Expected:
    """A table that the query reads: its columns with their types."""

    name: str
    section: str
    columns: tuple[tuple[str, str, str], ...]  # name, type, note


class Inputs:
    """The tables of records of a compiler."""

    def __init__(self, compiler: Compiler, places: Callable[[Record, str], int]) -> None:
        self.compiler, self._places = compiler, places
        self._columns: dict[int, tuple[Record, Columns]] = {}
        self._tables: dict[tuple[str, int], Table] = {}
        self._calendars: dict[tuple[str, int], Table] = {}
        self._used: dict[tuple[str, int], Record] = {}
        self._whole = all_records(compiler.bundle)

    @property
    def _records(self) -> dict[str, Record]:
        """The records that are used, by name."""
        return {record.name: record for record in self._used.values()}

    def whole(self, record: Record) -> Record:
        """A record of data with the columns of all texts in force; a table of the contract as it stands in one."""
        return self._whole[record.name] if record.is_data else record

    def raw_names(self) -> set[str]:
        """The names of the tables that are read."""
        return {
            record.id
            for program in self.compiler.bundle.by_year.values()
            for record in program.records.values()
        }

    # ------------------------------------------------------------ columns

    def columns(self, record: Record) -> Columns:
        """The columns of a record: name in the contract → value in its table."""
        record = self.whole(record)
        known = self._columns.get(id(record))
        if known is None:
            known = (record, Columns({c.name: self._column(record, c) for c in record.columns}))
            self._columns[id(record)] = known
        return known[1]

    def _column(self, record: Record, column: Column) -> Val | NotExact:
        base = BASES.get(column.kind.base, "number")
        nullable = isinstance(column.missing, NotScored)
        if column.name == record.clock:
            base = "number"
        if base != "number":
            return Val(base, named(column.id), 1, nullable)
        try:
            return Val("number", named(column.id), self._den(record, column), nullable)
        except NotExact as reason:
            return reason

    def _den(self, record: Record, column: Column) -> int:
        if column.name == record.clock:
            return 1
        dens = [1]
        values = [row.get(column.name) for row in record.rows or ()]
        values.append(column.missing)
        dens += [value.denominator for value in values if isinstance(value, Fraction)]
        if record.is_data:
            dens.append(10 ** self._places(record, column.name) * (100 if column.written == "percent" else 1))
        den = math.lcm(*dens)
        if len(str(den)) > LONGEST:
            raise NotExact(f"{column.name}, whose values have more than {LONGEST} decimal places")
        return den

    # ------------------------------------------------------------ tables

    def calendar(self, program: Program, clock: str, year: int) -> Table:
        """The periods of a clock in a performance year."""
        from vbcdsl.sql.settlement.compiler import Table

        found = self._calendars.get((clock, year))
        if found is None:
            if clock == OWN:
                raise NotExact("periods of the contract's own")
            period = program.calendar.years[year - 1]
            parts = program.calendar.parts(period, clock)  # type: ignore[arg-type]
            rows = ",\n  ".join(
                f"({p.number}, DATE '{p.start.isoformat()}', DATE '{p.end.isoformat()}')" for p in parts
            )
            column = named(clock)
            name = self.compiler.name(f"each {clock}", year)
            text = f"SELECT * FROM (VALUES\n  {rows}\n) AS c({column}, first_day, last_day)"
            says = f"each {clock} of {period.label} by its number"
            found = self.compiler.add(Table(name, (says,), text))
            self._calendars[clock, year] = found
        return found

    def table(self, record: Record, year: int) -> Table:
        """The rows of a record in a performance year."""
        from vbcdsl.sql.settlement.compiler import Table

        record = self.whole(record)
        found = self._tables.get((record.name, year))
        if found is not None:
            return found
        program = self.compiler.bundle.by_year[year]
        if record.clock == OWN:
            raise NotExact("rows for periods of the contract's own")
        self.columns(record)
        clock = placed_by(record)
        if clock is not None and clock not in WHOLE_YEAR and record.rows is None:
            self.calendar(program, clock, year)
        for dim in self._listed_dims(program, record):
            self.table(program.records[program.rosters[dim].record], year)
        name = self.compiler.name(f"{record.id} rows", year)
        found = self.compiler.add(Table(name, (), ""))
        self._tables[record.name, year] = found
        self._used[record.name, year] = record
        return found

    def finish(self) -> None:
        """Writes the tables of records, now that it is known which columns are used."""
        from vbcdsl.sql.settlement.compiler import Table

        for (name, year), table in self._tables.items():
            record = self._used[name, year]
            comment = (f"{record.section} {self.compiler.words(record.section, year)}",)
            text = self._literal(record, year) if record.rows is not None else self._data(record, year)
            self.compiler.tables[table.name] = Table(table.name, comment, text)

    def used(self, record: Record) -> list[Column]:
        """The columns that the query needs, keys among them."""
        wanted = {*self.columns(record).used, *record.keys, *record.dims}
        wanted -= {record.clock, None}
        wanted |= {record.date_column} if record.date_column else set()
        return [column for column in record.columns if column.name in wanted]

    def _data(self, record: Record, year: int) -> str:
        compiler = self.compiler
        program = compiler.bundle.by_year[year]
        period = program.calendar.years[year - 1]
        selects = [self._select(record, column) for column in self.used(record)]
        froms, wheres = [f"{named(record.id)} AS r"], []
        clock = placed_by(record)
        if clock is not None and clock not in WHOLE_YEAR:
            calendar = self._calendars[clock, year]
            day = f"r.{named(record.date_column or clock)}"
            code = named(clock)
            if any(named(column.id) == code for column in self.used(record)):
                raise NotExact(f"a column of {record.name} that is called {clock}")
            selects.append(f"c.{code} AS {code}")
            froms.append(f"JOIN {calendar.name} AS c ON {day} BETWEEN c.first_day AND c.last_day")
        elif clock is not None:
            wheres.append(f"r.{named(clock)} = {period.label}")
        for dim in self._listed_dims(program, record):
            if record.unlisted != "error":
                roster = self._tables[program.rosters[dim].record, year]
                column = named(dim)
                wheres.append(f"EXISTS (SELECT 1 FROM {roster.name} AS l WHERE l.{column} = r.{column})")
        where = "\nWHERE " + "\n  AND ".join(wheres) if wheres else ""
        return "SELECT " + ",\n  ".join(selects or ["1 AS one"]) + "\nFROM " + "\n".join(froms) + where

    def _select(self, record: Record, column: Column) -> str:
        value = self.columns(record)[column.name]
        name = named(column.id)
        text = f"r.{name}"
        default = column.missing
        if value.base == "number":
            assert isinstance(value.den, int)
            factor = value.den // (100 if column.written == "percent" else 1)
            if value.den % 100 and column.written == "percent":
                raise NotExact(f"{column.name} as a percent")
            text = f"CAST({text} * {factor} AS HUGEINT)" if factor > 1 else f"CAST({text} AS HUGEINT)"
        if default is not None and not isinstance(default, NotScored):
            from vbcdsl.sql.settlement.expressions import literal

            other = literal(default)
            put = (
                v.to_den(other, value.den)
                if value.base == "number" and isinstance(value.den, int)
                else other.text
            )
            text = f"COALESCE({text}, {put})"
        return text if text == f"r.{name}" else f"{text} AS {name}"

    def _literal(self, record: Record, year: int) -> str:
        from vbcdsl.sql.settlement.expressions import literal

        program = self.compiler.bundle.by_year[year]
        used = self.used(record)
        clock = placed_by(record)
        coded = clock is not None and clock not in WHOLE_YEAR
        names = [named(column.id) for column in used] + ([named(clock)] if coded and clock else [])
        rows = []
        for row in record.rows or ():
            place = place_of(program, record, row)
            if clock is not None and (place is None or place.year != year):
                continue
            cells = []
            for column in used:
                value = self.columns(record)[column.name]
                cell = literal(row[column.name])
                if cell.base == "number" and isinstance(value.den, int):
                    cells.append(v.to_den(cell, value.den))
                else:
                    cells.append(cell.text)
            rows.append(cells + ([str(place.number)] if coded and place else []))
        if not rows:
            return "SELECT " + ", ".join(f"NULL AS {name}" for name in names) + " WHERE FALSE"
        types = [self._type(record, column) for column in used] + (["BIGINT"] if coded else [])
        casts = ", ".join(
            f"CAST({name} AS {kind}) AS {name}" for name, kind in zip(names, types, strict=True)
        )
        listed = ",\n  ".join(f"({', '.join(cells)})" for cells in rows)
        return f"SELECT {casts}\nFROM (VALUES\n  {listed}\n) AS t({', '.join(names)})"

    def _type(self, record: Record, column: Column) -> str:
        base = self.columns(record)[column.name].base
        return {
            "number": "HUGEINT",
            "flag": "BOOLEAN",
            "text": "VARCHAR",
            "day": "DATE",
            "nothing": "HUGEINT",
        }[base]

    def _listed_dims(self, program: Program, record: Record) -> list[str]:
        """The keys whose rows must be on a roster."""
        names = {c.name for c in record.columns}
        return [
            d for d in record.dims
            if d in program.rosters and program.rosters[d].record != record.name and d in names
            and d not in program.attributes and record.is_data and d not in record.unchecked
        ]  # fmt: skip

    # ------------------------------------------------------------ what is expected

    def expected(self) -> list[Expected]:
        """The tables that the query reads."""
        found = []
        for record in self._records.values():
            if not record.is_data:
                continue
            columns = []
            placed = placed_by(record)
            if placed is not None and record.date_column is None:
                kind, note = ("INTEGER", "as 2024") if placed in WHOLE_YEAR else ("DATE", "a day of it")
                columns.append((named(placed), kind, note))
            for column in self.used(record):
                columns.append((named(column.id), self._sql_type(record, column), self._note(column)))
            found.append(Expected(named(record.id), record.section, tuple(columns)))
        return found

    def _sql_type(self, record: Record, column: Column) -> str:
        base = self.columns(record)[column.name].base
        if base == "number":
            places = self._places(record, column.name)
            return f"DECIMAL({18 if places <= 12 else 38}, {places})" if places else "BIGINT"
        return {"flag": "BOOLEAN", "text": "VARCHAR", "day": "DATE"}[base]

    def _note(self, column: Column) -> str:
        if column.written == "percent":
            return "2.5 is 2.5%"
        return "0.025 is 2.5%" if column.kind.base in ("rate", "percentage points") else ""

    def with_rosters(self, names: set[str]) -> set[str]:
        """The tables of these names, and those that list the keys of their rows."""
        found, todo = set(names), list(names)
        while todo:
            name = todo.pop()
            for record in self._records.values():
                if named(record.id) != name:
                    continue
                program = next(iter(self.compiler.bundle.by_year.values()))
                for dim in self._listed_dims(program, record):
                    roster = program.records[program.rosters[dim].record]
                    if roster.is_data and named(roster.id) not in found:
                        found.add(named(roster.id))
                        todo.append(named(roster.id))
        return found

    def checks(self) -> list[Check]:
        """What must not be in the data."""
        found: list[Check] = []
        for record in self._records.values():
            if record.is_data:
                found += self._of_cells(record)
                found += self._of_keys(record)
        return found

    def _of_cells(self, record: Record) -> Iterator[Check]:
        used = [(column.name, column) for column in self.used(record)]
        if record.clock is not None:
            used.append((record.clock, record.column(record.clock)))
        for name, column in used:
            at, tests = named(column.id), []
            if column.missing is None or name == record.clock:
                tests.append((f"{column.name} is empty", f"{at} IS NULL"))
            if self.columns(record)[name].base == "number" and name != record.clock:
                places = self._places(record, name)
                kind = f"DECIMAL(38, {places})"
                tests.append((
                    f"{column.name} has more than {places} decimal places", f"CAST({at} AS {kind}) <> {at}"
                ))  # fmt: skip
                scale = 100 if column.written == "percent" else 1
                for bound, sign, says in ((column.low, "<", "below"), (column.high, ">", "above")):
                    if isinstance(bound, Fraction):
                        edge = bound * scale
                        tests.append((
                            f"{column.name} is {says} what it may be",
                            f"{at} * {edge.denominator} {sign} {edge.numerator}",
                        ))  # fmt: skip
            if column.texts is not None:
                listed = ", ".join(quoted(text) for text in column.texts)
                tests.append((f"{column.name} is none of its texts", f"{at} NOT IN ({listed})"))
            for says, test in tests:
                query = f"SELECT COUNT(*) AS found FROM {named(record.id)} WHERE {test}"
                yield Check(record.section, f"{record.name}: {says}", query)

    def _of_keys(self, record: Record) -> Iterator[Check]:
        program = next(iter(self.compiler.bundle.by_year.values()))
        if not record.entries:
            names = list(
                dict.fromkeys([*record.keys, *([program.party] if program.party in record.dims else [])])
            )
            columns = [named(d) for d in names if any(c.name == d for c in record.columns)]
            if record.clock is not None and named(record.clock) not in columns:
                columns.append(named(record.clock))
            if columns:
                keys = ", ".join(columns)
                query = (
                    f"SELECT COUNT(*) AS found FROM (SELECT {keys} FROM {named(record.id)} GROUP BY {keys} "
                    "HAVING COUNT(*) > 1) AS t"
                )
                yield Check(record.section, f"{record.name}: two rows with one key", query)
        elif any(column.name == ENTRY_ID for column in record.columns):
            entry = named(record.column(ENTRY_ID).id)
            query = f"SELECT COUNT({entry}) - COUNT(DISTINCT {entry}) AS found FROM {named(record.id)}"
            yield Check(record.section, f"{record.name}: two entries with one identifier", query)
        if record.unlisted == "error":
            for dim in self._listed_dims(program, record):
                roster = program.records[program.rosters[dim].record]
                if not roster.is_data or roster.name in self._records:
                    yield self._off_roster(program, record, roster, dim)

    def _off_roster(self, program: Program, record: Record, roster: Record, dim: str) -> Check:
        """Rows of the years asked for whose key the roster of their year does not list (Q8)."""
        year = self._year_of(program, record, "r")
        if roster.is_data:
            same = f"l.{named(dim)} = r.{named(dim)}"
            there = self._year_of(program, roster, "l")
            if year is not None and there is not None:
                same += f" AND {there} = {year}"
            test = f"NOT EXISTS (SELECT 1 FROM {named(roster.id)} AS l WHERE {same})"
        else:
            listed = ", ".join(quoted(str(row[dim])) for row in roster.rows or () if dim in row)
            test = f"r.{named(dim)} NOT IN ({listed})" if listed else "TRUE"
        if year is not None:
            labels = sorted({self.compiler.label(number) for _, number in self._tables})
            test = f"{year} IN ({', '.join(labels)}) AND {test}"
        query = f"SELECT COUNT(*) AS found FROM {named(record.id)} AS r WHERE {test}"
        return Check(record.section, f"{record.name}: {dim} that {roster.name} do not list", query)

    def _year_of(self, program: Program, record: Record, alias: str) -> str | None:
        """The performance year of a row by its label, NULL outside the term; None: rows have no time."""
        clock = placed_by(record)
        if clock is None:
            return None
        at = f"{alias}.{named(record.date_column or clock)}"
        if clock in WHOLE_YEAR:
            return at
        years = program.calendar.years
        text = f"CASE WHEN {at} < DATE '{years[0].start.isoformat()}' THEN NULL"
        for period in years:
            text += f" WHEN {at} <= DATE '{period.end.isoformat()}' THEN {period.label}"
        return f"{text} END"


def placed_by(record: Record) -> str | None:
    """The clock on which a row has its place."""
    return "Month" if record.date_column is not None else record.clock


def place_of(program: Program, record: Record, row: Mapping[str, object]) -> Period | None:
    """The period of a row of a table of the contract."""
    import datetime as dt

    clock = placed_by(record)
    if clock is None:
        return None
    day = row[record.date_column or str(record.clock)]
    if isinstance(day, dt.date):
        return program.calendar.part_of(day, clock)  # type: ignore[arg-type]
    return program.calendar.year_named(int(day))  # type: ignore[call-overload]
