"""Which texts a contract asks for in a column: those that its tables and conditions name."""

from __future__ import annotations

from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program
from vbcdsl.rules.uses import walk


def texts_asked_for(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """Column name → the texts that the contract compares it with."""
    found: dict[str, dict[str, None]] = {}
    for program in bundle.by_year.values():
        for term in program.terms.values():
            for node in walk(term.expr):
                _from_node(program, node, found)
    return {name: tuple(texts) for name, texts in found.items() if texts}


def _from_node(program: Program, node: n.Node, found: dict[str, dict[str, None]]) -> None:
    match node:
        case n.Lookup(subjects=subjects, rows=rows):
            for place, subject in enumerate(subjects):
                name = _column(program, subject)
                if name is not None:
                    for row in rows:
                        test = row.tests[place]
                        if isinstance(test, n.IsText):
                            found.setdefault(name, {})[test.text] = None
        case n.Compare(left=left, right=n.Lit(value=str() as text)):
            name = _column(program, left)
            if name is not None:
                found.setdefault(name, {})[text] = None
        case n.OneOf(value=value, texts=texts):
            name = _column(program, value)
            if name is not None:
                found.setdefault(name, {}).update(dict.fromkeys(texts))
        case _:
            pass


def _column(program: Program, node: n.Node) -> str | None:
    """The column that an expression stands for, if it is one."""
    if isinstance(node, n.Col):
        return node.column
    if isinstance(node, n.Ref) and node.term in program.terms:
        term = program.terms[node.term]
        if isinstance(term.expr, n.Col):
            return term.expr.column
    return None
