"""Charts print, read in grey, and are the same bytes for the same numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from vbcdsl.charts.axis import money, percent, plain, ticks
from vbcdsl.charts.fan import Step, fan_chart


def step(at: int, total: int) -> Step:
    return Step(Fraction(at), Fraction(total), tuple(Fraction(total + q) for q in range(7)))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 100, ["0", "20", "40", "60", "80", "100"]), (-3, 9, ["-5", "-2.5", "0", "2.5", "5", "7.5", "10"]),
     (5, 5, ["5", "5.2", "5.4", "5.6", "5.8", "6"])],
)  # fmt: skip
def test_ticks_are_round_and_hold_the_values(low: int, high: int, expected: list[str]) -> None:
    assert [plain(tick) for tick in ticks(Fraction(low), Fraction(high))] == expected


def test_labels_are_short() -> None:
    assert [money(Fraction(x)) for x in (0, -1500, 2_500_000)] == ["$0", "-$1.5K", "$2.5M"]
    assert percent(Fraction(1, 8)) == "12.5%"


def test_the_fan_is_well_formed_and_grey() -> None:
    svg = fan_chart('A & B <"x">\x07', [step(1, 100), step(2, -50), step(3, 70)], step(2, 60), "Rate")
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    for colour in re.findall(r"#([0-9a-f]{6})", svg):
        assert colour[:2] == colour[2:4] == colour[4:]
    assert svg == fan_chart('A & B <"x">\x07', [step(3, 70), step(1, 100), step(2, -50)], step(2, 60), "Rate")


def test_one_scenario_is_a_chart_too() -> None:
    ElementTree.fromstring(fan_chart("One", [step(1, 0)], step(9, 0), "Rate"))
