"""Comparing from Python: `vbcdsl.diff`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import vbcdsl
from tests.renewal.texts import BASE, changed, data

NEW = changed(("$3.00", "$3.50"), ("is at least 5,000", "is 5,000 or more"))


def test_texts_are_compared_and_priced(tmp_path: Path) -> None:
    found = vbcdsl.diff(BASE, NEW, data(tmp_path), year=2024)
    assert [change.kind for change in found.changes] == ["wording", "amount"]
    assert not found.same_rules and found.total == Fraction(22_500)
    table = found.parties
    assert table.column("party").to_pylist() == ["A1", "A2", "A3", "A4", "A5"]
    assert sum(table.column("change").to_pylist()) == 22_500
    assert found.to_json()["schema"] == "vbc.diff/1"
    assert found.to_html().startswith("<!doctype html>") and found.to_docx().startswith(b"PK")
    assert "Care Fee" in str(found) and "Care Fee" in found._repr_html_()


def test_contracts_are_compared_without_data() -> None:
    old, new = vbcdsl.load(BASE), vbcdsl.load(NEW)
    found = vbcdsl.diff(old, new)
    assert found.total is None
    with pytest.raises(ValueError, match="without data"):
        _ = found.parties


def test_paths_name_a_year(tmp_path: Path) -> None:
    (tmp_path / "contract.vbc").write_text(BASE, encoding="utf-8")
    found = vbcdsl.diff(f"{tmp_path}@2024", f"{tmp_path}@2025")
    assert found.same_rules and found.changes == ()
