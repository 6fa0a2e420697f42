"""Every amount of the worked cases is followed down to data, schedules and literals of sections that exist."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.worked_cases import Case, all_cases, compiled
from vbcdsl.compiler import Compiled
from vbcdsl.results.settle import RunOptions, all_records, settle
from vbcdsl.trace import Tracer, find_facts

Records = dict[str, dict[str, Any]]


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_each_amount_ends_in_data_schedules_and_literals_of_sections_that_exist(case: Case) -> None:
    contract = compiled(case)
    settled = settle(contract, case.data, None, RunOptions(inner=True))
    records = {r["id"]: r for r in Tracer(find_facts(settled, case.data), members=True).records()}
    amounts = [
        r for r in records.values() if r["role"] == "payment" or r["term"] in {e.term for e in case.expected}
    ]
    assert amounts
    by_term: dict[str, list[str]] = {}
    for record in records.values():
        by_term.setdefault(record["term"], []).append(record["id"])
    known: dict[str, frozenset[tuple[str, ...]]] = {}
    for amount in amounts:
        if amount.get("value") is None:
            continue
        leaves = _leaves(amount["id"], records, by_term, known, ())
        assert leaves, amount["id"]
        assert [problem for leaf in leaves for problem in _wrong(leaf, contract)] == [], amount["id"]


def _leaves(
    name: str, records: Records, by_term: dict[str, list[str]],
    known: dict[str, frozenset[tuple[str, ...]]], path: tuple[str, ...],
) -> frozenset[tuple[str, ...]]:  # fmt: skip
    """What a record stands on in the end: (kind, name, section). A record that stands on itself is an error."""
    assert name not in path, f"{name} stands on itself: {path}"
    if name in known:
        return known[name]
    record = records[name]
    found: set[tuple[str, ...]] = set()
    for source in record["sources"]:
        named = (
            source.get("column") or source.get("value") or source.get("fact") or source.get("key") or "rows"
        )
        found.add((source["source"], source.get("record", ""), named, source["section"]))
    for entry in record["inputs"]:
        for below in [entry["id"]] if "id" in entry else by_term[entry["term"]]:
            if below in path or below == name:
                # an aggregate over all keys of a term names also those of later periods, which stand on this one
                assert "id" not in entry, f"{name} stands on itself"
                continue
            found |= _leaves(below, records, by_term, known, (*path, name))
    assert found, f"{name} stands on nothing"
    known[name] = frozenset(found)
    return known[name]


def _wrong(leaf: tuple[str, ...], contract: Compiled) -> list[str]:
    kind, record_name, named, section = leaf
    sections = {s for version in contract.versions if version.symbols for s in version.symbols.sections}
    wrong = [] if section in sections else [f"{leaf}: there is no section {section}"]
    if kind in ("data", "schedule"):
        record = all_records(contract.bundle)[record_name]
        keys = {*record.keys, record.clock, "rows"}
        if named not in keys and named not in {column.name for column in record.columns}:
            wrong.append(f"{leaf}: {record_name} has no column {named}")
        if record.is_data is not (kind == "data"):
            wrong.append(f"{leaf}: it is no {kind}")
    elif kind not in ("literal", "calendar", "key"):
        wrong.append(f"{leaf}: {kind} is no source")
    return wrong
