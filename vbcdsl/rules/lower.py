"""The stage itself: a document and its symbols in, a `Program` out.

Terms are lowered on demand, each after the terms it uses, so that kinds and grains are known when a sentence
refers to them; that order is the order of evaluation. A sentence that cannot be lowered is reported and the
others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic, Label, Problem
from vbcdsl.model.kinds import DATE, MONEY, NUMBER, TEXT, YES_NO, Kind, plural
from vbcdsl.model.periods import CLOCKS, YEAR
from vbcdsl.model.span import Span
from vbcdsl.model.values import NOT_SCORED, RoundMode
from vbcdsl.resolve.symbols import Definition, Symbols
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_examples import lower_example
from vbcdsl.rules.lower_lapse import lapsing
from vbcdsl.rules.lower_payments import Exception_, PaymentLowerer
from vbcdsl.rules.program import Agreement, Column, ExampleCase, Payment, Program, Record, Role, Term
from vbcdsl.rules.run_out import PAID_DATE, PaidThrough, RunOut
from vbcdsl.rules.scope import Scope
from vbcdsl.rules.uses import natural_dims, same_period_terms, terms_used
from vbcdsl.source import SourceText
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.types.infer import Kinds

SETTLEMENT_DATES = "Settlement Dates"


class Lowerer(PaymentLowerer):
    """Lowers one document. `run` gives the program; problems are in `diagnostics`."""

    def __init__(
        self,
        source: SourceText,
        document: t.Document,
        symbols: Symbols,
        parse_cell: Callable[[Span], t.Cell],
        years: tuple[int, ...] = (),
    ) -> None:
        """`years`: the performance years that the text governs (none: all), for the examples."""
        self.source = source
        self.document = document
        self.symbols = symbols
        self._parse_cell = parse_cell
        self.years = years
        self.diagnostics = []
        self.kinds = Kinds(self._term_kind, self._column_kind, self._count_unit)
        self.rounding = document.header.rounding
        self.terms: dict[str, Term] = {}
        self._open: dict[str, tuple[str, ...]] = {}  # terms being lowered → the grain they declare
        self._failed: set[str] = set()
        self._columns_of: dict[str, tuple[str, str]] = {}
        self.exceptions = {}
        self.limits = {}
        self._instead: dict[str, list[tuple[t.Section, t.Instead]]] = {}
        self._deemed: dict[str, list[tuple[t.Section, t.Deemed]]] = {}
        self._lapses: dict[str, t.Section] = {}
        self._collect_changes()

    # ------------------------------------------------------------ what other parts ask

    def written(self, node: Any) -> str:
        """A piece of the contract as it is written, white space folded."""
        return node.span.said or " ".join(self.source.text[node.span.start : node.span.end].split())

    def parse_cell(self, text: str, span: Span) -> t.Cell:
        """A cell of the head of a two-way table."""
        return self._parse_cell(span)

    def _term_kind(self, name: str) -> Kind | None:
        term = self.terms.get(name)
        return term.kind if term is not None else None

    def _column_kind(self, record: str, column: str) -> Kind | None:
        try:
            return self.symbols.records[record].column(column).kind
        except KeyError:
            return None

    def _count_unit(self, node: n.Aggregate) -> str | None:
        if node.distinct is not None:
            return _noun(node.distinct)
        if node.rows.source is None:
            return _noun(node.rows.binds[0]) if len(node.rows.binds) == 1 else None
        record = self.symbols.records[node.rows.source]
        if record.entries:
            return record.name.lower()
        if record.keys == ("Member",) and record.clock in ("Month", "Quarter"):
            return "member months" if record.clock == "Month" else "member quarters"
        if len(record.keys) == 1:
            return _noun(record.keys[0])
        return record.name.lower()

    def grain_of(self, term: str) -> tuple[str, ...]:
        """The grain of a term; lowers it if it is not lowered yet."""
        if term in self.terms:
            return self.terms[term].grain
        if term in self._open:
            return self._open[term]
        self.lower_term(term)
        if term in self.terms:
            return self.terms[term].grain
        return self._declared(term) or self.own_grain

    def expr_of(self, term: str) -> n.Node | None:
        """The expression of a lowered term."""
        found = self.terms.get(term)
        return found.expr if found is not None else None

    def column_of(self, term: str) -> tuple[str, str] | None:
        """The record and column behind an input term."""
        return self._columns_of.get(term)

    @property
    def own_grain(self) -> tuple[str, ...]:
        """The contract's own grain: each party in each performance year."""
        return (self.symbols.party, YEAR)

    def input_term(self, record: str, column: str) -> str:
        """The term that stands for a column at its keys."""
        if record == SETTLEMENT_DATES:
            self._settlement_date(column)
        if record == "Entered Values" and column in self.symbols.terms:
            self.grain_of(column)
            return column
        name = column
        shared = len([o for o in self.symbols.columns.get(column, ()) if o != record]) > 0
        if column in self.symbols.terms or (shared and self._columns_of.get(name, (record,))[0] != record):
            name = f"{column} of {record}"
        if name not in self.terms:
            owner = self.symbols.records[record]
            kind = owner.column(column).kind
            expr = n.Col(record, column, span=owner.span, section=owner.section)
            self._columns_of[name] = (record, column)
            self._add(Term(name, owner.section, kind, self.key_dims(record), expr, "input", span=owner.span))
        return name

    def _settlement_date(self, column: str) -> None:
        """A dated event of the settlement is a column of a record that the user supplies."""
        record = self.symbols.records.get(SETTLEMENT_DATES)
        if record is None:
            party = (
                () if self.symbols.rosters.get(self.symbols.party, None) is None else (self.symbols.party,)
            )
            lead = [Column(dim, TEXT, None) for dim in party]
            record = Record(SETTLEMENT_DATES, "", party, YEAR, (*lead, Column(YEAR, DATE, None)), party)
        if all(c.name != column for c in record.columns):
            record = attrs.evolve(record, columns=(*record.columns, Column(column, DATE, None)))
        self.symbols.records[SETTLEMENT_DATES] = record

    def timed_constant(self, term: str) -> n.Node | None:
        """The expression of a term that only states literals from date to date, else None."""
        definitions = self.symbols.terms.get(term, [])
        if len(definitions) != 1 or not isinstance(definitions[0].section.core, t.Phases):
            return None
        core = definitions[0].section.core
        if not all(when.start is not None or when.end is not None for _, when in core.parts):
            return None
        self.grain_of(term)
        return self.expr_of(term)

    def hidden_term(self, name: str, scope: Scope, make: Any, span: Span) -> str:
        """A step inside a sentence as a term of its own."""
        unique, count = name, 1
        while unique in self.terms:
            count += 1
            unique = f"{name} ({count})"
        expr = make(attrs.evolve(scope, term=unique))
        grain = self._ordered(scope.dims)
        self._add(
            Term(
                unique,
                scope.section,
                self.kinds.of(expr) or NUMBER,
                grain,
                expr,
                "step",
                hidden=True,
                span=span,
            )
        )
        return unique

    def limited_step(self, term: str, section: str) -> str:
        """The hidden term of a payment before an aggregate limit."""
        name = self.step_name(term, section)
        if name in self.terms or name in self._failed:
            return name
        definitions = self.symbols.terms.get(term)
        if not definitions or not isinstance(definitions[0].section.core, t.Pay):
            where = self.symbols.sections[section].core.span
            raise Problem(
                Diagnostic(
                    "VBC3034",
                    f"“{term}” is not a payment",
                    where,
                    section=section,
                    help="the total of an aggregate limit is made of payments",
                )
            )
        index = next(i for i, (s, _) in enumerate(self.limits[term]) if s.number == section)
        home = definitions[0].section
        scope = self._scope(term, home.number, self._payment_grain(home.core))
        if name in self._open:
            raise self._cycle(name, home.core.span, scope)
        self._open[name] = self._ordered(scope.dims)
        try:
            value = self._rounded_base(term, scope) if index == 0 else self.limited(term, index - 1, scope)
            self._add(
                Term(
                    name,
                    home.number,
                    MONEY,
                    self._ordered(scope.dims),
                    value,
                    "step",
                    hidden=True,
                    span=home.core.span,
                )
            )
        except Problem:
            self._failed.add(name)
            raise
        finally:
            del self._open[name]
        return name

    # ------------------------------------------------------------ terms

    def run(
        self,
    ) -> Program:
        """Lower everything that can be lowered."""
        for name in self.symbols.terms:
            self.lower_term(name)
        agreements: list[Agreement] = []
        for section in self.document.sections:
            if isinstance(section.core, t.Agreed):
                self._try(partial(self._add_agreed, section, agreements))
            if isinstance(section.core, t.Reading):
                scope = self._scope("", section.number, self.own_grain)
                self._try(partial(self.value, section.core.value, scope))
        self._check_changes()
        self._run_out()
        examples: list[ExampleCase] = []
        for item in self.document.items:
            if isinstance(item, t.Example):
                for index, case in enumerate(item.cases):
                    if not self._governs(case):
                        continue
                    self._try(lambda i=item, k=index, c=case: examples.append(lower_example(self, i, k, c)))  # type: ignore[misc]
        self.diagnostics.extend(self.kinds.diagnostics)
        rounding = self.rounding
        mode: RoundMode = rounding.mode if rounding else "half up"
        facts = [("numbers", text) for text in self.document.header.numbers]
        if self.document.header.category:
            facts.append(("category", self.document.header.category))
        return Program(
            self.document.header.title or "",
            self.symbols.calendar,
            "Payer",
            self._provider_role(),
            self.symbols.party,
            self.symbols.roles,
            (mode, 2),
            self._used_records(),
            self.symbols.rosters,
            self.terms,
            tuple(agreements),
            tuple(examples),
            tuple(facts),
            self.symbols.attributes,
        )

    def _run_out(self) -> None:
        """Sentences that take amounts paid through a day, and what they stand on (Q41)."""
        said: list[PaidThrough] = []
        for name, definitions in self.symbols.terms.items():
            for definition in definitions:
                core = definition.section.core
                day = (
                    core.options.paid_through
                    if isinstance(core, t.Pay)
                    else getattr(core, "paid_through", None)
                )
                if day is None or name not in self.terms:
                    continue
                number = definition.section.number
                scope = self._scope(name, number, self.terms[name].grain)
                steps = tuple(self.step_name(name, limit.number) for limit, _ in self.limits.get(name, []))
                try:
                    said.append(PaidThrough(name, steps, self.day(day, scope), number))
                except Problem as problem:
                    self._report(problem.diagnostic)
        restricted = RunOut(self.terms, self.symbols.records, said, self.kinds)
        self.terms = restricted.run()
        for each in restricted.untouched:
            place = self.symbols.sections[each.section].core.span
            self._report(
                Diagnostic(
                    "VBC3040",
                    "no record that this stands on has a Paid Date, so the data must be cut "
                    "off before they are given",
                    place,
                    section=each.section,
                    severity="warning",
                    help="add a column “Paid Date” of kind date to the records",
                )
            )
        mentioned = restricted.mentioned()
        for record in self.symbols.records.values():
            if record.name in restricted.dated - mentioned and record.is_data:
                self._report(
                    Diagnostic(
                        "VBC4040",
                        f"{record.name} have a Paid Date, and no sentence says through which "
                        "day amounts are taken",
                        record.column(PAID_DATE).span,
                        section=record.section,
                        help="add “, using amounts paid through March 31 after the performance year” to a "
                        "sentence, or leave the column out",
                    )
                )

    def _governs(self, case: t.GivenExpect) -> bool:
        """Whether the text governs the year of an example; else another text in force computes it."""
        year = self.symbols.calendar.year_named(case.year) if case.year is not None else None
        return year is None or not self.years or year.number in self.years

    def _provider_role(self) -> str:
        each = self.document.header.each
        return each[0][0].text if each else self.symbols.party

    def _used_records(self) -> dict[str, Record]:
        return dict(self.symbols.records)

    def _try(self, action: Callable[[], Any]) -> None:
        try:
            action()
        except Problem as problem:
            self._report(problem.diagnostic)
        except RecursionError:
            self._report(Diagnostic("VBC1021", "this text nests too deep to read", Span(0, 1)))

    def _report(self, diagnostic: Diagnostic) -> None:
        if diagnostic.code and diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    def _scope(self, term: str, section: str, grain: tuple[str, ...]) -> Scope:
        return Scope(frozenset(grain), term, section)

    def _ordered(self, dims: frozenset[str] | tuple[str, ...]) -> tuple[str, ...]:
        party = self.symbols.party
        return tuple(sorted(dims, key=lambda d: (d != party, d not in CLOCKS, d)))

    def _declared(self, term: str) -> tuple[str, ...] | None:
        """The grain that a sentence states, completed by the party and the performance year; None: none stated."""
        definitions = self.symbols.terms.get(term, [])
        if not definitions:
            return None
        core = definitions[0].section.core
        names = core.grain if isinstance(core, t.Define | t.Gate | t.Pay | t.SetBy | t.BandsOf) else ()
        if isinstance(core, t.PoolSentence) and core.plural is not None:
            found = self.symbols.find(core.plural.text)
            if found is not None and found[0] in ("dims", "dim") and found[1] != self.symbols.party:
                return self._ordered((*self.own_grain, found[1]))
            if found is not None and found[0] == "record":
                return self._ordered((*self.own_grain, *self.symbols.records[found[1]].keys))
            return None
        if isinstance(core, t.SetBy) and core.key is not None and core.mode == "keyed":
            return None
        if not names:
            return None
        scope = self._scope(term, definitions[0].section.number, ())
        dims = [self.dim(name, scope) for name in names]
        return self._complete(dims)

    def _complete(self, dims: list[str]) -> tuple[str, ...]:
        clock = [d for d in dims if d in CLOCKS]
        return self._ordered(
            tuple(
                dict.fromkeys(
                    (self.symbols.party, *(clock[:1] or [YEAR]), *(d for d in dims if d not in CLOCKS))
                )
            )
        )

    def _payment_grain(self, core: Any) -> tuple[str, ...]:
        scope = self._scope("", "", ())
        dims = [self.dim(name, scope) for name in core.grain]
        return self._complete(dims) if dims else self.own_grain

    def lower_term(self, name: str) -> None:
        """Lower a term once."""
        if name in self.terms or name in self._failed:
            return
        definitions = self.symbols.terms.get(name)
        if not definitions:
            return
        home = definitions[0].section
        if name in self._open:
            return
        try:
            declared = self._declared(name)
            self._open[name] = declared or self.own_grain
            self._lower(name, definitions, declared)
        except Problem as problem:
            self._failed.add(name)
            self._report(problem.diagnostic)
        except RecursionError:
            self._failed.add(name)
            self._report(
                Diagnostic(
                    "VBC1021",
                    f"“{name}” stands on too long a chain of terms",
                    home.core.span,
                    section=home.number,
                )
            )
        finally:
            self._open.pop(name, None)

    def _lower(self, name: str, definitions: list[Definition], declared: tuple[str, ...] | None) -> None:
        home = definitions[0].section
        scope = self._scope(name, home.number, declared or self.own_grain)
        core = home.core
        if isinstance(core, t.Pay):
            self._payment(name, definitions, scope)
            return
        expr = self._over_time(name, definitions, scope)
        expr = self.with_exceptions(name, expr, scope)
        if name in same_period_terms(expr):
            raise self._cycle(name, core.span, scope)
        kind = self.kinds.of(expr)
        grain = declared
        if grain is None:
            # what a term takes from its own earlier years gives it no other key than the year
            itself = {name: (YEAR,)}
            needed = natural_dims(expr, lambda t: itself.get(t) or self._known_grain(t), self._known_dims)
            grain = self._ordered(self._reduce(needed))
        if name in self._lapses:
            expr = lapsing(self, self._lapses[name], name, expr, kind, grain)
        role: Role = "definition"
        if isinstance(core, t.Gate):
            role = "duty" if core.duty else "gate"
            if kind is not None and kind.maybe_not_scored and not core.grain:
                self._report(
                    Diagnostic(
                        "VBC3021",
                        f"the {name} can be neither met nor not met: what it stands on can be not scored",
                        core.cond.span,
                        section=home.number,
                        help="write “of the … that are scored”, or “X is scored and …”",
                    )
                )
        elif isinstance(core, t.Entered | t.Elects):
            role = "entered"
        if isinstance(core, t.Define | t.SetBy | t.BandsOf) and kind is not None and kind.base == "yes or no":
            role = "gate"
        self._add(
            Term(
                name,
                home.number,
                kind or NUMBER,
                grain,
                expr,
                role,
                span=definitions[0].name.span,
                uses=terms_used(expr),
            )
        )

    def _known_grain(self, term: str) -> tuple[str, ...]:
        found = self.terms.get(term)
        if found is not None:
            return found.grain
        return self._open.get(term, self.own_grain)

    def _known_dims(self, record: str) -> tuple[str, ...]:
        found = self.symbols.records[record]
        return self.symbols.record_dims(found)

    def _reduce(self, dims: frozenset[str]) -> frozenset[str]:
        """One clock at most: the finest."""
        clocks = [c for c in CLOCKS if c in dims]
        return frozenset(d for d in dims if d not in clocks[1:])

    def _cycle(self, name: str, span: Span, scope: Scope) -> Problem:
        return self.stop(
            "VBC2022",
            f"“{name}” is defined by way of itself",
            span,
            scope,
            "a term may refer to itself only in a prior period: “in the prior performance year”",
        )

    def term_ref(self, term: str, name: ast.Name, scope: Scope, shift: n.Shift | None = None) -> n.Node:
        """As in `ValueLowerer`, with cycles found."""
        if shift is None and term in self._open and term not in self.terms:
            raise self._cycle(term, name.span, scope)
        result = super().term_ref(term, name, scope, shift)
        if term in self._failed:
            raise Problem(Diagnostic("", "", name.span))  # reported where the term is defined
        return result

    def scope(self, term: str, section: str, grain: tuple[str, ...]) -> Scope:
        """Where a sentence of that grain stands."""
        return self._scope(term, section, grain)

    def add_step(self, term: Term) -> None:
        """A step that a sentence makes, as a term of its own."""
        self._add(term)

    def _add(self, term: Term) -> None:
        if not term.uses:
            term = attrs.evolve(term, uses=terms_used(term.expr))
        self.terms[term.name] = term

    # ------------------------------------------------------------ sentences

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

    def _is_dim(self, name: ast.Name) -> bool:
        return name.text in self.symbols.dims and name.text not in self.symbols.terms

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
        prior = n.Ref(held, n.Shift(back=1), unscored, **at)
        changed = n.All((n.IsScored(entered, **at), n.Compare("!=", entered, prior, **at)), **at)
        kind = attrs.evolve(TEXT, maybe_not_scored=True)
        stop = self.kinds.declare(n.Stop("VBC6020", f"{name} is elected once and has changed", **at), kind)
        self.kinds.declare(prior, kind)
        first: n.Node = (  # what stands in the party's first period is held, the default too
            n.ScoredOr(entered, n.Lit(core.default, TEXT, **at), **at)
            if core.default is not None
            else n.Require(entered, "scored", "VBC6021", f"the election of the {name}", **at)
        )
        value = n.Case(
            ((n.All((n.IsScored(prior, **at), changed), **at), stop), (n.IsScored(prior, **at), prior)),
            first,
            **at,
        )
        self.kinds.declare(value, kind)
        self._open.pop(held)
        self._add(Term(held, scope.section, kind, self.own_grain, value, "step", hidden=True, span=core.span))
        return n.Require(n.Ref(held, **at), "scored", "VBC6021", f"the election of the {name}", **at)

    def _pool(self, core: t.PoolSentence, scope: Scope) -> n.Node:
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        dim = self.symbols.party
        if core.plural is not None:
            found = self.symbols.find(core.plural.text)
            keys = self.symbols.records[found[1]].keys if found is not None and found[0] == "record" else ()
            if len(keys) == 1:  # the rows of a list with one key: the Domains
                dim = keys[0]
            elif found is None or found[0] not in ("dims", "dim"):
                raise Problem(self.symbols.undefined(core.plural, scope.section))
            else:
                dim = found[1]
        outer = attrs.evolve(scope, dims=scope.dims - {dim}, record=None)
        pool = self.name(core.pool, outer)
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
                parties = " and ".join(f"the {name}" for name in self.symbols.roles)
                raise Problem(
                    attrs.evolve(
                        self.symbols.undefined(role, home.number),
                        fix=None,
                        help=f"the parties of this contract are {parties}",
                    )
                )
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

    # ------------------------------------------------------------ exceptions, limits, agreements

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
            if isinstance(section.core, t.Instead) and section.core.section not in self.symbols.sections:
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
        amounts = tuple(self.name(name, scope) for name in core.names)
        total = n.Add(amounts, **at) if len(amounts) > 1 else amounts[0]
        zero = n.Lit(Fraction(0), MONEY, **at)
        expr = n.Greater((n.Subtract(floor, total, **at), zero), **at)
        payee = next((r for r in self.symbols.roles if r != core.payer.text), self.symbols.party)
        name = f"Difference under Section {section.number}"
        self._add(
            Term(
                name,
                section.number,
                MONEY,
                self.own_grain,
                self.rounded(expr, name, False, scope),
                "payment",
                Payment(core.payer.text, payee, "pay"),
                span=core.span,
            )
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


def _noun(dim: str) -> str:
    """What different keys of a dimension are counted in: Member → members."""
    return plural(dim).lower()
