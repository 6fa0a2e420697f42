"""Errors as values: every message that a person can get, in one place.

A stage returns `Diagnostic`s; nothing but `render` turns them into text, JSON or SARIF. Each has a code, and
each code a page in `docs/reference/errors/`.
"""

from vbcdsl.diagnostics.diagnostic import Diagnostic, Label, Problem, RunError, VbcError

__all__ = ["Diagnostic", "Label", "Problem", "RunError", "VbcError"]
