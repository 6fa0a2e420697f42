"""`vbc test`: run the examples in the text of contracts."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import compile_or_stop


@click.command("test", short_help="Run the examples in the text of contracts.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--engine", type=click.Choice(["both", "arrow", "reference"]), default="both", show_default=True
)
@click.option(
    "--format", "kind", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True
)
def command(paths: tuple[Path, ...], engine: str, kind: str) -> None:
    """Run the examples in the text of contracts, and say which sections no example reaches.

    What an example gives replaces the terms that it names; what it expects is computed from them. No data is
    needed. Money is compared to the cent, every other value exactly.

    \b
    Examples:
      vbc test contract.vbc
      vbc test contract_library/* --engine both --format junit > examples.xml

    Exits with 1 if an example does not agree.
    """
    from vbcdsl.results.engines import NAMES
    from vbcdsl.results.write import as_json
    from vbcdsl.testing.examples import run_examples
    from vbcdsl.testing.render import to_json, to_junit, to_text

    engines = NAMES if engine == "both" else (engine,)
    reports = [run_examples(compile_or_stop(path), engines) for path in paths]
    if kind == "json":
        click.echo(as_json([to_json(report) for report in reports]))
    elif kind == "junit":
        click.echo(to_junit(reports))
    else:
        click.echo("\n\n".join(to_text(report) for report in reports))
    if not all(report.met for report in reports):
        raise Exit(1)
