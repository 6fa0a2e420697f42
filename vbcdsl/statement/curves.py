"""Charts of a settlement: the payout curve of a term, and the waterfall of a party's payments."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.charts.payout import payout
from vbcdsl.charts.waterfall import waterfall
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.kinds import NUMERIC, Kind
from vbcdsl.model.names import snake_case
from vbcdsl.results.settle import term_named
from vbcdsl.results.settlement import Settled, SettlementRow
from vbcdsl.results.text import cell, words
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.trace.facts import Facts
from vbcdsl.whatif import Curve, NotAlone, Variation, payout_curve

RATES = ("rate", "percentage points", "ratio")


@attrs.frozen
class Drawn:
    """A curve with whose it is and the kind of its term."""

    curve: Curve
    kind: Kind
    row: SettlementRow
    key: str


def curve_of(
    facts: Facts, row: SettlementRow, name: str, at: tuple[tuple[str, str], ...] = (), low: Fraction | None = None,
    high: Fraction | None = None,
) -> Drawn:  # fmt: skip
    """The payout curve of a term for a party and year. `at`: other keys of the term, by their names. `VbcError`
    if the
    term is no number of the party or cannot be varied alone."""
    program = facts.settled.bundle.by_year[row.year.number]
    term = program.terms.get(term_named(facts.settled.bundle, name))
    if term is None or term.kind.base not in NUMERIC or program.party not in term.grain:
        raise no_curve(
            f"{name} is no number of one {program.party}", "name a term that is a rate, amount or count"
        )
    pick = _pick(program, term, at)
    try:
        variation = Variation(facts, row, term, pick)
    except NotAlone as found:
        raise VbcError(
            [Diagnostic("VBC8081", f"{found}, so that it cannot be settled for one party alone")]
        ) from None
    if not variation.affects:
        raise no_curve(f"no payment stands on {term.name}", "name a term that a payment stands on")
    value = variation.value
    if not isinstance(value, Fraction):
        raise no_curve(f"{term.name} has no value for {program.party} {row.party} in {row.year.label}", "")
    start, end = span_of(term, program, value)
    start, end = (start if low is None else low), (end if high is None else high)
    if end <= start:
        raise no_curve("the curve would end before it begins", "give --from a smaller value than --to")
    return Drawn(payout_curve(variation, start, end), term.kind, row, ", ".join(key for _, key in pick))


def no_curve(message: str, advice: str) -> VbcError:
    """The message for a term without a curve."""
    return VbcError([Diagnostic("VBC8080", message, help=advice)])


def _pick(program: Program, term: Term, at: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    dims = [d for d in term.grain if d not in (program.party, "Performance Year", "Contract Year")]
    given = {snake_case(key): value for key, value in at}
    missing = [dim for dim in dims if snake_case(dim) not in given]
    if missing or len(given) > len(dims):
        asked = " ".join(f"--at {snake_case(dim)}=…" for dim in dims)
        raise no_curve(f"{term.name} has {'a value for each ' + ' and '.join(dims) if dims else 'one value'}",
                       f"write {asked}" if dims else "leave --at out")  # fmt: skip
    return tuple((dim, given[snake_case(dim)]) for dim in dims)


def span_of(term: Term, program: Program, value: Fraction) -> tuple[Fraction, Fraction]:
    """The range in which a curve is drawn: the bounds of its column, else 0% to 100%, else around the value."""
    column = None
    if isinstance(term.expr, n.Col):
        column = program.records[term.expr.record].column(term.expr.column)
    low = column.low if column is not None and isinstance(column.low, Fraction) else None
    high = column.high if column is not None and isinstance(column.high, Fraction) else None
    if term.kind.base in RATES and 0 <= value <= 1:
        return (low if low is not None else Fraction(0)), (high if high is not None else Fraction(1))
    around = max(abs(value), Fraction(1))
    start = low if low is not None else (min(Fraction(0), value - around))
    return start, high if high is not None else value + around


def label_of(kind: Kind) -> Any:
    """Values of a kind in short words, for an axis."""

    def label(value: Fraction) -> str:
        if kind.base == "money":
            from vbcdsl.charts.bars import short_money

            return short_money(value)
        places = Fraction(round(value * 10**8), 10**8)
        text = words(places, Kind("rate") if kind.base in RATES else Kind("number"))
        return text.removeprefix("about ")

    return label


def chart(facts: Facts, drawn: Drawn) -> str:
    """A curve as SVG."""
    title = f"What is paid as {drawn.curve.term} rises"
    return payout(drawn.curve, title, label_of(drawn.kind), facts.settled.program.provider)


def as_record(facts: Facts, drawn: Drawn) -> dict[str, Any]:
    """A curve as data: exact digits, as texts."""
    curve, kind = drawn.curve, drawn.kind

    def amount(value: Fraction | None) -> str | None:
        return None if value is None else str(cell(value, Kind("money")))

    return {
        "schema": "vbc.curve/1",
        "contract": facts.settled.program.title,
        "party": drawn.row.party,
        "performance_year": drawn.row.year.label,
        "term": curve.term,
        "at": drawn.key,
        "section": curve.section,
        "edges": [
            {"value": str(cell(c.at, kind)), "section": c.section, "exact": c.exact, "jumps": c.jumps,
             "just_below": amount(c.before), "here": amount(c.here), "just_above": amount(c.after)}
            for c in curve.corners
        ],
        "pieces": [[[str(cell(x, kind)), amount(y)] for x, y in piece] for piece in curve.pieces],
        "now": [str(cell(curve.now[0], kind)), amount(curve.now[1])] if curve.now is not None else None,
    }  # fmt: skip


def waterfall_of(settled: Settled, row: SettlementRow) -> str:
    """The payments of a party and year as a waterfall. `VbcError` if one could not be computed."""
    if not isinstance(row.net, Fraction):
        raise no_curve(f"the net payment could not be computed: {row.net.message}", row.net.help)
    parts = [(p.name, p.amount * p.sign) for p in row.payments if isinstance(p.amount, Fraction) and p.sign]
    shown = [part for part in parts if part[1]] or parts
    return waterfall(shown, ("Net payment", row.net), "Payments")
