"""Prints how many worked cases are met on each engine."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line: worked cases: 75/75 on reference, 75/75 on arrow."""
    met: Counter[str] = Counter()
    run: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, engine in getattr(report, "user_properties", []):
                if name == "worked case":
                    run[engine] += 1
                    met[engine] += outcome == "passed"
    if run:
        counts = ", ".join(f"{met[engine]}/{run[engine]} on {engine}" for engine in sorted(run, reverse=True))
        terminalreporter.write_line(f"worked cases: {counts}")
