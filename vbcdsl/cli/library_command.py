"""`vbc library`: the contracts that ship with the product."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

if TYPE_CHECKING:
    from vbcdsl.library import Entry
    from vbcdsl.library.rows import Account

_F = TypeVar("_F", bound=Callable[..., Any])
_FORMAT = click.option(
    "--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def _choices(command: _F) -> _F:
    """`--family`, `--setting`, `--lan`, `--row`."""
    for option in reversed((
        click.option("--family", "families", multiple=True, metavar="TEXT",
                     help="With a clause family like this one: “shared savings”, “withhold”. May be repeated."),
        click.option("--setting", "settings", multiple=True, metavar="TEXT",
                     help="In a setting like this one: Medicare, hospital, pharmacy. May be repeated."),
        click.option("--lan", "categories", multiple=True, metavar="CATEGORY",
                     help="Of this HCP-LAN category: 3A; 3 is 3A, 3B and 3N. May be repeated."),
        click.option("--row", "rows", multiple=True, metavar="ROW",
                     help="For this row of a source paper: S3-05; S3 is all of that paper. May be repeated."),
    )):  # fmt: skip
        command = option(command)
    return command


@click.group("library", invoke_without_command=True, short_help="The contracts that ship with the product.")
@click.pass_context
def command(ctx: click.Context) -> None:
    """The contracts that ship with the product: read them, copy them, run them.

    \b
    Examples:
      vbc library list
      vbc library show mssp
      vbc library copy lakeside my_contract
      vbc library list --family "risk corridor" --lan 3B
      vbc library list --papers
      vbc library search sequestration
      vbc library reproduce mssp
    """
    if ctx.invoked_subcommand is None:
        from vbcdsl.library import entries

        _print(entries(), "text")


@command.command("list", short_help="What is there.")
@_choices
@click.option(
    "--papers", is_flag=True, help="Each arrangement that the source papers name, and its contract."
)
@_FORMAT
def list_(
    families: tuple[str, ...], settings: tuple[str, ...], categories: tuple[str, ...], rows: tuple[str, ...],
    papers: bool, kind: str,
) -> None:  # fmt: skip
    """List the contracts of the library: all, or those of a family, setting, HCP-LAN category or source row.

    \b
    Examples:
      vbc library list --setting Medicaid --family "shared savings"
      vbc library list --row S3-05
      vbc library list --papers
      vbc library list --format json

    JSON has every contract and every row of the source papers with its computed status. A row for which no
    contract answers is an error (exit code 1).
    """
    from click.exceptions import Exit

    from vbcdsl.library import entries
    from vbcdsl.library.choose import Wanted, chosen

    wanted = Wanted(families, settings, categories, rows)
    found = chosen(entries(), wanted)
    if kind != "json" and not papers:
        _print(found, kind)
        return
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.library.rows import account

    every = account()
    if kind == "json":
        _print_json(found, every)
    else:
        _print_rows(every, rows)
    echo(every.problems)
    if every.problems:
        raise Exit(1)


@command.command("search", short_help="Contracts that speak of something.")
@click.argument("words", nargs=-1, required=True)
@_choices
@_FORMAT
def search(
    words: tuple[str, ...], families: tuple[str, ...], settings: tuple[str, ...], categories: tuple[str, ...],
    rows: tuple[str, ...], kind: str,
) -> None:  # fmt: skip
    """List the contracts whose text, README or description has all of the words.

    \b
    Examples:
      vbc library search "stop-loss"
      vbc library search withhold --setting Medicaid
    """
    from vbcdsl.library import search as find
    from vbcdsl.library.choose import Wanted, chosen

    _print(chosen(find(" ".join(words)), Wanted(families, settings, categories, rows)), kind)


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
    type=click.Choice(["arrow", "duckdb", "spark", "reference"]),
    default="arrow",
    show_default=True,
    help="All give the same; reference, slow, defines the meaning.",
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

    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.library import entry
    from vbcdsl.library.report import as_record, to_text
    from vbcdsl.library.reproduce import reproduce as run
    from vbcdsl.results.write import as_json

    with progress_bar():
        outcomes = run(entry(name).folder, engine)
    click.echo(as_json(as_record(name, outcomes)) if kind == "json" else to_text(outcomes))
    if not all(outcome.met for outcome in outcomes):
        raise Exit(1)


def _print(found: tuple[Entry, ...], kind: str) -> None:
    from vbcdsl.results.show import columns

    if kind == "json":
        _print_json(found, None)
    elif not found:
        click.echo("the library has no such contract")
    else:
        rows = [[e.name, e.facts.name if e.facts else e.title, e.term, str(e.amendments), e.category or ""]
                for e in found]  # fmt: skip
        click.echo(columns(["Name", "Title", "In force", "Amendments", "Category"], rows, left=3))


def _print_json(found: tuple[Entry, ...], every: Account | None) -> None:
    """`vbc.library/1`: the contracts, and for `list` the rows of the source papers."""
    import attrs

    from vbcdsl.library import record
    from vbcdsl.results.write import as_json

    document: dict[str, Any] = {"schema": "vbc.library/1", "contracts": [record(entry) for entry in found]}
    if every is not None:
        document["papers"] = [attrs.asdict(paper) for paper in every.papers]
        document["rows"] = [attrs.asdict(row) for row in every.rows]
        document["rows_named"] = every.expected
        document["rows_accounted_for"] = len(every.rows) - len(every.missing)
    click.echo(as_json(document))


def _print_rows(every: Account, asked: tuple[str, ...]) -> None:
    from vbcdsl.results.show import columns

    rows = [[r.id, r.title, r.shown, r.program or "", r.category or ""] for r in every.rows
            if not asked or any(r.id.lower().startswith(each.lower()) for each in asked)]  # fmt: skip
    click.echo(columns(["Row", "Named in the paper", "Status", "Contract", "Category"], rows, left=4))
    counts = (f"{every.expected} rows", f"{every.count('contract')} with a contract",
              f"{every.count('variant')} variants", f"{every.count('names no payment')} that name no payment",
              f"{len(every.missing)} missing")  # fmt: skip
    click.echo(f"\n{', '.join(counts)}")
