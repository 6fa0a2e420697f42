"""Work that takes long can be watched: what reads rows or runs cases says how far it is, to whoever looks.

Nobody looks unless a command puts a watcher in place (`vbcdsl.cli.progress`, on a terminal). Whether somebody
looks changes no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class Watcher(Protocol):
    """Whoever looks. Its methods are called from several threads."""

    def begin(self, what: str, total: int | None, unit: str) -> None:
        """A stretch of work begins: `total` steps of it (None: not known); `unit`: what is counted in it."""
        ...

    def advance(self, count: int, done: int | None) -> None:
        """So many more of the unit; `done` steps of the total so far (None: a step for each of the unit)."""
        ...

    def end(self) -> None:
        """The stretch is over."""
        ...

    def within(self, where: str) -> None:
        """What the stretches that follow belong to ("contract 2 of 9"); empty for none."""
        ...


_watcher: Watcher | None = None


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Work inside the block is watched."""
    global _watcher
    before, _watcher = _watcher, watcher
    try:
        yield
    finally:
        _watcher = before


def watcher() -> Watcher | None:
    """Whoever looks now."""
    return _watcher


def each(items: Sequence[_T], what: str) -> Iterator[_T]:
    """The items one after another: each is a step."""
    looking = _watcher
    if looking is None:
        yield from items
        return
    looking.begin(what, len(items), what)
    try:
        for item in items:
            yield item
            looking.advance(1, None)
    finally:
        looking.end()


def numbered(items: Iterable[_T], what: str, total: int) -> Iterator[_T]:
    """The items one after another: stretches of work on an item name it by its number."""
    try:
        for number, item in enumerate(items, 1):
            if _watcher is not None and total > 1:
                _watcher.within(f"{what} {number:,} of {total:,}")
            yield item
    finally:
        if _watcher is not None:
            _watcher.within("")
