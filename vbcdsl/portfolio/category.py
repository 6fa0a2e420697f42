"""The HCP-LAN category that the clauses of a contract suggest.

The framework asks: is payment linked to quality (2), is there a benchmark of cost with savings (3A) and losses
(3B) to share, is care paid for in advance for a population (4)? The clauses answer most of it. They cannot tell
whether a fee covers a condition or all care; so a suggestion is one category, and `fits` are all that the clauses
allow.
"""

from __future__ import annotations

import re
from typing import Final

import attrs

from vbcdsl.model.kinds import Kind
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import terms_used, walk

# words of a payment or of a term behind it that say: this pays for care in advance
_PREPAID: Final = re.compile(
    r"\b(capitation|budget|population[- ]based|global|advance|premium|bundle|case rate)", re.I
)
_COST: Final = re.compile(r"\b(cost|costs|expenditures?|spending|claims|paid)\b", re.I)
_CARE: Final = re.compile(r"\b(costs?|expenditures?|spending)\b", re.I)
_BENCHMARK: Final = re.compile(r"\b(target|benchmark|budget|expected|baseline|price|prior|threshold)", re.I)
_SPENT: Final = re.compile(r"\b(costs?|expenditures?|spending|claims|paid|payments?|price|actual)\b", re.I)
_QUALITY: Final = re.compile(
    r"^score$|\b(category|composite|counted|domain|final|star|total) scores?\b|"
    r"\b(quality|measures?|performance|outcomes?|improvement|adherence|readmissions?|satisfaction|failed|met)\b",
    re.I,
)
_REPORT: Final = re.compile(r"\b(report(ed|ing|s)?|submitted|complete(ness)?)\b", re.I)
ALL: Final = ("1", "2A", "2B", "2C", "3A", "3B", "3N", "4A", "4B", "4C", "4N")


@attrs.frozen
class Derived:
    """`suggested`: the category (None: no payment, so nothing to derive). `fits`: the categories that the clauses
    allow, the suggested one first. `because`: the sections and what they say."""

    suggested: str | None
    fits: tuple[str, ...]
    because: tuple[str, ...]

    def agrees(self, declared: str) -> bool:
        """Whether a declared category is one that the clauses allow."""
        return declared in self.fits


class _Walked:
    """The expressions of terms, each term walked once."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[n.Node, ...]] = {}

    def __call__(self, term: Term) -> tuple[n.Node, ...]:
        """All expressions of a term."""
        found = self._found.get(term.name)
        if found is None:
            found = self._found[term.name] = tuple(walk(term.expr))
        return found


def stated(program: Program) -> tuple[Term, ...]:
    """The payments whose sentence states a category of its own."""
    return tuple(t for t in _moved(program) if t.payment and t.payment.category)


def derive(program: Program, payment: Term | None = None) -> Derived:
    """The category that the payments of a text suggest, without those that state one of their own; or the category
    that one payment suggests."""
    moved = (
        [payment]
        if payment is not None
        else [t for t in _moved(program) if not (t.payment and t.payment.category)]
    )
    if not moved:
        return Derived(None, ALL, ("there is no payment",))
    party = program.provider
    because: list[str] = []

    def found(terms: list[Term], what: str) -> bool:
        if terms:
            because.append(f"{what}: section {', '.join(dict.fromkeys(t.section for t in terms))}")
        return bool(terms)

    walked = _Walked()
    behind = {t.name: _behind(program, t, walked) for t in moved}
    compared = [
        t
        for t in moved
        if t.payment and t.payment.verb in ("pay", "repay") and _compares(program, behind[t.name], walked)
    ]
    quality = [t for t in moved if _speaks(t, behind[t.name], walked, _QUALITY)]
    losses = [
        t
        for t in compared
        if t.payment
        and ((t.payment.two_way and not _settles_advance(program, t)) or t.payment.payer == party)
    ]
    paid = any(t.payment and t.payment.payee == party and t.payment.verb == "pay" for t in moved)
    losses += [
        t
        for t in moved
        if paid
        and t not in losses
        and t not in quality
        and _bears_cost(program, t, behind[t.name], walked, party)
    ]
    gains = [t for t in compared if t.payment and (t.payment.two_way or t.payment.payee == party)]
    reports = [t for t in moved if _speaks(t, behind[t.name], walked, _REPORT)]
    prepaid = [t for t in moved if t.payment and t.payment.payee == party and t.payment.verb == "pay"
               and (_PREPAID.search(t.name) or _per_member(behind[t.name], walked))]  # fmt: skip
    held = [t for t in moved if t.payment and t.payment.verb == "withhold"]
    tested = [t for t in moved if t not in quality and _conditional(behind[t.name], walked)]
    linked = found(quality, "depends on quality")
    withheld = found(held, "money is withheld")
    depends = found(tested, "depends on a condition") or withheld
    two_sided = found(losses, "a loss against a benchmark is shared")
    one_sided = found(gains, "savings against a benchmark are shared")
    ahead = found(prepaid, "paid for each member or in advance")
    fits: tuple[str, ...] = ()
    if two_sided:
        fits = ("3B",) if linked else ("3N", "3B")
    elif one_sided:
        fits = ("3A",) if linked else ("3N", "3A")
    if ahead:
        above = ("4A", "4B", "4C") if linked else ("4N", "4A", "4B", "4C")
        fits = (*fits, *above, *(() if two_sided or one_sided else ("2A",)))
    if not (two_sided or one_sided):
        reported = found(reports, "depends on reports")
        fits = (*fits, *(("2C",) if linked or depends else ()), *(("2B",) if reported else ()))
        fits = fits if linked and not reported else (*fits, "2A")
        fits = fits if linked or depends or reported or ahead else (*fits, "1")
    return Derived(fits[0], tuple(dict.fromkeys(fits)), tuple(because))


def _moved(program: Program) -> list[Term]:
    """The payments that move money."""
    return [
        t for t in program.terms.values() if t.payment is not None and not t.hidden and not t.payment.shadow
    ]


def _behind(program: Program, term: Term, walked: _Walked) -> tuple[Term, ...]:
    """The term and every term that it stands on."""
    seen: dict[str, Term] = {}
    waiting = [term]
    while waiting:
        each = waiting.pop()
        if each.name in seen:
            continue
        seen[each.name] = each
        used = dict.fromkeys(node.term for node in walked(each) if isinstance(node, n.Ref))
        waiting += [program.terms[name] for name in used if name in program.terms]
    return tuple(seen.values())


def _compares(program: Program, terms: tuple[Term, ...], walked: _Walked) -> bool:
    """Whether a cost is set against an amount: a money subtraction with a cost on one side."""
    for term in terms:
        for node in walked(term):
            if isinstance(node, n.Subtract):
                sides = [_names(node.left), _names(node.right)]
                money = any(_is_money(program, name) for side in sides for name in side)
                if money and (_one(sides, _COST) or _against(*sides) or _against(*reversed(sides))):
                    return True
    return False


def _settles_advance(program: Program, term: Term) -> bool:
    """Whether a payment can be negative only because payments made before are taken off: an advance that comes
    back is no loss that is shared."""
    expr = term.expr
    while isinstance(expr, n.Round):
        expr = expr.value
    if not isinstance(expr, n.Subtract):
        return False
    earlier = [program.terms[name] for name in terms_used(expr.right) if name in program.terms]
    return (
        bool(earlier) and all(t.payment is not None for t in earlier) and _not_below_zero(program, expr.left)
    )


def _not_below_zero(program: Program, node: n.Node) -> bool:
    """Whether the words keep an amount from being a loss: a limit at $0, or a condition that leaves $0."""
    match node:
        case n.Ref(term=name) if name in program.terms:
            term = program.terms[name]
            return term.kind.base != "money" or _not_below_zero(program, term.expr)
        case n.Multiply(items=items) | n.Add(items=items) | n.Lesser(items=items):
            return all(_not_below_zero(program, item) for item in items)
        case n.Greater(items=items):
            return any(_not_below_zero(program, item) for item in items)
        case n.Clamp(value=value, cap=cap, floor=floor):
            return (floor is not None and _not_below_zero(program, floor)) or (
                _not_below_zero(program, value) and (cap is None or _not_below_zero(program, cap))
            )
        case n.Case(branches=branches, otherwise=otherwise):
            values = [value for _, value in branches] + ([otherwise] if otherwise is not None else [])
            return any(isinstance(v, n.Lit) and v.value == 0 for v in values)
        case n.Round(value=value) | n.Require(value=value):
            return _not_below_zero(program, value)
        case n.Lit(value=value):
            return not isinstance(value, str) and value is not None and value >= 0  # type: ignore[operator]
        case n.Col():
            return not _is_money(program, node.column)
    return False


def _bears_cost(program: Program, term: Term, behind: tuple[Term, ...], walked: _Walked, party: str) -> bool:
    """Whether the party pays back what care cost: it bears the cost against the fee that it received."""
    if term.payment is None or term.payment.payer != party or term.payment.verb not in ("pay", "repay"):
        return False
    columns = {node.column for each in behind for node in walked(each) if isinstance(node, n.Col)}
    return any(_CARE.search(name) and _is_money(program, name) for name in columns)


def _one(sides: list[tuple[str, ...]], of: re.Pattern[str]) -> bool:
    return sum(any(of.search(name) for name in side) for side in sides) == 1


def _against(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether a benchmark on one side is set against what was spent on the other."""
    spent = any(_SPENT.search(name) and not _BENCHMARK.search(name) for name in right)
    return spent and any(_BENCHMARK.search(name) for name in left)


def _names(node: n.Node) -> tuple[str, ...]:
    columns = tuple(each.column for each in walk(node) if isinstance(each, n.Col))
    return (*terms_used(node), *columns)


def _is_money(program: Program, name: str) -> bool:
    kinds: list[Kind] = [program.terms[name].kind] if name in program.terms else []
    kinds += [c.kind for record in program.records.values() for c in record.columns if c.name == name]
    return any(kind.base == "money" for kind in kinds)


def _speaks(term: Term, behind: tuple[Term, ...], walked: _Walked, of: re.Pattern[str]) -> bool:
    """Whether something other than an amount of money behind a payment is named like this; or the payment is made
    for rows of a record that is."""
    if any(isinstance(node, n.Aggregate) and node.where is not None and node.rows.source is not None
           and of.search(node.rows.source) for each in behind for node in walked(each)):  # fmt: skip
        return True
    for each in behind:
        if each is not term and each.kind.base != "money" and of.search(each.name):
            return True
        if any(isinstance(node, n.Col) and of.search(node.column) for node in walked(each)):
            return True
    return False


def _conditional(behind: tuple[Term, ...], walked: _Walked) -> bool:
    """Whether a gate, a choice, a table or a distance to a target stands behind a payment."""
    return any(
        term.role == "gate"
        or any(isinstance(node, (n.Case, n.Lookup)) for node in walked(term))
        or (term.kind.base != "money" and _distance(walked(term)))
        for term in behind
    )


def _distance(nodes: tuple[n.Node, ...]) -> bool:
    """Whether something counts only as far as it falls short of, or exceeds, something else."""
    return any(isinstance(node, n.Subtract) and node.excess for node in nodes)


def _per_member(behind: tuple[Term, ...], walked: _Walked) -> bool:
    """Whether a payment is a rate for each member and month times months."""
    for term in behind:
        kinds = [term.kind, *(node.kind for node in walked(term) if isinstance(node, n.Lit))]
        if any(
            kind.base == "money" and kind.unit is not None and "month" in str(kind.unit) for kind in kinds
        ):
            return True
    return False
