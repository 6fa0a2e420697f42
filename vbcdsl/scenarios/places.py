"""Which thing of a contract a scenario varies: a term, a number in a section, a row of a table, a column.

An address is written as a person would name the thing: `Sharing Rate`, `Target for "Breast Cancer Screening"`,
`4.2 row 3`, `4.5 "10%"`, each with `in 2025` behind it if it is varied in one performance year alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.model.kinds import NUMERIC, Kind
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import CLOCKS
from vbcdsl.model.values import Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Column, Program, Record, Term
from vbcdsl.rules.uses import walk
from vbcdsl.scenarios.values import parse_value


@attrs.frozen
class _Place:
    """The part that all places share: the address as it was written, the kind of its values, the years in
    which it is varied (None: all)."""

    label: str
    kind: Kind
    years: frozenset[int] | None = None

    def holds_in(self, year: int) -> bool:
        """Whether the thing is varied in a performance year."""
        return self.years is None or year in self.years


@attrs.frozen
class LiteralPlace(_Place):
    """A value that is written in the text: for each text in force the places of its characters."""

    value: Value = attrs.field(kw_only=True)
    spans: dict[int, tuple[tuple[int, int], ...]] = attrs.field(eq=False, kw_only=True)  # id(program) → spans


@attrs.frozen
class TermPlace(_Place):
    """A defined term, which has one value in each scenario whatever its sentence says; `keys`: for these
    (dimension, text) alone. `replaces`: its sentence is a table or an expression, not one number."""

    term: str = attrs.field(kw_only=True)
    keys: tuple[tuple[str, str], ...] = attrs.field(default=(), kw_only=True)
    replaces: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class ColumnPlace(_Place):
    """A column of a record or of a table in the contract; `keys`: of these rows alone."""

    record: str = attrs.field(kw_only=True)
    column: str = attrs.field(kw_only=True)
    keys: tuple[tuple[str, str], ...] = attrs.field(default=(), kw_only=True)


Place: TypeAlias = LiteralPlace | TermPlace | ColumnPlace

SECTION = re.compile(r"(?:section\s+)?(\d+(?:\.\d+)*(?:\([\w.]+\))*)(?:\s+(.*))?$", re.IGNORECASE)
ROW = re.compile(r"row\s+(\d+)(?:\s+column\s+(.+))?$", re.IGNORECASE)
QUOTED = re.compile(r"[\"“]([^\"”]+)[\"”](?:\s+(?:number\s+(\d+)|(every)))?$", re.IGNORECASE)
KEY = re.compile(r"\s*(?:([A-Z][^\"“]*?)\s+)?[\"“]([^\"”]+)[\"”]\s*(?:and\s+|$)")


def find_place(compiled: Compiled, address: str) -> Place:
    """The thing that an address names. `VbcError` (VBC8040) if there is none, or several, with what there is."""
    text = " ".join(address.split())
    years: frozenset[int] | None = None
    year = re.search(r"\s+in\s+(?:performance year\s+)?(\d{1,4})$", text)
    if year is not None:
        period = compiled.bundle.calendar.year_named(int(year[1]))
        if period is None:
            first, last = compiled.bundle.calendar.years[0], compiled.bundle.calendar.years[-1]
            raise wrong(address, f"there is no performance year {year[1]}",
                        f"they are {first.label} through {last.label}")  # fmt: skip
        years, text = frozenset({period.number}), text[: year.start()]
    found = SECTION.match(text)
    place = (
        _in_section(compiled, address, found[1], found[2] or "") if found else _named(compiled, address, text)
    )
    place = attrs.evolve(place, years=years)
    if isinstance(place, LiteralPlace):
        for number in compiled.merged:
            if place.holds_in(number):
                label = compiled.bundle.calendar.years[number - 1].label
                raise wrong(
                    address,
                    f"the text changes inside performance year {label}, and a number of the text is varied for "
                    "whole years",
                    "write a year of one text behind it (“… in 2024”), or vary a term that stands on it",
                )
    return place


def wrong(address: str, what: str, help_: str = "") -> VbcError:
    """The message for an address that names nothing."""
    return VbcError([Diagnostic("VBC8040", f"--vary {address}: {what}", help=help_)])


def _versions(compiled: Compiled) -> Iterator[tuple[Program, str]]:
    for version in compiled.versions:
        if version.program is not None:
            yield version.program, version.consolidated.source.text


# ---------------------------------------------------------------- a section


def _in_section(compiled: Compiled, address: str, section: str, rest: str) -> Place:
    row, quoted = ROW.match(rest), QUOTED.match(rest)
    if row is not None:
        return _row(compiled, address, section, int(row[1]), row[2])
    if quoted is not None:
        return _literal(compiled, address, section, quoted[1], quoted[2], quoted[3] is not None)
    raise wrong(address, f"say what of section {section} is varied", _offers(compiled, section))


def _numbers(program: Program, text: str, section: str) -> dict[tuple[int, int], n.Lit]:
    """The numbers written in a section, by their place in the text, in order."""
    found: dict[tuple[int, int], n.Lit] = {}
    tops = [term.expr for term in program.terms.values()]
    for top in tops:
        for node in walk(top):
            if isinstance(node, n.Lit) and _within(node.section, section) and node.kind.base in NUMERIC:
                written = text[node.span.start : node.span.end]
                if _is_number(written) and _value(written, node) == node.value:
                    found[node.span.start, node.span.end] = node
    return dict(sorted(found.items()))


def _within(section: str, wanted: str) -> bool:
    """Whether a sentence stands in a section: 2.1(a), and what a clause applied in 2.1 says, stand in 2.1."""
    return section == wanted or section.startswith(f"{wanted}(")


def _value(written: str, node: n.Lit) -> Value | None:
    """The number as it is written; words of a reusable clause, which stand elsewhere, give none."""
    try:
        return parse_value("", written, attrs.evolve(node.kind, base="money" if "$" in written else "number"))
    except VbcError:
        return None


def _is_number(written: str) -> bool:
    return re.match(r"-?\$?\s?\d[\d,]*(\.\d+)?(%|\b)", written) is not None and "\n" not in written


def _same(written: str, wanted: str) -> bool:
    """Whether a number as it is written is the one that is named: `$3.50` names `$3.50 per member per month`."""
    wanted = " ".join(wanted.split())
    written = " ".join(written.split())
    return written == wanted or written.startswith(wanted + " per ")


def _literal(
    compiled: Compiled, address: str, section: str, wanted: str, number: str | None, every: bool
) -> Place:
    spans: dict[int, tuple[tuple[int, int], ...]] = {}
    example: n.Lit | None = None
    for program, text in _versions(compiled):
        hits = [
            (span, lit)
            for span, lit in _numbers(program, text, section).items()
            if _same(text[span[0] : span[1]], wanted)
        ]
        if not hits:
            continue
        if number is not None:
            if not 1 <= int(number) <= len(hits):
                raise wrong(address, f"section {section} has {wanted} {len(hits)} times")
            hits = [hits[int(number) - 1]]
        elif len(hits) > 1 and not every:
            raise wrong(address, f"section {section} has {wanted} {len(hits)} times",
                        f'write {section} "{wanted}" number 1 (to {len(hits)}), or "{wanted}" every')  # fmt: skip
        spans[id(program)] = tuple(span for span, _ in hits)
        example = hits[0][1]
    if example is None:
        raise wrong(address, f"section {section} has no number {wanted}", _offers(compiled, section))
    return LiteralPlace(address, example.kind, value=example.value, spans=spans)


def _row(compiled: Compiled, address: str, section: str, row: int, column: str | None) -> Place:
    for program, _ in _versions(compiled):
        for record in program.records.values():
            if record.section == section and record.rows is not None:
                return _row_of_record(program, address, record, row, column)
    spans: dict[int, tuple[tuple[int, int], ...]] = {}
    example: n.Lit | None = None
    for program, _ in _versions(compiled):
        tables = _tables(program, section)
        if column is not None:
            tables = {name: t for name, t in tables.items() if snake_case(name) == snake_case(column)}
        if not tables:
            continue
        if len(tables) > 1:
            listed = ", ".join(f"“{address} column {name}”" for name in tables)
            raise wrong(
                address, f"section {section} has a value of several columns in each row", f"write {listed}"
            )
        values = next(iter(tables.values()))
        if not 1 <= row <= len(values):
            raise wrong(address, f"the table of section {section} has {len(values)} rows, counted from 1")
        value = values[row - 1]
        if not isinstance(value, n.Lit) or value.kind.base not in NUMERIC:
            raise wrong(address, f"the value of row {row} of section {section} is not one number",
                        _offers(compiled, section))  # fmt: skip
        spans[id(program)] = ((value.span.start, value.span.end),)
        example = value
    if example is None:
        raise wrong(address, f"section {section} has no table", _offers(compiled, section))
    return LiteralPlace(address, example.kind, value=example.value, spans=spans)


def _tables(program: Program, section: str) -> dict[str, list[n.Node]]:
    """The tables of a section: by the term that they set, the value of each row."""
    found: dict[str, list[n.Node]] = {}
    for term in program.terms.values():
        for node in walk(term.expr):
            if node.section != section or term.name in found:
                continue
            if isinstance(node, n.Lookup):
                found[term.name] = [row.value for row in node.rows]
            elif isinstance(node, n.Bands):
                found[term.name] = [band.share for band in node.bands]
    return found


def _row_of_record(program: Program, address: str, record: Record, row: int, column: str | None) -> Place:
    rows = record.rows or ()
    if not 1 <= row <= len(rows):
        raise wrong(address, f"{record.name} (section {record.section}) has {len(rows)} rows, counted from 1")
    keyed = {*record.keys, record.clock}
    open_columns = [c for c in record.columns if c.kind.base in NUMERIC and c.name not in keyed]
    chosen = [c for c in open_columns if column is None or snake_case(c.name) == snake_case(column)]
    if len(chosen) != 1:
        listed = ", ".join(f"“{record.section} row {row} column {c.name}”" for c in open_columns)
        raise wrong(
            address, f"say which column of {record.name} is varied", f"write {listed}" if listed else ""
        )
    keys = tuple((dim, str(rows[row - 1][dim])) for dim in record.keys if dim in rows[row - 1])
    if not keys or record.clock is not None:
        raise wrong(address, f"a row of {record.name} is not named by a key alone",
                    f"write {chosen[0].name} for its key")  # fmt: skip
    return ColumnPlace(address, chosen[0].kind, record=record.name, column=chosen[0].name, keys=keys)


def _offers(compiled: Compiled, section: str) -> str:
    """What of a section can be varied, for a message."""
    offers: dict[str, None] = {}
    sections: dict[str, None] = {}
    for program, text in _versions(compiled):
        for name, values in _tables(program, section).items():
            for place, value in enumerate(values, start=1):
                if isinstance(value, n.Lit):
                    offers[f"{section} row {place}"] = None
            del name
        for span in _numbers(program, text, section):
            offers[f'{section} "{text[span[0] : span[1]].split(" per ")[0]}"'] = None
        for term in program.terms.values():
            if not term.hidden:
                sections[term.section] = None
    if offers:
        return "there is " + ", ".join(list(offers)[:12])
    near = nearest(section, sections)
    return f"did you mean section {near[0]}?" if near and near[0] != section else ""


# ---------------------------------------------------------------- a name


def _named(compiled: Compiled, address: str, text: str) -> Place:
    name, _, rest = text.partition(" for ")
    row = re.search(r"^(.*)\s+row\s+(\d+)$", text, re.IGNORECASE)
    if row is not None:
        term = _term(compiled, row[1])
        if term is None:
            raise _unknown(compiled, address, row[1])
        return _row(compiled, address, term.section, int(row[2]), term.name)
    term, column = _term(compiled, name), _column(compiled, name)
    if term is None and column is None:  # a name may itself hold " for "
        name, rest = text, ""
        term, column = _term(compiled, name), _column(compiled, name)
    if column is not None and (term is None or term.role == "input"):
        record, found = column
        if rest and record.rows is not None and record.clock is not None:
            clock = compiled.bundle.calendar.shown(record.clock)
            raise wrong(
                address,
                f"{found.name} has one value for each {clock}, and a period is not varied by itself",
                f"vary {found.name} as a whole, or in one performance year: “{found.name} in 2024”",
            )
        keys = _keys(compiled, address, rest, tuple(dict.fromkeys((compiled.program.party, *record.keys))))
        return ColumnPlace(address, found.kind, record=record.name, column=found.name, keys=keys)
    if term is None:
        raise _unknown(compiled, address, name)
    return _of_term(compiled, address, term, rest)


def _of_term(compiled: Compiled, address: str, term: Term, rest: str) -> Place:
    if term.payment is not None:
        raise wrong(address, f"{term.name} is a payment: it is what scenarios show, not what they vary",
                    "vary a number in its sentence, or a term that it stands on")  # fmt: skip
    if term.kind.base not in NUMERIC and term.kind.base != "yes or no":
        raise wrong(address, f"{term.name} is a {term.kind.base}; only numbers and gates can be varied")
    dims = tuple(d for d in term.grain if d not in CLOCKS)
    keys = _keys(compiled, address, rest, dims)
    if isinstance(term.expr, n.Lit) and not keys:
        spans: dict[int, tuple[tuple[int, int], ...]] = {}
        for program, _ in _versions(compiled):
            here = program.terms.get(term.name)
            if here is not None and isinstance(here.expr, n.Lit):
                spans[id(program)] = ((here.expr.span.start, here.expr.span.end),)
        if len(spans) == len(list(_versions(compiled))):
            return LiteralPlace(address, term.kind, value=term.expr.value, spans=spans)
    replaces = "table" if isinstance(term.expr, (n.Lookup, n.Bands)) else "sentence"
    return TermPlace(address, term.kind, term=term.name, keys=keys, replaces=replaces)


def _keys(compiled: Compiled, address: str, rest: str, dims: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The keys behind `for`: `"Breast Cancer Screening"`, `ACO "A1001" and Measure "X"`; without quotes one."""
    rest = rest.strip()
    if not rest:
        return ()
    parts = [(m[1], m[2]) for m in KEY.finditer(rest)] if re.search('["“]', rest) else [(None, rest)]
    if not parts:
        raise wrong(address, f"{rest} names no key", 'write for "KEY", or for ACO "KEY"')
    found: list[tuple[str, str]] = []
    for dim, text in parts:
        if dim is not None:
            named = next((d for d in dims if snake_case(d) == snake_case(dim)), None)
            if named is None:
                raise wrong(address, f"it has no key {dim}", f"its keys are {', '.join(dims)}")
            found.append((named, text))
            continue
        known = [d for d in dims if text in listed_keys(compiled, d)]
        free = [d for d in dims if not listed_keys(compiled, d)]
        if len(known) != 1 and len(free) != 1:
            listed = " or ".join(f'for {d} "{text}"' for d in dims)
            raise wrong(
                address, f"it is not clear which key “{text}” is", f"write {listed}" if listed else ""
            )
        found.append((known[0] if len(known) == 1 else free[0], text))
    return tuple(found)


def listed_keys(compiled: Compiled, dim: str) -> frozenset[str]:
    """The keys of a dimension that the contract's own tables list; empty: data lists them."""
    found: set[str] = set()
    for program, _ in _versions(compiled):
        for record in program.records.values():
            if record.rows is not None and dim in record.dims:
                found |= {str(row[dim]) for row in record.rows if dim in row}
    return frozenset(found)


def _term(compiled: Compiled, name: str) -> Term | None:
    for program, _ in _versions(compiled):
        for term in program.terms.values():
            if not term.hidden and snake_case(term.name) == snake_case(name):
                return term
    return None


def _column(compiled: Compiled, name: str) -> tuple[Record, Column] | None:
    wanted, _, of = name.partition(" of ")
    for program, _ in _versions(compiled):
        for record in program.records.values():
            for column in record.columns:
                if column.kind.base not in NUMERIC or column.name in (*record.keys, record.clock):
                    continue
                if snake_case(column.name) == snake_case(name) or (
                    of
                    and snake_case(column.name) == snake_case(wanted)
                    and snake_case(record.name) == snake_case(of)
                ):
                    return record, column
    return None


def _unknown(compiled: Compiled, address: str, name: str) -> VbcError:
    names: dict[str, None] = {}
    for program, _ in _versions(compiled):
        names |= {term.name: None for term in program.terms.values() if not term.hidden}
        for record in program.records.values():
            names |= {c.name: None for c in record.columns if c.kind.base in NUMERIC}
    near = nearest(name, names)
    help_ = f"did you mean {near[0]}?" if near else "name a defined term, a column, or a section: 4.2 row 3"
    return wrong(address, f"the contract has no term or column “{name}”", help_)
