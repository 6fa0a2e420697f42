"""Stage `check`: what can be found before the first run, in the rule set of a text in force.

One module for each check; each gives diagnostics with a counter-example where a value shows the mistake.
"""

from __future__ import annotations

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules.program import Program
from vbcdsl.source import SourceText
from vbcdsl.syntax.tree import Document


def check_program(program: Program, document: Document, text: SourceText) -> list[Diagnostic]:
    """All checks on one text in force."""
    from vbcdsl.check.registry import CHECKS

    found: list[Diagnostic] = []
    for check in CHECKS:
        found.extend(check(program, document, text))
    return found
