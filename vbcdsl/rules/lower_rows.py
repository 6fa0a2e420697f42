"""Which rows a sentence means (`lower_aggregates` and `lower_ranks` beside this say what is done with them).

The rows are those of one record (a column of it, or its name, stands in the sentence), or the keys of a finer
term. Where two readings are possible the sentence must say `over the …` (Q6).
"""

from __future__ import annotations

from typing import Any

import attrs

from vbcdsl.diagnostics import Problem
from vbcdsl.model.frozen import compared, frozen
from vbcdsl.model.periods import CLOCKS, YEAR
from vbcdsl.model.span import Span
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_conditions import ConditionLowerer
from vbcdsl.rules.scope import Scope, clock_of
from vbcdsl.syntax import ast


@frozen
class Visit:
    """The rows that an aggregate visits, and the scope inside a row."""

    rows: n.Rows
    scope: Scope


class RowLowerer(ConditionLowerer):
    """Finds the rows that an aggregate, a rank, an attribution or a quantified condition visits."""

    def visit(
        self,
        parts: list[Any],
        over: ast.Over | None,
        across: ast.Across | None,
        span: Span,
        scope: Scope,
        extra: tuple[str, ...] = (),
    ) -> Visit:
        """The rows that the names in `parts` and the words `over …`, `across …` mean."""
        free: set[str] = set()
        within: list[str] = []
        others = False
        record: str | None = None
        binds: list[str] = list(extra)
        if across is not None:
            dim, record = self._plural(across.plural, scope, every=True)
            if dim is not None:
                binds.append(dim)
                free.add(dim)
                others = across.others
            if across.within is not None:
                within.append(self.dim(across.within, scope))
        if over is not None and over.plural is not None:
            dim, record = self._plural(over.plural, scope, every=over.every)
            if dim is not None:
                binds.append(dim)
                if over.every or dim == self.symbols.party:
                    free.add(dim)
                elif dim in scope.dims:
                    raise self._only_one(dim, over.plural, scope, f"write “over all {over.plural.text}”, or ")
            if over.within is not None and self.dim(over.within, scope) not in scope.dims:
                raise self._several(over.within, scope)
        outer = self._without(scope, free)
        records, dims = self._mentioned(parts, outer)
        if record is None and not (across is not None and self.symbols.party in binds and not records):
            record = self._row_record(records, dims, set(binds), outer, span)
            if (
                record is None and not binds
            ):  # rows of several records that share their keys: the keys are visited
                timed = any(d in CLOCKS for r in records for d in outer.missing(self.key_dims(r)))
                if len(records) > 1 and timed:
                    raise self._two_records(records, scope, span)
                dims = dims | {d for r in records for d in outer.missing(self.key_dims(r)) if d not in CLOCKS}
            elif record is not None and self._listed_elsewhere(record, binds, outer):
                record = None
        return self._make(record, binds, dims, within, others, over, outer, scope, span)

    def _without(self, scope: Scope, free: set[str]) -> Scope:
        """The scope around rows of all these keys: of a row around them that has one only the other keys are left,
        and months are those of the performance year."""
        dims = scope.dims - free
        if free & scope.dims & set(CLOCKS):
            dims |= {YEAR}
        record = scope.record
        if record is not None and free & set(self.symbols.record_dims(self.symbols.records[record])):
            record = None
        return attrs.evolve(scope, dims=dims, record=record)

    def _only_one(self, dim: str, name: ast.Name, scope: Scope, advice: str = "") -> Problem:
        """“over the Measures” in a sentence that is for each Measure."""
        return self.stop(
            "VBC3028",
            f"there is one {dim} here, and {name.text} are several",
            name.span,
            scope,
            f"{advice}define a term without “for each {dim}” for it",
        )

    def _several(self, name: ast.Name, scope: Scope) -> Problem:
        return self.stop("VBC3013", f"“{name.text}” has more than one value here", name.span, scope)

    def _plural(self, name: ast.Name, scope: Scope, every: bool = False) -> tuple[str | None, str | None]:
        """`over the Contract Measures` names a record, `over all Members` a key (also of a record's name)."""
        if every and name.text in self.symbols.plurals:
            return self.symbols.plurals[name.text], None
        if every and (periods := self.symbols.clock_of_plural(name.text)) is not None:
            return periods, None  # “over all Months” also where a column or a term is called Months
        found = self.symbols.find(name.text)
        match found:
            case ("record", record, _):
                return None, record
            case ("dims" | "dim", dim, _):
                return dim, None
            case ("column", column, _) if column in self.symbols.attributes:
                return column, None
            case ("clocks" | "clock", clock, _):
                return clock, None
        raise Problem(self.symbols.undefined(name, scope.section))

    def _mentioned(self, parts: list[Any], scope: Scope) -> tuple[list[str], set[str]]:
        """The records whose columns need a row of their own, and the keys that finer terms need."""
        records: list[str] = []
        dims: set[str] = set()
        for part in parts:
            named: set[int] = set()  # values at a key that the sentence names need no row of their own
            for node in outside_aggregates(part):
                if isinstance(node, ast.AtKey) and self._only_the_key_misses(node.name, scope):
                    named.add(id(node.name))
                if not isinstance(node, ast.Name) or node.text in scope.arguments or id(node) in named:
                    continue
                found = self.symbols.find(node.text, record=scope.record)
                if found is None:
                    raise Problem(self.symbols.undefined(node, scope.section))
                if found[0] == "term":
                    dims |= {d for d in scope.missing(self.grain_of(found[1])) if not self._follows(d, scope)}
                elif found[0] == "column":
                    owner = self._owner(found[1], records, scope)
                    if owner is not None and owner not in records:
                        records.append(owner)
                elif found[0] == "dim" and found[1] not in scope.dims and not self._follows(found[1], scope):
                    dims.add(found[1])
                elif found[0] == "record" and found[1] not in records:
                    records.append(found[1])
        return records, dims

    def _only_the_key_misses(self, name: ast.Name, scope: Scope) -> bool:
        """Whether a name has one value here but for the key that stands behind `for`."""
        found = self.symbols.find(name.text, record=None)
        if found is None or found[0] not in ("term", "column"):
            return False
        grain = self.grain_of(found[1]) if found[0] == "term" else self.key_dims(found[2])
        missing = [dim for dim in scope.missing(grain) if not self._follows(dim, scope)]
        return len(missing) == 1 and missing[0] not in CLOCKS

    def _follows(self, dim: str, scope: Scope) -> bool:
        return self.determined(dim, scope, Span(0, 0)) is not None

    def _owner(self, column: str, records: list[str], scope: Scope) -> str | None:
        """The record of a column that has more than one value here; None if it has one."""
        owners = self.symbols.columns.get(column, [])
        for owner in owners:
            record = self.symbols.records[owner]
            if owner == scope.record or (not record.entries and scope.has(self.key_dims(owner))):
                return None
        return next((o for o in owners if o in records), owners[0] if owners else None)

    def _row_record(
        self, records: list[str], dims: set[str], binds: set[str], scope: Scope, span: Span
    ) -> str | None:
        """The one record whose rows are visited, or None when keys are."""
        if not records:
            return None
        needed = set(dims) | binds
        for name in records:
            needed |= set(scope.missing(self.key_dims(name)))
        entries = [name for name in records if self.symbols.records[name].entries]
        if len(entries) > 1:
            raise self._two_records(entries, scope, span)
        holders = [
            name
            for name in (entries or records)
            if needed <= (set(self.symbols.record_dims(self.symbols.records[name])) | scope.dims)
        ]
        if len(records) == 1 and not entries and holders and not binds - set(self.key_dims(records[0])):
            return records[0]
        if entries:
            if not holders:
                raise self._two_records(records, scope, span)
            return entries[0]
        data = [name for name in holders if set(self.key_dims(name)) - set(scope.dims)]
        if len(data) == 1:
            return data[0]
        return None

    def _listed_elsewhere(self, record: str, named: list[str], scope: Scope) -> bool:
        """Whether the keys that a sentence names (`across all ACOs`) have at most one row of a record each, and
        another one is their list: then the list is visited, so that a key without a row takes the column's value
        for what is missing, or stops (Q8)."""
        rosters = [self.symbols.rosters.get(dim) for dim in named if dim not in CLOCKS]
        return (
            not self.symbols.records[record].entries
            and set(scope.missing(self.key_dims(record))) <= set(named)
            and any(roster is not None and roster.record != record for roster in rosters)
        )

    def _two_records(self, records: list[str], scope: Scope, span: Span) -> Problem:
        return self.stop(
            "VBC3027",
            "the rows can be those of " + " or of ".join(records),
            span,
            scope,
            f"add “over the {records[0]}”, and define a term for what comes from the other",
        )

    def _make(
        self,
        record: str | None,
        binds: list[str],
        dims: set[str],
        within: list[str],
        others: bool,
        over: ast.Over | None,
        outer: Scope,
        scope: Scope,
        span: Span,
    ) -> Visit:
        window = None
        if over is not None and over.years is not None:
            window = n.Window(years=over.years)
        elif over is not None and over.to_date is not None:
            window = n.Window(to_date=True)
        if record is not None:
            owner = self.symbols.records[record]
            carried = self.symbols.record_dims(owner)
            inside_clock = (owner.clock,) if owner.clock else ()
            bound = tuple(dict.fromkeys((*(d for d in carried if d not in outer.dims), *binds)))
            # a key outside the record that the row's value needs (the party of a table of the contract)
            fixed = self._fixed(outer, set(carried), owner.clock, owner.date_column, owner.entries)
            inner_dims = (scope.dims - (set(scope.dims) - set(outer.dims))) | set(bound) | set(inside_clock)
            inner = attrs.evolve(scope, dims=frozenset(inner_dims), record=record)
            rows = n.Rows(
                record, tuple(d for d in bound if d not in fixed), (*fixed, *within), others, window
            )
            return Visit(rows, inner)
        bound = tuple(dict.fromkeys((*binds, *(d for d in sorted(dims) if d not in binds))))
        if not bound and window is not None:
            bound = (clock_of(outer.dims) or "Performance Year",)
        if not bound:
            raise self.stop(
                "VBC3028",
                "there is only one value here, and an aggregate needs several",
                span,
                scope,
                "take the value as it is, or say “over all …” or “across all …”",
            )
        related: set[str] = set()
        for dim in bound:
            roster = self.symbols.rosters.get(dim)
            if roster is None and dim not in CLOCKS:
                raise self.stop(
                    "VBC2021", f"no records list the {dim}", span, scope, f"add records “one for each {dim}”"
                )
            if roster is not None:
                related |= set(self.symbols.record_dims(self.symbols.records[roster.record]))
        only_periods = all(dim in CLOCKS for dim in bound)
        fixed = tuple(
            d
            for d in _ordered(outer.dims, self.symbols.party)
            if d in (self.symbols.party, *CLOCKS)
            or d in related
            or only_periods
            or d not in self.symbols.attributes
        )
        inner = attrs.evolve(outer, dims=outer.dims | frozenset(bound), record=None)
        rows = n.Rows(None, bound, (*fixed, *within), others, window)
        return Visit(rows, inner)

    def _fixed(
        self, outer: Scope, carried: set[str], clock: str | None, date_column: str | None, entries: bool
    ) -> tuple[str, ...]:
        """The keys of the environment that rows of a record must agree with."""
        fixed: list[str] = []
        timed = clock is not None or date_column is not None
        for dim in _ordered(outer.dims, self.symbols.party):
            if dim in CLOCKS:
                if timed:
                    fixed.append(dim)
            elif dim in carried:
                fixed.append(dim)
        return tuple(fixed)


def outside_aggregates(part: Any) -> list[Any]:
    """The syntax nodes of a part that are not inside an aggregate of its own."""
    found: list[Any] = []
    stack = [part]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(reversed(current))
            continue
        if not isinstance(current, ast.Syntax):
            continue
        found.append(current)
        if isinstance(
            current, ast.AggregateOf | ast.RankOf | ast.WithMost | ast.Enough | ast.Over | ast.Across
        ):
            continue
        stack.extend(getattr(current, name) for name in reversed(compared(type(current))))
    return found


def _ordered(dims: frozenset[str], party: str) -> tuple[str, ...]:
    """The party first, then clocks, then the others by name."""
    return tuple(sorted(dims, key=lambda d: (d != party, d not in CLOCKS, d)))
