"""Traces and explanations are what the JSON schema of `vbc.trace/1` says."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from tests.conformance.worked_cases import Case, all_cases, compiled
from tests.trace.test_trace import MSSP, PY2022, traced
from vbcdsl.cli import cli
from vbcdsl.trace.write import schema_text

SCHEMA = json.loads(schema_text())
RECORD = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/record"}]})
EXPLANATION = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/explanation"}]})


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    printed = CliRunner().invoke(cli, ["trace", "--schema"])
    assert printed.exit_code == 0 and json.loads(printed.output) == SCHEMA


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_each_record_of_a_worked_case_is_as_the_schema_says(case: Case) -> None:
    for members in (True, False):
        for record in traced(compiled(case), case.data, members=members)[1][:60]:
            RECORD.validate(json.loads(json.dumps(record)))


def test_a_record_with_a_field_too_many_or_a_number_for_an_amount_is_refused() -> None:
    case = next(case for case in all_cases() if case.id == "MSSP-01")
    record: dict[str, Any] = next(r for r in traced(compiled(case), case.data)[1] if r["role"] == "payment")
    assert RECORD.is_valid(record)
    assert not RECORD.is_valid({**record, "note": "x"})
    assert not RECORD.is_valid({**record, "value": 1323000.0})
    assert not RECORD.is_valid({key: value for key, value in record.items() if key != "section"})


def test_an_explanation_is_as_the_schema_says() -> None:
    done = CliRunner().invoke(cli, ["explain", str(MSSP), "--data", f"aco_results={PY2022}", "--year", "2022",
                                    "--for", "aco_id=A1001", "--rows", "--format", "json"])  # fmt: skip
    assert done.exit_code == 0, done.output
    EXPLANATION.validate(json.loads(done.stdout))
