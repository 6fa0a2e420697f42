"""Whether a value can be not scored in a place where conditions say that others are scored (Q21, Q22).

An earlier row or case settles what can be not scored in the later ones: `(a) $0, if Rate is not scored; (b) Rate
times Base, if …`. The values that conditions ask about are taken as scored and as not scored in turn; a condition
then has the outcomes that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Final, TypeAlias

from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import children, walk

# what is not scored only if a part of it is not
STRICT: Final = (
    n.Compare, n.OneOf, n.Not, n.Add, n.Subtract, n.Multiply, n.Divide, n.Power, n.Root, n.DaysBetween,
    n.MonthsBetween, n.DateShift, n.YearOf, n.Round, n.Clamp, n.Lesser, n.Greater, n.Line, n.Bands,
)  # fmt: skip
_ASKED = 6  # values of which one choice may ask whether they are scored
_DEPTH = 12  # terms behind terms that are looked through

Outcomes: TypeAlias = frozenset[str]
YES, NO, NEITHER = "yes", "no", "not scored"  # of a condition


@frozen
class Known:
    """Values that are scored in a place, and values that are not. `depth`: how many terms were looked through."""

    scored: tuple[n.Node, ...] = ()
    unscored: tuple[n.Node, ...] = ()
    depth: int = 0

    def deeper(self) -> Known:
        """The same behind one more term."""
        return Known(self.scored, self.unscored, self.depth + 1)


NOTHING: Final = Known()


class Lacking:
    """Looks for values that can be not scored. `of` gives the kind of a node, `expr_of` what a term says (or
    None)."""

    def __init__(self, of: Callable[[n.Node], Kind | None], expr_of: Callable[[str], n.Node | None]) -> None:
        self._of, self._expr_of = of, expr_of

    def value(self, node: n.Node, known: Known = NOTHING) -> bool:
        """Whether a value can be not scored."""
        kind = self._of(node)
        if kind is None or not kind.maybe_not_scored or node in known.scored:
            return False
        match node:
            case n.Ref():
                expr = self._behind(node, known.depth)
                return True if expr is None else self.value(expr, known.deeper())
            case n.Case():
                return self.case(node, known)
            case n.Lookup():
                return self.lookup(node, known)
            case n.Rank(value=value):
                return self.value(value, known)
            case n.Aggregate() if self._has_the_own(node, known):
                return False
            case n.All() | n.AnyOf():
                return any(NEITHER in self._outcomes(node, here) for here in self._cases((node,), known))
            case n.Aggregate() if _with_own(node) and node.value in known.scored:
                return False
        if isinstance(node, STRICT):
            return any(self.value(child, known) for child in children(node))
        return True

    def _has_the_own(self, node: n.Aggregate, known: Known) -> bool:
        """Whether the own value, which is scored here, is among those of which a mean across all is made. (That a
        row of it is there is seen when the contract is run.)"""
        return (
            node.scored_only
            and not node.rows.others
            and node.rows.window is None
            and node.value in known.scored
            and (node.where is None or self._outcomes(node.where, known) == {YES})
            and (node.weight is None or not self.value(node.weight, known))
        )

    def case(self, node: n.Case, known: Known = NOTHING) -> bool:
        """Whether a choice can be not scored: by a condition that is reached, or by the side that is taken."""
        for here in self._cases([cond for cond, _ in node.branches], known):
            for cond, value in node.branches:
                found = self._outcomes(cond, here)
                if NEITHER in found or (YES in found and self.value(value, here)):
                    return True
                if NO not in found:
                    break
            else:
                if node.otherwise is not None and self.value(node.otherwise, here):
                    return True
        return False

    def lookup(self, node: n.Lookup, known: Known = NOTHING) -> bool:
        """Whether the value of a row can be not scored where the row is taken."""
        return any(self.value(row.value, self.taken(node, at, known)) for at, row in enumerate(node.rows))

    def taken(self, node: n.Lookup, at: int, known: Known = NOTHING) -> Known:
        """What is scored where a row is taken: its own subjects, and those that other rows take otherwise."""
        row = node.rows[at]
        others = node.rows[:at] if node.mode == "first" else (*node.rows[:at], *node.rows[at + 1 :])
        scored = list(known.scored)
        for index, subject in enumerate(node.subjects):
            own = not isinstance(row.tests[index], n.IsNotScored | n.AnyOther)
            if own or any(_takes_unscored(other, index) for other in others):
                scored += self._parts(subject, known.depth)
        return Known((*scored,), known.unscored, known.depth)

    # ------------------------------------------------------------ conditions

    def _cases(self, conds: Iterable[n.Node], known: Known) -> Iterator[Known]:
        """What is known, with each value that conditions ask about scored and not scored in turn."""
        asked: list[n.Node] = []
        for cond in conds:
            asked += [x for x in self._asked(cond, known.depth) if x not in asked and self.value(x, known)]
        asked = asked[:_ASKED]
        for states in product((True, False), repeat=len(asked)):
            scored = list(known.scored)
            for value, state in zip(asked, states, strict=True):
                if state:
                    scored += self._parts(value, known.depth)
            unscored = [value for value, state in zip(asked, states, strict=True) if not state]
            if not any(value in scored for value in unscored):
                yield Known((*scored,), (*known.unscored, *unscored), known.depth)

    def _asked(self, cond: n.Node, depth: int) -> list[n.Node]:
        """The values of which a condition asks whether they are scored, also through gates that it names."""
        found: list[n.Node] = []
        for node in walk(cond):
            if isinstance(node, n.IsScored):
                found.append(node.value)
            elif isinstance(node, n.Ref) and (gate := self._gate(node, depth)) is not None:
                found += self._asked(gate, depth + 1)
        return found

    def _outcomes(self, node: n.Node, known: Known) -> Outcomes:
        """How a condition can come out."""
        match node:
            case n.IsScored(value=value):
                if value in known.unscored:
                    return frozenset({NO})
                return frozenset({YES, NO} if self.value(value, known) else {YES})
            case n.Not(item=item):
                turned = {YES: NO, NO: YES, NEITHER: NEITHER}
                return frozenset(turned[found] for found in self._outcomes(item, known))
            case n.All(items=items):
                return _joined([self._outcomes(item, known) for item in items], YES, NO)
            case n.AnyOf(items=items):
                return _joined([self._outcomes(item, known) for item in items], NO, YES)
            case n.Ref() if (gate := self._gate(node, known.depth)) is not None:
                return self._outcomes(gate, known.deeper())
        if any(part in known.unscored for part in self._parts(node, known.depth)):
            return frozenset({NEITHER})
        return frozenset({YES, NO, NEITHER} if self.value(node, known) else {YES, NO})

    # ------------------------------------------------------------ what stands behind

    def _parts(self, node: n.Node, depth: int) -> list[n.Node]:
        """The value, and the values that are scored if it is."""
        found = [node]
        expr = node
        if isinstance(node, n.Ref):
            behind = self._behind(node, depth)
            if behind is None:
                return found
            expr, depth = behind, depth + 1
            found.append(expr)
        below: Sequence[n.Node] = ()
        match expr:
            case n.Divide(left=left, right=right):
                below = (left, right)
            case n.Bands(subject=subject):
                below = (subject,)
            case _ if isinstance(expr, STRICT):
                below = children(expr)
        for child in below:
            found += self._parts(child, depth)
        return found

    def _gate(self, node: n.Ref, depth: int) -> n.Node | None:
        kind = self._of(node)
        return self._behind(node, depth) if kind is not None and kind.base == "yes or no" else None

    def _behind(self, node: n.Ref, depth: int) -> n.Node | None:
        """What a term says, where it is taken at the keys and in the period of the place."""
        own = all(value == n.Ref(dim) for dim, value in node.pick)  # the mean of the party's own Region
        if node.shift is not None or not own or depth >= _DEPTH:
            return None
        return self._expr_of(node.term)


def _with_own(node: n.Aggregate) -> bool:
    """Whether the mean (or median, percentile …) of those that are scored has the place's own value among them:
    where that is scored, so is the mean."""
    plain = node.where is None and node.weight is None and node.rows.window is None
    return node.scored_only and plain and node.rows.source is None and not node.rows.others


def _takes_unscored(row: n.LookupRow, index: int) -> bool:
    """Whether a row takes every case in which a subject is not scored."""
    return all(
        isinstance(test, n.IsNotScored if at == index else n.AnyOther) for at, test in enumerate(row.tests)
    )


def _joined(items: Sequence[Outcomes], all_: str, one: str) -> Outcomes:
    """The outcomes of an `and` (`all_` is yes) or an `or` (no): one item of the other kind settles it (Q13)."""
    if any(found == {one} for found in items):
        return frozenset({one})
    outcomes = set()
    if all(all_ in found for found in items):
        outcomes.add(all_)
    if any(one in found for found in items):
        outcomes.add(one)
    if any(NEITHER in found for found in items) and all(found != {one} for found in items):
        outcomes.add(NEITHER)
    return frozenset(outcomes)
