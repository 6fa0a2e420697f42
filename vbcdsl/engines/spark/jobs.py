"""Spark jobs: pieces of one reading, or of several at once, to executors and back.

It stands between `scan.py`, which wants one reading, and Spark. Several small readings can share one job, as a job
costs some tenths of a second whatever it does.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any, TypeAlias

import attrs

from vbcdsl.data.readers.part import Part
from vbcdsl.engines.spark.chunks import Chunk
from vbcdsl.engines.spark.executor import Work, reduced, together

OUT = "job int, bucket int, collector int, chunk binary"
MERGED = "job int, collector int, chunk binary"
Found: TypeAlias = list[tuple[int, bytes]]  # collector (or note), packed chunk


@attrs.define(eq=False)
class Job:
    """A reading for executors: its pieces, or a DataFrame whose rows are handed over. `largest`: by collector, of
    each aggregate whether its extreme is the largest; `clocked`: keys are unique in a period."""

    work: Work
    largest: dict[int, list[bool]]
    clocked: bool
    pieces: list[Part] = attrs.field(factory=list)
    frame: Any = None
    parts: int = 1


def run_jobs(spark: Any, jobs: list[Job]) -> list[Found]:
    """What the executors give for each job, equal groups put together."""
    found: list[Found] = [[] for _ in jobs]
    rules = [(job.largest, job.clocked) for job in jobs]
    frame: Any
    if jobs[0].frame is not None:
        frame, parts = jobs[0].frame, jobs[0].parts
        run = _of_rows(pickle.dumps(jobs[0].work, 5))
        spread = parts > 1
    else:
        pieces = [(number, piece) for number, job in enumerate(jobs) for piece in job.pieces]
        parts = min(len(pieces), 4 * spark.sparkContext.defaultParallelism)
        frame = spark.range(0, len(pieces), 1, max(parts, 1))
        run = _of_pieces([pickle.dumps(job.work, 5) for job in jobs], pickle.dumps(pieces, 5))
        spread = parts > 1 and any(len(job.pieces) > 1 for job in jobs)
    made = frame.mapInArrow(run, OUT)
    if spread:
        count = max(job.work.buckets for job in jobs)
        made = made.repartition(count, "job", "bucket").mapInArrow(_merging(rules), MERGED)
    table = made.toArrow()
    columns = [table.column(name).to_pylist() for name in ("job", "collector", "chunk")]
    for number, collector, blob in zip(*columns, strict=True):
        if not spread and collector >= 0:
            blob = _together([blob], rules[number], collector)
        found[number].append((collector, blob))
    return found


def _together(blobs: list[bytes], rule: tuple[dict[int, list[bool]], bool], collector: int) -> bytes:
    largest, clocked = rule
    chunks: list[Chunk] = [pickle.loads(blob) for blob in blobs]
    return pickle.dumps(together(chunks, largest[collector], clocked), 5)


def _batch(names: tuple[str, ...], numbers: tuple[int, ...], blob: bytes) -> Any:
    import pyarrow as pa

    columns = [pa.array([number], pa.int32()) for number in numbers]
    return pa.RecordBatch.from_arrays([*columns, pa.array([blob], pa.binary())], list(names))


def _of_pieces(works: list[bytes], pieces: bytes) -> Any:
    """The function of an executor that opens pieces of files: the rows that it gets are their numbers."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        numbers = [number for batch in batches for number in batch.column(0).to_pylist()]
        every: list[tuple[int, Part]] = pickle.loads(pieces) if numbers else []
        by_job: dict[int, list[int]] = {}
        for number in numbers:
            by_job.setdefault(every[number][0], []).append(number)
        for job, mine in by_job.items():
            yield from _reduced(pickle.loads(works[job]), [every[n][1] for n in mine], min(mine), job)

    return run


def _of_rows(packed: bytes) -> Any:
    """The function of an executor that is handed rows by Spark."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        from pyspark import TaskContext

        from vbcdsl.engines.spark.inputs import StreamPart

        work: Work = pickle.loads(packed)
        context = TaskContext.get()
        part = context.partitionId() if context is not None else 0
        yield from _reduced(
            work, [StreamPart(work.fields, batches, "the rows from Spark", work.typed)], part, 0
        )

    return run


def _reduced(work: Work, pieces: list[Part], part: int, job: int) -> Iterator[Any]:
    names = ("job", "bucket", "collector", "chunk")
    for bucket, collector, blob in reduced(work, pieces, part):
        yield _batch(names, (job, bucket, collector), blob)


def _merging(rules: list[tuple[dict[int, list[bool]], bool]]) -> Any:
    """The function of an executor that puts the chunks of its buckets together."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        names = ("job", "collector", "chunk")
        found: dict[tuple[int, int], list[bytes]] = {}
        for batch in batches:
            columns = [batch.column(i).to_pylist() for i in (0, 2, 3)]
            for job, collector, blob in zip(*columns, strict=True):
                if collector >= 0:
                    found.setdefault((job, collector), []).append(blob)
                else:
                    yield _batch(names, (job, collector), blob)
        for (job, collector), blobs in found.items():
            yield _batch(names, (job, collector), _together(blobs, rules[job], collector))

    return run
