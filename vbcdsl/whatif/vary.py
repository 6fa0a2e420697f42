"""Settles a party again for many values of one term in one run: each value is a party of its own in a frozen
text."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.interface import Request, Results
from vbcdsl.model.periods import Period
from vbcdsl.model.values import Value
from vbcdsl.results.engines import engine_named
from vbcdsl.results.settlement import SettlementRow, arrange
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Given, Program, Term
from vbcdsl.rules.uses import walk
from vbcdsl.testing.facts import text_store
from vbcdsl.trace.facts import Facts
from vbcdsl.whatif.freeze import Frozen, NotAlone, freeze


@attrs.frozen
class Outcome:
    """What would have been paid with another value. `net`: positive to the settled party; `payments`: by name,
    in the direction of the net payment; None where it could not be computed."""

    value: Value
    net: Fraction | None
    payments: dict[str, Fraction | None] = attrs.field(eq=False)


class Variation:
    """A party and year in which one term is varied. `pick`: the other keys of the term (the Measure). `NotAlone`
    if the payments take in other parties or rows of data through the term."""

    def __init__(
        self, facts: Facts, row: SettlementRow, term: Term, pick: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.facts, self.row, self.term, self.pick = facts, row, term, pick
        self.program: Program = facts.settled.bundle.by_year[row.year.number]
        self.frozen: Frozen = freeze(facts, row.party, row.year, term.name)
        if self.program.party not in term.grain:
            raise NotAlone(term, "is the same for all parties")
        self.others = self._others()
        self.extra: dict[str, Term] = {}
        self._known: dict[Value, tuple[Outcome, dict[str, Fraction]]] = {}

    @property
    def affects(self) -> bool:
        """Whether any payment stands on the term."""
        return bool(self.frozen.payments)

    @property
    def value(self) -> Value | RunError | None:
        """The value that the term had."""
        values = self.facts.results.terms.get(self.term.name)
        for key, value in values.items() if values is not None else ():
            at = {d: getattr(k, "label", k) for d, k in zip(self.term.grain, key, strict=True)}
            period = next((k for k in key if isinstance(k, Period)), self.row.year)
            own = at.get(self.program.party) == self.row.party and period.number == self.row.year.number
            if own and all(at.get(dim) == k for dim, k in self.pick):
                return value
        return None

    def _others(self) -> list[Given]:
        """The values of the term at its other keys."""
        found = []
        values = self.facts.results.terms.get(self.term.name)
        for key, value in values.items() if values is not None else ():
            at = dict(zip(self.term.grain, key, strict=True))
            if at.pop(self.program.party) != self.row.party or isinstance(value, RunError) or value is None:
                continue
            period = next((k for k in at.values() if isinstance(k, Period)), self.row.year)
            if period.number != self.row.year.number:
                continue
            pick = tuple((d, str(k)) for d, k in at.items() if not isinstance(k, Period))
            found.append(Given(self.term.name, value, pick, self.row.year.number))
        return found

    def outcomes(self, values: Sequence[Value]) -> list[Outcome]:
        """The outcome of each value."""
        return [outcome for outcome, _ in self.measured(values)]

    def measured(self, values: Sequence[Value]) -> list[tuple[Outcome, dict[str, Fraction]]]:
        """The outcome of each value, with the values of the `extra` terms."""
        new = [value for value in dict.fromkeys(values) if value not in self._known]
        if new:
            for value, found in zip(new, self._settled(new), strict=True):
                self._known[value] = found
        return [self._known[value] for value in values]

    def watch(self, extra: dict[str, Term]) -> None:
        """Compute these terms of the frozen text as well."""
        self.extra = extra
        self._known.clear()

    def _settled(self, values: list[Value]) -> list[tuple[Outcome, dict[str, Fraction]]]:
        year, party = self.row.year, self.program.party
        names = tuple(f"{number:06d}" for number in range(len(values)))
        given = [
            Given(self.term.name, value, ((party, name), *self.pick), year.number)
            for name, value in zip(names, values, strict=True)
        ]
        given += [*self.others, *self.frozen.given]
        program = attrs.evolve(self.frozen.program, terms={**self.frozen.program.terms, **self.extra})
        bundle = Bundle({**self.facts.settled.bundle.by_year, year.number: program})
        request = Request(
            (year.number,), (*self.frozen.payments, *self.extra), tuple(given), names, threads=1
        )
        results = engine_named(self.facts.settled.engine)(bundle, text_store(program), request)
        rows = arrange(
            self.facts.settled.compiled, bundle, (year,), results, (), self.facts.settled.engine
        ).rows
        by_name = {row.party: row for row in rows}
        extra = {term: _numbers(results, term, self.pick) for term in self.extra}
        found = []
        for name, value in zip(names, values, strict=True):
            watched = {term: numbers[name] for term, numbers in extra.items() if name in numbers}
            found.append((self._outcome(value, by_name.get(name)), watched))
        return found

    def _outcome(self, value: Value, again: SettlementRow | None) -> Outcome:
        payments: dict[str, Fraction | None] = {}
        changed = {p.name: p for p in again.payments} if again is not None else {}
        for paid in self.row.payments:
            one = changed.get(paid.name) if paid.name in self.frozen.payments else paid
            amount = one.amount if one is not None else None
            payments[paid.name] = (
                amount * one.sign if isinstance(amount, Fraction) and one is not None else None
            )
        parts = list(payments.values())
        net = (
            None
            if any(part is None for part in parts)
            else sum((p or Fraction(0) for p in parts), Fraction(0))
        )
        return Outcome(value, net, payments)


def _numbers(results: Results, term: str, pick: tuple[tuple[str, str], ...]) -> dict[str, Fraction]:
    """The values of a term by party, at the other keys."""
    values = results.terms.get(term)
    wanted = tuple(key for _, key in pick)
    found: dict[str, Fraction] = {}
    for key, value in values.items() if values is not None else ():
        texts = tuple(k for k in key if isinstance(k, str))
        if isinstance(value, Fraction) and texts[1 : 1 + len(wanted)] == wanted:
            found[texts[0]] = value
    return found


def stands_on(node: n.Node, name: str, cone: frozenset[str]) -> bool:
    """Whether an expression stands on the varied term."""
    return any(
        isinstance(x, n.Ref) and x.shift is None and (x.term == name or x.term in cone) for x in walk(node)
    )
