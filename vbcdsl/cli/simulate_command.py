"""`vbc simulate`: settle a contract in many scenarios."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import DataPair, Varied, settlement_options, year_option


@click.command("simulate", short_help="Settle a contract in many scenarios of its terms.")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option(
    "--vary",
    multiple=True,
    type=Varied("WHAT=VALUES"),
    metavar="WHAT=VALUES",
    help="What is varied, and its values. May be repeated; every value then meets every other.",
)
@click.option(
    "--scenarios",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A CSV with a line for each scenario and a column for each varied thing.",
)
@click.option("--paired", is_flag=True, help="Take the values of several --vary line by line.")
@click.option(
    "--draws",
    type=click.IntRange(1, 1_000_000),
    default=1000,
    show_default=True,
    help="How many values normal(), uniform() and triangular() draw.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed draws the same values.")
@click.option(
    "--bootstrap",
    type=click.IntRange(10, 100_000),
    metavar="N",
    help="Draw the parties N times, with replacement: the range of the total in each scenario.",
)
@click.option(
    "--data",
    "data",
    multiple=True,
    type=DataPair("NAME=FILE"),
    metavar="NAME=FILE",
    help="Data of a record, as for `vbc run`: also a prepared store. May be repeated.",
)
@click.option(
    "--bindings",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A TOML file that says which column is which. [default: bindings.toml]",
)
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True, help="At most.")
@click.option("--show-members", is_flag=True, help="Allow messages to name members and their values.")
@year_option
@settlement_options
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write the results into this folder."
)
@click.option(
    "--chart",
    "chart_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the chart (SVG) into this file.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    default=None,
    help="How to print, or with --out the kind of file. [default: table; csv]",
)
def command(
    path: Path, vary: tuple[tuple[str, str], ...], file: Path | None, paired: bool, draws: int, seed: int,
    bootstrap: int | None, data: tuple[tuple[str, str], ...], bindings: Path | None, threads: int,
    show_members: bool, years: tuple[int, ...], recorded: tuple[Path, ...], as_of: dt.date | None,
    out: Path | None, chart_file: Path | None, kind: str | None,
) -> None:  # fmt: skip
    """Compute what would be paid if the terms were others, to the same cent as with the text changed by hand.

    WHAT is a defined term or a column (Sharing Rate; Target for "Breast Cancer Screening"), a row of a table
    (4.2 row 3), or a number as it stands in a section (4.5 "10%"), each for one year with “in 2025” behind it.
    VALUES are a grid (40%..60% by 5%), a list (30%, 40%), a factor (times 95%..105% by 1%), or drawn:
    normal(45%, 5%) to 1 place, uniform(40%, 60%), triangular(40%, 45%, 60%).

    \b
    Examples:
      vbc simulate contract.vbc --bindings data.toml --vary "4.2 row 3=20%..40% by 5%"
      vbc simulate contract.vbc --bindings data.toml --vary "4.5 \\"10%\\"=5%, 10%, 15%" \\
          --vary "Benchmark Rate=times 98%..102% by 1%" --out scenarios
      vbc simulate contract.vbc --bindings data.toml --vary "4.2 row 3=normal(30%, 3%)" --draws 500 --seed 7
      vbc simulate contract.vbc --bindings data.toml --scenarios offers.csv --chart offers.svg

    With --out: scenarios.csv (a line for each scenario), payments.csv (a line for each scenario, party and year),
    chart.svg, errors.json, run.json. Scenario “as written” is the contract as it stands.
    """
    if kind == "table" and out is not None:
        raise click.UsageError("--format table is printed; with --out choose csv, json or parquet")
    if kind == "parquet" and out is None:
        raise click.UsageError("--format parquet needs --out DIR")
    if not vary and file is None:
        raise click.UsageError(
            'say what is varied: --vary "Sharing Rate=40%..60% by 5%", or --scenarios FILE'
        )
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, say, say_what_is_read
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.results.fingerprints import fingerprints
    from vbcdsl.results.settle import RunOptions
    from vbcdsl.results.show import error_lines
    from vbcdsl.scenarios import show
    from vbcdsl.scenarios.plan import plan_scenarios
    from vbcdsl.scenarios.simulate import simulate
    from vbcdsl.scenarios.write import write_outcome

    compiled = compile_or_stop(path)
    planned = plan_scenarios(compiled, vary, file, paired=paired, draws=draws, seed=seed)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    inputs = inputs_of(data)
    with progress_bar():
        options = RunOptions(years, threads=threads, show_members=show_members,
                             recorded=recorded, as_of=as_of)  # fmt: skip
        outcome = simulate(compiled, planned, inputs, bound, options)
    if out is not None:
        asked: dict[str, object] = {
            "vary": [f"{what}={values}" for what, values in vary], "scenarios": file.as_posix() if file else None,
            "paired": paired, "draws": draws, "seed": seed,
        }  # fmt: skip
        names = write_outcome(outcome, out, kind or "csv", fingerprints(inputs, bound), asked)
        say(f"wrote {', '.join(names)} to {out.as_posix()}")
    else:
        _print(outcome, kind or "table")
    if chart_file is not None:
        from vbcdsl.results.write import cannot_write

        try:
            chart_file.write_text(show.chart(outcome), encoding="utf-8")
        except OSError as error:
            raise cannot_write(chart_file, error) from None
        say(f"wrote {chart_file.as_posix()}")
    if bootstrap is not None:
        _say_ranges(outcome, bootstrap, seed)
    echo(outcome.warnings)
    for note in show.notes(outcome):
        say(f"note: {note}")
    if outcome.errors:
        click.echo(error_lines(outcome.errors), err=True)
        say("\nsome values could not be computed; all others stand")
        raise Exit(1)


def _print(outcome: object, kind: str) -> None:
    from vbcdsl.results.write import as_json, records
    from vbcdsl.scenarios import show
    from vbcdsl.scenarios.outcome import Outcome
    from vbcdsl.scenarios.write import SCHEMA, summary_cells

    assert isinstance(outcome, Outcome)
    if kind == "table":
        click.echo(show.text(outcome))
        return
    header, rows = summary_cells(outcome)
    if kind == "json":
        click.echo(as_json({"schema": SCHEMA, "contract": outcome.title, "scenarios": records(header, rows)}))
        return
    import sys

    from vbcdsl.data.write import Digits, cell_text, csv_writer

    writer = csv_writer(sys.stdout)
    writer.writerow(header)
    for row in rows:
        writer.writerow([c if isinstance(c, Digits) else cell_text(c) for c in row])


def _say_ranges(outcome: object, draws: int, seed: int) -> None:
    from vbcdsl.data.write import money_cell
    from vbcdsl.scenarios.bootstrap import bootstrap
    from vbcdsl.scenarios.outcome import Outcome

    assert isinstance(outcome, Outcome)
    ranges = bootstrap(outcome, draws, seed)
    click.echo(f"\ntotal net payment if the parties are drawn again ({draws:,} draws, 5% and 95%):")
    for name, (low, high) in list(zip(outcome.scenarios.names, ranges, strict=True))[:200]:
        click.echo(f"  {name}: {money_cell(low)} to {money_cell(high)}")
