"""`vbc table`: tables of a contract out to a spreadsheet and back."""

from __future__ import annotations

import difflib
from pathlib import Path

import rich_click as click
from click.exceptions import Exit


@click.group("table", short_help="Take a table of a contract out to a spreadsheet, and back.")
def command() -> None:
    """Take a table out of a contract as CSV or XLSX, and bring it back.

    \b
    Examples:
      vbc table list contract.vbc
      vbc table export contract.vbc 4.2 --out rates.xlsx
      vbc table import contract.vbc 4.2 rates.xlsx --diff
    """


_file = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
_number = click.option("--number", default=1, show_default=True, type=click.IntRange(min=1),
                       help="Which table, if the section has several.")  # fmt: skip


@command.command("list", short_help="The sections of a contract file that have a table.")
@_file
def list_tables(file: Path) -> None:
    """List the tables of a contract file: section, rows, columns."""
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.exchange.tables import tables_in

    for table in tables_in(_text(file)):
        head = ", ".join(table.rows[0])
        click.echo(clean(f"{table.section}  {len(table.rows) - 1} rows  {head}"))


@command.command("export", short_help="Write a table as CSV or XLSX.")
@_file
@click.argument("section")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="TABLE.csv|.xlsx")
@_number
def export_table(file: Path, section: str, out: Path, number: int) -> None:
    """Write the table of a section. Cells are text as the contract has it; none can run as a formula.

    \b
    Example:
      vbc table export contract.vbc 4.2 --out rates.csv
    """
    from vbcdsl.exchange.tables import table_of, write_table
    from vbcdsl.results.write import cannot_write

    table = table_of(_text(file), section, number)
    try:
        write_table(table, out)
    except OSError as error:
        raise cannot_write(out, error) from None
    click.echo(f"wrote {out} ({len(table.rows) - 1} rows of section {section})", err=True)


@command.command("import", short_help="Replace a table by the rows of a CSV or XLSX file.")
@_file
@click.argument("section")
@click.argument("rows", type=click.Path(path_type=Path), metavar="TABLE.csv|.xlsx")
@_number
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
def import_table(file: Path, section: str, rows: Path, number: int, diff: bool) -> None:
    """Replace the rows of a table. The contract file is written only if it can still be read with them; otherwise
    it stays as it is and the errors are printed.

    \b
    Example:
      vbc table import contract.vbc 4.2 rates.csv --diff
    """
    from vbcdsl.compiler import compile_text
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.exchange.tables import read_table, replaced, table_of
    from vbcdsl.format.files import write_same_encoding

    before = _text(file)
    after = replaced(before, table_of(before, section, number), read_table(rows))
    change = difflib.unified_diff(
        before.splitlines(True), after.splitlines(True), str(file), f"{file} (with {rows.name})"
    )
    click.echo("".join(clean(line) for line in change), nl=False)
    old = {(d.code, d.message) for d in compile_text(before, str(file)).errors}
    compiled = compile_text(after, str(file))
    new = [d for d in compiled.errors if (d.code, d.message) not in old]
    if new:
        echo(new, source=compiled.base)
        click.echo(f"{file} was left as it is", err=True)
        raise Exit(1)
    if after == before:
        click.echo(f"{file}: nothing changes", err=True)
    elif not diff:
        write_same_encoding(file, after)
        click.echo(f"wrote {file}", err=True)


def _text(file: Path) -> str:
    """The text of a contract file, with plain line ends."""
    from vbcdsl.source import SourceText
    from vbcdsl.source.read import decode, read_bytes

    SourceText.from_file(file)  # refuses what is no contract text, with its place
    return (
        decode(read_bytes(file, file.as_posix()), file.as_posix()).replace("\r\n", "\n").replace("\r", "\n")
    )
