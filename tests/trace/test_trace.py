"""Every amount has a trace whose leaves are data, schedule values or literals of the contract, with sections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.conformance.worked_cases import Case, all_cases, compiled
from vbcdsl.cli import cli
from vbcdsl.compiler import compile_path
from vbcdsl.data import Bindings, load_bindings
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.settlement import Settled
from vbcdsl.trace import Tracer, find_facts

MSSP = Path(__file__).parents[2] / "contract_library" / "mssp"
PY2022 = MSSP / "data" / "mssp_PY2022.csv"

Records = list[dict[str, Any]]


def traced(contract: Any, data: Any, bindings: Bindings | None = None, year: int | None = None,
           members: bool = True) -> tuple[Settled, Records]:  # fmt: skip
    options = RunOptions(() if year is None else (year,), inner=True)
    settled = settle(contract, data, bindings, options)
    return settled, list(Tracer(find_facts(settled, data, bindings), members).records())


def case_named(name: str) -> Case:
    return next(case for case in all_cases() if case.id == name)


def walk(records: Records) -> list[str]:
    """What is wrong when each record is followed down to its sources."""
    by_id = {record["id"]: record for record in records}
    by_term: dict[str, Records] = {}
    for record in records:
        by_term.setdefault(record["term"], []).append(record)
    wrong = []
    for record in records:
        if not record["section"]:
            wrong.append(f"{record['id']}: no section")
        if record.get("evaluated_again") == "differs":
            wrong.append(f"{record['id']}: evaluated again it differs")
        if record.get("value") is not None and not record["inputs"] and not record["sources"]:
            wrong.append(f"{record['id']}: it stands on nothing")
        for entry in record["inputs"]:
            if "id" in entry:
                below = by_id.get(entry["id"])
                if below is None:
                    wrong.append(f"{record['id']}: no record {entry['id']}")
                elif "value" in entry and below.get("fraction", below["value"]) != entry["value"]:
                    wrong.append(f"{record['id']}: {entry['id']} is {below['value']}, not {entry['value']}")
            elif entry["term"] not in by_term:
                wrong.append(f"{record['id']}: no record of {entry['term']}")
        for source in record["sources"]:
            if source["source"] not in ("data", "schedule", "literal", "calendar", "key"):
                wrong.append(f"{record['id']}: {source}")
            if not source["section"]:
                wrong.append(f"{record['id']}: a source without a section: {source}")
        wrong += [
            f"{record['id']}: a rule without a section: {r}" for r in record["rules"] if not r["section"]
        ]
    return wrong


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_each_amount_of_a_worked_case_has_a_trace_down_to_its_sources(case: Case) -> None:
    settled, records = traced(compiled(case), case.data)
    assert walk(records) == []
    have = {(r["term"], tuple(sorted(r["at"].items()))) for r in records}
    for name, values in settled.results.terms.items():
        for key, _ in values.items():
            at = {dim: getattr(part, "label", part) for dim, part in zip(values.grain, key, strict=True)}
            assert (name, tuple(sorted(at.items()))) in have


def test_all_482_acos_of_2022_have_a_trace_of_each_amount() -> None:
    settled, records = traced(
        compile_path(MSSP), {"aco_results": PY2022}, load_bindings(MSSP / "bindings.toml"), 2022
    )
    assert len(settled.rows) == 482
    assert walk(records) == []
    assert len([r for r in records if r["role"] == "payment"]) == 2 * 482


def test_a_sentence_that_sets_another_aside_is_named_with_what_would_have_been_due() -> None:
    _, records = traced(compiled(case_named("MSSP-10")), case_named("MSSP-10").data)
    (found,) = [d for r in records for d in r["displaced"]][:1]
    assert found["how"] == "notwithstanding"
    assert found["section"] != found["by"]
    assert found["would_be"] != found["is"]


def test_a_limit_on_the_total_of_payments_shows_what_was_due_before_it() -> None:
    found = [
        (case.id, d)
        for case in all_cases()
        if "must not exceed" in case.contract.read_text(encoding="utf-8")
        for r in traced(compiled(case), case.data)[1]
        for d in r["displaced"]
        if d["how"] == "limit on a total"
    ]
    assert found
    assert all(d["would_be"] != d["is"] and d["section"] != d["by"] for _, d in found)


def test_a_row_of_a_table_and_a_rounding_are_named() -> None:
    _, records = traced(compiled(case_named("MSSP-01")), case_named("MSSP-01").data)
    rows = [rule for r in records for rule in r["rules"] if rule["rule"] == "row"]
    assert rows and all(rule["words"] and rule["number"] >= 1 for rule in rows)
    payment = next(r for r in records if r["term"] == "Performance Payment")
    (rounding,) = payment["roundings"]
    assert rounding["after"] == payment["value"] == "1323000.00"
    assert rounding["section"] == payment["section"]


def test_values_of_single_members_are_left_out_unless_asked_for() -> None:
    for case in all_cases():
        contract = compiled(case)
        _, with_members = traced(contract, case.data)
        _, without = traced(contract, case.data, members=False)
        assert not [r for r in without if "Member" in r["at"] and "value" in r]
        if len(without) < len(with_members):
            left_out = [r for r in without if "members_left_out" in r]
            assert left_out and walk(without) == []
            return
    raise AssertionError("no case has members")


def test_the_file_has_one_record_on_each_line_and_only_the_party_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "trace.jsonl"
    arguments = ["trace", str(MSSP), "--data", f"aco_results={PY2022}", "--year", "2022"]
    done = CliRunner().invoke(cli, [*arguments, "--for", "aco_id=A1001", "--out", str(out)])
    assert done.exit_code == 0, done.output
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert {r["schema"] for r in records} == {"vbc.trace/1"}
    assert {r["at"].get("ACO ID", "A1001") for r in records} == {"A1001"}
    assert walk(records) == []
    again = CliRunner().invoke(cli, [*arguments, "--for", "aco_id=A1001", "--out", str(out)])
    assert again.exit_code == 1 and "exists already" in again.output


def test_an_explanation_as_json_holds_the_records_behind_it() -> None:
    done = CliRunner().invoke(
        cli, ["explain", str(MSSP), "--data", f"aco_results={PY2022}", "--year", "2022", "--for",
              "aco_id=A1001", "--format", "json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["schema"] == "vbc.trace/1"
    assert walk(document["records"]) == []
    assert {"Shared Savings Payment", "Savings", "Benchmark"} <= {r["term"] for r in document["records"]}
