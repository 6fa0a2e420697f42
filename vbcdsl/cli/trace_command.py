"""`vbc trace`: every value of a settlement with what it stands on, for programs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import Pair, data_options, settlement_options, year_option


def _print_schema(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
    """Print the JSON schema and end."""
    if asked:
        from vbcdsl.trace.write import schema_text

        click.echo(schema_text(), nl=False)
        ctx.exit()


@click.command("trace", short_help="Write what every value of a settlement stands on.")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@data_options
@year_option
@settlement_options
@click.option(
    "--for", "only", multiple=True, type=Pair("KEY=VALUE"), metavar="KEY=VALUE",
    help="Only this party and what it stands on, for example aco=A1001. May be repeated.",
)  # fmt: skip
@click.option("--schema", is_flag=True, is_eager=True, expose_value=False, callback=_print_schema,
              help="Print the JSON schema of a record and end.")  # fmt: skip
@click.option("--members", is_flag=True, help="Also the values of single members, each a record.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The JSON Lines file to write.",
)  # fmt: skip
def command(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, years: tuple[int, ...], recorded: tuple[Path, ...], as_of: dt.date | None,
    only: tuple[tuple[str, str], ...], members: bool, out: Path,
) -> None:  # fmt: skip
    """Write a record (vbc.trace/1) for every value of a settlement: its section, the text in force, the rules and
    rows that applied, what they displaced, the roundings, and what it was computed from, down to columns of data,
    schedules and literals of the contract.

    Each sentence is evaluated a second time for its trace, by other code than the engine that settled; a
    difference is an error.

    \b
    Examples:
      vbc trace contract_library/mssp --data aco_results=mssp_PY2022.csv --year 2022 --out trace.jsonl
      vbc trace contract.vbc --bindings data.toml --for aco=A1001 --out a1001.jsonl
    """
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, report, say, say_what_is_read
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.cli.run_command import parties_named
    from vbcdsl.diagnostics import Diagnostic, VbcError
    from vbcdsl.results.settle import RunOptions, settle
    from vbcdsl.results.write import cannot_write
    from vbcdsl.trace import Tracer, find_facts, write_trace

    if out.exists():
        raise VbcError([Diagnostic("VBC8021", f"{out.as_posix()} exists already", help="name another file")])
    compiled = compile_or_stop(path)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    inputs = inputs_of(data)
    with progress_bar():
        options = RunOptions(
            years, engine, threads, show_members, inner=True, recorded=recorded, as_of=as_of
        )  # fmt: skip
        settled = settle(compiled, inputs, bound, options)
    parties = parties_named(settled, only)
    tracer = Tracer(find_facts(settled, inputs, bound, threads), members)
    records = [r for party in sorted(parties) for r in tracer.records(party)] if parties else tracer.records()
    unique = {record["id"]: record for record in records}
    try:
        count = write_trace(out, unique.values())
    except OSError as error:
        raise cannot_write(out, error) from None
    different = [record["id"] for record in unique.values() if record.get("evaluated_again") == "differs"]
    say(f"wrote {count:,} records to {out.as_posix()}")
    for name in different[:10]:
        say(f"evaluated again, it is not the same: {name}")
    code = report(settled)
    if code or different:
        raise Exit(1)
