"""What a statement does not show: counts of fewer than 11 people, and what would give them away.

A count of people is a number of rows of records that are kept by Member, or a count in the data that has no
bounds in the contract (a numerator, a denominator, a number of beneficiaries), other than of days, months or
points. From 1 through 10 it is not shown. Neither is a number that stands on it at the same keys, other than a
payment; and where a shown total would reveal the only hidden count of a column, the next smallest is hidden with
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from vbcdsl.model.names import snake_case
from vbcdsl.results.aggregates import PERSONAL
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import terms_used, walk

SMALLEST = 11
HIDDEN = "fewer than 11"
WITHHELD = "not shown"
_NO_PEOPLE = {"day", "days", "month", "months", "quarter", "quarters", "year", "years", "point", "points", "star",
              "stars", "dollar", "dollars", "hour", "hours"}  # fmt: skip


def counts_people(term: Term, program: Program) -> bool:
    """Whether a term is a count of people."""
    if term.kind.base != "count" or term.role == "entered":
        return False
    if set(snake_case(f"{term.kind.unit or ''} {term.name}").split("_")) & _NO_PEOPLE and not _rows_of_people(
        term, program
    ):
        return False
    if isinstance(term.expr, n.Col):
        record = program.records[term.expr.record]
        column = record.column(term.expr.column)
        return record.is_data and (
            column.high is None or (isinstance(column.high, Fraction) and column.high > 100)
        )
    return _rows_of_people(term, program)


def _rows_of_people(term: Term, program: Program) -> bool:
    for node in walk(term.expr):
        if isinstance(node, n.Aggregate) and node.name == "number":
            if node.distinct in PERSONAL or PERSONAL & set(node.rows.binds):
                return True
            source = program.records.get(node.rows.source or "")
            if source is not None and PERSONAL & set(source.dims):
                return True
    return False


def small(value: object) -> bool:
    """Whether a count is one that is not shown."""
    return isinstance(value, Fraction) and 0 < value < SMALLEST


def hidden_terms(terms: Iterable[Term], values: Mapping[str, object], program: Program) -> dict[str, str]:
    """Of terms at the same keys, in order of computation, those that are not shown, with what stands instead."""
    hidden: dict[str, str] = {}
    for term in terms:
        value = values.get(term.name)
        if counts_people(term, program) and small(value):
            hidden[term.name] = HIDDEN
        elif (
            term.payment is None
            and isinstance(value, Fraction)
            and hidden.keys() & set(terms_used(term.expr))
        ):
            hidden[term.name] = WITHHELD
    return hidden


def totalled(name: str, program: Program) -> bool:
    """Whether the contract adds a term up, so that a shown total could reveal a single hidden value."""
    own = program.terms[name].expr
    for term in program.terms.values():
        for node in walk(term.expr):
            added = node.value if isinstance(node, n.Aggregate) and node.name == "total" else None
            if added is None:
                continue
            if name in terms_used(added) or (isinstance(own, n.Col) and own in walk(added)):
                return True
    return False


def complementary(column: Mapping[str, object], hidden: set[str]) -> str | None:
    """The key to hide as well, where exactly one of a column is hidden: that of the next smallest count."""
    if len(hidden) != 1:
        return None
    rest = {
        key: value
        for key, value in column.items()
        if key not in hidden and isinstance(value, Fraction) and value
    }
    return min(rest, key=lambda key: (rest[key], key)) if rest else None
