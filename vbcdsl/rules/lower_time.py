"""Days, due dates, interest and growth, and the own years of a party."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from vbcdsl.model.kinds import DATE, NUMBER, RATE, Kind
from vbcdsl.model.span import Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_names import NameLowerer
from vbcdsl.rules.scope import Scope
from vbcdsl.syntax import ast
from vbcdsl.types.alike import a_kind


class TimeLowerer(NameLowerer):
    """Adds phrases about time."""

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
        base = self.value(node.base, scope)
        kind = self.kinds.of(base)
        if kind is not None and kind.base not in ("rate", "ratio", "percentage points"):
            raise self.stop(
                "VBC3004",
                f"what is compounded is a rate of growth, and this is {a_kind(kind.scored())}",
                node.base.span,
                scope,
                "write the growth with a percent sign: “3.5% compounded for 2 years” is 7.1225%",
            )
        grown = n.Power(n.Add((one, base), **at), int(years.value), **at)
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
            clock = self.symbols.clock(node.text) if isinstance(node, ast.Name) else None
            if clock is not None and scope.has((clock,)) and node.text not in scope.arguments:
                found = self.symbols.find(node.text, record=scope.record)
                if found is not None and found[0] == "clock":  # `from Month to …`: from its first day
                    return n.PeriodFact("start", clock, span=node.span, section=scope.section)
            return self.value(node, scope)
        at: dict[str, Any] = {"span": node.span, "section": scope.section}
        match node.what:
            case "year end":
                return n.PeriodFact("end", **at)
            case "year start":
                return n.PeriodFact("start", **at)
            case "end" | "start" as fact:
                assert node.period is not None
                clock = self.symbols.clock(node.period.text)
                if clock is None or not scope.has((clock,)):
                    raise self.stop(
                        "VBC2013",
                        f"“{node.period.text}” is not one period here",
                        node.period.span,
                        scope,
                        "write “the end of the performance year”, or the period that the sentence has a value for",
                    )
                return n.PeriodFact(fact, clock, **at)
            case "after":
                assert node.of is not None
                of = self.day(node.of, scope)
                months = {"months": node.count, "years": 12 * node.count}.get(node.unit, 0)
                if months and isinstance(of, n.PeriodFact) and of.fact == "end":
                    # whole months after the end of a period end as the period does, on the last day of a month
                    return n.DateShift(n.DateShift(of, 1, 0, **at), -1, months, **at)
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
        start = last + dt.timedelta(days=1)
        year = last.year if (month, day) > (last.month, last.day) else last.year + 1
        months = (year - start.year) * 12 + month - start.month
        first_of_month = n.DateShift(end, 2 - start.day, 0, **at)
        return n.DateShift(first_of_month, day - 1, months, **at)

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

    def party_year(self, party: str, span: Span, scope: Scope) -> n.Node:
        """The number of the party's own performance year (1 in its first); `party`: as the sentence calls it."""
        settled = {self.symbols.party, *(role for role, name in self.symbols.roles.items() if not name)}
        if party not in settled:
            known = next((role for role, name in self.symbols.roles.items() if not name), self.symbols.party)
            raise self.stop(
                "VBC2044",
                f"own performance years are those of the {known}, and the sentence speaks of the {party}'s",
                span,
                scope,
                f"write “the {known}'s … performance year”, or “the first performance year” for the contract's",
            )
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
