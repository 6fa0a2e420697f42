"""Engines by name. Each is imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Final, cast

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.engines.interface import Engine

NAMES: Final = ("arrow", "reference", "duckdb", "spark")
BOTH: Final = ("arrow", "reference")  # what `vbc test` runs examples on
DEFAULT: Final = "arrow"


def engine_named(name: str) -> Engine:
    """The engine's `evaluate`. `VbcError` for a name that is no engine."""
    if name not in NAMES:
        listed = ", ".join(NAMES[:-1]) + " and " + NAMES[-1]
        raise VbcError(
            [Diagnostic("VBC8023", f"there is no engine “{name}”", help=f"the engines are {listed}")]
        )
    return cast(Engine, import_module(f"vbcdsl.engines.{name}").evaluate)
