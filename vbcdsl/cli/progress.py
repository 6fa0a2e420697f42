"""A progress bar for long runs on a terminal; nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str = "reading") -> Iterator[Callable[[float], None] | None]:
    """A function that takes the share that is done, 0 to 1; None when nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)

        def show(share: float) -> None:
            bar.update(task, completed=share)

        yield show
