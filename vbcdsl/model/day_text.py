"""Days written as text: dates, months, and the labels of years, quarters and half years."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import CALENDAR_QUARTER, CLOCKS, OWN, Calendar, Clock

EPOCH: Final = dt.date(1970, 1, 1).toordinal()
FIRST_DAY: Final = dt.date.min.toordinal() - EPOCH
LAST_DAY: Final = dt.date.max.toordinal() - EPOCH

# A text to a day, None if it is none.
DayParser: TypeAlias = Callable[[str], dt.date | None]

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})-?(\d{2})")
_YEAR = re.compile(r"(?:[PCF]Y ?)?(\d{1,4})(?:\.0+)?", re.IGNORECASE)
_PART = re.compile(r"(\d{4})[- ]?([QH])([1-8])", re.IGNORECASE)


def days(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


def _date(text: str) -> dt.date | None:
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    return _made(*map(int, match.groups())) if match else None


def _made(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _month(text: str) -> dt.date | None:
    match = _MONTH.fullmatch(text)
    if match:
        return _made(int(match[1]), int(match[2]), 1)
    day = _date(text)
    return day.replace(day=1) if day else None


@attrs.frozen
class ClockLabels:
    """The days that labels of a clock stand for, by the contract's calendar. `by_calendar`: those of a Calendar
    Quarter, of which 2024-Q3 begins in July also where the performance year does."""

    calendar: Calendar
    clock: Clock
    by_calendar: bool = False

    def parse(self, text: str) -> dt.date | None:
        """A label, or a date inside the period."""
        if self.clock == "Month":
            return _month(text)
        if self.clock == OWN:
            own = self.calendar.own_named(" ".join(text.split()))
            return own.start if own is not None else _date(text)
        if self.clock in ("Quarter", "Half Year"):
            match = _PART.fullmatch(text)
            return self._part(int(match[1]), match[2].upper(), int(match[3])) if match else _date(text)
        match = _YEAR.fullmatch(text)
        return self.year(int(match[1])) if match else _date(text)

    def year(self, label: int) -> dt.date | None:
        """The first day of the performance year named; a label that names none is a day outside the term
        (January 1 of that year, or December 31 where January 1 lies in a performance year of another
        name)."""
        if not 1 <= label <= dt.MAXYEAR:
            return None
        if self.clock in ("Calendar Year", "Fiscal Year"):
            return dt.date(label, 1, 1)
        period = self.calendar.year_named(label)
        if period is not None:
            return period.start
        return self._outside(dt.date(label, 1, 1), dt.date(label, 12, 31))

    def _part(self, year: int, letter: str, number: int) -> dt.date | None:
        clock: Clock = "Quarter" if letter == "Q" else "Half Year"
        if clock != self.clock or (letter == "H" and number > 4):
            return None
        if self.by_calendar:
            return _made(year, 3 * number - 2, 1)
        label = f"{year}-{letter}{number}"
        for whole in self.calendar.years:
            for part in self.calendar.parts(whole, clock):
                if part.label == label:
                    return part.start
        months = 3 if letter == "Q" else 6
        first = _made(year, months * (number - 1) + 1, 1)
        last = _made(year, months * number, 28)
        return self._outside(first, last)

    def _outside(self, *candidates: dt.date | None) -> dt.date | None:
        for day in candidates:
            if day is not None and self.calendar.year_of(day) is None:
                return day
        return None


def parser_of(
    kind: Kind, clock: Clock | None, calendar: Calendar, format: str | None, title: str | None = None
) -> DayParser:
    """How a column's texts become days. `clock`: the column is the clock column of its record; `title`: what the
    contract calls it."""
    parse: DayParser
    if clock is not None:
        parse = ClockLabels(calendar, clock, title == CALENDAR_QUARTER).parse
    else:
        parse = _month if kind.base == "month" else _date
    if format is None:
        return parse
    whole_month = clock == "Month" or (clock is None and kind.base == "month")

    def formatted(text: str) -> dt.date | None:
        try:
            day = dt.datetime.strptime(text, format).date()
        except ValueError:
            return None
        return day.replace(day=1) if whole_month else day

    return formatted


def clock_of(name: str) -> Clock | None:
    """The clock of that name."""
    return next((clock for clock in CLOCKS if clock == name), None)
