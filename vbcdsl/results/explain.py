"""Explains the amounts of one party in one performance year, from the results of a run.

Each payment of the text in force becomes a `TermTrace`: its sentence, what it did step by step, and under it the
terms that it took, down to the data, each explained once.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from vbcdsl.compiler import Version
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.periods import CLOCKS, Period
from vbcdsl.model.values import Value
from vbcdsl.results.describe import limit_steps, steps_of
from vbcdsl.results.phrases import Phrases
from vbcdsl.results.reading import PartValues, ReadResults
from vbcdsl.results.section_words import words_of_section
from vbcdsl.results.settlement import Settled, payment_terms
from vbcdsl.results.text import cell, cents_words, key_text, words
from vbcdsl.results.trace import Explanation, Step, TermTrace
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.scope import clock_of as finest
from vbcdsl.rules.uses import terms_used

_SENTENCE = 400


def explain(
    settled: Settled, party: str, year: Period, term: str | None = None, parts: PartValues | None = None
) -> Explanation:
    """Why `party` gets or pays what it does in `year`; or why a single term has its value. The run must have been
    asked for inner terms. `parts`: the values of totals, counts and averages written inside a sentence
    (`vbcdsl.trace.facts`); without them the words stand without a value. `VbcError` if there is no such party in
    that year."""
    row = settled.row(party, year.number)
    if row is None:
        raise VbcError([
            Diagnostic("VBC8027", f"there is no {settled.party} {party} in performance year {year.label}")
        ])  # fmt: skip
    version = settled.compiled.version_of(year.number)
    program = settled.bundle.by_year[year.number]
    tracer = _Tracer(settled, version, program, party, year, parts)
    if term is not None:
        traces = [tracer.term(program.terms[term])] if term in program.terms else []
    else:
        traces = [tracer.term(t) for t in payment_terms(program)]
    moves = []
    for payment in row.payments:
        if isinstance(payment.amount, Fraction):
            moves.append(f"the {payment.payer} pays the {payment.payee} {cents_words(payment.amount)} "
                         f"({payment.name}, section {payment.section})")  # fmt: skip
        else:
            moves.append(f"the {payment.name} (section {payment.section}) could not be computed")
    return Explanation(
        program.title, settled.party, party, year.label, year.number,
        _in_force(version) + _later(settled, year), _net(row.net, program),
        cell(row.net, None), tuple(t for t in traces if t is not None), tuple(moves),
    )  # fmt: skip


def _net(net: Fraction | RunError, program: Program) -> str:
    if isinstance(net, RunError):
        return f"could not be computed: {net.message}"
    if net == 0:
        return "$0.00: nobody pays"
    to = f"to the {program.provider}" if net > 0 else f"from the {program.provider}"
    return f"{cents_words(abs(net))} {to}"


def _in_force(version: Version) -> str:
    if not version.amendments:
        return "the contract as signed"
    numbers = ", ".join(str(number) for number in version.amendments)
    return f"the contract as changed by amendment{'s' if len(version.amendments) > 1 else ''} {numbers}"


def _later(settled: Settled, year: Period) -> str:
    """Which text governs shorter periods of the year, if the text changes inside it (Q34)."""
    compiled = settled.compiled
    if year.number not in compiled.merged:
        return ""
    return "".join(
        f"; for shorter periods that begin on or after {start:%B} {start.day}, {start.year}: "
        f"{_in_force(compiled.version_at(start))}"
        for start, _ in compiled.starts
        if year.start < start <= year.end
    )


class _Tracer:
    """Traces terms of one party and year; each once."""

    def __init__(
        self, settled: Settled, version: Version, program: Program, party: str, year: Period,
        parts: PartValues | None,
    ) -> None:  # fmt: skip
        self.compiled, self.version, self.program = settled.compiled, version, program
        earlier = settled.recorded.facts if settled.recorded is not None else ()
        years = tuple(y.number for y in settled.years)
        self.reader = ReadResults(settled.bundle, settled.results, years, earlier, parts)
        self.home = Env({program.party: party}, year)
        self.seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def term(self, term: Term, env: Env | None = None) -> TermTrace | None:
        """The trace of a term at an environment's keys; None if it has no value there."""
        env = self._placed(term, attrs.evolve(env or self.home, term=term.name))
        if env is None:
            return self._finer(term, self.home)
        value = self.reader.found(term.name, env)
        if value is None:
            return self._finer(term, env)
        at = self._at(term, env)
        base = TermTrace(
            term.name, term.section, term.role, words(value, term.kind), cell(value, term.kind), at
        )
        key = (term.name, at)
        if key in self.seen:
            return attrs.evolve(base, repeated=True)
        self.seen.add(key)
        if isinstance(value, RunError):
            text = value.message + (f" ({value.help})" if value.help else "")
            return attrs.evolve(base, steps=(Step("given up", text),), sentence=self._sentence(term, env))
        if term.role == "entered":
            text = f"“{term.name}” as entered, or what the contract says where nothing is entered"
            return attrs.evolve(base, sentence=self._sentence(term, env), steps=(Step("data", text),))
        if term.role == "input":
            return attrs.evolve(base, steps=self._data(term))
        phrases = Phrases(self.reader, self.program, self.version.consolidated.source)
        limits = self._limits(term)
        if limits:
            said = {number: self.words_of(number) for number in limits.values()}
            steps = tuple(limit_steps(phrases, term.expr, env, term.kind, limits, said))
        else:
            steps = tuple(steps_of(phrases, term.expr, env, term.kind, term.section))
        inputs = []
        for name, where in phrases.taken.values():
            below = self._program(where).terms.get(name)
            trace = self.term(below, where) if below is not None else None
            if trace is not None:
                inputs.append(trace)
        return attrs.evolve(
            base,
            sentence=self._sentence(term, env),
            amended=self._amended(term, env),
            steps=steps,
            inputs=tuple(inputs),
        )

    def _placed(self, term: Term, env: Env) -> Env | None:
        """Where a term has one value: the only period of its clock in the one of the environment; None if there
        are several."""
        clock = finest(term.grain)
        if clock is None or CLOCKS.index(clock) >= CLOCKS.index(env.period.clock):
            return env
        parts = self.reader.parts_in(env.period, clock)
        return attrs.evolve(env, period=parts[0]) if len(parts) == 1 else None

    def _limits(self, term: Term) -> dict[str, str]:
        """The hidden step of a payment before the limit on a total that was applied to it last, with its
        section."""
        own = f"{term.name.partition(', before section ')[0]}, before section "
        return {
            name: name.removeprefix(own)
            for name in terms_used(term.expr)
            if name.startswith(own) and name != term.name and name in self.program.terms
        }

    def _program(self, env: Env) -> Program:
        return self.reader.program(env.period.year)

    def _finer(self, term: Term, env: Env) -> TermTrace | None:
        """A payment of months or quarters: each period with its amount."""
        from vbcdsl.results.aggregates import PERSONAL, SHOWN, _inside

        values = self.reader.results.terms.get(term.name)
        if values is None:
            return None
        found = [(key, value) for key, value in values.items() if _inside(term, key, env)]
        amounts = [value for _, value in found if isinstance(value, Fraction)]
        if not found or len(amounts) < len(found):
            return None
        total: Value = sum(amounts, Fraction(0))
        rows: list[Step] = []
        if len(found) <= SHOWN and not PERSONAL & set(term.grain):
            for key, value in found:
                named = zip(term.grain, key, strict=True)
                label = ", ".join(key_text(part) for dim, part in named if dim != self.program.party)
                rows.append(Step("calculation", label, words(value, term.kind)))
        shown = self.reader.calendar.shown
        each = " and ".join(shown(dim) for dim in term.grain if dim != self.program.party)
        worth = words(total, term.kind)
        step = Step(
            "aggregate", f"the total of {len(found):,} amounts, one for each {each}", worth, rows=tuple(rows)
        )
        return TermTrace(term.name, term.section, term.role, worth, cell(total, term.kind), (),
                         self._sentence(term, env), self._amended(term, env), (step,))  # fmt: skip

    def _at(self, term: Term, env: Env) -> tuple[tuple[str, str], ...]:
        """The keys that differ from the explained party and year."""
        found = [(dim, env.keys[dim]) for dim in term.grain if dim in env.keys and dim != self.program.party]
        if env.period != self.home.period and any(dim not in env.keys for dim in term.grain):
            found.append((env.period.clock_name, env.period.label))
        return tuple(found)

    def _data(self, term: Term) -> tuple[Step, ...]:
        from vbcdsl.rules.nodes import Col

        if isinstance(term.expr, Col):
            return (Step("data", f"from the data: “{term.expr.column}” of {term.expr.record}"),)
        return (Step("data", "from the data"),)

    def _version(self, env: Env) -> Version:
        """The text under which a value is computed."""
        return self.compiled.version_for(env.period)

    def _sentence(self, term: Term, env: Env) -> str:
        if term.hidden and ", before section " in term.name:
            return ""  # it stands above, at the payment itself
        return self.words_of(term.section, env)

    def words_of(self, section: str, env: Env | None = None) -> str:
        """The words of a section, up to its table, in short."""
        found = words_of_section(self._version(env or self.home), section)
        for start, _ in self.compiled.starts:  # a section that an amendment adds inside the year
            if not found and self.home.period.start < start <= self.home.period.end:
                found = words_of_section(self.compiled.version_at(start), section)
        return found if len(found) <= _SENTENCE else found[:_SENTENCE].rsplit(" ", 1)[0] + " …"

    def _amended(self, term: Term, env: Env) -> str:
        effects = self._version(env).consolidated.effects
        found = [e for e in effects if e.section == term.section]
        return "; ".join(dict.fromkeys(f"{e.what} by amendment {e.amendment}" for e in found))
