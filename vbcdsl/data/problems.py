"""Collects what is wrong in the rows of a record, so that one message tells all of it.

Readers report masks of bad rows batch by batch; at the end of the pass each kind of mistake in each column
becomes one `Diagnostic` with the number of rows and the first of them. A message about member-level rows
never holds a cell of the data, only row numbers and shapes, unless the user allows it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from vbcdsl.data.options import Options
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.rules.program import Record

MAX_SAMPLES = 5
MAX_SHAPE = 24

# Rows by their number from 0, to the words that name them in a message.
RowNames = Callable[[Sequence[int]], Sequence[str]]


def nearest(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The names most like `name`, best first."""
    by_lower = {known.lower(): known for known in names}
    found = difflib.get_close_matches(name.lower(), by_lower, n=count, cutoff=0.5)
    return [by_lower[lower] for lower in found]


def is_member_level(record: Record) -> bool:
    """Whether a row of the record is about one person (or one claim), so that its cells are not shown."""
    return record.entries or "Member" in record.keys or "Member" in record.dims


def shape(text: str) -> str:
    """What a cell looks like without what it says: `3/4/2024` is `9/9/9999`, `N/A` is `A/A`."""
    masked = re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", text))
    return masked if len(masked) <= MAX_SHAPE else masked[:MAX_SHAPE] + "…"


@attrs.define
class Issue:
    """One kind of mistake in one column: `saying` completes the sentence `"Risk Score" …`."""

    code: str
    column: str
    saying: str
    help: str
    rows: int = 0
    first: list[int] = attrs.field(factory=list)
    samples: list[str] = attrs.field(factory=list)


@attrs.define(eq=False)
class Problems:
    """The mistakes found in one pass over a record."""

    record: Record
    options: Options
    issues: dict[tuple[str, str], Issue] = attrs.field(factory=dict)
    ready: list[Diagnostic] = attrs.field(factory=list)
    empty: dict[str, int] = attrs.field(factory=dict)  # column → cells that were empty

    def __bool__(self) -> bool:
        return bool(self.issues or self.ready)

    def add(self, diagnostic: Diagnostic) -> None:
        """A mistake that is not about rows (a missing column, a wrong type)."""
        if all(known.message != diagnostic.message for known in self.ready):
            self.ready.append(diagnostic)

    def count_empty(self, column: str, empty: npt.NDArray[np.bool_]) -> None:
        """Note how many cells of a batch were empty; that is no mistake by itself."""
        count = int(np.count_nonzero(empty))
        if count:
            self.empty[column] = self.empty.get(column, 0) + count

    def rows(
        self,
        code: str,
        column: str,
        saying: str,
        bad: npt.NDArray[np.bool_],
        first_row: int,
        *,
        help: str = "",
        samples: Iterable[str] = (),
        places: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Rows of a batch in which the column is wrong. `first_row` is the number of the batch's first row;
        `places`: where its rows stand, counted from there (None: one after another)."""
        count = int(np.count_nonzero(bad))
        if not count:
            return
        issue = self.issues.setdefault((code, column), Issue(code, column, saying, help))
        issue.rows += count
        room = self.options.first_rows - len(issue.first)
        if room > 0:
            found = np.flatnonzero(bad)[:room]
            issue.first += [first_row + int(i) for i in (found if places is None else places[found])]
        for text in samples:
            shown = text if self._may_show else shape(text)
            if len(issue.samples) >= MAX_SAMPLES:
                break
            if shown not in issue.samples:
                issue.samples.append(shown)

    @property
    def _may_show(self) -> bool:
        return self.options.show_members or not is_member_level(self.record)

    def diagnostics(self, names: RowNames) -> list[Diagnostic]:
        """One for each mistake. `names` says how rows are called."""
        return self.ready + [self._diagnostic(issue, names) for issue in self.issues.values()]

    def stop(self, names: RowNames) -> None:
        """Raise `VbcError` if anything was found."""
        if self:
            raise VbcError(self.diagnostics(names))

    def _diagnostic(self, issue: Issue, names: RowNames) -> Diagnostic:
        details = ["first: " + "; ".join(names(issue.first))] if issue.first else []
        if issue.samples:
            what = "the cells read" if self._may_show else "the cells look like (letters A, digits 9)"
            details.append(f"{what}: " + ", ".join(f'"{text}"' for text in issue.samples))
        rows = "1 row" if issue.rows == 1 else f"{issue.rows:,} rows"
        return Diagnostic(
            issue.code,
            f'{self.record.name}: "{issue.column}" {issue.saying} in {rows}.',
            section=self.record.section,
            help=issue.help,
            details=tuple(details),
        )
