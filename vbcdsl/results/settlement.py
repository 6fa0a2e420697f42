"""A settlement: the values of a run by party and performance year, each payment, and the net amount.

The sign of the net amount: positive when money goes to the settled party (the Provider), negative when the
settled party pays. Payments of months, quarters or members are added up; each is already rounded (Q2, Q29).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.diagnostics import Diagnostic, RunError
from vbcdsl.engines.interface import Key, Results, TermValues
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import CLOCKS, Period
from vbcdsl.model.values import Value
from vbcdsl.resolve.amend import section_key
from vbcdsl.rules.program import Bundle, Payment, Program, Term

if TYPE_CHECKING:
    from vbcdsl.results.recorded import Recorded

YEARLY = ("Performance Year", "Contract Year")


@attrs.frozen
class PaymentRow:
    """What one party pays another under one section in a performance year: `amount` is never negative; an
    error if it could not be computed."""

    party: str
    year: Period
    section: str
    name: str
    payer: str
    payee: str
    amount: Fraction | RunError
    sign: int  # +1: to the settled party; -1: from it; 0: between others


@attrs.frozen
class SettlementRow:
    """One party in one performance year: the values of terms by name (None: the text in force has no such
    term) and the net amount (an error if a payment could not be computed)."""

    party: str
    year: Period
    values: dict[str, Value | RunError | None] = attrs.field(eq=False)
    net: Fraction | RunError
    payments: tuple[PaymentRow, ...]


@attrs.frozen
class Settled:
    """A computed contract. `columns`: the terms with one value for each party and year, in order of section.
    `finer`: grain → terms of other keys that were computed. `recorded`: earlier settlements that were given.
    `as_of`: the day through which data were taken; `undated`: no record has a Paid Date by which to cut it.
    `reading_notes`: how much was read and how much came from a cache. `memory`: bytes that the process was to stay
    under."""

    compiled: Compiled
    bundle: Bundle
    years: tuple[Period, ...]
    results: Results
    rows: tuple[SettlementRow, ...]
    columns: tuple[Term, ...]
    finer: dict[tuple[str, ...], tuple[Term, ...]] = attrs.field(eq=False)
    warnings: tuple[Diagnostic, ...]
    engine: str
    recorded: Recorded | None = None
    as_of: dt.date | None = None
    undated: bool = False
    reading_notes: tuple[str, ...] = ()
    memory: int | None = None

    @property
    def party(self) -> str:
        """The name of the parties' key ("ACO")."""
        return self.program.party

    @property
    def program(self) -> Program:
        """The text in force in the last of the years."""
        return self.bundle.by_year[self.years[-1].number] if self.years else self.compiled.program

    @property
    def payments(self) -> tuple[PaymentRow, ...]:
        """All payments, by party and year, in order of section."""
        return tuple(payment for row in self.rows for payment in row.payments)

    @property
    def errors(self) -> tuple[RunError, ...]:
        """Why values could not be computed, each reason once."""
        return self.results.errors

    def row(self, party: str, year: int) -> SettlementRow | None:
        """The row of a party in performance year `year` (its number)."""
        return next((r for r in self.rows if r.party == party and r.year.number == year), None)


def arrange(
    compiled: Compiled, bundle: Bundle, years: tuple[Period, ...], results: Results,
    warnings: tuple[Diagnostic, ...], engine: str,
) -> Settled:  # fmt: skip
    """The results of an engine as a settlement."""
    programs = {year.number: bundle.by_year[year.number] for year in years if year.number in bundle.by_year}
    columns, finer = _columns(programs, results)
    sums = _PaymentSums(programs, results)
    places = _row_keys(programs, results, years, sums)
    rows = []
    for (party, year), values in zip(places, _cells(programs, results, columns, places), strict=True):
        payments = tuple(sums.rows(party, year))
        rows.append(SettlementRow(party, year, values, net_of(payments), payments))
    return Settled(compiled, bundle, years, results, tuple(rows), columns, finer, warnings, engine)


def _cells(
    programs: dict[int, Program],
    results: Results,
    columns: tuple[Term, ...],
    places: list[tuple[str, Period]],
) -> list[dict[str, Value | RunError | None]]:
    """The values of the columns at each party and year."""
    found: list[dict[str, Value | RunError | None]] = [
        dict.fromkeys(column.name for column in columns) for _ in places
    ]
    known: dict[tuple[int, tuple[object, ...]], tuple[list[Key], list[tuple[int, int]]]] = {}
    for column in columns:
        keys, values = results.terms[column.name].keys(), results.terms[column.name].values()
        terms = [program.terms.get(column.name) for program in programs.values()]
        same = (id(keys), tuple(term and term.grain for term in terms))
        if same not in known:
            at, pairs = {key: i for i, key in enumerate(keys)}, []
            by_year = dict(zip(programs, terms, strict=True))
            for row, (party, year) in enumerate(places):
                term = by_year[year.number]
                place = at.get(_key(term, programs[year.number].party, party, year)) if term else None
                if place is not None:
                    pairs.append((row, place))
            known[same] = keys, pairs
        for row, at_row in known[same][1]:
            found[row][column.name] = values[at_row]
    return found


def net_of(payments: tuple[PaymentRow, ...]) -> Fraction | RunError:
    """The sum of payments with their signs; the first error if there is one."""
    total = Fraction(0)
    for payment in payments:
        if isinstance(payment.amount, RunError):
            if payment.sign:
                return payment.amount
            continue
        if payment.sign and payment.amount:
            total += payment.amount if payment.sign > 0 else -payment.amount
    return total


def by_section(terms: dict[str, Term]) -> tuple[Term, ...]:
    """Terms in order of section; those of one section in the order of the text."""
    return tuple(sorted(terms.values(), key=lambda term: section_key(term.section)))


def grain_id(grain: tuple[str, ...]) -> str:
    """The file name of a grain: `aco_performance_year_member`."""
    return "_".join(snake_case(dim) for dim in grain) or "contract"


def unique_ids(names: list[str], taken: tuple[str, ...] = ()) -> list[str]:
    """Column names, each different from those before it and from `taken`."""
    seen = set(taken)
    found = []
    for name in names:
        candidate, number = snake_case(name) or "column", 2
        while candidate in seen:
            candidate, number = f"{snake_case(name)}_{number}", number + 1
        seen.add(candidate)
        found.append(candidate)
    return found


def _columns(
    programs: dict[int, Program], results: Results
) -> tuple[tuple[Term, ...], dict[tuple[str, ...], tuple[Term, ...]]]:
    yearly: dict[str, Term] = {}
    others: dict[tuple[str, ...], dict[str, Term]] = {}
    for program in programs.values():
        coarse = {program.party, *YEARLY}
        for term in program.terms.values():
            if term.name not in results.terms or term.hidden:
                continue
            if set(term.grain) <= coarse:
                if term.role != "input":
                    yearly[term.name] = term
            else:
                others.setdefault(term.grain, {})[term.name] = term
    return by_section(yearly), {grain: by_section(terms) for grain, terms in others.items()}


def _key(term: Term, party_dim: str, party: str, year: Period) -> Key:
    return tuple(party if dim == party_dim else year for dim in term.grain)


def _row_keys(
    programs: dict[int, Program], results: Results, years: tuple[Period, ...], sums: _PaymentSums
) -> list[tuple[str, Period]]:
    by_number = {year.number: year for year in years}
    found: set[tuple[str, int]] = set(sums.keys())
    seen: dict[tuple[int, int, int], list[Key]] = {}  # terms of one key table give the same list
    for number, program in programs.items():
        grains = {term.grain for term in program.terms.values() if program.party in term.grain}
        yearly = {
            grain: (grain.index(program.party), _clock(grain))
            for grain in grains
            if set(grain) <= {program.party, *YEARLY}
        }
        for term in program.terms.values():
            if term.name not in results.terms or term.grain not in yearly:
                continue
            (at, clock), keys = yearly[term.grain], results.terms[term.name].keys()
            if (id(keys), at, number) not in seen:
                seen[id(keys), at, number] = keys
                found.update((str(key[at]), number) for key in keys if _in_year(key, clock, number))
    return [(party, by_number[number]) for party, number in sorted(found) if number in by_number]


def _clock(grain: tuple[str, ...]) -> int | None:
    """The place of the period in the keys of a grain; None: they have none."""
    return next((place for place, dim in enumerate(grain) if dim in CLOCKS), None)


def _place(dim: str, grain: tuple[str, ...]) -> int | None:
    return grain.index(dim) if dim in grain else None


def _in_year(key: Key, clock: int | None, number: int) -> bool:
    if clock is None:
        return True
    period = key[clock]
    return isinstance(period, Period) and period.year == number


class _PaymentSums:
    """Each payment by party and year: amounts of finer keys added up."""

    def __init__(self, programs: dict[int, Program], results: Results) -> None:
        self.programs = programs
        self.amounts: dict[tuple[str, int, str], Fraction | RunError] = {}
        texts = {id(program): program for program in programs.values()}
        of = {text: payment_terms(program) for text, program in texts.items()}
        self.terms = {number: of[id(program)] for number, program in programs.items()}
        by_name: dict[str, dict[int, Term]] = {}
        for number, terms in self.terms.items():
            for term in terms:
                by_name.setdefault(term.name, {})[number] = term
        for name, by_year in by_name.items():
            if name in results.terms:
                self._add(by_year, results.terms[name])

    def _add(self, by_year: dict[int, Term], values: TermValues) -> None:
        """A payment, in the years whose text has it."""
        places = {
            number: (_place(self.programs[number].party, term.grain), _clock(term.grain))
            for number, term in by_year.items()
        }
        for key, value in values.items():
            for number, (at, clock) in places.items():
                if not _in_year(key, clock, number):
                    continue
                place = (str(key[at]) if at is not None else "", number, values.term)
                before = self.amounts.get(place)
                if isinstance(before, RunError):
                    continue
                if isinstance(value, RunError) or (before is None and isinstance(value, Fraction)):
                    self.amounts[place] = value
                elif before is not None and isinstance(value, Fraction):
                    self.amounts[place] = before + value

    def keys(self) -> Iterator[tuple[str, int]]:
        """Parties and years that have payments."""
        return ((party, number) for party, number, _ in self.amounts)

    def rows(self, party: str, year: Period) -> Iterator[PaymentRow]:
        """The payments of a party in a year, in order of section."""
        program = self.programs[year.number]
        for term in self.terms[year.number]:
            amount = self.amounts.get((party, year.number, term.name))
            if amount is None or term.payment is None:
                continue
            payer, payee = direction(term.payment, program)
            if isinstance(amount, Fraction) and amount.numerator < 0:
                payer, payee, amount = payee, payer, -amount
            sign = (payee == program.provider) - (payer == program.provider)
            yield PaymentRow(party, year, term.section, term.name, payer, payee, amount, sign)


def payment_terms(program: Program) -> tuple[Term, ...]:
    """The payments that move or hold money, in order of section. A shadow payment is only shown; money that is
    forfeited was withheld before and does not move again."""
    terms = {
        term.name: term for term in program.terms.values() if not term.hidden and term.payment is not None
    }
    withheld = any(t.payment is not None and t.payment.verb == "withhold" for t in terms.values())
    kept = {
        name: term
        for name, term in terms.items()
        if term.payment is not None
        and not term.payment.shadow
        and not (term.payment.verb == "forfeit" and withheld)
    }
    return by_section(kept)


def direction(payment: Payment, program: Program) -> tuple[str, str]:
    """From whom to whom money goes. What the Payer withholds from the Provider goes, for the net amount, from
    the Provider to the Payer, until it is returned."""
    if payment.verb == "withhold":
        return payment.payee, payment.payer
    return payment.payer, payment.payee
