"""Sentences that act on what others say: exceptions, limits, lapses, agreements (Q28, Q37)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.kinds import MONEY
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_payments import Exception_
from vbcdsl.rules.lower_sentences import SentenceLowerer
from vbcdsl.rules.program import Agreement, Payment, Term
from vbcdsl.rules.scope import Scope
from vbcdsl.rules.uses import natural_dims
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t


class ChangeLowerer(SentenceLowerer):
    """Adds exceptions, limits and agreements."""

    def _collect_changes(self) -> None:
        for section in _limits_in_order(self.document.sections):
            match section.core:
                case t.Restate() as core:
                    over = tuple(p.section for p in section.prefixes if p.word == "notwithstanding")
                    self.exceptions.setdefault(core.name.text, []).append(Exception_(section, core, over))
                case t.AggregateCap(names=names) | t.AggregateFloor(names=names):
                    for name in names:
                        self.limits.setdefault(name.text, []).append((section, section.core))
                    if isinstance(section.core, t.AggregateFloor) and section.core.payer is not None:
                        self._difference_payment(section, section.core)
                case t.Instead(section=target):
                    self._instead.setdefault(target, []).append((section, section.core))
                case t.Lapse(name=name):
                    self._lapses.setdefault(name.text, section)
                case t.Deemed(name=name) as deemed:
                    self._deemed.setdefault(name.text, []).append((section, deemed))

    def _difference_payment(self, section: t.Section, core: t.AggregateFloor) -> None:
        """`…; the Payer must pay the difference`: a payment of its own, named after the section."""
        for name in core.names:
            self.limits[name.text] = [(s, c) for s, c in self.limits[name.text] if c is not core]
            if not self.limits[name.text]:
                del self.limits[name.text]
        self._differences = [*getattr(self, "_differences", []), (section, core)]

    def _check_changes(self) -> None:
        for section, core in getattr(self, "_differences", []):
            self._try(lambda s=section, c=core: self._add_difference(s, c))  # type: ignore[misc]
        for name, exceptions in self.exceptions.items():
            for exception in exceptions:
                self._check_exception(name, exception)
        for section in self.document.sections:
            for prefix in section.prefixes:
                if (
                    prefix.word in ("notwithstanding", "subject to")
                    and prefix.section not in self.symbols.sections
                    and prefix.section not in self.symbols.unreadable
                ):
                    from vbcdsl.diagnostics.suggest import nearest

                    article = prefix.section.split(".")[0]
                    near = nearest(
                        prefix.section, [s for s in self.symbols.sections if s.split(".")[0] == article]
                    )
                    if isinstance(section.core, t.Restate) and section.core.name.text in self.symbols.terms:
                        near = [self.symbols.terms[section.core.name.text][0].section.number]
                    self._report(
                        Diagnostic(
                            "VBC2025",
                            f"there is no section {prefix.section}",
                            prefix.span,
                            section=section.number,
                            help=f"did you mean section {near[0]}?" if near else "",
                        )
                    )
            if isinstance(section.core, t.Deemed):
                self._check_deemed(section, section.core)
            if isinstance(section.core, t.Lapse):
                self._check_lapse(section, section.core)
            if isinstance(section.core, t.AggregateCap):
                self._check_cap(section, section.core)
            known = {*self.symbols.sections, *self.symbols.unreadable}
            if isinstance(section.core, t.Instead) and section.core.section not in known:
                self._report(
                    Diagnostic(
                        "VBC2025",
                        f"there is no section {section.core.section}",
                        section.core.span,
                        section=section.number,
                    )
                )

    def _check_deemed(self, section: t.Section, core: t.Deemed) -> None:
        definitions = self.symbols.terms.get(core.name.text)
        if not definitions:
            self._report(self.symbols.undefined(core.name, section.number))
        elif not isinstance(definitions[0].section.core, t.Gate):
            self._report(
                Diagnostic(
                    "VBC3008",
                    f"“{core.name.text}” is not a test that is met or not",
                    core.name.span,
                    section=section.number,
                    help='name a term of the form “The "X" is met if …”',
                )
            )

    def _check_lapse(self, section: t.Section, core: t.Lapse) -> None:
        definitions = self.symbols.terms.get(core.name.text)
        first = self._lapses[core.name.text]
        if not definitions:
            self._report(self.symbols.undefined(core.name, section.number))
        elif isinstance(definitions[0].section.core, t.Pay):
            self._report(
                Diagnostic(
                    "VBC3042",
                    f"{core.name.text} is a payment, and what lapses is an amount that is carried forward",
                    core.name.span,
                    section=section.number,
                    help="name the term that is carried",
                )
            )
        elif first is not section:
            self._report(
                Diagnostic(
                    "VBC2014",
                    f"it is said twice when {core.name.text} lapses",
                    core.span,
                    section=section.number,
                    labels=(Label(first.core.span, "here first"),),
                    help="keep one of the two sentences",
                )
            )

    def _add_difference(self, section: t.Section, core: t.AggregateFloor) -> None:
        assert core.payer is not None
        scope = self._scope("", section.number, self.own_grain)
        from fractions import Fraction

        at: dict[str, Any] = {"span": core.span, "section": section.number}
        floor = n.Round(self.value(core.limit, scope), "up", Fraction(1, 100), **at)
        amounts = tuple(self.whole_amount(name, scope) for name in core.names)
        total = n.Add(amounts, **at) if len(amounts) > 1 else amounts[0]
        zero = n.Lit(Fraction(0), MONEY, **at)
        expr = n.Greater((n.Subtract(floor, total, **at), zero), **at)
        payee = self._paid_the_difference(core, core.payer, scope)
        name = f"Difference under Section {section.number}"
        self._add(
            Term(
                name,
                section.number,
                MONEY,
                self.own_grain,
                self.rounded(expr, name, False, scope),
                "payment",
                Payment(self.symbols.role(core.payer.text), self.symbols.role(payee), "pay"),
                span=core.span,
            )
        )

    def _paid_the_difference(self, core: t.AggregateFloor, payer: ast.Name, scope: Scope) -> str:
        """Who is paid the difference: the party to which the payments go."""
        found = {term.payment.payee for x in core.names if (term := self.terms.get(x.text)) and term.payment}
        if len(found) == 1 and payer.text not in found:
            return found.pop()
        raise self.stop(
            "VBC2046",
            f"the payments go to {' and '.join(f'the {party}' for party in sorted(found))}, and the "
            f"{payer.text} must pay "
            "the difference",
            core.span,
            scope,
            "name payments to one party, and another one that pays what they lack",
        )

    def _check_cap(self, section: t.Section, core: t.AggregateCap) -> None:
        named = {name.text for name in core.names}
        for name in core.names:
            if name.text not in self.symbols.terms:
                self._report(self.symbols.undefined(name, section.number))
        for name, _ in core.order:
            if name.text not in named:
                self._report(
                    Diagnostic(
                        "VBC3035",
                        f"“{name.text}” is reduced but is not part of the total",
                        name.span,
                        section=section.number,
                        help="name it in the total, or reduce one that is",
                    )
                )

    def _check_exception(self, name: str, exception: Exception_) -> None:
        section, core = exception.section, exception.core
        if name not in self.symbols.terms:
            self._report(self.symbols.undefined(core.name, section.number))
            return
        homes = {d.section.number for d in self.symbols.terms[name]}
        others = {e.section.number for e in self.exceptions[name]}
        if not exception.over:
            self._report(
                Diagnostic(
                    "VBC2026",
                    f"this sentence sets {name} a second time and does not say over which section it prevails",
                    core.span,
                    section=section.number,
                    help=f"begin it with “Notwithstanding section {sorted(homes)[0]},”",
                )
            )
        elif not set(exception.over) & (homes | others) and set(exception.over) & set(self.symbols.sections):
            self._report(
                Diagnostic(
                    "VBC2027",
                    f"section {exception.over[0]} does not set {name}; section {sorted(homes)[0]} does",
                    section.prefixes[0].span,
                    section=section.number,
                    help=f"write “Notwithstanding section {sorted(homes)[0]},”",
                )
            )

    def _add_agreed(self, section: t.Section, agreements: list[Agreement]) -> None:
        agreements.append(self._agreed(section))

    def _agreed(self, section: t.Section) -> Agreement:
        core = section.core
        assert isinstance(core, t.Agreed)
        scope = self._scope("", section.number, self.own_grain)
        cond = self.cond(core.cond, scope)
        self.kinds.of(cond)
        grain = self._ordered(self._reduce(natural_dims(cond, self._known_grain, self._known_dims)))
        return Agreement(section.number, cond, grain, self.written(core.cond), core.span)


def _limits_in_order(sections: Sequence[t.Section]) -> list[t.Section]:
    """The sections in the order of the text, but an aggregate limit that says “Notwithstanding” of another one
    after that one: it has the last word (Q37)."""
    ordered: list[t.Section] = []
    waiting = list(sections)
    if not any(_sets_aside(section) for section in waiting):
        return waiting
    while waiting:
        numbers = {s.number for s in waiting if isinstance(s.core, t.AggregateCap | t.AggregateFloor)}
        free = next((s for s in waiting if not (_sets_aside(s) & (numbers - {s.number}))), waiting[0])
        ordered.append(free)
        waiting.remove(free)
    return ordered


def _sets_aside(section: t.Section) -> set[str]:
    if not isinstance(section.core, t.AggregateCap | t.AggregateFloor):
        return set()
    return {p.section for p in section.prefixes if p.word == "notwithstanding"}
