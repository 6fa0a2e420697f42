"""Options that several commands share, and what they mean."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import rich_click as click
from click.exceptions import Exit

if TYPE_CHECKING:
    from vbcdsl.compiler import Compiled
    from vbcdsl.data import Bindings
    from vbcdsl.results.settlement import Settled

_F = TypeVar("_F", bound=Callable[..., Any])


class Pair(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """`NAME=VALUE`."""

    name = "NAME=VALUE"

    def __init__(self, metavar: str = "NAME=VALUE") -> None:
        self.name = metavar

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name and the value, white space around them left out."""
        if isinstance(value, tuple):
            return value
        name, sign, rest = str(value).partition("=")
        if not sign or not name.strip() or not rest.strip():
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return name.strip(), rest.strip()


class Memory(click.ParamType):  # type: ignore[type-arg]
    """An amount of memory, in bytes: `800MB`, `1.5 GB`, `2GiB`."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*([MGT])(i?)B?\s*", str(value), re.IGNORECASE)
        if match is None:
            self.fail(f"{value!r} is not an amount of memory like 800MB or 1.5GB", param, ctx)
        number, unit, binary = match.groups()
        power = "MGT".index(unit.upper()) + 2
        return int(Decimal(number) * (1024 if binary else 1000) ** power)


class Varied(Pair):
    """`WHAT=VALUES`, where an equals sign between quotation marks belongs to WHAT."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """What, and its values."""
        if not isinstance(value, tuple):
            match = re.fullmatch(r'\s*((?:"[^"]*"|“[^”]*”|[^"“=])+?)\s*=\s*(.*\S)\s*', str(value), re.S)
            if match is not None:
                return match[1], match[2]
        return super().convert(value, param, ctx)


class DataPair(Pair):
    """`NAME=FILE`, or the folder of a prepared store, which names its records itself."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name ("" for a whole store) and the path."""
        text = str(value)
        if not isinstance(value, tuple) and (Path(text).expanduser() / "manifest.json").is_file():
            return "", text
        return super().convert(value, param, ctx)


class Size(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """An amount of memory: 512MB, 2GB."""

    name = "SIZE"
    units: ClassVar = {"": 1, "B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"\s*(\d{1,12})\s*([KMGT]?B?)\s*", str(value), re.IGNORECASE)
        unit = match[2].upper() if match else ""
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is not an amount of memory like 512MB or 2GB", param, ctx)
        return int(match[1]) * self.units[unit if unit.endswith("B") or not unit else f"{unit}B"]


class Day(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """A date: 2026-01-01."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The date."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-01-01", param, ctx)


def data_options(command: _F) -> _F:
    """`--data`, `--bindings`, `--engine`, `--threads`, `--show-members`."""
    for option in reversed((
        click.option("--data", "data", multiple=True, type=DataPair("NAME=FILE"), metavar="NAME=FILE",
                     help="Data of a record, by its name in snake_case: a file (CSV, Parquet, Arrow), a folder, "
                     "a pattern, or a store of `vbc prepare` (also without NAME=, for all its records). May be "
                     "repeated."),
        click.option("--bindings", type=click.Path(path_type=Path), metavar="FILE",
                     help="A TOML file that says which column is which, or the name of a data model (tuva, "
                     "synpuf). [default: bindings.toml]"),
        click.option("--engine", type=click.Choice(["arrow", "duckdb", "spark", "reference"]), default="arrow",
                     show_default=True,
                     help="All give the same cents: duckdb for tables of a database, spark for a cluster; "
                     "reference, slow, defines the meaning."),
        click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True, help="At most."),
        click.option("--show-members", is_flag=True, help="Allow messages to name members and their values."),
    )):  # fmt: skip
        command = option(command)
    return command


def reading_options(command: _F) -> _F:
    """`--missing`, `--separator`, `--encoding`: how the files of a run are written, beside the bindings."""
    for option in reversed((
        click.option("--missing", multiple=True, metavar="CELL", expose_value=False, callback=_remember,
                     help='A cell that means "no value", such as - or *. May be repeated.'),
        click.option("--separator", metavar="SIGN", expose_value=False, callback=_remember,
                     help="The sign between the cells of CSV files. [default: a comma; in .tsv a tab]"),
        click.option("--encoding", metavar="NAME", expose_value=False, callback=_remember,
                     help="How CSV files are encoded, such as cp1252. [default: UTF-8, or UTF-16 by its mark]"),
    )):  # fmt: skip
        command = option(command)
    return command


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Keep an option for `bindings_of`."""
    if value:
        ctx.meta[f"vbcdsl.{param.name}"] = value
    return value


def settlement_options(command: _F) -> _F:
    """`--recorded`, `--as-of`."""
    for option in reversed((
        click.option("--recorded", multiple=True, type=click.Path(path_type=Path), metavar="DIR",
                     help="The results of an earlier run that are final: what a sentence takes from another "
                     "performance year is the value in its settlement.csv. May be repeated."),
        click.option("--as-of", "as_of", type=Day(), metavar="DATE",
                     help="Leave out rows with a Paid Date after this day."),
    )):  # fmt: skip
        command = option(command)
    return command


year_option = click.option(
    "--year", "years", multiple=True, type=int, metavar="Y",
    help="A performance year: its calendar label (2024) or its number (1). May be repeated.",
)  # fmt: skip


def inputs_of(data: tuple[tuple[str, str], ...]) -> dict[str, object]:
    """What `--data` gave, by record; a name given twice stands for both files. The name "" stands for
    all records of a prepared store (see `vbcdsl.data.open_store`)."""
    found: dict[str, list[str]] = {}
    for name, path in data:
        found.setdefault(name, []).append(path)
    return {name: paths[0] if len(paths) == 1 else paths for name, paths in found.items()}


def compile_or_stop(path: Path) -> Compiled:
    """Compile, print warnings and errors, and end with 1 if there are errors."""
    from vbcdsl.kept_contracts import compile_kept

    compiled = compile_kept(path)
    stop_at_errors(compiled)
    return compiled


def stop_at_errors(compiled: Compiled) -> None:
    """Print warnings and errors and end with 1, if there are errors."""
    from vbcdsl.diagnostics.render import echo

    if compiled.errors:
        echo(compiled.diagnostics, source=compiled.base)
        raise Exit(1)


def bindings_of(compiled: Compiled, given: Path | None) -> tuple[Bindings | None, Path | None]:
    """The bindings given, else those beside the contract; with what the options say of all files."""
    from vbcdsl.data.bindings import bindings_path, load_bindings, with_reading

    path = given or (compiled.files.bindings if compiled.files else None)
    bound = load_bindings(path) if path is not None else None
    context = click.get_current_context(silent=True)
    meta = context.meta if context is not None else {}
    said = {name: meta.get(f"vbcdsl.{name}") for name in ("missing", "separator", "encoding")}
    if any(said.values()):
        records = {
            record.name: record.id
            for program in compiled.bundle.by_year.values()
            for record in program.records.values()
            if record.is_data
        }
        sign = said["separator"]
        bound = with_reading(bound, records, tuple(said["missing"] or ()),
                             "\t" if sign == "\\t" else sign, said["encoding"])  # fmt: skip
    return bound, bindings_path(path) if path is not None else None


def say(line: str) -> None:
    """A line of information on standard error."""
    from vbcdsl.diagnostics.snippet import clean

    click.echo(clean(line), err=True)


def say_what_is_read(compiled: Compiled, bindings: Path | None) -> None:
    """Which files were picked up: nothing is taken silently."""
    if compiled.files is None:
        return
    line = f"contract: {compiled.files.base.as_posix()}"
    if compiled.amendments:
        line += "; amendments: " + ", ".join(Path(source.name).name for _, source in compiled.amendments)
    if bindings is not None:
        line += f"; bindings: {bindings.as_posix()}"
    say(line)


def report(settled: Settled) -> int:
    """Print the notes, the odd and the wrong of a settlement; the exit code."""
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.results.show import error_lines, notes

    echo(settled.warnings)
    for note in notes(settled):
        say(f"note: {note}")
    if settled.errors:
        click.echo(error_lines(settled.errors), err=True)
        wrong = len(settled.errors)
        say(f"\n{wrong} {'reason' if wrong == 1 else 'reasons'} why values could not be computed; "
            "all other values stand")  # fmt: skip
    return 1 if settled.errors else 0
