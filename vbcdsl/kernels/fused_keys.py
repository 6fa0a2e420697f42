"""The compiled kernels that tell keys apart: texts as words, tables of keys, whole numbers close together.

`plain` says what each one does; `fused` gives them with the others.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import types

from vbcdsl.kernels import plain
from vbcdsl.kernels.compiling import B1, I4, I8, TABLE, U1, U8, WORDS, compiled, integers, read
from vbcdsl.kernels.plain import I64, MIX, SHIFT, Array, Codes, Words

AHEAD: Final = 16  # keys that are searched for together
FULL: Final = np.uint64(2**64 - 1)


@compiled()
def _hash(keys: Any, row: int) -> Any:
    found = keys[row, 0] * MIX
    for column in range(1, keys.shape[1]):
        found ^= found >> SHIFT
        found ^= keys[row, column]
        found *= MIX
    return found


@compiled()
def _same(table: Any, at: int, keys: Any, row: int) -> bool:
    same = True
    for column in range(keys.shape[1]):
        same &= table[at, column] == keys[row, column]
    return same


@compiled(types.void(TABLE, WORDS, U8, I4[::1]))
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


@compiled(types.void(TABLE, WORDS, U8, read(I4)))
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


@compiled(I8(WORDS, I4[::1], U8, I8[::1], I8[::1]))
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


@compiled()
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


@compiled(types.void(read(U1), read(I4), U8[:, ::1]))
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


@compiled(*(B1(read(U1), read(I4), read(U1), I8, kind[::1]) for kind in (I8, I4)))
def _numbered(data: Any, offsets: Any, head: Any, width: int, out: Any) -> bool:
    first, size = U8(len(head)), U8(len(head)) + U8(width)
    for row in range(len(out)):
        start = U8(offsets[row])
        if U8(offsets[row + 1]) - start != size:
            return False
        wrong, number = False, I8(0)
        for place in range(first):
            wrong |= data[start + U8(place)] != head[place]
        for place in range(first, size):
            digit = I8(data[start + U8(place)]) - I8(48)
            wrong |= U8(digit) > U8(9)
            number = number * I8(10) + digit
        if wrong:
            return False
        out[row] = number
    return True


def numbered(data: Array, offsets: Array, head: bytes, width: int) -> Array | None:
    """The numbers that texts end with, if all are these bytes and then so many digits, else None."""
    out = np.empty(len(offsets) - 1, np.int32 if width <= plain.NARROW else np.int64)
    data = np.ascontiguousarray(data)
    return out if _numbered(data, offsets, np.frombuffer(head, np.uint8), width, out) else None


@compiled(*(B1(read(kind), I8, read(I4), I4[::1]) for kind in (I8, I4)))
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
    return out if len(table) and _near_codes(integers(numbers), base, table, out) else None


@compiled(*(I8(read(kind), I8, I4[::1], I8, I4[::1], I8[::1]) for kind in (I8, I4)))
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
    found = _claim_codes(integers(numbers), base, table, first, out, fresh)
    return out, fresh[:found].copy()
