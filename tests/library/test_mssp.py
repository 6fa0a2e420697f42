"""The Medicare Shared Savings Program contract pays what CMS published, under the text in force in each year."""

from __future__ import annotations

import csv
import random
from fractions import Fraction
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.data import load_bindings
from vbcdsl.diagnostics import RunError
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.settlement import Settled
from vbcdsl.testing.examples import run_examples

FOLDER = Path(__file__).parents[2] / "contract_library" / "mssp"
ENGINES = ("reference", "arrow")
READ = (
    "aco_id", "performance_year", "track", "n_ab", "abtot_bnchmk", "bnchmk_min_exp", "qual_score", "met_qps",
    "dis_adj", "min_sav_perc_published",
)  # fmt: skip
CENT = Fraction(1, 100)
Row = dict[str, str]


@cache
def contract() -> Compiled:
    return compile_path(FOLDER)


@cache
def published(year: int) -> tuple[Row, ...]:
    with (FOLDER / "data" / f"mssp_PY{year}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def paid(year: int) -> dict[str, Fraction]:
    return {row["aco_id"]: Fraction(row["earn_save_loss_published"]) for row in published(year)}


def settled(
    rows: list[Row] | tuple[Row, ...], engine: str, entered: list[dict[str, object]] | None = None
) -> Settled:
    """Settle rows of the tidy files, of which the contract gets only the columns that it may read."""
    inputs: dict[str, object] = {
        "aco_results": pa.table({name: [row[name] for row in rows] for name in READ})
    }
    if entered is not None:
        inputs["entered_values"] = pa.Table.from_pylist(entered)
    years = tuple(sorted({int(row["performance_year"]) for row in rows}))
    bindings = load_bindings(FOLDER / "bindings.toml")
    return settle(contract(), inputs, bindings, RunOptions(years=years, engine=engine))


def net(result: Settled) -> dict[str, Fraction]:
    assert result.errors == ()
    amounts = {row.party: row.net for row in result.rows}
    assert not any(isinstance(amount, RunError) for amount in amounts.values())
    return {party: amount for party, amount in amounts.items() if isinstance(amount, Fraction)}


def one(year: int, track: str, engine: str = "arrow", **more: str) -> Row:
    """A row with 20,000 beneficiaries and savings of 5% of a benchmark of $100,000,000."""
    return {
        "aco_id": "A1", "performance_year": str(year), "track": track, "n_ab": "20000",
        "abtot_bnchmk": "100000000", "bnchmk_min_exp": "5000000", "qual_score": "0.8", "met_qps": "1",
        "dis_adj": "", "min_sav_perc_published": "0.02", **more,
    }  # fmt: skip


def value(row: Row, term: str, **entered: object) -> object:
    """What the text in force in the year of the row gives for a term, the same by both engines."""
    key = {"aco_id": row["aco_id"], "performance_year": int(row["performance_year"])}
    given = [{**key, **entered}] if entered else None
    found = [settled([row], engine, given).rows[0].values[term] for engine in ENGINES]
    assert isinstance(found[0], RunError) or found[0] == found[1]
    return found[0]


def test_the_contract_has_no_errors_and_no_warnings() -> None:
    assert [d.message for d in contract().diagnostics if d.severity in ("error", "warning")] == []


def test_every_example_agrees_on_both_engines_and_every_section_is_reached() -> None:
    report = run_examples(contract(), ENGINES)
    assert [case.example for case in report.cases if not case.met] == []
    assert len(report.cases) >= 60
    assert list(report.unreached) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("year", "rows", "differ"),
    [
        (2014, 333, set()),
        (2021, 475, {"A1515", "A2820", "A4627"}),  # a loss limit on revenue, which is not public
        (2022, 482, {"A1070"}),  # likewise
    ],
)
def test_published_payments_are_reproduced_to_the_dollar(
    year: int, rows: int, differ: set[str], engine: str
) -> None:
    amounts, expected = net(settled(published(year), engine)), paid(year)
    assert len(amounts) == len(expected) == rows
    assert {aco for aco in expected if abs(amounts[aco] - expected[aco]) > 1} == differ


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("year", "rows"), [(2016, 432), (2017, 472)])
def test_published_payments_lie_within_the_rounding_of_the_published_quality_score(
    year: int, rows: int, engine: str
) -> None:
    def with_score_moved(by: str) -> list[Row]:
        return [
            {**row, "qual_score": f"{float(Fraction(row['qual_score']) + Fraction(by)):.5f}"}
            for row in published(year)
        ]

    low, high = (net(settled(with_score_moved(by), engine)) for by in ("-0.00005", "0.00005"))
    expected = paid(year)
    assert len(expected) == rows
    assert [aco for aco in expected if not low[aco] - 1 <= expected[aco] <= high[aco] + 1] == []


@pytest.mark.parametrize("year", [2014, 2016, 2017, 2021, 2022])
def test_both_engines_give_the_same_cents_for_shuffled_rows(year: int) -> None:
    rows = list(published(year))
    in_order = net(settled(rows, "reference"))
    random.Random(year).shuffle(rows)
    assert net(settled(rows, "arrow")) == in_order
    assert all((amount / CENT).denominator == 1 for amount in in_order.values())


def test_the_file_as_published_gives_the_same_payments_as_the_tidy_one() -> None:
    bindings = load_bindings(FOLDER / "bindings" / "raw_py2022.toml")
    raw = settle(contract(), {}, bindings, RunOptions(years=(2022,)))
    assert net(raw) == net(settled(published(2022), "arrow"))


def test_the_gate_compares_unrounded_rates() -> None:
    (row,) = (row for row in published(2021) if row["aco_id"] == "A2833")
    assert round(float(value(row, "Savings Rate")), 4) == 0.0298  # type: ignore[arg-type]
    assert round(float(value(row, "Minimum Savings Rate")), 4) == 0.0298  # type: ignore[arg-type]
    assert value(row, "Savings Test") is False


def test_each_text_governs_its_years() -> None:
    first = contract().bundle.calendar.years[0].start.year
    texts = {v.amendments: [first + n - 1 for n in v.years] for v in contract().versions}
    assert texts == {
        (): [2014, 2015],
        (1,): [2016, 2017],
        (1, 2): [2018],
        (1, 2, 3): [2019, 2020],
        (1, 2, 3, 4): [2021, 2022],
        (1, 2, 3, 4, 5): [2023],
        (1, 2, 3, 4, 5, 6): [2024],
    }


def test_amendment_1_adds_track_3_and_elected_minimum_rates() -> None:
    assert isinstance(value(one(2015, "3"), "Maximum Sharing Rate"), RunError)
    assert value(one(2016, "3"), "Maximum Sharing Rate") == Fraction(3, 4)
    elected = {"min_sav_perc_published": "0.005"}
    assert value(one(2015, "2", **elected), "Minimum Savings Rate") == Fraction(2, 100)
    assert value(one(2016, "2", **elected), "Minimum Savings Rate") == Fraction(5, 1000)
    scale = {"min_sav_perc_published": "0.025"}
    assert value(one(2016, "2", **scale, n_ab="49999"), "Minimum Savings Rate") == Fraction(22, 1000)
    assert value(one(2016, "1", **elected), "Minimum Savings Rate") == Fraction(25, 1000)


def test_amendment_2_adds_track_1_plus() -> None:
    loss = {"bnchmk_min_exp": "-20000000"}
    assert isinstance(value(one(2017, "1+", **loss), "Shared Loss Payment"), RunError)
    assert value(one(2018, "1+", **loss), "Shared Loss Payment") == 4_000_000


def test_amendment_3_adds_basic_and_enhanced_and_lifts_sequestration() -> None:
    assert isinstance(value(one(2018, "EN"), "Maximum Sharing Rate"), RunError)
    for track, rate in {"A": 40, "B": 40, "C": 50, "D": 50, "E": 50, "EN": 75}.items():
        assert value(one(2019, track), "Maximum Sharing Rate") == Fraction(rate, 100)
    for track, limit in {"C": 1, "D": 2, "E": 4, "EN": 15}.items():
        assert value(one(2019, track), "Loss Limit") == Fraction(limit, 100)
    assert value(one(2018, "1"), "Shared Savings Payment") == 1_960_000
    assert value(one(2019, "1"), "Shared Savings Payment") == 2_000_000
    assert value(one(2019, "1"), "Shared Savings Payment", months_counted=6) == 1_000_000


def test_amendment_4_pays_the_maximum_rate_where_the_standard_is_met() -> None:
    assert value(one(2020, "EN"), "Shared Savings Payment") == 3_000_000
    assert value(one(2021, "EN"), "Shared Savings Payment") == 3_675_000
    assert value(one(2021, "EN", met_qps="0"), "Shared Savings Payment") == 0


def test_amendment_5_pays_the_scaled_rate_under_the_alternative_standard() -> None:
    missed = {"met_qps": "0"}
    assert value(one(2022, "EN", **missed), "Shared Savings Payment", alternative_standard_met=True) == 0
    assert (
        value(one(2023, "EN", **missed), "Shared Savings Payment", alternative_standard_met=True) == 2_940_000
    )
    assert value(one(2023, "EN", **missed), "Shared Savings Payment") == 0


def test_amendment_6_pays_half_of_the_rate_below_the_minimum_savings_rate() -> None:
    below = {"bnchmk_min_exp": "1000000"}
    entered = {"half_rate_eligible": True}
    assert "Reduced Shared Savings Payment" not in settled([one(2023, "A", **below)], "arrow").rows[0].values
    assert value(one(2024, "A", **below), "Reduced Shared Savings Payment", **entered) == 196_000
    assert value(one(2024, "A", **below), "Reduced Shared Savings Payment") == 0
    assert value(one(2024, "A"), "Reduced Shared Savings Payment", **entered) == 0


@pytest.mark.parametrize(("year_in_track", "expected"), [(1, 5_000_000), (2, 6_240_000), (3, 6_240_000)])
def test_the_payer_may_enter_the_year_in_the_track(year_in_track: int, expected: int) -> None:
    row = one(2014, "2", bnchmk_min_exp="-12000000")
    assert value(row, "Shared Loss Payment", year_in_track=year_in_track) == expected
