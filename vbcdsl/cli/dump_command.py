"""`vbc dump`: what comes out of each stage."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

_STAGES = ("source", "units", "tokens", "ast", "names", "rules", "types", "check", "plan")


@click.command("dump", short_help="Print what comes out of a stage of the program.")
@click.argument("stage", type=click.Choice(_STAGES), metavar="STAGE")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(stage: str, path: Path, kind: str) -> None:
    """Print what comes out of a stage, for each text in force.

    \b
    source  the text in force, with its files and fingerprints
    units   the sentences, before they are read
    tokens  the words of each sentence
    ast     the sentences as trees
    names   what each name stands for
    rules   the core expression of each term
    types   the kind and the keys of each term
    check   what the checks found
    plan    in which order terms are computed, and how often data is read

    \b
    Example:
      vbc dump rules contract_library/lakeside
    """
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.dump import dump
    from vbcdsl.results.write import as_json

    text, data = dump(stage, path)
    click.echo(as_json(data) if kind == "json" else clean(text))
