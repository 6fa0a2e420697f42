"""Identifiers that are whole numbers: their codes without making a text of every row."""

from __future__ import annotations

import threading
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.data.convert.text_column import CodeBook

WINDOW: Final = 1 << 23  # numbers that lie so close together have a table


@attrs.define(eq=False)
class NumberCodes:
    """The codes of whole numbers, whose texts are their digits."""

    book: CodeBook
    _base: int = 0
    _table: npt.NDArray[np.int32] = attrs.field(factory=lambda: np.zeros(0, np.int32))
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    def codes(self, numbers: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
        """The code of each number; new ones get the next codes."""
        if not len(numbers):
            return np.zeros(0, np.int32)
        low, high = int(numbers.min()), int(numbers.max())
        with self._lock:
            if not self._reach(low, high):
                different, place = np.unique(numbers, return_inverse=True)
                return self._added(different)[place]
            at = numbers - self._base
            codes: npt.NDArray[np.int32] = self._table[at]
            if int(codes.min()) < 0:
                fresh = np.unique(numbers[codes < 0])
                self._table[fresh - self._base] = self._added(fresh)
                codes = self._table[at]
            return codes

    def _added(self, different: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
        return self.book.all([str(number) for number in different.tolist()])

    def _reach(self, low: int, high: int) -> bool:
        """Whether the table covers the numbers; it is extended if that is small enough."""
        size = len(self._table)
        start = min(low, self._base) if size else low
        end = max(high + 1, self._base + size) if size else high + 1
        if end - start > WINDOW:
            return False
        if start != self._base or end - start > size:
            end = max(end, start + min(WINDOW, size * 3 // 2))
            table = np.full(end - start, -1, np.int32)
            if size:
                table[self._base - start : self._base - start + size] = self._table
            self._base, self._table = start, table
        return True
