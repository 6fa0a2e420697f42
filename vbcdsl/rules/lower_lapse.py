"""Lapse of a carried term: `An amount of X that is not used within 3 performance years after the one in
which it arose lapses; the oldest amount is used first.`

The definition of X stays what it is; what it gives is X before anything lapses. By how much that exceeds the X
brought forward has arisen in the year; by how much it falls short has been used. Each year's amount is a term of
its own, by its age, so that engines need no notion of lapse, and a settlement shows (and records) the ages:

    arisen in the year = (before lapse) − (brought forward), at least 0
    arisen j years before = (arisen j − 1 years before, in the prior year) − what is used beyond the older amounts
    X = (before lapse) − lapsed, where lapsed is what is left of the oldest amount

Each is an exact expression; the oldest amount is used first.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from vbcdsl.model.kinds import NUMERIC, Kind
from vbcdsl.model.periods import CLOCKS, OWN, YEAR
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Term
from vbcdsl.rules.uses import walk
from vbcdsl.syntax import tree as t

if TYPE_CHECKING:
    from vbcdsl.rules.lower_terms import TermLowerer

DIGITS_LOST = Fraction(1, 10**9)  # a recorded settlement has twelve places


def lapsing(
    lowerer: TermLowerer,
    section: t.Section,
    term: str,
    expr: n.Node,
    kind: Kind | None,
    grain: tuple[str, ...],
) -> n.Node:
    """The value of a carried term after what lapses in the year; adds the terms that it stands on."""
    core = section.core
    assert isinstance(core, t.Lapse)
    carried = [
        x
        for x in walk(expr)
        if isinstance(x, n.Ref) and x.term == term and x.shift is not None and not x.pick
    ]
    clock = YEAR
    if core.clock is not None:
        if lowerer.symbols.find(core.clock.text) not in (("clocks", OWN, ""), ("clock", OWN, "")):
            lowerer.own_clock(core.clock, lowerer.scope(term, section.number, grain))
        clock = OWN
    shift = n.Shift(back=1, clock=clock)
    yearly = all(x.shift == shift and x.first == carried[0].first for x in carried)
    clocks = [dim for dim in grain if dim in CLOCKS]
    if not carried or not yearly or clocks != [clock] or kind is None or kind.base not in NUMERIC:
        scope = lowerer.scope(term, section.number, grain)
        called = "performance year" if clock == YEAR else lowerer.symbols.calendar.shown(OWN)
        raise lowerer.stop(
            "VBC3042",
            f"{term} is not an amount that is carried from one {called} to the next",
            core.name.span,
            scope,
            f"define it by way of “({term} in the prior {called}) …, starting from $0 before {called} 1”",
        )
    return _Ages(lowerer, section, core, term, kind, grain, carried[0].first).value(expr)


class _Ages:
    """The amounts of a carried term by the year in which they arose."""

    def __init__(
        self, lowerer: TermLowerer, section: t.Section, core: t.Lapse, term: str, kind: Kind,
        grain: tuple[str, ...], first: n.Node | None,
    ) -> None:  # fmt: skip
        self.lowerer, self.term, self.kind, self.grain, self.first = lowerer, term, kind, grain, first
        self.core, self.years, self.section = core, core.years, section.number
        self.at: dict[str, Any] = {"span": core.span, "section": section.number}
        self.zero = n.Lit(Fraction(0), kind.scored(), **self.at)

    def value(self, expr: n.Node) -> n.Node:
        """X = before lapse − lapsed."""
        before = self._add(
            "before lapse", n.Require(expr, "at least zero", "VBC6025", self.term, **self.at), True
        )
        brought = self._prior(self.term, self.first)
        new = self._add(self._age(0), self._above_zero(before, brought))
        prior = [self._prior(self._name(self._age(0)), self.first)]
        prior += [self._prior(self._name(self._age(j)), self.zero) for j in range(1, self.years)]
        known = n.Add(tuple(prior), **self.at) if len(prior) > 1 else prior[0]
        used = self._add(
            "used", self._if_ages_are_known(brought, known, self._above_zero(brought, before)), True
        )
        lapsed: n.Node = new
        for age in range(1, self.years + 1):
            older = tuple(prior[age:])
            beyond = used
            if older:
                total = n.Add(older, **self.at) if len(older) > 1 else older[0]
                beyond = self._above_zero(used, total)
            lapsed = self._add(self._age(age), self._above_zero(prior[age - 1], beyond))
        return n.Subtract(before, lapsed, **self.at)

    def _age(self, years: int) -> str:
        if years == self.years:
            return "lapsed"
        period = "year" if self.core.clock is None else "period"
        return (
            f"arisen {years} {period}{'s' if years > 1 else ''} before"
            if years
            else f"arisen in the {period}"
        )

    def _name(self, what: str) -> str:
        return f"{self.term}, {what}"

    def _add(self, what: str, expr: n.Node, hidden: bool = False) -> n.Node:
        name = self._name(what)
        self.lowerer.add_step(
            Term(name, self.section, self.kind, self.grain, expr, "step", hidden=hidden, span=self.at["span"])
        )
        return self.lowerer.kinds.declare(n.Ref(name, **self.at), self.kind)

    def _prior(self, name: str, first: n.Node | None) -> n.Node:
        shift = n.Shift(back=1, clock=OWN if self.core.clock is not None else YEAR)
        return self.lowerer.kinds.declare(n.Ref(name, shift, first, **self.at), self.kind)

    def _above_zero(self, left: n.Node, right: n.Node) -> n.Node:
        return n.Greater((n.Subtract(left, right, excess=True, **self.at), self.zero), **self.at)

    def _if_ages_are_known(self, brought: n.Node, known: n.Node, value: n.Node) -> n.Node:
        """A recorded or given X whose years are not known cannot lapse by age."""
        apart = n.Greater(
            (
                n.Subtract(brought, known, excess=True, **self.at),
                n.Subtract(known, brought, excess=True, **self.at),
            ),
            **self.at,
        )
        unknown = n.Compare(">", apart, n.Lit(DIGITS_LOST, self.kind.scored(), **self.at), **self.at)
        what = f"the years in which the {self.term} of the prior performance year arose are not known"
        stop = self.lowerer.kinds.declare(n.Stop("VBC6024", what, **self.at), self.kind)
        return n.Case(((unknown, stop),), value, **self.at)
