"""A report on examples as text, JSON or JUnit XML."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

from vbcdsl.diagnostics.snippet import clean
from vbcdsl.testing.against import Changed
from vbcdsl.testing.examples import CaseResult, Outcome, Report
from vbcdsl.testing.files import Check

SCHEMA = "vbc.examples/1"


def to_text(report: Report) -> str:
    """What differs, with the facts given; then the counts and what no example reaches."""
    lines = []
    for case in report.cases:
        mark = "ok  " if case.met else "FAIL"
        lines.append(f"{mark} {_name(case)} [{case.engine}]")
        if case.met:
            continue
        lines.append(f"     at {case.place}, performance year {case.year}")
        lines += [f"     given {fact}" for fact in case.given]
        lines += [line for outcome in case.outcomes if not outcome.met for line in difference(outcome)]
    met = sum(case.met for case in report.cases)
    lines.append(f"{report.title}: {met} of {len(report.cases)} examples agree")
    if report.unreached:
        lines.append(f"sections that no example reaches: {', '.join(report.unreached)}")
    return clean("\n".join(lines))


def _name(case: CaseResult) -> str:
    return f"“{case.example}”" + (f" ({case.index + 1})" if case.index else "")


def difference(outcome: Outcome) -> list[str]:
    """What an expectation says and what was computed, in lines."""
    at = f" {outcome.at}" if outcome.at else ""
    lines = [
        f"     expected {outcome.term}{at}: {outcome.expected}",
        f"     got      {outcome.got} (section {outcome.section})",
    ]
    if outcome.error is not None and outcome.error.help:
        lines.append(f"     help: {outcome.error.help}")
    return lines


def to_json(report: Report) -> dict[str, Any]:
    """The report as a JSON document."""
    return {
        "schema": SCHEMA,
        "contract": report.title,
        "met": report.met,
        "cases": [
            {
                "example": case.example,
                "case": case.index + 1,
                "performance_year": case.year,
                "engine": case.engine,
                "place": case.place,
                "met": case.met,
                "given": list(case.given),
                "expect": [
                    {"term": o.term, "section": o.section, "at": o.at, "expected": o.expected, "got": o.got,
                     "met": o.met}
                    for o in case.outcomes
                ],
            }
            for case in report.cases
        ],
        "unreached_sections": list(report.unreached),
    }  # fmt: skip


def checks_to_text(name: str, checks: list[Check]) -> str:
    """The checks of a test file: what does not hold, then the count."""
    lines = []
    for check in checks:
        lines.append(f"{'ok  ' if check.met else 'FAIL'} {check.kind}: {check.name}")
        lines += [f"     {line}" for line in check.lines]
    lines.append(f"{name}: {sum(check.met for check in checks)} of {len(checks)} hold")
    return clean("\n".join(lines))


def checks_to_json(name: str, checks: list[Check]) -> dict[str, Any]:
    """The checks of a test file as a JSON document."""
    return {
        "schema": "vbc.checks/1",
        "file": name,
        "met": all(check.met for check in checks),
        "checks": [{"kind": c.kind, "name": c.name, "met": c.met, "lines": list(c.lines)} for c in checks],
    }


def changes_to_text(changes: tuple[Changed, ...]) -> str:
    """Examples whose result is another under the new text, then the counts."""
    lines, last = [], ""
    for change in changes:
        if not change.differs:
            continue
        head = f"“{change.example}” (in {change.written_in})"
        if head != last:
            lines.append(head)
            last = head
        at = f" {change.at}" if change.at else ""
        lines.append(f"     {change.term}{at} (section {change.section}): {change.old} -> {change.new}")
    differ = sum(change.differs for change in changes)
    examples = len({(c.example, c.written_in) for c in changes if c.differs})
    lines.append(
        f"{differ} of {len(changes)} results differ, in {examples} {'example' if examples == 1 else 'examples'}"
    )
    return clean("\n".join(lines))


def changes_to_json(changes: tuple[Changed, ...]) -> dict[str, Any]:
    """The comparison of examples as a JSON document."""
    import attrs

    return {"schema": "vbc.examples-against/1", "results": [attrs.asdict(change) for change in changes]}


def to_junit(reports: list[Report], files: dict[str, list[Check]] | None = None) -> str:
    """The reports and test files as JUnit XML, which test servers read."""
    root = Xml.Element("testsuites")
    for name, checks in (files or {}).items():
        wrong_checks = sum(not check.met for check in checks)
        suite = Xml.SubElement(
            root, "testsuite", name=clean(name), tests=str(len(checks)), failures=str(wrong_checks)
        )
        for check in checks:
            one = Xml.SubElement(
                suite, "testcase", classname=clean(name), name=clean(f"{check.kind}: {check.name}")
            )
            if not check.met:
                text = clean("\n".join(check.lines))
                Xml.SubElement(one, "failure", message=text.split("\n")[0]).text = text
    for report in reports:
        failures = sum(not case.met for case in report.cases)
        suite = Xml.SubElement(root, "testsuite", name=clean(report.title), tests=str(len(report.cases)),
                               failures=str(failures))  # fmt: skip
        for case in report.cases:
            one = Xml.SubElement(suite, "testcase", classname=clean(report.title),
                                 name=clean(f"{_name(case)} [{case.engine}]"), file=clean(case.place))  # fmt: skip
            wrong = [line.strip() for o in case.outcomes if not o.met for line in difference(o)]
            if wrong:
                Xml.SubElement(one, "failure", message=clean(wrong[0])).text = clean("\n".join(wrong))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True)
