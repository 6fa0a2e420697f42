"""The programs of a contract without their numbers: contracts of one form, with other numbers, are alike.

What a contract's terms are is in its form, but for the numbers that stand in them: names, sections, kinds, every
node of every expression. Records, rosters and tables are not.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from fractions import Fraction
from typing import Any, Final, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program

Shape: TypeAlias = Any  # nested tuples
_BLANK: Final = "a number"
_TEXT: Final = ("span", "section", "label")
_INSIDE: Final = (n.LookupRow, n.Band, n.Interval, n.TieStep)
_LEAVES: Final = frozenset({str, bool, int, type(None), Fraction})
_FIELDS: dict[Any, tuple[str, ...] | None] = {}


@frozen
class Outline:
    """`form`: a hash, the same for contracts whose programs are equal but for numbers. `numbers`: these, in the
    order of the programs and their terms."""

    form: str
    numbers: tuple[Fraction, ...]


def outline_of(bundle: Bundle) -> Outline:
    """The outline of a contract."""
    numbers: list[Fraction] = []
    programs = {id(program): program for program in bundle.by_year.values()}
    order = {text: place for place, text in enumerate(programs)}
    years = tuple((year, order[id(program)]) for year, program in bundle.by_year.items())
    shape = (years, *(_program(program, numbers) for program in programs.values()))
    body = io.BytesIO()
    writer = pickle.Pickler(body, protocol=5)
    writer.fast = True  # what is equal is written alike, be it one object or several
    writer.dump(shape)
    return Outline(hashlib.sha256(body.getbuffer()).hexdigest(), tuple(numbers))


def _program(program: Program, numbers: list[Fraction]) -> Shape:
    terms = tuple(
        (
            t.name, t.section, t.kind, t.grain, t.role, t.hidden, _plain(t.payment), _shape(t.expr, numbers),
        )
        for t in program.terms.values()
    )  # fmt: skip
    return (
        program.calendar,
        program.payer,
        program.provider,
        program.party,
        program.payment_rounding,
        terms,
    )


def _shape(value: Any, numbers: list[Fraction]) -> Shape:
    kind = type(value)
    if kind in _LEAVES:
        return value
    if kind is n.Lit:
        if type(value.value) is Fraction:
            numbers.append(value.value)
            return (_BLANK, value.kind)
        return (kind, value.value, value.kind)
    if kind is tuple:
        return tuple([_shape(item, numbers) for item in value])
    fields = fields_of(kind)
    if fields is None:
        return value
    return (kind, *[_shape(getattr(value, name), numbers) for name in fields])


def fields_of(kind: Any) -> tuple[str, ...] | None:
    """The parts of a node, but for its place in the text and its words; None: it is no node."""
    if kind not in _FIELDS:
        node = issubclass(kind, n.Node) or kind in _INSIDE
        names = [field.name for field in attrs.fields(kind)] if node else []
        _FIELDS[kind] = tuple(name for name in names if name not in _TEXT) if node else None
    return _FIELDS[kind]


def _plain(value: Any) -> Any:
    return value if value is None or not attrs.has(type(value)) else attrs.astuple(value, recurse=False)
