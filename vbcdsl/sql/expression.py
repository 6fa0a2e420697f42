"""An expression on one row as SQL, or the reason why it cannot be.

It stands between the core nodes and SQL text. A value that is not scored is NULL; SQL's three-valued logic is
the language's own for `and`, `or`, `not` and comparisons; `CASE` is not, and is written so that a condition
that is not scored makes the whole not scored. Numbers are decimals of at most 18 digits and whole numbers of 64
bits, whose sums, differences and comparisons are exact in 38 digits. Nothing that can be an error in the
language is written as SQL: the evaluator must see it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import attrs

from vbcdsl.model.names import snake_case
from vbcdsl.model.values import NotScored, Value
from vbcdsl.rules import nodes as n

Base: TypeAlias = Literal["number", "flag", "text", "day", "nothing"]
DIGITS: Final = 18  # of a number that SQL may see

NULL_LITERAL: Final = "NULL"


class NotExact(Exception):
    """The expression is not in the exact core; the message says which part of it."""


@attrs.frozen
class Sql:
    """SQL text with what it gives. `nullable`: it may be not scored. `simple`: it needs no parentheses inside
    another expression. A day is a DATE."""

    text: str
    base: Base
    nullable: bool = False
    simple: bool = True

    def inner(self) -> str:
        """The text as part of a larger expression."""
        return self.text if self.simple else f"({self.text})"


@attrs.frozen
class Writer:
    """Writes expressions on the rows of one record. `columns`: its columns as SQL, by name in the contract."""

    record: str
    columns: Mapping[str, Sql]

    def write(self, node: n.Node) -> Sql:
        """The expression. `NotExact` if it is not in the exact core."""
        match node:
            case n.Lit(value=value):
                return literal(value)
            case n.Col(record=record, column=column) if record == self.record and column in self.columns:
                return self.columns[column]
            case n.Col(record=record):
                raise NotExact(f"a column of {record}")
            case n.KeyOf(dim=dim):
                if dim not in self.columns:
                    raise NotExact(f"the {dim}, which its rows do not carry")
                return self.columns[dim]
            case n.Add(items=items):
                return self._sum([self.write(item) for item in items], " + ")
            case n.Subtract(left=left, right=right):
                return self._sum([self.write(left), self.write(right)], " - ")
            case n.Lesser(items=items):
                return self._extreme([self.write(item) for item in items], "LEAST")
            case n.Greater(items=items):
                return self._extreme([self.write(item) for item in items], "GREATEST")
            case n.Clamp():
                return self._clamp(node)
            case n.Compare(op=op, left=left, right=right):
                return self._compare(op, self.write(left), self.write(right))
            case n.OneOf(value=value, texts=texts):
                return self._one_of(self.write(value), texts)
            case n.Not(item=item):
                found = self._flag(item)
                return attrs.evolve(found, text=f"NOT {found.inner()}", simple=False)
            case n.All(items=items):
                return self._joined([self._flag(item) for item in items], " AND ")
            case n.AnyOf(items=items):
                return self._joined([self._flag(item) for item in items], " OR ")
            case n.IsScored(value=value):
                found = self.write(value)
                return Sql(f"{found.inner()} IS NOT NULL", "flag", simple=False)
            case n.ScoredOr(value=value, other=other):
                return self._scored_or(self.write(value), self.write(other))
            case n.NotScoredIf(value=value, cond=cond):
                return self._case(
                    [(self._flag(cond), Sql(NULL_LITERAL, "nothing", nullable=True))], self.write(value)
                )
            case n.Case(branches=branches, otherwise=otherwise) if otherwise is not None:
                written = [(self._flag(cond), self.write(value)) for cond, value in branches]
                return self._case(written, self.write(otherwise))
            case n.Ref(term=term):
                raise NotExact(f"the value of {term}")
            case _:
                raise NotExact(REASONS.get(type(node).__name__, "a computation on each row"))

    # ------------------------------------------------------------ numbers

    def _numbers(self, items: list[Sql]) -> list[Sql]:
        if any(item.base not in ("number", "nothing") for item in items):
            raise NotExact("arithmetic with dates")
        return items

    def _sum(self, items: list[Sql], sign: str) -> Sql:
        items = self._numbers(items)
        parts = [items[0].inner() if sign == " - " and " - " in items[0].text else items[0].text]
        parts += [item.inner() for item in items[1:]]
        return Sql(sign.join(parts), "number", any(i.nullable for i in items), simple=False)

    def _extreme(self, items: list[Sql], name: str) -> Sql:
        items = self._numbers(items)
        if any(item.base == "nothing" for item in items):
            return Sql(NULL_LITERAL, "nothing", nullable=True)
        text = f"{name}({', '.join(item.text for item in items)})"
        unsure = [item for item in items if item.nullable]
        if unsure:  # LEAST passes over NULL in some systems and not in others
            none = " OR ".join(f"{item.inner()} IS NULL" for item in unsure)
            text = f"CASE WHEN {none} THEN NULL ELSE {text} END"
        return Sql(text, "number", bool(unsure))

    def _clamp(self, node: n.Clamp) -> Sql:
        value = self.write(node.value)
        bounds = [bound for bound in (node.cap, node.floor) if bound is not None]
        if not all(isinstance(bound, n.Lit) and isinstance(bound.value, Fraction) for bound in bounds):
            raise NotExact("a limit that is computed")
        if isinstance(node.cap, n.Lit) and isinstance(node.floor, n.Lit):
            cap, floor = node.cap.value, node.floor.value
            if isinstance(cap, Fraction) and isinstance(floor, Fraction) and floor > cap:
                raise NotExact("a floor above the cap")
        if node.cap is not None:
            value = self._extreme([value, self.write(node.cap)], "LEAST")
        if node.floor is not None:
            value = self._extreme([value, self.write(node.floor)], "GREATEST")
        return value

    # ------------------------------------------------------------ conditions

    def _flag(self, node: n.Node) -> Sql:
        found = self.write(node)
        if found.base not in ("flag", "nothing"):
            raise NotExact("a condition that is no yes or no")
        return found

    def _compare(self, op: n.Comparison, left: Sql, right: Sql) -> Sql:
        if "nothing" in (left.base, right.base):
            return Sql(NULL_LITERAL, "nothing", nullable=True)
        if left.base != right.base or (left.base in ("text", "flag") and op not in ("=", "!=")):
            raise NotExact("a comparison by the order of texts")
        if left.base == "number":
            left, right = self._numbers([left, right])
        sign = "<>" if op == "!=" else op
        return Sql(
            f"{left.inner()} {sign} {right.inner()}", "flag", left.nullable or right.nullable, simple=False
        )

    def _one_of(self, value: Sql, texts: tuple[str, ...]) -> Sql:
        if value.base != "text" or not texts:
            raise NotExact("a list of texts")
        listed = ", ".join(quoted(text) for text in texts)
        return Sql(f"{value.inner()} IN ({listed})", "flag", value.nullable, simple=False)

    def _joined(self, items: list[Sql], word: str) -> Sql:
        if len(items) == 1:
            return items[0]
        text = word.join(item.inner() for item in items)
        return Sql(text, "flag", any(item.nullable for item in items), simple=False)

    def _scored_or(self, value: Sql, other: Sql) -> Sql:
        if value.base == "nothing":
            return other
        if not value.nullable:
            return value
        if other.base == "nothing":
            return value
        if value.base != other.base:
            raise NotExact("values of different kinds")
        return Sql(f"COALESCE({value.text}, {other.text})", value.base, other.nullable)

    def _case(self, branches: list[tuple[Sql, Sql]], otherwise: Sql) -> Sql:
        values = [*(value for _, value in branches), otherwise]
        kinds = {value.base for value in values} - {"nothing"}
        if len(kinds) > 1:
            raise NotExact("values of different kinds")
        base: Base = next(iter(kinds), "nothing")
        nullable = any(value.nullable for value in values)
        text = "CASE"
        for (cond, _), value in zip(branches, values, strict=False):
            if cond.nullable:  # a condition that is not scored makes the whole not scored
                text += f" WHEN {cond.inner()} IS NULL THEN NULL"
                nullable = True
            text += f" WHEN {cond.text} THEN {value.text}"
        text += f" ELSE {values[-1].text} END"
        return Sql(text, base, nullable)


REASONS: Final = {
    "Multiply": "a product",
    "Divide": "a division",
    "Power": "a power",
    "Root": "a root",
    "Round": "a rounding",
    "Require": "a value that must pass a test",
    "Lookup": "a table",
    "Bands": "a table of shares",
    "InForce": "a value by date",
    "PeriodFact": "a fact of the period",
    "DaysBetween": "a number of days",
    "MonthsBetween": "a number of months",
    "DateShift": "a date that is computed",
    "YearOf": "the year of a date",
    "Clamp": "a limit",
    "Case": "cases without “otherwise”",
    "CountOf": "a count of conditions",
    "Aggregate": "other rows",
    "Quantified": "other rows",
}


def literal(value: Value) -> Sql:
    """A value of the contract's text. `NotExact` for one that is no short decimal."""
    match value:
        case NotScored():
            return Sql(NULL_LITERAL, "nothing", nullable=True)
        case bool():
            return Sql("TRUE" if value else "FALSE", "flag")
        case Fraction() | int():
            number = Fraction(value)
            places = places_of(number)
            whole = int(number * 10**places)
            return Sql(decimal_text(whole, places), "number", simple=whole >= 0)
        case dt.date():
            return Sql(day(value), "day")
        case str():
            return Sql(quoted(value), "text")


def day(value: dt.date) -> str:
    """A day as a DATE."""
    return f"DATE '{value.isoformat()}'"


def places_of(value: Fraction) -> int:
    """The decimal places that a number needs. `NotExact` for 1/3, and for more than 18 digits."""
    places, scaled = 0, value
    while scaled.denominator != 1:
        places, scaled = places + 1, scaled * 10
        if places > DIGITS:
            raise NotExact("a number that is no short decimal")
    if abs(scaled) >= 10**DIGITS:
        raise NotExact("a number of more than 18 digits")
    return places


def decimal_text(whole: int, places: int) -> str:
    """`whole / 10**places` with its decimal places."""
    digits = str(abs(whole)).rjust(places + 1, "0")
    sign = "-" if whole < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def quoted(text: str) -> str:
    """A text as SQL writes it. `NotExact` for one that would have to be written in a dialect's own way."""
    if "\\" in text or any(ord(c) < 32 for c in text):
        raise NotExact("a text with unusual characters")
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """An identifier in quotation marks."""
    return '"' + text.replace('"', '""') + '"'


_WORDS: Final = """
all analyse analyze and any array as asc asymmetric authorization between both by case cast check
collate column constraint create cross current current_date current_time current_timestamp default
deferrable delete desc describe distinct do drop else end except exists fetch for foreign from full
grant group grouping groups having hash if ignore in initially inner insert intersect interval into
is join lambda lateral leading left like limit localtime merge natural new no not null nulls of
offset old on only or order outer over partition pivot placing primary qualify range recursive
references respect returning right row rows select session_user set show some start struct summarize
symmetric table tablesample then to trailing treat true false union unique unnest unpivot update
user using values variadic when where window with within
"""
RESERVED: Final = frozenset(_WORDS.split())


def named(text: str) -> str:
    """A name of the contract as a column or table; in quotation marks if it is a word of SQL."""
    name = snake_case(text)
    return f'"{name}"' if name in RESERVED or name[:1].isdigit() else name
