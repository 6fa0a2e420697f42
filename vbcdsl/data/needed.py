"""Which rows of a record a run needs: those of some performance years. The others are passed over and counted.

It stands between the engines, which say which years they read (`vbcdsl.engines.needs`), and the sources: a source
reads the period of each row first, and of rows that are not needed nothing else. What is passed over is told by
numbers (`Batch.passed`, `Batch.outside`), so that a settlement counts the same rows as ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.model.day_text import days
from vbcdsl.model.periods import Calendar, Period
from vbcdsl.rules.program import Record

_CLOCKS: Final = ("Month", "Quarter", "Half Year", "Performance Year", "Contract Year")

Span = tuple[int, int]  # first and last day since 1970-01-01, both in it
Days = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@attrs.frozen
class Needed:
    """The days of rows that are needed, and the days of the term, as spans in ascending order. `column`: the one
    that holds the day of a row."""

    column: str
    spans: tuple[Span, ...]
    term: tuple[Span, ...]

    @classmethod
    def of(cls, record: Record, calendar: Calendar, years: Iterable[int]) -> Needed | None:
        """The rows of these performance years; None for a record whose rows are all read."""
        column = time_column(record)
        if column is None:
            return None
        wanted = set(years)
        chosen = [period for period in calendar.years if period.number in wanted]
        return cls(column, _spans(chosen), _spans(calendar.years))

    def mask(self, found: Days, bounds: Span | None = None) -> Mask | None:
        """The rows that are needed, of rows with these days, none of which lies outside the bounds (None: not
        known); None: all of them."""
        if not len(found):
            return None
        low, high = bounds or (int(found.min()), int(found.max()))
        if any(first <= low and high <= last for first, last in self.spans):
            return None
        return _within(found, self.spans)

    def outside(self, found: Days) -> int:
        """How many of these days lie outside the term."""
        return len(found) - int(np.count_nonzero(_within(found, self.term)))

    def passed(self, low: int, high: int) -> bool | None:
        """What rows are whose days lie somewhere from the one to the other: False: not needed, in the term; True:
        outside of it; None: some may be needed, or they are of both kinds."""
        if any(first <= high and low <= last for first, last in self.spans):
            return None
        if any(first <= low and high <= last for first, last in self.term):
            return False
        return None if any(first <= high and low <= last for first, last in self.term) else True


def time_column(record: Record) -> str | None:
    """The column that tells in which performance year a row is; None where there is none, or where a day is not
    enough to tell it: an own period belongs to the year in which it ends."""
    if record.clock is None:
        return record.date_column
    return record.clock if record.clock in _CLOCKS else None


def _spans(periods: Iterable[Period]) -> tuple[Span, ...]:
    """Periods as spans; those without a day between them are one."""
    found: list[Span] = []
    for first, last in sorted((days(p.start), days(p.end)) for p in periods):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def _within(found: Days, spans: tuple[Span, ...]) -> Mask:
    mask = np.zeros(len(found), dtype=bool)
    for first, last in spans:
        mask |= (found >= first) & (found <= last)
    return mask
