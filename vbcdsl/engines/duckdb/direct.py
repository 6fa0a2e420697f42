"""How DuckDB reads a column of a file by itself, and what must not be in it.

It stands for the readers of `vbcdsl.data.convert`, for columns of exact types: whole numbers, decimals of at
most 18 digits, texts, dates, yes or no. Each column has conditions under which a cell is wrong or unusual: if
one holds on any row, the columnar engine reads the record and says so, so that these need not tell apart what
is wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

import attrs
import pyarrow as pa

from vbcdsl.data.convert.cells import is_text
from vbcdsl.data.convert.day_column import DayReader
from vbcdsl.data.convert.flag_column import WORDS, FlagReader
from vbcdsl.data.convert.number_column import FRACTION_LIMIT, PERCENT_KINDS, WARN_ROWS, NumberReader
from vbcdsl.data.convert.text_column import TextReader
from vbcdsl.data.needed import Span
from vbcdsl.data.readers.database import text
from vbcdsl.data.source import ColumnReader
from vbcdsl.model.day_text import EPOCH, parser_of
from vbcdsl.model.periods import add_months
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules.program import Column
from vbcdsl.sql.expression import Base, NotExact, literal

LABELS: Final = 400  # different labels of periods, or of yes and no, that are looked up one by one


@attrs.frozen
class Direct:
    """`select`: the checked value; `wrong`: conditions on a row; `odd`: a condition on the whole column; `raw`:
    the column of dates that a day is taken from as it stands, or (`months`) as the first of its month."""

    select: str
    base: Base
    nullable: bool
    wrong: tuple[str, ...] = ()
    odd: str = ""
    raw: str = ""
    months: bool = False

    def within(self, spans: Sequence[Span]) -> str:
        """The condition that a day lies in one of these spans. On dates it names the column itself, so that DuckDB
        can pass over row groups by their statistics."""
        tests = []
        for first, last in spans:
            low, high = (dt.date.fromordinal(day + EPOCH) for day in (first, last))
            if self.months:  # the months whose first day lies in the span
                low = low if low.day == 1 else add_months(low.replace(day=1), 1)
                high = add_months(high.replace(day=1), 1) - dt.timedelta(days=1)
            tests.append(f"{self.raw or self.select} BETWEEN DATE '{low}' AND DATE '{high}'")
        return f"({' OR '.join(tests)})" if tests else "FALSE"


def direct_column(connection: Any, reader: ColumnReader, raw: str, kind: Any, origin: str) -> Direct | str:
    """How DuckDB reads the column `raw` of a type; or the reason why it must not."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    try:
        match reader:
            case NumberReader():
                return _number(reader, raw, kind)
            case TextReader():
                return _text(reader, raw, kind)
            case FlagReader():
                return _flag(connection, reader, raw, kind, origin)
            case DayReader():
                return _day(connection, reader, raw, kind, origin)
    except NotExact as reason:
        return str(reason)
    return f"a column of {kind}"


def _filled(column: Column, value: str, base: Base, wrong: tuple[str, ...] = (), odd: str = "") -> Direct:
    """With the contract's rule for missing values."""
    if column.missing is None:
        return Direct(value, base, False, (f"{value} IS NULL", *wrong), odd)
    if column.missing == NOT_SCORED:
        return Direct(value, base, True, wrong, odd)
    return Direct(f"COALESCE({value}, {literal(column.missing).text})", base, False, wrong, odd)


def _number(reader: NumberReader, raw: str, kind: Any) -> Direct | str:
    column, base = reader.column, reader.column.kind.base
    if not (pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        return f"numbers written as {kind}"
    wrong: list[str] = []
    if pa.types.is_uint64(kind) or (pa.types.is_decimal(kind) and not 0 <= kind.scale <= 12):
        return "numbers of more than 18 digits"
    if pa.types.is_decimal(kind) and kind.precision > 18:  # wide by type alone, as sums of a warehouse are
        wrong.append(f"ABS({raw}) >= {10 ** (18 - kind.scale)}")
        raw = f"TRY_CAST({raw} AS DECIMAL(18, {kind.scale}))"
    value, odd = raw, ""
    if base == "money" and reader.rules.unit != "dollars":
        value = f"{raw} * {'0.01' if reader.rules.unit == 'cents' else '1000'}"
    if pa.types.is_int64(kind):
        wrong.append(f"ABS({raw}) >= 1000000000000000")
    if base in PERCENT_KINDS:
        if reader.written == "percent":
            value = f"{raw} * 0.01"
            odd = f"COUNT({raw}) >= {WARN_ROWS} AND MAX(ABS({raw})) <= 1 AND MAX(ABS({raw})) > 0"
        else:
            high = column.high
            if not (reader.written == "fraction" and isinstance(high, Fraction) and high > FRACTION_LIMIT):
                wrong.append(f"ABS({raw}) > 1.5")
            if reader.written is None and base == "rate":
                wrong.append(f"{raw} <> 0")
    if base == "count":
        if pa.types.is_decimal(kind) and kind.scale:
            return "counts written with decimals"
        wrong.append(f"{raw} < 0")
    if isinstance(column.low, Fraction):
        wrong.append(f"{value} < {literal(column.low).inner()}")
    if isinstance(column.high, Fraction):
        wrong.append(f"{value} > {literal(column.high).inner()}")
    return _filled(column, value if value == raw else f"({value})", "number", tuple(wrong), odd)


def _text(reader: TextReader, raw: str, kind: Any) -> Direct | str:
    rules, column = reader.rules, reader.column
    if pa.types.is_integer(kind):
        return _filled(column, f"CAST({raw} AS VARCHAR)", "text", _allowed(column, f"CAST({raw} AS VARCHAR)"))
    if not is_text(kind):
        return f"texts written as {kind}"
    if rules.values or rules.trim or rules.missing - {""}:
        return "texts that the bindings exchange"
    # a cell that is empty, or begins with white space of any kind, may be an empty one
    odd = f"({raw} < '!' OR ({raw} > '~' AND REGEXP_MATCHES({raw}, '^[\\s\\p{{Z}}\\x{{85}}]')))"
    return _filled(column, raw, "text", (odd, *_allowed(column, raw)))


def _allowed(column: Column, value: str) -> tuple[str, ...]:
    if column.texts is None:
        return ()
    return (f"{value} NOT IN ({', '.join(literal(one).text for one in column.texts)})",)


def _day(connection: Any, reader: DayReader, raw: str, kind: Any, origin: str) -> Direct | str:
    column = reader.column
    months = reader.clock == "Month" or (reader.clock is None and column.kind.base == "month")
    if pa.types.is_date32(kind):
        value = f"CAST(DATE_TRUNC('month', {raw}) AS DATE)" if months else raw
        wrong = (f"{raw} < DATE '0001-01-01'", f"{raw} > DATE '9999-12-31'")
        found = _filled(column, value, "day", wrong)
        plain = column.missing is None or column.missing == NOT_SCORED  # else a value may stand for NULL
        return attrs.evolve(found, raw=raw, months=months) if plain else found
    if not (pa.types.is_integer(kind) or is_text(kind)) or reader.rules.missing - {""} or reader.rules.values:
        return f"days written as {kind}"
    parse = parser_of(column.kind, reader.clock, reader.calendar, reader.rules.format, column.title)

    def meant(label: str) -> str | None:
        day = parse(label)
        return None if day is None else f"DATE '{day.isoformat()}'"

    return _labels(connection, column, raw, origin, "day", meant)


def _flag(connection: Any, reader: FlagReader, raw: str, kind: Any, origin: str) -> Direct | str:
    if pa.types.is_boolean(kind):
        return _filled(reader.column, raw, "flag")
    if not (pa.types.is_integer(kind) or is_text(kind)) or reader.rules.missing - {""} or reader.rules.values:
        return f"yes or no written as {kind}"

    def meant(label: str) -> str | None:
        found = WORDS.get(label.lower())
        return None if found is None else ("TRUE" if found else "FALSE")

    return _labels(connection, reader.column, raw, origin, "flag", meant)


def _labels(
    connection: Any, column: Column, raw: str, origin: str, base: Base, meant: Callable[[str], str | None]
) -> Direct | str:
    """A column of labels, each different one read once."""
    query = f"SELECT DISTINCT CAST({raw} AS VARCHAR) {origin} LIMIT {LABELS + 1}"
    labels = [label for (label,) in connection.execute(query).fetchall() if label is not None]
    if len(labels) > LABELS:
        return "very many labels"
    cases = []
    for label in labels:
        value = meant(label.strip()) if label.strip() else None
        if value is None:
            return "a label that cannot be read"
        cases.append(f"WHEN {text(label)} THEN {value}")
    if not cases:
        return "labels that are not there"
    return _filled(column, f"CASE CAST({raw} AS VARCHAR) {' '.join(cases)} END", base)
