"""`vbc exchange`: a contract or a settlement in formats that other programs read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from vbcdsl.cli.options import Day, Pair, data_options, year_option

if TYPE_CHECKING:
    from vbcdsl.compiler import Compiled, Version


@click.group("exchange", short_help="Write formats of others: Table Schema, DMN, OpenLineage, FHIR.")
def command() -> None:
    """Write a contract or a settlement in a format that other programs read.

    \b
    Examples:
      vbc exchange schema contract.vbc --out datapackage.json
      vbc exchange dmn contract.vbc --out tables.dmn
      vbc exchange lineage contract.vbc
      vbc exchange fhir contract.vbc --data facts=facts.csv --stream 4.5=ssq --date 2026-06-30 --out reports.json
    """


_path = click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
_out = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it here. [default: print it]"
)
_day = click.option(
    "--as-of", "day", type=Day(), metavar="DATE", help="The text in force then; else the last one."
)


@command.command("schema", short_help="The records as a Frictionless data package.")
@_path
@_out
def schema(path: Path, out: Path | None) -> None:
    """Write what a file of each record must look like, as a data package with Table Schemas."""
    from vbcdsl.cli.options import compile_or_stop
    from vbcdsl.exchange.table_schema import data_package
    from vbcdsl.results.write import as_json

    _give(as_json(data_package(compile_or_stop(path))) + "\n", out)


@command.command("dmn", short_help="The tables as DMN 1.3 decision tables.")
@_path
@_day
@_out
def dmn(path: Path, day: dt.date | None, out: Path | None) -> None:
    """Write the tables of the text in force as DMN decision tables. What DMN cannot say is left out and named."""
    from vbcdsl.cli.options import compile_or_stop, say
    from vbcdsl.exchange.dmn import decisions_of

    found = decisions_of(_version(compile_or_stop(path), day))
    _give(found.xml, out)
    say("1 decision table" if found.tables == 1 else f"{found.tables} decision tables")
    for each in found.left_out:
        say(f"note: left out, DMN has no form for it: {each}")


@command.command("lineage", short_help="Which columns each result stands on, as an OpenLineage event.")
@_path
@_day
@click.option("--namespace", default="vbc", show_default=True, help="The namespace of the job and its data.")
@click.option("--time", default=None, metavar="TIME", help="The time of the event, ISO 8601. [default: now]")
@_out
def lineage(path: Path, day: dt.date | None, namespace: str, time: str | None, out: Path | None) -> None:
    """Write the column lineage of a settlement: the columns of data behind each result, and the sections."""
    from vbcdsl.cli.options import compile_or_stop
    from vbcdsl.exchange.lineage import lineage_event
    from vbcdsl.results.write import as_json

    if time is None:
        time = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    else:
        try:
            dt.datetime.fromisoformat(time)
        except ValueError:
            raise click.BadParameter(
                "is no time like 2026-06-30T12:00:00+00:00", param_hint="--time"
            ) from None
    _give(as_json(lineage_event(_version(compile_or_stop(path), day), namespace, time)) + "\n", out)


@command.command("fhir", short_help="A settlement as FHIR performance reports (Da Vinci VBPR).")
@_path
@data_options
@year_option
@click.option("--stream", "streams", multiple=True, type=Pair("SECTION=CODE"), metavar="SECTION=CODE",
              help="The payment stream of a section, for example 4.5=ssq. May be repeated.")  # fmt: skip
@click.option("--date", "date", type=Day(), metavar="DATE", help="The date of the reports. [default: today]")
@_out
def fhir(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, years: tuple[int, ...], streams: tuple[tuple[str, str], ...], date: dt.date | None,
    out: Path | None,
) -> None:  # fmt: skip
    """Settle, and write a MeasureReport for each party and performance year, with the contract as a Measure.

    Payment streams of the guide: ccf, ccf-with-risk, eoc, pcpcp, ssq, ssl, ssp, tcoc, qip, p4r, p4p, ubip. A
    section that is not named has no code: nothing is guessed.
    """
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, say_what_is_read
    from vbcdsl.exchange.vbpr import performance_reports
    from vbcdsl.results.settle import RunOptions, settle

    compiled = compile_or_stop(path)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    settled = settle(compiled, inputs_of(data), bound, RunOptions(years, engine, threads, show_members))
    _give(performance_reports(settled, dict(streams), (date or dt.date.today()).isoformat()), out)


def _version(compiled: Compiled, day: dt.date | None) -> Version:
    if day is None:
        return compiled.versions[-1]
    year = compiled.program.calendar.year_of(day)
    if year is None:
        raise click.BadParameter(f"{day} lies outside the term of the contract", param_hint="--as-of")
    return compiled.version_of(year.number)


def _give(text: str, out: Path | None) -> None:
    from vbcdsl.data.write import safe_file

    if out is None:
        click.echo(text, nl=False)
        return
    with safe_file(out) as file:
        file.write(text.encode())
    click.echo(f"wrote {out}", err=True)
