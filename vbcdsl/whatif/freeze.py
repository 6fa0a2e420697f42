"""A text in force in which all that does not stand on one term is frozen at the values of one party and year.

What is left computes without data: each part of a sentence that does not stand on the term becomes the literal
that it was for the party, and values at finer keys (one for each Measure) become facts, as in an example.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from vbcdsl.engines.reference.env import Env
from vbcdsl.model.kinds import NUMBER
from vbcdsl.model.periods import Period
from vbcdsl.results.settlement import YEARLY, payment_terms
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Given, Program, Term
from vbcdsl.rules.uses import terms_used, walk
from vbcdsl.trace.facts import Facts
from vbcdsl.trace.lift import ROWS, kinds_of
from vbcdsl.types.infer import Kinds


class NotAlone(Exception):
    """A payment cannot be settled for one party alone; `section`: where the sentence stands, and why."""

    def __init__(self, term: Term, why: str) -> None:
        super().__init__(f"{term.name} (section {term.section}) {why}")
        self.term, self.why = term, why


@attrs.frozen
class Frozen:
    """The frozen text. `payments`: those that stand on the term; `given`: values at finer keys; `cone`: the
    terms that stand on it."""

    program: Program
    payments: tuple[str, ...]
    given: tuple[Given, ...]
    cone: frozenset[str]


def cone_of(program: Program, name: str) -> frozenset[str]:
    """The terms that stand on a term in its own period."""
    cone: set[str] = set()
    for term in program.terms.values():  # each comes after those that it uses
        if term.name != name and any(
            isinstance(x, n.Ref) and x.shift is None and (x.term == name or x.term in cone)
            for x in walk(term.expr)
        ):
            cone.add(term.name)
    return frozenset(cone)


def freeze(facts: Facts, party: str, year: Period, name: str) -> Frozen:
    """The text in force of a year, frozen for a party but for the term `name`. `NotAlone` if a payment takes in
    other parties or rows of data through the term."""
    program = facts.settled.bundle.by_year[year.number]
    cone = cone_of(program, name)
    payments = tuple(term.name for term in payment_terms(program) if term.name in cone)
    needed: dict[str, None] = {}
    waiting = list(payments)
    while waiting:
        one = waiting.pop()
        if one in needed or one not in cone:
            continue
        needed[one] = None
        waiting += terms_used(program.terms[one].expr)
    made = _Freezer(facts, program, party, year, name, cone)
    terms: dict[str, Term] = {}
    for term in program.terms.values():
        kept = term
        if term.name in needed:
            made.owner = term
            kept = attrs.evolve(term, expr=made.expression(term.expr, _fine(term, program)))
        terms[term.name] = kept
    frozen = attrs.evolve(program, terms={**made.added, **terms}, agreements=())
    return Frozen(frozen, payments, tuple(made.given.values()), cone)


def _fine(term: Term, program: Program) -> bool:
    return not set(term.grain) <= {program.party, *YEARLY}


@attrs.define(eq=False)
class _Freezer:
    facts: Facts
    program: Program
    party: str
    year: Period
    name: str
    cone: frozenset[str]
    owner: Term = attrs.field(init=False)
    given: dict[tuple[str, tuple[tuple[str, str], ...]], Given] = attrs.field(factory=dict)
    added: dict[str, Term] = attrs.field(factory=dict)
    kinds: Kinds = attrs.field(init=False)
    home: Env = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.kinds = kinds_of(self.program)
        self.home = Env({self.program.party: self.party}, self.year)

    def expression(self, node: n.Node, fine: bool) -> n.Node:
        """The expression with literals for what stands still. `fine`: it is evaluated at keys besides the
        party's."""
        stands = any(
            isinstance(x, n.Ref) and x.shift is None and (x.term == self.name or x.term in self.cone)
            for x in walk(node)
        )
        if not stands:
            return self._still(node, fine)
        if isinstance(node, ROWS):
            self._alone(node)
            fine = True
        return mapped(node, lambda child: self.expression(child, fine))

    def _still(self, node: n.Node, fine: bool) -> n.Node:
        if isinstance(node, n.Lit):
            return node
        if not fine:
            value = self.facts.recorder.quietly(node, self.home)
            return n.Lit(value, self.kinds.of(node) or NUMBER) if value is not None else node
        if isinstance(node, n.Ref) and node.shift is None and not node.pick:
            term = self.program.terms[node.term]
            if not _fine(term, self.program):
                return self._still(node, False)
            self._give(term)
            return node
        if isinstance(node, n.KeyOf) and node.dim == self.program.party:
            return n.Lit(self.party, NUMBER)
        part = self.facts.lifted.part(node)
        if part is not None and (isinstance(node, ROWS) or self._is_data(node)):
            term = self.facts.lifted.bundle.by_year[self.year.number].terms[part.name]
            self.added[part.name] = term
            self._give(term)
            return n.Ref(part.name)
        if isinstance(node, ROWS) or self._is_data(node):
            raise NotAlone(self.owner, "stands on rows of data at finer keys")
        return mapped(node, lambda child: self._still(child, True))

    def _is_data(self, node: n.Node) -> bool:
        return isinstance(node, n.Col) and self.program.records[node.record].is_data

    def _alone(self, node: Any) -> None:
        """An aggregate that stands on the term must be over keys of the party itself."""
        rows = node.rows
        if isinstance(node, n.PoolShare | n.Rank) or rows.others or self.program.party in rows.binds:
            raise NotAlone(self.owner, "takes in other parties")
        if rows.source is not None and self.program.records[rows.source].is_data:
            raise NotAlone(self.owner, "is added up over rows of data")
        if rows.window is not None:
            raise NotAlone(self.owner, "takes in other periods")

    def _give(self, term: Term) -> None:
        """The values of a finer term as facts."""
        values = self.facts.results.terms.get(term.name)
        for key, value in values.items() if values is not None else ():
            at = dict(zip(term.grain, key, strict=True))
            if at.pop(self.program.party, self.party) != self.party:
                continue
            period = next((part for part in at.values() if isinstance(part, Period)), None)
            if period is not None and (period.year != self.year.number or period.clock not in YEARLY):
                if period.year == self.year.number:
                    raise NotAlone(self.owner, "takes in months or quarters")
                continue
            pick = tuple((dim, str(k)) for dim, k in at.items() if not isinstance(k, Period))
            if isinstance(value, Exception) or not _plain(value):
                continue
            self.given[term.name, pick] = Given(term.name, value, pick, self.year.number)  # type: ignore[arg-type]


def _plain(value: object) -> bool:
    from vbcdsl.diagnostics import RunError

    return value is not None and not isinstance(value, RunError)


def mapped(node: n.Node, change: Callable[[n.Node], n.Node]) -> n.Node:
    """The node with each expression directly below it changed."""
    changes = {}
    for field in attrs.fields(type(node)):
        value = getattr(node, field.name)
        new = _mapped(value, change)
        if new is not value:
            changes[field.name] = new
    return attrs.evolve(node, **changes) if changes else node


def _mapped(value: Any, change: Callable[[n.Node], n.Node]) -> Any:
    if isinstance(value, n.Node):
        return change(value)
    if isinstance(value, tuple):
        new = tuple(_mapped(item, change) for item in value)
        return new if any(a is not b for a, b in zip(new, value, strict=True)) else value
    if isinstance(value, n.LookupRow | n.Band | n.Interval | n.TieStep):
        parts = {
            f.name: _mapped(getattr(value, f.name), change)
            for f in attrs.fields(type(value))
            if f.name != "span"
        }
        same = all(parts[name] is getattr(value, name) for name in parts)
        return value if same else attrs.evolve(value, **parts)
    return value
