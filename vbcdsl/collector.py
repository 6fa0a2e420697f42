"""Python's collector of cycles, where many small objects are made that live on.

It looks through all of them again and again, though nothing that a contract or a batch of rows consists of holds
itself: that was a tenth of the time of compiling in a process that holds much already.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """The collector rests."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def no_garbage() -> Iterator[None]:
    """What is made inside lives on: the collector rests, and passes over it until `gc.unfreeze()`."""
    with without_collector():
        try:
            yield
        finally:
            gc.freeze()
