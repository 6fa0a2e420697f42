"""Python's garbage collector, and the many small objects of a book that live to its end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage() -> Iterator[None]:
    """What is made inside lives on: the collector, which would look through all of it again and again, rests, and
    passes over it until `gc.unfreeze()`."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
