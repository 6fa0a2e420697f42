"""`vbc fmt`: lay out contract files."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from click.exceptions import Exit


@click.command("fmt", short_help="Lay out contract files: white space and tables only.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
def command(paths: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Lay out contract files: tables aligned, at most one empty line, no spaces at line ends, what belongs to a
    sentence indented by four.

    No word and no comment changes; lines stay where you broke them. Sentences that cannot be read are left alone.

    \b
    Examples:
      vbc fmt contract.vbc amendments/*.vbc
      vbc fmt --check contract_library/lakeside
    """
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.format import format_file

    changed = 0
    files = [file for path in paths for file in _files(path)]
    for file in files:
        found = format_file(file, write=not (check or diff))
        if found.changed:
            changed += 1
            if diff:
                click.echo("".join(clean(line) for line in found.diff().splitlines(True)), nl=False)
            else:
                click.echo(clean(f"{'would change' if check else 'changed'} {found.name}"))
    if not diff:
        same = len(files) - changed
        click.echo(f"{same} {'file' if same == 1 else 'files'} already in form", err=True)
    if check and changed:
        raise Exit(1)


def _files(path: Path) -> list[Path]:
    """A file, or the contract and the amendments of a folder."""
    from vbcdsl.source import find_contract

    if not path.is_dir():
        return [path]
    found = find_contract(path)
    return [found.base, *found.amendments]
