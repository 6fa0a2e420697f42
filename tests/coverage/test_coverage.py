"""What the examples of a contract reach, and the examples that are missing."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from vbcdsl.cli import cli
from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.coverage import measure_coverage, suggest_examples
from vbcdsl.testing.examples import run_examples

CONTRACT = """contract "Coverage".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
Article 1. Data.
1.1 "Results" are records, one for each Clinic in each Performance Year:
    | Column  | Kind                       | If missing |
    | Score   | rate written as a fraction | required   |
    | Savings | money                      | required   |
Article 2. Money.
2.1 "Sharing Rate" is set by Score, where exactly one row applies:
    | Score                                | Sharing Rate |
    | less than 60%                        | 0%           |
    | from 60% up to but not including 80% | 30%          |
    | 80% or more                          | 50%          |
2.2 The Payer must pay the Provider the "Share": Sharing Rate times Savings if Savings is more than $100,
    otherwise $0.
2.3 The Payer must pay the Provider the "Fee": $5.
example "in the middle":
  given Score is 60% and Savings is $1,000, expect the Share is $300.
"""


def _contract(more: str = "") -> Compiled:
    compiled = compile_text(CONTRACT + more, "coverage.vbc")
    assert not compiled.errors
    return compiled


def test_a_section_that_no_example_reaches_is_named() -> None:
    coverage = measure_coverage(_contract())
    assert coverage.of("section") == (2, 3)
    assert "section 2.3, Fee: no example reaches this section" in coverage.to_text()


def test_rows_of_a_table_are_reached_by_the_value_that_was_computed() -> None:
    rows = {goal.label: goal.met for goal in measure_coverage(_contract()).goals if goal.kind == "row"}
    taken = [label for label, met in rows.items() if met]
    assert any("from 60%" in label for label in taken)
    assert not any("80% or more" in label for label in taken)


def test_a_value_on_the_edge_belongs_to_the_side_that_includes_it() -> None:
    edges = {g.label: g.missing for g in measure_coverage(_contract()).goals if g.kind == "threshold"}
    assert edges["60%"] == ("below",)  # 60% itself is in the upper row
    assert edges["80%"] == ("at",)
    assert edges["Savings is more than $100"] == ("at",)  # $100 itself is not more than $100


def test_the_suggested_examples_agree_with_both_engines_and_close_the_gaps() -> None:
    drafts = suggest_examples(_contract())
    assert drafts
    contract = _contract("".join(draft.text + "\n" for draft in drafts))
    assert run_examples(contract, ("reference", "arrow")).met
    after = measure_coverage(contract)
    assert after.of("threshold")[0] == after.of("threshold")[1]


def test_an_lcov_trace_file_names_sections_lines_and_sides() -> None:
    text = measure_coverage(_contract()).to_lcov()
    assert text.startswith("TN:\nSF:coverage.vbc\n") and text.endswith("end_of_record\n")
    assert re.search(r"^FNDA:0,2\.3 Fee$", text, re.M)
    assert re.search(r"^BRDA:\d+,\d+,\d+,(-|\d+)$", text, re.M)


def test_the_command_prints_coverage_writes_lcov_and_suggests(tmp_path: Path) -> None:
    file = tmp_path / "contract.vbc"
    file.write_text(CONTRACT, encoding="utf-8")
    trace = tmp_path / "coverage.info"
    done = CliRunner().invoke(cli, ["test", str(file), "--coverage", "--lcov", str(trace)])
    assert done.exit_code == 0 and "sections: 2 of 3" in done.output and trace.exists()
    done = CliRunner().invoke(cli, ["test", str(file), "--suggest"])
    assert done.exit_code == 0 and 'example "' in done.output


def test_a_contract_is_exported_with_the_definitions_that_it_uses(tmp_path: Path) -> None:
    file = tmp_path / "contract.vbc"
    file.write_text(CONTRACT.replace("Article 2.", "-- a note to ourselves\nArticle 2."), encoding="utf-8")
    done = CliRunner().invoke(cli, ["export", str(file), "--with-definitions"])
    assert done.exit_code == 0
    assert "a note to ourselves" not in done.output
    assert "Appendix. Language definition" in done.output and "Q29." in done.output
