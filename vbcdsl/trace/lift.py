"""Parts of sentences as terms of their own: what a trace and a workpaper cannot compute from other terms.

An aggregate, a rank, a share of a pool or a value of another period inside a sentence gets a hidden term with the
same keys as the sentence's own term. An engine then computes it like any term, exactly and in its one pass over
the data.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import attrs

from vbcdsl.model.kinds import COUNT, NUMBER, Kind
from vbcdsl.results.aggregates import PERSONAL
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program, Term
from vbcdsl.rules.uses import children
from vbcdsl.types.infer import Kinds

ROWS = (n.Aggregate, n.Quantified, n.Rank, n.PoolShare, n.WithLargest)


@attrs.frozen
class Part:
    """A part of a sentence as a term. `rows`: the hidden term with the number of rows behind an aggregate."""

    name: str
    node: n.Node
    owner: str
    rows: str = ""


@attrs.frozen
class Lifted:
    """The texts in force with the hidden terms. `parts`: by the identity of the node in the original text."""

    bundle: Bundle
    parts: dict[int, Part]

    def part(self, node: n.Node) -> Part | None:
        """The hidden term of a node, if it has one."""
        found = self.parts.get(id(node))
        return found if found is not None and found.node is node else None


def lift(bundle: Bundle, explained: Callable[[Program], Collection[str]] | None = None) -> Lifted:
    """A bundle with a hidden term for each part that stands on rows of data or on another period. `explained`:
    only what an explanation shows of these terms: parts over rows, and none of single members."""
    parts: dict[int, Part] = {}
    done: dict[int, Program] = {}
    for program in bundle.by_year.values():
        if id(program) not in done:
            only = explained(program) if explained is not None else None
            done[id(program)] = _program(program, parts, only)
    return Lifted(Bundle({year: done[id(p)] for year, p in bundle.by_year.items()}), parts)


def shifted(bundle: Bundle) -> bool:
    """Whether a sentence refers to another period."""
    from vbcdsl.rules.uses import walk

    terms = (term for program in bundle.by_year.values() for term in program.terms.values())
    return any(isinstance(x, n.Ref) and x.shift is not None for term in terms for x in walk(term.expr))


def kinds_of(program: Program) -> Kinds:
    """The kinds of the expressions of a text in force."""

    def of_term(name: str) -> Kind | None:
        term = program.terms.get(name)
        return term.kind if term is not None else None

    return Kinds(of_term, lambda record, column: program.records[record].column(column).kind, lambda _: None)


def _program(program: Program, parts: dict[int, Part], only: Collection[str] | None) -> Program:
    kinds = kinds_of(program)
    terms: dict[str, Term] = {}
    for term in program.terms.values():
        found = _to_lift(term, program)
        if only is not None:
            shown = term.name in only and not PERSONAL & set(term.grain)
            found = [node for node in found if shown and isinstance(node, ROWS)]
        for number, node in enumerate(found, 1):
            name = f"{term.name}, part {number}"
            kind = kinds.of(node) or NUMBER
            rows = ""
            counted = _counted(node)
            if counted is not None:
                rows = f"{name}, rows"
                terms[rows] = Term(rows, term.section, COUNT, term.grain, counted, "step", hidden=True)
            parts[id(node)] = Part(name, node, term.name, rows)
            terms[name] = Term(name, term.section, kind, term.grain, node, "step", hidden=True)
        terms[term.name] = term
    return attrs.evolve(program, terms=terms)


def _counted(node: n.Node) -> n.Aggregate | None:
    """The number of rows that a part counts: without those that are not scored, where these are left out."""
    if isinstance(node, n.Aggregate):
        tests = [node.where] if node.where is not None else []
        if node.scored_only:
            tests += [n.IsScored(value) for value in (node.value, node.weight) if value is not None]
    elif isinstance(node, n.Quantified):
        tests = [node.where] if node.where is not None else []
        if node.scored_only:
            tests.append(n.IsScored(node.cond))
    else:
        return None
    where = n.All(tuple(tests)) if len(tests) > 1 else next(iter(tests), None)
    return n.Aggregate("number", node.rows, None, where, section=node.section, span=node.span)


def _to_lift(term: Term, program: Program) -> list[n.Node]:
    found: dict[int, n.Node] = {}

    def look(node: n.Node, root: bool) -> None:
        if isinstance(node, ROWS):
            found[id(node)] = node
            return
        other_place = isinstance(node, n.Ref) and (node.shift is not None or bool(node.pick))
        data = isinstance(node, n.Col) and not root
        attribute = isinstance(node, n.KeyOf) and node.dim not in term.grain
        if other_place or data or attribute:
            found[id(node)] = node
        for child in children(node):
            look(child, False)

    look(term.expr, True)
    return list(found.values())
