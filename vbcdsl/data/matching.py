"""Finds each column of a record in a file, by the bindings or by its name, and checks that its type can serve.

Names are compared exactly first; then in snake_case, so that `ACO_ID` and "Aco Id" both answer to `aco_id`.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
import pyarrow as pa

from vbcdsl.data.bindings import ColumnBinding
from vbcdsl.data.convert.cells import family
from vbcdsl.data.problems import Problems, nearest
from vbcdsl.data.readers.part import Field, Part
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.names import snake_case
from vbcdsl.rules.program import Column, Record

_NUMBERS: Final = frozenset({"money", "rate", "percentage points", "number", "count", "ratio"})
_SHOWN: Final = 12


@attrs.frozen
class Need:
    """A column that is asked for, with its binding and how it will be read ("number", "text", "yes or no",
    "day")."""

    column: Column
    binding: ColumnBinding
    reader: str


@attrs.define(eq=False)
class Match:
    """Where the columns asked for are in a part: `places` are the file columns to read, `of[name]` the
    positions within `places` of a contract column, `families[name]` what kinds of cells they have."""

    part: Part
    places: list[int] = attrs.field(factory=list)
    as_codes: set[int] = attrs.field(factory=set)
    of: dict[str, list[int]] = attrs.field(factory=dict)
    families: dict[str, str] = attrs.field(factory=dict)


def match_part(part: Part, needs: list[Need], problems: Problems) -> Match:
    """Match all needs to the part's columns; what cannot be matched goes to `problems`."""
    fields = part.fields()
    match = Match(part)
    texts_only: dict[int, bool] = {}
    for need in needs:
        if need.binding.constant is not None:
            continue
        found = [_find(name, need, part, fields, problems) for name in _names(need)]
        places = [place for place in found if place is not None]
        if len(places) < len(found):
            continue
        for place in places:
            _check_type(need, fields[place], part, problems)
            by_text = need.reader != "number" and need.binding.how == "one"
            texts_only[place] = texts_only.get(place, True) and by_text
            if place not in match.places:
                match.places.append(place)
        match.of[need.column.name] = [match.places.index(place) for place in places]
        match.families[need.column.name] = ", ".join(family(fields[place].kind) for place in places)
    match.as_codes = {place for place, only in texts_only.items() if only}
    return match


def _names(need: Need) -> tuple[str, ...]:
    return need.binding.columns or (need.column.name,)


def _find(name: str, need: Need, part: Part, fields: list[Field], problems: Problems) -> int | None:
    """The place of a file column."""
    bound = bool(need.binding.columns)
    wanted = [name] if bound else [name, need.column.id, *need.column.aliases]
    for exact in wanted:
        places = [i for i, field in enumerate(fields) if field.name == exact]
        if places:
            return _only(places, exact, need, part, fields, problems)
    snake = snake_case(name)
    places = [i for i, field in enumerate(fields) if snake and snake_case(field.name) == snake]
    if places:
        return _only(places, name, need, part, fields, problems)
    problems.add(_missing(name, need, part, fields, problems.record))
    return None


def _only(
    places: list[int], name: str, need: Need, part: Part, fields: list[Field], problems: Problems
) -> int | None:
    if len(places) == 1:
        return places[0]
    found = ", ".join(f'"{fields[place].name}"' for place in places)
    problems.add(
        Diagnostic(
            "VBC5102",
            f'{problems.record.name}: {len(places)} columns of {part.label} answer to "{name}": {found}.',
            section=problems.record.section,
            help=f'Name one in the bindings: "{need.column.name}" = "…"; two of the same name must be renamed.',
        )
    )
    return None


def _missing(name: str, need: Need, part: Part, fields: list[Field], record: Record) -> Diagnostic:
    names = [field.name for field in fields]
    near = nearest(name, names) or nearest(need.column.id, names)
    likely = near[0] if near else "its column in the file"
    listed = near or names[:_SHOWN]
    more = f" … ({len(names)} columns)" if not near and len(names) > _SHOWN else ""
    what = "nearest columns" if near else "its columns"
    label = f'"{need.column.name}"' + ("" if name == need.column.name else f' (bound to "{name}")')
    return Diagnostic(
        "VBC5101",
        f"{record.name}: {part.label} has no column for {label}.",
        section=record.section,
        help=f'Write in the bindings, below [{record.id}.columns]: "{need.column.name}" = "{likely}".',
        details=(f"{what}: " + ", ".join(f'"{column}"' for column in listed) + more,),
    )


def _check_type(need: Need, field: Field, part: Part, problems: Problems) -> None:
    """Whether cells of the file column can be read as the kind."""
    kind, record = family(field.kind), problems.record
    if kind == "float":
        if need.binding.rules.float_places is None or need.reader == "text":
            problems.add(_float_refused(need, field, part, record))
        return
    if kind not in _served(need, field.kind):
        problems.add(
            Diagnostic(
                "VBC5105",
                f'{record.name}: "{need.column.name}" is {_kind(need)}, but "{field.name}" in {part.label} '
                f"holds {field.kind}.",
                section=record.section,
                help="Name another column in the bindings, or convert this one where it is made.",
            )
        )


def _served(need: Need, kind: Any) -> tuple[str, ...]:
    if need.reader == "number" or need.binding.how != "one":
        return ("number", "text", "nothing")
    if need.reader == "text":
        whole = not pa.types.is_decimal(kind) or kind.scale == 0
        return ("number", "text", "nothing") if whole else ("text", "nothing")
    if need.reader == "yes or no":
        return ("yes or no", "number", "text", "nothing")
    return ("date", "number", "text", "nothing")


def _kind(need: Need) -> str:
    base = need.column.kind.base
    return base if base in _NUMBERS - {"number", "rate", "count", "ratio"} or base == "text" else f"a {base}"


def _float_refused(need: Need, field: Field, part: Part, record: Record) -> Diagnostic:
    if need.reader == "text":
        help = "An identifier must be text or a whole number: a float changes its digits."
    else:
        help = (
            f"If its values are decimals, say of how many places in the bindings, below [{record.id}.columns]: "
            f'"{need.column.name}" = {{ column = "{field.name}", floats = "decimal places 2" }}.'
        )
    return Diagnostic(
        "VBC5104",
        f'{record.name}: "{field.name}" in {part.label} holds binary floats, which are not exact.',
        section=record.section,
        help=help,
    )


def check_alike(matches: list[Match], problems: Problems) -> None:
    """Report columns that hold numbers in one file and texts or dates in another."""
    matches = [match for match in matches if match.part.typed]
    for match in matches[1:]:
        for name, kinds in match.families.items():
            before = matches[0].families.get(name)
            if before is None or before == kinds or "nothing" in (before, kinds):
                continue
            problems.add(
                Diagnostic(
                    "VBC5103",
                    f'{problems.record.name}: "{name}" is {before} in {matches[0].part.label} '
                    f"and {kinds} in {match.part.label}.",
                    section=problems.record.section,
                    help="Write the files with one schema, or give only those that belong together.",
                )
            )
