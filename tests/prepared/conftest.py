"""Lakeside with a little data in files, and small contracts whose rows can be compared one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import vbcdsl
from vbcdsl.data import open_store
from vbcdsl.data.rows import rows
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.results.settle import all_records

RECORDS = ("member_months", "quality_results", "financial_schedule")


@pytest.fixture(scope="session")
def lakeside() -> vbcdsl.Contract:
    """The Lakeside contract."""
    return vbcdsl.load("contract_library/lakeside")


@pytest.fixture(scope="session")
def files(lakeside: vbcdsl.Contract, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Parquet files of 400 members of 3 ACOs in two years."""
    folder = tmp_path_factory.mktemp("files")
    for name, table in lakeside.sample(400, parties=3, years=(2024, 2025)).items():
        pq.write_table(table, folder / f"{name}.parquet")
    return {name: str(folder / f"{name}.parquet") for name in RECORDS}


@pytest.fixture(scope="session")
def store(lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared store of these files; not to be changed."""
    return lakeside.prepare(files, tmp_path_factory.mktemp("stores") / "store")


def paid(settlement: vbcdsl.Settlement) -> list[Any]:
    """What everybody gets, and every term by party and year."""
    return [(r.party, r.year.label, r.values, [(p.name, p.amount) for p in r.payments])
            for r in settlement.settled.rows]  # fmt: skip


def same_rows(contract: vbcdsl.Contract, one: object, other: object, record: str) -> None:
    """Both hold the same rows of a record, in any order."""
    records = all_records(contract.compiled.bundle)
    (found,) = [r for r in records.values() if r.id == record]
    names = tuple(column.name for column in found.columns)
    counted = [
        Counter(
            tuple(row[n] for n in names)
            for row in rows(
                open_store({found.name: found}, contract.compiled.bundle.calendar, {record: data}).source(
                    found.name
                ),
                names,
            )
        )
        for data in (one, other)
    ]
    assert counted[0] == counted[1] and counted[0].total() > 0


def refused(code: str, doing: Callable[[], object]) -> Diagnostic:
    """The message of an error with this code."""
    with pytest.raises(VbcError) as caught:
        doing()
    (found,) = [d for d in caught.value.diagnostics if d.code == code] or [None]
    assert found is not None, [d.message for d in caught.value.diagnostics]
    assert "Traceback" not in found.message
    return found
