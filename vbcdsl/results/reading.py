"""Evaluates an expression over values that an engine has already computed.

The meaning of each node is the reference engine's own; only terms come from results instead of being computed, and
what needs rows of data (an aggregate inside a sentence) is `Unknown`.
"""

from __future__ import annotations

from typing import Protocol

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.interface import Key, Request, Results
from vbcdsl.engines.reference.env import Env, Failure, is_clock
from vbcdsl.engines.reference.evaluate import Evaluator
from vbcdsl.engines.reference.expr import Expressions
from vbcdsl.model.periods import Period
from vbcdsl.model.values import Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Given, Program, Record, Term


class Unknown(Failure):
    """The value would need rows of data, which an explanation does not read again."""

    def __init__(self) -> None:
        super().__init__(RunError("", "not computed again"))


class PartValues(Protocol):
    """The values of the parts of sentences that visit rows, computed by an engine (`vbcdsl.trace.facts`)."""

    def part(self, node: n.Node, env: Env) -> Value | RunError | None:
        """The value of a part; None if it was not computed."""
        ...

    def rows_behind(self, node: n.Node, env: Env) -> Value | RunError | None:
        """The number of rows that a part counted; None if it is not known."""
        ...


class ReadExpressions(Expressions):
    """The reference engine's expressions; what visits rows has its value from `parts`."""

    parts: PartValues | None = None

    def value(self, node: n.Node, env: Env) -> Value:
        """The value of an expression; `Unknown` where rows would have to be visited."""
        if isinstance(node, n.Aggregate | n.Quantified | n.Rank | n.PoolShare | n.WithLargest):
            found = self.parts.part(node, env) if self.parts is not None else None
            if found is None:
                raise Unknown
            if isinstance(found, RunError):
                raise Failure(found)
            return found
        return super().value(node, env)


class _Tables:
    """The rows that an explanation can see: those of tables in the contract's text."""

    def __init__(self, reader: ReadResults) -> None:
        self.reader = reader

    def key(self, dim: str, env: Env) -> str:
        """The key of a dimension."""
        if dim not in env.keys:
            raise Unknown
        return env.keys[dim]

    def row_at(self, record: Record, env: Env) -> object:
        """The line of a table that the environment names."""
        if record.rows is None or record.clock is not None:
            raise Unknown
        for row in record.rows:
            if all(env.keys.get(dim) == row.get(dim) for dim in record.keys):
                return _Line(dict(row))
        return None

    def on_roster(self, env: Env, period: Period) -> bool:
        """Whether the party has results in a period's year; `Unknown` for a year that was not asked for."""
        if period.year not in self.reader.request.years:
            raise Unknown
        return (self.reader.party_of(env), period.year) in self.reader.known_parties()


class _Line:
    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values


def _by_party(program: Program, term: Term) -> bool:
    """Whether a term has one value for each party and period."""
    others = [dim for dim in term.grain if dim != program.party]
    return program.party in term.grain and len(others) == 1 and is_clock(others[0])


class ReadResults(Evaluator):
    """Answers for terms from results."""

    def __init__(
        self, bundle: Bundle, results: Results, years: tuple[int, ...], recorded: tuple[Given, ...] = (),
        parts: PartValues | None = None,
    ) -> None:  # fmt: skip
        self.bundle, self.calendar = bundle, bundle.calendar
        self.results = results
        self.request = Request(years, recorded=recorded)
        self.rows = _Tables(self)  # type: ignore[assignment]
        self.parts = parts
        self.expressions = ReadExpressions(self)
        self.expressions.parts = parts
        self._parties: set[tuple[str, int]] | None = None

    def term(self, name: str, env: Env) -> Value:
        """The computed value of a term at an environment's keys."""
        found = self.found(name, env)
        if found is None:
            raise Unknown
        if isinstance(found, RunError):
            raise Failure(found)
        return found

    def found(self, name: str, env: Env) -> Value | RunError | None:
        """The value or error of a term; None if it was not computed at these keys."""
        term = self.program(env.period.year).terms.get(name)
        values = self.results.terms.get(name)
        if term is None or values is None:
            return None
        try:
            return values.get(self.key_of(term, env))
        except KeyError:
            return None

    def recorded(self, node: n.Ref, env: Env) -> Value | None:
        """The value of another performance year in a recorded final settlement, if a sentence takes it from
        there."""
        if node.shift is None or not self.request.recorded:
            return None
        keys = {dim: str(self.expressions.value(value, env)) for dim, value in node.pick}
        return self._settled(node, env, keys)

    def environment(self, term: Term, key: Key) -> Env:
        """The environment of a key of a term."""
        keys = {dim: str(k) for dim, k in zip(term.grain, key, strict=True) if not is_clock(dim)}
        period = next((k for k in key if isinstance(k, Period)), self.calendar.years[0])
        return Env(keys, period, term=term.name)

    def party_of(self, env: Env) -> str:
        """The party of an environment."""
        return env.keys.get(self.program(env.period.year).party, "")

    def known_parties(self) -> set[tuple[str, int]]:
        """Parties and years with results."""
        if self._parties is None:
            self._parties = set()
            for name, values in self.results.terms.items():
                program = next((p for p in self.bundle.by_year.values() if name in p.terms), None)
                if program is None or not _by_party(program, program.terms[name]):
                    continue
                for key, _ in values.items():
                    party = next(k for k in key if isinstance(k, str))
                    year = next(k for k in key if isinstance(k, Period))
                    self._parties.add((party, year.year))
        return self._parties
