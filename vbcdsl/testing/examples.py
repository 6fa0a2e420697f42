"""Runs the examples of a contract: `given …, expect …` (Q43 of the language definition).

The facts given replace terms; everything that stands on them is computed by an engine, without data. Money is
compared after rounding to the cent, every other value exactly or rounded as the example says.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from vbcdsl.compiler import Compiled, Version
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.engines.interface import Key, Request
from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import Period
from vbcdsl.model.values import Value, round_to
from vbcdsl.results.engines import engine_named
from vbcdsl.results.text import words
from vbcdsl.rules.program import ExampleCase, Given, Program, Term
from vbcdsl.testing.facts import named_keys, parties_of, text_store
from vbcdsl.watch import each

CENT = Fraction(1, 100)


@attrs.frozen
class Outcome:
    """One expectation: what the example says, what the engine computed, whether they agree."""

    term: str
    section: str
    at: str  # `for "A1c"`, `in performance year 2`; empty for the plain term
    expected: str
    got: str
    met: bool
    error: RunError | None = None


@attrs.frozen
class CaseResult:
    """One `given …, expect …` of an example, run by one engine."""

    example: str
    index: int
    year: int
    engine: str
    place: str  # file:line:column
    given: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def met(self) -> bool:
        """Whether every expectation is met."""
        return all(outcome.met for outcome in self.outcomes)


@attrs.frozen
class Report:
    """All cases of a contract, and the sections that no example reaches."""

    title: str
    cases: tuple[CaseResult, ...]
    unreached: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Whether every case is met."""
        return all(case.met for case in self.cases)


def run_examples(compiled: Compiled, engines: tuple[str, ...] = ("arrow",)) -> Report:
    """Run every example of a contract by each engine. `VbcError` if the contract has errors."""
    from vbcdsl.testing.reached import unreached_sections

    chosen = list(cases_of(compiled))
    results = [
        run_case(compiled, version, case, year, engine)
        for version, case, year in each(chosen, "examples")
        for engine in engines
    ]  # fmt: skip
    return Report(compiled.program.title, tuple(results), unreached_sections(compiled, chosen))


def cases_of(compiled: Compiled) -> Iterator[tuple[Version, ExampleCase, int]]:
    """Each case once, with the text and the performance year under which it is computed: the year that it
    names, else the first."""
    assert compiled.bundle is not None
    done: set[tuple[str, int]] = set()
    for version in compiled.versions:
        program = version.program
        years = (*version.years, *version.parts)
        if program is None or not years:
            continue
        for case in program.examples:
            year = case.year or years[0]
            key = (case.name, case.index)
            if year in years and key not in done:
                done.add(key)
                yield version, case, year


def run_case(compiled: Compiled, version: Version, case: ExampleCase, year: int, engine: str) -> CaseResult:
    """Run one case by one engine."""
    program = version.program
    assert program is not None
    terms = tuple(dict.fromkeys(fact.term for fact in case.expect))
    others = sorted({fact.year for fact in case.expect if fact.year is not None} - {year})
    years = (year, *others)  # facts without a year are of the first one
    bundle = compiled.bundle
    request = example_request(program, case, years, terms)
    place = str(version.parsed.source.locate(case.span.start))
    given = tuple(_fact_words(program, fact) for fact in case.given)
    try:
        results = engine_named(engine)(bundle, text_store(program, case, year), request)
    except VbcError as error:
        first = error.diagnostics[0]
        stopped = RunError(first.code, first.message, first.section, help=first.help)
        outcomes = [_failed(program, fact, stopped) for fact in case.expect]
        return CaseResult(case.name, case.index, year, engine, place, given, tuple(outcomes))
    outcomes = []
    for fact in case.expect:
        found = list(results.terms[fact.term].items()) if fact.term in results.terms else []
        at_key = {key: value for key, value in found if _agrees(program, fact, key, fact.year or year)}
        outcomes.append(_compare(program, fact, at_key, results.errors))
    return CaseResult(case.name, case.index, year, engine, place, given, tuple(outcomes))


def example_request(
    program: Program, case: ExampleCase, years: tuple[int, ...], terms: tuple[str, ...]
) -> Request:
    """What an engine is asked for an example: its facts, its parties, the keys that it names."""
    return Request(years, terms, case.given, parties_of(program, case), named=named_keys(case), threads=1)


def _agrees(program: Program, fact: Given, key: tuple[str | Period, ...], year: int) -> bool:
    """Whether a key is one that the fact speaks of."""
    picks = dict(fact.pick)
    for dim, part in zip(program.terms[fact.term].grain, key, strict=True):
        if isinstance(part, Period):
            if part.year != year or (dim in picks and part.label != picks[dim]):
                return False
        elif dim in picks and picks[dim] != part:
            return False
    return True


def _compare(
    program: Program, fact: Given, found: dict[Key, Value | RunError], errors: tuple[RunError, ...]
) -> Outcome:
    """What an expectation found. It may speak of several values at once if all of them are as it says."""
    term = program.terms[fact.term]
    if not found:
        reason = errors[0] if errors else RunError("VBC6101", "it was not computed", term.section, term.name)
        return _failed(program, fact, reason)
    for value in found.values():
        if isinstance(value, RunError):
            return _failed(program, fact, value)
        if not equal(value, fact, term.kind):
            if len(found) > 1:
                return attrs.evolve(_failed(program, fact, error := _several(term, found)), got=error.message)
            return Outcome(term.name, term.section, _at(fact), words(fact.value, term.kind),
                           words(value, term.kind), False)  # fmt: skip
    text = words(fact.value, term.kind)
    return Outcome(term.name, term.section, _at(fact), text, text, True)


def _several(term: Term, found: dict[Key, Value | RunError]) -> RunError:
    """An expectation that does not say which of several values it means."""
    keys = list(found)
    places = [i for i in range(len(term.grain)) if len({key[i] for key in keys}) > 1]
    names = [[getattr(key[i], "label", key[i]) for i in places] for key in keys]
    some = ", ".join(" and ".join(str(part) for part in name) for name in names[:4])
    one = " and ".join(f'"{part}"' for part in names[0])
    return RunError(
        "VBC6026",
        f"{term.name} has {len(keys)} values here ({some}{' …' if len(keys) > 4 else ''}), and not all are that",
        term.section,
        term.name,
        help=f"say which one is expected: {term.name} for {one}",
    )


def equal(value: Value, fact: Given, kind: Kind) -> bool:
    """Whether a computed value is the expected one (Q43)."""
    expected = fact.value
    if isinstance(value, Fraction) and isinstance(expected, Fraction) and not isinstance(expected, bool):
        if fact.rounding is not None:
            mode, unit = fact.rounding
            assert isinstance(unit, Fraction)
            return round_to(value, mode, unit) == expected
        if kind.base == "money" and kind.unit is None and (expected / CENT).denominator == 1:
            return round_to(value, "half up", CENT) == expected
    return type(value) is type(expected) and value == expected


def _failed(program: Program, fact: Given, error: RunError) -> Outcome:
    term = program.terms[fact.term]
    got = f"no value: {error.message}"
    return Outcome(term.name, term.section, _at(fact), words(fact.value, term.kind), got, False, error)


def _at(fact: Given) -> str:
    parts = [f'for "{key}"' for _, key in fact.pick]
    if fact.year is not None:
        parts.append(f"in performance year {fact.year}")
    return " ".join(parts)


def _fact_words(program: Program, fact: Given) -> str:
    term = program.terms.get(fact.term)
    at = _at(fact)
    if term is not None and term.role == "gate" and isinstance(fact.value, bool):
        return f"{fact.term}{' ' + at if at else ''} is {'met' if fact.value else 'not met'}"
    return f"{fact.term}{' ' + at if at else ''} is {words(fact.value, term.kind if term else None)}"
