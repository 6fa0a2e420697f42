"""A contract's terms as tables of one query: the rows of records, the keys that exist, groups of rows, terms.

Everything is a common table expression, written when something that stands on it is written. A term of a
performance year is a table with the keys of its grain; a term of the prior year is a table of its own, so that
the text in force, the values by date and the facts of a period are plain numbers in each.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import OWN
from vbcdsl.model.values import NotScored
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Record, Term
from vbcdsl.sql.expression import NotExact, named
from vbcdsl.sql.settlement import groups
from vbcdsl.sql.settlement import values as v
from vbcdsl.sql.settlement.expressions import Expressions, literal
from vbcdsl.sql.settlement.inputs import Inputs
from vbcdsl.sql.settlement.keys import Keys
from vbcdsl.sql.settlement.scope import KEY, NoKey, Scope
from vbcdsl.sql.settlement.values import Val

WHOLE = "HUGEINT"
LONGEST = 48  # characters of a name, before what makes it the only one


def is_clock(dim: str) -> bool:
    """Whether a key is a period."""
    from vbcdsl.engines.arrow.times import is_clock as found

    return found(dim)


def column_of(dim: str) -> str:
    """The column of a key."""
    return named(dim)


@attrs.frozen
class Table:
    """A common table expression: what it says of itself, and its text. `values`: what it holds, by name."""

    name: str
    comment: tuple[str, ...]
    text: str
    grain: tuple[str, ...] = ()
    value: Val | None = None


class Compiler:
    """Writes the tables of a bundle. `core`: only what is exact in every engine by itself; `plain`: the
    performance year that names do not carry; `words`: the sentence of a section."""

    def __init__(
        self,
        bundle: Bundle,
        places: Callable[[Record, str], int],
        words: Callable[[str, int], str],
        *,
        plain: int | None = None,
        core: bool = False,
    ) -> None:
        self.bundle, self.words, self.plain, self.core = bundle, words, plain, core
        self.tables: dict[str, Table] = {}
        self.known: dict[object, Table | NotExact] = {}
        self.open: set[object] = set()
        self.inputs = Inputs(self, places)
        self.key_sets = Keys(self)

    # ------------------------------------------------------------ names

    def label(self, year: int) -> str:
        """How a performance year is called in names."""
        found = self.bundle.calendar.year(year)
        assert found is not None
        return found.label

    def name(self, wanted: str, year: int) -> str:
        """A name for a table that no other has."""
        base = snake_case(wanted)[:LONGEST].rstrip("_") or "term"  # PostgreSQL reads 63 characters
        if base[0].isdigit():
            base = f"t_{base}"
        if year != self.plain:
            base = f"{base}_{self.label(year)}"
        found, number = base, 1
        while found in self.tables or found in self.inputs.raw_names():
            number += 1
            found = f"{base}_{number}"
        return found

    def add(self, table: Table) -> Table:
        """Keeps a table, after those that it stands on."""
        self.tables[table.name] = table
        return table

    # ------------------------------------------------------------ terms

    def term(self, name: str, year: int) -> Table:
        """The table of a term in a performance year. `NotExact` if it cannot be said."""
        program = self.bundle.by_year[year]
        term = program.terms[name]
        if term.lives:
            raise NotExact("a text that changes inside the performance year")
        try:
            return self.table(
                ("term", name, year), term.name, term.section, term.grain, term.expr, year, term
            )
        except NoKey as reason:
            raise NotExact(str(reason)) from None

    def table(
        self, mark: object, title: str, section: str, grain: tuple[str, ...], node: n.Node, year: int,
        term: Term | None = None,
    ) -> Table:  # fmt: skip
        """The table of an expression at the keys of a grain."""
        found = self.known.get(mark)
        if isinstance(found, NotExact):
            raise found
        if found is not None:
            return found
        if mark in self.open:
            raise NotExact("a value that stands on itself within a performance year")
        self.open.add(mark)
        try:
            made = self._made(title, section, grain, node, year, term)
        except NotExact as reason:
            self.known[mark] = reason
            raise
        finally:
            self.open.discard(mark)
        self.known[mark] = made
        return made

    def _made(
        self, title: str, section: str, grain: tuple[str, ...], node: n.Node, year: int, term: Term | None
    ) -> Table:
        dims = tuple(d for d in grain if d not in WHOLE_YEAR)
        scope = self.scope(dims, year, title, section)
        value = Expressions(self, scope).value(node)
        name = self.name(title, year)
        column = named(title) or "value"
        selects = [f"{at} AS {at.split('.')[-1]}" if "." not in at else at for at in scope.key_columns()]
        kept = [part.split(".")[-1] for part in scope.key_columns()]
        if column in kept:
            column += "_value"
        value = attrs.evolve(value, text=v.stops_as(value.text, "number"))
        written = f"CAST({value.text} AS {WHOLE})" if value.base in ("number", "nothing") else value.text
        selects.append(f"{written} AS {column}")
        den = value.den
        if isinstance(den, str):
            divisor = named(f"{title} den")
            selects.append(f"CAST({den} AS {WHOLE}) AS {divisor}")
            den = divisor
        chosen = ",\n  ".join(selects)
        text = f"SELECT {chosen}\n{scope.clause(chosen)}"
        comment = []
        if term is not None and section:
            comment.append(f"{section} {self.words(section, year)}".strip())
        comment.append(unit_words(title, column, den, value, term))
        base = "number" if value.base == "nothing" else value.base
        made = Val(base, column, den, value.nullable or value.base == "nothing")
        return self.add(Table(name, tuple(filter(None, comment)), text, dims, made))

    def scope(self, dims: tuple[str, ...], year: int, title: str = "", section: str = "") -> Scope:
        """The rows of a set of keys."""
        program = self.bundle.by_year[year]
        clocks = [d for d in dims if is_clock(d)]
        if OWN in clocks:
            raise NotExact("periods of the contract's own")
        if len(clocks) > 1:
            raise NotExact("two kinds of periods in one key")
        if not dims:
            return Scope(
                program, year, f"(SELECT 1 AS one) AS {KEY}", {}, title=title, section=section, grain=()
            )
        table = self.key_sets.table(dims, year)
        clock = clocks[0] if clocks else None
        return Scope(
            program, year, f"{table.name} AS {KEY}",
            {d: f"{KEY}.{column_of(d)}" for d in dims if d != clock},
            clock, f"{KEY}.{column_of(clock)}" if clock else "", grain=dims, title=title, section=section,
        )  # fmt: skip

    def named(self, value: Val, node: n.Node, at: Expressions) -> Val:
        """A value under a name of its own: a table at the same keys."""
        scope = at.scope
        if scope.grain is None:
            return value
        mark = ("part", node, scope.grain, scope.year)
        title = f"{scope.title} part"
        table = self.table(mark, title, scope.section, scope.grain, node, scope.year)
        return self.joined(table, scope, sure=True)

    # ------------------------------------------------------------ references

    def joined(self, table: Table, scope: Scope, *, sure: bool) -> Val:
        """The value of a table at the keys of a scope. `sure`: it has a row for each row of the scope."""
        memo = ("join", table.name)
        found = scope.named.get(memo)
        if found is not None:
            return found
        alias = scope.alias(table.name)
        on = [f"{alias}.{column_of(d)} = {self.at(d, scope)}" for d in table.grain]
        if not on:
            scope.joins.append(
                f"CROSS JOIN {table.name} AS {alias}" if alias != table.name else f"CROSS JOIN {table.name}"
            )
        else:
            named = table.name if alias == table.name else f"{table.name} AS {alias}"
            scope.joins.append(f"LEFT JOIN {named} ON {' AND '.join(on)}")
            if not sure:
                first = f"{alias}.{column_of(table.grain[0])}"
                message = v.stop(f"section {scope.section}: {table.name} has no row for a key", "flag")
                scope.guards.append(f"CASE WHEN {first} IS NULL THEN {message} ELSE TRUE END")
        assert table.value is not None
        den = table.value.den
        value = attrs.evolve(
            table.value,
            text=f"{alias}.{table.value.text}",
            den=f"{alias}.{den}" if isinstance(den, str) else den,
        )
        scope.named[memo] = value
        return value

    def at(self, dim: str, scope: Scope) -> str:
        """The key of a dimension, or the number of the period of a clock, on the rows of a scope."""
        if not is_clock(dim):
            return scope.key(dim)
        return self.code(dim, scope)

    def code(self, clock: str, scope: Scope) -> str:
        """The number of the period of a clock that holds the period of the row."""
        if clock == scope.clock:
            return scope.code
        if scope.clock is None:
            raise NoKey(f"the {clock}, which its rows do not have")
        program = scope.program
        year = program.calendar.years[scope.year - 1]
        if OWN in (clock, scope.clock):
            raise NotExact("periods of the contract's own")
        outer = program.calendar.parts(year, clock)  # type: ignore[arg-type]
        inner = program.calendar.parts(year, scope.clock)  # type: ignore[arg-type]
        if len(outer) >= len(inner):
            raise NoKey(f"the {clock}, which its rows do not have")
        codes = [next(o.number for o in outer if o.holds(p.start)) for p in inner]
        text = "CASE"
        for number in range(1, len(outer)):
            last = max(i for i, code in enumerate(codes, start=1) if code == number)
            text += f" WHEN {scope.code} <= {last} THEN {number}"
        return f"{text} ELSE {len(outer)} END"

    def ref(self, node: n.Ref, at: Expressions) -> Val:
        """The value of another term."""
        scope = at.scope
        if node.pick:
            return self._picked(node, at)
        if node.shift is not None:
            return self._shifted(node, at)
        term = scope.program.terms[node.term]
        if isinstance(term.expr, n.Col) and term.role == "input" and not term.lives:
            try:
                return self.column(term.expr, at) if term.expr.record != scope.record else at.value(term.expr)
            except NoKey:
                raise
        if not term.grain and isinstance(term.expr, n.Lit):
            return literal(term.expr.value)
        if tuple(d for d in term.grain if d not in WHOLE_YEAR) == () and isinstance(term.expr, n.Lit):
            return literal(term.expr.value)
        table = self.term(node.term, scope.year)
        return self.joined(table, scope, sure=self._sure(table.grain, scope))

    def _sure(self, grain: tuple[str, ...], scope: Scope) -> bool:
        """Whether a table of a grain has a row for each row of a scope, by how both are made."""
        if not grain or (scope.grain is not None and set(grain) == set(scope.grain)):
            return True
        party = scope.program.party
        if scope.grain is None:
            return False
        left = [d for d in grain if not is_clock(d)]
        return left == [party] and self.key_sets.by_roster(scope.grain, scope.year)

    def _picked(self, node: n.Ref, at: Expressions) -> Val:
        raise NotExact("a value for another key")

    def _shifted(self, node: n.Ref, at: Expressions) -> Val:
        scope, shift = at.scope, node.shift
        assert shift is not None
        if shift.own is not None or (shift.year is None and shift.clock not in WHOLE_YEAR):
            raise NotExact(f"the prior {shift.clock}")
        number = shift.year if shift.year is not None else scope.year - (shift.back or 0)
        before = self.bundle.by_year.get(number) if self.bundle.calendar.year(number) else None
        if before is None or node.term not in before.terms:
            return self._first(node, at)
        term = before.terms[node.term]
        dims = [d for d in term.grain if d not in WHOLE_YEAR]
        if any(d != scope.program.party for d in dims):
            raise NotExact("a value of another year at a key or period inside it")
        table = self.term(node.term, number)
        value = self.joined(table, scope, sure=True)
        if not dims:
            return value
        first = self._first(node, at)
        here = f"{value.text.split('.')[0]}.{column_of(scope.program.party)} IS NOT NULL"
        return v.case([(Val("flag", here), value)], first)

    def _first(self, node: n.Ref, at: Expressions) -> Val:
        if node.first is None:
            return at.stopped(f"{node.term} has no earlier value")
        return at.value(node.first)

    def column(self, node: n.Col, at: Expressions) -> Val:
        """A column of a record in the row that the keys of the scope name."""
        scope = at.scope
        record = scope.program.records[node.record]
        table = self.inputs.table(record, scope.year)
        names = list(record.keys)
        party = scope.program.party
        if party in record.dims and party not in names:
            names.append(party)
        names = [d for d in names if not is_clock(d)]
        clock = record.clock if record.date_column is None else None
        if record.entries or record.date_column is not None:
            raise NotExact("a column of entries outside of a total")
        pairs = [(column_of(d), scope.key(d)) for d in names]
        if clock is not None and clock not in WHOLE_YEAR:
            pairs.append((column_of(clock), self.code(clock, scope)))
        memo = ("record", record.name)
        alias_value = scope.named.get(memo)
        if alias_value is None:
            alias = scope.alias(table.name)
            named = table.name if alias == table.name else f"{table.name} AS {alias}"
            if pairs:
                on = " AND ".join(f"{alias}.{left} = {right}" for left, right in pairs)
                scope.joins.append(f"LEFT JOIN {named} ON {on}")
            else:
                scope.joins.append(f"LEFT JOIN {named} ON TRUE")
            alias_value = Val("text", alias)
            scope.named[memo] = alias_value
        alias = alias_value.text
        found = self.inputs.columns(record)[node.column]
        value = attrs.evolve(found, text=f"{alias}.{found.text}")
        return self._if_absent(value, record, node.column, at)

    def _if_absent(self, value: Val, record: Record, column: str, at: Expressions) -> Val:
        missing = record.column(column).missing
        if isinstance(missing, NotScored):
            return attrs.evolve(value, nullable=True)
        if missing is None:
            if value.nullable:
                return value
            message = v.stop(
                f"section {at.scope.section}: {record.name} have no row with {column} for a key", value.base
            )
            return attrs.evolve(value, text=f"COALESCE({value.text}, {message})")
        default = literal(missing)
        if value.base == "number":
            den = v.common([value, default])
            assert den is not None
            return Val("number", f"COALESCE({v.to_den(value, den)}, {v.to_den(default, den)})", den)
        return attrs.evolve(value, text=f"COALESCE({value.text}, {default.text})")

    # ------------------------------------------------------------ rows

    def aggregate(self, node: n.Aggregate, at: Expressions) -> Val:
        """One value from many rows."""
        return groups.aggregate(self, node, at)

    def quantified(self, node: n.Quantified, at: Expressions) -> Val:
        """Whether enough rows meet a condition."""
        return groups.quantified(self, node, at)


def unit_words(title: str, column: str, den: int | str, value: Val, term: Term | None) -> str:
    """How the column of a number is read."""
    if value.base != "number":
        return ""
    if isinstance(den, str):
        return f"{title} is {column} / {den}"
    if den == 1:
        return ""
    if den == 100 and term is not None and term.kind.base == "money":
        return f"{column} is in cents"
    return f"{title} is {column} / {den:,}"
