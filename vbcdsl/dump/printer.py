"""A printer for any attrs node: an indented tree, or plain values for JSON. Spans become line:column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs

from vbcdsl.data.write import exact_text
from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import Period
from vbcdsl.model.span import NOWHERE, Span
from vbcdsl.model.values import NotScored

Place = Callable[[Span], str]
_WIDTH = 100


def plain(value: object, place: Place) -> Any:
    """A value as JSON knows it; nodes become objects with their class under `node`."""
    match value:
        case None | bool() | int() | str():
            return value
        case Fraction():
            return exact_text(value) if _ends(value) else f"{value.numerator}/{value.denominator}"
        case dt.date():
            return value.isoformat()
        case NotScored():
            return "not scored"
        case Kind():
            return str(value)
        case Period():
            return value.label
        case Span():
            return place(value) if value != NOWHERE else None
        case Mapping():
            return {str(key): plain(item, place) for key, item in value.items()}
        case tuple() | list() | frozenset() | set():
            items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
            return [plain(item, place) for item in items]
    if attrs.has(type(value)):
        shown = {f.name: plain(getattr(value, f.name), place) for f in attrs.fields(type(value))}  # type: ignore[arg-type]
        kept = {name: item for name, item in shown.items() if item not in (None, "", [], {}, False)}
        return {"node": type(value).__name__, **kept}
    return str(value)


def _ends(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def tree(value: Any, depth: int = 0) -> Iterator[str]:
    """The lines of a plain value as an indented tree; what fits on a line stands on one."""
    pad = "  " * depth
    short = brief(value)
    if len(pad) + len(short) <= _WIDTH:
        yield pad + short
    elif isinstance(value, dict):
        items = [(k, v) for k, v in value.items() if k != "node"]
        yield pad + str(value.get("node", ""))
        for name, item in items:
            text = brief(item)
            if len(pad) + len(name) + len(text) + 4 <= _WIDTH:
                yield f"{pad}  {name}: {text}"
            else:
                yield f"{pad}  {name}:"
                yield from tree(item, depth + 2)
    elif isinstance(value, list):
        for item in value:
            yield from tree(item, depth)
    else:
        yield pad + short


def brief(value: Any) -> str:
    """A plain value on one line: `Compare(op: >=, left: Ref(term: Savings Rate), …)`."""
    if isinstance(value, dict):
        inner = ", ".join(f"{name}: {brief(item)}" for name, item in value.items() if name != "node")
        return f"{value['node']}({inner})" if "node" in value else f"{{{inner}}}"
    if isinstance(value, list):
        return "[" + ", ".join(brief(item) for item in value) + "]"
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
