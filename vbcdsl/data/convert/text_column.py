"""Reads texts and keys as codes: one list of texts for a column, the same code in every batch.

Text is taken as it is, capitals and spaces too (Q46). Integer identifiers are their decimal digits.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.data.convert.cells import encode, meant_texts
from vbcdsl.data.convert.code_book import SHORT, CodeBook
from vbcdsl.data.convert.context import BatchContext
from vbcdsl.data.convert.key_tables import EMPTY
from vbcdsl.data.convert.missing import check_required, not_scored
from vbcdsl.data.problems import nearest
from vbcdsl.data.rules import CellRules
from vbcdsl.data.store import CodedColumn, MappedColumn
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules.program import Column, Record

UNLISTED: Final = -2
_SHOWN: Final = 12


@attrs.define(eq=False)
class TextReader:
    """Reads one column of texts."""

    record: Record
    column: Column
    rules: CellRules
    book: CodeBook = attrs.field(factory=CodeBook)
    wants_texts: bool = True
    _last: tuple[Any, npt.NDArray[np.int32]] | None = None

    def start(self) -> None:
        """A new pass over the data; the codes stay."""

    def warnings(self) -> list[Diagnostic]:
        """Nothing is learned over a pass."""
        return []

    def convert(self, arrays: list[Any], context: BatchContext) -> CodedColumn:
        """The rows of a batch."""
        (array,) = arrays
        if self._numbers(array):
            return MappedColumn(numpy_of(array), self.book.numbers, self.book.texts)
        if self._as_they_stand(array):
            direct = self.book.many(array, self._plain)
            if direct is not None:
                return CodedColumn(direct, self.book.texts)
        encoded = encode(array)
        assert encoded is not None, "refused when the columns were matched"
        table = self._table(encoded.texts)
        if not array.null_count and (len(table) == 1 or int(table[:-1].min()) >= 0):
            return MappedColumn(encoded.codes, table.take, self.book.texts)
        codes = table[encoded.codes]
        lowest = int(codes.min()) if len(codes) else 0
        if lowest == UNLISTED:
            self._report_unlisted(codes == UNLISTED, encoded.texts.to_pylist(), context)
        if lowest >= 0:
            return CodedColumn(codes, self.book.texts, None)
        empty = codes == EMPTY
        check_required(empty, self.column, context)
        fill = self.column.missing
        codes[codes < 0] = self.book.code(fill) if isinstance(fill, str) else 0
        return CodedColumn(codes, self.book.texts, not_scored(empty, self.column))

    def _numbers(self, array: Any) -> bool:
        """Whether the cells are numbers of which each stands for its digits."""
        if not pa.types.is_signed_integer(array.type) or array.null_count or not len(array):
            return False
        special = self.column.texts is not None or self.rules.values
        return not special and not any(word.strip("-").isdigit() for word in self.rules.missing)

    def _as_they_stand(self, array: Any) -> bool:
        """Whether the cells are texts, not given as a dictionary, of which each may stand for itself."""
        return bool(len(array) and not array.null_count and pa.types.is_string(array.type)) and self._simple()

    def _table(self, texts: Any) -> npt.NDArray[np.int32]:
        """Local code → code of the column; the last place answers to "no text"."""
        last = self._last
        if last is not None and len(last[0]) == len(texts) and last[0].equals(texts):
            return last[1]
        table = np.append(self._codes(texts), np.int32(EMPTY)).astype(np.int32)
        self._last = (texts, table)
        return table

    def _codes(self, texts: Any) -> npt.NDArray[np.int32]:
        allowed = self.column.texts
        if not texts.null_count and self._simple():
            found = self.book.many(texts, self._plain)
            if found is not None:
                return found
        meant = meant_texts(texts, self.rules, trim=self.rules.trim)
        if allowed is None:
            return self.book.all(meant)
        codes = self.book.all([text if text in allowed else None for text in meant])
        codes[[text is not None and text not in allowed for text in meant]] = UNLISTED
        return codes

    def _simple(self) -> bool:
        """Whether a text stands for itself unless it is a (short) word for "no value"."""
        exchanged = self.column.texts is not None or self.rules.values or self.rules.trim
        return not exchanged and all(len(word.encode()) <= SHORT for word in self.rules.missing)

    def _plain(self, texts: Any) -> bool:
        """Whether none of the texts means "empty"."""
        blank = pc.is_in(pc.utf8_trim_whitespace(texts), value_set=as_arrow.texts(sorted(self.rules.missing)))
        return not pc.any(blank).as_py()

    def _report_unlisted(self, bad: npt.NDArray[np.bool_], texts: list[str], context: BatchContext) -> None:
        allowed = self.column.texts or ()
        shown = ", ".join(f'"{text}"' for text in allowed[:_SHOWN]) + (" …" if len(allowed) > _SHOWN else "")
        meant = meant_texts(as_arrow.texts(texts), self.rules, trim=self.rules.trim)
        unlisted = [text for text in meant if text is not None and text not in allowed]
        near = nearest(unlisted[0], allowed, 1) if unlisted else []
        help = (
            f'Capitals and spaces count. If "{near[0]}" is meant, say so in the bindings: `values`.'
            if near
            else ""
        )
        context.report(
            "VBC5114",
            self.column,
            f"has a text that is none of {shown}",
            bad,
            samples=unlisted,
            help=help
            or "Text matches exactly, capitals and spaces too; the bindings can exchange texts: `values`.",
        )
