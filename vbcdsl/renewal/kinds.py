"""What sort of change it is, by the rules that two texts are lowered to and not by their words.

Two texts with the same rules pay the same on any data: then a change is wording only. Else the place where
the rules part says what changed: a number beside a comparison is a threshold, an end of a table row is an
edge, and so on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import attrs

from vbcdsl.model.kinds import Kind
from vbcdsl.model.values import Value
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Column, Program, Record, Term

# code → title, in the order in which one stands for a change that is of several kinds
KINDS: Final = {
    "payment added": "payment added",
    "payment removed": "payment removed",
    "data": "record or column of data",
    "gate added": "gate added",
    "gate removed": "gate removed",
    "precedence": "precedence",
    "row added": "table row added",
    "row removed": "table row removed",
    "edge": "edge of a table row",
    "boundary": "boundary word",
    "threshold": "threshold",
    "cap or floor": "cap or floor",
    "rate": "rate",
    "amount": "amount",
    "number": "number",
    "rounding": "rounding",
    "dates": "dates and periods",
    "condition": "condition",
    "entered": "value entered by a party",
    "agreement": "agreement checked",
    "definition added": "definition added",
    "definition removed": "definition removed",
    "payment terms": "payer, payee, due date or category",
    "formula": "formula",
    "other": "other",
    "renamed": "renamed",
    "renumbered": "renumbered",
    "moved": "moved",
    "wording": "wording only",
}
_IGNORED: Final = frozenset({"span", "section", "label", "what", "text_as_written"})


@attrs.frozen
class Difference:
    """One difference of the rules: its kind, the section in which it stands, the term."""

    kind: str
    section: str
    term: str


# ---------------------------------------------------------------- the same rules


def fingerprint(program: Program) -> str:
    """The same for two texts whose rules are the same: what is paid, on any data, is then the same too. Section
    numbers, words of messages and rows' labels do not count."""
    parts: list[object] = [
        program.calendar, program.payer, program.provider, program.party, program.payment_rounding,
        sorted(program.roles), sorted(program.attributes.items()),
        [program.rosters[dim] for dim in sorted(program.rosters)],
    ]  # fmt: skip
    for name in sorted(program.records):
        parts.append(record_facts(program.records[name]))
    for name in sorted(program.terms):
        parts.append(term_facts(program.terms[name]))
    for agreement in program.agreements:
        parts.append((plain(agreement.cond), agreement.grain))
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def term_facts(term: Term) -> object:
    """What of a term can change an amount or who pays it."""
    payment = attrs.astuple(term.payment) if term.payment is not None else None
    return (term.name, repr(term.kind), term.grain, term.role, payment, plain(term.expr))


def record_facts(record: Record) -> object:
    """What of a record can change how its data are read."""
    columns = tuple(_column_facts(column) for column in record.columns)
    rows = (
        tuple(tuple(sorted((k, repr(v)) for k, v in row.items())) for row in record.rows)
        if record.rows is not None
        else None
    )
    return (
        record.name, record.keys, record.clock, record.dims, record.date_column, record.entries, record.unlisted,
        columns, rows,
    )  # fmt: skip


def _column_facts(column: Column) -> object:
    return (column.name, repr(column.kind), repr(column.missing), repr(column.low), repr(column.high),
            column.written, column.texts)  # fmt: skip


def plain(value: Any) -> object:
    """A node as nested tuples of what counts in it."""
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if attrs.has(type(value)) and not isinstance(value, Kind):
        fields = tuple(
            plain(getattr(value, field.name))
            for field in attrs.fields(type(value))
            if field.name not in _IGNORED
        )
        return (type(value).__name__, fields)
    return repr(value)


# ---------------------------------------------------------------- where the rules part


def differences(old: Program, new: Program) -> tuple[Difference, ...]:
    """Where the rules of two texts part, each place once."""
    found = dict.fromkeys(
        (*_header(old, new), *_records(old, new), *_terms(old, new), *_agreements(old, new))
    )
    return tuple(found)


def main_kind(found: tuple[Difference, ...]) -> str:
    """The kind that stands for all of them."""
    order = list(KINDS)
    return min((each.kind for each in found), key=order.index, default="wording")


def _header(old: Program, new: Program) -> Iterator[Difference]:
    if old.calendar != new.calendar:
        yield Difference("dates", "", "")
    if old.payment_rounding != new.payment_rounding:
        yield Difference("rounding", "", "")
    if (old.provider, old.party, sorted(old.roles)) != (new.provider, new.party, sorted(new.roles)):
        yield Difference("other", "", "")


def _records(old: Program, new: Program) -> Iterator[Difference]:
    for name in sorted({*old.records, *new.records}):
        a, b = old.records.get(name), new.records.get(name)
        if a is not None and b is not None and record_facts(a) == record_facts(b):
            continue
        record = b or a
        assert record is not None
        if a is None or b is None or a.rows is None or b.rows is None:
            yield Difference("entered" if name == "Entered Values" else "data", record.section, name)
            continue
        yield from _schedule(a, b)


def _schedule(old: Record, new: Record) -> Iterator[Difference]:
    """Tables of the contract itself: a value that changed is what its column is."""
    if tuple(map(_column_facts, old.columns)) != tuple(map(_column_facts, new.columns)):
        yield Difference("data", new.section, new.name)
        return
    keys = {key for key in (*old.keys, old.clock) if key}

    def keyed(record: Record) -> dict[object, dict[str, Value]]:
        return {tuple((k, repr(v)) for k, v in row.items() if k in keys): row for row in record.rows or ()}

    ours, theirs = keyed(old), keyed(new)
    if theirs.keys() - ours.keys():
        yield Difference("row added", new.section, new.name)
    if ours.keys() - theirs.keys():
        yield Difference("row removed", new.section, new.name)
    for key in ours.keys() & theirs.keys():
        for column in new.columns:
            if ours[key].get(column.name) != theirs[key].get(column.name):
                yield Difference(_by_base(column.kind), new.section, column.name)


def _by_base(kind: Kind) -> str:
    return {"money": "amount", "rate": "rate", "percentage points": "rate", "ratio": "rate", "date": "dates",
            "month": "dates"}.get(kind.base, "number")  # fmt: skip


def _terms(old: Program, new: Program) -> Iterator[Difference]:
    for name in sorted({*old.terms, *new.terms}):
        a, b = old.terms.get(name), new.terms.get(name)
        if a is None or b is None:
            term = b or a
            assert term is not None
            if term.role != "input" and not term.hidden:
                yield Difference(_whole(term, "added" if a is None else "removed"), term.section, name)
            continue
        if term_facts(a) == term_facts(b):
            continue
        if b.payment != a.payment and not b.hidden:
            due = a.payment is not None and b.payment is not None and a.payment.due != b.payment.due
            yield Difference("payment terms" if not due else "dates", b.section, name)
        if a.grain != b.grain or a.kind.base != b.kind.base:
            yield Difference("formula", b.section, name)
        for kind, section in _nodes(a.expr, b.expr, "value"):
            yield Difference(kind, section or b.section, name)


def _whole(term: Term, what: str) -> str:
    if term.payment is not None:
        return f"payment {what}"
    if term.role == "gate":
        return f"gate {what}"
    if term.role == "entered":
        return "entered"
    return f"definition {what}"


def _agreements(old: Program, new: Program) -> Iterator[Difference]:
    ours = {repr(plain(a.cond)): a.section for a in old.agreements}
    theirs = {repr(plain(a.cond)): a.section for a in new.agreements}
    for cond in sorted(ours.keys() ^ theirs.keys()):
        yield Difference("agreement", (theirs | ours)[cond], "")


# ---------------------------------------------------------------- expressions

Found = tuple[str, str]


def _nodes(old: Any, new: Any, place: str) -> Iterator[Found]:
    """The kinds of difference between two expressions with the sections; `place`: where in the sentence."""
    if plain(old) == plain(new):
        return
    section = getattr(new, "section", "") or getattr(old, "section", "")
    if not (isinstance(old, n.Node) and isinstance(new, n.Node)):
        yield "formula", section
        return
    wrapped = _wrapped(old, new) or _wrapped(new, old, removed=True)
    if wrapped and type(old) is not type(new):
        yield wrapped, section
        return
    if place == "condition" and (isinstance(old, n.All) or isinstance(new, n.All)):
        yield from _gates(_items(old), _items(new), section)
        return
    if type(old) is not type(new):
        yield ("condition" if place == "condition" else "formula"), section
        return
    yield from _same_type(old, new, place, section)


def _same_type(old: Any, new: Any, place: str, section: str) -> Iterator[Found]:
    match new:
        case n.Lit():
            yield _literal(new.kind, place), section
        case n.Compare():
            if old.op != new.op:
                pairs = ({">=", ">"}, {"<=", "<"})
                yield ("boundary" if {old.op, new.op} in pairs else "condition"), section
            yield from _nodes(old.left, new.left, "threshold")
            yield from _nodes(old.right, new.right, "threshold")
        case n.Clamp():
            yield from _nodes(old.value, new.value, place)
            for a, b in ((old.cap, new.cap), (old.floor, new.floor)):
                if plain(a) != plain(b):
                    yield "cap or floor", section
        case n.Round():
            if (old.mode, old.unit) != (new.mode, new.unit):
                yield "rounding", section
            yield from _nodes(old.value, new.value, place)
        case n.Case():
            yield from _case(old, new, place, section)
        case n.Lookup():
            yield from _lookup(old, new, section)
        case n.Bands():
            yield from _bands(old, new, section)
        case n.InForce():
            yield from _in_force(old, new, section)
        case n.All():
            yield from _gates(old.items, new.items, section)
        case n.Ref():
            yield ("dates" if old.term == new.term else "formula"), section
        case n.DateShift() | n.PeriodFact():
            yield "dates", section
        case n.PoolShare():
            yield from _fields(old, new, place, section, {"among": "condition", "each_cap": "cap"})
        case n.Aggregate() | n.Quantified():
            yield from _fields(old, new, place, section, {"where": "condition", "cond": "condition"})
        case _:
            yield from _fields(old, new, place, section, {})


def _literal(kind: Kind, place: str) -> str:
    if place in ("threshold", "condition"):
        return "threshold" if kind.base != "text" else "condition"
    if place == "cap":
        return "cap or floor"
    return _by_base(kind) if kind.base != "yes or no" else "condition"


def _fields(old: Any, new: Any, place: str, section: str, places: dict[str, str]) -> Iterator[Found]:
    """Nodes of one type: each part by itself; what is no expression is a matter of the formula (of a
    condition)."""
    for field in attrs.fields(type(new)):
        if field.name in _IGNORED:
            continue
        a, b = getattr(old, field.name), getattr(new, field.name)
        if plain(a) == plain(b):
            continue
        inside = places.get(field.name, place)
        pairs = [(a, b)] if not isinstance(b, tuple) else list(zip(a, b, strict=False))
        same_length = not isinstance(b, tuple) or len(a) == len(b)
        if same_length and all(isinstance(x, n.Node) and isinstance(y, n.Node) for x, y in pairs):
            for x, y in pairs:
                yield from _nodes(x, y, inside)
        else:
            conditional = inside == "condition" or field.name in ("op", "count", "percent", "every", "texts")
            yield ("threshold" if field.name in ("count", "percent") and field.name != "texts" and conditional
                   else "condition" if conditional else "formula"), section  # fmt: skip


def _case(old: n.Case, new: n.Case, place: str, section: str) -> Iterator[Found]:
    if len(old.branches) != len(new.branches):
        yield "condition", section
        return
    for (c1, v1), (c2, v2) in zip(old.branches, new.branches, strict=True):
        yield from _nodes(c1, c2, "condition")
        yield from _nodes(v1, v2, place)
    if old.otherwise is None or new.otherwise is None:
        if old.otherwise is not new.otherwise:
            yield "condition", section
    else:
        yield from _nodes(old.otherwise, new.otherwise, place)


def _items(node: n.Node) -> tuple[n.Node, ...]:
    return node.items if isinstance(node, n.All) else (node,)


def _gates(old: tuple[n.Node, ...], new: tuple[n.Node, ...], section: str) -> Iterator[Found]:
    """Conditions that must all hold: one more is a gate more."""
    ours, theirs = [repr(plain(i)) for i in old], [repr(plain(i)) for i in new]
    gone = [item for item, key in zip(old, ours, strict=True) if key not in theirs]
    come = [item for item, key in zip(new, theirs, strict=True) if key not in ours]
    if len(gone) == len(come):
        for a, b in zip(gone, come, strict=True):
            yield from _nodes(a, b, "condition")
    elif not gone:
        yield "gate added", section
    elif not come:
        yield "gate removed", section
    else:
        yield "condition", section


def _wrapped(inner: n.Node, outer: n.Node, removed: bool = False) -> str:
    """The kind of step that stands around the same value in one of the texts, or ""."""
    key = plain(inner)
    match outer:
        case n.Clamp() if plain(outer.value) == key:
            return "cap or floor"
        case n.Round() if plain(outer.value) == key:
            return "rounding"
        case n.Case() if any(plain(value) == key for _, value in outer.branches):
            return "gate removed" if removed else "gate added"
        case n.Case() if outer.otherwise is not None and plain(outer.otherwise) == key:
            return "precedence"
        case n.All() if any(plain(item) == key for item in outer.items):
            return "gate removed" if removed else "gate added"
        case n.InForce():
            return "dates"
        case n.Require() if plain(outer.value) == key:
            return "condition"
    return ""


def _lookup(old: n.Lookup, new: n.Lookup, section: str) -> Iterator[Found]:
    if old.mode != new.mode:
        yield "condition", section
    for a, b in zip(old.subjects, new.subjects, strict=False):
        yield from _nodes(a, b, "value")
    if len(old.subjects) != len(new.subjects):
        yield "formula", section
        return
    ours = {repr(plain(row.tests)): row for row in old.rows}
    theirs = {repr(plain(row.tests)): row for row in new.rows}
    for key in ours.keys() & theirs.keys():
        yield from _nodes(ours[key].value, theirs[key].value, "value")
    gone = [row for key, row in ours.items() if key not in theirs]
    come = [row for key, row in theirs.items() if key not in ours]
    if len(gone) == len(come):
        for a_row, b_row in zip(gone, come, strict=True):
            for s, t in zip(a_row.tests, b_row.tests, strict=False):
                yield from _tests(s, t, section)
            yield from _nodes(a_row.value, b_row.value, "value")
        return
    if len(come) > len(gone):
        yield "row added", section
    else:
        yield "row removed", section


def _tests(old: n.RowTest, new: n.RowTest, section: str) -> Iterator[Found]:
    if plain(old) == plain(new):
        return
    if isinstance(old, n.Interval) and isinstance(new, n.Interval):
        if plain((old.low, old.high)) == plain((new.low, new.high)):
            yield "boundary", section
        else:
            yield "edge", section
    else:
        yield "condition", section


def _bands(old: n.Bands, new: n.Bands, section: str) -> Iterator[Found]:
    if old.negative != new.negative:
        yield "condition", section
    yield from _nodes(old.subject, new.subject, "value")
    if len(old.bands) != len(new.bands):
        yield ("row added" if len(new.bands) > len(old.bands) else "row removed"), section
        return
    for a, b in zip(old.bands, new.bands, strict=True):
        if plain((a.low, a.high)) != plain((b.low, b.high)):
            yield "edge", section
        yield from _nodes(a.share, b.share, "value")


def _in_force(old: n.InForce, new: n.InForce, section: str) -> Iterator[Found]:
    if len(old.parts) != len(new.parts):
        yield "dates", section
        return
    for (s1, e1, v1), (s2, e2, v2) in zip(old.parts, new.parts, strict=True):
        if (s1, e1) != (s2, e2):
            yield "dates", section
        yield from _nodes(v1, v2, "value")
