"""A table of a contract as CSV or XLSX, and back: cells are words of the contract, not numbers of a spreadsheet.

A table is named by its section (and its place in it, if there are several). Bringing one back replaces the rows in
the file, and only if the contract can still be read with them; what a person changes is shown as a diff.
"""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import attrs

from vbcdsl.data.write import FORMULA_STARTS, cell_text, csv_writer, safe_file
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.format.table import align
from vbcdsl.syntax.units import blank_comments, split

MAX_ROWS: Final = 10_000
_MAX_UNPACKED: Final = 100_000_000
_FORMULA: Final = tuple(f"'{start}" for start in FORMULA_STARTS)


@attrs.frozen
class TextTable:
    """A table in a file: its rows of cells (the first is the head), and the characters that it takes up."""

    section: str
    rows: tuple[tuple[str, ...], ...]
    start: int
    end: int


def tables_in(text: str) -> tuple[TextTable, ...]:
    """All tables of the sections of a text, in order."""
    plain = blank_comments(text, recitals=True)
    found: list[TextTable] = []
    for unit in split(text):
        if unit.kind != "section":
            continue
        at, rows, begin = unit.start, list[tuple[str, ...]](), -1
        for line in plain[unit.start : unit.end].splitlines(keepends=True):
            if line.strip().startswith("|"):
                begin = at if begin < 0 else begin
                if set(line.strip()) - set("|:- "):
                    rows.append(tuple(cell.strip() for cell in line.strip().strip("|").split("|")))
            elif begin >= 0:
                found.append(TextTable(unit.number, tuple(rows), begin, at))
                rows, begin = [], -1
            at += len(line)
        if begin >= 0:
            found.append(TextTable(unit.number, tuple(rows), begin, at))
    return tuple(found)


def table_of(text: str, section: str, place: int = 1) -> TextTable:
    """The table of a section. `VbcError` (VBC8062) if there is none, or several and `place` names none of them."""
    every = tables_in(text)
    here = [table for table in every if table.section == section]
    if 1 <= place <= len(here):
        return here[place - 1]
    known = list(dict.fromkeys(table.section for table in every))
    if here:
        many = "1 table" if len(here) == 1 else f"{len(here)} tables"
        message = f"section {section} has {many}, and no number {place}"
        raise VbcError([Diagnostic("VBC8062", message)])
    near = nearest(section, known, 1)
    raise VbcError([
        Diagnostic("VBC8062", f"section {section} has no table",
                   help=f"sections with tables: {', '.join(known)}" if known else "no section here has one",
                   details=(f"nearest: {near[0]}",) if near else ())
    ])  # fmt: skip


def write_table(table: TextTable, path: Path) -> None:
    """Write a table as .csv or .xlsx. Every cell is text, and none can be run as a formula."""
    if path.suffix.lower() == ".xlsx":
        _write_xlsx(table, path)
        return
    with safe_file(path, "w", encoding="utf-8", newline="") as file:
        writer = csv_writer(file)
        writer.writerows([[cell_text(cell) for cell in row] for row in table.rows])


def _write_xlsx(table: TextTable, path: Path) -> None:
    try:
        import xlsxwriter
    except ImportError:
        raise VbcError([
            Diagnostic("VBC8060", "spreadsheets need the package XlsxWriter",
                       help="pip install 'vbcdsl[docs-out]'")
        ]) from None  # fmt: skip
    import datetime as dt

    room = io.BytesIO()
    book = xlsxwriter.Workbook(
        room, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": dt.datetime(2000, 1, 1), "comments": f"section {table.section}"})
    sheet = book.add_worksheet(f"section {table.section}"[:31])
    head, body = (
        book.add_format({"bold": True, "num_format": "@"}),
        book.add_format({"num_format": "@", "text_wrap": True}),
    )
    for at, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            sheet.write_string(at, column, cell, head if at == 0 else body)
    sheet.set_column(0, max(map(len, table.rows)) - 1, 34, body)
    sheet.freeze_panes(1, 0)
    book.close()
    with safe_file(path) as file:
        file.write(room.getvalue())


def read_table(path: Path) -> tuple[tuple[str, ...], ...]:
    """The cells of a .csv or .xlsx file, the head first. `VbcError` (VBC8063) if it is no table."""
    try:
        rows = _read_xlsx(path) if path.suffix.lower() == ".xlsx" else _read_csv(path)
    except (OSError, UnicodeDecodeError, csv.Error, zipfile.BadZipFile, KeyError, ValueError) as error:
        reason = (
            error.strerror
            if isinstance(error, OSError) and error.strerror
            else "it is damaged or another format"
        )
        raise _bad(path, reason) from None
    rows = [row for row in rows if any(row)]
    if len(rows) < 2 or len(rows) > MAX_ROWS:
        raise _bad(
            path,
            "it needs a head and at least one row" if len(rows) < 2 else f"it has over {MAX_ROWS:,} rows",
        )
    width = len(rows[0])
    for number, row in enumerate(rows[1:], 2):
        if any(row[width:]) or len(row) < width:
            raise _bad(path, f"row {number} has {len(row)} cells, the head has {width}")
    for number, row in enumerate(rows, 1):
        wrong = next((c for c in row if "|" in c or "\n" in c or "--" in c or not c.isprintable()), None)
        if wrong is not None:
            raise _bad(
                path, f"row {number} has a cell with a line end, “|” or “--”, which a table cannot hold"
            )
    return tuple(tuple(row[:width]) for row in rows)


def _bad(path: Path, why: str) -> VbcError:
    return VbcError([Diagnostic("VBC8063", f"{path} cannot be read as a table: {why}")])


def _read_csv(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    return [[(cell[1:] if cell.startswith(_FORMULA) else cell).strip() for cell in row] for row in rows]


def _read_xlsx(path: Path) -> list[list[str]]:
    try:
        import openpyxl
    except ImportError:
        raise VbcError([
            Diagnostic("VBC8060", "reading spreadsheets needs the package openpyxl",
                       help="pip install 'vbcdsl[docs-out]', or save the sheet as CSV")
        ]) from None  # fmt: skip
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MAX_UNPACKED:
            raise _bad(path, "unpacked it would be larger than a table can be")
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        rows = []
        for row in book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2):
            rows.append([_cell(cell) for cell in row])
        while rows and rows[0] and not any(row[-1] for row in rows):
            rows = [row[:-1] for row in rows]
        return rows
    finally:
        book.close()


def _cell(cell: Any) -> str:
    """The words of a cell; a number as its format shows it: 0.4 formatted as a percent is 40%."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        form = cell.number_format or ""
        if "%" in form:
            return f"{_plain(number * 100)}%"
        return f"${number:,.2f}" if "$" in form else _plain(number)
    return str(value).strip()


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def replaced(text: str, table: TextTable, rows: tuple[tuple[str, ...], ...]) -> str:
    """The text with other rows in the place of a table, aligned."""
    lines = align([f"| {' | '.join(row)} |" for row in rows])
    old = text[table.start : table.end]
    end = "\n" if old.endswith("\n") else ""
    return text[: table.start] + "\n".join(lines) + end + text[table.end :]
