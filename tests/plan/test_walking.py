"""What lies below an expression is found whatever class holds it."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from tests.test_kept_contracts import CONTRACTS
from vbcdsl.compiler import compile_path
from vbcdsl.results.settle import different
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import children, walk


def below(value: object) -> list[n.Node]:
    """The expressions in a value, by looking at everything in it."""
    if isinstance(value, n.Node):
        return [value]
    if isinstance(value, tuple):
        return [node for item in value for node in below(item)]
    if type(value).__module__ == n.__name__ and attrs.has(type(value)):
        return [node for field in attrs.fields(type(value)) for node in below(getattr(value, field.name))]
    return []


@pytest.mark.parametrize("folder", CONTRACTS, ids=lambda path: path.name)
def test_no_expression_is_passed_over(folder: Path) -> None:
    for program in different(compile_path(folder).bundle):
        for term in program.terms.values():
            for node in walk(term.expr):
                every = [x for field in attrs.fields(type(node)) for x in below(getattr(node, field.name))]
                assert [id(x) for x in children(node)] == [id(x) for x in every]
