"""Sample data fits the contract's records and is the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest

import vbcdsl
from vbcdsl.sample import make_sample, write_sample

LIBRARY = Path(__file__).parents[2] / "contract_library"


@pytest.fixture(scope="module")
def contract() -> vbcdsl.Contract:
    return vbcdsl.load(LIBRARY / "lakeside")


def test_the_same_seed_gives_the_same_bytes(contract: vbcdsl.Contract, tmp_path: Path) -> None:
    bundle = contract.compiled.bundle
    for name in ("one", "two"):
        write_sample(make_sample(bundle, 100, 2, seed=4), tmp_path / name)
    write_sample(make_sample(bundle, 100, 2, seed=5), tmp_path / "other")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert (tmp_path / "one" / "member_months.csv").read_bytes() != (
        tmp_path / "other" / "member_months.csv"
    ).read_bytes()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_sample_settles_on_both_engines_with_the_same_cents(
    contract: vbcdsl.Contract, tmp_path: Path, kind: str
) -> None:
    write_sample(make_sample(contract.compiled.bundle, 150, 2, seed=2), tmp_path / "data", kind)
    bindings = tmp_path / "data" / "bindings.toml"
    found = [contract.run(bindings=bindings, engine=engine) for engine in ("arrow", "reference")]
    assert not found[0].errors
    assert found[0].payments.equals(found[1].payments)
    assert found[0].settlement.equals(found[1].settlement)


def test_a_sample_has_awkward_rows(contract: vbcdsl.Contract) -> None:
    tables = contract.sample(2000, parties=3)
    months = tables["member_months"]
    members = len(pc.unique(months["member"].cast("string")))
    assert members == 2000
    assert months.num_rows < 12 * members, "some members come late, leave early or have a gap"
    assert pc.any(pc.less(months["inpatient_paid"], 0)).as_py(), "reversals"
    assert months["enrolled"].null_count > 0, "empty cells where the contract has a rule"
    assert months["risk_score"].null_count == 0, "none where a value is required"
    assert pc.max(months["risk_score"]).as_py() <= 20


def test_each_record_has_the_same_parties(contract: vbcdsl.Contract) -> None:
    tables = contract.sample(500, parties=4)
    parties = [set(table["aco"].cast("string").to_pylist()) for table in tables.values()]
    assert all(found == {"A1001", "A1002", "A1003", "A1004"} for found in parties)


def test_the_measures_are_those_of_the_contract(contract: vbcdsl.Contract) -> None:
    measures = set(contract.sample(10)["quality_results"]["measure"].cast("string").to_pylist())
    assert measures == {"Breast Cancer Screening", "Diabetes A1c Control", "Follow-up After Hospital"}


@pytest.mark.parametrize("name", sorted(path.parent.name for path in LIBRARY.glob("*/contract.vbc")))
def test_every_contract_of_the_library_runs_on_its_sample(name: str, tmp_path: Path) -> None:
    contract = vbcdsl.load(LIBRARY / name)
    if contract.compiled.errors:
        pytest.skip("the tests of the library say what is wrong with it")
    write_sample(make_sample(contract.compiled.bundle, 200, 3), tmp_path / "data")
    found = contract.run(bindings=tmp_path / "data" / "bindings.toml")
    assert found.settlement.num_rows > 0
