"""Collects the names of a document: its terms, records, columns and keys (`rosters` finds who lists the keys)."""

from __future__ import annotations

import attrs

from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.kinds import DATE, MONEY, MONTH, NUMBER, TEXT, YES_NO, Kind
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import CALENDAR_QUARTER, OWN, Calendar, Clock
from vbcdsl.model.span import NOWHERE, Span
from vbcdsl.model.values import NOT_SCORED, Value
from vbcdsl.resolve.parties import check_parties
from vbcdsl.resolve.rosters import list_keys, use_attributes
from vbcdsl.resolve.symbols import Definition, Symbols
from vbcdsl.rules.program import Column, Record, Roster
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t

PARTIES = "(parties)"  # the record that lists a party that the header names


def defined_names(core: t.Core) -> tuple[ast.Name, ...]:
    """The terms that a sentence defines."""
    match core:
        case (
            t.Define()
            | t.Gate()
            | t.Phases()
            | t.PoolSentence()
            | t.Entered()
            | t.Elects()
            | t.Pay()
            | t.BandsOf()
        ):
            return (core.name,)
        case t.SetBy():
            return core.names
        case t.Apply():
            return core.results
    return ()


def collect(document: t.Document, calendar: Calendar) -> Symbols:
    """Collect the declarations of a document; problems are in `Symbols.diagnostics`."""
    header = document.header
    party, roles, extra, found = _parties(header)
    symbols = Symbols(calendar, party, roles)
    symbols.diagnostics.extend(found)
    for unit_name, count, unit in header.units:
        symbols.units[unit_name] = (count, unit)
    for dim in extra:
        symbols.add_dim(dim, dim)
    symbols.add_dim(party, party)
    for each_role, noun, key in header.each:
        for alias in (each_role.text, noun.text):
            symbols.add_dim(alias, (key or noun).text)
    for section in document.sections:
        _section(symbols, section)
    for item in document.items:
        if isinstance(item, t.ClauseDef):
            symbols.clauses[item.name] = item
    for section in document.sections:
        match section.core:
            case t.Records() as core:
                _records(symbols, section.number, core)
            case t.Schedule() as core:
                _schedule(symbols, section.number, core)
    if not header.each:
        _named_party(symbols, header)
    _entered(symbols, document)
    use_attributes(symbols, document)
    list_keys(symbols, document)
    symbols.diagnostics.extend(check_parties(document, symbols))
    return symbols


def _parties(header: t.Header) -> tuple[str, dict[str, str], list[str], list[Diagnostic]]:
    roles = {name.text: text for name, text in header.parties}
    dims = [(role.text, (key or noun).text) for role, noun, key in header.each]
    roles.update({role: "" for role, _ in dims})
    diagnostics: list[Diagnostic] = []
    if dims:
        return dims[0][1], roles, [dim for _, dim in dims[1:]], diagnostics
    if len(roles) < 2:
        diagnostics.append(
            Diagnostic(
                "VBC2005",
                "the header does not name two parties",
                Span(0, 1),
                help='add “the Payer is "…".” and “the Provider is each ACO.” (or its name in quotes)',
            )
        )
    others = [role for role in roles if role != "Payer"]
    return (others[-1] if others else "Provider"), roles, [], diagnostics


def _section(symbols: Symbols, section: t.Section) -> None:
    if (before := symbols.sections.get(section.number)) is not None:
        symbols.diagnostics.append(
            Diagnostic(
                "VBC2011",
                f"there are two sections {section.number}",
                section.span,
                section=section.number,
                labels=(Label(before.span, "the first one"),),
                help="give one of them another number",
            )
        )
    symbols.sections.setdefault(section.number, section)
    for name in defined_names(section.core):
        symbols.terms.setdefault(name.text, []).append(Definition(name, section))


def _value_of(literal: ast.Literal_ | None) -> Value | None:
    return literal.value if literal is not None else None


def _column(line: t.ColumnLine) -> Column:
    kind = line.kind
    if line.missing is NOT_SCORED:
        kind = attrs.evolve(kind, maybe_not_scored=True)
    return Column(
        line.name.text,
        kind,
        line.missing,
        line.span,
        _value_of(line.low),
        _value_of(line.high),
        line.written,
        line.texts,
    )


def _records(symbols: Symbols, section: str, core: t.Records) -> None:
    columns = {line.name.text: _column(line) for line in core.columns}
    if len(columns) < len(core.columns):
        seen: set[str] = set()
        for line in core.columns:
            if line.name.text in seen:
                symbols.diagnostics.append(
                    Diagnostic(
                        "VBC2012", f"the column {line.name.text} stands twice", line.span, section=section
                    )
                )
            seen.add(line.name.text)
    keys: list[str] = []
    for name in core.keys:
        dim = symbols.dims.get(name.text, name.text)
        keys.append(dim)
        if dim not in symbols.dims:
            symbols.add_dim(dim, dim)
    clock = None
    if core.clock is not None:
        clock = symbols.clock(core.clock.text)
        if clock is None:
            symbols.diagnostics.append(
                Diagnostic(
                    "VBC2013",
                    f"“{core.clock.text}” is not a period",
                    core.clock.span,
                    section=section,
                    help="write Month, Quarter, Half Year or Performance Year",
                )
            )
    for written in list(columns):  # the party's column may be called by its noun or role
        party = symbols.party
        if symbols.dims.get(written) == party != written and party not in columns:
            columns = {
                party if title == written else title: attrs.evolve(old, name=party)
                if title == written
                else old
                for title, old in columns.items()
            }
    for key in keys:
        columns.setdefault(key, Column(key, TEXT, None, core.name.span))
    if clock is not None and core.clock is not None:
        columns = _clock_column(symbols, columns, clock, core.clock.text, core.name.span)
    dims = list(dict.fromkeys(keys))
    if symbols.party in columns and symbols.party not in dims:
        dims.append(symbols.party)
    for dim in dims:
        columns[dim] = attrs.evolve(columns[dim], aliases=_aliases(symbols, dim))
    record = Record(
        core.name.text,
        section,
        tuple(keys),
        clock,
        tuple(columns.values()),
        tuple(dims),
        core.name.span,
        core.placed_by.text if core.placed_by else None,
        core.entries,
        None,
        "left out" if core.left_out else "error",
    )
    _add_record(symbols, record)


def _clock_column(
    symbols: Symbols, columns: dict[str, Column], clock: Clock, written: str, span: Span
) -> dict[str, Column]:
    """The column of a record's period, under the clock's own name in the program."""
    title = (
        symbols.calendar.shown(clock) if clock == OWN else written if written == CALENDAR_QUARTER else None
    )
    renamed = {clock if name.lower() == written.lower() else name: column for name, column in columns.items()}
    made = Column(clock, MONTH if clock == "Month" else DATE, None, span, title=title)
    before = renamed.get(clock)
    if before is None:
        renamed[clock] = made
    elif clock == OWN:
        renamed[clock] = attrs.evolve(made, span=before.span)
    elif before.name != clock:
        renamed[clock] = attrs.evolve(before, name=clock, title=title)
    if title == CALENDAR_QUARTER:
        renamed[clock] = attrs.evolve(renamed[clock], aliases=(snake_case(clock),))
    return renamed


def _aliases(symbols: Symbols, dim: str) -> tuple[str, ...]:
    """Other names that a file may give a key column: those of the party's role and noun, and `…_id`."""
    names = [dim, *(alias for alias, found in symbols.dims.items() if found == dim and alias != dim)]
    return tuple(dict.fromkeys(x for name in names for x in (snake_case(name), snake_case(name) + "_id")))


def _add_record(symbols: Symbols, record: Record) -> None:
    if record.name in symbols.records:
        symbols.diagnostics.append(
            Diagnostic("VBC2014", f"“{record.name}” is defined twice", record.span, section=record.section)
        )
        return
    symbols.records[record.name] = record
    for column in record.columns:
        owners = symbols.columns.setdefault(column.name, [])
        if record.name not in owners:
            owners.append(record.name)


def cell_value(cell: t.Cell) -> tuple[Value, Kind] | None:
    """The literal in a cell with its kind, or None if the cell computes or states a condition."""
    match cell:
        case ast.Literal_(value=value, kind=kind):
            return value, kind
        case t.TextCell(texts=(text,)):
            return text, TEXT
        case t.WordCell(word="yes"):
            return True, YES_NO
        case t.WordCell(word="no"):
            return False, YES_NO
        case ast.NotScoredValue():
            return NOT_SCORED, Kind("not scored", maybe_not_scored=True)
    return None


def _schedule(symbols: Symbols, section: str, core: t.Schedule) -> None:
    """A table of the contract. Its key is the first column; if that repeats, the leading columns that make the
    rows different."""
    header = core.table.header
    rows: list[dict[str, Value]] = []
    kinds: dict[str, Kind] = {}
    for row in core.table.rows:
        if len(row.cells) != len(header):
            symbols.diagnostics.append(
                Diagnostic(
                    "VBC1010",
                    f"this row has {len(row.cells)} cells and the head has {len(header)}",
                    row.span,
                    section=section,
                    help="give each row one cell for each column",
                )
            )
            continue
        values: dict[str, Value] = {}
        for name, cell in zip(header, row.cells, strict=True):
            found = cell_value(cell)
            if found is None:
                symbols.diagnostics.append(
                    Diagnostic(
                        "VBC1014",
                        "a schedule holds values only: an amount, a rate, a number, a date, a text",
                        cell.span,
                        section=section,
                        help='a table that computes is “"X" is set by …”',
                    )
                )
                continue
            values[name] = found[0]
            before = kinds.get(name)
            kinds[name] = _join(before, found[1])
            if (
                before is not None
                and before.base not in ("not scored", found[1].base)
                and found[1].base != "not scored"
            ):
                symbols.diagnostics.append(
                    Diagnostic(
                        "VBC3001",
                        f"the column {name} holds a {before} above and a {found[1]} here",
                        cell.span,
                        section=section,
                        help="write all values of a column alike: with a percent or dollar sign, or without",
                    )
                )
        if len(values) == len(header):
            rows.append(values)
    twice = next((i for i, name in enumerate(header) if name in header[:i]), None)
    if twice is not None:
        symbols.diagnostics.append(
            Diagnostic(
                "VBC2012",
                f"the column {header[twice]} stands twice",
                core.table.header_spans[twice],
                section=section,
            )
        )
    keys = _schedule_keys(header, rows)
    if len({tuple(row[k] for k in keys) for row in rows}) < len(rows):
        symbols.diagnostics.append(
            Diagnostic(
                "VBC4020",
                "two rows of this table are the same in every column that could be a key",
                core.name.span,
                section=section,
            )
        )
    clock: Clock | None = None
    dims: list[str] = []
    for key in keys:
        if (found_clock := symbols.clock(key)) is not None:
            clock = found_clock
        else:
            dim = symbols.dims.get(key, key)
            if kinds.get(key, TEXT).base != "text":
                continue
            dims.append(dim)
            if dim not in symbols.dims:
                symbols.add_dim(dim, dim)
    inside = {name: name for name in header}
    for key in keys:  # a column “Budget Period” or “Contract Year” is the clock's
        if clock is not None and symbols.clock(key) == clock:
            inside[key] = clock
    rows = [{inside[name]: value for name, value in row.items()} for row in rows]
    columns = tuple(
        Column(
            inside[name],
            kinds.get(name, NUMBER),
            None,
            core.name.span,
            title=name if inside[name] == OWN or name == CALENDAR_QUARTER else None,
        )
        for name in header
    )
    record = Record(
        core.name.text, section, tuple(dims), clock, columns, tuple(dims), core.name.span, rows=tuple(rows)
    )
    _add_record(symbols, record)


def _join(before: Kind | None, kind: Kind) -> Kind:
    if before is None:
        return kind
    if kind.base == "not scored":
        return attrs.evolve(before, maybe_not_scored=True)
    if before.base == "not scored":
        return attrs.evolve(kind, maybe_not_scored=True)
    return before


def _schedule_keys(header: tuple[str, ...], rows: list[dict[str, Value]]) -> tuple[str, ...]:
    for count in range(1, len(header) + 1):
        keys = header[:count]
        if len({tuple(row[k] for k in keys) for row in rows}) == len(rows):
            return keys
    return header[:1]


def _named_party(symbols: Symbols, header: t.Header) -> None:
    """A contract with one named provider: a roster of one."""
    party = symbols.party
    name = symbols.roles.get(party) or party
    column = Column(party, TEXT, None)
    record = Record(PARTIES, "", (party,), None, (column,), (party,), NOWHERE, rows=({party: name},))
    symbols.records[PARTIES] = record
    symbols.rosters[party] = Roster(party, PARTIES, ())
    symbols.add_dim(party, party)


def _entered(symbols: Symbols, document: t.Document) -> None:
    """Values entered by a party, and elections, are columns of a record "Entered Values"."""
    columns: list[Column] = []
    for section in document.sections:
        match section.core:
            case t.Entered(name=name, kind=line, default=default):
                kind = line.kind if line else MONEY
                low, high = (line.low, line.high) if line else (None, None)
                columns.append(
                    Column(name.text, kind, _value_of(default), name.span, _value_of(low), _value_of(high))
                )
            case t.Elects(name=name, options=options, default=default_text):
                columns.append(Column(name.text, TEXT, default_text, name.span, texts=options))
    if not columns:
        return
    party = symbols.party
    named = PARTIES in symbols.records
    keys = () if named else (party,)
    lead = [] if named else [Column(party, TEXT, None)]
    record = Record(
        "Entered Values",
        "",
        keys,
        "Performance Year",
        (*lead, Column("Performance Year", DATE, None), *columns),
        keys,
        NOWHERE,
    )
    symbols.records["Entered Values"] = record
