"""What a sentence did, read off its visits: rules that applied and that were displaced, roundings, inputs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.kinds import Kind
from vbcdsl.model.values import NotScored, Value
from vbcdsl.results.text import cell
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.source import SourceText
from vbcdsl.trace.lift import ROWS
from vbcdsl.trace.sources import column_source, keep, source_of, sources_below
from vbcdsl.trace.visit import Visit
from vbcdsl.types.infer import Kinds

if TYPE_CHECKING:
    from vbcdsl.trace.records import Tracer

_LONGEST = 300


def value_fields(value: object, kind: Kind | None) -> dict[str, Any]:
    """A value with all its digits: `fraction` where the decimal digits do not end; an error with its code."""
    if isinstance(value, RunError):
        return {
            "value": None,
            "error": {"code": value.code, "section": value.section, "message": value.message},
        }
    if value is None:
        return {"value": None}
    text = str(cell(value, kind))  # type: ignore[arg-type]
    fields: dict[str, Any] = {"value": text}
    if isinstance(value, Fraction) and Fraction(text) != value:
        fields["fraction"] = str(value)
    return fields


class Words:
    """The contract's own words for an expression, and its kind."""

    def __init__(self, source: SourceText, kinds: Kinds) -> None:
        self.source, self.kinds = source, kinds

    def written(self, node: n.Node) -> str:
        """The words, in short."""
        text = node.span.said or " ".join(self.source.text[node.span.start : node.span.end].split())
        return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0] + " …"

    def value(self, node: n.Node, value: object) -> str | None:
        """The exact digits of a value of an expression."""
        if isinstance(value, Fraction):
            text = str(cell(value, self.kinds.of(node)))
            return text if Fraction(text) == value else str(value)
        if value is None or isinstance(value, RunError):
            return None
        return str(cell(value, None))  # type: ignore[arg-type]


class Reasons:
    """Collects the reasons of one value."""

    def __init__(self, tracer: Tracer, program: Program, term: Term, env: Env, words: Words) -> None:
        self.tracer, self.program, self.term, self.env, self.words = tracer, program, term, env, words
        self.rules: list[dict[str, Any]] = []
        self.displaced: list[dict[str, Any]] = []
        self.roundings: list[dict[str, Any]] = []
        self.inputs: list[dict[str, Any]] = []
        self.sources: list[dict[str, Any]] = []

    def fields(self) -> dict[str, Any]:
        """The fields of a record."""
        return {
            "rules": self.rules, "displaced": self.displaced, "roundings": self.roundings,
            "inputs": self.inputs, "sources": self.sources,
        }  # fmt: skip

    def read(self, visit: Visit) -> None:
        """Read a visit and all below it."""
        self._limit_on_a_total(visit)
        self._read(visit, self.term.section)

    def column(self, node: n.Col) -> None:
        """The value is a column of data."""
        keep(self.sources, column_source(self.program, node.record, node.column, self.term.section))

    # ------------------------------------------------------------ nodes

    def _read(self, visit: Visit, section: str) -> None:
        node = visit.node
        at = node.section or section
        below = visit.below
        if isinstance(node, ROWS):
            self._rows(node, visit, at)
            return
        match node:
            case n.Ref():
                self._ref(node, visit)
            case n.Lit() | n.Col() | n.KeyOf() | n.PeriodFact():
                source = source_of(node, self.program, at)
                if source is not None:
                    keep(self.sources, source)
            case n.Case():
                self._case(node, visit, at)
            case n.Lookup():
                below = self._lookup(node, visit, at)
            case n.Bands():
                self._bands(node, visit, at)
            case n.Clamp():
                self._clamp(node, visit, at)
            case n.Round(mode=mode, unit=unit):
                before = below[0].value if below else None
                self.roundings.append({
                    "mode": mode, "unit": str(unit), "section": at,
                    "before": self.words.value(node, before), "after": self.words.value(node, visit.value),
                })  # fmt: skip
            case n.InForce(parts=parts):
                self._in_force(node, visit, at, parts)
            case n.NotScoredIf(cond=cond):
                if isinstance(visit.value, NotScored) and below and below[0].node is cond:
                    self._rule("not scored", at, words=self.words.written(cond))
            case n.ScoredOr(other=other):
                if len(below) > 1:
                    self._rule("instead of not scored", at, words=self.words.written(other))
            case n.Divide(if_zero=if_zero):
                if if_zero is not None and len(below) > 2:
                    self._rule("divisor is zero", at, words=self.words.written(if_zero))
            case n.Compare() | n.OneOf() | n.IsScored() | n.CountOf():
                self._condition(node, visit, at)
            case _:
                pass
        for child in below:
            self._read(child, at)

    def _rule(self, rule: str, section: str, **facts: object) -> None:
        found = {"rule": rule, "section": section, **{k: v for k, v in facts.items() if v is not None}}
        if found not in self.rules:
            self.rules.append(found)

    def _ref(self, node: n.Ref, visit: Visit) -> None:
        env = self.env
        if self.tracer.facts.recorder.recorded(node, env) is not None:
            self._recorded(node, visit)
            return
        at_first = bool(visit.below) and node.first is not None and visit.below[-1].node is node.first
        if at_first:
            self._rule("before the first period", node.section or self.term.section, term=node.term)
            return
        found = self._target(node, env)
        entry = self.tracer.reference(node.term, found) if found is not None else None
        if entry is None:
            entry = {"term": node.term, "every": True}
        worth = self.words.value(node, visit.value)
        if isinstance(visit.value, bool | str | Fraction | NotScored):
            entry["value"] = worth
        if entry not in self.inputs:
            self.inputs.append(entry)

    def _recorded(self, node: n.Ref, visit: Visit) -> None:
        """The value comes from an earlier settlement that is final."""
        at = node.section or self.term.section
        value = self.words.value(node, visit.value)
        self._rule("recorded", at, term=node.term, words=self.words.written(node), value=value)
        keep(self.sources, {"source": "recorded", "term": node.term, "section": at})

    def _target(self, node: n.Ref, env: Env) -> Env | None:
        import attrs

        recorder = self.tracer.facts.recorder
        if node.pick:
            picked = {dim: recorder.quietly(value, env) for dim, value in node.pick}
            if any(value is None for value in picked.values()):
                return None
            env = env.with_keys({dim: str(value) for dim, value in picked.items()})
        if node.shift is not None:
            period = recorder._shifted(node, env)
            if period is None:
                return None
            env = attrs.evolve(env, period=period)
        return env

    def _condition(self, node: n.Node, visit: Visit, section: str) -> None:
        self._rule(
            "condition", section, words=self.words.written(node), outcome=self.words.value(node, visit.value)
        )

    def _case(self, node: n.Case, visit: Visit, section: str) -> None:
        tested = [child for child in visit.below if any(child.node is cond for cond, _ in node.branches)]
        place = next((i for i, child in enumerate(tested) if child.value is True), None)
        if place is None:
            set_aside = [cond for cond, _ in node.branches if (cond.section or section) != section]
            for cond in set_aside:
                self._rule("exception that does not apply", cond.section, words=self.words.written(cond))
            if set_aside:
                return
            if node.otherwise is not None and visit.below and visit.below[-1].node is node.otherwise:
                self._rule("otherwise", node.otherwise.section or section,
                           words=self.words.written(node.otherwise))  # fmt: skip
            return
        cond, _ = node.branches[place]
        by = cond.section or section
        if by == section or node.otherwise is None:
            self._rule("branch", by, number=place + 1, words=self.words.written(cond))
            return
        self._rule("notwithstanding", by, number=place + 1, words=self.words.written(cond))
        before = self.tracer.facts.recorder.quietly(node.otherwise, self.env)
        self._displaced("notwithstanding", node.otherwise.section or section, by, node, before, visit.value)
        for later, _ in node.branches[place + 1 :]:
            other = later.section or section
            if other != by and self.tracer.facts.recorder.quietly(later, self.env) is True:
                self._displaced("notwithstanding", other, by, node, None, visit.value)

    def _displaced(
        self, how: str, section: str, by: str, node: n.Node, before: Value | None, after: object
    ) -> None:
        self.displaced.append({
            "how": how, "section": section, "by": by,
            "would_be": self.words.value(node, before), "is": self.words.value(node, after),
        })  # fmt: skip

    def _lookup(self, node: n.Lookup, visit: Visit, section: str) -> list[Visit]:
        """The row that applied; the visits that count: the subjects, its own edges and its value."""
        last = visit.below[-1] if visit.below else None
        place = next(
            (i for i, row in enumerate(node.rows) if last is not None and last.node is row.value), None
        )
        subjects = [child for child in visit.below if any(child.node is s for s in node.subjects)]
        if place is None or last is None:
            return visit.below
        row = node.rows[place]
        label = " ".join(row.label.split()).strip("|").strip()
        self._rule(
            "row", section, number=place + 1, words=label, value=self.words.value(row.value, last.value)
        )
        edges = [e for t in row.tests if isinstance(t, n.Interval) for e in (t.low, t.high) if e is not None]
        own = [c for c in visit.below if any(c.node is e for e in edges)]
        other = [c for c in visit.below[:-1] if c not in subjects and c not in own
                 and not isinstance(c.node, n.Lit)]  # fmt: skip
        return [*subjects, *own, *other, last]

    def _bands(self, node: n.Bands, visit: Visit, section: str) -> None:
        for number, band in enumerate(node.bands, 1):
            if any(child.node is band.share for child in visit.below):
                label = " ".join(band.label.split()).strip("|").strip()
                self._rule("band", section, number=number, words=label)

    def _clamp(self, node: n.Clamp, visit: Visit, section: str) -> None:
        by_node = {id(child.node): child.value for child in visit.below}
        current = by_node.get(id(node.value))
        for limit, name in ((node.cap, "not more than"), (node.floor, "not less than")):
            if limit is None:
                continue
            edge = by_node.get(id(limit))
            changed = False
            before = current
            if isinstance(edge, Fraction) and isinstance(current, Fraction):
                changed = current > edge if name == "not more than" else current < edge
                current = edge if changed else current
            self._rule(name, limit.section or section, words=self.words.written(limit), changed=changed,
                       limit=self.words.value(limit, edge), before=self.words.value(node, before))  # fmt: skip

    def _in_force(self, node: n.InForce, visit: Visit, section: str, parts: tuple[Any, ...]) -> None:
        last = visit.below[-1] if visit.below else None
        for start, end, value in parts:
            if last is not None and value is last.node:
                self._rule("in force", value.section or section, start=start and start.isoformat(),
                           end=end and end.isoformat())  # fmt: skip

    def _rows(self, node: n.Node, visit: Visit, section: str) -> None:
        sources, terms = sources_below(node, self.program, section)
        rows = self.tracer.rows_behind(node, self.env)
        facts: dict[str, object] = {"words": self.words.written(node),
                                    "value": self.words.value(node, visit.value)}  # fmt: skip
        if isinstance(rows, Fraction):
            facts["rows"] = str(rows)
        name = node.name if isinstance(node, n.Aggregate) else type(node).__name__
        self._rule("over rows", section, aggregate=name, **facts)
        for source in sources:
            keep(self.sources, source)
        for term in terms:
            entry: dict[str, Any] = {"term": term, "every": True}
            if entry not in self.inputs:
                self.inputs.append(entry)

    def _limit_on_a_total(self, visit: Visit) -> None:
        """A payment that a limit on the total of several changes: what it was before."""
        own = f"{self.term.name.partition(', before section ')[0]}, before section "
        seen: set[str] = set()
        waiting = [visit]
        while waiting:
            one = waiting.pop()
            waiting += one.below
            if not isinstance(one.node, n.Ref) or not one.node.term.startswith(own):
                continue
            by = one.node.term.removeprefix(own)
            if one.node.term == self.term.name or by in seen:
                continue
            seen.add(by)
            self._rule("limit on a total", by, changed=one.value != visit.value)
            if one.value != visit.value:
                self._displaced("limit on a total", self.term.section, by, visit.node,
                                one.value if isinstance(one.value, Fraction) else None, visit.value)  # fmt: skip
