"""A report on examples as text, JSON or JUnit XML."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

from vbcdsl.diagnostics.snippet import clean
from vbcdsl.testing.examples import CaseResult, Outcome, Report

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
        lines += [line for outcome in case.outcomes if not outcome.met for line in _difference(outcome)]
    met = sum(case.met for case in report.cases)
    lines.append(f"{report.title}: {met} of {len(report.cases)} examples agree")
    if report.unreached:
        lines.append(f"sections that no example reaches: {', '.join(report.unreached)}")
    return clean("\n".join(lines))


def _name(case: CaseResult) -> str:
    return f"“{case.example}”" + (f" ({case.index + 1})" if case.index else "")


def _difference(outcome: Outcome) -> list[str]:
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


def to_junit(reports: list[Report]) -> str:
    """The reports as JUnit XML, which test servers read."""
    root = Xml.Element("testsuites")
    for report in reports:
        failures = sum(not case.met for case in report.cases)
        suite = Xml.SubElement(root, "testsuite", name=clean(report.title), tests=str(len(report.cases)),
                               failures=str(failures))  # fmt: skip
        for case in report.cases:
            one = Xml.SubElement(suite, "testcase", classname=clean(report.title),
                                 name=clean(f"{_name(case)} [{case.engine}]"), file=clean(case.place))  # fmt: skip
            wrong = [line.strip() for o in case.outcomes if not o.met for line in _difference(o)]
            if wrong:
                Xml.SubElement(one, "failure", message=clean(wrong[0])).text = clean("\n".join(wrong))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True)
