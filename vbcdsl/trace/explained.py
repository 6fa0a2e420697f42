"""An explanation as JSON, with the records of the trace behind it."""

from __future__ import annotations

from typing import Any

from vbcdsl.results.trace import Explanation
from vbcdsl.trace.facts import Facts
from vbcdsl.trace.records import Tracer, closure


def explained(explanation: Explanation, facts: Facts) -> dict[str, Any]:
    """The explanation in sentences, and `records`: each term that it names with all that it stands on."""
    tracer = Tracer(facts)
    records = list(tracer.records(explanation.party))
    named = {term.term for term in explanation.terms}
    ids = {
        record["id"]
        for record in records
        if record["term"] in named and record["performance_year"] == explanation.year
    }
    return {**explanation.to_json(), "records": closure(records, ids)}
