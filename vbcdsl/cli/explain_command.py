"""`vbc explain`: why a party gets or pays what it does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import Pair, data_options, reading_options, settlement_options

if TYPE_CHECKING:
    from vbcdsl.trace.facts import Facts


@click.command("explain", short_help="Say why a party gets or pays what it does.")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@data_options
@reading_options
@settlement_options
@click.option(
    "--for",
    "only",
    required=True,
    type=Pair("KEY=VALUE"),
    metavar="KEY=VALUE",
    help="The party, for example aco=A1001.",
)
@click.option(
    "--year",
    type=int,
    metavar="Y",
    help="A performance year: its calendar label (2024) or its number (1). [default: the last with data]",
)
@click.option("--term", metavar="TERM", help="Explain this term instead of the payments.")
@click.option(
    "--rows", is_flag=True, help="Also the rows of data behind it: their number and totals by month."
)
@click.option("--members", is_flag=True, help="With --rows: also by member.")
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, recorded: tuple[Path, ...], as_of: dt.date | None,
    only: tuple[str, str], year: int | None, term: str | None,
    rows: bool, members: bool, kind: str,
) -> None:  # fmt: skip
    """Say why a party gets or pays what it does: the sections, the terms with their values, the row of each
    table that applied, the limits and the rounding, in sentences.

    Values of single members are never shown, except by --rows --members.

    \b
    Examples:
      vbc explain contract_library/mssp --data aco_results=mssp_PY2022.csv --for aco=A1001 --year 2022
      vbc explain contract.vbc --bindings data.toml --for aco=A1001 --term savings_rate
      vbc explain contract.vbc --bindings data.toml --for aco=A1001 --term total_cost_of_care --rows
    """
    if members and not rows:
        raise click.UsageError("--members says by whom the rows of --rows are shown; add --rows")
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, report, say_what_is_read
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.cli.run_command import parties_named
    from vbcdsl.results.explain import explain
    from vbcdsl.results.explain_text import to_text
    from vbcdsl.results.settle import RunOptions, settle, term_named
    from vbcdsl.results.write import as_json

    compiled = compile_or_stop(path)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    name = term_named(compiled.bundle, term) if term else None
    with progress_bar():
        options = RunOptions(() if year is None else (year,), engine, threads, show_members, inner=True,
                             recorded=recorded, as_of=as_of)  # fmt: skip
        settled = settle(compiled, inputs_of(data), bound, options)
    (party,) = parties_named(settled, (only,))
    chosen = next(row.year for row in reversed(settled.rows) if row.party == party)
    from vbcdsl.trace.facts import find_facts, find_parts

    if kind == "json":
        parts: Facts | None = find_facts(settled, inputs_of(data), bound, threads)
    else:
        parts = find_parts(settled, inputs_of(data), bound, threads, term=name)
    explanation = explain(settled, party, chosen, name, parts)
    behind = None
    if rows:
        from vbcdsl.trace.drill import rows_behind, without_small_cells
        from vbcdsl.trace.drill import to_text as rows_text

        behind = rows_behind(settled, party, chosen, inputs_of(data), bound, term=name, members=members,
                             threads=threads)  # fmt: skip
        if not members:
            behind = without_small_cells(behind)
    if kind == "json":
        from vbcdsl.trace.explained import explained

        assert parts is not None
        document = explained(explanation, parts)
        if behind is not None:
            document["rows"] = [one.to_json() for one in behind]
        click.echo(as_json(document))
    else:
        click.echo(to_text(explanation), nl=False)
        if behind is not None:
            click.echo(rows_text(behind), nl=False)
    mine = tuple(e for e in settled.errors if not e.key or party in dict(e.key).values())
    import attrs

    code = report(attrs.evolve(settled, results=attrs.evolve(settled.results, errors=mine)))
    if code:
        raise Exit(code)
