"""`vbc new`: a small contract to begin with."""

from __future__ import annotations

from pathlib import Path

import rich_click as click


@click.command("new", short_help="Make a small contract to begin with.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="NAME")
@click.option("--from", "library", metavar="LIBRARY", help="Copy a contract of the library instead.")
def command(folder: Path, library: str | None) -> None:
    """Make a folder with a small contract that runs, with an example that agrees, and a README.

    \b
    Examples:
      vbc new my_contract
      vbc new my_contract --from lakeside

    Nothing that exists is overwritten. A copy has the README of the library's contract, with the copy's paths,
    and its data in data/.
    """
    from vbcdsl.cli.options import say

    if library is not None:
        from vbcdsl.library import copy_entry, entry

        copy_entry(entry(library), folder)
        sample = "sample"
    else:
        from vbcdsl.starter import write_starter

        write_starter(folder)
        sample = "data"
    say(f"made {folder.as_posix()}")
    name = folder.as_posix()
    click.echo(f"vbc check {name}\nvbc test {name}\nvbc sample {name} --members 1000 --out {name}/{sample}")
    click.echo(f"vbc run {name} --bindings {name}/{sample}/bindings.toml")
