"""Every scenario is settled to the same cent as the contract with its text changed by hand."""

from __future__ import annotations

import csv
import random
from fractions import Fraction
from pathlib import Path

import attrs
import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

import vbcdsl
from tests.scenarios.lakeside import cents, lakeside
from vbcdsl.api import Contract
from vbcdsl.cli import cli
from vbcdsl.compiler import Compiled, compile_path, compile_text
from vbcdsl.diagnostics import VbcError
from vbcdsl.resources import library_dir
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.scenarios.outcome import Outcome
from vbcdsl.scenarios.places import LiteralPlace, find_place
from vbcdsl.scenarios.plan import Scenarios, plan_scenarios, shown
from vbcdsl.scenarios.rewrite import Varied
from vbcdsl.scenarios.simulate import simulate

LIBRARY = library_dir()
SHARED = LIBRARY / "shared-savings"


def one_text(name: str) -> Compiled:
    """A contract of the library as one text that stands alone."""
    compiled = compile_path(LIBRARY / name)
    return compile_text(compiled.versions[-1].text) if compiled.amendments else compiled


def changed_by_hand(compiled: Compiled, scenarios: Scenarios, line: int) -> Compiled:
    """The contract with the numbers of a scenario written in its text."""
    text = compiled.base.text
    edits = []
    for varied in scenarios.varied:
        if varied.values[line] is None:
            continue
        assert isinstance(varied.place, LiteralPlace)
        for start, end in varied.place.spans[id(compiled.program)]:
            unit = text[start:end].partition(" per ")
            edits.append((start, end, shown(varied.values[line], varied) + unit[1] + unit[2]))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return compile_text(text)


def differences(
    compiled: Compiled,
    outcome: Outcome,
    data: dict[str, object],
    engine: str = "arrow",
    lines: list[int] | None = None,
) -> tuple[list[str], int]:
    """Where a scenario pays something else than the changed text does, and how many payments were compared."""
    found, compared = [], 0
    for line in lines if lines is not None else range(len(outcome.scenarios)):
        by_hand = changed_by_hand(compiled, outcome.scenarios, line)
        assert not by_hand.errors, by_hand.errors
        want = {
            (row.party, row.year.label, p.name): p
            for row in settle(by_hand, data, None, RunOptions(engine=engine)).rows
            for p in row.payments
        }
        for year in outcome.years:
            for payment in year.payments:
                shape = (len(outcome.scenarios), len(year.parties))
                values = np.broadcast_to(payment.values, shape)[line]
                wrong = None if payment.wrong is None else np.broadcast_to(payment.wrong, shape)[line]
                for place, party in enumerate(year.parties):
                    expected = want.get((party, year.year.label, payment.name))
                    if expected is None:
                        continue
                    compared += 1
                    failed = wrong is not None and bool(wrong[place])
                    if not isinstance(expected.amount, Fraction):
                        same = failed
                    else:
                        sign = 1 if expected.payer == payment.payer else -1
                        same = (
                            not failed and Fraction(int(values[place]), payment.den) == sign * expected.amount
                        )
                    if not same:
                        found.append(f"{line} {year.year.label} {party} {payment.name}")
    return found, compared


@pytest.fixture(scope="module")
def lake() -> tuple[Compiled, dict[str, object]]:
    return lakeside()


VARIED = [
    {"4.2 row 4": "30%..50% by 10%", '4.5 "10%"': "1%, 5%"},  # a table row and a cap
    {
        '4.1 "3.9%" every': "2%, 4.123%",
        "4.4 row 2": "10%, 55.55%",
        '4.7 "$3.50"': "$2.33, $3.335",
    },  # lines, bands
    {'2.2 "$250,000"': "$1,000, $3,333.33"},  # the limit for each member
    {'3.4 "100"': "60, 110", '4.9 "105%"': "1%, 3.3%", '4.8 "110"': "0, 115"},  # gates, an aggregate limit
    {'3.1 "30"': "10, 50, 400", '4.2 "60%" every': "33%, 70%"},  # measures that are not scored
    {
        "4.2 row 3": "normal(30%, 4%)",
        '4.4 "2%" every': "uniform(1%, 3%)",
        "4.4 row 3": "triangular(60%, 80%, 100%)",
    },
]


@pytest.mark.parametrize("vary", VARIED)
def test_each_scenario_pays_what_the_changed_text_pays(
    lake: tuple[Compiled, dict[str, object]], vary: dict[str, str]
) -> None:
    compiled, data = lake
    scenarios = plan_scenarios(compiled, vary.items(), draws=5)
    found, compared = differences(compiled, simulate(compiled, scenarios, data), data)
    assert not found
    assert compared > 200


def test_a_scenario_pays_what_the_reference_engine_pays(lake: tuple[Compiled, dict[str, object]]) -> None:
    compiled, _ = lake
    data = lakeside(6, 18)[1]
    scenarios = plan_scenarios(
        compiled, [("4.2 row 4", "30%..50% by 10%"), ('2.2 "$250,000"', "$3,333.33, $9,000")]
    )
    outcome = simulate(compiled, scenarios, data)
    found, compared = differences(compiled, outcome, data, "reference", [0, 3, 6])
    assert not found
    assert compared > 30


FAMILIES = [
    ("shared-savings", '3.1 "4%" every'),  # carry-forward from year to year
    ("tenncare-quiltss", None),  # a pool
    ("mssp", None),  # amendments, prior years
    ("oregon-cco-incentives", None),  # a pool
    ("vermont-all-payer-aco", None),
    ("new-hampshire-dsrip", None),
    ("south-dakota-health-homes", None),
    ("louisiana-vbp-withhold", None),
]


@pytest.mark.parametrize(("name", "address"), FAMILIES)
def test_contracts_of_every_family_pay_what_the_changed_text_pays(name: str, address: str | None) -> None:
    compiled = one_text(name)
    data = dict(Contract(compiled).sample(60, parties=4, seed=2))
    draw = random.Random(name)
    tried = 0
    for varied in numbers_of(compiled, address, draw):
        scenarios = Scenarios((varied,), ("as written", "less", "more"))
        if any(changed_by_hand(compiled, scenarios, line).errors for line in (1, 2)):
            continue  # the checker refuses the changed text: a gap in a table
        found, _ = differences(compiled, simulate(compiled, scenarios, data), data)
        assert not found, varied.place.label
        tried += 1
        if tried == 3:
            break
    assert tried


def numbers_of(compiled: Compiled, address: str | None, draw: random.Random) -> list[Varied]:
    """Numbers of the text, each a tenth less and a tenth more."""
    from vbcdsl.scenarios.places import _numbers

    text = compiled.base.text
    wanted = [address] if address else []
    if address is None:
        for section in sorted({t.section for t in compiled.program.terms.values() if not t.hidden}):
            for start, end in _numbers(compiled.program, text, section):
                wanted.append(f'{section} "{text[start:end].split(" per ")[0]}" every')
        wanted = list(dict.fromkeys(wanted))
        draw.shuffle(wanted)
    found = []
    for each in wanted[:40]:
        place = find_place(compiled, each)
        assert isinstance(place, LiteralPlace) and isinstance(place.value, Fraction)
        values = (None, place.value * Fraction(9, 10), place.value * Fraction(11, 10))
        if place.value and not (place.kind.base == "count" and any(v and v.denominator > 1 for v in values)):
            found.append(Varied(place, values))
    return found


# ---------------------------------------------------------------- what can be varied


def test_a_term_has_one_value_in_each_scenario_whatever_its_table_says(
    lake: tuple[Compiled, dict[str, object]],
) -> None:
    compiled, data = lake
    scenarios = plan_scenarios(compiled, [("Sharing Rate", "20%, 35%")])
    outcome = simulate(compiled, scenarios, data)
    start = compiled.base.text.index('4.2 "Sharing Rate"')
    end = compiled.base.text.index('4.3 "Downside')
    for line, rate in ((1, "20%"), (2, "35%")):
        text = compiled.base.text[:start] + f'4.2 "Sharing Rate" means {rate}.\n' + compiled.base.text[end:]
        by_hand = settle(compile_text(text), data)
        paid = sum((r.net for r in by_hand.rows if isinstance(r.net, Fraction)), Fraction(0))
        assert outcome.summary()[line].total == paid
    assert outcome.summary()[0].total == sum((r.net for r in settle(compiled, data).rows), Fraction(0))


def test_a_column_of_one_key_is_varied_for_that_key_alone(lake: tuple[Compiled, dict[str, object]]) -> None:
    compiled, data = lake
    scenarios = plan_scenarios(compiled, [('Capitation for ACO "A03"', "$1")])
    outcome = simulate(compiled, scenarios, data)
    table = data["financial_schedule"]
    assert isinstance(table, pa.Table)
    rows = table.to_pylist()
    for row in rows:
        if row["aco"] == "A03":
            row["capitation"] = cents(100)
    by_hand = settle(
        compiled, {**data, "financial_schedule": pa.Table.from_pylist(rows, schema=table.schema)}
    )
    paid = sum((r.net for r in by_hand.rows if isinstance(r.net, Fraction)), Fraction(0))
    assert outcome.summary()[1].total == paid
    with pytest.raises(VbcError, match="no ACO is “A99”"):
        simulate(compiled, plan_scenarios(compiled, [('Capitation for ACO "A99"', "$1")]), data)


def test_a_target_of_the_measure_table_moves_the_quality_gate(
    lake: tuple[Compiled, dict[str, object]],
) -> None:
    compiled, data = lake
    vary = [('Target for "Breast Cancer Screening"', "50%, 90%")]
    outcome = simulate(compiled, plan_scenarios(compiled, vary), data)
    for line, target in ((1, "50%"), (2, "90%")):
        text = compiled.base.text.replace(
            '"Breast Cancer Screening"  | 70% ', f'"Breast Cancer Screening"  | {target} '
        )
        assert text != compiled.base.text
        total = sum((r.net for r in settle(compile_text(text), data).rows), Fraction(0))
        assert outcome.summary()[line].total == total


def test_a_number_inside_a_total_over_a_large_record_is_read_again(
    lake: tuple[Compiled, dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled, data = lake
    text = compiled.base.text.replace(
        "Outpatient Paid)\n    where Enrolled", "Outpatient Paid)\n    where Risk Score is at least 1.5"
    )
    compiled = compile_text(text)
    assert not compiled.errors
    scenarios = plan_scenarios(compiled, [('2.2 "1.5"', "0.5, 1.75")])
    in_memory = simulate(compiled, scenarios, data)
    monkeypatch.setattr("vbcdsl.scenarios.simulate.IN_MEMORY", 0)
    again = simulate(compiled, scenarios, data)
    assert (in_memory.readings, again.readings) == (1, 3)
    assert again.reads_again == ('2.2 "1.5"',)
    for outcome in (in_memory, again):
        assert not differences(compiled, outcome, data)[0]


@pytest.mark.parametrize(
    ("address", "values", "code", "words"),
    [
        ("Sharng Rate", "1%", "VBC8040", "did you mean Sharing Rate"),
        ("Shared Loss Payment", "$1", "VBC8040", "is a payment"),
        ("4.1 row 2", "1%", "VBC8040", "is not one number"),
        ('4.1 "3.9%"', "1%", "VBC8040", "2 times"),
        ("4.2 row 9", "1%", "VBC8040", "has 5 rows"),
        ("4.2 row 4 in 2031", "1%", "VBC8040", "there is no performance year 2031"),
        ("4.2 row 4", "0.4", "VBC8041", "percent sign"),
        ("4.2 row 4", "40%..50% by 3%", "VBC8041", "do not reach"),
        ("4.2 row 4", "50%..40% by 5%", "VBC8041", "goes up"),
        ("4.2 row 4", "normal(40%)", "VBC8041", "takes 2 numbers"),
        ('4.7 "$3.50"', "3%", "VBC8041", "is a percentage"),
    ],
)
def test_what_cannot_be_varied_says_what_can(
    lake: tuple[Compiled, dict[str, object]], address: str, values: str, code: str, words: str
) -> None:
    with pytest.raises(VbcError) as caught:
        plan_scenarios(lake[0], [(address, values)])
    first = caught.value.diagnostics[0]
    assert first.code == code
    assert words in f"{first.message} {first.help}"


def test_the_same_seed_draws_the_same_decimals(lake: tuple[Compiled, dict[str, object]]) -> None:
    vary = [("4.2 row 4", "normal(40%, 4%) to 1 place"), ('4.5 "10%"', "uniform(5%, 15%)")]
    first, again = (plan_scenarios(lake[0], vary, draws=50, seed=9) for _ in range(2))
    other = plan_scenarios(lake[0], vary, draws=50, seed=10)
    assert [v.values for v in first.varied] == [v.values for v in again.varied]
    assert first.varied[0].values != other.varied[0].values
    assert all(isinstance(x, Fraction) and 1000 % x.denominator == 0 for x in first.varied[0].values[1:])
    assert all(
        isinstance(x, Fraction) and Fraction(5, 100) <= x <= Fraction(15, 100)
        for x in first.varied[1].values[1:]
    )


def test_several_things_are_crossed_or_paired(lake: tuple[Compiled, dict[str, object]]) -> None:
    vary = [("4.2 row 3", "20%, 30%, 40%"), ('4.5 "10%"', "5%, 10%, 15%")]
    assert len(plan_scenarios(lake[0], vary)) == 10
    assert len(plan_scenarios(lake[0], vary, paired=True)) == 4
    with pytest.raises(VbcError, match="one length"):
        plan_scenarios(lake[0], [vary[0], ('4.5 "10%"', "5%")], paired=True)
    with pytest.raises(VbcError, match="the same thing"):
        plan_scenarios(lake[0], [("4.2 row 3", "20%"), ("Sharing Rate row 3", "30%")])


# ---------------------------------------------------------------- the command, files, Python


def data_options() -> list[str]:
    """The data of the shared savings contract, as options."""
    names = ("member_years", "benchmark_rates", "quality_results")
    return [part for name in names for part in ("--data", f"{name}={SHARED / 'data' / name}.csv")]


def test_the_command_writes_its_files_and_the_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    args = [
        "simulate",
        str(SHARED),
        *data_options(),
        "--vary",
        "Sharing Rate=normal(50%, 5%)",
        "--draws",
        "20",
    ]
    for name in ("a", "b"):
        done = CliRunner().invoke(cli, [*args, "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    for file in ("scenarios.csv", "payments.csv", "chart.svg"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    with (tmp_path / "a" / "payments.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 21 * 4
    with (tmp_path / "a" / "scenarios.csv").open(encoding="utf-8") as handle:
        summary = list(csv.DictReader(handle))
    for line in summary:
        paid = sum(Fraction(r["net_payment"]) for r in rows if r["scenario"] == line["scenario"])
        assert Fraction(line["total_net_payment"]) == paid


def test_a_file_of_scenarios_names_them_and_an_empty_cell_is_as_written(tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    file.write_text('scenario,Sharing Rate,"3.1 ""4%"" every"\nours,45%,\ntheirs,60%,3%\n', encoding="utf-8")
    done = CliRunner().invoke(
        cli, ["simulate", str(SHARED), *data_options(), "--scenarios", str(file), "--format", "csv"]
    )
    assert done.exit_code == 0, done.output
    lines = list(csv.DictReader(done.stdout.splitlines()))
    assert [line["scenario"] for line in lines] == ["as written", "ours", "theirs"]
    assert lines[1]['3.1 "4%" every'] == "4%"


def test_python_gives_tables_and_a_chart() -> None:
    data = {p.stem: p for p in (SHARED / "data").glob("*.csv")}
    found = vbcdsl.simulate(SHARED, {"Sharing Rate": "40%..60% by 10%"}, data)
    assert found.payments.num_rows == 16
    assert found.summary.column("Sharing Rate").to_pylist() == ["50%", "40%", "50%", "60%"]
    assert found.chart.startswith("<svg")
    assert not found.errors
    plain = vbcdsl.run(SHARED, data).settlement.column("net_payment").to_pylist()
    rows = found.payments.to_pylist()
    assert sum(plain) == sum(row["net_payment"] for row in rows if row["scenario"] == "as written")


def test_parties_that_depend_on_each_other_are_not_drawn_again() -> None:
    from vbcdsl.scenarios.bootstrap import bootstrap

    compiled = one_text("tenncare-quiltss")
    data = dict(Contract(compiled).sample(60, parties=4, seed=2))
    varied = numbers_of(compiled, None, random.Random(1))[:1]
    outcome = simulate(
        compiled,
        Scenarios(tuple(attrs.evolve(v, values=v.values[:1]) for v in varied), ("as written",)),
        data,
    )
    with pytest.raises(VbcError, match="other parties"):
        bootstrap(outcome, 10)
