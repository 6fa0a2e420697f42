"""The words of a text with the form in which two texts are compared.

A defined term, a quoted name, a date, a number and a boundary phrase are one word each. The compared form
(`same`) folds what is typography only, and carries the new text back to the old one's section numbers, names
and years.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import attrs

from vbcdsl.model.periods import add_months

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
BOUNDARY = (
    "up to but not including", "up to and including", "at least", "at most", "more than", "less than", "or more",
    "or less", "not more than", "not less than", "on or after", "on or before",
)  # fmt: skip
_DATE = rf"(?:{'|'.join(MONTHS)})\s+\d{{1,2}},\s+\d{{4}}"
_PHRASE = "|".join(
    r"\s+".join(map(re.escape, phrase.split())) for phrase in sorted(BOUNDARY, key=lambda p: -len(p))
)
_WORD = re.compile(
    rf"(?P<quoted>\"[^\"\n]*\"|“[^”\n]*”)|(?P<date>{_DATE})|(?P<phrase>\b(?i:{_PHRASE})\b)"
    r"|(?P<number>-?\$?\d+(?:,\d{3})*(?:\.\d+)*%?(?:\([a-z0-9]{1,3}\))*)|(?P<word>[^\W\d_][\w'’-]*)|(?P<mark>\S)"
)
_YEAR_WORDS = re.compile(r"\b(?:performance|calendar|contract|fiscal)\s+years?\s*$", re.IGNORECASE)
_SECTION_WORDS = re.compile(
    r"\bsections?\s+(?:\d+(?:\.\d+)+(?:\([a-z0-9]+\))*(?:,|\s+and|,\s+and|\s+or)\s+)*$", re.IGNORECASE
)


@attrs.frozen
class Word:
    """A word at `start` to `end` of its text. `kind`: name, quoted, date, phrase, number, word, mark."""

    text: str
    same: str
    kind: str
    start: int
    end: int


@attrs.frozen
class Reading:
    """How the words of one text are brought to the form that both are compared in: `sections` and `names`
    from this text's to the other's, and `years` to add to every date."""

    sections: Mapping[str, str] = attrs.field(factory=dict)
    names: Mapping[str, str] = attrs.field(factory=dict)
    years: int = 0


def words_of(
    text: str, start: int, end: int, names: frozenset[str], reading: Reading, year_column: bool = False
) -> tuple[Word, ...]:
    """The words between two places of a text whose comments are blanked. `year_column`: it is a cell of a
    column of years."""
    pattern = _names(names)
    found: list[Word] = []
    position = start
    while position < end:
        if text[position].isspace():
            position += 1
            continue
        name = pattern.match(text, position, end) if pattern is not None else None
        match = _WORD.match(text, position, end)
        assert match is not None
        kind = match.lastgroup or "mark"
        if name is not None and name.end() >= match.end():
            kind, match = "name", name
        written = match.group(0)
        same = _same(text, position, written, kind, reading, year_column)
        found.append(Word(written, same, kind, position, match.end()))
        position = match.end()
    return tuple(found)


@lru_cache(maxsize=16)
def _names(names: frozenset[str]) -> re.Pattern[str] | None:
    """Any of the names, the longest first, their words joined by any white space."""
    ordered = sorted({" ".join(name.split()) for name in names}, key=lambda name: (-len(name), name))
    body = "|".join(r"\s+".join(map(re.escape, name.split())) for name in ordered)
    return re.compile(rf"(?:{body})(?!\w|-\w)") if ordered else None


def _same(text: str, at: int, written: str, kind: str, reading: Reading, year_column: bool) -> str:
    folded = " ".join(written.split()).replace("’", "'")
    if kind == "name":
        return reading.names.get(folded, folded)
    if kind == "quoted":
        inner = " ".join(written[1:-1].split())
        return f'"{reading.names.get(inner, inner)}"'
    if kind == "date" and reading.years:
        return moved_date(folded, reading.years)
    if kind == "number":
        before = text[max(0, at - 80) : at]
        if reading.sections and _SECTION_WORDS.search(before):
            return _section(written, reading.sections)
        if (
            reading.years
            and re.fullmatch(r"(?:19|20|21)\d\d", written)
            and (year_column or _YEAR_WORDS.search(before))
        ):
            return str(int(written) + reading.years)
    if kind == "phrase":
        return folded.lower() if folded[:1].islower() else folded
    return folded


def _section(written: str, sections: Mapping[str, str]) -> str:
    number, bracket, rest = written.partition("(")
    return sections.get(number, number) + bracket + rest


def moved_date(written: str, years: int) -> str:
    """A date in words some years later; February 29 becomes February 28 where there is none."""
    day = dt.datetime.strptime(written, "%B %d, %Y").date()
    moved = add_months(day, 12 * years)
    return f"{MONTHS[moved.month - 1]} {moved.day}, {moved.year}"


def written_again(text: str, words: Iterable[Word], start: int, end: int) -> str:
    """The text between two places with each word in the form that texts are compared in; white space as it
    is."""
    return _joined(text, words, start, end, lambda word: word.same if _differs(word) else word.text)


def _differs(word: Word) -> bool:
    return word.kind in ("name", "quoted", "date", "number") and word.same != " ".join(word.text.split())


def _joined(text: str, words: Iterable[Word], start: int, end: int, show: Callable[[Word], str]) -> str:
    pieces: list[str] = []
    position = start
    for word in words:
        if word.start < start or word.end > end:
            continue
        pieces += [text[position : word.start], show(word)]
        position = word.end
    pieces.append(text[position:end])
    return "".join(pieces)
