"""What must hold of a payment whatever the data: "the Shared Savings Payment never falls as Quality Score rises".

A property is checked where contracts break: at each threshold of the text, one step beside it, and between, on
made-up data and on the facts of the contract's examples. What is found is a case that a person can follow; that
nothing is found is no proof.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import attrs

from vbcdsl.compiler import Compiled, Version, compile_text
from vbcdsl.coverage.goals import goals_of
from vbcdsl.data import DataStore, open_store
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.engines.interface import Key, Request
from vbcdsl.engines.messages import shown
from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import Period
from vbcdsl.model.values import round_to
from vbcdsl.results.engines import engine_named
from vbcdsl.results.settle import all_records, term_named
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import ExampleCase, Given, Program
from vbcdsl.rules.uses import walk
from vbcdsl.testing.examples import cases_of
from vbcdsl.testing.facts import parties_of, text_store

Direction: TypeAlias = Literal["falls", "rises"]
LIMIT: Final = "Limit Of The Property"
_SECTION: Final = "9999.1"
_MONOTONE = re.compile(r"(?:the )?(.+?) never (falls|rises) as (?:the )?(.+?) (rises|falls)\.?", re.I | re.S)
_BOUND = re.compile(
    r"(?:the )?(.+?) (?:(?:is )?never (exceeds|above|more than|below|less than|falls below)) (.+?)\.?",
    re.I | re.S,
)
MOST_VALUES: Final = 60
MEMBERS: Final = 120
_IDLE: Final = 4  # values of a driver without an amount, after which a base is left
_BESIDE: Final = 24  # values of each driver that are tried for a bound
_ENOUGH: Final = 5


@attrs.frozen
class Property:
    """A sentence about a term. `moves`: what must not happen to it as `driver` rises. Or a `bound` in the words of
    the contract that the term must stay at or below (`above`: at or above)."""

    text: str
    term: str
    moves: Direction | None = None
    driver: str | None = None
    bound: str | None = None
    above: bool = False


@attrs.frozen
class Counterexample:
    """Where a property does not hold: the facts, and the two amounts that disagree."""

    where: str
    first: str
    second: str


@attrs.frozen
class PropertyResult:
    """How often a property was tried, and what broke it (at most a few cases)."""

    text: str
    tried: int
    broken: tuple[Counterexample, ...]

    @property
    def met(self) -> bool:
        """Whether it was tried and nothing broke it."""
        return self.tried > 0 and not self.broken


@attrs.frozen
class _Base:
    """Data to start from: facts of an example, or rows."""

    name: str
    year: int
    store: DataStore
    given: tuple[Given, ...] = ()
    parties: tuple[str, ...] | None = None
    example: tuple[Program, ExampleCase] | None = None

    def store_of(self, given: tuple[Given, ...]) -> DataStore:
        """The data with other facts: those of an example make rows."""
        if self.example is None:
            return self.store
        program, case = self.example
        return text_store(program, attrs.evolve(case, given=given), self.year)


def read_property(text: str) -> Property:
    """A property from its sentence. `VbcError` if it is none of the known forms."""
    words = " ".join(text.split())
    if match := _MONOTONE.fullmatch(words):
        moves: Direction = "falls" if match[2].lower() == "falls" else "rises"
        if match[4].lower() == "falls":  # never falls as X falls: never rises, read from the other end
            moves = "rises" if moves == "falls" else "falls"
        return Property(words, match[1], moves, match[3])
    if match := _BOUND.fullmatch(words):
        return Property(
            words, match[1], bound=match[3], above=match[2].lower() in ("below", "less than", "falls below")
        )
    raise VbcError([
        Diagnostic("VBC8050", f"“{words}” is no property that can be checked",
                   help="write “X never falls as Y rises”, “X never rises as Y rises”, “X never exceeds 10% of Z” "
                   "or “X is never less than $0”")
    ])  # fmt: skip


def check_property(
    compiled: Compiled, wanted: Property, data: dict[str, object] | None = None, bindings: object = None,
    years: tuple[int, ...] = (), seed: int = 1,
) -> PropertyResult:  # fmt: skip
    """Try a property on the examples of the contract, on made-up data and on the data given.

    `years`: numbers of performance years; by default the examples of every text in force are tried, and made-up
    data under the latest. A payment is compared with its bound in whole cents, since it is rounded to them. Raises
    `VbcError` for a term that the contract does not define and for a bound that cannot be read.
    """
    if wanted.bound is not None:
        compiled = _with_limit(compiled, wanted)
    term = term_named(compiled.bundle, wanted.term)
    driver = term_named(compiled.bundle, wanted.driver) if wanted.driver is not None else None
    tried, broken = 0, list[Counterexample]()
    for version in compiled.versions:
        program = version.program
        if program is None or term not in program.terms or not version.years:
            continue
        for base in _bases(compiled, version, data or {}, bindings, years, seed):
            if driver is not None:
                count, found = _monotone(compiled, program, base, term, driver, wanted.moves or "falls")
            else:
                count, found = _bounded(compiled, program, base, term, wanted.above)
            tried += count
            broken += found
    return PropertyResult(wanted.text, tried, tuple(broken[:_ENOUGH]))


def _with_limit(compiled: Compiled, wanted: Property) -> Compiled:
    """The contract with one more sentence, which defines the bound in its own words."""
    sentence = f'\n{_SECTION} "{LIMIT}" means {wanted.bound}.\n'
    text = compiled.base.text
    more = compile_text(_before_examples(text, sentence), compiled.base.name,
                        tuple(source.text for _, source in compiled.amendments))  # fmt: skip
    wrong = [d for d in more.errors if d.code not in {e.code for e in compiled.errors}]
    if wrong:
        raise VbcError([
            Diagnostic("VBC8051", f"the bound “{wanted.bound}” cannot be read: {wrong[0].message}",
                       help=wrong[0].help)
        ])  # fmt: skip
    return more


def _before_examples(text: str, sentence: str) -> str:
    """The sentence after the last section; examples may stand anywhere after it."""
    at = re.search(r"^example ", text, re.M)
    return text[: at.start()] + sentence.lstrip("\n") + "\n" + text[at.start() :] if at else text + sentence


def _bases(
    compiled: Compiled, version: Version, data: dict[str, object], bindings: object, years: tuple[int, ...],
    seed: int,
) -> Iterator[_Base]:  # fmt: skip
    from vbcdsl.data import Bindings

    program = version.program
    assert program is not None
    for of, case, year in cases_of(compiled):
        if of is version and (not years or year in years):
            store, parties = text_store(program, case, year), parties_of(program, case)
            yield _Base(f"example “{case.name}”", year, store, case.given, parties, (program, case))
    records, calendar = all_records(compiled.bundle), compiled.bundle.calendar
    chosen = [year for year in (years or version.years[:1]) if year in version.years]
    bound = bindings if isinstance(bindings, Bindings) else None
    if data or bound is not None:
        for year in chosen:
            yield _Base("the data given", year, open_store(records, calendar, data, bound))
    latest = compiled.versions[-1] is version
    for year in chosen if years or latest else ():
        made = _made_up(compiled, year, seed)
        if made is not None:
            yield _Base(f"made-up data (seed {seed})", year, made)


def _made_up(compiled: Compiled, year: int, seed: int) -> DataStore | None:
    from vbcdsl.data import make_bindings
    from vbcdsl.sample import make_sample
    from vbcdsl.sample.write import sample_tables

    bundle = compiled.bundle
    records = all_records(bundle)
    if not any(record.is_data for record in records.values()):
        return None
    try:
        sample = make_sample(bundle, MEMBERS, 3, (bundle.calendar.years[year - 1],), seed)
        written = {name: {"written": "fraction"} for name in sample.records}
        return open_store(records, bundle.calendar, dict(sample_tables(sample)), make_bindings(dict(written)))
    except VbcError:
        return None  # a contract whose records cannot be invented is tried on its examples


def _monotone(
    compiled: Compiled, program: Program, base: _Base, term: str, driver: str, moves: Direction
) -> tuple[int, list[Counterexample]]:
    """The amounts at rising values of the driver, for each key."""
    given = tuple(fact for fact in base.given if fact.term != driver)
    idle = 0
    before: dict[Key, tuple[Fraction, Fraction]] = {}
    tried, broken = 0, list[Counterexample]()
    values = _values(compiled, program, base, driver)
    for value in values:
        found = _amounts(compiled, base, (*given, Given(driver, value)), (term,))
        idle = idle + 1 if not found.get(term) else 0
        if idle == _IDLE and not tried:
            break  # the facts of this base do not lead to the term
        for key, amount in found.get(term, {}).items():
            last = before.get(key)
            before[key] = (value, amount)
            if last is None:
                continue
            tried += 1
            if (amount < last[1]) if moves == "falls" else (amount > last[1]):
                kind, of = program.terms[driver].kind, program.terms[term].kind
                broken.append(Counterexample(
                    _place(base, key), f"{driver} {shown(last[0], kind)}: {term} {shown(last[1], of)}",
                    f"{driver} {shown(value, kind)}: {term} {shown(amount, of)}"))  # fmt: skip
    return tried, broken


def _bounded(
    compiled: Compiled, program: Program, base: _Base, term: str, above: bool
) -> tuple[int, list[Counterexample]]:
    """The amount against its bound: as the data are, and with each term that has a threshold on and beside it."""
    tried, broken = 0, list[Counterexample]()
    cents = program.terms[term].payment is not None
    if not _amounts(compiled, base, base.given, (term,)).get(term):
        return 0, []  # the facts of this base do not lead to the term
    changes: list[tuple[Given, ...]] = [()]
    for driver in _drivers(program, term):
        values = _values(compiled, program, base, driver)
        values = values[:: -(-len(values) // _BESIDE)] if len(values) > _BESIDE else values
        changes += [(Given(driver, value),) for value in values]
    for change in changes:
        if len(broken) >= _ENOUGH:
            break
        named = {fact.term for fact in change}
        given = (*(fact for fact in base.given if fact.term not in named), *change)
        found = _amounts(compiled, base, given, (term, LIMIT))
        limits = found.get(LIMIT, {})
        for key, amount in found.get(term, {}).items():
            limit = limits.get(
                key, limits.get((), next(iter(limits.values()), None) if len(limits) == 1 else None)
            )
            if limit is None:
                continue
            tried += 1
            if cents:
                limit = round_to(limit, "down" if above else "up", Fraction(1, 100))
            if (amount < limit) if above else (amount > limit):
                of = program.terms[term].kind
                facts = "".join(f", {f.term} {shown(f.value, program.terms[f.term].kind)}" for f in change)
                broken.append(Counterexample(_place(base, key) + facts, f"{term} {shown(amount, of)}",
                                             f"the bound {shown(limit, of)}"))  # fmt: skip
    return tried, broken


def _drivers(program: Program, term: str) -> list[str]:
    """The terms behind a payment that are compared with a threshold."""
    behind, waiting = set[str](), [term]
    while waiting:
        name = waiting.pop()
        if name in behind or name not in program.terms:
            continue
        behind.add(name)
        waiting += [node.term for node in walk(program.terms[name].expr) if isinstance(node, n.Ref)]
    subjects = [goal.subject for goal in goals_of(program)[1] if goal.term in behind]
    found = [each.term for each in subjects if isinstance(each, n.Ref) and each.shift is None]
    return [name for name in dict.fromkeys(found) if not program.terms[name].hidden]


def _values(compiled: Compiled, program: Program, base: _Base, driver: str) -> list[Fraction]:
    """Where to try a term: on each threshold that it is compared with, one step below and above, and between."""
    kind = program.terms[driver].kind
    step = _step(kind)
    edges: set[Fraction] = set()
    for goal in goals_of(program)[1]:
        if isinstance(goal.subject, n.Ref) and goal.subject.term == driver and goal.subject.shift is None:
            edges |= set(_edge(compiled, base, goal.edge))
    low, high = (Fraction(0), Fraction(1)) if kind.base in ("rate", "ratio") else (Fraction(0), Fraction(100))
    edges = edges or {low, high}
    if kind.base in ("rate", "ratio"):
        edges |= {low, high}
    points = sorted(edges)
    points = [2 * points[0] - points[-1] if kind.base == "money" else min(points[0], low), *points,
              max(points[-1] * 2, high)] if kind.base not in ("rate", "ratio") else points  # fmt: skip
    tried = {p + d for p in points for d in (-step, Fraction(0), step)}
    tried |= {(a + b) / 2 for a, b in itertools.pairwise(points)}
    if kind.base not in ("money", "percentage points") or not any(p < 0 for p in points):
        tried = {value for value in tried if value >= 0}
    if kind.base == "count":
        tried = {Fraction(round(value)) for value in tried}
    if kind.base in ("rate", "ratio"):
        tried = {value for value in tried if value <= max(high, *edges)}
    ordered = sorted(tried)
    skip = -(-len(ordered) // MOST_VALUES)
    return ordered if skip <= 1 else sorted({*ordered[::skip], *edges})


def _step(kind: Kind) -> Fraction:
    if kind.base == "money":
        return Fraction(1, 100)
    return Fraction(1, 10_000) if kind.base in ("rate", "ratio", "percentage points") else Fraction(1)


def _edge(compiled: Compiled, base: _Base, edge: n.Node) -> list[Fraction]:
    """The values of a threshold: a number of the text, or those of a term in the data."""
    if isinstance(edge, n.Lit):
        return [edge.value] if isinstance(edge.value, Fraction) else []
    if isinstance(edge, n.Ref) and edge.shift is None:
        return list(_amounts(compiled, base, base.given, (edge.term,)).get(edge.term, {}).values())[:8]
    return []


def _amounts(
    compiled: Compiled, base: _Base, given: tuple[Given, ...], terms: tuple[str, ...]
) -> dict[str, dict[Key, Fraction]]:
    """The numbers of terms at each key; a key whose value could not be computed is left out."""
    request = Request((base.year,), terms, given, base.parties, threads=1)
    try:
        results = engine_named("arrow")(compiled.bundle, base.store_of(given), request)
    except VbcError:
        return {}
    found: dict[str, dict[Key, Fraction]] = {}
    for name in terms:
        items = results.terms[name].items() if name in results.terms else ()
        found[name] = {key: value for key, value in items if isinstance(value, Fraction)}
    return found


def _place(base: _Base, key: Key) -> str:
    parts = [part.label if isinstance(part, Period) else str(part) for part in key]
    return f"{base.name}, " + ", ".join(parts)
