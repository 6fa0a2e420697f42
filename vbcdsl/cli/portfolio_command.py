"""`vbc portfolio`: many contracts at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import DataPair, year_option

if TYPE_CHECKING:
    from vbcdsl.portfolio import Portfolio
    from vbcdsl.results.settle import RunOptions


@click.command("portfolio", short_help="Settle many contracts; shares by HCP-LAN category against targets.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--data",
    "data",
    multiple=True,
    type=DataPair("[CONTRACT:]NAME=FILE"),
    metavar="[CONTRACT:]NAME=FILE",
    help="Data of a record, for every contract that has it or for one. May be repeated.",
)
@click.option(
    "--data-folders",
    is_flag=True,
    help="For a record that --data does not name: data/NAME.csv beside each contract.",
)
@click.option(
    "--targets",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A TOML file with [[target]] (shares by year) and [[other]] (payments outside the contracts).",
)
@click.option("--parties", is_flag=True, help="One line for each party.")
@year_option
@click.option(
    "--engine",
    type=click.Choice(["arrow", "duckdb", "spark", "reference"]),
    default="arrow",
    show_default=True,
)
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True, help="At most.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="With a book: write the files of `vbc run --out` for each contract into DIR/CONTRACT.",
)
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    paths: tuple[Path, ...],
    data: tuple[tuple[str, str], ...],
    data_folders: bool,
    targets: Path | None,
    parties: bool,
    years: tuple[int, ...],
    engine: str,
    threads: int,
    out: Path | None,
    kind: str,
) -> None:
    """Settle many contracts: payments by program and party, shares of payments by HCP-LAN category, targets.

    PATH is a contract, a folder of folders with contracts, or one book: a TOML file that says which parties belong
    to which contract. The data of a book is read once, and each contract is settled for its own parties. The
    category of a payment is the one in its sentence
    (“, in category 3B”), else the one in the header; a category that the clauses do not bear out is a warning.

    \b
    Examples:
      vbc portfolio contract_library --data-folders
      vbc portfolio plans/ --data plan_a:member_months=mm.csv --targets targets.toml --parties
      vbc portfolio book.toml --out results
    """
    from vbcdsl.cli.options import say
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.portfolio import Plan, read_plan, settle_portfolio
    from vbcdsl.portfolio.show import as_record, to_text
    from vbcdsl.results.settle import RunOptions
    from vbcdsl.results.show import error_lines
    from vbcdsl.results.write import as_json

    plan = read_plan(targets) if targets is not None else Plan()
    options = RunOptions(years=years, engine=engine, threads=threads)
    if any(path.suffix == ".toml" for path in paths):
        portfolio = _settle_book(paths, bool(data) or data_folders, options, out)
    elif out is not None:
        raise click.UsageError("--out needs a book: vbc portfolio book.toml --out DIR")
    else:
        with progress_bar():
            portfolio = settle_portfolio(paths, data, data_folders=data_folders, options=options)
    click.echo(as_json(as_record(portfolio, plan)) if kind == "json" else to_text(portfolio, plan, parties))
    echo(portfolio.warnings)
    for each in portfolio.settled:
        if each.errors:
            say(f"{each.name}:")
            click.echo(error_lines(each.errors), err=True)
    for name, found in portfolio.failed.items():
        say(f"{name} could not be settled:")
        echo(found)
    if portfolio.failed or any(each.errors for each in portfolio.settled):
        raise Exit(1)


def _settle_book(paths: tuple[Path, ...], more: bool, options: RunOptions, out: Path | None) -> Portfolio:
    """The contracts of a book, settled on one reading; with `out` their files are written."""
    from vbcdsl.cli.options import say
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.portfolio.book import read_book, settle_book
    from vbcdsl.portfolio.read import Portfolio
    from vbcdsl.results.fingerprints import fingerprints
    from vbcdsl.results.write import write_settlement

    if len(paths) > 1 or more:
        raise click.UsageError("a book stands alone: its contracts and data are named in it")
    book = read_book(paths[0])
    with progress_bar():
        result = settle_book(book, options)
    if out is not None:
        prints = fingerprints(dict(book.data), None)
        for name, settled in result.settled.items():
            write_settlement(settled, out / name, "csv", prints)
        say(f"wrote the settlements of {len(result.settled)} contracts to {out.as_posix()}")
    echo(result.without_data)
    for record, rows in result.left_out.items():
        say(f"note: {rows:,} rows of {record} are of parties that no contract of the book names")
    return Portfolio(result.settlements(), result.failed)
