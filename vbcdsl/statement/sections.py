"""The sections of a statement: the contract's words, its tables with the row that applied, and the values beside
them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.kinds import Kind
from vbcdsl.resolve.amend import section_key
from vbcdsl.results.phrases import rounding_words
from vbcdsl.results.settlement import YEARLY, SettlementRow
from vbcdsl.results.text import words
from vbcdsl.rules.program import Program, Term
from vbcdsl.trace import Tracer
from vbcdsl.trace.facts import Facts

_LONGEST = 1200
_TABLE_ROWS = 40


@attrs.frozen
class Value:
    """A term beside the words: its value, and what happened to it."""

    term: str
    value: str
    notes: tuple[str, ...] = ()
    payment: bool = False


@attrs.frozen
class Section:
    """`table`: rows of cells, the first the heading; `applied`: the numbers of the rows that applied (from 1)."""

    number: str
    words: str
    amended: str
    values: tuple[Value, ...]
    table: tuple[tuple[str, ...], ...] = ()
    applied: frozenset[int] = frozenset()


def yearly_values(facts: Facts, row: SettlementRow, program: Program) -> dict[str, object]:
    """The values of the terms with one value for the party and year, in order of computation."""
    env = Env({program.party: row.party}, row.year)
    found: dict[str, object] = {}
    for term in program.terms.values():
        if term.hidden or not set(term.grain) <= {program.party, *YEARLY}:
            continue
        value = facts.recorder.found(term.name, env)
        if value is not None:
            found[term.name] = value
    return found


def sections_of(
    facts: Facts,
    row: SettlementRow,
    program: Program,
    values: Mapping[str, object],
    hidden: Mapping[str, str],
) -> Iterator[Section]:
    """The sections behind the values, in the order of the contract."""
    version = facts.settled.compiled.version_of(row.year.number)
    spans = {number: s.span for number, s in (version.symbols.sections if version.symbols else {}).items()}
    records = {
        record["term"]: record
        for record in Tracer(facts).records(row.party, row.year.number)
        if record["performance_year"] == row.year.label and "value" in record
    }
    by_section: dict[str, list[Term]] = {}
    for name in values:
        by_section.setdefault(program.terms[name].section, []).append(program.terms[name])
    finer = [p for p in row.payments if p.name not in values]
    for paid in finer:
        by_section.setdefault(paid.section, []).append(program.terms[paid.name])
    for number in sorted(by_section, key=section_key):
        span = spans.get(number)
        said = ""
        if span is not None:
            said = span.said or version.consolidated.source.text[span.start : span.end]
        sentence, table = _split(said)
        amended = "; ".join(dict.fromkeys(
            f"{e.what} by amendment {e.amendment}" for e in version.consolidated.effects if e.section == number
        ))  # fmt: skip
        shown = []
        applied: set[int] = set()
        for term in by_section[number]:
            record = records.get(term.name, {})
            shown.append(_value(term, row, values, hidden, record, program))
            applied |= _applied(record, table)
        is_data = all(term.role in ("input", "entered") for term in by_section[number])
        yield Section(number, sentence, amended, tuple(shown), () if is_data else table, frozenset(applied))


def _value(
    term: Term, row: SettlementRow, values: Mapping[str, object], hidden: Mapping[str, str],
    record: Mapping[str, Any], program: Program,
) -> Value:  # fmt: skip
    if term.name in hidden:
        return Value(term.name, hidden[term.name])
    if term.name not in values:
        paid = next(p for p in row.payments if p.name == term.name)
        amount = paid.amount
        each = " and ".join(dim for dim in term.grain if dim != program.party)
        text = words(amount, term.kind) if isinstance(amount, Fraction) else "could not be computed"
        return Value(term.name, text, (f"the total of the amounts for each {each}",), True)
    value = values[term.name]
    gate = {"yes": "met", "no": "not met"} if term.role == "gate" else {}
    text = words(value, term.kind)  # type: ignore[arg-type]
    if isinstance(value, RunError):
        return Value(term.name, text, (value.message,), term.payment is not None)
    notes = tuple(dict.fromkeys(_notes(term, record, hidden)))
    return Value(term.name, gate.get(text, text), notes, term.payment is not None)


def _notes(term: Term, record: Mapping[str, Any], hidden: Mapping[str, str]) -> Iterator[str]:
    """What happened on the way to a value."""
    if any(entry["term"] in hidden for entry in record.get("inputs", ())):
        return
    for rule in record.get("rules", ()):
        where = f" (section {rule['section']})" if rule["section"] != term.section else ""
        match rule["rule"]:
            case "not more than" | "not less than" if rule["changed"]:
                before, limit = _words(rule.get("before"), term.kind), _words(rule.get("limit"), term.kind)
                yield f"{rule['rule']} {limit}: without this limit {before}{where}"
            case "condition" if term.role == "gate":
                yield f"“{rule['words']}”: {rule.get('outcome') or 'unknown'}{where}"
            case "otherwise" if term.payment is not None and not where:
                yield f"the condition does not hold: otherwise {rule['words'].removeprefix('otherwise ')}"
            case "instead of not scored" | "not scored" | "divisor is zero":
                yield f"{rule['rule']}: “{rule['words']}”{where}"
    for one in record.get("displaced", ()):
        instead = _words(one["would_be"], term.kind)
        without = f"; without it {instead}" if instead else ""
        how = "the limit of section" if one["how"] == "limit on a total" else "section"
        yield f"{how} {one['by']} changes this{without}"
    for one in record.get("roundings", ()):
        if one["before"] != one["after"] and one["section"] == term.section and one["before"] is not None:
            yield rounding_words(one["mode"], Fraction(one["unit"]), term.kind)


def _words(text: str | None, kind: Kind) -> str:
    if text is None:
        return ""
    try:
        return words(Fraction(text), kind)
    except ValueError:
        return text


def _split(said: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """The words of a section and its table."""
    lines = [line.partition("--")[0].strip() for line in said.splitlines()]
    rows = tuple(
        tuple(c.strip() for c in line.strip("|").split("|")) for line in lines if line.startswith("|")
    )
    text = " ".join(line for line in lines if line and not line.startswith(("|", ">")))
    text = re.sub(r"^\d+(?:\.\d+)+\s+", "", " ".join(text.split()))
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rsplit(" ", 1)[0] + " …"
    return text, rows[: _TABLE_ROWS + 1]


def _applied(record: Mapping[str, Any], table: tuple[tuple[str, ...], ...]) -> set[int]:
    labels = {_label(rule["words"]) for rule in record.get("rules", ()) if rule["rule"] in ("row", "band")}
    return {number for number, row in enumerate(table) if number and _label(" | ".join(row)) in labels}


def _label(text: str) -> str:
    return re.sub(r"[\s|]+", " ", text).strip()
