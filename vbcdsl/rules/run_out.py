"""Run-out: `using amounts paid through March 31 after the performance year` (Q41).

A pass over lowered terms. The sentence that says these words takes only rows paid through that day, and so does
everything that it stands on; other sentences go on to take all rows. So the terms in between are computed twice:
as they are, and as a hidden step for the sentence. A payment is never computed again for another sentence: what
is paid is paid (Q38), and a sentence with words of its own keeps them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import DATE
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Record, Term
from vbcdsl.rules.uses import terms_used, walk
from vbcdsl.types.infer import Kinds

PAID_DATE = "Paid Date"
Change = Callable[[n.Node], n.Node]


@frozen
class PaidThrough:
    """A sentence that takes amounts paid through a day: the term that it defines, with the steps of that term
    that lowering made."""

    term: str
    steps: tuple[str, ...]
    day: n.Node
    section: str


class RunOut:
    """Restricts what sentences stand on. `untouched` are the sentences for which no record has a Paid Date."""

    def __init__(
        self, terms: Mapping[str, Term], records: Mapping[str, Record], said: list[PaidThrough], kinds: Kinds
    ) -> None:
        self.terms = dict(terms)
        self.said = said
        self.kinds = kinds
        self.untouched: list[PaidThrough] = []
        self.dated = {r.name for r in records.values() if any(c.name == PAID_DATE for c in r.columns)}
        self._own = {name for each in said for name in (each.term, *each.steps)}
        self._reaches: dict[str, bool] = {}

    def run(self) -> dict[str, Term]:
        """The terms with restricted ones, each after those that it stands on."""
        before: dict[str, list[Term]] = {}
        for each in self.said:
            touched = False
            for name in (*each.steps, each.term):
                term = self.terms.get(name)
                if term is None:
                    continue
                made: dict[str, Term] = {}
                expr = self._restricted(term.expr, each, made)
                if expr is not term.expr:
                    touched = True
                    self.terms[name] = attrs.evolve(term, expr=expr, uses=terms_used(expr))
                before[name] = list(made.values())
            if not touched:
                self.untouched.append(each)
        ordered = {name: term for name, term in self.terms.items() if term.role == "input"}
        for name in list(self.terms):
            for made_term in before.get(name, ()):
                ordered.setdefault(made_term.name, made_term)
            ordered[name] = self.terms[name]
        self.terms = ordered
        return ordered

    def mentioned(self) -> set[str]:
        """The records whose Paid Date some sentence reads."""
        if not self.dated:
            return set()
        return {
            node.record
            for term in self.terms.values()
            if term.role != "input"
            for node in walk(term.expr)
            if isinstance(node, n.Col) and node.column == PAID_DATE
        }

    # ------------------------------------------------------------ what a sentence stands on

    def _reached(self, name: str) -> bool:
        """Whether a term stands on rows with a Paid Date (by way of terms that may be computed again)."""
        if name not in self._reaches:
            self._reaches[name] = False  # a term that refers to its own prior period
            term = self.terms[name]
            self._reaches[name] = (
                term.role != "payment"
                and name not in self._own
                and any(
                    _source(node) in self.dated or (isinstance(node, n.Ref) and self._reached(node.term))
                    for node in walk(term.expr)
                )
            )
        return self._reaches[name]

    def _restricted(self, node: n.Node, each: PaidThrough, made: dict[str, Term]) -> n.Node:
        """The node with only rows paid through the day, and with restricted terms in place of those it names."""
        changed = _rebuilt(node, lambda child: self._restricted(child, each, made))
        if isinstance(changed, n.Ref) and changed.term in self.terms and self._reached(changed.term):
            changed = attrs.evolve(changed, term=self._step(changed.term, each, made))
        if isinstance(changed, n.Aggregate | n.Quantified | n.WithLargest) and _source(changed) in self.dated:
            changed = attrs.evolve(changed, where=self._paid(changed, each))
        if changed is not node and (kind := self.kinds.of(node)) is not None:
            self.kinds.declare(changed, kind)
        assert isinstance(changed, n.Node)
        return changed

    def _paid(self, node: n.Aggregate | n.Quantified | n.WithLargest, each: PaidThrough) -> n.Node:
        assert node.rows.source is not None
        at: dict[str, Any] = {"span": node.span, "section": each.section}
        paid = self.kinds.declare(n.Col(node.rows.source, PAID_DATE, **at), DATE)
        through = n.Compare("<=", paid, each.day, **at)
        return through if node.where is None else n.All((node.where, through), **at)

    def _step(self, name: str, each: PaidThrough, made: dict[str, Term]) -> str:
        """The hidden term that holds a term for this sentence alone."""
        step = f"{name}, paid through the day of section {each.section}"
        if step not in made and step not in self.terms:
            term = self.terms[name]
            mark = attrs.evolve(term, name=step, role="step", hidden=True)
            self.terms[step] = mark  # a term that refers to its own prior period finds itself
            expr = self._restricted(term.expr, each, made)
            del self.terms[step]
            made[step] = attrs.evolve(mark, expr=expr, uses=terms_used(expr))
        return step


def _source(node: n.Node) -> str | None:
    """The record whose rows a node visits."""
    return node.rows.source if isinstance(node, n.Aggregate | n.Quantified | n.WithLargest) else None


def _rebuilt(node: Any, change: Change) -> Any:
    """A node with each expression directly below it changed; itself if none is."""
    changes = {}
    for field in attrs.fields(type(node)):
        if field.name in ("span", "section"):
            continue
        old = getattr(node, field.name)
        new = _changed(old, change)
        if new is not old:
            changes[field.name] = new
    return attrs.evolve(node, **changes) if changes else node


def _changed(value: object, change: Change) -> object:
    if isinstance(value, n.Node):
        return change(value)
    if isinstance(value, tuple):
        items = tuple(_changed(item, change) for item in value)
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    if isinstance(value, n.LookupRow | n.Band | n.Interval | n.TieStep):
        return _rebuilt(value, change)
    return value
