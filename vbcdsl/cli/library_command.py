"""`vbc library`: the contracts that ship with the product."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

_FORMAT = click.option(
    "--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group("library", invoke_without_command=True, short_help="The contracts that ship with the product.")
@click.pass_context
def command(ctx: click.Context) -> None:
    """The contracts that ship with the product: read them, copy them, run them.

    \b
    Examples:
      vbc library list
      vbc library show mssp
      vbc library copy lakeside my_contract
      vbc library search "shared savings"
      vbc library reproduce mssp
    """
    if ctx.invoked_subcommand is None:
        from vbcdsl.library import entries

        _print(entries(), "text")


@command.command("list", short_help="What is there.")
@_FORMAT
def list_(kind: str) -> None:
    """List the contracts of the library."""
    from vbcdsl.library import entries

    _print(entries(), kind)


@command.command("search", short_help="Contracts that speak of something.")
@click.argument("words", nargs=-1, required=True)
@_FORMAT
def search(words: tuple[str, ...], kind: str) -> None:
    """List the contracts whose text or README has all of the words."""
    from vbcdsl.library import search as find

    _print(find(" ".join(words)), kind)


@command.command("show", short_help="What a contract is, or its text.")
@click.argument("name")
@click.option("--text", is_flag=True, help="Print the contract's text instead of its README.")
@_FORMAT
def show(name: str, text: bool, kind: str) -> None:
    """Print the README of a contract, or its text."""
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.library import entry, record
    from vbcdsl.results.write import as_json

    found = entry(name)
    if kind == "json":
        click.echo(as_json(record(found)))
        return
    path = found.contract if text or found.readme is None else found.readme
    click.echo(clean(path.read_text(encoding="utf-8")), nl=False)


@command.command("copy", short_help="Copy a contract to begin with.")
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def copy(name: str, folder: Path | None) -> None:
    """Copy the folder of a contract; nothing that exists is overwritten."""
    from vbcdsl.cli.options import say
    from vbcdsl.library import copy_entry, entry

    found = entry(name)
    target = folder or Path(found.name)
    copy_entry(found, target)
    say(f"copied {found.name} to {target.as_posix()}")


@command.command("reproduce", short_help="Compare a contract with what was published.")
@click.argument("name")
@click.option(
    "--engine",
    type=click.Choice(["arrow", "reference"]),
    default="arrow",
    show_default=True,
    help="Both give the same; reference, slow, defines the meaning.",
)
@_FORMAT
def reproduce(name: str, engine: str, kind: str) -> None:
    """Settle the shipped data of a contract and compare with the published settlements.

    Prints for each comparison the rows, the rows that agree and the largest difference; ends with code 1 if fewer
    agree than program.toml says.

    \b
    Examples:
      vbc library reproduce mssp
      vbc library reproduce hospital-value-based-purchasing --format json
    """
    from click.exceptions import Exit

    from vbcdsl.library import entry
    from vbcdsl.library.report import as_record, to_text
    from vbcdsl.library.reproduce import reproduce as run
    from vbcdsl.results.write import as_json

    outcomes = run(entry(name).folder, engine)
    click.echo(as_json(as_record(name, outcomes)) if kind == "json" else to_text(outcomes))
    if not all(outcome.met for outcome in outcomes):
        raise Exit(1)


def _print(found: object, kind: str) -> None:
    from vbcdsl.library import Entry, record
    from vbcdsl.results.show import columns
    from vbcdsl.results.write import as_json

    assert isinstance(found, tuple)
    entries: tuple[Entry, ...] = found
    if kind == "json":
        click.echo(as_json([record(entry) for entry in entries]))
    elif not entries:
        click.echo("no contract of the library speaks of that")
    else:
        rows = [[e.name, e.title, e.term, str(e.amendments), e.category or ""] for e in entries]
        click.echo(columns(["Name", "Title", "In force", "Amendments", "Category"], rows, left=3))
