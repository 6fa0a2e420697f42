"""A limit of memory: what does not fit waits on the disk (`vbc run --memory`).

Members are coded from 0 in the order in which they come. Where a limit is set, the tables of a folded reading
(`folds.py`) hold members up to some code; rows of the others are written to files, a file for each range of codes.
At the end these ranges are read back one after another, settled and forgotten. The sums are exact whole numbers,
so where a row waited cannot change a cent.

The files hold codes and whole numbers, no names. They lie in a folder of their own that only the user may read,
and are removed at the end, whatever the end is.
"""

from __future__ import annotations

import pickle
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import numpy as np

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.ints import Array
from vbcdsl.engines.arrow.partials import Partial
from vbcdsl.engines.arrow.slots import Slots

SHELF: Final = 1 << 16  # codes of one file
NO_LIMIT: Final = 1 << 62
MEGA: Final = 1 << 20
LEAST_SPARE: Final = 64 * MEGA
SPARE: Final = 12  # one part in so many of the limit is kept free for the rows that are being read

Groups = tuple[dict[str, Array], list[Partial]]


def resident() -> int:
    """The memory that this process holds now, in bytes; 0 where the system does not say it."""
    return _status("VmRSS")


def most_resident() -> int:
    """The most memory that this process held so far, in bytes; 0 where the system does not say it."""
    found = _status("VmHWM")
    if found or sys.platform == "win32":
        return found
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _status(name: str) -> int:
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def check_limit(limit: int) -> None:
    """`VbcError` if the process holds so much already that no row could be read."""
    least = resident() + 2 * LEAST_SPARE
    if limit < least:
        raise VbcError([
            Diagnostic(
                "VBC8095",
                f"--memory allows {limit // 10**6:,} MB, of which {resident() // 10**6:,} MB are held before the "
                "first row is read.",
                help=f"Allow at least {-(-least // 10**8) / 10:g}GB.",
            )
        ])  # fmt: skip


def over_limit(limit: int) -> str | None:
    """What a reader must know if the limit was not kept."""
    most = most_resident()
    if most <= limit:
        return None
    return (
        f"{most // 10**6:,} MB of memory were used at most, more than --memory allows: "
        "a value that stands on all members, or a file of the values of each, needs them all at once"
    )


@attrs.define(eq=False)
class Room:
    """The room of one reading. `limit`: bytes of the whole process; `dim`: the dimension whose codes are put on
    the disk; `below`: codes from here on are."""

    limit: int
    dim: str
    below: int = NO_LIMIT
    spilled: bool = False
    _folder: Path | None = None
    _tops: dict[str, int] = attrs.field(factory=dict)  # the last file of each table
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    @property
    def spare(self) -> int:
        """Bytes that are kept free."""
        return max(LEAST_SPARE, self.limit // SPARE)

    def keep(self, name: str, slots: Slots | None, keys: dict[str, Array], found: list[Partial], rows: int) -> (
        Groups | None
    ):  # fmt: skip
        """What of these groups there is room for (None: nothing); the rest goes to the disk. `slots`: the table
        that they would be added to, `name`: how its files are called."""
        codes = v.full(keys[self.dim], rows)
        top = int(codes.max(initial=-1))
        with self._lock:
            if slots is not None and slots.primary == self.dim and top < self.below:
                self._look_ahead(slots, top)
            below = self.below
        if top < below:
            return keys, found
        inside = np.flatnonzero(codes < below)
        self.put(name, *some(keys, found, rows, np.flatnonzero(codes >= below)))
        return some(keys, found, rows, inside) if len(inside) else None

    def _look_ahead(self, slots: Slots, top: int) -> None:
        """No larger table than there is room for."""
        more = slots.growth(top)
        if more and resident() + more > self.limit - self.spare:
            self._lower(slots.codes()[1])

    def _lower(self, code: int) -> None:
        self.below = max(min(self.below, code // SHELF * SHELF), SHELF)

    def tighten(self, name: str, slots: Slots | None, tasks: int) -> None:
        """Makes room if there is too little: the table gives away half of its members."""
        with self._lock:
            if slots is None or slots.primary != self.dim:
                if resident() > self.limit - self.spare:
                    self._lower(0)
                return
            first, last = slots.codes()
            if last <= self.below and resident() > self.limit - self.spare:
                self._lower((first + last) // 2)
            below = self.below
        if last > below and below > first:
            given = slots.shrink(below, tasks)
            if given is not None:
                self.put(name, *given)

    # ------------------------------------------------------------ the files

    def put(self, name: str, keys: dict[str, Array], found: list[Partial]) -> None:
        """Writes groups, each to the file of its range of codes."""
        shelves = keys[self.dim] // SHELF
        with self._lock:
            self.spilled = True
            for shelf in np.unique(shelves).tolist():
                at = np.flatnonzero(shelves == shelf)
                with self._file(name, shelf).open("ab") as file:
                    pickle.dump(some(keys, found, len(shelves), at), file, protocol=5)
                self._tops[name] = max(self._tops.get(name, 0), shelf)

    def get(self, name: str, shelf: int) -> Iterator[Groups]:
        """The groups of a file, as they were written."""
        path = self._file(name, shelf)
        if not path.exists():
            return
        with path.open("rb") as file:
            while file.peek(1):
                yield pickle.load(file)
        path.unlink()

    def shelves(self) -> range:
        """The numbers of the files."""
        return range(max(self._tops.values(), default=-1) + 1)

    def _file(self, name: str, shelf: int) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="vbc-"))
        return self._folder / f"{name}-{shelf}"

    def clear(self) -> None:
        """Removes the files."""
        with self._lock:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None
            self._tops.clear()
            self.spilled, self.below = False, NO_LIMIT


def some(keys: dict[str, Array], found: list[Partial], rows: int, at: Array) -> Groups:
    """Some of the groups."""
    chosen = {name: v.full(column, rows)[at] for name, column in keys.items()}
    return chosen, [partial.take(at) for partial in found]
