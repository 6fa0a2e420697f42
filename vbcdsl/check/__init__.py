"""Stage `check`: what can be found before the first run, in the rule set of a text in force.

One function for each check, listed in `registry`; each gives diagnostics with a counter-example where a value
shows the mistake. `ranges` finds the interval of an expression, `edges` compares the edges of a table, `view`
is what a check is given.
"""

from __future__ import annotations

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules.program import Program
from vbcdsl.source import SourceText
from vbcdsl.syntax.tree import Document


def check_program(
    program: Program, document: Document, text: SourceText, years: tuple[int, ...] = (), complete: bool = True
) -> list[Diagnostic]:
    """All checks on one text in force, which governs `years` (none given: all). Where some sentences have errors
    of their own (`complete` is false), nothing is said to be missing; the rest is checked all the same."""
    from vbcdsl.check.registry import CHECKS
    from vbcdsl.check.view import View

    years = years or tuple(year.number for year in program.calendar.years)
    found: list[Diagnostic] = []
    try:
        view = View(program, document, text, years, complete)
        for check in CHECKS:
            found.extend(check(view))
    except RecursionError:  # sentences nested too deep to walk; the stages before have reported them
        return found
    return list(dict.fromkeys(found))
