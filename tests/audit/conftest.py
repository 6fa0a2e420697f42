"""The workpaper of the 482 ACOs of 2022, made once for the tests that recalculate it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import pytest

from vbcdsl.audit.workpaper import Made, write_workpaper
from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.data import Bindings, load_bindings
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.settlement import Settled
from vbcdsl.trace import find_facts

MSSP = Path(__file__).parents[2] / "contract_library" / "mssp"
Workpaper: TypeAlias = tuple[Path, Settled, Made]


def workpaper(contract: Compiled, data: Any, path: Path, years: tuple[int, ...] = (),
              bindings: Bindings | None = None) -> tuple[Settled, Made]:  # fmt: skip
    settled = settle(contract, data, bindings, RunOptions(years, inner=True))
    return settled, write_workpaper(path, find_facts(settled, data, bindings))


@pytest.fixture(scope="session")
def mssp_workpaper(tmp_path_factory: pytest.TempPathFactory) -> Workpaper:
    """The file, the settlement behind it, and what became of its terms."""
    path = tmp_path_factory.mktemp("workpaper") / "workpaper.xlsx"
    data = {"aco_results": MSSP / "data" / "mssp_PY2022.csv"}
    bindings = load_bindings(MSSP / "bindings.toml")
    return path, *workpaper(compile_path(MSSP), data, path, (2022,), bindings)
