"""From the parser's tree to the nodes of `tree`: sections, examples, clauses, amendments (`grammar/section.lark`,
`contract.lark`)."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any, Literal, cast

import attrs

from vbcdsl.model.kinds import DATE, YES_NO, Kind
from vbcdsl.model.span import Span
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.build_payments import PaymentBuilder
from vbcdsl.syntax.build_values import BadLiteral, count_unit, date, number, span_of, unquote, words
from vbcdsl.syntax.parse_tree import Tree


class SentenceBuilder(PaymentBuilder):
    """Adds sentences to values, conditions, tables and payments."""

    # ------------------------------------------------------------ sections

    def section(self, tree: Tree, span: Span) -> t.Section:
        number_token = self.tokens(tree, "SECTION_NO")[0]
        heading = self.tokens(tree, "HEADING")
        prefixes, core = self.build(tree.children[-1])
        return t.Section(str(number_token), words(heading[0]) if heading else "", prefixes, core, span=span)

    def s_plain(self, tree: Tree, span: Span) -> tuple[tuple[t.Prefix, ...], Any]:
        *prefixes, core = self.parts(tree)
        return tuple(each for part in prefixes for each in part), core

    s_table = s_plain

    def p_notwithstanding(self, tree: Tree, span: Span) -> tuple[t.Prefix, ...]:
        return self._over("notwithstanding", tree, span)

    def p_subject(self, tree: Tree, span: Span) -> tuple[t.Prefix, ...]:
        return self._over("subject to", tree, span)

    def _over(
        self, how: Literal["notwithstanding", "subject to"], tree: Tree, span: Span
    ) -> tuple[t.Prefix, ...]:
        """One prefix for each section that it names."""
        return tuple(t.Prefix(how, str(section), span=span) for section in self.tokens(tree, "SECTION_REF"))

    def p_from_through(self, tree: Tree, span: Span) -> tuple[t.Prefix, ...]:
        start, end = map(date, self.tokens(tree, "DATE"))
        return (t.Prefix("from", start=start, end=end, span=span),)

    def p_from(self, tree: Tree, span: Span) -> tuple[t.Prefix, ...]:
        return (t.Prefix("from", start=date(self.tokens(tree, "DATE")[0]), span=span),)

    def grain(self, tree: Tree, span: Span) -> tuple[ast.Name, ...]:
        return tuple(self.parts(tree))

    grain_clock = grain
    list_grain = grain

    def s_define(self, tree: Tree, span: Span) -> t.Define:
        (name,) = self.quoted(tree)
        *grain, value = self.rest(tree)
        return t.Define(name, grain[0] if grain else (), value, span=span)

    def s_define_paid(self, tree: Tree, span: Span) -> t.Define:
        (name,) = self.quoted(tree)
        *grain, value, (_, day) = self.rest(tree)
        return t.Define(name, grain[0] if grain else (), value, day, span=span)

    def s_define_list(self, tree: Tree, span: Span) -> t.Define:
        (name,) = self.quoted(tree)
        grain: tuple[ast.Name, ...] = ()
        branches: list[tuple[Any, Any]] = []
        otherwise = None
        for item in self.rest(tree):
            match item:
                case ("if", value, cond):
                    branches.append((value, cond))
                case ("otherwise", value):
                    otherwise = value
                case tuple():
                    grain = item
        if otherwise is None or not branches:
            raise BadLiteral(
                span, "the list has no paragraph for every other case", "end it with “(c) otherwise …”"
            )
        value = ast.Choice(tuple(branches), otherwise, span=span)
        return t.Define(name, grain, value, span=span)

    def lv_if(self, tree: Tree, span: Span) -> Any:
        value, cond = self.parts(tree)
        return "if", value, cond

    def lv_otherwise(self, tree: Tree, span: Span) -> Any:
        return "otherwise", self.parts(tree)[0]

    def s_gate(self, tree: Tree, span: Span) -> t.Gate:
        (name,) = self.quoted(tree)
        *grain, cond = self.rest(tree)
        return t.Gate(name, grain[0] if grain else (), cond, span=span)

    s_gate_list = s_gate

    def s_gate_each(self, tree: Tree, span: Span) -> t.Gate:
        (name,) = self.quoted(tree)
        key, *grain, cond = self.rest(tree)
        keys = (key, *(grain[0] if grain else ()))
        return t.Gate(name, keys, cond, span=span)

    def s_duty(self, tree: Tree, span: Span) -> t.Gate:
        return attrs.evolve(self.s_gate(tree, span), duty=True)

    s_duty_list = s_duty

    def s_duty_file(self, tree: Tree, span: Span) -> t.Gate:
        (name,) = self.quoted(tree)
        return self._filed(name, self.rest(tree), span)

    def s_duty_plan(self, tree: Tree, span: Span) -> t.Gate:
        return self._filed(ast.Name("Corrective Action Plan", span=span), self.rest(tree), span)

    def _filed(self, name: ast.Name, rest: list[Any], span: Span) -> t.Gate:
        party, *key, cond = rest
        return t.Gate(name, tuple(key), cond, duty=True, filed_by=party, span=span)

    # ------------------------------------------------------------ phases

    def s_phase(self, tree: Tree, span: Span) -> t.Phases:
        (name,) = self.quoted(tree)
        parts: list[tuple[ast.Literal_, t.PhaseWhen]] = []
        otherwise = None
        for item in self.rest(tree):
            if isinstance(item, tuple) and item[0] == "else":
                otherwise = item[1]
            else:
                parts.append(item)
        return t.Phases(name, tuple(parts), otherwise, span=span)

    def phase(self, tree: Tree, span: Span) -> Any:
        literal, when = self.parts(tree)
        return literal, when

    def phase_when(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[0]

    def phase_else(self, tree: Tree, span: Span) -> Any:
        return "else", self.parts(tree)[0]

    def _years(self, tree: Tree) -> list[int]:
        return [int(number(token)) for token in self.tokens(tree, "NUMBER")]

    def w_year(self, tree: Tree, span: Span) -> t.PhaseWhen:
        (year,) = self._years(tree)
        return t.PhaseWhen(year, year, span=span)

    def w_years(self, tree: Tree, span: Span) -> t.PhaseWhen:
        first, last = self._years(tree)
        return t.PhaseWhen(first, last, span=span)

    def w_years_two(self, tree: Tree, span: Span) -> t.PhaseWhen:
        first, last = self._years(tree)
        if last != first + 1 and not self.open_numbers:
            raise BadLiteral(
                span, "these two years do not follow each other", "name each year with its value"
            )
        return t.PhaseWhen(first, last, span=span)

    def w_from_year(self, tree: Tree, span: Span) -> t.PhaseWhen:
        return t.PhaseWhen(self._years(tree)[0], None, span=span)

    def w_before_year(self, tree: Tree, span: Span) -> t.PhaseWhen:
        return t.PhaseWhen(None, self._years(tree)[0] - 1, before=True, span=span)

    def w_from(self, tree: Tree, span: Span) -> t.PhaseWhen:
        return t.PhaseWhen(start=date(self.tokens(tree, "DATE")[0]), span=span)

    def w_dates(self, tree: Tree, span: Span) -> t.PhaseWhen:
        start, end = map(date, self.tokens(tree, "DATE"))
        return t.PhaseWhen(start=start, end=end, span=span)

    def w_before(self, tree: Tree, span: Span) -> t.PhaseWhen:
        end = date(self.tokens(tree, "DATE")[0]) - dt.timedelta(days=1)
        return t.PhaseWhen(end=end, before=True, span=span)

    def _own(
        self, tree: Tree, span: Span, first: int | None, last: int | None, before: bool = False
    ) -> t.PhaseWhen:
        """The own periods that a value is for; `first` and `last` are places among the labels."""
        name, *labels = self.parts(tree)
        start = None if first is None else labels[first]
        end = None if last is None else labels[last]
        return t.PhaseWhen(before=before, own=name, own_first=start, own_last=end, span=span)

    def w_own(self, tree: Tree, span: Span) -> t.PhaseWhen:
        return self._own(tree, span, 0, 0)

    def w_owns(self, tree: Tree, span: Span) -> t.PhaseWhen:
        return self._own(tree, span, 0, 1)

    def w_from_own(self, tree: Tree, span: Span) -> t.PhaseWhen:
        return self._own(tree, span, 0, None)

    def w_before_own(self, tree: Tree, span: Span) -> t.PhaseWhen:
        return self._own(tree, span, None, 0, True)

    def w_party_year(self, tree: Tree, span: Span) -> t.PhaseWhen:
        party, number_, only = self.parts(tree)[0]
        return t.PhaseWhen(party_from=number_, party_only=only, party=party, span=span)

    def in_party_year(self, tree: Tree, span: Span) -> tuple[str, int, bool]:
        return self.parts(tree)[0].text, self._ordinal_word(tree), True

    def from_party_year(self, tree: Tree, span: Span) -> tuple[str, int, bool]:
        return self.parts(tree)[0].text, self._ordinal_word(tree), False

    def _ordinal_word(self, tree: Tree) -> int:
        from vbcdsl.syntax.build_values import ORDINALS

        return ORDINALS[str(self.tokens(tree, "ORDINAL_WORD")[0])]

    # ------------------------------------------------------------ exceptions, limits, agreements

    def s_restate(self, tree: Tree, span: Span) -> t.Restate:
        name, value = self.parts(tree)
        return t.Restate(name, value, None, span=span)

    def s_restate_if(self, tree: Tree, span: Span) -> t.Restate:
        cond, name, value = self.parts(tree)
        return t.Restate(name, value, cond, span=span)

    def s_deemed(self, tree: Tree, span: Span) -> t.Deemed:
        (name,) = (part for part in self.parts(tree) if isinstance(part, ast.Name))
        start, end = map(date, self.tokens(tree, "DATE"))
        return t.Deemed(name, start, end, span=span)

    def s_lapse(self, tree: Tree, span: Span) -> t.Lapse:
        name, years, *clock = self.parts(tree)
        if not isinstance(years, Fraction | int) or years != int(years) or not 1 <= years <= 20:
            raise BadLiteral(span, "the years after which it lapses are a whole number from 1 through 20", "")
        return t.Lapse(name, int(years), clock[0] if clock else None, span=span)

    s_lapse_own = s_lapse

    def s_none_due(self, tree: Tree, span: Span) -> t.Restate:
        return t.Restate(self.parts(tree)[0], None, None, span=span)

    def s_none_due_if(self, tree: Tree, span: Span) -> t.Restate:
        cond, name = self.parts(tree)
        return t.Restate(name, None, cond, span=span)

    def s_none_due_when(self, tree: Tree, span: Span) -> t.Restate:
        name, cond = self.parts(tree)
        return t.Restate(name, None, cond, span=span)

    def term_list(self, tree: Tree, span: Span) -> list[ast.Name]:
        return self.parts(tree)

    def s_aggregate_cap(self, tree: Tree, span: Span) -> t.AggregateCap:
        names, limit, *rest = self.parts(tree)
        order = tuple((rest[i], rest[i + 1]) for i in range(0, len(rest), 2))
        return t.AggregateCap(tuple(names), limit, order, span=span)

    def o_first(self, tree: Tree, span: Span) -> str:
        return "first"

    def o_next(self, tree: Tree, span: Span) -> str:
        return "next"

    def o_last(self, tree: Tree, span: Span) -> str:
        return "last"

    def o_proportion(self, tree: Tree, span: Span) -> str:
        return "in proportion"

    def s_aggregate_floor(self, tree: Tree, span: Span) -> t.AggregateFloor:
        names, limit, (what, who) = self.parts(tree)
        increased, payer = (who, None) if what == "increase" else (None, who)
        return t.AggregateFloor(tuple(names), limit, increased, payer, span=span)

    def af_increase(self, tree: Tree, span: Span) -> Any:
        return "increase", self.parts(tree)[0]

    def af_pay(self, tree: Tree, span: Span) -> Any:
        return "pay", self.parts(tree)[0]

    def s_agreed(self, tree: Tree, span: Span) -> t.Agreed:
        return t.Agreed(self.parts(tree)[0], span=span)

    def s_incorporates(self, tree: Tree, span: Span) -> t.Incorporates:
        version, *sha = self.parts(tree)
        return t.Incorporates(int(version), sha[0] if sha else "", span=span)

    def definition_sha(self, tree: Tree, span: Span) -> str:
        return str(self.tokens(tree, "SHA256")[0])

    def s_reading(self, tree: Tree, span: Span) -> t.Reading:
        quoted = [unquote(token) for token in self.tokens(tree, "QUOTED")]
        (value,) = self.rest(tree)
        section = str(self.tokens(tree, "SECTION_REF")[0])
        return t.Reading(section, quoted[0], value, quoted[1] if len(quoted) > 1 else "", span=span)

    def s_roster(self, tree: Tree, span: Span) -> t.RosterOf:
        plural, record = self.parts(tree)
        return t.RosterOf(plural, record, span=span)

    def s_apply(self, tree: Tree, span: Span) -> t.Apply:
        clause = unquote(self.tokens(tree, "QUOTED")[0])
        rest = self.rest(tree)
        arguments = tuple(item for item in rest if isinstance(item, t.Argument))
        results = tuple(item for item in rest if isinstance(item, ast.Name))
        return t.Apply(clause, arguments, results, span=span)

    def argument(self, tree: Tree, span: Span) -> t.Argument:
        last = tree.children[-1]
        cut = list(last.tokens()) if isinstance(last, Tree) else [last]
        literal = tuple((token.type, str(token)) for token in cut)
        name = cast(ast.Name, self.build(tree.children[0]))
        where = Span(cut[0].start_pos, cut[-1].end_pos)
        if isinstance(last, Tree):
            plain = last.data.startswith("l_")
            return t.Argument(name, self.build(last), literal if plain else (), span=span)
        value: Any
        match last.type:
            case "QUOTED":
                value = unquote(last)
            case "DATE":
                value = ast.Literal_(date(last), DATE, span=where)
            case "K_NOT_SCORED":
                value = ast.NotScoredValue(span=where)
            case _:  # a day of the year, an ordinal, a rounding place, yes or no
                value = t.Words(words(last), span=where)
        return t.Argument(name, value, literal, span=span)

    def result(self, tree: Tree, span: Span) -> ast.Name:
        return self.quoted(tree)[0]

    # ------------------------------------------------------------ examples and clauses

    def example(self, tree: Tree, span: Span) -> t.Example:
        name, *rest = self.parts(tree)
        rows = tuple(item for item in rest if isinstance(item, t.ExampleRows))
        cases = tuple(item for item in rest if isinstance(item, t.GivenExpect))
        return t.Example(name, cases, rows, span=span)

    def example_rows(self, tree: Tree, span: Span) -> t.ExampleRows:
        (record,) = self._others(tree)
        return t.ExampleRows(record, self._table(tree), span=span)

    def given(self, tree: Tree, span: Span) -> t.GivenExpect:
        given, expect = self.parts(tree)
        years = [item for item in (*given, *expect) if isinstance(item, int)]
        facts = [tuple(f for f in side if isinstance(f, t.Fact)) for side in (given, expect)]
        return t.GivenExpect(years[0] if years else None, facts[0], facts[1], span=span)

    def facts(self, tree: Tree, span: Span) -> list[Any]:
        return self.parts(tree)

    def f_year(self, tree: Tree, span: Span) -> int:
        return int(self.parts(tree)[0])

    def _fact(self, tree: Tree, span: Span, value: Any, kind: Kind | None) -> t.Fact:
        name, *rest = self.parts(tree)
        picks = next((item for item in rest if isinstance(item, tuple) and item[0] == "for"), ("for", ()))[1]
        when = next((item for item in rest if isinstance(item, ast.When)), None)
        rounding = next((item for item in rest if isinstance(item, ast.Rounding)), None)
        return t.Fact(name, picks, when, value, kind, rounding, span=span)

    def f_value(self, tree: Tree, span: Span) -> t.Fact:
        values = [item for item in self.parts(tree) if isinstance(item, tuple) and item[0] == "value"]
        return self._fact(tree, span, values[0][1], values[0][2])

    def f_met(self, tree: Tree, span: Span) -> t.Fact:
        return self._fact(tree, span, True, YES_NO)

    def f_not_met(self, tree: Tree, span: Span) -> t.Fact:
        return self._fact(tree, span, False, YES_NO)

    def f_not_scored(self, tree: Tree, span: Span) -> t.Fact:
        return self._fact(tree, span, NOT_SCORED, None)

    def picks(self, tree: Tree, span: Span) -> Any:
        return "for", tuple(unquote(token) for token in self.tokens(tree, "QUOTED"))

    def p_prior(self, tree: Tree, span: Span) -> ast.When:
        return ast.When(back=1, span=span)

    def p_year(self, tree: Tree, span: Span) -> ast.When:
        return ast.When(year=int(self.parts(tree)[0]), span=span)

    def p_own(self, tree: Tree, span: Span) -> ast.When:
        period, label = self.parts(tree)
        return ast.When(clock=period.text, own=label, span=span)

    def fact_value(self, tree: Tree, span: Span) -> Any:
        literal = self.parts(tree)[0]
        return "value", literal.value, literal.kind

    def v_text(self, tree: Tree, span: Span) -> Any:
        from vbcdsl.model.kinds import TEXT

        return "value", unquote(self.tokens(tree, "QUOTED")[0]), TEXT

    def v_yes(self, tree: Tree, span: Span) -> Any:
        return "value", True, YES_NO

    def v_no(self, tree: Tree, span: Span) -> Any:
        return "value", False, YES_NO

    def v_not_scored(self, tree: Tree, span: Span) -> Any:
        return "value", NOT_SCORED, None

    def v_date(self, tree: Tree, span: Span) -> Any:
        from vbcdsl.model.kinds import DATE

        return "value", date(self.tokens(tree, "DATE")[0]), DATE

    def clause_def(self, tree: Tree, span: Span) -> t.ClauseDef:
        name, *parameters = [unquote(token) for token in self.tokens(tree, "QUOTED")]
        sections = [self.build(child) for child in tree.children if isinstance(child, Tree)]
        return t.ClauseDef(name, tuple(parameters), tuple(sections), span=span)

    # ------------------------------------------------------------ amendments

    def amendment_head(self, tree: Tree, span: Span) -> t.Amendment:
        numbers = self._years(tree)
        signed = date(self.tokens(tree, "DATE")[0])
        unit, effective = next(item for item in self.parts(tree) if isinstance(item, tuple))
        also = numbers[1] if len(numbers) > 1 else None
        title = unquote(self.tokens(tree, "QUOTED")[0])
        return t.Amendment(numbers[0], title, signed, effective, unit, also, (), span=span)

    def from_period(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[0], date(self.tokens(tree, "DATE")[0])

    def au_year(self, tree: Tree, span: Span) -> str:
        return "Performance Year"

    def au_half(self, tree: Tree, span: Span) -> str:
        return "Half Year"

    def au_quarter(self, tree: Tree, span: Span) -> str:
        return "Quarter"

    def au_month(self, tree: Tree, span: Span) -> str:
        return "Month"

    def au_own(self, tree: Tree, span: Span) -> str:
        return str(self.parts(tree)[0].text)

    def from_date(self, tree: Tree, span: Span) -> Any:
        return None, date(self.tokens(tree, "DATE")[0])

    def c_replace_words(self, tree: Tree, span: Span) -> t.Change:
        old, new = (str(token)[1:-1] for token in self.tokens(tree, "QUOTED"))
        more = tuple(part for part in self.parts(tree) if isinstance(part, t.Change))
        section = self._ref(tree)
        also = tuple(attrs.evolve(each, section=section) for each in more)
        return t.Change("replace words", section, old, new, also=also, span=span)

    def more_words(self, tree: Tree, span: Span) -> t.Change:
        """`and by replacing "…" with "…"`: further words of the same section."""
        old, new = (str(token)[1:-1] for token in self.tokens(tree, "QUOTED"))
        return t.Change("replace words", "", old, new, span=span)

    def c_delete(self, tree: Tree, span: Span) -> t.Change:
        return t.Change("delete", self._ref(tree), span=span)

    def c_add(self, tree: Tree, span: Span) -> t.Change:
        return t.Change("add", self._ref(tree), text=self._section_text(tree), span=span)

    def c_replace(self, tree: Tree, span: Span) -> t.Change:
        return t.Change("replace", self._ref(tree), text=self._section_text(tree), span=span)

    def _section_text(self, tree: Tree) -> Span:
        """The sentence of a new section, with its heading."""
        sentence = span_of(tree.children[-1])
        heading = self.tokens(tree, "HEADING")
        return span_of(heading[0]).to(sentence) if heading else sentence

    def c_renumber(self, tree: Tree, span: Span) -> t.Change:
        old, new = (str(token) for token in self.tokens(tree, "SECTION_REF"))
        return t.Change("renumber", old, new=new, span=span)

    def _ref(self, tree: Tree) -> str:
        return str(self.tokens(tree, "SECTION_REF")[0])

    # ------------------------------------------------------------ header

    def h_title(self, tree: Tree, span: Span) -> Any:
        return {"title": unquote(self.tokens(tree, "QUOTED")[0])}

    def h_version(self, tree: Tree, span: Span) -> Any:
        return {"version": int(self.parts(tree)[0])}

    def h_party_named(self, tree: Tree, span: Span) -> Any:
        return {"parties": ((self.rest(tree)[0], unquote(self.tokens(tree, "QUOTED")[0])),)}

    def h_party_each(self, tree: Tree, span: Span) -> Any:
        role, noun, *key = self.parts(tree)
        return {"each": ((role, noun, key[0] if key else None),)}

    def h_term(self, tree: Tree, span: Span) -> Any:
        start, end = map(date, self.tokens(tree, "DATE"))
        return {"term": (start, end)}

    def h_year(self, tree: Tree, span: Span) -> Any:
        return (
            {"year_from": self.parts(tree)[0], "has_year": True} if self.parts(tree) else {"has_year": True}
        )

    def y_calendar(self, tree: Tree, span: Span) -> None:
        return None

    def y_from(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[0]

    def y_from_day(self, tree: Tree, span: Span) -> Any:
        """`each 12 months from July 1`: only the day of the year is told, in any year that has it."""
        month, day = self.month_day(self.tokens(tree, "MONTH_DAY")[0])
        return dt.date(2000, month, day)

    def h_first_year(self, tree: Tree, span: Span) -> Any:
        start, end = map(date, self.tokens(tree, "DATE"))
        return {"first_year": (start, end)}

    def h_amounts(self, tree: Tree, span: Span) -> Any:
        return {"rounding": self.rounded(tree, span)}

    def h_illustrative(self, tree: Tree, span: Span) -> Any:
        return {"numbers": ("illustrative",)}

    def h_unverified(self, tree: Tree, span: Span) -> Any:
        return {"numbers": ("unverified",)}

    def h_source(self, tree: Tree, span: Span) -> Any:
        return {"numbers": (unquote(self.tokens(tree, "QUOTED")[0]),)}

    def h_category(self, tree: Tree, span: Span) -> Any:
        return {"category": str(self.tokens(tree, "CATEGORY")[0])}

    def h_unit(self, tree: Tree, span: Span) -> Any:
        noun = unquote(self.tokens(tree, "QUOTED")[0])
        count = next(item for item in self.rest(tree) if item is not None)
        return {"units": ((noun, int(cast(Any, count)), count_unit(self.tokens(tree, "COUNT_NOUN")[0])),)}
