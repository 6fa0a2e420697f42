"""Rows fall into the same groups whether their keys are sorted or looked up in a table."""

from __future__ import annotations

import numpy as np
import pytest

from vbcdsl.engines.arrow import groups
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.ints import Ints
from vbcdsl.engines.arrow.vec import Num


@pytest.mark.parametrize("acos_of_a_member", [1, 2])
@pytest.mark.parametrize("members", [10, 3_000, 25_000])
def test_grouping_by_table_gives_what_sorting_gives(
    monkeypatch: pytest.MonkeyPatch, members: int, acos_of_a_member: int
) -> None:
    random = np.random.default_rng(1)
    rows = 20_000
    member = random.integers(0, members, rows)
    year = random.integers(1, 4, rows)
    aco = member // 7 % 5 + random.integers(0, acos_of_a_member, rows)
    by_table = groups.unique_keys([year, aco, member], rows)
    assert groups.by_table([member, aco, year], [members, 6, 4], rows) is not None
    monkeypatch.setattr(groups, "TABLE_FROM", rows + 1)
    by_sorting = groups.unique_keys([year, aco, member], rows)
    for found, expected in zip(by_table, by_sorting, strict=True):
        assert np.array_equal(found, expected)


def test_keys_of_nobody_and_very_many_possible_keys_are_left_to_sorting() -> None:
    member = np.arange(10_000)[::-1].copy()
    assert groups.by_table([member * 1_000], [10_000_000], 10_000) is None
    assert groups.by_table([member - 1], [10_000], 10_000) is None


def test_a_sum_that_is_promised_for_one_group_is_the_sum() -> None:
    """A batch of one run: what the sum is asked for before it is made must not stay."""
    runs = groups.Runs(np.zeros(1, np.int64), 3)
    runs.begin()
    mask = np.array([True, False, True])
    found = groups.sum_numbers(runs, Num(Ints(np.array([7, 100, 11]))), mask)
    assert found.num.scalar is not None  # any number so far
    runs.complete()
    assert found.num.scalar == 18 and found.num.a.tolist() == [18]


def test_rows_in_another_order_are_put_in_order() -> None:
    part = Num(Ints(np.array([10, 20, 30])))
    found = v.scatter(3, [(np.array([2, 0, 1]), part)])
    assert isinstance(found, Num) and found.num.a.tolist() == [20, 30, 10]
    whole = v.scatter(3, [(np.array([0, 1, 2]), part)])
    assert isinstance(whole, Num) and whole.num.a.tolist() == [10, 20, 30]
