"""`vbc consolidate`: the text in force on a date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import Day


@click.command("consolidate", short_help="Print the text in force on a date.")
@click.argument("base", type=click.Path(path_type=Path), metavar="BASE")
@click.argument("amendments", nargs=-1, type=click.Path(path_type=Path), metavar="[AMENDMENT...]")
@click.option("--as-of", "day", type=Day(), required=True, metavar="DATE", help="For example 2026-01-01.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the text into this file.")
@click.option("--changes", is_flag=True, help="Print what each amendment changed instead of the text.")
def command(base: Path, amendments: tuple[Path, ...], day: dt.date, out: Path | None, changes: bool) -> None:
    """Print the contract as it is in force on a date, with all amendments that govern the performance year of
    that date; what each of them changed goes to standard error.

    BASE is a contract file, or a folder with contract.vbc and amendments/.

    \b
    Examples:
      vbc consolidate contract_library/lakeside --as-of 2026-01-01
      vbc consolidate contract.vbc amendment-1.vbc --as-of 2026-01-01 --out in_force_2026.vbc
      vbc consolidate contract_library/lakeside --as-of 2026-01-01 --changes
    """
    from vbcdsl.api import consolidated
    from vbcdsl.cli.options import say
    from vbcdsl.data.write import safe_file
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.results.write import cannot_write

    compiled, version = consolidated(base, amendments, day)
    if compiled.errors:
        echo(compiled.diagnostics, source=compiled.base)
        raise Exit(1)
    lines = []
    for effect in version.consolidated.effects:
        lines.append(f"amendment {effect.amendment}: section {effect.section} {effect.what}")
        lines += [f"  before: {' '.join(effect.before.split())}"] if effect.before else []
        lines += [f"  after:  {' '.join(effect.after.split())}"] if effect.after else []
    if changes:
        click.echo(clean("\n".join(lines) or "no amendment is in force on that date"))
        return
    for line in lines:
        say(line)
    text = version.text
    if out is None:
        click.echo(clean(text), nl=not text.endswith("\n"))
        return
    if out.exists():
        from vbcdsl.diagnostics import Diagnostic, VbcError

        raise VbcError([Diagnostic("VBC8021", f"{out.as_posix()} exists already", help="name another file")])
    try:
        with safe_file(out, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise cannot_write(out, error) from None
