"""Where an expression is evaluated: some rows, each an environment of the core language.

A root scope has its keys as columns of codes: the key table of a term (`Frame`), or the rows of a record that an
aggregate visits. A narrowed scope is some rows of another (the rows that take a branch). Keys that are not
there as columns are derived: the quarter of a month, the Domain of a Measure (`Program.attributes`), the
keys of the environment from which rows are visited.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
import numpy as np

from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.groups import combine
from vbcdsl.engines.arrow.ints import I64, Array
from vbcdsl.engines.arrow.times import WHOLE_YEAR, finest, is_clock
from vbcdsl.engines.arrow.vec import Vec
from vbcdsl.model.periods import Clock

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation
    from vbcdsl.rules.program import Program

DENSE = 1 << 20


@attrs.define(eq=False)
class Frame:
    """The key table of a grain in one performance year: a column of codes for each dimension."""

    year: int
    dims: tuple[str, ...]
    codes: dict[str, Array]
    rows: int
    _index: tuple[list[int], Array | None, Array, Array] | None = None

    def names(self) -> tuple[str, ...]:
        """The dimensions that tell its rows apart (all but whole years)."""
        return tuple(d for d in self.dims if d not in WHOLE_YEAR)

    def find(self, columns: list[Array], rows: int) -> I64:
        """The row of this frame that has these codes, for each row of the columns; -1: none."""
        if not columns:
            return np.zeros(rows, dtype=np.int64) if self.rows else np.full(rows, -1, dtype=np.int64)
        sizes, dense, ordered, order = self._indexed()
        outside: Array | None = None
        wide = []
        for column, size in zip(columns, sizes, strict=True):
            if len(column) and (int(column.max()) >= size or int(column.min()) < 0):
                wrong = (column >= size) | (column < 0)
                outside = wrong if outside is None else outside | wrong
                column = np.where(wrong, 0, column)
            wide.append(column)
        key = v.full(combine(wide, sizes), rows)  # type: ignore[arg-type]
        if dense is not None:
            found = dense[key]
        elif not len(ordered):
            found = np.full(rows, -1, dtype=np.int64)
        else:
            place = np.searchsorted(ordered, key)
            place[place == len(ordered)] = 0
            found = np.where(ordered[place] == key, order[place], -1)
        if outside is not None:
            found = np.where(outside, -1, found)
        return found

    def _indexed(self) -> tuple[list[int], Array | None, Array, Array]:
        if self._index is None:
            columns = [v.full(self.codes[d], self.rows) for d in self.names()]
            sizes = [int(c.max(initial=-1)) + 1 for c in columns]
            key = combine(columns, sizes)
            if key is None:
                raise OverflowError("the keys of a table do not fit into 63 bits")
            key = v.full(key, self.rows)
            product = 1
            for size in sizes:
                product *= size
            dense: Array | None = None
            order = np.arange(self.rows)
            if product <= max(DENSE, 8 * self.rows):
                dense = np.full(max(product, 1), -1, dtype=np.int64)
                dense[key] = order
            elif not bool((key[1:] > key[:-1]).all()):
                order = np.argsort(key, kind="stable")
                key = key[order]
            self._index = (sizes, dense, key, order)
        return self._index


class Scope:
    """Rows on which expressions are evaluated."""

    def __init__(
        self,
        engine: Evaluation,
        program: Program,
        year: int,
        rows: int,
        codes: dict[str, Array],
        clock: Clock | None,
        term: str = "",
        frame: Frame | None = None,
    ) -> None:
        self.engine = engine
        self.program = program
        self.year = year
        self.rows = rows
        self.codes = codes
        self.clock: Clock = clock or finest(tuple(codes))
        self.term = term
        self.frame = frame
        self.named: tuple[str, ...] = ()  # the dimensions that a message shows, in order
        self._years: Array | None = None
        self.record: str | None = None  # visited: the columns below are of this record
        self.columns: dict[str, Vec] = {}
        self.outer: tuple[Scope, Array | None] | None = None  # the environment visited from, and its rows
        self.parent: Scope | None = None
        self.chosen: Array | None = None  # the rows of the parent; None: all of them
        self.late_years: Callable[[], Array] | None = None  # ... when somebody asks for them
        self.later: dict[str, Callable[[], Array]] = {}  # keys that are computed when somebody asks for them
        self._positions: dict[int, Array | None] = {}

    @property
    def years(self) -> Array | None:
        """The performance year of each row, where rows are of several."""
        if self._years is None and self.late_years is not None:
            self._years = self.late_years()
        return self._years

    @years.setter
    def years(self, years: Array | None) -> None:
        self._years = years

    def narrow(self, rows: Array) -> Scope:
        """The scope of some of the rows (each at most once, in order)."""
        return self if len(rows) == self.rows else self.at(rows)

    def at(self, rows: Array) -> Scope:
        """The scope of rows in any order, each as often as it is named."""
        child = Scope(self.engine, self.program, self.year, len(rows), {}, self.clock, self.term)
        child.record, child.named = self.record, self.named
        if self.late_years is not None or self._years is not None:
            child.late_years = lambda: v.pick(self.years, rows)  # type: ignore[arg-type]
        child.parent, child.chosen = self, rows
        return child

    def with_keys(self, codes: dict[str, Array]) -> Scope:
        """The scope with other codes for some dimensions (`Person Years for "BY3"`)."""
        child = Scope(self.engine, self.program, self.year, self.rows, dict(codes), self.clock, self.term)
        child.record, child.columns = self.record, self.columns
        child.named = tuple(dict.fromkeys((*self.named, *codes)))
        child.outer = (self, None)
        return child

    def has(self, dim: str) -> bool:
        """Whether the key of this dimension is known here."""
        if dim in self.codes or dim in self.later:
            return True
        if self.parent is not None:
            return self.parent.has(dim) or (self.outer is not None and self.outer[0].has(dim))
        if is_clock(dim):
            return self.engine.times.coarser(self.year, self.clock, dim) is not None
        attribute = self.program.attributes.get(dim)
        if attribute is not None and (attribute[0] == self.record or self.engine.reaches(self, attribute[0])):
            return True
        return self.outer is not None and self.outer[0].has(dim)

    def key(self, dim: str) -> Array:
        """The codes of a dimension, by row (or one for all rows); -1: no key."""
        found = self.codes.get(dim)
        if found is None:
            found = self._derive(dim)
            self.codes[dim] = found
        return found

    def _derive(self, dim: str) -> Array:
        if dim in self.later:
            return self.later[dim]()
        if self.parent is not None and (self.outer is None or self.parent.has(dim)):
            above = self.parent.key(dim)
            return above if self.chosen is None else v.pick(above, self.chosen)
        if dim in WHOLE_YEAR:
            return np.zeros(1, dtype=np.int64)
        if is_clock(dim) and self.parent is None and dim != self.clock:
            table = self.engine.times.coarser(self.year, self.clock, dim)
            if table is not None:
                return table[self.key(self.clock)]
        attribute = self.program.attributes.get(dim)
        if attribute is not None:
            record, column = attribute
            if record == self.record or self.engine.reaches(self, record):
                return self.engine.as_keys(dim, self.engine.column_of(self, record, column))
        if self.outer is not None:
            environment, rows = self.outer
            found = environment.key(dim)
            return found if rows is None else v.pick(found, rows)
        raise KeyError(dim)

    def column(self, name: str) -> Vec:
        """A column of the visited record."""
        found = self.columns.get(name)
        if found is None:
            if self.parent is None:
                raise KeyError(name)
            above = self.parent.column(name)
            found = self.columns[name] = above if self.chosen is None else v.take(above, self.chosen)
        return found

    def visited(self, record: str, column: str) -> bool:
        """Whether this scope visits the rows of that record (and has the column)."""
        if self.record != record:
            return False
        root = self
        while root.parent is not None:
            root = root.parent
        return column in root.columns

    def positions(self, frame: Frame) -> Array | None:
        """The row of a frame that each row here refers to (-1: none); None: its rows one by one."""
        if self.frame is frame:
            return None
        if id(frame) in self._positions:
            return self._positions[id(frame)]
        if self.parent is not None and (self.parent.frame is frame or id(frame) in self.parent._positions):
            above = self.parent.positions(frame)
            if self.chosen is None:
                found = above
            else:
                found = self.chosen if above is None else v.pick(above, self.chosen)
        else:
            columns = [self.key(d) for d in frame.names()]
            one = all(len(c) == 1 for c in columns)
            found = frame.find(columns, 1 if one else self.rows)
        self._positions[id(frame)] = found
        return found

    def visiting(
        self, environment: Scope, rows: Array, chosen: Array | None, named: tuple[str, ...], finer: bool
    ) -> Scope:
        """Some rows of this scope (None: all) as an aggregate in `environment` visits them; `rows` are the
        rows of the environment that they are visited from. `finer`: the period is the environment's."""
        count = self.rows if chosen is None else len(chosen)
        child = Scope(self.engine, self.program, self.year, count, {}, self.clock, environment.term)
        child.record, child.named = self.record, named
        if finer:  # no period of its own, or a coarser one: that of the environment
            own = environment.key(environment.clock)
            child.clock = environment.clock
            child.codes[child.clock] = own if rows is None else v.pick(own, rows)
        child.parent, child.chosen = self, chosen
        child.outer = (environment, rows)
        return child
