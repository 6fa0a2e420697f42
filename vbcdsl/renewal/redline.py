"""The redline: what stands in both texts, what was struck out, what was put in, by section; tables cell by
cell."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

Op: TypeAlias = Literal["same", "ins", "del"]


@attrs.frozen
class Run:
    """A stretch of words; `hunk`: the change that it belongs to."""

    op: Op
    text: str
    hunk: int | None = None


@attrs.frozen
class Row:
    """A row of a table: the runs of each cell; `op` other than same: the whole row was put in or struck out."""

    cells: tuple[tuple[Run, ...], ...]
    op: Op = "same"
    hunk: int | None = None


@attrs.frozen
class Table:
    """A table; the first row is its head."""

    rows: tuple[Row, ...]


@attrs.frozen
class Shown:
    """A piece as it is shown. `old` and `new` are its numbers, "" where it does not stand."""

    kind: str
    old: str
    new: str
    state: Literal["same", "changed", "added", "removed"]
    blocks: tuple[tuple[Run, ...] | Table, ...]

    @property
    def hunks(self) -> tuple[int, ...]:
        """The changes in it."""
        found: dict[int, None] = {}
        for block in self.blocks:
            rows = block.rows if isinstance(block, Table) else (Row((block,)),)
            for row in rows:
                for run in (Run("same", "", row.hunk), *(r for cell in row.cells for r in cell)):
                    if run.hunk is not None:
                        found[run.hunk] = None
        return tuple(found)
