"""The checks, in the order in which their findings are shown."""

from __future__ import annotations

from collections.abc import Callable

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules.program import Program
from vbcdsl.source import SourceText
from vbcdsl.syntax.tree import Document

Check = Callable[[Program, Document, SourceText], list[Diagnostic]]

CHECKS: tuple[Check, ...] = ()
