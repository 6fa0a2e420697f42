"""A clause read once more where it is applied, with the literals of the arguments in place of its parameters.

So a parameter may stand wherever a literal of its kind may: `at least Count of the Measures`, `, rounded half up
to Places decimal places`, a cell of a table. What does not fit is told with what would. Parameters that stand for
terms and expressions are left as names; `clauses` puts the values in their places.
"""

from __future__ import annotations

from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.frozen import frozen
from vbcdsl.source import SourceText
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.build_sentences import SentenceBuilder
from vbcdsl.syntax.build_values import BadLiteral
from vbcdsl.syntax.lexer import Names
from vbcdsl.syntax.parameters import NoWay, Parameters, fitting, read_clause
from vbcdsl.syntax.table_cache import shared_tables


@frozen
class Clause:
    """A clause with the text that it stands in, and the names that are declared there."""

    definition: t.ClauseDef
    source: SourceText
    names: frozenset[str]


def read_with(clause: Clause, core: t.Apply, source: SourceText) -> t.ClauseDef | Diagnostic:
    """The clause with the literals of `core` (in the text `source`) in place; or why it cannot be read so."""
    ways: Parameters = {argument.name.text: _ways(argument) for argument in core.arguments}
    text, span = clause.source.text, clause.definition.span
    names = Names(clause.names)
    try:
        tree = read_clause(shared_tables(), text, names, span.start, span.end, parameters=ways)
        read: t.ClauseDef = SentenceBuilder().build(tree)
        return attrs.evolve(read, sections=tuple(_with_heads(s, clause, names, ways) for s in read.sections))
    except NoWay as wrong:
        return _misfit(wrong, clause, names, core, source)
    except BadLiteral as error:
        where = f"section {_section_at(clause, error.span.start)} of the clause “{clause.definition.name}”"
        return Diagnostic(error.code, f"in {where}, {error.message}", core.span, help=error.help)


def _ways(argument: t.Argument) -> tuple[tuple[tuple[str, str], ...] | None, ...]:
    if isinstance(argument.value, t.Words):
        return (argument.literal,)
    return (argument.literal, None) if argument.literal else (None,)


def _with_heads(section: t.Section, clause: Clause, names: Names, ways: Parameters) -> t.Section:
    """The section with the cells in the head of a two-way table read, while its text is at hand."""
    core = section.core
    if not isinstance(core, t.SetBy) or core.mode != "two-way":
        return section
    builder = SentenceBuilder()
    columns: list[Any] = []
    for span in core.table.header_spans[1:]:
        try:
            cell = read_clause(
                shared_tables(), clause.source.text, names, span.start, span.end, parameters=ways, kind="cell"
            )
        except NoWay:
            return section  # told where the table is lowered
        columns.append(builder.build(cell))
    return attrs.evolve(
        section, core=attrs.evolve(core, table=attrs.evolve(core.table, columns=tuple(columns)))
    )


def _misfit(wrong: NoWay, clause: Clause, names: Names, core: t.Apply, source: SourceText) -> Diagnostic:
    """A parameter in a place where its argument cannot stand."""
    name, span = clause.definition.name, clause.definition.span
    where = f"section {_section_at(clause, wrong.error.position)} of the clause “{name}”"
    argument = next((a for a in core.arguments if a.name.text == wrong.parameter), None)
    if argument is None:
        return Diagnostic("VBC2043", f"{where} cannot be read with these values", core.span)
    kinds = fitting(shared_tables(), clause.source.text, names, span.start, span.end, wrong.place)
    called = _listed([kind for kind, _ in kinds])
    advice = "define a term and give its name"
    if kinds and kinds[0][1]:
        advice = f"write “{argument.name.text} as {kinds[0][1]}” (or whichever the parties mean)"
    given = said(argument, source)
    message = f"{argument.name.text} stands in {where} where {called} belongs, and {given} is given"
    return Diagnostic("VBC2043", message, argument.span, help=advice)


def _listed(kinds: list[str]) -> str:
    """The first kinds, for a message."""
    shown, more = kinds[:3], kinds[3:]
    if more or len(shown) < 2:
        return ", ".join(shown) + (" …" if more else "") or "something else"
    return ", ".join(shown[:-1]) + " or " + shown[-1]


def said(argument: t.Argument, source: SourceText) -> str:
    """An argument for a message."""
    if argument.literal:
        return " ".join(" ".join(text.split()) for _, text in argument.literal)
    if isinstance(argument.value, ast.Name):
        return f"the term {argument.value.text}"
    assert not isinstance(argument.value, str)
    span = argument.value.span
    return span.said or " ".join(source.text[span.start : span.end].split())


def _section_at(clause: Clause, place: int) -> str:
    """The number of the clause's section at a place of its text."""
    before = [section.number for section in clause.definition.sections if section.span.start <= place]
    return before[-1] if before else ""
