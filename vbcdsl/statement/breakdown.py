"""How a payment came about from the amount that it begins with, as the bars of a waterfall.

Read off what the sentence visited: a product of an amount and rates, sums and differences, limits, rounding. A
sentence of another form has no breakdown.
"""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.engines.reference.env import Env
from vbcdsl.results.settlement import SettlementRow
from vbcdsl.results.text import words
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program
from vbcdsl.trace.facts import Facts
from vbcdsl.trace.lift import kinds_of
from vbcdsl.types.infer import Kinds

Bars = list[tuple[str, Fraction]]
_MOST = 7


def breakdown(facts: Facts, row: SettlementRow, name: str) -> Bars:
    """The bars that add up to the payment; empty if its sentence has another form."""
    program = facts.settled.bundle.by_year[row.year.number]
    term = program.terms[name]
    env = Env({program.party: row.party}, row.year, term=name)
    found = _Reader(facts, program, kinds_of(program), env).bars(term.expr)
    made = [bar for number, bar in enumerate(found) if bar[1] or number == 0]
    whole = sum((value for _, value in made), Fraction(0))
    paid = next((p.amount for p in row.payments if p.name == name), None)
    if not isinstance(paid, Fraction) or whole != paid or not 2 <= len(made) <= _MOST:
        return []
    return made


class _Reader:
    def __init__(self, facts: Facts, program: Program, kinds: Kinds, env: Env) -> None:
        self.facts, self.program, self.kinds, self.env = facts, program, kinds, env

    def number(self, node: n.Node) -> Fraction | None:
        """The value of an expression."""
        found = self.facts.recorder.quietly(node, self.env)
        return found if isinstance(found, Fraction) and not isinstance(found, bool) else None

    def bars(self, node: n.Node) -> Bars:
        """The bars of an expression."""
        value = self.number(node)
        if value is None:
            return []
        match node:
            case n.Require(value=inner) | n.ScoredOr(value=inner):
                return self.bars(inner)
            case n.Round(value=inner):
                return self._then(inner, value, "Rounding")
            case n.Case(branches=branches, otherwise=otherwise):
                for cond, inner in branches:
                    if self.facts.recorder.quietly(cond, self.env) is True:
                        return self.bars(inner)
                return self.bars(otherwise) if otherwise is not None else []
            case n.Clamp(value=inner):
                return self._then(inner, value, "Limit")
            case n.Greater(items=items) | n.Lesser(items=items) if len(items) == 2:
                inner = next((item for item in items if not isinstance(item, n.Lit)), items[0])
                return self._then(inner, value, "Limit")
            case n.Add(items=items):
                return [bar for item in items for bar in self._one(item, 1)]
            case n.Subtract(left=left, right=right):
                return [*self.bars(left), *self._one(right, -1)]
            case n.Multiply(items=items):
                return self._product(items)
            case n.Ref(term=term, shift=None, pick=()) if self._step(term):
                return self.bars(self.program.terms[term].expr) or self._one(node, 1)
            case _:
                return self._one(node, 1)

    def _step(self, name: str) -> bool:
        """Whether a term is only a step on the way: a hidden one, or a multiplied amount of money."""
        term = self.program.terms.get(name)
        if term is None or set(term.grain) - {self.program.party, "Performance Year", "Contract Year"}:
            return False
        return term.hidden or (term.kind.base == "money" and isinstance(term.expr, n.Multiply))

    def _one(self, node: n.Node, sign: int) -> Bars:
        value = self.number(node)
        return [(self._name(node), value * sign)] if value is not None else []

    def _then(self, inner: n.Node, value: Fraction, name: str) -> Bars:
        before = self.bars(inner)
        change = value - sum((v for _, v in before), Fraction(0))
        return [*before, (name, change)] if change and before else before

    def _product(self, items: tuple[n.Node, ...]) -> Bars:
        """The amount first, then what each factor takes away or adds."""
        money = next(
            (i for i in items if (k := self.kinds.of(i)) is not None and k.base == "money" and not k.unit),
            None,
        )
        if money is None:
            return []
        made = self.bars(money)
        level = self.number(money)
        for item in items:
            factor = self.number(item)
            if item is money or factor is None or level is None:
                continue
            if factor != 1:
                shown = words(factor, self.kinds.of(item)).removeprefix("about ")
                made.append((f"{self._name(item)} {shown}", level * factor - level))
            level *= factor
        return made

    def _name(self, node: n.Node) -> str:
        if isinstance(node, n.Ref):
            return node.term.partition(", before section ")[0]
        source = self.facts.settled.compiled.version_of(self.env.period.year).consolidated.source
        text = node.span.said or " ".join(source.text[node.span.start : node.span.end].split())
        return text[:60]
