"""Errors of single values, as numbers in a column.

A value that cannot be computed carries an error to everything that stands on it (Q14). A column holds for
each row the number of its error, 0 for none; the errors themselves are kept here, each different one once.
"""

from __future__ import annotations

from vbcdsl.diagnostics import RunError, VbcError


class Faults:
    """The errors of one evaluation, numbered from 1."""

    def __init__(self) -> None:
        self._items: list[RunError | None] = [None]
        self._numbers: dict[RunError, int] = {}

    def number(self, error: RunError) -> int:
        """The number of an error; equal errors have one number."""
        found = self._numbers.get(error)
        if found is None:
            found = self._numbers[error] = len(self._items)
            self._items.append(error)
        return found

    def all(self) -> list[RunError]:
        """The errors in the order of their numbers."""
        return [error for error in self._items if error is not None]

    def __getitem__(self, number: int) -> RunError:
        error = self._items[number]
        assert error is not None
        return error


class Unavailable(Exception):
    """Something that an expression stands on cannot be had at all (a record without data)."""

    def __init__(self, error: RunError, problem: VbcError | None = None) -> None:
        """`problem`: what is wrong with the data; each value that stands on it has an error with its own place
        and key. Without it the error is the same for all."""
        super().__init__(error.message)
        self.error, self.problem = error, problem
