"""What `vbc portfolio` prints, as text and as JSON."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from vbcdsl.portfolio.read import Flow, Portfolio
from vbcdsl.portfolio.targets import Outcome, Plan, outcomes, paid_by_category
from vbcdsl.results.show import columns
from vbcdsl.results.text import cents_words

SCHEMA = "vbc.portfolio/1"


def to_text(portfolio: Portfolio, plan: Plan, parties: bool) -> str:
    """Payments by program (and party), shares by category, targets."""
    parts = [_payments(portfolio.flows, parties), _categories(portfolio.flows, plan)]
    found = outcomes(portfolio.flows, plan)
    if found:
        parts.append(_targets(found))
    return "\n\n".join(parts)


def sums(flows: tuple[Flow, ...], parties: bool) -> dict[tuple[str, ...], tuple[Fraction, Fraction]]:
    """(program[, party], year) → what was paid to parties and what came from them."""
    found: dict[tuple[str, ...], tuple[Fraction, Fraction]] = {}
    for flow in flows:
        key = (flow.program, flow.party, flow.year) if parties else (flow.program, flow.year)
        to, back = found.get(key, (Fraction(0), Fraction(0)))
        found[key] = (to + flow.amount, back) if flow.amount.numerator > 0 else (to, back - flow.amount)
    return dict(sorted(found.items()))


def _payments(flows: tuple[Flow, ...], parties: bool) -> str:
    header = ["Program", *(["Party"] if parties else []), "Year", "To parties", "From parties", "Net"]
    found = sums(flows, parties)
    lines = [[*key, *map(cents_words, (to, back, to - back))] for key, (to, back) in found.items()]
    to, back = (sum((pair[at] for pair in found.values()), Fraction(0)) for at in (0, 1))
    lines.append(["Total", *([""] if parties else []), "", *map(cents_words, (to, back, to - back))])
    return columns(header, lines, rule_before_last=True, left=3 if parties else 2)


def _categories(flows: tuple[Flow, ...], plan: Plan) -> str:
    lines = []
    for year, categories in paid_by_category(flows, plan).items():
        whole = sum(categories.values(), Fraction(0))
        lines += [[year, name, cents_words(paid), percent(paid / whole)] for name, paid in categories.items()]
    return columns(["Year", "HCP-LAN category", "Paid to parties", "Share"], lines, left=2)


def _targets(found: tuple[Outcome, ...]) -> str:
    lines = [
        [o.target, o.year, percent(o.wanted), percent(o.share) if o.share is not None else "nothing paid",
         "met" if o.met else f"short by {cents_words(o.short)}"]
        for o in found
    ]  # fmt: skip
    return columns(["Target", "Year", "Wanted", "Share", "Result"], lines, left=2)


def percent(share: Fraction) -> str:
    """A share for a reader: cut to a hundredth of a percent, so that a target missed never looks met."""
    hundredths = share * 10_000 // 1
    whole, rest = divmod(int(hundredths), 100)
    return f"{whole}.{rest:02}%"


def as_record(portfolio: Portfolio, plan: Plan) -> dict[str, Any]:
    """Everything, for JSON; amounts and shares are texts, and shares exact fractions."""
    return {
        "schema": SCHEMA,
        "contracts": [
            {"name": s.name, "title": s.title, "declared": s.declared, "suggested": s.derived.suggested,
             "fits": list(s.derived.fits), "because": list(s.derived.because), "errors": len(s.errors)}
            for s in portfolio.settled
        ],
        "failed": {name: [d.message for d in found] for name, found in portfolio.failed.items()},
        "payments": [
            {"program": f.program, "party": f.party, "year": f.year, "payment": f.payment, "section": f.section,
             "category": f.category, "amount": money(f.amount)}
            for f in portfolio.flows
        ],
        "categories": [
            {"year": year, "category": name, "paid": money(paid), "share": str(paid / sum(each.values()))}
            for year, each in paid_by_category(portfolio.flows, plan).items()
            for name, paid in each.items()
        ],
        "targets": [
            {"target": o.target, "year": o.year, "categories": list(o.categories), "wanted": str(o.wanted),
             "share": str(o.share) if o.share is not None else None, "met": o.met,
             "short": money(-(-o.short * 100 // 1) / Fraction(100))}
            for o in outcomes(portfolio.flows, plan)
        ],
    }  # fmt: skip


def money(value: Fraction) -> str:
    """An amount of whole cents in digits."""
    return f"{'-' if value < 0 else ''}{abs(value) // 1}.{int(abs(value) * 100 % 100):02}"
