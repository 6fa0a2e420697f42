"""The clocks of a contract: performance years, the shorter periods inside them, and a contract's own periods.

A `Period` is a range of days with a number. A finer period lies in exactly one coarser one; `Calendar`
answers which (Q4, Q16 of the language definition). The own periods of a contract (`"Budget Periods" are, in this
order: …`, C42) have their own first and last days: one may cut performance years and is settled with the year in
which it ends.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen

Clock: TypeAlias = Literal[
    "Month",
    "Quarter",
    "Half Year",
    "Own Period",
    "Performance Year",
    "Contract Year",
    "Calendar Year",
    "Fiscal Year",
]

# From fine to coarse. Contract year and performance year are the same years under two names unless the
# contract says otherwise; calendar and fiscal years may cut across.
CLOCKS: Final[tuple[Clock, ...]] = (
    "Month",
    "Quarter",
    "Half Year",
    "Own Period",
    "Performance Year",
    "Contract Year",
    "Calendar Year",
    "Fiscal Year",
)
YEAR: Final[Clock] = "Performance Year"
CALENDAR_QUARTER: Final = "Calendar Quarter"  # a Quarter, labelled in data by the calendar
PARTS_OF_YEAR: Final[dict[str, int]] = {"Month": 12, "Quarter": 4, "Half Year": 2}  # in 12 months
OWN: Final[Clock] = "Own Period"  # inside the program; people read the contract's name for it (`shown`)


@attrs.frozen(order=False, cache_hash=True)  # a part of the keys of all results
class Period:
    """A range of days, `start` and `end` both included.

    `number` counts from 1: for a performance year from the effective date, for a shorter period from the
    start of its performance year, for a month from the first month of its performance year, for an own period
    from the first one of the contract. `year` is the number of the performance year that holds it (an own period:
    in which it ends). An own period has a `name` of its own, and `title` is what the contract calls such a period.
    """

    clock: Clock
    number: int
    year: int
    start: dt.date
    end: dt.date
    name: str | None = None
    title: str | None = None
    of_year: int | None = (
        None  # a quarter or half year: the calendar year in which its performance year begins
    )

    @property
    def label(self) -> str:
        """How data and results name it: 2024 for a year, 2024-03 for a month, 2024-Q1, 2024-H1. A quarter has the
        label of its performance year: the third of the year that begins in July 2024 is 2024-Q3."""
        if self.name is not None:
            return self.name
        if self.clock == "Month":
            return f"{self.start:%Y-%m}"
        if self.clock == "Quarter":
            return f"{self.of_year or self.start.year}-Q{self.number}"
        if self.clock == "Half Year":
            return f"{self.of_year or self.start.year}-H{self.number}"
        return str(self.start.year)

    @property
    def calendar_label(self) -> str:
        """How data name a Calendar Quarter: 2024-Q3 begins in July 2024, whatever performance year it lies in."""
        return f"{self.start.year}-Q{(self.start.month + 2) // 3}"

    @property
    def clock_name(self) -> str:
        """What the contract calls such a period."""
        return self.title or self.clock

    @property
    def days(self) -> int:
        """The number of days in the period."""
        return (self.end - self.start).days + 1

    def holds(self, day: dt.date) -> bool:
        """Whether the day lies in the period."""
        return self.start <= day <= self.end


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later, or the last day of that month if it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def whole_months(start: dt.date, end: dt.date) -> int:
    """How many months have passed from a day to another, each to the same day of the next month or, if it has
    none, to its last day; below zero if `end` is earlier."""
    if end < start:
        return -whole_months(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


@frozen
class Calendar:
    """The performance years of a contract, numbered from 1 in order, without gaps, and its own periods."""

    effective: dt.date
    through: dt.date
    years: tuple[Period, ...]
    own: tuple[Period, ...] = ()

    @property
    def own_title(self) -> str | None:
        """What the contract calls one of its own periods ("Budget Period"), None if it has none."""
        return self.own[0].title if self.own else None

    def shown(self, dim: str) -> str:
        """A key as people read it."""
        return self.own_title or dim if dim == OWN else dim

    def own_named(self, label: str) -> Period | None:
        """The own period with that name or number."""
        for period in self.own:
            if label in (period.name, str(period.number)):
                return period
        return None

    def own_hold_years(self) -> bool:
        """Whether each performance year lies in one own period."""
        return bool(self.own) and all(
            any(p.start <= year.start and year.end <= p.end for p in self.own) for year in self.years
        )

    def cut(self) -> Period | None:
        """The first own period that does not lie in one performance year, None if each does."""
        for period in self.own:
            if self.years[period.year - 1].start > period.start:
                return period
        return None

    def year(self, number: int) -> Period | None:
        """Performance year `number`, or None outside the term."""
        return self.years[number - 1] if 1 <= number <= len(self.years) else None

    def year_of(self, day: dt.date) -> Period | None:
        """The performance year that contains the day, or None outside the term."""
        for period in self.years:
            if period.holds(day):
                return period
        return None

    def year_named(self, label: int) -> Period | None:
        """The performance year that data calls `label`: its number if small, else the calendar year in
        which it begins."""
        if label < 1000:
            return self.year(label)
        for period in self.years:
            if period.start.year == label:
                return period
        return None

    def parts(self, year: Period, clock: Clock) -> tuple[Period, ...]:
        """The periods of a clock inside a performance year, in order (months, quarters, half years, own periods
        that end in it)."""
        if clock == OWN:
            return tuple(period for period in self.own if period.year == year.number)
        if clock in ("Performance Year", "Contract Year"):
            return (attrs.evolve(year, clock=clock),)
        step = {"Month": 1, "Quarter": 3, "Half Year": 6}.get(clock)
        if step is None:
            raise ValueError(clock)
        found: list[Period] = []
        start = year.start
        while start <= year.end:
            end = min(add_months(start, step) - dt.timedelta(days=1), year.end)
            found.append(Period(clock, len(found) + 1, year.number, start, end, of_year=year.start.year))
            start = end + dt.timedelta(days=1)
        return tuple(found)

    def part_of(self, day: dt.date, clock: Clock) -> Period | None:
        """The period of a clock that contains the day, or None outside the term."""
        if clock == OWN:
            return next((period for period in self.own if period.holds(day)), None)
        year = self.year_of(day)
        if year is None:
            return None
        for period in self.parts(year, clock):
            if period.holds(day):
                return period
        return None
