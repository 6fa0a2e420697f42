"""Values as text: for people (`$1,234.50`, `5.25%`) and for files (exact digits).

Every amount that is printed, written or explained goes through here, so that it reads alike everywhere.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from vbcdsl.data.write import Digits, cell_text, exact_text, money_cell
from vbcdsl.diagnostics import RunError
from vbcdsl.model.kinds import Kind, singular_unit
from vbcdsl.model.periods import Period
from vbcdsl.model.values import NotScored, Value, round_to

NOT_SCORED_TEXT = "not scored"
_SHOWN_PLACES = 6


def grouped(digits: str) -> str:
    """Digits with thousands separators: `-1234.50` → `-1,234.50`."""
    sign, rest = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, dot, places = rest.partition(".")
    return f"{sign}{int(whole):,}{dot}{places}"


def short_number(value: Fraction, places: int = _SHOWN_PLACES) -> tuple[str, bool]:
    """Digits of a number, at most `places` of them after the point, and whether these are all of it."""
    rounded = round_to(value, "half up", Fraction(1, 10**places))
    return exact_text(rounded), rounded == value


def money_words(value: Fraction) -> str:
    """An amount for people: `$1,234.50`; digits below the cent only when there are some."""
    text, exact = short_number(abs(value))
    whole, _, places = text.partition(".")
    sign = "-" if value < 0 else ""
    return f"{'' if exact else 'about '}{sign}${int(whole):,}.{places.ljust(2, '0')}"


def cents_words(value: Fraction) -> str:
    """A payment for people, rounded to the cent for the eye: `$1,234.50`."""
    return money_words(round_to(value, "half up", Fraction(1, 100)))


def words(value: Value | RunError | None, kind: Kind | None = None) -> str:
    """A value for people, by its kind."""
    match value:
        case None:
            return ""
        case RunError():
            return "could not be computed"
        case NotScored():
            return NOT_SCORED_TEXT
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return _number_words(value, kind)
        case dt.date():
            if kind is not None and kind.base == "month":
                return f"{value:%B} {value.year}"
            return f"{value:%B} {value.day}, {value.year}"
        case _:
            return f"“{value}”"


def _number_words(value: Fraction, kind: Kind | None) -> str:
    base = kind.base if kind is not None else "number"
    if base == "money":
        per = f" per {singular_unit(kind.unit)}" if kind is not None and kind.unit else ""
        return money_words(value) + per
    if base in ("rate", "ratio"):
        return _about(value * 100, "%")
    if base == "percentage points":
        return _about(value * 100, " percentage points")
    unit = f" {kind.unit}" if kind is not None and kind.unit else ""
    return _about(value, unit)


def _about(value: Fraction, unit: str) -> str:
    text, exact = short_number(value)
    return f"{'' if exact else 'about '}{grouped(text)}{unit}"


def cell(value: Value | RunError | None, kind: Kind | None) -> str:
    """A value as the cell of a CSV file: exact digits; an error or nothing is empty."""
    if value is None or isinstance(value, RunError):
        return ""
    if isinstance(value, NotScored):
        return NOT_SCORED_TEXT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        if kind is not None and kind.base == "money":
            return money_cell(value)
        return Digits(exact_text(value))
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}" if kind is not None and kind.base == "month" else value.isoformat()
    return cell_text(value)


def key_text(part: str | Period) -> str:
    """A part of a key as text: a period by its label."""
    return part.label if isinstance(part, Period) else part
