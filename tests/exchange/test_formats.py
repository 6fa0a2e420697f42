"""Formats of others, each checked by its own schema or library: Table Schema, DMN, OpenLineage, FHIR."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import SpiffWorkflow.dmn.parser as dmn_parser
from click.testing import CliRunner, Result
from fhir.resources.R4B.bundle import Bundle
from frictionless import Package, Resource, Schema
from lxml import etree
from openlineage.client.event_v2 import Job, JobEvent, OutputDataset
from openlineage.client.facet_v2 import column_lineage_dataset as facet
from openlineage.client.serde import Serde

from vbcdsl.cli import cli
from vbcdsl.compiler import compile_path, compile_text
from vbcdsl.exchange.dmn import NAMESPACE, decisions_of
from vbcdsl.exchange.lineage import lineage_event
from vbcdsl.exchange.table_schema import data_package

LIBRARY = Path(__file__).parents[2] / "contract_library"
PROGRAMS = sorted(path.parent for path in LIBRARY.glob("*/contract.vbc"))
DMN = etree.XMLSchema(etree.parse(str(Path(dmn_parser.__file__).parent / "schema" / "DMN13.xsd")))
HEAD = """contract "Small & <b>bold</b>".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the HCP-LAN category is 3A.

1.1 "Results" are records, one for each Clinic in each Performance Year:
    | Column        | Kind                       | If missing |
    | Quality Score | rate written as a fraction | required   |
    | Savings       | money                      | $0         |
    | Tier          | one of "new" or "old"      | required   |
2.1 "Sharing Rate" is set by Quality Score, where exactly one row applies:
    | Quality Score                        | Sharing Rate |
    | less than 60%                        | 0%           |
    | from 60% up to but not including 90% | 30%          |
    | 90% or more                          | 50%          |
2.2 The "New Gate" is met if Tier is "new".
2.3 The Payer must pay the Provider the "Share": Sharing Rate times Savings, but not less than $0,
    if the New Gate is met, otherwise $0.
"""
DATA = (
    "clinic,performance_year,quality_score,savings,tier\nEast <i>,2024,0.8,1000.10,new\nWest,2024,0.95,,old\n"
)


def vbc(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contract.vbc").write_text(HEAD, encoding="utf-8")
    (tmp_path / "results.csv").write_text(DATA, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_the_records_of_every_library_contract_are_a_valid_data_package(path: Path) -> None:
    package = data_package(compile_path(path))
    assert Package.metadata_validate(package) is not None
    for resource in package["resources"]:
        assert Schema.from_descriptor(resource["schema"]).fields


def test_a_file_that_fits_the_contract_fits_its_table_schema_and_another_does_not(folder: Path) -> None:
    [described] = data_package(compile_text(HEAD))["resources"]
    schema = Schema.from_descriptor(described["schema"])
    assert schema.primary_key == ["clinic", "performance_year"]
    assert Resource(path="results.csv", basepath=str(folder), schema=schema).validate().valid
    (folder / "wrong.csv").write_text(DATA.replace("new", "newest").replace("0.95", ""), encoding="utf-8")
    report = Resource(path="wrong.csv", basepath=str(folder), schema=schema).validate()
    assert {error[0] for error in report.flatten(["type"])} == {"constraint-error"}


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_the_tables_of_every_library_contract_are_valid_dmn(path: Path) -> None:
    found = decisions_of(compile_path(path).versions[-1])
    DMN.assertValid(etree.fromstring(found.xml.encode()))


def test_a_table_keeps_its_rows_and_its_boundaries_in_dmn() -> None:
    found = decisions_of(compile_text(HEAD).versions[0])
    assert (found.tables, found.left_out) == (1, ())
    root = etree.fromstring(found.xml.encode())
    names = {"d": NAMESPACE}
    table = root.find(".//d:decisionTable", names)
    assert table is not None and table.get("hitPolicy") == "UNIQUE"
    rules = [[t.text for t in rule.findall(".//d:text", names)] for rule in table.findall("d:rule", names)]
    assert rules == [
        ["< 0.6", "0", "less than 60% | 0%"],
        ["[0.6..0.9)", "0.3", "from 60% up to but not including 90% | 30%"],
        [">= 0.9", "0.5", "90% or more | 50%"],
    ]
    assert root.get("name") == "Small & <b>bold</b>"


def test_marginal_bands_are_a_table_that_sums() -> None:
    found = decisions_of(compile_path(LIBRARY / "lakeside").versions[0])
    assert 'hitPolicy="COLLECT" aggregation="SUM"' in found.xml
    assert "min(Losses, 0.05 * Benchmark)" in found.xml


def _input_field(one: dict[str, Any]) -> facet.InputField:
    steps = [facet.Transformation(**step) for step in one["transformations"]]
    return facet.InputField(one["namespace"], one["name"], one["field"], steps)


def test_the_lineage_is_an_event_of_openlineage(folder: Path) -> None:
    event = lineage_event(compile_text(HEAD).versions[0], "plan", "2026-06-30T12:00:00+00:00")
    made = event["outputs"][0]["facets"]["columnLineage"]["fields"]
    fields = {
        name: facet.Fields(inputFields=[_input_field(one) for one in field["inputFields"]])
        for name, field in made.items()
    }
    output = OutputDataset(
        "plan", "settlement", facets={"columnLineage": facet.ColumnLineageDatasetFacet(fields)}
    )
    theirs = JobEvent(
        eventTime=event["eventTime"], producer=event["producer"], job=Job("plan", "Small"), outputs=[output]
    )
    known = Serde.to_dict(theirs)["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert known == made
    share = {
        i["field"]: [(t["type"], t["description"]) for t in i["transformations"]]
        for i in made["share"]["inputFields"]
    }
    assert share["savings"] == [("DIRECT", "section 2.3, 1.1")]
    assert share["quality_score"] == [("INDIRECT", "section 2.3, 2.1, 1.1")]
    assert share["tier"] == [("INDIRECT", "section 2.3, 2.2, 1.1")]


@pytest.mark.parametrize("path", PROGRAMS[::9], ids=lambda path: path.name)
def test_each_result_of_a_library_contract_has_a_lineage(path: Path) -> None:
    event = lineage_event(compile_path(path).versions[-1], "n", "2026-06-30T12:00:00+00:00")
    assert event["inputs"] and event["outputs"][0]["facets"]["columnLineage"]["fields"]


def fhir(folder: Path, *more: str) -> Result:
    data = f"results={folder / 'results.csv'}"
    return vbc("exchange", "fhir", folder / "contract.vbc", "--data", data, "--date", "2025-06-30", *more)


def bundle(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    text = result.stdout
    found: dict[str, Any] = json.loads(text[text.index("{") :], parse_float=Decimal)
    return found


def test_a_settlement_is_a_valid_bundle_of_fhir_with_exact_amounts(folder: Path) -> None:
    found = bundle(fhir(folder, "--stream", "2.3=ssq"))
    Bundle.model_validate(json.loads(json.dumps(found, default=float)))
    reports = [e["resource"] for e in found["entry"] if e["resource"]["resourceType"] == "MeasureReport"]
    east = next(r for r in reports if r["subject"]["display"] == "East <i>")
    share = next(g for g in east["group"] if g["code"]["text"] == "Share (section 2.3)")
    assert share["measureScore"]["extension"][0]["valueMoney"] == {
        "value": Decimal("300.03"),
        "currency": "USD",
    }
    assert share["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "ssq"
    assert east["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "vbp"
    measure = found["entry"][0]["resource"]
    assert measure["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "3A"


def test_references_of_the_bundle_lead_to_its_resources(folder: Path) -> None:
    found = bundle(fhir(folder))
    known = {entry["fullUrl"] for entry in found["entry"]}
    for entry in found["entry"]:
        if entry["resource"]["resourceType"] == "MeasureReport":
            report = entry["resource"]
            assert {report["measure"], report["reporter"]["reference"]} <= known
            assert report["subject"]["extension"][0]["valueReference"]["reference"] in known


@pytest.mark.parametrize("stream", ["9.9=ssq", "2.3=bonus"])
def test_a_stream_that_is_not_there_is_an_error(folder: Path, stream: str) -> None:
    result = fhir(folder, "--stream", stream)
    assert result.exit_code == 1 and "VBC8070" in result.output


@pytest.mark.parametrize("what", ["schema", "dmn", "lineage"])
def test_the_command_writes_the_same_bytes_again(folder: Path, what: str) -> None:
    time = ("--time", "2026-06-30T12:00:00+00:00") if what == "lineage" else ()
    for name in ("a", "b"):
        result = vbc("exchange", what, folder / "contract.vbc", *time, "--out", folder / name)
        assert result.exit_code == 0, result.output
    assert (folder / "a").read_bytes() == (folder / "b").read_bytes()
