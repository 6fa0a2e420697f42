"""The values of a varied thing: grids, lists and seeded draws, always exact decimals.

`40%..60% by 5%`, `30%, 40%`, `normal(45%, 5%) to 1 place`, `times 95%..105% by 1%`. A draw is rounded to the
places that are stated, as the number is written (45.3% has one), and is an exact decimal from then on; the same
seed draws the same values.
"""

from __future__ import annotations

import math
import random
import re
from fractions import Fraction
from statistics import NormalDist

import attrs

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.kinds import Kind
from vbcdsl.model.values import Value, round_to

MOST = 1_000_000  # scenarios in one run
PLACES = 2

_NUMBER = re.compile(
    r"(-?)\s*(\$?)\s*(-?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?\s*(%)?(?:\s*percentage points?)?(?:\s+per\s+.+)?$"
)
_GRID = re.compile(r"(.+?)\s*\.\.\s*(.+?)(?:\s+by\s+(.+))?$")
_DRAWN = re.compile(r"(normal|uniform|triangular)\s*\((.*)\)(?:\s+to\s+(\d+)\s+places?)?$", re.IGNORECASE)


@attrs.frozen
class Fixed:
    """Values that are listed."""

    values: tuple[Value, ...]
    relative: bool = False


@attrs.frozen
class Drawn:
    """Values that are drawn: `name` normal (mean, standard deviation), uniform (least, most) or triangular
    (least, likeliest, most), rounded to `places` decimal places as the number is written."""

    name: str
    numbers: tuple[Fraction, ...]
    places: int
    relative: bool = False


def parse_values(label: str, text: str, kind: Kind) -> Fixed | Drawn:
    """What `--vary` says behind the sign. `VbcError` (VBC8041) with the forms that there are."""
    text = text.strip()
    relative = text.lower().startswith("times ")
    if relative:
        text, kind = text[6:].strip(), Kind("ratio")
    drawn = _DRAWN.match(text)
    if drawn is not None:
        return _drawn(label, drawn, kind, relative)
    grid = _GRID.match(text)
    if grid is not None:
        return Fixed(_grid(label, grid, kind), relative)
    return Fixed(tuple(parse_value(label, part, kind) for part in split_list(text)), relative)


def split_list(text: str) -> list[str]:
    """The items of a list; a comma inside a number (250,000) does not end one."""
    return [part.strip() for part in re.split(r";|,(?!\d{3}(?!\d))", text) if part.strip()]


def parse_value(label: str, text: str, kind: Kind) -> Value:
    """One value, written as the contract writes its kind."""
    if kind.base == "yes or no":
        if text.lower() in ("yes", "met", "no", "not met"):
            return text.lower() in ("yes", "met")
        raise _wrong(label, f"{text} is neither yes nor no")
    found = _NUMBER.match(text.strip())
    if found is None or not (found[4] or found[5]) or (found[1] and found[3]):
        raise _wrong(label, f"{text} is no value; write 30%, $250,000 or 1.25")
    percent = found[6] is not None or "percentage point" in text
    if kind.base in ("rate", "percentage points") and not percent:
        raise _wrong(label, f"{text} is not a {kind.base}: write it with a percent sign, for example {text}%")
    if percent and kind.base in ("money", "count"):
        raise _wrong(label, f"{text} is a percentage, and this is {kind}")
    if found[2] and kind.base != "money":
        raise _wrong(label, f"{text} is money, and this is a {kind}")
    digits = (found[4] or "0").replace(",", "") + (found[5] or "")
    value = Fraction(digits) * (-1 if found[1] or found[3] else 1)
    if kind.base == "count" and value.denominator != 1:
        raise _wrong(label, f"{text} is not a whole number, and this is a count")
    return value / 100 if percent else value


def _grid(label: str, found: re.Match[str], kind: Kind) -> tuple[Value, ...]:
    if kind.base == "yes or no":
        raise _wrong(label, "yes and no have no values between them; write yes, no")
    first, last = (parse_value(label, part, kind) for part in (found[1], found[2]))
    if found[3] is None:
        raise _wrong(label, f"say the step: {found[1]}..{found[2]} by …")
    step_kind = Kind("rate") if kind.base == "rate" else kind
    step = parse_value(label, found[3], step_kind)
    assert isinstance(first, Fraction) and isinstance(last, Fraction) and isinstance(step, Fraction)
    if step <= 0 or last < first:
        raise _wrong(label, "a grid goes up: from the smaller to the larger value by a step above zero")
    count = math.floor((last - first) / step) + 1
    if count > MOST:
        raise _wrong(label, f"that is {count:,} values; at most {MOST:,}")
    if first + (count - 1) * step != last:
        raise _wrong(label, f"steps of {found[3]} from {found[1]} do not reach {found[2]}")
    return tuple(first + number * step for number in range(count))


def _drawn(label: str, found: re.Match[str], kind: Kind, relative: bool) -> Drawn:
    if kind.base == "yes or no":
        raise _wrong(label, "yes and no cannot be drawn; write yes, no")
    name = found[1].lower()
    written = [part for part in split_list(found[2])]
    needed = 3 if name == "triangular" else 2
    if len(written) != needed:
        forms = {
            "normal": "mean, standard deviation",
            "uniform": "least, most",
            "triangular": "least, likeliest, most",
        }
        raise _wrong(label, f"{name} takes {needed} numbers: {name}({forms[name]})")
    wide = kind if kind.base != "count" else Kind("number")
    numbers = []
    for part in written:
        value = parse_value(label, part, wide)
        assert isinstance(value, Fraction)
        numbers.append(value)
    if name == "normal" and numbers[1] < 0:
        raise _wrong(label, "a standard deviation is not below zero")
    if name != "normal" and numbers != sorted(numbers):
        raise _wrong(label, f"the numbers of {name} go up")
    places = int(found[3]) if found[3] is not None else (0 if kind.base == "count" else PLACES)
    if places > 12:
        raise _wrong(label, "at most 12 places")
    if "%" in found[2]:
        places += 2
    if kind.base == "count" and places:
        raise _wrong(label, "a count has no decimal places: to 0 places")
    return Drawn(name, tuple(numbers), places, relative)


def draw(wanted: Drawn, count: int, stream: random.Random) -> tuple[Fraction, ...]:
    """So many draws. Only `random()` and `randrange()` are used: their sequence is fixed for a seed."""
    unit = Fraction(1, 10**wanted.places)
    if wanted.name == "uniform":
        low, high = (math.ceil(wanted.numbers[0] / unit), math.floor(wanted.numbers[1] / unit))
        if high < low:
            return (round_to(wanted.numbers[0], "half up", unit),) * count
        return tuple(stream.randrange(low, high + 1) * unit for _ in range(count))
    values = []
    for _ in range(count):
        share = stream.random()
        values.append(round_to(Fraction(_quantile(wanted, share)), "half up", unit))
    return tuple(values)


def _quantile(wanted: Drawn, share: float) -> float:
    if wanted.name == "normal":
        mean, deviation = (float(x) for x in wanted.numbers)
        if deviation == 0:
            return mean
        return NormalDist(mean, deviation).inv_cdf(min(max(share, 2.0**-53), 1 - 2.0**-53))
    low, mode, high = (float(x) for x in wanted.numbers)
    if high == low:
        return low
    turn = (mode - low) / (high - low)
    if share < turn:
        return low + math.sqrt(share * (high - low) * (mode - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - mode))


def _wrong(label: str, what: str) -> VbcError:
    return VbcError([
        Diagnostic("VBC8041", f"--vary {label}: {what}",
                   help="the forms are 40%..60% by 5%; 30%, 40%; times 95%..105% by 1%; normal(45%, 5%); "
                   "uniform(40%, 60%); triangular(40%, 45%, 60%)")
    ])  # fmt: skip
