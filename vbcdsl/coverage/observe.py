"""Runs examples on the reference engine and remembers what was computed on the way."""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.data.store import Store
from vbcdsl.engines.interface import Request, Results
from vbcdsl.engines.reference.env import Env, Failure
from vbcdsl.engines.reference.evaluate import Evaluator
from vbcdsl.engines.reference.expr import Expressions
from vbcdsl.model.values import Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle


class Seen:
    """What the examples have computed: nodes by identity, and sides of thresholds by (subject, edge)."""

    def __init__(self) -> None:
        self.nodes: dict[int, int] = {}
        self.sides: dict[tuple[int, int], set[str]] = {}
        self.terms: set[str] = set()
        self._kept: list[n.Node] = []

    def node(self, node: n.Node) -> None:
        """A node was computed once more."""
        self.nodes[id(node)] = self.nodes.get(id(node), 0) + 1
        self._kept.append(node)

    def side(self, subject: n.Node, edge: n.Node, left: Value, right: Value) -> None:
        """A subject was compared with an edge."""
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            word = "at" if left == right else ("below" if left < right else "above")
            self.sides.setdefault((id(subject), id(edge)), set()).add(word)


class Watching(Expressions):
    """The reference engine's expressions, with a watcher."""

    def __init__(self, evaluator: Evaluator, seen: Seen) -> None:
        super().__init__(evaluator)
        self.seen = seen

    def value(self, node: n.Node, env: Env) -> Value:
        """As in the reference engine."""
        found = super().value(node, env)
        self.seen.node(node)
        self.seen.terms.add(env.term)
        match node:
            case n.Compare(left=left, right=right):
                self._compare(left, right, env)
            case n.Lookup(subjects=subjects, rows=rows):
                for row in rows:
                    for subject, test in zip(subjects, row.tests, strict=True):
                        if isinstance(test, n.Interval):
                            for edge in (test.low, test.high):
                                if edge is not None:
                                    self._compare(subject, edge, env)
            case n.Bands(subject=subject, bands=bands):
                for band in bands:
                    self._band(subject, band, env)
        return found

    def _compare(self, subject: n.Node, edge: n.Node, env: Env) -> None:
        try:
            left, right = super().value(subject, env), super().value(edge, env)
        except Failure:
            return
        self.seen.side(subject, edge, left, right)

    def _band(self, subject: n.Node, band: n.Band, env: Env) -> None:
        """A band whose share is a literal is reached when the subject goes beyond its lower edge."""
        try:
            amount, low = super().value(subject, env), super().value(band.low, env)
        except Failure:
            return
        if isinstance(amount, Fraction) and isinstance(low, Fraction) and abs(amount) > low:
            self.seen.node(band.share)


def watch(bundle: Bundle, store: Store, request: Request, seen: Seen) -> Results:
    """Run one request with a watcher."""
    evaluator = Evaluator(bundle, store, request)
    evaluator.expressions = Watching(evaluator, seen)
    return evaluator.run()
