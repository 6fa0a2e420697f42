"""A value that an amendment changes in one section and that another section goes on stating (clauses.md, lint 14).

An amendment replaces `40%` with `45%` where it looks; a related section that states the same `40%`, without a
date from
which it is in force, keeps the old value in silence. A note shows the place. Runs on each text in force that
amendments made, beside the checks of a program.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from vbcdsl.check.view import shown
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.kinds import Kind
from vbcdsl.model.span import Span
from vbcdsl.resolve.amend import Consolidated, Effect
from vbcdsl.resolve.collect import defined_names
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.walk import walk

TRIVIAL = frozenset({Fraction(0), Fraction(1), Fraction(100)})
_NUMBER = re.compile(r"\$?\d[\d,]*(?:\.\d+)?%?")


def check_stale_parameters(document: t.Document, consolidated: Consolidated) -> list[Diagnostic]:
    """Literals of other sections that are still what an amendment has changed in a section that they are
    related to."""
    sections = {section.number: section for section in document.sections}
    touched = {effect.section for effect in consolidated.effects}
    result: list[Diagnostic] = []
    for effect in consolidated.effects:
        home = sections.get(effect.section)
        if home is None or effect.what not in ("words replaced", "replaced"):
            continue
        gone = _gone(effect)
        if not gone:
            continue
        names = _names(home)
        for section in document.sections:
            if section.number in touched or isinstance(section.core, t.Phases) or not names & _names(section):
                continue
            for literal in _literals(section):
                words = shown(literal.value, literal.kind)
                if _written(words) in gone and literal.value not in TRIVIAL:
                    result.append(_note(literal.span, words, section.number, effect))
    return result


def _note(span: Span, words: str, section: str, effect: Effect) -> Diagnostic:
    return Diagnostic(
        "VBC4109",
        f"section {section} still states {words}, which amendment {effect.amendment} has changed in section "
        f"{effect.section}",
        span,
        "note",
        section,
        help="amend this section too, or give the value one definition that both sections use",
    )


def _gone(effect: Effect) -> frozenset[str]:
    """The numbers that stood in the section before and do not stand in it now."""
    before = Counter(_written(word) for word in _NUMBER.findall(_sentence(effect.before)))
    after = Counter(_written(word) for word in _NUMBER.findall(_sentence(effect.after)))
    return frozenset(word for word in before if not after[word])


def _sentence(text: str) -> str:
    return re.sub(r"^\s*\d+(?:\.\d+)+\s+", "", text)


def _written(words: str) -> str:
    """A number without what may be written in several ways: `$2.00 per member per month` as `$2`."""
    found = _NUMBER.match(words)
    if found is None:
        return words
    text = found[0].replace(",", "")
    sign = "%" if text.endswith("%") else ""
    text = text.rstrip("%")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + sign


def _literals(section: t.Section) -> list[ast.Literal_]:
    return [
        node
        for node in walk(section.core)
        if isinstance(node, ast.Literal_)
        and isinstance(node.value, Fraction)
        and isinstance(node.kind, Kind)
        and not node.span.said
    ]


def _names(section: t.Section) -> set[str]:
    """The terms that a sentence defines or uses."""
    used = {node.text for node in walk(section.core) if isinstance(node, ast.Name)}
    return used | {name.text for name in defined_names(section.core)}
