"""Sentences that define a term: definitions over time, elections, pools and payments."""

from __future__ import annotations

from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic, Label, Problem
from vbcdsl.model.kinds import MONEY, NUMBER, TEXT, YES_NO, Kind, plural
from vbcdsl.model.periods import YEAR
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.resolve.parties import unknown_party
from vbcdsl.resolve.symbols import Definition
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_rows import outside_aggregates
from vbcdsl.rules.lower_terms import TermLowerer
from vbcdsl.rules.program import Term
from vbcdsl.rules.scope import Scope, clock_of, finer_or_same
from vbcdsl.rules.uses import terms_used
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t


class SentenceLowerer(TermLowerer):
    """Adds what defines a term."""

    def _over_time(self, name: str, definitions: list[Definition], scope: Scope) -> n.Node:
        """The value of a term; several sentences define it from date to date (`From … through …,`)."""
        dated: list[tuple[Any, Any, n.Node]] = []
        plain: list[tuple[Definition, n.Node]] = []
        for definition in definitions:
            inner = attrs.evolve(scope, section=definition.section.number)
            value = self._core(name, definition.section.core, inner)
            prefix = next((p for p in definition.section.prefixes if p.word == "from"), None)
            if prefix is not None:
                dated.append((prefix.start, prefix.end, value))
            else:
                plain.append((definition, value))
        home = definitions[0].section
        for section, instead in self._instead.get(home.number, []):
            inner = attrs.evolve(scope, section=section.number)
            value = self._core(name, home.core, inner, instead.table)
            prefix = next((p for p in section.prefixes if p.word == "from"), None)
            if prefix is None:
                raise self.stop(
                    "VBC2023",
                    "the sentence does not say from when its table applies",
                    instead.span,
                    inner,
                    "begin it with “From January 1, 2025 through December 31, 2025,”",
                )
            dated.append((prefix.start, prefix.end, value))
        for section, deemed in self._deemed.get(name, []) if isinstance(home.core, t.Gate) else ():
            met = n.Lit(True, YES_NO, span=deemed.span, section=section.number)
            dated.append((deemed.start, deemed.end, met))
        if len(plain) > 1:
            second = plain[1][0]
            raise Problem(
                Diagnostic(
                    "VBC2014",
                    f"“{name}” is defined twice",
                    second.name.span,
                    section=second.section.number,
                    labels=(Label(plain[0][0].name.span, "here first"),),
                    help="give one of the two another name, or say from when to when each applies",
                )
            )
        if not dated:
            return plain[0][1]
        otherwise = plain[0][1] if plain else None
        return n.InForce(tuple(dated), otherwise, span=home.core.span, section=home.number)

    def read_in_period(self, term: str, scope: Scope) -> str | None:
        """The term that stands for one that only changes from date to date, where a shorter period reads it: the
        value of that period's own first day (Q34)."""
        clock = clock_of(scope.dims)
        if clock is None or clock == YEAR or not finer_or_same(clock, YEAR):
            return None
        grain = self.grain_of(term)
        if term not in self._dated:
            return None
        name = f"{term}, for each {self.symbols.calendar.shown(clock)}"
        if name not in self.terms:
            definitions = self.symbols.terms[term]
            home = definitions[0].section
            inner = self._scope(term, home.number, (clock, *(dim for dim in grain if dim != YEAR)))
            expr = self.with_exceptions(term, self._over_time(term, definitions, inner), inner)
            kind = self.kinds.of(expr) or NUMBER
            span = definitions[0].name.span
            self._add(
                Term(name, home.number, kind, self._ordered(inner.dims), expr, "step", hidden=True, span=span)
            )
        return name

    def _core(self, name: str, core: t.Core, scope: Scope, table: t.Table | None = None) -> n.Node:
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        match core:
            case t.Define(value=value):
                return self.value(value, scope)
            case t.Gate(cond=cond):
                return self.cond(cond, scope)
            case t.Phases():
                return self.phases(core, scope)
            case t.SetBy(names=names, mode=mode, key=key):
                index = [x.text for x in names].index(name)
                inner = scope
                if mode == "keyed" and key is not None:
                    inner = attrs.evolve(
                        scope, dims=scope.dims | {self.dim(key, scope)} if self._is_dim(key) else scope.dims
                    )
                return self.set_by(core, index, inner, table)
            case t.BandsOf():
                return self.bands(core, scope, table)
            case t.PoolSentence():
                return self._pool(core, scope)
            case t.Entered():
                return n.Col("Entered Values", name, **at)
            case t.Elects():
                return self._election(core, scope, at)
            case t.Apply():
                raise self.stop(
                    "VBC2024",
                    f"there is no clause “{core.clause}”",
                    core.span,
                    scope,
                    'define it with “clause "…" with …:”, or use one of `vbc library list`',
                )
        raise AssertionError(core)

    def _election(self, core: t.Elects, scope: Scope, at: dict[str, Any]) -> n.Node:
        """An option elected once and held for the term (Q42)."""
        name = core.name.text
        record = self.symbols.records["Entered Values"]
        columns = tuple(
            attrs.evolve(c, missing=NOT_SCORED, kind=attrs.evolve(c.kind, maybe_not_scored=True))
            if c.name == name
            else c
            for c in record.columns
        )
        self.symbols.records["Entered Values"] = attrs.evolve(record, columns=columns)
        entered: n.Node = n.Col("Entered Values", name, **at)
        unscored = n.Lit(NOT_SCORED, Kind("not scored", maybe_not_scored=True), **at)
        held = f"{name}, as elected"
        self._open[held] = self.own_grain
        # a party that was off the roster for some years returns with what it elected before
        text = attrs.evolve(TEXT, maybe_not_scored=True)
        prior: n.Node = unscored
        for back in range(max(len(self.symbols.calendar.years) - 1, 1), 0, -1):
            prior = self.kinds.declare(n.Ref(held, n.Shift(back=back), prior, **at), text)
        changed = n.All((n.IsScored(entered, **at), n.Compare("!=", entered, prior, **at)), **at)
        stop = self.kinds.declare(n.Stop("VBC6020", f"{name} is elected once and has changed", **at), text)
        first: n.Node = (  # what stands in the party's first period is held, the default too
            n.ScoredOr(entered, n.Lit(core.default, TEXT, **at), **at)
            if core.default is not None
            else n.Require(entered, "scored", "VBC6021", f"the election of the {name}", **at)
        )
        value: n.Node = n.Case(
            ((n.All((n.IsScored(prior, **at), changed), **at), stop), (n.IsScored(prior, **at), prior)),
            first,
            **at,
        )
        self.kinds.declare(value, text)
        start = self.party_start_year(core.span, scope)
        early: n.Node | None = None
        if start is not None:  # a year before the party's first one holds nothing (Q15)
            before = n.Compare("<", n.PeriodFact("year", **at), start, **at)
            early = n.All((n.IsScored(start, **at), before), **at)
            value = self.kinds.declare(n.Case(((early, unscored),), value, **at), text)
        self._open.pop(held)
        self._add(Term(held, scope.section, text, self.own_grain, value, "step", hidden=True, span=core.span))
        result: n.Node = n.Require(
            n.Ref(held, **at), "scored", "VBC6021", f"the election of the {name}", **at
        )
        if early is not None:
            result = self.kinds.declare(n.Case(((early, first),), result, **at), TEXT)
        return result

    def _pool(self, core: t.PoolSentence, scope: Scope) -> n.Node:
        dim = self.symbols.party
        if core.plural is not None:
            found = self.symbols.find(core.plural.text)
            named = self.symbols.records[found[1]].keys if found is not None and found[0] == "record" else ()
            keys = [key for key in named if key != self.symbols.party] or named
            if len(keys) == 1:  # the rows of a list with one key: the Domains, the Sites of the party
                dim = keys[0]
            elif found is None or found[0] not in ("dims", "dim"):
                raise Problem(self.symbols.undefined(core.plural, scope.section))
            else:
                dim = found[1]
        if core.within is not None:
            return self._pool_of_cohort(core, core.within, dim, scope)
        outer = attrs.evolve(scope, dims=scope.dims - {dim}, record=None)
        mine = dim == self.symbols.party and self._of_each_party(core.pool)
        if mine and not self._is_one_for_each(core.pool, None, scope):
            raise self.stop(
                "VBC2042",
                f"the {core.pool.text} can be another amount for each {dim}",
                core.pool.span,
                scope,
                f"define it as “the total of … across all {plural(dim)}”, or for the contract: "
                f'“"{core.pool.text}" means, in each Performance Year, …”',
            )
        return self._divided(core, dim, outer, self.name(core.pool, scope if mine else outer))

    def _of_each_party(self, name: ast.Name) -> bool:
        """Whether a pool has a value for each party."""
        found = self.symbols.find(name.text)
        return found is not None and found[0] == "term" and self.symbols.party in self.grain_of(found[1])

    def _pool_of_cohort(self, core: t.PoolSentence, within: ast.Name, dim: str, scope: Scope) -> n.Node:
        """A pool of each Cohort, divided among those in it: a step for each party and Cohort."""
        cohort = self.dim(within, scope)
        mine = self.determined(cohort, scope, within.span)
        if mine is None or dim != self.symbols.party:
            raise self.stop("VBC3013", f"“{cohort}” has more than one value here", within.span, scope)
        if not self._is_one_for_each(core.pool, cohort, scope):
            raise self.stop(
                "VBC2042",
                f"the {core.pool.text} can be another amount for each {dim} of a {cohort}",
                core.pool.span,
                scope,
                f"define it as “the total of … across all {plural(dim)} in that {cohort}”",
            )
        inner = attrs.evolve(scope, dims=scope.dims | {cohort}, record=None)
        outer = attrs.evolve(inner, dims=inner.dims - {dim})
        step = self.hidden_term(
            f"{scope.term}, for each {cohort}",
            inner,
            lambda s: self._divided(core, dim, outer, self.name(core.pool, s)),
            core.span,
        )
        return n.Ref(step, None, None, ((cohort, mine),), span=core.span, section=scope.section)

    def _is_one_for_each(
        self, name: ast.Name, cohort: str | None, scope: Scope, seen: tuple[str, ...] = ()
    ) -> bool:
        """Whether a term is the same for all parties (of a Cohort): it takes their values only by aggregates
        over the Cohort or over all parties, and the Cohort itself."""
        found = self.symbols.find(name.text)
        if found is None:
            return False
        if found[1] in seen:  # carried from year to year: as long as nothing else in it differs
            return True
        if found[0] == "column":
            return found[1] == cohort or self.symbols.party not in self.symbols.record_dims(
                self.symbols.records[self.symbols.columns[found[1]][0]]
            )
        if found[0] != "term" or self.symbols.party not in self.grain_of(found[1]):
            return True
        core = self.symbols.terms[found[1]][0].section.core
        if isinstance(core, t.Phases) and all(when.party_from is None for _, when in core.parts):
            return True
        if not isinstance(core, t.Define):
            return False
        for node in outside_aggregates(core.value):
            match node:
                case ast.AggregateOf(across=ast.Across(within=limit, others=False)):
                    if limit is not None and self.dim(limit, scope) != cohort:
                        return False
                case ast.AggregateOf() | ast.RankOf() | ast.WithMost() | ast.Enough():
                    return False
                case ast.Name() if not self._is_one_for_each(node, cohort, scope, (*seen, found[1])):
                    return False
        return True

    def _divided(self, core: t.PoolSentence, dim: str, outer: Scope, pool: n.Node) -> n.Node:
        scope = outer
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        visit = self._make(None, [dim], {dim}, [], False, None, outer, outer, core.span)
        weight = self.value(core.weight, visit.scope)
        among: n.Node | None = None
        if isinstance(core.among, ast.Name):
            among = self.truth(core.among, visit.scope)
        elif core.among is not None:
            among = self.cond(core.among, visit.scope)
        cap = self.value(core.each_cap, visit.scope) if core.each_cap is not None else None
        if not core.cents:
            self._report(
                Diagnostic(
                    "VBC4033",
                    "the parts of the pool are not said to be to the cent, so they may not add up",
                    core.span,
                    section=scope.section,
                    severity="warning",
                    help="add “, rounded down to the cent with the leftover cents by largest remainder”",
                )
            )
        if cap is not None and core.over_cap == "" and core.leftover is None:
            self._report(
                Diagnostic(
                    "VBC4034",
                    "the sentence does not say what happens with a part above its limit",
                    core.span,
                    section=scope.section,
                    help="add “, and what is left over stays with the Payer”, or “… is shared again in the same "
                    "proportion”",
                )
            )
        return n.PoolShare(visit.rows, pool, weight, among, cap, core.over_cap == "again", core.cents, **at)

    # ------------------------------------------------------------ payments

    def _rounded_base(self, term: str, scope: Scope) -> n.Node:
        definition = self.symbols.terms[term][0]
        core = definition.section.core
        assert isinstance(core, t.Pay)
        value = self.payment_value(core, scope)
        value = self.with_exceptions(term, value, scope)
        return self.rounded(value, term, core.options.two_way, scope)

    def _payment(self, name: str, definitions: list[Definition], scope: Scope) -> None:
        home = definitions[0].section
        core = home.core
        assert isinstance(core, t.Pay)
        if len(definitions) > 1:
            second = definitions[1]
            raise Problem(
                Diagnostic(
                    "VBC2014",
                    f"the payment “{name}” is defined twice",
                    second.name.span,
                    section=second.section.number,
                    labels=(Label(definitions[0].name.span, "here first"),),
                    help="give the second payment a name of its own",
                )
            )
        grain = self._payment_grain(core)
        for role in (core.payer, core.payee):
            if (
                role is not None
                and role.text not in self.symbols.roles
                and role.text not in self.symbols.dims
            ):
                raise Problem(unknown_party(self.symbols, role, home.number))
        limits = self.limits.get(name, [])
        expr = self.limited(name, len(limits) - 1, scope) if limits else self._rounded_base(name, scope)
        facts = self.payment_facts(core, home)
        self._add(
            Term(
                name,
                home.number,
                MONEY,
                grain,
                expr,
                "payment",
                facts,
                span=core.name.span,
                uses=terms_used(expr),
            )
        )
