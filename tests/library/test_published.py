"""What the library says of published settlements holds: the counts of `vbc library reproduce`, on both engines."""

from __future__ import annotations

import re
import runpy
import shutil
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from vbcdsl.cli import cli
from vbcdsl.diagnostics import VbcError
from vbcdsl.library.reproduce import Outcome, checks_of, half_up, number, reproduce, reproduces

LIBRARY = Path(__file__).parents[2] / "contract_library"
HVBP = "hospital-value-based-purchasing"
PUBLISHED = {
    "mssp": [(2014, 333, 333), (2016, 432, 432), (2017, 472, 472), (2021, 475, 472), (2022, 482, 481)],
    "esrd-quality-incentive": [(2020, 1000, 1000)] * 3,
    "hospital-readmissions": [(2019, 1, 1), (2020, 1, 1), (2021, 1, 1), (2022, 1, 1)],
    HVBP: [(2023, 26061, 26061)] * 3
    + [(2023, 1241, 1241)] * 3
    + [(2023, 952, 952)] * 2
    + [(2023, 1241, 1241)] * 2,
}


@cache
def outcomes(name: str) -> tuple[Outcome, ...]:
    return reproduce(LIBRARY / name)


def counts(found: tuple[Outcome, ...]) -> list[tuple[int, int, int]]:
    return [(o.check.year, o.rows, o.agreeing) for o in found]


def test_every_program_with_published_settlements_is_tested_here() -> None:
    assert {path.parent.name for path in LIBRARY.glob("*/program.toml") if reproduces(path.parent)} == set(
        PUBLISHED
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_settlements_are_reproduced(name: str) -> None:
    assert counts(outcomes(name)) == PUBLISHED[name]
    assert all(outcome.met for outcome in outcomes(name))


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name != HVBP])
def test_the_reference_engine_reproduces_them_too(name: str) -> None:
    assert [(o.rows, o.agreeing, o.largest) for o in reproduce(LIBRARY / name, "reference")] == [
        (o.rows, o.agreeing, o.largest) for o in outcomes(name)
    ]


def test_the_reference_engine_reproduces_a_sample_of_the_hospitals(tmp_path: Path) -> None:
    folder = tmp_path / HVBP
    shutil.copytree(LIBRARY / HVBP, folder)
    kept = frozenset(
        line.split(",")[1]
        for line in (folder / "data/hvbp_FY2024_tps_even.csv").read_text("utf-8").splitlines()[1::20]
    )
    for path in (folder / "data").glob("*.csv"):
        first, *lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text(first + "".join(line for line in lines if kept & set(line.split(",")[:2])), "utf-8")
    found = reproduce(folder, "reference")
    assert [(o.check.title, o.agreeing, len(o.differing)) for o in found] == [
        (o.check.title, o.rows, 0) for o in found
    ]
    assert [o.rows for o in found[:4]] == [21 * len(kept)] * 3 + [len(kept)]


def test_published_payments_of_mssp_differ_by_a_dollar_at_most_where_they_agree() -> None:
    by_year = {outcome.check.year: outcome for outcome in outcomes("mssp")}
    assert by_year[2014].largest <= 1
    assert [row.key for row in by_year[2021].differing] == ["A1515", "A2820", "A4627"]
    assert [row.key for row in by_year[2022].differing] == ["A1070"]


@pytest.mark.parametrize(
    ("name", "script", "written"),
    [
        ("esrd-quality-incentive", "one_row_for_each_measure.py", "measure_scores.csv"),
        (HVBP, "read_off_surgical_scores.py", "surgical_scores_read_off.csv"),
    ],
)
def test_reshaped_data_are_what_their_script_writes(
    name: str, script: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(LIBRARY / name / "data", tmp_path / "data")
    (tmp_path / "data" / written).unlink()
    monkeypatch.chdir(tmp_path / "data")
    runpy.run_path(script, run_name="__main__")
    assert (tmp_path / "data" / written).read_bytes() == (LIBRARY / name / "data" / written).read_bytes()


def test_the_command_prints_rows_agreeing_rows_and_the_largest_difference() -> None:
    result = CliRunner().invoke(cli, ["library", "reproduce", "hospital-readmissions"])
    assert result.exit_code == 0, result.output
    head, _, first, *_ = result.output.splitlines()
    assert head.split("  ")[-1].strip() == "Largest difference"
    assert re.fullmatch(r"Payment adjustment factor, fiscal year 2020 +2019 +1 +1 +0", first)


def copied(tmp_path: Path, change: tuple[str, str], file: str = "program.toml") -> Path:
    folder = tmp_path / "changed"
    shutil.copytree(LIBRARY / "hospital-readmissions", folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert change[0] in text
    (folder / file).write_text(text.replace(*change), encoding="utf-8")
    return folder


def test_a_contract_that_no_longer_gives_what_was_published_is_found_out(tmp_path: Path) -> None:
    folder = copied(tmp_path, ("is less than 25", "is less than 500"), "contract.vbc")
    first, *_ = reproduce(folder)
    assert (first.met, first.agreeing, first.largest) == (False, 0, Fraction(16, 1000))
    (row,) = first.differing
    assert (row.published, row.computed) == ("0.984", "1")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('"Payment Adjustment Factor"', '"Factor"'), "no term “Factor”"),
        (("payment_adjustment_factor_published", "factor"), "no column “factor”"),
        (("agree = 1", 'keys = { Measure = "measure" }'), "has no key “Measure”"),
        (("agree = 1", "agrees = 1"), "“agrees” is no key"),
        (("year = 2019", 'year = "first"'), "cannot be read"),
        (('where = { fiscal_year = "2020" }', ""), "two values"),
    ],
)
def test_a_mistake_in_the_description_is_named(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    with pytest.raises(VbcError) as stopped:
        reproduce(copied(tmp_path, change))
    (found,) = stopped.value.diagnostics
    assert found.code == "VBC8034"
    assert why in found.message


def test_a_contract_without_published_settlements_says_so() -> None:
    with pytest.raises(VbcError) as stopped:
        checks_of(LIBRARY / "lakeside")
    assert stopped.value.diagnostics[0].code == "VBC8033"


def test_published_numbers_are_read_exactly() -> None:
    assert [number(text) for text in ("-1,234.5", "$5", "0.50%")] == [Fraction(-2469, 2), 5, Fraction(1, 200)]
    assert [half_up(Fraction(n, 2), 0) for n in (1, -1, 3)] == [1, -1, 2]
