"""Rows fall into the same groups whether their keys are sorted or looked up in a table."""

from __future__ import annotations

import numpy as np
import pytest

from vbcdsl.engines.arrow import groups


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
