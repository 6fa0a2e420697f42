"""Examples: facts and expectations bound to terms and keys (Q43)."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import TYPE_CHECKING

from vbcdsl.diagnostics import Diagnostic, Problem
from vbcdsl.model.kinds import Kind
from vbcdsl.model.values import NOT_SCORED, Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Column, ExampleCase, Given, Record
from vbcdsl.rules.uses import walk
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.types.alike import a_kind

if TYPE_CHECKING:
    from vbcdsl.rules.lower import Lowerer


def lower_example(lowerer: Lowerer, example: t.Example, index: int, case: t.GivenExpect) -> ExampleCase:
    """One case of an example."""
    scope = lowerer._scope("", "", ())
    year = lowerer.year_number(case.year, case.span, scope) if case.year is not None else None
    given = tuple(_fact(lowerer, fact, year) for fact in case.given)
    expect = tuple(_fact(lowerer, fact, year, expected=True) for fact in case.expect)
    rows = {rows.record.text: _rows(lowerer, rows) for rows in example.rows}
    if year is None:
        _check_year(lowerer, case, given, expect)
    return ExampleCase(example.name, index, year, given, expect, case.span, rows)


def _check_year(
    lowerer: Lowerer, case: t.GivenExpect, given: tuple[Given, ...], expect: tuple[Given, ...]
) -> None:
    """An example says its performance year where a value depends on it (Q43)."""
    if len(lowerer.symbols.calendar.years) == 1:
        return
    known = {fact.term for fact in given if not fact.pick and fact.year is None}
    seen: set[str] = set()
    todo = [fact.term for fact in expect if fact.year is None]
    while todo:
        name = todo.pop()
        if name in known or name in seen or name not in lowerer.terms:
            continue
        seen.add(name)
        for node in walk(lowerer.terms[name].expr):
            if isinstance(node, n.InForce) or (isinstance(node, n.PeriodFact) and _by_year(node)):
                raise Problem(
                    Diagnostic(
                        "VBC3041",
                        f"the example does not say its performance year, and the {name} depends on it",
                        case.span,
                        help="write “given the performance year is 1, …”",
                    )
                )
            if isinstance(node, n.Ref):
                todo.append(node.term)


def _by_year(node: n.PeriodFact) -> bool:
    """Whether a fact of the period differs from year to year in what it decides."""
    return node.fact in ("year", "calendar year")


def _rows(lowerer: Lowerer, rows: t.ExampleRows) -> tuple[dict[str, Value], ...]:
    """The rows that an example states for a record, with the record's rule for columns that it leaves out."""
    symbols = lowerer.symbols
    found = symbols.find(rows.record.text)
    if found is None or found[0] != "record":
        raise Problem(symbols.undefined(rows.record))
    record = symbols.records[found[1]]
    names = [_column_name(lowerer, record, head, rows) for head in rows.table.header]
    for column in record.columns:
        if column.name not in names and column.missing is None:
            raise Problem(
                Diagnostic(
                    "VBC3038",
                    f"the rows do not say the {column.name}, which is required",
                    rows.span,
                    help=f"add a column “{column.name}” to the table",
                )
            )
    stated: list[dict[str, Value]] = []
    for row in rows.table.rows:
        if len(row.cells) != len(names):
            raise Problem(
                Diagnostic(
                    "VBC1010",
                    f"this row has {len(row.cells)} cells and the head has {len(names)}",
                    row.span,
                    help="give each row one cell for each column",
                )
            )
        values: dict[str, Value] = {}
        for name, cell in zip(names, row.cells, strict=True):
            values[name] = _cell(record.column(name), record, cell)
        for column in record.columns:
            if column.name not in values and column.missing is not None:
                values[column.name] = column.missing
        stated.append(values)
    _check_term(lowerer, record, tuple(stated), rows)
    return tuple(stated)


def _check_term(
    lowerer: Lowerer, record: Record, stated: tuple[dict[str, Value], ...], rows: t.ExampleRows
) -> None:
    """Rows that all lie outside the term of the contract take no part in anything: their dates are wrong."""
    from vbcdsl.model.day_text import clock_of, parser_of
    from vbcdsl.model.periods import OWN

    calendar = lowerer.symbols.calendar
    if record.clock is None or record.clock == OWN or not stated:
        return
    column = record.column(record.clock)
    parse = parser_of(column.kind, clock_of(record.clock), calendar, None, column.title)
    days: list[dt.date] = []
    for values in stated:
        cell = values.get(record.clock)
        text = str(cell.numerator) if isinstance(cell, Fraction) else str(cell)
        day = cell if isinstance(cell, dt.date) else parse(text)
        if day is None:
            return  # what is no period has its own message
        days.append(day)
    if any(calendar.year_of(day) is not None for day in days):
        return
    first, last = calendar.years[0].label, calendar.years[-1].label
    raise Problem(
        Diagnostic(
            "VBC3043",
            f"these {record.name} lie outside the term of the contract, so that the example does not use them",
            rows.span,
            help=f"the performance years of the contract are {first}"
            + (f" to {last}" if last != first else "")
            + f": correct the {record.clock} of the rows",
        )
    )


def _column_name(lowerer: Lowerer, record: Record, head: str, rows: t.ExampleRows) -> str:
    names = {column.name for column in record.columns}
    if head in names:
        return head
    dim = lowerer.symbols.dims.get(head)
    if dim in names:
        return dim
    clock = lowerer.symbols.clock(head)
    if clock in names and clock is not None:
        return clock
    from vbcdsl.diagnostics.suggest import nearest

    near = nearest(head, sorted(names))
    raise Problem(
        Diagnostic(
            "VBC2010",
            f"{record.name} have no column “{head}”",
            rows.table.header_spans[0],
            help=f"did you mean “{near[0]}”?" if near else "",
        )
    )


def _cell(column: Column, record: Record, cell: t.Cell) -> Value:
    from vbcdsl.resolve.collect import cell_value

    found = cell_value(cell)
    if found is None:
        raise Problem(
            Diagnostic(
                "VBC1014", "a row holds values only: an amount, a rate, a number, a date, a text", cell.span
            )
        )
    value, kind = found
    base = column.kind.base
    good = {
        "text": kind.base == "text",
        "yes or no": kind.base == "yes or no",
        "date": kind.base == "date",
        "month": kind.base == "date",
    }.get(
        base, kind.base == base or (base in ("number", "count", "ratio") and kind.base in ("number", "count"))
    )
    if column.name == record.clock:
        good = kind.base in ("number", "date", "text")
    if value is NOT_SCORED and column.missing is not None:  # an empty cell takes the record's rule
        return column.missing
    if base == "rate" and kind.base == "ratio":
        good = True
    if not good:
        raise Problem(
            Diagnostic("VBC3037", f"{column.name} is {column.kind.scored()}, and this is {kind}", cell.span)
        )
    return value


def _fact(lowerer: Lowerer, fact: t.Fact, year: int | None, *, expected: bool = False) -> Given:
    symbols = lowerer.symbols
    scope = lowerer._scope("", "", ())
    found = symbols.find(fact.name.text)
    if found is None:
        raise Problem(symbols.undefined(fact.name))
    if found[0] == "term":
        term = found[1]
        lowerer.grain_of(term)
    elif found[0] == "column":
        if symbols.records[found[2]].entries:
            raise Problem(
                Diagnostic(
                    "VBC3036",
                    f"“{fact.name.text}” is a column of entries, which have no key to name",
                    fact.name.span,
                    help="give the term that is computed from them",
                )
            )
        term = lowerer.input_term(found[2], found[1])
    else:
        raise Problem(
            Diagnostic(
                "VBC3036", f"“{fact.name.text}” is not a value that can be given or expected", fact.name.span
            )
        )
    if term not in lowerer.terms:
        raise Problem(Diagnostic("", "", fact.span))
    definition = lowerer.terms[term]
    picks = _picks(lowerer, fact, definition.grain, expected)
    _check_kind(lowerer, fact, definition.kind)
    number = year
    if fact.when is not None:
        if fact.when.own is not None:
            from vbcdsl.model.periods import OWN

            called = ast.Name(fact.when.clock, span=fact.when.span)
            own = lowerer.own_number(called, fact.when.own, fact.when.span, scope)
            period = lowerer.symbols.calendar.own[own - 1]
            picks = (*picks, (OWN, period.label))
            number = period.year
        elif fact.when.year is not None:
            number = lowerer.year_number(fact.when.year, fact.span, scope)
        else:
            number = (year or 1) - (fact.when.back or 0)
    rounding = (fact.rounding.mode, fact.rounding.unit) if fact.rounding is not None else None
    in_year = number if fact.when is not None else None
    return Given(term, fact.value, picks, in_year, fact.span, rounding)


def _picks(
    lowerer: Lowerer, fact: t.Fact, grain: tuple[str, ...], expected: bool
) -> tuple[tuple[str, str], ...]:
    """Which key each `for "…"` names: a month or quarter in what is expected (“for "2024-Q1"”), a key that the
    contract lists, else the party, else what is left."""
    from vbcdsl.model.periods import CLOCKS, YEAR

    calendar = lowerer.symbols.calendar
    periods = {
        part.label: clock
        for clock in CLOCKS[: CLOCKS.index(YEAR)]
        if expected and clock in grain
        for year in calendar.years
        for part in calendar.parts(year, clock)
    }
    scope = lowerer._scope("", "", ())
    open_dims = [d for d in grain if d not in CLOCKS]
    picks: list[tuple[str, str]] = []
    for text in fact.picks:
        if text in periods:
            picks.append((periods[text], text))
            continue
        listed = [d for d in open_dims if text in (lowerer.literal_keys(d) or ())]
        others = [d for d in open_dims if d != lowerer.symbols.party]
        free = [d for d in others if lowerer.literal_keys(d) is None]
        choice = (listed or free or [d for d in open_dims if d == lowerer.symbols.party] or others)[:1]
        if not choice:
            raise Problem(
                Diagnostic(
                    "VBC3017",
                    f'“for "{text}"” names no key of {fact.name.text}',
                    fact.span,
                    help="it has one value for the contract" if not grain else "",
                )
            )
        if not listed and choice[0] != lowerer.symbols.party:
            lowerer.check_key(choice[0], text, fact.span, scope)
        picks.append((choice[0], text))
        open_dims.remove(choice[0])
    return tuple(picks)


def _check_kind(lowerer: Lowerer, fact: t.Fact, kind: Kind) -> None:
    if fact.kind is None or fact.value is NOT_SCORED:
        return
    given = fact.kind.base
    same = (
        given == kind.base
        or (
            kind.base in ("ratio", "rate", "percentage points")
            and given in ("rate", "ratio", "percentage points")
        )
        or (kind.base in ("number", "count", "ratio") and given in ("number", "count", "ratio"))
        or (kind.base in ("date", "month") and given == "date")
    )
    if same and kind.base == "money" and fact.kind.unit != kind.unit:
        same = False
    if not same:
        lowerer._report(
            Diagnostic(
                "VBC3037",
                f"“{fact.name.text}” is {a_kind(kind.scored())}, and the example "
                f"gives it {a_kind(fact.kind)}",
                fact.span,
                help="write a percent sign" if kind.base == "rate" else "",
            )
        )
