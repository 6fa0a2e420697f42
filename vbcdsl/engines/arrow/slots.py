"""Partial results by place: a table with a place for each possible key, to which batches add.

Codes of members run from 0 without gaps, so a key is its place: no batch has to be sorted or searched, sorted and
shuffled data take the same way, and nothing is put together at the end. The dimension with most keys spans the
table; a dimension that it determines (a member's ACO) is only noted; the others multiply its places. Where that
does not go (numbers that need more than 64 bits, too many possible keys) `add` says so, and the groups are kept as
lists (`collect.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import lcm

import attrs
import numpy as np

from vbcdsl.engines.arrow import ints
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.ints import I64, MAX, Array, Ints, one
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.vec import Num

FEW = 1 << 21  # so many places are always allowed
PLACES = 4  # and so many for each row seen


@attrs.define(eq=False)
class Sum:
    """Sums by place over one denominator; no absolute value is above `bound`."""

    values: I64
    bound: int = 0
    den: int = 1

    def takes(self, x: Num, rows: int) -> Ints | None:
        """The numerators to add, over this denominator; None: they might not fit into 64 bits."""
        den = x.den.scalar
        if den is None or not x.num.small:
            return None
        top = x.num
        if den != self.den:
            common = lcm(den, self.den)
            factor = common // self.den
            if self.bound * factor > MAX:
                return None
            if factor > 1:
                self.values *= factor
            self.den, self.bound = common, self.bound * factor
            top = ints.mul(top, one(common // den))
            if not top.small:
                return None
        if self.bound + top.hi * rows > MAX and self.bound + top.exact_hi() * rows > MAX:
            self.bound = Ints(self.values).hi
            if self.bound + top.exact_hi() * rows > MAX:
                return None
        return top

    def add(self, at: I64, top: Ints) -> None:
        """Adds numerators that `takes` gave."""
        rows = len(at)
        more = top.hi * rows
        self.bound += more if self.bound + more <= MAX else top.exact_hi() * rows
        if len(top) == 1 and top.scalar == 0:
            return
        np.add.at(self.values, at, v.full(top.a, rows))


class Slots:
    """The table of one collector. `names`: the columns of a key; `caps`: how many codes the periods have."""

    def __init__(self, names: tuple[str, ...], caps: Mapping[str, int], spread: frozenset[str]) -> None:
        self.names, self.caps, self.spread = names, dict(caps), spread
        self.primary = ""
        self.radix: list[str] = []
        self.noted: dict[str, Array] = {}
        self.stride = 1
        self.places = 0
        self.rows = 0
        self.conflict: str | None = None  # a dimension that turned out to be determined by nothing
        self.present: Array = np.zeros(0, dtype=bool)
        self.sums: dict[tuple[int, str], Sum] = {}
        self.best: dict[int, Sum] = {}
        self.largest: dict[int, bool] = {}
        self.days: set[int] = set()
        self.faults: dict[int, I64] = {}

    # ------------------------------------------------------------ where a key is

    def _begin(self, keys: dict[str, Array]) -> None:
        free = [name for name in self.names if name not in self.caps]
        sizes = {name: int(keys[name].max(initial=0)) for name in free}
        self.primary = max(free, key=lambda name: sizes[name]) if free else "year"
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
        for name in self.names:
            if int(keys[name].min()) < 0:
                return None
        at: I64 = keys[self.primary].astype(np.int64)
        for name in self.radix:
            column = keys[name]
            if int(column.max()) >= self.caps[name]:
                return None
            at = at * self.caps[name] + column
        at = v.full(at, rows)
        most = (int(keys[self.primary].max()) + 1) * self.stride
        if most > self.places and not self._grow(most):
            return None
        for name, noted in self.noted.items():
            known, own = noted[at], keys[name]
            same = known == own
            if same.all():
                continue
            if not (same | (known < 0)).all():
                self.conflict = name
                return None
            noted[at] = own
            if not (noted[at] == own).all():
                self.conflict = name
                return None
        return at

    def _grow(self, most: int) -> bool:
        if most > max(FEW, PLACES * self.rows):
            return False
        places = min(max(most, self.places * 3 // 2), max(FEW, PLACES * self.rows))
        self.present = _longer(self.present, places, 0)
        self.noted = {name: _longer(a, places, -1) for name, a in self.noted.items()}
        for each in self.sums.values():
            each.values = _longer(each.values, places, 0)
        for number, best in self.best.items():
            best.values = _longer(best.values, places, self._worst(number))
        self.faults = {number: _longer(a, places, 0) for number, a in self.faults.items()}
        self.places = places
        return True

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
        ready: list[tuple[Sum, Ints]] = []
        extremes: list[tuple[Sum, Ints, bool, I64]] = []
        for number, partial in enumerate(found):
            fields = {
                "rows": Num(Ints(partial.rows)),
                "missing": None if partial.missing is None else Num(Ints(partial.missing)),
                "negative": None if partial.negative is None else Num(Ints(partial.negative)),
                "total": partial.total,
                "weights": partial.weights,
            }
            for name, value in fields.items():
                if value is None:
                    continue
                key = (number, name)
                if key not in self.sums:
                    self.sums[key] = Sum(np.zeros(self.places, dtype=np.int64))
                top = self.sums[key].takes(value, rows)
                if top is None:
                    return False
                ready.append((self.sums[key], top))
            if partial.extreme is not None:
                chosen = self._extreme(number, partial, largest[number])
                if chosen is None:
                    return False
                extremes.append((*chosen, largest[number], at))
            if partial.days:
                self.days.add(number)
        for each, top in ready:
            each.add(at, top)
        for best, top, is_largest, _ in extremes:
            (np.maximum if is_largest else np.minimum).at(best.values, at, top.a)
        for number, partial in enumerate(found):
            if partial.fault is not None:
                self._fault(number, at, partial.fault)
        self.present[at] = True
        return True

    def _extreme(self, number: int, partial: Partial, largest: bool) -> tuple[Sum, Ints] | None:
        """Where the extremes are kept, and the values with the worst of all where a group has no rows."""
        x = partial.extreme
        assert x is not None
        den = x.den.scalar
        if den is None or not x.num.small:
            return None
        self.largest[number] = largest
        if number not in self.best:
            self.best[number] = Sum(np.full(self.places, self._worst(number), dtype=np.int64), den=den)
        best = self.best[number]
        if best.den != den:
            return None
        values = v.full(x.num.a, len(partial.rows))
        return best, Ints(np.where(partial.rows > 0, values, self._worst(number)))

    def _fault(self, number: int, at: I64, fault: I64) -> None:
        """The first error of each place stays."""
        kept = self.faults.setdefault(number, np.zeros(self.places, dtype=np.int64))
        wide = v.full(fault, len(at))
        new = np.flatnonzero((wide != 0) & (kept[at] == 0))[::-1]
        kept[at[new]] = wide[new]

    # ------------------------------------------------------------ the groups

    def groups(self, tasks: int) -> tuple[dict[str, Array], list[Partial]] | None:
        """The keys that were met, each once, and their partials; None: there were none."""
        at = np.flatnonzero(self.present)
        if not len(at):
            return None
        keys: dict[str, Array] = {}
        rest = at
        for name in reversed(self.radix):
            rest, keys[name] = np.divmod(rest, self.caps[name])
        keys[self.primary] = rest
        for name, noted in self.noted.items():
            keys[name] = noted[at].astype(np.int64)
        found: list[Partial] = []
        for number in range(tasks):
            partial = Partial(self._counts(number, "rows", at), days=number in self.days)
            for name in ("missing", "negative"):
                if (number, name) in self.sums:
                    setattr(partial, name, self._counts(number, name, at))
            partial.total, partial.weights = (
                self._numbers(number, "total", at),
                self._numbers(number, "weights", at),
            )
            if number in self.best:
                best = self.best[number]
                values = np.where(partial.rows > 0, best.values[at], 0)
                partial.extreme = Num(Ints(values), one(best.den))
            if number in self.faults:
                fault = self.faults[number][at]
                partial.fault = fault if fault.any() else None
            found.append(partial)
        return {name: keys[name] for name in self.names}, found

    def _counts(self, number: int, name: str, at: I64) -> I64:
        return self.sums[number, name].values[at]

    def _numbers(self, number: int, name: str, at: I64) -> Num | None:
        found = self.sums.get((number, name))
        return None if found is None else Num(Ints(found.values[at]), one(found.den))


def _longer(a: Array, places: int, fill: int) -> Array:
    new = np.full(places, fill, dtype=a.dtype) if fill else np.zeros(places, dtype=a.dtype)
    new[: len(a)] = a
    return new
