"""What conditions say about values that can be not scored: `Rate is scored and Rate is at least 80%`.

The kinds (`infer`) use it where one condition settles the case in which another has no value.
"""

from __future__ import annotations

from vbcdsl.rules import nodes as n

# what is not scored where a part of it is not
STRICT = (
    n.Compare,
    n.OneOf,
    n.Not,
    n.All,
    n.AnyOf,
    n.Add,
    n.Subtract,
    n.Multiply,
    n.Divide,
    n.DaysBetween,
    n.MonthsBetween,
    n.DateShift,
    n.Round,
    n.Clamp,
    n.Lesser,
    n.Greater,
)


def said_scored(item: n.Node, positive: bool) -> n.Node | None:
    """The value that an item of an `and` says is scored, or an item of an `or` says is not."""
    if not positive:
        item = item.item if isinstance(item, n.Not) else n.Stop("", "")
    return item.value if isinstance(item, n.IsScored) else None


def scored_where(cond: n.Node) -> list[n.Node]:
    """The values that are scored where a condition is met."""
    items = cond.items if isinstance(cond, n.All) else (cond,)
    return [item.value for item in items if isinstance(item, n.IsScored)]


def scored_where_not(cond: n.Node) -> list[n.Node]:
    """The values that are scored where a condition is not met."""
    items = cond.items if isinstance(cond, n.AnyOf) else (cond,)
    tests = [item.item for item in items if isinstance(item, n.Not)]
    return [test.value for test in tests if isinstance(test, n.IsScored)]
