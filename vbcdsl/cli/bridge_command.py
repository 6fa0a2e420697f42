"""`vbc bridge`: why two settlements differ."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import Day, Pair, settlement_options

if TYPE_CHECKING:
    from vbcdsl.data import Bindings
    from vbcdsl.renewal.bridge import Bridge
    from vbcdsl.renewal.facts import Facts
    from vbcdsl.renewal.sides import Side

_DATA = Pair("NAME=FILE")


@click.command("bridge", short_help="Explain the difference between two settlements.")
@click.option(
    "--old", required=True, metavar="PATH", help="The old contract; PATH@YEAR for the text of a year."
)
@click.option("--new", metavar="PATH", help="The new contract. [default: the old one]")
@click.option(
    "--old-data", multiple=True, type=_DATA, metavar="NAME=FILE", help="The old data. May be repeated."
)
@click.option("--new-data", multiple=True, type=_DATA, metavar="NAME=FILE",
              help="The new data. [default: the old data]")  # fmt: skip
@click.option("--old-bindings", type=click.Path(path_type=Path), metavar="FILE",
              help="Bindings of the old data. [default: bindings.toml]")  # fmt: skip
@click.option("--new-bindings", type=click.Path(path_type=Path), metavar="FILE",
              help="Bindings of the new data. [default: bindings.toml]")  # fmt: skip
@click.option("--old-year", type=int, metavar="Y", help="The performance year of the old data.")
@click.option("--new-year", type=int, metavar="Y", help="The performance year of the new data.")
@click.option(
    "--year", type=int, metavar="Y", help="The performance year of both. [default: the last with data]"
)
@click.option("--read-as", multiple=True, metavar="COLUMN: TEXT as TEXT, …",
              help="Where a text does not list a value of a column, read it as one that it lists.")  # fmt: skip
@click.option("--old-settlement", type=click.Path(path_type=Path), metavar="DIR",
              help="The results of the old run: its net payments must be those of this bridge.")  # fmt: skip
@click.option(
    "--new-settlement", type=click.Path(path_type=Path), metavar="DIR", help="The same of the new run."
)
@settlement_options
@click.option("--old-as-of", type=Day(), metavar="DATE", help="--as-of for the old data alone.")
@click.option("--new-as-of", type=Day(), metavar="DATE", help="--as-of for the new data alone.")
@click.option("--engine", type=click.Choice(["arrow", "reference"]), default="arrow", show_default=True)
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True, help="At most.")
@click.option("--show-members", is_flag=True, help="Allow messages to name members and their values.")
@click.option("--format", "kind", type=click.Choice(["text", "html", "json", "csv"]), default="text",
              show_default=True)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the report into this file."
)
def command(
    old: str, new: str | None, old_data: tuple[tuple[str, str], ...], new_data: tuple[tuple[str, str], ...],
    old_bindings: Path | None, new_bindings: Path | None, old_year: int | None, new_year: int | None,
    year: int | None, read_as: tuple[str, ...], old_settlement: Path | None, new_settlement: Path | None,
    recorded: tuple[Path, ...], as_of: dt.date | None, old_as_of: dt.date | None, new_as_of: dt.date | None,
    engine: str, threads: int, show_members: bool, kind: str, out: Path | None,
) -> None:  # fmt: skip
    """Explain the difference between two settlements: what the changed terms make on the old data, what the
    changed data make under the old terms, and what is left because both changed. By party and by payment, exactly.

    A contract with amendments is taken in the text in force in the year of its data, unless PATH@YEAR says
    another.

    \b
    Examples:
      vbc bridge --old contract_library/mssp --old-data aco_results=contract_library/mssp/data/mssp_PY2021.csv \\
                 --new-data aco_results=contract_library/mssp/data/mssp_PY2022.csv
      vbc bridge --old contract.vbc --old-bindings 2025.toml --old-as-of 2026-03-31 --new-as-of 2026-06-30
      vbc bridge --old signed.vbc --new renewed.vbc --old-bindings 2024.toml --new-bindings 2025.toml \\
                 --format html --out bridge.html
    """
    from vbcdsl.cli.options import inputs_of
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.renewal.bridge import bridge, check_recorded
    from vbcdsl.renewal.facts import Facts
    from vbcdsl.renewal.facts import read_as as reading_of

    if not old_data and old_bindings is None:
        raise click.UsageError("give the old data: --old-data NAME=FILE, or --old-bindings FILE")
    days = old_as_of or as_of, new_as_of or as_of
    if new is None and not new_data and new_bindings is None and days[0] == days[1]:
        raise click.UsageError("nothing changed: give --new, --new-data, --new-bindings or --old-as-of")
    new = new or old
    first, second = _sides(old, new, None, None)
    inputs = inputs_of(old_data), inputs_of(new_data or old_data)
    bound = (
        _bound(old_bindings, first),
        _bound(new_bindings or (old_bindings if not new_data else None), second),
    )
    reading = reading_of(read_as)
    programs = (first.program, second.program)
    facts = [
        Facts(given, bindings, programs, reading, engine, threads, show_members, recorded, day)
        for given, bindings, day in zip(inputs, bound, days, strict=True)
    ]
    years = (
        _year(facts[0], first, old_year or year), _year(facts[1], second, new_year or year)
    )  # fmt: skip
    sides = _sides(old, new, *years)
    for each in facts:
        each.programs = (*each.programs, sides[0].program, sides[1].program)
    with progress_bar():
        found = bridge(*sides, facts[0], facts[1], years)
    if old_settlement is not None:
        check_recorded(found, "old", old_settlement)
    if new_settlement is not None:
        check_recorded(found, "new", new_settlement)
    _write(found, kind, out)
    if found.left_out:
        raise Exit(1)


def _bound(path: Path | None, side: Side) -> Bindings | None:
    from vbcdsl.data import load_bindings

    chosen = path or side.bindings
    return load_bindings(chosen) if chosen is not None else None


def _year(facts: Facts, side: Side, wanted: int | None) -> int:
    from vbcdsl.renewal.price import year_and_shifts

    return year_and_shifts(side, side, facts, wanted)[0]


def _sides(old: str, new: str, old_year: int | None, new_year: int | None) -> tuple[Side, Side]:
    """The texts; of a contract whose path names no year the one in force in the year of its data."""
    from vbcdsl.renewal.sides import covers, path_and_year, sides_at

    ours = None if path_and_year(old)[1] is not None or not covers(old, old_year) else old_year
    theirs = None if path_and_year(new)[1] is not None or not covers(new, new_year) else new_year
    return sides_at(old, new, ours, theirs)


def _write(found: Bridge, kind: str, out: Path | None) -> None:
    from vbcdsl.data.write import safe_file
    from vbcdsl.renewal.show import bridge as show
    from vbcdsl.results.write import as_json

    if kind == "html":
        text = show.to_html(found)
    elif kind == "json":
        text = as_json(show.to_json(found)) + "\n"
    elif kind == "csv":
        text = show.to_csv(found)
    else:
        text = show.to_text(found)
    content = text.encode("utf-8", "replace")
    if out is None:
        click.echo(content.decode(), nl=False)
        return
    with safe_file(out) as file:
        file.write(content)
    click.echo(f"wrote {out}", err=True)
