"""Examples that are missing: for each side of a threshold that no example reaches, one that does.

A suggestion starts from the facts of an example that reaches the section, sets the subject on the threshold or
one step beside it, and states what the engine computes. It is a draft: the parties decide whether it is what
they mean.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from vbcdsl.compiler import Compiled, Version
from vbcdsl.coverage.goals import EdgeGoal, goals_of
from vbcdsl.coverage.measure import observe_examples
from vbcdsl.coverage.observe import Seen, watch
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.engines.interface import Request
from vbcdsl.engines.messages import shown
from vbcdsl.model.kinds import Kind
from vbcdsl.model.values import Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import ExampleCase, Given, Program
from vbcdsl.testing.examples import cases_of, example_request
from vbcdsl.testing.facts import ONE_PARTY, parties_of, text_store


@attrs.frozen
class Suggestion:
    """A drafted example: its text, and what it reaches."""

    section: str
    reaches: str
    text: str


@attrs.frozen
class Base:
    """An example to start from: the case, its year, the terms that it computes."""

    version: Version
    case: ExampleCase | None
    year: int
    terms: frozenset[str]


def suggest_examples(compiled: Compiled, most: int = 100) -> tuple[Suggestion, ...]:
    """Drafts for what the examples do not reach, at most so many."""
    seen = observe_examples(compiled)
    bases = _bases(compiled)
    found: dict[str, Suggestion] = {}
    for version in compiled.versions:
        if version.program is None:
            continue
        for goal in goals_of(version.program)[1]:
            for draft in _drafts(compiled, version, goal, seen, bases):
                found.setdefault(draft.text, draft)
                if len(found) >= most:
                    return tuple(found.values())
    return tuple(found.values())


def _bases(compiled: Compiled) -> list[Base]:
    bases: list[Base] = []
    for version, case, year in cases_of(compiled):
        seen = Seen()
        assert version.program is not None
        terms = tuple(dict.fromkeys(fact.term for fact in case.expect))
        request = example_request(version.program, case, (year,), terms)
        try:
            watch(compiled.bundle, text_store(version.program, case, year), request, seen)
        except VbcError:
            continue
        bases.append(Base(version, case, year, frozenset(seen.terms)))
    for version in compiled.versions:
        if version.years:
            bases.append(Base(version, None, version.years[0], frozenset()))
    return bases


def _drafts(
    compiled: Compiled, version: Version, goal: EdgeGoal, seen: Seen, bases: list[Base]
) -> list[Suggestion]:
    program = version.program
    assert program is not None
    if not isinstance(goal.subject, n.Ref) or goal.subject.shift is not None or goal.subject.pick:
        return []
    subject = program.terms[goal.subject.term]
    sides = seen.sides.get((id(goal.subject), id(goal.edge)), set())
    step = _step(subject.kind, goal.edge)
    drafts = []
    ordered = sorted(
        bases, key=lambda b: (b.version is not version, goal.term not in b.terms, b.case is None)
    )
    for side in goal.missing(sides):
        for base in ordered:
            if base.version is not version:
                continue
            draft = _draft(compiled, program, goal, subject.name, base, side, step)
            if draft is not None:
                drafts.append(draft)
                break
    return drafts


def _step(kind: Kind, edge: n.Node) -> Fraction:
    """The smallest step that a reader would write beside a threshold."""
    if kind.base == "money":
        return Fraction(1, 100)
    if kind.base in ("rate", "ratio", "percentage points"):
        return Fraction(1, 10_000)
    return Fraction(1)


def _draft(
    compiled: Compiled, program: Program, goal: EdgeGoal, subject: str, base: Base, side: str, step: Fraction
) -> Suggestion | None:
    facts = tuple(f for f in base.case.given if f.term != subject) if base.case is not None else ()
    edge = _edge_value(compiled, program, goal, base, facts)
    if edge is None:
        return None
    value = edge + {"below": -step, "at": Fraction(0), "above": step}[side]
    kind = program.terms[subject].kind
    if kind.base == "count" and (value < 0 or value.denominator != 1):
        return None
    given = (*facts, Given(subject, value))
    wanted = _wanted(program, goal.term)
    results = _run(compiled, program, base, given, (wanted,))
    if results is None:
        return None
    sentence = ", ".join([f"the performance year is {base.year}", *(_fact(program, fact) for fact in given)])
    text = (
        f'example "{wanted} with {subject} {_side_words(side)} {shown(edge, kind)}":\n'
        f"  given {_and(sentence)},\n  expect {wanted} {_is(program, wanted, results)}."
    )
    return Suggestion(goal.section, f"{subject} {side} {shown(edge, kind)}", text)


def _side_words(side: str) -> str:
    return {"below": "just below", "at": "at", "above": "just above"}[side]


def _wanted(program: Program, term: str) -> str:
    """The visible term to expect: the term itself, or the payment whose hidden step it is."""
    if not program.terms[term].hidden:
        return term
    head = term.split(", before section")[0].split(", for each")[0]
    return head if head in program.terms else term


def _edge_value(
    compiled: Compiled, program: Program, goal: EdgeGoal, base: Base, facts: tuple[Given, ...]
) -> Fraction | None:
    edge = goal.edge
    if isinstance(edge, n.Lit) and isinstance(edge.value, Fraction):
        return edge.value
    if isinstance(edge, n.Ref) and edge.shift is None and not edge.pick:
        value = _run(compiled, program, base, facts, (edge.term,))
        return value if isinstance(value, Fraction) else None
    return None


def _run(
    compiled: Compiled, program: Program, base: Base, given: tuple[Given, ...], terms: tuple[str, ...]
) -> Value | None:
    case = base.case
    parties = parties_of(program, case) if case is not None else (ONE_PARTY,)
    if parties is None or len(parties) != 1:
        return None
    request = Request((base.year,), terms, given, parties, threads=1)
    try:
        results = watch(compiled.bundle, text_store(program, case, base.year), request, Seen())
    except VbcError:
        return None
    values = [value for _, value in results.terms[terms[0]].items()]
    if len(values) != 1 or isinstance(values[0], RunError):
        return None
    return values[0]


def _fact(program: Program, fact: Given) -> str:
    picks = "".join(f' for "{key}"' for _, key in fact.pick)
    return f"{fact.term}{picks} {_is(program, fact.term, fact.value)}"


def _is(program: Program, term: str, value: Value) -> str:
    if isinstance(value, bool):
        met = program.terms[term].role in ("gate", "duty")
        return ("is met" if value else "is not met") if met else f"is {shown(value)}"
    if isinstance(value, str):
        return f'is "{value}"'
    kind = program.terms[term].kind
    text = shown(value, kind).removesuffix(".00")
    if text.endswith("…") or "…%" in text:
        places = "the cent" if kind.base == "money" else ""
        if kind.base == "money" and isinstance(value, Fraction):
            from vbcdsl.model.values import round_to

            return (
                f"is {shown(round_to(value, 'half up', Fraction(1, 100)), kind)}, rounded half up to {places}"
            )
        if isinstance(value, Fraction):
            from vbcdsl.model.values import round_to

            if kind.base in ("rate", "ratio", "percentage points"):
                rounded = round_to(value, "half up", Fraction(1, 10_000))
                return f"is {shown(rounded, kind)}, rounded half up to the hundredth of a percentage point"
            rounded = round_to(value, "half up", Fraction(1, 10_000))
            return f"is {shown(rounded, kind)}, rounded half up to 4 decimal places"
    return f"is {text}"


def _and(sentence: str) -> str:
    """A list with “and” before its last part."""
    head, _, tail = sentence.rpartition(", ")
    return f"{head} and {tail}" if head else tail
