"""Which kinds are alike: what may be added, joined in one table or compared, and what to write where it may not.

`infer` and `arithmetic` beside this ask here for the common kind of several values.
"""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.model.kinds import COUNT, DATE, NUMBER, RATE, Kind, singular_unit
from vbcdsl.rules import nodes as n

PLAIN = ("number", "count", "ratio")


def a_kind(kind: Kind) -> str:
    """A kind with its article, for messages: `a rate`, `money`, `a yes or no`."""
    text = str(kind)
    if text in ("money", "percentage points", "text", "points") or text.startswith("money"):
        return text
    if kind.base == "number" and kind.unit:
        return f"a number of {text}"
    if kind.base == "yes or no":
        return "a yes or no"
    return ("an " if text[0] in "aeiou" else "a ") + text


def is_zero(node: n.Node) -> bool:
    """Whether a node is a stated zero."""
    return isinstance(node, n.Lit) and node.value == 0 and isinstance(node.value, Fraction)


def is_whole(node: n.Node) -> bool:
    """Whether a node is a stated whole number."""
    return isinstance(node, n.Lit) and isinstance(node.value, Fraction) and node.value.denominator == 1


def in_common(first: Kind, second: Kind, zero: bool) -> Kind | None:
    """The common kind of two, or None."""
    a, b = first.base, second.base
    if a == b:
        if a == "money" and first.unit != second.unit:
            return None
        if a == "count" and first.unit != second.unit:
            return COUNT if None in (first.unit, second.unit) else None
        return first
    pair = {a, b}
    if pair == {"rate", "ratio"} or pair == {"percentage points", "ratio"}:
        return first if a != "ratio" else second
    if pair == {"rate", "percentage points"}:
        return RATE
    if pair <= {"number", "count"}:
        return Kind("number", first.unit) if first.unit == second.unit else NUMBER
    if pair <= {"number", "count", "ratio"}:
        return NUMBER
    if pair == {"date", "month"}:
        return DATE
    return None


def comparable(left: Kind, right: Kind, left_node: n.Node, right_node: n.Node) -> bool:
    """Whether a value of one kind may be compared with one of another."""
    a, b = left.base, right.base
    if a in PLAIN and b in PLAIN:
        return not (a == b == "count" and left.unit and right.unit and left.unit != right.unit)
    if {a, b} <= {"rate", "ratio", "percentage points"}:
        return True
    if {a, b} <= {"date", "month"}:
        return True
    return a == b and (a != "money" or left.unit == right.unit)


def advice(first: Kind, second: Kind) -> str:
    """What to write where two kinds are unlike; empty where there is nothing to say."""
    bases = {first.base, second.base}
    if "money" in bases and first.base == second.base:
        units = [singular_unit(k.unit) for k in (first, second) if k.unit]
        return f"multiply the amount per {units[0]} by a count of that unit" if units else ""
    if "rate" in bases and bases & {"number", "count"}:
        return "write the number with a percent sign, or “… counted as a number”"
    if "text" in bases:
        return 'compare a text with a text: “is "…"”, “is one of …”'
    if "money" in bases and bases & {"number", "count"}:
        return "write the number with a dollar sign, or multiply it by an amount"
    if "rate" in bases and "money" in bases:
        return "name what the percentage is of: “2% of Benchmark”"
    return ""
