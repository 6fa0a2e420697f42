"""Reducing rows to groups, exactly: sums, counts, largest and smallest, the first error.

Two ways in: `Runs`, where each group is a run of neighbouring rows (a batch sorted by member), and `Dense`,
where each row names the number of its group. Sums of 64-bit integers are done in 64 bits only if the bound
of a value times the number of rows fits; else they are added as Python ints.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np

from vbcdsl.engines.arrow import ints
from vbcdsl.engines.arrow.ints import I64, MAX, Array, Bools, Ints
from vbcdsl.engines.arrow.vec import Num, full
from vbcdsl.kernels import active

TABLE = 32  # at most so many places a row in a table of all possible keys
TABLE_FROM = 4_096  # rows from which a table pays off


class Grouping(Protocol):
    """Rows in groups."""

    rows: int
    groups: int

    def sum(self, values: Ints) -> Ints:
        """The sum of each group (values have an entry for each row)."""
        ...

    def count(self, mask: Bools | None) -> I64:
        """The number of rows of each group where the mask holds."""
        ...

    def extreme(self, values: Ints, largest: bool) -> Ints:
        """The largest (smallest) value of each group; a group without rows means nothing."""
        ...

    def members(self) -> I64:
        """The number of the group of each row."""
        ...


def fits(values: Ints, rows: int) -> bool:
    """Whether the sum of any of so many values fits into 64 bits."""
    return values.small and (values.hi * rows <= MAX or values.exact_hi() * rows <= MAX)


class Runs:
    """Each group is a run of neighbouring rows; `starts` are the first rows of the runs. Between `begin` and
    `complete` counts and sums where a mask holds are promised: their arrays are filled by `complete`, those of one
    mask in one pass over the rows."""

    def __init__(self, starts: I64, rows: int) -> None:
        self.starts, self.rows, self.groups = starts, rows, len(starts)
        self._counts: list[tuple[Bools, I64]] = []
        self._promised: list[tuple[Bools, list[tuple[tuple[Array, ...], I64]]]] | None = None

    def begin(self) -> None:
        """From now on what is asked for is promised."""
        self._promised = []

    def complete(self) -> None:
        """Keeps all promises."""
        promised, self._promised = self._promised or [], None
        for mask, wanted in promised:
            columns = {id(part): part for parts, _ in wanted for part in parts}
            count, *sums = active().sum_several(list(columns.values()), mask, self.starts)
            of = dict(zip(columns, sums, strict=True))
            for parts, out in wanted:
                out[:] = of[id(parts[0])] if parts else count
                for part in parts[1:]:
                    out += of[id(part)]

    def sum_parts(self, parts: tuple[Array, ...], mask: Bools | None) -> I64:
        """The sums over the rows where the mask holds of arrays of int64 that are added up; they stay within 64
        bits."""
        if mask is None or self._promised is None or len(mask) != self.rows:
            found: I64 = active().sum_runs(parts, mask, self.starts)
            return found
        return self._promise(parts, mask)

    def _promise(self, parts: tuple[Array, ...], mask: Bools) -> I64:
        assert self._promised is not None
        out = np.empty(self.groups, dtype=np.int64)
        wanted = next((wanted for known, wanted in self._promised if known is mask), None)
        if wanted is None:
            self._promised.append((mask, wanted := []))
        wanted.append((parts, out))
        return out

    def sum(self, values: Ints) -> Ints:
        if fits(values, self.rows):
            return Ints(np.add.reduceat(values.a, self.starts), values.hi * self.rows)
        return ints.tidy(np.add.reduceat(values.objects(), self.starts))

    def count(self, mask: Bools | None) -> I64:
        if mask is None:
            return np.diff(self.starts, append=self.rows)
        for known, counted in self._counts:  # several aggregates choose by one column of data
            if known is mask:
                return counted
        if self._promised is None:
            count: I64 = active().count_runs(mask, self.starts)
        else:
            count = self._promise((), mask)
        self._counts.append((mask, count))
        return count

    def extreme(self, values: Ints, largest: bool) -> Ints:
        reduce = np.maximum if largest else np.minimum
        return Ints(reduce.reduceat(values.a, self.starts), values.hi)

    def members(self) -> I64:
        return np.repeat(np.arange(self.groups), self.count(None))


class Dense:
    """Each row names its group."""

    def __init__(self, group: Array, groups: int) -> None:
        self.group, self.rows, self.groups = group, len(group), groups

    def sum(self, values: Ints) -> Ints:
        if fits(values, self.rows):
            out = np.zeros(self.groups, dtype=np.int64)
            np.add.at(out, self.group, values.a)
            return Ints(out)
        big = np.zeros(self.groups, dtype=object)
        np.add.at(big, self.group, values.objects())
        return ints.tidy(big)

    def count(self, mask: Bools | None) -> I64:
        chosen = self.group if mask is None else self.group[mask]
        return np.bincount(chosen, minlength=self.groups).astype(np.int64, copy=False)

    def extreme(self, values: Ints, largest: bool) -> Ints:
        if not self.rows:
            return Ints(np.zeros(self.groups, dtype=np.int64), 0)
        out = np.full(self.groups, values.a.min() if largest else values.a.max(), dtype=values.a.dtype)
        (np.maximum if largest else np.minimum).at(out, self.group, values.a)
        return Ints(out, values.hi)

    def members(self) -> I64:
        return self.group


class Each:
    """Each row is a group of its own: nothing is put together yet."""

    def __init__(self, rows: int) -> None:
        self.rows = self.groups = rows
        self._counts: list[tuple[Bools | None, I64]] = []

    def sum(self, values: Ints) -> Ints:
        return values

    def count(self, mask: Bools | None) -> I64:
        for known, count in self._counts:  # several aggregates choose by one column of data
            if known is mask:
                return count
        count = np.ones(self.rows, dtype=np.int64) if mask is None else mask.astype(np.int64)
        self._counts.append((mask, count))
        return count

    def extreme(self, values: Ints, largest: bool) -> Ints:
        return values

    def members(self) -> I64:
        return np.arange(self.rows)


def grouped(number: I64, groups: int) -> Grouping:
    """The grouping of rows by the number of their group, where every group has a row."""
    if groups and len(number) and bool((number[1:] >= number[:-1]).all()):
        return Runs(np.concatenate(([0], np.flatnonzero(number[1:] != number[:-1]) + 1)), len(number))
    return Dense(number, groups)


def sum_numbers(grouping: Grouping, value: Num, mask: Bools | None) -> Num:
    """The exact sum of each group over the rows where the mask holds."""
    top, bottom = value.num, value.den
    if bottom.scalar is not None:
        if isinstance(grouping, Runs) and len(top) == grouping.rows and fits(top, grouping.rows):
            total = grouping.sum_parts(top.parts, mask)
            return Num(Ints(total, top.hi * grouping.rows), bottom)
        return Num(grouping.sum(_masked(top, mask, grouping.rows)), bottom)
    return _sum_fractions(grouping, value, mask)


def _masked(values: Ints, mask: Bools | None, rows: int) -> Ints:
    if mask is None:
        return values if len(values) == rows else Ints(full(values.a, rows), values.hi)
    if values.small:
        return Ints(values.a * mask, values.hi)
    return Ints(np.where(mask, values.a, 0), values.hi)


def _sum_fractions(grouping: Grouping, value: Num, mask: Bools | None) -> Num:
    """Denominators that differ by row: rows of one group and denominator are added first."""
    from vbcdsl.engines.arrow.vec import from_fractions

    totals = [Fraction(0)] * grouping.groups
    group = grouping.members()
    tops, bottoms = full(value.num.a, grouping.rows), value.den.a
    if mask is not None:
        group, tops, bottoms = group[mask], tops[mask], bottoms[mask]
    parts: dict[tuple[int, int], int] = {}
    for g, t, b in zip(group.tolist(), tops.tolist(), bottoms.tolist(), strict=True):
        parts[g, b] = parts.get((g, b), 0) + t
    for (g, b), t in parts.items():
        totals[g] += Fraction(t, b)
    return from_fractions(totals)


def extreme_numbers(grouping: Grouping, value: Num, mask: Bools | None, largest: bool) -> Num:
    """The largest (smallest) value of each group over the rows where the mask holds."""
    group = grouping.members()
    rows = grouping.rows
    if mask is not None:
        keep = np.flatnonzero(full(mask, rows))
        group, rows = group[keep], len(keep)
        value = Num(value.num.take(keep), value.den.take(keep))
    dense = Dense(group, grouping.groups)
    if value.den.scalar is not None:
        return Num(dense.extreme(Ints(full(value.num.a, rows), value.num.hi), largest), value.den)
    order, distinct = ranked(value, rows)
    best = dense.extreme(Ints(order), largest).a
    at = best if len(distinct.num) else np.zeros(grouping.groups, dtype=np.int64)
    if not rows:
        return Num(Ints(np.zeros(grouping.groups, dtype=np.int64), 0))
    return Num(distinct.num.take(at), distinct.den.take(at))


def ranked(value: Num, rows: int) -> tuple[I64, Num]:
    """Each row's place among the different values in ascending order, and these values."""
    if value.den.scalar is not None:
        different, place = np.unique(full(value.num.a, rows), return_inverse=True)
        return place.astype(np.int64, copy=False), Num(Ints(different, value.num.hi), value.den)
    from vbcdsl.engines.arrow.vec import fractions, from_fractions

    values = fractions(value, rows)
    ascending = sorted(set(values))
    places = {v: i for i, v in enumerate(ascending)}
    place = np.array([places[v] for v in values], dtype=np.int64)
    table = from_fractions(ascending)
    return place, table


def first_faults(grouping: Grouping, fault: Array, mask: Bools | None) -> I64 | None:
    """The error of each group's first row in error where the mask holds; 0 for none."""
    chosen = full(fault, grouping.rows) != 0
    if mask is not None:
        chosen = chosen & mask
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return None
    out = np.zeros(grouping.groups, dtype=np.int64)
    group, first = np.unique(grouping.members()[rows], return_index=True)
    out[group] = full(fault, grouping.rows)[rows[first]]
    return out


def combine(columns: Sequence[Array], sizes: Sequence[int]) -> I64 | None:
    """Several codes of a row as one number, first column most significant; None if 63 bits do not hold it."""
    product = 1
    for size in sizes:
        product *= max(size, 1)
    if product > MAX:
        return None
    key: Array | None = None
    for column, size in zip(columns, sizes, strict=True):
        wide = column.astype(np.int64, copy=False)
        key = wide if key is None else key * size + wide
    return np.zeros(1, dtype=np.int64) if key is None else key


def unique_keys(columns: Sequence[Array], rows: int) -> tuple[I64, I64]:
    """Rows by their key: (a row that has it, for each different key in ascending order; each row's key's
    number)."""
    if not columns:
        return np.zeros(min(rows, 1), dtype=np.int64), np.zeros(rows, dtype=np.int64)
    sizes = [int(c.max(initial=-1)) + 1 for c in columns]
    # the column with most keys first: data is usually sorted by member, and sorting what is nearly sorted is cheap
    rank = sorted(range(len(columns)), key=lambda i: -sizes[i])
    given = combine(columns, sizes) if rank[0] else None
    if given is not None and ascending(full(given, rows)):  # sorted as it is: a store, by year and party
        return unique_ints(full(given, rows))
    columns, sizes = [columns[i] for i in rank], [sizes[i] for i in rank]
    key = combine(columns, sizes)
    if key is None or not ascending(full(key, rows)):
        found = by_table([full(c, rows) for c in columns], sizes, rows)
        if found is not None:
            return found
    if key is None:
        dense = [np.unique(c, return_inverse=True)[1] for c in columns]
        key = combine(dense, [int(c.max(initial=-1)) + 1 for c in dense])
        if key is None:  # more different combinations than 63 bits: fold in steps
            _, head = unique_keys(dense[:-1], rows)
            return unique_keys([head, dense[-1]], rows)
    return unique_ints(full(key, rows))


def ascending(key: I64) -> bool:
    """Whether no number is below the one before it."""
    return bool((key[1:] >= key[:-1]).all())


def by_table(columns: Sequence[Array], sizes: Sequence[int], rows: int) -> tuple[I64, I64] | None:
    """What `unique_keys` gives, without sorting, by a table with a place for each possible key; None if that
    table would be much larger than the rows. Columns that the first one determines (a member's ACO) take no
    part: they change neither the groups nor their order."""
    if rows < TABLE_FROM or sizes[0] > TABLE * rows or min(int(c.min()) for c in columns) < 0:
        return None
    kept, places, product = [columns[0]], [sizes[0]], sizes[0]
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        if size > 1 and not _determined(columns[0], sizes[0], column):
            kept.append(column)
            places.append(size)
            product *= size
            if product > TABLE * rows:
                return None
    key = combine(kept, places)
    assert key is not None
    at: Array = np.full(product, -1, dtype=np.int64 if rows > 1 << 31 else np.int32)
    at[key[::-1]] = np.arange(rows - 1, -1, -1)  # of equal keys the first row is written last, and stays
    used = np.flatnonzero(at >= 0)
    first = at[used].astype(np.int64)
    at[used] = np.arange(len(used))
    return first, at[key].astype(np.int64)


def _determined(by: Array, size: int, column: Array) -> bool:
    """Whether rows with one code in `by` all have one code in the column."""
    known = np.zeros(size, dtype=column.dtype)
    known[by] = column
    return bool((known[by] == column).all())


def unique_ints(key: I64) -> tuple[I64, I64]:
    """The first row of each different number in ascending order, and for each row the place of its number."""
    rows = len(key)
    if rows < 2:
        return np.arange(rows), np.zeros(rows, dtype=np.int64)
    order: I64 | None = None
    if not ascending(key):
        order = np.argsort(key, kind="stable")
        key = key[order]
    change = key[1:] != key[:-1]
    first = np.concatenate(([0], np.flatnonzero(change) + 1))
    if len(first) == rows:
        place = np.arange(rows)
    else:
        place = np.zeros(rows, dtype=np.int64)
        np.cumsum(change, out=place[1:])
    if order is None:
        return first, place
    number = np.empty(rows, dtype=np.int64)
    number[order] = place
    return order[first], number
