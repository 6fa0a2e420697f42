"""What a reader is told about the batch in hand."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from vbcdsl.data.convert.exact import Mask
from vbcdsl.data.problems import Problems
from vbcdsl.rules.program import Column


@attrs.frozen(eq=False)
class BatchContext:
    """A batch of `rows` rows that starts at row `first_row` of the record's input."""

    problems: Problems
    rows: int
    first_row: int

    def report(
        self,
        code: str,
        column: Column,
        saying: str,
        bad: Mask | None,
        *,
        help: str = "",
        samples: Iterable[str] = (),
    ) -> None:
        """Rows in which the column is wrong (None: none)."""
        if bad is not None:
            self.problems.rows(code, column.name, saying, bad, self.first_row, help=help, samples=samples)
