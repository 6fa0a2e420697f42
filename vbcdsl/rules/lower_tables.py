"""Tables: from syntax to `Lookup`, `Bands`, `Case` and `InForce`."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from vbcdsl.model.kinds import NUMBER, Kind
from vbcdsl.model.periods import OWN
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules import nodes as n
from vbcdsl.rules.lower_quantified import QuantifiedLowerer
from vbcdsl.rules.scope import Scope
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.types.alike import a_kind


class TableLowerer(QuantifiedLowerer):
    """Adds tables to values, conditions and rows."""

    # ------------------------------------------------------------ tables with a value in each row

    def set_by(self, core: t.SetBy, index: int, scope: Scope, table: t.Table | None = None) -> n.Node:
        """The value of the `index`-th term that a table sets."""
        table = table or core.table
        if core.mode == "two-way":
            return self._two_way(core, table, scope)
        if core.mode == "conditions":
            return self._conditions_table(core, table, index, scope)
        subjects = self._subjects(core, scope)
        for row in table.rows:
            if len(row.cells) != len(table.header):
                raise self.stop(
                    "VBC1010",
                    f"this row has {len(row.cells)} cells and the head has {len(table.header)}",
                    row.span,
                    scope,
                    "give each row one cell for each column",
                )
        column = self._value_column(core, index, table, len(subjects), scope)
        rows = []
        for row in table.rows:
            choices = [self._tests(subjects[k], row.cells[k], scope) for k in range(len(subjects))]
            for tests in product(*choices):  # a row for `"A" or "B"` is a row for each
                value = self._cell(row.cells[column], subjects, tests, row, scope)
                rows.append(n.LookupRow(tests, value, self.written(row), row.span))
        mode = "first" if core.mode == "first" else "exactly one"
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        return n.Lookup(tuple(subjects), tuple(rows), mode, **at)  # type: ignore[arg-type]

    def _subjects(self, core: t.SetBy, scope: Scope) -> list[n.Node]:
        subjects = [self.value(subject, scope) for subject in core.subjects]
        if core.mode == "clock":
            for subject, written in zip(subjects, core.subjects, strict=True):
                kind = self.kinds.of(subject)
                if not isinstance(subject, n.PeriodFact) and kind is not None:
                    raise self.stop(
                        "VBC1015",
                        "the sentence does not say how a row is chosen",
                        written.span,
                        scope,
                        "write “…, where exactly one row applies:” before the table",
                    )
        return subjects

    def _value_column(self, core: t.SetBy, index: int, table: t.Table, keys: int, scope: Scope) -> int:
        name = core.names[index].text
        columns = list(table.header[keys:])
        if name in columns:
            return keys + columns.index(name)
        if len(core.names) == 1 and len(columns) == 1:
            return keys
        raise self.stop(
            "VBC1016",
            f"no column of the table is named “{name}”",
            core.names[index].span,
            scope,
            "give the column the name of the term",
        )

    def _tests(self, subject: n.Node, cell: t.Cell, scope: Scope) -> list[n.RowTest]:
        """What a row takes in one column: each of several texts, else one test."""
        if isinstance(cell, t.TextCell) and isinstance(subject, n.PeriodFact) and subject.clock == OWN:
            name = ast.Name(self.symbols.calendar.own_title or "", span=cell.span)
            numbers = [self.own_number(name, text, cell.span, scope) for text in cell.texts]
            whole = [self._whole(number, cell.span, scope) for number in numbers]
            return [n.Interval(number, True, number, True) for number in whole]
        if isinstance(cell, t.TextCell):
            for text in cell.texts:
                self._check_cell_text(subject, text, cell, scope)
            return [n.IsText(text) for text in cell.texts]
        return [self._test(subject, cell, scope)]

    def _test(self, subject: n.Node, cell: t.Cell, scope: Scope) -> n.RowTest:
        kind = self.kinds.of(subject)
        match cell:
            case ast.VagueRange():
                raise self.vague(cell, scope)
            case ast.Range(outside=True):
                raise self.stop(
                    "VBC1017",
                    "a row states which values it takes, not which it leaves out",
                    cell.span,
                    scope,
                    "write the ranges on both sides as rows of their own",
                )
            case ast.Range(low=low, low_in=low_in, high=high, high_in=high_in):
                self._check_closed(cell, kind, subject, scope)
                return n.Interval(
                    self.year_end(subject, low, scope), low_in, self.year_end(subject, high, scope), high_in
                )
            case t.WordCell(word="any other value" | "any"):
                return n.AnyOther()
            case t.WordCell(word="yes"):
                return n.IsText("yes")
            case t.WordCell(word="no"):
                return n.IsText("no")
            case ast.NotScoredValue():
                return n.IsNotScored()
            case ast.Literal_() | ast.Name() | ast.ShareOf() | ast.Paren():
                value = self.year_end(subject, cell, scope)
                return n.Interval(value, True, value, True)
        raise self.stop(
            "VBC1017",
            "this cell does not say which values the row takes",
            cell.span,
            scope,
            "write “less than 60%”, “from 60% up to but not including 75%”, “75% or more” …",
        )

    def _check_closed(self, cell: ast.Range, kind: Kind | None, subject: n.Node, scope: Scope) -> None:
        """`from … through …` takes whole numbers only (Q45)."""
        if not cell.through or kind is None or kind.base in ("date", "month", "text"):
            return
        if kind.base == "count" or self.is_whole(subject):
            return
        raise self.stop(
            "VBC4021",
            f"“from … through …” takes whole numbers only, and this is {a_kind(kind.scored())}",
            cell.span,
            scope,
            "write “from … up to but not including …”, or round the value to a whole number first",
        )

    def is_whole(self, node: n.Node) -> bool:
        """Whether a value is a whole number by a rounding or by what it is."""
        match node:
            case n.PeriodFact(fact="year" | "number" | "days" | "months" | "calendar year") | n.Rank():
                return True
            case n.Round(unit=unit):
                return unit.denominator == 1
            case n.Lit(value=Fraction() as value):
                return value.denominator == 1
            case n.Ref(term=term):
                expr = self.expr_of(term)
                return expr is not None and self.is_whole(expr)
            case n.Clamp(value=value, cap=cap, floor=floor):
                return all(self.is_whole(x) for x in (value, cap, floor) if x is not None)
            case (
                n.Lesser(items=items) | n.Greater(items=items) | n.Add(items=items) | n.Multiply(items=items)
            ):
                return all(self.is_whole(item) for item in items)
            case n.Subtract(left=left, right=right):
                return self.is_whole(left) and self.is_whole(right)
            case n.Case(branches=branches, otherwise=otherwise):
                values = [v for _, v in branches] + ([otherwise] if otherwise else [])
                return all(
                    self.is_whole(v) or (isinstance(v, n.Lit) and v.value is NOT_SCORED) for v in values
                )
            case n.NotScoredIf(value=value) | n.ScoredOr(value=value) | n.Require(value=value):
                return self.is_whole(value)
            case n.Aggregate(name="number"):
                return True
            case n.Aggregate(name="total" | "largest" | "smallest", value=value) if value is not None:
                return self.is_whole(value)
            case n.Col(record=record, column=column):
                return self.symbols.records[record].column(column).kind.base == "count"
        kind = self.kinds.of(node)
        return kind is not None and kind.base == "count"

    def expr_of(self, term: str) -> n.Node | None:
        """The expression of a term that is lowered already (see `lower`)."""
        raise AssertionError

    def _check_cell_text(self, subject: n.Node, text: str, cell: Any, scope: Scope) -> None:
        if isinstance(subject, n.KeyOf):
            self.check_key(subject.dim, text, cell.span, scope)
        else:
            self._check_texts(
                subject, (text,), ast.TextIs(ast.Name("", span=cell.span), (text,), span=cell.span), scope
            )

    def _cell(
        self, cell: t.Cell, subjects: list[n.Node], tests: tuple[n.RowTest, ...], row: t.Row, scope: Scope
    ) -> n.Node:
        """The value cell of a row."""
        match cell:
            case t.LineCell():
                return self._line(cell, subjects, tests, scope)
            case ast.VagueRange():
                raise self.vague(cell, scope)
            case ast.Range() | t.WordCell():
                if isinstance(cell, t.WordCell) and cell.word in ("yes", "no"):
                    from vbcdsl.model.kinds import YES_NO

                    return n.Lit(cell.word == "yes", YES_NO, span=cell.span, section=scope.section)
                raise self.stop(
                    "VBC1018",
                    "this cell is the value of the row, and it states a condition",
                    cell.span,
                    scope,
                    "write an amount, a rate, or a value with its own “if … otherwise …”",
                )
            case t.TextCell(texts=(text,)):
                from vbcdsl.model.kinds import TEXT

                return n.Lit(text, TEXT, span=cell.span, section=scope.section)
            case t.TextCell():
                raise self.stop("VBC1018", "a value is one text", cell.span, scope)
        return self.value(cell, scope)

    def _line(
        self, cell: t.LineCell, subjects: list[n.Node], tests: tuple[n.RowTest, ...], scope: Scope
    ) -> n.Node:
        at: dict[str, Any] = {"span": cell.span, "section": scope.section}
        y0, y1 = self.value(cell.start, scope), self.value(cell.end, scope)
        if cell.start_at is not None and cell.end_at is not None:
            x0, x1 = self.value(cell.start_at, scope), self.value(cell.end_at, scope)
            x = self._line_subject(subjects, tests)
        else:
            pair = next(
                (
                    (s, test)
                    for s, test in zip(subjects, tests, strict=True)
                    if isinstance(test, n.Interval) and test.low is not None and test.high is not None
                ),
                None,
            )
            if pair is None:
                raise self.stop(
                    "VBC4022",
                    "a straight line needs a row with two ends",
                    cell.span,
                    scope,
                    "write “a straight line from A at X to B at Y”",
                )
            x, test = pair
            assert isinstance(test, n.Interval) and test.low is not None and test.high is not None
            x0, x1 = test.low, test.high
        if isinstance(x0, n.Lit) and isinstance(x1, n.Lit) and x0.value == x1.value:
            raise self.stop("VBC4022", "a straight line needs two different ends", cell.span, scope)
        return n.Line(x, x0, y0, x1, y1, **at)

    def _line_subject(self, subjects: list[n.Node], tests: tuple[n.RowTest, ...]) -> n.Node:
        for subject, test in zip(subjects, tests, strict=True):
            if isinstance(test, n.Interval):
                return subject
        return subjects[0]

    def _two_way(self, core: t.SetBy, table: t.Table, scope: Scope) -> n.Node:
        """Rows by the first subject, columns by the second: one row and one column apply."""
        down, across = (self.value(subject, scope) for subject in core.subjects)
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        heads = table.columns or [
            self.parse_cell(text, span)
            for text, span in zip(table.header[1:], table.header_spans[1:], strict=True)
        ]
        columns = [self._tests(across, head, scope) for head in heads]
        rows: list[n.LookupRow] = []
        for row in table.rows:
            if len(row.cells) != len(table.header):
                raise self.stop(
                    "VBC1010",
                    f"this row has {len(row.cells)} cells and the head has {len(table.header)}",
                    row.span,
                    scope,
                )
            lines = self._tests(down, row.cells[0], scope)
            for column, cell, head in zip(columns, row.cells[1:], table.header[1:], strict=True):
                label = f"{self.written(row.cells[0])}, {head}"
                for tests in product(lines, column):
                    value = self._cell(cell, [down, across], tests, row, scope)
                    rows.append(n.LookupRow(tests, value, label, cell.span))
        return n.Lookup((down, across), tuple(rows), "exactly one", **at)

    def parse_cell(self, text: str, span: Any) -> t.Cell:
        """A cell of the head of a two-way table (see `lower`)."""
        raise AssertionError

    def _conditions_table(self, core: t.SetBy, table: t.Table, index: int, scope: Scope) -> n.Node:
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        column = self._value_column(core, index, table, 1, scope) - 1
        branches: list[tuple[n.Node, n.Node]] = []
        otherwise: n.Node | None = None
        for row in table.rows:
            if len(row.cells) != len(table.header) - 1:
                raise self.stop(
                    "VBC1010",
                    f"this row has {len(row.cells) + 1} cells and the head has {len(table.header)}",
                    row.span,
                    scope,
                )
            if otherwise is not None:
                raise self.stop(
                    "VBC4010",
                    "no case is left for this row: the row before takes every other case",
                    row.span,
                    scope,
                    "move it up, or delete it",
                )
            value = self._cell(row.cells[column], [], (), row, scope)
            if row.cond is None:
                otherwise = value
            else:
                branches.append((self.cond(row.cond, scope), value))
        if otherwise is None:
            raise self.stop(
                "VBC4001",
                "no row says what applies in every other case",
                core.span,
                scope,
                "add a last row “| otherwise | … |”",
            )
        return n.Case(tuple(branches), otherwise, **at)

    # ------------------------------------------------------------ marginal tables

    def bands(self, core: t.BandsOf, scope: Scope, table: t.Table | None = None) -> n.Node:
        """The value of a marginal table (Q18, Q19)."""
        table = table or core.table
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        subject = self.value(core.subject, scope)
        bands: list[n.Band] = []
        for row in table.rows:
            if len(row.cells) != 2:
                raise self.stop(
                    "VBC1010", "a row of shares has two cells: the part, and its share", row.span, scope
                )
            cell = row.cells[0]
            if isinstance(cell, ast.VagueRange):
                raise self.vague(cell, scope)
            if not isinstance(cell, ast.Range):
                raise self.stop(
                    "VBC1017",
                    "this cell does not say which part the row takes",
                    cell.span,
                    scope,
                    "write “above $0 up to and including 2% of Benchmark”",
                )
            low, high = self._edges(cell, subject, scope)
            share = self._cell(row.cells[1], [subject], (), row, scope)
            bands.append(n.Band(low, high, share, self.written(row), row.span))
        negative: Any = core.negative or "error"
        return n.Bands(subject, tuple(bands), negative, **at)

    def _edges(self, cell: ast.Range, subject: n.Node, scope: Scope) -> tuple[n.Node, n.Node | None]:
        base = next((edge.base for edge in (cell.low, cell.high) if isinstance(edge, ast.ShareOf)), None)

        def edge(written: ast.Expr) -> n.Node:
            if base is not None and isinstance(written, ast.Literal_) and written.kind.base == "rate":
                if written.value == 0:
                    kind = self.kinds.of(subject) or NUMBER
                    return n.Lit(Fraction(0), kind.scored(), span=written.span, section=scope.section)
                written = ast.ShareOf(written, base, span=written.span)
            if isinstance(written, ast.ShareOf):
                lowered = self.value(written.base, scope)
                what = written.base.text if isinstance(written.base, ast.Name) else "the base of the edge"
                checked = n.Require(
                    lowered, "above zero", "VBC6011", what, span=written.base.span, section=scope.section
                )
                share = self.value(written.share, scope)
                return n.Multiply((share, checked), span=written.span, section=scope.section)
            return self.value(written, scope)

        if cell.low is None:
            kind = self.kinds.of(subject) or NUMBER
            low: n.Node = n.Lit(Fraction(0), kind.scored(), span=cell.span, section=scope.section)
        else:
            low = edge(cell.low)
        return low, edge(cell.high) if cell.high is not None else None

    # ------------------------------------------------------------ values over time

    def phases(self, core: t.Phases, scope: Scope) -> n.Node:
        """`"X" is 0% in performance year 1, …`: by year, by date, or by the party's own year."""
        at: dict[str, Any] = {"span": core.span, "section": scope.section}
        otherwise = self.value(core.otherwise, scope) if core.otherwise is not None else None
        if any(when.own is not None for _, when in core.parts):
            return self._own_phases(core, otherwise, scope, at)
        dated = [when for _, when in core.parts if when.start is not None or when.end is not None]
        if dated and len(dated) == len(core.parts):
            parts = tuple((when.start, when.end, self.value(lit, scope)) for lit, when in core.parts)
            return n.InForce(parts, otherwise, **at)
        if dated:
            raise self.stop(
                "VBC1019",
                "the values are stated by date and by performance year",
                core.span,
                scope,
                "state all of them one way",
            )
        party = [when for _, when in core.parts if when.party_from is not None]
        years = [self.party_year(when.party, when.span, scope) for when in party]
        year = years[0] if years else n.PeriodFact("year", **at)
        rows: list[n.LookupRow] = []
        for literal, when in core.parts:
            if party and when.party_from is None:
                raise self.stop("VBC1019", "the values are stated by two clocks", when.span, scope)
            if party:
                assert when.party_from is not None
                low = (
                    self._whole(when.party_from, when.span, scope)
                    if when.party_from > 1 or when.party_only
                    else None
                )
                high = low if when.party_only else None
                if when.party_only and when.party_from == 1:
                    low = None
            else:
                low = self._year(when.first_year, when, scope)
                high = self._year(when.last_year, when, scope)
            test = n.Interval(low, True, high, True)
            label = self.written(literal) + " " + self.written(when)
            rows.append(n.LookupRow((test,), self.value(literal, scope), label, literal.span.to(when.span)))
        if otherwise is not None:
            rows.append(n.LookupRow((n.AnyOther(),), otherwise, "otherwise", core.span))
        return n.Lookup((year,), tuple(rows), "exactly one" if otherwise is None else "first", **at)

    def _own_phases(
        self, core: t.Phases, otherwise: n.Node | None, scope: Scope, at: dict[str, Any]
    ) -> n.Node:
        """`"X" is 0% in Budget Period 1, …`. Where each performance year lies in one own period it is a value from
        day to day, so that sentences about performance years may use it."""
        calendar = self.symbols.calendar
        spans: list[tuple[int | None, int | None, n.Node, str]] = []
        for literal, when in core.parts:
            if when.own is None:
                raise self.stop("VBC1019", "the values are stated by two clocks", when.span, scope)
            low, high = (
                None if label is None else self.own_number(when.own, label, when.span, scope)
                for label in (when.own_first, when.own_last)
            )
            if when.before and high is not None:
                high -= 1
            spans.append(
                (low, high, self.value(literal, scope), self.written(literal) + " " + self.written(when))
            )
        if calendar.own_hold_years():
            days = tuple(
                (
                    calendar.own[low - 1].start if low is not None else None,
                    calendar.own[high - 1].end if high is not None else None,
                    value,
                )
                for low, high, value, _ in spans
            )
            return n.InForce(days, otherwise, **at)
        rows = [
            n.LookupRow(
                (
                    n.Interval(
                        self._whole(low, core.span, scope) if low is not None else None,
                        True,
                        self._whole(high, core.span, scope) if high is not None else None,
                        True,
                    ),
                ),
                value,
                label,
                value.span,
            )
            for low, high, value, label in spans
        ]
        if otherwise is not None:
            rows.append(n.LookupRow((n.AnyOther(),), otherwise, "otherwise", core.span))
        mode = "exactly one" if otherwise is not None else "first"
        return n.Lookup((n.PeriodFact("number", OWN, **at),), tuple(rows), mode, **at)  # type: ignore[arg-type]

    def _whole(self, value: int, span: Any, scope: Scope) -> n.Node:
        return n.Lit(Fraction(value), NUMBER, span=span, section=scope.section)

    def _year(self, label: int | None, when: t.PhaseWhen, scope: Scope) -> n.Node | None:
        if label is None:
            return None
        if label >= 1000:
            years = self.symbols.calendar.years
            first = years[0].start.year
            found = self.symbols.calendar.year_named(label)
            number = found.number if found is not None else label - first + 1
            return self._whole(number, when.span, scope)
        return self._whole(label, when.span, scope)
