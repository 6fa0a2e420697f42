"""Tables that tell the keys of a column apart, and give each its code; `code_book` holds what a column has.

Keys of a few words (`KeyTable`), whole numbers (`NumberTable`), and texts that differ only in the digits at their
end, which are as good as whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vbcdsl.data.convert import as_arrow
from vbcdsl.kernels import active

if TYPE_CHECKING:
    from vbcdsl.data.convert.code_book import CodeBook

Codes: TypeAlias = npt.NDArray[np.int32]
Words: TypeAlias = npt.NDArray[np.uint64]

EMPTY: Final = -1
MOST_WORDS: Final = 5  # texts of up to 39 bytes
WINDOW: Final = 1 << 23  # numbers that lie so close together have a table
FIRST_PLACES: Final = 1 << 12
FEWEST_DIGITS: Final = 4  # at the end of texts that may be told apart by them
MOST_DIGITS: Final = 18


@attrs.frozen
class Form:
    """How a text is written that stands for a whole number: the same characters before so many digits (M000417).
    No `width`: its digits alone, as many as it takes."""

    head: bytes = b""
    width: int = 0

    def words(self) -> int:
        """How many words the texts take as keys."""
        return max(2, (len(self.head) + self.width) // 8 + 1)

    def array(self, numbers: npt.NDArray[np.int64]) -> Any:
        """The texts of numbers as an Arrow array."""
        if not self.width:
            return as_arrow.whole_numbers(numbers).cast(pa.string())
        first, size = len(self.head), len(self.head) + self.width
        cells = np.empty((len(numbers), size), np.uint8)
        cells[:, :first] = np.frombuffer(self.head, np.uint8)
        left = numbers
        for place in range(size - 1, first - 1, -1):
            left, cells[:, place] = np.divmod(left, 10)
        cells[:, first:] += ord("0")
        return as_arrow.texts_of_lengths(np.full(len(numbers), size, np.int32), cells.reshape(-1))

    def texts(self, numbers: npt.NDArray[np.int64]) -> list[str]:
        """The texts of numbers."""
        head, width = self.head.decode(), self.width
        return [f"{head}{number:0{width}d}" for number in numbers.tolist()]


def form_of(text: bytes) -> Form | None:
    """What other texts may differ in from this one, if that is the digits at its end."""
    if not all(33 <= byte < 127 for byte in text):
        return None
    digits = min(len(text) - len(text.rstrip(b"0123456789")), MOST_DIGITS)
    enough = digits >= FEWEST_DIGITS and len(text) < MOST_WORDS * 8
    return Form(text[: len(text) - digits], digits) if enough else None


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
            old = self.everything()
            table = np.zeros((1 << (2 * used).bit_length(), self.words + 1), np.uint64)
            active().insert(table, *old)
            self._table = table
        active().insert(self._table, keys, codes)
        self._used = used

    def everything(self) -> tuple[Words, Codes]:
        """All keys, and their codes."""
        rows = self._table[self._table[:, -1] > 0]
        return np.ascontiguousarray(rows[:, :-1]), (rows[:, -1] - 1).astype(np.int32)

    def array_of(self, keys: Words) -> Any:
        """The texts of keys as an Arrow array."""
        bytes_ = np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), self.words * 8)
        lengths = bytes_[:, -1].astype(np.int32)
        data = bytes_[np.arange(self.words * 8) < lengths[:, None]]
        return as_arrow.texts_of_lengths(lengths, data)

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
    form: Form = Form()
    _near: tuple[int, Codes] = attrs.field(factory=lambda: (0, np.zeros(0, np.int32)))  # first number, codes
    far: _Numbers | None = None  # those that do not
    _ended: bool = False

    def codes_of(self, numbers: npt.NDArray[Any]) -> Codes | None:
        """The code of each number; new ones get the next codes. None: there are some, and the table has ended."""
        if not len(numbers):
            return np.zeros(0, np.int32)
        if self.far is not None:
            return self._by_hash(self.far, numbers)
        near: Codes | None = active().near_codes(numbers, *self._near)
        if near is not None:
            with self.book.lock:  # a code may be in the table a moment before the book has its text
                return near
        low, high = int(numbers.min()), int(numbers.max())
        with self.book.lock:
            if self._ended:
                return None
            if self.far is not None or not self._reach(low, high):
                return self._by_hash(self._as_hash(), numbers)
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

    def _by_hash(self, far: _Numbers, numbers: npt.NDArray[Any]) -> Codes | None:
        return far.codes_of(_number_keys(numbers.astype(np.int64, copy=False)), lambda _: not self._ended)

    def _as_hash(self) -> _Numbers:
        """The table for numbers that do not lie close together, with all that are known."""
        if self.far is None:
            far = _Numbers(self.book, 1, form=self.form)
            base, table = self._near
            known = np.flatnonzero(table >= 0)
            if len(known):
                far.add(_number_keys(known + base), table[known])
                self.book.hand_over(self, far)
            self.far = far
            self._near = (0, np.zeros(0, np.int32))
        return self.far

    def end(self) -> tuple[npt.NDArray[np.int64], Codes]:
        """Takes no more numbers from now on; those that it knows, and their codes."""
        self._ended = True
        if self.far is not None:
            keys, codes = self.far.everything()
            return _numbers_of(keys), codes
        base, table = self._near
        known = np.flatnonzero(table >= 0)
        return known + base, table[known]

    def array_of(self, numbers: npt.NDArray[np.int64]) -> Any:
        """The texts of numbers as an Arrow array."""
        return self.form.array(numbers)

    def texts_of(self, numbers: npt.NDArray[np.int64]) -> list[str]:
        """The texts of numbers."""
        return self.form.texts(numbers)

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


def _numbers_of(keys: Words) -> npt.NDArray[np.int64]:
    return (keys[:, 0] ^ SIGN).view(np.int64)


@attrs.define(eq=False)
class _Numbers(KeyTable):
    """Whole numbers that lie far apart."""

    form: Form = Form()

    def array_of(self, keys: Words) -> Any:
        return self.form.array(_numbers_of(keys))

    def texts_of(self, keys: Words) -> list[str]:
        return self.form.texts(_numbers_of(keys))


def bytes_of(texts: Any) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The bytes of an Arrow array of texts, and where each begins and ends."""
    _, offsets, data = texts.buffers()
    found = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return (np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)), found


def words_of(texts: Any, words: int | None) -> Words | None:
    """An Arrow array of texts as keys of so many words (None: as few as it takes); None if some are longer."""
    rows = len(texts)
    if not rows:
        return np.zeros((0, words or 1), np.uint64)
    data, offsets = bytes_of(texts)
    longest = int(np.diff(offsets).max())
    if words is None:
        words = min(max(2, longest // 8 + 1), MOST_WORDS)
    if longest >= words * 8:
        return None
    found: Words = active().pack(data, offsets, words)
    return found
