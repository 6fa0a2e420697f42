"""From the parser's tree to the nodes of `tree`: sentences with a table (`grammar/table.lark`)."""

from __future__ import annotations

import re
from typing import Any, cast

from vbcdsl.model.kinds import COUNT, DATE, MONEY, MONTH, NUMBER, POINTS_OF_PERCENT, RATE, TEXT, YES_NO, Kind
from vbcdsl.model.span import Span
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.build_conditions import ConditionBuilder
from vbcdsl.syntax.build_values import BadLiteral, count_unit, date, per_unit, span_of, unquote, words
from vbcdsl.syntax.parse_tree import Token, Tree


class TableBuilder(ConditionBuilder):
    """Adds tables to values and conditions."""

    # ------------------------------------------------------------ records

    def t_records(self, tree: Tree, span: Span) -> t.Records:
        return self._records(tree, span, False)

    def t_entries(self, tree: Tree, span: Span) -> t.Records:
        return self._records(tree, span, True)

    def t_records_clock(self, tree: Tree, span: Span) -> t.Records:
        return self._records(tree, span, False)

    def _records(self, tree: Tree, span: Span, entries: bool) -> t.Records:
        name_token = self.tokens(tree, "QUOTED")[0]
        keys: list[ast.Name] = []
        clock = placed_by = None
        left_out = False
        columns: list[t.ColumnLine] = []
        last = ""
        for child in tree.children:
            if isinstance(child, Token):
                if child.type == "TERM":
                    name = ast.Name(words(child), span=span_of(child))
                    if last in ("K_IN_EACH", "K_C_ONE_IN_EACH"):
                        clock = name
                    elif last == "K_C_PLACED_BY":
                        placed_by = name
                    elif last != "K_C_KEPT_BY":
                        keys.append(name)
                if child.type not in ("K_THE",):
                    last = child.type
            else:
                built = self.build(child)
                if isinstance(built, t.ColumnLine):
                    columns.append(built)
                elif built == "left out":
                    left_out = True
        name = ast.Name(unquote(name_token), span=span_of(name_token))
        return t.Records(name, tuple(keys), clock, tuple(columns), entries, placed_by, left_out, span=span)

    def ro_left_out(self, tree: Tree, span: Span) -> str:
        return "left out"

    def column_row(self, tree: Tree, span: Span) -> t.ColumnLine:
        name, kind, missing = self.parts(tree)
        return self.column(name, kind, missing, span)

    def column(self, name: ast.Name, kind: dict[str, Any], missing: Any, span: Span) -> t.ColumnLine:
        """A column from its name, what the kind cell says, and the missing cell."""
        value = missing[0] if missing else None
        return t.ColumnLine(
            name,
            kind["kind"],
            value,
            kind.get("low"),
            kind.get("high"),
            kind.get("written"),
            kind.get("texts"),
            span=span,
        )

    def _kind(self, tree: Tree, kind: Kind, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": kind, **more}
        for child in tree.children:
            if isinstance(child, Tree):
                found.update(self.build(child))
        return found

    def k_text(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, TEXT)

    def k_one_of(self, tree: Tree, span: Span) -> Any:
        return {"kind": TEXT, "texts": tuple(unquote(token) for token in self.tokens(tree, "QUOTED"))}

    def k_yes_no(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, YES_NO)

    def k_money(self, tree: Tree, span: Span) -> Any:
        per = self.tokens(tree, "PER_UNIT")
        return self._kind(tree, Kind("money", per_unit(per[0])) if per else MONEY)

    def k_number(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, NUMBER)

    def k_points(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, Kind("number", "points"))

    def k_count(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, COUNT)

    def k_count_of(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, Kind("count", count_unit(self.tokens(tree, "COUNT_NOUN")[0])))

    def k_rate(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, RATE)

    def k_rate_percent(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, RATE, written="percent")

    def k_rate_fraction(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, RATE, written="fraction")

    def k_points_of_percent(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, POINTS_OF_PERCENT)

    def k_points_as_points(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, POINTS_OF_PERCENT, written="percent")

    def k_points_as_fraction(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, POINTS_OF_PERCENT, written="fraction")

    def k_date(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, DATE)

    def k_month(self, tree: Tree, span: Span) -> Any:
        return self._kind(tree, MONTH)

    def b_both(self, tree: Tree, span: Span) -> Any:
        low, high = self.parts(tree)
        return {"low": low, "high": high}

    def b_low(self, tree: Tree, span: Span) -> Any:
        return {"low": self.parts(tree)[0]}

    def b_high(self, tree: Tree, span: Span) -> Any:
        return {"high": self.parts(tree)[0]}

    def mi_required(self, tree: Tree, span: Span) -> Any:
        return ()

    def mi_value(self, tree: Tree, span: Span) -> Any:
        return (self.parts(tree)[0].value,)

    def mi_no(self, tree: Tree, span: Span) -> Any:
        return (False,)

    def mi_yes(self, tree: Tree, span: Span) -> Any:
        return (True,)

    def mi_not_scored(self, tree: Tree, span: Span) -> Any:
        return (NOT_SCORED,)

    def mi_text(self, tree: Tree, span: Span) -> Any:
        return (unquote(self.tokens(tree, "QUOTED")[0]),)

    def mi_date(self, tree: Tree, span: Span) -> Any:
        return (date(self.tokens(tree, "DATE")[0]),)

    # ------------------------------------------------------------ cells and rows

    def header(self, tree: Tree, span: Span) -> tuple[tuple[str, ...], tuple[Span, ...]]:
        token = self.tokens(tree, "HEADER_ROW")[0]
        start = token.start_pos
        texts: list[str] = []
        spans: list[Span] = []
        for cell in re.finditer(r"(?<=\|)[^|\n]+(?=\|)", str(token)):
            stripped = cell.group(0).strip()
            offset = (
                start + cell.start() + cell.group(0).index(stripped) if stripped else start + cell.start()
            )
            texts.append(words(stripped))
            spans.append(Span(offset, offset + len(stripped)))
        return tuple(texts), tuple(spans)

    def row(self, tree: Tree, span: Span) -> t.Row:
        return t.Row(tuple(self.parts(tree)), span=span)

    def condition_row(self, tree: Tree, span: Span) -> t.Row:
        cond, *cells = self.parts(tree)
        return t.Row(tuple(cells), cond=None if cond == "otherwise" else cond, span=span)

    def cc_otherwise(self, tree: Tree, span: Span) -> str:
        return "otherwise"

    def ce_range(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[0]

    ce_value = ce_range

    def ce_line(self, tree: Tree, span: Span) -> t.LineCell:
        start, end = self.parts(tree)
        return t.LineCell(start, end, span=span)

    def ce_line_at(self, tree: Tree, span: Span) -> t.LineCell:
        start, start_at, end, end_at = self.parts(tree)
        return t.LineCell(start, end, start_at, end_at, span=span)

    def ce_text(self, tree: Tree, span: Span) -> t.TextCell:
        return t.TextCell(tuple(unquote(token) for token in self.tokens(tree, "QUOTED")), span=span)

    ce_texts = ce_text

    def ce_other(self, tree: Tree, span: Span) -> t.WordCell:
        return t.WordCell("any other value", span=span)

    def ce_any(self, tree: Tree, span: Span) -> t.WordCell:
        return t.WordCell("any", span=span)

    def ce_yes(self, tree: Tree, span: Span) -> t.WordCell:
        return t.WordCell("yes", span=span)

    def ce_no(self, tree: Tree, span: Span) -> t.WordCell:
        return t.WordCell("no", span=span)

    def ce_none(self, tree: Tree, span: Span) -> ast.NotScoredValue:
        return ast.NotScoredValue(span=span)

    def ce_date(self, tree: Tree, span: Span) -> ast.Literal_:
        return ast.Literal_(date(self.tokens(tree, "DATE")[0]), DATE, span=span)

    def ce_two(self, tree: Tree, span: Span) -> ast.Range:
        first, second = self.parts(tree)
        if second != first + 1 and not self.open_numbers:
            raise BadLiteral(span, "these two numbers do not follow each other", "give each a row of its own")
        low, high = (ast.Literal_(value, NUMBER, span=span) for value in (first, second))
        return ast.Range(low, True, high, True, span=span)

    def ce_from(self, tree: Tree, span: Span) -> ast.Range:
        return ast.Range(self.parts(tree)[0], True, None, False, span=span)

    def _table(self, tree: Tree) -> t.Table:
        (header, spans), *rows = [
            self.build(child)
            for child in tree.children
            if isinstance(child, Tree) and child.data in ("header", "row", "condition_row")
        ]
        return t.Table(header, spans, tuple(rows), span=span_of(tree))

    def _others(self, tree: Tree) -> list[Any]:
        """The built children that are not part of the table."""
        built = [
            self.build(child)
            for child in tree.children
            if not (isinstance(child, Tree) and child.data in ("header", "row", "condition_row"))
        ]
        return [part for part in built if part is not None]

    # ------------------------------------------------------------ tables of values

    def titles(self, tree: Tree, span: Span) -> tuple[ast.Name, ...]:
        return tuple(ast.Name(unquote(token), span=span_of(token)) for token in self.tokens(tree, "QUOTED"))

    def subjects(self, tree: Tree, span: Span) -> tuple[Any, ...]:
        return tuple(self.parts(tree))

    def t_schedule(self, tree: Tree, span: Span) -> t.Schedule:
        token = self.tokens(tree, "QUOTED")[0]
        return t.Schedule(ast.Name(unquote(token), span=span_of(token)), self._table(tree), span=span)

    def t_table(self, tree: Tree, span: Span) -> t.SetBy:
        names, *grain, subjects, (mode, key) = self._others(tree)
        return t.SetBy(names, subjects, mode, self._table(tree), key, grain[0] if grain else (), span=span)

    def m_one(self, tree: Tree, span: Span) -> Any:
        return "one", None

    def m_first(self, tree: Tree, span: Span) -> Any:
        return "first", None

    def m_keyed(self, tree: Tree, span: Span) -> Any:
        return "keyed", self.parts(tree)[0]

    def m_one_whole(self, tree: Tree, span: Span) -> Any:
        return "one", None

    def m_clock(self, tree: Tree, span: Span) -> Any:
        return "clock", None

    def t_conditions(self, tree: Tree, span: Span) -> t.SetBy:
        names, *grain = self._others(tree)
        return t.SetBy(names, (), "conditions", self._table(tree), None, grain[0] if grain else (), span=span)

    def t_two_way(self, tree: Tree, span: Span) -> t.SetBy:
        names, *grain, down, across = self._others(tree)
        key = grain[0] if grain else ()
        return t.SetBy(names, (down, across), "two-way", self._table(tree), None, key, span=span)

    def t_bands(self, tree: Tree, span: Span) -> t.BandsOf:
        names, *grain, subject, negative = self._bands_parts(tree)
        return self._bands(names, grain, subject, None, negative, tree, span)

    def t_bands_share(self, tree: Tree, span: Span) -> t.BandsOf:
        names, *grain, share, subject, negative = self._bands_parts(tree)
        return self._bands(names, grain, subject, share.text, negative, tree, span)

    def t_bands_in_which(self, tree: Tree, span: Span) -> t.BandsOf:
        names, *grain, _, subject, negative = self._bands_parts(tree)
        return self._bands(names, grain, subject, None, negative, tree, span)

    def _bands_parts(self, tree: Tree) -> list[Any]:
        """The parts before the table; the last one says what a negative amount has."""
        parts = self._others(tree)
        return parts if isinstance(parts[-1], str) else [*parts, ""]

    def _bands(
        self, names: Any, grain: Any, subject: Any, share: str | None, sign: str, tree: Tree, span: Span
    ) -> t.BandsOf:
        if len(names) != 1:
            raise BadLiteral(span, "a table of shares defines one term", "write a sentence for each term")
        keys = grain[0] if grain else ()
        return t.BandsOf(names[0], subject, share, cast(Any, sign), self._table(tree), keys, span=span)

    def n_mirror(self, tree: Tree, span: Span) -> str:
        return "mirror"

    def n_none(self, tree: Tree, span: Span) -> str:
        return "none"

    def t_instead(self, tree: Tree, span: Span) -> t.Instead:
        return t.Instead(str(self.tokens(tree, "SECTION_REF")[0]), self._table(tree), span=span)
