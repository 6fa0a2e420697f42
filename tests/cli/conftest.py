"""What the tests of commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vbcdsl.cli import cli

LAKESIDE = Path(__file__).parents[2] / "contract_library" / "lakeside"


@pytest.fixture
def vbc() -> Callable[..., Result]:
    """Runs `vbc` with arguments, in this process."""

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(cli, [str(a) for a in arguments])

    return run


@pytest.fixture(scope="session")
def lakeside() -> Path:
    """The Lakeside contract."""
    return LAKESIDE


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample for Lakeside, with two ACOs, for 2024."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    done = CliRunner().invoke(
        cli, ["sample", str(LAKESIDE), "--members", "300", "--parties", "2", "--out", str(folder)]
    )
    assert done.exit_code == 0, done.output
    return folder
