"""A user finds the program that resembles theirs, and every row of the source papers leads somewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vbcdsl.cli import cli
from vbcdsl.diagnostics import VbcError
from vbcdsl.library.page import PAGE, page
from vbcdsl.library.rows import account
from vbcdsl.resources import library_dir

Vbc = Callable[..., Result]


@pytest.fixture
def vbc() -> Vbc:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(cli, [str(each) for each in arguments])

    return run


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A library of one paper with two rows and one contract."""
    (tmp_path / "rows").mkdir()
    shutil.copytree(library_dir() / "louisiana-vbp-withhold", tmp_path / "louisiana-vbp-withhold")
    described = tmp_path / "louisiana-vbp-withhold" / "program.toml"
    described.write_text(described.read_text(encoding="utf-8").replace("S3-13", "P-01"), encoding="utf-8")
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nid = "P"\ntitle = "A paper"\nrows = 2\n', encoding="utf-8"
    )
    (tmp_path / "rows" / "P.toml").write_text(
        '[[row]]\nid = "P-01"\ntitle = "Louisiana"\nstatus = "contract"\nprogram = "louisiana-vbp-withhold"\n'
        '[[row]]\nid = "P-02"\ntitle = "A talk"\nstatus = "names no payment"\n',
        encoding="utf-8",
    )
    return tmp_path


def test_all_93_rows_of_the_papers_are_accounted_for(vbc: Vbc) -> None:
    done = vbc("library", "list", "--format", "json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["rows_named"] == found["rows_accounted_for"] == len(found["rows"]) == 93
    names = {each["name"] for each in found["contracts"]}
    assert all(row["program"] in names for row in found["rows"] if row["status"] != "names no payment")


def test_every_contract_is_described(vbc: Vbc) -> None:
    found = json.loads(vbc("library", "list", "--format", "json").stdout)["contracts"]
    assert not [each["name"] for each in found if each["facts"] is None]


@pytest.mark.parametrize(
    ("choice", "there", "not_there"),
    [
        (("--family", "rebate"), "oklahoma-drug-rebate", "mssp"),
        (("--setting", "Pharmacy"), "drug-outcome-guarantee", "mssp"),
        (("--lan", "3a"), "shared-savings", "shared-risk"),
        (("--lan", "3", "--family", "episode"), "bpci-advanced", "shared-savings"),
        (("--row", "S3-13"), "louisiana-vbp-withhold", "kansas-kancare"),
        (("--row", "S4"), "dental-pay-for-performance", "kansas-kancare"),
    ],
)
def test_contracts_are_chosen_by_family_setting_category_and_row(
    vbc: Vbc, choice: tuple[str, ...], there: str, not_there: str
) -> None:
    done = vbc("library", "list", *choice)
    names = [line.split()[0] for line in done.output.splitlines()[2:]]
    assert there in names
    assert not_there not in names


def test_a_choice_that_nothing_meets_says_so(vbc: Vbc) -> None:
    assert "no such contract" in vbc("library", "list", "--lan", "9").output


def test_words_are_searched_in_the_description_too(vbc: Vbc) -> None:
    found = json.loads(vbc("library", "search", "supplemental", "rebate", "--format", "json").stdout)
    assert [each["name"] for each in found["contracts"]] == ["oklahoma-drug-rebate"]


def test_the_rows_of_a_paper_are_shown_with_their_contract(vbc: Vbc) -> None:
    done = vbc("library", "list", "--papers", "--row", "S3")
    assert done.exit_code == 0
    assert "variant of bpci-advanced" in done.output
    assert "93 rows" in done.output
    assert "0 missing" in done.output


def test_a_row_that_leads_to_a_contract_is_a_contract(small: Path) -> None:
    rows = account(small)
    assert [row.status for row in rows.rows] == ["contract", "names no payment"]
    assert not rows.problems


def test_a_row_whose_contract_is_gone_is_an_error(small: Path) -> None:
    shutil.rmtree(small / "louisiana-vbp-withhold")
    (problem,) = account(small).problems
    assert problem.code == "VBC8036"
    assert "there is no contract louisiana-vbp-withhold" in problem.message


def test_a_row_that_its_contract_does_not_name_is_an_error(small: Path) -> None:
    described = small / "louisiana-vbp-withhold" / "program.toml"
    described.write_text(described.read_text(encoding="utf-8").replace("P-01", "P-09"), encoding="utf-8")
    assert "does not name the row" in account(small).problems[0].message


def test_a_row_that_nobody_wrote_down_is_an_error(small: Path) -> None:
    (small / "sources.toml").write_text(
        '[[source]]\nid = "P"\ntitle = "A paper"\nrows = 3\n', encoding="utf-8"
    )
    rows = account(small)
    assert rows.expected == 3
    assert [row.id for row in rows.missing] == ["P-03"]


def test_a_row_that_the_paper_does_not_have_is_refused(small: Path) -> None:
    (small / "sources.toml").write_text(
        '[[source]]\nid = "P"\ntitle = "A paper"\nrows = 1\n', encoding="utf-8"
    )
    with pytest.raises(VbcError, match="no row P-02"):
        account(small)


def test_a_description_that_lacks_its_setting_is_refused(small: Path) -> None:
    described = small / "louisiana-vbp-withhold" / "program.toml"
    text = described.read_text(encoding="utf-8").replace("setting =", "place =")
    described.write_text(text, encoding="utf-8")
    with pytest.raises(VbcError, match="setting"):
        account(small)


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m vbcdsl.library.page writes it"
