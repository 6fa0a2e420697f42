"""A total, a count or an average written inside a sentence has its own line in an explanation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from vbcdsl.api import load
from vbcdsl.cli import cli

CLINIC = """\
contract "Clinic".
language version 1.
the Payer is "Plan".
the Provider is each Clinic.
effective January 1, 2024 through December 31, 2024.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Visits" are records, one for each Member in each Month:
    | Column | Kind                      | If missing |
    | Clinic | text                      | required   |
    | Seen   | yes or no                 | required   |
    | Paid   | money                     | required   |
    | Score  | rate written as a percent | not scored |
1.2 "Results" are records, one for each Clinic and Measure in each Performance Year:
    | Column | Kind                      | If missing |
    | Rate   | rate written as a percent | not scored |
2.1 "Sharing Rate" means 40%.
2.2 "Panel" means the number of Members.
2.3 "Average Cost" means (the total of Paid where Seen) divided by (Panel counted as a number),
    or $0 if the divisor is zero.
2.4 "Engaged" means (the average of Score over the Visits that are scored) plus 1 percentage point,
    or 0% if it is not scored.
2.5 The "Quality Gate" is met if (the number of Visits where Seen) is at least 2
    and at least 1 of the Measures that are scored have Rate at least 70%.
2.6 "Fee Rate" is set by the average of Rate over all Measures that are scored, where exactly one row applies:
    | Average       | Fee Rate |
    | 60% or more   | $3       |
    | less than 60% | $2       |
    | not scored    | $0       |
2.7 "Busiest" means the largest of Paid over the Visits where Seen.
3.1 The Payer must pay the Provider the "Share": Sharing Rate times (the total of Paid where Seen),
    but not more than 10% of (the total of Paid), only if the Quality Gate is met.
3.2 The Payer must pay the Provider the "Fee": (Fee Rate times (the number of Visits))
    plus (Engaged times Average Cost).
"""
VISITS = """\
Member,Month,Clinic,Seen,Paid,Score
M1,2024-01,K1,yes,100,50
M1,2024-02,K1,no,30,
M2,2024-01,K1,yes,250,70
M3,2024-05,K1,yes,80.10,
M4,2024-05,K2,no,10,10
"""
RESULTS = """\
Clinic,Measure,Performance Year,Rate
K1,A1c,2024,75
K1,BP,2024,
K1,CBP,2024,60
K2,A1c,2024,
"""


@pytest.fixture
def explained(tmp_path: Path) -> Callable[..., str]:
    """What `vbc explain` prints about a clinic."""
    for name, text in (("clinic.vbc", CLINIC), ("visits.csv", VISITS), ("results.csv", RESULTS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    data = [f"--data={name}={tmp_path / name}.csv" for name in ("visits", "results")]

    def run(clinic: str, *more: str) -> str:
        arguments = ["explain", str(tmp_path / "clinic.vbc"), *data, "--for", f"clinic={clinic}", *more]
        done = CliRunner().invoke(cli, arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_each_total_count_and_average_has_its_words_its_value_and_its_number_of_rows(
    explained: Callable[..., str], golden: Callable[[str, str], None]
) -> None:
    golden("explain/parts.txt", explained("K1"))


def test_the_document_has_the_same_lines(
    explained: Callable[..., str], golden: Callable[[str, str], None]
) -> None:
    document = json.loads(explained("K1", "--format", "json"))
    assert document.pop("records")
    golden("explain/parts.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    lines = {(s["text"], s["value"]) for s in steps(document["terms"]) if s["kind"] == "aggregate"}
    assert ("the total of Paid where Seen, over 3 rows of Visits", "$430.10") in lines


def test_a_single_term_has_only_its_own_lines(explained: Callable[..., str]) -> None:
    text = explained("K1", "--term", "average_cost")
    assert "the total of Paid where Seen, over 3 rows of Visits = $430.10" in text
    assert "the average of Score" not in text


def test_where_nothing_was_measured_the_line_says_so(explained: Callable[..., str]) -> None:
    text = " ".join(explained("K2", "--term", "fee_rate").split())
    assert (
        "the average of Rate over all Measures that are scored, over 0 rows of Results = not scored" in text
    )


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_every_engine_gives_the_same_lines(explained: Callable[..., str], engine: str) -> None:
    assert explained("K1", "--engine", engine) == explained("K1")


def test_a_notebook_shows_the_lines_too_if_the_data_can_be_read_again() -> None:
    tables = {"visits": table(VISITS), "results": table(RESULTS)}
    line = "the total of Paid where Seen, over 3 rows of Visits = $430.10"
    contract = load(CLINIC)
    assert line in str(contract.run(tables).explain("K1"))
    assert line in contract.explain("K1", data=tables)._repr_html_()
    streams = {name: pa.RecordBatchReader.from_stream(each) for name, each in tables.items()}
    once = str(contract.run(streams).explain("K1"))
    assert "Sharing Rate (40%) times the total of Paid where Seen" in once and line not in once


def test_no_member_is_named_and_no_value_of_a_member_is_shown(explained: Callable[..., str]) -> None:
    for more in ((), ("--format", "json")):
        text = explained("K1", *more)
        assert not any(member in text for member in ("M1", "M2", "M3"))
        assert "$250" not in text and "$80.10" not in text


def steps(found: Any) -> list[dict[str, Any]]:
    """All steps of a document."""
    if isinstance(found, list):
        return [step for one in found for step in steps(one)]
    if not isinstance(found, dict):
        return []
    below = [step for value in found.values() for step in steps(value)]
    return [found, *below] if "kind" in found else below


def table(text: str) -> pa.Table:
    """The rows of a file as texts."""
    head, *rows = [line.split(",") for line in text.splitlines()]
    return pa.table({name: [row[at] or None for row in rows] for at, name in enumerate(head)})
