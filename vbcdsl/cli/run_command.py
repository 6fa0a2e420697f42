"""`vbc run`: settle a contract on data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import Memory, Pair, data_options, reading_options, settlement_options, year_option

if TYPE_CHECKING:
    from vbcdsl.results.settlement import Settled


@click.command("run", short_help="Settle a contract on data.")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@data_options
@reading_options
@year_option
@settlement_options
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write the results into this folder."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    default=None,
    help="How to print, or with --out the kind of file. [default: table; csv]",
)
@click.option(
    "--for",
    "only",
    multiple=True,
    type=Pair("KEY=VALUE"),
    metavar="KEY=VALUE",
    help="Show only this party, for example aco=A1001. May be repeated.",
)
@click.option(
    "--cache", type=click.Path(path_type=Path), metavar="DIR",
    help="Keep what each file gave in this folder; the next run reads only files that are new or changed.",
)  # fmt: skip
@click.option(
    "--memory", type=Memory(), metavar="SIZE",
    help="Stay under so much memory, such as 800MB or 2GB: what does not fit waits on the disk. Arrow engine.",
)  # fmt: skip
@click.option("--terms", multiple=True, metavar="TERM", help="Show these terms in the table as well.")
def command(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, years: tuple[int, ...], recorded: tuple[Path, ...], as_of: dt.date | None,
    out: Path | None, kind: str | None, only: tuple[tuple[str, str], ...],
    cache: Path | None, memory: int | None, terms: tuple[str, ...],
) -> None:  # fmt: skip
    """Compute who pays whom how much, for each party and performance year.

    PATH is a contract file, an amendment, or a folder with contract.vbc, amendments/ and bindings.toml. Without
    --year: all performance years for which the list of parties has rows.

    \b
    Examples:
      vbc run contract_library/mssp --data aco_results=mssp_PY2022.csv --year 2022
      vbc run contract_library/lakeside --data member_months=mm/ --data quality_results=q.csv \\
          --data financial_schedule=f.csv --out results
      vbc run contract.vbc --bindings data.toml --format csv > settlement.csv
      vbc run contract.vbc --bindings data.toml --year 2025 --recorded results_2024 --as-of 2026-03-31
      vbc run contract.vbc --bindings data.toml --cache .vbc-cache
      vbc run contract.vbc --bindings data.toml --memory 1GB

    With --out: settlement.csv, payments.csv, errors.json, run.json, and terms/ for terms of other keys. All of
    them appear, or none. Positive net payments go to the settled party, negative ones come from it.
    """
    if kind == "table" and out is not None:
        raise click.UsageError("--format table is printed; with --out choose csv, json or parquet")
    if kind == "parquet" and out is None:
        raise click.UsageError("--format parquet needs --out DIR")
    if memory is not None and engine != "arrow":
        raise click.UsageError(
            "--memory is a limit for --engine arrow; duckdb and spark have settings of their own"
        )
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, report, say, say_what_is_read
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.results.fingerprints import fingerprints
    from vbcdsl.results.settle import RunOptions, settle
    from vbcdsl.results.write import write_settlement

    compiled = compile_or_stop(path)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    inputs = inputs_of(data)
    names: tuple[str, ...] = ()
    with progress_bar():
        options = RunOptions(years, engine, threads, show_members, out is not None, False, terms,
                             recorded, as_of, cache, memory)  # fmt: skip
        settled = filtered(settle(compiled, inputs, bound, options), only)
        if out is not None:
            names = tuple(write_settlement(settled, out, kind or "csv", fingerprints(inputs, bound)))
    if out is not None:
        say(f"wrote {', '.join(names)} to {out.as_posix()}")
    else:
        _print(settled, kind or "table", terms)
    code = report(settled)
    if code:
        raise Exit(code)


def filtered(settled: Settled, only: tuple[tuple[str, str], ...]) -> Settled:
    """The settlement with the rows of the parties that `--for` names."""
    if not only:
        return settled
    import attrs

    parties = parties_named(settled, only)
    return attrs.evolve(settled, rows=tuple(row for row in settled.rows if row.party in parties))


def parties_named(settled: Settled, only: tuple[tuple[str, str], ...]) -> set[str]:
    """The parties that `--for KEY=VALUE` names; an error that shows the nearest for one that has no row."""
    from vbcdsl.diagnostics import Diagnostic, VbcError
    from vbcdsl.diagnostics.suggest import nearest
    from vbcdsl.model.names import snake_case

    known = dict.fromkeys(row.party for row in settled.rows)
    party = snake_case(
        settled.party
    )  # a provider "each ACO, identified by ACO ID" is named by aco_id or by aco
    names = (party, party.removesuffix("_id"), snake_case(settled.program.provider))
    found = set()
    for key, value in only:
        if snake_case(key) not in names:
            raise VbcError([
                Diagnostic("VBC8026", f"--for names a party by {settled.party}, not by {key}",
                           help=f"write --for {snake_case(settled.party)}={value}")
            ])  # fmt: skip
        if value not in known:
            near = nearest(value, known)
            raise VbcError([
                Diagnostic("VBC8027", f"there is no {settled.party} {value} in these results",
                           help=f"did you mean {near[0]}?" if near else "")
            ])  # fmt: skip
        found.add(value)
    return found


def _print(settled: Settled, kind: str, terms: tuple[str, ...]) -> None:
    from vbcdsl.results import show
    from vbcdsl.results.settle import term_named
    from vbcdsl.results.write import as_json, payment_cells, records, settlement_cells

    if kind == "json":
        document: dict[str, Any] = {
            "schema": "vbc.settlement/1",
            "contract": settled.program.title,
            "settlement": records(*settlement_cells(settled)),
            "payments": records(*payment_cells(settled)),
        }
        click.echo(as_json(document))
    elif kind == "csv":
        import sys

        from vbcdsl.data.write import Digits, cell_text, csv_writer

        header, rows = settlement_cells(settled)
        writer = csv_writer(sys.stdout)
        writer.writerow(header)
        for row in rows:
            writer.writerow([c if isinstance(c, Digits) else cell_text(c) for c in row])
    else:
        names = {term_named(settled.bundle, name) for name in terms}
        extra = tuple(term for term in settled.columns if term.name in names)
        click.echo(show.table(settled, extra))
