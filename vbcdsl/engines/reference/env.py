"""Where an expression is evaluated: the party, the period, other keys, and the rows that are visited."""

from __future__ import annotations

import attrs

from vbcdsl.diagnostics import RunError
from vbcdsl.model.periods import CLOCKS, OWN, YEAR, Period
from vbcdsl.model.values import Value


class Failure(Exception):
    """A value that cannot be computed, on its way to the term that needs it."""

    def __init__(self, error: RunError) -> None:
        self.error = error
        super().__init__(error.message)


@attrs.frozen
class Row:
    """A row of a record: its values by column, and the period or day that places it (None: in every period)."""

    values: dict[str, Value]
    place: Period | None
    number: int


@attrs.frozen
class Env:
    """`keys`: dimension → key. `period`: the finest period that is fixed. `rows`: visited rows by record.
    `term`, `section`: what is being computed, for messages."""

    keys: dict[str, str]
    period: Period
    rows: dict[str, Row] = attrs.field(factory=dict)
    term: str = ""

    def with_keys(self, keys: dict[str, str], period: Period | None = None) -> Env:
        """The same place with more keys."""
        return attrs.evolve(self, keys={**self.keys, **keys}, period=period or self.period)

    def with_row(self, record: str, row: Row, keys: dict[str, str], period: Period) -> Env:
        """Inside a visited row."""
        return attrs.evolve(self, keys={**self.keys, **keys}, rows={**self.rows, record: row}, period=period)

    def shown(self) -> tuple[tuple[str, str], ...]:
        """The keys for a message; a Member is never shown."""
        shown = [(dim, "(one of them)" if dim == "Member" else key) for dim, key in self.keys.items()]
        return (*shown, (self.period.clock_name, self.period.label))


def holds(outer: Period, inner: Period) -> bool:
    """Whether a period lies in another."""
    return outer.start <= inner.start and inner.end <= outer.end


def overlaps(one: Period, other: Period) -> bool:
    """Whether one of the two periods lies in the other; an own period that cuts years counts for the one in which
    it ends."""
    if OWN in (one.clock, other.clock) and YEAR in (one.clock, other.clock) and one.year == other.year:
        return True
    return holds(one, other) or holds(other, one)


def is_clock(dim: str) -> bool:
    """Whether a dimension is a clock."""
    return dim in CLOCKS
