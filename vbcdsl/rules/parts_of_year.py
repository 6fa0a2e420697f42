"""One program for a performance year in which the text changes (Q34).

An amendment `for months beginning on or after July 1, 2025` changes the values of months, quarters and other
short periods that begin then; the year's own values keep the text of its first day. So each term of a shorter
clock gets an expression that is one text's up to a day and another's from that day on; everything else stays
that of the first day. Values without a period of their own (a fee, a table) that the later text states
differently are kept beside those of the first day under a name of their own, and only the later sentences use
them.

Takes the programs of the texts in force, gives a `Program`; engines see nothing new but values in force from
day to day. Stands between the compiler and the engines.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import CLOCKS, YEAR
from vbcdsl.model.span import NOWHERE, Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Agreement, Program, Record, Term
from vbcdsl.rules.scope import clock_of
from vbcdsl.rules.uses import walk

FINER = frozenset(CLOCKS[: CLOCKS.index(YEAR)])


@frozen
class Text:
    """A text in force for the periods that begin on or after `start` (None: from the beginning)."""

    start: dt.date | None
    program: Program
    amendments: tuple[int, ...]
    source: str

    @property
    def words(self) -> str:
        """What tells the names of this text apart from those of the year's own."""
        return f", as amended by amendment {max(self.amendments, default=0)}"


def parts_of_year(texts: list[Text], year_text: int, number: int) -> tuple[Program, list[Diagnostic]]:
    """The program of performance year `number`, in which `texts` follow each other; the one at `year_text` is
    that of the year's first day."""
    return _Merge(texts, year_text, number).run()


class _Merge:
    def __init__(self, texts: list[Text], year_text: int, number: int) -> None:
        self.texts, self.number = texts, number
        self.home = texts[year_text]
        self.terms: dict[str, Term] = dict(self.home.program.terms)
        self.records: dict[str, Record] = dict(self.home.program.records)
        self.problems: list[Diagnostic] = []
        self._renamed: dict[int, dict[str, str]] = {}
        self._tables: dict[int, dict[str, str]] = {}

    def run(self) -> tuple[Program, list[Diagnostic]]:
        """The program and what does not fit together."""
        for text in self.texts:
            self._columns(text)
        for index, text in enumerate(self.texts):
            if text is not self.home:
                self._tables[index] = self._changed_tables(text)
                self._renamed[index] = self._beside(index, text)
        names = dict.fromkeys(name for text in self.texts for name in text.program.terms)
        for name in names:
            found = [text.program.terms.get(name) for text in self.texts]
            if any(term is not None and _fine(term) for term in found):
                self._fine_term(name, found)
        self._kept_payments()
        order = self._ordered()
        attributes = {
            **{k: v for text in self.texts for k, v in text.program.attributes.items()},
            **self.home.program.attributes,
        }
        program = attrs.evolve(
            self.home.program,
            terms=order,
            records=self.records,
            agreements=self._agreements(),
            attributes=attributes,
        )
        return program, self.problems

    # ------------------------------------------------------------ records

    def _columns(self, text: Text) -> None:
        """Records of data with the columns of every text."""
        for name, record in text.program.records.items():
            before = self.records.get(name)
            if before is None:
                self.records[name] = record
                continue
            known = {column.name for column in before.columns}
            more = tuple(c for c in record.columns if c.name not in known)
            if more and before.is_data:
                self.records[name] = attrs.evolve(before, columns=(*before.columns, *more))

    def _changed_tables(self, text: Text) -> dict[str, str]:
        """Tables of the contract that this text states differently, under names of their own."""
        renamed: dict[str, str] = {}
        for name, record in text.program.records.items():
            ours = self.home.program.records.get(name)
            if ours is None or record.rows is None or _timed(record):
                continue
            if record.rows != ours.rows or [c.name for c in record.columns] != [c.name for c in ours.columns]:
                renamed[name] = f"{name}{text.words}"
                self.records[renamed[name]] = attrs.evolve(record, name=renamed[name])
        return renamed

    # ------------------------------------------------------------ values without a period

    def _beside(self, index: int, text: Text) -> dict[str, str]:
        """Terms without a period of their own that this text states differently, under names of their own."""
        tables = self._tables[index]
        changed: set[str] = set()
        grew = True
        while grew:
            grew = False
            for name, term in text.program.terms.items():
                if name in changed or clock_of(term.grain) is not None:
                    continue
                if self._differs(name, term, changed, tables):
                    changed.add(name)
                    grew = True
        renamed = {name: f"{name}{text.words}" for name in changed}
        for name in changed:
            term = text.program.terms[name]
            expr = _placed(term.expr, renamed, tables, text.source)
            self.terms[renamed[name]] = attrs.evolve(
                term, name=renamed[name], expr=expr, hidden=True, uses=()
            )
        return renamed

    def _differs(self, name: str, term: Term, changed: set[str], tables: dict[str, str]) -> bool:
        ours = self.home.program.terms.get(name)
        if ours is None or ours.expr != term.expr:
            return True
        for node in walk(term.expr):
            if isinstance(node, n.Ref) and node.term in changed:
                return True
            if isinstance(node, n.Col) and node.record in tables:
                return True
            rows = getattr(node, "rows", None)
            if isinstance(rows, n.Rows) and rows.source in tables:
                return True
        return False

    # ------------------------------------------------------------ values of short periods

    def _fine_term(self, name: str, found: list[Term | None]) -> None:
        known = [term for term in found if term is not None]
        first = known[0]
        if not all(_fine(term) for term in known) or any(
            (term.grain, term.kind.scored()) != (first.grain, first.kind.scored()) for term in known
        ):
            self._problem(name, "has another kind or other keys in the text in force before", known[-1])
            return
        parts: list[tuple[dt.date | None, dt.date | None, n.Node]] = []
        lives: list[tuple[dt.date | None, dt.date | None, Term]] = []
        for index, (text, term) in enumerate(zip(self.texts, found, strict=True)):
            later = self.texts[index + 1].start if index + 1 < len(self.texts) else None
            end = later - dt.timedelta(days=1) if later is not None else None
            if term is None:
                continue
            expr = term.expr
            if text is not self.home:
                self._check_uses(term, text)
                expr = _placed(expr, self._renamed[index], self._tables[index], text.source)
            parts.append((text.start, end, expr))
            lives.append((text.start, end, term))
        if len(parts) == len(self.texts) and all(part[2] == parts[0][2] for part in parts):
            if name not in self.terms:
                self.terms[name] = first
            return
        absent = n.Lit(Fraction(0), first.kind.scored()) if first.payment is not None else None
        expr = n.InForce(tuple(parts), absent, span=first.span, section=first.section)
        kind = attrs.evolve(first.kind, maybe_not_scored=any(t.kind.maybe_not_scored for t in known))
        base = self.home.program.terms.get(name, known[-1])
        self.terms[name] = attrs.evolve(base, kind=kind, expr=expr, uses=(), lives=tuple(lives))

    def _check_uses(self, term: Term, text: Text) -> None:
        """A value of the year that the text of its first day does not have."""
        for node in walk(term.expr):
            if not isinstance(node, n.Ref) or node.term not in text.program.terms:
                continue
            used = text.program.terms[node.term]
            clock = clock_of(used.grain)
            if clock is not None and clock not in FINER and node.term not in self.home.program.terms:
                if used.role == "input":
                    self.terms.setdefault(node.term, used)
                    continue
                self._problem(
                    node.term,
                    "has one value for each performance year and is new, and "
                    f"“{term.name}” of a shorter period uses it",
                    used,
                )

    def _problem(self, name: str, what: str, term: Term) -> None:
        self.problems.append(
            Diagnostic(
                "VBC7011",
                f"“{name}” {what}: the text changes inside performance year {self.number}",
                term.span if term.span != NOWHERE else None,
                section=term.section,
                help="let the amendment take effect for performance years that begin on or after a date, or state "
                "the new value for each of the shorter periods",
            )
        )

    def _kept_payments(self) -> None:
        """Payments of the year whose own sentence changes inside it: they keep the text of the first day."""
        for name, term in self.home.program.terms.items():
            if term.payment is None or YEAR not in term.grain:
                continue
            said = _said(name, self.home.program)
            for text in self.texts:
                later = text.program.terms.get(name)
                if later is None or later.section != term.section or _said(name, text.program) == said:
                    continue
                self.problems.append(
                    Diagnostic(
                        "VBC4110",
                        f"the {name} is one amount for performance year {self.number}, and keeps the text of its "
                        "first day: what changes inside the year does not change it",
                        later.span if later.span != NOWHERE else None,
                        "warning",
                        later.section,
                        help="pay it for each Month or Quarter, or let the amendment take effect for performance "
                        "years that begin on or after a date",
                    )
                )
                break

    # ------------------------------------------------------------ the rest

    def _agreements(self) -> tuple[Agreement, ...]:
        """Confirmations: those of short periods are asked of the text of each period."""
        kept = [a for a in self.home.program.agreements if not FINER & set(a.grain)]
        sections = dict.fromkeys(
            a.section for text in self.texts for a in text.program.agreements if FINER & set(a.grain)
        )
        for section in sections:
            parts: list[tuple[dt.date | None, dt.date | None, n.Node]] = []
            model: Agreement | None = None
            for index, text in enumerate(self.texts):
                here = next((a for a in text.program.agreements if a.section == section), None)
                later = self.texts[index + 1].start if index + 1 < len(self.texts) else None
                end = later - dt.timedelta(days=1) if later is not None else None
                if here is None:
                    continue
                cond = here.cond
                if text is not self.home:
                    cond = _placed(cond, self._renamed[index], self._tables[index], text.source)
                parts.append((text.start, end, cond))
                model = model or here
            assert model is not None
            same = len(parts) == len(self.texts) and all(part[2] == parts[0][2] for part in parts)
            held = n.Lit(True, Kind("yes or no"))
            kept.append(
                model
                if same
                else attrs.evolve(model, cond=n.InForce(tuple(parts), held, section=section, span=model.span))
            )
        return tuple(kept)

    def _ordered(self) -> dict[str, Term]:
        """The terms, each after those that it uses in the same period."""
        from vbcdsl.rules.uses import same_period_terms

        done: dict[str, Term] = {}
        open_: set[str] = set()

        def add(name: str) -> None:
            if name in done or name in open_ or name not in self.terms:
                return
            open_.add(name)
            for used in same_period_terms(self.terms[name].expr):
                add(used)
            open_.discard(name)
            done[name] = self.terms[name]

        for name in self.terms:
            add(name)
        return done


def _fine(term: Term) -> bool:
    return clock_of(term.grain) in FINER


def _timed(record: Record) -> bool:
    return record.clock is not None and record.clock not in FINER


def _placed(node: Any, terms: dict[str, str], tables: dict[str, str], source: str) -> Any:
    """An expression of another text: its own names for what that text states differently, and its own words."""
    if isinstance(node, tuple):
        return tuple(_placed(item, terms, tables, source) for item in node)
    if not attrs.has(type(node)) or isinstance(node, Kind | Span | n.Shift | n.Window):
        return node
    changes: dict[str, Any] = {}
    for field in attrs.fields(type(node)):
        before = getattr(node, field.name)
        if field.name == "span" and isinstance(before, Span):
            if source and not before.said and before != NOWHERE:
                said = " ".join(source[before.start : before.end].split())
                changes["span"] = Span(before.start, before.end, said)
            continue
        if field.name == "term" and isinstance(node, n.Ref):
            changes["term"] = terms.get(before, before)
            continue
        if field.name == "record" and isinstance(node, n.Col):
            changes["record"] = tables.get(before, before)
            continue
        if field.name == "source" and isinstance(node, n.Rows):
            changes["source"] = tables.get(before, before)
            continue
        after = _placed(before, terms, tables, source)
        if after is not before:
            changes[field.name] = after
    return attrs.evolve(node, **changes) if changes else node


def _said(name: str, program: Program) -> dict[str, n.Node]:
    """What the sentence of a payment says, with its steps before limits."""
    return {
        x: t.expr for x, t in program.terms.items() if x == name or (t.hidden and x.startswith(f"{name}, "))
    }
