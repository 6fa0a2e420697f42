"""`evaluate(bundle, store, request) -> Results` with the readings of data done by Spark's executors."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from vbcdsl.data.store import Store
from vbcdsl.engines.arrow.evaluate import Evaluation
from vbcdsl.engines.arrow.plan import Streamed
from vbcdsl.engines.arrow.results import collect
from vbcdsl.engines.arrow.scan import Grouped, Reading
from vbcdsl.engines.interface import Request, Results
from vbcdsl.engines.needs import on_needed
from vbcdsl.engines.spark.jobs import Found, Job, run_jobs
from vbcdsl.engines.spark.scan import SparkReading
from vbcdsl.engines.spark.session import session
from vbcdsl.rules.program import Bundle, Record

LEAST_BYTES: Final = 32 << 20
VARIABLE: Final = "VBCDSL_SPARK_LEAST_BYTES"


class SparkEvaluation(Evaluation):
    """An evaluation whose readings run on Spark. `least_bytes`: smaller records are read on the driver.
    `on_spark`: the records read there, with their rows; `on_driver`: those that were not, with the reason;
    `moved_bytes`: what executors sent to the driver; `run_job`: how a job is run."""

    def __init__(
        self, bundle: Bundle, store: Store, request: Request, least_bytes: int | None = None
    ) -> None:
        super().__init__(bundle, store, request)
        given = os.environ.get(VARIABLE, "")
        self.least_bytes = (
            least_bytes if least_bytes is not None else int(given) if given.isdigit() else LEAST_BYTES
        )
        self.on_spark: list[tuple[str, int]] = []
        self.on_driver: list[tuple[str, str]] = []
        self.moved_bytes = 0
        self.run_job: Callable[[Job], Found] = self._alone

    def reading(
        self, record: Record, streams: list[Streamed], keysets: set[Grouped], years: set[int]
    ) -> Reading:
        """One pass over the rows of a record, by executors."""
        return SparkReading(self, record, streams, keysets, years)

    def _alone(self, job: Job) -> Found:
        return run_jobs(session(self.request.threads), [job])[0]


def evaluate(bundle: Bundle, store: Store, request: Request) -> Results:
    """The values of the terms asked for. `VbcError` if Spark or Java is not there."""
    session(request.threads)
    return on_needed(_evaluated, bundle, store, request)


def _evaluated(bundle: Bundle, store: Store, request: Request) -> Results:
    evaluation = SparkEvaluation(bundle, store, request)
    evaluation.read()
    return collect(evaluation)
