"""Counts the questions whose cases all pass, for each engine, and prints the count at the end of the run."""

from __future__ import annotations

import re

import pytest

from tests.engines_here import ONE_MACHINE

_ANSWER = re.compile(rf"test_answers\.py::test_answer\[Q(\d+)-.*-({'|'.join(ONE_MACHINE)})\]")
_seen: dict[str, dict[str, bool]] = {engine: {} for engine in ONE_MACHINE}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember whether every case of a question has passed."""
    found = _ANSWER.search(report.nodeid)
    if found is None or (report.when != "call" and report.passed):
        return
    number, engine = found.groups()
    _seen[engine][number] = _seen[engine].get(number, True) and report.passed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """answers: 47/47 on reference, 47/47 on arrow …"""
    if any(_seen.values()):
        counts = [
            f"{sum(_seen[engine].values())}/{len(_seen[engine])} on {engine}"
            for engine in ONE_MACHINE
            if _seen[engine]
        ]
        terminalreporter.write_line("answers: " + ", ".join(counts))
