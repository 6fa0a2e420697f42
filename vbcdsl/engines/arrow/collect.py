"""What one reading collects: for each way of grouping the keys met so far and the partials of its aggregates.

Batches are added as they come, by several threads. As a rule they go to a table by place (`slots.py`); what has no
place there is kept as a list of parts, of which equal groups are put together from time to time.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping

import attrs
import numpy as np

from vbcdsl.engines.arrow import partials
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.groups import grouped, unique_keys
from vbcdsl.engines.arrow.ints import I64, Array
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.room import SHELF, Room, some
from vbcdsl.engines.arrow.slots import Slots
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program

COMPACT = 1 << 22  # groups kept before equal ones are put together


@attrs.define(eq=False)
class Task:
    """One aggregate in a reading; `year` 0: for all years at once. `node` None: only the keys are wanted."""

    stream: Streamed | None
    node: n.Aggregate | None
    year: int
    program: Program
    parts: list[Partial] = attrs.field(factory=list)


@attrs.define(eq=False)
class Collector:
    """The tasks that group alike, with the keys of the groups found so far."""

    dims: tuple[str, ...]
    clock: str | None
    year: int  # 0: rows of all years
    tasks: list[Task] = attrs.field(factory=list)
    keys: list[dict[str, Array]] = attrs.field(factory=list)
    bits: list[Partial] | None = None  # periods by group, for a check of unique keys
    size: int = 0
    caps: Mapping[str, int] = attrs.field(factory=dict)  # codes of "year" and the clock
    slots: Slots | None = None
    room: Room | None = None  # a limit of memory
    shelf: str = ""  # the name of its files
    _begin: tuple[str, int] | None = None
    _expected: int = 0  # places of the next table
    _spread: frozenset[str] = frozenset()
    _listed: bool = False  # no more tables: parts are kept
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    def names(self) -> tuple[str, ...]:
        """The columns of a group's key."""
        return ("year", *self.dims) if self.clock is None else ("year", *self.dims, self.clock)

    @property
    def by_place(self) -> bool:
        """Whether rows may be added one by one."""
        return not self._listed

    def clear(self) -> None:
        """Forgets everything."""
        self.keys, self.slots, self.size, self._listed = [], None, 0, False
        self._spread = frozenset()
        self.bits = None if self.bits is None else []
        for task in self.tasks:
            task.parts = []

    def add(self, keys: dict[str, Array], rows: int, found: list[Partial]) -> None:
        """Adds groups, or rows (keys may repeat): the partials of the tasks, the check of unique keys last."""
        with self._lock:
            if self.room is not None:
                kept = self.room.keep(self.shelf, self.slots, keys, found, rows)
                if kept is None:
                    return
                if kept[0] is not keys:
                    keys, found = kept
                    rows = len(keys[self.room.dim])
            self._add(keys, rows, found)
            if self.room is not None:
                self.room.tighten(self.shelf, self.slots, len(self._largest()))

    def _add(self, keys: dict[str, Array], rows: int, found: list[Partial]) -> None:
        with self._lock:
            largest = self._largest()
            while not self._listed:
                if self.slots is None:
                    self.slots = Slots(self.names(), self.caps, self._spread, self._begin, self._expected)
                slots = self.slots
                if slots.add(keys, rows, found, largest):
                    return
                self._to_parts()
                if slots.conflict is None:
                    self._listed = True
                else:
                    self._spread |= {slots.conflict}
            first, number = unique_keys([v.full(keys[name], rows) for name in self.names()], rows)
            if len(first) < rows:
                again = grouped(number, len(first))
                found = [p.regroup(again, big) for p, big in zip(found, largest, strict=True)]
                keys = {name: v.pick(column, first) for name, column in keys.items()}
            self._append(keys, len(first), found)
            if self.size > COMPACT:
                self.compact()

    # ------------------------------------------------------------ some of the groups (`folds.py`)

    def begin_at(self, dim: str, code: int) -> None:
        """No smaller code of a dimension will come: a new table begins there."""
        self._begin = (dim, code)

    def detach(self) -> Collector:
        """The groups so far, as a collector of their own; this one begins anew."""
        with self._lock:
            other = copy.copy(self)
            other.tasks = [copy.copy(task) for task in self.tasks]
            other._lock = threading.RLock()
            if self.slots is not None:  # the next part of the data will need about as many
                self._expected = self.slots.used * 9 // 8
            self.keys, self.size, self.slots, self._listed = [], 0, None, False
            self.bits = None if self.bits is None else []
            for task in self.tasks:
                task.parts = []
        return other

    def read_back(self, dim: str, shelf: int) -> None:
        """Holds the groups of one range of codes that waited on the disk, and no others."""
        room, self.room = self.room, None
        assert room is not None
        self.clear()
        self.begin_at(dim, shelf * SHELF)
        for keys, found in room.get(self.shelf, shelf):
            self._add(keys, len(keys[dim]), found)
        self.room = room

    def send_away(self, dim: str, code: int) -> None:
        """The groups of this code and larger ones go to the disk."""
        assert self.room is not None
        first, last = self.span(dim)
        if last <= code:
            return
        if self.slots is not None:
            given = self.slots.shrink(max(code, first), len(self._largest()))
            if given is not None:
                self.room.put(self.shelf, *given)
            return
        keys = self.keys[0]
        everything = [task.parts[0] for task in self.tasks if task.node is not None] + (self.bits or [])
        away = keys[dim] >= code
        self.clear()
        self.room.put(self.shelf, *some(keys, everything, len(away), np.flatnonzero(away)))
        stays = np.flatnonzero(~away)
        if len(stays):
            kept, found = some(keys, everything, len(away), stays)
            self._add(kept, len(stays), found)

    def span(self, dim: str) -> tuple[int, int]:
        """The codes of a dimension that groups may have: from the one up to but not including the other. To be
        asked before `of_year`."""
        if self.slots is not None and (
            self.keys or self.slots.primary != dim or self.slots.radix != ["year"]
        ):
            self.compact()
        if self.slots is not None:
            return self.slots.codes()
        self.compact()
        if not self.keys or not len(codes := self.keys[0][dim]):
            return 0, 0
        return int(codes.min()), int(codes.max()) + 1

    def codes_of_year(self, dim: str, year: int) -> I64:
        """The codes of a dimension that groups of a year have (maybe more than once); ask `span` first."""
        if self.slots is not None:
            return self.slots.codes_of_year(year)
        return self.keys[0][dim][self.keys[0]["year"] == year] if self.keys else np.zeros(0, dtype=np.int64)

    def of_year(
        self, dim: str, year: int, low: int, high: int, without: int = -1
    ) -> tuple[dict[str, Array], list[Partial]] | None:
        """The groups of a year with these codes of a dimension (but one); None: there are none."""
        if self.slots is not None:
            inside = self.slots.base <= without < self.slots.codes()[1]
            there = self.slots.hide(without) if inside else None
            found = self.slots.groups_of_year(len(self._largest()), year, low, high)
            if there is not None:
                self.slots.show(without, there)
            return found
        if not self.keys:
            return None
        keys = self.keys[0]
        codes = keys[dim]
        at = np.flatnonzero((keys["year"] == year) & (codes >= low) & (codes < high) & (codes != without))
        if not len(at):
            return None
        parts = [task.parts[0] for task in self.tasks if task.node is not None]
        taken = [partial.take(at) for partial in (*parts, *(self.bits or ()))]
        return {name: column[at] for name, column in keys.items()}, taken

    # ------------------------------------------------------------ putting together

    def _largest(self) -> list[bool]:
        found = [task.node.name == "largest" for task in self.tasks if task.node is not None]
        return [*found, False] if self.bits is not None else found

    def _append(self, keys: dict[str, Array], size: int, found: list[Partial]) -> None:
        self.keys.append({name: v.full(column, size) for name, column in keys.items()})
        for task, partial in zip((t for t in self.tasks if t.node is not None), found, strict=False):
            task.parts.append(partial)
        if self.bits is not None:
            self.bits.append(found[-1])
        self.size += size

    def _to_parts(self) -> None:
        """The table as one part."""
        slots, self.slots = self.slots, None
        groups = None if slots is None else slots.groups(len(self._largest()))
        if groups is not None:
            self._append(groups[0], len(groups[0]["year"]), groups[1])

    def compact(self) -> None:
        """Equal groups put together: one part is left (none, if there are no groups)."""
        self._to_parts()
        if len(self.keys) < 2:
            return
        names = self.names()
        columns = [np.concatenate([k[name] for k in self.keys]) for name in names]
        first, number = unique_keys(columns, len(columns[0]))
        if len(first) == len(columns[0]) and bool((number == np.arange(len(first))).all()):
            self._join(None, 0)
            self.keys = [dict(zip(names, columns, strict=True))]
        else:
            self._join(number, len(first))
            self.keys = [{name: c[first] for name, c in zip(names, columns, strict=True)}]
        self.size = len(first)

    def _join(self, number: I64 | None, size: int) -> None:
        for task in self.tasks:
            if task.node is not None and task.parts:
                joined = partials.concat(task.parts)
                if number is not None:
                    joined = joined.regroup(grouped(number, size), task.node.name == "largest")
                task.parts = [joined]
        if self.bits:
            joined = partials.concat(self.bits)
            self.bits = [joined if number is None else joined.regroup(grouped(number, size), False)]
