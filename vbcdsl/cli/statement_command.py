"""`vbc statement`: what a party receives with its payment."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import Pair, data_options, settlement_options


@click.command("statement", short_help="Write the statement that a party receives, as HTML, Word or PDF.")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@data_options
@settlement_options
@click.option(
    "--for", "only", required=True, type=Pair("KEY=VALUE"), metavar="KEY=VALUE",
    help="The party, for example aco=A1001.",
)  # fmt: skip
@click.option(
    "--year", type=int, metavar="Y",
    help="A performance year: its calendar label (2024) or its number (1). [default: the last with data]",
)  # fmt: skip
@click.option("--to", "kind", type=click.Choice(["html", "docx", "pdf"]), default=None,
              help="The kind of document. [default: by the name of the file]")  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The file to write; one that is there is replaced.",
)  # fmt: skip
def command(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, recorded: tuple[Path, ...], as_of: dt.date | None, only: tuple[str, str], year: int | None,
    kind: str | None, out: Path,
) -> None:  # fmt: skip
    """Write the statement of one party and performance year: the net payment and who pays it, a chart of the
    payments, measures with target and result, what the next tier and one more point would have paid, and each
    section of the contract with its words beside the numbers.

    Counts of 1 through 10 people are not shown, nor what would give them away, and never a value of a single
    member. The same inputs give the same bytes. Word and PDF need `pip install 'vbcdsl[docs-out]'`.

    \b
    Examples:
      vbc statement contract_library/mssp --data aco_results=mssp_PY2022.csv --for aco=A1001 --year 2022 \\
          --out A1001.html
      vbc statement contract.vbc --bindings data.toml --for aco=A1001 --to pdf --out A1001.pdf
    """
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, report, say, say_what_is_read
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.cli.run_command import parties_named
    from vbcdsl.results.settle import RunOptions, settle
    from vbcdsl.statement.write import write_statement

    kind = kind or out.suffix.removeprefix(".").lower()
    if kind not in ("html", "docx", "pdf"):
        raise click.UsageError(
            f"{out.name} does not say which kind of document it is; add --to html, docx or pdf"
        )
    compiled = compile_or_stop(path)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    inputs = inputs_of(data)
    with progress_bar():
        options = RunOptions(() if year is None else (year,), engine, threads, show_members, inner=True,
                             recorded=recorded, as_of=as_of)  # fmt: skip
        settled = settle(compiled, inputs, bound, options)
    (party,) = parties_named(settled, (only,))
    row = next(row for row in reversed(settled.rows) if row.party == party)
    write_statement(settled, row, inputs, bound, kind, out, threads)
    say(f"wrote {out.as_posix()}")
    import attrs

    mine = tuple(e for e in settled.errors if not e.key or party in dict(e.key).values())
    code = report(attrs.evolve(settled, results=attrs.evolve(settled.results, errors=mine)))
    if code:
        raise Exit(code)
