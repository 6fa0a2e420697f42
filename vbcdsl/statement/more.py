"""What better quality would have paid: the next tier, and one more point, each settled again exactly.

A lever is a rate or score of the party, or of one of its measures, that a payment stands on. Which way is better
is found out: the way in which the party is paid more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import attrs

from vbcdsl.model.periods import Period
from vbcdsl.results.aggregates import PERSONAL
from vbcdsl.results.settlement import YEARLY, SettlementRow
from vbcdsl.results.text import words
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import walk
from vbcdsl.statement.curves import RATES, span_of
from vbcdsl.trace.facts import Facts
from vbcdsl.trace.lift import ROWS
from vbcdsl.whatif import NotAlone, Variation
from vbcdsl.whatif.curve import limit
from vbcdsl.whatif.edges import edges, watch

_QUALITY = re.compile(r"quality|score|measure|performance|points|stars?\b|improvement|attainment", re.I)
_RISK = re.compile(r"\brisk\b", re.I)  # a risk score says how ill people are, not how well they are cared for
_GRID = 40
_KEYS = 40  # at most so many measures are varied


@attrs.frozen
class More:
    """One line: a term with another value, and what would have been paid. `how`: "next tier" or "one more
    point"."""

    term: str
    section: str
    key: str
    how: str
    now: str
    then: str
    net: Fraction
    change: Fraction
    edge: str = ""  # the section whose table or condition turns there


@attrs.frozen
class Found:
    """The lines, and the levers that could not be settled for the party alone, with the reason."""

    lines: tuple[More, ...]
    left_out: tuple[str, ...]
    best: str = ""  # the term whose payout curve says most


def what_more(facts: Facts, row: SettlementRow, hidden: frozenset[tuple[str, str]]) -> Found:
    """The lines for all levers of a party. `hidden`: (term, key) whose values are not shown."""
    lines: list[More] = []
    left_out: list[str] = []
    best: tuple[Fraction, str] = (Fraction(0), "")
    if not isinstance(row.net, Fraction):
        return Found((), ())
    program = facts.settled.bundle.by_year[row.year.number]
    for term, pick in levers(facts, row, program):
        key = ", ".join(k for _, k in pick)
        if (term.name, key) in hidden:
            continue
        try:
            variation = Variation(facts, row, term, pick)
        except NotAlone as found:
            left_out.append(str(found))
            continue
        if not variation.affects or not isinstance(variation.value, Fraction):
            continue
        found_lines = list(_lines(variation, term, key, row.net))
        lines += found_lines
        most = max((line.change for line in found_lines), default=Fraction(0))
        if not pick and (most > best[0] or not best[1]):
            best = (most, term.name)
    return Found(tuple(lines), tuple(dict.fromkeys(left_out)), best[1])


def levers(
    facts: Facts, row: SettlementRow, program: Program
) -> Iterator[tuple[Term, tuple[tuple[str, str], ...]]]:
    """The terms to vary: first those of the party, then those of its measures, key by key."""
    chosen = {term.name for term in program.terms.values() if _is_lever(term, program)}
    for term in program.terms.values():
        if term.name not in chosen or set(term.grain) - {program.party, *YEARLY}:
            continue
        below = {x.term for x in walk(term.expr) if isinstance(x, n.Ref)}
        if not below & chosen or any(isinstance(x, ROWS) for x in walk(term.expr)):
            yield term, ()
    for term in program.terms.values():
        if term.name not in chosen or not set(term.grain) - {program.party, *YEARLY}:
            continue
        if {x.term for x in walk(term.expr) if isinstance(x, n.Ref)} & chosen:
            continue
        values = facts.results.terms.get(term.name)
        keys = []
        for key, value in values.items() if values is not None else ():
            at = dict(zip(term.grain, key, strict=True))
            period = next((k for k in key if isinstance(k, Period)), row.year)
            if (
                at.pop(program.party) == row.party
                and period.number == row.year.number
                and isinstance(value, Fraction)
            ):
                keys.append(tuple((d, str(k)) for d, k in at.items() if not isinstance(k, Period)))
        for pick in keys[:_KEYS]:
            yield term, pick


def _is_lever(term: Term, program: Program) -> bool:
    if term.hidden or term.payment is not None or term.role in ("entered", "step", "gate"):
        return False
    if program.party not in term.grain or PERSONAL & set(term.grain):
        return False
    if any(dim in ("Month", "Quarter") for dim in term.grain) or term.kind.base not in (*RATES, "number"):
        return False
    finer = set(term.grain) - {program.party, *YEARLY}
    if isinstance(term.expr, n.Lookup | n.Lit | n.InForce | n.Bands):
        return False  # the contract sets it: nobody performs better at it
    return bool(finer) or (_QUALITY.search(term.name) is not None and _RISK.search(term.name) is None)


def _lines(variation: Variation, term: Term, key: str, net: Fraction) -> Iterator[More]:
    value = variation.value
    assert isinstance(value, Fraction)
    point = Fraction(1, 100) if term.kind.base in RATES else Fraction(1)
    up, down = variation.outcomes([value + point, value - point])
    low, high = span_of(term, variation.program, value)
    watch(variation)
    step = (high - low) / _GRID
    grid = sorted({value, *(low + step * i for i in range(_GRID + 1))})
    marks = [edge for edge in edges(variation, grid) if edge.exact]
    above = [edge for edge in marks if edge.value > value]
    below = [edge for edge in reversed(marks) if edge.value < value]
    rises = not (up.net is not None and up.net < net) and not (down.net is not None and down.net > net)

    def line(how: str, then: Fraction, found: Fraction, edge: str = "", beyond: str = "") -> More:
        shown = words(value, term.kind), beyond + words(then, term.kind)
        return More(term.name, term.section, key, how, *shown, found, found - net, edge)

    small = step / 1000 if rises else -step / 1000
    for edge in above if rises else below:
        before, after = (limit(variation, edge.value, side) for side in (-small, small))
        at = variation.outcomes([edge.value])[0].net
        if before is None or after is None or after <= before:
            continue  # it turns there, or falls
        for found, beyond in ((at, ""), (after, "more than " if rises else "less than ")):
            if found is not None and found > max(net, before):
                yield line("next tier", edge.value, found, edge.section, beyond)
                break
        else:
            continue
        break
    then = value + point if rises else value - point
    one = (up if rises else down).net
    if one is not None and low <= then <= high:
        yield line("one more point", then, one)
