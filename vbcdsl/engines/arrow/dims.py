"""Dimensions: the keys of parties, members, measures … as codes that hold for the whole evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.engines.arrow.ints import I64, Array
from vbcdsl.engines.arrow.vec import TextPool


class Dimension:
    """The texts of one dimension.

    The first column of data that brings keys lends its codes and its list of texts: for it no code has to be
    translated, which is what makes a hundred thousand members cheap. The list is copied when other keys come.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.pool = TextPool([])
        self._lender: TextPool | None = None
        self._ranks: I64 | None = None
        self._same: dict[int, tuple[TextPool, int, bool]] = {}  # pools whose codes are the codes here

    def code(self, text: str) -> int:
        """The code of a key, -1 if nobody has it."""
        return self.pool.find(text)

    def add(self, text: str) -> int:
        """The code of a key, added if it is new."""
        return self.pool.add(text)

    def translate(self, pool: TextPool, codes: Array) -> Array:
        """A data column's codes as codes of this dimension."""
        mine = self.pool
        if self._lender is None and not mine.texts:
            self._lender = pool
            mine.texts, mine.borrowed = pool.texts, True
        if self._lender is pool and mine.borrowed:
            mine.texts = pool.texts
            return codes
        if self._lender is pool and len(pool.texts) == mine.lent:
            return codes
        table = pool.into(mine, grow=True)
        known = self._same.get(id(pool))
        if known is None or known[1] != len(table):
            known = (pool, len(table), bool((table == np.arange(len(table))).all()))
            self._same[id(pool)] = known
        return codes if known[2] else table[codes]

    def order(self, lines: dict[str, int] | None) -> I64:
        """For each code its place in the order of results: by line of the contract's table, or by text."""
        texts = self.pool.texts
        if lines is None:
            if self._ranks is None or len(self._ranks) != len(texts):
                self._ranks = _places(_sorted(texts))
            return self._ranks
        last = len(lines)
        return _places(
            np.array(
                sorted(range(len(texts)), key=lambda c: (lines.get(texts[c], last), texts[c])), dtype=np.int64
            )
        )


def texts_array(texts: Sequence[str]) -> Any:
    """Texts as an Arrow array."""
    made = getattr(texts, "array", None)
    return as_arrow.texts(texts) if made is None else made()


def _sorted(texts: Sequence[str]) -> I64:
    """The codes in the order of their texts (of their characters' numbers: UTF-8 keeps that order)."""
    if not hasattr(texts, "array"):
        return np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.int64)
    return numpy_of(pc.sort_indices(texts_array(texts))).astype(np.int64)


def _places(order: I64) -> I64:
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places
