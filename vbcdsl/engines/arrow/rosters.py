"""Rows whose key is not on the roster of its dimension (Q8), found while rows stream by."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.engines.arrow.ints import I64, Array
from vbcdsl.rules.program import Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation

FEW = 1 << 12


@attrs.define(eq=False)
class Listed:
    """The keys of a dimension on its roster in each year, and the rows of a record with other keys (Q8)."""

    engine: Evaluation
    record: Record
    dim: str
    owner: Record
    keys: dict[int, Array]  # year (0: any) → codes
    rows: dict[int, int] = attrs.field(factory=dict)  # rows with other keys, by year
    _table: npt.NDArray[np.bool_] | None = None
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    def sift(self, codes: Array, year: Array, keep: Array | None, lengths: I64 | None = None) -> Array | None:
        """The entries in `keep` (None: all) whose key is on the roster of their year; None: all of them. An entry
        stands for as many rows as `lengths` says (None: for one)."""
        most = int(codes.max(initial=0)) + 1
        with self._lock:
            table = self._known(most)
        first, last = int(year.min(initial=len(table))), int(year.max(initial=0))
        if (last + 1 - first) * most <= max(len(codes), FEW) and bool(table[first : last + 1, :most].all()):
            return keep
        allowed = table[year, codes]
        if allowed.all():
            return keep
        refused = ~allowed if keep is None else ~allowed & keep
        where = np.broadcast_to(year, refused.shape)[refused]
        count = np.zeros(len(table), dtype=np.int64)
        np.add.at(count, where, 1 if lengths is None else lengths[refused])
        with self._lock:
            for at in np.unique(where).tolist():
                self.rows[at] = self.rows.get(at, 0) + int(count[at])
        return allowed if keep is None else allowed & keep

    def _known(self, size: int) -> npt.NDArray[np.bool_]:
        """For each year and code whether the key is listed."""
        if self._table is None or self._table.shape[1] < size:
            years = len(self.engine.times.calendar.years) + 1
            most = max([size, *(int(c.max(initial=0)) + 1 for c in self.keys.values())])
            self._table = np.zeros((years, most), dtype=bool)
            for year, codes in self.keys.items():
                self._table[year, codes] = True
        return self._table

    def report(self) -> None:
        """The error, or the note, of rows whose key is not listed."""
        if self.rows:
            self.engine.unlisted(self)
