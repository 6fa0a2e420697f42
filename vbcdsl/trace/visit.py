"""Evaluates a sentence over computed values and keeps everything that it visited.

The meaning of each node is the reference engine's own. What is not reached (the other branch, a row that does not
apply) is not visited, so what is kept is what the value stands on, and nothing is missed.
"""

from __future__ import annotations

import attrs

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.interface import Results
from vbcdsl.engines.reference.env import Env, Failure
from vbcdsl.model.values import Value
from vbcdsl.results.reading import ReadExpressions, ReadResults, Unknown
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Given
from vbcdsl.trace.lift import ROWS, Lifted


@attrs.define(eq=False)
class Visit:
    """An expression that was evaluated, what it gave (None: stopped), and the expressions that it needed."""

    node: n.Node
    value: Value | RunError | None = None
    below: list[Visit] = attrs.field(factory=list)


class _Expressions(ReadExpressions):
    """The reference engine's expressions, keeping each visit."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder)
        self.recorder = recorder
        self.open: list[Visit] = []

    def value(self, node: n.Node, env: Env) -> Value:
        """The value of an expression; the visit is kept below the one that asked."""
        visit = Visit(node)
        if self.open:
            self.open[-1].below.append(visit)
        self.open.append(visit)
        try:
            visit.value = found = self._value(node, env)
            return found
        except Failure as failure:
            visit.value = failure.error
            raise
        finally:
            self.open.pop()

    def _value(self, node: n.Node, env: Env) -> Value:
        if not isinstance(node, ROWS):
            try:
                return super().value(node, env)
            except Unknown:
                if self.recorder.lifted.part(node) is None:
                    raise
        found = self.recorder.part(node, env)
        if found is None:
            raise Unknown
        if isinstance(found, RunError):
            raise Failure(found)
        return found


class Recorder(ReadResults):
    """Evaluates sentences over the results of a run."""

    def __init__(
        self, lifted: Lifted, results: Results, years: tuple[int, ...], recorded: tuple[Given, ...] = ()
    ) -> None:
        super().__init__(lifted.bundle, results, years, recorded)
        self.lifted = lifted
        self.expressions: _Expressions = _Expressions(self)

    def part(self, node: n.Node, env: Env) -> Value | RunError | None:
        """The computed value of a part of a sentence."""
        part = self.lifted.part(node)
        return self.found(part.name, env) if part is not None else None

    def rows_behind(self, node: n.Node, env: Env) -> Value | RunError | None:
        """The number of rows behind an aggregate."""
        part = self.lifted.part(node)
        return self.found(part.rows, env) if part is not None and part.rows else None

    def visit(self, node: n.Node, env: Env) -> Visit:
        """Evaluate and keep the visits; a value that cannot be computed is kept as its error."""
        top = Visit(node)
        self.expressions.open = [top]
        try:
            self.expressions.value(node, env)
        except Failure:
            pass
        finally:
            self.expressions.open = []
        return top.below[0]

    def quietly(self, node: n.Node, env: Env) -> Value | None:
        """The value of an expression, or None."""
        found = self.visit(node, env).value
        return None if isinstance(found, RunError) else found
