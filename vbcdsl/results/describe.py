"""The steps of one term: what its sentence did, in order, with the values it had.

What was not reached (the other branch, the other rows of a table) is left out, as it had no part in the value.
"""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.engines.reference.env import Env, Failure
from vbcdsl.engines.reference.tables import _meets as row_meets
from vbcdsl.model.kinds import Kind
from vbcdsl.model.values import NotScored
from vbcdsl.results.phrases import VISITING, Phrases, day_words, rounding_words
from vbcdsl.results.text import words
from vbcdsl.results.trace import Step
from vbcdsl.rules import nodes as n

_TOLD_FIRST = (n.Clamp, n.Case, n.Lookup, n.Bands, n.Line, n.InForce, n.Round)


def steps_of(phrases: Phrases, node: n.Node, env: Env, kind: Kind | None, section: str) -> list[Step]:
    """The steps of an expression at some keys. `kind` is that of the value."""
    return _Describer(phrases, env, kind, section).steps(node)


def limit_steps(
    phrases: Phrases, node: n.Node, env: Env, kind: Kind, steps: dict[str, str], sentences: dict[str, str]
) -> list[Step]:
    """The steps of a payment that a limit on the total of several payments can change. `steps`: hidden term →
    the section of the limit, in order."""
    phrases.take(node, env)
    found: list[Step] = []
    for name, section in steps.items():
        before = phrases.value(n.Ref(name), env)
        found.append(Step("calculation", f"before section {section}", words(before, kind)))
        after = phrases.value(node, env)
        sentence = sentences.get(section, "")
        said = (
            f"the limit of section {section} (“{sentence}”)"
            if sentence
            else f"the limit of section {section}"
        )
        if before == after:
            found.append(Step("limit", f"{said} changes nothing"))
        else:
            text = f"{said} changes {words(before, kind)} to {words(after, kind)}"
            found.append(Step("limit", text, words(after, kind)))
    return found


def lines_of_parts(phrases: Phrases, env: Env) -> tuple[Step, ...]:
    """A line for each part over rows that the words just now named: its words, rows and value."""
    from vbcdsl.results.aggregates import behind, rows_counted

    lines: dict[str, Step] = {}
    for node in phrases.met:
        rows, count = behind(phrases, node, env)
        text = phrases.written(node) + (rows_counted(phrases, node, env) or count)
        lines.setdefault(text, Step("aggregate", text, phrases.worth(node, env), rows=rows))
    phrases.met.clear()
    return tuple(lines.values())


class _Describer:
    def __init__(self, phrases: Phrases, env: Env, kind: Kind | None, section: str) -> None:
        self.phrases, self.env, self.kind, self.section = phrases, env, kind, section

    def steps(self, node: n.Node) -> list[Step]:
        """The steps of a node."""
        match node:
            case n.Require(value=value):
                return self.steps(value)
            case n.Round():
                return self._round(node)
            case n.Clamp():
                return self._clamp(node)
            case n.Case():
                return self._case(node)
            case n.Lookup():
                return self._lookup(node)
            case n.Line():
                return [self._line(node)]
            case n.Bands():
                return [self._bands(node)]
            case n.InForce():
                return self._in_force(node)
            case n.NotScoredIf(value=value, cond=cond):
                if self.phrases.value(cond, self.env) is False:
                    return self.steps(value)
                text = f"not scored, because {self.phrases.condition(cond, self.env)}"
                return [self._step("not scored", text)]
            case n.ScoredOr(value=value, other=other):
                if isinstance(self.phrases.value(value, self.env), NotScored):
                    instead = self.phrases.phrase(other, self.env)
                    text = f"{self.phrases.written(value)} is not scored; then it is {instead}"
                    return [self._step("not scored", text)]
                return self.steps(value)
            case n.All(items=items) | n.AnyOf(items=items):
                return self._conditions(node, items)
            case n.Compare() | n.OneOf() | n.Not() | n.IsScored() | n.CountOf():
                return [self._step("condition", self._sentence(self.phrases.condition(node, self.env)))]
            case n.Lit():
                return [self._step("calculation", f"the contract says {self.phrases.phrase(node, self.env)}")]
            case n.Col(record=record, column=column):
                return [self._step("data", f"the column “{column}” of {record}, as the data has it")]
            case _ if isinstance(node, VISITING):
                return [self._aggregate(node)]
            case n.Greater(items=items) | n.Lesser(items=items):
                return self._extreme(node, items)
            case n.Add(items=items) | n.Multiply(items=items):
                return self._arithmetic(node, items)
            case n.Subtract(left=left, right=right) | n.Divide(left=left, right=right):
                return self._arithmetic(node, (left, right))
            case _:
                return [self._calculation(node)]

    # ------------------------------------------------------------ steps

    def _step(
        self, kind: str, text: str, value: str = "", rows: tuple[Step, ...] = (), section: str = ""
    ) -> Step:
        other = section if section and section != self.section else ""
        rows = (*rows, *lines_of_parts(self.phrases, self.env))
        return Step(kind, text, value, other, rows)  # type: ignore[arg-type]

    def _sentence(self, text: str) -> str:
        return text[:1].upper() + text[1:]

    def _calculation(self, node: n.Node) -> Step:
        worth = words(self.phrases.value(node, self.env), self.phrases.kind(node) or self.kind)
        return self._step("calculation", self.phrases.phrase(node, self.env), worth, section=node.section)

    def _arithmetic(self, node: n.Node, items: tuple[n.Node, ...]) -> list[Step]:
        """A calculation; a part that is itself a choice, a table or a limit is told first."""
        steps: list[Step] = []
        for item in items:
            if isinstance(item, _TOLD_FIRST):
                kind = self.phrases.kind(item)
                steps += _Describer(self.phrases, self.env, kind, self.section).steps(item)
                self.phrases.told[id(item)] = f"that ({words(self.phrases.value(item, self.env), kind)})"
        return [*steps, self._calculation(node)]

    def _extreme(self, node: n.Node, items: tuple[n.Node, ...]) -> list[Step]:
        """The lesser or the greater of values; with zero it reads as a floor."""
        zero = [i for i in items if isinstance(i, n.Lit) and i.value == 0]
        rest = [i for i in items if i not in zero]
        if isinstance(node, n.Greater) and len(zero) == 1 and len(rest) == 1:
            before = self.phrases.value(rest[0], self.env)
            steps = self.steps(rest[0])
            if isinstance(before, Fraction) and before < 0:
                zero_words = words(Fraction(0), self.phrases.kind(rest[0]) or self.kind)
                steps.append(self._step("limit", "that is below zero, so it is zero", zero_words))
            return steps
        return [self._calculation(node)]

    def _round(self, node: n.Round) -> list[Step]:
        steps = self.steps(node.value)
        before = self.phrases.value(node.value, self.env)
        after = self.phrases.value(node, self.env)
        how = rounding_words(node.mode, node.unit, self.kind)
        if isinstance(before, Fraction) and before == after:
            if steps and before.denominator != 1:
                steps.append(self._step("rounding", f"{how}: there is nothing to round"))
        elif before is not None:
            text = f"{how}: from {words(before, self.kind)} to {words(after, self.kind)}"
            steps.append(self._step("rounding", text, words(after, self.kind)))
        else:
            steps.append(self._step("rounding", how))
        return steps

    def _clamp(self, node: n.Clamp) -> list[Step]:
        steps = self.steps(node.value)
        current = self.phrases.value(node.value, self.env)
        if node.cap is not None:
            steps.append(self._limit(node.cap, current, above=True))
            cap = self.phrases.value(node.cap, self.env)
            if isinstance(cap, Fraction) and isinstance(current, Fraction):
                current = min(current, cap)
        if node.floor is not None:
            steps.append(self._limit(node.floor, current, above=False))
        return steps

    def _limit(self, limit: n.Node, current: object, *, above: bool) -> Step:
        edge = self.phrases.value(limit, self.env)
        said = self.phrases.phrase(limit, self.env)
        worth = words(edge, self.phrases.kind(limit) or self.kind)
        if worth and worth not in said:
            said = f"{said}, which is {worth}"
        name = f"the limit “not {'more' if above else 'less'} than”: {said}"
        if not isinstance(edge, Fraction) or not isinstance(current, Fraction):
            return self._step("limit", name, section=limit.section)
        applies = current > edge if above else current < edge
        if not applies:
            return self._step("limit", f"{name}; it changes nothing", section=limit.section)
        verb = "reduces" if above else "raises"
        text = f"{name}; it {verb} {words(current, self.kind)} to {words(edge, self.kind)}"
        return self._step("limit", text, words(edge, self.kind), section=limit.section)

    def _case(self, node: n.Case) -> list[Step]:
        steps: list[Step] = []
        for cond, value in node.branches:
            holds = self.phrases.value(cond, self.env)
            said = self._sentence(self.phrases.condition(cond, self.env))
            if holds is True:
                steps.append(self._step("branch", f"{said}: so this applies", section=cond.section))
                return steps + self.steps(value)
            if holds is not False:
                steps.append(self._step("given up", f"{said}", section=cond.section))
                return steps
            steps.append(self._step("branch", f"{said}: so the next applies", section=cond.section))
        if isinstance(node.otherwise, n.Lit):
            worth = self.phrases.phrase(node.otherwise, self.env)
            steps.append(self._step("calculation", f"otherwise the contract says {worth}"))
        elif node.otherwise is not None:
            steps += self.steps(node.otherwise)
        return steps

    def _lookup(self, node: n.Lookup) -> list[Step]:
        subjects = " and ".join(self.phrases.phrase(subject, self.env) for subject in node.subjects)
        row = self._row(node)
        if row is None:
            return [self._step("row", f"the table for {subjects}", section=node.section)]
        label = " ".join(row.label.split()).strip("|").strip()
        text = (
            f"{self._sentence(subjects)} falls in the row “{label}”"
            if label
            else f"{subjects}: a row applies"
        )
        value = words(self.phrases.value(row.value, self.env), self.kind)
        steps = [self._step("row", text, value, section=node.section)]
        return steps if isinstance(row.value, n.Lit) else steps + self.steps(row.value)

    def _row(self, node: n.Lookup) -> n.LookupRow | None:
        expressions = self.phrases.reader.expressions
        try:
            values = [expressions.value(subject, self.env) for subject in node.subjects]
            fitting = [
                row
                for row in node.rows
                if all(row_meets(expressions, t, v, self.env) for t, v in zip(row.tests, values, strict=True))
            ]
        except Failure:
            return None
        named = [row for row in fitting if not any(isinstance(t, n.AnyOther) for t in row.tests)]
        return (fitting if node.mode == "first" else named or fitting or [None])[0] if fitting else None  # type: ignore[list-item]

    def _line(self, node: n.Line) -> Step:
        p, env = self.phrases, self.env
        text = (
            f"a straight line from {p.worth(node.y0, env)} at {p.worth(node.x0, env)} "
            f"to {p.worth(node.y1, env)} at {p.worth(node.x1, env)}: at {p.phrase(node.x, env)} it is"
        )
        return self._step("calculation", text, words(p.value(node, env), self.kind))

    def _bands(self, node: n.Bands) -> Step:
        p, env = self.phrases, self.env
        subject = p.value(node.subject, env)
        rows = []
        if isinstance(subject, Fraction):
            size = abs(subject)
            for band in node.bands:
                low, share = p.value(band.low, env), p.value(band.share, env)
                high = p.value(band.high, env) if band.high is not None else size
                if not (
                    isinstance(low, Fraction) and isinstance(high, Fraction) and isinstance(share, Fraction)
                ):
                    continue
                part = max(min(size, high) - max(low, Fraction(0)), Fraction(0))
                p.take(band.low, env)
                if part:
                    kind = p.kind(node.subject)
                    text = (
                        f"{' '.join(band.label.split())}: {words(part, kind)} falls in this row; "
                        f"times {words(share, p.kind(band.share))}"
                    )
                    rows.append(Step("band", text, words(part * share, self.kind)))
        text = f"of {p.phrase(node.subject, env)}, each row takes the part that falls in it"
        return self._step("calculation", text, words(p.value(node, env), self.kind), tuple(rows))

    def _in_force(self, node: n.InForce) -> list[Step]:
        day = self.env.period.start
        for start, end, value in node.parts:
            begins = start is None or start <= day
            if begins and (end is None or day <= end):
                since = f"from {day_words(start)}" if start else "from the beginning"
                until = f" through {day_words(end)}" if end else ""
                text = f"on {day_words(day)} the value in force {since}{until} applies"
                return [self._step("in force", text, self.phrases.worth(value, self.env)), *(
                    [] if isinstance(value, n.Lit) else self.steps(value))]  # fmt: skip
        if node.otherwise is not None:
            return self.steps(node.otherwise)
        return [self._step("in force", f"no value is in force on {day_words(day)}")]

    def _conditions(self, node: n.Node, items: tuple[n.Node, ...]) -> list[Step]:
        need = "all of these must hold" if isinstance(node, n.All) else "one of these must hold"
        rows = []
        for item in items:
            text = self._sentence(self.phrases.condition(item, self.env))
            parts = lines_of_parts(self.phrases, self.env)
            rows.append(Step("condition", text, words(self.phrases.value(item, self.env)), rows=parts))
        return [self._step("condition", need, rows=tuple(rows))]

    def _aggregate(self, node: n.Node) -> Step:
        from vbcdsl.results.aggregates import behind, rows_counted

        rows, count = behind(self.phrases, node, self.env)
        count = count or rows_counted(self.phrases, node, self.env)
        return self._step("aggregate", self.phrases.written(node) + count, rows=rows, section=node.section)
