"""`evaluate(bundle, store, request) -> Results` with the readings of data done in DuckDB."""

from __future__ import annotations

from vbcdsl.data.readers.database import duckdb_module
from vbcdsl.data.store import Store
from vbcdsl.engines.arrow.evaluate import Evaluation
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.results import collect
from vbcdsl.engines.arrow.scan import Grouped, Reading
from vbcdsl.engines.duckdb.scan import SqlReading
from vbcdsl.engines.interface import Request, Results
from vbcdsl.engines.needs import on_needed
from vbcdsl.rules.program import Bundle, Record


class DuckEvaluation(Evaluation):
    """An evaluation whose readings are SQL as far as they can be. `done_in_sql`: record and aggregates of each
    reading that was; `not_in_sql`: the reason of each that was not."""

    def __init__(self, bundle: Bundle, store: Store, request: Request) -> None:
        super().__init__(bundle, store, request)
        self.done_in_sql: list[tuple[str, int]] = []
        self.not_in_sql: list[tuple[str, str]] = []

    def reading(
        self, record: Record, streams: list[Streamed], keysets: set[Grouped], years: set[int]
    ) -> Reading:
        """One pass over the rows of a record, by DuckDB."""
        return SqlReading(self, record, streams, keysets, years)


def evaluate(bundle: Bundle, store: Store, request: Request) -> Results:
    """The values of the terms asked for. `VbcError` if DuckDB is not installed."""
    duckdb_module()
    return on_needed(_evaluated, bundle, store, request)


def _evaluated(bundle: Bundle, store: Store, request: Request) -> Results:
    evaluation = DuckEvaluation(bundle, store, request)
    evaluation.read()
    return collect(evaluation)
