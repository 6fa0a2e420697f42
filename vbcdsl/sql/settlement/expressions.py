"""An expression of the core language as SQL on the rows of a scope.

It stands between `compiler.py`, which makes the tables of terms, rows and groups, and `values.py`, which computes
with whole numbers. What cannot be said exactly is `NotExact` with the reason in the contract's words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from vbcdsl.engines.arrow.times import WHOLE_YEAR
from vbcdsl.model.periods import OWN, YEAR, Period
from vbcdsl.model.values import NotScored, Value
from vbcdsl.rules import nodes as n
from vbcdsl.sql.expression import NotExact, day, quoted
from vbcdsl.sql.settlement import values as v
from vbcdsl.sql.settlement.scope import Scope
from vbcdsl.sql.settlement.values import NOTHING, Val

if TYPE_CHECKING:
    from vbcdsl.sql.settlement.compiler import Compiler

REASONS: Final = {
    "Root": "a root",
    "Rank": "a rank",
    "PoolShare": "the division of a pool",
    "WithLargest": "a choice of the largest",
    "DateShift": "a date that is computed",
    "YearOf": "the year of a date",
    "MonthsBetween": "a number of months between dates",
}


def literal(value: Value) -> Val:
    """A value of the contract's text."""
    match value:
        case NotScored():
            return NOTHING
        case bool():
            return Val("flag", "TRUE" if value else "FALSE")
        case Fraction() | int():
            return v.number(value)
        case dt.date():
            return Val("day", day(value))
        case str():
            return Val("text", quoted(value))


class Expressions:
    """Writes expressions in a scope. `core`: only what is the same digits in every engine by itself (sums, counts,
    extremes, comparisons, CASE)."""

    def __init__(self, compiler: Compiler, scope: Scope) -> None:
        self.compiler, self.scope = compiler, scope

    def value(self, node: n.Node) -> Val:
        """The value on each row. `NotExact` if SQL cannot say it."""
        match node:
            case n.Lit(value=value):
                return literal(value)
            case n.Col():
                return self._column(node)
            case n.KeyOf(dim=dim):
                return Val("text", self.scope.key(dim))
            case n.Ref():
                return self.compiler.ref(node, self)
            case n.PeriodFact():
                return self._fact(node)
            case n.Add(items=items):
                return v.add(self.numbers(items))
            case n.Subtract(left=left, right=right):
                return v.add(self.numbers((left, right)), " - ")
            case n.Multiply(items=items):
                self._beyond("a product")
                return v.multiply(self.numbers(items))
            case n.Divide(left=left, right=right, if_zero=other):
                self._beyond("a quotient")
                one, divisor = self.numbers((left, right))
                return v.divide(
                    one,
                    self.short(divisor, right),
                    None if other is None else self.value(other),
                    f"section {self.scope.section}: the divisor is zero",
                )
            case n.Power(base=base, exponent=exponent):
                self._beyond("a power")
                found = self.short(self.value(base), base)
                return v.multiply([found] * exponent) if exponent else v.number(1)
            case n.Lesser(items=items) | n.Greater(items=items):
                parts = [self.short(self.value(item), item) for item in items]
                return v.extreme(parts, "LEAST" if isinstance(node, n.Lesser) else "GREATEST")
            case n.Clamp():
                return self._clamp(node)
            case n.Round(value=inner, mode=mode, unit=unit):
                self._beyond("a rounding")
                (found,) = self.numbers((inner,))
                return v.rounded(self.short(found, inner), mode, unit)
            case n.Require():
                return self._require(node)
            case n.NotScoredIf(value=inner, cond=cond):
                return v.case([(self.flag(cond), NOTHING)], self.value(inner))
            case n.ScoredOr(value=inner, other=other):
                return self._scored_or(self.value(inner), other, inner)
            case n.IsScored(value=inner):
                return Val("flag", f"{self.value(inner).inner} IS NOT NULL")
            case n.Compare(op=op, left=left, right=right):
                return v.compare(op, self.value(left), self.value(right))
            case n.OneOf(value=inner, texts=texts):
                found = self.value(inner)
                if found.base != "text" or not texts:
                    raise NotExact("a list of texts")
                return Val("flag", f"{found.inner} IN ({', '.join(map(quoted, texts))})", 1, found.nullable)
            case n.Not(item=item):
                found = self.flag(item)
                return attrs.evolve(found, text=f"NOT {found.inner}")
            case n.All(items=items):
                return self._joined(items, " AND ")
            case n.AnyOf(items=items):
                return self._joined(items, " OR ")
            case n.CountOf(op=op, count=count, items=items):
                flags = [self.flag(item) for item in items]
                one = v.number(1)
                counted = v.add([v.case([(flag, one)], v.number(0)) for flag in flags])
                return v.compare(op, counted, v.number(count))
            case n.Case():
                return self._case(node)
            case n.Lookup():
                return self._lookup(node)
            case n.Line():
                return self._line(node)
            case n.Bands():
                return self._bands(node)
            case n.InForce():
                return self._in_force(node)
            case n.DaysBetween(start=start, end=end):
                self._beyond("a number of days")
                first, last_day = self.value(start), self.value(end)
                text = f"DATEDIFF('day', {first.text}, {last_day.text})"
                return Val("number", text, 1, first.nullable or last_day.nullable)
            case n.Stop(what=what):
                return self.stopped(what)
            case n.Aggregate():
                return self.compiler.aggregate(node, self)
            case n.Quantified():
                return self.compiler.quantified(node, self)
            case _:
                raise NotExact(
                    REASONS.get(type(node).__name__, "a computation that SQL has no exact words for")
                )

    # ------------------------------------------------------------ parts

    def _beyond(self, what: str) -> None:
        if self.compiler.core:
            raise NotExact(what)

    def numbers(self, nodes: tuple[n.Node, ...]) -> list[Val]:
        """The values of numeric expressions."""
        found = [self.value(node) for node in nodes]
        if any(value.base not in ("number", "nothing") for value in found):
            raise NotExact("arithmetic with dates")
        return found

    def flag(self, node: n.Node) -> Val:
        """A condition."""
        found = self.value(node)
        if found.base not in ("flag", "nothing"):
            raise NotExact("a condition that is no yes or no")
        return found

    def short(self, value: Val, node: n.Node) -> Val:
        """A value that will be written more than once: under a name of its own if it is long."""
        return self.compiler.named(value, node, self) if value.long else value

    def stopped(self, what: str) -> Val:
        """The query ends here."""
        return Val("nothing", v.stop(f"section {self.scope.section}: {what}", "nothing"), 1)

    def _joined(self, items: tuple[n.Node, ...], word: str) -> Val:
        settled, idle = (v.NO, v.YES) if word == " AND " else (v.YES, v.NO)
        flags = [flag for flag in (self.flag(item) for item in items) if flag != idle]
        if settled in flags:
            return settled
        if len(flags) < 2:
            return flags[0] if flags else idle
        return Val("flag", word.join(f.inner for f in flags), 1, any(f.nullable for f in flags))

    def _case(self, node: n.Case) -> Val:
        branches: list[tuple[Val, Val]] = []
        for condition, value in node.branches:
            flag = self.flag(condition)
            if flag == v.NO:
                continue  # it is not reached in this performance year
            if flag == v.YES:
                return v.case(branches, self.value(value)) if branches else self.value(value)
            branches.append((flag, self.value(value)))
        last = self.stopped("no case applies") if node.otherwise is None else self.value(node.otherwise)
        return v.case(branches, last) if branches else last

    # ------------------------------------------------------------ leaves

    def _column(self, node: n.Col) -> Val:
        if node.record == self.scope.record:
            return self.scope.columns[node.column]
        return self.compiler.column(node, self)

    def by_period(self, fact: Callable[[Period], Val]) -> Val:
        """What follows from the period of a row: one value if it is the same in all, else by its number."""
        scope = self.scope
        year = scope.program.calendar.year(scope.year)
        assert year is not None
        if scope.clock is None:
            return fact(year)
        found = [(p.number, fact(p)) for p in scope.program.calendar.parts(year, scope.clock)]  # type: ignore[arg-type]
        different = list(dict.fromkeys(value for _, value in found))
        if len(different) == 1:
            return different[0]
        branches = []
        for value in different[:-1]:
            codes = [str(number) for number, each in found if each == value]
            test = (
                f"{scope.code} = {codes[0]}" if len(codes) == 1 else f"{scope.code} IN ({', '.join(codes)})"
            )
            branches.append((Val("flag", test), value))
        return v.case(branches, different[-1])

    def _fact(self, node: n.PeriodFact) -> Val:
        calendar = self.scope.program.calendar
        if node.clock == OWN:
            raise NotExact("a fact of an own period")

        def fact(period: Period) -> Val:
            clock = node.clock
            if clock == period.clock or (clock in WHOLE_YEAR and period.clock in WHOLE_YEAR):
                here = period
            elif clock == YEAR:
                here = calendar.years[period.year - 1]
            else:
                year = calendar.years[period.year - 1]
                here = next(p for p in calendar.parts(year, clock) if p.holds(period.start))
            match node.fact:
                case "year":
                    return v.number(here.year)
                case "number":
                    return v.number(here.number)
                case "days":
                    return v.number(here.days)
                case "months":
                    months = (here.end.year - here.start.year) * 12 + here.end.month - here.start.month + 1
                    return v.number(months)
                case "start":
                    return literal(here.start)
                case "end":
                    return literal(here.end)
            return v.number(here.start.year)

        return self.by_period(fact)

    def _in_force(self, node: n.InForce) -> Val:
        def value(period: Period) -> Val:
            for start, end, inner in node.parts:
                if (start is None or start <= period.start) and (end is None or period.start <= end):
                    return self.value(inner)
            if node.otherwise is None:
                return self.stopped("no value is in force")
            return self.value(node.otherwise)

        return self.by_period(value)

    # ------------------------------------------------------------ limits, tests

    def _clamp(self, node: n.Clamp) -> Val:
        value = self.short(self.value(node.value), node.value)
        bounds = {
            name: None if bound is None else self.short(self.value(bound), bound)
            for name, bound in (("cap", node.cap), ("floor", node.floor))
        }
        cap, floor = bounds["cap"], bounds["floor"]
        found = value if cap is None else v.extreme([value, cap], "LEAST")
        if floor is not None:
            found = v.extreme([found, floor], "GREATEST")
        if cap is not None and floor is not None:
            above = v.compare(">", floor, cap)
            if above != v.NO:
                return v.case([(above, self.stopped("the floor is above the cap"))], found)
        return found

    def _require(self, node: n.Require) -> Val:
        value = self.short(self.value(node.value), node.value)
        if node.test == "scored":
            test = f"{value.inner} IS NULL"
            words = "is missing" if node.code == "VBC6021" else "is not scored"
        elif node.test == "whole":
            self._beyond("a test for a whole number")
            if value.den == 1:
                return value
            test, words = f"{value.inner} % {v.part(str(value.den))} <> 0", "is not whole"
        else:
            sign, words = (
                ("<", "is negative") if node.test == "at least zero" else ("<=", "is not above zero")
            )
            test = f"{value.inner} {sign} 0"
        stopped = self.stopped(f"{node.what} {words}")
        found = v.case([(Val("flag", test), stopped)], value)
        return attrs.evolve(found, nullable=value.nullable and node.test != "scored")

    def _scored_or(self, value: Val, other: n.Node, node: n.Node) -> Val:
        if value.base == "nothing":
            return self.value(other)
        if not value.nullable:
            return value
        value = self.short(value, node)
        return v.case([(Val("flag", f"{value.inner} IS NOT NULL"), attrs.evolve(value, nullable=False))],
                      self.value(other))  # fmt: skip

    # ------------------------------------------------------------ tables

    def _lookup(self, node: n.Lookup) -> Val:
        subjects = [self.short(self.value(subject), subject) for subject in node.subjects]
        rows = list(node.rows)
        if node.mode == "exactly one":  # a row with “any other” counts only where no other row applies
            rows.sort(key=lambda row: any(isinstance(test, n.AnyOther) for test in row.tests))
        branches: list[tuple[Val, Val]] = []
        specific: list[Val] = []
        for row in rows:
            tests = [self._test(test, subject) for test, subject in zip(row.tests, subjects, strict=True)]
            text = " AND ".join(t for t in tests if t != "TRUE") or "TRUE"
            if "FALSE" in tests:
                continue
            branches.append((Val("flag", text), self.value(row.value)))
            if not any(isinstance(test, n.AnyOther) for test in row.tests):
                specific.append(branches[-1][0])
            if text == "TRUE":
                break
        if node.mode == "exactly one" and not self._apart(node):
            loose = [row for row in rows if any(isinstance(test, n.AnyOther) for test in row.tests)]
            fits = [v.case([(c, v.number(1))], v.number(0)) for c in specific]
            if len(loose) > 1:
                raise NotExact("a table with several rows for any other value")
            if len(fits) > 1:
                twice = v.compare(">", v.add(fits), v.number(1))
                branches.insert(0, (twice, self.stopped("two rows of the table apply")))
        return v.case(branches, self.stopped("no row of the table applies"))

    def _apart(self, node: n.Lookup) -> bool:
        """Whether no value can be in two rows of a table with one subject, by its literal edges or texts."""
        if len(node.subjects) != 1:
            return False
        texts: list[str] = []
        spans: list[tuple[Fraction | None, bool, Fraction | None, bool]] = []
        for row in node.rows:
            match row.tests[0]:
                case n.IsText(text=text):
                    texts.append(text)
                case n.Interval(low=low, low_in=low_in, high=high, high_in=high_in):
                    ends = [
                        None if e is None else e.value if isinstance(e, n.Lit) else "" for e in (low, high)
                    ]
                    if any(not isinstance(end, Fraction | None) for end in ends):
                        return False
                    spans.append((ends[0], low_in, ends[1], high_in))  # type: ignore[arg-type]
                case n.AnyOther():
                    pass
                case n.IsNotScored():
                    texts.append("\0")
        if len(set(texts)) < len(texts):
            return False
        return all(_disjoint(a, b) for i, a in enumerate(spans) for b in spans[:i])

    def _test(self, test: n.RowTest, subject: Val) -> str:
        match test:
            case n.AnyOther():
                return "TRUE"
            case n.IsNotScored():
                return f"{subject.inner} IS NULL"
            case n.IsText(text=text):
                if subject.base == "flag":
                    return subject.inner if text == "yes" else f"NOT {subject.inner}"
                return f"{subject.inner} = {quoted(text)}"
            case n.Interval():
                parts = []
                for edge, signs, inside in (
                    (test.low, (">=", ">"), test.low_in),
                    (test.high, ("<=", "<"), test.high_in),
                ):
                    if edge is not None:
                        found = v.compare(signs[0] if inside else signs[1], subject, self.value(edge))
                        parts.append(found.text)
                if "FALSE" in parts:
                    return "FALSE"
                if parts and all(part == "TRUE" for part in parts):
                    return "TRUE"
                return " AND ".join(p for p in parts if p != "TRUE") or f"{subject.inner} IS NOT NULL"
        raise NotExact("a test of a row")

    def _line(self, node: n.Line) -> Val:
        self._beyond("a straight line")
        x, x0, y0, x1, y1 = self.numbers((node.x, node.x0, node.y0, node.x1, node.y1))
        run = v.add([x1, x0], " - ")
        rise = v.multiply([v.add([x, x0], " - "), v.add([y1, y0], " - ")])
        message = f"section {self.scope.section}: the divisor is zero"
        return v.add([y0, v.divide(rise, run, None, message)])

    def _bands(self, node: n.Bands) -> Val:
        self._beyond("a table of shares")
        (subject,) = self.numbers((node.subject,))
        subject = self.short(subject, node.subject)
        zero = v.number(0)
        below = v.compare("<", subject, zero)
        minus = v.add([zero, subject], " - ")
        size = v.case([(below, minus)], subject) if node.negative == "mirror" else subject
        parts: list[Val] = []
        for band in node.bands:
            low = self.short(self.value(band.low), band.low)
            top = size if band.high is None else v.extreme(
                [size, self.short(self.value(band.high), band.high)], "LEAST"
            )  # fmt: skip
            low = low if _at_least_zero(low) else v.extreme([low, zero], "GREATEST")
            inside = v.compare(">", top, low)
            share = self.value(band.share)
            parts.append(v.case([(inside, v.multiply([share, v.add([top, low], " - ")]))], zero))
        total = v.add(parts)
        match node.negative:
            case "error":
                return v.case([(below, self.stopped("a negative amount has no row"))], total)
            case "none":
                return v.case([(below, zero)], total)
        return v.case([(below, v.multiply([v.number(-1), total]))], total)


def _at_least_zero(value: Val) -> bool:
    return value.text.isdigit()


def _disjoint(
    one: tuple[Fraction | None, bool, Fraction | None, bool],
    other: tuple[Fraction | None, bool, Fraction | None, bool],
) -> bool:
    for (_, _, high, high_in), (low, low_in, _, _) in ((one, other), (other, one)):
        if (
            high is not None
            and low is not None
            and (high < low or (high == low and not (high_in and low_in)))
        ):
            return True
    return False
