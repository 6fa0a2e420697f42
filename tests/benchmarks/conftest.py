"""The folder for generated data, and the page at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.measure import Report

ORDER = (
    "A contract of 500 lines",
    "One million member-months",
    "The same cents",
    "The same contract written by hand",
    "A prepared store",
    "A row-by-row rules engine",
    "Scenarios",
    "A book of contracts",
)


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where generated files go; pytest removes it."""
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """Collects the sections of docs/explanation/performance.md, which is written if none is missing."""
    found = Report()
    yield found
    found.write(ORDER)
