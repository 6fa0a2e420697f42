"""Below an amount stand the rows of data: their number and totals by month add up to it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from vbcdsl.api import load
from vbcdsl.cli import cli
from vbcdsl.compiler import Compiled
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.settlement import Settled
from vbcdsl.trace.drill import rows_behind

LAKESIDE = Path(__file__).parents[2] / "contract_library" / "lakeside"


@pytest.fixture(scope="module")
def lakeside() -> tuple[Compiled, dict[str, object], Settled]:
    contract = load(LAKESIDE)
    data: dict[str, object] = dict(contract.sample(60, parties=2))
    return (
        contract.compiled,
        data,
        settle(contract.compiled, data, None, RunOptions(all_grains=True, inner=True)),
    )


def test_the_months_of_a_count_add_up_to_it(lakeside: tuple[Compiled, dict[str, object], Settled]) -> None:
    _, data, settled = lakeside
    for row in settled.rows:
        (found,) = rows_behind(settled, row.party, row.year, data, term="Enrolled Months")
        assert found.clock == "Month" and len(found.periods) == 12
        assert found.rows == row.values["Enrolled Months"] and found.total is None


def test_the_months_and_the_members_of_a_total_add_up_to_it_before_its_limit(
    lakeside: tuple[Compiled, dict[str, object], Settled],
) -> None:
    _, data, settled = lakeside
    row = settled.rows[0]
    (found,) = rows_behind(settled, row.party, row.year, data, term="Total Cost of Care", members=True)
    assert found.term == "Annual Cost" and found.section == "2.2"
    assert found.total == sum((line.total or Fraction(0) for line in found.members), Fraction(0))
    capped = sum((min(line.total or Fraction(0), Fraction(250_000)) for line in found.members), Fraction(0))
    assert capped == row.values["Total Cost of Care"]
    assert found.rows == row.values["Enrolled Months"]


def test_members_are_named_only_when_they_are_asked_for(
    lakeside: tuple[Compiled, dict[str, object], Settled], tmp_path: Path
) -> None:
    done = CliRunner().invoke(
        cli, ["sample", str(LAKESIDE), "--members", "40", "--out", str(tmp_path / "data")]
    )
    assert done.exit_code == 0, done.output
    ask = [
        "explain",
        str(LAKESIDE),
        "--bindings",
        str(tmp_path / "data" / "bindings.toml"),
        "--for",
        "aco=A1001",
    ]
    shown = CliRunner().invoke(cli, [*ask, "--rows"])
    assert "rows of Member Months" in shown.stdout and "2024-07" in shown.stdout
    assert "M00000" not in shown.output
    named = CliRunner().invoke(cli, [*ask, "--rows", "--members"])
    assert "M00000" in named.stdout
    assert CliRunner().invoke(cli, [*ask, "--members"]).exit_code == 2
