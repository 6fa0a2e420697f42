"""Cells as text: what is empty, and the different texts of a batch with a code for each row.

Everything that is not a number (texts, dates, months, yes or no) is read by way of the different texts, so the
work for each is done once for a text and not once for a row.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vbcdsl.data.convert import as_arrow
from vbcdsl.data.convert.as_numpy import numpy_of
from vbcdsl.data.convert.stored import StoredDecimal
from vbcdsl.data.rules import CellRules


def is_text(kind: Any) -> bool:
    """Whether an Arrow type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def family(kind: Any) -> str:
    """The family of an Arrow type, as a person would call it: number, float, text, date, yes or no."""
    if pa.types.is_dictionary(kind):
        return family(kind.value_type)
    if is_text(kind):
        return "text"
    if isinstance(kind, StoredDecimal):
        return "number"
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_floating(kind):
        return "float"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "date"
    if pa.types.is_boolean(kind):
        return "yes or no"
    return "nothing" if pa.types.is_null(kind) else str(kind)


def plain_text(array: Any) -> Any:
    """A text array as `pa.StringArray`."""
    return array if pa.types.is_string(array.type) else array.cast(pa.string())


def numbers_text(text: Any, rules: CellRules) -> Any:
    """Text cells of a number column: trimmed, other words put in, null where empty."""
    text = pc.utf8_trim_whitespace(plain_text(text))
    if rules.values:
        text = _replaced(text, rules)
    return pc.if_else(pc.is_in(text, value_set=_words(rules.missing)), as_arrow.NO_TEXT, text)


def _words(words: frozenset[str]) -> Any:
    return as_arrow.texts(sorted(words))


def _replaced(text: Any, rules: CellRules) -> Any:
    """The texts with those of `values` exchanged."""
    known = as_arrow.texts([old for old, _ in rules.values])
    meant = as_arrow.texts([new for _, new in rules.values])
    at = pc.index_in(text, value_set=known)
    return pc.coalesce(meant.take(at), text)


@attrs.define(eq=False)
class Encoded:
    """`codes[i]` is the place of row i's text in `texts`, -1 where there is none. `texts` is an Arrow array."""

    codes: npt.NDArray[np.int32]
    texts: Any


def encode(array: Any) -> Encoded | None:
    """The different values of an array as texts; None for types that have no text of their own (floats,
    decimals with places)."""
    if not pa.types.is_dictionary(array.type):
        if family(array.type) not in ("text", "number", "nothing", "yes or no"):
            return None
        if pa.types.is_null(array.type) or pa.types.is_boolean(array.type):
            array = array.cast(pa.string())
        array = pc.dictionary_encode(plain_text(array) if is_text(array.type) else array)
    texts = _value_texts(array.dictionary)
    if texts is None:
        return None
    indices = array.indices
    if indices.null_count:
        indices = (
            indices.fill_null(as_arrow.number(-1, indices.type))
            if not pa.types.is_unsigned_integer(indices.type)
            else indices.cast(pa.int64()).fill_null(as_arrow.number(-1))
        )
    codes = numpy_of(indices).astype(np.int32, copy=False)
    return Encoded(codes, texts)


def _value_texts(values: Any) -> Any | None:
    """The texts of the different values: an integer is its decimal digits."""
    if is_text(values.type):
        return plain_text(values)
    if pa.types.is_integer(values.type):
        return values.cast(pa.string())
    if pa.types.is_decimal(values.type):
        texts = [None if value is None else format(value, "f") for value in values.to_pylist()]
        return as_arrow.texts([_whole(text) for text in texts])
    return None


def _whole(text: str | None) -> str | None:
    """`12.00` as `12`; other decimals stay."""
    if text is None or "." not in text:
        return text
    whole, _, rest = text.partition(".")
    return whole if not rest.strip("0") else text


def meant_texts(texts: Any, rules: CellRules, *, trim: bool) -> list[str | None]:
    """The different texts as the bindings mean them; None for an empty cell."""
    exchanged = dict(rules.values)
    found: list[str | None] = []
    for text in texts.to_pylist():
        if text is None or text.strip() in rules.missing or text in rules.missing:
            found.append(None)
            continue
        text = text.strip() if trim else text
        found.append(exchanged.get(text, text))
    return found
