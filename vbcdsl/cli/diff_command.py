"""`vbc diff`: what changed between two texts of a contract, and what each change is worth."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import Day, data_options, settlement_options

if TYPE_CHECKING:
    from vbcdsl.renewal.show.report import Report
    from vbcdsl.renewal.sides import Side


@click.command("diff", short_help="Compare two texts; price each change on data.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="[NEW]", required=False)
@data_options
@settlement_options
@click.option("--amendment", type=int, metavar="N", help="Compare OLD before and after its amendment N.")
@click.option(
    "--old-year", type=int, metavar="Y", help="The text of OLD in force in this performance year (or OLD@Y)."
)
@click.option(
    "--new-year", type=int, metavar="Y", help="The text of NEW in force in this performance year (or NEW@Y)."
)
@click.option(
    "--year", type=int, metavar="Y", help="The performance year of the data. [default: the last with data]"
)
@click.option(
    "--old-as-year",
    type=int,
    metavar="Y",
    help="Apply the old text as in this year of its term: its dates are moved to the data's year.",
)
@click.option("--new-as-year", type=int, metavar="Y", help="The same for the new text.")
@click.option("--read-as", multiple=True, metavar="COLUMN: TEXT as TEXT, …",
              help="Where a text does not list a value of a column, read it as one that it lists.")  # fmt: skip
@click.option(
    "--attribution",
    type=click.Choice(["order", "shapley"]),
    default="order",
    show_default=True,
    help="The parts that add up: changes made in the order of the text, or averaged over all orders.",
)
@click.option(
    "--format", "kind", type=click.Choice(["text", "html", "docx", "json"]), default="text", show_default=True
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the report into this file."
)
@click.option("--parties", type=click.Path(path_type=Path), metavar="FILE.csv",
              help="Write all parties, each with the part of every change.")  # fmt: skip
@click.option(
    "--author", default="vbc diff", show_default=True, help="The author of the tracked changes in Word."
)
@click.option(
    "--date",
    type=Day(),
    metavar="DATE",
    help="The date of the tracked changes in Word. [default: 2000-01-01]",
)
def command(
    old: str, new: str | None, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, recorded: tuple[Path, ...], as_of: dt.date | None,
    amendment: int | None, old_year: int | None, new_year: int | None, year: int | None,
    old_as_year: int | None, new_as_year: int | None, read_as: tuple[str, ...], attribution: str, kind: str,
    out: Path | None, parties: Path | None, author: str, date: dt.date | None,
) -> None:  # fmt: skip
    """Compare two texts of a contract: what changed, section by section, what kind of change it is, and the
    redline. With data, what each change is worth, alone and as a part of the whole, for each party.

    OLD and NEW are contracts (files or folders), or PATH@YEAR for the text in force in a performance year.
    NEW may be an amendment to OLD.

    \b
    Examples:
      vbc diff contract_library/lakeside --amendment 1
      vbc diff contract_library/mssp@2019 contract_library/mssp@2021 \\
          --data aco_results=contract_library/mssp/data/mssp_PY2022.csv --format html --out redline.html
      vbc diff signed.vbc draft.vbc --bindings data.toml --year 2025 --format docx --out redline.docx
    """
    if (new is None) == (amendment is None):
        raise click.UsageError("give OLD and NEW, or OLD and --amendment N")
    if kind == "docx" and out is None:
        raise click.UsageError("a Word document goes into a file: --out FILE.docx")
    if parties is not None and not (data or bindings):
        raise click.UsageError("--parties needs --data or --bindings")
    if date is not None and not dt.date(1980, 1, 1) <= date < dt.date(2100, 1, 1):
        raise click.UsageError("--date must lie between 1980 and 2099")
    sides = _sides(old, new, amendment, old_year, new_year)
    report = _report(
        sides,
        data,
        bindings,
        engine,
        threads,
        show_members,
        (recorded, as_of),
        year,
        (old_as_year, new_as_year),
        read_as,
        attribution,
    )
    when = dt.datetime(date.year, date.month, date.day) if date is not None else None
    _write(report, kind, out, author, when)
    if parties is not None:
        from vbcdsl.data.write import safe_file
        from vbcdsl.renewal.show.tables import parties_csv

        with safe_file(parties) as file:
            file.write(parties_csv(report).encode())
        click.echo(f"wrote {parties}", err=True)
    if report.priced is not None and report.priced.left_out:
        raise Exit(1)


def _sides(
    old: str, new: str | None, amendment: int | None, old_year: int | None, new_year: int | None
) -> tuple[Side, Side]:
    from vbcdsl.renewal.sides import around_amendment, contract_and_amendment, sides_at

    if amendment is not None:
        return around_amendment(old, amendment)
    assert new is not None
    found = contract_and_amendment(old, Path(new)) if old_year is None and new_year is None else None
    return found or sides_at(old, new, old_year, new_year)


def _report(
    sides: tuple[Side, Side], data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, taken: tuple[tuple[Path, ...], dt.date | None], year: int | None,
    as_years: tuple[int | None, int | None], reading: tuple[str, ...],
    attribution: str,
) -> Report:  # fmt: skip
    from vbcdsl.cli.options import inputs_of
    from vbcdsl.data import load_bindings
    from vbcdsl.renewal.compare import compare
    from vbcdsl.renewal.facts import Facts, read_as
    from vbcdsl.renewal.price import price, year_and_shifts
    from vbcdsl.renewal.show.report import Report

    old, new = sides
    beside = new.bindings or old.bindings
    path = bindings or (beside if data else None)
    if not data and bindings is None:
        return Report(compare(old, new))
    bound = load_bindings(path) if path is not None else None
    facts = Facts(
        inputs_of(data), bound, (old.program, new.program), read_as(reading), engine, threads, show_members,
        *taken,
    )  # fmt: skip
    label, years = year_and_shifts(old, new, facts, year, *as_years)
    priced = price(old, new, facts, label, years, attribution)  # type: ignore[arg-type]
    return Report(priced.comparison, priced, tuple(facts.notes))


def _write(report: Report, kind: str, out: Path | None, author: str, date: dt.datetime | None) -> None:
    from vbcdsl.data.write import safe_file

    if kind == "docx":
        from vbcdsl.renewal.show.word import DATE, to_docx

        content = to_docx(report, author, date or DATE)
    elif kind == "html":
        from vbcdsl.renewal.show.html import to_html

        content = to_html(report).encode("utf-8", "replace")
    elif kind == "json":
        from vbcdsl.renewal.show.tables import to_json
        from vbcdsl.results.write import as_json

        content = (as_json(to_json(report)) + "\n").encode("utf-8", "replace")
    else:
        from vbcdsl.renewal.show.text import to_text

        text = to_text(report)
        if out is None:
            click.echo(text, nl=False)
            return
        content = click.unstyle(text).encode("utf-8", "replace")
    if out is None:
        click.echo(content.decode(), nl=False)
        return
    with safe_file(out) as file:
        file.write(content)
    click.echo(f"wrote {out}", err=True)
