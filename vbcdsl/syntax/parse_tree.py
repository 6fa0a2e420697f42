"""What the parser gives to the builders: tokens, and trees named like the rules of the grammar.

They have the names and the positions that Lark's own tokens and trees have (`tests/syntax/test_reading.py`
compares the two), and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias


class Token(str):
    """A piece of text with the terminal that it is (`type`) and its place."""

    __slots__ = ("end_pos", "start_pos", "type")

    type: str
    start_pos: int
    end_pos: int


class Tree:
    """A rule (`data`) with its children. An empty one has no place.

    A rule that stands for its only child (`?rule` in the grammar) gives that child; what it took beside it, such
    as parentheses, then belongs to the `outer` places, which the tree around it takes for its own.
    """

    __slots__ = ("children", "data", "empty", "end_pos", "outer_end", "outer_start", "start_pos")

    def __init__(self, data: str, children: list[Child]) -> None:
        self.data = data
        self.children = children
        self.empty = True
        self.start_pos = self.end_pos = self.outer_start = self.outer_end = 0

    def tokens(self) -> Iterator[Token]:
        """All tokens below, in the order of the text."""
        for child in self.children:
            if isinstance(child, Tree):
                yield from child.tokens()
            else:
                yield child


Child: TypeAlias = Tree | Token
