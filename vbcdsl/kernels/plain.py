"""The kernels in NumPy.

Keys are rows of 64-bit words, none of them 0 (as a rule: others are looked for by the one who writes). A table of
keys is open addressing with linear probing: places × (words and, last, the code and one; 0: free); the number of
places is a power of two. Threads may search a table while one adds to it: words are 0 or what they will always be,
and the code is written last, so that a search finds a key or does not yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Words: TypeAlias = npt.NDArray[np.uint64]
Codes: TypeAlias = npt.NDArray[np.int32]
I64: TypeAlias = npt.NDArray[np.int64]
Array: TypeAlias = npt.NDArray[Any]

MIX: Final = np.uint64(0x9E3779B97F4A7C15)
ORDER: Final = "F"  # of tables of sums: one sum of all places lies together
SHIFT: Final = np.uint64(32)
NARROW: Final = 9  # digits of numbers of 32 bits


def hashes(keys: Words) -> Words:
    """A number for each key, mixed so that its high bits depend on all words."""
    found = keys[:, 0] * MIX
    for column in range(1, keys.shape[1]):
        found ^= found >> SHIFT
        found ^= keys[:, column]
        found *= MIX
    return found


def places(keys: Words, size: int) -> I64:
    """Where the search for each key begins."""
    bits = np.uint64(64 - size.bit_length() + 1)
    return (hashes(keys) >> bits).astype(np.int64)


def find(table: Words, keys: Words) -> Codes:
    """The code of each key, -1 where it is not found: the table does not hold it (yet), or a word of it is 0."""
    at = places(keys, len(table))
    known = table[at, -1]
    wrong = np.flatnonzero((known > 0) & ~_equal(table, at, keys))
    while len(wrong):
        at[wrong] = (at[wrong] + 1) & (len(table) - 1)
        known[wrong] = table[at[wrong], -1]
        wrong = wrong[(known[wrong] > 0) & ~_equal(table, at[wrong], keys[wrong])]
    known[~keys.all(axis=1)] = 0
    found: Codes = known.astype(np.int32) - np.int32(1)
    return found


def find_alone(table: Words, keys: Words) -> Codes:
    """What `find` gives where nobody adds to the table meanwhile, so that words may be 0."""
    return with_zeros(find(table, keys), table, keys)


def with_zeros(found: Codes, table: Words, keys: Words) -> Codes:
    """What `find` gave, with the codes of keys that have a word that is 0."""
    for row in np.flatnonzero(~keys.all(axis=1)).tolist():
        same = (table[:, :-1] == keys[row]).all(axis=1) & (table[:, -1] > 0)
        found[row] = int(table[same.argmax(), -1]) - 1 if same.any() else -1
    return found


def _equal(table: Words, at: I64, keys: Words) -> npt.NDArray[np.bool_]:
    same: npt.NDArray[np.bool_] = table[at, 0] == keys[:, 0]
    for column in range(1, keys.shape[1]):
        same &= table[at, column] == keys[:, column]
    return same


def insert(table: Words, keys: Words, given: Codes) -> None:
    """Puts different keys that the table does not hold into it, with the codes given."""
    at = places(keys, len(table))
    taken = table[:, -1] > 0
    claims = np.zeros(len(table), dtype=np.int32)
    left = np.arange(len(keys))
    while len(left):
        here = at[left]
        free = ~taken[here]
        rows = left[free]
        claims[here[free]] = rows  # of several rows the last one wins the place
        won = np.zeros(len(left), dtype=np.bool_)
        won[free] = claims[here[free]] == rows
        taken[at[left[won]]] = True
        left = left[~won]
        at[left] = (at[left] + 1) & (len(table) - 1)
    table[at, :-1] = keys
    table[at, -1] = given.astype(np.uint64) + np.uint64(1)


def distinct(keys: Words) -> tuple[I64, I64]:
    """(a row of each different key, in the order of first appearance; for each row the place of its key among
    them)."""
    mixed = hashes(keys) if keys.shape[1] > 1 else keys[:, 0]
    _, first, place = np.unique(mixed, return_index=True, return_inverse=True)
    if keys.shape[1] > 1 and not bool((keys[first][place] == keys).all()):
        _, first, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return first[order], rank[place.reshape(-1)]


def pack(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32], words: int) -> Words:
    """Texts as keys: their bytes, 255 up to the last byte, and there their length. All are shorter than
    `words` × 8 bytes."""
    rows = len(offsets) - 1
    out = np.full((rows, words * 8), 255, dtype=np.uint8)
    if rows:
        lengths = np.diff(offsets)
        low, high = int(lengths.min()), int(lengths.max())
        start = int(offsets[0])
        if low == high:
            out[:, :high] = data[start : start + rows * high].reshape(rows, high)
        else:
            for column in range(high):
                here = np.flatnonzero(lengths > column)
                out[here, column] = data[offsets[here] + column]
        out[:, -1] = lengths
    return out.view(np.uint64)


def numbered(data: Array, offsets: Array, head: bytes, width: int) -> Array | None:
    """The numbers that texts end with, if all are these bytes and then so many digits, else None. With up to nine
    digits they come in 32 bits."""
    size = len(head) + width
    if (np.diff(offsets) != size).any():
        return None
    rows = len(offsets) - 1
    cells = data[int(offsets[0]) : int(offsets[-1])].reshape(rows, size)
    if any((cells[:, place] != byte).any() for place, byte in enumerate(head)):
        return None
    found: Array = np.zeros(rows, np.int32 if width <= NARROW else np.int64)
    for place in range(len(head), size):
        digit = cells[:, place] - np.uint8(48)  # below 0: very large
        if rows and digit.max() > 9:
            return None
        np.multiply(found, 10, out=found)
        np.add(found, digit, out=found)
    return found


def add_rows(table: I64, present: Array, at: I64, values: Sequence[Array], columns: Sequence[int]) -> None:
    """Adds the numbers of each row (one array for each of `columns`) to its place in a table of sums (places ×
    sums), and notes that the place has rows; all sums stay within 64 bits."""
    for column, numbers in zip(columns, values, strict=True):
        np.add.at(table[:, column], at, numbers)
    present[at] = True


def sum_runs(parts: Sequence[Array], mask: Array | None, starts: I64) -> I64:
    """The sums of all parts over runs of rows (those where the mask holds), which stay within 64 bits."""
    values = parts[0]
    for part in parts[1:]:
        values = values + part
    found: I64 = np.add.reduceat(values if mask is None else values * mask, starts, dtype=np.int64)
    return found


def sum_several(columns: Sequence[Array], mask: Array, starts: I64) -> I64:
    """Of runs of rows: how many the mask has, then the sums of each column over these, which stay within 64
    bits. (Sums of several columns, each with others, are put together from these.)"""
    found = np.empty((1 + len(columns), len(starts)), np.int64)
    np.add.reduceat(mask, starts, dtype=np.int64, out=found[0])
    for number, column in enumerate(columns, 1):
        np.add.reduceat(column * mask, starts, out=found[number])
    return found


def sum_looked_up(table: I64, at: Array, base: int, starts: I64) -> I64:
    """The sums of `table[at - base]` over runs of rows, which stay within 64 bits."""
    found: I64 = np.add.reduceat(table.take(at - at.dtype.type(base) if base else at), starts)
    return found


def looked_up(table: Array, at: Array, base: int) -> Array:
    """`table[at - base]`, all of which are places of the table."""
    found: Array = table.take(at - at.dtype.type(base) if base else at)
    return found


def present(values: Array, empty: Array | None) -> tuple[I64, int, int]:
    """Numbers of at most 64 bits as such of 64, 0 where a row is empty (the same array, if it can be), the least
    and the largest of them. There is at least one row."""
    found = values.astype(np.int64, copy=False) if empty is None else np.where(empty, np.int64(0), values)
    return found, int(found.min()), int(found.max())


def low_words(words: I64, empty: Array | None) -> tuple[I64, int, int]:
    """The first word of each row of a table, as `present` gives numbers."""
    found = words[:, 0].copy()
    if empty is not None:
        np.copyto(found, 0, where=empty)
    return found, int(found.min()), int(found.max())


def from_bytes(data: Array, width: int, empty: Array | None) -> tuple[I64, int, int] | None:
    """Numbers of so many bytes each, the most significant first, with a sign, as `present` gives numbers; None:
    some need more than 64 bits."""
    rows, more = len(data) // width, max(width - 8, 0)
    found = _words_at(data, more, width, rows)
    if width < 8:
        found >>= 64 - 8 * width
    if more:
        fits = (_words_at(data, 0, width, rows) >> (64 - 8 * more)) == (found >> 63)
        if not (fits if empty is None else fits | empty).all():
            return None
    return present(found, empty)


def _words_at(data: Array, first: int, step: int, rows: int) -> I64:
    """The eight bytes that begin at every step from the first one, as numbers."""
    inside = max(min(rows, (len(data) - first - 8) // step + 1), 0)
    found = np.empty(rows, np.int64)
    found[:inside] = np.ndarray((inside,), ">i8", data, first, (step,))
    if inside < rows:
        left = np.zeros((rows - inside) * step + 8, np.uint8)
        rest = data[inside * step + first :]
        left[: len(rest)] = rest
        found[inside:] = np.ndarray((rows - inside,), ">i8", left, 0, (step,))
    return found


def run_starts(columns: Sequence[Array]) -> I64:
    """The first row of each run of rows (at least one) that are equal in all columns (at least one)."""
    change: Array | None = None
    for column in columns:
        step = column[1:] != column[:-1]
        change = step if change is None else np.logical_or(change, step, out=change)
    assert change is not None
    return np.concatenate(([0], np.flatnonzero(change) + 1))


def extent(values: I64) -> tuple[int, int]:
    """The smallest and the largest of at least one number."""
    return int(values.min()), int(values.max())


def count_runs(mask: Array, starts: I64) -> I64:
    """How many rows of each run the mask has."""
    found: I64 = np.add.reduceat(mask, starts, dtype=np.int64)
    return found


def place_rows(at: I64, column: Array, cap: int) -> tuple[int, int]:
    """Makes each place `place × cap + code`; the lowest and the highest code. One code may hold for all."""
    low, high = int(column.min()), int(column.max())
    if cap != 1:
        at *= cap
    at += column
    return low, high


def note_rows(noted: Array, at: I64, codes: Array) -> bool:
    """Notes the code of each row, and one, at its place. False: a place has another code already."""
    more = codes + 1
    known = noted[at]
    wrong = known != more
    if not wrong.any():
        return True
    if not (known[wrong] == 0).all():
        return False
    noted[at] = more
    return bool((noted[at] == more).all())


def near_codes(numbers: Array, base: int, table: Codes) -> Codes | None:
    """The code at `number - base` in the table, of at least one number; None: some numbers have no place in it, or
    a code below 0."""
    low, high = int(numbers.min()), int(numbers.max())
    if low < base or high >= base + len(table):
        return None
    codes: Codes = table[numbers - base]
    return codes if int(codes.min()) >= 0 else None


def claim_codes(numbers: Array, base: int, table: Codes, first: int) -> tuple[Codes, I64]:
    """The code at `number - base` in the table, which has room for all of them. Where that is below 0 the table
    gets the next code, from `first` on; the second array: the numbers that got one, by code."""
    at = numbers.astype(np.int64) - base
    new = at[table[at] < 0]
    marks = -2 - np.arange(len(new), dtype=np.int32)
    table[new[::-1]] = marks[::-1]  # of equal numbers the first row's is left
    fresh = new[table[new] == marks]
    table[fresh] = np.arange(first, first + len(fresh), dtype=np.int32)
    codes: Codes = table[at]
    return codes, fresh + base


def columns_at(table: I64, at: I64) -> I64:
    """The rows of a table at these places, as columns."""
    found = np.empty((table.shape[1], len(at)), dtype=np.int64)
    for column in range(table.shape[1]):
        table[:, column].take(at, out=found[column])
    return found
