"""The plan reads each record once for each level and computes a term after all it uses."""

from __future__ import annotations

from pathlib import Path

from vbcdsl.compiler import compile_path
from vbcdsl.plan import make_plan

LAKESIDE = Path(__file__).parents[2] / "contract_library" / "lakeside"


def test_member_months_are_read_once_for_three_terms() -> None:
    plan = make_plan(compile_path(LAKESIDE).program)
    scans = [stage for stage in plan.stages if stage.what == "scan"]
    assert [stage.record for stage in scans] == ["Member Months"]
    assert scans[0].terms == ("Enrolled Months", "Annual Cost", "Average Risk Score")
    assert "Inpatient Paid" in scans[0].columns


def test_every_term_is_computed_once_after_the_terms_it_uses() -> None:
    program = compile_path(LAKESIDE).program
    order = [name for stage in make_plan(program).stages if stage.what != "scan" for name in stage.terms]
    assert sorted(order) == sorted(program.terms)
    levels = {name: stage.level for stage in make_plan(program).stages for name in stage.terms}
    for term in program.terms.values():
        assert all(levels[used] <= levels[term.name] for used in term.uses)
