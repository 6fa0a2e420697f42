"""The texts of a column over all batches and passes, each with its code.

A million members are a million texts that nobody may ever look at: a run that pays providers groups by member, but
names none. So keys are told apart as 64-bit words (short texts by their bytes, whole numbers as they are), and a
code's text is made from its words when somebody asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.data.convert.key_tables import (
    EMPTY,
    Codes,
    KeyTable,
    NumberTable,
    Words,
    bytes_of,
    form_of,
    words_of,
)
from vbcdsl.kernels import active

SHORT: Final = 7  # a longer text is no word for "no value" (`TextReader` sees to it)


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
        # all texts so far, if they differ only in the digits at their end
        self._alike: NumberTable | None = None
        self._looked = False  # whether they do is known
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
        found = self._by_digits(texts)
        if found is not None:
            return found
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

    def _by_digits(self, texts: Any) -> Codes | None:
        """The codes of texts that differ only in the digits at their end, from each other and from all so far;
        None: they do not. Such a text is too long for a word for "no value"."""
        if not len(texts):
            return np.zeros(0, np.int32)
        data, offsets = bytes_of(texts)
        with self.lock:
            if not self._looked:
                self._looked = True
                first = data[offsets[0] : offsets[1]].tobytes()
                form = form_of(first) if not self.count and len(first) > SHORT else None
                self._alike = None if form is None else NumberTable(self, form)
            table = self._alike
        if table is None:
            return None
        numbers = active().numbered(data, offsets, table.form.head, table.form.width)
        found = None if numbers is None else table.codes_of(numbers)
        if found is None:
            self._no_longer_alike(table)
        return found

    def _no_longer_alike(self, table: NumberTable) -> None:
        """Tells the texts that the table knows apart as words from now on."""
        with self.lock:
            if self._alike is None:
                return
            self._alike = None
            numbers, codes = table.end()
            if len(numbers):
                words = table.form.words()
                packed = words_of(table.array_of(numbers), words)
                assert packed is not None
                self._words = KeyTable(self, words)
                self._words.add(packed, codes)
                self.hand_over(table, self._words)

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
        found = self._numbers.codes_of(numbers if numbers.itemsize > 3 else numbers.astype(np.int64))
        assert found is not None, "only a table of texts ends"
        return found

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
        if self._only is not None and self._only in (table, table.far):
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


def _in_one_word(texts: Any) -> bool:
    """Whether all bytes of all texts are ASCII, and none is a space or a control."""
    data, ends = bytes_of(texts)
    bytes_ = data[ends[0] : ends[-1]]
    return not len(bytes_) or bool(bytes_.min() > 32 and bytes_.max() < 127)
