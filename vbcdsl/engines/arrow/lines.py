"""The rows of a batch on their way to groups: columns, years and keys, computed when somebody asks.

Where neighbouring rows share year and keys (data sorted by member) keys and years are looked at once for each run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from vbcdsl.data.store import Batch, BatchColumn, CodedColumn, DayColumn, KeyRuns, MappedColumn
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.groups import Grouping, Runs
from vbcdsl.engines.arrow.ints import I64, MAX, Array, Ints
from vbcdsl.engines.arrow.tables import as_vec, has_time, once, time_column
from vbcdsl.engines.arrow.vec import Text, Vec
from vbcdsl.kernels import active
from vbcdsl.model.periods import OWN
from vbcdsl.rules.program import Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation


LOOK = 1 << 12  # rows that are looked at to see whether data come in runs


class LateColumns(dict[str, Vec]):
    """Columns by name, each made when it is asked for."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Vec]) -> None:
        super().__init__()
        self._names, self._make = frozenset(names), make

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Vec:
        found = super().get(name)
        if found is None:
            if name not in self._names:
                raise KeyError(name)
            found = self._make(name)
            self[name] = found
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The column, or the default."""
        return self[name] if name in self._names else default


@attrs.define(eq=False)
class Lines:
    """The rows. With `starts` (the first rows of runs) `year` and `keys` have an entry for each run of so many
    rows as `lengths` says; without, for each row. An array of one entry holds for all."""

    engine: Evaluation
    rows: int
    columns: LateColumns
    year: Array
    keys: dict[str, Array]
    starts: I64 | None
    lengths: I64 | None
    days: Callable[[], Array] | None  # the days of the rows
    _base: Runs | None = None
    _periods: dict[str, Array] = attrs.field(factory=dict)
    _at: Array | None = None  # less `_base_day`: positions in the tables of `times`
    _base_day: int = 0

    @classmethod
    def of(
        cls, engine: Evaluation, record: Record, batch: Batch, names: tuple[str, ...], dims: tuple[str, ...]
    ) -> Lines:
        """The rows of a batch; `dims`: the dimensions whose keys will be asked for."""
        rows = batch.rows
        columns = LateColumns(names, lambda name: as_vec(engine, record.name, name, batch.columns[name]))
        year: Array = np.zeros(1, dtype=np.int64)
        days: Callable[[], Array] | None = None
        offsets: Array | None = None
        base = 0
        if has_time(record):
            column = batch.columns[time_column(record)]
            assert isinstance(column, DayColumn)
            values = once(column.values)
            days = lambda: values  # noqa: E731
            own = record.clock == OWN
            one = None if column.bounds is None or own else engine.times.year_between(*column.bounds)
            if one is not None:
                year = np.array([one], dtype=np.int64)
            else:
                simple = engine.times.base(column.bounds) if values.dtype == np.int32 else None
                if simple is None:
                    offsets = engine.times.offsets(values, column.bounds)
                else:
                    offsets, base = values, simple
                year = engine.times.small_years_at(offsets, base, record.clock)
        starts = _starts(batch, dims, year)
        if starts is not None and 2 * len(starts) > rows >= 64:
            starts = None
        found = cls(engine, rows, columns, year, {}, starts, None, days, None, {}, offsets, base)
        if starts is None:
            found.keys = {d: engine.as_keys(d, columns[d]) for d in dims}
        else:
            found.year = v.pick(year, starts).astype(np.int64, copy=False)
            found.keys = {
                d: engine.as_keys(d, _heads(engine, record, d, batch.columns[d], starts)) for d in dims
            }
            found.lengths = np.diff(starts, append=rows)
        return found

    def count(self, mask: Array) -> int:
        """The rows where a mask over `year` holds."""
        if len(mask) == 1:
            return self.rows if mask[0] else 0
        return int(np.count_nonzero(mask)) if self.lengths is None else int(self.lengths[mask].sum())

    def only(self, keep: Array) -> Lines:
        """The rows of the runs (the rows) where the mask holds."""
        if self.lengths is None or self.starts is None:
            chosen = np.flatnonzero(v.full(keep, self.rows))
            heads, starts, lengths = chosen, None, None
        else:
            keep = v.full(keep, len(self.starts))
            chosen = np.flatnonzero(np.repeat(keep, self.lengths))
            heads = np.flatnonzero(keep)
            lengths = self.lengths[heads]
            starts = np.cumsum(lengths) - lengths
        old = self.columns
        columns = LateColumns(old._names, lambda name: v.take(old[name], chosen))
        days = self.days
        return Lines(
            self.engine,
            len(chosen),
            columns,
            v.pick(self.year, heads),
            {d: v.pick(codes, heads) for d, codes in self.keys.items()},
            starts,
            lengths,
            None if days is None else lambda: v.pick(days(), chosen),
        )

    def runs(self, dims: tuple[str, ...]) -> tuple[Runs, I64]:
        """The runs that share year and these keys: as a grouping of the rows, and the first run of each."""
        assert self.starts is not None
        heads = run_starts([self.year, *(self.keys[d] for d in dims)], len(self.starts))
        if len(heads) < len(self.starts):
            return Runs(self.starts[heads], self.rows), heads
        if self._base is None:
            self._base = Runs(self.starts, self.rows)
        return self._base, heads

    def years(self) -> Array:
        """The year of each row, or one for all."""
        if self.lengths is None or len(self.year) == 1:
            return self.year.astype(np.int64, copy=False)
        return np.repeat(self.year, self.lengths)

    def later(self, dim: str) -> Callable[[], Array]:
        """The codes of a dimension by row, when they are asked for."""

        def codes() -> Array:
            known = self.keys.get(dim)
            if known is None:
                return self.engine.as_keys(dim, self.columns[dim])
            if self.lengths is None or len(known) == 1:
                return known
            return np.repeat(known, self.lengths)

        return codes

    def _positions(self) -> tuple[Array, int]:
        """Positions in the tables of `times`, and what is to be taken from them."""
        if self._at is None:
            assert self.days is not None
            self._at = self.engine.times.offsets(self.days())
        return self._at, self._base_day

    def _offsets(self) -> Array:
        at, base = self._positions()
        return at - at.dtype.type(base) if base else at

    def period(self, clock: str) -> Array:
        """The code of the period of each row."""
        if clock not in self._periods:
            self._periods[clock] = self.engine.times.codes_at(self._offsets(), clock)
        return self._periods[clock]

    def marks(self, clock: str, grouping: Grouping) -> tuple[Ints, int]:
        """The sum of 2**period of the rows of each group, and the largest exponent."""
        table, most = self.engine.times.marks(clock)
        if isinstance(grouping, Runs) and most < 62 and self.rows << most <= MAX:
            marked = active().sum_looked_up(table, *self._positions(), grouping.starts)
            return Ints(marked, self.rows << most), most
        return grouping.sum(Ints(v.full(table.take(self._offsets()), self.rows), 1 << most)), most


def _starts(batch: Batch, dims: tuple[str, ...], year: Array) -> I64 | None:
    """The first rows of runs that share year and keys; None: the columns do not show it."""
    if batch.runs is not None and (found := known_starts(dims, year, batch)) is not None:
        return found
    marks = [year]
    for dim in dims:
        column = batch.columns[dim]
        if not isinstance(column, CodedColumn) or column.missing is not None:
            return None
        marks.append(column.marks if isinstance(column, MappedColumn) else once(column.codes))
    return run_starts(marks, batch.rows) if in_runs(marks, batch.rows) else None


def known_starts(dims: tuple[str, ...], year: Array, batch: Batch) -> I64 | None:
    """What `run_starts` gives, from runs that the data are known to have; None if these do not tell."""
    runs: KeyRuns | None = batch.runs
    assert runs is not None
    if len(year) > 1:
        return None
    marks = []
    for dim in dims:
        column = batch.columns[dim]
        if not isinstance(column, CodedColumn) or column.missing is not None:
            return None
        codes = once(column.codes)
        if len(codes) > 1 and dim not in runs.dims:
            return None
        marks.append(v.pick(codes, runs.starts))
    return runs.starts[run_starts(marks, len(runs.starts))].astype(np.int64)


def _heads(engine: Evaluation, record: Record, name: str, column: BatchColumn, starts: I64) -> Vec:
    """A column of texts at the first rows of runs."""
    assert isinstance(column, CodedColumn)
    if isinstance(column, MappedColumn):
        codes: Array = column.at(starts)
    else:
        codes = v.pick(once(column.codes), starts)
    return Text(codes, engine.pool(record.name, name, column.texts))


def run_starts(columns: list[Array], rows: int) -> I64:
    """The first row of each run of rows with equal keys."""
    several = [column for column in columns if len(column) == rows and rows > 1]
    return active().run_starts(several) if several else np.zeros(1, dtype=np.int64)


def in_runs(columns: list[Array], rows: int) -> bool:
    """Whether the first rows lie in runs, as far as a look at them tells."""
    some = min(rows, LOOK)
    change = _changes([column[:some] if len(column) == rows else column for column in columns], some)
    return change is None or some < LOOK or 2 * int(np.count_nonzero(change)) <= some


def _changes(columns: list[Array], rows: int) -> Array | None:
    """Whether each row but the first differs from the one before it; None: no row does."""
    change: Array | None = None
    for column in columns:
        if len(column) == rows and rows > 1:
            step = column[1:] != column[:-1]
            change = step if change is None else np.logical_or(change, step, out=change)
    return change
