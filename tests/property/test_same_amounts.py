"""The order of rows, the size of batches and the number of threads never change an amount."""

from __future__ import annotations

import random

import pytest

from tests.property.compare import compiled, differences, run
from tests.property.generate import of_seed
from vbcdsl.engines.arrow import evaluate as arrow
from vbcdsl.engines.reference import evaluate as reference

SEEDS = range(500, 515)


@pytest.mark.parametrize("seed", SEEDS)
def test_shuffled_rows_give_the_same_amounts(seed: int) -> None:
    case = of_seed(seed)
    contract = compiled(case)
    for engine in (reference, arrow):
        plain = run(case, contract, engine)
        assert not differences(plain, run(case, contract, engine, shuffled=random.Random(seed)))


@pytest.mark.parametrize("seed", SEEDS)
def test_batches_and_threads_change_nothing(seed: int) -> None:
    case = of_seed(seed)
    contract = compiled(case)
    plain = run(case, contract, arrow)
    for rows, threads in ((1, 1), (2, 2), (5, 1), (64, 2)):
        assert not differences(plain, run(case, contract, arrow, rows=rows, threads=threads)), (rows, threads)


@pytest.mark.parametrize("seed", range(600, 606))
def test_running_twice_gives_the_same(seed: int) -> None:
    case = of_seed(seed)
    contract = compiled(case)
    assert not differences(run(case, contract, arrow), run(case, contract, arrow))
