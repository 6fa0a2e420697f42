"""Exact numbers in SQL: a whole number over a whole number.

A value of the language is a fraction. In SQL it is the text of a whole number (`text`) and its divisor (`den`):
a number of Python where it is the same on every row (cents are over 100), the text of a positive whole number
where data divide. Sums, products and comparisons of such pairs are sums, products and comparisons of whole
numbers; nothing is divided before a rounding that the contract writes. NULL is "not scored".
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Literal, TypeAlias

import attrs

from vbcdsl.model.values import RoundMode
from vbcdsl.sql.expression import NotExact, quoted

Base: TypeAlias = Literal["number", "flag", "text", "day", "nothing"]
_PLAIN = re.compile(r"[\w.\"']+|\w+\([^()]*\)")
_WHOLE = re.compile(r"-?\d+")
STOP = "error_"
SHARED = 12  # digits of a divisor that values of different divisors are brought to
LONG = 90  # a text so long is not repeated: it is given a name


@attrs.frozen
class Val:
    """A value on a row. `nullable`: it may be not scored."""

    base: Base
    text: str
    den: int | str = 1
    nullable: bool = False

    @property
    def inner(self) -> str:
        """The text as part of a larger expression."""
        return part(self.text)

    @property
    def long(self) -> bool:
        """Whether its text is better not repeated."""
        return len(self.text) + (len(self.den) if isinstance(self.den, str) else 0) > LONG


NOTHING = Val("nothing", "NULL", 1, True)
YES, NO = Val("flag", "TRUE"), Val("flag", "FALSE")


def part(text: str) -> str:
    """A text as part of a larger expression."""
    whole = _PLAIN.fullmatch(text) or (text.startswith("CASE ") and _one_case(text))
    return text if whole else f"({text})"


def _one_case(text: str) -> bool:
    return text.endswith(" END") and text.count("CASE ") == 1


def number(value: Fraction | int) -> Val:
    """A number of the contract's text."""
    exact = Fraction(value)
    if max(len(str(abs(exact.numerator))), len(str(exact.denominator))) > 24:
        raise NotExact("a number of more than 24 digits")
    return Val("number", str(exact.numerator), exact.denominator)


def stop(message: str, base: Base = "number") -> str:
    """The query ends with this message, where a value of this base stands; `dialects.py` writes it for each system
    (`error_number`, `error_text` … are no functions of any)."""
    return f"{STOP}{base}({quoted(message)})"


def stops_as(text: str, base: Base) -> str:
    """A text whose errors stand where a value of this base does."""
    return text.replace(f"{STOP}nothing(", f"{STOP}{base}(")


def times(text: str, factor: int | str) -> str:
    """A product of whole numbers."""
    if factor == 1:
        return text
    if text in ("0", "1"):
        return str(factor) if text == "1" else "0"
    if isinstance(factor, int) and _WHOLE.fullmatch(text):
        return str(int(text) * factor)
    other = str(factor) if isinstance(factor, int) else factor
    return f"{_factor(text)} * {_factor(other)}"


def _factor(text: str) -> str:
    if all(_PLAIN.fullmatch(p) for p in text.split(" * ")):
        return text
    return part(text)


def to_den(value: Val, den: int) -> str:
    """The whole number over another constant divisor, a multiple of its own."""
    assert isinstance(value.den, int)
    return times(value.text, den // value.den)


def common(values: Sequence[Val]) -> int | None:
    """The constant divisor that all can have; None if data divide one of them, or it would be too long."""
    dens = [value.den for value in values if value.base != "nothing"]
    if any(isinstance(den, str) for den in dens):
        return None
    found = math.lcm(*(den for den in dens if isinstance(den, int)))
    return found if len(str(found)) <= SHARED else None


def over_one(values: Sequence[Val]) -> tuple[list[str], int | str]:
    """The whole numbers of values over one divisor."""
    den = common(values)
    if den is not None:
        return [to_den(value, den) for value in values], den
    dens = list(dict.fromkeys(value.den for value in values))
    if len(dens) == 1:
        return [value.text for value in values], dens[0]
    product: int | str = 1
    for each in dens:
        product = (
            product * each
            if isinstance(product, int) and isinstance(each, int)
            else times(str(product), each)
        )
    texts = []
    for value in values:
        text = value.text
        for each in dens:
            if each != value.den:
                text = times(text, each)
        texts.append(text)
    return texts, product


def stopped_among(values: Sequence[Val]) -> Val | None:
    """A value that is the end of the query whatever the others are: a database could pass over it, as a sum with
    NULL is NULL."""
    return next((v for v in values if v.base == "nothing" and v.text.startswith(STOP)), None)


def add(values: Sequence[Val], sign: str = " + ") -> Val:
    """The sum, or the first less the others."""
    if (stopped := stopped_among(values)) is not None:
        return stopped
    texts, den = over_one(values)
    if all(_WHOLE.fullmatch(text) for text in texts):
        first, *rest = map(int, texts)
        return Val("number", str(first + sum(rest) if sign == " + " else first - sum(rest)), den)
    if sign == " + " and len(texts) > 1:
        texts = [text for text in texts if text != "0"] or ["0"]
    if sign == " - " and texts[0] == "0" and len(texts) == 2:
        text = f"-{part(texts[1])}"
    else:
        text = sign.join([texts[0], *(_term(text) for text in texts[1:])])
    return Val("number", text, den, any(v.nullable for v in values))


def _term(text: str) -> str:
    product = " * " in text and " + " not in text and " - " not in text and "CASE" not in text
    return text if product and not text.startswith("-") else part(text)


def multiply(values: Sequence[Val]) -> Val:
    """The product."""
    if (stopped := stopped_among(values)) is not None:
        return stopped
    exact = Fraction(1)
    texts: list[str] = []
    den: int | str = 1
    for value in values:
        if isinstance(value.den, int):
            exact /= value.den
        else:
            den = times(str(den), value.den)
        if _WHOLE.fullmatch(value.text):
            exact *= int(value.text)
        else:
            texts.append(value.text)
    text = str(exact.numerator) if not texts else ""
    for each in texts:
        text = each if not text else f"{_factor(text)} * {_factor(each)}"
    if texts:
        text = times(text, exact.numerator)
    den = exact.denominator * den if isinstance(den, int) else times(den, exact.denominator)
    return Val("number", text, den, any(v.nullable for v in values))


def divide(left: Val, right: Val, if_zero: Val | None, message: str) -> Val:
    """The quotient; what happens if the divisor is zero. The texts of `right` should be short."""
    if (stopped := stopped_among([left, right])) is not None:
        return stopped
    if _WHOLE.fullmatch(right.text) and isinstance(right.den, int):
        if int(right.text) != 0:
            return multiply([left, number(Fraction(right.den, int(right.text)))])
        if if_zero is None:
            return Val("number", stop(message), 1)
        return if_zero
    numerator = times(times(left.text, right.den), f"SIGN({right.text})")
    divisor = times(times(f"ABS({right.text})", left.den), 1)
    nullable = left.nullable or right.nullable
    zero = f"{right.inner} = 0"
    if if_zero is None:
        return Val("number", numerator, f"CASE WHEN {zero} THEN {stop(message)} ELSE {divisor} END", nullable)
    other_den = str(if_zero.den)
    text = f"CASE WHEN {zero} THEN {if_zero.text} ELSE {numerator} END"
    if STOP in str(left.den):
        text = f"CASE WHEN {part(str(left.den))} IS NULL THEN NULL {text[5:]}"
    if (
        left.nullable or STOP in left.text
    ):  # it is computed, and may end the query, also where the divisor is zero
        text = f"CASE WHEN {part(left.text)} IS NULL THEN NULL {text[5:]}"
    den = f"CASE WHEN {zero} THEN {other_den} ELSE {divisor} END"
    return Val("number", text, den, nullable or if_zero.nullable)


def compare(op: str, left: Val, right: Val) -> Val:
    """A comparison; of numbers by their whole numbers over one divisor."""
    if (stopped := stopped_among([left, right])) is not None:
        return stopped
    if "nothing" in (left.base, right.base):
        return NOTHING
    if left.base != right.base or (left.base in ("text", "flag") and op not in ("=", "!=")):
        raise NotExact("a comparison by the order of texts")
    sign = "<>" if op == "!=" else op
    one, other = (left.text, right.text)
    if left.base == "number":
        (one, other), _ = over_one([left, right])
    if _WHOLE.fullmatch(one) and _WHOLE.fullmatch(other):
        holds = {">=": ge, ">": gt, "<": lt, "<=": le, "=": eq, "!=": ne}[op](int(one), int(other))
        return YES if holds else NO
    return Val("flag", f"{_side(one)} {sign} {_side(other)}", 1, left.nullable or right.nullable)


def _side(text: str) -> str:
    return text if " * " in text and all(_PLAIN.fullmatch(p) for p in text.split(" * ")) else part(text)


def extreme(values: Sequence[Val], name: Literal["LEAST", "GREATEST"]) -> Val:
    """The smallest or the largest. The texts should be short."""
    if (stopped := stopped_among(values)) is not None:
        return stopped
    if any(value.base == "nothing" for value in values):
        return NOTHING
    if any(value.base != "number" for value in values):
        raise NotExact("the lesser of two days")
    den = common(values)
    if den is None:
        found = values[0]
        for value in values[1:]:
            better = compare("<" if name == "LEAST" else ">", value, found)
            found = case([(better, value)], found)
        return found
    text = f"{name}({', '.join(to_den(value, den) for value in values)})"
    unsure = [value for value in values if value.nullable]
    if unsure:  # LEAST passes over NULL in some systems and not in others
        none = " OR ".join(f"{value.inner} IS NULL" for value in unsure)
        text = f"CASE WHEN {none} THEN NULL ELSE {text} END"
    return Val("number", text, den, bool(unsure))


def case(branches: Sequence[tuple[Val, Val]], otherwise: Val) -> Val:
    """The value of the first branch whose condition holds; a condition that is not scored makes the whole not
    scored."""
    values = [*(value for _, value in branches), otherwise]
    kinds: set[Base] = {value.base for value in values} - {"nothing"}
    if len(kinds) > 1:
        raise NotExact("values of different kinds")
    base: Base = next(iter(kinds), "nothing")
    stopped = base if base != "nothing" else "number"
    values = [attrs.evolve(value, text=stops_as(value.text, stopped)) for value in values]
    texts, dens = [value.text for value in values], [str(value.den) for value in values]
    den: int | str = 1
    if base == "number":
        shared = common(values)
        if shared is not None:
            texts = [v.text if v.base == "nothing" else to_den(v, shared) for v in values]
            den = shared
        elif len(different := {v.den for v in values if v.base != "nothing"}) == 1:
            (den,) = different
            if isinstance(den, str) and STOP in den:  # what is not reached must not stop
                den = _branches(branches, dens)
        else:
            den = _branches(branches, dens)
    nullable = any(v.nullable for v in values) or any(c.nullable for c, _ in branches)
    return Val(base, _branches(branches, texts), den, nullable)


def _branches(branches: Sequence[tuple[Val, Val]], texts: list[str]) -> str:
    text = "CASE"
    for (condition, _), each in zip(branches, texts, strict=False):
        if condition.nullable:
            text += f" WHEN {condition.inner} IS NULL THEN NULL"
        text += f" WHEN {condition.text} THEN {each}"
    return f"{text} ELSE {texts[-1]} END"


def rounded(value: Val, mode: RoundMode, unit: Fraction) -> Val:
    """The value rounded to a multiple of a unit. Its text should be short."""
    if stopped_among([value]) is not None:
        return value
    # value / unit = n / d; the result is a whole number of units
    n = times(value.text, unit.denominator)
    d: int | str = (
        value.den * unit.numerator if isinstance(value.den, int) else times(value.den, unit.numerator)
    )
    if isinstance(d, int):
        shared = math.gcd(d, unit.denominator)
        n, d = times(value.text, unit.denominator // shared), d // shared
    if d == 1:
        whole = n
    else:
        match mode:
            case "down":
                whole = floor(n, d)
            case "up":
                whole = f"-{part(floor(f'-{part(n)}', d))}"
            case "toward zero":
                whole = quotient(n, d)
            case "away from zero":
                whole = f"-SIGN({n}) * {part(floor(f'-ABS({n})', d))}"
            case "half up":  # a half away from zero
                twice, half = times(n, 2), times(str(d), 2) if isinstance(d, str) else 2 * d
                size = quotient(f"ABS({twice}) + {part(str(d))}", half)
                whole = f"SIGN({n}) * {part(size)}"
            case "half to even":
                raise NotExact("a rounding of a half to the even cent")
    return Val("number", times(whole, unit.numerator), unit.denominator, value.nullable)


def quotient(n: str, d: int | str) -> str:
    """A whole quotient, cut off toward zero."""
    return f"{part(n)} // {part(str(d))}"


def floor(n: str, d: int | str) -> str:
    """The largest whole number that is not above n / d (d > 0)."""
    return f"({part(n)} - ({part(n)} % {part(str(d))} + {part(str(d))}) % {part(str(d))}) // {part(str(d))}"
