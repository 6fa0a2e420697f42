"""Reads yes-or-no columns: booleans, 0 and 1, yes/no, true/false, y/n, t/f in any case."""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np
import pyarrow as pa

from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.data.convert.cells import encode, family, meant_texts
from vbcdsl.data.convert.context import BatchContext
from vbcdsl.data.convert.exact import Mask, null_mask
from vbcdsl.data.convert.floats import whole_floats
from vbcdsl.data.convert.missing import check_required, not_scored
from vbcdsl.data.rules import CellRules
from vbcdsl.data.store import FlagColumn
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules.program import Column, Record

WORDS: Final = {
    **dict.fromkeys(("1", "1.0", "yes", "y", "true", "t"), 1),
    **dict.fromkeys(("0", "0.0", "no", "n", "false", "f"), 0),
}
EMPTY, BAD = -1, -2


@attrs.define(eq=False)
class FlagReader:
    """Reads one yes-or-no column."""

    record: Record
    column: Column
    rules: CellRules
    wants_texts: bool = True

    def start(self) -> None:
        """A new pass over the data."""

    def warnings(self) -> list[Diagnostic]:
        """Nothing is learned over a pass."""
        return []

    def convert(self, arrays: list[Any], context: BatchContext) -> FlagColumn:
        """The rows of a batch."""
        (array,) = arrays
        if pa.types.is_boolean(array.type):
            empty = null_mask(array)
            values = numpy_of(array)
            return self._finish(values if empty is None else values & ~empty, empty, context)
        if family(array.type) == "float":
            array, bad = whole_floats(array)
            context.report("VBC5120", self.column, "is neither yes nor no", bad)
        encoded = encode(array)
        assert encoded is not None, "refused when the columns were matched"
        meant = meant_texts(encoded.texts, self.rules, trim=True)
        table = np.array(
            [EMPTY if t is None else WORDS.get(t.lower(), BAD) for t in meant] + [EMPTY], np.int8
        )
        found = table[encoded.codes]
        bad = found == BAD
        if bad.any():
            unread = [t for t in meant if t is not None and t.lower() not in WORDS]
            context.report(
                "VBC5120",
                self.column,
                "is neither yes nor no",
                bad,
                samples=unread,
                help='Say what the cells mean in the bindings: `values = { "A" = "yes", "B" = "no" }`.',
            )
        empty = found == EMPTY
        return self._finish(found == 1, empty if empty.any() else None, context)

    def _finish(self, values: Any, empty: Mask | None, context: BatchContext) -> FlagColumn:
        check_required(empty, self.column, context)
        if empty is not None and isinstance(self.column.missing, bool):
            values = np.where(empty, self.column.missing, values)
        return FlagColumn(values, not_scored(empty, self.column))
