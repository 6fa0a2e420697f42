"""Sentences that several texts share are parsed once.

A book of contracts is often one text with other numbers. While `shared_sentences()` is open, the parser
remembers each sentence with the names that were declared around it; the same sentence in another text is the same
tree, moved to its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

import attrs

from vbcdsl.model.span import NOWHERE, Span

Key: TypeAlias = tuple[str, str, frozenset[str]]  # the kind of the sentence, its words, the names declared

_open: dict[Key, tuple[int, Any]] | None = None


@contextmanager
def shared_sentences() -> Iterator[None]:
    """Sentences read inside are remembered until the end of the block."""
    global _open
    before = _open
    _open = {} if before is None else before
    try:
        yield
    finally:
        _open = before


def known(key: Key, start: int) -> Any:
    """The tree of a sentence that was read before, at this place; None: it was not."""
    found = None if _open is None else _open.get(key)
    if found is None:
        return None
    return moved(found[1], start - found[0])


def remember(key: Key, start: int, tree: Any) -> None:
    """Notes the tree of a sentence."""
    if _open is not None and tree is not None:
        _open.setdefault(key, (start, tree))


def moved(value: Any, by: int) -> Any:
    """A tree whose places lie so many characters further on."""
    return value if by == 0 else _moved(value, by)


def _moved(value: Any, by: int) -> Any:
    kind = type(value)
    if kind is Span:
        return value if value is NOWHERE else Span(value.start + by, value.end + by, value.said)
    if kind is tuple:
        return tuple([_moved(item, by) for item in value])
    if kind is list:
        return [_moved(item, by) for item in value]
    if kind is dict:
        return {key: _moved(item, by) for key, item in value.items()}
    fields = _fields(kind)  # type: ignore[arg-type]
    if not fields:
        return value
    made = object.__new__(kind)
    for name in fields:
        object.__setattr__(made, name, _moved(getattr(value, name), by))
    return made


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    """The attributes of a class of trees; nothing for texts and numbers."""
    if not attrs.has(kind) or not kind.__module__.startswith("vbcdsl.syntax"):
        return ()
    return tuple(field.name for field in attrs.fields(kind))
