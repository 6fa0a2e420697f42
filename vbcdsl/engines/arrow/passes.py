"""How the batches of a record come to the thread, or the threads, that reduce them.

Where a source can be read in pieces (the row groups of a Parquet file) each thread decodes and reduces pieces of
its own. Else one thread reads a few batches ahead of their use.
"""

from __future__ import annotations

import ctypes
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

import attrs
import pyarrow as pa

from vbcdsl.data.store import Batch, OutOfOrder, Piece, Step

AHEAD = 3  # batches decoded ahead
READ: Final = "read"
Job: TypeAlias = Callable[[], None]
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


@attrs.define(eq=False)
class _Open:
    """A piece that is being read. Its steps are made one after another."""

    wave: int
    number: int  # among all pieces
    steps: Iterator[Step]
    waiting: deque[Step] = attrs.field(factory=deque)
    busy: bool = False  # one of its steps is being made
    ended: bool = False  # no step will follow


@attrs.define(eq=False)
class _Waves:
    """The pieces of some waves on their way through several threads (`in_waves`)."""

    waves: Sequence[Sequence[Piece]]
    work: Callable[[Batch], None]
    between: Callable[[], list[Job]]
    change: threading.Condition = attrs.field(factory=threading.Condition)
    wave: int = 0  # whose steps are made now
    left: list[int] = attrs.field(init=False)  # pieces of each wave that are not done
    unopened: Iterator[tuple[int, int, Piece]] = attrs.field(init=False)
    next: tuple[int, int, Piece] | None = attrs.field(init=False)
    opened: list[_Open] = attrs.field(factory=list)
    waiting: int = 0  # steps read ahead
    due: deque[Job] = attrs.field(factory=deque)
    working: int = 0  # threads that do not read
    turning: bool = False  # one of them is between two waves
    failed: dict[int, BaseException] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.left = [len(wave) for wave in self.waves]
        every = ((number, piece) for number, wave in enumerate(self.waves) for piece in wave)
        self.unopened = ((wave, number, piece) for number, (wave, piece) in enumerate(every))
        self.next = next(self.unopened, None)

    def run(self) -> None:
        """What one thread does."""
        mine: _Open | None = None
        while True:
            with self.change:
                if mine is not None and mine.ended:
                    mine = None
                job = self._choose(mine)
                if job is None:
                    return
                if job == READ and mine is None:
                    mine = self._open()
            if job == READ:
                assert mine is not None
                self._read(mine)
            elif isinstance(job, _Open):
                self._make(job)
            else:
                self._do(job)

    def _choose(self, mine: _Open | None) -> _Open | Job | Literal["read"] | None:
        """What a thread does next: as a rule one makes steps, and the others read; None: nothing is left."""
        while not self.failed and (self.wave < len(self.waves) or self.due):
            found = next((o for o in self.opened if o.wave == self.wave and o.waiting and not o.busy), None)
            readable = (mine is not None or self.next is not None) and self.waiting < AHEAD
            if mine is not None and mine.wave == self.wave and found is None:
                readable = True  # however much of later waves is read already
            if readable and (self.working or (found is None and not self.due)):
                return READ
            if found is not None:
                found.busy = True
                self.waiting -= 1
            if found is not None or self.due:
                self.working += 1
                return found if found is not None else self.due.popleft()
            self.change.wait()
        return None

    def _open(self) -> _Open:
        assert self.next is not None
        wave, number, piece = self.next
        self.next = next(self.unopened, None)
        found = _Open(wave, number, iter(piece()))
        self.opened.append(found)
        return found

    def _read(self, piece: _Open) -> None:
        step: Step | None = None
        try:
            step = next(piece.steps, None)
        except BaseException as error:  # raised by the thread that waits
            self._fail(piece.number, error)
        with self.change:
            if step is None:
                piece.ended = True
            else:
                piece.waiting.append(step)
                self.waiting += 1
            self.change.notify_all()
        self._close(piece)

    def _make(self, piece: _Open) -> None:
        try:
            batch = piece.waiting.popleft()()
            if batch is not None:
                self.work(batch)
        except BaseException as error:
            self._fail(piece.number, error)
        with self.change:
            piece.busy = False
            self.working -= 1
            self.change.notify_all()
        self._close(piece)

    def _do(self, job: Job) -> None:
        try:
            job()
        except BaseException as error:
            self._fail(sum(map(len, self.waves)), error)
        with self.change:
            self.working -= 1
            self.change.notify_all()

    def _close(self, piece: _Open) -> None:
        """Forgets a piece that is done."""
        with self.change:
            if not piece.ended or piece.waiting or piece.busy or piece not in self.opened:
                return
            self.opened.remove(piece)
            self.left[piece.wave] -= 1
        while self._next_wave():
            pass

    def _next_wave(self) -> bool:
        """Begins the next wave if this one is done."""
        with self.change:
            if self.turning or self.failed or self.wave == len(self.waves) or self.left[self.wave]:
                return False
            self.turning = True
            self.working += 1
        due: list[Job] = []
        try:
            if self.wave + 1 < len(self.waves):
                due = self.between()
        except BaseException as error:
            self._fail(sum(map(len, self.waves)), error)
        with self.change:
            self.due.extend(due)
            self.wave += 1
            self.turning = False
            self.working -= 1
            self.change.notify_all()
        return True

    def _fail(self, number: int, error: BaseException) -> None:
        with self.change:
            self.failed.setdefault(number, error)
            self.change.notify_all()


def in_waves(
    waves: Sequence[Sequence[Piece]],
    work: Callable[[Batch], None],
    threads: int,
    between: Callable[[], list[Job]] = list,
) -> None:
    """Reads all pieces by so many threads and works on their batches: those of a wave after those of the wave
    before, with what is to be done `between` two of them, which gives jobs for threads that have time. While one
    thread works the others read ahead, because reading does not hold the interpreter's lock; where that makes too
    much, they work too. The first error of the earliest piece is raised; `OutOfOrder` before all others."""
    keep_freed_memory()
    state = _Waves(waves, work, between)
    others = [threading.Thread(target=state.run, name="vbcdsl-scan", daemon=True) for _ in range(threads - 1)]
    for thread in others:
        thread.start()
    state.run()
    for thread in others:
        thread.join()
    failed = state.failed
    for number in sorted(failed, key=lambda n: (not isinstance(failed[n], OutOfOrder), n)):
        raise failed[number]
