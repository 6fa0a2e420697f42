"""Examples under another text: what a renewal changes in the results that the parties have agreed on.

Each example of either text is computed under both. An example whose facts the other text does not know is listed
apart; it is not counted as unchanged.
"""

from __future__ import annotations

import attrs

from vbcdsl.compiler import Compiled, Version
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.model.values import Value
from vbcdsl.results.engines import engine_named
from vbcdsl.results.text import words
from vbcdsl.rules.program import ExampleCase, Program
from vbcdsl.testing.examples import _agrees, _at, cases_of, example_request
from vbcdsl.testing.facts import text_store


@attrs.frozen
class Changed:
    """One expectation of an example under the old and under the new text. `old`, `new`: the value in words, or why
    there is none."""

    example: str
    written_in: str  # "the old text", "the new text"
    term: str
    at: str
    section: str
    old: str
    new: str
    differs: bool


def compare_examples(old: Compiled, new: Compiled) -> tuple[Changed, ...]:
    """Every expectation of the examples of both texts; an example that both have alike is computed once."""
    found: dict[tuple[object, ...], Changed] = {}
    for source, label in ((old, "the old text"), (new, "the new text")):
        for version, case, year in cases_of(source):
            assert version.program is not None
            for change in _case(old, new, version, case, year, label):
                alike = (case.name, case.index, change.term, change.at, change.old, change.new)
                found.setdefault(alike, change)
    return tuple(found.values())


def _case(
    old: Compiled, new: Compiled, version: Version, case: ExampleCase, year: int, label: str
) -> list[Changed]:
    program = version.program
    assert program is not None
    before, after = _values(old, case, year), _values(new, case, year)
    changes = []
    for place, fact in enumerate(case.expect):
        term = program.terms[fact.term]
        one, two = before[place], after[place]
        changes.append(Changed(case.name, label, fact.term, _at(fact), term.section, one, two, one != two))
    return changes


def _values(compiled: Compiled, case: ExampleCase, year: int) -> list[str]:
    """What each expectation of a case comes to under a text, in words."""
    version = next((v for v in compiled.versions if year in v.years), None)
    program = version.program if version is not None else None
    if program is None:
        return ["no text is in force"] * len(case.expect)
    unknown = _unknown(program, case)
    if unknown:
        return [unknown] * len(case.expect)
    terms = tuple(dict.fromkeys(f.term for f in case.expect if f.term in program.terms))
    others = sorted({f.year for f in case.expect if f.year is not None} - {year})
    request = example_request(program, case, (year, *others), terms)
    try:
        results = engine_named("arrow")(compiled.bundle, text_store(program, case, year), request)
    except VbcError as error:
        return [f"no value: {error.diagnostics[0].message}"] * len(case.expect)
    texts = []
    for fact in case.expect:
        if fact.term not in program.terms:
            texts.append(f"“{fact.term}” is not defined")
            continue
        found: dict[str, None] = {}
        for key, value in results.terms[fact.term].items():
            if _agrees(program, fact, key, fact.year or year):
                found[_words(program, fact.term, value)] = None
        texts.append(", ".join(found) or "no value")
    return texts


def _unknown(program: Program, case: ExampleCase) -> str:
    """A fact or a record of the case that the text does not know."""
    for fact in case.given:
        if fact.term not in program.terms:
            return f"“{fact.term}” is not defined"
        grain = program.terms[fact.term].grain
        if any(dim not in grain for dim, _ in fact.pick):
            return f"“{fact.term}” has other keys"
    for name, rows in case.rows.items():
        record = program.records.get(name)
        if record is None:
            return f"there are no “{name}”"
        columns = {column.name for column in record.columns}
        extra = next((column for row in rows for column in row if column not in columns), None)
        if extra is not None:
            return f"“{name}” have no column “{extra}”"
    return ""


def _words(program: Program, term: str, value: Value | RunError) -> str:
    if isinstance(value, RunError):
        return f"no value: {value.message}"
    return words(value, program.terms[term].kind)
