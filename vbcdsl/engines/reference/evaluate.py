"""Terms: each value once, the errors of a value kept with it, the results in the order of the interface."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from vbcdsl.data.store import Store
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.engines.interface import Key, LeftOut, Request, Results
from vbcdsl.engines.reference.env import Env, Failure, holds, is_clock
from vbcdsl.engines.reference.expr import Expressions
from vbcdsl.engines.reference.rows import RowSets
from vbcdsl.model.periods import OWN, YEAR, Period
from vbcdsl.model.values import Value
from vbcdsl.rules.nodes import Ref
from vbcdsl.rules.program import Bundle, Program, Term


@attrs.define
class Values:
    """The values of a term, as `interface.TermValues` asks."""

    term: str
    grain: tuple[str, ...]
    found: dict[Key, Value | RunError]

    def __len__(self) -> int:
        return len(self.found)

    def items(self) -> Iterator[tuple[Key, Value | RunError]]:
        """Each key with its value."""
        return iter(self.found.items())

    def keys(self) -> list[Key]:
        """The keys in their order."""
        return list(self.found)

    def values(self) -> list[Value | RunError]:
        """The values in the order of keys."""
        return list(self.found.values())

    def get(self, key: Key) -> Value | RunError | None:
        """The value at a key."""
        return self.found.get(key)


class Evaluator:
    """Evaluates a bundle on a store."""

    def __init__(self, bundle: Bundle, store: Store, request: Request) -> None:
        self.bundle = bundle
        self.calendar = bundle.calendar
        self.request = request
        self.rows = RowSets(bundle, store, request, self)
        self.expressions = Expressions(self)
        self._known: dict[tuple[int, str, Key], Value | Failure] = {}
        self._open: set[tuple[int, str, Key]] = set()

    def program(self, year: int) -> Program:
        """The text in force in a performance year."""
        return self.bundle.by_year[year]

    # ------------------------------------------------------------ one value

    def term(self, name: str, env: Env) -> Value:
        """The value of a term at the keys of an environment."""
        term = self.program(env.period.year).terms[name]
        key = self.key_of(term, env)
        memo = (env.period.year, name, key)
        if memo not in self._known:
            self._known[memo] = self._compute(term, key, env)
        found = self._known[memo]
        if isinstance(found, Failure):
            raise found
        return found

    def _compute(self, term: Term, key: Key, env: Env) -> Value | Failure:
        home = Env(
            {dim: str(k) for dim, k in zip(term.grain, key, strict=True) if not is_clock(dim)},
            next((k for k in key if isinstance(k, Period)), self._year(env.period.year)),
            term=term.name,
        )
        given = self.given(term.name, home)
        if given is not None:
            return given
        try:
            return self.expressions.value(term.expr, home)
        except Failure as failure:
            return failure

    def _year(self, number: int) -> Period:
        year = self.calendar.year(number)
        assert year is not None
        return year

    def given(self, term: str, env: Env) -> Value | None:
        """The value that an example gives to a term at these keys."""
        for fact in self.request.given:
            year = fact.year if fact.year is not None else self.request.years[0]
            if (
                fact.term == term
                and year == env.period.year
                and all(self._key(d, env) == k for d, k in fact.pick)
            ):
                return fact.value
        return None

    def _key(self, dim: str, env: Env) -> str | None:
        """A key here, as data and examples write it."""
        if dim == OWN:
            return self.coarsen(env.period, OWN).label if env.period.clock == OWN else None
        return env.keys.get(dim)

    def key_of(self, term: Term, env: Env) -> Key:
        """The keys of a term's grain in an environment; a coarser period holds the environment's."""
        key: list[str | Period] = []
        for dim in term.grain:
            if is_clock(dim):
                key.append(self.coarsen(env.period, dim))
            else:
                key.append(env.keys[dim])
        return tuple(key)

    def coarsen(self, period: Period, clock: str) -> Period:
        """The period of a clock that holds a period."""
        if period.clock == clock:
            return period
        if clock == OWN:
            own = self.calendar.part_of(period.start, OWN)
            assert own is not None
            return own
        year = self._year(period.year)
        if clock == YEAR:
            return year
        for part in self.calendar.parts(year, clock):  # type: ignore[arg-type]
            if part.start <= period.start <= part.end:
                return part
        raise AssertionError((period, clock))

    def parts_in(self, period: Period, clock: str) -> list[Period]:
        """The periods of a clock inside a period. One that cuts years lies in the one in which it ends."""
        if clock == OWN and period.clock == YEAR:
            return list(self.calendar.parts(period, OWN))
        years = self.calendar.years if period.clock == OWN else (self._year(period.year),)
        parts = (part for year in years for part in self.calendar.parts(year, clock))  # type: ignore[arg-type]
        return [part for part in parts if holds(period, part)]

    # ------------------------------------------------------------ all values

    def run(self) -> Results:
        """The requested terms at all their keys."""
        terms: dict[str, Values] = {}
        places: dict[str, dict[Key, tuple[object, ...]]] = {}
        errors: dict[RunError, None] = {}
        broken: list[tuple[str, Key]] = []
        unchecked: list[tuple[str, Key]] = []
        for year in self.request.years:
            program = self.program(year)
            period = self._year(year)
            for term in program.terms.values():
                if term.hidden if self.request.terms is None else term.name not in self.request.terms:
                    continue
                values = terms.setdefault(term.name, Values(term.name, term.grain, {}))
                places.setdefault(term.name, {})
                for env in self._environments(term.grain, period):
                    key = self.key_of(term, env)
                    if term.lives and term.at(env.period) is None:
                        continue  # the text in force on its first day has no such term
                    places[term.name][key] = self.rows.place(program, term.grain, key)
                    try:
                        values.found[key] = self.term(term.name, env)
                    except Failure as failure:
                        values.found[key] = failure.error
                        errors[failure.error] = None
            if self.request.parties is None:
                for section, key, found in self._agreed(program, period):
                    if isinstance(found, RunError):
                        errors[found] = None
                        unchecked.append((section, key))
                    elif found is not True:
                        broken.append((section, key))
        for name, values in terms.items():
            place = places[name]
            values.found = dict(sorted(values.found.items(), key=lambda item: place[item[0]]))
        left_out = tuple(LeftOut(r, why, count) for (r, why), count in sorted(self.rows.left_out.items()))
        return Results(
            dict(terms), tuple(errors), tuple(broken), left_out, dict(self.rows.read), self.rows.problems(),
            tuple(unchecked),
        )  # fmt: skip

    def _environments(self, grain: tuple[str, ...], period: Period) -> list[Env]:
        home = Env({}, period)
        if not grain or grain == (YEAR,):
            return [home]
        try:
            return self.rows.environments(tuple(d for d in grain if d != YEAR), home, ())
        except Failure:
            return []

    def _agreed(self, program: Program, period: Period) -> Iterator[tuple[str, Key, Value | RunError]]:
        """Each warranty at each key: whether it holds, or why that is not known."""
        for agreement in program.agreements:
            for env in self._environments(agreement.grain, period):
                key = tuple(
                    self.coarsen(env.period, d) if is_clock(d) else env.keys[d] for d in agreement.grain
                )
                try:
                    yield agreement.section, key, self.expressions.value(agreement.cond, env)
                except Failure as failure:
                    yield agreement.section, key, failure.error

    # ------------------------------------------------------------ references

    def ref(self, node: Ref, env: Env) -> Value:
        """The value of another term, in this or another period."""
        from vbcdsl.engines import messages as m

        keys = {dim: str(self.expressions.value(value, env)) for dim, value in node.pick}
        if node.shift is None:
            return self.term(node.term, env.with_keys(keys) if keys else env)
        period = self._shifted(node, env)
        if self.request.recorded and (settled := self._settled(node, env, keys)) is not None:
            return settled
        if period is not None and node.term not in self.program(period.year).terms:
            period = None  # the text in force then does not have the term
        party = self.program(env.period.year).party
        by_party = party in self.program(env.period.year).terms[node.term].grain
        if period is not None and (not by_party or self.rows.on_roster(env, period)):
            return self.term(node.term, attrs.evolve(env, keys={**env.keys, **keys}, period=period, rows={}))
        if period is not None and (home := self._home(node, env, keys, period)) is not None:
            given = self.given(node.term, home)
            if given is not None:
                return given
        if period is None and self.request.given:
            found = self._given_before(node, env, keys)
            if found is not None:
                return found
        if node.first is not None:
            return self.expressions.value(node.first, env)
        code, message, help_ = m.BEFORE_FIRST
        raise Failure(m.error(code, message, node, env.term, env.shown(), help_))

    def _settled(self, node: Ref, env: Env, keys: dict[str, str]) -> Value | None:
        """The value in the recorded final settlement of another performance year, if there is one (Q40)."""
        shift = node.shift
        assert shift is not None
        if shift.year is None and shift.clock != YEAR:
            return None
        year = shift.year if shift.year is not None else env.period.year - (shift.back or 0)
        for fact in self.request.recorded:
            here = {**env.keys, **keys}
            if fact.term == node.term and fact.year == year and all(here.get(d) == k for d, k in fact.pick):
                return fact.value
        return None

    def _home(self, node: Ref, env: Env, keys: dict[str, str], period: Period) -> Env | None:
        return Env({**env.keys, **keys}, period) if self.request.given else None

    def _given_before(self, node: Ref, env: Env, keys: dict[str, str]) -> Value | None:
        """A fact of an example about a year before the contract's first one."""
        shift = node.shift
        assert shift is not None
        if shift.clock == OWN:
            return None
        number = env.period.year - (shift.back or 0) if shift.year is None else shift.year
        for fact in self.request.given:
            if (
                fact.term == node.term
                and fact.year == number
                and all({**env.keys, **keys}.get(d) == k for d, k in fact.pick)
            ):
                return fact.value
        return None

    def _shifted(self, node: Ref, env: Env) -> Period | None:
        shift = node.shift
        assert shift is not None
        if shift.year is not None:
            return self.calendar.year(shift.year)
        if shift.own is not None:
            return self.calendar.own[shift.own - 1]
        assert shift.back is not None
        if shift.clock == YEAR:
            return self.calendar.year(env.period.year - shift.back)
        if shift.clock == OWN:
            number = self.coarsen(env.period, OWN).number - shift.back
            return self.calendar.own[number - 1] if number >= 1 else None
        here = self.coarsen(env.period, shift.clock)
        number, year = here.number - shift.back, here.year
        while number < 1:
            year -= 1
            before = self.calendar.year(year)
            if before is None:
                return None
            number += len(self.calendar.parts(before, shift.clock))
        return self.calendar.parts(self._year(year), shift.clock)[number - 1]


def as_error(error: VbcError, section: str, term: str, key: tuple[tuple[str, str], ...]) -> RunError:
    """A problem with the data as the reason why a value is missing."""
    first = error.diagnostics[0]
    return RunError(first.code, first.message, section, term, key, first.help)
