"""`vbc sample`: synthetic data that fits a contract."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from vbcdsl.cli.options import compile_or_stop, say, year_option


@click.command("sample", short_help="Make synthetic data that fits a contract.")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option(
    "--members", type=click.IntRange(1, 5_000_000), required=True, metavar="N", help="So many members."
)
@click.option(
    "--parties",
    type=click.IntRange(1, 30_000),
    metavar="K",
    help="So many parties. [default: one for each 5,000 members]",
)
@year_option
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another seed, other data."
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="The folder to write."
)
@click.option("--format", "kind", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
def command(
    path: Path, members: int, parties: int | None, years: tuple[int, ...], seed: int, out: Path, kind: str
) -> None:  # fmt: skip
    """Make synthetic data for the records of a contract: nothing in it is real, and the same seed gives the
    same data.

    Among the rows are awkward ones: members who come late or have a gap, reversals, zero denominators, empty
    cells where the contract has a rule for them. Without --year: the first performance year.

    \b
    Examples:
      vbc sample contract_library/lakeside --members 10000 --out data
      vbc run contract_library/lakeside --bindings data/bindings.toml
    """
    from vbcdsl.results.settle import chosen_years
    from vbcdsl.sample import make_sample, write_sample

    compiled = compile_or_stop(path)
    chosen = chosen_years(compiled.bundle.calendar, years)
    sample = make_sample(compiled.bundle, members, parties, chosen, seed)
    names = write_sample(sample, out, kind)
    rows = ", ".join(f"{name} {count:,} rows" for name, count in sample.lengths.items())
    say(f"wrote {', '.join(names)} to {out.as_posix()} ({rows})")
    click.echo(f"vbc run {path.as_posix()} --bindings {(out / 'bindings.toml').as_posix()}")
