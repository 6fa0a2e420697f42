"""From the parser's tree to the nodes of `ast`: phrases, periods, days, aggregates (`grammar/value.lark`)."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from typing import Any, cast

import attrs

from vbcdsl.model.span import Span
from vbcdsl.syntax import ast
from vbcdsl.syntax.build_values import (
    MONTHS,
    ORDINALS,
    BadLiteral,
    ValueBuilder,
    count_unit,
    date,
    span_of,
    words,
)
from vbcdsl.syntax.parse_tree import Token, Tree

MAX_BACK = {"Performance Year": 20, "Half Year": 40, "Quarter": 80, "Month": 240}  # `2 quarters earlier`


class PhraseBuilder(ValueBuilder):
    """Adds phrases and aggregates to values."""

    # ------------------------------------------------------------ phrases

    def not_scored(self, tree: Tree, span: Span) -> ast.NotScoredValue:
        return ast.NotScoredValue(span=span)

    def lesser(self, tree: Tree, span: Span) -> ast.Extreme:
        return ast.Extreme("lesser", self.parts(tree)[0], span=span)

    def greater(self, tree: Tree, span: Span) -> ast.Extreme:
        return ast.Extreme("greater", self.parts(tree)[0], span=span)

    def operand_list(self, tree: Tree, span: Span) -> tuple[Any, ...]:
        return tuple(self.parts(tree))

    def excess(self, tree: Tree, span: Span) -> ast.Excess:
        left, right = self.parts(tree)
        return ast.Excess(left, right, span=span)

    def shortfall(self, tree: Tree, span: Span) -> ast.Excess:
        left, right = self.parts(tree)
        return ast.Excess(right, left, span=span)

    def at_prior_year(self, tree: Tree, span: Span) -> ast.Shifted:
        return ast.Shifted(self.parts(tree)[0], ast.When(back=1, span=span), span=span)

    def at_year(self, tree: Tree, span: Span) -> ast.Shifted:
        name, year = self.parts(tree)
        return ast.Shifted(name, ast.When(year=int(year), span=span), span=span)

    def at_earlier(self, tree: Tree, span: Span) -> ast.Shifted:
        name, back = self.parts(tree)
        clock = words(self.tokens(tree, "EARLIER")[0]).removesuffix(" earlier").removesuffix("s").title()
        if back != int(back) or not 1 <= back <= MAX_BACK[clock]:
            raise BadLiteral(
                span,
                f"so many {clock.lower()}s earlier are a whole number from 1 through {MAX_BACK[clock]}",
                "write the number",
            )
        return ast.Shifted(name, ast.When(back=int(back), clock=clock, span=span), span=span)

    def at_prior(self, tree: Tree, span: Span) -> ast.Shifted:
        clock = words(self.tokens(tree, "CLOCK_WORD")[0]).title()
        return ast.Shifted(self.parts(tree)[0], ast.When(back=1, clock=clock, span=span), span=span)

    def at_prior_own(self, tree: Tree, span: Span) -> ast.Shifted:
        name, period = self.parts(tree)
        return ast.Shifted(name, ast.When(back=1, clock=period.text, span=span), span=span)

    def at_own(self, tree: Tree, span: Span) -> ast.Shifted:
        name, period, label = self.parts(tree)
        return ast.Shifted(name, ast.When(clock=period.text, own=label, span=span), span=span)

    def at_party_first(self, tree: Tree, span: Span) -> ast.Shifted:
        return ast.Shifted(self.parts(tree)[0], ast.When(party_first=True, span=span), span=span)

    def at_key(self, tree: Tree, span: Span) -> ast.AtKey:
        name, key = self.parts(tree)
        return ast.AtKey(name, key, span=span)

    def at_key_prior_year(self, tree: Tree, span: Span) -> ast.AtKey:
        name, key = self.parts(tree)
        return ast.AtKey(name, key, None, ast.When(back=1, span=span), span=span)

    def at_key_year(self, tree: Tree, span: Span) -> ast.AtKey:
        name, key, year = self.parts(tree)
        return ast.AtKey(name, key, None, ast.When(year=int(year), span=span), span=span)

    def at_parameter(self, tree: Tree, span: Span) -> ast.AtKey:
        name, parameter = self.parts(tree)
        return ast.AtKey(name, "", parameter, span=span)

    def peer(self, tree: Tree, span: Span) -> ast.Peer:
        name, across = self.parts(tree)
        return ast.Peer(name, across, span=span)

    def all_of_them(self, tree: Tree, span: Span) -> ast.Across:
        return self._across(tree, span, False)

    def all_others(self, tree: Tree, span: Span) -> ast.Across:
        return self._across(tree, span, True)

    def _across(self, tree: Tree, span: Span, others: bool) -> ast.Across:
        plural_name, *rest = self.parts(tree)
        within = next((item for item in rest if isinstance(item, ast.Name)), None)
        scored = next((item for item in rest if isinstance(item, str)), "no")
        return ast.Across(plural_name, others, within, cast(Any, scored), span=span)

    def in_that(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[0]

    def moved_toward(self, tree: Tree, span: Span) -> ast.MovedToward:
        start, goal, step = self.parts(tree)
        return ast.MovedToward(start, goal, step, span=span)

    def power(self, tree: Tree, span: Span) -> ast.Powered:
        base, degree = self.parts(tree)
        return ast.Powered(base, int(degree), span=span)

    def _ordinal(self, tree: Tree) -> int:
        text = str(self.tokens(tree, "ORDINAL")[0])
        return ORDINALS[text] if text in ORDINALS else int(re.sub(r"\D", "", text))

    def nth_power(self, tree: Tree, span: Span) -> ast.Powered:
        return ast.Powered(self.parts(tree)[0], self._ordinal(tree), span=span)

    def nth_root(self, tree: Tree, span: Span) -> ast.Powered:
        base, places = self.parts(tree)
        return ast.Powered(base, self._ordinal(tree), int(places), span=span)

    def square_root(self, tree: Tree, span: Span) -> ast.Powered:
        base, places = self.parts(tree)
        return ast.Powered(base, 2, int(places), span=span)

    def compounded(self, tree: Tree, span: Span) -> ast.Compounded:
        base, years = self.parts(tree)
        return ast.Compounded(base, years, span=span)

    def interest(self, tree: Tree, span: Span) -> ast.Interest:
        principal, rate, basis, start, end = self.parts(tree)
        return ast.Interest(principal, rate, int(basis), start, end, span=span)

    def interest_on_due(self, tree: Tree, span: Span) -> ast.Interest:
        principal, rate, basis, start, end = self.parts(tree)
        return ast.Interest(principal, rate, int(basis), start, end, True, span=span)

    def days_from(self, tree: Tree, span: Span) -> ast.Between:
        start, end = self.parts(tree)
        through = any(t.type == "K_THROUGH" for t in tree.children if isinstance(t, Token))
        return ast.Between("days", start, end, through, span=span)

    def months_from(self, tree: Tree, span: Span) -> ast.Between:
        start, end = self.parts(tree)
        return ast.Between("months", start, end, False, span=span)

    def whole_months_from(self, tree: Tree, span: Span) -> ast.Between:
        start, end = self.parts(tree)
        return ast.Between("whole months", start, end, False, span=span)

    def days_in(self, tree: Tree, span: Span) -> ast.LengthOf:
        return ast.LengthOf("days", self.parts(tree)[0], span=span)

    def months_in(self, tree: Tree, span: Span) -> ast.LengthOf:
        return ast.LengthOf("months", self.parts(tree)[0], span=span)

    def w_date(self, tree: Tree, span: Span) -> ast.Literal_:
        from vbcdsl.model.kinds import DATE

        return ast.Literal_(date(self.first(tree)), DATE, span=span)

    def e_year_end(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("year end", span=span)

    def e_year_start(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("year start", span=span)

    def e_end(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("end", period=self.parts(tree)[0], span=span)

    def e_start(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("start", period=self.parts(tree)[0], span=span)

    def e_end_word(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("end", period=self._clock_word(tree), span=span)

    def e_start_word(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("start", period=self._clock_word(tree), span=span)

    def _clock_word(self, tree: Tree) -> ast.Name:
        (token,) = self.tokens(tree, "CLOCK_WORD")
        return ast.Name(words(token).title(), span=span_of(token))

    def e_month_day(self, tree: Tree, span: Span) -> ast.Event:
        month, day = self.month_day(self.tokens(tree, "MONTH_DAY")[0])
        return ast.Event("month day", month=month, day=day, span=span)

    def month_day(self, token: Token) -> tuple[int, int]:
        """`September 30` as (9, 30)."""
        month_name, day = str(token).split()
        month = MONTHS.index(month_name) + 1
        try:
            dt.date(2023, month, int(day))
        except ValueError:
            raise BadLiteral(span_of(token), f"there is no {words(token)} in every year") from None
        return month, int(day)

    def e_after(self, tree: Tree, span: Span) -> ast.Event:
        count, of = self.parts(tree)
        unit = self.length_of_time(tree, span)
        return ast.Event("after", count=int(count), unit=unit, of=of, span=span)

    def length_of_time(self, tree: Tree, span: Span) -> str:
        """`days` in `90 days after …`."""
        unit = count_unit(self.tokens(tree, "COUNT_NOUN")[0])
        if unit not in ("days", "months", "years"):
            raise BadLiteral(span, f"“{unit}” is not a length of time", "write days, months or years")
        return unit

    def e_final_report(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("final report", span=span)

    def e_notice(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("notice", span=span)

    def e_payment(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("payment", section=str(self.tokens(tree, "SECTION_REF")[0]), span=span)

    def e_due(self, tree: Tree, span: Span) -> ast.Event:
        return ast.Event("due", section=str(self.tokens(tree, "SECTION_REF")[0]), span=span)

    def percentile_in(self, tree: Tree, span: Span) -> ast.PercentileIn:
        operand, table, *vintage = self.parts(tree)
        prior, year = vintage[0] if vintage else (False, None)
        return ast.PercentileIn(operand, table, prior, year, span=span)

    def v_prior(self, tree: Tree, span: Span) -> tuple[bool, int | None]:
        return True, None

    def v_year(self, tree: Tree, span: Span) -> tuple[bool, int | None]:
        return False, int(self.parts(tree)[0])

    # ------------------------------------------------------------ aggregates

    def agg_of(self, tree: Tree, span: Span) -> str:
        return str(tree.data)

    total = number_ = average = largest = smallest = median = agg_of

    def number(self, tree: Tree, span: Span) -> str:
        return "number"

    def where(self, tree: Tree, span: Span) -> Any:
        return ("where", self.parts(tree)[0])

    def weight(self, tree: Tree, span: Span) -> Any:
        return ("weight", self.parts(tree)[0])

    def agg(self, tree: Tree, span: Span) -> ast.AggregateOf:
        word, operand, *rest = self.parts(tree)
        return self._aggregate(word, operand, rest, span)

    agg_weight_first = agg

    def that_are(self, tree: Tree, span: Span) -> Any:
        gate = self.parts(tree)[0]
        return ("that are", ast.Truth(gate, span=gate.span))

    def agg_that_are(self, tree: Tree, span: Span) -> ast.AggregateOf:
        word, operand, (_, gate), *rest = self.parts(tree)
        found = self._aggregate(word, operand, rest, span)
        where = gate if found.where is None else ast.And((gate, found.where), span=span)
        return ast.AggregateOf(found.word, operand, found.over, found.across, where, found.weight, span=span)

    def agg_over_that_are(self, tree: Tree, span: Span) -> ast.AggregateOf:
        word, operand, over, (_, gate), *rest = self.parts(tree)
        found = self._aggregate(word, operand, [over, *rest], span)
        where = gate if found.where is None else ast.And((gate, found.where), span=span)
        return attrs.evolve(found, where=where)

    def _aggregate(
        self, word: Any, operand: Any, rest: list[Any], span: Span, **more: Any
    ) -> ast.AggregateOf:
        over = across = where = weight = None
        for item in rest:
            match item:
                case ("where", cond):
                    where = cond
                case ("weight", value):
                    weight = value
                case ast.Over():
                    over = item
                case ast.Across():
                    across = item
        return ast.AggregateOf(word, operand, over, across, where, weight, span=span, **more)

    def weighted_average(self, tree: Tree, span: Span) -> ast.AggregateOf:
        weight, plural_name, *rest = self.parts(tree)
        operand = rest.pop()
        scored, within, where = "no", None, None
        for item in rest:
            match item:
                case ("where", cond):
                    where = cond
                case ast.Name():
                    within = item
                case str():
                    scored = item
        over = ast.Over(plural_name, within, cast(Any, scored), span=plural_name.span)
        return ast.AggregateOf("average", operand, over, None, where, weight, span=span)

    def percentile(self, tree: Tree, span: Span) -> ast.AggregateOf:
        method, operand, *rest = self.parts(tree)
        percent = Fraction(self._ordinal(tree))
        return self._aggregate("percentile", operand, rest, span, percent=percent, method=method)

    def percentile_plain(self, tree: Tree, span: Span) -> ast.AggregateOf:
        operand, *rest = self.parts(tree)
        percent = Fraction(self._ordinal(tree))
        return self._aggregate("percentile", operand, rest, span, percent=percent)

    def by_interpolation(self, tree: Tree, span: Span) -> str:
        return "linear interpolation"

    def by_nearest_rank(self, tree: Tree, span: Span) -> str:
        return "nearest rank"

    def _rank(self, tree: Tree, span: Span, highest: bool) -> ast.RankOf:
        operand, over, *stated = self.parts(tree)
        ties = stated[0] if stated else "better"  # equal values share the better rank (Q39)
        across = over if isinstance(over, ast.Across) else None
        return ast.RankOf(operand, None if across else over, across, highest, cast(Any, ties), span=span)

    def rank_highest(self, tree: Tree, span: Span) -> ast.RankOf:
        return self._rank(tree, span, True)

    def rank_lowest(self, tree: Tree, span: Span) -> ast.RankOf:
        return self._rank(tree, span, False)

    def rt_better(self, tree: Tree, span: Span) -> str:
        return "better"

    def rt_worse(self, tree: Tree, span: Span) -> str:
        return "worse"

    def rt_average(self, tree: Tree, span: Span) -> str:
        return "average"

    def over_the(self, tree: Tree, span: Span) -> ast.Over:
        plural_name, *rest = self.parts(tree)
        within = next((item for item in rest if isinstance(item, ast.Name)), None)
        scored = next((item for item in rest if isinstance(item, str)), "no")
        return ast.Over(plural_name, within, cast(Any, scored), span=span)

    def over_all(self, tree: Tree, span: Span) -> ast.Over:
        return attrs.evolve(self.over_the(tree, span), every=True)

    def among_all(self, tree: Tree, span: Span) -> ast.Across:
        return self._across(tree, span, False)

    def over(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[0]

    def over_years(self, tree: Tree, span: Span) -> ast.Over:
        years, *scored = self.parts(tree)
        return ast.Over(years=int(years), scored=scored[0] if scored else "no", span=span)

    def to_date(self, tree: Tree, span: Span) -> ast.Over:
        start, end = self.parts(tree)
        return ast.Over(to_date=(start, end), span=span)

    def scored(self, tree: Tree, span: Span) -> str:
        return "only"

    def scored_equally(self, tree: Tree, span: Span) -> str:
        return "equally"

    def with_largest(self, tree: Tree, span: Span) -> ast.WithMost:
        return self._with_most(tree, span, False)

    def with_smallest(self, tree: Tree, span: Span) -> ast.WithMost:
        return self._with_most(tree, span, True)

    def _with_most(self, tree: Tree, span: Span, smallest: bool) -> ast.WithMost:
        choose, word, operand, *rest = self.parts(tree)
        where = next((item[1] for item in rest if isinstance(item, tuple)), None)
        ties = tuple(item for item in rest if isinstance(item, ast.Tie))
        return ast.WithMost(choose, word, operand, where, ties, smallest, span=span)

    def t_by(self, tree: Tree, span: Span) -> ast.Tie:
        word = str(self.tokens(tree, "TIE_WORD")[0])
        return ast.Tie(cast(Any, word), self.parts(tree)[0], span=span)

    def t_first(self, tree: Tree, span: Span) -> ast.Tie:
        return ast.Tie("first", self.parts(tree)[0], span=span)
