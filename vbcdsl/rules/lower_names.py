"""Names in values: a term, a column at its keys, a term in another period or at a named key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import attrs

from vbcdsl.diagnostics import Diagnostic, Problem
from vbcdsl.model.kinds import Kind, plural
from vbcdsl.model.periods import CLOCKS, OWN, PARTS_OF_YEAR, YEAR, Calendar, Clock
from vbcdsl.model.span import Span
from vbcdsl.resolve.symbols import Symbols
from vbcdsl.rules import nodes as n
from vbcdsl.rules.scope import Scope, clock_of, finer_or_same
from vbcdsl.syntax import ast
from vbcdsl.types.infer import Kinds

UNSCORED_KIND = Kind("not scored", maybe_not_scored=True)


class NameLowerer:
    """Binds names. Subclasses add phrases of time, steps, values, conditions, rows, tables and sentences."""

    symbols: Symbols
    kinds: Kinds
    diagnostics: list[Diagnostic]

    # what the sentence part gives
    grain_of: Callable[[str], tuple[str, ...]]
    input_term: Callable[[str, str], str]
    timed_constant: Callable[[str], Any]
    read_in_period: Callable[[str, Scope], str | None]
    written: Callable[[Any], str]

    def cond(self, node: Any, scope: Scope) -> n.Node:
        """A condition (see `lower_conditions`)."""
        raise AssertionError

    def aggregate(self, node: Any, scope: Scope) -> n.Node:
        """An aggregate (see `lower_ranks`)."""
        raise AssertionError

    # ------------------------------------------------------------ problems

    def stop(
        self, code: str, message: str, span: Span, scope: Scope, help: str = "", fix: str | None = None
    ) -> Problem:
        """A problem to raise: this sentence cannot be lowered."""
        return Problem(Diagnostic(code, message, span, section=scope.section, help=help, fix=fix))

    def lit(self, value: Any, kind: Kind, span: Span, scope: Scope) -> n.Lit:
        """A literal node."""
        return n.Lit(value, kind, span=span, section=scope.section)

    def value(self, node: ast.Expr, scope: Scope) -> n.Node:
        """The core node of a value (see `lower_values`)."""
        raise AssertionError

    # ------------------------------------------------------------ names

    def dim(self, name: ast.Name, scope: Scope) -> str:
        """The dimension or clock that stands after `for each` or `in each` (Q3)."""
        clock = self.symbols.clock(name.text)
        if clock is not None:
            return clock
        found = self.symbols.dims.get(name.text)
        if found is None and name.text in self.symbols.unreadable:
            raise Problem(Diagnostic("", "", name.span))  # the sentence that declares it is reported
        if found is None:
            known = sorted(set(self.symbols.dims.values()))
            help_ = "the keys are " + ", ".join(known)
            owners = [self.symbols.records[owner] for owner in self.symbols.columns.get(name.text, ())]
            if any(owner.column(name.text).texts is not None for owner in owners):
                help_ += f'; list them as keys: "{name.text} List" are: | {name.text} | with a line for each'
            elif owners:
                help_ += f'; a column is one if its kind lists its texts: | {name.text} | one of "…" or "…" |'
            rows = self.symbols.records.get(plural(name.text))
            if rows is not None and rows.entries:
                help_ = (
                    f"“{rows.name}” are entries, which have no key: what holds for each row stands in "
                    "parentheses, as “the total of (the lesser of Paid and $100)”"
                )
            raise self.stop(
                "VBC3018", f"“{name.text}” is not a key of any records or table", name.span, scope, help_
            )
        return found

    def name(self, name: ast.Name, scope: Scope) -> n.Node:
        """What a name stands for here."""
        at: dict[str, Any] = {"span": name.span, "section": scope.section}
        if name.text in scope.arguments:
            argument = scope.arguments[name.text]
            if isinstance(argument, n.Node):
                return argument
            if isinstance(argument, str):
                from vbcdsl.model.kinds import TEXT

                return n.Lit(argument, TEXT, **at)
            raise AssertionError(argument)
        found = self.symbols.find(name.text, record=scope.record)
        match found:
            case ("term", term, _):
                return self.term_ref(term, name, scope)
            case ("column", column, record):
                return self.column_ref(record, column, name, scope)
            case ("dim", dim, _):
                if dim in scope.dims:
                    return n.KeyOf(dim, **at)
                if (looked_up := self.determined(dim, scope, name.span)) is not None:
                    return looked_up
                raise self.stop(
                    "VBC3013",
                    f"“{name.text}” has more than one value here",
                    name.span,
                    scope,
                    f"add “for each {name.text}” to the sentence, or use an aggregate word",
                )
            case ("record", record, _):
                raise self.stop(
                    "VBC3014",
                    f"“{record}” is a set of rows, not a value",
                    name.span,
                    scope,
                    f"write “the number of {record}”, or the total of one of its columns",
                )
            case ("dims" | "clocks", dim, _):
                raise self.stop(
                    "VBC3014",
                    f"“{name.text}” is a list, not a value",
                    name.span,
                    scope,
                    f"write “the number of {name.text}”",
                )
            case ("clock", clock, _):
                return n.PeriodFact("number" if clock != "Performance Year" else "year", clock, **at)  # type: ignore[arg-type]
            case ("role", role, _):
                raise self.stop("VBC3014", f"“{role}” is a party, not a value", name.span, scope)
        raise Problem(self.symbols.undefined(name, scope.section))

    def determined(self, dim: str, scope: Scope, span: Span) -> n.Node | None:
        """A key that follows from the keys here: the Domain of the Measure, the Cohort of the party."""
        attribute = self.symbols.attributes.get(dim)
        if attribute is None:
            return None
        owner = self.symbols.records[attribute[0]]
        keys = (*owner.keys, *((owner.clock,) if owner.clock else ()))
        if not scope.has(keys):
            return None
        if scope.record == owner.name:
            return n.Col(owner.name, attribute[1], span=span, section=scope.section)
        return n.Ref(self.input_term(owner.name, attribute[1]), span=span, section=scope.section)

    def term_ref(self, term: str, name: ast.Name, scope: Scope, shift: n.Shift | None = None) -> n.Node:
        """A reference to a term, checked for grain."""
        grain = self.grain_of(term)
        if shift is not None and shift.own is not None:
            scope = attrs.evolve(scope, dims=scope.dims | {OWN})
        if shift is None and (constant := self.timed_constant(term)) is not None:
            clock = clock_of(scope.dims)
            if clock is not None and clock != "Performance Year" and finer_or_same(clock, "Performance Year"):
                home = self.symbols.terms[term][0].section.number
                return cast(n.Node, attrs.evolve(constant, section=home))
        if shift is None and (dated := self.read_in_period(term, scope)) is not None:
            term, grain = dated, self.grain_of(dated)
        picks: list[tuple[str, n.Node]] = []
        for dim in scope.missing(grain):
            looked_up = self.determined(dim, scope, name.span)
            if looked_up is None:
                raise self._too_fine(name, grain, scope)
            picks.append((dim, looked_up))
        first = scope.first if shift is not None else None
        return n.Ref(term, shift, first, tuple(picks), span=name.span, section=scope.section)

    def _too_fine(self, name: ast.Name, grain: tuple[str, ...], scope: Scope) -> Problem:
        shown = self.symbols.calendar.shown
        finer = [shown(dim) for dim in scope.missing(grain)]
        keys = [dim for dim in finer if dim not in CLOCKS]
        clocks = [dim for dim in finer if dim in CLOCKS]
        each = f"for each {' and '.join(keys)}" if keys else ""
        each += f"{' in each ' if each else 'for each '}{clocks[0]}" if clocks else ""
        here = _keys(scope.dims, self.symbols.calendar)
        kind = self.kinds.of(n.Ref(name.text))
        total = f"write “the total of {name.text}” (or the average, the largest …), or "
        return self.stop(
            "VBC3013",
            f"“{name.text}” has a value for each {_keys(grain, self.symbols.calendar)}, and here one value for "
            f"each {here} is needed",
            name.span,
            scope,
            f"{'' if kind is not None and kind.base == 'text' else total}add “{each}” to the sentence",
        )

    def column_ref(self, record: str, column: str, name: ast.Name, scope: Scope) -> n.Node:
        """A column: of the visited row, or of the row that the keys here name."""
        owner = self.symbols.records[record]
        at: dict[str, Any] = {"span": name.span, "section": scope.section}
        if scope.record == record:
            return n.Col(record, column, **at)
        if column in owner.dims and column in scope.dims:
            return n.KeyOf(column, **at)
        others = [r for r in self.symbols.columns.get(column, ()) if r != record]
        keys = self.key_dims(record)
        if owner.entries or not scope.has(keys):
            for other in others:
                candidate = self.symbols.records[other]
                if not candidate.entries and scope.has(self.key_dims(other)):
                    return n.Ref(self.input_term(other, column), **at)
            if not owner.entries:
                picks = [(d, self.determined(d, scope, name.span)) for d in scope.missing(keys)]
                if all(value is not None for _, value in picks):
                    term = self.input_term(record, column)
                    return n.Ref(term, None, None, tuple((d, v) for d, v in picks if v is not None), **at)
            grain = keys if not owner.entries else (*keys, "row of " + record)
            raise self._too_fine(name, grain, scope)
        if any(scope.has(self.key_dims(o)) and not self.symbols.records[o].entries for o in others):
            raise self.stop(
                "VBC2016",
                f"“{column}” is a column of {record} and of {others[0]}",
                name.span,
                scope,
                "give one of the two columns another name, and map it in the bindings",
            )
        return n.Ref(self.input_term(record, column), **at)

    def key_dims(self, record: str) -> tuple[str, ...]:
        """The dimensions that name one row of a record: its keys, its clock, and the party if it has one."""
        owner = self.symbols.records[record]
        party = (self.symbols.party,) if self.symbols.party in owner.dims else ()
        return tuple(dict.fromkeys((*party, *owner.keys, *((owner.clock,) if owner.clock else ()))))

    def shifted(self, node: ast.Shifted, scope: Scope) -> n.Node:
        """A term in another period."""
        when = node.when
        found = self.symbols.find(node.name.text, record=None)
        if found is None:
            raise Problem(self.symbols.undefined(node.name, scope.section))
        if found[0] == "column":
            owner = self.symbols.records[found[2]]
            if not scope.has(self.key_dims(found[2])) or owner.entries:
                raise self._too_fine(node.name, self.key_dims(found[2]), scope)
            term = self.input_term(found[2], found[1])
        elif found[0] == "term":
            term = found[1]
        else:
            raise self.stop("VBC3014", f"“{node.name.text}” is not a value", node.name.span, scope)
        if when.own is not None:
            return self._at_own(node, term, scope)
        if when.party_first:
            self._clock_of(when, scope)
            raise self._not_first(node, scope)
        return self.term_ref(term, node.name, scope, self._shift(when, term, node.name, scope))

    def _clock_of(self, when: ast.When, scope: Scope) -> Clock:
        """The clock of which another period is meant."""
        clock = self.symbols.clock(when.clock)
        if clock is None:
            clocks = ", ".join(self.symbols.calendar.shown(c) for c in ("Month", "Quarter", "Half Year"))
            raise self.stop(
                "VBC2013",
                f"“{when.clock}” is not a period",
                when.span,
                scope,
                f"the periods are {clocks} and Performance Year, and those that a table "
                "“…, in this order: | … | First day | Last day |” lists",
            )
        return clock

    def _shift(self, when: ast.When, term: str, name: ast.Name, scope: Scope) -> n.Shift:
        """The other period of a term."""
        clock = self._clock_of(when, scope)
        term_clock = clock_of(self.grain_of(term))
        shown = self.symbols.calendar.shown
        if term_clock is not None and term_clock != clock and when.year is None:
            raise self.stop(
                "VBC3016",
                f"“{name.text}” has a value for each {shown(term_clock)}, not for each {shown(clock)}",
                name.span,
                scope,
                self._earlier_of(term_clock, clock, when.back or 1),
            )
        if when.year is not None:
            return n.Shift(year=self.year_number(when.year, when.span, scope))
        return n.Shift(back=when.back, clock=clock)

    def _earlier_of(self, clock: str, written: Clock, back: int) -> str:
        """What to write for an earlier period of a term that has a value for each shorter one."""
        shown = self.symbols.calendar.shown(clock).lower()
        parts = PARTS_OF_YEAR.get(clock, 0) * back if written == YEAR else 0
        same = f", or “{parts} {shown}s earlier” for the same one of an earlier year" if parts else ""
        return f"write “in the prior {shown}”{same}"

    def _at_own(self, node: ast.Shifted, term: str, scope: Scope) -> n.Node:
        """A term in one of the contract's own periods, by name or number."""
        when = node.when
        assert when.own is not None
        number = self.own_number(ast.Name(when.clock, span=when.span), when.own, when.span, scope)
        if OWN not in self.grain_of(term):
            raise self.stop(
                "VBC3016",
                f"“{node.name.text}” has no value for each {self.symbols.calendar.shown(OWN)}",
                node.name.span,
                scope,
                f"add “, for each {self.symbols.calendar.shown(OWN)},” to the sentence that defines it",
            )
        return self.term_ref(term, node.name, scope, n.Shift(own=number, clock=OWN))

    def own_clock(self, name: ast.Name, scope: Scope) -> None:
        """Whether a name is that of the contract's own periods."""
        if self.symbols.clock(name.text) != OWN:
            raise self.stop(
                "VBC2013",
                f"“{name.text}” is not one of the contract's own periods",
                name.span,
                scope,
                "write the performance year, or list the periods: “"
                f'"{name.text}s" are, in this order: | {name.text} | First day | Last day |”',
            )

    def own_number(self, name: ast.Name, label: str, span: Span, scope: Scope) -> int:
        """The number of an own period that a sentence names."""
        self.own_clock(name, scope)
        calendar = self.symbols.calendar
        period = calendar.own_named(label)
        if period is None:
            known = ", ".join(f"“{p.name}”" for p in calendar.own)
            raise self.stop(
                "VBC2017",
                f"there is no {calendar.own_title} {label} in this contract",
                span,
                scope,
                f"they are {known}",
            )
        return period.number

    def _not_first(self, node: ast.Shifted, scope: Scope) -> Problem:
        return self.stop(
            "VBC3015",
            "write the year: the party's own first performance year differs from party to party",
            node.span,
            scope,
            "define a term for it with “, or … in the Provider's first performance year”",
        )

    def year_number(self, label: int, span: Span, scope: Scope) -> int:
        """The number of a performance year that a sentence names by number or by calendar year."""
        year = self.symbols.calendar.year_named(label)
        if year is None:
            years = self.symbols.calendar.years
            raise self.stop(
                "VBC2017",
                f"there is no performance year {label} in this contract",
                span,
                scope,
                f"its performance years are 1 through {len(years)}, which begin in {years[0].label} through "
                f"{years[-1].label}",
            )
        return year.number

    def at_key(self, node: ast.AtKey, scope: Scope) -> n.Node:
        """A term at a named key."""
        from vbcdsl.model.kinds import TEXT

        if node.parameter is not None:
            named = node.parameter
            if not isinstance(named, ast.Literal_) or not isinstance(named.value, str):
                raise self.stop(
                    "VBC3017",
                    f"“for {self.written(named)}” names no key",
                    named.span,
                    scope,
                    f'write the key in quotation marks: “{node.name.text} for "…"”',
                )
            node = attrs.evolve(node, key=named.value, parameter=None)
        found = self.symbols.find(node.name.text, record=None)
        if found is None or found[0] not in ("term", "column"):
            raise Problem(self.symbols.undefined(node.name, scope.section))
        term = found[1] if found[0] == "term" else self.input_term(found[2], found[1])
        grain = self.grain_of(term)
        missing = [dim for dim in scope.missing(grain) if self.determined(dim, scope, node.span) is None]
        candidates = missing or [
            d for d in grain if d != self.symbols.party and self.symbols.clock(d) is None
        ]
        if len(candidates) != 1:
            raise self.stop(
                "VBC3017",
                f'“for "{node.key}"” does not say which key of {node.name.text} is meant',
                node.span,
                scope,
            )
        self.check_key(candidates[0], node.key, node.span, scope)
        shift = self._shift(node.when, term, node.name, scope) if node.when is not None else None
        pick = ((candidates[0], n.Lit(node.key, TEXT, span=node.span, section=scope.section)),)
        return n.Ref(term, shift, None, pick, span=node.span, section=scope.section)

    def check_key(self, dim: str, text: str, span: Span, scope: Scope) -> None:
        """A text that no row of the contract's own list names is an error (Q46)."""
        known = self.literal_keys(dim)
        if known is not None and text not in known:
            from vbcdsl.diagnostics.suggest import nearest

            near = nearest(text, known)
            raise self.stop(
                "VBC2018",
                f"no row of the contract names “{text}” as a {dim}",
                span,
                scope,
                f"did you mean “{near[0]}”?" if near else "",
            )

    def literal_keys(self, dim: str) -> list[str] | None:
        """The keys of a dimension that a table of the contract lists, or None if data lists them."""
        roster = self.symbols.rosters.get(dim)
        if roster is None:
            return None
        record = self.symbols.records[roster.record]
        column = self.symbols.attributes.get(dim, (record.name, dim))[1]
        if record.rows is None:
            allowed = next((c.texts for c in record.columns if c.name == column), None)
            return list(allowed) if allowed else None
        return [str(row[column]) for row in record.rows if column in row]


def _walk(node: n.Node) -> Any:
    from vbcdsl.rules.uses import walk

    return walk(node)


def _keys(dims: Any, calendar: Calendar) -> str:
    plain = [d for d in dims if d not in CLOCKS]
    clocks = [d for d in CLOCKS if d in dims]
    text = " and ".join(sorted(plain)) or "contract"
    return text + (f" in each {calendar.shown(clocks[0])}" if clocks else "")
