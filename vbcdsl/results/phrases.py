"""Expressions in the contract's words, with their values: `Sharing Rate (40%) times Savings ($500,000.00)`."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.reference.env import Env, Failure
from vbcdsl.model.kinds import Kind
from vbcdsl.model.values import RoundMode, Value
from vbcdsl.results.reading import ReadResults, Unknown
from vbcdsl.results.text import words
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program
from vbcdsl.source import SourceText
from vbcdsl.types.infer import Kinds

_COMPARED = {
    ">=": ("is at least", "is less than"),
    ">": ("is more than", "is not more than"),
    "<": ("is less than", "is not less than"),
    "<=": ("is at most", "is more than"),
    "=": ("is", "is not"),
    "!=": ("is not", "is"),
}
_UNITS = {
    Fraction(1, 100): "the cent", Fraction(1): "the whole", Fraction(1, 1000): "three decimal places",
    Fraction(1, 10): "one decimal place", Fraction(1, 10000): "four decimal places",
}  # fmt: skip
_MONEY_UNITS = {
    Fraction(1, 100): "the cent",
    Fraction(1): "the dollar",
    Fraction(1000): "the thousand dollars",
}
_COUNTED = re.compile(r" (counted (?:as a number|in .+)|as a percentage)$")
_LONGEST = 160
VISITING = (n.Aggregate, n.Quantified, n.Rank, n.PoolShare, n.WithLargest)


class Phrases:
    """Words for expressions of one text in force. `taken` collects the terms that the words name, with where."""

    def __init__(self, reader: ReadResults, program: Program, source: SourceText) -> None:
        self.reader, self.program, self.source = reader, program, source
        self.taken: dict[tuple[object, ...], tuple[str, Env]] = {}
        self.met: list[
            n.Node
        ] = []  # parts that visit rows, named since somebody last looked (`lines_of_parts`)
        self.told: dict[
            int, str
        ] = {}  # parts of a calculation that have been described as steps of their own
        self._kinds = Kinds(self._term_kind, self._column_kind, lambda _: None)

    def _term_kind(self, name: str) -> Kind | None:
        term = self.program.terms.get(name)
        return term.kind if term is not None else None

    def _column_kind(self, record: str, column: str) -> Kind | None:
        return self.program.records[record].column(column).kind

    def kind(self, node: n.Node) -> Kind | None:
        """The kind of an expression."""
        return self._kinds.of(node)

    def value(self, node: n.Node, env: Env) -> Value | None:
        """The value of an expression, None if it is not known here."""
        try:
            return self.reader.expressions.value(node, env)
        except Failure:
            return None

    def worth(self, node: n.Node, env: Env) -> str:
        """The value of an expression for people; empty if it is not known here."""
        return words(self.value(node, env), self.kind(node))

    def written(self, node: n.Node) -> str:
        """The contract's own words for an expression."""
        text = node.span.said or " ".join(self.source.text[node.span.start : node.span.end].split())
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rsplit(" ", 1)[0] + " …"

    # ------------------------------------------------------------ values

    def phrase(self, node: n.Node, env: Env, inner: bool = False) -> str:
        """An expression in words with values."""
        if id(node) in self.told:
            return self.told[id(node)]
        match node:
            case n.Lit(value=value, kind=kind):
                return words(value, kind)
            case n.Ref():
                return self._ref(node, env)
            case n.KeyOf(dim=dim):
                return f"{dim} {words(self.value(node, env))}"
            case n.Add(items=items):
                return _in_parentheses(" plus ".join(self.phrase(i, env, True) for i in items), inner)
            case n.Subtract(left=left, right=right):
                text = f"{self.phrase(left, env, True)} minus {self.phrase(right, env, True)}"
                return _in_parentheses(text, inner)
            case n.Multiply(items=(value, n.Lit() as unit)) if unit.span == node.span and self._counted(node):
                return f"{self.phrase(value, env, True)} {self._counted(node)}"
            case n.Multiply(items=items):
                return _in_parentheses(" times ".join(self.phrase(i, env, True) for i in items), inner)
            case n.Divide(left=left, right=right):
                text = f"{self.phrase(left, env, True)} divided by {self.phrase(right, env, True)}"
                return _in_parentheses(text, inner)
            case n.Lesser(items=items):
                return f"the lesser of {_listed([self.phrase(i, env, True) for i in items])}"
            case n.Greater(items=items):
                return f"the greater of {_listed([self.phrase(i, env, True) for i in items])}"
            case n.PeriodFact():
                return f"{self._fact_words(node)} ({self.worth(node, env)})"
            case n.Require(value=value) | n.ScoredOr(value=value) | n.Round(value=value):
                return self.phrase(value, env, inner)
            case n.Power(base=base, exponent=exponent):
                return f"{self.phrase(base, env, True)} to the power {exponent}"
            case _:
                self.take(node, env)
                worth = self.worth(node, env)
                text = self.written(node)
                if worth and isinstance(node, VISITING):
                    self.met.append(node)
                return f"{text} ({worth})" if worth else text

    def _counted(self, node: n.Node) -> str:
        """`counted as a number`, `as a percentage`: the words behind a value that is taken in another unit."""
        found = _COUNTED.search(self.written(node))
        return found[1] if found else ""

    def _clock(self, clock: str) -> str:
        shown = self.reader.calendar.shown(clock)
        return shown if shown != clock else clock.lower()

    def _fact_words(self, node: n.PeriodFact) -> str:
        """A fact of the period in words."""
        clock = self._clock(node.clock)
        return {
            "year": "the performance year",
            "number": f"the number of the {clock}",
            "days": f"the days of the {clock}",
            "months": f"the months of the {clock}",
            "start": f"the first day of the {clock}",
            "end": f"the last day of the {clock}",
            "calendar year": "the calendar year",
        }[node.fact]

    def _when(self, shift: n.Shift) -> str:
        """Which other period is meant."""
        clock = self._clock(shift.clock)
        if shift.year:
            return f"in performance year {shift.year}"
        if shift.own is not None:
            return f"in {clock} {self.reader.calendar.own[shift.own - 1].label}"
        return f"in the prior {clock}" if shift.back == 1 else f"{shift.back} {clock}s before"

    def _ref(self, node: n.Ref, env: Env) -> str:
        at = ""
        if node.shift is not None:
            at = f" {self._when(node.shift)}"
            if self._recorded(node, env):
                at += " as recorded"
        for _, key in node.pick:
            at += f" for {self.worth(key, env)}"
        home = self._home(node, env)
        if home is not None:
            self._note(node.term, home)
        try:
            value: Value | RunError | None = self.reader.expressions.value(node, env)
        except Unknown:
            value = None
        except Failure as failure:
            value = failure.error
        worth = words(value, self._term_kind(node.term))
        return f"{node.term}{at}" + (f" ({worth})" if worth else "")

    def _recorded(self, node: n.Ref, env: Env) -> bool:
        try:
            return self.reader.recorded(node, env) is not None
        except Failure:
            return False

    def _note(self, term: str, env: Env) -> None:
        self.taken.setdefault((term, *sorted(env.keys.items()), env.period), (term, env))

    def _home(self, node: n.Ref, env: Env) -> Env | None:
        """Where a reference leads, if its value was computed there."""
        import attrs

        target = env
        try:
            if self.reader.recorded(node, env) is not None:
                return None
            if node.shift is not None:
                period = self.reader._shifted(node, env)
                if period is None:
                    return None
                target = attrs.evolve(target, period=period)
            if node.pick:
                target = target.with_keys(
                    {d: str(self.reader.expressions.value(v, env)) for d, v in node.pick}
                )
        except Failure:
            return None
        term = self.reader.program(target.period.year).terms.get(node.term)
        if term is None or self.reader.found(node.term, target) is None:
            return None
        return (
            self.reader.environment(term, self.reader.key_of(term, target))
            if _clocked(term.grain)
            else target
        )

    def take(self, node: n.Node, env: Env) -> None:
        """Note the terms that an expression refers to at these keys (not those inside aggregates)."""
        from vbcdsl.rules.uses import children

        if isinstance(node, n.Ref):
            home = self._home(node, env)
            if home is not None:
                self._note(node.term, home)
            return
        if isinstance(node, VISITING):
            return
        for child in children(node):
            self.take(child, env)

    # ------------------------------------------------------------ conditions

    def condition(self, node: n.Node, env: Env) -> str:
        """A condition in words with values, as it turned out: “A (5%) is at least B (3%)”."""
        holds = self.value(node, env)
        match node:
            case n.Compare(op=op, left=left, right=right) if isinstance(holds, bool):
                said = _COMPARED[op][0 if holds else 1]
                return f"{self.phrase(left, env)} {said} {self.phrase(right, env)}"
            case n.Ref(term=name) if isinstance(holds, bool):
                self.take(node, env)
                term = self.program.terms.get(name)
                met = ("is met", "is not met") if term is None or term.role == "gate" else ("is yes", "is no")
                return f"the {name} {met[0] if holds else met[1]}"
            case n.Not(item=item):
                return self.condition(item, env)
            case n.All(items=items) | n.AnyOf(items=items):
                return "; ".join(
                    self.condition(item, env) for item in self._deciding(node, items, holds, env)
                )
            case n.OneOf(value=value, texts=texts) if isinstance(holds, bool):
                named = " or ".join(f"“{text}”" for text in texts)
                return f"{self.phrase(value, env)} {'is' if holds else 'is not'} {named}"
            case n.Lit():
                return "always"
            case _:
                self.take(node, env)
                if isinstance(node, VISITING) and isinstance(holds, bool):
                    self.met.append(node)
                return f"“{self.written(node)}” {_turned_out(holds)}"

    def _deciding(
        self, node: n.Node, items: tuple[n.Node, ...], holds: Value | None, env: Env
    ) -> tuple[n.Node, ...]:
        """Those that settled it: one that failed of all, one that held of any; else all of them."""
        settling = isinstance(node, n.AnyOf)
        if holds is settling:
            found = [item for item in items if self.value(item, env) is settling]
            return tuple(found[:1]) or items
        return items


def rounding_words(mode: RoundMode, unit: Fraction, kind: Kind | None) -> str:
    """`rounded half up to the cent`."""
    if kind is not None and kind.base == "money":
        to = _MONEY_UNITS.get(unit) or f"a multiple of ${unit}"
    elif kind is not None and kind.base in ("rate", "percentage points", "ratio"):
        to = f"a multiple of {words(unit, Kind('rate'))}"
    else:
        to = _UNITS.get(unit) or f"a multiple of {words(unit)}"
    return f"rounded {mode} to {to}"


def day_words(day: object) -> str:
    """A date for people."""
    return words(day) if isinstance(day, dt.date) else str(day)


def _turned_out(holds: Value | None) -> str:
    if isinstance(holds, bool):
        return "holds" if holds else "does not hold"
    return "was decided on the data" if holds is None else "is not scored"


def _clocked(grain: tuple[str, ...]) -> bool:
    from vbcdsl.model.periods import CLOCKS

    return any(dim in CLOCKS for dim in grain)


def _in_parentheses(text: str, inner: bool) -> str:
    return f"({text})" if inner else text


def _listed(items: list[str]) -> str:
    return ", ".join(items[:-1]) + " and " + items[-1] if len(items) > 1 else "".join(items)
