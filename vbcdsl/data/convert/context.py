"""What a reader is told about the batch in hand."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.data.convert.exact import Mask
from vbcdsl.data.problems import Problems
from vbcdsl.rules.program import Column


@attrs.frozen(eq=False)
class BatchContext:
    """A batch of `rows` rows that starts at row `first_row` of the record's input. `places`: where its rows stand,
    counted from there (None: one after another). `wrong`: takes the marks of what was reported."""

    problems: Problems
    rows: int
    first_row: int
    places: npt.NDArray[np.int64] | None = None
    wrong: list[Mask] | None = None

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
        if bad is None:
            return
        if self.wrong is not None:
            self.wrong.append(bad)
        self.problems.rows(
            code, column.name, saying, bad, self.first_row, help=help, samples=samples, places=self.places
        )
