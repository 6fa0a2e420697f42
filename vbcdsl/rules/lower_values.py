"""Values: from syntax to core. Names are bound here; a name of a finer grain needs an aggregate word."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

import attrs

from vbcdsl.diagnostics import Diagnostic, Problem
from vbcdsl.model.kinds import DATE, MONEY, NUMBER, RATE, RATIO, Kind, plural
from vbcdsl.model.span import Span
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.resolve.symbols import Symbols
from vbcdsl.rules import nodes as n
from vbcdsl.rules.scope import Scope, clock_of, finer_or_same
from vbcdsl.syntax import ast
from vbcdsl.types.infer import Kinds, a_kind

UNSCORED_KIND = Kind("not scored", maybe_not_scored=True)


class ValueLowerer:
    """Lowers values. Subclasses add rows, conditions, tables and sentences."""

    symbols: Symbols
    kinds: Kinds
    diagnostics: list[Diagnostic]

    # what the sentence part gives
    grain_of: Callable[[str], tuple[str, ...]]
    input_term: Callable[[str, str], str]
    timed_constant: Callable[[str], Any]

    def cond(self, node: Any, scope: Scope) -> n.Node:
        """A condition (see `lower_conditions`)."""
        raise AssertionError

    def aggregate(self, node: Any, scope: Scope) -> n.Node:
        """An aggregate (see `lower_rows`)."""
        raise AssertionError

    # ------------------------------------------------------------ problems

    def stop(
        self, code: str, message: str, span: Span, scope: Scope, help: str = "", fix: str | None = None
    ) -> Problem:
        """A problem to raise: this sentence cannot be lowered."""
        return Problem(Diagnostic(code, message, span, section=scope.section, help=help, fix=fix))

    def lit(self, value: Any, kind: Kind, span: Span, scope: Scope) -> n.Lit:
        """A literal node."""
        return n.Lit(value, kind, span=span, section=scope.section)

    # ------------------------------------------------------------ values

    def value(self, node: ast.Expr, scope: Scope) -> n.Node:
        """The core node of a value."""
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        match node:
            case ast.Literal_(value=value, kind=kind):
                return n.Lit(value, kind, **at)
            case ast.Name():
                return self.name(node, scope)
            case ast.Paren(inner=inner):
                return self.value(inner, scope)
            case ast.Sum(items=items, signs=signs):
                return self._sum([self.value(item, scope) for item in items], signs, at)
            case ast.Product(items=items, divisor=divisor):
                factors = tuple(self.value(item, scope) for item in items)
                top = factors[0] if len(factors) == 1 else n.Multiply(factors, **at)
                return top if divisor is None else n.Divide(top, self.value(divisor, scope), **at)
            case ast.ShareOf(share=share, base=base):
                lowered = self.value(base, scope)
                return n.Multiply((self.value(share, scope), lowered), **at)
            case ast.YearFact(fact=fact):
                return n.PeriodFact(fact, **at)
            case ast.Converted(value=value, to=to):
                return self._converted(self.value(value, scope), to, at, scope)
            case ast.Shifted():
                return self.shifted(node, scope)
            case ast.AtKey():
                return self.at_key(node, scope)
            case ast.Peer(name=name, across=across):
                word = "other " if across.others else ""
                raise self.stop(
                    "VBC3013",
                    f"“{name.text}” has a value for each of the {word}{across.plural.text}, and one is needed",
                    node.span,
                    scope,
                    f"write “the average of {name.text} across all {across.plural.text}”",
                )
            case ast.Extreme(which=which, items=items):
                lowered_items = tuple(self.value(item, scope) for item in items)
                return (n.Lesser if which == "lesser" else n.Greater)(lowered_items, **at)
            case ast.Excess(left=left, right=right):
                first, second = self.value(left, scope), self.value(right, scope)
                difference = n.Subtract(first, second, excess=True, **at)
                kind = self.kinds.of(difference) or MONEY
                return n.Greater((difference, n.Lit(Fraction(0), kind.scored(), **at)), **at)
            case ast.MovedToward():
                return self._moved(node, scope, at)
            case ast.Powered(base=base, degree=degree, places=places):
                if not 1 <= degree <= 60:
                    raise self.stop(
                        "VBC1020", "a power is a whole number from 1 through 60", node.span, scope
                    )
                lowered = self.value(base, scope)
                if places is None:
                    return n.Power(lowered, degree, **at)
                return n.Root(lowered, degree, places, **at)
            case ast.Compounded():
                return self._compounded(node, scope, at)
            case ast.Interest():
                return self._interest(node, scope, at)
            case ast.Between(unit=unit, start=start, end=end, through=through):
                first, last = self.day(start, scope), self.day(end, scope)
                if unit == "months":
                    return n.MonthsBetween(first, last, **at)
                days = n.DaysBetween(first, last, **at)
                one = n.Lit(Fraction(1), Kind("count", "days"), **at)
                return n.Add((days, one), **at) if through else days
            case ast.LengthOf(unit=unit, period=period):
                clock = self.symbols.clock(period.text)
                if clock is None or not scope.has((clock,)):
                    raise self.stop("VBC2013", f"“{period.text}” is not one period here", period.span, scope)
                return n.PeriodFact(unit, clock, **at)
            case ast.AggregateOf() | ast.RankOf() | ast.WithMost() | ast.PercentileIn():
                return self.aggregate(node, scope)
            case ast.NotScoredValue():
                return n.Lit(NOT_SCORED, UNSCORED_KIND, **at)
            case ast.Stepped():
                return self.stepped(node, scope)
            case ast.Choice(branches=branches, otherwise=otherwise):
                cases = tuple((self.cond(cond, scope), self.value(value, scope)) for value, cond in branches)
                return n.Case(cases, self.value(otherwise, scope), **at)
            case ast.Guarded(value=value, cond=cond, unless=unless):
                lowered = self.value(value, scope)
                kind = self.kinds.of(lowered) or MONEY
                zero = n.Lit(Fraction(0), kind.scored(), **at)
                test = self.cond(cond, scope)
                return n.Case(((test, zero if unless else lowered),), lowered if unless else zero, **at)
        raise AssertionError(node)

    def _sum(self, items: list[n.Node], signs: tuple[int, ...], at: dict[str, Any]) -> n.Node:
        """A chain of plus and minus, folded from the left; neighbours that are all added stay one sum."""
        total = items[0]
        for item, sign in zip(items[1:], signs[1:], strict=True):
            if sign < 0:
                total = n.Subtract(total, item, **at)
            elif isinstance(total, n.Add) and total is not items[0]:
                total = n.Add((*total.items, item), **at)
            else:
                total = n.Add((total, item), **at)
        return total

    def _converted(self, value: n.Node, to: str, at: dict[str, Any], scope: Scope) -> n.Node:
        if to not in ("number", "percentage"):
            return self._in_unit(value, to, at, scope)
        if to == "number":
            return self.kinds.declare(n.Multiply((value, n.Lit(Fraction(1), RATIO, **at)), **at), NUMBER)
        hundredth = n.Lit(Fraction(1, 100), RATIO, **at)
        return self.kinds.declare(n.Multiply((value, hundredth), **at), RATE)

    def _in_unit(self, value: n.Node, to: str, at: dict[str, Any], scope: Scope) -> n.Node:
        """A count, or money per unit, in another unit (Q7): 12 member months are a person year."""
        kind = self.kinds.of(value)
        if kind is None or kind.unit is None:
            raise self.stop("VBC3010", f"this has no unit that could be counted in {to}", at["span"], scope)
        units = {"person years": (12, "member months"), "member years": (12, "member months")}
        units.update({plural(noun): size for noun, size in self.symbols.units.items()})
        smaller = to in units and units[to][1] == kind.unit
        if not smaller and not (kind.unit in units and units[kind.unit][1] == to):
            raise self.stop(
                "VBC3010",
                f"the contract does not say how many {kind.unit} are counted as one of the {to}",
                at["span"],
                scope,
                f'say it in the header: a "{to.removesuffix("s")}" is … {kind.unit}',
            )
        size = Fraction(units[to if smaller else kind.unit][0])
        if kind.base == "money":
            factor, result = size if smaller else 1 / size, Kind("money", to)
        else:
            factor, result = 1 / size if smaller else size, Kind("number" if smaller else "count", to)
        result = attrs.evolve(result, maybe_not_scored=kind.maybe_not_scored)
        return self.kinds.declare(n.Multiply((value, n.Lit(factor, RATIO, **at)), **at), result)

    def name(self, name: ast.Name, scope: Scope) -> n.Node:
        """What a name stands for here."""
        at: dict[str, Any] = {"span": name.span, "section": scope.section}
        if name.text in scope.arguments:
            argument = scope.arguments[name.text]
            if isinstance(argument, n.Node):
                return argument
            if isinstance(argument, str):
                from vbcdsl.model.kinds import TEXT

                return n.Lit(argument, TEXT, **at)
            raise AssertionError(argument)
        found = self.symbols.find(name.text, record=scope.record)
        match found:
            case ("term", term, _):
                return self.term_ref(term, name, scope)
            case ("column", column, record):
                return self.column_ref(record, column, name, scope)
            case ("dim", dim, _):
                if dim in scope.dims:
                    return n.KeyOf(dim, **at)
                if (looked_up := self.determined(dim, scope, name.span)) is not None:
                    return looked_up
                raise self.stop(
                    "VBC3013",
                    f"“{name.text}” has more than one value here",
                    name.span,
                    scope,
                    f"add “for each {name.text}” to the sentence, or use an aggregate word",
                )
            case ("record", record, _):
                raise self.stop(
                    "VBC3014",
                    f"“{record}” is a set of rows, not a value",
                    name.span,
                    scope,
                    f"write “the number of {record}”, or the total of one of its columns",
                )
            case ("dims" | "clocks", dim, _):
                raise self.stop(
                    "VBC3014",
                    f"“{name.text}” is a list, not a value",
                    name.span,
                    scope,
                    f"write “the number of {name.text}”",
                )
            case ("clock", clock, _):
                return n.PeriodFact("number" if clock != "Performance Year" else "year", clock, **at)  # type: ignore[arg-type]
            case ("role", role, _):
                raise self.stop("VBC3014", f"“{role}” is a party, not a value", name.span, scope)
        raise Problem(self.symbols.undefined(name, scope.section))

    def determined(self, dim: str, scope: Scope, span: Span) -> n.Node | None:
        """A key that follows from the keys here: the Domain of the Measure, the Cohort of the party."""
        attribute = self.symbols.attributes.get(dim)
        if attribute is None:
            return None
        owner = self.symbols.records[attribute[0]]
        keys = (*owner.keys, *((owner.clock,) if owner.clock else ()))
        if not scope.has(keys):
            return None
        if scope.record == owner.name:
            return n.Col(owner.name, attribute[1], span=span, section=scope.section)
        return n.Ref(self.input_term(owner.name, attribute[1]), span=span, section=scope.section)

    def term_ref(self, term: str, name: ast.Name, scope: Scope, shift: n.Shift | None = None) -> n.Node:
        """A reference to a term, checked for grain."""
        grain = self.grain_of(term)
        if shift is None and (constant := self.timed_constant(term)) is not None:
            clock = clock_of(scope.dims)
            if clock is not None and clock != "Performance Year" and finer_or_same(clock, "Performance Year"):
                home = self.symbols.terms[term][0].section.number
                return cast(n.Node, attrs.evolve(constant, section=home))
        picks: list[tuple[str, n.Node]] = []
        for dim in scope.missing(grain):
            looked_up = self.determined(dim, scope, name.span)
            if looked_up is None:
                raise self._too_fine(name, grain, scope)
            picks.append((dim, looked_up))
        first = scope.first if shift is not None else None
        return n.Ref(term, shift, first, tuple(picks), span=name.span, section=scope.section)

    def _too_fine(self, name: ast.Name, grain: tuple[str, ...], scope: Scope) -> Problem:
        finer = scope.missing(grain)
        here = _keys(scope.dims)
        return self.stop(
            "VBC3013",
            f"“{name.text}” has a value for each {_keys(grain)}, and here one value for each {here} is needed",
            name.span,
            scope,
            f"write “the total of {name.text}” (or the average, the largest …), or add “for each {finer[0]}” to "
            "the sentence",
        )

    def column_ref(self, record: str, column: str, name: ast.Name, scope: Scope) -> n.Node:
        """A column: of the visited row, or of the row that the keys here name."""
        owner = self.symbols.records[record]
        at: dict[str, Any] = {"span": name.span, "section": scope.section}
        if scope.record == record:
            return n.Col(record, column, **at)
        if column in owner.dims and column in scope.dims:
            return n.KeyOf(column, **at)
        others = [r for r in self.symbols.columns.get(column, ()) if r != record]
        keys = self.key_dims(record)
        if owner.entries or not scope.has(keys):
            for other in others:
                candidate = self.symbols.records[other]
                if not candidate.entries and scope.has(self.key_dims(other)):
                    return n.Ref(self.input_term(other, column), **at)
            if not owner.entries:
                picks = [(d, self.determined(d, scope, name.span)) for d in scope.missing(keys)]
                if all(value is not None for _, value in picks):
                    term = self.input_term(record, column)
                    return n.Ref(term, None, None, tuple((d, v) for d, v in picks if v is not None), **at)
            grain = keys if not owner.entries else (*keys, "row of " + record)
            raise self._too_fine(name, grain, scope)
        if any(scope.has(self.key_dims(o)) and not self.symbols.records[o].entries for o in others):
            raise self.stop(
                "VBC2016",
                f"“{column}” is a column of {record} and of {others[0]}",
                name.span,
                scope,
                "give one of the two columns another name, and map it in the bindings",
            )
        return n.Ref(self.input_term(record, column), **at)

    def key_dims(self, record: str) -> tuple[str, ...]:
        """The dimensions that name one row of a record: its keys, its clock, and the party if it has one."""
        owner = self.symbols.records[record]
        party = (self.symbols.party,) if self.symbols.party in owner.dims else ()
        return tuple(dict.fromkeys((*party, *owner.keys, *((owner.clock,) if owner.clock else ()))))

    def shifted(self, node: ast.Shifted, scope: Scope) -> n.Node:
        """A term in another period."""
        when = node.when
        found = self.symbols.find(node.name.text, record=None)
        if found is None:
            raise Problem(self.symbols.undefined(node.name, scope.section))
        if found[0] == "column":
            owner = self.symbols.records[found[2]]
            if not scope.has(self.key_dims(found[2])) or owner.entries:
                raise self._too_fine(node.name, self.key_dims(found[2]), scope)
            term = self.input_term(found[2], found[1])
        elif found[0] == "term":
            term = found[1]
        else:
            raise self.stop("VBC3014", f"“{node.name.text}” is not a value", node.name.span, scope)
        clock = self.symbols.clock(when.clock) or when.clock
        grain = self.grain_of(term)
        term_clock = clock_of(grain)
        if when.party_first:
            raise self._not_first(node, scope)
        if term_clock is not None and term_clock != clock and when.year is None:
            raise self.stop(
                "VBC3016",
                f"“{node.name.text}” has a value for each {term_clock}, not for each {clock}",
                node.name.span,
                scope,
                f"write “in the prior {term_clock.lower()}”",
            )
        if when.year is not None:
            shift = n.Shift(year=self.year_number(when.year, when.span, scope))
        else:
            shift = n.Shift(back=when.back, clock=clock)  # type: ignore[arg-type]
        return self.term_ref(term, node.name, scope, shift)

    def _not_first(self, node: ast.Shifted, scope: Scope) -> Problem:
        return self.stop(
            "VBC3015",
            "write the year: the party's own first performance year differs from party to party",
            node.span,
            scope,
            "define a term for it with “, or … in the Provider's first performance year”",
        )

    def year_number(self, label: int, span: Span, scope: Scope) -> int:
        """The number of a performance year that a sentence names by number or by calendar year."""
        year = self.symbols.calendar.year_named(label)
        if year is None:
            years = self.symbols.calendar.years
            raise self.stop(
                "VBC2017",
                f"there is no performance year {label} in this contract",
                span,
                scope,
                f"its performance years are 1 through {len(years)}, which begin in {years[0].label} through "
                f"{years[-1].label}",
            )
        return year.number

    def at_key(self, node: ast.AtKey, scope: Scope) -> n.Node:
        """A term at a named key."""
        from vbcdsl.model.kinds import TEXT

        found = self.symbols.find(node.name.text, record=None)
        if found is None or found[0] not in ("term", "column"):
            raise Problem(self.symbols.undefined(node.name, scope.section))
        term = found[1] if found[0] == "term" else self.input_term(found[2], found[1])
        grain = self.grain_of(term)
        missing = [dim for dim in scope.missing(grain) if self.determined(dim, scope, node.span) is None]
        candidates = missing or [
            d for d in grain if d != self.symbols.party and self.symbols.clock(d) is None
        ]
        if len(candidates) != 1:
            raise self.stop(
                "VBC3017",
                f'“for "{node.key}"” does not say which key of {node.name.text} is meant',
                node.span,
                scope,
            )
        self.check_key(candidates[0], node.key, node.span, scope)
        pick = ((candidates[0], n.Lit(node.key, TEXT, span=node.span, section=scope.section)),)
        return n.Ref(term, None, None, pick, span=node.span, section=scope.section)

    def check_key(self, dim: str, text: str, span: Span, scope: Scope) -> None:
        """A text that no row of the contract's own list names is an error (Q46)."""
        known = self.literal_keys(dim)
        if known is not None and text not in known:
            from vbcdsl.diagnostics.suggest import nearest

            near = nearest(text, known)
            raise self.stop(
                "VBC2018",
                f"no row of the contract names “{text}” as a {dim}",
                span,
                scope,
                f"did you mean “{near[0]}”?" if near else "",
            )

    def literal_keys(self, dim: str) -> list[str] | None:
        """The keys of a dimension that a table of the contract lists, or None if data lists them."""
        roster = self.symbols.rosters.get(dim)
        if roster is None:
            return None
        record = self.symbols.records[roster.record]
        column = self.symbols.attributes.get(dim, (record.name, dim))[1]
        if record.rows is None:
            allowed = next((c.texts for c in record.columns if c.name == column), None)
            return list(allowed) if allowed else None
        return [str(row[column]) for row in record.rows if column in row]

    # ------------------------------------------------------------ phrases

    def direction(self, scope: Scope, span: Span) -> n.Node | None:
        """Whether lower is better for the Measure here: a column of the measure table that says so."""
        for record in self.symbols.records.values():
            if not scope.has(self.key_dims(record.name)) or record.rows is None or not record.keys:
                continue
            for column in record.columns:
                texts = {row.get(column.name) for row in record.rows}
                if texts <= {"higher is better", "lower is better", "higher", "lower"} and texts:
                    at: dict[str, Any] = {"span": span, "section": scope.section}
                    where = (
                        n.Col(record.name, column.name, **at)
                        if scope.record == record.name
                        else n.Ref(self.input_term(record.name, column.name), **at)
                    )
                    return n.OneOf(where, ("lower is better", "lower"), **at)
        return None

    def _moved(self, node: ast.MovedToward, scope: Scope, at: dict[str, Any]) -> n.Node:
        start, goal, step = (self.value(x, scope) for x in (node.start, node.goal, node.step))
        up = n.Lesser((n.Add((start, step), **at), goal), **at)
        rising = n.Case(((n.Compare(">=", start, goal, **at), goal),), up, **at)
        lower = self.direction(scope, node.span)
        if lower is None:
            return rising
        down = n.Greater((n.Subtract(start, step, **at), goal), **at)
        falling = n.Case(((n.Compare("<=", start, goal, **at), goal),), down, **at)
        return n.Case(((lower, falling),), rising, **at)

    def _compounded(self, node: ast.Compounded, scope: Scope, at: dict[str, Any]) -> n.Node:
        years = self.value(node.years, scope)
        if (
            not isinstance(years, n.Lit)
            or not isinstance(years.value, Fraction)
            or years.value.denominator != 1
        ):
            raise self.stop(
                "VBC1020", "the number of years of compounding is a whole number", node.years.span, scope
            )
        one = n.Lit(Fraction(1), RATE, **at)
        grown = n.Power(n.Add((one, self.value(node.base, scope)), **at), int(years.value), **at)
        return self.kinds.declare(n.Subtract(grown, one, **at), RATE)

    def _interest(self, node: ast.Interest, scope: Scope, at: dict[str, Any]) -> n.Node:
        start, end = self.day(node.start, scope), self.day(node.end, scope)
        basis = n.Lit(Fraction(node.basis), Kind("count", "days"), **at)
        share = n.Divide(n.DaysBetween(start, end, **at), basis, **at)
        rate = self._interest_rate(node, start, end, scope, at)
        return n.Multiply((self.value(node.principal, scope), rate, share), **at)

    def _interest_rate(
        self, node: ast.Interest, start: n.Node, end: n.Node, scope: Scope, at: dict[str, Any]
    ) -> n.Node:
        """The rate of interest. One that is stated from date to date must be one and the same from the day after
        `start` through `end`, unless the sentence takes the rate on the due date (Q36)."""
        stated = self.timed_constant(node.rate.text) if isinstance(node.rate, ast.Name) else None
        if not isinstance(stated, n.InForce):
            return self.value(node.rate, scope)
        first = start if node.rate_on_due else n.DateShift(start, 1, 0, **at)
        last = start if node.rate_on_due else end
        branches: list[tuple[n.Node, n.Node]] = []
        apart: list[n.Node] = []
        for begin, until, value in stated.parts:
            inside: list[n.Node] = []
            outside: list[n.Node] = []
            if begin is not None:
                inside.append(n.Compare(">=", first, n.Lit(begin, DATE, **at), **at))
                outside.append(n.Compare("<", last, n.Lit(begin, DATE, **at), **at))
            if until is not None:
                inside.append(n.Compare("<=", last, n.Lit(until, DATE, **at), **at))
                outside.append(n.Compare(">", first, n.Lit(until, DATE, **at), **at))
            branches.append((n.All(tuple(inside), **at), value))
            apart.append(n.AnyOf(tuple(outside), **at))
        if stated.otherwise is not None:
            branches.append((n.All(tuple(apart), **at), stated.otherwise))
        what = "the rate of interest changes between the due date and the day of payment"
        stop = self.kinds.declare(n.Stop("VBC6023", what, **at), RATE)
        return n.Case(tuple(branches), stop, **at)

    def day(self, node: Any, scope: Scope) -> n.Node:
        """A day: a date, a day of the performance year, a dated event of the settlement."""
        if not isinstance(node, ast.Event):
            return self.value(node, scope)
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        match node.what:
            case "year end":
                return n.PeriodFact("end", **at)
            case "year start":
                return n.PeriodFact("start", **at)
            case "after":
                assert node.of is not None
                of = self.day(node.of, scope)
                months = {"months": node.count, "years": 12 * node.count}.get(node.unit, 0)
                return n.DateShift(of, node.count if node.unit == "days" else 0, months, **at)
            case "month day":
                end = n.PeriodFact("end", **at)
                return self._next_day(end, node.month, node.day, at)
            case "due":
                return self.due_date(node.section, scope, node.span)
        name = {"final report": "Date of Final Report", "notice": "Date of Notice"}.get(
            node.what, f"Date of Payment under Section {node.section}"
        )
        return n.Ref(self.input_term("Settlement Dates", name), **at)

    def _next_day(self, end: n.Node, month: int, day: int, at: dict[str, Any]) -> n.Node:
        """The first such day after the end of the performance year. The end is a fixed day in each year of the
        contract, so the distance in months and days is fixed as well."""
        last = self.symbols.calendar.years[0].end
        import datetime as dt

        year = last.year if dt.date(last.year, month, day) > last else last.year + 1
        months = (year - last.year) * 12 + month - last.month
        first_of = n.DateShift(end, 1, months - 1 if last.day >= 28 else months, **at)
        return n.DateShift(first_of, day - 1, 0, **at)

    def due_date(self, section: str, scope: Scope, span: Span) -> n.Node:
        """The due date that the sentence of a section states."""
        from vbcdsl.syntax import tree as t

        found = self.symbols.sections.get(section)
        due = found.core.options.due if found is not None and isinstance(found.core, t.Pay) else None
        if due is None:
            raise self.stop(
                "VBC2019",
                f"section {section} states no due date",
                span,
                scope,
                "add “, due within 90 days after …” to its sentence",
            )
        if isinstance(due, ast.Event):
            return self.day(due, scope)
        return n.Lit(due, DATE, span=span, section=scope.section)

    def party_start_year(self, span: Span, scope: Scope) -> n.Node | None:
        """The number of the performance year that holds the party's Start Date, if a roster has one (Q15)."""
        owner = self._roster_column("Start Date")
        if owner is None:
            return None
        day = n.Ref(self.input_term(owner, "Start Date"), span=span, section=scope.section)
        return n.YearOf(day, span=span, section=scope.section)

    def party_year(self, span: Span, scope: Scope) -> n.Node:
        """The number of the party's own performance year (1 in its first)."""
        start = self.party_start_year(span, scope)
        if start is None:
            raise self.stop(
                "VBC2020",
                "the party's own performance year needs its Start Date",
                span,
                scope,
                "add records with one row for each party and a column “Start Date” of kind date",
            )
        at: dict[str, Any] = {"span": span, "section": scope.section}
        here = n.PeriodFact("year", **at)
        one = n.Lit(Fraction(1), NUMBER, **at)
        return n.Add((n.Subtract(here, start, **at), one), **at)

    def _roster_column(self, column: str) -> str | None:
        for owner in self.symbols.columns.get(column, ()):
            record = self.symbols.records[owner]
            if not record.entries and set(record.keys) <= {self.symbols.party}:
                return owner
        return None

    # ------------------------------------------------------------ steps

    def stepped(self, node: ast.Stepped, scope: Scope) -> n.Node:
        """A base and its steps, from left to right."""
        inner = scope
        for step in node.steps:
            if isinstance(step, ast.StartingFrom):
                inner = attrs.evolve(inner, first=self.value(step.value, scope))
                if (
                    step.year != 1
                    and self.symbols.calendar.year_named(step.year) != self.symbols.calendar.years[0]
                ):
                    raise self.stop(
                        "VBC1020",
                        "a carried value starts before the first performance year",
                        step.span,
                        scope,
                        "write “before performance year 1”",
                    )
            elif isinstance(step, ast.FirstYear) and not step.of_party:
                inner = attrs.evolve(inner, first=self.value(step.value, scope))
        per = next((s for s in node.steps if isinstance(s, ast.Bound) and self._finer(s, scope)), None)
        if per is not None:
            return self._bound_per_key(node, per, inner)
        value = self.value(node.base, inner)
        for step in node.steps:
            value = self.step(value, step, inner, node)
        return value

    def _finer(self, step: ast.Bound, scope: Scope) -> tuple[str, ...]:
        dims = tuple(self.dim(name, scope) for name in step.per)
        return scope.missing(dims)

    def dim(self, name: ast.Name, scope: Scope) -> str:
        """The dimension or clock that stands after `for each` or `in each` (Q3)."""
        clock = self.symbols.clock(name.text)
        if clock is not None:
            return clock
        found = self.symbols.dims.get(name.text)
        if found is None:
            known = sorted(set(self.symbols.dims.values()))
            raise self.stop(
                "VBC3018",
                f"“{name.text}” is not a key of any records or table",
                name.span,
                scope,
                "the keys are " + ", ".join(known),
            )
        return found

    def _bound_per_key(self, node: ast.Stepped, bound: ast.Bound, scope: Scope) -> n.Node:
        """`the total of X, but not more than $250,000 for each Member`: each Member's total is limited, then
        the total of these is taken."""
        if not isinstance(node.base, ast.AggregateOf) or node.base.word != "total":
            raise self.stop(
                "VBC3019",
                "a limit for each of several keys needs “the total of” before it",
                bound.span,
                scope,
                "define the value for each key first, with its limit",
            )
        extra = self._finer(bound, scope)
        inner = attrs.evolve(scope, dims=scope.dims | frozenset(extra))
        index = node.steps.index(bound)
        value: n.Node = self.value(node.base, inner)
        for step in node.steps[: index + 1]:
            value = self.step(value, step, inner, node)
        total = self.total_over(value, extra, inner, scope, node.span)
        for step in node.steps[index + 1 :]:
            total = self.step(total, step, scope, node)
        return total

    def total_over(
        self, value: n.Node, extra: tuple[str, ...], inner: Scope, scope: Scope, span: Span
    ) -> n.Node:
        """The total of a finer value over its extra keys (see `lower_rows`)."""
        raise AssertionError

    def step(self, value: n.Node, step: ast.Step, scope: Scope, node: ast.Stepped) -> n.Node:
        """One step acting on all before it."""
        at: dict[str, Any] = {"span": step.span, "section": scope.section}
        match step:
            case ast.Bound(side=side, limit=limit):
                return self._bound(value, side, self.limit(limit, scope), at)
            case ast.Rounding(mode=mode, unit=unit):
                self._check_rounding(value, step, scope)
                return n.Round(value, mode, unit, **at)
            case ast.Changed(by=by, sign=sign):
                one = n.Lit(Fraction(1), RATE, **at)
                change = self.value(by, scope)
                factor = n.Add((one, change), **at) if sign > 0 else n.Subtract(one, change, **at)
                changed = n.Multiply((value, self.kinds.declare(factor, RATE)), **at)
                kind = self.kinds.of(value)
                return changed if kind is None else self.kinds.declare(changed, kind)
            case ast.LessPaid(section=section):
                return n.Subtract(value, self.paid_under(section, step.span, scope), **at)
            case ast.LessTerm(name=name):
                return n.Subtract(value, self.name(name, scope), **at)
            case ast.UnscoredIf(cond=cond):
                return n.NotScoredIf(value, self.cond(cond, scope), **at)
            case ast.IfZero(value=zero):
                other = n.Lit(NOT_SCORED, UNSCORED_KIND, **at) if zero is None else self.value(zero, scope)
                return self._if_zero(value, other, step, scope)
            case ast.IfUnscored(value=other):
                return n.ScoredOr(value, self.value(other, scope), **at)
            case ast.FirstYear(value=first, of_party=True):
                one = n.Lit(Fraction(1), NUMBER, **at)
                is_first = n.Compare("<=", self.party_year(step.span, scope), one, **at)
                return n.Case(((is_first, self.value(first, scope)),), value, **at)
            case ast.FirstYear() | ast.StartingFrom():
                if not any(isinstance(x, n.Ref) and x.shift is not None for x in _walk(value)):
                    raise self.stop(
                        "VBC3023", "nothing before these words refers to a prior period", step.span, scope
                    )
                if isinstance(step, ast.FirstYear) and not isinstance(value, n.Ref) and _by_year(value):
                    # a step stands for everything before it (Q27), not only for the prior value in it
                    first_year = n.Compare(
                        "=", n.PeriodFact("year", **at), n.Lit(Fraction(1), NUMBER, **at), **at
                    )
                    return n.Case(((first_year, self.value(step.value, scope)),), value, **at)
                return value
            case ast.Prorated(by="ratio", part=part, whole=whole):
                assert part is not None and whole is not None
                share = n.Divide(self.value(part, scope), self.value(whole, scope), **at)
                return self.kinds.declare(n.Multiply((value, share), **at), self.kinds.of(value) or MONEY)
            case ast.Prorated(by=by):
                kind = self.kinds.of(value) or MONEY
                return self.kinds.declare(n.Multiply((value, self._in_force(by, scope, at)), **at), kind)
        raise AssertionError(step)

    def limit(self, limit: ast.Expr, scope: Scope) -> n.Node:
        """The limit of a value. A share of a base that is negative is an error (Q28)."""
        if isinstance(limit, ast.ShareOf):
            base = self.value(limit.base, scope)
            what = limit.base.text if isinstance(limit.base, ast.Name) else "the base of the limit"
            checked = n.Require(
                base, "at least zero", "VBC6005", what, span=limit.base.span, section=scope.section
            )
            share = self.value(limit.share, scope)
            return n.Multiply((share, checked), span=limit.span, section=scope.section)
        return self.value(limit, scope)

    def _bound(self, value: n.Node, side: str, limit: n.Node, at: dict[str, Any]) -> n.Node:
        if side == "both":
            kind = self.kinds.of(limit) or MONEY
            zero = n.Lit(Fraction(0), kind, **at)
            opposite = self.kinds.declare(n.Subtract(zero, limit, **at), kind)
            return n.Clamp(value, limit, opposite, **at)
        if side == "cap":
            if isinstance(value, n.Clamp) and value.cap is None:
                return n.Clamp(value.value, limit, value.floor, **at)
            return n.Clamp(value, limit, None, **at)
        if isinstance(value, n.Clamp) and value.floor is None:
            return n.Clamp(value.value, value.cap, limit, **at)
        return n.Clamp(value, None, limit, **at)

    def _check_rounding(self, value: n.Node, step: ast.Rounding, scope: Scope) -> None:
        kind = self.kinds.of(value)
        if kind is None:
            return
        wrong = (
            (step.of == "money" and kind.base != "money")
            or (step.of == "rate" and kind.base not in ("rate", "ratio", "percentage points"))
            or (step.of == "number" and kind.base in ("money", "rate", "percentage points"))
        )
        if wrong:
            help_ = {
                "money": "write “to the cent” or “to the dollar”",
                "rate": "write “to the tenth (hundredth) of a percentage point”",
                "ratio": "write “to the tenth (hundredth) of a percentage point”, or “to 4 decimal places”",
                "percentage points": "write “to the tenth (hundredth) of a percentage point”",
            }.get(kind.base, "write “to the whole number” or “to 2 decimal places”")
            self.diagnostics.append(
                Diagnostic(
                    "VBC3024",
                    f"this rounding does not fit {a_kind(kind.scored())}",
                    step.span,
                    section=scope.section,
                    help=help_,
                )
            )

    def _if_zero(self, value: n.Node, other: n.Node, step: ast.IfZero, scope: Scope) -> n.Node:
        """Put the value for a zero divisor on the division before the step, under any steps in between."""
        if isinstance(value, n.Divide) and value.if_zero is None:
            return attrs.evolve(value, if_zero=other)
        if isinstance(value, n.Clamp | n.Round | n.NotScoredIf):
            return attrs.evolve(value, value=self._if_zero(value.value, other, step, scope))
        divisions = [x for x in _walk(value) if isinstance(x, n.Divide)]
        if not divisions:
            raise self.stop("VBC3025", "nothing before these words is divided", step.span, scope)
        zeros = [
            n.Compare(
                "=",
                d.right,
                n.Lit(Fraction(0), self.kinds.of(d.right) or NUMBER, span=step.span, section=scope.section),
                span=step.span,
                section=scope.section,
            )
            for d in divisions
        ]
        test = zeros[0] if len(zeros) == 1 else n.AnyOf(tuple(zeros), span=step.span, section=scope.section)
        return n.Case(((test, other),), value, span=step.span, section=scope.section)

    def paid_under(self, section: str, span: Span, scope: Scope) -> n.Node:
        """The payable amount of the payment in a section (Q38)."""
        from vbcdsl.syntax import tree as t

        found = self.symbols.sections.get(section)
        if found is None or not isinstance(found.core, t.Pay):
            raise self.stop("VBC2019", f"section {section} is not a payment", span, scope)
        return self.name(attrs.evolve(found.core.name, span=span), scope)

    def _in_force(self, by: str, scope: Scope, at: dict[str, Any]) -> n.Node:
        """The share of the period in which the agreement is in force with the party (Q33)."""
        start_owner, end_owner = self._roster_column("Start Date"), self._roster_column("End Date")
        if start_owner is None and end_owner is None:
            raise self.stop(
                "VBC2020",
                "proration needs the party's Start Date or End Date",
                at["span"],
                scope,
                "add records with one row for each party and columns “Start Date” and “End Date” of kind date",
            )
        clock = clock_of(scope.dims) or "Performance Year"
        first: n.Node = n.PeriodFact("start", clock, **at)  # type: ignore[arg-type]
        last: n.Node = n.PeriodFact("end", clock, **at)  # type: ignore[arg-type]
        if start_owner is not None:
            first = n.Greater((first, n.Ref(self.input_term(start_owner, "Start Date"), **at)), **at)
        if end_owner is not None:
            last = n.Lesser((last, n.Ref(self.input_term(end_owner, "End Date"), **at)), **at)
        before = n.DateShift(first, -1, 0, **at)
        unit = "days" if by == "days" else "months"
        inside: n.Node = (n.DaysBetween if by == "days" else n.MonthsBetween)(before, last, **at)
        inside = n.Greater((inside, n.Lit(Fraction(0), Kind("count", unit), **at)), **at)
        return n.Divide(inside, n.PeriodFact(unit, clock, **at), **at)  # type: ignore[arg-type]


def _by_year(value: n.Node) -> bool:
    """Whether each earlier period in it is a performance year, so that only the first year lacks one."""
    shifts = [x.shift for x in _walk(value) if isinstance(x, n.Ref) and x.shift is not None]
    return all(shift.clock == "Performance Year" for shift in shifts)


def _walk(node: n.Node) -> Any:
    from vbcdsl.rules.uses import walk

    return walk(node)


def _keys(dims: Any) -> str:
    from vbcdsl.model.periods import CLOCKS

    plain = [d for d in dims if d not in CLOCKS]
    clocks = [d for d in CLOCKS if d in dims]
    text = " and ".join(sorted(plain)) or "contract"
    return text + (f" in each {clocks[0]}" if clocks else "")
