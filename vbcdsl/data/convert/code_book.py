"""The texts of a column over all batches and passes, each with its code.

A million members are a million texts that nobody may ever look at: a run that pays providers groups by member, but
names none. So keys are told apart as 64-bit words (short texts by their bytes, whole numbers as they are), and a
code's text is made from its words when somebody asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias, overload

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.kernels import active

Codes: TypeAlias = npt.NDArray[np.int32]
Words: TypeAlias = npt.NDArray[np.uint64]

EMPTY: Final = -1
MOST_WORDS: Final = 5  # texts of up to 39 bytes
SHORT: Final = 7  # a longer text is no word for "no value" (`TextReader` sees to it)
WINDOW: Final = 1 << 23  # numbers that lie so close together have a table
FIRST_PLACES: Final = 1 << 12


class CodeBook:
    """The texts of a column, each with its code. `texts` grows as texts come."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.count = 0
        self.texts = LateTexts(self)
        self._codes: dict[str | None, int] = {None: EMPTY}
        self._made: list[str] = []
        # what the texts that are not made yet come from
        self._late: list[tuple[KeyTable | NumberTable, Any]] = []
        self._words: KeyTable | None = None
        self._numbers: NumberTable | None = None
        self._only: KeyTable | NumberTable | None = None  # what gave all codes, if one table did

    def code(self, text: str) -> int:
        """The code of one text, a new one if it is new."""
        return int(self.all([text])[0])

    def all(self, texts: Sequence[str | None]) -> Codes:
        """The codes of texts, EMPTY for None."""
        with self.lock:
            self.make()
            known = self._codes
            new = [text for text in texts if text not in known]
            if new:
                fresh = [text for text in dict.fromkeys(new) if text is not None]
                start = self.count
                self._made.extend(fresh)
                known.update(zip(fresh, range(start, start + len(fresh)), strict=True))
                self.count = len(self._made)
                self._only = None
            return np.fromiter(map(known.__getitem__, texts), np.int32, len(texts))

    def many(self, texts: Any, plain: Callable[[Any], bool]) -> Codes | None:
        """The codes of an Arrow array of texts without nulls, if those that are new are `plain` (each stands for
        itself); else None, and the book is as before."""
        packed = words_of(texts, None if self._words is None else self._words.words)
        if packed is None:
            different = texts.unique()
            if not plain(different):
                return None
            known = self.all(different.to_pylist())
            at = numpy_of(pc.index_in(texts, value_set=different))
            codes: Codes = known.take(at)
            return codes
        with self.lock:
            if self._words is None:
                self._words = KeyTable(self, packed.shape[1])
        if packed.shape[1] != self._words.words:  # another thread began the table with its own width
            return self.many(texts, plain)
        return self._words.codes_of(packed, lambda rows: self._all_plain(texts, packed, rows, plain))

    def _all_plain(self, texts: Any, packed: Words, rows: Any, plain: Callable[[Any], bool]) -> bool:
        """Whether the texts of these rows are plain. Those of some length that are ASCII and neither begin nor end
        with a space are: no trimming changes them, and no word for "no value" is so long."""
        own = packed[rows].view(np.uint8).reshape(len(rows), -1)
        lengths = own[:, -1]
        doubtful = lengths <= SHORT
        if not _in_one_word(texts):
            last = own[np.arange(len(rows)), np.maximum(lengths, 1) - 1]
            doubtful |= (own[:, 0] - 33 > 93) | (last - 33 > 93)  # bytes: below 33 goes round
            inside = np.arange(own.shape[1]) < lengths[:, None]
            doubtful |= ((own > 127) & inside).any(axis=1)  # Arrow looks whether these are texts at all
        at = rows[doubtful]
        return not len(at) or plain(texts.take(as_arrow.whole_numbers(at)))

    def numbers(self, numbers: npt.NDArray[Any]) -> Codes:
        """The codes of whole numbers, whose texts are their digits."""
        with self.lock:
            if self._numbers is None:
                self._numbers = NumberTable(self)
        return self._numbers.codes_of(numbers if numbers.itemsize > 3 else numbers.astype(np.int64))

    def make(self) -> list[str]:
        """The texts of all codes."""
        with self.lock:
            for table, keys in self._late:
                start = len(self._made)
                self._made += table.texts_of(keys)
                self._codes.update(zip(self._made[start:], range(start, len(self._made)), strict=True))
            self._late.clear()
            return self._made

    def array(self) -> Any:
        """The texts of all codes as an Arrow array."""
        with self.lock:
            late = [table.array_of(keys) for table, keys in self._late]
            return pa.concat_arrays([as_arrow.texts(self._made), *late])

    def gives_next(self, table: KeyTable | NumberTable) -> bool:
        """Whether new keys of the table get the next codes: no other table can know them."""
        return self._only is table or not self.count

    def give(self, table: KeyTable | NumberTable, keys: Any) -> Codes:
        """Codes for different keys that the table does not know: new ones, if no other table can know them."""
        if self.gives_next(table):
            self._only = table
            self._late.append((table, keys))
            start = self.count
            self.count += len(keys)
            return np.arange(start, self.count, dtype=np.int32)
        return self.all(table.texts_of(keys))

    def hand_over(self, table: NumberTable, other: KeyTable) -> None:
        """From now on the other table stands for this one."""
        if self._only is table:
            self._only = other


class LateTexts(Sequence[str]):
    """The texts of a book by code, made when somebody looks."""

    def __init__(self, book: CodeBook) -> None:
        self._book = book

    def __len__(self) -> int:
        return self._book.count

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        return self._book.make()[at]

    def __iter__(self) -> Iterator[str]:
        return iter(self._book.make())

    def array(self) -> Any:
        """All of them as an Arrow array, without making a text of Python for each that is not made yet."""
        return self._book.array()

    def __reduce__(self) -> tuple[type[list[str]], tuple[list[str]]]:
        """In another process they are a list."""
        return list, (list(self),)


@attrs.define(eq=False)
class KeyTable:
    """Keys of some words, with their codes. Threads search it while one of them adds to it."""

    book: CodeBook
    words: int
    _table: Words = attrs.field(init=False)
    _used: int = 0

    def __attrs_post_init__(self) -> None:
        self._table = np.zeros((FIRST_PLACES, self.words + 1), np.uint64)

    def known(self, keys: Words) -> Codes:
        """The code of each key; new ones get the next codes."""
        found = self.codes_of(keys, lambda _: True)
        assert found is not None
        return found

    def codes_of(self, keys: Words, plain: Callable[[npt.NDArray[np.int64]], bool]) -> Codes | None:
        """The code of each key; new ones get the next codes if the rows where they come first are `plain`, else
        None."""
        kernels = active()
        found: Codes = kernels.find(self._table, keys)
        new = np.flatnonzero(found < 0)
        if not len(new):
            return found
        first, place = kernels.distinct(keys if len(new) == len(keys) else keys[new])
        with self.book.lock:
            fresh = keys[new[first]]
            given: Codes = kernels.find_alone(self._table, fresh)
            rows = np.flatnonzero(given < 0)
            if len(rows):
                if not plain(new[first[rows]]):
                    return None
                given[rows] = self.book.give(self, fresh[rows])
                self.add(fresh[rows], given[rows])
        found[new] = given[place]
        return found

    def add(self, keys: Words, codes: Codes) -> None:
        """Puts new keys into the table."""
        used = self._used + len(keys)
        if 2 * used > len(self._table):
            old = self._table[self._table[:, -1] > 0]
            table = np.zeros((1 << (2 * used).bit_length(), self.words + 1), np.uint64)
            active().insert(table, np.ascontiguousarray(old[:, :-1]), (old[:, -1] - 1).astype(np.int32))
            self._table = table
        active().insert(self._table, keys, codes)
        self._used = used

    def array_of(self, keys: Words) -> Any:
        """The texts of keys as an Arrow array."""
        bytes_ = np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), self.words * 8)
        lengths = bytes_[:, -1].astype(np.int32)
        offsets = np.zeros(len(keys) + 1, np.int32)
        np.cumsum(lengths, out=offsets[1:])
        data = bytes_[np.arange(self.words * 8) < lengths[:, None]]
        return pa.Array.from_buffers(
            pa.string(), len(keys), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        )

    def texts_of(self, keys: Words) -> list[str]:
        """The texts of keys."""
        bytes_ = np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), self.words * 8)
        lengths = bytes_[:, -1].tolist()
        whole = bytes_.tobytes()
        step = self.words * 8
        return [whole[i * step : i * step + n].decode() for i, n in enumerate(lengths)]


@attrs.define(eq=False)
class NumberTable:
    """Whole numbers with their codes: those that lie close together by a table with a place for each."""

    book: CodeBook
    _near: tuple[int, Codes] = attrs.field(factory=lambda: (0, np.zeros(0, np.int32)))  # first number, codes
    _far: _Numbers | None = None

    def codes_of(self, numbers: npt.NDArray[Any]) -> Codes:
        """The code of each number; new ones get the next codes."""
        if not len(numbers):
            return np.zeros(0, np.int32)
        base, table = self._near
        if self._far is None:
            near: Codes | None = active().near_codes(numbers, base, table)
            if near is not None:
                with self.book.lock:  # a code may be in the table a moment before the book has its text
                    return near
        low, high = int(numbers.min()), int(numbers.max())
        with self.book.lock:
            if self._far is not None or not self._reach(low, high):
                return self._by_hash(numbers.astype(np.int64))
            base, table = self._near
            if not self.book.gives_next(self):
                return self._as_texts(numbers - base, base, table)
            codes: Codes
            codes, fresh = active().claim_codes(numbers, base, table, self.book.count)
            if len(fresh):
                self.book.give(self, fresh)
            return codes

    def _as_texts(self, at: npt.NDArray[Any], base: int, table: Codes) -> Codes:
        """The codes at these places of the table, where others may have given codes to the same texts."""
        new = np.unique(at[table[at] < 0])
        table[new] = self.book.give(self, new.astype(np.int64) + base)
        codes: Codes = table[at]
        return codes

    def _by_hash(self, numbers: npt.NDArray[np.int64]) -> Codes:
        if self._far is None:
            self._far = _Numbers(self.book, 1)
            base, table = self._near
            known = np.flatnonzero(table >= 0)
            if len(known):
                self._far.add(_number_keys(known + base), table[known])
                self.book.hand_over(self, self._far)
            self._near = (0, np.zeros(0, np.int32))
        return self._far.known(_number_keys(numbers))

    def array_of(self, numbers: npt.NDArray[np.int64]) -> Any:
        """The digits of numbers as an Arrow array."""
        return as_arrow.whole_numbers(numbers).cast(pa.string())

    def texts_of(self, numbers: npt.NDArray[np.int64]) -> list[str]:
        """The digits of numbers."""
        return [str(number) for number in numbers.tolist()]

    def _reach(self, low: int, high: int) -> bool:
        """Whether the table covers the numbers; it is extended if that is small enough."""
        base, table = self._near
        size = len(table)
        start = min(low, base) if size else low
        end = max(high + 1, base + size) if size else high + 1
        if end - start > WINDOW:
            return False
        if start != base or end - start > size:
            end = max(end, start + min(WINDOW, size * 3 // 2))
            more = np.full(end - start, EMPTY, np.int32)
            if size:
                more[base - start : base - start + size] = table
            self._near = (start, more)
        return True


SIGN: Final = np.uint64(1 << 63)


def _number_keys(numbers: npt.NDArray[np.int64]) -> Words:
    """Numbers as keys of one word, of which only the smallest number's is 0."""
    return (numbers.view(np.uint64) ^ SIGN).reshape(-1, 1)


class _Numbers(KeyTable):
    """Whole numbers that lie far apart."""

    def array_of(self, keys: Words) -> Any:
        return as_arrow.whole_numbers((keys[:, 0] ^ SIGN).view(np.int64)).cast(pa.string())

    def texts_of(self, keys: Words) -> list[str]:
        return [str(number) for number in (keys[:, 0] ^ SIGN).view(np.int64).tolist()]


def _in_one_word(texts: Any) -> bool:
    """Whether all bytes of all texts are ASCII, and none is a space or a control."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[[texts.offset, texts.offset + len(texts)]]
    bytes_ = np.frombuffer(data, np.uint8)[ends[0] : ends[1]] if data is not None else np.zeros(0, np.uint8)
    return not len(bytes_) or bool(bytes_.min() > 32 and bytes_.max() < 127)


def words_of(texts: Any, words: int | None) -> Words | None:
    """An Arrow array of texts as keys of so many words (None: as few as it takes); None if some are longer."""
    rows = len(texts)
    if not rows:
        return np.zeros((0, words or 1), np.uint64)
    _, offsets_buffer, data_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[texts.offset : texts.offset + rows + 1]
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    longest = int(np.diff(offsets).max())
    if words is None:
        words = min(max(2, longest // 8 + 1), MOST_WORDS)
    if longest >= words * 8:
        return None
    found: Words = active().pack(data, offsets, words)
    return found
