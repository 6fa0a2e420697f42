"""Test files, `vbc test --against` and the pytest plugin, each on a contract with a good and a changed text."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.testing.test_properties import GOOD, MISPRINT
from vbcdsl.cli import cli

pytest_plugins = ["pytester"]

DATA = """clinic,performance_year,quality_score,benchmark,savings
East,2024,0.8,10000,1000
West,2024,0.95,10000,5000
"""
TESTS = """contract = "contract.vbc"
properties = ["the Share never falls as Quality Score rises"]
[data]
results = "results.csv"
[[settlement]]
name = "the year 2024"
years = [2024]
golden = "golden/2024"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contract.vbc").write_text(GOOD, encoding="utf-8")
    (tmp_path / "results.csv").write_text(DATA, encoding="utf-8")
    (tmp_path / "year.vbctest.toml").write_text(TESTS, encoding="utf-8")
    return tmp_path


def vbc(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_a_settlement_is_written_when_asked_and_compared_afterwards(folder: Path) -> None:
    file = folder / "year.vbctest.toml"
    first = vbc("test", file)
    assert first.exit_code == 1 and "is not there" in first.output
    assert not (folder / "golden").exists()
    assert vbc("test", file, "--update").exit_code == 0
    again = vbc("test", file)
    assert again.exit_code == 0 and "2 of 2 hold" in again.output


def test_a_changed_contract_is_told_by_party_and_column(folder: Path) -> None:
    file = folder / "year.vbctest.toml"
    vbc("test", file, "--update")
    (folder / "contract.vbc").write_text(MISPRINT, encoding="utf-8")
    result = vbc("test", file)
    assert result.exit_code == 1
    assert "settlement.csv: West 2024: net_payment is 250.00, was 1000.00" in result.output
    assert "FAIL property: the Share never falls as Quality Score rises" in result.output


def test_the_checks_of_a_test_file_are_json_and_junit_too(folder: Path) -> None:
    file = folder / "year.vbctest.toml"
    vbc("test", file, "--update")
    document = json.loads(vbc("test", file, "--format", "json").output)[0]
    assert document["met"] and [c["kind"] for c in document["checks"]] == ["settlement", "property"]
    assert 'tests="2" failures="0"' in vbc("test", file, "--format", "junit").output


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('contract = "contract.vbc"', 'contrct = "contract.vbc"'),
        ('contract = "contract.vbc"', ""),
        ("years = [2024]", 'years = "2024"'),
        ('golden = "golden/2024"', ""),
        ("[[settlement]]", "[settlement"),
    ],
)
def test_a_test_file_that_cannot_be_read_says_why(folder: Path, old: str, new: str) -> None:
    file = folder / "year.vbctest.toml"
    file.write_text(TESTS.replace(old, new), encoding="utf-8")
    result = vbc("test", file)
    assert result.exit_code == 1 and "VBC8052" in result.output


def test_examples_whose_result_is_another_under_the_old_text_are_listed(folder: Path) -> None:
    new = folder / "renewal.vbc"
    new.write_text(
        GOOD.replace("| 30%          |", "| 35%          |").replace("$300", "$350"), encoding="utf-8"
    )
    result = vbc("test", new, "--against", folder / "contract.vbc")
    assert result.exit_code == 1
    assert "Share (section 2.2): $300.00 -> $350.00" in result.output
    same = vbc("test", folder / "contract.vbc", "--against", folder / "contract.vbc")
    assert same.exit_code == 0 and same.output.startswith("0 of 1 results differ")


def test_a_fact_that_the_other_text_does_not_know_is_a_difference(folder: Path) -> None:
    new = folder / "renewal.vbc"
    new.write_text(GOOD.replace("Quality Score", "Quality Rate"), encoding="utf-8")
    result = vbc("test", new, "--against", folder / "contract.vbc", "--format", "json")
    found = json.loads(result.output)[0]["results"]
    assert "“Quality Score” is not defined" in {row["new"] for row in found}


def test_pytest_collects_examples_settlements_and_properties(
    folder: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for path in folder.iterdir():
        if path.is_file():
            pytester.path.joinpath(path.name).write_bytes(path.read_bytes())
    pytester.path.joinpath("wrong.vbc").write_text(GOOD.replace("30%", "30 pct"), encoding="utf-8")
    drafts = pytester.mkdir("drafts")
    drafts.joinpath("amendment.vbc").write_text('amendment 1 to "Ladder".', encoding="utf-8")
    plugin = ("-p", "vbcdsl.pytest_plugin", "-p", "no:cacheprovider")
    assert pytester.runpytest(*plugin).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    before = pytester.runpytest(*plugin, "--vbc", "--junitxml=junit.xml")
    before.assert_outcomes(passed=3, failed=2)
    before.stdout.fnmatch_lines(["*settlement.csv is not there*", "*VBC1*"])
    assert 'failures="2"' in pytester.path.joinpath("junit.xml").read_text()
    pytester.path.joinpath("wrong.vbc").unlink()
    pytester.runpytest(*plugin, "--vbc", "--vbc-update").assert_outcomes(passed=4)
    pytester.runpytest(*plugin, "--vbc").assert_outcomes(passed=4)
    pytester.path.joinpath("contract.vbc").write_text(MISPRINT, encoding="utf-8")
    after = pytester.runpytest(*plugin, "--vbc")
    after.assert_outcomes(passed=2, failed=2)
    after.stdout.fnmatch_lines(["*West 2024: net_payment is 250.00, was 1000.00*"])


def test_the_plugin_is_registered_for_everybody_who_installs_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["entry-points"]["pytest11"] == {"vbcdsl": "vbcdsl.pytest_plugin"}
