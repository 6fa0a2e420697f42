"""The conformance suite on Spark: every answer, worked case, construct and library contract, with every record of
their data read by executors.

The cases run in threads, and a few of them share each Spark job: what a case computes is what it computes alone.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from tests.conformance import worked_cases
from tests.conformance.answers import running
from tests.conformance.engines import test_nodes as nodes
from tests.library import test_library as library
from tests.tools_here import needs
from vbcdsl.data import load_bindings, open_store
from vbcdsl.data.store import Store
from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import evaluate as arrow
from vbcdsl.engines.arrow.results import collect
from vbcdsl.engines.interface import Request, Results
from vbcdsl.engines.spark.evaluate import SparkEvaluation
from vbcdsl.engines.spark.jobs import Found, Job, run_jobs
from vbcdsl.engines.spark.session import session
from vbcdsl.results.settle import all_records
from vbcdsl.rules.program import Bundle

pytestmark = [pytest.mark.xdist_group("spark"), needs("java", "default-jre-headless")]
TOGETHER = 24


@attrs.define
class Shared:
    """Spark for many threads: whatever jobs wait are run as one."""

    waiting: queue.Queue[tuple[Job, Future[Found]] | None] = attrs.field(factory=queue.Queue)
    records: int = 0
    on_driver: list[tuple[str, str]] = attrs.field(factory=list)

    def serve(self) -> None:
        """Runs jobs until there is None."""
        spark = session()
        going = True
        while going:
            first = self.waiting.get()
            batch = [first] if first is not None else []
            going = first is not None
            while going and len(batch) < TOGETHER:
                try:
                    more = self.waiting.get(timeout=0.05)
                except queue.Empty:
                    break
                going = more is not None
                batch += [more] if more is not None else []
            if not batch:
                continue
            try:
                for (_, future), found in zip(batch, run_jobs(spark, [job for job, _ in batch]), strict=True):
                    future.set_result(found)
            except BaseException as error:
                for _, future in batch:
                    future.set_exception(error)

    def run_job(self, job: Job) -> Found:
        """A job, with others that wait."""
        future: Future[Found] = Future()
        self.waiting.put((job, future))
        return future.result(timeout=300)

    def evaluate(self, bundle: Bundle, store: Store, request: Request) -> Results:
        """The engine, with every record on Spark however small."""
        evaluation = SparkEvaluation(bundle, store, request, least_bytes=0)
        evaluation.run_job = self.run_job
        evaluation.read()
        results = collect(evaluation)
        self.records += len(evaluation.on_spark)
        self.on_driver += evaluation.on_driver
        return results


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    found = Shared()
    server = threading.Thread(target=found.serve, daemon=True)
    server.start()
    yield found
    found.waiting.put(None)
    server.join(timeout=60)


def all_of(checks: list[Callable[[], str]]) -> list[str]:
    """What is wrong, of each check that finds something."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        return [wrong for wrong in pool.map(lambda check: check(), checks) if wrong]


def test_the_75_worked_cases_give_the_values_of_the_columnar_engine(shared: Shared) -> None:
    def check(case: worked_cases.Case) -> Callable[[], str]:
        contract = worked_cases.compiled(case)
        expected = worked_cases.run(case, contract, "arrow")

        def run() -> str:
            found = worked_cases.run(case, contract, shared.evaluate)
            same = values(found) == values(expected) and found.left_out == expected.left_out
            wrong = worked_cases.differences(case, found)
            return f"{case.id}: {wrong or 'differs from the columnar engine'}" if wrong or not same else ""

        return run

    checks = [check(case) for case in worked_cases.all_cases()]
    before = shared.records
    assert len(checks) == 75
    assert all_of(checks) == []
    assert shared.records - before >= 75


def test_the_47_answers_hold(shared: Shared, tmp_path: Path) -> None:
    def check(question: running.Question, case: running.Case, folder: Path) -> Callable[[], str]:
        folder.mkdir()
        expected = running.run("arrow", question, case, folder)

        def run() -> str:
            found = running.run(shared.evaluate, question, case, folder)
            same = values(found) == values(expected) and rows_left_out(found) == rows_left_out(expected)
            return "" if same else f"Q{question.number}: {case.says}"

        return run

    wanted = [
        (question, case)
        for question in running.questions()
        for case in question.case
        if not case.refuses and (case.expect or case.stops)
    ]
    checks = [check(*pair, tmp_path / str(number)) for number, pair in enumerate(wanted)]
    assert len(checks) >= 90
    assert all_of(checks) == []


def test_each_construct_gives_what_was_computed_by_hand(shared: Shared) -> None:
    def check(case: dict[str, object]) -> Callable[[], str]:
        contract = nodes.compiled(case)
        expected = nodes.settled(contract, arrow)

        def run() -> str:
            found = nodes.settled(contract, shared.evaluate)
            return "" if values(found) == values(expected) else str(case["says"])

        return run

    checks = [check(case) for case in nodes.CASES if "refused" not in case]
    assert len(checks) > 50
    assert all_of(checks) == []


def test_the_library_settles_its_data_alike(shared: Shared) -> None:
    def check(folder: Path) -> Callable[[], str]:
        contract = library.compiled(folder)
        bundle = contract.bundle
        path = contract.files.bindings if contract.files else None
        bindings = load_bindings(path) if path is not None else None
        request = Request(tuple(bundle.by_year))
        data = library.shipped_data(folder)

        def run() -> str:
            found, expected = (
                engine(bundle, open_store(all_records(bundle), bundle.calendar, data, bindings), request)
                for engine in (shared.evaluate, arrow)
            )
            return "" if values(found) == values(expected) else folder.name

        return run

    checks = [check(folder) for folder in library.PROGRAMS if library.shipped_data(folder)]
    assert len(checks) > 50
    assert all_of(checks) == []


def values(results: Results) -> dict[str, dict[object, object]]:
    """All values, and of errors all but their order."""
    return {name: {key: told(value) for key, value in found.items()} for name, found in results.terms.items()}


def told(value: object) -> object:
    return (value.code, value.message, value.key) if isinstance(value, RunError) else value


def rows_left_out(results: Results) -> dict[tuple[str, str], int]:
    return {(x.record, x.reason): x.rows for x in results.left_out}
