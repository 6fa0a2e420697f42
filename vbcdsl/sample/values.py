"""Values for columns by kind: of plausible size, inside the contract's bounds, with awkward ones among them.

Money is whole cents, rates and numbers are whole multiples of 1/10000: exact from the start. Awkward rows: empty
cells where a rule exists, reversals (small negatives), zero denominators.
"""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np

from vbcdsl.model.periods import Period
from vbcdsl.rules.program import Column, Record
from vbcdsl.sample.people import Bools, Floats, Ints, People, generator

COST_PER_MEMBER_MONTH = 900.0
BENCHMARK_PER_MEMBER_MONTH = 950.0
RATE_PLACES = 4
_EMPTY = 0.01
_REVERSAL = 0.004


@attrs.frozen(eq=False)
class Filled:
    """A made column: whole numbers at a decimal `scale`, codes into `texts`, days or yes and no (`form`), with
    the rows that are empty."""

    form: str  # "number", "text", "day", "flag"
    values: Ints
    scale: int = 0
    texts: tuple[str, ...] = ()
    empty: Bools | None = None

    @classmethod
    def coded(cls, codes: Ints, texts: list[str]) -> Filled:
        """Texts by their number."""
        return cls("text", codes.astype(np.int64), 0, tuple(texts))

    @classmethod
    def days(cls, values: Ints) -> Filled:
        """Days since 1970."""
        return cls("day", values)


@attrs.frozen(eq=False)
class Rows:
    """The keys of a record's rows, by number; None: the record has no such key."""

    people: People
    member: Ints | None
    party: Ints | None
    period: Ints | None
    periods: tuple[Period, ...]
    extra: dict[str, tuple[Ints, tuple[str, ...]]] = attrs.field(factory=dict)
    count: int = attrs.field()

    @count.default
    def _count(self) -> int:
        return len(self.member) if self.member is not None else 0

    def times(self, dim: str, keys: tuple[str, ...]) -> Rows:
        """Each row once for each key of another dimension."""
        many = len(keys)

        def each(numbers: Ints | None) -> Ints | None:
            return None if numbers is None else np.repeat(numbers, many)

        extra = {name: (np.repeat(numbers, many), of) for name, (numbers, of) in self.extra.items()}
        extra[dim] = (np.tile(np.arange(many), self.count), keys)
        return Rows(self.people, each(self.member), each(self.party), each(self.period), self.periods, extra,
                    self.count * many)  # fmt: skip

    def member_months(self) -> Floats:
        """How many member months stand behind each row (1 where the row is one member's)."""
        if self.member is not None or self.party is None:
            return np.ones(self.count)
        people = self.people
        by_year = {year.number: people.member_months(year) for year in people.years}
        total = sum(by_year.values()) if self.period is None else None
        if total is not None:
            return np.asarray(total)[self.party].astype(float)
        assert self.period is not None
        table = np.array([by_year[p.year] / max(12 // _months(p), 1) for p in self.periods])
        found: Floats = table[self.period, self.party].astype(float)
        return found


def _months(period: Period) -> int:
    return max(round(period.days / 30.4), 1)


def fill(
    record: Record, column: Column, rows: Rows, seed: int, texts: tuple[str, ...], attribute: bool
) -> Filled:
    """The values of a column that is no key."""
    random = generator(seed, record.name, column.name)
    base = column.kind.base
    made: Filled
    if base == "yes or no":
        made = Filled("flag", (random.random(rows.count) < 0.95).astype(np.int64))
    elif base in ("date", "month"):
        day = rows.periods[0].start if rows.periods else rows.people.years[0].start
        first = day.toordinal() - 719163
        made = Filled.days(first + random.integers(0, 360, rows.count))
    elif base == "text":
        made = _texts(random, column, rows, texts, attribute)
    else:
        made = _numbers(random, record, column, rows, seed)
    if column.missing is not None and rows.count > 1:
        made = attrs.evolve(made, empty=random.random(rows.count) < _EMPTY)
    return made


def _texts(
    random: np.random.Generator, column: Column, rows: Rows, texts: tuple[str, ...], attribute: bool
) -> Filled:
    if not texts:
        texts = tuple(f"{column.name} {i + 1}" for i in range(8))
    if rows.party is not None and rows.member is None:  # the same for a party in every period
        by_party = random.integers(0, len(texts), len(rows.people.parties))
        return Filled.coded(by_party[rows.party], list(texts))
    return Filled.coded(random.integers(0, len(texts), rows.count), list(texts))


def _numbers(random: np.random.Generator, record: Record, column: Column, rows: Rows, seed: int) -> Filled:
    base = column.kind.base
    if base == "money":
        return _bounded(_money(random, record, column, rows), column, 2)
    if base == "count":
        return _bounded(_counts(random, record, column, rows, seed), column, 0)
    if base in ("rate", "percentage points", "ratio"):
        return _bounded(random.beta(8, 3, rows.count), column, RATE_PLACES)
    return _bounded(_plain(random, column, rows), column, RATE_PLACES)


def _money(random: np.random.Generator, record: Record, column: Column, rows: Rows) -> Floats:
    name = column.name.lower()
    spread = random.uniform(0.97, 1.07, rows.count)
    if column.kind.unit is not None:
        found: Floats = BENCHMARK_PER_MEMBER_MONTH * spread
        return found
    if rows.member is None:
        size = rows.member_months() * BENCHMARK_PER_MEMBER_MONTH
        if any(word in name for word in ("savings", "loss", "minus", "difference")):
            return np.asarray(size * random.normal(0.01, 0.04, rows.count))
        return np.asarray(size * spread)
    others = sum(c.kind.base == "money" and c.kind.unit is None for c in record.columns)
    mean = COST_PER_MEMBER_MONTH / max(others, 1)
    used = random.random(rows.count) < 0.6
    sigma = 1.1
    paid = random.lognormal(np.log(mean / 0.6) - sigma**2 / 2, sigma, rows.count)
    large = random.random(rows.count) < 0.0001
    found = np.where(used, paid, 0.0) + np.where(large, random.uniform(80_000, 400_000, rows.count), 0.0)
    if column.low is None:
        reversal = random.random(rows.count) < _REVERSAL
        found = np.where(reversal, -random.uniform(5, 300, rows.count), found)
    return found


def _counts(random: np.random.Generator, record: Record, column: Column, rows: Rows, seed: int) -> Floats:
    name = column.name.lower()
    if "numerator" in name:
        other = next((c for c in record.columns if "denominator" in c.name.lower()), None)
        if other is not None:
            below = _bounded(
                _counts(generator(seed, record.name, other.name), record, other, rows, seed), other, 0
            )
            return random.binomial(below.values, random.beta(14, 5, rows.count)).astype(float)
    if "denominator" in name:
        found = random.integers(20, 400, rows.count).astype(float)
        found[random.random(rows.count) < 0.02] = 0.0
        return found
    if rows.member is None and rows.party is not None:
        if any(word in name for word in ("member", "benef", "assigned", "lives", "attributed", "patient")):
            months = rows.member_months()
            return np.round(months if "month" in name else months / 11.5)
        return random.poisson(120, rows.count).astype(float)
    return random.poisson(1.2, rows.count).astype(float)


def _plain(random: np.random.Generator, column: Column, rows: Rows) -> Floats:
    high = column.high
    if isinstance(high, Fraction) and high <= 1:
        return random.beta(8, 3, rows.count)
    if isinstance(high, Fraction) and high >= 50:
        return float(high) * random.beta(9, 2, rows.count)
    return random.gamma(6.0, 1 / 6.0, rows.count) + 0.02


def _bounded(values: Floats, column: Column, places: int) -> Filled:
    """Whole multiples of 10**-places inside the column's bounds."""
    whole = np.round(values * 10**places).astype(np.int64)
    if isinstance(column.low, Fraction):
        whole = np.maximum(whole, -((-column.low * 10**places) // 1))
    elif column.kind.base == "count":
        whole = np.maximum(whole, 0)
    if isinstance(column.high, Fraction):
        whole = np.minimum(whole, column.high * 10**places // 1)
    return Filled("number", whole.astype(np.int64), places)
