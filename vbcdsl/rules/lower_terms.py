"""Terms: each lowered once, on demand, after those it uses, with its kind and its grain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic, Problem
from vbcdsl.model.kinds import DATE, MONEY, NUMBER, TEXT, Kind, in_time, plural
from vbcdsl.model.periods import CLOCKS, YEAR
from vbcdsl.model.span import Span
from vbcdsl.resolve.symbols import Definition, Symbols
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_lapse import lapsing
from vbcdsl.rules.lower_payments import PaymentLowerer
from vbcdsl.rules.program import Column, Record, Role, Term
from vbcdsl.rules.reading_ahead import ReadingAhead
from vbcdsl.rules.scope import Scope
from vbcdsl.rules.uses import natural_dims, same_period_terms, terms_used, walk
from vbcdsl.source import SourceText
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.build_values import count_unit
from vbcdsl.types.infer import Kinds
from vbcdsl.types.nothing import Nothing

SETTLEMENT_DATES = "Settlement Dates"


class TermLowerer(PaymentLowerer):
    """Knows the terms. Subclasses add the sentences that define and change them."""

    def __init__(
        self,
        source: SourceText,
        document: t.Document,
        symbols: Symbols,
        parse_cell: Callable[[Span], t.Cell],
        years: tuple[int, ...] = (),
        known: dict[str, tuple[tuple[str, ...], Kind]] | None = None,
    ) -> None:
        """`years`: the performance years that the text governs (none: all), for the examples. `known`: grain and
        kind of terms that are read in a prior period before they are lowered, as a first pass has found them."""
        self.source = source
        self.document = document
        self.symbols = symbols
        self._parse_cell = parse_cell
        self.years = years
        self.diagnostics = []
        self.kinds = Kinds(self._term_kind, self._column_kind, self._count_unit, self.expr_of)
        self.nothing = Nothing(self.expr_of, symbols.records.__getitem__, self._listing, symbols.party)
        self.rounding = document.header.rounding
        self.terms: dict[str, Term] = {}
        self._open: dict[str, tuple[str, ...]] = {}  # terms being lowered → the grain they declare
        self._failed: set[str] = set()
        self._dated: set[str] = (
            set()
        )  # terms that take nothing from a year but the day on which they are read
        self._columns_of: dict[str, tuple[str, str]] = {}
        self._known = known or {}
        self._reading_ahead = ReadingAhead(document, symbols)
        self._ahead: dict[str, tuple[str, ...]] = {}  # read in a prior period before they are lowered → grain
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
        if term is None and name in self._known:
            return self._known[name][1]
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
        keys = [key for key in record.keys if key != self.symbols.party] or list(record.keys)
        if len(keys) == 1 and record.clock in ("Month", "Quarter"):
            return in_time(keys[0].lower(), f"{record.clock.lower()}s")
        if len(keys) == 1:
            return _noun(keys[0])
        return record.name.lower()

    def grain_of(self, term: str) -> tuple[str, ...]:
        """The grain of a term; lowers it if it is not lowered yet."""
        if term in self.terms:
            return self.terms[term].grain
        if term in self._open:
            return self._open[term]
        if self._is_ahead(term):  # taken in a prior period: it is lowered after what it needs itself
            declared = self._declared(term) or self.own_grain
            self._ahead[term] = self._known[term][0] if term in self._known else declared
            return self._ahead[term]
        self.lower_term(term)
        if term in self.terms:
            return self.terms[term].grain
        return self._declared(term) or self.own_grain

    def _listing(self, dim: str) -> Record | None:
        """The record that lists the keys of a dimension."""
        roster = self.symbols.rosters.get(dim)
        return self.symbols.records[roster.record] if roster is not None else None

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

    # ------------------------------------------------------------ what sentences give

    def _collect_changes(self) -> None:
        """Sentences that change what others say (see `lower_changes`)."""
        raise AssertionError

    def _over_time(self, name: str, definitions: list[Definition], scope: Scope) -> n.Node:
        """The value of a term (see `lower_sentences`)."""
        raise AssertionError

    def _payment(self, name: str, definitions: list[Definition], scope: Scope) -> None:
        """A payment (see `lower_sentences`)."""
        raise AssertionError

    def _rounded_base(self, term: str, scope: Scope) -> n.Node:
        """A payment before its limits (see `lower_sentences`)."""
        raise AssertionError

    # ------------------------------------------------------------ terms

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

    def _is_dim(self, name: ast.Name) -> bool:
        return name.text in self.symbols.dims and name.text not in self.symbols.terms

    def _declared(self, term: str) -> tuple[str, ...] | None:
        """The grain that a sentence states, completed by the party and the performance year; None: none stated."""
        definitions = self.symbols.terms.get(term, [])
        if not definitions:
            return None
        core = definitions[0].section.core
        names = core.grain if isinstance(core, t.Define | t.Gate | t.Pay | t.SetBy | t.BandsOf) else ()
        if isinstance(core, t.PoolSentence) and core.plural is not None:
            of = [self.dim(each, self._scope(term, definitions[0].section.number, ())) for each in core.grain]
            own = self._complete(of)
            found = self.symbols.find(core.plural.text)
            if found is not None and found[0] in ("dims", "dim") and found[1] != self.symbols.party:
                return self._ordered((*own, found[1]))
            if found is not None and found[0] == "record":
                keys = self.symbols.records[found[1]].keys
                return self._ordered(tuple(dict.fromkeys((*own, *keys))))
            return own if of else None
        if (
            isinstance(core, t.SetBy)
            and core.mode == "keyed"
            and core.key is not None
            and self._is_dim(core.key)
        ):
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
            if any(_of_each_party(node) for node in walk(expr)):
                needed = self._without_followers(needed)
            grain = self._ordered(self._reduce(needed))
            undated = natural_dims(expr, self._undated_grain, self._known_dims, frozenset())
            if YEAR in grain and not undated & set(CLOCKS) and name not in self._lapses:
                self._dated.add(name)
        if name in self._lapses:
            expr = lapsing(self, self._lapses[name], name, expr, kind, grain)
        role: Role = "definition"
        if isinstance(core, t.Gate):
            role = "duty" if core.duty else "gate"
            if kind is not None and kind.maybe_not_scored and not core.grain:
                missing = self.kinds.cause(expr) or "X"
                self._report(
                    Diagnostic(
                        "VBC3021",
                        f"the {name} can be neither met nor not met: what it stands on can be not scored",
                        core.cond.span,
                        section=home.number,
                        help=f"write “of the … that are scored”, or “{missing} is scored and …”",
                    )
                )
            if not core.grain:
                expr = self.never_unscored(expr, "VBC6028", name)
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
        return self._open.get(term) or self._ahead.get(term, self.own_grain)

    def _undated_grain(self, term: str) -> tuple[str, ...]:
        grain = self._known_grain(term)
        return tuple(dim for dim in grain if dim != YEAR) if term in self._dated else grain

    def _known_dims(self, record: str) -> tuple[str, ...]:
        found = self.symbols.records[record]
        return self.symbols.record_dims(found)

    def _without_followers(self, dims: frozenset[str]) -> frozenset[str]:
        """Without keys that follow from the others, as the Cohort of a party: a rank and “all other ACOs” visit
        rows that carry them, and have one value for each party."""
        for dim, (owner, _) in self.symbols.attributes.items():
            record = self.symbols.records[owner]
            keys = {*record.keys, *((record.clock,) if record.clock else ())}
            if dim in dims and keys <= dims - {dim}:
                dims -= {dim}
        return dims

    def _reduce(self, dims: frozenset[str]) -> frozenset[str]:
        """One clock at most: the finest."""
        clocks = [c for c in CLOCKS if c in dims]
        return frozenset(d for d in dims if d not in clocks[1:])

    def _cycle(self, name: str, span: Span, scope: Scope) -> Problem:
        inside = list(self._open)
        between = (
            [x for x in inside[inside.index(name) + 1 :] if x in self.symbols.terms] if name in inside else []
        )
        found = self.stop(
            "VBC2022",
            f"“{name}” is defined by way of itself",
            span,
            scope,
            "a term may refer to itself only in a prior period: “in the prior performance year”",
        )
        way = (f"{name} stands on {', which stands on '.join([*between, name])}",) if between else ()
        return Problem(attrs.evolve(found.diagnostic, details=way))

    def term_ref(self, term: str, name: ast.Name, scope: Scope, shift: n.Shift | None = None) -> n.Node:
        """As in `ValueLowerer`, with cycles found."""
        if shift is None and term in self._open and term not in self.terms:
            raise self._cycle(term, name.span, scope)
        if shift is None:
            self.lower_term(term)
        result = super().term_ref(term, name, scope, shift)
        if term in self._failed:
            raise Problem(Diagnostic("", "", name.span))  # reported where the term is defined
        return result

    def _is_ahead(self, term: str) -> bool:
        """Whether a term is not lowered yet and would lead back to one that is being lowered."""
        if term in self._open or term in self._failed:
            return False
        return self._reading_ahead.leads_back(term, self._open)

    def found_ahead(self) -> dict[str, tuple[tuple[str, ...], Kind]]:
        """The terms that were read before they were lowered, with grain and kind as they turned out."""
        found = [self.terms[name] for name in self._ahead if name in self.terms]
        return {term.name: (term.grain, term.kind) for term in found}

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


def _noun(dim: str) -> str:
    """What different keys of a dimension are counted in: Member → members, Beneficiary → members."""
    return count_unit(plural(dim).lower())


def _of_each_party(node: n.Node) -> bool:
    """Whether a value is of each party because it looks at the others: a rank, and “across all other ACOs”."""
    return isinstance(node, n.Rank) or (isinstance(node, n.Aggregate | n.Quantified) and node.rows.others)
