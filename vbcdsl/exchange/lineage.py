"""Column lineage of a settlement as an OpenLineage event: the columns behind each result, and the sections.

A column is a DIRECT input if its value flows into the result and INDIRECT if it only decides (a gate, a row of a
table, a `where`). The event describes the contract as a job; it needs no data. Specification: OpenLineage 2-0-2,
column lineage facet 1-2-0.
"""

from __future__ import annotations

from typing import Any, Final

from vbcdsl.compiler import Version
from vbcdsl.results.settlement import YEARLY
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import children

_EVENT: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"
_FACET: Final = (
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
)
_PRODUCER: Final = "https://pypi.org/project/vbcdsl"
_Key = tuple[str, str]  # record and column


def lineage_event(version: Version, namespace: str, time: str) -> dict[str, Any]:
    """The event. `time`: when, in ISO 8601 with a zone; the same contract and time give the same event."""
    program = version.program
    assert program is not None
    found = _Lineage(program)
    fields: dict[str, Any] = {}
    used: dict[str, None] = {}
    for term in program.terms.values():
        if term.hidden or term.role == "input" or not set(term.grain) <= {program.party, *YEARLY}:
            continue
        inputs = found.of(term)
        used |= dict.fromkeys(record for record, _ in inputs)
        fields[term.id] = {
            "inputFields": [_input(program, namespace, key, how) for key, how in sorted(inputs.items())]
        }
    title = program.title
    return {
        "eventTime": time,
        "producer": _PRODUCER,
        "schemaURL": _EVENT,
        "job": {"namespace": namespace, "name": title, "facets": {}},
        "inputs": [{"namespace": namespace, "name": program.records[record].id} for record in sorted(used)],
        "outputs": [{
            "namespace": namespace,
            "name": "settlement",
            "facets": {"columnLineage": {"_producer": _PRODUCER, "_schemaURL": _FACET, "fields": fields}},
        }],
    }  # fmt: skip


def _input(program: Program, namespace: str, key: _Key, how: dict[bool, tuple[str, ...]]) -> dict[str, Any]:
    record, column = program.records[key[0]], key[1]
    steps = [
        {
            "type": "DIRECT" if direct else "INDIRECT",
            "subtype": "AGGREGATION" if direct else "CONDITIONAL",
            "description": f"section {', '.join(sections)}",
            "masking": False,
        }
        for direct, sections in sorted(how.items(), reverse=True)
    ]
    return {
        "namespace": namespace,
        "name": record.id,
        "field": record.column(column).id,
        "transformations": steps,
    }


class _Lineage:
    """The inputs of each term: (record, column) → whether its value flows → the sections on the way."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._known: dict[str, dict[_Key, dict[bool, tuple[str, ...]]]] = {}

    def of(self, term: Term) -> dict[_Key, dict[bool, tuple[str, ...]]]:
        """All columns behind a term, through the terms that it stands on."""
        if term.name in self._known:
            return self._known[term.name]
        self._known[term.name] = {}  # a reference to itself in an earlier period adds nothing
        found: dict[_Key, dict[bool, dict[str, None]]] = {}
        self._walk(term.expr, True, term, found)
        done = {key: {direct: tuple(s) for direct, s in how.items()} for key, how in found.items()}
        self._known[term.name] = done
        return done

    def _walk(
        self, node: n.Node, direct: bool, term: Term, found: dict[_Key, dict[bool, dict[str, None]]]
    ) -> None:
        if isinstance(node, n.Col):
            self._add(found, (node.record, node.column), direct, (term.section,))
        elif isinstance(node, n.Ref) and node.term in self.program.terms:
            for key, how in self.of(self.program.terms[node.term]).items():
                for flows, sections in how.items():
                    self._add(found, key, direct and flows, (term.section, *sections))
        deciding = self._deciding(node)
        for child in children(node):
            self._walk(child, direct and id(child) not in deciding, term, found)

    def _deciding(self, node: n.Node) -> set[int]:
        """The parts of a node that decide and do not flow."""
        match node:
            case n.Case(branches=branches):
                return {id(condition) for condition, _ in branches}
            case n.Lookup(subjects=subjects, rows=rows):
                values = {id(row.value) for row in rows}
                return {id(child) for child in children(node)} - values | {id(s) for s in subjects}
            case n.Aggregate(where=where) if where is not None:
                return {id(where)}
            case n.Compare() | n.All() | n.AnyOf() | n.Not() | n.CountOf() | n.Quantified():
                return {id(child) for child in children(node)}
        return set()

    @staticmethod
    def _add(
        found: dict[_Key, dict[bool, dict[str, None]]], key: _Key, direct: bool, sections: tuple[str, ...]
    ) -> None:
        found.setdefault(key, {}).setdefault(direct, {}).update(dict.fromkeys(s for s in sections if s))
