"""The kernels compiled by numba; `plain` says what each one does.

They are compiled when they are first called with a kind of columns, and kept on disk. They run without the
interpreter's lock. Sums are of 64-bit integers whose bound the caller has proved; nothing here can wrap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numba import njit, types

from vbcdsl.kernels import plain
from vbcdsl.kernels.plain import (
    I64,
    MIX,
    SHIFT,
    Array,
    Codes,
    Words,
    from_bytes,
    places,
    run_starts,
)

__all__ = [
    "ORDER",
    "add_rows",
    "claim_codes",
    "columns_at",
    "count_runs",
    "distinct",
    "extent",
    "find",
    "find_alone",
    "from_bytes",
    "insert",
    "looked_up",
    "low_words",
    "near_codes",
    "note_rows",
    "pack",
    "place_rows",
    "places",
    "present",
    "run_starts",
    "sum_looked_up",
    "sum_runs",
    "sum_several",
]

ORDER: Final = "C"  # of tables of sums: all sums of one place lie together
PARTS: Final = 4  # columns added up in one pass
AHEAD: Final = 16  # keys that are searched for together
FULL: Final = np.uint64(2**64 - 1)
ONE: Final = np.uint64(1)  # numbers without a sign need no look whether they count from the end


def _read(kind: Any, dims: int = 1) -> Any:
    """An array that is only read: it may be Arrow's memory."""
    return types.Array(kind, dims, "C", readonly=True)


def _tuple(kind: Any, count: int) -> Any:
    return types.UniTuple(kind, count)  # type: ignore[no-untyped-call]


I8, I4, I2 = types.int64, types.int32, types.int16
U8, U1, B1 = types.uint64, types.uint8, types.boolean
WORDS, TABLE, SUMS = _read(U8, 2), U8[:, ::1], I8[:, ::1]


def _compiled(*signatures: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compiled for these kinds of columns, or loaded from the disk if that was done before; without them, for
    what it is called with by other kernels."""

    def done(function: Callable[..., Any]) -> Callable[..., Any]:
        given = list(signatures) or None
        found: Callable[..., Any]
        try:
            found = njit(given, nogil=True, cache=True)(function)
        except RuntimeError:  # nowhere to keep it: a system whose disks are read-only
            found = njit(given, nogil=True)(function)
        return found

    return done


@_compiled()
def _hash(keys: Any, row: int) -> Any:
    found = keys[row, 0] * MIX
    for column in range(1, keys.shape[1]):
        found ^= found >> SHIFT
        found ^= keys[row, column]
        found *= MIX
    return found


@_compiled()
def _same(table: Any, at: int, keys: Any, row: int) -> bool:
    same = True
    for column in range(keys.shape[1]):
        same &= table[at, column] == keys[row, column]
    return same


@_compiled(types.void(TABLE, WORDS, U8, I4[::1]))
def _find(table: Any, keys: Any, bits: Any, found: Any) -> None:
    """A few keys at a time: all their first places are on the way from memory before one of them is looked at."""
    last, words = len(table) - 1, keys.shape[1]
    places, codes = np.empty(AHEAD, np.int64), np.empty(AHEAD, np.int64)
    for start in range(0, len(keys), AHEAD):
        rows = min(AHEAD, len(keys) - start)
        for row in range(rows):
            places[row] = np.int64(_hash(keys, start + row) >> bits)
        for row in range(rows):
            codes[row] = np.int64(table[places[row], words])
        for row in range(rows):
            at, code = places[row], codes[row]
            while code and not _same(table, at, keys, start + row):
                at = (at + 1) & last
                code = np.int64(table[at, words])
            for column in range(words):
                if not keys[start + row, column]:
                    code = np.int64(0)
            found[start + row] = code - 1


def _bits(size: int) -> Any:
    return np.uint64(64 - size.bit_length() + 1)


def find(table: Words, keys: Words) -> Codes:
    """The code of each key, -1 where it is not found: the table does not hold it (yet), or a word of it is 0."""
    found = np.empty(len(keys), np.int32)
    _find(table, keys, _bits(len(table)), found)
    return found


def find_alone(table: Words, keys: Words) -> Codes:
    """What `find` gives where nobody adds to the table meanwhile, so that words may be 0."""
    return plain.with_zeros(find(table, keys), table, keys)


@_compiled(types.void(TABLE, WORDS, U8, _read(I4)))
def _insert(table: Any, keys: Any, bits: Any, given: Any) -> None:
    last, words = len(table) - 1, keys.shape[1]
    for row in range(len(keys)):
        at = np.int64(_hash(keys, row) >> bits)
        while table[at, words]:
            at = (at + 1) & last
        for column in range(words):
            table[at, column] = keys[row, column]
        table[at, words] = np.int64(given[row]) + 1


def insert(table: Words, keys: Words, given: Codes) -> None:
    """Puts different keys that the table does not hold into it, with the codes given. Who searches it meanwhile
    finds a key with its code, or does not find it."""
    _insert(table, keys, _bits(len(table)), np.ascontiguousarray(given))


@_compiled(I8(WORDS, I4[::1], U8, I8[::1], I8[::1]))
def _distinct(keys: Any, heads: Any, bits: Any, first: Any, place: Any) -> int:
    last = len(heads) - 1
    count = 0
    for row in range(len(keys)):
        at = np.int64(_hash(keys, row) >> bits)
        while heads[at] >= 0 and not _same(keys, first[heads[at]], keys, row):
            at = (at + 1) & last
        if heads[at] < 0:
            heads[at] = count
            first[count] = row
            count += 1
        place[row] = heads[at]
    return count


def distinct(keys: Words) -> tuple[I64, I64]:
    """(a row of each different key, in the order of first appearance; for each row the place of its key)."""
    rows = len(keys)
    size = 1 << max(2 * rows, 16).bit_length()
    first, place = np.empty(rows, np.int64), np.empty(rows, np.int64)
    count = _distinct(keys, np.full(size, -1, np.int32), _bits(size), first, place)
    return first[:count], place


@_compiled()
def _word(data: Any, at: int, count: int) -> Any:
    """So many bytes (at most 8), 255 after them, as a number. Eight at once are one step of the processor."""
    if count == 8:
        low = U8(data[at]) | U8(data[at + U8(1)]) << U8(8) | U8(data[at + U8(2)]) << U8(16)
        low |= (
            U8(data[at + U8(3)]) << U8(24) | U8(data[at + U8(4)]) << U8(32) | U8(data[at + U8(5)]) << U8(40)
        )
        return low | U8(data[at + U8(6)]) << U8(48) | U8(data[at + U8(7)]) << U8(56)
    found = FULL
    for place in range(count):
        shift = U8(8) * U8(place)
        found = (found & ~(U8(255) << shift)) | (U8(data[at + U8(place)]) << shift)
    return found


@_compiled(types.void(_read(U1), _read(I4), U8[:, ::1]))
def _pack(data: Any, offsets: Any, out: Any) -> None:
    words = out.shape[1]
    for row in range(len(out)):
        start = U8(offsets[row])
        length = U8(offsets[row + 1]) - start
        for word in range(words):
            first = U8(8 * word)
            found = FULL if first >= length else _word(data, start + first, min(length - first, U8(8)))
            if word == words - 1:  # the length in place of the last byte
                found = (found & (FULL >> U8(8))) | (length << U8(56))
            out[row, word] = found


def pack(data: Array, offsets: Array, words: int) -> Words:
    """Texts as keys: their bytes, 255 up to the last byte, and there their length."""
    out = np.empty((len(offsets) - 1, words), np.uint64)
    _pack(np.ascontiguousarray(data), offsets, out)
    return out


@_compiled(types.void(SUMS, B1[::1], _read(I8), _read(I8), U8))
def _add_1(table: Any, present: Any, at: Any, a: Any, ca: Any) -> None:
    sums, width = table.reshape(-1), np.uint64(table.shape[1])
    for row in range(len(at)):
        place = np.uint64(at[row])
        present[place] = True
        first = place * width
        sums[first + ca] += a[row]


@_compiled(types.void(SUMS, B1[::1], _read(I8), _read(I8), _read(I8), U8, U8))
def _add_2(table: Any, present: Any, at: Any, a: Any, b: Any, ca: Any, cb: Any) -> None:
    sums, width = table.reshape(-1), np.uint64(table.shape[1])
    for row in range(len(at)):
        place = np.uint64(at[row])
        present[place] = True
        first = place * width
        sums[first + ca] += a[row]
        sums[first + cb] += b[row]


@_compiled(types.void(SUMS, B1[::1], _read(I8), _read(I8), _read(I8), _read(I8), U8, U8, U8))
def _add_3(table: Any, present: Any, at: Any, a: Any, b: Any, c: Any, ca: Any, cb: Any, cc: Any) -> None:
    sums, width = table.reshape(-1), np.uint64(table.shape[1])
    for row in range(len(at)):
        place = np.uint64(at[row])
        present[place] = True
        first = place * width
        sums[first + ca] += a[row]
        sums[first + cb] += b[row]
        sums[first + cc] += c[row]


@_compiled(types.void(SUMS, B1[::1], _read(I8), _read(I8), _read(I8), _read(I8), _read(I8), U8, U8, U8, U8))
def _add_4(
    table: Any, present: Any, at: Any, a: Any, b: Any, c: Any, d: Any, ca: Any, cb: Any, cc: Any, cd: Any
) -> None:
    sums, width = table.reshape(-1), np.uint64(table.shape[1])
    for row in range(len(at)):
        place = np.uint64(at[row])
        present[place] = True
        first = place * width
        sums[first + ca] += a[row]
        sums[first + cb] += b[row]
        sums[first + cc] += c[row]
        sums[first + cd] += d[row]


_ADD: Final = (_add_1, _add_2, _add_3, _add_4)


def add_rows(table: I64, present: Array, at: I64, values: Sequence[Array], columns: Sequence[int]) -> None:
    """Adds the numbers of each row to its place in a table of sums, and notes that the place has rows."""
    if not table.flags.c_contiguous:  # a table that was begun before these kernels were loaded
        plain.add_rows(table, present, at, values, columns)
        return
    if not columns:
        present[at] = True
    for start in range(0, len(columns), len(_ADD)):
        part = [np.ascontiguousarray(x, np.int64) for x in values[start : start + len(_ADD)]]
        _ADD[len(part) - 1](table, present, at, *part, *columns[start : start + len(_ADD)])


@_compiled(*(types.void(_tuple(_read(I8), count), _read(I8), I8[::1]) for count in range(1, PARTS + 1)))
def _sum_runs(parts: Any, starts: Any, out: Any) -> None:
    rows = len(parts[0])
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else rows
        total = np.int64(0)
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            for values in parts:
                total += values[row]
        out[run] = total


@_compiled(
    *(types.void(_tuple(_read(I8), count), _read(B1), _read(I8), I8[::1]) for count in range(1, PARTS + 1))
)
def _sum_some(parts: Any, mask: Any, starts: Any, out: Any) -> None:
    rows = len(mask)
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else rows
        total = np.int64(0)
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            one = np.int64(0)
            for values in parts:
                one += values[row]
            total += one * mask[row]
        out[run] = total


def sum_runs(parts: Sequence[Array], mask: Array | None, starts: I64) -> I64:
    """The sums of all parts over runs of rows (those where the mask holds)."""
    out = np.empty(len(starts), np.int64)
    whole = tuple(np.ascontiguousarray(part, np.int64) for part in parts)
    if len(whole) > PARTS:
        return plain.sum_runs(whole, mask, starts)
    if mask is None:
        _sum_runs(whole, starts, out)
    else:
        _sum_some(whole, np.ascontiguousarray(np.broadcast_to(mask, whole[0].shape)), starts, out)
    return out


@_compiled(types.void(_read(I8), _read(B1), _read(I8), SUMS))
def _several_1(a: Any, mask: Any, starts: Any, out: Any) -> None:
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else len(mask)
        count = first = np.int64(0)
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            one = np.int64(mask[row])
            count += one
            first += a[row] * one
        out[0, run], out[1, run] = count, first


@_compiled(types.void(_read(I8), _read(I8), _read(B1), _read(I8), SUMS))
def _several_2(a: Any, b: Any, mask: Any, starts: Any, out: Any) -> None:
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else len(mask)
        count = first = second = np.int64(0)
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            one = np.int64(mask[row])
            count += one
            first += a[row] * one
            second += b[row] * one
        out[0, run], out[1, run], out[2, run] = count, first, second


@_compiled(types.void(_read(I8), _read(I8), _read(I8), _read(B1), _read(I8), SUMS))
def _several_3(a: Any, b: Any, c: Any, mask: Any, starts: Any, out: Any) -> None:
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else len(mask)
        count = first = second = third = np.int64(0)
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            one = np.int64(mask[row])
            count += one
            first += a[row] * one
            second += b[row] * one
            third += c[row] * one
        out[0, run], out[1, run], out[2, run], out[3, run] = count, first, second, third


_SEVERAL: Final = (_several_1, _several_2, _several_3)


def sum_several(columns: Sequence[Array], mask: Array, starts: I64) -> I64:
    """Of runs of rows: how many the mask has, then the sums of each column over these."""
    found = np.empty((1 + len(columns), len(starts)), np.int64)
    whole = [np.ascontiguousarray(column, np.int64) for column in columns]
    mask = np.ascontiguousarray(mask)
    if not whole:
        _count_runs(mask, starts, found[0])
    step = len(_SEVERAL)
    for start in range(0, len(whole), step):
        part = whole[start : start + step]
        out = found if len(part) == len(whole) else np.empty((1 + len(part), len(starts)), np.int64)
        _SEVERAL[len(part) - 1](*part, mask, starts, out)
        if out is not found:
            found[0], found[1 + start : 1 + start + len(part)] = out[0], out[1:]
    return found


@_compiled(*(types.void(_read(I8), _read(kind), I8, _read(I8), I8[::1]) for kind in (I8, I4)))
def _sum_looked_up(table: Any, at: Any, base: int, starts: Any, out: Any) -> None:
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else len(at)
        total = np.int64(0)
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            total += table[np.uint64(at[row] - base)]
        out[run] = total


def sum_looked_up(table: I64, at: Array, base: int, starts: I64) -> I64:
    """The sums of `table[at - base]` over runs of rows."""
    out = np.empty(len(starts), np.int64)
    _sum_looked_up(table, _integers(at), base, starts, out)
    return out


@_compiled(*(types.void(_read(kind), _read(at), I8, kind[::1]) for kind in (I4, I2) for at in (I8, I4)))
def _looked_up(table: Any, at: Any, base: int, out: Any) -> None:
    for row in range(len(at)):
        out[row] = table[np.uint64(at[row] - base)]


def looked_up(table: Array, at: Array, base: int) -> Array:
    """`table[at - base]`, all of which are places of the table."""
    out = np.empty(len(at), table.dtype)
    _looked_up(table, _integers(at), base, out)
    return out


@_compiled(*(_tuple(I8, 2)(_read(kind), _read(B1), I8[::1]) for kind in (I8, I4)))
def _present(values: Any, empty: Any, out: Any) -> Any:
    low = high = np.int64(0) if empty[0] else np.int64(values[0])
    for row in range(len(values)):
        one = np.int64(0) if empty[row] else np.int64(values[row])
        out[row] = one
        low = min(low, one)
        high = max(high, one)
    return low, high


@_compiled(_tuple(I8, 2)(_read(I4), I8[::1]))
def _widened(values: Any, out: Any) -> Any:
    low = high = np.int64(values[0])
    for row in range(len(values)):
        one = np.int64(values[row])
        out[row] = one
        low = min(low, one)
        high = max(high, one)
    return low, high


def present(values: Array, empty: Array | None) -> tuple[I64, int, int]:
    """The numbers, 0 where a row is empty, the smallest and the largest of them."""
    if empty is None and values.dtype == np.int64:
        return values, *extent(values)
    out = np.empty(len(values), np.int64)
    if values.dtype not in (np.int64, np.int32):
        return plain.present(values, empty)
    if empty is None:
        low, high = _widened(values, out)
    else:
        low, high = _present(values, np.ascontiguousarray(empty), out)
    return out, int(low), int(high)


@_compiled(_tuple(I8, 2)(_read(I8, 2), I8[::1]))
def _low_words(words: Any, out: Any) -> Any:
    low = high = words[0, 0]
    for row in range(len(words)):
        one = words[row, 0]
        out[row] = one
        low = min(low, one)
        high = max(high, one)
    return low, high


def low_words(words: I64, empty: Array | None) -> tuple[I64, int, int]:
    """The first word of each row of a table, as `present` gives numbers."""
    if empty is not None:
        return plain.low_words(words, empty)
    out = np.empty(len(words), np.int64)
    low, high = _low_words(np.ascontiguousarray(words), out)
    return out, int(low), int(high)


@_compiled(_tuple(I8, 2)(_read(I8)))
def _extent(values: Any) -> Any:
    low = high = values[0]
    for row in range(len(values)):
        low = min(low, values[row])
        high = max(high, values[row])
    return low, high


def extent(values: I64) -> tuple[int, int]:
    """The smallest and the largest of at least one number."""
    low, high = _extent(np.ascontiguousarray(values))
    return int(low), int(high)


@_compiled(types.void(_read(B1), _read(I8), I8[::1]))
def _count_runs(mask: Any, starts: Any, out: Any) -> None:
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else len(mask)
        count = 0
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            count += mask[row]
        out[run] = count


def count_runs(mask: Array, starts: I64) -> I64:
    """How many rows of each run the mask has."""
    out = np.empty(len(starts), np.int64)
    _count_runs(np.ascontiguousarray(mask), starts, out)
    return out


def _integers(column: Array) -> Array:
    """A column as one of the kinds that the kernels are compiled for."""
    if column.dtype not in (np.int64, np.int32):
        return column.astype(np.int64)
    return np.ascontiguousarray(column)


@_compiled(*(_tuple(I8, 2)(I8[::1], _read(kind), I8) for kind in (I8, I4)))
def _place_rows(at: Any, column: Any, cap: int) -> Any:
    low = high = np.int64(column[0])
    step = 0 if len(column) == 1 else 1
    for row in range(len(at)):
        code = np.int64(column[row * step])
        at[row] = at[row] * cap + code
        low = min(low, code)
        high = max(high, code)
    return low, high


def place_rows(at: I64, column: Array, cap: int) -> tuple[int, int]:
    """Makes each place `place × cap + code` and gives the lowest and the highest code."""
    low, high = _place_rows(at, _integers(column), cap)
    return int(low), int(high)


@_compiled(*(B1(I4[::1], _read(I8), _read(kind)) for kind in (I8, I4)))
def _note_rows(noted: Any, at: Any, codes: Any) -> bool:
    step = 0 if len(codes) == 1 else 1
    for row in range(len(at)):
        place = np.uint64(at[row])
        known, code = noted[place], codes[row * step] + 1
        if known != code:
            if known:
                return False
            noted[place] = code
    return True


def note_rows(noted: Array, at: I64, codes: Array) -> bool:
    """Notes the code of each row, and one, at its place. False: a place has another code already."""
    return bool(_note_rows(noted, at, _integers(codes)))


@_compiled(*(B1(_read(kind), I8, _read(I4), I4[::1]) for kind in (I8, I4)))
def _near_codes(numbers: Any, base: int, table: Any, out: Any) -> bool:
    size, lowest = np.uint64(len(table)), np.int32(0)
    for row in range(len(numbers)):
        place = np.uint64(np.int64(numbers[row]) - base)  # below 0: very large
        if place >= size:
            return False
        code = table[place]
        lowest = min(lowest, code)
        out[row] = code
    return bool(lowest >= 0)


def near_codes(numbers: Array, base: int, table: Codes) -> Codes | None:
    """The code at `number - base` in the table; None: some have no place in it, or a code below 0."""
    out = np.empty(len(numbers), np.int32)
    return out if len(table) and _near_codes(_integers(numbers), base, table, out) else None


@_compiled(*(I8(_read(kind), I8, I4[::1], I8, I4[::1], I8[::1]) for kind in (I8, I4)))
def _claim_codes(numbers: Any, base: int, table: Any, first: int, out: Any, fresh: Any) -> int:
    found = 0
    for row in range(len(numbers)):
        place = np.uint64(np.int64(numbers[row]) - base)
        if table[place] < 0:
            table[place] = first + found
            fresh[found] = numbers[row]
            found += 1
        out[row] = table[place]
    return found


def claim_codes(numbers: Array, base: int, table: Codes, first: int) -> tuple[Codes, I64]:
    """The code at `number - base` in the table, which has room for all of them. Where that is below 0 the table
    gets the next code, from `first` on; the second array: the numbers that got one, by code."""
    out, fresh = np.empty(len(numbers), np.int32), np.empty(len(numbers), np.int64)
    found = _claim_codes(_integers(numbers), base, table, first, out, fresh)
    return out, fresh[:found].copy()


@_compiled(types.void(_read(I8, 2), _read(I8), SUMS))
def _columns_at(table: Any, at: Any, out: Any) -> None:
    for row in range(len(at)):
        for column in range(len(out)):
            out[column, row] = table[np.uint64(at[row]), column]


def columns_at(table: I64, at: I64) -> I64:
    """The rows of a table at these places, as columns."""
    out = np.empty((table.shape[1], len(at)), np.int64)
    if not table.flags.c_contiguous:
        return plain.columns_at(table, at)
    _columns_at(table, at, out)
    return out
