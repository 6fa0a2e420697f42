"""Lark compiles the grammar and proves that it is LALR(1): once for a version of the grammar, and in a test."""

from __future__ import annotations

from lark import Lark

from vbcdsl.syntax.phrases import STARTS, load_grammar


def build_lark(*, strict: bool = False) -> Lark:
    """The grammar, compiled. `strict` refuses any conflict of rules and collision of terminals (for a test)."""
    return Lark(
        load_grammar().text,
        parser="lalr",
        strict=strict,
        propagate_positions=True,
        maybe_placeholders=False,
        start=list(STARTS),
    )
