"""Which row groups of a file hold no row that is needed, so that they are counted and not decoded.

It stands between a source and the readers of files. A row group is passed over only if its statistics prove of
every row that its period can be read and is not needed, and whether it lies in the term; else it is decoded, and
its rows are chosen one by one (`sifted.py`). So it can be seen in the time of a run and in nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import attrs
import pyarrow as pa

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.cells import meant_texts
from vbcdsl.data.convert.day_column import DayReader
from vbcdsl.data.matching import Match
from vbcdsl.data.needed import Needed, Span
from vbcdsl.data.readers.parquet_statistics import Cell, RowGroup
from vbcdsl.data.store import Batch
from vbcdsl.model.day_text import EPOCH, FIRST_DAY, LAST_DAY, days, parser_of

MOST: Final = 400  # whole numbers between the least and the largest that are read one by one


@attrs.frozen(eq=False)
class Stretch:
    """Rows of a file that stand one after another: those of `match` are read; without it they are passed over, all
    of them in the term or all `outside` of it."""

    match: Match | None
    rows: int = 0
    outside: bool = False

    def counted(self, first_row: int) -> Batch:
        """The rows that are passed over, as their number."""
        return Batch(0, first_row, {}, passed=self.rows, outside=self.rows if self.outside else 0)


def stretches(match: Match, needed: Needed | None, clock: Any) -> list[Stretch]:
    """A file in the order of its rows. `clock`: the reader of the column that tells the period."""
    groups = _groups(match, needed, clock)
    if needed is None or groups is None:
        return [Stretch(match)]
    kind = match.part.fields()[_place(match, clock)].kind
    marks = [_passed(group, needed, clock, kind) for group in groups]
    if all(mark is None for mark in marks):
        return [Stretch(match)]
    found: list[Stretch] = []
    for chosen, outside in _together(groups, marks):
        rows = sum(group.rows for group in chosen)
        if outside is None:
            part = match.part.only([group.number for group in chosen])  # type: ignore[attr-defined]
            found.append(Stretch(attrs.evolve(match, part=part), rows))
        else:
            found.append(Stretch(None, rows, outside))
    return found


def _place(match: Match, clock: Any) -> int:
    return match.places[match.of[clock.column.name][0]]


def _groups(match: Match, needed: Needed | None, clock: Any) -> list[RowGroup] | None:
    look = getattr(match.part, "row_groups", None)
    places = [] if needed is None else match.of.get(needed.column, [])
    if look is None or len(places) != 1 or not isinstance(clock, DayReader):
        return None
    found: list[RowGroup] = look(_place(match, clock))
    return found


def _together(
    groups: list[RowGroup], marks: list[bool | None]
) -> Iterator[tuple[list[RowGroup], bool | None]]:
    """Neighbouring row groups that are treated alike."""
    start = 0
    for end in range(1, len(groups) + 1):
        if end == len(groups) or marks[end] is not marks[start]:
            yield groups[start:end], marks[start]
            start = end


def _passed(group: RowGroup, needed: Needed, clock: DayReader, kind: Any) -> bool | None:
    """Whether all rows lie outside the term (True) or in years that are not needed (False); None: it is read."""
    span = None if group.low is None or group.high is None else _span(clock, kind, group.low, group.high)
    return None if span is None else needed.passed(*span)


def _span(clock: DayReader, kind: Any, low: Cell, high: Cell) -> Span | None:
    """The first and the last day that cells from the least to the largest can stand for; None: a cell between them
    could be wrong, or empty."""
    if pa.types.is_date32(kind) and isinstance(low, int) and isinstance(high, int):
        if low < FIRST_DAY or high > LAST_DAY:
            return None
        return (_month(low), _month(high)) if clock.months else (low, high)
    if isinstance(low, int) and isinstance(high, int):
        if high - low > MOST:
            return None
        texts = [str(number) for number in range(low, high + 1)]
    else:
        texts = [str(low)]
    parse = parser_of(clock.column.kind, clock.clock, clock.calendar, clock.rules.format, clock.column.title)
    meant = meant_texts(as_arrow.texts(texts), clock.rules, trim=True)
    found = [None if text is None else parse(text) for text in meant]
    known = [days(day) for day in found if day is not None]
    return (min(known), max(known)) if len(known) == len(found) else None


def _month(day: int) -> int:
    """The first day of its month."""
    return days(dt.date.fromordinal(day + EPOCH).replace(day=1))
