"""Numbers written as text, exactly: `1234.50`, `$1,234.50`, `(1,234.50)`, `12.5%`, `1.5e-3`.

Clean columns take one vectorised cast; others are checked against one grammar first, so that a cell is either
understood in full or reported. Arrow's own cast wraps silently beyond its precision, so digits are counted
before it is trusted.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.data.convert.exact import MAX_DIGITS, Exact, Mask, from_decimals, null_mask

_PLAIN: Final = r"(\d+(\.\d*)?|\.\d+)"
_GROUPED: Final = r"(\d{1,3}(,\d{3})+(\.\d*)?)"
_SAMPLE: Final = 64
_EXPONENT: Final = r"([eE][-+]?\d{1,2})?"


@attrs.frozen
class NumberStyle:
    """Which signs a cell may carry besides digits."""

    thousands: bool = True
    dollar: bool = False
    percent: bool = False

    @property
    def grammar(self) -> str:
        """The regular expression (RE2) of a whole cell."""
        digits = f"({_PLAIN}|{_GROUPED})" if self.thousands else _PLAIN
        dollar = r"(\$\s?)?" if self.dollar else ""
        percent = r"(\s?%)?" if self.percent else ""
        number = f"{digits}{_EXPONENT}{percent}"
        signed = f"[-+]?{dollar}{number}" + (rf"|\$\s?-{number}" if self.dollar else "")
        return rf"^({signed}|{dollar}\({dollar}{number}\)|\({number}\){percent})$"


@attrs.define(eq=False)
class ParsedNumbers:
    """What was read: `exact` (bad rows are empty in it), rows that are no number, rows with more than 38
    digits, and rows that carry a percent sign (their value is not yet divided by 100)."""

    exact: Exact
    bad: Mask | None = None
    giant: Mask | None = None
    percent: Mask | None = None

    def take(self, rows: npt.NDArray[np.int64]) -> ParsedNumbers:
        """These rows of it."""
        masks = [m if m is None else m[rows] for m in (self.exact.empty, self.bad, self.giant, self.percent)]
        return ParsedNumbers(Exact(self.exact.values[rows], self.exact.scale, masks[0]), *masks[1:])


def parse_numbers(text: Any, style: NumberStyle) -> ParsedNumbers:
    """A `pa.StringArray` (null where empty) as exact decimals."""
    if text.null_count == len(text):
        return ParsedNumbers(_nothing(len(text)))
    fast = _clean(text)
    return ParsedNumbers(fast) if fast is not None else _written(text, style)


def _nothing(rows: int) -> Exact:
    return Exact(np.zeros(rows, np.int64), 0, np.ones(rows, np.bool_))


def _most(array: Any) -> int:
    found = pc.max(array).as_py()
    return 0 if found is None else int(found)


def _decimal_places(text: Any, lengths: Any) -> int:
    """The largest number of digits after the point."""
    dots = pc.find_substring(text, ".")
    places = pc.subtract(pc.subtract(lengths, dots), as_arrow.number(1))
    return _most(pc.if_else(pc.greater_equal(dots, as_arrow.number(0)), places, as_arrow.number(0)))


def _clean(text: Any) -> Exact | None:
    """Numbers with digits, a sign and a point only; None if any cell is otherwise."""
    try:
        text[:_SAMPLE].cast(pa.decimal256(2 * MAX_DIGITS, MAX_DIGITS))
    except pa.ArrowInvalid:
        return None
    lengths = pc.binary_length(text)
    places = _decimal_places(text, lengths)
    if _most(lengths) + places > MAX_DIGITS:
        return None
    if any(pc.any(pc.match_substring(text, exponent)).as_py() for exponent in "eE"):
        return None
    try:
        return from_decimals(text.cast(pa.decimal128(MAX_DIGITS, places)))
    except pa.ArrowInvalid:
        return None


def _written(text: Any, style: NumberStyle) -> ParsedNumbers:
    """Numbers as people write them."""
    text = pc.utf8_trim_whitespace(pc.replace_substring(text, "\u2212", "-"))
    understood = pc.match_substring_regex(text, style.grammar)
    bad = pc.fill_null(pc.invert(understood), as_arrow.NO)
    text = pc.if_else(understood, text, as_arrow.NO_TEXT)
    negative = numpy_of(pc.fill_null(pc.match_substring(text, "("), as_arrow.NO))
    percent = numpy_of(pc.fill_null(pc.match_substring(text, "%"), as_arrow.NO))
    digits = _without_exponents(_without_signs(text))
    digits, giant = _without_giants(digits)
    exact = _cast(digits)
    if negative.any():
        exact.values = np.where(negative, -exact.values, exact.values)
    return ParsedNumbers(exact, _any(bad), giant, percent if percent.any() else None)


def _any(mask: Any) -> Mask | None:
    rows: Mask = numpy_of(mask)
    return rows if rows.any() else None


def _without_signs(text: Any) -> Any:
    """Only digits, minus, point and exponent. Each sign is looked for first: most columns have one or two."""
    for sign in ",$%()+":
        if pc.any(pc.match_substring(text, sign)).as_py():
            text = pc.replace_substring(text, sign, "")
    if pc.any(pc.match_substring_regex(text, r"\s")).as_py():
        text = pc.replace_substring_regex(text, r"\s", "")
    return text


def _without_giants(digits: Any) -> tuple[Any, Mask | None]:
    """The cells without those of more than 38 digits (leading zeros apart), and which these are."""
    if _most(pc.binary_length(digits)) <= MAX_DIGITS:
        return digits, None
    significant = pc.binary_length(pc.replace_substring_regex(digits, r"^-?0*|\.", ""))
    giant = pc.fill_null(pc.greater(significant, as_arrow.number(MAX_DIGITS)), as_arrow.NO)
    return pc.if_else(giant, as_arrow.NO_TEXT, digits), _any(giant)


def _without_exponents(text: Any) -> Any:
    """`1.5e-3` as `0.0015`, exactly."""
    found = pc.fill_null(pc.or_(pc.match_substring(text, "e"), pc.match_substring(text, "E")), as_arrow.NO)
    if not pc.any(found).as_py():
        return text
    plain = [format(Decimal(cell), "f") for cell in text.filter(found).to_pylist()]
    return pc.replace_with_mask(text, found, as_arrow.texts(plain))


def _cast(digits: Any) -> Exact:
    """Digits, sign and point to decimals; 256 bits where 38 digits would not hold both ends."""
    if digits.null_count == len(digits):
        return _nothing(len(digits))
    lengths = pc.binary_length(digits)
    places = _decimal_places(digits, lengths)
    if _most(lengths) + places <= MAX_DIGITS:
        return from_decimals(digits.cast(pa.decimal128(MAX_DIGITS, places)))
    if _most(lengths) + places <= 2 * MAX_DIGITS:
        return from_decimals(digits.cast(pa.decimal256(2 * MAX_DIGITS, places)))
    return _one_by_one(digits, places)


def _one_by_one(digits: Any, places: int) -> Exact:
    """Very long cells (hundreds of leading or trailing zeros): in Python ints."""
    values = np.zeros(len(digits), object)
    for i, cell in enumerate(digits.to_pylist()):
        if cell is not None:
            whole, _, rest = cell.partition(".")
            values[i] = int(whole + rest.ljust(places, "0"))
    return Exact(values, places, null_mask(digits))
