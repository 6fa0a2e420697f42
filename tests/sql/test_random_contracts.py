"""Random contracts on random data: what SQL says is what the columnar engine says, or SQL says nothing."""

from __future__ import annotations

import duckdb
import pytest

from tests.property.compare import Refused, compiled
from tests.property.generate import of_seed
from tests.sql.running import expected, in_sql, loaded
from tests.sql.test_settlement import sayable
from vbcdsl.data import open_store
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.sql.settlement import settlement_sql


def compared(seed: int) -> int:
    """How many values of a random contract are the same; 0 if SQL stops, or a check finds what is wrong."""
    case = of_seed(seed)
    try:
        contract = compiled(case)
    except Refused:
        return 0
    tables = {name: table.arrow(None) for name, table in case.tables.items()}
    store = open_store(contract.program.records, contract.bundle.calendar, tables)
    database = loaded(contract, store)
    terms, _ = sayable(contract, tuple(case.years), database)
    if not terms or database.unreadable:
        return 0
    written = settlement_sql(contract, tuple(case.years), terms, database.of)
    if written.checks and database.connection.execute(written.checks).fetchall():
        return 0
    try:
        found = in_sql(database.connection, written)
    except (duckdb.InvalidInputException, duckdb.OutOfRangeException) as stopped:
        assert "section " in str(stopped) or "verflow" in str(stopped)
        return 0
    try:
        wanted = expected(contract, store, tuple(case.years), terms)
    except VbcError as error:
        raise AssertionError(f"{seed}: SQL has no error, the engine has {error}") from None
    assert not any(isinstance(value, RunError) for value in wanted.values()), seed
    assert found == wanted, seed
    return len(found)


@pytest.mark.parametrize("first", [5000, 5020])
def test_what_sql_says_is_what_the_columnar_engine_says(first: int) -> None:
    assert sum(compared(seed) for seed in range(first, first + 20)) > 100
