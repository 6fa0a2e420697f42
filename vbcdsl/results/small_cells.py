"""What a document that is passed on does not show: counts of fewer than 11 people, and what would give them away.

A count of people is a number of rows of records that are kept by Member, a count in the data that has no bounds in
the contract (a numerator, a denominator, a number of beneficiaries), other than of days, months or points, and a
sum or difference of such. The rule, for every document alike:

1. From 1 through 10 it is not shown.
2. Where two counts are of the same rows, or the contract divides or subtracts one by the other, and they differ by
   1 through 10, the smaller is not shown: 95 of 100 would say 5.
3. Where the total of a column is known, the hidden cells of the column are at least two and together at least 11:
   the next smallest are hidden with them.
4. What is computed from a hidden number at the same keys is not shown, other than a payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeVar

from vbcdsl.model.names import snake_case
from vbcdsl.results.aggregates import PERSONAL
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record, Term
from vbcdsl.rules.uses import terms_used, walk

SMALLEST = 11
HIDDEN = "fewer than 11"
WITHHELD = "not shown"
_NO_PEOPLE = {"day", "days", "month", "months", "quarter", "quarters", "year", "years", "point", "points", "star",
              "stars", "dollar", "dollars", "hour", "hours"}  # fmt: skip
_K = TypeVar("_K")


def small(value: object) -> bool:
    """Whether a count is one that is not shown."""
    return isinstance(value, Fraction) and 0 < value < SMALLEST


def of_people(record: Record) -> bool:
    """Whether the rows of a record are people, or belong to them."""
    return bool(PERSONAL & set(record.dims))


# ---------------------------------------------------------------- cells of a column


def protected(cells: Mapping[_K, object], hidden: Iterable[_K] = (), *, total_known: bool) -> set[_K]:
    """The keys of a column of counts that are not shown: `hidden` already, the small ones, and where the total is
    known the next smallest, so that the total reveals none."""
    found = set(hidden) | {key for key, value in cells.items() if small(value)}
    numbers = {key: value for key, value in cells.items() if isinstance(value, Fraction) and value}
    rest = sorted((key for key in numbers if key not in found), key=lambda key: (numbers[key], str(key)))
    while found and total_known and rest:
        concealed = [numbers[key] for key in found if key in numbers]
        if len(concealed) > 1 and sum(concealed) >= SMALLEST:
            break
        found.add(rest.pop(0))
    return found


def parts_of(one: Mapping[_K, object], other: Mapping[_K, object]) -> tuple[set[_K], set[_K]]:
    """Of two columns of counts of the same rows the keys, in one and in the other, at which the smaller number is
    hidden because the difference is small."""
    mine: set[_K] = set()
    theirs: set[_K] = set()
    for key, value in one.items():
        against = other.get(key)
        if not isinstance(value, Fraction) or not isinstance(against, Fraction) or not value or not against:
            continue
        if small(abs(value - against)):
            (mine if value < against else theirs).add(key)
    return mine, theirs


# ---------------------------------------------------------------- terms of a contract


def counts_people(term: Term, program: Program) -> bool:
    """Whether a term is a count of people."""
    return _counts(term, program, frozenset())


def _counts(term: Term, program: Program, seen: frozenset[str]) -> bool:
    if term.kind.base != "count" or term.role == "entered" or term.name in seen:
        return False
    if _rows_of_people(term, program):
        return True
    if set(snake_case(f"{term.kind.unit or ''} {term.name}").split("_")) & _NO_PEOPLE:
        return False
    if isinstance(term.expr, n.Col):
        record = program.records[term.expr.record]
        column = record.column(term.expr.column)
        return record.is_data and (
            column.high is None or (isinstance(column.high, Fraction) and column.high > 100)
        )
    if isinstance(term.expr, n.Add | n.Subtract):
        inner = [program.terms[name] for name in terms_used(term.expr) if name in program.terms]
        return any(_counts(one, program, seen | {term.name}) for one in inner)
    return False


def _rows_of_people(term: Term, program: Program) -> bool:
    for node in walk(term.expr):
        if isinstance(node, n.Aggregate) and node.name == "number":
            if node.distinct in PERSONAL or PERSONAL & set(node.rows.binds):
                return True
            source = program.records.get(node.rows.source or "")
            if source is not None and of_people(source):
                return True
    return False


def hidden_terms(
    terms: Iterable[Term], values: Mapping[str, object], program: Program, also: Iterable[str] = ()
) -> dict[str, str]:
    """Of terms at the same keys, in order of computation, those that are not shown, with what stands instead.
    `also`: terms that are hidden for another reason."""
    terms = list(terms)
    counts = [term for term in terms if counts_people(term, program)]
    hidden = dict.fromkeys(also, WITHHELD)
    hidden.update({term.name: HIDDEN for term in counts if small(values.get(term.name))})
    for place, one in enumerate(counts):
        for other in counts[place + 1 :]:
            if _same_rows(one, other, program):
                mine, theirs = parts_of({0: values.get(one.name)}, {0: values.get(other.name)})
                for name in [one.name] * len(mine) + [other.name] * len(theirs):
                    hidden.setdefault(name, WITHHELD)
    for term in terms:
        if (
            term.name not in hidden
            and term.payment is None
            and isinstance(values.get(term.name), Fraction)
            and hidden.keys() & set(terms_used(term.expr))
        ):
            hidden[term.name] = WITHHELD
    return hidden


def _same_rows(one: Term, other: Term, program: Program) -> bool:
    """Whether one count may be a part of another: of one record, or a sentence divides or subtracts them."""
    if _records(one, program) & _records(other, program):
        return True
    names = {one.name, other.name}
    columns = {term.expr for term in (one, other) if isinstance(term.expr, n.Col)}
    for term in program.terms.values():
        for node in walk(term.expr):
            if isinstance(node, n.Divide | n.Subtract):
                used = {inner.term for inner in walk(node) if isinstance(inner, n.Ref)}
                data = {inner for inner in walk(node) if isinstance(inner, n.Col)} & columns
                if len(used & names) + len(data) > 1:
                    return True
    return False


def _records(term: Term, program: Program) -> set[str]:
    found: set[str] = set()
    for node in walk(term.expr):
        if isinstance(node, n.Col):
            found.add(node.record)
        elif isinstance(node, n.Aggregate) and node.rows.source is not None:
            found.add(node.rows.source)
    return {name for name in found if program.records[name].is_data}


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
