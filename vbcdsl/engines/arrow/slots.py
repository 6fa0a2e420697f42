"""Partial results by place: a table with a place for each possible key, to which batches add.

Codes of members run from 0 without gaps, so a key is its place: no batch has to be sorted or searched, sorted and
shuffled data take the same way, and nothing is put together at the end. The dimension with most keys spans the
table; a dimension that it determines (a member's ACO) is only noted; the others multiply its places. Where that
does not go (numbers that need more than 64 bits, too many possible keys) `add` says so, and the groups are kept as
lists (`collect.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import lcm

import attrs
import numpy as np

from vbcdsl.engines.arrow import ints
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.ints import I64, MAX, Array, Ints, one
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.vec import Num
from vbcdsl.kernels import active

FEW = 1 << 21  # so many places are always allowed
PLACES = 4  # and so many for each row seen
FIRST = 1 << 17  # places of the first table, if the first batch has MANY_ROWS; a larger one has twice as many
MANY_ROWS = 1 << 12
CAREFUL = 1 << 53  # from here on bounds are looked at closely, so that they stay far from 64 bits

Field = tuple[int, str]  # the number of an aggregate, and what is summed


@attrs.define(eq=False)
class Sum:
    """A column of sums in the table, over one denominator; no absolute value is above `bound`."""

    column: int
    bound: int = 0
    den: int = 1


class Slots:
    """The table of one collector. `names`: the columns of a key; `caps`: how many codes the periods have;
    `expected`: how many places it will have, if that can be told."""

    def __init__(
        self,
        names: tuple[str, ...],
        caps: Mapping[str, int],
        spread: frozenset[str],
        begin: tuple[str, int] | None = None,
        expected: int = 0,
    ) -> None:
        self.names, self.caps, self.spread = names, dict(caps), spread
        self.primary = ""
        self.begin, self.base = begin, 0  # the dimension that spans the table, and its first code
        self.expected = expected  # places that the table will have, as far as one can tell
        self.used = 0
        self.radix: list[str] = []
        self.noted: dict[str, Array] = {}  # by place the code and one; 0: none yet
        self.stride = 1
        self.places = 0
        self.rows = 0
        self.conflict: str | None = None  # a dimension that turned out to be determined by nothing
        self.present: Array = np.zeros(0, dtype=bool)
        self.table: I64 = np.zeros((0, 0), dtype=np.int64)  # places x sums
        self.sums: dict[Field, Sum] = {}
        self.best: dict[int, I64] = {}
        self.dens: dict[int, int] = {}
        self.largest: dict[int, bool] = {}
        self.days: set[int] = set()
        self.faults: dict[int, I64] = {}

    # ------------------------------------------------------------ where a key is

    def _begin(self, keys: dict[str, Array]) -> None:
        free = [name for name in self.names if name not in self.caps]
        sizes = {name: int(keys[name].max(initial=0)) for name in free}
        self.primary = max(free, key=lambda name: sizes[name]) if free else "year"
        if self.begin is not None and self.begin[0] in free:
            self.primary, self.base = self.begin
        rest = [name for name in self.names if name != self.primary]
        for name in rest:
            if name in self.spread:
                self.caps[name] = max(16, 4 * (sizes[name] + 1))
            if name in self.caps:
                self.radix.append(name)
                self.stride *= self.caps[name]
            else:
                self.noted[name] = np.zeros(0, dtype=np.int32)

    def _at(self, keys: dict[str, Array], rows: int) -> I64 | None:
        """The place of each key; None: there is none for some of them."""
        if not self.primary:
            self._begin(keys)
        kernels = active()
        for name in self.noted:
            if int(keys[name].min()) < 0:
                return None
        at: I64 = np.full(rows, -self.base, dtype=np.int64)
        low, top = kernels.place_rows(at, keys[self.primary], 1)
        if low < 0:
            return None
        if low < self.base:  # smaller codes come again: of another year
            at += self.base
            self._from_zero()
        for name in self.radix:
            low, high = kernels.place_rows(at, keys[name], self.caps[name])
            if low < 0 or high >= self.caps[name]:
                return None
        most = (top + 1 - self.base) * self.stride
        if most > self.places and not self._grow(most, rows):
            return None
        self.used = max(self.used, most)
        for name, noted in self.noted.items():
            if not kernels.note_rows(noted, at, keys[name]):
                self.conflict = name
                return None
        return at

    def _grow(self, most: int, rows: int) -> bool:
        allowed = max(FEW, PLACES * self.rows)
        if most > allowed:
            return False
        wanted = max(most, 2 * self.places, FIRST if rows >= MANY_ROWS and not self.expected else 0)
        if not self.places:
            wanted = max(wanted, self.expected)
        self._resize(min(wanted, allowed))
        return True

    def _resize(self, places: int) -> None:
        """The table with so many places; the first of them are kept."""
        self.present = _longer(self.present, places, 0)
        self.noted = {name: _longer(a, places, 0) for name, a in self.noted.items()}
        table = self._zeros(places, self.table.shape[1])
        kept = min(places, self.places)
        table[:kept] = self.table[:kept]
        self.table = table
        self.best = {number: _longer(a, places, self._worst(number)) for number, a in self.best.items()}
        self.faults = {number: _longer(a, places, 0) for number, a in self.faults.items()}
        self.places = places

    def _from_zero(self) -> None:
        """The table with places for the codes before its first one."""
        more, self.base = self.base * self.stride, 0
        self.present = _later(self.present, more, 0)
        self.noted = {name: _later(a, more, 0) for name, a in self.noted.items()}
        table = self._zeros(self.places + more, self.table.shape[1])
        table[more:] = self.table
        self.table = table
        self.best = {number: _later(a, more, self._worst(number)) for number, a in self.best.items()}
        self.faults = {number: _later(a, more, 0) for number, a in self.faults.items()}
        self.places += more

    def growth(self, top: int) -> int:
        """The bytes by which the table would grow for a code (the old one is copied); 0: it has a place."""
        most = (top + 1 - self.base) * self.stride
        if most <= self.places:
            return 0
        return most * self._bytes()  # what lies beyond is not touched yet

    def _bytes(self) -> int:
        return (
            8 * int(self.table.shape[1]) + 1 + 4 * len(self.noted) + 8 * (len(self.best) + len(self.faults))
        )

    def shrink(self, code: int, tasks: int) -> tuple[dict[str, Array], list[Partial]] | None:
        """Gives away the groups of this code and larger ones."""
        given = self.groups(tasks, low=code)
        self._resize((code - self.base) * self.stride)
        return given

    def _zeros(self, places: int, width: int) -> I64:
        return np.zeros((places, width), dtype=np.int64, order=active().ORDER)

    def _worst(self, number: int) -> int:
        return -MAX - 1 if self.largest[number] else MAX

    # ------------------------------------------------------------ adding

    def add(self, keys: dict[str, Array], rows: int, found: list[Partial], largest: list[bool]) -> bool:
        """Adds partials, each with an entry for each of the keys (which may repeat). False: it cannot be done,
        and nothing was added."""
        self.rows += rows
        at = self._at(keys, rows)
        if at is None:
            return False
        ready = self._ready(found, rows)
        if ready is None:
            return False
        extremes: list[tuple[I64, Array, bool]] = []
        for number, partial in enumerate(found):
            if partial.extreme is not None:
                chosen = self._extreme(number, partial, largest[number])
                if chosen is None:
                    return False
                extremes.append((*chosen, largest[number]))
            if partial.days:
                self.days.add(number)
        for each, top in ready:
            more = top.hi * rows
            each.bound += more if each.bound + more <= CAREFUL else top.exact_hi() * rows
        numbers = [v.full(top.a, rows) for _, top in ready]
        active().add_rows(self.table, self.present, at, numbers, [each.column for each, _ in ready])
        for best, values, is_largest in extremes:
            (np.maximum if is_largest else np.minimum).at(best, at, values)
        for number, partial in enumerate(found):
            if partial.fault is not None:
                self._fault(number, at, partial.fault)
        return True

    def _ready(self, found: list[Partial], rows: int) -> list[tuple[Sum, Ints]] | None:
        """The numbers to add to each sum; None: some might not fit into 64 bits. Fields that have the same array
        in every batch (the rows that several aggregates count) have one sum."""
        first = not self.sums
        fresh: dict[tuple[int, int], Sum] = {}
        given: dict[int, int] = {}  # by column: the array of this batch
        chosen: list[tuple[Sum, Num]] = []
        width = self.table.shape[1]
        copies: list[tuple[int, int]] = []
        for number, partial in enumerate(found):
            for name, value in _fields(partial):
                array, den = id(value.num.a), value.den.scalar
                if den is None or not value.num.small:
                    return None
                each = self.sums.get((number, name))
                if each is None:
                    each = fresh.get((array, den)) if first else None
                    if each is None:
                        each = fresh[array, den] = Sum(width)
                        width += 1
                    self.sums[number, name] = each
                elif given.get(each.column, array) != array:  # no longer the same
                    copies.append((each.column, width))
                    each = self.sums[number, name] = attrs.evolve(each, column=width)
                    width += 1
                if each.column not in given:
                    given[each.column] = array
                    chosen.append((each, value))
        self._widen(width, copies)
        ready: list[tuple[Sum, Ints]] = []
        for each, value in chosen:
            top = self._takes(each, value, rows)
            if top is None:
                return None
            if top.scalar != 0 or rows == 1:
                ready.append((each, top))
        return ready

    def _widen(self, width: int, copies: list[tuple[int, int]]) -> None:
        """Room for so many sums; `copies`: columns that begin as copies of others."""
        old = self.table
        if width > old.shape[1]:
            self.table = self._zeros(self.places, width)
            self.table[:, : old.shape[1]] = old
        for source, target in copies:
            self.table[:, target] = self.table[:, source]

    def _takes(self, each: Sum, x: Num, rows: int) -> Ints | None:
        """The numerators to add, over the denominator of a sum; None: they might not fit into 64 bits."""
        den, top = x.den.scalar, x.num
        assert den is not None
        if den != each.den:
            common = lcm(den, each.den)
            factor = common // each.den
            if each.bound * factor > MAX:
                return None
            if factor > 1 and each.bound:
                self.table[:, each.column] *= factor
            each.den, each.bound = common, each.bound * factor
            top = ints.mul(top, one(common // den))
            if not top.small:
                return None
        if each.bound + top.hi * rows > MAX and each.bound + top.exact_hi() * rows > MAX:
            each.bound = Ints(self.table[:, each.column]).hi
            if each.bound + top.exact_hi() * rows > MAX:
                return None
        return top

    def _extreme(self, number: int, partial: Partial, largest: bool) -> tuple[I64, Array] | None:
        """Where the extremes are kept, and the values with the worst of all where a group has no rows."""
        x = partial.extreme
        assert x is not None
        den = x.den.scalar
        if den is None or not x.num.small:
            return None
        self.largest[number] = largest
        if number not in self.best:
            self.best[number] = np.full(self.places, self._worst(number), dtype=np.int64)
            self.dens[number] = den
        if self.dens[number] != den:
            return None
        values = v.full(x.num.a, len(partial.rows))
        return self.best[number], np.where(partial.rows > 0, values, self._worst(number))

    def _fault(self, number: int, at: I64, fault: I64) -> None:
        """The first error of each place stays."""
        kept = self.faults.setdefault(number, np.zeros(self.places, dtype=np.int64))
        wide = v.full(fault, len(at))
        new = np.flatnonzero((wide != 0) & (kept[at] == 0))[::-1]
        kept[at[new]] = wide[new]

    # ------------------------------------------------------------ the groups

    def codes(self) -> tuple[int, int]:
        """The codes of the dimension that spans the table: the first one, and one past the last."""
        return self.base, self.base + self.places // self.stride

    def groups(
        self, tasks: int, low: int | None = None, high: int | None = None
    ) -> tuple[dict[str, Array], list[Partial]] | None:
        """The keys that were met, each once, and their partials (of codes from `low` up to but not including
        `high`, if they are given); None: there were none."""
        first, last = self._within(low, high)
        at = np.flatnonzero(self.present[first * self.stride : last * self.stride]) + first * self.stride
        if not len(at):
            return None
        keys: dict[str, Array] = {}
        rest = at
        for name in reversed(self.radix):
            rest, keys[name] = np.divmod(rest, self.caps[name])
        keys[self.primary] = rest + self.base
        return self._at_places(at, keys, tasks)

    def groups_of_year(
        self, tasks: int, year: int, low: int, high: int
    ) -> tuple[dict[str, Array], list[Partial]] | None:
        """What `groups` gives of one year, where nothing but the year multiplies the places."""
        first, last = self._within(low, high)
        codes = np.flatnonzero(self.present[first * self.stride + year : last * self.stride : self.stride])
        if not len(codes):
            return None
        codes += first
        keys = {self.primary: codes + self.base, "year": np.array([year], dtype=np.int64)}
        return self._at_places(codes * self.stride + year, keys, tasks)

    def codes_of_year(self, year: int) -> I64:
        """The codes that were met in a year, where nothing but the year multiplies the places."""
        return np.flatnonzero(self.present[year :: self.stride]) + self.base

    def hide(self, code: int) -> Array:
        """Forgets the places of a code; what `present` held there, to put it back."""
        first = (code - self.base) * self.stride
        there = self.present[first : first + self.stride].copy()
        self.present[first : first + self.stride] = False
        return there

    def show(self, code: int, there: Array) -> None:
        """Undoes `hide`."""
        first = (code - self.base) * self.stride
        self.present[first : first + self.stride] = there

    def _within(self, low: int | None, high: int | None) -> tuple[int, int]:
        """These codes as codes from 0."""
        most = self.places // self.stride
        first = 0 if low is None else min(max(low - self.base, 0), most)
        return first, most if high is None else min(max(high - self.base, first), most)

    def _at_places(
        self, at: I64, keys: dict[str, Array], tasks: int
    ) -> tuple[dict[str, Array], list[Partial]]:
        for name, noted in self.noted.items():
            keys[name] = noted[at].astype(np.int64) - 1
        columns = active().columns_at(self.table, at)
        found: list[Partial] = []
        for number in range(tasks):
            partial = Partial(columns[self.sums[number, "rows"].column], days=number in self.days)
            for name in ("missing", "negative"):
                if (number, name) in self.sums:
                    setattr(partial, name, columns[self.sums[number, name].column])
            partial.total, partial.weights = (
                self._numbers(number, name, columns) for name in ("total", "weights")
            )
            if number in self.best:
                values = np.where(partial.rows > 0, self.best[number][at], 0)
                partial.extreme = Num(Ints(values), one(self.dens[number]))
            if number in self.faults:
                fault = self.faults[number][at]
                partial.fault = fault if fault.any() else None
            found.append(partial)
        return {name: keys[name] for name in self.names}, found

    def _numbers(self, number: int, name: str, columns: I64) -> Num | None:
        found = self.sums.get((number, name))
        return None if found is None else Num(Ints(columns[found.column]), one(found.den))


def _fields(partial: Partial) -> Iterator[tuple[str, Num]]:
    """What is summed of a partial."""
    yield "rows", Num(Ints(partial.rows))
    if partial.missing is not None:
        yield "missing", Num(Ints(partial.missing))
    if partial.negative is not None:
        yield "negative", Num(Ints(partial.negative))
    if partial.total is not None:
        yield "total", partial.total
    if partial.weights is not None:
        yield "weights", partial.weights


def _later(a: Array, more: int, fill: int) -> Array:
    """An array with so many entries before its first."""
    return np.concatenate((np.full(more, fill, dtype=a.dtype), a))


def _longer(a: Array, places: int, fill: int) -> Array:
    new = np.full(places, fill, dtype=a.dtype) if fill else np.zeros(places, dtype=a.dtype)
    kept = min(places, len(a))
    new[:kept] = a[:kept]
    return new
