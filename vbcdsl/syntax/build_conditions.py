"""From the parser's tree to the nodes of `ast`: conditions and ranges (`grammar/condition.lark`)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.model.span import Span
from vbcdsl.syntax import ast
from vbcdsl.syntax.build_phrases import PhraseBuilder
from vbcdsl.syntax.build_values import BadLiteral, date, words
from vbcdsl.syntax.parse_tree import Token, Tree

_VAGUE = {
    "err_between": "between",
    "err_up_to": "up to",
    "err_from_up_to": "from … up to",
    "err_from_to": "from … to",
    "err_above_up_to": "above … up to",
    "err_above_through": "above … through",
    "err_no_more": "no more than",
    "err_no_less": "no less than",
    "err_over": "over",
    "err_under": "under",
    "err_within": "within",
    "err_about": "approximately",
}


class ConditionBuilder(PhraseBuilder):
    """Adds conditions to the values."""

    def truth(self, tree: Tree, span: Span) -> ast.Truth:
        return ast.Truth(self.parts(tree)[0], span=span)

    def not_truth(self, tree: Tree, span: Span) -> ast.Truth:
        return ast.Truth(self.parts(tree)[0], True, span=span)

    def not_cond(self, tree: Tree, span: Span) -> ast.Negated:
        return ast.Negated(self.parts(tree)[0], span=span)

    def is_yes(self, tree: Tree, span: Span) -> ast.Truth:
        return self._said(tree, span, negated=False)

    def is_no(self, tree: Tree, span: Span) -> ast.Truth:
        return self._said(tree, span, negated=True)

    def _said(self, tree: Tree, span: Span, negated: bool) -> ast.Truth:
        """`Enrolled is yes` is `Enrolled`, `Enrolled is no` is `not Enrolled`."""
        name = self.parts(tree)[0]
        if not isinstance(name, ast.Name):
            raise BadLiteral(
                span, "only a name can be yes or no", "define the condition as a gate: “is met if …”"
            )
        return ast.Truth(name, negated, span=span)

    def conj(self, tree: Tree, span: Span) -> ast.And:
        return ast.And(tuple(self.parts(tree)), span=span)

    def disj(self, tree: Tree, span: Span) -> ast.Or:
        return ast.Or(tuple(self.parts(tree)), span=span)

    def paren_cond(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[0]

    def compare(self, tree: Tree, span: Span) -> ast.InRange:
        value, range_ = self.parts(tree)
        return ast.InRange(value, range_, span=span)

    def is_not_exactly(self, tree: Tree, span: Span) -> ast.InRange:
        value, end = self.parts(tree)
        return ast.InRange(value, ast.Range(end, True, end, True, outside=True, span=end.span), span=span)

    def year_compare(self, tree: Tree, span: Span) -> ast.InRange:
        (range_,) = self.parts(tree)
        return ast.InRange(ast.YearFact("year", span=span), range_, span=span)

    def year_is(self, tree: Tree, span: Span) -> ast.InRange:
        from vbcdsl.model.kinds import NUMBER

        (year,) = self.parts(tree)
        number = ast.Literal_(year, NUMBER, span=span)
        return ast.InRange(
            ast.YearFact("year", span=span), ast.Range(number, True, number, True, span=span), span=span
        )

    def own_year_is(self, tree: Tree, span: Span) -> ast.InRange:
        return self._own_year(tree, span, outside=False)

    def own_year_is_not(self, tree: Tree, span: Span) -> ast.InRange:
        return self._own_year(tree, span, outside=True)

    def _own_year(self, tree: Tree, span: Span, outside: bool) -> ast.InRange:
        from vbcdsl.model.kinds import NUMBER
        from vbcdsl.syntax.build_values import ORDINALS

        (party,) = self.parts(tree)
        number = ast.Literal_(
            Fraction(ORDINALS[str(self.tokens(tree, "ORDINAL_WORD")[0])]), NUMBER, span=span
        )
        year = ast.YearFact("own year", party.text, span=span)
        return ast.InRange(year, ast.Range(number, True, number, True, outside=outside, span=span), span=span)

    def compare_date(self, tree: Tree, span: Span) -> ast.OnDate:
        value, (low, low_in, high, high_in) = self.parts(tree)
        return ast.OnDate(value, low, low_in, high, high_in, span=span)

    def on_or_after(self, tree: Tree, span: Span) -> tuple[Any, bool, Any, bool]:
        return self.parts(tree)[0], True, None, False

    def after(self, tree: Tree, span: Span) -> tuple[Any, bool, Any, bool]:
        return self.parts(tree)[0], False, None, False

    def on_or_before(self, tree: Tree, span: Span) -> tuple[Any, bool, Any, bool]:
        return None, False, self.parts(tree)[0], True

    def before(self, tree: Tree, span: Span) -> tuple[Any, bool, Any, bool]:
        return None, False, self.parts(tree)[0], False

    def in_year(self, tree: Tree, span: Span) -> tuple[Any, bool, Any, bool]:
        return ast.Event("year start", span=span), True, ast.Event("year end", span=span), True

    def in_period(self, tree: Tree, span: Span) -> tuple[Any, bool, Any, bool]:
        (period,) = self.parts(tree)
        first, last = (ast.Event(what, period=period, span=span) for what in ("start", "end"))
        return first, True, last, True

    def _dates(self, tree: Tree) -> list[ast.Literal_]:
        from vbcdsl.model.kinds import DATE
        from vbcdsl.syntax.build_values import span_of

        return [ast.Literal_(date(t), DATE, span=span_of(t)) for t in self.tokens(tree, "DATE")]

    def date_between(self, tree: Tree, span: Span) -> tuple[Any, bool, Any, bool]:
        low, high = self._dates(tree)
        return low, True, high, True

    def date_exactly(self, tree: Tree, span: Span) -> tuple[Any, bool, Any, bool]:
        (day,) = self._dates(tree)
        return day, True, day, True

    def is_text(self, tree: Tree, span: Span) -> ast.TextIs:
        value, *texts = self.parts(tree)
        return ast.TextIs(value, tuple(texts), span=span)

    one_of = is_text

    def is_not_text(self, tree: Tree, span: Span) -> ast.TextIs:
        value, text = self.parts(tree)
        return ast.TextIs(value, (text,), True, span=span)

    def met(self, tree: Tree, span: Span) -> ast.IsMet:
        return ast.IsMet(self.parts(tree)[0], span=span)

    def not_met(self, tree: Tree, span: Span) -> ast.IsMet:
        return ast.IsMet(self.parts(tree)[0], True, span=span)

    def is_that(self, tree: Tree, span: Span) -> ast.IsThat:
        value, key = self.parts(tree)
        return ast.IsThat(value, key, span=span)

    def is_not_that(self, tree: Tree, span: Span) -> ast.IsThat:
        return attrs.evolve(self.is_that(tree, span), negated=True)

    def is_scored(self, tree: Tree, span: Span) -> ast.Scored:
        return ast.Scored(self.parts(tree)[0], span=span)

    def is_not_scored(self, tree: Tree, span: Span) -> ast.Scored:
        return ast.Scored(self.parts(tree)[0], True, span=span)

    def _direction(self, tree: Tree, span: Span, word: Any) -> Any:
        """A comparison in the direction of the measure; behind `have` its value stands outside."""
        *left, right = self.parts(tree)
        return ast.Better(left[0], right, word, span=span) if left else (word, right)

    def as_good(self, tree: Tree, span: Span) -> Any:
        return self._direction(tree, span, "as good as or better")

    def better(self, tree: Tree, span: Span) -> Any:
        return self._direction(tree, span, "better")

    def worse(self, tree: Tree, span: Span) -> Any:
        return self._direction(tree, span, "worse")

    # ------------------------------------------------------------ enough of them

    def unscored(self, tree: Tree, span: Span) -> str:
        return "as not met"

    def fewer_all(self, tree: Tree, span: Span) -> Any:
        return "fewer", int(self.parts(tree)[0]), True

    def fewer_not(self, tree: Tree, span: Span) -> Any:
        return "fewer", int(self.parts(tree)[0]), False

    def _fewer(self, rest: list[Any]) -> tuple[int | None, bool]:
        """`, or all of them if fewer than 2 are scored`, taken out of the parts."""
        for item in rest:
            if isinstance(item, tuple) and item[0] == "fewer":
                rest.remove(item)
                return item[1], item[2]
        return None, False

    def q_have(self, tree: Tree, span: Span) -> ast.Enough:
        quant, plural, *rest = self.parts(tree)
        fewer = self._fewer(rest)
        within, scored, as_not_met, rest = self._enough_options(rest)
        return ast.Enough(quant, plural, within, scored, self._had(*rest), as_not_met, *fewer, span=span)

    q_have_better = q_have

    def _had(self, value: Any, what: Any) -> Any:
        """The condition behind `have`: `Rate at least Target`, `Rate better than Target`."""
        if isinstance(what, tuple):
            word, right = what
            return ast.Better(value, right, word, span=value.span.to(right.span))
        return ast.InRange(value, what, span=value.span.to(what.span))

    def q_have_date(self, tree: Tree, span: Span) -> ast.Enough:
        quant, plural, *rest = self.parts(tree)
        fewer = self._fewer(rest)
        days = next(item for item in rest if isinstance(item, tuple))
        value = rest.pop(rest.index(days) - 1)
        rest.remove(days)
        within, scored, as_not_met, _ = self._enough_options(rest)
        cond = ast.OnDate(value, *days, span=value.span)
        return ast.Enough(quant, plural, within, scored, cond, as_not_met, *fewer, span=span)

    def q_count_have(self, tree: Tree, span: Span) -> ast.Enough:
        count, noun, *rest = self.parts(tree)
        fewer, fewer_all = self._fewer(rest)
        as_not_met = "as not met" in rest
        *within, value, what = [item for item in rest if not isinstance(item, str)]
        quant = ast.Quant("at least", count=int(count), span=span)
        cond = self._had(value, what)
        where = within[0] if within else None
        return ast.Enough(quant, noun, where, False, cond, as_not_met, fewer, fewer_all, span=span)

    q_count_better = q_count_have

    def q_meet(self, tree: Tree, span: Span) -> ast.Enough:
        quant, plural, *rest = self.parts(tree)
        fewer = self._fewer(rest)
        gate = [item for item in rest if isinstance(item, ast.Name)][-1]
        rest.remove(gate)
        within, scored, as_not_met, _ = self._enough_options(rest)
        return ast.Enough(
            quant, plural, within, scored, ast.Truth(gate, span=gate.span), as_not_met, *fewer, span=span
        )

    def _enough_options(self, rest: list[Any]) -> tuple[ast.Name | None, bool, bool, list[Any]]:
        """Take `in that Domain`, `that are scored` and `counting …` out of the parts."""
        rest = list(rest)
        as_not_met = "as not met" in rest
        scored = "only" in rest
        rest = [item for item in rest if not isinstance(item, str)]
        within = None
        if rest and isinstance(rest[0], ast.Name) and len(rest) != 2:
            within = rest.pop(0)
        return within, scored, as_not_met, rest

    def q_count_is(self, tree: Tree, span: Span) -> ast.Enough:
        count, noun, *rest = self.parts(tree)
        fewer, fewer_all = self._fewer(rest)
        as_not_met = "as not met" in rest
        *within, gate = [item for item in rest if isinstance(item, ast.Name)]
        quant = ast.Quant("at least", count=int(count), span=span)
        cond = ast.Truth(gate, span=gate.span)
        where = within[0] if within else None
        return ast.Enough(quant, noun, where, False, cond, as_not_met, fewer, fewer_all, span=span)

    def in_every(self, tree: Tree, span: Span) -> ast.Enough:
        dim, cond = self.parts(tree)
        return ast.Enough(ast.Quant("all", span=span), dim, None, False, cond, span=span)

    def in_every_met(self, tree: Tree, span: Span) -> ast.Enough:
        dim, gate = self.parts(tree)
        cond = ast.Truth(gate, span=gate.span)
        return ast.Enough(ast.Quant("all", span=span), dim, None, False, cond, span=span)

    def in_at_least(self, tree: Tree, span: Span) -> ast.Enough:
        count, dim, cond = self.parts(tree)
        return ast.Enough(ast.Quant("at least", int(count), span=span), dim, None, False, cond, span=span)

    def in_at_least_met(self, tree: Tree, span: Span) -> ast.Enough:
        count, dim, gate = self.parts(tree)
        cond = ast.Truth(gate, span=gate.span)
        return ast.Enough(ast.Quant("at least", int(count), span=span), dim, None, False, cond, span=span)

    def _quant(self, word: Any, tree: Tree, span: Span) -> ast.Quant:
        values = self.parts(tree)
        if self.tokens(tree, "PERCENT"):
            return ast.Quant(word, percent=values[0] / 100, span=span)
        return ast.Quant(word, count=int(values[0]) if values else None, span=span)

    def q_at_least(self, tree: Tree, span: Span) -> ast.Quant:
        return self._quant("at least", tree, span)

    q_at_least_percent = qh_at_least = q_at_least

    def q_more_percent(self, tree: Tree, span: Span) -> ast.Quant:
        return self._quant("more than", tree, span)

    def q_at_most(self, tree: Tree, span: Span) -> ast.Quant:
        return self._quant("at most", tree, span)

    def q_exactly(self, tree: Tree, span: Span) -> ast.Quant:
        return self._quant("exactly", tree, span)

    qh_exactly = q_exactly

    def q_all(self, tree: Tree, span: Span) -> ast.Quant:
        return ast.Quant("all", span=span)

    def q_any(self, tree: Tree, span: Span) -> ast.Quant:
        return ast.Quant("any", span=span)

    def q_none(self, tree: Tree, span: Span) -> ast.Quant:
        return ast.Quant("none", span=span)

    qh_all, qh_any, qh_none = q_all, q_any, q_none

    def quant_list(self, tree: Tree, span: Span) -> ast.Listed:
        quant, *items = self.parts(tree)
        return ast.Listed(quant, tuple(items), span=span)

    def paragraph(self, tree: Tree, span: Span) -> tuple[str, Any]:
        return str(self.tokens(tree, "PARA_NO")[0]), self.parts(tree)[0]

    # ------------------------------------------------------------ ranges

    def _range(self, span: Span, low: Any, low_in: bool, high: Any, high_in: bool) -> ast.Range:
        return ast.Range(low, low_in, high, high_in, span=span)

    def ge(self, tree: Tree, span: Span) -> ast.Range:
        return self._range(span, self.parts(tree)[0], True, None, False)

    def gt(self, tree: Tree, span: Span) -> ast.Range:
        return self._range(span, self.parts(tree)[0], False, None, False)

    def lt(self, tree: Tree, span: Span) -> ast.Range:
        return self._range(span, None, False, self.parts(tree)[0], False)

    def le(self, tree: Tree, span: Span) -> ast.Range:
        return self._range(span, None, False, self.parts(tree)[0], True)

    def eq(self, tree: Tree, span: Span) -> ast.Range:
        value = self.parts(tree)[0]
        return self._range(span, value, True, value, True)

    def ne(self, tree: Tree, span: Span) -> ast.Range:
        value = self.parts(tree)[0]
        return ast.Range(value, True, value, True, True, span=span)

    def half_open(self, tree: Tree, span: Span) -> ast.Range:
        low, high = self.parts(tree)
        return self._range(span, low, True, high, False)

    def closed(self, tree: Tree, span: Span) -> ast.Range:
        low, high = self.parts(tree)
        return ast.Range(low, True, high, True, through=True, span=span)

    def both_out(self, tree: Tree, span: Span) -> ast.Range:
        low, high = self.parts(tree)
        return self._range(span, low, False, high, False)

    def both_in(self, tree: Tree, span: Span) -> ast.Range:
        low, high = self.parts(tree)
        return self._range(span, low, True, high, True)

    def open_closed(self, tree: Tree, span: Span) -> ast.Range:
        low, high = self.parts(tree)
        return self._range(span, low, False, high, True)

    def vague(self, tree: Tree, span: Span) -> ast.VagueRange:
        """Any of the phrases that do not say which end is included."""
        return ast.VagueRange(_VAGUE[str(tree.data)], tuple(self.parts(tree)), span=span)

    def build(self, item: Any) -> Any:
        """As in `ValueBuilder`, with one method for all vague phrases."""
        if type(item) is Tree and item.data in _VAGUE:
            return self.vague(item, Span(item.start_pos, item.end_pos))
        return super().build(item)


def phrase_text(token: Token) -> str:
    """A phrase token as a person reads it."""
    return words(token)
