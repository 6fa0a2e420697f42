"""Terms of many keys (members) as Arrow columns, without an object of Python for each key and value.

`ColumnValues` has the values of a term by year; here the rows of all years come in the order of results, a part at
a time, so that a file of millions of members is written as fast as Arrow writes, in little memory. What is not
plain (texts, dates, digits that do not end, numbers of more than 64 bits) is left to the general way
(`results/tables.py`), which gives the same table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs
import numpy as np
import pyarrow as pa

from vbcdsl.data.convert import as_arrow
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.dims import texts_array
from vbcdsl.engines.arrow.ints import MAX, Array
from vbcdsl.engines.arrow.results import ColumnValues, Order
from vbcdsl.engines.arrow.vec import Blank, Flag, Num, Vec

AT_ONCE: Final = 1 << 18  # rows of a part
DIGITS: Final = 38

NOT_SCORED, FAILED = 1, 2


class NotPlain(Exception):
    """A column that the general way must make."""


@attrs.frozen(eq=False)
class Part:
    """Some rows in the order of results: by the number of a year the places among them and the rows of the year's
    key table."""

    size: int
    of_year: list[tuple[int, Array, Array]]


def parts_of(order: Order) -> Iterator[Part]:
    """All rows in the order of results."""
    for start in range(0, len(order.rows), AT_ONCE):
        numbers, rows = order.numbers[start : start + AT_ONCE], order.rows[start : start + AT_ONCE]
        of_year = []
        for number in range(len(order.years)):
            places = np.flatnonzero(numbers == number)
            if len(places):
                of_year.append((number, places, rows[places]))
        yield Part(len(rows), of_year)


class KeyColumn:
    """A dimension of the keys as texts; `label`: how a key that is no text (a period) is written."""

    def __init__(self, order: Order, place: int, label: Any) -> None:
        self.place, self.years = place, order.years
        self.first: dict[int, int] = {}  # by what codes stand for: where its texts begin
        texts = []
        count = 0
        for year in order.years:
            meaning = year.keys.meaning[place]
            if id(meaning) in self.first:
                continue
            self.first[id(meaning)] = count
            array = _texts(meaning, label)
            texts.append(array)
            count += len(array)
        self.texts = pa.concat_arrays(texts) if texts else as_arrow.texts([])

    def of(self, part: Part) -> Any:
        """The texts of a part."""
        codes = np.zeros(part.size, np.int64)
        for number, places, rows in part.of_year:
            keys = self.years[number].keys
            codes[places] = v.pick(keys.codes[self.place], rows) + self.first[id(keys.meaning[self.place])]
        return self.texts.take(as_arrow.whole_numbers(codes))


def _texts(meaning: Sequence[Any], label: Any) -> Any:
    """What codes stand for as an Arrow array. One item is not looked at where texts are still to be made."""
    if hasattr(meaning, "array") or not len(meaning) or isinstance(meaning[0], str):
        return texts_array(meaning)
    return as_arrow.texts([label(each) for each in meaning])


class ValueColumn:
    """The values of a term: exact decimals with `places`, or yes and no. `NotPlain` if they are something else.
    `least`: of decimal places; None: it is no number."""

    def __init__(self, values: ColumnValues, least: int | None, most: int) -> None:
        self.years = values.years
        self.flags = least is None
        self.places = least or 0
        self.marked = False
        for year in values.years:
            column = year.column
            bad = column.bad()
            self.marked = self.marked or (bad is not None and bool(v.full(bad, year.frame.rows).any()))
            if isinstance(column, Blank) and bad is not None and bool(v.full(bad, year.frame.rows).all()):
                continue
            if self.flags != isinstance(column, Flag) or not isinstance(column, (Flag, Num)):
                raise NotPlain
            if isinstance(column, Num):
                self.places = max(self.places, _places(column, year.frame.rows, self.places, most))
        numbers = [year.column.num for year in values.years if isinstance(year.column, Num)]
        if any(top.hi * 10**self.places > MAX for top in numbers):
            raise NotPlain
        self.kind = pa.bool_() if self.flags else pa.decimal128(DIGITS, self.places)

    def of(self, part: Part) -> tuple[Any, Any]:
        """The values of a part, and the marks of those that are not there (None: not asked for)."""
        found: Array = np.zeros(part.size, np.bool_ if self.flags else np.int64)
        marks = np.zeros(part.size, np.int8)
        for number, places, rows in part.of_year:
            column = self.years[number].column
            mark = _marks(column, rows)
            if isinstance(column, Flag):
                found[places] = v.full(v.pick(column.values, rows), len(rows))
            elif isinstance(column, Num):
                found[places] = _scaled(column, rows, self.places, None if mark is None else mark == 0)
            if mark is not None:
                marks[places] = mark
        valid = marks == 0
        array = as_arrow.flags(found, valid) if self.flags else _decimals(found, valid, self.kind)
        return array, marks if self.marked else None


def _marks(column: Vec, rows: Array) -> Array | None:
    """0 where there is a value, else why there is none; None: there is one everywhere."""
    bad = column.bad()
    if bad is None:
        return None
    wrong = v.full(v.pick(bad, rows), len(rows))
    marks = np.where(wrong, NOT_SCORED, 0).astype(np.int8)
    if column.fault is not None:
        failed = v.full(v.pick(column.fault, rows), len(rows)) != 0
        marks[wrong & failed] = FAILED
    return marks


def _places(column: Num, rows: int, least: int, most: int) -> int:
    """The decimal places that the numbers need."""
    den = column.den.scalar
    if den is None or not column.num.small:
        raise NotPlain
    if 10**least % den == 0:
        needed = least
    else:
        tops = v.full(column.num.a, rows)
        bad = column.bad()
        if bad is not None:
            tops = tops[~v.full(bad, rows)]
        needed = least
        for left in np.unique(den // np.gcd(tops, den)).tolist():
            while 10**needed % left:
                needed += 1
                if needed > most:
                    raise NotPlain
    return needed


def _scaled(column: Num, rows: Array, places: int, good: Array | None) -> Array:
    """The numbers times 10**places; any number where one is not good."""
    den, power = column.den.scalar or 1, 10**places
    tops = v.full(v.pick(column.num.a, rows), len(rows))
    if power % den and good is not None:
        tops = np.where(good, tops, 0)
    found: Array = (
        tops * (power // den) if power % den == 0 else tops * power // den
    )  # exactly: see `_places`
    return found


def _decimals(numbers: Array, valid: Array, kind: Any) -> Any:
    words = np.empty((len(numbers), 2), np.int64)
    words[:, 0] = np.where(valid, numbers, 0)
    words[:, 1] = words[:, 0] >> 63
    bits = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(kind, len(numbers), [bits, pa.py_buffer(words)])
