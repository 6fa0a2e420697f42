"""Measures what the examples reach, and writes it as text, JSON or LCOV."""

from __future__ import annotations

from typing import Any

import attrs

from vbcdsl.compiler import Compiled, Version
from vbcdsl.coverage.goals import EdgeGoal, RowGoal, goals_of
from vbcdsl.coverage.observe import Seen, watch
from vbcdsl.diagnostics import VbcError
from vbcdsl.rules.program import Program
from vbcdsl.source import SourceText
from vbcdsl.testing.examples import cases_of, example_request
from vbcdsl.testing.facts import text_store
from vbcdsl.testing.reached import unreached_sections


@attrs.frozen
class Reached:
    """One goal with its place and whether (or on which sides) it was reached."""

    kind: str  # "section", "row", "threshold"
    section: str
    term: str
    label: str
    file: str
    line: int
    hits: int
    missing: tuple[str, ...] = ()  # sides of a threshold not seen
    edge_is_upper: bool = True  # the value at the threshold belongs to its upper side

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return self.hits > 0 and not self.missing


@attrs.frozen
class Coverage:
    """All goals of a contract (each place once)."""

    title: str
    goals: tuple[Reached, ...]

    def of(self, kind: str) -> tuple[int, int]:
        """Goals of a kind that are met, and all of them."""
        chosen = [goal for goal in self.goals if goal.kind == kind]
        return sum(goal.met for goal in chosen), len(chosen)

    def to_text(self) -> str:
        """For a terminal: the counts, and what is missing by section."""
        lines = [f"{self.title}"]
        for kind, plural in (
            ("section", "sections"),
            ("row", "rows of tables and cases"),
            ("threshold", "thresholds"),
        ):
            met, total = self.of(kind)
            lines.append(f"  {plural}: {met} of {total}")
        for goal in self.goals:
            if goal.met:
                continue
            what = {"section": "no example reaches this section", "row": f"not reached: {goal.label}",
                    "threshold": f"{goal.label}: not seen " + ", ".join(goal.missing)}[goal.kind]  # fmt: skip
            lines.append(f"  {goal.file}:{goal.line}: section {goal.section}, {goal.term}: {what}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Schema `vbc.coverage/1`."""
        return {
            "schema": "vbc.coverage/1",
            "title": self.title,
            "counts": {
                kind: dict(zip(("met", "all"), self.of(kind), strict=True))
                for kind in ("section", "row", "threshold")
            },
            "goals": [{**attrs.asdict(goal), "met": goal.met} for goal in self.goals],
        }

    def to_lcov(self) -> str:
        """An LCOV trace file: sections are functions and lines, rows and sides of thresholds are branches."""
        files: dict[str, list[Reached]] = {}
        for goal in self.goals:
            files.setdefault(goal.file, []).append(goal)
        lines: list[str] = []
        for file, goals in sorted(files.items()):
            lines += ["TN:", f"SF:{file}"]
            sections = [g for g in goals if g.kind == "section"]
            lines += [f"FN:{g.line},{g.section} {g.term}" for g in sections]
            lines += [f"FNDA:{g.hits},{g.section} {g.term}" for g in sections]
            lines += [f"FNF:{len(sections)}", f"FNH:{sum(g.hits > 0 for g in sections)}"]
            branches = found = 0
            for block, goal in enumerate(g for g in goals if g.kind != "section"):
                sides = ("taken",) if goal.kind == "row" else ("lower", "upper")
                for index, side in enumerate(sides):
                    hit = goal.hits if goal.kind == "row" else int(_side_seen(goal, side))
                    lines.append(f"BRDA:{goal.line},{block},{index},{hit or '-'}")
                    branches, found = branches + 1, found + bool(hit)
            lines += [f"BRF:{branches}", f"BRH:{found}"]
            by_line: dict[int, int] = {}
            for goal in goals:
                by_line[goal.line] = max(by_line.get(goal.line, 0), goal.hits)
            lines += [f"DA:{line},{hits}" for line, hits in sorted(by_line.items())]
            lines += [f"LF:{len(by_line)}", f"LH:{sum(h > 0 for h in by_line.values())}", "end_of_record"]
        return "\n".join(lines) + "\n"


def observe_examples(compiled: Compiled) -> Seen:
    """Run every example once with a watcher."""
    seen = Seen()
    bundle = compiled.bundle
    for version, case, year in cases_of(compiled):
        program = version.program
        assert program is not None
        terms = tuple(dict.fromkeys(fact.term for fact in case.expect))
        years = (year, *sorted({fact.year for fact in case.expect if fact.year is not None} - {year}))
        request = example_request(program, case, years, terms)
        try:
            watch(bundle, text_store(program, case, year), request, seen)
        except VbcError:
            continue
    return seen


def measure_coverage(compiled: Compiled) -> Coverage:
    """Run the examples and say what they reach. VbcError if the contract has errors."""
    seen = observe_examples(compiled)
    missing = set(unreached_sections(compiled, list(cases_of(compiled))))
    found: dict[tuple[str, str, int, str], Reached] = {}
    for version in compiled.versions:
        if version.program is None:
            continue
        for goal in _version_goals(version, version.program, seen, missing):
            key = (goal.kind, goal.file, goal.line, goal.label)
            before = found.get(key)
            found[key] = goal if before is None else _merged(before, goal)
    goals = sorted(found.values(), key=lambda g: (g.file, g.line, g.kind, g.label))
    return Coverage(compiled.program.title, tuple(goals))


def _merged(one: Reached, other: Reached) -> Reached:
    missing = tuple(side for side in one.missing if side in other.missing)
    return attrs.evolve(one, hits=max(one.hits, other.hits), missing=missing)


def _version_goals(version: Version, program: Program, seen: Seen, missing: set[str]) -> list[Reached]:
    text = version.parsed.source
    goals: list[Reached] = []
    for term in program.terms.values():
        if term.hidden or term.role == "input" or not term.section:
            continue
        place = text.locate(term.span.start)
        hits = int(term.section not in missing)
        goals.append(Reached("section", term.section, term.name, term.name, place.file, place.line, hits))
    rows, edges = goals_of(program)
    goals.extend(_row(goal, seen, text) for goal in rows)
    goals.extend(_edge(goal, seen, text) for goal in edges)
    return goals


def _written(text: SourceText, start: int, end: int) -> str:
    words = " ".join(text.text[start:end].split())
    return words if len(words) <= 90 else words[:87] + "…"


def _row(goal: RowGoal, seen: Seen, text: SourceText) -> Reached:
    place = text.locate(goal.span.start)
    label = (
        goal.label
        if goal.label not in ("if", "otherwise")
        else f"{goal.label} {_written(text, goal.span.start, goal.span.end)}"
    )
    hits = seen.nodes.get(id(goal.node), 0)
    return Reached("row", goal.section, goal.term, label, place.file, place.line, hits)


def _edge(goal: EdgeGoal, seen: Seen, text: SourceText) -> Reached:
    place = text.locate(goal.span.start)
    sides = set()
    for (subject, edge), found in seen.sides.items():
        if edge == id(goal.edge) and subject == id(goal.subject):
            sides |= found
    missing = goal.missing(sides)
    label = _written(text, goal.span.start, goal.span.end)
    return Reached(
        "threshold",
        goal.section,
        goal.term,
        label,
        place.file,
        place.line,
        len(sides),
        missing,
        goal.edge_is_upper,
    )


def _side_seen(goal: Reached, side: str) -> bool:
    """Whether a side of a threshold is not among the missing ones (`above`, or `at` beside `below`, is upper)."""
    if len(goal.missing) == 2:
        return False
    upper_missing = goal.missing in (("above",),) or (goal.missing == ("at",) and goal.edge_is_upper)
    return not goal.missing or (side == "lower") == upper_missing
