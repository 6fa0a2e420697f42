"""Which sections the examples of a contract reach.

A section is reached if its sentence has part in the value of an expectation, directly or through other terms; what
stands behind a fact that the example gives is not.
"""

from __future__ import annotations

from collections.abc import Iterable

from vbcdsl.compiler import Compiled, Version
from vbcdsl.resolve.amend import section_key
from vbcdsl.rules.program import ExampleCase, Program
from vbcdsl.rules.uses import terms_used, walk


def unreached_sections(
    compiled: Compiled, cases: Iterable[tuple[Version, ExampleCase, int]]
) -> tuple[str, ...]:
    """The sections that compute something and that no case reaches, in order."""
    reached: set[str] = set()
    for version, case, _ in cases:
        if version.program is not None:
            reached |= reached_by(version.program, case)
    every: set[str] = set()
    for version in compiled.versions:
        if version.program is not None:
            for name, term in version.program.terms.items():
                if term.role != "input":
                    every |= sections_of(version.program, name)
    return tuple(sorted(every - reached, key=section_key))


def reached_by(program: Program, case: ExampleCase) -> set[str]:
    """The sections that have part in what a case expects."""
    given = {fact.term for fact in case.given if not fact.pick}
    open_terms = [fact.term for fact in case.expect]
    seen: set[str] = set()
    sections: set[str] = set()
    while open_terms:
        name = open_terms.pop()
        if name in seen or name in given or name not in program.terms:
            continue
        seen.add(name)
        sections |= sections_of(program, name)
        open_terms.extend(terms_used(program.terms[name].expr))
    return sections


def sections_of(program: Program, name: str) -> set[str]:
    """The sections whose sentences make a term: its own, and those that set it aside or limit it."""
    term = program.terms[name]
    if term.role == "input":
        return set()
    return {term.section, *(node.section for node in walk(term.expr))} - {""}
