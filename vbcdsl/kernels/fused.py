"""The kernels compiled by numba; `plain` says what each one does.

They are compiled when they are first called with a kind of columns, and kept on disk. They run without the
interpreter's lock. Sums are of 64-bit integers whose bound the caller has proved; nothing here can wrap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numba import types

from vbcdsl.kernels import plain
from vbcdsl.kernels.compiling import B1, I2, I4, I8, SUMS, U8, compiled, integers, read, same
from vbcdsl.kernels.fused_keys import (
    claim_codes,
    distinct,
    find,
    find_alone,
    insert,
    near_codes,
    numbered,
    pack,
)
from vbcdsl.kernels.plain import I64, Array, from_bytes, places, run_starts

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
    "numbered",
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


@compiled(types.void(SUMS, B1[::1], read(I8), read(I8), U8))
def _add_1(table: Any, present: Any, at: Any, a: Any, ca: Any) -> None:
    sums, width = table.reshape(-1), np.uint64(table.shape[1])
    for row in range(len(at)):
        place = np.uint64(at[row])
        present[place] = True
        first = place * width
        sums[first + ca] += a[row]


@compiled(types.void(SUMS, B1[::1], read(I8), read(I8), read(I8), U8, U8))
def _add_2(table: Any, present: Any, at: Any, a: Any, b: Any, ca: Any, cb: Any) -> None:
    sums, width = table.reshape(-1), np.uint64(table.shape[1])
    for row in range(len(at)):
        place = np.uint64(at[row])
        present[place] = True
        first = place * width
        sums[first + ca] += a[row]
        sums[first + cb] += b[row]


@compiled(types.void(SUMS, B1[::1], read(I8), read(I8), read(I8), read(I8), U8, U8, U8))
def _add_3(table: Any, present: Any, at: Any, a: Any, b: Any, c: Any, ca: Any, cb: Any, cc: Any) -> None:
    sums, width = table.reshape(-1), np.uint64(table.shape[1])
    for row in range(len(at)):
        place = np.uint64(at[row])
        present[place] = True
        first = place * width
        sums[first + ca] += a[row]
        sums[first + cb] += b[row]
        sums[first + cc] += c[row]


@compiled(types.void(SUMS, B1[::1], read(I8), read(I8), read(I8), read(I8), read(I8), U8, U8, U8, U8))
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


@compiled(*(types.void(same(read(I8), count), read(I8), I8[::1]) for count in range(1, PARTS + 1)))
def _sum_runs(parts: Any, starts: Any, out: Any) -> None:
    rows = len(parts[0])
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else rows
        total = np.int64(0)
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            for values in parts:
                total += values[row]
        out[run] = total


@compiled(*(types.void(same(read(I8), count), read(B1), read(I8), I8[::1]) for count in range(1, PARTS + 1)))
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


@compiled(types.void(read(I8), read(B1), read(I8), SUMS))
def _several_1(a: Any, mask: Any, starts: Any, out: Any) -> None:
    for run in range(len(starts)):
        end = starts[run + 1] if run + 1 < len(starts) else len(mask)
        count = first = np.int64(0)
        for row in range(np.uint64(starts[run]), np.uint64(end)):
            one = np.int64(mask[row])
            count += one
            first += a[row] * one
        out[0, run], out[1, run] = count, first


@compiled(types.void(read(I8), read(I8), read(B1), read(I8), SUMS))
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


@compiled(types.void(read(I8), read(I8), read(I8), read(B1), read(I8), SUMS))
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


@compiled(*(types.void(read(I8), read(kind), I8, read(I8), I8[::1]) for kind in (I8, I4)))
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
    _sum_looked_up(table, integers(at), base, starts, out)
    return out


@compiled(*(types.void(read(kind), read(at), I8, kind[::1]) for kind in (I4, I2) for at in (I8, I4)))
def _looked_up(table: Any, at: Any, base: int, out: Any) -> None:
    for row in range(len(at)):
        out[row] = table[np.uint64(at[row] - base)]


def looked_up(table: Array, at: Array, base: int) -> Array:
    """`table[at - base]`, all of which are places of the table."""
    out = np.empty(len(at), table.dtype)
    _looked_up(table, integers(at), base, out)
    return out


@compiled(*(same(I8, 2)(read(kind), read(B1), I8[::1]) for kind in (I8, I4)))
def _present(values: Any, empty: Any, out: Any) -> Any:
    low = high = np.int64(0) if empty[0] else np.int64(values[0])
    for row in range(len(values)):
        one = np.int64(0) if empty[row] else np.int64(values[row])
        out[row] = one
        low = min(low, one)
        high = max(high, one)
    return low, high


@compiled(same(I8, 2)(read(I4), I8[::1]))
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


@compiled(same(I8, 2)(read(I8, 2), I8[::1]))
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


@compiled(same(I8, 2)(read(I8)))
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


@compiled(types.void(read(B1), read(I8), I8[::1]))
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


@compiled(*(same(I8, 2)(I8[::1], read(kind), I8) for kind in (I8, I4)))
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
    low, high = _place_rows(at, integers(column), cap)
    return int(low), int(high)


@compiled(*(B1(I4[::1], read(I8), read(kind)) for kind in (I8, I4)))
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
    return bool(_note_rows(noted, at, integers(codes)))


@compiled(types.void(read(I8), read(I8), SUMS))
def _columns_at(table: Any, at: Any, out: Any) -> None:
    width = np.uint64(len(out))
    for column in range(len(out)):
        first = np.uint64(column)
        for row in range(len(at)):
            out[column, row] = table[np.uint64(at[row]) * width + first]


def columns_at(table: I64, at: I64) -> I64:
    """The rows of a table at these places, as columns."""
    out = np.empty((table.shape[1], len(at)), np.int64)
    if not table.flags.c_contiguous:
        return plain.columns_at(table, at)
    _columns_at(table.reshape(-1), at, out)
    return out
