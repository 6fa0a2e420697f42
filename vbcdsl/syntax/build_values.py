"""From the parser's tree to the nodes of `ast`: literals, values, conditions.

One method for each rule or alias of `grammar/value.lark` and `grammar/condition.lark`; `Builder.build` finds it
by name. Tokens of phrases carry no value and are skipped, but for the few that decide.
"""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from typing import Any, cast

from vbcdsl.model.kinds import MONEY, NUMBER, POINTS_OF_PERCENT, RATE, RATIO, TEXT, Kind, in_time, plural
from vbcdsl.model.span import Span
from vbcdsl.model.values import RoundMode
from vbcdsl.syntax import ast
from vbcdsl.syntax.parse_tree import Token, Tree

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
FRACTION_WORDS = {
    "one half": Fraction(1, 2),
    "one third": Fraction(1, 3),
    "two thirds": Fraction(2, 3),
    "one quarter": Fraction(1, 4),
    "three quarters": Fraction(3, 4),
    "one fifth": Fraction(1, 5),
    "one tenth": Fraction(1, 10),
}
ORDINALS = {
    word: number
    for number, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"],
        start=1,
    )
}
MAX_DIGITS = 30


class BadLiteral(Exception):
    """A literal that is spelled right and means nothing: February 30, a number of a hundred digits."""

    def __init__(self, span: Span, message: str, help: str = "", code: str = "VBC1020") -> None:
        self.span, self.message, self.help, self.code = span, message, help, code
        super().__init__(message)


def words(token: Token | str) -> str:
    """A name or phrase with its white space folded."""
    return " ".join(str(token).split())


def unquote(token: Token) -> str:
    """The text inside quotation marks, straight or typographic; white space folded."""
    return words(str(token)[1:-1])


def span_of(item: Any) -> Span:
    """The span of a token, a tree or a node."""
    if isinstance(item, Token):
        return Span(item.start_pos, item.end_pos)
    if isinstance(item, Tree):
        return Span(item.start_pos, item.end_pos)
    return cast(Span, item.span)


def number(token: Token) -> Fraction:
    """The exact value of digits with thousands separators and a decimal point."""
    text = str(token).lstrip()
    digits = re.sub(r"[^\d.]", "", text)
    if len(digits) > MAX_DIGITS:
        raise BadLiteral(span_of(token), f"this number has more than {MAX_DIGITS} digits")
    value = Fraction(digits) if "." in digits else Fraction(int(digits))
    return -value if text.startswith(("-", "minus")) else value


def date(token: Token) -> dt.date:
    """`January 1, 2025`; a day that the month does not have is a BadLiteral."""
    found = re.match(r"(\w+)\s+(\d+),\s+(\d{4})", str(token))
    assert found is not None
    month = MONTHS.index(found.group(1)) + 1
    try:
        return dt.date(int(found.group(3)), month, int(found.group(2)))
    except ValueError:
        raise BadLiteral(
            span_of(token),
            f"there is no {found.group(1)} {found.group(2)} in {found.group(3)}",
            "write a day that the month has",
        ) from None


def count_unit(noun: Token | str) -> str:
    """The unit behind a count noun."""
    text = words(noun)
    text = text if text.endswith("s") else plural(text)  # 1 member month
    if found := re.fullmatch(r"(\w+) (months|quarters)", text):
        return in_time(found[1], found[2])
    return {"beneficiaries": "members", "enrollees": "members", "covered days": "days"}.get(text, text)


def per_unit(token: Token) -> str:
    """The counted unit behind `per member per month`, `per visit`: a plural noun."""
    text = words(token).removeprefix("per ")
    if found := re.fullmatch(r"(\w+) per (month|quarter|year|day)|(\w+) (month|quarter)", text):
        return in_time(found[1] or found[3], f"{found[2] or found[4]}s")
    return plural({"beneficiary": "member", "enrollee": "member", "covered day": "day"}.get(text, text))


ROUND_UNITS: dict[str, tuple[Fraction, str]] = {
    "cent": (Fraction(1, 100), "money"),
    "dollar": (Fraction(1), "money"),
    "thousand dollars": (Fraction(1000), "money"),
    "percentage point": (Fraction(1, 100), "rate"),
    "tenth of a percentage point": (Fraction(1, 1000), "rate"),
    "hundredth of a percentage point": (Fraction(1, 10_000), "rate"),
    "thousandth of a percentage point": (Fraction(1, 100_000), "rate"),
    "whole number": (Fraction(1), "number"),
    "point": (Fraction(1), "number"),
    "tenth": (Fraction(1, 10), "number"),
    "hundredth": (Fraction(1, 100), "number"),
    "thousandth": (Fraction(1, 1000), "number"),
}


_WHOLE_VALUE = {
    ast.Rounding: "rounding",
    ast.Bound: "limit",
    ast.Changed: "change",
    ast.Prorated: "proration",
    ast.LessPaid: "deduction",
    ast.LessTerm: "deduction",
}


_DEFINED = {
    "rounding": "round",
    "limit": "limit",
    "change": "change",
    "proration": "prorate",
    "deduction": "reduce",
}


def _last_step(value: Any) -> tuple[str, Any]:
    """The word for a step that ends a value and could be meant for more than this value, and the step."""
    last = value.steps[-1] if isinstance(value, ast.Stepped) else None
    return _WHOLE_VALUE.get(type(last), ""), last


class ValueBuilder:
    """Builds values and conditions. `build(tree)` calls the method named like the tree.

    `open_numbers`: numbers may stand in for parameters of a clause (`parameters`): nothing follows from them.
    """

    def __init__(self, open_numbers: bool = False) -> None:
        self.open_numbers = open_numbers

    def build(self, item: Any) -> Any:
        """The node for a tree; a TERM token is a Name, a phrase token None."""
        if isinstance(item, Token):
            return self.token(item)
        method = getattr(self, item.data, None)
        if method is None:
            raise AssertionError(f"no builder for {item.data}")
        return method(item, Span(item.start_pos, item.end_pos))

    def token(self, token: Token) -> Any:
        """The value of a token."""
        kind = token.type
        if kind.startswith("K_"):  # a phrase
            return None
        match kind:
            case "TERM":
                return ast.Name(words(token), span=span_of(token))
            case "QUOTED":
                return unquote(token)
            case "DATE":
                return date(token)
            case "NUMBER" | "PERCENT":
                return number(token)
        return None

    def parts(self, tree: Tree) -> list[Any]:
        """The children that carry a value, built, without phrase tokens."""
        build = self.build
        return [part for child in tree.children if (part := build(child)) is not None]

    def first(self, tree: Tree) -> Token:
        """The first child, where the grammar says that it is a token."""
        return cast(Token, tree.children[0])

    def tokens(self, tree: Tree, kind: str) -> list[Token]:
        """The tokens of a type among the children."""
        return [child for child in tree.children if isinstance(child, Token) and child.type == kind]

    # ------------------------------------------------------------ literals

    def l_money(self, tree: Tree, span: Span) -> ast.Literal_:
        per = self.tokens(tree, "PER_UNIT")
        kind = Kind("money", per_unit(per[0])) if per else MONEY
        return ast.Literal_(number(self.first(tree)), kind, span=span)

    def l_percent(self, tree: Tree, span: Span) -> ast.Literal_:
        return ast.Literal_(number(self.first(tree)) / 100, RATE, span=span)

    def l_number(self, tree: Tree, span: Span) -> ast.Literal_:
        return ast.Literal_(number(self.first(tree)), NUMBER, span=span)

    def l_count(self, tree: Tree, span: Span) -> ast.Literal_:
        unit = count_unit(cast(Token, tree.children[1]))
        kind = Kind("number", "points") if unit == "points" else Kind("count", unit)
        return ast.Literal_(number(self.first(tree)), kind, span=span)

    def l_points(self, tree: Tree, span: Span) -> ast.Literal_:
        return ast.Literal_(number(self.first(tree)) / 100, POINTS_OF_PERCENT, span=span)

    def l_fraction(self, tree: Tree, span: Span) -> ast.Literal_:
        return ast.Literal_(self._fraction(self.first(tree)), RATIO, span=span)

    def l_fraction_word(self, tree: Tree, span: Span) -> ast.Literal_:
        return ast.Literal_(FRACTION_WORDS[words(self.first(tree))], RATIO, span=span)

    def _fraction(self, token: Token) -> Fraction:
        top, bottom = str(token).split("/")
        if len(top) > MAX_DIGITS or len(bottom) > MAX_DIGITS:
            raise BadLiteral(span_of(token), f"this number has more than {MAX_DIGITS} digits")
        if int(bottom) == 0:
            raise BadLiteral(span_of(token), "a fraction cannot have 0 below the line")
        return Fraction(int(top), int(bottom))

    def literal(self, tree: Tree, span: Span) -> Any:
        return self.build(tree.children[0])

    # ------------------------------------------------------------ operands and expressions

    def ref(self, tree: Tree, span: Span) -> ast.Name:
        return cast(ast.Name, self.parts(tree)[0])

    def as_percentage(self, tree: Tree, span: Span) -> ast.Converted:
        return ast.Converted(self.parts(tree)[0], "percentage", span=span)

    def as_number(self, tree: Tree, span: Span) -> ast.Converted:
        return ast.Converted(self.parts(tree)[0], "number", span=span)

    def as_unit(self, tree: Tree, span: Span) -> ast.Converted:
        unit = count_unit(self.tokens(tree, "COUNT_NOUN")[0])
        return ast.Converted(self.parts(tree)[0], unit, span=span)

    def year_number(self, tree: Tree, span: Span) -> ast.YearFact:
        return ast.YearFact("year", span=span)

    def calendar_year(self, tree: Tree, span: Span) -> ast.YearFact:
        return ast.YearFact("calendar year", span=span)

    def paren(self, tree: Tree, span: Span) -> ast.Paren:
        return ast.Paren(self.parts(tree)[0], span=span)

    def sum(self, tree: Tree, span: Span) -> ast.Sum:
        items: list[Any] = []
        signs: list[int] = []
        sign = 1
        for child in tree.children:
            if isinstance(child, Token) and child.type in ("K_PLUS", "K_MINUS"):
                sign = 1 if child.type == "K_PLUS" else -1
            else:
                items.append(self.build(child))
                signs.append(sign)
        return ast.Sum(tuple(items), tuple(signs), span=span)

    def product(self, tree: Tree, span: Span) -> ast.Product:
        return ast.Product(tuple(self.parts(tree)), span=span)

    def product_divided(self, tree: Tree, span: Span) -> ast.Product:
        *items, divisor = self.parts(tree)
        return ast.Product(tuple(items), divisor, span=span)

    def quotient(self, tree: Tree, span: Span) -> ast.Product:
        left, right = self.parts(tree)
        return ast.Product((left,), right, span=span)

    def percent_of(self, tree: Tree, span: Span) -> ast.ShareOf:
        token = self.tokens(tree, "PERCENT")[0]
        share = ast.Literal_(number(token) / 100, RATE, span=span_of(token))
        return ast.ShareOf(share, self.parts(tree)[-1], span=span)

    def fraction_of(self, tree: Tree, span: Span) -> ast.ShareOf:
        token = self.tokens(tree, "FRACTION")[0]
        share = ast.Literal_(self._fraction(token), RATIO, span=span_of(token))
        return ast.ShareOf(share, self.parts(tree)[-1], span=span)

    def fraction_word_of(self, tree: Tree, span: Span) -> ast.ShareOf:
        token = self.tokens(tree, "FRACTION_WORD")[0]
        share = ast.Literal_(FRACTION_WORDS[words(token)], RATIO, span=span_of(token))
        return ast.ShareOf(share, self.parts(tree)[-1], span=span)

    def expr(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[-1]

    base = operand = value = phrase = stepped_value = else_value = expr

    # ------------------------------------------------------------ steps

    def stepped(self, tree: Tree, span: Span) -> Any:
        base, step = self.parts(tree)
        if isinstance(step, tuple):  # a floor and a cap in one phrase
            first, second = step
            inner = base.steps if isinstance(base, ast.Stepped) else ()
            return ast.Stepped(base.base if inner else base, (*inner, first, second), span=span)
        if isinstance(base, ast.Stepped):
            return ast.Stepped(base.base, (*base.steps, step), span=span)
        return ast.Stepped(base, (step,), span=span)

    def _bound(self, side: Any, tree: Tree, span: Span) -> ast.Bound:
        limit, *per = self.parts(tree)
        return ast.Bound(side, limit, per[0] if per else (), span=span)

    def cap(self, tree: Tree, span: Span) -> ast.Bound:
        return self._bound("cap", tree, span)

    def floor(self, tree: Tree, span: Span) -> ast.Bound:
        return self._bound("floor", tree, span)

    def cap_both(self, tree: Tree, span: Span) -> ast.Bound:
        return self._bound("both", tree, span)

    def floor_and_cap(self, tree: Tree, span: Span) -> tuple[ast.Bound, ast.Bound]:
        floor, cap = self.parts(tree)
        return ast.Bound("floor", floor, span=span), ast.Bound("cap", cap, span=span)

    def cap_and_floor(self, tree: Tree, span: Span) -> tuple[ast.Bound, ast.Bound]:
        cap, floor = self.parts(tree)
        return ast.Bound("cap", cap, span=span), ast.Bound("floor", floor, span=span)

    def per_grain(self, tree: Tree, span: Span) -> tuple[ast.Name, ...]:
        return tuple(self.parts(tree))

    def rounded(self, tree: Tree, span: Span) -> ast.Rounding:
        mode = cast(RoundMode, words(self.tokens(tree, "ROUND_MODE")[0]))
        unit, of = ROUND_UNITS[words(self.tokens(tree, "ROUND_UNIT")[0]).removeprefix("nearest ")]
        return ast.Rounding(mode, unit, cast(Any, of), span=span)

    def rounded_places(self, tree: Tree, span: Span) -> ast.Rounding:
        mode = cast(RoundMode, words(self.tokens(tree, "ROUND_MODE")[0]))
        token = self.tokens(tree, "NUMBER")[0]
        places = number(token)
        if places.denominator != 1 or not 0 <= places <= 20:
            raise BadLiteral(span_of(token), "decimal places are a whole number from 0 through 20")
        return ast.Rounding(mode, Fraction(1, 10 ** int(places)), "number", span=span)

    def reduced_by(self, tree: Tree, span: Span) -> ast.Changed:
        return ast.Changed(self.parts(tree)[0], -1, span=span)

    def increased_by(self, tree: Tree, span: Span) -> ast.Changed:
        return ast.Changed(self.parts(tree)[0], 1, span=span)

    def less_paid(self, tree: Tree, span: Span) -> ast.LessPaid:
        return ast.LessPaid(str(self.tokens(tree, "SECTION_REF")[0]), span=span)

    def less_term(self, tree: Tree, span: Span) -> ast.LessTerm:
        return ast.LessTerm(self.parts(tree)[0], span=span)

    def less_term_own(self, tree: Tree, span: Span) -> ast.LessTerm:
        name, period = self.parts(tree)
        return ast.LessTerm(name, period, span=span)

    def not_scored_if(self, tree: Tree, span: Span) -> ast.UnscoredIf:
        return ast.UnscoredIf(self.parts(tree)[0], span=span)

    def if_zero(self, tree: Tree, span: Span) -> ast.IfZero:
        return ast.IfZero(self.parts(tree)[0], span=span)

    def not_scored_if_zero(self, tree: Tree, span: Span) -> ast.IfZero:
        return ast.IfZero(None, span=span)

    def if_not_scored(self, tree: Tree, span: Span) -> ast.IfUnscored:
        return ast.IfUnscored(self.parts(tree)[0], span=span)

    def if_none(self, tree: Tree, span: Span) -> ast.IfUnscored:
        (token,) = self.tokens(tree, "QUOTED")
        return ast.IfUnscored(ast.Literal_(unquote(token), TEXT, span=span_of(token)), span=span)

    def first_year(self, tree: Tree, span: Span) -> ast.FirstYear:
        return ast.FirstYear(self.parts(tree)[0], False, span=span)

    def first_year_unscored(self, tree: Tree, span: Span) -> ast.FirstYear:
        return ast.FirstYear(ast.NotScoredValue(span=span), False, span=span)

    def first_years(self, tree: Tree, span: Span) -> ast.FirstYear:
        value, years = self.parts(tree)
        return ast.FirstYear(value, False, years=int(years), span=span)

    def first_years_unscored(self, tree: Tree, span: Span) -> ast.FirstYear:
        (years,) = self.parts(tree)
        return ast.FirstYear(ast.NotScoredValue(span=span), False, years=int(years), span=span)

    def party_first_year(self, tree: Tree, span: Span) -> ast.FirstYear:
        value, party = self.parts(tree)
        return ast.FirstYear(value, True, party=party.text, span=span)

    def first_own(self, tree: Tree, span: Span) -> ast.FirstYear:
        value, *many, period = self.parts(tree)
        return ast.FirstYear(value, False, period, years=int(many[0]) if many else 1, span=span)

    def first_own_unscored(self, tree: Tree, span: Span) -> ast.FirstYear:
        *many, period = self.parts(tree)
        value = ast.NotScoredValue(span=span)
        return ast.FirstYear(value, False, period, years=int(many[0]) if many else 1, span=span)

    def first_text(self, tree: Tree, span: Span) -> ast.FirstYear:
        (token,) = self.tokens(tree, "QUOTED")
        text = ast.Literal_(unquote(token), TEXT, span=span_of(token))
        parts = self.parts(tree)
        period = next((part for part in parts if isinstance(part, ast.Name)), None)
        many = next((part for part in parts if isinstance(part, int | Fraction)), 1)
        return ast.FirstYear(text, False, period, years=int(many), span=span)

    def starting_from_own(self, tree: Tree, span: Span) -> ast.StartingFrom:
        value, period, label = self.parts(tree)
        return ast.StartingFrom(value, 0, period, label, span=span)

    def oa_number(self, tree: Tree, span: Span) -> str:
        return str(int(self.parts(tree)[0]))

    def oa_text(self, tree: Tree, span: Span) -> str:
        return unquote(self.tokens(tree, "QUOTED")[0])

    def starting_from(self, tree: Tree, span: Span) -> ast.StartingFrom:
        value, year = self.parts(tree)
        return ast.StartingFrom(value, int(year), span=span)

    def prorate_days(self, tree: Tree, span: Span) -> ast.Prorated:
        return ast.Prorated("days", span=span)

    def prorate_months(self, tree: Tree, span: Span) -> ast.Prorated:
        return ast.Prorated("months", span=span)

    def prorate(self, tree: Tree, span: Span) -> ast.Prorated:
        part, whole = self.parts(tree)
        return ast.Prorated("ratio", part, whole, span=span)

    # ------------------------------------------------------------ choices

    def conditional(self, tree: Tree, span: Span) -> ast.Choice:
        first = self.build(tree.children[0])
        cond, rest = self.build(tree.children[1])
        return self._choice(first, cond, rest, span)

    def if_tail(self, tree: Tree, span: Span) -> tuple[Any, Any]:
        cond, rest = self.parts(tree)
        return cond, rest

    def else_if(self, tree: Tree, span: Span) -> ast.Choice:
        first, cond, rest = self.parts(tree)
        return self._choice(first, cond, rest, span)

    def _choice(self, first: Any, cond: Any, rest: Any, span: Span) -> ast.Choice:
        if isinstance(rest, ast.Choice):
            return ast.Choice(((first, cond), *rest.branches), rest.otherwise, span=span)
        word, step = _last_step(rest)
        if word and _last_step(first)[0] != word:
            raise BadLiteral(
                step.span,
                "a rounding after “otherwise” does not say whether it rounds both values"
                if word == "rounding"
                else f"a {word} after “otherwise” does not say whether it acts on both values",
                f"put it before “if”, or define the value first and {_DEFINED[word]} that term; for the last "
                "value alone, put it into parentheses: “otherwise (…)”",
                "VBC1009",
            )
        return ast.Choice(((first, cond),), rest, span=span)

    def only_if(self, tree: Tree, span: Span) -> ast.Guarded:
        value, cond = self.parts(tree)
        return ast.Guarded(value, cond, False, span=span)

    def unless(self, tree: Tree, span: Span) -> ast.Guarded:
        value, cond = self.parts(tree)
        return ast.Guarded(value, cond, True, span=span)
