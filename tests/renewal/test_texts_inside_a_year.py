"""A text that changes inside a performance year is compared as what it is: the text of the year's first day."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.test_short_periods import AMENDMENT, CONTRACT
from vbcdsl.renewal.sides import side_at


def test_a_year_inside_which_the_text_changes_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "contract.vbc").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "amendments").mkdir()
    (tmp_path / "amendments" / "1.vbc").write_text(AMENDMENT, encoding="utf-8")
    inside = side_at(f"{tmp_path}@2025")
    assert inside.label.endswith("on the first day of 2025, inside which the text changes)")
    assert side_at(f"{tmp_path}@2026").label.endswith("(text in force in 2026)")
