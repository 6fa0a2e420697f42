"""Messages for other programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.diagnostics.render import to_json, to_sarif
from vbcdsl.model.span import Span
from vbcdsl.source import SourceText

SOURCE = SourceText.from_text("one\ntwo three\nfour\n", "my contracts/x.vbc")
FOUND = Diagnostic(
    "VBC8006",
    "bad",
    Span(8, 16),
    section="4.2",
    labels=(Label(Span(0, 3), "see"),),
    help="write so",
    fix="3",
    details=("twice",),
    source=SOURCE,
)
DATA = Diagnostic("VBC5999", "a column is missing", severity="warning")


def test_a_record_has_all_fields_with_or_without_a_place() -> None:
    record, without = to_json([FOUND, DATA])
    assert record == {
        "schema": "vbc.diagnostics/1",
        "code": "VBC8006",
        "severity": "error",
        "message": "bad",
        "section": "4.2",
        "file": "my contracts/x.vbc",
        "line": 2,
        "column": 5,
        "end": {"line": 3, "column": 3},
        "labels": [
            {
                "file": "my contracts/x.vbc",
                "line": 1,
                "column": 1,
                "end": {"line": 1, "column": 4},
                "text": "see",
            }
        ],
        "details": ["twice"],
        "help": "write so",
        "fix": "3",
        "url": "docs/reference/errors/VBC8006.md",
    }
    assert without.keys() == record.keys()
    assert [without[k] for k in ("file", "line", "column", "end", "section", "help", "fix")] == [None] * 7
    json.dumps([record, without])


def test_sarif_has_a_rule_for_each_code_and_a_region_for_each_place() -> None:
    log = to_sarif([FOUND, DATA, FOUND])
    json.dumps(log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["VBC5999", "VBC8006"]
    assert [r["ruleId"] for r in run["results"]] == [rules[r["ruleIndex"]] for r in run["results"]]
    first, data, _ = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "my%20contracts/x.vbc", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 2, "startColumn": 5, "endLine": 3, "endColumn": 3}
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "3"}
    assert data["level"] == "warning"
    assert "locations" not in data


def test_sarif_names_files_relative_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, uri in ((tmp_path / "a.vbc", "a.vbc"), (tmp_path.parent / "b.vbc", None)):
        source = SourceText.from_text("x", str(path))
        result = to_sarif([Diagnostic("VBC1001", "m", Span(0, 1), source=source)])["runs"][0]["results"][0]
        found = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert found == (uri or path.as_uri())
