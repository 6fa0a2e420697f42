"""The interval of each core expression, as far as the contract and its columns say.

Columns have bounds, counts are whole and not negative, a limit cuts off, a condition that leads to a branch holds
in it. `Ranges(program)` is strict: an amount of data can be negative. `Ranges(program, generous=True)` takes
amounts and rates of data as not negative, as contracts do; lints use it so as not to cry wolf.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

import attrs

from vbcdsl.check import domain as d
from vbcdsl.check.domain import ALL, Domain
from vbcdsl.model.values import Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Column, Program
from vbcdsl.rules.uses import terms_used

Fact: TypeAlias = tuple[n.Node, Domain]
Facts: TypeAlias = tuple[Fact, ...]
_FLIP = {">=": "<=", ">": "<", "<": ">", "<=": ">=", "=": "=", "!=": "!="}
_OPPOSITE = {">=": "<", ">": "<=", "<": ">=", "<=": ">", "=": "!=", "!=": "="}
_NUMBERS = {"money", "rate", "percentage points", "number", "count", "ratio"}
_DEEP = 6


def number_of(value: object) -> Fraction | None:
    """The number of a literal; None for texts, dates, yes and no, not scored."""
    return value if type(value) is Fraction else None  # isinstance asks Fraction's abstract classes first


class Ranges:
    """Intervals of the expressions of one program."""

    def __init__(self, program: Program, generous: bool = False) -> None:
        self.program = program
        self.generous = generous
        self._known: dict[int, tuple[n.Node, Domain | None]] = {}
        self._terms: dict[str, Domain | None] = {}
        self._open: set[str] = set()
        self._cuts = (
            0  # how often a term that is being computed was needed: what was found then may be too wide
        )
        self._cut_off: dict[tuple[str, int], tuple[Facts, Domain | None]] = {}
        self._under: dict[tuple[str, int], tuple[Facts, Domain | None]] = {}
        self._patience = (
            25_000  # evaluations under facts, which are not remembered; then facts are left aside
        )
        self._named: dict[int, tuple[n.Node, frozenset[str]]] = {}
        self._below: dict[str, frozenset[str]] = {}
        self._points: dict[int, tuple[Fraction, Domain]] = {}
        self._places = {name: place for place, name in enumerate(program.terms)}  # in the order of evaluation
        self._begun: set[str] = set()
        for name in program.terms:
            self._reach(name)

    def of(self, node: n.Node, facts: Facts = ()) -> Domain:
        """The interval of a node where the facts hold. An expression without a number has all of them."""
        return self.maybe(node, facts) or ALL

    def maybe(self, node: n.Node, facts: Facts = ()) -> Domain | None:
        """The interval, or None if the expression never has a value (it stops, or is not scored)."""
        if type(node) is n.Lit:
            return self._value(node.value)
        if not facts:
            known = self._known.get(id(node))
            if known is not None:
                return known[1]
            before = self._cuts
            found = self._infer(node, ())
            if self._cuts == before:
                self._known[id(node)] = (node, found)
            return found
        self._patience -= 1
        if self._patience < 0:
            return self.maybe(node)
        found = self._infer(node, facts)
        for subject, limits in facts:
            if type(subject) is type(node) and subject == node:
                found = d.meet(found or ALL, limits)
        return found

    # ------------------------------------------------------------ terms

    def _reach(self, name: str) -> frozenset[str]:
        """The terms below a term, itself included."""
        known = self._below.get(name)
        if known is None:
            self._below[name] = frozenset({name})  # a prior-period reference may lead back
            below = {name}
            term = self.program.terms.get(name)
            for used in term.uses if term is not None else ():
                below |= self._below.get(used, frozenset({used}))
            known = self._below[name] = frozenset(below)
        return known

    def term(self, name: str, facts: Facts = ()) -> Domain | None:
        """The interval of a term."""
        term = self.program.terms.get(name)
        if term is None:
            return ALL
        if name in self._open:
            self._cuts += 1
            return ALL
        if facts and not self._touched(name, facts):
            facts = ()
        if not facts and name in self._terms:
            return self._terms[name]
        if not self._open and name not in self._begun:
            # what is below comes first, so that no chain is walked deep
            below = sorted(self._reach(name) & self._places.keys(), key=self._places.__getitem__)
            self._begun.update(below)
            for each in below:
                self.term(each)
            return self.term(name, facts)
        under = self._under.get((name, id(facts))) if facts else None
        if under is not None and under[0] is facts:
            return under[1]
        cut_off = self._cut_off.get((name, id(facts)))
        if cut_off is not None and cut_off[0] is facts:
            self._cuts += 1
            return cut_off[1]
        self._open.add(name)
        try:
            found = self.maybe(term.expr, facts)
        finally:
            self._open.discard(name)
        if self._open:  # true as it is, if wider than need be: remembered while the outermost term is open
            self._cut_off[name, id(facts)] = (facts, found)
        else:
            self._cut_off.clear()
        if not self._open & self._reach(name):  # else it was cut off at a term that stands on itself
            if facts:
                self._under[name, id(facts)] = (facts, found)
            else:
                self._terms[name] = found
        return found

    def _touched(self, name: str, facts: Facts) -> bool:
        """Whether the subject of a fact can occur in a term or below it: all terms that it names must."""
        reach = self._below.get(name) or self._reach(name)
        for subject, _ in facts:
            known = self._named.get(id(subject))
            if known is None or known[0] is not subject:
                known = self._named[id(subject)] = (subject, frozenset(terms_used(subject)))
            if known[1] <= reach:
                return True
        return False

    # ------------------------------------------------------------ expressions

    def _infer(self, node: n.Node, facts: Facts) -> Domain | None:
        match node:  # the most frequent first
            case n.Ref(term=term, shift=shift, first=first, pick=pick):
                found = self.term(term, facts if shift is None and not pick else ())
                return d.hull([found, self.maybe(first, facts)]) if first is not None else found
            case n.Multiply(items=items):
                product = d.AT_ONE
                for item in items:
                    product = d.multiply(product, self.of(item, facts))
                return product
            case n.Case():
                return self._case(node, facts)
            case n.Clamp(value=value, cap=cap, floor=floor):
                found = self.of(value, facts)
                found = d.most([found, self.of(floor, facts)]) if floor is not None else found
                return d.least([found, self.of(cap, facts)]) if cap is not None else found
            case n.Subtract(left=left, right=right):
                rest = d.add(self.of(left, facts), d.negate(self.of(right, facts)))
                return attrs.evolve(rest, low=Fraction(0), low_in=True) if self._within(right, left) else rest
            case n.Col(record=record, column=column):
                return self._column(record, column)
            case n.Lookup():
                return self._lookup(node, facts)
            case n.Aggregate():
                return self._aggregate(node)
            case n.Round(value=value, mode=mode, unit=unit):
                inner = self.maybe(value, facts)
                return d.rounded(inner, mode, unit) if inner is not None else None
            case n.Divide(left=left, right=right, if_zero=if_zero):
                quotient = d.divide(self.of(left, facts), self.of(right, facts))
                return d.hull([quotient, self.maybe(if_zero, facts)]) if if_zero is not None else quotient
            case n.Lesser(items=items):
                return d.least([self.of(item, facts) for item in items])
            case n.Add(items=items):
                if (own := self._party_year(node)) is not None:
                    return own
                total = d.AT_ZERO
                for item in items:
                    total = d.add(total, self.of(item, facts))
                return total
            case n.PeriodFact(fact=fact):
                return self._period(fact)
            case n.Power(base=base, exponent=exponent):
                return d.power(self.of(base, facts), exponent)
            case n.Greater(items=items):
                return d.most([self.of(item, facts) for item in items])
            case n.Require(value=value, test=test):
                inner = self.of(value, facts)
                limits = {
                    "at least zero": d.FROM_ZERO,
                    "above zero": d.ABOVE_ZERO,
                    "whole": Domain(whole=True),
                }
                return d.meet(inner, limits[test]) if test in limits else inner
            case n.NotScoredIf(value=value, cond=cond):
                return self.maybe(value, self.when(cond, False, facts))
            case n.ScoredOr(value=value, other=other):
                return d.hull([self.maybe(value, facts), self.maybe(other, facts)])
            case n.Line(x=x, x0=x0, y0=y0, x1=x1, y1=y1):
                ends = d.hull([self.of(x0), self.of(x1)])
                here = self.of(x, facts)
                inside = ends is not None and d.hull([ends, here]) == attrs.evolve(
                    ends, whole=ends.whole and here.whole
                )
                return d.hull([self.maybe(y0, facts), self.maybe(y1, facts)]) if inside else ALL
            case n.Bands(subject=subject, bands=bands, negative=negative):
                if not all(self.of(band.share, facts).not_negative for band in bands):
                    return ALL
                if negative == "mirror" and not self.of(subject, facts).not_negative:
                    return ALL
                return d.FROM_ZERO
            case n.InForce(parts=parts, otherwise=otherwise):
                values = [value for _, _, value in parts] + ([otherwise] if otherwise is not None else [])
                return d.hull([self.maybe(value, facts) for value in values])
            case n.Rank(ties=ties):
                return Domain(Fraction(1), whole=ties != "average")
            case n.Root() | n.PoolShare():
                return d.FROM_ZERO
            case n.DaysBetween() | n.MonthsBetween() | n.YearOf():
                return Domain(whole=True)
            case n.Stop():
                return None
        return ALL

    def _value(self, value: Value) -> Domain | None:
        if type(value) is Fraction:
            known = self._points.get(id(value))
            if known is not None and known[0] is value:
                return known[1]
            found = d.at(value)
            self._points[id(value)] = value, found
            return found
        return ALL if isinstance(value, (bool, str)) or hasattr(value, "year") else None

    def _column(self, record: str, column: str) -> Domain | None:
        owner = self.program.records.get(record)
        if owner is None:
            return ALL
        try:
            found = owner.column(column)
        except KeyError:
            return ALL
        if owner.rows is not None:
            return d.hull([self._value(row[column]) for row in owner.rows if column in row]) or ALL
        return self._bounds(found)

    def _bounds(self, column: Column) -> Domain:
        if column.kind.base not in _NUMBERS:
            return ALL
        low, high = number_of(column.low), number_of(column.high)
        count = column.kind.base == "count"
        if low is None and (count or self.generous):
            low = Fraction(0)
        found = Domain(low, True, high, True, count)
        missing = number_of(column.missing)
        return d.hull([found, d.at(missing)]) or found if missing is not None else found

    def _period(self, fact: str) -> Domain:
        years = self.program.calendar.years
        if fact == "year":
            return Domain(Fraction(1), True, Fraction(len(years)), True, True)
        own = self.program.calendar.own
        high = {
            "days": max([1100, *(period.days for period in own)]),
            "months": max([36, *(period.days // 28 + 2 for period in own)]),
            "number": max(36, len(own)),
        }.get(fact)
        if fact == "calendar year":
            return Domain(Fraction(years[0].start.year), True, Fraction(years[-1].end.year), True, True)
        return Domain(Fraction(1), True, Fraction(high), True, True) if high else ALL

    def _party_year(self, node: n.Add) -> Domain | None:
        """`the party's own performance year`: the year here minus the year of its start, plus 1 (Q15)."""
        match node.items:
            case (n.Subtract(left=n.PeriodFact(fact="year"), right=n.YearOf()), n.Lit()):
                return Domain(Fraction(1), whole=True)
        return None

    def _case(self, node: n.Case, facts: Facts) -> Domain | None:
        values: list[Domain | None] = []
        rest = facts
        for cond, value in node.branches:
            values.append(self.maybe(value, self.when(cond, True, rest)))
            rest = self.when(cond, False, rest)
        if node.otherwise is not None:
            values.append(self.maybe(node.otherwise, rest))
        return d.hull(values)

    def _lookup(self, node: n.Lookup, facts: Facts) -> Domain | None:
        return d.hull([self.maybe(row.value, self.in_row(node, row, facts)) for row in node.rows])

    def in_row(self, node: n.Lookup, row: n.LookupRow, facts: Facts) -> Facts:
        """The facts, and what the row says of the subjects."""
        if isinstance(row.value, n.Lit):
            return facts
        for subject, test in zip(node.subjects, row.tests, strict=True):
            if isinstance(test, n.Interval):
                low = self.of(test.low).low if test.low is not None else None
                high = self.of(test.high).high if test.high is not None else None
                facts = self._know(subject, Domain(low, test.low_in, high, test.high_in), facts, 0)
        return facts

    def _within(self, part: n.Node, whole: n.Node) -> bool:
        """Whether a value is limited to another by its own sentence: `…, but not more than Withheld`."""
        if isinstance(part, n.Ref) and part.shift is None and not part.pick:
            term = self.program.terms.get(part.term)
            part = term.expr if term is not None else part
        if isinstance(part, n.Clamp):
            return part.cap == whole
        return isinstance(part, n.Lesser) and whole in part.items

    def _listed(self, rows: n.Rows) -> tuple[dict[str, Value], ...] | None:
        """The rows that an aggregate visits if the contract itself lists them all, the same for each key."""
        source = rows.source
        if source is None and len(rows.binds) == 1 and rows.binds[0] not in self.program.attributes:
            roster = self.program.rosters.get(rows.binds[0])
            source = roster.record if roster is not None else None
            if source is not None and self.program.records[source].keys != rows.binds:
                return None
        if source is None or rows.window is not None or rows.others:
            return None
        record = self.program.records[source]
        if record.clock is not None or set(record.dims) & set(rows.fixed):
            return None
        return record.rows

    def _aggregate(self, node: n.Aggregate) -> Domain:
        listed = self._listed(node.rows) if node.where is None else None
        if listed is not None and node.name == "number" and node.value is None:
            return d.at(Fraction(len(listed)))
        if listed is not None and node.name == "total" and isinstance(node.value, n.Col):
            amounts = [number_of(row.get(node.value.column)) for row in listed]
            if node.value.record == node.rows.source and None not in amounts:
                return d.at(sum((x for x in amounts if x is not None), Fraction(0)))
        if node.name == "number" or node.value is None:
            return Domain(Fraction(0), whole=True)
        facts = self.when(node.where, True, ()) if node.where is not None else ()
        value = self.of(node.value, facts)
        if node.name == "total":
            low = Fraction(0) if value.not_negative else None
            high = Fraction(0) if value.not_positive else None
            return Domain(low, True, high, True, value.whole)
        return attrs.evolve(value, whole=value.whole and node.name in ("largest", "smallest"), nonzero=False)

    # ------------------------------------------------------------ what a condition says

    def when(self, cond: n.Node, holds: bool, facts: Facts, depth: int = 0) -> Facts:
        """The facts, and what follows from the condition being met (or not met)."""
        if depth > _DEEP:
            return facts
        match cond:
            case n.Not(item=item):
                return self.when(item, not holds, facts, depth)
            case n.All(items=items) if holds:
                for item in items:
                    facts = self.when(item, True, facts, depth + 1)
            case n.AnyOf(items=items) if not holds:
                for item in items:
                    facts = self.when(item, False, facts, depth + 1)
            case n.Ref(term=term, shift=None, pick=()):
                found = self.program.terms.get(term)
                if found is not None:
                    return self.when(found.expr, holds, facts, depth + 1)
            case n.Compare(op=op, left=left, right=right):
                op_ = op if holds else _OPPOSITE[op]
                facts = self._compare(left, op_, right, facts)
                facts = self._compare(right, _FLIP[op_], left, facts)
        return facts

    def _compare(self, left: n.Node, op: str, right: n.Node, facts: Facts) -> Facts:
        if isinstance(left, n.Lit):
            return facts
        other = self.of(right, facts)
        match op:
            case ">=" | ">" if other.low is not None:
                found = Domain(other.low, other.low_in and op == ">=")
            case "<=" | "<" if other.high is not None:
                found = Domain(None, True, other.high, other.high_in and op == "<=")
            case "=":
                found = other
            case "!=" if other.point == 0:
                found = Domain(nonzero=True)
            case _:
                return facts
        return self._know(left, found, facts, 0)

    def _know(self, node: n.Node, found: Domain, facts: Facts, depth: int) -> Facts:
        """Add what is known of a node, and what follows for the signs of its parts."""
        if found == ALL or isinstance(node, n.Lit) or depth > _DEEP:
            return facts
        facts = (*facts, (node, found))
        match node:
            case n.Ref(term=term, shift=None, pick=()):
                below = self.program.terms.get(term)
                return self._know(below.expr, found, facts, depth + 1) if below is not None else facts
            case n.Divide(left=left, right=right, if_zero=if_zero) if found.above_zero:
                if (
                    if_zero is None
                    or not d.meet(self.of(if_zero), found).holds(self.of(if_zero).point or Fraction(0))
                ) and self.of(right, facts).not_negative:
                    facts = self._know(right, d.ABOVE_ZERO, facts, depth + 1)
                    facts = self._know(left, d.ABOVE_ZERO, facts, depth + 1)
            case n.Greater(items=items) if found.above_zero:
                rest = [item for item in items if not self.of(item).not_positive]
                if len(rest) == 1:
                    facts = self._know(rest[0], found, facts, depth + 1)
            case n.Clamp(value=value, floor=floor) if found.above_zero:
                if floor is None or self.of(floor).not_positive:
                    facts = self._know(value, d.ABOVE_ZERO, facts, depth + 1)
            case n.Round(value=value) if found.above_zero:
                facts = self._know(value, d.ABOVE_ZERO, facts, depth + 1)
            case n.Multiply(items=items) if found.above_zero:
                rest = [item for item in items if not self.of(item, facts).above_zero]
                if len(rest) == 1:
                    facts = self._know(rest[0], d.ABOVE_ZERO, facts, depth + 1)
            case n.Subtract(left=left, right=right) if found.low is not None:
                other = self.of(right, facts)
                if other.low is not None:
                    facts = self._know(left, Domain(found.low + other.low, found.low_in), facts, depth + 1)
                first = self.of(left, facts)
                if first.high is not None:
                    facts = self._know(
                        right, Domain(None, True, first.high - found.low, found.low_in), facts, depth + 1
                    )
        return facts
