"""An amount of the year that stands where one of its Months is meant.

Three places: a total over the Months of a difference with it (`the total of (Monthly Revenue minus Annual Fee)
over all Months` takes the fee twelve times), the limit of an amount for each Month (`but not more than Annual Cap`
limits that of each month and not the year's), and an amount for each Month of a count or total of the whole year
(`$15 per member per month times Member Months` pays for each month what is due for twelve). All compute
something, and seldom what was meant: a warning says what happens and what to write. It is silent where the text
says a period of its own: a term `for each Month`, a limit `for each Month`, an amount per member per month, a
twelfth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from vbcdsl.check.view import View, found
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.kinds import plural
from vbcdsl.model.periods import CLOCKS, YEAR
from vbcdsl.model.span import Span
from vbcdsl.resolve.symbols import CLOCK_ALIASES
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_rows import outside_aggregates
from vbcdsl.rules.program import Term
from vbcdsl.rules.scope import clock_of, finer_or_same
from vbcdsl.rules.uses import walk
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t

# the periods within a year, and how many there are
PARTS: Final = {"Month": 12, "Quarter": 4, "Half Year": 2}
_OF_A_YEAR = re.compile(r"\b(annual|annually|yearly|year)\b", re.IGNORECASE)
_OF_A_PART = re.compile(r"\b(month|months|monthly|quarter|quarterly|pmpm|per)\b", re.IGNORECASE)


def check_yearly_parts(view: View) -> list[Diagnostic]:
    """Amounts of the year in a total over its Months."""
    result: list[Diagnostic] = []
    for _, node in view.each(n.Aggregate):
        assert isinstance(node, n.Aggregate)
        clock = _visited(view, node.rows)
        if node.name != "total" or clock is None or node.value is None:
            continue
        record = node.rows.source
        rows = f"row of {record}" if record is not None else clock
        over = f"over the {record}" if record is not None else f"over all {plural(clock)}"
        for part, sign in _parts(node.value):
            if not _is_yearly(view, part, named=record is not None or len(node.rows.binds) > 1):
                continue
            name = view.name(part)
            verb, kept = ("subtracted", "minus") if sign < 0 else ("added", "plus")
            result.append(
                found(
                    "VBC4111",
                    f"{name} is one amount for the {YEAR}, and here it is {verb} once for each {rows}",
                    part.span,
                    part.section,
                    f"take it out of the total: “(the total of … {over}) {kept} {name}”; if one for each {clock} "
                    f"is meant, define it: “… means, for each {clock}, …”",
                    "warning",
                )
            )
    return result


def _visited(view: View, rows: n.Rows) -> str | None:
    """The period within a year of which several are visited."""
    record = view.program.records.get(rows.source or "")
    bound = [*rows.binds, *((record.clock,) if record is not None and record.clock else ())]
    return next((dim for dim in bound if dim in PARTS and dim not in rows.fixed), None)


def _parts(node: n.Node, sign: int = 1) -> Iterator[tuple[n.Node, int]]:
    """What is added to a value and subtracted from it, at any depth, with its sign."""
    match node:
        case n.Add(items=items):
            for item in items:
                yield item, sign
                yield from _parts(item, sign)
        case n.Subtract(left=left, right=right):
            yield left, sign
            yield right, -sign
            yield from _parts(left, sign)
            yield from _parts(right, -sign)
        case n.Multiply(items=items):
            for item in items:
                yield from _parts(item, sign)
        case n.Round(value=value) | n.Require(value=value) | n.Clamp(value=value) | n.ScoredOr(value=value):
            yield from _parts(value, sign)


def _is_yearly(view: View, node: n.Node, named: bool = False, clock: str = "Month") -> bool:
    """Whether an expression is an amount of the year: its name says so, or it is the total of a year's rows.
    Without `named` also what records hold for each Performance Year."""
    match node:
        case n.Ref(term=name, shift=None):
            term = view.program.terms.get(name)
            if term is None or clock_of(term.grain) in PARTS or _OF_A_PART.search(name):
                return False
            if term.kind.base != "money" or term.kind.unit is not None:
                return False
            return bool(_OF_A_YEAR.search(name)) or _is_yearly(view, term.expr, named, clock)
        case n.Col(record=record, column=column):
            held = view.program.records.get(record)
            if held is None or held.clock != YEAR or view.kind(node).base != "money" or view.kind(node).unit:
                return False
            return not _OF_A_PART.search(column) and (not named or bool(_OF_A_YEAR.search(column)))
        case n.Aggregate(name="total", value=value, rows=rows):
            if rows.window is not None or any(dim in PARTS for dim in rows.fixed):
                return False
            if view.kind(node).base != "money" or view.kind(node).unit is not None:
                return False
            source = view.program.records.get(rows.source or "")
            dated = source is not None and source.date_column is not None
            return (
                dated
                or _visited(view, rows) is not None
                or (value is not None and _is_yearly(view, value, named, clock))
            )
        case n.Multiply(items=items):
            share = Fraction(1, PARTS[clock])
            if any(isinstance(item, n.Lit) and item.value == share for item in items):
                return False  # a twelfth of it
            return any(_is_yearly(view, item, named, clock) for item in items)
        case n.Add(items=items):
            return any(_is_yearly(view, item, named, clock) for item in items)
        case n.Round(value=value) | n.Require(value=value) | n.Clamp(value=value) | n.ScoredOr(value=value):
            return _is_yearly(view, value, named, clock)
    return False


def check_yearly_limits(view: View) -> list[Diagnostic]:
    """Limits of the year on a value for each of its Months."""
    result: list[Diagnostic] = []
    for section in view.document.sections:
        core = section.core
        if not isinstance(core, t.Pay | t.Define):
            continue
        term = view.program.terms.get(core.name.text)
        clock = clock_of(term.grain) if term is not None else None
        if term is None or clock not in PARTS or term.kind.base != "money" or term.kind.unit is not None:
            continue
        stated = [step for step in outside_aggregates(core.value) if isinstance(step, ast.Bound) and step.per]
        for step in stated:
            wider = next((name.text for name in step.per if _is_wider(name.text, clock)), None)
            if wider is not None:
                result.append(_limit(term, clock, f"the limit is stated for each {wider}", step.span))
        if not stated:
            result.extend(
                _limit(term, clock, f"{view.name(limit)} is one amount for the {YEAR}", limit.span)
                for limit in _limits(view, term.expr)
                if _is_yearly(view, limit, clock=clock)
            )
    return result


def check_yearly_counts(view: View) -> list[Diagnostic]:
    """Counts and totals of the year of which an amount for each of its Months is a multiple."""
    result: list[Diagnostic] = []
    for term in view.program.terms.values():
        clock = clock_of(term.grain)
        if (
            clock not in PARTS
            or term.role == "input"
            or term.kind.base != "money"
            or term.kind.unit is not None
        ):
            continue
        for used in _multiples(term.expr, Fraction(1, PARTS[clock])):
            if used.shift is not None or used.pick or not _adds_up_a_year(view, used.term):
                continue
            result.append(
                found(
                    "VBC4116",
                    f"{used.term} is of the whole {YEAR}, and the {term.name} of each {clock} stands on all of it",
                    used.span,
                    term.section,
                    f'for what falls in each {clock} write “"{used.term}" means, for each {clock}, …”; to pay '
                    f"for the year once, leave “each {clock}” out of the {term.name}",
                    "warning",
                )
            )
    return result


def _multiples(node: n.Node, share: Fraction) -> Iterator[n.Ref]:
    """The terms that a value grows with, as sums and products do; not those of which it takes only the share."""
    match node:
        case n.Ref():
            yield node
        case n.Add(items=items):
            for item in items:
                yield from _multiples(item, share)
        case n.Multiply(items=items):
            if not any(isinstance(item, n.Divide) or _is(item, share) for item in items):
                for item in items:
                    yield from _multiples(item, share)
        case n.Round(value=value) | n.Require(value=value) | n.Clamp(value=value) | n.ScoredOr(value=value):
            yield from _multiples(value, share)
        case n.Case(branches=branches, otherwise=otherwise):
            for value in (
                *(value for _, value in branches),
                *((otherwise,) if otherwise is not None else ()),
            ):
                yield from _multiples(value, share)


def _is(node: n.Node, share: Fraction) -> bool:
    return isinstance(node, n.Lit) and node.value == share


def _adds_up_a_year(view: View, name: str) -> bool:
    """Whether a term of the year is a number or total of rows that each lie in a part of it."""
    term = view.program.terms.get(name)
    if term is None or clock_of(term.grain) in PARTS:
        return False
    expr = term.expr
    while isinstance(expr, n.Round | n.Require | n.Clamp | n.ScoredOr):
        expr = expr.value
    if (
        not isinstance(expr, n.Aggregate)
        or expr.name not in ("number", "total")
        or expr.rows.window is not None
    ):
        return False
    source = view.program.records.get(expr.rows.source or "")
    dated = source is not None and source.date_column is not None
    return dated or _visited(view, expr.rows) is not None


def _is_wider(name: str, clock: str) -> bool:
    found = CLOCK_ALIASES.get(name, name)
    return found in CLOCKS and not finer_or_same(found, clock)


def _limit(term: Term, clock: str, why: str, span: Span) -> Diagnostic:
    return found(
        "VBC4113",
        f"{why}, and it limits the {term.name} of each {clock} by itself",
        span,
        term.section,
        f"to limit the year, pay once for it (“the total of … over all {plural(clock)}, but not more than …”), or "
        f"limit what is left of it (“the total of … from the start of the {YEAR} through that {clock}”); to limit "
        f"each {clock}, end the limit with “for each {clock}”",
        "warning",
    )


def _limits(view: View, node: n.Node) -> Iterator[n.Node]:
    """What limits the value of a sentence from above; not of what is added up through the year."""
    match node:
        case n.Clamp(value=value, cap=cap):
            if cap is not None and not _runs_on(view, value) and not _is_yearly(view, value):
                yield cap
            yield from _limits(view, value)
        case n.Lesser(items=items):
            if not any(_runs_on(view, item) for item in items):
                yearly = [item for item in items if _is_yearly(view, item)]
                yield from yearly if len(yearly) < len(items) else ()
        case (
            n.Round(value=value)
            | n.Require(value=value)
            | n.ScoredOr(value=value)
            | n.NotScoredIf(value=value)
        ):
            yield from _limits(view, value)
        case n.Case(branches=branches, otherwise=otherwise):
            for _, value in branches:
                yield from _limits(view, value)
            if otherwise is not None:
                yield from _limits(view, otherwise)


def _runs_on(view: View, node: n.Node, depth: int = 0) -> bool:
    """Whether a value stands on earlier periods: a total from the start of the year, a balance."""
    for below in walk(node):
        if isinstance(below, n.Aggregate) and below.rows.window is not None:
            return True
        if isinstance(below, n.Ref):
            term = view.program.terms.get(below.term)
            if below.shift is not None:
                return True
            if term is None or clock_of(term.grain) not in PARTS or depth > 8:
                continue
            if _runs_on(view, term.expr, depth + 1):
                return True
    return False
