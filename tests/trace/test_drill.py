"""Below an amount stand the rows of data: their number and totals by month add up to it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from vbcdsl.api import load
from vbcdsl.cli import cli
from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.settlement import Settled
from vbcdsl.trace.drill import rows_behind, to_text, without_small_cells

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


PANEL = """contract "Panel".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Visits" are records, one for each Member in each Month:
    | Column | Kind      | If missing |
    | Clinic | text      | required   |
    | Seen   | yes or no | required   |
    | Paid   | money     | required   |
2.1 "Member Months" means the number of Visits.
2.2 "Seen Months" means the number of Visits where Seen.
2.3 "Cost" means the total of Paid.
3.1 The Payer must pay the Provider the "Fee": (Member Months times $1) plus Cost plus (Seen Months times $1).
"""


def panel(*months: tuple[int, int]) -> tuple[Settled, dict[str, object]]:
    """A clinic whose months have so many members, of whom so many were seen."""
    import pyarrow as pa

    lines = [(f"M{i}", f"2024-{month:02}", i < seen)
             for month, (all_, seen) in enumerate(months, 1) for i in range(all_)]  # fmt: skip
    data: dict[str, object] = {"visits": pa.table({
        "member": [m for m, _, _ in lines], "month": [m for _, m, _ in lines], "clinic": ["K1"] * len(lines),
        "seen": [seen for _, _, seen in lines], "paid": [7] * len(lines),
    })}  # fmt: skip
    contract = compile_text(PANEL)
    assert not contract.errors, contract.errors
    return settle(contract, data, None, RunOptions(all_grains=True, inner=True)), data


def shown(settled: Settled, data: dict[str, object]) -> dict[str, list[str]]:
    (row,) = settled.rows
    found = without_small_cells(rows_behind(settled, row.party, row.year, data))
    return {one.term: [line.hidden or str(line.rows) for line in one.periods][:4] for one in found}


def test_a_month_of_few_members_is_hidden_and_the_total_does_not_reveal_it() -> None:
    months = shown(*panel((40, 20), (4, 0), (30, 15), (50, 25)))["Member Months"]
    assert months == ["40", "fewer than 11", "not shown", "50"]


def test_where_nearly_all_were_seen_the_others_are_not_revealed() -> None:
    found = shown(*panel((40, 20), (40, 38), (40, 25), (40, 15)))
    assert found["Member Months"] == ["40"] * 4
    assert found["Seen Months"] == ["20", "not shown", "25", "not shown"], "and the total does not reveal it"


def test_money_of_a_hidden_month_is_hidden_too_and_members_shows_all() -> None:
    settled, data = panel((40, 20), (4, 0), (30, 15), (50, 25))
    (row,) = settled.rows
    exact = rows_behind(settled, row.party, row.year, data)
    text = to_text(without_small_cells(exact))
    assert (
        "$28.00" not in text
        and "$210.00" not in text
        and "$868.00" in text
        and "--members shows them" in text
    )
    assert "$28.00" in to_text(exact)
    hidden = next(one for one in without_small_cells(exact) if one.term == "Cost").to_json()["periods"][1]
    assert hidden == {"Month": "2024-02", "hidden": "fewer than 11"}
