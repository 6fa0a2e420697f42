"""The rows of a batch that are needed, chosen by their periods before anything else in them is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.context import BatchContext
from vbcdsl.data.needed import Mask, Needed
from vbcdsl.data.store import Batch, DayColumn, rows_of


@attrs.define(eq=False)
class Sifted:
    """Some rows of a batch. `days`: their days. `passed`: the number of the other rows, `outside` of which lie
    outside the term."""

    days: DayColumn
    passed: int
    outside: int
    rows: npt.NDArray[np.int64]
    _mask: Mask

    @property
    def _together(self) -> bool:
        """Whether the rows stand one after another."""
        return not len(self.rows) or int(self.rows[-1]) - int(self.rows[0]) + 1 == len(self.rows)

    def of(self, array: Any) -> Any:
        """The rows of a column."""
        if self._together:
            return array.slice(int(self.rows[0]) if len(self.rows) else 0, len(self.rows))
        return array.filter(as_arrow.flags(self._mask))

    def context(self, context: BatchContext) -> BatchContext:
        """The rows by their numbers in the input."""
        if self._together:
            first = context.first_row + (int(self.rows[0]) if len(self.rows) else 0)
            return attrs.evolve(context, rows=len(self.rows), first_row=first)
        return attrs.evolve(context, rows=len(self.rows), places=self.rows)


def only_needed(batch: Batch, needed: Needed) -> Batch:
    """The rows of a batch that are needed, where its source gave others too."""
    days = batch.columns.get(needed.column)
    sifted = sift(needed, days, ()) if isinstance(days, DayColumn) else None
    if sifted is None:
        return batch
    columns = {name: rows_of(column, sifted.rows) for name, column in batch.columns.items()}
    places = sifted.rows if batch.places is None else batch.places[sifted.rows]
    return Batch(
        len(sifted.rows), batch.first_row, columns, None,
        batch.passed + sifted.passed, batch.outside + sifted.outside, places,
    )  # fmt: skip


def sift(needed: Needed, days: DayColumn, wrong: Sequence[Mask]) -> Sifted | None:
    """The rows that are needed; None: all of them. A row whose day is `wrong`, or missing, is among them."""
    mask = needed.mask(days.values, days.bounds)
    if mask is None:
        return None
    for kept in (*wrong, days.missing):
        if kept is not None:
            mask |= kept
    if mask.all():
        return None
    rows = np.flatnonzero(mask)
    left = ~mask
    return Sifted(
        rows_of(days, mask),  # type: ignore[arg-type]
        len(mask) - len(rows), needed.outside(days.values[left]), rows, mask,
    )  # fmt: skip
