"""Which columns are keys, and for each key the record that lists it: the last steps of `collect`."""

from __future__ import annotations

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.kinds import TEXT, plural
from vbcdsl.model.periods import CLOCKS
from vbcdsl.model.values import Value
from vbcdsl.resolve.symbols import Symbols
from vbcdsl.rules.program import Column, Record, Roster
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.walk import walk


def use_attributes(symbols: Symbols, document: t.Document) -> None:
    """Columns that sentences use as keys (`for each Domain`, `in that Cohort`) become dimensions."""
    wanted: list[ast.Name] = []
    for node in walk(document):
        match node:
            case (
                t.Define(grain=grain)
                | t.Gate(grain=grain)
                | t.SetBy(grain=grain, key=None)
                | t.BandsOf(grain=grain)
            ):
                wanted.extend(grain)
            case t.PoolSentence(grain=grain, within=within):
                wanted.extend(grain)
                if within is not None:
                    wanted.append(within)
            case ast.Over(within=ast.Name() as within) | ast.Across(within=ast.Name() as within):
                wanted.append(within)
            case ast.Enough(plural=name, within=within):
                wanted.append(name)
                if within is not None:
                    wanted.append(within)
            case ast.AggregateOf(operand=ast.Name() as name):
                wanted.append(name)
            case t.SetBy(key=name) if name is not None:
                wanted.append(name)
    singular = {plural(column): column for column in symbols.columns}
    for used in wanted:
        text = singular.get(used.text, used.text)
        if text in symbols.dims or symbols.clock(text) is not None or text in symbols.terms:
            continue
        for owner in symbols.columns.get(text, ()):
            record = symbols.records[owner]
            column = record.column(text)
            listed = (
                not record.is_data or column.texts is not None
            )  # “one of …”, or a table of the contract (Q3)
            if column.kind.base == "text" and listed and not record.entries:
                symbols.attributes[text] = (owner, text)
                symbols.add_dim(text, text)
                break
        else:
            _listed_key(symbols, text)
    for dim, (_, titled) in list(symbols.attributes.items()):
        for title, held in list(symbols.records.items()):
            if any(c.name == titled for c in held.columns) and dim not in held.dims:
                symbols.records[title] = attrs.evolve(held, dims=(*held.dims, dim))
    # a record that has a column named like another record's key carries that dimension too
    for title, held in list(symbols.records.items()):
        more = [
            c.name
            for c in held.columns
            if c.name in symbols.dims
            and symbols.dims[c.name] == c.name
            and c.name not in held.dims
            and c.kind.base == "text"
        ]
        if more:
            symbols.records[title] = attrs.evolve(held, dims=(*held.dims, *more))


def _listed_key(symbols: Symbols, text: str) -> None:
    """A column of entries with the list of its texts, used as a key: the list is a table of the contract."""
    owners = [symbols.records[owner] for owner in symbols.columns.get(text, ())]
    columns = [(record, record.column(text)) for record in owners if record.entries]
    texts = dict.fromkeys(x for _, column in columns for x in column.texts or ())
    if not texts or any(column.texts is None for _, column in columns):
        return
    first, column = columns[0]
    name = plural(text) if symbols.find(plural(text)) is None else f"({plural(text)})"
    key = Column(text, TEXT, None, column.span)
    rows: tuple[dict[str, Value], ...] = tuple({text: each} for each in texts)
    symbols.records[name] = Record(
        name, first.section, (text,), None, (key,), (text,), column.span, rows=rows
    )
    symbols.columns[text].append(name)
    symbols.add_dim(text, text)


def list_keys(symbols: Symbols, document: t.Document) -> None:
    """For each dimension the record that lists its keys (Q8): named by a sentence, else the rows with the
    fewest other keys, tables of the contract before data, the first declared first."""
    named: dict[str, str] = {}
    for section in document.sections:
        if isinstance(section.core, t.RosterOf):
            text = section.core.plural.text
            found = (
                ("dims", symbols.plurals[text], "") if text in symbols.plurals else symbols.find(text)
            )  # also of records that have the name of their keys
            if found and found[0] in ("dims", "dim") and section.core.record.text in symbols.records:
                named[found[1]] = section.core.record.text
            else:
                symbols.diagnostics.append(
                    Diagnostic(
                        "VBC2015",
                        "a list names a key in the plural and the records that hold it",
                        section.core.span,
                        section=section.number,
                        help="for example “The list of Members is Member Months.”",
                    )
                )
    for dim in dict.fromkeys(symbols.dims.values()):
        if dim in symbols.rosters:
            continue
        holders = [r for r in symbols.records.values() if dim in r.dims and r.name != "Entered Values"]
        if dim in named:
            holders = [symbols.records[named[dim]]]
        elif dim in symbols.attributes:
            holders = [symbols.records[symbols.attributes[dim][0]]]
        if not holders:
            continue
        order = list(symbols.records)
        best = min(
            holders,
            key=lambda r: (
                r.entries,
                dim not in r.keys,
                len(r.keys) + (r.clock == "Month"),
                r.is_data,
                order.index(r.name),
            ),
        )
        within = tuple(
            d for d in symbols.record_dims(best) if d != dim and (d == symbols.party or d in CLOCKS)
        )
        if dim in symbols.attributes:
            within = tuple(d for d in within if d != symbols.party)
        symbols.rosters[dim] = Roster(dim, best.name, within)
    _without_circles(symbols)


def _without_circles(symbols: Symbols) -> None:
    """Physicians have a column Specialty, whose list is Device Savings, one for each Hospital, and Physicians list
    the Hospitals: the Specialty of a Physician is then not looked for in that list."""

    def listing(record: Record) -> dict[str, str]:
        names = {c.name for c in record.columns}
        return {
            dim: symbols.rosters[dim].record
            for dim in record.dims
            if dim in symbols.rosters
            and symbols.rosters[dim].record != record.name
            and dim in names
            and dim not in symbols.attributes
            and dim not in symbols.records[record.name].unchecked
        }

    def leads_back(start: str, to: str) -> bool:
        seen, stack = {start}, [start]
        while stack:
            for owner in listing(symbols.records[stack.pop()]).values():
                if owner == to:
                    return True
                if owner not in seen:
                    seen.add(owner)
                    stack.append(owner)
        return False

    for keys in (False, True):  # first what is no key of its record
        for title in list(symbols.records):
            record = symbols.records[title]
            if not record.is_data:
                continue
            for dim, owner in listing(record).items():
                if (dim in record.keys) is keys and leads_back(owner, title):
                    record = attrs.evolve(record, unchecked=(*record.unchecked, dim))
                    symbols.records[title] = record
