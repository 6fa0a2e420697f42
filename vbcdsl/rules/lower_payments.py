"""Payments: limits, exceptions, rounding and aggregate limits, in the order of Q37.

The sentence with its own limits; then `notwithstanding`; then the contract's rounding, once (Q29); then
aggregate limits. Steps before the last one become hidden terms, so that each is traced and computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import MONEY, NUMBER, RATIO
from vbcdsl.model.periods import YEAR
from vbcdsl.model.values import RoundMode
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_rows import outside_aggregates
from vbcdsl.rules.lower_tables import TableLowerer
from vbcdsl.rules.program import Payment
from vbcdsl.rules.scope import Scope, clock_of, finer_or_same
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.types.alike import a_kind

CENT = Fraction(1, 100)


@frozen
class Exception_:
    """A `notwithstanding` sentence about a term."""

    section: t.Section
    core: t.Restate
    over: tuple[str, ...]  # the sections it sets aside


# The contract rounds what is paid, whichever party pays it: of a signed amount, its size.
_OF_WHAT_IS_PAID: dict[RoundMode, RoundMode] = {"down": "toward zero", "up": "away from zero"}


class PaymentLowerer(TableLowerer):
    """Adds payments and exceptions."""

    rounding: ast.Rounding | None
    exceptions: dict[str, list[Exception_]]
    limits: dict[str, list[tuple[t.Section, t.AggregateCap | t.AggregateFloor]]]

    def payment_value(self, core: t.Pay, scope: Scope) -> n.Node:
        """The value of a payment's sentence, before exceptions and rounding."""
        value = self.value(core.value, scope)
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        if core.cond is not None:
            zero = n.Lit(Fraction(0), MONEY, **at)
            value = n.Case(((self.cond(core.cond, scope), value),), zero, **at)
        if core.out_of is not None:
            held = self._held(core, core.out_of, scope)
            value = n.Clamp(value, held, None, span=core.out_of.span, section=scope.section)
        kind = self.kinds.of(value)
        if kind is not None and (kind.base != "money" or kind.unit is not None) and kind.base != "not scored":
            help_ = (
                f"multiply it by a count of {kind.unit}"
                if kind.base == "money"
                else "name what it is taken of: “2% of Benchmark”"
            )
            self.diagnostics.append(
                Diagnostic(
                    "VBC3005",
                    f"a payment is an amount of money, and this is {a_kind(kind.scored())}",
                    core.value.span,
                    section=scope.section,
                    help=help_,
                )
            )
        if kind is not None and kind.maybe_not_scored:
            cause = self.kinds.cause(value)
            asked = isinstance(value, n.Case) and any(
                (found := self.kinds.of(cond)) and found.maybe_not_scored for cond, _ in value.branches
            )
            self.diagnostics.append(
                Diagnostic(
                    "VBC3020",
                    "this amount can be not scored, and then nobody knows what is due",
                    core.value.span,
                    section=scope.section,
                    details=(f"it stands on {cause}, which can be not scored",) if cause else (),
                    help=f"write “{cause or '…'} is scored and …” in the condition"
                    if asked
                    else "add “, or $0 if it is not scored”, or say earlier what a measure that is not scored "
                    "does",
                )
            )
        return value

    def _held(self, core: t.Pay, out_of: ast.Name | ast.Shifted, scope: Scope) -> n.Node:
        """The withhold that a return comes out of: that of the sentence's own period, all of its months together,
        or of the earlier year that the sentence names. In a year before the first nothing was withheld."""
        if isinstance(out_of, ast.Shifted):
            nothing = n.Lit(Fraction(0), MONEY, span=out_of.span, section=scope.section)
            return self.shifted(out_of, attrs.evolve(scope, first=nothing))
        for node in outside_aggregates(core.value):
            if isinstance(node, ast.Shifted) and node.name.text == out_of.text:
                raise self.stop(
                    "VBC3051",
                    f"the sentence returns the {out_of.text} of another period, out of that of this one",
                    out_of.span,
                    scope,
                    f"write “out of the {self.written(node)},”",
                )
        return self.whole_amount(out_of, scope)

    def payment_facts(self, core: t.Pay, section: t.Section) -> Payment:
        """Who pays whom, by which verb, when."""
        verb: Any = "pay" if core.verb == "shadow" else core.verb
        payer = self.symbols.role(core.payer.text) if core.payer is not None else self.holder(core)
        due = (
            self.written(core.options.due)
            if isinstance(core.options.due, ast.Event)
            else (
                f"{core.options.due:%B} {core.options.due.day}, {core.options.due.year}"
                if core.options.due
                else None
            )
        )
        return Payment(
            payer,
            self.symbols.role(core.payee.text),
            verb,
            core.options.two_way,
            due,
            core.options.category,
            core.verb == "shadow",
        )

    def holder(self, core: t.Pay) -> str:
        """The role that holds money that is forfeited: the settled party."""
        return next(
            (role for role in self.symbols.roles if role != self.symbols.role(core.payee.text)), "Provider"
        )

    def with_exceptions(self, term: str, value: n.Node, scope: Scope) -> n.Node:
        """The value with the sentences that set it aside (Q37)."""
        found = self.exceptions.get(term, [])
        if not found:
            return value
        ordered = self._by_priority(found)
        branches: list[tuple[n.Node, n.Node]] = []
        open_conflicts: list[tuple[Exception_, n.Node]] = []
        result = value
        for exception in ordered:
            inner = attrs.evolve(scope, section=exception.section.number)
            at: dict[str, Any] = {"span": exception.core.span, "section": exception.section.number}
            cond: n.Node
            if exception.core.cond is None:
                from vbcdsl.model.kinds import YES_NO

                cond = n.Lit(True, YES_NO, **at)
            else:
                cond = self.cond(exception.core.cond, inner)
            if exception.core.value is None:
                new: n.Node = n.Lit(Fraction(0), self.kinds.of(value) or MONEY, **at)
            else:
                new = self.value(exception.core.value, inner)
            rivals = [
                (e, c)
                for e, c in open_conflicts
                if not self._names(exception, e) and not self._names(e, exception)
            ]
            for rival, rival_cond in rivals:
                what = f"sections {rival.section.number} and {exception.section.number} both set {term} aside"
                both = n.All((rival_cond, cond), **at)
                branches.insert(0, (both, self.kinds.declare(n.Stop("VBC6017", what, **at), MONEY)))
            open_conflicts.append((exception, cond))
            branches.append((cond, new))
            if exception.core.cond is None and rivals:
                self.diagnostics.append(
                    Diagnostic(
                        "VBC4031",
                        f"two sentences set {term} aside, and neither names the other",
                        exception.core.span,
                        section=exception.section.number,
                        labels=(Label(rivals[0][0].core.span, "the other one"),),
                        help=f"write “Notwithstanding section {rivals[0][0].section.number},” in the one "
                        "that wins",
                    )
                )
        at = {"span": value.span, "section": scope.section}
        return n.Case(tuple(branches), result, **at)

    def _names(self, one: Exception_, other: Exception_) -> bool:
        return other.section.number in one.over

    def _by_priority(self, found: Sequence[Exception_]) -> list[Exception_]:
        """Those that set others aside come first."""
        ordered: list[Exception_] = []
        rest = list(found)
        while rest:
            free = [e for e in rest if not any(self._names(other, e) for other in rest if other is not e)]
            if not free:
                first = rest[0]
                self.diagnostics.append(
                    Diagnostic(
                        "VBC4032",
                        "these sentences set each other aside",
                        first.core.span,
                        section=first.section.number,
                        help="let only one of them name the other",
                    )
                )
                free = [first]
            ordered.extend(free)
            rest = [e for e in rest if e not in free]
        return ordered

    def rounded(self, value: n.Node, term: str, two_way: bool, scope: Scope) -> n.Node:
        """The contract's rounding, once; an amount that is not two-way may not be negative (Q24), and none may be
        not scored (Q21)."""
        at: dict[str, Any] = {"span": value.span, "section": scope.section}
        value = self.never_unscored(value, "VBC6027", term)
        if not two_way:
            value = n.Require(value, "at least zero", "VBC6018", term, **at)
        rounding = self.rounding
        if rounding is None:
            return n.Round(value, "half up", CENT, **at)
        mode: RoundMode = _OF_WHAT_IS_PAID.get(rounding.mode, rounding.mode) if two_way else rounding.mode
        return n.Round(value, mode, rounding.unit, **at)

    def never_unscored(self, value: n.Node, code: str, term: str) -> n.Node:
        """A value that stops the run where it is not scored: an average of nothing, which nobody sees before."""
        kind = self.kinds.of(value)
        if kind is None or kind.maybe_not_scored or not self.nothing.possible(value):
            return value
        checked = n.Require(value, "scored", code, term, span=value.span, section=value.section)
        return self.kinds.declare(checked, kind)

    def limited(self, term: str, index: int, scope: Scope) -> n.Node:
        """The value of a payment after the `index`-th aggregate limit that names it."""
        section, core = self.limits[term][index]
        before = self.limited_step(term, section.number)
        inner = attrs.evolve(scope, section=section.number)
        if isinstance(core, t.AggregateCap):
            return self._capped(term, core, section, before, inner)
        return self._raised(term, core, section, before, inner)

    def step_name(self, term: str, section: str) -> str:
        """The hidden term that holds a payment before an aggregate limit."""
        return f"{term}, before section {section}"

    def _before(self, name: ast.Name, section: t.Section, scope: Scope) -> n.Node:
        """A payment before a limit on several; of one for each Quarter, in a limit for the year, the total."""
        step = self.limited_step(name.text, section.number)
        at: dict[str, Any] = {"span": name.span, "section": scope.section}
        extra = scope.missing(self.grain_of(name.text))
        if not extra:
            return n.Ref(step, **at)
        visit = self._make(None, list(extra), set(extra), [], False, None, scope, scope, name.span)
        return n.Aggregate("total", visit.rows, n.Ref(step, **at), **at)

    def _one_period(
        self, term: str, core: t.AggregateCap | t.AggregateFloor, section: t.Section, scope: Scope
    ) -> None:
        """A limit on payments of different periods is one for the longest of them; it cannot say which Quarter of
        a quarterly payment it changes."""
        own = clock_of(self.grain_of(term)) or YEAR
        clocks = [(x, clock_of(self.grain_of(x.text)) or YEAR) for x in core.names]
        longer = next((x for x, clock in clocks if clock != own and finer_or_same(own, clock)), None)
        if longer is None:
            return
        mine, other = (
            self.symbols.calendar.shown(clock_of(self.grain_of(x)) or YEAR) for x in (term, longer.text)
        )
        raise self.stop(
            "VBC3052",
            f"the {term} is for each {mine} and the {longer.text} for each {other}: which {mine} is changed?",
            core.span,
            scope,
            f"change the {longer.text} alone, or define the {term} for each {other}",
        )

    def limited_step(self, term: str, section: str) -> str:
        """Make sure the hidden step of another payment exists (see `lower`), and give its name."""
        raise AssertionError

    def _capped(
        self, term: str, core: t.AggregateCap, section: t.Section, before: str, scope: Scope
    ) -> n.Node:
        at: dict[str, Any] = {"span": core.span, "section": section.number}
        listed = [name.text for name, _ in core.order]
        own = n.Ref(before, **at)
        if term not in listed:
            return own
        self._one_period(
            term, core, section, scope
        )  # before the limit: its words are those of the longest period
        all_names = [name.text for name in core.names]
        limit = n.Round(self.limit(core.limit, scope), "down", CENT, **at)
        zero = n.Lit(Fraction(0), MONEY, **at)
        amounts = {name.text: self._before(name, section, scope) for name in core.names}
        total = (
            n.Add(tuple(amounts[name] for name in all_names), **at)
            if len(all_names) > 1
            else amounts[all_names[0]]
        )
        excess: n.Node = n.Greater((n.Subtract(total, limit, **at), zero), **at)
        shared = [name.text for name, how in core.order if how == "in proportion"]
        if term in shared:
            return self._in_proportion(term, shared, amounts, excess, own, zero, at)
        for name in listed:
            if name == term:
                break
            excess = n.Greater((n.Subtract(excess, amounts[name], **at), zero), **at)
        reduced: n.Node = n.Greater((n.Subtract(own, excess, **at), zero), **at)
        if term == listed[-1]:
            what = f"the total is still above the limit of section {section.number}"
            over = n.Compare(">", excess, own, **at)
            stop = self.kinds.declare(n.Stop("VBC6019", what, **at), MONEY)
            reduced = n.Case(((over, stop),), reduced, **at)
        return reduced

    def _in_proportion(
        self,
        term: str,
        shared: list[str],
        amounts: dict[str, n.Node],
        excess: n.Node,
        own: n.Node,
        zero: n.Node,
        at: dict[str, Any],
    ) -> n.Node:
        """Each is reduced by its part of the excess; the last named takes the cents that are left."""
        total: n.Node = n.Add(tuple(amounts[name] for name in shared), **at)
        cut = n.Lesser((excess, total), **at)

        def part(name: str) -> n.Node:
            exact = n.Divide(
                n.Multiply(
                    (
                        cut,
                        self.kinds.declare(
                            n.Multiply((amounts[name], n.Lit(Fraction(1), RATIO, **at)), **at), NUMBER
                        ),
                    ),
                    **at,
                ),
                total,
                if_zero=zero,
                **at,
            )
            return n.Round(self.kinds.declare(exact, MONEY), "down", CENT, **at)

        if term != shared[-1]:
            return n.Subtract(own, part(term), **at)
        others = (
            n.Add(tuple(part(name) for name in shared[:-1]), **at) if len(shared) > 2 else part(shared[0])
        )
        return n.Greater((n.Subtract(own, n.Subtract(cut, others, **at), **at), zero), **at)

    def _raised(
        self, term: str, core: t.AggregateFloor, section: t.Section, before: str, scope: Scope
    ) -> n.Node:
        at: dict[str, Any] = {"span": core.span, "section": section.number}
        own = n.Ref(before, **at)
        if core.increased is None or core.increased.text != term:
            return own
        self._one_period(term, core, section, scope)
        return n.Add((own, self.shortfall(core, section, scope)), **at)

    def shortfall(self, core: t.AggregateFloor, section: t.Section, scope: Scope) -> n.Node:
        """What the total lacks of a floor, which is raised up to the cent (Q28)."""
        at: dict[str, Any] = {"span": core.span, "section": section.number}
        floor = n.Round(self.value(core.limit, scope), "up", CENT, **at)
        amounts = tuple(self._before(name, section, scope) for name in core.names)
        total = n.Add(amounts, **at) if len(amounts) > 1 else amounts[0]
        zero = n.Lit(Fraction(0), MONEY, **at)
        return n.Greater((n.Subtract(floor, total, **at), zero), **at)
