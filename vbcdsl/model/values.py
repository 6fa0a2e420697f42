"""The values that a contract computes with. There is no float among them.

A number, a rate, a count, money (in dollars) and percentage points are all `fractions.Fraction`;
2.5% is exactly `Fraction(1, 40)`. `NOT_SCORED` is the explicit outcome of a measure that does not count.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from vbcdsl.model.frozen import frozen


@frozen
class NotScored:
    """The single outcome "not scored" (see Q21 of the language definition)."""

    def __repr__(self) -> str:
        return "not scored"


NOT_SCORED: Final = NotScored()

Value: TypeAlias = Fraction | bool | str | dt.date | NotScored

RoundMode: TypeAlias = Literal["half up", "half to even", "up", "down", "toward zero", "away from zero"]


def round_to(value: Fraction, mode: RoundMode, unit: Fraction) -> Fraction:
    """Round `value` to a whole multiple of `unit` (for the cent: 1/100).

    `half up` sends ties away from zero, `half to even` to the even multiple, `up` toward plus infinity,
    `down` toward minus infinity, `toward zero` cuts off, `away from zero` does not. No sentence says the last: it
    is what `up` means of an amount that the one or the other party pays.
    """
    top, bottom = value.numerator * unit.denominator, value.denominator * unit.numerator
    whole, rest = divmod(top, bottom)
    match mode:
        case "up":
            more = rest > 0
        case "down":
            more = False
        case "toward zero":
            more = rest > 0 and top < 0
        case "away from zero":
            more = rest > 0 and top > 0
        case "half up":
            more = 2 * rest > bottom or (2 * rest == bottom and top >= 0)
        case "half to even":
            more = 2 * rest > bottom or (2 * rest == bottom and whole % 2 == 1)
    return Fraction((whole + more) * unit.numerator, unit.denominator)
