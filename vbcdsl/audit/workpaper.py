"""The Excel workpaper: facts as values, every term of a party and year as a live formula, payments and net.

Each cell holds the value that the engine computed, so the workbook shows without being recalculated; a
recalculation must give the same cents. Texts are always written as texts, never as formulas.
"""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from vbcdsl.audit.formulas import Formulas, NoFormula
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import Period
from vbcdsl.model.values import NotScored
from vbcdsl.results.settlement import YEARLY, SettlementRow, direction, payment_terms
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.trace.facts import Facts
from vbcdsl.trace.lift import Part, kinds_of
from vbcdsl.trace.rules import Words

FIRST = 4  # the first row of data, from 0: name, section, what it is, kind above it
CREATED = dt.datetime(2000, 1, 1)
_LONGEST_TEXT = 32_000


@attrs.frozen
class Made:
    """What became of the terms: formulas, and those that are values because no formula can say them."""

    formulas: int
    values: int
    terms_as_values: tuple[str, ...]


@attrs.define
class _Column:
    """A column: the term or part that it shows, with its place on its sheet."""

    name: str
    section: str
    what: str
    kind: Kind
    place: int
    sheet: str
    note: str = ""


def write_workpaper(path: Path, facts: Facts) -> Made:
    """Write the workbook of a settlement. `VbcError` if XlsxWriter is not installed."""
    try:
        import xlsxwriter
    except ImportError:
        raise VbcError([
            Diagnostic("VBC8020", "the workpaper cannot be written: XlsxWriter is not installed",
                       help="pip install 'vbcdsl[docs-out]'")
        ]) from None  # fmt: skip
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties(
        {"title": "Audit workpaper", "created": CREATED, "comments": facts.settled.program.title}
    )
    made = _Workpaper(book, facts).write()
    book.close()
    return made


class _Workpaper:
    def __init__(self, book: Any, facts: Facts) -> None:
        self.book, self.facts, self.settled = book, facts, facts.settled
        self.rows = [row for row in self.settled.rows if row.party]
        self.programs = {y.number: self.settled.bundle.by_year[y.number] for y in self.settled.years}
        self.kinds = {number: kinds_of(program) for number, program in self.programs.items()}
        self.columns: dict[str, _Column] = {}
        self.formulas = self.values = 0
        self.as_values: dict[str, None] = {}
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.small = book.add_format(
            {"font_size": 8, "text_wrap": True, "valign": "top", "font_color": "#555555"}
        )
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.formats = {
            "money": book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"}),
            "rate": book.add_format({"num_format": "0.00####%"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "number": book.add_format({"num_format": "#,##0.######"}),
        }

    def write(self) -> Made:
        """All sheets."""
        readme = self.book.add_worksheet("Read me")
        payments = self.book.add_worksheet("Payments")
        sheets = {name: self.book.add_worksheet(name) for name in ("Terms", "Facts")}
        for sheet in (payments, *sheets.values()):
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0, FIRST - 1)
        self._plan_columns()
        for name, sheet in sheets.items():
            self._head(sheet, [c for c in self.columns.values() if c.sheet == name])
        for place, row in enumerate(self.rows):
            self._row(sheets, FIRST + place, row)
        self._payments(payments)
        self._names()
        made = Made(self.formulas, self.values, tuple(self.as_values))
        self._readme(readme, made)
        readme.activate()
        return made

    # ------------------------------------------------------------ columns

    def _coarse(self, program: Program, term: Term) -> bool:
        return set(term.grain) <= {program.party, *YEARLY}

    def _plan_columns(self) -> None:
        places = {"Facts": 2, "Terms": 2}
        for number, program in self.programs.items():
            words = Words(self.settled.compiled.version_of(number).consolidated.source, self.kinds[number])
            for term in program.terms.values():
                if not self._coarse(program, term):
                    continue
                for part in self._parts(term, program):
                    label = part.name.removeprefix(term.name + ", ")
                    self._add(places, part.name, term.section, f"{label} of {term.name}, computed from the data",
                              self.kinds[number].of(part.node) or term.kind, "Facts",
                              words.written(part.node))  # fmt: skip
                if isinstance(term.expr, n.Col):
                    what = f"{term.expr.record}: {term.expr.column}"
                    self._add(places, term.name, term.section, what, term.kind, "Facts", "")
                else:
                    sentence = words.written(term.expr)
                    self._add(places, term.name, term.section, term.role, term.kind, "Terms", sentence)

    def _add(
        self, places: dict[str, int], name: str, section: str, what: str, kind: Kind, sheet: str, note: str
    ) -> None:
        if name not in self.columns:
            self.columns[name] = _Column(name, section, what, kind, places[sheet], sheet, note)
            places[sheet] += 1

    def _parts(self, term: Term, program: Program) -> list[Part]:
        from vbcdsl.rules.uses import walk

        found = [self.facts.lifted.part(node) for node in walk(term.expr)]
        return [part for part in found if part is not None]

    def _head(self, sheet: Any, columns: list[_Column]) -> None:
        sheet.freeze_panes(FIRST, 2)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 11)
        sheet.set_column(2, 1 + max(len(columns), 1), 17)
        sheet.set_row(0, 32)
        sheet.set_row(2, 36)
        sheet.write_string(0, 0, _text(self.settled.party), self.bold)
        sheet.write_string(0, 1, "Performance Year", self.bold)
        for column in columns:
            sheet.write_string(0, column.place, _text(column.name), self.bold)
            sheet.write_string(1, column.place, f"section {column.section}", self.small)
            sheet.write_string(2, column.place, _text(column.what), self.small)
            sheet.write_string(3, column.place, str(column.kind), self.small)
            note = f"Section {column.section}: {column.note}" if column.note else f"Section {column.section}"
            sheet.write_comment(
                0, column.place, _text(note)[:2000], {"author": "", "x_scale": 2.5, "y_scale": 1.5}
            )

    # ------------------------------------------------------------ rows

    def _row(self, sheets: dict[str, Any], at: int, row: SettlementRow) -> None:
        program = self.programs[row.year.number]
        env = Env({program.party: row.party}, row.year)
        for sheet in sheets.values():
            sheet.write_string(at, 0, _text(row.party))
            sheet.write_string(at, 1, row.year.label)
        writer = Formulas(env, self.kinds[row.year.number], lambda name: self._cell(name, at),
                          lambda node: self._part_cell(node, at),
                          lambda node: self.facts.recorder.quietly(node, env))  # fmt: skip
        for column in self.columns.values():
            value = self.facts.recorder.found(column.name, env)
            term = program.terms.get(column.name)
            formula = None
            if column.sheet == "Terms" and term is not None:
                if value is None or isinstance(value, RunError):
                    formula = None
                else:
                    try:
                        formula = writer.formula(term.expr)
                    except NoFormula:
                        self.as_values[column.name] = None
                self.formulas += formula is not None
                self.values += formula is None
            self._write(sheets[column.sheet], at, column.place, value, column.kind, formula)

    def _cell(self, name: str, at: int) -> str:
        column = self.columns.get(name)
        if column is None:
            raise NoFormula
        return f"{column.sheet}!${_letters(column.place)}{at + 1}"

    def _part_cell(self, node: n.Node, at: int) -> str | None:
        part = self.facts.lifted.part(node)
        return self._cell(part.name, at) if part is not None else None

    def _write(
        self, sheet: Any, at: int, place: int, value: object, kind: Kind, formula: str | None = None
    ) -> None:
        shape = self._format(kind)
        if value is None:
            return
        if formula is not None:
            sheet.write_formula(at, place, formula, shape, _cached(value))
        elif isinstance(value, RunError):
            sheet.write_string(at, place, f"could not be computed ({value.code})")
        elif isinstance(value, bool):
            sheet.write_boolean(at, place, value, shape)
        elif isinstance(value, Fraction):
            sheet.write_number(at, place, _double(value), shape)
        elif isinstance(value, dt.date):
            sheet.write_number(at, place, _serial(value), self.formats["date"])
        else:
            sheet.write_string(at, place, str(_cached(value)))

    def _format(self, kind: Kind) -> Any:
        base = {"percentage points": "rate", "ratio": "rate", "month": "date", "count": "number"}.get(
            kind.base, kind.base
        )
        return self.formats.get(base)

    # ------------------------------------------------------------ payments

    def _payments(self, sheet: Any) -> None:
        terms = {t.name: t for p in self.programs.values() for t in payment_terms(p)}
        places = {name: 2 + i for i, name in enumerate(terms)}
        net = 2 + len(places)
        sheet.freeze_panes(FIRST, 2)
        sheet.set_column(0, net + 2, 18)
        sheet.set_row(0, 32)
        sheet.set_row(2, 36)
        sheet.write_string(0, 0, _text(self.settled.party), self.bold)
        sheet.write_string(0, 1, "Performance Year", self.bold)
        for name, place in places.items():
            term = terms[name]
            sheet.write_string(0, place, _text(name), self.bold)
            sheet.write_string(1, place, f"section {term.section}", self.small)
            if term.payment is not None:
                payer, payee = direction(term.payment, self.settled.program)
                sheet.write_string(2, place, _text(f"from the {payer} to the {payee}"), self.small)
            sheet.write_comment(0, place, f"Section {term.section}", {"author": ""})
        sheet.write_string(0, net, "Net payment", self.bold)
        sheet.write_string(2, net, _text(f"positive: to the {self.settled.program.provider}"), self.small)
        sheet.write_string(0, net + 1, "Net payment as settled", self.bold)
        sheet.write_string(2, net + 1, "the exact cents of settlement.csv, as a value", self.small)
        sheet.write_string(0, net + 2, "Rows that differ", self.bold)
        sheet.write_string(2, net + 2, "0: recalculated, the formulas give the same cents", self.small)
        for i, row in enumerate(self.rows):
            self._payment_row(sheet, FIRST + i, row, places, net)
        last = FIRST + len(self.rows)
        if not self.rows:
            return
        sheet.write_string(last, 0, "Total", self.bold)
        settled, check = _letters(net + 1), _letters(net + 2)
        whole = sum((row.net for row in self.rows if isinstance(row.net, Fraction)), Fraction(0))
        sheet.write_formula(last, net + 1, f"=ROUND(SUM({settled}{FIRST + 1}:{settled}{last}),2)",
                            self.formats["money"], _double(whole))  # fmt: skip
        sheet.write_formula(last, net + 2, f"=SUM({check}{FIRST + 1}:{check}{last})", self.bold, 0)
        for place in range(2, net + 1):
            letter = _letters(place)
            total = sum((self._paid(row, place, places, net) for row in self.rows), Fraction(0))
            sheet.write_formula(last, place, f"=ROUND(SUM({letter}{FIRST + 1}:{letter}{last}),2)",
                                self.formats["money"], _double(total))  # fmt: skip

    def _paid(self, row: SettlementRow, place: int, places: dict[str, int], net: int) -> Fraction:
        if place == net:
            return row.net if isinstance(row.net, Fraction) else Fraction(0)
        name = next(name for name, at in places.items() if at == place)
        return self._signed(row, name) or Fraction(0)

    def _signed(self, row: SettlementRow, name: str) -> Fraction | None:
        """The amount of a payment in its own direction: below zero if it turned around."""
        term = self.programs[row.year.number].terms.get(name)
        paid = next((p for p in row.payments if p.name == name), None)
        if term is None or term.payment is None or paid is None or isinstance(paid.amount, RunError):
            return None
        payer, _ = direction(term.payment, self.programs[row.year.number])
        return paid.amount if paid.payer == payer else -paid.amount

    def _payment_row(self, sheet: Any, at: int, row: SettlementRow, places: dict[str, int], net: int) -> None:
        program = self.programs[row.year.number]
        sheet.write_string(at, 0, _text(row.party))
        sheet.write_string(at, 1, row.year.label)
        parts = []
        for name, place in places.items():
            term = program.terms.get(name)
            amount = self._signed(row, name)
            if term is None or term.payment is None or amount is None:
                continue
            if name in self.columns and self._coarse(program, term):
                sheet.write_formula(
                    at, place, "=" + self._cell(name, at), self.formats["money"], _double(amount)
                )
            else:
                sheet.write_number(at, place, _double(amount), self.formats["money"])
            payer, payee = direction(term.payment, program)
            sign = (payee == program.provider) - (payer == program.provider)
            if sign:
                parts.append(f"{'+' if sign > 0 else '-'}{_letters(place)}{at + 1}")
        if isinstance(row.net, Fraction):
            formula = f"=ROUND({''.join(parts).removeprefix('+') or '0'},2)"
            sheet.write_formula(at, net, formula, self.formats["money"], _double(row.net))
            sheet.write_number(at, net + 1, _double(row.net), self.formats["money"])
            one, other = f"{_letters(net)}{at + 1}", f"{_letters(net + 1)}{at + 1}"
            sheet.write_formula(at, net + 2, f"=IF(ROUND({one}-{other},2)=0,0,1)", None, 0)
        else:
            sheet.write_string(at, net, f"could not be computed ({row.net.code})")

    # ------------------------------------------------------------ names, read me

    def _names(self) -> None:
        used: set[str] = set()
        last = FIRST + len(self.rows)
        for column in self.columns.values():
            name = re.sub(r"[^A-Za-z0-9_]+", "_", column.name).strip("_")[:200]
            name = "t_" + name if not name or not name[0].isalpha() or _LIKE_A_CELL.match(name) else name
            base, number = name, 2
            while name.lower() in used:
                name, number = f"{base}_{number}", number + 1
            used.add(name.lower())
            letter = _letters(column.place)
            self.book.define_name(
                name, f"={column.sheet}!${letter}${FIRST + 1}:${letter}${max(last, FIRST + 1)}"
            )

    def _readme(self, sheet: Any, made: Made) -> None:
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, _READ_ME_WIDTH + 5)
        years: tuple[Period, ...] = self.settled.years
        lines = [
            ("Contract", self.settled.program.title),
            ("Performance years", ", ".join(year.label for year in years)),
            ("Parties and years", f"{len(self.rows):,}"),
            ("Sheet Payments", "what is paid under each section, and the net payment, from the sheet Terms"),
            ("Sheet Terms", "every term with one value for a party and year, as a formula over Terms and Facts"),
            ("Sheet Facts", "columns of data, and what was computed from rows of data (totals, counts, ranks, "
             "values of other periods), as values"),
            ("Formulas", f"{made.formulas:,} cells"),
            ("Values without formula", ", ".join(made.terms_as_values) or "none"),
            ("Names", "each column has a name: the term with _ for spaces"),
            ("Notes", "the note at a heading has the section and the words of the contract"),
            ("Exactness", "The settlement is computed with exact fractions; this workbook counts in binary "
             "fractions. Differences are compared after rounding to 10 places (money: 6), amounts are rounded "
             "to 6 places before they are rounded to the cent. settlement.csv governs."),
            ("Check", "The last columns of the sheet Payments compare each net payment with the settlement; below "
             "them stands the number of rows that differ, which is 0."),
        ]  # fmt: skip
        sheet.fit_to_pages(1, 0)
        for at, (name, text) in enumerate(lines):
            sheet.set_row(at, 16 * max(1, -(-len(text) // _READ_ME_WIDTH)))  # as high as its wrapped lines
            sheet.write_string(at, 0, name, self.bold)
            sheet.write_string(at, 1, _text(text), self.wrap)


_READ_ME_WIDTH = 85
_LIKE_A_CELL = re.compile(r"^(?:[A-Za-z]{1,3}[0-9]+|[RrCc][0-9]*(?:[Cc][0-9]*)?)$")


def _letters(place: int) -> str:
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _text(text: str) -> str:
    """A text that a cell can hold."""
    clean = "".join(c if c in "\t\n" or ord(c) >= 32 else " " for c in text)
    return clean[:_LONGEST_TEXT]


def _double(value: Fraction) -> float:
    """The nearest binary fraction: only for the eyes of a spreadsheet; no amount is computed from it here."""
    return value.numerator / value.denominator


def _serial(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


def _cached(value: object) -> float | int | str | bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, Fraction):
        return _double(value)
    if isinstance(value, dt.date):
        return _serial(value)
    if isinstance(value, NotScored):
        return "not scored"
    return _text(str(value))
