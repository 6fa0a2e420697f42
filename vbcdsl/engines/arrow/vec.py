"""Columns of values: what an expression is on all rows of a scope at once.

Each kind of value has its column: `Num` exact fractions, `Flag` yes or no, `Text` codes into texts, `Day`
dates; `Blank` has no value on any row. Every column may carry a mask of rows that are not scored and the
numbers of errors (`faults.py`). Arrays have one entry for each row, or one entry that holds for all rows;
what stands on a row that is not scored or in error means nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any, TypeVar

import attrs
import numpy as np

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import ints
from vbcdsl.engines.arrow.faults import Faults
from vbcdsl.engines.arrow.ints import I64, UNIT, Array, Bools, Ints
from vbcdsl.model.values import NOT_SCORED, Value

EPOCH = dt.date(1970, 1, 1)


@attrs.define(eq=False)
class Vec:
    """The part that all columns share: rows not scored, and errors (0: none)."""

    unscored: Bools | None = attrs.field(default=None, kw_only=True)
    fault: I64 | None = attrs.field(default=None, kw_only=True)

    @property
    def clean(self) -> bool:
        """Whether every row has a value."""
        return self.unscored is None and self.fault is None

    def bad(self) -> Bools | None:
        """The rows without a value; None: every row has one."""
        if self.fault is None:
            return self.unscored
        failed = ints.as_bools(self.fault != 0)
        return failed if self.unscored is None else failed | self.unscored


@attrs.define(eq=False)
class Blank(Vec):
    """No value on any row."""


@attrs.define(eq=False)
class Num(Vec):
    """Exact numbers num/den; den is above zero."""

    num: Ints
    den: Ints = UNIT


@attrs.define(eq=False)
class Flag(Vec):
    """Yes or no."""

    values: Bools


@attrs.define(eq=False)
class Day(Vec):
    """Days since 1970-01-01."""

    values: I64


class TextPool:
    """Texts by code. The list may grow behind our back (a data column's does); codes keep their meaning.
    `borrowed`: the list is another pool's and is copied before a text is added here; `lent` is then how many of
    its texts were taken over."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.borrowed = False
        self.lent = 0
        self._codes: dict[str, int] = {}
        self._seen = 0
        self._maps: dict[int, tuple[TextPool, I64]] = {}

    def find(self, text: str) -> int:
        """The code of a text, -1 if it does not occur."""
        if self._seen < len(self.texts):
            many = len(self.texts)  # another thread may add more
            for code, each in enumerate(self.texts[self._seen : many], self._seen):
                self._codes.setdefault(each, code)
            self._seen = many
        return self._codes.get(text, -1)

    def add(self, text: str) -> int:
        """The code of a text, which is added if new."""
        found = self.find(text)
        if found < 0:
            found = len(self.texts)
            if self.borrowed or not isinstance(self.texts, list):
                self.texts, self.borrowed, self.lent = [*self.texts, text], False, found
            else:
                self.texts.append(text)
        return found

    def into(self, other: TextPool, grow: bool = False) -> I64:
        """For each code here the code in `other`, -1 if it has none (or added, with `grow`)."""
        known = self._maps.get(id(other))
        start = 0 if known is None else len(known[1])
        if known is not None and start == len(self.texts) and (not start or known[1].min() >= 0):
            return known[1]
        code = other.add if grow else other.find
        if known is not None and start and int(known[1].min()) >= 0:  # only texts that are new here
            more = np.array([code(text) for text in self.texts[start:]], dtype=np.int64)
            done = np.concatenate((known[1], more))
        else:
            done = np.array([code(text) for text in self.texts], dtype=np.int64)
        self._maps[id(other)] = (other, done)
        return done


@attrs.define(eq=False)
class Text(Vec):
    """Codes into a pool of texts."""

    codes: Array
    pool: TextPool


V = TypeVar("V", bound=Vec)


def day_number(day: object) -> int:
    """Days since 1970."""
    assert isinstance(day, dt.date)
    return (day - EPOCH).days


def num(value: Fraction | int) -> Num:
    """One number for all rows."""
    fraction = Fraction(value)
    return Num(ints.one(fraction.numerator), ints.one(fraction.denominator))


def constant(value: Value) -> Vec:
    """A column with one value for all rows."""
    match value:
        case bool():
            return Flag(np.array([value]))
        case Fraction() | int():
            return num(value)
        case str():
            return Text(np.zeros(1, dtype=np.int64), TextPool([value]))
        case dt.date():
            return Day(np.array([(value - EPOCH).days], dtype=np.int64))
        case _:
            return Blank(unscored=np.ones(1, dtype=bool))


def failed(number: int) -> Blank:
    """A column that is one error on all rows."""
    return Blank(fault=np.array([number], dtype=np.int64))


def pick(a: Array, rows: Array) -> Array:
    """The entries at these rows; one entry for all rows stays so."""
    return a if len(a) == 1 else a[rows]


def take(vec: Vec, rows: Array) -> Vec:
    """The column at these rows."""
    unscored = None if vec.unscored is None else pick(vec.unscored, rows)
    fault = None if vec.fault is None else pick(vec.fault, rows)
    match vec:
        case Num(num=n, den=d):
            return Num(n.take(rows), d.take(rows), unscored=unscored, fault=fault)
        case Flag(values=v):
            return Flag(pick(v, rows), unscored=unscored, fault=fault)
        case Day(values=v):
            return Day(pick(v, rows), unscored=unscored, fault=fault)
        case Text(codes=c, pool=pool):
            return Text(pick(c, rows), pool, unscored=unscored, fault=fault)
        case _:
            return Blank(unscored=unscored, fault=fault)


def full(a: Array, n: int) -> Array:
    """The array with an entry for each of n rows."""
    return np.broadcast_to(a, (n,)) if len(a) != n else a


def first_fault(*vecs: Vec) -> I64 | None:
    """The errors that several columns together have: of each row the first column's that has one."""
    fault: I64 | None = None
    for vec in vecs:
        if vec.fault is not None:
            fault = vec.fault if fault is None else np.where(fault != 0, fault, vec.fault)
    return fault


def any_unscored(*vecs: Vec) -> Bools | None:
    """The rows that are not scored in one of the columns."""
    unscored: Bools | None = None
    for vec in vecs:
        if vec.unscored is not None:
            unscored = vec.unscored if unscored is None else unscored | vec.unscored
    return unscored


def marked(vec: V, unscored: Bools | None, fault: I64 | None) -> V:
    """The column with these marks in place of its own."""
    if unscored is not None and not unscored.any():
        unscored = None
    if fault is not None and not fault.any():
        fault = None
    if fault is not None and unscored is not None:
        unscored = unscored & (fault == 0)
    if vec.unscored is unscored and vec.fault is fault:
        return vec
    return attrs.evolve(vec, unscored=unscored, fault=fault)


def scatter(n: int, parts: list[tuple[Array | None, Vec]]) -> Vec:
    """One column of n rows from parts, each a column for some of the rows (None: all of them).

    Rows in no part mean nothing; the parts do not overlap.
    """
    parts = [(rows, vec) for rows, vec in parts if rows is None or len(rows)]
    if len(parts) == 1 and (parts[0][0] is None or np.array_equal(parts[0][0], np.arange(n))):
        return parts[0][1]
    unscored: Bools | None = None
    fault: I64 | None = None
    for rows, vec in parts:
        at = slice(None) if rows is None else rows
        if vec.unscored is not None:
            unscored = np.zeros(n, dtype=bool) if unscored is None else unscored
            unscored[at] = vec.unscored
        if vec.fault is not None:
            fault = np.zeros(n, dtype=np.int64) if fault is None else fault
            fault[at] = vec.fault
    valued = [(rows, vec) for rows, vec in parts if not isinstance(vec, Blank)]
    return marked(_scatter_values(n, valued), unscored, fault)


def _scatter_values(n: int, parts: list[tuple[Array | None, Vec]]) -> Vec:
    if not parts:
        return Blank()
    first = parts[0][1]
    match first:
        case Num():
            return _scatter_numbers(n, [(r, v) for r, v in parts if isinstance(v, Num)])
        case Flag():
            values = np.zeros(n, dtype=bool)
            for rows, vec in parts:
                assert isinstance(vec, Flag)
                values[slice(None) if rows is None else rows] = vec.values
            return Flag(values)
        case Day():
            days = np.zeros(n, dtype=np.int64)
            for rows, vec in parts:
                assert isinstance(vec, Day)
                days[slice(None) if rows is None else rows] = vec.values
            return Day(days)
        case Text(pool=pool):
            codes = np.zeros(n, dtype=np.int64)
            if any(vec.pool is not pool for _, vec in parts if isinstance(vec, Text)):
                pool = TextPool(list(pool.texts))
            for rows, vec in parts:
                assert isinstance(vec, Text)
                own = vec.codes if vec.pool is pool else vec.pool.into(pool, grow=True)[vec.codes]
                codes[slice(None) if rows is None else rows] = own
            return Text(codes, pool)
        case _:
            raise AssertionError(first)


def _scatter_numbers(n: int, parts: list[tuple[Array | None, Num]]) -> Num:
    scalars = [vec.den.scalar for _, vec in parts]
    if all(s is not None for s in scalars):
        common = lcm(*(s for s in scalars if s is not None))
        scaled = [
            (rows, ints.mul(vec.num, ints.one(common // (s or 1))))
            for (rows, vec), s in zip(parts, scalars, strict=True)
        ]
        whole = _scatter_ints(n, scaled)
        return Num(whole, ints.one(common))
    tops = _scatter_ints(n, [(rows, vec.num) for rows, vec in parts])
    bottoms = _scatter_ints(n, [(rows, vec.den) for rows, vec in parts], fill=1)
    return Num(tops, bottoms)


def _scatter_ints(n: int, parts: list[tuple[Array | None, Ints]], fill: int = 0) -> Ints:
    small = all(x.small for _, x in parts)
    out = np.full(n, fill, dtype=np.int64 if small else object)
    for rows, x in parts:
        out[slice(None) if rows is None else rows] = x.a
    return Ints(out, max([fill, *(x.hi for _, x in parts)]))


def fractions(vec: Num, n: int) -> list[Fraction]:
    """The numbers as Python fractions (for small columns)."""
    tops = full(vec.num.a, n).tolist()
    bottoms = full(vec.den.a, n).tolist()
    return [Fraction(t, b) for t, b in zip(tops, bottoms, strict=True)]


def from_fractions(values: list[Fraction]) -> Num:
    """A column from Python fractions."""
    common = lcm(*{v.denominator for v in values}) if values else 1
    if common <= 10**9:
        tops = np.array([v.numerator * (common // v.denominator) for v in values], dtype=object)
        return Num(ints.tidy(tops) if len(tops) else Ints(tops.astype(np.int64), 0), ints.one(common))
    tops = np.array([v.numerator for v in values], dtype=object)
    return Num(ints.tidy(tops), ints.tidy(np.array([v.denominator for v in values], dtype=object)))


def number_at(vec: Num, row: int) -> Fraction:
    """The number on one row."""
    top = vec.num.a[0] if len(vec.num) == 1 else vec.num.a[row]
    bottom = vec.den.a[0] if len(vec.den) == 1 else vec.den.a[row]
    return Fraction(int(top), int(bottom))


def value_at(vec: Vec, row: int, faults: Faults) -> Value | RunError:
    """The value on one row, as the language has it."""
    return values_at(vec, np.array([row]), faults)[0]


def values_at(vec: Vec, rows: Array, faults: Faults) -> list[Value | RunError]:
    """The values on these rows, as the language has them."""
    bad = vec.bad()
    if bad is None:
        return _good_values(vec, rows)
    failed = full(pick(bad, rows), len(rows))
    good = iter(_good_values(vec, rows[~failed]))
    numbers = full(pick(vec.fault, rows), len(rows)).tolist() if vec.fault is not None else [0] * len(rows)
    return [
        next(good) if not wrong else faults[number] if number else NOT_SCORED
        for wrong, number in zip(failed.tolist(), numbers, strict=True)
    ]


def _good_values(vec: Vec, rows: Array) -> list[Value | RunError]:
    """The values on rows that have one."""

    def entries(a: Array) -> list[Any]:
        return list(full(pick(a, rows), len(rows)).tolist())

    match vec:
        case Num(num=n, den=d) if (bottom := d.scalar) is not None:
            tops = entries(n.a)
            made = {top: Fraction(top, bottom) for top in set(tops)}  # many are equal
            return [made[top] for top in tops]
        case Num(num=n, den=d):
            return [Fraction(top, bottom) for top, bottom in zip(entries(n.a), entries(d.a), strict=True)]
        case Flag(values=v):
            return list(entries(v))
        case Day(values=v):
            return [EPOCH + dt.timedelta(days=day) for day in entries(v)]
        case Text(codes=c, pool=pool):
            return [str(pool.texts[code]) for code in entries(c)]
        case _:
            return [NOT_SCORED] * len(rows)
