"""`vbc portfolio`: many contracts at once."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import DataPair, year_option


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
@click.option("--engine", type=click.Choice(["arrow", "reference"]), default="arrow", show_default=True)
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True, help="At most.")
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
    kind: str,
) -> None:
    """Settle many contracts: payments by program and party, shares of payments by HCP-LAN category, targets.

    PATH is a contract, or a folder of folders with contracts. The category of a payment is the one in its sentence
    (“, in category 3B”), else the one in the header; a category that the clauses do not bear out is a warning.

    \b
    Examples:
      vbc portfolio contract_library --data-folders
      vbc portfolio plans/ --data plan_a:member_months=mm.csv --targets targets.toml --parties
    """
    from vbcdsl.cli.options import say
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.portfolio import Plan, read_plan, settle_portfolio
    from vbcdsl.portfolio.show import as_record, to_text
    from vbcdsl.results.settle import RunOptions
    from vbcdsl.results.show import error_lines
    from vbcdsl.results.write import as_json

    plan = read_plan(targets) if targets is not None else Plan()
    options = RunOptions(years=years, engine=engine, threads=threads)
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
