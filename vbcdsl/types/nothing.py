"""Values that can be not scored although every part of them is there: an average of nothing (Q11).

Whether rows exist is known only when the contract is run. So what may not be not scored (a payment, a gate) is
told apart here, and the run stops where it is (Q21, Q22).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Record
from vbcdsl.rules.uses import children

_OF_SOMETHING = ("average", "median", "percentile", "largest", "smallest")


@attrs.define
class Nothing:
    """Looks for aggregates of nothing. `expr_of` gives what a term says, `record` a record by its name, `listed`
    the record that lists the keys of a dimension."""

    expr_of: Callable[[str], n.Node | None]
    record: Callable[[str], Record]
    listed: Callable[[str], Record | None]
    party: str
    _known: dict[str, tuple[bool, tuple[str, ...]]] = attrs.field(factory=dict)

    def possible(self, node: n.Node) -> bool:
        """Whether a value can be not scored because an aggregate in it, or behind a term in it, has no rows."""
        seen: set[str] = set()
        waiting: list[str] = []
        for found in self._below(node):
            if isinstance(found, n.Aggregate):
                return True
            waiting.append(found.term)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            empty, terms = self._term(name)
            if empty:
                return True
            waiting += terms
        return False

    def _term(self, name: str) -> tuple[bool, tuple[str, ...]]:
        """Whether a term's own sentence has an aggregate that can be of nothing, and the terms that it takes."""
        known = self._known.get(name)
        if known is None:
            expr = self.expr_of(name)
            found = list(self._below(expr)) if expr is not None else []
            terms = tuple(x.term for x in found if isinstance(x, n.Ref))
            known = any(isinstance(x, n.Aggregate) for x in found), terms
            if expr is not None:
                self._known[name] = known
        return known

    def _below(self, node: n.Node) -> Iterator[n.Aggregate | n.Ref]:
        """The aggregates that can be of nothing, and the terms, that make a value not scored."""
        match node:
            case n.IsScored() | n.Require(test="scored"):
                return
            case n.ScoredOr(other=other):
                yield from self._below(other)
                return
            case n.Ref():
                yield node
            case n.Aggregate(name=name) if name in _OF_SOMETHING and not self._some(node.rows, node.where):
                yield node
                return
            case n.Aggregate(scored_only=True) | n.Quantified(scored_only=True):
                return
            case n.Quantified(unscored_as_not_met=True):
                return
        for child in children(node):
            yield from self._below(child)

    def _some(self, rows: n.Rows, where: n.Node | None) -> bool:
        """Whether there surely are rows: all the lines of a table, or all parties, the own one among them."""
        if where is not None or rows.others:
            return False
        if rows.source is not None:
            record = self.record(rows.source)
            return bool(record.rows) and not set(rows.fixed) & set(record.dims)
        return all(dim == self.party or self._lines(dim) for dim in rows.binds)

    def _lines(self, dim: str) -> bool:
        record = self.listed(dim)
        return record is not None and bool(record.rows)
