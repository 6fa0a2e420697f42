"""Settlements as Arrow tables: exact decimals, one column for each term.

Money is `decimal128(38, 2)`, with more places only if amounts have some; a count has none; a rate or a number
has 12. A value whose digits do not end (a third) is rounded to 12 places, and the field's metadata says so.
Where a value is not scored or could not be computed the cell is null, and a column `…_status` beside it says
which.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.write import MAX_PLACES
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.model.day_text import days
from vbcdsl.model.kinds import NUMERIC, Kind
from vbcdsl.model.names import snake_case
from vbcdsl.model.values import NotScored, Value, round_to
from vbcdsl.results.settlement import Settled, grain_id, unique_ids
from vbcdsl.results.text import NOT_SCORED_TEXT, key_text

if TYPE_CHECKING:
    from vbcdsl.rules.program import Term

Cells = Sequence[Value | RunError | None]


def settlement_table(settled: Settled) -> pa.Table:
    """One row for each party and performance year: keys, terms in order of section, `net_payment`."""
    key = snake_case(settled.party)
    builder = _Builder()
    builder.texts(key, [row.party for row in settled.rows])
    builder.texts("performance_year", [row.year.label for row in settled.rows])
    ids = unique_ids([term.name for term in settled.columns], (key, "performance_year", "net_payment"))
    for name, term in zip(ids, settled.columns, strict=True):
        builder.values(name, term.kind, [row.values[term.name] for row in settled.rows], term)
    builder.values("net_payment", Kind("money"), [row.net for row in settled.rows])
    return builder.table()


def payments_table(settled: Settled) -> pa.Table:
    """One row for each payment: who pays whom how much under which section."""
    rows = settled.payments
    builder = _Builder()
    builder.texts(snake_case(settled.party), [row.party for row in rows])
    builder.texts("performance_year", [row.year.label for row in rows])
    builder.texts("section", [row.section for row in rows])
    builder.texts("payment", [row.name for row in rows])
    builder.texts("payer", [row.payer for row in rows])
    builder.texts("payee", [row.payee for row in rows])
    builder.values("amount", Kind("money"), [row.amount for row in rows])
    return builder.table()


def finer_tables(settled: Settled) -> dict[str, pa.Table]:
    """The terms of other keys than party and year, one table for each set of keys."""
    return {
        name: pa.Table.from_batches(batches, schema)
        for name, (schema, batches) in finer_parts(settled).items()
    }


def finer_parts(settled: Settled) -> dict[str, tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """What `finer_tables` gives, a part of the rows at a time: of members there may be millions."""
    found = {}
    for grain, terms in settled.finer.items():
        shown = tuple(term for term in terms if term.role != "input")
        if shown:
            name = grain_id(tuple(map(settled.bundle.calendar.shown, grain)))
            parts = _in_parts(settled, grain, shown)
            if parts is None:
                table = _grain_table(settled, grain, shown)
                parts = table.schema, iter(table.to_batches())
            found[name] = parts
    return found


def _in_parts(
    settled: Settled, grain: tuple[str, ...], terms: tuple[Term, ...]
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]] | None:
    """The table of a set of keys from the columns of the arrow engine; None: they are not plain enough."""
    from vbcdsl.engines.arrow import columns as c
    from vbcdsl.engines.arrow.results import ColumnValues

    given = [settled.results.terms[term.name] for term in terms]
    values = [each for each in given if isinstance(each, ColumnValues)]
    if len(values) < len(given) or any(each.order() is not values[0].order() for each in values):
        return None
    order = values[0].order()
    try:
        columns = [
            c.ValueColumn(each, _least_places(term.kind), MAX_PLACES)
            for term, each in zip(terms, values, strict=True)
        ]
    except c.NotPlain:
        return None
    dims = unique_ids(list(map(settled.bundle.calendar.shown, grain)))
    keys = [c.KeyColumn(order, place, key_text) for place in range(len(grain))]
    fields = [pa.field(name, pa.string()) for name in dims]
    for name, term, column in zip(
        unique_ids([term.name for term in terms], tuple(dims)), terms, columns, strict=True
    ):
        fields.append(pa.field(name, column.kind, metadata=_facts(term.kind, term)))
        if column.marked:
            fields.append(pa.field(f"{name}_status", pa.string()))
    schema = pa.schema(fields)

    def batches() -> Iterator[pa.RecordBatch]:
        for part in c.parts_of(order):
            arrays = [key.of(part) for key in keys]
            for column in columns:
                array, marks = column.of(part)
                arrays.append(array)
                if marks is not None:
                    arrays.append(_status_of(marks))
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return schema, batches()


def _status_of(marks: Any) -> Any:
    """The marks of rows (0: there is a value; 1: not scored; 2: an error) as texts."""
    return as_arrow.texts([None, NOT_SCORED_TEXT, "error"]).take(
        as_arrow.whole_numbers(marks.astype("int64"))
    )


def _least_places(kind: Kind) -> int | None:
    """The decimal places that a column of numbers has at least; None: it holds yes and no, or something else."""
    return {"money": 2, "count": 0}.get(kind.base, MAX_PLACES) if kind.base in NUMERIC else None


def _facts(kind: Kind, term: Term | None) -> dict[str, str]:
    """What the metadata of a column say."""
    facts = {"vbc.kind": str(kind)}
    return facts if term is None else facts | {"vbc.term": term.name, "vbc.section": term.section}


def _grain_table(settled: Settled, grain: tuple[str, ...], terms: tuple[Term, ...]) -> pa.Table:
    keys: dict[Any, int] = {}
    columns: list[dict[int, Value | RunError]] = []
    for term in terms:
        cells: dict[int, Value | RunError] = {}
        for key, value in settled.results.terms[term.name].items():
            cells[keys.setdefault(key, len(keys))] = value
        columns.append(cells)
    builder = _Builder()
    dims = unique_ids(list(map(settled.bundle.calendar.shown, grain)))
    for place, name in enumerate(dims):
        builder.texts(name, [key_text(key[place]) for key in keys])
    ids = unique_ids([term.name for term in terms], tuple(dims))
    for name, term, cells in zip(ids, terms, columns, strict=True):
        builder.values(name, term.kind, [cells.get(i) for i in range(len(keys))], term)
    return builder.table()


class _Builder:
    """Collects columns."""

    def __init__(self) -> None:
        self.fields: list[Any] = []
        self.arrays: list[Any] = []

    def texts(self, name: str, cells: Sequence[str | None]) -> None:
        """A column of texts."""
        self._add(name, as_arrow.texts(cells), {})

    def values(self, name: str, kind: Kind, cells: Cells, term: Term | None = None) -> None:
        """A column of values by their kind, with a status column if some are not there."""
        facts = _facts(kind, term)
        least = _least_places(kind)
        if least is not None:
            try:
                array, rounded = numbers([c if isinstance(c, Fraction) else None for c in cells], least)
            except OverflowError:
                raise VbcError([_too_long(name, term)]) from None
            if rounded:
                facts["vbc.rounded"] = f"half up to {MAX_PLACES} decimal places"
        elif kind.base == "yes or no":
            array = as_arrow.flags([c is True for c in cells], [isinstance(c, bool) for c in cells])
        elif kind.base in ("date", "month"):
            array = as_arrow.dates([days(c) if isinstance(c, dt.date) else None for c in cells])
        else:
            array = as_arrow.texts([c if isinstance(c, str) else None for c in cells])
        self._add(name, array, facts)
        status = [_status(cell) for cell in cells]
        if any(status):
            self._add(f"{name}_status", as_arrow.texts(status), {})

    def _add(self, name: str, array: Any, facts: dict[str, str]) -> None:
        self.fields.append(pa.field(name, array.type, metadata=facts or None))
        self.arrays.append(array)

    def table(self) -> pa.Table:
        """The table."""
        return pa.Table.from_arrays(self.arrays, schema=pa.schema(self.fields))


def _too_long(name: str, term: Term | None) -> Diagnostic:
    named, section = (name, "") if term is None else (term.name, term.section)
    return Diagnostic(
        "VBC8096",
        f"A value of “{named}” has more than 76 digits, which no column of numbers holds.",
        section=section,
        help="Look at the data that it comes from; `--format csv` writes all digits.",
    )


def _status(cell: Value | RunError | None) -> str | None:
    if isinstance(cell, NotScored):
        return NOT_SCORED_TEXT
    return "error" if isinstance(cell, RunError) else None


def numbers(cells: Sequence[Fraction | None], least: int) -> tuple[Any, bool]:
    """Exact decimals with the places they need, `least` at least; and whether one had to be rounded."""
    places, rounded = least, False
    scale_of: dict[int, int | None] = {}
    for value in cells:
        if value is None:
            continue
        needed = scale_of.get(value.denominator, -1)
        if needed == -1:
            needed = scale_of[value.denominator] = _places(value.denominator)
        if needed is None or needed > MAX_PLACES:
            places, rounded = MAX_PLACES, True
        else:
            places = max(places, needed)
    power = 10**places
    unit = Fraction(1, power)
    whole: list[int | None] = []
    for value in cells:
        if value is None:
            whole.append(None)
            continue
        if power % value.denominator:
            value = round_to(value, "half up", unit)
        whole.append(value.numerator * (power // value.denominator))
    return as_arrow.decimals(whole, places), rounded


def _places(denominator: int) -> int | None:
    """The decimal places of a fraction with that denominator in lowest terms, None if they do not end."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None
