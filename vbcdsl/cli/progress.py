"""A progress bar for long runs on a terminal; nothing anywhere else.

It appears on standard error after half a second, shows how much of the rows or of the bytes of the files is
read, how many rows a second and the time left, and is gone when the work is done.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

AFTER = 0.5  # seconds: what is shorter needs no bar
EVERY = 0.1


@contextmanager
def progress_bar(otherwise: str = "computing") -> Iterator[None]:
    """Show how far the work inside the block is, if somebody sits at a terminal. `otherwise`: what is done between
    the stretches of work that say how far they are."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    from vbcdsl.watch import watching

    bar = Bar(otherwise)
    with watching(bar), bar.shown():
        yield


class Bar:
    """What is known of the work (a `vbcdsl.watch.Watcher`), and the thread that draws it."""

    def __init__(self, otherwise: str) -> None:
        self.otherwise, self.where = otherwise, ""
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._begin(otherwise, None, "")

    def _begin(self, what: str, total: int | None, unit: str) -> None:
        self.what, self.total, self.unit = what, total, unit
        self.done = self.count = 0
        self.since = time.monotonic()

    # ------------------------------------------------------------ vbcdsl.watch.Watcher

    def begin(self, what: str, total: int | None, unit: str) -> None:
        """A stretch of work begins."""
        with self._lock:
            self._begin(what, total, unit)

    def advance(self, count: int, done: int | None) -> None:
        """So many more were read or run."""
        with self._lock:
            self.count += count
            self.done = self.done + count if done is None else done

    def end(self) -> None:
        """The stretch is over."""
        with self._lock:
            self._begin(self.otherwise, None, "")

    def within(self, where: str) -> None:
        """What the next stretches belong to."""
        self.where = where

    # ------------------------------------------------------------ what is seen

    def texts(self) -> tuple[str, str, str]:
        """What is done, how many at which rate, and the time left."""
        seconds = time.monotonic() - self.since
        name = f"{self.where}: {self.what}" if self.where else self.what
        counted = f"{self.count:,} {self.unit}" if self.count else ""
        if self.count and seconds >= EVERY:
            counted += f", {_rate(self.count / seconds)} a second"
        left = ""
        if self.total and self.done:
            rest = seconds * max(self.total - self.done, 0) / self.done
            left = f"{_time(rest)} left"
        return name, counted, left

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Drawn while the block runs, from half a second on."""
        thread = threading.Thread(target=self._draw, name="vbc-progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _draw(self) -> None:
        if self._stop.wait(AFTER):
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TextColumn("{task.fields[counted]}", markup=False),
            TextColumn("{task.fields[left]}", markup=False),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as progress:
            task = progress.add_task("", total=None, counted="", left="")
            self._show(progress, task)
            while not self._stop.wait(EVERY):
                self._show(progress, task)

    def _show(self, progress: Progress, task: int) -> None:
        from rich.progress import TaskID

        with self._lock:
            name, counted, left = self.texts()
            total, done = self.total, self.done
        progress.update(
            TaskID(task), description=name, total=total, completed=done, counted=counted, left=left
        )
        progress.refresh()


def _rate(rate: float) -> str:
    for size, name in ((1e6, " million"), (1e3, " thousand")):
        if rate >= size:
            return f"{rate / size:.1f}{name}"
    return f"{rate:.0f}"


def _time(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
