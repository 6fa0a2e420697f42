"""Core expressions in FEEL, the expression language of DMN, as far as FEEL says the same.

FEEL numbers are decimals of 34 digits: a quotient that does not end is cut there, where the contract keeps the
fraction. An expression without a FEEL form raises `NoForm`.
"""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.data.write import exact_text
from vbcdsl.rules import nodes as n

_FACTS = {"year": "performance year", "calendar year": "calendar year"}


class NoForm(Exception):  # not an error of the program: such a table is not written
    """An expression that FEEL does not have."""


def feel(node: n.Node) -> str:
    """The expression."""
    match node:
        case n.Lit(value=value):
            return literal(value)
        case n.Ref(term=term, shift=None, pick=()) | n.Col(column=term):
            return term
        case n.KeyOf(dim=dim):
            return dim
        case n.PeriodFact(fact=fact) if fact in _FACTS:
            return _FACTS[fact]
        case n.Require(value=inside):  # what it requires of the data, the contract checks before
            return feel(inside)
        case n.Add(items=items):
            return " + ".join(_inner(item) for item in items)
        case n.Subtract(left=left, right=right):
            return f"{_inner(left)} - {_inner(right)}"
        case n.Multiply(items=items):
            return " * ".join(_inner(item) for item in items)
        case n.Divide(left=left, right=right):
            return f"{_inner(left)} / {_inner(right)}"
        case n.Lesser(items=items):
            return f"min({', '.join(map(feel, items))})"
        case n.Greater(items=items):
            return f"max({', '.join(map(feel, items))})"
        case n.Line(x=x, x0=x0, y0=y0, x1=x1, y1=y1):
            a, b, c, d, e = map(_inner, (x, x0, y0, x1, y1))
            return f"{c} + ({a} - {b}) * ({e} - {c}) / ({d} - {b})"
        case n.Compare(op=op, left=left, right=right):
            return f"{_inner(left)} {op} {_inner(right)}"
        case n.All(items=items):
            return " and ".join(f"({feel(item)})" for item in items)
        case n.AnyOf(items=items):
            return " or ".join(f"({feel(item)})" for item in items)
        case n.Not(item=item):
            return f"not({feel(item)})"
        case n.OneOf(value=value, texts=texts):
            return f"{_inner(value)} in ({', '.join(map(literal, texts))})"
    raise NoForm(type(node).__name__)


_WHOLE = (n.Lit, n.Ref, n.Col, n.KeyOf, n.PeriodFact, n.Lesser, n.Greater)


def _inner(node: n.Node) -> str:
    """An expression inside another one: in parentheses where it is made of parts."""
    if isinstance(node, n.Require):
        return _inner(node.value)
    return feel(node) if isinstance(node, _WHOLE) else f"({feel(node)})"


def literal(value: object) -> str:
    """A value: a number, a text, yes or no; not scored is null."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction):
        exact = exact_text(value)
        return exact if Fraction(exact) == value else f"({value.numerator} / {value.denominator})"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if hasattr(value, "isoformat"):
        return f'date("{value.isoformat()}")'
    return "null"


def unary_test(test: object) -> str:
    """A cell of a condition column."""
    match test:
        case n.AnyOther():
            return "-"
        case n.IsNotScored():
            return "null"
        case n.IsText(text=text):
            return literal(text)
        case n.Interval(low=None, high=None):
            return "-"
        case n.Interval(low=low, high=None, low_in=included) if low is not None:
            return f"{'>=' if included else '>'} {_inner(low)}"
        case n.Interval(low=None, high=high, high_in=included) if high is not None:
            return f"{'<=' if included else '<'} {_inner(high)}"
        case n.Interval(low=low, high=high) if low is not None and high is not None:
            return f"{'[' if test.low_in else '('}{_inner(low)}..{_inner(high)}{']' if test.high_in else ')'}"
    raise NoForm(type(test).__name__)
