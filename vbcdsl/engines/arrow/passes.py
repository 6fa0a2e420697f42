"""How the batches of a record come to the thread, or the threads, that reduce them.

Where a source can be read in pieces (the row groups of a Parquet file) each thread decodes and reduces pieces of
its own. Else one thread reads a few batches ahead of their use.
"""

from __future__ import annotations

import ctypes
import queue
import threading
from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from vbcdsl.data.store import Batch, OutOfOrder, Piece

AHEAD = 3  # batches decoded ahead
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h


def ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, read by a thread a few ahead of their use."""
    line: queue.Queue[Batch | BaseException | None] = queue.Queue(maxsize=AHEAD)
    stop = threading.Event()

    def put(item: Batch | BaseException | None) -> None:
        while not stop.is_set():
            try:
                line.put(item, timeout=0.1)
                return
            except queue.Full:
                continue

    def read() -> None:
        try:
            for batch in batches:
                put(batch)
                if stop.is_set():
                    return
            put(None)
        except BaseException as error:  # handed to the thread that uses the batches
            put(error)

    thread = threading.Thread(target=read, name="vbcdsl-read", daemon=True)
    thread.start()
    try:
        while (item := line.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def keep_freed_memory() -> None:
    """Asks the C library not to give the memory of each batch back to the system, which would have to clear it
    for the next one: that was up to a third of the time of a scan. Only glibc can be asked."""
    if pa.default_memory_pool().backend_name == "mimalloc":
        pa.set_memory_pool(pa.system_memory_pool())
    try:
        options = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    options(M_MMAP_THRESHOLD, 1 << 25)
    options(M_TRIM_THRESHOLD, 1 << 24)


def in_pieces(pieces: Sequence[Piece], work: Callable[[Batch], None], threads: int) -> None:
    """Each piece read and worked on by one of so many threads. The first error of the earliest piece is raised;
    `OutOfOrder` before all others."""
    keep_freed_memory()
    numbers = iter(range(len(pieces)))
    lock = threading.Lock()
    failed: dict[int, BaseException] = {}

    def run() -> None:
        while True:
            with lock:
                number = next(numbers, None) if not failed else None
            if number is None:
                return
            try:
                for batch in pieces[number]():
                    work(batch)
                    if failed:
                        return
            except BaseException as error:  # raised below, by the thread that waits
                failed[number] = error
                return

    others = [threading.Thread(target=run, name="vbcdsl-scan", daemon=True) for _ in range(threads - 1)]
    for thread in others:
        thread.start()
    run()
    for thread in others:
        thread.join()
    for number in sorted(failed, key=lambda n: (not isinstance(failed[n], OutOfOrder), n)):
        raise failed[number]
