"""`vbc audit`: the package that proves a settlement; `vbc audit verify`: is it the same?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import DataPair, data_options, settlement_options, year_option

_SHOWN = 40


class _Audit(click.RichGroup):
    """`vbc audit PATH …` is `vbc audit make PATH …`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in the name of the command where a path stands."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group("audit", cls=_Audit, short_help="Write a package that proves a settlement, or verify one.")
def command() -> None:
    """Write a package that proves a settlement, or verify one.

    \b
      vbc audit PATH --data NAME=FILE --out DIR     write it (vbc audit make --help: all options)
      vbc audit verify DIR                          are its files as they were written?
      vbc audit verify DIR --data NAME=FILE         compute everything again and compare each cell
    """


@command.command("make")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@data_options
@year_option
@settlement_options
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A new folder; none is replaced.",
)
def make(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, years: tuple[int, ...], recorded: tuple[Path, ...], as_of: dt.date | None, out: Path,
) -> None:  # fmt: skip
    """Write the originals, the texts in force, fingerprints and control totals of the data, the settlement, the
    trace of every value, an Excel workpaper with live formulas, and the hash of each file. The settlements of
    --recorded go into the package, and the day of --as-of: verify computes with them.

    \b
    Example:
      vbc audit contract_library/mssp --data aco_results=mssp_PY2022.csv --year 2022 --out audit_2022
    """
    from vbcdsl.audit.package import Audit, write_package
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, report, say, say_what_is_read
    from vbcdsl.cli.progress import progress_bar

    compiled = compile_or_stop(path)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    audit = Audit(
        compiled, inputs_of(data), bound, bindings_path, years, engine, threads, recorded, as_of
    )  # fmt: skip
    with progress_bar():
        settled, seal = write_package(audit, out)
    say(f"wrote {out.as_posix()}; sha-256 of its MANIFEST.json: {seal}")
    code = report(settled)
    if code:
        raise Exit(code)


@command.command("verify")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--data", "data", multiple=True, type=DataPair("NAME=FILE"), metavar="NAME=FILE",
    help="The data, as for vbc run. May be repeated.",
)  # fmt: skip
@click.option(
    "--contract", type=click.Path(path_type=Path), metavar="PATH",
    help="Your own copy of the contract, to compare the package's originals with.",
)  # fmt: skip
@click.option("--recorded", multiple=True, type=click.Path(path_type=Path), metavar="DIR",
              help="Your own copy of an earlier settlement, to compute with instead of the package's. May be "
              "repeated, in the order of the audit.")  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True, help="At most.")
def verify_command(
    folder: Path, data: tuple[tuple[str, str], ...], contract: Path | None, recorded: tuple[Path, ...],
    threads: int,
) -> None:  # fmt: skip
    """Say "same", or what differs: a file, a cell, a clause.

    Without --data: the hashes, and the texts in force and the plan, computed again from the originals. With
    --data: everything, computed again. Whoever can change a file can change MANIFEST.json with it: compare its
    sha-256 with the one that you were given, or compute with your own data and --contract.
    """
    from vbcdsl.audit.verify import verify
    from vbcdsl.cli.options import inputs_of, say
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.diagnostics.snippet import clean

    if recorded and not data:
        raise click.UsageError("--recorded computes again: give the --data as well")
    with progress_bar():
        verdict = verify(folder, inputs_of(data) if data else None, contract, threads, recorded)
    for note in verdict.notes:
        say(f"note: {note}")
    for line in verdict.differences[:_SHOWN]:
        click.echo(clean(line))
    if len(verdict.differences) > _SHOWN:
        click.echo(f"… and {len(verdict.differences) - _SHOWN:,} more differences")
    say(f"sha-256 of MANIFEST.json: {verdict.seal}")
    if not verdict.same:
        raise Exit(1)
    how = "computed again, everything" if verdict.computed else "not computed again (no --data): the hashes"
    click.echo(f"same: {verdict.files} files, {how} {'agrees' if verdict.computed else 'agree'}")
