"""The records of `vbc.trace/1`: one for each term at each key, from what its sentence visited.

`docs/reference/trace.md` describes each field. A record names the records that it stands on by their `id`, down to
sources: data columns, lines of schedules, literals of the contract, facts of the period.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.interface import Key
from vbcdsl.engines.reference.env import Env, is_clock
from vbcdsl.model.periods import Period
from vbcdsl.model.values import NotScored
from vbcdsl.results.aggregates import PERSONAL
from vbcdsl.results.settlement import direction
from vbcdsl.results.text import key_text
from vbcdsl.results.trace import SCHEMA
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.trace.facts import Facts
from vbcdsl.trace.lift import kinds_of
from vbcdsl.trace.rules import Reasons, Words, value_fields
from vbcdsl.trace.sources import sources_below


class Tracer:
    """Makes the records of a settlement. `members`: also those of single members."""

    def __init__(self, facts: Facts, members: bool = False) -> None:
        self.facts, self.members = facts, members
        self.settled = facts.settled
        self.numbers = {year.number for year in facts.settled.years}
        self._kinds = {id(p): kinds_of(p) for p in self.settled.bundle.by_year.values()}

    def records(self, party: str | None = None, year: int | None = None) -> Iterator[dict[str, Any]]:
        """The records in the order of the text, all or those of one party and one performance year."""
        seen: set[str] = set()
        years = sorted({y for y in self.facts.results_years if year is None or y <= year})
        for number in years:
            for term in self.settled.bundle.by_year[number].terms.values():
                for record in self._of_term(term, number, party):
                    if record["id"] not in seen:
                        seen.add(record["id"])
                        yield record

    # ------------------------------------------------------------ which

    def _of_term(self, term: Term, number: int, party: str | None) -> Iterator[dict[str, Any]]:
        values = self.facts.results.terms.get(term.name)
        if values is None:
            return
        program = self.settled.bundle.by_year[number]
        personal = bool(PERSONAL & set(term.grain)) and not self.members
        left_out = 0
        for key, value in values.items():
            period = next((part for part in key if isinstance(part, Period)), None)
            if period is not None and period.year != number:
                continue
            if party is not None and self._party(program, term, key) not in (None, party):
                continue
            if personal:
                left_out += 1
                continue
            yield self._record(program, term, number, key, value)
        if left_out:
            yield self._summary(program, term, number, left_out)

    def _party(self, program: Program, term: Term, key: Key) -> str | None:
        """The party of a key; None: it is every party's."""
        return str(key[term.grain.index(program.party)]) if program.party in term.grain else None

    def _at(self, term: Term, key: Key) -> dict[str, str]:
        """The keys of a value, as people read them."""
        shown = self.settled.bundle.calendar.shown
        return {shown(dim): key_text(part) for dim, part in zip(term.grain, key, strict=True)}

    # ------------------------------------------------------------ one record

    def _head(
        self, program: Program, term: Term, number: int, at: dict[str, str], period: Period | None = None
    ) -> dict[str, Any]:
        compiled = self.settled.compiled
        version = compiled.version_for(period) if period is not None else compiled.version_of(number)
        head: dict[str, Any] = {
            "schema": SCHEMA,
            "id": _id(term, at, number),
            "term": term.name,
            "section": term.section,
            "role": term.role,
            "kind": str(term.kind),
            "at": at,
            "performance_year": str(self._year(number).label),
            "text_in_force": list(version.amendments),
            "amended": [
                {"amendment": effect.amendment, "what": effect.what}
                for effect in version.consolidated.effects
                if effect.section == term.section
            ],
        }
        if term.payment is not None:
            payer, payee = direction(term.payment, program)
            head["payment"] = {"payer": payer, "payee": payee, "verb": term.payment.verb}
        return head

    def _summary(self, program: Program, term: Term, number: int, left_out: int) -> dict[str, Any]:
        """What stands for the values of single members."""
        at = {"Performance Year": str(self._year(number).label)}
        record = self._head(program, term, number, at)
        sources, terms = sources_below(term.expr, program, term.section)
        record["members_left_out"] = left_out
        record.update(rules=[], displaced=[], roundings=[])
        record["inputs"] = [{"term": name, "every": True} for name in terms]
        record["sources"] = sources
        return record

    def _record(self, program: Program, term: Term, number: int, key: Key, value: object) -> dict[str, Any]:
        at = self._at(term, key)
        period = next((part for part in key if isinstance(part, Period)), None)
        record = self._head(program, term, number, at, period)
        record.update(value_fields(value, term.kind))
        env = self._env(term, key, number)
        visit = self.facts.recorder.visit(term.expr, env)
        words = Words(self.settled.compiled.version_of(number).consolidated.source, self._kinds[id(program)])
        reasons = Reasons(self, program, term, env, words)
        root = term.expr
        if isinstance(root, n.Col):
            reasons.column(root)
            record["evaluated_again"] = "it is data"
        else:
            reasons.read(visit)
            record["evaluated_again"] = self._agrees(visit.value, value)
        record.update(reasons.fields())
        return record

    def _agrees(self, again: object, value: object) -> str:
        if isinstance(value, RunError):
            return "the same error" if isinstance(again, RunError) else "differs"
        if isinstance(again, NotScored) and isinstance(value, NotScored):
            return "the same"
        return "the same" if again == value else "differs"

    def _env(self, term: Term, key: Key, number: int) -> Env:
        keys = {dim: str(k) for dim, k in zip(term.grain, key, strict=True) if not is_clock(dim)}
        period = next((k for k in key if isinstance(k, Period)), self._year(number))
        return Env(keys, period, term=term.name)

    def _year(self, number: int) -> Period:
        year = self.settled.bundle.calendar.year(number)
        assert year is not None
        return year

    def reference(self, name: str, env: Env) -> dict[str, Any] | None:
        """The record of a term that a sentence names, at the keys of an environment."""
        number = env.period.year
        term = self.settled.bundle.by_year[number].terms.get(name)
        if term is None:
            return None
        try:
            key = self.facts.recorder.key_of(term, env)
        except KeyError:
            return None
        at = self._at(term, key)
        found: dict[str, Any] = {"term": name, "section": term.section, "id": _id(term, at, number)}
        return found

    def rows_behind(self, node: n.Node, env: Env) -> object:
        """The number of rows behind an aggregate."""
        return self.facts.recorder.rows_behind(node, env)


def _id(term: Term, at: dict[str, str], number: int) -> str:
    """The name of a record in a file: the term and its keys; a term without a period has the year of its text."""
    keys = [f"{dim}={key}" for dim, key in at.items()]
    if not any(is_clock(dim) for dim in term.grain):
        keys.append(f"year {number}")
    return " | ".join([term.name, *keys])


def closure(records: list[dict[str, Any]], ids: set[str]) -> list[dict[str, Any]]:
    """The records with these ids and all that they stand on, in the order of the file."""
    by_id = {record["id"]: record for record in records}
    by_term: dict[str, list[str]] = {}
    for record in records:
        by_term.setdefault(record["term"], []).append(record["id"])
    wanted, waiting = set(), list(ids)
    while waiting:
        one = waiting.pop()
        if one in wanted or one not in by_id:
            continue
        wanted.add(one)
        for entry in by_id[one].get("inputs", ()):
            waiting += [entry["id"]] if "id" in entry else by_term.get(entry["term"], [])
    return [record for record in records if record["id"] in wanted]
