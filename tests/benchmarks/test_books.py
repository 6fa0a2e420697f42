"""Two hundred contracts on one reading beside one contract on the same files."""

from __future__ import annotations

import os
import statistics
import time
from importlib import import_module
from pathlib import Path

import pytest

from tests.benchmarks.books import CONTRACTS, book_of
from tests.benchmarks.data import Shape, make
from tests.benchmarks.jobs import LIBRARIES
from tests.benchmarks.measure import Report
from vbcdsl import kernels
from vbcdsl.portfolio import book as books
from vbcdsl.results.settle import RunOptions

pytestmark = pytest.mark.bench

MILLIONS = tuple(int(n) for n in os.environ.get("BENCH_MILLIONS", "1,10").split(","))
ROUNDS = 5


def test_two_hundred_contracts_beside_one(
    data_folder: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiling the texts is measured by itself: it is done once for any number of runs."""
    for library in LIBRARIES:
        import_module(library)
    kernels.choose(kernels.MANY_ROWS)
    compiling = [0.0, 0.0]
    real = books._compiled

    def timed(book: books.Book, result: books.BookResult, options: RunOptions) -> object:
        start, before = time.perf_counter(), time.process_time()
        found = list(real(book, result, options))
        compiling[:] = [time.perf_counter() - start, time.process_time() - before]
        return found

    monkeypatch.setattr(books, "_compiled", timed)
    text = ""
    for millions in MILLIONS:
        home = make(Shape(millions * 1_000_000), data_folder)
        measured: dict[int, list[tuple[float, float, float, float]]] = {1: [], CONTRACTS: []}
        for _ in range(ROUNDS):
            for count, rounds in measured.items():
                book = book_of(home, data_folder / f"book_{millions}_{count}", count)
                start, before = time.perf_counter(), time.process_time()
                result = books.settle_book(book)
                seconds, busy = time.perf_counter() - start, time.process_time() - before
                assert len(result.settled) == count
                assert result.readings == 1
                rounds.append((seconds - compiling[0], busy - compiling[1], compiling[0], compiling[1]))
        text += f"{Shape(millions * 1_000_000).label()}:\n\n"
        text += "| contracts | seconds of the run | processor | ratio of processor | compiling, processor |\n"
        text += "|---:|---:|---:|---:|---:|\n"
        one = statistics.median(r[1] for r in measured[1])
        for count, rounds in measured.items():
            middle = [statistics.median(column) for column in zip(*rounds, strict=True)]
            text += (
                f"| {count} | {middle[0]:.2f} | {middle[1]:.2f} | {middle[1] / one:.2f} | {middle[3]:.2f} |\n"
            )
        text += "\n"
    said = (
        f"A book of {CONTRACTS} contracts in five forms, one of them with an amendment, each with its own title, "
        f"rates, caps, gates and fee and one to four of the ACOs, beside one contract with all ACOs (medians of "
        f"{ROUNDS}). A run is everything but compiling the texts: reading, settling and arranging "
        "every payment of every contract.\n"
    )
    report.add("A book of contracts", text + said)
