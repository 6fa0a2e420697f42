"""Reads columns of money, rates, percentage points, numbers and counts.

How a rate is written (Q32; a factor of 100). A cell with a percent sign is a percent. Otherwise the bindings'
`written`, or else the contract's, says `percent` (2.5 is 2.5%) or `fraction` (0.025 is 2.5%). Where neither
says, a number that is not zero stops the run ("does not say how it writes rates"), and any size above 1.5 with
"looks like a percent". Percentage points and ratios are read as fractions. A *declared* fraction has the
same check unless the column's own upper bound allows more than 1.5. A declared percent with no value above 1 in
20 or more rows gives the warning "looks like a fraction".
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import attrs
import numpy as np
import pyarrow as pa

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.data.convert.cells import family, numbers_text, plain_text
from vbcdsl.data.convert.context import BatchContext
from vbcdsl.data.convert.exact import (
    MAX_DIGITS,
    Exact,
    Ints,
    Mask,
    decimal_of,
    either,
    filled,
    fitting,
    from_decimals,
    from_integers,
    largest,
    times,
    times_ten,
    total,
)
from vbcdsl.data.convert.floats import from_floats
from vbcdsl.data.convert.missing import check_required, not_scored
from vbcdsl.data.convert.number_text import NumberStyle, ParsedNumbers, parse_numbers
from vbcdsl.data.rules import CellRules
from vbcdsl.data.store import ScaledColumn
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.values import NotScored
from vbcdsl.rules.program import Column, Record

PERCENT_KINDS: Final = ("rate", "percentage points")
FRACTION_LIMIT: Final = Fraction(3, 2)
WARN_ROWS: Final = 20
UNIT_POWER: Final = {"dollars": 0, "cents": -2, "thousands": 3}


@attrs.define(eq=False)
class PercentSeen:
    """Over a whole pass, the values of a column declared as percents: how many, and the largest."""

    rows: int = 0
    most: Fraction = Fraction(0)


@attrs.define(eq=False)
class NumberReader:
    """Reads one number column. `is_sum`: of several file columns, added up."""

    record: Record
    column: Column
    rules: CellRules
    seen: PercentSeen = attrs.field(factory=PercentSeen)
    wants_texts: bool = False

    @property
    def written(self) -> str | None:
        """How the file writes the rate, as far as somebody said."""
        return self.rules.written or self.column.written

    def start(self) -> None:
        """A new pass over the data."""
        self.seen = PercentSeen()

    def convert(self, arrays: list[Any], context: BatchContext) -> ScaledColumn:
        """The rows of a batch. Several arrays are added up; an empty part counts as 0 where the contract
        puts 0 for a missing value, else the whole is empty."""
        parts = [self._part(array, context) for array in arrays]
        if len(parts) > 1 and self.column.missing == 0:
            parts = [filled(part, Fraction(0)) for part in parts]
        exact = parts[0] if len(parts) == 1 else total(parts)
        exact = self._whole(exact, context) if self.column.kind.base == "count" else exact
        self._check_bounds(exact, context)
        check_required(exact.empty, self.column, context)
        if exact.empty is not None and isinstance(self.column.missing, Fraction):
            exact = filled(exact, self.column.missing)
        return ScaledColumn(exact.values, exact.scale, not_scored(exact.empty, self.column), exact.size())

    def warnings(self) -> list[Diagnostic]:
        """What looks odd after a whole pass."""
        if (
            self.written != "percent"
            or self.seen.rows < WARN_ROWS
            or self.seen.most > 1
            or not self.seen.most
        ):
            return []
        return [
            Diagnostic(
                "VBC5116",
                f'{self.record.name}: "{self.column.name}" is written as a percent, but no value is above 1.',
                severity="warning",
                section=self.record.section,
                help='If 0.025 means 2.5%, say `written = "fraction"` in the bindings.',
            )
        ]

    # One file column

    def _part(self, array: Any, context: BatchContext) -> Exact:
        match family(array.type):
            case "text":
                style = NumberStyle(
                    self.rules.thousands,
                    dollar=self.column.kind.base == "money",
                    percent=self.column.kind.base in (*PERCENT_KINDS, "ratio"),
                )
                parsed = self._parse(array, style)
                self._report(array, parsed, context)
                parsed.exact.empty = _truly_empty(parsed)
            case "number":
                decimal = not pa.types.is_integer(array.type)
                parsed = ParsedNumbers(from_decimals(array) if decimal else from_integers(array))
                self._refuse_giants(parsed, context)
            case "float":
                parsed = self._floats(array, context)
            case "nothing":
                parsed = ParsedNumbers(
                    Exact(np.zeros(len(array), np.int64), 0, np.ones(len(array), np.bool_))
                )
            case _:
                raise TypeError(str(array.type))
        return self._in_contract_unit(parsed, context)

    def _parse(self, array: Any, style: NumberStyle) -> ParsedNumbers:
        if not pa.types.is_dictionary(array.type):
            return parse_numbers(numbers_text(array, self.rules), style)
        texts = pa.concat_arrays([plain_text(array.dictionary), pa.nulls(1, pa.string())])
        codes = numpy_of(array.indices.cast(pa.int64()).fill_null(as_arrow.number(len(texts) - 1)))
        return parse_numbers(numbers_text(texts, self.rules), style).take(codes)

    def _report(self, cells: Any, parsed: ParsedNumbers, context: BatchContext) -> None:
        if parsed.bad is not None:
            bad = cells.filter(as_arrow.flags(parsed.bad))[:50].unique().to_pylist()
            context.report(
                "VBC5110",
                self.column,
                f"is not {_a(self.column)}",
                parsed.bad,
                help='If such a cell means "no value", say so with `--missing` or in the bindings: '
                '`missing = ["", "N/A"]`.',
                samples=bad,
            )
        context.report(
            "VBC5118",
            self.column,
            f"has more than {MAX_DIGITS} digits",
            parsed.giant,
            help="No contract amount needs so many; look for a column that is not a number.",
        )

    def _refuse_giants(self, parsed: ParsedNumbers, context: BatchContext) -> None:
        values = parsed.exact.values
        if values.dtype == object and largest(values) >= 10**MAX_DIGITS:
            giant = np.array([abs(int(value)) >= 10**MAX_DIGITS for value in values], np.bool_)
            context.report("VBC5118", self.column, f"has more than {MAX_DIGITS} digits", giant)

    def _floats(self, array: Any, context: BatchContext) -> ParsedNumbers:
        places = self.rules.float_places
        assert places is not None, "refused when the columns were matched"
        exact, bad = from_floats(array, places)
        context.report(
            "VBC5119",
            self.column,
            f"has floats that are no decimal with {places} places",
            bad,
            help="Write the column as decimals (or text) where it is made; a float has lost the digits.",
        )
        return ParsedNumbers(exact)

    # Units and percents

    def _in_contract_unit(self, parsed: ParsedNumbers, context: BatchContext) -> Exact:
        if self.column.kind.base in PERCENT_KINDS or parsed.percent is not None:
            return self._rate(parsed, context)
        if self.column.kind.base != "money":  # a unit of money that was said for the whole record
            return parsed.exact
        return times_ten(parsed.exact, UNIT_POWER[self.rules.unit])

    def _rate(self, parsed: ParsedNumbers, context: BatchContext) -> Exact:
        exact, signed = parsed.exact, parsed.percent
        plain = exact.present if signed is None else exact.present & ~signed
        if self.written == "percent":
            self._notice(exact, plain)
            return times_ten(exact, -2)
        if self.column.kind.base in PERCENT_KINDS:
            self._check_fraction(exact, plain, context)
            self._check_written(exact, plain, context)
        if signed is None:
            return exact
        percents = Exact(
            np.where(signed, exact.values, times(exact.values, 100)), exact.scale + 2, exact.empty
        )
        return percents

    def _check_written(self, exact: Exact, plain: Mask, context: BatchContext) -> None:
        """There is no default for how a rate is written (Q32): 0.9 can be 90% or 0.9%. Zero is zero."""
        if self.written is not None or self.column.kind.base != "rate":
            return
        limit = 15 * 10**exact.scale // 10  # what is above it has been reported as a percent
        unsaid = plain & (exact.values != 0) & (exact.values <= limit) & (exact.values >= -limit)
        context.report(
            "VBC5121",
            self.column,
            "does not say how it writes rates",
            unsaid.astype(np.bool_),
            help="Say `rate written as a percent` (2.5 is 2.5%) or `rate written as a fraction` (0.025 is "
            '2.5%) in the contract, or `written = "percent"` or "fraction" in the bindings.',
        )

    def _notice(self, exact: Exact, plain: Mask) -> None:
        rows = int(np.count_nonzero(plain))
        if rows:
            self.seen.rows += rows
            self.seen.most = max(self.seen.most, Fraction(largest(exact.values[plain]), 10**exact.scale))

    def _check_fraction(self, exact: Exact, plain: Mask, context: BatchContext) -> None:
        high = self.column.high
        if self.written == "fraction" and isinstance(high, Fraction) and high > FRACTION_LIMIT:
            return
        limit = 15 * 10**exact.scale // 10
        if largest(exact.values) <= limit:
            return
        above = ((exact.values > limit) | (exact.values < -limit)) & plain
        context.report(
            "VBC5115",
            self.column,
            "looks like a percent (a value is above 1.5)",
            above.astype(np.bool_),
            help='If 2.5 means 2.5%, say `written = "percent"` in the bindings or `rate written as a percent` in '
            'the contract; if it is a fraction, say `written = "fraction"` and bound the column.',
        )

    # What the contract says of the column

    def _whole(self, exact: Exact, context: BatchContext) -> Exact:
        if exact.scale:
            values, rest = _divided(exact.values, 10**exact.scale)
            context.report("VBC5112", self.column, "is a count and not a whole number", rest != 0)
            exact = Exact(values, 0, exact.empty)
        if len(exact.values) and exact.least() < 0:
            negative = (exact.values < 0).astype(np.bool_)
            context.report("VBC5112", self.column, "is a count and negative", negative)
        return exact

    def _check_bounds(self, exact: Exact, context: BatchContext) -> None:
        low, high = self.column.low, self.column.high
        if not len(exact.values) or (low is None and high is None):
            return
        power, values = 10**exact.scale, exact.values
        within = low is None or (isinstance(low, Fraction) and exact.least() >= low * power)
        if within and (high is None or (isinstance(high, Fraction) and exact.most() <= high * power)):
            return
        outside: Mask | None = None
        if isinstance(low, Fraction):
            edge = -(-low.numerator * power // low.denominator)
            outside = (values < edge).astype(np.bool_)
        if isinstance(high, Fraction):
            edge = high.numerator * power // high.denominator
            outside = either(outside, (values > edge).astype(np.bool_))
        if outside is not None:
            context.report(
                "VBC5113",
                self.column,
                f"is not {_bounds(self.column)}",
                outside & exact.present,
                help="The contract bounds this column; correct the data or amend the bound.",
            )


def _divided(values: Ints, factor: int) -> tuple[Ints, Ints]:
    if values.dtype != object and factor > (1 << 62):
        values = values.astype(object)
    quotient, rest = values // factor, values % factor
    return fitting(quotient), rest


def _truly_empty(parsed: ParsedNumbers) -> Mask | None:
    """The empty rows without those that are reported already."""
    wrong, empty = either(parsed.bad, parsed.giant), parsed.exact.empty
    return empty if empty is None or wrong is None else empty & ~wrong


def _a(column: Column) -> str:
    base = column.kind.base
    return base if base in ("money", "percentage points") else f"a {base}"


def _bounds(column: Column) -> str:
    low, high = (_bound(value) for value in (column.low, column.high))
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"from {low} to {high}"


def _bound(value: object) -> str | None:
    if value is None or isinstance(value, NotScored):
        return None
    return str(value)


def literal_column(values: list[Fraction | None]) -> Exact:
    """Fractions from the contract's own text at one scale; ValueError for one that is no finite decimal."""
    pairs = [None if value is None else decimal_of(value) for value in values]
    scale = max((pair[1] for pair in pairs if pair), default=0)
    whole = np.array([0 if pair is None else pair[0] * 10 ** (scale - pair[1]) for pair in pairs], object)
    empty = np.array([pair is None for pair in pairs], np.bool_)
    return Exact(fitting(whole), scale, empty if empty.any() else None)
