"""The contract's rule for empty cells: required, a value put in, or not scored."""

from __future__ import annotations

from vbcdsl.data.convert.context import BatchContext
from vbcdsl.data.convert.exact import Mask
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules.program import Column


def check_required(empty: Mask | None, column: Column, context: BatchContext) -> None:
    """Counts empty cells, and reports those of a required column."""
    if empty is not None:
        context.problems.count_empty(column.name, empty)
    if column.missing is None:
        context.report(
            "VBC5111",
            column,
            "is required and empty",
            empty,
            help="Give the value, or write in the contract what stands for a missing one.",
        )


def not_scored(empty: Mask | None, column: Column) -> Mask | None:
    """The mask that goes to the engine: rows that are not scored."""
    return empty if column.missing == NOT_SCORED else None
