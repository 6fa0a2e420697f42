"""Each lint that the design asks for has a code, a page and a contract that trips over it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from vbcdsl.cli import cli
from vbcdsl.diagnostics.codes import ALL
from vbcdsl.diagnostics.lints import LINTS, OF_REAL_CLAUSES
from vbcdsl.diagnostics.pages import FOLDER, lints

CONTRACTS = Path(__file__).parent / "contracts"
ASSERTED = {
    code
    for path in CONTRACTS.glob("*.vbc")
    for code in re.findall(r"--\s*[EWN]:\s*(VBC\d{4})", path.read_text(encoding="utf-8"))
}
OF_CONTRACTS = sorted(code for code in ALL if code[3] in "12347")
# the mistakes of lawyers and analysts by the codes that say them
MISTAKES = {
    "a boundary word": {"VBC1101", "VBC1102"},
    "no otherwise": {"VBC1005"},
    "tiers with gaps or overlaps": {
        "VBC4001",
        "VBC4002",
        "VBC4013",
        "VBC4005",
        "VBC4006",
        "VBC4007",
        "VBC4008",
    },
    "units and kinds mixed": {"VBC3002", "VBC3004", "VBC3010", "VBC3011", "VBC3012"},
    "an undefined term": {"VBC2010"},
    "percent of what": {"VBC3003", "VBC3005"},
    "a section that does not exist": {"VBC2017", "VBC2018", "VBC2019", "VBC2027"},
    "an amendment that misses": {"VBC7003", "VBC7007", "VBC7009", "VBC7010"},
    "dates that nothing covers": {"VBC4003", "VBC4004"},
    "a limit or rounding in an unclear place": {"VBC1006", "VBC1007", "VBC1008", "VBC1009"},
}


def test_the_fourteen_lints_of_real_clauses_are_all_there() -> None:
    assert len(OF_REAL_CLAUSES) == 14
    assert all(lint.codes for lint in OF_REAL_CLAUSES)


@pytest.mark.parametrize("lint", LINTS, ids=lambda lint: lint.finds)
def test_a_lint_has_a_page_and_a_contract_that_trips_over_it(lint: object) -> None:
    for code in lint.codes:  # type: ignore[attr-defined]
        assert (FOLDER / f"{code}.md").exists()
        assert code in ASSERTED


def test_the_page_of_the_lints_is_up_to_date() -> None:
    assert (FOLDER.parent / "lints.md").read_text(encoding="utf-8") == lints()


@pytest.mark.parametrize("code", [c for c in OF_CONTRACTS if c[3] in "1234"])
def test_a_code_about_the_text_has_a_wrong_contract(code: str) -> None:
    assert code in ASSERTED


def test_at_least_forty_are_mistakes_of_lawyers_and_analysts() -> None:
    wanted = set().union(*MISTAKES.values())
    found = {
        path.name
        for path in CONTRACTS.glob("*.vbc")
        if wanted & set(re.findall(r"--\s*[EWN]:\s*(VBC\d{4})", path.read_text(encoding="utf-8")))
    }
    assert len(found) >= 40, len(found)
    for sort, codes in MISTAKES.items():
        assert codes & ASSERTED, sort


def test_check_explains_a_code() -> None:
    said = CliRunner().invoke(cli, ["check", "--explain", "vbc4101"])
    assert said.exit_code == 0
    assert said.output.startswith("# VBC4101: a jump at the edge of a row")
    unknown = CliRunner().invoke(cli, ["check", "--explain", "VBC4999"])
    assert unknown.exit_code == 2
    assert "no message has the code VBC4999" in " ".join(unknown.output.split())
