"""An explanation as JSON, with the records of the trace behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vbcdsl.data import Bindings
from vbcdsl.results.settlement import Settled
from vbcdsl.results.trace import Explanation
from vbcdsl.trace.facts import find_facts
from vbcdsl.trace.records import Tracer, closure


def explained(
    explanation: Explanation, settled: Settled, inputs: Mapping[str, object], bindings: Bindings | None,
    threads: int = 2,
) -> dict[str, Any]:  # fmt: skip
    """The explanation in sentences, and `records`: each term that it names with all that it stands on."""
    tracer = Tracer(find_facts(settled, inputs, bindings, threads))
    records = list(tracer.records(explanation.party))
    named = {term.term for term in explanation.terms}
    ids = {
        record["id"]
        for record in records
        if record["term"] in named and record["performance_year"] == explanation.year
    }
    return {**explanation.to_json(), "records": closure(records, ids)}
