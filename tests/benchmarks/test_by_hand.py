"""The settlement written by hand, which measurements compare with, pays what the contract pays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.by_hand import settle_by_hand
from tests.benchmarks.data import Shape, make
from tests.benchmarks.jobs import job, python_sums


@pytest.mark.parametrize("shuffled", [False, True], ids=["sorted", "shuffled"])
@pytest.mark.parametrize(("ids", "money"), [("text", "decimal"), ("integer", "integer")])
def test_the_contract_pays_what_was_computed_by_hand(
    tmp_path: Path, shuffled: bool, ids: str, money: str
) -> None:
    home = make(Shape(20_000, shuffled, ids, money), tmp_path)
    assert job("vbcdsl")(home) == settle_by_hand(python_sums(home), home)
