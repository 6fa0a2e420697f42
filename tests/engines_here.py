"""The engines that tests run on. Nobody is left out: DuckDB, PySpark and Java are part of the development setup.

The engines of one machine run every test. A Spark job takes some tenths of a second whatever it does, so that the
conformance suite runs on Spark as one test (`tests/conformance/test_spark.py`) in which many cases share a job.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from vbcdsl.engines.interface import Engine

ONE_MACHINE: Final = ("reference", "arrow", "duckdb")


def engine_named(name: str) -> Engine:
    """The engine's `evaluate`."""
    evaluate: Callable[..., Any] = import_module(f"vbcdsl.engines.{name}").evaluate
    return evaluate
