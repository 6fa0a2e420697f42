"""Periods as small numbers: a period is (performance year, its number on its clock less one).

Inside one performance year a column of periods is a column of such codes; a table turns the code of a month
into that of its quarter, and another the days of data into year and code. The own periods of a contract are
numbered through the whole contract, since one of them may lie across years.
"""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np

from vbcdsl.engines.arrow.ints import I64, Array
from vbcdsl.engines.arrow.vec import EPOCH
from vbcdsl.kernels import active
from vbcdsl.model.periods import CLOCKS, OWN, YEAR, Calendar, Clock, Period

WHOLE_YEAR: frozenset[str] = frozenset({YEAR, "Contract Year", "Calendar Year", "Fiscal Year"})


def is_clock(dim: str) -> bool:
    """Whether a dimension is a clock."""
    return dim in CLOCKS


def finest(dims: tuple[str, ...]) -> Clock:
    """The finest clock among the dimensions; without any, the performance year."""
    for clock in CLOCKS:
        if clock in dims:
            return clock
    return YEAR


def has_clock(dims: tuple[str, ...]) -> bool:
    """Whether one of the dimensions is a clock."""
    return any(is_clock(d) for d in dims)


class Times:
    """The periods of a contract by code."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._parts: dict[tuple[int, str], tuple[Period, ...]] = {}
        self._maps: dict[tuple[int, str, str], I64] = {}
        self._days: dict[str, Array] = {}
        self.first = min((y.start for y in calendar.years), default=calendar.effective)
        self.last = max((y.end for y in calendar.years), default=calendar.through)

    def parts(self, year: int, clock: str) -> tuple[Period, ...]:
        """The periods of a clock in a performance year, by code (own periods: all of the contract)."""
        if clock == OWN:
            return self.calendar.own
        found = self._parts.get((year, clock))
        if found is None:
            period = self.calendar.year(year)
            assert period is not None
            if clock in WHOLE_YEAR:
                found = (attrs.evolve(period, clock=clock),)  # type: ignore[arg-type]
            else:
                found = self.calendar.parts(period, clock)  # type: ignore[arg-type]
            self._parts[year, clock] = found
        return found

    def codes(self, year: int, clock: str) -> I64:
        """The codes of the periods of a clock that belong to a performance year."""
        if clock == OWN:
            return np.array([p.number - 1 for p in self.calendar.own if p.year == year], dtype=np.int64)
        return np.arange(len(self.parts(year, clock)))

    def coarser(self, year: int, fine: str, coarse: str) -> I64 | None:
        """For each code of the fine clock the code of the coarse period that holds it; None if there is none."""
        found = self._maps.get((year, fine, coarse))
        if found is None:
            if fine == OWN and coarse not in (OWN, *WHOLE_YEAR):
                return None
            if coarse in WHOLE_YEAR:
                found = np.zeros(len(self.parts(year, fine)), dtype=np.int64)
            elif CLOCKS.index(coarse) < CLOCKS.index(fine):
                return None
            else:
                outer = self.parts(year, coarse)
                codes = [
                    next((o.number - 1 for o in outer if o.holds(p.start)), 0) for p in self.parts(year, fine)
                ]
                found = np.array(codes, dtype=np.int64)
            self._maps[year, fine, coarse] = found
        return found

    def _table(self, what: str) -> Array:
        """For each day of the term: the performance year's number, or the code of the period of a clock."""
        found = self._days.get(what)
        if found is None:
            length = (self.last - self.first).days + 1
            found = np.zeros(length + 1, dtype=np.int64)  # the last entry: any day outside
            if what in (OWN, "year of own"):
                for own in self.calendar.own:
                    start, end = (own.start - self.first).days, (own.end - self.first).days
                    found[start : end + 1] = own.number - 1 if what == OWN else own.year
                self._days[what] = found
                return found
            for year in self.calendar.years:
                pieces = (year,) if what == "year" else self.parts(year.number, what)
                for code, piece in enumerate(pieces):
                    start, end = (piece.start - self.first).days, (piece.end - self.first).days
                    found[start : end + 1] = year.number if what == "year" else code
            self._days[what] = found
        return found

    def offsets(self, days: Array, bounds: tuple[int, int] | None = None) -> Array:
        """Days since 1970 as positions in the tables of this object (outside the term: the last). `bounds`: no day
        lies outside them."""
        start = (self.first - EPOCH).days
        length = (self.last - self.first).days + 1
        offset = days - days.dtype.type(start) if days.dtype == np.int32 else days.astype(np.int64) - start
        if bounds is None:
            bounds = (int(days.min()), int(days.max())) if len(days) else (start, start)
        if bounds[0] < start or bounds[1] >= start + length:
            offset = np.where((offset < 0) | (offset >= length), length, offset)
        return offset

    def year_between(self, low: int, high: int) -> int | None:
        """The performance year that holds all days from the one to the other (days since 1970); 0: none of them
        lies in the term; None: they lie in different years."""
        first, last = (self.first - EPOCH).days, (self.last - EPOCH).days
        if high < first or low > last:
            return 0
        if low < first or high > last:
            return None
        years = self._table("year")
        year = int(years[low - first])
        return year if year == int(years[high - first]) else None

    def base(self, bounds: tuple[int, int] | None) -> int | None:
        """What is to be taken from days since 1970 for positions in the tables of this object, if it is so simple:
        none of the days, which lie within the bounds, is outside the term."""
        start, end = (self.first - EPOCH).days, (self.last - EPOCH).days
        return start if bounds is not None and start <= bounds[0] and bounds[1] <= end else None

    def small_years_at(self, at: Array, base: int, clock: str | None = None) -> Array:
        """What `years_at` gives at the positions `at - base`, in few bytes a row."""
        name = "year of own" if clock == OWN else "year"
        if f"small {name}" not in self._days:
            self._days[f"small {name}"] = self._table(name).astype(np.int16)
        found: Array = active().looked_up(self._days[f"small {name}"], at, base)
        return found

    def marks(self, clock: str) -> tuple[Array, int]:
        """2**code of the period of each day, and the largest code that can occur."""
        codes = self._table(clock)
        most = int(codes.max())
        name = f"2**{clock}"
        if name not in self._days:
            self._days[name] = np.left_shift(np.int64(1), np.minimum(codes, 62))
        return self._days[name], most

    def years_at(self, offsets: Array, clock: str | None = None) -> Array:
        """The performance year of each position, or that of its period on a clock; 0: outside the term."""
        return self._table("year of own" if clock == OWN else "year").take(offsets)

    def codes_at(self, offsets: Array, clock: str) -> Array:
        """The code of the period of a clock of each position (outside the term it means nothing)."""
        return self._table(clock)[offsets]

    def day_number(self, day: dt.date) -> int:
        """Days since 1970."""
        return (day - EPOCH).days
