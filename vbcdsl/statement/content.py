"""A statement as data: everything that it says, in words and exact amounts, before it is written as a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, cast

import attrs

from vbcdsl.charts.bars import short_name
from vbcdsl.charts.waterfall import waterfall
from vbcdsl.data import Bindings
from vbcdsl.diagnostics import RunError
from vbcdsl.results.fingerprints import fingerprints
from vbcdsl.results.settlement import SettlementRow
from vbcdsl.results.small_cells import hidden_terms
from vbcdsl.results.text import cents_words
from vbcdsl.rules.program import Program
from vbcdsl.statement.breakdown import breakdown
from vbcdsl.statement.curves import chart, curve_of
from vbcdsl.statement.measures import MeasureTable, measure_tables
from vbcdsl.statement.more import Found, what_more
from vbcdsl.statement.sections import Section, sections_of, yearly_values
from vbcdsl.trace.facts import Facts

NAME = 120  # characters of a name that are shown
_TEXT = 1500  # characters of any other text


@attrs.frozen
class PaymentLine:
    """A payment: `amount` in words, `due` as the contract says it, or empty."""

    name: str
    section: str
    payer: str
    payee: str
    amount: str
    due: str


@attrs.frozen
class Statement:
    """What a document shows. `waterfall` and `curve` are SVG, empty if there is nothing to draw."""

    title: str
    payer: str
    payer_name: str
    provider: str
    key: str
    party: str
    year: str
    period: str
    text: str
    net: str
    net_words: str
    due: str
    payments: tuple[PaymentLine, ...]
    waterfall: str
    sections: tuple[Section, ...]
    measures: tuple[MeasureTable, ...]
    more: Found
    curve: str
    curve_term: str
    errors: tuple[str, ...]
    notes: tuple[str, ...]
    proof: tuple[tuple[str, str], ...]


def make_statement(
    facts: Facts, row: SettlementRow, inputs: Mapping[str, object], bindings: Bindings | None = None
) -> Statement:
    """The statement of a party and performance year."""
    settled = facts.settled
    program = settled.bundle.by_year[row.year.number]
    version = settled.compiled.version_of(row.year.number)
    values = yearly_values(facts, row, program)
    coarse = [program.terms[name] for name in values if name in program.terms]
    hidden = hidden_terms(coarse, values, program)
    measures, small = measure_tables(facts, row, program)
    more = what_more(facts, row, frozenset({*small, *((name, "") for name in hidden)}))
    curve = _curve(facts, row, more, hidden)
    numbers = ", ".join(str(number) for number in version.amendments)
    text = "the contract as signed"
    if numbers:
        text = f"the contract as changed by amendment{'s' if len(version.amendments) > 1 else ''} {numbers}"
    made = Statement(
        title=plain(program.title),
        payer=program.payer,
        payer_name=plain(program.roles.get(program.payer, "")),
        provider=program.provider,
        key=program.party,
        party=plain(row.party),
        year=row.year.label,
        period=f"{_day(row.year.start)} through {_day(row.year.end)}",
        text=text,
        net=_net(row),
        net_words=_net_words(row, program),
        due=_due(row, program),
        payments=tuple(_payments(row, program)),
        waterfall=_waterfall(facts, row, hidden),
        sections=tuple(sections_of(facts, row, program, values, hidden)),
        measures=measures,
        more=more,
        curve=curve,
        curve_term=more.best if curve else "",
        errors=_errors(row),
        notes=tuple(_notes(facts, bool(hidden or small), more)),
        proof=_proof(facts, row, inputs, bindings),
    )
    return cast("Statement", _seen(made))


def _seen(value: Any) -> Any:
    """The same without characters that cannot be seen or that turn the text around, and with no endless text.
    Drawings are made from such names already."""
    if isinstance(value, str):
        return value if value.startswith("<svg") else short_name(value, _TEXT)
    if isinstance(value, tuple):
        return tuple(_seen(item) for item in value)
    if attrs.has(type(value)):
        return attrs.evolve(
            value, **{f.name: _seen(getattr(value, f.name)) for f in attrs.fields(type(value))}
        )
    return value


def plain(text: str) -> str:
    """A name as it is shown: on one line, cut, without characters that turn the text around."""
    return short_name(text, NAME)


def _day(day: object) -> str:
    from vbcdsl.results.text import words

    return words(day)  # type: ignore[arg-type]


def _net(row: SettlementRow) -> str:
    return cents_words(abs(row.net)) if isinstance(row.net, Fraction) else "could not be computed"


def _net_words(row: SettlementRow, program: Program) -> str:
    if isinstance(row.net, RunError):
        return f"The net payment could not be computed: {row.net.message}"
    named = plain(program.roles.get(program.payer, ""))
    payer = f"the {program.payer} ({named})" if named else f"the {program.payer}"
    provider = f"the {program.provider} ({plain(row.party)})"
    if row.net == 0:
        return "Nobody pays."
    giver, taker = (payer, provider) if row.net > 0 else (provider, payer)
    return f"{giver[0].upper()}{giver[1:]} pays {taker}."


def _due(row: SettlementRow, program: Program) -> str:
    """When the payments that make up the net payment are due, as the contract says it."""
    found: dict[str, list[str]] = {}
    for paid in row.payments:
        term = program.terms[paid.name]
        if paid.sign and isinstance(paid.amount, Fraction) and paid.amount and term.payment is not None:
            found.setdefault(_when(term.payment.due), []).append(paid.section)
    dated = {due: sections for due, sections in found.items() if due}
    if not dated:
        return "The contract states no due date for it." if found else ""
    if len(dated) == 1 and len(found) == 1:
        due, sections = next(iter(dated.items()))
        return f"Due {due} (section {', '.join(sections)})."
    return " ".join(f"Section {', '.join(sections)}: due {due}." for due, sections in dated.items())


def _when(due: str | None) -> str:
    """The words of a due date: “, due within 90 days after notice” is “within 90 days after notice”."""
    return re.sub(r"^[\s,]*(?:due\s+)?", "", due or "")


def _payments(row: SettlementRow, program: Program) -> list[PaymentLine]:
    lines = []
    for paid in row.payments:
        payment = program.terms[paid.name].payment
        amount = cents_words(paid.amount) if isinstance(paid.amount, Fraction) else "could not be computed"
        due = _when(payment.due) if payment is not None else ""
        lines.append(PaymentLine(paid.name, paid.section, paid.payer, paid.payee, amount, due))
    return lines


def _waterfall(facts: Facts, row: SettlementRow, hidden: Mapping[str, str]) -> str:
    parts = [(p.name, p.amount * p.sign) for p in row.payments if isinstance(p.amount, Fraction) and p.sign]
    if not isinstance(row.net, Fraction) or not any(amount for _, amount in parts):
        return ""
    shown = [part for part in parts if part[1]]
    if len(shown) == 1:
        name, amount = shown[0]
        made = breakdown(facts, row, name)
        if made and not hidden:
            sign = 1 if amount > 0 else -1
            parts = [(label, value * sign) for label, value in made]
            return waterfall(parts, (name, amount), f"From {made[0][0]} to the {name}")
    return waterfall(shown, ("Net payment", row.net), "Payments, and the net payment")


def _curve(facts: Facts, row: SettlementRow, more: Found, hidden: Mapping[str, str]) -> str:
    if not more.best or more.best in hidden or not any(line.change for line in more.lines):
        return ""
    return chart(facts, curve_of(facts, row, more.best))


def _errors(row: SettlementRow) -> tuple[str, ...]:
    found = [p.amount for p in row.payments if isinstance(p.amount, RunError)]
    return tuple(dict.fromkeys(f"Section {e.section}: {e.message} ({e.code})" for e in found))


def _notes(facts: Facts, hidden: bool, more: Found) -> list[str]:
    notes = []
    if hidden:
        notes.append("Counts of 1 through 10 people are not shown, nor numbers that would give them away.")
    else:
        notes.append(
            "No count in this statement is of fewer than 11 people. It has no values of single members."
        )
    notes += [f"Not settled with other values: {plain(why)}." for why in more.left_out]
    settled = facts.settled
    if settled.as_of is not None:
        notes.append(f"Rows paid after {_day(settled.as_of)} were left out.")
    if settled.recorded is not None and settled.recorded.files:
        notes.append("Values of earlier performance years are those of their recorded final settlements.")
    return notes


def _proof(
    facts: Facts, row: SettlementRow, inputs: Mapping[str, object], bindings: Bindings | None
) -> tuple[tuple[str, str], ...]:
    """What the statement was made from: the fingerprints that let somebody else make it again."""
    from vbcdsl import __version__

    version = facts.settled.compiled.version_of(row.year.number)
    lines = [("Text in force", version.consolidated.source.sha256)]
    for record, files in sorted(fingerprints(inputs, bindings).items()):
        for file in files if isinstance(files, list) else [files]:
            if isinstance(file, dict) and file.get("sha256"):
                lines.append((f"Data: {record}", str(file["sha256"])))
    lines.append(("Program", f"vbcdsl {__version__}"))
    return tuple(lines)
