"""`vbc compile`: a contract in another language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from vbcdsl.cli.options import year_option

if TYPE_CHECKING:
    from vbcdsl.compiler import Compiled
    from vbcdsl.rules.program import Record

_DIALECTS = ("duckdb", "postgres", "spark", "databricks", "snowflake", "bigquery")


@click.command("compile", short_help="Write a contract as SQL: its facts, or the whole settlement.")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--to", "target", type=click.Choice(["sql"]), default="sql", show_default=True,
              help="The language.")  # fmt: skip
@click.option("--dialect", type=click.Choice(_DIALECTS), default="duckdb", show_default=True,
              help="The system whose SQL it is.")  # fmt: skip
@year_option
@click.option("--term", "terms", multiple=True, metavar="TERM",
              help="Only this term and what it stands on. May be repeated.")  # fmt: skip
@click.option("--facts", is_flag=True,
              help="Only the facts: totals, counts and extremes of rows, their sums and comparisons.")  # fmt: skip
@click.option("--places", "places", multiple=True, metavar="RECORD.COLUMN=N",
              help="How many decimal places a column has in its table. [default: 2 of money, 4 of money per unit, "
              "0 of a count, 6 of others]")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="The file to write, instead of the screen.")  # fmt: skip
def command(
    path: Path, target: str, dialect: str, years: tuple[int, ...], terms: tuple[str, ...], facts: bool,
    places: tuple[str, ...], out: Path | None,
) -> None:  # fmt: skip
    """Write a contract as SQL that gives the same cents, with the sentences of the contract as comments.

    The file says which tables it reads; its first query lists what must not be in the data, its second is the
    settlement. All numbers are whole; what SQL cannot say exactly is refused with its section.

    \b
    Examples:
      vbc compile contract_library/mssp --year 2022 --out mssp_2022.sql
      vbc compile contract_library/lakeside --year 2024 --dialect postgres --out lakeside.sql
      vbc compile contract_library/lakeside --year 2024 --facts
      vbc compile contract.vbc --year 2024 --term "Shared Savings Payment" --places "Member Months.Risk Score=4"
    """
    from vbcdsl.cli.options import compile_or_stop, say
    from vbcdsl.sql.settlement import facts_sql, settlement_sql, years_of

    compiled = compile_or_stop(path)
    chosen = years_of(compiled, years)
    scales = _scales(compiled, places)

    def of(record: Record, column: str) -> int:
        from vbcdsl.sql.settlement.inputs import usual_places

        found = scales.get((record.name, column))
        return usual_places(record, column) if found is None else found

    written = facts_sql(compiled, chosen, of) if facts else settlement_sql(compiled, chosen, terms, of)
    text = written.in_dialect(dialect)
    if out is None:
        click.echo(text, nl=False)
        return
    _write(out, text)
    say(f"wrote {len(written.terms)} {'facts' if facts else 'terms'} to {out.as_posix()}")


def _scales(compiled: Compiled, places: tuple[str, ...]) -> dict[tuple[str, str], int]:
    from vbcdsl.diagnostics import Diagnostic, VbcError
    from vbcdsl.results.settle import all_records

    records = all_records(compiled.bundle)
    found: dict[tuple[str, str], int] = {}
    for text in places:
        name, _, number = text.rpartition("=")
        record, _, column = name.partition(".")
        known = record in records and any(c.name == column for c in records[record].columns)
        if not known or not number.isdigit() or int(number) > 18:
            raise VbcError([
                Diagnostic("VBC8103", f"“{text}” names no column of the contract with its decimal places",
                           help='write `--places "Member Months.Risk Score=4"`')
            ])  # fmt: skip
        found[record, column] = int(number)
    return found


def _write(out: Path, text: str) -> None:
    import os

    from vbcdsl.diagnostics import Diagnostic, VbcError
    from vbcdsl.results.write import cannot_write

    if out.exists():
        raise VbcError([
            Diagnostic("VBC8021", f"{out.as_posix()} exists already", help="name another file")
        ])  # fmt: skip
    room = out.with_name(f".{out.name}.part")
    try:
        room.write_text(text, encoding="utf-8", newline="\n")
        os.replace(room, out)
    except OSError as error:
        raise cannot_write(out, error) from None
