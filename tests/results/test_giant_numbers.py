"""A number with more digits than an Arrow column holds: CSV and JSON have all of it, Parquet says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from vbcdsl.cli import cli

CONTRACT = """contract "Giants".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the numbers are illustrative.

1.1 "Sizes" are records, one for each Clinic in each Performance Year:
    | Column | Kind   | If missing |
    | Size   | number | required   |
2.1 "Cube" means Size times Size times Size.
2.2 The Payer must pay the Provider the "Fee": $1 times Cube.
"""
SIZE = 10**38 - 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "c.vbc").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "sizes.csv").write_text(f"clinic,performance_year,size\nA,2024,{SIZE}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_all_digits_are_written_or_none(folder: Path, form: str) -> None:
    out = folder / "out"
    given = ["--data", f"sizes={folder / 'sizes.csv'}", "--format", form, "--out", str(out)]
    done = CliRunner().invoke(cli, ["run", str(folder / "c.vbc"), *given])
    if form == "parquet":
        assert done.exit_code == 1
        assert "VBC8096" in done.stderr
        assert not out.exists()
    else:
        assert done.exit_code == 0, done.output
        assert str(SIZE**3) in (out / f"settlement.{form}").read_text(encoding="utf-8")
