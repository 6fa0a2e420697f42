"""The nodes of a syntax tree in the order of the text."""

from __future__ import annotations

from vbcdsl.model.frozen import compared
from vbcdsl.syntax import ast

_BELOW = (tuple, ast.Syntax)


def walk(node: object) -> list[object]:
    """Every syntax node below (and with) a node, in the order of the text."""
    found: list[object] = []
    stack: list[object] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(reversed(current))
        elif isinstance(current, ast.Syntax):
            found.append(current)
            for name in reversed(compared(type(current))):
                below = getattr(current, name)
                if isinstance(below, _BELOW):
                    stack.append(below)
    return found
